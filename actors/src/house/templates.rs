//! Templates: reading, submitting, filling, deleting.

use switchboard_domain::template as rules;
use switchboard_schema::{ChannelId, TenantScope, wire};

use super::{Act, House};
use crate::{
    Refusal,
    channel::{self, TemplateAct},
    conversation, media,
};

impl House {
    /// A channel's templates, at most a few minutes old; read anew when `fresh`. Where they cannot be read now they are as
    /// they were last, and the list says why.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or when the provider does not tell and never did.
    pub async fn templates(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        fresh: bool,
    ) -> Result<wire::TemplateList, Refusal> {
        channel::ask(&self.env, scope, channel, |reply| channel::Letter::Templates { fresh, reply }).await
    }

    /// Makes a template and submits it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, the provider does not take it, or it is not durable.
    pub async fn create_template(
        &self,
        scope: TenantScope,
        request: wire::CreateTemplate,
    ) -> Result<wire::Template, Refusal> {
        let sample = self.sample(scope, request.channel_id, &request.draft).await?;
        let act = TemplateAct::Create(Box::new(request.draft), sample);
        self.template_act(scope, request.channel_id, act).await
    }

    /// Changes a template: its words, what fills it, whether its changes were seen.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, the provider does not take it, or it is not durable.
    pub async fn patch_template(
        &self,
        scope: TenantScope,
        act: Act,
        id: String,
        patch: wire::TemplatePatch,
    ) -> Result<wire::Template, Refusal> {
        tracing::debug!(correlation = %act.correlation, channel = %patch.channel_id, "a template is changed");
        let channel = patch.channel_id;
        let mut changed = None;
        if let Some(draft) = patch.draft {
            let sample = self.sample(scope, channel, &draft).await?;
            let act = TemplateAct::Edit(id.clone(), Box::new(draft), sample);
            changed = Some(self.template_act(scope, channel, act).await?);
        }
        if let Some(fills) = patch.fills {
            changed = Some(self.template_act(scope, channel, TemplateAct::Fill(id.clone(), fills)).await?);
        }
        if patch.seen {
            changed = Some(self.template_act(scope, channel, TemplateAct::See(id)).await?);
        }
        changed.ok_or(Refusal::Invalid {
            field: "draft",
            message: "say what is to change: draft, fills or seen".to_owned(),
        })
    }

    /// Deletes a template, in its language.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], the provider does not do it, or it is not durable.
    pub async fn delete_template(
        &self,
        scope: TenantScope,
        act: Act,
        channel: ChannelId,
        id: String,
    ) -> Result<(), Refusal> {
        self.template_act(scope, channel, TemplateAct::Delete(id)).await?;
        tracing::info!(correlation = %act.correlation, %channel, "a template was deleted");
        Ok(())
    }

    async fn template_act(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        act: TemplateAct,
    ) -> Result<wire::Template, Refusal> {
        channel::ask(&self.env, scope, channel, |reply| channel::Letter::TemplateAct(act, reply)).await
    }

    /// The provider's handle of the example of a draft's file. What can be refused is refused before it is uploaded.
    async fn sample(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        draft: &wire::TemplateDraft,
    ) -> Result<Option<String>, Refusal> {
        rules::check_draft(draft).map_err(conversation::refusal_of)?;
        let client = channel::ask(&self.env, scope, channel, channel::Letter::Client).await?;
        let kind =
            wire::Template { header_format: draft.header_format, ..Default::default() }.header_file_kind();
        let (Some(kind), Some(file)) = (kind, draft.header_file) else { return Ok(None) };
        self.sendable(scope, kind, file).await?;
        media::sample(&self.env, scope, file, &client).await.map(Some)
    }
}
