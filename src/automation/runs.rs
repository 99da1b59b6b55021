//! The log of runs.

use std::time::Duration;

use switchboard_actors::Refusal;
use switchboard_schema::{
    AutomationRunId, ConversationId, MacroId, RuleId, TenantScope,
    record::{AutomationRunRow, RUNS_LIFE, RUNS_PERIOD},
    table::Cell,
    wire::{AutomationRun, AutomationRunPage, RunOutcome},
};

use super::Automation;
use crate::diary::{self, Diary, Place};

impl Diary for AutomationRunRow {
    type Id = AutomationRunId;
    const PERIOD: Duration = RUNS_PERIOD;
    const PARTS: u8 = 1;
    const LAST: AutomationRunId = AutomationRunId::from_bytes([0xff; 16]);

    fn place(&self) -> Place<AutomationRunId> {
        Place { at: self.at, id: self.id }
    }

    fn key_of(period: i64, _: i64, Place { at, id }: Place<AutomationRunId>) -> Vec<Cell> {
        Self::key(period, at, id)
    }
}

/// Which runs somebody asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Of this rule.
    pub(crate) rule: Option<RuleId>,
    /// Of this macro.
    pub(crate) macro_id: Option<MacroId>,
    /// In this conversation.
    pub(crate) conversation: Option<ConversationId>,
    /// Of which this came.
    pub(crate) outcome: Option<RunOutcome>,
}

impl Wanted {
    fn takes(&self, run: &AutomationRun) -> bool {
        self.rule.is_none_or(|rule| run.rule_id == Some(rule))
            && self.macro_id.is_none_or(|id| run.macro_id == Some(id))
            && self.conversation.is_none_or(|id| run.conversation_id == id)
            && self.outcome.is_none_or(|outcome| run.outcome == outcome)
    }
}

impl Automation {
    /// A page of the runs, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn runs(
        &self,
        scope: TenantScope,
        wanted: &Wanted,
        after: Option<Place<AutomationRunId>>,
        limit: usize,
    ) -> Result<AutomationRunPage, Refusal> {
        let now = self.0.clock.now();
        let span = (now - RUNS_LIFE, now);
        let is_meant = |row: &AutomationRunRow| wanted.takes(&row.body.0);
        let page = diary::page(&self.0.records, scope, span, after, is_meant, limit).await?;
        Ok(AutomationRunPage {
            runs: page.rows.into_iter().map(|row| row.body.0).collect(),
            next_cursor: page.next.map(|place| place.to_string()),
        })
    }
}
