//! Mail through Resend's HTTP API: one request a mail, which carries the mail's id, so that Resend takes it once however
//! often it is tried within a day.

use std::{fmt::Write as _, time::Duration};

use lettre::message::Mailbox;
use reqwest::{
    StatusCode, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use switchboard_ports::{
    Future,
    mail::{MAIL_TIMEOUT, Mail, MailError, Mailer},
};
use tokio::runtime::Handle;

use super::{Misconfigured, reason};

/// Resend's own address.
pub const DEFAULT_API_URL: &str = "https://api.resend.com";
/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;
/// What it is told who asks; it refuses whoever says nothing.
const USER_AGENT: &str = concat!("switchboard/", env!("CARGO_PKG_VERSION"));

/// Resend.
#[derive(Debug, Clone)]
pub struct Resend {
    http: reqwest::Client,
    emails: Url,
    authorization: HeaderValue,
    from: String,
    runtime: Handle,
}

/// What it says where it refuses.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
}

impl Resend {
    /// Requests go to `api_url` under the key and run on `runtime`.
    ///
    /// # Errors
    /// When the address or the key cannot be one, or no client can be made.
    pub fn new(
        api_url: &Url,
        api_key: &SecretString,
        from: &Mailbox,
        runtime: Handle,
    ) -> Result<Self, Misconfigured> {
        let wrong = |key, problem: &str| Misconfigured { key, problem: problem.to_owned() };
        let mut emails = api_url.clone();
        emails
            .path_segments_mut()
            .map_err(|()| wrong("resend.api_url", "must begin with http:// or https://"))?
            .pop_if_empty()
            .push("emails");
        let bearer = format!("Bearer {}", api_key.expose_secret());
        let mut authorization = HeaderValue::try_from(bearer)
            .map_err(|_| wrong("resend.api_key", "has characters that no key has"))?;
        authorization.set_sensitive(true);
        let http = reqwest::Client::builder()
            .timeout(MAIL_TIMEOUT)
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .http1_only()
            .build()
            .map_err(|error| Misconfigured { key: "resend.api_url", problem: error.to_string() })?;
        Ok(Self { http, emails, authorization, from: from.to_string(), runtime })
    }

    async fn post(&self, mail: Mail) -> Result<(), MailError> {
        let mut key = String::from("switchboard-");
        for byte in mail.id {
            write!(key, "{byte:02x}").map_err(|error| MailError::Refused(error.to_string()))?;
        }
        let body = serde_json::json!({
            "from": self.from, "to": [mail.to], "subject": mail.subject, "text": mail.text,
        });
        let request = self
            .http
            .post(self.emails.clone())
            .header(AUTHORIZATION, self.authorization.clone())
            .header("idempotency-key", key)
            .json(&body);
        let answer = request.send().await.map_err(|error| MailError::passing(untold(error)))?;
        let (status, after) = (answer.status(), retry_after(answer.headers()));
        if status.is_success() {
            return Ok(());
        }
        Err(refusal(status, after, &read(answer).await))
    }
}

/// What went wrong, without the address: that is in the settings.
fn untold(error: reqwest::Error) -> String {
    reason(&error.without_url().to_string())
}

/// As much of an answer as is looked at.
async fn read(mut answer: reqwest::Response) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = answer.chunk().await {
        bytes.extend_from_slice(&piece);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Vec::new();
        }
    }
    bytes
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a refusal means (Resend: errors). That it asks to slow down, has the same mail under way, or is at fault itself,
/// passes; everything else stays.
fn refusal(status: StatusCode, after: Option<Duration>, body: &[u8]) -> MailError {
    let said =
        serde_json::from_slice(body).unwrap_or(Refusal { name: String::new(), message: String::new() });
    let words = reason(&format!("Resend answers {}: {} {}", status.as_u16(), said.name, said.message));
    let passes = status.is_server_error()
        || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
        || (status == StatusCode::CONFLICT && said.name == "concurrent_idempotent_requests");
    if passes { MailError::Passing { reason: words, after } } else { MailError::Refused(words) }
}

impl Mailer for Resend {
    fn send(&self, mail: Mail) -> Future<Result<(), MailError>> {
        let (this, runtime) = (self.clone(), self.runtime.clone());
        Box::pin(async move {
            let posted = runtime.spawn(async move { this.post(mail).await }).await;
            posted.unwrap_or_else(|error| Err(MailError::passing(error.to_string())))
        })
    }

    /// Asks for nothing that there is: an address that answers, and a key that is not refused.
    fn look(&self) -> Future<Result<(), MailError>> {
        let this = self.clone();
        let looked = async move {
            let mut url = this.emails.clone();
            url.path_segments_mut()
                .map_err(|()| MailError::Refused("resend.api_url has no path".to_owned()))?
                .push("none");
            let request = this.http.get(url).header(AUTHORIZATION, this.authorization.clone());
            let answer = request.send().await.map_err(|error| MailError::passing(untold(error)))?;
            let (status, after) = (answer.status(), retry_after(answer.headers()));
            let body = read(answer).await;
            let said: Option<Refusal> = serde_json::from_slice(&body).ok();
            // A key that may only send is told so, and is good.
            let sends_only = said.is_some_and(|said| said.name == "restricted_api_key");
            match status {
                StatusCode::UNAUTHORIZED if sends_only => Ok(()),
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(refusal(status, after, &body)),
                status if status.is_server_error() => Err(refusal(status, after, &body)),
                _ => Ok(()),
            }
        };
        let runtime = self.runtime.clone();
        Box::pin(async move {
            let looked = runtime.spawn(looked).await;
            looked.unwrap_or_else(|error| Err(MailError::passing(error.to_string())))
        })
    }
}
