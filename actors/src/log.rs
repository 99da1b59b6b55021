//! Reading a tenant's log, for whoever follows it with a place of its own.

use std::sync::Arc;

use switchboard_ports::store::{self, Records, Scan};
use switchboard_schema::{
    TenantScope,
    record::{LOG_CHUNK_EVENTS, LogCursorRow, TenantLogRow},
    table::CellType as _,
    wire,
};

use crate::{env::Env, tenant::LOG_END};

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

/// The next events of a log, from the one at `first` to that at `last`; some may be missing before the first, and between
/// them where one does not read.
pub(crate) struct Events {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// The epoch of the last.
    pub(crate) epoch: Arc<str>,
    pub(crate) events: Vec<Arc<wire::Event>>,
    /// There may be more after them.
    pub(crate) more: bool,
}

/// The events right after a place, at most so many; nothing where there are none. Before them some may be missing that the
/// log has forgotten.
pub(crate) async fn after(
    env: &Env,
    scope: TenantScope,
    offset: u64,
    limit: usize,
) -> Result<Option<Events>, store::Error> {
    if let Some(part) = env.recent.after(scope, offset, limit) {
        let last = offset + part.events.len() as u64;
        let (epoch, events, more) = (part.epoch, part.events, part.more);
        return Ok(Some(Events { first: offset + 1, last, epoch, events, more }));
    }
    let rows = rows_after(&env.records, scope, offset, limit).await?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
    let (first, last, epoch) = (first.offset, last.offset, Arc::from(last.epoch.as_str()));
    let more = rows.len() == limit || (last + 1).is_multiple_of(LOG_CHUNK_EVENTS);
    let mut events = Vec::with_capacity(rows.len());
    for row in rows {
        match serde_json::from_slice(&row.body) {
            Ok(wire::ServerFrame::Event(event)) => events.push(Arc::new(event)),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(tenant = %scope.tenant(), offset = row.offset, %error, "an event does not read and is left");
            }
        }
    }
    Ok(Some(Events { first, last, epoch, events, more }))
}

/// The next rows of the log, at most so many, of one of its parts.
async fn rows_after(
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
