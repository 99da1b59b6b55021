//! What a backend refuses before it starts, beyond `switchboard_ports::store::check_commit`: cells of the
//! wrong type, keys that are not whole, scans that name no page. So nothing a caller can pass makes a
//! statement fail in the middle of a group.

use switchboard_ports::store::{
    Error, Exchange, MAX_SCAN_ROWS, Mutation, Scan, Scope, check_commit, check_scope,
};
use switchboard_schema::table::{Cell, Column, Table, Type};

/// Bytes of one row, at most. Bodies larger than 16 KiB belong in the blob store.
pub(crate) const MAX_ROW_BYTES: usize = 4 * 1_024 * 1_024;

pub(crate) fn commit(scope: Scope, rows: &[Mutation], one_partition: bool) -> Result<(), Error> {
    check_commit(scope, rows, one_partition)?;
    for row in rows {
        let table = row.table();
        size(table, row.size())?;
        match row {
            Mutation::Put { cells, .. } => types(table, table.columns(), cells)?,
            Mutation::Delete { key, .. } => types(table, table.key(), key)?,
        }
    }
    Ok(())
}

pub(crate) fn key(scope: Scope, table: &Table, key: &[Cell]) -> Result<(), Error> {
    check_scope(scope, table)?;
    whole(table, table.key(), key)
}

pub(crate) fn exchange(scope: Scope, exchange: &Exchange) -> Result<(), Error> {
    let table = exchange.table;
    key(scope, table, &exchange.key)?;
    if !table.claimed {
        return Err(Error::Refused(format!("{} is not written by exchange", table.name)));
    }
    for values in [&exchange.expect, &exchange.replace].into_iter().flatten() {
        // In CQL a condition on a value that is not there holds for a row that is not there, too.
        if values.len() != table.values.len() || values.contains(&Cell::Unset) {
            return Err(Error::Refused(format!("{} has {} values", table.name, table.values.len())));
        }
        types(table, table.values.iter(), values)?;
        size(table, exchange.key.iter().chain(values).map(Cell::size).sum())?;
    }
    Ok(())
}

pub(crate) fn scan(scope: Scope, scan: &Scan) -> Result<(), Error> {
    let table = scan.table;
    check_scope(scope, table)?;
    whole(table, table.partition.iter(), &scan.partition)?;
    for prefix in [&scan.from, &scan.to].into_iter().flatten() {
        if prefix.len() > table.clustering.len() {
            return Err(Error::Refused(format!("a bound longer than the clustering key of {}", table.name)));
        }
        whole(table, table.clustering.iter().take(prefix.len()), prefix)?;
    }
    if let Some(after) = &scan.after {
        whole(table, table.clustering.iter(), after)?;
    }
    if scan.limit == 0 || scan.limit > MAX_SCAN_ROWS {
        return Err(Error::Refused(format!("a page of {} rows, 1 to {MAX_SCAN_ROWS}", scan.limit)));
    }
    Ok(())
}

/// Every column has its cell, of its type.
fn whole<'a>(table: &Table, columns: impl Iterator<Item = &'a Column>, cells: &[Cell]) -> Result<(), Error> {
    let columns: Vec<_> = columns.collect();
    if columns.len() != cells.len() || cells.contains(&Cell::Unset) {
        return Err(Error::Refused(format!("a key of {} that is not whole", table.name)));
    }
    types(table, columns.into_iter(), cells)
}

fn types<'a>(table: &Table, columns: impl Iterator<Item = &'a Column>, cells: &[Cell]) -> Result<(), Error> {
    for (column, cell) in columns.zip(cells) {
        let fits = match cell {
            Cell::Unset => true,
            Cell::Int(_) => column.kind == Type::Int,
            Cell::Blob(_) => column.kind == Type::Blob,
            Cell::Text(_) => column.kind == Type::Text,
        };
        if !fits {
            return Err(Error::Refused(format!("{}.{} is of another type", table.name, column.name)));
        }
    }
    Ok(())
}

fn size(table: &Table, bytes: usize) -> Result<(), Error> {
    if bytes > MAX_ROW_BYTES {
        return Err(Error::Refused(format!(
            "a row of {} with {bytes} bytes, at most {MAX_ROW_BYTES}",
            table.name
        )));
    }
    Ok(())
}
