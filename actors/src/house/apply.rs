//! Webhooks' updates on their way to the conversations they belong to.

use std::collections::HashMap;

use futures_util::future::join_all;
use switchboard_domain::{
    conversation::Command as Rule,
    inbound::{IdentityChange, InboundMessage, Party, Update},
};
use switchboard_schema::{
    ChannelId, ConversationId, CorrelationId, TenantScope,
    wire::{Content, Unsupported},
};
use tokio::sync::oneshot;

use super::House;
use crate::{
    Refusal, channel,
    conversation::{self, Answer, Ask},
    directory::answer,
    env::Env,
    resolve::{self, Found},
    shell,
};

/// Times a message follows a conversation that gave way to another.
const MAX_MOVES: usize = 4;

impl House {
    /// Takes a verified webhook's updates for one channel. `Ok` means: every update is durable, or was
    /// before. Updates of one conversation keep their order.
    ///
    /// # Errors
    /// When some update is not durable; the provider must send them all again.
    pub async fn deliver(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        updates: Vec<Update>,
        correlation: CorrelationId,
    ) -> Result<(), Refusal> {
        self.admit(scope)?;
        tracing::debug!(%correlation, %channel, updates = updates.len(), "updates came in");
        // Updates of one person go one after the other, those of several at once. Statuses that say where
        // their message stands go with it; the others are looked up one by one.
        let mut lanes: HashMap<LaneKey, Vec<Update>> = HashMap::new();
        for update in updates {
            if let Some(key) = LaneKey::of(&update) {
                lanes.entry(key).or_default().push(update);
            }
        }
        let lanes = lanes.into_values().map(|updates| self.deliver_in_order(scope, channel, updates));
        // All are carried as far as they go, also when one fails: the repetition then finds them done.
        join_all(lanes).await.into_iter().collect()
    }

    async fn deliver_in_order(&self, scope: TenantScope, channel: ChannelId, updates: Vec<Update>) -> Result<(), Refusal> {
        let mut run = Vec::new();
        for update in updates {
            match update {
                // A run of messages of one person is asked at once and so shares commits.
                Update::Message(message) => run.push(message),
                other => {
                    self.receive_run(scope, channel, std::mem::take(&mut run)).await?;
                    apply(&self.env, scope, channel, other).await?;
                }
            }
        }
        self.receive_run(scope, channel, run).await
    }

    async fn receive_run(&self, scope: TenantScope, channel: ChannelId, run: Vec<InboundMessage>) -> Result<(), Refusal> {
        let Some(first) = run.first() else { return Ok(()) };
        let one_party = run.iter().all(|message| message.from == first.from);
        if !one_party || run.len() == 1 {
            for message in run {
                receive(&self.env, scope, channel, message).await?;
            }
            return Ok(());
        }
        let found = resolve::resolve(&self.env, scope, channel, &first.from, false).await?;
        if found.absorbed {
            for message in run {
                receive(&self.env, scope, channel, message).await?;
            }
            return Ok(());
        }
        let mut answers = Vec::with_capacity(run.len());
        for message in &run {
            let ask = Ask::Receive(Box::new((found.contact.clone(), message.clone())));
            answers.push(tell(&self.env, scope, found.conversation_id, Some(channel), ask)?);
        }
        for (received, message) in join_all(answers).await.into_iter().zip(run) {
            match received {
                Ok(_) => {}
                Err(Refusal::Moved(_)) => receive(&self.env, scope, channel, message).await?,
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }
}

/// What keeps an order among updates.
#[derive(PartialEq, Eq, Hash)]
enum LaneKey {
    Person(String),
    Message(String),
}

impl LaneKey {
    fn of(update: &Update) -> Option<Self> {
        match (update, update.sender()) {
            (_, Some(party)) => party.identities.first().map(|identity| Self::Person(identity.value.clone())),
            (Update::Status(status), None) => Some(match status.callback {
                Some(callback) => Self::Person(callback.conversation_id.to_string()),
                None => Self::Message(status.provider_id.clone()),
            }),
            (_, None) => None,
        }
    }
}

/// Asks a conversation; the answer comes later.
fn tell(
    env: &Env,
    scope: TenantScope,
    id: ConversationId,
    channel_id: Option<ChannelId>,
    ask: Ask,
) -> Result<impl Future<Output = Result<Answer, Refusal>> + use<>, Refusal> {
    let (reply, receiver) = oneshot::channel();
    let command = conversation::Asked { channel_id, ask };
    env.conversations.tell(env, scope, id, shell::Asked { command, reply: Some(reply) })?;
    Ok(answer(receiver))
}

/// Asks a conversation and waits.
pub(super) async fn ask(
    env: &Env,
    scope: TenantScope,
    id: ConversationId,
    channel_id: Option<ChannelId>,
    ask: Ask,
) -> Result<Answer, Refusal> {
    tell(env, scope, id, channel_id, ask)?.await
}

/// A customer's message, to wherever they are now.
async fn receive(env: &Env, scope: TenantScope, channel: ChannelId, message: InboundMessage) -> Result<(), Refusal> {
    for round in 0..MAX_MOVES {
        let found = resolve::resolve(env, scope, channel, &message.from, round > 0).await?;
        if stands_elsewhere(env, scope, channel, &found, &message.provider_id).await? {
            return Ok(());
        }
        let received = Ask::Receive(Box::new((found.contact, message.clone())));
        match ask(env, scope, found.conversation_id, Some(channel), received).await {
            Err(Refusal::Moved(_)) => {}
            result => return result.map(drop),
        }
    }
    Err(Refusal::Unavailable("the conversation moved too often".to_owned()))
}

/// A message of somebody who was two contacts once may stand in the other one's thread already.
async fn stands_elsewhere(
    env: &Env,
    scope: TenantScope,
    channel: ChannelId,
    found: &Found,
    provider_id: &str,
) -> Result<bool, Refusal> {
    if !found.absorbed {
        return Ok(false);
    }
    let spot =
        channel::ask(env, scope, channel, |reply| channel::Letter::Locate(provider_id.to_owned(), reply)).await?;
    Ok(spot.is_some_and(|(conversation_id, _)| conversation_id != found.conversation_id))
}

/// Any update but a message.
async fn apply(env: &Env, scope: TenantScope, channel: ChannelId, update: Update) -> Result<(), Refusal> {
    match update {
        Update::Message(message) => receive(env, scope, channel, message).await,
        Update::Edit(ref edit) => {
            let (from, original) = (edit.from.clone(), edit.original_id.clone());
            change(env, scope, channel, &from, original, update).await
        }
        Update::Revoke(ref revoke) => {
            let (from, original) = (revoke.from.clone(), revoke.original_id.clone());
            change(env, scope, channel, &from, original, update).await
        }
        Update::Status(ref status) => {
            if let Some(callback) = status.callback {
                let rule = Rule::Status { status: status.clone(), seq: callback.seq };
                match ask(env, scope, callback.conversation_id, None, Ask::Rule(rule)).await {
                    // Not ours after all: somebody else's data, or a conversation erased since.
                    Err(Refusal::NotFound(_)) => {}
                    result => return result.map(drop),
                }
            }
            let provider_id = status.provider_id.clone();
            let spot =
                channel::ask(env, scope, channel, |reply| channel::Letter::Locate(provider_id.clone(), reply)).await?;
            match spot {
                Some(spot) => apply_at(env, scope, spot, update).await,
                None => orphan(env, scope, channel, provider_id, update).await,
            }
        }
        Update::IdentityChange(change) => identity_changed(env, scope, channel, change).await,
        Update::Other(other) => {
            metrics::counter!("switchboard_updates_without_conversation_total").increment(1);
            tracing::debug!(field = %other.field, "an update concerns no conversation");
            Ok(())
        }
    }
}

/// An edit or revoke: to its original, or kept until that comes.
async fn change(
    env: &Env,
    scope: TenantScope,
    channel: ChannelId,
    from: &Party,
    original_id: String,
    update: Update,
) -> Result<(), Refusal> {
    let found = resolve::resolve(env, scope, channel, from, false).await?;
    let asked = match &update {
        Update::Edit(edit) => Ask::Edit(Box::new(edit.clone())),
        Update::Revoke(revoke) => Ask::Revoke(Box::new(revoke.clone())),
        _ => return Ok(()),
    };
    match ask(env, scope, found.conversation_id, Some(channel), asked).await {
        Ok(Answer::NotHere) | Err(Refusal::Moved(_) | Refusal::NotFound(_)) => {}
        result => return result.map(drop),
    }
    let spot =
        channel::ask(env, scope, channel, |reply| channel::Letter::Locate(original_id.clone(), reply)).await?;
    match spot {
        Some(spot) => apply_at(env, scope, spot, update).await,
        None => orphan(env, scope, channel, original_id, update).await,
    }
}

async fn orphan(
    env: &Env,
    scope: TenantScope,
    channel: ChannelId,
    provider_id: String,
    update: Update,
) -> Result<(), Refusal> {
    let kept = channel::ask(env, scope, channel, |reply| {
        channel::Letter::Orphan(Box::new((provider_id, update.clone())), reply)
    });
    match kept.await? {
        Some(spot) => apply_at(env, scope, spot, update).await,
        None => Ok(()),
    }
}

/// An update whose message stands at a known place.
pub(crate) async fn apply_at(
    env: &Env,
    scope: TenantScope,
    (conversation_id, seq): channel::Spot,
    update: Update,
) -> Result<(), Refusal> {
    let rule = match update {
        Update::Status(status) => Rule::Status { status, seq },
        Update::Edit(edit) => Rule::Edit { edit, seq },
        Update::Revoke(revoke) => Rule::Revoke { revoke, seq },
        Update::Message(_) | Update::IdentityChange(_) | Update::Other(_) => return Ok(()),
    };
    ask(env, scope, conversation_id, None, Ask::Rule(rule)).await.map(drop)
}

/// A customer's address changed: the old and the new are one person; the thread says so.
async fn identity_changed(
    env: &Env,
    scope: TenantScope,
    channel: ChannelId,
    change: IdentityChange,
) -> Result<(), Refusal> {
    let identities = change.from.identities.iter().chain(&change.to).cloned().collect();
    let party = Party { identities, profile_name: change.from.profile_name.clone() };
    let told = change.to.iter().map(|identity| identity.value.as_str()).collect::<Vec<_>>().join(", ");
    let notice = InboundMessage {
        from: party,
        provider_id: change.provider_id,
        at: change.at,
        content: Content::Unsupported(Unsupported { kind: "number_changed".to_owned(), raw: Some(told), blob: None }),
        reply_to: None,
        free_entry: false,
        notice: true,
        raw: None,
    };
    receive(env, scope, channel, notice).await
}
