//! Sockets over real connections on the loopback, against a hand-driven tenant.

use std::{cell::RefCell, rc::Rc, sync::mpsc, time::Duration};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use switchboard_actors::fanout::{
    self, Attach, Deliver, Drain, EncodedEvent, Limits, Opener, Page, Socket, Upstream,
};
use switchboard_schema::{
    SocketId, TenantId, TenantScope,
    wire::{CloseCode, StreamPosition},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{
            CloseFrame, Role,
            frame::Frame,
            frame::coding::{Data, OpCode},
        },
    },
};

use super::{
    line::Line,
    session::{Connection, Listener, Prelude, Session, greet},
    upgrade::take_over,
};

type Client = WebSocketStream<TcpStream>;

/// What the fan-out asked is told to the test.
struct Told(mpsc::Sender<Attach>);

impl Upstream for Told {
    fn attach(&self, _: TenantScope, attach: Attach) {
        self.0.send(attach).unwrap();
    }

    fn left(&self, _: TenantScope, _: SocketId) {}

    fn detach(&self, _: TenantScope, _: usize) {}
}

/// Subscribes for whatever is said that begins with `s`, and says everything else back.
struct Parrot(Socket);

impl Listener for Parrot {
    fn socket(&self) -> &Socket {
        &self.0
    }

    fn take(self: Rc<Self>, text: &str) -> Option<Prelude> {
        if text.starts_with('s') {
            let since = Some(StreamPosition { epoch: "a".to_owned(), offset: 0 });
            self.0.subscribe(1, since, false).unwrap();
        } else {
            self.0.queue(fanout::text_frame(&[b"\"", text.as_bytes(), b"\""]));
        }
        None
    }
}

fn tenant() -> TenantId {
    TenantId::from_bytes([7; 16])
}

/// One arbiter with a fan-out, in a test.
struct House {
    fanout: actix::Addr<fanout::FanOut>,
    asked: mpsc::Receiver<Attach>,
    listener: TcpListener,
    opened: RefCell<u8>,
}

impl House {
    async fn start(limits: Limits) -> Self {
        let (tell, asked) = mpsc::channel();
        let fanout = fanout::start(move || Box::new(Told(tell)), limits, 0, &actix_rt::Arbiter::current());
        // The arbiter does what it was told in order, but not at once.
        while fanout::local().is_none() {
            tokio::task::yield_now().await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { fanout, asked, listener, opened: RefCell::new(0) }
    }

    /// A connection, and the server's end of it with a small send buffer.
    async fn connect(&self) -> (TcpStream, TcpStream) {
        let client = TcpSocket::new_v4().unwrap();
        client.set_recv_buffer_size(4_096).unwrap();
        let client = client.connect(self.listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = self.listener.accept().await.unwrap();
        socket2::SockRef::from(&server).set_send_buffer_size(4_096).unwrap();
        (client, server)
    }

    /// A client of a socket, whose server's side runs.
    async fn client(&self) -> Client {
        let (client, server) = self.connect().await;
        let id = {
            let mut opened = self.opened.borrow_mut();
            *opened += 1;
            *opened
        };
        self.serve(id, server, Bytes::new());
        WebSocketStream::from_raw_socket(client, Role::Client, None).await
    }

    #[expect(clippy::disallowed_methods, reason = "a test acts for the tenant it made up")]
    fn serve(&self, id: u8, server: TcpStream, early: Bytes) {
        let server = Rc::new(server);
        let opener = Opener {
            scope: TenantScope::assume(tenant()),
            caller: [1; 16],
            credential: [1; 16],
            person: None,
        };
        let line = Box::new(Line(Rc::clone(&server)));
        let socket =
            fanout::local().unwrap().open(SocketId::from_bytes([id; 16]), Some(opener), line).unwrap();
        greet(&socket, tenant());
        tokio::task::spawn_local(Session::new(
            Connection { stream: server, early, place: None },
            Rc::new(Parrot(socket)),
        ));
    }

    /// A client that has heard `subscribed` at offset 0.
    async fn live(&self) -> Client {
        let mut client = self.client().await;
        assert_eq!(heard(&mut client).await["type"], "hello");
        client.send(Message::text("s")).await.unwrap();
        let asked = loop {
            match self.asked.try_recv() {
                Ok(asked) => break asked,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        self.fanout.do_send(Page {
            tenant: tenant(),
            socket: asked.socket,
            epoch: "a".into(),
            head: 0,
            events: Vec::new(),
            resumed: true,
        });
        assert_eq!(heard(&mut client).await["type"], "subscribed");
        client
    }

    fn deliver(&self, offset: u64, pad: usize) {
        let json = json!({"type": "event", "offset": offset, "prev": offset - 1, "pad": "x".repeat(pad)});
        let events = [EncodedEvent::new(offset, json.to_string().as_bytes())].into();
        self.fanout.do_send(Deliver { tenant: tenant(), epoch: "a".into(), events, trace: None });
    }

    /// Everything sent so far is handled.
    async fn settled(&self) {
        self.fanout.send(Nothing::signal()).await.unwrap();
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
    }
}

/// A message to nobody, to wait behind others.
struct Nothing;

impl Nothing {
    fn signal() -> fanout::Signal {
        fanout::Signal { tenant: TenantId::from_bytes([0; 16]), person: None, frame: Bytes::new() }
    }
}

async fn next(client: &mut Client) -> Message {
    tokio::time::timeout(Duration::from_secs(20), client.next()).await.unwrap().unwrap().unwrap()
}

async fn heard(client: &mut Client) -> Value {
    serde_json::from_str(next(client).await.to_text().unwrap()).unwrap()
}

async fn closed(client: &mut Client) -> u16 {
    loop {
        if let Message::Close(frame) = next(client).await {
            return frame.map_or(1005, |frame| frame.code.into());
        }
    }
}

async fn gone(house: &House) {
    while fanout::local().unwrap().sockets() > 0 {
        house.settled().await;
        tokio::task::yield_now().await;
    }
}

#[actix_rt::test]
async fn fragments_are_one_message_and_pings_between_them_are_answered() {
    let house = House::start(Limits::default()).await;
    let mut client = house.client().await;
    assert_eq!(heard(&mut client).await["heartbeat_s"], 25);
    let part =
        |text: &'static str, code, last| Message::Frame(Frame::message(text, OpCode::Data(code), last));
    client.send(part("good ", Data::Text, false)).await.unwrap();
    client.send(Message::Ping("1".into())).await.unwrap();
    client.send(part("mor", Data::Continue, false)).await.unwrap();
    client.send(part("ning", Data::Continue, true)).await.unwrap();
    assert_eq!(next(&mut client).await, Message::Pong("1".into()));
    assert_eq!(heard(&mut client).await, "good morning");
}

#[actix_rt::test]
async fn a_clients_close_is_answered_with_its_own_code_and_the_connection_ends() {
    let house = House::start(Limits::default()).await;
    let mut client = house.live().await;
    client.close(Some(CloseFrame { code: 3_000.into(), reason: "".into() })).await.unwrap();
    assert_eq!(closed(&mut client).await, 3_000);
    assert!(client.next().await.is_none());
    gone(&house).await;
}

#[actix_rt::test]
async fn what_is_no_text_of_a_bounded_length_is_closed_as_a_protocol_error() {
    let house = House::start(Limits::default()).await;
    let long = "x".repeat(super::MESSAGE_BYTES_MAX + 1);
    for wrong in [Message::binary(&b"x"[..]), Message::text(long)] {
        let mut client = house.client().await;
        // The server may close before it has read all of it.
        client.send(wrong).await.ok();
        assert_eq!(closed(&mut client).await, 4009);
        drop(client);
        gone(&house).await;
    }
}

#[actix_rt::test]
async fn a_client_that_just_goes_leaves_nothing_behind() {
    let house = House::start(Limits::default()).await;
    drop(house.live().await);
    gone(&house).await;
}

#[actix_rt::test]
async fn everything_arrives_through_a_tiny_send_buffer() {
    let house = House::start(Limits { queue_bytes: 8 << 20, ..Limits::default() }).await;
    let mut client = house.live().await;
    for offset in 1..=300 {
        house.deliver(offset, 5_000);
    }
    for offset in 1..=300 {
        let event = heard(&mut client).await;
        assert_eq!((event["offset"].as_u64(), event["prev"].as_u64()), (Some(offset), Some(offset - 1)));
        // Something of the client's own comes in between without tearing a frame.
        if offset % 50 == 0 {
            client.send(Message::Ping("still here".into())).await.unwrap();
            client.flush().await.unwrap();
        }
    }
}

#[actix_rt::test]
async fn a_slow_reader_is_told_and_the_other_gets_everything() {
    let house = House::start(Limits { queue_bytes: 64 << 10, ..Limits::default() }).await;
    let (mut slow, mut fast) = (house.live().await, house.live().await);
    for offset in 1..=400 {
        house.deliver(offset, 5_000);
        let event = heard(&mut fast).await;
        assert_eq!(event["offset"].as_u64(), Some(offset));
    }
    // What it was sent is in order and whole, and then it hears why there is no more.
    let mut last = 0;
    let code = loop {
        match next(&mut slow).await {
            Message::Text(text) => {
                let event: Value = serde_json::from_str(text.as_str()).unwrap();
                assert_eq!(event["prev"].as_u64(), Some(last));
                last += 1;
            }
            Message::Close(frame) => break frame.unwrap().code,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(u16::from(code), 4008);
    assert!((1..300).contains(&last), "{last}");
    house.deliver(401, 1);
    assert_eq!(heard(&mut fast).await["offset"], 401);
}

#[actix_rt::test]
async fn draining_closes_all_and_ends_when_they_are_gone() {
    let house = House::start(Limits::default()).await;
    let (mut one, mut two) = (house.live().await, house.client().await);
    let drained = house.fanout.send(Drain);
    let reading = async {
        assert_eq!(closed(&mut one).await, 1012);
        assert_eq!(closed(&mut two).await, 1012);
        // The library answers the close while it is read on.
        while let Some(Ok(_)) = one.next().await {}
        while let Some(Ok(_)) = two.next().await {}
    };
    let (drained, ()) = tokio::join!(drained, reading);
    drained.unwrap();
    assert_eq!(fanout::local().unwrap().sockets(), 0);
}

#[actix_rt::test]
async fn a_client_that_does_not_answer_a_close_is_reset() {
    let house = House::start(Limits { linger_s: 1, ..Limits::default() }).await;
    let (mut client, server) = house.connect().await;
    house.serve(9, server, Bytes::from_static(&[0x82, 0x80, 0, 0, 0, 0]));
    let mut got = Vec::new();
    let ended = client.read_to_end(&mut got).await;
    assert!(
        got.windows(2)
            .any(|code| u16::from_be_bytes([code[0], code[1]]) == CloseCode::ProtocolError.as_u16())
    );
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    gone(&house).await;
}

#[actix_rt::test]
async fn what_comes_with_the_upgrades_request_is_not_lost() {
    let house = House::start(Limits::default()).await;
    let (mut client, server) = house.connect().await;
    let (taken, take) = tokio::sync::oneshot::channel();
    let taken = RefCell::new(Some(taken));
    let service = hyper::service::service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
        let taken = taken.borrow_mut().take().unwrap();
        let on_upgrade = hyper::upgrade::on(&mut request);
        async move {
            tokio::task::spawn_local(async move { taken.send(take_over(on_upgrade).await).ok() });
            http::Response::builder()
                .status(101)
                .header("connection", "upgrade")
                .header("upgrade", "websocket")
                .body(String::new())
        }
    });
    tokio::task::spawn_local(async move {
        hyper::server::conn::http1::Builder::new()
            .serve_connection(hyper_util::rt::TokioIo::new(server), service)
            .with_upgrades()
            .await
            .ok()
    });
    // A masked text frame `hi`, in one piece with the request.
    let request =
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n\x81\x82\0\0\0\0hi";
    client.write_all(request).await.unwrap();
    let (server, early) = take.await.unwrap().unwrap();
    assert_eq!(&early[..], b"\x81\x82\0\0\0\0hi");
    house.serve(5, server, early);
    let mut got = String::new();
    while !got.contains("\"hi\"") {
        let mut some = [0; 256];
        let length = client.read(&mut some).await.unwrap();
        assert!(length > 0, "{got}");
        got.push_str(&String::from_utf8_lossy(&some[..length]));
    }
}
