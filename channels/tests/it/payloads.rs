//! Every payload, and what is made of it.
//!
//! A line is one update: the route (`#` a number, `@` an account, `-` neither), then from whom, when and what.
//! Addresses are `b` a user id, `e` the parent's, `w` WhatsApp's form of a number, `p` a phone number and `u` a
//! display name.

use switchboard_channels::{
    raws::large_raws,
    whatsapp::inbound::{MAX_OLD_MESSAGES, MAX_UPDATES, Malformed, parse},
};
use switchboard_domain::inbound::Update;
use switchboard_schema::{BlobId, wire::Content};

use crate::support::{payloads, raw, tell_all};

/// Words of the table that stand for longer ones.
const SHORT: [(&str, &str); 5] = [
    ("#NUMBER", "#106540352242922"),
    ("@ACCOUNT", "@102290129340398"),
    ("KERRY", r#""Kerry Fisher" PHONE"#),
    ("PHONE", "[w:16505551234 p:16505551234]"),
    ("NOW", "at 1757800000"),
];

/// Every payload by its name, and its updates.
#[rustfmt::skip]
const TABLE: &[(&str, &[&str])] = &[
    ("account_update", &[
        "@ACCOUNT other account_update",
    ]),
    ("app_state", &[
        r#"#NUMBER "Pablo Morales" PHONE is named"#,
    ]),
    ("app_state_removed", &[
        r#"#NUMBER other smb_app_state_sync"#,
        r#"#NUMBER unreadable: the contact has neither number nor id"#,
    ]),
    ("audio_voice", &[
        r#"#NUMBER KERRY NOW: {"content":{"mime_type":"audio/ogg; codecs=opus","state":"waiting","voice":true},"type":"audio"} at 3"#,
    ]),
    ("batch", &[
        r#"#NUMBER "A" [w:1 p:1] NOW: "one""#,
        r#"#NUMBER "B" [w:2 p:2] NOW: "two""#,
        r#"#NUMBER "A" [w:1 p:1] NOW: {"content":{"mime_type":"application/octet-stream","state":"waiting"},"type":"image"} at 7"#,
        "#NUMBER wamid.OUT== Sent for [w:16505551234]",
        "#NUMBER wamid.OUT== Delivered for [w:16505551234]",
        r#"#777 KERRY NOW: "three""#,
        r#"@55555 template n en_US: Status { event: "APPROVED", reason: None }"#,
    ]),
    ("batch_with_bad_ones", &[
        r#"#NUMBER KERRY NOW: "good one""#,
        "#NUMBER unreadable: there is no `id`",
        "#NUMBER unreadable: invalid type: integer `7`, expected an object at line 1 column 1",
        "#NUMBER unreadable: the timestamp is not a number of seconds at line 4 column 35",
        "#NUMBER unreadable: the message names no sender",
        "#NUMBER unreadable: invalid type: map, expected a word or number at line 3 column 18",
        r#"#NUMBER KERRY NOW: "good two""#,
        "@ACCOUNT unreadable: the change is not an object with a value",
        "@ACCOUNT unreadable: the change is not an object with a value",
        "#NUMBER unreadable: `messages` is not a list",
        "- unreadable: the entry is not an object with changes",
        "- unreadable: the entry is not an object with changes",
        "- unreadable: the entry is not an object with changes",
        r#"#NUMBER KERRY NOW: "good three""#,
    ]),
    ("button", &[
        r#"#NUMBER KERRY NOW: {"content":{"kind":"quick_reply","payload":"Unsubscribe","title":"Unsubscribe"},"type":"answer"}"#,
    ]),
    ("call_ends", &[
        r#"#NUMBER PHONE at 1757800010: {"content":{"outcome":"completed","seconds":65},"type":"call"}"#,
        r#"#NUMBER PHONE at 1757800030: {"content":{"outcome":"missed"},"type":"call"}"#,
        r#"#NUMBER PHONE at 1757800060: {"content":{"outcome":"completed","seconds":40},"type":"call"}"#,
        r#"#NUMBER other calls"#,
        r#"#NUMBER other calls"#,
        r#"#NUMBER unreadable: the message names no sender"#,
    ]),
    ("call_rings", &[
        r#"#NUMBER KERRY NOW: {"content":{"outcome":"ringing"},"type":"call"}"#,
    ]),
    ("call_statuses", &[
        r#"#NUMBER other calls"#,
    ]),
    ("contacts", &[
        r#"#NUMBER KERRY NOW: {"content":{"cards":[{"name":"","own":true,"phones":[{"kind":"CELL","phone":"+1 650 555 1234","wa_id":"16505551234"}]}]},"type":"contacts"} raw"#,
    ]),
    ("document", &[
        r#"#NUMBER KERRY NOW: {"content":{"caption":"Invoice","filename":"rechnung.pdf","mime_type":"application/pdf","state":"waiting"},"type":"document"} at 4"#,
    ]),
    ("echo", &[
        r#"#NUMBER PHONE NOW from us: "from the phone app""#,
    ]),
    ("echo_kinds", &[
        r#"#NUMBER PHONE NOW from us: {"content":{"caption":"Your bike","mime_type":"image/jpeg","state":"waiting"},"type":"image"} at 77"#,
        r#"#NUMBER to PHONE, we change wamid.E1: "from the phone""#,
        r#"#NUMBER to PHONE, we revoke wamid.E2"#,
        r#"#NUMBER to PHONE, we react to wamid.IN with Some("👍")"#,
        r#"#NUMBER [b:US.13491208655302741918] NOW from us: "by id""#,
        r#"#NUMBER unreadable: the echo names nobody whom it is for"#,
    ]),
    ("edit_image", &[
        r#"#NUMBER KERRY edits wamid.PARENT==: {"content":{"caption":"New words","mime_type":"image/jpeg","state":"waiting"},"type":"image"}"#,
    ]),
    ("edit_text", &[
        r#"#NUMBER KERRY edits wamid.PARENT==: "I meant Tuesday""#,
    ]),
    ("edit_without_original", &[
        "#NUMBER KERRY NOW: <edit>",
    ]),
    ("empty_value", &[
        "#NUMBER other messages",
    ]),
    ("history", &[
        r#"#NUMBER PHONE at 1739230955 long ago from us, Read: "old""#,
        "#NUMBER 55 % of History came",
    ]),
    ("history_asset", &[
        r#"#NUMBER PHONE at 1739230960 long ago: {"content":{"mime_type":"image/jpeg","state":"waiting"},"type":"image"} at 88"#,
        "#NUMBER 80 % of History came",
    ]),
    ("history_declined", &[
        r#"#NUMBER other history_declined"#,
    ]),
    ("history_thread", &[
        r#"#NUMBER PHONE at 1739230900 long ago: "is it ready?""#,
        r#"#NUMBER PHONE at 1739230955 long ago from us, Failed: "not sent""#,
        r#"#NUMBER PHONE at 1739230960 long ago: <media_placeholder>"#,
        r#"#NUMBER unreadable: there is no `id`"#,
        r#"#NUMBER [b:US.1 w:16505550000 p:16505550000 u:ana] at 1739230970 long ago: "hello""#,
        r#"#NUMBER unreadable: invalid type: string "no thread", expected an object at line 1 column 11"#,
        "#NUMBER 80 % of History came",
        "#NUMBER 80 % of History came",
    ]),
    ("image", &[
        r#"#NUMBER KERRY NOW: {"content":{"caption":"The taco list","mime_type":"image/jpeg","state":"waiting"},"type":"image"} at 1003383421387256"#,
    ]),
    ("interactive_button", &[
        r#"#NUMBER KERRY NOW: {"content":{"id":"cancel-button","kind":"button","title":"Cancel"},"type":"answer"} to wamid.PARENT== raw"#,
    ]),
    ("interactive_flow", &[
        r#"#NUMBER KERRY NOW: {"content":{"kind":"form","name":"flow","response":"{\"flow_token\":\"t\",\"day\":\"Monday\"}"},"type":"answer"} raw"#,
    ]),
    ("interactive_list", &[
        r#"#NUMBER KERRY NOW: {"content":{"description":"Next day","id":"priority_express","kind":"row","title":"Priority Mail Express"},"type":"answer"} raw"#,
    ]),
    ("interactive_missing", &[
        "#NUMBER KERRY NOW: <interactive>",
        "#NUMBER other messages",
    ]),
    ("location", &[
        r#"#NUMBER KERRY NOW: {"content":{"address":"101 Forest Ave","latitude":37.44216251868683,"longitude":-122.16153582049394,"name":"Philz Coffee"},"type":"location"}"#,
    ]),
    ("order", &[
        r#"#NUMBER KERRY NOW: {"content":{"catalog_id":"194836987003835","products":[{"currency":"USD","price":"30","product_id":"di9ozbzfi4","quantity":2}],"text":"Please"},"type":"order"} raw"#,
    ]),
    ("phone_quality", &[
        "@ACCOUNT other phone_number_quality_update",
    ]),
    ("reaction", &[
        r#"#NUMBER KERRY reacts to wamid.PARENT== with Some("👍")"#,
    ]),
    ("reaction_removed", &[
        r#"#NUMBER KERRY reacts to wamid.PARENT== with None"#,
    ]),
    ("request_welcome", &[
        r#"#NUMBER KERRY NOW: {"content":{"event":"welcomed"},"type":"system"} notice raw"#,
    ]),
    ("revoke", &[
        "#NUMBER KERRY revokes wamid.PARENT==",
    ]),
    ("status_delivered", &[
        "#NUMBER wamid.OUT== Delivered for [w:16505551234]",
    ]),
    ("status_failed_odd", &[
        "#NUMBER wamid.OUT== Failed whatsapp_unspecified for [w:16505551234]",
        "#NUMBER wamid.OUT== Failed whatsapp_999999 for [w:16505551234]",
        "#NUMBER wamid.OUT== Failed whatsapp_unspecified for [w:16505551234]",
    ]),
    ("status_failed_window", &[
        "#NUMBER wamid.OUT== Failed whatsapp_131047 for [w:16505551234]",
    ]),
    ("status_group", &[
        "#NUMBER wamid.OUT== Delivered for [w:16505551234]",
        "#NUMBER wamid.OUT== Delivered for [w:16505551235]",
    ]),
    ("status_other", &[
        "#NUMBER other statuses",
        "#NUMBER other statuses",
        "#NUMBER other statuses",
        "#NUMBER other statuses",
    ]),
    ("status_played", &[
        "#NUMBER wamid.OUT== Played for [w:16505551234]",
    ]),
    ("status_read_bsuid", &[
        "#NUMBER wamid.OUT== Read for [b:US.1 e:US.ENT.1]",
    ]),
    ("status_sent", &[
        "#NUMBER wamid.OUT== Sent of seq 12 as service for [b:US.13491208655302741918 w:16505551234]",
    ]),
    ("status_sent_v23", &[
        "#NUMBER wamid.OUT== Sent as service for [w:16505551234]",
    ]),
    ("sticker", &[
        r#"#NUMBER KERRY NOW: {"content":{"mime_type":"image/webp","state":"waiting"},"type":"sticker"} at 5"#,
    ]),
    ("system_identity", &[
        r#"#NUMBER PHONE NOW: {"content":{"event":"identity_changed"},"type":"system"} notice raw"#,
    ]),
    ("system_number", &[
        "#NUMBER PHONE becomes [b:US.777 w:12195555358 p:12195555358] and leaves PHONE (wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQz36==)",
    ]),
    ("system_number_old", &[
        "#NUMBER PHONE becomes [w:12195555358 p:12195555358] and leaves PHONE (wamid.OLD==)",
    ]),
    ("system_user_id", &[
        "#NUMBER [b:US.1] becomes [b:US.2 e:US.ENT.2] and leaves [b:US.1] (wamid.SYS==)",
    ]),
    ("template_category", &[
        r#"@ACCOUNT template welcome en_US: Category { category: "MARKETING" }"#,
    ]),
    ("template_category_announced", &[
        r#"@ACCOUNT template welcome en_US: NextCategory { category: "MARKETING", from: Some(2025-09-14T21:46:40.000Z) }"#,
    ]),
    ("template_components", &[
        "@ACCOUNT template welcome en_US: Components",
    ]),
    ("template_quality", &[
        r#"@ACCOUNT template welcome en_US: Quality { score: "YELLOW" }"#,
    ]),
    ("text", &[
        r#"#NUMBER KERRY NOW: "Hello, is my order ready?""#,
    ]),
    ("text_absurd_times", &[
        r#"#NUMBER KERRY at 253402200000: "future""#,
        r#"#NUMBER KERRY at 0: "past""#,
    ]),
    ("text_bsuid_only", &[
        r#"#NUMBER "Pablo" [b:US.13491208655302741918 e:US.ENT.11815799212886844830 u:pablomorales] at 1757800002: "No number here""#,
    ]),
    ("text_by_position", &[
        r#"#NUMBER "Only One" [b:US.2] at 1757800003: "Who am I?""#,
    ]),
    ("text_escaped", &[
        r#"#NUMBER "Ana Souza" [b:BR.13491208655302741918 w:5511987654321 p:5511987654321 u:ana.souza] at 1757800001: "Olá! É às 9h? 😀 https://a.example/x""#,
    ]),
    ("text_forwarded", &[
        r#"#NUMBER KERRY NOW: "See this" forwarded Once"#,
    ]),
    ("text_group", &[
        "#NUMBER KERRY NOW: <group> notice",
    ]),
    ("text_half_emoji", &[
        r#"#NUMBER "half �" PHONE NOW: "cut �" raw"#,
    ]),
    ("text_identity_check", &[
        r#"#NUMBER KERRY NOW: "Hi" raw"#,
    ]),
    ("text_nul", &[
        r#"#NUMBER "K�erry" PHONE NOW: "a�b" raw"#,
    ]),
    ("text_product", &[
        r#"#NUMBER KERRY NOW: "Is this available?" to wamid.PARENT== about di9ozbzfi4"#,
    ]),
    ("text_referral", &[
        r#"#NUMBER KERRY NOW: "I saw your ad" through Some("Chat with us") free raw"#,
    ]),
    ("text_reply", &[
        r#"#NUMBER KERRY NOW: "Yes" to wamid.PARENT=="#,
    ]),
    ("text_unknown_fields", &[
        r#"#NUMBER KERRY NOW: "Hi" raw"#,
    ]),
    ("text_without_contact", &[
        r#"#NUMBER PHONE NOW: "No contacts""#,
    ]),
    ("unknown_field", &[
        "@ACCOUNT other holograms",
    ]),
    ("unknown_type", &[
        "#NUMBER KERRY NOW: <hologram>",
    ]),
    ("unnamed", &[
        "- other ",
    ]),
    ("unsupported", &[
        "#NUMBER KERRY NOW: <poll_creation>",
    ]),
    ("user_id_update", &[
        "#NUMBER [b:US.1 e:US.ENT.1 w:16505551234 p:16505551234] becomes [b:US.2 e:US.ENT.2] and leaves [b:US.1 e:US.ENT.1] (user_id_update:US.1:US.2:1757800000)",
        "#NUMBER unreadable: the new user id names not both the old and the new one",
    ]),
    ("user_preferences", &[
        "#NUMBER PHONE wants Marketing Withdrawn: User requested to stop marketing messages",
    ]),
    ("value_errors", &[
        "#NUMBER other messages",
    ]),
    ("value_unknown", &[
        r#"#NUMBER KERRY NOW: "Hi""#,
        "#NUMBER other messages",
    ]),
    ("video", &[
        r#"#NUMBER KERRY NOW: {"content":{"mime_type":"video/mp4","state":"waiting"},"type":"video"} at 2"#,
    ]),
];

#[test]
fn every_payload_becomes_the_updates_it_carries() {
    let long =
        |line: &&str| SHORT.iter().fold((*line).to_owned(), |line, (short, long)| line.replace(short, long));
    let found = payloads();
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    let expected: Vec<_> = TABLE.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, expected, "the table lists every payload, by name");
    for ((name, body), (_, lines)) in found.iter().zip(TABLE) {
        let lines: Vec<_> = lines.iter().map(long).collect();
        assert_eq!(tell_all(body), lines, "{name}");
    }
}

#[test]
fn an_unsupported_message_is_kept_as_it_came() {
    for (name, body) in payloads() {
        let body = String::from_utf8(body).expect("text");
        for part in parse(body.as_bytes()).expect("a delivery").parts {
            if let Ok(Update::Message(message)) = part.read()
                && let Content::Unsupported(unsupported) = &message.content
            {
                let kept = unsupported.raw.as_deref().expect("raw");
                assert!(body.contains(kept), "{name}: byte by byte");
            }
        }
    }
}

#[test]
fn what_is_not_an_envelope_is_malformed() {
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        b"{\"entry\":{}}",
        b"{\"entry\":null}",
        b"{\"entry\":[]",
        b"{\"entry\":[]} {}",
        b"{\"entry\":[],\"entry\":[]}",
        b"{\"entry\":[],}",
        b"\xef\xbb\xbf{\"entry\":[]}",
        b"{\"entry\":[\"\xff\"]}",
        b"hub.mode=subscribe",
        b"<html></html>",
    ] {
        let error = parse(body).expect_err(&String::from_utf8_lossy(body));
        assert!(matches!(error, Malformed::NotAnEnvelope(_)), "{error}");
    }
    assert!(parse(b"{\"entry\":[]}").expect("a delivery").parts.is_empty());
}

/// A webhook with so many messages.
fn crowd(messages: usize) -> Vec<u8> {
    let one = r#"{"from":"1","id":"i","timestamp":"1","type":"text","text":{"body":"x"}}"#;
    let list = vec![one; messages].join(",");
    format!(
        r#"{{"entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[{list}]}}}}]}}]}}"#
    )
    .into_bytes()
}

#[test]
fn more_updates_than_the_limit_are_refused_together() {
    assert_eq!(parse(&crowd(MAX_UPDATES)).expect("a delivery").parts.len(), MAX_UPDATES);
    assert_eq!(parse(&crowd(MAX_UPDATES + 1)).map(|delivery| delivery.parts.len()), Err(Malformed::TooMany));
}

/// A history of so many messages.
fn memory(messages: usize) -> Vec<u8> {
    let one = r#"{"from":"1","id":"i","timestamp":"1","type":"text","text":{"body":"x"}}"#;
    let list = vec![one; messages].join(",");
    let thread = format!(r#"{{"id":"1","messages":[{list}]}}"#);
    format!(r#"{{"entry":[{{"changes":[{{"field":"history","value":{{"history":[{{"threads":[{thread}]}}]}}}}]}}]}}"#)
        .into_bytes()
}

#[test]
fn a_history_may_be_longer_and_has_a_limit_of_its_own() {
    let parts = |messages| parse(&memory(messages)).map(|delivery| delivery.parts.len());
    assert_eq!(parts(MAX_OLD_MESSAGES), Ok(MAX_OLD_MESSAGES));
    assert_eq!(parts(MAX_OLD_MESSAGES + 1), Err(Malformed::TooMany));
}

#[test]
fn an_envelope_out_of_proportion_is_refused() {
    for (open, item, close) in [
        ("{\"entry\":[", "{}", "]}"),
        ("{\"entry\":[{\"changes\":[", "{}", "]}]}"),
        ("{\"entry\":[{\"changes\":[", "0", "]}]}"),
        ("{\"entry\":[],", "\"\":0", "}"),
        ("{\"entry\":[{\"changes\":[{\"value\":{", "\"\":0", "}}]}]}"),
        ("{\"entry\":[{\"changes\":[{\"field\":\"messages\",\"value\":{\"contacts\":[", "0", "]}}]}]}"),
    ] {
        let body = format!("{open}{}{close}", vec![item; 500_000].join(","));
        assert_eq!(
            parse(body.as_bytes()).map(|delivery| delivery.parts.len()),
            Err(Malformed::TooMany),
            "{open}"
        );
    }
}

#[test]
fn depth_is_no_reason_to_fall() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(
        r#"{{"entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[{{"from":"1","id":"i","timestamp":"1","type":"deep","deep":{deep}}},{deep}]}}}}]}}]}}"#
    );
    let delivery = parse(body.as_bytes()).expect("a delivery");
    let read: Vec<_> = delivery.parts.iter().map(|part| part.read()).collect();
    assert!(matches!(read.as_slice(), [Ok(Update::Message(_)), Err(_)]));
}

#[test]
fn a_long_text_is_taken_and_a_long_id_is_not() {
    let message = |id: &str, body: &str| {
        format!(
            r#"{{"entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"messages":[{{"from":"1","id":"{id}","timestamp":"1","type":"text","text":{{"body":"{body}"}}}}]}}}}]}}]}}"#
        )
    };
    let long = "x".repeat(100_000);
    let body = message("i", &long);
    let update = parse(body.as_bytes()).expect("a delivery").parts[0].read().expect("an update");
    assert!(
        matches!(update, Update::Message(message) if matches!(&message.content, Content::Text(text) if text.body == long))
    );
    let body = message(&long, "x");
    let error = parse(body.as_bytes()).expect("a delivery").parts[0].read().expect_err("too long");
    assert_eq!(error.reason, "an id of 100000 bytes");
    assert!(error.raw.contains(&long));
}

#[test]
fn large_raws_can_be_moved_out() {
    let padding = "x".repeat(20_000);
    let body = format!(
        r#"{{"entry":[{{"id":"1","changes":[{{"field":"messages","value":{{"contacts":[{{"wa_id":"1","odd":"{padding}"}}],"messages":[{{"from":"1","id":"i","timestamp":"1","type":"image","image":"{padding}"}}]}}}}]}}]}}"#
    );
    let mut update = parse(body.as_bytes()).expect("a delivery").parts[0].read().expect("an update");
    let large = large_raws(&mut update);
    assert_eq!(large.len(), 2, "the message's JSON, and the contact's with it");
    for place in large {
        place.replace(BlobId::from_bytes([1; 16]));
    }
    assert!(large_raws(&mut update).is_empty());
    assert_eq!(raw(&update), None);
}
