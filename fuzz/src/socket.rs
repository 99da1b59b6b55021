//! What a client says on a socket.

use switchboard::outside::{self, Headers, MESSAGE_BYTES_MAX, Said};
use switchboard_schema::wire::ClientFrame;
use tokio_tungstenite::tungstenite::Message;

/// A text message. What is taken is in the published schema, and written by it is taken for the same.
pub(crate) fn frame(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let said = outside::frame(text);
    let published = match said.clone() {
        Said::Plain => return true,
        Said::Refused(..) | Said::Complaint(_) | Said::Close(_) => return false,
        Said::Subscribe(id, since, batch, idle_s) => ClientFrame::Subscribe { id, since, batch, idle_s },
        Said::Command(id, key, command) => {
            assert!(is_key(&key), "{key:?}");
            ClientFrame::Command { id, key, command }
        }
    };
    let written = serde_json::to_string(&published).expect("a frame can be written");
    assert_eq!(outside::frame(&written), said, "{written}");
    assert_eq!(serde_json::from_str::<ClientFrame>(&written).expect("as published"), published);
    true
}

pub(crate) fn is_key(key: &str) -> bool {
    let length = 1..=Headers::IDEMPOTENCY_KEY_CHARS_MAX;
    length.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A byte for how the rest arrives, then what comes behind an upgrade: the same messages whatever the pieces,
/// none of them too long.
pub(crate) fn messages(bytes: &[u8]) -> bool {
    let Some((&piece, bytes)) = bytes.split_first() else { return false };
    let read = |piece| {
        let mut read = Vec::new();
        outside::messages(bytes, piece, |message| read.push(message.clone()));
        read
    };
    let whole = read(usize::MAX);
    assert_eq!(read(usize::from(piece)), whole);
    for message in &whole {
        assert!(message.len() <= MESSAGE_BYTES_MAX);
        if let Message::Text(text) = message {
            frame(text.as_bytes());
        }
    }
    !whole.is_empty()
}
