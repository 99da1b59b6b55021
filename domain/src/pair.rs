//! How fast messages may go from one number to one person.
//!
//! Meta (Cloud API, "pair rate limit"): one message every 6 seconds, or 10 a minute, to the same person. Up to 45 may go
//! at once, which uses up what comes after: then one has to wait until as much time has gone by as they were too
//! many. Beyond it the request is refused with error 131056. Counted by the times at which requests begin, as a bucket
//! that leaks (GCRA), and kept with the conversation, so that a restart forgets nothing.

use std::time::Duration;

use switchboard_schema::Timestamp;

/// The time that one message uses up.
pub const EACH: Duration = Duration::from_secs(6);
/// Messages that may go at once.
pub const BURST: u32 = 45;

/// When the next message may go to somebody, to whom messages so far use up the time until `used_until`.
#[must_use]
pub fn next_at(used_until: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let Some(used_until) = used_until else { return now };
    let ahead = EACH * (BURST - 1);
    let at = Timestamp::from_millis(used_until.as_millis().saturating_sub(ahead.as_millis() as i64));
    at.max(now)
}

/// Until when time is used up, once another message goes.
#[must_use]
pub fn after_one(used_until: Option<Timestamp>, now: Timestamp) -> Timestamp {
    used_until.map_or(now, |until| until.max(now)) + EACH
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_795_000_000);

    /// Sends as fast as the rule lets it, for a time, with pauses; the times at which messages go.
    fn send(for_secs: u64, pauses: &[u64]) -> Vec<Timestamp> {
        let (mut used, mut now, mut sent) = (None, START, Vec::new());
        let end = START + Duration::from_secs(for_secs);
        let mut pauses = pauses.iter();
        loop {
            now = next_at(used, now);
            if now >= end {
                return sent;
            }
            used = Some(after_one(used, now));
            sent.push(now);
            if sent.len().is_multiple_of(7)
                && let Some(pause) = pauses.next()
            {
                now = now + Duration::from_secs(*pause);
            }
        }
    }

    /// What the provider allows: a bucket of [`BURST`] that gains one each [`EACH`].
    fn is_taken(sent: &[Timestamp]) -> bool {
        let (mut tokens, mut last) = (f64::from(BURST), START);
        sent.iter().all(|&at| {
            tokens = (tokens + at.since(last).as_secs_f64() / EACH.as_secs_f64()).min(f64::from(BURST));
            last = at;
            tokens -= 1.0;
            tokens > -1e-6
        })
    }

    #[test]
    fn forty_five_go_at_once_and_then_one_each_six_seconds() {
        let sent = send(60, &[]);
        assert_eq!(sent.iter().filter(|at| **at == START).count(), 45);
        assert_eq!(sent.len(), 45 + 9);
        assert_eq!(sent[45].since(START), EACH);
    }

    proptest::proptest! {
        #[test]
        fn no_order_of_sends_and_pauses_is_refused_and_what_is_allowed_is_used(
            pauses in proptest::collection::vec(0_u64..400, 0..20),
        ) {
            let sent = send(3_600, &pauses);
            assert!(is_taken(&sent), "the provider would refuse one");
            if pauses.is_empty() {
                let allowed = f64::from(BURST) + 3_600.0 / EACH.as_secs_f64();
                assert!(sent.len() as f64 >= 0.95 * allowed, "{} of {allowed}", sent.len());
            }
        }
    }
}
