//! Drafts: what each person began to write.

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::draft::{self, DRAFT_LIFE, Kept, MAX_DRAFTS, Saved, Sent};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    ConversationId, TenantScope, Timestamp, UserId,
    record::{DraftBody, DraftRow},
    table::Json,
    wire::{self, DraftWords},
};

use super::Desk;

/// A draft after it was kept or sent.
pub(crate) struct Changed {
    /// As it is now.
    pub(crate) draft: wire::Draft,
    /// It is otherwise than before.
    pub(crate) news: bool,
}

impl Desk {
    /// Somebody's drafts.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn drafts(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Vec<wire::Draft>, Refusal> {
        Ok(self.draft_rows(scope, user_id).await?.into_iter().map(shown).collect())
    }

    /// What somebody began to write in a conversation.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn draft(
        &self,
        scope: TenantScope,
        user_id: UserId,
        at: ConversationId,
    ) -> Result<wire::Draft, Refusal> {
        let row = self.draft_row(scope, user_id, at).await?;
        Ok(row.map_or_else(|| none(at, self.clock.now()), shown))
    }

    /// Keeps what somebody writes in a conversation.
    ///
    /// # Errors
    /// When it is too long, there are as many as there may be, or somebody wrote since ([`Refusal::Changed`]); when the
    /// store does not answer.
    pub(crate) async fn keep_draft(
        &self,
        scope: TenantScope,
        user_id: UserId,
        at: ConversationId,
        save: wire::SaveDraft,
    ) -> Result<Changed, Refusal> {
        draft::check(&save.words).map_err(refusal_of)?;
        let _alone = self.alone(scope, user_id.to_string().as_bytes()).await;
        let row = self.draft_row(scope, user_id, at).await?;
        let kept = row.as_ref().map(|row| Kept { version: row.version, words: &row.body.0.words });
        let now = self.clock.now();
        match draft::save(kept, save.base_version, &save.words, now) {
            Saved::Same => {
                let draft = row.map_or_else(|| none(at, now), shown);
                Ok(Changed { draft, news: false })
            }
            Saved::Changed => Err(Refusal::Changed),
            Saved::Delete => {
                self.delete_draft(scope, user_id, at).await?;
                Ok(Changed { draft: none(at, now), news: true })
            }
            Saved::Keep(version) => {
                if row.is_none() && self.draft_rows(scope, user_id).await?.len() >= MAX_DRAFTS {
                    let message = format!("there are {MAX_DRAFTS} drafts already: send or empty one");
                    return Err(Refusal::Rule { code: "too_many_drafts", message });
                }
                let body = DraftBody { words: save.words, updated_at: now };
                let row = DraftRow { user_id, conversation_id: at, version, body: Json(body) };
                self.put_draft(scope, row.clone(), now).await?;
                Ok(Changed { draft: shown(row), news: true })
            }
        }
    }

    /// Takes out of somebody's draft what they sent, where it is still there; nothing where it is not.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn sent(
        &self,
        scope: TenantScope,
        user_id: UserId,
        at: ConversationId,
        sent: Sent<'_>,
    ) -> Result<Option<wire::Draft>, Refusal> {
        let _alone = self.alone(scope, user_id.to_string().as_bytes()).await;
        let Some(row) = self.draft_row(scope, user_id, at).await? else { return Ok(None) };
        let Some(left) = draft::without(&row.body.0.words, sent) else { return Ok(None) };
        let now = self.clock.now();
        let kept = Kept { version: row.version, words: &row.body.0.words };
        match draft::save(Some(kept), row.version, &left, now) {
            Saved::Keep(version) => {
                let body = DraftBody { words: left, updated_at: now };
                let row = DraftRow { version, body: Json(body), ..row };
                self.put_draft(scope, row.clone(), now).await?;
                Ok(Some(shown(row)))
            }
            _ => {
                self.delete_draft(scope, user_id, at).await?;
                Ok(Some(none(at, now)))
            }
        }
    }

    /// Deletes the drafts of somebody who goes.
    ///
    /// # Errors
    /// When the store does not answer; asked again, it deletes the rest.
    pub(super) async fn clear_drafts(&self, scope: TenantScope, user_id: UserId) -> Result<(), Refusal> {
        let rows = self.draft_rows(scope, user_id).await?;
        let delete =
            |row: DraftRow| Mutation::delete::<DraftRow>(DraftRow::key(user_id, row.conversation_id));
        self.delete_all(scope, rows.into_iter().map(delete).collect()).await
    }

    async fn draft_rows(&self, scope: TenantScope, user_id: UserId) -> Result<Vec<DraftRow>, Refusal> {
        let scan = Scan::of::<DraftRow>(DraftRow::partition(user_id));
        Ok(self.records.all::<DraftRow>(scope, scan).await?)
    }

    async fn draft_row(
        &self,
        scope: TenantScope,
        user_id: UserId,
        at: ConversationId,
    ) -> Result<Option<DraftRow>, Refusal> {
        Ok(self.records.get::<DraftRow>(scope, DraftRow::key(user_id, at)).await?)
    }

    async fn put_draft(&self, scope: TenantScope, row: DraftRow, now: Timestamp) -> Result<(), Refusal> {
        Ok(self.records.put_until(scope, Lane::Interactive, row, now + DRAFT_LIFE).await?)
    }

    async fn delete_draft(
        &self,
        scope: TenantScope,
        user_id: UserId,
        at: ConversationId,
    ) -> Result<(), Refusal> {
        Ok(self.records.delete::<DraftRow>(scope, Lane::Interactive, DraftRow::key(user_id, at)).await?)
    }
}

fn shown(row: DraftRow) -> wire::Draft {
    let DraftBody { words, updated_at } = row.body.0;
    wire::Draft { conversation_id: row.conversation_id, version: row.version, words, updated_at }
}

/// Where nothing was begun.
fn none(at: ConversationId, now: Timestamp) -> wire::Draft {
    wire::Draft { conversation_id: at, version: 0, words: DraftWords::default(), updated_at: now }
}
