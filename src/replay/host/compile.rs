//! Takes the types off a source text. It runs in the host: a text may be nested so deep that
//! the parser's stack does not hold it.

use std::path::Path;

use oxc_allocator::Allocator;
use oxc_codegen::Codegen;
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;
use oxc_transformer::{TransformOptions, Transformer};

/// JavaScript without types, and what it imports.
pub(super) fn compile(name: &str, text: &str) -> Result<(String, Vec<String>), String> {
    let allocator = Allocator::default();
    let kind = SourceType::from_path(name).unwrap_or_else(|_| SourceType::mjs()).with_module(true);
    let parsed = Parser::new(&allocator, text, kind).parse();
    if let Some(problem) = parsed.diagnostics.first() {
        let place = problem.labels.first().map(|label| label.offset());
        let line = place.map(|at| text.get(..at as usize).unwrap_or_default().matches('\n').count() + 1);
        return Err(match line {
            Some(line) => format!("{} at line {line}", problem.message),
            None => problem.message.to_string(),
        });
    }
    if !parsed.module_record.has_module_syntax && (text.contains("module.exports") || text.contains("exports.")) {
        // CommonJS: the same file, wrapped.
        let wrapped = format!(
            "const module = {{ exports: {{}} }}; const exports = module.exports; {text}\nexport default module.exports;\n\
             export const reducers = typeof module.exports === 'object' ? module.exports : {{}};"
        );
        return Ok((wrapped, Vec::new()));
    }
    let source = if kind.is_typescript() || kind.is_jsx() {
        let mut program = parsed.program;
        let scoping = SemanticBuilder::new().with_enum_eval(true).build(&program).semantic.into_scoping();
        let options = TransformOptions::default();
        let result = Transformer::new(&allocator, Path::new(name), &options).build_with_scoping(scoping, &mut program);
        if let Some(problem) = result.diagnostics.first() {
            return Err(problem.message.to_string());
        }
        Codegen::new().build(&program).code
    } else {
        text.to_owned()
    };
    // Again, for what is left to import once types are gone.
    let second = Allocator::default();
    let parsed = Parser::new(&second, &source, SourceType::mjs()).parse();
    let imports = parsed.module_record.requested_modules.keys().map(|name| name.to_string()).collect();
    Ok((source, imports))
}
