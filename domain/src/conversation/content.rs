//! What a message may say, by the provider's rules (Meta: messages, and the guides of each type).

use std::collections::BTreeSet;

use switchboard_schema::wire::{
    Attachment, ContactCard, Content, Interactive, InteractiveAction, InteractiveHeader, ListSection,
    Location, MAX_PARAMETER_CHARS, MAX_TEXT_CHARS, ReplyButton, TemplateContent, TemplateParameter,
};

use super::Rejection;
use crate::template::CARDS;

/// Longest caption, and longest body of an interactive message without a list, in characters.
pub const MAX_CAPTION_CHARS: usize = 1_024;
/// Longest name of a file, in characters.
pub const MAX_FILENAME_CHARS: usize = 240;
/// Longest name or address of a place, in characters.
pub const MAX_PLACE_CHARS: usize = 1_000;
/// Cards of one message, at most.
pub const MAX_CARDS: usize = 257;
/// Lines of one kind on a card, at most.
pub const MAX_CARD_LINES: usize = 20;
/// Longest line of a card, in characters.
pub const MAX_CARD_CHARS: usize = 1_000;
/// Longest header or footer, in characters.
pub const MAX_EDGE_CHARS: usize = 60;
/// Longest words on a button, in characters.
pub const MAX_BUTTON_CHARS: usize = 20;
/// Longest id of a button, in characters.
pub const MAX_BUTTON_ID_CHARS: usize = 256;
/// Buttons of one message, at most.
pub const MAX_BUTTONS: usize = 3;
/// Sections of a list, and rows of all of them together, at most.
pub const MAX_ROWS: usize = 10;
/// Longest title of a section or a row, in characters.
pub const MAX_ROW_CHARS: usize = 24;
/// Longest description of a row, in characters.
pub const MAX_ROW_DESCRIPTION_CHARS: usize = 72;
/// Longest id of a row, in characters.
pub const MAX_ROW_ID_CHARS: usize = 200;
/// Longest address of a page, in characters.
pub const MAX_URL_CHARS: usize = 2_000;
/// Longest emoji, in characters: with all its joiners and shades.
pub const MAX_EMOJI_CHARS: usize = 32;

type Checked = Result<(), Rejection>;

fn invalid(field: &'static str, message: impl Into<String>) -> Checked {
    Err(Rejection::Invalid { field, message: message.into() })
}

/// Words that are there and not too long.
fn words(field: &'static str, what: &str, text: &str, most: usize) -> Checked {
    if text.trim().is_empty() {
        return invalid(field, format!("{what} needs words"));
    }
    at_most(field, what, text, most)
}

fn at_most(field: &'static str, what: &str, text: &str, most: usize) -> Checked {
    match text.chars().count() {
        chars if chars > most => {
            invalid(field, format!("{what} has at most {most} characters, this has {chars}"))
        }
        _ => Ok(()),
    }
}

fn optional(field: &'static str, what: &str, text: Option<&String>, most: usize) -> Checked {
    text.map_or(Ok(()), |text| words(field, what, text, most))
}

/// Checks what is to be sent.
///
/// # Errors
/// The field that is wrong, and how.
pub fn check_content(content: &Content) -> Result<(), Rejection> {
    match content {
        Content::Text(text) => {
            if text.body.trim().is_empty() {
                return invalid("text.body", "a message needs words");
            }
            let chars = text.body.chars().count();
            if chars > MAX_TEXT_CHARS {
                return invalid(
                    "text.body",
                    format!(
                        "WhatsApp carries {MAX_TEXT_CHARS} characters, this has {chars}; send it in parts"
                    ),
                );
            }
            Ok(())
        }
        Content::Template(values) => template(values),
        Content::Image(file) => attachment("image.caption", file, true),
        Content::Video(file) => attachment("video.caption", file, true),
        Content::Audio(file) => attachment("audio.caption", file, false),
        Content::Document(file) => attachment("document.caption", file, true),
        Content::Sticker(file) => attachment("sticker.caption", file, false),
        Content::Location(place) => location(place),
        Content::Contacts(contacts) => {
            if contacts.cards.is_empty() || contacts.cards.len() > MAX_CARDS {
                return invalid("contacts", format!("1 to {MAX_CARDS} cards make a message"));
            }
            contacts.cards.iter().try_for_each(card)
        }
        Content::Interactive(asked) => interactive(asked),
        Content::Reaction(reaction) => {
            at_most("reaction.emoji", "an emoji", &reaction.emoji, MAX_EMOJI_CHARS)
        }
        _ => invalid("type", "this type cannot be sent"),
    }
}

fn template(template: &TemplateContent) -> Checked {
    if template.name.is_empty() || template.name.len() > 512 {
        return invalid("template.name", "a template has a name of 1 to 512 characters");
    }
    if template.language.is_empty() || template.language.len() > 15 {
        return invalid("template.language", "a template has a language such as en_US");
    }
    let too_many = |values: &[TemplateParameter]| values.len() > 100;
    if template.header.len() > 10
        || too_many(&template.body)
        || template.cards.len() > *CARDS.end()
        || template.cards.iter().any(|card| too_many(&card.body))
    {
        return invalid("template", "that is more values than a template has places");
    }
    let of_cards = template.cards.iter().flat_map(|card| &card.body);
    for parameter in template.header.iter().chain(&template.body).chain(of_cards) {
        let text = &parameter.text;
        if text.trim().is_empty() {
            return invalid("template", "every place in the template needs a value");
        }
        if text.chars().count() > MAX_PARAMETER_CHARS {
            return invalid("template", format!("a value has at most {MAX_PARAMETER_CHARS} characters"));
        }
        if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
            return invalid(
                "template",
                "WhatsApp allows no line break, tab or more than four spaces in a value",
            );
        }
    }
    let of_cards = template.cards.iter().filter_map(|card| card.header_file.as_ref());
    for file in template.header_file.iter().chain(of_cards) {
        optional("template.header_file", "a file's name", file.filename.as_ref(), MAX_FILENAME_CHARS)?;
    }
    template.header_location.as_deref().map_or(Ok(()), location)
}

fn attachment(field: &'static str, file: &Attachment, with_words: bool) -> Checked {
    match &file.caption {
        Some(_) if !with_words => {
            invalid(field, "WhatsApp carries no words with this; send them on their own")
        }
        caption => optional(field, "a caption", caption.as_ref(), MAX_CAPTION_CHARS),
    }?;
    optional("document.filename", "a file's name", file.filename.as_ref(), MAX_FILENAME_CHARS)
}

fn location(place: &Location) -> Checked {
    if !(-90.0..=90.0).contains(&place.latitude) {
        return invalid("location.latitude", "a latitude is a number from -90 to 90");
    }
    if !(-180.0..=180.0).contains(&place.longitude) {
        return invalid("location.longitude", "a longitude is a number from -180 to 180");
    }
    optional("location.name", "a place's name", place.name.as_ref(), MAX_PLACE_CHARS)?;
    optional("location.address", "an address", place.address.as_ref(), MAX_PLACE_CHARS)
}

fn card(card: &ContactCard) -> Checked {
    words("contacts.name", "a card's name", &card.name, MAX_CARD_CHARS)?;
    let lines = [card.phones.len(), card.emails.len(), card.addresses.len(), card.urls.len()];
    if lines.iter().any(|lines| *lines > MAX_CARD_LINES) {
        return invalid("contacts", format!("a card has at most {MAX_CARD_LINES} lines of a kind"));
    }
    let names = [&card.first_name, &card.last_name, &card.organization, &card.birthday];
    let phones =
        card.phones.iter().flat_map(|phone| [Some(&phone.phone), phone.wa_id.as_ref(), phone.kind.as_ref()]);
    let entries = card.emails.iter().chain(&card.addresses).chain(&card.urls);
    let entries = entries.flat_map(|entry| [Some(&entry.value), entry.kind.as_ref()]);
    names
        .into_iter()
        .map(Option::as_ref)
        .chain(phones)
        .chain(entries)
        .try_for_each(|line| optional("contacts", "a line of a card", line, MAX_CARD_CHARS))
}

fn interactive(asked: &Interactive) -> Checked {
    let is_list = matches!(asked.action, InteractiveAction::List { .. });
    let most = if is_list { MAX_TEXT_CHARS } else { MAX_CAPTION_CHARS };
    words("interactive.body", "a message", &asked.body, most)?;
    optional("interactive.footer", "a footer", asked.footer.as_ref(), MAX_EDGE_CHARS)?;
    match &asked.header {
        Some(InteractiveHeader::Text { text }) => {
            words("interactive.header", "a header", text, MAX_EDGE_CHARS)?
        }
        Some(_)
            if !matches!(
                asked.action,
                InteractiveAction::Buttons { .. } | InteractiveAction::CtaUrl { .. }
            ) =>
        {
            return invalid("interactive.header", "a file stands above buttons only; use words here");
        }
        _ => {}
    }
    match &asked.action {
        InteractiveAction::Buttons { buttons: list } => buttons(list),
        InteractiveAction::List { button, sections: list } => {
            words("interactive.action.button", "a button", button, MAX_BUTTON_CHARS)?;
            sections(list)
        }
        InteractiveAction::CtaUrl { display_text, url } => {
            words("interactive.action.display_text", "a button", display_text, MAX_BUTTON_CHARS)?;
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                return invalid("interactive.action.url", "a page's address begins with https://");
            }
            at_most("interactive.action.url", "a page's address", url, MAX_URL_CHARS)
        }
        InteractiveAction::LocationRequest | InteractiveAction::ContactRequest => Ok(()),
    }
}

fn buttons(buttons: &[ReplyButton]) -> Checked {
    const FIELD: &str = "interactive.action.buttons";
    if buttons.is_empty() || buttons.len() > MAX_BUTTONS {
        return invalid(FIELD, format!("1 to {MAX_BUTTONS} buttons make a message"));
    }
    for button in buttons {
        words(FIELD, "a button", &button.title, MAX_BUTTON_CHARS)?;
        words(FIELD, "a button's id", &button.id, MAX_BUTTON_ID_CHARS)?;
    }
    let ids: BTreeSet<_> = buttons.iter().map(|button| &button.id).collect();
    let titles: BTreeSet<_> = buttons.iter().map(|button| &button.title).collect();
    if ids.len() < buttons.len() || titles.len() < buttons.len() {
        return invalid(FIELD, "no two buttons have the same words or the same id");
    }
    Ok(())
}

fn sections(sections: &[ListSection]) -> Checked {
    const FIELD: &str = "interactive.action.sections";
    let rows: Vec<_> = sections.iter().flat_map(|section| &section.rows).collect();
    if sections.is_empty() || rows.is_empty() || rows.len() > MAX_ROWS {
        return invalid(FIELD, format!("a list has 1 to {MAX_ROWS} rows, in all its sections together"));
    }
    for section in sections {
        if section.rows.is_empty() {
            return invalid(FIELD, "every section has a row");
        }
        match &section.title {
            Some(title) => words(FIELD, "a section", title, MAX_ROW_CHARS)?,
            None if sections.len() > 1 => return invalid(FIELD, "of several sections each needs a title"),
            None => {}
        }
    }
    for row in &rows {
        words(FIELD, "a row", &row.title, MAX_ROW_CHARS)?;
        words(FIELD, "a row's id", &row.id, MAX_ROW_ID_CHARS)?;
        optional(FIELD, "a description", row.description.as_ref(), MAX_ROW_DESCRIPTION_CHARS)?;
    }
    let ids: BTreeSet<_> = rows.iter().map(|row| &row.id).collect();
    if ids.len() < rows.len() {
        return invalid(FIELD, "no two rows have the same id");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use switchboard_schema::wire::{ListRow, MediaState, ReactionRequest};

    use super::*;

    fn field(content: &Content) -> Option<&'static str> {
        match check_content(content) {
            Ok(()) => None,
            Err(Rejection::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other}"),
        }
    }

    fn button(id: &str, title: &str) -> ReplyButton {
        ReplyButton { id: id.to_owned(), title: title.to_owned() }
    }

    fn asked(action: InteractiveAction) -> Interactive {
        Interactive { header: None, body: "When?".to_owned(), footer: None, action }
    }

    fn with_buttons(buttons: Vec<ReplyButton>) -> Content {
        Content::Interactive(asked(InteractiveAction::Buttons { buttons }))
    }

    #[test]
    fn one_to_three_buttons_with_words_and_ids_of_their_own_make_a_message() {
        assert_eq!(field(&with_buttons(vec![button("a", "Yes"), button("b", "No")])), None);
        let wrong = [
            vec![],
            vec![button("a", "1"), button("b", "2"), button("c", "3"), button("d", "4")],
            vec![button("a", "Yes"), button("a", "No")],
            vec![button("a", "Yes"), button("b", "Yes")],
            vec![button("a", " ")],
            vec![button("a", "twenty-one characters")],
        ];
        for buttons in wrong {
            assert_eq!(
                field(&with_buttons(buttons.clone())),
                Some("interactive.action.buttons"),
                "{buttons:?}"
            );
        }
    }

    fn row(id: &str) -> ListRow {
        ListRow { id: id.to_owned(), title: "A row".to_owned(), description: None }
    }

    fn with_sections(sections: Vec<ListSection>) -> Content {
        Content::Interactive(asked(InteractiveAction::List { button: "Choose".to_owned(), sections }))
    }

    #[test]
    fn a_list_has_one_to_ten_rows_and_its_sections_titles() {
        let section =
            |title: Option<&str>, rows: Vec<ListRow>| ListSection { title: title.map(Into::into), rows };
        let rows = |from: usize, to: usize| (from..to).map(|n| row(&n.to_string())).collect::<Vec<_>>();
        assert_eq!(field(&with_sections(vec![section(None, rows(0, 10))])), None);
        assert_eq!(
            field(&with_sections(vec![section(Some("a"), rows(0, 5)), section(Some("b"), rows(5, 10))])),
            None
        );
        let wrong = [
            vec![],
            vec![section(None, vec![])],
            vec![section(None, rows(0, 11))],
            vec![section(None, vec![row("1"), row("1")])],
            vec![section(Some("a"), rows(0, 1)), section(None, rows(1, 2))],
            vec![section(Some("a"), rows(0, 1)), section(Some("b"), vec![])],
        ];
        for sections in wrong {
            assert_eq!(
                field(&with_sections(sections.clone())),
                Some("interactive.action.sections"),
                "{sections:?}"
            );
        }
    }

    #[test]
    fn a_page_has_an_address_that_a_browser_opens() {
        let page = |url: &str| {
            Content::Interactive(asked(InteractiveAction::CtaUrl {
                display_text: "Track".to_owned(),
                url: url.to_owned(),
            }))
        };
        assert_eq!(field(&page("https://shop.example/1")), None);
        assert_eq!(field(&page("javascript:alert(1)")), Some("interactive.action.url"));
    }

    #[test]
    fn a_place_is_on_earth() {
        let place = |latitude, longitude| {
            Content::Location(Location { latitude, longitude, name: None, address: None, url: None })
        };
        assert_eq!(field(&place(51.9, 4.4)), None);
        assert_eq!(field(&place(91.0, 4.4)), Some("location.latitude"));
        assert_eq!(field(&place(f64::NAN, 4.4)), Some("location.latitude"));
        assert_eq!(field(&place(51.9, 181.0)), Some("location.longitude"));
    }

    #[test]
    fn a_sound_and_a_sticker_carry_no_words() {
        let file = Attachment {
            media_id: switchboard_schema::MediaId::from_bytes([1; 16]),
            mime_type: "audio/ogg".to_owned(),
            caption: Some("hear this".to_owned()),
            filename: None,
            voice: false,
            animated: false,
            state: MediaState::Ready,
            problem: None,
            size: None,
            width: None,
            height: None,
            thumbnail: false,
        };
        assert_eq!(field(&Content::Audio(file.clone())), Some("audio.caption"));
        assert_eq!(field(&Content::Sticker(file.clone())), Some("sticker.caption"));
        assert_eq!(field(&Content::Image(file.clone())), None);
        let long = Attachment { caption: Some("x".repeat(MAX_CAPTION_CHARS + 1)), ..file };
        assert_eq!(field(&Content::Video(long)), Some("video.caption"));
    }

    #[test]
    fn an_emoji_is_short() {
        let emoji = |emoji: &str| {
            Content::Reaction(ReactionRequest { provider_id: "wamid.1".to_owned(), emoji: emoji.to_owned() })
        };
        assert_eq!(field(&emoji("👩🏽‍🔧")), None);
        assert_eq!(field(&emoji("")), None, "takes back the one before");
        assert_eq!(field(&emoji(&"x".repeat(MAX_EMOJI_CHARS + 1))), Some("reaction.emoji"));
    }
}
