//! Mail over real sockets: the whole dialogue with an SMTP server, and the request that Resend gets.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use secrecy::SecretString;
use switchboard_channels::mail::{
    Resend, Smtp, sender,
    smtp::{Options, Privacy},
};
use switchboard_ports::{
    clock::Clock,
    mail::{Mail, MailError, Mailer},
};
use switchboard_schema::Timestamp;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    runtime::Handle,
};

const PASSWORD: &str = "a password for mail";
const KEY: &str = "re_0123456789";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }
}

fn mail(text: &str) -> Mail {
    let subject = "Your code for „Vela Bikes“".to_owned();
    Mail { id: [0xab; 16], to: "ana@example.com".to_owned(), subject, text: text.to_owned() }
}

/// An SMTP server that keeps to the dialogue of RFC 5321, and what it heard.
struct Post {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

/// What a server answers instead of what it should: to a line that begins so, these words.
type Instead = &'static [(&'static str, &'static str)];

impl Post {
    async fn open(instead: Instead) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let ears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&ears), instead));
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }

    fn smtp(&self, privacy: Privacy) -> Smtp {
        let login = (privacy == Privacy::None).then(|| ("inbox".to_owned(), SecretString::from(PASSWORD)));
        let from = sender("Vela Bikes <inbox@vela.example>").expect("an address");
        let host = "127.0.0.1".to_owned();
        let options = Options { host, port: self.port, privacy, authority: None, login, from };
        Smtp::new(options, Arc::new(Noon), Handle::current()).expect("a way out")
    }
}

/// One connection. `DATA` is heard as one line.
async fn converse(stream: TcpStream, heard: Arc<Mutex<Vec<String>>>, instead: Instead) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let hear = |line: &str| heard.lock().expect("not poisoned").push(line.to_owned());
    write.write_all(b"220 post.example ESMTP\r\n").await.ok();
    while let Ok(Some(line)) = lines.next_line().await {
        hear(&line);
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let otherwise = instead.iter().find(|(begins, _)| line.starts_with(begins)).map(|(_, words)| *words);
        let answer = match (otherwise, &*verb) {
            (Some(""), _) => return,
            (Some(words), _) => words,
            (None, "EHLO") => "250-post.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            (None, "AUTH") => "235 welcome",
            (None, "MAIL" | "RCPT" | "NOOP" | "RSET") => "250 fine",
            (None, "DATA") => "354 go on",
            (None, "QUIT") => "221 bye",
            (None, _) => "502 what?",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() || verb == "QUIT" {
            return;
        }
        if answer.starts_with("354") {
            let mut message = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                message.push_str(line.strip_prefix('.').unwrap_or(&line));
                message.push('\n');
            }
            hear(&message);
            let end =
                instead.iter().find(|(begins, _)| *begins == ".").map_or("250 taken", |(_, words)| words);
            write.write_all(format!("{end}\r\n").as_bytes()).await.ok();
        }
    }
}

#[tokio::test]
async fn a_mail_goes_through_the_whole_dialogue_and_says_what_it_was_given() {
    let post = Post::open(&[]).await;
    post.smtp(Privacy::None).send(mail("Your code: 123456\n.\nGrüße\n")).await.expect("it is taken");
    let heard = post.heard();
    let verbs: Vec<_> = heard.iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(verbs[..4], ["EHLO", "AUTH", "MAIL", "RCPT"], "{heard:?}");
    assert_eq!(heard[0], "EHLO vela.example");
    assert!(heard[2].starts_with("MAIL FROM:<inbox@vela.example>"), "{heard:?}");
    assert_eq!(heard[3], "RCPT TO:<ana@example.com>");
    let message = &heard[5];
    let (head, body) = message.split_once("\n\n").expect("a head and a body");
    for line in [
        "From: \"Vela Bikes\" <inbox@vela.example>",
        "To: ana@example.com",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000",
        &format!("Message-ID: <{}@vela.example>", "ab".repeat(16)),
    ] {
        assert!(head.lines().any(|one| one == line), "{line} in {head}");
    }
    assert!(head.contains("Subject: Your code for =?utf-8?"), "words that are not ASCII are encoded: {head}");
    assert!(body.contains("Your code: 123456") && body.contains("Gr=C3=BC=C3=9Fe"), "{body}");
    assert!(body.lines().any(|line| line == "."), "a line of a dot does not end the mail: {body}");
}

#[tokio::test]
async fn nothing_is_said_on_a_line_that_should_be_private_and_is_not() {
    let post = Post::open(&[]).await;
    let refused = post.smtp(Privacy::StartTls).send(mail("Your code: 123456")).await;
    assert!(refused.is_err(), "{refused:?}");
    let heard = post.heard();
    assert!(heard.iter().all(|line| line.starts_with("EHLO") || line == "QUIT"), "{heard:?}");
}

#[tokio::test]
async fn what_the_server_never_takes_is_told_from_what_it_may_take_later() {
    let answers: [(Instead, bool); 7] = [
        (&[("RCPT", "550 no such user")], false),
        (&[("AUTH", "535 wrong password")], false),
        (&[(".", "554 spam")], false),
        (&[("RCPT", "450 try later")], true),
        (&[("MAIL", "421 too busy")], true),
        (&[(".", "451 disk full")], true),
        (&[("EHLO", "")], true),
    ];
    for (instead, passes) in answers {
        let post = Post::open(instead).await;
        let error = post.smtp(Privacy::None).send(mail("Your code: 123456")).await.expect_err("refused");
        assert_eq!(matches!(error, MailError::Passing { .. }), passes, "{instead:?}: {error}");
        for secret in ["123456", PASSWORD] {
            assert!(!error.to_string().contains(secret), "{error}");
        }
    }
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = nobody.local_addr().expect("an address").port();
    drop(nobody);
    let gone = Post { port, heard: Arc::default() };
    let error = gone.smtp(Privacy::None).send(mail("hello")).await.expect_err("nobody is there");
    assert!(matches!(error, MailError::Passing { .. }), "{error}");
}

#[tokio::test]
async fn a_look_says_hello_and_signs_in_and_sends_nothing() {
    let post = Post::open(&[]).await;
    post.smtp(Privacy::None).look().await.expect("it answers");
    assert!(post.heard().iter().all(|line| !line.starts_with("MAIL")), "{:?}", post.heard());
    let strict = Post::open(&[("AUTH", "535 wrong password")]).await;
    strict.smtp(Privacy::None).look().await.expect_err("the password is wrong");
}

/// An HTTP server that answers one request, and the request.
async fn resend(answer: &'static str) -> (Resend, tokio::task::JoinHandle<(String, serde_json::Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody");
        let mut bytes = Vec::new();
        let (head, length) = loop {
            let mut piece = [0; 4_096];
            let count = stream.read(&mut piece).await.expect("bytes");
            bytes.extend_from_slice(&piece[..count]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.to_ascii_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok())
            });
            if bytes.len() >= head.len() + 4 + length.unwrap_or(0) {
                break (head.to_owned(), length.unwrap_or(0));
            }
        };
        stream.write_all(answer.as_bytes()).await.expect("it reads");
        let body = &bytes[bytes.len() - length..];
        (head, serde_json::from_slice(body).unwrap_or_default())
    });
    let from = sender("Vela Bikes <inbox@vela.example>").expect("an address");
    let url = url.parse().expect("a url");
    (Resend::new(&url, &SecretString::from(KEY), &from, Handle::current()).expect("a client"), serving)
}

const TAKEN: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"id\":\"e1\"}";

#[tokio::test]
async fn resend_gets_one_request_with_everything_it_asks_for() {
    let (resend, serving) = resend(TAKEN).await;
    resend.send(mail("Your code: 123456")).await.expect("it is taken");
    let (head, body) = serving.await.expect("a request");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /emails HTTP/1.1"));
    let header = |name: &str| {
        let found = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
        found.and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned())
    };
    assert_eq!(header("authorization").as_deref(), Some(&*format!("Bearer {KEY}")));
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert_eq!(header("idempotency-key"), Some(format!("switchboard-{}", "ab".repeat(16))));
    assert!(header("user-agent").is_some_and(|agent| agent.starts_with("switchboard/")));
    let expected = serde_json::json!({
        "from": "Vela Bikes <inbox@vela.example>", "to": ["ana@example.com"],
        "subject": "Your code for „Vela Bikes“", "text": "Your code: 123456",
    });
    assert_eq!(body, expected, "and nothing else");
}

#[tokio::test]
async fn what_resend_never_takes_is_told_from_what_it_may_take_later() {
    let answers = [
        (
            "HTTP/1.1 422 No\r\ncontent-length: 44\r\n\r\n{\"name\":\"validation_error\",\"message\":\"from\"}",
            None,
        ),
        ("HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", None),
        ("HTTP/1.1 409 No\r\ncontent-length: 37\r\n\r\n{\"name\":\"invalid_idempotent_request\"} ", None),
        (
            "HTTP/1.1 429 No\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n",
            Some(Some(Duration::from_secs(7))),
        ),
        ("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", Some(None)),
        (
            "HTTP/1.1 409 No\r\ncontent-length: 42\r\n\r\n{\"name\":\"concurrent_idempotent_requests\"}  ",
            Some(None),
        ),
        ("HTTP/1.1 302 No\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", None),
        ("garbage\r\n\r\n", Some(None)),
    ];
    for (answer, passes) in answers {
        let (resend, _serving) = resend(answer).await;
        let error = resend.send(mail("Your code: 123456")).await.expect_err("it is refused");
        match &error {
            MailError::Passing { after, .. } => assert_eq!(Some(*after), passes, "{answer}: {error}"),
            MailError::Refused(_) => assert_eq!(passes, None, "{answer}: {error}"),
        }
        for secret in ["123456", KEY] {
            assert!(!error.to_string().contains(secret), "{error}");
        }
    }
}
