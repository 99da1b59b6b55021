//! What people are told of, and how.
//!
//! [`news`] says of one event who is told of what; what a person has been told already is theirs ([`told`]): messages of one
//! burst are one notification, that counts. What it is about gives a notification its id, so that an event that is told twice
//! makes it once. Nobody is told of what they did themselves. Whether it is told aloud is a matter of what the person chose
//! ([`ways`]) and of the hour ([`is_quiet`]).

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{ToSpan as _, tz::TimeZone};
use switchboard_schema::{
    ConversationId, NotificationId, TeamId, Timestamp, UserId,
    record::NotificationBody,
    wire::{
        Availability, Content, Conversation, Direction, Event, EventName, HandlerKind,
        MAX_NOTIFICATION_CHARS, Message, MessageState, Notification, NotificationClass, NotificationSettings,
        NotificationSla, NotificationWays, Permission, PresenceState, QuietHours, Role, SenderKind,
        SystemEvent, SystemLine,
    },
};

use crate::{conversation::Rejection, hours, roles, search::text};

/// Notifications of one person that are kept, at most: the newest.
pub const KEPT_MAX: usize = 200;
/// How long one is kept.
pub const LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// What is older than this when it is heard of is told nobody: it was not known of for reasons of ours.
pub const NEWS_MAX_AGE: Duration = Duration::from_secs(24 * 3_600);
/// What is older than this when it is heard of stands in the list, and is told by no other way.
pub const ALOUD_MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// Whoever did something in a page of theirs so long ago has seen what came, and is sent nothing elsewhere.
pub const ACTIVE: Duration = Duration::from_secs(60);
/// The longest pause in which somebody is not to be disturbed.
pub const PAUSE_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);

/// Who the people of a workspace are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// Everybody, and as what.
    pub members: BTreeMap<UserId, Role>,
    /// Who is in which team.
    pub teams: BTreeMap<TeamId, BTreeSet<UserId>>,
}

/// Somebody is to be told of something.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    /// Who.
    pub to: UserId,
    /// Of what, as it is shown: unread, and as if it were the only one of its burst.
    pub notification: Notification,
    /// Messages of the customer with this one; 0 where it is not about those.
    pub inbound: u64,
}

/// Whom an event concerns, and what they are told.
#[must_use]
pub fn news(event: &Event, people: &People) -> Vec<News> {
    let Some(conversation) = &event.data.conversation else { return Vec::new() };
    let mut found = Found { conversation, people, news: Vec::new() };
    if let Some(message) = &event.data.message {
        match event.name {
            EventName::NoteAdded => found.noted(message),
            EventName::SystemAdded => found.happened(message),
            EventName::MessageReceived => found.received(message),
            EventName::MessageUpdated => found.ended(message),
            _ => {}
        }
    }
    if event.name == EventName::ConversationUpdated {
        found.due(event.at);
    }
    found.news
}

/// Somebody has this conversation now: that nobody had it is no news to the others any more.
#[must_use]
pub fn taken(event: &Event) -> Option<ConversationId> {
    let (conversation, message) = (event.data.conversation.as_ref()?, event.data.message.as_ref()?);
    let is_gift = matches!(&message.content, Content::System(line) if line.event == SystemEvent::Assigned);
    (event.name == EventName::SystemAdded && is_gift && conversation.assignee_id.is_some())
        .then_some(conversation.id)
}

/// What is found out about one event.
struct Found<'a> {
    conversation: &'a Conversation,
    people: &'a People,
    news: Vec<News>,
}

impl Found<'_> {
    fn blank(&self, class: NotificationClass, nth: &[u8], at: Timestamp) -> Notification {
        Notification {
            id: id_of(class, self.conversation.id, nth),
            class,
            conversation_id: self.conversation.id,
            contact: self.conversation.contact.name.clone(),
            seq: None,
            count: 1,
            by: None,
            by_rule: None,
            text: None,
            sla: None,
            state: None,
            at,
            read: false,
        }
    }

    fn tell(&mut self, to: UserId, notification: Notification, inbound: u64) {
        if self.people.members.contains_key(&to) {
            self.news.push(News { to, notification, inbound });
        }
    }

    /// Those who may take what nobody has: the team's or, where it is with none, everybody who answers.
    fn takers(&self) -> Vec<UserId> {
        let answers = |user: &UserId| {
            let role = self.people.members.get(user);
            role.is_some_and(|role| roles::may(*role, Permission::Answer))
        };
        match self.conversation.team_id {
            Some(team) => {
                self.people.teams.get(&team).into_iter().flatten().copied().filter(answers).collect()
            }
            None => self.people.members.keys().copied().filter(answers).collect(),
        }
    }

    fn noted(&mut self, message: &Message) {
        let Content::Note(note) = &message.content else { return };
        let author = message.sent_by.id.as_deref();
        for &user in note.mentions.iter().collect::<BTreeSet<_>>() {
            if author == Some(user.to_string().as_str()) {
                continue;
            }
            let nth = message.seq.to_be_bytes();
            let notification = Notification {
                seq: Some(message.seq),
                by: message.sent_by.name.clone(),
                text: beginning(&note.body),
                ..self.blank(NotificationClass::Mention, &nth, message.at)
            };
            self.tell(user, notification, 0);
        }
    }

    fn happened(&mut self, message: &Message) {
        let Content::System(line) = &message.content else { return };
        match line.event {
            SystemEvent::Assigned => self.assigned(message, line),
            // A bot lets people go on: it is as if the customer had just written to them.
            SystemEvent::HandedOver => self.waits(message, None),
            _ => {}
        }
    }

    fn assigned(&mut self, message: &Message, line: &SystemLine) {
        let Some(user) = self.conversation.assignee_id else { return };
        let by = line.by.as_deref();
        if by.and_then(|by| by.id.as_deref()) == Some(user.to_string().as_str()) {
            return;
        }
        let nth = message.seq.to_be_bytes();
        let notification = Notification {
            seq: Some(message.seq),
            by: by.and_then(|by| by.name.clone()).or_else(|| line.actor.clone()),
            by_rule: line.by_rule.clone(),
            ..self.blank(NotificationClass::Assigned, &nth, message.at)
        };
        self.tell(user, notification, 0);
    }

    fn received(&mut self, message: &Message) {
        let bot = self.conversation.handled_by.kind == HandlerKind::Bot;
        let is_news = message.direction == Direction::In && !message.imported && message.deleted_at.is_none();
        if is_news && !bot && !self.conversation.contact.blocked {
            self.waits(message, text::said(message).as_deref().and_then(beginning));
        }
    }

    /// The customer waits for whoever has the conversation or, where nobody has, for those who may take it.
    fn waits(&mut self, message: &Message, text: Option<String>) {
        // All they write until they are answered is one burst.
        let since = self.conversation.waiting_since.unwrap_or(message.at);
        let nth = since.as_millis().to_be_bytes();
        let (class, whom) = match self.conversation.assignee_id {
            Some(user) => (NotificationClass::New, vec![user]),
            None => (NotificationClass::Unassigned, self.takers()),
        };
        let notification =
            Notification { seq: Some(message.seq), text, ..self.blank(class, &nth, message.at) };
        for user in whom {
            self.tell(user, notification.clone(), self.conversation.inbound_count);
        }
    }

    fn ended(&mut self, message: &Message) {
        let failed = matches!(message.state, MessageState::Failed | MessageState::Unknown);
        let sender = &message.sent_by;
        if !failed || message.direction != Direction::Out || sender.kind != SenderKind::Agent {
            return;
        }
        let Some(user) = sender.id.as_deref().and_then(|id| id.parse::<UserId>().ok()) else { return };
        let when = message.history.iter().rfind(|step| step.state == message.state);
        // Each attempt may fail once.
        let nth = [message.seq.to_be_bytes(), u64::from(message.attempts).to_be_bytes()].concat();
        let notification = Notification {
            seq: Some(message.seq),
            text: text::said(message).as_deref().and_then(beginning),
            state: Some(message.state),
            ..self.blank(NotificationClass::Failed, &nth, when.map_or(message.at, |step| step.at))
        };
        self.tell(user, notification, 0);
    }

    fn due(&mut self, now: Timestamp) {
        let timers = self.conversation.sla.as_ref().map(|sla| &sla.timers[..]).unwrap_or_default();
        for timer in timers {
            let (since, missed) = match (timer.missed_at, timer.warned_at) {
                (Some(since), _) => (since, true),
                (None, Some(since)) => (since, false),
                (None, None) => continue,
            };
            // It stands in every event from then on; only the first is news, also where it comes late.
            if since + NEWS_MAX_AGE <= now {
                continue;
            }
            let due_at = timer.due_at.unwrap_or(since);
            let nth =
                [&[u8::from(missed), timer.target as u8][..], &since.as_millis().to_be_bytes()].concat();
            let notification = Notification {
                sla: Some(NotificationSla { target: timer.target, due_at, missed }),
                ..self.blank(NotificationClass::Sla, &nth, since)
            };
            // Where nobody has it, those of the team; what is with no team concerns everybody and nobody.
            let whom = match self.conversation.assignee_id {
                Some(user) => vec![user],
                None if self.conversation.team_id.is_some() => self.takers(),
                None => Vec::new(),
            };
            for user in whom {
                self.tell(user, notification.clone(), 0);
            }
        }
    }
}

fn id_of(class: NotificationClass, conversation: ConversationId, nth: &[u8]) -> NotificationId {
    NotificationId::derived(&[class.name().as_bytes(), conversation.as_bytes(), nth])
}

/// The beginning of what was written, on one line; nothing where it is only blanks.
fn beginning(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_NOTIFICATION_CHARS - 1) {
        _ if line.is_empty() => None,
        Some((end, last)) if line.len() > end + last.len_utf8() => {
            Some(format!("{}…", line.get(..end).unwrap_or_default()))
        }
        _ => Some(line),
    }
}

/// What is kept of something that somebody is told, after what was kept of it before. `read_to` is up to when they have
/// seen it, `place` that of the event in the log. Nothing where they were told before.
#[must_use]
pub fn told(
    before: Option<&NotificationBody>,
    read_to: Option<Timestamp>,
    news: &News,
    place: u64,
) -> Option<NotificationBody> {
    let last_seq = news.notification.seq.unwrap_or_default();
    let fresh = || NotificationBody {
        shown: news.notification.clone(),
        last_seq,
        inbound: news.inbound,
        told_at: place,
    };
    let Some(before) = before else { return Some(fresh()) };
    if place == before.told_at {
        // The same event, told again after a crash.
        return Some(before.clone());
    }
    if news.inbound == 0 || last_seq <= before.last_seq {
        return None;
    }
    if read_to.is_some_and(|read_to| before.shown.at <= read_to) {
        return Some(fresh());
    }
    let shown = Notification {
        count: before.shown.count + 1,
        // It opens at the first of them.
        seq: before.shown.seq,
        at: news.notification.at.max(before.shown.at),
        ..news.notification.clone()
    };
    Some(NotificationBody {
        shown,
        last_seq,
        inbound: news.inbound.max(before.inbound),
        told_at: before.told_at,
    })
}

/// Has somebody who has read so many messages of the customer seen what it stands for? Of what is not about messages that
/// says nothing.
#[must_use]
pub const fn is_read_with(body: &NotificationBody, inbound_count: u64) -> bool {
    body.inbound > 0 && body.inbound <= inbound_count
}

/// How somebody hears of something now.
#[must_use]
pub fn ways(
    settings: &NotificationSettings,
    class: NotificationClass,
    presence: Presence,
    now: Timestamp,
) -> NotificationWays {
    let chosen = settings.ways.of(class);
    let through = class == NotificationClass::Mention && settings.mentions_always;
    let is_away = presence.availability == Availability::Away && !settings.while_away;
    if !through && (is_away || is_quiet(settings, now)) {
        return NotificationWays::NONE;
    }
    let is_offline = presence.state == PresenceState::Offline && !settings.while_offline;
    NotificationWays { push: chosen.push && !is_offline, ..chosen }
}

/// How somebody is to be found, as it counts here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// What they say of themselves.
    pub availability: Availability,
    /// How they are.
    pub state: PresenceState,
    /// When they last did something in a page of theirs, where that is known.
    pub active_at: Option<Timestamp>,
}

impl Presence {
    /// They do something in a page of theirs, and need not be reached elsewhere.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.state != PresenceState::Offline && self.active_at.is_some_and(|at| now < at + ACTIVE)
    }
}

/// Is it an hour in which somebody is not to be disturbed?
#[must_use]
pub fn is_quiet(settings: &NotificationSettings, now: Timestamp) -> bool {
    let paused = settings.paused_until.is_some_and(|until| now < until);
    paused || settings.quiet_hours.as_ref().is_some_and(|quiet| within(quiet, &settings.time_zone, now))
}

fn within(quiet: &QuietHours, zone: &str, now: Timestamp) -> bool {
    // What was stored was read before; should a zone be gone since, nothing is quiet.
    let (Some(from), Some(to)) = (hours::minute_of(&quiet.from), hours::minute_of(&quiet.to)) else {
        return false;
    };
    let (Ok(zone), Ok(instant)) = (TimeZone::get(zone), jiff::Timestamp::from_millisecond(now.as_millis()))
    else {
        return false;
    };
    let clock = zone.to_datetime(instant);
    let minute = clock.hour() as u16 * 60 + clock.minute() as u16;
    let on = |date: jiff::civil::Date| {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        quiet.days.iter().any(|day| hours::number_of(*day) == weekday)
    };
    let (today, yesterday) = (clock.date(), clock.date().checked_sub(1.day()).ok());
    let began_yesterday = from >= to && minute < to && yesterday.is_some_and(on);
    let begins_today = minute >= from && (from >= to || minute < to) && on(today);
    began_yesterday || begins_today
}

/// Checks what somebody chose.
///
/// # Errors
/// The field that is wrong.
pub fn check(settings: &NotificationSettings, now: Timestamp) -> Result<(), Rejection> {
    let wrong = |field, message: String| Err(Rejection::Invalid { field, message });
    if TimeZone::get(&settings.time_zone).is_err() {
        let message = "must be an IANA name of a time zone, such as Europe/Amsterdam".to_owned();
        return wrong("time_zone", message);
    }
    if let Some(quiet) = &settings.quiet_hours {
        for (field, time) in [("quiet_hours.from", &quiet.from), ("quiet_hours.to", &quiet.to)] {
            if hours::minute_of(time).is_none() {
                return wrong(field, "must be a time such as 22:00".to_owned());
            }
        }
        let days: BTreeSet<_> = quiet.days.iter().map(|day| hours::number_of(*day)).collect();
        if days.len() != quiet.days.len() {
            return wrong("quiet_hours.days", "names each day once".to_owned());
        }
    }
    if settings.paused_until.is_some_and(|until| until > now + PAUSE_MAX) {
        return wrong("paused_until", "must be within a year".to_owned());
    }
    if settings.volume > 100 {
        return wrong("volume", "must be from 0 to 100".to_owned());
    }
    Ok(())
}
