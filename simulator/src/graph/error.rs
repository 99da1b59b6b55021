//! Refusals in Meta's shape.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

/// One refusal: `{"error":{…}}` with its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Meta's code.
    pub code: i64,
    /// `error_data.details`.
    pub details: String,
    /// The text after `(#code) `; the code's title unless the Graph API has words of its own.
    message: Option<String>,
    subcode: Option<i64>,
    /// `error_user_msg`.
    user_message: Option<String>,
}

impl ApiError {
    /// A refusal with the code's own title.
    pub fn new(code: i64, details: impl Into<String>) -> Self {
        Self { code, details: details.into(), message: None, subcode: None, user_message: None }
    }

    /// 100 with words of its own.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code: 100,
            details: message.clone(),
            message: Some(message),
            subcode: None,
            user_message: None,
        }
    }

    /// 131008: something required inside the message is missing.
    pub(super) fn missing(path: &str) -> Self {
        Self::new(131008, format!("Parameter '{path}' is mandatory"))
    }

    /// 131009: a value is not valid.
    pub(super) fn value(path: &str, why: &str) -> Self {
        Self::new(131009, format!("Parameter '{path}': {why}"))
    }

    /// 100 with subcode 33: no such object, or not for this token.
    pub(super) fn no_object(id: &str, method: &str) -> Self {
        Self {
            code: 100,
            details: format!("Object with ID '{id}' does not exist"),
            message: Some(format!(
                "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due to \
                 missing permissions, or does not support this operation. Please read the Graph API documentation \
                 at https://developers.facebook.com/docs/graph-api"
            )),
            subcode: Some(33),
            user_message: None,
        }
    }

    /// 100 with one of the subcodes of templates that are made or changed, and words for people.
    pub(super) fn template(subcode: i64, words: &str) -> Self {
        Self {
            subcode: Some(subcode),
            user_message: Some(words.to_owned()),
            ..Self::parameter("Invalid parameter")
        }
    }

    /// The HTTP status that goes with the code.
    pub fn http_status(&self) -> StatusCode {
        match self.code {
            0 | 190 => StatusCode::UNAUTHORIZED,
            10 | 200..=299 | 368 | 131005 | 131031 => StatusCode::FORBIDDEN,
            132001 => StatusCode::NOT_FOUND,
            3 | 131000 | 131045 => StatusCode::INTERNAL_SERVER_ERROR,
            2 | 131016 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body.
    pub fn body(&self, fbtrace_id: &str) -> Value {
        let title = self.message.as_deref().unwrap_or_else(|| title(self.code));
        // Authentication and missing objects are refused before the WhatsApp product is reached.
        let early = matches!(self.code, 0 | 104 | 190) || self.subcode == Some(33);
        let mut error = json!({
            "message": if early { title.to_owned() } else { format!("(#{}) {title}", self.code) },
            "type": if self.subcode == Some(33) { "GraphMethodException" } else { "OAuthException" },
            "code": self.code,
            "fbtrace_id": fbtrace_id,
        });
        if let Some(fields) = error.as_object_mut() {
            if let Some(subcode) = self.subcode {
                fields.insert("error_subcode".to_owned(), subcode.into());
            }
            if !early {
                let data = json!({"messaging_product": "whatsapp", "details": self.details});
                fields.insert("error_data".to_owned(), data);
            }
            if let Some(words) = &self.user_message {
                fields.insert("error_user_title".to_owned(), "Template not taken".into());
                fields.insert("error_user_msg".to_owned(), words.as_str().into());
            }
            if matches!(self.code, 1 | 2 | 131000 | 131016) {
                fields.insert("is_transient".to_owned(), true.into());
            }
        }
        json!({"error": error})
    }

    pub(super) fn answer(&self, status: StatusCode, fbtrace_id: &str) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json; charset=UTF-8")];
        (status, headers, self.body(fbtrace_id).to_string()).into_response()
    }
}

/// The documented title of an error code; a general one for codes not listed.
pub fn title(code: i64) -> &'static str {
    match code {
        0 => "Authentication Error",
        1 => "API Unknown",
        2 => "API Service",
        3 => "API Method",
        4 => "Application request limit reached",
        10 => "Application does not have permission for this action",
        33 => "Parameter value is not valid",
        100 => "Invalid parameter",
        104 => "An access token is required to request this resource.",
        190 => "Error validating access token: The session is invalid or has expired.",
        368 => "Temporarily blocked for policies violations",
        80007 => "Rate limit issues",
        130403 => "User is blocked by this business",
        130429 => "Rate limit hit",
        130472 => "User's number is part of an experiment",
        130497 => "Business account is restricted from messaging users in this country.",
        131000 => "Something went wrong",
        131005 => "Access denied",
        131008 => "Required parameter is missing",
        131009 => "Parameter value is not valid",
        131016 => "Service unavailable",
        131021 => "Recipient cannot be sender",
        131026 => "Message undeliverable",
        131030 => "Recipient phone number not in allowed list",
        131031 => "Business Account locked",
        131042 => "Business eligibility payment issue",
        131045 => "Message failed to send due to an error in your phone number's certificate",
        131047 => "Re-engagement message",
        131048 => "Spam rate limit hit",
        131049 => "This message was not delivered to maintain healthy ecosystem engagement.",
        131050 => "User has stopped marketing messages from this business",
        131051 => "Unsupported message type",
        131052 => "Media download error",
        131053 => "Media upload error",
        131056 => "(Business Account, Consumer Account) pair rate limit hit",
        131057 => "Account in maintenance mode",
        131062 => "Business-scoped user ID recipients are not supported for this message",
        132000 => "Number of parameters does not match the expected number of params",
        132001 => "Template name does not exist in the translation",
        132005 => "Template hydrated text too long",
        132007 => "Template format character policy violated",
        132012 => "Parameter format does not match format in the created template",
        132015 => "Template is paused",
        132016 => "Template is disabled",
        133010 => "The account is not registered",
        _ => "An error occurred",
    }
}

/// The details Meta sends with a failure after acceptance.
pub fn failure_details(code: i64) -> &'static str {
    match code {
        131026 => "Message Undeliverable.",
        131047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to \
             this number."
        }
        131049 => "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
        131052 | 131053 => "Media could not be downloaded from the given address.",
        _ => "Message failed to send because of an unknown error.",
    }
}
