//! Every error that WhatsApp documents, provoked once: what an agent reads, and what follows from it.

use serde_json::{Value, json};
use switchboard_simulator::{Fault, When};

use crate::support::{
    postman::customer,
    snapshot::text,
    stage::{Stage, messages_path, text_body},
};

/// What never succeeds.
const FINAL: &[u32] = &[
    100, 131_008, 131_009, 130_403, 130_472, 130_497, 130_501, 131_021, 131_026, 131_030, 131_047, 131_049,
    131_050, 131_051, 131_052, 131_053, 131_062, 131_063, 131_064, 132_000, 132_001, 132_005, 132_007,
    132_008, 132_012, 132_015, 132_016, 132_068, 132_069, 135_000, 137_000,
];
/// What does not before somebody mends the account.
const ACCOUNT: &[u32] = &[
    0, 190, 3, 10, 104, 200, 299, 131_005, 33, 368, 131_031, 131_037, 131_042, 131_044, 131_045, 133_000,
    133_010, 133_016,
];
/// What a template is not taken for.
const TEMPLATE: &[u32] =
    &[2_388_019, 2_388_039, 2_388_040, 2_388_047, 2_388_072, 2_388_073, 2_388_293, 2_388_299];
/// What may in a moment.
const PASSING: &[u32] = &[1, 2, 131_000, 131_016, 131_057, 4, 80_007, 130_429, 131_048, 131_056];

async fn provoke(stage: &Stage, nth: usize, code: u32) -> Value {
    let conversation = stage.meet(&customer(nth as u64)).await;
    stage.graph().script(When::NextSend, Fault::Code(code.into()));
    stage.api.post(&messages_path(&conversation), &text_body("hello")).await.of(202)
}

#[tokio::test]
async fn each_error_that_ends_a_message_is_told_in_words_under_its_number() {
    let stage = Stage::new().await;
    for (nth, &code) in FINAL.iter().chain(ACCOUNT).enumerate() {
        let failed = stage.until_state(&provoke(&stage, nth, code).await, "failed").await;
        assert_eq!(failed["error"]["code"], format!("whatsapp_{code}"));
        let words = text(&failed["error"], "message");
        assert!(
            words.len() > 20 && !words.starts_with("WhatsApp refused this. WhatsApp says"),
            "{code}: {words}"
        );
        assert_eq!(failed["attempts"], 1, "{code}: nobody asks again by themselves");
        let channels = stage.api.get("/api/v1/channels").await.of(200);
        let health = text(&channels["channels"][0], "health");
        assert_eq!(health == "broken", ACCOUNT.contains(&code), "{code}: {health}");
    }
}

#[tokio::test]
async fn each_passing_error_is_waited_out_and_the_message_goes() {
    let stage = Stage::new().await;
    for (nth, &code) in PASSING.iter().enumerate() {
        let sent = stage.until_state(&provoke(&stage, nth, code).await, "sent").await;
        assert_eq!((sent["attempts"].as_u64(), sent["error"].is_null()), (Some(2), true), "{code}: {sent}");
    }
}

#[tokio::test]
async fn each_error_about_a_template_is_told_to_who_submits_it() {
    let stage = Stage::new().await;
    for code in TEMPLATE {
        let submitted = "message_templates".to_owned();
        assert!(stage.graph().script(When::Path(submitted), Fault::Code((*code).into())));
        let draft = json!({
            "channel_id": stage.channel.id, "name": "shop_hours", "language": "en_US", "category": "UTILITY",
            "body": "We are open from nine to six.",
        });
        let refused = stage.api.post("/api/v1/templates", &draft).await;
        refused.is_problem(502, &format!("whatsapp_{code}"));
        let words = text(&refused.body, "detail");
        assert!(words.contains("WhatsApp did not take the template"), "{code}: {words}");
        assert_eq!(stage.graph().scripted(), 0, "{code} was provoked");
    }
}

#[tokio::test]
async fn a_refusal_for_marketing_that_was_stopped_at_whatsapp_is_kept_as_their_wish() {
    let stage = Stage::new().await;
    let message = provoke(&stage, 1, 131_050).await;
    stage.until_state(&message, "failed").await;
    let path = format!("/api/v1/conversations/{}", text(&message, "conversation_id"));
    loop {
        let detail = stage.api.get(&path).await.of(200);
        let consent = &detail["contact"]["consent"][0];
        if !consent.is_null() {
            assert_eq!(
                (text(consent, "scope"), text(consent, "choice")),
                ("marketing".into(), "withdrawn".into())
            );
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn who_had_enough_marketing_gets_none_for_a_day() {
    let stage = Stage::new().await;
    let message = provoke(&stage, 0, 131_049).await;
    stage.until_state(&message, "failed").await;
    let conversation = text(&message, "conversation_id");
    let told = stage.api.get(&format!("/api/v1/conversations/{conversation}/permission")).await.of(200);
    let spans = |purpose: &str| {
        let all = told["purposes"].as_array().expect("purposes");
        all.iter().find(|one| one["purpose"] == purpose).expect("it is there")["spans"].clone()
    };
    assert_eq!(spans("marketing")[0]["refused"]["code"], "marketing_capped");
    assert_eq!(spans("marketing")[1]["refused"], Value::Null, "it ends by itself");
    for purpose in ["answer", "utility", "authentication"] {
        assert_eq!(spans(purpose)[0]["refused"], Value::Null, "{purpose}");
    }
    let answer = stage.send(&conversation, "I can still answer").await;
    stage.until_state(&answer, "sent").await;
}
