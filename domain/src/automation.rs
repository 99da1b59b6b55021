//! Rules that act by themselves: what begins one, whether it acts then, and what keeps it from going round in circles.
//!
//! Two things bound a rule. What a rule did begins none, as the sender of each of its acts says
//! ([`SenderKind::Rule`]); and where something else answers it (a customer's own machine, or the assignment of the
//! workspace), it runs [`RUNS_MAX`] times within [`RUNS_WITHIN`] in one conversation, and is held back then.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    wire::{
        AutomationAction, BulkChange, Content, Conversation, ConversationStatus, Direction, Event, EventName,
        FilterCondition, MAX_ACTIONS, MAX_AUTOMATION_NAME_CHARS, MAX_RULE_MINUTES, MAX_RULE_WORD_CHARS,
        MAX_RULE_WORDS, Message, RuleEvent, RuleHours, RuleWhen, SenderKind, SystemEvent,
    },
};

use crate::{
    bulk,
    conversation::Rejection,
    filter::{Facts, Filter, Viewer},
    name, reply,
    search::text,
};

/// Runs of one rule in one conversation within [`RUNS_WITHIN`], at most.
pub const RUNS_MAX: usize = 5;
/// The time within which runs of one rule in one conversation are counted.
pub const RUNS_WITHIN: Duration = Duration::from_secs(10 * 60);
/// Macros of a workspace, at most.
pub const MAX_SHARED_MACROS: usize = 100;
/// Macros of one person, at most.
pub const MAX_PERSONAL_MACROS: usize = 50;

fn invalid<T>(field: &'static str, message: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection::Invalid { field, message: message.into() })
}

/// Checks what a rule or a macro is called.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked_name(name: &str) -> Result<String, Rejection> {
    name::checked(name, MAX_AUTOMATION_NAME_CHARS)
}

/// What a rule begins with, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    when: RuleWhen,
    filter: Filter,
    /// The words in small letters.
    words: Vec<String>,
}

impl When {
    /// Checks it.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] for `when` or `filter`: a condition cannot be judged where nobody looks, words are asked for
    /// of what is no message, or something names nothing or too much.
    pub fn checked(when: RuleWhen) -> Result<Self, Rejection> {
        let RuleWhen { event, after_minutes, filter, words, .. } = &when;
        if after_minutes.is_some_and(|minutes| !(1..=MAX_RULE_MINUTES).contains(&minutes)) {
            return invalid(
                "when",
                format!("`after_minutes` must be within 1 to {MAX_RULE_MINUTES} minutes"),
            );
        }
        if !words.is_empty() && !matches!(event, RuleEvent::MessageReceived | RuleEvent::MessageSent) {
            return invalid("when", "words are looked for in messages: choose an event about one");
        }
        if words.len() > MAX_RULE_WORDS {
            return invalid("when", format!("names at most {MAX_RULE_WORDS} words"));
        }
        let words: Vec<_> = words.iter().map(|word| folded(word.trim())).collect();
        if words.iter().any(|word| word.is_empty() || word.chars().count() > MAX_RULE_WORD_CHARS) {
            return invalid("when", format!("each of the words has 1 to {MAX_RULE_WORD_CHARS} characters"));
        }
        let needs_viewer = |condition: &FilterCondition| {
            matches!(condition, FilterCondition::Unread { .. } | FilterCondition::Assignee { me: true, .. })
        };
        if filter.iter().any(needs_viewer) {
            return invalid("filter", "nobody looks when a rule acts: nothing is unread or one's own");
        }
        let filter = Filter::checked(filter.clone())?;
        Ok(Self { when, filter, words })
    }

    /// What it begins with.
    #[must_use]
    pub const fn event(&self) -> RuleEvent {
        self.when.event
    }

    /// How long it waits then.
    #[must_use]
    pub fn after(&self) -> Option<Duration> {
        self.when.after_minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)))
    }

    /// Does an event begin it? Of the conversation nothing is looked at yet.
    #[must_use]
    pub fn begins(&self, event: RuleEvent, message: Option<&Message>) -> bool {
        if event != self.when.event {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let said = message.and_then(text::said).map(|said| folded(&said)).unwrap_or_default();
        self.words.iter().any(|word| said.contains(word))
    }

    /// Is a conversation as it asks, at a time that is within business hours or not?
    #[must_use]
    pub fn holds(&self, conversation: &Conversation, is_open: bool, viewer: &Viewer) -> bool {
        let hours = match self.when.hours {
            None => true,
            Some(RuleHours::Open) => is_open,
            Some(RuleHours::Closed) => !is_open,
        };
        hours && self.filter.finds(&facts(conversation), viewer, || false)
    }

    /// Its conditions on the conversation.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Business hours count for it.
    #[must_use]
    pub const fn asks_hours(&self) -> bool {
        self.when.hours.is_some()
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// What of a conversation counts for a filter.
#[must_use]
pub fn facts(of: &Conversation) -> Facts<'_> {
    Facts {
        status: of.status,
        assignee_id: of.assignee_id,
        team_id: of.team_id,
        channel_id: of.channel_id,
        labels: &of.labels,
        priority: of.priority,
        waiting_since: of.waiting_since,
        expires_at: of.window.expires_at,
        snoozed_until: of.snoozed_until,
        created_at: of.created_at,
        updated_at: of.updated_at,
    }
}

/// What rules may begin with in an event. Nothing where a rule did it, or where it tells of what was long ago.
#[must_use]
pub fn begins_with(event: &Event) -> Option<RuleEvent> {
    let message = event.data.message.as_ref();
    if message.is_some_and(|message| message.imported || message.sent_by.kind == SenderKind::Rule) {
        return None;
    }
    match event.name {
        EventName::ConversationCreated => Some(RuleEvent::ConversationCreated),
        EventName::MessageReceived if says(message?) => Some(RuleEvent::MessageReceived),
        EventName::MessageQueued if says(message?) && message?.direction == Direction::Out => {
            Some(RuleEvent::MessageSent)
        }
        EventName::SystemAdded => {
            let Content::System(line) = &message?.content else { return None };
            if line.by.as_deref().is_some_and(|by| by.kind == SenderKind::Rule) {
                return None;
            }
            match line.event {
                SystemEvent::Assigned => Some(RuleEvent::ConversationAssigned),
                SystemEvent::TeamAssigned => Some(RuleEvent::TeamAssigned),
                SystemEvent::Labelled => Some(RuleEvent::Labelled),
                SystemEvent::PrioritySet => Some(RuleEvent::PrioritySet),
                SystemEvent::Opened | SystemEvent::Reopened => Some(RuleEvent::ConversationOpened),
                SystemEvent::Resolved => Some(RuleEvent::ConversationResolved),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Something is said, or shown: it is more than a sign on another message.
const fn says(message: &Message) -> bool {
    !matches!(message.content, Content::Reaction(_) | Content::System(_) | Content::Note(_))
}

/// Checks what a rule or a macro does; `by_person` for macros, which somebody runs.
///
/// # Errors
/// [`Rejection::Invalid`] for `actions` or, for words, `text`: none or too many, or one that cannot be done so.
pub fn check_actions(actions: &[AutomationAction], by_person: bool, now: Timestamp) -> Result<(), Rejection> {
    if actions.is_empty() || actions.len() > MAX_ACTIONS {
        return invalid("actions", format!("has 1 to {MAX_ACTIONS} actions"));
    }
    for action in actions {
        match action {
            AutomationAction::Change { change: BulkChange::Read {} } => {
                return invalid("actions", "nobody reads by a rule or a macro");
            }
            AutomationAction::Change {
                change: BulkChange::Status { status: ConversationStatus::Snoozed, .. },
            } => return invalid("actions", "to put it aside there is `snooze`, with a time from then on"),
            AutomationAction::Change { change } => {
                bulk::check(change, now).map_err(|rejection| match rejection {
                    Rejection::Invalid { message, .. } => Rejection::Invalid { field: "actions", message },
                    other => other,
                })?;
            }
            AutomationAction::Snooze { minutes } if !(1..=MAX_RULE_MINUTES).contains(minutes) => {
                return invalid("actions", format!("snoozes for 1 to {MAX_RULE_MINUTES} minutes"));
            }
            AutomationAction::AssignMe {} if !by_person => {
                return invalid("actions", "nobody runs a rule to whom it could be given");
            }
            AutomationAction::Snooze { .. } | AutomationAction::AssignMe {} => {}
            AutomationAction::Send { text } | AutomationAction::Note { text } => reply::check_text(text)?,
        }
    }
    Ok(())
}

/// Runs of a rule in one conversation: may there be another now? `runs` are the times of the last ones, and grow by it.
pub fn may_run(runs: &mut Vec<Timestamp>, now: Timestamp) -> bool {
    runs.retain(|at| *at + RUNS_WITHIN > now);
    let may = runs.len() < RUNS_MAX;
    if may {
        runs.push(now);
    }
    may
}

/// Does what a waiting rule began with still stand? `waiting_since` and `inbound_count` are what it was begun with.
#[must_use]
pub fn still_stands(
    now_is: &Conversation,
    waiting_since: Option<Timestamp>,
    inbound_count: Option<u64>,
) -> bool {
    waiting_since.is_none_or(|since| now_is.waiting_since.is_some_and(|waits| waits <= since))
        && inbound_count.is_none_or(|count| now_is.inbound_count == count)
}

#[cfg(test)]
mod tests;
