//! A whole server on a port of its own: the answers of a webhook, and what is stored after each.

use serde_json::{Value, json};
use switchboard_channels::whatsapp::signature::{SIGNATURE_HEADER, sign};
use switchboard_schema::TenantScope;

use crate::{
    access::accounts::NewWorkspace,
    boot::{self, Server},
    config::Config,
};

/// The secret of the instance's own app.
const INSTANCE: &str = "instance-secret";

struct House {
    base: String,
    http: reqwest::Client,
    actors: switchboard_actors::House,
}

/// Runs a test against a server with an app of its own.
fn with_server<F: Future<Output = ()>>(test: impl FnOnce(House, Vec<String>) -> F) {
    let data = tempfile::tempdir().unwrap();
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\narbiters = 1\n[store]\npath = {:?}\n[whatsapp]\n\
         graph_url = \"http://127.0.0.1:9\"\napp_secret = \"{INSTANCE}\"\nverify_token = \"instance-word\"",
        data.path().join("data")
    );
    let config = Config::from_sources("test.toml", &text, std::iter::empty()).unwrap();
    actix::System::new().block_on(async {
        let server = boot::start(&config).await.unwrap();
        let mut keys = Vec::new();
        for name in ["anna", "bert"] {
            keys.push(new_key(&server, name).await);
        }
        let house = House {
            base: format!("http://{}", server.address),
            http: reqwest::Client::new(),
            actors: server.house.clone(),
        };
        test(house, keys).await;
        server.down.run().await;
    });
}

async fn new_key(server: &Server, name: &str) -> String {
    let email = format!("{name}@example.com");
    let new = NewWorkspace { name: name.to_owned(), email, password: "a password".to_owned() };
    server.accounts.create_workspace(new).await.unwrap().api_key
}

/// A webhook with one message for each number.
fn messages(ids: &[(&str, &str)]) -> String {
    let changes: Vec<Value> = ids
        .iter()
        .map(|(number, id)| {
            json!({"field": "messages", "value": {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "1555", "phone_number_id": number},
                "contacts": [{"profile": {"name": "Kerry"}, "wa_id": "16315551234"}],
                "messages": [{"from": "16315551234", "id": id, "timestamp": "1795000000", "type": "text",
                    "text": {"body": "hello"}}],
            }})
        })
        .collect();
    json!({"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": changes}]}).to_string()
}

impl House {
    async fn connect(&self, key: &str, number: &str, secret: Option<&str>) -> String {
        let body = json!({"kind": "whatsapp", "name": number, "phone_number_id": number, "waba_id": "102",
            "access_token": "token", "app_secret": secret, "verify_token": "word"});
        let request = self.http.post(format!("{}/api/v1/channels", self.base)).bearer_auth(key).json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 201);
        response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Posts a body signed with a secret, or not at all, and gives the status.
    async fn post(&self, path: &str, body: &str, secret: Option<&str>) -> u16 {
        let mut request =
            self.http.post(format!("{}{path}", self.base)).header("content-type", "application/json");
        if let Some(secret) = secret {
            request = request.header(SIGNATURE_HEADER, sign(secret, body.as_bytes()));
        }
        request.body(body.to_owned()).send().await.unwrap().status().as_u16()
    }

    async fn get(&self, key: &str, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(key);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Messages of customers in a workspace.
    async fn received(&self, key: &str) -> u64 {
        let page = self.get(key, "/api/v1/conversations").await;
        page["conversations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["inbound_count"].as_u64().unwrap())
            .sum()
    }
}

#[test]
fn a_channels_own_address_answers_as_agreed() {
    with_server(|house, keys| async move {
        let id = house.connect(&keys[0], "1001", Some("own")).await;
        let own = format!("/webhooks/whatsapp/{id}");
        let good = messages(&[("1001", "wamid.1")]);
        assert_eq!(house.post(&own, &good, None).await, 401, "without a signature");
        assert_eq!(house.post(&own, &good, Some("wrong")).await, 401, "with another secret");
        assert_eq!(house.post(&own, &good, Some(INSTANCE)).await, 401, "with the instance's: it has its own");
        assert_eq!(
            house.post("/webhooks/whatsapp/chn_unknown", &good, Some("own")).await,
            401,
            "no such channel"
        );
        assert_eq!(house.received(&keys[0]).await, 0);
        assert_eq!(house.post(&own, "{\"entry\": 5}", Some("own")).await, 400, "verified but malformed");
        assert_eq!(house.post(&own, "nonsense", Some("wrong")).await, 401, "malformed and not verified");
        assert_eq!(house.post(&own, &" ".repeat(3 * 1_024 * 1_024 + 1), Some("own")).await, 413);
        let plain = house.http.post(format!("{}{own}", house.base)).body(good.clone()).send().await.unwrap();
        assert_eq!(plain.status().as_u16(), 415);
        assert_eq!(house.post(&own, &good, Some("own")).await, 200);
        assert_eq!(house.post(&own, &good, Some("own")).await, 200, "again");
        assert_eq!(house.received(&keys[0]).await, 1);
        assert_eq!(
            house.post(&own, &messages(&[("9999", "wamid.2")]), Some("own")).await,
            200,
            "unknown number"
        );
        assert_eq!(house.received(&keys[0]).await, 1);
    });
}

#[test]
fn on_the_shared_address_every_channel_named_is_taken_under_its_own_secret_alone() {
    with_server(|house, keys| async move {
        house.connect(&keys[0], "1001", Some("anna's")).await;
        house.connect(&keys[1], "2001", None).await;
        let shared = "/webhooks/whatsapp";
        let both = messages(&[("1001", "wamid.1"), ("2001", "wamid.2")]);
        assert_eq!(house.post(shared, &both, Some("wrong")).await, 401, "neither verifies");
        assert_eq!(house.post(shared, "nonsense", Some(INSTANCE)).await, 401, "malformed");
        assert_eq!(
            house.post(shared, &messages(&[("9999", "x")]), Some("anna's")).await,
            401,
            "nothing verifies"
        );
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (0, 0));
        assert_eq!(
            house.post(shared, &messages(&[("9999", "x")]), Some(INSTANCE)).await,
            200,
            "unknown number"
        );
        let with_unknown = messages(&[("1001", "wamid.1"), ("9999", "x")]);
        assert_eq!(house.post(shared, &with_unknown, Some("anna's")).await, 200);
        assert_eq!(house.post(shared, &messages(&[("2001", "wamid.2")]), Some(INSTANCE)).await, 200);
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (1, 1));
        let both = messages(&[("1001", "wamid.3"), ("2001", "wamid.4")]);
        assert_eq!(house.post(shared, &both, Some("anna's")).await, 200, "one of two verifies");
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (2, 1));
        assert_eq!(house.post(shared, &both, Some(INSTANCE)).await, 200, "the other one does");
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (2, 2));
    });
}

#[test]
fn a_number_first_named_at_the_very_end_of_a_long_delivery_is_routed_too() {
    with_server(|house, keys| async move {
        house.connect(&keys[0], "1001", Some("own")).await;
        house.connect(&keys[0], "1002", Some("own")).await;
        let ids: Vec<String> = (0..1_100).map(|nth| format!("wamid.{nth}")).collect();
        let number = |nth: usize| if nth + 1 == ids.len() { "1002" } else { "1001" };
        let named: Vec<_> = ids.iter().enumerate().map(|(nth, id)| (number(nth), id.as_str())).collect();
        assert_eq!(house.post("/webhooks/whatsapp", &messages(&named), Some("own")).await, 200);
        assert_eq!(house.received(&keys[0]).await, 1_100);
    });
}

#[test]
fn a_delivery_that_names_more_numbers_than_can_be_verified_is_refused_whole() {
    with_server(|house, keys| async move {
        house.connect(&keys[0], "1001", Some("own")).await;
        let numbers: Vec<String> = (1_001..2_001).map(|number| number.to_string()).collect();
        let mut named: Vec<_> = numbers.iter().map(|number| (number.as_str(), "wamid.1")).collect();
        named.push(("2001", "wamid.1"));
        assert_eq!(house.post("/webhooks/whatsapp", &messages(&named), Some("own")).await, 401);
        assert_eq!(house.received(&keys[0]).await, 0);
        // As many as there may be.
        named.pop();
        assert_eq!(house.post("/webhooks/whatsapp", &messages(&named), Some("own")).await, 200);
        assert_eq!(house.received(&keys[0]).await, 1);
    });
}

#[test]
fn nobodys_own_address_takes_what_is_for_another_workspace() {
    with_server(|house, keys| async move {
        let id = house.connect(&keys[0], "1001", Some("anna's")).await;
        house.connect(&keys[1], "2001", Some("bert's")).await;
        let forged = messages(&[("2001", "wamid.1")]);
        assert_eq!(house.post(&format!("/webhooks/whatsapp/{id}"), &forged, Some("anna's")).await, 200);
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (0, 0));
        let channels = house.get(&keys[1], "/api/v1/channels").await;
        let foreign = channels["channels"][0]["id"].as_str().unwrap();
        let delete =
            house.http.delete(format!("{}/api/v1/channels/{foreign}", house.base)).bearer_auth(&keys[0]);
        assert_eq!(delete.send().await.unwrap().status().as_u16(), 404, "another workspace's channel");
    });
}

#[test]
fn a_deleted_channel_verifies_and_drops_until_its_number_is_connected_again() {
    with_server(|house, keys| async move {
        let id = house.connect(&keys[0], "1001", Some("own")).await;
        let own = format!("/webhooks/whatsapp/{id}");
        let delete = house.http.delete(format!("{}/api/v1/channels/{id}", house.base)).bearer_auth(&keys[0]);
        assert_eq!(delete.send().await.unwrap().status().as_u16(), 204);
        for path in [own.as_str(), "/webhooks/whatsapp"] {
            assert_eq!(house.post(path, &messages(&[("1001", "wamid.1")]), Some("own")).await, 200);
            assert_eq!(house.post(path, &messages(&[("1001", "wamid.1")]), Some("wrong")).await, 401);
        }
        assert_eq!(house.received(&keys[0]).await, 0);
        house.connect(&keys[1], "1001", Some("new")).await;
        assert_eq!(
            house.post("/webhooks/whatsapp", &messages(&[("1001", "wamid.1")]), Some("new")).await,
            200
        );
        assert_eq!((house.received(&keys[0]).await, house.received(&keys[1]).await), (0, 1));
    });
}

#[test]
fn a_replay_goes_through_all_that_was_buried_and_passes_over_what_stays() {
    with_server(|house, keys| async move {
        let channel = house.connect(&keys[0], "1001", Some("own")).await;
        let me = house.get(&keys[0], "/api/v1/me").await;
        let tenant = me["workspace"]["id"].as_str().unwrap().parse().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test has authority over what it made")]
        let scope = TenantScope::assume(tenant);
        // More than are shown at a time; every third of them can be read by now.
        for nth in 0..600 {
            let raw = if nth % 3 == 0 {
                messages(&[("1001", &format!("wamid.{nth}"))])
            } else {
                format!("unreadable {nth}")
            };
            let reason = "as it was then".to_owned();
            house.actors.bury(scope, channel.parse().unwrap(), reason, raw).await.unwrap();
        }
        for applied in [200, 0] {
            let replay = house.http.post(format!("{}/api/v1/dead-letters/replay", house.base));
            let answer = replay.bearer_auth(&keys[0]).json(&json!({})).send().await.unwrap();
            let replayed: Value = answer.json().await.unwrap();
            assert_eq!(replayed, json!({"applied": applied, "left": 400}));
        }
        assert_eq!(house.received(&keys[0]).await, 200);
        let page = house.get(&keys[0], "/api/v1/dead-letters?limit=500").await;
        assert_eq!(page["dead_letters"].as_array().unwrap().len(), 400);
        // What left the list may be buried again, and what stayed is there once.
        for (raw, left) in [(messages(&[("1001", "wamid.0")]), 401), ("unreadable 1".to_owned(), 401)] {
            let reason = "again".to_owned();
            house.actors.bury(scope, channel.parse().unwrap(), reason, raw).await.unwrap();
            let page = house.get(&keys[0], "/api/v1/dead-letters?limit=500").await;
            assert_eq!(page["dead_letters"].as_array().unwrap().len(), left);
        }
    });
}

#[test]
fn the_handshake_answers_each_address_with_its_own_word() {
    with_server(|house, keys| async move {
        let id = house.connect(&keys[0], "1001", Some("own")).await;
        let own = format!("/webhooks/whatsapp/{id}");
        for (path, word, status) in [
            (own.as_str(), "word", 200),
            (own.as_str(), "instance-word", 403),
            ("/webhooks/whatsapp", "instance-word", 200),
            ("/webhooks/whatsapp", "word", 403),
        ] {
            let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={word}");
            let response = house.http.get(format!("{}{path}?{query}", house.base)).send().await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{path} {word}");
            if status == 200 {
                assert_eq!(response.text().await.unwrap(), "1158201444");
            }
        }
    });
}
