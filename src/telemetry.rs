//! Logs, measurements and traces.
//!
//! At `info` and above nothing personal is written: no token, no phone number, no words of a message. What
//! concerns one request carries its correlation id.

mod measurements;
mod traces;

use std::sync::{LazyLock, OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

pub(crate) use self::traces::{begin as begin_trace, end as end_traces, start as start_traces};
use crate::config::{Log, LogFormat};

/// Upper ends of the buckets of everything measured in seconds.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0];
/// Upper ends of the buckets of everything that is counted by group.
const COUNTS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
/// What the operating system says of this process.
static PROCESS: LazyLock<metrics_process::Collector> = LazyLock::new(metrics_process::Collector::default);

/// Starts logging to standard error. A second call does nothing.
///
/// # Errors
/// When the level does not read.
pub(crate) fn start_logs(log: &Log) -> Result<(), String> {
    let filter: EnvFilter = log.level.parse().map_err(|error| format!("log.level: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
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
    measurements::declare();
    PROCESS.describe();
    Ok(())
}

/// What has been measured, in Prometheus' text format; empty before measuring was started.
pub(crate) fn measured() -> String {
    let Some(recorder) = RECORDER.get() else { return String::new() };
    PROCESS.collect();
    recorder.render()
}

/// Lets the recorder tidy up.
pub(crate) fn tidy_measurements() {
    if let Some(recorder) = RECORDER.get() {
        recorder.run_upkeep();
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
