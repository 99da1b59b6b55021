//! What every keeper of bodies must keep.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use switchboard_schema::{BlobId, TenantId, TenantScope};

use crate::{
    blob::{Blobs, ENDING_LIFE, Error, Life},
    clock::Clock as _,
};

use super::HandClock;

/// Keeps of bodies under test, empty when the factory hands them over.
pub trait Backend: Sized {
    /// The keeper.
    fn blobs(&self) -> Arc<dyn Blobs>;

    /// The clock by which it notes when a body was put.
    fn clock(&self) -> &HandClock;

    /// The same after the process that held it has ended and another has started.
    fn reopen(self) -> impl Future<Output = Self>;
}

/// Instantiates every behaviour as a test, for the backend that the factory opens: an
/// `async fn() -> impl blobs::Backend`.
#[macro_export]
macro_rules! blobs_suite {
    ($open:expr) => {
        $crate::blobs_tests!($open;
            a_body_is_there_after_a_restart,
            a_body_that_was_never_put_is_not_found,
            the_first_of_two_bodies_of_an_id_is_kept,
            another_tenants_body_is_not_found,
            bodies_of_any_bytes_and_none_come_back,
            many_at_once_are_all_kept,
            a_lasting_and_an_ending_body_of_an_id_are_two,
            an_ending_body_goes_when_its_life_is_over_and_a_lasting_one_never,
            an_ending_body_that_is_put_again_lives_from_then_on,
        );
    };
}

/// One test per named function of the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! blobs_tests {
    ($open:expr; $($name:ident,)*) => {$(
        #[tokio::test(flavor = "current_thread")]
        async fn $name() {
            $crate::store::conformance::blobs::$name($open().await).await;
        }
    )*};
}

#[expect(clippy::disallowed_methods, reason = "the suite acts for tenants of its own")]
fn scope(n: u8) -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([n; 16]))
}

fn blob_id(n: u8) -> BlobId {
    BlobId::from_bytes([n; 16])
}

/// Durable.
pub async fn a_body_is_there_after_a_restart<B: Backend>(backend: B) {
    let body = Bytes::from_static(b"a body");
    assert_eq!(backend.blobs().put(scope(1), Life::Lasting, blob_id(1), body.clone()).await, Ok(()));
    assert_eq!(backend.blobs().get(scope(1), Life::Lasting, blob_id(1)).await, Ok(body.clone()));
    let backend = backend.reopen().await;
    assert_eq!(backend.blobs().get(scope(1), Life::Lasting, blob_id(1)).await, Ok(body));
}

/// Missing.
pub async fn a_body_that_was_never_put_is_not_found<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(1)).await, Err(Error::NotFound));
    assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(1), Bytes::new()).await, Ok(()));
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(2)).await, Err(Error::NotFound));
}

/// Twice.
pub async fn the_first_of_two_bodies_of_an_id_is_kept<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(1), Bytes::from_static(b"first")).await, Ok(()));
    assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(1), Bytes::from_static(b"second")).await, Ok(()));
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(1)).await, Ok(Bytes::from_static(b"first")));
}

/// Tenancy.
pub async fn another_tenants_body_is_not_found<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(1), Bytes::from_static(b"ours")).await, Ok(()));
    assert_eq!(blobs.get(scope(2), Life::Lasting, blob_id(1)).await, Err(Error::NotFound));
    assert_eq!(blobs.put(scope(2), Life::Lasting, blob_id(1), Bytes::from_static(b"theirs")).await, Ok(()));
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(1)).await, Ok(Bytes::from_static(b"ours")));
}

/// Any bytes.
pub async fn bodies_of_any_bytes_and_none_come_back<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    let every: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    for (n, body) in (0..).zip([Bytes::new(), Bytes::from_static(b"\0"), Bytes::from(every)]) {
        assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(n), body.clone()).await, Ok(()));
        assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(n)).await, Ok(body));
    }
}

/// At once.
pub async fn many_at_once_are_all_kept<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    let puts =
        (0..40).map(|n| blobs.put(scope(n % 3), Life::Lasting, blob_id(n / 2), Bytes::from(vec![n % 3; 20])));
    assert!(join_all(puts.collect::<Vec<_>>()).await.into_iter().all(|answer| answer.is_ok()));
    for n in 0..40 {
        let body = blobs.get(scope(n % 3), Life::Lasting, blob_id(n / 2)).await;
        assert_eq!(body, Ok(Bytes::from(vec![n % 3; 20])));
    }
}

/// Two lives.
pub async fn a_lasting_and_an_ending_body_of_an_id_are_two<B: Backend>(backend: B) {
    let blobs = backend.blobs();
    let (lasting, ending) = (Bytes::from_static(b"lasting"), Bytes::from_static(b"ending"));
    assert_eq!(blobs.put(scope(1), Life::Lasting, blob_id(1), lasting.clone()).await, Ok(()));
    assert_eq!(blobs.get(scope(1), Life::Ending, blob_id(1)).await, Err(Error::NotFound));
    assert_eq!(blobs.put(scope(1), Life::Ending, blob_id(1), ending.clone()).await, Ok(()));
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(1)).await, Ok(lasting));
    assert_eq!(blobs.get(scope(1), Life::Ending, blob_id(1)).await, Ok(ending));
    assert_eq!(blobs.get(scope(2), Life::Ending, blob_id(1)).await, Err(Error::NotFound));
}

/// Ends, also over a restart.
pub async fn an_ending_body_goes_when_its_life_is_over_and_a_lasting_one_never<B: Backend>(backend: B) {
    let body = Bytes::from_static(b"a body");
    for (tenant, life) in [(1, Life::Lasting), (1, Life::Ending), (2, Life::Ending)] {
        assert_eq!(backend.blobs().put(scope(tenant), life, blob_id(1), body.clone()).await, Ok(()));
    }
    let backend = backend.reopen().await;
    let (blobs, clock) = (backend.blobs(), backend.clock());
    clock.advance(ENDING_LIFE);
    assert_eq!(blobs.sweep(clock.now()).await, Ok(0), "at its last moment it is there");
    assert_eq!(blobs.get(scope(1), Life::Ending, blob_id(1)).await, Ok(body.clone()));
    clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(blobs.sweep(clock.now()).await, Ok(2));
    for tenant in [1, 2] {
        assert_eq!(blobs.get(scope(tenant), Life::Ending, blob_id(1)).await, Err(Error::NotFound));
    }
    assert_eq!(blobs.get(scope(1), Life::Lasting, blob_id(1)).await, Ok(body));
    assert_eq!(blobs.sweep(clock.now()).await, Ok(0));
}

/// Put again.
pub async fn an_ending_body_that_is_put_again_lives_from_then_on<B: Backend>(backend: B) {
    let (blobs, clock) = (backend.blobs(), backend.clock());
    let body = Bytes::from_static(b"a body");
    assert_eq!(blobs.put(scope(1), Life::Ending, blob_id(1), body.clone()).await, Ok(()));
    clock.advance(ENDING_LIFE);
    assert_eq!(blobs.put(scope(1), Life::Ending, blob_id(1), body.clone()).await, Ok(()));
    clock.advance(ENDING_LIFE);
    assert_eq!(blobs.sweep(clock.now()).await, Ok(0));
    assert_eq!(blobs.get(scope(1), Life::Ending, blob_id(1)).await, Ok(body));
    clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(blobs.sweep(clock.now()).await, Ok(1));
}
