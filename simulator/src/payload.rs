//! Webhook bodies as Meta sends them: pure functions, no clock, no chance, no I/O.
//!
//! An [`Update`] is one thing that happened (a message, a status, an account change); [`batch`] wraps
//! updates into one signed-and-sent body. Everything is plain string formatting; a body costs a
//! microsecond or two, and [`text_body_into`] costs no allocation once its buffer has grown.

mod account;
mod coexistence;
mod escape;
mod messages;
mod statuses;

use std::borrow::Borrow;

use base64::Engine as _;
use ring::hmac;

pub use account::{
    account_field, system_user_changed_number, system_user_changed_user_id, template_status_update,
    user_id_update, user_preferences,
};
pub use coexistence::{
    OldMessage, Phone, call_ends, call_rings, echo, history, history_declined, phone_contact, whole_history,
};
pub use escape::{push_int, push_str, push_value};
pub use messages::{
    audio_message, button_reply, edit, image_message, list_reply, location_message, message_of_type,
    reaction, revoke, template_button, text_message, unknown_type, unsupported,
};
pub use statuses::{Conversation, Pricing, Status, StatusError, status};

/// The largest number of updates Meta puts into one POST.
pub const BATCH_UPDATES_MAX: usize = 1000;

/// A business number, as webhooks name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Business {
    /// The WhatsApp Business account's id: `entry[].id`.
    pub waba_id: String,
    /// The number's id: `metadata.phone_number_id`.
    pub phone_number_id: String,
    /// The number as people read it: `metadata.display_phone_number`.
    pub display_phone_number: String,
}

impl Business {
    /// A business number.
    pub fn new(
        waba_id: impl Into<String>,
        phone_number_id: impl Into<String>,
        display_phone_number: impl Into<String>,
    ) -> Self {
        Self {
            waba_id: waba_id.into(),
            phone_number_id: phone_number_id.into(),
            display_phone_number: display_phone_number.into(),
        }
    }

    /// The number's digits alone, as `from` and `context.from` carry them.
    pub fn digits(&self) -> String {
        self.display_phone_number.chars().filter(char::is_ascii_digit).collect()
    }
}

/// A customer, as webhooks name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Phone digits without `+`; absent for those who hide their number behind a username.
    pub wa_id: Option<String>,
    /// The business-scoped user id, `<CC>.<up to 128 letters and digits>`.
    pub user_id: Option<String>,
    /// The profile's name.
    pub name: String,
    /// The profile's username; it may change.
    pub username: Option<String>,
}

impl Person {
    /// Someone known by phone number alone.
    pub fn phone(wa_id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { wa_id: Some(wa_id.into()), name: name.into(), ..Self::default() }
    }

    /// Someone who hides their number: only a user id and a username.
    pub fn hidden(user_id: impl Into<String>, name: impl Into<String>, username: impl Into<String>) -> Self {
        Self {
            wa_id: None,
            user_id: Some(user_id.into()),
            name: name.into(),
            username: Some(username.into()),
        }
    }

    /// The same person with a business-scoped user id.
    #[must_use]
    pub fn with_user_id(mut self, user_id: impl Into<String>) -> Self {
        self.user_id = Some(user_id.into());
        self
    }

    /// The same person with a phone number shown.
    #[must_use]
    pub fn with_phone(mut self, wa_id: impl Into<String>) -> Self {
        self.wa_id = Some(wa_id.into());
        self
    }

    /// The same person with a username.
    #[must_use]
    pub fn with_username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The id to reach this person by: the phone number, else the user id, else empty.
    pub fn address(&self) -> &str {
        self.wa_id.as_deref().or(self.user_id.as_deref()).unwrap_or_default()
    }
}

/// What kind of list an update travels in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An item of `messages[]` in a change of field `messages`.
    Message,
    /// An item of `statuses[]` in a change of field `messages`.
    Status,
    /// The whole `value` of a change of this field.
    Field(String),
}

/// One thing that happened, ready to be wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    key: String,
    shape: Shape,
    json: String,
    contact: Option<String>,
    sender: Option<Sender>,
}

/// Who wrote, and when: what opens the customer service window.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sender {
    person: Person,
    at_s: i64,
}

impl Update {
    /// An update from JSON written elsewhere. `key` names it in the ledger.
    pub fn raw(shape: Shape, key: impl Into<String>, json: impl Into<String>) -> Self {
        Self { key: key.into(), shape, json: json.into(), contact: None, sender: None }
    }

    /// The name in the ledger: a message's id, `<id> <status>` for a status, else the field and a subject.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What kind of list it travels in.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Its JSON, escaped as Meta escapes.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// Who wrote, and when in seconds, where the update opens the customer service window.
    pub fn sender(&self) -> Option<(&Person, i64)> {
        self.sender.as_ref().map(|sender| (&sender.person, sender.at_s))
    }

    /// The same message as an answer to an earlier one of the business or the customer.
    #[must_use]
    pub fn in_reply_to(mut self, author_digits: &str, message_id: &str) -> Self {
        let mut field = String::from("\"context\":{\"from\":");
        push_str(&mut field, author_digits);
        field.push_str(",\"id\":");
        push_str(&mut field, message_id);
        field.push('}');
        self.add_field(&field);
        self
    }

    /// The same message with `name` added at its top level, e.g. `referral` or a field of the future.
    #[must_use]
    pub fn with_field(mut self, name: &str, value: &serde_json::Value) -> Self {
        let mut field = String::new();
        push_str(&mut field, name);
        field.push(':');
        push_value(&mut field, value);
        self.add_field(&field);
        self
    }

    /// The same, with these in place of all words that its author chose: what names, counts or dates stays.
    #[must_use]
    pub fn with_words(mut self, words: &str) -> Self {
        if let Ok(mut value) = serde_json::from_str(&self.json) {
            say(&mut value, words);
            self.json.clear();
            push_value(&mut self.json, &value);
        }
        self
    }

    /// Puts a field before the closing brace; every builder ends with one and has at least one field.
    fn add_field(&mut self, field: &str) {
        if self.json.ends_with('}') {
            self.json.pop();
            self.json.push(',');
            self.json.push_str(field);
            self.json.push('}');
        }
    }
}

/// Fields of which the provider, and not a customer, says what is in them.
const NOT_WORDS: [&str; 22] = [
    "messaging_product",
    "metadata",
    "id",
    "from",
    "to",
    "from_user_id",
    "to_user_id",
    "user_id",
    "wa_id",
    "message_id",
    "callback_id",
    "timestamp",
    "type",
    "mime_type",
    "sha256",
    "event",
    "direction",
    "status",
    "source_type",
    "media_type",
    "currency",
    "item_price",
];

fn say(value: &mut serde_json::Value, words: &str) {
    match value {
        serde_json::Value::String(text) => words.clone_into(text),
        serde_json::Value::Array(list) => list.iter_mut().for_each(|one| say(one, words)),
        serde_json::Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(name, _)| !NOT_WORDS.contains(&name.as_str()))
                .for_each(|(_, value)| say(value, words));
        }
        _ => {}
    }
}

/// A change of an envelope: consecutive updates of one shape for one business number.
#[derive(Debug)]
pub struct Change<'a> {
    /// The number the updates belong to.
    pub business: &'a Business,
    /// The updates; all of one shape, exactly one where the shape is a field.
    pub updates: Vec<&'a Update>,
}

/// An entry of an envelope: changes of one business account.
#[derive(Debug)]
pub struct Entry<'a> {
    /// `entry[].id`.
    pub waba_id: &'a str,
    /// `entry[].time` in seconds; account fields carry it.
    pub time_s: Option<i64>,
    /// The changes, in order.
    pub changes: Vec<Change<'a>>,
}

/// One body with all updates of one number in order: one entry, a change for each run of one shape.
pub fn batch<U: Borrow<Update>>(business: &Business, updates: &[U]) -> Vec<u8> {
    batch_at(business, updates, None)
}

/// The same at a time, as account fields carry it.
pub fn batch_at<U: Borrow<Update>>(business: &Business, updates: &[U], time_s: Option<i64>) -> Vec<u8> {
    let mut out = String::with_capacity(256 + updates.len() * 384);
    let changes = changes_of(business, updates.iter().map(Borrow::borrow), usize::MAX);
    let entry = Entry { waba_id: &business.waba_id, time_s, changes };
    envelope_into(&mut out, &[entry], false);
    out.into_bytes()
}

/// Cuts updates into changes: by shape, and after `updates_max` of one shape.
pub fn changes_of<'a>(
    business: &'a Business,
    updates: impl IntoIterator<Item = &'a Update>,
    updates_max: usize,
) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    for update in updates {
        let joins = changes.last().is_some_and(|change| {
            change.updates.len() < updates_max
                && !matches!(update.shape, Shape::Field(_))
                && change.updates.last().is_some_and(|last| last.shape == update.shape)
        });
        match changes.last_mut() {
            Some(change) if joins => change.updates.push(update),
            _ => changes.push(Change { business, updates: vec![update] }),
        }
    }
    changes
}

/// Appends one body of any layout; `entry_first` writes `entry` before `object`, as account fields come.
pub fn envelope_into(out: &mut String, entries: &[Entry<'_>], entry_first: bool) {
    const OBJECT: &str = "\"object\":\"whatsapp_business_account\"";
    out.push('{');
    if !entry_first {
        out.push_str(OBJECT);
        out.push(',');
    }
    out.push_str("\"entry\":[");
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str("{\"id\":");
        push_str(out, entry.waba_id);
        if let Some(time_s) = entry.time_s {
            out.push_str(",\"time\":");
            push_int(out, time_s);
        }
        out.push_str(",\"changes\":[");
        for (index, change) in entry.changes.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            push_change(out, change);
        }
        out.push_str("]}");
    }
    out.push(']');
    if entry_first {
        out.push(',');
        out.push_str(OBJECT);
    }
    out.push('}');
}

fn push_change(out: &mut String, change: &Change<'_>) {
    let list = match change.updates.first().map(|update| &update.shape) {
        Some(Shape::Field(field)) => {
            out.push_str("{\"value\":");
            out.push_str(change.updates.first().map_or("{}", |update| &update.json));
            out.push_str(",\"field\":");
            push_str(out, field);
            out.push('}');
            return;
        }
        Some(Shape::Status) => "statuses",
        Some(Shape::Message) | None => "messages",
    };
    out.push_str("{\"value\":{");
    push_metadata(out, change.business);
    let mut contacts: Vec<&str> = Vec::new();
    for contact in change.updates.iter().filter_map(|update| update.contact.as_deref()) {
        // A batch holds few people; a set would cost more than it saves.
        if !contacts.contains(&contact) {
            contacts.push(contact);
        }
    }
    if !contacts.is_empty() {
        out.push_str(",\"contacts\":[");
        out.push_str(&contacts.join(","));
        out.push(']');
    }
    out.push_str(",\"");
    out.push_str(list);
    out.push_str("\":[");
    for (index, update) in change.updates.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&update.json);
    }
    out.push_str("]},\"field\":\"messages\"}");
}

fn push_metadata(out: &mut String, business: &Business) {
    out.push_str("\"messaging_product\":\"whatsapp\",\"metadata\":{\"display_phone_number\":");
    push_str(out, &business.digits());
    out.push_str(",\"phone_number_id\":");
    push_str(out, &business.phone_number_id);
    out.push('}');
}

/// Writes the whole body of one text message, replacing what `out` held: the load driver's path.
pub fn text_body_into(out: &mut String, business: &Business, from: &Person, id: &str, at_s: i64, body: &str) {
    out.clear();
    out.push_str("{\"object\":\"whatsapp_business_account\",\"entry\":[{\"id\":");
    push_str(out, &business.waba_id);
    out.push_str(",\"changes\":[{\"value\":{");
    push_metadata(out, business);
    out.push_str(",\"contacts\":[");
    push_contact(out, from);
    out.push_str("],\"messages\":[");
    messages::push_text(out, from, id, at_s, body);
    out.push_str("]},\"field\":\"messages\"}]}]}");
}

/// Appends an item of `contacts[]`.
pub(crate) fn push_contact(out: &mut String, person: &Person) {
    out.push_str("{\"profile\":{\"name\":");
    push_str(out, &person.name);
    if let Some(username) = &person.username {
        out.push_str(",\"username\":");
        push_str(out, username);
    }
    out.push('}');
    if let Some(wa_id) = &person.wa_id {
        out.push_str(",\"wa_id\":");
        push_str(out, wa_id);
    }
    if let Some(user_id) = &person.user_id {
        out.push_str(",\"user_id\":");
        push_str(out, user_id);
    }
    out.push('}');
}

/// The value of `X-Hub-Signature-256` for a body: `sha256=<hex>`.
pub fn sign(secret: &str, body: &[u8]) -> String {
    Signer::new(secret).sign(body)
}

/// Signs many bodies under one app secret.
#[derive(Clone, Debug)]
pub struct Signer(hmac::Key);

impl Signer {
    /// Prepares the key.
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// The value of `X-Hub-Signature-256` for a body.
    pub fn sign(&self, body: &[u8]) -> String {
        let mut out = String::with_capacity(71);
        out.push_str("sha256=");
        push_hex(&mut out, hmac::sign(&self.0, body).as_ref());
        out
    }
}

/// Appends bytes as lower-case hex.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 0xf)]));
    }
}

/// Which way a message went; it shows in the shape of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the customer.
    In,
    /// From the business.
    Out,
}

/// A message id as Meta's look: `wamid.` and base64 with `=`, unique per customer, direction and number.
pub fn wamid(customer: &str, direction: Direction, unique: u64) -> String {
    let customer = customer.get(..customer.len().min(24)).unwrap_or_default();
    let mut bytes = vec![0x1c, 0x18, customer.len() as u8];
    bytes.extend_from_slice(customer.as_bytes());
    bytes.extend_from_slice(match direction {
        Direction::In => &[0x15, 0x02, 0x00, 0x12, 0x18, 0x14],
        Direction::Out => &[0x15, 0x02, 0x00, 0x11, 0x18, 0x12],
    });
    bytes.extend_from_slice(format!("3EB0{unique:016X}").as_bytes());
    bytes.push(0);
    // Real ids come with and without padding; a fixed two keeps `=` in every id.
    while bytes.len() % 3 != 1 {
        bytes.push(0);
    }
    format!("wamid.{}", base64::engine::general_purpose::STANDARD.encode(bytes))
}

/// A user id of a country, deterministic in `index`: `US.00000000000000000042`.
pub fn user_id(country: &str, index: u64) -> String {
    format!("{country}.{index:020}")
}
