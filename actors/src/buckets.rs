//! Reading what is spread over [`PROJECTION_BUCKETS`].

use std::collections::VecDeque;

use futures_util::{StreamExt, TryStreamExt, stream};
use switchboard_ports::store::{self, Records, Scan};
use switchboard_schema::{
    ContactId, TenantScope,
    record::{ContactRow, PROJECTION_BUCKETS},
    table::CellType,
};

/// Buckets read at once: the reads of one tenant that loads must leave room for those of others.
const AT_ONCE: usize = 8;

/// Reads every bucket, a few at once; answers in their order.
///
/// # Errors
/// The first that `read` answered.
pub(crate) async fn each_bucket<T, F>(read: impl Fn(i64) -> F) -> Result<Vec<T>, store::Error>
where
    F: Future<Output = Result<T, store::Error>>,
{
    stream::iter(0..i64::from(PROJECTION_BUCKETS)).map(read).buffered(AT_ONCE).try_collect().await
}

/// The contacts of one bucket, read as they are needed.
struct Bucket {
    number: i64,
    rows: VecDeque<ContactRow>,
    after: Option<ContactId>,
    /// There may be more than was read.
    more: bool,
}

impl Bucket {
    async fn read(
        mut self,
        records: &Records,
        scope: TenantScope,
        rows: usize,
    ) -> Result<Self, store::Error> {
        let scan = Scan::of::<ContactRow>(ContactRow::partition(self.number))
            .after(self.after.map(|id| vec![id.into_cell()]))
            .limit(rows);
        let page = records.scan::<ContactRow>(scope, scan).await?;
        self.more = page.len() == rows;
        self.after = page.last().map(|row| row.contact_id).or(self.after);
        self.rows.extend(page);
        Ok(self)
    }
}

/// The next contacts after one, by id, at most so many.
///
/// # Errors
/// As [`Records::scan`].
pub(crate) async fn contacts_by_id(
    records: &Records,
    scope: TenantScope,
    after: Option<ContactId>,
    count: usize,
) -> Result<Vec<ContactRow>, store::Error> {
    // Ids are as good as random: twice what falls to each bucket is seldom too little.
    let rows = count / usize::from(PROJECTION_BUCKETS) * 2 + 2;
    let empty = |number| Bucket { number, rows: VecDeque::new(), after, more: true };
    let mut buckets = each_bucket(|number| empty(number).read(records, scope, rows)).await?;
    let mut contacts = Vec::with_capacity(count);
    while contacts.len() < count {
        let heads =
            buckets.iter().enumerate().filter_map(|(at, bucket)| Some((bucket.rows.front()?.contact_id, at)));
        let Some((_, at)) = heads.min() else { break };
        contacts.extend(buckets[at].rows.pop_front());
        if buckets[at].rows.is_empty() && buckets[at].more {
            let used_up = buckets.swap_remove(at);
            buckets.push(used_up.read(records, scope, rows).await?);
        }
    }
    Ok(contacts)
}
