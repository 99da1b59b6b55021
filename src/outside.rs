//! The parsers of outside bytes that are private to this crate, each as a pure function: the door for `fuzz/`.
//!
//! Every one is the parser the server itself uses. Nothing here decides or does anything.

use std::io::{self, Read, Write};

use http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use switchboard_schema::wire;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    access::{self, CREDENTIAL_BYTES_MAX, Presented},
    boot::admin,
    config::Config,
    gateway::{self, Command, Frame, NotAFrame},
    http::{self as api, extract, problem::Problem},
};

/// What a client is answered whose request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// Stable, for programs.
    pub code: String,
    /// The part of the request that is wrong.
    pub field: Option<String>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { status: problem.status.as_u16(), code: problem.code.into_owned(), field: problem.field }
    }
}

/// Reads the JSON body of a request.
///
/// # Errors
/// What the client is answered.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    extract::parse_json(bytes).map_err(Refused::from)
}

/// The parameters of every list, each read from this query: does the list take them?
pub fn queries(query: &str) -> [Result<(), Refused>; 6] {
    fn takes<T: DeserializeOwned>(query: &str) -> Result<(), Refused> {
        extract::parse_query::<T>(query).map(drop).map_err(Refused::from)
    }
    [
        takes::<api::conversations::Params>(query),
        takes::<api::messages::Params>(query),
        takes::<api::contacts::Params>(query),
        takes::<api::dead_letters::Params>(query),
        takes::<api::templates::Params>(query),
        takes::<api::audit::Params>(query),
    ]
}

/// The ticket that a socket's query brings.
#[must_use]
pub fn ticket(query: &str) -> Option<String> {
    gateway::ticket_of(Some(query))
}

/// What is read of a request's headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// The body is said to be JSON.
    pub is_json: bool,
    /// The idempotency key, or what the client is answered.
    pub idempotency_key: Option<Result<String, String>>,
    /// The version asked for, or what the client is answered.
    pub if_match: Result<Option<u64>, String>,
    /// The client's address, from behind so many proxies.
    pub client: std::net::IpAddr,
    /// The credential, at most [`Headers::CREDENTIAL_BYTES_MAX`] long.
    pub credential: Option<String>,
    /// The answer to a proper upgrade's key.
    pub accept: Option<HeaderValue>,
}

impl Headers {
    /// Longest idempotency key, in characters.
    pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = extract::IDEMPOTENCY_KEY_CHARS_MAX;
    /// Longest credential that is looked up, in bytes.
    pub const CREDENTIAL_BYTES_MAX: usize = CREDENTIAL_BYTES_MAX;

    /// Reads them, on a connection from `peer` behind `hops` proxies.
    #[must_use]
    pub fn read(headers: &HeaderMap, peer: std::net::IpAddr, hops: usize) -> Self {
        Self {
            is_json: extract::is_json(headers),
            idempotency_key: headers
                .get(extract::IDEMPOTENCY_KEY)
                .map(|value| extract::idempotency_key(value).map_err(|problem| problem.detail)),
            if_match: extract::if_match(headers)
                .map(|version| version.map(|version| version.0))
                .map_err(|problem| problem.detail),
            client: extract::client_address(peer, headers, hops),
            credential: access::presented(headers).ok().map(|presented| match presented {
                Presented::Key(text) | Presented::Cookie(text) => text.to_owned(),
            }),
            accept: gateway::accept_of(headers).ok(),
        }
    }
}

/// What a text message of a client is taken for.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// A frame with nothing more to do, or a signal.
    Plain,
    /// A subscription: its id, where it goes on, whether frames may come together, and for how long nobody did anything.
    Subscribe(u64, Option<wire::StreamPosition>, bool, Option<u32>),
    /// A command: its id, its key, where and what, in the words of the published schema.
    Command(u64, String, wire::Command),
    /// A command that is refused.
    Refused(u64, wire::FrameError),
    /// The client is told that it said something odd.
    Complaint(wire::FrameError),
    /// The socket is closed.
    Close(&'static str),
}

/// Reads a client's text message on a socket.
#[must_use]
pub fn frame(text: &str) -> Said {
    match Frame::read(text) {
        Ok(Frame::Ping | Frame::Pong | Frame::Activity | Frame::Typing(_) | Frame::Viewing(_)) => Said::Plain,
        Ok(Frame::Subscribe(request)) => {
            Said::Subscribe(request.id, request.since, request.batch, request.idle_s)
        }
        Ok(Frame::Command(id, Ok((key, command)))) => Said::Command(id, key, published(command)),
        Ok(Frame::Command(id, Err(error))) => Said::Refused(id, error),
        Err(NotAFrame::Complaint(error)) => Said::Complaint(error),
        Err(NotAFrame::Close(reason)) => Said::Close(reason),
    }
}

fn published(command: Command) -> wire::Command {
    match command {
        Command::Send(conversation_id, message) => {
            wire::Command::Send(Box::new(wire::SendCommand { conversation_id, message }))
        }
        Command::Cancel(message) => wire::Command::Cancel(message),
        Command::Retry(message) => wire::Command::Retry(message),
        Command::Note(conversation_id, note) => {
            wire::Command::Note(wire::NoteCommand { conversation_id, note })
        }
        Command::Read(conversation_id, read) => {
            wire::Command::Read(wire::ReadCommand { conversation_id, read })
        }
        Command::Team(conversation_id, team) => {
            wire::Command::Team(wire::TeamCommand { conversation_id, team })
        }
        Command::Assign(conversation_id, assign) => {
            wire::Command::Assign(wire::AssignCommand { conversation_id, assign })
        }
        Command::Status(conversation_id, status) => {
            wire::Command::Status(wire::StatusCommand { conversation_id, status })
        }
        Command::Priority(conversation_id, priority) => {
            wire::Command::Priority(wire::PriorityCommand { conversation_id, priority })
        }
        Command::Labels(conversation_id, labels) => {
            wire::Command::Labels(wire::LabelsCommand { conversation_id, labels })
        }
        Command::Own(conversation_id, ownership) => {
            wire::Command::Ownership(wire::OwnershipCommand { conversation_id, ownership })
        }
    }
}

/// Longest message of a client, in bytes.
pub const MESSAGE_BYTES_MAX: usize = gateway::MESSAGE_BYTES_MAX;

/// Reads what a client sends behind its upgrade, as the bytes come in pieces of at most `piece` bytes: each
/// message it holds, and the answer to a close. It ends with the bytes, a close or what is not WebSocket.
pub fn messages(bytes: &[u8], piece: usize, mut take: impl FnMut(&Message)) {
    struct Wire<'a> {
        bytes: &'a [u8],
        piece: usize,
    }
    impl Read for Wire<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.bytes.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            let length = into.len().min(self.piece.max(1));
            (&mut self.bytes).take(length as u64).read(into)
        }
    }
    impl Write for Wire<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut context = gateway::protocol();
    let mut wire = Wire { bytes, piece };
    while let Ok(message) = context.read(&mut wire) {
        if let Message::Close(frame) = &message {
            drop(gateway::answer_to(frame.as_ref()));
        }
        take(&message);
    }
}

/// Reads settings from a file's text and environment variables.
///
/// # Errors
/// Every key that is wrong, and why.
pub fn settings(text: &str, variables: Vec<(String, String)>) -> Result<(), Vec<(String, String)>> {
    Config::from_sources("file", text, variables.into_iter())
        .map(drop)
        .map_err(|invalid| invalid.0.into_iter().map(|wrong| (wrong.key, wrong.problem)).collect())
}

/// Reads a line of the admin socket, and writes what it was read as.
#[must_use]
pub fn admin_request(line: &str) -> Option<String> {
    let request: admin::Request = serde_json::from_str(line).ok()?;
    serde_json::to_string(&request).ok()
}
