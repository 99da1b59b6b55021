//! What a conversation keeps in memory.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use switchboard_schema::{
    ChannelId, ConversationId, MessageId, Timestamp,
    record::{Attempt, BUCKET_ITEMS, ClientKey, Head, Item},
    wire::{Conversation, ConversationStatus, HandledBy, Message, MessageState, Priority},
};

use super::{Change, ContactSnapshot, show_item};
use crate::{
    channel::Trouble,
    delivery::is_settled,
    permission::ChannelFacts,
    rating,
    sla::{self, Service},
    template::Statuses,
    window::WindowFacts,
};

/// Items kept whole in memory, at most; unsettled ones stay besides.
pub const CACHED_ITEMS: usize = 32;
/// How long what an idempotency key was used for is remembered, in milliseconds (48 hours).
pub const KEY_MEMORY_MILLIS: i64 = 48 * 3_600 * 1_000;

/// Where a message known by its id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its place.
    pub seq: u64,
    /// The provider's time, for a customer's message.
    pub provider_at: Option<Timestamp>,
}

/// A conversation in its owner's memory.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Its id.
    pub id: ConversationId,
    /// The channel, once it is known.
    pub channel_id: ChannelId,
    /// The head; nothing before the first commit.
    pub head: Option<Head>,
    /// What stands against sending on the channel, where something does and that is known.
    pub trouble: Option<Arc<Trouble>>,
    /// What the channel's side said for the command at hand, where it was asked.
    pub channel: ChannelFacts,
    /// What is known of the channel's templates.
    pub templates: Arc<Statuses>,
    /// How soon customers are to be answered, and when it is open.
    pub service: Arc<Service>,
    /// A commit is being put together: its version is given already.
    pub open_commit: bool,
    /// The items of the newest two buckets, and at times some older, by id.
    pub known: HashMap<MessageId, Known>,
    /// What idempotency keys were used for.
    pub keys: HashMap<u64, ClientKey>,
    /// Items kept whole: the newest, the unsettled, and those fetched for the commands at hand.
    pub items: BTreeMap<u64, Item>,
    /// Attempts without an outcome, by `seq`.
    pub attempts: BTreeMap<u64, Attempt>,
}

impl State {
    /// A conversation that does not exist yet, or whose rows are about to be loaded.
    #[must_use]
    pub fn unborn(id: ConversationId, channel_id: ChannelId) -> Self {
        Self {
            id,
            channel_id,
            head: None,
            trouble: None,
            channel: ChannelFacts::default(),
            templates: Arc::default(),
            service: Arc::default(),
            open_commit: false,
            known: HashMap::new(),
            keys: HashMap::new(),
            items: BTreeMap::new(),
            attempts: BTreeMap::new(),
        }
    }

    /// What is known of the window.
    #[must_use]
    pub fn window(&self) -> WindowFacts {
        self.head.as_ref().map_or_else(WindowFacts::default, window_of)
    }

    /// Where a message stands: any of the newest two buckets, or one of ours of the last 48 hours.
    #[must_use]
    pub fn place_of(&self, id: &MessageId) -> Option<u64> {
        let by_key = || self.keys.values().find(|key| key.message_id == *id).map(|key| key.seq);
        self.known.get(id).map(|known| known.seq).or_else(by_key)
    }

    /// A message by its provider's id, where it is kept whole.
    #[must_use]
    pub fn by_provider_id(&self, provider_id: &str) -> Option<&Item> {
        let known = self.known.get(&MessageId::of_provider(&self.channel_id, provider_id));
        known.and_then(|known| self.items.get(&known.seq)).or_else(|| self.kept_as(provider_id))
    }

    /// A message of ours by the id that the provider gave it: its own id is not made of that.
    pub(super) fn kept_as(&self, provider_id: &str) -> Option<&Item> {
        self.items.values().rev().find(|item| item.provider_id.as_deref() == Some(provider_id))
    }

    /// The version of the commit being put together, or of the next.
    #[must_use]
    pub fn next_version(&self) -> u64 {
        let version = self.head.as_ref().map_or(0, |head| head.version);
        if self.open_commit { version } else { version + 1 }
    }

    /// The items that wait to be sent, or whose request runs, oldest first.
    pub fn outbox(&self) -> impl Iterator<Item = &Item> {
        self.items.values().filter(|item| !is_settled(item.state))
    }

    /// The oldest item that waits to be sent, unless a request runs: one at a time keeps their order.
    #[must_use]
    pub fn next_to_send(&self) -> Option<&Item> {
        let runs = self.outbox().any(|item| item.state == MessageState::Sending);
        self.outbox().next().filter(|_| !runs)
    }

    /// What is to go at a time, soonest first.
    pub fn scheduled(&self) -> Vec<Message> {
        let seqs = self.head.iter().flat_map(|head| &head.scheduled);
        let mut items: Vec<_> = seqs.filter_map(|seq| self.items.get(seq)).collect();
        items.sort_by_key(|item| (item.plan.as_ref().map(|plan| plan.schedule.send_at), item.seq));
        items.into_iter().map(|item| show_item(self.id, item)).collect()
    }

    /// The bucket of the head.
    #[must_use]
    pub fn head_bucket(&self) -> u64 {
        self.head.as_ref().map_or(0, |head| head.last_seq / BUCKET_ITEMS)
    }

    /// Forgets whole items that are neither new nor unsettled. Called between commits.
    pub fn trim(&mut self, now: Timestamp) {
        let Some(head) = &self.head else { return };
        let newest = head.last_seq.saturating_sub(CACHED_ITEMS as u64);
        let preview = head.preview_seq;
        // Of the few that are older and stay, each is there for a reason that ends.
        let older = self.items.range(..=newest);
        let leaving: Vec<u64> = older
            .filter(|(seq, item)| {
                Some(**seq) != preview && is_settled(item.state) && !head.scheduled.contains(*seq)
            })
            .map(|(seq, _)| *seq)
            .collect();
        for seq in leaving {
            self.items.remove(&seq);
        }
        // What lies outside the newest two buckets is found in the store, once it is registered there.
        let bucket = head.last_seq / BUCKET_ITEMS;
        let oldest = bucket.saturating_sub(1) * BUCKET_ITEMS;
        if self.known.len() as u64 > 3 * BUCKET_ITEMS && head.registered_version == head.version {
            self.known.retain(|_, known| known.seq >= oldest);
        }
        if self.keys.len() as u64 > BUCKET_ITEMS {
            self.keys.retain(|_, key| now.as_millis() - key.at.as_millis() < KEY_MEMORY_MILLIS);
        }
    }

    /// The highest provider time among items outside the two newest buckets, once this bucket is opened.
    #[must_use]
    pub fn floor_when_opening(&self, bucket: u64) -> Option<Timestamp> {
        let head = self.head.as_ref()?;
        let stays_from = bucket.saturating_sub(1) * BUCKET_ITEMS;
        let leaving =
            self.known.values().filter(|known| known.seq < stays_from).filter_map(|known| known.provider_at);
        head.dedupe_floor.into_iter().chain(leaving).max()
    }

    /// The conversation as the API shows it, without anybody's unread count.
    #[must_use]
    pub fn show(&self, now: Timestamp) -> Option<Conversation> {
        let head = self.head.as_ref()?;
        let last_message = head
            .preview_seq
            .and_then(|seq| self.items.get(&seq))
            .map(|item| Box::new(show_item(self.id, item)));
        Some(Conversation {
            id: self.id,
            version: head.version,
            channel_id: head.channel_id,
            contact: head.contact.clone(),
            status: head.status,
            snoozed_until: head.snoozed_until,
            assignee_id: head.assignee_id,
            team_id: head.team_id,
            priority: head.priority,
            labels: head.labels.clone(),
            handled_by: head.handled_by.clone(),
            queued_at: head.queued_at,
            routed_at: head.routed_at,
            unread_count: None,
            inbound_count: head.inbound_count,
            last_seq: head.last_seq,
            last_message,
            window: self.window().show(now),
            mentions: head.mentions.clone(),
            scheduled: head.scheduled.len() as u64,
            sla: head.sla.as_deref().and_then(sla::show),
            waiting_since: head.waiting_since,
            rating: rating::show(head),
            created_at: head.created_at,
            updated_at: head.updated_at,
        })
    }
}

/// What a head knows of the window.
pub(super) const fn window_of(head: &Head) -> WindowFacts {
    WindowFacts {
        last_inbound_at: head.last_inbound_at,
        opened_by: head.opened_by,
        free_until: head.free_until,
    }
}

/// A head for a conversation that begins.
pub(super) fn newborn(channel_id: ChannelId, contact: &ContactSnapshot, now: Timestamp) -> Head {
    Head {
        channel_id,
        contact: contact.contact.clone(),
        contact_version: contact.version,
        version: 0,
        last_seq: 0,
        base_seq: 0,
        status: ConversationStatus::Open,
        snoozed_until: None,
        assignee_id: None,
        team_id: None,
        priority: Priority::None,
        labels: Vec::new(),
        handled_by: HandledBy::default(),
        queued_at: None,
        routed_at: None,
        inbound_count: 0,
        last_inbound_at: None,
        opened_by: None,
        free_entry_at: None,
        free_until: None,
        marketing_from: None,
        waiting_since: None,
        dedupe_floor: None,
        preview_seq: None,
        outbox_floor: None,
        old_changes: Vec::new(),
        registered_version: 0,
        answered: None,
        redirect: None,
        left: None,
        absorbed: Vec::new(),
        burst: None,
        mentions: Vec::new(),
        scheduled: Vec::new(),
        sla: None,
        ratings: Vec::new(),
        created_at: now,
        updated_at: now,
    }
}

/// Applies a change. Also used to load: rows are changes.
pub fn evolve(state: &mut State, change: Change) {
    match change {
        Change::Head(head) => {
            state.channel_id = head.channel_id;
            state.head = Some(*head);
        }
        Change::Item(item) => {
            state.known.insert(item.id, Known { seq: item.seq, provider_at: item.provider_at });
            if is_settled(item.state) {
                state.attempts.remove(&item.seq);
            }
            state.items.insert(item.seq, *item);
        }
        Change::Attempt(attempt) => {
            // Rows come in any order: what an earlier request ended as says nothing of a later one.
            let newest = state.attempts.get(&attempt.seq).is_none_or(|known| known.number <= attempt.number);
            if newest && attempt.outcome.is_none() {
                state.attempts.insert(attempt.seq, attempt);
            } else if newest {
                state.attempts.remove(&attempt.seq);
            }
        }
        Change::Key(hash, key) => {
            state.keys.insert(hash, key);
        }
    }
}
