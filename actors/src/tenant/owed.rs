//! What a tenant has told and not yet written: events for the log, in their order, with the entries of the audit trail that
//! follow from them, and the newest state of each conversation for the list.
//!
//! A conversation's row is written once everything told of it is logged: the list never knows what the log
//! does not. Pure data, without time or store.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use switchboard_schema::{
    ConversationId,
    record::AuditRow,
    wire::{self, Conversation},
};

/// An event to be logged.
struct Event {
    event: Arc<wire::Event>,
    body: Vec<u8>,
    /// The conversation it is of, and the version.
    of: Option<(ConversationId, u64)>,
    /// What the audit trail says of it; written with it.
    act: Option<Box<AuditRow>>,
}

/// Where a version begins in the log.
#[derive(Clone, Copy)]
struct Place {
    version: u64,
    offset: u64,
}

impl Place {
    /// The place after one more event.
    fn and(known: Option<Self>, next: Self) -> Self {
        known.filter(|known| known.version == next.version).unwrap_or(next)
    }
}

/// A conversation whose row is to be written.
struct Dirty {
    state: Conversation,
    /// Events of it that are not logged.
    unlogged: usize,
    /// The newest version of it in the log, and the place of that version's first event there: what comes
    /// after tells how much of it was told.
    logged: Option<Place>,
    /// Its owner has told how it is; until then it is what a predecessor's log says.
    sure: bool,
}

impl Dirty {
    const fn is_ready(&self) -> bool {
        self.unlogged == 0 && self.sure
    }
}

/// What is owed to the store.
#[derive(Default)]
pub(super) struct Owed {
    events: VecDeque<Event>,
    dirty: HashMap<ConversationId, Dirty>,
    /// Conversations with a logged event, by their place in the log: those whose rows can be written.
    ready: BTreeMap<u64, ConversationId>,
    /// And those that wait for more to be logged, or for their owner.
    held: BTreeMap<u64, ConversationId>,
}

impl Owed {
    /// A conversation's owner has told how it is now.
    pub(super) fn change(&mut self, state: Conversation) {
        self.update(state, true, None);
    }

    /// A predecessor logged this of a conversation at a place, and perhaps did not write its row.
    pub(super) fn doubt(&mut self, state: Conversation, logged_at: u64) {
        self.update(state, false, Some(logged_at));
    }

    fn update(&mut self, state: Conversation, sure: bool, logged_at: Option<u64>) {
        let id = state.id;
        let known = self.take(id);
        let unlogged = known.as_ref().map_or(0, |known| known.unlogged);
        let before = known.and_then(|known| known.logged);
        let version = state.version;
        let logged = match logged_at {
            Some(offset) => Some(Place::and(before, Place { version, offset })),
            None => before,
        };
        self.put(id, Dirty { state, unlogged, logged, sure });
    }

    /// An event was given its place; of a conversation after [`Owed::change`].
    pub(super) fn tell(
        &mut self,
        event: wire::Event,
        body: Vec<u8>,
        of: Option<ConversationId>,
        act: Option<Box<AuditRow>>,
    ) {
        let mut event = Event { event: Arc::new(event), body, of: None, act };
        if let Some(id) = of
            && let Some(mut dirty) = self.take(id)
        {
            dirty.unlogged += 1;
            event.of = Some((id, dirty.state.version));
            self.put(id, dirty);
        }
        self.events.push_back(event);
    }

    /// Events that are not logged.
    pub(super) fn events(&self) -> usize {
        self.events.len()
    }

    /// The first events to log: their places and bodies, and what the audit trail says of them.
    pub(super) fn first_events(&self) -> impl Iterator<Item = (u64, &[u8], Option<&AuditRow>)> {
        self.events.iter().map(|event| (event.event.offset, event.body.as_slice(), event.act.as_deref()))
    }

    /// So many of the first events are in the log: gives them, each with how long it is there.
    pub(super) fn logged(&mut self, count: usize) -> Vec<(Arc<wire::Event>, usize)> {
        let mut logged = Vec::with_capacity(count);
        for _ in 0..count {
            let Some(Event { event, of, body, .. }) = self.events.pop_front() else { break };
            let offset = event.offset;
            logged.push((event, body.len()));
            if let Some((id, version)) = of
                && let Some(mut dirty) = self.take(id)
            {
                dirty.unlogged = dirty.unlogged.saturating_sub(1);
                dirty.logged = Some(Place::and(dirty.logged, Place { version, offset }));
                self.put(id, dirty);
            }
        }
        logged
    }

    /// Conversations whose rows can be written, those told of longest ago first.
    pub(super) fn first_rows(&self) -> impl Iterator<Item = &Conversation> {
        self.ready.values().filter_map(|id| self.dirty.get(id)).map(|dirty| &dirty.state)
    }

    /// The row of this version of a conversation is written. True when nothing of it is owed any more.
    pub(super) fn written(&mut self, id: ConversationId, version: u64) -> bool {
        match self.take(id) {
            Some(dirty) if dirty.state.version != version || !dirty.is_ready() => {
                self.put(id, dirty);
                false
            }
            _ => true,
        }
    }

    /// How a conversation is that is not written.
    pub(super) fn state(&self, id: ConversationId) -> Option<&Conversation> {
        self.dirty.get(&id).map(|dirty| &dirty.state)
    }

    /// Nothing can be written.
    pub(super) fn is_settled(&self) -> bool {
        self.events.is_empty() && self.ready.is_empty()
    }

    /// The place of the oldest event whose conversation's row can be written and is not.
    pub(super) fn oldest_ready(&self) -> Option<u64> {
        self.ready.first_key_value().map(|(place, _)| *place)
    }

    /// Up to which place of the log, which ends here, everything is in conversations' rows.
    pub(super) fn projected(&self, last_logged: u64) -> u64 {
        let first =
            |places: &BTreeMap<u64, ConversationId>| places.first_key_value().map(|(place, _)| *place);
        first(&self.ready).into_iter().chain(first(&self.held)).min().map_or(last_logged, |place| place - 1)
    }

    fn take(&mut self, id: ConversationId) -> Option<Dirty> {
        let dirty = self.dirty.remove(&id)?;
        if let Some(Place { offset, .. }) = dirty.logged {
            self.ready.remove(&offset);
            self.held.remove(&offset);
        }
        Some(dirty)
    }

    fn put(&mut self, id: ConversationId, dirty: Dirty) {
        if let Some(Place { offset, .. }) = dirty.logged {
            let places = if dirty.is_ready() { &mut self.ready } else { &mut self.held };
            places.insert(offset, id);
        }
        self.dirty.insert(id, dirty);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::{ChannelId, ContactId, Timestamp};

    use super::*;

    fn id(n: u8) -> ConversationId {
        ConversationId::from_bytes([n; 16])
    }

    fn conversation(n: u8, version: u64) -> Conversation {
        Conversation {
            id: id(n),
            version,
            channel_id: ChannelId::from_bytes([1; 16]),
            contact: wire::ContactRef {
                id: ContactId::from_bytes([n; 16]),
                name: String::new(),
                identities: Vec::new(),
                former: Vec::new(),
                blocked: false,
                consent: Vec::new(),
            },
            status: wire::ConversationStatus::Open,
            snoozed_until: None,
            assignee_id: None,
            team_id: None,
            priority: wire::Priority::None,
            labels: Vec::new(),
            handled_by: wire::HandledBy::default(),
            sla: None,
            queued_at: None,
            routed_at: None,
            unread_count: None,
            inbound_count: 0,
            last_seq: 0,
            last_message: None,
            window: wire::Window::default(),
            scheduled: 0,
            mentions: Vec::new(),
            waiting_since: None,
            rating: None,
            created_at: Timestamp::from_secs(0),
            updated_at: Timestamp::from_secs(0),
        }
    }

    fn event(offset: u64) -> wire::Event {
        wire::Event {
            offset,
            prev: offset - 1,
            name: wire::EventName::ConversationUpdated,
            at: Timestamp::from_secs(0),
            data: wire::EventData::default(),
        }
    }

    fn rows(owed: &Owed) -> Vec<(ConversationId, u64)> {
        owed.first_rows().map(|state| (state.id, state.version)).collect()
    }

    #[test]
    fn a_row_waits_until_all_that_was_told_of_it_is_logged() {
        let mut owed = Owed::default();
        owed.change(conversation(1, 1));
        owed.tell(event(1), Vec::new(), Some(id(1)), None);
        owed.tell(event(2), Vec::new(), Some(id(1)), None);
        owed.tell(event(3), Vec::new(), None, None);
        drop(owed.logged(1));
        assert_eq!((rows(&owed), owed.projected(1)), (vec![], 0));
        drop(owed.logged(1));
        assert_eq!((rows(&owed), owed.projected(2)), (vec![(id(1), 1)], 0), "from where its version begins");
        assert!(owed.written(id(1), 1));
        assert_eq!((rows(&owed), owed.projected(2), owed.events()), (vec![], 2, 1));
        drop(owed.logged(1));
        assert!(owed.is_settled());
    }

    #[test]
    fn what_was_told_while_a_row_was_written_is_written_after_it() {
        let mut owed = Owed::default();
        owed.change(conversation(1, 1));
        owed.tell(event(1), Vec::new(), Some(id(1)), None);
        drop(owed.logged(1));
        owed.change(conversation(1, 2));
        owed.tell(event(2), Vec::new(), Some(id(1)), None);
        assert!(!owed.written(id(1), 1));
        assert_eq!(rows(&owed), vec![]);
        drop(owed.logged(1));
        assert_eq!(rows(&owed), vec![(id(1), 2)]);
    }

    #[test]
    fn what_a_predecessor_left_waits_for_its_owner() {
        let mut owed = Owed::default();
        owed.doubt(conversation(1, 6), 39);
        owed.doubt(conversation(1, 7), 40);
        owed.doubt(conversation(1, 7), 41);
        assert_eq!((rows(&owed), owed.projected(50)), (vec![], 39));
        owed.change(conversation(1, 7));
        assert_eq!(rows(&owed), vec![(id(1), 7)]);
        assert!(owed.written(id(1), 7));
        assert_eq!(owed.projected(50), 50);
    }

    proptest! {
        /// Whatever comes in whichever order: a row is written of nothing that is not logged, the oldest come
        /// first, below the projected place nothing is owed, and in the end everything is written.
        #[test]
        fn nothing_is_forgotten_and_nothing_is_early(acts in prop::collection::vec((0_u8..4, 0_u8..6), 1..200)) {
            let mut owed = Owed::default();
            let (mut head, mut last_logged) = (0, 0);
            let mut versions = [0_u64; 6];
            let mut places: Vec<(u64, u8, u64)> = Vec::new();
            let mut written = [0_u64; 6];
            let end = [(2_u8, 0_u8), (3, 0)].repeat(400);
            for (act, n) in acts.into_iter().chain(end) {
                match act {
                    0 | 1 => {
                        versions[n as usize] += 1;
                        owed.change(conversation(n, versions[n as usize]));
                        for _ in 0..=act {
                            head += 1;
                            owed.tell(event(head), Vec::new(), Some(id(n)), None);
                            places.push((head, n, versions[n as usize]));
                        }
                    }
                    2 => {
                        let count = owed.events().min(3);
                        drop(owed.logged(count));
                        last_logged += count as u64;
                    }
                    _ => {
                        let first: Vec<_> = owed.first_rows().take(2).cloned().collect();
                        for state in first {
                            let n = state.id.as_bytes()[0];
                            let all_logged = places
                                .iter()
                                .all(|(place, of, version)| *of != n || *version > state.version || *place <= last_logged);
                            prop_assert!(all_logged);
                            owed.written(state.id, state.version);
                            written[n as usize] = state.version;
                        }
                    }
                }
                let projected = owed.projected(last_logged);
                prop_assert!(projected <= last_logged);
                for n in 0..6 {
                    let logged = places.iter().filter(|(place, of, _)| *of == n && *place <= last_logged);
                    let Some((_, _, newest)) = logged.clone().next_back() else { continue };
                    let begins = logged.clone().find(|(_, _, version)| version == newest).map_or(0, |found| found.0);
                    prop_assert!(begins > projected || written[n as usize] >= *newest);
                }
            }
            prop_assert!(owed.is_settled());
            prop_assert_eq!(written, versions);
        }
    }
}
