//! A channel's owner: credentials, request slots, health, templates, and where messages known by their
//! provider's id stand.
//!
//! *State*: the channel, its client, who waits for a slot, orphans. *Messages*: [`Letter`]. *Invariants*: at
//! most [`CONCURRENT_REQUESTS`] requests run, at most the channel's throughput begins; a status that came
//! before its message finds it once it is registered, because both go through here. *Limits*:
//! [`MAX_WAITING`] waiting for a slot, [`orphans::MAX_ORPHANS`] orphans, [`RECENT_IDS`] ids in memory. *On a crash*:
//! reloads; conversations register again what they are not sure of.

mod orphans;
mod queue;
mod standing;
mod templates;

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, SpawnHandle, WrapFuture};
use futures_util::{StreamExt, TryStreamExt, stream};
use lru::LruCache;
use ring::digest;
use switchboard_domain::{
    audit::{By, Deed},
    channel::{self as rules, AccountNews},
    inbound::{TemplateUpdate, Update},
    outbound::{ErrorClass, SendOutcome},
    permission,
    phone_import::PhoneNews,
    queue::{Pause, Queue, REQUEST_GUESS, after_request},
    throughput::{DEFAULT_PER_SECOND, Throughput},
};
use switchboard_ports::{
    channel::ChannelClient,
    clock::Clock,
    secrets::channel_secret,
    store::{Lane, MAX_COMMIT_BYTES, Mutation, Scan},
};
use switchboard_schema::{
    ChannelId, ConversationId, TenantScope, Timestamp,
    record::{ChannelBody, ChannelRow, ChannelStanding, OrphanRow, ProviderIdRow, Sealed, TemplateRow},
    table::Json,
    wire::{self, AuditAct, MessageError},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use self::standing::{Change, Notice, closed, confirmed, look_of};
pub(crate) use self::templates::Act as TemplateAct;
use self::{
    orphans::{ORPHAN_LIFE, Orphans, key_of},
    queue::{Telling, Waiting},
    templates::Templates,
};
use crate::{
    Refusal, conversation,
    directory::{Mail, Reply, Resident, answer},
    env::Env,
    gate::Gate,
    shell::{self, repeat},
};

/// Provider requests of one channel that run at a time.
pub(crate) const CONCURRENT_REQUESTS: usize = 16;
/// Senders that wait for a slot, at most.
const MAX_WAITING: usize = 10_000;
/// Ids kept in memory after they were written, for statuses that follow at once.
const RECENT_IDS: usize = 20_000;
/// Ids written in one commit, at most.
const REGISTER_ROWS: usize = 90;
/// Pause before a failed load, write or application is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause before an update kept for later is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Orphans' messages looked up at the same time.
const LOOK_UPS_AT_ONCE: usize = 16;
/// Failures in a row after which a channel counts as degraded.
const DEGRADED_AFTER: u32 = 5;

/// How long it counts that a message failed for the account's sake after it was accepted.
const FAILED_COUNTS: Duration = Duration::from_secs(600);
/// A request waits at most so long for those before it to have begun.
const TURN_MAX: Duration = Duration::from_secs(5);

/// Where a message stands.
pub(crate) type Spot = (ConversationId, u64);

/// What a channel is sent.
pub(crate) enum Letter {
    /// A slot for one request of a conversation.
    Permit(ConversationId, Reply<Permit>),
    /// How a request went: for the health, under which code it was refused, and how long it had the slot.
    Outcome { health: Health, refused: Option<String>, took: Duration },
    /// A message failed after it was accepted: when by the provider's clock, and what follows from it.
    Failed { at: Timestamp, class: ErrorClass, error: MessageError },
    /// The channel as it is, and what waits for slots as a conversation sees it.
    Side(ConversationId, Reply<(ChannelBody, Queue)>),
    /// What is shown of the channel changed, in its row or beside it.
    Retell,
    /// These provider ids stand at these items of a conversation.
    Register { conversation_id: ConversationId, version: u64, ids: Vec<(String, u64)> },
    /// Somebody waits for what they told to be registered. Whoever takes the place of an owner that died asks
    /// all to tell it again.
    Nudge,
    /// Where does this provider id stand?
    Locate(String, Reply<Option<Spot>>),
    /// This update's message is not known yet: keep it until it is. Answers where it stands if it is after
    /// all.
    Orphan(Box<(String, Update)>, Reply<Option<Spot>>),
    /// The templates.
    Templates { fresh: bool, reply: Reply<wire::TemplateList> },
    /// The provider told something of a template.
    TemplateTold(Box<TemplateUpdate>, Reply<()>),
    /// Do something with a template; answers with it afterwards.
    TemplateAct(templates::Act, Box<By>, Reply<wire::Template>),
    /// Store the channel as it is here. Whoever else wrote its row could not know what this actor writes.
    Put(Box<ChannelBody>, Box<By>, Reply<ChannelBody>),
    /// Change it.
    Change(Box<Change>, Box<By>, Reply<ChannelBody>),
    /// Store it as deleted: nothing goes out any more; `erase` what still verifies its webhooks as well.
    Delete { erase: bool, by: Box<By>, reply: Reply<ChannelBody> },
    /// Ask the provider how the number stands.
    Check(Reply<ChannelBody>),
    /// It may be time for that.
    Wake(Reply<()>),
    /// Something came, or did not verify.
    Notice(Notice),
    /// The provider told something of the account.
    News(Box<AccountNews>),
    /// More of what the business' phone keeps has come.
    Phone(PhoneNews),
    /// Seal its secrets under the key that seals now. Answers whether one was sealed under another.
    Reseal(Reply<bool>),
    /// The channel as it is.
    Show(Reply<ChannelBody>),
    /// The way out, for what needs no slot.
    Client(Reply<Arc<dyn ChannelClient>>),
    /// The way out for a read receipt; nothing where customers are told none.
    Receipt(Reply<Option<Arc<dyn ChannelClient>>>),
}

impl Letter {
    /// Nobody sends it again: what conversations register, and that everybody is to be told. It waits for an owner that
    /// could not be loaded.
    const fn comes_once(&self) -> bool {
        matches!(self, Self::Register { .. } | Self::Retell)
    }
}

/// How a request went, for the channel's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Health {
    Accepted,
    Fine,
    Failing(String),
    Refused(String),
    TooFast,
}

/// A slot for one request.
pub(crate) struct Permit {
    client: Arc<dyn ChannelClient>,
    _slot: OwnedSemaphorePermit,
    begins: Arc<Mutex<Throughput>>,
    env: Env,
    scope: TenantScope,
    id: ChannelId,
    granted: Instant,
}

impl Permit {
    /// The client to make it with.
    pub(crate) fn client(&self) -> &Arc<dyn ChannelClient> {
        &self.client
    }

    /// Waits until the request may begin; false where it did not come to that in [`TURN_MAX`].
    pub(crate) async fn turn(&self) -> bool {
        turn(&self.begins, &*self.env.clock).await
    }

    /// Says how it went; answers with what that is called.
    pub(crate) fn report(&self, outcome: &SendOutcome) -> &'static str {
        let (health, label) = match outcome {
            SendOutcome::Accepted { .. } => (Health::Accepted, "accepted"),
            SendOutcome::NotStarted(why) => (Health::Failing(why.clone()), "not_started"),
            SendOutcome::Unknown(why) => (Health::Failing(why.clone()), "unknown"),
            SendOutcome::Refused(error) => match error.class {
                ErrorClass::Account => (Health::Refused(error.message.clone()), "refused_account"),
                ErrorClass::BackOff => (Health::TooFast, "refused_too_fast"),
                ErrorClass::Retry => (Health::Failing(error.message.clone()), "refused_passing"),
                ErrorClass::Never => (Health::Fine, "refused"),
            },
        };
        metrics::counter!("switchboard_provider_requests_total", "kind" => "send", "outcome" => label)
            .increment(1);
        let refused = match outcome {
            SendOutcome::Refused(error) => Some(error.code.clone()),
            _ => None,
        };
        let letter = Letter::Outcome { health, refused, took: self.granted.elapsed() };
        self.env.channels.tell_if_there(self.scope, self.id, letter);
        label
    }
}

/// Slots are given at the number's pace, but what is stored before a request takes a time of its own, after which several
/// might begin at once.
async fn turn(begins: &Mutex<Throughput>, clock: &dyn Clock) -> bool {
    let since = clock.now();
    loop {
        let now = clock.now();
        // By a clock that was set back nobody knows how long it has waited.
        if now < since || now.since(since) >= TURN_MAX {
            return false;
        }
        let taken = begins.lock().unwrap_or_else(PoisonError::into_inner).take(now);
        let Err(wait) = taken else { return true };
        tokio::time::sleep(wait).await;
    }
}

/// A slot for one request of a channel, for a conversation's next message.
pub(crate) async fn permit(
    env: &Env,
    scope: TenantScope,
    id: ChannelId,
    conversation_id: ConversationId,
) -> Result<Permit, Refusal> {
    ask(env, scope, id, |reply| Letter::Permit(conversation_id, reply)).await
}

/// Sends a letter with a reply and waits for it.
pub(crate) async fn ask<T>(
    env: &Env,
    scope: TenantScope,
    id: ChannelId,
    letter: impl FnOnce(Reply<T>) -> Letter,
) -> Result<T, Refusal> {
    let (reply, receiver) = oneshot::channel();
    env.channels.tell(env, scope, id, letter(reply))?;
    answer(receiver).await
}

struct Pending {
    provider_id: String,
    spot: Spot,
    version: u64,
}

/// The actor.
pub(crate) struct ChannelActor {
    env: Env,
    scope: TenantScope,
    id: ChannelId,
    gate: Arc<Gate>,
    body: Option<ChannelBody>,
    client: Option<Arc<dyn ChannelClient>>,
    /// Letters that came before it was loaded.
    early: Vec<Letter>,
    /// Why the last try to load it failed: whoever asks hears that until the next succeeds.
    unloaded: Option<Refusal>,
    /// Its row is being written.
    storing: bool,
    slots: Arc<Semaphore>,
    throughput: Throughput,
    /// The same of requests as they begin.
    begins: Arc<Mutex<Throughput>>,
    /// What the throughput is of.
    per_second: u32,
    waiting: VecDeque<Waiting>,
    granting_later: bool,
    /// How long a request has its slot, of late.
    request: Duration,
    /// The provider asked for a pause.
    pause: Pause,
    /// What was told of who waits.
    telling: Telling,
    /// Registered, not yet written.
    pending: VecDeque<Pending>,
    writing: bool,
    recent: LruCache<String, Spot>,
    orphans: Orphans,
    templates: Templates,
    /// When they are read again by themselves.
    templates_timer: Option<SpawnHandle>,
    failures: u32,
    /// Until when it counts that messages fail after they were accepted.
    failed_until: Option<Timestamp>,
    /// The provider is being asked how the number stands.
    checking: bool,
    /// Who waits for that.
    want_check: Vec<Reply<ChannelBody>>,
    /// When it was last asked on a hint.
    hinted_at: Option<Timestamp>,
    /// A hint waits for that to be long enough ago.
    hint_waits: bool,
    /// The provider is being asked for what the business' phone keeps.
    asking_phone: bool,
    /// When it was last stored that something came or went.
    noted_at: Option<Timestamp>,
}

impl Actor for ChannelActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.load(ctx);
    }
}

impl Resident for ChannelActor {
    type Key = ChannelId;
    type Letter = Letter;
    const KIND: &'static str = "channel";
    const CAPACITY: usize = 50_000;

    fn new(env: Env, scope: TenantScope, id: ChannelId, gate: Arc<Gate>) -> Self {
        let now = env.clock.now();
        Self {
            env,
            scope,
            id,
            gate,
            body: None,
            client: None,
            early: Vec::new(),
            unloaded: None,
            storing: false,
            slots: Arc::new(Semaphore::new(CONCURRENT_REQUESTS)),
            throughput: Throughput::new(DEFAULT_PER_SECOND, now),
            begins: Arc::new(Mutex::new(Throughput::after(DEFAULT_PER_SECOND, now))),
            per_second: DEFAULT_PER_SECOND,
            waiting: VecDeque::new(),
            granting_later: false,
            request: REQUEST_GUESS,
            pause: Pause::default(),
            telling: Telling::default(),
            pending: VecDeque::new(),
            writing: false,
            recent: LruCache::new(NonZeroUsize::new(RECENT_IDS).unwrap_or(NonZeroUsize::MIN)),
            orphans: Orphans::default(),
            templates: Templates::default(),
            templates_timer: None,
            failures: 0,
            failed_until: None,
            checking: false,
            want_check: Vec::new(),
            hinted_at: None,
            hint_waits: false,
            asking_phone: false,
            noted_at: None,
        }
    }
}

impl Handler<Mail<Letter>> for ChannelActor {
    type Result = ();

    fn handle(&mut self, mail: Mail<Letter>, ctx: &mut Context<Self>) {
        if self.body.is_none() {
            match (&self.unloaded, mail.0) {
                (None, letter) => self.early.push(letter),
                // It was not there when we looked, and is to be.
                (Some(Refusal::NotFound(_)), Letter::Put(body, by, reply)) => {
                    self.gate.leave(1);
                    self.connect(*body, &by, reply, ctx);
                }
                (Some(refusal), letter) => {
                    if !matches!(refusal, Refusal::NotFound(_)) && letter.comes_once() {
                        self.early.push(letter);
                        return;
                    }
                    self.gate.leave(1);
                    refuse(letter, refusal);
                    self.go_if_not_there(ctx);
                }
            }
            return;
        }
        self.gate.leave(1);
        self.take(mail.0, ctx);
    }
}

/// What a channel is loaded from.
struct Loaded {
    body: ChannelBody,
    orphans: Vec<OrphanRow>,
    templates: Vec<TemplateRow>,
    /// Messages that orphans wait for and that are known by now: a crash came between.
    adoptable: Vec<(String, Spot)>,
}

async fn load(env: Env, scope: TenantScope, id: ChannelId) -> Result<Loaded, Refusal> {
    let row = env.records.get::<ChannelRow>(scope, ChannelRow::key(id)).await?;
    let body = row.ok_or(Refusal::NotFound("channel"))?.body.0;
    let orphans =
        env.records.all::<OrphanRow>(scope, Scan::of::<OrphanRow>(OrphanRow::partition(id))).await?;
    let templates =
        env.records.all::<TemplateRow>(scope, Scan::of::<TemplateRow>(TemplateRow::partition(id))).await?;
    let waited_for: BTreeSet<&str> = orphans.iter().map(|row| row.provider_id.as_str()).collect();
    let adoptable = stream::iter(waited_for)
        .map(|provider_id| {
            let key = ProviderIdRow::key(id, provider_id.to_owned());
            env.records.get::<ProviderIdRow>(scope, key)
        })
        .buffer_unordered(LOOK_UPS_AT_ONCE)
        .try_filter_map(
            |row| async move { Ok(row.map(|row| (row.provider_id, (row.conversation_id, row.seq)))) },
        )
        .try_collect()
        .await?;
    Ok(Loaded { body, orphans, templates, adoptable })
}

/// The way out of a channel, unless it was deleted or its token does not open.
fn connect(env: &Env, id: ChannelId, body: &ChannelBody) -> Option<Arc<dyn ChannelClient>> {
    if body.deleted_at.is_some() {
        return None;
    }
    let token = env.vault.open(&channel_secret(id, "access_token"), &body.access_token).ok()?;
    Some(env.connector.connect(&body.phone_number_id, &body.waba_id, token))
}

fn hash(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

impl ChannelActor {
    /// Goes where there is no such channel, once everybody who asked has heard that.
    fn go_if_not_there(&self, ctx: &mut Context<Self>) {
        let is_nobody = matches!(self.unloaded, Some(Refusal::NotFound(_))) && !self.storing;
        if is_nobody && self.gate.close_if_empty() {
            self.env.channels.gone(self.scope, self.id, &self.gate);
            ctx.stop();
        }
    }

    fn load(&mut self, ctx: &mut Context<Self>) {
        let loading = load(self.env.clone(), self.scope, self.id);
        ctx.spawn(loading.into_actor(self).map(|loaded, actor, ctx| match loaded {
            Ok(loaded) => {
                let mut body = loaded.body;
                actor.client = connect(&actor.env, actor.id, &body);
                let news = standing::note_closed(&*actor.env.vault, actor.id, &mut body);
                let (token_closed, secret_closed) = (body.standing.token_closed, body.standing.secret_closed);
                if token_closed || secret_closed {
                    tracing::error!(channel = %actor.id, token_closed, secret_closed, "a channel's secrets do not open under this master key");
                }
                actor.body = Some(body);
                actor.unloaded = None;
                actor.stands();
                if news {
                    actor.tell_and_store();
                }
                actor.orphans = Orphans::of(loaded.orphans);
                actor.templates = Templates::of(loaded.templates);
                actor.say_statuses();
                actor.read_templates_regularly(ctx);
                // What a predecessor was told to register and did not write went with it.
                for id in actor.env.conversations.present(actor.scope) {
                    let command = conversation::Asked::of(conversation::Ask::Register(actor.id));
                    let letter = shell::Asked { command, reply: None };
                    actor.env.conversations.tell_if_there(actor.scope, id, letter);
                }
                for (provider_id, spot) in loaded.adoptable {
                    actor.adopt(&provider_id, spot, ctx);
                }
                for letter in std::mem::take(&mut actor.early) {
                    actor.gate.leave(1);
                    actor.take(letter, ctx);
                }
            }
            // Nothing is wrong with it: it may be connected any moment.
            Err(refusal @ Refusal::NotFound(_)) => {
                actor.unloaded = Some(refusal.clone());
                for letter in std::mem::take(&mut actor.early) {
                    actor.gate.leave(1);
                    match letter {
                        Letter::Put(body, by, reply) => actor.connect(*body, &by, reply, ctx),
                        letter => refuse(letter, &refusal),
                    }
                }
                actor.go_if_not_there(ctx);
            }
            Err(refusal) => {
                // It stays, for what must not be lost.
                tracing::warn!(channel = %actor.id, %refusal, "a channel could not be loaded; trying again");
                let (kept, refused) =
                    std::mem::take(&mut actor.early).into_iter().partition(Letter::comes_once);
                actor.early = kept;
                let refused: Vec<Letter> = refused;
                actor.gate.leave(refused.len());
                for letter in refused {
                    refuse(letter, &refusal);
                }
                actor.unloaded = Some(refusal);
                ctx.run_later(RETRY_PAUSE, Self::load);
            }
        }));
    }

    fn take(&mut self, letter: Letter, ctx: &mut Context<Self>) {
        match letter {
            Letter::Permit(conversation_id, reply) => {
                if let Err(refused) = self.way_out().and_then(|_| self.may_send()) {
                    tell(reply, Err(refused));
                } else if self.waiting.len() >= MAX_WAITING {
                    tell(reply, Err(Refusal::Overloaded));
                } else {
                    self.waiting.push_back(Waiting { conversation_id, reply });
                    metrics::gauge!("switchboard_channel_waiting").increment(1.0);
                    self.grant(ctx);
                }
            }
            Letter::Outcome { health, refused, took } => {
                let now = self.env.clock.now();
                self.request = after_request(self.request, took);
                let is_accepted = health == Health::Accepted;
                if is_accepted {
                    self.pause.accepted(now);
                    self.note_sent();
                }
                if let Some(code) = refused {
                    self.refused_as(&code, now);
                }
                if matches!(health, Health::Refused(_)) {
                    self.check_on_hint(ctx);
                }
                // That a message is taken says nothing while what was taken fails.
                if !(is_accepted && self.failed_until.is_some_and(|until| now < until)) {
                    self.note_health(health);
                }
                self.grant(ctx);
            }
            Letter::Failed { at, class, error } => {
                let now = self.env.clock.now();
                let until = at + FAILED_COUNTS;
                if until <= now {
                    return;
                }
                self.refused_as(&error.code, now);
                if class == ErrorClass::Account {
                    self.failed_until = self.failed_until.max(Some(until));
                    self.check_on_hint(ctx);
                    self.note_health(Health::Refused(error.message));
                }
            }
            Letter::Side(conversation_id, reply) => {
                let body = self.body.clone().ok_or(Refusal::NotFound("channel"));
                tell(reply, body.map(|body| (body, self.queue_of(conversation_id))));
            }
            Letter::Retell => self.tell_as_is(),
            Letter::Nudge => {}
            Letter::Register { conversation_id, version, ids } => {
                for (provider_id, seq) in ids {
                    let spot = (conversation_id, seq);
                    self.recent.put(provider_id.clone(), spot);
                    self.adopt(&provider_id, spot, ctx);
                    self.pending.push_back(Pending { provider_id, spot, version });
                }
                if !self.writing {
                    self.writing = true;
                    ctx.run_later(self.env.beat.pause(), Self::write_pending);
                }
            }
            Letter::Locate(provider_id, reply) => {
                if let Some(&spot) = self.recent.get(&provider_id) {
                    tell(reply, Ok(Some(spot)));
                    return;
                }
                let (env, scope, id) = (self.env.clone(), self.scope, self.id);
                actix_rt::spawn(async move {
                    let row =
                        env.records.get::<ProviderIdRow>(scope, ProviderIdRow::key(id, provider_id)).await;
                    tell(
                        reply,
                        row.map(|row| row.map(|row| (row.conversation_id, row.seq))).map_err(Refusal::from),
                    );
                });
            }
            Letter::Orphan(orphan, reply) => self.keep_orphan(*orphan, reply, ctx),
            Letter::Templates { fresh, reply } => self.templates(fresh, reply, ctx),
            Letter::TemplateTold(update, reply) => self.template_told(*update, reply, ctx),
            Letter::TemplateAct(act, by, reply) => self.template_act(act, by, reply, ctx),
            Letter::Put(body, by, reply) => self.connect(*body, &by, reply, ctx),
            Letter::Change(change, by, reply) => self.change(*change, &by, reply, ctx),
            Letter::Delete { erase, by, reply } => match &self.body {
                Some(body) if body.deleted_at.is_none() || (erase && !body.standing.erased) => {
                    let deleted_at = body.deleted_at.or(Some(self.env.clock.now()));
                    // Nothing is sent any more; late webhooks are still verified.
                    let mut body =
                        ChannelBody { deleted_at, access_token: Sealed(Vec::new()), ..body.clone() };
                    if erase {
                        body.app_secret = None;
                        body.verify_token = Sealed(Vec::new());
                        body.standing = ChannelStanding { erased: true, ..ChannelStanding::default() };
                    }
                    let act = if erase { AuditAct::ChannelErased } else { AuditAct::ChannelDisconnected };
                    let entry = self.env.entry(&by, Deed::new(act).about(self.id, &body.name));
                    self.store(body, Some(entry), reply, ctx);
                }
                _ => tell(reply, Err(Refusal::NotFound("channel"))),
            },
            Letter::Check(reply) => self.check(Some(reply), ctx),
            Letter::Wake(reply) => self.wake(reply, ctx),
            Letter::Notice(notice) => self.notice(notice),
            Letter::News(news) => self.take_news(&news, ctx),
            Letter::Phone(news) => self.phone_told(news),
            Letter::Reseal(reply) => self.reseal(reply, ctx),
            Letter::Client(reply) => tell(reply, self.way_out()),
            Letter::Receipt(reply) => {
                let wanted = self.body.as_ref().is_some_and(|body| body.read_receipts);
                tell(reply, Ok(self.client.clone().filter(|_| wanted)));
            }
            Letter::Show(reply) => {
                tell(reply, self.body.clone().ok_or(Refusal::NotFound("channel")));
            }
        }
    }

    fn connect(&mut self, body: ChannelBody, by: &By, reply: Reply<ChannelBody>, ctx: &mut Context<Self>) {
        let deed = Deed::new(AuditAct::ChannelConnected).about(self.id, &body.name);
        let entry = self.env.entry(by, deed.change("phone_number_id", None, Some(&body.phone_number_id)));
        self.store(body, Some(entry), reply, ctx);
    }

    /// Writes the channel's row, with the entry that says who had it written where somebody did, and goes on as it says.
    /// Nothing else is taken meanwhile.
    fn store(
        &mut self,
        mut body: ChannelBody,
        entry: Option<Mutation>,
        reply: Reply<ChannelBody>,
        ctx: &mut Context<Self>,
    ) {
        self.storing = true;
        body.version = self.body.as_ref().map_or(0, |known| known.version) + 1;
        standing::note_closed(&*self.env.vault, self.id, &mut body);
        let (env, scope) = (self.env.clone(), self.scope);
        let row = Mutation::put(ChannelRow { channel_id: self.id, body: Json(body.clone()) });
        let rows: Vec<_> = std::iter::once(row).chain(entry).collect();
        let write =
            async move { repeat(|| shell::commit(&env, scope, Lane::Interactive, rows.clone())).await };
        ctx.wait(write.into_actor(self).map(move |written, actor, ctx| {
            actor.storing = false;
            match written.map_err(Refusal::from) {
                Ok(()) => {
                    actor.client = connect(&actor.env, actor.id, &body);
                    actor.read_templates_regularly(ctx);
                    actor.failures = 0;
                    actor.unloaded = None;
                    let was_connected = actor.body.as_ref().is_some_and(|before| before.deleted_at.is_none());
                    actor.body = Some(body.clone());
                    if let Err(refused) = actor.way_out() {
                        for waiting in actor.waiting.drain(..) {
                            metrics::gauge!("switchboard_channel_waiting").decrement(1.0);
                            tell(waiting.reply, Err(refused.clone()));
                        }
                        actor.env.queues.set((actor.scope, actor.id), None);
                    }
                    actor.stands();
                    match body.deleted_at {
                        None => actor.tell_as(wire::EventName::ChannelUpdated),
                        Some(_) if was_connected => actor.tell_as(wire::EventName::ChannelDeleted),
                        Some(_) => {}
                    }
                    if let Some(due) = rules::wake_at(&body.standing).filter(|_| body.deleted_at.is_none()) {
                        actor.file_check(due, ctx);
                    }
                    tell(reply, Ok(body));
                }
                Err(refusal) => {
                    // Which of the two is stored only the store can tell.
                    tell(reply, Err(refusal.clone()));
                    actor.body = None;
                    actor.client = None;
                    actor.unloaded = None;
                    // Whichever it is, it is told once it is known.
                    let _is_there = actor.env.channels.tell_if_there(actor.scope, actor.id, Letter::Retell);
                    actor.load(ctx);
                }
            }
        }));
    }

    /// Gives slots to those who wait, as far as there are any and the throughput allows.
    fn grant(&mut self, ctx: &mut Context<Self>) {
        self.grant_slots(ctx);
        self.note_queue(ctx);
    }

    fn grant_slots(&mut self, ctx: &mut Context<Self>) {
        let Some(client) = self.client.clone() else { return };
        while !self.waiting.is_empty() {
            let now = self.env.clock.now();
            if let Some(until) = self.pause.until(now) {
                self.grant_later(until.since(now).max(Duration::from_millis(1)), ctx);
                return;
            }
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else {
                // The next report of an outcome asks again; a permit that is dropped without one does not.
                self.grant_later(Duration::from_millis(20), ctx);
                return;
            };
            if let Err(wait) = self.throughput.take(now) {
                self.grant_later(wait.max(Duration::from_millis(1)), ctx);
                return;
            }
            let Some(Waiting { reply, .. }) = self.waiting.pop_front() else { return };
            metrics::gauge!("switchboard_channel_waiting").decrement(1.0);
            let permit = Permit {
                client: Arc::clone(&client),
                _slot: slot,
                begins: Arc::clone(&self.begins),
                env: self.env.clone(),
                scope: self.scope,
                id: self.id,
                granted: Instant::now(),
            };
            tell(reply, Ok(permit));
        }
    }

    fn grant_later(&mut self, wait: Duration, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.granting_later, true) {
            return;
        }
        ctx.run_later(wait, |actor, ctx| {
            actor.granting_later = false;
            actor.grant(ctx);
        });
    }

    /// Something was refused under this code: the whole number pauses where that asks for it.
    fn refused_as(&mut self, code: &str, now: Timestamp) {
        if self.pause.refused(code, now) {
            metrics::counter!("switchboard_channel_pauses_total").increment(1);
            tracing::info!(channel = %self.id, code, "the provider asked for a pause of the whole number");
        }
    }

    fn note_health(&mut self, health: Health) {
        let Some(body) = &mut self.body else { return };
        let (now_is, problem) = match health {
            Health::Accepted | Health::Fine | Health::TooFast => {
                self.failures = 0;
                (wire::ChannelHealth::Working, None)
            }
            Health::Refused(why) => (wire::ChannelHealth::Broken, Some(why)),
            Health::Failing(_) if self.failures + 1 < DEGRADED_AFTER => {
                self.failures += 1;
                return;
            }
            Health::Failing(_) => {
                let problem = "WhatsApp does not answer. Messages wait and go on by themselves.".to_owned();
                (wire::ChannelHealth::Degraded, Some(problem))
            }
        };
        if body.health == now_is && body.problem == problem {
            return;
        }
        body.health = now_is;
        body.problem = problem;
        self.tell_and_store();
    }

    /// The client, or why there is none.
    fn way_out(&self) -> Result<Arc<dyn ChannelClient>, Refusal> {
        let is_connected = self.body.as_ref().is_some_and(|body| body.deleted_at.is_none());
        self.client.clone().ok_or_else(|| match self.may_send() {
            Err(refused) if is_connected => refused,
            _ => Refusal::NotFound("channel"),
        })
    }

    /// Nothing certain stands against sending.
    fn may_send(&self) -> Result<(), Refusal> {
        let problem = self.body.as_ref().and_then(|body| rules::problem(&body.standing));
        Ok(permission::may_use(problem)?)
    }

    /// Writes what was registered, in order, one commit at a time, until nothing is left: what fills no commit on the
    /// next beat.
    fn write_pending(&mut self, ctx: &mut Context<Self>) {
        let mut rows = Vec::new();
        let mut bytes = 0;
        for pending in self.pending.iter().take(REGISTER_ROWS) {
            bytes += pending.provider_id.len() + 64;
            if bytes > MAX_COMMIT_BYTES {
                break;
            }
            rows.push(Mutation::put(ProviderIdRow {
                channel_id: self.id,
                provider_id: pending.provider_id.clone(),
                conversation_id: pending.spot.0,
                seq: pending.spot.1,
            }));
        }
        if rows.is_empty() {
            self.writing = false;
            return;
        }
        let count = rows.len();
        let env = self.env.clone();
        let scope = self.scope;
        let write =
            async move { repeat(|| env.store.commit_many(scope.into(), Lane::Bulk, rows.clone())).await };
        ctx.spawn(write.into_actor(self).map(move |result, actor, ctx| match result {
            Ok(()) => {
                let mut done: HashMap<ConversationId, u64> = HashMap::new();
                for written in actor.pending.drain(..count) {
                    let version = done.entry(written.spot.0).or_default();
                    *version = written.version.max(*version);
                }
                for (conversation_id, version) in done {
                    // What is left of a commit's ids is not findable yet.
                    let rest = actor
                        .pending
                        .front()
                        .is_some_and(|next| next.spot.0 == conversation_id && next.version == version);
                    let version = if rest { version - 1 } else { version };
                    let command = conversation::Asked::of(conversation::Ask::Registered(version));
                    let letter = shell::Asked { command, reply: None };
                    actor.env.conversations.tell_if_there(actor.scope, conversation_id, letter);
                }
                if actor.pending.len() < REGISTER_ROWS {
                    ctx.run_later(actor.env.beat.pause(), Self::write_pending);
                } else {
                    actor.write_pending(ctx);
                }
            }
            Err(error) => {
                tracing::warn!(channel = %actor.id, %error, "provider ids wait to be written");
                ctx.run_later(RETRY_PAUSE, Self::write_pending);
            }
        }));
    }

    /// Keeps an update until its message is registered.
    fn keep_orphan(&mut self, orphan: (String, Update), reply: Reply<Option<Spot>>, ctx: &mut Context<Self>) {
        let (provider_id, update) = orphan;
        if let Some(&spot) = self.recent.get(&provider_id) {
            tell(reply, Ok(Some(spot)));
            return;
        }
        let body = match serde_json::to_vec(&update) {
            Ok(body) => body,
            Err(error) => {
                tell(reply, Err(Refusal::Unavailable(error.to_string())));
                return;
            }
        };
        let now = self.env.clock.now();
        let row = OrphanRow {
            channel_id: self.id,
            provider_hash: hash(provider_id.as_bytes()),
            update_hash: hash(&body),
            at: now,
            provider_id,
            body,
        };
        let mut rows = vec![Mutation::put_until(row.clone(), now + ORPHAN_LIFE)];
        if let Some(oldest) = self.orphans.keep(row, now) {
            metrics::counter!("switchboard_orphans_given_up_total").increment(1);
            tracing::warn!(channel = %self.id, "too many updates wait for messages nobody knows; the oldest is given up");
            rows.push(Mutation::delete::<OrphanRow>(key_of(&oldest)));
        }
        let commit = self.env.store.commit_one(self.scope.into(), Lane::Interactive, rows);
        ctx.spawn(commit.into_actor(self).map(|result, _, _| {
            metrics::counter!("switchboard_orphans_total").increment(1);
            tell(reply, result.map(|()| None).map_err(Refusal::from));
        }));
    }

    /// A message became known: updates that waited for it go to it.
    fn adopt(&mut self, provider_id: &str, spot: Spot, ctx: &mut Context<Self>) {
        let orphans = self.orphans.take(provider_id);
        if orphans.is_empty() {
            return;
        }
        let (env, scope) = (self.env.clone(), self.scope);
        let adoption = async move {
            for row in orphans {
                let key = key_of(&row);
                let Ok(update) = serde_json::from_slice::<Update>(&row.body) else {
                    tracing::warn!("an update kept for later does not read");
                    continue;
                };
                let mut pause = RETRY_PAUSE;
                loop {
                    match crate::house::apply_at(&env, scope, spot, update.clone()).await {
                        Err(Refusal::Unavailable(_) | Refusal::Broken(_) | Refusal::Overloaded) => {
                            // It stays stored: were this process to end, the next would find it.
                            tracing::warn!(channel = %row.channel_id, "an update kept for later waits on");
                            actix_rt::time::sleep(pause).await;
                            pause = (pause * 2).min(LONGEST_PAUSE);
                        }
                        Err(refusal) => {
                            tracing::warn!(%refusal, "an update kept for later cannot be applied");
                            break;
                        }
                        Ok(()) => break,
                    }
                }
                let taken =
                    env.store.commit_one(scope.into(), Lane::Bulk, vec![Mutation::delete::<OrphanRow>(key)]);
                if let Err(error) = taken.await {
                    // Applied again at worst, which changes nothing.
                    tracing::debug!(%error, "an update kept for later was applied but not removed");
                }
            }
        };
        ctx.spawn(adoption.into_actor(self));
    }
}

fn tell<T>(reply: Reply<T>, result: Result<T, Refusal>) {
    // Nobody waits any more when the caller went away.
    drop(reply.send(result));
}

fn refuse(letter: Letter, refusal: &Refusal) {
    let refusal = refusal.clone();
    match letter {
        Letter::Permit(_, reply) => tell(reply, Err(refusal)),
        Letter::Side(_, reply) => tell(reply, Err(refusal)),
        Letter::Locate(_, reply) | Letter::Orphan(_, reply) => tell(reply, Err(refusal)),
        Letter::Templates { reply, .. } => tell(reply, Err(refusal)),
        Letter::TemplateTold(_, reply) => tell(reply, Err(refusal)),
        Letter::TemplateAct(_, _, reply) => tell(reply, Err(refusal)),
        Letter::Client(reply) => tell(reply, Err(refusal)),
        Letter::Receipt(reply) => tell(reply, Err(refusal)),
        Letter::Reseal(reply) => tell(reply, Err(refusal)),
        Letter::Put(_, _, reply)
        | Letter::Change(_, _, reply)
        | Letter::Delete { reply, .. }
        | Letter::Check(reply)
        | Letter::Show(reply) => tell(reply, Err(refusal)),
        Letter::Wake(reply) => tell(reply, Err(refusal)),
        Letter::Outcome { .. }
        | Letter::Failed { .. }
        | Letter::Retell
        | Letter::Register { .. }
        | Letter::Nudge
        | Letter::Notice(_)
        | Letter::News(_)
        | Letter::Phone(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokio's time, which a test lets go by.
    struct Passing(tokio::time::Instant);

    impl Clock for Passing {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_795_000_000) + self.0.elapsed()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_whose_steps_before_took_unlike_long_begin_at_the_numbers_pace_all_the_same() {
        let clock = Passing(tokio::time::Instant::now());
        let begins = Mutex::new(Throughput::after(20, clock.now()));
        // Slots came one after the other, each 52 ms, and what was stored for some took a third of a second.
        let request = async |nth: u64| {
            let stored = if nth.is_multiple_of(7) { 330 } else { 5 };
            tokio::time::sleep(Duration::from_millis(nth * 52 + stored)).await;
            turn(&begins, &clock).await.then(|| clock.now())
        };
        let begun = futures_util::future::join_all((0..200).map(request)).await;
        let mut begun: Vec<_> = begun.into_iter().map(|at| at.expect("its turn comes")).collect();
        begun.sort_unstable();
        for second in begun.windows(21) {
            assert!(second[20].since(second[0]) >= Duration::from_secs(1), "{second:?}");
        }
        let took = begun[199].since(begun[0]);
        assert!(took <= Duration::from_millis(200 * 52 + 600), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn whose_turn_does_not_come_begins_nothing() {
        let clock = Passing(tokio::time::Instant::now());
        assert!(!turn(&Mutex::new(Throughput::new(0, clock.now())), &clock).await);
    }
}
