//! Where one subscription stands in its tenant's stream: pure, so that every order of pages and
//! deliveries can be tried.
//!
//! Invariant: what a socket is sent is chained. Each event's offset is one more than that of the event
//! before it or, for the first, than the position the socket asked to go on from or was told to start at.

use std::sync::Arc;

use switchboard_schema::wire::StreamPosition;

use super::{EncodedEvent, Page};

/// One subscription.
#[derive(Debug)]
pub(crate) struct Stream {
    /// The client's name for it.
    pub(crate) id: u64,
    /// Several events may share a message.
    pub(crate) batch: bool,
    /// Where it stands.
    pub(crate) stage: Stage,
    /// The last event the client has, where it has any.
    last: Option<u64>,
    /// The epoch the client was told, or names itself before it is told.
    epoch: Arc<str>,
    /// The client was told its epoch.
    announced: bool,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A page was asked for and is on its way.
    Asked,
    /// More pages are needed; the next is asked for when the queue has room.
    Behind,
    /// The last page reached the head: deliveries go straight to the client.
    Live,
}

/// What to do with a page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PageStep {
    /// Nothing: it answers no question.
    Ignore,
    /// Tell the client where it is, where that is new to it, and send the events from this one on.
    Send {
        /// `resumed`, when the client must be told.
        announce: Option<bool>,
        /// The first event to send.
        from: usize,
    },
}

/// What to do with a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DeliverStep {
    /// Nothing: it is known, or a page will bring it.
    Skip,
    /// Send the events from this one on.
    Send(usize),
    /// It does not go on from where the client is: ask the tenant.
    Ask,
}

impl Stream {
    /// A subscription that has just been asked for.
    pub(crate) fn new(id: u64, since: Option<StreamPosition>, batch: bool) -> Self {
        let (epoch, last) = match since {
            Some(since) => (since.epoch.into(), Some(since.offset)),
            None => (Arc::from(""), None),
        };
        Self { id, batch, stage: Stage::Asked, last, epoch, announced: false }
    }

    /// The position to go on from.
    pub(crate) fn position(&self) -> Option<StreamPosition> {
        self.last.map(|offset| StreamPosition { epoch: self.epoch.to_string(), offset })
    }

    /// Takes a page.
    pub(crate) fn page(&mut self, page: &Page) -> PageStep {
        if self.stage != Stage::Asked {
            return PageStep::Ignore;
        }
        let same = self.announced && *self.epoch == *page.epoch;
        let joined =
            self.last.filter(|_| page.resumed).and_then(|last| join(last, page).map(|from| (last, from)));
        self.epoch = Arc::clone(&page.epoch);
        self.announced = true;
        let Some((last, from)) = joined else {
            self.last = Some(page.head);
            self.stage = Stage::Live;
            return PageStep::Send { announce: Some(false), from: page.events.len() };
        };
        let reached = page.events.last().map_or(last, |event| event.offset.max(last));
        self.last = Some(reached);
        self.stage = if reached >= page.head { Stage::Live } else { Stage::Behind };
        PageStep::Send { announce: (!same).then_some(true), from }
    }

    /// Takes a delivery of events without a hole between them.
    pub(crate) fn deliver(&mut self, epoch: &str, first: u64, last: u64) -> DeliverStep {
        let (Stage::Live, Some(known)) = (self.stage, self.last) else { return DeliverStep::Skip };
        if *self.epoch != *epoch || first > known + 1 {
            self.stage = Stage::Asked;
            return DeliverStep::Ask;
        }
        if last <= known {
            return DeliverStep::Skip;
        }
        self.last = Some(last);
        DeliverStep::Send(usize::try_from(known + 1 - first).unwrap_or(usize::MAX))
    }

    /// Takes the news that the tenant's stream has this epoch now. Whoever was asked for a page may be gone;
    /// an answer too many does no harm.
    pub(crate) fn renewed(&mut self, epoch: &str) -> DeliverStep {
        let known = self.announced && *self.epoch == *epoch;
        if known || self.stage == Stage::Behind {
            return DeliverStep::Skip;
        }
        self.stage = Stage::Asked;
        DeliverStep::Ask
    }
}

/// Where in a page to go on after `last`; nothing, where the page leaves a hole or an end before it.
fn join(last: u64, page: &Page) -> Option<usize> {
    if page.head < last || !gapless(&page.events) {
        return None;
    }
    let from = page.events.partition_point(|event| event.offset <= last);
    match page.events.get(from) {
        Some(event) if event.offset != last + 1 => None,
        _ => Some(from),
    }
}

/// Every offset is one more than that before it.
pub(crate) fn gapless(events: &[EncodedEvent]) -> bool {
    events.windows(2).all(|pair| pair[1].offset == pair[0].offset + 1)
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{SocketId, TenantId};

    use super::*;

    fn page(epoch: &str, head: u64, events: std::ops::RangeInclusive<u64>, resumed: bool) -> Page {
        Page {
            tenant: TenantId::from_bytes([1; 16]),
            socket: SocketId::from_bytes([1; 16]),
            epoch: epoch.into(),
            head,
            events: events.map(|offset| EncodedEvent::new(offset, b"{}")).collect(),
            resumed,
        }
    }

    fn since(epoch: &str, offset: u64) -> Stream {
        Stream::new(1, Some(StreamPosition { epoch: epoch.into(), offset }), false)
    }

    #[expect(clippy::reversed_empty_ranges, reason = "no events")]
    const NONE: std::ops::RangeInclusive<u64> = 1..=0;

    #[test]
    fn a_first_subscription_starts_at_the_head_and_says_that_nothing_was_resumed() {
        let mut stream = Stream::new(1, None, false);
        assert_eq!(stream.page(&page("a", 5, NONE, true)), PageStep::Send { announce: Some(false), from: 0 });
        assert_eq!(stream.deliver("a", 4, 6), DeliverStep::Send(2));
        assert_eq!(stream.deliver("a", 5, 6), DeliverStep::Skip);
    }

    #[test]
    fn only_the_first_page_announces() {
        let mut stream = since("a", 2);
        assert_eq!(stream.page(&page("a", 6, 3..=4, true)), PageStep::Send { announce: Some(true), from: 0 });
        assert_eq!(stream.stage, Stage::Behind);
        assert_eq!(stream.deliver("a", 7, 7), DeliverStep::Skip);
        stream.stage = Stage::Asked;
        assert_eq!(stream.page(&page("a", 7, 5..=7, true)), PageStep::Send { announce: None, from: 0 });
        assert_eq!(stream.stage, Stage::Live);
    }

    #[test]
    fn a_page_that_leaves_a_hole_is_not_a_resumption() {
        let mut stream = since("a", 2);
        assert_eq!(
            stream.page(&page("a", 6, 5..=6, true)),
            PageStep::Send { announce: Some(false), from: 2 }
        );
        assert_eq!(stream.position().map(|position| position.offset), Some(6));
    }

    #[test]
    fn a_position_beyond_the_head_is_not_a_resumption() {
        let mut stream = since("a", 9);
        assert_eq!(stream.page(&page("a", 6, NONE, true)), PageStep::Send { announce: Some(false), from: 0 });
    }

    #[test]
    fn another_epoch_is_asked_about_and_announced() {
        let mut stream = since("a", 2);
        stream.page(&page("a", 2, NONE, true));
        assert_eq!(stream.deliver("b", 3, 3), DeliverStep::Ask);
        assert_eq!(stream.deliver("b", 4, 4), DeliverStep::Skip);
        assert_eq!(stream.page(&page("b", 4, 3..=4, true)), PageStep::Send { announce: Some(true), from: 0 });
    }

    #[test]
    fn a_delivery_with_a_hole_before_it_is_asked_about() {
        let mut stream = since("a", 2);
        stream.page(&page("a", 2, NONE, true));
        assert_eq!(stream.deliver("a", 4, 4), DeliverStep::Ask);
        assert_eq!(stream.page(&page("a", 4, 3..=4, true)), PageStep::Send { announce: None, from: 0 });
    }

    #[test]
    fn an_answer_too_many_is_ignored() {
        let mut stream = since("a", 2);
        stream.page(&page("a", 2, NONE, true));
        assert_eq!(stream.page(&page("a", 2, NONE, false)), PageStep::Ignore);
    }
}
