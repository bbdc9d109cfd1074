//! Values as document databases write them into JSON, each in an object that names its type,
//! and the plain values inside.
//!
//! DynamoDB: `{"S":"a"}`, `{"N":"1"}` and so on, as its API, scans and exports to S3 write
//! them. MongoDB: `{"$oid":"…"}`, `{"$numberLong":"1"}`, Extended JSON 1 and 2, canonical and
//! relaxed. A set, which JSON has not, becomes `{"$set":[…]}`, as in states.

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};

use super::json::{is_number, to_text, write, write_string};
use super::node::{Node, Object, Text};
use super::time::{Number, TimeUnit};

/// Whose types are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    DynamoDb,
    MongoDb,
}

/// Levels of members around an item of DynamoDB: lines of an export, requests, streams.
const AROUND_ITEMS: [&[&str]; 5] = [&[], &["Item"], &["NewImage"], &["PutRequest", "Item"], &["dynamodb", "NewImage"]];

/// What of a record that is no item says which one is gone.
const AROUND_KEYS: [&[&str]; 3] = [&["Keys"], &["DeleteRequest", "Key"], &["dynamodb", "Keys"]];

impl Typing {
    /// Whose types the values of a record name; `None` where they name none.
    pub fn of(record: &Node) -> Option<Typing> {
        if item(record).is_some() || keys_of_deleted(record).is_some() {
            Some(Typing::DynamoDb)
        } else {
            names_mongo_types(record).then_some(Typing::MongoDb)
        }
    }

    /// The container's word in `engines` of dialects.
    pub fn engine(self) -> &'static str {
        match self {
            Typing::DynamoDb => "dynamodb",
            Typing::MongoDb => "mongodb",
        }
    }

    /// As a sentence of the evidence.
    pub fn sentence(self) -> &'static str {
        match self {
            Typing::DynamoDb => "its values are DynamoDB's, each under the name of its type",
            Typing::MongoDb => "its values are MongoDB's Extended JSON",
        }
    }

    /// The record with plain values. `Err` says why it holds none.
    ///
    /// # Errors
    /// Where it is no item of a table.
    pub fn plain(self, record: &Node) -> Result<Node, String> {
        match self {
            Typing::MongoDb => Ok(of_mongo(record)),
            Typing::DynamoDb => match item(record) {
                Some(item) => Ok(item),
                None => Err(match keys_of_deleted(record) {
                    Some(keys) => format!("deletes the item {}", to_text(&keys)),
                    None => "is no item of DynamoDB".to_owned(),
                }),
            },
        }
    }
}

fn at<'n>(record: &'n Node, path: &[&str]) -> Option<&'n Object> {
    match path.iter().try_fold(record, |node, member| node.get(member))? {
        Node::Object(object) => Some(object),
        _ => None,
    }
}

/// The item that a record is or holds, with plain values.
fn item(record: &Node) -> Option<Node> {
    AROUND_ITEMS.iter().filter_map(|path| at(record, path)).find_map(members_of_dynamo)
}

fn keys_of_deleted(record: &Node) -> Option<Node> {
    AROUND_KEYS.iter().filter_map(|path| at(record, path)).find_map(members_of_dynamo)
}

/// The members with plain values; `None` where there is none, or one names no type.
fn members_of_dynamo(item: &Object) -> Option<Node> {
    let member = |(name, node): &(Text, Node)| Some((Arc::clone(name), value_of_dynamo(node)?));
    let members: Option<Vec<_>> = item.0.iter().map(member).collect();
    members.filter(|members| !members.is_empty()).map(Node::object)
}

fn alone(node: &Node) -> Option<(&str, &Node)> {
    match node {
        Node::Object(object) => match object.0.as_slice() {
            [(name, inside)] => Some((name, inside)),
            _ => None,
        },
        _ => None,
    }
}

/// The plain value; `None` where the node names no type of DynamoDB.
fn value_of_dynamo(node: &Node) -> Option<Node> {
    let (name, inside) = alone(node)?;
    let all = |of: fn(&Node) -> Option<Node>| match inside {
        Node::Array(items) => items.iter().map(of).collect::<Option<Vec<Node>>>(),
        _ => None,
    };
    match name {
        "S" => matches!(inside, Node::String(_)).then(|| inside.clone()),
        "N" => number(inside),
        "B" => bytes(inside),
        "BOOL" => matches!(inside, Node::Bool(_)).then(|| inside.clone()),
        "NULL" => matches!(inside, Node::Bool(_)).then_some(Node::Null),
        "SS" => all(|item| matches!(item, Node::String(_)).then(|| item.clone())).map(set),
        "NS" => all(number).map(set),
        "BS" => all(bytes).map(set),
        "L" => all(value_of_dynamo).map(Node::array),
        "M" => match inside {
            Node::Object(object) => {
                let member = |(name, node): &(Text, Node)| Some((Arc::clone(name), value_of_dynamo(node)?));
                object.0.iter().map(member).collect::<Option<Vec<_>>>().map(Node::object)
            }
            _ => None,
        },
        _ => None,
    }
}

/// A number that is written as a text; it keeps its digits.
fn number(node: &Node) -> Option<Node> {
    match node {
        Node::Number(_) => Some(node.clone()),
        Node::String(text) if is_number(text) => Some(Node::Number(Arc::clone(text))),
        _ => None,
    }
}

fn bytes(node: &Node) -> Option<Node> {
    let bytes = BASE64_STANDARD.decode(node.as_str()?).ok()?;
    Some(Node::Bytes(Arc::from(bytes)))
}

fn set(items: Vec<Node>) -> Node {
    Node::object(vec![(Arc::from("$set"), Node::array(items))])
}

/// Somewhere in the record stands a type of MongoDB.
fn names_mongo_types(node: &Node) -> bool {
    match node {
        Node::Object(object) => {
            value_of_mongo(object).is_some() || object.0.iter().any(|(_, node)| names_mongo_types(node))
        }
        Node::Array(items) => items.iter().any(names_mongo_types),
        _ => false,
    }
}

fn of_mongo(node: &Node) -> Node {
    match node {
        Node::Object(object) => value_of_mongo(object).unwrap_or_else(|| {
            let member = |(name, node): &(Text, Node)| (Arc::clone(name), of_mongo(node));
            Node::object(object.0.iter().map(member).collect())
        }),
        Node::Array(items) => Node::array(items.iter().map(of_mongo).collect()),
        other => other.clone(),
    }
}

/// The plain value; `None` where the object names no type of MongoDB.
fn value_of_mongo(object: &Object) -> Option<Node> {
    let text = |node: &Node| node.as_str().map(Node::text);
    match object.0.as_slice() {
        [(name, inside)] => match &**name {
            "$oid" | "$uuid" | "$symbol" => text(inside),
            "$date" => date(inside),
            "$numberLong" | "$numberInt" | "$numberDouble" | "$numberDecimal" => match inside {
                // NaN and the infinities are no numbers of JSON.
                Node::String(value) if !is_number(value) => Some(inside.clone()),
                inside => number(inside),
            },
            "$binary" => {
                let subtype = inside.get("subType").and_then(Node::as_str).unwrap_or_default();
                binary(inside.get("base64")?, subtype)
            }
            "$timestamp" => inside.get("t").is_some().then(|| inside.clone()),
            "$undefined" => Some(Node::Null),
            _ => None,
        },
        // Version 1 of the format.
        [(first, data), (second, subtype)] if (&**first, &**second) == ("$binary", "$type") => {
            binary(data, subtype.as_str().unwrap_or_default())
        }
        _ => None,
    }
}

/// A moment: as text where it is one, else milliseconds since 1970.
fn date(node: &Node) -> Option<Node> {
    let millis = match node {
        Node::String(_) => return Some(node.clone()),
        Node::Number(text) => Number::parse(text),
        node => node.get("$numberLong").and_then(Node::as_str).and_then(Number::parse),
    };
    let time = TimeUnit::named("ms")?.time(millis?)?;
    Some(Node::text(&time.to_iso_millis()))
}

/// The date in an object that NeDB (`{"$$date":ms}`) or TingoDB (`{"$wrap":"$date","v":ms,…}`)
/// writes around it, or MongoDB.
pub fn date_in(node: &Node) -> Option<String> {
    let Node::Object(object) = node else { return None };
    let inside = match object.0.as_slice() {
        [(name, inside)] if matches!(&**name, "$$date" | "$date") => inside,
        [(name, wrap), ..] if &**name == "$wrap" && wrap.as_str() == Some("$date") => node.get("v")?,
        _ => return None,
    };
    date(inside)?.as_str().map(str::to_owned)
}

fn binary(data: &Node, subtype: &str) -> Option<Node> {
    let node = bytes(data)?;
    match &node {
        Node::Bytes(bytes) if matches!(subtype, "04" | "4") && bytes.len() == 16 => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
            Some(Node::text(&parts.join("-")))
        }
        _ => Some(node),
    }
}

/// A plain value that was written as JSON and read again, with its bytes as bytes.
pub fn restored(node: &Node) -> Node {
    if let Some(("$bytes", inside)) = alone(node)
        && let Some(bytes) = bytes(inside)
    {
        return bytes;
    }
    match node {
        Node::Array(items) => Node::array(items.iter().map(restored).collect()),
        Node::Object(object) => {
            Node::object(object.0.iter().map(|(name, node)| (Arc::clone(name), restored(node))).collect())
        }
        other => other.clone(),
    }
}

/// JSON loses something of the value that a program of JavaScript gets from the library: a set,
/// bytes, or a whole number beyond 2^53.
pub fn is_more_than_json(node: &Node) -> bool {
    match node {
        Node::Bytes(_) => true,
        Node::Number(text) => is_big(text),
        Node::Array(items) => items.iter().any(is_more_than_json),
        Node::Object(object) => {
            matches!(alone(node), Some(("$set", Node::Array(_))))
                || object.0.iter().any(|(_, node)| is_more_than_json(node))
        }
        _ => false,
    }
}

/// Writes the value as JSON in which nothing is lost: sets are `{"$set":[…]}`, bytes
/// `{"$bytes":"base64"}`, large whole numbers `{"$bigint":"…"}`.
pub fn write_all(node: &Node, out: &mut String) {
    match node {
        Node::Number(text) if is_big(text) => {
            out.push_str("{\"$bigint\":");
            write_string(text, out);
            out.push('}');
        }
        Node::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_all(item, out);
            }
            out.push(']');
        }
        Node::Object(object) => {
            out.push('{');
            for (at, (name, node)) in object.0.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_all(node, out);
            }
            out.push('}');
        }
        other => write(other, out),
    }
}

/// A whole number that a float of JavaScript cannot tell from its neighbours.
fn is_big(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.len() >= 16
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.parse::<u128>().map_or(true, |number| number >= 1 << 53)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::{parse_text, to_text};

    fn plain(typing: Typing, text: &str) -> String {
        let record = parse_text(text).node;
        assert_eq!(Typing::of(&record), Some(typing), "{text}");
        to_text(&typing.plain(&record).expect("a record"))
    }

    #[test]
    fn every_type_of_dynamodb_is_taken_off() {
        let item = r#"{"s":{"S":""},"n":{"N":"12345678901234567890123456789012345678"},"f":{"N":"-1.50E-7"},
            "b":{"B":"/wA="},"ss":{"SS":["b","a"]},"ns":{"NS":["1","2.0"]},"bs":{"BS":["AA=="]},"no":{"NULL":true},
            "yes":{"BOOL":false},"l":{"L":[{"N":"1"},{"L":[]},{"M":{}}]},"m":{"M":{"S":{"S":"x"},"N":{"M":{"N":{"N":"0"}}}}}}"#;
        let want = r#"{"s":"","n":12345678901234567890123456789012345678,"f":-1.50E-7,"b":{"$bytes":"/wA="},"ss":{"$set":["b","a"]},"ns":{"$set":[1,2.0]},"bs":{"$set":[{"$bytes":"AA=="}]},"no":null,"yes":false,"l":[1,[],{}],"m":{"S":"x","N":{"N":0}}}"#;
        for around in [
            "{}",
            r#"{"Item":{}}"#,
            r#"{"PutRequest":{"Item":{}}}"#,
            r#"{"eventName":"INSERT","dynamodb":{"NewImage":{}}}"#,
        ] {
            assert_eq!(plain(Typing::DynamoDb, &around.replace("{}", item)), want, "{around}");
        }
        let change = r#"{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"v":{"N":"2"}},"OldImage":{"id":{"S":"a"}}}"#;
        assert_eq!(plain(Typing::DynamoDb, change), r#"{"id":"a","v":2}"#);
        let gone = parse_text(r#"{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"id":{"S":"a"}}}"#).node;
        assert_eq!(Typing::of(&gone), Some(Typing::DynamoDb));
        assert_eq!(Typing::DynamoDb.plain(&gone).expect_err("no item"), r#"deletes the item {"id":"a"}"#);
    }

    #[test]
    fn what_only_looks_like_types_is_left() {
        for text in [
            r#"{"a":{"S":1}}"#,
            r#"{"a":{"S":"x","N":"1"}}"#,
            r#"{"a":{"N":"one"}}"#,
            r#"{"a":{"B":"no base64!"}}"#,
            r#"{"a":{"L":[1]}}"#,
            r#"{"a":{"s":"x"}}"#,
            r#"{"a":1,"b":{"S":"x"}}"#,
            r#"{"a":{"$set":["x"]}}"#,
            r#"{"a":{"$oid":1}}"#,
            "{}",
            "[]",
        ] {
            assert_eq!(Typing::of(&parse_text(text).node), None, "{text}");
        }
    }

    #[test]
    fn every_type_of_mongodb_is_taken_off() {
        for (text, want) in [
            (r#"{"$oid":"65a1"}"#, r#""65a1""#),
            (r#"{"$numberLong":"9223372036854775807"}"#, "9223372036854775807"),
            (r#"{"$numberInt":"-1"}"#, "-1"),
            (r#"{"$numberDouble":"NaN"}"#, r#""NaN""#),
            (r#"{"$numberDecimal":"0.10"}"#, "0.10"),
            (r#"{"$date":"2026-01-02T03:04:05Z"}"#, r#""2026-01-02T03:04:05Z""#),
            (r#"{"$date":{"$numberLong":"1767323045060"}}"#, r#""2026-01-02T03:04:05.060Z""#),
            (r#"{"$date":0}"#, r#""1970-01-01T00:00:00.000Z""#),
            (r#"{"$binary":{"base64":"AAE=","subType":"00"}}"#, r#"{"$bytes":"AAE="}"#),
            (r#"{"$binary":"AAE=","$type":"00"}"#, r#"{"$bytes":"AAE="}"#),
            (
                r#"{"$binary":{"base64":"ASNFZ4mrze8BI0VniavN7w==","subType":"04"}}"#,
                r#""01234567-89ab-cdef-0123-456789abcdef""#,
            ),
            (r#"{"$undefined":true}"#, "null"),
        ] {
            let record = format!(r#"{{"a":[{{"b":{text}}}]}}"#);
            assert_eq!(plain(Typing::MongoDb, &record), format!(r#"{{"a":[{{"b":{want}}}]}}"#));
        }
    }

    #[test]
    fn nothing_is_lost_on_the_way_to_a_reducer() {
        let text = r#"{"a":9007199254740992,"b":[-12345678901234567890],"c":9007199254740991,"d":{"$set":[1]},"e":{"$bytes":"AA=="},"f":1e21}"#;
        let node = restored(&parse_text(text).node);
        assert!(matches!(node.get("e"), Some(Node::Bytes(_))) && is_more_than_json(&node));
        let mut out = String::new();
        write_all(&node, &mut out);
        let want = text
            .replace("9007199254740992", r#"{"$bigint":"9007199254740992"}"#)
            .replace("-12345678901234567890", r#"{"$bigint":"-12345678901234567890"}"#);
        assert_eq!(out, want);
        for text in [r#"{"c":9007199254740991,"f":1e21}"#, r#"{"$set":{"a":1}}"#] {
            assert!(!is_more_than_json(&parse_text(text).node), "{text}");
        }
    }
}
