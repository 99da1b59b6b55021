//! Templates made, changed and deleted through the API, by the rules of Meta's documents.

use serde_json::{Value, json};

use super::error::ApiError;
use super::template::{Button, Header, Template, variables};

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
                only(component, &["type", "text", "example"])?;
                let text = within(component, "text", 1_024)?;
                check_variables(text)?;
                check_body(text)?;
                let names = variables(text);
                let example = component.get("example");
                let given = match names.iter().any(|name| name.parse::<u32>().is_err()) {
                    true => example
                        .and_then(|example| example["body_text_named_params"].as_array())
                        .map_or(0, Vec::len),
                    false => {
                        example.and_then(|example| example["body_text"][0].as_array()).map_or(0, Vec::len)
                    }
                };
                if given != names.len() {
                    return Err(ApiError::template(2388043, "The body lacks an example for each variable"));
                }
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
            other => return Err(ApiError::parameter(format!("'{other}' is no component type"))),
        }
    }
    if template.body.is_empty() {
        return Err(ApiError::template(2388043, "A template needs a body"));
    }
    Ok(())
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
        "LOCATION" => Ok(Header::Media("LOCATION".to_owned())),
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
