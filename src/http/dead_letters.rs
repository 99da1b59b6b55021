//! `/api/v1/dead-letters`: updates that could be stored but not applied.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::House;
use switchboard_schema::{record::Kept, wire};

use super::{
    extract::{Correlation, IdempotencyKey, Json},
    problem::Problem,
};
use crate::{access::Caller, webhooks::Webhooks};

/// Updates that could not be applied
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "dead letters",
    responses((status = 200, body = wire::DeadLetterList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<wire::DeadLetterList>, Problem> {
    let buried = house.buried(caller.scope).await?;
    let dead_letters = buried
        .into_iter()
        .map(|(id, at, letter)| {
            let (raw, blob) = match letter.raw {
                Kept::Inline(raw) => (Some(raw), None),
                Kept::Blob(blob) => (None, Some(blob)),
            };
            wire::DeadLetterEntry { id, at, channel_id: letter.channel_id, reason: letter.reason, raw, blob }
        })
        .collect();
    Ok(Json(wire::DeadLetterList { dead_letters }))
}

/// Try again to apply them
///
/// What was applied leaves the list; to repeat this is harmless.
#[utoipa::path(post, path = "/api/v1/dead-letters/replay", tag = "dead letters",
    responses((status = 200, body = wire::Replayed)))]
pub(crate) async fn replay(
    State(webhooks): State<Arc<Webhooks>>,
    caller: Caller,
    _key: IdempotencyKey,
    Correlation(correlation): Correlation,
) -> Result<Json<wire::Replayed>, Problem> {
    caller.must_own()?;
    Ok(Json(webhooks.replay(caller.scope, correlation).await?))
}
