//! RFC 9457 problem details: the one shape of everything that is not a success.
//!
//! Where a problem arises nobody needs to know the request's correlation id: the outermost layer
//! ([`super::router`]) takes the [`Problem`] from the answer's extensions and writes the body.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use switchboard_actors::Refusal;
use switchboard_schema::{CorrelationId, wire};

/// Where a kind of problem is explained.
const KIND_BASE: &str = "/docs#";

/// A problem, before it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// Stable, for programs.
    pub(crate) code: Cow<'static, str>,
    /// What is wrong this time and what to do.
    pub(crate) detail: String,
    /// The part of the request that is wrong.
    pub(crate) field: Option<String>,
    /// What others wrote since the caller looked.
    pub(crate) changed: Option<Arc<Vec<wire::Message>>>,
    /// When to try again.
    pub(crate) retry_after: Option<Duration>,
    /// Why, for the log alone.
    pub(crate) why: Option<Box<str>>,
    /// The log has told of it where it began, and need not with each request.
    pub(crate) is_told: bool,
}

impl Problem {
    /// A problem of a status with a stable code.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: Cow::Borrowed(code),
            detail: detail.into(),
            field: None,
            changed: None,
            retry_after: None,
            why: None,
            is_told: false,
        }
    }

    /// A field that makes no sense.
    pub(crate) fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    }

    /// No such object, or another workspace's.
    pub(crate) fn not_found(what: &'static str) -> Self {
        Refusal::NotFound(what).into()
    }

    /// Not signed in.
    pub(crate) fn not_signed_in(detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "not_signed_in", detail)
    }

    /// No account has this address and password.
    pub(crate) fn wrong_credentials() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong_credentials", "the address or the password is wrong")
    }

    /// Signed in, but not allowed.
    pub(crate) fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", detail)
    }

    /// Too many requests; try again after a while.
    pub(crate) fn too_many(retry_after: Duration, detail: &str) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        }
    }

    /// A defect of ours.
    pub(crate) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong here; the log has it under this correlation id",
        )
    }

    /// The body, once the request is known.
    pub(crate) fn to_wire(&self, correlation_id: CorrelationId) -> wire::Problem {
        wire::Problem {
            kind: format!("{KIND_BASE}{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            code: self.code.clone().into_owned(),
            field: self.field.clone(),
            changed: self.changed.as_deref().cloned().unwrap_or_default(),
            correlation_id,
        }
    }

    /// The whole answer, once the request is known.
    pub(crate) fn to_response(&self, correlation_id: CorrelationId) -> Response {
        let body = serde_json::to_vec(&self.to_wire(correlation_id)).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        self.headers(&mut response);
        response
    }

    fn headers(&self, response: &mut Response) {
        if let Some(after) = self.retry_after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code().to_owned();
        let (detail, why) = (refusal.told(), refusal.untold().map(Box::from));
        let mut changed = None;
        let (status, field, retry_after) = match refusal {
            Refusal::NotFound(_) => (StatusCode::NOT_FOUND, None, None),
            Refusal::Invalid { field, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, Some(field.to_owned()), None)
            }
            Refusal::Rule { .. } => (StatusCode::CONFLICT, None, None),
            Refusal::Replied { messages, .. } => {
                changed = Some(Arc::new(messages));
                (StatusCode::CONFLICT, None, None)
            }
            Refusal::NotAllowed(_) => (StatusCode::FORBIDDEN, None, None),
            Refusal::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, None, None),
            Refusal::Changed => (StatusCode::PRECONDITION_FAILED, None, None),
            Refusal::Taken(_) | Refusal::Moved(_) => (StatusCode::CONFLICT, None, None),
            Refusal::Overloaded => (StatusCode::TOO_MANY_REQUESTS, None, Some(Duration::from_secs(1))),
            Refusal::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, None, Some(Duration::from_secs(2))),
            Refusal::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, None, None),
            Refusal::Provider { .. } => (StatusCode::BAD_GATEWAY, None, None),
            Refusal::Stopping => (StatusCode::SERVICE_UNAVAILABLE, None, Some(Duration::from_secs(2))),
        };
        Self { status, code: Cow::Owned(code), detail, field, changed, retry_after, why, is_told: false }
    }
}

impl From<switchboard_ports::store::Error> for Problem {
    fn from(error: switchboard_ports::store::Error) -> Self {
        Refusal::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_status_and_code() {
        let problem = Problem::from(Refusal::Unavailable("PUT http://10.0.0.7/bucket/lasting".into()));
        assert!(!problem.detail.contains("10.0.0.7"), "where bodies are is for the log: {}", problem.detail);
        assert_eq!(problem.why.as_deref(), Some("PUT http://10.0.0.7/bucket/lasting"));
        let table = [
            (Refusal::NotFound("contact"), 404, "not_found"),
            (Refusal::Invalid { field: "name", message: "is empty".into() }, 422, "invalid"),
            (Refusal::Rule { code: "window_closed", message: "closed".into() }, 409, "window_closed"),
            (Refusal::Replied { by: "Ana".into(), messages: vec![] }, 409, "teammate_replied"),
            (Refusal::NotAllowed("not as agent".into()), 403, "not_allowed"),
            (Refusal::KeyReused, 422, "idempotency_key_reused"),
            (Refusal::Changed, 412, "changed"),
            (Refusal::Taken("taken".into()), 409, "taken"),
            (Refusal::Overloaded, 429, "overloaded"),
            (Refusal::Unavailable("disk".into()), 503, "unavailable"),
            (Refusal::Broken("a row".into()), 500, "broken"),
            (Refusal::Provider { code: "whatsapp_190".into(), message: "token".into() }, 502, "whatsapp_190"),
            (Refusal::Stopping, 503, "stopping"),
        ];
        for (refusal, status, code) in table {
            let problem = Problem::from(refusal);
            assert_eq!((problem.status.as_u16(), &*problem.code), (status, code));
        }
    }

    #[test]
    fn an_answer_to_come_back_later_says_when() {
        let response = Problem::too_many(Duration::from_millis(1_200), "slow down")
            .to_response(CorrelationId::from_bytes([1; 16]));
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
