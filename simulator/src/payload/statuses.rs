//! Delivery statuses: items of `statuses[]`.

use super::{Person, Shape, Update, push_contact, push_int, push_str};

/// One status of one sent message. Fields left at their default are left out of the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The sent message's id.
    pub id: String,
    /// `sent`, `delivered`, `read`, `played`, `failed`, or whatever the future brings.
    pub status: String,
    /// Seconds since 1970.
    pub at_s: i64,
    /// Who it went to; `contacts[]` shows them except on `failed`, and where the name is empty.
    pub recipient: Person,
    /// The send addressed a phone number; a failure then names no user id.
    pub addressed_by_phone: bool,
    /// `biz_opaque_callback_data` of the send.
    pub callback_data: Option<String>,
    /// Present up to v23 only.
    pub conversation: Option<Conversation>,
    /// Present on one or more of a message's statuses.
    pub pricing: Option<Pricing>,
    /// Present on `failed`.
    pub error: Option<StatusError>,
}

/// The `conversation` object of webhook versions up to v23.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Unique per message.
    pub id: String,
    /// Seconds since 1970, on `sent` only.
    pub expires_at_s: Option<i64>,
    /// `service`, `utility`, `marketing`, `authentication`.
    pub origin: String,
}

/// The `pricing` object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// Whether it costs money.
    pub billable: bool,
    /// `regular`, `free_customer_service`, `free_entry_point`.
    pub kind: &'static str,
    /// `service`, `utility`, `marketing`, `authentication`.
    pub category: String,
}

/// An item of a failed status' `errors[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusError {
    /// Meta's code, e.g. 131047.
    pub code: i64,
    /// Its title; the message repeats it.
    pub title: String,
    /// `error_data.details`.
    pub details: String,
}

/// A status as an update.
pub fn status(status: &Status) -> Update {
    let mut json = String::with_capacity(384);
    json.push_str("{\"id\":");
    push_str(&mut json, &status.id);
    json.push_str(",\"status\":");
    push_str(&mut json, &status.status);
    json.push_str(",\"timestamp\":\"");
    push_int(&mut json, status.at_s);
    json.push('"');
    let failed = status.status == "failed";
    push_field(&mut json, "recipient_id", status.recipient.wa_id.as_deref());
    if !(failed && status.addressed_by_phone) {
        push_field(&mut json, "recipient_user_id", status.recipient.user_id.as_deref());
    }
    push_field(&mut json, "biz_opaque_callback_data", status.callback_data.as_deref());
    if let Some(conversation) = &status.conversation {
        json.push_str(",\"conversation\":{\"id\":");
        push_str(&mut json, &conversation.id);
        if let Some(expires_at_s) = conversation.expires_at_s {
            json.push_str(",\"expiration_timestamp\":\"");
            push_int(&mut json, expires_at_s);
            json.push('"');
        }
        json.push_str(",\"origin\":{\"type\":");
        push_str(&mut json, &conversation.origin);
        json.push_str("}}");
    }
    if let Some(pricing) = &status.pricing {
        json.push_str(",\"pricing\":{\"billable\":");
        json.push_str(if pricing.billable { "true" } else { "false" });
        json.push_str(",\"pricing_model\":\"PMP\",\"category\":");
        push_str(&mut json, &pricing.category);
        json.push_str(",\"type\":");
        push_str(&mut json, pricing.kind);
        json.push('}');
    }
    if let Some(error) = &status.error {
        json.push_str(",\"errors\":[{\"code\":");
        push_int(&mut json, error.code);
        json.push_str(",\"title\":");
        push_str(&mut json, &error.title);
        json.push_str(",\"message\":");
        push_str(&mut json, &error.title);
        json.push_str(",\"error_data\":{\"details\":");
        push_str(&mut json, &error.details);
        json.push_str("},\"href\":");
        push_str(
            &mut json,
            "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/",
        );
        json.push_str("}]");
    }
    json.push('}');
    // A recipient who never wrote has no profile to show.
    let contact = (!failed && !status.recipient.name.is_empty()).then(|| {
        let mut contact = String::with_capacity(128);
        push_contact(&mut contact, &status.recipient);
        contact
    });
    Update {
        key: format!("{} {}", status.id, status.status),
        shape: Shape::Status,
        json,
        contact,
        sender: None,
    }
}

fn push_field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        push_str(out, value);
    }
}
