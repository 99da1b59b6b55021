//! Every kind of message that can be sent, taken by a provider that checks each request strictly; and what people want
//! to hear, from the webhook to the refusal.

use serde_json::{Value, json};
use switchboard_simulator::voice_note;

use crate::support::{
    api::{Api, client},
    postman::customer,
    snapshot::text,
    stage::{Stage, messages_path, text_body},
};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// What recorders of phones and browsers write: sound alone under the brand of a film, and what is in it said at its end.
fn recording() -> Vec<u8> {
    let of = |kind: &[u8; 4], inside: &[u8]| {
        let size = u32::try_from(inside.len() + 8).expect("it is small");
        [&size.to_be_bytes()[..], kind, inside].concat()
    };
    let handler = of(b"hdlr", &[&[0; 8], &b"soun"[..], &[0; 13]].concat());
    let tracks = of(b"moov", &of(b"trak", &of(b"mdia", &handler)));
    [of(b"ftyp", b"isom\0\0\x02\0isom"), of(b"mdat", &[7; 100]), tracks].concat()
}

async fn upload(stage: &Stage, query: &str, bytes: &[u8]) -> (u16, Value) {
    upload_under(None, stage, query, bytes).await
}

async fn upload_under(key: Option<&str>, stage: &Stage, query: &str, bytes: &[u8]) -> (u16, Value) {
    let path = format!("/api/v1/media?channel_id={}{query}", stage.channel.id);
    let mut request = client()
        .post(format!("http://{}{path}", stage.server.address().now().await))
        .bearer_auth(&stage.workspace.api_key)
        .body(bytes.to_vec());
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

async fn media(stage: &Stage, query: &str, bytes: &[u8]) -> String {
    let (status, body) = upload(stage, query, bytes).await;
    assert_eq!(status, 201, "{body}");
    text(&body, "media_id")
}

#[tokio::test]
async fn every_kind_is_taken_by_a_strict_provider_and_goes() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(1)).await;
    let picture = media(&stage, "&kind=image", PNG).await;
    let pdf = media(&stage, "&kind=document&filename=offer.pdf", b"%PDF-1.7 an offer").await;
    let voice = media(&stage, "&kind=audio", &voice_note(1)).await;
    let recorded = media(&stage, "&kind=audio&filename=memo.m4a", &recording()).await;
    let film = media(&stage, "&kind=video", b"\0\0\0\x20ftypisom a film").await;
    let sticker = media(&stage, "&kind=sticker", b"RIFF\x10\0\0\0WEBPVP8 ").await;
    let theirs = stage.messages(&conversation).await.remove(0);
    let reply = |id: &str, title: &str| json!({"id": id, "title": title});
    let asked = |action: Value| json!({"type": "interactive", "interactive": {"body": "When?", "footer": "Vela", "action": action}});
    let sends = [
        json!({"type": "text", "text": {"body": "hello"}, "reply_to": theirs["id"]}),
        json!({"type": "image", "image": {"media_id": picture, "caption": "Look"}}),
        json!({"type": "document", "document": {"media_id": pdf}}),
        json!({"type": "audio", "audio": {"media_id": voice, "voice": true}}),
        json!({"type": "audio", "audio": {"media_id": recorded}}),
        json!({"type": "video", "video": {"media_id": film}}),
        json!({"type": "sticker", "sticker": {"media_id": sticker}}),
        json!({"type": "location", "location": {"latitude": 51.9, "longitude": 4.4, "name": "Shop", "address": "Quay 1"}}),
        json!({"type": "contacts", "contacts": [{"name": "Vela", "phones": [{"phone": "+31 10 123 4567", "kind": "WORK"}],
            "emails": [{"value": "hi@vela.example", "kind": "WORK"}], "organization": "Vela"}]}),
        asked(json!({"type": "buttons", "buttons": [reply("yes", "Yes"), reply("no", "No")]})),
        asked(
            json!({"type": "list", "button": "Choose", "sections": [{"title": "Days", "rows": [{"id": "mo", "title": "Monday", "description": "all day"}]}]}),
        ),
        asked(json!({"type": "cta_url", "display_text": "Track", "url": "https://shop.example/1"})),
        asked(json!({"type": "location_request"})),
        asked(json!({"type": "contact_request"})),
        json!({"type": "interactive", "interactive": {"header": {"type": "image", "image": {"media_id": picture}}, "body": "This one?",
            "action": {"type": "buttons", "buttons": [reply("yes", "Yes")]}}}),
        json!({"type": "reaction", "reaction": {"message_id": theirs["id"], "emoji": "👍"}}),
    ];
    for body in &sends {
        let sent = stage.api.post(&messages_path(&conversation), body).await.of(202);
        let settled = stage.until_state(&sent, "sent").await;
        assert_eq!(settled["error"], Value::Null, "{body}");
        assert_eq!(settled["decision"]["allowed"], true, "{settled}");
    }
    assert_eq!(stage.graph().sends().len(), sends.len());
    let thread = stage.messages(&conversation).await;
    let first = &thread[0];
    assert_eq!(first["reactions"][0]["emoji"], "👍", "it stands on the message it is for");
    assert_eq!(thread[1]["quote"]["text"], first["content"]["body"], "the quote says what is answered");
    assert_eq!(thread[1]["reply_to"], first["provider_id"]);
}

#[tokio::test]
async fn what_the_provider_would_refuse_is_refused_before_with_its_field() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(1)).await;
    let pdf = media(&stage, "", b"%PDF-1.7 an offer").await;
    for (body, field) in [
        (json!({"type": "image", "image": {"media_id": pdf}}), "image.media_id"),
        (json!({"type": "image", "image": {"media_id": "med_00000000000000000000000000"}}), "image.media_id"),
        (json!({"type": "location", "location": {"latitude": 99, "longitude": 4}}), "location.latitude"),
        (json!({"type": "contacts", "contacts": []}), "contacts"),
        (
            json!({"type": "text", "text": {"body": "hi"}, "reply_to": "msg_00000000000000000000000000"}),
            "reply_to",
        ),
        (
            json!({"type": "interactive", "interactive": {"body": "?", "action": {"type": "buttons", "buttons": []}}}),
            "interactive.action.buttons",
        ),
    ] {
        let refused = stage.api.post(&messages_path(&conversation), &body).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field, "{body}");
    }
    let (status, body) = upload(&stage, "&kind=image", b"<svg onload=alert(1)>").await;
    assert_eq!((status, text(&body, "field")), (422, "kind".to_owned()), "{body}");
    let archive = upload(&stage, "&kind=document&filename=photos.zip", b"PK\x03\x04").await;
    assert_eq!((archive.0, text(&archive.1, "field")), (422, "kind".to_owned()), "{}", archive.1);
    let vorbis = upload(&stage, "&kind=audio", b"OggS\0\x02 no Opus").await;
    assert!(vorbis.0 == 422 && text(&vorbis.1, "detail").contains("no Opus"), "{}", vorbis.1);
    let (status, _) = upload(&stage, "&kind=image", &vec![0xff; 5 * 1_024 * 1_024 + 1]).await;
    assert_eq!(status, 413);
    assert_eq!(stage.graph().sends().len(), 0);
}

/// An export is checked by the command alone, under the key that the installation tells.
async fn shown_elsewhere(stage: &Stage, path: &str) {
    let export = stage.api.get(&format!("{path}/proof")).await.of(200);
    let key = text(&stage.api.get("/api/v1/consent-key").await.of(200), "public_key");
    assert_eq!(stage.server.run(&["consent", "key"]).trim(), key);
    let file = stage.server.beside("consent.json");
    let path = file.to_str().expect("a plain path");
    std::fs::write(&file, export.to_string()).expect("it is written");
    let shown = stage.server.run(&["consent", "verify", path, "--key", &key]);
    for words in [
        "The export is whole",
        "everything: yes",
        "\"STOP please\"",
        "on the phone",
        "they called",
        "(WhatsApp user id)",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let other = key.replace(|_| true, "0");
    assert!(stage.server.fails(&["consent", "verify", path, "--key", &other]).contains("another key"));
    std::fs::write(&file, export.to_string().replace("STOP please", "MORE please")).expect("it is written");
    let refused = stage.server.fails(&["consent", "verify", path]);
    assert!(refused.contains("entry 1 was changed"), "{refused}");
}

#[tokio::test]
async fn an_upload_repeated_under_its_key_is_the_same_file_and_another_file_is_refused() {
    let stage = Stage::new().await;
    let under = async |query: &str, bytes: &[u8]| upload_under(Some("once"), &stage, query, bytes).await;
    let first = under("&kind=document&filename=offer.pdf", b"%PDF-1.7 an offer").await;
    assert_eq!(first.0, 201, "{}", first.1);
    assert_eq!(under("&kind=document&filename=offer.pdf", b"%PDF-1.7 an offer").await, first);
    for (query, bytes) in [
        ("&kind=document&filename=offer.pdf", &b"%PDF-1.7 another"[..]),
        ("&kind=document&filename=other.pdf", b"%PDF-1.7 an offer"),
        ("&kind=image", PNG),
    ] {
        let (status, body) = under(query, bytes).await;
        assert_eq!((status, text(&body, "code")), (422, "idempotency_key_reused".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn who_writes_stop_gets_nothing_more_and_what_they_said_can_be_shown() {
    let stage = Stage::new().await;
    let ada = customer(1);
    let conversation = stage.meet(&ada).await;
    stage.postman.deliver(&[stage.text(&ada, 90, "STOP please")]).await;
    let refused = stage.api.post(&messages_path(&conversation), &text_body("but")).await;
    refused.is_problem(409, "opted_out");
    let detail = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    assert_eq!(detail["contact"]["consent"][0]["choice"], "withdrawn");
    let path = format!("/api/v1/contacts/{}/consent", text(&detail["contact"], "id"));
    let consent = stage.api.get(&path).await.of(200);
    assert_eq!(consent["entries"][0]["evidence"]["words"], "STOP please");
    for how in ["form", "import"] {
        for reference in [Value::Null, json!("  ")] {
            let unfound =
                json!({"scope": "everything", "choice": "given", "how": how, "reference": reference});
            let refused = stage.api.post(&path, &unfound).await;
            refused.is_problem(422, "invalid");
            assert_eq!(refused.body["field"], "reference", "{how}");
        }
    }
    let asked = json!({"scope": "everything", "choice": "given", "how": "phone", "remark": "they called"});
    let keyed = stage.api.keyed("they-called");
    let recorded = keyed.post(&path, &asked).await.of(200);
    assert_eq!(keyed.post(&path, &asked).await.of(200), recorded, "asked again it is one entry");
    assert_eq!(recorded["entries"].as_array().map(Vec::len), Some(2));
    let sent = stage.send(&conversation, "good to hear").await;
    stage.until_state(&sent, "sent").await;
    let stranger = Api::of(stage.server.address(), &stage.server.workspace("second"));
    stranger.get(&path).await.is_problem(404, "not_found");
    stranger.post(&path, &asked).await.is_problem(404, "not_found");
    shown_elsewhere(&stage, &path).await;
    stranger.get(&format!("{path}/proof")).await.is_problem(404, "not_found");
    stage
        .api
        .post(
            &path,
            &json!({"scope": "everything", "choice": "given", "how": "phone", "at": "2999-01-01T00:00:00Z"}),
        )
        .await
        .is_problem(422, "invalid");
}

#[tokio::test]
async fn the_customer_sees_that_their_newest_message_was_read_once() {
    let stage = Stage::new().await;
    let ada = customer(1);
    let conversation = stage.meet(&ada).await;
    for _ in 0..3 {
        stage.api.post(&format!("/api/v1/conversations/{conversation}/read"), &json!({})).await.of(200);
    }
    let newest = stage.messages(&conversation).await.remove(0);
    let read = || stage.graph().reads();
    while read().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        read().iter().map(|mark| mark.message_id.clone()).collect::<Vec<_>>(),
        [text(&newest, "provider_id")]
    );
}
