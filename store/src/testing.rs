//! An embedded store for tests: the real one, in a folder that is deleted with it.

pub mod cassandra;
pub mod cql;
pub mod s3;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use switchboard_ports::clock::Clock;
use tempfile::TempDir;

use crate::{Embedded, Lifecycle as _, Options};

/// Where the jars of a server are that tests start.
fn jars(name: &str) -> PathBuf {
    let target = std::env::vars_os()
        .find(|(name, _)| name == "CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), |(_, dir)| dir.into());
    let jars = target.join(name).join("lib");
    assert!(jars.is_dir(), "{} is not there: run scripts/jars {name}", jars.display());
    jars
}

/// An embedded store and its folder.
pub struct Temporary {
    // Dropped in this order: the store is closed before its folder goes.
    store: Arc<Embedded>,
    dir: TempDir,
}

impl Temporary {
    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<Embedded> {
        Arc::clone(&self.store)
    }

    /// Its folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Closes the store and opens it again over the same folder, as a restart does.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn reopen(&mut self, clock: Arc<dyn Clock>) {
        self.store.close().await;
        self.store =
            Embedded::open(self.dir.path(), clock, Options::default()).expect("the store opens again");
    }
}

/// An embedded store in a folder of its own.
///
/// # Panics
/// When there is no place for it.
#[must_use]
pub fn temporary(clock: Arc<dyn Clock>) -> Temporary {
    let dir = tempfile::tempdir().expect("a folder for the test");
    let store = Embedded::open(dir.path(), clock, Options::default()).expect("the store opens");
    Temporary { store, dir }
}
