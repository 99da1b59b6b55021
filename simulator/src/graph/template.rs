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
    /// An offer that ends.
    pub offer: Option<Offer>,
    /// 2 to 10 cards to swipe through.
    pub cards: Vec<Card>,
    /// What the answer to a read says of a template with a code beside its words.
    pub code: Option<Code>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    pub quality: String,
    /// Why it was rejected.
    pub rejected_reason: Option<String>,
    /// When it was changed while it was approved, in milliseconds.
    pub edits_ms: Vec<i64>,
}

/// An offer that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// At most 16 characters.
    pub text: String,
    /// Each send says when it ends.
    pub has_expiration: bool,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// `IMAGE`, `VIDEO` or `PRODUCT`.
    pub format: String,
    /// At most 160 characters.
    pub body: Option<String>,
    /// One or two.
    pub buttons: Vec<Button>,
}

/// What was chosen of a template with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// It says that the code is not to be shared.
    pub security: bool,
    /// It says when the code expires.
    pub minutes: Option<u64>,
}

/// A template's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    /// Text with at most one variable.
    Text(String),
    /// `IMAGE`, `VIDEO`, `DOCUMENT`, `LOCATION` or `PRODUCT`, given with each send.
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
    /// Opens a form; the send names it with its token.
    Flow {
        /// What the button says.
        text: String,
        /// Which form.
        flow_id: String,
    },
    /// Opens the catalogue.
    Catalog(String),
    /// Opens products that the send names.
    Mpm(String),
    /// Opens the product that stands above.
    Spm(String),
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
            offer: None,
            cards: Vec::new(),
            code: None,
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
        let mut tyres = Self::approved(
            940_000_000_000_008,
            "tyre_week",
            "en_US",
            "MARKETING",
            "Hello {{1}}, all winter tyres are cheaper this week, with this code.",
        );
        tyres.header = Some(Header::Media("IMAGE".to_owned()));
        tyres.offer = Some(Offer { text: "This week only".to_owned(), has_expiration: true });
        tyres.buttons = vec![
            Button::CopyCode,
            Button::Url {
                text: "See the tyres".to_owned(),
                url: "https://shop.example/tyres/{{1}}".to_owned(),
            },
        ];
        let mut bikes = Self::approved(
            940_000_000_000_009,
            "new_bikes",
            "en_US",
            "MARKETING",
            "Hello {{1}}, two new bicycles stand in our shop.",
        );
        let bike = |words: &str| Card {
            format: "IMAGE".to_owned(),
            body: Some(words.to_owned()),
            buttons: vec![
                Button::QuickReply("Reserve it".to_owned()),
                Button::Url { text: "Look".to_owned(), url: "https://shop.example/bikes/{{1}}".to_owned() },
            ],
        };
        bikes.cards = vec![bike("The city one, from {{1}}."), bike("The one for the forest, from {{1}}.")];
        let mut visit = Self::approved(
            940_000_000_000_010,
            "book_a_visit",
            "en_US",
            "UTILITY",
            "Hello {{1}}, choose when to bring your bicycle.",
        );
        visit.buttons =
            vec![Button::Flow { text: "Choose a time".to_owned(), flow_id: "880000000000001".to_owned() }];
        vec![
            ready,
            shipped,
            tyres,
            bikes,
            visit,
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
        let cards = self.cards.iter().filter_map(|card| card.body.as_deref());
        let mut names = [self.body.as_str()].into_iter().chain(cards).flat_map(variables);
        names.any(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    pub(super) fn json(&self, waba_id: &str) -> Value {
        let mut components = Vec::new();
        match &self.header {
            Some(Header::Text(text)) => {
                components.push(json!({"type": "HEADER", "format": "TEXT", "text": text}));
            }
            Some(Header::Media(format)) => components.push(self.header_json(format)),
            None => {}
        }
        let mut body = self.body_json(&self.body);
        if let Some(code) = &self.code {
            body["add_security_recommendation"] = code.security.into();
        }
        components.push(body);
        if let Some(footer) = &self.footer {
            let mut footer = json!({"type": "FOOTER", "text": footer});
            if let Some(minutes) = self.code.as_ref().and_then(|code| code.minutes) {
                footer["code_expiration_minutes"] = minutes.into();
            }
            components.push(footer);
        }
        if let Some(offer) = &self.offer {
            let offer = json!({"text": offer.text, "has_expiration": offer.has_expiration});
            components.push(json!({"type": "LIMITED_TIME_OFFER", "limited_time_offer": offer}));
        }
        components.extend(buttons_json(&self.buttons));
        if !self.cards.is_empty() {
            let card = |card: &Card| {
                let mut components = vec![self.header_json(&card.format)];
                components.extend(card.body.as_ref().map(|words| self.body_json(words)));
                components.extend(buttons_json(&card.buttons));
                json!({"components": components})
            };
            let cards: Vec<Value> = self.cards.iter().map(card).collect();
            components.push(json!({"type": "CAROUSEL", "cards": cards}));
        }
        json!({
            "id": self.id.to_string(), "name": self.name, "language": self.language,
            "status": self.status, "category": self.category,
            "parameter_format": if self.is_named() { "NAMED" } else { "POSITIONAL" },
            "components": components, "quality_score": {"score": self.quality},
            "rejected_reason": self.rejected_reason.as_deref().unwrap_or("NONE"), "owner_business_account": waba_id,
        })
    }

    fn header_json(&self, format: &str) -> Value {
        let mut header = json!({"type": "HEADER", "format": format});
        if !matches!(format, "LOCATION" | "PRODUCT") {
            header["example"] = json!({"header_handle": [format!("https://scontent.example/{}", self.id)]});
        }
        header
    }

    fn body_json(&self, words: &str) -> Value {
        let mut body = json!({"type": "BODY", "text": words});
        let names = variables(words);
        let example = if self.code.is_some() { "123456" } else { "Sam" };
        if !names.is_empty() {
            body["example"] = if self.is_named() {
                let params: Vec<Value> =
                    names.iter().map(|name| json!({"param_name": name, "example": example})).collect();
                json!({"body_text_named_params": params})
            } else {
                json!({"body_text": [vec![example; names.len()]]})
            };
        }
        body
    }

    /// The media ids that a send's headers name.
    pub(super) fn media_of<'a>(components: &[Fields<'a>]) -> Vec<&'a str> {
        let list = |of: &Fields<'a>, name: &str| of.optional_list(name).unwrap_or_default();
        let mut ids = Vec::new();
        for component in components {
            for parameter in list(component, "parameters") {
                for kind in ["image", "video", "document"] {
                    let file = parameter.optional(kind).ok().flatten();
                    ids.extend(file.and_then(|file| file.optional_str("id").ok().flatten()));
                }
            }
            for card in list(component, "cards") {
                ids.extend(Self::media_of(&list(&card, "components")));
            }
        }
        ids
    }

    /// Checks the `components` of a send and gives what the customer reads: the body, then the offer and the words of
    /// each card, a line each.
    pub(super) fn fill(&self, components: &[Fields<'_>], now_ms: i64) -> Result<String, ApiError> {
        let whole = Face { header: self.header.as_ref(), body: &self.body, buttons: &self.buttons };
        let mut text = self.fill_face(&whole, components, true)?;
        let of_kind =
            |kind: &str| components.iter().find(|one| one.optional_str("type").ok().flatten() == Some(kind));
        match (&self.offer, of_kind("limited_time_offer")) {
            (Some(offer), given) => {
                if offer.has_expiration {
                    let given = given.ok_or_else(|| {
                        ApiError::new(131008, "limited_time_offer: the template requires an expiration")
                    })?;
                    check_offer(given, now_ms)?;
                }
                text = format!("{text}\n[{}]", offer.text);
            }
            (None, Some(_)) => {
                return Err(ApiError::new(132012, "limited_time_offer: the template has none"));
            }
            (None, None) => {}
        }
        match (self.cards.is_empty(), of_kind("carousel")) {
            (true, None) => return Ok(text),
            (true, Some(_)) => return Err(ApiError::new(132012, "carousel: the template has none")),
            (false, None) => return Err(ApiError::new(131008, "carousel: the template requires its cards")),
            (false, Some(carousel)) => {
                carousel.only(&["type", "cards"])?;
                let given = carousel.required_list("cards")?;
                if given.len() != self.cards.len() {
                    return Err(count_mismatch("carousel", given.len(), self.cards.len()));
                }
                for (place, given) in given.iter().enumerate() {
                    given.only(&["card_index", "components"])?;
                    if given.required_index("card_index")? != place {
                        return Err(ApiError::value(&given.path_of("card_index"), "cards go in their order"));
                    }
                    let card = &self.cards[place];
                    let header = Header::Media(card.format.clone());
                    let face = Face {
                        header: Some(&header),
                        body: card.body.as_deref().unwrap_or_default(),
                        buttons: &card.buttons,
                    };
                    let words = self.fill_face(&face, &given.required_list("components")?, false)?;
                    text = format!("{text}\n{}. {words}", place + 1);
                }
            }
        }
        Ok(text)
    }

    fn fill_face(
        &self,
        face: &Face<'_>,
        components: &[Fields<'_>],
        is_whole: bool,
    ) -> Result<String, ApiError> {
        let mut body: Vec<Parameter> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let mut buttons_given = vec![false; face.buttons.len()];
        for component in components {
            let kind = component.required_str("type")?;
            if kind != "button" && seen.contains(&kind) {
                return Err(ApiError::value(&component.path_of("type"), "is there twice"));
            }
            seen.push(kind);
            match kind {
                "header" => {
                    component.only(&["type", "parameters"])?;
                    self.check_header(face.header, component)?;
                }
                "body" => {
                    component.only(&["type", "parameters"])?;
                    body = parameters(component)?;
                }
                "button" => {
                    component.only(&["type", "sub_type", "index", "parameters"])?;
                    let index = check_button(face.buttons, component)?;
                    if std::mem::replace(&mut buttons_given[index], true) {
                        return Err(ApiError::value(&component.path_of("index"), "is there twice"));
                    }
                }
                "carousel" | "limited_time_offer" if is_whole => {}
                other => {
                    return Err(ApiError::value(
                        &component.path_of("type"),
                        &format!("'{other}' is no component type"),
                    ));
                }
            }
        }
        let header_given = seen.contains(&"header");
        match face.header {
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
        for (index, button) in face.buttons.iter().enumerate() {
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
        let text = self.fill_text("body", face.body, &body)?;
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

    fn check_header(&self, header: Option<&Header>, component: &Fields<'_>) -> Result<(), ApiError> {
        match header {
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
                if kind == "product" {
                    given.only(&["catalog_id", "product_retailer_id"])?;
                    given.required_str("catalog_id")?;
                    return given.required_str("product_retailer_id").map(drop);
                }
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
}

/// What a send fills: the template itself, or a card.
struct Face<'a> {
    header: Option<&'a Header>,
    body: &'a str,
    buttons: &'a [Button],
}

fn check_offer(component: &Fields<'_>, now_ms: i64) -> Result<(), ApiError> {
    component.only(&["type", "parameters"])?;
    let items = component.required_list("parameters")?;
    let [item] = items.as_slice() else {
        return Err(count_mismatch("limited_time_offer", items.len(), 1));
    };
    item.only(&["type", "limited_time_offer"])?;
    if item.required_str("type")? != "limited_time_offer" {
        return Err(ApiError::value(&item.path_of("type"), "must be 'limited_time_offer'"));
    }
    let offer = item.required("limited_time_offer")?;
    offer.only(&["expiration_time_ms"])?;
    if offer.required_whole("expiration_time_ms")? <= now_ms {
        return Err(ApiError::value(&offer.path_of("expiration_time_ms"), "must be a time to come"));
    }
    Ok(())
}

fn check_button(buttons: &[Button], component: &Fields<'_>) -> Result<usize, ApiError> {
    let sub_type = component.required_str("sub_type")?;
    let index = component.required_index("index")?;
    let Some(button) = buttons.get(index) else {
        return Err(ApiError::new(132000, format!("buttons: the template has no button at index {index}")));
    };
    let (expected, parameter) = match button {
        Button::QuickReply(_) => ("quick_reply", "payload"),
        Button::Url { .. } => ("url", "text"),
        Button::CopyCode => ("copy_code", "coupon_code"),
        Button::PhoneNumber { .. } => ("voice_call", "payload"),
        Button::Flow { .. } => ("flow", "action"),
        Button::Catalog(_) => ("catalog", "action"),
        Button::Mpm(_) => ("mpm", "action"),
        Button::Spm(_) => {
            return Err(ApiError::new(132000, format!("buttons: the button at index {index} takes none")));
        }
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
    if parameter == "action" {
        return check_action(button, &item.required("action")?).map(|()| index);
    }
    let value = item.required_str(parameter)?;
    let is_code = parameter == "coupon_code" || button.url().contains("/otp/code/");
    if is_code && value.chars().count() > 15 {
        return Err(ApiError::value(&item.path_of(parameter), "must be at most 15 characters long"));
    }
    if parameter == "text" && variables(button.url()).is_empty() {
        return Err(count_mismatch("buttons", 1, 0));
    }
    Ok(index)
}

fn check_action(button: &Button, action: &Fields<'_>) -> Result<(), ApiError> {
    match button {
        Button::Flow { .. } => {
            action.only(&["flow_token", "flow_action_data"])?;
            action.required_str("flow_token")?;
            action.optional("flow_action_data")?;
        }
        Button::Catalog(_) => {
            action.only(&["thumbnail_product_retailer_id"])?;
            action.required_str("thumbnail_product_retailer_id")?;
        }
        _ => {
            action.only(&["thumbnail_product_retailer_id", "sections"])?;
            action.required_str("thumbnail_product_retailer_id")?;
            let sections = action.required_list("sections")?;
            let mut products = 0;
            for section in &sections {
                section.only(&["title", "product_items"])?;
                if section.required_str("title")?.chars().count() > 24 {
                    return Err(ApiError::value(
                        &section.path_of("title"),
                        "must be at most 24 characters long",
                    ));
                }
                let items = section.required_list("product_items")?;
                for item in &items {
                    item.only(&["product_retailer_id"])?;
                    item.required_str("product_retailer_id")?;
                }
                products += items.len();
            }
            if !(1..=10).contains(&sections.len()) || !(1..=30).contains(&products) {
                return Err(ApiError::value(
                    &action.path_of("sections"),
                    "must have 1 to 10 sections with 1 to 30 products in all",
                ));
            }
        }
    }
    Ok(())
}

fn buttons_json(buttons: &[Button]) -> Option<Value> {
    let list: Vec<Value> = buttons.iter().map(Button::json).collect();
    (!list.is_empty()).then(|| json!({"type": "BUTTONS", "buttons": list}))
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
            Self::CopyCode | Self::Flow { .. } | Self::Mpm(_) => true,
            Self::QuickReply(_) | Self::PhoneNumber { .. } | Self::Catalog(_) | Self::Spm(_) => false,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::QuickReply(_) => "QUICK_REPLY",
            Self::Url { .. } => "URL",
            Self::PhoneNumber { .. } => "PHONE_NUMBER",
            Self::CopyCode => "COPY_CODE",
            Self::Flow { .. } => "FLOW",
            Self::Catalog(_) => "CATALOG",
            Self::Mpm(_) => "MPM",
            Self::Spm(_) => "SPM",
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::QuickReply(text) | Self::Catalog(text) | Self::Mpm(text) | Self::Spm(text) => {
                json!({"type": self.kind(), "text": text})
            }
            Self::Flow { text, flow_id } => {
                json!({"type": self.kind(), "text": text, "flow_id": flow_id.parse::<u64>().unwrap_or_default()})
            }
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
