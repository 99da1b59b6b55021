//! What the fan-out counts. Counted in plain numbers on its own thread, published once a second.

use std::cell::Cell;

use metrics::{Counter, Gauge};

/// A number that only grows, and how much of it is published.
pub(crate) struct Count {
    since: Cell<u64>,
    published: Counter,
}

impl Count {
    const fn new(published: Counter) -> Self {
        Self { since: Cell::new(0), published }
    }

    pub(crate) fn add(&self, more: usize) {
        self.since.set(self.since.get() + more as u64);
    }

    fn publish(&self) {
        let since = self.since.take();
        if since > 0 {
            self.published.increment(since);
        }
    }
}

/// The fan-out's figures; gauges are one per arbiter.
pub(crate) struct Meter {
    arbiter: String,
    sockets: Gauge,
    subscribed_gauge: Gauge,
    queued_gauge: Gauge,
    /// Subscribed sockets.
    pub(crate) subscribed: Cell<u64>,
    /// Bytes that wait in queues.
    pub(crate) queued: Cell<usize>,
    /// Events put into queues.
    pub(crate) deliveries: Count,
    /// Sockets flushed.
    pub(crate) flushes: Count,
    /// Write calls.
    pub(crate) writes: Count,
    /// Catch-ups begun.
    pub(crate) catch_ups: Count,
    /// Pages asked for.
    pub(crate) asks: Count,
}

impl Meter {
    pub(crate) fn new(index: usize) -> Self {
        let arbiter = index.to_string();
        let gauge = |name| metrics::gauge!(name, "arbiter" => arbiter.clone());
        let count = |name| Count::new(metrics::counter!(name, "arbiter" => arbiter.clone()));
        Self {
            sockets: gauge("switchboard_socket_open"),
            subscribed_gauge: gauge("switchboard_socket_subscribed"),
            queued_gauge: gauge("switchboard_socket_queued_bytes"),
            subscribed: Cell::new(0),
            queued: Cell::new(0),
            deliveries: count("switchboard_socket_deliveries_total"),
            flushes: count("switchboard_socket_flushes_total"),
            writes: count("switchboard_socket_writes_total"),
            catch_ups: count("switchboard_socket_catch_ups_total"),
            asks: count("switchboard_socket_pages_asked_total"),
            arbiter,
        }
    }

    /// A queue's length changed.
    pub(crate) fn grown(&self, before: usize, after: usize) {
        self.queued.set(self.queued.get() + after - before);
    }

    /// A socket was closed; the code, or `client` where the client went by itself.
    pub(crate) fn closed(&self, code: &'static str) {
        metrics::counter!("switchboard_socket_closed_total", "arbiter" => self.arbiter.clone(), "code" => code).increment(1);
    }

    pub(crate) fn publish(&self, sockets: usize) {
        self.sockets.set(sockets as f64);
        self.subscribed_gauge.set(self.subscribed.get() as f64);
        self.queued_gauge.set(self.queued.get() as f64);
        for count in [&self.deliveries, &self.flushes, &self.writes, &self.catch_ups, &self.asks] {
            count.publish();
        }
    }
}
