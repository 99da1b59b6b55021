//! The text of every statement, generated from a table's declaration.
//!
//! Markers stand in this order: the tenant (tables of tenants only), the key's cells, the values, and what each
//! text says beyond that. A value that is not set is bound as *unset*, never as null: a null is a tombstone.

use switchboard_schema::table::{Column, EXPIRES_AT, Ownership, TENANT, Table};

use crate::scans::Bound;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Upserts a row. Where rows expire its end follows. Then comes the client's timestamp in microseconds, and where
    /// rows expire the seconds after which the server may drop the row, 0 for never.
    Put,
    /// Removes a row by its key. The first marker is the client's timestamp.
    Delete,
    /// Reads a row by its key.
    Get,
    /// Reads rows of a partition, page by page. There is no limit: rows that have ended do not count.
    Scan {
        /// Its lower end.
        lower: Bound,
        /// Its upper end.
        upper: Bound,
        /// Descending.
        reverse: bool,
    },
    /// Reads everything of the rows of a part of the ring: above one token, up to another.
    Dump,
    /// Writes a row where there is none, conditionally.
    Claim,
    /// Replaces the values of a row if they are as expected: first the new values, then the key, then the expected.
    Replace,
    /// Removes a row if its values are as expected.
    Release,
}

impl Shape {
    /// The statement's text, for a table in a keyspace.
    pub(super) fn cql(self, table: &Table, keyspace: &str) -> String {
        let name = format!("{keyspace}.{}", table.name);
        match self {
            Self::Put => {
                let life = if table.expires { " AND TTL ?" } else { "" };
                format!("{} USING TIMESTAMP ?{life}", insert(table, &name, true))
            }
            Self::Delete => format!("DELETE FROM {name} USING TIMESTAMP ? WHERE {}", equal(keys(table))),
            Self::Get => format!("SELECT {} FROM {name} WHERE {}", selected(table), equal(keys(table))),
            Self::Scan { lower, upper, reverse } => scan(table, &name, lower, upper, reverse),
            Self::Dump => {
                let partition = names(tenant(table).chain(table.partition)).join(", ");
                let tenant = tenant(table).map(|column| format!("{}, ", column.name)).collect::<String>();
                format!(
                    "SELECT {tenant}{} FROM {name} WHERE token({partition}) > ? AND token({partition}) <= ?",
                    selected(table)
                )
            }
            Self::Claim => format!("{} IF NOT EXISTS", insert(table, &name, false)),
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

fn insert(table: &Table, name: &str, with_end: bool) -> String {
    let mut columns = names(tenant(table).chain(table.columns()));
    columns.extend((with_end && table.expires).then_some(EXPIRES_AT));
    let markers = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {name} ({}) VALUES ({markers})", columns.join(", "))
}

fn scan(table: &Table, name: &str, lower: Bound, upper: Bound, reverse: bool) -> String {
    let mut text = format!(
        "SELECT {} FROM {name} WHERE {}",
        selected(table),
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
    text
}

#[cfg(test)]
mod tests {
    use switchboard_schema::record::{CLAIMS, IDEMPOTENCY, THREAD};

    use super::*;

    #[test]
    fn a_put_names_every_column_once_and_its_time() {
        assert_eq!(
            Shape::Put.cql(&IDEMPOTENCY, "k"),
            "INSERT INTO k.idempotency (tenant, principal, key_hash, request_hash, status, body, expires_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?"
        );
        assert!(
            Shape::Put.cql(&THREAD, "k").ends_with("VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?")
        );
    }

    #[test]
    fn a_scan_bounds_a_prefix_as_a_tuple() {
        let shape = Shape::Scan { lower: Bound::Beyond, upper: Bound::Including(1), reverse: true };
        assert_eq!(
            shape.cql(&THREAD, "k"),
            "SELECT conversation_id, bucket, kind, n, epoch, version, id, provider_at, body FROM k.thread \
             WHERE tenant = ? AND conversation_id = ? AND bucket = ? AND (kind, n, epoch) > (?, ?, ?) \
             AND (kind) <= (?) ORDER BY kind DESC, n DESC, epoch DESC"
        );
    }

    #[test]
    fn claimed_tables_are_compared_and_set() {
        assert_eq!(
            Shape::Claim.cql(&CLAIMS, "k"),
            "INSERT INTO k.claims (kind, hash, target) VALUES (?, ?, ?) IF NOT EXISTS"
        );
        assert_eq!(
            Shape::Replace.cql(&CLAIMS, "k"),
            "UPDATE k.claims SET target = ? WHERE kind = ? AND hash = ? IF target = ?"
        );
        assert_eq!(
            Shape::Release.cql(&CLAIMS, "k"),
            "DELETE FROM k.claims WHERE kind = ? AND hash = ? IF target = ?"
        );
    }
}
