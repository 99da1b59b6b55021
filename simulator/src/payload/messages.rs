//! Inbound messages: items of `messages[]` with their sender's item of `contacts[]`.

use serde_json::{Value, json};

use super::{Person, Sender, Shape, Update, push_contact, push_int, push_str, push_value};

/// A text, at most 4096 characters at the real provider.
pub fn text_message(from: &Person, id: &str, at_s: i64, body: &str) -> Update {
    let mut json = String::with_capacity(256 + body.len());
    push_text(&mut json, from, id, at_s, body);
    from_person(from, id, at_s, json)
}

/// A picture. `sha256` is base64, as inbound media carry it.
pub fn image_message(
    from: &Person,
    id: &str,
    at_s: i64,
    media_id: &str,
    mime_type: &str,
    sha256: &str,
    caption: Option<&str>,
) -> Update {
    let mut image = json!({"id": media_id, "mime_type": mime_type, "sha256": sha256});
    if let (Some(caption), Some(fields)) = (caption, image.as_object_mut()) {
        fields.insert("caption".to_owned(), Value::from(caption));
    }
    message_of_type(from, id, at_s, "image", &image)
}

/// A voice note (`voice`) or an audio file.
pub fn audio_message(
    from: &Person,
    id: &str,
    at_s: i64,
    media_id: &str,
    sha256: &str,
    voice: bool,
) -> Update {
    let audio = json!({
        "id": media_id, "mime_type": "audio/ogg; codecs=opus", "sha256": sha256, "voice": voice,
    });
    message_of_type(from, id, at_s, "audio", &audio)
}

/// A place.
pub fn location_message(
    from: &Person,
    id: &str,
    at_s: i64,
    latitude: f64,
    longitude: f64,
    name: Option<&str>,
) -> Update {
    let mut location = json!({"latitude": latitude, "longitude": longitude});
    if let (Some(name), Some(fields)) = (name, location.as_object_mut()) {
        fields.insert("name".to_owned(), Value::from(name));
    }
    message_of_type(from, id, at_s, "location", &location)
}

/// A reaction; `None` takes it back.
pub fn reaction(from: &Person, id: &str, at_s: i64, message_id: &str, emoji: Option<&str>) -> Update {
    let mut reaction = json!({"message_id": message_id});
    if let (Some(emoji), Some(fields)) = (emoji, reaction.as_object_mut()) {
        fields.insert("emoji".to_owned(), Value::from(emoji));
    }
    message_of_type(from, id, at_s, "reaction", &reaction)
}

/// A tap on a reply button of an interactive message.
pub fn button_reply(from: &Person, id: &str, at_s: i64, button_id: &str, title: &str) -> Update {
    let reply = json!({"type": "button_reply", "button_reply": {"id": button_id, "title": title}});
    message_of_type(from, id, at_s, "interactive", &reply)
}

/// A choice from a list.
pub fn list_reply(from: &Person, id: &str, at_s: i64, row_id: &str, title: &str) -> Update {
    let reply = json!({"type": "list_reply", "list_reply": {"id": row_id, "title": title}});
    message_of_type(from, id, at_s, "interactive", &reply)
}

/// A tap on a quick-reply button of a template.
pub fn template_button(from: &Person, id: &str, at_s: i64, payload: &str, text: &str) -> Update {
    message_of_type(from, id, at_s, "button", &json!({"payload": payload, "text": text}))
}

/// New text for an earlier message. It does not open the window.
pub fn edit(from: &Person, id: &str, at_s: i64, original_message_id: &str, body: &str) -> Update {
    let edit = json!({
        "original_message_id": original_message_id,
        "message": {"type": "text", "text": {"body": body}},
    });
    silent(message_of_type(from, id, at_s, "edit", &edit))
}

/// An earlier message deleted for everyone. It does not open the window.
pub fn revoke(from: &Person, id: &str, at_s: i64, original_message_id: &str) -> Update {
    let revoke = json!({"original_message_id": original_message_id});
    silent(message_of_type(from, id, at_s, "revoke", &revoke))
}

/// A message WhatsApp shows and the API cannot carry (a poll, a view-once picture): error 131051.
pub fn unsupported(from: &Person, id: &str, at_s: i64, kind: &str) -> Update {
    let errors = json!([{
        "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }]);
    message_of_type(from, id, at_s, "unsupported", &json!({"type": kind})).with_field("errors", &errors)
}

/// A type nobody has heard of yet, with a body of its own.
pub fn unknown_type(from: &Person, id: &str, at_s: i64, kind: &str) -> Update {
    message_of_type(from, id, at_s, kind, &json!({"revision": 1, "parts": [{"kind": "text", "value": "?"}]}))
}

/// A message of any type: `{…, "type": kind, kind: content}`.
pub fn message_of_type(from: &Person, id: &str, at_s: i64, kind: &str, content: &Value) -> Update {
    let mut json = String::with_capacity(384);
    push_base(&mut json, from, id, at_s);
    json.push_str(",\"type\":");
    push_str(&mut json, kind);
    json.push(',');
    push_str(&mut json, kind);
    json.push(':');
    push_value(&mut json, content);
    json.push('}');
    from_person(from, id, at_s, json)
}

pub(super) fn push_text(out: &mut String, from: &Person, id: &str, at_s: i64, body: &str) {
    push_base(out, from, id, at_s);
    out.push_str(",\"type\":\"text\",\"text\":{\"body\":");
    push_str(out, body);
    out.push_str("}}");
}

fn push_base(out: &mut String, from: &Person, id: &str, at_s: i64) {
    out.push('{');
    if let Some(wa_id) = &from.wa_id {
        out.push_str("\"from\":");
        push_str(out, wa_id);
        out.push(',');
    }
    if let Some(user_id) = &from.user_id {
        out.push_str("\"from_user_id\":");
        push_str(out, user_id);
        out.push(',');
    }
    out.push_str("\"id\":");
    push_str(out, id);
    out.push_str(",\"timestamp\":\"");
    push_int(out, at_s);
    out.push('"');
}

fn from_person(from: &Person, id: &str, at_s: i64, json: String) -> Update {
    let mut contact = String::with_capacity(128);
    push_contact(&mut contact, from);
    Update {
        key: id.to_owned(),
        shape: Shape::Message,
        json,
        contact: Some(contact),
        sender: Some(Sender { person: from.clone(), at_s }),
    }
}

fn silent(mut update: Update) -> Update {
    update.sender = None;
    update
}
