//! `/api/v1/sessions`: signing in and out in the browser.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use switchboard_actors::{
    House,
    fanout::{Ended, Opened},
};
use switchboard_schema::wire;

use super::{
    extract::{ClientAddress, Json},
    me::me_of,
    problem::Problem,
};
use crate::{
    access::{Access, Credential, Denied, May, permit::Read, sessions::SignedIn},
    notifications::Notifications,
};

/// Sign in
///
/// Sets the cookie `switchboard_session`. Send the answer's `csrf_token` as `X-CSRF-Token` with every request
/// that changes something. Who signs in twice is signed in twice: this takes no `Idempotency-Key`.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "sessions", security(()),
    request_body = wire::SignIn, responses((status = 201, body = wire::Me)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::SignIn>,
) -> Result<Response, Problem> {
    access.check_origin(&headers)?;
    let signed_in = access.sign_in(address, request).await.map_err(|denied| match denied {
        Denied::NotSignedIn => Problem::wrong_credentials(),
        denied => denied.into(),
    })?;
    welcome(&access, signed_in).await
}

/// Gives whoever has just signed in their cookie, and tells them who they are.
pub(super) async fn welcome(access: &Access, signed_in: SignedIn) -> Result<Response, Problem> {
    let me = me_of(access, &signed_in.caller).await?;
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, signed_in.set_cookie)], axum::Json(me)).into_response())
}

/// Go on in another workspace
///
/// Under the same sign-in, which all tabs of a browser share; its sockets are closed, to be opened again there. The next
/// signing in begins there, too. Not for API keys: each belongs to one workspace.
#[utoipa::path(post, path = "/api/v1/sessions/current/workspace", tag = "sessions",
    request_body = wire::SwitchWorkspace, responses((status = 200, body = wire::Me)))]
pub(crate) async fn switch(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<Read>,
    headers: HeaderMap,
    Json(to): Json<wire::SwitchWorkspace>,
) -> Result<Json<wire::Me>, Problem> {
    let switched = access.switch(&headers, &caller, &caller.by(), to.workspace_id).await?;
    house.end_sockets(Opened::With(*switched.credential.id().as_bytes()), Ended::Role);
    Ok(Json(me_of(&access, &switched).await?))
}

/// Sign out
///
/// Closes the sockets of this sign-in, and has the browser forget the files it was shown.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "sessions", responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    State(notifications): State<Notifications>,
    caller: May<Read>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Credential::Session { id, .. } = caller.credential else {
        return Err(Problem::not_allowed("an API key is not signed in, so it cannot sign out"));
    };
    let set_cookie = access.sign_out(&headers, caller.scope, &caller.by(), id).await?;
    house.end_sockets(Opened::With(*id.as_bytes()), Ended::Credential);
    let signed_out = notifications.signed_out(caller.scope, caller.principal.user_id, id).await;
    if let Err(refusal) = signed_out {
        tracing::warn!(%refusal, "the browsers of a sign-in that ended are forgotten when something is pushed to them");
    }
    let forget = HeaderValue::from_static("\"cache\"");
    let clear = HeaderName::from_static("clear-site-data");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie), (clear, forget)]).into_response())
}
