//! Labels, as rows of the store.
//!
//! A conversation's head may name a label of which there is no row, for as long as it takes to take it off everywhere.

use switchboard_actors::{Refusal, house::LabelChange, refusal_of};
use switchboard_domain::{
    audit::{By, Deed},
    label::{MAX_LABELS, checked_name},
    name,
};
use switchboard_ports::store::{Mutation, Scan};
use switchboard_schema::{
    LabelId, TenantScope,
    record::{LabelBody, LabelRow},
    table::Json,
    wire::{self, AuditAct, MAX_CONVERSATION_LABELS},
};

use super::Accounts;

impl Accounts {
    /// The labels of a workspace, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn labels(&self, scope: TenantScope) -> Result<Vec<wire::Label>, Refusal> {
        let mut labels: Vec<_> = self.label_rows(scope).await?.into_iter().map(shown).collect();
        labels.sort_by_cached_key(|label| (label.name.to_lowercase(), label.id));
        Ok(labels)
    }

    /// Labels with their names, each once.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] where one is none, or the store does not answer.
    async fn labels_named(
        &self,
        scope: TenantScope,
        ids: &[LabelId],
    ) -> Result<Vec<(LabelId, String)>, Refusal> {
        let mut named: Vec<(LabelId, String)> = Vec::with_capacity(ids.len());
        for id in ids {
            if named.iter().all(|(known, _)| known != id) {
                named.push((*id, self.label_row(scope, *id).await?.body.0.name));
            }
        }
        Ok(named)
    }

    /// A change of labels with their names.
    ///
    /// # Errors
    /// When more are named than a conversation can have, [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn label_change(
        &self,
        scope: TenantScope,
        request: &wire::LabelsRequest,
    ) -> Result<LabelChange, Refusal> {
        for (field, labels) in [("add", &request.add), ("remove", &request.remove)] {
            if labels.len() > MAX_CONVERSATION_LABELS {
                let message = format!("names at most {MAX_CONVERSATION_LABELS} labels at once");
                return Err(Refusal::Invalid { field, message });
            }
        }
        Ok(LabelChange {
            add: self.labels_named(scope, &request.add).await?,
            remove: self.labels_named(scope, &request.remove).await?,
        })
    }

    /// Makes a label. `label_id` comes from the idempotency key, so that the same request makes the same one.
    ///
    /// # Errors
    /// When a field is wrong, another label has the name, there are as many as there may be, or the store does not answer.
    pub(crate) async fn create_label(
        &self,
        scope: TenantScope,
        by: &By,
        label_id: LabelId,
        new: wire::CreateLabel,
    ) -> Result<wire::Label, Refusal> {
        let name = checked_name(&new.name).map_err(refusal_of)?;
        let _alone = self.making.lock().await;
        let others = self.other_labels(scope, label_id).await?;
        if others.len() >= MAX_LABELS {
            let message =
                format!("a workspace has at most {MAX_LABELS} labels: delete one that nobody needs any more");
            return Err(Refusal::Rule { code: "too_many_labels", message });
        }
        check_is_free(&name, &others)?;
        let body = LabelBody { version: 1, name, color: new.color, created_at: self.clock.now() };
        let deed = Deed::new(AuditAct::LabelMade).about(label_id, &body.name);
        let row = LabelRow { label_id, body: Json(body) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(shown(row))
    }

    /// Changes a label; with `expected`, only as long as it is of that version.
    ///
    /// # Errors
    /// When there is no such label, a field is wrong, another has the name, it was changed meanwhile, or the store does
    /// not answer.
    pub(crate) async fn change_label(
        &self,
        scope: TenantScope,
        by: &By,
        label_id: LabelId,
        expected: Option<u64>,
        change: wire::ChangeLabel,
    ) -> Result<wire::Label, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose().map_err(refusal_of)?;
        let _alone = self.making.lock().await;
        let before = self.label_row(scope, label_id).await?;
        if expected.is_some_and(|expected| expected != before.body.0.version) {
            return Err(Refusal::Changed);
        }
        if let Some(name) = &name {
            check_is_free(name, &self.other_labels(scope, label_id).await?)?;
        }
        let mut after = before.clone();
        let body = &mut after.body.0;
        body.name = name.unwrap_or_else(|| body.name.clone());
        body.color = change.color.unwrap_or(body.color);
        if after != before {
            after.body.0.version += 1;
            let (was, is) = (&before.body.0, &after.body.0);
            let deed = Deed::new(AuditAct::LabelChanged).about(label_id, &was.name).change(
                "name",
                Some(&was.name),
                Some(&is.name),
            );
            let deed = if was.color == is.color { deed } else { deed.changed("color") };
            self.audit.write(scope, by, Mutation::put(after.clone()), deed).await?;
        }
        Ok(shown(after))
    }

    /// Deletes a label.
    ///
    /// # Errors
    /// When there is no such label, or the store does not answer.
    pub(crate) async fn delete_label(
        &self,
        scope: TenantScope,
        by: &By,
        label_id: LabelId,
    ) -> Result<(), Refusal> {
        let _alone = self.making.lock().await;
        let label = self.label_row(scope, label_id).await?;
        let deed = Deed::new(AuditAct::LabelDeleted).about(label_id, &label.body.0.name);
        self.audit.write(scope, by, Mutation::delete::<LabelRow>(LabelRow::key(label_id)), deed).await
    }

    async fn label_row(&self, scope: TenantScope, label_id: LabelId) -> Result<LabelRow, Refusal> {
        let row = self.records.get::<LabelRow>(scope, LabelRow::key(label_id)).await?;
        row.ok_or(Refusal::NotFound("label"))
    }

    async fn label_rows(&self, scope: TenantScope) -> Result<Vec<LabelRow>, Refusal> {
        Ok(self.records.all::<LabelRow>(scope, Scan::of::<LabelRow>(LabelRow::partition())).await?)
    }

    async fn other_labels(&self, scope: TenantScope, label_id: LabelId) -> Result<Vec<LabelRow>, Refusal> {
        let rows = self.label_rows(scope).await?;
        Ok(rows.into_iter().filter(|row| row.label_id != label_id).collect())
    }
}

/// A label as the API shows it.
fn shown(row: LabelRow) -> wire::Label {
    let LabelBody { version, name, color, created_at } = row.body.0;
    wire::Label { id: row.label_id, version, name, color, created_at }
}

fn check_is_free(name: &str, others: &[LabelRow]) -> Result<(), Refusal> {
    if others.iter().all(|row| !name::same(&row.body.0.name, name)) {
        return Ok(());
    }
    Err(Refusal::Invalid { field: "name", message: "another label has this name".to_owned() })
}
