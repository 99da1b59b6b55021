//! `/metrics`: for Prometheus.

use http::header;

/// Measurements
///
/// In Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn get() -> ([(header::HeaderName, &'static str); 1], String) {
    let text = crate::telemetry::recorder().map(|recorder| recorder.render()).unwrap_or_default();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
