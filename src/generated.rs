//! What is generated and checked in, and the test that it has not drifted.

use std::{fs, path::Path};

/// Compares a generated document with the checked-in one; `UPDATE_GENERATED=1` writes it instead.
#[track_caller]
pub(crate) fn check(path: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::vars().any(|(name, value)| name == "UPDATE_GENERATED" && value == "1") {
        fs::write(&path, generated).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == generated, "{} has drifted: run `UPDATE_GENERATED=1 cargo test`", path.display());
}
