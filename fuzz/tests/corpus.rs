//! Every kept input through its target, without a fuzzer.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use switchboard_fuzz::TARGETS;

/// Bytes of all corpora together: they are in everybody's clone.
const CORPUS_BYTES_MAX: u64 = 1_024 * 1_024;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn every_kept_input_keeps_its_promises_and_every_target_takes_some_and_refuses_some() {
    for target in TARGETS {
        let (mut taken, mut refused) = (0, 0);
        for path in files(&corpora().join(target.name)) {
            // Where it fails, the last line says with what.
            println!("{}", path.display());
            if (target.run)(&fs::read(&path).expect("a file")) { taken += 1 } else { refused += 1 }
        }
        assert!(taken > 0 && refused > 0, "{}: {taken} taken, {refused} refused", target.name);
    }
}

#[test]
fn every_corpus_and_every_dictionary_is_of_a_target() {
    let names: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let found: BTreeSet<_> = files(&corpora())
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, names);
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries")) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(names.contains(&name), "{name}");
    }
}

#[test]
fn the_corpora_stay_small() {
    let bytes: u64 = files(&corpora())
        .iter()
        .flat_map(|folder| files(folder))
        .map(|path| path.metadata().expect("a file").len())
        .sum();
    assert!(bytes <= CORPUS_BYTES_MAX, "{bytes} bytes: take out the largest");
}
