//! Making, hashing and comparing secrets.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, hmac};
use switchboard_ports::clock::Entropy;

/// A secret nobody can guess: 32 bytes in URL-safe base64.
pub(crate) fn new_secret(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 32];
    entropy.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256. Enough for secrets of 32 random bytes, which nobody can try through.
pub(crate) fn hash_of(secret: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, secret)
}

/// Compares without telling by the time it takes where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    // HMAC's own comparison is in constant time; the key only has to be the same for both.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compare");
    hmac::verify(&key, one, hmac::sign(&key, other).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_secrets_are_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert!(same(b"", b""));
    }
}
