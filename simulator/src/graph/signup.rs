//! The sign-up: the dialog in which a business shares a number, and what its code is exchanged for (Meta:
//! embedded-signup, facebook-login/guides/advanced/manual-flow).

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::error::ApiError;
use super::routes::{Graph, bearer, check_version};
use crate::dice::Dice;
use crate::guard::lock;

/// The id of the simulated app.
pub const APP_ID: &str = "680132451734";
/// Its configuration for the sign-up.
pub const CONFIG_ID: &str = "7741925002";
/// The kind of dialog for numbers that stay in the phone's app.
const PHONE_FEATURE: &str = "whatsapp_business_app_onboarding";
/// How long a code is good.
const CODE_LIFE_MS: i64 = 30_000;

/// A code that was given out.
#[derive(Clone, Debug)]
pub(super) struct Code {
    phone_number_id: String,
    redirect_uri: String,
    /// The dialog was the one for a number that stays in the phone's app, and the number does.
    is_of_phone: bool,
    until_ms: i64,
}

/// The dialog: a page with one button, which goes back with a code.
pub(super) async fn dialog(
    State(shared): Graph,
    Path(version): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let wrong = |why: String| (StatusCode::BAD_REQUEST, Html(why)).into_response();
    if check_version(&version).is_err() {
        return wrong("Unknown version".to_owned());
    }
    for (name, value) in [
        ("client_id", APP_ID),
        ("config_id", CONFIG_ID),
        ("response_type", "code"),
        ("override_default_response_type", "true"),
    ] {
        if query.get(name).map(String::as_str) != Some(value) {
            return wrong(format!("The parameter {name} is not {value}"));
        }
    }
    let (Some(redirect), Some(state)) = (query.get("redirect_uri"), query.get("state")) else {
        return wrong("redirect_uri and state are needed".to_owned());
    };
    let Ok(mut back) = reqwest::Url::parse(redirect) else {
        return wrong("redirect_uri is no address".to_owned());
    };
    let mut refused = back.clone();
    let extras = query.get("extras").map_or("{}", String::as_str);
    let Ok(extras) = serde_json::from_str::<serde_json::Value>(extras) else {
        return wrong("extras is no JSON".to_owned());
    };
    let feature = extras.get("featureType").and_then(serde_json::Value::as_str);
    if feature.is_some_and(|feature| feature != PHONE_FEATURE) {
        return wrong("Unknown featureType".to_owned());
    }
    let code = {
        let mut graph = lock(&shared.state);
        let Some(number) = graph.any_number().cloned() else { return wrong("no number".to_owned()) };
        let nth = graph.codes.len().to_string();
        let code = format!("AQ{:016x}", Dice::of(shared.options.seed, "code", &nth).bits());
        let given = Code {
            phone_number_id: number.business.phone_number_id.clone(),
            redirect_uri: redirect.clone(),
            is_of_phone: number.is_on_biz_app && feature == Some(PHONE_FEATURE),
            until_ms: shared.options.clock.now_ms() + CODE_LIFE_MS,
        };
        graph.codes.insert(code.clone(), given);
        code
    };
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", state);
    refused.query_pairs_mut().append_pair("error", "access_denied").append_pair("state", state);
    Html(format!(
        "<!doctype html><html lang=en><title>Simulated sign-up</title><h1>Share your number?</h1>\
         <p><a id=agree href=\"{}\">Continue</a> <a id=refuse href=\"{}\">Cancel</a></p></html>",
        escaped(back.as_str()),
        escaped(refused.as_str())
    ))
    .into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// A code for a token: once, in time, from the app it was given to, with the address it was sent to.
pub(super) async fn access_token(
    State(shared): Graph,
    Path(version): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        if given("client_id") != APP_ID || given("client_secret") != shared.options.app_secret {
            return Err(ApiError::new(1, "Error validating client secret."));
        }
        let mut state = lock(&shared.state);
        let code = state.codes.remove(given("code"));
        let code = code.filter(|code| shared.options.clock.now_ms() < code.until_ms);
        let Some(code) = code else {
            return Err(ApiError::parameter("This authorization code has expired or has been used."));
        };
        if code.redirect_uri != given("redirect_uri") {
            return Err(ApiError::parameter(
                "Error validating verification code. redirect_uri does not match.",
            ));
        }
        let number = state.number(&code.phone_number_id).cloned();
        let number = number.ok_or_else(|| ApiError::no_object(&code.phone_number_id, "get"))?;
        if code.is_of_phone {
            let id = &code.phone_number_id;
            state.signed_up_ms.insert(id.clone(), shared.options.clock.now_ms());
            state.brought_over.retain(|(brought, _)| brought != id);
        }
        Ok(json!({"access_token": number.access_token, "token_type": "bearer"}))
    });
    shared.answer_or_refuse("oauth", result)
}

/// What a token is: asked by the app or by the token itself.
pub(super) async fn debug_token(
    State(shared): Graph,
    Path(version): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let input = query.get("input_token").map(String::as_str).unwrap_or_default();
        let asker = bearer(&headers).unwrap_or_default();
        let state = lock(&shared.state);
        let apps_own = format!("{APP_ID}|{}", shared.options.app_secret);
        if asker != apps_own && state.of_token(asker).is_none() {
            return Err(ApiError::new(190, "unknown token"));
        }
        let Some(number) = state.of_token(input) else {
            return Ok(json!({"data": {"is_valid": false, "error": {"code": 190, "message": "Malformed access token"}}}));
        };
        let targets = [number.business.waba_id.as_str()];
        Ok(json!({"data": {
            "app_id": APP_ID, "type": "SYSTEM_USER", "application": "Simulated app", "is_valid": true,
            "expires_at": number.token_expires_at_s,
            "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"],
            "granular_scopes": [
                {"scope": "whatsapp_business_management", "target_ids": targets},
                {"scope": "whatsapp_business_messaging", "target_ids": targets},
            ],
        }}))
    });
    shared.answer_or_refuse("debug_token", result)
}
