//! `/openapi.json` and `/docs`: the API described, for programs and for people.

use std::sync::{Arc, OnceLock};

use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::header;
use utoipa_swagger_ui::Config;

use super::{extract::Path, problem::Problem, router};

/// The document, encoded once.
pub(crate) fn openapi_json() -> &'static Bytes {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_json::to_vec(&router::openapi()).unwrap_or_default().into())
}

/// `GET /openapi.json`
pub(crate) async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi_json().clone())
}

/// `GET /docs`
pub(crate) async fn index() -> Redirect {
    Redirect::permanent("/docs/")
}

/// `GET /docs/`
pub(crate) async fn page() -> Result<Response, Problem> {
    file("index.html")
}

/// `GET /docs/{file}`
pub(crate) async fn asset(Path(path): Path<String>) -> Result<Response, Problem> {
    file(&path)
}

fn file(path: &str) -> Result<Response, Problem> {
    let config = Arc::new(Config::from("/openapi.json"));
    match utoipa_swagger_ui::serve(path, config) {
        Ok(Some(file)) => {
            Ok(([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response())
        }
        _ => Err(Problem::not_found("page")),
    }
}
