//! The web app, built into the binary: files by name, and its page for every other address.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::RustEmbed;
use switchboard_schema::hex;

use super::problem::Problem;

/// The folder of files whose names hold their hash: they never change.
const HASHED_FOLDER: &str = "assets/";
/// First segments of addresses that are not the app's: an unknown one there is a mistake of a program.
const NOT_THE_APPS: [&str; 6] = ["api", "webhooks", "v1", "docs", "assets", "media"];

#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Dist;

/// Answers every address that no route has.
pub(crate) async fn fallback(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let path = uri.path().trim_start_matches('/');
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(no_such_address());
    }
    if let Some(response) = file(path, &headers) {
        return Ok(response);
    }
    let first = path.split('/').next().unwrap_or_default();
    let looks_like_a_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if NOT_THE_APPS.contains(&first) || looks_like_a_file {
        return Err(no_such_address());
    }
    file("index.html", &headers).ok_or_else(no_such_address)
}

fn no_such_address() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is nothing at this address; /docs lists what there is",
    )
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let path = if path.is_empty() { "index.html" } else { path };
    let file = Dist::get(path)?;
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let caching =
        if path.starts_with(HASHED_FOLDER) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let tag = HeaderValue::try_from(tag).ok()?;
    let caching = HeaderValue::from_static(caching);
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Some(
            (StatusCode::NOT_MODIFIED, [(header::ETAG, tag), (header::CACHE_CONTROL, caching)])
                .into_response(),
        );
    }
    let kind = HeaderValue::from_static(content_type(path));
    let headers = [(header::CONTENT_TYPE, kind), (header::ETAG, tag), (header::CACHE_CONTROL, caching)];
    Some((headers, file.data.into_owned()).into_response())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(method: Method, path: &str) -> Result<(u16, String), u16> {
        let response = fallback(method, path.parse().unwrap(), HeaderMap::new()).await;
        response
            .map(|response| {
                let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
                (response.status().as_u16(), kind)
            })
            .map_err(|problem| problem.status.as_u16())
    }

    #[tokio::test]
    async fn the_apps_page_answers_every_address_of_the_app() {
        let page = Ok((200, "text/html; charset=utf-8".to_owned()));
        assert_eq!(answer(Method::GET, "/").await, page);
        assert_eq!(answer(Method::GET, "/inbox/cnv_1").await, page);
    }

    #[tokio::test]
    async fn mistaken_addresses_are_not_found() {
        assert_eq!(answer(Method::GET, "/api/v1/nothing").await, Err(404));
        assert_eq!(answer(Method::GET, "/assets/gone-1234.js").await, Err(404));
        assert_eq!(answer(Method::GET, "/favicon.nothing").await, Err(404));
        assert_eq!(answer(Method::POST, "/inbox").await, Err(404));
    }
}
