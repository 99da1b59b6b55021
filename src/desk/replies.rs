//! Saved replies, of the workspace and of each person.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    audit::Deed,
    reply::{self, MAX_PERSONAL_REPLIES, MAX_SHARED_REPLIES},
};
use switchboard_schema::{
    SavedReplyId, TenantScope, Timestamp, UserId,
    record::{SavedReplyBody, SavedReplyRow},
    table::{Cell, Json},
    wire::{self, AuditAct},
};

use super::{
    Desk,
    kept::{Holder, Keeper, Kept, kept_row},
};

impl Kept for SavedReplyRow {
    type Id = SavedReplyId;
    type Body = SavedReplyBody;
    type Shown = wire::SavedReply;
    const WHAT: &'static str = "saved reply";
    const TOO_MANY: &'static str = "too_many_replies";
    const MOST: (usize, usize) = (MAX_SHARED_REPLIES, MAX_PERSONAL_REPLIES);
    const ACTS: (AuditAct, AuditAct, AuditAct) =
        (AuditAct::ReplyMade, AuditAct::ReplyChanged, AuditAct::ReplyDeleted);

    kept_row!(SavedReplyRow, SavedReplyBody, SavedReplyId, reply_id);

    fn changes(deed: Deed, before: &SavedReplyBody, after: &SavedReplyBody) -> Deed {
        deed.change("name", Some(&before.name), Some(&after.name)).change(
            "text",
            Some(&before.text),
            Some(&after.text),
        )
    }

    fn shown(self, shared: bool) -> wire::SavedReply {
        let SavedReplyBody { name, text, updated_at, updated_by } = self.body.0;
        let (id, version) = (self.reply_id, self.version);
        wire::SavedReply { id, version, shared, name, text, updated_at, updated_by }
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
        self.all_kept::<SavedReplyRow>(scope, user_id).await
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
        self.one_kept::<SavedReplyRow>(scope, user_id, id).await
    }

    /// Keeps words. `id` comes from the idempotency key, so that the same request keeps them once.
    ///
    /// # Errors
    /// When a field is wrong, the name is taken, or there are as many as there may be; when the store does not answer.
    pub(crate) async fn keep_reply(
        &self,
        keeper: Keeper<'_>,
        id: SavedReplyId,
        new: wire::CreateSavedReply,
    ) -> Result<wire::SavedReply, Refusal> {
        let name = reply::checked_name(&new.name).map_err(refusal_of)?;
        reply::check_text(&new.text).map_err(refusal_of)?;
        let body =
            SavedReplyBody { name, text: new.text, updated_at: self.clock.now(), updated_by: keeper.user_id };
        self.keep::<SavedReplyRow>(keeper, Holder::of(new.shared, keeper.user_id), id, body).await
    }

    /// Changes a saved reply; with `expected`, only as long as it has that version.
    ///
    /// # Errors
    /// As [`Self::keep_reply`]; [`Refusal::Changed`].
    pub(crate) async fn change_reply(
        &self,
        keeper: Keeper<'_>,
        which: (Holder, SavedReplyId),
        expected: Option<u64>,
        change: wire::ChangeSavedReply,
    ) -> Result<wire::SavedReply, Refusal> {
        let name = change.name.as_deref().map(reply::checked_name).transpose().map_err(refusal_of)?;
        change.text.as_deref().map_or(Ok(()), reply::check_text).map_err(refusal_of)?;
        self.change_kept::<SavedReplyRow>(keeper, which, expected, |body| {
            body.name = name.unwrap_or_else(|| std::mem::take(&mut body.name));
            body.text = change.text.unwrap_or_else(|| std::mem::take(&mut body.text));
        })
        .await
    }

    /// Deletes a saved reply; one that is not there is none already.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn delete_reply(
        &self,
        keeper: Keeper<'_>,
        holder: Holder,
        which: (SavedReplyId, &str),
    ) -> Result<(), Refusal> {
        self.forget::<SavedReplyRow>(keeper, holder, which).await
    }
}
