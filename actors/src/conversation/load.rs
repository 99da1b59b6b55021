//! Reading a thread: the newest two buckets, and single items of older ones.
//!
//! Readers follow the rule for ghosts: the head is the highest `(epoch, version)`, per `n` the highest epoch
//! wins, and an item above the head's `last_seq` was never acknowledged.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use switchboard_domain::conversation::{Change, KEY_MEMORY_MILLIS, Known, State, evolve};
use switchboard_ports::store::{self, Scan};
use switchboard_schema::{
    ChannelId, ConversationId, TenantScope, Timestamp,
    record::{
        Attempt, BUCKET_ITEMS, ClientKey, ConversationHeadRow, Head, Item, ProviderIdRow, ThreadKind,
        ThreadRow, projection_bucket,
    },
    table::{CellType, CorruptRow, Json},
};

use super::Conversation;
use crate::{Refusal, env::Env, tenant};

/// Buckets probed beyond the one that the list's projection names; the projection is at most a moment behind.
const MAX_PROBES: u64 = 1_000;
/// Older buckets whose idempotency keys are read: 20,000 items within 48 hours.
const MAX_KEY_BUCKETS: usize = 40;

/// How often a thread is read that looks like half of a commit.
const READS_MAX: u32 = 5;
/// The pause before it is read again.
const READ_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// A thread in the store.
pub(crate) struct Place {
    pub(crate) env: Env,
    pub(crate) scope: TenantScope,
    pub(crate) id: ConversationId,
}

fn body<T: serde::Serialize + serde::de::DeserializeOwned>(row: ThreadRow) -> Result<T, store::Error> {
    let cell = switchboard_schema::table::Cell::Blob(row.body);
    Json::<T>::from_cell(cell)
        .map(|Json(body)| body)
        .map_err(|problem| store::Error::Corrupt(CorruptRow { table: "thread", column: "body", problem }))
}

/// The rows that count: per kind and `n` that of the highest epoch.
fn newest_rows(rows: Vec<ThreadRow>) -> impl Iterator<Item = ThreadRow> {
    let mut by_name: BTreeMap<(i64, u64), ThreadRow> = BTreeMap::new();
    for row in rows {
        match by_name.get(&(row.kind, row.n)) {
            Some(known) if known.epoch > row.epoch => {}
            _ => {
                by_name.insert((row.kind, row.n), row);
            }
        }
    }
    by_name.into_values()
}

impl Place {
    /// The head in one bucket.
    async fn head(&self, bucket: u64) -> Result<Option<Head>, store::Error> {
        let kind = ThreadKind::Head.as_i64().into_cell();
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(self.id, bucket))
            .from(vec![kind.clone()])
            .to(vec![kind]);
        let rows = self.env.records.scan::<ThreadRow>(self.scope, scan.limit(16)).await?;
        rows.into_iter().max_by_key(|row| (row.epoch, row.version)).map(body).transpose()
    }

    /// The items of one bucket that count.
    pub(crate) async fn items(&self, bucket: u64) -> Result<Vec<Item>, store::Error> {
        let kind = ThreadKind::Item.as_i64().into_cell();
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(self.id, bucket))
            .from(vec![kind.clone()])
            .to(vec![kind]);
        let rows = self.env.records.all::<ThreadRow>(self.scope, scan).await?;
        newest_rows(rows).map(body).collect()
    }

    /// One item.
    pub(crate) async fn item(&self, seq: u64) -> Result<Option<Item>, store::Error> {
        let place = vec![ThreadKind::Item.as_i64().into_cell(), seq.into_cell()];
        let partition = ThreadRow::partition(self.id, seq / BUCKET_ITEMS);
        let scan = Scan::of::<ThreadRow>(partition).from(place.clone()).to(place).reversed().limit(1);
        let rows = self.env.records.scan::<ThreadRow>(self.scope, scan).await?;
        rows.into_iter().next().map(body).transpose()
    }

    /// Items below a `seq`, newest first, at most so many.
    pub(crate) async fn items_before(&self, before: u64, limit: usize) -> Result<Vec<Item>, store::Error> {
        let mut items: Vec<Item> = Vec::new();
        let mut next = before;
        while next > 0 && items.len() < limit {
            let bucket = (next - 1) / BUCKET_ITEMS;
            let kind = ThreadKind::Item.as_i64().into_cell();
            let scan = Scan::of::<ThreadRow>(ThreadRow::partition(self.id, bucket))
                .from(vec![kind.clone()])
                .to(vec![kind, (next - 1).into_cell()])
                .reversed()
                .limit(limit - items.len());
            let rows = self.env.records.scan::<ThreadRow>(self.scope, scan).await?;
            let page: Vec<Item> = newest_rows(rows).map(body).collect::<Result<_, _>>()?;
            items.extend(page.into_iter().rev());
            next = bucket * BUCKET_ITEMS;
        }
        Ok(items)
    }

    /// What idempotency keys were used for in buckets older than the two newest, as far back as keys are
    /// remembered.
    async fn older_keys(&self, newest: u64, now: Timestamp) -> Result<Vec<(u64, ClientKey)>, store::Error> {
        let mut keys = Vec::new();
        for bucket in (0..newest.saturating_sub(1)).rev().take(MAX_KEY_BUCKETS) {
            let last = self.item((bucket + 1) * BUCKET_ITEMS - 1).await?;
            if last.is_none_or(|item| now.as_millis() - item.at.as_millis() >= KEY_MEMORY_MILLIS) {
                break;
            }
            let kind = ThreadKind::ClientKey.as_i64().into_cell();
            let scan = Scan::of::<ThreadRow>(ThreadRow::partition(self.id, bucket))
                .from(vec![kind.clone()])
                .to(vec![kind]);
            for row in newest_rows(self.env.records.all::<ThreadRow>(self.scope, scan).await?) {
                keys.push((row.n, body(row)?));
            }
        }
        Ok(keys)
    }

    /// Where the store says a provider's id stands, if it stands in this thread.
    pub(crate) async fn look_up(
        &self,
        channel: ChannelId,
        provider_id: &str,
    ) -> Result<Option<u64>, store::Error> {
        let key = ProviderIdRow::key(channel, provider_id.to_owned());
        let row = self.env.records.get::<ProviderIdRow>(self.scope, key).await?;
        Ok(row.filter(|row| row.conversation_id == self.id).map(|row| row.seq))
    }
}

/// Loads a conversation, or what is to become one.
///
/// A reader may see half of a commit for a moment (see [`switchboard_ports::store`]): one that an earlier owner began is
/// read again until it is seen whole.
pub(crate) async fn load(env: Env, scope: TenantScope, id: ConversationId) -> Result<Conversation, Refusal> {
    tenant::know_service(&env, scope).await?;
    for _ in 1..READS_MAX {
        let (conversation, seen) = read(env.clone(), scope, id).await?;
        if seen == Seen::Whole {
            return Ok(conversation);
        }
        actix_rt::time::sleep(READ_AGAIN_AFTER).await;
    }
    let (conversation, seen) = read(env, scope, id).await?;
    if seen == Seen::Half {
        tracing::error!(conversation = %id, "a thread has a gap, or items newer than its head");
    }
    Ok(conversation)
}

/// How a thread looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Every item up to the head's last is there, and none is newer than the head.
    Whole,
    /// It is not so.
    Half,
}

/// The first bucket that may have items whose change was not projected, but for those that the head names: the one before
/// the newest when something was projected last. A change further back was noted in the head ([`Head::old_changes`]).
pub(super) const fn unprojected_from(projected_bucket: u64) -> u64 {
    projected_bucket.saturating_sub(1)
}

async fn read(env: Env, scope: TenantScope, id: ConversationId) -> Result<(Conversation, Seen), Refusal> {
    let place = Place { env: env.clone(), scope, id };
    let hint_key = ConversationHeadRow::key(projection_bucket(id.as_bytes()), id);
    let (hint, reads) = match env.records.get::<ConversationHeadRow>(scope, hint_key).await {
        // The projection does not read: it is made anew from the thread.
        Err(store::Error::Corrupt(_)) => (None, false),
        hint => (hint?, true),
    };
    let projected_version = hint.as_ref().map_or(0, |row| row.version);
    let mut bucket = hint.map_or(0, |row| row.body.0.last_seq / BUCKET_ITEMS);
    let projected_bucket = reads.then_some(bucket);
    let mut head = place.head(bucket).await?;
    for _ in 0..MAX_PROBES {
        let Some(newer) = place.head(bucket + 1).await? else { break };
        if head.as_ref().is_some_and(|head| head.version > newer.version) {
            break;
        }
        head = Some(newer);
        bucket += 1;
    }
    let mut state = State::unborn(id, ChannelId::from_bytes([0; 16]));
    let conversation = |state: State, announce_after| Conversation {
        env: env.clone(),
        scope,
        registered_seq: state.head.as_ref().map_or(0, |head| head.last_seq),
        owner: Arc::new(AtomicU64::new(state.head.as_ref().map_or(0, |head| head.handled_by.token))),
        state,
        projected_version,
        projected_bucket: projected_bucket.unwrap_or(bucket),
        correlation_id: None,
        trace: None,
        queued_by: BTreeMap::new(),
        rows: BTreeMap::new(),
        head_before: None,
        reopened: None,
        old_changes: BTreeMap::new(),
        wakeups: Vec::new(),
        effects: Vec::new(),
        added: Vec::new(),
        identified: Vec::new(),
        unregistered: VecDeque::new(),
        found: HashMap::new(),
        contact: None,
        telling: Arc::default(),
        receipts: Default::default(),
        sender: None,
        announce_after,
        is_behind: false,
    };
    let Some(head) = head else { return Ok((conversation(state, None), Seen::Whole)) };
    let (last_seq, version, outbox_floor) = (head.last_seq, head.version, head.outbox_floor);
    let mut old_changes = BTreeMap::new();
    for seq in head.old_changes.clone() {
        if let Some(item) = place.item(seq).await?.filter(|item| item.version > projected_version) {
            old_changes.insert(seq, item.version);
            state.items.insert(seq, item);
        }
    }
    let planned = head.scheduled.clone();
    evolve(&mut state, Change::Head(Box::new(head)));
    // Few are planned; whichever bucket they stand in, they are kept whole.
    for seq in planned {
        if let Some(item) = place.item(seq).await? {
            state.items.insert(seq, item);
        }
    }
    // Items that still wait in an older bucket are rare, and read too. What was not projected may reach back further, where
    // the log did not keep up.
    let waiting = outbox_floor.map_or(bucket, |seq| seq / BUCKET_ITEMS);
    let oldest = waiting.min(unprojected_from(projected_bucket.unwrap_or(bucket)));
    for of in oldest..=bucket {
        let rows =
            env.records.all::<ThreadRow>(scope, Scan::of::<ThreadRow>(ThreadRow::partition(id, of))).await?;
        for row in newest_rows(rows) {
            match ThreadKind::from_i64(row.kind) {
                Some(ThreadKind::Item) if row.n <= last_seq => {
                    let item: Item = body(row)?;
                    state.known.insert(item.id, Known { seq: item.seq, provider_at: item.provider_at });
                    state.items.insert(item.seq, item);
                }
                Some(ThreadKind::Attempt) => {
                    let attempt: Attempt = body(row)?;
                    if attempt.seq <= last_seq {
                        evolve(&mut state, Change::Attempt(attempt));
                    }
                }
                Some(ThreadKind::ClientKey) => {
                    let hash = row.n;
                    let key: ClientKey = body(row)?;
                    // Of a commit that was never acknowledged the key may be left, and its item not.
                    let is_here = state.known.get(&key.message_id).is_some_and(|known| known.seq == key.seq);
                    if is_here || key.seq < oldest * BUCKET_ITEMS {
                        evolve(&mut state, Change::Key(hash, key));
                    }
                }
                _ => {}
            }
        }
    }
    let mut expected = (oldest * BUCKET_ITEMS).max(1)..=last_seq;
    let is_whole = expected.all(|seq| state.items.get(&seq).is_some_and(|item| item.version <= version));
    for (hash, key) in place.older_keys(bucket, env.clock.now()).await? {
        evolve(&mut state, Change::Key(hash, key));
    }
    let announce_after = (version > projected_version).then_some(projected_version);
    let seen = if is_whole { Seen::Whole } else { Seen::Half };
    Ok((Conversation { old_changes, ..conversation(state, announce_after) }, seen))
}
