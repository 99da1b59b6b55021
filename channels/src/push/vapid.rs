//! How a service knows that a message is ours (RFC 8292): by a token that is signed under the key that the browser was given.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;
use switchboard_schema::Timestamp;
use url::Url;

/// How long a token is good: at most 24 hours (RFC 8292, 2).
const GOOD_FOR: Duration = Duration::from_secs(12 * 3_600);

/// It is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key for pushed messages does not read")]
pub struct NoKey;

/// Makes a new key, to be kept: PKCS#8.
///
/// # Errors
/// When the system gives no chance.
pub fn new_key() -> Result<Vec<u8>, NoKey> {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    made.map(|key| key.as_ref().to_vec()).map_err(|_| NoKey)
}

/// Signs.
pub struct Vapid {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    public_key: String,
    /// Whom a service can write to: `mailto:` or `https:`.
    contact: Option<String>,
}

impl Vapid {
    /// With a key that [`new_key`] made.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(key: &[u8], contact: Option<String>) -> Result<Self, NoKey> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key, &random);
        let pair = pair.map_err(|_| NoKey)?;
        let public_key = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        Ok(Self { pair, random, public_key, contact })
    }

    /// Its public half, in base64url.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// What says to the service at this address that a message is ours; nothing where the system gives no chance.
    #[must_use]
    pub fn authorization(&self, to: &Url, now: Timestamp) -> Option<String> {
        let expires = (now + GOOD_FOR).as_millis() / 1_000;
        let mut claims = json!({"aud": to.origin().ascii_serialization(), "exp": expires});
        if let Some(contact) = &self.contact {
            claims["sub"] = contact.as_str().into();
        }
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "ES256"})), part(&claims));
        let signature = self.pair.sign(&self.random, signed.as_bytes()).ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        Some(format!("vapid t={signed}.{signature}, k={}", self.public_key))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_token_is_signed_for_the_service_alone_and_ends_within_a_day() {
        let vapid = Vapid::new(&new_key().unwrap(), Some("mailto:ops@example.com".to_owned())).unwrap();
        let (to, now) = (Url::parse("https://push.example.com/a/b?c").unwrap(), Timestamp::from_secs(1_000));
        let text = vapid.authorization(&to, now).unwrap();
        let (token, key) = text.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, vapid.public_key());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key));
        public.verify(signed.as_bytes(), &bytes(signature)).unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&bytes(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims["aud"], "https://push.example.com");
        assert_eq!(
            (claims["exp"].as_i64(), &claims["sub"]),
            (Some(44_200), &json!("mailto:ops@example.com"))
        );
    }

    #[test]
    fn what_is_no_key_is_told() {
        assert!(Vapid::new(b"no", None).is_err());
    }
}
