//! Messages to browsers (Web Push): encrypted for the browser alone ([`seal`], RFC 8291), signed as ours ([`vapid`],
//! RFC 8292), handed to the service that the browser named (RFC 8030), where that is one outside ([`address`]).

pub mod address;
pub mod seal;
pub mod vapid;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
};
use switchboard_ports::{
    Future,
    clock::Clock,
    push::{PUSH_TIMEOUT, Push, PushError, Pusher, Urgency},
};
use tokio::runtime::Handle;
use url::Url;

use self::vapid::Vapid;

/// Time for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections to one service that are kept.
const IDLE_MAX: usize = 4;
/// Longest pause that a service may ask for and that is passed on.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

/// There is no way out for messages to browsers.
#[derive(Debug, thiserror::Error)]
#[error("push.enabled: no client can be made: {0}")]
pub struct Misconfigured(#[source] reqwest::Error);

/// The way out.
pub struct WebPush {
    http: reqwest::Client,
    vapid: Arc<Vapid>,
    clock: Arc<dyn Clock>,
    runtime: Handle,
    loopback: bool,
}

impl WebPush {
    /// Requests run on `runtime`. With `loopback`, for trying things out, services on this machine are asked as well.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(
        vapid: Vapid,
        clock: Arc<dyn Clock>,
        runtime: Handle,
        loopback: bool,
    ) -> Result<Self, Misconfigured> {
        // No proxy: it would look up the names that browsers give, and reach what only it can.
        let http = reqwest::Client::builder()
            .no_proxy()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Outside { loopback }))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(PUSH_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Misconfigured)?;
        Ok(Self { http, vapid: Arc::new(vapid), clock, runtime, loopback })
    }
}

/// Looks names up, and knows no address that is not outside.
struct Outside {
    loopback: bool,
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let outside: Vec<SocketAddr> =
                found.filter(|found| address::may_be_asked(found.ip(), loopback)).collect();
            if outside.is_empty() {
                return Err("no public address".into());
            }
            Ok(Box::new(outside.into_iter()) as Addrs)
        })
    }
}

impl Pusher for WebPush {
    fn public_key(&self) -> &str {
        self.vapid.public_key()
    }

    fn check(&self, endpoint: &str) -> Result<(), String> {
        address::endpoint(endpoint, self.loopback).map(drop)
    }

    fn send(&self, push: Push) -> Future<Result<(), PushError>> {
        let (http, vapid, now) = (self.http.clone(), Arc::clone(&self.vapid), self.clock.now());
        let url = address::endpoint(&push.endpoint, self.loopback);
        let sending = self.runtime.spawn(async move {
            let url = url.map_err(PushError::Refused)?;
            attempt(&http, &vapid, url, push, now).await
        });
        Box::pin(async move {
            let lost = |_| PushError::Passing { reason: "the server stops".to_owned(), after: None };
            sending.await.map_err(lost)?
        })
    }
}

async fn attempt(
    http: &reqwest::Client,
    vapid: &Vapid,
    url: Url,
    push: Push,
    now: switchboard_schema::Timestamp,
) -> Result<(), PushError> {
    let refused = |what: &str| PushError::Refused(what.to_owned());
    let body = seal::seal(&push.p256dh, &push.auth, &push.payload)
        .map_err(|_| refused("the browser's keys are none"))?;
    let authorization = vapid.authorization(&url, now).ok_or_else(|| refused("it cannot be signed"))?;
    let urgency = match push.urgency {
        Urgency::Normal => "normal",
        Urgency::High => "high",
    };
    let request = http
        .post(url)
        .header("authorization", authorization)
        .header("ttl", push.ttl.as_secs())
        .header("urgency", urgency)
        .header("topic", push.topic)
        .header(CONTENT_ENCODING, "aes128gcm")
        .header(CONTENT_TYPE, "application/octet-stream")
        .body(body);
    let response = request.send().await.map_err(|error| {
        let error = error.without_url();
        let reason = if error.is_timeout() { "no answer in time" } else { "no connection" };
        PushError::Passing { reason: reason.to_owned(), after: None }
    })?;
    // What it says beside its status is not read.
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let after = after.map(Duration::from_secs).map(|after| after.min(RETRY_AFTER_MAX));
    judge(response.status(), after)
}

/// What an answer says.
fn judge(status: StatusCode, after: Option<Duration>) -> Result<(), PushError> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(PushError::Gone),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Err(PushError::Passing { reason: format!("the service answered {}", status.as_u16()), after })
        }
        status if status.is_server_error() => {
            Err(PushError::Passing { reason: format!("the service answered {}", status.as_u16()), after })
        }
        status => Err(PushError::Refused(format!("the service answered {}", status.as_u16()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_service_answers_says_whether_it_is_tried_again() {
        let after = Some(Duration::from_secs(7));
        let code = |code| judge(StatusCode::from_u16(code).unwrap(), after);
        for good in [200, 201, 202, 204] {
            assert_eq!(code(good), Ok(()), "{good}");
        }
        for gone in [404, 410] {
            assert_eq!(code(gone), Err(PushError::Gone));
        }
        for later in [408, 429, 500, 503] {
            assert!(matches!(code(later), Err(PushError::Passing { after: told, .. }) if told == after));
        }
        for never in [301, 400, 401, 403, 413] {
            assert!(matches!(code(never), Err(PushError::Refused(_))), "{never}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_has_no_address_outside() {
        let resolve = |loopback| Outside { loopback }.resolve("localhost".parse().unwrap());
        assert!(resolve(false).await.is_err());
        assert!(resolve(true).await.is_ok());
    }
}
