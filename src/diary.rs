//! Rows that are written as time goes by and read backwards, page by page: the audit trail, the log of runs.

use std::{fmt, str::FromStr, time::Duration};

use futures_util::future::try_join_all;
use switchboard_actors::{Refusal, house::no_cursor};
use switchboard_ports::store::{self, Records, Scan};
use switchboard_schema::{
    TenantScope, Timestamp,
    table::{Cell, Record},
};

/// Rows that one page looks at, at most, before it answers with what it has.
const LOOKED_AT_MAX: usize = 4_000;
/// Periods without a row that one page passes, at most.
const PERIODS_MAX: usize = 32;
/// Rows that are read of a part at once.
const READ_AT_ONCE: usize = 200;

/// A row of a diary. Its partition is a period of time and one of the parts of that; within it come time and id.
pub(crate) trait Diary: Record {
    /// What tells rows of the same time apart.
    type Id: Copy + Ord;
    /// How much time a period spans.
    const PERIOD: Duration;
    /// Parts of a period.
    const PARTS: u8;
    /// The id behind every other.
    const LAST: Self::Id;

    /// Its place in time.
    fn place(&self) -> Place<Self::Id>;
    /// The key of a row there would be.
    fn key_of(period: i64, part: i64, place: Place<Self::Id>) -> Vec<Cell>;
}

/// A place in a diary, which is read backwards: what comes next is older. As text it is a page's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place<I> {
    /// When.
    pub(crate) at: Timestamp,
    /// Which of then.
    pub(crate) id: I,
}

impl<I: fmt::Display> fmt::Display for Place<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millis(), self.id)
    }
}

impl<I: FromStr> FromStr for Place<I> {
    type Err = Refusal;

    /// # Errors
    /// [`Refusal::Invalid`] for what is no cursor.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        let place = text.split_once('.').and_then(|(at, id)| {
            Some(Self { at: Timestamp::from_millis(at.parse().ok()?), id: id.parse().ok()? })
        });
        place.ok_or_else(no_cursor)
    }
}

/// Rows of a diary, newest first.
pub(crate) struct Page<D: Diary> {
    /// Those that are meant.
    pub(crate) rows: Vec<D>,
    /// Behind what the next page begins; nothing at the end.
    pub(crate) next: Option<Place<D::Id>>,
}

/// In which period a time is.
const fn period<D: Diary>(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(D::PERIOD.as_millis() as i64)
}

fn partition<D: Diary>(period: i64, part: u8, place: Place<D::Id>) -> Vec<Cell> {
    let mut key = D::key_of(period, part.into(), place);
    key.truncate(D::TABLE.partition.len());
    key
}

/// A page, newest first: at most `limit` rows that are meant from behind `after`, or from `now`, none older than
/// `oldest`. Where long stretches of time hold nothing that is meant it has fewer, even none, and goes on from there.
///
/// # Errors
/// When the store does not answer.
pub(crate) async fn page<D: Diary>(
    records: &Records,
    scope: TenantScope,
    (oldest, now): (Timestamp, Timestamp),
    after: Option<Place<D::Id>>,
    is_meant: impl Fn(&D) -> bool,
    limit: usize,
) -> Result<Page<D>, store::Error> {
    // Behind everything that is not newer than this time.
    let until = |at| Place { at, id: D::LAST };
    let mut place = after.unwrap_or_else(|| until(now));
    let (mut found, mut looked_at, mut passed) = (Vec::new(), 0, 0);
    let oldest = period::<D>(oldest);
    while period::<D>(place.at) >= oldest {
        if looked_at >= LOOKED_AT_MAX || passed >= PERIODS_MAX {
            return Ok(Page { rows: found, next: Some(place) });
        }
        let period = period::<D>(place.at);
        let parts = (0..D::PARTS).map(|part| {
            let clustering = D::key_of(period, part.into(), place).split_off(D::TABLE.partition.len());
            let scan = Scan::of::<D>(partition::<D>(period, part, place));
            let scan = scan.after(Some(clustering)).reversed().limit(READ_AT_ONCE);
            records.scan::<D>(scope, scan)
        });
        let parts = try_join_all(parts).await?;
        // Behind the end of a part that was not read to its end nothing is known.
        let full = parts.iter().filter(|rows| rows.len() == READ_AT_ONCE);
        let known_to = full.filter_map(|rows| rows.last()).map(D::place).max();
        let mut rows: Vec<_> = parts.into_iter().flatten().collect();
        rows.retain(|row| known_to.is_none_or(|known| row.place() >= known));
        rows.sort_by_key(|row| std::cmp::Reverse(row.place()));
        looked_at += rows.len();
        for row in rows {
            place = row.place();
            if is_meant(&row) {
                found.push(row);
                if found.len() >= limit {
                    return Ok(Page { rows: found, next: Some(place) });
                }
            }
        }
        if known_to.is_none() {
            passed += 1;
            let begins = period.saturating_mul(D::PERIOD.as_millis() as i64);
            if begins <= 0 {
                break;
            }
            place = until(Timestamp::from_millis(begins - 1));
        }
    }
    Ok(Page { rows: found, next: None })
}
