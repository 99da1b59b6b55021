//! Macros, of the workspace and of each person.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    audit::Deed,
    automation::{MAX_PERSONAL_MACROS, MAX_SHARED_MACROS, check_actions, checked_name},
};
use switchboard_schema::{
    MacroId, TenantScope, Timestamp, UserId,
    record::{MacroBody, MacroRow},
    table::{Cell, Json},
    wire::{self, AuditAct},
};

use super::{
    Desk,
    kept::{Holder, Keeper, Kept, kept_row},
};

impl Kept for MacroRow {
    type Id = MacroId;
    type Body = MacroBody;
    type Shown = wire::Macro;
    const WHAT: &'static str = "macro";
    const TOO_MANY: &'static str = "too_many_macros";
    const MOST: (usize, usize) = (MAX_SHARED_MACROS, MAX_PERSONAL_MACROS);
    const ACTS: (AuditAct, AuditAct, AuditAct) =
        (AuditAct::MacroMade, AuditAct::MacroChanged, AuditAct::MacroDeleted);

    kept_row!(MacroRow, MacroBody, MacroId, macro_id);

    fn changes(deed: Deed, before: &MacroBody, after: &MacroBody) -> Deed {
        let deed = deed.change("name", Some(&before.name), Some(&after.name));
        if before.actions == after.actions { deed } else { deed.changed("actions") }
    }

    fn shown(self, shared: bool) -> wire::Macro {
        let MacroBody { name, actions, updated_at, updated_by } = self.body.0;
        let (id, version) = (self.macro_id, self.version);
        wire::Macro { id, version, shared, name, actions, updated_at, updated_by }
    }
}

impl Desk {
    /// The macros that somebody can run, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn macros(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Vec<wire::Macro>, Refusal> {
        self.all_kept::<MacroRow>(scope, user_id).await
    }

    /// One macro that somebody can run, and whose it is.
    ///
    /// # Errors
    /// When there is none, or it is another person's; when the store does not answer.
    pub(crate) async fn macro_of(
        &self,
        scope: TenantScope,
        user_id: UserId,
        id: MacroId,
    ) -> Result<(Holder, wire::Macro), Refusal> {
        self.one_kept::<MacroRow>(scope, user_id, id).await
    }

    /// Keeps a macro. `id` comes from the idempotency key, so that the same request keeps it once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn keep_macro(
        &self,
        keeper: Keeper<'_>,
        id: MacroId,
        new: wire::CreateMacro,
    ) -> Result<wire::Macro, Refusal> {
        let (name, now) = (checked_name(&new.name).map_err(refusal_of)?, self.clock.now());
        check_actions(&new.actions, true, now).map_err(refusal_of)?;
        let body = MacroBody { name, actions: new.actions, updated_at: now, updated_by: keeper.user_id };
        self.keep::<MacroRow>(keeper, Holder::of(new.shared, keeper.user_id), id, body).await
    }

    /// Changes a macro; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep_macro`]; [`Refusal::Changed`].
    pub(crate) async fn change_macro(
        &self,
        keeper: Keeper<'_>,
        which: (Holder, MacroId),
        expected: Option<u64>,
        change: wire::ChangeMacro,
    ) -> Result<wire::Macro, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose().map_err(refusal_of)?;
        if let Some(actions) = &change.actions {
            check_actions(actions, true, self.clock.now()).map_err(refusal_of)?;
        }
        self.change_kept::<MacroRow>(keeper, which, expected, |body| {
            body.name = name.unwrap_or_else(|| std::mem::take(&mut body.name));
            body.actions = change.actions.unwrap_or_else(|| std::mem::take(&mut body.actions));
        })
        .await
    }

    /// Deletes a macro; one that is not there is none already. What it did stays done.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn delete_macro(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        which: (MacroId, &str),
    ) -> Result<(), Refusal> {
        self.forget::<MacroRow>(keeper, holder, which).await
    }
}
