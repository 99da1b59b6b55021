//! Whom an account wrote to first, within the provider's limit.
//!
//! Meta (messaging limits): so many different people may be written to outside their windows in any 24 hours, from all
//! numbers of a portfolio together. Who is written to again counts once, from the last time. Which portfolio an account
//! belongs to is not told, so each account is held to the limit by itself.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use switchboard_schema::{ContactId, Timestamp};

/// The time in which people are counted.
pub const COUNTED_FOR: Duration = Duration::from_secs(24 * 3_600);

/// Who was written to in the last 24 hours.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    last: HashMap<ContactId, Timestamp>,
    order: BTreeSet<(Timestamp, ContactId)>,
}

impl Ledger {
    /// Somebody was written to at a time.
    pub fn note(&mut self, contact: ContactId, at: Timestamp) {
        let last = self.last.entry(contact).or_insert(at);
        if *last <= at {
            self.order.remove(&(*last, contact));
            *last = at;
        }
        self.order.insert((*last, contact));
    }

    /// Somebody is about to be written to.
    ///
    /// # Errors
    /// When there is room again, where there is none now.
    pub fn begin(&mut self, contact: ContactId, people_max: u32, now: Timestamp) -> Result<(), Timestamp> {
        self.room_for(contact, people_max, now)?;
        self.note(contact, now);
        Ok(())
    }

    /// Might somebody be written to now? Nobody is counted.
    ///
    /// # Errors
    /// When there is room again, where there is none now.
    pub fn room_for(&mut self, contact: ContactId, people_max: u32, now: Timestamp) -> Result<(), Timestamp> {
        match self.full_until(people_max, now) {
            Some(room_at) if !self.last.contains_key(&contact) => Err(room_at),
            _ => Ok(()),
        }
    }

    /// When there is room for another, where there is none now.
    pub fn full_until(&mut self, people_max: u32, now: Timestamp) -> Option<Timestamp> {
        while let Some(&(at, gone)) = self.order.first().filter(|(at, _)| *at + COUNTED_FOR <= now) {
            self.order.remove(&(at, gone));
            self.last.remove(&gone);
        }
        let leaving = self.last.len().checked_sub(people_max as usize)?;
        // The one whose going makes room, where the limit was lowered since.
        let at = self.order.iter().nth(leaving).map_or(now, |(at, _)| *at);
        Some(at + COUNTED_FOR)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn contact(nth: u8) -> ContactId {
        ContactId::from_bytes([nth; 16])
    }

    #[test]
    fn one_too_many_is_told_when_there_is_room_and_then_there_is() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.begin(contact(1), 2, START), Ok(()));
        let later = START + Duration::from_secs(60);
        assert_eq!(ledger.begin(contact(2), 2, later), Ok(()));
        let room = ledger.begin(contact(3), 2, later).expect_err("two are two");
        assert_eq!(room, START + COUNTED_FOR);
        assert_eq!(ledger.begin(contact(1), 2, later), Ok(()), "who was written to already");
        // That was the last time of the first: now the second leaves first.
        assert!(ledger.begin(contact(3), 2, room).is_err());
        assert_eq!(ledger.begin(contact(3), 2, later + COUNTED_FOR), Ok(()));
    }

    #[test]
    fn a_limit_that_was_lowered_waits_for_as_many_as_are_too_many() {
        let mut ledger = Ledger::default();
        for nth in 0..5_u8 {
            ledger.note(contact(nth), START + Duration::from_secs(u64::from(nth)));
        }
        let now = START + Duration::from_secs(10);
        let room = ledger.begin(contact(9), 2, now).expect_err("five are more than two");
        assert_eq!(room, START + Duration::from_secs(3) + COUNTED_FOR);
        assert_eq!(ledger.begin(contact(9), 2, room), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn no_day_wherever_it_begins_holds_more_people_than_the_limit(
            limit in 1_u32..6,
            acts in proptest::collection::vec((0_u8..12, 0_u64..20_000), 1..200),
        ) {
            let (mut ledger, mut now, mut sent) = (Ledger::default(), START, Vec::new());
            for (nth, pause) in acts {
                now = now + Duration::from_secs(pause);
                match ledger.begin(contact(nth), limit, now) {
                    Ok(()) => sent.push((now, nth)),
                    Err(room) => assert!(now < room && room <= now + COUNTED_FOR),
                }
            }
            for (end, _) in &sent {
                let day = sent.iter().filter(|(at, _)| at <= end && *at + COUNTED_FOR > *end);
                let people: HashSet<u8> = day.map(|(_, nth)| *nth).collect();
                assert!(people.len() <= limit as usize);
            }
        }
    }
}
