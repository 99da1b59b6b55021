//! The fan-out's way out over TCP, and what the WebSocket library sees of the socket.

use std::{
    io::{self, IoSlice, Read, Write},
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use switchboard_actors::fanout::{self, Socket};
use tokio::net::TcpStream;

/// A TCP connection, as the fan-out writes to it.
pub(super) struct Line(pub(super) Rc<TcpStream>);

impl fanout::Line for Line {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match slices {
            // The way through the kernel is shorter.
            [one] => self.0.try_write(one),
            several => self.0.try_write_vectored(several),
        }
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_write_ready(cx)
    }

    fn reset(&self) {
        if let Err(error) = socket2::SockRef::from(&*self.0).set_linger(Some(Duration::ZERO)) {
            tracing::debug!(%error, "a socket could not be reset");
        }
    }
}

/// What the WebSocket library reads from and writes to. What it writes (pongs, its close frames) goes into
/// the one queue of the socket; reading says `WouldBlock` where nothing is there.
pub(super) struct Duplex<'a> {
    pub(super) stream: &'a TcpStream,
    /// What came with the upgrade's request.
    pub(super) early: &'a mut Bytes,
    pub(super) socket: &'a Socket,
    /// The client has ended its side.
    pub(super) ended: &'a mut bool,
}

impl Read for Duplex<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.early.is_empty() {
            let length = into.len().min(self.early.len());
            self.early.copy_to_slice(&mut into[..length]);
            if self.early.is_empty() {
                *self.early = Bytes::new();
            }
            return Ok(length);
        }
        let length = self.stream.try_read(into)?;
        *self.ended |= length == 0 && !into.is_empty();
        Ok(length)
    }
}

impl Write for Duplex<'_> {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        self.socket.queue(Bytes::copy_from_slice(frame));
        Ok(frame.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
