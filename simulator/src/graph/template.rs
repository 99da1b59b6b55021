//! Message templates: what the account has, and whether a send fits one.

use serde_json::{Value, json};

use super::check::Fields;
use super::error::ApiError;

/// Most characters of a body once its parameters are filled in.
const BODY_CHARS_MAX: usize = 1024;

/// A message template of a business account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Its id: a number, in text over REST.
    pub id: u64,
    /// `[a-z0-9_]`, at most 512.
    pub name: String,
    /// `en_US`, `nl`, …
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED`.
    pub status: String,
    /// What stands above the body.
    pub header: Option<Header>,
    /// The body with `{{1}}` or `{{name}}`.
    pub body: String,
    /// The line below the body.
    pub footer: Option<String>,
    /// At most 10.
    pub buttons: Vec<Button>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality: String,
    /// Why it was rejected.
    pub rejected_reason: Option<String>,
    /// When it was changed while it was approved, in milliseconds.
    pub edits_ms: Vec<i64>,
}

/// A template's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    /// Text with at most one variable.
    Text(String),
    /// `IMAGE`, `VIDEO`, `DOCUMENT` or `LOCATION`, given with each send.
    Media(String),
}

/// A template's button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    /// A quick reply; the send may give it a payload.
    QuickReply(String),
    /// A link; a variable at its end must be given with each send.
    Url {
        /// What the button says.
        text: String,
        /// Where it leads, e.g. `https://example.com/o/{{1}}`.
        url: String,
    },
    /// Calls a number.
    PhoneNumber {
        /// What the button says.
        text: String,
        /// Whom it calls.
        phone_number: String,
    },
    /// Copies a code given with each send.
    CopyCode,
}

impl Template {
    /// An approved template with a body alone.
    pub fn approved(
        id: u64,
        name: impl Into<String>,
        language: impl Into<String>,
        category: impl Into<String>,
        body: impl Into<String>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            language: language.into(),
            category: category.into(),
            status: "APPROVED".to_owned(),
            header: None,
            body: body.into(),
            footer: None,
            buttons: Vec::new(),
            quality: "GREEN".to_owned(),
            rejected_reason: None,
            edits_ms: Vec::new(),
        }
    }

    /// The templates of the demo's bicycle workshop.
    pub fn workshop() -> Vec<Self> {
        let mut ready = Self::approved(
            940_000_000_000_001,
            "bike_ready",
            "en_US",
            "UTILITY",
            "Hi {{1}}, your {{2}} is ready. You can collect it until {{3}}.",
        );
        ready.footer = Some("Spoke & Chain workshop".to_owned());
        ready.buttons = vec![
            Button::QuickReply("I'm coming".to_owned()),
            Button::QuickReply("Another day, please".to_owned()),
        ];
        let mut shipped = Self::approved(
            940_000_000_000_002,
            "order_shipped",
            "en_US",
            "UTILITY",
            "Good news {{first_name}}: order {{order}} is on its way.",
        );
        shipped.header = Some(Header::Text("Order {{order}}".to_owned()));
        shipped.buttons = vec![Button::Url {
            text: "Track".to_owned(),
            url: "https://shop.example/track/{{1}}".to_owned(),
        }];
        let mut season = Self::approved(
            940_000_000_000_003,
            "spring_service",
            "en_US",
            "MARKETING",
            "Hello {{1}}, winter is over. Book a spring service this week and the chain is on us.",
        );
        season.header = Some(Header::Media("IMAGE".to_owned()));
        season.footer = Some("Reply STOP to hear no more of this".to_owned());
        let mut code = Self::approved(
            940_000_000_000_004,
            "sign_in_code",
            "en_US",
            "AUTHENTICATION",
            "*{{1}}* is your verification code.",
        );
        code.buttons = vec![Button::Url {
            text: "Copy code".to_owned(),
            url: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}".to_owned(),
        }];
        let mut paused = Self::approved(
            940_000_000_000_007,
            "flash_sale",
            "en_US",
            "MARKETING",
            "Today only: {{1}} off all tyres, dear {{2}}, while they last.",
        );
        paused.status = "PAUSED".to_owned();
        vec![
            ready,
            shipped,
            season,
            code,
            Self::approved(
                940_000_000_000_005,
                "bike_ready",
                "nl",
                "UTILITY",
                "Hoi {{1}}, je {{2}} staat klaar. Ophalen kan tot {{3}} uur.",
            ),
            Self::approved(
                940_000_000_000_006,
                "still_there",
                "en_US",
                "UTILITY",
                "Hello! We have news about your question. Answer here and we go on.",
            ),
            paused,
        ]
    }

    /// Whether its variables have names instead of numbers.
    pub fn is_named(&self) -> bool {
        variables(&self.body).iter().any(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    pub(super) fn json(&self, waba_id: &str) -> Value {
        let mut components = Vec::new();
        match &self.header {
            Some(Header::Text(text)) => {
                components.push(json!({"type": "HEADER", "format": "TEXT", "text": text}));
            }
            Some(Header::Media(format)) => {
                let example = json!({"header_handle": [format!("https://scontent.example/{}", self.id)]});
                components.push(json!({"type": "HEADER", "format": format, "example": example}));
            }
            None => {}
        }
        let mut body = json!({"type": "BODY", "text": self.body});
        let names = variables(&self.body);
        if let (false, Some(fields)) = (names.is_empty(), body.as_object_mut()) {
            let example = if self.is_named() {
                let params: Vec<Value> =
                    names.iter().map(|name| json!({"param_name": name, "example": "Sam"})).collect();
                json!({"body_text_named_params": params})
            } else {
                json!({"body_text": [vec!["Sam"; names.len()]]})
            };
            fields.insert("example".to_owned(), example);
        }
        components.push(body);
        if let Some(footer) = &self.footer {
            components.push(json!({"type": "FOOTER", "text": footer}));
        }
        if !self.buttons.is_empty() {
            let buttons: Vec<Value> = self.buttons.iter().map(Button::json).collect();
            components.push(json!({"type": "BUTTONS", "buttons": buttons}));
        }
        json!({
            "id": self.id.to_string(), "name": self.name, "language": self.language,
            "status": self.status, "category": self.category,
            "parameter_format": if self.is_named() { "NAMED" } else { "POSITIONAL" },
            "components": components, "quality_score": {"score": self.quality},
            "rejected_reason": self.rejected_reason.as_deref().unwrap_or("NONE"), "owner_business_account": waba_id,
        })
    }

    /// The media ids that a send's header names.
    pub(super) fn media_of<'a>(components: &[Fields<'a>]) -> Vec<&'a str> {
        let mut ids = Vec::new();
        for parameter in components.iter().filter_map(|one| one.optional_list("parameters").ok()).flatten() {
            for kind in ["image", "video", "document"] {
                let file = parameter.optional(kind).ok().flatten();
                ids.extend(file.and_then(|file| file.optional_str("id").ok().flatten()));
            }
        }
        ids
    }

    /// Checks the `components` of a send and gives the text the customer reads.
    pub(super) fn fill(&self, components: &[Fields<'_>]) -> Result<String, ApiError> {
        let mut body: Vec<Parameter> = Vec::new();
        let mut header_given = false;
        let mut buttons_given = vec![false; self.buttons.len()];
        for component in components {
            match component.required_str("type")? {
                "header" => {
                    component.only(&["type", "parameters"])?;
                    self.check_header(component)?;
                    header_given = true;
                }
                "body" => {
                    component.only(&["type", "parameters"])?;
                    body = parameters(component)?;
                }
                "button" => {
                    component.only(&["type", "sub_type", "index", "parameters"])?;
                    let index = self.check_button(component)?;
                    buttons_given[index] = true;
                }
                "carousel" | "limited_time_offer" => {}
                other => {
                    return Err(ApiError::value(
                        &component.path_of("type"),
                        &format!("'{other}' is no component type"),
                    ));
                }
            }
        }
        match &self.header {
            Some(Header::Media(format)) if !header_given => {
                return Err(ApiError::new(
                    132012,
                    format!("header: Format mismatch, expected {format}, received UNKNOWN"),
                ));
            }
            Some(Header::Text(text)) if !header_given && !variables(text).is_empty() => {
                return Err(count_mismatch("header", 0, variables(text).len()));
            }
            _ => {}
        }
        for (index, button) in self.buttons.iter().enumerate() {
            if button.needs_parameter() && !buttons_given[index] {
                return Err(ApiError::new(
                    131008,
                    format!(
                        "buttons: Button at index {index} of type {} requires a parameter",
                        button.kind()
                    ),
                ));
            }
        }
        let text = self.fill_text("body", &self.body, &body)?;
        if text.chars().count() > BODY_CHARS_MAX {
            return Err(ApiError::new(132005, "Translated text is too long"));
        }
        Ok(text)
    }

    fn fill_text(&self, part: &str, text: &str, given: &[Parameter]) -> Result<String, ApiError> {
        let names = variables(text);
        if names.len() != given.len() {
            return Err(count_mismatch(part, given.len(), names.len()));
        }
        let mut filled = text.to_owned();
        for (index, name) in names.iter().enumerate() {
            let parameter = if self.is_named() {
                given.iter().find(|parameter| parameter.name.as_deref() == Some(name)).ok_or_else(|| {
                    ApiError::new(132012, format!("{part}: parameter_name '{name}' is missing"))
                })?
            } else {
                &given[index]
            };
            filled = filled.replace(&format!("{{{{{name}}}}}"), &parameter.text);
        }
        Ok(filled)
    }

    fn check_header(&self, component: &Fields<'_>) -> Result<(), ApiError> {
        match &self.header {
            None => Err(ApiError::new(132012, "header: the template has none")),
            Some(Header::Text(text)) => self.fill_text("header", text, &parameters(component)?).map(drop),
            Some(Header::Media(format)) => {
                let items = component.required_list("parameters")?;
                let [item] = items.as_slice() else {
                    return Err(count_mismatch("header", items.len(), 1));
                };
                let kind = item.required_str("type")?;
                if !kind.eq_ignore_ascii_case(format) {
                    return Err(ApiError::new(
                        132012,
                        format!(
                            "header: Format mismatch, expected {format}, received {}",
                            kind.to_ascii_uppercase()
                        ),
                    ));
                }
                item.only(&["type", kind])?;
                let given = item.required(kind)?;
                if kind == "location" {
                    given.only(&["latitude", "longitude", "name", "address"])?;
                    given.required_str("name")?;
                    given.required_str("address")?;
                    return given.required_degrees();
                }
                given.only(if kind == "document" { &["id", "link", "filename"] } else { &["id", "link"] })?;
                given.id_or_link_unless(false)
            }
        }
    }

    fn check_button(&self, component: &Fields<'_>) -> Result<usize, ApiError> {
        let sub_type = component.required_str("sub_type")?;
        let index = component.required_index("index")?;
        let Some(button) = self.buttons.get(index) else {
            return Err(ApiError::new(
                132000,
                format!("buttons: the template has no button at index {index}"),
            ));
        };
        let (expected, parameter) = match button {
            Button::QuickReply(_) => ("quick_reply", "payload"),
            Button::Url { .. } => ("url", "text"),
            Button::CopyCode => ("copy_code", "coupon_code"),
            Button::PhoneNumber { .. } => ("voice_call", "payload"),
        };
        if sub_type != expected {
            return Err(ApiError::new(
                132012,
                format!("buttons: index {index} is of sub_type {expected}, not {sub_type}"),
            ));
        }
        let items = component.required_list("parameters")?;
        let [item] = items.as_slice() else {
            return Err(count_mismatch("buttons", items.len(), 1));
        };
        if item.required_str("type")? != parameter {
            return Err(ApiError::new(
                132012,
                format!("buttons: a {expected} button takes a {parameter} parameter"),
            ));
        }
        item.only(&["type", parameter])?;
        let value = item.required_str(parameter)?;
        if parameter == "coupon_code" && value.chars().count() > 15 {
            return Err(ApiError::value(&item.path_of(parameter), "must be at most 15 characters long"));
        }
        if parameter == "text" && variables(button.url()).is_empty() {
            return Err(count_mismatch("buttons", 1, 0));
        }
        Ok(index)
    }
}

impl Button {
    fn url(&self) -> &str {
        match self {
            Self::Url { url, .. } => url,
            _ => "",
        }
    }

    fn needs_parameter(&self) -> bool {
        match self {
            Self::Url { url, .. } => !variables(url).is_empty(),
            Self::CopyCode => true,
            Self::QuickReply(_) | Self::PhoneNumber { .. } => false,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::QuickReply(_) => "QUICK_REPLY",
            Self::Url { .. } => "URL",
            Self::PhoneNumber { .. } => "PHONE_NUMBER",
            Self::CopyCode => "COPY_CODE",
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::QuickReply(text) => json!({"type": self.kind(), "text": text}),
            Self::Url { text, url } => json!({"type": self.kind(), "text": text, "url": url}),
            Self::PhoneNumber { text, phone_number } => {
                json!({"type": self.kind(), "text": text, "phone_number": phone_number})
            }
            Self::CopyCode => json!({"type": self.kind(), "example": "SAVE10"}),
        }
    }
}

struct Parameter {
    name: Option<String>,
    text: String,
}

fn parameters(component: &Fields<'_>) -> Result<Vec<Parameter>, ApiError> {
    component
        .optional_list("parameters")?
        .iter()
        .map(|item| {
            let text = match item.required_str("type")? {
                "text" => {
                    item.only(&["type", "text", "parameter_name"])?;
                    item.required_str("text")?
                }
                "currency" => item.required("currency")?.required_str("fallback_value")?,
                "date_time" => item.required("date_time")?.required_str("fallback_value")?,
                other => {
                    return Err(ApiError::new(
                        132012,
                        format!("{}: '{other}' does not fit", item.path_of("type")),
                    ));
                }
            };
            let forbidden = text.contains(['\n', '\t', '\r']) || text.contains("     ");
            if text.is_empty() || forbidden {
                return Err(ApiError::new(
                    132012,
                    "Param text cannot be empty or have new-line/tab characters or more than 4 consecutive spaces",
                ));
            }
            let name = item.optional_str("parameter_name")?.map(str::to_owned);
            Ok(Parameter { name, text: text.to_owned() })
        })
        .collect()
}

fn count_mismatch(part: &str, given: usize, expected: usize) -> ApiError {
    ApiError::new(
        132000,
        format!(
            "{part}: number of localizable_params ({given}) does not match the expected number of params ({expected})"
        ),
    )
}

/// The names between `{{` and `}}`, each once, in order.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for part in text.split("{{").skip(1) {
        if let Some((name, _)) = part.split_once("}}")
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}
