//! What feeds search: a reader of each tenant's log, with a place of its own in it.
//!
//! *State*: for each tenant how far its log is in the index, which is kept with the index itself, in the note of each of its
//! commits: after a crash both are what they were, whatever was being done. *Invariants*: nothing is indexed but what the
//! store has; what the log tells twice is there once; an index that is lost, does not read, is of another version, or knows
//! of events that the store does not (as after a restore) is made anew from the store's rows and then follows the log from
//! where everything before it was in them. *Limits*: one tenant's turn is [`TURN_EVENTS`] or [`TURN_ROWS`], and then it is
//! the next one's; tenants that have caught up are looked at once a [`BEAT`], so that what is written at once shares a
//! commit. *On failure*: it is tried again after a pause; nothing but search waits for it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher as _},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lru::LruCache;
use serde::{Deserialize, Serialize};
use switchboard_domain::{
    contact::{self as contact_rules, found_by},
    conversation::show_item,
    search::{Author, text},
};
use switchboard_ports::{
    search::{self, CHANGES_MAX, Change, ContactEntry, ConversationEntry, Index, MessageEntry},
    store::{self, Lane, Scan},
};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, TenantScope, Timestamp,
    record::{BUCKET_ITEMS, ContactRow, ConversationHeadRow, LogCursorRow, PROJECTION_BUCKETS},
    table::{CellType, Record as _},
    wire::{self, EventName},
};
use tokio::{sync::Notify, time::Instant};

use crate::{
    conversation::Place,
    env::Env,
    log,
    recent::Reader,
    tenant::{LOG_LIFE, PROJECTED},
};

/// Events of one turn, at most.
pub const TURN_EVENTS: usize = 500;
/// Rows after which a turn of the making anew ends.
pub const TURN_ROWS: usize = 1_000;
/// How often tenants that have caught up are looked at.
pub const BEAT: Duration = Duration::from_millis(500);
/// The name under which it is noted in the store how far a tenant's log is in the index.
pub const CURSOR: &str = "search";
/// The version of what is noted, and of what is indexed of a message: another one is made anew.
const FORMAT: u32 = 2;
/// How often what rests is closed, and how much there is is measured.
const TIDY_EVERY: Duration = Duration::from_secs(2);
/// How often it is noted in the store, at most.
const NOTED_EVERY: Duration = Duration::from_secs(10);
/// How often it is noted with an index that it has everything, where nothing is told.
const CAUGHT_UP_NOTED_EVERY: Duration = Duration::from_secs(24 * 3_600);
/// Before the log forgets: an index that had everything no longer ago than this has missed nothing.
const LOG_MARGIN: Duration = Duration::from_secs(24 * 3_600);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(5);
/// Conversations that are looked up at once while an index is made anew.
const HEADS_PAGE: usize = 50;
/// Contacts that are read at once.
const CONTACTS_PAGE: usize = 500;
/// Things of which it is remembered how they were indexed last.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(8_192).unwrap();

/// How far the index of a tenant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Events that are not in it yet, so far as is known.
    pub events: u64,
    /// Since when there are some.
    pub since: Option<Timestamp>,
    /// It is being made anew: much may be missing.
    pub rebuilding: bool,
}

impl Lag {
    /// It has everything.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.events == 0 && !self.rebuilding
    }
}

/// What is known of a tenant from outside.
#[derive(Debug, Clone, Default)]
struct Line {
    /// The newest place in its log that was told.
    logged: u64,
    /// The place that is in the index.
    indexed: u64,
    since: Option<Timestamp>,
    /// Nothing is known of its index yet, or it is made anew.
    rebuilding: bool,
    /// A reader found that it does not read.
    damaged: bool,
}

/// What the log's writers tell the feeder, and what it tells whoever asks. A bell: that it rings may be lost with the
/// process, as everything is looked for at a start.
#[derive(Default)]
pub struct Feeding {
    lines: Mutex<Lines>,
    bell: Notify,
}

#[derive(Default)]
struct Lines {
    of: HashMap<TenantScope, Line>,
    /// Whom there is something to be done for, each once.
    waiting: VecDeque<TenantScope>,
    wait: HashSet<TenantScope>,
}

impl Lines {
    fn line(&mut self, scope: TenantScope) -> &mut Line {
        self.of.entry(scope).or_insert_with(|| Line { rebuilding: true, ..Line::default() })
    }

    fn enqueue(&mut self, scope: TenantScope) {
        if self.wait.insert(scope) {
            self.waiting.push_back(scope);
        }
    }
}

impl Feeding {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A tenant's log reaches so far now.
    pub(crate) fn ring(&self, scope: TenantScope, logged: u64, now: Timestamp) {
        let mut lines = self.lock();
        let line = lines.line(scope);
        line.logged = line.logged.max(logged);
        if line.logged > line.indexed && line.since.is_none() {
            line.since = Some(now);
        }
        lines.enqueue(scope);
    }

    /// There is such a tenant: its index is looked at.
    pub fn add(&self, scope: TenantScope) {
        let mut lines = self.lock();
        lines.line(scope);
        lines.enqueue(scope);
        drop(lines);
        self.bell.notify_one();
    }

    /// A question found that a tenant's index does not read.
    pub fn damaged(&self, scope: TenantScope) {
        let mut lines = self.lock();
        let line = lines.line(scope);
        (line.damaged, line.rebuilding) = (true, true);
        lines.enqueue(scope);
        drop(lines);
        self.bell.notify_one();
    }

    /// How far a tenant's index is.
    #[must_use]
    pub fn lag(&self, scope: TenantScope) -> Lag {
        let lines = self.lock();
        let Some(line) = lines.of.get(&scope) else { return Lag { rebuilding: true, ..Lag::default() } };
        Lag {
            events: line.logged.saturating_sub(line.indexed),
            since: line.since,
            rebuilding: line.rebuilding,
        }
    }

    /// Brings the gauges of it up to date.
    fn measure(&self, now: Timestamp) {
        let lines = self.lock();
        let (mut events, mut rebuilding, mut oldest) = (0, 0_u32, None);
        for line in lines.of.values() {
            events += line.logged.saturating_sub(line.indexed);
            rebuilding += u32::from(line.rebuilding);
            oldest = oldest.min(line.since).or(oldest).or(line.since);
        }
        drop(lines);
        metrics::gauge!("switchboard_search_lag_events").set(events as f64);
        metrics::gauge!("switchboard_search_rebuilding").set(f64::from(rebuilding));
        let seconds = oldest.map_or(0.0, |since| now.since(since).as_secs_f64());
        metrics::gauge!("switchboard_search_lag_seconds").set(seconds);
    }
}

/// What is noted with each commit of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    format: u32,
    /// Where it is being made anew, if it is.
    rebuild: Option<Rebuild>,
    /// The last event of the log that is in it.
    offset: u64,
    /// The epoch of that event, where the log had it.
    epoch: String,
    /// When it last had everything there was.
    caught_up_at: Timestamp,
}

/// How far the making anew is: contacts, then conversations with what was said, bucket by bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
enum Rebuild {
    Contacts { bucket: i64, after: Option<ContactId> },
    Conversations { bucket: i64, after: Option<ConversationId>, part: u64 },
}

/// Why a turn was not to the end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Of the store.
    #[error("{0}")]
    Store(#[from] store::Error),
    /// Of the index.
    #[error("{0}")]
    Index(#[from] search::Error),
}

/// What the feeder remembers of a tenant.
struct Fed {
    note: Note,
    /// What was noted in the store, and when.
    noted: (u64, Timestamp),
}

/// The reader of all logs.
pub struct Feeder {
    env: Env,
    reader: Reader,
    index: Arc<dyn Index>,
    fed: HashMap<TenantScope, Fed>,
    /// How things were indexed last: what is as it was is not written again, such as a message whose state changed.
    known: LruCache<(TenantScope, Name), u64>,
    /// Those that failed, and until when they wait.
    resting: HashMap<TenantScope, Timestamp>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Name {
    Message(ConversationId, u64),
    Conversation(ConversationId),
    Contact(ContactId),
}

/// The changes of one turn: of each thing the last.
#[derive(Default)]
struct Batch(BTreeMap<Name, Change>);

impl Batch {
    fn put(&mut self, change: Change) {
        let name = match &change {
            Change::Message(entry) => Name::Message(entry.conversation, entry.seq),
            Change::NoMessage(conversation, seq) => Name::Message(*conversation, *seq),
            Change::Conversation(entry) => Name::Conversation(entry.id),
            Change::Contact(entry) => Name::Contact(entry.id),
        };
        self.0.insert(name, change);
    }

    /// A message; one that says nothing is taken away where it may have said something.
    fn message(&mut self, channel: ChannelId, message: &wire::Message, may_be_there: bool) {
        let (has_file, text) = (text::has_file(message), text::said(message));
        if has_file || text.is_some() {
            // What a phone kept is of when it was written, and not of when it came.
            let written = message.provider_at.filter(|_| message.imported || message.late);
            self.put(Change::Message(Box::new(MessageEntry {
                conversation: message.conversation_id,
                seq: message.seq,
                channel,
                at: written.unwrap_or(message.at),
                by: Author::of(message),
                has_file,
                text: text.unwrap_or_default(),
            })));
        } else if may_be_there {
            self.put(Change::NoMessage(message.conversation_id, message.seq));
        }
    }

    fn conversation(&mut self, conversation: &wire::Conversation) {
        self.put(Change::Conversation(Box::new(ConversationEntry {
            id: conversation.id,
            channel: conversation.channel_id,
            status: conversation.status,
            assignee: conversation.assignee_id,
            at: conversation.updated_at,
            name: conversation.contact.name.clone(),
            identities: found_by(&conversation.contact.identities, &conversation.contact.former),
        })));
    }

    fn contact(&mut self, id: ContactId, at: Timestamp, name: &str, identities: Vec<wire::Identity>) {
        let name = name.to_owned();
        self.put(Change::Contact(Box::new(ContactEntry { id, at, name, identities })));
    }

    /// What an event tells.
    fn event(&mut self, event: &wire::Event) {
        let wire::EventData { message, conversation, contact, .. } = &event.data;
        if let Some(conversation) = conversation {
            self.conversation(conversation);
            if event.name == EventName::ConversationCreated {
                // Somebody who is new is not told of by themselves.
                let one = &conversation.contact;
                let addresses = found_by(&one.identities, &one.former);
                self.contact(one.id, conversation.created_at, &one.name, addresses);
            }
            if let Some(message) = message {
                // Whatever the event is called: after a crash what changed may be told as if it were new.
                self.message(conversation.channel_id, message, true);
            }
        }
        if let Some(one) = contact {
            self.contact(one.id, one.updated_at, &one.name, found_by(&one.identities, &one.former));
        }
    }
}

/// How a thing is indexed, as a number; that time goes by in a conversation is told by the hour.
fn look_of(change: &Change) -> u64 {
    let mut hasher = DefaultHasher::new();
    match change {
        Change::Message(entry) => {
            (&entry.text, entry.has_file, entry.at.as_millis()).hash(&mut hasher);
            entry.by.len().hash(&mut hasher);
        }
        Change::NoMessage(..) => 0_u8.hash(&mut hasher),
        Change::Conversation(entry) => {
            (entry.status, entry.assignee, &entry.name, &entry.identities).hash(&mut hasher);
            (entry.at.as_millis() / 3_600_000).hash(&mut hasher);
        }
        Change::Contact(entry) => (&entry.name, &entry.identities).hash(&mut hasher),
    }
    hasher.finish()
}

impl Feeder {
    pub(crate) fn new(env: Env, index: Arc<dyn Index>) -> Self {
        let reader = env.recent.reader();
        Self {
            env,
            reader,
            index,
            fed: HashMap::new(),
            known: LruCache::new(REMEMBERED),
            resting: HashMap::new(),
        }
    }

    /// Feeds until it is told to stop. For a thread that may wait.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let feeding = Arc::clone(&self.env.feeding);
        let (mut more, mut tidy_at) = (false, Instant::now());
        loop {
            let pause = if more { Duration::ZERO } else { BEAT };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = feeding.bell.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            more = tokio::select! {
                biased;
                () = &mut stop => return,
                more = self.round() => more,
            };
            if tidy_at <= Instant::now() {
                self.tidy().await;
                tidy_at = Instant::now() + TIDY_EVERY;
            }
        }
    }

    /// Notes how far it is, closes what rests, and measures.
    pub async fn tidy(&mut self) {
        self.note_everywhere().await;
        self.index.rest();
        self.env.feeding.measure(self.env.clock.now());
        let sizes = self.index.sizes();
        metrics::gauge!("switchboard_search_index_bytes").set(sizes.bytes as f64);
        metrics::gauge!("switchboard_search_indexes_open").set(sizes.open as f64);
    }

    /// A turn for each tenant that has something to do; true where one has more.
    pub async fn round(&mut self) -> bool {
        let now = self.env.clock.now();
        let (over, turns) = {
            let mut lines = self.env.feeding.lock();
            let over: Vec<_> =
                self.resting.iter().filter(|(_, until)| **until <= now).map(|(scope, _)| *scope).collect();
            for scope in &over {
                lines.enqueue(*scope);
            }
            lines.wait.clear();
            (over, std::mem::take(&mut lines.waiting))
        };
        for scope in over {
            self.resting.remove(&scope);
        }
        let mut again = false;
        for scope in turns {
            if self.resting.contains_key(&scope) {
                continue;
            }
            match self.turn(scope).await {
                Ok(false) => {}
                Ok(true) => {
                    self.env.feeding.lock().enqueue(scope);
                    again = true;
                }
                Err(failure) => self.fail(scope, &failure),
            }
        }
        again
    }

    fn fail(&mut self, scope: TenantScope, failure: &Failure) {
        tracing::warn!(tenant = %scope.tenant(), %failure, "a tenant's words cannot be indexed now; it is tried again");
        metrics::counter!("switchboard_search_failures_total").increment(1);
        self.resting.insert(scope, self.env.clock.now() + PAUSE);
        // What it has is looked at again.
        self.fed.remove(&scope);
    }

    /// One tenant's turn: true where there is more to do.
    ///
    /// # Errors
    /// When the store or the index cannot be read or written; it is as if the turn had not been.
    async fn turn(&mut self, scope: TenantScope) -> Result<bool, Failure> {
        let damaged = std::mem::take(&mut self.env.feeding.lock().line(scope).damaged);
        if damaged {
            self.fed.remove(&scope);
        }
        let turned = self.try_turn(scope).await;
        if let Err(Failure::Index(search::Error::Damaged(how))) = &turned {
            self.anew(scope, "damaged", how).await?;
            return Ok(true);
        }
        turned
    }

    async fn try_turn(&mut self, scope: TenantScope) -> Result<bool, Failure> {
        if !self.fed.contains_key(&scope) {
            self.begin(scope).await?;
        }
        let Some(Fed { note, .. }) = self.fed.get(&scope) else { return Ok(false) };
        let note = note.clone();
        let more = match note.rebuild.clone() {
            Some(rebuild) => self.rebuild(scope, note, rebuild).await?,
            None => self.follow(scope, note).await?,
        };
        Ok(more)
    }

    /// Looks at what the index has.
    async fn begin(&mut self, scope: TenantScope) -> Result<(), Failure> {
        let note = self.index.note(scope)?;
        let note = match note.as_deref().map(serde_json::from_str::<Note>) {
            None => return self.anew(scope, "missing", "there is none").await,
            Some(Ok(note)) if note.format == FORMAT => note,
            Some(_) => return self.anew(scope, "version", "it is of another version").await,
        };
        let noted = log::place(&self.env.records, scope, CURSOR).await?;
        let row = log::row(&self.env.records, scope, note.offset).await?;
        let follows = match &row {
            Some(row) => note.epoch.is_empty() || row.epoch == note.epoch,
            None => note.offset == 0 || (noted == Some(note.offset) && self.is_recent(&note)),
        };
        // While it is made anew it has been noted nowhere else yet.
        let begun = note.rebuild.is_some() && row.is_none() && self.is_recent(&note);
        if !follows && !begun {
            return self.anew(scope, "elsewhere", "it knows of what the store does not").await;
        }
        self.show(scope, &note, false);
        self.fed.insert(scope, Fed { note, noted: (noted.unwrap_or(0), Timestamp::from_millis(0)) });
        Ok(())
    }

    /// The log has everything since this index last had everything.
    fn is_recent(&self, note: &Note) -> bool {
        self.env.clock.now() < note.caught_up_at + (LOG_LIFE - LOG_MARGIN)
    }

    /// Begins an index anew: what comes after the place up to which everything is in the rows that are read is in the log.
    async fn anew(&mut self, scope: TenantScope, why: &'static str, how: &str) -> Result<(), Failure> {
        tracing::info!(tenant = %scope.tenant(), why, how, "the index of a tenant is made anew");
        metrics::counter!("switchboard_search_rebuilds_total", "why" => why).increment(1);
        self.fed.remove(&scope);
        self.known.clear();
        let now = self.env.clock.now();
        let offset = log::place(&self.env.records, scope, PROJECTED).await?.unwrap_or(0);
        let epoch =
            log::row(&self.env.records, scope, offset).await?.map(|row| row.epoch).unwrap_or_default();
        let rebuild = Some(Rebuild::Contacts { bucket: 0, after: None });
        let note = Note { format: FORMAT, rebuild, offset, epoch, caught_up_at: now };
        self.index.reset(scope)?;
        self.write(scope, Batch::default(), note).await
    }

    /// Writes a turn's changes, and how far they are.
    async fn write(&mut self, scope: TenantScope, batch: Batch, note: Note) -> Result<(), Failure> {
        let looks: Vec<_> = batch.0.iter().map(|(name, change)| (*name, look_of(change))).collect();
        let is_new = |(name, look): &(Name, u64)| self.known.peek(&(scope, *name)) != Some(look);
        let keep: Vec<bool> = looks.iter().map(is_new).collect();
        let changes: Vec<Change> =
            batch.0.into_values().zip(&keep).filter(|(_, keep)| **keep).map(|(change, _)| change).collect();
        metrics::counter!("switchboard_search_changes_total").increment(changes.len() as u64);
        // Wire types and times: this cannot fail.
        let text = serde_json::to_string(&note).unwrap_or_default();
        debug_assert!(changes.len() <= CHANGES_MAX, "a turn is one commit");
        self.index.apply(scope, changes, &text)?;
        for (name, look) in looks {
            self.known.put((scope, name), look);
        }
        self.show(scope, &note, true);
        let noted = self.fed.get(&scope).map_or((0, Timestamp::from_millis(0)), |fed| fed.noted);
        self.fed.insert(scope, Fed { note, noted });
        Ok(())
    }

    /// Lets others see how far it is.
    fn show(&self, scope: TenantScope, note: &Note, is_written: bool) {
        let mut lines = self.env.feeding.lock();
        let line = lines.line(scope);
        (line.indexed, line.rebuilding) = (note.offset, note.rebuild.is_some());
        line.logged = line.logged.max(note.offset);
        if line.indexed >= line.logged {
            line.since = None;
        } else if is_written && line.since.is_none() {
            line.since = Some(self.env.clock.now());
        }
    }

    /// Takes in the next events of the log.
    async fn follow(&mut self, scope: TenantScope, mut note: Note) -> Result<bool, Failure> {
        let now = self.env.clock.now();
        let Some(read) = log::after(&self.env, scope, note.offset, TURN_EVENTS).await? else {
            let is_stale = note.caught_up_at + CAUGHT_UP_NOTED_EVERY <= now;
            note.caught_up_at = now;
            if is_stale {
                self.write(scope, Batch::default(), note).await?;
            } else if let Some(fed) = self.fed.get_mut(&scope) {
                fed.note = note;
            }
            return Ok(false);
        };
        let leaves_a_gap = read.first != note.offset + 1;
        if leaves_a_gap && !self.is_recent(&note) {
            self.anew(scope, "expired", "the log has forgotten what it has not seen").await?;
            return Ok(true);
        }
        (note.offset, note.epoch) = (read.last, read.epoch.to_string());
        if !read.more {
            note.caught_up_at = now;
        }
        let mut batch = Batch::default();
        for event in &read.events {
            batch.event(event);
        }
        self.write(scope, batch, note).await?;
        self.env.recent.read(scope, self.reader, read.last);
        Ok(read.more)
    }

    /// A turn of the making anew.
    async fn rebuild(&mut self, scope: TenantScope, mut note: Note, at: Rebuild) -> Result<bool, Failure> {
        let mut batch = Batch::default();
        let mut next = Some(at);
        while batch.0.len() < TURN_ROWS
            && let Some(at) = next
        {
            next = match at {
                Rebuild::Contacts { bucket, after } => {
                    self.contacts(scope, bucket, after, &mut batch).await?
                }
                Rebuild::Conversations { bucket, after, part } => {
                    self.conversations(scope, bucket, after, part, &mut batch).await?
                }
            };
        }
        note.rebuild = next;
        if note.rebuild.is_none() {
            tracing::info!(tenant = %scope.tenant(), "the index of a tenant has everything that was stored, and follows");
        }
        self.write(scope, batch, note).await?;
        Ok(true)
    }

    async fn contacts(
        &self,
        scope: TenantScope,
        bucket: i64,
        after: Option<ContactId>,
        batch: &mut Batch,
    ) -> Result<Option<Rebuild>, Failure> {
        let scan = Scan::of::<ContactRow>(ContactRow::partition(bucket))
            .after(after.map(|id| vec![id.into_cell()]))
            .limit(CONTACTS_PAGE);
        let rows = self.env.records.scan::<ContactRow>(scope, scan).await?;
        for row in rows.iter().filter(|row| row.body.0.merged_into.is_none()) {
            let shown = contact_rules::show(row.contact_id, row.version, &row.body.0);
            batch.contact(
                shown.id,
                shown.updated_at,
                &shown.name,
                found_by(&shown.identities, &shown.former),
            );
        }
        Ok(Some(match rows.last() {
            Some(last) if rows.len() == CONTACTS_PAGE => {
                Rebuild::Contacts { bucket, after: Some(last.contact_id) }
            }
            _ if bucket + 1 < i64::from(PROJECTION_BUCKETS) => {
                Rebuild::Contacts { bucket: bucket + 1, after: None }
            }
            _ => Rebuild::Conversations { bucket: 0, after: None, part: 0 },
        }))
    }

    async fn conversations(
        &self,
        scope: TenantScope,
        bucket: i64,
        mut after: Option<ConversationId>,
        mut part: u64,
        batch: &mut Batch,
    ) -> Result<Option<Rebuild>, Failure> {
        let mut rows = 0;
        loop {
            let scan = Scan::of::<ConversationHeadRow>(ConversationHeadRow::partition(bucket))
                .after(after.map(|id| vec![id.into_cell()]))
                .limit(HEADS_PAGE);
            // A row that does not read is left to its conversation's owner, who makes it anew and tells of it.
            let cells = self.env.store.scan(scope.into(), scan).await?;
            let is_last = cells.len() < HEADS_PAGE;
            for cells in cells {
                let head = match ConversationHeadRow::from_cells(cells) {
                    Ok(head) => head,
                    Err(error) => {
                        tracing::error!(tenant = %scope.tenant(), %error, "a conversation's row does not read and is not searched");
                        continue;
                    }
                };
                let conversation = &head.body.0;
                batch.conversation(conversation);
                let place = Place { env: self.env.clone(), scope, id: conversation.id };
                while part <= conversation.last_seq / BUCKET_ITEMS {
                    match place.items(part).await {
                        Ok(items) => {
                            rows += items.len();
                            for item in items {
                                batch.message(
                                    conversation.channel_id,
                                    &show_item(conversation.id, &item),
                                    false,
                                );
                            }
                        }
                        Err(error @ store::Error::Corrupt(_)) => {
                            tracing::error!(tenant = %scope.tenant(), conversation = %conversation.id, %error, "a part of a thread does not read and is not searched");
                        }
                        Err(error) => return Err(error.into()),
                    }
                    part += 1;
                    if rows >= TURN_ROWS {
                        return Ok(Some(Rebuild::Conversations { bucket, after, part }));
                    }
                }
                (after, part) = (Some(conversation.id), 0);
            }
            rows += HEADS_PAGE;
            if is_last {
                let is_all = bucket + 1 >= i64::from(PROJECTION_BUCKETS);
                return Ok((!is_all).then_some(Rebuild::Conversations {
                    bucket: bucket + 1,
                    after: None,
                    part: 0,
                }));
            }
            if rows >= TURN_ROWS {
                return Ok(Some(Rebuild::Conversations { bucket, after, part }));
            }
        }
    }

    /// Notes in the store how far the indexes are: after the indexes themselves, and now and then.
    async fn note_everywhere(&mut self) {
        let now = self.env.clock.now();
        let due = self.fed.iter().filter(|(_, fed)| {
            let (offset, at) = fed.noted;
            fed.note.rebuild.is_none() && fed.note.offset != offset && at + NOTED_EVERY <= now
        });
        let due: Vec<_> = due.map(|(scope, fed)| (*scope, fed.note.offset)).collect();
        for (scope, offset) in due {
            if let Err(failure) = self.note_in_store(scope, offset).await {
                tracing::warn!(tenant = %scope.tenant(), %failure, "how far search is cannot be noted now");
                return;
            }
        }
        let stale = self.fed.iter().filter(|(_, fed)| fed.note.caught_up_at + CAUGHT_UP_NOTED_EVERY <= now);
        let stale: Vec<_> = stale.map(|(scope, _)| *scope).collect();
        let mut lines = self.env.feeding.lock();
        for scope in stale {
            lines.enqueue(scope);
        }
    }

    /// Notes in the store how far one is.
    async fn note_in_store(&mut self, scope: TenantScope, offset: u64) -> Result<(), store::Error> {
        let row = LogCursorRow { consumer: CURSOR.to_owned(), offset };
        self.env.records.put(scope, Lane::Bulk, row).await?;
        if let Some(fed) = self.fed.get_mut(&scope) {
            fed.noted = (offset, self.env.clock.now());
        }
        Ok(())
    }
}
