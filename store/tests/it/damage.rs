//! Files that were damaged while the store was closed: it opens with everything, or says what to do, and what can
//! be saved is.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use switchboard_ports::store::{Lane, Mutation, Records, Scan, Scope, Store};
use switchboard_schema::{
    ConversationId, TenantId, TenantScope,
    record::{MemberRow, ThreadRow},
    table::{Cell, Record as _},
};
use switchboard_store::{Embedded, Lifecycle as _, OpenError, Options, SystemClock, inspect, salvage};

/// Rows of each commit.
const ROWS: u64 = 4;
/// Commits.
const COMMITS: u64 = 150;
/// Places tried in each file.
const PLACES: u64 = 120;

fn open(dir: &Path) -> Result<Arc<Embedded>, OpenError> {
    Embedded::open(dir, Arc::new(SystemClock), Options::default())
}

fn scope() -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([1; 16]))
}

fn conversation(n: u64) -> ConversationId {
    ConversationId::from_bytes([u8::try_from(n % 20).expect("a byte") * 12; 16])
}

fn row(n: u64) -> ThreadRow {
    ThreadRow {
        conversation_id: conversation(n / ROWS),
        bucket: 0,
        kind: 1,
        n,
        epoch: 1,
        version: n,
        id: None,
        provider_at: None,
        body: n.to_be_bytes().repeat(60),
    }
}

fn member(n: u64) -> (Vec<Cell>, Vec<Cell>) {
    let id = ring::digest::digest(&ring::digest::SHA256, &n.to_be_bytes()).as_ref()[..16].to_vec();
    (vec![Cell::Blob(id)], vec![Cell::Blob(n.to_be_bytes().repeat(40))])
}

async fn fill(store: &Arc<Embedded>) {
    for commit in 0..COMMITS {
        let rows = (0..ROWS).map(|n| Mutation::put(row(commit * ROWS + n))).collect();
        store.commit_one(scope().into(), Lane::Interactive, rows).await.expect("it is written");
    }
    for n in 0..400 {
        let (key, values) = member(n);
        let put =
            Mutation::Put { table: MemberRow::TABLE, cells: [key, values].concat().into(), expires_at: None };
        store.commit_many(scope().into(), Lane::Interactive, vec![put]).await.expect("it is written");
    }
}

/// The thread's rows that are there, by number; each must be as it was written. Nothing when they do not read.
async fn rows(store: &Arc<Embedded>) -> Option<BTreeSet<u64>> {
    let records = Records::new(Arc::clone(store) as Arc<dyn Store>);
    let mut found = BTreeSet::new();
    for n in 0..20 {
        let partition = ThreadRow::partition(conversation(n), 0);
        let read: Vec<ThreadRow> = records.all(scope(), Scan::of::<ThreadRow>(partition)).await.ok()?;
        for one in read {
            assert_eq!(one, row(one.n), "a row that was never written");
            found.insert(one.n);
        }
    }
    Some(found)
}

fn all() -> BTreeSet<u64> {
    (0..COMMITS * ROWS).collect()
}

/// A folder whose store was closed.
async fn closed() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path()).expect("it opens");
    fill(&store).await;
    store.close().await;
    dir
}

/// A folder as a crash leaves it: with a log, which holds all, and no seal.
async fn crashed() -> tempfile::TempDir {
    let (dir, image) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let store = open(dir.path()).expect("it opens");
    fill(&store).await;
    copy(dir.path(), image.path(), &["switchboard.db", "switchboard.db-wal"]);
    store.close().await;
    image
}

fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        fs::copy(from.join(name), to.join(name)).expect("it is copied");
    }
}

fn change(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).expect("it is read");
    change(&mut bytes);
    fs::write(file, bytes).expect("it is written");
}

/// What is said must name the file and what to run.
fn says_what_to_do(error: &OpenError, file: &Path) {
    let words = error.to_string();
    let names = file.display().to_string();
    let helps = words.contains("switchboard restore") && words.contains("switchboard salvage");
    assert!(matches!(error, OpenError::Damaged { .. }) && words.contains(&names) && helps, "{words}");
}

/// Bytes in all regions of a file, by turns.
fn places(file: &Path) -> Vec<usize> {
    let length = fs::metadata(file).expect("it is there").len();
    let places = (0..PLACES).map(|n| (n * length / PLACES + n * 7_919 % 4_096).min(length - 1));
    (0..100).chain(places).map(|at| usize::try_from(at).expect("it fits")).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn any_byte_changed_in_a_closed_database_is_noticed_and_the_untouched_one_opens() {
    let dir = closed().await;
    let file = dir.path().join("switchboard.db");
    let sound = fs::read(&file).expect("it is read");
    for at in places(&file) {
        change(&file, |bytes| bytes[at] ^= 1 << (at % 8));
        says_what_to_do(&open(dir.path()).err().unwrap_or_else(|| panic!("byte {at}: it opens")), &file);
        fs::write(&file, &sound).expect("it is written");
    }
    for length in [0, 100, 4_096, sound.len() / 2, sound.len() - 1] {
        change(&file, |bytes| bytes.truncate(length));
        says_what_to_do(&open(dir.path()).err().expect("it is too short"), &file);
        fs::write(&file, &sound).expect("it is written");
    }
    let store = open(dir.path()).expect("the untouched one opens");
    assert_eq!(rows(&store).await, Some(all()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_changed_byte_of_the_log_costs_at_most_the_commit_that_may_have_been_under_way() {
    let image = crashed().await;
    let log = image.path().join("switchboard.db-wal");
    let (mut refused, mut opened) = (0, 0);
    for at in places(&log) {
        let dir = tempfile::tempdir().expect("a folder");
        copy(image.path(), dir.path(), &["switchboard.db", "switchboard.db-wal"]);
        change(&dir.path().join("switchboard.db-wal"), |bytes| bytes[at] ^= 1 << (at % 8));
        match open(dir.path()) {
            Err(error) => {
                says_what_to_do(&error, &dir.path().join("switchboard.db-wal"));
                refused += 1;
            }
            Ok(store) => {
                assert_eq!(rows(&store).await, Some(all()), "byte {at}");
                opened += 1;
            }
        }
    }
    assert!(refused > 150, "{refused} refused, {opened} opened");
    let store = open(image.path()).expect("the untouched one opens");
    assert_eq!(rows(&store).await, Some(all()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_log_cut_within_its_last_commit_opens_without_it() {
    let image = crashed().await;
    change(&image.path().join("switchboard.db-wal"), |bytes| bytes.truncate(bytes.len() - 10));
    let store = open(image.path()).expect("a commit under way is no damage");
    assert_eq!(rows(&store).await, Some(all()), "the last commit was another table's");
}

#[tokio::test(flavor = "current_thread")]
async fn a_lost_page_after_a_crash_is_noticed_at_the_start_or_was_not_needed() {
    let image = closed().await;
    let file = image.path().join("switchboard.db");
    fs::remove_file(image.path().join("switchboard.seal")).expect("as after a crash");
    let sound = fs::read(&file).expect("it is read");
    let mut refused = 0;
    for page in 0..sound.len() / 4_096 {
        change(&file, |bytes| bytes[page * 4_096..][..4_096].fill(0));
        match open(image.path()) {
            Err(error) => {
                says_what_to_do(&error, &file);
                refused += 1;
            }
            Ok(store) => {
                assert_eq!(rows(&store).await, Some(all()), "page {page}");
                store.close().await;
                fs::remove_file(image.path().join("switchboard.seal")).expect("a seal");
            }
        }
        fs::write(&file, &sound).expect("it is written");
    }
    assert!(refused * 2 > sound.len() / 4_096, "{refused} of {} pages", sound.len() / 4_096);
}

#[tokio::test(flavor = "current_thread")]
async fn what_still_reads_is_saved_and_the_damaged_files_are_kept() {
    for seed in 1..=8_usize {
        let dir = closed().await;
        let file = dir.path().join("switchboard.db");
        let mut lost_pages = 0;
        change(&file, |bytes| {
            let pages = bytes.len() / 4_096;
            for n in 0..4 {
                // Not the first pages, which list the tables and begin them.
                let page = 45 + (seed * 7_919 + n * 104_729) % (pages - 45);
                bytes[page * 4_096..][..4_096].fill(0xa5);
                lost_pages += 1;
            }
        });
        let damaged = fs::read(&file).expect("it is read");
        says_what_to_do(&open(dir.path()).err().expect("it is damaged"), &file);
        assert!(!inspect(dir.path()).expect("it is looked at").is_empty());
        let saved = salvage(dir.path()).expect("something is saved");
        let kept: PathBuf = saved.aside.join("switchboard.db");
        assert_eq!(fs::read(kept).expect("it is kept"), damaged, "as it was");
        let of = |name: &str| saved.tables.iter().find(|table| table.table == name).expect("a table").clone();
        let (thread, members) = (of("thread"), of("members"));
        assert!(thread.gaps + members.gaps > 0, "seed {seed}: {saved:?}");
        // A page holds some eight rows. One of the members' that leads to others holds rows, too, and loses theirs.
        assert!(thread.rows >= COMMITS * ROWS - lost_pages * 16, "seed {seed}: {thread:?}");
        assert!(members.rows + lost_pages * 120 >= 400, "seed {seed}: {members:?}");
        if thread.gaps > 0
            && let Some(lost) = thread.lost
        {
            assert_eq!(thread.rows + lost, COMMITS * ROWS, "seed {seed}: {thread:?}");
        }
        let store = open(dir.path()).expect("the new one opens");
        let found = rows(&store).await.expect("it reads");
        assert_eq!(found.len() as u64, thread.rows);
        store.close().await;
    }
}

#[tokio::test(flavor = "current_thread")]
async fn saving_from_a_sound_database_saves_everything() {
    let dir = closed().await;
    let saved = salvage(dir.path()).expect("it is saved");
    assert!(saved.tables.iter().all(|table| table.gaps == 0 && table.lost == Some(0)), "{saved:?}");
    assert_eq!(inspect(dir.path()).expect("it is looked at"), Vec::<String>::new());
    let store = open(dir.path()).expect("the new one opens");
    assert_eq!(rows(&store).await, Some(all()));
    let scan = Scan::of::<MemberRow>(MemberRow::partition()).limit(1_000);
    let members = store.scan(Scope::from(scope()), scan).await.expect("they are read");
    assert_eq!(members.len(), 400);
}

#[test]
fn a_database_whose_first_page_is_gone_says_that_nothing_can_be_saved() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("switchboard.db"), vec![7; 40_960]).expect("it is written");
    let error = salvage(dir.path()).expect_err("there is nothing").to_string();
    assert!(error.contains("nothing can be saved"), "{error}");
    assert!(dir.path().join("switchboard.db").exists(), "and nothing was moved");
}
