//! The door to all actors.

mod apply;
mod channels;
mod consent;
mod conversations;
mod dead;
mod media;
mod reports;
mod search;
mod templates;
mod wakeups;

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use actix::ArbiterHandle;
use futures_util::future::join_all;
use secrecy::SecretString;
use switchboard_domain::{audit::By, filter::Filter, notification, rates::RateCard};
use switchboard_ports::{
    account::Accounts,
    blob::Blobs,
    channel::ChannelClient,
    clock::{Clock, Entropy},
    search::Index,
    secrets::Vault,
    store::Store,
};
use switchboard_schema::{
    ConversationId, CorrelationId, LabelId, SocketId, TeamId, TenantScope, Timestamp, TraceContext, UserId,
    wire,
};
use tokio::sync::oneshot;

pub use self::{
    apply::Unapplied,
    consent::signer,
    dead::Grave,
    media::{Incoming, StoredFile},
    search::Shown,
};
pub(crate) use self::{
    apply::apply_at,
    channels::{Connected, tell_of},
    dead::Graves,
};
use crate::{
    Refusal,
    directory::{Reply, answer},
    env::Env,
    fanout::{self, Attach},
    feeder::{Feeder, Feeding},
    follow::{Follower, Following},
    reporting::Reporter,
    tenant,
};

/// How long a webhook waits for a tenant that is behind.
const CONGESTION_PATIENCE: Duration = Duration::from_secs(5);
/// Time between two looks whether it has caught up.
const CONGESTION_LOOK: Duration = Duration::from_millis(20);

/// Makes clients for connected channels.
pub trait Connector: Send + Sync + 'static {
    /// A client for one number.
    fn connect(
        &self,
        phone_number_id: &str,
        waba_id: &str,
        access_token: SecretString,
    ) -> Arc<dyn ChannelClient>;
}

/// What the actors work with.
#[derive(Clone)]
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Bodies too large for it.
    pub blobs: Arc<dyn Blobs>,
    /// Secrets at rest.
    pub vault: Arc<dyn Vault>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The way out to the providers.
    pub connector: Arc<dyn Connector>,
    /// Numbers and accounts at the providers.
    pub accounts: Arc<dyn Accounts>,
    /// `{public_url}/webhooks/whatsapp/`, to which a channel's id is added.
    pub webhook_base: String,
    /// What providers take for messages.
    pub rates: Arc<RateCard>,
}

/// Who asks: the sender as messages show it, and the name under which idempotency keys are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// As messages show it.
    pub sender: wire::Sender,
    /// The person whose read marks, assignments (`mine`) and typing are meant.
    pub user_id: UserId,
}

impl Principal {
    /// The name under which this principal's idempotency keys are kept.
    #[must_use]
    pub fn key_space(&self) -> String {
        format!("{:?}:{}", self.sender.kind, self.sender.id.as_deref().unwrap_or_default())
    }
}

/// One act of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Who.
    pub principal: Principal,
    /// The idempotency key.
    pub key: String,
    /// The way through the house it belongs to.
    pub correlation: CorrelationId,
    /// Where in a trace it comes from, where that is recorded.
    pub trace: Option<TraceContext>,
}

impl Act {
    /// Who acts, for the audit trail.
    #[must_use]
    pub fn by(&self) -> By {
        By { sender: self.principal.sender.clone(), address: None, correlation: Some(self.correlation) }
    }
}

/// What something comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The request or webhook, as the log has it.
    pub correlation: CorrelationId,
    /// Where in a trace, where that is recorded.
    pub trace: Option<TraceContext>,
}

impl From<CorrelationId> for Cause {
    fn from(correlation: CorrelationId) -> Self {
        Self { correlation, trace: None }
    }
}

/// Which conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// Whose.
    pub view: View,
    /// In which status; nothing for any.
    pub status: Option<wire::ConversationStatus>,
    /// And what else must hold.
    pub filter: Filter,
}

/// Which conversations to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which.
    pub which: Which,
    /// In which order.
    pub sort: wire::ListSort,
    /// Where the last page ended, as that page said.
    pub cursor: Option<String>,
    /// How many to pass over first.
    pub from: usize,
    /// How many, at most 100.
    pub limit: usize,
    /// For whom unread counts are meant.
    pub user_id: UserId,
}

/// A place in an order of the list. As text it is a page's cursor: the number it is sorted by, a dot, the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListCursor {
    /// What it is sorted by: the lowest comes first.
    pub rank: i64,
    /// Tells equals apart.
    pub id: ConversationId,
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.rank, self.id)
    }
}

impl FromStr for ListCursor {
    type Err = Refusal;

    /// # Errors
    /// [`Refusal::Invalid`] for what is no cursor.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        text.split_once('.')
            .and_then(|(rank, id)| Some(Self { rank: rank.parse().ok()?, id: id.parse().ok()? }))
            .ok_or_else(no_cursor)
    }
}

/// What to say of a cursor that is none of ours.
#[must_use]
pub fn no_cursor() -> Refusal {
    Refusal::Invalid { field: "cursor", message: "pass a cursor as a page gave it, or none".to_owned() }
}

/// Labels to put on and to take off, with their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelChange {
    /// Those to put on.
    pub add: Vec<(LabelId, String)>,
    /// Those to take off.
    pub remove: Vec<(LabelId, String)>,
}

/// A change of one of many conversations, with the names that its line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedChange {
    /// Give it to somebody, or to nobody.
    Assignee(Option<(UserId, String)>),
    /// Put it with a team, or with none.
    Team(Option<(TeamId, String)>),
    /// Set its status, and until when it is put aside.
    Status(wire::ConversationStatus, Option<Timestamp>),
    /// Say how urgent it is.
    Priority(wire::Priority),
    /// Put labels on and take others off.
    Labels(LabelChange),
    /// All of it is read.
    Read,
}

/// Whose conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The caller's.
    Mine,
    /// Nobody's.
    Unassigned,
    /// Everybody's.
    All,
    /// Those with a team.
    Team(TeamId),
}

impl FromStr for View {
    type Err = Refusal;

    /// # Errors
    /// [`Refusal::Invalid`] for what is no view.
    fn from_str(name: &str) -> Result<Self, Refusal> {
        let invalid = |message: String| Refusal::Invalid { field: "view", message };
        match name {
            "all" => Ok(Self::All),
            "mine" => Ok(Self::Mine),
            "unassigned" => Ok(Self::Unassigned),
            _ => match name.strip_prefix("team:").map(str::parse::<TeamId>) {
                Some(Ok(team)) => Ok(Self::Team(team)),
                Some(Err(problem)) => Err(invalid(format!("after `team:` {problem}"))),
                None => Err(invalid("must be mine, unassigned, all or team:{id}".to_owned())),
            },
        }
    }
}

/// How many conversations each view holds, for one status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// The caller's.
    pub mine: u64,
    /// Nobody's.
    pub unassigned: u64,
    /// Everybody's.
    pub all: u64,
    /// Each team's.
    pub teams: Vec<(TeamId, u64)>,
}

/// The door to all actors. Cheap to clone; every method may be called from any thread.
#[derive(Clone)]
pub struct House {
    env: Env,
}

impl House {
    /// Opens the house: starts the fan-out of every arbiter. All other actors start when they are needed.
    #[must_use]
    pub fn start(parts: Parts, arbiters: Vec<ArbiterHandle>) -> Self {
        Self::start_with(parts, &fanout::Limits::default(), arbiters)
    }

    /// The same, with other limits for sockets.
    #[must_use]
    pub fn start_with(parts: Parts, limits: &fanout::Limits, arbiters: Vec<ArbiterHandle>) -> Self {
        let house = Self { env: Env::new(parts, arbiters.clone()) };
        let fanouts = arbiters
            .iter()
            .enumerate()
            .map(|(index, arbiter)| {
                let upstream = house.clone();
                fanout::start(move || Box::new(upstream), limits.clone(), index, arbiter)
            })
            .collect();
        drop(house.env.fanouts.set(fanouts));
        house
    }

    /// What feeds an index with what is told in here.
    #[must_use]
    pub fn feeder(&self, index: Arc<dyn Index>) -> Feeder {
        Feeder::new(self.env.clone(), index)
    }

    /// Follows the logs of all tenants from where this follower was; once in a house for each.
    #[must_use]
    pub fn follow<F: Follower>(&self, follower: F) -> Following<F> {
        Following::new(self.env.clone(), follower)
    }

    /// What counts for the reports.
    #[must_use]
    pub fn reporter(&self) -> Reporter {
        Reporter::new(self.env.clone())
    }

    /// There is such a tenant: whoever follows its log looks whether there is something new in it.
    pub fn look_into_log(&self, scope: TenantScope) {
        self.env.feeding.add(scope);
        self.env.bells.ring(scope);
    }

    /// How far search is fed.
    #[must_use]
    pub fn feeding(&self) -> Arc<Feeding> {
        Arc::clone(&self.env.feeding)
    }

    /// Refuses what would add to a tenant that cannot keep up, or to a house that closes.
    fn admit(&self, scope: TenantScope) -> Result<(), Refusal> {
        if self.env.is_draining() {
            return Err(Refusal::Stopping);
        }
        if self.env.tenants.is_congested(scope, ()) {
            return Err(Refusal::Overloaded);
        }
        Ok(())
    }

    /// The same, but waits a while for a tenant that is behind: it catches up sooner than the provider would
    /// come again.
    async fn admit_patiently(&self, scope: TenantScope) -> Result<(), Refusal> {
        let mut waited = Duration::ZERO;
        loop {
            match self.admit(scope) {
                Err(Refusal::Overloaded) if waited < CONGESTION_PATIENCE => {
                    actix_rt::time::sleep(CONGESTION_LOOK).await;
                    waited += CONGESTION_LOOK;
                }
                admitted => return admitted,
            }
        }
    }

    async fn ask_tenant<T>(
        &self,
        scope: TenantScope,
        letter: impl FnOnce(Reply<T>) -> tenant::Letter,
    ) -> Result<T, Refusal> {
        let (reply, receiver) = oneshot::channel();
        self.env.tenants.tell(&self.env, scope, (), letter(reply))?;
        answer(receiver).await
    }

    /// Where a tenant's stream is, and what somebody has read of a conversation.
    async fn position(
        &self,
        scope: TenantScope,
        user: UserId,
        conversation: Option<ConversationId>,
    ) -> Result<(wire::StreamPosition, u64), Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::Position(user, conversation, reply)).await
    }

    /// Where a tenant's stream is. Asked before what a snapshot holds is read: whatever was published up to it
    /// was committed before.
    async fn place(&self, scope: TenantScope) -> Result<wire::StreamPosition, Refusal> {
        Ok(self.position(scope, UserId::from_bytes([0; 16]), None).await?.0)
    }

    /// Tells the others that somebody writes; may be lost.
    pub fn typing(&self, scope: TenantScope, typing: wire::Typing) {
        self.seen(scope, typing.conversation_id, true);
        self.signal(scope, None, wire::ServerSignal::Typing(typing));
    }

    /// The person of a socket has this conversation before them, or none: whoever looks at it as well is told.
    pub fn viewing(&self, scope: TenantScope, socket: SocketId, id: Option<ConversationId>) {
        self.env.tenants.tell_if_there(scope, (), tenant::Letter::Viewing(socket, id));
    }

    /// Tells every socket, those that open later included, how the store does.
    pub fn announce_store(&self, condition: wire::StoreCondition) {
        for fanout in self.env.fanouts.get().into_iter().flatten() {
            fanout.do_send(fanout::StoreDoes(condition));
        }
    }

    /// Asks a tenant's actor for events after a position; the answer is a [`crate::fanout::Page`] to the
    /// arbiter's fan-out. Also makes the tenant's actor deliver new events to that arbiter from then on.
    pub fn attach(&self, scope: TenantScope, attach: Attach) {
        self.env.tenants.tell_always(&self.env, scope, (), tenant::Letter::Attach(attach));
    }

    /// The arbiter holds no socket of the tenant any more.
    pub fn detach(&self, scope: TenantScope, arbiter: usize) {
        self.env.tenants.tell_if_there(scope, (), tenant::Letter::Detach(arbiter));
    }

    /// A socket of a person is gone.
    pub fn left(&self, scope: TenantScope, socket: SocketId) {
        self.env.tenants.tell_if_there(scope, (), tenant::Letter::Left(socket));
    }

    /// Somebody did something, so long ago.
    pub fn active(&self, scope: TenantScope, user: UserId, ago: Duration) {
        self.env.tenants.tell_always(&self.env, scope, (), tenant::Letter::Active(user, ago));
    }

    /// How everybody of the workspace is to be found, as one of them asks.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn presence(&self, scope: TenantScope, caller: UserId) -> Result<wire::PresenceList, Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::Presence(caller, reply)).await
    }

    /// Somebody says how they are to be found; the answer is durable.
    ///
    /// # Errors
    /// A field is wrong, or it is not durable.
    pub async fn set_availability(
        &self,
        scope: TenantScope,
        user: UserId,
        set: wire::SetAvailability,
    ) -> Result<wire::OwnPresence, Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::SetAvailability(user, set, reply)).await
    }

    /// Closes sockets whose opener may not go on as they are.
    pub fn end_sockets(&self, of: fanout::Opened, why: fanout::Ended) {
        for fanout in self.env.fanouts.get().into_iter().flatten() {
            fanout.do_send(fanout::EndSockets { of, why });
        }
    }

    /// Tells everybody of the workspace that somebody of us was added, changed or removed.
    pub fn tell_of_user(&self, scope: TenantScope, user_id: UserId) {
        let users = Some(wire::UsersChanged { user_id });
        let data = wire::EventData { users, ..Default::default() };
        self.tell_of_staff(scope, wire::EventName::UsersChanged, data);
    }

    /// Tells everybody of the workspace that a team was made, changed or deleted.
    pub fn tell_of_team(&self, scope: TenantScope, team_id: TeamId) {
        let teams = Some(wire::TeamsChanged { team_id });
        let data = wire::EventData { teams, ..Default::default() };
        self.tell_of_staff(scope, wire::EventName::TeamsChanged, data);
    }

    /// What time it is, as all here have it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.env.clock.now()
    }

    /// Tells everybody of the workspace that conversations come to people by another rule.
    pub fn tell_of_assignment(&self, scope: TenantScope) {
        let data = wire::EventData::default();
        self.tell_of_staff(scope, wire::EventName::TeamsChanged, data);
    }

    /// Tells everybody of the workspace that a label was made, changed or deleted. One that is gone is taken off every
    /// conversation.
    pub fn tell_of_label(&self, scope: TenantScope, label_id: LabelId) {
        let labels = Some(wire::LabelsChanged { label_id });
        let data = wire::EventData { labels, ..Default::default() };
        self.tell_of_staff(scope, wire::EventName::LabelsChanged, data);
    }

    fn tell_of_staff(&self, scope: TenantScope, name: wire::EventName, data: wire::EventData) {
        let told = tenant::Told { name, at: self.env.clock.now(), data };
        for letter in [tenant::Letter::StaffChanged, tenant::Letter::Tell(Box::new(told))] {
            self.env.tenants.tell_always(&self.env, scope, (), letter);
        }
    }

    /// Tells that a draft of somebody's was kept or is no more; may be lost.
    pub fn tell_of_draft(&self, scope: TenantScope, changed: wire::DraftChanged) {
        self.signal(scope, None, wire::ServerSignal::DraftChanged(changed));
    }

    /// Tells how far a change of many conversations is; may be lost.
    pub fn tell_of_bulk(&self, scope: TenantScope, job: wire::BulkJob) {
        self.signal(scope, None, wire::ServerSignal::BulkProgress(job));
    }

    /// Tells a person's own pages that something of their notifications changed; may be lost.
    pub fn tell_of_notifications(
        &self,
        scope: TenantScope,
        user: UserId,
        changed: wire::NotificationsChanged,
    ) {
        self.signal(scope, Some(user), wire::ServerSignal::NotificationsChanged(Box::new(changed)));
    }

    /// How somebody is to be found, as it counts for telling them of something.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn found(&self, scope: TenantScope, user: UserId) -> Result<notification::Presence, Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::Found(user, reply)).await
    }

    /// The conversations of a list, or those of them that are named: with how many messages of the customer each has.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn matching(
        &self,
        scope: TenantScope,
        user: UserId,
        which: Which,
        among: Option<Vec<ConversationId>>,
    ) -> Result<Vec<(ConversationId, u64)>, Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::Matching(user, which, among, reply)).await
    }

    fn signal(&self, scope: TenantScope, person: Option<UserId>, signal: wire::ServerSignal) {
        let letter = tenant::Letter::Signal(person, fanout::signal_frame(signal));
        self.env.tenants.tell_if_there(scope, (), letter);
    }

    fn tell(&self, scope: TenantScope, name: wire::EventName, data: wire::EventData) {
        let told = tenant::Told { name, at: self.env.clock.now(), data };
        self.env.tenants.tell_always(&self.env, scope, (), tenant::Letter::Tell(Box::new(told)));
    }

    /// Tells everybody of the workspace that rules or macros were made, changed or deleted: somebody's, or the workspace's.
    pub fn tell_of_automation(&self, scope: TenantScope, user_id: Option<UserId>) {
        let automation = Some(wire::AutomationChanged { user_id });
        let data = wire::EventData { automation, ..Default::default() };
        self.tell(scope, wire::EventName::AutomationChanged, data);
    }

    /// Tells everybody of the workspace that views were kept, changed or deleted: somebody's, or the workspace's.
    pub fn tell_of_views(&self, scope: TenantScope, user_id: Option<UserId>) {
        let views = Some(wire::ViewsChanged { user_id });
        let data = wire::EventData { views, ..Default::default() };
        self.tell(scope, wire::EventName::ViewsChanged, data);
    }

    /// How many conversations each filter finds, as somebody sees them, and up to where that includes everything.
    ///
    /// # Errors
    /// When the tenant cannot be asked.
    pub async fn count(
        &self,
        scope: TenantScope,
        user: UserId,
        filters: Vec<Filter>,
    ) -> Result<(Vec<u64>, wire::StreamPosition), Refusal> {
        self.ask_tenant(scope, |reply| tenant::Letter::Count(user, filters, reply)).await
    }

    /// Tells everybody of the workspace that saved replies were made, changed or deleted: somebody's, or the workspace's.
    pub fn tell_of_replies(&self, scope: TenantScope, user_id: Option<UserId>) {
        let replies = Some(wire::RepliesChanged { user_id });
        let data = wire::EventData { replies, ..Default::default() };
        self.tell(scope, wire::EventName::RepliesChanged, data);
    }

    /// Brings the gauges of what waits up to date: asked when somebody looks at them.
    pub fn measure(&self) {
        let env = &self.env;
        let waiting = [
            ("conversation", env.conversations.waiting()),
            ("contact", env.contacts.waiting()),
            ("tenant", env.tenants.waiting()),
            ("channel", env.channels.waiting()),
        ];
        for (kind, letters) in waiting {
            metrics::gauge!("switchboard_actor_letters_waiting", "kind" => kind).set(letters as f64);
        }
        metrics::gauge!("switchboard_sends_running").set(env.sending() as f64);
    }

    /// Drains: refuses new work, finishes what is begun, writes what is owed, closes the sockets. Ends within
    /// the given time; what is not written by then is repaired at the next start.
    pub async fn drain(&self, within: Duration) {
        self.env.start_draining();
        let settled = async {
            while self.env.conversations.waiting() + self.env.contacts.waiting() + self.env.sending() > 0 {
                actix_rt::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let drained = async {
            // Commits in flight and sends that have begun end first; then what they told is logged and
            // projected; then sockets go, so that they see everything. A provider that does not answer must
            // not take the time of the rest.
            if tokio::time::timeout(within / 4 * 3, settled).await.is_err() {
                tracing::warn!(sends = self.env.sending(), "not everything that was begun has ended in time");
            }
            let flushes = self.env.tenants.names().into_iter().map(async |(scope, ())| {
                if let Err(refusal) = self.ask_tenant(scope, tenant::Letter::Flush).await {
                    tracing::warn!(tenant = %scope.tenant(), %refusal, "a tenant was not written out");
                }
            });
            if tokio::time::timeout(within / 8, join_all(flushes)).await.is_err() {
                tracing::warn!("not every tenant's log was written out in time");
            }
            for fanout in self.env.fanouts.get().into_iter().flatten() {
                if let Err(error) = fanout.send(fanout::Drain).await {
                    tracing::debug!(%error, "a fan-out was gone already");
                }
            }
        };
        if tokio::time::timeout(within, drained).await.is_err() {
            tracing::warn!(?within, "not everything was written in time; the next start repairs it");
        }
    }
}
