//! Reading a tenant's log, for whoever follows it with a place of its own.

use switchboard_ports::store::{self, Records, Scan};
use switchboard_schema::{
    TenantScope,
    record::{LOG_CHUNK_EVENTS, LogCursorRow, TenantLogRow},
    table::CellType as _,
};

use crate::tenant::LOG_END;

/// Parts of the log in which the next event is looked for: what it has in seven days, and more.
const CHUNKS_PROBED_MAX: u64 = 5_000;

/// The place that was noted under a name.
pub(crate) async fn place(
    records: &Records,
    scope: TenantScope,
    consumer: &str,
) -> Result<Option<u64>, store::Error> {
    let row = records.get::<LogCursorRow>(scope, LogCursorRow::key(consumer.to_owned())).await?;
    Ok(row.map(|row| row.offset))
}

/// One event, where the log still has it.
pub(crate) async fn row(
    records: &Records,
    scope: TenantScope,
    offset: u64,
) -> Result<Option<TenantLogRow>, store::Error> {
    records.get::<TenantLogRow>(scope, TenantLogRow::key(offset / LOG_CHUNK_EVENTS, offset)).await
}

/// The next events of the log, at most so many, of one of its parts; some may be missing between `offset` and the first,
/// where the log has forgotten them.
pub(crate) async fn after(
    records: &Records,
    scope: TenantScope,
    offset: u64,
    limit: usize,
) -> Result<Vec<TenantLogRow>, store::Error> {
    let next = offset + 1;
    let first = next / LOG_CHUNK_EVENTS;
    let mut last = first + 1;
    let mut is_known = false;
    let mut chunk = first;
    while chunk <= last {
        let scan = Scan::of::<TenantLogRow>(TenantLogRow::partition(chunk)).from(vec![next.into_cell()]);
        let rows = records.scan::<TenantLogRow>(scope, scan.limit(limit)).await?;
        if !rows.is_empty() {
            return Ok(rows);
        }
        if chunk == last && !std::mem::replace(&mut is_known, true) {
            // What was between may have ended: the log's own hint says where its newest part is.
            let end = place(records, scope, LOG_END).await?.unwrap_or(0) / LOG_CHUNK_EVENTS + 1;
            last = last.max(end.min(first + CHUNKS_PROBED_MAX));
        }
        chunk += 1;
    }
    Ok(Vec::new())
}

/// May there be more after a turn of so many events, of at most `limit`?
pub(crate) const fn may_go_on(rows: usize, limit: usize, last: u64) -> bool {
    rows == limit || (last + 1).is_multiple_of(LOG_CHUNK_EVENTS)
}
