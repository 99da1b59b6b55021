//! One update, read.
//!
//! What a message is made of is taken as slices first and read only where its type asks for it, so that an odd
//! context or referral never costs the words of a message. Wherever something came that this version does not
//! put into the update, the raw JSON is kept with it.

use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use switchboard_domain::{
    inbound::{
        Callback, Edit, HISTORY_DECLINED, IdentityChange, InboundMessage, InboundReaction, Origin, Party,
        Preference, Revoke, Status, Update,
    },
    outbound::ProviderError,
    phone::is_number,
};
use switchboard_schema::{
    record::Kept,
    wire::{
        Call, CallOutcome, Charged, ConsentChoice, ConsentScope, Content, Identity, IdentityKind,
        MessageError, MessageState, Unsupported,
    },
};

use super::{
    HISTORY_FIELD, MAX_DETAIL_CHARS, MAX_EMOJI_CHARS, MAX_FIELD_CHARS, MAX_ID_BYTES, MAX_NAME_CHARS, Part,
    content::{self, RawContext},
    envelope::Members,
    member, member_json,
    text::{Seconds, Words, cut, holds_replacements, mend, was_replaced},
};
use crate::whatsapp::errors;

/// Longest call, in seconds, that its beginning is reckoned from (a day).
const MAX_CALL_SECONDS: u64 = 24 * 3_600;

/// Why an update cannot be read.
type Reason = String;

// What is read of each object. Every member is optional here; what must be there is asked for by name.

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawMessage<'a> {
    #[serde(borrow)]
    id: Option<Words<'a>>,
    from: Option<Words<'a>>,
    from_user_id: Option<Words<'a>>,
    from_parent_user_id: Option<Words<'a>>,
    /// For whom, where the business wrote it.
    to: Option<Words<'a>>,
    to_user_id: Option<Words<'a>>,
    to_parent_user_id: Option<Words<'a>>,
    history_context: Option<&'a RawValue>,
    timestamp: Option<Seconds>,
    #[serde(rename = "type")]
    kind: Option<Words<'a>>,
    group_id: Option<Words<'a>>,
    pub(super) text: Option<&'a RawValue>,
    pub(super) image: Option<&'a RawValue>,
    pub(super) video: Option<&'a RawValue>,
    pub(super) audio: Option<&'a RawValue>,
    /// What older versions call a voice note.
    pub(super) voice: Option<&'a RawValue>,
    pub(super) document: Option<&'a RawValue>,
    pub(super) sticker: Option<&'a RawValue>,
    pub(super) location: Option<&'a RawValue>,
    pub(super) contacts: Option<&'a RawValue>,
    pub(super) interactive: Option<&'a RawValue>,
    pub(super) button: Option<&'a RawValue>,
    pub(super) order: Option<&'a RawValue>,
    pub(super) system: Option<&'a RawValue>,
    pub(super) errors: Option<&'a RawValue>,
    context: Option<&'a RawValue>,
    referral: Option<&'a RawValue>,
    reaction: Option<&'a RawValue>,
    unsupported: Option<&'a RawValue>,
    edit: Option<&'a RawValue>,
    revoke: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawHistoryContext<'a> {
    #[serde(borrow)]
    status: Option<Words<'a>>,
}

/// Who a thread of a history is with, where more is told than its id.
#[derive(Default, Deserialize)]
struct RawThreadContext<'a> {
    #[serde(borrow)]
    wa_id: Option<Words<'a>>,
    user_id: Option<Words<'a>>,
    username: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawMetadata<'a> {
    #[serde(borrow)]
    display_phone_number: Option<Words<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawCall<'a> {
    #[serde(borrow)]
    event: Option<Words<'a>>,
    direction: Option<Words<'a>>,
    status: Option<Words<'a>>,
    start_time: Option<Seconds>,
    duration: Option<content::Number>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawStateSync<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
    action: Option<Words<'a>>,
    contact: Option<RawPhoneContact<'a>>,
}

#[derive(Deserialize)]
struct RawPhoneContact<'a> {
    #[serde(borrow)]
    full_name: Option<Words<'a>>,
    first_name: Option<Words<'a>>,
    phone_number: Option<Words<'a>>,
    user_id: Option<Words<'a>>,
    username: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawUnsupported<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawReaction<'a> {
    #[serde(borrow)]
    message_id: Option<Words<'a>>,
    emoji: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawSystem<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
    wa_id: Option<Words<'a>>,
    new_wa_id: Option<Words<'a>>,
    user_id: Option<Words<'a>>,
    parent_user_id: Option<Words<'a>>,
    customer: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawEdit<'a> {
    #[serde(borrow)]
    original_message_id: Option<Words<'a>>,
    message: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawStatus<'a> {
    #[serde(borrow)]
    id: Option<Words<'a>>,
    status: Option<Words<'a>>,
    timestamp: Option<Seconds>,
    recipient_id: Option<Words<'a>>,
    recipient_user_id: Option<Words<'a>>,
    recipient_parent_user_id: Option<Words<'a>>,
    recipient_type: Option<Words<'a>>,
    recipient_participant_id: Option<Words<'a>>,
    recipient_participant_user_id: Option<Words<'a>>,
    /// A sample of Meta's spells it so.
    participant_recipient_id: Option<Words<'a>>,
    biz_opaque_callback_data: Option<&'a RawValue>,
    errors: Option<&'a RawValue>,
    pricing: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawPricing<'a> {
    billable: Option<bool>,
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
    category: Option<Words<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawUserIdUpdate<'a> {
    #[serde(borrow)]
    wa_id: Option<Words<'a>>,
    user_id: Option<RawTurn<'a>>,
    parent_user_id: Option<RawTurn<'a>>,
    timestamp: Option<Seconds>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawPreference<'a> {
    #[serde(borrow)]
    wa_id: Option<Words<'a>>,
    user_id: Option<Words<'a>>,
    detail: Option<Words<'a>>,
    category: Option<Words<'a>>,
    value: Option<Words<'a>>,
    timestamp: Option<Seconds>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawTurn<'a> {
    #[serde(borrow)]
    previous: Option<Words<'a>>,
    current: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawContact<'a> {
    #[serde(borrow)]
    profile: Option<RawProfile<'a>>,
    wa_id: Option<Words<'a>>,
    user_id: Option<Words<'a>>,
    parent_user_id: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawProfile<'a> {
    #[serde(borrow)]
    name: Option<Words<'a>>,
    username: Option<Words<'a>>,
}

/// What goes into an update of a contact, whole or as good as.
const CONTACT: Shape = Shape::Object(&[
    ("profile", Shape::Object(&[("name", Shape::Any), ("username", Shape::Any)])),
    ("wa_id", Shape::Any),
    ("user_id", Shape::Any),
    ("parent_user_id", Shape::Any),
    // Only of use to senders that ask for identity checks, which we do not.
    ("identity_key_hash", Shape::Any),
]);

/// What goes into an update of a message whole or as good as, with the part of its type. The context's `from` is us.
macro_rules! message_shape {
    ($($part:literal: $shape:expr),*) => {
        Shape::Object(&[
            ("id", Shape::Any),
            ("from", Shape::Any),
            ("from_user_id", Shape::Any),
            ("from_parent_user_id", Shape::Any),
            ("to", Shape::Any),
            ("to_user_id", Shape::Any),
            ("to_parent_user_id", Shape::Any),
            ("history_context", Shape::Object(&[("status", Shape::Any)])),
            ("timestamp", Shape::Any),
            ("type", Shape::Any),
            (
                "context",
                Shape::Object(&[
                    ("from", Shape::Any),
                    ("id", Shape::Any),
                    ("forwarded", Shape::Any),
                    ("frequently_forwarded", Shape::Any),
                    (
                        "referred_product",
                        Shape::Object(&[("catalog_id", Shape::Any), ("product_retailer_id", Shape::Any)]),
                    ),
                ]),
            ),
            $(($part, $shape),)*
        ])
    };
}

/// What of a file goes into an update; where it is goes to whoever fetches it.
const MEDIA: Shape = Shape::Object(&[
    ("id", Shape::Any),
    ("mime_type", Shape::Any),
    ("sha256", Shape::Any),
    ("caption", Shape::Any),
    ("filename", Shape::Any),
    ("url", Shape::Any),
    ("voice", Shape::Any),
    ("animated", Shape::Any),
]);

/// What goes into an update of a message of a kind; nothing of one that says more than we can tell beforehand.
fn shape_of(kind: &str) -> Option<Shape> {
    Some(match kind {
        "text" => message_shape!("text": Shape::Object(&[("body", Shape::Any)])),
        "image" => message_shape!("image": MEDIA),
        "video" => message_shape!("video": MEDIA),
        "audio" => message_shape!("audio": MEDIA),
        "document" => message_shape!("document": MEDIA),
        "sticker" => message_shape!("sticker": MEDIA),
        "location" => message_shape!("location": Shape::Object(&[
            ("latitude", Shape::Any),
            ("longitude", Shape::Any),
            ("name", Shape::Any),
            ("address", Shape::Any),
            ("url", Shape::Any),
        ])),
        "button" => message_shape!("button": Shape::Object(&[("payload", Shape::Any), ("text", Shape::Any)])),
        _ => return None,
    })
}

/// A contact of a value, as far as it can be read.
#[derive(Debug, Default)]
pub(super) struct Contact {
    pub(super) wa_id: Option<String>,
    pub(super) user_id: Option<String>,
    parent_user_id: Option<String>,
    name: Option<String>,
    username: Option<String>,
    /// It holds more than what is read, or something was replaced.
    keep_raw: bool,
}

impl Contact {
    /// Reads a contact; of one that cannot be read nothing is known.
    pub(super) fn read(json: &str) -> Self {
        let json = mend(json);
        let Ok(raw) = serde_json::from_str::<RawContact<'_>>(&json) else {
            return Self { keep_raw: true, ..Self::default() };
        };
        let owned = |words: Option<Words<'_>>| words.map(|words| words.0.into_owned());
        let (name, username) = raw.profile.map_or((None, None), |profile| (profile.name, profile.username));
        let name = name.filter(|name| !name.as_str().trim().is_empty());
        let name_is_odd = name
            .as_ref()
            .is_some_and(|name| was_replaced(name.as_str()) || !cut(name.as_str(), MAX_NAME_CHARS).1);
        Self {
            wa_id: owned(raw.wa_id),
            user_id: owned(raw.user_id),
            parent_user_id: owned(raw.parent_user_id),
            name: name.map(|name| cut(name.as_str(), MAX_NAME_CHARS).0.to_owned()),
            username: owned(username),
            keep_raw: name_is_odd || !CONTACT.covers(&json),
        }
    }
}

/// A message (Meta: webhooks/reference/messages).
///
/// Every user message opens the window and is unread, whatever its type and whether or not we can show it.
/// Notices do neither: `system`, `request_welcome` (they opened the chat and wrote nothing), messages of a
/// group, and reactions, which ask for no answer; that a reaction opens the window is nowhere said by Meta,
/// and believing it wrongly would cost a message.
pub(super) fn message(part: &Part<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawMessage<'_> = parsed(&mended)?;
    let provider_id = id("id", raw.id.as_ref())?;
    let at = raw.timestamp.as_ref().ok_or("the message has no timestamp")?.0;
    let contact = part.contact(addresses(&raw)).map(|(_, contact)| contact);
    let kind = raw.kind.as_ref().map_or("unknown", Words::as_str);
    let system = system_of(kind, &raw);
    let from = sender(&raw, contact, system.as_ref())?;
    if let Some(to) = system.as_ref().and_then(new_addresses) {
        let to = held(to)?;
        let is_new_number =
            system.and_then(|system| system.kind).is_some_and(|kind| kind.as_str().ends_with("_number"));
        let left = left(&from, &to, is_new_number);
        return Ok(Update::IdentityChange(IdentityChange { from, provider_id, to, left, at }));
    }
    let odd_contact = contact.is_some_and(|contact| contact.keep_raw);
    told_in(part, (json, &mended), raw, from, Origin::Customer, odd_contact)
}

/// A message that the business wrote on its own phone (Meta: webhooks/reference/smb_message_echoes).
pub(super) fn echo(part: &Part<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawMessage<'_> = parsed(&mended)?;
    let mut to = Addresses::default();
    to.push(IdentityKind::Bsuid, raw.to_user_id.as_ref().map(Words::as_str));
    to.push(IdentityKind::ParentBsuid, raw.to_parent_user_id.as_ref().map(Words::as_str));
    to.number(raw.to.as_ref().map(Words::as_str));
    if to.0.is_empty() {
        return Err("the echo names nobody whom it is for".to_owned());
    }
    let party = Party { identities: held(to)?, profile_name: None };
    told_in(part, (json, &mended), raw, party, Origin::PhoneApp, false)
}

/// A message out of a phone's history (Meta: webhooks/reference/history), in a thread with these members.
pub(super) fn old(part: &Part<'_>, thread: &Members<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawMessage<'_> = parsed(&mended)?;
    let context: RawThreadContext<'_> = member_json(thread, "context").and_then(read_as).unwrap_or_default();
    let mut with = Addresses::default();
    with.push(IdentityKind::Bsuid, context.user_id.as_ref().map(Words::as_str));
    let number = member(thread, "id").or_else(|| context.wa_id.as_ref().map(|words| words.0.clone()));
    match number {
        Some(id) if id.contains('.') => with.push(IdentityKind::Bsuid, Some(&id)),
        number => with.number(number.as_deref()),
    }
    if with.0.is_empty() {
        return Err("the thread names nobody".to_owned());
    }
    with.push(IdentityKind::Username, context.username.as_ref().map(Words::as_str));
    let own = member_json(&part.frame.value, "metadata")
        .and_then(read_as::<RawMetadata<'_>>)
        .and_then(|metadata| metadata.display_phone_number);
    let digits = |words: &Words<'_>| words.as_str().chars().filter(char::is_ascii_digit).collect::<String>();
    let by_us = raw.to.is_some()
        || raw.to_user_id.is_some()
        || raw.from.as_ref().zip(own.as_ref()).is_some_and(|(from, own)| digits(from) == digits(own));
    let status = raw.history_context.and_then(read_as::<RawHistoryContext<'_>>).and_then(|raw| raw.status);
    let ours =
        by_us.then(|| match status.as_ref().map(|status| status.as_str().to_ascii_uppercase()).as_deref() {
            Some("DELIVERED") => MessageState::Delivered,
            Some("READ") => MessageState::Read,
            Some("PLAYED") => MessageState::Played,
            Some("ERROR") => MessageState::Failed,
            _ => MessageState::Sent,
        });
    let party = Party { identities: held(with)?, profile_name: None };
    told_in(part, (json, &mended), raw, party, Origin::History { ours }, false)
}

/// What a part of a history without messages is kept as: the business may not want to share any.
pub(super) fn field_of_chunk(json: &str) -> &'static str {
    #[derive(Deserialize)]
    struct Chunk<'a> {
        #[serde(borrow)]
        errors: Option<&'a RawValue>,
    }
    let mended = mend(json);
    let errors = serde_json::from_str::<Chunk<'_>>(&mended).ok().and_then(|chunk| chunk.errors);
    let declined = errors.is_some_and(|errors| failure(Some(errors)).code == "whatsapp_2593109");
    if declined { HISTORY_DECLINED } else { HISTORY_FIELD }
}

/// How much of a history has come by now, in hundredths, by the member of its part that says so.
pub(super) fn progress(json: &str) -> Option<u8> {
    #[derive(Deserialize)]
    struct Metadata {
        progress: f64,
    }
    let Metadata { progress } = serde_json::from_str(json).ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held between 0 and 100"
    )]
    progress.is_finite().then(|| progress.clamp(0.0, 100.0) as u8)
}

/// A customer's call (Meta: cloud-api/calling/reference): one message that first rings and then ends, in whichever
/// order we hear of that. Of its media nothing is kept. What we call ourselves is told as something else.
pub(super) fn call(part: &Part<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let call: RawCall<'_> = parsed(&mended)?;
    let raw: RawMessage<'_> = parsed(&mended)?;
    if call.direction.as_ref().map(Words::as_str) == Some("BUSINESS_INITIATED") {
        return Ok(part.other("calls"));
    }
    let told_at = raw.timestamp.as_ref().ok_or("the call has no timestamp")?.0;
    let seconds = call.duration.map(|seconds| content::whole(seconds.0)).filter(|seconds| *seconds > 0);
    let completed =
        call.status.as_ref().is_some_and(|status| status.as_str().eq_ignore_ascii_case("completed"));
    let (outcome, at) = match call.event.as_ref().map(Words::as_str) {
        Some("connect") => (CallOutcome::Ringing, told_at),
        Some("terminate") => {
            let outcome = if completed { CallOutcome::Completed } else { CallOutcome::Missed };
            let length = std::time::Duration::from_secs(seconds.unwrap_or(0).min(MAX_CALL_SECONDS));
            (outcome, call.start_time.map_or(told_at - length, |start| start.0))
        }
        _ => return Ok(part.other("calls")),
    };
    let contact = part.contact(addresses(&raw)).map(|(_, contact)| contact);
    let from = sender(&raw, contact, None)?;
    let seconds = seconds.filter(|_| outcome == CallOutcome::Completed);
    let content = Content::Call(Call { outcome, seconds });
    Ok(Update::Message(InboundMessage::new(from, id("id", raw.id.as_ref())?, at, content)))
}

/// A person whom the business' phone has a name for (Meta: webhooks/reference/smb_app_state_sync). One whom it
/// forgets is told as something else, and stays.
pub(super) fn phone_contact(part: &Part<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawStateSync<'_> = parsed(&mended)?;
    let said = |words: &Option<Words<'_>>, word| words.as_ref().map(Words::as_str) == Some(word);
    let Some(contact) = raw.contact.filter(|_| said(&raw.kind, "contact") && said(&raw.action, "add")) else {
        return Ok(part.other("smb_app_state_sync"));
    };
    let mut addresses = Addresses::default();
    addresses.push(IdentityKind::Bsuid, contact.user_id.as_ref().map(Words::as_str));
    addresses.number(contact.phone_number.as_ref().map(Words::as_str));
    if addresses.0.is_empty() {
        return Err("the contact has neither number nor id".to_owned());
    }
    addresses.push(IdentityKind::Username, contact.username.as_ref().map(Words::as_str));
    let name = [contact.full_name, contact.first_name].into_iter().flatten();
    let name =
        name.map(|name| cut(name.as_str().trim(), MAX_NAME_CHARS).0.to_owned()).find(|name| !name.is_empty());
    Ok(Update::Named(Party { identities: held(addresses)?, profile_name: name }))
}

/// What a message tells, whoever wrote it.
fn told_in(
    part: &Part<'_>,
    (json, mended): (&str, &str),
    raw: RawMessage<'_>,
    from: Party,
    origin: Origin,
    odd_contact: bool,
) -> Result<Update, Reason> {
    let provider_id = id("id", raw.id.as_ref())?;
    let at = raw.timestamp.as_ref().ok_or("the message has no timestamp")?.0;
    let kind = raw.kind.as_ref().map_or("unknown", Words::as_str);
    let ours = origin.ours().is_some();
    match kind {
        "edit" => {
            if let Some((original_id, content)) = raw.edit.and_then(edited) {
                let original_id = held_id(original_id)?;
                return Ok(Update::Edit(Edit { from, ours, original_id, at, content }));
            }
        }
        "reaction" if raw.group_id.is_none() => {
            if let Some(reaction) = raw.reaction.and_then(read_as::<RawReaction<'_>>)
                && let Some(target_id) =
                    reaction.message_id.map(|id| id.0.into_owned()).filter(|id| !id.is_empty())
            {
                let target_id = held_id(target_id)?;
                let emoji = reaction.emoji.map(|emoji| cut(emoji.as_str(), MAX_EMOJI_CHARS).0.to_owned());
                let emoji = emoji.filter(|emoji| !emoji.is_empty());
                return Ok(Update::Reaction(InboundReaction {
                    from,
                    ours,
                    provider_id,
                    target_id,
                    emoji,
                    at,
                }));
            }
        }
        "revoke" => {
            if let Some(original_id) = raw.revoke.and_then(read_as::<RawEdit<'_>>).and_then(original_of) {
                return Ok(Update::Revoke(Revoke { from, ours, original_id: held_id(original_id)?, at }));
            }
        }
        _ => {}
    }
    let said = if raw.group_id.is_none() { content::of(kind, &raw) } else { None };
    // One that is not shown is kept as it came already.
    let says_more = said.is_some()
        && (holds_replacements(mended) || shape_of(kind).is_none_or(|shape| !shape.covers(mended)));
    let keep_raw = says_more || odd_contact;
    // What the API cannot carry is at times named.
    let named = raw.unsupported.and_then(read_as::<RawUnsupported<'_>>).and_then(|raw| raw.kind);
    let kind_shown = match &named {
        _ if raw.group_id.is_some() => "group",
        Some(named) if kind == "unsupported" && !named.as_str().is_empty() => named.as_str(),
        _ => kind,
    };
    let said = said.unwrap_or_else(|| unsupported(kind_shown, json).into());
    let context = raw.context.and_then(read_as::<RawContext<'_>>);
    let (forwarded, product) = context.as_ref().map_or((None, None), content::context);
    let is_notice = matches!(kind, "system" | "reaction" | "request_welcome");
    Ok(Update::Message(InboundMessage {
        origin,
        reply_to: context.and_then(|context| context.id).map(|id| held_id(id.0.into_owned())).transpose()?,
        free_entry: raw.referral.is_some(),
        media: said.media,
        referral: raw.referral.and_then(content::referral),
        forwarded,
        product,
        notice: is_notice || raw.group_id.is_some(),
        raw: keep_raw.then(|| Kept::Inline(part.to_webhook())),
        ..InboundMessage::new(from, provider_id, at, said.content)
    }))
}

/// A status (Meta: webhooks/reference/messages/status). One of a kind that says nothing of how far a message
/// got (`deleted`, `warning`, later ones) is told as something else.
pub(super) fn status(part: &Part<'_>, json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawStatus<'_> = parsed(&mended)?;
    let state = match raw.status.as_ref().map(Words::as_str) {
        Some("sent") => MessageState::Sent,
        Some("delivered") => MessageState::Delivered,
        Some("read") => MessageState::Read,
        Some("played") => MessageState::Played,
        Some("failed") => MessageState::Failed,
        _ => return Ok(part.other("statuses")),
    };
    let callback = raw.biz_opaque_callback_data.and_then(read_as::<Words<'_>>);
    let failure = (state == MessageState::Failed).then(|| failure(raw.errors));
    Ok(Update::Status(Status {
        provider_id: id("id", raw.id.as_ref())?,
        state,
        at: raw.timestamp.ok_or("the status has no timestamp")?.0,
        callback: callback.and_then(|text| Callback::from_text(text.as_str())),
        class: failure.as_ref().map(|failure| failure.class),
        error: failure.map(|ProviderError { code, message, .. }| MessageError { code, message }),
        recipient: held(recipient(&raw, part.contact(status_addresses(&raw)).map(|(_, contact)| contact)))?,
        charged: raw.pricing.and_then(read_as::<RawPricing<'_>>).and_then(charged),
    }))
}

/// What a message is charged as. `billable` is on its way out: where it is missing, what is free says so in its type.
fn charged(raw: RawPricing<'_>) -> Option<Charged> {
    let short = |words: Words<'_>| cut(words.as_str(), MAX_FIELD_CHARS).0.to_owned();
    let kind = raw.kind.map(short);
    let billable = raw.billable.unwrap_or_else(|| kind.as_deref().is_none_or(|kind| kind == "regular"));
    Some(Charged { category: short(raw.category?), kind, billable, amount: None })
}

/// A new user id (Meta: webhooks/reference/user_id_update). It has no id of its own, so one is made of what it
/// says: a repeat has the same.
pub(super) fn user_id_update(json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawUserIdUpdate<'_> = parsed(&mended)?;
    let at = raw.timestamp.ok_or("the new user id has no timestamp")?.0;
    let (previous, current) = turn(raw.user_id.as_ref());
    let (parent_previous, parent_current) = turn(raw.parent_user_id.as_ref());
    let mut from = Addresses::default();
    from.push(IdentityKind::Bsuid, previous);
    from.push(IdentityKind::ParentBsuid, parent_previous);
    from.number(raw.wa_id.as_ref().map(Words::as_str));
    let mut to = Addresses::default();
    to.push(IdentityKind::Bsuid, current);
    to.push(IdentityKind::ParentBsuid, parent_current);
    if from.0.is_empty() || to.0.is_empty() {
        return Err("the new user id names not both the old and the new one".to_owned());
    }
    let seconds = at.as_millis() / 1_000;
    let (old, new) = (&from.0[0].value, &to.0[0].value);
    let provider_id = format!("user_id_update:{old}:{new}:{seconds}");
    let (from, to) = (Party { identities: held(from)?, profile_name: None }, held(to)?);
    let left = left(&from, &to, false);
    Ok(Update::IdentityChange(IdentityChange { from, provider_id, to, left, at }))
}

/// What a customer set about marketing (Meta: webhooks/reference/user_preferences).
pub(super) fn preference(json: &str) -> Result<Update, Reason> {
    let mended = mend(json);
    let raw: RawPreference<'_> = parsed(&mended)?;
    match raw.category.as_ref().map(Words::as_str) {
        Some("marketing_messages") => {}
        other => return Err(format!("a preference about {}", other.unwrap_or("nothing"))),
    }
    let choice = match raw.value.as_ref().map(Words::as_str) {
        Some("stop") => ConsentChoice::Withdrawn,
        Some("resume" | "signup") => ConsentChoice::Given,
        other => return Err(format!("the preference {}", other.unwrap_or("of nothing"))),
    };
    let mut from = Addresses::default();
    from.push(IdentityKind::Bsuid, raw.user_id.as_ref().map(Words::as_str));
    from.number(raw.wa_id.as_ref().map(Words::as_str));
    if from.0.is_empty() {
        return Err("the preference names nobody".to_owned());
    }
    let detail = raw.detail.as_ref().map_or("", Words::as_str);
    Ok(Update::Preference(Preference {
        from: Party { identities: held(from)?, profile_name: None },
        scope: ConsentScope::Marketing,
        choice,
        detail: cut(detail, MAX_DETAIL_CHARS).0.to_owned(),
        at: raw.timestamp.ok_or("the preference has no timestamp")?.0,
    }))
}

/// The addresses a message names, for finding its contact.
pub(super) fn addresses_of_message(json: &str) -> Vec<String> {
    let mended = mend(json);
    let raw = serde_json::from_str::<RawMessage<'_>>(&mended).ok();
    raw.iter().flat_map(addresses).map(str::to_owned).collect()
}

/// The addresses a status names, for finding its contact.
pub(super) fn addresses_of_status(json: &str) -> Vec<String> {
    let mended = mend(json);
    let raw = serde_json::from_str::<RawStatus<'_>>(&mended).ok();
    raw.iter().flat_map(status_addresses).map(str::to_owned).collect()
}

fn addresses<'r>(raw: &'r RawMessage<'_>) -> impl Iterator<Item = &'r str> {
    [&raw.from_user_id, &raw.from].into_iter().flatten().map(Words::as_str)
}

fn status_addresses<'r>(raw: &'r RawStatus<'_>) -> impl Iterator<Item = &'r str> {
    [
        &raw.recipient_participant_user_id,
        &raw.recipient_participant_id,
        &raw.participant_recipient_id,
        &raw.recipient_user_id,
        &raw.recipient_id,
    ]
    .into_iter()
    .flatten()
    .map(Words::as_str)
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Reason> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

/// Reads a part of an update that may be left out, and is as good as left out when it is odd.
pub(super) fn read_as<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

fn id(name: &str, words: Option<&Words<'_>>) -> Result<String, Reason> {
    match words.map(Words::as_str) {
        None | Some("") => Err(format!("there is no `{name}`")),
        Some(id) => held_id(id.to_owned()),
    }
}

/// Ids become keys of rows, which have a limit.
fn held_id(id: String) -> Result<String, Reason> {
    if id.len() > MAX_ID_BYTES { Err(format!("an id of {} bytes", id.len())) } else { Ok(id) }
}

fn held(addresses: Addresses) -> Result<Vec<Identity>, Reason> {
    match addresses.0.iter().find(|identity| identity.value.len() > MAX_ID_BYTES) {
        Some(identity) => Err(format!("an address of {} bytes", identity.value.len())),
        None => Ok(addresses.0),
    }
}

/// Addresses, strongest first, without repeats.
#[derive(Default)]
struct Addresses(Vec<Identity>);

impl Addresses {
    fn push(&mut self, kind: IdentityKind, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let identity = Identity { kind, value: value.to_owned() };
        if !self.0.contains(&identity) {
            self.0.push(identity);
        }
    }

    /// A number in WhatsApp's form. As a phone number it finds people whom somebody wrote to by number.
    fn number(&mut self, value: Option<&str>) {
        let Some(value) = value.map(|value| value.strip_prefix('+').unwrap_or(value)) else { return };
        self.push(IdentityKind::WaId, Some(value));
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            self.push(IdentityKind::Phone, Some(value));
        }
    }
}

fn sender(
    raw: &RawMessage<'_>,
    contact: Option<&Contact>,
    system: Option<&RawSystem<'_>>,
) -> Result<Party, Reason> {
    let said = |words: &'_ Option<Words<'_>>| words.as_ref().map(|words| words.as_str().to_owned());
    let told = |of: fn(&Contact) -> &Option<String>| contact.and_then(|contact| of(contact).clone());
    let mut addresses = Addresses::default();
    let user_id = said(&raw.from_user_id).or_else(|| told(|contact| &contact.user_id));
    let parent_id = said(&raw.from_parent_user_id).or_else(|| told(|contact| &contact.parent_user_id));
    addresses.push(IdentityKind::Bsuid, user_id.as_deref());
    addresses.push(IdentityKind::ParentBsuid, parent_id.as_deref());
    let number = match said(&raw.from).filter(|from| !from.is_empty()) {
        // Seen where a user has no number to show.
        Some(from) if from.contains('.') && user_id.is_none() => {
            addresses.push(IdentityKind::Bsuid, Some(&from));
            None
        }
        Some(from) if Some(&from) == user_id.as_ref() => None,
        from => from,
    };
    let wa_id = told(|contact| &contact.wa_id);
    match (wa_id, number) {
        (Some(wa_id), Some(number)) if wa_id != number => {
            addresses.push(IdentityKind::WaId, Some(wa_id.strip_prefix('+').unwrap_or(&wa_id)));
            addresses.number(Some(&number));
        }
        (wa_id, number) => addresses.number(number.or(wa_id).as_deref()),
    }
    if addresses.0.is_empty() {
        let customer = system.and_then(|system| system.customer.as_ref()).map(Words::as_str);
        addresses.number(customer);
    }
    if addresses.0.is_empty() {
        return Err("the message names no sender".to_owned());
    }
    addresses.push(IdentityKind::Username, contact.and_then(|contact| contact.username.as_deref()));
    let profile_name = contact.and_then(|contact| contact.name.clone());
    Ok(Party { identities: held(addresses)?, profile_name })
}

fn recipient(raw: &RawStatus<'_>, contact: Option<&Contact>) -> Addresses {
    fn said<'w>(words: &'w Option<Words<'_>>) -> Option<&'w str> {
        words.as_ref().map(Words::as_str)
    }
    let mut addresses = Addresses::default();
    if said(&raw.recipient_type) == Some("group") {
        let number = said(&raw.recipient_participant_id).or(said(&raw.participant_recipient_id));
        addresses.push(IdentityKind::Bsuid, said(&raw.recipient_participant_user_id));
        addresses.push(IdentityKind::WaId, number);
        return addresses;
    }
    let told = |of: fn(&Contact) -> &Option<String>| contact.and_then(|contact| of(contact).as_deref());
    addresses.push(IdentityKind::Bsuid, said(&raw.recipient_user_id).or(told(|contact| &contact.user_id)));
    let parent_id = said(&raw.recipient_parent_user_id).or(told(|contact| &contact.parent_user_id));
    addresses.push(IdentityKind::ParentBsuid, parent_id);
    let number = said(&raw.recipient_id).or(told(|contact| &contact.wa_id));
    addresses.push(IdentityKind::WaId, number.map(|number| number.strip_prefix('+').unwrap_or(number)));
    addresses
}

fn system_of<'a>(kind: &str, raw: &RawMessage<'a>) -> Option<RawSystem<'a>> {
    if kind == "system" { raw.system.and_then(read_as) } else { None }
}

/// The addresses from now on, where a system message tells of new ones.
fn new_addresses(system: &RawSystem<'_>) -> Option<Addresses> {
    // The last two are what older versions say.
    if !matches!(
        system.kind.as_ref()?.as_str(),
        "user_changed_number"
            | "user_changed_user_id"
            | "customer_changed_number"
            | "user_identity_changed_number"
    ) {
        return None;
    }
    let mut to = Addresses::default();
    to.push(IdentityKind::Bsuid, system.user_id.as_ref().map(Words::as_str));
    to.push(IdentityKind::ParentBsuid, system.parent_user_id.as_ref().map(Words::as_str));
    to.number(system.wa_id.as_ref().or(system.new_wa_id.as_ref()).map(Words::as_str));
    (!to.0.is_empty()).then_some(to)
}

/// The addresses that are theirs no more: those for which there is another of the kind, and the number where it is what
/// changed, whether they show the new one or not.
fn left(from: &Party, to: &[Identity], is_new_number: bool) -> Vec<Identity> {
    let gone = |known: &&Identity| {
        !to.contains(known)
            && known.kind != IdentityKind::Username
            && (to.iter().any(|new| new.kind == known.kind) || (is_new_number && is_number(known)))
    };
    from.identities.iter().filter(gone).cloned().collect()
}

fn turn<'r>(turn: Option<&'r RawTurn<'_>>) -> (Option<&'r str>, Option<&'r str>) {
    let side = |words: &'r Option<Words<'_>>| words.as_ref().map(Words::as_str);
    turn.map_or((None, None), |turn| (side(&turn.previous), side(&turn.current)))
}

fn original_of(edit: RawEdit<'_>) -> Option<String> {
    edit.original_message_id.map(|id| id.0.into_owned()).filter(|id| !id.is_empty())
}

fn edited(edit: &RawValue) -> Option<(String, Content)> {
    let edit: RawEdit<'_> = read_as(edit)?;
    let message = edit.message?;
    let raw: Option<RawMessage<'_>> = read_as(message);
    let kind = raw.as_ref().and_then(|raw| raw.kind.as_ref()).map_or("unknown", Words::as_str);
    let said = raw.as_ref().and_then(|raw| content::of(kind, raw));
    let content = said.map_or_else(|| unsupported(kind, message.get()), |said| said.content);
    Some((original_of(edit)?, content))
}

fn unsupported(kind: &str, json: &str) -> Content {
    let kind = cut(kind, MAX_FIELD_CHARS).0.to_owned();
    Content::Unsupported(Unsupported { kind, raw: Some(json.to_owned()), blob: None })
}

pub(super) fn failure(listed: Option<&RawValue>) -> ProviderError {
    let listed: Vec<&RawValue> = listed.and_then(read_as).unwrap_or_default();
    let first = listed.into_iter().find_map(read_as::<errors::GraphError<'_>>);
    errors::explain(first.as_ref(), None)
}

/// What of an object goes into an update. Whatever is not named is a reason to keep the raw JSON.
enum Shape {
    /// Taken as it is.
    Any,
    /// Only these members, where it is an object.
    Object(&'static [(&'static str, Shape)]),
}

impl Shape {
    /// Does the JSON hold nothing but what is named here?
    fn covers(&self, json: &str) -> bool {
        self.deserialize(&mut serde_json::Deserializer::from_str(json)).is_ok()
    }
}

impl<'de> DeserializeSeed<'de> for &Shape {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Shape::Any => deserializer.deserialize_ignored_any(IgnoredAny).map(drop),
            Shape::Object(members) => deserializer.deserialize_any(MembersVisitor(members)),
        }
    }
}

struct MembersVisitor(&'static [(&'static str, Shape)]);

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of known members")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Words(key)) = map.next_key()? {
            let known = self.0.iter().find(|(name, _)| *name == key);
            let (_, shape) = known.ok_or_else(|| A::Error::custom("a member that is not known"))?;
            map.next_value_seed(shape)?;
        }
        Ok(())
    }
}
