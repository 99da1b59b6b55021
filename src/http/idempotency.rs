//! Answers given under an idempotency key, kept for 48 hours: for acts whose object does not take its
//! own idempotency from the key.
//!
//! Ids of what is made here come from the key, too, so that an act cut short by a crash is finished, not
//! doubled, by its repetition. A client that goes away does not cut an act short: each runs in a task of its own.
//! Kept answers are sealed, as some hold secrets that are shown once. Of requests only a tag under the
//! installation's key is kept, as some hold passwords: a bare hash could be tried through.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::Clock,
    secrets::Vault,
    store::{Lane, Records},
};
use switchboard_schema::{
    IdBytes, TenantScope,
    id::derive_id,
    record::{IdempotencyRow, Sealed},
};
use tracing::Instrument as _;

use super::{extract::IdempotencyKey, problem::Problem};
use crate::access::Caller;

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(48 * 3_600);
/// Largest answer kept, in bytes; a larger one is given again by doing the act again.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;
/// What the key is for that tells one request from another.
const REQUESTS_PURPOSE: &str = "idempotency requests";

/// Keeps answers.
pub(crate) struct Idempotency {
    records: Records,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
    /// What requests are told apart with: the present key, and behind it the one before.
    request_keys: Vec<hmac::Key>,
    running: Mutex<HashSet<IdBytes>>,
}

/// One act that is to be done once.
pub(crate) struct Once<'a> {
    /// Whose.
    pub(crate) caller: &'a Caller,
    /// What: the route.
    pub(crate) route: &'static str,
    /// Under which key.
    pub(crate) key: &'a IdempotencyKey,
    /// The request's body.
    pub(crate) request: &'a [u8],
}

/// An act whose key the client gave, as it is remembered.
struct Asked {
    id: IdBytes,
    scope: TenantScope,
    principal: String,
    /// Under each key.
    request_hashes: Vec<Vec<u8>>,
}

impl Once<'_> {
    /// The bytes of the id of what this act makes: always the same for the same key.
    pub(crate) fn id(&self) -> IdBytes {
        let scope = self.caller.scope.tenant();
        let principal = self.caller.principal.key_space();
        derive_id(
            "once",
            &[scope.as_bytes(), principal.as_bytes(), self.route.as_bytes(), self.key.key.as_bytes()],
        )
    }
}

impl Idempotency {
    /// Answers kept in this store.
    pub(crate) fn new(records: Records, vault: Arc<dyn Vault>, clock: Arc<dyn Clock>) -> Self {
        let keys = vault.derive_all(REQUESTS_PURPOSE);
        let request_keys =
            keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())).collect();
        Self { records, vault, clock, request_keys, running: Mutex::new(HashSet::new()) }
    }

    /// Does the act, or answers as it was answered before. What has begun goes on when this is dropped.
    ///
    /// # Errors
    /// The act's own; the key was used for another request; the same request is being worked on.
    pub(crate) async fn run<T: Serialize + Send + 'static>(
        self: &Arc<Self>,
        once: Once<'_>,
        status: StatusCode,
        act: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<Response, Problem> {
        let asked = once.key.given.then(|| Asked {
            id: once.id(),
            scope: once.caller.scope,
            principal: once.caller.principal.key_space(),
            request_hashes: self
                .request_keys
                .iter()
                .map(|key| hmac::sign(key, once.request).as_ref().to_vec())
                .collect(),
        });
        let this = Arc::clone(self);
        let work = async move {
            match asked {
                Some(asked) => this.work(asked, status, act).await,
                None => Ok((status, axum::Json(act.await?)).into_response()),
            }
        };
        match tokio::spawn(work.in_current_span()).await {
            Ok(answered) => answered,
            Err(error) if error.is_cancelled() => Err(Refusal::Stopping.into()),
            Err(_) => Err(Problem::internal()),
        }
    }

    async fn work<T: Serialize>(
        &self,
        asked: Asked,
        status: StatusCode,
        act: impl Future<Output = Result<T, Problem>>,
    ) -> Result<Response, Problem> {
        let Asked { id, scope, principal, request_hashes } = asked;
        let _running = self.begin(id)?;
        let row_key = IdempotencyRow::key(principal.clone(), id.to_vec());
        if let Some(row) = self.records.get::<IdempotencyRow>(scope, row_key).await? {
            if !request_hashes.contains(&row.request_hash) {
                return Err(Refusal::KeyReused.into());
            }
            if let Some(answer) = self.open(id, row) {
                return Ok(answer);
            }
        }
        let body = serde_json::to_vec(&act.await?).map_err(|_| Problem::internal())?;
        if body.len() <= ANSWER_BYTES_MAX {
            let sealed = self.vault.seal(&place(id), &SecretString::from(STANDARD.encode(&body)));
            let row = IdempotencyRow {
                principal,
                key_hash: id.to_vec(),
                request_hash: request_hashes.into_iter().next().unwrap_or_default(),
                status: i64::from(status.as_u16()),
                body: sealed.0,
            };
            let until = self.clock.now() + KEPT_FOR;
            self.records.put_until(scope, Lane::Interactive, row, until).await?;
        }
        Ok(json(status, body))
    }

    fn open(&self, id: IdBytes, row: IdempotencyRow) -> Option<Response> {
        let opened = self.vault.open(&place(id), &Sealed(row.body)).ok()?;
        let body = STANDARD.decode(opened.expose_secret()).ok()?;
        let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok())?;
        Some(json(status, body))
    }

    fn begin(&self, id: IdBytes) -> Result<Running<'_>, Problem> {
        if self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(id) {
            return Ok(Running { all: &self.running, id });
        }
        let detail = "the same request is being worked on; ask again in a moment";
        let problem = Problem::new(StatusCode::CONFLICT, "in_progress", detail);
        Err(Problem { retry_after: Some(Duration::from_secs(1)), ..problem })
    }
}

/// An act that runs; ends when dropped.
struct Running<'a> {
    all: &'a Mutex<HashSet<IdBytes>>,
    id: IdBytes,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

fn place(id: IdBytes) -> String {
    format!("idempotency:{}", STANDARD.encode(id))
}

fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use switchboard_actors::house::Principal;
    use switchboard_schema::{ApiKeyId, TenantId, UserId, wire};
    use switchboard_store::{MasterKey, SealingVault};
    use tokio::sync::oneshot;

    use super::*;
    use crate::{access::Credential, boot::Backends, config::Config};

    /// Answers kept in a folder of their own.
    async fn begin() -> (tempfile::TempDir, Arc<Idempotency>) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[store]\npath = {:?}", folder.path());
        let config = Config::from_sources("", &text, std::iter::empty()).unwrap();
        let Backends { records, clock, entropy, .. } = Backends::open(&config).await.unwrap();
        let (key, _) = MasterKey::load_or_create(&folder.path().join("key"), &*entropy).unwrap();
        let vault: Arc<dyn Vault> = Arc::new(SealingVault::new(&key, entropy));
        (folder, Arc::new(Idempotency::new(records, vault, clock)))
    }

    #[expect(clippy::disallowed_methods, reason = "a test acts in a workspace of its own")]
    fn caller() -> Caller {
        let user = wire::User {
            id: UserId::from_bytes([2; 16]),
            name: "Anna".to_owned(),
            email: "anna@example.com".to_owned(),
            role: wire::Role::Owner,
        };
        let sender = wire::Sender {
            kind: wire::SenderKind::Agent,
            id: Some(user.id.to_string()),
            name: Some(user.name.clone()),
        };
        Caller {
            scope: TenantScope::assume(TenantId::from_bytes([1; 16])),
            principal: Principal { sender, user_id: user.id },
            user,
            credential: Credential::ApiKey(ApiKeyId::from_bytes([3; 16])),
        }
    }

    /// One request; counts how often its act is done.
    async fn ask(
        idempotency: &Arc<Idempotency>,
        key: &str,
        request: &[u8],
        done: &Arc<AtomicUsize>,
    ) -> Result<StatusCode, Problem> {
        let (caller, key) = (caller(), IdempotencyKey { key: key.to_owned(), given: true });
        let once = Once { caller: &caller, route: "users", key: &key, request };
        let done = Arc::clone(done);
        let act = async move { Ok(done.fetch_add(1, Ordering::Relaxed)) };
        Ok(idempotency.run(once, StatusCode::CREATED, act).await?.status())
    }

    #[tokio::test]
    async fn what_has_begun_is_finished_when_the_client_goes_away() {
        for given in [true, false] {
            let (_folder, idempotency) = begin().await;
            let (caller, key) = (caller(), IdempotencyKey { key: "key".to_owned(), given });
            let once = Once { caller: &caller, route: "users", key: &key, request: b"{}" };
            let (begun, has_begun) = oneshot::channel();
            let (go_on, may_go_on) = oneshot::channel::<()>();
            let (finished, has_finished) = oneshot::channel();
            let act = async move {
                begun.send(()).unwrap();
                may_go_on.await.unwrap();
                finished.send(()).unwrap();
                Ok("done")
            };
            tokio::select! {
                answered = idempotency.run(once, StatusCode::CREATED, act) => panic!("{answered:?}"),
                begun = has_begun => begun.unwrap(),
            }
            go_on.send(()).unwrap();
            has_finished.await.unwrap();
            if !given {
                continue;
            }
            // Asked again, it answers what was done, and does nothing more.
            let done = Arc::default();
            let status = loop {
                match ask(&idempotency, "key", b"{}", &done).await {
                    Err(problem) if problem.code == "in_progress" => tokio::task::yield_now().await,
                    answered => break answered.unwrap(),
                }
            };
            assert_eq!((status, done.load(Ordering::Relaxed)), (StatusCode::CREATED, 0));
        }
    }
    #[tokio::test]
    async fn the_same_request_is_answered_the_same_and_another_under_its_key_is_refused() {
        let (_folder, idempotency) = begin().await;
        let done = Arc::default();
        for _ in 0..2 {
            assert_eq!(ask(&idempotency, "key", b"{\"a\":1}", &done).await.unwrap(), StatusCode::CREATED);
        }
        let other = ask(&idempotency, "key", b"{\"a\":2}", &done).await.unwrap_err();
        assert_eq!(other.code, "idempotency_key_reused");
        assert_eq!(done.load(Ordering::Relaxed), 1);
        ask(&idempotency, "another key", b"{\"a\":2}", &done).await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_is_kept_of_a_request_cannot_be_tried_through_without_the_installations_key() {
        let request = b"{\"password\":\"correct horse\"}";
        let mut kept = Vec::new();
        for _ in 0..2 {
            let (_folder, idempotency) = begin().await;
            ask(&idempotency, "key", request, &Arc::default()).await.unwrap();
            let (caller, key) = (caller(), IdempotencyKey { key: "key".to_owned(), given: true });
            let id = Once { caller: &caller, route: "users", key: &key, request }.id();
            let row_key = IdempotencyRow::key(caller.principal.key_space(), id.to_vec());
            let row = idempotency.records.get::<IdempotencyRow>(caller.scope, row_key).await.unwrap();
            kept.push(row.unwrap().request_hash);
        }
        let hash = crate::access::secrets::hash_of(request);
        assert!(kept.iter().all(|kept| kept != hash.as_ref()));
        assert_ne!(kept[0], kept[1], "each installation has a key of its own");
    }
}
