//! A conversation's owner: the only writer of its thread.
//!
//! *State*: [`State`] of the domain. *Commands*: [`Ask`]. *Effects*: events to the tenant's actor, sends
//! through the channel. *Invariants*: those of [`switchboard_domain::conversation`]; one send at a time, in
//! order. *Limits*: [`Conversation::CAPACITY`] commands waiting, [`MAX_UNREGISTERED`] items not yet findable
//! by their provider's id. *On a crash*: reloads the newest two buckets, tells the tenant's actor what it
//! has not projected, and marks requests without a result as unknown.

mod load;
mod outbox;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use switchboard_domain::{
    consent::Wish,
    conversation::{
        self as rules, Change, Command as Rule, ContactSnapshot, Effect, Rejection, State, decide, evolve,
    },
    delivery::is_settled,
    inbound::{Edit, InboundMessage, InboundReaction, Revoke},
    permission::ChannelFacts,
    queue::Queue,
};
use switchboard_ports::store::{MAX_COMMIT_BYTES, Mutation};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, CorrelationId, MessageId, TenantScope, Timestamp, TraceContext,
    record::{BUCKET_ITEMS, Head, Item, ThreadKind, ThreadRow, WakeupTarget, encode_body},
    wire,
};
use tokio::sync::{Notify, oneshot};

pub(crate) use self::{
    load::{Place, load},
    outbox::Next,
};
use crate::{
    Refusal, channel, contact,
    directory::{Directory, answer},
    env::Env,
    shell::{self, Entity, Shell, Steps},
    tenant::{self, Published},
};

/// Items committed and not yet findable by their provider's id, at most; then the conversation waits. It
/// must stay below a bucket, so that what leaves memory can be found in the store.
const MAX_UNREGISTERED: u64 = BUCKET_ITEMS - 50;

/// Changed items of old buckets that are not known to be projected, from which on the tenant's actor is asked with each
/// commit whether they are. It keeps its own bound on what is not logged.
const MANY_OLD_CHANGES: usize = 64;
/// Pause between two tellings that somebody writes: the provider shows each for 25 s.
const TYPING_PAUSE: Duration = Duration::from_secs(20);
/// Pause before a conversation that could not hear something is told it again; it doubles.
const INSIST_PAUSE: Duration = Duration::from_millis(200);
/// The longest such pause.
const LONGEST_INSIST_PAUSE: Duration = Duration::from_secs(30);

/// A command, with the channel for a conversation that does not exist yet.
pub(crate) struct Asked {
    /// The channel, where the asker knows it.
    pub(crate) channel_id: Option<ChannelId>,
    /// The request or webhook it comes from.
    pub(crate) correlation_id: Option<CorrelationId>,
    /// Where in a trace it comes from, where that is recorded.
    pub(crate) trace: Option<TraceContext>,
    /// What the channel's side says, where it was asked for this.
    pub(crate) side: ChannelFacts,
    /// What is asked.
    pub(crate) ask: Ask,
}

impl Asked {
    /// Asked of a conversation that exists, by nobody outside.
    pub(crate) fn of(ask: Ask) -> Self {
        Self { channel_id: None, correlation_id: None, trace: None, side: ChannelFacts::default(), ask }
    }
}

/// What a conversation can be asked.
#[expect(clippy::large_enum_variant, reason = "a command moves twice: into the mailbox and to its decision")]
pub(crate) enum Ask {
    /// A rule's command.
    Rule(Rule),
    /// The customer wrote.
    Receive(Box<(ContactSnapshot, InboundMessage)>),
    /// The customer changed what they wrote.
    Edit(Box<Edit>),
    /// The customer took back what they wrote.
    Revoke(Box<Revoke>),
    /// The customer put an emoji on a message, or took it away.
    React(Box<InboundReaction>),
    /// Is the message with this provider's id here?
    Holds(String),
    /// An agent read it, or is writing: the customer may know.
    Seen {
        /// Somebody is writing.
        typing: bool,
    },
    /// Show yourself.
    Show,
    /// What is to go at a time?
    Scheduled,
    /// What may be sent, and what waits?
    Outlook(Queue),
    /// Might this be sent, about that message where it is about one?
    Explain(Box<Draft>),
    /// Show what was made under a key, if anything was; refused when that was another request.
    Repeated { key: u64, request_hash: Vec<u8> },
    /// Which item is sent next? Asked by the sender of this generation.
    NextToSend(u64),
    /// The sender of this generation ended.
    SenderEnded(u64),
    /// The channel has lost what it was told to register: tell it again, if it is this conversation's.
    Register(ChannelId),
    /// What was committed up to this version can be found by its provider's id.
    Registered(u64),
    /// The tenant's actor has projected up to this version.
    Projected(u64),
    /// Tell the tenant's actor everything after this version again.
    Announce(u64),
}

/// What a conversation answers.
pub(crate) enum Answer {
    /// Done: the item it was about, and the conversation.
    Done(Option<Box<wire::Message>>, Box<wire::Conversation>),
    /// The item to send next.
    Next(Next),
    /// The attempt was written.
    Begun(Option<outbox::Begun>),
    /// What is to go at a time, soonest first.
    Scheduled(Vec<wire::Message>),
    /// What may be sent, and what waits.
    Outlook(Box<wire::SendOutlook>),
    /// It might be sent.
    Explained(Box<wire::SendDecision>),
    /// The message it is about is not here: it may come later.
    NotHere,
    /// Nothing to say.
    Nothing,
}

/// A message that is asked about before it is sent.
#[derive(Clone)]
pub(crate) struct Draft {
    /// What it says.
    pub content: wire::Content,
    /// The message it answers or puts an emoji on.
    pub about: Option<MessageId>,
    /// The last place that its writer saw.
    pub seen_seq: Option<u64>,
    /// Who writes it.
    pub writer: wire::Sender,
}

/// What had to be read.
pub(crate) struct Fetched {
    items: Vec<Item>,
    /// Where the store says a provider's id stands.
    found: Option<(String, Option<u64>)>,
    /// Whom a conversation that does not exist yet is with.
    contact: Option<ContactSnapshot>,
}

/// What there is to tell of a conversation beside its items.
struct News {
    created: bool,
    updated: bool,
    /// The commit, where that is recorded in a trace.
    trace: Option<TraceContext>,
}

/// What the customer was told of our reading and writing; forgotten with the process. Shared with whoever tells them:
/// what was not told is told when it is wanted again.
#[derive(Default)]
struct Receipts {
    /// The newest message that they know was read.
    seq: u64,
    /// When they were told last that somebody writes.
    typing_at: Option<Timestamp>,
}

/// What they were told; a panic while it was looked at leaves a number and a time.
fn told(receipts: &Mutex<Receipts>) -> MutexGuard<'_, Receipts> {
    receipts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sender that runs.
struct Sender {
    generation: u64,
    look_again: Arc<Notify>,
}

/// The entity.
pub(crate) struct Conversation {
    env: Env,
    scope: TenantScope,
    state: State,
    /// The version that the tenant's actor is known to have projected.
    projected_version: u64,
    /// The newest bucket at that version, or an earlier one.
    projected_bucket: u64,
    /// Where the command at hand comes from.
    correlation_id: Option<CorrelationId>,
    /// Its decision, where that is recorded in a trace.
    trace: Option<TraceContext>,
    /// What had items queued that wait to be sent, where that is recorded in a trace.
    queued_by: BTreeMap<u64, TraceContext>,
    /// Rows of the commit being put together, by bucket, kind, n.
    rows: BTreeMap<(u64, i64, u64), Mutation>,
    /// The head before the commit being put together, where there are buckets that a reload does not read.
    head_before: Option<Box<Head>>,
    /// The oldest item of those buckets that waits to be sent again by the commit.
    reopened: Option<u64>,
    /// Items of those buckets that were changed and are not known to be projected: `seq` and version.
    old_changes: BTreeMap<u64, u64>,
    wakeups: Vec<Timestamp>,
    /// What follows once it is durable.
    effects: Vec<Effect>,
    /// Items of the commit that are new.
    added: Vec<u64>,
    /// Items of the commit whose provider id became known.
    identified: Vec<u64>,
    /// Commits whose registrations are not durable yet: version, and the last `seq` then.
    unregistered: VecDeque<(u64, u64)>,
    registered_seq: u64,
    /// Looked up in the store for the command at hand.
    found: HashMap<String, Option<u64>>,
    /// Whom it is with, asked for the command at hand.
    contact: Option<ContactSnapshot>,
    /// Shared with whoever still tells another conversation what this one left.
    telling: Arc<()>,
    /// What the customer was told of our reading and writing.
    receipts: Arc<Mutex<Receipts>>,
    /// The sender that runs.
    sender: Option<Sender>,
    /// The token of whoever has it, as it was decided last: shared with the sender.
    owner: Arc<AtomicU64>,
    /// Loaded with rows that the tenant's actor may not have seen.
    announce_after: Option<u64>,
    /// An item was read that is newer than the head.
    is_behind: bool,
}

impl Conversation {
    fn done(&self, seq: Option<u64>, now: Timestamp) -> Result<Answer, Refusal> {
        let conversation = self.state.show(now).ok_or(Refusal::NotFound("conversation"))?;
        let message = seq
            .and_then(|seq| self.state.items.get(&seq))
            .map(|item| Box::new(rules::show_item(self.state.id, item)));
        Ok(Answer::Done(message, Box::new(conversation)))
    }

    /// Applies what the provider tells of a message, where that is here.
    fn rule_at(
        &mut self,
        located: Option<u64>,
        rule: impl FnOnce(u64) -> Rule,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let Some(seq) = located else { return Ok(Answer::NotHere) };
        self.rule(rule(seq), now)?;
        Ok(Answer::Nothing)
    }

    fn rule(&mut self, mut command: Rule, now: Timestamp) -> Result<Option<u64>, Refusal> {
        self.see_channel();
        self.note_amount(&mut command);
        let mut decision = decide(&self.state, command, now).map_err(|rejection| self.refusal(rejection))?;
        if !decision.changes.is_empty() {
            self.note_old(&mut decision.changes);
            for mut change in decision.changes {
                if let Change::Item(item) = &mut change {
                    item.correlation_id = item.correlation_id.or(self.correlation_id);
                    let before = self.state.items.get(&item.seq);
                    if before.is_none() && !self.state.known.contains_key(&item.id) {
                        self.added.push(item.seq);
                    }
                    if item.provider_id.is_some()
                        && before.is_none_or(|before| before.provider_id != item.provider_id)
                    {
                        self.identified.push(item.seq);
                    }
                }
                self.note_trace(&change);
                self.note_owner(&change);
                self.keep(&change);
                evolve(&mut self.state, change);
            }
            self.state.open_commit = true;
        }
        for effect in decision.effects {
            match effect {
                Effect::WakeAt(at) => self.wakeups.push(at),
                effect => self.effects.push(effect),
            }
        }
        Ok(decision.seq)
    }

    /// A rejection of the rules with what it is about.
    fn refusal(&self, rejection: Rejection) -> Refusal {
        match rejection {
            Rejection::Replied { by, seqs } => {
                let items = seqs.iter().filter_map(|seq| self.state.items.get(seq));
                let messages = items.map(|item| rules::show_item(self.state.id, item)).collect();
                Refusal::Replied { by, messages }
            }
            other => refusal_of(other),
        }
    }

    /// It changed hands: whoever is about to make a request looks again first. Already before that is durable; was it not,
    /// they find what held before.
    fn note_owner(&self, change: &Change) {
        if let Change::Head(head) = change {
            self.owner.store(head.handled_by.token, Ordering::Relaxed);
        }
    }

    /// Items that changed after a version, as far as the head names it: what is newer was written by half of a commit.
    fn changed_after(&self, version: u64) -> Vec<u64> {
        let named = version + 1..=self.head_version();
        let changed = self.state.items.values().filter(|item| named.contains(&item.version));
        changed.map(|item| item.seq).collect()
    }

    /// Has the head name items that an earlier owner wrote and did not come to name, and their ids be found.
    fn adopt(&mut self, now: Timestamp) {
        let version = self.head_version();
        let newer = self.state.items.values().filter(|item| item.version > version);
        let newer: Vec<_> = newer.filter(|item| item.provider_id.is_some()).map(|item| item.seq).collect();
        match self.rule(Rule::Adopt, now) {
            Ok(_) => self.identified.extend(newer),
            Err(refusal) => tracing::debug!(%refusal, "nothing to adopt"),
        }
    }

    /// Takes over what is known of the channel and its templates at this moment.
    fn see_channel(&mut self) {
        let channel = (self.scope, self.state.channel_id);
        self.state.trouble = self.env.troubles.of(&channel);
        self.state.channel.deleted |= self.env.disconnected.of(&channel).is_some();
        self.state.templates = self.env.templates.of(&channel).unwrap_or_default();
        self.state.service = self.env.service.of(&self.scope).unwrap_or_default();
    }

    /// Notes what had an item queued, until it waits no more.
    fn note_trace(&mut self, change: &Change) {
        let Change::Item(item) = change else { return };
        if item.state != wire::MessageState::Queued {
            self.queued_by.remove(&item.seq);
        } else if let Some(trace) = self.trace {
            self.queued_by.insert(item.seq, trace);
        }
    }

    /// Notes changes of items that a reload would not read: where one is about to wait again, and which are to
    /// be told of.
    fn note_old(&mut self, changes: &mut [Change]) {
        let read_from = self.state.head_bucket().saturating_sub(1) * BUCKET_ITEMS;
        if read_from == 0 {
            return;
        }
        if !self.state.open_commit {
            self.head_before = self.state.head.clone().map(Box::new);
        }
        let version = self.state.next_version();
        for change in &*changes {
            if let Change::Item(item) = change
                && item.seq < read_from
            {
                self.old_changes.insert(item.seq, version);
                if !is_settled(item.state) {
                    self.reopened = self.reopened.into_iter().chain([item.seq]).min();
                }
            }
        }
        let projected = self.projected_version;
        self.old_changes.retain(|_, version| *version > projected);
        for change in changes {
            if let Change::Head(head) = change {
                head.old_changes = self.old_changes.keys().copied().collect();
            }
        }
    }

    /// The head as it was but for where a reload begins to look, to be written before anything else: were the
    /// commit cut short, an item would wait that nobody finds.
    fn lowered_floor(&mut self) -> Option<Mutation> {
        let (seq, mut head) = (self.reopened.take()?, self.head_before.take()?);
        if head.outbox_floor.is_some_and(|floor| floor <= seq) {
            return None;
        }
        head.outbox_floor = Some(seq);
        Some(Mutation::put(self.row(&Change::Head(head))))
    }

    /// Keeps a change's row for the commit being put together.
    fn keep(&mut self, change: &Change) {
        let row = self.row(change);
        let place = (row.bucket, row.kind, row.n);
        // One head a commit: an earlier bucket's of the same commit gives way to the later.
        if row.kind == ThreadKind::Head.as_i64() {
            self.rows.retain(|(_, kind, _), _| *kind != ThreadKind::Head.as_i64());
        }
        self.rows.insert(place, Mutation::put(row));
    }

    /// A change as a row.
    fn row(&self, change: &Change) -> ThreadRow {
        let version = match change {
            Change::Head(head) => head.version,
            _ => self.head_version(),
        };
        let (seq, kind, n, id, provider_at, body) = match change {
            Change::Head(head) => (head.last_seq, ThreadKind::Head, 0, None, None, encode_body(&**head)),
            Change::Item(item) => {
                let body = encode_body(&**item);
                (item.seq, ThreadKind::Item, item.seq, Some(item.id), item.provider_at, body)
            }
            Change::Attempt(attempt) => {
                let n = attempt.seq * 16 + u64::from(attempt.number);
                (attempt.seq, ThreadKind::Attempt, n, None, None, encode_body(attempt))
            }
            // In the head's bucket, and so written with the head: what it names may be far below.
            Change::Key(hash, key) => {
                let last_seq = self.state.head.as_ref().map_or(key.seq, |head| head.last_seq);
                (last_seq, ThreadKind::ClientKey, *hash, None, None, encode_body(key))
            }
        };
        ThreadRow {
            conversation_id: self.state.id,
            bucket: seq / BUCKET_ITEMS,
            kind: kind.as_i64(),
            n,
            epoch: 1,
            version,
            id,
            provider_at,
            body,
        }
    }

    /// The `seq` of a message known by its provider's id, as far as memory and what was fetched tell.
    fn locate(&self, provider_id: &str) -> Option<u64> {
        let id = MessageId::of_provider(&self.state.channel_id, provider_id);
        self.state
            .known
            .get(&id)
            .map(|known| known.seq)
            .or_else(|| self.found.get(provider_id).copied().flatten())
    }

    /// Needs the store to tell whether a message that [`Self::locate`] does not find is here.
    fn must_look_up(&self, at: Option<Timestamp>) -> bool {
        let Some(head) = &self.state.head else { return false };
        match (at, head.dedupe_floor) {
            (_, None) => false,
            (Some(at), Some(floor)) => at <= floor,
            (None, Some(_)) => true,
        }
    }

    /// Adds to what a message is charged as how much that is, by the rate card.
    fn note_amount(&self, command: &mut Rule) {
        if let Rule::Status { status, .. } = command
            && let Some(charged) = status.charged.as_mut().filter(|charged| charged.billable)
            && let Some(head) = &self.state.head
        {
            charged.amount = self.env.rates.amount(&charged.category, &head.contact.identities, status.at);
        }
    }

    /// Adds how much a message written now would cost, by the rate card.
    fn priced(&self, mut outlook: wire::SendOutlook) -> wire::SendOutlook {
        if let Some(head) = &self.state.head {
            for purpose in &mut outlook.purposes {
                let spans = std::mem::take(&mut purpose.spans);
                purpose.spans = self.env.rates.priced_spans(spans, &head.contact.identities);
            }
        }
        outlook
    }

    /// The item that was made or changed under an idempotency key.
    fn made_under(&self, key: u64) -> Option<u64> {
        self.state.keys.get(&key).map(|key| key.seq)
    }

    /// The item that was made or changed under an idempotency key, or has the id that the key leads to.
    fn made_as(&self, key: u64, id: &MessageId) -> Option<u64> {
        self.made_under(key).or_else(|| self.state.known.get(id).map(|known| known.seq))
    }

    fn not_cached(&self, seq: u64) -> Option<u64> {
        (!self.state.items.contains_key(&seq)).then_some(seq)
    }

    fn head_version(&self) -> u64 {
        self.state.head.as_ref().map_or(0, |head| head.version)
    }

    /// Tells the tenant's actor.
    fn publish(&self, seqs: &[u64], added: &[u64], news: News, now: Timestamp) {
        let News { created, updated, trace } = news;
        let Some(conversation) = self.state.show(now) else { return };
        let items = seqs
            .iter()
            .filter_map(|seq| self.state.items.get(seq))
            .map(|item| (event_name(item, added.contains(&item.seq)), rules::show_item(self.state.id, item)))
            .collect();
        let published = Published { conversation, items, created, updated, at: now, trace };
        self.env.tenants.tell_always(&self.env, self.scope, (), tenant::Letter::Publish(Box::new(published)));
    }

    /// Tells the customer that their newest message was read, once, and that somebody writes, now and then. Nothing is
    /// owed to them of it: what is lost is lost.
    fn tell_customer(&mut self, typing: bool, now: Timestamp) {
        let newest = self
            .state
            .items
            .values()
            .rev()
            .find(|item| item.direction == wire::Direction::In && item.provider_id.is_some());
        let Some((seq, provider_id)) = newest.and_then(|item| Some((item.seq, item.provider_id.clone()?)))
        else {
            return;
        };
        let mut receipts = told(&self.receipts);
        let is_news = receipts.seq < seq;
        let is_due = typing && receipts.typing_at.is_none_or(|at| now >= at + TYPING_PAUSE);
        let answerable = self.state.window().is_open(now);
        if !answerable || !(is_news || is_due) {
            return;
        }
        receipts.seq = seq;
        if typing {
            receipts.typing_at = Some(now);
        }
        drop(receipts);
        let receipts = Arc::clone(&self.receipts);
        let (env, scope, channel_id) = (self.env.clone(), self.scope, self.state.channel_id);
        actix_rt::spawn(async move {
            let client = channel::ask(&env, scope, channel_id, channel::Letter::Receipt).await;
            let taken = match client {
                Ok(Some(client)) => {
                    client.mark_read(provider_id, typing).await.map_err(|error| error.to_string())
                }
                Ok(None) => {
                    *told(&receipts) = Receipts::default();
                    Ok(())
                }
                Err(refusal) => Err(refusal.to_string()),
            };
            if let Err(why) = taken {
                tracing::debug!(%channel_id, why, "a read receipt was not taken");
            }
        });
    }

    /// Tells the contact that the provider says they want no marketing. Should that be lost in a crash, the provider
    /// says it again with the next message.
    fn tell_of_no_marketing(&self, at: Timestamp) {
        let Some(head) = &self.state.head else { return };
        let said = contact::TakeIn {
            by: None,
            wish: Wish { scope: wire::ConsentScope::Marketing, choice: wire::ConsentChoice::Withdrawn },
            at,
            evidence: wire::ConsentEvidence::Provider {
                channel_id: head.channel_id,
                detail: "WhatsApp refused marketing for them (error 131050)".to_owned(),
            },
            heard_by: None,
        };
        let letter = shell::Asked { command: contact::Ask::TakeIn(Box::new(said)), reply: None };
        self.env.contacts.tell_always(&self.env, self.scope, head.contact.id, letter);
    }

    /// Finds out whether the customer may be asked for a rating, and says so to this conversation. What is lost of it is done
    /// again at the time that was noted for that.
    fn ask_rating(&self, of: u64) {
        let Some(head) = &self.state.head else { return };
        let every = self.state.service.ratings_for(head.team_id).map_or(0, |settings| settings.every_days);
        let every = Duration::from_secs(u64::from(every) * 24 * 3_600);
        let (env, scope, id, contact_id) = (self.env.clone(), self.scope, self.state.id, head.contact.id);
        actix_rt::spawn(async move {
            let granted = match contact::may_ask_for_rating(&env, scope, contact_id, (id, of), every).await {
                Ok(granted) => granted,
                Err(refusal) => {
                    tracing::debug!(conversation = %id, %refusal, "whether to ask for a rating is found out later");
                    return;
                }
            };
            let rule = Rule::AskRating { of, granted };
            if let Err(refusal) = ask(&env, scope, id, Asked::of(Ask::Rule(rule))).await {
                tracing::debug!(conversation = %id, %refusal, "a rating is asked for later");
            }
        });
    }

    /// Makes items findable by their provider's id.
    fn register(&mut self, seqs: &[u64]) {
        let version = self.head_version();
        let ids: Vec<_> = seqs
            .iter()
            .filter_map(|seq| self.state.items.get(seq))
            .filter_map(|item| item.provider_id.clone().map(|provider_id| (provider_id, item.seq)))
            .collect();
        let last_seq = self.state.head.as_ref().map_or(0, |head| head.last_seq);
        if ids.is_empty() {
            if self.unregistered.is_empty() {
                self.registered(version);
                self.registered_seq = last_seq;
            }
            return;
        }
        self.unregistered.push_back((version, last_seq));
        let letter = channel::Letter::Register { conversation_id: self.state.id, version, ids };
        self.env.channels.tell_always(&self.env, self.scope, self.state.channel_id, letter);
    }

    fn registered_version(&self) -> u64 {
        self.state.head.as_ref().map_or(0, |head| head.registered_version)
    }

    /// Waits for a channel to make something findable.
    fn owes_ids_to(&self, channel_id: ChannelId) -> bool {
        channel_id == self.state.channel_id && !self.unregistered.is_empty()
    }

    /// Makes findable again what is not known to be. Until it is, those items count as not registered.
    fn register_again(&mut self) {
        let registered = self.registered_version();
        let again: Vec<u64> =
            self.state.items.values().filter(|item| item.version > registered).map(|item| item.seq).collect();
        if let Some(first) = again.first() {
            self.registered_seq = self.registered_seq.min(first - 1);
        }
        self.register(&again);
    }

    fn registered(&mut self, version: u64) {
        while let Some(&(of, seq)) = self.unregistered.front()
            && of <= version
        {
            self.registered_seq = seq;
            self.unregistered.pop_front();
        }
        if let Some(head) = &mut self.state.head {
            // Written with the next commit: until then a reload registers some of them again.
            head.registered_version = head.registered_version.max(version);
        }
    }

    fn start_sender(&mut self) {
        if let Some(sender) = &self.sender {
            // It may wait for the time of an item that is gone by now.
            sender.look_again.notify_one();
            return;
        }
        if self.state.next_to_send().is_none() || self.env.is_draining() {
            return;
        }
        let generation = self.env.next_sender();
        let look_again = Arc::new(Notify::new());
        self.sender = Some(Sender { generation, look_again: Arc::clone(&look_again) });
        let sender = outbox::Outbox {
            env: self.env.clone(),
            scope: self.scope,
            id: self.state.id,
            generation,
            look_again,
            owner: Arc::clone(&self.owner),
        };
        actix_rt::spawn(sender.run());
    }
}

impl Entity for Conversation {
    type Key = ConversationId;
    type Command = Asked;
    type Answer = Answer;
    type Fetched = Fetched;
    const KIND: &'static str = "conversation";
    const CAPACITY: usize = 4_096;

    fn directory(env: &Env) -> &Directory<Shell<Self>> {
        &env.conversations
    }

    fn load(
        env: Env,
        scope: TenantScope,
        id: ConversationId,
    ) -> LocalBoxFuture<'static, Result<Self, Refusal>> {
        Box::pin(load(env, scope, id))
    }

    fn loaded(&mut self, now: Timestamp) {
        if self.state.head.is_none() {
            return;
        }
        if let Some(after) = self.announce_after.take() {
            let seqs = self.changed_after(after);
            let news = News { created: after == 0, updated: seqs.is_empty(), trace: None };
            self.publish(&seqs, &seqs, news, now);
        }
        self.register_again();
        self.adopt(now);
        if let Err(refusal) = self.rule(Rule::Recover, now) {
            tracing::debug!(%refusal, "nothing to recover");
        }
        self.state.trim(now);
    }

    fn fetch(&self, asked: &Asked) -> Option<LocalBoxFuture<'static, Result<Fetched, Refusal>>> {
        let (provider_id, seq) = match &asked.ask {
            Ask::Receive(message) => {
                let (_, message) = &**message;
                match self.locate(&message.provider_id) {
                    Some(seq) => (None, self.not_cached(seq)),
                    None if self.must_look_up(Some(message.at)) => (Some(message.provider_id.clone()), None),
                    None => (None, None),
                }
            }
            Ask::Edit(edit) => self.find_original(&edit.original_id),
            Ask::Revoke(revoke) => self.find_original(&revoke.original_id),
            Ask::React(reaction) => self.find_original(&reaction.target_id),
            Ask::Rule(
                Rule::Status { seq, .. }
                | Rule::Edit { seq, .. }
                | Rule::Revoke { seq, .. }
                | Rule::React { seq, .. }
                | Rule::File { seq, .. }
                | Rule::EndAttempt { seq, .. }
                | Rule::BeginAttempt { seq, .. }
                | Rule::Refuse { seq, .. },
            ) => (None, self.not_cached(*seq)),
            Ask::Rule(Rule::Once { key, act, .. }) => {
                let seq = self.made_under(*key).or_else(|| match &**act {
                    Rule::Cancel { id } | Rule::Retry { id, .. } => self.state.place_of(id),
                    _ => None,
                });
                (None, seq.and_then(|seq| self.not_cached(seq)))
            }
            Ask::Repeated { key, .. } => (None, self.made_under(*key).and_then(|seq| self.not_cached(seq))),
            Ask::Rule(Rule::Send { key, id, about, .. } | Rule::Schedule { key, id, about, .. }) => {
                let seq = self.made_as(*key, id).or_else(|| self.state.place_of(about.as_ref()?));
                (None, seq.and_then(|seq| self.not_cached(seq)))
            }
            Ask::Explain(draft) => {
                let seq = draft.about.as_ref().and_then(|about| self.state.place_of(about));
                (None, seq.and_then(|seq| self.not_cached(seq)))
            }
            Ask::Rule(Rule::Note { key, id, .. }) => {
                (None, self.made_as(*key, id).and_then(|seq| self.not_cached(seq)))
            }
            Ask::Holds(provider_id) => self.find_original(provider_id),
            Ask::Rule(Rule::Absorb { left, .. }) if self.state.head.is_none() => {
                return Some(self.fetch_contact(left.into));
            }
            Ask::Register(channel_id) => {
                let owes = self.owes_ids_to(*channel_id);
                return owes.then(|| self.fetch_changed_after(self.registered_version()));
            }
            Ask::Announce(after) => {
                return (*after < self.head_version()).then(|| self.fetch_changed_after(*after));
            }
            _ => (None, None),
        };
        let quoted = match &asked.ask {
            Ask::Receive(message) => self.quoted_elsewhere(&message.1),
            _ => None,
        };
        let seen_seq = match &asked.ask {
            Ask::Rule(Rule::Send { conditions, .. } | Rule::Schedule { conditions, .. }) => {
                conditions.seen_seq
            }
            Ask::Explain(draft) => draft.seen_seq,
            _ => None,
        };
        let unseen = seen_seq.and_then(|seen| self.unseen_in_store(seen));
        if provider_id.is_none() && seq.is_none() && quoted.is_none() && unseen.is_none() {
            return None;
        }
        let place = Place { env: self.env.clone(), scope: self.scope, id: self.state.id };
        let channel_id = self.state.channel_id;
        Some(Box::pin(async move {
            let mut seq = seq;
            let mut found = None;
            if let Some(provider_id) = provider_id {
                seq = place.look_up(channel_id, &provider_id).await?;
                found = Some((provider_id, seq));
            }
            let mut items = Vec::new();
            if let Some(seq) = seq {
                items.extend(place.item(seq).await?);
            }
            if let Some((before, count)) = unseen {
                items.extend(place.items_before(before, count).await?);
            }
            if let Some((provider_id, known)) = quoted {
                let seq = match known {
                    Some(seq) => Some(seq),
                    None => place.look_up(channel_id, &provider_id).await?,
                };
                if let Some(seq) = seq {
                    items.extend(place.item(seq).await?);
                }
            }
            Ok(Fetched { items, found, contact: None })
        }))
    }

    fn absorb(&mut self, fetched: Fetched) {
        let version = self.head_version();
        self.is_behind |= fetched.items.iter().any(|item| item.version > version);
        for item in fetched.items {
            self.state.items.entry(item.seq).or_insert(item);
        }
        self.found.extend(fetched.found);
        self.contact = fetched.contact.or(self.contact.take());
    }

    fn is_patient(asked: &Asked) -> bool {
        // A sender that took an attempt for not begun would leave its item as if a request ran.
        matches!(
            asked.ask,
            Ask::NextToSend(_)
                | Ask::Rule(Rule::BeginAttempt { .. } | Rule::EndAttempt { .. } | Rule::Refuse { .. })
        )
    }

    fn is_ready(&self) -> bool {
        let last_seq = self.state.head.as_ref().map_or(0, |head| head.last_seq);
        last_seq.saturating_sub(self.registered_seq) < MAX_UNREGISTERED || self.unregistered.is_empty()
    }

    fn overtake(&mut self, asked: Asked) -> Option<Asked> {
        match asked.ask {
            Ask::Registered(version) => self.registered(version),
            Ask::Projected(version) => self.projected(version),
            _ => return Some(asked),
        }
        None
    }

    fn trace(asked: &mut Asked) -> Option<&mut TraceContext> {
        asked.trace.as_mut()
    }

    fn handle(&mut self, asked: Asked, now: Timestamp) -> Result<Answer, Refusal> {
        if self.state.head.is_none()
            && let Some(channel_id) = asked.channel_id
        {
            self.state.channel_id = channel_id;
        }
        if std::mem::take(&mut self.is_behind) {
            self.adopt(now);
        }
        self.correlation_id = asked.correlation_id;
        self.trace = asked.trace;
        self.state.channel = asked.side;
        if let Some(correlation) = asked.correlation_id {
            tracing::debug!(%correlation, conversation = %self.state.id, "a command is decided");
        }
        match asked.ask {
            Ask::Rule(Rule::BeginAttempt { seq, consent_version }) => {
                let begun = self.rule(Rule::BeginAttempt { seq, consent_version }, now)?;
                let attempt = begun.and_then(|seq| self.state.attempts.get(&seq));
                let item = self.state.items.get(&seq);
                let begun = attempt.zip(item).map(|(attempt, item)| outbox::Begun {
                    number: attempt.number,
                    closes_at: outbox::closes_at(&self.state, item),
                    owned: item.ownership_token.map(|_| self.owner.load(Ordering::Relaxed)),
                });
                Ok(Answer::Begun(begun))
            }
            Ask::Rule(mut command) => {
                if let Rule::Absorb { contact, .. } = &mut command {
                    *contact = self.contact.take();
                }
                let seq = self.rule(command, now)?;
                self.done(seq, now)
            }
            Ask::Holds(provider_id) => Ok(match self.locate(&provider_id) {
                Some(_) => Answer::Nothing,
                None => Answer::NotHere,
            }),
            Ask::Receive(message) => {
                let (contact, message) = *message;
                let elsewhere = self.found.get(&message.provider_id).copied().flatten();
                self.rule(Rule::Receive { contact, message, elsewhere }, now)?;
                Ok(Answer::Nothing)
            }
            Ask::Edit(edit) => {
                let located = self.locate(&edit.original_id);
                self.rule_at(located, |seq| Rule::Edit { edit: *edit, seq }, now)
            }
            Ask::Revoke(revoke) => {
                let located = self.locate(&revoke.original_id);
                self.rule_at(located, |seq| Rule::Revoke { revoke: *revoke, seq }, now)
            }
            Ask::React(reaction) => {
                let located = self.locate(&reaction.target_id);
                self.rule_at(located, |seq| Rule::React { reaction: *reaction, seq }, now)
            }
            Ask::Seen { typing } => {
                self.tell_customer(typing, now);
                Ok(Answer::Nothing)
            }
            Ask::Show => self.done(None, now),
            Ask::Scheduled if self.state.head.is_none() => Err(Refusal::NotFound("conversation")),
            Ask::Scheduled => Ok(Answer::Scheduled(self.state.scheduled())),
            Ask::Outlook(queue) => {
                self.see_channel();
                Ok(Answer::Outlook(Box::new(self.priced(self.state.outlook(&queue, now)))))
            }
            Ask::Explain(draft) => {
                self.see_channel();
                let Draft { content, about, seen_seq, writer } = *draft;
                if let Some(seen) = seen_seq {
                    let replied = self.state.not_replied_since(seen, &writer);
                    replied.map_err(|rejection| self.refusal(rejection))?;
                }
                let explained = self.state.explain(&content, about.as_ref(), now);
                let (mut decision, judged) = explained.map_err(refusal_of)?;
                judged?;
                if let Some(head) = &self.state.head {
                    decision.price = self.env.rates.priced(decision.price, &head.contact.identities, now);
                }
                Ok(Answer::Explained(Box::new(decision)))
            }
            Ask::Repeated { key, request_hash } => match self.state.keys.get(&key) {
                Some(known) if known.request_hash != request_hash => Err(Refusal::KeyReused),
                known => self.done(known.map(|known| known.seq), now),
            },
            Ask::NextToSend(generation) => {
                if self.sender.as_ref().is_none_or(|sender| sender.generation != generation) {
                    return Ok(Answer::Next(Next::Nothing));
                }
                self.see_channel();
                let next = outbox::next(&self.state, &self.queued_by, now);
                if matches!(next, Next::Nothing) {
                    self.sender = None;
                }
                Ok(Answer::Next(next))
            }
            Ask::SenderEnded(generation) => {
                if self.sender.as_ref().is_some_and(|sender| sender.generation == generation) {
                    self.sender = None;
                    self.effects.push(Effect::Send);
                }
                Ok(Answer::Nothing)
            }
            Ask::Announce(after) => {
                self.effects.extend(self.changed_after(after).into_iter().map(Effect::Announce));
                if after == 0 {
                    self.effects.push(Effect::Created);
                }
                self.effects.push(Effect::Updated);
                Ok(Answer::Nothing)
            }
            Ask::Register(channel_id) => {
                if self.owes_ids_to(channel_id) {
                    self.unregistered.clear();
                    self.register_again();
                }
                Ok(Answer::Nothing)
            }
            Ask::Registered(_) | Ask::Projected(_) => {
                drop(self.overtake(Asked::of(asked.ask)));
                Ok(Answer::Nothing)
            }
        }
    }

    fn weight(&self) -> (usize, usize) {
        (self.rows.len(), self.rows.values().map(Mutation::size).sum())
    }

    fn take_steps(&mut self) -> Steps {
        self.state.open_commit = false;
        let mut head = None;
        let mut steps: Steps = self.lowered_floor().map(|row| vec![row]).into_iter().collect();
        let (mut of, mut bytes) = (None, 0);
        for ((bucket, kind, _), row) in std::mem::take(&mut self.rows) {
            if kind == ThreadKind::Head.as_i64() {
                head = Some((bucket, row));
                continue;
            }
            bytes += row.size();
            match steps.last_mut() {
                Some(step) if of == Some(bucket) && bytes <= MAX_COMMIT_BYTES => step.push(row),
                _ => {
                    (of, bytes) = (Some(bucket), row.size());
                    steps.push(vec![row]);
                }
            }
        }
        // The head comes last: what it names is there before, and items above it do not count. With the rest
        // of its bucket it is one commit, but for what is larger than a commit may be.
        if let Some((bucket, row)) = head {
            match steps.last_mut() {
                Some(step) if of == Some(bucket) && bytes + row.size() <= MAX_COMMIT_BYTES => step.push(row),
                _ => steps.push(vec![row]),
            }
        }
        steps
    }

    fn take_wakeups(&mut self) -> Vec<Timestamp> {
        std::mem::take(&mut self.wakeups)
    }

    fn is_telling(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Leave(..)))
    }

    fn committed(&mut self, now: Timestamp, trace: Option<TraceContext>) {
        if let Some(commit) = trace {
            // What is sent follows from the commit; of a shared one, in the trace of its own decision.
            let own = |by: &&mut TraceContext| by.trace_id() == commit.trace_id();
            self.queued_by.values_mut().filter(own).for_each(|by| *by = commit);
        }
        self.found.clear();
        self.contact = None;
        let (added, identified) = (std::mem::take(&mut self.added), std::mem::take(&mut self.identified));
        let (mut created, mut updated, mut send) = (false, false, false);
        let mut seqs = Vec::new();
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Created => created = true,
                Effect::Updated => updated = true,
                Effect::Send => send = true,
                Effect::Announce(seq) if !seqs.contains(&seq) => seqs.push(seq),
                Effect::Leave(to, left) => {
                    let rule = Rule::Absorb { left, contact: None };
                    let telling = Arc::clone(&self.telling);
                    insist(&self.env, self.scope, to, self.state.channel_id, rule, telling);
                }
                Effect::NoMarketing(at) => self.tell_of_no_marketing(at),
                Effect::AskRating(of) => self.ask_rating(of),
                Effect::Announce(_) | Effect::WakeAt(_) => {}
            }
        }
        seqs.sort_unstable();
        if created || updated || !seqs.is_empty() {
            self.publish(&seqs, &added, News { created, updated, trace }, now);
        }
        if !identified.is_empty() || !added.is_empty() {
            self.register(&identified);
        }
        if send {
            self.start_sender();
        }
        if self.old_changes.len() >= MANY_OLD_CHANGES {
            self.ask_what_is_projected();
        }
        self.state.trim(now);
    }

    fn wakeup(&self) -> WakeupTarget {
        WakeupTarget::Conversation(self.state.id)
    }

    fn is_quiet(&mut self) -> bool {
        let Some(version) = self.state.head.as_ref().map(|head| head.version) else { return true };
        if !self.unregistered.is_empty() {
            self.env.channels.tell_always(
                &self.env,
                self.scope,
                self.state.channel_id,
                channel::Letter::Nudge,
            );
        }
        let owes = self.sender.is_some()
            || self.state.outbox().next().is_some()
            || !self.unregistered.is_empty()
            || Arc::strong_count(&self.telling) > 1;
        if owes {
            return false;
        }
        if self.projected_version < version {
            self.ask_what_is_projected();
        }
        self.projected_version >= version
    }
}

impl Conversation {
    /// Where the original of an edit or revoke must be looked for: its provider id when memory does not know
    /// it, its place when it is known but not whole in memory.
    fn find_original(&self, original_id: &str) -> (Option<String>, Option<u64>) {
        match self.locate(original_id) {
            Some(seq) => (None, self.not_cached(seq)),
            None if self.must_look_up(None) => (Some(original_id.to_owned()), None),
            None => (None, None),
        }
    }

    /// The message that a new one answers, where it is not whole in memory: its provider id, and its place where
    /// that is known.
    fn quoted_elsewhere(&self, message: &InboundMessage) -> Option<(String, Option<u64>)> {
        let quoted = message.reply_to.as_ref()?;
        let here = self.state.head.is_none() || self.state.by_provider_id(quoted).is_some();
        let repeated = self.locate(&message.provider_id).is_some();
        (!here && !repeated).then(|| (quoted.clone(), self.locate(quoted)))
    }

    /// Items behind what a writer saw that are not whole in memory: before which place, and how many at most.
    fn unseen_in_store(&self, seen_seq: u64) -> Option<(u64, usize)> {
        let (first, last) = self.state.unseen(seen_seq)?;
        let newest_missing = (first..=last).rev().find(|seq| !self.state.items.contains_key(seq))?;
        Some((newest_missing + 1, (newest_missing + 1 - first) as usize))
    }

    fn fetch_contact(&self, id: ContactId) -> LocalBoxFuture<'static, Result<Fetched, Refusal>> {
        let (env, scope) = (self.env.clone(), self.scope);
        Box::pin(async move {
            let shown = contact::ask(&env, scope, id, contact::Ask::Show).await?.shown()?;
            Ok(Fetched { items: Vec::new(), found: None, contact: Some(shown.snapshot()) })
        })
    }

    fn ask_what_is_projected(&self) {
        let letter = tenant::Letter::IsProjected(self.state.id);
        self.env.tenants.tell_always(&self.env, self.scope, (), letter);
    }

    fn projected(&mut self, version: u64) {
        if version >= self.head_version() {
            self.projected_bucket = self.state.head_bucket();
        }
        self.projected_version = self.projected_version.max(version);
        self.old_changes.retain(|_, changed| *changed > version);
    }

    fn fetch_changed_after(&self, after: u64) -> LocalBoxFuture<'static, Result<Fetched, Refusal>> {
        let place = Place { env: self.env.clone(), scope: self.scope, id: self.state.id };
        let buckets = load::unprojected_from(self.projected_bucket)..=self.state.head_bucket();
        let old: Vec<u64> = self.old_changes.keys().copied().collect();
        Box::pin(async move {
            let mut items = Vec::new();
            for seq in old {
                items.extend(place.item(seq).await?.filter(|item| item.version > after));
            }
            for bucket in buckets {
                items.extend(place.items(bucket).await?.into_iter().filter(|item| item.version > after));
            }
            Ok(Fetched { items, found: None, contact: None })
        })
    }
}

/// Tells a conversation; the answer comes later.
pub(crate) fn tell(
    env: &Env,
    scope: TenantScope,
    id: ConversationId,
    command: Asked,
) -> Result<impl Future<Output = Result<Answer, Refusal>> + use<>, Refusal> {
    let (reply, receiver) = oneshot::channel();
    env.conversations.tell(env, scope, id, shell::Asked { command, reply: Some(reply) })?;
    Ok(answer(receiver))
}

/// Asks a conversation and waits.
pub(crate) async fn ask(
    env: &Env,
    scope: TenantScope,
    id: ConversationId,
    command: Asked,
) -> Result<Answer, Refusal> {
    tell(env, scope, id, command)?.await
}

/// Tells a conversation now, and again until it is durable there or refused for good. Whoever shares `telling`
/// knows by its count that somebody still does.
pub(crate) fn insist(
    env: &Env,
    scope: TenantScope,
    id: ConversationId,
    channel_id: ChannelId,
    rule: Rule,
    telling: Arc<()>,
) {
    let env = env.clone();
    let command = move || Asked { channel_id: Some(channel_id), ..Asked::of(Ask::Rule(rule.clone())) };
    // At once, so that it stands in the order in which it was told.
    let mut told = tell(&env, scope, id, command());
    actix_rt::spawn(async move {
        let _telling = telling;
        let mut pause = INSIST_PAUSE;
        loop {
            let heard = match told {
                Ok(answer) => answer.await.map(drop),
                Err(refusal) => Err(refusal),
            };
            match heard {
                Err(Refusal::Unavailable(_) | Refusal::Broken(_) | Refusal::Overloaded)
                    if !env.is_draining() => {}
                // What was not told is told again at the next start.
                _ => return,
            }
            actix_rt::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_INSIST_PAUSE);
            told = tell(&env, scope, id, command());
        }
    });
}

/// What an item's event is called.
fn event_name(item: &Item, is_new: bool) -> wire::EventName {
    use wire::{Content, Direction, EventName};
    match (&item.content, item.direction) {
        (Content::Note(_), _) if is_new => EventName::NoteAdded,
        (Content::System(_), _) if is_new => EventName::SystemAdded,
        (_, Direction::In) if is_new && !item.imported => EventName::MessageReceived,
        (_, Direction::Out) if is_new && item.state == wire::MessageState::Queued => EventName::MessageQueued,
        _ => EventName::MessageUpdated,
    }
}

/// A rejection of the rules, as it is answered.
pub fn refusal_of(rejection: Rejection) -> Refusal {
    match rejection {
        Rejection::NoConversation => Refusal::NotFound("conversation"),
        Rejection::NoMessage => Refusal::NotFound("message"),
        Rejection::Redirected(to) => Refusal::Moved(to),
        Rejection::KeyReused => Refusal::KeyReused,
        Rejection::Invalid { field, message } => Refusal::Invalid { field, message },
        Rejection::Rule { code, message } => Refusal::Rule { code, message },
        Rejection::Replied { by, .. } => Refusal::Replied { by, messages: Vec::new() },
    }
}
