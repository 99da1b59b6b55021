//! Brings a database to the tables this program declares, or says why it cannot.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use switchboard_schema::record::TABLES;

/// The version of the declared tables. A change to a table that exists raises it and adds a step here.
pub(super) const VERSION: i64 = 1;

/// Where the version is kept: one row.
const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;";

/// Why the tables are not as declared.
#[derive(Debug)]
pub(super) enum Problem {
    /// A later program made them.
    Newer(i64),
    /// One of them is not as declared, though the version says so.
    Differs(String),
    /// SQLite said so.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The definition of every declared table: what `schema/sqlite/tables.sql` holds.
pub(super) fn definition() -> String {
    TABLES.iter().map(|table| table.sqlite()).collect::<Vec<_>>().join("\n")
}

/// Makes what is missing; all of it or nothing. Doing it again changes nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Problem> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(VERSION_TABLE)?;
    let found: Option<i64> =
        transaction.query_row("SELECT version FROM schema_version", [], |row| row.get(0)).optional()?;
    if let Some(found) = found.filter(|found| *found > VERSION) {
        return Err(Problem::Newer(found));
    }
    transaction.execute_batch(&definition())?;
    transaction.execute(
        "INSERT INTO schema_version (id, version) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET version = ?1",
        [VERSION],
    )?;
    let declared = {
        let scratch = Connection::open_in_memory()?;
        scratch.execute_batch(&definition())?;
        objects(&scratch)?
    };
    let made = objects(&transaction)?;
    if let Some((name, _)) = declared.iter().find(|object| !made.contains(object)) {
        return Err(Problem::Differs(name.clone()));
    }
    transaction.commit()?;
    Ok(())
}

/// Tables and indexes by name with the text that made them.
fn objects(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement =
        connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Connection {
        Connection::open_in_memory().expect("a database in memory")
    }

    #[test]
    fn migrating_twice_changes_nothing() {
        let mut connection = empty();
        migrate(&mut connection).expect("the first time");
        let before = objects(&connection).expect("the tables");
        migrate(&mut connection).expect("the second time");
        assert_eq!(objects(&connection).expect("the tables"), before);
        let version: i64 = connection
            .query_row("SELECT version FROM schema_version", [], |row| row.get(0))
            .expect("a version");
        assert_eq!(version, VERSION);
    }

    #[test]
    fn a_database_of_a_later_program_is_refused_and_left_alone() {
        let mut connection = empty();
        migrate(&mut connection).expect("the first time");
        connection.execute("UPDATE schema_version SET version = 99", []).expect("a later version");
        connection.execute_batch("DROP TABLE orphans").expect("a table less");
        assert!(matches!(migrate(&mut connection), Err(Problem::Newer(99))));
        assert!(!objects(&connection).expect("the tables").iter().any(|(name, _)| name == "orphans"));
    }

    #[test]
    fn a_table_that_is_not_as_declared_is_told_by_name() {
        let mut connection = empty();
        connection
            .execute_batch("CREATE TABLE contacts (tenant BLOB, bucket INTEGER, contact_id BLOB)")
            .expect("a table");
        assert!(matches!(migrate(&mut connection), Err(Problem::Differs(name)) if name == "contacts"));
        assert!(objects(&connection).expect("the tables").len() == 1, "nothing half made is left behind");
    }

    #[test]
    fn the_checked_in_definition_is_what_is_applied() {
        let checked_in = include_str!("../../../schema/sqlite/tables.sql");
        assert!(
            checked_in.ends_with(&definition()),
            "run the tests of switchboard-schema with UPDATE_GENERATED=1"
        );
    }
}
