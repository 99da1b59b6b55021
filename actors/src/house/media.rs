//! Files, as they are shown and read.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use ring::hmac;
use secrecy::ExposeSecret as _;
use switchboard_ports::blob::{self, Life};
use switchboard_schema::{
    BlobId, MediaId, TenantId, TenantScope, Timestamp,
    record::{MediaBody, MediaRow},
    wire::{MediaFacts, MediaLink},
};

use super::House;
use crate::{Refusal, media};

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
        let seal = hmac::sign(&self.link_key(), &link);
        link.extend_from_slice(seal.as_ref());
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
        hmac::verify(&self.link_key(), named, seal).map_err(|_| none())?;
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

    /// What links are sealed with.
    fn link_key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.env.vault.derive("media links").expose_secret())
    }
}
