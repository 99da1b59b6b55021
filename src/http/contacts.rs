//! `/api/v1/contacts`: the people outside.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_domain::{
    audit::Deed,
    contact::find::{MAX_SEARCH_CHARS, Search},
};
use switchboard_schema::{
    ContactId,
    wire::{self, AuditAct},
};

use super::{
    conversations::limit_of,
    extract::{Correlation, IdempotencyKey, IfMatch, Json, JsonBytes, Path, Query, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
    tagged,
};
use crate::access::{
    Access, May,
    permit::{Answer, Read},
};

/// Contacts of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;
/// Contacts of a page, at most.
const PAGE_MAX: u64 = 100;

/// Which contacts.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// Only those whose name has a word that begins with each of these, or whose number has these digits in it; at most 100
    /// characters. A page may then hold few or none and have a `next_cursor` all the same: so far was looked.
    #[param(max_length = 100)]
    search: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u64>,
}

/// The contacts of the workspace
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(Params),
    responses((status = 200, body = wire::ContactPage)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
    Query(params): Query<Params>,
) -> Result<Json<wire::ContactPage>, Problem> {
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let search = params.search.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if search.is_some_and(|text| text.chars().count() > MAX_SEARCH_CHARS) {
        return Err(Problem::invalid("search", format!("has at most {MAX_SEARCH_CHARS} characters")));
    }
    let search = search.map(|text| Search::of(text).ok_or("give letters or digits to look for"));
    let search = search.transpose().map_err(|message| Problem::invalid("search", message))?;
    Ok(Json(house.contacts(caller.scope, search.as_ref(), params.cursor, limit).await?))
}

/// One contact
///
/// The `ETag` of the answer is for `If-Match`.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = wire::ContactDetail, headers(("etag" = String, description = "The contact's version")))))]
pub(crate) async fn get(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ContactId>,
) -> Result<Response, Problem> {
    let detail = house.contact(caller.scope, id).await?;
    Ok(tagged(detail.contact.version, &detail))
}

/// Change a contact
///
/// With `If-Match`, only as long as nobody else changed it since it was read; else 412.
#[utoipa::path(patch, path = "/api/v1/contacts/{id}", tag = "contacts",
    params(("id" = ContactId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ContactPatch,
    responses((status = 200, body = wire::Contact, headers(("etag" = String, description = "The contact's version")))))]
pub(crate) async fn patch(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    expected: Option<IfMatch>,
    Path(id): Path<ContactId>,
    Json(patch): Json<wire::ContactPatch>,
) -> Result<Response, Problem> {
    let act = caller.act(key, cause);
    let expected = expected.map(|IfMatch(version)| version);
    let contact = house.patch_contact(caller.scope, act, id, expected, patch).await?;
    Ok(tagged(contact.version, &contact))
}

/// What a contact wants to hear from us
///
/// With everything that shows it: a chain in which every entry carries the hash of all before it.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/consent", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = wire::ContactConsent)))]
pub(crate) async fn consent(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ContactId>,
) -> Result<Json<wire::ContactConsent>, Problem> {
    Ok(Json(house.consent(caller.scope, id).await?))
}

/// What a contact wants to hear from us, signed
///
/// A document that is checked without this server, by `switchboard consent verify` or as its schema describes: the
/// whole chain, and a signature over a statement that names its end.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/consent/proof", tag = "contacts", params(("id" = ContactId, Path)),
    responses((status = 200, body = wire::ConsentProof)))]
pub(crate) async fn consent_proof(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Read>,
    Path(id): Path<ContactId>,
) -> Result<Json<wire::ConsentProof>, Problem> {
    let proof = house.consent_proof(caller.scope, id).await?;
    let contact = house.contact(caller.scope, id).await?.contact;
    let deed = Deed::new(AuditAct::ConsentExported).about(contact.id, &contact.name);
    access.accounts().note(caller.scope, &caller.by(), deed).await?;
    Ok(Json(proof))
}

/// The key that signs what contacts want
///
/// Whoever is to check a proof gets it from the business, and not out of the proof.
#[utoipa::path(get, path = "/api/v1/consent-key", tag = "contacts",
    responses((status = 200, body = wire::ConsentKey)))]
pub(crate) async fn consent_key(
    State(house): State<House>,
    _: May<Read>,
) -> Result<Json<wire::ConsentKey>, Problem> {
    Ok(Json(house.consent_key()?))
}

/// Record what a contact said about what they want
///
/// Once it is answered it is durable, and no request against it begins.
#[utoipa::path(post, path = "/api/v1/contacts/{id}/consent", tag = "contacts", params(("id" = ContactId, Path)),
    request_body = wire::RecordConsent, responses((status = 200, body = wire::ContactConsent)))]
pub(crate) async fn record_consent(
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ContactId>,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let record: wire::RecordConsent = parse_json(&body)?;
    let request = [id.as_bytes(), &*body].concat();
    let once = Once { caller: &caller, route: "consent", key: &key, request: &request };
    let (scope, act) = (caller.scope, caller.act(key.clone(), cause));
    let act = async move { Ok(house.record_consent(scope, act, id, record).await?) };
    idempotency.run(once, StatusCode::OK, act).await
}
