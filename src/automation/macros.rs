//! Macros that somebody runs.

use switchboard_actors::{Refusal, house::Principal};
use switchboard_schema::{
    AutomationRunId, ConversationId, TenantScope,
    wire::{self, AutomationRun, RunOutcome},
};

use super::{Actor, Automation};

impl Automation {
    /// Runs a macro in a conversation. `id` comes from the idempotency key: each of its actions is done once.
    ///
    /// # Errors
    /// When there is no such conversation, or the store does not answer. What an action was refused for is in the run.
    pub(crate) async fn run_macro(
        &self,
        scope: TenantScope,
        (principal, name): (Principal, &str),
        id: AutomationRunId,
        conversation_id: ConversationId,
        (what, seen_seq): (wire::Macro, Option<u64>),
    ) -> Result<AutomationRun, Refusal> {
        let seen = self.0.house.look_at(scope, conversation_id).await?;
        let run = AutomationRun {
            id,
            at: self.0.clock.now(),
            rule_id: None,
            macro_id: Some(what.id),
            name: what.name,
            event: None,
            by: Some(principal.sender.clone()),
            conversation_id,
            contact: seen.contact.name,
            outcome: RunOutcome::Running,
            steps: Vec::new(),
        };
        let actor = Actor { principal, name, seen_seq, is_rule: false };
        self.finish(scope, run, &what.actions, &actor).await
    }
}
