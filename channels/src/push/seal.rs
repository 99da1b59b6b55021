//! Encryption of a message for one browser (RFC 8291): `aes128gcm` (RFC 8188) in one record, under keys that only the browser
//! and this one message have.

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    hkdf,
    rand::{SecureRandom as _, SystemRandom},
};
use switchboard_ports::push::PUSH_BYTES_MAX;

/// Bytes of a browser's point.
pub const POINT_BYTES: usize = 65;
/// Bytes of a browser's secret.
pub const AUTH_BYTES: usize = 16;
/// A message is made as long as the next multiple of this, so that its length tells little.
const PADDED_TO: usize = 512;
/// The size of a record that is announced; there is only one.
const RECORD_BYTES: u32 = 4_096;

/// It cannot be encrypted: the browser's keys are none, or it is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be encrypted for this browser")]
pub struct Unsealable;

impl From<ring::error::Unspecified> for Unsealable {
    fn from(_: ring::error::Unspecified) -> Self {
        Self
    }
}

/// Encrypts a message for whoever has the keys to this point and this secret.
///
/// # Errors
/// When they are none, or the message is longer than [`PUSH_BYTES_MAX`].
pub fn seal(point: &[u8], auth: &[u8], payload: &[u8]) -> Result<Vec<u8>, Unsealable> {
    if point.len() != POINT_BYTES || auth.len() != AUTH_BYTES || payload.len() > PUSH_BYTES_MAX {
        return Err(Unsealable);
    }
    let random = SystemRandom::new();
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let our_point = ours.compute_public_key()?;
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let padded = (payload.len() + 1).next_multiple_of(PADDED_TO);
    let theirs = UnparsedPublicKey::new(&ECDH_P256, point);
    agree_ephemeral(ours, &theirs, |secret| {
        let keys = Keys { secret, point, our_point: our_point.as_ref(), auth, salt };
        keys.seal(payload, padded)
    })?
}

/// Bytes of a key that is derived.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(prk: &hkdf::Prk, info: &[&[u8]]) -> Result<[u8; N], Unsealable> {
    let mut key = [0; N];
    prk.expand(info, Length(N))?.fill(&mut key)?;
    Ok(key)
}

/// What the keys of one message come from.
struct Keys<'a> {
    secret: &'a [u8],
    point: &'a [u8],
    our_point: &'a [u8],
    auth: &'a [u8],
    salt: [u8; 16],
}

impl Keys<'_> {
    /// `padded`: how long it is made with its mark and its padding.
    fn seal(&self, payload: &[u8], padded: usize) -> Result<Vec<u8>, Unsealable> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, self.auth).extract(self.secret);
        let ikm: [u8; 32] = derive(&prk, &[b"WebPush: info\0", self.point, self.our_point])?;
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &self.salt).extract(&ikm);
        let key: [u8; 16] = derive(&prk, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: [u8; 12] = derive(&prk, &[b"Content-Encoding: nonce\0"])?;
        let mut record = payload.to_vec();
        // The mark of the last record, and nothing but zeros behind it.
        record.push(2);
        record.resize(padded.max(record.len()), 0);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
        let mut sealed = self.salt.to_vec();
        sealed.extend_from_slice(&RECORD_BYTES.to_be_bytes());
        sealed.push(self.our_point.len() as u8);
        sealed.extend_from_slice(self.our_point);
        sealed.append(&mut record);
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn it_is_as_the_rfc_has_it() {
        // RFC 8291, section 5 and appendix A.
        let (auth, secret) =
            (bytes("BTBZMqHH6r4Tts7J_aSIgg"), bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"));
        let point =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let our_point =
            bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let keys = Keys { secret: &secret, point: &point, our_point: &our_point, auth: &auth, salt };
        let sealed = keys.seal(b"When I grow up, I want to be a watermelon", 0).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS\
                        6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4\
                        a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn messages_are_as_long_as_others_and_fit_what_every_service_takes() {
        let random = SystemRandom::new();
        let browser =
            EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap().compute_public_key().unwrap();
        let sealed =
            |length| seal(browser.as_ref(), &[1; AUTH_BYTES], &vec![b'x'; length]).map(|sealed| sealed.len());
        assert_eq!(sealed(10), sealed(500));
        assert_ne!(sealed(10), sealed(600));
        assert!(sealed(PUSH_BYTES_MAX).unwrap() <= 4_096);
        assert_eq!(sealed(PUSH_BYTES_MAX + 1), Err(Unsealable));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        assert_eq!(seal(&[4; POINT_BYTES], &[1; AUTH_BYTES], b"x"), Err(Unsealable), "no point of the curve");
        assert_eq!(seal(&[4; 10], &[1; AUTH_BYTES], b"x"), Err(Unsealable));
    }
}
