//! Members of objects: metadata that is put together of several columns, and values that are
//! members of the payload.

use super::resolve::Resolver;
use super::{Cell, Field, Mapping, Name, Row, Source};
use crate::dialect::rules::{FieldRule, MemberRule};
use crate::model::Node;
use crate::model::json::{is_json, write, write_string};

/// One member of an object that is put together of columns.
#[derive(Clone, Debug)]
pub(super) struct Member {
    name: String,
    /// Empty where the table lacks the column.
    field: Field,
    is_time: bool,
}

impl Resolver<'_> {
    pub(super) fn members(&mut self, rule: &Option<FieldRule>) -> Vec<Member> {
        let rules = rule.iter().flat_map(|rule| &rule.members);
        let member = |rule: &MemberRule| {
            let path = rule.json.as_ref().map(|path| path.members.as_slice()).unwrap_or_default();
            let field = below(&self.sources(&rule.col), path);
            Member { name: rule.name.clone(), field, is_time: rule.time }
        };
        rules.map(member).collect()
    }
}

impl Member {
    pub fn field(&self) -> &Field {
        &self.field
    }
}

impl Mapping {
    /// The metadata that is put together of several columns, as JSON; `None` where it is not.
    pub fn metadata_of_members(&self, row: &Row<'_>) -> Option<String> {
        if self.members.is_empty() {
            return None;
        }
        let mut object = String::from("{");
        for member in &self.members {
            if object.len() > 1 {
                object.push(',');
            }
            write_string(&member.name, &mut object);
            object.push(':');
            let cell = self.look(&member.field, row);
            match self.moment(cell).filter(|_| member.is_time) {
                Some(time) => write_string(&time.to_rfc3339(), &mut object),
                None => write_cell(cell, &mut object),
            }
        }
        object.push('}');
        Some(object)
    }

    /// A row is only a part of an event, and all of it is read at once.
    pub fn is_grouped(&self) -> bool {
        self.is_grouped
    }
}

fn write_cell(cell: Cell<'_>, out: &mut String) {
    match cell {
        Cell::Null => out.push_str("null"),
        Cell::Integer(number) => out.push_str(&number.to_string()),
        Cell::Node(node) => write(node, out),
        Cell::Json(text) if is_json(text) => out.push_str(text),
        cell => write(&Node::text(&cell.to_text().unwrap_or_default()), out),
    }
}

/// What lies in the payload below these members.
pub(super) fn below(payload: &Field, members: &[String]) -> Field {
    let mut field = payload.clone();
    field.iter_mut().for_each(|source: &mut Source| source.path.extend(members.iter().cloned()));
    field
}

/// A member of the payload as a user names it: its key, else a path, `order.id` or `$.order.id`.
pub(super) fn named(payload: &Field, name: &Name) -> Field {
    let text = name.as_str();
    let mut field = below(payload, &[text.to_owned()]);
    let path: Vec<String> = text.trim_start_matches("$.").split('.').map(str::to_owned).collect();
    if path != [text] {
        field.extend(below(payload, &path));
    }
    field
}
