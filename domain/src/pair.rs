//! How fast messages may go from one number to one person.
//!
//! Meta (Cloud API, "pair rate limit"): one message every 6 seconds, or 10 a minute, to the same person. Up to 45 may go
//! together, within 6 seconds, which borrows from what comes after: then nothing goes until as much time has gone by as
//! that many would have taken (after 20 about two minutes). Beyond it the request is refused with error 131056, and made
//! again after 4^X seconds (see [`crate::retry`]).
//!
//! Meta counts when a request reaches it, which we do not know: some time between its beginning and its end. So together
//! go only those that surely arrive within the 6 seconds, and what they used up is counted from the end of the first. It is
//! kept with the conversation, so that a restart forgets nothing.

use std::time::Duration;

use switchboard_schema::{Timestamp, record::Burst};

/// The time that one message uses up, and in which several may go together.
pub const EACH: Duration = Duration::from_secs(6);
/// Messages that may go together.
pub const BURST: u32 = 45;
/// What the provider calls it when a message to somebody is too fast.
pub const TOO_FAST: &str = "whatsapp_131056";
/// How long a request may take to reach the provider, so that it still arrives together with the first.
pub const REACHES_WITHIN: Duration = Duration::from_secs(1);

/// When the next message may go to somebody, once these went.
#[must_use]
pub fn next_at(burst: Option<Burst>, now: Timestamp) -> Timestamp {
    match burst {
        Some(burst) if now < burst.used_until && !joins(&burst, now) => burst.used_until,
        _ => now,
    }
}

fn joins(burst: &Burst, now: Timestamp) -> bool {
    burst.messages < BURST && now < burst.began_at + (EACH - REACHES_WITHIN)
}

/// What went, once another message's request begins at a time that [`next_at`] allows.
#[must_use]
pub fn begun(burst: Option<Burst>, now: Timestamp) -> Burst {
    match burst {
        Some(burst) if now < burst.used_until => {
            Burst { messages: burst.messages.saturating_add(1), used_until: burst.used_until + EACH, ..burst }
        }
        _ => Burst { began_at: now, messages: 1, used_until: now + EACH },
    }
}

/// The newest request has reached the provider, at the latest now: the first one's time counts from then.
#[must_use]
pub fn reached(burst: Burst, now: Timestamp) -> Burst {
    if burst.messages > 1 {
        return burst;
    }
    Burst { used_until: burst.used_until.max(now + EACH), ..burst }
}

/// The newest message was not taken: it never reached the provider, or was refused as too fast. It uses up nothing.
#[must_use]
pub fn given_back(burst: Burst) -> Option<Burst> {
    let used_until = Timestamp::from_millis(burst.used_until.as_millis() - EACH.as_millis() as i64);
    (burst.messages > 1).then(|| Burst { messages: burst.messages - 1, used_until, ..burst })
}

/// The newest message was refused as too fast (131056): somebody else sends from this number too, or it came too late to
/// go together with others. Nothing goes until what we know of is used up, and the pause is over.
#[must_use]
pub fn refused(burst: Burst, pause: Duration, now: Timestamp) -> Burst {
    let pause_ends = now + pause;
    let used_until = given_back(burst).map_or(pause_ends, |before| before.used_until.max(pause_ends));
    Burst { messages: BURST, used_until, ..burst }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_795_000_000);

    /// What the provider allows, counted in milliseconds as requests reach it: written from Meta's words alone.
    #[derive(Default)]
    struct Provider {
        window: Option<(i64, i64)>,
        taken: u32,
    }

    impl Provider {
        fn takes(&mut self, at: i64) -> bool {
            let each = 6_000;
            match self.window {
                Some((first, taken)) if at < first + taken * each => {
                    if at >= first + 6_000 || taken >= 45 {
                        return false;
                    }
                    self.window = Some((first, taken + 1));
                }
                _ => self.window = Some((at, 1)),
            }
            self.taken += 1;
            true
        }
    }

    /// Sends as fast as the rule lets it, for a time, each after the one before: `(pause before it, milliseconds until its
    /// request is there, milliseconds until it ends)`, again and again. How many were taken, unless one was refused.
    fn send(for_secs: u64, each: &[(u64, u64, u64)]) -> Option<u32> {
        let (mut burst, mut now, mut provider) = (None, START, Provider::default());
        for (pause, there, back) in each.iter().cycle() {
            now = next_at(burst, now + Duration::from_millis(*pause));
            if now.since(START).as_secs() >= for_secs {
                break;
            }
            let begun = begun(burst, now);
            if !provider.takes((now + Duration::from_millis(*there)).as_millis()) {
                return None;
            }
            now = now + Duration::from_millis(there + back);
            burst = Some(reached(begun, now));
        }
        Some(provider.taken)
    }

    #[test]
    fn what_goes_together_is_paid_for_with_six_seconds_each() {
        let mut burst = None;
        for ms in [0, 1_200, 2_400] {
            let now = START + Duration::from_millis(ms);
            assert_eq!(next_at(burst, now), now, "they go together");
            burst = Some(reached(begun(burst, now), now));
        }
        let at = |secs| START + Duration::from_secs(secs);
        assert_eq!(next_at(burst, at(9)), at(18), "the fourth waits for all three");
        burst = Some(begun(burst, at(18)));
        assert_eq!(next_at(burst, at(18)), at(18), "and may be the first of more");
        assert_eq!(next_at(burst, at(23)), at(24), "what may arrive too late does not go with it");
    }

    #[test]
    fn forty_five_go_together_and_the_next_after_all_are_paid_for() {
        let burst = (0..BURST).fold(None, |burst, _| {
            assert_eq!(next_at(burst, START), START);
            Some(begun(burst, START))
        });
        assert_eq!(next_at(burst, START).since(START), EACH * BURST);
    }

    #[test]
    fn what_was_refused_as_too_fast_waits_for_what_went_before_and_for_its_pause() {
        let at = |secs| START + Duration::from_secs(secs);
        let pause = Duration::from_secs(4);
        let two = begun(Some(begun(None, START)), at(1));
        let late = refused(begun(Some(two), at(4)), pause, at(7));
        assert_eq!(next_at(Some(late), at(7)), at(12), "two went; the third did not");
        let alone = refused(begun(None, START), pause, at(1));
        assert_eq!(next_at(Some(alone), at(1)), at(5), "nobody knows for what, so it pauses as Meta says");
        assert_eq!(begun(Some(alone), at(5)).messages, 1, "and goes on from there");
        assert_eq!(given_back(begun(None, START)), None);
        assert_eq!(given_back(two).map(|burst| burst.used_until), Some(at(6)));
    }

    proptest::proptest! {
        #[test]
        fn no_order_of_sends_pauses_and_slow_requests_is_refused(
            each in proptest::collection::vec(
                (
                    proptest::prop_oneof![3 => 0_u64..2_000, 1 => 0_u64..60_000],
                    0..REACHES_WITHIN.as_millis() as u64,
                    proptest::prop_oneof![9 => 0_u64..500, 1 => 0_u64..30_000],
                ),
                1..60,
            ),
        ) {
            assert!(send(7_200, &each).is_some(), "the provider would refuse one");
        }

        #[test]
        fn what_is_allowed_is_used(each in proptest::collection::vec((0_u64..1, 0_u64..150, 0_u64..150), 1..60)) {
            let (taken, allowed) = (send(7_200, &each).expect("none is refused"), 7_200.0 / EACH.as_secs_f64());
            assert!(f64::from(taken) >= 0.95 * allowed, "{taken} of {allowed}");
        }
    }
}
