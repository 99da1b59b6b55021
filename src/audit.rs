//! The audit trail of each workspace: writes what is done together with who did it, and reads it.
//!
//! What people do in conversations comes from the items of their threads (`actors/src/tenant.rs`); everything else comes
//! through here.

use std::{sync::Arc, time::Duration};

use switchboard_actors::Refusal;
use switchboard_domain::audit::{By, Deed, Wanted};
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Lane, Mutation, Records},
};
use switchboard_schema::{
    AuditId, TenantScope, Timestamp,
    record::{AUDIT_PARTS, AUDIT_PERIOD, AuditRow},
    table::Cell,
    wire,
};

use crate::diary::{self, Diary};

/// Writes and reads it.
#[derive(Clone)]
pub(crate) struct Auditor {
    records: Records,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// A place in the trail.
pub(crate) type Place = diary::Place<AuditId>;

impl Diary for AuditRow {
    type Id = AuditId;
    const PERIOD: Duration = AUDIT_PERIOD;
    const PARTS: u8 = AUDIT_PARTS;
    const LAST: AuditId = AuditId::from_bytes([0xff; 16]);

    fn place(&self) -> Place {
        Place { at: self.at, id: self.id }
    }

    fn key_of(period: i64, part: i64, Place { at, id }: Place) -> Vec<Cell> {
        Self::key(period, part, at, id)
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
        let span = (founded_at, self.clock.now());
        let is_meant = |row: &AuditRow| wanted.takes(&row.body.0);
        let page = diary::page(&self.records, scope, span, after, is_meant, limit).await?;
        Ok(wire::AuditPage {
            entries: page.rows.into_iter().map(|row| row.body.0).collect(),
            next_cursor: page.next.map(|place| place.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{TenantId, record::audit_period, wire::AuditAct};

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
