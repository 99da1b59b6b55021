//! Which channel a webhook belongs to, and the secrets it is verified with: read once, remembered a while.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lru::LruCache;
use secrecy::SecretString;
use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::Clock,
    secrets::Vault,
    store::{Records, Scope},
};
use switchboard_schema::{
    ChannelId, TenantScope, Timestamp,
    record::{ChannelRow, Claim, ClaimKind, ClaimTarget},
};

use crate::access::secrets::hash_of;

/// Routes remembered, unknown ones too.
const ROUTES_MAX: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
/// How long a route is believed without looking again.
const ROUTE_TTL: Duration = Duration::from_secs(30);

/// How a webhook names its channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// By the provider's id of the number.
    Number(String),
    /// By the account the number belongs to.
    Account(String),
    /// By our own id, in the address.
    Channel(ChannelId),
}

/// A channel as webhooks need it.
pub(super) struct Entry {
    /// Its workspace.
    pub(super) scope: TenantScope,
    /// Its id.
    pub(super) channel_id: ChannelId,
    /// The provider's id of its number.
    pub(super) phone_number_id: String,
    /// The account of its number.
    pub(super) waba_id: String,
    /// The secret of its own; none: the instance's.
    pub(super) app_secret: Option<SecretString>,
    /// It has a secret of its own that no key of this server opens.
    pub(super) is_closed: bool,
    /// The word for its address; none where no key of this server opens it.
    pub(super) verify_token: Option<SecretString>,
    /// It was disconnected: what comes is verified and dropped.
    pub(super) deleted: bool,
}

impl Entry {
    /// Nothing of it can be verified before its key is given back, or its secret anew.
    pub(super) const fn waits_for_key(&self) -> bool {
        self.is_closed && !self.deleted
    }
}

type Remembered = (Option<Arc<Entry>>, Timestamp);

/// Knows the channels.
pub(super) struct Book {
    records: Records,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    known: Mutex<LruCache<Name, Remembered>>,
}

impl Book {
    /// A book of the channels in this store.
    pub(super) fn new(records: Records, vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        Self { records, vault, clock, known: Mutex::new(LruCache::new(ROUTES_MAX)) }
    }

    /// The channel of a name, deleted ones too; nothing when there is none.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(super) async fn find(&self, name: &Name) -> Result<Option<Arc<Entry>>, Refusal> {
        let now = self.clock.now();
        if let Some((entry, until)) = self.lock().get(name)
            && now < *until
        {
            return Ok(entry.clone());
        }
        let entry = self.read(name).await?.map(Arc::new);
        self.lock().put(name.clone(), (entry.clone(), now + ROUTE_TTL));
        Ok(entry)
    }

    /// Forgets a channel that was connected, changed or disconnected.
    pub(super) fn forget(&self, id: ChannelId, phone_number_id: &str, waba_id: &str) {
        let mut known = self.lock();
        known.pop(&Name::Channel(id));
        known.pop(&Name::Number(phone_number_id.to_owned()));
        known.pop(&Name::Account(waba_id.to_owned()));
    }

    async fn read(&self, name: &Name) -> Result<Option<Entry>, Refusal> {
        let Some((scope, channel_id)) = self.target(name).await? else { return Ok(None) };
        let Some(row) = self.row(scope, channel_id).await? else { return Ok(None) };
        let body = row.body.0;
        let open = |part: &str, sealed: &_| self.vault.open(&place(channel_id, part), sealed).ok();
        let app_secret = body.app_secret.as_ref().map(|sealed| open("app_secret", sealed));
        Ok(Some(Entry {
            scope,
            channel_id,
            is_closed: matches!(app_secret, Some(None)),
            app_secret: app_secret.flatten(),
            verify_token: open("verify_token", &body.verify_token),
            phone_number_id: body.phone_number_id,
            waba_id: body.waba_id,
            deleted: body.deleted_at.is_some(),
        }))
    }

    /// The channel that a name stands for.
    pub(super) async fn target(&self, name: &Name) -> Result<Option<(TenantScope, ChannelId)>, Refusal> {
        let claim: Option<Claim> = self.records.get(Scope::System, key_of(name)).await?;
        match claim.map(|claim| claim.target.0) {
            Some(ClaimTarget::Channel { tenant_id, channel_id }) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "routing: whoever uses it verifies the webhook first"
                )]
                let scope = TenantScope::assume(tenant_id);
                Ok(Some((scope, channel_id)))
            }
            _ => Ok(None),
        }
    }

    /// The row of a channel.
    pub(super) async fn row(&self, scope: TenantScope, id: ChannelId) -> Result<Option<ChannelRow>, Refusal> {
        Ok(self.records.get(scope, ChannelRow::key(id)).await?)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<Name, Remembered>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place a channel's secret is sealed for.
pub(super) fn place(id: ChannelId, part: &str) -> String {
    format!("channel:{id}:{part}")
}

/// Kind and hash of a name, as claims keep it.
pub(super) fn kind_and_hash(name: &Name) -> (ClaimKind, ring::digest::Digest) {
    match name {
        Name::Number(id) => (ClaimKind::PhoneNumberId, hash_of(id.as_bytes())),
        Name::Account(id) => (ClaimKind::WabaId, hash_of(id.as_bytes())),
        Name::Channel(id) => (ClaimKind::Channel, hash_of(id.as_bytes())),
    }
}

fn key_of(name: &Name) -> Vec<switchboard_schema::table::Cell> {
    let (kind, hash) = kind_and_hash(name);
    Claim::key(kind.as_str().to_owned(), hash.as_ref().to_vec())
}
