//! What handlers take from a request, and how they answer when it is not there.

use std::time::Duration;

use axum::{
    extract::{FromRef, FromRequest, FromRequestParts, OptionalFromRequestParts, Request},
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use http_body_util::BodyExt as _;
use serde::{Serialize, de::DeserializeOwned};
use switchboard_actors::house::Cause;
use switchboard_schema::{CorrelationId, json::problem_of};

use super::{Edge, problem::Problem};

/// Longest idempotency key, in characters.
pub(crate) const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// The header of idempotency keys.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// How much of a body is read, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    /// Bytes.
    pub(crate) bytes_max: usize,
    /// From the first byte to the last.
    pub(crate) timeout: Duration,
}

/// Bytes of a refused body that are read all the same, and for how long: a connection closed on a client
/// that still sends is reset, and the client would not see why.
const DISCARD_BYTES_MAX: usize = 8 * 1_024 * 1_024;
/// See [`DISCARD_BYTES_MAX`].
const DISCARD_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads what a client sends of a body that is refused, and keeps nothing of it.
pub(crate) async fn discard(mut body: axum::body::Body) {
    let read = async {
        let mut left = DISCARD_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Whoever is slower than that may miss the answer.
    let _in_time: Result<(), _> = tokio::time::timeout(DISCARD_TIMEOUT, read).await;
}

/// Where a body is kept while it arrives.
pub(crate) trait Room {
    /// Makes room for so many bytes in all; gives how many there is room for.
    ///
    /// # Errors
    /// When there is none.
    fn grow(&mut self, needed: usize) -> Result<usize, Problem>;
}

/// Room that nobody counts: for bodies that are small.
struct Uncounted;

impl Room for Uncounted {
    fn grow(&mut self, needed: usize) -> Result<usize, Problem> {
        Ok(needed)
    }
}

/// Reads a body whole, within limits.
///
/// # Errors
/// 413, 408, or 400 where the client went away.
pub(crate) async fn read_body(body: axum::body::Body, limits: BodyLimits) -> Result<Bytes, Problem> {
    Ok(read_body_into(Uncounted, body, limits).await?.0)
}

/// The same, into room that is taken as the body arrives, and given back with it.
///
/// # Errors
/// 413, 408, 400 where the client went away, or that there is no room.
pub(crate) async fn read_body_into<R: Room>(
    mut room: R,
    body: axum::body::Body,
    limits: BodyLimits,
) -> Result<(Bytes, R), Problem> {
    let too_large = || {
        let detail = format!("a body may have at most {} bytes here", limits.bytes_max);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    };
    if hyper::body::Body::size_hint(&body).lower() > limits.bytes_max as u64 {
        discard(body).await;
        return Err(too_large());
    }
    let read = async {
        let mut body = body;
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| {
                Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "the body ended before it was whole")
            })?;
            let Ok(data) = frame.into_data() else { continue };
            let needed = whole.len() + data.len();
            let grown = if needed > limits.bytes_max { Err(too_large()) } else { room.grow(needed) };
            match grown {
                Ok(bytes) => whole.reserve(bytes - whole.len()),
                Err(problem) => {
                    // The room is for others while the rest is read past.
                    drop((whole, data, room));
                    discard(body).await;
                    return Err(problem);
                }
            }
            whole.extend_from_slice(&data);
        }
        Ok((whole.freeze(), room))
    };
    tokio::time::timeout(limits.timeout, read).await.unwrap_or_else(|_| {
        Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", "the body did not arrive in time"))
    })
}

/// Does the request say that its body is JSON?
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
        let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// Parses JSON; the problem names the field.
///
/// # Errors
/// 400 for what is not JSON, 422 for JSON of another shape.
pub(crate) fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = field_of(error.path(), &error.inner().to_string());
        let inner = error.into_inner();
        if inner.classify() == serde_json::error::Category::Data {
            // The place in the text says little to a program; the field's path says it better.
            let detail = problem_of(&inner);
            Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
        } else {
            let detail = format!("the body is not JSON: {inner}");
            Problem { field, ..Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail) }
        }
    })?;
    deserializer.end().map_err(|error| {
        let detail = format!("the body is not JSON: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
    })?;
    Ok(parsed)
}

/// What serde says of a member that is not there. The path ends at what it is missing from.
const MISSING: &str = "missing field `";
/// What serde says of a member that should not be there, or not twice. The path may end at it or before it.
const UNWANTED: [&str; 2] = ["unknown field `", "duplicate field `"];

/// The path of the wrong field; nothing where the whole is wrong.
fn field_of(path: &serde_path_to_error::Path, detail: &str) -> Option<String> {
    let path = path.to_string();
    // A member may have no name at all, which would name nothing.
    let path = (!matches!(&*path, "" | "." | "?")).then_some(path);
    let missing = detail.strip_prefix(MISSING);
    let member = missing.or_else(|| UNWANTED.iter().find_map(|words| detail.strip_prefix(words)));
    let member = member.and_then(|rest| rest.split('`').next()).filter(|member| !member.is_empty());
    let Some(member) = member else { return path };
    match path {
        None => Some(member.to_owned()),
        Some(path) if missing.is_none() && path.rsplit('.').next() == Some(member) => Some(path),
        Some(path) => Some(format!("{path}.{member}")),
    }
}

/// A JSON body, within the API's limits.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Edge> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Problem> {
        Ok(Self(parse_json(&JsonBytes::from_request(request, edge).await?.0)?))
    }
}

/// The bytes of a JSON body, within the API's limits: for handlers that hash them before they read them.
#[derive(Debug)]
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl FromRequest<Edge> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "send the body as application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
        }
        read_body(request.into_body(), edge.body_limits).await.map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Ids from the path. What is not an id names nothing: 404.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Edge> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        <axum::extract::Path<T> as FromRequestParts<Edge>>::from_request_parts(parts, edge)
            .await
            .map(|path| Self(path.0))
            .map_err(|_| Problem::not_found("object"))
    }
}

/// Parameters from the query.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Edge> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, Problem> {
        parse_query(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// Parses a query; the problem names the parameter.
///
/// # Errors
/// 422 for parameters of another shape.
pub(crate) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    serde_path_to_error::deserialize(url_query(query)).map_err(|error| {
        let detail = error.inner().to_string();
        let field = field_of(error.path(), &detail);
        Problem { field, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail) }
    })
}

/// The query as a deserializer of texts, numbers and booleans.
fn url_query(query: &str) -> impl serde::Deserializer<'_, Error = serde::de::value::Error> {
    let pairs: Vec<(String, Text)> = url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), Text(value.into_owned())))
        .collect();
    serde::de::value::MapDeserializer::new(pairs.into_iter())
}

/// A text that may be read as a number, a boolean or an enumeration.
struct Text(String);

impl<'de> serde::de::IntoDeserializer<'de, serde::de::value::Error> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> serde::Deserializer<'de> for Text {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if self.0.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_u64<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let number = self.0.parse().map_err(|_| serde::de::Error::custom("must be a whole number"))?;
        visitor.visit_u64(number)
    }

    fn deserialize_bool<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.as_str() {
            "true" | "1" => visitor.visit_bool(true),
            "false" | "0" => visitor.visit_bool(false),
            _ => Err(serde::de::Error::custom("must be true or false")),
        }
    }

    fn deserialize_enum<V: serde::de::Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        use serde::de::IntoDeserializer as _;
        let deserializer: serde::de::value::StringDeserializer<Self::Error> = self.0.into_deserializer();
        deserializer.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The idempotency key; made up where the client gave none, so that it names this request alone.
#[derive(Debug, Clone)]
pub(crate) struct IdempotencyKey {
    /// The key.
    pub(crate) key: String,
    /// The client gave it, so it may come again.
    pub(crate) given: bool,
}

impl FromRequestParts<Edge> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IDEMPOTENCY_KEY) else {
            let made = CorrelationId::from_bytes(edge.access.entropy().id());
            return Ok(Self { key: made.to_string(), given: false });
        };
        Ok(Self { key: idempotency_key(value)?, given: true })
    }
}

/// Reads an idempotency key from its header.
///
/// # Errors
/// 422 for what is none.
pub(crate) fn idempotency_key(value: &HeaderValue) -> Result<String, Problem> {
    match value.to_str() {
        Ok(key) if is_idempotency_key(key) => Ok(key.to_owned()),
        _ => {
            let detail = format!("must have 1 to {IDEMPOTENCY_KEY_CHARS_MAX} visible ASCII characters");
            Err(Problem::invalid("Idempotency-Key", detail))
        }
    }
}

/// May this be an idempotency key?
pub(crate) fn is_idempotency_key(key: &str) -> bool {
    (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The version in `If-Match`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IfMatch(pub(crate) u64);

impl<S: Sync> OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        if_match(&parts.headers)
    }
}

/// The version in the headers' `If-Match`; nothing where any will do.
///
/// # Errors
/// 422 for what is no tag of ours.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<IfMatch>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.parse().ok()).map_or_else(
        || Err(Problem::invalid("If-Match", "must be the ETag of an earlier answer, such as \"3\"")),
        |version| Ok(Some(IfMatch(version))),
    )
}

/// This request's id, drawn by the outermost layer, and where in a trace it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Correlation(pub(crate) Cause);

impl<S: Sync> FromRequestParts<S> for Correlation {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().copied().ok_or_else(Problem::internal)
    }
}

/// Whence the request comes, as far as the proxies in front can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ClientAddress(pub(crate) std::net::IpAddr);

impl<S: Sync> FromRequestParts<S> for ClientAddress
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let peer =
            parts.extensions.get::<Peer>().map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        Ok(Self(client_address(peer, &parts.headers, Edge::from_ref(state).forwarded_hops)))
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) std::net::SocketAddr);

/// The address that the outermost of our own proxies saw.
pub(crate) fn client_address(peer: std::net::IpAddr, headers: &HeaderMap, hops: usize) -> std::net::IpAddr {
    if hops == 0 {
        return peer;
    }
    let forwarded: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let ours = forwarded.len().checked_sub(hops).and_then(|index| forwarded.get(index));
    ours.and_then(|address| address.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "only its parsing matters")]
        text: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing matters")]
        body: String,
    }

    #[test]
    fn json_of_another_shape_names_the_field() {
        let problem = parse_json::<Body>(br#"{"text":{"body":5}}"#).unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.field.as_deref()), (422, Some("text.body")));
        assert_eq!(problem.detail, "invalid type: integer, expected a string", "and not what was there");
    }

    #[test]
    fn a_member_without_a_name_is_not_named_as_the_field() {
        let problem = parse_json::<Body>(br#"{"":"x;"#).unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.field), (400, None));
    }

    #[test]
    fn a_member_that_is_missing_or_should_not_be_is_the_field() {
        for (text, field) in [
            (&br#"{}"#[..], Some("text")),
            (br#"{"text":{}}"#, Some("text.body")),
            (br#"{"text":{"body":"x","text":"x"}}"#, Some("text.text")),
            (br#"{"text":{"body":"x","tone":"x"}}"#, Some("text.tone")),
            (br#"{"text":{"body":"x","body":"x"}}"#, Some("text.body")),
            (br#"{"text":{"body":"x"},"text":{"body":"x"}}"#, Some("text")),
            (br#"[]"#, None),
            (br#"5"#, None),
        ] {
            let problem = parse_json::<Body>(text).unwrap_err();
            let text = String::from_utf8_lossy(text);
            assert_eq!((problem.status.as_u16(), problem.field.as_deref()), (422, field), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in [&b"{\"text\""[..], b"", b"{\"text\":{\"body\":\"x\"}} more"] {
            let problem = parse_json::<Body>(text).unwrap_err();
            assert_eq!((problem.status.as_u16(), &*problem.code), (400, "malformed_json"));
        }
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Params {
        limit: Option<u64>,
        view: Option<String>,
        #[serde(default)]
        fresh: bool,
    }

    #[test]
    fn a_query_gives_numbers_and_names_what_is_none() {
        let parse = |query| serde_path_to_error::deserialize::<_, Params>(url_query(query));
        let params = parse("limit=5&view=team%3Ax&fresh=true&other=1").unwrap();
        assert_eq!(params, Params { limit: Some(5), view: Some("team:x".to_owned()), fresh: true });
        assert_eq!(parse("limit=").unwrap().limit, None);
        let error = parse("limit=many").unwrap_err();
        assert_eq!(
            (error.path().to_string().as_str(), error.inner().to_string().as_str()),
            ("limit", "must be a whole number")
        );
    }

    #[test]
    fn a_query_without_what_it_needs_names_it() {
        #[derive(Debug, Deserialize)]
        struct Needs {
            #[expect(dead_code, reason = "only its parsing matters")]
            channel_id: String,
        }
        let field = |query| {
            let error = serde_path_to_error::deserialize::<_, Needs>(url_query(query)).unwrap_err();
            field_of(error.path(), &error.inner().to_string())
        };
        assert_eq!(field("").as_deref(), Some("channel_id"));
        assert_eq!(field("other=1").as_deref(), Some("channel_id"));
        assert_eq!(field("channel_id=1&channel_id=2").as_deref(), Some("channel_id"));
    }

    #[test]
    fn content_types_are_told_apart() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            is_json(&headers)
        };
        assert!(check("application/json"));
        assert!(check("Application/JSON; charset=utf-8"));
        assert!(check("application/problem+json"));
        assert!(!check("text/plain"));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn only_addresses_our_own_proxies_wrote_are_believed() {
        let peer: std::net::IpAddr = "10.0.0.1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "6.6.6.6, 203.0.113.9".parse().unwrap());
        assert_eq!(client_address(peer, &headers, 0), peer);
        assert_eq!(client_address(peer, &headers, 1).to_string(), "203.0.113.9");
        assert_eq!(client_address(peer, &headers, 3), peer);
    }
}
