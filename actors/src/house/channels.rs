//! Channels: connecting, showing, deleting.

use switchboard_domain::{audit::By, channel as rules};
use switchboard_ports::store::Scan;
use switchboard_schema::{
    ChannelId, TenantScope,
    record::{ChannelBody, ChannelRow},
    wire,
};

use super::House;
use crate::{
    Refusal,
    channel::{self, Change, Notice},
    env::Env,
    tenant::{self, Told},
};

/// A connected channel.
pub(crate) struct Connected<'a> {
    pub(crate) id: ChannelId,
    pub(crate) body: &'a ChannelBody,
}

impl Connected<'_> {
    /// As the API shows it: without secrets.
    pub(crate) fn show(&self, env: &Env, scope: TenantScope) -> wire::Channel {
        let now = env.clock.now();
        wire::Channel {
            id: self.id,
            version: self.body.version,
            kind: self.body.kind,
            name: self.body.name.clone(),
            phone_number_id: self.body.phone_number_id.clone(),
            waba_id: self.body.waba_id.clone(),
            health: self.body.health,
            problem: self.body.problem.clone(),
            webhook_url: format!("{}{}", env.webhook_base, self.id),
            verify_token: None,
            created_at: self.body.created_at,
            read_receipts: self.body.read_receipts,
            facts: self.body.standing.facts.clone(),
            checked_at: self.body.standing.checked_at,
            lights: rules::lights(
                &self.body.standing,
                (self.body.health, self.body.problem.as_deref()),
                self.body.created_at,
                now,
            ),
            queue: env.queues.of(&(scope, self.id)),
            limit_full_until: env.initiated.full_until(scope, &self.body.waba_id, now),
        }
    }
}

/// Tells everybody how a channel is.
pub(crate) fn tell_of(env: &Env, scope: TenantScope, name: wire::EventName, channel: wire::Channel) {
    let data = wire::EventData { channel: Some(channel), ..Default::default() };
    let told = Told { name, at: env.clock.now(), data };
    env.tenants.tell_always(env, scope, (), tenant::Letter::Tell(Box::new(told)));
}

impl House {
    /// Stores a channel whose secrets the edge has sealed and whose number it has claimed.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn put_channel(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        body: ChannelBody,
    ) -> Result<wire::Channel, Refusal> {
        let put = |reply| channel::Letter::Put(Box::new(body), Box::new(by), reply);
        let body = channel::ask(&self.env, scope, id, put).await?;
        self.env.resolver.forget_channel(scope, id);
        Ok(Connected { id, body: &body }.show(&self.env, scope))
    }

    /// Changes a channel; what is sealed in the change was checked by the edge.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or when it is not durable.
    pub async fn change_channel(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        change: Change,
    ) -> Result<wire::Channel, Refusal> {
        let change = |reply| channel::Letter::Change(Box::new(change), Box::new(by), reply);
        let body = channel::ask(&self.env, scope, id, change).await?;
        self.env.resolver.forget_channel(scope, id);
        Ok(Connected { id, body: &body }.show(&self.env, scope))
    }

    /// A channel.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], also of one that was disconnected, or when the store cannot be read.
    pub async fn channel(&self, scope: TenantScope, id: ChannelId) -> Result<wire::Channel, Refusal> {
        let body = channel::ask(&self.env, scope, id, channel::Letter::Show).await?;
        if body.deleted_at.is_some() {
            return Err(Refusal::NotFound("channel"));
        }
        Ok(Connected { id, body: &body }.show(&self.env, scope))
    }

    /// Asks the provider how a number stands, now.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]. That the provider does not answer is said by the lights.
    pub async fn check_channel(&self, scope: TenantScope, id: ChannelId) -> Result<wire::Channel, Refusal> {
        let body = channel::ask(&self.env, scope, id, channel::Letter::Check).await?;
        Ok(Connected { id, body: &body }.show(&self.env, scope))
    }

    /// Lets a channel's owner do what is due: called after a start for those whose wake-up may never have been filed.
    ///
    /// # Errors
    /// When what comes after is not durable.
    pub async fn wake_channel(&self, scope: TenantScope, id: ChannelId) -> Result<(), Refusal> {
        channel::ask(&self.env, scope, id, channel::Letter::Wake).await
    }

    /// Seals a channel's secrets under the present master key. Answers whether one was sealed under another.
    ///
    /// # Errors
    /// [`Refusal::Broken`] where no key that is known opens one; or it is not durable.
    pub async fn reseal_channel(&self, scope: TenantScope, id: ChannelId) -> Result<bool, Refusal> {
        channel::ask(&self.env, scope, id, channel::Letter::Reseal).await
    }

    /// Something was noticed of a channel, such as that a webhook of it came. It may be lost.
    pub fn notice(&self, scope: TenantScope, id: ChannelId, notice: Notice) {
        if let Err(refusal) = self.env.channels.tell(&self.env, scope, id, channel::Letter::Notice(notice)) {
            tracing::debug!(channel = %id, %refusal, "what was noticed of a channel is lost");
        }
    }

    /// Deletes a channel: nothing more goes out, what still comes in is verified and dropped. With `erase` what it is
    /// verified with is removed as well.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or when it is not durable.
    pub async fn delete_channel(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        erase: bool,
    ) -> Result<(), Refusal> {
        let correlation = by.correlation;
        let delete = |reply| channel::Letter::Delete { erase, by: Box::new(by), reply };
        channel::ask(&self.env, scope, id, delete).await?;
        self.env.resolver.forget_channel(scope, id);
        if let Some(correlation) = correlation {
            tracing::info!(%correlation, channel = %id, "a channel was deleted");
        }
        Ok(())
    }

    /// The connected channels, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn channels(&self, scope: TenantScope) -> Result<wire::ChannelList, Refusal> {
        let as_of = self.place(scope).await?;
        let scan = Scan::of::<ChannelRow>(ChannelRow::partition());
        let rows = self.env.records.all::<ChannelRow>(scope, scan).await?;
        let mut channels: Vec<_> = rows
            .iter()
            .filter(|row| row.body.0.deleted_at.is_none())
            .map(|row| Connected { id: row.channel_id, body: &row.body.0 }.show(&self.env, scope))
            .collect();
        channels.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(wire::ChannelList { channels, as_of })
    }
}
