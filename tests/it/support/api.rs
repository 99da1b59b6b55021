//! A small client of the HTTP API.

use http::{HeaderMap, Method};
use serde_json::Value;

use super::server::{Address, Workspace};

/// An HTTP client with connections of its own.
pub(crate) fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().timeout(super::PATIENCE).build();
    client.expect("an http client")
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    address: Address,
    headers: Vec<(String, String)>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Api {
    /// Nobody in particular.
    pub(crate) fn nobody(address: Address) -> Self {
        Self { http: client(), address, headers: Vec::new() }
    }

    /// A program with the workspace's key.
    pub(crate) fn of(address: Address, workspace: &Workspace) -> Self {
        Self::nobody(address).with("authorization", &format!("Bearer {}", workspace.api_key))
    }

    /// The same with one header more on each request.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut more = self.clone();
        more.headers.push((name.to_owned(), value.to_owned()));
        more
    }

    /// The same with an idempotency key.
    #[must_use]
    pub(crate) fn keyed(&self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// Whoever was just signed in, as a browser is.
    #[must_use]
    pub(crate) fn signed_in(&self, answer: Answer) -> Self {
        let set_cookie = answer.headers.get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = set_cookie.and_then(|text| text.split(';').next()).unwrap_or_default().to_owned();
        let me = answer.of(201);
        let token = me["csrf_token"].as_str().expect("a token").to_owned();
        Self::nobody(self.address.clone()).with("cookie", &cookie).with("x-csrf-token", &token)
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Option<reqwest::Response> {
        let url = format!("http://{}{path}", self.address.now().await);
        let mut request = self.http.request(method, url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.ok()
    }

    /// Fetches what need not be JSON; nothing where no answer came.
    pub(crate) async fn fetch(&self, path: &str) -> Option<reqwest::Response> {
        self.send(Method::GET, path, None).await
    }

    /// One request; nothing where no answer came.
    pub(crate) async fn try_ask(&self, method: Method, path: &str, body: Option<&Value>) -> Option<Answer> {
        let response = self.send(method, path, body).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.ok()?;
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Some(Answer { status, headers, body })
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let answer = self.try_ask(method.clone(), path, body).await;
        answer.unwrap_or_else(|| panic!("{method} {path} was not answered"))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.ask(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None).await
    }

    /// The first sample of a metric whose name and labels begin so; 0 where there is none.
    pub(crate) async fn metric(&self, begins: &str) -> f64 {
        let answer = self.get("/metrics").await;
        let text = answer.body.as_str().expect("metrics are text").to_owned();
        let line = text.lines().find(|line| line.starts_with(begins));
        line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
    }
}

impl Answer {
    /// The body of an answer with this status.
    #[track_caller]
    pub(crate) fn of(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// Is it a problem as RFC 9457 has it, of this status and code?
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["status"], status);
        for name in ["type", "title", "detail"] {
            assert!(self.body[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {}", self.body);
        }
        let correlation = self.headers["x-correlation-id"].to_str().expect("visible");
        assert_eq!(self.body["correlation_id"], correlation);
    }
}
