//! The fan-out: one actor per arbiter, holding that thread's sockets.
//!
//! A tenant's actor publishes events in order. Each is encoded once, sent once to every arbiter that holds
//! a socket of the tenant, written to the queues of its sockets, and flushed once at the end of the loop
//! turn, without a timer.
//!
//! A socket that attaches pulls pages from the tenant's stream until a page reaches the head; from then on
//! it is live. The tenant's actor sends pages and deliveries through the same mailbox in order, so that no
//! event falls between the last page and the first delivery.

mod hub;
mod join;
mod meter;
mod outlet;
mod queue;
mod stream;

use std::{cell::RefCell, future::poll_fn, rc::Rc, sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, AsyncContext, Handler, WrapFuture, fut};
use bytes::Bytes;
use switchboard_schema::{
    IdBytes, SocketId, TenantId, TenantScope, TraceContext, UserId,
    wire::{CloseCode, ServerFrame, ServerSignal, StoreCondition, StreamPosition},
};

use crate::House;
use hub::Hub;

pub use hub::{close_frame, server_frame};
pub use join::JOINED_BYTES;
pub use outlet::{AlreadySubscribed, Begun, Opener, Socket};
pub use queue::{Line, WRITE_SLICES};

/// What clients hear when whatever they opened their socket with is good no more.
pub const CREDENTIAL_ENDED: &str = "the sign-in or key has ended";
/// What clients hear when what they may do has changed.
pub const ROLE_CHANGED: &str = "your role has changed: connect again";

/// Events of one page, at most.
pub const PAGE_EVENTS: usize = 500;

/// One event, encoded once for all sockets that may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedEvent {
    /// Its place in the stream.
    pub offset: u64,
    /// The whole WebSocket frame: header and JSON.
    frame: Bytes,
    /// Where the JSON begins.
    json_at: usize,
}

impl EncodedEvent {
    /// Encodes the JSON of an event as an unmasked text frame.
    #[must_use]
    pub fn new(offset: u64, json: &[u8]) -> Self {
        let frame = text_frame(&[json]);
        let json_at = frame.len() - json.len();
        Self { offset, frame, json_at }
    }

    /// The whole WebSocket frame.
    #[must_use]
    pub const fn frame(&self) -> &Bytes {
        &self.frame
    }

    /// The JSON alone, to be joined with others.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        &self.frame[self.json_at..]
    }
}

/// A signal as sockets are sent it.
#[must_use]
pub(crate) fn signal_frame(signal: ServerSignal) -> Bytes {
    // Wire types have string keys and finite numbers only: this cannot fail.
    text_frame(&[&serde_json::to_vec(&ServerFrame::Signal { signal }).unwrap_or_default()])
}

/// An unmasked WebSocket text frame of these parts (RFC 6455, 5.2).
#[must_use]
pub fn text_frame(parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut frame = Vec::with_capacity(length + 10);
    frame.push(0x81);
    match length {
        0..=125 => frame.push(length as u8),
        126..=0xffff => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    for part in parts {
        frame.extend_from_slice(part);
    }
    frame.into()
}

/// A socket asks a tenant's actor for what comes after a position. Answered with a [`Page`].
#[derive(Clone)]
pub struct Attach {
    /// Which arbiter's fan-out asks.
    pub arbiter: usize,
    /// For which socket.
    pub socket: SocketId,
    /// What it saw last; `None`: nothing, it starts at the head.
    pub after: Option<StreamPosition>,
    /// Whose page it is, where it is a person's.
    pub person: Option<UserId>,
}

/// Events after a position, from a tenant's actor to the fan-out that asked.
#[derive(Debug, Clone, actix::Message)]
#[rtype(result = "()")]
pub struct Page {
    /// Whose stream.
    pub tenant: TenantId,
    /// For which socket.
    pub socket: SocketId,
    /// The stream's epoch now.
    pub epoch: Arc<str>,
    /// The stream's last offset now.
    pub head: u64,
    /// The events right after the position asked for, in order, at most [`PAGE_EVENTS`]; ask again after the
    /// last of them until `head` is reached. Of an older epoch too, where the log goes on into this one.
    pub events: Vec<EncodedEvent>,
    /// The events can be given without a hole. When false the client must load the snapshot, and the socket
    /// is live after `head`.
    pub resumed: bool,
}

/// New events, in order, for every live socket of a tenant on this arbiter.
#[derive(Debug, Clone, actix::Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// Whose.
    pub tenant: TenantId,
    /// The stream's epoch: a socket that knows another one attaches again from where it is.
    pub epoch: Arc<str>,
    /// In order, without a hole after the last delivery of this epoch.
    pub events: Arc<[EncodedEvent]>,
    /// What published them, where that is recorded in a trace.
    pub trace: Option<TraceContext>,
}

/// Something that may be lost, for every live socket of a tenant, or of one person there, on this arbiter.
#[derive(Debug, Clone, actix::Message)]
#[rtype(result = "()")]
pub struct Signal {
    /// Whose.
    pub tenant: TenantId,
    /// For whose pages alone; none: for everybody.
    pub person: Option<UserId>,
    /// The whole WebSocket frame.
    pub frame: Bytes,
}

/// How the store does from now on: for every socket, whatever it has subscribed to.
#[derive(Debug, Clone, Copy, actix::Message)]
#[rtype(result = "()")]
pub struct StoreDoes(pub StoreCondition);

/// Closes sockets whose opener may not go on as they are.
#[derive(Debug, Clone, Copy, actix::Message)]
#[rtype(result = "()")]
pub struct EndSockets {
    /// Those opened with this credential, or by this person: see [`Opener`].
    pub of: Opened,
    /// Why.
    pub why: Ended,
}

/// What sockets have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The sign-in or key.
    With(IdBytes),
    /// The person, by whichever sign-in, in one workspace.
    By(TenantId, IdBytes),
}

/// Why sockets are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The credential is good no more: it was signed out or revoked, or whose it was is gone.
    Credential,
    /// What they may do has changed: whoever connects again has it as it is.
    Role,
}

/// Closes every socket with 1012, takes no more, and is answered when the last one is gone.
#[derive(Debug, Clone, Copy, actix::Message)]
#[rtype(result = "()")]
pub struct Drain;

/// How much a fan-out holds and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Sockets of one arbiter; one more is closed 4029.
    pub sockets: usize,
    /// Sockets of one tenant on one arbiter; one more is closed 4029.
    pub sockets_per_tenant: usize,
    /// Sockets of one person or key on one arbiter; one more is closed 4029.
    pub sockets_per_caller: usize,
    /// Commands of one socket that are begun and not answered.
    pub commands_per_socket: u16,
    /// Bytes that may wait for a live socket; over it, it is closed 4008. What a catch-up queued does not
    /// count.
    pub queue_bytes: usize,
    /// A socket that catches up is sent the next page when no more than this waits for it.
    pub room_bytes: usize,
    /// Bytes delivered in one turn before the sockets are written to.
    pub turn_bytes: usize,
    /// Seconds in which a catch-up must get on by a page or a write.
    pub stall_s: u32,
    /// Seconds after which an unanswered question for a page is asked again.
    pub ask_again_s: u32,
    /// Seconds between two looks whether a tenant's actor still knows its sockets here.
    pub probe_s: u32,
    /// Seconds from the opening to the subscription.
    pub subscribe_s: u32,
    /// Seconds of a client's silence after which it is sent a ping.
    pub ping_s: u32,
    /// Seconds of a client's silence after which it is taken for dead.
    pub dead_s: u32,
    /// Seconds that a socket being closed may take to read what is owed and answer; then it is reset.
    pub linger_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sockets: 20_000,
            sockets_per_tenant: 10_000,
            sockets_per_caller: 1_024,
            commands_per_socket: 32,
            queue_bytes: 1 << 20,
            room_bytes: 256 << 10,
            turn_bytes: 256 << 10,
            stall_s: 20,
            ask_again_s: 5,
            probe_s: 10,
            subscribe_s: 30,
            ping_s: 25,
            dead_s: 63,
            linger_s: 5,
        }
    }
}

/// What the fan-out asks of the tenants' actors.
pub trait Upstream: 'static {
    /// Asks for what comes after a position; the answer is a [`Page`]. From then on the tenant's actor
    /// delivers new events to this arbiter. Must not call back before it returns.
    fn attach(&self, scope: TenantScope, attach: Attach);
    /// A subscribed socket of a person is gone.
    fn left(&self, scope: TenantScope, socket: SocketId);
    /// The arbiter holds no subscribed socket of the tenant any more.
    fn detach(&self, scope: TenantScope, arbiter: usize);
}

impl Upstream for House {
    fn attach(&self, scope: TenantScope, attach: Attach) {
        Self::attach(self, scope, attach);
    }

    fn left(&self, scope: TenantScope, socket: SocketId) {
        Self::left(self, scope, socket);
    }

    fn detach(&self, scope: TenantScope, arbiter: usize) {
        Self::detach(self, scope, arbiter);
    }
}

thread_local! {
    /// This thread's fan-out, once it runs.
    static LOCAL: RefCell<Option<Local>> = const { RefCell::new(None) };
}

/// The fan-out of the thread this is called on, where there is one.
#[must_use]
pub fn local() -> Option<Local> {
    LOCAL.with_borrow(Clone::clone)
}

/// A fan-out, as code on its own thread reaches it.
#[derive(Clone)]
pub struct Local(Rc<Hub>);

impl Local {
    /// Takes a socket in; one that is nobody's is there to be closed with a reason.
    ///
    /// # Errors
    /// The code to close it with and the reason, when there are too many or the server stops.
    pub fn open(
        &self,
        id: SocketId,
        opener: Option<Opener>,
        line: Box<dyn Line>,
    ) -> Result<Socket, (CloseCode, &'static str)> {
        self.0.open(id, opener, line)
    }

    /// Sockets held, those being closed included.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.0.len()
    }
}

/// The arbiter's fan-out.
///
/// State: the arbiter's sockets, each with its queue and its place in its tenant's stream. Messages: [`Page`],
/// [`Deliver`], [`Signal`], [`StoreDoes`], [`EndSockets`], [`Drain`]; the sockets themselves come through [`local`]. Invariants: a socket's
/// events are chained ([`stream`]); a socket's bytes never wait for another's. Limits: [`Limits`]. On a crash
/// its sockets break and their clients resume.
///
/// The mailbox itself has no bound. What bounds it is that a tenant's actor sends one message per commit and
/// arbiter, and that handling one never waits: once a turn has delivered [`Limits::turn_bytes`] the mailbox
/// rests until the sockets were written to and the runtime has looked at its lines.
pub struct FanOut {
    hub: Rc<Hub>,
    flusher: Option<tokio::task::JoinHandle<()>>,
}

/// Seconds between two sweeps, which are what all of the fan-out's time limits are counted in.
const SWEEP: Duration = Duration::from_secs(1);

/// Starts the fan-out of an arbiter. Whatever is spawned on that arbiter afterwards finds it by [`local`].
#[must_use]
pub fn start(
    upstream: impl FnOnce() -> Box<dyn Upstream> + Send + 'static,
    limits: Limits,
    index: usize,
    arbiter: &actix_rt::ArbiterHandle,
) -> actix::Addr<FanOut> {
    FanOut::start_in_arbiter(arbiter, move |_| {
        let hub = Rc::new(Hub::new(upstream(), index, limits));
        LOCAL.set(Some(Local(Rc::clone(&hub))));
        FanOut { hub, flusher: None }
    })
}

impl FanOut {
    /// The task that hands out and writes. It is woken by the first socket that has something to write, and
    /// so comes to run behind everything else that was ready in this loop turn: that is all the joining of
    /// writes there is, without a timer.
    fn start_flusher(&mut self) {
        let hub = Rc::clone(&self.hub);
        self.flusher = Some(tokio::task::spawn_local(poll_fn(move |cx| hub.poll_flush(cx))));
    }
}

impl Actor for FanOut {
    type Context = actix::Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.start_flusher();
        ctx.run_interval(SWEEP, |this, _| {
            this.hub.sweep();
            // A panic in a task is silent: a fan-out that writes nothing any more would be, too.
            if this.flusher.as_ref().is_none_or(tokio::task::JoinHandle::is_finished) {
                tracing::error!(
                    arbiter = this.hub.index,
                    "the flush of the fan-out ended; it is started again"
                );
                this.start_flusher();
            }
        });
    }
}

impl Drop for FanOut {
    fn drop(&mut self) {
        if let Some(flusher) = &self.flusher {
            flusher.abort();
        }
    }
}

impl Handler<Page> for FanOut {
    type Result = ();

    fn handle(&mut self, page: Page, _: &mut Self::Context) {
        self.hub.page(&page);
    }
}

impl Handler<Deliver> for FanOut {
    type Result = ();

    fn handle(&mut self, delivery: Deliver, ctx: &mut Self::Context) {
        self.hub.deliver(delivery);
        if self.hub.turn_is_full() {
            ctx.wait(fut::wrap_future(tokio::task::yield_now()));
        }
    }
}

impl Handler<Signal> for FanOut {
    type Result = ();

    fn handle(&mut self, signal: Signal, _: &mut Self::Context) {
        self.hub.signal(&signal);
    }
}

impl Handler<StoreDoes> for FanOut {
    type Result = ();

    fn handle(&mut self, StoreDoes(condition): StoreDoes, _: &mut Self::Context) {
        self.hub.store_does(condition);
    }
}

impl Handler<EndSockets> for FanOut {
    type Result = ();

    fn handle(&mut self, EndSockets { of, why }: EndSockets, _: &mut Self::Context) {
        self.hub.end(of, why);
    }
}

impl Handler<Drain> for FanOut {
    type Result = actix::ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        self.hub.drain();
        let hub = Rc::clone(&self.hub);
        Box::pin(
            async move {
                let emptied = hub.emptied.notified();
                if hub.len() > 0 {
                    emptied.await;
                }
            }
            .into_actor(self)
            .map(|(), _, _| ()),
        )
    }
}

#[cfg(test)]
mod tests;
