//! Who sent a webhook: the signature of a delivery and the handshake before the first one.
//!
//! Meta signs the bytes it sends, and escapes some characters in them, so the signature is checked over the
//! bytes as they came and never over JSON written again (Meta: webhooks/create-webhook-endpoint).

use ring::{digest, hmac};
use url::form_urlencoded;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";
/// Longest challenge that is repeated, in bytes. Meta's has about ten.
pub const MAX_CHALLENGE_BYTES: usize = 1_024;

const SCHEME: &str = "sha256=";
const DIGEST_BYTES: usize = digest::SHA256_OUTPUT_LEN;

/// A delivery that its signature does not prove to be from Meta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// There is no secret to verify with. Everybody can sign with an empty one.
    #[error("the channel has no app secret to verify with")]
    NoSecret,
    /// The header is not `sha256=` and 64 hexadecimal digits.
    #[error("the signature header is not sha256= and 64 hexadecimal digits")]
    Malformed,
    /// The header is well formed and was not made with this secret for these bytes.
    #[error("the signature does not fit the body under this app secret")]
    Mismatch,
}

/// A signature as its header tells it, not yet held against a body.
#[derive(Debug, Clone, Copy)]
pub struct Tag([u8; DIGEST_BYTES]);

impl Tag {
    /// Reads the header's value. It can be done before a byte of the body is there.
    ///
    /// # Errors
    /// [`Unverified::Malformed`].
    pub fn parse(header: &str) -> Result<Self, Unverified> {
        header.strip_prefix(SCHEME).and_then(digest_from_hex).map(Self).ok_or(Unverified::Malformed)
    }

    /// Verifies that a delivery is signed so, in constant time.
    ///
    /// # Errors
    /// When the body is not proven to be signed with this secret.
    pub fn verify(&self, secret: &str, body: &[u8]) -> Result<(), Unverified> {
        if secret.is_empty() {
            return Err(Unverified::NoSecret);
        }
        hmac::verify(&key(secret), body, &self.0).map_err(|_| Unverified::Mismatch)
    }
}

/// The header's value for a body, as Meta makes it: for the simulator, tools and tests.
#[must_use]
pub fn sign(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&key(secret), body);
    tag.as_ref().iter().fold(SCHEME.to_owned(), |mut text, byte| {
        text.push(hex_digit(byte >> 4));
        text.push(hex_digit(byte & 15));
        text
    })
}

/// What to answer to Meta's check of the webhook's address: the challenge, as the whole body, in plain text.
/// `query` is the raw query of the request. Nothing when the check is not for one of the expected words; the
/// answer is then 403.
#[must_use]
pub fn challenge<'t>(query: &str, expected: impl IntoIterator<Item = &'t str>) -> Option<String> {
    let (mut mode, mut token, mut challenge) = (None, None, None);
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "hub.mode" => mode = Some(value),
            "hub.verify_token" => token = Some(value),
            "hub.challenge" => challenge = Some(value),
            _ => {}
        }
    }
    let (mode, token, challenge) = (mode?, token?, challenge?);
    let known = expected.into_iter().filter(|word| !word.is_empty()).any(|word| same_word(word, &token));
    (mode == "subscribe" && known && challenge.len() <= MAX_CHALLENGE_BYTES).then(|| challenge.into_owned())
}

/// Compares digests, so that the time taken says nothing about the words.
fn same_word(one: &str, other: &str) -> bool {
    let hash = |word: &str| digest::digest(&digest::SHA256, word.as_bytes());
    hash(one).as_ref() == hash(other).as_ref()
}

fn key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

fn digest_from_hex(text: &str) -> Option<[u8; DIGEST_BYTES]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * DIGEST_BYTES {
        return None;
    }
    let mut bytes = [0; DIGEST_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(secret: &str, body: &[u8], header: &str) -> Result<(), Unverified> {
        Tag::parse(header)?.verify(secret, body)
    }

    const BODY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;

    #[test]
    fn a_signature_is_the_one_other_tools_make() {
        // openssl dgst -sha256 -hmac key, over the sentence everybody uses.
        assert_eq!(
            sign("key", b"The quick brown fox jumps over the lazy dog"),
            "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
        );
    }

    #[test]
    fn a_signed_body_verifies_under_its_own_secret_only() {
        let header = sign("secret", BODY);
        assert_eq!(verify("secret", BODY, &header), Ok(()));
        assert_eq!(verify("another", BODY, &header), Err(Unverified::Mismatch));
        assert_eq!(verify("secret", b"{}", &header), Err(Unverified::Mismatch));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        assert_eq!(verify("", BODY, &sign("", BODY)), Err(Unverified::NoSecret));
    }

    #[test]
    fn a_header_of_another_form_is_malformed() {
        let good = sign("secret", BODY);
        let hex = good.trim_start_matches(SCHEME);
        for header in [
            String::new(),
            hex.to_owned(),
            format!("sha1={hex}"),
            format!("SHA256={hex}"),
            format!("sha256= {hex}"),
            format!("sha256={hex}0"),
            format!("sha256={}", &hex[1..]),
            format!("sha256={}g", &hex[1..]),
            format!("sha256={}é", &hex[2..]),
            format!("sha256=+{}", &hex[1..]),
        ] {
            assert_eq!(verify("secret", BODY, &header), Err(Unverified::Malformed), "{header}");
        }
    }

    #[test]
    fn the_challenge_is_repeated_to_whoever_knows_the_word() {
        let query = "hub.mode=subscribe&hub.challenge=11%2B58&hub.verify_token=a%20word";
        assert_eq!(challenge(query, ["other", "a word"]).as_deref(), Some("11+58"));
        assert_eq!(challenge(query, ["other"]), None);
        assert_eq!(challenge(query, []), None);
    }

    #[test]
    fn no_challenge_is_repeated_for_an_incomplete_or_empty_question() {
        for query in [
            "",
            "hub.mode=subscribe&hub.verify_token=word",
            "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=word",
            "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        ] {
            assert_eq!(challenge(query, ["word", ""]), None, "{query}");
        }
        let long = format!("hub.mode=subscribe&hub.verify_token=word&hub.challenge={}", "1".repeat(1_025));
        assert_eq!(challenge(&long, ["word"]), None);
    }
}
