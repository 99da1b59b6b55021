//! What a message says, type by type (Meta: webhooks/reference/messages). A part that is odd costs no more than what
//! it says: a damaged one that the type cannot do without makes the message one that is not shown, kept as it came.

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;
use switchboard_domain::inbound::MediaSource;
use switchboard_schema::{
    MediaId,
    wire::{
        Answer, Attachment, CardEntry, CardPhone, ContactCard, ContactCards, Content, Forwarded, Location,
        MediaState, Order, OrderedProduct, ProductRef, Referral, SystemEvent, SystemLine, Text,
    },
};

use super::{
    MAX_ID_BYTES, MAX_NAME_CHARS,
    read::{RawMessage, failure, read_as},
    text::{Seconds, Words, cut},
};

/// Longest caption that is shown, in characters; of a longer one the beginning is. WhatsApp carries 1,024.
const MAX_CAPTION_CHARS: usize = 4_096;
/// Longest line of a card, an order, a referral that is shown, in characters.
const MAX_LINE_CHARS: usize = 1_024;
/// Longest filled-in form that is shown, in characters.
const MAX_FORM_CHARS: usize = 16_384;
/// Cards of one message, at most: as many as WhatsApp sends.
const MAX_CARDS: usize = 257;
/// Lines of one kind on a card, at most.
const MAX_CARD_LINES: usize = 50;
/// Products of an order that are shown, at most.
const MAX_PRODUCTS: usize = 200;

/// What a message says.
pub(super) struct Said {
    pub(super) content: Content,
    /// Where its file is.
    pub(super) media: Option<MediaSource>,
}

impl From<Content> for Said {
    fn from(content: Content) -> Self {
        Self { content, media: None }
    }
}

/// What a message of a kind says; nothing where we cannot show it.
pub(super) fn of(kind: &str, raw: &RawMessage<'_>) -> Option<Said> {
    let attachment = |part: Option<&RawValue>, wrap: fn(Attachment) -> Content| {
        let (attachment, media) = attachment(part?, raw.errors)?;
        Some(Said { content: wrap(attachment), media })
    };
    match kind {
        "text" => {
            let body = read_as::<RawText<'_>>(raw.text?)?.body?.0.into_owned();
            Some(Content::Text(Text { body }).into())
        }
        "image" => attachment(raw.image, Content::Image),
        "video" => attachment(raw.video, Content::Video),
        "audio" | "voice" => attachment(raw.audio.or(raw.voice), Content::Audio),
        "document" => attachment(raw.document, Content::Document),
        "sticker" => attachment(raw.sticker, Content::Sticker),
        "location" => location(raw.location?).map(Said::from),
        "contacts" => contacts(raw.contacts?).map(Said::from),
        "interactive" => answer(raw.interactive?).map(Said::from),
        "button" => {
            let button: RawButton<'_> = read_as(raw.button?)?;
            let title = line(button.text)?;
            let payload = line(button.payload).unwrap_or_else(|| title.clone());
            Some(Content::Answer(Answer::QuickReply { payload, title }).into())
        }
        "order" => order(raw.order?).map(Said::from),
        "system" => {
            let system: RawSystemKind<'_> = read_as(raw.system?)?;
            (system.kind?.as_str() == "customer_identity_changed").then(|| told(SystemEvent::IdentityChanged))
        }
        "request_welcome" => Some(told(SystemEvent::Welcomed)),
        _ => None,
    }
}

/// The ad or button a customer came through.
pub(super) fn referral(raw: &RawValue) -> Option<Box<Referral>> {
    let raw: RawReferral<'_> = read_as(raw)?;
    Some(Box::new(Referral {
        source: line(raw.source_type).unwrap_or_else(|| "ad".to_owned()),
        source_id: line(raw.source_id),
        url: line(raw.source_url).filter(|url| is_web(url)),
        headline: line(raw.headline),
        body: line(raw.body),
        click_id: line(raw.ctwa_clid),
        welcome: raw.welcome_message.and_then(read_as::<RawWelcome<'_>>).and_then(|raw| line(raw.text)),
    }))
}

/// What a message's context says of it, but for the message it answers.
pub(super) fn context(raw: &RawContext<'_>) -> (Option<Forwarded>, Option<ProductRef>) {
    let forwarded = match (raw.frequently_forwarded, raw.forwarded) {
        (Some(true), _) => Some(Forwarded::Often),
        (_, Some(true)) => Some(Forwarded::Once),
        _ => None,
    };
    let product = raw.referred_product.and_then(read_as::<RawProduct<'_>>).and_then(|raw| {
        Some(ProductRef { catalog_id: line(raw.catalog_id)?, product_id: line(raw.product_retailer_id)? })
    });
    (forwarded, product)
}

fn told(event: SystemEvent) -> Said {
    Content::System(SystemLine { event, actor: None, by: None, subject: None, by_rule: None }).into()
}

/// A file. Its id is given by whoever keeps it, which is not known here.
fn attachment(part: &RawValue, errors: Option<&RawValue>) -> Option<(Attachment, Option<MediaSource>)> {
    let raw: RawMedia<'_> = read_as(part)?;
    let provider_media_id =
        raw.id.map(|id| id.0.into_owned()).filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES);
    let problem = match (&provider_media_id, errors) {
        (_, Some(errors)) => Some(failure(Some(errors)).message),
        (None, None) => Some("WhatsApp did not say where the file is.".to_owned()),
        (Some(_), None) => None,
    };
    let attachment = Attachment {
        media_id: MediaId::from_bytes([0; 16]),
        mime_type: line(raw.mime_type).unwrap_or_else(|| "application/octet-stream".to_owned()),
        caption: raw.caption.map(|caption| cut(caption.as_str(), MAX_CAPTION_CHARS).0.to_owned()),
        filename: raw.filename.map(|name| cut(name.as_str(), MAX_NAME_CHARS).0.to_owned()),
        voice: raw.voice.unwrap_or(false),
        animated: raw.animated.unwrap_or(false),
        state: if problem.is_some() { MediaState::Failed } else { MediaState::Waiting },
        problem: problem.clone(),
        size: None,
        width: None,
        height: None,
        thumbnail: false,
    };
    let media = provider_media_id.filter(|_| problem.is_none()).map(|provider_media_id| MediaSource {
        provider_media_id,
        sha256: line(raw.sha256),
        url: line(raw.url),
    });
    Some((attachment, media))
}

fn location(raw: &RawValue) -> Option<Content> {
    let raw: RawLocation<'_> = read_as(raw)?;
    let (latitude, longitude) = (raw.latitude?.0, raw.longitude?.0);
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    on_earth.then(|| {
        Content::Location(Location {
            latitude,
            longitude,
            name: line(raw.name),
            address: line(raw.address),
            url: line(raw.url).filter(|url| is_web(url)),
        })
    })
}

fn contacts(raw: &RawValue) -> Option<Content> {
    let cards: Vec<&RawValue> = read_as(raw)?;
    let cards: Vec<ContactCard> =
        cards.into_iter().take(MAX_CARDS).filter_map(read_as::<RawCard<'_>>).map(card).collect();
    (!cards.is_empty()).then_some(Content::Contacts(ContactCards { cards }))
}

fn card(raw: RawCard<'_>) -> ContactCard {
    let name = raw.name.and_then(read_as::<RawCardName<'_>>);
    let (mut first_name, mut last_name, mut whole) = (None, None, None);
    if let Some(name) = name {
        (first_name, last_name) = (line(name.first_name), line(name.last_name));
        whole = line(name.formatted_name);
    }
    let joined = || {
        let names: Vec<&str> = first_name.iter().chain(&last_name).map(String::as_str).collect();
        names.join(" ")
    };
    let name = whole.unwrap_or_else(joined);
    let phones = lines::<RawPhone<'_>>(raw.phones).filter_map(|raw| {
        let wa_id = line(raw.wa_id);
        let phone = line(raw.phone).or_else(|| wa_id.as_ref().map(|wa_id| format!("+{wa_id}")))?;
        Some(CardPhone { phone, wa_id, kind: line(raw.kind) })
    });
    let addresses = lines::<RawAddress<'_>>(raw.addresses).filter_map(|raw| {
        let parts = [raw.street, raw.zip, raw.city, raw.state, raw.country];
        let parts: Vec<String> = parts.into_iter().filter_map(line).collect();
        (!parts.is_empty()).then(|| CardEntry { value: parts.join(", "), kind: line(raw.kind) })
    });
    let organization = raw.org.and_then(read_as::<RawOrganization<'_>>).and_then(|raw| {
        let parts: Vec<String> =
            [raw.title, raw.department, raw.company].into_iter().filter_map(line).collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    });
    ContactCard {
        name,
        phones: phones.collect(),
        emails: lines::<RawEmail<'_>>(raw.emails)
            .filter_map(|raw| Some(CardEntry { value: line(raw.email)?, kind: line(raw.kind) }))
            .collect(),
        addresses: addresses.collect(),
        urls: lines::<RawUrl<'_>>(raw.urls)
            .filter_map(|raw| {
                Some(CardEntry { value: line(raw.url).filter(|url| is_web(url))?, kind: line(raw.kind) })
            })
            .collect(),
        organization,
        birthday: line(raw.birthday),
        own: raw.origin.is_some(),
        first_name,
        last_name,
    }
}

fn lines<'a, T: Deserialize<'a> + 'a>(list: Option<&'a RawValue>) -> impl Iterator<Item = T> {
    let list: Vec<&RawValue> = list.and_then(read_as).unwrap_or_default();
    list.into_iter().take(MAX_CARD_LINES).filter_map(read_as)
}

fn answer(raw: &RawValue) -> Option<Content> {
    let raw: RawInteractive<'_> = read_as(raw)?;
    let answer = match raw.kind?.as_str() {
        "button_reply" => {
            let reply: RawReply<'_> = read_as(raw.button_reply?)?;
            Answer::Button { id: line(reply.id)?, title: line(reply.title)? }
        }
        "list_reply" => {
            let reply: RawReply<'_> = read_as(raw.list_reply?)?;
            let description = line(reply.description);
            Answer::Row { id: line(reply.id)?, title: line(reply.title)?, description }
        }
        "nfm_reply" => {
            let reply: RawForm<'_> = read_as(raw.nfm_reply?)?;
            let response = reply.response_json?.0.into_owned();
            if response.chars().nth(MAX_FORM_CHARS).is_some() {
                return None;
            }
            Answer::Form { name: line(reply.name).unwrap_or_else(|| "form".to_owned()), response }
        }
        "call_permission_reply" => {
            let reply: RawPermission<'_> = read_as(raw.call_permission_reply?)?;
            Answer::CallPermission {
                granted: reply.response?.as_str() == "accept",
                until: reply.expiration_timestamp.map(|until: Seconds| until.0),
            }
        }
        _ => return None,
    };
    Some(Content::Answer(answer))
}

fn order(raw: &RawValue) -> Option<Content> {
    let raw: RawOrder<'_> = read_as(raw)?;
    let products: Vec<&RawValue> = read_as(raw.product_items?)?;
    let products: Vec<OrderedProduct> = products
        .into_iter()
        .take(MAX_PRODUCTS)
        .filter_map(read_as::<RawOrdered<'_>>)
        .filter_map(|raw| {
            Some(OrderedProduct {
                product_id: line(raw.product_retailer_id)?,
                // Seen as text.
                quantity: raw.quantity.map_or(1, |quantity| whole(quantity.0)),
                price: raw.item_price.map(|price| price.0.to_string()).unwrap_or_default(),
                currency: line(raw.currency).unwrap_or_default(),
            })
        })
        .collect();
    let order =
        Order { catalog_id: line(raw.catalog_id).unwrap_or_default(), text: line(raw.text), products };
    (!order.products.is_empty()).then_some(Content::Order(order))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held within what it is cast to")]
pub(super) fn whole(number: f64) -> u64 {
    number.clamp(0.0, 1e15).round() as u64
}

/// Words of one line: shortened, nothing where there are none.
fn line(words: Option<Words<'_>>) -> Option<String> {
    words.map(|words| cut(words.as_str(), MAX_LINE_CHARS).0.to_owned()).filter(|words| !words.is_empty())
}

/// An address that a browser may open without harm.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A number, also one that came as text.
pub(super) struct Number(pub(super) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(f64),
            Text(String),
        }
        let number = match Either::deserialize(deserializer)? {
            Either::Number(number) => number,
            Either::Text(text) => text.trim().parse().map_err(de::Error::custom)?,
        };
        if number.is_finite() { Ok(Self(number)) } else { Err(de::Error::custom("not a number")) }
    }
}

#[derive(Deserialize)]
struct RawText<'a> {
    #[serde(borrow)]
    body: Option<Words<'a>>,
}

#[derive(Deserialize)]
pub(super) struct RawContext<'a> {
    #[serde(borrow)]
    pub(super) id: Option<Words<'a>>,
    forwarded: Option<bool>,
    frequently_forwarded: Option<bool>,
    referred_product: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawProduct<'a> {
    #[serde(borrow)]
    catalog_id: Option<Words<'a>>,
    product_retailer_id: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawMedia<'a> {
    #[serde(borrow)]
    id: Option<Words<'a>>,
    mime_type: Option<Words<'a>>,
    sha256: Option<Words<'a>>,
    caption: Option<Words<'a>>,
    filename: Option<Words<'a>>,
    url: Option<Words<'a>>,
    voice: Option<bool>,
    animated: Option<bool>,
}

#[derive(Deserialize)]
struct RawLocation<'a> {
    latitude: Option<Number>,
    longitude: Option<Number>,
    #[serde(borrow)]
    name: Option<Words<'a>>,
    address: Option<Words<'a>>,
    url: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawCard<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    phones: Option<&'a RawValue>,
    emails: Option<&'a RawValue>,
    addresses: Option<&'a RawValue>,
    urls: Option<&'a RawValue>,
    org: Option<&'a RawValue>,
    birthday: Option<Words<'a>>,
    origin: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawCardName<'a> {
    #[serde(borrow)]
    formatted_name: Option<Words<'a>>,
    first_name: Option<Words<'a>>,
    last_name: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawPhone<'a> {
    #[serde(borrow)]
    phone: Option<Words<'a>>,
    wa_id: Option<Words<'a>>,
    #[serde(rename = "type")]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawEmail<'a> {
    #[serde(borrow)]
    email: Option<Words<'a>>,
    #[serde(rename = "type")]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawUrl<'a> {
    #[serde(borrow)]
    url: Option<Words<'a>>,
    #[serde(rename = "type")]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawAddress<'a> {
    #[serde(borrow)]
    street: Option<Words<'a>>,
    city: Option<Words<'a>>,
    state: Option<Words<'a>>,
    zip: Option<Words<'a>>,
    country: Option<Words<'a>>,
    #[serde(rename = "type")]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawOrganization<'a> {
    #[serde(borrow)]
    company: Option<Words<'a>>,
    department: Option<Words<'a>>,
    title: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawInteractive<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
    button_reply: Option<&'a RawValue>,
    list_reply: Option<&'a RawValue>,
    nfm_reply: Option<&'a RawValue>,
    call_permission_reply: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawReply<'a> {
    #[serde(borrow)]
    id: Option<Words<'a>>,
    title: Option<Words<'a>>,
    description: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawForm<'a> {
    #[serde(borrow)]
    name: Option<Words<'a>>,
    response_json: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawPermission<'a> {
    #[serde(borrow)]
    response: Option<Words<'a>>,
    expiration_timestamp: Option<Seconds>,
}

#[derive(Deserialize)]
struct RawButton<'a> {
    #[serde(borrow)]
    payload: Option<Words<'a>>,
    text: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawOrder<'a> {
    #[serde(borrow)]
    catalog_id: Option<Words<'a>>,
    text: Option<Words<'a>>,
    product_items: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawOrdered<'a> {
    #[serde(borrow)]
    product_retailer_id: Option<Words<'a>>,
    quantity: Option<Number>,
    item_price: Option<Number>,
    currency: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawSystemKind<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Words<'a>>,
}

#[derive(Deserialize)]
struct RawReferral<'a> {
    #[serde(borrow)]
    source_type: Option<Words<'a>>,
    source_id: Option<Words<'a>>,
    source_url: Option<Words<'a>>,
    headline: Option<Words<'a>>,
    body: Option<Words<'a>>,
    ctwa_clid: Option<Words<'a>>,
    welcome_message: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawWelcome<'a> {
    #[serde(borrow)]
    text: Option<Words<'a>>,
}
