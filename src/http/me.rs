//! `/api/v1/me`: who is asking.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::Refusal;
use switchboard_domain::roles;
use switchboard_schema::wire;

use super::{extract::Json, problem::Problem};
use crate::access::{Access, Caller, Credential, May, permit::Read};

/// Who is signed in, and where
#[utoipa::path(get, path = "/api/v1/me", tag = "sessions", responses((status = 200, body = wire::Me)))]
pub(crate) async fn get(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::Me>, Problem> {
    Ok(Json(me_of(&access, &caller).await?))
}

/// What a caller is told of themselves.
pub(super) async fn me_of(access: &Access, caller: &Caller) -> Result<wire::Me, Refusal> {
    let workspace = access.accounts().workspace(caller.scope).await?;
    let csrf_token = match &caller.credential {
        Credential::ApiKey(_) => None,
        Credential::Session { csrf_token, .. } => Some(csrf_token.clone()),
    };
    let workspaces = match &caller.credential {
        Credential::ApiKey(_) => vec![workspace.clone()],
        Credential::Session { .. } => access.accounts().workspaces_of(caller.principal.user_id).await?,
    };
    let permissions = roles::permissions(caller.user.role).collect();
    Ok(wire::Me { user: caller.user.clone(), workspace, workspaces, permissions, csrf_token })
}
