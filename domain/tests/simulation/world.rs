//! A customer, a provider and a team around one conversation, and what must hold whatever they do.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use switchboard_domain::{
    conversation::{
        AttemptOutcome, Change, Command, ContactSnapshot, Decision, KEY_MEMORY_MILLIS, Rejection, decide,
        evolve,
    },
    delivery::{is_settled, join},
    inbound::{Edit, InboundMessage, Party, Revoke, Status},
    outbound::{ErrorClass, ProviderError, SendOutcome},
    window::WINDOW,
};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, MessageId, Timestamp, UserId,
    record::{BUCKET_ITEMS, Item},
    wire::{
        ContactRef, Content, ConversationStatus, Direction, Identity, IdentityKind, MessageError,
        MessageState, Sender, SenderKind, TemplateContent, Text,
    },
};

use crate::{chance::Chance, shell::Shell};

const CHANNEL: ChannelId = ChannelId::from_bytes([1; 16]);
const CONTACT: ContactId = ContactId::from_bytes([2; 16]);
const ELSEWHERE: ConversationId = ConversationId::from_bytes([9; 16]);

/// One webhook's update on its way; it comes again until it was answered.
#[derive(Clone)]
enum Mail {
    /// The customer's message of this number.
    Message(usize),
    /// A change of the message of this number.
    Edit(usize, Edit),
    /// The message of this number, taken back.
    Revoke(usize, Revoke),
    /// Of the item at this place; with our callback data or without.
    Status { seq: u64, status: Status, callback: bool },
}

/// What the customer wrote.
struct Written {
    message: InboundMessage,
    newest_edit: Option<Edit>,
    revoked: bool,
    /// It was answered: durable here, or told that it belongs elsewhere.
    answered: Option<bool>,
}

/// A request whose result is not stored yet.
#[derive(Clone)]
struct Flight {
    seq: u64,
    number: u32,
    outcome: AttemptOutcome,
    /// Made by an owner before the present one.
    stale: bool,
}

/// A request of an agent under a key.
#[derive(Clone)]
struct Asked {
    id: MessageId,
    key: u64,
    request: u8,
    content: Content,
    seq: u64,
    at: Timestamp,
    is_note: bool,
}

pub(crate) struct World {
    chance: Chance,
    now: Timestamp,
    shell: Shell,
    contact: ContactSnapshot,
    written: Vec<Written>,
    mail: Vec<Mail>,
    /// Taken into the open commit: answered when it is durable.
    taken: Vec<Mail>,
    flights: Vec<Flight>,
    /// Results in the open commit.
    landed: Vec<Flight>,
    asked: Vec<Asked>,
    asking: Vec<Asked>,
    /// Committed agent's retries, and those in the open commit.
    retries: HashMap<u64, u32>,
    retrying: Vec<u64>,
    /// Items whose last request may or may not have been taken.
    unknown: HashSet<u64>,
    /// Requests that the provider took, by item.
    accepted: HashMap<u64, u32>,
    told: HashMap<u64, Vec<MessageState>>,
    /// Where every id of a committed item stands.
    places: HashMap<MessageId, u64>,
    inbound: u64,
    /// Provider's ids of what is not a message of the person.
    notices: HashSet<String>,
    /// The provider's time of the newest message, committed and in the open commit.
    newest: Option<Timestamp>,
    newest_open: Option<Timestamp>,
    version: u64,
    numbers: usize,
    pub(crate) requests: u64,
    pub(crate) crashes: u64,
    pub(crate) looked_up: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let identities = vec![Identity { kind: IdentityKind::WaId, value: "31612344417".to_owned() }];
        let contact = ContactRef { id: CONTACT, name: "Elif".to_owned(), identities, blocked: false };
        Self {
            chance: Chance::new(seed),
            now: Timestamp::from_secs(1_795_000_000),
            shell: Shell::new(ConversationId::between(&CHANNEL, &CONTACT), CHANNEL),
            contact: ContactSnapshot { contact, version: 1 },
            written: Vec::new(),
            mail: Vec::new(),
            taken: Vec::new(),
            flights: Vec::new(),
            landed: Vec::new(),
            asked: Vec::new(),
            asking: Vec::new(),
            retries: HashMap::new(),
            retrying: Vec::new(),
            unknown: HashSet::new(),
            accepted: HashMap::new(),
            told: HashMap::new(),
            places: HashMap::new(),
            inbound: 0,
            notices: HashSet::new(),
            newest: None,
            newest_open: None,
            version: 0,
            numbers: 0,
            requests: 0,
            crashes: 0,
            looked_up: 0,
        }
    }

    /// One thing happens.
    pub(crate) fn step(&mut self) {
        if self.contact.contact.blocked && self.chance.one_in(8) {
            self.block_or_unblock();
        }
        match self.chance.below(100) {
            0..10 => self.write(),
            10..13 => self.change_mind(),
            13..34 => self.deliver(),
            34..46 => self.send(),
            46..50 => self.ask_again(),
            50..55 => self.cancel_or_retry(),
            55..58 => self.note(),
            58..62 => self.manage(),
            62..64 => self.block_or_unblock(),
            64..80 => self.turn(),
            80..90 => self.land(),
            90..92 => self.crash(),
            92..94 => self.shell.register(),
            94..96 => self.wait(),
            96..98 => self.repeat_old(),
            _ => self.permute_statuses(),
        }
        if !self.chance.one_in(3) {
            self.commit();
        }
    }

    /// The customer writes much, so that buckets fill.
    pub(crate) fn burst(&mut self, messages: usize) {
        for _ in 0..messages {
            self.write();
            if self.chance.one_in(10) {
                self.repeat_old();
                self.deliver();
            }
            self.deliver();
            if self.chance.one_in(8) {
                self.commit();
            }
        }
        self.commit();
    }

    /// Everything on its way arrives; then all must be as it was told.
    pub(crate) fn finish(&mut self) {
        self.commit();
        while !self.flights.is_empty() {
            self.land();
            self.commit();
        }
        self.shell.register();
        let mut turns = 0;
        while !self.mail.is_empty() {
            turns += 1;
            assert!(turns < 100_000, "{} updates never arrive", self.mail.len());
            self.deliver();
            self.commit();
            self.shell.register();
        }
        self.shell.check_memory(self.now);
        self.check_end();
    }

    fn number(&mut self) -> usize {
        self.numbers += 1;
        self.numbers
    }

    // Time.

    fn wait(&mut self) {
        let millis = self.chance.of(&[1, 500, 4_000, 60_000, 3_600_000, 11 * 3_600_000, 24 * 3_600_000]);
        self.now = self.now + Duration::from_millis(millis);
        if self.chance.one_in(3)
            && let Some(newest) = self.newest
        {
            // To the edge of the window, and a moment to either side.
            let edge = newest + WINDOW;
            let to =
                self.chance.of(&[edge - Duration::from_millis(1), edge, edge + Duration::from_millis(1)]);
            self.now = self.now.max(to);
        }
    }

    // The customer.

    fn write(&mut self) {
        let number = self.number();
        let back = self.chance.of(&[0, 0, 0, 1, 30, 7_200]);
        let ahead = if self.chance.one_in(20) { 3_600 } else { 0 };
        // Whole seconds, as the provider has them.
        let at = Timestamp::from_secs(self.now.as_millis() / 1_000 - back + ahead);
        let message = InboundMessage {
            from: Party { identities: self.contact.contact.identities.clone(), profile_name: None },
            provider_id: format!("in.{number}"),
            at,
            content: text(&format!("hello {number}")),
            reply_to: None,
            free_entry: self.chance.one_in(12),
            notice: self.chance.one_in(12),
            raw: None,
        };
        if message.notice {
            self.notices.insert(message.provider_id.clone());
        }
        self.mail.push(Mail::Message(self.written.len()));
        self.written.push(Written { message, newest_edit: None, revoked: false, answered: None });
    }

    fn change_mind(&mut self) {
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
            self.mail.push(Mail::Revoke(number, Revoke { from, original_id, at }));
        } else {
            let edit = Edit { from, original_id, at, content: text(&format!("better {words}")) };
            written.newest_edit = Some(edit.clone());
            self.mail.push(Mail::Edit(number, edit));
        }
    }

    // The provider.

    /// Any update arrives, early, late or once more.
    fn deliver(&mut self) {
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
    fn repeat_old(&mut self) {
        if !self.written.is_empty() {
            let number = self.chance.below(self.written.len());
            self.mail.push(Mail::Message(number));
        }
    }

    fn keep_for_later(&mut self, mail: Mail) {
        let number = match &mail {
            Mail::Edit(number, _) | Mail::Revoke(number, _) => *number,
            Mail::Message(_) | Mail::Status { .. } => return,
        };
        // Nothing to change here when the message itself belongs elsewhere.
        if self.written[number].answered != Some(false) {
            self.mail.push(mail);
        }
    }

    fn find(&self, number: usize) -> Option<u64> {
        let provider_id = &self.written[number].message.provider_id;
        let id = MessageId::of_provider(&CHANNEL, provider_id);
        let known = self.shell.state.known.get(&id).map(|known| known.seq);
        known.or_else(|| self.shell.rows.provider_ids.get(provider_id).copied())
    }

    fn receive(&mut self, number: usize) {
        let message = self.written[number].message.clone();
        let id = MessageId::of_provider(&CHANNEL, &message.provider_id);
        let is_here =
            self.shell.rows.items.len() > 2 * BUCKET_ITEMS as usize && self.places.contains_key(&id);
        if is_here && !self.shell.state.known.contains_key(&id) {
            self.looked_up += 1;
        }
        let command = self.shell.receive(self.contact.clone(), message.clone());
        match self.decide(command, Kind::Other) {
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
                        self.newest_open.is_some_and(|newest| message.at < newest),
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
                self.written[number].answered.get_or_insert(false);
            }
            Err(rejection) => panic!("a message was refused: {rejection}"),
        }
    }

    // The team.

    fn agent(&mut self) -> Sender {
        let kind = self.chance.of(&[SenderKind::Agent, SenderKind::Agent, SenderKind::Flow]);
        Sender { kind, id: None, name: Some("Mila".to_owned()) }
    }

    fn send(&mut self) {
        if self.shell.state.head.is_none() {
            self.must(Command::Ensure { contact: self.contact.clone() });
        }
        let number = self.number();
        let content = if self.chance.one_in(3) { template() } else { text(&format!("answer {number}")) };
        self.ask(number, content, false);
    }

    fn note(&mut self) {
        if self.shell.state.head.is_some() {
            let number = self.number();
            self.ask(number, text(&format!("note {number}")), true);
        }
    }

    fn ask(&mut self, number: usize, content: Content, is_note: bool) {
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
                    _ => assert!(is_closed && matches!(asked.content, Content::Text(_)), "{code}"),
                }
            }
            Err(rejection) => panic!("a new request was refused: {rejection}"),
        }
    }

    fn try_ask(&mut self, asked: &Asked) -> Result<Decision, Rejection> {
        let sender = self.agent();
        let (id, key, request_hash) = (asked.id, asked.key, vec![asked.request; 32]);
        let command = match (&asked.content, asked.is_note) {
            (Content::Text(text), true) => {
                Command::Note { id, key, request_hash, body: text.body.clone(), sender }
            }
            (content, _) => Command::Send { id, key, request_hash, content: content.clone(), sender },
        };
        self.decide(command, Kind::Other)
    }

    /// The same key again: with the same request it gives the same item, with another it is refused.
    fn ask_again(&mut self) {
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

    fn cancel_or_retry(&mut self) {
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
        let (command, kind) =
            if retry { (Command::Retry { id }, Kind::Retry) } else { (Command::Cancel { id }, Kind::Cancel) };
        match self.decide(command, kind) {
            Ok(decision) if retry && !decision.changes.is_empty() => {
                self.retrying.push(decision.seq.expect("an item was retried"));
            }
            Ok(_) | Err(Rejection::Rule { .. } | Rejection::NoMessage | Rejection::Redirected(_)) => {}
            Err(rejection) => panic!("{rejection}"),
        }
    }

    fn manage(&mut self) {
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
            8 if self.chance.one_in(10) => Command::Redirect { to: ELSEWHERE },
            9 => Command::Absorb { name: "Elif's other number".to_owned() },
            10 => Command::Recover,
            _ => Command::Wake,
        };
        // A recovery is for an owner that has just loaded, so that no request of its own runs.
        if command == Command::Recover && self.flights.iter().any(|flight| !flight.stale) {
            return;
        }
        match self.decide(command, Kind::Other) {
            Ok(_) | Err(Rejection::Redirected(_)) => {}
            Err(rejection) => panic!("{rejection}"),
        }
    }

    fn block_or_unblock(&mut self) {
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

    // The sender.

    /// The sender's turn: attempt first, then the last look, then the request.
    fn turn(&mut self) {
        if self.flights.iter().any(|flight| !flight.stale) {
            return;
        }
        self.commit();
        let any = self.asked.last().map(|asked| asked.seq).filter(|_| self.chance.one_in(6));
        let next =
            self.shell.state.next_to_send().filter(|item| item.not_before.is_none_or(|at| at <= self.now));
        let Some(seq) = any.or_else(|| next.map(|item| item.seq)) else { return };
        let asked = Command::BeginAttempt { seq, consent_version: self.contact.version };
        let begun = self.decide(asked, Kind::Other).expect("an item that is there can be begun or not");
        if begun.seq.is_none() {
            return;
        }
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
            Err(error) => AttemptOutcome::Withdrawn(error),
            Ok(()) => AttemptOutcome::Ended(self.request(seq, number)),
        };
        self.flights.push(Flight { seq, number, outcome, stale: false });
    }

    /// The provider is asked.
    fn request(&mut self, seq: u64, number: u32) -> SendOutcome {
        self.requests += 1;
        let item = &self.shell.rows.items[&seq];
        let attempt =
            self.shell.rows.attempts.get(&(seq, number)).expect("an attempt is written before a request");
        assert_eq!((attempt.outcome, item.state), (None, MessageState::Sending), "the attempt is open");
        assert!(!self.contact.contact.blocked, "no request for who is blocked");
        let is_open = self.newest.is_some_and(|newest| self.now < newest + WINDOW);
        assert!(
            is_open || matches!(item.content, Content::Template(_)),
            "no free-form request outside the window"
        );
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
    fn accept(&mut self, seq: u64) -> String {
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
            let status =
                Status { provider_id: provider_id.clone(), state, at, callback: None, error, recipient };
            self.mail.push(Mail::Status { seq, status, callback });
            if callback {
                self.told.entry(seq).or_default().push(state);
            }
        }
        provider_id
    }

    /// A request's result is stored; sometimes twice, when its first storing was not heard of.
    fn land(&mut self) {
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

    // The owner.

    fn must(&mut self, command: Command) {
        self.decide(command, Kind::Other).expect("this is never refused");
    }

    fn decide(&mut self, command: Command, kind: Kind) -> Result<Decision, Rejection> {
        let kind = match &command {
            Command::EndAttempt { .. } => Kind::End,
            _ => kind,
        };
        let decision = self.shell.decide(command, self.now)?;
        self.check_decision(&decision, kind);
        self.shell.apply(&decision);
        Ok(decision)
    }

    fn commit(&mut self) {
        let version = self.version + u64::from(!self.shell.pending.is_empty());
        let last_seq = self.shell.rows.items.len() as u64;
        let changed = self.shell.commit(self.now);
        self.version = self.shell.rows.version();
        assert_eq!(self.version, version, "one version for each commit that changes something");
        for seq in &changed {
            let item = &self.shell.rows.items[seq];
            assert_eq!(item.version, version, "an item has the version of its last commit");
            let place = *self.places.entry(item.id).or_insert(*seq);
            assert_eq!(place, *seq, "an item is there once");
        }
        let rows = &self.shell.rows;
        self.inbound += rows
            .items
            .range(last_seq + 1..)
            .filter(|(_, item)| item.direction == Direction::In)
            .filter(|(_, item)| !item.provider_id.as_deref().is_some_and(|id| self.notices.contains(id)))
            .count() as u64;
        self.newest = self.newest_open;
        for mail in self.taken.drain(..) {
            if let Mail::Message(number) = mail {
                self.written[number].answered.get_or_insert(true);
            }
        }
        self.landed.clear();
        self.asked.append(&mut self.asking);
        for seq in self.retrying.drain(..) {
            *self.retries.entry(seq).or_default() += 1;
            self.unknown.remove(&seq);
        }
        self.check_rows();
        if self.chance.one_in(10) {
            self.shell.check_memory(self.now);
        }
    }

    /// The owner dies, at any moment: what was not committed is lost. With it dies the process and the
    /// requests in it, or only the owner, and results come later.
    fn crash(&mut self) {
        self.crashes += 1;
        // What was not answered comes again.
        self.mail.append(&mut self.taken);
        self.asking.clear();
        self.retrying.clear();
        self.newest_open = self.newest;
        self.flights.append(&mut self.landed);
        for flight in &mut self.flights {
            if self.shell.rows.items[&flight.seq].state == MessageState::Sending && !flight.stale {
                self.unknown.insert(flight.seq);
            }
            flight.stale = true;
        }
        if self.chance.one_in(2) {
            self.flights.clear();
        }
        self.shell.crash(self.now);
        // What the contact's owner told may have been lost with it: it tells again.
        if self.shell.state.head.is_some() {
            self.must(Command::Recover);
            self.must(Command::ContactChanged { contact: self.contact.clone() });
            self.commit();
            let sending = self.shell.state.outbox().any(|item| item.state == MessageState::Sending);
            assert!(!sending, "after a recovery no request is taken to run");
        }
    }

    // What must hold.

    fn check_decision(&self, decision: &Decision, kind: Kind) {
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

    fn check_rows(&self) {
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

    fn check_answered(&self, number: usize) {
        let written = &self.written[number];
        let id = MessageId::of_provider(&CHANNEL, &written.message.provider_id);
        match written.answered {
            Some(true) => assert!(self.places.contains_key(&id), "what was answered is durable"),
            Some(false) => assert!(!self.places.contains_key(&id), "what went elsewhere is not here too"),
            None => {}
        }
    }

    fn check_end(&self) {
        for (number, written) in self.written.iter().enumerate() {
            assert!(written.answered.is_some(), "every message is answered in the end");
            self.check_answered(number);
            let id = MessageId::of_provider(&CHANNEL, &written.message.provider_id);
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
    fn permute_statuses(&mut self) {
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
                };
                let decision =
                    decide(&state, Command::Status { status, seq }, self.now).expect("a status is taken");
                decision.changes.iter().for_each(|change| evolve(&mut state, change));
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
enum Kind {
    Retry,
    Cancel,
    End,
    Other,
}

/// An item changes only as it may.
fn check_item(before: &Item, after: &Item, kind: Kind, taken_by_provider: bool) {
    use MessageState::{Cancelled, Failed, Queued, Received, Recorded, Sending, Sent};
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
        (_, Queued) => kind == Kind::Retry,
        (before, after) => join(before, after) == after,
    };
    assert!(is_fine, "{:?} became {:?}", before.state, after.state);
    assert!(is_settled(after.state) || after.error.is_none(), "what waits has not failed");
}

fn text(body: &str) -> Content {
    Content::Text(Text { body: body.to_owned() })
}

fn template() -> Content {
    Content::Template(TemplateContent {
        name: "hello".to_owned(),
        language: "en_US".to_owned(),
        header: Vec::new(),
        body: Vec::new(),
        text: None,
    })
}
