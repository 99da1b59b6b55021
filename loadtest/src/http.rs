//! One HTTP/1.1 connection that is kept alive, blocking: what it takes to send prebuilt bytes and read an answer.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::error::{Error, loopback};

/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest answer taken.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Read at once.
const READ_BYTES: usize = 16 * 1024;

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// Its status.
    pub(crate) status: u16,
    /// Its head, the empty line included.
    head: &'a [u8],
    /// Its body.
    pub(crate) body: &'a [u8],
}

impl<'a> Answer<'a> {
    /// A header's first value.
    pub(crate) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers(name).next()
    }

    /// All values of a header.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let lines = std::str::from_utf8(self.head).unwrap_or_default().split("\r\n").skip(1);
        let name = name.to_owned();
        lines
            .filter_map(|line| line.split_once(':'))
            .filter(move |(own, _)| own.eq_ignore_ascii_case(&name))
            .map(|(_, value)| value.trim())
    }
}

impl Connection {
    /// Connects to an address of this machine.
    ///
    /// # Errors
    /// When the address is elsewhere, or nobody listens.
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Error> {
        let connect = || {
            let stream = TcpStream::connect_timeout(&address, ANSWER_TIMEOUT)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
            stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
            Ok(stream)
        };
        loopback(address)?;
        let stream = connect().map_err(Error::io(format!("connecting to {address}")))?;
        Ok(Self { stream, buffer: vec![0; READ_BYTES], filled: 0 })
    }

    /// Sends a whole request and waits for its whole answer.
    ///
    /// # Errors
    /// When the connection ends, or the answer cannot be read.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Error> {
        self.stream.write_all(request).map_err(Error::io("sending a request"))?;
        self.filled = 0;
        let head = loop {
            self.read_some()?;
            if let Some(head) = Head::parse(&self.buffer[..self.filled])? {
                break head;
            }
        };
        let total = head.bytes + head.body_bytes;
        if total > ANSWER_BYTES_MAX {
            return Err(Error::server("an answer is too long"));
        }
        while self.filled < total {
            self.read_some()?;
        }
        let (before, body) = self.buffer[..total].split_at(head.bytes);
        Ok(Answer { status: head.status, head: before, body })
    }

    fn read_some(&mut self) -> Result<(), Error> {
        if self.filled == self.buffer.len() {
            self.buffer.resize((self.buffer.len() * 2).min(2 * ANSWER_BYTES_MAX), 0);
        }
        let read =
            self.stream.read(&mut self.buffer[self.filled..]).map_err(Error::io("reading an answer"))?;
        self.filled += read;
        if read == 0 { Err(Error::server("it ended the connection")) } else { Ok(()) }
    }
}

/// A request with a body, whole. `extra` are further header lines, each with its end.
pub(crate) fn request(method: &str, path: &str, extra: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{extra}Content-Length: {}\r\n\r\n",
        body.len()
    );
    let mut out = head.into_bytes();
    out.extend_from_slice(body);
    out
}

/// Whether a path is answered 200.
///
/// # Errors
/// When the address is not on this machine.
pub(crate) fn is_ready(address: SocketAddr, path: &str) -> Result<bool, Error> {
    match Connection::open(address) {
        Ok(mut connection) => {
            Ok(connection.exchange(&request("GET", path, "", b"")).is_ok_and(|answer| answer.status == 200))
        }
        Err(error @ Error::NotLoopback(_)) => Err(error),
        Err(_) => Ok(false),
    }
}

/// The request that opens a WebSocket. `extra` are further header lines, each with its end.
pub(crate) fn upgrade(path: &str, extra: &str) -> Vec<u8> {
    // The key of the RFC's example: its answer is not checked here, the servers' own tests do.
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extra}\r\n"
    )
    .into_bytes()
}

/// What we read of an answer's head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its status.
    pub(crate) status: u16,
    /// Its own length, the empty line included.
    pub(crate) bytes: usize,
    body_bytes: usize,
}

impl Head {
    /// The head, once it is there whole.
    ///
    /// # Errors
    /// When it is not HTTP/1.1, or its body has no length.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..end]).map_err(|_| Error::server("a head is not text"))?;
        let mut lines = head.split("\r\n");
        let status = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok())
            .ok_or_else(|| Error::server("an answer is not HTTP/1.1"))?;
        let mut body_bytes = 0;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                body_bytes = value.trim().parse().map_err(|_| Error::server("a length is no number"))?;
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                return Err(Error::server(
                    "an answer comes in chunks; the driver reads answers with a length",
                ));
            }
        }
        Ok(Some(Self { status, bytes: end + 4, body_bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello";
        assert_eq!(Head::parse(text).unwrap(), Some(Head { status: 200, bytes: 44, body_bytes: 5 }));
        assert_eq!(Head::parse(&text[..40]).unwrap(), None);
        let bare = Head::parse(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap().unwrap();
        assert_eq!((bare.status, bare.body_bytes), (204, 0));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for text in [
            "SSH-2.0-x\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200\r\ncontent-length: x\r\n\r\n",
        ] {
            assert!(Head::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn other_machines_are_not_connected_to() {
        let elsewhere = "192.0.2.1:80".parse().unwrap();
        assert!(matches!(Connection::open(elsewhere), Err(Error::NotLoopback(_))));
    }
}
