//! Arrays of JSON as PostgreSQL writes them in a text: `{"{\"a\": 1}","2",NULL}`. They become one
//! array of JSON.

use super::read::Trouble;
use crate::model::json::is_json;

/// What is no such array stays as it is: other databases have JSON in the same column.
pub fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    Ok(array(bytes).unwrap_or_else(|| bytes.to_vec()))
}

fn array(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim_ascii();
    let mut rest = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut out = vec![b'['];
    while !rest.is_empty() {
        let (item, behind) = item(rest)?;
        if !is_json(&item) {
            return None;
        }
        out.extend_from_slice(item.as_bytes());
        rest = match behind.strip_prefix(',') {
            Some(next) if !next.is_empty() => {
                out.push(b',');
                next
            }
            Some(_) => return None,
            None if behind.is_empty() => behind,
            None => return None,
        };
    }
    out.push(b']');
    Some(out)
}

/// The first item, and what stands behind it.
fn item(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (item, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
        let item = if item.eq_ignore_ascii_case("null") { "null" } else { item };
        return Some((item.to_owned(), behind));
    };
    let (mut item, mut from) = (String::new(), 0);
    loop {
        let at = from + quoted.get(from..)?.find(['"', '\\'])?;
        item.push_str(&quoted[from..at]);
        let behind = &quoted[at + 1..];
        if quoted[at..].starts_with('"') {
            return Some((item, behind));
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
    fn arrays_of_json_are_one_array_and_all_else_stays() {
        // PostgreSQL 15: SELECT ARRAY['{"a":"x\"y,{é}"}', '[1,2]', '"s"', '5', NULL]::jsonb[].
        let text = r#"{"{\"a\": \"x\\\"y,{é}\"}","[1, 2]","\"s\"",5,NULL}"#;
        assert_eq!(shown(text), r#"[{"a": "x\"y,{é}"},[1, 2],"s",5,null]"#);
        assert_eq!(shown("{}"), "[]");
        for other in [r#"{"a":1}"#, "[1,2]", "{1,}", "{words}", r#"{"1"#, r#"{"1\"#, r#"{"1"2}"#, "{", "", "{\"1,2\"}"]
        {
            assert_eq!(shown(other), other);
        }
    }
}
