//! What counts for the reports: a follower of each tenant's log.
//!
//! *State*: how far it is; where each conversation stands is a row (`report_states`), of which the last used are remembered as
//! they were written. *Invariants*: sums
//! (`rollups`) are written before the rows behind them (`report_facts`), and these before where the conversations stand, the
//! place in the log last. Each of the sums says which event was last added to it, and each conversation which was last taken
//! in: whatever is read again after a crash counts once, wherever the writing was cut. *Limits*: those of a turn
//! ([`crate::follow`]); a conversation's own in [`fold`].

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use switchboard_domain::report::{Counted, fold, sums};
use switchboard_ports::store::Mutation;
use switchboard_schema::{
    ConversationId, TenantScope,
    record::{
        ReportFactRow, ReportState, ReportStateRow, ReportSums, RollupRow, projection_bucket, report_day,
        report_slot,
    },
    table::Json,
    wire::{self, EventName},
};

use crate::{Refusal, env::Env, follow::Follower, tenant::know_service};

/// The name under which its place is noted.
pub const NAME: &str = "reports";

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far each tenant's log is counted, as far as is known since the start.
#[derive(Default)]
pub(crate) struct Counting(Mutex<HashMap<TenantScope, u64>>);

impl Counting {
    fn reached(&self, scope: TenantScope, offset: u64) {
        lock(&self.0).insert(scope, offset);
    }

    /// The last event that is counted; nothing where none was since the start.
    pub(crate) fn place(&self, scope: TenantScope) -> Option<u64> {
        lock(&self.0).get(&scope).copied()
    }
}

/// Conversations of which it is remembered where they stand.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(8_192).unwrap();

/// The follower.
pub struct Reporter {
    env: Env,
    /// Where conversations stand, as it is written.
    known: Mutex<LruCache<(TenantScope, ConversationId), Open>>,
    /// And as a tenant's turn leaves them, until that is written.
    pending: Mutex<HashMap<TenantScope, HashMap<ConversationId, Open>>>,
}

/// Where a conversation stands, and the last event that is in it.
struct Open {
    offset: u64,
    state: Option<ReportState>,
    changed: bool,
}

/// The sums of a quarter of an hour: of which day, which quarter, and whose.
type Slot = (i64, i64, Vec<u8>);

/// What a turn makes.
#[derive(Default)]
struct Turn {
    rollups: BTreeMap<Slot, (RollupRow, bool)>,
    facts: BTreeMap<(&'static str, i64, i64, ConversationId, u64), ReportFactRow>,
    conversations: HashMap<ConversationId, Open>,
}

impl Reporter {
    pub(crate) fn new(env: Env) -> Self {
        Self { env, known: Mutex::new(LruCache::new(REMEMBERED)), pending: Mutex::default() }
    }

    /// Where a conversation stands. What is remembered of it is taken away until what comes of this turn is written.
    async fn conversation(&self, scope: TenantScope, id: ConversationId) -> Result<Open, Refusal> {
        if let Some(known) = lock(&self.known).pop(&(scope, id)) {
            return Ok(known);
        }
        let key = ReportStateRow::key(projection_bucket(id.as_bytes()), id);
        let row = self.env.records.get::<ReportStateRow>(scope, key).await?;
        Ok(match row {
            Some(row) => Open { offset: row.offset, state: Some(row.body.0), changed: false },
            None => Open { offset: 0, state: None, changed: false },
        })
    }

    /// Adds what one event changes.
    async fn add(
        &self,
        scope: TenantScope,
        turn: &mut Turn,
        offset: u64,
        counted: Counted,
    ) -> Result<(), Refusal> {
        let mut changes: BTreeMap<Slot, ReportSums> = BTreeMap::new();
        for delta in counted.deltas {
            let slot = (report_day(delta.at), report_slot(delta.at), delta.of.key());
            sums::add(changes.entry(slot).or_default(), &delta.sums, 1);
        }
        for (slot, change) in changes {
            if !turn.rollups.contains_key(&slot) {
                let (day, quarter, whose) = slot.clone();
                let known =
                    self.env.records.get::<RollupRow>(scope, RollupRow::key(day, quarter, whose.clone()));
                let row = known.await?.unwrap_or_else(|| RollupRow {
                    day,
                    slot: quarter,
                    whose,
                    offset: 0,
                    body: Json(ReportSums::default()),
                });
                turn.rollups.insert(slot.clone(), (row, false));
            }
            if let Some((row, changed)) = turn.rollups.get_mut(&slot)
                && row.offset < offset
                && !sums::is_nothing(&change)
            {
                sums::add(&mut row.body.0, &change, 1);
                row.offset = offset;
                *changed = true;
            }
        }
        for fact in counted.facts {
            let (kind, day) = (fact.kind.name(), report_day(fact.at));
            let row = ReportFactRow {
                kind: kind.to_owned(),
                day,
                at: fact.at,
                conversation_id: fact.conversation_id,
                seq: fact.seq,
                body: Json(fact.body),
            };
            let place = (kind, day, fact.at.as_millis(), fact.conversation_id, fact.seq);
            turn.facts.insert(place, row);
        }
        Ok(())
    }
}

impl Follower for Reporter {
    const NAME: &'static str = NAME;

    async fn take(
        &self,
        scope: TenantScope,
        events: &[Arc<wire::Event>],
    ) -> Result<Option<Vec<Mutation>>, Refusal> {
        know_service(&self.env, scope).await?;
        let service = self.env.service.of(&scope).unwrap_or_default();
        let mut turn = Turn::default();
        let last = events.last().map(|event| event.offset);
        for event in events {
            let offset = event.offset;
            let Some(conversation) = &event.data.conversation else { continue };
            let id = conversation.id;
            let open = match turn.conversations.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.conversation(scope, id).await?),
            };
            if open.offset >= offset {
                continue;
            }
            let created = event.name == EventName::ConversationCreated;
            let before = open.state.clone();
            let open_time = |team, from, to| service.open_between(team, from, to);
            let counted =
                fold::take(&mut open.state, created, conversation, event.data.message.as_ref(), &open_time);
            // That time went by in it is nothing to write.
            let alike = |before: &ReportState, after: &ReportState| {
                ReportState { version: after.version, ..before.clone() } == *after
            };
            let same =
                before.as_ref().zip(open.state.as_ref()).is_some_and(|(before, after)| alike(before, after));
            if same && counted.facts.is_empty() && counted.deltas.is_empty() {
                continue;
            }
            open.offset = offset;
            open.changed = true;
            self.add(scope, &mut turn, offset, counted).await?;
        }
        if let Some(last) = last {
            self.env.counting.reached(scope, last);
        }
        let rollups = turn.rollups.into_values().filter(|(_, changed)| *changed);
        let changed = turn.conversations.iter().filter(|(_, open)| open.changed);
        let states = changed.filter_map(|(&conversation_id, open)| {
            let bucket = projection_bucket(conversation_id.as_bytes());
            let body = Json(open.state.clone()?);
            Some(Mutation::put(ReportStateRow { bucket, conversation_id, offset: open.offset, body }))
        });
        let rollups = rollups.map(|(row, _)| Mutation::put(row));
        let rows: Vec<_> = rollups.chain(turn.facts.into_values().map(Mutation::put)).chain(states).collect();
        lock(&self.pending).insert(scope, turn.conversations);
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }

    async fn written(&self, scope: TenantScope) {
        let Some(conversations) = lock(&self.pending).remove(&scope) else { return };
        let mut known = lock(&self.known);
        for (id, open) in conversations {
            known.put((scope, id), Open { changed: false, ..open });
        }
    }
}
