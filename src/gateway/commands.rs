//! What clients say.

use std::{borrow::Cow, cell::Cell, future::Future, rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use switchboard_actors::{
    House, Refusal,
    fanout::{Begun, Socket, server_frame},
    house::Act,
    trace::Span,
};
use switchboard_schema::{ConversationId, CorrelationId, wire};
use tokio::time::Instant;
use wire::{CloseCode, EventData, FrameError, Permission, ServerFrame, StreamPosition};

use super::session::{Listener, Prelude};
use crate::{
    access::{Access, Caller},
    http::extract::{IDEMPOTENCY_KEY_CHARS_MAX, is_idempotency_key, parse_json},
    notifications::Notifications,
    telemetry::begin_trace,
};

/// How often one socket's typing is passed on: it goes to everybody in the workspace.
const TYPING_EVERY: Duration = Duration::from_secs(1);
/// How often one socket says what its person looks at; what comes sooner is not heard.
const VIEWING_EVERY: Duration = Duration::from_millis(250);
/// How often one socket's signs of its person are passed on.
const ACTIVE_EVERY: Duration = Duration::from_secs(5);
/// The pong of the protocol, whole.
const PONG: &[u8] = b"\x81\x0f{\"type\":\"pong\"}";

/// A socket and whom it serves.
pub(super) struct Work {
    /// The socket.
    pub(super) socket: Socket,
    /// Who does what is asked.
    pub(super) house: House,
    /// Who knows the people.
    pub(super) access: Arc<Access>,
    /// What people are told of.
    pub(super) notifications: Notifications,
    /// Who opened it.
    pub(super) caller: Caller,
    /// When it was last passed on that they do something.
    pub(super) active_at: Cell<Option<Instant>>,
    /// When they last said what they look at.
    pub(super) viewed_at: Cell<Option<Instant>>,
    /// When their typing was last passed on.
    pub(super) typed_at: Cell<Option<Instant>>,
}

impl Listener for Work {
    fn socket(&self) -> &Socket {
        &self.socket
    }

    fn take(self: Rc<Self>, text: &str) -> Option<Prelude> {
        take(&self, text)
    }
}

/// Any frame of a client, as far as it must be read to know what it is.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, borrow)]
    key: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    data: Option<&'a RawValue>,
}

/// A subscription, whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscribe {
    #[serde(rename = "type")]
    _kind: String,
    /// Comes back in the answer.
    pub(crate) id: u64,
    /// The last event seen.
    #[serde(default)]
    pub(crate) since: Option<StreamPosition>,
    /// Several frames may share one message.
    #[serde(default)]
    pub(crate) batch: bool,
    /// Seconds since the person last did something.
    #[serde(default)]
    pub(crate) idle_s: Option<u32>,
}

/// A frame that was read.
#[derive(Debug)]
pub(crate) enum Frame {
    /// Start, or go on after what was seen.
    Subscribe(Subscribe),
    /// Do something, or say in the result why not.
    Command(u64, Result<(String, Command), FrameError>),
    /// The caller writes.
    Typing(wire::TypingSignal),
    /// The caller does something.
    Activity,
    /// The caller looks at this.
    Viewing(wire::ViewingSignal),
    /// Are you there?
    Ping,
    /// I am here.
    Pong,
}

/// What is not a frame for us.
#[derive(Debug)]
pub(crate) enum NotAFrame {
    /// Not the protocol: the socket is closed with this reason.
    Close(&'static str),
    /// The protocol, but nothing that can be done: the client is told, and the socket stays open.
    Complaint(FrameError),
}

impl Frame {
    /// Reads a client's text message.
    ///
    /// # Errors
    /// What is to be said about it.
    pub(crate) fn read(text: &str) -> Result<Self, NotAFrame> {
        let envelope: Envelope<'_> = serde_json::from_str(text)
            .map_err(|_| NotAFrame::Close("a frame is one JSON object with a `type`"))?;
        match &*envelope.kind {
            "subscribe" => serde_json::from_str(text).map(Self::Subscribe).map_err(|_| {
                let reason = "subscribe has a number `id`, and may have `since` {epoch, offset}, `batch` and a number `idle_s`";
                NotAFrame::Close(reason)
            }),
            "command" => {
                let id = envelope
                    .id
                    .ok_or(NotAFrame::Close("a command has a number `id`, which its result repeats"))?;
                let read = key_of(&envelope);
                Ok(Self::Command(id, read.and_then(|key| Ok((key, Command::of(&envelope)?)))))
            }
            "signal" if envelope.name.as_deref() == Some("typing") => {
                data_of(&envelope).map(Self::Typing).map_err(NotAFrame::Complaint)
            }
            "signal" if envelope.name.as_deref() == Some("activity") => Ok(Self::Activity),
            "signal" if envelope.name.as_deref() == Some("viewing") => {
                data_of(&envelope).map(Self::Viewing).map_err(NotAFrame::Complaint)
            }
            "signal" => Err(NotAFrame::Complaint(frame_error(
                "unknown_signal",
                "the signals for clients are `typing`, `viewing` and `activity`",
            ))),
            "ping" => Ok(Self::Ping),
            "pong" => Ok(Self::Pong),
            other => Err(NotAFrame::Complaint(frame_error(
                "unknown_frame",
                format!("there is no frame `{other}` for clients: subscribe, command, signal, ping, pong"),
            ))),
        }
    }
}

fn take(work: &Work, text: &str) -> Option<Prelude> {
    match Frame::read(text) {
        Ok(Frame::Subscribe(request)) => subscribe(work, request),
        Ok(Frame::Command(id, read)) => return command(work, id, read),
        Ok(Frame::Typing(typing)) => pass_on(work, typing),
        Ok(Frame::Activity) => note_activity(work),
        Ok(Frame::Viewing(viewing)) => note_viewing(work, viewing),
        Ok(Frame::Ping) => work.socket.queue(Bytes::from_static(PONG)),
        Ok(Frame::Pong) => {}
        Err(NotAFrame::Close(reason)) => work.socket.close(CloseCode::ProtocolError, reason),
        Err(NotAFrame::Complaint(error)) => work.socket.queue(server_frame(&ServerFrame::Error { error })),
    }
    None
}

fn subscribe(work: &Work, Subscribe { id, since, batch, idle_s, .. }: Subscribe) {
    if let Some(user) = work.caller.person() {
        // Before the socket counts as theirs.
        let idle = Duration::from_secs(u64::from(idle_s.unwrap_or(0)));
        work.house.active(work.caller.scope, user, idle);
    }
    if work.socket.subscribe(id, since, batch).is_err() {
        work.socket.close(CloseCode::ProtocolError, "a socket subscribes once; open another");
    }
}

/// Was it last heard less long ago than this? Otherwise it is heard now.
fn is_too_soon(heard_at: &Cell<Option<Instant>>, every: Duration) -> bool {
    let now = Instant::now();
    let too_soon = heard_at.get().is_some_and(|at| now - at < every);
    if !too_soon {
        heard_at.set(Some(now));
    }
    too_soon
}

/// The person at this socket does something. A program is no person: nobody looks whether it is there.
fn note_activity(work: &Work) {
    let Some(user) = work.caller.person() else { return };
    if is_too_soon(&work.active_at, ACTIVE_EVERY) {
        return;
    }
    work.house.active(work.caller.scope, user, Duration::ZERO);
}

/// The person at this socket opened a conversation, or left it.
fn note_viewing(work: &Work, viewing: wire::ViewingSignal) {
    if work.caller.person().is_none() || is_too_soon(&work.viewed_at, VIEWING_EVERY) {
        return;
    }
    work.house.viewing(work.caller.scope, work.socket.id(), viewing.conversation_id);
}

fn pass_on(work: &Work, typing: wire::TypingSignal) {
    if let Err(refusal) = work.caller.must(Permission::Answer) {
        let error = of_refusal(&refusal);
        work.socket.queue(server_frame(&ServerFrame::Error { error }));
        return;
    }
    if is_too_soon(&work.typed_at, TYPING_EVERY) {
        return;
    }
    note_activity(work);
    let user = &work.caller.user;
    let typing = wire::Typing {
        conversation_id: typing.conversation_id,
        user_id: work.caller.principal.user_id,
        name: user.name.clone(),
    };
    work.house.typing(work.caller.scope, typing);
}

/// A command that was read.
#[derive(Debug)]
pub(crate) enum Command {
    Send(ConversationId, wire::SendRequest),
    Cancel(wire::MessageRef),
    Retry(wire::MessageRef),
    Note(ConversationId, wire::Note),
    Read(ConversationId, wire::ReadRequest),
    Assign(ConversationId, wire::AssignRequest),
    Team(ConversationId, wire::TeamRequest),
    Status(ConversationId, wire::StatusRequest),
    Priority(ConversationId, wire::PriorityRequest),
    Labels(ConversationId, wire::LabelsRequest),
    Own(ConversationId, wire::OwnershipRequest),
}

/// What most commands have beside their own fields.
#[derive(Deserialize)]
struct InConversation {
    conversation_id: ConversationId,
}

impl Command {
    fn of(envelope: &Envelope<'_>) -> Result<Self, FrameError> {
        match envelope.name.as_deref().unwrap_or_default() {
            "message.send" => in_conversation(envelope).map(|(id, send)| Self::Send(id, send)),
            "message.cancel" => data_of(envelope).map(Self::Cancel),
            "message.retry" => data_of(envelope).map(Self::Retry),
            "note.add" => in_conversation(envelope).map(|(id, note)| Self::Note(id, note)),
            "conversation.read" => in_conversation(envelope).map(|(id, read)| Self::Read(id, read)),
            "conversation.assign" => in_conversation(envelope).map(|(id, assign)| Self::Assign(id, assign)),
            "conversation.team" => in_conversation(envelope).map(|(id, team)| Self::Team(id, team)),
            "conversation.status" => in_conversation(envelope).map(|(id, status)| Self::Status(id, status)),
            "conversation.priority" => in_conversation(envelope).map(|(id, of)| Self::Priority(id, of)),
            "conversation.labels" => in_conversation(envelope).map(|(id, labels)| Self::Labels(id, labels)),
            "conversation.ownership" => in_conversation(envelope).map(|(id, own)| Self::Own(id, own)),
            other => Err(frame_error("unknown_command", format!("there is no command `{other}`"))),
        }
    }

    /// What it takes to give it.
    const fn permission(&self) -> Permission {
        match self {
            Self::Send(..)
            | Self::Cancel(_)
            | Self::Retry(_)
            | Self::Note(..)
            | Self::Assign(..)
            | Self::Team(..)
            | Self::Status(..)
            | Self::Priority(..)
            | Self::Labels(..)
            | Self::Own(..) => Permission::Answer,
            Self::Read(..) => Permission::Read,
        }
    }

    /// What clients call it.
    const fn name(&self) -> &'static str {
        match self {
            Self::Send(..) => "message.send",
            Self::Cancel(_) => "message.cancel",
            Self::Retry(_) => "message.retry",
            Self::Note(..) => "note.add",
            Self::Read(..) => "conversation.read",
            Self::Assign(..) => "conversation.assign",
            Self::Team(..) => "conversation.team",
            Self::Status(..) => "conversation.status",
            Self::Priority(..) => "conversation.priority",
            Self::Labels(..) => "conversation.labels",
            Self::Own(..) => "conversation.ownership",
        }
    }
}

fn command(work: &Work, id: u64, read: Result<(String, Command), FrameError>) -> Option<Prelude> {
    let (key, command) = match read {
        Ok(read) => read,
        Err(error) => {
            work.socket.queue(refused(id, error));
            return None;
        }
    };
    if let Err(refusal) = work.caller.must(command.permission()) {
        work.socket.queue(refused(id, of_refusal(&refusal)));
        return None;
    }
    let Some(begun) = work.socket.begin() else {
        let message =
            "too many commands of this socket wait for their results; send it again after one of them";
        work.socket.queue(refused(id, frame_error("too_many", message)));
        return None;
    };
    note_activity(work);
    let correlation = CorrelationId::from_bytes(work.access.entropy().id());
    let span = begin_trace(|| format!("socket {}", command.name()), None);
    let trace = span.as_ref().map(Span::context);
    let act = Act { principal: work.caller.principal.clone(), key, correlation, trace };
    start(work, command, act, Running { id, begun, span })
}

/// A command on its way to its result.
struct Running {
    id: u64,
    begun: Begun,
    /// Until the result is told, where it is recorded in a trace.
    span: Option<Span>,
}

impl Running {
    /// Runs in a task of its own. Tasks are first polled in the order in which they were spawned, and the
    /// house has a command's place in its conversation from its first poll.
    fn spawn<T: 'static>(
        self,
        act: impl Future<Output = Result<T, Refusal>> + 'static,
        data: impl FnOnce(T) -> EventData + 'static,
    ) {
        tokio::task::spawn_local(async move {
            let frame = match act.await {
                Ok(done) => result(self.id, Ok(data(done))),
                Err(refusal) => refused(self.id, of_refusal(&refusal)),
            };
            self.begun.answer(frame);
            drop(self.span);
        });
    }
}

fn start(work: &Work, command: Command, act: Act, running: Running) -> Option<Prelude> {
    let (house, scope) = (work.house.clone(), work.caller.scope);
    let of_message = |message| EventData { message: Some(message), ..EventData::default() };
    let of_conversation =
        |conversation| EventData { conversation: Some(conversation), ..EventData::default() };
    match command {
        Command::Send(conversation_id, message) => {
            running.spawn(async move { house.send(scope, act, conversation_id, message).await }, of_message);
        }
        Command::Cancel(at) => {
            running.spawn(
                async move { house.cancel(scope, act, at.conversation_id, at.message_id).await },
                of_message,
            );
        }
        Command::Retry(at) => {
            running.spawn(
                async move { house.retry(scope, act, at.conversation_id, at.message_id).await },
                of_message,
            );
        }
        Command::Note(conversation_id, note) => {
            let write = move |note, running: Running| {
                running.spawn(async move { house.note(scope, act, conversation_id, note).await }, of_message);
            };
            if note.mentions.is_empty() {
                write(note, running);
                return None;
            }
            let accounts = work.access.accounts().clone();
            return Some(Box::pin(async move {
                match accounts.check_members(scope, &note.mentions).await {
                    Ok(()) => write(note, running),
                    Err(refusal) => running.begun.answer(refused(running.id, of_refusal(&refusal))),
                }
            }));
        }
        Command::Read(conversation_id, read) => {
            let of_read = |wire::ReadAnswer { read, unread_count }| EventData {
                read: Some(read),
                unread_count: Some(unread_count),
                ..EventData::default()
            };
            let answers = work.caller.answers();
            let (notifications, user_id) = (work.notifications.clone(), work.caller.principal.user_id);
            running.spawn(
                async move {
                    let answer = house.read(scope, act, conversation_id, read, answers).await?;
                    notifications.looked(scope, user_id, conversation_id).await?;
                    Ok(answer)
                },
                of_read,
            );
        }
        Command::Status(conversation_id, status) => {
            running.spawn(
                async move { house.set_status(scope, act, conversation_id, status).await },
                of_conversation,
            );
        }
        Command::Priority(conversation_id, priority) => {
            running.spawn(
                async move { house.set_priority(scope, act, conversation_id, priority).await },
                of_conversation,
            );
        }
        Command::Labels(conversation_id, request) => {
            let accounts = work.access.accounts().clone();
            return Some(Box::pin(async move {
                match accounts.label_change(scope, &request).await {
                    Ok(change) => running.spawn(
                        async move { house.label(scope, act, conversation_id, change).await },
                        of_conversation,
                    ),
                    Err(refusal) => running.begun.answer(refused(running.id, of_refusal(&refusal))),
                }
            }));
        }
        Command::Own(conversation_id, ownership) => {
            running.spawn(
                async move { house.own(scope, act, conversation_id, ownership).await },
                of_conversation,
            );
        }
        Command::Assign(conversation_id, assign) => {
            let assign_to = move |assignee, running: Running| {
                let act = async move { house.assign(scope, act, conversation_id, assignee).await };
                running.spawn(act, of_conversation);
            };
            let Some(user) = assign.assignee_id else {
                assign_to(None, running);
                return None;
            };
            let accounts = work.access.accounts().clone();
            return Some(Box::pin(async move {
                match accounts.assignee(scope, user).await {
                    Ok(user) => assign_to(Some(user), running),
                    Err(refusal) => running.begun.answer(refused(running.id, of_refusal(&refusal))),
                }
            }));
        }
        Command::Team(conversation_id, request) => {
            let put = move |team, running: Running| {
                let act = async move { house.put_with_team(scope, act, conversation_id, team).await };
                running.spawn(act, of_conversation);
            };
            let Some(team) = request.team_id else {
                put(None, running);
                return None;
            };
            let accounts = work.access.accounts().clone();
            return Some(Box::pin(async move {
                match accounts.team(scope, team).await {
                    Ok(team) => put(Some(team), running),
                    Err(refusal) => running.begun.answer(refused(running.id, of_refusal(&refusal))),
                }
            }));
        }
    }
    None
}

fn key_of(envelope: &Envelope<'_>) -> Result<String, FrameError> {
    let key = envelope.key.as_deref().unwrap_or_default();
    if !is_idempotency_key(key) {
        let message = format!(
            "key: a command needs an idempotency key of 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters"
        );
        return Err(frame_error("invalid", message));
    }
    Ok(key.to_owned())
}

/// The frame's `data` in its two parts, each read for itself: what is flattened into another cannot say which
/// field is wrong.
fn in_conversation<T: DeserializeOwned>(envelope: &Envelope<'_>) -> Result<(ConversationId, T), FrameError> {
    let InConversation { conversation_id } = data_of(envelope)?;
    Ok((conversation_id, data_of(envelope)?))
}

/// The frame's `data`, parsed; the error names the field.
fn data_of<T: DeserializeOwned>(envelope: &Envelope<'_>) -> Result<T, FrameError> {
    let data = envelope.data.map_or("{}", RawValue::get);
    parse_json(data.as_bytes()).map_err(|problem| {
        let field = problem.field.map_or_else(|| "data".to_owned(), |field| format!("data.{field}"));
        frame_error("invalid", format!("{field}: {}", problem.detail))
    })
}

fn frame_error(code: &str, message: impl Into<String>) -> FrameError {
    FrameError { code: code.to_owned(), message: message.into(), changed: Vec::new() }
}

fn of_refusal(refusal: &Refusal) -> FrameError {
    let message = match refusal {
        Refusal::Invalid { field, message } => format!("{field}: {message}"),
        other => other.told(),
    };
    if let Some(why) = refusal.untold() {
        tracing::warn!(why, "a command failed");
    }
    let changed = match refusal {
        Refusal::Replied { messages, .. } => messages.clone(),
        _ => Vec::new(),
    };
    FrameError { changed, ..frame_error(refusal.code(), message) }
}

fn refused(id: u64, error: FrameError) -> Bytes {
    result(id, Err(error))
}

fn result(id: u64, outcome: Result<EventData, FrameError>) -> Bytes {
    let (ok, data, error) = match outcome {
        Ok(data) => (true, Some(data), None),
        Err(error) => (false, None, Some(error)),
    };
    server_frame(&ServerFrame::Result { id, ok, data, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(text: &str) -> Result<Command, FrameError> {
        let envelope: Envelope<'_> = serde_json::from_str(text).unwrap();
        Command::of(&envelope)
    }

    #[test]
    fn commands_are_read_as_the_contract_has_them() {
        let conversation = "cnv_00000000000000000000000001";
        let text = format!(
            r#"{{"type":"command","id":7,"key":"k","name":"message.send",
                "data":{{"conversation_id":"{conversation}","type":"text","text":{{"body":"hello"}}}}}}"#
        );
        assert!(matches!(command(&text), Ok(Command::Send(..))));
        let text = format!(
            r#"{{"type":"command","name":"conversation.assign","data":{{"conversation_id":"{conversation}","assignee_id":null}}}}"#
        );
        assert!(matches!(command(&text), Ok(Command::Assign(_, assign)) if assign.assignee_id.is_none()));
        let text = format!(
            r#"{{"type":"command","name":"conversation.read","data":{{"conversation_id":"{conversation}"}}}}"#
        );
        assert!(matches!(command(&text), Ok(Command::Read(_, read)) if read.inbound_count.is_none()));
    }

    #[test]
    fn what_is_wrong_with_a_command_is_said_with_its_field() {
        let error = command(r#"{"type":"command","name":"message.sing"}"#).unwrap_err();
        assert_eq!(error.code, "unknown_command");
        let error = command(r#"{"type":"command","name":"message.send"}"#).unwrap_err();
        assert_eq!(error.code, "invalid");
        assert!(error.message.contains("conversation_id"), "{}", error.message);
        let error =
            command(r#"{"type":"command","name":"message.cancel","data":{"conversation_id":"cnv_x"}}"#)
                .unwrap_err();
        assert!(error.message.starts_with("data.conversation_id: not an id"), "{}", error.message);
        let error = command(
            r#"{"type":"command","name":"message.send",
                "data":{"conversation_id":"cnv_00000000000000000000000001","type":"text","text":{"body":5}}}"#,
        )
        .unwrap_err();
        assert!(error.message.starts_with("data.text.body: invalid type"), "{}", error.message);
    }

    #[test]
    fn a_command_needs_a_key_that_can_be_kept() {
        let key = |text: &str| key_of(&serde_json::from_str(text).unwrap()).map_err(|error| error.code);
        assert_eq!(key(r#"{"type":"command","key":"k-1"}"#), Ok("k-1".to_owned()));
        for wrong in [r#"{"type":"c"}"#, r#"{"type":"c","key":""}"#, r#"{"type":"c","key":"a b"}"#] {
            assert_eq!(key(wrong), Err("invalid".to_owned()));
        }
        assert!(key(&format!(r#"{{"type":"c","key":"{}"}}"#, "k".repeat(256))).is_err());
    }

    #[test]
    fn a_subscription_of_another_shape_is_none() {
        let subscribe = |text: &str| serde_json::from_str::<Subscribe>(text).is_ok();
        assert!(subscribe(r#"{"type":"subscribe","id":1}"#));
        assert!(subscribe(r#"{"type":"subscribe","id":1,"since":{"epoch":"e","offset":41},"batch":true}"#));
        assert!(!subscribe(r#"{"type":"subscribe"}"#));
        assert!(!subscribe(r#"{"type":"subscribe","id":1,"since":{"epoch":"e","offset":-1}}"#));
    }
}
