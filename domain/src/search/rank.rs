//! The order of what is found: how well it answers, and how long ago it was.

use switchboard_schema::Timestamp;

/// Days after which half of what being new gives is gone.
pub const HALF_LIFE_DAYS: f64 = 30.0;
const DAY_MILLIS: f64 = 24.0 * 3_600.0 * 1_000.0;
/// What the newest has more than the oldest, as a share of how well it answers.
const NEWNESS: f64 = 1.0;

/// The place of something that answers so well and is of that time: the higher the earlier. Between `text` and twice of it.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a place needs no exact milliseconds")]
#[expect(clippy::cast_possible_truncation, reason = "a place is as exact as the index's own numbers")]
pub fn rank(text: f32, at: Timestamp, now: Timestamp) -> f32 {
    // What is of the future is as new as can be.
    let age = now.as_millis().saturating_sub(at.as_millis()).max(0) as f64 / DAY_MILLIS;
    let newness = (-age / HALF_LIFE_DAYS).exp2();
    let text = if text.is_finite() { f64::from(text.max(0.0)) } else { 0.0 };
    (text * NEWNESS.mul_add(newness, 1.0)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn days_ago(days: i64) -> Timestamp {
        Timestamp::from_millis(NOW - days * 86_400_000)
    }

    fn ranked(text: f32, days: i64) -> f32 {
        rank(text, days_ago(days), Timestamp::from_millis(NOW))
    }

    #[test]
    fn of_two_that_answer_alike_the_newer_comes_first() {
        assert!(ranked(3.0, 0) > ranked(3.0, 1) && ranked(3.0, 1) > ranked(3.0, 90));
    }

    #[test]
    fn an_old_one_that_answers_much_better_comes_before_a_new_one() {
        assert!(ranked(6.5, 2_000) > ranked(3.0, 0));
        assert!(ranked(4.0, 90) < ranked(3.0, 0));
    }

    proptest::proptest! {
        #[test]
        fn better_is_never_behind_at_the_same_time_and_newer_never_behind_with_the_same_words(
            text in 0.0f32..100.0, more in 0.0f32..10.0, days in 0i64..4_000, older in 0i64..400,
        ) {
            assert!(ranked(text + more, days) >= ranked(text, days));
            assert!(ranked(text, days) >= ranked(text, days + older));
            assert!(ranked(text, days) >= text && ranked(text, days) <= text * 2.0 + f32::EPSILON);
        }

        #[test]
        fn any_number_and_any_time_give_a_place(bits: u32, at: i64) {
            assert!(!rank(f32::from_bits(bits), Timestamp::from_millis(at), days_ago(0)).is_nan());
        }
    }
}
