//! Every kind of message that the provider tells of is read, kept, and shown over HTTP and the socket alike.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard_simulator::{Update, customers::Thing, payload};

use crate::support::{
    postman::customer,
    snapshot::{Snapshot, number, text},
    stage::{Stage, number as provider_number},
    until,
};

/// The messages of the only conversation, by their provider's id.
fn by_id(snapshot: &Snapshot) -> BTreeMap<String, Value> {
    let messages = snapshot.all_messages().filter(|message| message["provider_id"].is_string());
    messages.map(|message| (text(message, "provider_id"), message.clone())).collect()
}

fn only(snapshot: &Snapshot) -> &Value {
    assert_eq!(snapshot.conversations.len(), 1);
    snapshot.conversations.values().next().expect("a conversation")
}

#[tokio::test]
async fn every_kind_of_message_is_shown_for_what_it_is() {
    let stage = Stage::new().await;
    stage.bring_statuses().await;
    let agent = stage.agent();
    agent.at_work().await;
    let ada = customer(0);
    let at_s = stage.world.clock().now_s();
    let number_id = &stage.channel.phone_number_id;
    let mut sent = BTreeMap::new();
    for thing in Thing::ALL {
        let id = stage.world.send(number_id, &ada, thing, None, at_s).expect("it goes out");
        let (kind, says) = match thing {
            Thing::Document => ("document", json!({"filename": "bill-2041.pdf", "state": "ready"})),
            Thing::Sticker => ("sticker", json!({"mime_type": "image/webp", "state": "ready"})),
            Thing::Card => ("contacts", json!({})),
            Thing::Order => ("order", json!({"text": "Can I fetch it on Saturday?"})),
            Thing::Form => ("answer", json!({"kind": "form", "name": "flow"})),
            Thing::Button => ("answer", json!({"kind": "button", "title": "Thursday"})),
            Thing::Row => ("answer", json!({"kind": "row", "description": "Two hours, with new cables"})),
            Thing::QuickReply => ("answer", json!({"kind": "quick_reply", "payload": "pickup-yes"})),
            Thing::Forwarded | Thing::FromAd => ("text", json!({})),
            Thing::Poll => ("unsupported", json!({"kind": "poll_creation"})),
            Thing::MissedCall => ("call", json!({"outcome": "missed"})),
            Thing::Call => ("call", json!({"outcome": "completed", "seconds": 62})),
        };
        sent.insert(id, (thing, kind, says));
    }
    let file = |mime_type: &str, bytes: &'static [u8]| {
        let media = stage.graph().put_media(None, mime_type, bytes);
        (media.id.clone(), media.sha256_base64())
    };
    let mut others = Vec::new();
    let mut tell = |kind: &str, says: Value, make: &dyn Fn(&str) -> Update| {
        let id = stage.world.next_message_id(&ada);
        others.push((id.clone(), kind.to_owned(), says));
        make(&id)
    };
    let (video, video_hash) = file("video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom");
    let (voice, voice_hash) = file("audio/ogg; codecs=opus", b"OggS\0\x02");
    let updates = vec![
        tell("video", json!({"caption": "It wobbles"}), &|id| {
            let content =
                json!({"id": video, "mime_type": "video/mp4", "sha256": video_hash, "caption": "It wobbles"});
            payload::message_of_type(&ada, id, at_s, "video", &content)
        }),
        tell("audio", json!({"voice": true}), &|id| {
            payload::audio_message(&ada, id, at_s, &voice, &voice_hash, true)
        }),
        tell("image", json!({"state": "failed"}), &|id| {
            let errors = json!([{"code": 131_052, "title": "Media download error"}]);
            payload::image_message(&ada, id, at_s, "1", "image/jpeg", "", None).with_field("errors", &errors)
        }),
        tell("location", json!({"name": "Kade 14"}), &|id| {
            payload::location_message(&ada, id, at_s, 51.9, 4.4, Some("Kade 14"))
        }),
        tell("system", json!({"event": "welcomed"}), &|id| {
            payload::message_of_type(&ada, id, at_s, "request_welcome", &json!({}))
        }),
    ];
    stage.postman.deliver(&updates).await;
    let target = others[3].0.clone();
    let reaction = payload::reaction(&ada, &stage.world.next_message_id(&ada), at_s, &target, Some("👍"));
    stage.postman.deliver(&[reaction]).await;

    let expected = sent.len() + others.len();
    until("all of it is there, with its files", async || {
        let found = by_id(&stage.snapshot().await);
        let files_came = found.values().all(|message| message["content"]["state"] != "waiting");
        (found.len() == expected && files_came && found[&target]["reactions"] != Value::Null).then_some(())
    })
    .await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    let found = by_id(&server);
    let holds = |id: &str, kind: &str, says: &Value| {
        let message = &found[id];
        assert_eq!(text(message, "type"), kind, "{message}");
        for (name, value) in says.as_object().expect("an object") {
            assert_eq!(&message["content"][name], value, "{message}");
        }
    };
    for (id, (thing, kind, says)) in &sent {
        holds(id, kind, says);
        match thing {
            Thing::Forwarded => assert_eq!(found[id]["forwarded"], "once"),
            Thing::FromAd => assert_eq!(found[id]["referral"]["headline"], "Spring service, 20% off"),
            Thing::Poll => assert!(text(&found[id]["content"], "raw").contains("131051")),
            _ => {}
        }
    }
    for (id, kind, says) in &others {
        holds(id, kind, says);
    }
    assert_eq!(found[&target]["reactions"][0]["emoji"], "👍");
    let unread = sent.len() + others.len() - 1;
    assert_eq!(
        number(only(&server), "inbound_count"),
        unread as u64,
        "a line of the system is nobody's mail"
    );
}

#[tokio::test]
async fn what_the_business_own_phone_tells_is_shown_as_such_and_is_nobodys_new_mail() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let (ada, business) = (customer(0), provider_number(1).business);
    let at_s = stage.world.clock().now_s();
    let words = |body: &str| json!({"type": "text", "text": {"body": body}});
    let old: Vec<_> = (0..120)
        .map(|n: i64| payload::OldMessage {
            id: stage.world.next_message_id(&ada),
            at_s: at_s - 40 * 86_400 - 60 * n,
            content: words(&format!("old {n}")),
            ours: (n % 2 == 0).then_some("READ"),
        })
        .collect();
    let chunks: Vec<_> =
        old.chunks(60).zip(1..).map(|(part, n)| payload::history(&business, &ada, n, part)).collect();
    stage.postman.deliver(&chunks).await;
    stage.postman.deliver(&chunks).await;
    let declined = payload::history_declined(&business);
    let named = payload::phone_contact(&business, &ada, "Ada of the phone", at_s);
    stage.postman.deliver(&[declined, named]).await;
    let imported = agent.agrees_with(&stage.api).await;
    assert_eq!(imported.all_messages().count(), 120);
    assert!(imported.all_messages().all(|message| message["imported"] == true));
    let conversation = only(&imported);
    assert_eq!(
        (number(conversation, "inbound_count"), text(conversation, "status")),
        (0, "resolved".to_owned())
    );
    assert_eq!(conversation["window"]["kind"], "closed");
    assert_eq!(conversation["contact"]["name"], "Ada of the phone");

    stage.postman.deliver(&[stage.text(&ada, 1, "is it ready?")]).await;
    // What was told so far may have taken seconds.
    let at_s = stage.world.clock().now_s();
    let id = stage.world.next_message_id(&ada);
    let echo = payload::echo(&business, &ada, &id, at_s + 1, "text", &json!({"body": "Yes, since noon"}));
    stage.postman.deliver(&[echo.clone(), echo]).await;
    let status = payload::status(&payload::Status {
        id: id.clone(),
        status: "read".to_owned(),
        at_s: at_s + 2,
        recipient: ada.clone(),
        ..payload::Status::default()
    });
    stage.postman.deliver(&[status]).await;
    let server = agent.agrees_with(&stage.api).await;
    let message = &by_id(&server)[&id];
    assert_eq!(
        (text(message, "direction"), text(&message["sent_by"], "kind")),
        ("out".to_owned(), "phone_app".to_owned())
    );
    assert_eq!(text(message, "state"), "read");
    let conversation = only(&server);
    assert_eq!((number(conversation, "inbound_count"), text(conversation, "status")), (1, "open".to_owned()));
    assert!(conversation["waiting_since"].is_null());
}

#[tokio::test]
async fn who_has_a_new_number_or_user_id_is_written_to_there_until_they_write_from_the_old_one_again() {
    let stage = Stage::new().await;
    let to_number = async |conversation: &str, body: &str| {
        let sent = stage.send(conversation, body).await;
        stage.until_state(&sent, "sent").await;
        stage.graph().sends().last().expect("it was sent").to.clone()
    };
    let contact = async |conversation: &str| {
        let head = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
        let contact = text(&head["contact"], "id");
        (contact.clone(), stage.api.get(&format!("/api/v1/contacts/{contact}")).await.of(200))
    };
    let at_s = stage.world.clock().now_s();

    // A number: also while something waits, and told twice.
    let person = payload::Person::phone("447700900123", "");
    let ada = stage.meet(&person).await;
    assert_eq!(to_number(&ada, "one").await, "447700900123");
    let change =
        |id: &str, at_s| payload::system_user_changed_number(&person, id, at_s, "447700900999", None);
    stage.postman.deliver(&[change("wamid.change", at_s + 5)]).await;
    stage.postman.deliver(&[change("wamid.change", at_s + 5)]).await;
    assert_eq!(to_number(&ada, "two").await, "447700900999");
    let (ada_id, known) = contact(&ada).await;
    let numbers = |value: &str| json!([{"kind": "wa_id", "value": value}, {"kind": "phone", "value": value}]);
    assert_eq!(known["name"], "+447700900999");
    assert_eq!(known["identities"], numbers("447700900999"));
    assert_eq!(known["former"], numbers("447700900123"));
    let begun = json!({"channel_id": stage.channel.id, "phone": "+447700900123"});
    let begun = stage.api.post("/api/v1/conversations", &begun).await;
    assert_eq!(begun.body["contact"]["id"], ada_id, "the old number finds them");
    assert_eq!(to_number(&ada, "three").await, "447700900999", "who typed the old number changed nothing");

    // What was written before the change and comes late turns nothing back; what is written after does.
    let wrote = |nth: &str, at_s| payload::text_message(&person, &format!("wamid.{nth}"), at_s, "still me");
    stage.postman.deliver(&[wrote("late", at_s + 4)]).await;
    assert_eq!(to_number(&ada, "four").await, "447700900999");
    stage.postman.deliver(&[wrote("again", at_s + 6)]).await;
    assert_eq!(to_number(&ada, "five").await, "447700900123");
    assert_eq!(contact(&ada).await.1["former"], Value::Null);

    // A user id, told on its own field; and a new number that they do not show.
    let hidden = payload::Person::hidden("GB.1", "Ben", "ben");
    let ben = stage.meet(&hidden).await;
    assert_eq!(to_number(&ben, "one").await, "GB.1");
    let update = payload::user_id_update(&provider_number(1).business, &hidden, at_s + 5, "GB.1", "GB.2");
    stage.postman.deliver(&[update]).await;
    assert_eq!(to_number(&ben, "two").await, "GB.2");
    let shown = payload::Person::phone("447700900555", "Cleo").with_user_id("GB.5");
    let cleo = stage.meet(&shown).await;
    assert_eq!(to_number(&cleo, "one").await, "447700900555");
    let system =
        json!({"type": "user_changed_number", "body": "They changed their number", "user_id": "GB.6"});
    let hides = payload::message_of_type(&shown, "wamid.hides", at_s + 5, "system", &system);
    stage.postman.deliver(&[hides]).await;
    assert_eq!(to_number(&cleo, "two").await, "GB.6", "the old number may be somebody else's by now");
}
