//! The sender: attempts, requests, results.

use super::*;

impl World {
    /// The sender's turn: attempt first, then the last look, then the request.
    pub(super) fn turn(&mut self) {
        if self.flights.iter().any(|flight| !flight.stale) {
            return self.turn_too_early();
        }
        self.commit();
        let any = self.asked.last().map(|asked| asked.seq).filter(|_| self.chance.one_in(6));
        let next =
            self.shell.state.next_to_send().filter(|item| item.not_before.is_none_or(|at| at <= self.now));
        let Some(seq) = any.or_else(|| next.map(|item| item.seq)) else { return };
        let asked = Command::BeginAttempt { seq, consent_version: self.contact.version };
        let begun = self.decide(asked).expect("an item that is there can be begun or not");
        if begun.seq.is_none() {
            return;
        }
        self.check_gates(&self.shell.state.items[&seq].content);
        if self.chance.one_in(10) {
            // Before the attempt is durable: nothing was requested.
            return self.crash();
        }
        self.commit();
        let number = self.shell.rows.items[&seq].attempts;
        if self.chance.one_in(10) {
            // After it: nothing was requested either, but nobody can know.
            self.unknown.insert(seq);
            return self.crash();
        }
        if self.chance.one_in(4) {
            self.wait();
        }
        if self.chance.one_in(8) {
            self.block_or_unblock();
            self.commit();
        }
        let content = self.shell.rows.items[&seq].content.clone();
        let outcome = match self.shell.state.may_send(&content, self.now) {
            Err(refused) => AttemptOutcome::Withdrawn(refused.into()),
            Ok(_) => AttemptOutcome::Ended(self.request(seq, number)),
        };
        self.flights.push(Flight { seq, number, outcome, stale: false });
    }

    /// While a request runs, no other is begun.
    pub(super) fn turn_too_early(&mut self) {
        let outbox: Vec<(u64, MessageState)> =
            self.shell.state.outbox().map(|item| (item.seq, item.state)).collect();
        if outbox.iter().any(|(_, state)| *state == MessageState::Sending) {
            let (seq, _) = self.chance.of(&outbox);
            let asked = Command::BeginAttempt { seq, consent_version: self.contact.version };
            let begun = self.decide(asked).expect("an item that is there can be begun or not");
            assert!(begun.seq.is_none() && begun.changes.is_empty(), "two requests at once");
        }
    }

    /// The provider is asked.
    pub(super) fn request(&mut self, seq: u64, number: u32) -> SendOutcome {
        self.requests += 1;
        let item = &self.shell.rows.items[&seq];
        let attempt =
            self.shell.rows.attempts.get(&(seq, number)).expect("an attempt is written before a request");
        assert_eq!((attempt.outcome, item.state), (None, MessageState::Sending), "the attempt is open");
        self.check_gates(&item.content);
        assert!(!self.unknown.contains(&seq), "an unknown outcome is not repeated by itself");
        let (accepted, retries) = (self.accepted.get(&seq), self.retries.get(&seq));
        assert!(accepted.unwrap_or(&0) <= retries.unwrap_or(&0), "more requests were taken than asked for");
        let refused = |class| {
            SendOutcome::Refused(ProviderError {
                code: "whatsapp_1".to_owned(),
                message: "no".to_owned(),
                class,
            })
        };
        match self.chance.below(20) {
            0..10 => {
                let provider_id = self.accept(seq);
                SendOutcome::Accepted { provider_id, recipient: Vec::new() }
            }
            10..13 => {
                self.accept(seq);
                self.unknown.insert(seq);
                SendOutcome::Unknown("timed out".to_owned())
            }
            13 => {
                self.unknown.insert(seq);
                SendOutcome::Unknown("timed out".to_owned())
            }
            14..16 => SendOutcome::NotStarted("refused".to_owned()),
            16 => refused(ErrorClass::Retry),
            17 => refused(ErrorClass::BackOff),
            18 => refused(ErrorClass::Never),
            _ => refused(ErrorClass::Account),
        }
    }

    /// The provider takes a message, and will tell how far it gets.
    pub(super) fn accept(&mut self, seq: u64) -> String {
        use MessageState::{Delivered, Failed, Played, Read, Sent};
        *self.accepted.entry(seq).or_default() += 1;
        let provider_id = format!("out.{}", self.number());
        let fates: [&[MessageState]; 6] = [
            &[],
            &[Sent],
            &[Sent, Delivered, Read],
            &[Sent, Delivered, Read, Played],
            &[Sent, Failed],
            &[Sent, Failed, Delivered],
        ];
        let callback = !self.chance.one_in(4);
        for (index, &state) in self.chance.of(&fates).iter().enumerate() {
            let at = self.now + Duration::from_secs(index as u64);
            let error = (state == Failed).then(|| MessageError {
                code: "whatsapp_131026".to_owned(),
                message: "undeliverable".to_owned(),
            });
            let recipient = Vec::new();
            let status = Status {
                provider_id: provider_id.clone(),
                state,
                at,
                callback: None,
                error,
                recipient,
                charged: None,
                class: None,
            };
            self.mail.push(Mail::Status { seq, status, callback });
            if callback {
                self.told.entry(seq).or_default().push(state);
            }
        }
        provider_id
    }

    /// A request's result is stored; sometimes twice, when its first storing was not heard of.
    pub(super) fn land(&mut self) {
        if self.flights.is_empty() {
            return;
        }
        let index = self.chance.below(self.flights.len());
        let flight = self.flights.swap_remove(index);
        for _ in 0..=usize::from(self.chance.one_in(6)) {
            let Flight { seq, number, outcome, .. } = flight.clone();
            self.must(Command::EndAttempt { seq, number, outcome });
        }
        self.landed.push(flight);
    }
}
