//! What goes wrong, how often, and on demand.
//!
//! Probabilities run from 0 to 1 and are thrown with the world's seed. One-shots are scripted with
//! [`crate::Graph::script`] and go before chance.

use std::ops::Range;
use std::time::Duration;

/// Everything that may go wrong by chance.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Between the server's request and its answer.
    pub graph: GraphFaults,
    /// Between an event and its webhook.
    pub webhooks: WebhookFaults,
    /// In what statuses say and when.
    pub statuses: StatusFaults,
}

impl Faults {
    /// Nothing goes wrong: one update in a POST, one POST at a time, in order.
    pub fn none() -> Self {
        Self::default()
    }

    /// A good day at the real provider: batches, some duplicates, some reorder, hardly an error.
    pub fn everyday() -> Self {
        Self {
            graph: GraphFaults {
                slow: 0.02,
                slow_for: Duration::from_millis(300)..Duration::from_secs(2),
                ..GraphFaults::default()
            },
            webhooks: WebhookFaults {
                duplicate: 0.02,
                duplicate_at_once: 0.01,
                delay: 0.03,
                delay_for: Duration::from_millis(200)..Duration::from_secs(3),
                unknown_field: 0.01,
                batch_max: 20,
                in_flight_max: 4,
                ..WebhookFaults::default()
            },
            statuses: StatusFaults {
                read_before_delivered: 0.02,
                repeated: 0.02,
                without_delivered: 0.02,
                ..StatusFaults::default()
            },
        }
    }

    /// Everything the documentation warns of, often.
    pub fn rough() -> Self {
        Self {
            graph: GraphFaults {
                accept_then_silence: 0.02,
                accept_then_close: 0.02,
                close: 0.01,
                error_500: 0.02,
                error_503: 0.02,
                too_many: 0.02,
                slow: 0.1,
                slow_for: Duration::from_millis(200)..Duration::from_secs(3),
                codes: vec![(131000, 0.01), (131016, 0.01), (130429, 0.01)],
            },
            webhooks: WebhookFaults {
                duplicate: 0.1,
                duplicate_at_once: 0.05,
                reorder: 0.1,
                delay: 0.1,
                delay_for: Duration::from_millis(100)..Duration::from_secs(5),
                burst: 0.02,
                burst_for: Duration::from_secs(1)..Duration::from_secs(4),
                unknown_type: 0.01,
                unknown_field: 0.05,
                batch_max: 50,
                in_flight_max: 16,
            },
            statuses: StatusFaults {
                read_before_delivered: 0.1,
                repeated: 0.1,
                without_delivered: 0.05,
                without_callback_data: 0.1,
                before_answer: 0.1,
                undeliverable: 0.02,
            },
        }
    }
}

/// Chances for one request to the Graph API; at most one of them happens to it.
#[derive(Clone, Debug, Default)]
pub struct GraphFaults {
    /// Accept the send, then never answer.
    pub accept_then_silence: f64,
    /// Accept the send, then close the connection without a byte.
    pub accept_then_close: f64,
    /// Close the connection without accepting.
    pub close: f64,
    /// 500 without a body, not accepted.
    pub error_500: f64,
    /// 503 without a body, not accepted.
    pub error_503: f64,
    /// HTTP 429 with the app's rate limit, code 4, not accepted.
    pub too_many: f64,
    /// Answer rightly, but late.
    pub slow: f64,
    /// How late; the world's pace does not scale it.
    pub slow_for: Range<Duration>,
    /// Refuse with one of these codes, each with its own chance.
    pub codes: Vec<(i64, f64)>,
}

/// Chances for one update, or one POST, on its way to the webhook.
#[derive(Clone, Debug)]
pub struct WebhookFaults {
    /// An update comes a second time in a later POST.
    pub duplicate: f64,
    /// The same POST goes out twice at the same time.
    pub duplicate_at_once: f64,
    /// The updates of a POST come in another order.
    pub reorder: f64,
    /// An update comes late, and so after its successors.
    pub delay: f64,
    /// How late, before the pace.
    pub delay_for: Range<Duration>,
    /// Everything is held back and comes at once.
    pub burst: f64,
    /// For how long it is held back, before the pace.
    pub burst_for: Range<Duration>,
    /// A message of a type nobody knows rides along.
    pub unknown_type: f64,
    /// A change of a field nobody knows rides along.
    pub unknown_field: f64,
    /// Most updates in one POST, 1 to [`crate::payload::BATCH_UPDATES_MAX`].
    pub batch_max: usize,
    /// Most POSTs on the way at once, at least 1.
    pub in_flight_max: usize,
}

impl Default for WebhookFaults {
    fn default() -> Self {
        Self {
            duplicate: 0.0,
            duplicate_at_once: 0.0,
            reorder: 0.0,
            delay: 0.0,
            delay_for: Duration::ZERO..Duration::ZERO,
            burst: 0.0,
            burst_for: Duration::ZERO..Duration::ZERO,
            unknown_type: 0.0,
            unknown_field: 0.0,
            batch_max: 1,
            in_flight_max: 1,
        }
    }
}

/// Chances for the statuses of one accepted send.
#[derive(Clone, Debug, Default)]
pub struct StatusFaults {
    /// `read` comes before `delivered`.
    pub read_before_delivered: f64,
    /// A status comes twice, as two updates.
    pub repeated: f64,
    /// `delivered` never comes although `read` does.
    pub without_delivered: f64,
    /// `biz_opaque_callback_data` is missing from all statuses of the send.
    pub without_callback_data: f64,
    /// `sent` is delivered, and answered, before the send's own answer leaves.
    pub before_answer: f64,
    /// The message fails with 131026 after it was accepted.
    pub undeliverable: f64,
}

/// What one scripted request meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Accept the send, then never answer; the connection stays open.
    AcceptThenSilence,
    /// Accept the send, then close the connection without a byte.
    AcceptThenClose,
    /// Accept the send, then answer this HTTP status without a body.
    AcceptThenStatus(u16),
    /// Accept the send, then answer 200 with a body cut in the middle.
    AcceptThenGarble,
    /// Never answer, accept nothing.
    Silence,
    /// Close the connection, accept nothing.
    Close,
    /// Answer this HTTP status without a body, accept nothing.
    Status(u16),
    /// Refuse with this error code in Meta's shape.
    Code(i64),
    /// HTTP 429 with code 4 in Meta's shape.
    TooMany,
    /// Answer rightly after this long.
    Slow(Duration),
    /// Accept, answer 200, then fail with this code in a status.
    FailLater(i64),
    /// Deliver the status `sent` before the answer leaves.
    StatusBeforeAnswer,
}

/// Which request a scripted fault waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// The next send, whatever it is.
    #[default]
    NextSend,
    /// The next send to this phone number (digits) or user id.
    To(String),
    /// The next send whose body contains this text, compared over the raw bytes.
    Contains(String),
    /// The next request of any kind.
    AnyRequest,
    /// The next request but a send whose path contains this text.
    Path(String),
}
