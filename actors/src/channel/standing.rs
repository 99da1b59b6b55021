//! How a channel's number stands: asked for at an interval and whenever something hints at a change, kept on its row, told.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use switchboard_domain::{
    audit::{By, Deed},
    channel::{self as rules, AccountNews, Look, Trouble},
    phone_import::{self, PhoneAnswer, PhoneData, PhoneNews},
    throughput::Throughput,
};
use switchboard_ports::{
    account::{AccountError, Accounts, Credentials, NumberReport, WrongField},
    secrets::{Vault, channel_secret},
    store::{Lane, Mutation, Scope},
};
use switchboard_schema::{
    ChannelId, TenantScope, Timestamp,
    record::{ChannelBody, ChannelRow, Sealed, WakeupReason, WakeupRow, WakeupTarget},
    table::Json,
    wire::{self, AuditAct, LightSubject},
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
    /// The new word for its address, where the old one does not open any more.
    pub verify_token: Option<Sealed>,
    /// Whether customers are told that what they wrote was read.
    pub read_receipts: Option<bool>,
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
        AccountError::Wrong { field: WrongField::AppSecret, message } => {
            Look::Doubtful(LightSubject::Webhook, message)
        }
        AccountError::Wrong { field: WrongField::PhoneNumberId | WrongField::WabaId, message } => {
            Look::Doubtful(LightSubject::Number, message)
        }
        AccountError::Unavailable(why) | AccountError::Unclear(why) => Look::Unavailable(why),
    }
}

/// Whether a channel's token and its app secret do not open under the keys of this server.
#[must_use]
pub fn closed(vault: &dyn Vault, id: ChannelId, body: &ChannelBody) -> (bool, bool) {
    let is_closed = |part: &str, sealed: &Sealed| vault.open(&channel_secret(id, part), sealed).is_err();
    let token = body.deleted_at.is_none() && is_closed("access_token", &body.access_token);
    (token, body.app_secret.as_ref().is_some_and(|secret| is_closed("app_secret", secret)))
}

/// Notes what of a channel does not open; whether that is news.
pub(super) fn note_closed(vault: &dyn Vault, id: ChannelId, body: &mut ChannelBody) -> bool {
    let found = closed(vault, id, body);
    let standing = &mut body.standing;
    if found == (standing.token_closed, standing.secret_closed) {
        return false;
    }
    let before = rules::problem(standing).map(str::to_owned);
    (standing.token_closed, standing.secret_closed) = found;
    let problem = rules::problem(standing).map(str::to_owned);
    if body.deleted_at.is_none() {
        if problem.is_some() {
            (body.health, body.problem) = (wire::ChannelHealth::Broken, problem);
        } else if before.is_some() && body.problem == before {
            (body.health, body.problem) = (wire::ChannelHealth::Working, None);
        }
    }
    true
}

/// What a channel's calls are made with.
fn credentials(env: &Env, id: ChannelId, body: &ChannelBody) -> Result<Credentials, String> {
    let open = |part: &str, sealed: &Sealed| env.vault.open(&channel_secret(id, part), sealed);
    let opened = open("access_token", &body.access_token).and_then(|token| {
        Ok((token, body.app_secret.as_ref().map(|sealed| open("app_secret", sealed)).transpose()?))
    });
    let Ok((access_token, app_secret)) = opened else {
        return Err("its secrets do not open under this master key".to_owned());
    };
    Ok(Credentials {
        phone_number_id: body.phone_number_id.clone(),
        waba_id: body.waba_id.clone(),
        access_token,
        app_secret,
    })
}

/// Asks the provider how a channel's number stands, when it is its turn.
async fn look(env: Env, id: ChannelId, body: ChannelBody) -> Look {
    let of = match credentials(&env, id, &body) {
        Ok(of) => of,
        Err(why) => return Look::Unavailable(why),
    };
    // Never closed: it lives as long as we do.
    let _turn = env.checks.acquire().await;
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
    /// Its time has come, or the clock's of an earlier process: does what is due. A number that was never asked about is.
    pub(super) fn wake(&mut self, reply: Reply<()>, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else {
            return tell(reply, Ok(()));
        };
        let ended = rules::let_end(&mut body.standing, now);
        let due = body.standing.check_at.is_none_or(|at| at <= now);
        if ended {
            self.stands();
            self.tell_and_store();
        }
        self.bring_over(ctx);
        if !due {
            // What woke us is over. What is due and under way may end with this process: then it is due again.
            let next = self.body.as_ref().and_then(|body| rules::wake_at(&body.standing));
            if let Some(next) = next {
                let next = if next > now { next } else { now + phone_import::ASK_AGAIN };
                self.file_check(next, ctx);
            }
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
        if body.standing.token_closed || body.standing.secret_closed {
            // There is nothing to ask with; what helps is said already.
            if let Some(reply) = reply {
                tell(reply, Ok(body));
            }
            return;
        }
        // Somebody wants to know how it stands now: what could not be asked for before may be had now.
        let phone =
            self.body.as_mut().and_then(|body| body.standing.phone.as_mut()).filter(|_| reply.is_some());
        if phone.is_some_and(|phone| phone_import::ask_now(phone, self.env.clock.now())) {
            self.bring_over(ctx);
        }
        if reply.is_some() {
            self.read_templates_again(ctx);
        }
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
            Look::Doubtful(..) => "doubtful",
            Look::Unavailable(_) => "unavailable",
        };
        metrics::counter!("switchboard_channel_checks_total", "outcome" => label).increment(1);
        let asked_for = !self.want_check.is_empty();
        let before = rules::problem(&body.standing).map(str::to_owned);
        rules::take_look(self.id, &mut body.standing, look, now);
        settle_health(body, before.as_deref(), asked_for);
        let next = rules::wake_at(&body.standing);
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
            let now = self.env.clock.now();
            self.throughput = Throughput::new(per_second, now);
            *self.begins.lock().unwrap_or_else(PoisonError::into_inner) = Throughput::after(per_second, now);
        }
        let trouble = Trouble::of(&body.standing).filter(|_| body.deleted_at.is_none());
        self.env.troubles.set((self.scope, self.id), trouble.map(Arc::new));
        self.env.disconnected.set((self.scope, self.id), body.deleted_at.map(drop));
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
            drop(self.store_standing(false));
        }
    }

    /// The templates were read or changed, or could not be read: `problem` says why.
    pub(super) fn note_templates(&mut self, problem: Option<String>) {
        let (read_at, templates, unseen) = self.templates.counts();
        let Some(body) = &mut self.body else { return };
        let standing = &mut body.standing;
        let is_first = standing.templates_at.is_none() && read_at.is_some();
        let before = (standing.templates, standing.templates_unseen, standing.templates_problem.clone());
        standing.templates_at = read_at.or(standing.templates_at);
        (standing.templates, standing.templates_unseen) = (templates, unseen);
        standing.templates_problem = problem;
        let news = before != (templates, unseen, standing.templates_problem.clone());
        if is_first {
            // Its light says that they were not read yet until it is told otherwise.
            self.tell_and_store();
        } else {
            self.note(news);
        }
    }

    /// The provider told something of the account.
    pub(super) fn take_news(&mut self, news: &AccountNews, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else { return };
        let before = rules::problem(&body.standing).map(str::to_owned);
        if rules::take_news(&mut body.standing, news, now) {
            settle_health(body, before.as_deref(), false);
            let end = rules::next_end(&body.standing);
            self.stands();
            self.tell_and_store();
            if let Some(end) = end {
                self.file_check(end, ctx);
            }
        }
        self.check(None, ctx);
    }

    /// Asks for what the business' phone keeps, one part after the other, where that is due. That it is asked is stored
    /// before, and so is when it is asked next.
    fn bring_over(&mut self, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else { return };
        let Some(phone) = body.standing.phone.as_mut().filter(|_| !self.asking_phone) else { return };
        let before = phone.clone();
        let Some(data) = phone_import::ask(phone, now) else {
            if *phone != before {
                self.tell_and_store();
            }
            return;
        };
        let unsure = phone_import::requested(phone, data);
        // Were this process to end meanwhile, it is looked at again then.
        let next = now + phone_import::ASK_AGAIN;
        let asked = body.clone();
        self.asking_phone = true;
        let stored = self.store_standing(false);
        let (env, scope, id) = (self.env.clone(), self.scope, self.id);
        let asking = async move {
            if file(env.clone(), scope, id, next).await.is_err() || !stored.await {
                // Nobody was asked; the wake-up that brought us here stands, or the next one comes.
                return None;
            }
            let of = match credentials(&env, id, &asked) {
                Ok(of) => of,
                Err(why) => return Some(PhoneAnswer::NotNow(why)),
            };
            Some(env.accounts.bring_over(of, data).await)
        };
        ctx.spawn(asking.into_actor(self).map(move |answer, actor, ctx| {
            actor.asking_phone = false;
            let now = actor.env.clock.now();
            let Some(phone) = actor.body.as_mut().and_then(|body| body.standing.phone.as_mut()) else {
                return;
            };
            let Some(answer) = answer else {
                ctx.run_later(super::LONGEST_PAUSE, Self::bring_over);
                return;
            };
            let outcome = match &answer {
                PhoneAnswer::Taken => "taken",
                PhoneAnswer::AskedBefore => "asked_before",
                PhoneAnswer::TooLate => "too_late",
                PhoneAnswer::Declined => "declined",
                PhoneAnswer::Forbidden(_) => "forbidden",
                PhoneAnswer::NotNow(_) => "not_now",
            };
            tracing::info!(channel = %actor.id, ?data, outcome, "asked for what the phone keeps");
            phone_import::answered(phone, data, unsure, answer, now);
            actor.tell_and_store();
            // The other part, where it is due as well.
            actor.bring_over(ctx);
        }));
    }

    /// More of what the business' phone keeps has come.
    pub(super) fn phone_told(&mut self, news: PhoneNews) {
        let now = self.env.clock.now();
        let Some(body) = self.body.as_mut().filter(|body| body.deleted_at.is_none()) else { return };
        // Names go on coming for ever; of a number whose contacts nobody asked for here there is nothing to say.
        if body.standing.phone.is_none() && news.data == PhoneData::Contacts {
            return;
        }
        let phone = body.standing.phone.get_or_insert_default();
        if phone_import::arrived(phone, news, now) {
            self.tell_and_store();
        } else {
            self.note(false);
        }
    }

    /// Seals the channel's secrets under the key that seals now.
    pub(super) fn reseal(&mut self, reply: Reply<bool>, ctx: &mut Context<Self>) {
        let Some(mut body) = self.body.clone() else {
            return tell(reply, Err(Refusal::NotFound("channel")));
        };
        let mut changed = false;
        let mut anew = |part: &str, sealed: &mut Sealed| {
            // What was removed with its channel is empty.
            if sealed.0.is_empty() {
                return Ok(());
            }
            let again = self.env.vault.reseal(&channel_secret(self.id, part), sealed);
            if let Some(again) = again.map_err(|error| Refusal::Broken(error.to_string()))? {
                *sealed = again;
                changed = true;
            }
            Ok::<_, Refusal>(())
        };
        let resealed = anew("access_token", &mut body.access_token)
            .and_then(|()| anew("verify_token", &mut body.verify_token))
            .and_then(|()| body.app_secret.as_mut().map_or(Ok(()), |secret| anew("app_secret", secret)));
        if let Err(refusal) = resealed {
            return tell(reply, Err(refusal));
        }
        if !changed {
            return tell(reply, Ok(false));
        }
        let (stored, written) = tokio::sync::oneshot::channel();
        self.store(body, None, stored, ctx);
        actix_rt::spawn(async move {
            tell(reply, crate::directory::answer(written).await.map(|_| true));
        });
    }

    /// Changes the channel. Requests that run end with what they began with.
    pub(super) fn change(
        &mut self,
        change: Change,
        by: &By,
        reply: Reply<ChannelBody>,
        ctx: &mut Context<Self>,
    ) {
        let now = self.env.clock.now();
        let Some(mut body) = self.body.clone().filter(|body| body.deleted_at.is_none()) else {
            return tell(reply, Err(Refusal::NotFound("channel")));
        };
        let Change { name, access_token, app_secret, verify_token, read_receipts, look } = change;
        let receipts = |wanted: bool| if wanted { "on" } else { "off" };
        let deed = Deed::new(AuditAct::ChannelChanged)
            .about(self.id, &body.name)
            .change("name", Some(&body.name), Some(name.as_deref().unwrap_or(&body.name)))
            .change(
                "read_receipts",
                Some(receipts(body.read_receipts)),
                Some(receipts(read_receipts.unwrap_or(body.read_receipts))),
            )
            .secret("access_token", access_token.is_some())
            .secret("app_secret", app_secret.is_some());
        body.name = name.unwrap_or(body.name);
        body.read_receipts = read_receipts.unwrap_or(body.read_receipts);
        if let Some(secret) = app_secret {
            body.app_secret = Some(secret);
            (body.standing.unsigned, body.standing.unsigned_at) = (0, None);
        }
        body.verify_token = verify_token.unwrap_or(body.verify_token);
        if let Some(token) = access_token {
            body.access_token = token;
            body.standing.phone.as_mut().map(|phone| phone_import::ask_now(phone, now));
        }
        if let Some(look) = look {
            let before = rules::problem(&body.standing).map(str::to_owned);
            rules::take_look(self.id, &mut body.standing, look, now);
            settle_health(&mut body, before.as_deref(), true);
        }
        let entry = self.env.entry(by, deed);
        self.store(body, Some(entry), reply, ctx);
        // Once it is stored: with another token there may be more to have.
        ctx.run_later(Duration::ZERO, Self::bring_over);
    }

    /// Stores how the channel is, and then tells everybody how it is by then: told are only things in the order in which
    /// they happened, whatever the store took for each. What we saw last is kept for the next start, and no harm if it is
    /// lost; in the lane of the other writes of this row, whose order counts.
    pub(super) fn tell_and_store(&mut self) {
        drop(self.store_standing(true));
    }

    /// Answers whether it is stored, to whoever waits for it.
    fn store_standing(&mut self, is_told: bool) -> impl Future<Output = bool> + use<> {
        let (stored, written) = tokio::sync::oneshot::channel();
        let written = async move { written.await.unwrap_or(false) };
        let Some(body) = &mut self.body else { return written };
        body.version += 1;
        let row = ChannelRow { channel_id: self.id, body: Json(body.clone()) };
        let write = self.env.store.commit_one(self.scope.into(), Lane::Interactive, vec![Mutation::put(row)]);
        let (env, scope, id) = (self.env.clone(), self.scope, self.id);
        actix_rt::spawn(async move {
            let result = write.await;
            if let Err(error) = &result {
                tracing::debug!(%error, "how a channel is was not stored");
            }
            // Most do not wait for it.
            let _nobody_waits: Result<(), bool> = stored.send(result.is_ok());
            if is_told {
                // An owner that is gone by now is loaded by whoever looks next.
                let _is_there = env.channels.tell_if_there(scope, id, super::Letter::Retell);
            }
        });
        written
    }

    /// Tells how the channel is, if it is connected.
    pub(super) fn tell_as_is(&self) {
        if self.body.as_ref().is_some_and(|body| body.deleted_at.is_none()) {
            self.tell_as(wire::EventName::ChannelUpdated);
        }
    }

    pub(super) fn tell_as(&self, name: wire::EventName) {
        if let Some(body) = &self.body {
            let shown = Connected { id: self.id, body }.show(&self.env, self.scope);
            tell_of(&self.env, self.scope, name, shown);
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
