//! Where files and large bodies are kept: in the data folder or in a bucket.

use std::sync::Arc;

use switchboard_ports::{blob::Blobs, clock::Clock};
use switchboard_store::{DirectoryBlobs, S3Blobs, backup::BLOBS_FOLDER};
use tokio::runtime::Handle;

use super::Error;
use crate::config::Config;

/// The keeper of the settings.
#[derive(Clone)]
pub(crate) enum Bodies {
    /// In the data folder.
    Folder(Arc<DirectoryBlobs>),
    /// In a bucket.
    Bucket(Arc<S3Blobs>),
}

impl Bodies {
    /// Opens it; requests to an object store run on `io`.
    ///
    /// # Errors
    /// When the folder or the bucket cannot be used.
    pub(crate) async fn open(config: &Config, clock: &Arc<dyn Clock>, io: &Handle) -> Result<Self, Error> {
        if let Some(bucket) = config.blobs.bucket() {
            return Ok(Self::Bucket(S3Blobs::open(&bucket, Arc::clone(clock), io.clone()).await?));
        }
        let path = config.store.path.join(BLOBS_FOLDER);
        let blobs = DirectoryBlobs::open(&path, Arc::clone(clock)).map_err(Error::file(path))?;
        Ok(Self::Folder(blobs))
    }

    /// What the actors keep bodies by.
    pub(crate) fn blobs(&self) -> Arc<dyn Blobs> {
        match self {
            Self::Folder(blobs) => Arc::clone(blobs) as Arc<dyn Blobs>,
            Self::Bucket(blobs) => Arc::clone(blobs) as Arc<dyn Blobs>,
        }
    }

    /// Refuses what comes and finishes what waits. Before the io thread ends.
    pub(crate) async fn close(&self) {
        match self {
            Self::Folder(blobs) => blobs.close(),
            Self::Bucket(blobs) => blobs.close().await,
        }
    }
}
