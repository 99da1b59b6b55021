//! The words of a message, of whatever kind: what is looked through, and what of it is shown. And the numbers in a text.

use serde_json::Value;
use switchboard_schema::wire::{
    Answer, Attachment, ContactCard, Content, Identity, IdentityKind, Interactive, InteractiveAction,
    InteractiveHeader, Location, Message,
};

use crate::phone::is_number;

/// Numbers of one text that are looked at.
pub const NUMBERS_MAX: usize = 20;
/// Fewest digits of a number in a text: with fewer it is an amount or a year, which is found as a word.
const TEXT_DIGITS_MIN: usize = 6;
/// Most digits of a number (ITU-T E.164).
const DIGITS_MAX: usize = crate::phone::MAX_DIGITS;

/// What a message says, its parts on lines of their own; nothing of one that was taken back, that says nothing, or that tells
/// what happened to the conversation.
#[must_use]
pub fn said(message: &Message) -> Option<String> {
    if message.deleted_at.is_some() {
        return None;
    }
    let filled = match &message.content {
        Content::Answer(Answer::Form { response, .. }) => filled(response),
        _ => String::new(),
    };
    let mut parts: Vec<&str> = Vec::new();
    match &message.content {
        Content::Text(text) => parts.push(&text.body),
        Content::Note(note) => parts.push(&note.body),
        Content::Image(file)
        | Content::Video(file)
        | Content::Audio(file)
        | Content::Document(file)
        | Content::Sticker(file) => attachment(file, &mut parts),
        Content::Location(place) => location(place, &mut parts),
        Content::Contacts(cards) => cards.cards.iter().for_each(|one| card(one, &mut parts)),
        Content::Interactive(asked) => interactive(asked, &mut parts),
        Content::Answer(answer) => match answer {
            Answer::Button { title, .. } | Answer::QuickReply { title, .. } => parts.push(title),
            Answer::Row { title, description, .. } => {
                parts.push(title);
                parts.extend(description.as_deref());
            }
            Answer::Form { .. } => parts.push(&filled),
            Answer::CallPermission { .. } => {}
        },
        Content::Order(order) => {
            parts.extend(order.text.as_deref());
            parts.extend(order.products.iter().map(|product| &*product.product_id));
        }
        Content::Template(template) => {
            parts.extend(template.header_text.as_deref());
            match &template.text {
                Some(text) => parts.push(text),
                None => {
                    parts.push(&template.name);
                    parts.extend(template.body.iter().map(|parameter| &*parameter.text));
                }
            }
            parts.extend(template.footer.as_deref());
        }
        Content::Reaction(_) | Content::Call(_) | Content::System(_) | Content::Unsupported(_) => {}
    }
    parts.retain(|part| !part.trim().is_empty());
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// What somebody filled in, a field on each line; as it came where it is no form that we know. The flow's token is ours, not
/// theirs.
fn filled(response: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str(response) else { return response.to_owned() };
    let shown = fields.iter().filter(|(name, _)| *name != "flow_token").map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{}: {value}", name.replace('_', " "))
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// Does it come with a file?
#[must_use]
pub const fn has_file(message: &Message) -> bool {
    message.deleted_at.is_none()
        && matches!(
            message.content,
            Content::Image(_)
                | Content::Video(_)
                | Content::Audio(_)
                | Content::Document(_)
                | Content::Sticker(_)
        )
}

fn attachment<'a>(file: &'a Attachment, parts: &mut Vec<&'a str>) {
    parts.extend(file.caption.as_deref());
    parts.extend(file.filename.as_deref());
}

fn location<'a>(place: &'a Location, parts: &mut Vec<&'a str>) {
    parts.extend(place.name.as_deref());
    parts.extend(place.address.as_deref());
}

fn card<'a>(card: &'a ContactCard, parts: &mut Vec<&'a str>) {
    parts.push(&card.name);
    parts.extend(card.organization.as_deref());
    parts.extend(card.phones.iter().map(|one| &*one.phone));
    parts.extend(card.emails.iter().map(|one| &*one.value));
    parts.extend(card.addresses.iter().map(|one| &*one.value));
}

fn interactive<'a>(asked: &'a Interactive, parts: &mut Vec<&'a str>) {
    if let Some(InteractiveHeader::Text { text }) = &asked.header {
        parts.push(text);
    }
    parts.push(&asked.body);
    parts.extend(asked.footer.as_deref());
    match &asked.action {
        InteractiveAction::Buttons { buttons } => parts.extend(buttons.iter().map(|one| &*one.title)),
        InteractiveAction::List { sections, .. } => {
            for row in sections.iter().flat_map(|section| &section.rows) {
                parts.push(&row.title);
                parts.extend(row.description.as_deref());
            }
        }
        InteractiveAction::CtaUrl { display_text, .. } => parts.push(display_text),
        InteractiveAction::LocationRequest | InteractiveAction::ContactRequest => {}
    }
}

/// Does this stand between the digits of a number?
fn parts_digits(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '\u{2011}' | '(' | ')' | '/' | '+')
}

/// The digits of a text that may be a number or a part of one, without the zeros that are dialled before it.
#[must_use]
pub fn digits_of(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.chars().all(|letter| letter.is_ascii_digit() || parts_digits(letter)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (!digits.is_empty() && digits.len() <= DIGITS_MAX).then(|| digits.to_owned())
}

/// The numbers in a text, as digits, at most [`NUMBERS_MAX`].
#[must_use]
pub fn numbers_in(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    for run in text.split(|letter: char| !letter.is_ascii_digit() && !parts_digits(letter)) {
        if numbers.len() >= NUMBERS_MAX {
            break;
        }
        numbers.extend(digits_of(run).filter(|digits| digits.len() >= TEXT_DIGITS_MIN));
    }
    numbers
}

/// The numbers among somebody's addresses.
pub fn numbers_of(identities: &[Identity]) -> impl Iterator<Item = &str> {
    identities.iter().filter(|one| is_number(one)).map(|one| &*one.value)
}

/// Every ending of a number that is looked for by its first digits: so any part of a number finds it.
pub fn endings(number: &str) -> impl Iterator<Item = &str> {
    let ends = number.len().min(DIGITS_MAX).saturating_sub(super::query::DIGITS_MIN);
    (0..=ends).filter_map(move |from| number.get(from..number.len().min(DIGITS_MAX)))
}

/// What somebody is found by: their name, and what they call themselves.
#[must_use]
pub fn names_of(name: &str, identities: &[Identity]) -> String {
    let called = identities.iter().filter(|one| one.kind == IdentityKind::Username);
    std::iter::once(name).chain(called.map(|one| &*one.value)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_text_are_found_however_they_are_written() {
        let text = "Call +31 6 1234 5678 or (020) 555-0123, order 42 from 2024.";
        assert_eq!(numbers_in(text), ["31612345678", "205550123"]);
        assert!(numbers_in("1.000.000.000.000.000.000").is_empty(), "longer than any number");
        assert_eq!(numbers_in(&"+31612345678,".repeat(100)).len(), NUMBERS_MAX);
    }

    #[test]
    fn a_filled_form_says_its_fields_and_not_its_token() {
        let form = r#"{"flow_token":"t.1","pick_up_day":"Thursday","bikes":2}"#;
        assert_eq!(filled(form), "bikes: 2\npick up day: Thursday");
        for odd in ["[1]", "not JSON", ""] {
            assert_eq!(filled(odd), odd);
        }
    }

    #[test]
    fn any_part_of_a_number_begins_one_of_its_endings() {
        let all: Vec<_> = endings("31612345678").collect();
        for part in ["316", "612345678", "5678", "678"] {
            assert!(all.iter().any(|ending| ending.starts_with(part)), "{part}");
        }
        assert_eq!(endings("12").collect::<Vec<_>>(), ["12"]);
    }
}
