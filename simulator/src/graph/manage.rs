//! Templates made, changed and deleted through the API, by the rules of Meta's documents.

use serde_json::{Value, json};

use super::error::ApiError;
use super::template::{Button, Card, Code, Header, Offer, Template, variables};

/// Most templates of an account that is not verified.
pub const TEMPLATES_MAX: usize = 250;
/// Changes of an approved template within a day, and within 30.
const EDITS: [(i64, usize); 2] = [(24 * 3_600 * 1_000, 1), (30 * 24 * 3_600 * 1_000, 10)];

/// Reads the body of a request that makes a template.
pub(super) fn create(body: &Value, id: u64, known: &[Template]) -> Result<Template, ApiError> {
    only(
        body,
        &[
            "name",
            "language",
            "category",
            "components",
            "parameter_format",
            "allow_category_change",
            "message_send_ttl_seconds",
        ],
    )?;
    let name = word(body, "name")?;
    let is_good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.len() > 512 || !name.bytes().all(is_good) {
        return Err(ApiError::template(
            2388047,
            "Message template names can only have lowercase letters, numbers and underscores",
        ));
    }
    let language = word(body, "language")?;
    if known.iter().any(|template| template.name == name && template.language == language) {
        return Err(ApiError::template(
            2388024,
            "There is already content in this language for this template",
        ));
    }
    if known.len() >= TEMPLATES_MAX {
        return Err(ApiError::template(2388019, "You've reached the limit of templates for this account"));
    }
    let mut template = Template::approved(id, name, language, category(body)?, "");
    template.status = "PENDING".to_owned();
    components(body, &mut template)?;
    let format = body.get("parameter_format").and_then(Value::as_str).unwrap_or("POSITIONAL");
    if template.is_named() != (format == "NAMED") {
        return Err(ApiError::template(2388072, "The parameters do not have the format that was declared"));
    }
    Ok(template)
}

/// Changes a template as a request says.
pub(super) fn edit(body: &Value, template: &mut Template, now_ms: i64) -> Result<(), ApiError> {
    only(body, &["category", "components", "message_send_ttl_seconds"])?;
    let approved = template.status == "APPROVED";
    if !matches!(template.status.as_str(), "APPROVED" | "REJECTED" | "PAUSED") {
        return Err(ApiError::template(2388039, "Only approved, rejected or paused templates can be edited"));
    }
    let within = |span: i64| template.edits_ms.iter().filter(|at| now_ms - **at < span).count();
    if approved && EDITS.iter().any(|(span, most)| within(*span) >= *most) {
        return Err(ApiError::template(2388039, "This template was edited too often; try again later"));
    }
    if body.get("category").is_some() {
        let category = category(body)?;
        if approved && category != template.category {
            return Err(ApiError::template(2388039, "The category of an approved template cannot be edited"));
        }
        template.category = category.to_owned();
    }
    let mut changed = template.clone();
    components(body, &mut changed)?;
    *template = changed;
    template.status = "PENDING".to_owned();
    template.rejected_reason = None;
    if approved {
        template.edits_ms.push(now_ms);
    }
    Ok(())
}

fn only(body: &Value, allowed: &[&str]) -> Result<(), ApiError> {
    let Some(map) = body.as_object() else {
        return Err(ApiError::parameter("Invalid parameter: the body must be a JSON object"));
    };
    match map.keys().find(|name| !allowed.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(ApiError::parameter(format!("Unexpected key \"{name}\""))),
    }
}

fn word<'a>(body: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    match body.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(ApiError::parameter(format!("The parameter {name} is required."))),
    }
}

fn category(body: &Value) -> Result<&str, ApiError> {
    match word(body, "category")? {
        category @ ("MARKETING" | "UTILITY" | "AUTHENTICATION") => Ok(category),
        _ => Err(ApiError::parameter("Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}")),
    }
}

fn components(body: &Value, template: &mut Template) -> Result<(), ApiError> {
    let list = body
        .get("components")
        .and_then(Value::as_array)
        .ok_or_else(|| ApiError::parameter("The parameter components is required."))?;
    (template.header, template.footer) = (None, None);
    template.body.clear();
    template.buttons.clear();
    template.cards.clear();
    (template.offer, template.code) = (None, None);
    if template.category == "AUTHENTICATION" {
        return code_components(list, template);
    }
    let mut seen = Vec::new();
    for component in list {
        let kind = word(component, "type")?;
        if seen.contains(&kind) {
            return Err(ApiError::template(2388043, &format!("There is more than one {kind}")));
        }
        seen.push(kind);
        match kind {
            "HEADER" => template.header = Some(header(component)?),
            "BODY" => {
                let text = words(component, 1_024)?;
                check_body(text)?;
                template.body = text.to_owned();
            }
            "FOOTER" => {
                only(component, &["type", "text"])?;
                let text = within(component, "text", 60)?;
                if !variables(text).is_empty() {
                    return Err(ApiError::template(2388072, "A footer takes no variables"));
                }
                template.footer = Some(text.to_owned());
            }
            "BUTTONS" => {
                only(component, &["type", "buttons"])?;
                let list = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
                if list.is_empty() || list.len() > 10 {
                    return Err(ApiError::template(2388043, "A template has 1 to 10 buttons"));
                }
                template.buttons = list.iter().map(button).collect::<Result<_, _>>()?;
                check_order(&template.buttons)?;
            }
            "LIMITED_TIME_OFFER" => {
                only(component, &["type", "limited_time_offer"])?;
                let offer = &component["limited_time_offer"];
                only(offer, &["text", "has_expiration"])?;
                template.offer = Some(Offer {
                    text: within(offer, "text", 16)?.to_owned(),
                    has_expiration: offer["has_expiration"].as_bool().unwrap_or_default(),
                });
            }
            "CAROUSEL" => {
                only(component, &["type", "cards"])?;
                let list = component["cards"].as_array().map(Vec::as_slice).unwrap_or_default();
                template.cards = list.iter().map(card).collect::<Result<_, _>>()?;
            }
            other => return Err(ApiError::parameter(format!("'{other}' is no component type"))),
        }
    }
    if template.body.is_empty() {
        return Err(ApiError::template(2388043, "A template needs a body"));
    }
    check_whole(template)
}

/// What the parts of a template must be to each other.
fn check_whole(template: &Template) -> Result<(), ApiError> {
    let refuse = |why: &str| Err(ApiError::template(2388043, why));
    if let Some(offer) = &template.offer {
        let above = match &template.header {
            None => true,
            Some(Header::Media(format)) => matches!(format.as_str(), "IMAGE" | "VIDEO"),
            Some(Header::Text(_)) => false,
        };
        let buttons = match template.buttons.as_slice() {
            [Button::CopyCode, Button::Url { .. }] => true,
            [Button::Url { .. }] => !offer.has_expiration,
            _ => false,
        };
        if template.category != "MARKETING"
            || !above
            || !buttons
            || template.footer.is_some()
            || !template.cards.is_empty()
            || template.body.chars().count() > 600
        {
            return refuse("A limited-time offer does not have these parts");
        }
    }
    let product = matches!(&template.header, Some(Header::Media(format)) if format == "PRODUCT");
    if product != template.buttons.iter().any(|button| matches!(button, Button::Spm(_))) {
        return refuse("A product header and a button that opens it go together");
    }
    let Some(first) = template.cards.first() else { return Ok(()) };
    let shape = |card: &Card| {
        let kinds: Vec<_> = card.buttons.iter().map(std::mem::discriminant).collect();
        (card.format.clone(), card.body.is_some(), kinds)
    };
    if !(2..=10).contains(&template.cards.len())
        || template.cards.iter().any(|card| shape(card) != shape(first))
        || template.header.is_some()
        || template.footer.is_some()
        || !template.buttons.is_empty()
    {
        return refuse("A carousel has 2 to 10 cards of the same parts, below a body alone");
    }
    Ok(())
}

/// The words of a template or of a card, with an example for each variable.
fn words(component: &Value, most: usize) -> Result<&str, ApiError> {
    only(component, &["type", "text", "example"])?;
    let text = within(component, "text", most)?;
    check_variables(text)?;
    let names = variables(text);
    let example = component.get("example");
    let given = match names.iter().any(|name| name.parse::<u32>().is_err()) {
        true => example.and_then(|example| example["body_text_named_params"].as_array()).map_or(0, Vec::len),
        false => example.and_then(|example| example["body_text"][0].as_array()).map_or(0, Vec::len),
    };
    if given != names.len() {
        return Err(ApiError::template(2388043, "The body lacks an example for each variable"));
    }
    Ok(text)
}

fn card(raw: &Value) -> Result<Card, ApiError> {
    only(raw, &["components"])?;
    let list = raw["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut card = Card { format: String::new(), body: None, buttons: Vec::new() };
    for component in list {
        match word(component, "type")? {
            "HEADER" => match header(component)? {
                Header::Media(format) if matches!(format.as_str(), "IMAGE" | "VIDEO" | "PRODUCT") => {
                    card.format = format;
                }
                _ => {
                    return Err(ApiError::template(
                        2388043,
                        "A card's header is an image, a video or a product",
                    ));
                }
            },
            "BODY" => card.body = Some(words(component, 160)?.to_owned()),
            "BUTTONS" => {
                only(component, &["type", "buttons"])?;
                let list = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
                card.buttons = list.iter().map(button).collect::<Result<_, _>>()?;
            }
            other => return Err(ApiError::parameter(format!("'{other}' is no component of a card"))),
        }
    }
    let fits = |button: &Button| {
        matches!(
            button,
            Button::QuickReply(_) | Button::Url { .. } | Button::PhoneNumber { .. } | Button::Spm(_)
        )
    };
    if card.format.is_empty() || !(1..=2).contains(&card.buttons.len()) || !card.buttons.iter().all(fits) {
        return Err(ApiError::template(2388043, "A card has a header and 1 or 2 buttons"));
    }
    Ok(card)
}

/// A template with a code: its words are fixed.
fn code_components(list: &[Value], template: &mut Template) -> Result<(), ApiError> {
    let mut code = Code { security: false, minutes: None };
    for component in list {
        match word(component, "type")? {
            "BODY" => {
                only(component, &["type", "add_security_recommendation"])?;
                code.security = component["add_security_recommendation"].as_bool().unwrap_or_default();
                "*{{1}}* is your verification code.".clone_into(&mut template.body);
                if code.security {
                    template.body.push_str(" For your security, do not share this code.");
                }
            }
            "FOOTER" => {
                only(component, &["type", "code_expiration_minutes"])?;
                let minutes = component["code_expiration_minutes"].as_u64().unwrap_or_default();
                if !(1..=90).contains(&minutes) {
                    return Err(ApiError::template(2388043, "code_expiration_minutes must be from 1 to 90"));
                }
                code.minutes = Some(minutes);
                template.footer = Some(format!("This code expires in {minutes} minutes."));
            }
            "BUTTONS" => {
                only(component, &["type", "buttons"])?;
                let [button] = component["buttons"].as_array().map(Vec::as_slice).unwrap_or_default() else {
                    return Err(ApiError::template(2388043, "A template with a code has one button"));
                };
                template.buttons = vec![otp(button)?];
            }
            other => {
                return Err(ApiError::template(2388043, &format!("A template with a code has no {other}")));
            }
        }
    }
    if template.body.is_empty() || template.buttons.is_empty() {
        return Err(ApiError::template(2388043, "A template with a code has a body and a button"));
    }
    template.code = Some(code);
    Ok(())
}

fn otp(raw: &Value) -> Result<Button, ApiError> {
    if word(raw, "type")? != "OTP" {
        return Err(ApiError::template(2388043, "The button of a template with a code is of the type OTP"));
    }
    only(raw, &["type", "otp_type", "text", "supported_apps", "zero_tap_terms_accepted"])?;
    let kind = word(raw, "otp_type")?;
    let apps = raw["supported_apps"].as_array().map(Vec::as_slice).unwrap_or_default();
    match kind {
        "COPY_CODE" => {}
        "ONE_TAP" | "ZERO_TAP" => {
            if !(1..=5).contains(&apps.len()) {
                return Err(ApiError::template(2388043, "supported_apps must have 1 to 5 items"));
            }
            for app in apps {
                only(app, &["package_name", "signature_hash"])?;
                word(app, "package_name")?;
                if word(app, "signature_hash")?.len() != 11 {
                    return Err(ApiError::template(2388043, "signature_hash must have 11 characters"));
                }
            }
            if kind == "ZERO_TAP" && raw["zero_tap_terms_accepted"] != true {
                return Err(ApiError::template(2388043, "zero_tap_terms_accepted must be true"));
            }
        }
        other => return Err(ApiError::parameter(format!("'{other}' is no otp_type"))),
    }
    let text = match raw.get("text") {
        Some(_) => within(raw, "text", 25)?,
        None => "Copy code",
    };
    Ok(Button::Url {
        text: text.to_owned(),
        url: format!("https://www.whatsapp.com/otp/code/?otp_type={kind}&code=otp{{{{1}}}}"),
    })
}

fn header(component: &Value) -> Result<Header, ApiError> {
    only(component, &["type", "format", "text", "example"])?;
    match word(component, "format")? {
        "TEXT" => {
            let text = within(component, "text", 60)?;
            let names = variables(text);
            let example = &component["example"];
            let given = ["header_text", "header_text_named_params"]
                .iter()
                .filter_map(|name| example[*name].as_array())
                .map(Vec::len)
                .sum::<usize>();
            if names.len() > 1 || given != names.len() {
                return Err(ApiError::template(
                    2388043,
                    "A header takes one variable at most, with an example",
                ));
            }
            Ok(Header::Text(text.to_owned()))
        }
        format @ ("LOCATION" | "PRODUCT") => Ok(Header::Media(format.to_owned())),
        format @ ("IMAGE" | "VIDEO" | "DOCUMENT") => {
            match component["example"]["header_handle"][0].as_str() {
                Some(handle) if handle.starts_with("4::") => Ok(Header::Media(format.to_owned())),
                _ => Err(ApiError::template(2388273, "A media header needs a sample's handle")),
            }
        }
        other => Err(ApiError::parameter(format!("'{other}' is no format of a header"))),
    }
}

fn within<'a>(component: &'a Value, name: &str, most: usize) -> Result<&'a str, ApiError> {
    let text = word(component, name)?;
    if text.chars().count() > most {
        return Err(ApiError::template(2388040, &format!("{name} has more than {most} characters")));
    }
    Ok(text)
}

fn check_variables(text: &str) -> Result<(), ApiError> {
    let names = variables(text);
    let numbers: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
    let in_sequence = numbers.is_empty() || {
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        numbers.len() == names.len() && sorted.iter().zip(1..).all(|(number, wanted)| *number == wanted)
    };
    let are_good = names.iter().all(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if in_sequence && are_good {
        Ok(())
    } else {
        Err(ApiError::template(2388072, "The variables are not numbered in sequence"))
    }
}

fn check_body(text: &str) -> Result<(), ApiError> {
    let trimmed = text.trim();
    if trimmed.starts_with("{{") || trimmed.ends_with("}}") {
        return Err(ApiError::template(2388299, "Variables can't be at the start or end of the template"));
    }
    let count = variables(text).len();
    let words = text.split_whitespace().filter(|word| !word.contains("{{")).count();
    if count > 0 && words < 2 * count + 1 {
        return Err(ApiError::template(2388293, "This template has too many variables for its length"));
    }
    Ok(())
}

fn button(raw: &Value) -> Result<Button, ApiError> {
    match word(raw, "type")? {
        "QUICK_REPLY" => {
            only(raw, &["type", "text"])?;
            Ok(Button::QuickReply(within(raw, "text", 25)?.to_owned()))
        }
        "URL" => {
            only(raw, &["type", "text", "url", "example"])?;
            let url = within(raw, "url", 2_000)?;
            let count = variables(url).len();
            let has_example = raw["example"][0].as_str().is_some_and(|example| !example.is_empty());
            if count > 1 || (count == 1 && (!url.ends_with("}}") || !has_example)) {
                return Err(ApiError::template(
                    2388043,
                    "A URL takes one variable at its end, with an example",
                ));
            }
            Ok(Button::Url { text: within(raw, "text", 25)?.to_owned(), url: url.to_owned() })
        }
        "PHONE_NUMBER" => {
            only(raw, &["type", "text", "phone_number"])?;
            Ok(Button::PhoneNumber {
                text: within(raw, "text", 25)?.to_owned(),
                phone_number: within(raw, "phone_number", 20)?.to_owned(),
            })
        }
        "FLOW" => {
            only(raw, &["type", "text", "flow_id", "flow_action", "navigate_screen", "icon"])?;
            let flow_id = word(raw, "flow_id")?.to_owned();
            Ok(Button::Flow { text: within(raw, "text", 25)?.to_owned(), flow_id })
        }
        kind @ ("CATALOG" | "MPM" | "SPM") => {
            only(raw, &["type", "text"])?;
            let text = within(raw, "text", 25)?.to_owned();
            Ok(match kind {
                "CATALOG" => Button::Catalog(text),
                "MPM" => Button::Mpm(text),
                _ => Button::Spm(text),
            })
        }
        "COPY_CODE" => {
            only(raw, &["type", "example"])?;
            within(raw, "example", 15)?;
            Ok(Button::CopyCode)
        }
        other => Err(ApiError::parameter(format!("'{other}' is no type of a button"))),
    }
}

fn check_order(buttons: &[Button]) -> Result<(), ApiError> {
    let is_reply = |button: &Button| matches!(button, Button::QuickReply(_));
    let runs = buttons.windows(2).filter(|pair| is_reply(&pair[0]) != is_reply(&pair[1])).count();
    let count = |kind: fn(&Button) -> bool| buttons.iter().filter(|button| kind(button)).count();
    let too_many = count(|button| matches!(button, Button::Url { .. })) > 2
        || count(|button| matches!(button, Button::PhoneNumber { .. })) > 1
        || count(|button| matches!(button, Button::CopyCode)) > 1;
    if runs > 1 || too_many {
        return Err(ApiError::template(2388043, "The buttons are in no order that is taken, or too many"));
    }
    Ok(())
}

/// The answer to a template that was taken.
pub(super) fn taken(template: &Template) -> Value {
    json!({"id": template.id.to_string(), "status": template.status, "category": template.category})
}
