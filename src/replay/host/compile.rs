//! Takes the types off a source text, and finds out from it what the program must know: what it
//! imports, whether it is an ES module, and whether it keeps something where nobody sees it. It
//! runs in the host: a text may be nested so deep that the parser's stack does not hold it.

mod rewrite;

use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, BinaryOperator, Expression, Program, Statement};
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{NodeId, ScopeId, Semantic, SemanticBuilder};
use oxc_span::{GetSpan, SourceType, Span};
use oxc_transformer::{ClassPropertiesOptions, TransformOptions, Transformer};
use serde::{Deserialize, Serialize};

use crate::replay::module::{Kind, Place, Places, Source};

/// A source without its types.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Compiled {
    pub source: Source,
    pub places: Places,
    /// What it imports or requires, as written.
    pub imports: Vec<String>,
    /// Why no state of it can be copied, where its text shows that.
    pub apart: Option<String>,
    /// It has words by which accessors (1) or read-only members (2) come to be, or hands on what
    /// belongs to the language (4).
    pub odd: u8,
}

/// By this name a source hands a function to the host that gives all variables of its top level.
const VARIABLES: &str = "$eventglass";

/// JavaScript without types, and what it is. `is_module`: what the package that it belongs to
/// says of files like it, where it says something. `assigns_fields`: its compiler assigns the fields
/// of classes, where the language defines them.
pub(super) fn compile(
    name: &str,
    text: &str,
    is_module: Option<bool>,
    assigns_fields: bool,
) -> Result<Compiled, String> {
    // Node takes the mark of a text's beginning off as well.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if name.ends_with(".json") {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| error.to_string())?;
        let source = Source { kind: Kind::Json, text: text.into() };
        return Ok(Compiled { source, places: Places::default(), imports: Vec::new(), apart: None, odd: 0 });
    }
    let allocator = Allocator::default();
    let given = SourceType::from_path(name).unwrap_or_else(|_| SourceType::unambiguous());
    let parsed = parse(&allocator, text, given, is_module)?;
    let kind = match (parsed.program.source_type.is_module(), is_projection(&parsed.program)) {
        (true, _) => Kind::Esm,
        (false, true) => Kind::Projection,
        (false, false) => Kind::CommonJs,
    };
    let again = Allocator::default();
    let rewritten = rewrite::rewrite(name, text, &parsed.program)?;
    let parsed = match &rewritten {
        Some(text) => parse(&again, text, given, is_module)?,
        None => parsed,
    };
    let mut places = Places::default();
    let plain = if given.is_typescript() || given.is_jsx() || uses_newest_syntax(text) {
        let mut program = parsed.program;
        let scoping = SemanticBuilder::new().with_enum_eval(true).build(&program).semantic.into_scoping();
        let mut options = TransformOptions::from_target("node20").unwrap_or_default();
        // Private members are there only in classes that define their fields.
        let has_private = rewritten.as_deref().unwrap_or(text).contains("#");
        if assigns_fields && given.is_typescript() && !has_private {
            options.typescript.remove_class_fields_without_initializer = true;
            options.assumptions.set_public_class_fields = true;
            options.env.es2022.class_properties = Some(ClassPropertiesOptions { loose: true });
        }
        let result = Transformer::new(&allocator, Path::new(name), &options).build_with_scoping(scoping, &mut program);
        if let Some(problem) = result.diagnostics.first() {
            return Err(problem.message.to_string());
        }
        let options = CodegenOptions { source_map_path: Some(name.into()), ..CodegenOptions::default() };
        let built = Codegen::new().with_options(options).build(&program);
        places = built.map.iter().flat_map(|map| map.get_tokens()).map(place_of).collect();
        built.code
    } else {
        rewritten.as_deref().unwrap_or(text).to_owned()
    };
    // Again, for what is left once types are gone.
    let second = Allocator::default();
    let plain_type = if kind == Kind::Esm { SourceType::mjs() } else { SourceType::cjs() };
    let parsed = read(&second, &plain, plain_type).map_err(|problem| format!("without its types, {problem}"))?;
    let built = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program);
    let found = look(&built.semantic);
    let mut imports: Vec<String> = parsed.module_record.requested_modules.keys().map(|name| name.to_string()).collect();
    imports.extend(found.required);
    imports.sort();
    imports.dedup();
    let scoping = built.semantic.scoping();
    let mut names: Vec<&str> = scoping
        .get_bindings(scoping.root_scope_id())
        .keys()
        .map(|name| name.as_str())
        .filter(|name| *name != VARIABLES)
        .collect();
    names.sort_unstable();
    let list = names.join(", ");
    let text = match kind {
        Kind::Projection => format!("{plain}\n;() => [{list}];"),
        _ => format!("{plain}\n;globalThis.{VARIABLES}?.(() => [{list}]);"),
    };
    let odd = may_be_odd(&plain) | if found.hands_on { 4 } else { 0 };
    Ok(Compiled { source: Source { kind, text: text.into() }, places, imports, apart: found.apart, odd })
}

fn place_of(token: oxc_sourcemap::Token) -> Place {
    let written = (token.get_src_line(), token.get_src_col());
    Place { at: (token.get_dst_line(), token.get_dst_col()), written }
}

/// Functions by which a script defines a projection.
const DEFINES: [&str; 7] =
    ["fromAll", "fromStream", "fromStreams", "fromCategory", "fromCategories", "on_event", "on_any"];

/// It calls what only the server of KurrentDB has, and nothing that makes it a module.
fn is_projection(program: &Program<'_>) -> bool {
    if !DEFINES.iter().any(|name| program.source_text.contains(name)) {
        return false;
    }
    let semantic = SemanticBuilder::new().build(program).semantic;
    let mut defines = false;
    for name in semantic.scoping().root_unresolved_references().keys() {
        defines |= DEFINES.contains(&name.as_str());
        if matches!(name.as_str(), "module" | "exports") {
            return false;
        }
    }
    defines
}

/// As Node decides what a file is: by its ending, by what its package says, else by its syntax.
fn parse<'a>(
    allocator: &'a Allocator,
    text: &'a str,
    given: SourceType,
    is_module: Option<bool>,
) -> Result<ParserReturn<'a>, String> {
    let by_ending = given.is_commonjs() || (given.is_module() && !given.is_unambiguous());
    let commonjs = SourceType::with_commonjs(given, true);
    if given.is_commonjs() {
        // TypeScript writes modules so as well, and turns them into CommonJS.
        if given.is_typescript()
            && let Ok(module) = read(allocator, text, given.with_module(true))
            && module.module_record.has_module_syntax
            && !module.program.body.iter().any(is_commonjs_of_typescript)
        {
            return Ok(module);
        }
        return read(allocator, text, commonjs);
    }
    let module = read(allocator, text, given.with_unambiguous(false).with_module(true));
    match module {
        // The server runs it as a script, whatever a package says.
        Ok(module) if !by_ending && !module.module_record.has_module_syntax && is_projection(&module.program) => {
            read(allocator, text, commonjs)
        }
        Ok(module) if by_ending || is_module == Some(true) || module.module_record.has_module_syntax => Ok(module),
        Err(problem) if by_ending || is_module == Some(true) => Err(problem),
        // What only runs outside strict mode is no module. What neither is has the module's words.
        Ok(_) => read(allocator, text, commonjs),
        Err(problem) => read(allocator, text, commonjs).map_err(|_| problem),
    }
}

fn read<'a>(allocator: &'a Allocator, text: &'a str, kind: SourceType) -> Result<ParserReturn<'a>, String> {
    let options = ParseOptions { allow_return_outside_function: kind.is_commonjs(), ..ParseOptions::default() };
    let parsed = Parser::new(allocator, text, kind).with_options(options).parse();
    let Some(problem) = parsed.diagnostics.first() else { return Ok(parsed) };
    let place = problem.labels.first().map(|label| label.offset());
    let line = place.map(|at| text.get(..at as usize).unwrap_or_default().matches('\n').count() + 1);
    Err(match line {
        Some(line) => format!("{} at line {line}", problem.message),
        None => problem.message.to_string(),
    })
}

/// Syntax that Node 20 does not have, and the compilers of users do.
fn uses_newest_syntax(text: &str) -> bool {
    ["accessor ", "using "].iter().any(|word| text.contains(word))
}

/// `import a = require(…)` and `export = a`, which only CommonJS can run.
fn is_commonjs_of_typescript(statement: &Statement<'_>) -> bool {
    matches!(statement, Statement::TSImportEqualsDeclaration(_) | Statement::TSExportAssignment(_))
}

struct Found {
    hands_on: bool,
    required: Vec<String>,
    apart: Option<String>,
}

/// Names of the language by which a module keeps something where the driver cannot see it.
const HIDING: [&str; 13] = [
    "Proxy",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "FinalizationRegistry",
    "eval",
    "Function",
    "globalThis",
    "global",
    "window",
    "self",
    "process",
    "WebAssembly",
];
/// Names whose members the driver looks at whoever folds, and those of plain values.
const COMMON: [&str; 25] = [
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "Set",
    "Map",
    "Date",
    "Error",
    "Promise",
    "Symbol",
    "BigInt",
    "Math",
    "JSON",
    "Reflect",
    "undefined",
    "NaN",
    "Infinity",
    "module",
    "exports",
    "require",
    "arguments",
    "__filename",
    "__dirname",
    VARIABLES,
];
/// Methods of lists that call what they are given at once and let go of it.
const AT_ONCE: [&str; 16] = [
    "forEach",
    "map",
    "filter",
    "reduce",
    "reduceRight",
    "some",
    "every",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flatMap",
    "sort",
    "toSorted",
    "replace",
    "replaceAll",
];

/// What the text says of a module: what it requires, and how it may keep something.
///
/// The driver looks at the variables of a module's top level itself. Not seen are variables of
/// functions that functions made in them keep for later calls, private members, and what the
/// names above stand for.
fn look(semantic: &Semantic<'_>) -> Found {
    let mut found = Found { required: Vec::new(), apart: None, hands_on: false };
    let say = |found: &mut Found, why: String| {
        found.apart.get_or_insert(why);
    };
    let scoping = semantic.scoping();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.as_str();
        if HIDING.contains(&name) {
            say(&mut found, format!("it uses {name}"));
        } else if references.iter().any(|id| scoping.get_reference(*id).is_write()) {
            say(&mut found, format!("it writes the global variable {name}"));
        } else if name == "RegExp" {
            if references.iter().any(|id| !is_plain_regexp(semantic, scoping.get_reference(*id).node_id())) {
                say(&mut found, "it uses RegExp's memory of the last match".to_owned());
            }
        } else if !COMMON.contains(&name) {
            found.hands_on |= references.iter().any(|id| is_handed_on(semantic, scoping.get_reference(*id).node_id()));
        }
    }
    for node in semantic.nodes().iter() {
        match node.kind() {
            AstKind::PrivateIdentifier(name) => say(&mut found, format!("it has private members (#{})", name.name)),
            AstKind::ImportExpression(import) => {
                if let Expression::StringLiteral(name) = &import.source
                    && name.value.starts_with('.')
                {
                    found.required.push(name.value.to_string());
                }
                say(&mut found, "it imports while it runs".to_owned());
            }
            // Such a method of its own may keep what it is given.
            AstKind::MethodDefinition(it) if it.key.static_name().is_some_and(|name| AT_ONCE.contains(&&*name)) => {
                say(&mut found, "it has methods that are called as those of lists".to_owned());
            }
            AstKind::ObjectProperty(it)
                if it.value.is_function() && it.key.static_name().is_some_and(|name| AT_ONCE.contains(&&*name)) =>
            {
                say(&mut found, "it has methods that are called as those of lists".to_owned());
            }
            // What an arrow function knows of the function around it, no name shows.
            AstKind::ThisExpression(_) if in_lasting_arrow(semantic, node.id()) => {
                say(&mut found, "a function of it keeps this".to_owned());
            }
            AstKind::IdentifierReference(it) if it.name == "arguments" && in_lasting_arrow(semantic, node.id()) => {
                say(&mut found, "a function of it keeps arguments".to_owned());
            }
            AstKind::StaticMemberExpression(member) if member.property.name == "bind" => {
                say(&mut found, "it binds functions".to_owned());
            }
            AstKind::StaticMemberExpression(member) if HIDDEN_MEMBERS.contains(&member.property.name.as_str()) => {
                say(&mut found, format!("it uses {}", member.property.name));
            }
            AstKind::AssignmentExpression(it) if of_language(semantic, it.left.span()) => {
                say(&mut found, "it changes what belongs to the language".to_owned());
            }
            AstKind::UpdateExpression(it) if of_language(semantic, it.argument.span()) => {
                say(&mut found, "it changes what belongs to the language".to_owned());
            }
            AstKind::ImportMeta(_) => {
                let parent = semantic.nodes().parent_kind(node.id());
                if !matches!(parent, AstKind::StaticMemberExpression(member) if PLACES.contains(&member.property.name.as_str()))
                {
                    say(&mut found, "it keeps something in import.meta".to_owned());
                }
            }
            AstKind::AwaitExpression(_) => say(&mut found, "it waits for something (await)".to_owned()),
            AstKind::CallExpression(call) => {
                if let Expression::Identifier(callee) = &call.callee
                    && callee.name == "require"
                    && semantic.is_reference_to_global_variable(callee)
                {
                    let scope = semantic.nodes().get_node(node.id()).scope_id();
                    if function_of(semantic, scope) != semantic.scoping().root_scope_id() {
                        say(&mut found, "it requires while it runs".to_owned());
                    }
                    match call.arguments.as_slice() {
                        [Argument::StringLiteral(name)] => found.required.push(name.value.to_string()),
                        _ => say(&mut found, "it requires what its text does not name".to_owned()),
                    }
                }
            }
            _ => {}
        }
    }
    let root = scoping.root_scope_id();
    for symbol in scoping.symbol_ids() {
        let declared = scoping.symbol_scope_id(symbol);
        if declared == root || found.apart.is_some() {
            continue;
        }
        if scoping.get_resolved_references(symbol).any(|it| lasts(semantic, declared, it.scope_id())) {
            say(&mut found, format!("a function of it keeps {}", scoping.symbol_name(symbol)));
        }
    }
    found
}

/// Members by which a module reaches what the driver does not look at.
const HIDDEN_MEMBERS: [&str; 17] = [
    "getPrototypeOf",
    "setPrototypeOf",
    "__proto__",
    "lastMatch",
    "lastParen",
    "leftContext",
    "rightContext",
    "compile",
    "$1",
    "$2",
    "$3",
    "$4",
    "$5",
    "$6",
    "$7",
    "$8",
    "$9",
];
/// Members of `import.meta` that only tell where the module lies.
const PLACES: [&str; 4] = ["url", "dirname", "filename", "resolve"];

/// Inside an arrow function that may be called later.
fn in_lasting_arrow(semantic: &Semantic<'_>, node: NodeId) -> bool {
    let nodes = semantic.nodes();
    for above in nodes.ancestor_ids(node) {
        match nodes.kind(above) {
            AstKind::ArrowFunctionExpression(_) if !called_at_once(semantic, above) => return true,
            AstKind::Function(_) | AstKind::Class(_) | AstKind::StaticBlock(_) => return false,
            _ => {}
        }
    }
    false
}

/// What is written there is a member of something that no source declares.
fn of_language(semantic: &Semantic<'_>, target: Span) -> bool {
    let scoping = semantic.scoping();
    let mut all = scoping.root_unresolved_references().values().flatten();
    all.any(|id| {
        let reference = scoping.get_reference(*id);
        let span = semantic.reference_span(reference);
        let own = ["module", "exports"].contains(&semantic.reference_name(reference));
        !own && span.start == target.start && span.end < target.end
    })
}

/// A global name that is neither called nor made, and of which no member is taken.
fn is_handed_on(semantic: &Semantic<'_>, node: NodeId) -> bool {
    let nodes = semantic.nodes();
    let span = nodes.kind(node).span();
    match nodes.parent_kind(node) {
        AstKind::StaticMemberExpression(it) => it.object.span() != span,
        AstKind::CallExpression(it) => it.callee.span() != span,
        AstKind::NewExpression(it) => it.callee.span() != span,
        AstKind::BinaryExpression(it) => it.operator != BinaryOperator::Instanceof,
        AstKind::UnaryExpression(_) => false,
        _ => true,
    }
}

/// `RegExp` as what makes expressions or has their methods: by any other use it tells what matched last.
fn is_plain_regexp(semantic: &Semantic<'_>, node: NodeId) -> bool {
    match semantic.nodes().parent_kind(node) {
        AstKind::StaticMemberExpression(it) => {
            it.object.span() == semantic.nodes().kind(node).span()
                && matches!(it.property.name.as_str(), "prototype" | "escape" | "name" | "length")
        }
        _ => !is_handed_on(semantic, node),
    }
}

fn function_of(semantic: &Semantic<'_>, scope: ScopeId) -> ScopeId {
    let scoping = semantic.scoping();
    let mut all = scoping.scope_ancestors(scope);
    all.find(|scope| scoping.scope_flags(*scope).is_function()).unwrap_or_else(|| scoping.root_scope_id())
}

/// A function that uses a variable declared in `declared` may be called after the one that
/// declares it has returned.
fn lasts(semantic: &Semantic<'_>, declared: ScopeId, used: ScopeId) -> bool {
    let scoping = semantic.scoping();
    let home = function_of(semantic, declared);
    let mut function = function_of(semantic, used);
    while function != home {
        if !called_at_once(semantic, scoping.get_node_id(function)) {
            return true;
        }
        let Some(above) = scoping.scope_parent_id(function) else { return true };
        function = function_of(semantic, above);
    }
    false
}

/// The function is an argument of a method that calls it at once and lets go of it.
fn called_at_once(semantic: &Semantic<'_>, function: NodeId) -> bool {
    let AstKind::CallExpression(call) = semantic.nodes().parent_kind(function) else { return false };
    match &call.callee {
        Expression::StaticMemberExpression(member) => AT_ONCE.contains(&member.property.name.as_str()),
        _ => false,
    }
}

/// Whether the text has words by which accessors (1) or read-only members (2) come to be:
/// copies then look at each member. Too many is slow, never wrong.
fn may_be_odd(text: &str) -> u8 {
    let words = ["Descriptor", "Object.create", "Object[", "Reflect[", "freeze", "seal", "preventExt"];
    let defines = || text.match_indices("define").any(|(at, _)| !text[..at].ends_with("un"));
    if words.iter().any(|word| text.contains(word)) || defines() {
        return 2;
    }
    let makes_accessor = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
                && after.is_some_and(|c| c.is_whitespace() || matches!(c, '[' | '\'' | '"' | '/'))
        })
    };
    u8::from(makes_accessor("get") || makes_accessor("set"))
}
