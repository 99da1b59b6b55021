//! Disks that fail for real: a file system that is full, one that becomes read-only under the open files, a
//! limit on the size of files. Each is made for a child process, which is this program again.
//!
//! A file system is mounted in a mount namespace of the child's own, which takes root or user namespaces. Where
//! a machine allows neither, the limit on files, which needs no permission, stands for the full disk, and the
//! test says so.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
    time::Duration,
};

use switchboard_ports::store::{Error, Lane, Mutation, Records, Scan, Scope, Store};
use switchboard_schema::{
    ConversationId, TenantId, TenantScope, record::ThreadRow, table::Cell, wire::StoreCondition as Condition,
};
use switchboard_store::{Embedded, Lifecycle as _, OpenError, Options, SystemClock, backup};

/// Names the folder on the failing disk to the child; without it the children's tests do nothing.
const FOLDER: &str = "SWITCHBOARD_STORE_DISK_FOLDER";
/// Bytes of the full disk: the log alone may have 40 MB before it is moved into the database, so that the move
/// finds no room either.
const DISK: &str = "56m";
/// Bytes of each row.
const ROW_BYTES: usize = 48 * 1_024;
/// How long a test waits for the store to notice.
const PATIENCE: Duration = Duration::from_secs(30);

fn open(dir: &Path) -> Result<Arc<Embedded>, OpenError> {
    Embedded::open(dir, Arc::new(SystemClock), Options::default())
}

fn scope() -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([1; 16]))
}

fn row(n: u64) -> ThreadRow {
    ThreadRow {
        conversation_id: ConversationId::from_bytes([2; 16]),
        bucket: 0,
        kind: 1,
        n,
        epoch: 1,
        version: n,
        id: None,
        provider_at: None,
        body: vec![u8::try_from(n % 251).expect("a byte"); ROW_BYTES],
    }
}

async fn commit(store: &Arc<Embedded>, n: u64) -> Result<(), Error> {
    store.commit_one(Scope::from(scope()), Lane::Interactive, vec![Mutation::put(row(n))]).await
}

/// Commits from a number on until one is not done; answers with that one's number and error.
async fn commit_until_refused(store: &Arc<Embedded>, from: u64) -> (u64, Error) {
    for n in from.. {
        if let Err(error) = commit(store, n).await {
            return (n, error);
        }
    }
    unreachable!("numbers do not end")
}

async fn until(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !look().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "waited in vain for {what}");
}

/// The rows that are there, by number; each must be whole.
async fn found(store: &Arc<Embedded>) -> BTreeSet<u64> {
    let records = Records::new(Arc::clone(store) as Arc<dyn Store>);
    let partition = ThreadRow::partition(ConversationId::from_bytes([2; 16]), 0);
    let scan = Scan::of::<ThreadRow>(partition).from(vec![Cell::Int(1)]).limit(100);
    let rows: Vec<ThreadRow> = records.all(scope(), scan).await.expect("the rows are read");
    for found in &rows {
        assert_eq!(found, &row(found.n));
    }
    rows.iter().map(|row| row.n).collect()
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

/// Runs one of the children's tests in a shell, which gets the disk ready with `prepare`, at most in a mount
/// namespace of its own. Nothing when the machine has no such namespace or the disk cannot be made in it.
fn child(test: &str, dir: &Path, namespace: &[&str], prepare: &str) -> Option<Output> {
    let script = format!("{{ {prepare}; }} || exit 77; exec \"$0\" \"$@\"");
    let mut words = namespace.to_vec();
    words.extend(["sh", "-c", &script]);
    let output = Command::new(words[0])
        .args(&words[1..])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, dir)
        .output()
        .ok()?;
    (output.status.code() == Some(0) || String::from_utf8_lossy(&output.stdout).contains("running 1 test"))
        .then_some(output)
}

fn must_pass(output: &Output) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success() && text(&output.stdout).contains("1 passed"),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

/// Namespaces to mount in: as somebody, and as root where users have none.
const NAMESPACES: [&[&str]; 2] = [&["unshare", "-Urm"], &["unshare", "-m"]];

#[tokio::test(flavor = "current_thread")]
async fn a_process_whose_disk_is_full_for_a_while() {
    let Some(dir) = folder() else { return };
    let store = open(&dir).expect("the store opens");
    let (refused, error) = commit_until_refused(&store, 1).await;
    assert!(refused > 100, "there was room: {error}");
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    assert_eq!(store.condition(), Condition::Full);
    let again = commit(&store, refused).await;
    assert!(matches!(again, Err(Error::Unavailable(_))), "{again:?}");
    assert_eq!(found(&store).await, (1..refused).collect(), "reading goes on");
    let backups = dir.join("backups");
    let source = crate::backup::source(&dir, Arc::new(SystemClock));
    let given_up = backup::create(&source, &backups, &mut |_| {}).err();
    assert!(
        matches!(given_up, Some(backup::Error::NoRoom { .. })),
        "it does not fill the disk: {given_up:?}"
    );
    assert_eq!(fs::read_dir(backups).expect("a folder").count(), 0);

    // Room returns, and with it the work, with no restart and nothing to push it.
    let grown = Command::new("mount").args(["-o", "remount,size=400m"]).arg(&dir).status();
    assert!(grown.expect("there is `mount`").success());
    until("the store to notice that there is room", async || store.condition() == Condition::Ok).await;
    for n in refused..refused + 50 {
        assert_eq!(commit(&store, n).await, Ok(()));
    }
    assert_eq!(found(&store).await, (1..refused + 50).collect());
    store.close().await;
    drop(store);
    let store = open(&dir).expect("the store opens again");
    assert_eq!(found(&store).await, (1..refused + 50).collect());
    assert!(!dir.join("switchboard.trial").exists(), "no file of a trial is left behind");
}

#[tokio::test(flavor = "current_thread")]
async fn on_a_full_disk_commits_are_refused_until_there_is_room() {
    let dir = tempfile::tempdir().expect("a folder");
    let prepare = format!("mount -t tmpfs -o size={DISK},mode=700 none \"${FOLDER}\"");
    let full = "disk::a_process_whose_disk_is_full_for_a_while";
    match NAMESPACES.iter().find_map(|namespace| child(full, dir.path(), namespace, &prepare)) {
        Some(output) => must_pass(&output),
        None => println!("no file system can be mounted here: only the limit on files was tried"),
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_disk_that_takes_long_is_told_while_it_does_and_nothing_is_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path()).expect("the store opens");
    commit(&store, 1).await.expect("it is written");
    assert_eq!(store.condition(), Condition::Ok);
    // Another's lock on the database stands for a disk that does not answer.
    let other = rusqlite::Connection::open(dir.path().join("switchboard.db")).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("it is locked");
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move { commit(&store, 2).await }
    });
    until("the store to be slow", async || store.condition() == Condition::Slow).await;
    assert!(!waiting.is_finished());
    assert_eq!(found(&store).await, [1].into(), "reading goes on");
    other.execute_batch("ROLLBACK").expect("it is let go");
    assert_eq!(waiting.await.expect("it ends"), Ok(()));
    assert_eq!(store.condition(), Condition::Slow, "not at once told otherwise");
    assert_eq!(found(&store).await, [1, 2].into());
}

/// Raises or lowers the limit on the size of this process's files.
fn limit_files(bytes: &str) {
    let limited = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string(), &format!("--fsize={bytes}:")])
        .status();
    assert!(limited.expect("there is `prlimit`").success());
}

#[tokio::test(flavor = "current_thread")]
async fn a_process_whose_files_cannot_grow_for_a_while() {
    let Some(dir) = folder() else { return };
    let store = open(&dir).expect("the store opens");
    let mut next = 1;
    let mut unknown = BTreeSet::new();
    for round in 1..=4_u64 {
        limit_files(&(round * 1_500_000).to_string());
        let (refused, error) = commit_until_refused(&store, next).await;
        // Not a full disk: whether the commit's last frames are on disk nobody knows.
        assert_eq!(error, Error::Ambiguous);
        unknown.insert(refused);
        assert_eq!(store.condition(), Condition::Failed);
        assert!(store.failure().is_some());
        let again = commit(&store, refused + 1).await;
        assert!(matches!(again, Err(Error::Unavailable(_))), "nothing is written behind it: {again:?}");
        assert!(found(&store).await.is_superset(&(next..refused).collect()), "reading goes on");
        limit_files("unlimited");
        until("the store to notice", async || store.condition() == Condition::Ok).await;
        assert_eq!(store.failure(), None);
        let log = fs::metadata(dir.join("switchboard.db-wal")).expect("there is a log").len();
        assert!(log < 65_536, "the log holds the trial alone, not {log} bytes of which nobody knows");
        next = refused + 1;
    }
    // What was told is there, and goes on being there when the process dies now.
    let told: BTreeSet<u64> = (1..next).filter(|n| !unknown.contains(n)).collect();
    assert_eq!(found(&store).await, told);
    commit(&store, next).await.expect("the store writes");
    Command::new("kill").args(["-9", &std::process::id().to_string()]).status().expect("there is `kill`");
    unreachable!("the process was killed");
}

#[tokio::test(flavor = "current_thread")]
async fn after_a_commit_of_unknown_outcome_the_store_goes_on_by_itself_and_loses_nothing_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let test = "disk::a_process_whose_files_cannot_grow_for_a_while";
    let output = child(test, dir.path(), &["env"], "trap '' XFSZ").expect("there is a shell");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&output.status),
        Some(9),
        "it ends where it means to: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let store = open(dir.path()).expect("the store opens");
    let found = found(&store).await;
    let last = *found.last().expect("rows");
    assert_eq!(found.len() as u64, last - 4, "all but the four of unknown outcome: {found:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_process_whose_disk_becomes_read_only() {
    let Some(dir) = folder() else { return };
    let data = dir.join("data");
    let store = open(&data).expect("the store opens");
    for n in 1..=20 {
        commit(&store, n).await.expect("it can be written");
    }
    // What ext4 does when the device below it fails: the files stay open and take nothing any more.
    let failed = Command::new("mount").args(["-o", "remount,abort"]).arg(&dir).status();
    assert!(failed.expect("there is `mount`").success());
    assert_eq!(commit(&store, 21).await, Err(Error::Ambiguous));
    assert_eq!(store.condition(), Condition::ReadOnly);
    let again = commit(&store, 21).await;
    assert!(matches!(again, Err(Error::Unavailable(_))), "{again:?}");
    assert_eq!(found(&store).await, (1..=20).collect(), "reading goes on");
}

#[tokio::test(flavor = "current_thread")]
async fn when_a_disk_becomes_read_only_reading_goes_on_and_nothing_told_is_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let image = dir.path().join("image");
    fs::File::create(&image).and_then(|file| file.set_len(64 * 1_024 * 1_024)).expect("an image");
    let mount = dir.path().join("mount");
    fs::create_dir(&mount).expect("a folder");
    let prepare = format!("mkfs.ext4 -q -F {0} && mount -o loop {0} \"${FOLDER}\"", image.display());
    let test = "disk::a_process_whose_disk_becomes_read_only";
    let Some(output) = child(test, &mount, NAMESPACES[1], &prepare) else {
        println!("no ext4 can be mounted here: a disk that becomes read-only was not tried");
        return;
    };
    must_pass(&output);
}

#[tokio::test(flavor = "current_thread")]
async fn a_process_whose_disk_is_read_only_from_the_start() {
    let Some(dir) = folder() else { return };
    drop(open(&dir).expect("the store opens"));
    let read_only = Command::new("mount").args(["-o", "remount,ro"]).arg(&dir).status();
    assert!(read_only.expect("there is `mount`").success());
    let error = open(&dir).err().expect("it cannot be written").to_string();
    assert!(error.contains(&dir.display().to_string()) && error.contains("Read-only"), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_read_only_disk_is_told_at_the_start() {
    let dir = tempfile::tempdir().expect("a folder");
    let prepare = format!("mount -t tmpfs -o size={DISK},mode=700 none \"${FOLDER}\"");
    let test = "disk::a_process_whose_disk_is_read_only_from_the_start";
    match NAMESPACES.iter().find_map(|namespace| child(test, dir.path(), namespace, &prepare)) {
        Some(output) => must_pass(&output),
        None => println!("no file system can be mounted here: a read-only one was not tried"),
    }
}
