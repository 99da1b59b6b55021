//! Bodies in a bucket of an S3-compatible object store.
//!
//! A lasting body is the object `lasting/<tenant>/<body>`, made only where there is none, so that the first of an id is
//! kept. An ending one is `ending/<tenant>/<body>/<milliseconds>`, which says when it was put last: a listing tells
//! whose life is over, without a question for each.
//!
//! Requests run on the io thread and go on whoever waits for them. How many run at once and how much waits is bounded
//! and fair between tenants, as for bodies in a folder. What fails without an answer is repeated a few times: every
//! request of ours may be made twice.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use http_body_util::BodyExt as _;
use object_store::{
    BackoffConfig, ClientOptions, Error as Failure, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions,
    PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
        HttpService,
    },
    path::Path,
};
use secrecy::{ExposeSecret as _, SecretString};
use switchboard_ports::{
    Future,
    blob::{Blobs, ENDING_LIFE, Error, Life},
    clock::Clock,
    ready,
};
use switchboard_schema::{BlobId, TenantScope, Timestamp};
use tokio::{runtime::Handle, sync::oneshot};
use url::Url;

use crate::{
    blobs::{LIMITS, MAX_BODY_BYTES},
    fair::{Cost, Owner},
    gate::{Gate, GateMetrics},
};

/// Bodies written or read at once.
const AT_ONCE: usize = 32;
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one request may take, all in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Times a request is repeated that had no answer, or one that asks for it.
const MAX_REPEATS: usize = 3;
/// After how long none is repeated any more.
const REPEAT_TIMEOUT: Duration = Duration::from_secs(40);
/// Pause before the first repetition; it doubles.
const REPEAT_PAUSE: Duration = Duration::from_millis(100);
/// The longest such pause.
const LONGEST_REPEAT_PAUSE: Duration = Duration::from_secs(2);
/// Bodies that one sweep removes, at most. What is left is removed by the next.
const SWEPT_MAX: usize = 10_000;
/// Objects removed at the same time by a sweep.
const SWEPT_AT_ONCE: usize = 8;
/// Where lasting bodies are.
const LASTING: &str = "lasting";
/// Where ending bodies are.
const ENDING: &str = "ending";
/// Characters of what an object store says that are repeated, at most.
const WORDS_MAX: usize = 400;
/// Of its word for what is wrong.
const CODE_MAX: usize = 64;
/// What is written at the start to see whether it can be.
const PROBE: &str = "probe";

/// A bucket and the keys to it.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Where the object store answers, without the bucket.
    pub endpoint: Url,
    /// Its name.
    pub name: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: SecretString,
}

/// Why a bucket cannot be used. Says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none.
    #[error("there is no bucket {0} there: make it, or name another")]
    NoBucket(String),
    /// The address names the bucket as well.
    #[error("give the endpoint without the bucket: {0} is in its address already")]
    Endpoint(String),
    /// The keys are not taken, or may not write.
    #[error(
        "the object store refuses these keys: check both keys and the region, and that they may list, read, write and \
         delete in the bucket: {0}"
    )]
    Keys(String),
    /// It does not answer, or not as one does.
    #[error("the object store does not answer as one does: {0}")]
    Unreachable(String),
}

/// Bodies in a bucket. One server writes into it.
///
/// Limits: as [`crate::DirectoryBlobs`]; [`AT_ONCE`] at once.
pub struct S3Blobs {
    bucket: Arc<AmazonS3>,
    gate: Gate,
    clock: Arc<dyn Clock>,
    seconds: metrics::Histogram,
}

/// Sees whether a bucket can be used: writes into it, reads, and removes what it wrote.
///
/// # Errors
/// When it cannot be used.
pub async fn look(bucket: &Bucket) -> Result<(), OpenError> {
    try_out(&connect(bucket)?, &bucket.endpoint, &bucket.name).await
}

impl S3Blobs {
    /// Opens a bucket; requests run on `io`. By the clock it notes when an ending body was put.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(bucket: &Bucket, clock: Arc<dyn Clock>, io: Handle) -> Result<Arc<Self>, OpenError> {
        let (store, of) = (Arc::new(connect(bucket)?), bucket.clone());
        let tried = Arc::clone(&store);
        let tried = io.spawn(async move { try_out(&tried, &of.endpoint, &of.name).await }).await;
        tried.unwrap_or_else(|error| Err(OpenError::Unreachable(error.to_string())))?;
        let metrics = GateMetrics {
            waiting: metrics::gauge!("switchboard_store_blob_queue_bodies"),
            bytes: metrics::Gauge::noop(),
            overloaded: metrics::counter!("switchboard_store_blobs_overloaded_total"),
        };
        let seconds = metrics::histogram!("switchboard_store_blob_seconds");
        Ok(Arc::new(Self { bucket: store, gate: Gate::new(LIMITS, AT_ONCE, io, metrics), clock, seconds }))
    }

    /// Refuses what comes, and answers when what was taken is done. Before the io thread ends.
    pub async fn close(&self) {
        self.gate.close().await;
    }

    /// Has a job done in its turn. It is done whoever waits for it.
    fn submit<T: Send + 'static>(
        &self,
        owner: Owner,
        bytes: usize,
        job: impl std::future::Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Future<Result<T, Error>> {
        let (reply, answer) = oneshot::channel();
        let seconds = self.seconds.clone();
        let job = Box::pin(async move {
            let begun = std::time::Instant::now();
            let done = job.await;
            seconds.record(begun.elapsed().as_secs_f64());
            // Whoever waits may have gone.
            drop(reply.send(done));
        });
        if self.gate.submit(owner, Cost { rows: 1, bytes }, job).is_err() {
            let error = Error::Unavailable("too many bodies wait, or the store is closed".to_owned());
            return ready(Err(error));
        }
        let ended = || Err(Error::Unavailable("the server stopped during the request".to_owned()));
        Box::pin(async move { answer.await.unwrap_or_else(|_| ended()) })
    }
}

impl Blobs for S3Blobs {
    fn put(&self, scope: TenantScope, life: Life, id: BlobId, body: Bytes) -> Future<Result<(), Error>> {
        if body.len() > MAX_BODY_BYTES {
            let error =
                Error::Unavailable(format!("a body of {} bytes, at most {MAX_BODY_BYTES}", body.len()));
            return ready(Err(error));
        }
        let (bucket, now, bytes) = (Arc::clone(&self.bucket), self.clock.now(), body.len());
        self.submit(Owner::Tenant(scope.tenant()), bytes, async move {
            match life {
                Life::Lasting => put_lasting(&bucket, &lasting(scope, id), body).await,
                Life::Ending => put_ending(&bucket, &ending(scope, id), body, now).await,
            }
        })
    }

    fn get(&self, scope: TenantScope, life: Life, id: BlobId) -> Future<Result<Bytes, Error>> {
        let bucket = Arc::clone(&self.bucket);
        self.submit(Owner::Tenant(scope.tenant()), 0, async move {
            let place = match life {
                Life::Lasting => lasting(scope, id),
                Life::Ending => {
                    newest(&put_before(&bucket, &ending(scope, id)).await?).ok_or(Error::NotFound)?
                }
            };
            let found = bucket.get(&place).await.map_err(failed)?;
            if found.meta.size > MAX_BODY_BYTES as u64 {
                let length = found.meta.size;
                return Err(Error::Unavailable(format!(
                    "a body of {length} bytes, at most {MAX_BODY_BYTES}"
                )));
            }
            found.bytes().await.map_err(failed)
        })
    }

    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>> {
        let bucket = Arc::clone(&self.bucket);
        self.submit(Owner::System, 0, async move {
            let over: Vec<Path> = bucket
                .list(Some(&Path::from(ENDING)))
                .try_filter_map(|object| async move {
                    let is_over = put_at(&object.location).is_some_and(|at| at + ENDING_LIFE < now);
                    Ok(is_over.then_some(object.location))
                })
                .take(SWEPT_MAX)
                .try_collect()
                .await
                .map_err(failed)?;
            let swept = over.len();
            remove(&bucket, over).await.map(|()| swept)
        })
    }
}

fn lasting(scope: TenantScope, id: BlobId) -> Path {
    Path::from_iter([LASTING.to_owned(), scope.tenant().to_string(), id.to_string()])
}

/// What the names of an ending body begin with.
fn ending(scope: TenantScope, id: BlobId) -> Path {
    Path::from_iter([ENDING.to_owned(), scope.tenant().to_string(), id.to_string()])
}

/// When an ending body was put, by its name; nothing for what is none of ours.
fn put_at(name: &Path) -> Option<Timestamp> {
    let text = name.filename()?;
    text.parse().ok().map(Timestamp::from_millis)
}

/// The names under which an ending body is there: one, unless it is being put again, or a crash came between.
async fn put_before(bucket: &AmazonS3, place: &Path) -> Result<Vec<Path>, Error> {
    bucket.list(Some(place)).map_ok(|object| object.location).try_collect().await.map_err(failed)
}

fn newest(names: &[Path]) -> Option<Path> {
    names.iter().filter(|name| put_at(name).is_some()).max_by_key(|name| put_at(name)).cloned()
}

async fn put_lasting(bucket: &AmazonS3, place: &Path, body: Bytes) -> Result<(), Error> {
    let only_new = PutOptions::from(PutMode::Create);
    match bucket.put_opts(place, PutPayload::from_bytes(body.clone()), only_new).await {
        Ok(_) | Err(Failure::AlreadyExists { .. }) => Ok(()),
        // An object store that cannot tell: between the question and the answer nobody else writes.
        Err(Failure::NotImplemented { .. } | Failure::NotSupported { .. }) => {
            match bucket.head(place).await {
                Ok(_) => Ok(()),
                Err(Failure::NotFound { .. }) => {
                    bucket.put(place, PutPayload::from_bytes(body)).await.map(drop).map_err(failed)
                }
                Err(error) => Err(failed(error)),
            }
        }
        Err(error) => Err(failed(error)),
    }
}

/// Under its new name first: it is never without one.
async fn put_ending(bucket: &AmazonS3, place: &Path, body: Bytes, now: Timestamp) -> Result<(), Error> {
    let known = put_before(bucket, place).await?;
    let name = place.clone().join(now.as_millis().to_string());
    match newest(&known) {
        Some(known) if known == name => return Ok(()),
        // What is kept is what was put first.
        Some(known) => bucket.copy(&known, &name).await.map_err(failed)?,
        None => bucket.put(&name, PutPayload::from_bytes(body)).await.map(drop).map_err(failed)?,
    }
    remove(bucket, known).await
}

async fn remove(bucket: &AmazonS3, names: Vec<Path>) -> Result<(), Error> {
    let removals = futures_util::stream::iter(names)
        .map(|name| async move {
            match bucket.delete(&name).await {
                Ok(()) | Err(Failure::NotFound { .. }) => Ok(()),
                Err(error) => Err(failed(error)),
            }
        })
        .buffer_unordered(SWEPT_AT_ONCE);
    removals.try_collect().await
}

fn failed(error: Failure) -> Error {
    match error {
        Failure::NotFound { .. } => Error::NotFound,
        error => Error::Unavailable(brief(&error)),
    }
}

fn connect(bucket: &Bucket) -> Result<AmazonS3, OpenError> {
    let mut http = reqwest::Client::builder()
        .http1_only()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")));
    if is_loopback(&bucket.endpoint) {
        http = http.no_proxy();
    }
    let http = http.build().map_err(|error| OpenError::Unreachable(error.to_string()))?;
    let retries = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: REPEAT_PAUSE,
            max_backoff: LONGEST_REPEAT_PAUSE,
            ..BackoffConfig::default()
        },
        max_retries: MAX_REPEATS,
        retry_timeout: REPEAT_TIMEOUT,
    };
    AmazonS3Builder::new()
        .with_endpoint(bucket.endpoint.as_str().trim_end_matches('/'))
        .with_allow_http(bucket.endpoint.scheme() == "http")
        .with_bucket_name(&bucket.name)
        .with_region(&bucket.region)
        .with_access_key_id(&bucket.access_key)
        .with_secret_access_key(bucket.secret_key.expose_secret())
        .with_retry(retries)
        // Not every object store can remove several at once, and few ever end together.
        .with_disable_bulk_delete(true)
        .with_http_connector(Http(http))
        .build()
        .map_err(|error| OpenError::Unreachable(error.to_string()))
}

async fn try_out(bucket: &AmazonS3, endpoint: &Url, name: &str) -> Result<(), OpenError> {
    let probe = Path::from(PROBE);
    let mut is_written = false;
    let looked = async {
        bucket.put(&probe, PutPayload::from_static(b"probe")).await?;
        is_written = true;
        let read = async {
            bucket.get(&probe).await?.bytes().await?;
            bucket.list(Some(&Path::from(ENDING))).take(1).try_collect::<Vec<_>>().await
        };
        // It is taken away whatever came of it.
        let read = read.await;
        bucket.delete(&probe).await.and(read.map(drop))
    };
    let looked = looked.await;
    looked.map_err(|error| match error {
        Failure::PermissionDenied { .. } | Failure::Unauthenticated { .. } => OpenError::Keys(brief(&error)),
        // Named twice, the second is a folder in it: an object can be written there, and not listed.
        Failure::NotFound { .. } if names(endpoint, name) => OpenError::Endpoint(name.to_owned()),
        _ if is_written && names(endpoint, name) => OpenError::Endpoint(name.to_owned()),
        Failure::NotFound { .. } => OpenError::NoBucket(name.to_owned()),
        error => OpenError::Unreachable(brief(&error)),
    })
}

/// Whether an address names a bucket, in its host as some write it or at the end of its path.
fn names(endpoint: &Url, bucket: &str) -> bool {
    let in_host = endpoint.host_str().and_then(|host| host.split_once('.'));
    let in_path = endpoint.path().trim_end_matches('/').rsplit_once('/');
    in_host.is_some_and(|(first, _)| first == bucket) || in_path.is_some_and(|(_, last)| last == bucket)
}

/// What went wrong, in one line: object stores answer with pages.
fn brief(error: &Failure) -> String {
    brief_text(&error.to_string())
}

fn brief_text(words: &str) -> String {
    let end = words.find(['<', '\n', '\r']).unwrap_or(words.len());
    let said = words[..end].trim_end_matches([' ', ':', '-']);
    // S3 puts a word for what is wrong into its page.
    let code = words[end..].split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code =
        code.map(|(code, _)| code).filter(|code| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let mut line: String = said.chars().filter(|letter| !letter.is_control()).take(WORDS_MAX).collect();
    if said.chars().nth(WORDS_MAX).is_some() {
        line.push('…');
    }
    match code {
        Some(code) => format!("{line} ({})", &code[..code.len().min(CODE_MAX)]),
        None => line,
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The one HTTP client there is.
#[derive(Debug, Clone)]
struct Http(reqwest::Client);

impl HttpConnector for Http {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[async_trait]
impl HttpService for Http {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string())
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let mut request = reqwest::Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(match body.as_bytes() {
            Some(bytes) => bytes.clone().into(),
            None => reqwest::Body::wrap(body),
        });
        let response = self.0.execute(request).await.map_err(broken)?;
        let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(broken))))
    }
}

fn broken(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else {
        // Nothing of ours does harm when it is done twice.
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_an_object_store_becomes_a_line() {
        let page = "Server returned non-2xx status code: 500 Internal Server Error: <html>\n<pre>java.lang.Error\n\tat org";
        assert_eq!(brief_text(page), "Server returned non-2xx status code: 500 Internal Server Error");
        let refused =
            "status code: 403 Forbidden: <?xml?><Error><Code>AccessDenied</Code><Message>no\n</Message>";
        assert_eq!(brief_text(refused), "status code: 403 Forbidden (AccessDenied)");
        let trace = format!("{}\n\tat java", "x".repeat(WORDS_MAX * 2));
        assert_eq!(brief_text(&trace).chars().count(), WORDS_MAX + 1);
    }
}
