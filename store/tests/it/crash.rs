//! A process that writes is killed: what it was told is done is there, and no commit is there by half.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use futures_util::future::join_all;
use switchboard_ports::store::{
    Error, Exchange, Exchanged, Lane, MAX_SCAN_ROWS, Mutation, Records, Scan, Scope, Store,
};
use switchboard_schema::{
    ConversationId, TenantId, TenantScope, Timestamp,
    record::{CLAIMS, ThreadRow},
    table::{Cell, Record as _},
};
use switchboard_store::{Embedded, Lifecycle as _, Options, SystemClock};

/// Names the folder to the process that writes; without it that test does nothing.
const FOLDER: &str = "SWITCHBOARD_STORE_CRASH_FOLDER";
/// Says to it how many times longer its rows are, so that its log is moved into the database again and again.
const LONGER: &str = "SWITCHBOARD_STORE_CRASH_LONGER";
/// Rows of each commit.
const ROWS: i64 = 3;
/// Writers at once, each with a conversation of its own.
const WRITERS: u8 = 8;
/// Kills, each at another moment.
const SEEDS: u64 = 6;
/// Kills of a process that moves its log.
const KILLS_IN_MOVES: u64 = 3;

fn open(dir: &Path) -> Arc<Embedded> {
    Embedded::open(dir, Arc::new(SystemClock), Options::default()).expect("the store opens")
}

fn scope(writer: u8) -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([writer % 3; 16]))
}

fn conversation(writer: u8) -> ConversationId {
    ConversationId::from_bytes([writer; 16])
}

/// The rows of a writer's n-th commit; the first, as a conversation's head, is written by each of them.
fn commit(writer: u8, n: i64) -> Vec<Mutation> {
    longer_commit(writer, n, 1)
}

fn longer_commit(writer: u8, n: i64, longer: usize) -> Vec<Mutation> {
    let row = |kind: i64, n: i64, version: i64| ThreadRow {
        conversation_id: conversation(writer),
        bucket: 0,
        kind,
        n: n.unsigned_abs(),
        epoch: 1,
        version: version.unsigned_abs(),
        id: None,
        provider_at: Some(Timestamp::from_secs(version)),
        body: vec![writer; usize::try_from(n % 700).unwrap_or(0) * longer],
    };
    let mut rows = vec![Mutation::put(row(0, 0, n))];
    rows.extend((0..ROWS).map(|part| Mutation::put(row(1, n * ROWS + part, n))));
    rows
}

fn claim(writer: u8, n: i64) -> Exchange {
    let key = vec![Cell::Text("email".to_owned()), Cell::Blob([&[writer][..], &n.to_be_bytes()].concat())];
    Exchange { table: &CLAIMS, key, expect: None, replace: Some(vec![Cell::Blob(n.to_be_bytes().to_vec())]) }
}

/// Names the folder to the process whose disk fails; without it that test does nothing.
const FAILING_FOLDER: &str = "SWITCHBOARD_STORE_FAILING_FOLDER";

/// The process whose disk fails: commits one after another until one is not done, then one more.
#[tokio::test(flavor = "current_thread")]
async fn a_process_that_writes_until_its_disk_fails() {
    let Some(dir) = std::env::var_os(FAILING_FOLDER) else { return };
    let store = open(Path::new(&dir));
    let scope: Scope = scope(1).into();
    for n in 1_i64.. {
        match store.commit_one(scope, Lane::Interactive, commit(1, n)).await {
            Ok(()) => tell(&format!("commit 1 {n}")),
            Err(Error::Ambiguous) => {
                tell(&format!("ambiguous 1 {n}"));
                break;
            }
            Err(error) => panic!("commit {n}: {error}"),
        }
    }
    let after = store.commit_one(scope, Lane::Interactive, commit(2, 1)).await;
    assert!(matches!(after, Err(Error::Unavailable(_))), "the log is not written on: {after:?}");
    assert!(store.failure().is_some_and(|reason| reason.contains("check it")));
    let key = ThreadRow::key(conversation(1), 0, 0, 0, 1);
    assert!(matches!(store.get(scope, ThreadRow::TABLE, key).await, Ok(Some(_))), "reading goes on");
    tell("stopped 1 0");
}

#[tokio::test(flavor = "current_thread")]
async fn a_disk_that_fails_at_a_commit_stops_the_store_and_loses_nothing_told() {
    let dir = tempfile::tempdir().expect("a folder");
    // A limit on the size of files stands for the failing disk; the shell makes its signal an error.
    let out = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4000; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::a_process_that_writes_until_its_disk_fails", "--nocapture"])
        .env(FAILING_FOLDER, dir.path())
        .output()
        .expect("the process runs");
    let text = String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success() && text.contains("told stopped"),
        "{text}{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let told = |what: &str| {
        let begin = format!("told {what} 1 ");
        let numbers = text.lines().filter_map(|line| line.split_once(&begin)?.1.parse().ok());
        numbers.collect::<Vec<u64>>()
    };
    let (done, open_ended) = (told("commit"), told("ambiguous"));
    assert_eq!(open_ended, [done.len() as u64 + 1]);

    let store = open(dir.path());
    let records = Records::new(store as Arc<dyn Store>);
    let scan = Scan::of::<ThreadRow>(ThreadRow::partition(conversation(1), 0)).from(vec![Cell::Int(1)]);
    let rows: Vec<ThreadRow> = records.all(scope(1), scan).await.expect("the rows are read");
    let found: BTreeSet<u64> = rows.iter().map(|row| row.version).collect();
    assert!(done.iter().all(|n| found.contains(n)), "a commit was told and is lost");
    assert!(found.iter().all(|n| done.contains(n) || open_ended.contains(n)));
    assert_eq!(rows.len(), found.len() * usize::try_from(ROWS).unwrap_or(0), "half a commit");
    assert_eq!(
        records.get::<ThreadRow>(scope(1), ThreadRow::key(conversation(2), 0, 0, 0, 1)).await,
        Ok(None)
    );
}

/// The process that writes until it is killed: prints a line for each thing it was told is done.
#[tokio::test(flavor = "current_thread")]
async fn a_process_that_writes_until_it_is_killed() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let longer = std::env::var(LONGER).ok().and_then(|longer| longer.parse().ok()).unwrap_or(1);
    let store = open(Path::new(&dir));
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(&store);
        async move {
            for n in 1_i64.. {
                let lane = if writer == 0 { Lane::Bulk } else { Lane::Interactive };
                store
                    .commit_one(scope(writer).into(), lane, longer_commit(writer, n, longer))
                    .await
                    .expect("the commit is done");
                tell(&format!("commit {writer} {n}"));
                if n % 5 == 0 {
                    let done = store.exchange(Scope::System, claim(writer, n)).await;
                    assert_eq!(done, Ok(Exchanged::Done));
                    tell(&format!("claim {writer} {n}"));
                }
            }
        }
    });
    join_all(writers).await;
}

/// One line, whole, past the test harness's capture.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("told {line}\n").as_bytes())
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

/// Lets a process write until it has told of so many things, kills it, and answers with all it told.
fn write_and_kill(dir: &Path, lines: usize, longer: usize) -> Vec<(String, u8, i64)> {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::a_process_that_writes_until_it_is_killed", "--nocapture"])
        .env(FOLDER, dir)
        .env(LONGER, longer.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the process starts");
    let mut out = BufReader::new(child.stdout.take().expect("its output is ours")).lines();
    let mut told = Vec::new();
    while let Some(Ok(line)) = out.next() {
        // The harness may have begun the line.
        let Some((_, line)) = line.split_once("told ") else { continue };
        let mut words = line.split(' ');
        let (Some(what), Some(writer), Some(n)) = (words.next(), words.next(), words.next()) else {
            panic!("half a line, though each is written at once: {line}")
        };
        told.push((what.to_owned(), writer.parse().expect("a writer"), n.parse().expect("a number")));
        if told.len() == lines {
            // SIGKILL; what it still wrote to the pipe before is read on.
            child.kill().expect("it is killed");
        }
    }
    let status = child.wait().expect("it has ended");
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(9),
        "it ended by itself: {status}"
    );
    told
}

/// Everything that a killed process told is there, and nothing by half.
async fn all_told_is_there(dir: &Path, told: &[(String, u8, i64)], seed: u64) {
    let store = open(dir);
    let records = Records::new(Arc::clone(&store) as Arc<dyn Store>);
    for writer in 0..WRITERS {
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(conversation(writer), 0)).limit(MAX_SCAN_ROWS);
        let rows: Vec<ThreadRow> = records.all(scope(writer), scan).await.expect("the rows are read");
        let (heads, items): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.kind == 0);
        let found: BTreeSet<i64> = items.iter().map(|row| row.version.cast_signed()).collect();
        for (_, _, n) in told.iter().filter(|(what, who, _)| what == "commit" && *who == writer) {
            assert!(found.contains(n), "seed {seed}: commit {n} of writer {writer} was told and is lost");
        }
        let last = found.last().copied().unwrap_or(0);
        assert_eq!(found.len(), usize::try_from(last).unwrap_or(0), "seed {seed}: a gap");
        assert_eq!(
            items.len(),
            found.len() * usize::try_from(ROWS).unwrap_or(0),
            "seed {seed}: half a commit"
        );
        let head = heads.first().map_or(0, |head| head.version.cast_signed());
        assert_eq!(head, last, "seed {seed}: head and items are of one commit");
    }
    for (_, writer, n) in told.iter().filter(|(what, ..)| what == "claim") {
        let again = store.exchange(Scope::System, claim(*writer, *n)).await;
        assert!(matches!(again, Ok(Exchanged::Found(Some(_)))), "seed {seed}: a claim was told and is lost");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_a_killed_process_was_told_is_there_and_no_commit_by_half() {
    for seed in 0..SEEDS {
        let dir = tempfile::tempdir().expect("a folder");
        let lines = usize::try_from((seed * 2_654_435_761) % 997).unwrap_or(0) + 20;
        let told = write_and_kill(dir.path(), lines, 1);
        assert!(told.len() >= lines, "seed {seed}: {} of {lines}", told.len());
        all_told_is_there(dir.path(), &told, seed).await;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_process_killed_while_its_log_is_moved_loses_nothing_told() {
    for seed in 0..KILLS_IN_MOVES {
        let dir = tempfile::tempdir().expect("a folder");
        let lines = usize::try_from((seed * 2_654_435_761) % 397).unwrap_or(0) + 5_000;
        let told = write_and_kill(dir.path(), lines, 20);
        let database = dir.path().join("switchboard.db").metadata().expect("a database").len();
        assert!(database > 10_000_000, "seed {seed}: nothing of the log was moved, {database} bytes");
        all_told_is_there(dir.path(), &told, seed).await;
    }
}

#[test]
fn a_database_that_was_killed_in_is_sound() {
    let dir = tempfile::tempdir().expect("a folder");
    write_and_kill(dir.path(), 300, 1);
    drop(open(dir.path()));
    let connection =
        rusqlite::Connection::open(dir.path().join("switchboard.db")).expect("the database opens");
    let check: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("the check is done");
    assert_eq!(check, "ok");
}
