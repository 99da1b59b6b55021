//! The way out to the Graph API.
//!
//! A send makes one request and never a second, by three means. reqwest repeats nothing
//! (`retry::never`: by default it repeats requests that HTTP/2 says were refused). HTTP/2 is not spoken, so that
//! a broken connection concerns one request and there is no doubt about streams. hyper-util still moves a request
//! to another connection when a pooled one proves closed, but only a request that hyper hands back unstarted,
//! not a byte of it written; one that was started is never handed back.
//!
//! What came of a send is judged with care for the customer: only a failure to connect means that nothing was
//! sent, and every doubt is [`SendOutcome::Unknown`].

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, InvalidHeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use switchboard_domain::outbound::{ErrorClass, Outbound, ProviderError, SendOutcome};
use switchboard_ports::{
    Future,
    channel::{
        ChannelClient, Download, FetchError, PROVIDER_TIMEOUT, ReadError, Submission, Submitted, Upload,
    },
};
use switchboard_schema::{
    TraceContext,
    wire::{Identity, IdentityKind, Template},
};
use tokio::{runtime::Handle, sync::mpsc};

use super::{
    errors,
    request::{self, GraphRequest},
    templates,
};

/// Meta's own Graph API.
pub const DEFAULT_GRAPH_URL: &str = "https://graph.facebook.com";
/// The version of the Graph API that requests are written for.
pub const DEFAULT_VERSION: &str = "v26.0";
/// How long a connection may take to come about: name, TCP and TLS.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages of templates that are read: more than the 6,000 templates an account may have.
pub const MAX_TEMPLATE_PAGES: usize = 100;

/// Shorter than the time for which Meta keeps an idle connection, so that a request seldom meets one that is
/// about to close: its outcome would be unknown.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// Idle connections kept.
const MAX_IDLE: usize = 64;
/// Longest answer to a send, in bytes.
const MAX_SEND_ANSWER_BYTES: usize = 256 * 1_024;
/// Longest page of templates, in bytes.
const MAX_PAGE_BYTES: usize = 8 * 1_024 * 1_024;

/// How long a file may take, all in all.
const FILE_TIMEOUT: Duration = Duration::from_secs(120);
/// Pieces of a file that wait to be taken.
const PIECES_WAITING: usize = 8;

/// The header of W3C Trace Context.
const TRACEPARENT: &str = "traceparent";

/// How to reach the Graph API.
#[derive(Debug, Clone)]
pub struct GraphOptions {
    /// `whatsapp.graph_url`.
    pub graph_url: String,
    /// The API's version, such as `v26.0`.
    pub version: String,
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long one request may take, all in all.
    pub timeout: Duration,
}

impl Default for GraphOptions {
    fn default() -> Self {
        Self {
            graph_url: DEFAULT_GRAPH_URL.to_owned(),
            version: DEFAULT_VERSION.to_owned(),
            connect_timeout: CONNECT_TIMEOUT,
            timeout: PROVIDER_TIMEOUT,
        }
    }
}

/// The Graph API cannot be reached as it is set.
#[derive(Debug, thiserror::Error)]
pub enum Misconfigured {
    /// The address is none.
    #[error("whatsapp.graph_url is not an address that begins with http:// or https://: {0}")]
    Url(String),
    /// There is no TLS, or the like.
    #[error("no client for whatsapp.graph_url can be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// The Graph API: one for the process, shared by the clients of all channels.
#[derive(Debug, Clone)]
pub struct Graph {
    /// For sends alone: none goes over a connection that something else left open, and which may be about to end.
    sends: reqwest::Client,
    /// For everything else.
    http: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    version: String,
    runtime: Handle,
}

impl Graph {
    /// Requests run on `runtime`, whoever waits for them: connections outlive the thread that asked first.
    ///
    /// # Errors
    /// When the options name no address or no client can be made.
    pub fn new(options: &GraphOptions, runtime: Handle) -> Result<Self, Misconfigured> {
        let url =
            Url::parse(&options.graph_url).map_err(|_| Misconfigured::Url(options.graph_url.clone()))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(Misconfigured::Url(options.graph_url.clone()));
        }
        let client = || {
            let mut builder = reqwest::Client::builder()
                .http1_only()
                .retry(reqwest::retry::never())
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(options.connect_timeout)
                .timeout(options.timeout)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .pool_max_idle_per_host(MAX_IDLE)
                .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")));
            if crate::is_loopback(&url) {
                // The simulator is on this machine; a proxy for the world outside is not asked for it.
                builder = builder.no_proxy();
            }
            builder.build().map_err(Misconfigured::Client)
        };
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { sends: client()?, http: client()?, base, version: options.version.clone(), runtime })
    }

    /// The place of a file, as the Graph API told it, where it is one that may be asked with a token: by TLS at a host
    /// with a name, or where the Graph API itself is.
    fn file_address(&self, told: &str) -> Result<Url, FetchError> {
        let own = Url::parse(&self.base).map(|base| base.origin());
        let url = Url::parse(told).ok().filter(|url| {
            let is_named = matches!(url.host(), Some(url::Host::Domain(name)) if name != "localhost");
            own.as_ref() == Ok(&url.origin()) || (url.scheme() == "https" && is_named)
        });
        url.ok_or_else(|| FetchError::Unavailable("the file is said to be where no file can be".to_owned()))
    }

    /// Where requests run.
    pub(super) const fn runtime(&self) -> &Handle {
        &self.runtime
    }

    /// Makes one request that is no message; `path` is behind the version. Answers why there is no answer.
    pub(super) async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<String>,
    ) -> Result<(StatusCode, Bytes), String> {
        let url = format!("{}/{}/{path}", self.base, request::segment(&self.version));
        let mut builder = self.http.request(method, url);
        if let Some(token) = token {
            builder = builder.header(AUTHORIZATION, bearer(token).map_err(|_| bad_token().message)?);
        }
        if let Some(body) = body {
            builder = builder.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        }
        // The address may hold a secret, which the root of an error does not repeat.
        let response = builder.send().await.map_err(|error| match no_answer(error) {
            NoAnswer::NotStarted(why) | NoAnswer::Lost(why) => why,
            NoAnswer::Token => bad_token().message,
        })?;
        let status = response.status();
        let body = read_body(response, MAX_SEND_ANSWER_BYTES).await?;
        Ok((status, token.map_or(body.clone(), |token| without(token.expose_secret(), body))))
    }

    /// The client of one number.
    #[must_use]
    pub fn client(&self, phone_number_id: &str, waba_id: &str, access_token: SecretString) -> Client {
        Client {
            graph: self.clone(),
            phone_number_id: phone_number_id.to_owned(),
            waba_id: waba_id.to_owned(),
            access_token,
        }
    }
}

/// One number at WhatsApp, with its token.
#[derive(Debug, Clone)]
pub struct Client {
    graph: Graph,
    phone_number_id: String,
    waba_id: String,
    access_token: SecretString,
}

impl ChannelClient for Client {
    fn send(&self, outbound: Outbound) -> Future<SendOutcome> {
        let stopped = || SendOutcome::Unknown("the server stopped during the request".to_owned());
        self.run(stopped, |client| async move { client.send_now(&outbound).await })
    }

    fn templates(&self) -> Future<Result<Vec<Template>, ReadError>> {
        self.run(unread, |client| async move { client.read_templates().await })
    }

    fn mark_read(&self, provider_id: String, typing: bool) -> Future<Result<(), ReadError>> {
        self.run(unread, move |client| async move { client.mark_read_now(&provider_id, typing).await })
    }

    fn download(&self, provider_media_id: String, bytes_max: u64) -> Future<Result<Download, FetchError>> {
        let stopped = || Err(FetchError::Unavailable(STOPS.to_owned()));
        self.run(
            stopped,
            move |client| async move { client.begin_download(&provider_media_id, bytes_max).await },
        )
    }

    fn upload(&self, upload: Upload) -> Future<Result<String, ReadError>> {
        self.run(unread, |client| async move { client.upload_now(upload).await })
    }

    fn upload_sample(&self, upload: Upload) -> Future<Result<String, ReadError>> {
        self.run(unread, |client| async move { client.upload_sample_now(upload).await })
    }

    fn submit_template(&self, submission: Submission) -> Future<Result<Submitted, ReadError>> {
        self.run(unread, |client| async move { client.submit_now(submission).await })
    }

    fn delete_template(&self, name: String, id: String) -> Future<Result<(), ReadError>> {
        self.run(unread, |client| async move {
            let path = request::delete_template_path(&client.graph.version, &client.waba_id, &name, &id);
            let url = format!("{}{path}", client.graph.base);
            client.manage(client.graph.http.delete(url)).await.map(drop)
        })
    }
}

/// What is said where the server stops before an answer came.
const STOPS: &str = "the server stops";

fn unread<T>() -> Result<T, ReadError> {
    Err(ReadError::Unavailable(STOPS.to_owned()))
}

impl Client {
    /// Does something on the clients' own thread. Once begun it goes on to its end, also when nobody waits for it any
    /// more; `stopped` is the answer where the server stops first.
    fn run<T, W>(
        &self,
        stopped: impl FnOnce() -> T + Send + 'static,
        work: impl FnOnce(Self) -> W + Send + 'static,
    ) -> Future<T>
    where
        T: Send + 'static,
        W: std::future::Future<Output = T> + Send + 'static,
    {
        let client = self.clone();
        Box::pin(async move {
            let runtime = client.graph.runtime.clone();
            runtime.spawn(work(client)).await.unwrap_or_else(|_| stopped())
        })
    }

    async fn send_now(&self, outbound: &Outbound) -> SendOutcome {
        let request = match request::send(&self.graph.version, &self.phone_number_id, outbound) {
            Ok(request) => request,
            Err(error) => return SendOutcome::Refused(no_address(error)),
        };
        match self.ask(&self.graph.sends, request, MAX_SEND_ANSWER_BYTES, outbound.trace).await {
            Ok(answer) => outcome(answer.status, answer.body.as_deref().map_err(String::as_str)),
            Err(NoAnswer::Token) => SendOutcome::Refused(bad_token()),
            Err(NoAnswer::NotStarted(why)) => SendOutcome::NotStarted(why),
            Err(NoAnswer::Lost(why)) => SendOutcome::Unknown(why),
        }
    }

    async fn read_templates(&self) -> Result<Vec<Template>, ReadError> {
        let mut found: Vec<Template> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAX_TEMPLATE_PAGES {
            let request = request::templates(&self.graph.version, &self.waba_id, after.as_deref());
            let page = self.read_page(request).await?;
            if page.skipped > 0 {
                tracing::warn!(waba_id = %self.waba_id, skipped = page.skipped, "templates that cannot be read");
            }
            found.extend(page.templates);
            // A cursor that does not move would never end.
            if page.after.is_none() || page.after == after {
                break;
            }
            after = page.after;
        }
        found.sort_by(|one, other| (&one.name, &one.language).cmp(&(&other.name, &other.language)));
        found.dedup_by(|one, other| one.name == other.name && one.language == other.language);
        Ok(found)
    }

    async fn mark_read_now(&self, provider_id: &str, typing: bool) -> Result<(), ReadError> {
        let request = request::mark_read(&self.graph.version, &self.phone_number_id, provider_id, typing);
        let answer =
            self.ask(&self.graph.http, request, MAX_SEND_ANSWER_BYTES, None).await.map_err(|error| {
                match error {
                    NoAnswer::Token => ReadError::Unavailable(bad_token().message),
                    NoAnswer::NotStarted(why) | NoAnswer::Lost(why) => ReadError::Unavailable(why),
                }
            })?;
        let body = answer.body.map_err(ReadError::Unavailable)?;
        let refusal = errors::read(&body);
        if answer.status.is_success() && refusal.is_none() {
            return Ok(());
        }
        let ProviderError { code, message, .. } =
            errors::explain(refusal.as_ref(), Some(answer.status.as_u16()));
        Err(ReadError::Refused { code, message })
    }

    /// Asks where a file is, and begins to read it there (Meta: business-phone-numbers/media). The address is good for
    /// five minutes, so it is asked for each time.
    async fn begin_download(&self, provider_media_id: &str, bytes_max: u64) -> Result<Download, FetchError> {
        let request = request::media(&self.graph.version, &self.phone_number_id, provider_media_id);
        let answer =
            self.ask(&self.graph.http, request, MAX_SEND_ANSWER_BYTES, None).await.map_err(|error| {
                match error {
                    NoAnswer::Token => FetchError::Unavailable(bad_token().message),
                    NoAnswer::NotStarted(why) | NoAnswer::Lost(why) => FetchError::Unavailable(why),
                }
            })?;
        let body = answer.body.map_err(FetchError::Unavailable)?;
        let refusal = errors::read(&body);
        if refusal.is_some() || !answer.status.is_success() {
            return Err(no_file(refusal.as_ref(), answer.status));
        }
        let place: RawMedia = serde_json::from_slice(&body)
            .map_err(|_| FetchError::Unavailable("an answer that says not where the file is".to_owned()))?;
        if place.file_size.is_some_and(|size| size > bytes_max) {
            return Err(too_large(bytes_max));
        }
        let url = self.graph.file_address(&place.url)?;
        let token = self.bearer().map_err(|_| FetchError::Unavailable(bad_token().message))?;
        let request = self.graph.http.get(url).timeout(FILE_TIMEOUT).header(AUTHORIZATION, token);
        let response = request.send().await.map_err(|error| FetchError::Unavailable(broken(&error)))?;
        let status = response.status();
        if !status.is_success() {
            // The address may have run out on the way: it is asked for anew the next time.
            return Err(FetchError::Unavailable(format!("the file's place answered with HTTP {status}")));
        }
        if response.content_length().is_some_and(|length| length > bytes_max) {
            return Err(too_large(bytes_max));
        }
        let (sender, bytes) = mpsc::channel(PIECES_WAITING);
        self.graph.runtime.spawn(pump(response, bytes_max, sender));
        Ok(Download { mime_type: place.mime_type, sha256: place.sha256, bytes })
    }

    /// Uploads a file (Meta: business-phone-numbers/media).
    async fn upload_now(&self, upload: Upload) -> Result<String, ReadError> {
        let length = upload.bytes.len() as u64;
        let part = reqwest::multipart::Part::stream_with_length(upload.bytes, length)
            .file_name(upload.filename)
            .mime_str(&upload.mime_type)
            .map_err(|_| ReadError::Unavailable("a type that is none".to_owned()))?;
        let form = reqwest::multipart::Form::new().text("messaging_product", "whatsapp").part("file", part);
        let path = request::upload_path(&self.graph.version, &self.phone_number_id);
        let token = self.bearer().map_err(|_| ReadError::Unavailable(bad_token().message))?;
        let url = format!("{}{path}", self.graph.base);
        let request =
            self.graph.http.post(url).timeout(FILE_TIMEOUT).header(AUTHORIZATION, token).multipart(form);
        let response = request.send().await.map_err(|error| ReadError::Unavailable(broken(&error)))?;
        let status = response.status();
        let body = read_body(response, MAX_SEND_ANSWER_BYTES).await.map_err(ReadError::Unavailable)?;
        let refusal = errors::read(&body);
        if status.is_success()
            && refusal.is_none()
            && let Ok(RawMessageId { id }) = serde_json::from_slice(&body)
            && !id.is_empty()
        {
            return Ok(id);
        }
        let ProviderError { code, message, class } = errors::explain(refusal.as_ref(), Some(status.as_u16()));
        match class {
            ErrorClass::Retry | ErrorClass::BackOff => Err(ReadError::Unavailable(message)),
            ErrorClass::Never | ErrorClass::Account => Err(ReadError::Refused { code, message }),
        }
    }

    /// Gives an example of a file, in two steps (Meta: graph-api/guides/upload): a session, then the bytes. `app` stands
    /// for the app that the token is of.
    async fn upload_sample_now(&self, upload: Upload) -> Result<String, ReadError> {
        let path = request::sample_session_path(&self.graph.version, &upload);
        let session = self.manage(self.graph.http.post(format!("{}{path}", self.graph.base))).await?;
        let RawMessageId { id } = serde_json::from_slice(&session).map_err(|_| odd_answer())?;
        let path = request::sample_path(&self.graph.version, &id);
        let token = HeaderValue::from_str(&format!("OAuth {}", self.access_token.expose_secret()));
        let mut token = token.map_err(|_| ReadError::Unavailable(bad_token().message))?;
        token.set_sensitive(true);
        let request = self
            .graph
            .http
            .post(format!("{}{path}", self.graph.base))
            .timeout(FILE_TIMEOUT)
            .header("file_offset", "0")
            .body(upload.bytes);
        let body = self.answer_to(request.header(AUTHORIZATION, token)).await?;
        serde_json::from_slice::<RawHandle>(&body).map(|raw| raw.h).map_err(|_| odd_answer())
    }

    async fn submit_now(&self, submission: Submission) -> Result<Submitted, ReadError> {
        let request = request::submit_template(&self.graph.version, &self.waba_id, &submission);
        let builder = self
            .graph
            .http
            .post(format!("{}{}", self.graph.base, request.path))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(request.body.unwrap_or_default());
        let body = self.manage(builder).await?;
        let raw: RawSubmitted = serde_json::from_slice(&body).map_err(|_| odd_answer())?;
        let id = raw.id.or(submission.id).ok_or_else(odd_answer)?;
        Ok(Submitted {
            id,
            status: raw.status.unwrap_or_else(|| "PENDING".to_owned()),
            category: raw.category,
        })
    }

    /// Makes a request that manages something of the account; answers with the body of a success.
    async fn manage(&self, request: reqwest::RequestBuilder) -> Result<Bytes, ReadError> {
        let token = self.bearer().map_err(|_| ReadError::Unavailable(bad_token().message))?;
        self.answer_to(request.header(AUTHORIZATION, token)).await
    }

    async fn answer_to(&self, request: reqwest::RequestBuilder) -> Result<Bytes, ReadError> {
        let response = request.send().await.map_err(|error| ReadError::Unavailable(broken(&error)))?;
        let status = response.status();
        let body = read_body(response, MAX_SEND_ANSWER_BYTES).await.map_err(ReadError::Unavailable)?;
        let body = without(self.access_token.expose_secret(), body);
        let refusal = errors::read(&body);
        if status.is_success() && refusal.is_none() {
            return Ok(body);
        }
        let ProviderError { code, message, class } = errors::explain(refusal.as_ref(), Some(status.as_u16()));
        match class {
            ErrorClass::Retry | ErrorClass::BackOff => Err(ReadError::Unavailable(message)),
            ErrorClass::Never | ErrorClass::Account => {
                // Of a template it says best itself what it does not like.
                let own = errors::words(&body).filter(|_| class == ErrorClass::Never);
                Err(ReadError::Refused { code, message: own.unwrap_or(message) })
            }
        }
    }

    /// The token as a header.
    fn bearer(&self) -> Result<HeaderValue, InvalidHeaderValue> {
        bearer(&self.access_token)
    }

    async fn read_page(&self, request: GraphRequest) -> Result<templates::TemplatePage, ReadError> {
        let answer =
            self.ask(&self.graph.http, request, MAX_PAGE_BYTES, None).await.map_err(|error| match error {
                NoAnswer::Token => {
                    let ProviderError { code, message, .. } = bad_token();
                    ReadError::Refused { code, message }
                }
                NoAnswer::NotStarted(why) | NoAnswer::Lost(why) => ReadError::Unavailable(why),
            })?;
        let body = answer.body.map_err(ReadError::Unavailable)?;
        let refusal = errors::read(&body);
        if answer.status.is_success() && refusal.is_none() {
            return templates::read_page(&body)
                .map_err(|_| ReadError::Unavailable("an answer that is no page of templates".to_owned()));
        }
        let ProviderError { code, message, class } =
            errors::explain(refusal.as_ref(), Some(answer.status.as_u16()));
        match class {
            ErrorClass::Retry | ErrorClass::BackOff => Err(ReadError::Unavailable(message)),
            ErrorClass::Never | ErrorClass::Account => Err(ReadError::Refused { code, message }),
        }
    }

    /// Makes one request; the provider is told where in a trace it is, where that is recorded.
    async fn ask(
        &self,
        http: &reqwest::Client,
        request: GraphRequest,
        body_bytes_max: usize,
        trace: Option<TraceContext>,
    ) -> Result<Answer, NoAnswer> {
        let url = format!("{}{}", self.graph.base, request.path);
        let token = self.bearer().map_err(|_| NoAnswer::Token)?;
        let mut builder = match request.body {
            Some(body) => {
                http.post(url).header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body)
            }
            None => http.get(url),
        };
        if let Some(trace) = trace {
            builder = builder.header(TRACEPARENT, trace.traceparent());
        }
        let response = builder.header(AUTHORIZATION, token).send().await.map_err(no_answer)?;
        let status = response.status();
        let body = read_body(response, body_bytes_max).await;
        Ok(Answer { status, body: body.map(|body| without(self.access_token.expose_secret(), body)) })
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut token = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
    token.set_sensitive(true);
    Ok(token)
}

/// An answer, whose body may have been lost on the way.
struct Answer {
    status: StatusCode,
    body: Result<Bytes, String>,
}

/// Why there is no answer.
enum NoAnswer {
    /// The token has characters no header may have; nothing was sent.
    Token,
    /// Nothing was sent.
    NotStarted(String),
    /// Something may have been sent.
    Lost(String),
}

/// An answer in which the token does not stand, should the provider repeat it: its words are shown and kept.
fn without(token: &str, answer: Bytes) -> Bytes {
    match std::str::from_utf8(&answer) {
        Ok(text) if !token.is_empty() && text.contains(token) => text.replace(token, "…").into(),
        _ => answer,
    }
}

/// What an answer to a send means: its status, and its body or why that could not be read.
#[must_use]
pub fn outcome(status: StatusCode, body: Result<&[u8], &str>) -> SendOutcome {
    let refusal = body.ok().and_then(errors::read);
    if refusal.is_some() {
        return SendOutcome::Refused(errors::explain(refusal.as_ref(), Some(status.as_u16())));
    }
    match status.as_u16() {
        200..=299 => match body.map(accepted) {
            Ok(Some(accepted)) => accepted,
            Ok(None) => {
                SendOutcome::Unknown(format!("an answer without a message id (HTTP {})", status.as_u16()))
            }
            Err(why) => SendOutcome::Unknown(why.to_owned()),
        },
        // A request that timed out or clashed on the way may have been taken all the same.
        408 | 409 | 425 => {
            SendOutcome::Unknown(format!("an answer that says little (HTTP {})", status.as_u16()))
        }
        301 | 307 | 308 | 400..=499 => SendOutcome::Refused(errors::explain(None, Some(status.as_u16()))),
        other => SendOutcome::Unknown(format!("an answer that says little (HTTP {other})")),
    }
}

/// Reads the answer that WhatsApp took a message; nothing when it is none.
fn accepted(body: &[u8]) -> Option<SendOutcome> {
    let answer: RawAccepted = serde_json::from_slice(body).ok()?;
    let provider_id = answer.messages.into_iter().next()?.id;
    if provider_id.is_empty() {
        return None;
    }
    let mut recipient = Vec::new();
    if let Some(contact) = answer.contacts.into_iter().flatten().next() {
        let told = [(IdentityKind::Bsuid, contact.user_id), (IdentityKind::WaId, contact.wa_id)];
        for (kind, value) in told {
            recipient.extend(value.filter(|value| !value.is_empty()).map(|value| Identity { kind, value }));
        }
    }
    Some(SendOutcome::Accepted { provider_id, recipient })
}

/// Hands a file's bytes on as they come, no faster than they are taken.
async fn pump(
    mut response: reqwest::Response,
    bytes_max: u64,
    sender: mpsc::Sender<Result<Bytes, FetchError>>,
) {
    let mut left = bytes_max;
    loop {
        let next = match response.chunk().await {
            Ok(None) => return,
            Ok(Some(chunk)) => match left.checked_sub(chunk.len() as u64) {
                Some(rest) => {
                    left = rest;
                    Ok(chunk)
                }
                None => Err(too_large(bytes_max)),
            },
            Err(error) => Err(FetchError::Unavailable(broken(&error))),
        };
        let ended = next.is_err();
        if sender.send(next).await.is_err() || ended {
            return;
        }
    }
}

/// Why there is no file, by what the provider said instead.
fn no_file(refusal: Option<&errors::GraphError<'_>>, status: StatusCode) -> FetchError {
    let ProviderError { message, class, .. } = errors::explain(refusal, Some(status.as_u16()));
    match class {
        ErrorClass::Never => {
            FetchError::Gone("WhatsApp does not have this file any more. Ask for it again.".to_owned())
        }
        ErrorClass::Retry | ErrorClass::BackOff | ErrorClass::Account => FetchError::Unavailable(message),
    }
}

fn too_large(bytes_max: u64) -> FetchError {
    FetchError::Gone(format!("This file is larger than {} MB and was not fetched.", bytes_max / 1_000_000))
}

async fn read_body(mut response: reqwest::Response, bytes_max: usize) -> Result<Bytes, String> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(format!("an answer of more than {bytes_max} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn no_answer(error: reqwest::Error) -> NoAnswer {
    if error.is_connect() || error.is_builder() {
        NoAnswer::NotStarted(format!("no connection to WhatsApp: {}", root_of(&error)))
    } else {
        NoAnswer::Lost(broken(&error))
    }
}

fn broken(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        format!("the connection broke before the answer: {}", root_of(error))
    }
}

/// The innermost cause: the outer ones repeat the address.
fn root_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn no_address(error: request::NoAddress) -> ProviderError {
    tracing::debug!(%error, "not sent");
    ProviderError {
        code: "whatsapp_no_address".to_owned(),
        message: "Not sent: we know neither a number nor a WhatsApp user of this person. Add a number."
            .to_owned(),
        class: ErrorClass::Never,
    }
}

fn bad_token() -> ProviderError {
    ProviderError {
        code: "whatsapp_token".to_owned(),
        message: "The access token holds characters that no token has. Enter it again.".to_owned(),
        class: ErrorClass::Account,
    }
}

fn odd_answer() -> ReadError {
    ReadError::Unavailable("an answer that is none to what was asked".to_owned())
}

#[derive(Deserialize)]
struct RawMedia {
    url: String,
    mime_type: Option<String>,
    sha256: Option<String>,
    file_size: Option<u64>,
}

#[derive(Deserialize)]
struct RawAccepted {
    messages: Vec<RawMessageId>,
    contacts: Option<Vec<RawRecipient>>,
}

#[derive(Deserialize)]
struct RawMessageId {
    id: String,
}

#[derive(Deserialize)]
struct RawHandle {
    h: String,
}

#[derive(Deserialize)]
struct RawSubmitted {
    id: Option<String>,
    status: Option<String>,
    category: Option<String>,
}

#[derive(Deserialize)]
struct RawRecipient {
    wa_id: Option<String>,
    user_id: Option<String>,
}
