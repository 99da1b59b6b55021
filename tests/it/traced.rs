//! Traces of the whole way, as a collector gets them.

use http::Method;
use serde_json::json;
use switchboard_simulator::Faults;
use tokio::net::TcpListener;

use crate::support::{
    collector::{Collector, goes_outside, notes},
    postman::{Postman, customer, message_id},
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

const WEBHOOK: &str = "POST /webhooks/whatsapp/{channel_id}";
/// From the webhook to the sockets, each led to by the one before.
const WAY_IN: [&str; 6] = [
    WEBHOOK,
    "webhook.verify",
    "conversation.decide",
    "conversation.commit",
    "tenant.publish",
    "sockets.write",
];

async fn stage_traced(collector: &Collector, share: &str) -> Stage {
    let settings = [("TELEMETRY__OTLP_ENDPOINT", &*collector.endpoint()), ("TELEMETRY__SAMPLE_RATIO", share)];
    Stage::with(1, Faults::none(), &settings).await
}

async fn watch(stage: &Stage) -> Socket {
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    socket
}

#[tokio::test]
async fn a_webhook_is_one_trace_from_its_head_to_the_sockets() {
    let collector = Collector::start().await;
    let stage = stage_traced(&collector, "1.0").await;
    let mut socket = watch(&stage).await;
    stage.meet(&customer(0)).await;
    socket.event("message.received").await;
    let ids = until("the webhook's trace", async || {
        Some(collector.begun_by(WEBHOOK)).filter(|ids| !ids.is_empty())
    })
    .await;
    assert_eq!(ids.len(), 1, "one webhook, one trace");
    let trace = collector.trace_with(&ids[0], &WAY_IN).await;
    trace.is_one_tree();
    assert_eq!(trace.path(trace.find("sockets.write").expect("waited for")), WAY_IN);
    let request = notes(trace.find(WEBHOOK).expect("waited for"));
    assert_eq!(request["http.response.status_code"], "200");
    assert!(request["switchboard.correlation_id"].starts_with("cor_"), "{request:?}");
    assert_eq!(notes(trace.find("sockets.write").expect("waited for"))["switchboard.sockets"], "1");
}

#[tokio::test]
async fn an_answer_is_one_trace_from_the_command_to_the_provider_and_back() {
    let collector = Collector::start().await;
    let stage = stage_traced(&collector, "1.0").await;
    let mut socket = watch(&stage).await;
    let conversation = stage.meet(&customer(0)).await;
    let data = json!({"conversation_id": conversation, "type": "text", "text": {"body": "over the socket"}});
    let command = json!({"type": "command", "id": 1, "key": "k", "name": "message.send", "data": data});
    socket.say(&command).await;
    let sent = socket.frame_of("result").await["data"]["message"].clone();
    stage.until_state(&sent, "sent").await;
    let over_http = stage.send(&conversation, "over HTTP").await;
    stage.until_state(&over_http, "sent").await;
    for begins in ["socket message.send", "POST /api/v1/conversations/{id}/messages"] {
        let ids =
            until(begins, async || Some(collector.begun_by(begins)).filter(|ids| !ids.is_empty())).await;
        let all = ["channel.permit", "contact.grant", "provider.send", "message.send", "sockets.write"];
        let trace = until("the result's commit", async || {
            let trace = collector.trace_with(&ids[0], &all).await;
            // The command's, the attempt's and the result's.
            let commits = trace.0.iter().filter(|span| span.name == "conversation.commit").count();
            (commits == 3).then_some(trace)
        })
        .await;
        trace.is_one_tree();
        let request = trace.find("provider.send").expect("waited for");
        let way = [begins, "conversation.decide", "conversation.commit", "message.send", "provider.send"];
        assert_eq!(trace.path(request), way);
        assert!(goes_outside(request));
        assert_eq!(notes(request)["switchboard.outcome"], "accepted");
    }
}

#[tokio::test]
async fn a_commit_of_several_webhooks_is_linked_to_each() {
    let collector = Collector::start().await;
    let stage = stage_traced(&collector, "1.0").await;
    let ada = customer(0);
    let mut sent = 0;
    // Commits are shared by what waits while another is under way: that takes no more than some tries.
    until("a commit that is shared", async || {
        let posts = (0..40).map(|nth| {
            let (postman, update): (Postman, _) =
                (stage.postman.clone(), stage.text(&ada, sent + nth, "at once"));
            async move { postman.deliver(&[update]).await }
        });
        futures_util::future::join_all(posts).await;
        sent += 40;
        let shared = async || {
            let ids = collector.begun_by(WEBHOOK);
            let traces = ids.iter().map(|id| collector.trace(id));
            let commits = traces.flat_map(|trace| trace.0).filter(|span| span.name == "conversation.commit");
            let shared = commits.into_iter().find(|commit| !commit.links.is_empty())?;
            Some((shared, ids))
        };
        let (commit, ids) = shared().await?;
        let known = |id: &Vec<u8>| ids.contains(id);
        commit
            .links
            .iter()
            .all(|link| known(&link.trace_id) && link.trace_id != commit.trace_id)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_caller_s_trace_is_gone_on_with_as_it_says() {
    let collector = Collector::start().await;
    let stage = stage_traced(&collector, "0.0").await;
    let conversation = stage.meet(&customer(0)).await;
    let (wanted, unwanted) = ("0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319d");
    for (trace, flags) in [(unwanted, "00"), (wanted, "01")] {
        let traceparent = format!("00-{trace}-b7ad6b7169203331-{flags}");
        let api = stage.api.with("traceparent", &traceparent).keyed(trace);
        let path = messages_path(&conversation);
        let answer = api.ask(Method::POST, &path, Some(&text_body("traced"))).await.of(202);
        stage.until_state(&answer, "sent").await;
    }
    let id = |text: &str| u128::from_str_radix(text, 16).expect("it is hexadecimal").to_be_bytes();
    let trace = collector.trace_with(&id(wanted), &["provider.send"]).await;
    let request = trace.find("POST /api/v1/conversations/{id}/messages").expect("its request");
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert!(collector.trace(&id(unwanted)).0.is_empty());
    assert!(collector.begun_by(WEBHOOK).is_empty(), "none of a share of none");
    let line = stage.server.log().lines().find(|line| line.contains(wanted)).map(str::to_owned);
    assert!(line.is_some_and(|line| line.contains("answered")), "the request's line names its trace");
}

#[tokio::test]
async fn what_waits_is_handed_over_when_the_server_stops() {
    let collector = Collector::start().await;
    let mut stage = stage_traced(&collector, "1.0").await;
    stage.postman.deliver(&[stage.text(&customer(0), 1, "the last")]).await;
    stage.server.ask_to_stop();
    assert!(stage.server.stopped().await.success());
    let ids = collector.begun_by(WEBHOOK);
    assert_eq!(ids.len(), 1);
    assert!(collector.trace(&ids[0]).find("conversation.commit").is_some());
}

#[tokio::test]
async fn a_collector_that_is_not_there_or_says_nothing_holds_nothing_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let silent = (silent.local_addr().expect("it has an address"), silent);
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address");
    for endpoint in [format!("http://{gone}"), format!("http://{}", silent.0)] {
        let settings = [("TELEMETRY__OTLP_ENDPOINT", &*endpoint), ("TELEMETRY__SAMPLE_RATIO", "1.0")];
        let mut stage = Stage::with(1, Faults::none(), &settings).await;
        let mut socket = watch(&stage).await;
        let ada = customer(0);
        let begun = std::time::Instant::now();
        for nth in 0..200 {
            stage.postman.deliver(&[stage.text(&ada, nth, "on")]).await;
        }
        let took = begun.elapsed();
        assert!(took.as_secs() < 20, "{took:?} for 200 webhooks");
        let first = stage.message_by_provider_id(&message_id(&ada, 0)).await.expect("it was taken");
        assert!(!text(&first, "conversation_id").is_empty());
        socket.event("message.received").await;
        if endpoint.contains(&gone.to_string()) {
            until("the failures to be counted", async || {
                let failed = stage.api.metric("switchboard_trace_exports_total{outcome=\"failed\"}").await;
                (failed > 0.0).then_some(())
            })
            .await;
            let told = "the collector takes no spans";
            assert_eq!(stage.server.log().matches(told).count(), 1, "said once");
        }
        assert_eq!(stage.api.metric("switchboard_trace_spans_exported_total").await, 0.0);
        stage.server.ask_to_stop();
        assert!(stage.server.stopped().await.success());
    }
}
