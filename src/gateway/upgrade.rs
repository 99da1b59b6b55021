//! `GET /api/v1/socket`.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use ring::digest;
use switchboard_actors::{
    House, Refusal,
    fanout::{self, Opener, close_frame},
};
use switchboard_schema::{SocketId, wire::CloseCode};
use tokio::net::TcpStream;

use super::{
    commands::Work,
    line::Line,
    rechecks,
    session::{Connection, Farewell, Session, greet},
};
use crate::{
    access::{Access, Caller, Denied},
    boot::accept::Place,
    http::problem::Problem,
    notifications::Notifications,
};

/// What RFC 6455 adds to the client's key.
const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// The version of WebSocket that is spoken.
const VERSION: &str = "13";
/// How long the answer to the upgrade may take to be sent.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a socket's commands go to.
struct Inside {
    house: House,
    access: Arc<Access>,
    notifications: Notifications,
}

/// Opens a socket. Whoever asks properly gets one, and hears in its close code why it may not stay.
pub(crate) async fn upgrade(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    State(notifications): State<Notifications>,
    mut request: Request,
) -> Result<Response, Problem> {
    let accept = match accept_of(request.headers()) {
        Ok(accept) => accept,
        Err(problem) => return Ok(refused(problem)),
    };
    let ticket = ticket_of(request.uri().query());
    let on_upgrade = hyper::upgrade::on(&mut request);
    let place = request.extensions_mut().remove::<Place>();
    let (parts, body) = request.into_parts();
    // Whatever body there is must not be read as frames; an upgrade has none.
    drop(body);
    let admitted = access.authenticate(&parts.headers, ticket.as_deref()).await;
    drop(parts);
    if fanout::local().is_none() {
        return Err(Refusal::Stopping.into());
    }
    tokio::task::spawn_local(complete(on_upgrade, place, admitted, Inside { house, access, notifications }));
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers).into_response())
}

/// Takes the connection over once the answer is sent, and hands it to a task of its own, so that nothing of
/// the request outlives it.
async fn complete(
    on_upgrade: OnUpgrade,
    place: Option<Place>,
    admitted: Result<Caller, Denied>,
    inside: Inside,
) {
    if let Some((stream, early)) = take_over(on_upgrade).await {
        begin(Connection { stream: Rc::new(stream), early, place }, admitted, inside);
    }
}

/// The connection, and what the client has sent behind its request.
pub(super) async fn take_over(on_upgrade: OnUpgrade) -> Option<(TcpStream, Bytes)> {
    let upgraded = tokio::time::timeout(UPGRADE_TIMEOUT, on_upgrade).await.ok()?.ok()?;
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        tracing::error!("a socket's connection is not plain TCP: something stands between it and hyper");
        return None;
    };
    // hyper hands over its whole read buffer, also when it is empty: keep only what is in it.
    let early = Bytes::copy_from_slice(&parts.read_buf);
    let stream = parts.io.into_inner();
    stream.set_nodelay(true).ok()?;
    Some((stream, early))
}

fn begin(connection: Connection, admitted: Result<Caller, Denied>, inside: Inside) {
    let Inside { house, access, notifications } = inside;
    let Some(fanout) = fanout::local() else { return };
    let stream = Rc::clone(&connection.stream);
    let id = SocketId::from_bytes(access.entropy().id());
    let open = |opener| fanout.open(id, opener, Box::new(Line(Rc::clone(&stream))));
    let opened = match admitted {
        Ok(caller) => open(Some(opener_of(&caller))).map(|socket| (socket, caller)),
        Err(denied) => Err(code_of(&denied)),
    };
    match opened {
        Ok((socket, caller)) => {
            let workspace_id = caller.scope.tenant();
            let work = Rc::new(Work {
                socket,
                house,
                access,
                notifications,
                caller,
                active_at: Cell::default(),
                viewed_at: Cell::default(),
                typed_at: Cell::default(),
            });
            greet(&work.socket, workspace_id);
            rechecks::watch(&work);
            tokio::task::spawn_local(Session::new(connection, work));
        }
        Err((code, reason)) => match open(None) {
            Ok(socket) => {
                socket.close(code, reason);
                tokio::task::spawn_local(Session::new(connection, Rc::new(Farewell(socket))));
            }
            // Not even room to say it properly.
            Err((code, reason)) => drop(stream.try_write(&close_frame(code.as_u16(), reason))),
        },
    }
}

fn opener_of(caller: &Caller) -> Opener {
    let credential = *caller.credential.id().as_bytes();
    let person = caller.person();
    let name = person.map_or(credential, |user| *user.as_bytes());
    Opener { scope: caller.scope, caller: name, credential, person }
}

/// How a refusal is said on a socket.
fn code_of(denied: &Denied) -> (CloseCode, &'static str) {
    match denied {
        Denied::NotSignedIn => (CloseCode::NotSignedIn, "sign in, or bring an API key or a ticket"),
        Denied::Origin | Denied::Csrf => {
            (CloseCode::NotAllowed, "the sign-in's cookie works from this server's own pages only")
        }
        Denied::TooMany(_) => (CloseCode::TooMany, "too many attempts: wait before the next"),
        Denied::Refused(_) => {
            (CloseCode::Restarting, "it cannot be known now who you are: connect again in a moment")
        }
    }
}

/// A refused upgrade. Where a proper one is required it says to what, as RFC 9110 (15.5.22) and RFC 6455 (4.4) ask.
fn refused(problem: Problem) -> Response {
    let required = problem.status == StatusCode::UPGRADE_REQUIRED;
    let mut response = problem.into_response();
    if required {
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static(VERSION));
    }
    response
}

/// The answer to the client's key.
///
/// # Errors
/// When the request is not a proper upgrade.
pub(crate) fn accept_of(headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    let upgrade_required =
        |detail: &'static str| Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail);
    if !has_token(headers, &header::UPGRADE, "websocket") {
        return Err(upgrade_required("this address speaks WebSocket: send `Upgrade: websocket`"));
    }
    if !has_token(headers, &header::CONNECTION, "upgrade") {
        let detail =
            "send `Connection: Upgrade` with `Upgrade: websocket`; a proxy between may have removed it";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed_upgrade", detail));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes) != Some(VERSION.as_bytes()) {
        return Err(upgrade_required(
            "this address speaks version 13 of WebSocket: `Sec-WebSocket-Version: 13`",
        ));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes).unwrap_or_default();
    if STANDARD.decode(key).ok().is_none_or(|key| key.len() != 16) {
        let detail = "`Sec-WebSocket-Key` must be 16 bytes in base64";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed_upgrade", detail));
    }
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(key);
    context.update(KEY_SUFFIX);
    let accept = STANDARD.encode(context.finish());
    HeaderValue::try_from(accept).map_err(|_| Problem::internal())
}

/// Does one of the header's lists hold this token?
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// The ticket in a query.
pub(crate) fn ticket_of(query: Option<&str>) -> Option<String> {
    url::form_urlencoded::parse(query?.as_bytes())
        .find(|(name, _)| name == "ticket")
        .map(|(_, ticket)| ticket.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proper() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("WebSocket"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ=="));
        headers
    }

    #[test]
    fn the_key_of_the_rfc_is_answered_as_the_rfc_says() {
        assert_eq!(accept_of(&proper()).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_not_a_proper_upgrade_is_refused_with_what_to_do() {
        let cases: [(HeaderName, Option<&'static str>, u16); 6] = [
            (header::UPGRADE, None, 426),
            (header::UPGRADE, Some("h2c"), 426),
            (header::CONNECTION, Some("keep-alive"), 400),
            (header::SEC_WEBSOCKET_VERSION, Some("8"), 426),
            (header::SEC_WEBSOCKET_KEY, None, 400),
            (header::SEC_WEBSOCKET_KEY, Some("c2hvcnQ="), 400),
        ];
        for (name, value, status) in cases {
            let mut headers = proper();
            headers.remove(&name);
            if let Some(value) = value {
                headers.insert(&name, HeaderValue::from_static(value));
            }
            let refused = refused(accept_of(&headers).unwrap_err());
            assert_eq!(refused.status().as_u16(), status, "{name}: {value:?}");
            let says = [header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_VERSION]
                .map(|name| refused.headers().get(name).map(HeaderValue::as_bytes));
            let required =
                [&b"Upgrade"[..], b"websocket", b"13"].map(|value| (status == 426).then_some(value));
            assert_eq!(says, required, "{name}: {value:?}");
        }
    }

    #[test]
    fn a_ticket_is_found_among_other_parameters() {
        assert_eq!(ticket_of(Some("a=b&ticket=x%2Ey")).as_deref(), Some("x.y"));
        assert_eq!(ticket_of(Some("a=b")), None);
        assert_eq!(ticket_of(None), None);
    }
}
