//! Backups of the embedded store: consistent while it is written to, and refused where they are not what was made.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use secrecy::SecretString;
use switchboard_ports::{
    blob::{Blobs as _, Life},
    clock::Clock,
    store::{Lane, Mutation, Records, Scan, Scope, Store, conformance::HandClock},
};
use switchboard_schema::{BlobId, ConversationId, TenantId, TenantScope, record::ThreadRow, table::Cell};
use switchboard_store::{
    BackupKey, DirectoryBlobs, Embedded, Lifecycle as _, MasterKey, Options, SystemClock, SystemEntropy,
    backup::{self, Daily, Error, Progress, Source},
};
use tokio::{runtime::Handle, sync::watch};

/// Rows of each commit.
const ROWS: u64 = 3;

pub(crate) fn key(n: u8) -> BackupKey {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    BackupKey::new(&MasterKey::from_text(&SecretString::from(STANDARD.encode([n; 32]))).expect("a key"))
}

pub(crate) fn source(data: &Path, clock: Arc<dyn Clock>) -> Source {
    Source {
        data: data.to_owned(),
        key: key(1),
        clock,
        entropy: Arc::new(SystemEntropy::new()),
        stop: Arc::new(AtomicBool::new(false)),
    }
}

fn scope() -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([1; 16]))
}

fn open(dir: &Path) -> Arc<Embedded> {
    Embedded::open(dir, Arc::new(SystemClock), Options::default()).expect("it opens")
}

async fn commit(store: &Arc<Embedded>, n: u64) {
    let row = |part| ThreadRow {
        conversation_id: ConversationId::from_bytes([2; 16]),
        bucket: 0,
        kind: 1,
        n: n * ROWS + part,
        epoch: 1,
        version: n,
        id: None,
        provider_at: None,
        // So that the database is copied in several steps.
        body: vec![7; 15_000],
    };
    let rows = (0..ROWS).map(|part| Mutation::put(row(part))).collect();
    store.commit_one(Scope::from(scope()), Lane::Interactive, rows).await.expect("it is written");
}

/// How many commits are there, from the first on, each whole.
async fn commits(dir: &Path) -> u64 {
    let records = Records::new(open(dir) as Arc<dyn Store>);
    let partition = ThreadRow::partition(ConversationId::from_bytes([2; 16]), 0);
    let scan = Scan::of::<ThreadRow>(partition).from(vec![Cell::Int(1)]);
    let rows: Vec<ThreadRow> = records.all(scope(), scan).await.expect("they are read");
    let numbers: Vec<u64> = rows.iter().map(|row| row.n).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>(), "a gap");
    assert_eq!(numbers.len() as u64 % ROWS, 0, "half a commit");
    numbers.len() as u64 / ROWS
}

/// A folder with some rows and bodies, and a backup of it.
struct Stored {
    dir: tempfile::TempDir,
    file: PathBuf,
}

impl Stored {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().join("data");
        let store = open(&data);
        for n in 0..200 {
            commit(&store, n).await;
        }
        let blobs = DirectoryBlobs::open(&data.join("blobs"), Arc::new(SystemClock)).expect("a folder");
        for n in 0..5_u8 {
            let body = Bytes::from(vec![n; 150_000]);
            blobs.put(scope(), Life::Lasting, BlobId::from_bytes([n; 16]), body).await.expect("it is kept");
        }
        let made =
            backup::create(&source(&data, Arc::new(SystemClock)), &dir.path().join("backups"), &mut |_| {});
        let made = made.expect("it is made");
        assert_eq!((made.manifest.blobs, made.manifest.blob_bytes), (5, 750_000));
        assert_eq!(made.bytes, fs::metadata(&made.file).expect("it is there").len());
        blobs.close();
        store.close().await;
        Self { dir, file: made.file }
    }

    fn restore(&self, key: &BackupKey) -> Result<PathBuf, Error> {
        let into = self.dir.path().join("restored");
        backup::restore(&self.file, &into, key)?;
        Ok(into)
    }

    /// Nothing was put anywhere.
    fn nothing_restored(&self) {
        let left: Vec<_> = fs::read_dir(self.dir.path()).expect("it is read").flatten().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}

#[tokio::test]
async fn while_commits_run_a_backup_holds_all_that_were_done_before_and_none_by_half() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let store = open(&data);
    for n in 0..300 {
        commit(&store, n).await;
    }
    let (done, seen) = watch::channel(300);
    let writer = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for n in 300.. {
                commit(&store, n).await;
                if done.send(n + 1).is_err() {
                    return;
                }
            }
        })
    };
    for turn in 0..4 {
        let before = *seen.borrow();
        let folder = dir.path().join(format!("backups-{turn}"));
        let (source, mut seen) = (source(&data, Arc::new(SystemClock)), seen.clone());
        let (runtime, mut last) = (Handle::current(), Progress { pages: 0, of: 0 });
        // After each step of the copying the next waits for two commits: of the first, the disk's part may have been
        // over before.
        let made = tokio::task::spawn_blocking(move || {
            let made = backup::create(&source, &folder, &mut |progress| {
                assert!(last.pages < progress.pages && progress.pages <= progress.of, "{progress:?}");
                last = progress;
                let now = *seen.borrow_and_update();
                let more = runtime.block_on(seen.wait_for(|done| *done >= now + 2)).map(|done| *done);
                more.expect("the writer is not held up");
            });
            (made, last)
        });
        let (made, last) = made.await.expect("commits go on while a copy is made");
        assert_eq!(last.pages, last.of, "all was copied");
        let into = dir.path().join(format!("restored-{turn}"));
        backup::restore(&made.expect("it is made").file, &into, &key(1)).expect("it is whole");
        let found = commits(&into).await;
        assert!(found >= before, "{found} commits, {before} were done before");
    }
    drop(seen);
    writer.await.expect("it writes");
    store.close().await;
}

#[tokio::test]
async fn what_is_restored_is_what_was_stored_with_its_bodies() {
    let stored = Stored::new().await;
    let into = stored.restore(&key(1)).expect("it is whole");
    assert_eq!(commits(&into).await, 200);
    let blobs = DirectoryBlobs::open(&into.join("blobs"), Arc::new(SystemClock)).expect("a folder");
    for n in 0..5_u8 {
        let body = blobs.get(scope(), Life::Lasting, BlobId::from_bytes([n; 16])).await.expect("it is there");
        assert_eq!(body, vec![n; 150_000]);
    }
    assert!(!into.join("master.key").exists(), "no key is in it");
    let bytes = fs::read(&stored.file).expect("it is read");
    assert!(!bytes.windows(15).any(|words| words == b"SQLite format 3"), "nothing is in clear");
}

#[tokio::test]
async fn a_backup_that_was_changed_or_cut_anywhere_is_refused_and_nothing_is_put_in_place() {
    let stored = Stored::new().await;
    let whole = fs::read(&stored.file).expect("it is read");
    for at in (0..40).chain((0..whole.len()).step_by(310_007)).chain(whole.len() - 40..whole.len()) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&stored.file, changed).expect("it is written");
        let error = stored.restore(&key(1)).err().unwrap_or_else(|| panic!("byte {at} was changed"));
        assert!(error.to_string().contains(&stored.file.display().to_string()), "{error}");
        stored.nothing_restored();
    }
    for length in (0..whole.len()).step_by(497_003).chain([whole.len() - 1]) {
        fs::write(&stored.file, &whole[..length]).expect("it is written");
        assert!(stored.restore(&key(1)).is_err(), "cut to {length}");
        stored.nothing_restored();
    }
    fs::write(&stored.file, &whole).expect("it is written");
    stored.restore(&key(1)).expect("the untouched one is whole");
}

#[tokio::test]
async fn another_key_is_told_and_a_folder_in_use_is_left_alone() {
    let stored = Stored::new().await;
    let error = stored.restore(&key(2)).expect_err("it is another's").to_string();
    assert!(error.contains("another key") && error.contains("master key"), "{error}");
    stored.nothing_restored();
    let into = stored.dir.path().join("data");
    let error = backup::restore(&stored.file, &into, &key(1)).expect_err("it is taken");
    assert!(matches!(&error, Error::NotEmpty(folder) if *folder == into), "{error}");
    assert_eq!(commits(&into).await, 200, "as it was");
}

#[tokio::test]
async fn one_that_is_given_up_leaves_nothing() {
    let stored = Stored::new().await;
    let source = source(&stored.dir.path().join("data"), Arc::new(SystemClock));
    source.stop.store(true, Ordering::Relaxed);
    let folder = stored.dir.path().join("given-up");
    assert!(matches!(backup::create(&source, &folder, &mut |_| {}), Err(Error::Stopped)));
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), 0);
}

#[tokio::test]
async fn one_is_made_every_day_and_each_is_kept_for_as_long_as_was_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let (data, folder) = (dir.path().join("data"), dir.path().join("backups"));
    let store = open(&data);
    commit(&store, 0).await;
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("partial-7.backup"), b"half").expect("a file that a crash left");
    fs::write(folder.join("notes.txt"), b"ours").expect("a file of somebody else's");
    let clock = Arc::new(HandClock::default());
    // Ten in the morning.
    let of_the_day = clock.now().as_millis().rem_euclid(24 * 3_600_000);
    clock.advance(Duration::from_millis((34 * 3_600_000 - of_the_day).unsigned_abs()));
    let daily = Daily::new(source(&data, Arc::clone(&clock) as _), folder.clone(), 3, 5);
    let daily = Arc::new(std::sync::Mutex::new(daily));
    assert!(!folder.join("partial-7.backup").exists(), "what was unfinished is gone");
    let mut made = 0;
    for _ in 0..12 * 24 {
        match daily.lock().expect("one at a time").look() {
            None => {}
            Some(result) => {
                result.expect("it is made");
                made += 1;
            }
        }
        clock.advance(Duration::from_secs(3_600));
    }
    // The first after an hour, then one at 3 o'clock of each of the eleven days that follow and the last.
    assert_eq!(made, 13);
    let kept = backup::list(&folder).expect("it is read");
    let now = clock.now();
    assert!(kept.iter().all(|one| *one + Duration::from_secs(6 * 24 * 3_600) > now), "{kept:?}");
    assert!((5..=6).contains(&kept.len()), "{kept:?}");
    assert!(folder.join("notes.txt").exists(), "what is no backup is left alone");
    store.close().await;
}
