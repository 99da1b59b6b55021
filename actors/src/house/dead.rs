//! Updates that could be stored but not applied.

use std::{collections::HashSet, fmt, str::FromStr, sync::Arc};

use lru::LruCache;
use ring::digest;
use switchboard_ports::{
    blob::{ENDING_LIFE, Life},
    store::{Lane, Mutation, Scan},
};
use switchboard_schema::{
    BlobId, ChannelId, DeadLetterId, TenantScope, Timestamp,
    record::{DeadLetter, InboundDeadRow, Kept, MAX_INLINE_RAW_BYTES},
    table::{Cell, Json, Record as _},
    wire,
};
use tokio::sync::Mutex;

use super::{House, no_cursor};
use crate::Refusal;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 24 * 3_600 * 1_000;
/// How long they are kept.
const LIFE_DAYS: i64 = 30;
const _: () =
    assert!(LIFE_DAYS * DAY_MILLIS < ENDING_LIFE.as_millis() as i64, "its body is there for as long");
/// Kept of one day, at most; above it the provider is told to try again.
const MAX_A_DAY: usize = 10_000;
/// Shown at a time, at most.
const MAX_SHOWN: usize = 500;
/// Read at a time where all are gone through. Each has up to 16 KiB.
const PAGE_ROWS: usize = 100;
/// Workspaces whose day is remembered: some 300 KiB each at the very worst. Those that are being worked with
/// are remembered above it.
const MAX_TENANTS: usize = 128;

/// The day of a time, since 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MILLIS)
}

/// A buried update.
#[derive(Debug, Clone, PartialEq)]
pub struct Buried {
    /// Where it is.
    pub grave: Grave,
    /// What it is.
    pub letter: DeadLetter,
}

/// Where a buried update is. As text it is a page's cursor: milliseconds since 1970, a dot, the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grave {
    /// When it was buried.
    pub at: Timestamp,
    /// Its id.
    pub id: DeadLetterId,
}

impl Grave {
    fn key(self) -> Vec<Cell> {
        InboundDeadRow::key(day_of(self.at), self.at, self.id)
    }

    /// Its key within its day.
    fn clustering(self) -> Vec<Cell> {
        self.key().split_off(InboundDeadRow::TABLE.partition.len())
    }
}

impl fmt::Display for Grave {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millis(), self.id)
    }
}

impl FromStr for Grave {
    type Err = Refusal;

    /// # Errors
    /// [`Refusal::Invalid`] for what is no cursor.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        text.split_once('.')
            .and_then(|(at, id)| {
                Some(Self { at: Timestamp::from_millis(at.parse().ok()?), id: id.parse().ok()? })
            })
            .ok_or_else(no_cursor)
    }
}

/// Which way a page goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    NewestFirst,
    OldestFirst,
}

impl House {
    /// Keeps an update that cannot be read or applied, for the error page and for replay. The same update of
    /// the same day is kept once.
    ///
    /// # Errors
    /// When it is not durable, or too many are kept already.
    pub async fn bury(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        reason: String,
        raw: String,
    ) -> Result<(), Refusal> {
        let now = self.env.clock.now();
        let day = day_of(now);
        let id = DeadLetterId::derived(&[channel.as_bytes(), &day.to_be_bytes(), raw.as_bytes()]);
        // One of a workspace at a time: of two that are the same, one is kept.
        let graves = self.graves_of(scope).await;
        let mut graves = graves.lock().await;
        let taken = self.taken(&mut graves, scope, day).await?;
        if taken.contains(&id) {
            return Ok(());
        }
        if taken.len() >= MAX_A_DAY {
            return Err(Refusal::Overloaded);
        }
        let raw = if raw.len() > MAX_INLINE_RAW_BYTES {
            let hash = digest::digest(&digest::SHA256, raw.as_bytes());
            let blob = BlobId::derived(&[hash.as_ref()]);
            self.env
                .blobs
                .put(scope, Life::Ending, blob, raw.into_bytes().into())
                .await
                .map_err(|error| Refusal::Unavailable(error.to_string()))?;
            Kept::Blob(blob)
        } else {
            Kept::Inline(raw)
        };
        let letter = DeadLetter { channel_id: channel, reason, raw };
        let row = InboundDeadRow { day, at: now, id, body: Json(letter) };
        let expires_at = Timestamp::from_millis(now.as_millis() + LIFE_DAYS * DAY_MILLIS);
        let row = Mutation::put_until(row, expires_at);
        self.env.store.commit_one(scope.into(), Lane::Interactive, vec![row]).await?;
        taken.insert(id);
        metrics::counter!("switchboard_updates_buried_total").increment(1);
        Ok(())
    }

    async fn graves_of(&self, scope: TenantScope) -> Arc<Mutex<Today>> {
        self.env.graves.lock().await.of(scope)
    }

    /// Which updates of a day are kept already. The store is asked once a day and tenant, page by page, and
    /// again for a tenant that others have pushed out.
    async fn taken<'a>(
        &self,
        today: &'a mut Today,
        scope: TenantScope,
        day: i64,
    ) -> Result<&'a mut HashSet<DeadLetterId>, Refusal> {
        if today.day != Some(day) {
            let mut taken = HashSet::new();
            let mut after = None;
            loop {
                let scan = Scan::of::<InboundDeadRow>(InboundDeadRow::partition(day));
                let scan = scan.after(after.map(Grave::clustering)).limit(PAGE_ROWS);
                let rows = self.env.records.scan::<InboundDeadRow>(scope, scan).await?;
                taken.extend(rows.iter().map(|row| row.id));
                match rows.last() {
                    Some(last) if rows.len() == PAGE_ROWS => after = Some(Grave { at: last.at, id: last.id }),
                    _ => break,
                }
            }
            *today = Today { day: Some(day), taken };
        }
        Ok(&mut today.taken)
    }

    /// A page of buried updates, newest first: at most `limit`, which is from 1 to 500.
    ///
    /// # Errors
    /// A cursor that is none of ours; or the store cannot be read.
    pub async fn buried(
        &self,
        scope: TenantScope,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<wire::DeadLetterList, Refusal> {
        let before = cursor.map(|cursor| cursor.parse()).transpose()?;
        let limit = limit.clamp(1, MAX_SHOWN);
        let mut page = self.page(scope, Order::NewestFirst, before, limit + 1).await?;
        let more = page.len() > limit;
        page.truncate(limit);
        let next_cursor = page.last().filter(|_| more).map(|last| last.grave.to_string());
        Ok(wire::DeadLetterList { dead_letters: page.into_iter().map(shown).collect(), next_cursor })
    }

    /// Some buried updates, oldest first, behind the one of `after`; none at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn buried_after(
        &self,
        scope: TenantScope,
        after: Option<Grave>,
    ) -> Result<Vec<Buried>, Refusal> {
        self.page(scope, Order::OldestFirst, after, PAGE_ROWS).await
    }

    async fn page(
        &self,
        scope: TenantScope,
        order: Order,
        after: Option<Grave>,
        limit: usize,
    ) -> Result<Vec<Buried>, Refusal> {
        let today = day_of(self.env.clock.now());
        let (mut oldest, mut newest) = (today - LIFE_DAYS, today);
        if let Some(after) = after {
            match order {
                Order::NewestFirst => newest = newest.min(day_of(after.at)),
                Order::OldestFirst => oldest = oldest.max(day_of(after.at)),
            }
        }
        let mut found = Vec::new();
        for nth in 0..=newest.saturating_sub(oldest) {
            let day = match order {
                Order::NewestFirst => newest - nth,
                Order::OldestFirst => oldest + nth,
            };
            let behind = after.filter(|after| day_of(after.at) == day).map(Grave::clustering);
            let scan = Scan::of::<InboundDeadRow>(InboundDeadRow::partition(day));
            let scan = scan.after(behind).limit(limit - found.len());
            let scan = if order == Order::NewestFirst { scan.reversed() } else { scan };
            let rows = self.env.records.scan::<InboundDeadRow>(scope, scan).await?;
            found.extend(
                rows.into_iter()
                    .map(|row| Buried { grave: Grave { at: row.at, id: row.id }, letter: row.body.0 }),
            );
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// Takes a buried update off the list, once it was applied.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn exhume(&self, scope: TenantScope, grave: Grave) -> Result<(), Refusal> {
        let graves = self.graves_of(scope).await;
        let mut graves = graves.lock().await;
        let gone = vec![Mutation::delete::<InboundDeadRow>(grave.key())];
        self.env.store.commit_one(scope.into(), Lane::Interactive, gone).await?;
        graves.taken.remove(&grave.id);
        Ok(())
    }
}

fn shown(Buried { grave: Grave { at, id }, letter }: Buried) -> wire::DeadLetterEntry {
    let (raw, blob) = match letter.raw {
        Kept::Inline(raw) => (Some(raw), None),
        Kept::Blob(blob) => (None, Some(blob)),
    };
    wire::DeadLetterEntry { id, at, channel_id: letter.channel_id, reason: letter.reason, raw, blob }
}

/// Which updates of today are kept already, of the workspaces that buried something lately.
pub(crate) struct Graves(LruCache<TenantScope, Arc<Mutex<Today>>>);

impl Default for Graves {
    fn default() -> Self {
        Self(LruCache::unbounded())
    }
}

impl Graves {
    /// Those of a workspace; a stranger's take the place of the ones asked for longest ago.
    fn of(&mut self, scope: TenantScope) -> Arc<Mutex<Today>> {
        if let Some(known) = self.0.get(&scope) {
            return Arc::clone(known);
        }
        while self.0.len() >= MAX_TENANTS {
            // Those that somebody works with stay: a workspace has one lock.
            let idle = self.0.iter().rev().find(|(_, today)| Arc::strong_count(today) == 1);
            let Some(scope) = idle.map(|(scope, _)| *scope) else { break };
            self.0.pop(&scope);
        }
        let new = Arc::<Mutex<Today>>::default();
        self.0.put(scope, Arc::clone(&new));
        new
    }
}

/// Which updates of a day are kept already.
#[derive(Default)]
pub(crate) struct Today {
    /// Nothing is known yet where there is none.
    day: Option<i64>,
    taken: HashSet<DeadLetterId>,
}

#[cfg(test)]
mod tests {
    use switchboard_schema::TenantId;

    use super::*;

    fn workspace(nth: usize) -> TenantScope {
        #[expect(clippy::disallowed_methods, reason = "a test has authority over what it makes up")]
        TenantScope::assume(TenantId::derived(&[&nth.to_be_bytes()]))
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_given_and_nothing_else_is_one() {
        let grave =
            Grave { at: Timestamp::from_millis(1_795_000_000_123), id: DeadLetterId::derived(&[b"one"]) };
        assert_eq!(grave.to_string().parse(), Ok(grave));
        for text in ["", ".", "1795000000123", "1795000000123.", "x.y", &format!("{grave}0")] {
            assert!(text.parse::<Grave>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_so_many_workspaces_are_remembered_and_those_at_work_are_among_them() {
        let mut graves = Graves::default();
        let at_work = graves.of(workspace(0));
        let idle = Arc::downgrade(&graves.of(workspace(1)));
        for nth in 2..3 * MAX_TENANTS {
            graves.of(workspace(nth));
            assert!(graves.0.len() <= MAX_TENANTS);
        }
        assert!(Arc::ptr_eq(&at_work, &graves.of(workspace(0))), "one workspace, one lock");
        assert_eq!(idle.strong_count(), 0, "who was idle longest is forgotten");
    }
}
