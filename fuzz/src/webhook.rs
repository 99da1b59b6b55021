//! WhatsApp's deliveries and their signatures.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;
use switchboard_channels::{
    raws::large_raws,
    whatsapp::{
        inbound::{self, MAX_REPEATED_BYTES, Route},
        signature::{Tag, sign},
    },
};
use switchboard_domain::inbound::Update;
use switchboard_schema::{BlobId, record::MAX_INLINE_RAW_BYTES};

/// A body of the shared address: whatever it is made of, each of its updates stands for itself, nothing grows
/// out of proportion, and the numbers it is verified for are those that are in it.
pub(crate) fn delivery(body: &[u8]) -> bool {
    routes_are_those_of_the_document(body);
    let Ok(delivery) = inbound::parse(body) else { return false };
    let mut bytes = 0;
    for part in &delivery.parts {
        let alone = part.to_webhook();
        bytes += alone.len();
        let again = inbound::parse(alone.as_bytes()).expect("a part alone is a webhook");
        let [part_again] = again.parts.as_slice() else { panic!("{} parts of one", again.parts.len()) };
        assert_eq!(part_again.route, part.route);
        assert_eq!(part_again.field, part.field);
        assert_eq!(part_again.to_webhook(), alone, "what is replayed is what was kept");
        let read = part.read();
        assert_eq!(part_again.read(), read, "a part alone reads as it did among others");
        match read {
            Ok(update) => is_kept(update),
            Err(unreadable) => assert_eq!(unreadable.raw, alone),
        }
    }
    // Braces and names around each, beside what is repeated.
    let around = 128 * delivery.parts.len();
    assert!(bytes <= body.len() + MAX_REPEATED_BYTES + around, "{bytes} bytes of {}", body.len());
    true
}

/// An update survives its row, and whatever is large in it can go elsewhere.
fn is_kept(mut update: Update) {
    let row = serde_json::to_vec(&update).expect("an update can be written");
    assert_eq!(serde_json::from_slice::<Update>(&row).expect("its row can be read"), update);
    for large in large_raws(&mut update) {
        assert!(large.text().len() > MAX_INLINE_RAW_BYTES);
        large.replace(BlobId::from_bytes([0; 16]));
    }
    assert!(large_raws(&mut update).is_empty());
}

/// Reads the same document in the plainest way and compares to whom it says its updates belong.
fn routes_are_those_of_the_document(body: &[u8]) {
    // Written anew it has no name twice in an object, which each of the two would read in its own way.
    let Ok(document) = serde_json::from_slice::<Value>(body) else { return };
    let plain = document.to_string();
    let Ok(delivery) = inbound::parse(plain.as_bytes()) else { return };
    let found: BTreeSet<_> = delivery.parts.iter().map(|part| part.route.clone()).collect();
    let words = |value: Option<&Value>| match value {
        Some(Value::String(text)) => Some(text.replace('\0', "\u{FFFD}")),
        Some(Value::Number(number)) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    let named = |value: Option<&Value>| words(value).filter(|words| !words.is_empty()).map(Cow::Owned);
    let mut expected = BTreeSet::new();
    for entry in document["entry"].as_array().into_iter().flatten() {
        let account = || named(entry.get("id")).map_or(Route::Unnamed, Route::Account);
        match entry.get("changes").and_then(Value::as_array) {
            None => drop(expected.insert(Route::Unnamed)),
            Some(changes) => expected.extend(changes.iter().map(|change| {
                let number =
                    change.get("value").and_then(|value| value.get("metadata")?.get("phone_number_id"));
                named(number).map_or_else(account, Route::Number)
            })),
        }
    }
    assert_eq!(found, expected);
}

/// A line with the header's value, then the body: nothing verifies but the signature of these very bytes.
pub(crate) fn signature(bytes: &[u8]) -> bool {
    const SECRET: &str = "secret";
    let at = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len());
    let (header, body) = bytes.split_at(at);
    let own = sign(SECRET, body);
    assert_eq!(Tag::parse(&own).and_then(|tag| tag.verify(SECRET, body)), Ok(()));
    let Some(tag) = std::str::from_utf8(header).ok().and_then(|text| Tag::parse(text).ok()) else {
        return false;
    };
    let same = header.eq_ignore_ascii_case(own.as_bytes());
    assert_eq!(tag.verify(SECRET, body).is_ok(), same);
    assert!(tag.verify("", body).is_err());
    true
}
