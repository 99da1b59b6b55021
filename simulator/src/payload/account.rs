//! Updates about people and accounts: changed numbers and ids, preferences, templates, anything else.

use serde_json::{Value, json};

use super::{Business, Person, Shape, Update, push_value};

/// The customer has a new phone number, and with it a new user id where they have one.
///
/// `before` is the person as known so far. Such a change carries no `contacts`.
pub fn system_user_changed_number(
    before: &Person,
    id: &str,
    at_s: i64,
    new_wa_id: &str,
    new_user_id: Option<&str>,
) -> Update {
    let mut system = json!({
        "type": "user_changed_number",
        "body": format!("User {} changed from {} to {new_wa_id}", before.name, before.address()),
        "wa_id": new_wa_id,
    });
    if let (Some(user_id), Some(fields)) = (new_user_id, system.as_object_mut()) {
        fields.insert("user_id".to_owned(), Value::from(user_id));
    }
    system_message(before, id, at_s, system)
}

/// The customer has a new user id; `user_id_update` tells the same on its own field.
pub fn system_user_changed_user_id(before: &Person, id: &str, at_s: i64, new_user_id: &str) -> Update {
    let system = json!({
        "type": "user_changed_user_id",
        "body": format!("User {} changed their user id", before.name),
        "user_id": new_user_id,
    });
    system_message(before, id, at_s, system)
}

fn system_message(before: &Person, id: &str, at_s: i64, system: Value) -> Update {
    let mut update = super::message_of_type(before, id, at_s, "system", &system);
    update.contact = None;
    update.sender = None;
    update
}

/// The field `user_id_update`: one user id replaces another.
pub fn user_id_update(
    business: &Business,
    person: &Person,
    at_s: i64,
    previous: &str,
    current: &str,
) -> Update {
    let mut item = json!({
        "detail": "User ID updated",
        "user_id": {"previous": previous, "current": current},
        "timestamp": at_s.to_string(),
    });
    if let (Some(wa_id), Some(fields)) = (&person.wa_id, item.as_object_mut()) {
        fields.insert("wa_id".to_owned(), Value::from(wa_id.as_str()));
    }
    with_metadata(business, "user_id_update", current, json!([item]))
}

/// The field `user_preferences`: marketing messages `stop`, `resume` or `signup`. The timestamp is a number.
pub fn user_preferences(business: &Business, person: &Person, at_s: i64, value: &str) -> Update {
    let mut item = json!({
        "detail": "User requested a change of marketing messages",
        "category": "marketing_messages", "value": value, "timestamp": at_s,
    });
    if let Some(fields) = item.as_object_mut() {
        for (name, id) in [("wa_id", &person.wa_id), ("user_id", &person.user_id)] {
            if let Some(id) = id {
                fields.insert(name.to_owned(), Value::from(id.as_str()));
            }
        }
    }
    with_metadata(business, "user_preferences", person.address(), json!([item]))
}

/// The field `message_template_status_update`. The template's id is a number here and a string in REST.
pub fn template_status_update(
    template_id: u64,
    name: &str,
    language: &str,
    event: &str,
    reason: &str,
    category: &str,
) -> Update {
    account_field(
        "message_template_status_update",
        &format!("{name} {language} {event}"),
        &json!({
            "event": event, "message_template_id": template_id, "message_template_name": name,
            "message_template_language": language, "reason": reason,
            "message_template_category": category,
        }),
    )
}

/// Any account-level field with any value; `subject` makes its key in the ledger.
pub fn account_field(field: &str, subject: &str, value: &Value) -> Update {
    let mut json = String::with_capacity(256);
    push_value(&mut json, value);
    Update::raw(Shape::Field(field.to_owned()), format!("{field} {subject}"), json)
}

fn with_metadata(business: &Business, field: &str, subject: &str, items: Value) -> Update {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": business.digits(), "phone_number_id": business.phone_number_id,
        },
        field: items,
    });
    account_field(field, subject, &value)
}
