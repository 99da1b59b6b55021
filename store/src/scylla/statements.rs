//! The text of every statement, generated from a table's declaration.
//!
//! Markers stand in this order: the tenant (tables of tenants only), the key's cells, the values, and what each
//! text says beyond that. A value that is not set is bound as *unset*, never as null: a null is a tombstone.

use switchboard_schema::table::{Column, EXPIRES_AT, Ownership, TENANT, Table};

/// The lower or upper end of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Bound {
    /// None.
    Open,
    /// So many leading clustering columns, themselves included.
    Including(usize),
    /// The whole clustering key, itself not included.
    Beyond,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Upserts a row. Two markers follow: the client's timestamp in microseconds, and the seconds after which the
    /// server may drop the row, 0 for never.
    Put,
    /// Removes a row by its key. The first marker is the client's timestamp.
    Delete,
    /// Reads a row by its key.
    Get,
    /// Reads rows of a partition. A marker for the number of rows follows the bounds'.
    Scan {
        /// Its lower end.
        lower: Bound,
        /// Its upper end.
        upper: Bound,
        /// Descending.
        reverse: bool,
    },
    /// Writes a row where there is none, conditionally.
    Claim,
    /// Replaces the values of a row if they are as expected: first the new values, then the key, then the expected.
    Replace,
    /// Removes a row if its values are as expected.
    Release,
}

impl Shape {
    /// The statement's text.
    pub(super) fn cql(self, table: &Table) -> String {
        let name = table.name;
        match self {
            Self::Put => format!("{} USING TIMESTAMP ? AND TTL ?", insert(table, true)),
            Self::Delete => format!("DELETE FROM {name} USING TIMESTAMP ? WHERE {}", equal(keys(table))),
            Self::Get => format!("SELECT {} FROM {name} WHERE {}", selected(table), equal(keys(table))),
            Self::Scan { lower, upper, reverse } => scan(table, lower, upper, reverse),
            Self::Claim => format!("{} IF NOT EXISTS", insert(table, false)),
            Self::Replace => {
                let set: Vec<_> = table.values.iter().map(|column| format!("{} = ?", column.name)).collect();
                let expected = equal(table.values.iter());
                format!("UPDATE {name} SET {} WHERE {} IF {expected}", set.join(", "), equal(keys(table)))
            }
            Self::Release => {
                format!("DELETE FROM {name} WHERE {} IF {}", equal(keys(table)), equal(table.values.iter()))
            }
        }
    }
}

fn tenant(table: &Table) -> impl Iterator<Item = &'static Column> + use<> {
    matches!(table.ownership, Ownership::Tenant).then_some(&TENANT).into_iter()
}

fn keys(table: &Table) -> impl Iterator<Item = &'static Column> + '_ {
    tenant(table).chain(table.key())
}

/// `a = ? AND b = ?`
fn equal<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| format!("{} = ?", column.name)).collect::<Vec<_>>().join(" AND ")
}

fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> Vec<&'static str> {
    columns.map(|column| column.name).collect()
}

/// What a read answers: a record's columns, and where rows expire their end.
fn selected(table: &Table) -> String {
    let mut columns = names(table.columns());
    columns.extend(table.expires.then_some(EXPIRES_AT));
    columns.join(", ")
}

fn insert(table: &Table, with_end: bool) -> String {
    let mut columns = names(tenant(table).chain(table.columns()));
    columns.extend((with_end && table.expires).then_some(EXPIRES_AT));
    let markers = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({markers})", table.name, columns.join(", "))
}

fn scan(table: &Table, lower: Bound, upper: Bound, reverse: bool) -> String {
    let mut text = format!(
        "SELECT {} FROM {} WHERE {}",
        selected(table),
        table.name,
        equal(tenant(table).chain(table.partition))
    );
    // Beyond a key is above it at the lower end and below it at the upper.
    for (bound, including, beyond) in [(lower, ">=", ">"), (upper, "<=", "<")] {
        let (columns, operator) = match bound {
            Bound::Open => continue,
            Bound::Including(columns) => (columns, including),
            Bound::Beyond => (table.clustering.len(), beyond),
        };
        let prefix = names(table.clustering.iter().take(columns)).join(", ");
        let markers = vec!["?"; columns].join(", ");
        text += &format!(" AND ({prefix}) {operator} ({markers})");
    }
    if reverse {
        let order: Vec<_> = table.clustering.iter().map(|column| format!("{} DESC", column.name)).collect();
        if !order.is_empty() {
            text += &format!(" ORDER BY {}", order.join(", "));
        }
    }
    text + " LIMIT ?"
}

#[cfg(test)]
mod tests {
    use switchboard_schema::record::{CLAIMS, IDEMPOTENCY, THREAD};

    use super::*;

    #[test]
    fn a_put_names_every_column_once_and_its_time() {
        assert_eq!(
            Shape::Put.cql(&IDEMPOTENCY),
            "INSERT INTO idempotency (tenant, principal, key_hash, request_hash, status, body, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?"
        );
    }

    #[test]
    fn a_scan_bounds_a_prefix_as_a_tuple() {
        let shape = Shape::Scan { lower: Bound::Beyond, upper: Bound::Including(1), reverse: true };
        assert_eq!(
            shape.cql(&THREAD),
            "SELECT conversation_id, bucket, kind, n, epoch, version, id, provider_at, body FROM thread \
             WHERE tenant = ? AND conversation_id = ? AND bucket = ? AND (kind, n, epoch) > (?, ?, ?) \
             AND (kind) <= (?) ORDER BY kind DESC, n DESC, epoch DESC LIMIT ?"
        );
    }

    #[test]
    fn claimed_tables_are_compared_and_set() {
        assert_eq!(
            Shape::Claim.cql(&CLAIMS),
            "INSERT INTO claims (kind, hash, target) VALUES (?, ?, ?) IF NOT EXISTS"
        );
        assert_eq!(
            Shape::Replace.cql(&CLAIMS),
            "UPDATE claims SET target = ? WHERE kind = ? AND hash = ? IF target = ?"
        );
        assert_eq!(
            Shape::Release.cql(&CLAIMS),
            "DELETE FROM claims WHERE kind = ? AND hash = ? IF target = ?"
        );
    }
}
