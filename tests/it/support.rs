//! What tests of the whole server are made of.

pub(crate) mod agent;
pub(crate) mod api;
pub(crate) mod chance;
pub(crate) mod collector;
pub(crate) mod postman;
pub(crate) mod push;
pub(crate) mod server;
pub(crate) mod snapshot;
pub(crate) mod stage;
pub(crate) mod wire;

use std::time::Duration;

/// How long a test waits for something before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Looks until there is what it looks for; fails loudly when that does not come.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, look).await
}

/// The same for what takes its time.
pub(crate) async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited {patience:?} in vain for: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Seconds since 1970 by the machine's clock, which the provider and the server go by.
#[expect(clippy::disallowed_methods, reason = "a test stands outside the server and has the machine's time")]
pub(crate) fn machine_secs() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    i64::try_from(since.as_secs()).expect("it is before the year 9999")
}

/// Fails where something takes too long.
pub(crate) async fn soon<T>(what: &str, wait: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(done) => done,
        Err(_) => panic!("waited {PATIENCE:?} in vain for: {what}"),
    }
}
