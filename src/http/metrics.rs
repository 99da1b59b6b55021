//! `/metrics`: for Prometheus.

use axum::extract::State;
use http::header;
use switchboard_actors::House;

use crate::telemetry;

/// Measurements
///
/// In Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn get(State(house): State<House>) -> ([(header::HeaderName, &'static str); 1], String) {
    house.measure();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], telemetry::measured())
}
