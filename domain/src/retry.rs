//! When a send that the provider surely did not take is tried again.

use std::time::Duration;

use crate::outbound::{ErrorClass, SendOutcome};

/// Requests made for one message, at most: what fits into an attempt's key.
pub const MAX_ATTEMPTS: u32 = 15;
/// Requests made without anybody asking again.
pub const MAX_AUTOMATIC_ATTEMPTS: u32 = 5;
/// Pause before the second request.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Base of the pauses after "too fast" (Meta: error 131056, retry after 4^X seconds, X from 0).
pub const BACK_OFF_BASE: u32 = 4;

/// The pause before the next request, or nothing when there is none: it succeeded, may have succeeded, can
/// never succeed, or was tried often enough.
#[must_use]
pub fn pause_after(outcome: &SendOutcome, attempts: u32) -> Option<Duration> {
    if attempts >= MAX_AUTOMATIC_ATTEMPTS {
        return None;
    }
    let earlier = attempts.saturating_sub(1);
    match outcome {
        SendOutcome::NotStarted(_) => Some(FIRST_PAUSE * 2_u32.pow(earlier)),
        SendOutcome::Refused(error) => match error.class {
            ErrorClass::Retry => Some(FIRST_PAUSE * 2_u32.pow(earlier)),
            ErrorClass::BackOff => Some(back_off(attempts)),
            ErrorClass::Never | ErrorClass::Account => None,
        },
        SendOutcome::Accepted { .. } | SendOutcome::Unknown(_) => None,
    }
}

/// The pause after so many requests, of which the last was too fast.
#[must_use]
pub fn back_off(attempts: u32) -> Duration {
    let earlier = attempts.saturating_sub(1).min(MAX_AUTOMATIC_ATTEMPTS);
    Duration::from_secs(u64::from(BACK_OFF_BASE.pow(earlier)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::ProviderError;

    fn refused(class: ErrorClass) -> SendOutcome {
        SendOutcome::Refused(ProviderError { code: "whatsapp_1".into(), message: "…".into(), class })
    }

    #[test]
    fn an_unknown_outcome_is_never_repeated_by_itself() {
        for attempts in 1..MAX_ATTEMPTS {
            assert_eq!(pause_after(&SendOutcome::Unknown("timed out".into()), attempts), None);
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        let unreachable = SendOutcome::NotStarted("refused".into());
        let pauses: Vec<_> = (1..=6).map(|attempts| pause_after(&unreachable, attempts)).collect();
        let secs = |pause: &Option<Duration>| pause.map(|pause| pause.as_secs());
        assert_eq!(
            pauses.iter().map(secs).collect::<Vec<_>>(),
            [Some(1), Some(2), Some(4), Some(8), None, None]
        );
        assert_eq!(pause_after(&refused(ErrorClass::BackOff), 3).map(|pause| pause.as_secs()), Some(16));
    }

    #[test]
    fn what_cannot_succeed_is_not_tried_again() {
        assert_eq!(pause_after(&refused(ErrorClass::Never), 1), None);
        assert_eq!(pause_after(&refused(ErrorClass::Account), 1), None);
    }
}
