//! Answers given under an idempotency key, kept for 48 hours: for acts whose object does not take its
//! own idempotency from the key.
//!
//! Ids of what is made here come from the key, too, so that an act cut short by a crash is finished, not
//! doubled, by its repetition. Kept answers are sealed, as some hold secrets that are shown once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::Clock,
    secrets::Vault,
    store::{Lane, Mutation, Records},
};
use switchboard_schema::{
    IdBytes,
    id::derive_id,
    record::{IdempotencyRow, Sealed},
};

use super::{extract::IdempotencyKey, problem::Problem};
use crate::access::{Caller, secrets::hash_of};

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(48 * 3_600);
/// Largest answer kept, in bytes; a larger one is given again by doing the act again.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;

/// Keeps answers.
pub(crate) struct Idempotency {
    records: Records,
    vault: Arc<dyn Vault>,
    clock: Arc<dyn Clock>,
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
        Self { records, vault, clock, running: Mutex::new(HashSet::new()) }
    }

    /// Does the act, or answers as it was answered before.
    ///
    /// # Errors
    /// The act's own; the key was used for another request; the same request is being worked on.
    pub(crate) async fn run<T: Serialize>(
        &self,
        once: Once<'_>,
        status: StatusCode,
        act: impl Future<Output = Result<T, Problem>>,
    ) -> Result<Response, Problem> {
        if !once.key.given {
            return Ok((status, axum::Json(act.await?)).into_response());
        }
        let id = once.id();
        let _running = self.begin(id)?;
        let request_hash = hash_of(once.request).as_ref().to_vec();
        let scope = once.caller.scope;
        let principal = once.caller.principal.key_space();
        let row_key = IdempotencyRow::key(principal.clone(), id.to_vec());
        if let Some(row) = self.records.get::<IdempotencyRow>(scope, row_key).await? {
            if row.request_hash != request_hash {
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
                request_hash,
                status: i64::from(status.as_u16()),
                body: sealed.0,
            };
            let row = Mutation::put_until(row, self.clock.now() + KEPT_FOR);
            self.records.store().commit_one(scope.into(), Lane::Interactive, vec![row]).await?;
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
