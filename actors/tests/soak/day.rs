//! Days in several workspaces, and the ledger of what they must leave behind.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::{
    House, Refusal,
    house::{Act, Principal},
};
use switchboard_domain::inbound::{InboundMessage, Other, Party, Status, Update};
use switchboard_ports::{
    blob::ENDING_LIFE,
    clock::Clock as _,
    store::{Lane, Mutation, Store as _},
};
use switchboard_schema::{
    ChannelId, ConversationId, CorrelationId, SessionId, TenantScope, Timestamp, UserId,
    record::{IdempotencyRow, Kept, SessionBody, SessionRow},
    table::Json,
    wire::{
        self, Content, ConversationStatus, Identity, IdentityKind, MessageState, Note, SendRequest,
        StatusRequest, Text,
    },
};

use crate::{
    client::Client,
    stage::{Stage, workspaces},
};

/// How busy each hour of a day is.
const CURVE: [u32; 24] = [1, 0, 0, 0, 0, 0, 1, 3, 6, 9, 10, 10, 8, 9, 10, 10, 9, 8, 6, 5, 4, 3, 2, 1];
/// Minutes for which a visitor's socket stays open.
const VISIT_MINUTES: u64 = 7;
/// Minutes between two visits of a workspace.
const VISIT_EVERY: u64 = 5;
/// How long answers are kept under an idempotency key, as the API keeps them.
const ANSWER_LIFE: Duration = Duration::from_secs(48 * 3_600);
/// How long a sign-in lasts, as it is set where nobody sets another.
const SESSION_LIFE: Duration = Duration::from_secs(168 * 3_600);
/// How long an update waits for its message.
const ORPHAN_LIFE: Duration = Duration::from_secs(8 * 24 * 3_600);
/// How long what could not be applied, and what concerns no conversation, is kept.
const DEAD_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long the log of events is kept.
const LOG_LIFE: Duration = Duration::from_secs(7 * 24 * 3_600);

/// One customer, as the ledger knows them.
#[derive(Clone, Copy)]
struct Customer {
    nth: u64,
    id: ConversationId,
}

/// What a workspace must hold.
#[derive(Default)]
struct Ledger {
    customers: Vec<Customer>,
    received: u64,
    sent: u64,
    notes: u64,
    /// Acts under a key.
    keys: u64,
    read: BTreeSet<ConversationId>,
    /// When they end: answers, sign-ins, orphans, letters that could not be applied, updates of the account.
    ending: BTreeMap<&'static str, Vec<Timestamp>>,
    /// Alarms that have not gone off.
    alarms: BTreeSet<(Timestamp, ConversationId)>,
    /// When each body that is kept beside the tables was put.
    bodies: Vec<Timestamp>,
    /// When events were told: how many by then.
    told: VecDeque<(Timestamp, u64)>,
}

struct Workspace {
    scope: TenantScope,
    channel: ChannelId,
    ledger: RefCell<Ledger>,
    chance: RefCell<StdRng>,
    /// Sees everything, and so knows how much there was.
    observer: Client,
    /// Sockets that come and go, and the minute in which they go.
    visitors: VecDeque<(u64, Client)>,
}

/// How much goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) workspaces: u8,
    /// Acts in an hour of a workspace, for each unit of the curve.
    pub(crate) acts: u32,
}

/// The workspaces and what they hold.
pub(crate) struct Town {
    plan: Plan,
    pub(crate) stage: Stage,
    workspaces: Vec<Workspace>,
    minutes: u64,
    sockets: u64,
    acts: RefCell<u64>,
}

impl Town {
    pub(crate) async fn found(plan: Plan) -> Self {
        let stage = Stage::open(plan.seed);
        let mut all = Vec::new();
        for ((scope, channel), nth) in workspaces(plan.workspaces).zip(0..) {
            let observer = Client::open(&stage, scope, nth, None);
            stage.settle().await;
            stage.connect(scope, channel).await;
            all.push(Workspace {
                scope,
                channel,
                ledger: RefCell::default(),
                chance: RefCell::new(StdRng::seed_from_u64(plan.seed + 1_000 * nth)),
                observer,
                visitors: VecDeque::new(),
            });
        }
        Self { sockets: all.len() as u64, plan, stage, workspaces: all, minutes: 0, acts: RefCell::new(0) }
    }

    /// One hour as busy as that of the curve, with everything that goes on in it.
    pub(crate) async fn hour(&mut self, of_day: usize) {
        let acts = self.plan.acts * CURVE[of_day % 24];
        for minute in 0..60 {
            // Spread evenly: those of the hour that come by the end of this minute and did not by the last.
            let now = acts * (minute + 1) / 60 - acts * minute / 60;
            self.visit(acts > 0);
            self.stage.settle().await;
            for _ in 0..now {
                let acts = self.workspaces.iter().map(|workspace| self.act(workspace)).collect();
                self.stage.perform(acts).await;
            }
            self.stage.minute().await;
            self.minutes += 1;
            self.keep_books();
        }
    }

    /// Minutes in which nobody does anything: visitors go, and whoever is idle does.
    pub(crate) async fn quiet(&mut self, minutes: u32) {
        for workspace in &mut self.workspaces {
            workspace.visitors.clear();
        }
        for _ in 0..minutes {
            self.stage.minute().await;
            self.minutes += 1;
        }
        self.keep_books();
    }

    /// Days without anybody, at once.
    pub(crate) async fn days(&mut self, days: u64) {
        for _ in 0..days {
            self.stage.leap(Duration::from_secs(24 * 3_600));
            self.stage.fire_wakeups().await;
            self.stage.minute().await;
        }
        self.keep_books();
    }

    /// Notes how much was told by now, and takes out what has ended.
    fn keep_books(&self) {
        let now = self.stage.clock.now();
        for workspace in &self.workspaces {
            let mut ledger = workspace.ledger.borrow_mut();
            ledger.alarms.retain(|(at, _)| *at > now);
            ledger.ending.values_mut().for_each(|ends| ends.retain(|end| *end > now));
            let events = workspace.observer.seen(|seen| seen.events);
            ledger.told.push_back((now, events));
            while ledger.told.get(1).is_some_and(|(at, _)| *at + LOG_LIFE <= now) {
                ledger.told.pop_front();
            }
        }
    }

    /// Sockets come, go on from where the last one was, and go.
    fn visit(&mut self, busy: bool) {
        for (workspace, nth) in self.workspaces.iter_mut().zip(0..) {
            while workspace.visitors.front().is_some_and(|(until, _)| *until <= self.minutes) {
                workspace.visitors.pop_front();
            }
            if !busy || !(self.minutes + nth).is_multiple_of(VISIT_EVERY) {
                continue;
            }
            // From the last one that left, or from where everybody is.
            let since = match workspace.visitors.back() {
                Some((_, last)) => last.seen(|seen| seen.at.clone()),
                None => workspace.observer.seen(|seen| seen.at.clone()),
            };
            let client = Client::open(&self.stage, workspace.scope, self.sockets, since);
            self.sockets += 1;
            workspace.visitors.push_back((self.minutes + VISIT_MINUTES, client));
        }
    }

    /// A number that nothing else here has.
    fn number(&self) -> u64 {
        let mut acts = self.acts.borrow_mut();
        *acts += 1;
        *acts
    }

    fn an_act(&self) -> Act {
        let number = self.number();
        let mut correlation = [0; 16];
        correlation[..8].copy_from_slice(&number.to_be_bytes());
        Act {
            principal: Principal {
                sender: wire::Sender {
                    kind: wire::SenderKind::Agent,
                    id: Some("agent".to_owned()),
                    name: Some("Ada".to_owned()),
                },
                user_id: agent(),
            },
            key: format!("act.{number}"),
            correlation: CorrelationId::from_bytes(correlation),
            trace: None,
        }
    }

    /// Something somebody does in a workspace.
    fn act<'a>(&'a self, workspace: &'a Workspace) -> LocalBoxFuture<'a, ()> {
        let chance = || workspace.chance.borrow_mut();
        let known = workspace.ledger.borrow().customers.len();
        let somebody = (known > 0).then(|| {
            // Mostly those who wrote last.
            let mut chance = chance();
            let back = chance.random_range(0..known).min(chance.random_range(0..known));
            workspace.ledger.borrow().customers[known - 1 - back]
        });
        let Some(customer) = somebody else { return Box::pin(self.written(workspace, None)) };
        let id = customer.id;
        match chance().random_range(0..100) {
            0..10 => Box::pin(self.written(workspace, None)),
            10..40 => Box::pin(self.written(workspace, Some(customer))),
            40..65 => Box::pin(self.answered(workspace, id)),
            65..70 => Box::pin(self.noted(workspace, id)),
            70..75 => Box::pin(self.assigned(workspace, id)),
            75..83 => Box::pin(self.put_aside(workspace, id)),
            83..90 => Box::pin(self.seen(workspace, id)),
            90..94 => Box::pin(self.came_early(workspace)),
            94..96 => Box::pin(self.was_not_for_a_conversation(workspace)),
            96..98 => Box::pin(self.did_not_read(workspace)),
            _ => Box::pin(self.signed_in(workspace)),
        }
    }

    fn house(&self) -> &House {
        &self.stage.house
    }

    async fn deliver(&self, workspace: &Workspace, update: Update) {
        let correlation = self.an_act().correlation;
        let told = self.house().deliver(workspace.scope, workspace.channel, vec![update], correlation).await;
        assert_eq!(told, Ok(Vec::new()));
    }

    /// A customer writes, perhaps for the first time; one in ten deliveries comes twice.
    async fn written(&self, workspace: &Workspace, customer: Option<Customer>) {
        let number = workspace.ledger.borrow().received;
        let nth =
            customer.map_or_else(|| workspace.ledger.borrow().customers.len() as u64, |known| known.nth);
        let identity = Identity { kind: IdentityKind::Phone, value: format!("3161{nth:07}") };
        let from = Party { identities: vec![identity], profile_name: Some(format!("Customer {nth}")) };
        let content = Content::Text(Text { body: format!("words of message {number}") });
        let (id, at) = (format!("in.{number}"), self.stage.clock.now());
        let update = Update::Message(InboundMessage::new(from, id, at, content));
        self.deliver(workspace, update.clone()).await;
        if number.is_multiple_of(10) {
            self.deliver(workspace, update).await;
        }
        workspace.ledger.borrow_mut().received += 1;
        if customer.is_some() {
            return;
        }
        let query = switchboard_actors::house::ListQuery {
            which: switchboard_actors::house::Which {
                view: switchboard_actors::house::View::All,
                status: Some(ConversationStatus::Open),
                filter: switchboard_domain::filter::Filter::default(),
            },
            sort: wire::ListSort::Newest,
            cursor: None,
            from: 0,
            limit: 100,
            user_id: agent(),
        };
        let (page, _) = self.house().conversations(workspace.scope, query).await.expect("the list is read");
        let name = format!("Customer {nth}");
        let id = page.conversations.iter().find(|one| one.contact.name == name);
        let id = id.expect("the new conversation is listed").id;
        workspace.ledger.borrow_mut().customers.push(Customer { nth, id });
    }

    /// An agent answers, if they may; the provider tells how far it got.
    async fn answered(&self, workspace: &Workspace, id: ConversationId) {
        let request = SendRequest::text("an answer of the usual length, or so".to_owned());
        let sent = self.house().send(workspace.scope, self.an_act(), id, request).await;
        let message = match sent {
            Ok(message) => message,
            Err(Refusal::Rule { code: "window_closed", .. }) => return,
            Err(refusal) => panic!("{refusal}"),
        };
        {
            let mut ledger = workspace.ledger.borrow_mut();
            ledger.sent += 1;
            ledger.keys += 1;
        }
        let callback = switchboard_domain::inbound::Callback { conversation_id: id, seq: message.seq };
        for state in [MessageState::Sent, MessageState::Delivered, MessageState::Read] {
            let status = Status {
                provider_id: format!("out.{}", callback.to_text()),
                // Some come without what was given along, and are looked up.
                callback: (message.seq % 3 > 0).then_some(callback),
                state,
                at: self.stage.clock.now(),
                error: None,
                recipient: Vec::new(),
                charged: None,
                class: None,
            };
            self.deliver(workspace, Update::Status(status)).await;
        }
    }

    async fn noted(&self, workspace: &Workspace, id: ConversationId) {
        let note = Note { body: "something to remember".to_owned(), mentions: Vec::new() };
        self.house().note(workspace.scope, self.an_act(), id, note).await.expect("it is kept");
        let mut ledger = workspace.ledger.borrow_mut();
        ledger.notes += 1;
        ledger.keys += 1;
    }

    async fn shown(&self, workspace: &Workspace, id: ConversationId) -> wire::Conversation {
        self.house().conversation(workspace.scope, id, agent()).await.expect("it is shown").conversation
    }

    async fn assigned(&self, workspace: &Workspace, id: ConversationId) {
        let nobody = self.shown(workspace, id).await.assignee_id.is_none();
        let user = nobody.then(|| wire::User {
            id: agent(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: wire::Role::Agent,
        });
        self.house().assign(workspace.scope, self.an_act(), id, user).await.expect("it is assigned");
        workspace.ledger.borrow_mut().keys += 1;
    }

    /// Snoozed, resolved, or opened again.
    async fn put_aside(&self, workspace: &Workspace, id: ConversationId) {
        let now = self.stage.clock.now();
        let request = match self.shown(workspace, id).await.status {
            ConversationStatus::Open if workspace.chance.borrow_mut().random_bool(0.5) => {
                let minutes = workspace.chance.borrow_mut().random_range(20..180);
                let until = Timestamp::from_secs(now.as_millis() / 1_000 + 60 * minutes);
                StatusRequest { status: ConversationStatus::Snoozed, snoozed_until: Some(until) }
            }
            ConversationStatus::Open => {
                StatusRequest { status: ConversationStatus::Resolved, snoozed_until: None }
            }
            _ => StatusRequest { status: ConversationStatus::Open, snoozed_until: None },
        };
        let until = request.snoozed_until;
        self.house().set_status(workspace.scope, self.an_act(), id, request).await.expect("it is set");
        let mut ledger = workspace.ledger.borrow_mut();
        ledger.keys += 1;
        ledger.alarms.extend(until.map(|until| (until, id)));
    }

    /// An agent opens it and has read it.
    async fn seen(&self, workspace: &Workspace, id: ConversationId) {
        self.house().messages(workspace.scope, id, None, 50).await.expect("a page");
        self.house()
            .read(workspace.scope, self.an_act(), id, wire::ReadRequest::default(), true)
            .await
            .expect("it is read");
        workspace.ledger.borrow_mut().read.insert(id);
    }

    /// A status of a message that nobody here has sent.
    async fn came_early(&self, workspace: &Workspace) {
        let now = self.stage.clock.now();
        let number = self.number();
        let status = Status {
            provider_id: format!("elsewhere.{number}"),
            callback: None,
            state: MessageState::Delivered,
            at: now,
            error: None,
            recipient: Vec::new(),
            charged: None,
            class: None,
        };
        self.deliver(workspace, Update::Status(status)).await;
        self.ends(workspace, "orphans", now + ORPHAN_LIFE);
    }

    /// Something about the account.
    async fn was_not_for_a_conversation(&self, workspace: &Workspace) {
        let now = self.stage.clock.now();
        let raw = Kept::Inline(format!("{{\"event\":{}}}", self.number()));
        self.deliver(workspace, Update::Other(Other { field: "account_update".to_owned(), raw, news: None }))
            .await;
        self.ends(workspace, "other_updates", now + DEAD_LIFE);
    }

    /// An update that cannot be read; every other one is large, and its body is kept beside.
    async fn did_not_read(&self, workspace: &Workspace) {
        let now = self.stage.clock.now();
        let number = self.number();
        let large = number.is_multiple_of(2);
        let raw = format!("{number} {}", "x".repeat(if large { 20_000 } else { 200 }));
        let channel = workspace.channel;
        self.house().bury(workspace.scope, channel, "unreadable".to_owned(), raw).await.expect("it is kept");
        self.ends(workspace, "inbound_dead", now + DEAD_LIFE);
        if large {
            workspace.ledger.borrow_mut().bodies.push(now);
        }
    }

    /// Somebody signs in and makes something under a key: what the API writes of it.
    async fn signed_in(&self, workspace: &Workspace) {
        let (store, now) = (self.stage.temp.store(), self.stage.clock.now());
        let number = self.number();
        let mut id = [workspace.channel.as_bytes()[0]; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let session = SessionRow {
            session_id: SessionId::from_bytes(id),
            body: Json(SessionBody {
                user_id: agent(),
                tenant_id: workspace.scope.tenant(),
                secret_hash: vec![1; 32],
                csrf_token: "token".to_owned(),
                created_at: now,
                expires_at: now + SESSION_LIFE,
            }),
        };
        let answer = IdempotencyRow {
            principal: "agent".to_owned(),
            key_hash: id.to_vec(),
            request_hash: vec![2; 32],
            status: 201,
            body: vec![b'x'; 500],
        };
        let session = Mutation::put_until(session, now + SESSION_LIFE);
        let answer = Mutation::put_until(answer, now + ANSWER_LIFE);
        let system = switchboard_ports::store::Scope::System;
        store.commit_one(system, Lane::Interactive, vec![session]).await.expect("it is kept");
        let scope = workspace.scope.into();
        store.commit_one(scope, Lane::Interactive, vec![answer]).await.expect("it is kept");
        self.ends(workspace, "sessions", now + SESSION_LIFE);
        self.ends(workspace, "idempotency", now + ANSWER_LIFE);
    }

    fn ends(&self, workspace: &Workspace, table: &'static str, at: Timestamp) {
        workspace.ledger.borrow_mut().ending.entry(table).or_default().push(at);
    }

    /// How many rows there must be, table by table, while nobody is active.
    pub(crate) fn rows(&self) -> BTreeMap<String, u64> {
        let mut rows = BTreeMap::new();
        let mut add = |table: &str, count: u64| *rows.entry(table.to_owned()).or_default() += count;
        for empty in [
            "claims",
            "users",
            "codes",
            "tenants",
            "invitations",
            "teams",
            "labels",
            "saved_views",
            "bulk_jobs",
            "bulk_slices",
            "automation_rules",
            "macros",
            "automation_runs",
            "automation_waits",
            "report_states",
            "report_facts",
            "rollups",
            "availability",
            "saved_replies",
            "drafts",
            "api_keys",
            "contact_edges",
            "consent",
            "media",
            "templates",
            "initiated",
            "notifications",
            "notification_marks",
            "notification_settings",
            "push_subscriptions",
            "push_jobs",
            "sealed_keys",
        ] {
            add(empty, 0);
        }
        for ending in ["orphans", "other_updates", "inbound_dead", "sessions", "idempotency"] {
            add(ending, 0);
        }
        add("wakeup_cursors", 1);
        for workspace in &self.workspaces {
            let ledger = workspace.ledger.borrow();
            let customers = ledger.customers.len() as u64;
            add("channels", 1);
            add("members", 1);
            for table in
                ["identities", "contacts", "contact_conversations", "conversation_heads", "thread heads"]
            {
                add(table, customers);
            }
            let (events, lines) = workspace.observer.seen(|seen| (seen.events, seen.lines));
            // The channel's connecting is one, too.
            add("audit", workspace.observer.seen(|seen| seen.acts) + 1);
            add("thread items", ledger.received + ledger.sent + ledger.notes + lines);
            add("thread attempts", ledger.sent);
            add("thread keys", ledger.keys);
            add("provider_ids", ledger.received + ledger.sent);
            add("agent_state", ledger.read.len() as u64);
            add("wakeups", ledger.alarms.len() as u64);
            let now = self.stage.clock.now();
            let ended =
                ledger.told.front().filter(|(at, _)| *at + LOG_LIFE <= now).map_or(0, |(_, told)| *told);
            add("tenant_log", events - ended);
            // Noted once five hundred events were projected since the last time.
            add("log_cursors", u64::from(events >= 500) + u64::from(events >= 5_000));
            for (table, ends) in &ledger.ending {
                add(table, ends.len() as u64);
            }
        }
        rows
    }

    /// What memory must hold more of than when nobody had written yet.
    pub(crate) fn held(&self) -> Held {
        let (mut held, now) = (Held::default(), self.stage.clock.now());
        for workspace in &self.workspaces {
            let ledger = workspace.ledger.borrow();
            held.conversations += ledger.customers.len() as u64;
            held.ids += ledger.received + ledger.sent;
            held.orphans += ledger.ending.get("orphans").map_or(0, Vec::len) as u64;
            held.ends += ledger.ending.values().map(Vec::len).sum::<usize>() as u64;
            held.blobs += ledger.bodies.iter().filter(|put| **put + ENDING_LIFE >= now).count() as u64;
            held.events += workspace.observer.seen(|seen| seen.events);
            held.event_bytes += workspace.observer.seen(|seen| seen.bytes);
            assert_eq!(workspace.observer.seen(|seen| seen.reloads), 0, "an observer misses nothing");
        }
        held
    }
}

/// What memory holds for as long as the process lives, or longer than anybody is active.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) conversations: u64,
    /// Ids by which the provider knows messages.
    pub(crate) ids: u64,
    pub(crate) orphans: u64,
    /// Rows that end by themselves.
    pub(crate) ends: u64,
    pub(crate) blobs: u64,
    pub(crate) events: u64,
    pub(crate) event_bytes: u64,
}

fn agent() -> UserId {
    UserId::from_bytes([9; 16])
}
