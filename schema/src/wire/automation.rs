//! Rules that act by themselves, macros that people run, and what came of each.

use super::{BulkChange, FilterCondition, Sender, wire};
use crate::{AutomationRunId, ConversationId, MacroId, RuleId, Timestamp, UserId};

/// Rules of a workspace, at most.
pub const MAX_RULES: usize = 100;
/// Actions of one rule or macro, at most.
pub const MAX_ACTIONS: usize = 10;
/// Words of a rule's condition, at most.
pub const MAX_RULE_WORDS: usize = 50;
/// Longest of these, in characters.
pub const MAX_RULE_WORD_CHARS: usize = 100;
/// Longest name of a rule or a macro, in characters.
pub const MAX_AUTOMATION_NAME_CHARS: usize = 80;
/// Longest time that a rule waits, in minutes: thirty days.
pub const MAX_RULE_MINUTES: u32 = 30 * 24 * 60;
/// Conversations that a trial of a rule tells, at most.
pub const MAX_TRIED: usize = 20;

wire! {
    /// What a rule begins with. What a rule did begins none.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum RuleEvent {
        /// A conversation began.
        ConversationCreated,
        /// A customer wrote.
        MessageReceived,
        /// Somebody of us wrote to the customer.
        MessageSent,
        /// A conversation was opened again, by a customer's message or by hand.
        ConversationOpened,
        /// It was resolved.
        ConversationResolved,
        /// It was given to somebody.
        ConversationAssigned,
        /// It was put with a team.
        TeamAssigned,
        /// Labels were put on.
        Labelled,
        /// Somebody said how urgent it is.
        PrioritySet,
    }

    /// When business hours count for a rule.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum RuleHours {
        /// Within them.
        Open,
        /// Outside of them.
        Closed,
    }

    /// What a rule begins with, and which conversations it is about. Everything that is said must hold.
    #[derive(Eq, Hash)]
    pub struct RuleWhen {
        /// What happens.
        pub event: RuleEvent,
        /// So many minutes later, at most 43,200 (thirty days); of a customer's message only if nobody answered it till
        /// then, of one of ours only if the customer did not write. At once where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after_minutes: Option<u32>,
        /// The conversation then, as in the list: at most 12 conditions; none on what is unread or one's own.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub filter: Vec<FilterCondition>,
        /// Any of these stands in the message, at most 50; with the events about messages. Capitals do not count.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub words: Vec<String>,
        /// Only within or only outside the business hours of the conversation's team or the workspace.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub hours: Option<RuleHours>,
    }

    /// One thing that a rule or a macro does with a conversation.
    #[derive(Eq)]
    #[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
    pub enum AutomationAction {
        /// Changes it.
        Change {
            /// What. Not `read`, and not `snoozed`, which has an action of its own.
            change: BulkChange,
        },
        /// Puts it aside.
        Snooze {
            /// For so many minutes.
            minutes: u32,
        },
        /// Gives it to whoever runs the macro. Not for rules.
        AssignMe {},
        /// Writes to the customer, where that is allowed then: as an answer, by the same rules as everybody's.
        Send {
            /// The words, with the placeholders of saved replies.
            text: String,
        },
        /// Writes a note for colleagues.
        Note {
            /// The words, with the placeholders of saved replies.
            text: String,
        },
    }

    /// A rule.
    #[derive(Eq)]
    pub struct AutomationRule {
        /// Its id.
        pub id: RuleId,
        /// How often it was changed: its `ETag`.
        pub version: u64,
        /// What it is called.
        pub name: String,
        /// It acts; else it rests.
        pub enabled: bool,
        /// Its place among the rules: the lowest acts first, and each sees what those before it did.
        pub position: u32,
        /// What it begins with.
        pub when: RuleWhen,
        /// What it does, one after the other.
        pub actions: Vec<AutomationAction>,
        /// What happened before this does not begin it.
        pub since: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// Who did that.
        pub updated_by: UserId,
    }

    /// The rules of a workspace.
    #[derive(Eq)]
    pub struct AutomationRuleList {
        /// In the order in which they act.
        pub rules: Vec<AutomationRule>,
    }

    /// Make a rule.
    pub struct CreateRule {
        /// What it is called: 1 to 80 characters on one line, unlike every other.
        pub name: String,
        /// It acts at once.
        pub enabled: bool,
        /// What it begins with.
        pub when: RuleWhen,
        /// What it does: 1 to 10 actions.
        pub actions: Vec<AutomationAction>,
    }

    /// Change a rule. What is left out stays.
    pub struct ChangeRule {
        /// What it is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Does it act?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub enabled: Option<bool>,
        /// Its place among the rules, from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub position: Option<u32>,
        /// What it begins with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub when: Option<RuleWhen>,
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actions: Option<Vec<AutomationAction>>,
    }

    /// Which conversations a rule would be about now.
    #[derive(Eq)]
    pub struct TryRule {
        /// What it begins with.
        pub when: RuleWhen,
    }

    /// What a trial found. Nothing was done.
    #[derive(Eq)]
    pub struct RuleTrial {
        /// Conversations that are now as the rule asks, all together: words and time that goes by are not looked at.
        pub total: u64,
        /// Some of them, at most 20, last activity first.
        pub conversations: Vec<TriedConversation>,
    }

    /// A conversation that a rule would be about.
    #[derive(Eq)]
    pub struct TriedConversation {
        /// Which.
        pub conversation_id: ConversationId,
        /// The contact's name.
        pub name: String,
    }

    /// A macro: what somebody does with a conversation again and again, done at once.
    #[derive(Eq)]
    pub struct Macro {
        /// Its id.
        pub id: MacroId,
        /// How often it was changed: its `ETag`.
        pub version: u64,
        /// It is everybody's; else the caller's alone.
        pub shared: bool,
        /// What it is called.
        pub name: String,
        /// What it does, one after the other.
        pub actions: Vec<AutomationAction>,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// Who did that.
        pub updated_by: UserId,
    }

    /// The macros that the caller sees.
    #[derive(Eq)]
    pub struct MacroList {
        /// By name; the caller's own and the workspace's.
        pub macros: Vec<Macro>,
    }

    /// Make a macro.
    pub struct CreateMacro {
        /// For everybody; else for the caller alone.
        #[serde(default)]
        pub shared: bool,
        /// What it is called: 1 to 80 characters on one line, unlike every other of the same holder.
        pub name: String,
        /// What it does: 1 to 10 actions.
        pub actions: Vec<AutomationAction>,
    }

    /// Change a macro. What is left out stays.
    pub struct ChangeMacro {
        /// What it is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actions: Option<Vec<AutomationAction>>,
    }

    /// Run a macro in a conversation.
    pub struct RunMacro {
        /// Which.
        pub macro_id: MacroId,
        /// The last `seq` that the caller saw: what the macro sends is refused where somebody else answered since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seen_seq: Option<u64>,
    }

    /// What came of one action.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum StepOutcome {
        /// It was done.
        Done,
        /// It was so already.
        Same,
        /// It was refused; what comes after it was done all the same.
        Failed,
    }

    /// One action and what came of it.
    #[derive(Eq)]
    pub struct AutomationStep {
        /// What was to be done.
        pub action: AutomationAction,
        /// What came of it.
        pub outcome: StepOutcome,
        /// Why not; stable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<String>,
        /// Why not, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub message: Option<String>,
    }

    /// What came of a run.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum RunOutcome {
        /// It goes on.
        Running,
        /// Everything was done, or was so already.
        Done,
        /// Something was refused.
        Failed,
        /// It was not run: the rule ran in this conversation too often within a short time.
        HeldBack,
    }

    /// One run of a rule or a macro, kept for 30 days.
    #[derive(Eq)]
    pub struct AutomationRun {
        /// Its id.
        pub id: AutomationRunId,
        /// When.
        pub at: Timestamp,
        /// The rule, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rule_id: Option<RuleId>,
        /// The macro, where it was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub macro_id: Option<MacroId>,
        /// What it was called then.
        pub name: String,
        /// What the rule began with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub event: Option<RuleEvent>,
        /// Who ran the macro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<Sender>,
        /// Where.
        pub conversation_id: ConversationId,
        /// The contact's name then.
        pub contact: String,
        /// What came of it.
        pub outcome: RunOutcome,
        /// Action by action.
        pub steps: Vec<AutomationStep>,
    }

    /// Runs, newest first.
    pub struct AutomationRunPage {
        /// The runs. Fewer than were asked for, even none, where a long stretch of time held nothing that is meant: the
        /// cursor goes on from there.
        pub runs: Vec<AutomationRun>,
        /// Where the next page begins; none at the end.
        pub next_cursor: Option<String>,
    }

    /// Rules or macros were made, changed or deleted: whoever shows them reads them again.
    #[derive(Eq)]
    pub struct AutomationChanged {
        /// Whose macros; absent for the workspace's rules and macros.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_id: Option<UserId>,
    }
}
