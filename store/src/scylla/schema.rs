//! The keyspaces and tables: made where they are missing, added to where the program has grown.
//!
//! Only what an older program beside this one does not notice is ever done by itself: a new table, a new column. What
//! a later program has added is left alone.

use std::time::Duration;

use scylla::{client::session::Session, statement::Statement};
use switchboard_schema::{
    record::{CQL_TABLES, TABLES},
    table::{EXPIRES_AT, Ownership, TENANT, Table, Type},
};

use super::OpenError;

/// Characters of a keyspace's name, at most, what is added to it included.
pub(super) const KEYSPACE_CHARS_MAX: usize = 40;
/// How long one change of a table may take.
const CHANGE_MAX: Duration = Duration::from_secs(60);
/// How often a change is tried.
const CHANGE_TRIES: u32 = 3;
/// What is added to the name for the tables that are written by compare-and-set.
const CLAIMS_SUFFIX: &str = "_claims";

/// Where the tables are. Those written by compare-and-set have a keyspace of their own: ScyllaDB's documentation says
/// of keyspaces with tablets, its default, that they do not have lightweight transactions (up to 2025.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keyspaces {
    plain: String,
    claims: String,
}

impl Keyspaces {
    /// The keyspaces of a name.
    pub(super) fn of(name: &str) -> Self {
        Self { plain: name.to_owned(), claims: format!("{name}{CLAIMS_SUFFIX}") }
    }

    /// Both names.
    pub(super) fn names(&self) -> [&str; 2] {
        [&self.plain, &self.claims]
    }

    /// The keyspace of a table.
    pub(super) fn of_table(&self, table: &Table) -> &str {
        if table.claimed { &self.claims } else { &self.plain }
    }
}

/// Every table of the store.
pub(super) fn tables() -> impl Iterator<Item = &'static Table> {
    CQL_TABLES.iter().chain(TABLES).copied()
}

/// A column as the cluster describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Described {
    name: String,
    /// `partition_key`, `clustering`, `regular`.
    kind: String,
    /// The place within its kind; -1 for a regular one.
    position: i32,
    cql_type: String,
}

fn described(name: &str, kind: &str, position: usize, cql_type: Type) -> Described {
    Described {
        name: name.to_owned(),
        kind: kind.to_owned(),
        position: if kind == "regular" { -1 } else { i32::try_from(position).unwrap_or(i32::MAX) },
        cql_type: cql_type.cql().to_owned(),
    }
}

/// The columns of a table as they should be described.
fn declared(table: &Table) -> Vec<Described> {
    let tenant = matches!(table.ownership, Ownership::Tenant).then_some(&TENANT);
    let partition = tenant.into_iter().chain(table.partition).enumerate();
    let end = table.expires.then_some((EXPIRES_AT, Type::Int));
    let values = table.values.iter().map(|column| (column.name, column.kind)).chain(end);
    partition
        .map(|(place, column)| described(column.name, "partition_key", place, column.kind))
        .chain(
            table
                .clustering
                .iter()
                .enumerate()
                .map(|(place, column)| described(column.name, "clustering", place, column.kind)),
        )
        .chain(values.map(|(name, kind)| described(name, "regular", 0, kind)))
        .collect()
}

/// The columns to be added to a table, or the one that cannot be made right.
fn missing(table: &Table, found: &[Described]) -> Result<Vec<Described>, String> {
    let mut missing = Vec::new();
    for column in declared(table) {
        match found.iter().find(|found| found.name == column.name) {
            Some(found) if *found == column => {}
            None if column.kind == "regular" => missing.push(column),
            _ => return Err(format!("{}.{}", table.name, column.name)),
        }
    }
    // A key column that is not declared would have to be given by every write.
    let strange = found.iter().find(|found| {
        found.kind != "regular" && !declared(table).iter().any(|column| column.name == found.name)
    });
    strange.map_or(Ok(missing), |strange| Err(format!("{}.{}", table.name, strange.name)))
}

/// Makes what is missing. Doing it again, or on several nodes at once, changes nothing.
pub(super) async fn migrate(
    session: &Session,
    keyspaces: &Keyspaces,
    replication: u8,
) -> Result<(), OpenError> {
    let run = async |text: String| {
        let mut statement = Statement::new(text);
        statement.set_request_timeout(Some(CHANGE_MAX));
        session.query_unpaged(statement, ()).await.map_err(|error| OpenError::Cluster(error.to_string()))
    };
    let is_scylla = {
        let text = "SELECT keyspace_name FROM system_schema.tables WHERE keyspace_name = 'system_schema' \
                    AND table_name = 'scylla_tables'";
        let rows = run(text.to_owned()).await?.into_rows_result().map_err(OpenError::strange)?;
        rows.rows_num() > 0
    };
    let replication = format!("{{'class': 'NetworkTopologyStrategy', 'replication_factor': {replication}}}");
    for name in keyspaces.names() {
        let tablets =
            if is_scylla && name == keyspaces.claims { " AND tablets = {'enabled': false}" } else { "" };
        run(format!("CREATE KEYSPACE IF NOT EXISTS {name} WITH replication = {replication}{tablets}"))
            .await?;
    }
    for table in tables() {
        let keyspace = keyspaces.of_table(table);
        let mut tries = 0;
        loop {
            let found = describe(session, keyspace, table).await?;
            let changes = if found.is_empty() {
                vec![table.cql(Some(keyspace))]
            } else {
                let missing = missing(table, &found).map_err(|column| OpenError::Differs { column })?;
                let add = |Described { name, cql_type, .. }| {
                    format!("ALTER TABLE {keyspace}.{} ADD {name} {cql_type}", table.name)
                };
                missing.into_iter().map(add).collect()
            };
            tries += 1;
            let mut done = Ok(());
            for change in changes {
                done = done.and(run(change).await.map(drop));
            }
            match done {
                Ok(()) => break,
                // Another server may have made the same change at the same time.
                Err(error) if tries >= CHANGE_TRIES => return Err(error),
                Err(_) => {}
            }
        }
    }
    session.await_schema_agreement().await.map_err(|error| OpenError::Cluster(error.to_string()))?;
    session.refresh_metadata().await.map_err(|error| OpenError::Cluster(error.to_string()))
}

/// Whether both keyspaces are there.
pub(super) async fn are_made(session: &Session, keyspaces: &Keyspaces) -> Result<bool, OpenError> {
    let text = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?";
    for name in keyspaces.names() {
        let answer = session.query_unpaged(text, (name,)).await;
        let answer = answer.map_err(|error| OpenError::Cluster(error.to_string()))?;
        if answer.into_rows_result().map_err(OpenError::strange)?.rows_num() == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn describe(session: &Session, keyspace: &str, table: &Table) -> Result<Vec<Described>, OpenError> {
    let text = "SELECT column_name, kind, position, type FROM system_schema.columns \
                WHERE keyspace_name = ? AND table_name = ?";
    let answer = session
        .query_unpaged(text, (keyspace, table.name))
        .await
        .map_err(|error| OpenError::Cluster(error.to_string()))?;
    let rows = answer.into_rows_result().map_err(OpenError::strange)?;
    let rows = rows.rows::<(String, String, i32, String)>().map_err(OpenError::strange)?;
    rows.map(|row| {
        let (name, kind, position, cql_type) = row.map_err(OpenError::strange)?;
        Ok(Described { name, kind, position, cql_type })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use switchboard_schema::record::{CLAIMS, IDEMPOTENCY, THREAD};

    use super::*;

    #[test]
    fn claimed_tables_live_apart() {
        let keyspaces = Keyspaces::of("switchboard");
        assert_eq!(keyspaces.of_table(&THREAD), "switchboard");
        assert_eq!(keyspaces.of_table(&CLAIMS), "switchboard_claims");
    }

    #[test]
    fn a_table_as_declared_lacks_nothing() {
        for table in tables() {
            assert_eq!(missing(table, &declared(table)), Ok(Vec::new()));
        }
    }

    #[test]
    fn a_column_that_the_program_has_grown_is_added_and_a_later_programs_is_left_alone() {
        let mut found = declared(&IDEMPOTENCY);
        found.retain(|column| column.name != "status");
        found.push(described("of_a_later_program", "regular", 0, Type::Blob));
        let missing = missing(&IDEMPOTENCY, &found).expect("it can be made right");
        assert_eq!(missing.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["status"]);
    }

    #[test]
    fn a_key_that_is_not_as_declared_is_told_by_name() {
        let without = |name: &str| {
            declared(&THREAD).into_iter().filter(|column| column.name != name).collect::<Vec<_>>()
        };
        assert_eq!(missing(&THREAD, &without("epoch")), Err("thread.epoch".to_owned()));
        let mut more = declared(&THREAD);
        more.push(described("shard", "partition_key", 3, Type::Int));
        assert_eq!(missing(&THREAD, &more), Err("thread.shard".to_owned()));
        let mut other = declared(&THREAD);
        other[0].cql_type = "uuid".to_owned();
        assert_eq!(missing(&THREAD, &other), Err("thread.tenant".to_owned()));
    }
}
