//! How long messages wait that are queued on a number, and when a whole number pauses.
//!
//! A number sends so many messages a second (see [`crate::throughput`]), has so many requests under way at once, and pauses
//! when the provider says that it is too fast or under maintenance. One message of each conversation waits in the number's
//! queue at a time, first come, first served; those behind it in its conversation come after it, and each person's are paced
//! (see [`crate::pair`]). What is told is an estimate: it counts on nothing else coming between.

use std::time::Duration;

use switchboard_schema::{Timestamp, record::Burst, wire::Departure};

use crate::{pair, retry::BACK_OFF_BASE, throughput};

/// Waits shorter than this are not spoken of.
pub const TOLD_FROM: Duration = Duration::from_secs(2);
/// How long a request takes, as long as none has been seen.
pub const REQUEST_GUESS: Duration = Duration::from_millis(200);
/// An eighth of what is known of a request's duration is from the last.
const REQUESTS_REMEMBERED: u32 = 8;
/// How often a pause grows, at most: 1, 4, 16, 64 s.
const PAUSE_GROWS_MAX: u32 = 3;

/// How fast a number sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Messages a second that it may send.
    pub per_second: u32,
    /// Requests that run at once, at most.
    pub slots: u32,
    /// How long a request takes, of late.
    pub request: Duration,
    /// It pauses until then.
    pub paused_until: Option<Timestamp>,
}

/// What a message waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The number pauses, because the provider asked for it.
    Paused,
    /// The number may send so many messages a second.
    Throughput(u32),
    /// The provider takes so long for each.
    Slow(Duration),
    /// One person is sent one message each [`pair::EACH`].
    Person,
    /// It was tried before and is tried again then.
    TriedBefore,
}

impl Because {
    /// In plain words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Paused => "WhatsApp asked this number to pause".to_owned(),
            Self::Throughput(per_second) => {
                format!("the number may send {per_second} messages a second")
            }
            Self::Slow(request) => {
                format!("WhatsApp takes {:.1} s for each message at the moment", request.as_secs_f64())
            }
            Self::Person => {
                format!("WhatsApp takes one message in {} seconds to one person", pair::EACH.as_secs())
            }
            Self::TriedBefore => "WhatsApp did not take it before, so it is tried again then".to_owned(),
        }
    }
}

/// When something happens, about, and what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// When, about.
    pub at: Timestamp,
    /// What it waits for.
    pub because: Because,
}

impl Expected {
    /// As it is told: not at all where it is no more than a moment.
    #[must_use]
    pub fn told(self, now: Timestamp) -> Option<Departure> {
        let waits = self.at > now && self.at.since(now) >= TOLD_FROM;
        waits.then(|| Departure { at: self.at, because: self.because.words() })
    }
}

impl Pace {
    /// The time between two messages, once as many wait as can be sent, and what it comes from.
    #[must_use]
    pub fn each(&self) -> (Duration, Because) {
        let by_throughput = throughput::each(self.per_second);
        let by_slots = self.request / self.slots.max(1);
        if by_slots > by_throughput {
            (by_slots, Because::Slow(self.request))
        } else {
            (by_throughput, Because::Throughput(self.per_second))
        }
    }

    /// When the request of a message begins that has so many before it in the queue.
    #[must_use]
    pub fn leaves(&self, ahead: u64, now: Timestamp) -> Expected {
        let (each, because) = self.each();
        let wait = Duration::from_micros(
            u64::try_from(each.as_micros()).unwrap_or(u64::MAX).saturating_mul(ahead).min(MAX_WAIT_MICROS),
        );
        match self.paused_until.filter(|until| *until > now) {
            // Whichever holds it up for longer is what is told.
            Some(until) if until.since(now) >= wait => {
                Expected { at: until + wait, because: Because::Paused }
            }
            Some(until) => Expected { at: until + wait, because },
            None => Expected { at: now + wait, because },
        }
    }
}

/// How long requests take, once another took so long.
#[must_use]
pub fn after_request(request: Duration, took: Duration) -> Duration {
    (request * (REQUESTS_REMEMBERED - 1) + took) / REQUESTS_REMEMBERED
}

/// The longest wait that is told, in microseconds: a day.
const MAX_WAIT_MICROS: u64 = 24 * 3_600 * 1_000_000;

/// A number's queue, as one conversation sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How fast it goes.
    pub pace: Pace,
    /// Messages that wait, of all conversations.
    pub waiting: u64,
    /// Messages before this conversation's; nothing where none of its waits there.
    pub ahead: Option<u64>,
}

impl Queue {
    /// Of a number from which nothing goes.
    #[must_use]
    pub const fn empty() -> Self {
        let pace = Pace {
            per_second: throughput::DEFAULT_PER_SECOND,
            slots: 1,
            request: REQUEST_GUESS,
            paused_until: None,
        };
        Self { pace, waiting: 0, ahead: None }
    }
}

/// When the messages of one conversation leave, oldest first, and one that is written now. `not_before`: until when each of
/// those that wait is held back by itself; `burst`: what went before, see [`pair::next_at`].
#[must_use]
pub fn departures(
    queue: &Queue,
    not_before: &[Option<Timestamp>],
    burst: Option<Burst>,
    now: Timestamp,
) -> Vec<Expected> {
    let mut burst = burst;
    let (mut before, mut held_by) = (now, None);
    let held = not_before.iter().copied().chain(std::iter::once(None));
    held.enumerate()
        .map(|(place, not_before)| {
            let ahead = match (place, queue.ahead) {
                (0, Some(ahead)) => ahead,
                _ => queue.waiting,
            };
            let in_turn = queue.pace.leaves(ahead, before);
            let earliest = not_before.map_or(in_turn.at, |held| held.max(in_turn.at));
            // What is too late to go with those before it, once it is its turn, waits until they are paid for.
            let at = pair::next_at(burst, earliest);
            let expected = if at > in_turn.at {
                let paced = at > earliest || pair::next_at(burst, before) >= at;
                let because = if paced { Because::Person } else { Because::TriedBefore };
                Expected { at, because }
            } else {
                // Of what is in its way the longest is told: its own turn, or what holds up the one before it.
                let own = in_turn.at.since(before);
                let because = held_by.filter(|_| before.since(now) > own).unwrap_or(in_turn.because);
                Expected { at: in_turn.at, because }
            };
            held_by = Some(expected.because);
            // The next of this conversation begins when this one is done.
            before = expected.at + queue.pace.request;
            burst = Some(pair::reached(pair::begun(burst, expected.at), before));
            expected
        })
        .collect()
}

/// The pause of a whole number that the provider refused for its own sake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pause {
    until: Option<Timestamp>,
    in_a_row: u32,
}

impl Pause {
    /// Until when the number pauses, where it does.
    #[must_use]
    pub fn until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| *until > now)
    }

    /// The provider refused a message with this code. True when the number pauses from now on: 130429 is about all that it
    /// sends, 131057 about the number itself, 4 and 80007 about all requests of its app or account (Meta: error codes), and
    /// each further one after a pause makes the next four times as long. Others are about one message or one person.
    pub fn refused(&mut self, code: &str, now: Timestamp) -> bool {
        let is_of_all =
            matches!(code, "whatsapp_4" | "whatsapp_80007" | "whatsapp_130429" | "whatsapp_131057");
        if !is_of_all || self.until(now).is_some() {
            // Of requests that were under way together one refusal counts.
            return false;
        }
        let pause = u64::from(BACK_OFF_BASE.pow(self.in_a_row.min(PAUSE_GROWS_MAX)));
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.until = Some(now + Duration::from_secs(pause));
        true
    }

    /// The provider took a message.
    pub fn accepted(&mut self, now: Timestamp) {
        // One that was under way when the pause began says nothing of what comes after it.
        if self.until(now).is_none() {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::throughput::Throughput;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn pace(per_second: u32) -> Pace {
        Pace { per_second, slots: 16, request: Duration::from_millis(100), paused_until: None }
    }

    fn secs(expected: Expected) -> u64 {
        expected.at.since(NOW).as_secs()
    }

    #[test]
    fn eight_hundred_before_it_at_twenty_a_second_is_forty_seconds_and_a_little() {
        let expected = pace(20).leaves(800, NOW);
        assert_eq!((secs(expected), expected.because), (41, Because::Throughput(20)));
        assert_eq!(expected.because.words(), "the number may send 20 messages a second");
        assert_eq!(pace(20).leaves(3, NOW).told(NOW), None, "a moment is not spoken of");
    }

    #[test]
    fn where_the_provider_is_slow_that_is_what_is_waited_for() {
        let slow = Pace { request: Duration::from_secs(8), ..pace(80) };
        let expected = slow.leaves(100, NOW);
        assert_eq!((secs(expected), expected.because), (50, Because::Slow(Duration::from_secs(8))));
    }

    #[test]
    fn a_pause_comes_first_and_the_longer_of_the_two_is_told() {
        let paused = Pace { paused_until: Some(NOW + Duration::from_secs(16)), ..pace(80) };
        let next = paused.leaves(0, NOW);
        assert_eq!((secs(next), next.because), (16, Because::Paused));
        let far = paused.leaves(8_000, NOW);
        assert_eq!((secs(far), far.because), (16 + 104, Because::Throughput(80)));
    }

    #[test]
    fn what_is_behind_in_its_own_conversation_goes_through_the_queue_again() {
        let queue = Queue { pace: pace(20), waiting: 200, ahead: Some(100) };
        let all: Vec<_> = departures(&queue, &[None, None], None, NOW).into_iter().map(secs).collect();
        // Half the queue; then the whole of it for each, with the requests in between.
        assert_eq!(all, [5, 15, 26]);
    }

    #[test]
    fn what_is_behind_a_message_that_is_held_up_is_held_up_by_the_same() {
        let until = NOW + Duration::from_secs(16);
        let paused = Pace { paused_until: Some(until), ..pace(80) };
        let queue = Queue { pace: paused, waiting: 2, ahead: Some(1) };
        let all = departures(&queue, &[None], None, NOW);
        assert_eq!(all.iter().map(|one| one.because).collect::<Vec<_>>(), [Because::Paused; 2]);
    }

    #[test]
    fn one_person_is_paced_and_a_message_that_was_refused_waits_for_its_time() {
        let idle = Queue { pace: pace(80), waiting: 0, ahead: None };
        let burst = (0..pair::BURST).fold(None, |burst, _| Some(pair::begun(burst, NOW)));
        let all = departures(&idle, &[None], burst, NOW);
        assert_eq!(all.iter().map(|one| one.because).collect::<Vec<_>>(), [Because::Person; 2]);
        assert_eq!(all.iter().copied().map(secs).collect::<Vec<_>>(), [270, 270], "they go together again");
        let held = departures(&idle, &[Some(NOW + Duration::from_secs(64))], None, NOW);
        assert_eq!((secs(held[0]), held[0].because), (64, Because::TriedBefore));
        assert_eq!(held[1].told(NOW).map(|told| told.because), Some(Because::TriedBefore.words()));
    }

    #[test]
    fn what_comes_too_late_to_go_with_those_before_it_is_told_when_they_are_paid_for() {
        let busy = Queue { pace: pace(20), waiting: 120, ahead: None };
        let three = (0..3).fold(None, |burst, _| Some(pair::begun(burst, NOW)));
        let all = departures(&busy, &[], three, NOW);
        assert_eq!((secs(all[0]), all[0].because), (18, Because::Person), "its turn comes after six seconds");
    }

    #[test]
    fn what_is_told_of_one_person_is_what_the_rule_then_does() {
        let idle = Queue { pace: pace(80), waiting: 0, ahead: None };
        let three = (0..3).fold(None, |burst, _| Some(pair::begun(burst, NOW)));
        let now = NOW + Duration::from_secs(9);
        let told = departures(&idle, &[], three, now)[0].told(now).expect("it waits");
        assert_eq!(told.at.since(NOW).as_secs(), 18);
        assert_eq!(pair::next_at(three, now), told.at);
    }

    #[test]
    fn a_number_pauses_for_its_own_refusals_ever_longer_and_for_no_others() {
        let mut pause = Pause::default();
        assert!(!pause.refused("whatsapp_131056", NOW), "that is about one person");
        let mut now = NOW;
        for expected in [1, 4, 16, 64, 64] {
            assert!(pause.refused("whatsapp_130429", now));
            assert!(!pause.refused("whatsapp_130429", now), "under way together");
            let until = pause.until(now).expect("it pauses");
            assert_eq!(until.since(now).as_secs(), expected);
            pause.accepted(now);
            assert_eq!(pause.until(now), Some(until), "what was under way says nothing");
            now = until;
        }
        pause.accepted(now);
        assert!(pause.refused("whatsapp_131057", now));
        assert_eq!(pause.until(now), Some(now + Duration::from_secs(1)), "it begins anew");
    }

    proptest::proptest! {
        #[test]
        fn what_is_told_is_when_it_goes_where_nothing_comes_between(
            per_second in 1_u32..1_000, ahead in 0_u64..3_000,
        ) {
            let pace = Pace { request: Duration::ZERO, ..pace(per_second) };
            let (mut bucket, mut at) = (Throughput::new(per_second, NOW), NOW);
            for _ in 0..=ahead {
                while let Err(wait) = bucket.take(at) {
                    at = at + wait;
                }
            }
            let (told, took) = (pace.leaves(ahead, NOW).at.since(NOW), at.since(NOW));
            // A bucket that was full, and waits of whole milliseconds, make up to this much of a difference.
            let off = Duration::from_millis(1_100) + took / 20 + Duration::from_millis(ahead);
            assert!(told <= took + off && took <= told + off, "told {told:?}, took {took:?}");
        }

        #[test]
        fn nothing_of_a_conversation_leaves_before_what_is_older(
            waiting in 0_u64..500,
            held in proptest::collection::vec(proptest::option::of(0_u64..120), 0..60),
            used in proptest::option::of(0_u64..600),
        ) {
            let queue = Queue { pace: pace(80), waiting, ahead: None };
            let held: Vec<_> =
                held.into_iter().map(|secs| secs.map(|secs| NOW + Duration::from_secs(secs))).collect();
            let burst = used.map(|secs| Burst {
                began_at: NOW,
                messages: 3,
                used_until: NOW + Duration::from_secs(secs),
            });
            let all = departures(&queue, &held, burst, NOW);
            assert_eq!(all.len(), held.len() + 1);
            assert!(all.windows(2).all(|two| two[0].at <= two[1].at));
            assert!(all.iter().zip(&held).all(|(one, held)| held.is_none_or(|held| held <= one.at)));
        }
    }
}
