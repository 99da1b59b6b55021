//! A customer, a provider and a team around one conversation, and what must hold whatever they do.

mod checks;
mod outside;
mod sender;
mod team;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use switchboard_domain::{
    consent::{self, Wish},
    conversation::{
        AttemptOutcome, Change, Command, Conditions, ContactSnapshot, Decision, KEY_MEMORY_MILLIS, Rejection,
        decide, evolve,
    },
    delivery::{is_settled, join},
    inbound::{Edit, InboundMessage, Party, Revoke, Status},
    outbound::{ErrorClass, ProviderError, SendOutcome},
    window::WINDOW,
};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, MessageId, Timestamp, UserId,
    record::{BUCKET_ITEMS, Item, Left},
    wire::{
        ConsentChoice, ConsentScope, ConsentStanding, ContactRef, Content, ConversationStatus, Direction,
        HandledBy, Identity, IdentityKind, MessageError, MessageState, Sender, SenderKind, TemplateContent,
        Text,
    },
};

use self::checks::Kind;
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
    id: MessageId,
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
    /// Messages that the open commit sends on to another conversation.
    sent_on: HashSet<usize>,
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
        let contact = ContactRef {
            id: CONTACT,
            name: "Elif".to_owned(),
            identities,
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        };
        Self {
            chance: Chance::new(seed),
            now: Timestamp::from_secs(1_795_000_000),
            shell: Shell::new(ConversationId::between(&CHANNEL, &CONTACT), CHANNEL),
            contact: ContactSnapshot { contact, version: 1 },
            written: Vec::new(),
            mail: Vec::new(),
            taken: Vec::new(),
            sent_on: HashSet::new(),
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
            62..63 => self.block_or_unblock(),
            63..64 => self.stop_or_start(),
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

    // The owner.

    fn must(&mut self, command: Command) {
        self.decide(command).expect("this is never refused");
    }

    fn decide(&mut self, command: Command) -> Result<Decision, Rejection> {
        let kind = Kind::of(&command);
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
                let is_here = !self.sent_on.contains(&number);
                self.written[number].answered.get_or_insert(is_here);
            }
        }
        self.sent_on.clear();
        self.landed.clear();
        self.asked.append(&mut self.asking);
        for seq in self.retrying.drain(..) {
            *self.retries.entry(seq).or_default() += 1;
            self.unknown.remove(&seq);
        }
        self.check_rows();
        if self.chance.one_in(16) {
            self.shell.check_memory(self.now);
        }
    }

    /// The owner dies, at any moment: what was not committed is lost. With it dies the process and the
    /// requests in it, or only the owner, and results come later.
    fn crash(&mut self) {
        self.crashes += 1;
        // What was not answered comes again.
        self.mail.append(&mut self.taken);
        self.sent_on.clear();
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
}

fn text(body: &str) -> Content {
    Content::Text(Text { body: body.to_owned() })
}

fn template() -> Content {
    Content::Template(TemplateContent {
        name: "hello".to_owned(),
        language: "en_US".to_owned(),
        ..TemplateContent::default()
    })
}
