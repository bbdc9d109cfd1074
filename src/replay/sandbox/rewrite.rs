//! Sources as the sandbox runs them: `a ** b` is a call, for the engine's own powers are those
//! of the machine's library, and user code cannot replace an operator. Nothing else changes,
//! and every line stays where it is.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentOperator, AssignmentTarget, BinaryOperator, Expression, RegExpFlags};
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{NodeId, Semantic, SemanticBuilder};
use oxc_span::{GetSpan, SourceType, Span};

/// Begins the names of what stands for the operators; see `numbers.js`.
const POWER: &str = "$eventglassPower";
const RAISE: &str = "$eventglassRaise";
const CODE: &str = "$eventglassCode";
const EVAL: &str = "$eventglassEval";
const LESS: &str = "$eventglassLess";
const LESS_OR_EQUAL: &str = "$eventglassLessOrEqual";
const SPREAD: &str = "$eventglassSpread";

/// Closes the call that stands for `>`.
const TURNED: &str = ",1)";

/// A piece of a text, and what stands for it.
type Edit = (usize, usize, String);

/// The text with calls for its powers.
///
/// # Errors
/// The text does not parse, or has a power that no call can stand for.
pub fn rewrite(text: &str, is_module: bool) -> Result<String, String> {
    // Negative big numbers are compared wrong with what is less than -1 and no whole number.
    let has_big = has_big(text);
    let allocator = Allocator::default();
    let kind = if is_module { SourceType::mjs() } else { SourceType::cjs() };
    let options = ParseOptions { allow_return_outside_function: !is_module, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, text, kind).with_options(options).parse();
    if let Some(problem) = parsed.diagnostics.first() {
        return Err(problem.message.to_string());
    }
    let built = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program);
    let mut edits: Vec<Edit> = Vec::new();
    for node in built.semantic.nodes().iter() {
        match node.kind() {
            AstKind::BinaryExpression(it) if it.operator == BinaryOperator::Exponential => {
                let (left, right) = (it.left.span(), it.right.span());
                let at = operator(text, left, right, "**")?;
                // A word before it must stay a word.
                edits.push((start(left), start(left), format!(" {POWER}(")));
                edits.push((at, at + 2, ",".to_owned()));
                edits.push((end(right), end(right), ")".to_owned()));
            }
            AstKind::BinaryExpression(it)
                if has_big && is_order(it.operator) && !(is_sure(&it.left) || is_sure(&it.right)) =>
            {
                let (left, right) = (it.left.span(), it.right.span());
                let sign = it.operator.as_str();
                let at = operator(text, left, right, sign)?;
                let name = if sign.len() == 2 { LESS_OR_EQUAL } else { LESS };
                // `a > b` is asked as it stands: the operands keep their order.
                let close = if sign.starts_with('>') { TURNED } else { ")" };
                edits.push((start(left), start(left), format!(" {name}(")));
                edits.push((at, at + sign.len(), ",".to_owned()));
                edits.push((end(right), end(right), close.to_owned()));
            }
            // A text that is spread in an object has members there, none here.
            AstKind::SpreadElement(it)
                if matches!(built.semantic.nodes().parent_kind(node.id()), AstKind::ObjectExpression(_)) =>
            {
                let span = it.argument.span();
                let (open, close) = match &it.argument {
                    Expression::ObjectExpression(_) | Expression::ThisExpression(_) => continue,
                    // Mostly a state: it is asked where it stands.
                    Expression::Identifier(name) => {
                        let name = name.name;
                        (format!("(typeof {name}==='string'?{SPREAD}({name}):"), ")".to_owned())
                    }
                    _ => (format!("{SPREAD}("), ")".to_owned()),
                };
                edits.push((start(span), start(span), open));
                edits.push((end(span), end(span), close));
            }
            AstKind::FormalParameters(it) => {
                for id in it.items.iter().flat_map(|item| item.pattern.get_binding_identifiers()) {
                    let mut references = built.semantic.symbol_references(id.symbol_id());
                    let mut uses = built.semantic.symbol_references(id.symbol_id());
                    if references.any(|reference| reference.is_write())
                        && uses.any(|reference| in_function_of_default(&built.semantic, it.span, reference.node_id()))
                    {
                        return Err(format!(
                            "a function that is the default of a parameter uses {}, which is written: the sandbox cannot do that",
                            id.name
                        ));
                    }
                }
            }
            AstKind::RegExpLiteral(it) if it.regex.flags.contains(RegExpFlags::V) => {
                return Err("the flag v of a regular expression is not there in the sandbox".to_owned());
            }
            AstKind::IdentifierReference(it) if it.name == "eval" => {
                let nodes = built.semantic.nodes();
                let is_plain = match nodes.parent_kind(node.id()) {
                    AstKind::CallExpression(call) => call.callee.span() != it.span,
                    AstKind::ObjectProperty(property) => !property.shorthand,
                    AstKind::UnaryExpression(_) => false,
                    _ => true,
                };
                if is_plain {
                    edits.push((start(it.span), end(it.span), EVAL.to_owned()));
                }
            }
            AstKind::AssignmentExpression(it) if it.operator == AssignmentOperator::Exponential => {
                raise(text, &it.left, it.right.span(), &mut edits)?;
            }
            AstKind::CallExpression(it) if matches!(&it.callee, Expression::Identifier(name) if name.name == "eval") => {
                if let Some(first) = it.arguments.first() {
                    let span = first.span();
                    edits.push((start(span), start(span), format!("{CODE}(")));
                    edits.push((end(span), end(span), ")".to_owned()));
                }
            }
            _ => {}
        }
    }
    Ok(apply(text, edits))
}

/// It stands in a function that stands among these parameters.
fn in_function_of_default(semantic: &Semantic<'_>, parameters: Span, node: NodeId) -> bool {
    let nodes = semantic.nodes();
    if !parameters.contains_inclusive(nodes.kind(node).span()) {
        return false;
    }
    let above = nodes.ancestor_kinds(node).take_while(|kind| kind.span() != parameters);
    let mut above = above.filter(|kind| matches!(kind, AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)));
    above.next().is_some()
}

/// Whether the text has numbers without end: literals like `5n`, or the name of their type.
fn has_big(text: &str) -> bool {
    let in_word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(byte));
    let bytes = text.as_bytes();
    let is_name = |at: usize| !in_word(at.checked_sub(1).map(|at| &bytes[at])) && !in_word(bytes.get(at + 6));
    let is_number = |at: usize| {
        let digits =
            bytes[..at].iter().rev().take_while(|byte| byte.is_ascii_hexdigit() || b"xXoO_".contains(byte)).count();
        let first = at - digits;
        digits > 0
            && bytes[first].is_ascii_digit()
            && !in_word(first.checked_sub(1).map(|at| &bytes[at]))
            && !in_word(bytes.get(at + 1))
    };
    text.match_indices("BigInt").any(|(at, _)| is_name(at)) || memchr::memchr_iter(b'n', bytes).any(is_number)
}

fn is_order(operator: BinaryOperator) -> bool {
    use BinaryOperator::{GreaterEqualThan, GreaterThan, LessEqualThan, LessThan};
    matches!(operator, LessThan | LessEqualThan | GreaterThan | GreaterEqualThan)
}

/// Whether a comparison with it is right whatever the other is: a number that is not below zero,
/// a text, a length.
fn is_sure(operand: &Expression<'_>) -> bool {
    match operand {
        Expression::NumericLiteral(_) | Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => true,
        Expression::StaticMemberExpression(member) => matches!(member.property.name.as_str(), "length" | "size"),
        _ => false,
    }
}

/// `target **= value`.
fn raise(text: &str, target: &AssignmentTarget<'_>, value: Span, edits: &mut Vec<Edit>) -> Result<(), String> {
    let span = target.span();
    let at = operator(text, span, value, "**")?;
    let written = text.get(start(span)..end(span)).unwrap_or_default();
    edits.push((end(value), end(value), ")".to_owned()));
    let is_plain = |object: &Expression<'_>| {
        matches!(object, Expression::Identifier(_) | Expression::ThisExpression(_) | Expression::Super(_))
    };
    let (object, key) = match target {
        AssignmentTarget::StaticMemberExpression(it) => (&it.object, format!(",'{}',", it.property.name)),
        AssignmentTarget::ComputedMemberExpression(it) => {
            if is_plain(&it.object)
                && matches!(
                    it.expression,
                    Expression::Identifier(_) | Expression::StringLiteral(_) | Expression::NumericLiteral(_)
                )
            {
                edits.push((at, at + 3, format!("= {POWER}({written},")));
                return Ok(());
            }
            // `object[key] **= value`: the brackets become commas.
            let (object, key) = (it.object.span(), it.expression.span());
            let open = (end(object)..start(key)).rev().find(|&i| text.as_bytes().get(i) == Some(&b'['));
            let open = open.ok_or("a bracket of a power cannot be found")?;
            edits.push((start(span), start(span), format!(" {RAISE}(")));
            edits.push((open, open + 1, ",(".to_owned()));
            edits.push((end(span) - 1, end(span), "),".to_owned()));
            edits.push((at, at + 3, String::new()));
            return Ok(());
        }
        AssignmentTarget::PrivateFieldExpression(it) if !is_plain(&it.object) => {
            return Err(format!("the sandbox cannot do {written} **= …: write it with an object that has a name"));
        }
        AssignmentTarget::PrivateFieldExpression(it) => (&it.object, String::new()),
        _ => {
            edits.push((at, at + 3, format!("= {POWER}({written},")));
            return Ok(());
        }
    };
    if is_plain(object) {
        edits.push((at, at + 3, format!("= {POWER}({written},")));
    } else {
        edits.push((start(span), start(span), format!(" {RAISE}(")));
        edits.push((end(object.span()), end(span), key));
        edits.push((at, at + 3, String::new()));
    }
    Ok(())
}

fn start(span: Span) -> usize {
    span.start as usize
}

fn end(span: Span) -> usize {
    span.end as usize
}

/// Where an operator stands between its operands: there may be comments.
fn operator(text: &str, left: Span, right: Span, sign: &str) -> Result<usize, String> {
    let bytes = text.as_bytes();
    let mut at = end(left);
    while at < start(right) {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(sign.as_bytes()) {
            return Ok(at);
        }
        let found = if rest.starts_with(b"//") {
            rest.iter().position(|&byte| byte == b'\n')
        } else if rest.starts_with(b"/*") {
            rest.windows(2).skip(2).position(|pair| pair == b"*/").map(|found| found + 3)
        } else {
            Some(0)
        };
        at += found.unwrap_or(rest.len()) + 1;
    }
    Err(format!("an operator {sign} cannot be found"))
}

/// It closes a call.
fn closes((from, to, with): &Edit) -> bool {
    from == to && matches!(with.as_str(), ")" | TURNED)
}

fn apply(text: &str, edits: Vec<Edit>) -> String {
    // Of those at one place the first pushed comes first, the outer before the inner; of what closes
    // calls the inner comes before the outer, and before whatever opens there.
    let (opening, mut all): (Vec<Edit>, Vec<Edit>) = edits.into_iter().partition(|edit| !closes(edit));
    all.reverse();
    all.extend(opening);
    all.sort_by_key(|(from, to, _)| (*from, *to));
    let mut out = String::with_capacity(text.len() + 32 * all.len());
    let mut at = 0;
    for (from, to, with) in all {
        out.push_str(text.get(at..from).unwrap_or_default());
        out.push_str(&with);
        at = to;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn powers_become_calls_and_lines_stay() {
        let cases = [
            ("x = a ** b", "x =  $eventglassPower(a , b)"),
            ("a ** b ** c", " $eventglassPower(a ,  $eventglassPower(b , c))"),
            ("(f(1) ** 2) ** -n", " $eventglassPower(( $eventglassPower(f(1) , 2)) , -n)"),
            ("a /* ** */ // **\n ** 2", " $eventglassPower(a /* ** */ // **\n , 2)"),
            ("()=>{return(a)**2}", "()=>{return $eventglassPower((a),2)}"),
            ("a **= 2 ** x", "a = $eventglassPower(a, $eventglassPower( 2 , x))"),
            ("a.b **= 2", "a.b = $eventglassPower(a.b, 2)"),
            ("a[i] **= 2", "a[i] = $eventglassPower(a[i], 2)"),
            ("f().b **= 2", " $eventglassRaise(f(),'b',  2)"),
            ("f()[g(1)] **= 2", " $eventglassRaise(f(),(g(1)),  2)"),
            ("'a ** b'", "'a ** b'"),
            ("eval(x)", "eval($eventglassCode(x))"),
            ("(0, eval)(x)", "(0, $eventglassEval)(x)"),
            ("typeof eval", "typeof eval"),
            ("5n; a <= b", "5n; $eventglassLessOrEqual(a , b)"),
            (
                "x = { ...y, ...f(2), ...{ z } }",
                "x = { ...(typeof y==='string'?$eventglassSpread(y):y), ...$eventglassSpread(f(2)), ...{ z } }",
            ),
            ("5n; a > b ** c", "5n; $eventglassLess(a , $eventglassPower(b , c),1)"),
            ("5n; a >= b ** c < d", "5n; $eventglassLess( $eventglassLessOrEqual(a , $eventglassPower(b , c),1) , d)"),
            (
                "5n; a > b.length; a >= f(b < c)",
                "5n; a > b.length; $eventglassLessOrEqual(a , f( $eventglassLess(b , c)),1)",
            ),
        ];
        for (given, wanted) in cases {
            let found = rewrite(given, false).unwrap();
            let plain = |text: &str| text.replace(' ', "");
            assert_eq!(plain(&found), plain(wanted), "{given}");
            assert_eq!(found.matches('\n').count(), given.matches('\n').count());
        }
    }
}
