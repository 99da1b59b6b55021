//! Indexes in folders.

use std::sync::Arc;

use switchboard_ports::{
    search::{
        Change, Index,
        conformance::{Backend, ask, message, scope},
    },
    store::conformance::HandClock,
};
use switchboard_schema::TenantScope;
use switchboard_search::Shelves;
use tempfile::TempDir;

struct Folder {
    shelves: Arc<Shelves>,
    clock: Arc<HandClock>,
    dir: TempDir,
}

impl Folder {
    fn open(clock: Arc<HandClock>, dir: TempDir) -> Self {
        let shelves = Shelves::open(dir.path().to_owned(), clock.clone()).expect("the folder opens");
        Self { shelves: Arc::new(shelves), clock, dir }
    }
}

impl Backend for Folder {
    fn index(&self) -> Arc<dyn Index> {
        Arc::clone(&self.shelves) as Arc<dyn Index>
    }

    fn reopen(self) -> Self {
        let Self { shelves, clock, dir } = self;
        drop(shelves);
        Self::open(clock, dir)
    }

    fn damage(&self, scope: TenantScope) {
        let folder = self.dir.path().join(scope.tenant().to_string());
        for file in std::fs::read_dir(folder).expect("its folder") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|kind| kind == "term" || kind == "idx") {
                let mut bytes = std::fs::read(&path).expect("its bytes");
                bytes.iter_mut().for_each(|byte| *byte = !*byte);
                std::fs::write(&path, bytes).expect("other bytes");
            }
        }
    }
}

fn folder() -> Folder {
    Folder::open(Arc::default(), tempfile::tempdir().expect("a folder"))
}

switchboard_ports::index_suite!(folder);

fn said(of: u8, seq: u64, text: &str) -> Vec<Change> {
    vec![Change::Message(Box::new(message(of, seq, text)))]
}

#[test]
fn few_indexes_are_written_at_once_and_none_that_rests_is_open() {
    let folder = folder();
    for tenant in 1..=9 {
        folder.shelves.apply(scope(tenant), said(1, 1, "hello"), "n").expect("a commit");
    }
    let sizes = folder.shelves.sizes();
    assert_eq!((sizes.open, sizes.writing), (9, 4));
    assert!(sizes.bytes > 0);
    folder.clock.advance(std::time::Duration::from_secs(31));
    folder.shelves.rest();
    assert_eq!(folder.shelves.sizes().writing, 0);
    folder.clock.advance(std::time::Duration::from_secs(600));
    folder.shelves.rest();
    assert_eq!(folder.shelves.sizes().open, 0);
    for tenant in 1..=9 {
        let found = folder.shelves.find(scope(tenant), &ask("hello "), &|| false).expect("an answer");
        assert_eq!(found.hits.len(), 1);
    }
}

#[test]
fn a_folder_that_somebody_took_away_is_told_and_made_anew() {
    let folder = folder();
    folder.shelves.apply(scope(1), said(1, 1, "hello"), "n").expect("a commit");
    std::fs::remove_dir_all(folder.dir.path().join(scope(1).tenant().to_string())).expect("taken away");
    let told = folder.shelves.apply(scope(1), said(1, 2, "hello"), "m");
    assert!(told.is_err() || folder.shelves.note(scope(1)) != Ok(Some("m".to_owned())), "{told:?}");
    folder.shelves.reset(scope(1)).expect("a reset");
    assert_eq!(folder.shelves.note(scope(1)), Ok(None));
    folder.shelves.apply(scope(1), said(1, 2, "hello"), "m").expect("a commit");
}

#[test]
fn what_was_replaced_is_off_the_disk_after_a_while() {
    let folder = folder();
    for n in 0..60_u64 {
        folder.shelves.apply(scope(1), said(1, n % 20, &format!("version {n}")), "n").expect("a commit");
    }
    folder.clock.advance(std::time::Duration::from_secs(31));
    folder.shelves.rest();
    let files =
        std::fs::read_dir(folder.dir.path().join(scope(1).tenant().to_string())).expect("its folder").count();
    assert!(files < 90, "segments are merged: {files} files");
    let found = folder.shelves.find(scope(1), &ask("version "), &|| false).expect("an answer");
    assert_eq!(found.hits.len(), 20);
}
