//! What stands around the rules: a store of rows, and an owner that decides, commits, crashes and reloads.

use std::collections::{BTreeMap, HashMap};

use switchboard_domain::{
    conversation::{
        Change, Command, ContactSnapshot, Decision, KEY_MEMORY_MILLIS, Rejection, State, decide, evolve,
    },
    delivery::is_settled,
    inbound::InboundMessage,
};
use switchboard_schema::{
    ChannelId, ConversationId, MessageId, Timestamp,
    record::{Attempt, BUCKET_ITEMS, ClientKey, Head, Item},
};

/// Items committed and not yet findable by their provider's id, at most.
const MAX_UNREGISTERED: u64 = BUCKET_ITEMS - 50;

/// What is durable.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) head: Option<Head>,
    pub(crate) items: BTreeMap<u64, Item>,
    pub(crate) attempts: BTreeMap<(u64, u32), Attempt>,
    pub(crate) keys: HashMap<u64, ClientKey>,
    /// The projection: where a provider's id stands. It follows the commits after a while.
    pub(crate) provider_ids: HashMap<String, u64>,
}

impl Rows {
    pub(crate) fn version(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.version)
    }

    fn put(&mut self, change: Change) {
        match change {
            Change::Head(head) => self.head = Some(*head),
            Change::Item(item) => {
                self.items.insert(item.seq, *item);
            }
            Change::Attempt(attempt) => {
                self.attempts.insert((attempt.seq, attempt.number), attempt);
            }
            Change::Key(hash, key) => {
                self.keys.insert(hash, key);
            }
        }
    }

    /// What an owner loads: the head, the newest two buckets, and everything from the outbox's floor on.
    pub(crate) fn load(&self, id: ConversationId, channel_id: ChannelId, now: Timestamp) -> State {
        let mut state = State::unborn(id, channel_id);
        let Some(head) = &self.head else { return state };
        let oldest = (head.last_seq / BUCKET_ITEMS).saturating_sub(1) * BUCKET_ITEMS;
        let from = head.outbox_floor.map_or(oldest, |floor| floor.min(oldest));
        evolve(&mut state, Change::Head(Box::new(head.clone())));
        let preview = head.preview_seq.and_then(|seq| self.items.get(&seq));
        for item in self.items.range(from..).map(|(_, item)| item).chain(preview) {
            evolve(&mut state, Change::Item(Box::new(item.clone())));
        }
        for attempt in self.attempts.range((from, 0)..).map(|(_, attempt)| attempt) {
            evolve(&mut state, Change::Attempt(attempt.clone()));
        }
        for (hash, key) in &self.keys {
            if key.seq >= oldest || now.as_millis() - key.at.as_millis() < KEY_MEMORY_MILLIS {
                evolve(&mut state, Change::Key(*hash, key.clone()));
            }
        }
        state
    }
}

/// The owner.
pub(crate) struct Shell {
    pub(crate) state: State,
    pub(crate) rows: Rows,
    /// Decided, not committed.
    pub(crate) pending: Vec<Change>,
    /// Committed, not yet findable by their provider's id.
    unregistered: Vec<(String, u64)>,
    registered_seq: u64,
}

impl Shell {
    pub(crate) fn new(id: ConversationId, channel_id: ChannelId) -> Self {
        Self {
            state: State::unborn(id, channel_id),
            rows: Rows::default(),
            pending: Vec::new(),
            unregistered: Vec::new(),
            registered_seq: 0,
        }
    }

    /// Decides, with the item it is about in memory.
    pub(crate) fn decide(&mut self, command: Command, now: Timestamp) -> Result<Decision, Rejection> {
        self.fetch(&command);
        decide(&self.state, command, now)
    }

    /// Takes a decision into the commit that is being put together.
    pub(crate) fn apply(&mut self, decision: &Decision) {
        for change in decision.changes.iter().cloned() {
            evolve(&mut self.state, change);
        }
        if !decision.changes.is_empty() {
            self.state.open_commit = true;
            self.pending.extend(decision.changes.iter().cloned());
        }
    }

    /// A customer's message, with what the store knows of it where memory cannot tell.
    pub(crate) fn receive(&self, contact: ContactSnapshot, message: InboundMessage) -> Command {
        let id = MessageId::of_provider(&self.state.channel_id, &message.provider_id);
        let floor = self.state.head.as_ref().and_then(|head| head.dedupe_floor);
        let outside_memory =
            floor.is_some_and(|floor| message.at <= floor) && !self.state.known.contains_key(&id);
        let elsewhere =
            if outside_memory { self.rows.provider_ids.get(&message.provider_id).copied() } else { None };
        Command::Receive { contact, message, elsewhere }
    }

    /// Fetches the item a command is about, where it is not in memory.
    fn fetch(&mut self, command: &Command) {
        let seq = match command {
            Command::Status { seq, .. }
            | Command::Edit { seq, .. }
            | Command::Revoke { seq, .. }
            | Command::BeginAttempt { seq, .. }
            | Command::EndAttempt { seq, .. } => Some(*seq),
            Command::Cancel { id } | Command::Retry { id, .. } => {
                self.state.known.get(id).map(|known| known.seq)
            }
            _ => None,
        };
        if let Some(seq) = seq
            && !self.state.items.contains_key(&seq)
            && let Some(item) = self.rows.items.get(&seq)
        {
            self.state.items.insert(seq, item.clone());
        }
    }

    /// Commits what was decided. The seqs of the items that changed.
    pub(crate) fn commit(&mut self, now: Timestamp) -> Vec<u64> {
        let mut changed = Vec::new();
        for change in self.pending.drain(..) {
            if let Change::Item(item) = &change {
                changed.push(item.seq);
                self.unregistered.extend(item.provider_id.clone().map(|id| (id, item.seq)));
            }
            self.rows.put(change);
        }
        self.state.open_commit = false;
        let last_seq = self.state.head.as_ref().map_or(0, |head| head.last_seq);
        if last_seq - self.registered_seq >= MAX_UNREGISTERED {
            self.register();
        }
        self.state.trim(now);
        changed
    }

    /// The projection catches up.
    pub(crate) fn register(&mut self) {
        self.rows.provider_ids.extend(self.unregistered.drain(..));
        if let Some(head) = &mut self.state.head
            && !self.state.open_commit
        {
            head.registered_version = head.version;
            self.registered_seq = head.last_seq;
        }
    }

    /// Memory is lost. What was committed is loaded again, and made findable.
    pub(crate) fn crash(&mut self, now: Timestamp) {
        self.pending.clear();
        self.unregistered.clear();
        self.state = self.rows.load(self.state.id, self.state.channel_id, now);
        for item in self.rows.items.values() {
            self.unregistered.extend(item.provider_id.clone().map(|id| (id, item.seq)));
        }
        self.register();
    }

    /// The state in memory is what a reload would give, in all that matters.
    pub(crate) fn check_memory(&self, now: Timestamp) {
        assert!(self.pending.is_empty(), "only between commits");
        let mut live = self.state.clone();
        let mut loaded = self.rows.load(live.id, live.channel_id, now);
        live.trim(now);
        loaded.trim(now);
        if let (Some(live), Some(loaded)) = (&mut live.head, &mut loaded.head) {
            // Noted in memory, written with the next commit.
            live.registered_version = loaded.registered_version;
        }
        assert_eq!(live.head, loaded.head, "head in memory and as loaded");
        assert_eq!(live.items, loaded.items, "items in memory and as loaded");
        assert_eq!(live.attempts, loaded.attempts, "attempts in memory and as loaded");
        let newest_two = (live.head_bucket().saturating_sub(1) * BUCKET_ITEMS)..;
        let mut recent = loaded.known.iter().filter(|(_, known)| newest_two.contains(&known.seq));
        assert!(recent.all(|(id, known)| live.known.get(id) == Some(known)), "memory forgot an id");
        assert!(
            loaded.keys.iter().all(|(hash, key)| live.keys.get(hash) == Some(key)),
            "memory forgot a key"
        );
        let floor = self.rows.items.values().find(|item| !is_settled(item.state)).map(|item| item.seq);
        assert_eq!(live.head.and_then(|head| head.outbox_floor), floor, "the outbox's floor");
    }
}
