//! Templates: what is known of them, what may be sent with them, and what the provider takes as one.
//!
//! What is known comes in two ways that overtake each other: by reading, and by being told. Status, quality and category
//! are therefore each a fact with a time: the newest wins, whichever comes first. What is read counts from when the
//! reading began, as it may have been answered from any moment since.

use std::{collections::BTreeSet, time::Duration};

use switchboard_schema::{
    Timestamp,
    record::{Known, SeenFacts, TemplateBody},
    wire::{
        FillSource, SentTemplateButton, Template, TemplateButton, TemplateButtonKind, TemplateChange,
        TemplateDraft, TemplateFact, TemplateFill, TemplateHeaderFormat, TemplatePart, TemplateRequest,
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
/// Longest code that a button copies, in characters.
pub const MAX_CODE_CHARS: usize = 15;
/// Longest payload of a quick reply, in characters.
pub const MAX_PAYLOAD_CHARS: usize = 256;
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
            fills: Vec::new(),
            edited_at: Vec::new(),
        };
    };
    let mut body = known.clone();
    if asked_at >= known.read_at {
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
        TemplateNews::Category { category, announced: false } => {
            newest(&mut body.category, fact(category, None));
        }
        TemplateNews::Category { category, announced: true } => {
            newest_of(&mut body.announced, fact(category, None));
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
        TemplateNews::Quality { .. } | TemplateNews::Category { .. } => false,
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
    TemplateBody { seen, ..known.clone() }
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

/// What is not as it was when somebody last looked.
#[must_use]
pub fn changes(known: &TemplateBody) -> Vec<TemplateChange> {
    let mut changes = Vec::new();
    let seen = &known.seen;
    let day = |at: Timestamp| at.to_string().get(..10).unwrap_or_default().to_owned();
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
            price_words(&known.category.value, &next.value)
        );
        change(TemplateFact::Category, Some(&known.category.value), next, true, message);
    }
    if known.category.value != seen.category {
        let message = format!(
            "The category changed from {} to {} on {}. {}",
            seen.category.to_lowercase(),
            known.category.value.to_lowercase(),
            day(known.category.at),
            price_words(&seen.category, &known.category.value)
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
    changes
}

/// A category that is announced and not yet so.
fn announced(known: &TemplateBody) -> Option<&Known> {
    let next = known.announced.as_ref()?;
    (next.value != known.category.value && next.told_at >= known.category.at).then_some(next)
}

fn price_words(from: &str, to: &str) -> &'static str {
    match (from, to) {
        (_, "MARKETING") => {
            "It now costs the marketing price, the highest, also within the 24-hour window, and goes only to who wants marketing."
        }
        ("MARKETING", "UTILITY") => "It now costs the utility price, which is lower.",
        (_, "UTILITY") => "It now costs the utility price.",
        (_, "AUTHENTICATION") => "It now costs the authentication price.",
        _ => "What it costs may have changed.",
    }
}

fn status_words(status: &Known) -> String {
    let why =
        status.reason.as_deref().map(|reason| format!(" ({})", reason.to_lowercase().replace('_', " ")));
    let why = why.unwrap_or_default();
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
    if (told.told_at, &told.value) <= (known.told_at, &known.value) {
        return;
    }
    if told.value == known.value {
        // Told again: it is so since the first time.
        known.told_at = told.told_at;
        known.reason = told.reason.or(known.reason.take());
    } else {
        *known = told;
    }
}

fn newest_of(known: &mut Option<Known>, told: Known) {
    match known {
        Some(known) => newest(known, told),
        None => *known = Some(told),
    }
}

// Sending ----------------------------------------------------------------------------------------------------

type Checked = Result<(), Rejection>;

fn invalid(field: &'static str, message: impl Into<String>) -> Checked {
    Err(Rejection::Invalid { field, message: message.into() })
}

/// Checks that a request gives a template all that it needs, and nothing else.
///
/// # Errors
/// The field that is wrong, and how.
pub fn check_request(known: &Template, request: &TemplateRequest) -> Result<(), Rejection> {
    if !known.sendable {
        return invalid(
            "template.name",
            "this template has parts that this version does not know; choose another",
        );
    }
    let counts = [
        ("template.header", known.header_parameters.len(), request.header.len()),
        ("template.body", known.body_parameters.len(), request.body.len()),
    ];
    for (field, needed, given) in counts {
        if needed != given {
            return invalid(field, format!("this template needs {needed} values here, {given} were given"));
        }
    }
    let needs_file = known.header_file_kind().is_some();
    match &request.header_file {
        None if needs_file => {
            return invalid("template.header_file", "this template needs a file above its words; add one");
        }
        Some(_) if !needs_file => {
            return invalid(
                "template.header_file",
                "this template has no file above its words; leave it out",
            );
        }
        _ => {}
    }
    let needs_place = known.header_format == Some(TemplateHeaderFormat::Location);
    match &request.header_location {
        None if needs_place => {
            return invalid(
                "template.header_location",
                "this template needs a place above its words; add one",
            );
        }
        Some(_) if !needs_place => {
            return invalid(
                "template.header_location",
                "this template has no place above its words; leave it out",
            );
        }
        // WhatsApp takes no place above a template without these.
        Some(place) if place.name.is_none() || place.address.is_none() => {
            return invalid("template.header_location", "a place above a template has a name and an address");
        }
        _ => {}
    }
    check_button_values(known, request)
}

fn check_button_values(known: &Template, request: &TemplateRequest) -> Checked {
    const FIELD: &str = "template.buttons";
    let mut given = BTreeSet::new();
    for value in &request.buttons {
        if !given.insert(value.index) {
            return invalid(FIELD, format!("button {} has two values; give one", value.index));
        }
        let Some(button) = known.buttons.get(usize::from(value.index)) else {
            return invalid(FIELD, format!("this template has no button {}", value.index));
        };
        let most = match button.kind {
            TemplateButtonKind::QuickReply => MAX_PAYLOAD_CHARS,
            TemplateButtonKind::Url if button.needs_value => MAX_URL_CHARS,
            TemplateButtonKind::CopyCode => MAX_CODE_CHARS,
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
    }
    for button in buttons_of(known, request) {
        let needs = known.buttons.get(usize::from(button.index)).is_some_and(|known| known.needs_value);
        if needs && button.value.is_none() {
            return invalid(FIELD, format!("button {} ({}) needs a value", button.index, button.text));
        }
    }
    Ok(())
}

/// A template's buttons with the values of a request. The button of an authentication template takes the code of the
/// body where none is given for it.
#[must_use]
pub fn buttons_of(known: &Template, request: &TemplateRequest) -> Vec<SentTemplateButton> {
    let code = (known.category == "AUTHENTICATION").then(|| request.body.first()).flatten();
    let one = |(index, button): (u8, &TemplateButton)| {
        let given = request.buttons.iter().find(|value| value.index == index).map(|value| &value.value);
        let value = given.or(code.filter(|_| button.needs_value).map(|code| &code.text));
        SentTemplateButton { index, kind: button.kind, text: button.text.clone(), value: value.cloned() }
    };
    (0..).zip(&known.buttons).map(one).collect()
}

// What fills it ----------------------------------------------------------------------------------------------

/// Checks what is to fill a template's places.
///
/// # Errors
/// A place that it does not have, or one named twice.
pub fn check_fills(known: &Template, fills: &[TemplateFill]) -> Result<(), Rejection> {
    let mut places = BTreeSet::new();
    for fill in fills {
        let is_there = match fill.part {
            TemplatePart::Header => known.header_parameters.contains(&fill.placeholder),
            TemplatePart::Body => known.body_parameters.contains(&fill.placeholder),
            TemplatePart::Button => fill
                .placeholder
                .parse::<usize>()
                .ok()
                .and_then(|index| known.buttons.get(index))
                .is_some_and(|button| button.needs_value || button.kind == TemplateButtonKind::QuickReply),
        };
        if !is_there {
            return invalid("fills", format!("this template has no place called {}", fill.placeholder));
        }
        if !places.insert((fill.part as u8, &fill.placeholder)) {
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
    if !matches!(draft.category.as_str(), "MARKETING" | "UTILITY") {
        return invalid(
            "category",
            "choose MARKETING or UTILITY; templates with codes to sign in are made in WhatsApp's own manager, as their words are fixed",
        );
    }
    let named = is_named(&draft.body);
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
    check_buttons(&draft.buttons)
}

fn check_header(draft: &TemplateDraft, named: bool) -> Checked {
    match (draft.header_format, &draft.header) {
        (None, None) => Ok(()),
        (Some(TemplateHeaderFormat::Text), Some(words)) => {
            edge("header", "a header", words, MAX_EDGE_CHARS)?;
            if scan(words).count() > 1 {
                return invalid("header", "a header takes one placeholder at most");
            }
            check_places(
                "header",
                words,
                named && scan(words).next().is_some(),
                &draft.header_examples,
                "header_examples",
            )
        }
        (Some(TemplateHeaderFormat::Text) | None, _) => {
            invalid("header", "a header of words needs header_format text and its words")
        }
        (Some(TemplateHeaderFormat::Other), _) => {
            invalid("header_format", "a header is text, image, video, document or location")
        }
        (Some(_), Some(_)) => invalid("header", "a header that is a file or a place has no words"),
        (Some(TemplateHeaderFormat::Location), None) => Ok(()),
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
        let message = format!("give an example for each of the {} placeholders", places.len());
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
    use switchboard_schema::wire::{HeaderFile, Location, TemplateButtonValue, TemplateParameter};

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
        let body = told(
            &body,
            &update(6, TemplateNews::Category { category: "MARKETING".to_owned(), announced: false }),
        );
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
    fn a_category_that_is_announced_is_flagged_and_costs_what_it_cost_until_then() {
        let news = |announced| TemplateNews::Category { category: "MARKETING".to_owned(), announced };
        let body = told(&known(), &update(5, news(true)));
        assert_eq!(show(&body).category, "UTILITY");
        assert!(show(&body).changes[0].announced);
        let seen = see(&body);
        assert_eq!(changes(&seen), []);
        let became = show(&told(&seen, &update(90_000, news(false))));
        assert_eq!((became.category.as_str(), became.changes.len()), ("MARKETING", 1));
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
                News::Told(at, TemplateNews::Category { category: category.to_owned(), announced })
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
        let value = |index, value: &str| TemplateButtonValue { index, value: value.to_owned() };
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
            field(check_request(&known, &request))
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
    fn the_button_of_a_code_takes_the_code_of_the_body() {
        let mut known = template("APPROVED", "AUTHENTICATION", "GREEN");
        known.buttons = vec![button(TemplateButtonKind::Url, true)];
        let request = TemplateRequest {
            body: vec![TemplateParameter { name: None, text: "123456".to_owned() }],
            ..TemplateRequest::default()
        };
        assert_eq!(field(check_request(&known, &request)), None);
        assert_eq!(buttons_of(&known, &request)[0].value.as_deref(), Some("123456"));
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
