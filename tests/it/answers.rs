//! What webhooks are answered, and that no answer harms a neighbour.

use serde_json::{Value, json};
use switchboard_simulator::{
    Faults, Update,
    payload::{Shape, sign, text_message},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{
    api::Api,
    postman::{Oddly, Postman, customer, message_id},
    snapshot::{Snapshot, number, text},
    soon,
    stage::{Stage, connect},
    until,
};

/// Two workspaces on one server with an app of its own: each with a channel.
struct Neighbours {
    stage: Stage,
    theirs: Api,
    their_postman: Postman,
}

impl Neighbours {
    async fn new() -> Self {
        let settings = [
            ("WHATSAPP__APP_SECRET", "the-instance-secret"),
            ("WHATSAPP__VERIFY_TOKEN", "the-instance-word"),
        ];
        let stage = Stage::with(1, Faults::none(), &settings).await;
        let theirs = Api::of(stage.server.address(), &stage.server.workspace("second"));
        let (_, their_postman) = connect(&stage.server, &theirs, 2).await;
        Self { stage, theirs, their_postman }
    }

    /// A text for our number.
    fn ours(&self, nth: u64) -> Update {
        self.stage.text(&customer(0), nth, &format!("ours {nth}"))
    }

    /// What each of the two has received.
    async fn received(&self) -> (usize, usize) {
        let (ours, _) = Snapshot::of(&self.stage.api).await;
        let (theirs, _) = Snapshot::of(&self.theirs).await;
        (ours.all_messages().count(), theirs.all_messages().count())
    }
}

const SHARED: &str = "/webhooks/whatsapp";

#[tokio::test]
async fn what_does_not_verify_is_answered_401_and_leaves_nothing() {
    let two = Neighbours::new().await;
    let own = &two.stage.postman;
    let shared = own.to(SHARED);
    let body = own.body(&[two.ours(1)]);
    let wrong = sign("another secret", &body);
    let theirs = sign("app-secret-2", &body);
    let cut = sign("app-secret-1", &body)[..40].to_owned();
    for postman in [own, &shared] {
        for signature in ["", &wrong, &theirs, &cut, "sha256=", "sha1=00", "sha256=ää"] {
            if !signature.is_ascii() {
                continue;
            }
            let oddly = Oddly { signature: Some(signature), ..Oddly::default() };
            assert_eq!(postman.post_body(body.clone(), &oddly).await, Some(401), "{signature}");
        }
    }
    // The right signature of other bytes.
    let other = sign("app-secret-1", &own.body(&[two.ours(2)]));
    let oddly = Oddly { signature: Some(&other), ..Oddly::default() };
    assert_eq!(own.post_body(body.clone(), &oddly).await, Some(401));
    // An address of nobody.
    let nobody = own.to("/webhooks/whatsapp/chn_0000000000000000000000000");
    assert_eq!(nobody.post(&[two.ours(1)]).await, Some(401));
    assert_eq!(two.received().await, (0, 0));
    assert_eq!(shared.post(&[two.ours(1)]).await, Some(200));
    assert_eq!(two.received().await, (1, 0));
}

#[tokio::test]
async fn a_batch_that_names_a_neighbours_number_reaches_the_neighbour_only_under_their_secret() {
    let two = Neighbours::new().await;
    // One body with an entry for each of us.
    let join = |ours: &[u8], theirs: &[u8]| {
        let mut both: Value = serde_json::from_slice(ours).unwrap();
        let other: Value = serde_json::from_slice(theirs).unwrap();
        both["entry"].as_array_mut().unwrap().extend(other["entry"].as_array().unwrap().iter().cloned());
        both.to_string().into_bytes()
    };
    let ours = two.stage.postman.body(&[two.ours(1)]);
    let theirs = two.their_postman.body(&[two.stage.text(&customer(1), 1, "theirs")]);
    let both = join(&ours, &theirs);
    // Shared: ours is taken, theirs is counted, logged and left out.
    let shared = two.stage.postman.to(SHARED);
    let left_out = "webhooks_refused_total{reason=\"signature_of_some\"}";
    assert_eq!(two.stage.api.metric(left_out).await, 0.0);
    assert_eq!(shared.post_body(both.clone(), &Oddly::default()).await, Some(200));
    assert_eq!(two.received().await, (1, 0));
    assert_eq!(two.stage.api.metric(left_out).await, 1.0);
    until("the log to tell of it", async || {
        two.stage.server.log().contains("updates were left out").then_some(())
    })
    .await;
    // Under a secret of neither nothing is believed.
    let guess = sign("a guess", &both);
    let guessed = Oddly { signature: Some(&guess), ..Oddly::default() };
    assert_eq!(shared.post_body(both.clone(), &guessed).await, Some(401));
    // At our own address it is the same: theirs is nobody's.
    let ours = two.stage.postman.body(&[two.ours(2)]);
    let both = join(&ours, &theirs);
    let before = two.stage.api.metric("webhooks_unknown_numbers_total").await;
    assert_eq!(two.stage.postman.post_body(both, &Oddly::default()).await, Some(200));
    assert_eq!(two.received().await, (2, 0));
    assert!(two.stage.api.metric("webhooks_unknown_numbers_total").await > before);
    // Theirs alone, signed by us: not at any address.
    assert_eq!(shared.post_body(theirs.clone(), &Oddly::default()).await, Some(401));
    assert_eq!(two.stage.postman.post_body(theirs, &Oddly::default()).await, Some(200));
    assert_eq!(two.received().await, (2, 0));
    // And signed by them, at the shared address.
    let update = two.stage.text(&customer(1), 1, "theirs");
    assert_eq!(two.their_postman.to(SHARED).post(&[update]).await, Some(200));
    assert_eq!(two.received().await, (2, 1));
}

#[tokio::test]
async fn what_cannot_be_read_as_a_webhook_is_told_apart_by_where_it_came() {
    let two = Neighbours::new().await;
    let own = &two.stage.postman;
    let shared = own.to(SHARED);
    let good = own.body(&[two.ours(1)]);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let oddly = Oddly { content_type: Some(content_type), ..Oddly::default() };
        assert_eq!(own.post_body(good.clone(), &oddly).await, Some(415));
        assert_eq!(shared.post_body(good.clone(), &oddly).await, Some(415));
    }
    for malformed in [&b"{\"object\":"[..], b"[]", b"", b"{\"entry\":\"none\"}", b"\xff\xfe"] {
        assert_eq!(own.post_body(malformed.to_vec(), &Oddly::default()).await, Some(400));
        assert_eq!(shared.post_body(malformed.to_vec(), &Oddly::default()).await, Some(401));
        let unsigned = Oddly { signature: Some(""), ..Oddly::default() };
        assert_eq!(own.post_body(malformed.to_vec(), &unsigned).await, Some(401));
    }
    let large = vec![b' '; 3 * 1_024 * 1_024 + 1];
    assert_eq!(own.post_body(large.clone(), &Oddly::default()).await, Some(413));
    assert_eq!(shared.post_body(large, &Oddly::default()).await, Some(413));
    assert_eq!(two.received().await, (0, 0));
    // Just not too large, and all there.
    let words = "x".repeat(4_000);
    let many: Vec<_> = (0..600).map(|nth| two.stage.text(&customer(0), nth, &words)).collect();
    let body = own.body(&many);
    assert!(body.len() > 2 * 1_024 * 1_024 && body.len() < 3 * 1_024 * 1_024, "{}", body.len());
    assert_eq!(own.post_body(body, &Oddly::default()).await, Some(200));
    assert_eq!(two.received().await, (600, 0));
}

/// Bytes of all webhooks in memory, as few as may be set.
const BYTES_IN_FLIGHT: usize = 3 * 1_024 * 1_024;

/// A server that holds no more than one large webhook at a time.
async fn narrow() -> Stage {
    let bytes = BYTES_IN_FLIGHT.to_string();
    Stage::with(1, Faults::none(), &[("LIMITS__WEBHOOK_BYTES_IN_FLIGHT_MAX", &bytes)]).await
}

/// Opens a connection and sends the head of a webhook to the channel's own address.
async fn begin(stage: &Stage, more: &str) -> TcpStream {
    begin_at(stage, stage.postman.path(), &format!("content-type: application/json\r\n{more}")).await
}

/// Opens a connection and sends the head of a webhook to a path.
async fn begin_at(stage: &Stage, path: &str, more: &str) -> TcpStream {
    let address = stage.server.address().now().await;
    let mut connection = TcpStream::connect(&address).await.expect("the server listens");
    let head = format!("POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{more}\r\n");
    connection.write_all(head.as_bytes()).await.expect("the server reads");
    connection
}

/// The status that a connection is answered with in the end.
async fn status(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    soon("the answer", connection.read_to_end(&mut answer)).await.expect("no reset");
    let answer = String::from_utf8(answer).expect("text");
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn connections_that_send_no_body_keep_no_room_from_others() {
    let stage = narrow().await;
    let signature = format!("x-hub-signature-256: {}\r\n", sign("a guess", b""));
    let mut silent = Vec::new();
    for length in ["transfer-encoding: chunked\r\n", "content-length: 3145728\r\n"] {
        for _ in 0..12 {
            silent.push(begin(&stage, &format!("{length}{signature}")).await);
        }
    }
    until("all to be waited for", async || {
        let begun = stage.api.metric("webhooks_received_total").await;
        (begun >= silent.len() as f64).then_some(())
    })
    .await;
    assert_eq!(stage.api.metric("webhooks_bytes_in_flight").await, 0.0);
    stage.postman.deliver(&[stage.text(&customer(0), 1, "in spite of them")]).await;
}

#[tokio::test]
async fn room_is_taken_by_what_arrives_and_given_back_when_it_ends() {
    let stage = narrow().await;
    let held = async || stage.api.metric("webhooks_bytes_in_flight").await as usize;
    let signature = format!("x-hub-signature-256: {}\r\n", sign("a guess", b""));
    let mut large = begin(&stage, &format!("content-length: {BYTES_IN_FLIGHT}\r\n{signature}")).await;
    large.write_all(b" ").await.unwrap();
    until("the first byte to be held", async || (held().await > 0).then_some(())).await;
    assert!(held().await < 64 * 1_024, "{}", held().await);
    stage.postman.deliver(&[stage.text(&customer(0), 1, "there is room yet")]).await;
    large.write_all(&vec![b' '; BYTES_IN_FLIGHT - 2]).await.unwrap();
    until("all of it to be held", async || (held().await == BYTES_IN_FLIGHT).then_some(())).await;
    assert_eq!(stage.postman.post(&[stage.text(&customer(0), 2, "no room")]).await, Some(429));
    large.write_all(b" ").await.unwrap();
    assert_eq!(status(large).await, "401", "it was a guess");
    assert_eq!(held().await, 0);
    stage.postman.deliver(&[stage.text(&customer(0), 2, "room again")]).await;
}

#[tokio::test]
async fn a_large_body_without_a_length_is_answered_413() {
    let stage = narrow().await;
    let signature = format!("x-hub-signature-256: {}\r\n", sign("a guess", b""));
    let mut endless = begin(&stage, &format!("transfer-encoding: chunked\r\n{signature}")).await;
    let chunk = [&b"100000\r\n"[..], &vec![b' '; 0x10_0000], b"\r\n"].concat();
    for _ in 0..4 {
        endless.write_all(&chunk).await.unwrap();
    }
    endless.write_all(b"0\r\n\r\n").await.unwrap();
    assert_eq!(status(endless).await, "413");
    assert_eq!(stage.api.metric("webhooks_bytes_in_flight").await, 0.0);
}

#[tokio::test]
async fn what_is_not_signed_is_answered_401_and_never_held() {
    let stage = narrow().await;
    for (signature, reason) in [
        ("", "no_signature"),
        ("x-hub-signature-256: sha256=00\r\n", "malformed_signature"),
        ("x-hub-signature-256: \u{e4}\r\n", "malformed_signature"),
    ] {
        let counted = format!("webhooks_refused_total{{reason=\"{reason}\"}}");
        let before = stage.api.metric(&counted).await;
        let mut large = begin(&stage, &format!("content-length: {BYTES_IN_FLIGHT}\r\n{signature}")).await;
        large.write_all(&vec![b' '; BYTES_IN_FLIGHT - 1]).await.unwrap();
        until("it to be refused", async || (stage.api.metric(&counted).await > before).then_some(())).await;
        assert_eq!(stage.api.metric("webhooks_bytes_in_flight").await, 0.0);
        large.write_all(b" ").await.unwrap();
        assert_eq!(status(large).await, "401", "{signature}");
    }
}

#[tokio::test]
async fn whoever_still_sends_a_large_body_sees_why_it_is_refused() {
    let stage = Stage::new().await;
    let own = stage.postman.path();
    let signature = format!("x-hub-signature-256: {}\r\n", sign("a guess", b""));
    let (json, text) = ("content-type: application/json\r\n", "content-type: text/plain\r\n");
    let body = vec![b' '; BYTES_IN_FLIGHT];
    for (path, content_type, answer) in [
        ("/webhooks/whatsapp/chn_0000000000000000000000000", json, "401"),
        ("/webhooks/whatsapp/nobody", json, "401"),
        (own, text, "415"),
        (SHARED, text, "415"),
    ] {
        let head = format!("{content_type}content-length: {BYTES_IN_FLIGHT}\r\n{signature}");
        let mut connection = begin_at(&stage, path, &head).await;
        connection.write_all(&body).await.unwrap();
        assert_eq!(status(connection).await, answer, "{path}");
    }
}

#[tokio::test]
async fn a_number_nobody_connected_is_counted_and_answered_200() {
    let two = Neighbours::new().await;
    let unknown = switchboard_simulator::Business::new("99", "98", "+1 212 555 0999");
    let body = switchboard_simulator::payload::batch(&unknown, &[two.ours(1)]);
    let before = two.stage.api.metric("webhooks_unknown_numbers_total").await;
    let signature = sign("the-instance-secret", &body);
    let oddly = Oddly { signature: Some(&signature), ..Oddly::default() };
    assert_eq!(two.stage.postman.to(SHARED).post_body(body.clone(), &oddly).await, Some(200));
    assert_eq!(two.stage.postman.post_body(body, &Oddly::default()).await, Some(200));
    assert_eq!(two.stage.api.metric("webhooks_unknown_numbers_total").await, before + 2.0);
    assert_eq!(two.received().await, (0, 0));
}

#[tokio::test]
async fn a_thousand_updates_in_one_webhook_are_all_taken_in_order() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let updates: Vec<_> =
        (0..1_000).map(|nth| stage.text(&customer(nth % 7), nth, &format!("{nth}"))).collect();
    stage.postman.deliver(&updates).await;
    stage.postman.deliver(&updates).await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    assert_eq!((server.conversations.len(), server.all_messages().count()), (7, 1_000));
    for messages in server.messages.values() {
        let numbers: Vec<u64> =
            messages.values().map(|message| text(&message["content"], "body").parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "the order of the webhook: {numbers:?}");
    }
}

#[tokio::test]
async fn nul_and_other_odd_characters_are_kept() {
    let stage = Stage::new().await;
    let words = ["a\0b", "\u{1}\u{7f}\u{9f}", "\u{202e}right to left", "👩‍👩‍👧‍👦 \u{10ffff}", "</script>'\"\\"];
    let ada = customer(0);
    let updates: Vec<_> =
        words.iter().enumerate().map(|(nth, word)| stage.text(&ada, nth as u64, word)).collect();
    stage.postman.deliver(&updates).await;
    // Half a surrogate pair is no text at all, and still no reason to lose the webhook.
    let id = message_id(&ada, 99);
    let json = format!(
        "{{\"from\":\"{}\",\"id\":\"{id}\",\"timestamp\":\"{}\",\"type\":\"text\",\"text\":{{\"body\":\"half \\ud83d\"}}}}",
        ada.address(),
        stage.world.clock().now_s()
    );
    stage.postman.deliver(&[Update::raw(Shape::Message, id.clone(), json)]).await;
    let server = stage.snapshot().await;
    server.check_order();
    for (nth, word) in words.iter().enumerate() {
        let id = message_id(&ada, nth as u64);
        let message = server.all_messages().find(|message| message["provider_id"] == *id).unwrap();
        let kept = text(&message["content"], "body");
        // NUL may be shown otherwise; the rest of the words may not be lost.
        assert_eq!(kept.replace(['\0', '\u{fffd}'], ""), word.replace('\0', ""), "{message}");
    }
    let letters = stage.api.get("/api/v1/dead-letters").await.of(200);
    let kept = server.all_messages().any(|message| message["provider_id"] == *id);
    assert!(kept || !letters["dead_letters"].as_array().unwrap().is_empty(), "{letters}");
}

#[tokio::test]
async fn webhooks_of_a_deleted_channel_are_verified_and_dropped() {
    let two = Neighbours::new().await;
    two.stage.postman.deliver(&[two.ours(1)]).await;
    let path = format!("/api/v1/channels/{}", two.stage.channel.id);
    two.stage.api.delete(&path).await.of(204);
    for postman in [two.stage.postman.clone(), two.stage.postman.to(SHARED)] {
        assert_eq!(postman.post(&[two.ours(2)]).await, Some(200));
        let oddly = Oddly { signature: Some("sha256=00"), ..Oddly::default() };
        assert_eq!(postman.post_body(postman.body(&[two.ours(2)]), &oddly).await, Some(401));
    }
    assert_eq!(two.received().await, (1, 0));
    let left = two.stage.api.get("/api/v1/channels").await.of(200);
    assert_eq!(left["channels"], json!([]));
    two.stage.api.delete(&path).await.of(204);
    // The neighbour goes on, and the number may be connected anew.
    two.their_postman.deliver(&[two.stage.text(&customer(1), 1, "theirs")]).await;
    let (_, again) = connect(&two.stage.server, &two.stage.api, 1).await;
    again.deliver(&[two.ours(3)]).await;
    assert_eq!(two.received().await, (2, 1));
}

#[tokio::test]
async fn a_number_that_is_connected_cannot_be_connected_again_by_anybody() {
    let two = Neighbours::new().await;
    let channel = &two.stage.channel;
    let request = json!({
        "kind": "whatsapp", "name": "Mine", "phone_number_id": channel.phone_number_id,
        "waba_id": channel.waba_id, "access_token": "t", "app_secret": "theirs",
    });
    two.theirs.post("/api/v1/channels", &request).await.is_problem(409, "taken");
    two.stage.api.post("/api/v1/channels", &request).await.is_problem(409, "taken");
    two.stage.postman.deliver(&[two.ours(1)]).await;
    assert_eq!(two.received().await, (1, 0));
}

#[tokio::test]
async fn the_handshake_answers_the_challenge_to_the_right_word_alone() {
    let two = Neighbours::new().await;
    let nobody = Api::nobody(two.stage.server.address());
    let own = two.stage.postman.path();
    let ask = |path: &str, word: &str| {
        format!("{path}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={word}")
    };
    for (path, word) in [(own, two.stage.channel.verify_token.as_str()), (SHARED, "the-instance-word")] {
        let answer = nobody.get(&ask(path, word)).await;
        assert_eq!((answer.status, answer.body.to_string().as_str()), (200, "1158201444"));
        for wrong in ["", "word-2", "WORD-1", "the-instance-wor"] {
            assert_eq!(nobody.get(&ask(path, wrong)).await.status, 403, "{path} {wrong}");
        }
        assert_eq!(nobody.get(path).await.status, 403);
    }
    let nowhere = ask("/webhooks/whatsapp/chn_0000000000000000000000000", "word-1");
    nobody.get(&nowhere).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn an_unreadable_update_among_good_ones_is_kept_and_the_good_ones_are_taken() {
    let mut stage = Stage::new().await;
    let ada = customer(0);
    let now = stage.world.clock().now_s();
    let raw = |key: &str, json: Value| Update::raw(Shape::Message, key, json.to_string());
    let updates = [
        text_message(&ada, &message_id(&ada, 1), now, "good one"),
        raw(
            "no id",
            json!({"from": ada.address(), "timestamp": now.to_string(), "type": "text", "text": {"body": "?"}}),
        ),
        raw("a number", json!(17)),
        text_message(&ada, &message_id(&ada, 2), now, "good two"),
    ];
    stage.postman.deliver(&updates).await;
    let check = async |stage: &Stage, letters: u64| {
        let server = stage.snapshot().await;
        server.check_order();
        assert_eq!(server.all_messages().count(), 2);
        let kept = stage.api.get("/api/v1/dead-letters").await.of(200);
        let kept = kept["dead_letters"].as_array().unwrap().clone();
        assert_eq!(kept.len() as u64, letters, "{kept:?}");
        for letter in &kept {
            assert_eq!(text(letter, "channel_id"), stage.channel.id);
            assert!(!text(letter, "reason").is_empty() && text(letter, "raw").contains("entry"), "{letter}");
        }
    };
    check(&stage, 2).await;
    // The provider never heard of it and sends all again: nothing is doubled, also not what cannot be read.
    stage.postman.deliver(&updates).await;
    check(&stage, 2).await;
    stage.server.kill();
    stage.server.boot().await;
    check(&stage, 2).await;
    // What cannot be read today stays until it can.
    let replayed = stage.api.post("/api/v1/dead-letters/replay", &json!({})).await.of(200);
    assert_eq!((number(&replayed, "applied"), number(&replayed, "left")), (0, 2));
    check(&stage, 2).await;
}

#[tokio::test]
async fn the_log_tells_what_kind_of_update_cannot_be_read_and_none_of_its_words() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let update = |shape, json: Value| Update::raw(shape, "odd", json.to_string());
    let now = stage.world.clock().now_s().to_string();
    let odd = [
        update(Shape::Message, json!("a-secret-message")),
        update(Shape::Message, json!({"id": ["a-secret-id"], "from": ada.address(), "timestamp": now})),
        update(Shape::Message, json!({"id": "wamid.1", "from": ada.address(), "timestamp": "a-secret-time"})),
        update(Shape::Status, json!("a-secret-status")),
    ];
    stage.postman.deliver(&odd).await;
    // The reason is where the update is.
    let kept = stage.api.get("/api/v1/dead-letters").await.of(200);
    let reasons: Vec<_> =
        kept["dead_letters"].as_array().unwrap().iter().map(|letter| text(letter, "reason")).collect();
    assert_eq!(reasons.len(), odd.len(), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("a-secret")), "{reasons:?}");
    let lines = until("the log to tell of each", async || {
        let log = stage.server.log();
        let told = log.lines().filter(|line| line.contains("an update cannot be read"));
        let lines: Vec<Value> = told.map(|line| serde_json::from_str(line).unwrap()).collect();
        (lines.len() == odd.len()).then_some(lines)
    })
    .await;
    assert!(lines.iter().all(|line| line["channel_id"] == stage.channel.id), "{lines:?}");
    let categories: Vec<_> = lines.iter().map(|line| text(line, "category")).collect();
    assert_eq!(categories, ["message", "message", "message", "status"]);
    let log = stage.server.log();
    assert!(!log.contains("a-secret") && !log.contains(ada.address()), "{log}");
}

#[tokio::test]
async fn what_could_not_be_read_is_listed_page_by_page_newest_first_to_owners_alone() {
    let mut stage = Stage::new().await;
    for nth in 0..7 {
        stage.postman.deliver(&[Update::raw(Shape::Message, "odd", format!("\"odd {nth}\""))]).await;
    }
    // Several at once have the same time.
    let odd = |nth: u64| Update::raw(Shape::Message, "odd", nth.to_string());
    stage.postman.deliver(&(0..120).map(odd).collect::<Vec<_>>()).await;
    let pages = async |stage: &Stage, limit: usize| {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = stage.api.get(&format!("/api/v1/dead-letters?limit={limit}{cursor}")).await.of(200);
            let letters = page["dead_letters"].as_array().unwrap();
            assert!(!letters.is_empty() && letters.len() <= limit, "{page}");
            found.extend(letters.iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return found };
            assert_eq!(letters.len(), limit, "a page before the last is full");
            cursor = format!("&cursor={next}");
        }
    };
    let all = pages(&stage, 500).await;
    assert_eq!(all.len(), 127);
    assert!(all.windows(2).all(|two| text(&two[0], "at") >= text(&two[1], "at")));
    assert!(text(&all[126], "raw").contains("odd 0"), "{}", all[126]);
    let some = stage.api.get("/api/v1/dead-letters").await.of(200);
    assert_eq!(some["dead_letters"].as_array().unwrap()[..], all[..100], "a hundred unless asked otherwise");
    assert_eq!(pages(&stage, 10).await, all);
    assert_eq!(pages(&stage, 127).await, all);
    stage.server.kill();
    stage.server.boot().await;
    assert_eq!(pages(&stage, 50).await, all);
    for wrong in ["limit=0", "limit=501", "limit=many", "cursor=1", "cursor=1.x", "cursor=."] {
        let answer = stage.api.get(&format!("/api/v1/dead-letters?{wrong}")).await;
        answer.is_problem(422, "invalid");
    }
    // Whose words they are, not every colleague may read.
    let agent = stage.colleague().await;
    agent.get("/api/v1/dead-letters").await.is_problem(403, "not_allowed");
    agent.post("/api/v1/dead-letters/replay", &json!({})).await.is_problem(403, "not_allowed");
    // And nobody of another workspace sees any.
    let theirs = Api::of(stage.server.address(), &stage.server.workspace("second"));
    let none = theirs.get("/api/v1/dead-letters").await.of(200);
    assert_eq!(none["dead_letters"], json!([]));
}
