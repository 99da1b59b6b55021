//! A browser on a socket: it reads at once, checks that nothing is left out, and keeps where it is.

use std::{
    io::{self, IoSlice},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use serde::Deserialize;
use switchboard_actors::fanout::{self, Line, Opener};
use switchboard_schema::{SocketId, TenantScope, wire::StreamPosition};
use tokio::sync::oneshot;

use crate::stage::Stage;

/// How often it shows a sign of life.
const HEARTBEAT: Duration = Duration::from_secs(20);

/// What it was told, in sum.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Where it is; the first time it only hears where.
    pub(crate) at: Option<StreamPosition>,
    /// Events.
    pub(crate) events: u64,
    /// Lines that the system wrote into threads.
    pub(crate) lines: u64,
    /// Those of them that say what a person or a program did.
    pub(crate) acts: u64,
    /// Bytes of the events' frames.
    pub(crate) bytes: u64,
    /// It was told that something was left out.
    pub(crate) reloads: u64,
    /// Bytes of a frame that has not come whole.
    rest: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Subscribed {
        epoch: String,
        offset: u64,
        resumed: bool,
    },
    Event {
        offset: u64,
        prev: u64,
        name: String,
        data: Data,
    },
    #[serde(other)]
    Other,
}

/// What an event carries, as far as it is looked at.
#[derive(Deserialize)]
struct Data {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    content: Content,
}

/// A line that the system wrote names who did what it says.
#[derive(Deserialize)]
struct Content {
    by: Option<serde::de::IgnoredAny>,
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some((header, length)) =
            measure(&self.rest).filter(|(head, body)| self.rest.len() >= head + body)
        {
            let frame: Vec<u8> = self.rest.drain(..header + length).collect();
            if frame[0] == 0x81 {
                let read = serde_json::from_slice(&frame[header..]).expect("a frame");
                self.frame(read, frame.len());
            }
        }
        if self.rest.is_empty() {
            self.rest = Vec::new();
        }
    }

    fn frame(&mut self, frame: Frame, length: usize) {
        match frame {
            Frame::Subscribed { epoch, offset, resumed } => {
                if !resumed {
                    self.reloads += u64::from(self.at.is_some());
                    self.at = Some(StreamPosition { epoch, offset });
                } else if let Some(at) = &mut self.at {
                    at.epoch = epoch;
                }
            }
            Frame::Event { offset, prev, name, data } => {
                let at = self.at.as_mut().expect("it is subscribed");
                assert_eq!(prev, at.offset, "something was left out");
                at.offset = offset;
                self.events += 1;
                self.bytes += length as u64;
                self.lines += u64::from(name == "system.added");
                self.acts += u64::from(data.message.is_some_and(|message| message.content.by.is_some()));
            }
            Frame::Other => {}
        }
    }
}

/// The length of a frame's header and of what follows it, once the header is there.
fn measure(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.get(1)? {
        126 => Some((4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)))),
        127 => Some((10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?)),
        length => Some((2, usize::from(length))),
    }
}

#[derive(Clone, Default)]
struct Wire(Arc<Mutex<Seen>>);

impl Line for Wire {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut seen = self.0.lock().unwrap();
        slices.iter().for_each(|slice| seen.take(slice));
        Ok(slices.iter().map(|slice| slice.len()).sum())
    }

    fn poll_writable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn reset(&self) {}
}

/// The browser; it goes when this is dropped.
pub(crate) struct Client {
    wire: Wire,
    _open: oneshot::Sender<()>,
}

impl Client {
    /// Opens a socket and goes on after a position.
    pub(crate) fn open(stage: &Stage, scope: TenantScope, nth: u64, since: Option<StreamPosition>) -> Self {
        let wire = Wire::default();
        wire.0.lock().unwrap().at = since.clone();
        let (open, mut closed) = oneshot::channel::<()>();
        let line = wire.clone();
        stage.on_arbiter(usize::try_from(nth).unwrap(), move || {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&nth.to_be_bytes());
            let opener = Opener { scope, caller: id, credential: id, person: None };
            let local = fanout::local().expect("a fan-out on each arbiter");
            let socket = local
                .open(SocketId::from_bytes(id), Some(opener), Box::new(line))
                .unwrap_or_else(|(code, why)| panic!("closed with {code:?}: {why}"));
            socket.subscribe(1, since, false).expect("its first subscription");
            actix::spawn(async move {
                loop {
                    tokio::select! {
                        _ = &mut closed => return,
                        () = std::future::poll_fn(|cx| socket.poll_gone(cx)) => panic!("a socket was closed"),
                        () = tokio::time::sleep(HEARTBEAT) => socket.heard(),
                    }
                }
            });
        });
        Self { wire, _open: open }
    }

    /// What it was told so far.
    pub(crate) fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.wire.0.lock().unwrap())
    }
}
