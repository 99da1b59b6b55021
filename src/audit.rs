//! The audit trail of each workspace: writes what is done together with who did it, and reads it.
//!
//! What people do in conversations comes from the items of their threads (`actors/src/tenant.rs`); everything else comes
//! through here.

use std::{fmt, str::FromStr, sync::Arc};

use futures_util::future::try_join_all;
use switchboard_actors::{Refusal, house::no_cursor};
use switchboard_domain::audit::{By, Deed, Wanted};
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Lane, Mutation, Records, Scan},
};
use switchboard_schema::{
    AuditId, TenantScope, Timestamp,
    record::{AUDIT_PARTS, AUDIT_PERIOD, AuditRow, audit_period},
    table::{Cell, Record as _},
    wire,
};

/// Rows that one page looks at, at most, before it answers with what it has.
const LOOKED_AT_MAX: usize = 4_000;
/// Periods without an act that one page passes, at most.
const PERIODS_MAX: usize = 24;
/// Rows that are read of a part at once.
const READ_AT_ONCE: usize = 200;

/// Writes and reads it.
#[derive(Clone)]
pub(crate) struct Auditor {
    records: Records,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A place in the trail, which is read backwards: what comes next is older. As text it is a page's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    at: Timestamp,
    id: AuditId,
}

impl Place {
    /// Behind everything that is not newer than this time.
    const fn until(at: Timestamp) -> Self {
        Self { at, id: AuditId::from_bytes([0xff; 16]) }
    }

    /// Its key within a part.
    fn clustering(self) -> Vec<Cell> {
        AuditRow::key(0, 0, self.at, self.id).split_off(AuditRow::TABLE.partition.len())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.as_millis(), self.id)
    }
}

impl FromStr for Place {
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

impl Auditor {
    /// The trail in this store.
    pub(crate) const fn new(records: Records, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { records, clock, entropy }
    }

    fn row(&self, by: &By, deed: Deed) -> AuditRow {
        deed.row(AuditId::from_bytes(self.entropy.id()), self.clock.now(), by)
    }

    /// Writes a row together with the entry that says who had it written: in the end both are there, or neither.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn write(
        &self,
        scope: TenantScope,
        by: &By,
        row: Mutation,
        deed: Deed,
    ) -> Result<(), Refusal> {
        let rows = vec![row, Mutation::put(self.row(by, deed))];
        Ok(self.records.store().commit_many(scope.into(), Lane::Interactive, rows).await?)
    }

    /// Writes an entry by itself, before something is done whose rows are of no workspace: of what was done there is one,
    /// though there may be one of what was just not done any more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn note(&self, scope: TenantScope, by: &By, deed: Deed) -> Result<(), Refusal> {
        Ok(self.records.put(scope, Lane::Interactive, self.row(by, deed)).await?)
    }

    /// A page of the trail, newest first: at most `limit` acts from behind `after`, none older than the workspace.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn page(
        &self,
        scope: TenantScope,
        founded_at: Timestamp,
        wanted: &Wanted,
        after: Option<Place>,
        limit: usize,
    ) -> Result<wire::AuditPage, Refusal> {
        let mut place = after.unwrap_or_else(|| Place::until(self.clock.now()));
        let (mut entries, mut looked_at, mut passed) = (Vec::new(), 0, 0);
        let oldest = audit_period(founded_at);
        while audit_period(place.at) >= oldest {
            if looked_at >= LOOKED_AT_MAX || passed >= PERIODS_MAX {
                return Ok(wire::AuditPage { entries, next_cursor: Some(place.to_string()) });
            }
            let period = audit_period(place.at);
            let parts = (0..AUDIT_PARTS).map(|part| {
                let scan = Scan::of::<AuditRow>(AuditRow::partition(period, part.into()));
                let scan = scan.after(Some(place.clustering())).reversed().limit(READ_AT_ONCE);
                self.records.scan::<AuditRow>(scope, scan)
            });
            let parts = try_join_all(parts).await?;
            // Behind the end of a part that was not read to its end nothing is known.
            let full = parts.iter().filter(|rows| rows.len() == READ_AT_ONCE);
            let known_to =
                full.filter_map(|rows| rows.last()).map(|row| Place { at: row.at, id: row.id }).max();
            let mut rows: Vec<_> = parts.into_iter().flatten().collect();
            rows.retain(|row| known_to.is_none_or(|known| Place { at: row.at, id: row.id } >= known));
            rows.sort_by_key(|row| std::cmp::Reverse((row.at, row.id)));
            looked_at += rows.len();
            for row in rows {
                place = Place { at: row.at, id: row.id };
                if wanted.takes(&row.body.0) {
                    entries.push(row.body.0);
                    if entries.len() >= limit {
                        return Ok(wire::AuditPage { entries, next_cursor: Some(place.to_string()) });
                    }
                }
            }
            if known_to.is_none() {
                passed += 1;
                let begins = period.saturating_mul(AUDIT_PERIOD.as_millis() as i64);
                if begins <= 0 {
                    break;
                }
                place = Place::until(Timestamp::from_millis(begins - 1));
            }
        }
        Ok(wire::AuditPage { entries, next_cursor: None })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use switchboard_schema::{TenantId, wire::AuditAct};

    use super::*;
    use crate::{boot::Backends, config::Config};

    /// A time of day that stands.
    struct Still(Timestamp);

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "a test acts in a workspace of its own")]
    async fn every_act_of_years_is_on_one_page_and_in_its_order() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[store]\npath = {:?}", folder.path());
        let config = Config::from_sources("", &text, std::iter::empty()).unwrap();
        let Backends { records, entropy, .. } = Backends::open(&config).await.unwrap();
        let now = Timestamp::from_secs(1_800_000_000);
        let auditor = Auditor::new(records.clone(), Arc::new(Still(now)), entropy);
        let scope = TenantScope::assume(TenantId::from_bytes([7; 16]));
        let founded_at = now - Duration::from_secs(3 * 365 * 86_400);
        // Many at once, some at the edges of periods, and years without any.
        let begins = Timestamp::from_millis(audit_period(now) * AUDIT_PERIOD.as_millis() as i64);
        let days = |days: u64| Duration::from_secs(days * 86_400);
        let times = (0..700)
            .map(|nth| now - Duration::from_millis(nth / 3))
            .chain([begins, begins - Duration::from_millis(1), begins - days(40)])
            .chain([founded_at, founded_at + days(1)]);
        let mut written = Vec::new();
        for (nth, at) in times.enumerate() {
            let act = if nth % 5 == 0 { AuditAct::TeamMade } else { AuditAct::SignedIn };
            let id = AuditId::derived(&[&nth.to_be_bytes()]);
            let row = Deed::new(act).row(id, at, &By::server());
            written.push(row.body.0.clone());
            records.put(scope, Lane::Bulk, row).await.unwrap();
        }
        written.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
        let teams = Wanted { area: Some(wire::AuditArea::Teams), ..Wanted::default() };
        for wanted in [Wanted::default(), teams] {
            let (mut read, mut place, mut pages) = (Vec::new(), None, 0);
            loop {
                let page = auditor.page(scope, founded_at, &wanted, place, 60).await.unwrap();
                assert!(page.entries.len() <= 60);
                read.extend(page.entries);
                pages += 1;
                match page.next_cursor {
                    Some(cursor) => place = Some(cursor.parse::<Place>().unwrap()),
                    None => break,
                }
            }
            let expected: Vec<_> = written.iter().filter(|entry| wanted.takes(entry)).cloned().collect();
            assert_eq!(read, expected);
            assert!(pages < 20, "a page passes what is empty: {pages}");
        }
    }
}
