//! The way out to a provider.

use std::time::Duration;

use bytes::Bytes;
use switchboard_domain::outbound::{Outbound, ProviderFiles, SendOutcome};
use switchboard_schema::wire::{Template, TemplateDraft};
use tokio::sync::mpsc;

use crate::Future;

/// How long a provider may take for one request. After it the outcome is unknown.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(15);

/// Why the provider did not tell what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It refused: token, permission, account.
    #[error("{message}")]
    Refused {
        /// `whatsapp_` and the provider's number.
        code: String,
        /// In plain words.
        message: String,
    },
    /// It did not answer, or not in a shape we know.
    #[error("the provider did not answer: {0}")]
    Unavailable(String),
}

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The provider does not have it any more, or never had: it will not come.
    #[error("{0}")]
    Gone(String),
    /// It cannot be had now: no answer, an answer that broke off, a refusal that somebody can mend.
    #[error("{0}")]
    Unavailable(String),
}

/// A file on its way.
#[derive(Debug)]
pub struct Download {
    /// What the provider says it is.
    pub mime_type: Option<String>,
    /// SHA-256 of its bytes as the provider says, in hexadecimal.
    pub sha256: Option<String>,
    /// Its bytes. They end with an error, or whole.
    pub bytes: mpsc::Receiver<Result<Bytes, FetchError>>,
}

/// A file to be uploaded.
#[derive(Debug)]
pub struct Upload {
    /// What it is.
    pub mime_type: String,
    /// Its name.
    pub filename: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A template to be submitted.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The provider's id of the one that it changes; none for a new one.
    pub id: Option<String>,
    /// What it is to be.
    pub draft: TemplateDraft,
    /// The provider's handles of the examples of what stands above words, by the file.
    pub samples: ProviderFiles,
}

/// What the provider made of a template that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Its id.
    pub id: String,
    /// Its status: most often `PENDING`.
    pub status: String,
    /// Its category, which need not be the one that was asked for.
    pub category: Option<String>,
}

/// One connected number at its provider, with its credentials.
///
/// * `send` makes at most one request, never a second: repeating is decided elsewhere.
/// * `send` ends within [`PROVIDER_TIMEOUT`]; what is not known by then is [`SendOutcome::Unknown`].
/// * [`SendOutcome::NotStarted`] is answered only when no byte of the request can have reached the provider.
pub trait ChannelClient: Send + Sync + 'static {
    /// Makes one send request.
    fn send(&self, outbound: Outbound) -> Future<SendOutcome>;

    /// Reads all templates.
    fn templates(&self) -> Future<Result<Vec<Template>, ReadError>>;

    /// Tells the customer that a message of theirs, and all before it, was read; and, where `typing`, that somebody
    /// writes, which shows until the answer or for 25 s.
    fn mark_read(&self, provider_id: String, typing: bool) -> Future<Result<(), ReadError>>;

    /// Begins to fetch a file by the provider's id of it. No more than `bytes_max` of it come.
    fn download(&self, provider_media_id: String, bytes_max: u64) -> Future<Result<Download, FetchError>>;

    /// Gives the provider a file; answers with its id there. Made twice it is there twice, which harms nobody.
    fn upload(&self, upload: Upload) -> Future<Result<String, ReadError>>;

    /// Gives the provider an example of a file that a template will be sent with; answers with its handle.
    fn upload_sample(&self, upload: Upload) -> Future<Result<String, ReadError>>;

    /// Submits a template. Made twice, a new one is refused the second time.
    fn submit_template(&self, submission: Submission) -> Future<Result<Submitted, ReadError>>;

    /// Deletes a template, in one language.
    fn delete_template(&self, name: String, id: String) -> Future<Result<(), ReadError>>;
}
