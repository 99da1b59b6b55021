//! What people are told of, how, and when not.

use super::{AssignedBy, MessageState, SlaTarget, Weekday, wire, wire_with_secrets};
use crate::{ConversationId, NotificationId, PushSubscriptionId, Timestamp};

/// Longest words of a notification, in characters.
pub const MAX_NOTIFICATION_CHARS: usize = 140;
/// Notifications that one request names, at most.
pub const MAX_NOTIFICATIONS_NAMED: usize = 200;

wire! {
    /// Of what somebody is told, the most urgent first.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum NotificationClass {
        /// A colleague mentioned them in a note.
        Mention,
        /// A conversation was given to them, by somebody else or by a rule.
        Assigned,
        /// A customer wrote in a conversation of theirs.
        New,
        /// A customer wrote in a conversation that nobody has: of a team of theirs, or with no team.
        Unassigned,
        /// A target is about to be missed or was, in a conversation of theirs or, where nobody has it, of a team of theirs.
        Sla,
        /// A message of theirs failed, or nobody knows whether it went.
        Failed,
    }

    /// Something that somebody was told of.
    #[derive(Eq)]
    pub struct Notification {
        /// Its id: the same for the messages of one burst.
        pub id: NotificationId,
        /// Of what.
        pub class: NotificationClass,
        /// Where.
        pub conversation_id: ConversationId,
        /// Whom the conversation is with.
        pub contact: String,
        /// The item to look at first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seq: Option<u64>,
        /// How many messages of the customer it stands for; 1 where it is not about those.
        pub count: u64,
        /// The colleague whose act it was, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<String>,
        /// The rule, where it was no person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by_rule: Option<AssignedBy>,
        /// The beginning of what was written, at most 140 characters on one line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// The target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sla: Option<NotificationSla>,
        /// What became of their message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub state: Option<MessageState>,
        /// When it happened last.
        pub at: Timestamp,
        /// They have seen it.
        pub read: bool,
    }

    /// A target that is about to be missed, or was.
    #[derive(Copy, Eq)]
    pub struct NotificationSla {
        /// Which.
        pub target: SlaTarget,
        /// When it is due, or was.
        pub due_at: Timestamp,
        /// It was missed.
        pub missed: bool,
    }

    /// Notifications of the caller, newest first.
    pub struct NotificationPage {
        /// Those of this page.
        pub notifications: Vec<Notification>,
        /// Notifications that are not read, of all there are.
        pub unread_count: u64,
        /// Where the next page begins; absent at the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_cursor: Option<String>,
    }

    /// Say of notifications that they are read, or that they are not.
    #[derive(Eq)]
    pub struct MarkNotifications {
        /// Whether they are read.
        pub read: bool,
        /// Which, at most 200; all there are when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ids: Option<Vec<NotificationId>>,
    }

    /// What was marked: those that were not so before, to be taken back.
    #[derive(Eq)]
    pub struct NotificationsMarked {
        /// Which.
        pub ids: Vec<NotificationId>,
        /// Notifications that are not read.
        pub unread_count: u64,
    }

    /// Something of a person's notifications changed. Told to their own sockets alone.
    #[derive(Eq)]
    pub struct NotificationsChanged {
        /// One that is new, or counts more; absent where only what is read changed: read the list again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub notification: Option<Notification>,
        /// How it is to be told now.
        pub ways: NotificationWays,
        /// Notifications that are not read.
        pub unread_count: u64,
    }

    /// Ways in which somebody hears of something, beside the list, where everything of a class stands of which any is set.
    #[derive(Copy, Eq, Default)]
    pub struct NotificationWays {
        /// On the page, for a moment.
        #[serde(default)]
        pub page: bool,
        /// By a sound.
        #[serde(default)]
        pub sound: bool,
        /// By the desktop, while a page is open.
        #[serde(default)]
        pub desktop: bool,
        /// By the browser, while no page is open.
        #[serde(default)]
        pub push: bool,
    }

    /// How somebody hears of each class.
    #[derive(Copy, Eq)]
    pub struct NotificationMatrix {
        /// Mentions.
        pub mention: NotificationWays,
        /// What is given to them.
        pub assigned: NotificationWays,
        /// Messages in what is theirs.
        pub new: NotificationWays,
        /// Messages in what is nobody's.
        pub unassigned: NotificationWays,
        /// Targets.
        pub sla: NotificationWays,
        /// Their messages that failed.
        pub failed: NotificationWays,
    }

    /// Hours without sounds and without anything that pops up.
    #[derive(Eq)]
    pub struct QuietHours {
        /// On these days; of hours that go past midnight that on which they begin. Empty: never.
        pub days: Vec<Weekday>,
        /// From when on, such as `22:00`.
        pub from: String,
        /// Until when, such as `07:00`; before `from` it is on the next day. The same: the whole day.
        pub to: String,
    }

    /// How the caller wants to be told of things.
    #[derive(Eq)]
    pub struct NotificationSettings {
        /// By class.
        pub ways: NotificationMatrix,
        /// When not; no such hours when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quiet_hours: Option<QuietHours>,
        /// By the clock of which zone, as IANA names it, such as `Europe/Amsterdam`.
        #[serde(default = "utc")]
        pub time_zone: String,
        /// Not to be disturbed until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub paused_until: Option<Timestamp>,
        /// Mentions are told also while it is quiet.
        #[serde(default)]
        pub mentions_always: bool,
        /// Also while they say that they are away.
        #[serde(default)]
        pub while_away: bool,
        /// Also while no page of theirs is open.
        #[serde(default = "yes")]
        pub while_offline: bool,
        /// What was written may be shown outside the page, as on the screen of a locked phone.
        #[serde(default)]
        pub show_text: bool,
        /// How loud sounds are, from 0 to 100.
        #[serde(default = "half")]
        pub volume: u8,
    }

    /// What a browser needs to be reached while no page is open.
    #[derive(Eq)]
    pub struct PushSubscriptionList {
        /// The key by which browsers know this server (RFC 8292), 65 bytes in base64url; absent where nothing is pushed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub public_key: Option<String>,
        /// The caller's browsers.
        pub subscriptions: Vec<PushSubscription>,
    }

    /// A browser that is reached while no page is open.
    #[derive(Eq)]
    pub struct PushSubscription {
        /// Its id.
        pub id: PushSubscriptionId,
        /// Who passes messages on to it: a host.
        pub service: String,
        /// What the browser called itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub browser: Option<String>,
        /// It belongs to the sign-in that asks.
        pub current: bool,
        /// Since when.
        pub created_at: Timestamp,
    }
}

wire_with_secrets! {
    /// Have the browser that asks be reached while no page is open, as its `PushSubscription` says (W3C Push API).
    #[derive(Eq)]
    pub struct CreatePushSubscription {
        /// Where messages for it go: https, at most 1,024 characters.
        pub endpoint: String,
        /// Keys of the browser's.
        pub keys: PushKeys,
    }

    /// Keys of a browser's: what is pushed is encrypted for them (RFC 8291).
    #[derive(Eq)]
    pub struct PushKeys {
        /// A point of P-256, uncompressed: 65 bytes in base64url.
        pub p256dh: String,
        /// A secret of 16 bytes in base64url.
        pub auth: String,
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

const fn yes() -> bool {
    true
}

const fn half() -> u8 {
    50
}

impl NotificationClass {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 6] =
        [Self::Mention, Self::Assigned, Self::New, Self::Unassigned, Self::Sla, Self::Failed];

    /// Its name on the wire and in measurements.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Assigned => "assigned",
            Self::New => "new",
            Self::Unassigned => "unassigned",
            Self::Sla => "sla",
            Self::Failed => "failed",
        }
    }
}

impl NotificationWays {
    /// In none.
    pub const NONE: Self = Self { page: false, sound: false, desktop: false, push: false };

    /// Is there none?
    #[must_use]
    pub const fn is_none(self) -> bool {
        !(self.page || self.sound || self.desktop || self.push)
    }
}

impl NotificationMatrix {
    /// How somebody hears of a class.
    #[must_use]
    pub const fn of(&self, class: NotificationClass) -> NotificationWays {
        match class {
            NotificationClass::Mention => self.mention,
            NotificationClass::Assigned => self.assigned,
            NotificationClass::New => self.new,
            NotificationClass::Unassigned => self.unassigned,
            NotificationClass::Sla => self.sla,
            NotificationClass::Failed => self.failed,
        }
    }
}

impl Default for NotificationMatrix {
    /// What is for somebody alone by every way; what is for many, and can wait, more quietly.
    fn default() -> Self {
        let all = NotificationWays { page: true, sound: true, desktop: true, push: true };
        Self {
            mention: all,
            assigned: all,
            new: all,
            unassigned: NotificationWays { page: true, sound: true, ..NotificationWays::NONE },
            sla: NotificationWays { sound: false, ..all },
            failed: NotificationWays { push: false, ..all },
        }
    }
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            ways: NotificationMatrix::default(),
            quiet_hours: None,
            time_zone: utc(),
            paused_until: None,
            mentions_always: false,
            while_away: false,
            while_offline: true,
            show_text: false,
            volume: half(),
        }
    }
}
