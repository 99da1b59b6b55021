//! P3 and P5 at the provider's door: what is taken back or stopped does not go, what is in doubt is not
//! repeated.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::{Fault, Faults, GraphFaults, StatusFaults, When, payload};

use crate::support::{
    postman::{customer, message_id},
    snapshot::{number, text},
    soon,
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

/// Does something over a socket and gives the result; frames before it are passed over.
async fn command(socket: &mut Socket, id: u64, key: &str, name: &str, data: Value) -> Value {
    socket.say(&json!({"type": "command", "id": id, "key": key, "name": name, "data": data})).await;
    loop {
        let result = socket.frame_of("result").await;
        if result["id"] == id {
            return result;
        }
    }
}

async fn socket_of(stage: &Stage) -> Socket {
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    socket
}

fn send_command(conversation: &str, body: &str) -> Value {
    json!({"conversation_id": conversation, "type": "text", "text": {"body": body}})
}

fn act_path(message: &Value, act: &str) -> String {
    let path = messages_path(&text(message, "conversation_id"));
    format!("{path}/{}/{act}", text(message, "id"))
}

#[tokio::test]
async fn a_key_means_the_same_over_the_socket_and_over_http() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let mut socket = socket_of(&stage).await;
    let first = command(&mut socket, 7, "act", "message.send", send_command(&conversation, "once")).await;
    assert_eq!(
        (&first["ok"], &first["data"]["message"]["state"]),
        (&true.into(), &"queued".into()),
        "{first}"
    );
    let id = &first["data"]["message"]["id"];
    let again = command(&mut socket, 8, "act", "message.send", send_command(&conversation, "once")).await;
    assert_eq!(again["data"]["message"]["id"], *id);
    let keyed = stage.api.keyed("act");
    let http = keyed.post(&messages_path(&conversation), &text_body("once")).await.of(202);
    assert_eq!(http["id"], *id);
    let other = command(&mut socket, 9, "act", "message.send", send_command(&conversation, "twice")).await;
    assert_eq!((&other["ok"], &other["error"]["code"]), (&false.into(), &"idempotency_key_reused".into()));
    stage.until_state(&http, "sent").await;
    stage.server.kill();
    stage.server.boot().await;
    let mut socket = socket_of(&stage).await;
    let after = command(&mut socket, 1, "act", "message.send", send_command(&conversation, "once")).await;
    assert_eq!(after["data"]["message"]["id"], *id);
    assert_eq!(stage.graph().sends_total(), 1);
}

#[tokio::test]
async fn a_closed_window_is_told_over_the_socket_too_and_a_template_goes_all_the_same() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let written = stage.world.clock().now_s() - 25 * 3_600;
    let update = payload::text_message(&ada, &message_id(&ada, 1), written, "long ago");
    stage.postman.deliver(&[update]).await;
    let message = stage.message_by_provider_id(&message_id(&ada, 1)).await.expect("it was taken");
    let conversation = text(&message, "conversation_id");
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    assert_eq!(shown["window"]["kind"], "closed");
    let mut socket = socket_of(&stage).await;
    let refused =
        command(&mut socket, 7, "late", "message.send", send_command(&conversation, "too late")).await;
    assert_eq!((&refused["ok"], &refused["error"]["code"]), (&false.into(), &"window_closed".into()));
    let sent = stage.api.post(&messages_path(&conversation), &template()).await.of(202);
    stage.until_state(&sent, "sent").await;
    assert_eq!(stage.graph().sends_total(), 1);
    // The customer's answer opens it.
    stage.postman.deliver(&[stage.text(&ada, 2, "thanks")]).await;
    let sent = stage.send(&conversation, "you are welcome").await;
    stage.until_state(&sent, "sent").await;
}

fn template() -> Value {
    let values = ["Ada", "bicycle", "Friday"].map(|value| json!({"text": value}));
    json!({"type": "template", "template": {"name": "bike_ready", "language": "en_US", "body": values}})
}

#[tokio::test]
async fn a_new_number_is_written_to_with_a_template_and_found_again() {
    let stage = Stage::new().await;
    let request = |message: Value| json!({"channel_id": stage.channel.id, "phone": "+44 7700 900555", "name": "Grace", "message": message});
    let plain = stage.api.post("/api/v1/conversations", &request(text_body("hello"))).await;
    plain.is_problem(409, "window_closed");
    let unknown = json!({"type": "template", "template": {"name": "no_such", "language": "en_US"}});
    stage.api.post("/api/v1/conversations", &request(unknown)).await.is_problem(422, "invalid");
    assert_eq!(stage.api.get("/api/v1/contacts").await.of(200)["contacts"], json!([]), "nobody was made");
    let keyed = stage.api.keyed("begin");
    let started = keyed.post("/api/v1/conversations", &request(template())).await.of(201);
    let again = keyed.post("/api/v1/conversations", &request(template())).await.of(201);
    assert_eq!((&started["id"], &started["message"]["id"]), (&again["id"], &again["message"]["id"]));
    assert_eq!(started["contact"]["name"], "Grace");
    stage.until_state(&started["message"], "sent").await;
    let sends = stage.graph().sends();
    assert_eq!(sends.len(), 1);
    assert_eq!((sends[0].kind.as_str(), sends[0].to.as_str()), ("template", "447700900555"));
    assert!(sends[0].text.contains("your bicycle is ready"), "{}", sends[0].text);
    // When they answer, it is the same conversation.
    let grace = switchboard_simulator::Person::phone("447700900555", "Grace");
    stage.postman.deliver(&[stage.text(&grace, 1, "who is this?")]).await;
    let answer = stage.message_by_provider_id(&message_id(&grace, 1)).await.expect("it was taken");
    assert_eq!(answer["conversation_id"], started["id"]);
    // The key is not good for somebody else.
    let other = json!({"channel_id": stage.channel.id, "phone": "+44 7700 900556", "message": template()});
    keyed.post("/api/v1/conversations", &other).await.is_problem(422, "idempotency_key_reused");
    assert_eq!(stage.graph().sends_total(), 1);
}

#[tokio::test]
async fn no_request_starts_after_a_block_was_answered() {
    const PEOPLE: u64 = 4;
    const EACH: u64 = 12;
    let slow = Duration::from_millis(20)..Duration::from_millis(60);
    let graph = GraphFaults { slow: 1.0, slow_for: slow, ..GraphFaults::default() };
    let stage = Stage::with(51, Faults { graph, ..Faults::none() }, &[]).await;
    let agent = stage.agent();
    agent.at_work().await;
    let mut people = Vec::new();
    for nth in 0..PEOPLE {
        let conversation = stage.meet(&customer(nth)).await;
        let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
        for body in 0..EACH {
            stage.send(&conversation, &format!("{nth}:{body}")).await;
        }
        people.push((conversation, text(&shown["contact"], "id")));
    }
    for (nth, (conversation, contact)) in people.iter().enumerate() {
        let of = |stage: &Stage| {
            stage.graph().sends().iter().filter(|sent| sent.text.starts_with(&format!("{nth}:"))).count()
        };
        soon("a first request", stage.graph().until(|_| of(&stage) > 0)).await;
        let block = json!({"blocked": true});
        stage.api.patch(&format!("/api/v1/contacts/{contact}"), &block).await.of(200);
        let at_answer = of(&stage);
        let all = until("what waited to end", async || {
            let all: Vec<_> = stage.messages(conversation).await;
            let waits = |message: &Value| matches!(message["state"].as_str(), Some("queued" | "sending"));
            (!all.iter().any(waits)).then_some(all)
        })
        .await;
        // One request may have begun before the answer and be written down after it.
        let in_the_end = of(&stage);
        assert!(
            in_the_end <= at_answer + 1,
            "{in_the_end} requests, {at_answer} when the block was answered"
        );
        let failed: Vec<_> = all.iter().filter(|message| message["state"] == "failed").collect();
        assert_eq!(failed.len() + in_the_end, EACH as usize, "each went or was stopped");
        assert!(failed.iter().all(|message| message["error"]["code"] == "contact_blocked"), "{failed:?}");
        stage
            .api
            .post(&messages_path(conversation), &text_body("more"))
            .await
            .is_problem(409, "contact_blocked");
    }
    agent.agrees_with(&stage.api).await.check_order();
}

#[tokio::test]
async fn what_waits_can_be_taken_back_and_never_goes() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    // The provider cannot be reached, so the first waits for its next turn and the others behind it.
    stage.graph().refuse_connections().await;
    let first = stage.send(&conversation, "first").await;
    let second = stage.send(&conversation, "second").await;
    let third = stage.send(&conversation, "third").await;
    let taken_back = stage.api.post(&act_path(&second, "cancel"), &json!({})).await.of(200);
    assert_eq!(taken_back["state"], "cancelled");
    stage.api.post(&act_path(&second, "cancel"), &json!({})).await.of(200);
    stage.graph().accept_connections().await;
    stage.until_state(&first, "sent").await;
    stage.until_state(&third, "sent").await;
    stage.api.post(&act_path(&first, "cancel"), &json!({})).await.is_problem(409, "not_cancellable");
    stage.api.post(&act_path(&second, "retry"), &json!({})).await.is_problem(409, "not_retryable");
    let texts: Vec<_> = stage.graph().accepted().iter().map(|sent| sent.text.clone()).collect();
    assert_eq!(texts, ["first", "third"]);
}

#[tokio::test]
async fn a_send_the_provider_took_and_never_answered_is_unknown_until_a_status_settles_it() {
    // Whatever way the answer is lost.
    let faults = [Fault::AcceptThenSilence, Fault::AcceptThenClose, Fault::AcceptThenGarble];
    let statuses = StatusFaults::default();
    let stage = Stage::with(1, Faults { statuses, ..Faults::none() }, &[]).await;
    let agent = stage.agent();
    agent.at_work().await;
    let mut doubtful = Vec::new();
    for (nth, fault) in faults.iter().enumerate() {
        let person = customer(nth as u64);
        let conversation = stage.meet(&person).await;
        stage.graph().script(When::Contains(format!("doubt {nth}")), fault.clone());
        doubtful.push((person, stage.send(&conversation, &format!("doubt {nth}")).await));
    }
    for (_, message) in &doubtful {
        let unknown = stage.until_state(message, "unknown").await;
        assert_eq!(unknown["error"]["code"], "outcome_unknown");
        // What comes behind it goes.
        let next = stage.send(&text(message, "conversation_id"), "next").await;
        stage.until_state(&next, "sent").await;
    }
    assert_eq!(stage.graph().sends_total(), 2 * faults.len() as u64, "nothing was repeated");
    for (nth, (person, message)) in doubtful.iter().enumerate() {
        let sends = stage.graph().sends();
        let sent = sends.iter().find(|sent| sent.text == format!("doubt {nth}")).expect("it was accepted");
        let status = payload::Status {
            id: sent.wamid().expect("it was accepted").to_owned(),
            status: "delivered".to_owned(),
            at_s: stage.world.clock().now_s(),
            recipient: person.clone(),
            callback_data: sent.callback_data.clone(),
            ..payload::Status::default()
        };
        stage.postman.deliver(&[payload::status(&status)]).await;
        let settled = stage.until_state(message, "delivered").await;
        assert_eq!((settled["provider_id"].as_str(), number(&settled, "attempts")), (sent.wamid(), 1));
        assert!(settled["error"].is_null());
    }
    assert!(stage.graph().delivered_twice().is_empty());
    agent.agrees_with(&stage.api).await.check_order();
}

#[tokio::test]
async fn what_a_message_cost_stands_with_it_by_the_rate_card_of_its_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let card = folder.path().join("rates.csv");
    let rates = "from,country,calling_code,category,currency,amount\n\
                 2020-01-01,*,*,marketing,EUR,0.0552\n2020-01-01,*,*,utility,EUR,0.0198\n2090-01-01,*,*,utility,EUR,9\n";
    std::fs::write(&card, rates).expect("it is written");
    let settings = [("WHATSAPP__RATE_CARD", card.to_str().expect("a plain path"))];
    let stage = Stage::with(1, Faults::none(), &settings).await;
    stage.bring_statuses().await;
    let conversation = stage.meet(&customer(1)).await;
    let path = format!("/api/v1/conversations/{conversation}");
    let told = stage.api.get(&format!("{path}/permission")).await.of(200);
    let purposes = told["purposes"].as_array().expect("purposes").iter();
    let span = |purpose: &str| {
        let one = purposes.clone().find(|one| one["purpose"] == purpose).expect("every purpose is told");
        one["spans"].as_array().and_then(|spans| spans.last()).expect("what holds in the end").clone()
    };
    assert_eq!(span("marketing")["price"]["amount"], json!({"value": "0.0552", "currency": "EUR"}), "{told}");
    assert_eq!(span("marketing")["price"]["rate_from"], "2020-01-01T00:00:00.000Z");
    let later = span("utility");
    assert_eq!(
        (&later["from"], &later["price"]["amount"]["value"]),
        (&json!("2090-01-01T00:00:00.000Z"), &json!("9"))
    );
    let checked = stage.api.post(&format!("{path}/messages/check"), &template()).await.of(200);
    assert_eq!(checked["price"]["amount"]["value"], "0.0198", "as it would cost now: {checked}");
    let template = stage.api.post(&messages_path(&conversation), &template()).await.of(202);
    let charged_as = async |message: &Value| {
        let id = text(message, "id");
        until("it is charged", async || {
            Some(stage.message(&conversation, &id).await["charged"].clone())
                .filter(|charged| !charged.is_null())
        })
        .await
    };
    let charged = charged_as(&template).await;
    assert_eq!(charged["amount"], json!({"value": "0.0198", "currency": "EUR"}), "{charged}");
    let answer = stage.send(&conversation, "that is free").await;
    let free = charged_as(&answer).await;
    assert_eq!((&free["billable"], &free["amount"]), (&json!(false), &json!(null)));
    std::fs::write(&card, format!("{rates}tomorrow,*,*,utility,EUR,1\n")).expect("it is written");
    let printed = stage.server.fails(&["check"]);
    assert!(printed.contains("wrong  whatsapp.rate_card: ") && printed.contains("line 5"), "{printed}");
    assert_eq!(printed.matches("whatsapp.rate_card:").count(), 1, "the setting is named once: {printed}");
}
