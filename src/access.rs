//! Who is asking, and may they: keys, sign-ins, tickets, and how often.
//!
//! A handler gets its [`Caller`], and with them a tenant's scope, by [`May`] alone: whoever may not do what the handler
//! does never comes there.

pub(crate) mod accounts;
pub(crate) mod buckets;
pub(crate) mod caller;
pub(crate) mod codes;
pub(crate) mod entrances;
pub(crate) mod invitations;
pub(crate) mod keys;
mod labels;
mod named;
pub(crate) mod passwords;
pub(crate) mod permit;
pub(crate) mod secrets;
pub(crate) mod sessions;
pub(crate) mod teams;
pub(crate) mod tickets;

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, header};
use lru::LruCache;
use switchboard_ports::{
    clock::{Clock, Entropy},
    secrets::Vault,
    store::Records,
};
use switchboard_schema::{TenantId, TenantScope, Timestamp, UserId};
use url::Url;

use crate::mail::Post;

pub(crate) use accounts::Accounts;
use buckets::Buckets;
pub(crate) use caller::{Caller, Credential, CredentialId, Denied};
use codes::Codes;
use invitations::Tokens;
use keys::API_KEY_PREFIX;
pub(crate) use permit::May;
use secrets::hash_of;
use tickets::Tickets;

/// How long a credential that was looked up is believed without looking again.
const CREDENTIAL_TTL: Duration = Duration::from_secs(10);
/// Credentials remembered.
const CREDENTIALS_MAX: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
/// How much longer a burst may be than what a second allows.
const BURST_SECONDS: f64 = 10.0;
/// Longest credential looked at, in bytes.
pub(crate) const CREDENTIAL_BYTES_MAX: usize = 256;

/// SHA-256 of a credential or an address: what is remembered of it.
type Sha256 = [u8; 32];

/// What [`Access`] works with.
pub(crate) struct Parts {
    /// The store.
    pub(crate) records: Records,
    /// Accounts in it.
    pub(crate) accounts: Accounts,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
    /// Chance.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Where ticket keys come from.
    pub(crate) vault: Arc<dyn Vault>,
    /// The address under which browsers reach us.
    pub(crate) public_url: Url,
    /// How long a sign-in lasts, used or not.
    pub(crate) session_lifetime: Duration,
    /// How often who may do what.
    pub(crate) limits: crate::config::Limits,
    /// Where mail leaves.
    pub(crate) post: Post,
    /// Strangers may make an account and a workspace.
    pub(crate) sign_up: bool,
}

/// The guard of the door.
pub(crate) struct Access {
    records: Records,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    tickets: Tickets,
    public_url: Url,
    session_lifetime: Duration,
    known: Mutex<LruCache<Sha256, Known>>,
    /// Grows whenever something known is forgotten: what was looked up before is not remembered after.
    forgotten: AtomicU64,
    /// Held while a sign-in is changed or ended. No other process writes to the store.
    changing_session: tokio::sync::Mutex<()>,
    post: Post,
    sign_up: bool,
    codes: Codes,
    tokens: Tokens,
    by_caller: Buckets<Sha256>,
    by_workspace: Buckets<TenantId>,
    lookups_by_address: Buckets<IpAddr>,
    sign_ins_by_address: Buckets<IpAddr>,
    sign_ins_by_account: Buckets<Sha256>,
    codes_by_address: Buckets<IpAddr>,
    codes_by_account: Buckets<Sha256>,
    invitations_by_workspace: Buckets<TenantId>,
}

#[derive(Clone)]
struct Known {
    caller: Caller,
    until: Timestamp,
}

/// A credential as a request carries it.
pub(crate) enum Presented<'a> {
    /// An API key.
    Key(&'a str),
    /// The cookie of a sign-in.
    Cookie(&'a str),
}

/// So many a second, and a burst for a while.
fn each_second<K: Hash + Eq>(too_many: &'static str, rate: u32) -> Buckets<K> {
    Buckets::new(too_many, f64::from(rate), f64::from(rate) * BURST_SECONDS)
}

/// So many a minute, all of them at once where none were before.
fn each_minute<K: Hash + Eq>(too_many: &'static str, rate: u32) -> Buckets<K> {
    Buckets::new(too_many, f64::from(rate) / 60.0, f64::from(rate))
}

/// So many an hour, all of them at once where none were before.
fn each_hour<K: Hash + Eq>(too_many: &'static str, rate: u32) -> Buckets<K> {
    Buckets::new(too_many, f64::from(rate) / 3_600.0, f64::from(rate))
}

impl Access {
    /// A guard with these parts.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts {
            records,
            accounts,
            clock,
            entropy,
            vault,
            public_url,
            session_lifetime,
            limits,
            post,
            sign_up,
        } = parts;
        Self {
            tickets: Tickets::new(&*vault),
            codes: Codes::new(records.clone(), Arc::clone(&clock), Arc::clone(&entropy), &*vault),
            tokens: Tokens::new(&*vault),
            post,
            sign_up,
            forgotten: AtomicU64::new(0),
            changing_session: tokio::sync::Mutex::default(),
            records,
            accounts,
            clock,
            entropy,
            public_url,
            session_lifetime,
            known: Mutex::new(LruCache::new(CREDENTIALS_MAX)),
            by_caller: each_second(
                "too many requests with this key or sign-in",
                limits.requests_per_second_per_caller,
            ),
            by_workspace: each_second(
                "too many requests to this workspace, by all its keys and people together",
                limits.requests_per_second_per_workspace,
            ),
            lookups_by_address: each_second(
                "too many unknown keys or sign-ins from this address",
                limits.lookups_per_second_per_address,
            ),
            sign_ins_by_address: each_minute(
                "too many tries to sign in from this address",
                limits.sign_ins_per_minute_per_address,
            ),
            sign_ins_by_account: each_minute(
                "too many tries to sign in to this account",
                limits.sign_ins_per_minute_per_account,
            ),
            codes_by_address: each_hour(
                "too many codes asked for from this address",
                limits.codes_per_hour_per_address,
            ),
            codes_by_account: each_hour(
                "too many codes asked for with this e-mail address",
                limits.codes_per_hour_per_account,
            ),
            invitations_by_workspace: each_hour(
                "too many invitations by this workspace",
                limits.invitations_per_hour_per_workspace,
            ),
        }
    }

    /// The accounts behind it.
    pub(crate) const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Chance, for ids.
    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// The time of day.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Who opens a socket: by ticket, key or cookie. A cookie is believed only from our own pages.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn authenticate(
        &self,
        headers: &HeaderMap,
        ticket: Option<&str>,
    ) -> Result<Caller, Denied> {
        if let Some(ticket) = ticket {
            return self.redeem(ticket).await;
        }
        let caller = self.identify(headers, None).await?;
        if caller.credential.is_session() {
            self.check_origin(headers)?;
        }
        Ok(caller)
    }

    /// Who makes a request that changes something (`changes`) or nothing.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn authorize(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        changes: bool,
    ) -> Result<Caller, Denied> {
        let caller = self.identify(headers, Some(address)).await?;
        if let (true, Credential::Session { csrf_token, .. }) = (changes, &caller.credential) {
            self.check_origin(headers)?;
            let given = headers.get("x-csrf-token").map(http::HeaderValue::as_bytes).unwrap_or_default();
            if !secrets::same(given, csrf_token.as_bytes()) {
                return Err(Denied::Csrf);
            }
        }
        Ok(caller)
    }

    /// Who has the credential in these headers. `address`: whose look-ups are counted.
    async fn identify(&self, headers: &HeaderMap, address: Option<IpAddr>) -> Result<Caller, Denied> {
        let presented = presented(headers)?;
        let text = match presented {
            Presented::Key(text) | Presented::Cookie(text) => text,
        };
        let hash = bytes_of(hash_of(text.as_bytes()));
        let now = self.now();
        let caller = match self.recall(&hash, now) {
            Some(caller) => caller,
            None => {
                let forgotten = self.forgotten.load(Ordering::Acquire);
                if let Some(address) = address {
                    self.lookups_by_address.take(address, now).map_err(Denied::TooMany)?;
                }
                let caller = match presented {
                    Presented::Key(_) => self.by_key_hash(&hash).await?,
                    Presented::Cookie(cookie) => self.by_cookie(cookie, now).await?,
                };
                self.remember(hash, &caller, now, forgotten);
                caller
            }
        };
        self.by_caller.take(hash, now).map_err(Denied::TooMany)?;
        self.by_workspace.take(caller.scope.tenant(), now).map_err(Denied::TooMany)?;
        Ok(caller)
    }

    /// Whose credential this is, as long as it holds.
    ///
    /// # Errors
    /// `NotSignedIn` once it does not; when that cannot be known now.
    pub(crate) async fn by_id(&self, scope: TenantScope, id: CredentialId) -> Result<Caller, Denied> {
        let caller = match id {
            CredentialId::ApiKey(id) => self.by_key(scope, id).await?.1,
            CredentialId::Session(id) => self.by_session(id, self.now()).await?.1,
        };
        if caller.scope == scope { Ok(caller) } else { Err(Denied::NotSignedIn) }
    }

    fn recall(&self, hash: &Sha256, now: Timestamp) -> Option<Caller> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).filter(|known| now < known.until).map(|known| known.caller.clone())
    }

    /// Remembers what was looked up after so much was forgotten; nothing where it may have been forgotten since.
    fn remember(&self, hash: Sha256, caller: &Caller, now: Timestamp, forgotten: u64) {
        let found = Known { caller: caller.clone(), until: now + CREDENTIAL_TTL };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if self.forgotten.load(Ordering::Acquire) == forgotten {
            known.put(hash, found);
        }
    }

    /// Whoever acts as this person in this workspace is looked up anew.
    pub(crate) fn forget_user(&self, scope: TenantScope, user_id: UserId) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        let theirs = |known: &Known| known.caller.scope == scope && known.caller.principal.user_id == user_id;
        let hashes: Vec<_> = known.iter().filter(|(_, one)| theirs(one)).map(|(hash, _)| *hash).collect();
        for hash in hashes {
            known.pop(&hash);
        }
    }

    fn forget(&self, hash: &Sha256) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        known.pop(hash);
    }

    /// A page of another site must not act with our cookie. A browser says where a page is from; what says
    /// nothing is no browser, and has the cookie by other means.
    pub(crate) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let origin = origin.to_str().unwrap_or_default();
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        if is_own_origin(origin, &self.public_url, host) { Ok(()) } else { Err(Denied::Origin) }
    }
}

/// Is this where our own pages are from: the public address, or the host the request was sent to?
fn is_own_origin(origin: &str, public_url: &Url, host: Option<&str>) -> bool {
    if origin == public_url.origin().ascii_serialization() {
        return true;
    }
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    authority.is_some() && authority == host
}

/// The credential in these headers: a key before a cookie.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Presented<'_>, Denied> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let text = value.to_str().map_err(|_| Denied::NotSignedIn)?;
        let (scheme, key) = text.split_once(' ').ok_or(Denied::NotSignedIn)?;
        let key = key.trim();
        let fits = scheme.eq_ignore_ascii_case("bearer") && key.starts_with(API_KEY_PREFIX);
        return if fits && key.len() <= CREDENTIAL_BYTES_MAX {
            Ok(Presented::Key(key))
        } else {
            Err(Denied::NotSignedIn)
        };
    }
    let cookie = sessions::cookie_of(headers).ok_or(Denied::NotSignedIn)?;
    if cookie.len() <= CREDENTIAL_BYTES_MAX {
        Ok(Presented::Cookie(cookie))
    } else {
        Err(Denied::NotSignedIn)
    }
}

fn bytes_of(digest: ring::digest::Digest) -> Sha256 {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_use_the_cookie() {
        let public: Url = "https://inbox.example.com".parse().unwrap();
        let host = Some("10.0.0.1:8080");
        assert!(is_own_origin("https://inbox.example.com", &public, host));
        assert!(is_own_origin("http://10.0.0.1:8080", &public, host));
        assert!(!is_own_origin("https://evil.example", &public, host));
        assert!(!is_own_origin("https://inbox.example.com.evil.example", &public, host));
        assert!(!is_own_origin("null", &public, host));
        assert!(!is_own_origin("null", &public, None));
    }

    #[test]
    fn a_key_goes_before_a_cookie_and_must_look_like_one() {
        let mut headers = HeaderMap::new();
        assert!(presented(&headers).is_err());
        headers.insert(header::COOKIE, "a=b; switchboard_session=ses_x.y".parse().unwrap());
        assert!(matches!(presented(&headers), Ok(Presented::Cookie("ses_x.y"))));
        headers.insert(header::AUTHORIZATION, "Bearer swb_1".parse().unwrap());
        assert!(matches!(presented(&headers), Ok(Presented::Key("swb_1"))));
        headers.insert(header::AUTHORIZATION, "Basic swb_1".parse().unwrap());
        assert!(presented(&headers).is_err());
        headers.insert(header::AUTHORIZATION, "Bearer other".parse().unwrap());
        assert!(presented(&headers).is_err());
    }
}
