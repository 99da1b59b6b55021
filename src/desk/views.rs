//! Views of the list that are kept, of the workspace and of each person.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    audit::Deed,
    filter::{Filter, MAX_PERSONAL_VIEWS, MAX_SHARED_VIEWS, checked_name},
};
use switchboard_schema::{
    TenantScope, Timestamp, UserId, ViewId,
    record::{SavedViewBody, SavedViewRow},
    table::{Cell, Json},
    wire::{self, AuditAct},
};

use super::{
    Desk,
    kept::{Holder, Keeper, Kept, kept_row},
};

impl Kept for SavedViewRow {
    type Id = ViewId;
    type Body = SavedViewBody;
    type Shown = wire::SavedView;
    const WHAT: &'static str = "view";
    const TOO_MANY: &'static str = "too_many_views";
    const MOST: (usize, usize) = (MAX_SHARED_VIEWS, MAX_PERSONAL_VIEWS);
    const ACTS: (AuditAct, AuditAct, AuditAct) =
        (AuditAct::ViewKept, AuditAct::ViewChanged, AuditAct::ViewDeleted);

    kept_row!(SavedViewRow, SavedViewBody, ViewId, view_id);

    fn changes(deed: Deed, before: &SavedViewBody, after: &SavedViewBody) -> Deed {
        let deed = deed.change("name", Some(&before.name), Some(&after.name));
        let deed = if before.filter == after.filter { deed } else { deed.changed("filter") };
        if before.sort == after.sort { deed } else { deed.changed("sort") }
    }

    fn shown(self, shared: bool) -> wire::SavedView {
        let SavedViewBody { name, filter, sort, updated_at, updated_by } = self.body.0;
        let (id, version) = (self.view_id, self.version);
        wire::SavedView { id, version, shared, name, filter, sort, updated_at, updated_by }
    }
}

impl Desk {
    /// The views that somebody sees, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn views(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Vec<wire::SavedView>, Refusal> {
        self.all_kept::<SavedViewRow>(scope, user_id).await
    }

    /// One view that somebody sees, and whose it is.
    ///
    /// # Errors
    /// When there is none, or it is another person's; when the store does not answer.
    pub(crate) async fn view(
        &self,
        scope: TenantScope,
        user_id: UserId,
        id: ViewId,
    ) -> Result<(Holder, wire::SavedView), Refusal> {
        self.one_kept::<SavedViewRow>(scope, user_id, id).await
    }

    /// Keeps a view. `id` comes from the idempotency key, so that the same request keeps it once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn keep_view(
        &self,
        keeper: Keeper<'_>,
        id: ViewId,
        new: wire::CreateView,
    ) -> Result<wire::SavedView, Refusal> {
        let name = checked_name(&new.name).map_err(refusal_of)?;
        Filter::checked(new.filter.clone()).map_err(refusal_of)?;
        let body = SavedViewBody {
            name,
            filter: new.filter,
            sort: new.sort,
            updated_at: self.clock.now(),
            updated_by: keeper.user_id,
        };
        self.keep::<SavedViewRow>(keeper, Holder::of(new.shared, keeper.user_id), id, body).await
    }

    /// Changes a view; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep_view`]; [`Refusal::Changed`].
    pub(crate) async fn change_view(
        &self,
        keeper: Keeper<'_>,
        which: (Holder, ViewId),
        expected: Option<u64>,
        change: wire::ChangeView,
    ) -> Result<wire::SavedView, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose().map_err(refusal_of)?;
        change.filter.clone().map(Filter::checked).transpose().map_err(refusal_of)?;
        self.change_kept::<SavedViewRow>(keeper, which, expected, |body| {
            body.name = name.unwrap_or_else(|| std::mem::take(&mut body.name));
            body.filter = change.filter.unwrap_or_else(|| std::mem::take(&mut body.filter));
            body.sort = change.sort.unwrap_or(body.sort);
        })
        .await
    }

    /// Deletes a view; one that is not there is none already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn delete_view(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        which: (ViewId, &str),
    ) -> Result<(), Refusal> {
        self.forget::<SavedViewRow>(keeper, holder, which).await
    }
}
