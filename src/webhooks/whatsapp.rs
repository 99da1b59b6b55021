//! `/webhooks/whatsapp`: Meta's handshake and deliveries.
//!
//! A channel's own address answers for that channel: its word in the handshake, its secret under which a
//! body must verify before it is parsed. The address all tenants share answers for the instance's own app in
//! the handshake (`whatsapp.verify_token`); of a delivery it reads, before anything is verified, only which
//! numbers it names. Every update must verify under its own channel's secret, whoever else is named beside it:
//! those that do are taken, the rest is counted and logged, and nobody's secret or number is in the way of
//! another's. Numbers nobody connected are counted, too. Where the body is signed with the secret of none of
//! the channels it names, nor with the instance's, it is refused.
//!
//! Accounts are another matter: anybody can connect a number and say it belongs to an account. An update for
//! an account is taken where it verifies under the secret of the channel that named the account first, and
//! is nobody's where it does not.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::extract::{Request, State};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use secrecy::{ExposeSecret as _, SecretString};
use switchboard_actors::{
    Notice, Refusal,
    house::{Cause, Unapplied},
    trace::Span,
};
use switchboard_channels::whatsapp::{
    inbound::{self, Delivery, Route},
    signature,
};
use switchboard_domain::inbound::{Origin, Update};
use switchboard_schema::ChannelId;

use super::{
    WEBHOOK_BYTES_MAX, Webhooks,
    book::{Entry, Name},
    refused,
    room::too_large,
};
use crate::http::{
    extract::{Correlation, Path, discard, is_json},
    problem::Problem,
};

/// Different numbers and accounts that one delivery may name before it is verified: as many as Meta puts
/// updates into one. Each may cost a look into the store; a delivery that names more is refused whole.
const ROUTES_MAX: usize = 1_000;

/// When what cannot be verified with the keys of this server may come again.
const CLOSED_RETRY: Duration = Duration::from_secs(60);

/// `GET /webhooks/whatsapp`
pub(super) async fn handshake(State(webhooks): State<Arc<Webhooks>>, uri: Uri) -> Result<String, Problem> {
    let word = webhooks.verify_token.as_ref().map(|token| token.expose_secret());
    answer_challenge(&uri, word)
}

/// `GET /webhooks/whatsapp/{channel_id}`
pub(super) async fn channel_handshake(
    State(webhooks): State<Arc<Webhooks>>,
    Path(id): Path<ChannelId>,
    uri: Uri,
) -> Result<String, Problem> {
    let entry = webhooks.book.find(&Name::Channel(id)).await?;
    let entry = entry.filter(|entry| !entry.deleted).ok_or(Problem::not_found("channel"))?;
    let word = entry.verify_token.as_ref().ok_or_else(closed)?;
    answer_challenge(&uri, Some(word.expose_secret()))
}

fn answer_challenge(uri: &Uri, word: Option<&str>) -> Result<String, Problem> {
    signature::challenge(uri.query().unwrap_or_default(), word).ok_or_else(|| {
        Problem::new(
            StatusCode::FORBIDDEN,
            "verify_token_wrong",
            "this is not the verify token of this address",
        )
    })
}

/// `POST /webhooks/whatsapp`
pub(super) async fn deliver(
    State(webhooks): State<Arc<Webhooks>>,
    Correlation(cause): Correlation,
    request: Request,
) -> Result<StatusCode, Problem> {
    webhooks.receive(None, cause, request).await
}

/// `POST /webhooks/whatsapp/{channel_id}`
pub(super) async fn channel_deliver(
    State(webhooks): State<Arc<Webhooks>>,
    Correlation(cause): Correlation,
    id: Result<Path<ChannelId>, Problem>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let found = match id {
        Ok(Path(id)) => webhooks.book.find(&Name::Channel(id)).await.map_err(Problem::from),
        Err(_) => Ok(None),
    };
    match found.and_then(|entry| entry.ok_or_else(|| unverified("channel"))) {
        Ok(entry) => webhooks.receive(Some(entry), cause, request).await,
        Err(problem) => {
            discard(request.into_body()).await;
            Err(problem)
        }
    }
}

/// What becomes of the updates for a number or an account that somebody connected.
enum Routed {
    /// The delivery is signed with this channel's secret: they are its.
    To(Arc<Entry>),
    /// It is not: they are left out.
    Unverified,
}

/// What a verified delivery holds, by channel.
type Taken<'a> = BTreeMap<ChannelId, (Arc<Entry>, Vec<inbound::Part<'a>>)>;

impl Webhooks {
    /// Takes a delivery at a channel's own address, or at the shared one.
    async fn receive(
        &self,
        own: Option<Arc<Entry>>,
        cause: Cause,
        request: Request,
    ) -> Result<StatusCode, Problem> {
        let begun = Instant::now();
        metrics::counter!("webhooks_received_total", "kind" => "whatsapp").increment(1);
        let (parts, body) = request.into_parts();
        let head = match Head::read(&parts.headers) {
            Ok(head) => head,
            Err(problem) => {
                discard(body).await;
                return Err(problem);
            }
        };
        let held = self.read(head.bytes, body).await?;
        let seal = Seal { body: &held.body, tag: head.tag };
        let verifying = cause.trace.map(|cause| Span::of(cause, "webhook.verify"));
        let taken = match own {
            Some(own) => self.take_own(own, &seal).await?,
            None => self.take_shared(&seal).await?,
        };
        self.store(taken, Cause { trace: verifying.map(Span::end), ..cause }).await?;
        metrics::histogram!("webhooks_durable_seconds").record(begun.elapsed().as_secs_f64());
        Ok(StatusCode::OK)
    }

    /// A delivery at a channel's own address.
    async fn take_own<'a>(&self, own: Arc<Entry>, seal: &Seal<'a>) -> Result<Taken<'a>, Problem> {
        if own.waits_for_key() {
            return Err(closed());
        }
        if !self.verifies(seal, &own) {
            if !own.deleted {
                self.house.notice(own.scope, own.channel_id, Notice::Unsigned);
            }
            return Err(unverified("signature"));
        }
        if own.deleted {
            refused("deleted_channel");
            return Ok(Taken::new());
        }
        let delivery = inbound::parse(seal.body).map_err(|error| {
            refused("malformed");
            Problem::new(StatusCode::BAD_REQUEST, "malformed", error.to_string())
        })?;
        let mut taken = Taken::new();
        for part in delivery.parts {
            let entry = match &part.route {
                Route::Unnamed => Some(Arc::clone(&own)),
                Route::Account(id) if **id == *own.waba_id => Some(Arc::clone(&own)),
                Route::Number(id) if **id == *own.phone_number_id => Some(Arc::clone(&own)),
                Route::Account(_) => None,
                // Another number of the same app: taken where it is of the same workspace and verifies.
                Route::Number(id) => {
                    let other = self.book.find(&Name::Number(id.to_string())).await?;
                    let other = other.filter(|other| other.scope == own.scope);
                    if other.as_ref().is_some_and(|other| other.waits_for_key()) {
                        return Err(closed());
                    }
                    other.filter(|other| self.verifies(seal, other))
                }
            };
            sort_in(&mut taken, entry, part);
        }
        Ok(taken)
    }

    /// A delivery at the address all tenants share.
    async fn take_shared<'a>(&self, seal: &Seal<'a>) -> Result<Taken<'a>, Problem> {
        // What does not parse names no channel, so nothing can verify it.
        let delivery = inbound::parse(seal.body).map_err(|_| unverified("malformed"))?;
        let routes = self.verify_routes(&delivery, seal).await?;
        let mut taken = Taken::new();
        let mut left_out = 0_usize;
        for part in delivery.parts {
            match name_of(&part.route).and_then(|name| routes.get(&name)) {
                Some(Routed::To(entry)) => sort_in(&mut taken, Some(Arc::clone(entry)), part),
                Some(Routed::Unverified) => left_out += 1,
                None => sort_in(&mut taken, None, part),
            }
        }
        if left_out > 0 {
            refused("signature_of_some");
            tracing::warn!(
                left_out,
                "updates were left out: they are not signed with their channel's secret"
            );
        }
        Ok(taken)
    }

    /// What becomes of each name of a delivery; names nobody connected are not among them.
    ///
    /// # Errors
    /// 401 where nothing verifies, 503 where that cannot be told of one of them now, and as [`names_in`].
    async fn verify_routes(
        &self,
        delivery: &Delivery<'_>,
        seal: &Seal<'_>,
    ) -> Result<HashMap<Name, Routed>, Problem> {
        let mut found = Vec::new();
        for name in names_in(delivery)? {
            if let Some(entry) = self.book.find(&name).await? {
                found.push((name, entry));
            }
        }
        let mut routes = HashMap::new();
        let mut verified = self.app_secret.as_ref().is_some_and(|secret| seal.fits(secret));
        // Channels of one app share its secret: each secret is tried once.
        let mut tried = HashMap::new();
        for (name, entry) in &found {
            let secret = self.secret_of(entry);
            let key = secret.map(|secret| secret.expose_secret());
            let fits = match tried.get(&key) {
                Some(fits) => *fits,
                None => {
                    // Of a large body that is work; others have their turn between.
                    tokio::task::yield_now().await;
                    let fits = secret.is_some_and(|secret| seal.fits(secret));
                    tried.insert(key, fits);
                    fits
                }
            };
            verified |= fits;
            if !fits && !entry.deleted && !entry.is_closed {
                self.house.notice(entry.scope, entry.channel_id, Notice::Unsigned);
            }
            let routed = if fits { Routed::To(Arc::clone(entry)) } else { Routed::Unverified };
            routes.insert(name.clone(), routed);
        }
        if found.iter().any(|(_, entry)| entry.waits_for_key()) {
            return Err(closed());
        }
        if verified { Ok(routes) } else { Err(unverified("signature")) }
    }

    /// Is the body signed with this channel's secret?
    fn verifies(&self, seal: &Seal<'_>, entry: &Entry) -> bool {
        self.secret_of(entry).is_some_and(|secret| seal.fits(secret))
    }

    /// The secret that deliveries for a channel are signed with.
    fn secret_of<'a>(&'a self, entry: &'a Entry) -> Option<&'a SecretString> {
        let instance = self.app_secret.as_ref().filter(|_| !entry.is_closed);
        entry.app_secret.as_ref().or(instance)
    }

    /// Makes everything durable; only then is a webhook taken.
    async fn store(&self, taken: Taken<'_>, cause: Cause) -> Result<(), Problem> {
        let deliveries = taken.into_values().filter(|(entry, _)| {
            if entry.deleted {
                refused("deleted_channel");
            }
            !entry.deleted
        });
        let stored = deliveries.map(|(entry, parts)| self.store_channel(entry, parts, cause));
        futures_util::future::try_join_all(stored).await.map_err(|refusal| {
            refused(if refusal == Refusal::Overloaded { "overloaded" } else { "not_durable" });
            match refusal {
                Refusal::Overloaded | Refusal::Unavailable(_) | Refusal::Stopping => Problem::from(refusal),
                // Whatever else keeps an update from being stored, the provider must send it again.
                other => Refusal::Unavailable(other.to_string()).into(),
            }
        })?;
        Ok(())
    }

    async fn store_channel(
        &self,
        entry: Arc<Entry>,
        parts: Vec<inbound::Part<'_>>,
        cause: Cause,
    ) -> Result<(), Refusal> {
        let mut updates = Vec::with_capacity(parts.len());
        let mut read = Vec::with_capacity(parts.len());
        let mut unread = Vec::new();
        for part in parts {
            match part.read() {
                Ok(update) => {
                    count(kind_of(&update));
                    updates.push(update);
                    read.push(part);
                }
                Err(unreadable) => {
                    count("unreadable");
                    let (channel_id, category) = (entry.channel_id, unreadable.category);
                    tracing::warn!(%channel_id, category, "an update cannot be read; it is kept");
                    unread.push(unreadable);
                }
            }
        }
        let from_customer =
            |update: &Update| matches!(update, Update::Message(one) if one.origin == Origin::Customer);
        let received = updates.iter().any(from_customer);
        // What can be read first: it must not wait for room for what cannot.
        if !updates.is_empty() {
            self.keep_large(entry.scope, &mut updates).await?;
            let unapplied = self.house.deliver(entry.scope, entry.channel_id, updates, cause).await?;
            for Unapplied { index, reason } in unapplied {
                let Some(part) = read.get(index) else { continue };
                count("unapplied");
                tracing::warn!(channel_id = %entry.channel_id, "an update cannot be applied; it is kept");
                self.house.bury(entry.scope, entry.channel_id, reason, part.to_webhook()).await?;
            }
        }
        for unreadable in unread {
            self.house.bury(entry.scope, entry.channel_id, unreadable.reason, unreadable.raw).await?;
        }
        self.house.notice(entry.scope, entry.channel_id, Notice::Heard { received });
        Ok(())
    }
}

/// What a delivery's head says of the body to come.
struct Head {
    tag: signature::Tag,
    /// The body's length, where it is told.
    bytes: Option<usize>,
}

impl Head {
    /// Reads it, so that what can never be taken is refused before its body is read.
    ///
    /// # Errors
    /// 415, 401 without a signature or with one of another form, 413; each is counted.
    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        if !is_json(headers) {
            refused("content_type");
            let detail = "a webhook is application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        let tag = headers.get(signature::SIGNATURE_HEADER).ok_or_else(|| unverified("no_signature"))?;
        let tag = tag.to_str().ok().and_then(|tag| signature::Tag::parse(tag).ok());
        let tag = tag.ok_or_else(|| unverified("malformed_signature"))?;
        let bytes = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if bytes.is_some_and(|bytes| bytes > WEBHOOK_BYTES_MAX) {
            return Err(too_large());
        }
        Ok(Self { tag, bytes })
    }
}

/// A body and its signature.
struct Seal<'a> {
    body: &'a Bytes,
    tag: signature::Tag,
}

impl Seal<'_> {
    fn fits(&self, secret: &SecretString) -> bool {
        self.tag.verify(secret.expose_secret(), self.body).is_ok()
    }
}

fn sort_in<'a>(taken: &mut Taken<'a>, entry: Option<Arc<Entry>>, part: inbound::Part<'a>) {
    match entry {
        Some(entry) => taken.entry(entry.channel_id).or_insert_with(|| (entry, Vec::new())).1.push(part),
        None => metrics::counter!("webhooks_unknown_numbers_total").increment(1),
    }
}

fn name_of(route: &Route<'_>) -> Option<Name> {
    match route {
        Route::Number(id) => Some(Name::Number(id.to_string())),
        Route::Account(id) => Some(Name::Account(id.to_string())),
        Route::Unnamed => None,
    }
}

/// Every number and account that a delivery names, however late in it.
///
/// # Errors
/// 401 where it names more than [`ROUTES_MAX`]: what is not looked up cannot be verified.
fn names_in(delivery: &Delivery<'_>) -> Result<HashSet<Name>, Problem> {
    let mut names = HashSet::new();
    for name in delivery.parts.iter().filter_map(|part| name_of(&part.route)) {
        names.insert(name);
        if names.len() > ROUTES_MAX {
            let detail = format!("a delivery may name at most {ROUTES_MAX} numbers and accounts");
            return Err(Problem { detail, ..unverified("too_many_names") });
        }
    }
    Ok(names)
}

/// What a secret that no key of this server opens would verify: the provider is to send it again. The channel's owner
/// has logged it.
fn closed() -> Problem {
    refused("closed_secret");
    let detail = "what this is verified with cannot be read with this server's master key";
    let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail);
    Problem { is_told: true, retry_after: Some(CLOSED_RETRY), ..problem }
}

fn unverified(reason: &'static str) -> Problem {
    refused(reason);
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "unverified",
        "the signature does not prove that the provider sent this",
    )
}

fn count(kind: &'static str) {
    metrics::counter!("webhooks_updates_total", "kind" => kind).increment(1);
}

const fn kind_of(update: &Update) -> &'static str {
    match update {
        Update::Message(_) => "message",
        Update::Edit(_) => "edit",
        Update::Revoke(_) => "revoke",
        Update::Reaction(_) => "reaction",
        Update::Status(_) => "status",
        Update::IdentityChange(_) => "identity_change",
        Update::Preference(_) => "preference",
        Update::Named(_) => "named",
        Update::Phone(_) => "phone",
        Update::Template(_) => "template",
        Update::Other(_) => "other",
    }
}
