//! Keys of programs. Only a key's hash is kept. Its claim, found by the hash, says where its row is; the row
//! alone says that it is good, so that a key whose row is gone opens nothing.

use switchboard_actors::{Refusal, house::Principal};
use switchboard_domain::audit::{By, Deed};
use switchboard_ports::store::{Exchange, Mutation, Scan, Scope};
use switchboard_schema::{
    ApiKeyId, TenantScope, UserId,
    record::{ApiKeyBody, ApiKeyRow, Claim, ClaimKind, ClaimTarget},
    table::Json,
    wire::{self, AuditAct},
};

use super::{
    Access, Accounts, Caller, Credential, Denied, Sha256,
    accounts::{checked_name, claim},
    secrets::{hash_of, new_secret, same},
};

/// What keys begin with.
pub(crate) const API_KEY_PREFIX: &str = "swb_";
/// Keys of one workspace.
const API_KEYS_MAX: usize = 100;
/// How many of a key's last characters stay visible.
const VISIBLE_CHARS: usize = 4;

impl Accounts {
    /// Makes a key; the answer is shown once. `key_id` comes from the idempotency key: made again, the key
    /// has a new secret and the former, of which nobody heard, is good no more.
    ///
    /// # Errors
    /// When the name is wrong, there are as many keys as there may be, or the store does not answer.
    pub(crate) async fn create_key(
        &self,
        scope: TenantScope,
        by: &By,
        key_id: ApiKeyId,
        created_by: UserId,
        new: wire::CreateApiKey,
    ) -> Result<wire::CreatedApiKey, Refusal> {
        let name = checked_name(&new.name)?;
        if self.key_rows(scope).await?.iter().filter(|row| row.key_id != key_id).count() >= API_KEYS_MAX {
            let message = format!("a workspace has at most {API_KEYS_MAX} keys: revoke one that is not used");
            return Err(Refusal::Rule { code: "too_many_keys", message });
        }
        let api_key = format!("{API_KEY_PREFIX}{}", new_secret(&*self.entropy));
        let hash = hash_of(api_key.as_bytes());
        let body = ApiKeyBody {
            name,
            created_by,
            created_at: self.clock.now(),
            hash: hash.as_ref().to_vec(),
            ends_with: api_key[api_key.len() - VISIBLE_CHARS..].to_owned(),
        };
        let deed = Deed::new(AuditAct::KeyMade).about(key_id, &body.name);
        let row = ApiKeyRow { key_id, body: Json(body) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        match self.records.claim(Scope::System, claim_of(scope, key_id, hash)).await? {
            None => Ok(wire::CreatedApiKey { shown: shown(row), api_key }),
            Some(_) => Err(Refusal::Unavailable("the same key was drawn twice".to_owned())),
        }
    }

    /// The keys of a workspace, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn keys(&self, scope: TenantScope) -> Result<Vec<wire::ApiKey>, Refusal> {
        let mut keys: Vec<_> = self.key_rows(scope).await?.into_iter().map(shown).collect();
        keys.sort_by_key(|key| std::cmp::Reverse((key.created_at, key.id)));
        Ok(keys)
    }

    async fn key_rows(&self, scope: TenantScope) -> Result<Vec<ApiKeyRow>, Refusal> {
        Ok(self.records.all::<ApiKeyRow>(scope, Scan::of::<ApiKeyRow>(ApiKeyRow::partition())).await?)
    }

    /// One key of a workspace.
    pub(super) async fn key(
        &self,
        scope: TenantScope,
        key_id: ApiKeyId,
    ) -> Result<Option<ApiKeyRow>, Refusal> {
        Ok(self.records.get::<ApiKeyRow>(scope, ApiKeyRow::key(key_id)).await?)
    }
}

impl Access {
    /// Ends a key: requests under it are refused from now on by this server, by others within
    /// [`CREDENTIAL_TTL`](super::CREDENTIAL_TTL). Its sockets are the caller's to close.
    ///
    /// # Errors
    /// When there is no such key or the store does not answer.
    pub(crate) async fn revoke_key(
        &self,
        scope: TenantScope,
        by: &By,
        key_id: ApiKeyId,
    ) -> Result<(), Refusal> {
        let row = self.accounts.key(scope, key_id).await?.ok_or(Refusal::NotFound("key"))?;
        let deed = Deed::new(AuditAct::KeyRevoked).about(key_id, &row.body.0.name);
        let hash = row.body.0.hash;
        // The claim first: the row is what a repetition after a failure finds its way by.
        let release = Exchange::release(claim_of(scope, key_id, &hash));
        self.records.store().exchange(Scope::System, release).await?;
        let gone = Mutation::delete::<ApiKeyRow>(ApiKeyRow::key(key_id));
        self.accounts.audit.write(scope, by, gone, deed).await?;
        if let Ok(hash) = Sha256::try_from(hash) {
            self.forget(&hash);
        }
        Ok(())
    }

    /// Who has the key with this hash.
    pub(super) async fn by_key_hash(&self, hash: &Sha256) -> Result<Caller, Denied> {
        let key = Claim::key(ClaimKind::ApiKey.as_str().to_owned(), hash.to_vec());
        let claim = self.records.get::<Claim>(Scope::System, key).await.map_err(Refusal::from)?;
        let Some(ClaimTarget::ApiKey { tenant_id, key_id }) = claim.map(|claim| claim.target.0) else {
            return Err(Denied::NotSignedIn);
        };
        #[expect(clippy::disallowed_methods, reason = "the key's own claim names its workspace")]
        let scope = TenantScope::assume(tenant_id);
        let (body, caller) = self.by_key(scope, key_id).await?;
        if same(&body.hash, hash) { Ok(caller) } else { Err(Denied::NotSignedIn) }
    }

    /// Whose key this is, as long as it is not revoked and its maker is there.
    pub(super) async fn by_key(
        &self,
        scope: TenantScope,
        key_id: ApiKeyId,
    ) -> Result<(ApiKeyBody, Caller), Denied> {
        let body = self.accounts.key(scope, key_id).await?.ok_or(Denied::NotSignedIn)?.body.0;
        let maker = self.accounts.user(scope, body.created_by).await?.ok_or(Denied::NotSignedIn)?;
        let sender = wire::Sender {
            kind: wire::SenderKind::Api,
            id: Some(key_id.to_string()),
            name: Some(body.name.clone()),
        };
        let caller = Caller {
            scope,
            principal: Principal { sender, user_id: maker.id },
            user: wire::User { name: body.name.clone(), ..maker },
            credential: Credential::ApiKey(key_id),
        };
        Ok((body, caller))
    }
}

fn claim_of(scope: TenantScope, key_id: ApiKeyId, hash: impl AsRef<[u8]>) -> Claim {
    claim(ClaimKind::ApiKey, hash, ClaimTarget::ApiKey { tenant_id: scope.tenant(), key_id })
}

fn shown(row: ApiKeyRow) -> wire::ApiKey {
    let ApiKeyBody { name, created_by, created_at, ends_with, .. } = row.body.0;
    wire::ApiKey { id: row.key_id, name, ends_with, created_at, created_by }
}
