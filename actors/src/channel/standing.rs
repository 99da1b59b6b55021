//! How a channel's number stands: asked for at an interval and whenever something hints at a change, kept on its row, told.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use switchboard_domain::{
    channel::{self as rules, AccountNews, Look},
    throughput::Throughput,
};
use switchboard_ports::{
    account::{AccountError, Accounts, Credentials, NumberReport, WrongField},
    secrets::channel_secret,
    store::{Lane, Mutation, Scope},
};
use switchboard_schema::{
    ChannelId, TenantScope, Timestamp,
    record::{ChannelBody, ChannelRow, Sealed, WakeupReason, WakeupRow, WakeupTarget},
    table::Json,
    wire,
};

use super::{ChannelActor, tell};
use crate::{
    Refusal,
    directory::Reply,
    env::Env,
    house::{Connected, tell_of},
    wakeups::{SHARD, Wakeups},
};

/// How often it is stored and told that something came or went.
const NOTED_EVERY: Duration = Duration::from_secs(60);
/// Pause after a look on a hint before another is taken on one: of the 200 management calls an hour it leaves room.
const HINT_PAUSE: Duration = Duration::from_secs(60);

/// What is changed of a channel. What is nothing stays.
#[derive(Debug, Default)]
pub struct Change {
    /// What colleagues call it.
    pub name: Option<String>,
    /// The new token.
    pub access_token: Option<Sealed>,
    /// The new secret that signs webhooks.
    pub app_secret: Option<Sealed>,
    /// What the provider said with them.
    pub look: Option<Look>,
}

/// What was noticed of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A webhook that verifies; `received`: with a customer's message in it.
    Heard {
        /// There was a customer's message in it.
        received: bool,
    },
    /// A webhook that does not verify.
    Unsigned,
}

/// Asks the provider about a number, and has our app told what happens in its account.
///
/// # Errors
/// What it calls wrong, or that it cannot be asked.
pub async fn confirmed(accounts: &dyn Accounts, of: Credentials) -> Result<Look, AccountError> {
    let NumberReport { facts, token_expires_at, .. } = accounts.look(of.clone()).await?;
    // Each time: whoever else has numbers of this account may have ended it.
    let subscribed = match accounts.subscribe(of).await {
        Ok(()) => Some(true),
        Err(AccountError::Wrong { .. }) => Some(false),
        Err(_) => None,
    };
    Ok(Look::Seen { facts, token_expires_at, subscribed })
}

/// What it means that a number was not confirmed.
#[must_use]
pub fn look_of(error: AccountError) -> Look {
    match error {
        AccountError::Wrong { field: WrongField::AccessToken, message } => Look::Refused(message),
        AccountError::Wrong { message, .. } => Look::Doubtful(message),
        AccountError::Unavailable(why) | AccountError::Unclear(why) => Look::Unavailable(why),
    }
}

/// Asks the provider how a channel's number stands.
async fn look(env: Env, id: ChannelId, body: ChannelBody) -> Look {
    let open = |part: &str, sealed: &Sealed| env.vault.open(&channel_secret(id, part), sealed);
    let opened = open("access_token", &body.access_token).and_then(|token| {
        Ok((token, body.app_secret.as_ref().map(|sealed| open("app_secret", sealed)).transpose()?))
    });
    let Ok((access_token, app_secret)) = opened else {
        return Look::Unavailable("its secrets do not open under this master key".to_owned());
    };
    let of = Credentials {
        phone_number_id: body.phone_number_id,
        waba_id: body.waba_id,
        access_token,
        app_secret,
    };
    confirmed(&*env.accounts, of).await.unwrap_or_else(look_of)
}

/// Files when the provider is to be asked again, whatever becomes of this process.
async fn file(env: Env, scope: TenantScope, id: ChannelId, due: Timestamp) -> Result<(), Refusal> {
    env.wakeups.open(&env).await?;
    let filed = Wakeups::file(&env, due);
    let row = WakeupRow {
        shard: SHARD,
        minute: filed.minute,
        due,
        tenant_id: scope.tenant(),
        target: WakeupTarget::Channel(id).to_key(),
        reason: WakeupReason::Check.as_str().to_owned(),
    };
    Ok(env.store.commit_one(Scope::System, Lane::Bulk, vec![Mutation::put(row)]).await?)
}

impl ChannelActor {
    /// Its time has come, or the clock's of an earlier process: asks the provider where that is due.
    pub(super) fn wake(&mut self, reply: Reply<()>, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let due = self
            .body
            .as_ref()
            .filter(|body| body.deleted_at.is_none())
            .and_then(|body| body.standing.check_at)
            .is_some_and(|at| at <= now);
        if !due {
            return tell(reply, Ok(()));
        }
        // First what comes after, were this process to end meanwhile.
        let filing = file(self.env.clone(), self.scope, self.id, now + rules::CHECK_EVERY);
        ctx.spawn(filing.into_actor(self).map(move |filed, actor, ctx| {
            if filed.is_ok() {
                actor.check(None, ctx);
            }
            tell(reply, filed);
        }));
    }

    /// Asks the provider now; who asks while it is being asked hears the same.
    pub(super) fn check(&mut self, reply: Option<Reply<ChannelBody>>, ctx: &mut Context<Self>) {
        let Some(body) = self.body.clone().filter(|body| body.deleted_at.is_none()) else {
            if let Some(reply) = reply {
                tell(reply, Err(Refusal::NotFound("channel")));
            }
            return;
        };
        self.want_check.extend(reply);
        if std::mem::replace(&mut self.checking, true) {
            return;
        }
        let token = body.access_token.clone();
        ctx.spawn(look(self.env.clone(), self.id, body).into_actor(self).map(move |look, actor, ctx| {
            actor.checking = false;
            let is_of_this_token = actor.body.as_ref().is_some_and(|body| body.access_token == token);
            // What was found with a token that gave way meanwhile says nothing of the new one.
            if is_of_this_token {
                actor.take_look(look, ctx);
            }
            let shown = actor.body.clone().ok_or(Refusal::NotFound("channel"));
            for reply in std::mem::take(&mut actor.want_check) {
                tell(reply, shown.clone());
            }
        }));
    }

    /// Something hints that the number stands otherwise than we know.
    pub(super) fn check_on_hint(&mut self, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let wait = self.hinted_at.map_or(Duration::ZERO, |at| HINT_PAUSE.saturating_sub(now.since(at)));
        if wait.is_zero() {
            self.hinted_at = Some(now);
            self.check(None, ctx);
        } else if !std::mem::replace(&mut self.hint_waits, true) {
            ctx.run_later(wait, |actor, ctx| {
                actor.hint_waits = false;
                actor.check_on_hint(ctx);
            });
        }
    }

    fn take_look(&mut self, look: Look, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(body) = &mut self.body else { return };
        let label = match &look {
            Look::Seen { .. } => "seen",
            Look::Refused(_) => "refused",
            Look::Doubtful(_) => "doubtful",
            Look::Unavailable(_) => "unavailable",
        };
        metrics::counter!("switchboard_channel_checks_total", "outcome" => label).increment(1);
        let asked_for = !self.want_check.is_empty();
        let before = rules::problem(&body.standing).map(str::to_owned);
        rules::take_look(&mut body.standing, look, now);
        settle_health(body, before.as_deref(), asked_for);
        let next = body.standing.check_at;
        self.stands();
        self.tell_and_store();
        if let Some(due) = next {
            self.file_check(due, ctx);
        }
    }

    /// Files the next look; where that fails it is tried again, as nobody else would.
    pub(super) fn file_check(&self, due: Timestamp, ctx: &mut Context<Self>) {
        let filing = file(self.env.clone(), self.scope, self.id, due);
        ctx.spawn(filing.into_actor(self).map(move |filed, _, ctx| {
            if let Err(refusal) = filed {
                tracing::warn!(%refusal, "when a number is asked about again was not stored");
                ctx.run_later(super::LONGEST_PAUSE, move |actor, ctx| actor.file_check(due, ctx));
            }
        }));
    }

    /// Takes over what the row says of how the number stands: its pace, and whether it may send.
    pub(super) fn stands(&mut self) {
        let Some(body) = &self.body else { return };
        let per_second = rules::per_second(body.standing.facts.as_ref());
        if per_second != self.per_second {
            self.per_second = per_second;
            self.throughput = Throughput::new(per_second, self.env.clock.now());
        }
        let problem = rules::problem(&body.standing).filter(|_| body.deleted_at.is_none());
        self.env.troubles.set((self.scope, self.id), problem.map(Into::into));
    }

    /// Something came, or did not verify.
    pub(super) fn notice(&mut self, notice: Notice) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else { return };
        let standing = &mut body.standing;
        let news = match notice {
            Notice::Heard { received } => {
                let before = standing.heard_at.replace(now);
                let mended = standing.unsigned_at.is_some_and(|at| before.is_none_or(|heard| heard < at));
                let first = received && standing.received_at.is_none();
                if received {
                    standing.received_at = Some(now);
                }
                before.is_none() || mended || first
            }
            Notice::Unsigned => {
                standing.unsigned = standing.unsigned.saturating_add(1);
                let before = standing.unsigned_at.replace(now);
                before.is_none_or(|at| standing.heard_at.is_some_and(|heard| heard > at))
            }
        };
        if news && notice == Notice::Unsigned {
            self.tell_and_store();
        } else {
            self.note(news);
        }
    }

    /// The provider took a message.
    pub(super) fn note_sent(&mut self) {
        let now = self.env.clock.now();
        let Some(body) = &mut self.body else { return };
        let first = body.standing.sent_at.replace(now).is_none();
        self.note(first);
    }

    /// Stores what was noted: at once where it is news, else now and then. It is not told by itself: what came or went is.
    fn note(&mut self, news: bool) {
        let now = self.env.clock.now();
        if news || self.noted_at.is_none_or(|at| now.since(at) >= NOTED_EVERY) {
            self.noted_at = Some(now);
            self.store_standing(false);
        }
    }

    /// The templates were read or changed, or could not be read: `problem` says why.
    pub(super) fn note_templates(&mut self, problem: Option<String>) {
        let (read_at, templates, unseen) = self.templates.counts();
        let Some(body) = &mut self.body else { return };
        let standing = &mut body.standing;
        let before = (standing.templates, standing.templates_unseen, standing.templates_problem.clone());
        standing.templates_at = read_at.or(standing.templates_at);
        (standing.templates, standing.templates_unseen) = (templates, unseen);
        standing.templates_problem = problem;
        let news = before != (templates, unseen, standing.templates_problem.clone());
        self.note(news);
    }

    /// The provider told something of the account.
    pub(super) fn take_news(&mut self, news: &AccountNews, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else { return };
        let before = rules::problem(&body.standing).map(str::to_owned);
        if rules::take_news(&mut body.standing, news, now) {
            settle_health(body, before.as_deref(), false);
            self.stands();
            self.tell_and_store();
        }
        self.check(None, ctx);
    }

    /// Changes the channel. Requests that run end with what they began with.
    pub(super) fn change(&mut self, change: Change, reply: Reply<ChannelBody>, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(mut body) = self.body.clone().filter(|body| body.deleted_at.is_none()) else {
            return tell(reply, Err(Refusal::NotFound("channel")));
        };
        let Change { name, access_token, app_secret, look } = change;
        body.name = name.unwrap_or(body.name);
        if let Some(secret) = app_secret {
            body.app_secret = Some(secret);
            (body.standing.unsigned, body.standing.unsigned_at) = (0, None);
        }
        body.access_token = access_token.unwrap_or(body.access_token);
        if let Some(look) = look {
            let before = rules::problem(&body.standing).map(str::to_owned);
            rules::take_look(&mut body.standing, look, now);
            settle_health(&mut body, before.as_deref(), true);
        }
        self.store(body, reply, ctx);
    }

    /// Stores how the channel is, and then tells everybody. What we saw last is kept for the next start, and no harm if it
    /// is lost; in the lane of the other writes of this row, whose order counts.
    pub(super) fn tell_and_store(&mut self) {
        self.store_standing(true);
    }

    fn store_standing(&mut self, is_told: bool) {
        let Some(body) = &mut self.body else { return };
        body.version += 1;
        let shown = Connected { id: self.id, body }.show(&self.env, self.scope);
        let row = ChannelRow { channel_id: self.id, body: Json(body.clone()) };
        let write = self.env.store.commit_one(self.scope.into(), Lane::Interactive, vec![Mutation::put(row)]);
        let (env, scope) = (self.env.clone(), self.scope);
        actix_rt::spawn(async move {
            if let Err(error) = write.await {
                tracing::debug!(%error, "how a channel is was not stored");
            }
            if is_told {
                tell_of(&env, scope, wire::EventName::ChannelUpdated, shown);
            }
        });
    }

    /// Tells how the channel is, where what changed is in no row: who waits, whether there is room for one more.
    pub(super) fn tell_as_is(&self) {
        if let Some(body) = self.body.as_ref().filter(|body| body.deleted_at.is_none()) {
            let shown = Connected { id: self.id, body }.show(&self.env, self.scope);
            tell_of(&self.env, self.scope, wire::EventName::ChannelUpdated, shown);
        }
    }
}

/// What is certain against a number counts for its health. Once nothing is, it works again, unless a request was refused
/// for another reason, such as a payment: that is over when one goes well or somebody says so by having it checked.
fn settle_health(body: &mut ChannelBody, before: Option<&str>, asked_for: bool) {
    let problem = rules::problem(&body.standing).map(str::to_owned);
    if problem.is_some() {
        (body.health, body.problem) = (wire::ChannelHealth::Broken, problem);
        return;
    }
    let over = asked_for || (before.is_some() && body.problem.as_deref() == before);
    if body.health == wire::ChannelHealth::Broken && body.standing.unverified.is_none() && over {
        (body.health, body.problem) = (wire::ChannelHealth::Working, None);
    }
}
