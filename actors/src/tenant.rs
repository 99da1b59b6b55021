//! A tenant's owner: the stream of events, the list of conversations, and what each agent has read.
//!
//! *State*: the stream ([`Stream`]), the inbox as compact columns ([`Inbox`]), read marks. *Messages*:
//! [`Letter`]. *Invariants*: an offset is given once and grows over all epochs; what was told before, by
//! conversation and version, is not told again; the log is written before the projections, so that what a
//! projection shows has been logged; the ring holds everything not yet logged. *Limits*:
//! [`TenantActor::CAPACITY`] letters waiting and [`MAX_UNLOGGED`] events not yet logged, beyond which new
//! work is refused at the door. *On a crash*: a new epoch begins after the last logged offset, and every
//! active conversation tells again what was not projected.

mod inbox;
mod owed;
mod presence;
mod routing;
mod staff;
mod stream;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use serde::Serialize;
use switchboard_domain::{
    assignment::Desk,
    audit,
    filter::{Filter, Viewer},
    notification::Presence,
    roles,
};
use switchboard_ports::store::{self, Lane, MAX_COMMIT_BYTES, Mutation, Records, Scan};
use switchboard_schema::{
    ConversationId, SocketId, TeamId, TenantScope, Timestamp, TraceContext, UserId,
    record::{
        AgentStateRow, AuditRow, AvailabilityRow, ConversationHeadRow, LOG_CHUNK_EVENTS, LogCursorRow,
        TenantLogRow, projection_bucket,
    },
    table::{Json, Record},
    wire::{self, EventData, EventName, ServerFrame, StreamPosition},
};

pub(crate) use self::{inbox::Inbox, staff::know_service};
use self::{
    inbox::Marks,
    owed::Owed,
    presence::Present,
    staff::{Known, Staff},
    stream::{Logged, Stream},
};
use crate::{
    Refusal,
    buckets::each_bucket,
    conversation,
    directory::{Mail, Reply, Resident},
    env::Env,
    fanout::{Attach, Deliver, EncodedEvent, PAGE_EVENTS, Page, Signal},
    gate::Gate,
    house::{Counts, ListQuery, Which},
    log,
    shell::{self, repeat},
    trace::Span,
};

/// Events published but not yet in the log; above it new work is refused.
pub(crate) const MAX_UNLOGGED: usize = 20_000;
/// Events logged in one commit, at most.
const LOG_ROWS: usize = 90;
/// Conversations projected in one commit, at most.
const HEAD_ROWS: usize = 90;
/// Logged events after which a conversation is projected even though more events wait.
const PROJECT_AFTER: u64 = 1_000;
/// Logged events after which the log waits for projections.
const MAX_UNPROJECTED: u64 = 20_000;
/// Logged events after which it is noted anew how far everything is projected.
const NOTE_PROJECTED_AFTER: u64 = 500;
/// How long the log is kept.
pub(crate) const LOG_LIFE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// While anybody is there, how often it is looked whether somebody was silent for so long that they are away.
const PRESENCE_LOOK: Duration = Duration::from_secs(1);
/// Conversations that are taken from a team or a person at once, where those are gone.
pub(crate) const LEAVING_AT_ONCE: usize = 16;
/// The name under which the log's end is noted, by the chunk.
pub(crate) const LOG_END: &str = "end";
/// The name under which it is noted how far the log is in conversations' rows.
pub(crate) const PROJECTED: &str = "projected";
/// Pause before a failed load or write is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// [`ServerFrame::Event`], of an event that is kept.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame<'a> {
    Event(&'a wire::Event),
}

/// What a conversation's owner tells after a commit.
pub(crate) struct Published {
    pub(crate) conversation: wire::Conversation,
    pub(crate) items: Vec<(EventName, wire::Message)>,
    pub(crate) created: bool,
    pub(crate) updated: bool,
    pub(crate) at: Timestamp,
    /// The commit, where that is recorded in a trace.
    pub(crate) trace: Option<TraceContext>,
}

/// What another owner tells.
pub(crate) struct Told {
    pub(crate) name: EventName,
    pub(crate) at: Timestamp,
    pub(crate) data: EventData,
}

/// A page of the list, before the conversations' rows are read.
pub(crate) struct Listed {
    pub(crate) page: wire::ConversationPage,
    pub(crate) counts: Counts,
}

/// What a tenant is sent.
pub(crate) enum Letter {
    /// A conversation changed.
    Publish(Box<Published>),
    /// Something else changed.
    Tell(Box<Told>),
    /// Has everything of this conversation been projected? Answered with `Projected`.
    IsProjected(ConversationId),
    /// A page of the list.
    List(ListQuery, Reply<Listed>),
    /// How many conversations each filter finds, as somebody sees them.
    Count(UserId, Vec<Filter>, Reply<(Vec<u64>, StreamPosition)>),
    /// The conversations of a list, or those of them that are named, each with how many messages of the customer it has.
    Matching(UserId, Which, Option<Vec<ConversationId>>, Reply<Vec<(ConversationId, u64)>>),
    /// Where the stream is, and what somebody has read of a conversation.
    Position(UserId, Option<ConversationId>, Reply<(StreamPosition, u64)>),
    /// How it stands.
    Live(Reply<wire::LiveReport>),
    /// Which conversations are given to somebody.
    Assigned(UserId, Reply<Vec<ConversationId>>),
    /// Which conversations are with a team.
    WithTeam(TeamId, Reply<Vec<ConversationId>>),
    /// The rows of people or teams changed.
    StaffChanged,
    /// Somebody did something, so long ago.
    Active(UserId, Duration),
    /// A socket's person has this conversation before them, or none.
    Viewing(SocketId, Option<ConversationId>),
    /// A socket is gone.
    Left(SocketId),
    /// How everybody is to be found; for whom.
    Presence(UserId, Reply<wire::PresenceList>),
    /// Somebody says how they are to be found.
    SetAvailability(UserId, wire::SetAvailability, Reply<wire::OwnPresence>),
    /// Somebody has read this far; nothing said: all of it.
    Read(UserId, ConversationId, Option<u64>, Reply<wire::ReadAnswer>),
    /// A socket wants events.
    Attach(Attach),
    /// An arbiter holds no socket of this tenant any more.
    Detach(usize),
    /// How somebody is to be found, as it counts for telling them of something.
    Found(UserId, Reply<Presence>),
    /// Something that may be lost, for all sockets or those of one person.
    Signal(Option<UserId>, bytes::Bytes),
    /// Answers when everything told so far is logged and projected.
    Flush(Reply<()>),
}

/// The actor.
pub(crate) struct TenantActor {
    env: Env,
    scope: TenantScope,
    gate: Arc<Gate>,
    loaded: bool,
    early: Vec<Letter>,
    stream: Stream,
    inbox: Inbox,
    /// What was told and is not written.
    owed: Owed,
    /// Events of them that the gauge counts.
    counted: usize,
    /// Events are gathered until the next beat.
    gathering: bool,
    /// The log is being written.
    logging: bool,
    /// Conversations' rows are being written.
    projecting: bool,
    /// The place up to which the store knows that everything is projected.
    projected: u64,
    /// Conversations that asked whether they are projected.
    asking: HashSet<ConversationId>,
    flushes: Vec<Reply<()>>,
    attached: HashSet<usize>,
    /// People and teams.
    known: Known,
    /// Who is there.
    present: Present,
    /// What waits for somebody.
    desk: Desk,
    marks: HashMap<UserId, Marks>,
    /// Letters that wait for somebody's read marks.
    unread_waits: HashMap<UserId, Vec<Letter>>,
    /// Read marks being written, and the letters about the same ones that wait for that.
    marking: HashMap<(UserId, ConversationId), Vec<Letter>>,
    /// Conversations of which the log knew more than their projection when this activation began.
    unsure: HashMap<ConversationId, Unsure>,
}

/// A conversation of which a predecessor logged something that it did not project. The log may end amid the
/// events of its newest version, and does not hold all that a projection shows: its owner is asked.
#[derive(Default)]
struct Unsure {
    version: u64,
    /// Items whose event of that version is logged.
    told: HashSet<u64>,
    /// Its owner has answered.
    answered: bool,
}

impl Actor for TenantActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.load(ctx);
    }
}

impl Resident for TenantActor {
    type Key = ();
    type Letter = Letter;
    const KIND: &'static str = "tenant";
    const CAPACITY: usize = 20_000;

    fn new(env: Env, scope: TenantScope, (): (), gate: Arc<Gate>) -> Self {
        let mut id = [0; 8];
        env.entropy.fill(&mut id);
        let epoch = format!("{:016x}", u64::from_be_bytes(id));
        Self {
            env,
            scope,
            gate,
            loaded: false,
            early: Vec::new(),
            stream: Stream::new(epoch.into()),
            inbox: Inbox::default(),
            owed: Owed::default(),
            counted: 0,
            gathering: false,
            logging: false,
            projecting: false,
            projected: 0,
            asking: HashSet::new(),
            flushes: Vec::new(),
            attached: HashSet::new(),
            known: Known::default(),
            present: Present::default(),
            desk: Desk::default(),
            marks: HashMap::new(),
            unread_waits: HashMap::new(),
            marking: HashMap::new(),
            unsure: HashMap::new(),
        }
    }
}

impl Drop for TenantActor {
    fn drop(&mut self) {
        metrics::gauge!("switchboard_tenant_unlogged_events").decrement(self.counted as f64);
    }
}

impl Handler<Mail<Letter>> for TenantActor {
    type Result = ();

    fn handle(&mut self, mail: Mail<Letter>, ctx: &mut Context<Self>) {
        if !self.loaded {
            self.early.push(mail.0);
            return;
        }
        self.gate.leave(1);
        self.take(mail.0, ctx);
    }
}

/// What a tenant is loaded from.
struct Loaded {
    heads: Vec<ConversationHeadRow>,
    tail: Vec<Logged>,
    staff: Staff,
    availability: Vec<AvailabilityRow>,
    /// Below this no offset is given again, though the log may have expired.
    floor: u64,
    /// Up to here everything is in the heads.
    projected: u64,
}

/// The projections that read. One that does not is left to its conversation's owner, who makes it anew; the
/// others must not wait for it.
async fn load_heads(records: &Records, scope: TenantScope) -> Result<Vec<ConversationHeadRow>, store::Error> {
    let buckets = each_bucket(|bucket| load_bucket(records, scope, bucket)).await?;
    Ok(buckets.into_iter().flatten().collect())
}

async fn load_bucket(
    records: &Records,
    scope: TenantScope,
    bucket: i64,
) -> Result<Vec<ConversationHeadRow>, store::Error> {
    let mut scan = Scan::of::<ConversationHeadRow>(ConversationHeadRow::partition(bucket));
    let mut heads = Vec::new();
    loop {
        let rows = records.store().scan(scope.into(), scan.clone()).await?;
        let full = rows.len() == scan.limit;
        let (partition, key) =
            (ConversationHeadRow::TABLE.partition.len(), ConversationHeadRow::TABLE.key_len());
        scan.after = rows.last().and_then(|row| row.get(partition..key)).map(<[_]>::to_vec);
        for row in rows {
            match ConversationHeadRow::from_cells(row) {
                Ok(head) => heads.push(head),
                Err(error) => tracing::error!(tenant = %scope.tenant(), %error, "a projection does not read"),
            }
        }
        if !full {
            return Ok(heads);
        }
    }
}

async fn load(records: Records, scope: TenantScope) -> Result<Loaded, store::Error> {
    let heads = load_heads(&records, scope).await?;
    let staff = staff::read(&records, scope).await?;
    let availability = presence::read(&records, scope).await?;
    let hint = log::place(&records, scope, LOG_END).await?;
    let projected = log::place(&records, scope, PROJECTED).await?.unwrap_or(0);
    let mut newest = hint.unwrap_or(0) / LOG_CHUNK_EVENTS;
    loop {
        let next = Scan::of::<TenantLogRow>(TenantLogRow::partition(newest + 1)).limit(1);
        if records.scan::<TenantLogRow>(scope, next).await?.is_empty() {
            break;
        }
        newest += 1;
    }
    let mut tail = Vec::new();
    let mut last = None;
    for chunk in (projected / LOG_CHUNK_EVENTS).min(newest)..=newest {
        let rows = records
            .all::<TenantLogRow>(scope, Scan::of::<TenantLogRow>(TenantLogRow::partition(chunk)))
            .await?;
        last = rows.last().map(|row| row.offset).or(last);
        tail.extend(rows.into_iter().filter(|row| row.offset > projected).map(|row| Logged {
            offset: row.offset,
            epoch: row.epoch.into(),
            body: row.body,
        }));
    }
    // Where the log is empty and was not always, all of its newest chunk may have been given.
    let floor = match last {
        Some(last) => last,
        None if hint.is_some() || !heads.is_empty() => (newest + 1) * LOG_CHUNK_EVENTS - 1,
        None => 0,
    };
    Ok(Loaded { heads, tail, staff, availability, floor, projected })
}

impl TenantActor {
    fn load(&mut self, ctx: &mut Context<Self>) {
        let loading = load(self.env.records.clone(), self.scope);
        ctx.spawn(loading.into_actor(self).map(|result, actor, ctx| match result {
            Ok(loaded) => {
                actor.begin(loaded);
                // Whoever is active may have told a predecessor something that it could not keep.
                let announce = |known| {
                    let command = conversation::Asked::of(conversation::Ask::Announce(known));
                    shell::Asked { command, reply: None }
                };
                for id in actor.env.conversations.present(actor.scope) {
                    let known = actor.inbox.version(id);
                    actor.env.conversations.tell_if_there(actor.scope, id, announce(known));
                }
                for (&id, unsure) in &actor.unsure {
                    let letter = announce(unsure.version - 1);
                    actor.env.conversations.tell_always(&actor.env, actor.scope, id, letter);
                }
                for letter in std::mem::take(&mut actor.early) {
                    actor.gate.leave(1);
                    actor.take(letter, ctx);
                }
                actor.write(ctx);
                actor.suspect_all();
                if actor.has_suspects() {
                    actor.refresh_staff(ctx);
                }
            }
            Err(error) => {
                tracing::warn!(tenant = %actor.scope.tenant(), %error, "a tenant could not be loaded; trying again");
                ctx.run_later(RETRY_PAUSE, Self::load);
            }
        }));
    }

    fn begin(&mut self, loaded: Loaded) {
        let mut projected: HashMap<ConversationId, wire::Conversation> =
            loaded.heads.into_iter().map(|row| (row.conversation_id, row.body.0)).collect();
        for conversation in projected.values() {
            self.inbox.put(conversation);
            self.desk.put(conversation);
        }
        for logged in &loaded.tail {
            let Ok(ServerFrame::Event(event)) = serde_json::from_slice(&logged.body) else { continue };
            let EventData { message, conversation: Some(mut told), .. } = event.data else { continue };
            if projected.get(&told.id).is_some_and(|projected| projected.version >= told.version) {
                continue;
            }
            // Shown until its owner has answered.
            let unsure = self.unsure.entry(told.id).or_default();
            if unsure.version < told.version {
                *unsure = Unsure { version: told.version, ..Unsure::default() };
            }
            unsure.told.extend(message.as_ref().map(|message| message.seq));
            if told.last_message.is_none() {
                let before = self.owed.state(told.id).cloned().or_else(|| projected.remove(&told.id));
                told.last_message = newest(before.and_then(|before| before.last_message), message);
            }
            self.inbox.put(&told);
            self.desk.put(&told);
            self.owed.doubt(told, logged.offset);
        }
        self.projected = loaded.projected;
        self.known.staff = loaded.staff;
        self.present = Present::begin(loaded.availability);
        self.set_desk();
        self.stream.begin(&loaded.tail, loaded.floor);
        self.loaded = true;
        tracing::debug!(tenant = %self.scope.tenant(), head = self.stream.head(), "a tenant is loaded");
    }

    fn take(&mut self, letter: Letter, ctx: &mut Context<Self>) {
        match letter {
            Letter::Publish(published) => {
                let id = published.conversation.id;
                self.publish(*published);
                self.check_staff(id, ctx);
                self.route(ctx);
                self.write_soon(ctx);
            }
            Letter::Tell(told) => {
                let Told { name, at, data } = *told;
                let event = self.encode(name, at, data, None);
                self.deliver(vec![event], None);
                self.write_soon(ctx);
            }
            Letter::IsProjected(id) => {
                if self.owed.state(id).is_some() {
                    self.asking.insert(id);
                } else {
                    self.say_projected(id);
                }
            }
            Letter::List(query, reply) => self.list(query, reply, ctx),
            Letter::Count(user, filters, reply) => {
                let Some(marks) = self.marks.get(&user) else {
                    self.wait_for_marks(user, Letter::Count(user, filters, reply), ctx);
                    return;
                };
                let viewer = Viewer { user_id: user, now: self.env.clock.now() };
                let counts = self.inbox.counts_of(&filters, &viewer, marks);
                tell(reply, Ok((counts, self.stream.position())));
            }
            Letter::Matching(user, which, among, reply) => {
                let Some(marks) = self.marks.get(&user) else {
                    self.wait_for_marks(user, Letter::Matching(user, which, among, reply), ctx);
                    return;
                };
                let viewer = Viewer { user_id: user, now: self.env.clock.now() };
                let found = match among {
                    Some(among) => self.inbox.matching_among(&among, &which, &viewer, marks),
                    None => self.inbox.matching(&which, &viewer, marks),
                };
                tell(reply, Ok(found));
            }
            Letter::Position(user, conversation, reply) => {
                if let Some(id) = conversation {
                    if !self.marks.contains_key(&user) {
                        self.wait_for_marks(user, Letter::Position(user, conversation, reply), ctx);
                        return;
                    }
                    let read = self.mark(user, id);
                    tell(reply, Ok((self.stream.position(), read)));
                } else {
                    tell(reply, Ok((self.stream.position(), 0)));
                }
            }
            Letter::Live(reply) => tell(reply, Ok(self.live())),
            Letter::Assigned(user, reply) => tell(reply, Ok(self.inbox.assigned(user))),
            Letter::WithTeam(team, reply) => tell(reply, Ok(self.inbox.with_team(team))),
            Letter::Active(user, ago) => {
                let now = self.env.clock.now();
                self.was_active(user, now - ago, ctx);
            }
            Letter::Viewing(socket, id) => self.viewing(socket, id),
            Letter::Left(socket) => self.left(socket, ctx),
            Letter::Presence(caller, reply) => tell(reply, Ok(self.presence(caller))),
            Letter::SetAvailability(user, set, reply) => self.set_availability(user, set, reply, ctx),
            Letter::StaffChanged => self.refresh_staff(ctx),
            Letter::Read(user, id, count, reply) => self.read(user, id, count, reply, ctx),
            Letter::Attach(attach) => {
                if let Some(user) = attach.person {
                    self.came(attach.socket, attach.arbiter, user, ctx);
                }
                self.attach(attach, ctx);
            }
            Letter::Detach(arbiter) => {
                self.attached.remove(&arbiter);
                self.all_left(arbiter, ctx);
            }
            Letter::Found(user, reply) => tell(reply, Ok(self.found(user))),
            Letter::Signal(person, frame) => self.signal(person, &frame),
            Letter::Flush(reply) => {
                self.flushes.push(reply);
                self.write(ctx);
            }
        }
    }

    /// Tells something that may be lost to all sockets, or to those of one person.
    fn signal(&self, person: Option<UserId>, frame: &bytes::Bytes) {
        for &arbiter in &self.attached {
            if let Some(fanout) = self.env.fanouts.get().and_then(|all| all.get(arbiter)) {
                let (tenant, frame) = (self.scope.tenant(), frame.clone());
                fanout.do_send(Signal { tenant, person, frame });
            }
        }
    }

    /// How it stands at this moment.
    fn live(&self) -> wire::LiveReport {
        let mut live = self.inbox.live();
        let staff = &self.known.staff;
        let takes = |user: &UserId| {
            let member = staff.members.get(user);
            member.is_some_and(|member| roles::may(member.role, wire::Permission::Answer))
                && self.present.state(*user) == wire::PresenceState::Online
        };
        live.total.available = staff.members.keys().filter(|user| takes(user)).count() as u64;
        for (id, team) in &staff.teams {
            let figures = live.teams.entry(Some(*id)).or_default();
            figures.available = team.members.iter().filter(|user| takes(user)).count() as u64;
        }
        let agents = staff.members.iter().filter(|(user, member)| {
            roles::may(member.role, wire::Permission::Answer) || live.agents.contains_key(user)
        });
        let mut agents: Vec<_> = agents
            .map(|(user, _)| {
                let theirs = live.agents.get(user).copied().unwrap_or_default();
                wire::LiveAgent {
                    user_id: *user,
                    state: self.present.state(*user),
                    open: theirs.open,
                    waiting: theirs.waiting,
                    waiting_since: theirs.waiting_since,
                }
            })
            .collect();
        agents.sort_by_key(|agent| agent.user_id);
        let teams = live.teams.into_iter().map(|(team_id, figures)| wire::LiveTeam { team_id, figures });
        let channels =
            live.channels.into_iter().map(|(channel_id, figures)| wire::LiveChannel { channel_id, figures });
        wire::LiveReport {
            at: self.env.clock.now(),
            total: live.total,
            teams: teams.collect(),
            channels: channels.collect(),
            agents,
            as_of: self.stream.position(),
        }
    }

    /// Tells everybody what a conversation's owner committed, but for what was told before.
    fn publish(&mut self, published: Published) {
        let Published { mut conversation, mut items, created, updated, at, trace } = published;
        let span = trace.map(|cause| Span::of(cause, "tenant.publish"));
        let seen = self.inbox.version(conversation.id);
        let id = conversation.id;
        let mut unsure = self.unsure.get_mut(&id);
        items.retain(|(_, message)| {
            let half_told = unsure.as_deref_mut().filter(|unsure| unsure.version == message.version);
            message.version > seen || half_told.is_some_and(|unsure| unsure.told.insert(message.seq))
        });
        let answered = unsure.is_some_and(|unsure| !std::mem::replace(&mut unsure.answered, true));
        let news = conversation.version > seen;
        if !news && items.is_empty() {
            if answered && conversation.version == seen {
                self.owed.change(conversation);
            }
            return;
        }
        let whole = (created && seen == 0).then_some(EventName::ConversationCreated);
        let whole = whole.or((updated || items.is_empty()).then_some(EventName::ConversationUpdated));
        let whole = whole.map(|name| (name, conversation.clone()));
        self.inbox.put(&conversation);
        self.desk.put(&conversation);
        // A message's event has the message; what the list shows of the newest one is not said again beside it.
        let last_message = conversation.last_message.take();
        let bare = conversation.clone();
        conversation.last_message = last_message;
        // Before its events get their places.
        self.owed.change(conversation);
        let mut events = Vec::with_capacity(items.len() + 1);
        if let Some((name, conversation)) = whole {
            let data = EventData { conversation: Some(conversation), ..EventData::default() };
            events.push(self.encode(name, at, data, Some(id)));
        }
        items.sort_by_key(|(_, message)| (message.version, message.seq));
        let each = std::iter::repeat_n(bare, items.len());
        for ((name, message), conversation) in items.into_iter().zip(each) {
            let act = audit::of_item(&message, &conversation.contact.name).map(Box::new);
            let data = EventData {
                message: Some(message),
                conversation: Some(conversation),
                ..EventData::default()
            };
            events.push(self.encode_act(name, at, data, Some(id), act));
        }
        self.deliver(events, span.map(Span::end));
    }

    /// Gives an event its offset and its one encoding.
    fn encode(
        &mut self,
        name: EventName,
        at: Timestamp,
        data: EventData,
        of: Option<ConversationId>,
    ) -> EncodedEvent {
        self.encode_act(name, at, data, of, None)
    }

    /// The same of what the audit trail tells as well.
    fn encode_act(
        &mut self,
        name: EventName,
        at: Timestamp,
        data: EventData,
        of: Option<ConversationId>,
        act: Option<Box<AuditRow>>,
    ) -> EncodedEvent {
        let prev = self.stream.head();
        let offset = prev + 1;
        let event = wire::Event { offset, prev, name, at, data };
        // Wire types have string keys and finite numbers only: this cannot fail.
        let json = serde_json::to_vec(&Frame::Event(&event)).unwrap_or_default();
        debug_assert!(
            matches!(serde_json::from_slice(&json), Ok(ServerFrame::Event(read)) if read == event),
            "who reads the log finds what was told"
        );
        let encoded = EncodedEvent::new(offset, &json);
        self.stream.push(encoded.clone());
        self.owed.tell(event, json, of, act);
        metrics::counter!("switchboard_events_total").increment(1);
        encoded
    }

    fn deliver(&self, events: Vec<EncodedEvent>, trace: Option<TraceContext>) {
        if events.is_empty() {
            return;
        }
        let events: Arc<[EncodedEvent]> = events.into();
        let Some(fanouts) = self.env.fanouts.get() else { return };
        for &arbiter in &self.attached {
            if let Some(fanout) = fanouts.get(arbiter) {
                fanout.do_send(Deliver {
                    tenant: self.scope.tenant(),
                    epoch: self.stream.epoch(),
                    events: Arc::clone(&events),
                    trace,
                });
            }
        }
    }

    fn say_projected(&self, id: ConversationId) {
        let ask = conversation::Ask::Projected(self.inbox.version(id));
        let letter = shell::Asked { command: conversation::Asked::of(ask), reply: None };
        self.env.conversations.tell_if_there(self.scope, id, letter);
    }

    fn note_congestion(&mut self) {
        // All tenants share the gauge: each adds what it has more.
        let events = self.owed.events();
        metrics::gauge!("switchboard_tenant_unlogged_events").increment(events as f64 - self.counted as f64);
        self.counted = events;
        self.gate.set_congested(events >= MAX_UNLOGGED);
    }

    /// Logged events since the oldest of which the conversation could be projected and is not.
    fn behind(&self) -> u64 {
        self.owed.oldest_ready().map_or(0, |place| self.stream.last_logged().saturating_sub(place))
    }

    /// Gathers a few events until the next beat.
    fn write_soon(&mut self, ctx: &mut Context<Self>) {
        self.note_congestion();
        if self.owed.events() >= LOG_ROWS {
            self.write_log(ctx);
        }
        if self.logging || std::mem::replace(&mut self.gathering, true) {
            return;
        }
        ctx.run_later(self.env.beat.pause(), |actor, ctx| {
            actor.gathering = false;
            actor.write_log(ctx);
            actor.write(ctx);
        });
    }

    /// Begins to write what should not wait: the log by the page, and conversations while few events wait.
    /// Both are written at once, as each needs only what of the log is written before it.
    fn write(&mut self, ctx: &mut Context<Self>) {
        let hurries = !self.flushes.is_empty();
        let few = self.owed.events() < LOG_ROWS;
        if !few || hurries {
            self.write_log(ctx);
        } else if self.owed.events() > 0 {
            self.write_soon(ctx);
        }
        if few || hurries || self.behind() >= PROJECT_AFTER {
            self.write_heads(ctx);
        }
        if hurries && self.owed.is_settled() && !self.logging && !self.projecting {
            for flush in std::mem::take(&mut self.flushes) {
                tell(flush, Ok(()));
            }
        }
    }

    fn write_log(&mut self, ctx: &mut Context<Self>) {
        if self.logging || self.behind() >= MAX_UNPROJECTED {
            return;
        }
        let expires_at = self.env.clock.now() + LOG_LIFE;
        let epoch = self.stream.epoch().to_string();
        let (mut rows, mut acts) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let mut last = 0;
        let mut chunk = None;
        for (offset, body, act) in self.owed.first_events().take(LOG_ROWS) {
            let act = act.map(|act| Mutation::put(act.clone()));
            bytes += body.len() + 64 + act.as_ref().map_or(0, Mutation::size);
            let of = offset / LOG_CHUNK_EVENTS;
            let is_full = bytes > MAX_COMMIT_BYTES || rows.len() + acts.len() >= LOG_ROWS;
            if (is_full && !rows.is_empty()) || *chunk.get_or_insert(of) != of {
                break;
            }
            last = offset;
            let row = TenantLogRow { chunk: of, offset, epoch: epoch.clone(), body: body.to_vec() };
            rows.push(Mutation::put_until(row, expires_at));
            acts.extend(act);
        }
        let count = rows.len();
        if count == 0 {
            return;
        }
        rows.extend(acts);
        let opens_chunk = last / LOG_CHUNK_EVENTS != last.saturating_sub(count as u64) / LOG_CHUNK_EVENTS;
        let (env, scope) = (self.env.clone(), self.scope);
        let write = async move {
            repeat(|| shell::commit(&env, scope, Lane::Bulk, rows.clone())).await?;
            if opens_chunk {
                let hint = LogCursorRow { consumer: LOG_END.to_owned(), offset: last };
                repeat(|| env.store.commit_one(scope.into(), Lane::Bulk, vec![Mutation::put(hint.clone())]))
                    .await?;
            }
            Ok(())
        };
        self.logging = true;
        ctx.spawn(write.into_actor(self).map(move |result, actor, ctx| {
            actor.written(
                result,
                ctx,
                |actor| actor.logging = false,
                |actor| {
                    let logged = actor.owed.logged(count);
                    actor.stream.logged(last);
                    actor.env.recent.logged(actor.scope, &actor.stream.epoch(), logged);
                    actor.env.feeding.ring(actor.scope, last, actor.env.clock.now());
                    actor.env.bells.ring(actor.scope);
                    actor.note_congestion();
                },
            );
        }));
    }

    /// Writes conversations' rows, and how far the log is in them.
    fn write_heads(&mut self, ctx: &mut Context<Self>) {
        if self.projecting {
            return;
        }
        let mut rows = Vec::new();
        let mut bytes = 0;
        let mut done = Vec::new();
        for conversation in self.owed.first_rows().take(HEAD_ROWS) {
            let row = Mutation::put(ConversationHeadRow {
                bucket: projection_bucket(conversation.id.as_bytes()),
                conversation_id: conversation.id,
                version: conversation.version,
                body: Json(conversation.clone()),
            });
            bytes += row.size();
            if bytes > MAX_COMMIT_BYTES && !rows.is_empty() {
                break;
            }
            rows.push(row);
            done.push((conversation.id, conversation.version));
        }
        let projected = self.owed.projected(self.stream.last_logged());
        let notes = projected >= self.projected + NOTE_PROJECTED_AFTER;
        if rows.is_empty() && !notes {
            return;
        }
        let (env, scope) = (self.env.clone(), self.scope);
        let write = async move {
            if !rows.is_empty() {
                repeat(|| env.store.commit_many(scope.into(), Lane::Bulk, rows.clone())).await?;
            }
            if notes {
                let note = LogCursorRow { consumer: PROJECTED.to_owned(), offset: projected };
                repeat(|| env.store.commit_one(scope.into(), Lane::Bulk, vec![Mutation::put(note.clone())]))
                    .await?;
            }
            Ok(())
        };
        self.projecting = true;
        ctx.spawn(write.into_actor(self).map(move |result, actor, ctx| {
            actor.written(
                result,
                ctx,
                |actor| actor.projecting = false,
                |actor| {
                    for (id, version) in done {
                        if actor.owed.written(id, version) && actor.asking.remove(&id) {
                            actor.say_projected(id);
                        }
                    }
                    if notes {
                        actor.projected = projected;
                    }
                },
            );
        }));
    }

    /// Goes on after a write, or tries again after a pause. `end` says that it runs no more.
    fn written(
        &mut self,
        result: Result<(), store::Error>,
        ctx: &mut Context<Self>,
        end: fn(&mut Self),
        done: impl FnOnce(&mut Self),
    ) {
        match result {
            Ok(()) => {
                end(self);
                done(self);
                self.write(ctx);
            }
            Err(error) => {
                tracing::warn!(tenant = %self.scope.tenant(), %error, "what a tenant was told waits to be written");
                ctx.run_later(RETRY_PAUSE, move |actor, ctx| {
                    end(actor);
                    actor.write(ctx);
                });
            }
        }
    }

    fn attach(&mut self, attach: Attach, ctx: &mut Context<Self>) {
        self.attached.insert(attach.arbiter);
        let Some(fanout) = self.env.fanouts.get().and_then(|all| all.get(attach.arbiter)).cloned() else {
            return;
        };
        let socket = attach.socket;
        let answer = move |events: Vec<EncodedEvent>, resumed: bool, stream: &Stream, tenant| Page {
            tenant,
            socket,
            epoch: stream.epoch(),
            head: stream.head(),
            events,
            resumed,
        };
        let tenant = self.scope.tenant();
        let Some(after) = attach.after.clone() else {
            fanout.do_send(answer(Vec::new(), false, &self.stream, tenant));
            return;
        };
        if after.epoch == *self.stream.epoch() {
            if after.offset > self.stream.head() {
                fanout.do_send(answer(Vec::new(), false, &self.stream, tenant));
                return;
            }
            if let Some(events) = self.stream.after(after.offset, PAGE_EVENTS) {
                fanout.do_send(answer(events, true, &self.stream, tenant));
                return;
            }
        }
        // Of an older epoch, or out of the ring: the log tells, if it still has that very event.
        let same_epoch = after.epoch == *self.stream.epoch();
        let logged = self.stream.last_logged();
        let reading = read_log(self.env.records.clone(), self.scope, after, same_epoch, logged);
        ctx.spawn(reading.into_actor(self).map(move |events, actor, _| {
            let tenant = actor.scope.tenant();
            let page = match events {
                Ok(Some(events)) if events.is_empty() => {
                    // Everything logged was seen: the ring has the rest, in this epoch.
                    match actor.stream.after(logged, PAGE_EVENTS) {
                        Some(events) => answer(events, true, &actor.stream, tenant),
                        None => answer(Vec::new(), false, &actor.stream, tenant),
                    }
                }
                Ok(Some(events)) => answer(events, true, &actor.stream, tenant),
                Ok(None) => answer(Vec::new(), false, &actor.stream, tenant),
                Err(error) => {
                    tracing::warn!(%error, "the log could not be read for a socket; it loads a snapshot");
                    answer(Vec::new(), false, &actor.stream, tenant)
                }
            };
            fanout.do_send(page);
        }));
    }

    fn mark(&self, user: UserId, id: ConversationId) -> u64 {
        self.marks.get(&user).and_then(|marks| marks.get(&id)).copied().unwrap_or(0)
    }

    /// Reads somebody's marks and takes the letter again.
    fn wait_for_marks(&mut self, user: UserId, letter: Letter, ctx: &mut Context<Self>) {
        let waits = self.unread_waits.entry(user).or_default();
        waits.push(letter);
        if waits.len() > 1 {
            return;
        }
        let records = self.env.records.clone();
        let scope = self.scope;
        let reading = async move {
            records
                .all::<AgentStateRow>(scope, Scan::of::<AgentStateRow>(AgentStateRow::partition(user)))
                .await
        };
        ctx.spawn(reading.into_actor(self).map(move |result, actor, ctx| {
            let waits = actor.unread_waits.remove(&user).unwrap_or_default();
            match result {
                Ok(rows) => {
                    let read = rows.into_iter().map(|row| (row.conversation_id, row.inbound_count));
                    actor.marks.entry(user).or_default().extend(read);
                    for letter in waits {
                        actor.take(letter, ctx);
                    }
                }
                Err(error) => {
                    let refusal = Refusal::from(error);
                    for letter in waits {
                        refuse(letter, &refusal);
                    }
                }
            }
        }));
    }

    fn read(
        &mut self,
        user: UserId,
        id: ConversationId,
        count: Option<u64>,
        reply: Reply<wire::ReadAnswer>,
        ctx: &mut Context<Self>,
    ) {
        if !self.marks.contains_key(&user) {
            self.wait_for_marks(user, Letter::Read(user, id, count, reply), ctx);
            return;
        }
        if let Some(waits) = self.marking.get_mut(&(user, id)) {
            // Marks of one person in one place are written in order, so that none goes back.
            waits.push(Letter::Read(user, id, count, reply));
            return;
        }
        let Some(inbound_count) = self.inbox.inbound_count(id) else {
            tell(reply, Err(Refusal::NotFound("conversation")));
            return;
        };
        // Reading never takes back what was read, and nobody reads what has not come.
        let before = self.mark(user, id);
        let mark = count.unwrap_or(inbound_count).min(inbound_count).max(before);
        let answer = wire::ReadAnswer {
            read: wire::ReadMark { conversation_id: id, user_id: user, inbound_count: mark },
            unread_count: inbound_count - mark,
        };
        if mark == before {
            tell(reply, Ok(answer));
            return;
        }
        let row = AgentStateRow { user_id: user, conversation_id: id, inbound_count: mark };
        let (env, scope) = (self.env.clone(), self.scope);
        let write = async move {
            repeat(|| env.store.commit_one(scope.into(), Lane::Interactive, vec![Mutation::put(row.clone())]))
                .await
        };
        self.marking.insert((user, id), Vec::new());
        ctx.spawn(write.into_actor(self).map(move |result, actor, ctx| {
            match result {
                Ok(()) => {
                    actor.marks.entry(user).or_default().insert(id, mark);
                    let data = EventData { read: Some(answer.read), ..EventData::default() };
                    let event = actor.encode(EventName::ConversationRead, actor.env.clock.now(), data, None);
                    actor.deliver(vec![event], None);
                    actor.write_soon(ctx);
                    tell(reply, Ok(answer));
                }
                Err(error) => tell(reply, Err(error.into())),
            }
            for letter in actor.marking.remove(&(user, id)).unwrap_or_default() {
                actor.take(letter, ctx);
            }
        }));
    }

    fn list(&mut self, query: ListQuery, reply: Reply<Listed>, ctx: &mut Context<Self>) {
        let Some(marks) = self.marks.get(&query.user_id) else {
            self.wait_for_marks(query.user_id, Letter::List(query, reply), ctx);
            return;
        };
        let (selected, next_cursor, total) = match self.inbox.select(&query, self.env.clock.now(), marks) {
            Ok(selected) => selected,
            Err(refusal) => {
                tell(reply, Err(refusal));
                return;
            }
        };
        let teams = self.known.staff.teams.keys().copied();
        let counts = self.inbox.counts(query.which.status, query.user_id, teams);
        let as_of = self.stream.position();
        // What is not yet projected is taken from memory now: the snapshot includes everything up to `as_of`.
        let rows: Vec<_> = selected
            .into_iter()
            .map(|id| (id, self.owed.state(id).cloned(), self.mark(query.user_id, id)))
            .collect();
        let (records, scope) = (self.env.records.clone(), self.scope);
        actix_rt::spawn(async move {
            let mut conversations = Vec::with_capacity(rows.len());
            let reads = rows.into_iter().map(|(id, known, mark)| {
                let records = records.clone();
                async move {
                    let conversation = match known {
                        Some(conversation) => Some(conversation),
                        None => {
                            let key = ConversationHeadRow::key(projection_bucket(id.as_bytes()), id);
                            records.get::<ConversationHeadRow>(scope, key).await?.map(|row| row.body.0)
                        }
                    };
                    Ok::<_, store::Error>(conversation.map(|conversation| (conversation, mark)))
                }
            });
            match futures_util::future::try_join_all(reads).await {
                Ok(read) => {
                    for (mut conversation, mark) in read.into_iter().flatten() {
                        conversation.unread_count = Some(conversation.inbound_count.saturating_sub(mark));
                        conversations.push(conversation);
                    }
                    let page = wire::ConversationPage { conversations, next_cursor, total, as_of };
                    tell(reply, Ok(Listed { page, counts }));
                }
                Err(error) => tell(reply, Err(error.into())),
            }
        });
    }
}

/// The message that the list shows, after an event: a new message or note, or the shown one changed.
fn newest(shown: Option<Box<wire::Message>>, told: Option<wire::Message>) -> Option<Box<wire::Message>> {
    let Some(told) = told else { return shown };
    let is_line = told.scheduled.is_some()
        || matches!(told.content, wire::Content::System(_)) && told.direction == wire::Direction::Out;
    match &shown {
        Some(before) if before.id != told.id && (is_line || before.seq > told.seq) => shown,
        None if is_line => None,
        _ => Some(Box::new(told)),
    }
}

/// Events of the log right after a position; nothing when the log no longer has that very position.
async fn read_log(
    records: Records,
    scope: TenantScope,
    after: StreamPosition,
    same_epoch: bool,
    last_logged: u64,
) -> Result<Option<Vec<EncodedEvent>>, store::Error> {
    if after.offset > last_logged {
        return Ok(None);
    }
    if !same_epoch {
        let key = TenantLogRow::key(after.offset / LOG_CHUNK_EVENTS, after.offset);
        let seen = records.get::<TenantLogRow>(scope, key).await?;
        if seen.is_none_or(|row| row.epoch != after.epoch) {
            return Ok(None);
        }
    }
    let mut events: Vec<EncodedEvent> = Vec::new();
    let mut next = after.offset + 1;
    while next <= last_logged && events.len() < PAGE_EVENTS {
        let scan = Scan::of::<TenantLogRow>(TenantLogRow::partition(next / LOG_CHUNK_EVENTS))
            .from(vec![switchboard_schema::table::CellType::into_cell(next)])
            .limit(PAGE_EVENTS - events.len());
        let rows = records.scan::<TenantLogRow>(scope, scan).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in rows {
            if row.offset != next {
                return Ok(None);
            }
            if next > last_logged {
                break;
            }
            events.push(EncodedEvent::new(row.offset, &row.body));
            next += 1;
        }
    }
    Ok(Some(events))
}

fn tell<T>(reply: Reply<T>, result: Result<T, Refusal>) {
    // Nobody waits any more when the caller went away.
    drop(reply.send(result));
}

fn refuse(letter: Letter, refusal: &Refusal) {
    match letter {
        Letter::List(_, reply) => tell(reply, Err(refusal.clone())),
        Letter::Assigned(_, reply) | Letter::WithTeam(_, reply) => tell(reply, Err(refusal.clone())),
        Letter::Position(_, _, reply) => tell(reply, Err(refusal.clone())),
        Letter::Matching(_, _, _, reply) => tell(reply, Err(refusal.clone())),
        Letter::Count(_, _, reply) => tell(reply, Err(refusal.clone())),
        Letter::Read(_, _, _, reply) => tell(reply, Err(refusal.clone())),
        _ => {}
    }
}
