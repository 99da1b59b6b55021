//! Logs and measurements.
//!
//! At `info` and above nothing personal is written: no token, no phone number, no words of a message. What
//! concerns one request carries its correlation id.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use switchboard_schema::wire::StoreCondition;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Upper ends of the buckets of everything measured in seconds.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0];
/// Upper ends of the buckets of everything that is counted by group.
const COUNTS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts logging to standard error. A second call does nothing.
///
/// # Errors
/// When the level does not read.
pub(crate) fn start_logs(log: &Log) -> Result<(), String> {
    let filter: EnvFilter = log.level.parse().map_err(|error| format!("log.level: {error}"))?;
    // A log on a full disk loses lines; to complain of that there, too, would be a panic.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
        }
        LogFormat::Pretty => builder.with_target(false).compact().try_init(),
    };
    // Only a test that starts a second server in its process gets here twice.
    drop(started);
    log_panics();
    Ok(())
}

/// Starts measuring. A second call does nothing.
///
/// # Errors
/// When the recorder cannot be made.
pub(crate) fn start_metrics() -> Result<(), String> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(|builder| builder.set_buckets(&COUNTS))
        .map_err(|error| error.to_string())?
        .install_recorder()
        .map_err(|error| error.to_string())?;
    drop(RECORDER.set(handle));
    describe();
    Ok(())
}

/// What has been measured.
pub(crate) fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER.get()
}

/// What is counted.
const COUNTERS: &[(&str, &str)] = &[
    ("http_requests_total", "Requests answered, by method, route and status"),
    ("http_connections_refused_total", "Connections closed at once: the arbiter had too many"),
    ("webhooks_received_total", "Webhooks received, by channel kind"),
    ("webhooks_refused_total", "Webhooks not taken, by reason"),
    ("webhooks_unknown_numbers_total", "Verified webhooks for a number that is not connected"),
    ("webhooks_updates_total", "Updates taken from webhooks, by kind"),
    (
        "switchboard_actor_quarantines_total",
        "Actors that failed and are not started again before a pause, by kind",
    ),
    ("switchboard_actor_refusals_total", "Letters refused because too many waited for one actor, by kind"),
    ("switchboard_contacts_joined_total", "Contacts that gave way to another, proved to be the same person"),
    ("switchboard_events_total", "Events told to a tenant's stream"),
    ("switchboard_orphans_total", "Updates that came before their message and wait for it"),
    (
        "switchboard_orphans_given_up_total",
        "Updates given up because too many waited for messages nobody knows",
    ),
    ("switchboard_provider_requests_total", "Requests to a provider, by kind and outcome"),
    ("switchboard_socket_closed_total", "Sockets closed, by arbiter and close code, or by the client"),
    ("switchboard_socket_deliveries_total", "Events put into sockets' queues, by arbiter"),
    ("switchboard_socket_flushes_total", "Sockets flushed, by arbiter"),
    ("switchboard_socket_writes_total", "Write calls of sockets, by arbiter"),
    ("switchboard_socket_catch_ups_total", "Sockets that began to catch up, by arbiter"),
    ("switchboard_socket_pages_asked_total", "Pages of missed events asked for, by arbiter"),
    ("switchboard_store_overloaded_total", "Commits refused because too much waited, by lane"),
    ("switchboard_store_rows_total", "Rows written"),
    ("switchboard_store_groups_failed_total", "Group commits that failed"),
    (
        "switchboard_store_groups_repeated_total",
        "Group commits done again one by one after one of them failed",
    ),
    ("switchboard_store_reads_overloaded_total", "Reads refused because too many waited"),
    ("switchboard_store_blobs_overloaded_total", "Bodies refused because too many waited"),
    ("switchboard_backup_failures_total", "Daily backups that failed"),
    ("switchboard_updates_buried_total", "Updates kept that could not be read or applied"),
    ("switchboard_updates_without_conversation_total", "Updates kept that concern no conversation"),
];
/// What is there now.
const GAUGES: &[(&str, &str)] = &[
    ("http_connections", "Connections open, by arbiter, until they become sockets"),
    ("webhooks_bytes_in_flight", "Bytes of webhooks in memory"),
    ("passwords_waiting", "Passwords that wait for a thread that hashes"),
    ("switchboard_actors", "Actors in memory, by kind"),
    ("switchboard_actor_letters_waiting", "Letters that wait for actors or are being dealt with, by kind"),
    ("switchboard_sends_running", "Messages between their written attempt and their written result"),
    ("switchboard_channel_waiting", "Messages that wait for a channel's permission to make a request"),
    ("switchboard_socket_open", "Sockets open, by arbiter"),
    ("switchboard_socket_subscribed", "Sockets subscribed, by arbiter"),
    ("switchboard_socket_queued_bytes", "Bytes that wait for sockets, by arbiter"),
    (
        "switchboard_store_condition",
        "How the store does: 1 for the condition it is in, 0 for the others, by condition",
    ),
    (
        "switchboard_backup_last_success_timestamp_seconds",
        "When the newest backup was taken, in seconds since 1970",
    ),
    ("switchboard_backup_bytes", "Bytes of the newest backup made by this process"),
    ("switchboard_store_queue_commits", "Commits that wait, by lane"),
    ("switchboard_store_queue_bytes", "Bytes of commits that wait, by lane"),
    ("switchboard_store_read_queue_reads", "Reads that wait"),
    ("switchboard_store_blob_queue_bodies", "Bodies that wait to be written or read"),
    ("switchboard_tenant_unlogged_events", "Events told and not in the log yet, all tenants together"),
];
/// What is spread.
const HISTOGRAMS: &[(&str, &str)] = &[
    ("http_request_seconds", "Time from a request's head to its answer's"),
    ("webhooks_durable_seconds", "Time from a webhook's head until its updates were durable"),
    ("passwords_hash_seconds", "Time it took to hash a password, without the waiting"),
    ("switchboard_actor_commands_per_commit", "Commands decided into one commit of an actor, by kind"),
    ("switchboard_provider_request_seconds", "Time of a request to a provider, by kind"),
    ("switchboard_backup_seconds", "Time it took to make a backup"),
    ("switchboard_store_commit_seconds", "Time from a commit's arrival at the store until it was durable"),
    ("switchboard_store_group_seconds", "Time of one group commit"),
    ("switchboard_store_group_commits", "Commits in one group"),
    ("switchboard_store_group_rows", "Rows in one group"),
    ("switchboard_store_read_seconds", "Time of one read"),
    ("switchboard_store_blob_seconds", "Time to write or read one body"),
];

/// Shows how the store does.
pub(crate) fn store_does(condition: StoreCondition) {
    for one in StoreCondition::ALL {
        let shown = if one == condition { 1.0 } else { 0.0 };
        metrics::gauge!("switchboard_store_condition", "condition" => one.name()).set(shown);
    }
}

fn describe() {
    for &(name, words) in COUNTERS {
        metrics::describe_counter!(name, words);
    }
    for &(name, words) in GAUGES {
        metrics::describe_gauge!(name, words);
    }
    for &(name, words) in HISTOGRAMS {
        metrics::describe_histogram!(name, words);
    }
}

/// Panics are written to the log like any other failure, also where the process ends with them.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no words");
        tracing::error!(place, thread, message, "a defect of ours: panic");
        before(panic);
    }));
}
