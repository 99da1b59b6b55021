//! Templates: what is known of them, what may be sent with them, and what the provider takes as one.
//!
//! What is known comes in two ways that overtake each other: by reading, and by being told. Status, quality and category
//! are therefore each a fact with a time: the newest wins, whichever comes first. What is read counts from when the
//! reading began, as it may have been answered from any moment since.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use switchboard_schema::{
    Timestamp,
    record::{Known, SeenFacts, TemplateBody},
    wire::{
        Content, FillSource, Location, OtpKind, SentTemplateButton, Template, TemplateAuthentication,
        TemplateButton, TemplateButtonKind, TemplateButtonValue, TemplateCard, TemplateChange, TemplateDraft,
        TemplateFact, TemplateFill, TemplateHeaderFormat, TemplateOffer, TemplateParameter, TemplatePart,
        TemplateProduct, TemplateRequest,
    },
};

use crate::{
    conversation::Rejection,
    inbound::{TemplateNews, TemplateUpdate},
};

/// Longest name of a template, in characters.
pub const MAX_NAME_CHARS: usize = 512;
/// Longest body, in characters.
pub const MAX_BODY_CHARS: usize = 1_024;
/// Longest header or footer, in characters.
pub const MAX_EDGE_CHARS: usize = 60;
/// Longest words on a button, in characters.
pub const MAX_BUTTON_CHARS: usize = 25;
/// Longest address of a button, in characters.
pub const MAX_URL_CHARS: usize = 2_000;
/// Longest number of a button, in characters.
pub const MAX_PHONE_CHARS: usize = 20;
/// Longest code, of a sign-in or one that a button copies, in characters.
pub const MAX_CODE_CHARS: usize = 15;
/// Longest payload of a quick reply, in characters.
pub const MAX_PAYLOAD_CHARS: usize = 256;
/// Longest body of a template with an offer, in characters.
pub const MAX_OFFER_BODY_CHARS: usize = 600;
/// Longest words of an offer, in characters.
pub const MAX_OFFER_CHARS: usize = 16;
/// Cards of a template: at least, and at most.
pub const CARDS: std::ops::RangeInclusive<usize> = 2..=10;
/// Longest words of a card, in characters.
pub const MAX_CARD_CHARS: usize = 160;
/// Buttons of a card, at most.
pub const MAX_CARD_BUTTONS: usize = 2;
/// Longest id of a catalogue, a product, a form or an app, in characters.
pub const MAX_ID_CHARS: usize = 256;
/// Sections of a list of products, at most.
pub const MAX_SECTIONS: usize = 10;
/// Products of a list, all sections together, at most.
pub const MAX_PRODUCTS: usize = 30;
/// Longest title of a section of products, in characters.
pub const MAX_SECTION_CHARS: usize = 24;
/// How many minutes a code may be said to hold.
pub const CODE_MINUTES: std::ops::RangeInclusive<u8> = 1..=90;
/// Length of the hash of an app's signing key, in characters.
pub const SIGNATURE_CHARS: usize = 11;
/// How long before it is so a category is announced, where it is not said from when on (Meta: impending category update).
pub const ANNOUNCED_BEFORE: Duration = Duration::from_secs(24 * 3_600);
/// Buttons of one template, at most.
pub const MAX_BUTTONS: usize = 10;
/// Buttons that open a page, at most.
pub const MAX_URL_BUTTONS: usize = 2;
/// Times an approved template may be changed within [`EDIT_DAY`].
pub const EDITS_A_DAY: usize = 1;
/// Times an approved template may be changed within [`EDIT_MONTH`].
pub const EDITS_A_MONTH: usize = 10;
/// The day of [`EDITS_A_DAY`].
pub const EDIT_DAY: Duration = Duration::from_secs(24 * 3_600);
/// The month of [`EDITS_A_MONTH`].
pub const EDIT_MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);

// What is known ----------------------------------------------------------------------------------------------

/// What is known of a template once it was read. `asked_at` is when the reading began.
#[must_use]
pub fn read(known: Option<&TemplateBody>, template: Template, asked_at: Timestamp) -> TemplateBody {
    let fact = |value: &str, reason: Option<String>| Known {
        at: asked_at,
        told_at: asked_at,
        value: value.to_owned(),
        reason,
    };
    let status = fact(&template.status, template.rejected_reason.clone());
    let quality = template.quality.as_deref().map(|quality| fact(quality, None));
    let category = fact(&template.category, None);
    let Some(known) = known else {
        let seen = SeenFacts {
            status: template.status.clone(),
            quality: template.quality.clone(),
            category: template.category.clone(),
            announced: None,
        };
        return TemplateBody {
            template: bare(template),
            read_at: asked_at,
            status,
            quality,
            category,
            announced: None,
            seen,
            reworded_at: None,
            fills: Vec::new(),
            edited_at: Vec::new(),
        };
    };
    let mut body = known.clone();
    if asked_at >= known.read_at {
        if is_reworded(&known.template, &template) {
            body.reworded_at = Some(asked_at);
        }
        body.template = bare(template);
        body.read_at = asked_at;
    }
    newest(&mut body.status, status);
    newest(&mut body.category, category);
    if let Some(quality) = quality {
        newest_of(&mut body.quality, quality);
    }
    body
}

/// What is known of a template once the provider told something of it.
#[must_use]
pub fn told(known: &TemplateBody, update: &TemplateUpdate) -> TemplateBody {
    let mut body = known.clone();
    let fact = |value: &str, reason: Option<String>| Known {
        at: update.at,
        told_at: update.at,
        value: value.to_owned(),
        reason,
    };
    match &update.news {
        TemplateNews::Status { event, reason } => {
            if let Some(status) = status_of(event) {
                let reason = reason.clone().filter(|reason| reason != "NONE");
                newest(&mut body.status, fact(status, reason));
            }
        }
        TemplateNews::Quality { score } => newest_of(&mut body.quality, fact(score, None)),
        TemplateNews::Category { category } => newest(&mut body.category, fact(category, None)),
        TemplateNews::NextCategory { category, from } => {
            let at = from.unwrap_or(update.at + ANNOUNCED_BEFORE);
            let next = Known { at, ..fact(category, None) };
            let of = |known: &Known| (known.told_at, known.at, known.value.clone());
            if body.announced.as_ref().is_none_or(|known| of(known) < of(&next)) {
                body.announced = Some(next);
            }
        }
        TemplateNews::Components => {}
    }
    body
}

/// Whether what the provider told can only be known whole by reading the templates again.
#[must_use]
pub fn must_be_read(update: &TemplateUpdate) -> bool {
    match &update.news {
        TemplateNews::Components => true,
        TemplateNews::Status { event, .. } => status_of(event).is_none() || event == "DELETED",
        TemplateNews::Quality { .. } | TemplateNews::Category { .. } | TemplateNews::NextCategory { .. } => {
            false
        }
    }
}

/// A template that was not among those read is gone, unless something of it is newer than the reading.
#[must_use]
pub fn is_gone(known: &TemplateBody, asked_at: Timestamp) -> bool {
    known.read_at < asked_at && known.status.told_at < asked_at
}

/// Somebody looked: nothing is flagged any more.
#[must_use]
pub fn see(known: &TemplateBody) -> TemplateBody {
    let seen = SeenFacts {
        status: known.status.value.clone(),
        quality: known.quality.as_ref().map(|quality| quality.value.clone()),
        category: known.category.value.clone(),
        announced: announced(known).map(|announced| announced.value.clone()),
    };
    TemplateBody { seen, reworded_at: None, ..known.clone() }
}

/// Do customers get to see other words or buttons? Nothing is said of one whose words, or all whose parts, were not known.
fn is_reworded(before: &Template, now: &Template) -> bool {
    let face = |of: &Template| {
        let button = |button: &TemplateButton| TemplateButton { example: None, ..button.clone() };
        let buttons = |list: &[TemplateButton]| list.iter().map(button).collect::<Vec<_>>();
        let card = |card: &TemplateCard| (card.header_format, card.body.clone(), buttons(&card.buttons));
        (
            (of.header_format, of.header.clone(), of.body.clone(), of.footer.clone(), of.offer.clone()),
            buttons(&of.buttons),
            of.cards.iter().map(card).collect::<Vec<_>>(),
        )
    };
    before.sendable && !before.body.is_empty() && face(before) != face(now)
}

/// A template as people are shown it.
#[must_use]
pub fn show(known: &TemplateBody) -> Template {
    Template {
        status: known.status.value.clone(),
        rejected_reason: known.status.reason.clone(),
        category: known.category.value.clone(),
        quality: known.quality.as_ref().map(|quality| quality.value.clone()),
        fills: known.fills.clone(),
        changes: changes(known),
        ..known.template.clone()
    }
}

/// Whether something is not as it was when somebody last looked, and worse for it: that it was approved is no such thing.
#[must_use]
pub fn wants_a_look(known: &TemplateBody) -> bool {
    let good = |change: &TemplateChange| change.what == TemplateFact::Status && change.to == "APPROVED";
    !changes(known).iter().all(good)
}

/// What is not as it was when somebody last looked.
#[must_use]
pub fn changes(known: &TemplateBody) -> Vec<TemplateChange> {
    let mut changes = Vec::new();
    let seen = &known.seen;
    let mut change = |what, from: Option<&str>, now: &Known, announced, message: String| {
        let (from, to) = (from.map(str::to_owned), now.value.clone());
        changes.push(TemplateChange { what, from, to, at: now.at, announced, message });
    };
    if let Some(next) = announced(known)
        && seen.announced.as_ref() != Some(&next.value)
    {
        let message = format!(
            "WhatsApp will file it under {}. {}",
            next.value.to_lowercase(),
            price_words(&known.category.value, &next.value, Some(next.at))
        );
        change(TemplateFact::Category, Some(&known.category.value), next, true, message);
    }
    if known.category.value != seen.category {
        let message = format!(
            "The category changed from {} to {} on {}. {}",
            seen.category.to_lowercase(),
            known.category.value.to_lowercase(),
            day(known.category.at),
            price_words(&seen.category, &known.category.value, None)
        );
        change(TemplateFact::Category, Some(&seen.category), &known.category, false, message);
    }
    if known.status.value != seen.status {
        let message = status_words(&known.status);
        change(TemplateFact::Status, Some(&seen.status), &known.status, false, message);
    }
    if let Some(quality) = &known.quality
        && seen.quality.as_ref() != Some(&quality.value)
        && let Some(message) = quality_words(&quality.value, seen.quality.as_deref())
    {
        change(TemplateFact::Quality, seen.quality.as_deref(), quality, false, message);
    }
    if let Some(at) = known.reworded_at {
        changes.push(TemplateChange {
            what: TemplateFact::Components,
            from: None,
            to: "CHANGED".to_owned(),
            at,
            announced: false,
            message: format!(
                "Its words or buttons were changed at WhatsApp on {}. Look at them before you send it.",
                day(at)
            ),
        });
    }
    changes
}

/// A category that is announced and not yet so.
fn announced(known: &TemplateBody) -> Option<&Known> {
    let next = known.announced.as_ref()?;
    (next.value != known.category.value && next.told_at >= known.category.at).then_some(next)
}

/// The day of a time, as it is told.
fn day(at: Timestamp) -> String {
    at.to_string().get(..10).unwrap_or_default().to_owned()
}

/// What a change of the category does to the price: from a time on, or since it came.
fn price_words(from: &str, to: &str, starting: Option<Timestamp>) -> String {
    let price = match (from, to) {
        (_, "MARKETING") => {
            "the marketing price, the highest, also within the 24-hour window, and goes only to who wants marketing"
        }
        ("MARKETING", "UTILITY") => "the utility price, which is lower",
        (_, "UTILITY") => "the utility price",
        (_, "AUTHENTICATION") => "the authentication price",
        _ => return "What it costs may have changed.".to_owned(),
    };
    match starting {
        Some(at) => format!("From {} on it costs {price}.", day(at)),
        None => format!("It now costs {price}."),
    }
}

fn status_words(status: &Known) -> String {
    let why = status.reason.as_deref().map_or_else(String::new, |reason| match is_prose(reason) {
        true => format!(": {}", reason.trim_end_matches(['.', ' '])),
        false => format!(" ({})", reason.to_lowercase().replace('_', " ")),
    });
    match status.value.as_str() {
        "APPROVED" => "It is approved and can be sent.".to_owned(),
        "REJECTED" => format!("WhatsApp rejected it{why}. Change it and submit it again."),
        "PAUSED" => {
            format!("WhatsApp paused it, as customers did not like it{why}. It cannot be sent for now.")
        }
        "DISABLED" => format!("WhatsApp disabled it{why}. It cannot be sent any more."),
        other => format!("It is {} at WhatsApp{why}.", other.to_lowercase().replace('_', " ")),
    }
}

fn quality_words(now: &str, before: Option<&str>) -> Option<String> {
    let bad = |quality: Option<&str>| matches!(quality, Some("YELLOW" | "RED"));
    match now {
        "RED" => Some(
            "Customers block or report it: its quality is low. WhatsApp may pause it. Send it to fewer people, or change it."
                .to_owned(),
        ),
        "YELLOW" => Some("Some customers do not like it: its quality is medium.".to_owned()),
        "GREEN" if bad(before) => Some("Its quality is high again.".to_owned()),
        _ => None,
    }
}

/// The status that an event leaves a template in; nothing where only reading tells.
fn status_of(event: &str) -> Option<&'static str> {
    Some(match event {
        "APPROVED" | "REINSTATED" => "APPROVED",
        "REJECTED" => "REJECTED",
        "PENDING" => "PENDING",
        "PAUSED" => "PAUSED",
        "DISABLED" => "DISABLED",
        "IN_APPEAL" => "IN_APPEAL",
        "PENDING_DELETION" => "PENDING_DELETION",
        "DELETED" => "DELETED",
        "LOCKED" => "LOCKED",
        "ARCHIVED" => "ARCHIVED",
        "LIMIT_EXCEEDED" => "LIMIT_EXCEEDED",
        _ => return None,
    })
}

/// Without what is a fact with a time of its own.
fn bare(template: Template) -> Template {
    Template {
        status: String::new(),
        category: String::new(),
        quality: None,
        rejected_reason: None,
        fills: Vec::new(),
        changes: Vec::new(),
        ..template
    }
}

fn newest(known: &mut Known, told: Known) {
    let is_newer = (told.told_at, &told.value) > (known.told_at, &known.value);
    if told.value == known.value {
        // Told again: it is so since the first time. A reading has but the name of a reason, whose words a webhook told.
        let in_words = |fact: &Known| fact.reason.as_deref().is_some_and(is_prose);
        let says_more = match (in_words(&told), in_words(known)) {
            (true, false) => true,
            (false, true) => false,
            _ => is_newer,
        };
        if says_more {
            known.reason = told.reason.or(known.reason.take());
        }
        known.told_at = known.told_at.max(told.told_at);
    } else if is_newer {
        *known = told;
    }
}

/// Is it in words, and not the name of a reason (`INVALID_FORMAT`)?
fn is_prose(reason: &str) -> bool {
    reason.contains(|c: char| c.is_whitespace() || c.is_lowercase())
}

fn newest_of(known: &mut Option<Known>, told: Known) {
    match known {
        Some(known) => newest(known, told),
        None => *known = Some(told),
    }
}

/// The statuses of a channel's templates, so far as they are known: what the permission to send one depends on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statuses(BTreeMap<String, BTreeMap<String, String>>);

impl Statuses {
    /// Notes the status of the template of this name in this language, or that there is none.
    pub fn set(&mut self, name: &str, language: &str, status: Option<&str>) {
        let languages = self.0.entry(name.to_owned()).or_default();
        match status {
            Some(status) => {
                languages.insert(language.to_owned(), status.to_owned());
            }
            None => {
                languages.remove(language);
                if languages.is_empty() {
                    self.0.remove(name);
                }
            }
        }
    }

    /// The status of the template that a message is; nothing where it is none, or that is not known, which is no reason
    /// not to try.
    #[must_use]
    pub fn of(&self, content: &Content) -> Option<&str> {
        let Content::Template(template) = content else { return None };
        self.0.get(&template.name)?.get(&template.language).map(String::as_str)
    }
}

// Sending ----------------------------------------------------------------------------------------------------

type Checked = Result<(), Rejection>;

fn invalid(field: &'static str, message: impl Into<String>) -> Checked {
    Err(Rejection::Invalid { field, message: message.into() })
}

/// Something of a template that takes values: the template itself, or one of its cards.
struct Face<'a> {
    above: Option<TemplateHeaderFormat>,
    body: &'a [String],
    buttons: &'a [TemplateButton],
}

/// What a request gives it.
struct Given<'a> {
    file: bool,
    place: Option<&'a Location>,
    product: Option<&'a TemplateProduct>,
    body: &'a [TemplateParameter],
    buttons: &'a [TemplateButtonValue],
}

/// Checks that a request gives a template all that it needs, and nothing else.
///
/// # Errors
/// The field that is wrong, and how.
pub fn check_request(known: &Template, request: &TemplateRequest, now: Timestamp) -> Result<(), Rejection> {
    if !known.sendable {
        return invalid(
            "template.name",
            "this template has parts that this version does not know; choose another",
        );
    }
    counts("template.header", known.header_parameters.len(), request.header.len())?;
    let face = Face { above: known.header_format, body: &known.body_parameters, buttons: &known.buttons };
    let given = Given {
        file: request.header_file.is_some(),
        place: request.header_location.as_deref(),
        product: request.header_product.as_deref(),
        body: &request.body,
        buttons: &request.buttons,
    };
    let code = code_of(known, request);
    code.map_or(Ok(()), check_code)?;
    check_face(&face, &given, code)?;
    match (known.offer.as_ref().is_some_and(|offer| offer.ends), request.offer_ends_at) {
        (true, None) => return invalid("template.offer_ends_at", "say when the offer of this template ends"),
        (false, Some(_)) => {
            return invalid("template.offer_ends_at", "this template has no offer that ends; leave it out");
        }
        (true, Some(at)) if at <= now => {
            return invalid("template.offer_ends_at", "an offer ends at a time to come");
        }
        _ => {}
    }
    counts("template.cards", known.cards.len(), request.cards.len())?;
    for (number, (card, values)) in (1..).zip(known.cards.iter().zip(&request.cards)) {
        let face =
            Face { above: Some(card.header_format), body: &card.body_parameters, buttons: &card.buttons };
        let given = Given {
            file: values.header_file.is_some(),
            place: None,
            product: values.header_product.as_ref(),
            body: &values.body,
            buttons: &values.buttons,
        };
        check_face(&face, &given, None).map_err(|rejection| of_card(number, rejection))?;
    }
    Ok(())
}

/// What is wrong with a card, by its number.
fn of_card(number: usize, rejection: Rejection) -> Rejection {
    match rejection {
        Rejection::Invalid { message, .. } => {
            Rejection::Invalid { field: "template.cards", message: format!("card {number}: {message}") }
        }
        other => other,
    }
}

fn counts(field: &'static str, needed: usize, given: usize) -> Checked {
    if needed == given {
        return Ok(());
    }
    invalid(field, format!("this template needs {needed} values here, {given} were given"))
}

fn check_face(face: &Face<'_>, given: &Given<'_>, code: Option<&TemplateParameter>) -> Checked {
    counts("template.body", face.body.len(), given.body.len())?;
    let above = |format| face.above == Some(format);
    let kinds = [
        (
            "template.header_file",
            "a file",
            face.above.and_then(TemplateHeaderFormat::file_kind).is_some(),
            given.file,
        ),
        ("template.header_location", "a place", above(TemplateHeaderFormat::Location), given.place.is_some()),
        (
            "template.header_product",
            "a product",
            above(TemplateHeaderFormat::Product),
            given.product.is_some(),
        ),
    ];
    for (field, what, needed, there) in kinds {
        if needed && !there {
            return invalid(field, format!("this template needs {what} above its words; add one"));
        }
        if there && !needed {
            return invalid(
                field,
                format!("nothing of this template takes {what} above its words; leave it out"),
            );
        }
    }
    // WhatsApp takes no place above a template without these.
    if given.place.is_some_and(|place| place.name.is_none() || place.address.is_none()) {
        return invalid("template.header_location", "a place above a template has a name and an address");
    }
    if let Some(product) = given.product {
        id("template.header_product", "the catalogue", &product.catalog_id)?;
        id("template.header_product", "the product", &product.product_id)?;
    }
    check_button_values(face.buttons, given.buttons, code)
}

fn id(field: &'static str, what: &str, id: &str) -> Checked {
    let chars = id.chars().count();
    if id.trim().is_empty() || chars > MAX_ID_CHARS || id.contains(|letter: char| letter.is_control()) {
        return invalid(field, format!("{what} has an id of 1 to {MAX_ID_CHARS} characters"));
    }
    Ok(())
}

fn check_button_values(
    known: &[TemplateButton],
    given: &[TemplateButtonValue],
    code: Option<&TemplateParameter>,
) -> Checked {
    const FIELD: &str = "template.buttons";
    let mut seen = BTreeSet::new();
    for value in given {
        if !seen.insert(value.index) {
            return invalid(FIELD, format!("button {} has two values; give one", value.index));
        }
        let Some(button) = known.get(usize::from(value.index)) else {
            return invalid(FIELD, format!("this template has no button {}", value.index));
        };
        let most = match button.kind {
            TemplateButtonKind::QuickReply | TemplateButtonKind::Flow => MAX_PAYLOAD_CHARS,
            TemplateButtonKind::Url if button.needs_value => MAX_URL_CHARS,
            TemplateButtonKind::CopyCode => MAX_CODE_CHARS,
            TemplateButtonKind::Catalog | TemplateButtonKind::Products => MAX_ID_CHARS,
            _ => return invalid(FIELD, format!("button {} takes no value; leave it out", value.index)),
        };
        let chars = value.value.chars().count();
        if value.value.trim().is_empty() || chars > most {
            return invalid(
                FIELD,
                format!("button {} takes 1 to {most} characters, this has {chars}", value.index),
            );
        }
        if value.value.contains(|letter: char| letter.is_control()) {
            return invalid(FIELD, format!("button {} takes one line of text", value.index));
        }
        match button.kind {
            TemplateButtonKind::Products => check_sections(value)?,
            _ if !value.sections.is_empty() => {
                return invalid(FIELD, format!("button {} opens no list of products", value.index));
            }
            _ => {}
        }
    }
    for button in with_values(known, given, code) {
        let needs = known.get(usize::from(button.index)).is_some_and(|known| known.needs_value);
        if needs && button.value.is_none() {
            return invalid(FIELD, format!("button {} ({}) needs a value", button.index, button.text));
        }
    }
    Ok(())
}

fn check_sections(value: &TemplateButtonValue) -> Checked {
    const FIELD: &str = "template.buttons";
    let count: usize = value.sections.iter().map(|section| section.products.len()).sum();
    if value.sections.is_empty()
        || value.sections.len() > MAX_SECTIONS
        || value.sections.iter().any(|section| section.products.is_empty())
        || count > MAX_PRODUCTS
    {
        return invalid(
            FIELD,
            format!("a list has 1 to {MAX_SECTIONS} sections with products, at most {MAX_PRODUCTS} in all"),
        );
    }
    for section in &value.sections {
        edge(FIELD, "the title of a section", &section.title, MAX_SECTION_CHARS)?;
        section.products.iter().try_for_each(|product| id(FIELD, "a product", product))?;
    }
    Ok(())
}

/// The code of an authentication template: its button takes that of the body where none is given for it.
fn code_of<'a>(known: &Template, request: &'a TemplateRequest) -> Option<&'a TemplateParameter> {
    (known.category == "AUTHENTICATION").then(|| request.body.first()).flatten()
}

/// WhatsApp takes a code of [`MAX_CODE_CHARS`] characters.
fn check_code(code: &TemplateParameter) -> Checked {
    let chars = code.text.chars().count();
    if chars > MAX_CODE_CHARS {
        return invalid(
            "template.body",
            format!("a code has at most {MAX_CODE_CHARS} characters, this has {chars}"),
        );
    }
    Ok(())
}

/// Must each send give a button of this kind a value?
#[must_use]
pub fn needs_value(kind: TemplateButtonKind, url: Option<&str>) -> bool {
    match kind {
        TemplateButtonKind::Url => url.is_some_and(|url| scan(url).next().is_some()),
        TemplateButtonKind::CopyCode | TemplateButtonKind::Products => true,
        _ => false,
    }
}

/// A template's buttons with the values of a request.
#[must_use]
pub fn buttons_of(known: &Template, request: &TemplateRequest) -> Vec<SentTemplateButton> {
    with_values(&known.buttons, &request.buttons, code_of(known, request))
}

/// Buttons with their values.
#[must_use]
pub fn with_values(
    known: &[TemplateButton],
    given: &[TemplateButtonValue],
    code: Option<&TemplateParameter>,
) -> Vec<SentTemplateButton> {
    let one = |(index, button): (u8, &TemplateButton)| {
        let given = given.iter().find(|value| value.index == index);
        let value =
            given.map(|given| &given.value).or(code.filter(|_| button.needs_value).map(|code| &code.text));
        // The address behind a code is the provider's own: nobody goes there.
        let leads_to = if code.is_some() { None } else { leads_to(button, value) };
        SentTemplateButton {
            index,
            kind: button.kind,
            text: button.text.clone(),
            value: value.cloned(),
            leads_to,
            sections: given.map(|given| given.sections.clone()).unwrap_or_default(),
        }
    };
    (0..).zip(known).map(one).collect()
}

/// Where a button leads with its value: a page's whole address, or the number that it calls.
fn leads_to(button: &TemplateButton, value: Option<&String>) -> Option<String> {
    match button.kind {
        TemplateButtonKind::Url => {
            let url = button.url.as_deref()?;
            match scan(url).next() {
                Some(place) => {
                    value.map(|value| format!("{}{value}{}", &url[..place.start], &url[place.end..]))
                }
                None => Some(url.to_owned()),
            }
        }
        TemplateButtonKind::PhoneNumber => button.phone_number.clone(),
        _ => None,
    }
}

// What fills it ----------------------------------------------------------------------------------------------

/// Checks what is to fill a template's places.
///
/// # Errors
/// A place that it does not have, or one named twice.
pub fn check_fills(known: &Template, fills: &[TemplateFill]) -> Result<(), Rejection> {
    let mut places = BTreeSet::new();
    for fill in fills {
        let card = match fill.card {
            None => None,
            Some(index) => match known.cards.get(usize::from(index)) {
                None => return invalid("fills", format!("this template has no card {index}")),
                card => card,
            },
        };
        let buttons = card.map_or(&known.buttons, |card| &card.buttons);
        let is_there = match fill.part {
            TemplatePart::Header => card.is_none() && known.header_parameters.contains(&fill.placeholder),
            TemplatePart::Body => {
                card.map_or(&known.body_parameters, |card| &card.body_parameters).contains(&fill.placeholder)
            }
            TemplatePart::Button => {
                fill.placeholder.parse::<usize>().ok().and_then(|index| buttons.get(index)).is_some_and(
                    |button| {
                        matches!(button.kind, TemplateButtonKind::QuickReply | TemplateButtonKind::Flow)
                            || (button.needs_value && button.kind != TemplateButtonKind::Products)
                    },
                )
            }
        };
        if !is_there {
            return invalid("fills", format!("this template has no place called {}", fill.placeholder));
        }
        if !places.insert((fill.card, fill.part as u8, &fill.placeholder)) {
            return invalid("fills", format!("the place {} is filled twice", fill.placeholder));
        }
        let words = fill.text.as_deref().unwrap_or_default().trim();
        if (fill.source == FillSource::Text) == words.is_empty() {
            return invalid("fills", "give words with a fixed text, and none with a contact's field");
        }
    }
    Ok(())
}

// What the provider takes as one -----------------------------------------------------------------------------

/// Checks a template that is to be submitted, by Meta's rules.
///
/// # Errors
/// The field that is wrong, and what to do.
pub fn check_draft(draft: &TemplateDraft) -> Result<(), Rejection> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if draft.name.is_empty() || draft.name.len() > MAX_NAME_CHARS || !draft.name.bytes().all(good) {
        return invalid(
            "name",
            format!("a name has 1 to {MAX_NAME_CHARS} of these: a to z, digits, underscore"),
        );
    }
    let parts: Vec<&str> = draft.language.split('_').collect();
    let letters = |part: &str, few: usize, many: usize| {
        (few..=many).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if parts.len() > 2 || !letters(parts[0], 2, 3) || parts.get(1).is_some_and(|land| !letters(land, 2, 4)) {
        return invalid("language", "a language is written like en, en_US or pt_BR");
    }
    match (draft.category.as_str(), &draft.authentication) {
        ("AUTHENTICATION", Some(chosen)) => return check_authentication(draft, chosen),
        ("AUTHENTICATION", None) => {
            return invalid(
                "authentication",
                "say how the code is handed over: otp is copy_code, one_tap or zero_tap",
            );
        }
        ("MARKETING" | "UTILITY", None) => {}
        ("MARKETING" | "UTILITY", Some(_)) => {
            return invalid("authentication", "only a template of the category AUTHENTICATION has a code");
        }
        _ => return invalid("category", "choose MARKETING, UTILITY or AUTHENTICATION"),
    }
    let named = is_draft_named(draft);
    check_header(draft, named)?;
    edge("body", "the body", &draft.body, MAX_BODY_CHARS)?;
    check_places("body", &draft.body, named, &draft.body_examples, "body_examples")?;
    let body = draft.body.trim();
    if body.starts_with("{{") || body.ends_with("}}") {
        return invalid("body", "a body neither begins nor ends with a placeholder; add words around it");
    }
    let places = scan(&draft.body).count();
    let words = draft.body.split_whitespace().filter(|word| !word.contains("{{")).count();
    // Meta's refusal 2388293; the exact ratio is not told.
    if places > 0 && words < 2 * places + 1 {
        return invalid("body", "too many placeholders for so few words; add words");
    }
    if let Some(footer) = &draft.footer {
        edge("footer", "a footer", footer, MAX_EDGE_CHARS)?;
        if scan(footer).next().is_some() {
            return invalid("footer", "a footer takes no placeholder");
        }
    }
    check_buttons(&draft.buttons)?;
    if draft.buttons.iter().any(|button| button.kind == TemplateButtonKind::Product)
        != (draft.header_format == Some(TemplateHeaderFormat::Product))
    {
        return invalid(
            "buttons",
            "a product stands above its words, and one button opens it: both or neither",
        );
    }
    if let Some(offer) = &draft.offer {
        check_offer(draft, offer)?;
    }
    if !draft.cards.is_empty() {
        check_cards(draft, named)?;
    }
    Ok(())
}

/// A template with a code. (Meta: authentication templates; its words are fixed, with what is chosen here.)
fn check_authentication(draft: &TemplateDraft, chosen: &TemplateAuthentication) -> Checked {
    const FIELD: &str = "authentication";
    let has_words = !draft.body.is_empty()
        || draft.header_format.is_some()
        || draft.header.is_some()
        || draft.footer.is_some()
        || !draft.buttons.is_empty()
        || !draft.cards.is_empty()
        || draft.offer.is_some();
    if has_words {
        return invalid("body", "the words of a template with a code are WhatsApp's own; leave yours out");
    }
    if chosen.code_expiration_minutes.is_some_and(|minutes| !CODE_MINUTES.contains(&minutes)) {
        let (least, most) = (CODE_MINUTES.start(), CODE_MINUTES.end());
        return invalid(FIELD, format!("a code expires in {least} to {most} minutes"));
    }
    if let Some(words) = &chosen.text {
        edge(FIELD, "the button", words, MAX_BUTTON_CHARS)?;
    }
    match (chosen.otp, &chosen.package_name, &chosen.signature_hash) {
        (OtpKind::CopyCode, None, None) => Ok(()),
        (OtpKind::CopyCode, ..) => invalid(FIELD, "a code that is copied goes to no app; leave the app out"),
        (_, Some(package), Some(signature)) => {
            let good = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            let parts: Vec<&str> = package.split('.').collect();
            if parts.len() < 2
                || package.len() > MAX_ID_CHARS
                || parts.iter().any(|part| part.is_empty() || !part.chars().all(good))
            {
                return invalid(FIELD, "an app's package name is written like com.example.app");
            }
            if signature.len() != SIGNATURE_CHARS || !signature.is_ascii() {
                return invalid(
                    FIELD,
                    format!("the hash of the app's signing key has {SIGNATURE_CHARS} characters"),
                );
            }
            Ok(())
        }
        _ => invalid(
            FIELD,
            "name the app that takes the code: its package name and the hash of its signing key",
        ),
    }
}

/// An offer that ends. (Meta: limited-time offer templates.)
fn check_offer(draft: &TemplateDraft, offer: &TemplateOffer) -> Checked {
    const FIELD: &str = "offer";
    edge(FIELD, "an offer", &offer.text, MAX_OFFER_CHARS)?;
    if draft.category != "MARKETING" {
        return invalid(FIELD, "an offer is marketing; choose that category");
    }
    if !matches!(draft.header_format, None | Some(TemplateHeaderFormat::Image | TemplateHeaderFormat::Video))
    {
        return invalid(FIELD, "above an offer stands a picture, a film or nothing");
    }
    if draft.footer.is_some() || !draft.cards.is_empty() {
        return invalid(FIELD, "an offer has no footer and no cards");
    }
    let chars = draft.body.chars().count();
    if chars > MAX_OFFER_BODY_CHARS {
        return invalid(
            "body",
            format!("with an offer a body has at most {MAX_OFFER_BODY_CHARS} characters, this has {chars}"),
        );
    }
    let kinds: Vec<_> = draft.buttons.iter().map(|button| button.kind).collect();
    match kinds.as_slice() {
        [TemplateButtonKind::CopyCode, TemplateButtonKind::Url] => Ok(()),
        [TemplateButtonKind::Url] if !offer.ends => Ok(()),
        _ => invalid(
            "buttons",
            "an offer has a button that copies a code, then one that opens a page; one that does not end may go without the code",
        ),
    }
}

/// Cards to swipe through. (Meta: media card and product card carousel templates.)
fn check_cards(draft: &TemplateDraft, named: bool) -> Checked {
    const FIELD: &str = "cards";
    if !CARDS.contains(&draft.cards.len()) {
        return invalid(FIELD, format!("a template has {} to {} cards", CARDS.start(), CARDS.end()));
    }
    if draft.header_format.is_some() || draft.footer.is_some() || !draft.buttons.is_empty() {
        return invalid(FIELD, "above the cards stand words alone: no header, footer or buttons");
    }
    let first = &draft.cards[0];
    let shape = |card: &TemplateCard| {
        let kinds: Vec<_> = card.buttons.iter().map(|button| button.kind).collect();
        (card.header_format, card.body.is_empty(), kinds)
    };
    for (number, card) in (1..).zip(&draft.cards) {
        let checked = check_card(card, named).and_then(|()| {
            if shape(card) == shape(first) {
                return Ok(());
            }
            invalid(FIELD, "all cards have the same parts: the same kind of header and of buttons, all with words or none")
        });
        checked.map_err(|rejection| match rejection {
            Rejection::Invalid { message, .. } => {
                Rejection::Invalid { field: FIELD, message: format!("card {number}: {message}") }
            }
            other => other,
        })?;
    }
    Ok(())
}

fn check_card(card: &TemplateCard, named: bool) -> Checked {
    const FIELD: &str = "cards";
    let is_product = match card.header_format {
        TemplateHeaderFormat::Image | TemplateHeaderFormat::Video => false,
        TemplateHeaderFormat::Product => true,
        _ => return invalid(FIELD, "above a card stands a picture, a film or a product"),
    };
    if !is_product && card.header_file.is_none() {
        return invalid(FIELD, "WhatsApp wants to see an example of what stands above: add a file");
    }
    if !card.body.is_empty() {
        edge(FIELD, "a card", &card.body, MAX_CARD_CHARS)?;
        check_places(FIELD, &card.body, named, &card.body_examples, FIELD)?;
    } else if !is_product && !card.body_examples.is_empty() {
        return invalid(FIELD, "a card without words takes no examples");
    }
    if card.buttons.is_empty() || card.buttons.len() > MAX_CARD_BUTTONS {
        return invalid(FIELD, format!("a card has 1 to {MAX_CARD_BUTTONS} buttons"));
    }
    let fits = |kind| match kind {
        TemplateButtonKind::QuickReply | TemplateButtonKind::Url => true,
        TemplateButtonKind::PhoneNumber => !is_product,
        TemplateButtonKind::Product => is_product,
        _ => false,
    };
    if !card.buttons.iter().all(|button| fits(button.kind)) {
        return invalid(FIELD, "a card's buttons answer, open a page or call; a product's open the product");
    }
    check_buttons(&card.buttons)
}

fn check_header(draft: &TemplateDraft, named: bool) -> Checked {
    match (draft.header_format, &draft.header) {
        (None, None) => Ok(()),
        (Some(TemplateHeaderFormat::Text), Some(words)) => {
            edge("header", "a header", words, MAX_EDGE_CHARS)?;
            if scan(words).count() > 1 {
                return invalid("header", "a header takes one placeholder at most");
            }
            check_places("header", words, named, &draft.header_examples, "header_examples")
        }
        (Some(TemplateHeaderFormat::Text) | None, _) => {
            invalid("header", "a header of words needs header_format text and its words")
        }
        (Some(TemplateHeaderFormat::Other), _) => {
            invalid("header_format", "a header is text, image, video, document, location or product")
        }
        (Some(_), Some(_)) => invalid("header", "a header that is a file or a place has no words"),
        (Some(TemplateHeaderFormat::Location | TemplateHeaderFormat::Product), None) => Ok(()),
        (Some(_), None) => match draft.header_file {
            Some(_) => Ok(()),
            None => invalid("header_file", "WhatsApp wants to see an example: add a file"),
        },
    }
}

/// Placeholders in sequence, each with an example.
fn check_places(
    field: &'static str,
    words: &str,
    named: bool,
    examples: &[String],
    examples_field: &'static str,
) -> Checked {
    let places = placeholders(words, named);
    if words.matches("{{").count() != scan(words).count() {
        return invalid(field, "a placeholder is written {{1}} or {{first_name}}, with nothing else in it");
    }
    if named {
        let good = |name: &String| {
            name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if !places.iter().all(|name| good(name) && name.parse::<u32>().is_err()) {
            return invalid(
                field,
                "placeholders go all by number or all by name; a name has a to z, digits and underscores",
            );
        }
    } else if places.iter().zip(1_u32..).any(|(name, number)| *name != number.to_string()) {
        return invalid(field, "placeholders are numbered in sequence: {{1}}, {{2}}, {{3}}");
    }
    if examples.len() != places.len() || examples.iter().any(|example| example.trim().is_empty()) {
        let message = match places.len() {
            1 => "give an example for the placeholder".to_owned(),
            count => format!("give an example for each of the {count} placeholders"),
        };
        return invalid(examples_field, message);
    }
    Ok(())
}

fn check_buttons(buttons: &[TemplateButton]) -> Checked {
    const FIELD: &str = "buttons";
    if buttons.len() > MAX_BUTTONS {
        return invalid(FIELD, format!("a template has at most {MAX_BUTTONS} buttons"));
    }
    let count = |kind| buttons.iter().filter(|button| button.kind == kind).count();
    if count(TemplateButtonKind::Url) > MAX_URL_BUTTONS {
        return invalid(FIELD, format!("at most {MAX_URL_BUTTONS} buttons open a page"));
    }
    if count(TemplateButtonKind::PhoneNumber) > 1 || count(TemplateButtonKind::CopyCode) > 1 {
        return invalid(FIELD, "at most one button calls a number, and one copies a code");
    }
    let alone = [TemplateButtonKind::Flow, TemplateButtonKind::Catalog, TemplateButtonKind::Products];
    if buttons.len() > 1 && alone.iter().any(|kind| count(*kind) > 0) {
        return invalid(FIELD, "a button that opens a form, the catalogue or products stands alone");
    }
    for button in buttons {
        if button.kind != TemplateButtonKind::CopyCode {
            edge(FIELD, "a button", &button.text, MAX_BUTTON_CHARS)?;
            if button.text.contains("{{") || button.text.contains('\n') {
                return invalid(FIELD, "a button's words take no placeholder and no line break");
            }
        }
        let example = button.example.as_deref().unwrap_or_default().trim();
        match button.kind {
            TemplateButtonKind::QuickReply => {}
            TemplateButtonKind::Url => {
                let url = button.url.as_deref().unwrap_or_default();
                if !(url.starts_with("https://") || url.starts_with("http://"))
                    || url.chars().count() > MAX_URL_CHARS
                {
                    return invalid(
                        FIELD,
                        format!(
                            "a page's address begins with https:// and has at most {MAX_URL_CHARS} characters"
                        ),
                    );
                }
                let places = scan(url).count();
                if places > 1
                    || (places == 1 && !url.ends_with("{{1}}"))
                    || (places == 0 && url.contains("{{"))
                {
                    return invalid(FIELD, "an address takes one placeholder, {{1}}, at its end");
                }
                if places == 1 && example.is_empty() {
                    return invalid(FIELD, "give an example for the end of the address");
                }
            }
            TemplateButtonKind::PhoneNumber => {
                let number = button.phone_number.as_deref().unwrap_or_default();
                let digits = number.strip_prefix('+').unwrap_or(number);
                if digits.len() < 7
                    || number.len() > MAX_PHONE_CHARS
                    || !digits.bytes().all(|byte| byte.is_ascii_digit())
                {
                    return invalid(FIELD, "give the number in international form, such as +31612345678");
                }
            }
            TemplateButtonKind::CopyCode => {
                if example.is_empty() || example.chars().count() > MAX_CODE_CHARS {
                    return invalid(
                        FIELD,
                        format!("give an example of the code, at most {MAX_CODE_CHARS} characters"),
                    );
                }
            }
            TemplateButtonKind::Flow => {
                id(FIELD, "the form that a button opens", button.flow_id.as_deref().unwrap_or_default())?;
            }
            TemplateButtonKind::Catalog | TemplateButtonKind::Products | TemplateButtonKind::Product => {}
            TemplateButtonKind::Other => return invalid(FIELD, "this kind of button is not known here"),
        }
    }
    // Quick replies stand together: first or last.
    let runs = buttons
        .windows(2)
        .filter(|pair| {
            (pair[0].kind == TemplateButtonKind::QuickReply)
                != (pair[1].kind == TemplateButtonKind::QuickReply)
        })
        .count();
    if runs > 1 {
        return invalid(FIELD, "quick replies stand together, before or after the other buttons");
    }
    Ok(())
}

/// May a template be changed now, to this? (Meta: only approved, rejected or paused ones; an approved one once a day and
/// ten times in 30 days, its category never.)
///
/// # Errors
/// The field that stands against it, and what to do.
pub fn may_edit(known: &TemplateBody, draft: &TemplateDraft, now: Timestamp) -> Result<(), Rejection> {
    if draft.name != known.template.name || draft.language != known.template.language {
        return invalid("draft.name", "name and language of a template stay; make another one instead");
    }
    let status = known.status.value.as_str();
    if !matches!(status, "APPROVED" | "REJECTED" | "PAUSED") {
        let status = status.to_lowercase().replace('_', " ");
        return invalid("draft", format!("it is {status} now; wait until WhatsApp has decided"));
    }
    if status != "APPROVED" {
        return Ok(());
    }
    if draft.category != known.category.value {
        return invalid(
            "draft.category",
            "the category of an approved template stays; make another one instead",
        );
    }
    let within = |span: Duration| known.edited_at.iter().filter(|at| now.since(**at) < span).count();
    if within(EDIT_DAY) >= EDITS_A_DAY {
        return invalid("draft", "an approved template can be changed once in 24 hours; try again tomorrow");
    }
    if within(EDIT_MONTH) >= EDITS_A_MONTH {
        return invalid(
            "draft",
            "an approved template can be changed ten times in 30 days; make another one",
        );
    }
    Ok(())
}

fn edge(field: &'static str, what: &str, text: &str, most: usize) -> Checked {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        invalid(field, format!("{what} needs words"))
    } else if chars > most {
        invalid(field, format!("{what} has at most {most} characters, this has {chars}"))
    } else {
        Ok(())
    }
}

// Placeholders -----------------------------------------------------------------------------------------------

/// Do the placeholders of these words go by name?
#[must_use]
pub fn is_named(words: &str) -> bool {
    scan(words).any(|found| found.name.parse::<u32>().is_err())
}

/// Do the placeholders of a draft go by name, wherever they stand?
#[must_use]
pub fn is_draft_named(draft: &TemplateDraft) -> bool {
    let cards = draft.cards.iter().map(|card| card.body.as_str());
    draft.header.as_deref().into_iter().chain([draft.body.as_str()]).chain(cards).any(is_named)
}

/// The placeholders of a text, each once: by number in the order of the numbers, by name as they come.
#[must_use]
pub fn placeholders(words: &str, named: bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for found in scan(words) {
        if !names.iter().any(|name| name == found.name) {
            names.push(found.name.to_owned());
        }
    }
    if !named {
        names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
    }
    names
}

/// A placeholder within words.
#[derive(Debug)]
pub struct Placeholder<'w> {
    /// Its name or number.
    pub name: &'w str,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it has ended, in bytes.
    pub end: usize,
}

/// Finds every `{{name}}`.
pub fn scan(words: &str) -> impl Iterator<Item = Placeholder<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + words[at..].find("{{")?;
            let inner = start + 2;
            let close = inner + words[inner..].find("}}")?;
            let name = words[inner..close].trim();
            let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if !name.is_empty() && name.bytes().all(good) {
                at = close + 2;
                return Some(Placeholder { name, start, end: at });
            }
            // The braces may belong to a placeholder that begins a byte later.
            at = start + 1;
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::wire::{HeaderFile, ProductSection, TemplateCardValues};

    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_795_000_000 + secs)
    }

    fn template(status: &str, category: &str, quality: &str) -> Template {
        Template {
            id: Some("1".to_owned()),
            name: "order_ready".to_owned(),
            language: "en_US".to_owned(),
            status: status.to_owned(),
            category: category.to_owned(),
            quality: Some(quality.to_owned()),
            body: "Hi {{1}}, it is ready.".to_owned(),
            body_parameters: vec!["1".to_owned()],
            sendable: true,
            ..Template::default()
        }
    }

    fn known() -> TemplateBody {
        read(None, template("APPROVED", "UTILITY", "GREEN"), at(0))
    }

    fn update(secs: i64, news: TemplateNews) -> TemplateUpdate {
        TemplateUpdate { name: "order_ready".to_owned(), language: "en_US".to_owned(), at: at(secs), news }
    }

    fn status(event: &str, reason: Option<&str>) -> TemplateNews {
        TemplateNews::Status { event: event.to_owned(), reason: reason.map(Into::into) }
    }

    #[test]
    fn what_is_told_changes_it_at_once_and_is_flagged_until_somebody_looks() {
        let body = told(&known(), &update(5, status("PAUSED", Some("quality"))));
        let body = told(&body, &update(6, TemplateNews::Category { category: "MARKETING".to_owned() }));
        let body = told(&body, &update(7, TemplateNews::Quality { score: "RED".to_owned() }));
        let shown = show(&body);
        assert_eq!((shown.status.as_str(), shown.category.as_str()), ("PAUSED", "MARKETING"));
        let facts: Vec<_> = shown.changes.iter().map(|change| change.what).collect();
        assert_eq!(facts, [TemplateFact::Category, TemplateFact::Status, TemplateFact::Quality]);
        let category = &shown.changes[0];
        assert_eq!((category.from.as_deref(), category.to.as_str()), (Some("UTILITY"), "MARKETING"));
        assert!(category.message.contains("marketing price"), "{}", category.message);
        assert_eq!(show(&see(&body)).changes, []);
    }

    #[test]
    fn an_approval_is_told_and_nobody_needs_to_look_at_it() {
        let pending = read(None, template("PENDING", "UTILITY", "UNKNOWN"), at(0));
        let approved = told(&pending, &update(5, status("APPROVED", None)));
        assert_eq!(show(&approved).changes.len(), 1);
        assert!(!wants_a_look(&approved));
        let moved = TemplateNews::Category { category: "MARKETING".to_owned() };
        assert!(wants_a_look(&told(&approved, &update(6, moved))));
        assert!(wants_a_look(&told(&pending, &update(5, status("REJECTED", None)))));
    }

    #[test]
    fn a_category_that_is_announced_is_flagged_and_costs_what_it_cost_until_then() {
        let next = |from| TemplateNews::NextCategory { category: "MARKETING".to_owned(), from };
        let body = told(&known(), &update(5, next(None)));
        assert_eq!(show(&body).category, "UTILITY");
        assert!(show(&body).changes[0].announced);
        let begins = |body: &TemplateBody| show(body).changes[0].at;
        assert_eq!(begins(&body), at(5) + ANNOUNCED_BEFORE, "it is told a day before");
        let later = told(&body, &update(6, next(Some(at(600_000)))));
        assert_eq!(begins(&later), at(600_000));
        let day = day(at(600_000));
        assert!(show(&later).changes[0].message.contains(&format!("From {day} on")), "{later:?}");
        let seen = see(&body);
        assert_eq!(changes(&seen), []);
        let became = TemplateNews::Category { category: "MARKETING".to_owned() };
        let became = show(&told(&seen, &update(90_000, became)));
        assert_eq!((became.category.as_str(), became.changes.len()), ("MARKETING", 1));
    }

    #[test]
    fn the_words_of_a_rejection_outlive_the_name_that_a_reading_has_for_it_whichever_comes_first() {
        let words = "It asks for a card number. Leave that out.";
        let named = |secs| {
            let rejected = Template {
                rejected_reason: Some("ABUSIVE_CONTENT".to_owned()),
                ..template("REJECTED", "UTILITY", "GREEN")
            };
            (rejected, at(secs))
        };
        let rejected = update(5, status("REJECTED", Some(words)));
        let read_after =
            |body: &TemplateBody, (template, at): (Template, Timestamp)| read(Some(body), template, at);
        let told_first = read_after(&told(&known(), &rejected), named(9));
        let read_first = told(&read_after(&known(), named(9)), &rejected);
        for body in [told_first, read_first] {
            assert_eq!(body.status.reason.as_deref(), Some(words));
            assert_eq!(
                show(&body).changes[0].message,
                "WhatsApp rejected it: It asks for a card number. Leave that out. Change it and submit it again."
            );
        }
        // Of the words of two webhooks the newer count, in whichever order they come.
        let older = update(4, status("REJECTED", Some("It asks for something.")));
        for body in [told(&told(&known(), &rejected), &older), told(&told(&known(), &older), &rejected)] {
            assert_eq!(body.status.reason.as_deref(), Some(words));
        }
        let only_read = show(&read_after(&known(), named(9)));
        assert!(only_read.changes[0].message.starts_with("WhatsApp rejected it (abusive content). "));
    }

    #[test]
    fn what_was_told_after_a_reading_began_outlives_it_and_what_is_older_does_not() {
        let paused = told(&known(), &update(10, status("PAUSED", None)));
        let before = read(Some(&paused), template("APPROVED", "UTILITY", "GREEN"), at(9));
        assert_eq!(before.status.value, "PAUSED", "the reading may have been answered before");
        let after = read(Some(&paused), template("APPROVED", "UTILITY", "GREEN"), at(11));
        assert_eq!(after.status.value, "APPROVED");
        let late = told(&after, &update(10, status("PAUSED", None)));
        assert_eq!(late.status.value, "APPROVED", "it is no news any more");
        assert!(is_gone(&after, at(12)));
        assert!(!is_gone(&told(&after, &update(13, status("APPROVED", None))), at(12)));
    }

    #[derive(Debug, Clone)]
    enum News {
        Read(i64, &'static str, &'static str),
        Told(i64, TemplateNews),
    }

    fn news() -> impl Strategy<Value = News> {
        let statuses = || proptest::sample::select(vec!["APPROVED", "PAUSED", "DISABLED", "REJECTED"]);
        let categories = || proptest::sample::select(vec!["UTILITY", "MARKETING"]);
        prop_oneof![
            (0_i64..20, statuses(), categories())
                .prop_map(|(at, status, category)| News::Read(at, status, category)),
            (0_i64..20, statuses()).prop_map(|(at, event)| News::Told(at, status(event, None))),
            (0_i64..20, categories(), any::<bool>()).prop_map(|(at, category, announced)| {
                let category = category.to_owned();
                News::Told(
                    at,
                    match announced {
                        true => TemplateNews::NextCategory { category, from: None },
                        false => TemplateNews::Category { category },
                    },
                )
            }),
        ]
    }

    proptest! {
        #[test]
        fn reading_and_being_told_agree_in_every_order(
            list in prop::collection::vec(news(), 1..8).prop_shuffle(),
            order in any::<prop::sample::Index>(),
        ) {
            let whole = |list: &[News]| {
                list.iter().fold(known(), |body, news| match news {
                    News::Read(secs, status, category) => {
                        read(Some(&body), template(status, category, "GREEN"), at(*secs))
                    }
                    News::Told(secs, news) => told(&body, &update(*secs, news.clone())),
                })
            };
            let mut other = list.clone();
            other.rotate_left(order.index(list.len()));
            other.reverse();
            let facts = |body: &TemplateBody| {
                let value = |known: &Known| (known.value.clone(), known.told_at);
                (value(&body.status), value(&body.category), body.announced.as_ref().map(value), body.read_at)
            };
            prop_assert_eq!(facts(&whole(&list)), facts(&whole(&other)));
            let twice: Vec<_> = list.iter().chain(&list).cloned().collect();
            prop_assert_eq!(facts(&whole(&list)), facts(&whole(&twice)), "told again it is the same");
        }
    }

    fn field(checked: Result<(), Rejection>) -> Option<&'static str> {
        match checked {
            Ok(()) => None,
            Err(Rejection::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other}"),
        }
    }

    fn button(kind: TemplateButtonKind, needs_value: bool) -> TemplateButton {
        TemplateButton {
            kind,
            text: "Go".to_owned(),
            url: None,
            phone_number: None,
            flow_id: None,
            example: None,
            needs_value,
        }
    }

    #[test]
    fn a_request_gives_a_template_all_that_it_needs_and_nothing_else() {
        let mut known = template("APPROVED", "UTILITY", "GREEN");
        known.header_format = Some(TemplateHeaderFormat::Image);
        known.buttons =
            vec![button(TemplateButtonKind::QuickReply, false), button(TemplateButtonKind::CopyCode, true)];
        let value =
            |index, value: &str| TemplateButtonValue { index, value: value.to_owned(), sections: Vec::new() };
        let file = HeaderFile { media_id: switchboard_schema::MediaId::from_bytes([1; 16]), filename: None };
        let whole = TemplateRequest {
            body: vec![TemplateParameter { name: None, text: "Elif".to_owned() }],
            header_file: Some(Box::new(file)),
            buttons: vec![value(1, "SAVE10")],
            ..TemplateRequest::default()
        };
        let check = |change: fn(&mut TemplateRequest)| {
            let mut request = whole.clone();
            change(&mut request);
            field(check_request(&known, &request, at(0)))
        };
        assert_eq!(check(|_| ()), None);
        assert_eq!(check(|request| request.body.clear()), Some("template.body"));
        assert_eq!(check(|request| request.header_file = None), Some("template.header_file"));
        assert_eq!(check(|request| request.buttons.clear()), Some("template.buttons"));
        assert_eq!(check(|request| request.buttons[0].value = "x".repeat(16)), Some("template.buttons"));
        assert_eq!(check(|request| request.buttons[0].index = 2), Some("template.buttons"));
        assert_eq!(
            check(|request| {
                let place = Location { latitude: 0.0, longitude: 0.0, name: None, address: None, url: None };
                request.header_location = Some(Box::new(place));
            }),
            Some("template.header_location")
        );
    }

    #[test]
    fn a_button_tells_where_it_leads_with_its_value() {
        let mut known = template("APPROVED", "UTILITY", "GREEN");
        let mut page = button(TemplateButtonKind::Url, true);
        page.url = Some("https://a.example/{{1}}".to_owned());
        let mut fixed = button(TemplateButtonKind::Url, false);
        fixed.url = Some("https://a.example/".to_owned());
        let mut call = button(TemplateButtonKind::PhoneNumber, false);
        call.phone_number = Some("+3110".to_owned());
        known.buttons = vec![page, fixed, call, button(TemplateButtonKind::QuickReply, false)];
        let value = TemplateButtonValue { index: 0, value: "42".to_owned(), sections: Vec::new() };
        let request = TemplateRequest { buttons: vec![value], ..TemplateRequest::default() };
        let lead = |known: &Template| -> Vec<Option<String>> {
            buttons_of(known, &request).into_iter().map(|button| button.leads_to).collect()
        };
        let to = |there: &str| Some(there.to_owned());
        assert_eq!(lead(&known), [to("https://a.example/42"), to("https://a.example/"), to("+3110"), None]);
    }

    #[test]
    fn the_button_of_a_code_takes_the_code_of_the_body() {
        let mut known = template("APPROVED", "AUTHENTICATION", "GREEN");
        known.buttons = vec![button(TemplateButtonKind::Url, true)];
        let request = TemplateRequest {
            body: vec![TemplateParameter { name: None, text: "123456".to_owned() }],
            ..TemplateRequest::default()
        };
        assert_eq!(field(check_request(&known, &request, at(0))), None);
        let mut longer = request.clone();
        longer.body[0].text = "1".repeat(MAX_CODE_CHARS + 1);
        assert_eq!(field(check_request(&known, &longer, at(0))), Some("template.body"));
        known.buttons[0].url =
            Some("https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code={{1}}".to_owned());
        let button = &buttons_of(&known, &request)[0];
        assert_eq!(button.value.as_deref(), Some("123456"));
        assert_eq!(button.leads_to, None, "it copies");
    }

    fn draft() -> TemplateDraft {
        TemplateDraft {
            name: "order_ready".to_owned(),
            language: "en_US".to_owned(),
            category: "UTILITY".to_owned(),
            header_format: None,
            header: None,
            body: "Hi {{1}}, your order {{2}} is ready to be collected at our shop.".to_owned(),
            footer: None,
            buttons: Vec::new(),
            header_examples: Vec::new(),
            body_examples: vec!["Elif".to_owned(), "1234".to_owned()],
            header_file: None,
            offer: None,
            cards: Vec::new(),
            authentication: None,
        }
    }

    #[test]
    fn a_draft_is_refused_by_the_field_that_meta_would_refuse() {
        let check = |change: &dyn Fn(&mut TemplateDraft)| {
            let mut changed = draft();
            change(&mut changed);
            field(check_draft(&changed))
        };
        assert_eq!(check(&|_| ()), None);
        assert_eq!(check(&|draft| draft.name = "Order Ready".to_owned()), Some("name"));
        assert_eq!(check(&|draft| draft.language = "English please".to_owned()), Some("language"));
        assert_eq!(check(&|draft| draft.category = "NEWS".to_owned()), Some("category"));
        assert_eq!(check(&|draft| draft.body = "x".repeat(MAX_BODY_CHARS + 1)), Some("body"));
        for body in [
            "{{1}} is ready {{2}} now it is",
            "It is ready, {{1}} and then {{2}}",
            "Hi {{1}} and {{3}} at the shop today",
        ] {
            assert_eq!(check(&|draft| draft.body = body.to_owned()), Some("body"), "{body}");
        }
        assert_eq!(check(&|draft| draft.body = "a {{1}} {{2}} b".to_owned()), Some("body"), "too dense");
        assert_eq!(check(&|draft| draft.body_examples.truncate(1)), Some("body_examples"));
        assert_eq!(check(&|draft| draft.footer = Some("x".repeat(61))), Some("footer"));
        assert_eq!(
            check(&|draft| draft.header_format = Some(TemplateHeaderFormat::Image)),
            Some("header_file")
        );
        let reply = || button(TemplateButtonKind::QuickReply, false);
        let page = |url: &str| TemplateButton {
            url: Some(url.to_owned()),
            example: Some("1".to_owned()),
            ..button(TemplateButtonKind::Url, false)
        };
        assert_eq!(check(&|draft| draft.buttons = vec![reply(), page("https://a.example/{{1}}")]), None);
        for buttons in [
            vec![reply(); 11],
            vec![reply(), page("https://a.example"), reply()],
            vec![page("https://a.example/{{1}}/x")],
            vec![page("javascript:alert(1)")],
            vec![TemplateButton { text: "x".repeat(26), ..reply() }],
        ] {
            assert_eq!(check(&|draft| draft.buttons.clone_from(&buttons)), Some("buttons"), "{buttons:?}");
        }
    }

    fn product(id: &str) -> TemplateProduct {
        TemplateProduct { catalog_id: "cat".to_owned(), product_id: id.to_owned() }
    }

    #[test]
    fn cards_offers_and_products_are_filled_in_whole_or_refused_by_name() {
        let mut known = template("APPROVED", "MARKETING", "GREEN");
        known.offer = Some(TemplateOffer { text: "Ends soon".to_owned(), ends: true });
        known.buttons = vec![button(TemplateButtonKind::Products, true)];
        known.cards = vec![
            TemplateCard {
                header_format: TemplateHeaderFormat::Product,
                body: "For {{1}}".to_owned(),
                body_parameters: vec!["1".to_owned()],
                body_examples: Vec::new(),
                buttons: vec![button(TemplateButtonKind::Url, true)],
                header_file: None,
            };
            2
        ];
        let words = |text: &str| vec![TemplateParameter { name: None, text: text.to_owned() }];
        let sections = vec![ProductSection { title: "Bells".to_owned(), products: vec!["b1".to_owned()] }];
        let card = TemplateCardValues {
            header_file: None,
            header_product: Some(product("p1")),
            body: words("Elif"),
            buttons: vec![TemplateButtonValue { index: 0, value: "p1".to_owned(), sections: Vec::new() }],
        };
        let whole = TemplateRequest {
            body: words("Elif"),
            offer_ends_at: Some(at(60)),
            buttons: vec![TemplateButtonValue { index: 0, value: "b1".to_owned(), sections }],
            cards: vec![card.clone(), card],
            ..TemplateRequest::default()
        };
        let check = |change: &dyn Fn(&mut TemplateRequest)| {
            let mut request = whole.clone();
            change(&mut request);
            field(check_request(&known, &request, at(0)))
        };
        assert_eq!(check(&|_| ()), None);
        assert_eq!(check(&|request| request.offer_ends_at = None), Some("template.offer_ends_at"));
        assert_eq!(check(&|request| request.offer_ends_at = Some(at(0))), Some("template.offer_ends_at"));
        assert_eq!(check(&|request| request.buttons[0].sections.clear()), Some("template.buttons"));
        assert_eq!(
            check(&|request| request.buttons[0].sections[0].products = vec!["x".to_owned(); MAX_PRODUCTS + 1]),
            Some("template.buttons")
        );
        assert_eq!(
            check(&|request| request.header_product = Some(Box::new(product("p1")))),
            Some("template.header_product")
        );
        for change in [
            (&|request: &mut TemplateRequest| drop(request.cards.pop())) as &dyn Fn(&mut TemplateRequest),
            &|request| request.cards[1].header_product = None,
            &|request| request.cards[1].body.clear(),
            &|request| request.cards[1].buttons.clear(),
        ] {
            assert_eq!(check(change), Some("template.cards"));
        }
        let mut second = whole.clone();
        second.cards[1].body.clear();
        let said = check_request(&known, &second, at(0)).expect_err("it lacks words").to_string();
        assert!(said.starts_with("card 2: "), "{said}");
        let fill = |card, placeholder: &str| TemplateFill {
            part: TemplatePart::Body,
            card,
            placeholder: placeholder.to_owned(),
            source: FillSource::FirstName,
            text: None,
        };
        assert_eq!(
            field(check_fills(&known, &[fill(None, "1"), fill(Some(0), "1"), fill(Some(1), "1")])),
            None
        );
        assert_eq!(field(check_fills(&known, &[fill(Some(2), "1")])), Some("fills"));
        assert_eq!(field(check_fills(&known, &[fill(Some(1), "1"), fill(Some(1), "1")])), Some("fills"));
    }

    #[test]
    fn a_draft_with_a_code_has_no_words_of_ours_and_names_the_app_that_takes_it() {
        let chosen = TemplateAuthentication {
            add_security_recommendation: true,
            code_expiration_minutes: Some(10),
            otp: OtpKind::CopyCode,
            text: None,
            package_name: None,
            signature_hash: None,
        };
        let check = |body: &str, change: &dyn Fn(&mut TemplateAuthentication)| {
            let mut chosen = chosen.clone();
            change(&mut chosen);
            field(check_draft(&TemplateDraft {
                category: "AUTHENTICATION".to_owned(),
                body: body.to_owned(),
                body_examples: Vec::new(),
                authentication: Some(chosen),
                ..draft()
            }))
        };
        assert_eq!(check("", &|_| ()), None);
        assert_eq!(check("Your code is {{1}}", &|_| ()), Some("body"));
        for minutes in [0, 91] {
            assert_eq!(
                check("", &|chosen| chosen.code_expiration_minutes = Some(minutes)),
                Some("authentication")
            );
        }
        assert_eq!(check("", &|chosen| chosen.otp = OtpKind::OneTap), Some("authentication"));
        let app = |chosen: &mut TemplateAuthentication| {
            chosen.otp = OtpKind::ZeroTap;
            chosen.package_name = Some("com.example.app".to_owned());
            chosen.signature_hash = Some("K8a/AINcGX7".to_owned());
        };
        assert_eq!(check("", &app), None);
        assert_eq!(
            check("", &|chosen| {
                app(chosen);
                chosen.signature_hash = Some("short".to_owned());
            }),
            Some("authentication")
        );
        let without = TemplateDraft { category: "AUTHENTICATION".to_owned(), ..draft() };
        assert_eq!(field(check_draft(&without)), Some("authentication"));
        let beside = TemplateDraft { authentication: Some(chosen), ..draft() };
        assert_eq!(field(check_draft(&beside)), Some("authentication"));
    }

    #[test]
    fn drafts_with_an_offer_with_cards_and_with_a_form_are_refused_by_the_field_that_meta_would_refuse() {
        let page = || TemplateButton {
            url: Some("https://a.example/".to_owned()),
            ..button(TemplateButtonKind::Url, false)
        };
        let copy = || TemplateButton {
            example: Some("SAVE10".to_owned()),
            ..button(TemplateButtonKind::CopyCode, false)
        };
        let file = switchboard_schema::MediaId::from_bytes([1; 16]);
        let offer = TemplateDraft {
            category: "MARKETING".to_owned(),
            header_format: Some(TemplateHeaderFormat::Image),
            header_file: Some(file),
            offer: Some(TemplateOffer { text: "Ends soon".to_owned(), ends: true }),
            buttons: vec![copy(), page()],
            ..draft()
        };
        let check = |of: &TemplateDraft, change: &dyn Fn(&mut TemplateDraft)| {
            let mut changed = of.clone();
            change(&mut changed);
            field(check_draft(&changed))
        };
        assert_eq!(check(&offer, &|_| ()), None);
        assert_eq!(check(&offer, &|draft| draft.category = "UTILITY".to_owned()), Some("offer"));
        assert_eq!(check(&offer, &|draft| draft.footer = Some("Bye".to_owned())), Some("offer"));
        let place = |draft: &mut TemplateDraft| draft.header_format = Some(TemplateHeaderFormat::Location);
        assert_eq!(check(&offer, &place), Some("offer"));
        assert_eq!(check(&offer, &|draft| draft.buttons.reverse()), Some("buttons"));
        assert_eq!(check(&offer, &|draft| drop(draft.buttons.remove(0))), Some("buttons"));
        let card = || TemplateCard {
            header_format: TemplateHeaderFormat::Image,
            body: "It rings, {{1}}.".to_owned(),
            body_parameters: Vec::new(),
            body_examples: vec!["Elif".to_owned()],
            buttons: vec![page()],
            header_file: Some(file),
        };
        let cards = TemplateDraft { cards: vec![card(), card()], ..draft() };
        assert_eq!(check(&cards, &|_| ()), None);
        assert_eq!(check(&cards, &|draft| drop(draft.cards.pop())), Some("cards"));
        assert_eq!(check(&cards, &|draft| draft.cards = vec![card(); 11]), Some("cards"));
        assert_eq!(check(&cards, &|draft| draft.cards[1].buttons[0] = copy()), Some("cards"));
        assert_eq!(check(&cards, &|draft| draft.cards[1].header_file = None), Some("cards"));
        assert_eq!(
            check(&cards, &|draft| draft.cards[1].header_format = TemplateHeaderFormat::Video),
            Some("cards"),
            "they are built alike"
        );
        assert_eq!(check(&cards, &|draft| draft.footer = Some("Bye".to_owned())), Some("cards"));
        let form = |flow_id: Option<&str>| TemplateButton {
            flow_id: flow_id.map(str::to_owned),
            ..button(TemplateButtonKind::Flow, false)
        };
        assert_eq!(check(&draft(), &|draft| draft.buttons = vec![form(Some("77"))]), None);
        assert_eq!(check(&draft(), &|draft| draft.buttons = vec![form(None)]), Some("buttons"));
        assert_eq!(check(&draft(), &|draft| draft.buttons = vec![form(Some("77")), page()]), Some("buttons"));
        let shown = |draft: &mut TemplateDraft| draft.header_format = Some(TemplateHeaderFormat::Product);
        assert_eq!(check(&draft(), &shown), Some("buttons"), "a button opens it");
        assert_eq!(
            check(&draft(), &|draft| {
                shown(draft);
                draft.buttons = vec![button(TemplateButtonKind::Product, false)];
            }),
            None
        );
    }

    #[test]
    fn other_words_at_the_provider_are_flagged_until_somebody_looks() {
        let mut changed = template("APPROVED", "UTILITY", "GREEN");
        changed.body_examples = vec!["Sam".to_owned()];
        let same = read(Some(&known()), changed.clone(), at(5));
        assert_eq!(changes(&same), [], "examples are nobody's business");
        changed.buttons = vec![button(TemplateButtonKind::QuickReply, false)];
        let body = read(Some(&same), changed.clone(), at(6));
        let facts: Vec<_> = changes(&body).iter().map(|change| change.what).collect();
        assert_eq!(facts, [TemplateFact::Components]);
        assert_eq!(changes(&read(Some(&body), changed.clone(), at(7))).len(), 1, "read again it stays");
        let seen = see(&body);
        assert_eq!(changes(&seen), []);
        assert_eq!(changes(&read(Some(&seen), changed, at(8))), []);
    }

    #[test]
    fn an_approved_template_is_changed_once_a_day_and_ten_times_a_month() {
        let hour = |hours: u64| at(0) + Duration::from_secs(hours * 3_600);
        let mut body = known();
        assert_eq!(field(may_edit(&body, &draft(), hour(0))), None);
        body.edited_at = vec![hour(0)];
        assert_eq!(field(may_edit(&body, &draft(), hour(23))), Some("draft"));
        assert_eq!(field(may_edit(&body, &draft(), hour(24))), None);
        body.edited_at = (0..10).map(|day| hour(day * 24)).collect();
        assert_eq!(field(may_edit(&body, &draft(), hour(11 * 24))), Some("draft"));
        assert_eq!(field(may_edit(&body, &draft(), hour(30 * 24))), None);
        let marketing = TemplateDraft { category: "MARKETING".to_owned(), ..draft() };
        assert_eq!(field(may_edit(&known(), &marketing, hour(0))), Some("draft.category"));
        let rejected = told(&known(), &update(5, status("REJECTED", Some("SCAM"))));
        assert_eq!(field(may_edit(&rejected, &marketing, hour(0))), None);
        let pending = told(&known(), &update(5, status("PENDING", None)));
        assert_eq!(field(may_edit(&pending, &draft(), hour(0))), Some("draft"));
    }
}
