//! What is kept under a name, of the workspace or of one person: saved replies, views of the list, macros.

use switchboard_actors::Refusal;
use switchboard_domain::{
    audit::{By, Deed},
    name,
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    TenantScope, Timestamp, UserId,
    table::{Cell, Record},
    wire::AuditAct,
};

use super::Desk;

/// The holder of what is everybody's.
const WORKSPACE: &str = "workspace";

/// Whose something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Everybody's.
    Workspace,
    /// One person's.
    Person(UserId),
}

impl Holder {
    /// The workspace, or this person.
    pub(crate) const fn of(shared: bool, user_id: UserId) -> Self {
        if shared { Self::Workspace } else { Self::Person(user_id) }
    }

    /// Whose, as an event tells it.
    pub(crate) const fn person(self) -> Option<UserId> {
        match self {
            Self::Workspace => None,
            Self::Person(user_id) => Some(user_id),
        }
    }

    fn key(self) -> String {
        match self {
            Self::Workspace => WORKSPACE.to_owned(),
            Self::Person(user_id) => user_id.to_string(),
        }
    }
}

/// Somebody who keeps, changes or deletes something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeper<'a> {
    /// Where.
    pub(crate) scope: TenantScope,
    /// Who, for the audit trail.
    pub(crate) by: &'a By,
    /// Who.
    pub(crate) user_id: UserId,
}

/// The row of something that is kept.
pub(crate) trait Kept: Record + Clone {
    /// Its id.
    type Id: Copy + Ord + ToString;
    /// What is kept.
    type Body: Clone + PartialEq;
    /// As it is shown.
    type Shown;
    /// What it is, in the middle of a sentence.
    const WHAT: &'static str;
    /// The code of a refusal where there are too many.
    const TOO_MANY: &'static str;
    /// How many the workspace has, and how many one person, at most.
    const MOST: (usize, usize);
    /// The acts of making, changing and deleting one of the workspace.
    const ACTS: (AuditAct, AuditAct, AuditAct);

    /// A row.
    fn of(holder: String, id: Self::Id, version: u64, body: Self::Body) -> Self;
    /// Its key.
    fn key_of(holder: String, id: Self::Id) -> Vec<Cell>;
    /// The partition of everything that one holder has.
    fn all_of(holder: String) -> Vec<Cell>;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// How often it was changed.
    fn version(&self) -> u64;
    /// What is kept.
    fn body(&self) -> &Self::Body;
    /// What it is called.
    fn name(body: &Self::Body) -> &str;
    /// Notes who changed it last, and when.
    fn touch(body: &mut Self::Body, at: Timestamp, by: UserId);
    /// What changed, for the audit trail.
    fn changes(deed: Deed, before: &Self::Body, after: &Self::Body) -> Deed;
    /// As it is shown.
    fn shown(self, shared: bool) -> Self::Shown;
}

fn shown<K: Kept>(holder: Holder, row: K) -> K::Shown {
    row.shown(holder == Holder::Workspace)
}

impl Desk {
    /// Everything of a kind that somebody can use, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn all_kept<K: Kept>(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Vec<K::Shown>, Refusal> {
        let mut all = Vec::new();
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            all.extend(self.rows_of::<K>(scope, holder).await?.into_iter().map(|row| (holder, row)));
        }
        all.sort_by_cached_key(|(holder, row)| {
            (K::name(row.body()).to_lowercase(), *holder == Holder::Workspace, row.id())
        });
        Ok(all.into_iter().map(|(holder, row)| shown(holder, row)).collect())
    }

    /// One that somebody can use, and whose it is.
    ///
    /// # Errors
    /// When there is none, or it is another person's; when the store does not answer.
    pub(super) async fn one_kept<K: Kept>(
        &self,
        scope: TenantScope,
        user_id: UserId,
        id: K::Id,
    ) -> Result<(Holder, K::Shown), Refusal> {
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            if let Some(row) = self.records.get::<K>(scope, K::key_of(holder.key(), id)).await? {
                return Ok((holder, shown(holder, row)));
            }
        }
        Err(Refusal::NotFound(K::WHAT))
    }

    /// Keeps something that was checked. `id` comes from the idempotency key, so that the same request keeps it once.
    ///
    /// # Errors
    /// When the name is taken, or there are as many as there may be; when the store does not answer.
    pub(super) async fn keep<K: Kept>(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        id: K::Id,
        mut body: K::Body,
    ) -> Result<K::Shown, Refusal> {
        let _alone = self.alone(keeper.scope, holder.key().as_bytes()).await;
        let mut others = self.rows_of::<K>(keeper.scope, holder).await?;
        others.retain(|row| row.id() != id);
        let most = if holder == Holder::Workspace { K::MOST.0 } else { K::MOST.1 };
        if others.len() >= most {
            let message = format!("there are {most} already: delete one that is not used");
            return Err(Refusal::Rule { code: K::TOO_MANY, message });
        }
        check_free(names(&others), K::name(&body))?;
        K::touch(&mut body, self.clock.now(), keeper.user_id);
        let deed = Deed::new(K::ACTS.0).about(id.to_string(), K::name(&body));
        let row = K::of(holder.key(), id, 1, body);
        self.write_kept(keeper, holder, Mutation::put(row.clone()), deed).await?;
        Ok(shown(holder, row))
    }

    /// Changes one; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep`]; [`Refusal::NotFound`], [`Refusal::Changed`].
    pub(super) async fn change_kept<K: Kept>(
        &self,
        keeper: Keeper<'_>,
        (holder, id): (Holder, K::Id),
        expected: Option<u64>,
        change: impl FnOnce(&mut K::Body),
    ) -> Result<K::Shown, Refusal> {
        let _alone = self.alone(keeper.scope, holder.key().as_bytes()).await;
        let mut others = self.rows_of::<K>(keeper.scope, holder).await?;
        let at = others.iter().position(|row| row.id() == id).ok_or(Refusal::NotFound(K::WHAT))?;
        let before = others.swap_remove(at);
        if expected.is_some_and(|version| version != before.version()) {
            return Err(Refusal::Changed);
        }
        let mut body = before.body().clone();
        change(&mut body);
        if body == *before.body() {
            return Ok(shown(holder, before));
        }
        check_free(names(&others), K::name(&body))?;
        K::touch(&mut body, self.clock.now(), keeper.user_id);
        let deed = Deed::new(K::ACTS.1).about(id.to_string(), K::name(before.body()));
        let deed = K::changes(deed, before.body(), &body);
        let row = K::of(holder.key(), id, before.version() + 1, body);
        self.write_kept(keeper, holder, Mutation::put(row.clone()), deed).await?;
        Ok(shown(holder, row))
    }

    /// Deletes one; one that is not there is none already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn forget<K: Kept>(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        (id, name): (K::Id, &str),
    ) -> Result<(), Refusal> {
        let _alone = self.alone(keeper.scope, holder.key().as_bytes()).await;
        let gone = Mutation::delete::<K>(K::key_of(holder.key(), id));
        let deed = Deed::new(K::ACTS.2).about(id.to_string(), name);
        self.write_kept(keeper, holder, gone, deed).await
    }

    /// Writes a row; where it is everybody's, with the entry that says who had it written.
    async fn write_kept(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        row: Mutation,
        deed: Deed,
    ) -> Result<(), Refusal> {
        match holder {
            Holder::Workspace => self.audit.write(keeper.scope, keeper.by, row, deed).await,
            Holder::Person(_) => {
                let scope = keeper.scope.into();
                Ok(self.records.store().commit_one(scope, Lane::Interactive, vec![row]).await?)
            }
        }
    }

    /// Deletes what somebody has of a kind who goes.
    ///
    /// # Errors
    /// When the store does not answer; asked again, it deletes the rest.
    pub(super) async fn clear_kept<K: Kept>(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<(), Refusal> {
        let holder = Holder::Person(user_id);
        let rows = self.rows_of::<K>(scope, holder).await?;
        let delete = |row: K| Mutation::delete::<K>(K::key_of(holder.key(), row.id()));
        self.delete_all(scope, rows.into_iter().map(delete).collect()).await
    }

    async fn rows_of<K: Kept>(&self, scope: TenantScope, holder: Holder) -> Result<Vec<K>, Refusal> {
        Ok(self.records.all::<K>(scope, Scan::of::<K>(K::all_of(holder.key()))).await?)
    }
}

/// Refuses a name that another of these has.
///
/// # Errors
/// [`Refusal::Invalid`] for `name`.
pub(crate) fn check_free<'a>(mut others: impl Iterator<Item = &'a str>, name: &str) -> Result<(), Refusal> {
    if others.any(|other| name::same(other, name)) {
        let message = format!("there is one called {name} already");
        return Err(Refusal::Invalid { field: "name", message });
    }
    Ok(())
}

fn names<K: Kept>(of: &[K]) -> impl Iterator<Item = &str> {
    of.iter().map(|row| K::name(row.body()))
}

/// Says how the row of a kind is made of its columns.
macro_rules! kept_row {
    ($row:ident, $body:ty, $id:ty, $field:ident) => {
        fn of(holder: String, id: $id, version: u64, body: $body) -> Self {
            $row { holder, $field: id, version, body: Json(body) }
        }

        fn key_of(holder: String, id: $id) -> Vec<Cell> {
            Self::key(holder, id)
        }

        fn all_of(holder: String) -> Vec<Cell> {
            Self::partition(holder)
        }

        fn id(&self) -> $id {
            self.$field
        }

        fn version(&self) -> u64 {
            self.version
        }

        fn body(&self) -> &$body {
            &self.body.0
        }

        fn name(body: &$body) -> &str {
            &body.name
        }

        fn touch(body: &mut $body, at: Timestamp, by: UserId) {
            (body.updated_at, body.updated_by) = (at, by);
        }
    };
}
pub(super) use kept_row;
