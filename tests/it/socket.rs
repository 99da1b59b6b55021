//! P4 on one socket: subscribing, going on, being told what is wrong, being too slow.

use serde_json::{Value, json};
use tokio::net::TcpSocket;

use crate::support::{
    agent::Agent,
    api::Api,
    postman::customer,
    snapshot::{number, position, text},
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

async fn open(stage: &Stage) -> Socket {
    let address = stage.server.address().now().await;
    Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket")
}

/// Events until one with this text, checked for an unbroken chain from `last` on; gives the last offset.
async fn follow(socket: &mut Socket, mut last: u64, until_text: &str) -> (u64, usize) {
    for events in 1.. {
        let event = socket.frame_of("event").await;
        assert_eq!(number(&event, "prev"), last, "{event}");
        last = number(&event, "offset");
        if event["data"]["message"]["content"]["body"] == until_text {
            return (last, events);
        }
    }
    unreachable!("events have no end")
}

#[tokio::test]
async fn a_socket_goes_on_where_it_stopped_within_an_epoch_and_after_restarts() {
    let mut stage = Stage::new().await;
    let mut socket = open(&stage).await;
    let first = socket.subscribe(None, false).await;
    assert_eq!((&first["id"], &first["resumed"]), (&1.into(), &false.into()));
    stage.postman.deliver(&[stage.text(&customer(0), 1, "one")]).await;
    let (offset, _) = follow(&mut socket, number(&first, "offset"), "one").await;
    drop(socket);
    stage.postman.deliver(&[stage.text(&customer(0), 2, "two"), stage.text(&customer(1), 1, "three")]).await;
    stage.postman.deliver(&[stage.text(&customer(0), 3, "four")]).await;
    let mut socket = open(&stage).await;
    let epoch = text(&first, "epoch");
    let again = socket.subscribe(Some((&epoch, offset)), false).await;
    assert_eq!((&again["epoch"], &again["resumed"]), (&first["epoch"], &true.into()));
    let (offset, _) = follow(&mut socket, offset, "four").await;
    // From the first place once more: everything once more.
    let mut other = open(&stage).await;
    other.subscribe(Some((&epoch, number(&first, "offset"))), false).await;
    let (end, _) = follow(&mut other, number(&first, "offset"), "four").await;
    assert_eq!(end, offset);
    // An orderly restart loses nothing.
    stage.server.ask_to_stop();
    assert_eq!((socket.close_code().await, other.close_code().await), (Some(1012), Some(1012)));
    assert_eq!(stage.server.stopped().await.code(), Some(0));
    stage.server.boot().await;
    stage.postman.deliver(&[stage.text(&customer(0), 4, "five")]).await;
    let mut socket = open(&stage).await;
    let after = socket.subscribe(Some((&epoch, offset)), false).await;
    assert_eq!(after["resumed"], true, "{after}");
    assert_ne!(after["epoch"], first["epoch"]);
    follow(&mut socket, offset, "five").await;
}

#[tokio::test]
async fn a_place_that_never_was_is_not_resumed_from() {
    let stage = Stage::new().await;
    stage.postman.deliver(&[stage.text(&customer(0), 1, "one")]).await;
    let mut socket = open(&stage).await;
    let first = socket.subscribe(None, false).await;
    let (epoch, offset) = position(&first);
    for (nth, (epoch, offset)) in
        [("another", offset + 1_000), (epoch.as_str(), offset + 1_000)].iter().enumerate()
    {
        let mut socket = open(&stage).await;
        let answer = socket.subscribe(Some((epoch, *offset)), false).await;
        assert_eq!(answer["resumed"], false, "{answer}");
        // It goes on after where the stream is.
        let words = format!("after {nth}");
        stage.postman.deliver(&[stage.text(&customer(1), nth as u64, &words)]).await;
        follow(&mut socket, number(&answer, "offset"), &words).await;
    }
}

#[tokio::test]
async fn several_events_share_a_message_only_where_the_client_asked() {
    let stage = Stage::new().await;
    let mut plain = open(&stage).await;
    let mut batched = open(&stage).await;
    let first = plain.subscribe(None, false).await;
    batched.subscribe(None, true).await;
    let updates: Vec<_> =
        (0..200).map(|nth| stage.text(&customer(nth % 5), nth, &format!("{nth}"))).collect();
    stage.postman.deliver(&updates).await;
    stage.postman.deliver(&[stage.text(&customer(0), 900, "the end")]).await;
    let (last, events) = follow(&mut plain, number(&first, "offset"), "the end").await;
    let same = follow(&mut batched, number(&first, "offset"), "the end").await;
    assert_eq!((last, events), same);
    assert_eq!(plain.arrays, 0);
    // What was missed comes joined, too.
    let mut late = open(&stage).await;
    late.subscribe(Some((&text(&first, "epoch"), number(&first, "offset"))), true).await;
    assert_eq!(follow(&mut late, number(&first, "offset"), "the end").await, same);
    assert!(late.arrays > 0);
}

#[tokio::test]
async fn who_does_not_ask_for_a_socket_properly_is_told_what_to_ask_for() {
    let stage = Stage::new().await;
    let upgrade = stage.api.with("connection", "Upgrade").with("upgrade", "websocket");
    for api in [stage.api.clone(), upgrade.with("sec-websocket-version", "8")] {
        let answer = api.get("/api/v1/socket").await;
        assert_eq!(answer.headers["connection"], "Upgrade");
        assert_eq!(answer.headers["upgrade"], "websocket");
        assert_eq!(answer.headers["sec-websocket-version"], "13");
        answer.is_problem(426, "upgrade_required");
    }
    // Nothing else is asked to become a socket.
    let answer = upgrade.with("sec-websocket-version", "13").get("/api/v1/socket").await;
    assert!(!answer.headers.contains_key("upgrade"));
    answer.is_problem(400, "malformed_upgrade");
}

#[tokio::test]
async fn pings_are_answered_and_what_nobody_knows_is_told_without_closing() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let mut socket = open(&stage).await;
    let hello = socket.frame().await;
    assert_eq!(hello["type"], "hello");
    assert!(number(&hello, "heartbeat_s") > 0 && !text(&hello, "session").is_empty(), "{hello}");
    socket.say(&json!({"type": "ping"})).await;
    assert_eq!(socket.frame().await, json!({"type": "pong"}));
    socket.say(&json!({"type": "pong"})).await;
    for (frame, code) in [
        (json!({"type": "dance"}), "unknown_frame"),
        (json!({"type": "signal", "name": "sighing", "data": {}}), "unknown_signal"),
    ] {
        socket.say(&frame).await;
        let error = socket.frame_of("error").await;
        assert_eq!(error["error"]["code"], code, "{error}");
    }
    for (frame, code) in [
        (
            json!({"type": "command", "id": 3, "key": "k", "name": "message.paint", "data": {}}),
            "unknown_command",
        ),
        (json!({"type": "command", "id": 3, "name": "note.add", "data": {}}), "invalid"),
        (json!({"type": "command", "id": 3, "key": "k", "name": "note.add", "data": {"body": 5}}), "invalid"),
    ] {
        socket.say(&frame).await;
        let result = socket.frame_of("result").await;
        assert_eq!(
            (&result["id"], &result["ok"], &result["error"]["code"]),
            (&3.into(), &false.into(), &code.into())
        );
    }
    let note = json!({"type": "command", "id": 4, "key": "k4", "name": "note.add",
        "data": {"conversation_id": conversation, "body": "remember"}});
    socket.say(&note).await;
    assert_eq!(socket.frame_of("result").await["ok"], true);
}

#[tokio::test]
async fn what_is_not_the_protocol_closes_with_4009() {
    let stage = Stage::new().await;
    let twice = json!({"type": "subscribe", "id": 1});
    for frames in [
        vec![json!("text")],
        vec![json!([1, 2])],
        vec![json!({"type": "subscribe"})],
        vec![json!({"type": "command", "key": "k", "name": "note.add"})],
        vec![twice.clone(), twice],
        vec![json!({"type": "ping", "pad": "x".repeat(80_000)})],
    ] {
        let mut socket = open(&stage).await;
        for frame in &frames {
            socket.say(frame).await;
        }
        assert_eq!(socket.close_code().await, Some(4009), "{}", frames[0].to_string().len());
    }
}

#[tokio::test]
async fn whoever_may_not_enter_hears_it_in_the_close_code() {
    let stage = Stage::new().await;
    let address = stage.server.address().now().await;
    for head in
        [&[][..], &[("authorization", "Bearer swb_wrong")], &[("cookie", "switchboard_session=ses_x.y")]]
    {
        let mut socket = Socket::open(&address, "", head).await.expect("the upgrade itself is granted");
        assert_eq!(socket.close_code().await, Some(4001), "{head:?}");
    }
    let mut socket =
        Socket::open(&address, "?ticket=none", &[]).await.expect("the upgrade itself is granted");
    assert_eq!(socket.close_code().await, Some(4001));
    // A ticket is good once.
    let ticket = stage.api.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let query = format!("?ticket={}", text(&ticket, "ticket"));
    let mut socket = Socket::open(&address, &query, &[]).await.expect("a socket");
    assert_eq!(socket.subscribe(None, false).await["resumed"], false);
    let mut socket = Socket::open(&address, &query, &[]).await.expect("the upgrade itself is granted");
    assert_eq!(socket.close_code().await, Some(4001));
}

#[tokio::test]
async fn a_socket_sees_its_own_workspace_alone() {
    let stage = Stage::new().await;
    let second = stage.server.workspace("second");
    let theirs = Api::of(stage.server.address(), &second);
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &second.api_key).await.expect("a socket");
    let subscribed = socket.subscribe(None, false).await;
    let conversation = stage.meet(&customer(0)).await;
    let foreign = json!({"type": "command", "id": 1, "key": "k", "name": "note.add",
        "data": {"conversation_id": conversation, "body": "mine?"}});
    socket.say(&foreign).await;
    let result = socket.frame_of("result").await;
    assert_eq!(
        (&result["type"], &result["error"]["code"]),
        (&"result".into(), &"not_found".into()),
        "{result}"
    );
    let (_, postman) = crate::support::stage::connect(&stage.server, &theirs, 2).await;
    postman.deliver(&[stage.text(&customer(1), 1, "theirs")]).await;
    let mut last = number(&subscribed, "offset");
    loop {
        let event: Value = socket.frame_of("event").await;
        assert_eq!(number(&event, "prev"), last);
        last = number(&event, "offset");
        assert!(!event.to_string().contains(&conversation), "{event}");
        if event["data"]["message"]["content"]["body"] == "theirs" {
            break;
        }
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_closed_4008_and_comes_back_to_everything_while_others_notice_nothing()
{
    let stage =
        Stage::with(1, switchboard_simulator::Faults::none(), &[("SOCKETS__QUEUE_BYTES_MAX", "65536")]).await;
    let agent = Agent::start(&stage.api, &stage.workspace.api_key, true);
    agent.at_work().await;
    // One who hardly reads: a small buffer on this side, so that little fits on the way.
    let address = stage.server.address().now().await;
    let tcp = TcpSocket::new_v4().expect("a socket");
    tcp.set_recv_buffer_size(4_096).expect("a small buffer");
    let stream = tcp.connect(address.parse().expect("an address")).await.expect("a connection");
    let key = format!("Bearer {}", stage.workspace.api_key);
    let mut stalled = Socket::over(stream, &address, "", &[("authorization", &key)]).await.expect("a socket");
    let first = stalled.subscribe(None, false).await;
    let words = "w".repeat(3_000);
    let mut written = 0;
    until("the one who does not read to be closed", async || {
        for _ in 0..10 {
            let updates: Vec<_> = (0..20)
                .map(|_| {
                    written += 1;
                    stage.text(&customer(written % 3), written, &format!("{written} {words}"))
                })
                .collect();
            stage.postman.deliver(&updates).await;
        }
        assert!(written < 4_000, "it is never closed");
        let metrics = stage.api.get("/metrics").await.body;
        metrics.as_str().is_some_and(|metrics| metrics.contains("code=\"4008\"")).then_some(())
    })
    .await;
    // It reads what there was, and the reason at the end.
    let mut last = number(&first, "offset");
    let code = loop {
        match crate::support::soon("the end", stalled.next()).await {
            crate::support::wire::Came::Frame(frame) if frame["type"] == "event" => {
                assert_eq!(number(&frame, "prev"), last);
                last = number(&frame, "offset");
            }
            crate::support::wire::Came::Frame(_) => {}
            crate::support::wire::Came::End(code) => break code,
        }
    };
    assert_eq!(code, Some(4008));
    // It comes back and misses nothing.
    stage.postman.deliver(&[stage.text(&customer(0), 100_000, "the end")]).await;
    let epoch = text(&first, "epoch");
    let mut again = open(&stage).await;
    let resumed = again.subscribe(Some((&epoch, last)), false).await;
    assert_eq!(resumed["resumed"], true, "{resumed}");
    follow(&mut again, last, "the end").await;
    // Who read all the time was never closed.
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    assert_eq!(server.all_messages().count() as u64, written + 1);
    assert!(agent.known().closes.is_empty(), "{:?}", agent.known().closes);
}

#[tokio::test]
async fn events_carry_what_people_do_and_none_is_told_twice() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let conversation = stage.meet(&customer(0)).await;
    let path = |act: &str| format!("/api/v1/conversations/{conversation}/{act}");
    let me = stage.api.get("/api/v1/me").await.of(200);
    stage.api.post(&path("assign"), &json!({"assignee_id": me["user"]["id"]})).await.of(200);
    stage.api.post(&path("notes"), &json!({"body": "call back"})).await.of(201);
    stage.api.post(&path("read"), &json!({})).await.of(200);
    stage.api.post(&path("status"), &json!({"status": "pending"})).await.of(200);
    let sent = stage.api.post(&messages_path(&conversation), &text_body("soon")).await.of(202);
    stage.until_state(&sent, "sent").await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    let kinds: Vec<_> =
        server.messages[&conversation].values().map(|message| text(message, "type")).collect();
    assert_eq!(kinds, ["text", "system", "note", "system", "text"]);
}
