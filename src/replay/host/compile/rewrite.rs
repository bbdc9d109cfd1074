//! Rewrites what neither Node nor the transformer knows: members of a class that are `accessor`s,
//! and variables that a namespace exports, as TypeScript's own compiler writes them.

use oxc_ast::AstKind;
use oxc_ast::ast::{BindingPattern, Program, PropertyKey, VariableDeclarationKind};
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{GetSpan, Span};

/// The text with all of them rewritten, on the same lines; `None` where there are none.
///
/// # Errors
/// It has decorators.
pub(super) fn rewrite(name: &str, text: &str, program: &Program<'_>) -> Result<Option<String>, String> {
    if !["accessor", "namespace", "module", "@"].iter().any(|word| text.contains(word)) {
        return Ok(None);
    }
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(program).semantic;
    let mut edits: Vec<(Span, String)> = Vec::new();
    for node in semantic.nodes().iter() {
        match node.kind() {
            AstKind::Decorator(_) => {
                return Err(format!(
                    "it has decorators, of which there are two kinds, and only your own compiler knows which: bundle it \
                     with your settings, npx esbuild {name} --bundle --format=esm"
                ));
            }
            AstKind::AccessorProperty(member) if !member.computed && member.decorators.is_empty() => {
                let PropertyKey::StaticIdentifier(key) = &member.key else { continue };
                let (name, kept) = (key.name, format!("#{}_accessor_storage", key.name));
                let kind = if member.r#static { "static " } else { "" };
                let value = member.value.as_ref().map(|value| format!(" = {}", part(text, value.span())));
                edits.push((
                    member.span,
                    format!(
                        "{kind}{kept}{}; {kind}get {name}() {{ return this.{kept}; }} {kind}set {name}(value) {{ this.{kept} \
                         = value; }}",
                        value.unwrap_or_default()
                    ),
                ));
            }
            AstKind::VariableDeclaration(variables) if variables.kind != VariableDeclarationKind::Const => {
                let Some((namespace, whole)) = exported_by(&semantic, node.id()) else { continue };
                let mut written = Vec::new();
                for variable in &variables.declarations {
                    if let Some(value) = &variable.init {
                        let target = assigned(&semantic, text, namespace, variable.id.span());
                        let value = part(text, value.span());
                        written.push(match &variable.id {
                            BindingPattern::BindingIdentifier(_) => format!("{target} = {value};"),
                            _ => format!(";({target} = {value});"),
                        });
                    }
                    for (id, reference) in variable
                        .id
                        .get_binding_identifiers()
                        .into_iter()
                        .flat_map(|id| semantic.symbol_references(id.symbol_id()).map(move |it| (id, it)))
                    {
                        let span = semantic.reference_span(reference);
                        let is_short = match semantic.nodes().parent_kind(reference.node_id()) {
                            AstKind::ObjectProperty(property) => property.shorthand,
                            AstKind::AssignmentTargetPropertyIdentifier(_) => true,
                            _ => false,
                        };
                        let before = if is_short { format!("{}: ", id.name) } else { String::new() };
                        edits.push((span, format!("{before}{namespace}.{}", id.name)));
                    }
                }
                edits.push((whole, written.join(" ")));
            }
            _ => {}
        }
    }
    edits.extend(names_of_other_blocks(&semantic));
    if edits.is_empty() {
        return Ok(None);
    }
    // One in the value of another is written with that other, as it was: its own comes first.
    edits.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let (mut out, mut at) = (String::with_capacity(text.len() + 64 * edits.len()), 0);
    for (span, new) in edits {
        let (start, end) = (span.start as usize, span.end as usize);
        if start < at {
            continue;
        }
        out.push_str(&text[at..start]);
        out.push_str(&new);
        // Lines stay what they are.
        let lines = text[start..end].matches('\n').count().saturating_sub(new.matches('\n').count());
        out.push_str(&"\n".repeat(lines));
        at = end;
    }
    out.push_str(&text[at..]);
    Ok(Some(out))
}

/// A namespace may be written in several blocks; what one of them exports, the others name as if
/// it were their own.
fn names_of_other_blocks(semantic: &Semantic<'_>) -> Vec<(Span, String)> {
    let nodes = semantic.nodes();
    let mut exported: Vec<(&str, &str)> = Vec::new();
    for node in nodes.iter() {
        let names: Vec<&str> = match node.kind() {
            AstKind::VariableDeclaration(variables) => variables
                .declarations
                .iter()
                .flat_map(|it| it.id.get_binding_identifiers().into_iter().map(|id| id.name.as_str()))
                .collect(),
            AstKind::Function(function) => function.id.iter().map(|id| id.name.as_str()).collect(),
            AstKind::Class(class) => class.id.iter().map(|id| id.name.as_str()).collect(),
            AstKind::TSEnumDeclaration(it) => vec![it.id.name.as_str()],
            AstKind::TSNamespaceDeclaration(it) => vec![it.id.name.as_str()],
            _ => continue,
        };
        if let Some((namespace, _)) = exported_by(semantic, node.id()) {
            exported.extend(names.into_iter().map(|name| (namespace, name)));
        }
    }
    let mut edits = Vec::new();
    for (name, references) in semantic.scoping().root_unresolved_references() {
        for id in references {
            let reference = semantic.scoping().get_reference(*id);
            let inside = nodes.ancestor_kinds(reference.node_id()).find_map(|kind| match kind {
                AstKind::TSNamespaceDeclaration(it) => {
                    let of = it.id.name.as_str();
                    exported.contains(&(of, name.as_str())).then_some(of)
                }
                _ => None,
            });
            if let Some(namespace) = inside {
                let is_short = matches!(nodes.parent_kind(reference.node_id()),
                    AstKind::ObjectProperty(property) if property.shorthand);
                let before = if is_short { format!("{name}: ") } else { String::new() };
                edits.push((semantic.reference_span(reference), format!("{before}{namespace}.{name}")));
            }
        }
    }
    edits
}

/// A pattern whose names are members of the namespace, as the target of an assignment.
fn assigned(semantic: &Semantic<'_>, text: &str, namespace: &str, pattern: Span) -> String {
    let nodes = semantic.nodes();
    let (mut out, mut at) = (String::new(), pattern.start as usize);
    for node in nodes.iter() {
        let AstKind::BindingIdentifier(id) = node.kind() else { continue };
        if !pattern.contains_inclusive(id.span) || (id.span.start as usize) < at {
            continue;
        }
        let is_short = nodes
            .ancestor_kinds(node.id())
            .any(|above| matches!(above, AstKind::BindingProperty(it) if it.shorthand && it.key.span() == id.span));
        out.push_str(&text[at..id.span.start as usize]);
        if is_short {
            out.push_str(&format!("{}: ", id.name));
        }
        out.push_str(&format!("{namespace}.{}", id.name));
        at = id.span.start as usize + id.name.len();
    }
    out.push_str(&text[at..pattern.end as usize]);
    out
}

fn part(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The namespace that exports what `node` declares, and the whole of the export.
fn exported_by<'a>(semantic: &'a Semantic<'_>, node: oxc_semantic::NodeId) -> Option<(&'a str, Span)> {
    let nodes = semantic.nodes();
    let export = nodes.parent_id(node);
    let AstKind::ExportDeclaration(_) = nodes.kind(export) else { return None };
    let block = nodes.parent_id(export);
    let AstKind::TSModuleBlock(_) = nodes.kind(block) else { return None };
    let AstKind::TSNamespaceDeclaration(namespace) = nodes.parent_kind(block) else { return None };
    Some((namespace.id.name.as_str(), nodes.kind(export).span()))
}

#[cfg(test)]
mod tests {
    use oxc_allocator::Allocator;
    use oxc_parser::Parser;
    use oxc_span::SourceType;

    #[test]
    fn what_a_namespace_exports_is_a_member_of_it() {
        let text = "export namespace Motor {\n export let at = 0, turns = 0\n export const step = 2\n export function go(to: number) { turns += Math.abs(to - at) * step; at = to; return { at } }\n export namespace Brake { export let hot = false; export const check = () => { hot = turns > 12 } }\n}";
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
        let out = super::rewrite("lift.ts", text, &parsed.program).expect("no decorators");
        assert_eq!(
            out.as_deref(),
            Some(
                "export namespace Motor {\n Motor.at = 0; Motor.turns = 0;\n export const step = 2\n export function go(to: number) { Motor.turns += Math.abs(to - Motor.at) * step; Motor.at = to; return { at: Motor.at } }\n export namespace Brake { Brake.hot = false; export const check = () => { Brake.hot = Motor.turns > 12 } }\n}"
            )
        );
    }

    #[test]
    fn a_pattern_that_a_namespace_exports_is_assigned_to_its_members() {
        let text = "namespace N { export let [p, q = 5] = [1], { a, b: { c = 2, ...r } } = v; p += q + c }";
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
        let out = super::rewrite("a.ts", text, &parsed.program).expect("no decorators");
        assert_eq!(
            out.as_deref(),
            Some(
                "namespace N { ;([N.p, N.q = 5] = [1]); ;({ a: N.a, b: { c: N.c = 2, ...N.r } } = v); N.p += N.q + N.c }"
            )
        );
    }

    #[test]
    fn an_accessor_is_a_pair_of_functions_over_a_private_member() {
        let text = "class Scale { accessor people = 0; static accessor limit: number = 5 }";
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
        let out = super::rewrite("lift.ts", text, &parsed.program).expect("no decorators").unwrap_or_default();
        assert!(
            out.contains("#people_accessor_storage = 0; get people() { return this.#people_accessor_storage; }"),
            "{out}"
        );
        assert!(out.contains("static #limit_accessor_storage = 5; static get limit()"), "{out}");
    }
}
