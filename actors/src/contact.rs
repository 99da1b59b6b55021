//! A contact's owner: its name, its addresses, and whether anything may be sent.
//!
//! *State*: the contact and the permissions it has out. *Commands*: [`Ask`]. *Invariants*: a permission is
//! for one request under one consent version; a block, and whatever the person says about what they want, voids
//! every permission that is out before it is written, so that once it is durable no request against it starts; an
//! entry of the consent's chain is there before the row that names it. *Limits*:
//! [`Contact::CAPACITY`] commands waiting, [`switchboard_domain::contact::MAX_IDENTITIES`] addresses. *On a
//! crash*: reloads its row and tells its conversations again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use switchboard_domain::{
    audit::By,
    consent::Wish,
    contact,
    conversation::{Command as Rule, ContactSnapshot},
    inbound::{IdentityChange, Party},
    permission::{self, Purpose},
};
use switchboard_ports::store::{Mutation, Scan};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, TenantScope, Timestamp, TraceContext,
    record::{
        ConsentRow, ContactBody, ContactConversationRow, ContactEdgeRow, ContactRow, WakeupTarget,
        projection_bucket,
    },
    table::Json,
    wire,
};

use crate::{
    Refusal, conversation,
    directory::Directory,
    env::Env,
    shell::{Asked, Entity, Shell, Steps},
    tenant::{self, Told},
};

/// How many contacts are asked that gave way one to the next.
const MAX_MERGES: usize = 16;
/// A permission that is out has not been used.
const OUT: u8 = 0;
/// Its request has begun.
const USED: u8 = 1;
/// It was withdrawn.
const VOID: u8 = 2;

/// The permission for one provider request, under one consent version.
#[derive(Debug)]
pub(crate) struct ConsentToken {
    state: Arc<AtomicU8>,
    pub(crate) consent_version: u64,
}

impl ConsentToken {
    /// Uses the permission: true exactly once, and never after it was withdrawn. To be asked immediately
    /// before the request begins.
    pub(crate) fn redeem(&self) -> bool {
        self.state.compare_exchange(OUT, USED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// What a contact can be asked.
pub(crate) enum Ask {
    /// Take in what a provider told of the person, and when they wrote from there themselves, if they did.
    Observe(Party, Option<Timestamp>),
    /// Take in that the person has other addresses now.
    ChangeAddresses(Box<IdentityChange>),
    /// Take in another contact, proved to be the same person. Refused by one that gave way itself.
    Absorb(ContactId, Box<ContactBody>),
    /// An agent's name for somebody new: kept where there is none.
    NameIfNew(String),
    /// Apply an agent's change, if the version is still this one. One that gave way keeps nothing: its answer
    /// names the contact that is meant.
    Patch(Option<u64>, wire::ContactPatch, Box<By>),
    /// A conversation with this contact begins or began.
    Link(ConversationId, ChannelId),
    /// Give way to another contact, proved to be the same person, if you are still as that one took you in.
    MergeInto(ContactId, Box<ContactBody>),
    /// Take in what the person wants to hear from us. One that gave way keeps nothing: its answer names the contact
    /// that is meant.
    TakeIn(Box<TakeIn>),
    /// The permission to make one request for a purpose, to somebody who wrote last at this time. One that gave way
    /// answers with the contact to ask instead.
    Grant(Purpose, Option<Timestamp>),
    /// May they be asked to rate what was resolved in a conversation by a line, once within such a span? One that gave way
    /// answers with the contact to ask instead.
    MayAskForRating(ConversationId, u64, Duration),
    /// Nothing; just say who you are.
    Show,
    /// Tell your conversations who you are: an earlier telling may have been lost.
    Announce,
}

/// What a person wants to hear from us, and what shows it.
#[derive(Debug, Clone)]
pub(crate) struct TakeIn {
    /// Who recorded it, where one of us did.
    pub(crate) by: Option<By>,
    pub(crate) wish: Wish,
    pub(crate) at: Timestamp,
    pub(crate) evidence: wire::ConsentEvidence,
    /// The conversation that hears of it with the message that says it.
    pub(crate) heard_by: Option<ConversationId>,
}

/// What a contact answers.
#[expect(clippy::large_enum_variant, reason = "an answer moves once, to its asker")]
pub(crate) enum Answer {
    /// The contact.
    Shown(Shown),
    /// The permission.
    Granted(ConsentToken),
    /// Whether they may be asked for a rating.
    Asked(bool),
}

impl Answer {
    pub(crate) fn shown(self) -> Result<Shown, Refusal> {
        match self {
            Self::Shown(shown) => Ok(shown),
            Self::Granted(_) | Self::Asked(_) => {
                Err(Refusal::Unavailable("a contact answered something else".to_owned()))
            }
        }
    }
}

/// The permission to make one request to a contact: from whoever it gave way to, as a block is kept there.
pub(crate) async fn grant(
    env: &Env,
    scope: TenantScope,
    id: ContactId,
    purpose: Purpose,
    last_wrote_at: Option<Timestamp>,
) -> Result<ConsentToken, Refusal> {
    match ask_current(env, scope, id, || Ask::Grant(purpose, last_wrote_at)).await? {
        Answer::Granted(token) => Ok(token),
        _ => Err(Refusal::Unavailable("a contact answered something else".to_owned())),
    }
}

/// May this person be asked for a rating, once within such a span? What was allowed once stays so.
pub(crate) async fn may_ask_for_rating(
    env: &Env,
    scope: TenantScope,
    id: ContactId,
    (conversation_id, of): (ConversationId, u64),
    every: Duration,
) -> Result<bool, Refusal> {
    match ask_current(env, scope, id, || Ask::MayAskForRating(conversation_id, of, every)).await? {
        Answer::Asked(granted) => Ok(granted),
        _ => Err(Refusal::Unavailable("a contact answered something else".to_owned())),
    }
}

/// Has whoever a contact has become take in what they want to hear from us. Once it is answered it is durable, and no
/// request against it begins.
pub(crate) async fn take_in(
    env: &Env,
    scope: TenantScope,
    id: ContactId,
    said: TakeIn,
) -> Result<Shown, Refusal> {
    ask_current(env, scope, id, || Ask::TakeIn(Box::new(said.clone()))).await?.shown()
}

/// The contact that a contact has become, after any number of joinings.
pub(crate) async fn current(env: &Env, scope: TenantScope, id: ContactId) -> Result<Shown, Refusal> {
    ask_current(env, scope, id, || Ask::Show).await?.shown()
}

/// Asks a contact or, where it answers that it gave way, the one that it has become.
pub(crate) async fn ask_current(
    env: &Env,
    scope: TenantScope,
    id: ContactId,
    command: impl Fn() -> Ask,
) -> Result<Answer, Refusal> {
    let mut id = id;
    for _ in 0..MAX_MERGES {
        match ask(env, scope, id, command()).await? {
            Answer::Shown(Shown { body: ContactBody { merged_into: Some(next), .. }, .. }) => id = next,
            answer => return Ok(answer),
        }
    }
    Err(Refusal::Unavailable("a contact was joined too often".to_owned()))
}

/// Asks a contact.
pub(crate) async fn ask(env: &Env, scope: TenantScope, id: ContactId, ask: Ask) -> Result<Answer, Refusal> {
    let (reply, receiver) = tokio::sync::oneshot::channel();
    env.contacts.tell(env, scope, id, Asked { command: ask, reply: Some(reply) })?;
    crate::directory::answer(receiver).await
}

/// A contact as committed.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) id: ContactId,
    pub(crate) version: u64,
    pub(crate) body: ContactBody,
}

impl Shown {
    pub(crate) fn snapshot(&self) -> ContactSnapshot {
        ContactSnapshot { contact: contact::reference(self.id, &self.body), version: self.version }
    }
}

/// The entity.
pub(crate) struct Contact {
    env: Env,
    scope: TenantScope,
    id: ContactId,
    version: u64,
    body: Option<ContactBody>,
    conversations: Vec<(ConversationId, ChannelId)>,
    /// Permissions that are out.
    tokens: Vec<Arc<AtomicU8>>,
    rows: Steps,
    /// The version was given to the commit being put together.
    open_commit: bool,
    changed: bool,
    tell: bool,
    /// The conversation that hears of the commit being put together by other means.
    heard_by: Option<ConversationId>,
    /// Shared with whoever still tells a conversation of a change.
    telling: Arc<()>,
}

impl Contact {
    fn body(&self) -> Result<&ContactBody, Refusal> {
        self.body.as_ref().ok_or(Refusal::NotFound("contact"))
    }

    fn shown(&self) -> Result<Answer, Refusal> {
        Ok(Answer::Shown(Shown { id: self.id, version: self.version, body: self.body()?.clone() }))
    }

    /// Keeps the contact's row for the commit being put together.
    fn write(&mut self, body: ContactBody) {
        self.write_with(body, None);
    }

    /// The same, with the entries that say who had it changed.
    fn write_with(&mut self, body: ContactBody, entries: impl IntoIterator<Item = Mutation>) {
        if !self.open_commit {
            self.version += 1;
            self.open_commit = true;
        }
        self.changed = true;
        self.body = Some(body.clone());
        let row = ContactRow {
            bucket: projection_bucket(self.id.as_bytes()),
            contact_id: self.id,
            version: self.version,
            epoch: 1,
            body: Json(body),
        };
        self.rows.push(std::iter::once(Mutation::put(row)).chain(entries).collect());
    }

    /// Keeps entries of the consent's chain: before the contact's row, which names the newest.
    fn keep(&mut self, entries: impl IntoIterator<Item = contact::Entry>) {
        for contact::Entry { n, record, hash } in entries {
            let row = ConsentRow { contact_id: self.id, n, hash, record: record.into_bytes() };
            self.rows.push(vec![Mutation::put(row)]);
        }
    }

    /// Withdraws every permission that is out.
    fn void_tokens(&mut self) {
        for token in self.tokens.drain(..) {
            if token.compare_exchange(OUT, VOID, Ordering::AcqRel, Ordering::Acquire).is_err() {
                tracing::debug!(contact = %self.id, "a request began before its permission was withdrawn");
            }
        }
    }

    /// Tells the conversations who the contact is now, until they have heard it.
    fn tell_conversations(&self, heard_by: Option<ConversationId>) {
        let Some(body) = &self.body else { return };
        let contact = ContactSnapshot { contact: contact::reference(self.id, body), version: self.version };
        let to_tell = self.conversations.iter().filter(|(id, _)| heard_by != Some(*id));
        for &(id, channel_id) in to_tell {
            let rule = match body.merged_into {
                Some(into) => {
                    let to = ConversationId::between(&channel_id, &into);
                    // It must hear of its contact's changes, too.
                    let link = Asked { command: Ask::Link(to, channel_id), reply: None };
                    self.env.contacts.tell_always(&self.env, self.scope, into, link);
                    Rule::Redirect { to, into, contact: contact.clone() }
                }
                None => Rule::ContactChanged { contact: contact.clone() },
            };
            let telling = Arc::clone(&self.telling);
            conversation::insist(&self.env, self.scope, id, channel_id, rule, telling);
        }
    }
}

/// Nobody would withdraw them any more.
impl Drop for Contact {
    fn drop(&mut self) {
        self.void_tokens();
    }
}

impl Entity for Contact {
    type Key = ContactId;
    type Command = Ask;
    type Answer = Answer;
    type Fetched = ();
    const KIND: &'static str = "contact";
    const CAPACITY: usize = 1_024;

    fn directory(env: &Env) -> &Directory<Shell<Self>> {
        &env.contacts
    }

    fn load(env: Env, scope: TenantScope, id: ContactId) -> LocalBoxFuture<'static, Result<Self, Refusal>> {
        Box::pin(async move {
            let key = ContactRow::key(projection_bucket(id.as_bytes()), id);
            let row = env.records.get::<ContactRow>(scope, key).await?;
            let links = Scan::of::<ContactConversationRow>(ContactConversationRow::partition(id));
            let conversations = match &row {
                Some(_) => env.records.all::<ContactConversationRow>(scope, links).await?,
                None => Vec::new(),
            };
            Ok(Self {
                env,
                scope,
                id,
                version: row.as_ref().map_or(0, |row| row.version),
                body: row.map(|row| row.body.0),
                conversations: conversations
                    .into_iter()
                    .map(|row| (row.conversation_id, row.channel_id))
                    .collect(),
                tokens: Vec::new(),
                rows: Vec::new(),
                open_commit: false,
                changed: false,
                tell: false,
                heard_by: None,
                telling: Arc::default(),
            })
        })
    }

    fn handle(&mut self, ask: Ask, now: Timestamp) -> Result<Answer, Refusal> {
        match ask {
            Ask::Observe(party, wrote_at) => {
                let mut body = self.body.clone().unwrap_or_else(|| contact::unborn(now));
                if contact::observe(&mut body, &party, wrote_at, now) || self.body.is_none() {
                    self.write(body);
                }
                self.shown()
            }
            Ask::ChangeAddresses(change) => {
                let mut body = self.body()?.clone();
                let IdentityChange { left, to, at, .. } = &*change;
                if body.merged_into.is_none() && contact::change_addresses(&mut body, left, to, *at, now) {
                    self.write(body);
                }
                self.shown()
            }
            Ask::Absorb(other_id, other) => {
                let mut body = self.body()?.clone();
                if body.merged_into.is_some() {
                    return Err(Refusal::Changed);
                }
                let entries = contact::absorb(&mut body, other_id, &other, now);
                if body.consent_version != self.body()?.consent_version {
                    self.void_tokens();
                }
                self.keep(entries);
                self.write(body);
                self.shown()
            }
            Ask::NameIfNew(name) => {
                let mut body = self.body()?.clone();
                if body.given_name.is_none() && body.profile_name.is_none() {
                    let patch = wire::ContactPatch { name: Some(name), about: None, blocked: None };
                    let changed = contact::patch(&mut body, &patch, now)
                        .map_err(|(field, message)| Refusal::Invalid { field, message })?;
                    if changed {
                        self.write(body);
                    }
                }
                self.shown()
            }
            Ask::Patch(expected, patch, by) => {
                let mut body = self.body()?.clone();
                let before = body.clone();
                if body.merged_into.is_some() {
                    return self.shown();
                }
                if expected.is_some_and(|expected| expected != self.version) {
                    return Err(Refusal::Changed);
                }
                let changed = contact::patch(&mut body, &patch, now)
                    .map_err(|(field, message)| Refusal::Invalid { field, message })?;
                if changed {
                    if body.consent_version != self.body()?.consent_version {
                        self.void_tokens();
                    }
                    let deeds = contact::deeds(self.id, &before, &body);
                    let entries: Vec<_> = deeds.into_iter().map(|deed| self.env.entry(&by, deed)).collect();
                    self.write_with(body, entries);
                }
                self.shown()
            }
            Ask::Link(conversation_id, channel_id) => {
                if !self.conversations.iter().any(|(id, _)| *id == conversation_id) {
                    self.conversations.push((conversation_id, channel_id));
                    let row = ContactConversationRow { contact_id: self.id, conversation_id, channel_id };
                    self.rows.push(vec![Mutation::put(row)]);
                    // One that gave way sends it on.
                    self.tell |= self.body()?.merged_into.is_some();
                }
                self.shown()
            }
            Ask::MergeInto(other, expected) => {
                let mut body = self.body()?.clone();
                if body.merged_into.is_none() && other != self.id {
                    if body != *expected {
                        return Err(Refusal::Changed);
                    }
                    body.merged_into = Some(other);
                    body.consent_version += 1;
                    body.updated_at = now;
                    self.void_tokens();
                    let edge = ContactEdgeRow { contact_id: self.id, other_id: other, at: now };
                    self.rows.push(vec![Mutation::put(edge)]);
                    self.write(body);
                }
                self.shown()
            }
            Ask::TakeIn(said) => {
                let mut body = self.body()?.clone();
                if body.merged_into.is_some() {
                    return self.shown();
                }
                let TakeIn { by, wish, at, evidence, heard_by } = *said;
                let entry = contact::take_in(&mut body, wish, at, evidence, now).map_err(|too_many| {
                    Refusal::Rule { code: "too_many_consent_entries", message: too_many.to_string() }
                })?;
                if let Some(entry) = entry {
                    self.void_tokens();
                    self.keep([entry]);
                    let deed = contact::consent_deed(self.id, &body, wish);
                    let by_us = by.map(|by| self.env.entry(&by, deed));
                    self.write_with(body, by_us);
                    self.heard_by = heard_by;
                }
                self.shown()
            }
            Ask::Grant(purpose, last_wrote_at) => {
                let body = self.body()?;
                if body.merged_into.is_some() {
                    return self.shown();
                }
                permission::may_write_to(body.blocked, &body.consent, purpose, last_wrote_at)?;
                let consent_version = body.consent_version;
                self.tokens
                    .retain(|token| token.load(Ordering::Acquire) == OUT && Arc::strong_count(token) > 1);
                let state = Arc::new(AtomicU8::new(OUT));
                self.tokens.push(Arc::clone(&state));
                Ok(Answer::Granted(ConsentToken { state, consent_version }))
            }
            Ask::MayAskForRating(conversation_id, of, every) => {
                let mut body = self.body()?.clone();
                if body.merged_into.is_some() {
                    return self.shown();
                }
                match contact::ask_for_rating(&mut body, conversation_id, of, every, now) {
                    Ok(true) => {
                        // It is nobody's news.
                        let changed = self.changed;
                        self.write(body);
                        self.changed = changed;
                        Ok(Answer::Asked(true))
                    }
                    Ok(false) => Ok(Answer::Asked(true)),
                    Err(contact::AskedLately) => Ok(Answer::Asked(false)),
                }
            }
            Ask::Show => self.shown(),
            Ask::Announce => {
                self.tell = true;
                self.shown()
            }
        }
    }

    fn weight(&self) -> (usize, usize) {
        // A contact's row is small, and each step is a commit of its own.
        (self.rows.len() * 16, 0)
    }

    fn take_steps(&mut self) -> Steps {
        std::mem::take(&mut self.rows)
    }

    fn take_wakeups(&mut self) -> Vec<Timestamp> {
        Vec::new()
    }

    fn is_telling(&self) -> bool {
        (self.changed || self.tell) && !self.conversations.is_empty()
    }

    fn committed(&mut self, now: Timestamp, _: Option<TraceContext>) {
        self.open_commit = false;
        let (changed, heard_by) = (std::mem::take(&mut self.changed), self.heard_by.take());
        if !changed && !std::mem::take(&mut self.tell) {
            return;
        }
        self.tell_conversations(heard_by);
        let Some(body) = &self.body else { return };
        let told = Told {
            name: wire::EventName::ContactUpdated,
            at: now,
            data: wire::EventData {
                contact: Some(contact::show(self.id, self.version, body)),
                ..Default::default()
            },
        };
        if self.version > 1 {
            self.env.tenants.tell_always(&self.env, self.scope, (), tenant::Letter::Tell(Box::new(told)));
        }
    }

    fn wakeup(&self) -> WakeupTarget {
        WakeupTarget::Contact(self.id)
    }

    fn is_quiet(&mut self) -> bool {
        self.tokens.retain(|token| token.load(Ordering::Acquire) == OUT && Arc::strong_count(token) > 1);
        self.tokens.is_empty() && Arc::strong_count(&self.telling) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_used_once_and_never_after_it_was_withdrawn() {
        let state = Arc::new(AtomicU8::new(OUT));
        let token = ConsentToken { state: Arc::clone(&state), consent_version: 1 };
        assert!(token.redeem());
        assert!(!token.redeem());
        let state = Arc::new(AtomicU8::new(OUT));
        let token = ConsentToken { state: Arc::clone(&state), consent_version: 1 };
        state.store(VOID, Ordering::Release);
        assert!(!token.redeem());
    }
}
