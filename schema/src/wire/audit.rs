//! The audit trail: who did what, when.

use super::{Sender, wire};
use crate::{AuditId, CorrelationId, Timestamp};

wire! {
    /// Acts, newest first.
    pub struct AuditPage {
        /// The acts. Fewer than were asked for, even none, where a long stretch of time held nothing that is meant: the
        /// cursor goes on from there.
        pub entries: Vec<AuditEntry>,
        /// Where the next page begins; none at the end.
        pub next_cursor: Option<String>,
    }

    /// One act. Written with what it did: both are there, or neither.
    #[derive(Eq)]
    pub struct AuditEntry {
        /// Its id.
        pub id: AuditId,
        /// When.
        pub at: Timestamp,
        /// Who, as they were called then.
        pub by: Sender,
        /// What they did.
        pub act: AuditAct,
        /// What part of the workspace it is about.
        pub area: AuditArea,
        /// To whom or what, as it was called then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub about: Option<AuditObject>,
        /// What was one thing and is another. Secrets are named, and never shown.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub changes: Vec<AuditChange>,
        /// The address that the request came from, as far as the proxies in front can be trusted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<String>,
        /// The request, as logs and error messages name it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub correlation_id: Option<CorrelationId>,
    }

    /// To whom or what something was done.
    #[derive(Eq)]
    pub struct AuditObject {
        /// Its id.
        pub id: String,
        /// What it was called.
        pub name: String,
    }

    /// A field that was one thing and is another.
    #[derive(Eq)]
    pub struct AuditChange {
        /// The field, as the API calls it.
        pub field: String,
        /// What it was; none where it was nothing, or is a secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub before: Option<String>,
        /// What it is; none where it is nothing, or is a secret.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after: Option<String>,
    }

    /// What somebody did.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum AuditAct {
        /// Made the workspace.
        WorkspaceMade,
        /// Signed in.
        SignedIn,
        /// Signed out.
        SignedOut,
        /// Came in from another of their workspaces, under the same sign-in.
        Entered,
        /// Chose another password.
        PasswordReset,
        /// Added a member.
        MemberAdded,
        /// Changed a member.
        MemberChanged,
        /// Removed a member.
        MemberRemoved,
        /// Asked somebody to join.
        Invited,
        /// Asked again.
        InvitedAgain,
        /// Took an invitation back.
        InvitationRevoked,
        /// Joined by an invitation.
        InvitationAccepted,
        /// Made a key.
        KeyMade,
        /// Revoked a key.
        KeyRevoked,
        /// Made a team.
        TeamMade,
        /// Changed a team.
        TeamChanged,
        /// Deleted a team.
        TeamDeleted,
        /// Changed how conversations of no team come to somebody.
        AssignmentChanged,
        /// Changed when people of the workspace answer.
        HoursChanged,
        /// Changed how soon customers are to be answered.
        TargetsChanged,
        /// Changed whether customers are asked for a rating.
        RatingsChanged,
        /// Took a table of a report away.
        ReportExported,
        /// Connected a channel.
        ChannelConnected,
        /// Changed a channel.
        ChannelChanged,
        /// Disconnected a channel.
        ChannelDisconnected,
        /// Disconnected a channel and had everything of it deleted that secrets were in.
        ChannelErased,
        /// Made a template.
        TemplateMade,
        /// Changed a template.
        TemplateChanged,
        /// Deleted a template.
        TemplateDeleted,
        /// Made a saved reply for everybody.
        ReplyMade,
        /// Changed one.
        ReplyChanged,
        /// Deleted one.
        ReplyDeleted,
        /// Made a label.
        LabelMade,
        /// Changed one.
        LabelChanged,
        /// Deleted one.
        LabelDeleted,
        /// Kept a view for everybody.
        ViewKept,
        /// Changed one.
        ViewChanged,
        /// Deleted one.
        ViewDeleted,
        /// Changed many conversations at once.
        BulkChanged,
        /// Made a rule.
        RuleMade,
        /// Changed one.
        RuleChanged,
        /// Deleted one.
        RuleDeleted,
        /// Made a macro for everybody.
        MacroMade,
        /// Changed one.
        MacroChanged,
        /// Deleted one.
        MacroDeleted,
        /// Changed a contact.
        ContactChanged,
        /// Blocked a contact.
        ContactBlocked,
        /// Lifted a block.
        ContactUnblocked,
        /// Recorded what a contact wants to hear.
        ConsentRecorded,
        /// Took out the proof of what a contact wants to hear.
        ConsentExported,
        /// Had updates applied that could not be.
        DeliveriesReplayed,
        /// Gave a conversation to somebody.
        ConversationAssigned,
        /// Gave it back to nobody.
        ConversationUnassigned,
        /// Put a conversation with a team.
        ConversationWithTeam,
        /// Took it from its team.
        ConversationWithoutTeam,
        /// Changed who answers in it by themselves: a bot, people or nobody.
        ConversationChangedHands,
        /// Opened a conversation.
        ConversationOpened,
        /// Set it to pending.
        ConversationPending,
        /// Put it aside for later.
        ConversationSnoozed,
        /// Resolved it.
        ConversationResolved,
    }

    /// A part of the workspace.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum AuditArea {
        /// Who came in, and the workspace itself.
        Access,
        /// Members and invitations.
        People,
        /// API keys.
        Keys,
        /// Teams, and how conversations come to somebody.
        Teams,
        /// Channels and what could not be applied of them.
        Channels,
        /// Templates and saved replies.
        Writing,
        /// Contacts and what they want.
        Contacts,
        /// Conversations.
        Conversations,
        /// Labels, views, rules and macros.
        Inbox,
    }
}
