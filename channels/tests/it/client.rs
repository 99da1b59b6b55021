//! The client against a server that answers well, badly, or not at all.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use secrecy::SecretString;
use switchboard_channels::whatsapp::client::{Client, Graph, GraphOptions, Misconfigured};
use switchboard_domain::{
    inbound::Callback,
    outbound::{ErrorClass, Outbound, OutboundContent, SendOutcome},
};
use switchboard_ports::channel::{ChannelClient, ReadError};
use switchboard_schema::{
    ConversationId, TraceContext,
    wire::{Identity, IdentityKind, Text},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Handle,
};

const PATIENCE: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(20);

/// What the server does with one request.
#[derive(Clone)]
enum Act {
    /// Answers with these bytes and keeps the connection.
    Answer(String),
    /// Answers with these bytes and closes the connection.
    AnswerAndClose(String),
    /// Reads the request and closes the connection.
    Close,
    /// Reads the request and never answers.
    Silence,
}

/// A server that does one thing after the other, the last for ever.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, acts) = (Arc::clone(&requests), Arc::new(acts));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&seen), Arc::clone(&acts)));
            }
        });
        Self { url, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("a lock").clone()
    }

    fn client(&self) -> Client {
        client(&self.url, LONG)
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Mutex<Vec<String>>>, acts: Arc<Vec<Act>>) {
    while let Some(request) = read_request(&mut stream).await {
        let act = {
            let mut seen = seen.lock().expect("a lock");
            seen.push(request);
            acts[(seen.len() - 1).min(acts.len() - 1)].clone()
        };
        match act {
            Act::Answer(bytes) => stream.write_all(bytes.as_bytes()).await.expect("an answer"),
            Act::AnswerAndClose(bytes) => {
                return stream.write_all(bytes.as_bytes()).await.expect("an answer");
            }
            Act::Close => return,
            Act::Silence => {}
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or("0", str::trim);
            if body.len() >= length.parse::<usize>().expect("a length") {
                return Some(text);
            }
        }
        let mut chunk = [0; 4_096];
        match stream.read(&mut chunk).await {
            Ok(count) if count > 0 => read.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

fn answer(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn client(url: &str, timeout: Duration) -> Client {
    let options = GraphOptions {
        graph_url: url.to_owned(),
        timeout,
        connect_timeout: PATIENCE,
        ..GraphOptions::default()
    };
    let graph = Graph::new(&options, Handle::current()).expect("a graph");
    graph.client("106540352242922", "102290129340398", SecretString::from("EAAJB-token"))
}

fn hello() -> Outbound {
    let identity = Identity { kind: IdentityKind::WaId, value: "16505551234".into() };
    let callback = Callback { conversation_id: ConversationId::from_bytes([0; 16]), seq: 1 };
    let content = OutboundContent::Text(Text { body: "Hello".into() });
    Outbound { to: vec![identity], content, reply_to: None, callback, correlation_id: None, trace: None }
}

/// The `traceparent` that the provider is sent with a message.
async fn traceparent(trace: Option<TraceContext>) -> Option<String> {
    let server = Server::start(vec![Act::Answer(answer("200 OK", ACCEPTED))]).await;
    assert_eq!(server.client().send(Outbound { trace, ..hello() }).await, accepted());
    let request = server.requests().remove(0);
    request.lines().find_map(|line| line.strip_prefix("traceparent: ")).map(str::to_owned)
}

#[tokio::test]
async fn a_token_that_the_provider_repeats_is_not_in_its_words() {
    let body = r#"{"error":{"code":99,"message":"odd","error_data":{"details":"EAAJB-token is odd"}}}"#;
    match sent(Act::Answer(answer("400 Bad Request", body))).await {
        SendOutcome::Refused(error) => assert!(error.message.ends_with("… is odd"), "{}", error.message),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_provider_is_told_the_place_in_a_trace_where_one_is_recorded() {
    assert_eq!(traceparent(None).await, None);
    let here = TraceContext::new([1; 16], [2; 8]);
    assert_eq!(traceparent(Some(here)).await, Some(here.traceparent()));
}

const ACCEPTED: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234","user_id":"US.1"}],"messages":[{"id":"wamid.OUT==","message_status":"accepted"}]}"#;

/// What comes of a send to a server that does this.
async fn sent(act: Act) -> SendOutcome {
    let server = Server::start(vec![act]).await;
    let outcome = server.client().send(hello()).await;
    assert_eq!(server.requests().len(), 1, "one request, never a second");
    outcome
}

fn accepted() -> SendOutcome {
    let recipient = vec![
        Identity { kind: IdentityKind::Bsuid, value: "US.1".into() },
        Identity { kind: IdentityKind::WaId, value: "16505551234".into() },
    ];
    SendOutcome::Accepted { provider_id: "wamid.OUT==".into(), recipient }
}

#[track_caller]
fn refused(outcome: SendOutcome, code: &str, class: ErrorClass) {
    match outcome {
        SendOutcome::Refused(error) => assert_eq!((error.code.as_str(), error.class), (code, class)),
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
fn unknown(outcome: SendOutcome) -> String {
    match outcome {
        SendOutcome::Unknown(why) => why,
        other => panic!("not unknown: {other:?}"),
    }
}

#[tokio::test]
async fn a_message_is_sent_with_the_token_and_its_answer_read() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", ACCEPTED))]).await;
    assert_eq!(server.client().send(hello()).await, accepted());
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /v26.0/106540352242922/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nauthorization: Bearer EAAJB-token"), "{head}");
    assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
    assert!(body.starts_with(r#"{"messaging_product":"whatsapp","#), "{body}");
}

#[tokio::test]
async fn an_error_of_graph_is_a_refusal_whatever_its_status() {
    for (status, code, class) in [
        ("400 Bad Request", 131_047, ErrorClass::Never),
        ("401 Unauthorized", 190, ErrorClass::Account),
        ("429 Too Many Requests", 130_429, ErrorClass::BackOff),
        ("500 Internal Server Error", 131_000, ErrorClass::Retry),
        ("200 OK", 131_056, ErrorClass::BackOff),
        ("400 Bad Request", 777_777, ErrorClass::Never),
        ("503 Service Unavailable", 777_777, ErrorClass::Retry),
    ] {
        let body = format!(
            r#"{{"error":{{"message":"(#{code}) x","type":"OAuthException","code":{code},"fbtrace_id":"A"}}}}"#
        );
        refused(sent(Act::Answer(answer(status, &body))).await, &format!("whatsapp_{code}"), class);
    }
}

#[tokio::test]
async fn a_refusal_by_something_on_the_way_is_a_refusal() {
    let page = "<html>no</html>";
    refused(sent(Act::Answer(answer("404 Not Found", page))).await, "whatsapp_http_404", ErrorClass::Never);
    refused(sent(Act::Answer(answer("429 Slow Down", page))).await, "whatsapp_http_429", ErrorClass::BackOff);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let redirect = "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
    refused(sent(Act::Answer(redirect.into())).await, "whatsapp_http_307", ErrorClass::Account);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    for act in [
        Act::Answer(answer("200 OK", "<html>welcome</html>")),
        Act::Answer(answer("200 OK", "")),
        Act::Answer(answer("200 OK", r#"{"messages":[]}"#)),
        Act::Answer(answer("200 OK", r#"{"messages":[{"id":""}]}"#)),
        Act::Answer(answer("200 OK", &"x".repeat(300_000))),
        Act::Answer(answer("500 Internal Server Error", "oh")),
        Act::Answer(answer("502 Bad Gateway", "<html></html>")),
        Act::Answer(answer("408 Request Timeout", "")),
        Act::AnswerAndClose("garbage\r\n\r\n".into()),
    ] {
        unknown(sent(act).await);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_the_outcome_unknown() {
    let why = unknown(sent(Act::Close).await);
    assert!(why.starts_with("the connection broke before the answer"), "{why}");
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"messages\":[";
    unknown(sent(Act::AnswerAndClose(half.into())).await);
    unknown(sent(Act::AnswerAndClose("HTTP/1.1 200 OK\r\ncontent-le".into())).await);
}

#[tokio::test]
async fn silence_leaves_the_outcome_unknown() {
    let server = Server::start(vec![Act::Silence]).await;
    let outcome = client(&server.url, PATIENCE).send(hello()).await;
    assert_eq!(unknown(outcome), "no answer in time");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_stops_half_way_leaves_the_outcome_unknown() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"messages\":[";
    let server = Server::start(vec![Act::Answer(half.into())]).await;
    assert_eq!(unknown(client(&server.url, PATIENCE).send(hello()).await), "no answer in time");
}

#[tokio::test]
async fn a_kept_connection_that_breaks_is_not_asked_twice() {
    let server = Server::start(vec![Act::Answer(answer("200 OK", ACCEPTED)), Act::Close]).await;
    let client = server.client();
    assert_eq!(client.send(hello()).await, accepted());
    unknown(client.send(hello()).await);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_was_closed_sends_at_most_once() {
    for _ in 0..20 {
        let server = Server::start(vec![Act::AnswerAndClose(answer("200 OK", ACCEPTED))]).await;
        let client = server.client();
        assert_eq!(client.send(hello()).await, accepted());
        // Depending on who is faster, the client opens another connection or finds the old one broken.
        let outcome = client.send(hello()).await;
        let requests = server.requests().len();
        assert!(
            matches!(
                (&outcome, requests),
                (SendOutcome::Accepted { .. }, 2) | (SendOutcome::Unknown(_), 1 | 2)
            ),
            "{outcome:?} after {requests}"
        );
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_started() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let outcome = client(&url, LONG).send(hello()).await;
    assert!(
        matches!(&outcome, SendOutcome::NotStarted(why) if why.starts_with("no connection")),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn where_no_tls_is_spoken_nothing_was_started() {
    let server = Server::start(vec![Act::Close]).await;
    let url = server.url.replace("http://", "https://");
    let outcome = client(&url, LONG).send(hello()).await;
    assert!(matches!(outcome, SendOutcome::NotStarted(_)), "{outcome:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_name_nobody_has_starts_nothing() {
    let outcome = client("http://graph.invalid", LONG).send(hello()).await;
    assert!(matches!(outcome, SendOutcome::NotStarted(_)), "{outcome:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_without_a_request() {
    let server = Server::start(vec![Act::Close]).await;
    let mut nobody = hello();
    nobody.to.clear();
    refused(server.client().send(nobody).await, "whatsapp_no_address", ErrorClass::Never);
    let options = GraphOptions { graph_url: server.url.clone(), ..GraphOptions::default() };
    let graph = Graph::new(&options, Handle::current()).expect("a graph");
    let client = graph.client("1", "2", SecretString::from("two\nlines"));
    refused(client.send(hello()).await, "whatsapp_token", ErrorClass::Account);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_address_that_is_none_is_said_at_the_start() {
    for url in ["", "graph.facebook.com", "ftp://graph.facebook.com", "http://"] {
        let options = GraphOptions { graph_url: url.into(), ..GraphOptions::default() };
        assert!(matches!(Graph::new(&options, Handle::current()), Err(Misconfigured::Url(_))), "{url}");
    }
}

#[tokio::test]
async fn a_client_shows_no_token_in_logs() {
    assert!(!format!("{:?}", client("http://127.0.0.1:1", LONG)).contains("EAAJB"));
}

#[tokio::test]
async fn templates_are_read_to_the_last_page() {
    let first = include_str!("../payloads/templates_page.json");
    let last = r#"{"data":[{"name":"a_last","language":"en","status":"APPROVED","category":"UTILITY","components":[{"type":"BODY","text":"x"}]}],"paging":{"cursors":{"after":"Z"}}}"#;
    let acts = vec![Act::Answer(answer("200 OK", first)), Act::Answer(answer("200 OK", last))];
    let server = Server::start(acts).await;
    let found = server.client().templates().await.expect("templates");
    let names: Vec<_> = found.iter().map(|template| template.name.as_str()).collect();
    assert_eq!(
        names,
        ["a_last", "appointment", "catalogue", "login_code", "order_ready", "paused_one", "track"]
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests[0].starts_with("GET /v26.0/102290129340398/message_templates?fields=name,"),
        "{}",
        requests[0]
    );
    assert!(requests[1].contains("&after=QVFIUkEwNQ%3D%3D "), "{}", requests[1]);
}

#[tokio::test]
async fn a_cursor_that_does_not_move_ends_the_reading() {
    let page = r#"{"data":[],"paging":{"cursors":{"after":"Z"},"next":"https://graph.example/"}}"#;
    let server = Server::start(vec![Act::Answer(answer("200 OK", page))]).await;
    assert_eq!(server.client().templates().await, Ok(vec![]));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_refusal_to_show_templates_says_what_to_do() {
    let body = r#"{"error":{"message":"Error validating access token","type":"OAuthException","code":190}}"#;
    let server = Server::start(vec![Act::Answer(answer("401 Unauthorized", body))]).await;
    let error = server.client().templates().await.expect_err("refused");
    assert!(
        matches!(&error, ReadError::Refused { code, message } if code == "whatsapp_190" && message.contains("Reconnect")),
        "{error}"
    );
}

#[tokio::test]
async fn templates_that_do_not_come_are_unavailable() {
    for act in [
        Act::Answer(answer("200 OK", "<html></html>")),
        Act::Answer(answer("503 Service Unavailable", "")),
        Act::Answer(answer("500 Internal Server Error", r#"{"error":{"code":131016}}"#)),
        Act::Close,
    ] {
        let server = Server::start(vec![act]).await;
        let error = server.client().templates().await.expect_err("unavailable");
        assert!(matches!(error, ReadError::Unavailable(_)), "{error}");
    }
}
