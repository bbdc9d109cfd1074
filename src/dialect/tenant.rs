//! Stores of many tenants: a dialect narrowed to one of them.

use super::Dialect;
use super::rules::{Comparison, FieldRule, Names, Scalar, Test, TextRule};

impl Dialect {
    /// Rows say whose they are.
    pub fn knows_tenants(&self) -> bool {
        self.events.tenant.is_some()
    }

    /// The same dialect for the rows of one tenant; as it is where it knows of none.
    pub fn of_tenant(&self, tenant: &str) -> Dialect {
        let mut dialect = self.clone();
        if let Some(column) = &self.events.tenant {
            let is_own = Test(column.clone(), Comparison::Equal, Scalar::Text(tenant.to_owned()));
            dialect.events.tests.push(is_own);
        }
        dialect
    }

    /// The same dialect, but its streams are called as their tenants: which there are.
    pub fn by_tenant(&self) -> Dialect {
        let mut dialect = self.clone();
        if let Some(column) = &self.events.tenant {
            let col = Some(Names(vec![column.clone()]));
            dialect.events.map.stream = TextRule::Field(FieldRule { col, ..FieldRule::default() });
        }
        dialect
    }
}
