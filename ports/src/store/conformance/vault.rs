//! What every vault must keep. Plain functions: a vault answers at once.

use secrecy::{ExposeSecret as _, SecretString};
use switchboard_schema::record::Sealed;

use crate::secrets::{NotOurs, Vault};

const PLACE: &str = "channel:cha_1:access_token";

fn opened(vault: &dyn Vault, place: &str, sealed: &Sealed) -> Result<String, NotOurs> {
    vault.open(place, sealed).map(|secret| secret.expose_secret().to_owned())
}

/// Instantiates every behaviour as a test; the factory makes a vault of a master key named by a number.
#[macro_export]
macro_rules! vault_suite {
    ($open:expr) => {
        $crate::vault_tests!($open;
            what_was_sealed_opens_in_its_place,
            a_secret_moved_to_another_place_does_not_open,
            a_secret_with_a_changed_byte_does_not_open,
            a_secret_cut_short_does_not_open,
            a_secret_does_not_open_under_another_master_key,
            the_same_secret_sealed_twice_looks_different,
            the_sealed_bytes_do_not_hold_the_secret,
            derived_keys_are_the_same_for_a_purpose_and_differ_between_purposes_and_masters,
        );
    };
}

/// One test per named function of the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! vault_tests {
    ($open:expr; $($name:ident,)*) => {$(
        #[test]
        fn $name() {
            $crate::store::conformance::vault::$name($open);
        }
    )*};
}

/// The way there and back.
pub fn what_was_sealed_opens_in_its_place<V: Vault>(open: impl Fn(u8) -> V) {
    for secret in ["", "EAAG…token", "a\0b", &"long ".repeat(1_000)] {
        let sealed = open(1).seal(PLACE, &SecretString::from(secret));
        assert_eq!(opened(&open(1), PLACE, &sealed), Ok(secret.to_owned()));
    }
}

/// Bound to its place.
pub fn a_secret_moved_to_another_place_does_not_open<V: Vault>(open: impl Fn(u8) -> V) {
    let sealed = open(1).seal(PLACE, &SecretString::from("token"));
    for place in ["", "channel:cha_1:app_secret", "channel:cha_2:access_token", "channel:cha_1:access_token "]
    {
        assert_eq!(opened(&open(1), place, &sealed), Err(NotOurs));
    }
}

/// Authenticated.
pub fn a_secret_with_a_changed_byte_does_not_open<V: Vault>(open: impl Fn(u8) -> V) {
    let sealed = open(1).seal(PLACE, &SecretString::from("token"));
    for index in 0..sealed.0.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed.0[index] ^= 1 << bit;
            assert_eq!(opened(&open(1), PLACE, &changed), Err(NotOurs), "byte {index}, bit {bit}");
        }
    }
}

/// Whole.
pub fn a_secret_cut_short_does_not_open<V: Vault>(open: impl Fn(u8) -> V) {
    let sealed = open(1).seal(PLACE, &SecretString::from("token"));
    for length in 0..sealed.0.len() {
        assert_eq!(opened(&open(1), PLACE, &Sealed(sealed.0[..length].to_vec())), Err(NotOurs));
    }
}

/// Under its key.
pub fn a_secret_does_not_open_under_another_master_key<V: Vault>(open: impl Fn(u8) -> V) {
    let sealed = open(1).seal(PLACE, &SecretString::from("token"));
    assert_eq!(opened(&open(2), PLACE, &sealed), Err(NotOurs));
}

/// Fresh each time.
pub fn the_same_secret_sealed_twice_looks_different<V: Vault>(open: impl Fn(u8) -> V) {
    let vault = open(1);
    let secret = SecretString::from("token");
    assert_ne!(vault.seal(PLACE, &secret), vault.seal(PLACE, &secret));
}

/// Encrypted.
pub fn the_sealed_bytes_do_not_hold_the_secret<V: Vault>(open: impl Fn(u8) -> V) {
    let sealed = open(1).seal(PLACE, &SecretString::from("a token in clear"));
    assert!(!sealed.0.windows(5).any(|window| window == b"token"));
}

/// Derived keys.
pub fn derived_keys_are_the_same_for_a_purpose_and_differ_between_purposes_and_masters<V: Vault>(
    open: impl Fn(u8) -> V,
) {
    let key = |master, purpose: &str| open(master).derive(purpose).expose_secret().to_vec();
    assert_eq!(key(1, "tickets"), key(1, "tickets"));
    assert_ne!(key(1, "tickets"), key(1, "links"));
    assert_ne!(key(1, "tickets"), key(2, "tickets"));
    assert!(key(1, "tickets").len() >= 32);
}
