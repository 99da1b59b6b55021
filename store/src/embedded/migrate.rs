//! Brings a database to the tables this program declares, or says why it cannot.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use switchboard_schema::{
    record::{
        AUDIT, AUTOMATION_RULES, AUTOMATION_RUNS, AUTOMATION_WAITS, AVAILABILITY, BULK_JOBS, BULK_SLICES,
        CODES, CONSENT, CONVERSATION_HEADS, DRAFTS, INITIATED, INVITATIONS, LABELS, MACROS, MEDIA,
        NOTIFICATION_MARKS, NOTIFICATION_SETTINGS, NOTIFICATIONS, PUSH_JOBS, PUSH_SUBSCRIPTIONS,
        REPORT_FACTS, REPORT_STATES, ROLLUPS, SAVED_REPLIES, SAVED_VIEWS, SEALED_KEYS, TABLES, TEAMS,
        TEMPLATES, TENANT_LOG, WAKEUP_CURSORS, WAKEUPS,
    },
    table::{Column, Layout, Table},
};

/// The version of the declared tables. A change to a table that exists raises it and adds a step here.
pub(super) const VERSION: i64 = 8;

/// From version 1 to 2, before the declared tables are made: wake-ups are filed by the minute.
const COLUMNS_TO_2: &str = "ALTER TABLE wakeups RENAME COLUMN hour TO minute;";
/// From version 1 to 2, once the declared tables are there: rows that were all in partition 0 go to their own. The
/// bucket is the last byte of the id, of 64: its last hexadecimal digit, and the lower quarter of the one before.
const ROWS_TO_2: &str = "
    UPDATE wakeups SET minute = due / 60000;
    UPDATE contacts SET bucket =
        (instr('0123456789ABCDEF', substr(hex(contact_id), -2, 1)) - 1) % 4 * 16
        + instr('0123456789ABCDEF', substr(hex(contact_id), -1)) - 1;
    UPDATE conversation_heads SET bucket =
        (instr('0123456789ABCDEF', substr(hex(conversation_id), -2, 1)) - 1) % 4 * 16
        + instr('0123456789ABCDEF', substr(hex(conversation_id), -1)) - 1;
";
/// From version 2 to 3, before the declared tables are made: the log and the list's rows lie in order of arrival.
const ASIDE_TO_3: &str = "
    DROP INDEX tenant_log_expiry;
    ALTER TABLE tenant_log RENAME TO tenant_log_2;
    ALTER TABLE conversation_heads RENAME TO conversation_heads_2;
";
/// From version 2 to 3, once the declared tables are there.
const ROWS_TO_3: &str = "
    INSERT INTO tenant_log (tenant, chunk, offset, epoch, body, expires_at)
        SELECT tenant, chunk, offset, epoch, body, expires_at FROM tenant_log_2 ORDER BY tenant, chunk, offset;
    DROP TABLE tenant_log_2;
    INSERT INTO conversation_heads (tenant, bucket, conversation_id, version, body)
        SELECT tenant, bucket, conversation_id, version, body FROM conversation_heads_2
        ORDER BY tenant, bucket, conversation_id;
    DROP TABLE conversation_heads_2;
";
/// Has wake-ups read from the first on that is there.
const CURSORS_BACK: &str = "
    INSERT INTO wakeup_cursors (shard, minute) SELECT shard, min(minute) FROM wakeups WHERE true GROUP BY shard
    ON CONFLICT (shard) DO UPDATE SET minute = min(minute, excluded.minute);
";

/// Tables that came with a later version than the first.
const ADDED: &[(&str, i64)] = &[
    (WAKEUP_CURSORS.name, 2),
    (CONSENT.name, 4),
    (MEDIA.name, 4),
    (INITIATED.name, 5),
    (TEMPLATES.name, 5),
    (CODES.name, 6),
    (INVITATIONS.name, 6),
    (TEAMS.name, 6),
    (AVAILABILITY.name, 6),
    (SAVED_REPLIES.name, 6),
    (DRAFTS.name, 6),
    (AUDIT.name, 6),
    (LABELS.name, 7),
    (SAVED_VIEWS.name, 7),
    (BULK_JOBS.name, 7),
    (BULK_SLICES.name, 7),
    (AUTOMATION_RULES.name, 8),
    (MACROS.name, 8),
    (AUTOMATION_RUNS.name, 8),
    (AUTOMATION_WAITS.name, 8),
    (REPORT_STATES.name, 8),
    (REPORT_FACTS.name, 8),
    (ROLLUPS.name, 8),
    (NOTIFICATIONS.name, 8),
    (NOTIFICATION_MARKS.name, 8),
    (NOTIFICATION_SETTINGS.name, 8),
    (PUSH_SUBSCRIPTIONS.name, 8),
    (PUSH_JOBS.name, 8),
    (SEALED_KEYS.name, 8),
];

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

/// The version of a file's tables, by how they look: of a damaged one it may be the row that says it which does
/// not read. None that is known looks like another.
pub(crate) fn version_of(connection: &Connection) -> i64 {
    let prepares = |sql| connection.prepare(sql).is_ok();
    if prepares("SELECT hour FROM wakeups") {
        1
    } else if prepares("SELECT offset FROM tenant_log") && !prepares("SELECT rowid FROM tenant_log") {
        2
    } else if !prepares("SELECT n FROM consent") {
        3
    } else if !prepares("SELECT at FROM initiated") {
        4
    } else if !prepares("SELECT user_id FROM availability") {
        5
    } else if !prepares("SELECT label_id FROM labels") {
        6
    } else if !prepares("SELECT notification_id FROM notifications") {
        7
    } else {
        VERSION
    }
}

/// The declared tables that a version has.
pub(crate) fn tables_of(version: i64) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().copied().filter(move |table| {
        let added = ADDED.iter().find(|(name, _)| *name == table.name);
        added.is_none_or(|(_, since)| version >= *since)
    })
}

/// What a version calls a column of a declared table.
pub(super) fn column_of(version: i64, table: &Table, column: &Column) -> &'static str {
    if version == 1 && table.name == WAKEUPS.name && column.name == "minute" { "hour" } else { column.name }
}

/// How a version lays a declared table out.
pub(super) fn layout_of(version: i64, table: &Table) -> Layout {
    let moved = [TENANT_LOG.name, CONVERSATION_HEADS.name];
    if version < 3 && moved.contains(&table.name) { Layout::Clustered } else { table.layout }
}

/// Puts rows that are as an earlier version left them, in tables as they are declared, where they belong.
pub(super) fn move_rows(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version < 2 {
        connection.execute_batch(ROWS_TO_2)?;
    }
    Ok(())
}

/// Has wake-ups read from the first one on that is there: where they were brought from elsewhere, and what was
/// fired already is not sure.
pub(super) fn take_cursors_back(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(CURSORS_BACK)
}

/// Makes what is missing, and moves what an earlier version kept elsewhere; all of it or nothing. Doing it again
/// changes nothing.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Problem> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(VERSION_TABLE)?;
    let found: Option<i64> =
        transaction.query_row("SELECT version FROM schema_version", [], |row| row.get(0)).optional()?;
    if let Some(found) = found.filter(|found| *found > VERSION) {
        return Err(Problem::Newer(found));
    }
    let earlier = found.filter(|found| *found < VERSION);
    if let Some(found) = earlier {
        tracing::info!(from = found, to = VERSION, "bringing the database's tables up to date");
        if found < 2 {
            transaction.execute_batch(COLUMNS_TO_2)?;
        }
        if found < 3 {
            transaction.execute_batch(ASIDE_TO_3)?;
        }
    }
    transaction.execute_batch(&definition())?;
    if let Some(found) = earlier {
        if found < 3 {
            transaction.execute_batch(ROWS_TO_3)?;
        }
        move_rows(&transaction, found)?;
        if found < 2 {
            take_cursors_back(&transaction)?;
        }
    }
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
    use switchboard_schema::record::projection_bucket;

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

    /// A database as version 1 left it.
    fn version_1() -> Connection {
        let connection = empty();
        connection.execute_batch(include_str!("../../tests/fixtures/version-1.sql")).expect("version 1");
        connection
    }

    #[test]
    fn a_database_of_version_1_becomes_what_a_new_one_is() {
        let mut migrated = version_1();
        assert_eq!(version_of(&migrated), 1);
        migrate(&mut migrated).expect("it is migrated");
        assert_eq!(version_of(&migrated), VERSION);
        let mut new = empty();
        migrate(&mut new).expect("it is made");
        assert_eq!(objects(&migrated).expect("the tables"), objects(&new).expect("the tables"));
        let before: Vec<u64> = counts(&version_1(), tables_of(1));
        migrate(&mut migrated).expect("again");
        assert_eq!(counts(&migrated, tables_of(1)), before, "no row more or less");
    }

    fn counts(connection: &Connection, tables: impl Iterator<Item = &'static Table>) -> Vec<u64> {
        let count = |table: &Table| {
            let sql = format!("SELECT count(*) FROM {}", table.name);
            connection.query_row(&sql, [], |row| row.get(0)).expect("a count")
        };
        tables.map(count).collect()
    }

    #[test]
    fn rows_of_version_1_are_found_by_their_new_keys() {
        let mut connection = version_1();
        migrate(&mut connection).expect("it is migrated");
        let mut statement = connection
            .prepare("SELECT shard, minute, due, reason FROM wakeups ORDER BY minute, due, tenant_id")
            .expect("sql");
        let wakeups: Vec<(i64, i64, i64, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .and_then(Iterator::collect)
            .expect("the wake-ups");
        let wakeup = |minute, due, reason: &str| (0, minute, due, reason.to_owned());
        assert_eq!(
            wakeups,
            [
                wakeup(29_333_333, 1_760_000_000_001, "active"),
                wakeup(29_333_335, 1_760_000_100_000, "snooze"),
                wakeup(29_333_335, 1_760_000_100_000, "snooze"),
                wakeup(29_336_213, 1_760_172_800_000, "snooze"),
            ]
        );
        let cursor: (i64, i64) = connection
            .query_row("SELECT shard, minute FROM wakeup_cursors", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("a cursor");
        assert_eq!(cursor, (0, 29_333_333), "the first is read");
        for (table, id) in [("contacts", "contact_id"), ("conversation_heads", "conversation_id")] {
            let sql = format!("SELECT bucket, {id}, version FROM {table} ORDER BY version");
            let mut statement = connection.prepare(&sql).expect("sql");
            let rows: Vec<(i64, [u8; 16], i64)> = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .and_then(Iterator::collect)
                .expect("the rows");
            assert_eq!(rows.len(), 256);
            for (bucket, id, version) in rows {
                assert_eq!((bucket, i64::from(id[15])), (projection_bucket(&id), version), "{table}");
            }
        }
    }

    #[test]
    fn a_database_of_version_2_becomes_what_a_new_one_is_and_keeps_its_rows() {
        let mut connection = empty();
        connection.execute_batch(include_str!("../../tests/fixtures/version-2.sql")).expect("version 2");
        let contents = |connection: &Connection| -> Vec<(String, i64, Option<i64>)> {
            let sql = "SELECT hex(tenant) || chunk || epoch || hex(body), offset, expires_at FROM tenant_log
                UNION ALL SELECT hex(tenant) || bucket || hex(conversation_id) || hex(body), version, 0
                FROM conversation_heads UNION ALL SELECT 'cursor', minute, 0 FROM wakeup_cursors ORDER BY 1, 2";
            let mut statement = connection.prepare(sql).expect("sql");
            statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .and_then(Iterator::collect)
                .expect("the rows")
        };
        let before = contents(&connection);
        assert_eq!((version_of(&connection), before.len()), (2, 200 + 256 + 1));
        migrate(&mut connection).expect("it is migrated");
        assert_eq!(version_of(&connection), VERSION);
        let mut new = empty();
        migrate(&mut new).expect("it is made");
        assert_eq!(objects(&connection).expect("the tables"), objects(&new).expect("the tables"));
        assert_eq!(contents(&connection), before);
    }

    #[test]
    fn a_database_of_version_5_is_known_and_gets_the_tables_that_came_since() {
        let (mut connection, mut new) = (empty(), empty());
        migrate(&mut connection).expect("it is made");
        migrate(&mut new).expect("it is made");
        let since: Vec<_> = ADDED.iter().filter(|(_, since)| *since > 5).collect();
        for (table, _) in &since {
            connection.execute_batch(&format!("DROP TABLE {table}")).expect("a table less");
        }
        connection.execute("UPDATE schema_version SET version = 5", []).expect("an earlier version");
        assert_eq!(version_of(&connection), 5);
        assert_eq!(counts(&connection, tables_of(5)).len(), tables_of(VERSION).count() - since.len());
        migrate(&mut connection).expect("it is migrated");
        assert_eq!(version_of(&connection), VERSION);
        assert_eq!(objects(&connection).expect("the tables"), objects(&new).expect("the tables"));
    }

    #[test]
    fn a_migration_that_fails_leaves_version_1_as_it_was() {
        let mut connection = version_1();
        // What is looked at last of all.
        connection
            .execute_batch("DROP TABLE members; CREATE TABLE members (tenant BLOB);")
            .expect("another table");
        let before = objects(&connection).expect("the tables");
        assert!(matches!(migrate(&mut connection), Err(Problem::Differs(name)) if name == "members"));
        assert_eq!(objects(&connection).expect("the tables"), before);
        let moved: i64 = connection
            .query_row("SELECT count(*) FROM contacts WHERE bucket > 0", [], |row| row.get(0))
            .expect("a count");
        assert_eq!((version_of(&connection), moved), (1, 0));
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
