//! `/api/v1/media`: files that go with messages, and links to them.
//!
//! Every file is hostile: a browser is told what its bytes are, never what somebody said they are; what could carry a
//! script is only ever offered for saving; and whatever is shown in place may load and run nothing.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody as _},
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use switchboard_actors::{House, Refusal, house::StoredFile};
use switchboard_domain::{
    conversation::MAX_FILENAME_CHARS,
    media::{MAX_FILE_BYTES, is_inline, max_bytes},
};
use switchboard_schema::{
    BlobId, ChannelId, MediaId, TenantScope,
    record::MEDIA_PART_BYTES,
    wire::{self, MediaState},
};

use super::{
    extract::{IdempotencyKey, Json, Path, Query, discard},
    problem::Problem,
};
use crate::access::{
    May,
    permit::{Answer, Read},
};

/// What a browser may do with a file: nothing but show it.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'; sandbox";
/// How long the next piece of a file may take to arrive.
const PIECE_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a file never change under its id; whoever signs out takes them along ([`super::sessions`]).
const CACHING: &str = "private, max-age=31536000, immutable";
/// What was had by a link is asked for again: the link ends.
const CACHING_OF_LINK: &str = "private, no-cache";

/// Which of a file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// The small picture of it, where there is one; else the file.
    #[serde(default)]
    thumbnail: bool,
}

/// The bytes of a file
///
/// With ranges. One that is not here answers 409 with the code `media_waiting` or `media_failed`, one whose bytes are lost 410 with `media_gone`.
#[utoipa::path(get, path = "/api/v1/media/{id}", tag = "media", params(("id" = MediaId, Path), Params),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "A range of it"), (status = 304, description = "Known already")))]
pub(crate) async fn get(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<MediaId>,
    Query(params): Query<Params>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = house.file(caller.scope, id).await?;
    answer(house, caller.scope, file, params.thumbnail, &headers, CACHING).await
}

/// What a file is uploaded as.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadParams {
    /// The channel that it is to be sent through.
    channel_id: ChannelId,
    /// As what it is to be sent: refused at once where it cannot be.
    kind: Option<wire::MediaKind>,
    /// Its name.
    filename: Option<String>,
}

/// Upload a file
///
/// The body is the file, as it is. The answer's `media_id` goes into messages.
#[utoipa::path(post, path = "/api/v1/media", tag = "media", params(UploadParams),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = wire::MediaFacts)))]
pub(crate) async fn upload(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Query(params): Query<UploadParams>,
    body: Body,
) -> Result<(StatusCode, Json<wire::MediaFacts>), Problem> {
    let most = params.kind.map_or(MAX_FILE_BYTES, max_bytes);
    let too_large = || {
        let detail = format!("a file of this kind has at most {most} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    };
    if body.size_hint().lower() > most {
        discard(body).await;
        return Err(too_large());
    }
    let filename =
        params.filename.map(|name| name.trim().chars().take(MAX_FILENAME_CHARS).collect::<String>());
    let filename = filename.filter(|name| !name.is_empty());
    let mut incoming = house.incoming(caller.scope);
    let mut pieces = body.into_data_stream();
    loop {
        let piece = tokio::time::timeout(PIECE_TIMEOUT, pieces.next()).await.map_err(|_| {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", "the file did not arrive in time")
        })?;
        let Some(piece) = piece else { break };
        let piece = piece.map_err(|_| {
            Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "the file ended before it was whole")
        })?;
        if incoming.push(piece).await? > most {
            discard(Body::from_stream(pieces)).await;
            return Err(too_large());
        }
    }
    let scope = caller.scope;
    let principal = caller.principal.key_space();
    let id =
        MediaId::derived(&[b"upload", scope.tenant().as_bytes(), principal.as_bytes(), key.key.as_bytes()]);
    let facts = house.keep_upload(scope, id, params.channel_id, params.kind, filename, incoming).await?;
    Ok((StatusCode::CREATED, Json(facts)))
}

/// What is known of a file
#[utoipa::path(get, path = "/api/v1/media/{id}/facts", tag = "media", params(("id" = MediaId, Path)),
    responses((status = 200, body = wire::MediaFacts)))]
pub(crate) async fn facts(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<MediaId>,
) -> Result<Json<wire::MediaFacts>, Problem> {
    Ok(Json(house.file(caller.scope, id).await?.facts))
}

/// Make a link to a file
///
/// Whoever has it can read the file for a quarter of an hour, without signing in. It is good for this file alone.
#[utoipa::path(post, path = "/api/v1/media/{id}/links", tag = "media", params(("id" = MediaId, Path)),
    responses((status = 201, body = wire::MediaLink)))]
pub(crate) async fn link(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<MediaId>,
) -> Result<(StatusCode, Json<wire::MediaLink>), Problem> {
    Ok((StatusCode::CREATED, Json(house.link_to_file(caller.scope, id).await?)))
}

/// `/media/{token}`: a file by its link. A tampered link, one that has run out and one that names nothing are answered
/// alike.
pub(crate) async fn by_link(
    State(house): State<House>,
    axum::extract::Path(token): axum::extract::Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (scope, id) = house.file_of_link(&token)?;
    let file = house.file(scope, id).await?;
    answer(house, scope, file, false, &headers, CACHING_OF_LINK).await
}

async fn answer(
    house: House,
    scope: TenantScope,
    file: StoredFile,
    thumbnail: bool,
    asked: &HeaderMap,
    caching: &'static str,
) -> Result<Response, Problem> {
    let StoredFile { facts, parts, thumbnail: small } = file;
    match facts.state {
        MediaState::Ready => {}
        MediaState::Waiting => {
            let message = "This file is still being fetched.".to_owned();
            return Err(Refusal::Rule { code: "media_waiting", message }.into());
        }
        MediaState::Failed => {
            let message = facts.problem.unwrap_or_else(|| "This file did not come.".to_owned());
            return Err(Refusal::Rule { code: "media_failed", message }.into());
        }
    }
    let small = small.filter(|_| thumbnail);
    let tag = format!("\"{}{}\"", facts.media_id, if small.is_some() { "-small" } else { "" });
    let tag = HeaderValue::try_from(tag).map_err(|_| Problem::internal())?;
    if asked.get(header::IF_NONE_MATCH) == Some(&tag) {
        let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static(caching))];
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    if let Some(small) = small {
        let bytes = house.part(scope, small).await.map_err(|refusal| unread(facts.media_id, refusal))?;
        let headers = headers_of("image/jpeg", None, tag, bytes.len() as u64, caching);
        return Ok((headers, bytes).into_response());
    }
    let size = facts.size.unwrap_or_default();
    let mime =
        if is_inline(&facts.mime_type) { facts.mime_type.as_str() } else { "application/octet-stream" };
    let saved_as = (!is_inline(&facts.mime_type)).then(|| facts.filename.as_deref().unwrap_or("file"));
    let (status, first, length) = match range_of(asked, size) {
        Wanted::All => (StatusCode::OK, 0, size),
        Wanted::Range(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
        Wanted::Nothing => {
            let range = HeaderValue::try_from(format!("bytes */{size}")).map_err(|_| Problem::internal())?;
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response());
        }
    };
    let mut headers = headers_of(mime, saved_as, tag, length, caching);
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {first}-{}/{size}", first + length - 1);
        headers.insert(header::CONTENT_RANGE, HeaderValue::try_from(range).map_err(|_| Problem::internal())?);
    }
    let id = facts.media_id;
    let mut bytes = Box::pin(bytes_of(house, scope, parts, first, length));
    // The first part before the answer: once that has begun, all that can be said is that it broke off.
    let begun = bytes.next().await.transpose().map_err(|refusal| unread(id, refusal))?;
    let rest = bytes.inspect_err(move |refusal| tracing::warn!(media = %id, %refusal, "a file broke off"));
    let begun = stream::iter(begun.map(Ok::<_, Refusal>));
    Ok((status, headers, Body::from_stream(begun.chain(rest))).into_response())
}

/// What is answered for a file whose bytes cannot be read: one of which they are gone does not come back by itself.
fn unread(id: MediaId, refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Broken(why) => {
            tracing::error!(media = %id, why, "the bytes of a file are not where they were kept");
            let detail = "the bytes of this file are not there any more; ask for it to be sent again";
            Problem::new(StatusCode::GONE, "media_gone", detail)
        }
        refusal => refusal.into(),
    }
}

fn headers_of(
    mime: &str,
    saved_as: Option<&str>,
    tag: HeaderValue,
    length: u64,
    caching: &'static str,
) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mime = HeaderValue::try_from(mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, tag);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    let disposition = saved_as.map_or_else(|| "inline".to_owned(), disposition);
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers
}

/// How a browser is told to save a file, under a name that leads nowhere else (RFC 6266).
fn disposition(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || " .-_()".contains(letter) { letter } else { '_' })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// What of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// All of it; also where several ranges, or something odd, were asked for.
    All,
    /// From the first to the last byte named.
    Range(u64, u64),
    /// A range outside of it.
    Nothing,
}

/// Reads `Range` (RFC 9110).
fn range_of(headers: &HeaderMap, size: u64) -> Wanted {
    let Some(range) = headers.get(header::RANGE).and_then(|range| range.to_str().ok()) else {
        return Wanted::All;
    };
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::All;
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.trim().is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(last)) if first.trim().is_empty() && last > 0 => {
            (size.saturating_sub(last), size.saturating_sub(1))
        }
        _ => return Wanted::All,
    };
    if range.0 >= size { Wanted::Nothing } else { Wanted::Range(range.0, range.1) }
}

/// A range of a file, read part by part as it is taken.
fn bytes_of(
    house: House,
    scope: TenantScope,
    parts: Vec<BlobId>,
    first: u64,
    length: u64,
) -> impl Stream<Item = Result<Bytes, Refusal>> + Send + 'static {
    stream::unfold((house, parts, first, length), move |(house, parts, at, left)| async move {
        if left == 0 {
            return None;
        }
        let part_bytes = MEDIA_PART_BYTES as u64;
        let index = usize::try_from(at / part_bytes).unwrap_or(usize::MAX);
        let read = match parts.get(index) {
            Some(id) => house.part(scope, *id).await,
            None => Err(Refusal::Broken("a file is shorter than it says".to_owned())),
        };
        match read {
            Ok(part) => {
                let from = usize::try_from(at % part_bytes).unwrap_or(0).min(part.len());
                let most = usize::try_from(left).unwrap_or(usize::MAX).min(part.len() - from);
                if most == 0 {
                    return Some((
                        Err(Refusal::Broken("a part of a file is short".to_owned())),
                        (house, parts, at, 0),
                    ));
                }
                let piece = part.slice(from..from + most);
                Some((Ok(piece), (house, parts, at + most as u64, left - most as u64)))
            }
            Err(refusal) => Some((Err(refusal), (house, parts, at, 0))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(range: &str) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::try_from(range).expect("a header"));
        range_of(&headers, 1_000)
    }

    #[test]
    fn a_range_is_read_from_either_end_and_cut_at_the_files() {
        assert_eq!(wanted("bytes=0-99"), Wanted::Range(0, 99));
        assert_eq!(wanted("bytes=900-"), Wanted::Range(900, 999));
        assert_eq!(wanted("bytes=-100"), Wanted::Range(900, 999));
        assert_eq!(wanted("bytes=500-5000"), Wanted::Range(500, 999));
        assert_eq!(wanted("bytes=-5000"), Wanted::Range(0, 999));
        assert_eq!(wanted("bytes=1000-"), Wanted::Nothing);
    }

    #[test]
    fn what_is_no_single_range_is_answered_with_all() {
        for odd in ["bytes=5-2", "bytes=a-b", "bytes=-", "items=0-1", "bytes=0-1,5-9", "bytes=-0"] {
            assert_eq!(wanted(odd), Wanted::All, "{odd}");
        }
        assert_eq!(range_of(&HeaderMap::new(), 1_000), Wanted::All);
    }

    #[test]
    fn a_files_name_leads_nowhere_else_and_ends_no_header() {
        let name = "../../etc/ra\"port\r\nSet-Cookie: x; é.html";
        let told = disposition(name);
        assert!(!told.contains(['\r', '\n', '/']), "{told}");
        assert!(told.starts_with("attachment; filename=\"ra_port__Set-Cookie_ x_ _.html\""), "{told}");
        assert!(HeaderValue::try_from(told).is_ok());
    }
}
