//! The customer and the provider, and what they tell.

use super::*;

impl World {
    pub(super) fn write(&mut self) {
        let number = self.number();
        let back = self.chance.of(&[0, 0, 0, 1, 30, 7_200]);
        let ahead = if self.chance.one_in(20) { 3_600 } else { 0 };
        // Whole seconds, as the provider has them.
        let at = Timestamp::from_secs(self.now.as_millis() / 1_000 - back + ahead);
        let from = Party { identities: self.contact.contact.identities.clone(), profile_name: None };
        let message = InboundMessage {
            free_entry: self.chance.one_in(12),
            notice: self.chance.one_in(12),
            ..InboundMessage::new(from, format!("in.{number}"), at, text(&format!("hello {number}")))
        };
        if message.notice {
            self.notices.insert(message.provider_id.clone());
        }
        self.mail.push(Mail::Message(self.written.len()));
        let id = MessageId::of_provider(&CHANNEL, &message.provider_id);
        self.written.push(Written { id, message, newest_edit: None, revoked: false, answered: None });
    }

    pub(super) fn change_mind(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let number = self.chance.below(self.written.len());
        let revoke = self.chance.one_in(3);
        let at = Timestamp::from_secs(self.now.as_millis() / 1_000);
        let words = self.number();
        let written = &mut self.written[number];
        let from = written.message.from.clone();
        let original_id = written.message.provider_id.clone();
        let newer = written.newest_edit.as_ref().is_none_or(|newest| newest.at < at);
        if written.revoked || !newer {
            return;
        }
        if revoke {
            written.revoked = true;
            self.mail.push(Mail::Revoke(number, Revoke { from, ours: false, original_id, at }));
        } else {
            let edit = Edit { from, ours: false, original_id, at, content: text(&format!("better {words}")) };
            written.newest_edit = Some(edit.clone());
            self.mail.push(Mail::Edit(number, edit));
        }
    }

    /// Any update arrives, early, late or once more.
    pub(super) fn deliver(&mut self) {
        if self.mail.is_empty() {
            return;
        }
        let index = self.chance.below(self.mail.len());
        let mail = self.mail.swap_remove(index);
        if self.chance.one_in(5) && self.mail.len() < 64 {
            self.mail.push(mail.clone());
        }
        match &mail {
            Mail::Message(number) => self.receive(*number),
            Mail::Edit(number, edit) => match self.find(*number) {
                Some(seq) => self.must(Command::Edit { edit: edit.clone(), seq }),
                None => return self.keep_for_later(mail),
            },
            Mail::Revoke(number, revoke) => match self.find(*number) {
                Some(seq) => self.must(Command::Revoke { revoke: revoke.clone(), seq }),
                None => return self.keep_for_later(mail),
            },
            Mail::Status { seq, status, callback } => {
                if !callback && !self.shell.rows.provider_ids.contains_key(&status.provider_id) {
                    // An orphan: it waits until its message is findable.
                    if self.shell.rows.items[seq].provider_id.as_ref() == Some(&status.provider_id) {
                        self.mail.push(mail);
                    }
                    return;
                }
                self.must(Command::Status { status: status.clone(), seq: *seq });
            }
        }
        self.taken.push(mail);
    }

    /// The provider never heard an answer, and tells again what it told long ago.
    pub(super) fn repeat_old(&mut self) {
        if !self.written.is_empty() {
            let number = self.chance.below(self.written.len());
            self.mail.push(Mail::Message(number));
        }
    }

    pub(super) fn keep_for_later(&mut self, mail: Mail) {
        let number = match &mail {
            Mail::Edit(number, _) | Mail::Revoke(number, _) => *number,
            Mail::Message(_) | Mail::Status { .. } => return,
        };
        // Nothing to change here when the message itself belongs elsewhere.
        if self.written[number].answered != Some(false) {
            self.mail.push(mail);
        }
    }

    pub(super) fn find(&self, number: usize) -> Option<u64> {
        let provider_id = &self.written[number].message.provider_id;
        let id = self.written[number].id;
        let known = self.shell.state.known.get(&id).map(|known| known.seq);
        known.or_else(|| self.shell.rows.provider_ids.get(provider_id).copied())
    }

    pub(super) fn receive(&mut self, number: usize) {
        let message = self.written[number].message.clone();
        let id = self.written[number].id;
        let is_here =
            self.shell.rows.items.len() > 2 * BUCKET_ITEMS as usize && self.places.contains_key(&id);
        if is_here && !self.shell.state.known.contains_key(&id) {
            self.looked_up += 1;
        }
        let command = self.shell.receive(self.contact.clone(), message.clone());
        match self.decide(command) {
            Ok(decision) => {
                let seq = decision.seq.expect("a message has a place");
                if let Some(known) = self.places.get(&id) {
                    assert_eq!(seq, *known, "a repeated message is the one that is there");
                    assert!(decision.changes.is_empty(), "a repeated message changes nothing");
                }
                if !decision.changes.is_empty() {
                    let item = &self.shell.state.items[&seq];
                    assert_eq!(
                        item.late,
                        self.newest_open.is_some_and(|newest| message.at + Duration::from_secs(60) < newest),
                        "late mark"
                    );
                    if !message.notice {
                        self.newest_open = self.newest_open.max(Some(message.at.min(self.now)));
                    }
                }
            }
            Err(Rejection::Redirected(to)) => {
                assert_eq!(to, ELSEWHERE);
                assert!(!self.places.contains_key(&id), "what is here is answered here");
                self.sent_on.insert(number);
            }
            Err(rejection) => panic!("a message was refused: {rejection}"),
        }
    }
}
