//! What stands in the places of words that are known beforehand, of templates and of saved replies; and the values of
//! a template's places out of a contact's fields, looked up and checked before a message is queued.

use switchboard_schema::wire::{
    ContactField, ContactRef, FillSource, IdentityKind, Template, TemplateButtonValue, TemplateCardValues,
    TemplateFill, TemplateParameter, TemplatePart, TemplateRequest,
};

use crate::{conversation::Rejection, template::check_fills};

/// The fields that a template's places can be filled with.
const FIELDS: [FillSource; 4] =
    [FillSource::Name, FillSource::FirstName, FillSource::Phone, FillSource::Username];

/// A place in words: `{{name}}`, or with what to say where nothing is known for it, `{{name|otherwise}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// As it is written, braces and all.
    pub whole: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What to say where nothing is known for it.
    pub fallback: Option<&'a str>,
}

/// A stretch of such words.
enum Part<'a> {
    /// As it stands.
    Words(&'a str),
    /// A place.
    Place(Place<'a>),
}

/// Words in parts. Braces that do not close are words, and of several that open the innermost are a place's.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find("}}").map(|at| at + 2) {
        let (until, after) = rest.split_at(end);
        rest = after;
        let Some(start) = until.rfind("{{") else {
            parts.push(Part::Words(until));
            continue;
        };
        let (before, whole) = until.split_at(start);
        let inside = whole.get(2..whole.len() - 2).unwrap_or_default();
        let (name, fallback) = match inside.split_once('|') {
            Some((name, fallback)) => (name, Some(fallback.trim())),
            None => (inside, None),
        };
        parts.push(Part::Words(before));
        parts.push(Part::Place(Place { whole, name: name.trim(), fallback }));
    }
    parts.push(Part::Words(rest));
    parts
}

/// The places in words, in their order.
#[must_use]
pub fn places(text: &str) -> Vec<Place<'_>> {
    let places = parts(text).into_iter().filter_map(|part| match part {
        Part::Words(_) => None,
        Part::Place(place) => Some(place),
    });
    places.collect()
}

/// Words with their places filled in; one without a value stays as it is written. What is filled in is not looked at
/// again.
#[must_use]
pub fn written(text: &str, mut value: impl FnMut(&Place<'_>) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Words(words) => out.push_str(words),
            Part::Place(place) => match value(&place) {
                Some(value) => out.push_str(&value),
                None => out.push_str(place.whole),
            },
        }
    }
    out
}

/// A contact's fields that are there.
#[must_use]
pub fn fields_of(contact: &ContactRef) -> Vec<ContactField> {
    FIELDS
        .iter()
        .filter_map(|field| Some(ContactField { field: *field, value: value_of(*field, contact)? }))
        .collect()
}

/// One field of a contact; nothing where it has none.
pub(crate) fn value_of(field: FillSource, contact: &ContactRef) -> Option<String> {
    let address =
        |kind| contact.identities.iter().find(|known| known.kind == kind).map(|known| known.value.clone());
    // A contact without a name is called by its number.
    let is_number = contact.name.trim_start_matches('+').starts_with(|letter: char| letter.is_ascii_digit());
    let name = Some(contact.name.trim()).filter(|name| !name.is_empty() && !is_number);
    match field {
        FillSource::Text => None,
        FillSource::Name => name.map(str::to_owned),
        FillSource::FirstName => name.map(first_name),
        FillSource::Phone => address(IdentityKind::Phone)
            .or_else(|| address(IdentityKind::WaId))
            .map(|digits| format!("+{}", digits.trim_start_matches('+'))),
        FillSource::Username => address(IdentityKind::Username),
    }
}

/// What one calls a person; a name that begins with a title stays whole.
pub(crate) fn first_name(name: &str) -> String {
    match name.split_once(' ') {
        Some((first, _)) if !first.ends_with('.') => first.to_owned(),
        _ => name.to_owned(),
    }
}

/// A field in words.
const fn word_of(field: FillSource) -> &'static str {
    match field {
        FillSource::Text => "text",
        FillSource::Name | FillSource::FirstName => "name",
        FillSource::Phone => "number",
        FillSource::Username => "name at WhatsApp",
    }
}

/// A request with the places filled that it leaves to the contact's fields: as if their values had been given with it.
///
/// # Errors
/// A place that the template does not have, or a field that the contact does not.
pub fn filled(
    known: &Template,
    request: &TemplateRequest,
    contact: &ContactRef,
) -> Result<TemplateRequest, Rejection> {
    const FIELD: &str = "template.fills";
    let mut request = request.clone();
    let fills = std::mem::take(&mut request.fills);
    if fills.is_empty() {
        return Ok(request);
    }
    check_fills(known, &fills).map_err(|rejection| match rejection {
        Rejection::Invalid { message, .. } => Rejection::Invalid { field: FIELD, message },
        other => other,
    })?;
    let value = |fill: &TemplateFill| {
        let text = match fill.source {
            FillSource::Text => fill.text.clone(),
            field => value_of(field, contact),
        };
        text.ok_or_else(|| Rejection::Invalid {
            field: FIELD,
            message: format!(
                "the contact has no {} for the place {}; give a value for it",
                word_of(fill.source),
                fill.placeholder
            ),
        })
    };
    let words = |card: Option<u8>, part: TemplatePart, places: &[String], given: Vec<TemplateParameter>| {
        let mut given = given.into_iter();
        let mut all = Vec::with_capacity(places.len());
        for place in places {
            let fill = fills
                .iter()
                .find(|fill| fill.card == card && fill.part == part && fill.placeholder == *place);
            match fill {
                Some(fill) => all.push(TemplateParameter { name: None, text: value(fill)? }),
                None => all.extend(given.next()),
            }
        }
        // What is too much is counted with the rest.
        all.extend(given);
        Ok::<_, Rejection>(all)
    };
    let buttons = |card: Option<u8>, given: &mut Vec<TemplateButtonValue>| {
        for fill in fills.iter().filter(|fill| fill.card == card && fill.part == TemplatePart::Button) {
            let index = fill.placeholder.parse().unwrap_or(u8::MAX);
            given.push(TemplateButtonValue { index, value: value(fill)?, sections: Vec::new() });
        }
        Ok::<_, Rejection>(())
    };
    request.header = words(None, TemplatePart::Header, &known.header_parameters, request.header)?;
    request.body = words(None, TemplatePart::Body, &known.body_parameters, request.body)?;
    buttons(None, &mut request.buttons)?;
    // A card of which everything is filled need not be given; that too few are there is told with the rest.
    let filled_cards =
        fills.iter().filter_map(|fill| fill.card).max().map_or(0, |last| usize::from(last) + 1);
    if request.cards.len() < filled_cards {
        request.cards.resize_with(filled_cards, TemplateCardValues::default);
    }
    for (index, (card, given)) in (0..).zip(known.cards.iter().zip(&mut request.cards)) {
        given.body =
            words(Some(index), TemplatePart::Body, &card.body_parameters, std::mem::take(&mut given.body))?;
        buttons(Some(index), &mut given.buttons)?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::{ContactId, wire::Identity};

    use super::*;

    fn contact(name: &str) -> ContactRef {
        let identity = |kind, value: &str| Identity { kind, value: value.to_owned() };
        ContactRef {
            id: ContactId::from_bytes([1; 16]),
            name: name.to_owned(),
            identities: vec![identity(IdentityKind::WaId, "31612345678")],
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        }
    }

    fn known() -> Template {
        let places = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        serde_json::from_value::<Template>(serde_json::json!({
            "id": "1", "name": "order_ready", "language": "en", "category": "UTILITY", "status": "APPROVED",
            "body": "Hi {{1}}, order {{2}} waits for {{3}}.", "sendable": true, "named": false,
            "header_parameters": [], "body_parameters": ["1", "2", "3"],
        }))
        .map(|known| Template { body_parameters: places(&["1", "2", "3"]), ..known })
        .expect("a template")
    }

    fn fill(placeholder: &str, source: FillSource) -> TemplateFill {
        TemplateFill {
            part: TemplatePart::Body,
            card: None,
            placeholder: placeholder.to_owned(),
            source,
            text: None,
        }
    }

    fn request(values: &[&str], fills: Vec<TemplateFill>) -> TemplateRequest {
        let value = |text: &&str| TemplateParameter { name: None, text: (*text).to_owned() };
        TemplateRequest { body: values.iter().map(value).collect(), fills, ..TemplateRequest::default() }
    }

    fn texts(filled: Result<TemplateRequest, Rejection>) -> Result<Vec<String>, String> {
        filled
            .map(|request| request.body.into_iter().map(|value| value.text).collect())
            .map_err(|rejection| rejection.to_string())
    }

    #[test]
    fn fields_take_their_places_and_what_is_given_the_others_in_order() {
        let asked = request(&["A-17"], vec![fill("3", FillSource::Phone), fill("1", FillSource::FirstName)]);
        let all = texts(filled(&known(), &asked, &contact("Elif Aydin")));
        assert_eq!(all, Ok(["Elif", "A-17", "+31612345678"].map(str::to_owned).to_vec()));
        let bare = request(&["a", "b", "c", "d"], Vec::new());
        assert_eq!(filled(&known(), &bare, &contact("Elif")), Ok(bare.clone()), "nothing left to fields");
    }

    #[test]
    fn a_field_that_the_contact_does_not_have_is_refused_by_its_place() {
        let asked = request(&["a", "b"], vec![fill("1", FillSource::Name)]);
        for name in ["+31 6 1234 5678", "31612345678", ""] {
            let why = texts(filled(&known(), &asked, &contact(name))).expect_err("it has no name");
            assert!(why.contains("no name for the place 1"), "{why}");
        }
        let asked = request(&["a", "b"], vec![fill("7", FillSource::Name)]);
        let why = texts(filled(&known(), &asked, &contact("Elif"))).expect_err("there is no such place");
        assert!(why.contains("no place called 7"), "{why}");
    }

    #[test]
    fn each_card_has_its_own_places() {
        let card = |places: serde_json::Value| serde_json::json!({"header_format": "image", "body_parameters": places});
        let cards = serde_json::from_value(serde_json::json!([
            card(serde_json::json!(["1"])),
            card(serde_json::json!(["1", "2"]))
        ]));
        let known = Template { cards: cards.expect("two cards"), ..known() };
        let given = |texts: &[&str]| TemplateCardValues {
            body: request(texts, Vec::new()).body,
            ..Default::default()
        };
        let of = |card, placeholder, source| TemplateFill { card: Some(card), ..fill(placeholder, source) };
        let mut asked = request(&["a", "b", "c"], vec![of(1, "2", FillSource::FirstName)]);
        asked.cards = vec![given(&["x"]), given(&["y"])];
        let all = filled(&known, &asked, &contact("Elif Aydin")).expect("it is filled");
        assert_eq!(all.cards, [given(&["x"]), given(&["y", "Elif"])]);
        assert_eq!(all.body, asked.body);
        let asked = request(&["a", "b", "c"], vec![of(0, "1", FillSource::Phone)]);
        let all = filled(&known, &asked, &contact("Elif")).expect("it is filled");
        assert_eq!(all.cards, [given(&["+31612345678"])], "what else is missing is told with the rest");
        let asked = request(&["a", "b", "c"], vec![of(2, "1", FillSource::Phone)]);
        let why = filled(&known, &asked, &contact("Elif")).expect_err("there is no third card").to_string();
        assert!(why.contains("no card 2"), "{why}");
    }

    #[test]
    fn a_place_without_a_value_stays_and_braces_that_are_none_are_words() {
        let value = |place: &Place<'_>| match place.name {
            "1" => Some("Elif".to_owned()),
            "2" => Some("{{1}}".to_owned()),
            _ => None,
        };
        assert_eq!(
            written("Hi {{1}}, see {{ 2 }}. {{3}} {{ {1}} }}", value),
            "Hi Elif, see {{1}}. {{3}} {{ {1}} }}"
        );
        assert_eq!(written("{{{{1}}}} {{", value), "{{Elif}} {{");
        let of =
            |text| places(text).into_iter().map(|place| (place.name, place.fallback)).collect::<Vec<_>>();
        assert_eq!(of("{{a|b}} {{ c }} {{d| }}"), [("a", Some("b")), ("c", None), ("d", Some(""))]);
    }

    proptest! {
        #[test]
        fn words_that_are_given_nothing_stay_as_they_are(text in "([{}|a.é]|\\{\\{name\\}\\}){0,40}") {
            prop_assert_eq!(written(&text, |_| None), text);
        }
    }

    #[test]
    fn a_first_name_is_what_one_is_called_by() {
        for (name, first) in [("Elif Aydin", "Elif"), ("Dr. Aydin", "Dr. Aydin"), ("Cher", "Cher")] {
            assert_eq!(value_of(FillSource::FirstName, &contact(name)).as_deref(), Some(first));
        }
        let fields: Vec<_> = fields_of(&contact("Elif Aydin")).into_iter().map(|one| one.field).collect();
        assert_eq!(fields, [FillSource::Name, FillSource::FirstName, FillSource::Phone]);
    }
}
