//! A message, as the Graph API's request (Meta: reference/whatsapp-business-phone-number/message-api).
//!
//! Pure: nothing here knows a token or a host.

use serde::Serialize;
use serde_json::{Value, json};
use switchboard_domain::{
    outbound::{Outbound, OutboundContent, ProviderFiles},
    template,
};
use switchboard_ports::channel::{Submission, Upload};
use switchboard_schema::{
    MediaId,
    wire::{
        CardEntry, ContactCard, Identity, IdentityKind, Interactive, InteractiveAction, InteractiveHeader,
        MediaKind, OtpKind, ProductSection, SentTemplateButton, TemplateAuthentication, TemplateButton,
        TemplateButtonKind, TemplateCard, TemplateContent, TemplateFile, TemplateHeaderFormat,
        TemplateParameter, TemplateProduct,
    },
};

/// Templates asked for at once.
pub const TEMPLATES_PER_PAGE: u32 = 100;

/// What is read of a template.
const TEMPLATE_FIELDS: &str =
    "name,language,category,status,parameter_format,components,quality_score,rejected_reason";

/// A request to the Graph API, but for the host and the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphRequest {
    /// From the host's root on, with the query.
    pub path: String,
    /// The JSON body of a POST; a GET has none.
    pub body: Option<String>,
}

/// A message to somebody of whom no address is known that WhatsApp can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recipient has neither a number nor a WhatsApp user id")]
pub struct NoAddress;

/// The request that sends a message: to WhatsApp's form of the number where it is known, else to the number,
/// else to the business-scoped user id.
///
/// # Errors
/// When none of them is known.
pub fn send(version: &str, phone_number_id: &str, outbound: &Outbound) -> Result<GraphRequest, NoAddress> {
    let (to, recipient) = address(&outbound.to)?;
    let message = MessageBody {
        messaging_product: "whatsapp",
        recipient_type: "individual",
        to,
        recipient,
        content: content_body(&outbound.content),
        // A reaction names its message itself.
        context: outbound
            .reply_to
            .as_deref()
            .filter(|_| !matches!(outbound.content, OutboundContent::Reaction(_)))
            .map(|message_id| ContextBody { message_id }),
        biz_opaque_callback_data: outbound.callback.to_text(),
    };
    let path = format!("/{}/{}/messages", segment(version), segment(phone_number_id));
    Ok(GraphRequest { path, body: Some(encoded(&message)) })
}

/// The request that reads a page of templates: the first, or the one after a cursor.
#[must_use]
pub fn templates(version: &str, waba_id: &str, after: Option<&str>) -> GraphRequest {
    let mut path = format!(
        "/{}/{}/message_templates?fields={TEMPLATE_FIELDS}&limit={TEMPLATES_PER_PAGE}",
        segment(version),
        segment(waba_id)
    );
    if let Some(after) = after {
        path.push_str("&after=");
        path.extend(url::form_urlencoded::byte_serialize(after.as_bytes()));
    }
    GraphRequest { path, body: None }
}

/// The request that submits a template: a new one to its account, a changed one to its own id.
#[must_use]
pub fn submit_template(version: &str, waba_id: &str, submission: &Submission) -> GraphRequest {
    let draft = &submission.draft;
    let named = template::is_draft_named(draft);
    let components = match &draft.authentication {
        Some(chosen) => code_components(chosen),
        None => draft_components(submission, named),
    };
    let (path, mut whole) = match &submission.id {
        Some(id) => (format!("/{}/{}", segment(version), segment(id)), json!({"components": components})),
        None => (
            format!("/{}/{}/message_templates", segment(version), segment(waba_id)),
            json!({
                "name": draft.name, "language": draft.language, "components": components,
                "parameter_format": if named { "NAMED" } else { "POSITIONAL" },
            }),
        ),
    };
    whole["category"] = json!(draft.category);
    GraphRequest { path, body: Some(whole.to_string()) }
}

/// What a draft is made of.
fn draft_components(submission: &Submission, named: bool) -> Vec<Value> {
    let draft = &submission.draft;
    let sample = |file: Option<MediaId>| file.and_then(|file| submission.samples.get(&file));
    let mut components = Vec::new();
    if let Some(format) = draft.header_format {
        let mut header = header_draft(format, sample(draft.header_file));
        if let Some(words) = &draft.header {
            header["text"] = json!(words);
            let names = template::placeholders(words, named);
            if !names.is_empty() {
                header["example"] = match named {
                    true => {
                        json!({"header_text_named_params": named_examples(&names, &draft.header_examples)})
                    }
                    false => json!({"header_text": draft.header_examples}),
                };
            }
        }
        components.push(header);
    }
    components.push(body_draft(&draft.body, &draft.body_examples, named));
    components.extend(draft.footer.as_ref().map(|words| json!({"type": "FOOTER", "text": words})));
    components.extend(draft.offer.as_ref().map(|offer| {
        let offer = json!({"text": offer.text, "has_expiration": offer.ends});
        json!({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer})
    }));
    components.extend(buttons_draft(&draft.buttons));
    if !draft.cards.is_empty() {
        let card = |card: &TemplateCard| {
            let mut components = vec![header_draft(card.header_format, sample(card.header_file))];
            if !card.body.is_empty() {
                components.push(body_draft(&card.body, &card.body_examples, named));
            }
            components.extend(buttons_draft(&card.buttons));
            json!({"components": components})
        };
        let cards: Vec<Value> = draft.cards.iter().map(card).collect();
        components.push(json!({"type": "CAROUSEL", "cards": cards}));
    }
    components
}

/// What a template with a code is made of: its words are Meta's.
fn code_components(chosen: &TemplateAuthentication) -> Vec<Value> {
    let (otp, is_app) = match chosen.otp {
        OtpKind::CopyCode => ("COPY_CODE", false),
        OtpKind::OneTap => ("ONE_TAP", true),
        OtpKind::ZeroTap => ("ZERO_TAP", true),
    };
    let mut button = json!({"type": "OTP", "otp_type": otp});
    if let Some(words) = &chosen.text {
        button["text"] = json!(words);
    }
    if is_app {
        button["supported_apps"] =
            json!([{"package_name": chosen.package_name, "signature_hash": chosen.signature_hash}]);
    }
    if chosen.otp == OtpKind::ZeroTap {
        // The terms are shown where this is chosen.
        button["zero_tap_terms_accepted"] = json!(true);
    }
    let body = json!({"type": "BODY", "add_security_recommendation": chosen.add_security_recommendation});
    let footer = chosen
        .code_expiration_minutes
        .map(|minutes| json!({"type": "FOOTER", "code_expiration_minutes": minutes}));
    let buttons = json!({"type": "BUTTONS", "buttons": [button]});
    [Some(body), footer, Some(buttons)].into_iter().flatten().collect()
}

fn header_draft(format: TemplateHeaderFormat, sample: Option<&String>) -> Value {
    let mut header = json!({"type": "HEADER", "format": format_word(format)});
    if let Some(handle) = sample {
        header["example"] = json!({"header_handle": [handle]});
    }
    header
}

fn body_draft(words: &str, examples: &[String], named: bool) -> Value {
    let mut body = json!({"type": "BODY", "text": words});
    let names = template::placeholders(words, named);
    if !names.is_empty() {
        body["example"] = match named {
            true => json!({"body_text_named_params": named_examples(&names, examples)}),
            false => json!({"body_text": [examples]}),
        };
    }
    body
}

fn buttons_draft(buttons: &[TemplateButton]) -> Option<Value> {
    let list: Vec<Value> = buttons.iter().map(button_body).collect();
    (!list.is_empty()).then(|| json!({"type": "BUTTONS", "buttons": list}))
}

fn named_examples(names: &[String], examples: &[String]) -> Vec<Value> {
    names
        .iter()
        .zip(examples)
        .map(|(name, example)| json!({"param_name": name, "example": example}))
        .collect()
}

const fn format_word(format: TemplateHeaderFormat) -> &'static str {
    match format {
        TemplateHeaderFormat::Image => "IMAGE",
        TemplateHeaderFormat::Video => "VIDEO",
        TemplateHeaderFormat::Document => "DOCUMENT",
        TemplateHeaderFormat::Location => "LOCATION",
        TemplateHeaderFormat::Product => "PRODUCT",
        TemplateHeaderFormat::Text | TemplateHeaderFormat::Other => "TEXT",
    }
}

fn button_body(button: &TemplateButton) -> Value {
    let text = Some(&button.text);
    match button.kind {
        TemplateButtonKind::Url => {
            let mut body = named(&[("text", text), ("url", button.url.as_ref())]);
            body["type"] = json!("URL");
            if let Some(example) = &button.example {
                body["example"] = json!([example]);
            }
            body
        }
        TemplateButtonKind::PhoneNumber => {
            let mut body = named(&[("text", text), ("phone_number", button.phone_number.as_ref())]);
            body["type"] = json!("PHONE_NUMBER");
            body
        }
        TemplateButtonKind::CopyCode => json!({"type": "COPY_CODE", "example": button.example}),
        TemplateButtonKind::Flow => {
            let mut body = named(&[("text", text), ("flow_id", button.flow_id.as_ref())]);
            body["type"] = json!("FLOW");
            body
        }
        TemplateButtonKind::Catalog => json!({"type": "CATALOG", "text": button.text}),
        TemplateButtonKind::Products => json!({"type": "MPM", "text": button.text}),
        TemplateButtonKind::Product => json!({"type": "SPM", "text": button.text}),
        TemplateButtonKind::QuickReply | TemplateButtonKind::Other => {
            json!({"type": "QUICK_REPLY", "text": button.text})
        }
    }
}

/// Where a template is deleted, in one language.
#[must_use]
pub fn delete_template_path(version: &str, waba_id: &str, name: &str, id: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("hsm_id", id)
        .append_pair("name", name)
        .finish();
    format!("/{}/{}/message_templates?{query}", segment(version), segment(waba_id))
}

/// Where the upload of an example begins.
#[must_use]
pub fn sample_session_path(version: &str, upload: &Upload) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("file_name", &upload.filename)
        .append_pair("file_length", &upload.bytes.len().to_string())
        .append_pair("file_type", &upload.mime_type)
        .finish();
    format!("/{}/app/uploads?{query}", segment(version))
}

/// Where the bytes of an example go: the session's id, which has signs of its own.
#[must_use]
pub fn sample_path(version: &str, session: &str) -> String {
    let good = |letter: &char| letter.is_ascii_alphanumeric() || ":_-.?=&%+".contains(*letter);
    format!("/{}/{}", segment(version), session.chars().filter(good).collect::<String>())
}

/// The request that asks where a file is, by its id.
#[must_use]
pub fn media(version: &str, phone_number_id: &str, media_id: &str) -> GraphRequest {
    let (version, number) = (segment(version), segment(phone_number_id));
    let path = format!("/{version}/{}?phone_number_id={number}", segment(media_id));
    GraphRequest { path, body: None }
}

/// Where files are uploaded to.
#[must_use]
pub fn upload_path(version: &str, phone_number_id: &str) -> String {
    format!("/{}/{}/media", segment(version), segment(phone_number_id))
}

/// `to` or `recipient`.
fn address(known: &[Identity]) -> Result<(Option<String>, Option<&str>), NoAddress> {
    let find =
        |kind| known.iter().find(|identity| identity.kind == kind).map(|identity| identity.value.as_str());
    let number = find(IdentityKind::WaId).or_else(|| find(IdentityKind::Phone));
    let digits: String = number.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    match (digits.is_empty(), find(IdentityKind::Bsuid)) {
        (false, _) => Ok((Some(digits), None)),
        (true, Some(user_id)) => Ok((None, Some(user_id))),
        (true, None) => Err(NoAddress),
    }
}

fn content_body(content: &OutboundContent) -> ContentBody<'_> {
    match content {
        OutboundContent::Text(text) => ContentBody::Text { text: TextBody { body: &text.body } },
        OutboundContent::Template(template, files) => {
            ContentBody::Template { template: template_body(template, files) }
        }
        OutboundContent::File(file) => {
            let body = FileBody {
                id: &file.provider_media_id,
                caption: file.caption.as_deref(),
                filename: file.filename.as_deref().filter(|_| file.kind == MediaKind::Document),
                voice: file.voice,
            };
            match file.kind {
                MediaKind::Image => ContentBody::Image { image: body },
                MediaKind::Video => ContentBody::Video { video: body },
                MediaKind::Audio => ContentBody::Audio { audio: body },
                MediaKind::Document => ContentBody::Document { document: body },
                MediaKind::Sticker => ContentBody::Sticker { sticker: body },
            }
        }
        OutboundContent::Location(location) => ContentBody::Location {
            location: LocationBody {
                latitude: location.latitude,
                longitude: location.longitude,
                name: location.name.as_deref(),
                address: location.address.as_deref(),
            },
        },
        OutboundContent::Contacts(contacts) => {
            ContentBody::Contacts { contacts: contacts.cards.iter().map(card_body).collect() }
        }
        OutboundContent::Interactive(interactive, file) => {
            ContentBody::Interactive { interactive: interactive_body(interactive, file.as_deref()) }
        }
        OutboundContent::Reaction(reaction) => ContentBody::Reaction {
            reaction: ReactionBody { message_id: &reaction.provider_id, emoji: &reaction.emoji },
        },
    }
}

fn card_body(card: &ContactCard) -> Value {
    let entries = |list: &[CardEntry], name: &str| {
        let entries =
            list.iter().map(|entry| named(&[(name, Some(&entry.value)), ("type", entry.kind.as_ref())]));
        (!list.is_empty()).then(|| Value::Array(entries.collect()))
    };
    // One part more than the whole name is asked for.
    let bare = card.first_name.is_none() && card.last_name.is_none();
    let first_name = card.first_name.as_ref().or(bare.then_some(&card.name));
    let name = named(&[
        ("formatted_name", Some(&card.name)),
        ("first_name", first_name),
        ("last_name", card.last_name.as_ref()),
    ]);
    let phones = card.phones.iter().map(|phone| {
        named(&[
            ("phone", Some(&phone.phone)),
            ("type", phone.kind.as_ref()),
            ("wa_id", phone.wa_id.as_ref()),
        ])
    });
    let mut body = serde_json::Map::new();
    body.insert("name".to_owned(), name);
    body.insert("phones".to_owned(), Value::Array(phones.collect()));
    let lists = [
        ("emails", entries(&card.emails, "email")),
        ("addresses", entries(&card.addresses, "street")),
        ("urls", entries(&card.urls, "url")),
        ("org", card.organization.as_ref().map(|company| json!({"company": company}))),
        ("birthday", card.birthday.as_ref().map(|day| json!(day))),
    ];
    body.extend(lists.into_iter().filter_map(|(name, list)| Some((name.to_owned(), list?))));
    Value::Object(body)
}

/// An object of those members that are there.
fn named(members: &[(&str, Option<&String>)]) -> Value {
    members.iter().filter_map(|(name, value)| Some(((*name).to_owned(), json!(value.as_ref()?)))).collect()
}

fn interactive_body(interactive: &Interactive, file: Option<&str>) -> Value {
    let (kind, action) = match &interactive.action {
        InteractiveAction::Buttons { buttons } => {
            let buttons: Vec<Value> = buttons
                .iter()
                .map(|button| json!({"type": "reply", "reply": {"id": button.id, "title": button.title}}))
                .collect();
            ("button", json!({"buttons": buttons}))
        }
        InteractiveAction::List { button, sections } => {
            let sections: Vec<Value> = sections
                .iter()
                .map(|section| {
                    let rows: Vec<Value> = section
                        .rows
                        .iter()
                        .map(|row| {
                            named(&[
                                ("id", Some(&row.id)),
                                ("title", Some(&row.title)),
                                ("description", row.description.as_ref()),
                            ])
                        })
                        .collect();
                    let mut body = json!({"rows": rows});
                    if let Some(title) = &section.title {
                        body["title"] = json!(title);
                    }
                    body
                })
                .collect();
            ("list", json!({"button": button, "sections": sections}))
        }
        InteractiveAction::CtaUrl { display_text, url } => {
            let parameters = json!({"display_text": display_text, "url": url});
            ("cta_url", json!({"name": "cta_url", "parameters": parameters}))
        }
        InteractiveAction::LocationRequest => ("location_request_message", json!({"name": "send_location"})),
        InteractiveAction::ContactRequest => ("contact_request", json!({"name": "request_contact_info"})),
    };
    let mut body = json!({"type": kind, "body": {"text": interactive.body}, "action": action});
    if let Some(footer) = &interactive.footer {
        body["footer"] = json!({"text": footer});
    }
    match (&interactive.header, file) {
        (Some(InteractiveHeader::Text { text }), _) => body["header"] = json!({"type": "text", "text": text}),
        (Some(InteractiveHeader::Image { .. }), Some(id)) => {
            body["header"] = json!({"type": "image", "image": {"id": id}});
        }
        (Some(InteractiveHeader::Video { .. }), Some(id)) => {
            body["header"] = json!({"type": "video", "video": {"id": id}});
        }
        (Some(InteractiveHeader::Document { document }), Some(id)) => {
            let file = named(&[("id", Some(&id.to_owned())), ("filename", document.filename.as_ref())]);
            body["header"] = json!({"type": "document", "document": file});
        }
        (_, None) | (None, _) => {}
    }
    body
}

/// The request that marks a customer's message, and all before it, as read; and shows that somebody types.
#[must_use]
pub fn mark_read(version: &str, phone_number_id: &str, message_id: &str, typing: bool) -> GraphRequest {
    let mut body = json!({"messaging_product": "whatsapp", "status": "read", "message_id": message_id});
    if typing {
        body["typing_indicator"] = json!({"type": "text"});
    }
    let path = format!("/{}/{}/messages", segment(version), segment(phone_number_id));
    GraphRequest { path, body: Some(body.to_string()) }
}

/// A template and its values. (Meta: message-templates/components; each kind of parameter by its own shape.)
fn template_body<'a>(template: &'a TemplateContent, files: &ProviderFiles) -> TemplateBody<'a> {
    let place = template.header_location.as_ref().map(|place| {
        let mut location = named(&[("name", place.name.as_ref()), ("address", place.address.as_ref())]);
        location["latitude"] = json!(place.latitude);
        location["longitude"] = json!(place.longitude);
        json!({"type": "location", "location": location})
    });
    let above = above_words(template.header_file.as_ref(), template.header_product.as_deref(), files);
    let offer = template.offer.as_ref().and_then(|offer| offer.ends_at).map(|at| {
        let offer = json!({"expiration_time_ms": at.as_millis()});
        let parameter = json!({"type": "limited_time_offer", "limited_time_offer": offer});
        ComponentBody::of("limited_time_offer", vec![parameter])
    });
    let cards: Vec<CardBody> = (0..)
        .zip(&template.cards)
        .map(|(card_index, card)| {
            let above = above_words(card.header_file.as_ref(), card.header_product.as_ref(), files);
            let above = above.map(|parameter| ComponentBody::of("header", vec![parameter]));
            let components = above.into_iter().chain(words_of("body", &card.body));
            CardBody { card_index, components: components.chain(button_values(&card.buttons)).collect() }
        })
        .collect();
    let components = above
        .or(place)
        .map(|parameter| ComponentBody::of("header", vec![parameter]))
        .or_else(|| words_of("header", &template.header))
        .into_iter()
        .chain(words_of("body", &template.body))
        .chain(offer)
        .chain(button_values(&template.buttons))
        .chain(
            (!cards.is_empty()).then(|| ComponentBody { cards, ..ComponentBody::of("carousel", Vec::new()) }),
        );
    TemplateBody {
        name: &template.name,
        language: LanguageBody { code: &template.language },
        components: components.collect(),
    }
}

fn words_of(kind: &'static str, values: &[TemplateParameter]) -> Option<ComponentBody> {
    let parameters = values.iter().map(parameter_body).collect();
    (!values.is_empty()).then(|| ComponentBody::of(kind, parameters))
}

/// The file or the product above words.
fn above_words(
    file: Option<&TemplateFile>,
    product: Option<&TemplateProduct>,
    files: &ProviderFiles,
) -> Option<Value> {
    if let Some(product) = product {
        let body = json!({"catalog_id": product.catalog_id, "product_retailer_id": product.product_id});
        return Some(json!({"type": "product", "product": body}));
    }
    let header = file?;
    let id = files.get(&header.media_id)?;
    let name = header.filename.as_ref().filter(|_| header.kind == MediaKind::Document);
    let file = named(&[("id", Some(id)), ("filename", name)]);
    Some(match header.kind {
        MediaKind::Image | MediaKind::Sticker => json!({"type": "image", "image": file}),
        MediaKind::Video | MediaKind::Audio => json!({"type": "video", "video": file}),
        MediaKind::Document => json!({"type": "document", "document": file}),
    })
}

fn button_values(buttons: &[SentTemplateButton]) -> impl Iterator<Item = ComponentBody> {
    buttons.iter().filter_map(|button| {
        let (sub_type, parameter) = button_value(button)?;
        Some(ComponentBody {
            sub_type: Some(sub_type),
            index: Some(button.index.to_string()),
            ..ComponentBody::of("button", vec![parameter])
        })
    })
}

fn button_value(button: &SentTemplateButton) -> Option<(&'static str, Value)> {
    if button.kind == TemplateButtonKind::Flow {
        // Meta takes no template with a form without its button; this is the token it has where none is given.
        let token = button.value.as_deref().unwrap_or("unused");
        return Some(("flow", json!({"type": "action", "action": {"flow_token": token}})));
    }
    let value = button.value.as_deref()?;
    let action = |action: Value| json!({"type": "action", "action": action});
    Some(match button.kind {
        TemplateButtonKind::QuickReply => ("quick_reply", json!({"type": "payload", "payload": value})),
        TemplateButtonKind::Url => ("url", json!({"type": "text", "text": value})),
        TemplateButtonKind::CopyCode => ("copy_code", json!({"type": "coupon_code", "coupon_code": value})),
        TemplateButtonKind::Catalog => ("catalog", action(json!({"thumbnail_product_retailer_id": value}))),
        TemplateButtonKind::Products => {
            let section = |section: &ProductSection| {
                let items: Vec<Value> =
                    section.products.iter().map(|id| json!({"product_retailer_id": id})).collect();
                json!({"title": section.title, "product_items": items})
            };
            let sections: Vec<Value> = button.sections.iter().map(section).collect();
            ("mpm", action(json!({"thumbnail_product_retailer_id": value, "sections": sections})))
        }
        TemplateButtonKind::PhoneNumber
        | TemplateButtonKind::Flow
        | TemplateButtonKind::Product
        | TemplateButtonKind::Other => return None,
    })
}

fn parameter_body(parameter: &TemplateParameter) -> Value {
    let mut body = json!({"type": "text", "text": parameter.text});
    if let Some(name) = &parameter.name {
        body["parameter_name"] = json!(name);
    }
    body
}

/// A segment of a path: whatever an admin entered as an id stays one.
pub(super) fn segment(text: &str) -> String {
    let good = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    text.chars().filter(good).collect::<String>().trim_matches('.').to_owned()
}

/// Structs of text are never refused by the encoder.
fn encoded<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[derive(Serialize)]
struct MessageBody<'a> {
    messaging_product: &'static str,
    recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(flatten)]
    content: ContentBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<ContextBody<'a>>,
    biz_opaque_callback_data: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ContentBody<'a> {
    Text { text: TextBody<'a> },
    Template { template: TemplateBody<'a> },
    Image { image: FileBody<'a> },
    Video { video: FileBody<'a> },
    Audio { audio: FileBody<'a> },
    Document { document: FileBody<'a> },
    Sticker { sticker: FileBody<'a> },
    Location { location: LocationBody<'a> },
    Contacts { contacts: Vec<Value> },
    Interactive { interactive: Value },
    Reaction { reaction: ReactionBody<'a> },
}

#[derive(Serialize)]
struct FileBody<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    voice: bool,
}

#[derive(Serialize)]
struct LocationBody<'a> {
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct ReactionBody<'a> {
    message_id: &'a str,
    emoji: &'a str,
}

#[derive(Serialize)]
struct TextBody<'a> {
    body: &'a str,
}

#[derive(Serialize)]
struct ContextBody<'a> {
    message_id: &'a str,
}

#[derive(Serialize)]
struct TemplateBody<'a> {
    name: &'a str,
    language: LanguageBody<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<ComponentBody>,
}

#[derive(Serialize)]
struct LanguageBody<'a> {
    code: &'a str,
}

#[derive(Serialize)]
struct ComponentBody {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parameters: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<CardBody>,
}

impl ComponentBody {
    const fn of(kind: &'static str, parameters: Vec<Value>) -> Self {
        Self { kind, sub_type: None, index: None, parameters, cards: Vec::new() }
    }
}

#[derive(Serialize)]
struct CardBody {
    card_index: u8,
    components: Vec<ComponentBody>,
}

#[cfg(test)]
mod tests {
    use switchboard_domain::inbound::Callback;
    use switchboard_schema::{
        ConversationId,
        wire::{SentTemplateCard, SentTemplateOffer, Text},
    };

    use super::*;

    fn identity(kind: IdentityKind, value: &str) -> Identity {
        Identity { kind, value: value.into() }
    }

    fn outbound(to: Vec<Identity>, content: OutboundContent) -> Outbound {
        let callback = Callback { conversation_id: ConversationId::from_bytes([0; 16]), seq: 12 };
        Outbound { to, content, reply_to: None, callback, correlation_id: None, trace: None }
    }

    fn text(body: &str) -> OutboundContent {
        OutboundContent::Text(Text { body: body.into() })
    }

    fn value(name: Option<&str>, text: &str) -> TemplateParameter {
        TemplateParameter { name: name.map(Into::into), text: text.into() }
    }

    fn template(header: Vec<TemplateParameter>, body: Vec<TemplateParameter>) -> OutboundContent {
        let (name, language) = ("order_ready".into(), "pt_BR".into());
        OutboundContent::Template(
            TemplateContent {
                name,
                language,
                header,
                body,
                text: Some("unused".into()),
                ..TemplateContent::default()
            },
            ProviderFiles::new(),
        )
    }

    #[track_caller]
    fn check(outbound: &Outbound, body: &str) {
        let request = send("v26.0", "106540352242922", outbound).expect("an address");
        assert_eq!(request.path, "/v26.0/106540352242922/messages");
        let callback = format!(r#","biz_opaque_callback_data":"{}"}}"#, outbound.callback.to_text());
        let body = body.replace("CALLBACK", &callback);
        assert_eq!(request.body.as_deref(), Some(body.as_str()));
    }

    #[test]
    fn text_goes_to_the_number_in_whatsapps_form() {
        let to = vec![
            identity(IdentityKind::Bsuid, "BR.13491208655302741918"),
            identity(IdentityKind::Phone, "5511987654321"),
            identity(IdentityKind::WaId, "551187654321"),
        ];
        check(
            &outbound(to, text("Olá \"Lucas\"\n2ª linha")),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"551187654321","type":"text","text":{"body":"Olá \"Lucas\"\n2ª linha"}CALLBACK"#,
        );
    }

    #[test]
    fn text_goes_to_the_dialled_number_where_whatsapps_form_is_not_known() {
        check(
            &outbound(vec![identity(IdentityKind::Phone, "+55 11 98765-4321")], text("Hi")),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"5511987654321","type":"text","text":{"body":"Hi"}CALLBACK"#,
        );
    }

    #[test]
    fn text_goes_to_the_user_id_where_no_number_is_known() {
        let to = vec![
            identity(IdentityKind::Bsuid, "US.13491208655302741918"),
            identity(IdentityKind::ParentBsuid, "US.ENT.1"),
            identity(IdentityKind::Username, "lucas"),
        ];
        check(
            &outbound(to, text("Hi")),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","recipient":"US.13491208655302741918","type":"text","text":{"body":"Hi"}CALLBACK"#,
        );
    }

    #[test]
    fn nothing_goes_to_a_display_name() {
        let to = vec![identity(IdentityKind::Username, "lucas"), identity(IdentityKind::Phone, "none")];
        assert_eq!(send("v26.0", "1", &outbound(to, text("Hi"))), Err(NoAddress));
    }

    #[test]
    fn an_answer_names_the_message_it_answers() {
        let mut outbound = outbound(vec![identity(IdentityKind::WaId, "1650")], text("Hi"));
        outbound.reply_to = Some("wamid.HBgL==".into());
        check(
            &outbound,
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"1650","type":"text","text":{"body":"Hi"},"context":{"message_id":"wamid.HBgL=="}CALLBACK"#,
        );
    }

    #[test]
    fn a_template_without_values_has_no_components() {
        check(
            &outbound(vec![identity(IdentityKind::WaId, "1650")], template(vec![], vec![])),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"1650","type":"template","template":{"name":"order_ready","language":{"code":"pt_BR"}}CALLBACK"#,
        );
    }

    #[test]
    fn positional_values_go_in_order() {
        let content = template(vec![value(None, "Lucas")], vec![value(None, "1234"), value(None, "€ 5,00")]);
        check(
            &outbound(vec![identity(IdentityKind::WaId, "1650")], content),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"1650","type":"template","template":{"name":"order_ready","language":{"code":"pt_BR"},"components":[{"type":"header","parameters":[{"text":"Lucas","type":"text"}]},{"type":"body","parameters":[{"text":"1234","type":"text"},{"text":"€ 5,00","type":"text"}]}]}CALLBACK"#,
        );
    }

    #[test]
    fn named_values_carry_their_names() {
        let content = template(vec![], vec![value(Some("order_id"), "1234")]);
        check(
            &outbound(vec![identity(IdentityKind::WaId, "1650")], content),
            r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"1650","type":"template","template":{"name":"order_ready","language":{"code":"pt_BR"},"components":[{"type":"body","parameters":[{"parameter_name":"order_id","text":"1234","type":"text"}]}]}CALLBACK"#,
        );
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        let outbound = outbound(vec![identity(IdentityKind::WaId, "1650")], text("Hi"));
        let request = send("v26.0", "../v1/me?x=", &outbound).expect("an address");
        assert_eq!(request.path, "/v26.0/v1mex/messages");
    }

    #[test]
    fn cards_an_offer_a_form_and_products_are_sent_in_the_documented_shapes() {
        let (picture, film) = (MediaId::from_bytes([1; 16]), MediaId::from_bytes([2; 16]));
        let file = |kind, media_id| Some(TemplateFile { kind, media_id, filename: None });
        let sent = |index, kind, value: Option<&str>| SentTemplateButton {
            index,
            kind,
            text: "Go".to_owned(),
            value: value.map(str::to_owned),
            leads_to: None,
            sections: Vec::new(),
        };
        let card = |media_id| SentTemplateCard {
            header_file: file(MediaKind::Image, media_id),
            header_product: None,
            body: vec![value(None, "Elif")],
            text: String::new(),
            buttons: vec![sent(0, TemplateButtonKind::Url, Some("7"))],
        };
        let template = |content: TemplateContent| {
            let files = ProviderFiles::from([(picture, "11".to_owned()), (film, "22".to_owned())]);
            let content = OutboundContent::Template(
                TemplateContent { name: "n".to_owned(), language: "en".to_owned(), ..content },
                files,
            );
            let to = vec![identity(IdentityKind::WaId, "1650")];
            let request = send("v26.0", "1", &outbound(to, content)).expect("an address");
            let body: Value = serde_json::from_str(&request.body.expect("a body")).expect("JSON");
            body["template"]["components"].clone()
        };
        let image =
            |id: &str| json!({"type": "header", "parameters": [{"type": "image", "image": {"id": id}}]});
        let words = json!({"type": "body", "parameters": [{"type": "text", "text": "Elif"}]});
        let end = json!({"type": "button", "sub_type": "url", "index": "0",
            "parameters": [{"type": "text", "text": "7"}]});
        assert_eq!(
            template(TemplateContent {
                cards: vec![card(picture), card(film)],
                ..TemplateContent::default()
            }),
            json!([{"type": "carousel", "cards": [
                {"card_index": 0, "components": [image("11"), words, end]},
                {"card_index": 1, "components": [image("22"), words, end]},
            ]}])
        );
        let offer = SentTemplateOffer {
            text: "Ends soon".to_owned(),
            ends_at: Some(switchboard_schema::Timestamp::from_millis(1_795_000_000_123)),
        };
        assert_eq!(
            template(TemplateContent {
                header_file: file(MediaKind::Video, film),
                offer: Some(Box::new(offer)),
                buttons: vec![sent(0, TemplateButtonKind::CopyCode, Some("SAVE10"))],
                ..TemplateContent::default()
            }),
            json!([
                {"type": "header", "parameters": [{"type": "video", "video": {"id": "22"}}]},
                {"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
                    "limited_time_offer": {"expiration_time_ms": 1_795_000_000_123_i64}}]},
                {"type": "button", "sub_type": "copy_code", "index": "0",
                    "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}]},
            ])
        );
        let sections = vec![ProductSection {
            title: "Bells".to_owned(),
            products: vec!["b1".to_owned(), "b2".to_owned()],
        }];
        assert_eq!(
            template(TemplateContent {
                header_product: Some(Box::new(TemplateProduct {
                    catalog_id: "cat".to_owned(),
                    product_id: "b1".to_owned(),
                })),
                buttons: vec![
                    sent(0, TemplateButtonKind::Flow, None),
                    SentTemplateButton { sections, ..sent(1, TemplateButtonKind::Products, Some("b1")) },
                    sent(2, TemplateButtonKind::Catalog, Some("b2")),
                    sent(3, TemplateButtonKind::Catalog, None),
                ],
                ..TemplateContent::default()
            }),
            json!([
                {"type": "header", "parameters": [{"type": "product",
                    "product": {"catalog_id": "cat", "product_retailer_id": "b1"}}]},
                {"type": "button", "sub_type": "flow", "index": "0",
                    "parameters": [{"type": "action", "action": {"flow_token": "unused"}}]},
                {"type": "button", "sub_type": "mpm", "index": "1",
                    "parameters": [{"type": "action", "action": {"thumbnail_product_retailer_id": "b1",
                        "sections": [{"title": "Bells", "product_items": [
                            {"product_retailer_id": "b1"}, {"product_retailer_id": "b2"}]}]}}]},
                {"type": "button", "sub_type": "catalog", "index": "2",
                    "parameters": [{"type": "action", "action": {"thumbnail_product_retailer_id": "b2"}}]},
            ])
        );
    }

    #[test]
    fn templates_are_read_page_by_page() {
        assert_eq!(
            templates("v26.0", "102290129340398", None).path,
            "/v26.0/102290129340398/message_templates?fields=name,language,category,status,parameter_format,components,quality_score,rejected_reason&limit=100"
        );
        assert!(
            templates("v26.0", "1", Some("QVFI+/=&x")).path.ends_with("&limit=100&after=QVFI%2B%2F%3D%26x")
        );
    }
}
