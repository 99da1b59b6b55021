//! Search over the whole server: what is said is found while it is there, by those whose it is, whatever ends in between.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard_simulator::{Update, payload};

use crate::support::{
    api::Api,
    postman::{customer, message_id},
    snapshot::text,
    stage::{Stage, connect, secret},
    until,
};

/// A search, `parameters` as they stand in an address.
async fn search(api: &Api, parameters: &str) -> Value {
    api.get(&format!("/api/v1/search?{parameters}")).await.of(200)
}

/// Until a search is whole and finds so many messages; gives it.
async fn finds(api: &Api, parameters: &str, count: usize) -> Value {
    until(&format!("{parameters} to find {count}"), async || {
        let answer = search(api, parameters).await;
        let is_so = answer["messages"]["hits"].as_array().is_some_and(|hits| hits.len() == count);
        (is_so && answer["partial"] == false).then_some(answer)
    })
    .await
}

fn said(answer: &Value) -> Vec<String> {
    let hits = answer["messages"]["hits"].as_array().expect("hits");
    hits.iter().map(|hit| text(&hit["message"]["content"], "body")).collect()
}

fn shown(parts: &Value) -> String {
    let parts = parts.as_array().expect("parts").iter();
    parts
        .map(
            |part| {
                if part["found"] == true { format!("[{}]", text(part, "text")) } else { text(part, "text") }
            },
        )
        .collect()
}

#[tokio::test]
async fn what_was_said_is_found_with_slips_filters_and_pages_and_shown_marked() {
    let stage = Stage::new().await;
    let (ann, bob) = (customer(1), customer(3));
    let conversation = stage.meet(&ann).await;
    stage.meet(&bob).await;
    stage
        .postman
        .deliver(&[
            stage.text(&ann, 2, "Where is my <b>Refünd</b>, please?"),
            stage.text(&bob, 2, "refund me"),
        ])
        .await;
    stage.send(&conversation, "Your refund is on its way").await;

    let answer = finds(&stage.api, "q=refnud%20", 3).await;
    let hits = answer["messages"]["hits"].as_array().expect("hits");
    let hers = hits
        .iter()
        .find(|hit| hit["message"]["seq"] == 2 && hit["message"]["conversation_id"] == *conversation);
    let hers = hers.expect("her message");
    assert_eq!(shown(&hers["parts"]), "Where is my <b>[Refünd]</b>, please?", "parts of text, and no markup");
    assert_eq!(text(&hers["conversation"]["contact"], "name"), "Customer 1");

    finds(&stage.api, "q=refund&by=customer", 2).await;
    let ours = finds(&stage.api, "q=refund&by=us", 1).await;
    assert_eq!(said(&ours), ["Your refund is on its way"]);
    assert_eq!(said(&finds(&stage.api, "q=%22refund%20me%22", 1).await), ["refund me"]);
    finds(&stage.api, "q=refund&to=2001-01-01T00:00:00Z", 0).await;
    finds(&stage.api, "q=refund&attachment=true", 0).await;
    let status = format!("/api/v1/conversations/{conversation}/status");
    stage.api.post(&status, &json!({"status": "resolved"})).await.of(200);
    finds(&stage.api, "q=refund&status=resolved", 2).await;
    finds(&stage.api, "q=refund&status=open&assignee=nobody", 1).await;

    let first = finds(&stage.api, "q=refund&kind=messages&limit=2", 2).await;
    let cursor = text(&first["messages"], "next_cursor");
    let rest = finds(&stage.api, &format!("q=refund&kind=messages&limit=2&cursor={cursor}"), 1).await;
    assert_eq!(rest["messages"]["next_cursor"], Value::Null);
    let mut all = [said(&first), said(&rest)].concat();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3, "each once over both pages");
}

#[tokio::test]
async fn people_are_found_by_name_and_number_with_their_conversation() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(3)).await;
    let number = customer(3).address().to_owned();
    for line in ["q=custmer%203", &format!("q=%2B{number}"), &format!("q={}", &number[5..])] {
        let answer = until(&format!("{line} to find somebody"), async || {
            let answer = search(&stage.api, line).await;
            (!answer["contacts"]["hits"].as_array()?.is_empty()).then_some(answer)
        })
        .await;
        let hit = &answer["contacts"]["hits"][0];
        assert_eq!(text(&hit["contact"], "name"), "Customer 3");
        assert_eq!(hit["conversations"][0]["id"], *conversation);
        assert_eq!(answer["conversations"]["hits"][0]["conversation"]["id"], *conversation, "{line}");
    }
}

#[tokio::test]
async fn an_edit_and_a_message_taken_back_are_found_as_they_are_now() {
    let stage = Stage::new().await;
    let ann = customer(1);
    stage.meet(&ann).await;
    stage.postman.deliver(&[stage.text(&ann, 2, "pineapple"), stage.text(&ann, 3, "coconut")]).await;
    finds(&stage.api, "q=pineapple", 1).await;
    finds(&stage.api, "q=coconut", 1).await;
    let now = stage.world.clock().now_s();
    let edit = payload::edit(&ann, "wamid.edit", now, &message_id(&ann, 2), "papaya");
    let revoke: Update = payload::revoke(&ann, "wamid.revoke", now, &message_id(&ann, 3));
    stage.postman.deliver(&[edit, revoke]).await;
    finds(&stage.api, "q=papaya", 1).await;
    finds(&stage.api, "q=pineapple", 0).await;
    finds(&stage.api, "q=coconut", 0).await;
}

#[tokio::test]
async fn everything_is_found_after_a_kill_and_after_the_index_is_gone_or_broken() {
    let mut stage = Stage::new().await;
    let ann = customer(1);
    stage.meet(&ann).await;
    stage.postman.deliver(&[stage.text(&ann, 2, "before the kill")]).await;
    finds(&stage.api, "q=kill", 1).await;
    stage.postman.deliver(&[stage.text(&ann, 3, "right before the kill")]).await;
    stage.server.kill();
    stage.server.boot().await;
    finds(&stage.api, "q=kill", 2).await;

    let index = stage.server.folder().join("search");
    stage.server.kill();
    std::fs::remove_dir_all(&index).expect("the index goes");
    stage.server.boot().await;
    finds(&stage.api, "q=kill", 2).await;

    stage.server.kill();
    let folder = std::fs::read_dir(&index).expect("indexes").next().expect("one").expect("its folder").path();
    for file in std::fs::read_dir(folder).expect("files") {
        let path = file.expect("a file").path();
        let mut bytes = std::fs::read(&path).expect("bytes");
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        std::fs::write(&path, bytes).expect("other bytes");
    }
    stage.server.boot().await;
    finds(&stage.api, "q=kill", 2).await;
    stage.postman.deliver(&[stage.text(&ann, 4, "no kill since")]).await;
    finds(&stage.api, "q=kill", 3).await;
    assert!(stage.api.metric("switchboard_search_rebuilds_total{why=\"damaged\"}").await >= 1.0);
}

#[tokio::test]
async fn another_workspaces_words_are_never_found() {
    let stage = Stage::new().await;
    let second = Api::of(stage.server.address(), &stage.server.workspace("second"));
    let (channel, postman) = connect(&stage.server, &second, 2).await;
    assert!(!secret(2).is_empty() && channel.id != stage.channel.id);
    let ann = customer(1);
    stage.postman.deliver(&[stage.text(&ann, 1, "a secret of the first")]).await;
    postman.deliver(&[stage.text(&ann, 2, "a secret of the second")]).await;
    assert_eq!(said(&finds(&stage.api, "q=secret", 1).await), ["a secret of the first"]);
    assert_eq!(said(&finds(&second, "q=secret", 1).await), ["a secret of the second"]);
    finds(&second, &format!("q=secret&channel_id={}", stage.channel.id), 0).await;
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_by_its_name() {
    let stage = Stage::new().await;
    let refused = async |parameters: &str, field: &str| {
        let answer = stage.api.get(&format!("/api/v1/search?{parameters}")).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.of(422)["field"], field, "{parameters}");
    };
    refused("", "q").await;
    refused("q=%20%2C%3B", "q").await;
    refused(&format!("q={}", "x".repeat(201)), "q").await;
    refused("q=a*%20b*%20c*%20d*", "q").await;
    refused(&format!("q={}", (0..13).map(|n| format!("w{n}+")).collect::<String>()), "q").await;
    refused("q=x&status=odd", "status").await;
    refused("q=x&assignee=everybody", "assignee").await;
    refused("q=x&by=con_1", "by").await;
    refused("q=x&limit=51", "limit").await;
    refused("q=x&cursor=1.2", "cursor").await;
    refused("q=x&from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z", "to").await;
    refused("q=x&channel_id=con_1", "channel_id").await;
}

/// Writing is not held up by it: webhooks are as quick while an index is being made anew as they are without.
#[tokio::test]
async fn webhooks_are_answered_as_quickly_while_an_index_is_made_anew() {
    let mut stage = Stage::new().await;
    let ann = customer(1);
    stage.meet(&ann).await;
    for batch in 0..20_u64 {
        let updates: Vec<_> = (0..50)
            .map(|n| stage.text(&ann, 10 + batch * 50 + n, &format!("words and more words {n}")))
            .collect();
        stage.postman.deliver(&updates).await;
    }
    finds(&stage.api, "q=words&limit=50", 50).await;
    let time = async |stage: &Stage, from: u64| {
        let mut times = Vec::new();
        for n in 0..40 {
            let update = stage.text(&ann, from + n, "once more");
            let began = Instant::now();
            stage.postman.deliver(&[update]).await;
            times.push(began.elapsed());
        }
        times.sort();
        times[times.len() / 2]
    };
    let quiet = time(&stage, 5_000).await;
    stage.server.kill();
    std::fs::remove_dir_all(stage.server.folder().join("search")).expect("the index goes");
    stage.server.boot().await;
    let busy = time(&stage, 6_000).await;
    eprintln!("half of the webhooks took {quiet:?}, and {busy:?} while an index was made anew");
    assert!(busy < quiet * 4 + Duration::from_millis(100), "{quiet:?} {busy:?}");
    finds(&stage.api, "q=%22once%20more%22&limit=50&kind=messages", 50).await;
}
