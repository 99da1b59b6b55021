//! What an error of the driver says of a request: whether it was done, and whether to ask again.

use std::time::Duration;

use scylla::errors::{DbError, ExecutionError, RequestAttemptError};

/// The first pause before a request is repeated; it doubles up to [`PAUSE_MAX`].
const PAUSE_FIRST: Duration = Duration::from_millis(20);
/// The longest pause before a request is repeated.
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// What became of a request that was answered with an error, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// No replica was asked.
    NotDone,
    /// It may have been done, or may yet be.
    Unknown,
    /// The server does not take it and never will.
    Wrong,
}

/// How a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// To one node.
    ToOne,
    /// To a second one as well: the error of one says nothing of the other.
    ToTwo,
    /// To one node, as a compare-and-set: that looks anew who is there after it was decided.
    Conditionally,
}

/// Judges an error.
pub(super) fn verdict(error: &ExecutionError, sent: Sent) -> Verdict {
    use Verdict::{NotDone, Unknown, Wrong};
    let verdict = match error {
        ExecutionError::BadQuery(_) => Wrong,
        ExecutionError::EmptyPlan
        | ExecutionError::ConnectionPoolError(_)
        | ExecutionError::PrepareError(_) => NotDone,
        ExecutionError::LastAttemptError(error) => match error {
            RequestAttemptError::SerializationError(_) | RequestAttemptError::CqlRequestSerialization(_) => {
                Wrong
            }
            RequestAttemptError::UnableToAllocStreamId => NotDone,
            RequestAttemptError::DbError(error, _) => match error {
                DbError::SyntaxError
                | DbError::Invalid
                | DbError::AlreadyExists { .. }
                | DbError::FunctionFailure { .. }
                | DbError::ConfigError
                | DbError::ProtocolError => Wrong,
                // The coordinator looks who is there before it asks anybody. (When it is overloaded it may have
                // asked some.)
                DbError::Unavailable { .. } if sent != Sent::Conditionally => NotDone,
                DbError::IsBootstrapping
                | DbError::Unprepared { .. }
                | DbError::Unauthorized
                | DbError::AuthenticationError => NotDone,
                _ => Unknown,
            },
            _ => Unknown,
        },
        _ => Unknown,
    };
    if sent == Sent::ToTwo { Unknown } else { verdict }
}

/// How long to wait before the `n`-th repetition, the first being 0, with a share of 0 to 1 drawn by chance so that
/// those who got into each other's way do not meet again.
pub(super) fn pause(n: u32, chance: f64) -> Duration {
    let whole = PAUSE_FIRST.saturating_mul(2_u32.saturating_pow(n)).min(PAUSE_MAX);
    whole.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use scylla::{errors::WriteType, statement::Consistency};

    use super::*;

    fn db(error: DbError) -> ExecutionError {
        ExecutionError::LastAttemptError(RequestAttemptError::DbError(error, String::new()))
    }

    fn timeout() -> DbError {
        DbError::WriteTimeout {
            consistency: Consistency::LocalQuorum,
            received: 1,
            required: 2,
            write_type: WriteType::Simple,
        }
    }

    #[test]
    fn what_was_asked_of_nobody_was_not_done() {
        let unavailable =
            DbError::Unavailable { consistency: Consistency::LocalQuorum, required: 2, alive: 1 };
        assert_eq!(verdict(&db(unavailable), Sent::ToOne), Verdict::NotDone);
        assert_eq!(verdict(&ExecutionError::EmptyPlan, Sent::ToOne), Verdict::NotDone);
    }

    #[test]
    fn a_time_out_says_nothing() {
        assert_eq!(verdict(&db(timeout()), Sent::ToOne), Verdict::Unknown);
        assert_eq!(
            verdict(&ExecutionError::RequestTimeout(Duration::from_secs(1)), Sent::ToOne),
            Verdict::Unknown
        );
        assert_eq!(verdict(&db(DbError::Overloaded), Sent::ToOne), Verdict::Unknown);
        assert_eq!(verdict(&db(DbError::ServerError), Sent::ToOne), Verdict::Unknown);
    }

    #[test]
    fn one_of_two_nodes_says_nothing_of_the_other() {
        assert_eq!(verdict(&db(DbError::IsBootstrapping), Sent::ToTwo), Verdict::Unknown);
        assert_eq!(
            verdict(&db(DbError::Invalid), Sent::ToTwo),
            Verdict::Unknown,
            "it may have another limit"
        );
        assert_eq!(verdict(&db(DbError::Invalid), Sent::ToOne), Verdict::Wrong);
    }

    #[test]
    fn a_compare_and_set_may_be_decided_before_it_is_noticed_that_somebody_is_gone() {
        let unavailable =
            DbError::Unavailable { consistency: Consistency::LocalQuorum, required: 2, alive: 1 };
        assert_eq!(verdict(&db(unavailable), Sent::Conditionally), Verdict::Unknown);
        assert_eq!(verdict(&db(DbError::Invalid), Sent::Conditionally), Verdict::Wrong);
    }

    #[test]
    fn pauses_grow_to_their_limit_and_differ() {
        assert_eq!(pause(0, 1.0), PAUSE_FIRST);
        assert_eq!(pause(0, 0.0), PAUSE_FIRST / 2);
        assert_eq!(pause(1, 1.0), PAUSE_FIRST * 2);
        assert_eq!(pause(40, 1.0), PAUSE_MAX);
    }
}
