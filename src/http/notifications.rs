//! `/api/v1/notifications`: what the caller was told of, and how they want to be.

use axum::extract::State;
use serde::Deserialize;
use switchboard_schema::wire;

use super::{
    extract::{Json, Query},
    problem::Problem,
};
use crate::{
    access::{May, permit::Read},
    notifications::{Notifications, Place},
};

/// Notifications of a page, unless another number is asked for.
const PAGE: usize = 50;
/// Notifications of a page, at most.
const PAGE_MAX: usize = 200;

/// Which notifications.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    unread: bool,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// What the caller was told of
///
/// Newest first: at most 200, of the last 30 days. `notifications.changed` tells their own pages of every change.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notifications",
    params(("unread" = Option<bool>, Query, description = "Only those that are not read"),
        ("cursor" = Option<String>, Query, description = "An earlier page's next_cursor"),
        ("limit" = Option<usize>, Query, description = "1 to 200; 50 when left out")),
    responses((status = 200, body = wire::NotificationPage)))]
pub(crate) async fn list(
    State(notifications): State<Notifications>,
    caller: May<Read>,
    Query(Which { unread, cursor, limit }): Query<Which>,
) -> Result<Json<wire::NotificationPage>, Problem> {
    let after = cursor.map(|cursor| cursor.parse::<Place>()).transpose()?;
    let limit = limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    Ok(Json(notifications.page(caller.scope, caller.principal.user_id, unread, after, limit).await?))
}

/// Say of notifications that they are read, or that they are not
///
/// Those that are named, or all there are. The answer names those that were not so before: with it this is taken back.
#[utoipa::path(patch, path = "/api/v1/notifications", tag = "notifications",
    request_body = wire::MarkNotifications, responses((status = 200, body = wire::NotificationsMarked)))]
pub(crate) async fn mark(
    State(notifications): State<Notifications>,
    caller: May<Read>,
    Json(request): Json<wire::MarkNotifications>,
) -> Result<Json<wire::NotificationsMarked>, Problem> {
    Ok(Json(notifications.mark(caller.scope, caller.principal.user_id, request).await?))
}

/// How the caller wants to be told of things
#[utoipa::path(get, path = "/api/v1/notifications/settings", tag = "notifications",
    responses((status = 200, body = wire::NotificationSettings)))]
pub(crate) async fn settings(
    State(notifications): State<Notifications>,
    caller: May<Read>,
) -> Result<Json<wire::NotificationSettings>, Problem> {
    Ok(Json(notifications.settings(caller.scope, caller.principal.user_id).await?))
}

/// Say how the caller wants to be told of things
///
/// It holds for what happens from now on.
#[utoipa::path(put, path = "/api/v1/notifications/settings", tag = "notifications",
    request_body = wire::NotificationSettings, responses((status = 200, body = wire::NotificationSettings)))]
pub(crate) async fn set_settings(
    State(notifications): State<Notifications>,
    caller: May<Read>,
    Json(settings): Json<wire::NotificationSettings>,
) -> Result<Json<wire::NotificationSettings>, Problem> {
    Ok(Json(notifications.set_settings(caller.scope, caller.principal.user_id, settings).await?))
}
