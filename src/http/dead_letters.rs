//! `/api/v1/dead-letters`: updates that could be stored but not applied.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_domain::audit::Deed;
use switchboard_schema::wire::{self, AuditAct};

use super::{
    conversations::limit_of,
    extract::{Correlation, IdempotencyKey, Json, Query},
    problem::Problem,
};
use crate::{
    access::{Access, May, permit::ReplayDeliveries},
    webhooks::Webhooks,
};

/// Updates of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 100;
/// Updates of a page, at most.
const PAGE_MAX: u64 = 500;

/// Which updates.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 500.
    #[param(minimum = 1, maximum = 500, default = 100)]
    limit: Option<u64>,
}

/// Updates that could not be applied
///
/// They hold customers' words, whoever the conversations belong to: only owners see them.
///
/// For owners and admins.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "dead letters", params(Params),
    responses((status = 200, body = wire::DeadLetterList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<ReplayDeliveries>,
    Query(params): Query<Params>,
) -> Result<Json<wire::DeadLetterList>, Problem> {
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    Ok(Json(house.buried(caller.scope, params.cursor, limit).await?))
}

/// Try again to apply them
///
/// All of them, oldest first. What was applied leaves the list; to repeat this is harmless.
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/dead-letters/replay", tag = "dead letters",
    responses((status = 200, body = wire::Replayed)))]
pub(crate) async fn replay(
    State(webhooks): State<Arc<Webhooks>>,
    State(access): State<Arc<Access>>,
    caller: May<ReplayDeliveries>,
    _key: IdempotencyKey,
    Correlation(cause): Correlation,
) -> Result<Json<wire::Replayed>, Problem> {
    access.accounts().note(caller.scope, &caller.by(), Deed::new(AuditAct::DeliveriesReplayed)).await?;
    Ok(Json(webhooks.replay(caller.scope, cause).await?))
}
