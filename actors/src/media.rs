//! A file's owner: how far the fetching of it is, and where its bytes are.
//!
//! *State*: the file's row, and whether it is being fetched. *Commands*: [`Ask`]. *Invariants*: a file is ready only
//! once all its bytes are durable and are what the provider said they would be; a message is told of its file until
//! it has heard it. *Limits*: [`MAX_FILE_BYTES`] a file, [`FETCHES`] fetched at the same time, [`PICTURES`] made
//! smaller. *On a crash*: it is fetched anew, or its message is told again.

mod picture;

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use ring::digest;
use switchboard_domain::{
    conversation::Command as Rule,
    inbound::MediaSource,
    media::{
        MAX_FILE_BYTES, SNIFFED_BYTES, Tracks, UNKNOWN, UPLOAD_KEPT_BY_PROVIDER, is_inline, moves, next_try,
        sniff, type_of,
    },
};
use switchboard_ports::{
    blob::{self, Life},
    channel::{ChannelClient, FetchError, ReadError, Upload},
    store::Mutation,
};
use switchboard_schema::{
    BlobId, ChannelId, MediaId, TenantScope, Timestamp, TraceContext, hex,
    record::{MEDIA_PART_BYTES, MediaBody, MediaRow, WakeupTarget},
    table::Json,
    wire::{Attachment, MediaFacts, MediaState, MessageError},
};

use crate::{
    Refusal, channel,
    conversation::{self, Asked as AskedConversation},
    directory::Directory,
    env::Env,
    shell::{Asked, Entity, Shell, Steps},
};

/// Files fetched at the same time.
pub(crate) const FETCHES: usize = 4;
/// Pictures made smaller at the same time.
pub(crate) const PICTURES: usize = 1;
/// Largest picture that is made smaller, in bytes.
const MAX_PICTURE_BYTES: usize = 16 * 1_024 * 1_024;
/// Pause before a message is told of its file again; it doubles.
const TELL_PAUSE: Duration = Duration::from_millis(200);
/// The longest such pause.
const LONGEST_TELL_PAUSE: Duration = Duration::from_secs(30);
/// Times a message is looked for that should have this file. One that is found is told until it has heard it.
const MAX_LOOKS: usize = 20;

/// What a file's owner can be asked.
pub(crate) enum Ask {
    /// A message came that has this file: fetch it.
    Expect(Box<Expected>),
    /// It is here: somebody of us uploaded it.
    Keep(Box<MediaBody>),
    /// The fetching ended.
    Fetched(Result<Box<Kept>, FetchError>),
    /// Go on with what is left to do.
    Wake,
    /// The provider has it, under this id until then.
    Uploaded(String, Timestamp),
    /// Just say what you are.
    Show,
}

/// Tries after which it is told that a file does not come: about a minute.
const TOLD_AFTER: u32 = 4;
/// What is told of it then.
const NOT_YET: &str = "WhatsApp has not handed it over yet. It is asked again by itself, for up to a week.";

/// The file of a message.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) channel_id: ChannelId,
    pub(crate) message_id: String,
    pub(crate) source: MediaSource,
    pub(crate) mime_type: String,
    pub(crate) filename: Option<String>,
}

/// A file whose bytes are durable.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) mime_type: &'static str,
    pub(crate) animated: Option<bool>,
    pub(crate) size: u64,
    pub(crate) parts: Vec<BlobId>,
    pub(crate) width: Option<u32>,
    pub(crate) height: Option<u32>,
    pub(crate) thumbnail: Option<BlobId>,
}

/// Asks a file's owner.
pub(crate) async fn ask(env: &Env, scope: TenantScope, id: MediaId, ask: Ask) -> Result<MediaBody, Refusal> {
    let (reply, receiver) = tokio::sync::oneshot::channel();
    env.media.tell(env, scope, id, Asked { command: ask, reply: Some(reply) })?;
    crate::directory::answer(receiver).await
}

/// The file of a message, to be fetched; durable when it answers.
pub(crate) async fn expect(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    message_id: &str,
    source: MediaSource,
    attachment: &Attachment,
) -> Result<(), Refusal> {
    let id = MediaId::of_provider(&channel_id, message_id);
    let expected = Expected {
        channel_id,
        message_id: message_id.to_owned(),
        source,
        mime_type: attachment.mime_type.clone(),
        filename: attachment.filename.clone(),
    };
    ask(env, scope, id, Ask::Expect(Box::new(expected))).await.map(drop)
}

/// What the API shows of a file.
pub(crate) fn facts(id: MediaId, body: &MediaBody) -> MediaFacts {
    MediaFacts {
        media_id: id,
        state: body.state,
        mime_type: body.mime_type.clone(),
        filename: body.filename.clone(),
        size: (body.state == MediaState::Ready).then_some(body.size),
        width: body.width,
        height: body.height,
        thumbnail: body.thumbnail.is_some(),
        animated: body.animated,
        problem: body.problem.clone(),
    }
}

/// The entity.
pub(crate) struct Media {
    env: Env,
    scope: TenantScope,
    id: MediaId,
    version: u64,
    body: Option<MediaBody>,
    open_commit: bool,
    rows: Steps,
    wakeups: Vec<Timestamp>,
    /// Its message is to be told.
    tell: bool,
    /// Shared with whoever fetches it or tells its message.
    working: Arc<()>,
}

impl Media {
    fn body(&self) -> Result<&MediaBody, Refusal> {
        self.body.as_ref().ok_or(Refusal::NotFound("file"))
    }

    fn shown(&self) -> Result<MediaBody, Refusal> {
        self.body().cloned()
    }

    fn write(&mut self, body: MediaBody) {
        if !self.open_commit {
            self.version += 1;
            self.open_commit = true;
        }
        let row = MediaRow { media_id: self.id, version: self.version, epoch: 1, body: Json(body.clone()) };
        self.rows.push(vec![Mutation::put(row)]);
        self.body = Some(body);
    }

    /// Fetches it, if its time has come and nobody does.
    fn go_on(&self, now: Timestamp) {
        let Some(body) = &self.body else { return };
        let is_due = body.next_try.is_none_or(|at| at <= now);
        if body.state != MediaState::Waiting || !is_due || Arc::strong_count(&self.working) > 1 {
            return;
        }
        let (env, scope, id, body) = (self.env.clone(), self.scope, self.id, body.clone());
        let working = Arc::clone(&self.working);
        actix_rt::spawn(async move {
            let fetched = fetch(&env, scope, &body).await;
            metrics::counter!("switchboard_media_fetched_total", "outcome" => outcome_of(&fetched))
                .increment(1);
            // Before it is told, so that the telling may begin another.
            drop(working);
            let command = Ask::Fetched(fetched.map(Box::new));
            env.media.tell_always(&env, scope, id, Asked { command, reply: None });
        });
    }

    /// Tells its message what became of it.
    fn tell_message(&self) {
        let Some(body) = self.body.clone() else { return };
        let Some(message_id) = body.message_id.clone() else { return };
        let (env, scope, file) = (self.env.clone(), self.scope, facts(self.id, &body));
        // That it does not come yet keeps nobody from asking for it.
        let working = (body.state != MediaState::Waiting).then(|| Arc::clone(&self.working));
        actix_rt::spawn(async move {
            tell_message(&env, scope, body.channel_id, &message_id, &file).await;
            drop(working);
        });
    }
}

const fn outcome_of(fetched: &Result<Kept, FetchError>) -> &'static str {
    match fetched {
        Ok(_) => "ready",
        Err(FetchError::Gone(_)) => "gone",
        Err(FetchError::Unavailable(_)) => "unavailable",
    }
}

async fn tell_message(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    message_id: &str,
    file: &MediaFacts,
) {
    let mut pause = TELL_PAUSE;
    let mut looks = 0;
    while !env.is_draining() {
        let locate = |reply| channel::Letter::Locate(message_id.to_owned(), reply);
        match channel::ask(env, scope, channel_id, locate).await {
            Ok(Some((conversation_id, seq))) => {
                let rule = Rule::File { seq, file: file.clone() };
                let asked = AskedConversation::of(conversation::Ask::Rule(rule));
                match conversation::ask(env, scope, conversation_id, asked).await {
                    Err(Refusal::Unavailable(_) | Refusal::Overloaded) => {}
                    _ => return,
                }
            }
            // It is told where it stands soon after it is durable.
            Ok(None) if looks < MAX_LOOKS => looks += 1,
            Ok(None) | Err(Refusal::NotFound(_)) => return,
            Err(_) => {}
        }
        actix_rt::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_TELL_PAUSE);
    }
}

/// Fetches a file and keeps its bytes.
async fn fetch(env: &Env, scope: TenantScope, body: &MediaBody) -> Result<Kept, FetchError> {
    let unavailable = |error: &dyn std::fmt::Display| FetchError::Unavailable(error.to_string());
    let _slot = env.fetches.acquire().await.map_err(|error| unavailable(&error))?;
    let provider_media_id = body
        .provider_media_id
        .clone()
        .ok_or_else(|| FetchError::Gone("WhatsApp did not say where the file is.".to_owned()))?;
    let client = match channel::ask(env, scope, body.channel_id, channel::Letter::Client).await {
        Ok(client) => client,
        Err(Refusal::NotFound(_)) => {
            return Err(FetchError::Gone("The channel was disconnected before the file came.".to_owned()));
        }
        Err(refusal) => return Err(unavailable(&refusal)),
    };
    let mut download = client.download(provider_media_id, MAX_FILE_BYTES).await?;
    let mut bytes = Parts::new(env.clone(), scope);
    while let Some(piece) = download.bytes.recv().await {
        bytes.push(piece?).await.map_err(|error| unavailable(&error))?;
    }
    let told = [&body.told_sha256, &download.sha256];
    let kept = bytes.finish(told.into_iter().flatten()).await.map_err(|error| unavailable(&error))?;
    kept.ok_or_else(|| FetchError::Unavailable("its bytes are not what WhatsApp says they are".to_owned()))
}

/// A file's bytes as they come, kept part by part.
pub(crate) struct Parts {
    env: Env,
    scope: TenantScope,
    hash: digest::Context,
    head: BytesMut,
    tracks: Tracks,
    part: BytesMut,
    /// All of it, while it may be a picture to be made smaller.
    whole: Option<BytesMut>,
    size: u64,
    parts: Vec<BlobId>,
}

impl Parts {
    pub(crate) fn new(env: Env, scope: TenantScope) -> Self {
        Self {
            env,
            scope,
            hash: digest::Context::new(&digest::SHA256),
            head: BytesMut::new(),
            tracks: Tracks::default(),
            part: BytesMut::new(),
            whole: Some(BytesMut::new()),
            size: 0,
            parts: Vec::new(),
        }
    }

    /// So many bytes have come.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Takes in a piece.
    pub(crate) async fn push(&mut self, mut piece: Bytes) -> Result<(), blob::Error> {
        self.hash.update(&piece);
        self.size += piece.len() as u64;
        let wanting = SNIFFED_BYTES.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..wanting]);
        self.tracks.read(&piece);
        if let Some(whole) = &mut self.whole {
            if whole.len() + piece.len() > MAX_PICTURE_BYTES || !picture::is_one(sniff(&self.head)) {
                self.whole = None;
            } else {
                whole.extend_from_slice(&piece);
            }
        }
        while !piece.is_empty() {
            let next = piece.split_to(piece.len().min(MEDIA_PART_BYTES - self.part.len()));
            self.part.extend_from_slice(&next);
            if self.part.len() == MEDIA_PART_BYTES {
                let part = self.part.split().freeze();
                self.parts.push(keep(&self.env, self.scope, part).await?);
            }
        }
        Ok(())
    }

    /// Keeps the rest; nothing where the bytes are not those that were told of.
    pub(crate) async fn finish(
        mut self,
        told_sha256: impl Iterator<Item = &String>,
    ) -> Result<Option<Kept>, blob::Error> {
        let sha256 = self.hash.finish();
        for told in told_sha256 {
            if !is_hash(told, sha256.as_ref()) {
                return Ok(None);
            }
        }
        if !self.part.is_empty() {
            let part = self.part.split().freeze();
            self.parts.push(keep(&self.env, self.scope, part).await?);
        }
        let mime_type = type_of(&self.head, &self.tracks);
        let small = match self.whole.filter(|_| picture::is_one(mime_type)) {
            Some(whole) => self.env.smaller(whole.freeze()).await,
            None => None,
        };
        let mut kept = Kept {
            mime_type,
            animated: moves(&self.head),
            size: self.size,
            parts: self.parts,
            width: None,
            height: None,
            thumbnail: None,
        };
        if let Some(small) = small {
            (kept.width, kept.height) = (Some(small.width), Some(small.height));
            if let Some(jpeg) = small.jpeg {
                kept.thumbnail = Some(keep(&self.env, self.scope, jpeg.into()).await?);
            }
        }
        Ok(Some(kept))
    }
}

impl Env {
    /// A picture's size, and a small one of it.
    async fn smaller(&self, bytes: Bytes) -> Option<picture::Small> {
        let _slot = self.pictures.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || picture::smaller(&bytes)).await.ok()?
    }
}

async fn keep(env: &Env, scope: TenantScope, part: Bytes) -> Result<BlobId, blob::Error> {
    let id = BlobId::derived(&[scope.tenant().as_bytes(), &part]);
    env.blobs.put(scope, Life::Lasting, id, part).await?;
    Ok(id)
}

/// Is this the hash, as a webhook (base64) or the Graph API (hexadecimal) writes it?
fn is_hash(told: &str, sha256: &[u8]) -> bool {
    use base64::Engine as _;
    told.eq_ignore_ascii_case(&hex(sha256))
        || base64::engine::general_purpose::STANDARD.encode(sha256).trim_end_matches('=')
            == told.trim_end_matches('=')
}

impl Entity for Media {
    type Key = MediaId;
    type Command = Ask;
    type Answer = MediaBody;
    type Fetched = ();
    const KIND: &'static str = "media";
    const CAPACITY: usize = 64;

    fn directory(env: &Env) -> &Directory<Shell<Self>> {
        &env.media
    }

    fn load(env: Env, scope: TenantScope, id: MediaId) -> LocalBoxFuture<'static, Result<Self, Refusal>> {
        Box::pin(async move {
            let row = env.records.get::<MediaRow>(scope, MediaRow::key(id)).await?;
            Ok(Self {
                env,
                scope,
                id,
                version: row.as_ref().map_or(0, |row| row.version),
                body: row.map(|row| row.body.0),
                open_commit: false,
                rows: Vec::new(),
                wakeups: Vec::new(),
                tell: false,
                working: Arc::default(),
            })
        })
    }

    fn handle(&mut self, ask: Ask, now: Timestamp) -> Result<MediaBody, Refusal> {
        match ask {
            Ask::Expect(expected) => {
                if self.body.is_none() {
                    self.write(waiting(*expected, now));
                } else {
                    self.go_on(now);
                }
                self.shown()
            }
            Ask::Keep(body) => {
                match &self.body {
                    None => self.write(*body),
                    Some(kept) if is_same_upload(kept, &body) => {}
                    Some(_) => return Err(Refusal::KeyReused),
                }
                self.shown()
            }
            Ask::Fetched(fetched) => {
                let mut body = self.body()?.clone();
                if body.state != MediaState::Waiting {
                    return Ok(body);
                }
                body.attempts += 1;
                body.updated_at = now;
                body.next_try = None;
                match fetched {
                    Ok(kept) => ready(&mut body, *kept),
                    Err(FetchError::Gone(why)) => fail(&mut body, why),
                    Err(FetchError::Unavailable(why)) => {
                        tracing::debug!(media = %self.id, why, "a file did not come");
                        body.next_try = next_try(body.attempts, body.created_at, now);
                        match body.next_try {
                            Some(at) => {
                                self.wakeups.push(at);
                                if body.attempts >= TOLD_AFTER && body.problem.is_none() {
                                    body.problem = Some(NOT_YET.to_owned());
                                    self.tell = true;
                                }
                            }
                            None => fail(
                                &mut body,
                                "WhatsApp did not give us this file while it kept it. Ask for it again."
                                    .to_owned(),
                            ),
                        }
                    }
                }
                self.tell |= body.state != MediaState::Waiting;
                self.write(body);
                self.shown()
            }
            Ask::Wake => {
                self.go_on(now);
                if self.body()?.state != MediaState::Waiting && Arc::strong_count(&self.working) == 1 {
                    self.tell_message();
                }
                self.shown()
            }
            Ask::Uploaded(provider_media_id, until) => {
                let mut body = self.body()?.clone();
                body.provider_media_id = Some(provider_media_id);
                body.provider_until = Some(until);
                body.updated_at = now;
                self.write(body);
                self.shown()
            }
            Ask::Show => self.shown(),
        }
    }

    fn weight(&self) -> (usize, usize) {
        (self.rows.len() * 16, 0)
    }

    fn take_steps(&mut self) -> Steps {
        std::mem::take(&mut self.rows)
    }

    fn take_wakeups(&mut self) -> Vec<Timestamp> {
        std::mem::take(&mut self.wakeups)
    }

    fn committed(&mut self, now: Timestamp, _: Option<TraceContext>) {
        self.open_commit = false;
        if std::mem::take(&mut self.tell) {
            self.tell_message();
        }
        self.go_on(now);
    }

    fn wakeup(&self) -> WakeupTarget {
        WakeupTarget::Media(self.id)
    }

    fn is_quiet(&mut self) -> bool {
        Arc::strong_count(&self.working) == 1
    }
}

/// A file that somebody of us uploaded.
pub(crate) fn uploaded(
    channel_id: ChannelId,
    filename: Option<String>,
    kept: Kept,
    now: Timestamp,
) -> MediaBody {
    let mut body = MediaBody {
        channel_id,
        message_id: None,
        provider_media_id: None,
        provider_until: None,
        told_sha256: None,
        mime_type: "application/octet-stream".to_owned(),
        filename,
        size: 0,
        parts: Vec::new(),
        thumbnail: None,
        width: None,
        height: None,
        animated: None,
        state: MediaState::Ready,
        attempts: 0,
        next_try: None,
        problem: None,
        created_at: now,
        updated_at: now,
    };
    ready(&mut body, kept);
    body
}

/// Is this the file that was uploaded under the same key before? Its parts are named by their bytes.
fn is_same_upload(kept: &MediaBody, body: &MediaBody) -> bool {
    kept.channel_id == body.channel_id && kept.filename == body.filename && kept.parts == body.parts
}

/// A file's id at the provider, where it is uploaded unless it is there already.
///
/// # Errors
/// `Ok(Err(…))`: the provider does not take it, in words; else it cannot be done now.
pub(crate) async fn at_provider(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    id: MediaId,
    client: &Arc<dyn ChannelClient>,
) -> Result<Result<String, MessageError>, Refusal> {
    let gone = |message: &str| MessageError { code: "media_gone".to_owned(), message: message.to_owned() };
    let body = match ask(env, scope, id, Ask::Show).await {
        Err(Refusal::NotFound(_)) => {
            return Ok(Err(gone("This file is not there any more. Attach it again.")));
        }
        body => body?,
    };
    if body.state != MediaState::Ready {
        return Ok(Err(gone("This file never came. Attach another one.")));
    }
    let known = body.provider_media_id.clone().filter(|_| {
        body.channel_id == channel_id && body.provider_until.is_some_and(|until| env.clock.now() < until)
    });
    if let Some(known) = known {
        return Ok(Ok(known));
    }
    let _slot = env.fetches.acquire().await.map_err(|error| Refusal::Unavailable(error.to_string()))?;
    let upload = whole(env, scope, &body).await?;
    match client.upload(upload).await {
        Ok(provider_media_id) => {
            if body.channel_id == channel_id {
                let until = env.clock.now() + UPLOAD_KEPT_BY_PROVIDER;
                ask(env, scope, id, Ask::Uploaded(provider_media_id.clone(), until)).await?;
            }
            Ok(Ok(provider_media_id))
        }
        Err(ReadError::Refused { code, message }) => Ok(Err(MessageError { code, message })),
        Err(ReadError::Unavailable(why)) => Err(Refusal::Unavailable(why)),
    }
}

/// A file of ours, whole.
async fn whole(env: &Env, scope: TenantScope, body: &MediaBody) -> Result<Upload, Refusal> {
    let mut bytes = BytesMut::with_capacity(usize::try_from(body.size).unwrap_or_default());
    for part in &body.parts {
        let part = env.blobs.get(scope, Life::Lasting, *part).await;
        bytes.extend_from_slice(&part.map_err(|error| Refusal::Unavailable(error.to_string()))?);
    }
    Ok(Upload {
        mime_type: body.mime_type.clone(),
        filename: body.filename.clone().unwrap_or_else(|| "file".to_owned()),
        bytes: bytes.freeze(),
    })
}

/// Gives the provider a file of ours as an example of what a template is sent with; answers with its handle there.
///
/// # Errors
/// The file is not here, or the provider does not take it.
pub(crate) async fn sample(
    env: &Env,
    scope: TenantScope,
    id: MediaId,
    client: &Arc<dyn ChannelClient>,
) -> Result<String, Refusal> {
    let body = ask(env, scope, id, Ask::Show).await?;
    if body.state != MediaState::Ready {
        return Err(Refusal::NotFound("media"));
    }
    let _slot = env.fetches.acquire().await.map_err(|error| Refusal::Unavailable(error.to_string()))?;
    let upload = whole(env, scope, &body).await?;
    client.upload_sample(upload).await.map_err(|error| match error {
        ReadError::Refused { code, message } => Refusal::Provider { code, message },
        ReadError::Unavailable(why) => Refusal::Unavailable(why),
    })
}

fn waiting(expected: Expected, now: Timestamp) -> MediaBody {
    MediaBody {
        channel_id: expected.channel_id,
        message_id: Some(expected.message_id),
        provider_media_id: Some(expected.source.provider_media_id),
        provider_until: None,
        told_sha256: expected.source.sha256,
        mime_type: expected.mime_type,
        filename: expected.filename,
        size: 0,
        parts: Vec::new(),
        thumbnail: None,
        width: None,
        height: None,
        animated: None,
        state: MediaState::Waiting,
        attempts: 0,
        next_try: None,
        problem: None,
        created_at: now,
        updated_at: now,
    }
}

fn ready(body: &mut MediaBody, kept: Kept) {
    body.state = MediaState::Ready;
    // What bytes do not say is told by whoever sent them, but not that it may be shown in place.
    if kept.mime_type != UNKNOWN || is_inline(&body.mime_type) {
        body.mime_type = kept.mime_type.to_owned();
    }
    body.size = kept.size;
    body.parts = kept.parts;
    body.thumbnail = kept.thumbnail;
    body.width = kept.width;
    body.height = kept.height;
    body.animated = kept.animated;
    body.problem = None;
}

fn fail(body: &mut MediaBody, why: String) {
    body.state = MediaState::Failed;
    body.problem = Some(why);
}
