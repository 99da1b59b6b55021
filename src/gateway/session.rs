//! The task that reads one socket.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use switchboard_actors::fanout::{Socket, close_frame, server_frame};
use switchboard_schema::{
    TenantId,
    wire::{CloseCode, HEARTBEAT_SECS, ServerFrame},
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{
    Error, Message,
    protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext},
};

use super::{MESSAGE_BYTES_MAX, line::Duplex};
use crate::boot::accept::Place;

/// Messages read before other sockets get their turn.
const MESSAGES_A_TURN: usize = 32;
/// What the WebSocket library keeps for reading, in bytes; it grows for a longer message.
const READ_BUFFER_BYTES: usize = 512;
/// What is read at once of a client that nobody listens to any more.
const DISCARD_BYTES: usize = 4_096;

/// Who listens to a client.
pub(super) trait Listener {
    /// The socket.
    fn socket(&self) -> &Socket;

    /// Takes a text message. What comes back must end before the next is taken.
    fn take(self: Rc<Self>, text: &str) -> Option<Prelude>;
}

/// Nobody: the socket was closed before it began, and only its client's answer is waited for.
pub(super) struct Farewell(pub(super) Socket);

impl Listener for Farewell {
    fn socket(&self) -> &Socket {
        &self.0
    }

    fn take(self: Rc<Self>, _: &str) -> Option<Prelude> {
        None
    }
}

/// Says hello, and whose events will come.
pub(super) fn greet(socket: &Socket, workspace_id: TenantId) {
    let hello = ServerFrame::Hello {
        session: socket.id(),
        workspace_id,
        heartbeat_s: HEARTBEAT_SECS,
        store: socket.store(),
    };
    socket.queue(server_frame(&hello));
}

/// Something that must be known before a command can begin; nothing is read meanwhile, so that commands
/// begin in their order.
pub(super) type Prelude = Pin<Box<dyn Future<Output = ()>>>;

/// A connection that was taken over from HTTP.
pub(super) struct Connection {
    /// The connection.
    pub(super) stream: Rc<TcpStream>,
    /// What the client has sent behind its request.
    pub(super) early: Bytes,
    /// Its place among those of the arbiter, kept for as long as it lasts.
    pub(super) place: Option<Place>,
}

/// The task that reads one socket. It ends when the client does, or when the fan-out lets the socket go.
pub(super) struct Session {
    listener: Rc<dyn Listener>,
    stream: Rc<TcpStream>,
    early: Bytes,
    _place: Option<Place>,
    /// What a library keeps of a half-read message; nothing, once what comes is of no interest.
    context: Option<WebSocketContext>,
    prelude: Option<Prelude>,
}

/// The server's side of RFC 6455 for one socket, with our limits.
pub(crate) fn protocol() -> WebSocketContext {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    WebSocketContext::new(Role::Server, Some(config))
}

/// What is left to do after what was read.
enum Next {
    /// Read on.
    Read,
    /// Nothing is there.
    Wait,
    /// The client is gone.
    End,
}

impl Session {
    pub(super) fn new(connection: Connection, listener: Rc<dyn Listener>) -> Self {
        let Connection { stream, early, place } = connection;
        let context = Some(protocol());
        Self { listener, stream, early, _place: place, context, prelude: None }
    }

    /// Takes one message, or a part of one.
    fn read(&mut self) -> Next {
        let Some(context) = &mut self.context else { return self.discard() };
        let socket = self.listener.socket();
        let mut ended = false;
        let mut duplex = Duplex { stream: &self.stream, early: &mut self.early, socket, ended: &mut ended };
        let read = context.read(&mut duplex);
        if ended {
            return Next::End;
        }
        match read {
            Ok(message) => {
                socket.heard();
                self.take(message);
                Next::Read
            }
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Next::Wait,
            Err(Error::Io(_)) => Next::End,
            // Both have said that they close: what is queued is still written.
            Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                self.context = None;
                Next::Read
            }
            Err(error) => {
                let reason = match error {
                    Error::Capacity(_) => "a message may have at most 64 KiB",
                    Error::Utf8(_) => "text frames hold UTF-8",
                    _ => "this is not WebSocket as RFC 6455 has it",
                };
                socket.close(CloseCode::ProtocolError, reason);
                self.context = None;
                Next::Read
            }
        }
    }

    /// Reads and forgets: closing with something unread would reset the connection, and the client might
    /// never see why it was closed.
    fn discard(&self) -> Next {
        match self.stream.try_read(&mut [0; DISCARD_BYTES]) {
            Ok(0) => Next::End,
            Ok(_) => Next::Read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Next::Wait,
            Err(_) => Next::End,
        }
    }

    fn take(&mut self, message: Message) {
        let socket = self.listener.socket();
        match message {
            Message::Close(frame) => socket.answer_close(answer_to(frame.as_ref())),
            _ if socket.is_closing() => {}
            Message::Text(text) => {
                self.prelude = Rc::clone(&self.listener).take(text.as_str());
            }
            Message::Binary(_) => socket.close(CloseCode::ProtocolError, "frames are text, and JSON"),
            // The library answers pings by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
}

impl Future for Session {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.listener.socket().poll_gone(cx).is_ready() {
            return Poll::Ready(());
        }
        for _ in 0..MESSAGES_A_TURN {
            if let Some(prelude) = &mut this.prelude {
                ready!(prelude.as_mut().poll(cx));
                this.prelude = None;
            }
            match this.read() {
                Next::Read => {}
                Next::End => return Poll::Ready(()),
                Next::Wait => {
                    if ready!(this.stream.poll_read_ready(cx)).is_err() {
                        return Poll::Ready(());
                    }
                }
            }
            // Reading may have ended it, when the client's answer was all that was missing.
            if this.listener.socket().poll_gone(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The answer to a client's close frame: its own code, where it gave one that may be sent.
pub(crate) fn answer_to(frame: Option<&CloseFrame>) -> Bytes {
    match frame {
        None => Bytes::from_static(b"\x88\x00"),
        Some(frame) if frame.code.is_allowed() => close_frame(frame.code.into(), ""),
        Some(_) => close_frame(1002, ""),
    }
}
