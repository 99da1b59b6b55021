//! Updates that came before their message, until it comes.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use switchboard_schema::{Timestamp, record::OrphanRow, table::Cell};

/// Updates that wait for their message, at most; for one more the oldest is given up.
pub(super) const MAX_ORPHANS: usize = 10_000;
/// How long an orphan waits: Meta repeats webhooks for seven days.
pub(super) const ORPHAN_LIFE: Duration = Duration::from_secs(8 * 24 * 3_600);

/// They, by the provider's id of the message they wait for.
#[derive(Default)]
pub(super) struct Orphans {
    waiting: HashMap<String, Vec<OrphanRow>>,
    /// The order in which they came; what was taken since may still be named.
    order: VecDeque<(Timestamp, String)>,
    count: usize,
}

/// The key of an orphan's row.
pub(super) fn key_of(row: &OrphanRow) -> Vec<Cell> {
    OrphanRow::key(row.channel_id, row.provider_hash.clone(), row.update_hash.clone())
}

impl Orphans {
    /// Those that were stored.
    pub(super) fn of(mut rows: Vec<OrphanRow>) -> Self {
        rows.sort_by_key(|row| row.at);
        let mut orphans = Self::default();
        for row in rows {
            orphans.add(row);
        }
        orphans
    }

    /// Keeps one, unless it is kept already. Where there are too many, gives the oldest up.
    pub(super) fn keep(&mut self, row: OrphanRow, now: Timestamp) -> Option<OrphanRow> {
        // What has waited too long is gone from the store by itself.
        while self.order.front().is_some_and(|(at, _)| *at + ORPHAN_LIFE <= now) {
            self.pop_oldest();
        }
        self.add(row);
        if self.count > MAX_ORPHANS { self.pop_oldest() } else { None }
    }

    /// Those that wait for a message, oldest first.
    pub(super) fn take(&mut self, provider_id: &str) -> Vec<OrphanRow> {
        let taken = self.waiting.remove(provider_id).unwrap_or_default();
        self.count -= taken.len();
        if self.order.len() > 2 * MAX_ORPHANS {
            self.order.retain(|(_, id)| self.waiting.contains_key(id));
        }
        taken
    }

    fn add(&mut self, row: OrphanRow) {
        let known = self.waiting.entry(row.provider_id.clone()).or_default();
        if known.iter().any(|kept| kept.update_hash == row.update_hash) {
            return;
        }
        self.order.push_back((row.at, row.provider_id.clone()));
        known.push(row);
        self.count += 1;
    }

    fn pop_oldest(&mut self) -> Option<OrphanRow> {
        while let Some((at, provider_id)) = self.order.pop_front() {
            let Some(rows) = self.waiting.get_mut(&provider_id) else { continue };
            let Some(place) = rows.iter().position(|row| row.at == at) else { continue };
            let row = rows.remove(place);
            self.count -= 1;
            if rows.is_empty() {
                self.waiting.remove(&provider_id);
            }
            return Some(row);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::ChannelId;

    use super::*;

    fn row(provider_id: &str, update: u32, at: i64) -> OrphanRow {
        OrphanRow {
            channel_id: ChannelId::from_bytes([1; 16]),
            provider_hash: provider_id.as_bytes().to_vec(),
            update_hash: update.to_be_bytes().to_vec(),
            at: Timestamp::from_secs(at),
            provider_id: provider_id.to_owned(),
            body: Vec::new(),
        }
    }

    fn now(at: i64) -> Timestamp {
        Timestamp::from_secs(at)
    }

    #[test]
    fn those_of_one_message_come_in_the_order_in_which_they_came_each_once() {
        let mut orphans = Orphans::default();
        for (update, at) in [(1, 10), (2, 11), (1, 12)] {
            assert_eq!(orphans.keep(row("a", update, at), now(at)), None);
        }
        assert_eq!(orphans.keep(row("b", 1, 13), now(13)), None);
        assert_eq!(orphans.take("a"), [row("a", 1, 10), row("a", 2, 11)]);
        assert_eq!(orphans.take("a"), []);
        assert_eq!(orphans.count, 1);
    }

    #[test]
    fn for_one_too_many_the_oldest_is_given_up() {
        let most = i64::try_from(MAX_ORPHANS).unwrap();
        let stored = (0..most).map(|n| row(&n.to_string(), 0, n)).rev().collect();
        let mut orphans = Orphans::of(stored);
        assert_eq!(orphans.take("0").len(), 1);
        assert_eq!(orphans.keep(row("new", 0, most), now(most)), None);
        assert_eq!(orphans.keep(row("newer", 0, most), now(most)), Some(row("1", 0, 1)));
        assert_eq!(orphans.count, MAX_ORPHANS);
    }

    #[test]
    fn what_has_waited_too_long_takes_no_room() {
        let mut orphans = Orphans::default();
        orphans.keep(row("a", 0, 0), now(0));
        let later = Timestamp::from_secs(0) + ORPHAN_LIFE;
        orphans.keep(OrphanRow { at: later, ..row("b", 0, 0) }, later);
        assert_eq!((orphans.count, orphans.take("a").len()), (1, 0));
    }

    #[test]
    fn who_is_taken_leaves_no_trace() {
        let mut orphans = Orphans::default();
        for n in 0..3 * MAX_ORPHANS {
            orphans.keep(row(&n.to_string(), 0, 1), now(1));
            orphans.take(&n.to_string());
        }
        assert_eq!((orphans.count, orphans.waiting.len()), (0, 0));
        assert!(orphans.order.len() <= 2 * MAX_ORPHANS);
    }
}
