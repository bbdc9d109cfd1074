//! Arrays of JSON and of texts as PostgreSQL writes them in a text: `{"{\"a\": 1}","2",NULL}`,
//! `{cart-1,"sack 2"}`. They become one array of JSON.

use super::read::Trouble;
use crate::model::json::{is_json, write_string};

/// What is no such array stays as it is: other databases have JSON in the same column.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    Ok(array(bytes).unwrap_or_else(|| bytes.to_vec()))
}

fn array(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim_ascii();
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let (item, behind) = item(rest)?;
        items.push(item);
        rest = match behind.strip_prefix(',') {
            Some(next) if !next.is_empty() => next,
            None if behind.is_empty() => behind,
            _ => return None,
        };
    }
    // Where one is no JSON they are texts, whatever the others look like.
    let are_json = items.iter().flatten().all(|item| is_json(item));
    let mut out = String::from("[");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match item {
            None => out.push_str("null"),
            Some(item) if are_json => out.push_str(item),
            Some(item) => write_string(item, &mut out),
        }
    }
    out.push(']');
    Some(out.into_bytes())
}

/// The first item, `None` in it where it is null, and what stands behind it.
fn item(text: &str) -> Option<(Option<String>, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (item, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
        // All else has quotes around it.
        let is_bare = !item.is_empty() && !item.contains(['{', '}', '"', '\\']);
        let item = (!item.eq_ignore_ascii_case("null")).then(|| item.to_owned());
        return is_bare.then_some((item, behind));
    };
    let (mut item, mut from) = (String::new(), 0);
    loop {
        let at = from + quoted.get(from..)?.find(['"', '\\'])?;
        item.push_str(&quoted[from..at]);
        let behind = &quoted[at + 1..];
        if quoted[at..].starts_with('"') {
            return Some((Some(item), behind));
        }
        // A backslash stands before what is meant as it is.
        let next = behind.chars().next()?;
        item.push(next);
        from = at + 1 + next.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        String::from_utf8(unpack(text.as_bytes()).expect("never fails")).expect("text")
    }

    #[test]
    fn arrays_of_json_and_of_texts_are_one_array_and_all_else_stays() {
        // PostgreSQL 15: SELECT ARRAY['{"a":"x\"y,{é}"}', '[1,2]', '"s"', '5', NULL]::jsonb[].
        let text = r#"{"{\"a\": \"x\\\"y,{é}\"}","[1, 2]","\"s\"",5,NULL}"#;
        assert_eq!(shown(text), r#"[{"a": "x\"y,{é}"},[1, 2],"s",5,null]"#);
        assert_eq!(shown("{}"), "[]");
        // SELECT ARRAY['cart-1', 'sack 2', '5', 'a"b', '', NULL, 'null'].
        let text = r#"{cart-1,"sack 2",5,"a\"b","",NULL,"null"}"#;
        assert_eq!(shown("{\"1,2\"}"), r#"["1,2"]"#);
        assert_eq!(shown(text), r#"["cart-1","sack 2","5","a\"b","",null,"null"]"#);
        for other in [r#"{"a":1}"#, "[1,2]", "{1,}", "{a{b}", r#"{"1"#, r#"{"1\"#, r#"{"1"2}"#, "{", ""] {
            assert_eq!(shown(other), other);
        }
    }
}
