//! One socket, as the fan-out holds it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use switchboard_schema::{
    IdBytes, SocketId, TenantScope, UserId,
    wire::{CloseCode, StoreCondition, StreamPosition},
};

use super::{
    hub::Hub,
    queue::{Line, Queue},
    stream::Stream,
};

/// One socket. Its parts change only through [`Hub`].
pub(crate) struct Outlet {
    pub(crate) id: SocketId,
    pub(crate) opener: Option<Opener>,
    pub(crate) inner: RefCell<Inner>,
    /// Commands begun and not answered.
    pub(crate) commands: Cell<u16>,
    /// When something was last heard from the client, in ticks of the sweep.
    pub(crate) heard_at: Cell<u32>,
}

/// What changes of a socket.
pub(crate) struct Inner {
    pub(crate) queue: Queue,
    /// Gone, once the socket is.
    pub(crate) line: Option<Box<dyn Line>>,
    pub(crate) stream: Option<Box<Stream>>,
    pub(crate) phase: Phase,
    /// Its place among the sockets of its tenant.
    pub(crate) seat: Option<u32>,
    /// It is on the list of the next flush.
    pub(crate) dirty: bool,
    /// The line takes no more for now; somebody will say when it does.
    pub(crate) blocked: bool,
    /// A ping was queued since the client was last heard.
    pub(crate) pinged: bool,
    /// When it was opened, or a catch-up last got on, in ticks of the sweep.
    pub(crate) progress_at: u32,
    /// When a page was last asked for, in ticks of the sweep.
    pub(crate) asked_at: u32,
    /// Wakes the flush when the line takes more; only while it is of use.
    pub(crate) writable: Option<Waker>,
    /// Wakes the reading task when the socket is gone.
    pub(crate) reader: Option<Waker>,
}

/// A socket's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// In use.
    Open,
    /// The close frame is queued or sent.
    Closing {
        /// When it is reset, in ticks of the sweep.
        until: u32,
        /// The client has sent its close frame: once ours is written, all is said.
        answered: bool,
    },
    /// Not held any more.
    Gone,
}

/// The sockets whose lines take more, told from wherever the runtime's driver runs.
#[derive(Default)]
pub(crate) struct Ready {
    ids: Mutex<Vec<SocketId>>,
    pub(crate) flusher: AtomicWaker,
}

impl Ready {
    /// Takes those told since the last time.
    pub(crate) fn take(&self) -> Vec<SocketId> {
        std::mem::take(&mut self.ids.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Tells that one socket's line takes more.
pub(crate) struct TakesMore {
    pub(crate) id: SocketId,
    pub(crate) ready: Arc<Ready>,
}

impl Wake for TakesMore {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.ids.lock().unwrap_or_else(PoisonError::into_inner).push(self.id);
        self.ready.flusher.wake();
    }
}

impl Outlet {
    pub(crate) fn scope(&self) -> Option<TenantScope> {
        self.opener.map(|opener| opener.scope)
    }

    /// Whose page it is, where it is a person's.
    pub(crate) fn person(&self) -> Option<UserId> {
        self.opener.and_then(|opener| opener.person)
    }

    pub(crate) fn new(id: SocketId, opener: Option<Opener>, line: Box<dyn Line>, now: u32) -> Self {
        Self {
            id,
            opener,
            inner: RefCell::new(Inner {
                queue: Queue::default(),
                line: Some(line),
                stream: None,
                phase: Phase::Open,
                seat: None,
                dirty: false,
                blocked: false,
                pinged: false,
                progress_at: now,
                asked_at: now,
                writable: None,
                reader: None,
            }),
            commands: Cell::new(0),
            heard_at: Cell::new(now),
        }
    }
}

/// Whose a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opener {
    /// The workspace.
    pub scope: TenantScope,
    /// The person or key, under which sockets are counted.
    pub caller: IdBytes,
    /// The sign-in or key it was opened with.
    pub credential: IdBytes,
    /// The person, where it is one's page and no program.
    pub person: Option<UserId>,
}

/// A socket, as the task that reads from it holds it. The socket goes when this is dropped.
pub struct Socket {
    pub(crate) hub: Rc<Hub>,
    pub(crate) outlet: Rc<Outlet>,
}

impl Socket {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.outlet.id
    }

    /// How the store does, as this arbiter was told.
    #[must_use]
    pub fn store(&self) -> StoreCondition {
        self.hub.store.get()
    }

    /// The client was heard.
    pub fn heard(&self) {
        self.outlet.heard_at.set(self.hub.now());
    }

    /// Goes on after a position, or starts at the head.
    ///
    /// # Errors
    /// When the socket has a subscription already: it has one for its life.
    pub fn subscribe(
        &self,
        id: u64,
        since: Option<StreamPosition>,
        batch: bool,
    ) -> Result<(), AlreadySubscribed> {
        self.hub.subscribe(&self.outlet, id, since, batch)
    }

    /// Queues a whole frame.
    pub fn queue(&self, frame: Bytes) {
        self.hub.queue(&self.outlet, frame);
    }

    /// Closes it: the frame begun is finished, the rest of the queue dropped, the reason given.
    pub fn close(&self, code: CloseCode, reason: &'static str) {
        self.hub.close(&self.outlet, code, reason);
    }

    /// Answers the client's close frame with this one, whole, and ends once it is written.
    pub fn answer_close(&self, frame: Bytes) {
        self.hub.answer_close(&self.outlet, frame);
    }

    /// It is closing or gone: what the client still sends is of no interest.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.outlet.inner.borrow().phase != Phase::Open
    }

    /// Begins a command; nothing, when too many are begun already.
    #[must_use]
    pub fn begin(&self) -> Option<Begun> {
        let begun = self.outlet.commands.get();
        if begun >= self.hub.limits.commands_per_socket {
            return None;
        }
        self.outlet.commands.set(begun + 1);
        Some(Begun { hub: Rc::clone(&self.hub), outlet: Rc::clone(&self.outlet) })
    }

    /// Ready when the fan-out has let the socket go: the reading task must end and drop its half.
    pub fn poll_gone(&self, cx: &Context<'_>) -> Poll<()> {
        let mut inner = self.outlet.inner.borrow_mut();
        if inner.phase == Phase::Gone {
            return Poll::Ready(());
        }
        if !inner.reader.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            inner.reader = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Socket").field(&self.outlet.id).finish()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.hub.let_go(&self.outlet);
    }
}

/// A command begun and not answered.
pub struct Begun {
    hub: Rc<Hub>,
    outlet: Rc<Outlet>,
}

impl Begun {
    /// Answers it with a whole frame; lost when the socket is gone.
    pub fn answer(self, frame: Bytes) {
        self.hub.queue(&self.outlet, frame);
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.outlet.commands.set(self.outlet.commands.get() - 1);
    }
}

/// The socket has a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this socket is subscribed already")]
pub struct AlreadySubscribed;
