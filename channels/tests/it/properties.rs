//! Hostile and unknown shapes, made from the payloads.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use switchboard_channels::whatsapp::inbound::{Malformed, parse};
use switchboard_domain::inbound::Update;

use crate::support::{payloads, raw};

/// Everything that can be done with a body; the parts and what they read as.
fn walk(body: &[u8]) -> Option<usize> {
    let delivery = parse(body).ok()?;
    for part in &delivery.parts {
        let alone = part.to_webhook();
        let again = parse(alone.as_bytes()).expect("a part alone is a webhook");
        let [part_again] = again.parts.as_slice() else {
            panic!("{} parts of one: {alone}", again.parts.len());
        };
        assert_eq!(part_again.route, part.route);
        assert_eq!(part_again.field, part.field);
        assert_eq!(part_again.to_webhook(), alone);
        assert_eq!(part_again.read(), part.read());
        if let Err(unreadable) = part.read() {
            assert_eq!(unreadable.raw, alone);
        }
    }
    Some(delivery.parts.len())
}

/// The places in a document, each as the way to it.
fn places(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut push = |key: &str, inner: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        found.extend(places(inner).into_iter().map(|way| format!("/{key}{way}")));
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, inner)| push(key, inner)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| push(&index.to_string(), inner))
        }
        _ => {}
    }
    found
}

fn documents() -> Vec<Value> {
    payloads().iter().map(|(_, body)| serde_json::from_slice(body)).filter_map(Result::ok).collect()
}

fn any_document_with_messages() -> impl Strategy<Value = Value> {
    let has_messages =
        |document: &Value| places(document).iter().any(|way| way.ends_with("/value/messages/0"));
    prop::sample::select(documents().into_iter().filter(has_messages).collect::<Vec<_>>())
}

fn any_document() -> impl Strategy<Value = Value> {
    prop::sample::select(documents())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        Just(json!("text")),
        Just(json!("16505551234")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let key = prop_oneof![
            any::<String>(),
            prop::sample::select(vec![
                "id", "from", "type", "text", "messages", "contacts", "entry", "value"
            ])
            .prop_map(str::to_owned),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

#[test]
fn a_part_alone_reads_as_it_did_among_others() {
    for (name, body) in payloads() {
        assert!(walk(&body).is_some(), "{name}");
    }
}

#[test]
fn a_truncated_payload_is_malformed() {
    for (name, body) in payloads() {
        let whole = body.trim_ascii_end();
        for end in 0..whole.len() {
            assert!(parse(&whole[..end]).is_err(), "{name} up to {end}");
        }
    }
}

#[test]
fn what_stands_around_many_updates_is_not_multiplied_without_bound() {
    let odd = "x".repeat(100 * 1_024);
    let updates = |count: usize| vec![json!(1); count];
    for body in [
        json!({ "more": odd, "entry": updates(200) }),
        json!({ "entry": [{ "more": odd, "changes": updates(200) }] }),
        json!({ "entry": [{ "changes": [{ "field": "messages", "more": odd, "value": { "messages": updates(200) } }] }] }),
        json!({ "entry": [{ "changes": [{ "field": "messages", "value": { "messages": updates(200), "metadata": odd } }] }] }),
        json!({ "entry": [{ "changes": [{ "field": "messages", "value": {
            "messages": updates(200), "contacts": [{ "more": odd }],
        } }] }] }),
        json!({ "entry": [{ "changes": [{ "field": "user_id_update", "value": {
            "user_id_update": updates(200), "more": odd,
        } }] }] }),
    ] {
        assert_eq!(parse(body.to_string().as_bytes()).err(), Some(Malformed::TooMany));
    }
    let few = json!({ "more": odd, "entry": updates(100) }).to_string();
    assert_eq!(walk(few.as_bytes()), Some(100));
}

proptest! {
    #[test]
    fn any_bytes_are_taken_without_a_fall(body in prop::collection::vec(any::<u8>(), 0..512)) {
        walk(&body);
    }

    #[test]
    fn any_json_is_taken_without_a_fall(entry in prop::collection::vec(any_json(), 0..4)) {
        let body = json!({ "entry": entry }).to_string();
        prop_assert!(walk(body.as_bytes()).is_some());
    }

    #[test]
    fn changed_bytes_are_taken_without_a_fall(
        document in any_document(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let mut body = document.to_string().into_bytes();
        for (index, byte, kind) in changes {
            let at = index.index(body.len());
            match kind {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => drop(body.remove(at)),
            }
        }
        walk(&body);
    }

    #[test]
    fn a_value_of_another_shape_spoils_nothing_but_its_update(
        document in any_document(),
        place in any::<prop::sample::Index>(),
        value in any_json(),
    ) {
        let mut document = document;
        let places = places(&document);
        // But for these two, the document itself and its list of entries, it is an envelope still.
        let way = places[place.index(places.len())].clone();
        if let Some(found) = document.pointer_mut(&way) {
            *found = value;
        }
        let read = walk(document.to_string().as_bytes());
        prop_assert!(read.is_some() || way.is_empty() || way == "/entry");
    }

    #[test]
    fn a_bad_message_spoils_no_other(value in any_json(), at in 0..4_usize) {
        let (_, body) = payloads().into_iter().find(|(name, _)| name == "batch").expect("the batch");
        let good: Vec<_> = parse(&body).expect("a delivery").parts.iter().map(|part| part.read()).collect();
        let mut document: Value = serde_json::from_slice(&body).expect("JSON");
        let messages = document.pointer_mut("/entry/0/changes/0/value/messages").and_then(Value::as_array_mut);
        messages.expect("messages").insert(at, value);
        let body = document.to_string();
        let mut read: Vec<_> = parse(body.as_bytes()).expect("a delivery").parts.iter().map(|part| part.read()).collect();
        drop(read.remove(at));
        for (read, good) in read.into_iter().zip(good) {
            let (mut read, mut good) = (read, good);
            // Raw JSON of the payload is pretty, of the changed one it is not.
            for update in [&mut read, &mut good].into_iter().flatten() {
                if let Update::Message(message) = update {
                    message.content = switchboard_schema::wire::Content::Text(switchboard_schema::wire::Text {
                        body: crate::support::tell(&Update::Message(message.clone())),
                    });
                } else if let Update::Other(other) = update {
                    other.raw = switchboard_schema::record::Kept::Inline(String::new());
                }
            }
            prop_assert_eq!(read, good);
        }
    }

    #[test]
    fn what_is_not_known_of_a_message_is_never_lost(
        document in any_document_with_messages(),
        place in any::<prop::sample::Index>(),
        kind in "[a-z_]{3,12}",
        renamed in any::<bool>(),
    ) {
        const MARK: &str = "zz_unheard_of";
        let mut document = document;
        let places: Vec<_> = places(&document)
            .into_iter()
            .filter(|way| way.contains("/value/messages/") && document.pointer(way).is_some_and(Value::is_object))
            .collect();
        let way = &places[place.index(places.len())];
        let object: &mut Map<String, Value> =
            document.pointer_mut(way).and_then(Value::as_object_mut).expect("an object");
        object.insert(MARK.to_owned(), json!([{}, 1]));
        if renamed && object.contains_key("timestamp") {
            object.insert("type".to_owned(), json!(kind));
        }
        let body = document.to_string();
        let kept = parse(body.as_bytes()).expect("a delivery").parts.iter().any(|part| match part.read() {
            Ok(update @ (Update::Message(_) | Update::Other(_))) => raw(&update).is_some_and(|raw| raw.contains(MARK)),
            // These have their whole meaning in them; what else came with them is of no use yet.
            Ok(
                Update::Edit(_)
                | Update::Revoke(_)
                | Update::Reaction(_)
                | Update::IdentityChange(_)
                | Update::Preference(_)
                | Update::Named(_)
                | Update::Phone(_)
                | Update::Template(_)
                | Update::Status(_),
            ) => part.to_webhook().contains(MARK),
            Err(unreadable) => unreadable.raw.contains(MARK),
        });
        prop_assert!(kept, "{way} of {body}");
    }
}
