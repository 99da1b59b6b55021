//! What happens to every request and answer: an id, a span, a line in the log, measurements, headers, and
//! the body of a problem. A panic in a handler becomes a 500 here; panics unwind in every build.

use std::{
    cell::RefCell,
    collections::HashMap,
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use metrics::{Counter, Histogram};
use switchboard_actors::{house::Cause, trace};
use switchboard_schema::CorrelationId;
use tracing::Instrument as _;

use super::{Edge, extract::Correlation, problem::Problem};
use crate::telemetry;

/// The header of the request's id.
const CORRELATION_HEADER: HeaderName = HeaderName::from_static("x-correlation-id");
/// The methods that are counted by their own names: those of RFC 9110 and RFC 5789.
const KNOWN_METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
/// Routes that machines ask all the time and whose way says nothing.
const UNRECORDED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Requests that are counted together: their method, their route and our status.
type Kind = (&'static str, String, StatusCode);

thread_local! {
    /// The measurements that this arbiter's requests have gone into: finding one by its labels takes longer than
    /// counting. As many as there are known methods, routes and our own statuses.
    static MEASURED: RefCell<HashMap<Kind, (Counter, Histogram)>> = RefCell::default();
}

/// What pages may load. Styles may be inline, as components set them; scripts may not.
const CONTENT_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
     media-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

/// The outermost layer.
pub(crate) async fn layer(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let correlation = CorrelationId::from_bytes(edge.access.entropy().id());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = label_of(request.method());
    let span = span_of(correlation, method, &route);
    let traced = trace_of(correlation, method, &route, request.headers());
    let trace = traced.as_ref().map(trace::Span::context);
    if let Some(trace) = trace {
        span.record(
            "trace_id",
            tracing::field::display(format_args!("{:032x}", u128::from_be_bytes(trace.trace_id()))),
        );
    }
    request.extensions_mut().insert(Correlation(Cause { correlation, trace }));
    let begun = Instant::now();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(Problem::internal());
        response
    });
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let kept = response.headers().clone();
        response = problem.to_response(correlation);
        // What is beside the body stays, such as the methods that a 405 allows.
        for (name, value) in &kept {
            if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE {
                response.headers_mut().insert(name, value.clone());
            }
        }
        log_problem(&span, &problem);
    }
    log_answer(&span, method, response.status(), begun.elapsed());
    if let Some(traced) = traced {
        end_trace(traced, response.status());
    }
    measure(method, route, response.status(), begun);
    put_headers(&mut response, correlation);
    response
}

/// What every line about one request says of it.
fn span_of(correlation: CorrelationId, method: &str, route: &str) -> tracing::Span {
    tracing::info_span!("request", correlation_id = %correlation, method, route, trace_id = tracing::field::Empty)
}

/// Begins to record a request's way, under its caller's where that says so; nothing where it is not recorded.
fn trace_of(
    correlation: CorrelationId,
    method: &'static str,
    route: &str,
    headers: &HeaderMap,
) -> Option<trace::Span> {
    if UNRECORDED.contains(&route) {
        return None;
    }
    let mut span = telemetry::begin_trace(|| format!("{method} {route}"), Some(headers))?;
    span.note("http.request.method", method);
    span.note("http.route", route.to_owned());
    span.note("switchboard.correlation_id", correlation.to_string());
    Some(span)
}

fn end_trace(mut span: trace::Span, status: StatusCode) {
    span.note("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail("the request failed");
    }
    span.end();
}

/// Our own failures are logged here, once; those of callers only for the curious.
fn log_problem(span: &tracing::Span, problem: &Problem) {
    let (status, code) = (problem.status.as_u16(), &*problem.code);
    span.in_scope(|| {
        if problem.status.is_server_error() && !problem.is_told {
            // The provider's words may name whom it is about.
            let detail = problem.why.as_deref().unwrap_or(problem.detail.as_str());
            let detail = (problem.status != StatusCode::BAD_GATEWAY).then_some(detail);
            tracing::warn!(status, code, detail, "a request failed");
        } else {
            tracing::debug!(status, code, "a request was refused");
        }
    });
}

/// One line for each request, with what its span says: its id, method and route. Whoever looks for what changed
/// something finds it without logging what only asked.
fn log_answer(span: &tracing::Span, method: &str, status: StatusCode, took: Duration) {
    let (status, milliseconds) = (status.as_u16(), took.as_millis() as u64);
    span.in_scope(|| match method {
        "GET" | "HEAD" => tracing::debug!(status, milliseconds, "answered"),
        _ => tracing::info!(status, milliseconds, "answered"),
    });
}

/// What a method is called in measurements and in the log: anybody may make up methods of their own, and each
/// would be a series that is kept for good.
fn label_of(method: &Method) -> &'static str {
    KNOWN_METHODS.iter().copied().find(|known| *known == method.as_str()).unwrap_or("other")
}

fn measure(method: &'static str, route: String, status: StatusCode, begun: Instant) {
    let took = begun.elapsed();
    MEASURED.with_borrow_mut(|measured| {
        let (requests, seconds) = measured.entry((method, route, status)).or_insert_with_key(measured_as);
        requests.increment(1);
        seconds.record(took);
    });
}

/// What requests of a method, a route and a status are counted in, and where the time they took is noted.
fn measured_as((method, route, status): &Kind) -> (Counter, Histogram) {
    let status = status.as_u16().to_string();
    (
        metrics::counter!("http_requests_total", "method" => *method, "route" => route.clone(), "status" => status),
        metrics::histogram!("http_request_seconds", "route" => route.clone()),
    )
}

fn put_headers(response: &mut Response, correlation: CorrelationId) {
    let headers = response.headers_mut();
    // These and what the answer itself will say: the map grows once.
    headers.reserve(8);
    if let Ok(value) = HeaderValue::try_from(correlation.to_string()) {
        headers.insert(CORRELATION_HEADER, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    // A file has a narrower one.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // What the API answers belongs to the caller alone.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::logged::Lines;

    #[test]
    fn methods_that_somebody_made_up_share_one_label() {
        assert_eq!(label_of(&Method::PATCH), "PATCH");
        for made_up in ["get", "BREW", "GET1", "x-0123456789"] {
            assert_eq!(label_of(&Method::from_bytes(made_up.as_bytes()).unwrap()), "other", "{made_up}");
        }
    }

    #[test]
    fn at_info_each_request_that_may_have_changed_something_has_a_line_with_its_id() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::INFO)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            for method in ["GET", "HEAD", "POST", "PATCH", "DELETE", "other"] {
                let correlation = CorrelationId::from_bytes([7; 16]);
                let span = span_of(correlation, method, "/api/v1/users");
                log_answer(&span, method, StatusCode::CREATED, Duration::from_millis(12));
            }
        });
        let text = lines.text();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let methods: Vec<_> = lines.iter().map(|line| line["span"]["method"].as_str().unwrap()).collect();
        assert_eq!(methods, ["POST", "PATCH", "DELETE", "other"]);
        for line in lines {
            assert_eq!((&line["status"], &line["milliseconds"]), (&201.into(), &12.into()));
            assert_eq!(line["span"]["route"], "/api/v1/users");
            assert_eq!(line["span"]["correlation_id"], CorrelationId::from_bytes([7; 16]).to_string());
        }
    }
}
