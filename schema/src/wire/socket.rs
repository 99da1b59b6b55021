//! Frames of the socket. Text, JSON, one object a frame, or an array of them where the client asked.

use super::{
    AssignRequest, Channel, Contact, Conversation, Message, Note, OwnershipRequest, ReadMark, ReadRequest,
    SendRequest, StatusRequest, StreamPosition, TeamRequest, wire,
};
use crate::{ConversationId, MessageId, SocketId, TenantId, Timestamp, UserId};

/// Seconds between two signs of life on a socket.
pub const HEARTBEAT_SECS: u32 = 25;

/// Why a socket was closed, as WebSocket close codes. 4000 and above are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseCode {
    /// The server restarts: connect again after a random moment.
    Restarting,
    /// Not signed in, or no longer.
    NotSignedIn,
    /// Signed in, but not allowed.
    NotAllowed,
    /// Too slow: connect again and resume.
    TooSlow,
    /// What was sent is not the protocol.
    ProtocolError,
    /// Too many sockets or commands.
    TooMany,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub const fn as_u16(self) -> u16 {
        match self {
            Self::Restarting => 1012,
            Self::NotSignedIn => 4001,
            Self::NotAllowed => 4003,
            Self::TooSlow => 4008,
            Self::ProtocolError => 4009,
            Self::TooMany => 4029,
        }
    }
}

wire! {
    /// What a client sends.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum ClientFrame {
        /// Start, or go on after what was seen.
        Subscribe {
            /// Comes back in the answer.
            id: u64,
            /// The last event seen; left out the first time.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            since: Option<StreamPosition>,
            /// Several frames may share one WebSocket message, as an array.
            #[serde(default)]
            batch: bool,
            /// Seconds since the person last did something; left out: none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            idle_s: Option<u32>,
        },
        /// Do something.
        Command {
            /// Comes back in the result.
            id: u64,
            /// The idempotency key; outlives the connection.
            key: String,
            /// What to do.
            #[serde(flatten)]
            command: Command,
        },
        /// May be lost.
        Signal {
            /// Which.
            #[serde(flatten)]
            signal: ClientSignal,
        },
        /// Are you there?
        Ping,
        /// I am here.
        Pong,
    }

    /// What a client tells beside its commands.
    #[derive(Eq)]
    #[serde(tag = "name", content = "data")]
    pub enum ClientSignal {
        /// The caller writes in a conversation.
        #[serde(rename = "typing")]
        Typing(TypingSignal),
        /// The caller does something: they are there.
        #[serde(rename = "activity")]
        Activity,
        /// The caller has a conversation before them, or none any more.
        #[serde(rename = "viewing")]
        Viewing(ViewingSignal),
    }

    /// What can be asked for over the socket. Each has the same meaning as the HTTP call beside it.
    #[serde(tag = "name", content = "data")]
    pub enum Command {
        /// `POST …/messages`
        #[serde(rename = "message.send")]
        Send(Box<SendCommand>),
        /// `POST …/messages/{id}/cancel`
        #[serde(rename = "message.cancel")]
        Cancel(MessageRef),
        /// `POST …/messages/{id}/retry`
        #[serde(rename = "message.retry")]
        Retry(MessageRef),
        /// `POST …/notes`
        #[serde(rename = "note.add")]
        Note(NoteCommand),
        /// `POST …/read`
        #[serde(rename = "conversation.read")]
        Read(ReadCommand),
        /// `POST …/assign`
        #[serde(rename = "conversation.assign")]
        Assign(AssignCommand),
        /// `POST …/team`
        #[serde(rename = "conversation.team")]
        Team(TeamCommand),
        /// `POST …/status`
        #[serde(rename = "conversation.status")]
        Status(StatusCommand),
        /// `POST …/priority`
        #[serde(rename = "conversation.priority")]
        Priority(PriorityCommand),
        /// `POST …/labels`
        #[serde(rename = "conversation.labels")]
        Labels(LabelsCommand),
        /// `POST …/ownership`
        #[serde(rename = "conversation.ownership")]
        Ownership(OwnershipCommand),
    }

    /// Send a message.
    pub struct SendCommand {
        /// Where.
        pub conversation_id: ConversationId,
        /// What.
        #[serde(flatten)]
        pub message: SendRequest,
    }

    /// One message.
    #[derive(Copy, Eq)]
    pub struct MessageRef {
        /// Its conversation.
        pub conversation_id: ConversationId,
        /// Its id.
        pub message_id: MessageId,
    }

    /// Write a note.
    pub struct NoteCommand {
        /// Where.
        pub conversation_id: ConversationId,
        /// What.
        #[serde(flatten)]
        pub note: Note,
    }

    /// Say how far the caller has read.
    pub struct ReadCommand {
        /// Where.
        pub conversation_id: ConversationId,
        /// How far.
        #[serde(flatten)]
        pub read: ReadRequest,
    }

    /// Give a conversation to somebody.
    pub struct AssignCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// To whom.
        #[serde(flatten)]
        pub assign: AssignRequest,
    }

    /// Put a conversation with a team.
    pub struct TeamCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// With which team.
        #[serde(flatten)]
        pub team: TeamRequest,
    }

    /// Say who answers in a conversation by themselves.
    #[derive(Copy)]
    pub struct OwnershipCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// Who.
        #[serde(flatten)]
        pub ownership: OwnershipRequest,
    }

    /// Set a conversation's status.
    pub struct StatusCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// To what.
        #[serde(flatten)]
        pub status: StatusRequest,
    }

    /// Say how urgent a conversation is.
    pub struct PriorityCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// How urgent.
        #[serde(flatten)]
        pub priority: super::PriorityRequest,
    }

    /// Put labels on a conversation and take others off.
    pub struct LabelsCommand {
        /// Which.
        pub conversation_id: ConversationId,
        /// Which labels.
        #[serde(flatten)]
        pub labels: super::LabelsRequest,
    }

    /// What the server sends.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum ServerFrame {
        /// First, once.
        Hello {
            /// This connection.
            session: SocketId,
            /// The workspace whose events it brings: a sign-in may have gone on in another.
            workspace_id: TenantId,
            /// Send something at least this often, in seconds.
            heartbeat_s: u32,
            /// How the server's store does; the signal `store.condition` tells when that changes.
            store: StoreCondition,
        },
        /// The answer to `subscribe`, and again when the stream's epoch changes.
        Subscribed {
            /// The subscription's.
            id: u64,
            /// The stream's epoch now.
            epoch: String,
            /// Its offset now.
            offset: u64,
            /// Every missed event follows; when false, load the snapshot, the stream goes on after `offset`.
            resumed: bool,
        },
        /// Something changed.
        Event(Event),
        /// May be lost; has no offset.
        Signal {
            /// Which.
            #[serde(flatten)]
            signal: ServerSignal,
        },
        /// The answer to `command`.
        Result {
            /// The command's.
            id: u64,
            /// Was it done?
            ok: bool,
            /// What came of it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            data: Option<EventData>,
            /// Why not.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            error: Option<FrameError>,
        },
        /// Something is wrong with what was sent; the socket stays open.
        Error {
            /// What.
            error: FrameError,
        },
        /// Are you there?
        Ping,
        /// I am here.
        Pong,
    }

    /// Something changed.
    pub struct Event {
        /// Its place in the stream.
        pub offset: u64,
        /// The place of the event this socket was sent before.
        pub prev: u64,
        /// What happened.
        pub name: EventName,
        /// When.
        pub at: Timestamp,
        /// The objects after the change.
        pub data: EventData,
    }

    /// What an event tells.
    #[derive(Copy, Eq, Hash)]
    pub enum EventName {
        /// A customer wrote.
        #[serde(rename = "message.received")]
        MessageReceived,
        /// Somebody of us wrote.
        #[serde(rename = "message.queued")]
        MessageQueued,
        /// A message changed: its state, its words.
        #[serde(rename = "message.updated")]
        MessageUpdated,
        /// A conversation began.
        #[serde(rename = "conversation.created")]
        ConversationCreated,
        /// A conversation changed.
        #[serde(rename = "conversation.updated")]
        ConversationUpdated,
        /// An agent read.
        #[serde(rename = "conversation.read")]
        ConversationRead,
        /// A note was written.
        #[serde(rename = "note.added")]
        NoteAdded,
        /// A system line was written.
        #[serde(rename = "system.added")]
        SystemAdded,
        /// A contact changed.
        #[serde(rename = "contact.updated")]
        ContactUpdated,
        /// A channel was connected, changed or broke.
        #[serde(rename = "channel.updated")]
        ChannelUpdated,
        /// A channel was deleted.
        #[serde(rename = "channel.deleted")]
        ChannelDeleted,
        /// Templates of a channel changed.
        #[serde(rename = "templates.changed")]
        TemplatesChanged,
        /// Somebody of us was added, changed or removed.
        #[serde(rename = "users.changed")]
        UsersChanged,
        /// A team was made, changed or deleted, or conversations come to people by another rule.
        #[serde(rename = "teams.changed")]
        TeamsChanged,
        /// A label was made, changed or deleted.
        #[serde(rename = "labels.changed")]
        LabelsChanged,
        /// One of us came, left, or is to be found otherwise.
        #[serde(rename = "presence.changed")]
        PresenceChanged,
        /// Saved replies were made, changed or deleted.
        #[serde(rename = "replies.changed")]
        RepliesChanged,
        /// Views were kept, changed or deleted.
        #[serde(rename = "views.changed")]
        ViewsChanged,
        /// Rules or macros were made, changed or deleted.
        #[serde(rename = "automation.changed")]
        AutomationChanged,
    }

    /// The objects after the change: those that the event is about are there. A message's event carries its
    /// conversation too, without `last_message`, which is the message beside it or an older one.
    #[derive(Default)]
    pub struct EventData {
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub message: Option<Message>,
        /// The conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversation: Option<Conversation>,
        /// The contact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contact: Option<Contact>,
        /// The channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub channel: Option<Channel>,
        /// The templates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub templates: Option<super::TemplatesChanged>,
        /// The person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub users: Option<super::UsersChanged>,
        /// The team.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub teams: Option<super::TeamsChanged>,
        /// The label.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub labels: Option<super::LabelsChanged>,
        /// How somebody is to be found.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub presence: Option<super::Presence>,
        /// Whose saved replies.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub replies: Option<super::RepliesChanged>,
        /// Whose views.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub views: Option<super::ViewsChanged>,
        /// Whose macros, or the workspace's rules and macros.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub automation: Option<super::AutomationChanged>,
        /// The read mark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub read: Option<ReadMark>,
        /// Messages of the customer the caller has not read: in the answer to `conversation.read`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unread_count: Option<u64>,
    }

    /// What is told beside the stream.
    #[derive(Eq)]
    #[serde(tag = "name", content = "data")]
    pub enum ServerSignal {
        /// Somebody writes.
        #[serde(rename = "typing")]
        Typing(Typing),
        /// Who has a conversation before them; told to those people alone.
        #[serde(rename = "viewing")]
        Viewing(Viewing),
        /// A draft of somebody's was kept or is no more.
        #[serde(rename = "draft.changed")]
        DraftChanged(super::DraftChanged),
        /// Something of the caller's notifications changed; told to their own pages alone.
        #[serde(rename = "notifications.changed")]
        NotificationsChanged(Box<super::NotificationsChanged>),
        /// A change of many conversations got further.
        #[serde(rename = "bulk.progress")]
        BulkProgress(super::BulkJob),
        /// The server's store does otherwise than before.
        #[serde(rename = "store.condition")]
        StoreCondition(StoreState),
    }

    /// How the server's store does, as a signal says it.
    #[derive(Copy, Eq)]
    pub struct StoreState {
        /// How.
        pub condition: StoreCondition,
    }

    /// How the server's store does.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum StoreCondition {
        /// It reads and writes.
        #[default]
        Ok,
        /// It reads and writes, but a commit takes a second or more. Nothing is lost; what waits beyond the
        /// queues is refused.
        Slow,
        /// The disk is full: it reads, writes are refused, and it tries every second whether there is room again.
        Full,
        /// The disk takes no writes, as after it failed and was made read-only: it reads, and goes on trying.
        ReadOnly,
        /// Writing fails otherwise, of the disk or of the cluster: it reads what it can, and goes on trying.
        Failed,
        /// Part of what is stored does not read. It reads and writes what it can.
        Damaged,
    }

    /// What is wrong.
    pub struct FrameError {
        /// For programs; stable.
        pub code: String,
        /// For people, with what to do.
        pub message: String,
        /// What others of us wrote since the caller looked, oldest first, with `teammate_replied`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub changed: Vec<Message>,
    }

    /// Somebody writes.
    #[derive(Copy, Eq)]
    pub struct TypingSignal {
        /// Where.
        pub conversation_id: ConversationId,
    }

    /// What somebody looks at.
    #[derive(Copy, Eq)]
    pub struct ViewingSignal {
        /// Which conversation; `null`: none.
        pub conversation_id: Option<ConversationId>,
    }

    /// Who looks at a conversation.
    #[derive(Eq)]
    pub struct Viewing {
        /// Which.
        pub conversation_id: ConversationId,
        /// Everybody who does, the receiver among them; at most 100.
        pub user_ids: Vec<UserId>,
    }

    /// Somebody writes.
    #[derive(Eq)]
    pub struct Typing {
        /// Where.
        pub conversation_id: ConversationId,
        /// Who.
        pub user_id: UserId,
        /// Their name.
        pub name: String,
    }
}

impl StoreCondition {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::Slow, Self::Full, Self::ReadOnly, Self::Failed, Self::Damaged];

    /// Its name on the wire and in measurements.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "slow",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Failed => "failed",
            Self::Damaged => "damaged",
        }
    }

    /// Whether it takes writes now.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(self, Self::Ok | Self::Slow | Self::Damaged)
    }
}
