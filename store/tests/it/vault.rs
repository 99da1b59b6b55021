//! The vault and its master key.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use secrecy::SecretString;
use switchboard_ports::secrets::Vault as _;
use switchboard_store::{
    MasterKey, SealingVault, SystemEntropy,
    vault::{Created, KeyError},
};

/// A vault whose master key is this number 32 times.
fn vault(n: u8) -> SealingVault {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode([n; 32]);
    let key = MasterKey::from_text(&SecretString::from(text)).expect("a key");
    SealingVault::new(&key, Arc::new(SystemEntropy::new()))
}

switchboard_ports::vault_suite!(vault);

fn load(path: &Path) -> Result<(MasterKey, Created), KeyError> {
    MasterKey::load_or_create(path, &SystemEntropy::new())
}

#[test]
fn a_key_is_made_once_and_then_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("master.key");
    let (made, created) = load(&path).expect("a key is made");
    assert_eq!(created, Created::Now);
    let mode = fs::metadata(&path).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (found, created) = load(&path).expect("the key is found");
    assert_eq!(created, Created::Before);
    let entropy = Arc::new(SystemEntropy::new());
    let sealed = SealingVault::new(&made, entropy.clone()).seal("place", &SecretString::from("token"));
    assert!(SealingVault::new(&found, entropy).open("place", &sealed).is_ok());
    assert_eq!(fs::read_dir(dir.path()).expect("the folder reads").count(), 1, "nothing passing is left");
}

#[test]
fn a_key_others_can_read_is_refused_with_the_remedy() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("master.key");
    load(&path).expect("a key is made");
    for mode in [0o640, 0o604, 0o644, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions change");
        let Err(error) = load(&path) else { panic!("read with mode {mode:o}") };
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn a_file_without_a_whole_key_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("master.key");
    for text in ["", "\n", "c2hvcnQ=", "not base64 at all, but of some length!!!!!!!", &"A".repeat(88)] {
        fs::write(&path, text).expect("the file is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions change");
        let Err(error) = load(&path) else { panic!("read {text:?}") };
        assert!(matches!(error, KeyError::MalformedFile { .. }), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("the file reads"), text);
    }
}

#[test]
fn a_key_from_a_setting_may_have_white_space_around_it() {
    let text = format!(" {}=\n", "A".repeat(43));
    assert!(MasterKey::from_text(&SecretString::from(text)).is_ok());
    assert!(matches!(MasterKey::from_text(&SecretString::from("AAAA")), Err(KeyError::Malformed)));
}
