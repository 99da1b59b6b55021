//! Every measurement that the server exports: its name, its labels and what it says, in one place. A test holds
//! these lists against the code, the dashboard and the alert rules; another against what a server exports.

use metrics::Label;
use switchboard_schema::wire::{NotificationClass, StoreCondition};

/// A label whose values are not known beforehand, though they are few: a route, a status, an arbiter.
const ANY: &[&str] = &[];
/// Kinds of actors.
const ACTORS: &[&str] = &["conversation", "contact", "tenant", "channel", "media"];
/// The store's lanes.
const LANES: &[&str] = &["interactive", "bulk"];
/// Why webhooks, or some updates of them, are not taken.
const REFUSALS: &[&str] = &[
    "body",
    "bytes_in_flight",
    "channel",
    "content_type",
    "deleted_channel",
    "malformed",
    "malformed_signature",
    "no_signature",
    "not_durable",
    "overloaded",
    "signature",
    "signature_of_some",
    "too_large",
    "too_many_names",
];
/// Kinds of updates.
const UPDATES: &[&str] = &[
    "message",
    "edit",
    "revoke",
    "reaction",
    "status",
    "identity_change",
    "preference",
    "other",
    "unreadable",
    "unapplied",
];
/// What came of requests to a provider.
const OUTCOMES: &[&str] = &[
    "accepted",
    "not_started",
    "unknown",
    "refused",
    "refused_account",
    "refused_passing",
    "refused_too_fast",
];
/// Kinds of mail to our own people.
const MAILS: &[&str] = &["code", "notice", "invitation"];
/// What comes of attempts to hand one over.
const MAIL_OUTCOMES: &[&str] = &["sent", "retried", "refused", "given_up"];
/// Of what people are told.
const CLASSES: &[&str] = &{
    let mut names = [""; NotificationClass::ALL.len()];
    let mut next = 0;
    while next < names.len() {
        names[next] = NotificationClass::ALL[next].name();
        next += 1;
    }
    names
};
/// What comes of notifications that are to be pushed.
const PUSH_OUTCOMES: &[&str] = &["sent", "retried", "refused", "gone", "given_up", "seen", "dropped"];
/// How the store does.
const CONDITIONS: &[&str] = &{
    let mut names = [""; StoreCondition::ALL.len()];
    let mut next = 0;
    while next < names.len() {
        names[next] = StoreCondition::ALL[next].name();
        next += 1;
    }
    names
};
/// Why sockets close.
const CLOSES: &[&str] = &["client", "1012", "4001", "4003", "4008", "4009", "4029"];

/// Those that follow the logs.
const FOLLOWERS: &[&str] = &["automation", "notifications", "reports"];
/// What came of a run of a rule or a macro.
const RUNS: &[&str] = &["done", "failed", "held_back", "not_waited"];
/// Why an index of search is made anew.
const REBUILDS: &[&str] = &["missing", "damaged", "version", "elsewhere", "expired"];

/// A label and the values it can have; none named: they are not known beforehand.
type Labels = &'static [(&'static str, &'static [&'static str])];

/// One measurement.
pub(super) struct Measurement {
    /// As it is exported; a histogram with `_bucket`, `_sum` and `_count` behind it.
    pub(super) name: &'static str,
    /// Its labels, all of which every sample has.
    pub(super) labels: Labels,
    /// What it says.
    pub(super) words: &'static str,
}

const fn of(name: &'static str, labels: Labels, words: &'static str) -> Measurement {
    Measurement { name, labels, words }
}

/// What is counted.
pub(super) const COUNTERS: &[Measurement] = &[
    of(
        "http_requests_total",
        &[("method", ANY), ("route", ANY), ("status", ANY)],
        "Requests answered, by method, route and status",
    ),
    of(
        "mails_total",
        &[("kind", MAILS), ("outcome", MAIL_OUTCOMES)],
        "Attempts to hand mail over, by kind and outcome: a mail is sent, refused or given up once, and retried before",
    ),
    of(
        "notifications_total",
        &[("class", CLASSES)],
        "Notifications made, by class: messages of one burst are one",
    ),
    of(
        "pushes_total",
        &[("outcome", PUSH_OUTCOMES)],
        "What came of notifications that were to be pushed, for each browser: sent, refused or gone once, retried before; of each as a whole: seen on a page in time, given up, or dropped because too many waited",
    ),
    of("http_connections_refused_total", &[], "Connections closed at once: the arbiter had too many"),
    of("webhooks_received_total", &[("kind", &["whatsapp"])], "Webhooks received, by channel kind"),
    of("webhooks_refused_total", &[("reason", REFUSALS)], "Webhooks not taken, by reason"),
    of("webhooks_unknown_numbers_total", &[], "Verified webhooks for a number that is not connected"),
    of("webhooks_updates_total", &[("kind", UPDATES)], "Updates taken from webhooks, by kind"),
    of(
        "switchboard_actor_quarantines_total",
        &[("kind", ACTORS)],
        "Actors that failed and are not started again before a pause, by kind",
    ),
    of(
        "switchboard_actor_refusals_total",
        &[("kind", ACTORS)],
        "Letters refused because too many waited for one actor, by kind",
    ),
    of(
        "switchboard_contacts_joined_total",
        &[],
        "Contacts that gave way to another, proved to be the same person",
    ),
    of("switchboard_events_total", &[], "Events told to a tenant's stream"),
    of("switchboard_orphans_total", &[], "Updates that came before their message and wait for it"),
    of(
        "switchboard_orphans_given_up_total",
        &[],
        "Updates given up because too many waited for messages nobody knows",
    ),
    of(
        "switchboard_provider_requests_total",
        &[("kind", &["send"]), ("outcome", OUTCOMES)],
        "Requests to a provider, by kind and outcome",
    ),
    of(
        "switchboard_socket_closed_total",
        &[("arbiter", ANY), ("code", CLOSES)],
        "Sockets closed, by arbiter and close code, or by the client",
    ),
    of(
        "switchboard_socket_deliveries_total",
        &[("arbiter", ANY)],
        "Events put into sockets' queues, by arbiter",
    ),
    of("switchboard_socket_flushes_total", &[("arbiter", ANY)], "Sockets flushed, by arbiter"),
    of("switchboard_socket_writes_total", &[("arbiter", ANY)], "Write calls of sockets, by arbiter"),
    of(
        "switchboard_socket_catch_ups_total",
        &[("arbiter", ANY)],
        "Sockets that began to catch up, by arbiter",
    ),
    of(
        "switchboard_socket_pages_asked_total",
        &[("arbiter", ANY)],
        "Pages of missed events asked for, by arbiter",
    ),
    of(
        "switchboard_store_overloaded_total",
        &[("lane", LANES)],
        "Commits refused because too much waited, by lane",
    ),
    of("switchboard_store_rows_total", &[], "Rows written"),
    of("switchboard_store_groups_failed_total", &[], "Group commits that failed (store embedded)"),
    of(
        "switchboard_store_groups_repeated_total",
        &[],
        "Group commits done again one by one after one of them failed (store embedded)",
    ),
    of(
        "switchboard_store_requests_repeated_total",
        &[],
        "Requests to the cluster asked again, as they were answered late, with an error or not at all (store scylla)",
    ),
    of("switchboard_store_reads_overloaded_total", &[], "Reads refused because too many waited"),
    of("switchboard_store_blobs_overloaded_total", &[], "Bodies refused because too many waited"),
    of("switchboard_backup_failures_total", &[], "Daily backups that failed"),
    of(
        "switchboard_trace_exports_total",
        &[("outcome", &["ok", "failed"])],
        "Batches of spans handed to the collector, by outcome",
    ),
    of("switchboard_trace_spans_exported_total", &[], "Spans that the collector took"),
    of(
        "switchboard_trace_spans_total",
        &[],
        "Spans that ended and were sampled; what is not exported was dropped",
    ),
    of("switchboard_updates_buried_total", &[], "Updates kept that could not be read or applied"),
    of("switchboard_updates_without_conversation_total", &[], "Updates kept that concern no conversation"),
    of(
        "switchboard_media_fetched_total",
        &[("outcome", &["ready", "gone", "unavailable"])],
        "Times that a file of a customer was asked for, by how that ended",
    ),
    of(
        "switchboard_channel_checks_total",
        &[("outcome", &["seen", "refused", "doubtful", "unavailable"])],
        "Looks at how a number stands at the provider",
    ),
    of(
        "switchboard_channel_pauses_total",
        &[],
        "Pauses of a whole number, because the provider called it too fast or was at work on it",
    ),
    of(
        "switchboard_search_changes_total",
        &[],
        "Messages, conversations and contacts written to indexes of search",
    ),
    of(
        "switchboard_search_rebuilds_total",
        &[("why", REBUILDS)],
        "Indexes of search begun anew: none was there, it did not read or was of another version, the store had another history, or the log had forgotten what it missed",
    ),
    of("switchboard_search_failures_total", &[], "Turns of feeding search that failed and are tried again"),
    of("switchboard_search_cut_total", &[], "Searches that ended before everything was looked through"),
    of("switchboard_search_overloaded_total", &[], "Searches refused because too many waited"),
    of(
        "switchboard_follower_events_total",
        &[("follower", FOLLOWERS)],
        "Events of the logs taken in, by those that follow them",
    ),
    of(
        "switchboard_follower_failures_total",
        &[("follower", FOLLOWERS)],
        "Turns of those that follow the logs that failed and are tried again",
    ),
    of(
        "switchboard_automation_runs_total",
        &[("outcome", RUNS)],
        "Runs of rules and macros: everything was done, something was refused, the rule had run too often there, or as many waited as may",
    ),
    of("switchboard_history_imported_total", &[], "Updates taken in out of the history of a business' phone"),
];
/// What is there now.
pub(super) const GAUGES: &[Measurement] = &[
    of("http_connections", &[("arbiter", ANY)], "Connections open, by arbiter, until they become sockets"),
    of("webhooks_bytes_in_flight", &[], "Bytes of webhooks in memory"),
    of("mails_waiting", &[], "Mails that wait or are being handed over"),
    of("pushes_waiting", &[], "Notifications that wait to be pushed or are on their way"),
    of("passwords_waiting", &[], "Passwords that wait for a thread that hashes"),
    of("switchboard_actors", &[("kind", ACTORS)], "Actors in memory, by kind"),
    of(
        "switchboard_actor_letters_waiting",
        &[("kind", ACTORS)],
        "Letters that wait for actors or are being dealt with, by kind",
    ),
    of("switchboard_sends_running", &[], "Messages between their written attempt and their written result"),
    of("switchboard_channel_waiting", &[], "Messages that wait for a channel's permission to make a request"),
    of("switchboard_socket_open", &[("arbiter", ANY)], "Sockets open, by arbiter"),
    of("switchboard_socket_subscribed", &[("arbiter", ANY)], "Sockets subscribed, by arbiter"),
    of("switchboard_socket_queued_bytes", &[("arbiter", ANY)], "Bytes that wait for sockets, by arbiter"),
    of(
        "switchboard_store_condition",
        &[("condition", CONDITIONS)],
        "How the store does: 1 for the condition it is in, 0 for the others, by condition",
    ),
    of(
        "switchboard_backup_last_success_timestamp_seconds",
        &[],
        "When the newest backup was taken, in seconds since 1970",
    ),
    of("switchboard_backup_seconds", &[], "Time it took to make the newest backup made by this process"),
    of("switchboard_backup_bytes", &[], "Bytes of the newest backup made by this process"),
    of("switchboard_store_queue_commits", &[("lane", LANES)], "Commits that wait, by lane"),
    of("switchboard_store_queue_bytes", &[("lane", LANES)], "Bytes of commits that wait, by lane"),
    of("switchboard_store_read_queue_reads", &[], "Reads that wait"),
    of("switchboard_store_blob_queue_bodies", &[], "Bodies that wait to be written or read"),
    of("switchboard_tenant_unlogged_events", &[], "Events told and not in the log yet, all tenants together"),
    of(
        "switchboard_search_lag_events",
        &[],
        "Events that are logged and not in search yet, all tenants together",
    ),
    of(
        "switchboard_search_lag_seconds",
        &[],
        "Time since the oldest event that is logged and not in search yet",
    ),
    of("switchboard_search_rebuilding", &[], "Tenants whose index of search is being made anew or looked at"),
    of("switchboard_search_index_bytes", &[], "Bytes on disk of the indexes of search that are open"),
    of("switchboard_search_indexes_open", &[], "Indexes of search that are open"),
    of("switchboard_build_info", &[("version", ANY)], "The running version; always 1"),
];
/// What is spread.
pub(super) const HISTOGRAMS: &[Measurement] = &[
    of("http_request_seconds", &[("route", ANY)], "Time from a request's head to its answer's"),
    of("webhooks_durable_seconds", &[], "Time from a webhook's head until its updates were durable"),
    of("mails_send_seconds", &[], "Time it took to hand a mail over, or to be refused, without the waiting"),
    of(
        "pushes_send_seconds",
        &[],
        "Time it took to hand a pushed message over, or to be refused, without the waiting",
    ),
    of("passwords_hash_seconds", &[], "Time it took to hash a password, without the waiting"),
    of(
        "switchboard_actor_commands_per_commit",
        &[("kind", &["conversation", "contact"])],
        "Commands decided into one commit of an actor, by kind",
    ),
    of(
        "switchboard_provider_request_seconds",
        &[("kind", &["send"])],
        "Time of a request to a provider, by kind",
    ),
    of(
        "switchboard_store_commit_seconds",
        &[],
        "Time from a commit's arrival at the store until it was durable",
    ),
    of("switchboard_store_group_seconds", &[], "Time of one group commit (store embedded)"),
    of("switchboard_store_group_commits", &[], "Commits in one group (store embedded)"),
    of("switchboard_store_group_rows", &[], "Rows in one group (store embedded)"),
    of("switchboard_store_read_seconds", &[], "Time of one read"),
    of("switchboard_search_seconds", &[], "Time of one question to an index of search, without the waiting"),
    of("switchboard_store_blob_seconds", &[], "Time to write or read one body"),
];
/// What `metrics-process` measures of the process, with words of its own.
#[cfg(test)]
pub(super) const PROCESS: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_threads",
    "process_virtual_memory_bytes",
    "process_virtual_memory_max_bytes",
];

/// Every combination of labels that a measurement can have; none where one is not known beforehand.
fn combinations(labels: Labels) -> Vec<Vec<Label>> {
    labels.iter().fold(vec![Vec::new()], |before, (name, values)| {
        let with = |labels: &Vec<Label>, value| {
            let mut labels = labels.clone();
            labels.push(Label::from_static_parts(name, value));
            labels
        };
        before.iter().flat_map(|labels| values.iter().map(move |value| with(labels, value))).collect()
    })
}

/// Says of each what it is, and counts from zero what can be counted: a rate sees a first event only where there
/// was a zero before it.
pub(super) fn declare() {
    for counter in COUNTERS {
        metrics::describe_counter!(counter.name, counter.words);
        for labels in combinations(counter.labels) {
            metrics::counter!(counter.name, labels).increment(0);
        }
    }
    for gauge in GAUGES {
        metrics::describe_gauge!(gauge.name, gauge.words);
        if gauge.labels.is_empty() {
            metrics::gauge!(gauge.name).increment(0.0);
        }
    }
    for histogram in HISTOGRAMS {
        metrics::describe_histogram!(histogram.name, histogram.words);
    }
    metrics::gauge!("switchboard_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    /// Folders with the code of the server; tests and tools measure nothing.
    const CODE: [&str; 8] = [
        "src",
        "actors/src",
        "store/src",
        "search/src",
        "channels/src",
        "ports/src",
        "domain/src",
        "schema/src",
    ];
    /// How measuring looks in the code: what stands before the name, and the kind. The last two are the fan-out's
    /// own, which binds the arbiter.
    const MEASURING: [(&str, &str); 5] = [
        ("counter!(\"", "counter"),
        ("gauge!(\"", "gauge"),
        ("histogram!(\"", "histogram"),
        ("gauge(\"", "gauge"),
        ("count(\"", "counter"),
    ];

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn declared() -> BTreeMap<&'static str, (&'static str, &'static Measurement)> {
        let of = |kind, list: &'static [Measurement]| list.iter().map(move |one| (one.name, (kind, one)));
        of("counter", COUNTERS).chain(of("gauge", GAUGES)).chain(of("histogram", HISTOGRAMS)).collect()
    }

    fn sources(folder: PathBuf, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.push(path);
            }
        }
    }

    /// What the code measures: name and kind.
    fn recorded() -> BTreeSet<(String, &'static str)> {
        let mut paths = Vec::new();
        for folder in CODE {
            sources(root().join(folder), &mut paths);
        }
        let mut found = BTreeSet::new();
        for path in paths {
            let code = fs::read_to_string(&path).unwrap();
            let code = code.split("\nmod tests {").next().unwrap_or_default();
            for (begins, kind) in MEASURING {
                for (at, _) in code.match_indices(begins) {
                    let before = code[..at].chars().next_back();
                    if before.is_some_and(|before| before.is_alphanumeric() || before == '_') {
                        continue;
                    }
                    let name = code[at + begins.len()..].split('"').next().unwrap_or_default();
                    // Other functions have these names, too; a measurement's has at least two words.
                    if begins.ends_with("!(\"") || name.contains('_') {
                        found.insert((name.to_owned(), kind));
                    }
                }
            }
        }
        found
    }

    #[test]
    fn everything_measured_is_declared_as_what_it_is_and_everything_declared_is_measured() {
        let declared: BTreeSet<_> =
            declared().into_iter().map(|(name, (kind, _))| (name.to_owned(), kind)).collect();
        let recorded = recorded();
        let undeclared: Vec<_> = recorded.difference(&declared).collect();
        let unrecorded: Vec<_> = declared.difference(&recorded).collect();
        assert!(undeclared.is_empty(), "measured and not declared: {undeclared:?}");
        assert!(unrecorded.is_empty(), "declared and not measured: {unrecorded:?}");
    }

    #[test]
    fn names_say_what_they_count_and_in_what_unit() {
        for (name, (kind, measurement)) in declared() {
            let total = name.ends_with("_total");
            assert_eq!(total, kind == "counter", "{name}: counters, and they alone, end in _total");
            let labels: BTreeSet<_> = measurement.labels.iter().map(|(label, _)| *label).collect();
            assert_eq!(labels.len(), measurement.labels.len(), "{name}");
            assert!(!measurement.words.is_empty(), "{name}");
        }
        assert_eq!(declared().len(), COUNTERS.len() + GAUGES.len() + HISTOGRAMS.len(), "each once");
    }

    #[test]
    fn what_is_known_to_be_counted_is_counted_from_zero() {
        assert_eq!(combinations(&[]), [Vec::new()]);
        assert!(combinations(&[("route", ANY)]).is_empty());
        let both = combinations(&[("kind", &["a"]), ("outcome", &["b", "c"])]);
        let show = |labels: &Vec<Label>| labels.iter().map(Label::value).collect::<String>();
        assert_eq!(both.iter().map(show).collect::<Vec<_>>(), ["ab", "ac"]);
    }

    #[test]
    fn the_document_of_the_measurements_is_as_checked_in() {
        let mut text = include_str!("measurements.md").to_owned();
        for (name, (kind, measurement)) in declared() {
            let label = |(label, values): &(&str, &[&str])| match values {
                [] => format!("`{label}`"),
                values => format!("`{label}`: {}", values.join(", ")),
            };
            let labels: Vec<_> = measurement.labels.iter().map(label).collect();
            text.push_str(&format!(
                "| `{name}` | {kind} | {} | {} |\n",
                labels.join("; "),
                measurement.words
            ));
        }
        for name in PROCESS {
            let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
            text.push_str(&format!("| `{name}` | {kind} | | Of the process, as the system tells it |\n"));
        }
        crate::generated::check("docs/metrics.md", &text);
    }
}
