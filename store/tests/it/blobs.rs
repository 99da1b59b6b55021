//! Bodies in a folder.

use std::sync::Arc;

use bytes::Bytes;
use switchboard_ports::{
    blob::{Blobs, Error, Life},
    store::conformance::{HandClock, blobs::Backend},
};
use switchboard_schema::{BlobId, TenantId, TenantScope};
use switchboard_store::{DirectoryBlobs, blobs::MAX_BODY_BYTES};
use tempfile::TempDir;

/// Bodies in a folder of their own.
struct Folder {
    blobs: Arc<DirectoryBlobs>,
    clock: Arc<HandClock>,
    dir: TempDir,
}

impl Folder {
    fn open(clock: Arc<HandClock>, dir: TempDir) -> Self {
        let blobs = DirectoryBlobs::open(dir.path(), clock.clone()).expect("the folder opens");
        Self { blobs, clock, dir }
    }
}

impl Backend for Folder {
    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.blobs) as Arc<dyn Blobs>
    }

    fn clock(&self) -> &HandClock {
        &self.clock
    }

    async fn reopen(self) -> Self {
        let Self { blobs, clock, dir } = self;
        blobs.close();
        Self::open(clock, dir)
    }
}

async fn folder() -> Folder {
    Folder::open(Arc::default(), tempfile::tempdir().expect("a folder"))
}

switchboard_ports::blobs_suite!(folder);

fn scope() -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([1; 16]))
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_crash_left_half_written_is_removed_and_never_found() {
    let folder = folder().await;
    let id = BlobId::from_bytes([1; 16]);
    assert_eq!(folder.blobs.put(scope(), Life::Lasting, id, Bytes::from_static(b"whole")).await, Ok(()));
    let half = folder.dir.path().join("passing-7");
    std::fs::write(&half, b"ha").expect("half a body");
    let folder = folder.reopen().await;
    assert!(!half.exists());
    assert_eq!(folder.blobs.get(scope(), Life::Lasting, id).await, Ok(Bytes::from_static(b"whole")));
    let left = std::fs::read_dir(folder.dir.path()).expect("the folder reads").count();
    assert_eq!(left, 1, "the tenant's folder and nothing else");
}

#[tokio::test(flavor = "current_thread")]
async fn a_body_that_is_too_large_is_refused() {
    let folder = folder().await;
    let body = Bytes::from(vec![0; MAX_BODY_BYTES + 1]);
    let refused = folder.blobs.put(scope(), Life::Lasting, BlobId::from_bytes([1; 16]), body).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))));
}

#[tokio::test(flavor = "current_thread")]
async fn a_dropped_future_still_keeps_the_body_and_a_closed_folder_takes_none() {
    let folder = folder().await;
    let id = BlobId::from_bytes([1; 16]);
    drop(folder.blobs.put(scope(), Life::Lasting, id, Bytes::from_static(b"kept")));
    folder.blobs.close();
    assert!(matches!(
        folder.blobs.put(scope(), Life::Lasting, id, Bytes::new()).await,
        Err(Error::Unavailable(_))
    ));
    let folder = folder.reopen().await;
    assert_eq!(folder.blobs.get(scope(), Life::Lasting, id).await, Ok(Bytes::from_static(b"kept")));
}
