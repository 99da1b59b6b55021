//! Views of the list that are kept, of the workspace and of each person.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    filter::{Filter, MAX_PERSONAL_VIEWS, MAX_SHARED_VIEWS, checked_name},
    name,
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    TenantScope, UserId, ViewId,
    record::{SavedViewBody, SavedViewRow},
    table::Json,
    wire,
};

use super::{Desk, replies::Holder};

impl Holder {
    const fn most_views(self) -> usize {
        match self {
            Self::Workspace => MAX_SHARED_VIEWS,
            Self::Person(_) => MAX_PERSONAL_VIEWS,
        }
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
        let mut all = Vec::new();
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            all.extend(self.view_rows(scope, holder).await?.into_iter().map(|row| shown(holder, row)));
        }
        all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.shared, one.id));
        Ok(all)
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
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            let key = SavedViewRow::key(holder.key(), id);
            if let Some(row) = self.records.get::<SavedViewRow>(scope, key).await? {
                return Ok((holder, shown(holder, row)));
            }
        }
        Err(Refusal::NotFound("view"))
    }

    /// Keeps a view. `id` comes from the idempotency key, so that the same request keeps it once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn keep_view(
        &self,
        scope: TenantScope,
        user_id: UserId,
        id: ViewId,
        new: wire::CreateView,
    ) -> Result<wire::SavedView, Refusal> {
        let name = checked_name(&new.name).map_err(refusal_of)?;
        Filter::checked(new.filter.clone()).map_err(refusal_of)?;
        let holder = Holder::of(new.shared, user_id);
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let mut others = self.view_rows(scope, holder).await?;
        others.retain(|row| row.view_id != id);
        if others.len() >= holder.most_views() {
            let message =
                format!("there are {} views already: delete one that is not used", holder.most_views());
            return Err(Refusal::Rule { code: "too_many_views", message });
        }
        check_free(&others, &name)?;
        let body = SavedViewBody {
            name,
            filter: new.filter,
            sort: new.sort,
            updated_at: self.clock.now(),
            updated_by: user_id,
        };
        let row = SavedViewRow { holder: holder.key(), view_id: id, version: 1, body: Json(body) };
        self.put_view(scope, holder, row).await
    }

    /// Changes a view; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep_view`]; [`Refusal::Changed`].
    pub(crate) async fn change_view(
        &self,
        scope: TenantScope,
        user_id: UserId,
        (holder, id): (Holder, ViewId),
        expected: Option<u64>,
        change: wire::ChangeView,
    ) -> Result<wire::SavedView, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose().map_err(refusal_of)?;
        change.filter.clone().map(Filter::checked).transpose().map_err(refusal_of)?;
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let mut others = self.view_rows(scope, holder).await?;
        let at = others.iter().position(|row| row.view_id == id).ok_or(Refusal::NotFound("view"))?;
        let mut row = others.swap_remove(at);
        if expected.is_some_and(|version| version != row.version) {
            return Err(Refusal::Changed);
        }
        let body = &mut row.body.0;
        let before = body.clone();
        if let Some(name) = name {
            check_free(&others, &name)?;
            body.name = name;
        }
        body.filter = change.filter.unwrap_or_else(|| before.filter.clone());
        body.sort = change.sort.unwrap_or(before.sort);
        if *body == before {
            return Ok(shown(holder, row));
        }
        body.updated_at = self.clock.now();
        body.updated_by = user_id;
        row.version += 1;
        self.put_view(scope, holder, row).await
    }

    /// Deletes a view; one that is not there is none already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn delete_view(
        &self,
        scope: TenantScope,
        holder: Holder,
        id: ViewId,
    ) -> Result<(), Refusal> {
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let key = SavedViewRow::key(holder.key(), id);
        Ok(self.records.delete::<SavedViewRow>(scope, Lane::Interactive, key).await?)
    }

    /// Deletes the views of somebody who goes.
    ///
    /// # Errors
    /// When the store does not answer; asked again, it deletes the rest.
    pub(super) async fn clear_views(&self, scope: TenantScope, holder: Holder) -> Result<(), Refusal> {
        let rows = self.view_rows(scope, holder).await?;
        let delete = |row: SavedViewRow| {
            Mutation::delete::<SavedViewRow>(SavedViewRow::key(holder.key(), row.view_id))
        };
        self.delete_all(scope, rows.into_iter().map(delete).collect()).await
    }

    async fn view_rows(&self, scope: TenantScope, holder: Holder) -> Result<Vec<SavedViewRow>, Refusal> {
        let scan = Scan::of::<SavedViewRow>(SavedViewRow::partition(holder.key()));
        Ok(self.records.all::<SavedViewRow>(scope, scan).await?)
    }

    async fn put_view(
        &self,
        scope: TenantScope,
        holder: Holder,
        row: SavedViewRow,
    ) -> Result<wire::SavedView, Refusal> {
        self.records.put(scope, Lane::Interactive, row.clone()).await?;
        Ok(shown(holder, row))
    }
}

fn check_free(others: &[SavedViewRow], name: &str) -> Result<(), Refusal> {
    if others.iter().all(|row| !name::same(&row.body.0.name, name)) {
        return Ok(());
    }
    Err(Refusal::Invalid { field: "name", message: "another view has this name".to_owned() })
}

fn shown(holder: Holder, row: SavedViewRow) -> wire::SavedView {
    let SavedViewBody { name, filter, sort, updated_at, updated_by } = row.body.0;
    let shared = holder == Holder::Workspace;
    wire::SavedView {
        id: row.view_id,
        version: row.version,
        shared,
        name,
        filter,
        sort,
        updated_at,
        updated_by,
    }
}
