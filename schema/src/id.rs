//! Typed, prefixed ids: 16 bytes inside, `prefix_` and 26 characters of lower-case base32 outside.
//!
//! No order is ever read from an id. An id is either drawn at random ([`IdBytes`] given by the caller),
//! or, for things created under an idempotency key or known by a provider's id, a hash of that key, so
//! that the same act always names the same object.

use std::{fmt, str::FromStr};

use ring::digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The bytes of every id.
pub type IdBytes = [u8; 16];

/// Crockford's alphabet in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of 128 bits in base32.
const TEXT_LEN: usize = 26;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected `{prefix}_` and {TEXT_LEN} characters")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// Hashes the parts into an id. Parts are length-prefixed, so no two lists of parts collide by joining.
#[must_use]
pub fn derive_id(domain: &str, parts: &[&[u8]]) -> IdBytes {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    let mut bytes = IdBytes::default();
    bytes.copy_from_slice(&context.finish().as_ref()[..16]);
    bytes
}

fn encode(bytes: IdBytes, out: &mut [u8]) {
    let mut value = u128::from_be_bytes(bytes);
    for place in out.iter_mut().rev() {
        *place = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
}

/// Calls `with` with the text form, which is on the stack: ids are written many times for each message.
fn with_text<const LEN: usize, T>(prefix: &str, bytes: IdBytes, with: impl FnOnce(&str) -> T) -> T {
    let mut text = [b'_'; LEN];
    let (before, after) = text.split_at_mut(prefix.len());
    before.copy_from_slice(prefix.as_bytes());
    encode(bytes, &mut after[1..]);
    // Prefixes and the alphabet are ASCII.
    with(str::from_utf8(&text).unwrap_or_default())
}

fn decode(text: &str) -> Option<IdBytes> {
    if text.len() != TEXT_LEN {
        return None;
    }
    let mut value: u128 = 0;
    for (index, byte) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)? as u128;
        // 26 × 5 = 130 bits: the first character carries only three.
        if index == 0 && digit > 7 {
            return None;
        }
        value = (value << 5) | digit;
    }
    Some(value.to_be_bytes())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(IdBytes);

        impl $name {
            /// What the text form starts with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: IdBytes) -> Self {
                Self(bytes)
            }

            /// The bytes, as stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &IdBytes {
                &self.0
            }

            /// The id that these parts name, always the same for the same parts.
            #[must_use]
            pub fn derived(parts: &[&[u8]]) -> Self {
                Self(derive_id($prefix, parts))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                with_text::<{ $prefix.len() + 1 + TEXT_LEN }, _>($prefix, self.0, |text| f.write_str(text))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(IdError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                with_text::<{ $prefix.len() + 1 + TEXT_LEN }, _>($prefix, self.0, |text| serializer.serialize_str(text))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some(concat!("`", $prefix, "_` and 26 characters")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": concat!("^", $prefix, "_[0-9a-hjkmnp-tv-z]{26}$")})
            }
        }
    )*

        #[cfg(test)]
        pub(crate) const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// A workspace: the tenant every other object belongs to.
    TenantId = "wsp";
    /// A connected number, bot or mailbox.
    ChannelId = "chn";
    /// A person outside, however many addresses they have.
    ContactId = "con";
    /// The one thread between a contact and a channel.
    ConversationId = "cnv";
    /// An item of a conversation: message, note or system line.
    MessageId = "msg";
    /// A person who signs in.
    UserId = "usr";
    /// People of a workspace who answer together.
    TeamId = "team";
    /// A credential of a program.
    ApiKeyId = "key";
    /// One browser's sign-in.
    SessionId = "ses";
    /// One connection of a socket.
    SocketId = "soc";
    /// A file that goes with a message.
    MediaId = "med";
    /// A body kept outside the tables.
    BlobId = "blb";
    /// One request's way through the house, from webhook to provider call.
    CorrelationId = "cor";
    /// An update that could be stored but not applied.
    DeadLetterId = "dea";
    /// Somebody asked to join a workspace.
    InvitationId = "inv";
    /// Words kept to be sent again.
    SavedReplyId = "rpl";
    /// A word that conversations are sorted by.
    LabelId = "lbl";
    /// A filter and an order of the list, kept under a name.
    ViewId = "view";
    /// A change of many conversations at once.
    BulkId = "blk";
    /// An act that was written down.
    AuditId = "aud";
    /// What acts by itself when something happens.
    RuleId = "rul";
    /// What somebody does again and again, done at once.
    MacroId = "mac";
    /// One run of a rule or a macro.
    AutomationRunId = "run";
    /// Something that somebody was told of.
    NotificationId = "ntf";
    /// A browser that is reached while no page is open.
    PushSubscriptionId = "psh";
}

impl ConversationId {
    /// The conversation between a contact and a channel: there is only ever one, so its id is its name.
    #[must_use]
    pub fn between(channel: &ChannelId, contact: &ContactId) -> Self {
        Self::derived(&[channel.as_bytes(), contact.as_bytes()])
    }
}

impl MessageId {
    /// A message known by the id its provider gave it.
    #[must_use]
    pub fn of_provider(channel: &ChannelId, provider_id: &str) -> Self {
        Self::derived(&[b"provider", channel.as_bytes(), provider_id.as_bytes()])
    }

    /// A message asked for under an idempotency key.
    #[must_use]
    pub fn of_request(tenant: &TenantId, principal: &str, conversation: &ConversationId, key: &str) -> Self {
        Self::derived(&[
            b"request",
            tenant.as_bytes(),
            principal.as_bytes(),
            conversation.as_bytes(),
            key.as_bytes(),
        ])
    }
}

impl MediaId {
    /// The file of a message known by the id its provider gave it.
    #[must_use]
    pub fn of_provider(channel: &ChannelId, provider_id: &str) -> Self {
        Self::derived(&[b"provider", channel.as_bytes(), provider_id.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = ConversationId::from_bytes([0xff; 16]);
        assert_eq!(id.to_string().parse::<ConversationId>(), Ok(id));
        assert!(id.to_string().starts_with("cnv_7zz"));
    }

    #[test]
    fn another_kinds_id_is_refused() {
        let id = ConversationId::from_bytes([1; 16]).to_string();
        assert_eq!(id.parse::<ContactId>(), Err(IdError { prefix: "con" }));
        assert!("cnv_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ConversationId>().is_err());
        assert!("cnv_é".parse::<ConversationId>().is_err());
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(derive_id("x", &[b"ab", b"c"]), derive_id("x", &[b"a", b"bc"]));
        assert_ne!(derive_id("x", &[b"a"]), derive_id("xa", &[]));
    }

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let mut prefixes = PREFIXES.to_vec();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
    }
}
