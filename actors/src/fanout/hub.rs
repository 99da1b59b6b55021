//! The sockets of one arbiter and what waits for them. Lives on one thread; nothing here waits.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, VecDeque},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use switchboard_schema::{
    IdBytes, SocketId, TenantId,
    wire::{CloseCode, ServerFrame, ServerSignal, StoreCondition, StoreState, StreamPosition},
};

use super::{
    Attach, CREDENTIAL_ENDED, Deliver, EncodedEvent, Ended, Limits, Opened, Opener, Page, ROLE_CHANGED,
    Signal, Upstream,
    join::Joined,
    meter::Meter,
    outlet::{AlreadySubscribed, Outlet, Phase, Ready, Socket, TakesMore},
    queue::{Flushed, Line},
    stream::{DeliverStep, PageStep, Stage, Stream, gapless},
    text_frame,
};
use crate::trace::Span;

/// Sockets flushed in one turn; the rest go on in the next, so that reading is not kept waiting.
const FLUSHED_A_TURN: usize = 1_024;

/// A ping of ours, for clients that see only messages, and one of WebSocket's own, which every client
/// answers by itself.
const PINGS: &[u8] = b"\x81\x0f{\"type\":\"ping\"}\x89\x00";

/// What clients hear when the server stops.
const RESTARTING: &str = "the server restarts: connect again in a moment";

/// One tenant's sockets here.
#[derive(Default)]
struct Tenant {
    /// Sockets, subscribed or not.
    open: usize,
    /// Subscribed sockets; each knows its seat.
    subscribed: Vec<Rc<Outlet>>,
    /// The stream's epoch, where one was heard.
    epoch: Option<Arc<str>>,
    /// Deliveries of this turn, in order, of this epoch.
    pending: Vec<Arc<[EncodedEvent]>>,
    /// Those of them that are recorded in traces.
    writing: Vec<Span>,
}

/// The sockets of one arbiter.
pub(crate) struct Hub {
    pub(crate) index: usize,
    pub(crate) limits: Limits,
    upstream: Box<dyn Upstream>,
    sockets: RefCell<HashMap<SocketId, Rc<Outlet>>>,
    tenants: RefCell<HashMap<TenantId, Tenant>>,
    /// How many sockets each caller has.
    callers: RefCell<HashMap<IdBytes, usize>>,
    /// Tenants with deliveries of this turn.
    delivered: RefCell<Vec<TenantId>>,
    /// Sockets to flush.
    dirty: RefCell<VecDeque<Rc<Outlet>>>,
    /// How often a socket was put on that list, and taken from it.
    marked: Cell<u64>,
    flushed: Cell<u64>,
    /// Deliveries handed out that are recorded in traces: each ends once so many sockets were flushed.
    writing: RefCell<VecDeque<(u64, Span)>>,
    pub(crate) ready: Arc<Ready>,
    /// The flush was woken and has not run.
    woken: Cell<bool>,
    /// Bytes delivered since the flush last ran.
    turn_bytes: Cell<usize>,
    /// Ticks of the sweep.
    now: Cell<u32>,
    draining: Cell<bool>,
    /// How the store does, as far as was told.
    pub(crate) store: Cell<StoreCondition>,
    /// Told when the last socket goes.
    pub(crate) emptied: tokio::sync::Notify,
    pub(crate) meter: Meter,
}

impl Hub {
    pub(crate) fn new(upstream: Box<dyn Upstream>, index: usize, limits: Limits) -> Self {
        Self {
            index,
            meter: Meter::new(index),
            limits,
            upstream,
            sockets: RefCell::default(),
            tenants: RefCell::default(),
            callers: RefCell::default(),
            delivered: RefCell::default(),
            dirty: RefCell::default(),
            marked: Cell::new(0),
            flushed: Cell::new(0),
            writing: RefCell::default(),
            ready: Arc::default(),
            woken: Cell::new(false),
            turn_bytes: Cell::new(0),
            now: Cell::new(0),
            draining: Cell::new(false),
            store: Cell::new(StoreCondition::Ok),
            emptied: tokio::sync::Notify::new(),
        }
    }

    pub(crate) fn now(&self) -> u32 {
        self.now.get()
    }

    pub(crate) fn len(&self) -> usize {
        self.sockets.borrow().len()
    }

    /// Takes a socket in.
    pub(crate) fn open(
        self: &Rc<Self>,
        id: SocketId,
        opener: Option<Opener>,
        line: Box<dyn Line>,
    ) -> Result<Socket, (CloseCode, &'static str)> {
        if self.draining.get() {
            return Err((CloseCode::Restarting, RESTARTING));
        }
        if self.sockets.borrow().len() >= self.limits.sockets {
            return Err((CloseCode::TooMany, "this server holds as many sockets as it may"));
        }
        if let Some(Opener { scope, caller, .. }) = opener {
            let (mut tenants, mut callers) = (self.tenants.borrow_mut(), self.callers.borrow_mut());
            let of_tenant = tenants.get(&scope.tenant()).map_or(0, |tenant| tenant.open);
            let of_caller = callers.get(&caller).copied().unwrap_or(0);
            if of_tenant >= self.limits.sockets_per_tenant || of_caller >= self.limits.sockets_per_caller {
                return Err((CloseCode::TooMany, "too many sockets are open already: close one"));
            }
            tenants.entry(scope.tenant()).or_default().open += 1;
            *callers.entry(caller).or_default() += 1;
        }
        let outlet = Rc::new(Outlet::new(id, opener, line, self.now()));
        self.sockets.borrow_mut().insert(id, Rc::clone(&outlet));
        Ok(Socket { hub: Rc::clone(self), outlet })
    }

    pub(crate) fn subscribe(
        &self,
        outlet: &Rc<Outlet>,
        id: u64,
        since: Option<StreamPosition>,
        batch: bool,
    ) -> Result<(), AlreadySubscribed> {
        let Some(scope) = outlet.scope() else { return Ok(()) };
        {
            let mut inner = outlet.inner.borrow_mut();
            if inner.phase != Phase::Open {
                return Ok(());
            }
            if inner.stream.is_some() {
                return Err(AlreadySubscribed);
            }
            let mut tenants = self.tenants.borrow_mut();
            let tenant = tenants.entry(scope.tenant()).or_default();
            inner.seat = Some(u32::try_from(tenant.subscribed.len()).unwrap_or(u32::MAX));
            inner.stream = Some(Box::new(Stream::new(id, since, batch)));
            inner.progress_at = self.now();
            tenant.subscribed.push(Rc::clone(outlet));
        }
        self.meter.subscribed.set(self.meter.subscribed.get() + 1);
        self.ask(outlet);
        Ok(())
    }

    /// Asks the tenant for what comes after the socket's position.
    fn ask(&self, outlet: &Outlet) {
        let (Some(scope), after) = (outlet.scope(), {
            let mut inner = outlet.inner.borrow_mut();
            inner.asked_at = self.now();
            let Some(stream) = inner.stream.as_mut() else { return };
            stream.stage = Stage::Asked;
            stream.position()
        }) else {
            return;
        };
        self.meter.asks.add(1);
        self.upstream
            .attach(scope, Attach { arbiter: self.index, socket: outlet.id, after, person: outlet.person() });
    }

    /// Takes a page.
    pub(crate) fn page(&self, page: &Page) {
        self.learn_epoch(page.tenant, &page.epoch);
        let Some(outlet) = self.sockets.borrow().get(&page.socket).cloned() else { return };
        if outlet.scope().map(|scope| scope.tenant()) != Some(page.tenant) {
            return;
        }
        {
            let mut inner = outlet.inner.borrow_mut();
            let inner = &mut *inner;
            let Some(stream) = inner.stream.as_mut() else { return };
            let PageStep::Send { announce, from } = stream.page(page) else { return };
            inner.progress_at = self.now();
            let before = inner.queue.bytes();
            if let Some(resumed) = announce {
                self.meter.catch_ups.add(1);
                inner.queue.push_backlog(subscribed_frame(stream.id, page, resumed));
            }
            let events = &page.events[from..];
            self.meter.deliveries.add(events.len());
            if stream.batch && events.len() > 1 {
                for message in Joined::of(&[events]).arrays() {
                    inner.queue.push_backlog(message.clone());
                }
            } else {
                for event in events {
                    inner.queue.push_backlog(event.frame().clone());
                }
            }
            self.meter.grown(before, inner.queue.bytes());
        }
        self.mark(&outlet);
    }

    /// Takes a delivery; it is handed out when the turn ends.
    pub(crate) fn deliver(&self, delivery: Deliver) {
        self.learn_epoch(delivery.tenant, &delivery.epoch);
        let (Some(first), Some(last)) = (delivery.events.first(), delivery.events.last()) else { return };
        if last.offset - first.offset + 1 != delivery.events.len() as u64 || !gapless(&delivery.events) {
            tracing::error!(tenant = %delivery.tenant, first = first.offset, last = last.offset, "a delivery has a hole; its sockets ask again");
            return self.ask_all(delivery.tenant);
        }
        let mut tenants = self.tenants.borrow_mut();
        let Some(tenant) = tenants.get_mut(&delivery.tenant).filter(|tenant| !tenant.subscribed.is_empty())
        else {
            return;
        };
        let bytes: usize = delivery.events.iter().map(|event| event.frame().len()).sum();
        let follows = tenant
            .pending
            .last()
            .and_then(|events| events.last())
            .is_none_or(|end| end.offset + 1 == first.offset);
        if !follows {
            drop(tenants);
            self.hand_out(delivery.tenant);
            tenants = self.tenants.borrow_mut();
        }
        let Some(tenant) = tenants.get_mut(&delivery.tenant) else { return };
        if tenant.pending.is_empty() {
            self.delivered.borrow_mut().push(delivery.tenant);
        }
        if let Some(cause) = delivery.trace {
            let mut span = Span::of(cause, "sockets.write");
            span.note("switchboard.arbiter", self.index as i64);
            span.note("switchboard.events", delivery.events.len() as i64);
            span.note("switchboard.sockets", tenant.subscribed.len() as i64);
            tenant.writing.push(span);
        }
        tenant.pending.push(delivery.events);
        drop(tenants);
        self.turn_bytes.set(self.turn_bytes.get() + bytes);
        self.wake();
    }

    /// So much was delivered in this turn that sockets must be written to before more is taken.
    pub(crate) fn turn_is_full(&self) -> bool {
        self.turn_bytes.get() >= self.limits.turn_bytes
    }

    /// Takes a signal: to whoever is not behind.
    pub(crate) fn signal(&self, signal: &Signal) {
        let outlets = match self.tenants.borrow().get(&signal.tenant) {
            Some(tenant) => tenant.subscribed.clone(),
            None => return,
        };
        let is_for = |outlet: &Rc<Outlet>| signal.person.is_none_or(|person| outlet.person() == Some(person));
        for outlet in outlets.into_iter().filter(is_for) {
            let takes = {
                let inner = outlet.inner.borrow();
                let live = inner.stream.as_ref().is_some_and(|stream| stream.stage == Stage::Live);
                live && inner.queue.bytes() <= self.limits.queue_bytes / 2
            };
            if takes {
                self.queue(&outlet, signal.frame.clone());
            }
        }
    }

    /// Keeps in mind how the store does, and tells every socket where that is news: also those that are behind,
    /// since it is said once.
    pub(crate) fn store_does(&self, condition: StoreCondition) {
        if self.store.replace(condition) == condition {
            return;
        }
        let signal = ServerSignal::StoreCondition(StoreState { condition });
        let frame = server_frame(&ServerFrame::Signal { signal });
        let outlets: Vec<_> = self.sockets.borrow().values().cloned().collect();
        for outlet in outlets {
            if outlet.inner.borrow().phase == Phase::Open {
                self.queue(&outlet, frame.clone());
            }
        }
    }

    /// Queues a whole frame.
    pub(crate) fn queue(&self, outlet: &Rc<Outlet>, frame: Bytes) {
        {
            let mut inner = outlet.inner.borrow_mut();
            if inner.phase != Phase::Open {
                return;
            }
            let before = inner.queue.bytes();
            inner.queue.push(frame);
            self.meter.grown(before, inner.queue.bytes());
        }
        self.bound(outlet);
    }

    /// Closes a socket that takes too little for what it is sent; marks any other for the flush.
    fn bound(&self, outlet: &Rc<Outlet>) {
        self.mark(outlet);
        let over = || outlet.inner.borrow().queue.live() > self.limits.queue_bytes;
        if over() {
            self.flush_one(outlet);
            if over() {
                self.close(outlet, CloseCode::TooSlow, "too slow: connect again and resume");
            }
        }
    }

    /// Closes a socket.
    pub(crate) fn close(&self, outlet: &Rc<Outlet>, code: CloseCode, reason: &'static str) {
        if outlet.inner.borrow().phase != Phase::Open {
            return;
        }
        self.meter.closed(code_label(code));
        self.begin_close(outlet, close_frame(code.as_u16(), reason), false);
    }

    pub(crate) fn answer_close(&self, outlet: &Rc<Outlet>, frame: Bytes) {
        let open = {
            let mut inner = outlet.inner.borrow_mut();
            if let Phase::Closing { answered, .. } = &mut inner.phase {
                *answered = true;
            }
            inner.phase == Phase::Open
        };
        if open {
            self.meter.closed("client");
            self.begin_close(outlet, frame, true);
        } else {
            self.mark(outlet);
            self.wake();
            self.end_if_said(outlet);
        }
    }

    fn begin_close(&self, outlet: &Rc<Outlet>, frame: Bytes, answered: bool) {
        self.unsubscribe(outlet);
        {
            let mut inner = outlet.inner.borrow_mut();
            let before = inner.queue.bytes();
            inner.queue.cut();
            inner.queue.push(frame);
            self.meter.grown(before, inner.queue.bytes());
            inner.phase = Phase::Closing { until: self.now() + self.limits.linger_s, answered };
        }
        self.mark(outlet);
    }

    /// Takes a socket out of its tenant's stream.
    fn unsubscribe(&self, outlet: &Outlet) {
        let Some(scope) = outlet.scope() else { return };
        let seat = {
            let mut inner = outlet.inner.borrow_mut();
            inner.stream = None;
            inner.seat.take()
        };
        let Some(seat) = seat else { return };
        self.meter.subscribed.set(self.meter.subscribed.get() - 1);
        if outlet.person().is_some() {
            self.upstream.left(scope, outlet.id);
        }
        let last = {
            let mut tenants = self.tenants.borrow_mut();
            let Some(tenant) = tenants.get_mut(&scope.tenant()) else { return };
            tenant.subscribed.swap_remove(seat as usize);
            if let Some(moved) = tenant.subscribed.get(seat as usize) {
                moved.inner.borrow_mut().seat = Some(seat);
            }
            tenant.subscribed.is_empty().then(|| {
                tenant.pending.clear();
                tenant.writing.clear();
                tenant.epoch = None;
            })
        };
        if last.is_some() {
            self.upstream.detach(scope, self.index);
        }
    }

    /// Lets a socket go at once. What is not written is lost.
    pub(crate) fn let_go(&self, outlet: &Rc<Outlet>) {
        let phase = outlet.inner.borrow().phase;
        if phase == Phase::Gone {
            return;
        }
        if phase == Phase::Open {
            self.meter.closed("client");
        }
        self.unsubscribe(outlet);
        {
            let mut inner = outlet.inner.borrow_mut();
            self.meter.grown(inner.queue.bytes(), 0);
            inner.phase = Phase::Gone;
            inner.queue = super::queue::Queue::default();
            inner.line = None;
            inner.writable = None;
            if let Some(reader) = inner.reader.take() {
                reader.wake();
            }
        }
        self.sockets.borrow_mut().remove(&outlet.id);
        if let Some(Opener { scope, caller, .. }) = outlet.opener {
            let (mut tenants, mut callers) = (self.tenants.borrow_mut(), self.callers.borrow_mut());
            if let Some(tenant) = tenants.get_mut(&scope.tenant()) {
                tenant.open -= 1;
                if tenant.open == 0 {
                    tenants.remove(&scope.tenant());
                }
            }
            if let Some(open) = callers.get_mut(&caller) {
                *open -= 1;
                if *open == 0 {
                    callers.remove(&caller);
                }
            }
        }
        if self.sockets.borrow().is_empty() {
            self.emptied.notify_waiters();
        }
    }

    /// A stream's epoch was heard: where it is new, every socket asks where it is.
    fn learn_epoch(&self, tenant: TenantId, epoch: &Arc<str>) {
        let renewed = match self.tenants.borrow().get(&tenant) {
            None => return,
            Some(known) => known.epoch.as_ref().is_some_and(|before| before != epoch),
        };
        if renewed {
            self.hand_out(tenant);
        }
        if let Some(known) = self.tenants.borrow_mut().get_mut(&tenant) {
            known.epoch = Some(Arc::clone(epoch));
        }
        if renewed {
            self.each_subscribed(tenant, |stream| stream.renewed(epoch) == DeliverStep::Ask);
        }
    }

    fn ask_all(&self, tenant: TenantId) {
        self.each_subscribed(tenant, |stream| stream.stage == Stage::Live);
    }

    /// Asks for those sockets of a tenant of which `asks` says so.
    fn each_subscribed(&self, tenant: TenantId, asks: impl Fn(&mut Stream) -> bool) {
        let outlets = match self.tenants.borrow().get(&tenant) {
            Some(tenant) => tenant.subscribed.clone(),
            None => return,
        };
        for outlet in outlets {
            if outlet.inner.borrow_mut().stream.as_mut().is_some_and(|stream| asks(stream)) {
                self.ask(&outlet);
            }
        }
    }

    /// Puts a tenant's deliveries of this turn into the queues of its live sockets.
    fn hand_out(&self, tenant: TenantId) {
        let mut slow_or_full = Vec::new();
        let mut lost = Vec::new();
        {
            let mut tenants = self.tenants.borrow_mut();
            let Some(tenant) = tenants.get_mut(&tenant) else { return };
            let pending = std::mem::take(&mut tenant.pending);
            let writing = std::mem::take(&mut tenant.writing);
            let parts: Vec<&[EncodedEvent]> = pending.iter().map(|events| &**events).collect();
            let (Some(first), Some(last)) = (
                parts.first().and_then(|events| events.first()),
                parts.last().and_then(|events| events.last()),
            ) else {
                return;
            };
            let Some(epoch) = tenant.epoch.clone() else { return };
            let joined = Joined::of(&parts);
            let mut delivered = 0;
            for outlet in &tenant.subscribed {
                let mut inner = outlet.inner.borrow_mut();
                let inner = &mut *inner;
                let Some(stream) = inner.stream.as_mut() else { continue };
                let before = inner.queue.bytes();
                match stream.deliver(&epoch, first.offset, last.offset) {
                    DeliverStep::Skip => continue,
                    DeliverStep::Ask => {
                        lost.push(Rc::clone(outlet));
                        continue;
                    }
                    DeliverStep::Send(0) => {
                        delivered += joined.len();
                        let chunks = if stream.batch { joined.arrays() } else { joined.frames() };
                        for chunk in chunks {
                            inner.queue.push(chunk.clone());
                        }
                    }
                    DeliverStep::Send(from) => {
                        for event in parts.iter().flat_map(|events| events.iter()).skip(from) {
                            delivered += 1;
                            inner.queue.push(event.frame().clone());
                        }
                    }
                }
                self.meter.grown(before, inner.queue.bytes());
                if inner.queue.live() > self.limits.queue_bytes {
                    slow_or_full.push(Rc::clone(outlet));
                }
                if !inner.dirty && !inner.blocked {
                    inner.dirty = true;
                    self.list(outlet);
                }
            }
            self.meter.deliveries.add(delivered);
            // The list is worked off in order: then every socket that takes anything has been written to.
            let until = self.marked.get();
            self.writing.borrow_mut().extend(writing.into_iter().map(|span| (until, span)));
        }
        self.wake();
        for outlet in slow_or_full {
            self.bound(&outlet);
        }
        for outlet in lost {
            self.ask(&outlet);
        }
    }

    /// Puts a socket on the list of the next flush.
    fn mark(&self, outlet: &Rc<Outlet>) {
        {
            let mut inner = outlet.inner.borrow_mut();
            if inner.dirty || inner.blocked || inner.phase == Phase::Gone {
                return;
            }
            inner.dirty = true;
        }
        self.list(outlet);
        self.wake();
    }

    fn list(&self, outlet: &Rc<Outlet>) {
        self.marked.set(self.marked.get() + 1);
        self.dirty.borrow_mut().push_back(Rc::clone(outlet));
    }

    /// Has the flush run once this loop turn's other work is done.
    fn wake(&self) {
        if !self.woken.replace(true) {
            self.ready.flusher.wake();
        }
    }

    /// One run of the flush: polled by the arbiter's flusher and by nobody else.
    pub(crate) fn poll_flush(&self, cx: &Context<'_>) -> Poll<()> {
        self.ready.flusher.register(cx.waker());
        self.turn();
        if !self.dirty.borrow().is_empty() || !self.delivered.borrow().is_empty() {
            self.woken.set(true);
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Hands out what was delivered and writes what is queued.
    pub(crate) fn turn(&self) {
        self.woken.set(false);
        self.turn_bytes.set(0);
        for id in self.ready.take() {
            let Some(outlet) = self.sockets.borrow().get(&id).cloned() else { continue };
            outlet.inner.borrow_mut().blocked = false;
            self.mark(&outlet);
        }
        let delivered = std::mem::take(&mut *self.delivered.borrow_mut());
        for tenant in delivered {
            self.hand_out(tenant);
        }
        let count = self.dirty.borrow().len().min(FLUSHED_A_TURN);
        for _ in 0..count {
            let Some(outlet) = self.dirty.borrow_mut().pop_front() else { break };
            outlet.inner.borrow_mut().dirty = false;
            self.flushed.set(self.flushed.get() + 1);
            self.flush_one(&outlet);
        }
        let flushed = self.flushed.get();
        let mut writing = self.writing.borrow_mut();
        while writing.pop_front_if(|(until, _)| *until <= flushed).is_some() {}
    }

    /// Writes what one socket's line takes.
    fn flush_one(&self, outlet: &Rc<Outlet>) {
        let broken = {
            let mut inner = outlet.inner.borrow_mut();
            let inner = &mut *inner;
            let Some(line) = inner.line.as_deref() else { return };
            let before = inner.queue.bytes();
            self.meter.flushes.add(1);
            let flushed = loop {
                let mut writes = 0;
                let flushed = inner.queue.flush(line, &mut writes);
                self.meter.writes.add(writes as usize);
                match flushed {
                    Ok(Flushed::Blocked) => {
                        let waker = inner.writable.get_or_insert_with(|| {
                            Waker::from(Arc::new(TakesMore { id: outlet.id, ready: Arc::clone(&self.ready) }))
                        });
                        match line.poll_writable(&mut Context::from_waker(waker)) {
                            Poll::Ready(Ok(())) => {}
                            Poll::Ready(Err(error)) => break Err(error),
                            Poll::Pending => break Ok(true),
                        }
                    }
                    Ok(Flushed::Empty) => break Ok(false),
                    Err(error) => break Err(error),
                }
            };
            self.meter.grown(before, inner.queue.bytes());
            if inner.queue.bytes() < before {
                inner.progress_at = self.now();
            }
            match flushed {
                Ok(blocked) => {
                    inner.blocked = blocked;
                    if !blocked {
                        inner.writable = None;
                    }
                    false
                }
                Err(_) => true,
            }
        };
        if broken {
            self.let_go(outlet);
            return;
        }
        self.end_if_said(outlet);
        let asks = {
            let inner = outlet.inner.borrow();
            let behind = inner.stream.as_ref().is_some_and(|stream| stream.stage == Stage::Behind);
            behind && inner.queue.bytes() <= self.limits.room_bytes
        };
        if asks {
            self.ask(outlet);
        }
    }

    /// Ends a socket of which both sides have said that they close it.
    fn end_if_said(&self, outlet: &Rc<Outlet>) {
        let said = {
            let inner = outlet.inner.borrow();
            inner.queue.bytes() == 0 && matches!(inner.phase, Phase::Closing { answered: true, .. })
        };
        if said {
            self.let_go(outlet);
        }
    }

    /// Once a second: signs of life, time limits, and the figures.
    pub(crate) fn sweep(&self) {
        self.now.set(self.now.get() + 1);
        let outlets: Vec<_> = self.sockets.borrow().values().cloned().collect();
        for outlet in &outlets {
            self.sweep_one(outlet);
        }
        if self.now().is_multiple_of(self.limits.probe_s) {
            self.probe();
        }
        self.meter.publish(outlets.len());
    }

    /// Asks each tenant for what one of its live sockets has seen already. A tenant's actor that was started
    /// again knows nothing of its sockets and would stay silent: the question brings this arbiter back to
    /// it, and the answer brings its new epoch, upon which every socket asks for itself.
    fn probe(&self) {
        let probes: Vec<_> = self
            .tenants
            .borrow()
            .values()
            .filter_map(|tenant| {
                tenant.subscribed.iter().find_map(|outlet| {
                    let inner = outlet.inner.borrow();
                    let stream = inner.stream.as_ref().filter(|stream| stream.stage == Stage::Live)?;
                    Some((outlet.scope()?, outlet.id, stream.position(), outlet.person()))
                })
            })
            .collect();
        for (scope, socket, after, person) in probes {
            self.upstream.attach(scope, Attach { arbiter: self.index, socket, after, person });
        }
    }

    fn sweep_one(&self, outlet: &Rc<Outlet>) {
        let (now, limits) = (self.now(), &self.limits);
        let silent = now - outlet.heard_at.get();
        let act = {
            let mut inner = outlet.inner.borrow_mut();
            let stalled = now - inner.progress_at;
            match (inner.phase, inner.stream.as_ref().map(|stream| stream.stage)) {
                (Phase::Gone, _) => return,
                (Phase::Closing { until, .. }, _) if now < until => return,
                (Phase::Closing { .. }, _) => Act::Reset,
                (Phase::Open, _) if silent >= limits.dead_s => {
                    Act::Close(CloseCode::TooSlow, "no sign of life: connect again and resume")
                }
                (Phase::Open, None) if stalled >= limits.subscribe_s => {
                    Act::Close(CloseCode::ProtocolError, "nothing was subscribed to in time")
                }
                (Phase::Open, Some(stage))
                    if stalled >= limits.stall_s && (stage != Stage::Live || inner.queue.backlog() > 0) =>
                {
                    Act::Close(CloseCode::TooSlow, "catching up does not get on: connect again and resume")
                }
                (Phase::Open, Some(Stage::Asked)) if now - inner.asked_at >= limits.ask_again_s => Act::Ask,
                (Phase::Open, _) if silent < limits.ping_s => {
                    inner.pinged = false;
                    return;
                }
                (Phase::Open, _) if inner.pinged => return,
                (Phase::Open, _) => {
                    inner.pinged = true;
                    Act::Ping
                }
            }
        };
        match act {
            Act::Reset => {
                if let Some(line) = &outlet.inner.borrow().line {
                    line.reset();
                }
                self.let_go(outlet);
            }
            Act::Close(code, reason) => self.close(outlet, code, reason),
            Act::Ask => self.ask(outlet),
            Act::Ping => self.queue(outlet, Bytes::from_static(PINGS)),
        }
    }

    /// Closes what was opened with a credential, or by a person.
    pub(crate) fn end(self: &Rc<Self>, of: Opened, why: Ended) {
        let is_of = |opener: Opener| match of {
            Opened::With(credential) => opener.credential == credential,
            Opened::By(tenant, caller) => opener.scope.tenant() == tenant && opener.caller == caller,
        };
        let (code, reason) = match why {
            Ended::Credential => (CloseCode::NotSignedIn, CREDENTIAL_ENDED),
            Ended::Role => (CloseCode::Restarting, ROLE_CHANGED),
        };
        let opened = |outlet: &&Rc<Outlet>| outlet.opener.is_some_and(is_of);
        let outlets: Vec<_> = self.sockets.borrow().values().filter(opened).cloned().collect();
        for outlet in outlets {
            self.close(&outlet, code, reason);
        }
    }

    /// Closes all sockets and takes no more.
    pub(crate) fn drain(&self) {
        self.draining.set(true);
        let outlets: Vec<_> = self.sockets.borrow().values().cloned().collect();
        for outlet in outlets {
            self.close(&outlet, CloseCode::Restarting, RESTARTING);
        }
    }
}

/// What the sweep does to a socket.
enum Act {
    Reset,
    Close(CloseCode, &'static str),
    Ask,
    Ping,
}

/// A close frame (RFC 6455, 5.5.1).
#[must_use]
pub fn close_frame(code: u16, reason: &str) -> Bytes {
    let reason = &reason.as_bytes()[..reason.len().min(123)];
    let mut frame = vec![0x88, 2 + reason.len() as u8];
    frame.extend_from_slice(&code.to_be_bytes());
    frame.extend_from_slice(reason);
    frame.into()
}

fn code_label(code: CloseCode) -> &'static str {
    match code {
        CloseCode::Restarting => "1012",
        CloseCode::NotSignedIn => "4001",
        CloseCode::NotAllowed => "4003",
        CloseCode::TooSlow => "4008",
        CloseCode::ProtocolError => "4009",
        CloseCode::TooMany => "4029",
    }
}

fn subscribed_frame(id: u64, page: &Page, resumed: bool) -> Bytes {
    let frame = ServerFrame::Subscribed { id, epoch: page.epoch.to_string(), offset: page.head, resumed };
    server_frame(&frame)
}

/// A frame of the protocol as a whole WebSocket frame.
#[must_use]
pub fn server_frame(frame: &ServerFrame) -> Bytes {
    // A frame holds strings, numbers and lists of them: nothing that JSON cannot say.
    text_frame(&[&serde_json::to_vec(frame).unwrap_or_default()])
}
