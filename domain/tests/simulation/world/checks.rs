//! What must hold after every step and in the end.

use super::*;

impl World {
    pub(super) fn check_decision(&self, decision: &Decision, kind: Kind) {
        let state = &self.shell.state;
        let (before, before_seq) = state.head.as_ref().map_or((0, 0), |head| (head.version, head.last_seq));
        let version = if state.open_commit { before } else { before + 1 };
        let mut last_seq = before_seq;
        let mut told_seq = before_seq;
        for change in &decision.changes {
            match change {
                Change::Head(head) => {
                    assert_eq!(head.version, version, "the commit's version");
                    told_seq = head.last_seq;
                }
                Change::Item(item) => {
                    assert_eq!(item.version, version, "an item of the commit has its version");
                    if item.seq > before_seq {
                        last_seq += 1;
                        assert_eq!(item.seq, last_seq, "no gap and no other order");
                    } else {
                        let taken = self.accepted.contains_key(&item.seq);
                        check_item(&state.items[&item.seq], item, kind, taken);
                    }
                }
                Change::Attempt(attempt) => assert!(attempt.number <= 15, "an attempt fits into its key"),
                Change::Key(..) => {}
            }
        }
        assert_eq!(told_seq, last_seq, "the head tells the last place");
    }

    /// This content may go to this person at this moment.
    pub(super) fn check_gates(&self, content: &Content) {
        assert!(!self.contact.contact.blocked, "no request for who is blocked");
        let is_open = self.newest.is_some_and(|newest| self.now < newest + WINDOW);
        let is_template = matches!(content, Content::Template(_));
        assert!(is_open || is_template, "no free-form request outside the window");
        let consent = &self.contact.contact.consent;
        let standing = |scope| consent.iter().find(|standing| standing.scope == scope);
        let stopped_at = standing(ConsentScope::Everything)
            .filter(|standing| standing.choice == ConsentChoice::Withdrawn)
            .map(|standing| standing.at);
        assert!(
            is_template || stopped_at.is_none_or(|at| self.newest.is_some_and(|newest| newest > at)),
            "no answer to whom stopped everything and did not write since"
        );
        let newest =
            consent.iter().max_by_key(|standing| (standing.at, standing.choice == ConsentChoice::Withdrawn));
        assert!(
            !is_template || newest.is_none_or(|standing| standing.choice == ConsentChoice::Given),
            "no template against the newest word"
        );
    }

    pub(super) fn check_rows(&self) {
        let rows = &self.shell.rows;
        let Some(head) = &rows.head else { return };
        assert_eq!(head.last_seq, rows.items.len() as u64, "gapless");
        assert_eq!(rows.items.last_key_value().map_or(0, |(seq, _)| *seq), head.last_seq);
        assert_eq!(head.inbound_count, self.inbound, "distinct messages of the customer, without notices");
        assert_eq!(head.last_inbound_at, self.newest, "the window's beginning");
        let sending = self.shell.state.outbox().filter(|item| item.state == MessageState::Sending).count();
        assert!(sending <= 1, "one request at a time");
        let floor = self.shell.state.outbox().map(|item| item.seq).min();
        assert_eq!(head.outbox_floor, floor, "the outbox's floor");
        for number in self.written.len().saturating_sub(8)..self.written.len() {
            self.check_answered(number);
        }
    }

    pub(super) fn check_answered(&self, number: usize) {
        let written = &self.written[number];
        let id = written.id;
        match written.answered {
            Some(true) => assert!(self.places.contains_key(&id), "what was answered is durable"),
            Some(false) => assert!(!self.places.contains_key(&id), "what went elsewhere is not here too"),
            None => {}
        }
    }

    pub(super) fn check_end(&self) {
        for (number, written) in self.written.iter().enumerate() {
            assert!(written.answered.is_some(), "every message is answered in the end");
            self.check_answered(number);
            let id = written.id;
            let Some(seq) = self.places.get(&id) else { continue };
            let item = &self.shell.rows.items[seq];
            assert_eq!(item.deleted_at.is_some(), written.revoked, "taken back");
            if !written.revoked {
                let newest =
                    written.newest_edit.as_ref().map_or(&written.message.content, |edit| &edit.content);
                assert_eq!(&item.content, newest, "the newest edit stands");
            }
        }
        for asked in &self.asked {
            assert_eq!(self.places.get(&asked.id), Some(&asked.seq), "what was accepted is there");
            let item = &self.shell.rows.items[&asked.seq];
            assert!(item.state != MessageState::Sending, "no request runs in the end");
            if self.retries.contains_key(&asked.seq) || self.accepted.get(&asked.seq) != Some(&1) {
                continue;
            }
            let told = self.told.get(&asked.seq).map_or(&[][..], Vec::as_slice);
            if !told.is_empty() {
                let end = told.iter().fold(MessageState::Sent, |state, &told| join(state, told));
                assert_eq!(item.state, end, "an item ends at the furthest it was told to have got");
            }
        }
        let open = self.shell.rows.attempts.values().filter(|attempt| attempt.outcome.is_none());
        assert_eq!(open.count(), 0, "every attempt has an outcome in the end");
    }

    /// However a message's statuses are ordered and repeated, it ends the same.
    pub(super) fn permute_statuses(&mut self) {
        use MessageState::{Delivered, Failed, Played, Read, Sent};
        // One that was asked for again waits for its own request, and not for what an earlier one comes to.
        let of_a_request = |item: &&Item| {
            item.attempts > 0 && !matches!(item.state, MessageState::Queued | MessageState::Cancelled)
        };
        let Some(item) = self.shell.state.items.values().rev().find(of_a_request) else { return };
        let (seq, error) = (item.seq, Some(MessageError { code: "x".to_owned(), message: "y".to_owned() }));
        let provider_id = item.provider_id.clone().unwrap_or_else(|| "out.permuted".to_owned());
        let mut told: Vec<MessageState> = [Sent, Delivered, Read, Played, Failed].into();
        self.chance.shuffle(&mut told);
        told.truncate(1 + self.chance.below(5));
        let mut ends = Vec::new();
        for _ in 0..3 {
            let mut state = self.shell.state.clone();
            let again = self.chance.of(&told);
            let mut order = told.clone();
            order.push(again);
            self.chance.shuffle(&mut order);
            for state_told in order {
                let status = Status {
                    provider_id: provider_id.clone(),
                    state: state_told,
                    at: self.now + Duration::from_secs(state_told as u64),
                    callback: None,
                    error: error.clone().filter(|_| state_told == Failed),
                    recipient: Vec::new(),
                    charged: None,
                    class: None,
                };
                let decision =
                    decide(&state, Command::Status { status, seq }, self.now).expect("a status is taken");
                decision.changes.into_iter().for_each(|change| evolve(&mut state, change));
            }
            let free_until = state.head.as_ref().and_then(|head| head.free_until);
            let mut item = state.items[&seq].clone();
            item.version = 0;
            ends.push((item, free_until, state.attempts));
        }
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:#?}");
    }
}

/// What kind of command a change follows from.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Retry,
    Cancel,
    Status,
    End,
    Other,
}

impl Kind {
    pub(super) const fn of(command: &Command) -> Self {
        match command {
            Command::Retry { .. } => Self::Retry,
            Command::Cancel { .. } => Self::Cancel,
            Command::Status { .. } => Self::Status,
            Command::EndAttempt { .. } => Self::End,
            _ => Self::Other,
        }
    }
}

/// An item changes only as it may.
fn check_item(before: &Item, after: &Item, kind: Kind, taken_by_provider: bool) {
    use MessageState::{Cancelled, Failed, Queued, Received, Recorded, Sending, Sent, Unknown};
    assert_eq!(
        (before.id, before.direction, before.at),
        (after.id, after.direction, after.at),
        "an item stays itself"
    );
    assert_eq!((before.provider_at, before.late), (after.provider_at, after.late), "an item stays itself");
    assert!(after.history.len() >= before.history.len(), "what happened is not forgotten");
    let is_fine = match (before.state, after.state) {
        (before, after) if before == after => true,
        (Received | Recorded, _) => false,
        (Queued, Cancelled) => kind == Kind::Cancel,
        (Cancelled, _) => taken_by_provider && after.state != Failed,
        // Surely not taken by the provider: it is tried again after a pause.
        (Sending, Queued) => kind == Kind::End && after.not_before.is_some(),
        // The failure was of an earlier request, and the one made since was taken.
        (Failed, Sent) => kind == Kind::End && before.provider_id != after.provider_id,
        (Failed | Unknown, Queued) => kind == Kind::Retry && after.provider_id.is_none(),
        // What waits fails by a rule, never by what is told of an earlier request.
        (Queued, Failed) => kind == Kind::Other,
        (before, after) => join(before, after) == after,
    };
    assert!(is_fine, "{:?} became {:?}", before.state, after.state);
    assert!(is_settled(after.state) || after.error.is_none(), "what waits has not failed");
    let mut round = after.history.iter().rev().take_while(|known| known.state != Queued);
    let is_noted = after.state == Queued || round.any(|known| known.state == after.state);
    assert!(is_noted, "{:?} is not in the history since it was queued", after.state);
}
