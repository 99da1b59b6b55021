//! Is somebody there? What they say of themselves, what was heard of them, and whether a page of theirs is open.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    record::AvailabilityBody,
    wire::{Availability, PresenceState},
};

/// How long after their last page closed somebody is still there: a page that is loaded again has not left.
pub const LEFT_AFTER: Duration = Duration::from_secs(10);
/// Minutes without a sign after which somebody counts as away, unless they chose otherwise.
pub const AWAY_AFTER_MINUTES: u32 = 15;
/// The most minutes that can be chosen.
pub const AWAY_AFTER_MINUTES_MAX: u32 = 240;

/// What holds for somebody who never said anything.
pub const UNSAID: AvailabilityBody =
    AvailabilityBody { availability: Availability::Online, away_after_minutes: AWAY_AFTER_MINUTES };

/// What is known of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    said: AvailabilityBody,
    /// Sockets of theirs that are open.
    sockets: usize,
    /// When the last of them closed.
    left_at: Option<Timestamp>,
    /// When they last did something.
    active_at: Option<Timestamp>,
}

impl Person {
    /// Somebody of whom nothing was heard.
    #[must_use]
    pub const fn new(said: AvailabilityBody) -> Self {
        Self { said, sockets: 0, left_at: None, active_at: None }
    }

    /// What they say.
    #[must_use]
    pub const fn said(&self) -> AvailabilityBody {
        self.said
    }

    /// When they last did something, where that is known.
    #[must_use]
    pub const fn active_at(&self) -> Option<Timestamp> {
        self.active_at
    }

    /// They say something else. To say it is to do something.
    pub fn say(&mut self, said: AvailabilityBody, now: Timestamp) {
        self.said = said;
        self.did_something(now);
    }

    /// They did something then. What is heard late takes nothing back.
    pub fn did_something(&mut self, at: Timestamp) {
        self.active_at = self.active_at.max(Some(at));
    }

    /// A page of theirs opened a socket. That alone is no sign of them: browsers connect again by themselves. Of
    /// somebody of whom nothing is known it is the best there is.
    pub fn came(&mut self, now: Timestamp) {
        self.sockets += 1;
        self.left_at = None;
        self.active_at.get_or_insert(now);
    }

    /// A socket of theirs closed.
    pub fn left(&mut self, now: Timestamp) {
        self.sockets = self.sockets.saturating_sub(1);
        if self.sockets == 0 {
            self.left_at = Some(now);
        }
    }

    /// How they are to be found now.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> PresenceState {
        let is_leaving = self.left_at.is_some_and(|at| now < at + LEFT_AFTER);
        if self.sockets == 0 && !is_leaving {
            return PresenceState::Offline;
        }
        let minutes = self.said.away_after_minutes;
        let away_after = Duration::from_secs(u64::from(minutes) * 60);
        let is_silent = minutes > 0 && self.active_at.is_none_or(|at| now >= at + away_after);
        match self.said.availability {
            Availability::Away => PresenceState::Away,
            Availability::Online | Availability::Busy if is_silent => PresenceState::Away,
            Availability::Online => PresenceState::Online,
            Availability::Busy => PresenceState::Busy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_760_000_000_000);
    const MINUTE: Duration = Duration::from_secs(60);

    fn said(availability: Availability, away_after_minutes: u32) -> AvailabilityBody {
        AvailabilityBody { availability, away_after_minutes }
    }

    fn there(availability: Availability, away_after_minutes: u32) -> Person {
        let mut person = Person::new(said(availability, away_after_minutes));
        person.came(START);
        person
    }

    #[test]
    fn without_a_page_somebody_is_offline_whatever_they_said() {
        for availability in [Availability::Online, Availability::Busy, Availability::Away] {
            assert_eq!(Person::new(said(availability, 0)).state(START), PresenceState::Offline);
        }
    }

    #[test]
    fn whoever_is_there_is_as_they_say() {
        assert_eq!(there(Availability::Online, 15).state(START), PresenceState::Online);
        assert_eq!(there(Availability::Busy, 15).state(START), PresenceState::Busy);
        assert_eq!(there(Availability::Away, 15).state(START), PresenceState::Away);
    }

    #[test]
    fn whoever_does_nothing_for_their_time_is_away_and_back_when_they_do() {
        for availability in [Availability::Online, Availability::Busy] {
            let mut person = there(availability, 15);
            let before = person.state(START);
            let almost = START + MINUTE * 15 - Duration::from_millis(1);
            assert_eq!(person.state(almost), before);
            assert_eq!(person.state(START + MINUTE * 15), PresenceState::Away);
            person.did_something(START + MINUTE * 20);
            assert_eq!(person.state(START + MINUTE * 20), before);
        }
        assert_eq!(there(Availability::Online, 0).state(START + MINUTE * 600), PresenceState::Online);
    }

    #[test]
    fn whoever_went_away_by_hand_comes_back_by_hand() {
        let mut person = there(Availability::Away, 15);
        person.did_something(START + MINUTE);
        assert_eq!(person.state(START + MINUTE), PresenceState::Away);
        person.say(said(Availability::Online, 15), START + MINUTE * 60);
        assert_eq!(person.state(START + MINUTE * 60), PresenceState::Online);
    }

    #[test]
    fn a_page_that_is_loaded_again_has_not_left_and_a_closed_one_has() {
        let mut person = there(Availability::Online, 15);
        person.left(START + MINUTE);
        assert_eq!(person.state(START + MINUTE + LEFT_AFTER / 2), PresenceState::Online);
        person.came(START + MINUTE + LEFT_AFTER / 2);
        assert_eq!(person.state(START + MINUTE + LEFT_AFTER * 2), PresenceState::Online);
        person.left(START + MINUTE * 2);
        assert_eq!(person.state(START + MINUTE * 2 + LEFT_AFTER), PresenceState::Offline);
    }

    #[test]
    fn of_two_pages_either_may_close() {
        let mut person = there(Availability::Online, 15);
        person.came(START);
        person.left(START);
        assert_eq!(person.state(START + LEFT_AFTER), PresenceState::Online);
        person.left(START);
        assert_eq!(person.state(START + LEFT_AFTER), PresenceState::Offline);
    }

    #[test]
    fn a_browser_that_connects_again_by_itself_is_no_sign_of_anybody() {
        let mut person = there(Availability::Online, 15);
        person.left(START + MINUTE * 30);
        person.came(START + MINUTE * 31);
        assert_eq!(person.state(START + MINUTE * 31), PresenceState::Away);
        person.did_something(START + MINUTE);
        assert_eq!(person.state(START + MINUTE * 31), PresenceState::Away, "heard late");
    }
}
