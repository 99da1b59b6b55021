//! The rules of a conversation, sentence by sentence.

mod assigning;
mod calls;
mod coexistence;
mod edits;
mod holding;
mod keys;
mod meanwhile;
mod mentioning;
mod merging;
mod owning;
mod planning;
mod rating;
mod receiving;
mod recovering;
mod sending;
mod sla;
mod sorting;
mod statuses;
mod waiting;
mod window;

use std::time::Duration;

use switchboard_schema::{
    ChannelId, ContactId, ConversationId, MessageId, Timestamp,
    record::{BUCKET_ITEMS, Head, Item},
    wire::{
        ContactRef, Content, HandledBy, Identity, IdentityKind, MessageError, MessageState, ReactionRequest,
        SendRule, Sender, SenderKind, SystemEvent, TemplateContent, Text,
    },
};

use super::{
    AttemptOutcome, Change, Command, Conditions, ContactSnapshot, Decision, Effect, Rejection, State, decide,
    evolve,
};
use crate::{
    inbound::{InboundMessage, Party, Status},
    outbound::{ErrorClass, ProviderError, SendOutcome},
};

const CHANNEL: ChannelId = ChannelId::from_bytes([1; 16]);
const CONTACT: ContactId = ContactId::from_bytes([2; 16]);
const START: Timestamp = Timestamp::from_secs(1_795_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

/// A conversation, decided upon and committed as its owner does it.
struct Fixture {
    state: State,
    now: Timestamp,
}

/// A conversation that does not exist yet.
fn given_nothing() -> Fixture {
    let id = ConversationId::between(&CHANNEL, &CONTACT);
    Fixture { state: State::unborn(id, CHANNEL), now: START }
}

/// A conversation in which the customer wrote once: item 1, version 1.
fn given() -> Fixture {
    let mut fixture = given_nothing();
    fixture.when(receive("in.1", START));
    fixture
}

/// A conversation with one answer of ours, item 2, that waits to be sent.
fn given_queued() -> Fixture {
    let mut fixture = given();
    fixture.when(send(1, "yes"));
    fixture
}

/// The same, with a request on its way.
fn given_sending() -> Fixture {
    let mut fixture = given_queued();
    fixture.when(begin(2));
    fixture
}

impl Fixture {
    /// Decided and committed.
    fn when(&mut self, command: Command) -> Decision {
        let decision = self.decided(command);
        self.commit();
        decision
    }

    /// Decided into the commit that is being put together.
    fn decided(&mut self, command: Command) -> Decision {
        let decision = decide(&self.state, command, self.now).expect("this is not refused");
        decision.changes.iter().cloned().for_each(|change| evolve(&mut self.state, change));
        self.state.open_commit |= !decision.changes.is_empty();
        decision
    }

    fn commit(&mut self) {
        self.state.open_commit = false;
        self.state.trim(self.now);
    }

    fn refused(&self, command: Command) -> Rejection {
        decide(&self.state, command, self.now).expect_err("this is refused")
    }

    /// The stable code of the rule that forbids it.
    fn forbidden(&self, command: Command) -> &'static str {
        match self.refused(command) {
            Rejection::Rule { code, .. } => code,
            other => panic!("refused, but not by a rule: {other}"),
        }
    }

    fn after(&mut self, span: Duration) -> &mut Self {
        self.now = self.now + span;
        self
    }

    fn head(&self) -> &Head {
        self.state.head.as_ref().expect("it exists")
    }

    fn item(&self, seq: u64) -> &Item {
        &self.state.items[&seq]
    }

    fn state_of(&self, seq: u64) -> MessageState {
        self.item(seq).state
    }

    fn error_of(&self, seq: u64) -> Option<&str> {
        self.item(seq).error.as_ref().map(|error| error.code.as_str())
    }

    /// The system line at a place.
    fn line(&self, seq: u64) -> Option<SystemEvent> {
        match &self.item(seq).content {
            Content::System(line) => Some(line.event),
            _ => None,
        }
    }
}

/// The items a decision writes.
fn written(decision: &Decision) -> Vec<u64> {
    decision
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Item(item) => Some(item.seq),
            _ => None,
        })
        .collect()
}

fn contact(version: u64, blocked: bool) -> ContactSnapshot {
    let identities = vec![Identity { kind: IdentityKind::WaId, value: "31612344417".to_owned() }];
    let contact = ContactRef {
        id: CONTACT,
        name: "Elif".to_owned(),
        identities,
        former: Vec::new(),
        blocked,
        consent: Vec::new(),
    };
    ContactSnapshot { contact, version }
}

fn message(provider_id: &str, at: Timestamp) -> InboundMessage {
    let from = Party { identities: contact(1, false).contact.identities, profile_name: None };
    InboundMessage::new(from, provider_id.to_owned(), at, text(provider_id))
}

fn receive(provider_id: &str, at: Timestamp) -> Command {
    received(message(provider_id, at))
}

fn received(message: InboundMessage) -> Command {
    Command::Receive { contact: contact(1, false), message, elsewhere: None }
}

fn changed(version: u64, blocked: bool) -> Command {
    Command::ContactChanged { contact: contact(version, blocked) }
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

fn agent() -> Sender {
    Sender { kind: SenderKind::Agent, id: None, name: Some("Mila".to_owned()) }
}

/// The id that a key gives.
fn asked(key: u64) -> MessageId {
    MessageId::derived(&[&key.to_be_bytes()])
}

fn send(key: u64, body: &str) -> Command {
    send_content(key, text(body))
}

fn send_content(key: u64, content: Content) -> Command {
    let request_hash = format!("{content:?}").into_bytes();
    Command::Send {
        contact: None,
        id: asked(key),
        key,
        request_hash,
        content,
        about: None,
        hold: Duration::ZERO,
        conditions: Conditions::default(),
        sender: agent(),
    }
}

fn note(key: u64, body: &str) -> Command {
    let request_hash = body.as_bytes().to_vec();
    Command::Note {
        id: asked(key),
        key,
        request_hash,
        body: body.to_owned(),
        mentions: Vec::new(),
        sender: agent(),
    }
}

fn begin(seq: u64) -> Command {
    Command::BeginAttempt { seq, consent_version: 0 }
}

fn end(seq: u64, number: u32, outcome: SendOutcome) -> Command {
    Command::EndAttempt { seq, number, outcome: AttemptOutcome::Ended(outcome) }
}

fn accepted(provider_id: &str) -> SendOutcome {
    SendOutcome::Accepted { provider_id: provider_id.to_owned(), recipient: Vec::new() }
}

fn unknown() -> SendOutcome {
    SendOutcome::Unknown("timed out".to_owned())
}

fn not_started() -> SendOutcome {
    SendOutcome::NotStarted("connection refused".to_owned())
}

fn refused_as(class: ErrorClass) -> SendOutcome {
    refused_with("whatsapp_1", class)
}

fn refused_with(code: &str, class: ErrorClass) -> SendOutcome {
    SendOutcome::Refused(ProviderError { code: code.to_owned(), message: "no".to_owned(), class })
}

fn told(seq: u64, provider_id: &str, state: MessageState) -> Command {
    let error = (state == MessageState::Failed)
        .then(|| MessageError { code: "whatsapp_131026".to_owned(), message: "undeliverable".to_owned() });
    let provider_id = provider_id.to_owned();
    let status = Status {
        provider_id,
        state,
        at: START,
        callback: None,
        error,
        recipient: Vec::new(),
        charged: None,
        class: None,
    };
    Command::Status { status, seq }
}
