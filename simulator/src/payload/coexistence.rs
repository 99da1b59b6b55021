//! The business' own phone: what is written on it, what it kept, its address book; and customers' calls.

use serde_json::{Value, json};

use super::{Business, Person, Shape, Update, push_value};

/// An item of [`history`].
#[derive(Clone, Debug, PartialEq)]
pub struct OldMessage {
    /// Its id.
    pub id: String,
    /// When it was written, in seconds.
    pub at_s: i64,
    /// Its type and what it says: `{"type": "text", "text": {…}}`.
    pub content: Value,
    /// How far one of the business got (`READ`, `ERROR`, …); `None` for one of the customer.
    pub ours: Option<&'static str>,
}

/// A message that the business wrote on its own phone: field `smb_message_echoes`.
pub fn echo(business: &Business, to: &Person, id: &str, at_s: i64, kind: &str, content: &Value) -> Update {
    let mut message = json!({
        "from": business.digits(), "id": id, "timestamp": at_s.to_string(), "type": kind, kind: content,
    });
    address(&mut message, "to", "to_user_id", to);
    field(business, "smb_message_echoes", id, json!({"message_echoes": [message]}))
}

/// What a business' phone keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phone {
    /// Its address book: who, and the name there.
    pub contacts: Vec<(Person, String)>,
    /// Its threads.
    pub threads: Vec<(Person, Vec<OldMessage>)>,
    /// The business does not share its messages.
    pub keeps_history: bool,
}

/// The phases in which a history comes (Meta: the last day, the last 90 days, the last 180 days).
const PHASES: usize = 3;

/// What a phone keeps of its threads: a webhook for each phase, with how far it is.
pub fn whole_history(business: &Business, threads: &[(Person, Vec<OldMessage>)]) -> Vec<Update> {
    (0..PHASES)
        .map(|phase| {
            // The newest first, as it is told.
            let part = |messages: &[OldMessage]| {
                let newest_first = messages.iter().rev().cloned().collect::<Vec<_>>();
                let length = messages.len().div_ceil(PHASES).max(1);
                newest_first.chunks(length).nth(phase).map(<[_]>::to_vec).unwrap_or_default()
            };
            let threads: Vec<Value> = threads
                .iter()
                .map(|(with, messages)| (with, part(messages)))
                .filter(|(_, messages)| !messages.is_empty())
                .map(|(with, messages)| thread(business, with, &messages))
                .collect();
            let progress = 100 * (phase + 1) / PHASES;
            let metadata = json!({"phase": phase, "chunk_order": 1, "progress": progress});
            let key = format!("phase {phase}");
            field(business, "history", &key, json!({"history": [{"metadata": metadata, "threads": threads}]}))
        })
        .collect()
}

/// A part of what the business' phone kept of one thread: field `history`.
pub fn history(business: &Business, with: &Person, chunk: u32, messages: &[OldMessage]) -> Update {
    let metadata = json!({"phase": 0, "chunk_order": chunk, "progress": 50});
    let key = format!("{} {chunk}", with.address());
    let threads = [thread(business, with, messages)];
    field(business, "history", &key, json!({"history": [{"metadata": metadata, "threads": threads}]}))
}

fn thread(business: &Business, with: &Person, messages: &[OldMessage]) -> Value {
    let messages: Vec<Value> = messages
        .iter()
        .map(|message| {
            let mut json = message.content.clone();
            if let Some(fields) = json.as_object_mut() {
                fields.insert("id".to_owned(), Value::from(message.id.as_str()));
                fields.insert("timestamp".to_owned(), Value::from(message.at_s.to_string()));
            }
            match message.ours {
                Some(status) => {
                    address(&mut json, "to", "to_user_id", with);
                    put(&mut json, "from", business.digits());
                    put(&mut json, "history_context", json!({"status": status}));
                }
                None => address(&mut json, "from", "from_user_id", with),
            }
            json
        })
        .collect();
    json!({"id": with.address(), "messages": messages})
}

/// The business does not share what its phone kept: error 2593109.
pub fn history_declined(business: &Business) -> Update {
    let error = json!({
        "code": 2_593_109, "title": "History sync is turned off", "message": "History sync is turned off",
        "error_data": {"details": "History sync is turned off by the business from the WhatsApp Business App"},
    });
    field(business, "history", "declined", json!({"history": [{"errors": [error]}]}))
}

/// The business' phone has a name for somebody: field `smb_app_state_sync`.
pub fn phone_contact(business: &Business, person: &Person, full_name: &str, at_s: i64) -> Update {
    let mut contact = json!({"full_name": full_name});
    address(&mut contact, "phone_number", "user_id", person);
    let item = json!({
        "type": "contact", "action": "add", "contact": contact, "metadata": {"timestamp": at_s.to_string()},
    });
    field(business, "smb_app_state_sync", person.address(), json!({"state_sync": [item]}))
}

/// A customer calls: field `calls`. It opens the window, answered or not.
pub fn call_rings(business: &Business, from: &Person, id: &str, at_s: i64) -> Update {
    let session = json!({"sdp_type": "offer", "sdp": "v=0\r\n"});
    let call = json!({"event": "connect", "timestamp": at_s.to_string(), "session": session});
    calls(business, from, id, at_s, call)
}

/// That call ended: after so many seconds of talk, or unanswered.
pub fn call_ends(business: &Business, from: &Person, id: &str, at_s: i64, seconds: Option<u64>) -> Update {
    let call = match seconds {
        Some(seconds) => json!({
            "event": "terminate", "timestamp": at_s.to_string(), "status": "COMPLETED", "duration": seconds,
        }),
        None => json!({"event": "terminate", "timestamp": at_s.to_string(), "status": "FAILED"}),
    };
    calls(business, from, id, at_s, call)
}

fn calls(business: &Business, from: &Person, id: &str, at_s: i64, mut call: Value) -> Update {
    put(&mut call, "id", id);
    put(&mut call, "to", business.digits());
    put(&mut call, "direction", "USER_INITIATED");
    address(&mut call, "from", "from_user_id", from);
    let mut contact = json!({"profile": {"name": from.name}});
    address(&mut contact, "wa_id", "user_id", from);
    let mut update = field(business, "calls", id, json!({"contacts": [contact], "calls": [call]}));
    update.sender = Some(super::Sender { person: from.clone(), at_s });
    update
}

/// A change of a field with the number it is of.
fn field(business: &Business, name: &str, key: &str, mut value: Value) -> Update {
    put(&mut value, "messaging_product", "whatsapp");
    let (number, id) = (&business.display_phone_number, &business.phone_number_id);
    put(&mut value, "metadata", json!({"display_phone_number": number, "phone_number_id": id}));
    let mut json = String::with_capacity(512);
    push_value(&mut json, &value);
    Update::raw(Shape::Field(name.to_owned()), format!("{name} {key}"), json)
}

fn address(json: &mut Value, number: &str, user_id: &str, person: &Person) {
    if let Some(wa_id) = &person.wa_id {
        put(json, number, wa_id.as_str());
    }
    if let Some(id) = &person.user_id {
        put(json, user_id, id.as_str());
    }
}

fn put(json: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(fields) = json.as_object_mut() {
        fields.insert(name.to_owned(), value.into());
    }
}
