//! The checked-in definitions of the tables are those that the declarations make.
//!
//! `UPDATE_GENERATED=1 cargo test -p switchboard-schema --test definitions` writes them anew.

use std::{fs, path::Path};

use switchboard_schema::{
    record::{CQL_TABLES, TABLES},
    table::Table,
};

/// Compares a checked-in file with what it should hold, or writes it.
#[expect(clippy::disallowed_methods, reason = "whether to write the files is told by the environment")]
fn check(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().expect("the file is in a folder")).expect("the folder can be made");
        fs::write(&path, expected).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{file} is not what the tables declare; write it anew with UPDATE_GENERATED=1 and look at the difference"
    );
}

fn file(dialect: &str, tables: &[&[&Table]], definition: impl Fn(&Table) -> String) -> String {
    let definitions: Vec<_> = tables.iter().copied().flatten().map(|table| definition(table)).collect();
    format!(
        "-- The tables in {dialect}, generated from schema/src/record.rs; do not edit.\n\
         -- UPDATE_GENERATED=1 cargo test -p switchboard-schema --test definitions\n\n{}",
        definitions.join("\n")
    )
}

#[test]
fn the_cql_definitions_are_those_declared() {
    check("cql/tables.cql", &file("CQL", &[CQL_TABLES, TABLES], |table| table.cql(None)));
}

#[test]
fn the_sqlite_definitions_are_those_declared() {
    check("sqlite/tables.sql", &file("SQLite's dialect", &[TABLES], Table::sqlite));
}

#[test]
fn every_table_has_a_name_of_its_own_and_few_enough_values() {
    let mut names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TABLES.len());
    assert!(TABLES.iter().all(|table| table.values.len() < 64), "a set of values is a mask of 64 bits");
}
