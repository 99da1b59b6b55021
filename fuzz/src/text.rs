//! Ids, times and cursors in their text forms.

use std::{fmt::Display, str::FromStr};

use secrecy::SecretString;
use serde::{Serialize, de::DeserializeOwned};
use switchboard_actors::house::{Grave, ListCursor};
use switchboard_domain::inbound::Callback;
use switchboard_schema::{
    ApiKeyId, BlobId, ChannelId, ContactId, ConversationId, CorrelationId, DeadLetterId, MessageId,
    SessionId, SocketId, TenantId, Timestamp, UserId, record::WakeupTarget,
};
use switchboard_store::MasterKey;

/// A text, as everything that has a text form would read it.
pub(crate) fn forms(bytes: &[u8]) -> bool {
    let wakes = WakeupTarget::from_key(bytes).map(|target| assert_eq!(target.to_key(), bytes)).is_some();
    let Ok(text) = std::str::from_utf8(bytes) else { return wakes };
    let ids = [
        id::<TenantId>(text),
        id::<ChannelId>(text),
        id::<ContactId>(text),
        id::<ConversationId>(text),
        id::<MessageId>(text),
        id::<UserId>(text),
        id::<ApiKeyId>(text),
        id::<SessionId>(text),
        id::<SocketId>(text),
        id::<BlobId>(text),
        id::<CorrelationId>(text),
        id::<DeadLetterId>(text),
    ];
    assert!(ids.iter().filter(|taken| **taken).count() <= 1, "an id is of one kind");
    let key = MasterKey::from_text(&SecretString::from(text)).is_ok();
    assert!(!key || text.trim().len() == 44, "a key is 32 bytes");
    let callback = Callback::from_text(text);
    if let Some(callback) = callback {
        assert_eq!(Callback::from_text(&callback.to_text()), Some(callback));
    }
    let cursors = again::<ListCursor>(text) || again::<Grave>(text);
    ids.contains(&true) || again::<Timestamp>(text) || cursors || callback.is_some() || key || wakes
}

/// An id has one text form, also within JSON.
fn id<T>(text: &str) -> bool
where
    T: FromStr + Display + Serialize + DeserializeOwned,
{
    let Ok(id) = text.parse::<T>() else { return false };
    assert_eq!(id.to_string(), text);
    let json = serde_json::to_string(&id).expect("an id can be written");
    assert_eq!(serde_json::from_str::<T>(&json).expect("and read").to_string(), text);
    true
}

/// What is read is read again from what it writes.
fn again<T: FromStr + Display>(text: &str) -> bool {
    let Ok(value) = text.parse::<T>() else { return false };
    let written = value.to_string();
    assert_eq!(written.parse::<T>().ok().map(|value| value.to_string()), Some(written));
    true
}
