//! Channels: connecting, showing, deleting.

use switchboard_ports::store::Scan;
use switchboard_schema::{
    ChannelId, TenantScope,
    record::{ChannelBody, ChannelRow},
    wire,
};

use super::{Act, House};
use crate::{
    Refusal, channel,
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
    pub(crate) fn show(&self, env: &Env) -> wire::Channel {
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
        }
    }
}

impl House {
    fn tell_of_channel(&self, scope: TenantScope, name: wire::EventName, channel: wire::Channel) {
        let data = wire::EventData { channel: Some(channel), ..Default::default() };
        let told = Told { name, at: self.env.clock.now(), data };
        self.env.tenants.tell_always(&self.env, scope, (), tenant::Letter::Tell(Box::new(told)));
    }

    /// Stores a channel whose secrets the edge has sealed and whose number it has claimed.
    ///
    /// # Errors
    /// When it is not durable.
    pub async fn put_channel(
        &self,
        scope: TenantScope,
        id: ChannelId,
        body: ChannelBody,
    ) -> Result<wire::Channel, Refusal> {
        let put = |reply| channel::Letter::Put(Box::new(body), reply);
        let body = channel::ask(&self.env, scope, id, put).await?;
        self.env.resolver.forget_channel(scope, id);
        let shown = Connected { id, body: &body }.show(&self.env);
        self.tell_of_channel(scope, wire::EventName::ChannelUpdated, shown.clone());
        Ok(shown)
    }

    /// Deletes a channel: nothing more goes out, what still comes in is verified and dropped.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or when it is not durable.
    pub async fn delete_channel(&self, scope: TenantScope, act: Act, id: ChannelId) -> Result<(), Refusal> {
        let body = channel::ask(&self.env, scope, id, channel::Letter::Delete).await?;
        self.env.resolver.forget_channel(scope, id);
        tracing::info!(correlation = %act.correlation, channel = %id, "a channel was deleted");
        let shown = Connected { id, body: &body }.show(&self.env);
        self.tell_of_channel(scope, wire::EventName::ChannelDeleted, shown);
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
            .map(|row| Connected { id: row.channel_id, body: &row.body.0 }.show(&self.env))
            .collect();
        channels.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(wire::ChannelList { channels, as_of })
    }
}
