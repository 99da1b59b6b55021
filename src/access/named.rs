//! Changes of conversations, with the names that the lines about them tell.

use switchboard_actors::{Refusal, house::NamedChange};
use switchboard_schema::{
    TenantScope,
    wire::{self, BulkChange},
};

use super::Accounts;

impl Accounts {
    /// A change with the names that lines tell.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where what it names is not there, or the person does not answer customers; when the store does
    /// not answer.
    pub(crate) async fn named_change(
        &self,
        scope: TenantScope,
        change: &BulkChange,
    ) -> Result<NamedChange, Refusal> {
        Ok(match change {
            BulkChange::Assignee { assignee_id: None } => NamedChange::Assignee(None),
            BulkChange::Assignee { assignee_id: Some(user) } => {
                let user = self.assignee(scope, *user).await?;
                NamedChange::Assignee(Some((user.id, user.name)))
            }
            BulkChange::Team { team_id: None } => NamedChange::Team(None),
            BulkChange::Team { team_id: Some(team) } => {
                let team = self.team(scope, *team).await?;
                NamedChange::Team(Some((team.id, team.name)))
            }
            BulkChange::Status { status, snoozed_until } => NamedChange::Status(*status, *snoozed_until),
            BulkChange::Priority { priority } => NamedChange::Priority(*priority),
            BulkChange::Labels { add, remove } => {
                let request = wire::LabelsRequest { add: add.clone(), remove: remove.clone() };
                NamedChange::Labels(self.label_change(scope, &request).await?)
            }
            BulkChange::Read {} => NamedChange::Read,
        })
    }
}
