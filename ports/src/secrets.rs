//! Secrets at rest.

use secrecy::{SecretSlice, SecretString};
use switchboard_schema::record::Sealed;

/// A sealed value that does not open: another key, another place, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret does not open under this master key")]
pub struct NotOurs;

/// Seals secrets under the master key, bound to the place they are kept in: a value moved elsewhere, or to another
/// tenant, does not open. What was sealed under the master key before this one opens as well.
pub trait Vault: Send + Sync + 'static {
    /// Seals a secret for a place, such as `channel:<id>:access_token`.
    fn seal(&self, place: &str, secret: &SecretString) -> Sealed;

    /// Opens it again.
    ///
    /// # Errors
    /// When it was sealed under another key or for another place, or was changed.
    fn open(&self, place: &str, sealed: &Sealed) -> Result<SecretString, NotOurs>;

    /// The same secret sealed under the master key; nothing where it is already.
    ///
    /// # Errors
    /// As [`Vault::open`].
    fn reseal(&self, place: &str, sealed: &Sealed) -> Result<Option<Sealed>, NotOurs>;

    /// A key for a purpose, always the same for the same master key: to sign tickets and links.
    fn derive(&self, purpose: &str) -> SecretSlice<u8>;

    /// The same, and behind it that of the master key before: to know what was signed with it.
    fn derive_all(&self, purpose: &str) -> Vec<SecretSlice<u8>>;
}

/// The place of one secret of a channel, such as its `access_token`.
#[must_use]
pub fn channel_secret(id: switchboard_schema::ChannelId, part: &str) -> String {
    format!("channel:{id}:{part}")
}
