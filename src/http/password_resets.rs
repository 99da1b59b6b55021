//! `/api/v1/password-resets`: a forgotten password.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use switchboard_actors::{
    House,
    fanout::{Ended, Opened},
};
use switchboard_schema::wire;

use super::{
    extract::{ClientAddress, Json},
    problem::Problem,
    sessions::welcome,
};
use crate::access::{Access, entrances::Reset};

/// Ask for a code to set a password anew
///
/// It is sent by mail to an address that has an account; the answer is the same for one that has none.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "password resets", security(()),
    request_body = wire::AskForCode, responses((status = 202, body = wire::CodeAsked)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::AskForCode>,
) -> Result<(StatusCode, Json<wire::CodeAsked>), Problem> {
    access.check_origin(&headers)?;
    Ok((StatusCode::ACCEPTED, Json(access.ask_for_password(address, &request.email).await?)))
}

/// Set a password anew
///
/// With the code of the mail, which is good once and for a few tries. Signs in, and ends every sign-in from before; API keys
/// stay as they are.
#[utoipa::path(post, path = "/api/v1/password-resets/confirm", tag = "password resets", security(()),
    request_body = wire::ConfirmPasswordReset, responses((status = 201, body = wire::Me)))]
pub(crate) async fn confirm(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::ConfirmPasswordReset>,
) -> Result<Response, Problem> {
    access.check_origin(&headers)?;
    let Reset { user_id, workspaces, signed_in } = access.reset_password(address, request).await?;
    for tenant in workspaces {
        house.end_sockets(Opened::By(tenant, *user_id.as_bytes()), Ended::Credential);
    }
    welcome(&access, signed_in).await
}
