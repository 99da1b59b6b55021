//! How delivery states join, in whatever order they arrive.
//!
//! States form one line, and the state of a message is the furthest it ever reached: joining is `max`, so
//! no order of arrival, repetition or loss of intermediate statuses changes where it ends. `Failed` stands
//! between `Sent` and `Delivered`: it overrides a mere acceptance, while a proof of delivery overrides it
//! (Meta: webhooks/reference/messages/status).

use switchboard_schema::wire::MessageState;

/// The place of a state on the line.
pub(crate) const fn rank(state: MessageState) -> u8 {
    match state {
        MessageState::Queued => 0,
        MessageState::Sending => 1,
        MessageState::Unknown => 2,
        MessageState::Sent => 3,
        MessageState::Failed => 4,
        MessageState::Delivered => 5,
        MessageState::Read => 6,
        MessageState::Played => 7,
        // These never change by a status: nothing was sent.
        MessageState::Received
        | MessageState::Recorded
        | MessageState::Scheduled
        | MessageState::Cancelled => u8::MAX,
    }
}

/// The state after a status arrived.
#[must_use]
pub const fn join(current: MessageState, told: MessageState) -> MessageState {
    if rank(told) == u8::MAX || rank(current) >= rank(told) { current } else { told }
}

/// Is it a state that a provider tells of?
#[must_use]
pub const fn is_told(state: MessageState) -> bool {
    matches!(
        state,
        MessageState::Sent
            | MessageState::Delivered
            | MessageState::Read
            | MessageState::Played
            | MessageState::Failed
    )
}

/// Does it prove that the message reached the customer?
#[must_use]
pub const fn is_proof(state: MessageState) -> bool {
    matches!(state, MessageState::Delivered | MessageState::Read | MessageState::Played)
}

/// Nothing more is expected of us: no request is owed or on its way.
#[must_use]
pub const fn is_settled(state: MessageState) -> bool {
    !matches!(state, MessageState::Queued | MessageState::Sending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use MessageState::{
        Cancelled, Delivered, Failed, Played, Queued, Read, Received, Recorded, Scheduled, Sending, Sent,
        Unknown,
    };

    const ALL: [MessageState; 12] = [
        Received, Recorded, Scheduled, Queued, Sending, Sent, Delivered, Read, Played, Failed, Unknown,
        Cancelled,
    ];
    const TOLD: [MessageState; 5] = [Sent, Delivered, Read, Played, Failed];

    #[test]
    fn the_end_does_not_depend_on_the_order_of_statuses() {
        for start in [Queued, Sending, Unknown] {
            for a in TOLD {
                for b in TOLD {
                    for c in TOLD {
                        let forwards = join(join(join(start, a), b), c);
                        assert_eq!(forwards, join(join(join(start, c), b), a));
                        assert_eq!(forwards, join(join(join(start, b), c), a));
                        assert_eq!(forwards, join(forwards, a), "a repetition changes nothing");
                    }
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_state_never_goes_back_and_ends_at_the_furthest_told(
            start in 0..ALL.len(),
            told in proptest::collection::vec(0..TOLD.len(), 0..12),
            seed in proptest::arbitrary::any::<usize>(),
        ) {
            let mut states = vec![ALL[start]];
            for &index in &told {
                states.push(join(states[states.len() - 1], TOLD[index]));
            }
            for (index, &state) in states.iter().enumerate() {
                assert!(states[..index].iter().all(|&before| join(before, state) == state));
            }
            let mut turned = told.clone();
            turned.rotate_left(seed % told.len().max(1));
            turned.reverse();
            let end = turned.iter().fold(ALL[start], |state, &index| join(state, TOLD[index]));
            assert_eq!(states.last(), Some(&end));
        }
    }

    #[test]
    fn a_failure_overrides_acceptance_but_not_delivery() {
        assert_eq!(join(Sent, Failed), Failed);
        assert_eq!(join(Failed, Sent), Failed);
        assert_eq!(join(Delivered, Failed), Delivered);
        assert_eq!(join(Failed, Read), Read);
    }

    #[test]
    fn what_was_never_sent_is_moved_by_no_status() {
        for told in ALL {
            assert_eq!(join(Received, told), Received);
            assert_eq!(join(Recorded, told), Recorded);
            assert_eq!(join(Cancelled, told), Cancelled);
        }
    }

    #[test]
    fn an_unknown_outcome_is_settled_by_any_status() {
        for told in TOLD {
            assert_eq!(join(Unknown, told), told);
        }
    }
}
