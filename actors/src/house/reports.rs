//! Reports: how it stands, from the tenant's memory; what happened, from sums and the rows behind them.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use switchboard_domain::{
    report::{
        Fact,
        calendar::Calendar,
        history::Tally,
        rows::{self, Place as RowPlace, Wanted},
    },
    search::text,
};
use switchboard_ports::store::{self, Scan};
use switchboard_schema::{
    ConversationId, TenantScope, Timestamp,
    record::{REPORT_SLOT_SECONDS, ReportFactRow, ReportOf, RollupRow, report_day},
    table::CellType as _,
    wire,
};

use super::{House, no_cursor};
use crate::{Refusal, conversation::Place, log, reporting, tenant};

/// Days that are read at once.
const DAYS_AT_ONCE: usize = 8;
/// Rows that are looked through for one page, at most: with more, the page ends early and the next goes on.
const LOOKED_AT_MAX: usize = 20_000;
/// Rows that are read at once.
const READ_AT_ONCE: usize = 500;
/// Events of which it is not noted that they count for nothing.
const NOTED_AFTER: u64 = 500;
/// Longest words about a rating that are shown, in characters.
const COMMENT_CHARS_MAX: usize = 1_000;

impl House {
    /// How it stands at this moment.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn live_report(&self, scope: TenantScope) -> Result<wire::LiveReport, Refusal> {
        self.ask_tenant(scope, tenant::Letter::Live).await
    }

    /// What happened, added up.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn report(&self, scope: TenantScope, mut tally: Tally) -> Result<wire::ReportHistory, Refusal> {
        // Before the sums: what comes meanwhile is in them, or counted here.
        let lag = self.report_lag(scope).await?;
        let needs = tally.needs();
        let last = Timestamp::from_millis(needs.to.as_millis() - 1);
        let days = (report_day(needs.from)..=report_day(last)).map(|day| {
            let scan = Scan::of::<RollupRow>(RollupRow::partition(day));
            self.env.records.all::<RollupRow>(scope, scan)
        });
        let mut days = stream::iter(days).buffered(DAYS_AT_ONCE);
        while let Some(rows) = days.try_next().await? {
            for row in rows {
                let seconds = row.day * 24 * 3_600 + row.slot * REPORT_SLOT_SECONDS;
                if let Some(of) = ReportOf::of_key(&row.whose) {
                    tally.add(Timestamp::from_secs(seconds), &of, &row.body.0);
                }
            }
        }
        Ok(wire::ReportHistory { lag, ..tally.finish() })
    }

    /// What is not counted yet.
    async fn report_lag(&self, scope: TenantScope) -> Result<Option<wire::ReportLag>, Refusal> {
        let told = self.place(scope).await?.offset;
        let (counted, unsure) = match self.env.counting.place(scope) {
            Some(place) => (place, 0),
            None => (log::place(&self.env.records, scope, reporting::NAME).await?.unwrap_or(0), NOTED_AFTER),
        };
        let events = told.saturating_sub(counted);
        Ok((events > unsure).then_some(wire::ReportLag { events }))
    }

    /// Rows behind a figure, the newest first, at most so many, and where the next page begins.
    ///
    /// # Errors
    /// `cursor` is none of ours, or the store cannot be read.
    pub async fn report_rows(
        &self,
        scope: TenantScope,
        wanted: &Wanted,
        calendar: &Calendar,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<wire::ReportRow>, Option<String>), Refusal> {
        let after = cursor.map(str::parse::<RowPlace>).transpose().map_err(|_| no_cursor())?;
        let (facts, more) = self.facts(scope, wanted, calendar, after, limit).await?;
        let shown = facts.into_iter().map(|fact| self.row(scope, fact));
        let rows = stream::iter(shown).buffered(DAYS_AT_ONCE).try_collect::<Vec<_>>().await?;
        Ok((rows, more.map(|place| place.to_string())))
    }

    /// The facts of a page, and where the next one goes on.
    async fn facts(
        &self,
        scope: TenantScope,
        wanted: &Wanted,
        calendar: &Calendar,
        after: Option<RowPlace>,
        limit: usize,
    ) -> Result<(Vec<Fact>, Option<RowPlace>), store::Error> {
        let kind = wanted.kept_as();
        let last = Timestamp::from_millis(wanted.span.to.as_millis() - 1);
        let newest = after.map_or(last, |after| after.at.min(last));
        let (mut found, mut looked_at, mut place) = (Vec::new(), 0, after);
        for day in (report_day(wanted.span.from)..=report_day(newest)).rev() {
            let mut page = place.filter(|place| report_day(place.at) == day);
            loop {
                let key = page.map(|place| {
                    vec![place.at.into_cell(), place.conversation_id.into_cell(), place.seq.into_cell()]
                });
                let scan = Scan::of::<ReportFactRow>(ReportFactRow::partition(kind.name().to_owned(), day));
                let scan = scan.reversed().after(key).limit(READ_AT_ONCE);
                let rows = self.env.records.scan::<ReportFactRow>(scope, scan).await?;
                let full = rows.len() == READ_AT_ONCE;
                for row in rows {
                    let ReportFactRow { at, conversation_id, seq, body, .. } = row;
                    let fact = Fact { kind, at, conversation_id, seq, body: body.0 };
                    looked_at += 1;
                    let finds = wanted.finds(&fact, calendar);
                    if (finds && found.len() == limit) || looked_at > LOOKED_AT_MAX {
                        return Ok((found, page.or(place)));
                    }
                    page = Some(RowPlace::of(&fact));
                    if finds {
                        found.push(fact);
                    }
                }
                place = page;
                if !full {
                    break;
                }
            }
        }
        Ok((found, None))
    }

    /// A row, with what is said elsewhere.
    async fn row(&self, scope: TenantScope, fact: Fact) -> Result<wire::ReportRow, Refusal> {
        let mut row = rows::row(&fact);
        let conversation = self.listed(scope, fact.conversation_id).await?;
        row.contact_name = conversation.map(|conversation| conversation.contact.name).unwrap_or_default();
        let comment = fact.body.episode.rating.and_then(|rating| rating.comment_seq);
        if let Some(seq) = comment {
            row.comment = self.said(scope, fact.conversation_id, seq).await?;
        }
        Ok(row)
    }

    /// What an item says, where it was not taken back.
    async fn said(
        &self,
        scope: TenantScope,
        id: ConversationId,
        seq: u64,
    ) -> Result<Option<String>, store::Error> {
        let place = Place { env: self.env.clone(), scope, id };
        let item = place.item(seq).await?.filter(|item| item.deleted_at.is_none());
        let message = item.map(|item| switchboard_domain::conversation::show_item(id, &item));
        let said = message.and_then(|message| text::said(&message));
        Ok(said.map(|said| said.chars().take(COMMENT_CHARS_MAX).collect()))
    }
}
