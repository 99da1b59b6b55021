//! What an owner sets of a connected number, what comes over from its phone, what the provider keeps its account from, and
//! the key its secrets are sealed under.

use serde_json::{Value, json};
use switchboard_simulator::{
    Fault, Faults, Person, When, World, WorldOptions,
    graph::{APP_ID, CONFIG_ID},
    payload::{self, OldMessage, Phone, account_field},
};

use crate::support::{
    api::{Api, client},
    machine_secs,
    postman::{Oddly, customer},
    server::{Rows, Server},
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

fn light<'a>(channel: &'a Value, subject: &str) -> Option<&'a Value> {
    channel["lights"]
        .as_array()
        .expect("a channel has lights")
        .iter()
        .find(|light| light["subject"] == subject)
}

async fn until_light(api: &Api, id: &str, subject: &str, fits: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/api/v1/channels/{id}");
    until(&format!("the light of {subject}"), async || {
        let channel = api.get(&path).await.of(200);
        light(&channel, subject).filter(|light| fits(light)).cloned()
    })
    .await
}

#[tokio::test]
async fn once_its_templates_were_read_a_channel_says_so_and_tells_it() {
    let stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    stage.api.get(&format!("/api/v1/templates?channel_id={}", stage.channel.id)).await.of(200);
    loop {
        let told = socket.event("channel.updated").await;
        if light(&told["data"]["channel"], "templates").is_some_and(|light| light["state"] != "unknown") {
            break;
        }
    }
    until_light(&stage.api, &stage.channel.id, "templates", |light| light["state"] != "unknown").await;
}

#[tokio::test]
async fn with_read_receipts_off_customers_are_told_nothing_and_colleagues_marks_go_on() {
    let stage = Stage::new().await;
    let (conversation, other) = (stage.meet(&customer(0)).await, stage.meet(&customer(1)).await);
    let path = format!("/api/v1/channels/{}", stage.channel.id);
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    assert_eq!(stage.api.get(&path).await.of(200)["read_receipts"], true);
    let colleague = stage.colleague().await;
    colleague.patch(&path, &json!({"read_receipts": false})).await.is_problem(403, "not_allowed");
    stage.api.patch(&path, &json!({"read_receipts": false})).await.of(200);
    let told = loop {
        let event = socket.event("channel.updated").await;
        if event["data"]["channel"]["read_receipts"] == false {
            break event;
        }
    };
    assert_eq!(told["data"]["channel"]["id"], stage.channel.id.as_str());

    let read = async |conversation: &str| {
        stage.api.post(&format!("/api/v1/conversations/{conversation}/read"), &json!({})).await.of(200)
    };
    let unread = async |conversation: &str| {
        let path = format!("/api/v1/conversations/{conversation}");
        stage.api.get(&path).await.of(200)["unread_count"].clone()
    };
    assert_eq!(unread(&conversation).await, 1);
    read(&conversation).await;
    let typing = json!({"type": "signal", "name": "typing", "data": {"conversation_id": conversation}});
    socket.say(&typing).await;
    assert_eq!(unread(&conversation).await, 0, "our own marks are ours");
    // A message goes the whole way in the meantime, and still the provider was told nothing.
    let sent = stage.send(&conversation, "hello").await;
    stage.until_state(&sent, "sent").await;
    assert_eq!(stage.graph().reads(), []);

    // Switched on again, what was not told is told when it is looked at, of each conversation alone.
    stage.api.patch(&path, &json!({"read_receipts": true})).await.of(200);
    read(&conversation).await;
    until("the receipt", async || (stage.graph().reads().len() == 1).then_some(())).await;
    // From another socket: one a second is passed on of each.
    let mut another = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    another.say(&json!({"type": "signal", "name": "typing", "data": {"conversation_id": other}})).await;
    until("the typing", async || stage.graph().reads().iter().any(|mark| mark.typing).then_some(())).await;
}

#[tokio::test]
async fn read_receipts_stay_as_they_were_set_over_a_restart_and_a_new_connection() {
    let mut stage = Stage::new().await;
    let path = format!("/api/v1/channels/{}", stage.channel.id);
    stage.api.patch(&path, &json!({"read_receipts": false})).await.of(200);
    stage.server.kill();
    stage.server.boot().await;
    assert_eq!(stage.api.get(&path).await.of(200)["read_receipts"], false);
    stage.api.delete(&path).await.of(204);
    let number = crate::support::stage::number(1);
    let again = json!({
        "kind": "whatsapp", "name": "Again", "phone_number_id": number.business.phone_number_id,
        "waba_id": number.business.waba_id, "access_token": number.access_token,
        "app_secret": crate::support::stage::secret(1),
    });
    let again = stage.api.post("/api/v1/channels", &again).await.of(201);
    assert_eq!((again["id"].as_str(), &again["read_receipts"]), (Some(&*stage.channel.id), &json!(false)));
}

/// A server with a Meta app, and a number that is used in the phone's app as well.
struct SignUp {
    world: World,
    server: Server,
    api: Api,
}

const KEPT: [&str; 7] =
    ["Is my bike ready?", "It is.", "Thanks!", "STOP", "Noted.", "START", "Welcome back."];

impl SignUp {
    async fn with(phone: Phone) -> Self {
        let world = World::start(WorldOptions::default()).await.expect("the provider starts");
        let url = world.graph_url();
        let settings = [
            ("WHATSAPP__APP_ID", APP_ID),
            ("WHATSAPP__CONFIG_ID", CONFIG_ID),
            ("WHATSAPP__APP_SECRET", "simulated-app-secret"),
            ("WHATSAPP__DIALOG_URL", url.as_str()),
        ];
        let server = Server::start(&url, &settings).await;
        let webhook = format!("http://{}/webhooks/whatsapp", server.address().now().await);
        world.set_webhook(&webhook, "simulated-app-secret").expect("it is on this machine");
        world.graph().change_number("106540352242922", |number| {
            number.is_on_biz_app = true;
            number.phone = phone;
        });
        let api = Api::of(server.address(), &server.workspace("first"));
        Self { world, server, api }
    }

    /// Signs up in the dialog of this name, and connects what was shared.
    async fn connect(&self, dialog: &str) -> String {
        let options = self.api.get("/api/v1/channels/sign-up").await.of(200);
        let dialog =
            format!("{}&redirect_uri={}&state=abc", text(&options, dialog), text(&options, "redirect_uri"));
        let page = client().get(dialog).send().await.expect("the dialog answers");
        let page = page.text().await.expect("it is a page");
        let code = page.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code");
        let signed = self.api.post("/api/v1/channels/sign-up", &json!({"code": code})).await.of(201);
        assert_eq!(signed["numbers"][0]["coexistence"], true);
        let connect = json!({
            "ticket": signed["ticket"], "name": "Shop", "phone_number_id": signed["numbers"][0]["phone_number_id"],
            "waba_id": signed["numbers"][0]["waba_id"],
        });
        text(&self.api.post("/api/v1/channels/sign-up/connect", &connect).await.of(201), "id")
    }

    fn asked_for(&self) -> usize {
        self.world.graph().requests().iter().filter(|asked| asked.path.contains("smb_app_data")).count()
    }
}

/// A phone with one thread of these words, one a day until yesterday, by turns theirs and ours.
fn phone(with: &Person, texts: &[&str], now_s: i64) -> Phone {
    let messages = texts.iter().enumerate().map(|(n, body)| OldMessage {
        id: payload::wamid(with.address(), payload::Direction::In, 900 + n as u64),
        at_s: now_s - 86_400 * (texts.len() - n) as i64,
        content: json!({"type": "text", "text": {"body": body}}),
        ours: matches!(*body, "It is." | "Noted." | "Welcome back.").then_some("READ"),
    });
    Phone {
        contacts: vec![(with.clone(), "Lucas of the phone".to_owned())],
        threads: vec![(with.clone(), messages.collect())],
        keeps_history: false,
    }
}

#[tokio::test]
async fn what_a_phone_keeps_comes_over_after_a_sign_up_and_a_stop_in_it_is_heard_at_its_time() {
    let lucas = customer(0);
    let sign = SignUp::with(phone(&lucas, &KEPT, machine_secs())).await;
    let id = sign.connect("phone_dialog_url").await;
    let contacts = until_light(&sign.api, &id, "phone_contacts", |light| light["state"] == "good").await;
    assert!(text(&contacts, "found").contains("contacts are here"), "{contacts}");
    let history = until_light(&sign.api, &id, "phone_history", |light| light["state"] == "good").await;
    let history = match history["progress"].is_null() {
        true => history,
        false => until_light(&sign.api, &id, "phone_history", |light| light["progress"].is_null()).await,
    };
    assert_eq!(history["found"], "All of the phone’s messages are here.");
    assert_eq!(sign.asked_for(), 2, "each part once");

    let conversation = until("the thread of the phone", async || {
        let page = sign.api.get("/api/v1/conversations?view=all&status=resolved").await.of(200);
        let found = page["conversations"][0].clone();
        (found["contact"]["name"] == "Lucas of the phone" && found["last_seq"].as_u64() >= Some(7))
            .then_some(found)
    })
    .await;
    assert_eq!(conversation["inbound_count"], 0, "nobody's new mail");
    let contact = text(&conversation["contact"], "id");
    let consent = sign.api.get(&format!("/api/v1/contacts/{contact}/consent")).await.of(200);
    let entries = consent["entries"].as_array().expect("a list");
    let choices: std::collections::BTreeMap<String, Value> =
        entries.iter().map(|entry| (text(&entry["evidence"], "words"), entry.clone())).collect();
    assert_eq!(choices.len(), 2, "{consent}");
    let (stop, start) = (&choices["STOP"], &choices["START"]);
    assert_eq!(stop["evidence"]["imported"], true);
    assert!(text(stop, "at") < text(start, "at") && text(stop, "at") < text(stop, "recorded_at"));
    assert_eq!(conversation["contact"]["consent"][0]["choice"], "given", "the later word counts");
    assert_eq!(sign.world.graph().sends_total(), 0, "nobody is written to for it");

    // Told once more, nothing is doubled.
    let business = sign.world.business("106540352242922").expect("there is this number");
    let again = payload::whole_history(&business, &phone(&lucas, &KEPT, machine_secs()).threads);
    sign.world.inject("106540352242922", again).expect("it goes out");
    sign.world
        .inject("106540352242922", [payload::text_message(&lucas, "wamid.new", machine_secs(), "hi")])
        .unwrap();
    until("the new message", async || {
        let page = sign.api.get("/api/v1/conversations?view=all&status=open").await.of(200);
        (page["conversations"][0]["inbound_count"] == 1).then_some(())
    })
    .await;
    let consent = sign.api.get(&format!("/api/v1/contacts/{contact}/consent")).await.of(200);
    assert_eq!(consent["entries"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_stop_of_the_time_before_keeps_messages_from_going_and_a_later_start_is_not_undone_by_it() {
    let stage = Stage::new().await;
    let (ada, bob) = (customer(0), customer(3));
    let business = crate::support::stage::number(1).business;
    let now = stage.world.clock().now_s();
    let old = |who: &Person, body: &str, nth: u64, days: i64| OldMessage {
        id: payload::wamid(who.address(), payload::Direction::In, 500 + nth),
        at_s: now - days * 86_400,
        content: json!({"type": "text", "text": {"body": body}}),
        ours: None,
    };
    // Bob agreed here already, before his phone's history tells of an older stop.
    stage.postman.deliver(&[stage.text(&bob, 1, "START")]).await;
    let history = [
        payload::history(&business, &ada, 1, &[old(&ada, "hello", 1, 9), old(&ada, "STOP", 2, 8)]),
        payload::history(&business, &bob, 2, &[old(&bob, "STOP", 1, 8)]),
    ];
    stage.postman.deliver(&history).await;
    let of = async |who: &Person| {
        let snapshot = stage.snapshot().await;
        let is_theirs =
            |conversation: &&Value| conversation["contact"]["identities"].to_string().contains(who.address());
        snapshot.conversations.values().find(is_theirs).cloned().expect("a conversation")
    };
    let (ada, bob) = (of(&ada).await, of(&bob).await);
    assert_eq!(ada["contact"]["consent"][0]["choice"], "withdrawn");
    assert_eq!((&ada["status"], &ada["inbound_count"]), (&json!("resolved"), &json!(0)));
    assert_eq!(bob["contact"]["consent"][0]["choice"], "given");
    let consent = async |conversation: &Value| {
        let contact = text(&conversation["contact"], "id");
        stage.api.get(&format!("/api/v1/contacts/{contact}/consent")).await.of(200)["entries"].clone()
    };
    assert_eq!(
        consent(&bob).await.as_array().map(Vec::len),
        Some(2),
        "the older word is evidence all the same"
    );
    // The free entry of Ada is closed: a template for marketing is refused for what she said.
    let template = json!({"type": "template", "template": {"name": "bike_ready", "language": "en_US",
        "body": [{"text": "Ada"}, {"text": "bicycle"}, {"text": "Friday"}]}});
    stage.api.post(&messages_path(&text(&ada, "id")), &template).await.is_problem(409, "opted_out");
    assert_eq!(stage.graph().sends_total(), 0);
}

#[tokio::test]
async fn a_request_whose_answer_is_lost_is_made_again_and_counts_once() {
    let sign = SignUp::with(phone(&customer(0), &KEPT[..3], machine_secs())).await;
    let options = sign.api.get("/api/v1/channels/sign-up").await.of(200);
    assert!(text(&options, "phone_dialog_url").contains("whatsapp_business_app_onboarding"));
    // The first request for the phone's data is taken and its answer lost; the second try hears that it was made.
    sign.world.graph().script(When::Path("smb_app_data".to_owned()), Fault::AcceptThenClose);
    let id = sign.connect("phone_dialog_url").await;
    until_light(&sign.api, &id, "phone_contacts", |light| light["state"] == "good").await;
    until_light(&sign.api, &id, "phone_history", |light| {
        light["found"] == "All of the phone’s messages are here."
    })
    .await;
    let channel = sign.api.get(&format!("/api/v1/channels/{id}")).await.of(200);
    assert_ne!(light(&channel, "phone_contacts").expect("its light")["state"], "bad");
}

#[tokio::test]
async fn what_a_business_does_not_share_and_what_comes_too_late_is_said_in_plain_words() {
    let declined = Phone { keeps_history: true, ..phone(&customer(0), &[], machine_secs()) };
    let sign = SignUp::with(declined).await;
    let id = sign.connect("phone_dialog_url").await;
    let history = until_light(&sign.api, &id, "phone_history", |light| light["state"] == "past").await;
    assert!(text(&history, "found").contains("does not share the phone’s messages"), "{history}");
    // Through the dialog for other numbers there is nothing to be asked for: WhatsApp refuses, and says why.
    let late = SignUp::with(phone(&customer(0), &[], machine_secs())).await;
    let id = late.connect("dialog_url").await;
    let history = until_light(&late.api, &id, "phone_history", |light| light["state"] == "past").await;
    assert!(text(&history, "found").contains("within 24 hours of the sign-up"), "{history}");
    assert!(text(&history, "what_to_do").contains("sign up again"));
    assert_eq!(late.asked_for(), 2, "what cannot be had is not asked for again");
}

#[tokio::test]
async fn what_a_token_may_not_ask_a_phone_for_shows_with_it_and_is_asked_for_at_once_when_somebody_checks() {
    let sign = SignUp::with(phone(&customer(0), &KEPT[..3], machine_secs())).await;
    for _ in 0..2 {
        sign.world.graph().script(When::Path("smb_app_data".to_owned()), Fault::Code(200));
    }
    let id = sign.connect("phone_dialog_url").await;
    let token = until_light(&sign.api, &id, "token", |light| light["state"] == "attention").await;
    assert!(text(&token, "found").contains("may not manage the account"), "{token}");
    let history = until_light(&sign.api, &id, "phone_history", |light| light["state"] == "attention").await;
    assert!(text(&history, "what_to_do").contains("asks at once"), "{history}");
    let checked = std::time::Instant::now();
    sign.api.post(&format!("/api/v1/channels/{id}/check"), &json!({})).await.of(200);
    until_light(&sign.api, &id, "phone_history", |light| light["state"] == "good").await;
    until_light(&sign.api, &id, "token", |light| light["state"] == "good").await;
    assert!(checked.elapsed() < switchboard_domain::phone_import::ASK_AGAIN / 2, "before its turn");
}

#[tokio::test]
async fn asking_a_phone_goes_on_after_the_server_was_killed() {
    let mut sign = SignUp::with(phone(&customer(0), &KEPT[..3], machine_secs())).await;
    // Nothing is answered while it runs the first time.
    for _ in 0..2 {
        sign.world.graph().script(When::Path("smb_app_data".to_owned()), Fault::Silence);
    }
    let id = sign.connect("phone_dialog_url").await;
    until("the first request", async || (sign.asked_for() > 0).then_some(())).await;
    sign.server.kill();
    sign.server.boot().await;
    let webhook = format!("http://{}/webhooks/whatsapp", sign.server.address().now().await);
    sign.world.set_webhook(&webhook, "simulated-app-secret").expect("it is on this machine");
    until_light(&sign.api, &id, "phone_history", |light| {
        light["found"] == "All of the phone’s messages are here."
    })
    .await;
}

#[tokio::test]
async fn a_restricted_account_answers_and_does_not_write_first_until_it_is_over() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let now = stage.world.clock().now_s();
    let restriction = |kind: &str, until: i64| {
        json!({"event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": kind, "expiration": until}]})
    };
    let first = restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", now + 3_600);
    stage.postman.tell(now, &[account_field("account_update", "1", &first)]).await;
    let id = stage.channel.id.clone();
    let restricted = until_light(&stage.api, &id, "number", |light| light["state"] == "bad").await;
    assert!(text(&restricted, "found").contains("may not write to people first, until"), "{restricted}");
    let template = json!({"type": "template", "template": {"name": "bike_ready", "language": "en_US",
        "body": [{"text": "Ada"}, {"text": "bicycle"}, {"text": "Friday"}]}});
    let start = |phone: &str| json!({"channel_id": id, "phone": phone, "message": template});
    let refused = stage.api.post("/api/v1/conversations", &start("+31 612000001")).await;
    refused.is_problem(409, "account_restricted");
    let sent = stage.send(&conversation, "answers go").await;
    stage.until_state(&sent, "sent").await;

    // It is remembered over a restart, and an older word does not lift it.
    stage.server.kill();
    stage.server.boot().await;
    let free = json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}});
    stage.postman.tell(now - 60, &[account_field("account_update", "2", &free)]).await;
    let channel = stage.api.get(&format!("/api/v1/channels/{id}")).await.of(200);
    assert_eq!(light(&channel, "number").expect("its light")["state"], "bad");
    stage
        .api
        .post("/api/v1/conversations", &start("+31 612000001"))
        .await
        .is_problem(409, "account_restricted");
    // A newer one does.
    stage.postman.tell(now + 1, &[account_field("account_update", "3", &free)]).await;
    until_light(&stage.api, &id, "number", |light| light["state"] == "good").await;
    // And one with an end goes away by itself, pushed to whoever looks.
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let answers = restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", machine_secs() + 4);
    stage.postman.tell(now + 2, &[account_field("account_update", "4", &answers)]).await;
    until_light(&stage.api, &id, "number", |light| light["state"] == "bad").await;
    let refused = stage.api.post(&messages_path(&conversation), &text_body("not now")).await;
    refused.is_problem(409, "account_restricted");
    for expected in ["bad", "good"] {
        loop {
            let event = socket.event("channel.updated").await;
            if light(&event["data"]["channel"], "number").expect("its light")["state"] == expected {
                break;
            }
        }
    }
    let sent = stage.send(&conversation, "now they go").await;
    stage.until_state(&sent, "sent").await;
}

/// Waits until the server has looked at every channel; what `keys status` says then.
async fn sealed_under_the_key(stage: &Stage) -> String {
    until("every secret to be sealed under the key", async || {
        let output = stage.server.try_run(&["keys", "status"]);
        output.contains("every secret is sealed under the master key").then_some(output)
    })
    .await
}

#[tokio::test]
async fn the_master_key_is_changed_and_everything_sealed_under_the_old_one_goes_on() {
    let mut stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    let keyed = stage.api.keyed("once");
    let made = keyed.post("/api/v1/api-keys", &json!({"name": "kept"})).await.of(201);
    let page = stage.api.get("/api/v1/conversations?view=all").await.of(200);
    let contact = text(&page["conversations"][0]["contact"], "id");
    let proof_path = format!("/api/v1/contacts/{contact}/consent/proof");
    let old_proof = stage.api.get(&proof_path).await.of(200);
    let old_signer = stage.server.run(&["consent", "key"]);
    let status = sealed_under_the_key(&stage).await;
    assert!(status.contains("(1 channel)"), "those that there are now: {status}");

    let said = stage.server.run(&["keys", "rotate"]);
    assert!(said.contains("master.key.previous"), "{said}");
    assert!(stage.server.fails(&["keys", "rotate"]).contains("already"), "one change at a time");
    // The server still has the old one: nothing that it says holds for the new.
    assert!(stage.server.fails(&["keys", "status"]).contains("start it anew"));
    stage.server.kill();
    // Before the server has done it, the old key is what they are sealed under.
    assert!(stage.server.fails(&["keys", "status"]).contains("not sealed under the master key"));
    stage.server.boot().await;
    let status = sealed_under_the_key(&stage).await;
    assert!(status.contains("may be taken away"), "{status}");

    // What was sealed still works: sending, webhooks, a request that is repeated, and proofs.
    let sent = stage.send(&conversation, "after").await;
    stage.until_state(&sent, "sent").await;
    stage.postman.deliver(&[stage.text(&ada, 2, "still here")]).await;
    let again = keyed.post("/api/v1/api-keys", &json!({"name": "kept"})).await.of(201);
    assert_eq!(again, made);
    let new_signer = stage.server.run(&["consent", "key"]);
    assert_ne!(old_signer, new_signer);
    assert_eq!(stage.server.run(&["consent", "key", "--previous"]), old_signer);
    let file = stage.server.beside("proof.json");
    std::fs::write(&file, old_proof.to_string()).expect("it is written");
    let path = file.to_str().expect("a path in words");
    stage.server.run(&["consent", "verify", path, "--key", old_signer.trim()]);
    stage.server.fails(&["consent", "verify", path, "--key", new_signer.trim()]);

    // The old key is taken away, and nothing is missed.
    stage.server.kill();
    std::fs::remove_file(stage.server.folder().join("master.key.previous")).expect("it was kept there");
    stage.server.boot().await;
    let sent = stage.send(&conversation, "without it").await;
    stage.until_state(&sent, "sent").await;
    sealed_under_the_key(&stage).await;
    let forged = Oddly { signature: Some("sha256=00"), ..Oddly::default() };
    let body = stage.postman.body(&[stage.text(&ada, 3, "forged")]);
    assert_eq!(stage.postman.post_body(body, &forged).await, Some(401));
}

#[tokio::test]
async fn what_was_sealed_under_a_lost_master_key_is_said_refused_and_entered_anew() {
    let mut stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    let path = format!("/api/v1/channels/{}", stage.channel.id);
    let (_, other_postman) = crate::support::stage::connect(&stage.server, &stage.api, 2).await;
    sealed_under_the_key(&stage).await;
    let address = stage.server.address();
    stage.server.kill();

    // A key that is none is said before a start, and so is that there is none; none is made by itself.
    let key = stage.server.folder().join("master.key");
    let kept = std::fs::read(&key).expect("it was made");
    // What is sealed in a cluster is looked at by the start alone.
    let is_looked_into = Rows::usual() == Rows::Embedded;
    let foreign = is_looked_into.then_some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for wrong in ["", "short"].into_iter().chain(foreign) {
        std::fs::write(&key, wrong).expect("it is written");
        let said = stage.server.fails(&["check"]);
        assert!(said.contains("wrong  secrets.master_key"), "{wrong:?}: {said}");
    }
    std::fs::write(&key, &kept).expect("it is written");
    assert!(!stage.server.try_run(&["check"]).contains("wrong  secrets.master_key"));
    std::fs::remove_file(&key).expect("it is there");
    assert!(!is_looked_into || stage.server.fails(&["check"]).contains("keys renew"));
    assert!(stage.server.fails(&["serve"]).contains("keys renew"));
    assert!(!key.exists(), "no start makes one");
    assert!(stage.server.run(&["keys", "renew"]).contains("enter the token"));
    assert!(stage.server.fails(&["keys", "renew"]).contains("is there"), "a key is never overwritten");
    stage.server.boot().await;

    // The lights, the list and every refusal say it; nothing goes out and nothing is taken.
    let closed = until("the channel to say it", async || {
        let list = stage.api.get("/api/v1/channels").await.of(200);
        list["channels"].as_array()?.iter().all(|channel| channel["health"] == "broken").then_some(list)
    })
    .await;
    let words = "cannot be read with this server’s master key";
    assert!(text(&closed["channels"][0], "problem").contains(words), "{closed}");
    let channel = stage.api.post(&format!("{path}/check"), &json!({})).await.of(200);
    for subject in ["token", "webhook"] {
        let light = light(&channel, subject).expect("it has a light");
        assert_eq!(light["state"], "bad");
        assert!(text(light, "found").contains(words) && text(light, "what_to_do").contains("anew"));
    }
    let refused = stage.api.post(&messages_path(&conversation), &text_body("not now")).await;
    refused.is_problem(409, "channel_unhealthy");
    assert!(text(&refused.body, "detail").contains(words));
    stage.api.get(&format!("/api/v1/conversations/{conversation}/permission")).await.of(200);
    let later = [stage.text(&ada, 2, "while it was closed")];
    for _ in 0..3 {
        assert_eq!(stage.postman.post(&later).await, Some(503), "the provider is to send it again");
    }
    let door = address.now().await;
    let word = |word: &str| {
        let id = &stage.channel.id;
        format!(
            "http://{door}/webhooks/whatsapp/{id}?hub.mode=subscribe&hub.challenge=1&hub.verify_token={word}"
        )
    };
    assert_eq!(client().get(word("word-1")).send().await.expect("an answer").status(), 503);
    let of_it: Vec<String> =
        stage.server.log().lines().filter(|line| line.contains("master key")).map(str::to_owned).collect();
    assert_eq!(of_it.len(), 5, "made, each channel, pushed messages, and all in the end: {of_it:#?}");

    // One of the two is not enough; both are, and everything works.
    stage.api.patch(&path, &json!({"name": "Shop"})).await.of(200);
    let number = crate::support::stage::number(1);
    let (token, secret) = (number.access_token, crate::support::stage::secret(1));
    let half = stage.api.patch(&path, &json!({"access_token": &token})).await;
    assert_eq!((half.status, half.body["field"].as_str()), (422, Some("app_secret")));
    let mended = stage.api.patch(&path, &json!({"access_token": token, "app_secret": secret})).await.of(200);
    assert_eq!(mended["health"], "working");
    assert_eq!(light(&mended, "token").expect("its light")["state"], "good");
    assert_ne!(light(&mended, "webhook").expect("its light")["state"], "bad");
    let new_word = text(&mended, "verify_token");
    assert_eq!(client().get(word(&new_word)).send().await.expect("an answer").status(), 200);
    stage.postman.deliver(&later).await;
    let sent = stage.send(&conversation, "here again").await;
    stage.until_state(&sent, "sent").await;

    // The other is disconnected; then nothing is left but what its late webhooks were verified with.
    let other = closed["channels"][1]["id"].as_str().expect("an id");
    stage.api.delete(&format!("/api/v1/channels/{other}")).await.of(204);
    let late = [stage.text(&ada, 3, "too late")];
    assert_eq!(other_postman.post(&late).await, Some(401));
    assert!(stage.server.fails(&["keys", "status"]).contains("2 secrets are not sealed"));
    stage.api.delete(&format!("/api/v1/channels/{other}?erase=true")).await.of(204);
    assert!(stage.server.run(&["keys", "status"]).contains("(2 channels)"));
}

#[tokio::test]
async fn a_key_that_is_given_back_opens_what_another_did_not() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let key = stage.server.folder().join("master.key");
    let kept = std::fs::read(&key).expect("it was made");
    stage.server.kill();
    std::fs::remove_file(&key).expect("it is there");
    stage.server.run(&["keys", "renew"]);
    stage.server.boot().await;
    let id = stage.channel.id.clone();
    until_light(&stage.api, &id, "token", |light| light["state"] == "bad").await;
    stage.server.kill();
    std::fs::write(&key, kept).expect("it is written");
    stage.server.boot().await;
    let path = format!("/api/v1/channels/{id}");
    until("the channel to work", async || {
        (stage.api.get(&path).await.of(200)["health"] == "working").then_some(())
    })
    .await;
    until_light(&stage.api, &id, "token", |light| light["state"] == "good").await;
    let sent = stage.send(&conversation, "as ever").await;
    stage.until_state(&sent, "sent").await;
    stage.postman.deliver(&[stage.text(&customer(0), 2, "as ever")]).await;
}

#[tokio::test]
async fn a_change_of_keys_that_was_cut_short_is_finished_at_the_next_start() {
    let mut stage = Stage::with(1, Faults::none(), &[]).await;
    let conversation = stage.meet(&customer(0)).await;
    stage.server.run(&["keys", "rotate"]);
    for _ in 0..3 {
        stage.server.kill();
        stage.server.boot().await;
    }
    until("everything to be sealed anew", async || {
        stage.server.try_run(&["keys", "status"]).contains("every secret").then_some(())
    })
    .await;
    let sent = stage.send(&conversation, "after").await;
    stage.until_state(&sent, "sent").await;
}
