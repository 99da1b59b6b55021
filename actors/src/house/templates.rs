//! Templates: reading, submitting, filling, deleting.

use std::collections::btree_map::Entry;

use switchboard_domain::{audit::By, outbound::ProviderFiles, template as rules};
use switchboard_schema::{ChannelId, TenantScope, wire};

use super::House;
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
        by: By,
        request: wire::CreateTemplate,
    ) -> Result<wire::Template, Refusal> {
        let samples = self.samples(scope, request.channel_id, &request.draft).await?;
        let act = TemplateAct::Create(Box::new(request.draft), samples);
        self.template_act(scope, by, request.channel_id, act).await
    }

    /// Changes a template: its words, what fills it, whether its changes were seen.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, the provider does not take it, or it is not durable.
    pub async fn patch_template(
        &self,
        scope: TenantScope,
        by: By,
        id: String,
        patch: wire::TemplatePatch,
    ) -> Result<wire::Template, Refusal> {
        let channel = patch.channel_id;
        let mut changed = None;
        if let Some(draft) = patch.draft {
            let samples = self.samples(scope, channel, &draft).await?;
            let act = TemplateAct::Edit(id.clone(), Box::new(draft), samples);
            changed = Some(self.template_act(scope, by.clone(), channel, act).await?);
        }
        if let Some(fills) = patch.fills {
            let act = TemplateAct::Fill(id.clone(), fills);
            changed = Some(self.template_act(scope, by.clone(), channel, act).await?);
        }
        if patch.seen {
            changed = Some(self.template_act(scope, by, channel, TemplateAct::See(id)).await?);
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
        by: By,
        channel: ChannelId,
        id: String,
    ) -> Result<(), Refusal> {
        self.template_act(scope, by, channel, TemplateAct::Delete(id)).await.map(drop)
    }

    async fn template_act(
        &self,
        scope: TenantScope,
        by: By,
        channel: ChannelId,
        act: TemplateAct,
    ) -> Result<wire::Template, Refusal> {
        channel::ask(&self.env, scope, channel, |reply| {
            channel::Letter::TemplateAct(act, Box::new(by), reply)
        })
        .await
    }

    /// The provider's handles of the examples of a draft's files. What can be refused is refused before one is uploaded.
    async fn samples(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        draft: &wire::TemplateDraft,
    ) -> Result<ProviderFiles, Refusal> {
        rules::check_draft(draft).map_err(conversation::refusal_of)?;
        let client = channel::ask(&self.env, scope, channel, channel::Letter::Client).await?;
        let above = draft.header_format.zip(draft.header_file);
        let cards = draft.cards.iter().filter_map(|card| Some((card.header_format, card.header_file?)));
        let files: Vec<_> = above
            .into_iter()
            .chain(cards)
            .filter_map(|(format, file)| Some((file, format.file_kind()?)))
            .collect();
        for (file, kind) in &files {
            self.sendable(scope, *kind, *file).await?;
        }
        let mut samples = ProviderFiles::new();
        for (file, _) in files {
            // The same picture on several cards goes up once.
            if let Entry::Vacant(place) = samples.entry(file) {
                place.insert(media::sample(&self.env, scope, file, &client).await?);
            }
        }
        Ok(samples)
    }
}
