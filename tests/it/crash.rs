//! P1, P3 and P4 while the server dies: whatever was answered is there exactly once, on every screen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::Method;
use rand::{
    Rng as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, SliceRandom as _},
};
use serde_json::Value;
use switchboard_domain::pair;
use switchboard_simulator::{
    Fault, Faults, GraphFaults, Outcome, StatusFaults, Update, WebhookFaults, When, payload,
};
use switchboard_store::testing::cassandra::Cassandra;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{
    PATIENCE,
    agent::Agent,
    api::Api,
    chance::{Told, dice, seeds},
    postman::{Oddly, Postman, customer, message_id},
    snapshot::{Snapshot, number, text},
    soon,
    stage::{Stage, messages_path, text_body},
    until, until_within,
    wire::{Came, Socket},
};

/// Connections that post at the same time.
const POSTMEN: u64 = 4;
/// Customers who write through all of them.
const CUSTOMERS: u64 = 40;
/// Ends of the server in one run.
const ENDS: usize = 4;
/// Messages answered 200 between two ends.
const BETWEEN_ENDS: std::ops::Range<usize> = 50..400;
/// Messages sent to customers in one run, at most.
const SENDS_MAX: usize = 120;
/// Messages sent to one of them, at most: each makes the next ones wait longer (see [`pair`]).
const SENDS_EACH_MAX: usize = 4;

/// What ends meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The server is killed.
    Kill,
    /// The server is asked to stop.
    Terminate,
    /// One node after the other of the three that keep its rows is killed or stands still.
    Node,
}

/// Three nodes that keep three copies of each row.
struct Nodes(Arc<Mutex<Cassandra>>);

impl Nodes {
    async fn start() -> Self {
        let cluster = tokio::task::spawn_blocking(|| Cassandra::start(3)).await.expect("they start");
        Self(Arc::new(Mutex::new(cluster)))
    }

    /// The settings of a server that keeps its rows there.
    fn settings(&self) -> [(&'static str, String); 4] {
        let addresses = self.0.lock().unwrap_or_else(PoisonError::into_inner).addresses();
        let nodes: Vec<_> = addresses.iter().map(ToString::to_string).collect();
        [
            ("STORE__KIND", "scylla".to_owned()),
            ("STORE__NODES", nodes.join(",")),
            ("STORE__KEYSPACE", "harmed".to_owned()),
            ("STORE__REPLICATION_FACTOR", "3".to_owned()),
        ]
    }

    /// What the cluster suffers the n-th time. At most one node is away at any time.
    async fn suffer(&self, nth: usize) {
        let cluster = Arc::clone(&self.0);
        let suffered = tokio::task::spawn_blocking(move || {
            let mut cluster = cluster.lock().unwrap_or_else(PoisonError::into_inner);
            match nth {
                0 => cluster.kill(1),
                1 => cluster.restart(1),
                2 => cluster.freeze(2),
                _ => cluster.thaw(2),
            }
        });
        suffered.await.expect("it is done to it");
    }
}

/// What the provider and the API's user remember.
#[derive(Default)]
struct Book {
    messages: BTreeMap<String, Written>,
    taken: usize,
    /// By message id: what was accepted with 202.
    sends: BTreeSet<String>,
    asked: usize,
    over: bool,
}

/// A customer's message.
struct Written {
    customer: u64,
    body: String,
    update: Update,
    taken: bool,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Book>>);

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// A new message, a while old.
    fn write(&mut self, from: u64, now_s: i64, dice: &mut StdRng) -> String {
        let person = customer(from);
        let id = message_id(&person, dice.random());
        let body = format!("{id} says customer {from}");
        let at_s = now_s - dice.random_range(0..60);
        let update = payload::text_message(&person, &id, at_s, &body);
        self.messages.insert(id.clone(), Written { customer: from, body, update, taken: false });
        id
    }

    /// A webhook's answer.
    fn answered(&mut self, ids: &[String], status: Option<u16>) {
        if status != Some(200) {
            return;
        }
        for id in ids {
            let written = self.messages.get_mut(id).expect("it was written");
            if !written.taken {
                written.taken = true;
                self.taken += 1;
            }
        }
    }

    fn updates(&self, ids: &[String]) -> Vec<Update> {
        ids.iter().map(|id| self.messages[id].update.clone()).collect()
    }
}

/// Posts new messages and old ones, in batches, in any order, sometimes twice at once.
async fn post(postman: Postman, shared: Shared, now_s: i64, mut dice: StdRng) {
    while !shared.book().over {
        let mut ids = Vec::new();
        let updates = {
            let mut book = shared.book();
            let older: Vec<_> = book.messages.keys().cloned().collect();
            for _ in 0..dice.random_range(1..=8) {
                let from = dice.random_range(0..CUSTOMERS);
                ids.push(book.write(from, now_s, &mut dice));
            }
            for _ in 0..dice.random_range(0..3) {
                ids.extend(older.choose(&mut dice).cloned());
            }
            ids.shuffle(&mut dice);
            book.updates(&ids)
        };
        let postman = if dice.random() { postman.to("/webhooks/whatsapp") } else { postman.clone() };
        let status = if dice.random_ratio(1, 5) {
            let (one, other) = tokio::join!(postman.post(&updates), postman.post(&updates));
            one.max(other)
        } else {
            postman.post(&updates).await
        };
        shared.book().answered(&ids, status);
    }
}

/// Sends messages, each until it is answered.
async fn send(api: Api, shared: Shared, mut dice: StdRng) {
    let mut conversations: Vec<String> = Vec::new();
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    for nth in 0.. {
        if shared.book().over || shared.book().asked >= SENDS_MAX {
            return;
        }
        if conversations.len() < CUSTOMERS as usize {
            let page = api.try_ask(Method::GET, "/api/v1/conversations?limit=100", None).await;
            let page = page.filter(|page| page.status == 200);
            let list = page.as_ref().and_then(|page| page.body["conversations"].as_array());
            conversations = list.into_iter().flatten().map(|found| text(found, "id")).collect();
        }
        let may_get_one = |id: &&String| sent.get(*id).is_none_or(|&sent| sent < SENDS_EACH_MAX);
        let open: Vec<_> = conversations.iter().filter(may_get_one).cloned().collect();
        let Some(conversation) = open.choose(&mut dice) else {
            tokio::task::yield_now().await;
            continue;
        };
        *sent.entry(conversation.clone()).or_default() += 1;
        shared.book().asked += 1;
        let (api, body) = (api.keyed(&format!("send-{nth}")), text_body(&format!("answer {nth}")));
        let sent = loop {
            match api.try_ask(Method::POST, &messages_path(conversation), Some(&body)).await {
                Some(answer) if answer.status == 202 => break text(&answer.body, "id"),
                // Not answered, or not now: the same again.
                None => {}
                Some(answer) => assert!(matches!(answer.status, 429 | 503), "{}", answer.body),
            }
        };
        shared.book().sends.insert(sent);
    }
}

fn rough() -> Faults {
    Faults {
        graph: GraphFaults {
            accept_then_close: 0.03,
            slow: 0.3,
            slow_for: std::time::Duration::from_millis(20)..std::time::Duration::from_millis(300),
            codes: vec![(131_016, 0.03)],
            ..GraphFaults::default()
        },
        webhooks: WebhookFaults {
            duplicate: 0.1,
            duplicate_at_once: 0.05,
            reorder: 0.1,
            batch_max: 10,
            in_flight_max: 2,
            ..WebhookFaults::default()
        },
        statuses: StatusFaults {
            read_before_delivered: 0.1,
            repeated: 0.1,
            without_callback_data: 0.1,
            before_answer: 0.05,
            ..StatusFaults::default()
        },
    }
}

async fn survives(seed: u64, end: End) {
    let told = Told(seed);
    let nodes = if end == End::Node { Some(Nodes::start().await) } else { None };
    let settings = nodes.as_ref().map(Nodes::settings);
    let settings: Vec<_> = settings.iter().flatten().map(|(name, value)| (*name, value.as_str())).collect();
    let mut stage = Stage::with(seed, rough(), &settings).await;
    stage.bring_statuses().await;
    let agent = Agent::start(&stage.api, &stage.workspace.api_key, seed.is_multiple_of(2));
    agent.at_work().await;
    let shared = Shared::default();
    let now_s = stage.world.clock().now_s();
    let mut tasks = JoinSet::new();
    for nth in 0..POSTMEN {
        tasks.spawn(post(stage.postman.another(), shared.clone(), now_s, dice(seed, nth)));
    }
    tasks.spawn(send(stage.api.clone(), shared.clone(), dice(seed, 100)));
    let mut dice = dice(seed, 200);
    for nth in 0..ENDS {
        let enough = shared.book().taken + dice.random_range(BETWEEN_ENDS);
        until("webhooks to be taken", async || {
            agent.check();
            // Whoever was not back yet would not notice the next end.
            let is_there = end == End::Node || agent.known().came > nth;
            (is_there && shared.book().taken >= enough).then_some(())
        })
        .await;
        match end {
            End::Kill => stage.server.kill(),
            End::Terminate => {
                stage.server.ask_to_stop();
                assert_eq!(stage.server.stopped().await.code(), Some(0));
            }
            End::Node => nodes.as_ref().expect("they were started").suffer(nth).await,
        }
        if end != End::Node {
            stage.server.boot().await;
        }
    }
    shared.book().over = true;
    while let Some(ended) = soon("everybody to stop", tasks.join_next()).await {
        ended.expect("nobody fails");
    }
    send_again(&stage.postman, &shared, &mut dice).await;
    settled(&stage, &agent, &shared).await;
    let (events, closes) = {
        let known = agent.known();
        (known.events, known.closes.len())
    };
    assert!(events > 0, "the agent was there");
    if end == End::Node {
        assert_eq!(closes, 0, "and did not notice");
    } else {
        assert!(closes >= ENDS, "and came back");
    }
    if end == End::Terminate {
        assert!(agent.known().closes.contains(&Some(1012)), "{:?}", agent.known().closes);
        let odd = agent.known().closes.iter().any(|code| !matches!(code, Some(1012) | None));
        assert!(!odd, "{:?}", agent.known().closes);
        let (resumed, reloaded) = {
            let known = agent.known();
            (known.resumed, known.reloaded)
        };
        assert_eq!((resumed, reloaded), (ENDS, 1), "an orderly end loses nothing of the stream");
        // Requests that had begun were waited for: only the provider's own silence leaves a doubt.
        let silent =
            stage.graph().sends().iter().filter(|sent| sent.fault == Some(Fault::AcceptThenClose)).count();
        let snapshot = stage.snapshot().await;
        let unknown = snapshot.all_messages().filter(|message| message["state"] == "unknown").count();
        assert!(unknown <= silent, "{unknown} unknown outcomes, {silent} requests without an answer");
    }
    drop(told);
}

/// The provider sends what was not taken, and some that was.
async fn send_again(postman: &Postman, shared: &Shared, dice: &mut StdRng) {
    let mut again: Vec<String> = {
        let book = shared.book();
        let chosen = book.messages.iter().filter(|(_, written)| !written.taken || dice.random_ratio(1, 3));
        chosen.map(|(id, _)| id.clone()).collect()
    };
    again.shuffle(dice);
    for ids in again.chunks(40) {
        let updates = shared.book().updates(ids);
        // What is refused for now is sent again, as the provider does, until it is taken.
        let taken = async || (postman.post(&updates).await == Some(200)).then_some(());
        until("what is sent again to be taken", taken).await;
        shared.book().answered(ids, Some(200));
    }
}

/// Everything taken is there once, and what was accepted has ended.
async fn settled(stage: &Stage, agent: &Agent, shared: &Shared) {
    let paced = pair::EACH * SENDS_EACH_MAX as u32;
    until_within(PATIENCE + paced, "everything accepted to end", async || {
        let snapshot = stage.snapshot().await;
        let open = snapshot.all_messages().any(|message| {
            message["direction"] == "out" && matches!(message["state"].as_str(), Some("queued" | "sending"))
        });
        (!open).then_some(())
    })
    .await;
    soon("statuses to be taken", stage.world.ledger().until_settled()).await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    let book = shared.book();
    let mut threads = BTreeMap::new();
    let mut inbound = BTreeMap::new();
    for message in server.all_messages().filter(|message| message["direction"] == "in") {
        let id = text(message, "provider_id");
        let written = &book.messages[&id];
        assert_eq!(message["content"]["body"], *written.body);
        let conversation = text(message, "conversation_id");
        let thread = threads.entry(written.customer).or_insert_with(|| conversation.clone());
        assert_eq!(*thread, conversation, "one customer, one conversation");
        assert!(inbound.insert(id, message.clone()).is_none(), "there twice: {message}");
    }
    let missing: Vec<_> = book.messages.keys().filter(|id| !inbound.contains_key(*id)).collect();
    assert!(missing.is_empty(), "answered 200 and not there: {missing:?}");
    assert_eq!(threads.len(), server.conversations.len(), "no conversation is there twice");
    check_sends(stage, &server, &book.sends);
}

/// Nothing was asked for twice unless the earlier request was answered with a refusal.
fn check_sends(stage: &Stage, server: &Snapshot, accepted: &BTreeSet<String>) {
    let mut requests: BTreeMap<String, Vec<Outcome>> = BTreeMap::new();
    for sent in stage.graph().sends() {
        let body: Value = serde_json::from_slice(&sent.body).expect("a request is JSON");
        requests.entry(text(&body, "biz_opaque_callback_data")).or_default().push(sent.outcome.clone());
    }
    for (callback, outcomes) in &requests {
        let before_last = &outcomes[..outcomes.len() - 1];
        let sure = before_last.iter().all(|outcome| matches!(outcome, Outcome::Refused { .. }));
        assert!(sure, "{callback} was requested again although it may have arrived: {outcomes:?}");
    }
    assert!(stage.graph().delivered_twice().is_empty());
    let sent: Vec<_> = server
        .all_messages()
        .filter(|message| message["direction"] == "out" && message["state"] != "recorded")
        .collect();
    let ids: BTreeSet<String> = sent.iter().map(|message| text(message, "id")).collect();
    assert_eq!(ids.len(), sent.len());
    assert!(accepted.is_subset(&ids), "accepted and not there: {:?}", accepted.difference(&ids));
    let arrived: BTreeMap<&str, u64> = requests
        .values()
        .flatten()
        .filter_map(|outcome| match outcome {
            Outcome::Accepted { wamid } => Some((wamid.as_str(), 1)),
            _ => None,
        })
        .collect();
    let mut told = BTreeSet::new();
    for message in sent {
        match message["state"].as_str() {
            Some("sent" | "delivered" | "read") => {
                let id = message["provider_id"].as_str().expect("what was sent has an id");
                assert!(arrived.contains_key(id), "sent, says the server: {message}");
                assert!(told.insert(id), "two messages have one provider id: {message}");
            }
            Some("failed") => assert_eq!(message["error"]["code"], "whatsapp_131016", "{message}"),
            Some("unknown") => {}
            _ => panic!("accepted, and then: {message}"),
        }
        assert!(number(message, "attempts") <= 5, "{message}");
    }
}

#[tokio::test]
async fn whatever_was_answered_survives_kills_at_random_moments() {
    for seed in seeds([11, 12, 13]) {
        survives(seed, End::Kill).await;
    }
}

#[tokio::test]
async fn whatever_was_answered_survives_orderly_ends_under_load() {
    for seed in seeds([21]) {
        survives(seed, End::Terminate).await;
    }
}

#[tokio::test]
async fn whatever_was_answered_survives_the_death_of_one_of_three_nodes_and_work_goes_on() {
    for seed in seeds([31]) {
        survives(seed, End::Node).await;
    }
}

#[tokio::test]
async fn a_request_in_flight_is_answered_while_the_server_stops_and_sockets_are_told() {
    let mut stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    socket.subscribe(None, false).await;
    let ada = customer(0);
    let body = stage.postman.body(&[stage.text(&ada, 1, "in the middle")]);
    let signature = payload::sign("app-secret-1", &body);
    let mut connection = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         x-hub-signature-256: {signature}\r\n\r\n",
        stage.postman.path(),
        body.len(),
    );
    let (begin, rest) = body.split_at(body.len() / 2);
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(begin).await.unwrap();
    // The request is being worked on once its room is set aside.
    until("the request to be begun", async || {
        (stage.api.metric("webhooks_bytes_in_flight").await >= body.len() as f64).then_some(())
    })
    .await;
    stage.server.ask_to_stop();
    stage.server.stopping().await;
    connection.write_all(rest).await.unwrap();
    let mut answer = Vec::new();
    soon("the answer", connection.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    // Who looks on sees it before the socket goes.
    let event = socket.event("message.received").await;
    assert_eq!(event["data"]["message"]["content"]["body"], "in the middle");
    assert_eq!(socket.close_code().await, Some(1012));
    assert_eq!(stage.server.stopped().await.code(), Some(0));
    stage.server.boot().await;
    assert!(stage.message_by_provider_id(&message_id(&ada, 1)).await.is_some());
}

#[tokio::test]
async fn what_waits_to_be_sent_is_sent_after_a_kill_though_nobody_asks() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    // The first request reaches nobody, so the message waits for its next turn.
    stage.graph().refuse_connections().await;
    let mut queued = Vec::new();
    for nth in 0..3 {
        queued.push(text(&stage.send(&conversation, &format!("answer {nth}")).await, "id"));
    }
    // A kill in the midst of that request would leave its outcome unknown.
    until("the first to wait for its next turn", async || {
        let first = stage.message(&conversation, &queued[0]).await;
        (first["state"] == "queued" && first["attempts"] == 1).then_some(())
    })
    .await;
    stage.server.kill();
    stage.graph().accept_connections().await;
    stage.server.boot().await;
    let sends = soon("three sends", stage.graph().until_sends(3)).await;
    let texts: Vec<_> = sends.iter().map(|sent| sent.text.as_str()).collect();
    assert_eq!(texts, ["answer 0", "answer 1", "answer 2"], "in their order");
    for id in queued {
        let message = stage.message(&conversation, &id).await;
        stage.until_state(&message, "sent").await;
    }
    assert_eq!(stage.graph().sends_total(), 3);
}

#[tokio::test]
async fn a_request_cut_by_a_kill_is_unknown_and_never_repeated() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    stage.graph().script(When::NextSend, Fault::AcceptThenSilence);
    let sent = stage.send(&conversation, "did you get this?").await;
    soon("the request", stage.graph().until_sends(1)).await;
    stage.server.kill();
    stage.server.boot().await;
    let unknown = stage.until_state(&sent, "unknown").await;
    assert_eq!(unknown["error"]["code"], "outcome_unknown");
    // The next one goes its way; the one before is not asked for again.
    let next = stage.send(&conversation, "and this?").await;
    stage.until_state(&next, "sent").await;
    assert_eq!(stage.graph().sends_total(), 2);
    assert!(stage.graph().delivered_twice().is_empty());
}

#[tokio::test]
async fn a_webhook_that_was_never_answered_is_taken_once_when_it_comes_again() {
    let mut stage = Stage::new().await;
    let ada = customer(2);
    let update = stage.text(&ada, 1, "once");
    for _ in 0..3 {
        // Posted and not waited for: whether it is durable nobody knows.
        let (postman, body) = (stage.postman.another(), stage.postman.body(std::slice::from_ref(&update)));
        let posted = tokio::spawn(async move { postman.post_body(body, &Oddly::default()).await });
        until("the webhook to arrive", async || {
            (stage.api.metric("webhooks_received_total").await >= 1.0).then_some(())
        })
        .await;
        stage.server.kill();
        posted.await.unwrap();
        stage.server.boot().await;
    }
    stage.postman.deliver(&[update]).await;
    let snapshot = stage.snapshot().await;
    snapshot.check_order();
    assert_eq!(snapshot.all_messages().count(), 1);
}

#[tokio::test]
async fn a_socket_that_was_open_hears_of_what_was_durable_when_the_server_died() {
    let mut stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    let subscribed = socket.subscribe(None, false).await;
    let ada = customer(0);
    stage.postman.deliver(&[stage.text(&ada, 1, "before the end")]).await;
    stage.server.kill();
    while let Came::Frame(_) = soon("the end", socket.next()).await {}
    stage.server.boot().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    let since = (text(&subscribed, "epoch"), number(&subscribed, "offset"));
    let again = socket.subscribe(Some((&since.0, since.1)), false).await;
    if again["resumed"] == true {
        let event = socket.event("message.received").await;
        assert_eq!(event["data"]["message"]["content"]["body"], "before the end");
    } else {
        assert_eq!(stage.snapshot().await.all_messages().count(), 1);
    }
}
