//! Bodies in a folder: one file a body, one folder a tenant.
//!
//! A body is written under a passing name, synced, given its name, and its folder synced, before `put`
//! answers. Paths are made of typed ids only, which are letters, digits and an underscore in text.
//!
//! Bodies whose life ends lie in a folder beside, `ending-` and the tenant; the time of such a file is when it was put
//! last.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use switchboard_ports::{
    Future,
    blob::{Blobs, ENDING_LIFE, Error, Life},
    clock::Clock,
    ready,
};
use switchboard_schema::{BlobId, TenantId, TenantScope, Timestamp};
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
pub(crate) const LIMITS: LaneLimits = LaneLimits {
    jobs: 1_024,
    bytes: 128 * 1_024 * 1_024,
    tenant_jobs: 512,
    tenant_bytes: 64 * 1_024 * 1_024,
};
/// What the names of files begin with that a crash may leave behind.
pub(crate) const PASSING: &str = "passing-";
/// What the names of folders begin with whose bodies end.
const ENDING: &str = "ending-";

/// What is to be done; whoever waits for it.
enum Job {
    Put(Place, Bytes, oneshot::Sender<Result<(), Error>>),
    Get(Place, oneshot::Sender<Result<Bytes, Error>>),
    Sweep(Timestamp, oneshot::Sender<Result<usize, Error>>),
}

/// Where a body lies.
struct Place {
    scope: TenantScope,
    life: Life,
    id: BlobId,
}

impl Place {
    /// The name of its folder.
    fn folder(&self) -> String {
        let tenant = self.scope.tenant();
        match self.life {
            Life::Lasting => tenant.to_string(),
            Life::Ending => format!("{ENDING}{tenant}"),
        }
    }
}

/// Whether a path in the folder of bodies, of names by `/`, is one where a body may lie, so that no name from outside
/// leads anywhere else; answers with its folder.
pub(crate) fn folder_of(path: &str) -> Option<&str> {
    let (folder, name) = path.split_once('/')?;
    let tenant = folder.strip_prefix(ENDING).unwrap_or(folder);
    (tenant.parse::<TenantId>().is_ok() && name.parse::<BlobId>().is_ok()).then_some(folder)
}

/// Keeps bodies in a folder. One process only: open it under the lock of the embedded store.
///
/// Limits: 32 MiB a body; two threads; 1,024 bodies or 128 MiB wait, half of that for one tenant.
pub struct DirectoryBlobs {
    pool: Pool<Job>,
}

impl DirectoryBlobs {
    /// Opens the folder, made if it is not there, and removes what a crash left half written. By the clock it notes
    /// when an ending body was put.
    ///
    /// # Errors
    /// When the folder cannot be made or read, or there is no thread for it.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let (dir_path, naming, passing) = (dir.to_path_buf(), Mutex::new(()), AtomicU64::new(0));
        let folder = Arc::new(Folder { dir: dir_path, clock, naming, passing });
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
        owner: Owner,
        bytes: usize,
        answer: oneshot::Receiver<Result<T, Error>>,
        job: Job,
    ) -> Future<Result<T, Error>> {
        if self.pool.submit(owner, bytes, job).is_err() {
            let error = Error::Unavailable("too many bodies wait, or the store is closed".to_owned());
            return ready(Err(error));
        }
        let died = || Err(Error::Unavailable("the thread that keeps bodies died of a defect".to_owned()));
        Box::pin(async move { answer.await.unwrap_or_else(|_| died()) })
    }
}

impl Blobs for DirectoryBlobs {
    fn put(&self, scope: TenantScope, life: Life, id: BlobId, body: Bytes) -> Future<Result<(), Error>> {
        if body.len() > MAX_BODY_BYTES {
            let error =
                Error::Unavailable(format!("a body of {} bytes, at most {MAX_BODY_BYTES}", body.len()));
            return ready(Err(error));
        }
        let (reply, answer) = oneshot::channel();
        let bytes = body.len();
        let job = Job::Put(Place { scope, life, id }, body, reply);
        self.submit(Owner::Tenant(scope.tenant()), bytes, answer, job)
    }

    fn get(&self, scope: TenantScope, life: Life, id: BlobId) -> Future<Result<Bytes, Error>> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Get(Place { scope, life, id }, reply);
        self.submit(Owner::Tenant(scope.tenant()), 0, answer, job)
    }

    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>> {
        let (reply, answer) = oneshot::channel();
        self.submit(Owner::System, 0, answer, Job::Sweep(now, reply))
    }
}

/// What the threads share.
struct Folder {
    dir: PathBuf,
    clock: Arc<dyn Clock>,
    /// Held while a name is given or taken, so that the first body of an id keeps it, and none goes that was put again.
    naming: Mutex<()>,
    /// Counts passing names.
    passing: AtomicU64,
}

impl Folder {
    fn work(&self, job: Job) {
        // Whoever waits may have gone; a body is kept all the same.
        match job {
            Job::Put(place, body, reply) => {
                let kept = self.put(&place, &body).map_err(|error| Error::Unavailable(error.to_string()));
                drop(reply.send(kept));
            }
            Job::Get(place, reply) => {
                let found = self.get(&place).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => Error::NotFound,
                    _ => Error::Unavailable(error.to_string()),
                });
                drop(reply.send(found));
            }
            Job::Sweep(now, reply) => {
                let swept = self.sweep(now).map_err(|error| Error::Unavailable(error.to_string()));
                drop(reply.send(swept));
            }
        }
    }

    fn put(&self, place: &Place, body: &[u8]) -> io::Result<()> {
        let folder = self.dir.join(place.folder());
        let path = folder.join(place.id.to_string());
        if !self.is_there(place.life, &path)? {
            let passing = self.dir.join(format!("{PASSING}{}", self.passing.fetch_add(1, Ordering::Relaxed)));
            let named = self.write_synced(&passing, body).and_then(|()| self.name(&passing, &folder, &path));
            if named.is_err() {
                // Gone already if it got its name; else the next start removes what this cannot.
                drop(fs::remove_file(&passing));
            }
            named?;
        }
        // Also where the file was there already: whoever made it may not have come this far.
        sync(&folder)
    }

    /// Whether a body is there; an ending one then lives from now on.
    fn is_there(&self, life: Life, path: &Path) -> io::Result<bool> {
        if life == Life::Lasting {
            return path.try_exists();
        }
        let _naming = self.naming();
        match OpenOptions::new().write(true).open(path) {
            Ok(file) => {
                file.set_modified(moment(self.clock.now()))?;
                file.sync_all()?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn write_synced(&self, path: &Path, body: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(body)?;
        file.set_modified(moment(self.clock.now()))?;
        file.sync_all()
    }

    fn naming(&self) -> MutexGuard<'_, ()> {
        self.naming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what has ended. What is removed by a crash's half is removed by the next sweep.
    fn sweep(&self, now: Timestamp) -> io::Result<usize> {
        let mut swept = 0;
        for folder in fs::read_dir(&self.dir)? {
            let folder = folder?;
            if !folder.file_name().to_string_lossy().starts_with(ENDING) {
                continue;
            }
            for body in fs::read_dir(folder.path())? {
                let path = body?.path();
                let _naming = self.naming();
                if put_at(&path)? + ENDING_LIFE < now {
                    fs::remove_file(&path)?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }

    /// Gives a synced file its name, unless another has it by now.
    fn name(&self, passing: &Path, folder: &Path, path: &Path) -> io::Result<()> {
        let _naming = self.naming();
        if !folder.try_exists()? {
            DirBuilder::new().mode(0o700).create(folder)?;
            sync(&self.dir)?;
        }
        if path.try_exists()? { fs::remove_file(passing) } else { fs::rename(passing, path) }
    }

    fn get(&self, place: &Place) -> io::Result<Bytes> {
        let file = File::open(self.dir.join(place.folder()).join(place.id.to_string()))?;
        let length = file.metadata()?.len();
        if length > MAX_BODY_BYTES as u64 {
            return Err(io::Error::other(format!("a body of {length} bytes, at most {MAX_BODY_BYTES}")));
        }
        let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(MAX_BODY_BYTES as u64).read_to_end(&mut body)?;
        Ok(body.into())
    }
}

/// When an ending body was put last, by its file.
fn put_at(path: &Path) -> io::Result<Timestamp> {
    let since = fs::metadata(path)?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_secs(0) + since)
}

fn moment(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + at.since(Timestamp::from_secs(0))
}
