//! What was sent, compared with what is there: pure counting.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use crate::target::Thread;

/// A customer's message that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// Its mark.
    pub(crate) mark: u64,
    /// When it left.
    pub(crate) left_at: Instant,
    /// When its answer was there.
    pub(crate) answered_at: Instant,
}

/// What is not as it was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Marks that are there.
    pub(crate) stored: u64,
    /// Messages that were acknowledged and are not there.
    pub(crate) lost: u64,
    /// Messages that are there more than once.
    pub(crate) twice: u64,
    /// Places in conversations where a number is left out or twice there.
    pub(crate) holes: u64,
    /// Messages that stand behind one that left only after they were acknowledged.
    pub(crate) disordered: u64,
}

impl Findings {
    /// Compares conversations with the customers' messages that were acknowledged.
    pub(crate) fn of(threads: &[Thread], taken: &[Taken]) -> Self {
        let times: HashMap<u64, &Taken> = taken.iter().map(|taken| (taken.mark, taken)).collect();
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for mark in marks(threads) {
            *counts.entry(mark).or_default() += 1;
        }
        Self {
            stored: counts.len() as u64,
            lost: taken.iter().filter(|taken| !counts.contains_key(&taken.mark)).count() as u64,
            twice: counts.values().filter(|count| **count > 1).count() as u64,
            holes: threads.iter().map(holes).sum(),
            disordered: threads.iter().map(|thread| disordered(thread, &times)).sum(),
        }
    }

    /// In words.
    pub(crate) fn defects(self) -> Vec<String> {
        in_words(&[
            (self.lost, "acknowledged messages are not there"),
            (self.twice, "messages are there twice"),
            (self.holes, "holes in the numbers of conversations"),
            (self.disordered, "messages stand behind one that left later than they were acknowledged"),
        ])
    }
}

/// Counts of what should not be, those that are not zero, with their words.
pub(crate) fn in_words(counts: &[(u64, &str)]) -> Vec<String> {
    let found = counts.iter().filter(|(count, _)| *count > 0);
    found.map(|(count, what)| format!("{count} {what}")).collect()
}

fn marks(threads: &[Thread]) -> impl Iterator<Item = u64> {
    threads.iter().flat_map(|Thread(items)| items).filter_map(|item| item.mark)
}

fn holes(Thread(items): &Thread) -> u64 {
    let first = items.first().is_some_and(|item| item.seq != 1);
    let between = items.windows(2).filter(|pair| pair[1].seq != pair[0].seq + 1).count();
    u64::from(first) + between as u64
}

/// Real time alone orders messages: of two that were under way at once, either may be first.
fn disordered(Thread(items): &Thread, times: &HashMap<u64, &Taken>) -> u64 {
    let mut first_answer: Option<Instant> = None;
    let mut count = 0;
    for taken in items.iter().rev().filter_map(|item| times.get(&item.mark?)) {
        count += u64::from(first_answer.is_some_and(|answered_at| answered_at <= taken.left_at));
        first_answer = Some(first_answer.map_or(taken.answered_at, |first| first.min(taken.answered_at)));
    }
    count
}

/// How often each answer that should have gone out did: none, more than one, and pairs of a conversation that went out
/// in another order than they stand in. `sent` are the marks that the provider accepted, in its order.
pub(crate) fn outgoing(threads: &[Thread], sent: &[u64], due: &HashSet<u64>) -> Outgoing {
    let mut places: HashMap<u64, (usize, u32)> = HashMap::new();
    for (place, mark) in sent.iter().enumerate() {
        places.entry(*mark).or_insert((place, 0)).1 += 1;
    }
    let mut found = Outgoing {
        not_sent: due.iter().filter(|mark| !places.contains_key(mark)).count() as u64,
        sent_twice: places.values().filter(|(_, count)| *count > 1).count() as u64,
        ..Outgoing::default()
    };
    for Thread(items) in threads {
        let in_order: Vec<usize> = items.iter().filter_map(|item| Some(places.get(&item.mark?)?.0)).collect();
        found.disordered += in_order.windows(2).filter(|pair| pair[0] > pair[1]).count() as u64;
    }
    found
}

/// What is not as it should be with the house's own messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// The provider never accepted it.
    pub(crate) not_sent: u64,
    /// The provider accepted it more than once.
    pub(crate) sent_twice: u64,
    /// Neighbours of a conversation that went out in the other order.
    pub(crate) disordered: u64,
}

impl Outgoing {
    /// In words.
    pub(crate) fn defects(self) -> Vec<String> {
        in_words(&[
            (self.not_sent, "answers never reached the provider"),
            (self.sent_twice, "answers reached the provider twice"),
            (self.disordered, "answers went out in another order than they stand in"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::target::Item;

    fn thread(items: &[(u64, Option<u64>)]) -> Thread {
        Thread(items.iter().map(|(seq, mark)| Item { seq: *seq, mark: *mark, ..Item::default() }).collect())
    }

    fn taken(origin: Instant, mark: u64, left_ms: u64, answered_ms: u64) -> Taken {
        let at = |ms| origin + Duration::from_millis(ms);
        Taken { mark, left_at: at(left_ms), answered_at: at(answered_ms) }
    }

    #[test]
    fn what_is_as_it_was_sent_has_no_findings() {
        let origin = Instant::now();
        let threads = [thread(&[(1, Some(7)), (2, None), (3, Some(8))]), thread(&[(1, Some(9))])];
        let all = [taken(origin, 7, 0, 1), taken(origin, 8, 2, 3), taken(origin, 9, 2, 4)];
        assert_eq!(Findings::of(&threads, &all), Findings { stored: 3, ..Findings::default() });
        assert!(Findings::of(&threads, &all).defects().is_empty());
    }

    #[test]
    fn what_is_lost_twice_there_or_left_out_is_found() {
        let origin = Instant::now();
        let threads = [thread(&[(1, Some(7)), (3, Some(7))])];
        let found = Findings::of(&threads, &[taken(origin, 7, 0, 1), taken(origin, 8, 2, 3)]);
        assert_eq!(found, Findings { stored: 1, lost: 1, twice: 1, holes: 1, disordered: 0 });
        assert_eq!(found.defects().len(), 3);
    }

    #[test]
    fn order_is_that_of_real_time_only() {
        let origin = Instant::now();
        let threads = [thread(&[(1, Some(1)), (2, Some(2)), (3, Some(3))])];
        let at_once = [taken(origin, 1, 5, 9), taken(origin, 2, 4, 6), taken(origin, 3, 0, 7)];
        assert_eq!(Findings::of(&threads, &at_once).disordered, 0, "all were under way together");
        let late = [taken(origin, 1, 7, 9), taken(origin, 2, 4, 6), taken(origin, 3, 0, 4)];
        assert_eq!(Findings::of(&threads, &late).disordered, 2, "3 was there before 1 and 2 left");
    }

    #[test]
    fn answers_go_out_once_and_in_their_order() {
        let threads = [thread(&[(1, Some(1)), (2, Some(2))]), thread(&[(1, Some(3))])];
        let due = HashSet::from([1, 2, 3]);
        assert_eq!(outgoing(&threads, &[3, 1, 2], &due), Outgoing::default());
        let found = outgoing(&threads, &[2, 1, 1], &due);
        assert_eq!(found, Outgoing { not_sent: 1, sent_twice: 1, disordered: 1 });
        assert_eq!(found.defects().len(), 3);
    }
}
