//! A socket, frame by frame.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

/// Longest answer to an upgrade that is read.
const HEAD_BYTES_MAX: usize = 16 * 1_024;

/// What came.
#[derive(Debug)]
pub(crate) enum Came {
    /// A frame.
    Frame(Value),
    /// The end, with its close code where one was told.
    End(Option<u16>),
}

/// A client's end of a socket.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    waiting: VecDeque<Value>,
    /// WebSocket messages read that held an array.
    pub(crate) arrays: usize,
}

impl Socket {
    /// Opens one. `head` are further lines of the request's head.
    pub(crate) async fn open(address: &str, query: &str, head: &[(&str, &str)]) -> std::io::Result<Self> {
        Self::over(TcpStream::connect(address).await?, address, query, head).await
    }

    /// Opens one with an API key.
    pub(crate) async fn with_key(address: &str, api_key: &str) -> std::io::Result<Self> {
        Self::open(address, "", &[("authorization", &format!("Bearer {api_key}"))]).await
    }

    /// Opens one over a connection.
    pub(crate) async fn over(
        mut tcp: TcpStream,
        host: &str,
        query: &str,
        head: &[(&str, &str)],
    ) -> std::io::Result<Self> {
        tcp.set_nodelay(true)?;
        let mut request = format!(
            "GET /api/v1/socket{query} HTTP/1.1\r\nhost: {host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        for (name, value) in head {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        tcp.write_all(request.as_bytes()).await?;
        let mut read = Vec::new();
        let end = loop {
            if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            assert!(read.len() < HEAD_BYTES_MAX, "a head without an end");
            if tcp.read_buf(&mut read).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        };
        if !read.starts_with(b"HTTP/1.1 101") {
            return Err(std::io::Error::other(String::from_utf8_lossy(&read[..end]).into_owned()));
        }
        let early = read.split_off(end);
        let stream = WebSocketStream::from_partially_read(tcp, early, Role::Client, None).await;
        Ok(Self { stream, waiting: VecDeque::new(), arrays: 0 })
    }

    /// Says something; what is lost because the other end is gone shows when reading.
    pub(crate) async fn say(&mut self, frame: &Value) {
        self.stream.send(Message::text(frame.to_string())).await.ok();
    }

    /// What comes next.
    pub(crate) async fn next(&mut self) -> Came {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Came::Frame(frame);
            }
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    let value: Value = serde_json::from_str(text.as_str()).expect("frames are JSON");
                    match value {
                        Value::Array(frames) => {
                            assert!(frames.len() > 1, "an array joins several frames");
                            self.arrays += 1;
                            self.waiting.extend(frames);
                        }
                        frame => return Came::Frame(frame),
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    return Came::End(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Came::End(None),
            }
        }
    }

    /// The next frame; fails at the end.
    pub(crate) async fn frame(&mut self) -> Value {
        match super::soon("a frame", self.next()).await {
            Came::Frame(frame) => frame,
            Came::End(code) => panic!("the socket ended with {code:?}"),
        }
    }

    /// The next frame of this type; others before it are passed over.
    pub(crate) async fn frame_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The next event of this name; others before it are passed over.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let frame = self.frame_of("event").await;
            if frame["name"] == name {
                return frame;
            }
        }
    }

    /// The code it is closed with; frames before it are passed over.
    pub(crate) async fn close_code(&mut self) -> Option<u16> {
        loop {
            if let Came::End(code) = super::soon("the end of a socket", self.next()).await {
                return code;
            }
        }
    }

    /// Reads hello and subscribes; gives the answer.
    pub(crate) async fn subscribe(&mut self, since: Option<(&str, u64)>, batch: bool) -> Value {
        let hello = self.frame().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        let mut frame = json!({"type": "subscribe", "id": 1, "batch": batch});
        if let Some((epoch, offset)) = since {
            frame["since"] = json!({"epoch": epoch, "offset": offset});
        }
        self.say(&frame).await;
        self.frame_of("subscribed").await
    }
}
