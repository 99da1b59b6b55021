//! A tenant's stream of events: offsets, the epoch, and the ring that sockets resume from.

use std::{collections::VecDeque, sync::Arc};

use switchboard_schema::wire::StreamPosition;

use crate::fanout::EncodedEvent;

/// Events kept in memory for resume, at most; those not yet logged stay besides.
const RING_EVENTS: usize = 10_000;
/// Bytes of them.
const RING_BYTES: usize = 16 * 1_024 * 1_024;

/// One event of the log.
pub(super) struct Logged {
    pub(super) offset: u64,
    pub(super) epoch: Arc<str>,
    pub(super) body: Vec<u8>,
}

/// The stream.
pub(super) struct Stream {
    epoch: Arc<str>,
    head: u64,
    last_logged: u64,
    ring: VecDeque<EncodedEvent>,
    bytes: usize,
}

impl Stream {
    /// A stream that has not begun.
    pub(super) const fn new(epoch: Arc<str>) -> Self {
        Self { epoch, head: 0, last_logged: 0, ring: VecDeque::new(), bytes: 0 }
    }

    /// Begins after what an earlier activation logged, above every offset that one may have given.
    pub(super) fn begin(&mut self, tail: &[Logged], floor: u64) {
        self.head = floor;
        self.last_logged = floor;
        debug_assert!(tail.iter().all(|logged| logged.offset <= floor), "an offset is given once");
        debug_assert!(tail.iter().all(|logged| logged.epoch != self.epoch), "an epoch is used once");
    }

    /// This activation.
    pub(super) fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.epoch)
    }

    /// The last offset given.
    pub(super) const fn head(&self) -> u64 {
        self.head
    }

    /// The last offset in the log.
    pub(super) const fn last_logged(&self) -> u64 {
        self.last_logged
    }

    /// Where the stream is.
    pub(super) fn position(&self) -> StreamPosition {
        StreamPosition { epoch: self.epoch.to_string(), offset: self.head }
    }

    /// Adds the next event.
    pub(super) fn push(&mut self, event: EncodedEvent) {
        debug_assert_eq!(event.offset, self.head + 1, "offsets are gapless");
        self.head = event.offset;
        self.bytes += event.frame().len();
        self.ring.push_back(event);
        self.trim();
    }

    /// Everything up to here is in the log.
    pub(super) fn logged(&mut self, offset: u64) {
        self.last_logged = self.last_logged.max(offset);
        self.trim();
    }

    fn trim(&mut self) {
        while (self.ring.len() > RING_EVENTS || self.bytes > RING_BYTES)
            && self.ring.front().is_some_and(|oldest| oldest.offset <= self.last_logged)
        {
            if let Some(oldest) = self.ring.pop_front() {
                self.bytes -= oldest.frame().len();
            }
        }
    }

    /// The events right after an offset, at most so many; nothing when the ring no longer has the first.
    pub(super) fn after(&self, offset: u64, limit: usize) -> Option<Vec<EncodedEvent>> {
        if offset == self.head {
            return Some(Vec::new());
        }
        let first = self.ring.front()?.offset;
        let skip = usize::try_from((offset + 1).checked_sub(first)?).ok()?;
        Some(self.ring.iter().skip(skip).take(limit).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(events: u64) -> Stream {
        let mut stream = Stream::new("now".into());
        for offset in 1..=events {
            stream.push(EncodedEvent::new(offset, format!("{{\"offset\":{offset}}}").as_bytes()));
        }
        stream
    }

    fn offsets(events: Option<Vec<EncodedEvent>>) -> Option<Vec<u64>> {
        events.map(|events| events.iter().map(|event| event.offset).collect())
    }

    #[test]
    fn a_socket_resumes_right_after_what_it_saw() {
        let stream = stream(5);
        assert_eq!(offsets(stream.after(3, 10)), Some(vec![4, 5]));
        assert_eq!(offsets(stream.after(0, 2)), Some(vec![1, 2]));
        assert_eq!(offsets(stream.after(5, 10)), Some(vec![]));
    }

    #[test]
    fn the_ring_drops_only_what_the_log_has() {
        let mut stream = stream(RING_EVENTS as u64 + 100);
        assert_eq!(offsets(stream.after(0, 1)), Some(vec![1]), "nothing is logged yet");
        stream.logged(60);
        assert_eq!(offsets(stream.after(59, 1)), None);
        assert_eq!(offsets(stream.after(60, 1)), Some(vec![61]));
        stream.logged(RING_EVENTS as u64);
        assert_eq!(offsets(stream.after(100, 1)), Some(vec![101]));
        assert_eq!(offsets(stream.after(99, 1)), None);
    }

    #[test]
    fn a_new_activation_goes_on_after_the_last_logged_offset() {
        let mut stream = Stream::new("second".into());
        stream.begin(&[Logged { offset: 41, epoch: "first".into(), body: Vec::new() }], 41);
        assert_eq!(stream.position(), StreamPosition { epoch: "second".into(), offset: 41 });
        stream.push(EncodedEvent::new(42, b"{}"));
        assert_eq!(offsets(stream.after(41, 10)), Some(vec![42]));
        assert_eq!(offsets(stream.after(40, 10)), None, "the log has it");
    }
}
