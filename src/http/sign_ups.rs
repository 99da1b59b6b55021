//! `/api/v1/sign-ups`: how somebody comes in who is not signed in, and making an account.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use switchboard_schema::wire;

use super::{
    extract::{ClientAddress, Json},
    problem::Problem,
    sessions::welcome,
};
use crate::access::Access;

/// By which doors somebody comes in
///
/// For pages that are shown to who is not signed in.
#[utoipa::path(get, path = "/api/v1/sign-ups", tag = "sign ups", security(()),
    responses((status = 200, body = wire::Entrances)))]
pub(crate) async fn entrances(State(access): State<Arc<Access>>) -> Json<wire::Entrances> {
    Json(access.entrances())
}

/// Ask for a code to make an account
///
/// It is sent by mail. The answer is the same whether the address has an account or not; to one that has, the mail says so.
/// Only where `accounts.sign_up` is set.
#[utoipa::path(post, path = "/api/v1/sign-ups", tag = "sign ups", security(()),
    request_body = wire::AskForCode, responses((status = 202, body = wire::CodeAsked)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::AskForCode>,
) -> Result<(StatusCode, Json<wire::CodeAsked>), Problem> {
    access.check_origin(&headers)?;
    Ok((StatusCode::ACCEPTED, Json(access.ask_to_sign_up(address, &request.email).await?)))
}

/// Make an account and a workspace
///
/// With the code of the mail, which is good once and for a few tries. Signs in, as `POST /api/v1/sessions` does.
#[utoipa::path(post, path = "/api/v1/sign-ups/confirm", tag = "sign ups", security(()),
    request_body = wire::ConfirmSignUp, responses((status = 201, body = wire::Me)))]
pub(crate) async fn confirm(
    State(access): State<Arc<Access>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::ConfirmSignUp>,
) -> Result<Response, Problem> {
    access.check_origin(&headers)?;
    let signed_in = access.sign_up(address, request).await?;
    welcome(&access, signed_in).await
}
