//! The route table: every address the server answers, grouped by who uses it.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use http::StatusCode;
use utoipa::{
    OpenApi as _,
    openapi::{
        Content, OpenApi, Ref, RefOr, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Edge, api_keys, assets, assignment, audit, availability, bulk, channels, contacts, conversations,
    dead_letters, docs, drafts, extract::IDEMPOTENCY_KEY_CHARS_MAX, health, hours, invitations, labels,
    macros, me, media, messages, metrics, notifications, outbox, outermost, password_resets,
    problem::Problem, push_subscriptions, ratings, reports, rules, saved_replies, scheduled, search,
    sessions, sign_ups, sockets, teams, templates, users, views,
};
use crate::{gateway, webhooks};

/// What the document says before its paths.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Switchboard",
        description = "One server through which a business talks with its customers. Enumerations are open: \
                       clients accept values they do not know. Everything that is not a success is a problem \
                       (RFC 9457) with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(switchboard_schema::wire::MediaKind, switchboard_schema::wire::Problem))
)]
struct Document;

/// Every address, for one server.
pub(crate) fn router(edge: Edge) -> Router {
    let (api, _) = api(Some(&edge)).split_for_parts();
    api.route("/api/v1/socket", get(gateway::upgrade))
        .merge(webhooks::routes())
        .route("/media/{token}", get(media::by_link))
        .route("/openapi.json", get(docs::openapi))
        .route("/docs", get(docs::index))
        .route("/docs/", get(docs::page))
        .route("/docs/{*file}", get(docs::asset))
        .fallback(assets::fallback)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(edge.clone(), outermost::layer))
        .with_state(edge)
}

/// The document of the API: generated, checked in as `schema/openapi.json`.
pub(crate) fn openapi() -> OpenApi {
    let (_, mut document) = api(None).split_for_parts();
    complete(&mut document);
    document
}

/// The documented addresses.
fn api(edge: Option<&Edge>) -> OpenApiRouter<Edge> {
    let api = OpenApiRouter::with_openapi(Document::openapi())
        // Whoever is not signed in.
        .routes(routes!(sign_ups::entrances, sign_ups::create))
        .routes(routes!(sign_ups::confirm))
        .routes(routes!(password_resets::create))
        .routes(routes!(password_resets::confirm))
        .routes(routes!(invitations::look))
        .routes(routes!(invitations::accept))
        .routes(routes!(outbox::list))
        // People and programs of a workspace.
        .routes(routes!(sessions::create))
        .routes(routes!(sessions::delete))
        .routes(routes!(sessions::switch))
        .routes(routes!(me::get))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::patch, users::delete))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::delete))
        .routes(routes!(invitations::resend))
        .routes(routes!(assignment::get, assignment::set))
        .routes(routes!(hours::business_hours, hours::set_business_hours))
        .routes(routes!(hours::team_business_hours, hours::set_team_business_hours))
        .routes(routes!(hours::sla_policies, hours::set_sla_policies))
        .routes(routes!(ratings::settings, ratings::set_settings))
        .routes(routes!(ratings::team_settings, ratings::set_team_settings))
        .routes(routes!(availability::list, availability::set))
        .routes(routes!(teams::list, teams::create))
        .routes(routes!(teams::patch, teams::delete))
        .routes(routes!(labels::list, labels::create))
        .routes(routes!(labels::patch, labels::delete))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::delete))
        .routes(routes!(channels::list, channels::create))
        .routes(routes!(channels::get, channels::patch, channels::delete))
        .routes(routes!(channels::check))
        .routes(routes!(channels::try_out))
        .routes(routes!(channels::sign_up_options, channels::sign_up))
        .routes(routes!(channels::connect_signed_up))
        .routes(routes!(templates::list, templates::create))
        .routes(routes!(templates::patch, templates::delete))
        .routes(routes!(conversations::list, conversations::create))
        .routes(routes!(conversations::get))
        .routes(routes!(conversations::permission))
        .routes(routes!(conversations::assign))
        .routes(routes!(conversations::team))
        .routes(routes!(conversations::priority))
        .routes(routes!(conversations::labels))
        .routes(routes!(conversations::ownership))
        .routes(routes!(conversations::read))
        .routes(routes!(conversations::status))
        .routes(routes!(conversations::note))
        .routes(routes!(messages::list, messages::send))
        .routes(routes!(messages::check))
        .routes(routes!(messages::cancel))
        .routes(routes!(messages::retry))
        .routes(routes!(scheduled::list, scheduled::create))
        .routes(routes!(scheduled::patch, scheduled::delete))
        .routes(routes!(scheduled::send))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::get, contacts::patch))
        .routes(routes!(contacts::consent, contacts::record_consent))
        .routes(routes!(contacts::consent_proof))
        .routes(routes!(contacts::consent_key))
        .routes(routes!(search::find))
        .routes(routes!(drafts::list))
        .routes(routes!(drafts::get, drafts::save))
        .routes(routes!(saved_replies::list, saved_replies::create))
        .routes(routes!(saved_replies::patch, saved_replies::delete))
        .routes(routes!(saved_replies::filled))
        .routes(routes!(bulk::list, bulk::create))
        .routes(routes!(bulk::get))
        .routes(routes!(bulk::failures))
        .routes(routes!(bulk::undo))
        .routes(routes!(rules::list, rules::create))
        .routes(routes!(rules::trial))
        .routes(routes!(rules::get, rules::patch, rules::delete))
        .routes(routes!(rules::runs))
        .routes(routes!(macros::list, macros::create))
        .routes(routes!(macros::patch, macros::delete))
        .routes(routes!(macros::run))
        .routes(routes!(views::list, views::create))
        .routes(routes!(views::counts))
        .routes(routes!(views::patch, views::delete))
        .routes(routes!(notifications::list, notifications::mark))
        .routes(routes!(notifications::settings, notifications::set_settings))
        .routes(routes!(push_subscriptions::list, push_subscriptions::create))
        .routes(routes!(push_subscriptions::delete))
        .routes(routes!(media::upload))
        .routes(routes!(media::get))
        .routes(routes!(media::facts))
        .routes(routes!(media::link))
        .routes(routes!(sockets::create_ticket))
        .routes(routes!(reports::live))
        .routes(routes!(reports::history))
        .routes(routes!(reports::export))
        .routes(routes!(reports::rows))
        .routes(routes!(reports::export_rows))
        .routes(routes!(audit::list))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::replay));
    let api = match edge {
        Some(edge) => api.route_layer(middleware::from_fn_with_state(edge.clone(), limit_in_flight)),
        None => api,
    };
    // Operators and their machines.
    api.routes(routes!(health::alive)).routes(routes!(health::ready)).routes(routes!(metrics::get))
}

/// Refuses a request while too many are worked on.
async fn limit_in_flight(
    State(edge): State<Edge>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let _permit = edge.requests.try_acquire().map_err(|_| {
        Problem::too_many(Duration::from_secs(1), "too many requests at once; try again in a moment")
    })?;
    Ok(next.run(request).await)
}

async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not know this method",
    )
}

/// Adds what all operations have in common: how to sign in, problems, idempotency keys.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::access::sessions::COOKIE)));
    components.add_security_scheme("api_key", bearer);
    components.add_security_scheme("session", cookie);
    let either = ["api_key", "session"].map(|name| utoipa::openapi::SecurityRequirement::new(name, [""; 0]));
    document.security = Some(either.to_vec());
    for item in document.paths.paths.values_mut() {
        // Whoever is not signed in has no keys of their own: a code or an invitation does its act once by itself, and who
        // signs in twice is signed in twice.
        if let Some(operation) = item.post.as_mut().filter(|operation| operation.security.is_none()) {
            add_idempotency_key(operation);
        }
        for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete, &mut item.patch]
            .into_iter()
            .flatten()
        {
            name(operation);
            describe(operation);
            add_problem(operation);
        }
    }
}

/// Names an operation by its group and handler, such as `conversations_list`.
fn name(operation: &mut Operation) {
    let group = operation.tags.iter().flatten().next().map_or("", String::as_str).replace(' ', "_");
    let handler = operation.operation_id.take().unwrap_or_default();
    operation.operation_id = Some(format!("{group}_{handler}"));
}

/// Says of an answer without words what its status says.
fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
            response.description = reason.unwrap_or("Answer").to_owned();
        }
    }
}

fn add_problem(operation: &mut Operation) {
    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let response =
        ResponseBuilder::new().description("A problem").content("application/problem+json", problem).build();
    operation.responses.responses.insert("default".to_owned(), RefOr::T(response));
}

fn add_idempotency_key(operation: &mut Operation) {
    let text =
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(IDEMPOTENCY_KEY_CHARS_MAX)).build();
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .description(Some("The same key and request do the act once, however often they come"))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(parameter);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::check;

    #[test]
    fn the_api_document_is_as_checked_in() {
        check("schema/openapi.json", &crate::cli::documents::openapi().unwrap());
    }

    #[test]
    fn the_socket_schema_is_as_checked_in() {
        check("schema/socket.schema.json", &crate::cli::documents::socket_schema().unwrap());
    }

    #[test]
    fn every_post_takes_an_idempotency_key_but_of_who_is_not_signed_in() {
        let (document, mut without) = (openapi(), Vec::new());
        for (path, item) in &document.paths.paths {
            let Some(operation) = &item.post else { continue };
            let mut parameters = operation.parameters.iter().flatten();
            if !parameters.any(|parameter| parameter.name == "Idempotency-Key") {
                without.push(path.as_str());
            }
        }
        let public = [
            "/api/v1/invitations/accept",
            "/api/v1/invitations/look",
            "/api/v1/password-resets",
            "/api/v1/password-resets/confirm",
            "/api/v1/sessions",
            "/api/v1/sign-ups",
            "/api/v1/sign-ups/confirm",
        ];
        assert_eq!(without, public);
    }

    #[test]
    fn every_operation_has_its_own_name_and_says_what_problems_look_like() {
        let mut names = std::collections::BTreeSet::new();
        for (path, item) in &openapi().paths.paths {
            for operation in
                [&item.get, &item.post, &item.put, &item.delete, &item.patch].into_iter().flatten()
            {
                assert!(operation.responses.responses.contains_key("default"), "{path}");
                assert!(operation.summary.is_some(), "{path}");
                let name = operation.operation_id.clone().unwrap_or_default();
                assert!(names.insert(name.clone()), "{name} names two operations");
            }
        }
    }
}
