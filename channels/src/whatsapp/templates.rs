//! Templates: reading them, filling them in, and checking values before WhatsApp does
//! (Meta: message-templates, reference/whatsapp-business-account/message-templates-api).

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use switchboard_domain::template::{CARDS, is_named, needs_value, placeholders, scan};
use switchboard_schema::wire::{
    MAX_PARAMETER_CHARS, OtpKind, Template, TemplateAuthentication, TemplateButton, TemplateButtonKind,
    TemplateCard, TemplateHeaderFormat, TemplateOffer, TemplateParameter,
};

/// Most spaces in a row that WhatsApp takes within a value.
const MAX_SPACES: usize = 4;

/// Longest header, body, footer or link of a template that is read, in bytes. Meta's own limit is 1,024
/// characters; placeholders are looked for within placeholders, which takes long in words without end.
const MAX_WORDS_BYTES: usize = 16 * 1_024;

/// A page of templates.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplatePage {
    /// In Meta's order.
    pub templates: Vec<Template>,
    /// How many could not be read; they cannot be sent with this version.
    pub skipped: usize,
    /// Where the next page begins; absent on the last.
    pub after: Option<String>,
}

/// Reads a page of templates. One that is odd is left out and spoils no other.
///
/// # Errors
/// When the answer is not a page at all.
pub fn read_page(body: &[u8]) -> Result<TemplatePage, serde_json::Error> {
    let page: RawPage<'_> = serde_json::from_slice(body)?;
    let found = page.data.len();
    let templates: Vec<Template> = page.data.into_iter().filter_map(read_template).collect();
    let skipped = found - templates.len();
    // Meta gives a cursor on the last page too, but no `next`.
    let after = page.paging.filter(|paging| paging.next.is_some()).and_then(|paging| paging.cursors?.after);
    Ok(TemplatePage { templates, skipped, after })
}

/// Where a value belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplatePart {
    /// In the header.
    Header,
    /// In the body.
    Body,
}

impl TemplatePart {
    /// As in the request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

/// Why WhatsApp would refuse a template with these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParameterProblem {
    /// Where; nothing where the template itself is the matter.
    pub part: Option<TemplatePart>,
    /// Which placeholder, by name or number.
    pub placeholder: Option<String>,
    /// In plain words, with what to do.
    pub message: String,
}

/// Checks that a template can be sent now with these values.
///
/// # Errors
/// With the first thing that WhatsApp would refuse.
pub fn check_parameters(
    template: &Template,
    header: &[TemplateParameter],
    body: &[TemplateParameter],
) -> Result<(), ParameterProblem> {
    let whole = |message: String| ParameterProblem { part: None, placeholder: None, message };
    if template.status != "APPROVED" {
        let status = template.status.to_lowercase();
        return Err(whole(format!("WhatsApp says this template is {status}. Choose one that is approved.")));
    }
    if !template.sendable {
        return Err(whole("This template has parts that are not known here. Choose another.".to_owned()));
    }
    check_part(TemplatePart::Header, template.named, &template.header_parameters, header)?;
    check_part(TemplatePart::Body, template.named, &template.body_parameters, body)
}

/// The template's words with the values in their places: header, body and footer, a line apart. A placeholder
/// without a value stays as it is.
#[must_use]
pub fn fill(template: &Template, header: &[TemplateParameter], body: &[TemplateParameter]) -> String {
    let filled_header = template.header.as_deref().map(|words| fill_part(words, template.named, header));
    let filled_body = fill_part(&template.body, template.named, body);
    let parts = [filled_header, Some(filled_body), template.footer.clone()];
    parts.into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n")
}

fn check_part(
    part: TemplatePart,
    named: bool,
    wanted: &[String],
    given: &[TemplateParameter],
) -> Result<(), ParameterProblem> {
    let problem = |placeholder: &str, message: String| ParameterProblem {
        part: Some(part),
        placeholder: Some(placeholder.to_owned()),
        message,
    };
    for (index, placeholder) in wanted.iter().enumerate() {
        let value = value_of(placeholder, index, named, given);
        let missing = || problem(placeholder, format!("{{{{{placeholder}}}}} has no value. Fill it in."));
        let text = &value.ok_or_else(missing)?.text;
        if text.trim().is_empty() {
            return Err(missing());
        }
        if let Some(message) = fault_of(text) {
            return Err(problem(placeholder, format!("The value of {{{{{placeholder}}}}} {message}")));
        }
    }
    if given.len() > wanted.len() {
        let (part_name, more, takes) = (part.as_str(), given.len(), wanted.len());
        let message =
            format!("The {part_name} takes {takes} values and got {more}. Leave out what is too much.");
        return Err(ParameterProblem { part: Some(part), placeholder: None, message });
    }
    Ok(())
}

fn fault_of(text: &str) -> Option<String> {
    if text.contains(['\n', '\r']) {
        Some("holds a line break. Put it on one line.".to_owned())
    } else if text.contains('\t') {
        Some("holds a tab. Replace it by a space.".to_owned())
    } else if text.split(|letter| letter != ' ').any(|run| run.len() > MAX_SPACES) {
        Some("holds more than four spaces in a row. Take some out.".to_owned())
    } else {
        let chars = text.chars().count();
        (chars > MAX_PARAMETER_CHARS)
            .then(|| format!("has {chars} characters, and {MAX_PARAMETER_CHARS} fit. Shorten it."))
    }
}

fn value_of<'p>(
    placeholder: &str,
    index: usize,
    named: bool,
    given: &'p [TemplateParameter],
) -> Option<&'p TemplateParameter> {
    if named {
        given.iter().find(|value| value.name.as_deref() == Some(placeholder))
    } else {
        given.get(index)
    }
}

fn fill_part(words: &str, named: bool, given: &[TemplateParameter]) -> String {
    let order = placeholders(words, named);
    let mut filled = String::with_capacity(words.len());
    let mut taken = 0;
    for found in scan(words) {
        let index = order.iter().position(|name| name == found.name).unwrap_or(usize::MAX);
        if let Some(value) = value_of(found.name, index, named, given) {
            filled.push_str(&words[taken..found.start]);
            filled.push_str(&value.text);
            taken = found.end;
        }
    }
    filled.push_str(&words[taken..]);
    filled
}

fn read_template(raw: &RawValue) -> Option<Template> {
    let raw: RawTemplate<'_> = serde_json::from_str(raw.get()).ok()?;
    let of_cards =
        raw.components.iter().flat_map(|component| &component.cards).flat_map(|card| &card.components);
    if raw.components.iter().chain(of_cards).any(RawComponent::is_excessive) {
        return None;
    }
    let mut read = Template {
        name: raw.name.into_owned(),
        language: raw.language.into_owned(),
        category: raw.category.into_owned(),
        status: raw.status.into_owned(),
        id: raw.id.map(Cow::into_owned),
        quality: raw.quality_score.and_then(|quality| quality.score),
        rejected_reason: raw.rejected_reason.filter(|reason| !matches!(reason.as_str(), "" | "NONE")),
        sendable: true,
        ..Template::default()
    };
    let mut has_body = false;
    if read.category.eq_ignore_ascii_case("AUTHENTICATION") {
        read.authentication = read_authentication(&raw.components);
    }
    for component in raw.components {
        match component.kind.to_ascii_uppercase().as_str() {
            "HEADER" => {
                let format = header_format(component.format.as_deref());
                read.header_format = Some(format);
                match format {
                    TemplateHeaderFormat::Text => {
                        read.header_examples = component
                            .examples(|example| (&example.header_text, &example.header_text_named_params));
                        read.header = component.text.map(Cow::into_owned);
                    }
                    TemplateHeaderFormat::Other => read.sendable = false,
                    _ => {}
                }
            }
            "BODY" => {
                has_body = true;
                read.body_examples = component.body_examples();
                read.body = component.text.map(Cow::into_owned).unwrap_or_default();
            }
            "FOOTER" => read.footer = component.text.map(Cow::into_owned),
            "BUTTONS" => read.buttons = component.buttons.into_iter().map(RawButton::read).collect(),
            "CAROUSEL" => {
                read.sendable &= CARDS.contains(&component.cards.len());
                for card in component.cards.into_iter().take(*CARDS.end()) {
                    let (card, whole) = card.read();
                    read.sendable &= whole;
                    read.cards.push(card);
                }
            }
            "LIMITED_TIME_OFFER" => match component.limited_time_offer {
                Some(offer) => {
                    read.offer =
                        Some(TemplateOffer { text: offer.text.into_owned(), ends: offer.has_expiration });
                }
                None => read.sendable = false,
            },
            // Whatever comes later.
            _ => read.sendable = false,
        }
    }
    read.sendable &= has_body;
    read.sendable &= !read.buttons.iter().any(|button| button.kind == TemplateButtonKind::Other);
    read.named = raw
        .parameter_format
        .map_or_else(|| is_named(&read.body), |format| format.eq_ignore_ascii_case("NAMED"));
    for card in &mut read.cards {
        card.body_parameters = placeholders(&card.body, read.named);
    }
    read.header_parameters =
        read.header.as_deref().map(|words| placeholders(words, read.named)).unwrap_or_default();
    read.body_parameters = placeholders(&read.body, read.named);
    Some(read)
}

/// What was chosen of a template with a code. Its button comes back as one to an address that says which it is.
fn read_authentication(components: &[RawComponent<'_>]) -> Option<TemplateAuthentication> {
    let button = components.iter().flat_map(|component| &component.buttons).next();
    let otp = button.and_then(|button| {
        let of_address = button.url.as_deref().and_then(|url| url.split_once("otp_type="));
        button.otp_type.as_deref().or_else(|| of_address?.1.split('&').next())
    });
    let otp = match otp.map(str::to_ascii_uppercase).as_deref() {
        Some("COPY_CODE") => OtpKind::CopyCode,
        Some("ONE_TAP") => OtpKind::OneTap,
        Some("ZERO_TAP") => OtpKind::ZeroTap,
        None if button.is_none() => OtpKind::ZeroTap,
        _ => return None,
    };
    Some(TemplateAuthentication {
        add_security_recommendation: components
            .iter()
            .any(|part| part.add_security_recommendation == Some(true.into())),
        code_expiration_minutes: components
            .iter()
            .find_map(|part| part.code_expiration_minutes.as_ref()?.as_u64()?.try_into().ok()),
        otp,
        text: button.and_then(|button| button.text.as_deref()).map(str::to_owned),
        package_name: None,
        signature_hash: None,
    })
}

fn header_format(format: Option<&str>) -> TemplateHeaderFormat {
    match format.unwrap_or("TEXT").to_ascii_uppercase().as_str() {
        "TEXT" => TemplateHeaderFormat::Text,
        "IMAGE" => TemplateHeaderFormat::Image,
        "VIDEO" => TemplateHeaderFormat::Video,
        "DOCUMENT" => TemplateHeaderFormat::Document,
        "LOCATION" => TemplateHeaderFormat::Location,
        "PRODUCT" => TemplateHeaderFormat::Product,
        _ => TemplateHeaderFormat::Other,
    }
}

#[derive(Deserialize)]
struct RawPage<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    paging: Option<RawPaging>,
}

#[derive(Deserialize)]
struct RawPaging {
    cursors: Option<RawCursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct RawCursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct RawTemplate<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    language: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    category: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    parameter_format: Option<String>,
    quality_score: Option<RawQuality>,
    rejected_reason: Option<String>,
    #[serde(borrow, default)]
    components: Vec<RawComponent<'a>>,
}

#[derive(Deserialize)]
struct RawQuality {
    score: Option<String>,
}

#[derive(Deserialize)]
struct RawComponent<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    format: Option<String>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    buttons: Vec<RawButton<'a>>,
    #[serde(borrow, default)]
    cards: Vec<RawCard<'a>>,
    #[serde(borrow)]
    limited_time_offer: Option<RawOffer<'a>>,
    /// These two belong to a code alone: odd ones are as good as none.
    add_security_recommendation: Option<serde_json::Value>,
    code_expiration_minutes: Option<serde_json::Value>,
    /// Examples are for people: odd ones are as good as none.
    #[serde(borrow)]
    example: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawCard<'a> {
    #[serde(borrow, default)]
    components: Vec<RawComponent<'a>>,
}

#[derive(Deserialize)]
struct RawOffer<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(default)]
    has_expiration: bool,
}

impl RawCard<'_> {
    /// A card, and whether everything about it is known. Which of its places have names the whole template says.
    fn read(self) -> (TemplateCard, bool) {
        let mut card = TemplateCard {
            header_format: TemplateHeaderFormat::Other,
            body: String::new(),
            body_parameters: Vec::new(),
            body_examples: Vec::new(),
            buttons: Vec::new(),
            header_file: None,
        };
        let mut whole = true;
        for component in self.components {
            match component.kind.to_ascii_uppercase().as_str() {
                "HEADER" => card.header_format = header_format(component.format.as_deref()),
                "BODY" => {
                    card.body_examples = component.body_examples();
                    card.body = component.text.map(Cow::into_owned).unwrap_or_default();
                }
                "BUTTONS" => card.buttons = component.buttons.into_iter().map(RawButton::read).collect(),
                _ => whole = false,
            }
        }
        whole &= matches!(
            card.header_format,
            TemplateHeaderFormat::Image | TemplateHeaderFormat::Video | TemplateHeaderFormat::Product
        );
        whole &= !card.buttons.iter().any(|button| button.kind == TemplateButtonKind::Other);
        (card, whole)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawExamples {
    header_text: Vec<String>,
    header_text_named_params: Vec<RawNamedExample>,
    body_text: Vec<Vec<String>>,
    body_text_named_params: Vec<RawNamedExample>,
}

#[derive(Deserialize)]
struct RawNamedExample {
    example: String,
}

impl RawComponent<'_> {
    fn is_excessive(&self) -> bool {
        let words = self.text.as_ref().map_or(0, |text| text.len());
        let offer = self.limited_time_offer.as_ref().map_or(0, |offer| offer.text.len());
        let links = self.buttons.iter().map(RawButton::url_bytes).max();
        words.max(offer).max(links.unwrap_or(0)) > MAX_WORDS_BYTES
    }

    fn examples(&self, of: impl Fn(&RawExamples) -> (&Vec<String>, &Vec<RawNamedExample>)) -> Vec<String> {
        let Some(read) = self.read_examples() else { return Vec::new() };
        let (by_order, by_name) = of(&read);
        by_order.iter().chain(by_name.iter().map(|named| &named.example)).cloned().collect()
    }

    fn body_examples(&self) -> Vec<String> {
        let Some(mut read) = self.read_examples() else { return Vec::new() };
        let by_name = read.body_text_named_params.into_iter().map(|named| named.example);
        if read.body_text.is_empty() { by_name.collect() } else { read.body_text.swap_remove(0) }
    }

    fn read_examples(&self) -> Option<RawExamples> {
        serde_json::from_str(self.example?.get()).ok()
    }
}

#[derive(Deserialize)]
struct RawButton<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    url: Option<Cow<'a, str>>,
    phone_number: Option<String>,
    #[serde(borrow)]
    otp_type: Option<Cow<'a, str>>,
    /// A number in text; some answers have the number.
    flow_id: Option<serde_json::Value>,
    #[serde(borrow)]
    example: Option<&'a RawValue>,
}

impl RawButton<'_> {
    fn url_bytes(&self) -> usize {
        self.url.as_ref().map_or(0, |url| url.len())
    }

    fn read(self) -> TemplateButton {
        let kind = match self.kind.to_ascii_uppercase().as_str() {
            // The customer's tap answers it; nothing is given.
            "QUICK_REPLY" => TemplateButtonKind::QuickReply,
            // The code of an authentication template goes into its button by the same parameter as into an address.
            "URL" | "OTP" => TemplateButtonKind::Url,
            "PHONE_NUMBER" | "REQUEST_CONTACT_INFO" => TemplateButtonKind::PhoneNumber,
            "COPY_CODE" => TemplateButtonKind::CopyCode,
            "FLOW" => TemplateButtonKind::Flow,
            "CATALOG" => TemplateButtonKind::Catalog,
            "MPM" => TemplateButtonKind::Products,
            "SPM" => TemplateButtonKind::Product,
            _ => TemplateButtonKind::Other,
        };
        let needs_value = self.kind.eq_ignore_ascii_case("OTP") || needs_value(kind, self.url.as_deref());
        let flow_id = self.flow_id.and_then(|id| match id {
            serde_json::Value::String(id) => Some(id),
            serde_json::Value::Number(id) => Some(id.to_string()),
            _ => None,
        });
        // A word, or a list of one.
        let example = self.example.and_then(|raw| {
            let one = serde_json::from_str::<String>(raw.get());
            one.or_else(|_| serde_json::from_str::<[String; 1]>(raw.get()).map(|[one]| one)).ok()
        });
        TemplateButton {
            kind,
            text: self.text.map(Cow::into_owned).unwrap_or_default(),
            url: self.url.map(Cow::into_owned),
            phone_number: self.phone_number,
            flow_id,
            example,
            needs_value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: Option<&str>, text: &str) -> TemplateParameter {
        TemplateParameter { name: name.map(Into::into), text: text.into() }
    }

    /// A template whose components are these.
    fn template(components: &str) -> Template {
        let body = format!(
            r#"{{"data":[{{"id":"1","name":"n","language":"en","status":"APPROVED","category":"UTILITY","components":[{components}]}}]}}"#
        );
        let mut page = read_page(body.as_bytes()).expect("a page");
        assert_eq!(page.skipped, 0);
        page.templates.remove(0)
    }

    const BODY: &str = r#"{"type":"BODY","text":"Hello {{1}}, {{2}} is ready."}"#;

    const CARD: &str = r#"{"components":[{"type":"HEADER","format":"IMAGE","example":{"header_handle":["4::a"]}},
        {"type":"BODY","text":"For {{1}}","example":{"body_text":[["Sam"]]}},
        {"type":"BUTTONS","buttons":[{"type":"URL","text":"See","url":"https://a.example/{{1}}","example":["p1"]}]}]}"#;

    const OFFER: &str =
        r#"{"type":"limited_time_offer","limited_time_offer":{"text":"Ends soon","has_expiration":true}}"#;

    #[test]
    fn cards_and_an_offer_are_read_with_their_places() {
        let read = template(&format!(r#"{BODY},{OFFER},{{"type":"carousel","cards":[{CARD},{CARD}]}}"#));
        assert_eq!(read.offer, Some(TemplateOffer { text: "Ends soon".to_owned(), ends: true }));
        assert_eq!(read.cards.len(), 2);
        let card = &read.cards[1];
        assert_eq!(card.header_format, TemplateHeaderFormat::Image);
        assert_eq!(
            (card.body_parameters.as_slice(), card.body_examples.as_slice()),
            (&["1".to_owned()][..], &["Sam".to_owned()][..])
        );
        assert!(card.buttons[0].needs_value);
    }

    #[test]
    fn a_page_is_read_and_says_where_the_next_begins() {
        let page = read_page(include_bytes!("../../tests/payloads/templates_page.json")).expect("a page");
        assert_eq!(page.after.as_deref(), Some("QVFIUkEwNQ=="));
        assert_eq!(page.skipped, 1, "the odd one is left out");
        let told: Vec<_> = page
            .templates
            .iter()
            .map(|template| {
                (
                    template.name.as_str(),
                    template.named,
                    template.sendable,
                    template.body_parameters.join(","),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("order_ready", false, true, "1,2".to_owned()),
                ("appointment", true, true, "first_name,day".to_owned()),
                ("catalogue", false, true, String::new()),
                ("login_code", false, true, "1".to_owned()),
                ("track", false, true, "1".to_owned()),
                ("paused_one", false, true, String::new()),
            ]
        );
        assert_eq!(page.templates[0].header.as_deref(), Some("Order {{1}}"));
        assert_eq!(page.templates[0].header_parameters, ["1"]);
        assert_eq!(page.templates[0].footer.as_deref(), Some("Reply STOP to hear no more"));
        assert_eq!(page.templates[5].status, "PAUSED");
        let code = page.templates[3].authentication.as_ref().expect("it is one with a code");
        assert_eq!((code.add_security_recommendation, code.code_expiration_minutes), (true, None));
        assert_eq!((code.otp, code.text.as_deref()), (OtpKind::CopyCode, Some("Copy code")));
        assert!(page.templates[4].authentication.is_none());
    }

    #[test]
    fn what_was_chosen_of_a_template_with_a_code_is_read_in_every_shape() {
        let read = |footer: &str, buttons: &str| {
            let page = format!(
                r#"{{"data":[{{"name":"code","language":"en","status":"APPROVED","category":"AUTHENTICATION","components":[
                {{"type":"BODY","text":"*{{{{1}}}}* is your code."}}{footer}{buttons}]}}]}}"#
            );
            read_page(page.as_bytes()).expect("a page").templates.remove(0).authentication
        };
        let button = |inner: &str| format!(r#",{{"type":"BUTTONS","buttons":[{{{inner}}}]}}"#);
        let footer = r#",{"type":"FOOTER","text":"Expires in 10 minutes.","code_expiration_minutes":10}"#;
        let address = |kind: &str| {
            button(&format!(
                r#""type":"URL","text":"Fill in","url":"https://a.example/?otp_type={kind}&code=otp{{{{1}}}}""#
            ))
        };
        let told = read(footer, &address("ONE_TAP")).expect("it is one with a code");
        assert_eq!((told.otp, told.code_expiration_minutes), (OtpKind::OneTap, Some(10)));
        assert_eq!((told.text.as_deref(), told.package_name), (Some("Fill in"), None));
        let told = read("", &button(r#""type":"OTP","otp_type":"COPY_CODE","text":"Copy""#));
        assert_eq!(told.map(|told| told.otp), Some(OtpKind::CopyCode));
        assert_eq!(read("", "").map(|told| told.otp), Some(OtpKind::ZeroTap));
        assert_eq!(read("", &address("BY_PIGEON")), None);
        let odd = r#",{"type":"FOOTER","text":"…","code_expiration_minutes":1000}"#;
        assert_eq!(read(odd, &address("ZERO_TAP")).and_then(|told| told.code_expiration_minutes), None);
        let odder = r#",{"type":"FOOTER","text":"…","code_expiration_minutes":"soon"}"#;
        assert_eq!(read(odder, &address("ZERO_TAP")).map(|told| told.code_expiration_minutes), Some(None));
    }

    #[test]
    fn a_template_out_of_all_proportion_is_left_out() {
        let page = |words: &str| {
            let component =
                format!(r#"{{"type":"BODY","text":"{words}","buttons":[{{"type":"URL","url":"{words}"}}]}}"#);
            let body = format!(
                r#"{{"data":[{{"name":"n","language":"en","status":"APPROVED","components":[{component}]}}]}}"#
            );
            read_page(body.as_bytes()).expect("a page").skipped
        };
        assert_eq!(page(&"{".repeat(MAX_WORDS_BYTES)), 0);
        assert_eq!(page(&"{".repeat(MAX_WORDS_BYTES + 1)), 1);
    }

    #[test]
    fn the_last_page_has_no_next_whatever_its_cursors_say() {
        let page =
            read_page(br#"{"data":[],"paging":{"cursors":{"before":"a","after":"b"}}}"#).expect("a page");
        assert_eq!(page.after, None);
        assert!(read_page(b"<html>").is_err());
        assert!(read_page(br#"{"error":{"code":190}}"#).is_err());
    }

    #[test]
    fn a_template_is_sendable_where_all_its_parts_are_known() {
        for (components, sendable) in [
            (BODY.to_owned(), true),
            (format!(r#"{{"type":"HEADER","format":"TEXT","text":"Hi"}},{BODY}"#), true),
            (format!(r#"{{"type":"HEADER","format":"IMAGE"}},{BODY}"#), true),
            (format!(r#"{{"type":"HEADER","format":"PRODUCT"}},{BODY}"#), true),
            (format!(r#"{{"type":"HEADER","format":"HOLOGRAM"}},{BODY}"#), false),
            (
                format!(r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"QUICK_REPLY","text":"Yes"}}]}}"#),
                true,
            ),
            (
                format!(
                    r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"URL","url":"https://a.example/"}}]}}"#
                ),
                true,
            ),
            (
                format!(
                    r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"URL","url":"https://a.example/{{{{1}}}}"}}]}}"#
                ),
                true,
            ),
            (format!(r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"COPY_CODE"}}]}}"#), true),
            (
                format!(
                    r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"FLOW","text":"Go","flow_id":7}}]}}"#
                ),
                true,
            ),
            (
                format!(r#"{BODY},{{"type":"BUTTONS","buttons":[{{"type":"VOICE_CALL","text":"Go"}}]}}"#),
                false,
            ),
            (format!(r#"{BODY},{{"type":"CAROUSEL","cards":[]}}"#), false),
            (format!(r#"{BODY},{{"type":"CAROUSEL","cards":[{CARD},{CARD}]}}"#), true),
            (format!(r#"{BODY},{{"type":"CAROUSEL","cards":[{CARD},{{"components":[]}}]}}"#), false),
            (format!(r#"{BODY},{OFFER}"#), true),
            (format!(r#"{BODY},{{"type":"LIMITED_TIME_OFFER"}}"#), false),
            (r#"{"type":"FOOTER","text":"x"}"#.to_owned(), false),
        ] {
            assert_eq!(template(&components).sendable, sendable, "{components}");
        }
    }

    #[test]
    fn values_go_to_their_places() {
        let positional =
            template(r#"{"type":"BODY","text":"{{2}} and {{1}}, {{ 1 }}; {{3}} {{no good}} {{{1}}}"}"#);
        assert_eq!(positional.body_parameters, ["1", "2", "3"]);
        let filled = fill(&positional, &[], &[value(None, "one"), value(None, "{{1}}")]);
        assert_eq!(filled, "{{1}} and one, one; {{3}} {{no good}} {one}");
        let named =
            template(r#"{"type":"BODY","text":"Hi {{first_name}}, {{day}}"},{"type":"FOOTER","text":"Bye"}"#);
        let filled = fill(&named, &[], &[value(Some("day"), "Monday"), value(Some("first_name"), "Ana")]);
        assert_eq!(filled, "Hi Ana, Monday\nBye");
    }

    #[track_caller]
    fn refused(template: &Template, body: &[TemplateParameter]) -> (Option<String>, String) {
        let problem = check_parameters(template, &[], body).expect_err("a problem");
        (problem.placeholder, problem.message)
    }

    #[test]
    fn good_values_pass() {
        let given = [value(None, "Ana"), value(None, &format!("an    order {}", "x".repeat(1_000)))];
        assert_eq!(check_parameters(&template(BODY), &[], &given), Ok(()));
    }

    #[test]
    fn the_first_value_that_whatsapp_would_refuse_is_named() {
        let template = template(BODY);
        for (second, words) in [
            ("a\nb", "The value of {{2}} holds a line break. Put it on one line."),
            ("a\rb", "The value of {{2}} holds a line break. Put it on one line."),
            ("a\tb", "The value of {{2}} holds a tab. Replace it by a space."),
            ("a     b", "The value of {{2}} holds more than four spaces in a row. Take some out."),
            (" ", "{{2}} has no value. Fill it in."),
            (&"é".repeat(1_025), "The value of {{2}} has 1025 characters, and 1024 fit. Shorten it."),
        ] {
            let given = [value(None, "Ana"), value(None, second)];
            assert_eq!(refused(&template, &given), (Some("2".to_owned()), words.to_owned()));
        }
    }

    #[test]
    fn missing_and_spare_values_are_named() {
        let template = template(BODY);
        assert_eq!(refused(&template, &[]).0.as_deref(), Some("1"));
        assert_eq!(refused(&template, &[value(None, "a")]).0.as_deref(), Some("2"));
        let spare = refused(&template, &[value(None, "a"), value(None, "b"), value(None, "c")]);
        assert_eq!(
            spare,
            (None, "The body takes 2 values and got 3. Leave out what is too much.".to_owned())
        );
    }

    #[test]
    fn a_template_that_is_not_approved_is_not_sent() {
        let mut template = template(BODY);
        template.status = "PAUSED".into();
        assert!(refused(&template, &[]).1.starts_with("WhatsApp says this template is paused."));
    }
}
