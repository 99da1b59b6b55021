//! Sending requests: on a plan that does not wait, or as fast as answers come.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::Error, http::Connection, marks::Marks, requests::Requests, schedule::Schedule, stats::Latencies,
};

/// How often a sender looks whether sockets have caught up.
const GATE_EVERY: Duration = Duration::from_micros(200);
/// How long sockets may take to catch up before a sender gives up.
const GATE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a plan that fell behind is worked off, at least.
const WORK_OFF_MIN: Duration = Duration::from_secs(10);
/// Stack of a sender's thread.
const STACK_BYTES: usize = 256 * 1024;

/// How requests are paced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// So many requests a second, whatever the answers do.
    Open(f64),
    /// The next one when the last is answered.
    Closed,
}

/// Keeps senders from running ahead of sockets: a server may close sockets that are too far behind, so a figure at
/// saturation needs everybody to go at the pace of the slowest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate<'a> {
    /// Messages that sockets were given since the run began, and before.
    pub(crate) delivered: &'a AtomicU64,
    /// What it was when the run began.
    pub(crate) before: u64,
    /// Sockets that get each message.
    pub(crate) sockets_each: u64,
    /// Messages that may be under way.
    pub(crate) window: u64,
}

impl Gate<'_> {
    /// May this many messages have been sent?
    fn lets(&self, messages: u64) -> bool {
        let delivered = self.delivered.load(Ordering::Relaxed).saturating_sub(self.before);
        messages * self.sockets_each <= delivered + self.window * self.sockets_each
    }
}

/// What is sent, and how.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    /// Where to.
    pub(crate) address: SocketAddr,
    /// What.
    pub(crate) requests: &'a Requests,
    /// Connections, each with a thread.
    pub(crate) connections: usize,
    /// How fast.
    pub(crate) pace: Pace,
    /// When the plan begins.
    pub(crate) origin: Instant,
    /// Nothing starts after this long.
    pub(crate) within: Duration,
    /// Where starts are noted.
    pub(crate) marks: Option<&'a Marks>,
    /// What holds senders back.
    pub(crate) gate: Option<Gate<'a>>,
    /// Set when senders are to end early.
    pub(crate) stop: &'a AtomicBool,
}

/// A request that was answered 200.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acknowledged {
    /// Which.
    pub(crate) index: usize,
    /// When its first byte left, whenever it was meant to.
    pub(crate) left_at: Instant,
    /// When its answer was there.
    pub(crate) answered_at: Instant,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Requests answered 200.
    pub(crate) ok: u64,
    /// Other answers, by status.
    pub(crate) refused: BTreeMap<u16, u64>,
    /// Connections that broke; what the server made of their last request is not known.
    pub(crate) broken: u64,
    /// From the start that was meant to the answer.
    pub(crate) latencies: Latencies,
    /// Requests that were answered 200, in no order.
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Requests started.
    pub(crate) started: u64,
    /// Requests of an open plan that never started, because the plan fell too far behind.
    pub(crate) unsent: u64,
    /// Sockets did not catch up.
    pub(crate) gave_up: bool,
    /// Messages answered 200 that did not reach every socket they should have; whoever looks sets it.
    pub(crate) undelivered: u64,
    /// From the origin to the last answer.
    pub(crate) lasted: Duration,
}

impl Sent {
    /// What went wrong, in words.
    pub(crate) fn defects(&self) -> Vec<String> {
        let mut defects: Vec<String> = self
            .refused
            .iter()
            .map(|(status, count)| format!("{count} webhooks answered {status}"))
            .collect();
        if self.broken > 0 {
            defects.push(format!("{} connections broke", self.broken));
        }
        if self.unsent > 0 {
            defects.push(format!("{} webhooks were never sent: it is slower than the plan", self.unsent));
        }
        if self.undelivered > 0 {
            defects.push(format!("{} deliveries to sockets are missing", self.undelivered));
        }
        if self.gave_up {
            defects.push("sockets did not keep up with a closed window".to_owned());
        }
        defects
    }

    fn join(&mut self, other: Self) {
        self.ok += other.ok;
        for (status, count) in other.refused {
            *self.refused.entry(status).or_default() += count;
        }
        self.broken += other.broken;
        self.latencies.join(other.latencies);
        self.acknowledged.extend(other.acknowledged);
        self.started += other.started;
        self.gave_up |= other.gave_up;
        self.lasted = self.lasted.max(other.lasted);
    }
}

impl Load<'_> {
    /// Sends until everything is sent, time is over, or senders are told to stop.
    ///
    /// # Errors
    /// When a connection cannot be opened at the beginning.
    pub(crate) fn run(self) -> Result<Sent, Error> {
        let connections: Vec<Connection> =
            (0..self.connections).map(|_| Connection::open(self.address)).collect::<Result<_, _>>()?;
        let next = AtomicUsize::new(0);
        let all = Mutex::new(Sent::default());
        thread::scope(|scope| {
            for connection in connections {
                let (next, all) = (&next, &all);
                let send = move || {
                    let sent = self.send(connection, next);
                    all.lock().unwrap_or_else(PoisonError::into_inner).join(sent);
                };
                thread::Builder::new()
                    .name("sender".to_owned())
                    .stack_size(STACK_BYTES)
                    .spawn_scoped(scope, send)
                    .map_err(Error::io("a sender's thread"))?;
            }
            Ok::<(), Error>(())
        })?;
        let mut sent = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Pace::Open(per_second) = self.pace
            && !self.stop.load(Ordering::Relaxed)
        {
            let planned = Schedule::new(per_second).count(self.within).min(self.requests.count());
            sent.unsent = (planned as u64).saturating_sub(sent.started);
        }
        Ok(sent)
    }

    fn send(&self, mut connection: Connection, next: &AtomicUsize) -> Sent {
        let mut sent = Sent::default();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(bytes) = self.requests.get(index) else { break };
            let Some(start) = self.wait(index, &mut sent) else { break };
            if let Some(marks) = self.marks {
                marks.start(self.requests.mark(index), self.requests.batch, start);
            }
            sent.started += 1;
            let left_at = Instant::now();
            let answer = connection.exchange(bytes).map(|answer| answer.status);
            match answer {
                Ok(200) => {
                    let answered_at = Instant::now();
                    sent.ok += 1;
                    sent.latencies.add(answered_at.saturating_duration_since(start));
                    sent.acknowledged.push(Acknowledged { index, left_at, answered_at });
                }
                Ok(status) => *sent.refused.entry(status).or_default() += 1,
                Err(_) => {
                    sent.broken += 1;
                    break;
                }
            }
        }
        sent.lasted = self.origin.elapsed();
        sent
    }

    /// Waits until a request may start; when it was meant to. `None`: no request starts any more.
    fn wait(&self, index: usize, sent: &mut Sent) -> Option<Instant> {
        let meant = match self.pace {
            Pace::Open(per_second) => {
                let at = Schedule::new(per_second).at(index);
                let meant = self.origin + at;
                thread::sleep(meant.saturating_duration_since(Instant::now()));
                Some(meant).filter(|_| at < self.within)
            }
            Pace::Closed => None,
        };
        if let Some(gate) = &self.gate {
            let messages = ((index + 1) * self.requests.batch) as u64;
            let begun = Instant::now();
            while !gate.lets(messages) {
                if begun.elapsed() > GATE_TIMEOUT {
                    sent.gave_up = true;
                    return None;
                }
                if self.is_over() {
                    return None;
                }
                thread::sleep(GATE_EVERY);
            }
        }
        // A plan that fell behind is worked off, for as long again as it was to take and for a moment at least.
        match meant {
            _ if self.stop.load(Ordering::Relaxed) => None,
            Some(_) if self.origin.elapsed() > self.within + self.within.max(WORK_OFF_MIN) => None,
            Some(meant) => Some(meant),
            None if self.is_over() => None,
            None => Some(Instant::now()),
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.origin.elapsed() >= self.within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_through_what_sockets_can_take() {
        let delivered = AtomicU64::new(100);
        let gate = Gate { delivered: &delivered, before: 100, sockets_each: 10, window: 5 };
        assert!(gate.lets(5));
        assert!(!gate.lets(6));
        delivered.store(110, Ordering::Relaxed);
        assert!(gate.lets(6));
    }

    #[test]
    fn what_went_wrong_is_said() {
        let mut sent = Sent { ok: 3, broken: 1, unsent: 4, ..Sent::default() };
        sent.join(Sent { refused: BTreeMap::from([(503, 2)]), ..Sent::default() });
        assert_eq!(
            sent.defects(),
            [
                "2 webhooks answered 503",
                "1 connections broke",
                "4 webhooks were never sent: it is slower than the plan"
            ]
        );
        assert!(Sent::default().defects().is_empty());
    }
}
