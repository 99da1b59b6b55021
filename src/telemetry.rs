//! Logs, measurements and traces.
//!
//! At `info` and above nothing personal is written: no token, no phone number, no words of a message. What
//! concerns one request carries its correlation id.

mod measurements;
mod traces;

use std::sync::{LazyLock, OnceLock};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use switchboard_schema::wire::StoreCondition;
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

/// Shows how the store does.
pub(crate) fn store_does(condition: StoreCondition) {
    for one in StoreCondition::ALL {
        let shown = if one == condition { 1.0 } else { 0.0 };
        metrics::gauge!("switchboard_store_condition", "condition" => one.name()).set(shown);
    }
}

/// Lets the recorder tidy up.
pub(crate) fn tidy_measurements() {
    if let Some(recorder) = RECORDER.get() {
        recorder.run_upkeep();
    }
}

/// Panics are written to the log like any other failure, also where the process ends with them: where, but at
/// `info` and above not their words, as those that the language makes quote what they stumble over.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        let payload = panic.payload();
        // Written as they are in the code, they hold nothing else.
        let written = payload.downcast_ref::<&'static str>().copied();
        tracing::error!(place, thread, message = written, "a defect of ours: panic");
        if let Some(made) = payload.downcast_ref::<String>() {
            tracing::debug!(place, thread, message = made, "what the panic said");
        }
    }));
}

#[cfg(test)]
pub(crate) mod logged {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    /// What a test lets be logged.
    #[derive(Clone, Default)]
    pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Lines {
        /// All of it so far.
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{logged::Lines, *};

    /// What is logged at a level when the words are cut where they must not be, and when the code says why it panics.
    fn logged(level: tracing::Level) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber =
            tracing_subscriber::fmt().with_max_level(level).with_writer(move || writer.clone()).finish();
        let before = std::panic::take_hook();
        log_panics();
        tracing::subscriber::with_default(subscriber, || {
            let words = "grüße".to_owned();
            assert!(catch_unwind(|| words[..3].len()).is_err());
            assert!(catch_unwind(|| panic!("this never happens")).is_err());
        });
        std::panic::set_hook(before);
        lines.text()
    }

    #[test]
    fn a_panic_is_logged_with_its_place_and_not_with_what_it_stumbled_over() {
        let info = logged(tracing::Level::INFO);
        assert_eq!(info.matches("a defect of ours: panic").count(), 2, "{info}");
        assert!(info.contains("src/telemetry.rs:") && info.contains("this never happens"), "{info}");
        assert!(!info.contains("grüße"), "{info}");
        assert!(logged(tracing::Level::DEBUG).contains("grüße"), "whoever looks for it finds it");
    }
}
