//! A push service with browsers: as strict as RFC 8030, 8188, 8291 and 8292 allow, on this machine. It reads what was meant for
//! each browser with that browser's own keys.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point as _};
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, signature,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use super::{machine_secs, until};

/// Bytes that a service takes at least, and this one at most.
const BODY_BYTES_MAX: usize = 4_096;

/// What came for a browser.
#[derive(Debug, Clone)]
pub(crate) struct Pushed {
    pub(crate) browser: usize,
    pub(crate) payload: Value,
    pub(crate) topic: String,
    pub(crate) urgency: String,
    pub(crate) ttl: u64,
    /// What was answered.
    pub(crate) status: u16,
}

/// A browser, with the keys that only it has.
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
    /// The key of the server that it was given.
    server: Vec<u8>,
    /// What is answered next instead of 201, and for how long to wait.
    answers: VecDeque<(u16, Option<u64>)>,
}

#[derive(Default)]
struct Kept {
    browsers: Vec<Browser>,
    pushed: Vec<Pushed>,
    /// Rules that were broken.
    broken: Vec<String>,
}

type Shared = Arc<Mutex<Kept>>;

fn lock(kept: &Shared) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The service. Dropped, it goes.
pub(crate) struct PushService {
    address: SocketAddr,
    kept: Shared,
    task: JoinHandle<()>,
}

impl PushService {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let kept = Shared::default();
        let origin = format!("http://{address}");
        let routes = Router::new()
            .route("/to/{browser}", post(take))
            .with_state((Arc::clone(&kept), Arc::from(origin)));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { address, kept, task }
    }

    /// A browser that was given this key of the server's: what it says to the server.
    pub(crate) fn browser(&self, public_key: &str) -> (usize, Value) {
        let mut kept = lock(&self.kept);
        let nth = kept.browsers.len();
        // Keys need not be unknown here, only different.
        let mut bytes = [7; 32];
        bytes[31] = nth as u8 + 1;
        let secret = SecretKey::from_slice(&bytes).expect("a scalar of the curve");
        let point = secret.public_key().to_sec1_point(false);
        let auth = [nth as u8 + 1; 16];
        let body = json!({
            "endpoint": format!("http://{}/to/{nth}", self.address),
            "keys": {"p256dh": URL_SAFE_NO_PAD.encode(point.as_bytes()), "auth": URL_SAFE_NO_PAD.encode(auth)},
        });
        let server = URL_SAFE_NO_PAD.decode(public_key).expect("base64url");
        kept.browsers.push(Browser { secret, auth, server, answers: VecDeque::new() });
        (nth, body)
    }

    /// Has something else answered next for a browser.
    pub(crate) fn answer(&self, browser: usize, status: u16, retry_after: Option<u64>) {
        lock(&self.kept).browsers[browser].answers.push_back((status, retry_after));
    }

    /// Everything that came so far; fails where a rule was broken.
    #[track_caller]
    pub(crate) fn pushed(&self) -> Vec<Pushed> {
        let kept = lock(&self.kept);
        assert!(kept.broken.is_empty(), "the protocol was broken: {:#?}", kept.broken);
        kept.pushed.clone()
    }

    /// Waits for so many in all.
    pub(crate) async fn until_pushed(&self, count: usize) -> Vec<Pushed> {
        until(&format!("{count} messages to browsers"), async || {
            Some(self.pushed()).filter(|pushed| pushed.len() >= count)
        })
        .await
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(
    State((kept, origin)): State<(Shared, Arc<str>)>,
    Path(nth): Path<usize>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut kept = lock(&kept);
    let Some(browser) = kept.browsers.get_mut(nth) else { return StatusCode::NOT_FOUND.into_response() };
    let read = read(browser, &origin, &headers, &body);
    let (status, retry_after) = browser.answers.pop_front().unwrap_or((201, None));
    match read {
        Ok(pushed) => kept.pushed.push(Pushed { browser: nth, status, ..pushed }),
        Err(why) => {
            kept.broken.push(why);
            return StatusCode::BAD_REQUEST.into_response();
        }
    }
    let status = StatusCode::from_u16(status).expect("a status");
    match retry_after {
        Some(seconds) => (status, [("retry-after", seconds.to_string())]).into_response(),
        None => status.into_response(),
    }
}

/// Reads one message, by all the rules.
fn read(browser: &Browser, origin: &str, headers: &HeaderMap, body: &[u8]) -> Result<Pushed, String> {
    let header = |name: &str| -> Result<String, String> {
        let mut all = headers.get_all(name).iter();
        let value =
            all.next().ok_or(format!("no {name}"))?.to_str().map_err(|_| format!("{name} is no text"))?;
        if all.next().is_some() {
            return Err(format!("{name} twice"));
        }
        Ok(value.to_owned())
    };
    let ttl = header("ttl")?.parse().map_err(|_| "TTL is no number of seconds".to_owned())?;
    let urgency = header("urgency")?;
    if !["very-low", "low", "normal", "high"].contains(&urgency.as_str()) {
        return Err(format!("Urgency is {urgency}"));
    }
    let topic = header("topic")?;
    let is_topic =
        topic.len() <= 32 && topic.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !is_topic {
        return Err(format!("Topic is {topic}"));
    }
    if header("content-encoding")? != "aes128gcm" {
        return Err("another Content-Encoding".to_owned());
    }
    if body.len() > BODY_BYTES_MAX {
        return Err(format!("{} bytes", body.len()));
    }
    verified(&header("authorization")?, &browser.server, origin)?;
    let plain = opened(browser, body)?;
    let payload = serde_json::from_slice(&plain).map_err(|error| format!("no JSON: {error}"))?;
    Ok(Pushed { browser: 0, payload, topic, urgency, ttl, status: 0 })
}

/// RFC 8292: signed under the very key that the browser was given, for this service, and for no longer than a day.
fn verified(authorization: &str, key: &[u8], origin: &str) -> Result<(), String> {
    let parameters = authorization.strip_prefix("vapid ").ok_or("not by vapid")?;
    let parameters: HashMap<&str, &str> =
        parameters.split(',').filter_map(|one| one.trim().split_once('=')).collect();
    let (token, public) = (parameters.get("t").ok_or("no t")?, parameters.get("k").ok_or("no k")?);
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("no base64url: {text}"));
    if decode(public)? != key {
        return Err("another key than the browser was given".to_owned());
    }
    let (signed, sign) = token.rsplit_once('.').ok_or("no signature")?;
    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, key)
        .verify(signed.as_bytes(), &decode(sign)?)
        .map_err(|_| "signed under another key")?;
    let (head, claims) = signed.split_once('.').ok_or("no claims")?;
    let json = |text: &str| -> Result<Value, String> {
        serde_json::from_slice(&decode(text)?).map_err(|error| error.to_string())
    };
    let (head, claims) = (json(head)?, json(claims)?);
    if head["alg"] != "ES256" || claims["aud"] != origin {
        return Err(format!("for somebody else: {head} {claims}"));
    }
    let now = machine_secs();
    let expires = claims["exp"].as_i64().ok_or("no exp")?;
    if expires <= now || expires > now + 24 * 3_600 {
        return Err(format!("good until {expires}, and it is {now}"));
    }
    let contact = claims["sub"].as_str().ok_or("nobody to write to")?;
    if !contact.starts_with("mailto:") && !contact.starts_with("https://") {
        return Err(format!("the contact is {contact}"));
    }
    Ok(())
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// RFC 8188 and 8291: one record, encrypted for this browser alone.
fn opened(browser: &Browser, body: &[u8]) -> Result<Vec<u8>, String> {
    let (salt, rest) = body.split_at_checked(16).ok_or("no salt")?;
    let (size, rest) = rest.split_at_checked(4).ok_or("no record size")?;
    let size = u32::from_be_bytes(size.try_into().expect("four bytes"));
    let (&length, rest) = rest.split_first().ok_or("no key")?;
    let (theirs, record) = rest.split_at_checked(length.into()).ok_or("no key")?;
    if size < 18 || record.len() > size as usize {
        return Err(format!("{} bytes in a record of {size}", record.len()));
    }
    let public = PublicKey::from_sec1_bytes(theirs).map_err(|_| "no point of the curve")?;
    let shared = diffie_hellman(browser.secret.to_nonzero_scalar(), public.as_affine());
    let own = browser.secret.public_key().to_sec1_point(false);
    let derive = |prk: &hkdf::Prk, info: &[&[u8]], length: usize| {
        let mut key = vec![0; length];
        prk.expand(info, Length(length)).expect("short").fill(&mut key).expect("as long");
        key
    };
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &browser.auth).extract(shared.raw_secret_bytes());
    let ikm = derive(&prk, &[b"WebPush: info\0", own.as_bytes(), theirs], 32);
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(&ikm);
    let key = derive(&prk, &[b"Content-Encoding: aes128gcm\0"], 16);
    let nonce = derive(&prk, &[b"Content-Encoding: nonce\0"], 12);
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key"));
    let nonce = Nonce::try_assume_unique_for_key(&nonce).expect("a nonce");
    let mut record = record.to_vec();
    let plain = key.open_in_place(nonce, Aad::empty(), &mut record).map_err(|_| "not for this browser")?;
    let end = plain.iter().rposition(|byte| *byte != 0).ok_or("nothing but padding")?;
    if plain[end] != 2 {
        return Err("not the last record".to_owned());
    }
    Ok(plain[..end].to_vec())
}
