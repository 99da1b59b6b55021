//! The fan-out against a hand-driven tenant.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    io::{self, IoSlice},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use switchboard_schema::{
    SocketId, TenantId, TenantScope,
    wire::{CloseCode, StoreCondition, StreamPosition},
};

use super::{
    Attach, Deliver, EncodedEvent, Ended, Limits, Line, Opened, Opener, Page, Signal, Socket, Upstream,
    hub::Hub, server_frame, stream::Stage, text_frame,
};

/// What one client's side of a line holds.
#[derive(Default)]
struct Pipe {
    /// Bytes that may still be written before it says `WouldBlock`.
    room: Cell<usize>,
    got: RefCell<Vec<u8>>,
    waker: RefCell<Option<Waker>>,
    reset: Cell<bool>,
    dropped: Cell<bool>,
    writes: Cell<usize>,
}

impl Pipe {
    fn open(room: usize) -> Rc<Self> {
        let pipe = Rc::<Self>::default();
        pipe.room.set(room);
        pipe
    }

    fn give(&self, room: usize) {
        self.room.set(self.room.get().saturating_add(room));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// The whole frames so far: opcode and payload.
    fn frames(&self) -> Vec<(u8, Vec<u8>)> {
        let got = self.got.borrow();
        let mut rest = &got[..];
        let mut frames = Vec::new();
        while let [first, short, ..] = rest {
            let (header, length) = match short & 0x7f {
                126 if rest.len() >= 4 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
                127 if rest.len() >= 10 => {
                    (10, u64::from_be_bytes(rest[2..10].try_into().expect("eight")) as usize)
                }
                126 | 127 => break,
                length => (2, usize::from(length)),
            };
            if rest.len() < header + length {
                break;
            }
            assert_eq!(first & 0xf0, 0x80, "a whole frame");
            frames.push((first & 0x0f, rest[header..header + length].to_vec()));
            rest = &rest[header + length..];
        }
        frames
    }

    /// The protocol's frames so far, arrays taken apart.
    fn said(&self) -> Vec<Value> {
        self.frames()
            .into_iter()
            .filter(|(opcode, _)| *opcode == 1)
            .flat_map(|(_, payload)| match serde_json::from_slice(&payload).expect("JSON") {
                Value::Array(frames) => frames,
                frame => vec![frame],
            })
            .collect()
    }

    /// The close code, where one was sent.
    fn closed(&self) -> Option<u16> {
        self.frames()
            .into_iter()
            .find(|(opcode, _)| *opcode == 8)
            .map(|(_, payload)| u16::from_be_bytes([payload[0], payload[1]]))
    }

    fn offsets(&self) -> Vec<u64> {
        self.said()
            .iter()
            .filter(|frame| frame["type"] == "event")
            .filter_map(|frame| frame["offset"].as_u64())
            .collect()
    }
}

struct End(Rc<Pipe>);

impl Line for End {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let takes = self.0.room.get();
        if takes == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.writes.set(self.0.writes.get() + 1);
        let mut got = self.0.got.borrow_mut();
        let before = got.len();
        got.extend(slices.iter().flat_map(|slice| slice.iter().copied()).take(takes));
        self.0.room.set(takes - (got.len() - before));
        Ok(got.len() - before)
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.room.get() > 0 {
            return Poll::Ready(Ok(()));
        }
        self.0.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }

    fn reset(&self) {
        self.0.reset.set(true);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.0.dropped.set(true);
    }
}

/// What the fan-out asked.
#[derive(Clone)]
enum Asked {
    Attach(Attach),
    Detach,
}

#[derive(Clone, Default)]
struct Questions(Rc<RefCell<VecDeque<Asked>>>);

impl Upstream for Questions {
    fn attach(&self, _: TenantScope, attach: Attach) {
        self.0.borrow_mut().push_back(Asked::Attach(attach));
    }

    fn left(&self, _: TenantScope, _: SocketId) {}

    fn detach(&self, _: TenantScope, _: usize) {
        self.0.borrow_mut().push_back(Asked::Detach);
    }
}

const UNBOUNDED: usize = usize::MAX / 2;

fn tenant_id() -> TenantId {
    TenantId::from_bytes([7; 16])
}

#[expect(clippy::disallowed_methods, reason = "a test acts for the tenant it made up")]
fn scope() -> TenantScope {
    TenantScope::assume(tenant_id())
}

fn opener(caller: u8) -> Opener {
    Opener { scope: scope(), caller: [caller; 16], credential: [caller; 16], person: None }
}

fn socket_id(index: u8) -> SocketId {
    SocketId::from_bytes([index; 16])
}

fn event(offset: u64, pad: usize) -> EncodedEvent {
    let json =
        format!(r#"{{"type":"event","offset":{offset},"prev":{},"pad":"{}"}}"#, offset - 1, "x".repeat(pad));
    EncodedEvent::new(offset, json.as_bytes())
}

fn events(offsets: std::ops::RangeInclusive<u64>, pad: usize) -> Vec<EncodedEvent> {
    offsets.map(|offset| event(offset, pad)).collect()
}

fn since(epoch: &str, offset: u64) -> Option<StreamPosition> {
    Some(StreamPosition { epoch: epoch.into(), offset })
}

/// A fan-out whose tenant answers when a test says so.
struct House {
    hub: Rc<Hub>,
    questions: Questions,
}

impl House {
    fn new(limits: Limits) -> Self {
        let questions = Questions::default();
        Self { hub: Rc::new(Hub::new(Box::new(questions.clone()), 0, limits)), questions }
    }

    fn open(&self, index: u8, pipe: &Rc<Pipe>) -> Socket {
        self.hub.open(socket_id(index), Some(opener(1)), Box::new(End(Rc::clone(pipe)))).expect("a place")
    }

    /// A socket that is live after `head`.
    fn live(&self, index: u8, pipe: &Rc<Pipe>, batch: bool, head: u64) -> Socket {
        let socket = self.open(index, pipe);
        socket.subscribe(1, since("a", head), batch).expect("subscribed");
        self.page(index, "a", head, Vec::new(), true);
        self.hub.turn();
        socket
    }

    fn page(&self, index: u8, epoch: &str, head: u64, events: Vec<EncodedEvent>, resumed: bool) {
        self.questions.0.borrow_mut().pop_front();
        self.hub.page(&Page {
            tenant: tenant_id(),
            socket: socket_id(index),
            epoch: epoch.into(),
            head,
            events,
            resumed,
        });
    }

    fn deliver(&self, epoch: &str, events: Vec<EncodedEvent>) {
        self.hub.deliver(Deliver {
            tenant: tenant_id(),
            epoch: epoch.into(),
            events: events.into(),
            trace: None,
        });
    }

    fn asked(&self) -> usize {
        self.questions.0.borrow().len()
    }

    fn sweep(&self, seconds: u32) {
        for _ in 0..seconds {
            self.hub.sweep();
            self.hub.turn();
        }
    }
}

fn small() -> Limits {
    Limits { queue_bytes: 4_096, room_bytes: 1_024, turn_bytes: 2_048, ..Limits::default() }
}

#[test]
fn what_is_delivered_in_one_turn_is_written_at_once() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let _socket = house.live(1, &pipe, false, 0);
    let before = pipe.writes.get();
    for offset in 1..=50 {
        house.deliver("a", vec![event(offset, 10)]);
    }
    assert_eq!(pipe.writes.get(), before);
    house.hub.turn();
    assert_eq!(pipe.writes.get(), before + 1);
    assert_eq!(pipe.offsets(), (1..=50).collect::<Vec<_>>());
}

#[test]
fn a_batch_socket_gets_the_events_of_a_turn_as_one_array_and_the_other_does_not() {
    let house = House::new(Limits::default());
    let (batch, plain) = (Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED));
    let _sockets = (house.live(1, &batch, true, 0), house.live(2, &plain, false, 0));
    house.deliver("a", events(1..=3, 10));
    house.deliver("a", events(4..=5, 10));
    house.hub.turn();
    assert_eq!(batch.offsets(), [1, 2, 3, 4, 5]);
    assert_eq!(plain.offsets(), [1, 2, 3, 4, 5]);
    assert_eq!((batch.frames().len(), plain.frames().len()), (2, 6));
}

#[test]
fn a_slow_reader_is_closed_within_its_budget_and_hurts_nobody() {
    let house = House::new(small());
    let (slow, fast) = (Pipe::open(150), Pipe::open(UNBOUNDED));
    let _sockets = (house.live(1, &slow, false, 0), house.live(2, &fast, false, 0));
    for offset in 1..=200 {
        house.deliver("a", vec![event(offset, 200)]);
        house.hub.turn();
        assert!(house.hub.meter.queued.get() <= 4_096 + 300, "{}", house.hub.meter.queued.get());
    }
    assert_eq!(fast.offsets(), (1..=200).collect::<Vec<_>>());
    assert_eq!(slow.closed(), None);
    slow.give(UNBOUNDED);
    house.hub.turn();
    // The frame begun is whole, and the close frame is all that follows it.
    assert_eq!(slow.offsets(), [1]);
    assert_eq!(slow.closed(), Some(4008));
    assert!(!slow.dropped.get());
    house.sweep(6);
    assert!(slow.reset.get() && slow.dropped.get());
    assert!(!fast.dropped.get());
}

#[test]
fn a_burst_larger_than_the_budget_does_not_close_a_socket_that_reads() {
    let house = House::new(small());
    let pipe = Pipe::open(UNBOUNDED);
    let _socket = house.live(1, &pipe, true, 0);
    for first in (1..=400).step_by(100) {
        house.deliver("a", events(first..=first + 99, 100));
    }
    house.hub.turn();
    assert_eq!(pipe.offsets(), (1..=400).collect::<Vec<_>>());
    assert_eq!(pipe.closed(), None);
}

#[test]
fn a_backlog_larger_than_the_budget_comes_page_by_page_at_the_clients_pace() {
    let house = House::new(small());
    let pipe = Pipe::open(0);
    let socket = house.open(1, &pipe);
    socket.subscribe(9, since("a", 0), false).expect("subscribed");
    let mut sent = 0;
    while sent < 300 {
        assert_eq!(house.asked(), 1, "one question at a time");
        house.page(1, "a", 300, events(sent + 1..=sent + 50, 300), true);
        sent += 50;
        house.hub.turn();
        assert_eq!(house.asked(), 0, "no question while the queue is full");
        house.deliver("a", vec![event(301, 10)]);
        house.hub.turn();
        while house.asked() == 0 && (sent < 300 || house.hub.meter.queued.get() > 0) {
            pipe.give(700);
            house.sweep(1);
            socket.heard();
        }
    }
    assert_eq!(pipe.closed(), None);
    // The last page reached its head; the delivery before it was of its time, the one after it is new.
    house.deliver("a", events(301..=302, 10));
    pipe.give(UNBOUNDED);
    house.hub.turn();
    assert_eq!(pipe.offsets(), (1..=302).collect::<Vec<_>>());
}

#[test]
fn a_catch_up_that_does_not_get_on_is_closed() {
    let house = House::new(small());
    let pipe = Pipe::open(100);
    let socket = house.open(1, &pipe);
    socket.subscribe(9, since("a", 0), false).expect("subscribed");
    house.page(1, "a", 300, events(1..=100, 300), true);
    house.hub.turn();
    for _ in 0..19 {
        house.sweep(1);
        socket.heard();
    }
    assert!(!socket.is_closing());
    house.sweep(2);
    assert!(socket.is_closing());
    pipe.give(UNBOUNDED);
    house.hub.turn();
    assert_eq!(pipe.closed(), Some(4008));
}

#[test]
fn a_tenant_that_does_not_answer_is_asked_again() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let socket = house.open(1, &pipe);
    socket.subscribe(1, None, false).expect("subscribed");
    house.sweep(6);
    assert_eq!(house.asked(), 2);
    house.page(1, "a", 3, Vec::new(), false);
    house.page(1, "a", 3, Vec::new(), false);
    house.hub.turn();
    assert_eq!(pipe.said().len(), 1);
}

#[test]
fn another_epoch_makes_a_new_subscribed_with_the_subscriptions_id() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let _socket = house.live(1, &pipe, false, 4);
    house.deliver("b", Vec::new());
    assert_eq!(house.asked(), 1);
    house.page(1, "b", 6, events(5..=6, 1), true);
    house.deliver("b", events(7..=7, 1));
    house.hub.turn();
    let said = pipe.said();
    assert_eq!(
        said[1],
        serde_json::json!({"type":"subscribed","id":1,"epoch":"b","offset":6,"resumed":true})
    );
    assert_eq!(pipe.offsets(), [5, 6, 7]);
}

#[test]
fn another_epoch_that_cannot_be_resumed_says_so_and_goes_on_after_its_head() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let _socket = house.live(1, &pipe, false, 40);
    house.deliver("b", events(1..=1, 1));
    house.page(1, "b", 1, Vec::new(), false);
    house.deliver("b", events(2..=2, 1));
    house.hub.turn();
    assert_eq!(pipe.said()[1]["resumed"], false);
    assert_eq!(pipe.offsets(), [2]);
}

#[test]
fn a_tenant_that_was_started_again_and_knows_nobody_is_reminded() {
    let house = House::new(Limits::default());
    let (one, two) = (Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED));
    let _sockets = (house.live(1, &one, false, 4), house.live(2, &two, false, 4));
    house.sweep(9);
    assert_eq!(house.asked(), 0);
    house.sweep(1);
    assert_eq!(house.asked(), 1, "one question for all of a tenant's sockets");
    // The answer of the old activation changes nothing; that of a new one makes everybody ask.
    let asked = house.questions.0.borrow()[0].clone();
    let Asked::Attach(Attach { socket, after, .. }) = asked else { panic!("a detach") };
    assert_eq!(after, since("a", 4));
    let index = socket.as_bytes()[0];
    house.page(index, "a", 4, Vec::new(), true);
    assert_eq!(house.asked(), 0);
    house.page(index, "b", 4, Vec::new(), true);
    assert!(house.asked() >= 1);
    house.page(if index == 1 { 2 } else { 1 }, "b", 5, events(5..=5, 1), true);
    house.deliver("b", events(5..=5, 1));
    house.hub.turn();
    assert_eq!((one.offsets(), two.offsets()), (vec![5], vec![5]));
}

#[test]
fn a_signal_skips_whoever_is_behind() {
    let house = House::new(small());
    let (full, free) = (Pipe::open(40), Pipe::open(UNBOUNDED));
    let full_socket = house.live(1, &full, false, 0);
    let _free_socket = house.live(2, &free, false, 0);
    full_socket.queue(text_frame(&[&vec![b' '; 3_000]]));
    house.hub.turn();
    let queued = house.hub.meter.queued.get();
    house.hub.signal(&Signal {
        tenant: tenant_id(),
        person: None,
        frame: text_frame(&[br#"{"type":"signal"}"#]),
    });
    house.hub.turn();
    assert_eq!(house.hub.meter.queued.get(), queued);
    assert_eq!(free.said().last().expect("a frame")["type"], "signal");
}

#[test]
fn how_the_store_does_reaches_every_socket_once_also_one_that_is_behind() {
    let house = House::new(small());
    let (full, free) = (Pipe::open(40), Pipe::open(UNBOUNDED));
    let full_socket = house.live(1, &full, false, 0);
    let free_socket = house.live(2, &free, false, 0);
    full_socket.queue(text_frame(&[&vec![b' '; 3_000]]));
    house.hub.turn();
    let queued = house.hub.meter.queued.get();
    house.hub.store_does(StoreCondition::Full);
    house.hub.turn();
    assert!(house.hub.meter.queued.get() > queued, "it waits for the one that is behind");
    let said = free.said().last().expect("a frame").clone();
    assert_eq!(
        (said["name"].as_str(), said["data"]["condition"].as_str()),
        (Some("store.condition"), Some("full"))
    );
    let frames = free.said().len();
    house.hub.store_does(StoreCondition::Full);
    house.hub.turn();
    assert_eq!(free.said().len(), frames, "what is known is not told again");
    assert_eq!(free_socket.store(), StoreCondition::Full, "what a later hello says");
}

#[test]
fn the_last_socket_of_a_tenant_detaches_it() {
    let house = House::new(Limits::default());
    let (one, two) = (Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED));
    let first = house.live(1, &one, false, 0);
    let second = house.live(2, &two, false, 0);
    drop(first);
    assert_eq!(house.asked(), 0);
    second.close(CloseCode::NotSignedIn, "signed out");
    assert!(matches!(house.questions.0.borrow().front(), Some(Asked::Detach)));
    house.hub.turn();
    assert_eq!(two.closed(), Some(4001));
}

#[test]
fn the_clients_close_is_answered_and_ends_the_socket() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let socket = house.live(1, &pipe, false, 0);
    socket.answer_close(super::close_frame(1000, ""));
    assert!(!pipe.dropped.get());
    house.hub.turn();
    assert_eq!(pipe.closed(), Some(1000));
    assert!(pipe.dropped.get());
    assert!(socket.poll_gone(&Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn a_silent_client_is_asked_and_then_taken_for_dead() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let socket = house.live(1, &pipe, false, 0);
    house.sweep(24);
    assert_eq!(pipe.frames().len(), 1);
    house.sweep(20);
    assert_eq!(pipe.said()[1], serde_json::json!({"type":"ping"}));
    assert_eq!(pipe.frames()[2], (9, Vec::new()));
    assert_eq!(pipe.frames().len(), 3);
    socket.heard();
    house.sweep(62);
    assert_eq!(pipe.closed(), None);
    house.sweep(1);
    assert_eq!(pipe.closed(), Some(4008));
}

#[test]
fn whoever_does_not_subscribe_is_closed() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let socket = house.open(1, &pipe);
    for _ in 0..30 {
        socket.heard();
        house.sweep(1);
    }
    assert_eq!(pipe.closed(), Some(4009));
}

#[test]
fn the_limits_of_sockets_and_commands_hold() {
    let limits = Limits {
        sockets: 4,
        sockets_per_tenant: 3,
        sockets_per_caller: 2,
        commands_per_socket: 2,
        ..Limits::default()
    };
    let house = House::new(limits);
    let pipe = Pipe::open(UNBOUNDED);
    let first = house.open(1, &pipe);
    let _second = house.open(2, &pipe);
    let open = |id, opener| house.hub.open(socket_id(id), opener, Box::new(End(Rc::clone(&pipe))));
    assert_eq!(open(3, Some(opener(1))).err().map(|(code, _)| code), Some(CloseCode::TooMany));
    let _third = open(3, Some(opener(2))).expect("another caller's");
    assert_eq!(open(4, Some(opener(3))).err().map(|(code, _)| code), Some(CloseCode::TooMany));
    let begun = [first.begin(), first.begin()];
    assert!(first.begin().is_none());
    drop(begun);
    assert!(first.begin().is_some());
    let _nobodys = open(4, None).expect("a place");
    assert_eq!(open(5, None).err().map(|(code, _)| code), Some(CloseCode::TooMany));
    drop(first);
    assert_eq!(open(5, Some(opener(1))).err().map(|(code, _)| code), None);
}

#[test]
fn what_was_opened_with_an_ended_credential_is_closed_4001_and_nothing_else() {
    let house = House::new(Limits::default());
    let (subscribed, silent, other) = (Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED));
    let _subscribed = house.live(1, &subscribed, false, 0);
    let _silent = house.open(2, &silent);
    let signed_in_twice = Opener { credential: [9; 16], ..opener(1) };
    let line = Box::new(End(Rc::clone(&other)));
    let _other = house.hub.open(socket_id(3), Some(signed_in_twice), line).expect("a place");
    house.hub.end(Opened::With([1; 16]), Ended::Credential);
    house.hub.turn();
    assert_eq!((subscribed.closed(), silent.closed(), other.closed()), (Some(4001), Some(4001), None));
}

#[test]
fn who_may_do_something_else_now_connects_again_and_nobody_of_another_workspace_does() {
    let house = House::new(Limits::default());
    let (theirs, others) = (Pipe::open(UNBOUNDED), Pipe::open(UNBOUNDED));
    let _theirs = house.live(1, &theirs, false, 0);
    let line = Box::new(End(Rc::clone(&others)));
    let _others = house.hub.open(socket_id(2), Some(opener(2)), line).expect("a place");
    let elsewhere = TenantId::from_bytes([99; 16]);
    house.hub.end(Opened::By(elsewhere, [1; 16]), Ended::Role);
    house.hub.turn();
    assert_eq!((theirs.closed(), others.closed()), (None, None));
    house.hub.end(Opened::By(scope().tenant(), [1; 16]), Ended::Role);
    house.hub.turn();
    assert_eq!((theirs.closed(), others.closed()), (Some(1012), None));
}

#[test]
fn draining_closes_all_and_takes_no_more() {
    let house = House::new(Limits::default());
    let pipe = Pipe::open(UNBOUNDED);
    let _socket = house.live(1, &pipe, false, 0);
    house.hub.drain();
    house.hub.turn();
    assert_eq!(pipe.closed(), Some(1012));
    assert_eq!(
        house.hub.open(socket_id(2), None, Box::new(End(pipe))).err().map(|(code, _)| code),
        Some(CloseCode::Restarting)
    );
}

#[test]
fn a_frame_of_the_protocol_is_a_text_frame() {
    assert_eq!(
        &server_frame(&switchboard_schema::wire::ServerFrame::Pong)[..],
        b"\x81\x0f{\"type\":\"pong\"}"
    );
}

// The simulation: everything that may happen, in every order a seed can think of.

/// A tenant's stream as the fan-out's other side has it: one mailbox, one order.
struct Tenant {
    generation: u32,
    /// The highest offset of the stream; they go on from epoch to epoch.
    head: u64,
    /// The lowest offset that can still be replayed.
    tail: u64,
    attached: bool,
    mailbox: VecDeque<Mail>,
}

enum Mail {
    Page(Page),
    Deliver(Deliver),
}

impl Tenant {
    fn epoch(&self) -> Arc<str> {
        format!("epoch {}", self.generation).into()
    }

    fn publish(&mut self, count: u64, pad: usize) {
        let first = self.head + 1;
        self.head += count;
        if self.attached {
            let events = events(first..=self.head, pad).into();
            self.mailbox.push_back(Mail::Deliver(Deliver {
                tenant: tenant_id(),
                epoch: self.epoch(),
                events,
                trace: None,
            }));
        }
    }

    fn answer(&mut self, asked: Asked, page_events: u64, pad: usize) {
        let Asked::Attach(attach) = asked else {
            self.attached = false;
            return;
        };
        self.attached = true;
        let from = attach
            .after
            .as_ref()
            .map(|after| after.offset)
            .filter(|after| (self.tail..=self.head).contains(after));
        let events =
            from.map_or_else(Vec::new, |from| events(from + 1..=self.head.min(from + page_events), pad));
        let page = Page {
            tenant: tenant_id(),
            socket: attach.socket,
            epoch: self.epoch(),
            head: self.head,
            events,
            resumed: from.is_some(),
        };
        self.mailbox.push_back(Mail::Page(page));
    }

    /// A new activation: what was asked of the old one and not answered is lost, and so is who is attached.
    fn restart(&mut self, questions: &Questions, forgets: bool, announces: bool) {
        self.generation += 1;
        if forgets {
            self.tail = self.head;
        }
        questions.0.borrow_mut().clear();
        self.attached = announces;
        if announces {
            let epoch = self.epoch();
            self.mailbox.push_back(Mail::Deliver(Deliver {
                tenant: tenant_id(),
                epoch,
                events: Arc::from([]),
                trace: None,
            }));
        }
    }
}

/// What a client makes of what it was sent; fails where it is not chained.
fn follow(pipe: &Pipe, since: Option<&StreamPosition>) -> (Option<u64>, usize) {
    let (mut last, mut reloads, mut subscribed) = (since.map(|since| since.offset), 0, false);
    for frame in pipe.said() {
        match frame["type"].as_str() {
            Some("subscribed") => {
                assert_eq!(frame["id"], 1);
                subscribed = true;
                if frame["resumed"] == false {
                    reloads += 1;
                    last = frame["offset"].as_u64();
                }
                assert!(frame["offset"].as_u64() >= last, "a head before the client's position");
            }
            Some("event") => {
                assert!(subscribed, "an event before subscribed");
                assert_eq!(frame["prev"].as_u64(), last, "a hole or a repeat: {frame}");
                last = frame["offset"].as_u64();
            }
            Some("ping") => {}
            other => panic!("{other:?}"),
        }
    }
    (last, reloads)
}

fn simulate(seed: u64) {
    let mut chance = StdRng::seed_from_u64(seed);
    let limits =
        Limits { queue_bytes: UNBOUNDED, room_bytes: 600, turn_bytes: 500, probe_s: 1, ..Limits::default() };
    let house = House::new(limits);
    let mut tenant = Tenant { generation: 1, head: 20, tail: 5, attached: false, mailbox: VecDeque::new() };
    let page_events = chance.random_range(1..6);
    let pad = chance.random_range(0..60);
    let mut clients = Vec::new();
    let mut forgot = false;
    for step in 0..400 {
        match chance.random_range(0..14) {
            0 if clients.len() < 5 => {
                let pipe = Pipe::open(0);
                let id = clients.len() as u8 + 1;
                let socket = house.open(id, &pipe);
                let since = match chance.random_range(0..4) {
                    0 => None,
                    1 => since("an epoch long gone", 2),
                    _ => since(&tenant.epoch(), chance.random_range(tenant.tail..=tenant.head)),
                };
                socket.subscribe(1, since.clone(), chance.random()).expect("subscribed");
                clients.push((pipe, socket, since));
            }
            1..=3 => tenant.publish(chance.random_range(1..4), pad),
            4 | 5 => {
                let asked = house.questions.0.borrow_mut().pop_front();
                if let Some(asked) = asked {
                    tenant.answer(asked, page_events, pad);
                }
            }
            6 | 7 => take_mail(&house, &mut tenant),
            8 | 9 => house.hub.turn(),
            10..=12 => {
                if let Some(at) = clients.len().checked_sub(1) {
                    clients[chance.random_range(0..=at)].0.give(chance.random_range(1..400));
                }
            }
            _ if step % 50 == 7 => {
                let forgets = chance.random_range(0..4) == 0;
                forgot |= forgets;
                tenant.restart(&house.questions, forgets, chance.random());
            }
            _ => {}
        }
    }
    // Everybody reads on, and everything that is owed comes.
    for round in 0..8_000 {
        let there = |socket: &Socket| {
            let inner = socket.outlet.inner.borrow();
            let stream = inner.stream.as_ref().filter(|stream| stream.stage == Stage::Live);
            stream.and_then(|stream| stream.position()).is_some_and(|at| at.offset == tenant.head)
        };
        if house.asked() == 0
            && tenant.mailbox.is_empty()
            && clients.iter().all(|(_, socket, _)| there(socket))
        {
            break;
        }
        // A question that a restart lost is asked again after a while.
        if round % 600 == 0 {
            clients.iter().for_each(|(_, socket, _)| socket.heard());
            house.hub.sweep();
        }
        let asked = house.questions.0.borrow_mut().pop_front();
        if let Some(asked) = asked {
            tenant.answer(asked, page_events, pad);
        }
        take_mail(&house, &mut tenant);
        for (pipe, ..) in &clients {
            pipe.give(UNBOUNDED);
        }
        house.hub.turn();
    }
    clients.iter().for_each(|(pipe, ..)| pipe.give(UNBOUNDED));
    house.hub.turn();
    for (pipe, socket, since) in &clients {
        let (last, reloads) = follow(pipe, since.as_ref());
        let resumable = since.as_ref().is_some_and(|since| since.offset >= 5);
        assert!(forgot || reloads == usize::from(!resumable), "a reload that was not needed");
        assert!(!socket.is_closing());
        assert_eq!(last, Some(tenant.head), "the client ends where the server is");
    }
}

fn take_mail(house: &House, tenant: &mut Tenant) {
    match tenant.mailbox.pop_front() {
        Some(Mail::Page(page)) => house.hub.page(&page),
        Some(Mail::Deliver(delivery)) => house.hub.deliver(delivery),
        None => {}
    }
}

#[test]
fn pages_and_deliveries_join_without_a_gap_or_a_repeat_in_every_order() {
    for seed in 0..1_000 {
        if std::panic::catch_unwind(|| simulate(seed)).is_err() {
            panic!("seed {seed}");
        }
    }
}
