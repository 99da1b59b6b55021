//! `/api/v1/push-subscriptions`: browsers of the caller's that are reached while no page is open.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode, header};
use switchboard_schema::{PushSubscriptionId, SessionId, wire};

use super::{
    extract::{Json, Path},
    problem::Problem,
};
use crate::{
    access::{Access, Caller, Credential, May, permit::Read},
    notifications::{Notifications, SignIn},
};

/// The sign-in that asks, where it is one.
const fn session_of(caller: &Caller) -> Option<SessionId> {
    match caller.credential {
        Credential::Session { id, .. } => Some(id),
        Credential::ApiKey(_) => None,
    }
}

/// The caller's browsers that are reached while no page is open
///
/// With the key that a browser is given when it is asked how it is reached (`applicationServerKey`).
#[utoipa::path(get, path = "/api/v1/push-subscriptions", tag = "push subscriptions",
    responses((status = 200, body = wire::PushSubscriptionList)))]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    caller: May<Read>,
) -> Result<Json<wire::PushSubscriptionList>, Problem> {
    let user_id = caller.principal.user_id;
    Ok(Json(notifications.browsers(caller.scope, user_id, session_of(&caller)).await?))
}

/// Have the browser that asks be reached while no page is open
///
/// For as long as its sign-in. Said again it is the same one; a person has at most 10, and one more takes the place of the
/// oldest. Not for API keys: they have no browser.
#[utoipa::path(post, path = "/api/v1/push-subscriptions", tag = "push subscriptions",
    request_body = wire::CreatePushSubscription, responses((status = 201, body = wire::PushSubscription)))]
pub(crate) async fn create(
    State(notifications): State<Notifications>,
    State(access): State<Arc<Access>>,
    caller: May<Read>,
    headers: HeaderMap,
    Json(request): Json<wire::CreatePushSubscription>,
) -> Result<(StatusCode, Json<wire::PushSubscription>), Problem> {
    let Some(id) = session_of(&caller) else {
        return Err(Problem::not_allowed("an API key has no browser that could be reached"));
    };
    let sign_in = SignIn { id, expires_at: access.ends(id).await? };
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let user_id = caller.principal.user_id;
    let made = notifications.subscribe(caller.scope, user_id, sign_in, browser, request).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Have a browser not be reached any more
#[utoipa::path(delete, path = "/api/v1/push-subscriptions/{id}", tag = "push subscriptions",
    params(("id" = PushSubscriptionId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(notifications): State<Notifications>,
    caller: May<Read>,
    Path(id): Path<PushSubscriptionId>,
) -> Result<StatusCode, Problem> {
    notifications.unsubscribe(caller.scope, caller.principal.user_id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
