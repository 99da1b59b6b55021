//! Bodies in a folder: one file a body, one folder a tenant.
//!
//! A body is written under a passing name, synced, given its name, and its folder synced, before `put`
//! answers. Paths are made of typed ids only, which are letters, digits and an underscore in text.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use switchboard_ports::{
    Future,
    blob::{Blobs, Error},
    ready,
};
use switchboard_schema::{BlobId, TenantScope};
use tokio::sync::oneshot;

use crate::{
    fair::{LaneLimits, Owner},
    files::sync,
    pool::{Pool, PoolMetrics},
};

/// Bytes of one body, at most.
pub const MAX_BODY_BYTES: usize = 32 * 1_024 * 1_024;
/// Threads that read and write bodies.
const THREADS: usize = 2;
/// Bodies that wait.
const LIMITS: LaneLimits = LaneLimits {
    jobs: 1_024,
    bytes: 128 * 1_024 * 1_024,
    tenant_jobs: 512,
    tenant_bytes: 64 * 1_024 * 1_024,
};
/// What the names of files begin with that a crash may leave behind.
pub(crate) const PASSING: &str = "passing-";

enum What {
    Put(Bytes, oneshot::Sender<Result<(), Error>>),
    Get(oneshot::Sender<Result<Bytes, Error>>),
}

struct Job {
    scope: TenantScope,
    id: BlobId,
    what: What,
}

/// Keeps bodies in a folder. One process only: open it under the lock of the embedded store.
///
/// Limits: 32 MiB a body; two threads; 1,024 bodies or 128 MiB wait, half of that for one tenant.
pub struct DirectoryBlobs {
    pool: Pool<Job>,
}

impl DirectoryBlobs {
    /// Opens the folder, made if it is not there, and removes what a crash left half written.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or there is no thread for it.
    pub fn open(dir: &Path) -> io::Result<Arc<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let folder =
            Arc::new(Folder { dir: dir.to_path_buf(), naming: Mutex::new(()), passing: AtomicU64::new(0) });
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(PASSING) {
                fs::remove_file(entry.path())?;
            }
        }
        // A tenant's folder that was made just before a crash is made durable here.
        sync(dir)?;
        let metrics = PoolMetrics {
            waiting: metrics::gauge!("switchboard_store_blob_queue_bodies"),
            seconds: metrics::histogram!("switchboard_store_blob_seconds"),
            overloaded: metrics::counter!("switchboard_store_blobs_overloaded_total"),
        };
        let workers = (0..THREADS)
            .map(|_| {
                let folder = Arc::clone(&folder);
                move |jobs: &mut dyn Iterator<Item = Job>| jobs.for_each(|job| folder.work(job))
            })
            .collect();
        Ok(Arc::new(Self { pool: Pool::start("store-blob", LIMITS, metrics, workers)? }))
    }

    /// Finishes what waits and ends the threads; refuses what comes later. Blocks.
    pub fn close(&self) {
        self.pool.close();
    }

    fn submit<T: Send + 'static>(
        &self,
        scope: TenantScope,
        id: BlobId,
        bytes: usize,
        answer: oneshot::Receiver<Result<T, Error>>,
        what: What,
    ) -> Future<Result<T, Error>> {
        let job = Job { scope, id, what };
        if self.pool.submit(Owner::Tenant(scope.tenant()), bytes, job).is_err() {
            let error = Error::Unavailable("too many bodies wait, or the store is closed".to_owned());
            return ready(Err(error));
        }
        let died = || Err(Error::Unavailable("the thread that keeps bodies died of a defect".to_owned()));
        Box::pin(async move { answer.await.unwrap_or_else(|_| died()) })
    }
}

impl Blobs for DirectoryBlobs {
    fn put(&self, scope: TenantScope, id: BlobId, body: Bytes) -> Future<Result<(), Error>> {
        if body.len() > MAX_BODY_BYTES {
            let error =
                Error::Unavailable(format!("a body of {} bytes, at most {MAX_BODY_BYTES}", body.len()));
            return ready(Err(error));
        }
        let (reply, answer) = oneshot::channel();
        let bytes = body.len();
        self.submit(scope, id, bytes, answer, What::Put(body, reply))
    }

    fn get(&self, scope: TenantScope, id: BlobId) -> Future<Result<Bytes, Error>> {
        let (reply, answer) = oneshot::channel();
        self.submit(scope, id, 0, answer, What::Get(reply))
    }
}

/// What the threads share.
struct Folder {
    dir: PathBuf,
    /// Held while a name is given, so that the first body of an id keeps it.
    naming: Mutex<()>,
    /// Counts passing names.
    passing: AtomicU64,
}

impl Folder {
    fn work(&self, Job { scope, id, what }: Job) {
        // Whoever waits may have gone; a body is kept all the same.
        match what {
            What::Put(body, reply) => {
                let kept = self.put(scope, id, &body).map_err(|error| Error::Unavailable(error.to_string()));
                drop(reply.send(kept));
            }
            What::Get(reply) => {
                let found = self.get(scope, id).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => Error::NotFound,
                    _ => Error::Unavailable(error.to_string()),
                });
                drop(reply.send(found));
            }
        }
    }

    fn tenant(&self, scope: TenantScope) -> PathBuf {
        self.dir.join(scope.tenant().to_string())
    }

    fn put(&self, scope: TenantScope, id: BlobId, body: &[u8]) -> io::Result<()> {
        let tenant = self.tenant(scope);
        let path = tenant.join(id.to_string());
        if !path.try_exists()? {
            let passing = self.dir.join(format!("{PASSING}{}", self.passing.fetch_add(1, Ordering::Relaxed)));
            let named = write_synced(&passing, body).and_then(|()| self.name(&passing, &tenant, &path));
            if named.is_err() {
                // Gone already if it got its name; else the next start removes what this cannot.
                drop(fs::remove_file(&passing));
            }
            named?;
        }
        // Also where the file was there already: whoever made it may not have come this far.
        sync(&tenant)
    }

    /// Gives a synced file its name, unless another has it by now.
    fn name(&self, passing: &Path, tenant: &Path, path: &Path) -> io::Result<()> {
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        if !tenant.try_exists()? {
            DirBuilder::new().mode(0o700).create(tenant)?;
            sync(&self.dir)?;
        }
        if path.try_exists()? { fs::remove_file(passing) } else { fs::rename(passing, path) }
    }

    fn get(&self, scope: TenantScope, id: BlobId) -> io::Result<Bytes> {
        let file = File::open(self.tenant(scope).join(id.to_string()))?;
        let length = file.metadata()?.len();
        if length > MAX_BODY_BYTES as u64 {
            return Err(io::Error::other(format!("a body of {length} bytes, at most {MAX_BODY_BYTES}")));
        }
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(MAX_BODY_BYTES as u64).read_to_end(&mut body)?;
        Ok(body.into())
    }
}

fn write_synced(path: &Path, body: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(body)?;
    file.sync_all()
}
