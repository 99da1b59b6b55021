//! `/api/v1/invitations`: people who are asked to join the workspace, and joining it.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::{HeaderMap, StatusCode};
use switchboard_actors::House;
use switchboard_schema::{InvitationId, wire};

use super::{
    extract::{ClientAddress, IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
    sessions::welcome,
};
use crate::access::{Access, May, invitations::Joined, permit::ManagePeople};

/// The invitations that were not accepted yet
///
/// For owners and admins.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "invitations",
    responses((status = 200, body = wire::InvitationList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<ManagePeople>,
) -> Result<Json<wire::InvitationList>, Problem> {
    Ok(Json(access.invitations(&caller).await?))
}

/// Ask somebody to join
///
/// By mail where the server sends any, and by the link of the answer, which is good for seven days, once, and for the
/// address alone. For owners and admins; only an owner asks for an owner.
#[utoipa::path(post, path = "/api/v1/invitations", tag = "invitations",
    request_body = wire::CreateInvitation, responses((status = 201, body = wire::Invitation)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManagePeople>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateInvitation = parse_json(&body)?;
    let once = Once { caller: &caller, route: "invitations", key: &key, request: &body };
    let id = InvitationId::from_bytes(once.id());
    let (asker, by) = (caller.clone(), caller.by());
    let act = async move { Ok(access.invite(&asker, &by, id, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Send an invitation again
///
/// Good for seven days from now, under the same link. For owners and admins; an owner's only by an owner.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/resend", tag = "invitations",
    params(("id" = InvitationId, Path)), responses((status = 200, body = wire::Invitation)))]
pub(crate) async fn resend(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManagePeople>,
    key: IdempotencyKey,
    Path(id): Path<InvitationId>,
) -> Result<Response, Problem> {
    let once = Once { caller: &caller, route: "invitations/resend", key: &key, request: id.as_bytes() };
    let (asker, by) = (caller.clone(), caller.by());
    let act = async move { Ok(access.invite_again(&asker, &by, id).await?) };
    idempotency.run(once, StatusCode::OK, act).await
}

/// Take an invitation back
///
/// Its link opens nothing from now on. For owners and admins; an owner's only by an owner.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", tag = "invitations",
    params(("id" = InvitationId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    caller: May<ManagePeople>,
    Path(id): Path<InvitationId>,
) -> Result<StatusCode, Problem> {
    access.revoke_invitation(&caller, &caller.by(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look at an invitation
///
/// With the token of its link, which stands in the body so that no address holds it.
#[utoipa::path(post, path = "/api/v1/invitations/look", tag = "invitations", security(()),
    request_body = wire::LookAtInvitation, responses((status = 200, body = wire::InvitationSeen)))]
pub(crate) async fn look(
    State(access): State<Arc<Access>>,
    ClientAddress(address): ClientAddress,
    Json(request): Json<wire::LookAtInvitation>,
) -> Result<Json<wire::InvitationSeen>, Problem> {
    Ok(Json(access.look_at_invitation(address, &request.token).await?))
}

/// Accept an invitation
///
/// Once. Somebody new chooses a name and a password; whoever has an account gives its password, or is signed in to it (then
/// with `X-CSRF-Token`). Signs in to the workspace, as `POST /api/v1/sessions` does.
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "invitations", security(()),
    request_body = wire::AcceptInvitation, responses((status = 201, body = wire::Me)))]
pub(crate) async fn accept(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(request): Json<wire::AcceptInvitation>,
) -> Result<Response, Problem> {
    access.check_origin(&headers)?;
    // Goes on when nobody waits for it any more.
    let joining = {
        let access = Arc::clone(&access);
        tokio::spawn(async move {
            let joined = access.accept_invitation(address, &headers, request).await?;
            house.tell_of_user(joined.scope, joined.signed_in.caller.user.id);
            Ok::<_, Problem>(joined)
        })
    };
    let Joined { signed_in, .. } = joining.await.map_err(|_| Problem::internal())??;
    welcome(&access, signed_in).await
}
