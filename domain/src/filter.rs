//! The list: which conversations a filter finds, and in which order they come. Everybody who filters or sorts asks here,
//! so that the list, its counts and what is done to everything that matches are of the same conversations.

use std::time::Duration;

use switchboard_schema::{
    ChannelId, LabelId, TeamId, Timestamp, UserId,
    wire::{
        ConversationStatus, FilterCondition, FilterWindow, ListSort, MAX_FILTER_CONDITIONS, MAX_FILTER_HOURS,
        MAX_FILTER_VALUES, MAX_VIEW_NAME_CHARS, Priority,
    },
};

use crate::{conversation::Rejection, name};

/// Views of a workspace that everybody sees, at most.
pub const MAX_SHARED_VIEWS: usize = 30;
/// Views of one person, at most.
pub const MAX_PERSONAL_VIEWS: usize = 30;
/// A window that is open for less than this closes soon.
pub const CLOSING: Duration = Duration::from_secs(3_600);
/// Between the ranks of one step of [`ListSort::NextUp`] and those of the next: more than there are milliseconds in any
/// time that is stored.
const STEP: i64 = 1 << 51;

/// What of a conversation counts in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Where it stands.
    pub status: ConversationStatus,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Which team it is with.
    pub team_id: Option<TeamId>,
    /// Which channel it runs on.
    pub channel_id: ChannelId,
    /// Its labels.
    pub labels: &'a [LabelId],
    /// How urgent it is.
    pub priority: Priority,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// When its window closes, or closed.
    pub expires_at: Option<Timestamp>,
    /// Until when it is put aside.
    pub snoozed_until: Option<Timestamp>,
    /// When it began.
    pub created_at: Timestamp,
    /// When something last happened.
    pub updated_at: Timestamp,
}

/// Who looks, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Who: `me`.
    pub user_id: UserId,
    /// When.
    pub now: Timestamp,
}

/// A filter that was checked: every condition must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Filter(Vec<FilterCondition>);

impl Filter {
    /// Checks conditions.
    ///
    /// # Errors
    /// [`Rejection::Invalid`] for `filter`: there are too many, one names nothing or too much.
    pub fn checked(conditions: Vec<FilterCondition>) -> Result<Self, Rejection> {
        if conditions.len() > MAX_FILTER_CONDITIONS {
            return Err(invalid(format!("a filter has at most {MAX_FILTER_CONDITIONS} conditions")));
        }
        conditions.iter().try_for_each(check)?;
        Ok(Self(conditions))
    }

    /// Its conditions.
    #[must_use]
    pub fn conditions(&self) -> &[FilterCondition] {
        &self.0
    }

    /// Nothing is asked: it finds everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Does it find this conversation? `unread` is asked only where that counts.
    pub fn finds(&self, of: &Facts<'_>, viewer: &Viewer, unread: impl Fn() -> bool) -> bool {
        self.0.iter().all(|condition| holds(condition, of, viewer, &unread))
    }
}

fn invalid(message: String) -> Rejection {
    Rejection::Invalid { field: "filter", message }
}

fn check(condition: &FilterCondition) -> Result<(), Rejection> {
    let values = |field: &str, named: usize, or: bool| match named {
        0 if !or => Err(invalid(format!("the condition on `{field}` names nothing"))),
        named if named > MAX_FILTER_VALUES => {
            Err(invalid(format!("the condition on `{field}` names more than {MAX_FILTER_VALUES}")))
        }
        _ => Ok(()),
    };
    let hours = |field: &str, hours: Option<u32>| match hours {
        Some(hours) if !(1..=MAX_FILTER_HOURS).contains(&hours) => {
            Err(invalid(format!("`{field}` must be within 1 to {MAX_FILTER_HOURS} hours")))
        }
        _ => Ok(()),
    };
    match condition {
        FilterCondition::Status { any, .. } => values("status", any.len(), false),
        FilterCondition::Assignee { any, me, nobody, .. } => values("assignee", any.len(), *me || *nobody),
        FilterCondition::Team { any, none, .. } => values("team", any.len(), *none),
        FilterCondition::Channel { any, .. } => values("channel", any.len(), false),
        FilterCondition::Label { any, none, .. } => values("label", any.len(), *none),
        FilterCondition::Priority { any, .. } => values("priority", any.len(), false),
        FilterCondition::Window { any, .. } => values("window", any.len(), false),
        FilterCondition::Unread { .. } => Ok(()),
        FilterCondition::Waiting { at_least_minutes, .. } => {
            hours("waiting", at_least_minutes.map(|minutes| minutes.div_ceil(60)))
        }
        FilterCondition::Snoozed { within_hours, .. } => hours("snoozed", *within_hours),
        FilterCondition::Created { within_hours, .. } => hours("created", Some(*within_hours)),
        FilterCondition::Active { within_hours, .. } => hours("active", Some(*within_hours)),
    }
}

fn holds(
    condition: &FilterCondition,
    of: &Facts<'_>,
    Viewer { user_id, now }: &Viewer,
    unread: &impl Fn() -> bool,
) -> bool {
    let now = *now;
    match condition {
        FilterCondition::Status { not, any } => any.contains(&of.status) != *not,
        FilterCondition::Assignee { not, any, me, nobody } => {
            let is = match of.assignee_id {
                None => *nobody,
                Some(id) => any.contains(&id) || (*me && id == *user_id),
            };
            is != *not
        }
        FilterCondition::Team { not, any, none } => of.team_id.map_or(*none, |id| any.contains(&id)) != *not,
        FilterCondition::Channel { not, any } => any.contains(&of.channel_id) != *not,
        FilterCondition::Label { not, any, none } => {
            let is = (*none && of.labels.is_empty()) || of.labels.iter().any(|label| any.contains(label));
            is != *not
        }
        FilterCondition::Priority { not, any } => any.contains(&of.priority) != *not,
        FilterCondition::Unread { not } => unread() != *not,
        FilterCondition::Waiting { not, at_least_minutes } => {
            let least = Duration::from_secs(60 * u64::from(at_least_minutes.unwrap_or(0)));
            of.waiting_since.is_some_and(|since| since + least <= now) != *not
        }
        FilterCondition::Window { not, any } => {
            let is = |window: &FilterWindow| match window {
                FilterWindow::Open => of.expires_at.is_some_and(|at| at > now),
                FilterWindow::Closing => closes_soon(of, now),
                FilterWindow::Closed => of.expires_at.is_some_and(|at| at <= now),
                FilterWindow::None => of.expires_at.is_none(),
            };
            any.iter().any(is) != *not
        }
        FilterCondition::Snoozed { not, within_hours } => {
            let soon = |hours: u32| of.snoozed_until.is_some_and(|until| until <= now + span(hours));
            (of.status == ConversationStatus::Snoozed && within_hours.is_none_or(soon)) != *not
        }
        FilterCondition::Created { not, within_hours } => (of.created_at + span(*within_hours) > now) != *not,
        FilterCondition::Active { not, within_hours } => (of.updated_at + span(*within_hours) > now) != *not,
    }
}

const fn span(hours: u32) -> Duration {
    Duration::from_secs(3_600 * hours as u64)
}

fn closes_soon(of: &Facts<'_>, now: Timestamp) -> bool {
    of.expires_at.is_some_and(|at| at > now && at <= now + CLOSING)
}

/// What a conversation is sorted by: the lowest comes first.
#[must_use]
pub fn rank(of: &Facts<'_>, sort: ListSort, now: Timestamp) -> i64 {
    let active = of.updated_at.as_millis();
    match sort {
        ListSort::Newest => -active,
        ListSort::Oldest => active,
        ListSort::Waiting => of.waiting_since.map_or(i64::MAX, Timestamp::as_millis),
        // Open windows, the soonest to close first; then closed ones, the last to close first.
        ListSort::Window => match of.expires_at {
            Some(at) if at > now => at.as_millis(),
            Some(at) => i64::MAX / 2 - at.as_millis(),
            None => i64::MAX,
        },
        ListSort::NextUp => {
            let (step, key) = match (of.priority, of.waiting_since) {
                (Priority::Urgent, Some(since)) => (0, since.as_millis()),
                (Priority::Urgent, None) => (1, -active),
                (_, Some(_)) if closes_soon(of, now) => (2, of.expires_at.map_or(0, Timestamp::as_millis)),
                (_, Some(since)) => (3, since.as_millis()),
                (_, None) => (4, -active),
            };
            step * STEP + key
        }
    }
}

/// Checks what a view is called.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked_name(name: &str) -> Result<String, Rejection> {
    name::checked(name, MAX_VIEW_NAME_CHARS)
}

#[cfg(test)]
mod tests;
