//! How people come in: by a code that was mailed, by invitation, and from one of their workspaces to another.

use http::Method;
use serde_json::{Value, json};
use switchboard_simulator::Faults;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

use crate::support::{
    api::{Answer, Api},
    snapshot::text,
    stage::Stage,
    until,
    wire::Socket,
};

const PASSWORD: &str = "correct horse battery";

/// A server whose mail stays where it can be read, and that lets strangers in.
async fn open_house(more: &[(&str, &str)]) -> Stage {
    let settings = [&[("MAIL__KIND", "outbox"), ("ACCOUNTS__SIGN_UP", "true")], more].concat();
    Stage::with(1, Faults::none(), &settings).await
}

fn nobody(stage: &Stage) -> Api {
    Api::nobody(stage.server.address())
}

/// Every mail to an address, newest first, once there are so many.
async fn mails(stage: &Stage, to: &str, at_least: usize) -> Vec<String> {
    let api = nobody(stage);
    until(&format!("{at_least} mails to {to}"), async || {
        let all = api.get("/api/v1/outbox").await.of(200);
        let theirs = all["mails"].as_array().expect("mails").iter().filter(|mail| mail["to"] == to);
        let texts: Vec<_> = theirs.map(|mail| text(mail, "text")).collect();
        (texts.len() >= at_least).then_some(texts)
    })
    .await
}

/// The code that stands in a line of its own.
fn code_in(mail: &str) -> Option<String> {
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    mail.lines().map(str::trim).find(is_code).map(str::to_owned)
}

/// What stands behind the `#` of the link in a text.
fn token_in(text: &str) -> String {
    let (_, rest) = text.split_once("/join#").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

fn sign_up(email: &str, code: &str) -> Value {
    json!({"email": email, "code": code, "workspace": "Vela Bikes", "name": "Ana", "password": PASSWORD})
}

fn sign_in(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

/// Who is signed in, and where.
async fn seat(api: &Api) -> (String, String) {
    let me = api.get("/api/v1/me").await.of(200);
    (text(&me["user"], "email"), text(&me["workspace"], "name"))
}

async fn invite(api: &Api, email: &str, role: &str) -> Value {
    api.post("/api/v1/invitations", &json!({"email": email, "role": role})).await.of(201)
}

async fn accept(api: &Api, token: &str, name: &str) -> Answer {
    let body = json!({"token": token, "name": name, "password": PASSWORD});
    api.post("/api/v1/invitations/accept", &body).await
}

#[tokio::test]
async fn a_stranger_signs_up_with_the_code_that_was_mailed_and_owns_a_workspace() {
    let stage = open_house(&[]).await;
    let (api, ana) = (nobody(&stage), "ana@vela.example");
    assert_eq!(api.get("/api/v1/sign-ups").await.of(200)["sign_up"], true);
    let asked = api.post("/api/v1/sign-ups", &json!({"email": " Ana@Vela.example "})).await.of(202);
    let code = code_in(&mails(&stage, ana, 1).await[0]).expect("a code");

    for (field, value) in [("workspace", ""), ("name", "\u{7}"), ("password", "short"), ("code", "12345")] {
        let mut wrong = sign_up(ana, &code);
        wrong[field] = json!(value);
        let refused = api.post("/api/v1/sign-ups/confirm", &wrong).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field, "and that is no try");
    }
    let wrong = api.post("/api/v1/sign-ups/confirm", &sign_up(ana, &another(&code))).await;
    wrong.is_problem(422, "wrong_code");
    assert_eq!(wrong.body["field"], "code");
    let answer = api.post("/api/v1/sign-ups/confirm", &sign_up(ana, &code)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let there = api.signed_in(answer);
    assert_eq!(seat(&there).await, (ana.to_owned(), "Vela Bikes".to_owned()));
    let me = there.get("/api/v1/me").await.of(200);
    assert_eq!((&me["user"]["role"], &me["user"]["name"]), (&json!("owner"), &json!("Ana")));
    assert_eq!(there.get("/api/v1/channels").await.of(200)["channels"], json!([]), "nothing of others");
    api.post("/api/v1/sign-ups/confirm", &sign_up(ana, &code)).await.is_problem(422, "wrong_code");

    // Whoever asks for an address that has an account hears the same; the mail alone says so.
    let again = api.post("/api/v1/sign-ups", &json!({"email": ana})).await.of(202);
    assert_eq!(again, asked);
    let told = mails(&stage, ana, 2).await;
    assert_eq!(code_in(&told[0]), None, "{}", told[0]);
    assert!(told[0].contains("/signin"), "{}", told[0]);
    api.post("/api/v1/sign-ups/confirm", &sign_up(ana, "000000")).await.is_problem(422, "wrong_code");
}

#[tokio::test]
async fn a_server_that_was_not_told_otherwise_takes_no_strangers_and_sends_no_mail() {
    let stage = Stage::new().await;
    let api = nobody(&stage);
    let doors = api.get("/api/v1/sign-ups").await.of(200);
    assert_eq!(doors, json!({"sign_up": false, "password_reset": false, "outbox": false}));
    let email = json!({"email": "owner@first.example"});
    api.post("/api/v1/sign-ups", &email).await.is_problem(403, "not_allowed");
    api.post("/api/v1/sign-ups/confirm", &sign_up("a@b.example", "123456"))
        .await
        .is_problem(403, "not_allowed");
    api.post("/api/v1/password-resets", &email).await.is_problem(409, "mail_off");
    api.get("/api/v1/outbox").await.is_problem(404, "not_found");
    // Whoever is invited is sent the link by hand.
    let invitation = invite(&stage.api, "ben@vela.example", "agent").await;
    assert_eq!(invitation["mail"], "none");
    assert_eq!(stage.api.get("/api/v1/invitations").await.of(200)["by_mail"], false);
    let token = token_in(&text(&invitation, "link"));
    assert_eq!(accept(&api, &token, "Ben").await.status, 201);
    let log = stage.server.log();
    for secret in [&*token, PASSWORD] {
        assert!(!log.contains(secret), "the log names no secret");
    }
}

#[tokio::test]
async fn codes_are_few_and_each_takes_five_tries_whether_there_is_an_account_or_not() {
    let stage = open_house(&[("LIMITS__CODES_PER_HOUR_PER_ACCOUNT", "2")]).await;
    let api = nobody(&stage);
    for email in ["new@vela.example", "owner@first.example"] {
        for path in ["/api/v1/sign-ups", "/api/v1/sign-ups", "/api/v1/password-resets"] {
            let answer = api.post(path, &json!({"email": email})).await;
            assert_eq!(answer.status, if path.contains("sign-ups") { 202 } else { 429 }, "{email} {path}");
        }
    }
    let code = code_in(&mails(&stage, "new@vela.example", 2).await[0]).expect("a code");
    let confirm = "/api/v1/sign-ups/confirm";
    for _ in 0..5 {
        let wrong = sign_up("new@vela.example", &another(&code));
        api.post(confirm, &wrong).await.is_problem(422, "wrong_code");
    }
    api.post(confirm, &sign_up("new@vela.example", &code)).await.is_problem(422, "wrong_code");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_and_ends_every_sign_in_from_before() {
    let stage = open_house(&[]).await;
    let (api, colleague) = (nobody(&stage), stage.member("agent").await);
    let email = "the-agent@first.example";
    let ticket = colleague.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let address = stage.server.address().now().await;
    let mut socket =
        Socket::open(&address, &format!("?ticket={}", text(&ticket, "ticket")), &[]).await.expect("a socket");
    socket.subscribe(None, false).await;

    let asked = api.post("/api/v1/password-resets", &json!({"email": email})).await.of(202);
    let unknown = api.post("/api/v1/password-resets", &json!({"email": "no@body.example"})).await.of(202);
    assert_eq!(asked, unknown);
    let code = code_in(&mails(&stage, email, 1).await[0]).expect("a code");
    let reset = |code: &str| json!({"email": email, "code": code, "password": "another horse battery"});
    let confirm = "/api/v1/password-resets/confirm";
    api.post(confirm, &reset(&another(&code))).await.is_problem(422, "wrong_code");
    // A code to sign up is no code for a password.
    api.post("/api/v1/sign-ups/confirm", &sign_up(email, &code)).await.is_problem(422, "wrong_code");
    let there = api.signed_in(api.post(confirm, &reset(&code)).await);
    assert_eq!(seat(&there).await.0, email);
    assert_eq!(socket.close_code().await, Some(4001));
    colleague.get("/api/v1/me").await.is_problem(401, "not_signed_in");
    let old = api.post("/api/v1/sessions", &sign_in(email, PASSWORD)).await;
    old.is_problem(401, "wrong_credentials");
    api.post("/api/v1/sessions", &sign_in(email, "another horse battery")).await.of(201);
    api.post(confirm, &reset(&code)).await.is_problem(422, "wrong_code");
    let everything = nobody(&stage).get("/api/v1/outbox").await.of(200);
    assert!(!everything.to_string().contains("no@body.example"), "nobody is mailed who has no account");
}

#[tokio::test]
async fn somebody_is_invited_reads_the_mail_and_joins_once_as_what_they_were_asked() {
    let stage = open_house(&[]).await;
    let (api, ben) = (nobody(&stage), "ben@vela.example");
    let invitation = invite(&stage.api, " Ben@Vela.example", "supervisor").await;
    assert_eq!((&invitation["email"], &invitation["role"]), (&json!(ben), &json!("supervisor")));
    let mail = mails(&stage, ben, 1).await.remove(0);
    let token = token_in(&mail);
    assert!(text(&invitation, "link").ends_with(&format!("/join#{token}")));
    let pending = until("its mail to be known as sent", async || {
        let list = stage.api.get("/api/v1/invitations").await.of(200);
        (list["invitations"][0]["mail"] == "sent").then_some(list)
    })
    .await;
    assert_eq!(pending["invitations"].as_array().map(Vec::len), Some(1));

    let seen = api.post("/api/v1/invitations/look", &json!({"token": token})).await.of(200);
    assert_eq!((&seen["workspace"], &seen["role"]), (&json!("first"), &json!("supervisor")));
    assert_eq!((&seen["email"], &seen["has_account"]), (&json!(ben), &json!(false)));
    assert_eq!(seen["invited_by"], "owner", "a person asks, also through a key of theirs");
    for (body, field) in [
        (json!({"token": token}), "name"),
        (json!({"token": token, "name": "Ben"}), "password"),
        (json!({"token": token, "name": "Ben", "password": "short"}), "password"),
    ] {
        let refused = api.post("/api/v1/invitations/accept", &body).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    let address = stage.server.address().now().await;
    let mut owners = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    owners.subscribe(None, false).await;
    let there = api.signed_in(accept(&api, &token, "Ben").await);
    assert_eq!(seat(&there).await, (ben.to_owned(), "first".to_owned()));
    let me = there.get("/api/v1/me").await.of(200);
    assert_eq!(me["user"]["role"], "supervisor");
    assert_eq!(owners.event("users.changed").await["data"]["users"]["user_id"], me["user"]["id"]);
    accept(&api, &token, "Ben again").await.is_problem(410, "invitation_gone");
    api.post("/api/v1/invitations/look", &json!({"token": token})).await.is_problem(410, "invitation_gone");
    assert_eq!(stage.api.get("/api/v1/invitations").await.of(200)["invitations"], json!([]));
    // They are here: there is nobody to ask.
    let again = stage.api.post("/api/v1/invitations", &json!({"email": ben, "role": "agent"})).await;
    again.is_problem(409, "taken");
    for forged in ["", "x", &token[1..], &format!("{token}A"), &token.to_lowercase()] {
        let look = api.post("/api/v1/invitations/look", &json!({"token": forged})).await;
        look.is_problem(410, "invitation_gone");
    }
}

#[tokio::test]
async fn of_many_who_accept_one_invitation_at_once_one_joins() {
    let stage = open_house(&[]).await;
    for round in 0..4 {
        let email = format!("ben-{round}@vela.example");
        let token = token_in(&text(&invite(&stage.api, &email, "agent").await, "link"));
        let mut all = JoinSet::new();
        for nth in 0..6 {
            let (api, token) = (nobody(&stage), token.clone());
            all.spawn(async move { accept(&api, &token, &format!("Ben {nth}")).await });
        }
        let answers = all.join_all().await;
        let (joined, late): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(joined.len(), 1);
        // Whoever came late finds nothing to accept, or an account whose password is not theirs to know.
        for answer in late {
            assert!([409, 410].contains(&answer.status), "{}", answer.body);
        }
        let users = stage.api.get("/api/v1/users").await.of(200);
        let users = users["users"].as_array().expect("people").clone();
        let bens: Vec<_> = users.iter().filter(|user| user["email"] == *email).collect();
        assert_eq!(bens.len(), 1);
        assert_eq!(bens[0]["name"], joined[0].body["user"]["name"]);
    }
}

#[tokio::test]
async fn invitations_keep_to_the_roles_and_can_be_sent_again_and_taken_back() {
    let stage = open_house(&[]).await;
    let admin = stage.member("admin").await;
    let ask = |email: &str, role: &str| json!({"email": email, "role": role});
    admin.post("/api/v1/invitations", &ask("o@vela.example", "owner")).await.is_problem(403, "not_allowed");
    let owners = invite(&stage.api, "o@vela.example", "owner").await;
    let path = |invitation: &Value, act: &str| format!("/api/v1/invitations/{}{act}", text(invitation, "id"));
    admin.post(&path(&owners, "/resend"), &json!({})).await.is_problem(403, "not_allowed");
    admin.delete(&path(&owners, "")).await.is_problem(403, "not_allowed");
    let twice = stage.api.post("/api/v1/invitations", &ask("o@vela.example", "agent")).await;
    twice.is_problem(409, "taken");
    stage.api.post("/api/v1/invitations", &ask("none", "agent")).await.is_problem(422, "invalid");

    let agents = invite(&admin, "a@vela.example", "agent").await;
    let again = stage.api.post(&path(&agents, "/resend"), &json!({})).await.of(200);
    assert_eq!(again["link"], agents["link"], "either mail opens it");
    assert!(text(&again, "expires_at") > text(&agents, "expires_at"));
    mails(&stage, "a@vela.example", 2).await;
    admin.delete(&path(&agents, "")).await.of(204);
    admin.delete(&path(&agents, "")).await.is_problem(404, "not_found");
    let token = token_in(&text(&agents, "link"));
    accept(&nobody(&stage), &token, "Al").await.is_problem(410, "invitation_gone");

    // What somebody may not ask any more nobody joins by; sent again by who may, it is good again.
    let third = invite(&admin, "c@vela.example", "agent").await;
    let token = token_in(&text(&third, "link"));
    let id = text(&admin.get("/api/v1/me").await.of(200)["user"], "id");
    stage.api.patch(&format!("/api/v1/users/{id}"), &json!({"role": "agent"})).await.of(200);
    accept(&nobody(&stage), &token, "Cy").await.is_problem(410, "invitation_gone");
    stage.api.post(&path(&third, "/resend"), &json!({})).await.of(200);
    assert_eq!(accept(&nobody(&stage), &token, "Cy").await.status, 201);
}

#[tokio::test]
async fn whoever_has_an_account_joins_another_workspace_with_it_and_goes_between_them() {
    let stage = open_house(&[]).await;
    let second = Api::of(stage.server.address(), &stage.server.workspace("second"));
    let (api, member) = (nobody(&stage), stage.member("agent").await);
    let email = "the-agent@first.example";
    let token = token_in(&text(&invite(&second, email, "admin").await, "link"));
    let seen = api.post("/api/v1/invitations/look", &json!({"token": token})).await.of(200);
    assert_eq!(seen["has_account"], true);
    // It takes their password, or their being signed in.
    let accepting = |password: Option<&str>| json!({"token": token, "name": "Mallory", "password": password});
    let path = "/api/v1/invitations/accept";
    api.post(path, &accepting(None)).await.is_problem(401, "not_signed_in");
    api.post(path, &accepting(Some("a wrong password"))).await.is_problem(401, "wrong_credentials");
    stage.api.post(path, &accepting(None)).await.is_problem(403, "not_allowed");
    stage.member("supervisor").await.post(path, &accepting(None)).await.is_problem(403, "not_allowed");
    let there = api.signed_in(member.post(path, &accepting(None)).await);
    assert_eq!(seat(&there).await, (email.to_owned(), "second".to_owned()));
    let me = there.get("/api/v1/me").await.of(200);
    assert_eq!((&me["user"]["role"], &me["user"]["name"]), (&json!("admin"), &json!("The agent")));
    let names: Vec<_> =
        me["workspaces"].as_array().expect("workspaces").iter().map(|one| text(one, "name")).collect();
    assert_eq!(names, ["first", "second"]);
    // The next signing in begins where they were last.
    let answer = api.post("/api/v1/sessions", &sign_in(email, PASSWORD)).await;
    let there = api.signed_in(answer);
    assert_eq!(seat(&there).await.1, "second");

    let ticket = there.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let address = stage.server.address().now().await;
    let open = async |ticket: &Value| {
        Socket::open(&address, &format!("?ticket={}", text(ticket, "ticket")), &[]).await.expect("a socket")
    };
    let mut socket = open(&ticket).await;
    socket.subscribe(None, false).await;
    let first = text(&me["workspaces"][0], "id");
    let switch = "/api/v1/sessions/current/workspace";
    let now = there.post(switch, &json!({"workspace_id": first})).await.of(200);
    assert_eq!((&now["workspace"]["name"], &now["user"]["role"]), (&json!("first"), &json!("agent")));
    assert_eq!(socket.close_code().await, Some(1012), "to connect again where they are now");
    assert_eq!(seat(&there).await.1, "first");
    there.get("/api/v1/invitations").await.is_problem(403, "not_allowed");
    assert_eq!(there.get("/api/v1/channels").await.of(200)["channels"].as_array().map(Vec::len), Some(1));
    let ticket = there.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let hello = open(&ticket).await.frame().await;
    assert_eq!(hello["workspace_id"], first, "sockets follow");

    // Nobody goes where they do not belong, and a key stays where it is.
    let third = Api::of(stage.server.address(), &stage.server.workspace("third"));
    let foreign = text(&third.get("/api/v1/me").await.of(200)["workspace"], "id");
    there.post(switch, &json!({"workspace_id": foreign})).await.is_problem(404, "not_found");
    third.post(switch, &json!({"workspace_id": foreign})).await.is_problem(403, "not_allowed");
    let keys_own = third.get("/api/v1/me").await.of(200);
    assert_eq!(keys_own["workspaces"], json!([keys_own["workspace"]]));
    // Out of one, they are still in the other.
    let id = text(&now["user"], "id");
    second.delete(&format!("/api/v1/users/{id}")).await.of(204);
    let me = there.get("/api/v1/me").await.of(200);
    assert_eq!(me["workspaces"], json!([me["workspace"]]));
    let gone = json!({"workspace_id": keys_own["workspace"]["id"]});
    there.ask(Method::POST, switch, Some(&gone)).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_mail_that_is_refused_shows_with_its_invitation_and_holds_nothing_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"554 nothing from you to <ben@vela.example>\r\n").await.ok();
            stream.read_exact(&mut [0; 1]).await.ok();
        }
    });
    let settings = [
        ("MAIL__KIND", "smtp"),
        ("MAIL__FROM", "Vela Bikes <inbox@vela.example>"),
        ("MAIL__SMTP_HOST", "127.0.0.1"),
        ("MAIL__SMTP_TLS", "none"),
        ("MAIL__SMTP_USER", "inbox"),
        ("MAIL__SMTP_PASSWORD", "canary-mail-password"),
        ("MAIL__SMTP_PORT", &*port),
    ];
    let stage = Stage::with(1, Faults::none(), &settings).await;
    let invitation = invite(&stage.api, "ben@vela.example", "agent").await;
    assert_eq!(invitation["mail"], "waiting", "the answer waits for no mail");
    let shown = until("the mail to have failed", async || {
        let list = stage.api.get("/api/v1/invitations").await.of(200);
        let first = list["invitations"][0].clone();
        (first["mail"] == "failed").then_some(first)
    })
    .await;
    assert!(text(&shown, "mail_problem").contains("nothing from you"), "{shown}");
    let metric = "mails_total{kind=\"invitation\",outcome=\"refused\"}";
    assert_eq!(nobody(&stage).metric(metric).await, 1.0);
    nobody(&stage).get("/api/v1/outbox").await.is_problem(404, "not_found");
    let token = token_in(&text(&invitation, "link"));
    let log = stage.server.log();
    assert!(log.contains("a mail could not be handed over"), "it is told");
    for secret in [&*token, "ben@vela.example", "canary-mail-password"] {
        assert!(!log.contains(secret), "{secret} is in no log");
    }
    let said = stage.server.try_run(&["check"]);
    assert!(said.lines().any(|line| line.starts_with("wrong  mail.smtp_host: ")), "{said}");
    assert_eq!(accept(&nobody(&stage), &token, "Ben").await.status, 201);
}
