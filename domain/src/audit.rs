//! The audit trail: what is written down of an act, and which acts somebody asks for.
//!
//! An act and its entry are one commit (`ports/src/store.rs`), or the entry follows from an item of a thread that says who did
//! it: nothing is done that is not told, and nothing is told that was not done.

use std::net::IpAddr;

use switchboard_schema::{
    AuditId, ConversationId, CorrelationId, Timestamp,
    record::AuditRow,
    wire::{
        AuditAct, AuditArea, AuditChange, AuditEntry, AuditObject, Content, Message, Sender, SenderKind,
        SystemEvent,
    },
};

/// Longest value and longest name that is kept of an act, in characters; what is longer is cut, and ends with `…`.
pub const MAX_VALUE_CHARS: usize = 200;

/// Who does something, and how they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub sender: Sender,
    /// The address that the request came from.
    pub address: Option<IpAddr>,
    /// The request.
    pub correlation: Option<CorrelationId>,
}

impl By {
    /// What was started on the server itself, from its command line.
    #[must_use]
    pub const fn server() -> Self {
        let sender = Sender { kind: SenderKind::System, id: None, name: None };
        Self { sender, address: None, correlation: None }
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    act: AuditAct,
    about: Option<AuditObject>,
    changes: Vec<AuditChange>,
}

impl Deed {
    /// An act that is about nothing in particular.
    #[must_use]
    pub const fn new(act: AuditAct) -> Self {
        Self { act, about: None, changes: Vec::new() }
    }

    /// About this.
    #[must_use]
    pub fn about(mut self, id: impl ToString, name: &str) -> Self {
        self.about = Some(AuditObject { id: id.to_string(), name: cut(name) });
        self
    }

    /// With a field that was one thing and is another; nothing where it is as it was.
    #[must_use]
    pub fn change(mut self, field: &str, before: Option<&str>, after: Option<&str>) -> Self {
        if before != after {
            let field = field.to_owned();
            self.changes.push(AuditChange { field, before: before.map(cut), after: after.map(cut) });
        }
        self
    }

    /// With a field that is another, of which nothing more is said: it is a secret, or too much.
    #[must_use]
    pub fn changed(mut self, field: &str) -> Self {
        self.changes.push(AuditChange { field: field.to_owned(), before: None, after: None });
        self
    }

    /// With a secret, where it is another.
    #[must_use]
    pub fn secret(self, field: &str, is_changed: bool) -> Self {
        if is_changed { self.changed(field) } else { self }
    }

    /// Something is another than it was.
    #[must_use]
    pub const fn has_changes(&self) -> bool {
        !self.changes.is_empty()
    }

    /// The row that is written with what is done.
    #[must_use]
    pub fn row(self, id: AuditId, at: Timestamp, by: &By) -> AuditRow {
        let Self { act, about, changes } = self;
        AuditRow::of(AuditEntry {
            id,
            at,
            by: by.sender.clone(),
            act,
            area: area(act),
            about,
            changes,
            address: by.address.map(|address| address.to_string()),
            correlation_id: by.correlation,
        })
    }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()),
        None => value.to_owned(),
    }
}

/// What part of the workspace an act is about.
#[must_use]
pub const fn area(act: AuditAct) -> AuditArea {
    match act {
        AuditAct::WorkspaceMade
        | AuditAct::SignedIn
        | AuditAct::SignedOut
        | AuditAct::Entered
        | AuditAct::PasswordReset => AuditArea::Access,
        AuditAct::MemberAdded
        | AuditAct::MemberChanged
        | AuditAct::MemberRemoved
        | AuditAct::Invited
        | AuditAct::InvitedAgain
        | AuditAct::InvitationRevoked
        | AuditAct::InvitationAccepted => AuditArea::People,
        AuditAct::KeyMade | AuditAct::KeyRevoked => AuditArea::Keys,
        AuditAct::TeamMade
        | AuditAct::TeamChanged
        | AuditAct::TeamDeleted
        | AuditAct::AssignmentChanged
        | AuditAct::HoursChanged
        | AuditAct::TargetsChanged
        | AuditAct::RatingsChanged => AuditArea::Teams,
        AuditAct::ChannelConnected
        | AuditAct::ChannelChanged
        | AuditAct::ChannelDisconnected
        | AuditAct::ChannelErased
        | AuditAct::DeliveriesReplayed => AuditArea::Channels,
        AuditAct::TemplateMade
        | AuditAct::TemplateChanged
        | AuditAct::TemplateDeleted
        | AuditAct::ReplyMade
        | AuditAct::ReplyChanged
        | AuditAct::ReplyDeleted => AuditArea::Writing,
        AuditAct::ContactChanged
        | AuditAct::ContactBlocked
        | AuditAct::ContactUnblocked
        | AuditAct::ConsentRecorded
        | AuditAct::ConsentExported => AuditArea::Contacts,
        AuditAct::ConversationAssigned
        | AuditAct::ConversationUnassigned
        | AuditAct::ConversationWithTeam
        | AuditAct::ConversationWithoutTeam
        | AuditAct::ConversationChangedHands
        | AuditAct::ConversationOpened
        | AuditAct::ConversationPending
        | AuditAct::ConversationSnoozed
        | AuditAct::ConversationResolved
        | AuditAct::BulkChanged
        | AuditAct::ReportExported => AuditArea::Conversations,
        AuditAct::LabelMade
        | AuditAct::LabelChanged
        | AuditAct::LabelDeleted
        | AuditAct::ViewKept
        | AuditAct::ViewChanged
        | AuditAct::ViewDeleted
        | AuditAct::RuleMade
        | AuditAct::RuleChanged
        | AuditAct::RuleDeleted
        | AuditAct::MacroMade
        | AuditAct::MacroChanged
        | AuditAct::MacroDeleted => AuditArea::Inbox,
    }
}

/// What somebody did in a conversation, as an item of its thread says it; nothing where no person or program did it. The
/// same item always gives the same row.
#[must_use]
pub fn of_item(item: &Message, with: &str) -> Option<AuditRow> {
    let Content::System(line) = &item.content else { return None };
    let by = By { sender: line.by.as_deref()?.clone(), address: None, correlation: None };
    let (act, field) = match line.event {
        SystemEvent::Assigned => (AuditAct::ConversationAssigned, "assignee_id"),
        SystemEvent::Unassigned => (AuditAct::ConversationUnassigned, "assignee_id"),
        SystemEvent::TeamAssigned => (AuditAct::ConversationWithTeam, "team_id"),
        SystemEvent::TeamUnassigned => (AuditAct::ConversationWithoutTeam, "team_id"),
        SystemEvent::BotTook | SystemEvent::HandedOver | SystemEvent::SteppedIn | SystemEvent::LetGo => {
            (AuditAct::ConversationChangedHands, "handled_by")
        }
        SystemEvent::Opened => (AuditAct::ConversationOpened, "status"),
        SystemEvent::Pending => (AuditAct::ConversationPending, "status"),
        SystemEvent::Snoozed => (AuditAct::ConversationSnoozed, "snoozed_until"),
        SystemEvent::Resolved => (AuditAct::ConversationResolved, "status"),
        _ => return None,
    };
    let id = audit_id_of(item.conversation_id, item.seq);
    let deed = Deed::new(act).about(item.conversation_id, with).change(field, None, line.subject.as_deref());
    Some(deed.row(id, item.at, &by))
}

fn audit_id_of(conversation: ConversationId, seq: u64) -> AuditId {
    AuditId::derived(&[conversation.as_bytes(), &seq.to_be_bytes()])
}

/// Which acts somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Of this part of the workspace; none: of all.
    pub area: Option<AuditArea>,
    /// Of the person, program or channel with this id.
    pub by: Option<String>,
    /// About this.
    pub about: Option<String>,
}

impl Wanted {
    /// Is this act meant?
    #[must_use]
    pub fn takes(&self, entry: &AuditEntry) -> bool {
        let Self { area, by, about } = self;
        area.is_none_or(|area| area == entry.area)
            && by.as_ref().is_none_or(|by| entry.by.id.as_ref() == Some(by))
            && about
                .as_ref()
                .is_none_or(|about| entry.about.as_ref().is_some_and(|object| object.id == *about))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(id: &str) -> By {
        let sender =
            Sender { kind: SenderKind::Agent, id: Some(id.to_owned()), name: Some("Ana".to_owned()) };
        By { sender, address: Some([10, 0, 0, 1].into()), correlation: None }
    }

    fn entry(deed: Deed) -> AuditEntry {
        deed.row(AuditId::from_bytes([9; 16]), Timestamp::from_secs(86_400 * 17), &by("usr_1")).body.0
    }

    #[test]
    fn only_what_changed_is_told_and_secrets_are_named_and_not_shown() {
        let deed = Deed::new(AuditAct::ChannelChanged)
            .about("chn_1", "Support")
            .change("name", Some("Support"), Some("Support"))
            .change("read_receipts", Some("true"), Some("false"))
            .secret("access_token", true)
            .secret("app_secret", false);
        let told = entry(deed);
        let fields: Vec<_> = told.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["read_receipts", "access_token"]);
        assert_eq!((told.changes[1].before.as_ref(), told.changes[1].after.as_ref()), (None, None));
        assert_eq!(told.address.as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn what_is_too_long_is_cut_between_letters() {
        let told = entry(Deed::new(AuditAct::TeamMade).about("team_1", &"é".repeat(300)));
        assert_eq!(told.about.map(|about| about.name), Some(format!("{}…", "é".repeat(MAX_VALUE_CHARS))));
    }

    #[test]
    fn an_act_is_kept_in_the_part_of_its_time_and_id() {
        let row = Deed::new(AuditAct::SignedIn).row(
            AuditId::from_bytes([9; 16]),
            Timestamp::from_secs(86_400 * 17),
            &by("usr_1"),
        );
        assert_eq!((row.period, row.part), (1, 1));
    }

    #[test]
    fn whoever_asks_for_one_person_or_thing_gets_no_other() {
        let told = entry(Deed::new(AuditAct::KeyMade).about("key_1", "cron"));
        let some = |text: &str| Some(text.to_owned());
        assert!(Wanted::default().takes(&told));
        assert!(Wanted { area: Some(AuditArea::Keys), by: some("usr_1"), about: some("key_1") }.takes(&told));
        assert!(!Wanted { area: Some(AuditArea::Teams), ..Wanted::default() }.takes(&told));
        assert!(!Wanted { by: some("usr_2"), ..Wanted::default() }.takes(&told));
        assert!(!Wanted { about: some("key_2"), ..Wanted::default() }.takes(&told));
    }
}
