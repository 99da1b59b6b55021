//! Colleagues, and what they ask for.

use super::*;

impl World {
    pub(super) fn agent(&mut self) -> Sender {
        let kind = self.chance.of(&[SenderKind::Agent, SenderKind::Agent, SenderKind::Flow]);
        Sender { kind, id: None, name: Some("Mila".to_owned()) }
    }

    pub(super) fn send(&mut self) {
        if self.shell.state.head.is_none() {
            self.must(Command::Ensure { contact: self.contact.clone() });
        }
        let number = self.number();
        let content = if self.chance.one_in(3) { template() } else { text(&format!("answer {number}")) };
        self.ask(number, content, false);
    }

    pub(super) fn note(&mut self) {
        if self.shell.state.head.is_some() {
            let number = self.number();
            self.ask(number, text(&format!("note {number}")), true);
        }
    }

    pub(super) fn ask(&mut self, number: usize, content: Content, is_note: bool) {
        let id = MessageId::derived(&[b"asked", &number.to_be_bytes()]);
        let asked = Asked { id, key: number as u64, request: 1, content, seq: 0, at: self.now, is_note };
        let before = self.shell.state.head.as_ref().map_or(0, |head| head.last_seq);
        match self.try_ask(&asked) {
            Ok(decision) => {
                let seq = decision.seq.expect("what was asked for has a place");
                assert!(seq > before, "a new key gives a new item");
                self.asking.push(Asked { seq, ..asked });
            }
            Err(Rejection::Redirected(_)) => {}
            Err(Rejection::Rule { code, .. }) => {
                let is_closed = self.newest_open.is_none_or(|newest| self.now >= newest + WINDOW);
                match code {
                    "contact_blocked" => assert!(self.contact.contact.blocked),
                    "opted_out" | "opted_out_of_marketing" => {
                        let withdrawn =
                            |standing: &ConsentStanding| standing.choice == ConsentChoice::Withdrawn;
                        assert!(self.contact.contact.consent.iter().any(withdrawn), "{code}");
                    }
                    _ => assert!(is_closed && matches!(asked.content, Content::Text(_)), "{code}"),
                }
            }
            Err(rejection) => panic!("a new request was refused: {rejection}"),
        }
    }

    pub(super) fn try_ask(&mut self, asked: &Asked) -> Result<Decision, Rejection> {
        let sender = self.agent();
        let (id, key, request_hash) = (asked.id, asked.key, vec![asked.request; 32]);
        let command = match (&asked.content, asked.is_note) {
            (Content::Text(text), true) => {
                Command::Note { id, key, request_hash, body: text.body.clone(), mentions: Vec::new(), sender }
            }
            (content, _) => Command::Send {
                contact: None,
                id,
                key,
                request_hash,
                content: content.clone(),
                about: None,
                hold: Duration::ZERO,
                conditions: Conditions::default(),
                sender,
            },
        };
        self.decide(command)
    }

    /// The same key again: with the same request it gives the same item, with another it is refused.
    pub(super) fn ask_again(&mut self) {
        let count = self.asked.len() + self.asking.len();
        if count == 0 {
            return;
        }
        let index = self.chance.below(count);
        let mut asked =
            self.asked.get(index).cloned().unwrap_or_else(|| self.asking[index - self.asked.len()].clone());
        if self.now.as_millis() - asked.at.as_millis() >= KEY_MEMORY_MILLIS {
            return;
        }
        if self.chance.one_in(3) {
            asked.request = 2;
            assert_eq!(self.try_ask(&asked), Err(Rejection::KeyReused));
            return;
        }
        let decision =
            self.try_ask(&asked).expect("a repetition is answered, whatever became of the conversation");
        assert_eq!(decision.seq, Some(asked.seq), "the same key gives the same item");
        assert!(decision.changes.is_empty(), "a repetition changes nothing");
    }

    pub(super) fn cancel_or_retry(&mut self) {
        let ours: Vec<MessageId> = self
            .asked
            .iter()
            .chain(&self.asking)
            .filter(|asked| !asked.is_note)
            .map(|asked| asked.id)
            .collect();
        if ours.is_empty() {
            return;
        }
        let id = self.chance.of(&ours[ours.len().saturating_sub(4)..]);
        let retry = self.chance.one_in(2);
        let sender = self.agent();
        match self.decide(if retry { Command::Retry { id, sender } } else { Command::Cancel { id } }) {
            Ok(decision) if retry && !decision.changes.is_empty() => {
                self.retrying.push(decision.seq.expect("an item was retried"));
            }
            Ok(_) | Err(Rejection::Rule { .. } | Rejection::NoMessage | Rejection::Redirected(_)) => {}
            Err(rejection) => panic!("{rejection}"),
        }
    }

    pub(super) fn manage(&mut self) {
        if self.shell.state.head.is_none() {
            return;
        }
        let sender = self.agent();
        let command = match self.chance.below(12) {
            0..4 => {
                let who = self.chance.below(3) as u8;
                let assignee = (who > 0).then(|| (UserId::from_bytes([who; 16]), format!("agent {who}")));
                Command::Assign { assignee, sender }
            }
            4..8 => {
                use ConversationStatus::{Open, Pending, Resolved, Snoozed};
                let status = self.chance.of(&[Open, Pending, Resolved, Snoozed]);
                let snoozed_until = Some(self.now + Duration::from_secs(3_600));
                Command::SetStatus { status, snoozed_until, sender }
            }
            8 if self.chance.one_in(10) => {
                let into = ContactId::from_bytes([9; 16]);
                Command::Redirect { to: ELSEWHERE, into, contact: self.contact.clone() }
            }
            9 => return self.absorb(),
            10 => Command::Recover,
            _ => Command::Wake,
        };
        // A recovery is for an owner that has just loaded, so that no request of its own runs.
        if command == Command::Recover && self.flights.iter().any(|flight| !flight.stale) {
            return;
        }
        match self.decide(command) {
            Ok(_) | Err(Rejection::Redirected(_)) => {}
            Err(rejection) => panic!("{rejection}"),
        }
    }

    /// The person's other conversation gave way to this one; told once or more often.
    fn absorb(&mut self) {
        let left = self.left();
        let inbound = left.last_inbound_at;
        match self.decide(Command::Absorb { left: Box::new(left), contact: None }) {
            Ok(decision) if !decision.changes.is_empty() => self.newest_open = self.newest_open.max(inbound),
            Ok(_) => {}
            Err(rejection) => panic!("{rejection}"),
        }
    }

    /// What some other conversation with this person left.
    fn left(&mut self) -> Left {
        use ConversationStatus::{Open, Pending, Resolved, Snoozed};
        let status = self.chance.of(&[Open, Pending, Resolved, Snoozed]);
        let told = self.now - Duration::from_secs(self.chance.below(100_000) as u64);
        Left {
            from: ConversationId::from_bytes([20 + self.chance.below(3) as u8; 16]),
            name: "Elif's other number".to_owned(),
            into: self.contact.contact.id,
            status,
            snoozed_until: (status == Snoozed).then(|| self.now + Duration::from_secs(600)),
            assignee_id: None,
            team_id: None,
            priority: switchboard_schema::wire::Priority::None,
            labels: Vec::new(),
            handled_by: HandledBy::default(),
            waiting_since: (status == Open).then_some(told),
            last_inbound_at: Some(told),
            opened_by: None,
            free_entry_at: None,
            free_until: None,
        }
    }

    pub(super) fn block_or_unblock(&mut self) {
        if self.shell.state.head.is_none() {
            return;
        }
        self.contact.version += 1;
        self.contact.contact.blocked = !self.contact.contact.blocked;
        self.must(Command::ContactChanged { contact: self.contact.clone() });
        assert_eq!(
            self.shell.state.head.as_ref().map(|head| head.contact.blocked),
            Some(self.contact.contact.blocked),
            "a block counts at once"
        );
    }

    /// The customer says what they want to hear.
    pub(super) fn stop_or_start(&mut self) {
        if self.shell.state.head.is_none() {
            return;
        }
        let scope = self.chance.of(&[ConsentScope::Everything, ConsentScope::Marketing]);
        let choice = self.chance.of(&[ConsentChoice::Withdrawn, ConsentChoice::Given, ConsentChoice::Given]);
        self.contact.version += 1;
        consent::note(&mut self.contact.contact.consent, Wish { scope, choice }, self.now);
        self.must(Command::ContactChanged { contact: self.contact.clone() });
        let known = self.shell.state.head.as_ref().map(|head| &head.contact.consent);
        assert_eq!(known, Some(&self.contact.contact.consent), "it counts at once");
    }
}
