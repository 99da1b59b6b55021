//! `/api/v1/audit`: who did what.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use switchboard_domain::audit::Wanted;
use switchboard_schema::wire;

use super::{
    conversations::limit_of,
    extract::{Json, Query},
    problem::Problem,
};
use crate::access::{Access, May, permit::SeeAudit};

/// Acts of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;
/// Acts of a page, at most.
const PAGE_MAX: u64 = 200;
/// Longest id that is looked for, in bytes.
const ID_BYTES_MAX: usize = 64;

/// Which acts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// About this part of the workspace.
    #[param(inline)]
    area: Option<wire::AuditArea>,
    /// By the person or the key with this id.
    by: Option<String>,
    /// About the member, team, channel, contact, conversation … with this id.
    about: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
}

/// Who did what, newest first
///
/// Each act stands here together with what it did, or neither does. What is said is as it was then: names do not change
/// afterwards, and secrets are named and never shown. Messages are not among the acts: who sent each stands with it.
///
/// For owners and admins.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Params),
    responses((status = 200, body = wire::AuditPage)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<SeeAudit>,
    Query(params): Query<Params>,
) -> Result<Json<wire::AuditPage>, Problem> {
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let wanted =
        Wanted { area: params.area, by: id_of("by", params.by)?, about: id_of("about", params.about)? };
    let after = params.cursor.as_deref().map(str::parse).transpose()?;
    Ok(Json(access.accounts().acts(caller.scope, &wanted, after, limit).await?))
}

fn id_of(field: &'static str, id: Option<String>) -> Result<Option<String>, Problem> {
    match id {
        Some(id) if id.is_empty() || id.len() > ID_BYTES_MAX => {
            Err(Problem::invalid(field, format!("is an id of 1 to {ID_BYTES_MAX} bytes")))
        }
        id => Ok(id),
    }
}
