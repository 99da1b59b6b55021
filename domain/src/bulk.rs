//! Changes of many conversations at once: what is asked of each, and what takes it back.

use switchboard_schema::{
    Timestamp,
    wire::{BulkChange, Conversation, ConversationStatus, MAX_CONVERSATION_LABELS},
};

use crate::conversation::{Expected, Rejection};

/// Conversations in one part of it: their rows are read and written together.
pub const SLICE: usize = 100;
/// Bulk changes of one workspace that are not done, at most.
pub const MAX_OPEN: usize = 10;

/// Checks what is to be changed.
///
/// # Errors
/// [`Rejection::Invalid`] for `change`.
pub fn check(change: &BulkChange, now: Timestamp) -> Result<(), Rejection> {
    let invalid = |message: String| Err(Rejection::Invalid { field: "change", message });
    match change {
        BulkChange::Status { status: ConversationStatus::Snoozed, snoozed_until } => match snoozed_until {
            Some(until) if *until > now => Ok(()),
            _ => invalid("say until when, a time to come".to_owned()),
        },
        BulkChange::Labels { add, remove } if add.is_empty() && remove.is_empty() => {
            invalid("name a label to put on or to take off".to_owned())
        }
        BulkChange::Labels { add, remove } if add.len().max(remove.len()) > MAX_CONVERSATION_LABELS => {
            invalid(format!("names at most {MAX_CONVERSATION_LABELS} labels at once"))
        }
        _ => Ok(()),
    }
}

/// What is changed, as the audit trail calls it.
#[must_use]
pub const fn name(change: &BulkChange) -> &'static str {
    match change {
        BulkChange::Assignee { .. } => "assignee_id",
        BulkChange::Team { .. } => "team_id",
        BulkChange::Status { .. } => "status",
        BulkChange::Priority { .. } => "priority",
        BulkChange::Labels { .. } => "labels",
        BulkChange::Read {} => "read",
    }
}

/// What takes a change back, of a conversation as it is before; nothing where it changes nothing, or cannot be taken back.
#[must_use]
pub fn back(change: &BulkChange, before: &Conversation) -> Option<BulkChange> {
    if is_so(change, before) {
        return None;
    }
    match change {
        BulkChange::Assignee { .. } => Some(BulkChange::Assignee { assignee_id: before.assignee_id }),
        BulkChange::Team { .. } => Some(BulkChange::Team { team_id: before.team_id }),
        BulkChange::Status { .. } => {
            Some(BulkChange::Status { status: before.status, snoozed_until: before.snoozed_until })
        }
        BulkChange::Priority { .. } => Some(BulkChange::Priority { priority: before.priority }),
        BulkChange::Labels { add, remove } => Some(BulkChange::Labels {
            add: remove.iter().copied().filter(|label| before.labels.contains(label)).collect(),
            remove: add.iter().copied().filter(|label| !before.labels.contains(label)).collect(),
        }),
        BulkChange::Read {} => None,
    }
}

/// Is a conversation as a change leaves it?
#[must_use]
pub fn is_so(change: &BulkChange, of: &Conversation) -> bool {
    match change {
        BulkChange::Assignee { assignee_id } => of.assignee_id == *assignee_id,
        BulkChange::Team { team_id } => of.team_id == *team_id,
        BulkChange::Status { status, snoozed_until } => {
            let until = snoozed_until.filter(|_| *status == ConversationStatus::Snoozed);
            of.status == *status && of.snoozed_until == until
        }
        BulkChange::Priority { priority } => of.priority == *priority,
        BulkChange::Labels { add, remove } => {
            add.iter().all(|label| of.labels.contains(label))
                && !remove.iter().any(|label| of.labels.contains(label))
        }
        BulkChange::Read {} => false,
    }
}

/// What must be as it was looked at for a change to be made. Labels are put on and taken off beside those of others, so
/// nothing must; where it stands is not changed behind the back of a customer who wrote: `inbound_count`.
#[must_use]
pub fn expected(change: &BulkChange, seen: &Conversation, inbound_count: u64) -> Expected {
    match change {
        BulkChange::Assignee { .. } => {
            Expected { assignee_id: Some(seen.assignee_id), ..Expected::default() }
        }
        BulkChange::Team { .. } => Expected { team_id: Some(seen.team_id), ..Expected::default() },
        BulkChange::Status { .. } => Expected {
            status: Some((seen.status, seen.snoozed_until)),
            inbound_count: Some(inbound_count),
            ..Expected::default()
        },
        BulkChange::Priority { .. } => Expected { priority: Some(seen.priority), ..Expected::default() },
        BulkChange::Labels { .. } | BulkChange::Read {} => Expected::default(),
    }
}

/// A status that is given back later than it was taken: one whose time has come meanwhile is open.
#[must_use]
pub fn due(change: BulkChange, now: Timestamp) -> BulkChange {
    match change {
        BulkChange::Status { status: ConversationStatus::Snoozed, snoozed_until }
            if snoozed_until.is_none_or(|until| until <= now) =>
        {
            BulkChange::Status { status: ConversationStatus::Open, snoozed_until: None }
        }
        change => change,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::{
        ChannelId, ContactId, ConversationId, LabelId, TeamId, UserId,
        wire::{ContactRef, Priority, Window},
    };

    use super::*;

    fn conversation() -> Conversation {
        let contact = ContactRef {
            id: ContactId::from_bytes([1; 16]),
            name: String::new(),
            identities: Vec::new(),
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        };
        let at = Timestamp::from_secs(1_795_000_000);
        Conversation {
            id: ConversationId::from_bytes([1; 16]),
            version: 1,
            channel_id: ChannelId::from_bytes([1; 16]),
            contact,
            status: ConversationStatus::Open,
            snoozed_until: None,
            assignee_id: None,
            team_id: None,
            priority: Priority::None,
            labels: Vec::new(),
            handled_by: switchboard_schema::wire::HandledBy::default(),
            sla: None,
            queued_at: None,
            routed_at: None,
            unread_count: None,
            inbound_count: 3,
            last_seq: 3,
            last_message: None,
            window: Window::default(),
            scheduled: 0,
            mentions: Vec::new(),
            waiting_since: None,
            rating: None,
            created_at: at,
            updated_at: at,
        }
    }

    fn label(n: u8) -> LabelId {
        LabelId::from_bytes([n; 16])
    }

    /// As the conversation's owner does it.
    fn done(change: &BulkChange, mut of: Conversation) -> Conversation {
        match change {
            BulkChange::Assignee { assignee_id } => of.assignee_id = *assignee_id,
            BulkChange::Team { team_id } => of.team_id = *team_id,
            BulkChange::Status { status, snoozed_until } => {
                (of.status, of.snoozed_until) = (*status, *snoozed_until);
            }
            BulkChange::Priority { priority } => of.priority = *priority,
            BulkChange::Labels { add, remove } => {
                of.labels.retain(|label| !remove.contains(label));
                of.labels.extend(add.iter().filter(|label| !of.labels.contains(label)).collect::<Vec<_>>());
            }
            BulkChange::Read {} => {}
        }
        of
    }

    fn any_change() -> impl Strategy<Value = BulkChange> {
        let labels = || proptest::collection::btree_set(1_u8..6, 0..4);
        prop_oneof![
            proptest::option::of(1_u8..4)
                .prop_map(|n| BulkChange::Assignee { assignee_id: n.map(|n| UserId::from_bytes([n; 16])) }),
            proptest::option::of(1_u8..4)
                .prop_map(|n| BulkChange::Team { team_id: n.map(|n| TeamId::from_bytes([n; 16])) }),
            any::<bool>().prop_map(|done| BulkChange::Status {
                status: if done { ConversationStatus::Resolved } else { ConversationStatus::Open },
                snoozed_until: None,
            }),
            any::<bool>().prop_map(|urgent| BulkChange::Priority {
                priority: if urgent { Priority::Urgent } else { Priority::None },
            }),
            (labels(), labels()).prop_map(|(add, remove)| BulkChange::Labels {
                add: add.difference(&remove).map(|n| label(*n)).collect(),
                remove: remove.into_iter().map(label).collect(),
            }),
        ]
    }

    proptest! {
        /// What was changed and taken back is as it was, whatever it was.
        #[test]
        fn taking_back_gives_back_what_was(
            earlier in proptest::collection::vec(any_change(), 0..8),
            change in any_change(),
        ) {
            let before = earlier.iter().fold(conversation(), |of, change| done(change, of));
            let after = done(&change, before.clone());
            prop_assert!(is_so(&change, &after));
            match back(&change, &before) {
                None => prop_assert_eq!(after, before),
                Some(back) => {
                    let mut again = done(&back, after);
                    let mut before = before;
                    // Labels that were taken off come back at the end.
                    again.labels.sort_unstable();
                    before.labels.sort_unstable();
                    prop_assert_eq!(again, before);
                }
            }
        }
    }

    #[test]
    fn what_was_put_aside_until_a_time_that_has_come_is_given_back_open() {
        let now = Timestamp::from_secs(1_795_000_000);
        let aside =
            |until| BulkChange::Status { status: ConversationStatus::Snoozed, snoozed_until: Some(until) };
        let open = BulkChange::Status { status: ConversationStatus::Open, snoozed_until: None };
        assert_eq!(due(aside(now), now), open);
        let later = Timestamp::from_secs(1_795_000_001);
        assert_eq!(due(aside(later), now), aside(later));
        assert!(check(&aside(now), now).is_err() && check(&aside(later), now).is_ok());
        assert!(check(&BulkChange::Labels { add: vec![], remove: vec![] }, now).is_err());
    }
}
