//! The table of contents of the simulated API, and its handlers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};

use super::door::Cut;
use super::error::ApiError;
use super::manage;
use super::media::{self, ADDRESS_VALID_MS, Media, UPLOAD_BYTES_MAX};
use super::signup;
use super::state::{About, Done, REQUESTS_MAX, push_bounded, sent};
use super::template::Template;
use super::{Number, Outcome, PhonePart, Requested, Sent, Shared};
use crate::dice::Dice;
use crate::faults::Fault;
use crate::guard::lock;
use crate::payload;

/// Registrations of one number, at most (Meta: ten in 72 hours).
const REGISTRATIONS_MAX: u32 = 10;
/// Largest page of templates.
const PAGE_MAX: usize = 200;
/// Page of templates where no limit is asked for.
const PAGE: usize = 25;
/// How long after a sign-up what a phone keeps can be asked for.
const BROUGHT_OVER_WITHIN_MS: i64 = 24 * 3_600 * 1_000;
/// Most uploads of examples that are begun and not ended.
const SAMPLES_MAX: usize = 1_000;
/// Longest wait for a status that must be answered before the send is.
const STATUS_FIRST_MAX: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) type Graph = State<Arc<Shared>>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{version}/{id}/messages", post(messages))
        .route(
            "/{version}/{id}/message_templates",
            get(message_templates).post(create_template).delete(delete_template),
        )
        .route("/{version}/app/uploads", post(begin_sample))
        .route("/{version}/{id}/phone_numbers", get(phone_numbers))
        .route(
            "/{version}/{id}/subscribed_apps",
            get(list_apps).post(subscribed_apps).delete(unsubscribed_apps),
        )
        .route("/{version}/{id}/register", post(register))
        .route("/{version}/{id}/smb_app_data", post(smb_app_data))
        .route("/{version}/debug_token", get(signup::debug_token))
        .route("/{version}/oauth/access_token", get(signup::access_token))
        .route("/{version}/dialog/oauth", get(signup::dialog))
        .route("/{version}/{id}/media", post(upload))
        .route("/{version}/{id}", get(object).post(change_object))
        .route("/lookaside/{id}", get(download))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX))
        .layer(middleware::from_fn_with_state(shared.clone(), watched))
        .with_state(shared)
}

/// Writes every request down, with its answer or the lack of one.
async fn watched(
    State(shared): Graph,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    // Faults of `/messages` are decided there, where it is known what is sent.
    let is_message = request.uri().path().ends_with("/messages");
    let mut note = Note {
        shared: shared.clone(),
        requested: Requested {
            at_ms: shared.options.clock.now_ms(),
            method: request.method().to_string(),
            path,
            status: None,
        },
    };
    let scripted = if is_message { None } else { lock(&shared.state).scripted(None, request.uri().path()) };
    let answer = match scripted {
        None => next.run(request).await,
        Some(Fault::Slow(late)) => {
            let answer = next.run(request).await;
            tokio::time::sleep(late).await;
            answer
        }
        Some(Fault::AcceptThenClose) => {
            next.run(request).await;
            close(&cut)
        }
        Some(fault) => match shared.instead(&cut, &fault).await {
            Some(answer) => answer,
            None => next.run(request).await,
        },
    };
    if answer.extensions().get::<Unseen>().is_none() {
        note.requested.status = Some(answer.status().as_u16());
    }
    answer
}

/// A request being served. Dropped early, because the client left, it is still written down.
struct Note {
    shared: Arc<Shared>,
    requested: Requested,
}

impl Drop for Note {
    fn drop(&mut self) {
        push_bounded(&mut lock(&self.shared.state).requests, self.requested.clone(), REQUESTS_MAX);
        self.shared.wake();
    }
}

/// Marks an answer that no client sees because its connection has been cut.
#[derive(Clone)]
struct Unseen;

/// A message, or a mark that one was read.
async fn messages(
    State(shared): Graph,
    ConnectInfo(cut): ConnectInfo<Cut>,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now_ms = shared.options.clock.now_ms();
    let parsed = parse(&headers, &body);
    let about = About::of(parsed.as_ref().unwrap_or(&Value::Null));
    let record = |fault: Option<Fault>, outcome: Outcome, accepted: Option<(&str, Option<&str>)>| {
        if about.is_send {
            let (text, callback_data) = accepted.unwrap_or_default();
            let sent = Sent {
                text: text.to_owned(),
                callback_data: callback_data.map(str::to_owned),
                ..sent(now_ms, &id, &about, &body, fault, outcome)
            };
            lock(&shared.state).record(sent, shared.options.sends_max);
            shared.wake();
        }
    };
    let admitted = check_version(&version).and_then(|()| {
        let fits = |number: &Number| number.business.phone_number_id == id;
        lock(&shared.state).authenticate(bearer(&headers), &id, "post", fits)
    });
    let body_json = match admitted.and(parsed) {
        Ok(body_json) => body_json,
        Err(error) => {
            record(None, Outcome::Refused { code: error.code }, None);
            return shared.refuse(&error);
        }
    };
    let scripted = lock(&shared.state).scripted(Some((&about, &body)), "");
    let fault = scripted.or_else(|| if about.is_send { shared.fault_by_chance() } else { None });
    if let Some(fault) = &fault
        && fault.is_instead()
    {
        let outcome = match fault {
            Fault::Code(code) => Outcome::Refused { code: *code },
            Fault::TooMany => Outcome::Refused { code: 4 },
            _ => Outcome::Lost,
        };
        record(Some(fault.clone()), outcome, None);
        return shared.instead(&cut, fault).await.unwrap_or_default();
    }
    let fail_later = match &fault {
        Some(Fault::FailLater(code)) => Some(*code),
        _ => None,
    };
    let done = lock(&shared.state).messages(&shared.options, now_ms, &id, &body_json, fail_later);
    let (mut accepted, answer) = match done {
        Ok(Done::Sent(accepted, answer)) => (accepted, answer),
        Ok(Done::Read) => {
            shared.wake();
            return shared.answer(&id, &json!({"success": true}));
        }
        Err(error) => {
            record(fault, Outcome::Refused { code: error.code }, None);
            return shared.refuse(&error);
        }
    };
    let outcome = Outcome::Accepted { wamid: accepted.wamid.clone() };
    record(fault.clone(), outcome, Some((&accepted.text, accepted.callback_data.as_deref())));
    accepted.status_first = fault == Some(Fault::StatusBeforeAnswer);
    if let Some(answered) = shared.outlet.accepted(*accepted) {
        // Whether the webhook was answered or given up, the send's answer leaves now.
        tokio::time::timeout(STATUS_FIRST_MAX, answered).await.ok();
    }
    match fault {
        Some(Fault::AcceptThenSilence) => shared.silence().await,
        Some(Fault::AcceptThenClose) => close(&cut),
        Some(Fault::AcceptThenStatus(status)) => bare(status),
        Some(Fault::AcceptThenGarble) => {
            let text = answer.to_string();
            let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
            ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], half).into_response()
        }
        Some(Fault::Slow(late)) => {
            tokio::time::sleep(late).await;
            shared.answer(&id, &answer)
        }
        _ => shared.answer(&id, &answer),
    }
}

/// The templates of an account, a page at a time.
async fn message_templates(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "get", |n| n.business.waba_id == waba_id)?;
        let all = state.templates_of(&waba_id).map(Vec::as_slice).unwrap_or_default();
        let wanted = |name: &str, value: &str| query.get(name).is_none_or(|wanted| wanted == value);
        let matching: Vec<Value> = all
            .iter()
            .filter(|template| wanted("name", &template.name) && wanted("status", &template.status))
            .filter(|template| wanted("language", &template.language))
            .map(|template| template.json(&waba_id))
            .collect();
        let limit = match query.get("limit") {
            None => PAGE,
            Some(text) => match text.parse() {
                Ok(limit @ 1..=PAGE_MAX) => limit,
                _ => return Err(ApiError::parameter("Param limit must be a number from 1 to 200")),
            },
        };
        let start = match query.get("after") {
            None => 0,
            Some(cursor) => position(cursor).ok_or_else(|| ApiError::parameter("Invalid cursor"))?,
        };
        let page: Vec<Value> = matching.iter().skip(start).take(limit).cloned().collect();
        let end = start + page.len();
        let data: Result<Vec<Value>, ApiError> =
            page.into_iter().map(|template| select(template, query.get("fields"))).collect();
        let mut paging = json!({"cursors": {"before": cursor(start), "after": cursor(end)}});
        if let (true, Some(fields)) = (end < matching.len(), paging.as_object_mut()) {
            let next = format!(
                "http://{}/{version}/{waba_id}/message_templates?limit={limit}&after={}",
                shared.address,
                cursor(end)
            );
            fields.insert("next".to_owned(), next.into());
        }
        Ok(json!({"data": data?, "paging": paging}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// Makes a template.
async fn create_template(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "post", |n| n.business.waba_id == waba_id)?;
        let body = parse(&headers, &body)?;
        let id = state.next_template_id();
        let templates = state.templates_of_mut(&waba_id);
        let template = manage::create(&body, id, templates)?;
        let answer = manage::taken(&template);
        shared.submitted(&waba_id, &template);
        templates.push(template);
        Ok(answer)
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// Deletes a template: in all languages by its name, in one by its id too.
async fn delete_template(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "delete", |n| n.business.waba_id == waba_id)?;
        let name = query.get("name").ok_or_else(|| ApiError::parameter("The parameter name is required."))?;
        let is_one = |template: &Template| {
            template.name == *name && query.get("hsm_id").is_none_or(|id| *id == template.id.to_string())
        };
        let templates = state.templates_of_mut(&waba_id);
        if !templates.iter().any(is_one) {
            return Err(ApiError::template(2593002, "Message template was not found"));
        }
        templates.retain(|template| !is_one(template));
        Ok(json!({"success": true}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// Begins the upload of an example.
async fn begin_sample(
    State(shared): Graph,
    Path(version): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), "app", "post", |_| true)?;
        let length = query.get("file_length").and_then(|length| length.parse::<usize>().ok());
        let length = length.ok_or_else(|| ApiError::parameter("The parameter file_length is required."))?;
        if !query.contains_key("file_name") || !query.contains_key("file_type") {
            return Err(ApiError::parameter("The parameters file_name and file_type are required."));
        }
        if state.samples.len() >= SAMPLES_MAX {
            state.samples.clear();
        }
        let id = format!("upload:{}", state.next_media_id(shared.options.seed));
        state.samples.insert(id.clone(), length);
        Ok(json!({"id": id}))
    });
    shared.answer_or_refuse("app", result)
}

/// The bytes of an example, or a changed template.
async fn change_object(
    State(shared): Graph,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        if id.starts_with("upload:") {
            let token =
                text_header(&headers, header::AUTHORIZATION).and_then(|word| word.strip_prefix("OAuth "));
            state.authenticate(token, &id, "post", |_| true)?;
            let length = state.samples.remove(&id).ok_or_else(|| ApiError::no_object(&id, "post"))?;
            let offset = headers.get("file_offset").and_then(|offset| offset.to_str().ok());
            if offset != Some("0") || body.len() != length {
                return Err(ApiError::parameter("The file is not whole"));
            }
            return Ok(json!({"h": format!("4::{}", id.trim_start_matches("upload:"))}));
        }
        let number = id.parse::<u64>().map_err(|_| ApiError::no_object(&id, "post"))?;
        let waba_id = state.account_of_template(number).ok_or_else(|| ApiError::no_object(&id, "post"))?;
        state.authenticate(bearer(&headers), &id, "post", |n| n.business.waba_id == waba_id)?;
        let body = parse(&headers, &body)?;
        let now_ms = shared.options.clock.now_ms();
        let template = state.templates_of_mut(&waba_id).iter_mut().find(|template| template.id == number);
        let template = template.ok_or_else(|| ApiError::no_object(&id, "post"))?;
        manage::edit(&body, template, now_ms)?;
        shared.submitted(&waba_id, template);
        let mut answer = manage::taken(template);
        answer["success"] = true.into();
        Ok(answer)
    });
    shared.answer_or_refuse(&id, result)
}

/// The numbers of an account.
async fn phone_numbers(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "get", |n| n.business.waba_id == waba_id)?;
        check_proof(&state, &shared.options.app_secret, bearer(&headers), query.get("appsecret_proof"))?;
        let data: Result<Vec<Value>, ApiError> = state
            .numbers_of(&waba_id)
            .iter()
            .map(|number| {
                select(number_json(number), query.get("fields").or(Some(&NUMBER_FIELDS.to_owned())))
            })
            .collect();
        Ok(json!({"data": data?}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// The app subscribes to an account's webhooks; an override of the address is not taken up.
async fn subscribed_apps(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let fits = |number: &Number| number.business.waba_id == waba_id;
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "post", fits)?;
        state.subscribed.insert(waba_id.clone());
        Ok(json!({"success": true}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// The app is sent no more of an account.
async fn unsubscribed_apps(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "delete", |n| n.business.waba_id == waba_id)?;
        state.subscribed.remove(&waba_id);
        Ok(json!({"success": true}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// The apps that are sent an account's webhooks.
async fn list_apps(
    State(shared): Graph,
    Path((version, waba_id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let state = lock(&shared.state);
        state.authenticate(bearer(&headers), &waba_id, "get", |n| n.business.waba_id == waba_id)?;
        let app = json!({"whatsapp_business_api_data": {"id": signup::APP_ID, "name": "Simulated app"}});
        let data = if state.subscribed.contains(&waba_id) { vec![app] } else { Vec::new() };
        Ok(json!({"data": data}))
    });
    shared.answer_or_refuse(&waba_id, result)
}

/// Registers a number for the API: at most ten times.
async fn register(
    State(shared): Graph,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &id, "post", |n| n.business.phone_number_id == id)?;
        let body = parse(&headers, &body)?;
        if body.get("messaging_product").and_then(Value::as_str) != Some("whatsapp") {
            return Err(ApiError::parameter("The parameter messaging_product is required."));
        }
        let pin = body.get("pin").and_then(Value::as_str).unwrap_or_default();
        if pin.len() != 6 || !pin.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(ApiError::new(133_008, "The two-step verification PIN must have six digits"));
        }
        if state.number(&id).is_some_and(|number| number.is_on_biz_app) {
            return Err(ApiError::parameter(
                "A number of the WhatsApp Business app is registered by its phone",
            ));
        }
        let times = state.registered.entry(id.clone()).or_default();
        if *times >= REGISTRATIONS_MAX {
            return Err(ApiError::new(133_016, "Account register Rate Limit Exceeded"));
        }
        *times += 1;
        state.change_number(&id, |number| "CONNECTED".clone_into(&mut number.status));
        Ok(json!({"success": true}))
    });
    shared.answer_or_refuse(&id, result)
}

/// Has what a number's phone keeps sent: each part once, within a day of its sign-up (Meta: onboarding business app users).
async fn smb_app_data(
    State(shared): Graph,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now_ms = shared.options.clock.now_ms();
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &id, "post", |n| n.business.phone_number_id == id)?;
        let body = parse(&headers, &body)?;
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if field("messaging_product") != "whatsapp" || body.as_object().is_none_or(|body| body.len() != 2) {
            return Err(ApiError::parameter("The parameters are messaging_product and sync_type."));
        }
        let part = match field("sync_type") {
            "smb_app_state_sync" => PhonePart::Contacts,
            "history" => PhonePart::History,
            _ => {
                return Err(ApiError::parameter(
                    "Param sync_type must be one of {smb_app_state_sync, history}",
                ));
            }
        };
        let signed_up_ms = state.signed_up_ms.get(&id).copied();
        if signed_up_ms.is_none_or(|at| now_ms - at >= BROUGHT_OVER_WITHIN_MS) {
            return Err(ApiError::new(
                2_593_108,
                "Synchronization request made outside of the allowed time window",
            ));
        }
        if !state.brought_over.insert((id.clone(), part)) {
            return Err(ApiError::new(2_593_107, "Synchronization request limit exceeded"));
        }
        let number = state.number(&id).cloned().ok_or_else(|| ApiError::no_object(&id, "post"))?;
        Ok((number, part))
    });
    let result = result.map(|(number, part)| {
        shared.outlet.bring_over(&number, part);
        json!({"messaging_product": "whatsapp", "request_id": shared.trace_id()})
    });
    shared.answer_or_refuse(&id, result)
}

/// A proof that comes along must be made with the secret of the token's app.
fn check_proof(
    state: &super::state::State,
    worlds_secret: &str,
    token: Option<&str>,
    proof: Option<&String>,
) -> Result<(), ApiError> {
    let (Some(proof), Some(token)) = (proof, token) else { return Ok(()) };
    let fits = |secret: Option<&str>| {
        let signed = payload::sign(secret.unwrap_or(worlds_secret), token.as_bytes());
        signed.strip_prefix("sha256=") == Some(proof.as_str())
    };
    if state.secrets_of(token).any(fits) {
        return Ok(());
    }
    Err(ApiError::parameter("Invalid appsecret_proof provided in the API argument"))
}

/// A number, or a medium.
async fn object(
    State(shared): Graph,
    Path((version, id)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let state = lock(&shared.state);
        if let Some(medium) = state.shelf.get(&id) {
            state.authenticate(bearer(&headers), &id, "get", |_| true)?;
            return Ok(shared.medium_json(medium));
        }
        state.authenticate(bearer(&headers), &id, "get", |n| n.business.phone_number_id == id)?;
        let number = state.number(&id).ok_or_else(|| ApiError::no_object(&id, "get"))?;
        select(number_json(number), query.get("fields").or(Some(&NUMBER_FIELDS.to_owned())))
    });
    shared.answer_or_refuse(&id, result)
}

/// An upload of the business.
async fn upload(
    State(shared): Graph,
    Path((version, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let result = check_version(&version).and_then(|()| {
        let mut state = lock(&shared.state);
        state.authenticate(bearer(&headers), &id, "post", |n| n.business.phone_number_id == id)?;
        let content_type = text_header(&headers, header::CONTENT_TYPE).unwrap_or_default();
        let (mime_type, bytes) = media::uploaded_file(content_type, &body)
            .ok_or_else(|| ApiError::parameter("The parameter file is required."))?;
        let media_id = state.next_media_id(shared.options.seed);
        state.shelf.put(Media { id: media_id.clone(), mime_type, bytes });
        Ok(json!({"id": media_id}))
    });
    shared.answer_or_refuse(&id, result)
}

/// A medium's bytes, with the bearer token and while the address is valid.
async fn download(
    State(shared): Graph,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let found = {
        let state = lock(&shared.state);
        let admitted = state.authenticate(bearer(&headers), &id, "get", |_| true);
        admitted.map(|()| state.shelf.get(&id).cloned())
    };
    let valid = query
        .get("ext")
        .and_then(|until_ms| until_ms.parse::<i64>().ok())
        .is_some_and(|until_ms| shared.options.clock.now_ms() < until_ms);
    match found {
        Ok(Some(medium)) if valid => {
            ([(header::CONTENT_TYPE, medium.mime_type)], medium.bytes).into_response()
        }
        Ok(_) => bare(404),
        Err(error) => shared.refuse(&error),
    }
}

impl Fault {
    /// Whether it comes instead of judging the request.
    fn is_instead(&self) -> bool {
        match self {
            Self::Silence | Self::Close | Self::Status(_) | Self::Code(_) | Self::TooMany => true,
            Self::AcceptThenSilence
            | Self::AcceptThenClose
            | Self::AcceptThenStatus(_)
            | Self::AcceptThenGarble
            | Self::Slow(_)
            | Self::FailLater(_)
            | Self::StatusBeforeAnswer => false,
        }
    }
}

impl Shared {
    /// The answer, if any, that a fault gives instead of judging the request.
    async fn instead(&self, cut: &Cut, fault: &Fault) -> Option<Response> {
        match fault {
            Fault::Silence => Some(self.silence().await),
            Fault::Close => Some(close(cut)),
            Fault::Status(status) => Some(bare(*status)),
            Fault::Code(code) => Some(self.refuse(&ApiError::new(*code, "simulated"))),
            Fault::TooMany => {
                let error = ApiError::new(4, "Application request limit reached");
                Some(error.answer(StatusCode::TOO_MANY_REQUESTS, &self.trace_id()))
            }
            _ => None,
        }
    }

    /// Never answers, until the server closes or the client leaves (then this future is dropped).
    async fn silence(&self) -> Response {
        self.closing.subscribe().wait_for(|closing| *closing).await.ok();
        let mut answer = bare(503);
        answer.extensions_mut().insert(Unseen);
        answer
    }

    fn trace_id(&self) -> String {
        let nth = self.traces.fetch_add(1, Ordering::Relaxed);
        format!("A{:016x}", Dice::of(self.options.seed, "trace", &nth.to_string()).bits())
    }

    fn refuse(&self, error: &ApiError) -> Response {
        error.answer(error.http_status(), &self.trace_id())
    }

    fn answer(&self, object: &str, body: &Value) -> Response {
        let usage = json!({object: [{
            "type": "whatsapp", "call_count": 1, "total_cputime": 1, "total_time": 1,
            "estimated_time_to_regain_access": 0,
        }]});
        let headers = [
            ("content-type", "application/json; charset=UTF-8".to_owned()),
            ("x-business-use-case-usage", usage.to_string()),
        ];
        (headers, body.to_string()).into_response()
    }

    pub(super) fn answer_or_refuse(&self, object: &str, result: Result<Value, ApiError>) -> Response {
        match result {
            Ok(body) => self.answer(object, &body),
            Err(error) => self.refuse(&error),
        }
    }

    fn medium_json(&self, medium: &Media) -> Value {
        let until_ms = self.options.clock.now_ms() + ADDRESS_VALID_MS;
        json!({
            "messaging_product": "whatsapp",
            "url": format!("http://{}/lookaside/{}?ext={until_ms}", self.address, medium.id),
            "mime_type": medium.mime_type, "sha256": medium.sha256_hex(),
            "file_size": medium.bytes.len(), "id": medium.id,
        })
    }
}

fn parse(headers: &HeaderMap, body: &Bytes) -> Result<Value, ApiError> {
    let is_json = text_header(headers, header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.to_ascii_lowercase().starts_with("application/json"));
    if !is_json {
        // Read as a form, such a body has no parameters at all.
        return Err(ApiError::parameter("The parameter messaging_product is required."));
    }
    serde_json::from_slice(body).map_err(|_| ApiError::parameter("Invalid parameter: the body is not JSON"))
}

pub(super) fn check_version(version: &str) -> Result<(), ApiError> {
    let number = version.strip_prefix('v').and_then(|rest| rest.split_once('.'));
    match number.map(|(major, minor)| (major.parse::<u32>(), minor.parse::<u32>())) {
        Some((Ok(_), Ok(_))) => Ok(()),
        _ => Err(ApiError::new(2500, format!("Unknown path components: /{version}"))),
    }
}

fn text_header(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    text_header(headers, header::AUTHORIZATION)?.strip_prefix("Bearer ").filter(|token| !token.is_empty())
}

fn bare(status: u16) -> Response {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

fn close(cut: &Cut) -> Response {
    cut.cut();
    let mut answer = bare(503);
    answer.extensions_mut().insert(Unseen);
    answer
}

/// Fields of a number given where none are asked for.
const NUMBER_FIELDS: &str = "verified_name,code_verification_status,display_phone_number,quality_rating";

fn number_json(number: &Number) -> Value {
    json!({
        "id": number.business.phone_number_id,
        "verified_name": number.verified_name,
        "display_phone_number": number.business.display_phone_number,
        "quality_rating": number.quality_rating,
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": number.status,
        "is_on_biz_app": number.is_on_biz_app,
        "platform_type": "CLOUD_API",
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "throughput": {"level": if number.throughput_per_s > 80 { "HIGH" } else { "STANDARD" }},
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
    })
}

/// Keeps the asked-for fields and the id; asking for one that does not exist is refused.
fn select(object: Value, fields: Option<&String>) -> Result<Value, ApiError> {
    let (mut all, fields) = match (object, fields) {
        (Value::Object(all), Some(fields)) => (all, fields),
        (object, _) => return Ok(object),
    };
    let mut kept = Map::new();
    for name in fields.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match all.remove(name) {
            Some(value) => {
                kept.insert(name.to_owned(), value);
            }
            None if kept.contains_key(name) => {}
            None => {
                return Err(ApiError::parameter(format!("Tried accessing nonexisting field ({name})")));
            }
        }
    }
    if let Some(id) = all.remove("id") {
        kept.insert("id".to_owned(), id);
    }
    Ok(Value::Object(kept))
}

fn cursor(position: usize) -> String {
    format!("QVFI{position:x}")
}

fn position(cursor: &str) -> Option<usize> {
    usize::from_str_radix(cursor.strip_prefix("QVFI")?, 16).ok()
}
