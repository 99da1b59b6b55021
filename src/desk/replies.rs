//! Saved replies, of the workspace and of each person.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    audit::{By, Deed},
    name,
    reply::{self, MAX_PERSONAL_REPLIES, MAX_SHARED_REPLIES},
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    SavedReplyId, TenantScope, UserId,
    record::{SavedReplyBody, SavedReplyRow},
    table::Json,
    wire::{self, AuditAct},
};

use super::Desk;

/// The holder of what is everybody's.
const WORKSPACE: &str = "workspace";

/// Whose a saved reply is.
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

    pub(super) fn key(self) -> String {
        match self {
            Self::Workspace => WORKSPACE.to_owned(),
            Self::Person(user_id) => user_id.to_string(),
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Workspace => MAX_SHARED_REPLIES,
            Self::Person(_) => MAX_PERSONAL_REPLIES,
        }
    }
}

impl Desk {
    /// The saved replies that somebody can use, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn replies(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Vec<wire::SavedReply>, Refusal> {
        let mut all = Vec::new();
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            all.extend(self.rows(scope, holder).await?.into_iter().map(|row| shown(holder, row)));
        }
        all.sort_by_cached_key(|one| (one.name.to_lowercase(), one.shared, one.id));
        Ok(all)
    }

    /// One saved reply that somebody can use, and whose it is.
    ///
    /// # Errors
    /// When there is none, or it is another person's; when the store does not answer.
    pub(crate) async fn reply(
        &self,
        scope: TenantScope,
        user_id: UserId,
        id: SavedReplyId,
    ) -> Result<(Holder, wire::SavedReply), Refusal> {
        for holder in [Holder::Person(user_id), Holder::Workspace] {
            let key = SavedReplyRow::key(holder.key(), id);
            if let Some(row) = self.records.get::<SavedReplyRow>(scope, key).await? {
                return Ok((holder, shown(holder, row)));
            }
        }
        Err(Refusal::NotFound("saved reply"))
    }

    /// Keeps words. `id` comes from the idempotency key, so that the same request keeps them once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn keep_reply(
        &self,
        scope: TenantScope,
        by: &By,
        user_id: UserId,
        id: SavedReplyId,
        new: wire::CreateSavedReply,
    ) -> Result<wire::SavedReply, Refusal> {
        let name = reply::checked_name(&new.name).map_err(refusal_of)?;
        reply::check_text(&new.text).map_err(refusal_of)?;
        let holder = Holder::of(new.shared, user_id);
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let mut others = self.rows(scope, holder).await?;
        others.retain(|row| row.reply_id != id);
        if others.len() >= holder.most() {
            let message = format!("there are {} already: delete one that is not used", holder.most());
            return Err(Refusal::Rule { code: "too_many_replies", message });
        }
        check_free(&others, &name)?;
        let body = SavedReplyBody { name, text: new.text, updated_at: self.clock.now(), updated_by: user_id };
        let deed = Deed::new(AuditAct::ReplyMade).about(id, &body.name);
        let row = SavedReplyRow { holder: holder.key(), reply_id: id, version: 1, body: Json(body) };
        self.write_reply(scope, by, holder, Mutation::put(row.clone()), deed).await?;
        Ok(shown(holder, row))
    }

    /// Changes a saved reply; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep_reply`]; [`Refusal::Changed`].
    pub(crate) async fn change_reply(
        &self,
        scope: TenantScope,
        by: &By,
        user_id: UserId,
        (holder, id): (Holder, SavedReplyId),
        expected: Option<u64>,
        change: wire::ChangeSavedReply,
    ) -> Result<wire::SavedReply, Refusal> {
        let name = change.name.as_deref().map(reply::checked_name).transpose().map_err(refusal_of)?;
        change.text.as_deref().map_or(Ok(()), reply::check_text).map_err(refusal_of)?;
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let mut others = self.rows(scope, holder).await?;
        let at = others.iter().position(|row| row.reply_id == id).ok_or(Refusal::NotFound("saved reply"))?;
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
        body.text = change.text.unwrap_or_else(|| before.text.clone());
        if *body == before {
            return Ok(shown(holder, row));
        }
        body.updated_at = self.clock.now();
        body.updated_by = user_id;
        row.version += 1;
        let deed = Deed::new(AuditAct::ReplyChanged)
            .about(id, &before.name)
            .change("name", Some(&before.name), Some(&row.body.0.name))
            .change("text", Some(&before.text), Some(&row.body.0.text));
        self.write_reply(scope, by, holder, Mutation::put(row.clone()), deed).await?;
        Ok(shown(holder, row))
    }

    /// Deletes a saved reply; one that is not there is none already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn delete_reply(
        &self,
        scope: TenantScope,
        by: &By,
        holder: Holder,
        (id, name): (SavedReplyId, &str),
    ) -> Result<(), Refusal> {
        let _alone = self.alone(scope, holder.key().as_bytes()).await;
        let gone = Mutation::delete::<SavedReplyRow>(SavedReplyRow::key(holder.key(), id));
        let deed = Deed::new(AuditAct::ReplyDeleted).about(id, name);
        self.write_reply(scope, by, holder, gone, deed).await
    }

    /// Writes a reply's row; where it is everybody's, with the entry that says who had it written.
    async fn write_reply(
        &self,
        scope: TenantScope,
        by: &By,
        holder: Holder,
        row: Mutation,
        deed: Deed,
    ) -> Result<(), Refusal> {
        match holder {
            Holder::Workspace => self.audit.write(scope, by, row, deed).await,
            Holder::Person(_) => {
                Ok(self.records.store().commit_one(scope.into(), Lane::Interactive, vec![row]).await?)
            }
        }
    }

    /// Deletes what a holder has who goes.
    pub(super) async fn clear_replies(&self, scope: TenantScope, holder: Holder) -> Result<(), Refusal> {
        let rows = self.rows(scope, holder).await?;
        let delete = |row: SavedReplyRow| {
            Mutation::delete::<SavedReplyRow>(SavedReplyRow::key(holder.key(), row.reply_id))
        };
        self.delete_all(scope, rows.into_iter().map(delete).collect()).await
    }

    async fn rows(&self, scope: TenantScope, holder: Holder) -> Result<Vec<SavedReplyRow>, Refusal> {
        let scan = Scan::of::<SavedReplyRow>(SavedReplyRow::partition(holder.key()));
        Ok(self.records.all::<SavedReplyRow>(scope, scan).await?)
    }
}

fn check_free(others: &[SavedReplyRow], name: &str) -> Result<(), Refusal> {
    match others.iter().any(|row| name::same(&row.body.0.name, name)) {
        true => {
            Err(Refusal::Invalid { field: "name", message: format!("there is one called {name} already") })
        }
        false => Ok(()),
    }
}

fn shown(holder: Holder, row: SavedReplyRow) -> wire::SavedReply {
    let SavedReplyBody { name, text, updated_at, updated_by } = row.body.0;
    wire::SavedReply {
        id: row.reply_id,
        version: row.version,
        shared: holder == Holder::Workspace,
        name,
        text,
        updated_at,
        updated_by,
    }
}
