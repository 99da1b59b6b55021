//! Who an address belongs to.
//!
//! An address is claimed once, at first contact, and belongs to that contact for good. A party that is told
//! by several addresses joins them; when they belonged to two contacts these are proved to be one person:
//! the older stays, the newer gives way and its thread redirects. Resolutions that share an address wait
//! for one another, so that two webhooks of one new customer make one contact.

use std::{
    collections::{BTreeSet, HashMap},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use futures_util::future::try_join_all;
use lru::LruCache;
use ring::digest;
use switchboard_domain::{
    contact as rules,
    conversation::ContactSnapshot,
    inbound::{IdentityChange, Party, scope_of},
};
use switchboard_ports::store;
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, TenantScope, Timestamp,
    record::{ChannelBody, IdentityRow, TookIn},
    wire::Identity,
};

use crate::{
    Refusal, channel,
    contact::{self, Shown},
    env::Env,
};

/// Locks that addresses share.
const STRIPES: usize = 512;
/// Parties kept in memory.
const CACHED_PARTIES: usize = 100_000;
/// Parts of that memory.
const CACHE_SHARDS: usize = 16;
/// How far the provider's clock may be ahead of ours.
const CLOCK_SKEW: Duration = Duration::from_secs(600);
/// Times a resolution begins anew when somebody else claimed an address meanwhile.
const MAX_ROUNDS: usize = 8;

type CacheKey = (TenantScope, ChannelId, Identity);

/// Who a party is.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The contact.
    pub(crate) contact: ContactSnapshot,
    /// Their conversation on the channel asked about.
    pub(crate) conversation_id: ConversationId,
    /// Contacts that gave way to this one.
    took_in: Arc<[TookIn]>,
}

impl Found {
    /// Contacts in whose threads a message written at this time may stand.
    pub(crate) fn others_with(&self, written_at: Timestamp) -> impl Iterator<Item = ContactId> {
        let since = move |other: &&TookIn| other.at + CLOCK_SKEW >= written_at;
        self.took_in.iter().filter(since).map(|other| other.contact_id)
    }
}

#[derive(Clone)]
struct Cached {
    found: Found,
    identities: Arc<[Identity]>,
    former: Arc<[Identity]>,
    profile_name: Option<Arc<str>>,
}

/// Who an address belongs to: the locks and the memory.
pub(crate) struct Resolver {
    stripes: Vec<tokio::sync::Mutex<()>>,
    cache: Vec<Mutex<LruCache<CacheKey, Cached>>>,
    channels: RwLock<HashMap<(TenantScope, ChannelId), Arc<ChannelBody>>>,
}

impl Default for Resolver {
    fn default() -> Self {
        let capacity = NonZeroUsize::new(CACHED_PARTIES / CACHE_SHARDS).unwrap_or(NonZeroUsize::MIN);
        Self {
            stripes: std::iter::repeat_with(Default::default).take(STRIPES).collect(),
            cache: std::iter::repeat_with(|| Mutex::new(LruCache::new(capacity)))
                .take(CACHE_SHARDS)
                .collect(),
            channels: RwLock::default(),
        }
    }
}

fn hash_of(value: &impl std::hash::Hash) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(value);
    usize::try_from(hash >> 8).unwrap_or(0)
}

impl Resolver {
    fn cached(&self, key: &CacheKey, party: &Party, wrote: bool) -> Option<Found> {
        let shard = &self.cache[hash_of(key) % CACHE_SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let Cached { found, identities, former, profile_name } = shard.get(key)?;
        rules::knows(identities, former, profile_name.as_deref(), party, wrote).then(|| found.clone())
    }

    fn remember(&self, key: CacheKey, found: Found, shown: &Shown) {
        let cached = Cached {
            found,
            identities: shown.body.identities.as_slice().into(),
            former: rules::former(&shown.body).into(),
            profile_name: shown.body.profile_name.as_deref().map(Into::into),
        };
        let shard = &self.cache[hash_of(&key) % CACHE_SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner).put(key, cached);
    }

    fn forget(&self, key: &CacheKey) {
        let shard = &self.cache[hash_of(key) % CACHE_SHARDS];
        shard.lock().unwrap_or_else(PoisonError::into_inner).pop(key);
    }

    /// A channel, from memory or from its owner.
    pub(crate) async fn channel(
        &self,
        env: &Env,
        scope: TenantScope,
        id: ChannelId,
    ) -> Result<Arc<ChannelBody>, Refusal> {
        let known = self.channels.read().unwrap_or_else(PoisonError::into_inner).get(&(scope, id)).cloned();
        if let Some(body) = known {
            return Ok(body);
        }
        let body = Arc::new(channel::ask(env, scope, id, channel::Letter::Show).await?);
        self.channels.write().unwrap_or_else(PoisonError::into_inner).insert((scope, id), Arc::clone(&body));
        Ok(body)
    }

    /// A channel was stored anew.
    pub(crate) fn forget_channel(&self, scope: TenantScope, id: ChannelId) {
        self.channels.write().unwrap_or_else(PoisonError::into_inner).remove(&(scope, id));
    }
}

/// The contact that a party is, and its conversation on a channel; made if nobody knows them. Where they wrote from these
/// addresses themselves, that is told with it.
pub(crate) async fn resolve(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    party: &Party,
    wrote_at: Option<Timestamp>,
    fresh: bool,
) -> Result<Found, Refusal> {
    let first = party.identities.first().ok_or_else(|| Refusal::Invalid {
        field: "from",
        message: "a message without any address".to_owned(),
    })?;
    let key = (scope, channel_id, first.clone());
    if fresh {
        env.resolver.forget(&key);
    } else if let Some(found) = env.resolver.cached(&key, party, wrote_at.is_some()) {
        return Ok(found);
    }
    let shown = resolve_slowly(env, scope, channel_id, party, wrote_at).await?;
    let found = Found {
        contact: shown.snapshot(),
        conversation_id: ConversationId::between(&channel_id, &shown.id),
        took_in: shown.body.took_in.as_slice().into(),
    };
    env.resolver.remember(key, found.clone(), &shown);
    Ok(found)
}

/// A person whom a provider told of has other addresses now: the old and the new are one contact, which knows which of them
/// are theirs.
pub(crate) async fn change_addresses(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    party: &Party,
    change: &IdentityChange,
) -> Result<(), Refusal> {
    let found = resolve(env, scope, channel_id, party, None, false).await?;
    let ask = || contact::Ask::ChangeAddresses(Box::new(change.clone()));
    let shown = contact::ask_current(env, scope, found.contact.contact.id, ask).await?.shown()?;
    forget(env, scope, channel_id, &shown);
    Ok(())
}

/// Whoever is found by one of a contact's addresses is looked up anew.
fn forget(env: &Env, scope: TenantScope, channel_id: ChannelId, shown: &Shown) {
    for identity in &shown.body.identities {
        env.resolver.forget(&(scope, channel_id, identity.clone()));
    }
}

/// Joins addresses that a provider told of a contact to it.
pub(crate) async fn learn(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    contact_id: ContactId,
    told: &[Identity],
) -> Result<(), Refusal> {
    if told.is_empty() {
        return Ok(());
    }
    let shown = contact::ask(env, scope, contact_id, contact::Ask::Show).await?.shown()?;
    if told.iter().all(|identity| shown.body.identities.contains(identity)) {
        return Ok(());
    }
    let identities = told.iter().chain(&shown.body.identities).cloned().collect();
    resolve_slowly(env, scope, channel_id, &Party { identities, profile_name: None }, None).await?;
    Ok(())
}

/// Is anybody known by one of these addresses? Makes nobody.
pub(crate) async fn is_known(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    party: &Party,
) -> Result<bool, Refusal> {
    let names = names_of(env, scope, channel_id, party).await?;
    let reads = names.into_iter().map(|(place, kind, hash)| {
        env.records.get::<IdentityRow>(scope, IdentityRow::key(place, kind, hash))
    });
    Ok(try_join_all(reads).await?.iter().any(Option::is_some))
}

/// An address as it is claimed: where it means one person, its kind, and its hash.
type Name = (String, String, Vec<u8>);

/// A party's addresses as they are claimed.
async fn names_of(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    party: &Party,
) -> Result<Vec<Name>, Refusal> {
    let channel = env.resolver.channel(env, scope, channel_id).await?;
    let names: Vec<Name> = party
        .identities
        .iter()
        .filter_map(|identity| {
            let place = scope_of(identity, channel_id, &channel.waba_id)?;
            let kind = serde_json::to_value(identity.kind).ok()?;
            let hash = digest::digest(&digest::SHA256, identity.value.as_bytes());
            Some((place.to_key(), kind.as_str()?.to_owned(), hash.as_ref().to_vec()))
        })
        .collect();
    if names.is_empty() {
        return Err(Refusal::Invalid {
            field: "from",
            message: "a message without an address that finds anybody".to_owned(),
        });
    }
    Ok(names)
}

async fn resolve_slowly(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    party: &Party,
    wrote_at: Option<Timestamp>,
) -> Result<Shown, Refusal> {
    let names = names_of(env, scope, channel_id, party).await?;
    let stripes: BTreeSet<usize> = names.iter().map(|name| hash_of(&(scope, name)) % STRIPES).collect();
    let mut guards = Vec::with_capacity(stripes.len());
    for stripe in stripes {
        guards.push(env.resolver.stripes[stripe].lock().await);
    }
    for _ in 0..MAX_ROUNDS {
        let reads = names.iter().map(|(place, kind, hash)| {
            env.records.get::<IdentityRow>(scope, IdentityRow::key(place.clone(), kind.clone(), hash.clone()))
        });
        let rows = try_join_all(reads).await?;
        let owners: BTreeSet<ContactId> = rows.iter().flatten().map(|row| row.contact_id).collect();
        let contact_id = match owners.len() {
            0 => ContactId::from_bytes(env.entropy.id()),
            1 => last_of(env, scope, *owners.first().unwrap_or(&ContactId::from_bytes([0; 16]))).await?,
            _ => join(env, scope, channel_id, owners).await?,
        };
        let now = env.clock.now();
        let claims =
            names.iter().zip(&rows).filter(|(_, row)| row.is_none()).map(|((place, kind, hash), _)| {
                let row = IdentityRow {
                    scope: place.clone(),
                    kind: kind.clone(),
                    value_hash: hash.clone(),
                    contact_id,
                    at: now,
                };
                claim(env, scope, row)
            });
        let others = try_join_all(claims).await?;
        if others.iter().flatten().any(|other| other.contact_id != contact_id) {
            continue;
        }
        contact::ask(env, scope, contact_id, contact::Ask::Observe(party.clone(), wrote_at)).await?;
        let conversation_id = ConversationId::between(&channel_id, &contact_id);
        return contact::ask(env, scope, contact_id, contact::Ask::Link(conversation_id, channel_id))
            .await?
            .shown();
    }
    Err(Refusal::Unavailable("an address changed hands too often".to_owned()))
}

/// Claims an address; answers with who has it, when somebody has.
async fn claim(env: &Env, scope: TenantScope, row: IdentityRow) -> Result<Option<IdentityRow>, store::Error> {
    match env.records.claim(scope, row.clone()).await {
        // It may be ours by now: asking again tells.
        Err(store::Error::Ambiguous) => env.records.claim(scope, row).await,
        result => result,
    }
}

/// The contact that a contact has become.
async fn last_of(env: &Env, scope: TenantScope, contact_id: ContactId) -> Result<ContactId, Refusal> {
    match contact::current(env, scope, contact_id).await {
        Ok(shown) => Ok(shown.id),
        // Claimed, but not yet written: a crash came between.
        Err(Refusal::NotFound(_)) => Ok(contact_id),
        Err(refusal) => Err(refusal),
    }
}

/// Contacts proved to be one person: the oldest stays, the others give way.
async fn join(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    owners: BTreeSet<ContactId>,
) -> Result<ContactId, Refusal> {
    let mut lasts = BTreeSet::new();
    for owner in owners {
        lasts.insert(last_of(env, scope, owner).await?);
    }
    let mut known = Vec::new();
    for id in lasts {
        match contact::ask(env, scope, id, contact::Ask::Show).await.and_then(contact::Answer::shown) {
            Ok(shown) => known.push(shown),
            Err(Refusal::NotFound(_)) => {
                let born = contact::Ask::Observe(Party { identities: Vec::new(), profile_name: None }, None);
                known.push(contact::ask(env, scope, id, born).await?.shown()?);
            }
            Err(refusal) => return Err(refusal),
        }
    }
    known.sort_by_key(|shown| (shown.body.created_at, shown.id));
    let mut known = known.into_iter();
    let Some(stays) = known.next() else {
        return Err(Refusal::Unavailable("an address without a contact".to_owned()));
    };
    for mut goes in known {
        let mut rounds = 0;
        loop {
            contact::ask(env, scope, stays.id, contact::Ask::Absorb(goes.id, Box::new(goes.body.clone())))
                .await?;
            let merge = contact::Ask::MergeInto(stays.id, Box::new(goes.body.clone()));
            match contact::ask(env, scope, goes.id, merge).await {
                // It was changed since: a block, perhaps, which must not be left behind.
                Err(Refusal::Changed) if rounds < MAX_ROUNDS => {
                    goes = contact::ask(env, scope, goes.id, contact::Ask::Show).await?.shown()?;
                    rounds += 1;
                }
                merged => {
                    merged?;
                    break;
                }
            }
        }
        // Whoever they were taken for until now, they are looked up anew.
        forget(env, scope, channel_id, &goes);
        metrics::counter!("switchboard_contacts_joined_total").increment(1);
    }
    Ok(stays.id)
}
