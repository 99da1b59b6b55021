//! Files, as they are shown and read.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use ring::hmac;
use secrecy::ExposeSecret as _;
use switchboard_domain::media as rules;
use switchboard_ports::blob::{self, Life};
use switchboard_schema::{
    BlobId, ChannelId, MediaId, TenantId, TenantScope, Timestamp,
    record::{MediaBody, MediaRow},
    wire::{Attachment, MediaFacts, MediaKind, MediaLink, MediaState, SendFile},
};

use super::House;
use crate::{Refusal, channel, media};

/// How long a link to a file is good.
const LINK_LIFE: Duration = Duration::from_secs(15 * 60);
/// Bytes of a link before its seal: tenant, file, and the second it ends.
const LINK_BYTES: usize = 16 + 16 + 8;

/// A file that is here.
#[derive(Debug, Clone)]
pub struct StoredFile {
    /// What is known of it.
    pub facts: MediaFacts,
    /// Its bytes: parts of [`switchboard_schema::record::MEDIA_PART_BYTES`], the last one shorter.
    pub parts: Vec<BlobId>,
    /// A small picture of it, a JPEG.
    pub thumbnail: Option<BlobId>,
}

impl House {
    /// A file, as it is in the store.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn file(&self, scope: TenantScope, id: MediaId) -> Result<StoredFile, Refusal> {
        let row = self.env.records.get::<MediaRow>(scope, MediaRow::key(id)).await?;
        let body: MediaBody = row.ok_or(Refusal::NotFound("file"))?.body.0;
        let facts = media::facts(id, &body);
        Ok(StoredFile { facts, parts: body.parts, thumbnail: body.thumbnail })
    }

    /// A part of a file, or a small picture.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn part(&self, scope: TenantScope, id: BlobId) -> Result<Bytes, Refusal> {
        self.env.blobs.get(scope, Life::Lasting, id).await.map_err(|error| match error {
            blob::Error::NotFound => Refusal::Broken("a part of a file is gone".to_owned()),
            blob::Error::Unavailable(why) => Refusal::Unavailable(why),
        })
    }

    /// A link to a file, for whoever has it, without signing in.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store cannot be read.
    pub async fn link_to_file(&self, scope: TenantScope, id: MediaId) -> Result<MediaLink, Refusal> {
        self.file(scope, id).await?;
        let expires_at = self.env.clock.now() + LINK_LIFE;
        let mut link = Vec::with_capacity(LINK_BYTES);
        link.extend_from_slice(scope.tenant().as_bytes());
        link.extend_from_slice(id.as_bytes());
        link.extend_from_slice(&expires_at.as_millis().to_be_bytes());
        let seal = self.link_keys().first().map(|key| hmac::sign(key, &link));
        link.extend_from_slice(seal.as_ref().map(AsRef::as_ref).unwrap_or_default());
        Ok(MediaLink { url: format!("/media/{}", URL_SAFE_NO_PAD.encode(link)), expires_at })
    }

    /// The file that a link is to.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for one that is not ours, was changed, or has run out: nobody learns which.
    pub fn file_of_link(&self, token: &str) -> Result<(TenantScope, MediaId), Refusal> {
        let none = || Refusal::NotFound("file");
        let link = URL_SAFE_NO_PAD.decode(token).map_err(|_| none())?;
        let (named, seal) = link.split_at_checked(LINK_BYTES).ok_or_else(none)?;
        // In constant time.
        self.link_keys().iter().find_map(|key| hmac::verify(key, named, seal).ok()).ok_or_else(none)?;
        let (tenant, rest) = named.split_at(16);
        let (id, until) = rest.split_at(16);
        let until = Timestamp::from_millis(i64::from_be_bytes(until.try_into().map_err(|_| none())?));
        if self.env.clock.now() >= until {
            return Err(none());
        }
        let tenant = TenantId::from_bytes(tenant.try_into().map_err(|_| none())?);
        #[expect(clippy::disallowed_methods, reason = "the link was sealed for a caller of this tenant")]
        let scope = TenantScope::assume(tenant);
        Ok((scope, MediaId::from_bytes(id.try_into().map_err(|_| none())?)))
    }

    /// What links are sealed with, and behind it what they were sealed with before the master key was changed.
    fn link_keys(&self) -> Vec<hmac::Key> {
        let keys = self.env.vault.derive_all("media links");
        keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())).collect()
    }

    /// A file that can be sent as this.
    ///
    /// # Errors
    /// There is none, it is not here, or it is none of that kind.
    pub(super) async fn sendable(
        &self,
        scope: TenantScope,
        kind: MediaKind,
        id: MediaId,
    ) -> Result<MediaFacts, Refusal> {
        let field = field_of(kind);
        let file = match self.file(scope, id).await {
            Err(Refusal::NotFound(_)) => {
                let message = "this workspace has no such file; upload it first".to_owned();
                return Err(Refusal::Invalid { field, message });
            }
            file => file?.facts,
        };
        if file.state != MediaState::Ready {
            let message = "this file is not here; wait for it, or upload it again".to_owned();
            return Err(Refusal::Invalid { field, message });
        }
        rules::check(kind, &file.mime_type, file.animated, file.size.unwrap_or_default())
            .map_err(|message| Refusal::Invalid { field, message })?;
        Ok(file)
    }

    /// A file as part of a message.
    pub(super) async fn attachment(
        &self,
        scope: TenantScope,
        kind: MediaKind,
        file: &SendFile,
    ) -> Result<Attachment, Refusal> {
        let facts = self.sendable(scope, kind, file.media_id).await?;
        if file.voice && (kind != MediaKind::Audio || facts.mime_type != "audio/ogg") {
            let message = "a voice note is a sound in Ogg with Opus".to_owned();
            return Err(Refusal::Invalid { field: field_of(kind), message });
        }
        Ok(Attachment {
            media_id: file.media_id,
            mime_type: facts.mime_type,
            caption: file.caption.clone().filter(|caption| !caption.trim().is_empty()),
            filename: file
                .filename
                .clone()
                .or(facts.filename)
                .filter(|name| kind == MediaKind::Document && !name.trim().is_empty()),
            voice: file.voice,
            animated: facts.animated == Some(true),
            state: MediaState::Ready,
            problem: None,
            size: facts.size,
            width: facts.width,
            height: facts.height,
            thumbnail: facts.thumbnail,
        })
    }

    /// A file that somebody of us is about to upload.
    #[must_use]
    pub fn incoming(&self, scope: TenantScope) -> Incoming {
        Incoming { parts: media::Parts::new(self.env.clone(), scope) }
    }

    /// Keeps an uploaded file; the same file under the same id is there already.
    ///
    /// # Errors
    /// Another file was kept under this id, the channel is not there, the file is none of the kind it is to be sent as, or it is not durable.
    pub async fn keep_upload(
        &self,
        scope: TenantScope,
        id: MediaId,
        channel_id: ChannelId,
        kind: Option<MediaKind>,
        filename: Option<String>,
        incoming: Incoming,
    ) -> Result<MediaFacts, Refusal> {
        let channel = channel::ask(&self.env, scope, channel_id, channel::Letter::Show).await?;
        if channel.deleted_at.is_some() {
            return Err(Refusal::NotFound("channel"));
        }
        if incoming.parts.size() == 0 {
            let message = "the file is empty".to_owned();
            return Err(Refusal::Invalid { field: "body", message });
        }
        let kept = incoming.parts.finish(std::iter::empty()).await.map_err(unkept)?;
        let mut kept = kept.ok_or_else(|| Refusal::Broken("a hash that nobody told".to_owned()))?;
        kept.mime_type = rules::type_of_upload(kept.mime_type, filename.as_deref());
        let field = if kind.is_some() { "kind" } else { "body" };
        rules::check_upload(kind, kept.mime_type, kept.animated, kept.size)
            .map_err(|message| Refusal::Invalid { field, message })?;
        let body = media::uploaded(channel_id, filename, kept, self.env.clock.now());
        let body = media::ask(&self.env, scope, id, media::Ask::Keep(Box::new(body))).await?;
        Ok(media::facts(id, &body))
    }
}

/// A file on its way in.
pub struct Incoming {
    parts: media::Parts,
}

impl Incoming {
    /// Takes in a piece; answers with how many bytes have come.
    ///
    /// # Errors
    /// It cannot be kept now.
    pub async fn push(&mut self, piece: Bytes) -> Result<u64, Refusal> {
        self.parts.push(piece).await.map_err(unkept)?;
        Ok(self.parts.size())
    }
}

fn unkept(error: blob::Error) -> Refusal {
    Refusal::Unavailable(error.to_string())
}

const fn field_of(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image.media_id",
        MediaKind::Video => "video.media_id",
        MediaKind::Audio => "audio.media_id",
        MediaKind::Document => "document.media_id",
        MediaKind::Sticker => "sticker.media_id",
    }
}
