//! What a request to `/messages` must look like: strict, and in the words of the real refusals.
//!
//! Pure: bytes in, a parsed request or a refusal out. What depends on state (windows, rates, who is
//! blocked, which templates exist) is decided in [`super::state`].

use serde_json::{Map, Value};

use super::error::ApiError;

/// Most characters of a text.
pub const TEXT_CHARS_MAX: usize = 4096;
/// Most characters of a caption, and of an interactive message's body.
pub const CAPTION_CHARS_MAX: usize = 1024;
/// Most characters of `biz_opaque_callback_data`.
pub const CALLBACK_DATA_CHARS_MAX: usize = 512;
/// Most cards in one contacts message.
pub const CONTACTS_MAX: usize = 257;

/// A request to `/messages` of the right shape.
#[derive(Debug)]
pub(super) enum Request<'a> {
    Send(Box<Send<'a>>),
    MarkRead { message_id: &'a str, typing: bool },
}

/// A send of the right shape.
#[derive(Debug)]
pub(super) struct Send<'a> {
    pub(super) to: To<'a>,
    pub(super) kind: &'a str,
    /// What the customer reads, where it is known without the template.
    pub(super) text: String,
    /// What there is to choose from in a list: ids and titles.
    pub(super) rows: Vec<(String, String)>,
    pub(super) callback_data: Option<&'a str>,
    pub(super) template: Option<TemplateSend<'a>>,
    pub(super) media_id: Option<&'a str>,
}

/// Whom it is addressed to. Where both are given, the phone number wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To<'a> {
    Phone(&'a str),
    UserId(&'a str),
    Group(&'a str),
}

impl<'a> To<'a> {
    /// As written in the request.
    pub(super) fn written(&self) -> &'a str {
        match self {
            Self::Phone(id) | Self::UserId(id) | Self::Group(id) => id,
        }
    }

    /// As the provider knows it: digits alone.
    pub(super) fn id(&self) -> &'a str {
        self.written().trim_start_matches('+')
    }
}

#[derive(Debug)]
pub(super) struct TemplateSend<'a> {
    pub(super) name: &'a str,
    pub(super) language: &'a str,
    pub(super) components: Vec<Fields<'a>>,
}

/// Parses and checks a body that was valid JSON.
pub(super) fn request(body: &Value) -> Result<Request<'_>, ApiError> {
    let Some(map) = body.as_object() else {
        return Err(ApiError::parameter("Invalid parameter: the body must be a JSON object"));
    };
    let fields = Fields { path: String::new(), map };
    match fields.optional_str("messaging_product")? {
        Some("whatsapp") => {}
        Some(_) => {
            return Err(ApiError::parameter("Param messaging_product must be one of {WHATSAPP}"));
        }
        None => return Err(ApiError::parameter("The parameter messaging_product is required.")),
    }
    if map.contains_key("status") {
        mark_read(&fields)
    } else {
        send(&fields).map(Box::new).map(Request::Send)
    }
}

fn mark_read<'a>(fields: &Fields<'a>) -> Result<Request<'a>, ApiError> {
    fields.only(&["messaging_product", "status", "message_id", "typing_indicator"])?;
    if fields.required_str("status")? != "read" {
        return Err(ApiError::parameter("Param status must be one of {READ}"));
    }
    let typing = fields.optional("typing_indicator")?;
    if let Some(typing) = &typing {
        typing.only(&["type"])?;
        if typing.required_str("type")? != "text" {
            return Err(ApiError::value("typing_indicator.type", "must be 'text'"));
        }
    }
    Ok(Request::MarkRead { message_id: fields.required_str("message_id")?, typing: typing.is_some() })
}

const KINDS: [&str; 12] = [
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
    "pin",
];

fn send<'a>(fields: &Fields<'a>) -> Result<Send<'a>, ApiError> {
    let kind = fields.optional_str("type")?.unwrap_or("text");
    if !KINDS.contains(&kind) {
        return Err(ApiError::parameter(format!(
            "Param type must be one of {{{}}} - got \"{kind}\".",
            KINDS.map(str::to_ascii_uppercase).join(", ")
        )));
    }
    fields.only(&[
        "messaging_product",
        "recipient_type",
        "to",
        "recipient",
        "type",
        kind,
        "context",
        "biz_opaque_callback_data",
        "recipient_identity_key_hash",
    ])?;
    let to = recipient(fields)?;
    let callback_data = fields.optional_str("biz_opaque_callback_data")?;
    if let Some(data) = callback_data {
        at_most(data, "biz_opaque_callback_data", CALLBACK_DATA_CHARS_MAX)?;
    }
    if let Some(context) = fields.optional("context")? {
        context.only(&["message_id"])?;
        context.required_str("message_id")?;
        if kind == "reaction" {
            return Err(ApiError::value("context", "a reaction takes no context"));
        }
    }
    let mut send = Send {
        to,
        kind,
        text: String::new(),
        rows: Vec::new(),
        callback_data,
        template: None,
        media_id: None,
    };
    if kind == "contacts" {
        contacts(fields)?;
        return Ok(send);
    }
    let content = fields.required(kind)?;
    match kind {
        "text" => send.text = text(&content)?,
        "image" | "video" | "audio" | "document" | "sticker" => media(&content, kind, &mut send)?,
        "location" => location(&content)?,
        "reaction" => {
            content.only(&["message_id", "emoji"])?;
            content.required_str("message_id")?;
            send.text = content.required_str_even_empty("emoji")?.to_owned();
        }
        "interactive" => (send.text, send.rows) = interactive(&content)?,
        "template" => send.template = Some(template(&content)?),
        _ => {
            content.only(&["type", "message_id", "expiration_days"])?;
            content.required_str("message_id")?;
        }
    }
    Ok(send)
}

fn recipient<'a>(fields: &Fields<'a>) -> Result<To<'a>, ApiError> {
    let group = match fields.optional_str("recipient_type")? {
        None | Some("individual") => false,
        Some("group") => true,
        Some(_) => {
            return Err(ApiError::parameter("Param recipient_type must be one of {INDIVIDUAL, GROUP}"));
        }
    };
    match (fields.optional_str("to")?, fields.optional_str("recipient")?) {
        (Some(to), _) if group => Ok(To::Group(to)),
        (Some(to), _) => {
            let digits = to.strip_prefix('+').unwrap_or(to);
            let well_formed = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            if well_formed {
                Ok(To::Phone(to))
            } else {
                Err(ApiError::value("to", "is not a phone number of digits"))
            }
        }
        (None, Some(user_id)) if is_user_id(user_id) => Ok(To::UserId(user_id)),
        (None, Some(_)) => Err(ApiError::value("recipient", "is not a business-scoped user ID")),
        (None, None) => Err(ApiError::parameter("The parameter to is required.")),
    }
}

/// `<CC>.<up to 128 letters and digits>`, or the parent's form `<CC>.ENT.<…>`.
fn is_user_id(id: &str) -> bool {
    let Some((country, rest)) = id.split_once('.') else {
        return false;
    };
    let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_uppercase())
        && (1..=128).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn text(content: &Fields<'_>) -> Result<String, ApiError> {
    content.only(&["body", "preview_url"])?;
    content.optional_bool("preview_url")?;
    let body = content.required_str("body")?;
    if body.chars().count() > TEXT_CHARS_MAX {
        return Err(ApiError::parameter(format!(
            "Param text['body'] must be at most {TEXT_CHARS_MAX} characters long."
        )));
    }
    Ok(body.to_owned())
}

fn media<'a>(content: &Fields<'a>, kind: &str, send: &mut Send<'a>) -> Result<(), ApiError> {
    let extra: &[&str] = match kind {
        "image" | "video" => &["id", "link", "caption"],
        "document" => &["id", "link", "caption", "filename"],
        "audio" => &["id", "link", "voice"],
        _ => &["id", "link"],
    };
    content.only(extra)?;
    content.id_or_link_unless(false)?;
    if kind == "audio" {
        content.optional_bool("voice")?;
    }
    if let Some(caption) = content.optional_str("caption")? {
        at_most(caption, &content.path_of("caption"), CAPTION_CHARS_MAX)?;
        send.text = caption.to_owned();
    }
    send.media_id = content.optional_str("id")?;
    Ok(())
}

fn location(content: &Fields<'_>) -> Result<(), ApiError> {
    content.only(&["latitude", "longitude", "name", "address"])?;
    content.required_degrees()
}

fn contacts(fields: &Fields<'_>) -> Result<(), ApiError> {
    let cards = fields.required_list("contacts")?;
    if cards.is_empty() || cards.len() > CONTACTS_MAX {
        return Err(ApiError::value("contacts", &format!("must have 1 to {CONTACTS_MAX} items")));
    }
    for card in &cards {
        let name = card.required("name")?;
        name.required_str("formatted_name")?;
        let parts = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if !parts.iter().any(|part| name.map.contains_key(*part)) {
            return Err(ApiError::value(&name.path, "needs one more part than formatted_name"));
        }
    }
    Ok(())
}

fn template<'a>(content: &Fields<'a>) -> Result<TemplateSend<'a>, ApiError> {
    content.only(&["name", "language", "components"])?;
    let language = content.required("language")?;
    language.only(&["code", "policy"])?;
    Ok(TemplateSend {
        name: content.required_str("name")?,
        language: language.required_str("code")?,
        components: content.optional_list("components")?,
    })
}

fn interactive(content: &Fields<'_>) -> Result<(String, Vec<(String, String)>), ApiError> {
    content.only(&["type", "header", "body", "footer", "action"])?;
    let kind = content.required_str("type")?;
    let action = content.required("action")?;
    if let Some(header) = content.optional("header")? {
        match (kind, header.required_str("type")?) {
            (_, "text") => {
                at_most(header.required_str("text")?, &header.path_of("text"), 60)?;
            }
            ("list", _) => return Err(ApiError::value(&header.path, "a list takes a text header only")),
            (_, media) => header.required(media)?.id_or_link_unless(false)?,
        }
    }
    if let Some(footer) = content.optional("footer")? {
        at_most(footer.required_str("text")?, &footer.path_of("text"), 60)?;
    }
    let body_max = if kind == "list" { TEXT_CHARS_MAX } else { CAPTION_CHARS_MAX };
    let body = match content.optional("body")? {
        Some(body) => {
            let text = body.required_str("text")?;
            at_most(text, &body.path_of("text"), body_max)?;
            text.to_owned()
        }
        None if matches!(kind, "product" | "catalog_message") => String::new(),
        None => return Err(ApiError::missing(&content.path_of("body"))),
    };
    let mut rows = Vec::new();
    match kind {
        "button" => buttons(&action)?,
        "list" => rows = list(&action)?,
        "cta_url" => {
            named_action(&action, "cta_url")?;
            let parameters = action.required("parameters")?;
            at_most(parameters.required_str("display_text")?, &parameters.path_of("display_text"), 20)?;
            parameters.required_str("url")?;
        }
        "flow" => {
            named_action(&action, "flow")?;
            let parameters = action.required("parameters")?;
            parameters.required_str("flow_message_version")?;
            at_most(parameters.required_str("flow_cta")?, &parameters.path_of("flow_cta"), 30)?;
            if parameters.optional_str("flow_id")?.or(parameters.optional_str("flow_name")?).is_none() {
                return Err(ApiError::missing(&parameters.path_of("flow_id")));
            }
        }
        "location_request_message" => named_action(&action, "send_location")?,
        "contact_request" => named_action(&action, "request_contact_info")?,
        "product"
        | "product_list"
        | "catalog_message"
        | "address_message"
        | "call_permission_request"
        | "voice_call"
        | "carousel" => {}
        other => {
            return Err(ApiError::value(
                &content.path_of("type"),
                &format!("'{other}' is no interactive type"),
            ));
        }
    }
    Ok((body, rows))
}

fn named_action(action: &Fields<'_>, name: &str) -> Result<(), ApiError> {
    if action.required_str("name")? == name {
        Ok(())
    } else {
        Err(ApiError::value(&action.path_of("name"), &format!("must be '{name}'")))
    }
}

fn buttons(action: &Fields<'_>) -> Result<(), ApiError> {
    let buttons = action.required_list("buttons")?;
    if buttons.is_empty() || buttons.len() > 3 {
        return Err(ApiError::value(&action.path_of("buttons"), "must have 1 to 3 items"));
    }
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for button in &buttons {
        if button.required_str("type")? != "reply" {
            return Err(ApiError::value(&button.path_of("type"), "must be 'reply'"));
        }
        let reply = button.required("reply")?;
        let (id, title) = (reply.required_str("id")?, reply.required_str("title")?);
        at_most(id, &reply.path_of("id"), 256)?;
        at_most(title, &reply.path_of("title"), 20)?;
        if seen.iter().any(|(other_id, other_title)| *other_id == id || *other_title == title) {
            return Err(ApiError::value(&reply.path, "ids and titles must be unique"));
        }
        seen.push((id, title));
    }
    Ok(())
}

fn list(action: &Fields<'_>) -> Result<Vec<(String, String)>, ApiError> {
    at_most(action.required_str("button")?, &action.path_of("button"), 20)?;
    let sections = action.required_list("sections")?;
    if sections.is_empty() || sections.len() > 10 {
        return Err(ApiError::value(&action.path_of("sections"), "must have 1 to 10 items"));
    }
    let mut rows = Vec::new();
    for section in &sections {
        match section.optional_str("title")? {
            Some(title) => at_most(title, &section.path_of("title"), 24)?,
            None if sections.len() > 1 => return Err(ApiError::missing(&section.path_of("title"))),
            None => {}
        }
        for row in section.required_list("rows")? {
            let (id, title) = (row.required_str("id")?, row.required_str("title")?);
            at_most(id, &row.path_of("id"), 200)?;
            at_most(title, &row.path_of("title"), 24)?;
            rows.push((id.to_owned(), title.to_owned()));
            if let Some(description) = row.optional_str("description")? {
                at_most(description, &row.path_of("description"), 72)?;
            }
        }
    }
    if rows.is_empty() || rows.len() > 10 {
        return Err(ApiError::value(&action.path_of("sections"), "must have 1 to 10 rows in all"));
    }
    Ok(rows)
}

fn at_most(text: &str, path: &str, chars_max: usize) -> Result<(), ApiError> {
    if text.chars().count() <= chars_max {
        Ok(())
    } else {
        Err(ApiError::value(path, &format!("must be at most {chars_max} characters long")))
    }
}

/// A JSON object and where it stands, so that refusals name the field.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    pub(super) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Refuses fields that are not documented.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), ApiError> {
        match self.map.keys().find(|name| !allowed.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) if self.path.is_empty() => {
                Err(ApiError::parameter(format!("Unexpected key \"{name}\" on the request")))
            }
            Some(name) => {
                Err(ApiError::parameter(format!("Unexpected key \"{name}\" on param \"{}\"", self.path)))
            }
        }
    }

    pub(super) fn optional_str(&self, name: &str) -> Result<Option<&'a str>, ApiError> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::value(&self.path_of(name), "must be a string")),
        }
    }

    pub(super) fn required_str_even_empty(&self, name: &str) -> Result<&'a str, ApiError> {
        self.optional_str(name)?.ok_or_else(|| ApiError::missing(&self.path_of(name)))
    }

    pub(super) fn required_str(&self, name: &str) -> Result<&'a str, ApiError> {
        match self.required_str_even_empty(name)? {
            "" => Err(ApiError::missing(&self.path_of(name))),
            text => Ok(text),
        }
    }

    fn optional_bool(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(ApiError::value(&self.path_of(name), "must be true or false")),
        }
    }

    /// A small index, as a number or as digits in text.
    pub(super) fn required_index(&self, name: &str) -> Result<usize, ApiError> {
        let index = match self.map.get(name) {
            None => return Err(ApiError::missing(&self.path_of(name))),
            Some(Value::Number(number)) => number.as_u64().and_then(|index| usize::try_from(index).ok()),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        index.ok_or_else(|| ApiError::value(&self.path_of(name), "must be an index"))
    }

    /// A whole number.
    pub(super) fn required_whole(&self, name: &str) -> Result<i64, ApiError> {
        let number = self.map.get(name).ok_or_else(|| ApiError::missing(&self.path_of(name)))?;
        number.as_i64().ok_or_else(|| ApiError::value(&self.path_of(name), "must be a whole number"))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<Self>, ApiError> {
        match self.map.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Fields { path: self.path_of(name), map })),
            Some(_) => Err(ApiError::value(&self.path_of(name), "must be a JSON object")),
        }
    }

    pub(super) fn required(&self, name: &str) -> Result<Self, ApiError> {
        self.optional(name)?.ok_or_else(|| ApiError::missing(&self.path_of(name)))
    }

    pub(super) fn optional_list(&self, name: &str) -> Result<Vec<Self>, ApiError> {
        let items = match self.map.get(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(ApiError::value(&self.path_of(name), "must be an array")),
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let path = format!("{}[{index}]", self.path_of(name));
                match item.as_object() {
                    Some(map) => Ok(Fields { path, map }),
                    None => Err(ApiError::value(&path, "must be a JSON object")),
                }
            })
            .collect()
    }

    pub(super) fn required_list(&self, name: &str) -> Result<Vec<Self>, ApiError> {
        if self.map.contains_key(name) {
            self.optional_list(name)
        } else {
            Err(ApiError::missing(&self.path_of(name)))
        }
    }

    /// A place on earth.
    pub(super) fn required_degrees(&self) -> Result<(), ApiError> {
        for (name, limit) in [("latitude", 90.0), ("longitude", 180.0)] {
            let number = match self.map.get(name) {
                Some(Value::Number(number)) => number.as_f64(),
                Some(Value::String(text)) => text.parse().ok(),
                Some(_) => None,
                None => return Err(ApiError::missing(&self.path_of(name))),
            };
            if !number.is_some_and(|number| number.abs() <= limit) {
                return Err(ApiError::value(&self.path_of(name), "is out of range"));
            }
        }
        Ok(())
    }

    /// Exactly one of `id` and `link`, where the object is a media object at all.
    pub(super) fn id_or_link_unless(&self, no_media: bool) -> Result<(), ApiError> {
        if no_media {
            return Ok(());
        }
        match (self.optional_str("id")?, self.optional_str("link")?) {
            (Some(_), None) => Ok(()),
            (None, Some(link)) if link.starts_with("https://") || link.starts_with("http://") => Ok(()),
            (None, Some(_)) => Err(ApiError::value(&self.path_of("link"), "is not a valid URL")),
            (Some(_), Some(_)) => Err(ApiError::value(&self.path, "takes id or link, not both")),
            (None, None) => Err(ApiError::missing(&self.path_of("id"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(mut body: Value) -> i64 {
        if let Some(fields) = body.as_object_mut() {
            fields.entry("messaging_product").or_insert_with(|| "whatsapp".into());
            fields.entry("to").or_insert_with(|| "447700900001".into());
        }
        request(&body).map_or_else(|error| error.code, |_| 200)
    }

    #[test]
    fn documented_shapes_pass() {
        for body in [
            json!({"type": "text", "text": {"body": "hi", "preview_url": false}}),
            json!({"text": {"body": "hi"}}),
            json!({"to": "+447700900001", "recipient_type": "individual", "type": "text", "text": {"body": "é"}}),
            json!({"type": "image", "image": {"link": "https://example.com/a.jpg", "caption": "c"}}),
            json!({"type": "audio", "audio": {"id": "1", "voice": true}}),
            json!({"type": "document", "document": {"id": "1", "filename": "a.pdf"}}),
            json!({"type": "location", "location": {"latitude": 1.5, "longitude": -2, "name": "x"}}),
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "A B", "first_name": "A"}}]}),
            json!({"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ""}}),
            json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "b"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}}}),
            json!({"type": "interactive", "interactive": {"type": "list", "body": {"text": "b"},
                "action": {"button": "Open", "sections": [{"rows": [{"id": "1", "title": "t"}]}]}}}),
            json!({"type": "template", "template": {"name": "a", "language": {"code": "en_US"}}}),
        ] {
            assert_eq!(code(body.clone()), 200, "{body}");
        }
        let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x",
            "typing_indicator": {"type": "text"}});
        assert!(matches!(request(&read), Ok(Request::MarkRead { typing: true, .. })));
    }

    #[test]
    fn wrong_shapes_are_refused_with_their_codes() {
        let long = "x".repeat(TEXT_CHARS_MAX + 1);
        let caption = "x".repeat(CAPTION_CHARS_MAX + 1);
        for (body, expected) in [
            (json!({"messaging_product": "sms", "text": {"body": "x"}}), 100),
            (json!({"type": "text", "text": {"body": long}}), 100),
            (json!({"type": "telegram"}), 100),
            (json!({"type": "text", "text": {"body": "x"}, "surprise": 1}), 100),
            (json!({"type": "text", "text": {"body": "x", "format": 1}}), 100),
            (json!({"type": "text"}), 131008),
            (json!({"type": "text", "text": {"body": ""}}), 131008),
            (json!({"type": "text", "text": {"body": 5}}), 131009),
            (json!({"to": "me", "text": {"body": "x"}}), 131009),
            (json!({"type": "image", "image": {}}), 131008),
            (json!({"type": "image", "image": {"id": "1", "link": "https://x"}}), 131009),
            (json!({"type": "image", "image": {"id": "1", "caption": caption}}), 131009),
            (json!({"type": "location", "location": {"latitude": 91, "longitude": 0}}), 131009),
            (json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "A"}}]}), 131009),
            (
                json!({"type": "text", "text": {"body": "x"}, "biz_opaque_callback_data": "y".repeat(513)}),
                131009,
            ),
            (json!({"type": "template", "template": {"name": "a"}}), 131008),
            (
                json!({"type": "interactive", "interactive": {"type": "button", "body": {"text": "b"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}},
                                       {"type": "reply", "reply": {"id": "1", "title": "No"}}]}}}),
                131009,
            ),
        ] {
            assert_eq!(code(body.clone()), expected, "{body}");
        }
    }

    #[test]
    fn a_phone_number_wins_over_a_user_id_and_either_is_enough() {
        let both = json!({"messaging_product": "whatsapp", "to": "447700900001", "recipient": "GB.7",
            "text": {"body": "x"}});
        let one = json!({"messaging_product": "whatsapp", "recipient": "GB.7", "text": {"body": "x"}});
        let to = |body: &Value| match request(body) {
            Ok(Request::Send(send)) => matches!(send.to, To::Phone(_)),
            other => panic!("{other:?}"),
        };
        assert!(to(&both));
        assert!(!to(&one));
        assert_eq!(
            request(&json!({"messaging_product": "whatsapp", "text": {"body": "x"}})).err().map(|e| e.code),
            Some(100)
        );
        assert!(is_user_id("US.13491208655302741918") && is_user_id("US.ENT.5a") && !is_user_id("US."));
    }
}
