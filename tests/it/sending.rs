//! What an agent or a program sends: once, within the window, to whom it may be sent.

use serde_json::json;
use switchboard_simulator::{Fault, When, payload};

use crate::support::{
    api::Api,
    postman::{customer, message_id},
    snapshot::text,
    stage::{Stage, messages_path, text_body},
};

#[tokio::test]
async fn the_same_key_is_the_same_message_also_after_a_restart_and_another_request_is_refused() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(1)).await;
    let keyed = stage.api.keyed("one-act");
    let first = keyed.post(&messages_path(&conversation), &text_body("once")).await.of(202);
    let again = keyed.post(&messages_path(&conversation), &text_body("once")).await.of(202);
    assert_eq!(first["id"], again["id"]);
    stage.until_state(&first, "sent").await;
    stage.server.kill();
    stage.server.boot().await;
    let after = keyed.post(&messages_path(&conversation), &text_body("once")).await.of(202);
    assert_eq!(first["id"], after["id"]);
    let other = keyed.post(&messages_path(&conversation), &text_body("twice")).await;
    other.is_problem(422, "idempotency_key_reused");
    assert_eq!(stage.graph().sends().len(), 1);
}

#[tokio::test]
async fn nothing_goes_outside_the_window_or_to_somebody_blocked() {
    let stage = Stage::new().await;
    let (late, blocked) = (customer(1), customer(2));
    let yesterday = stage.world.clock().now_s() - 25 * 3_600;
    let old = payload::text_message(&late, &message_id(&late, 1), yesterday, "long ago");
    stage.postman.deliver(&[old]).await;
    let message = stage.message_by_provider_id(&message_id(&late, 1)).await.expect("it was taken");
    let refused =
        stage.api.post(&messages_path(&text(&message, "conversation_id")), &text_body("too late")).await;
    refused.is_problem(409, "window_closed");

    let conversation = stage.meet(&blocked).await;
    let detail = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let contact = format!("/api/v1/contacts/{}", text(&detail["contact"], "id"));
    stage.api.patch(&contact, &json!({"blocked": true})).await.of(200);
    stage
        .api
        .post(&messages_path(&conversation), &text_body("hello"))
        .await
        .is_problem(409, "contact_blocked");
    assert_eq!(stage.graph().sends().len(), 0);
    stage.api.patch(&contact, &json!({"blocked": false})).await.of(200);
    let sent = stage.send(&conversation, "hello").await;
    stage.until_state(&sent, "sent").await;
}

#[tokio::test]
async fn a_refusal_of_the_provider_is_told_in_words_and_can_be_tried_again() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(1)).await;
    stage.graph().script(When::NextSend, Fault::Code(131_026));
    let sent = stage.send(&conversation, "hello").await;
    let failed = stage.until_state(&sent, "failed").await;
    assert_eq!(failed["error"]["code"], "whatsapp_131026");
    assert!(text(&failed["error"], "message").len() > 20, "{failed}");
    let again = format!("{}/{}/retry", messages_path(&conversation), text(&sent, "id"));
    stage.api.post(&again, &json!({})).await.of(202);
    stage.until_state(&sent, "sent").await;
    assert_eq!(stage.graph().sends().len(), 2);
}

#[tokio::test]
async fn what_another_workspace_has_is_not_there() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(1)).await;
    let second = stage.server.workspace("second");
    let stranger = Api::of(stage.server.address(), &second);
    for path in [format!("/api/v1/conversations/{conversation}"), messages_path(&conversation)] {
        stranger.get(&path).await.is_problem(404, "not_found");
    }
    stranger.post(&messages_path(&conversation), &text_body("hello")).await.is_problem(404, "not_found");
}
