//! Secrets at rest: AES-256-GCM under the installation's master key.
//!
//! A sealed value is a version byte, a random nonce of 12 bytes, the encrypted secret and its tag. The version
//! and the place are authenticated with it. Neither sealing nor the derived keys use the master key itself,
//! but keys derived from it by HKDF-SHA-256, each for its purpose.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use secrecy::{ExposeSecret as _, SecretBox, SecretSlice, SecretString};
use switchboard_ports::{
    clock::Entropy,
    secrets::{NotOurs, Vault},
};
use switchboard_schema::record::Sealed;

use crate::files::sync;

/// Bytes of the master key and of every key derived from it.
const KEY_BYTES: usize = 32;
/// The first byte of every sealed value: which cipher, which derivation.
const VERSION: u8 = 1;
/// Bytes of a key's file, at most: base64 of the key with some white space.
const FILE_BYTES_MAX: u64 = 1_024;
/// Keeps these derivations apart from any other use of the same master key.
const SALT: &[u8] = b"switchboard master key v1";

/// Why there is no master key. No variant holds the key or a part of it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the master key {path} cannot be read or made: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("the master key {path} can be read by others (mode {mode:03o}); make it private: chmod 600")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It is no key.
    #[error(
        "a master key is {KEY_BYTES} bytes in base64 (44 characters), such as `openssl rand -base64 32` prints"
    )]
    Malformed,
    /// The file holds no key.
    #[error("{path} holds no master key: it must be {KEY_BYTES} bytes in base64 (44 characters)")]
    MalformedFile {
        /// The file.
        path: PathBuf,
    },
}

/// Whether a master key was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was made just now: say so, and that losing it loses every secret.
    Now,
    /// It was there.
    Before,
}

/// The installation's master key: 32 bytes, wiped from memory when dropped.
pub struct MasterKey(SecretBox<[u8; KEY_BYTES]>);

impl MasterKey {
    /// Reads the key from base64 text, as a setting holds it; white space around it is allowed.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn from_text(text: &SecretString) -> Result<Self, KeyError> {
        // Room for what the decoder estimates, wiped with the rest.
        let mut bytes = SecretSlice::from(vec![0; KEY_BYTES * 2]);
        let decoded = {
            use secrecy::ExposeSecretMut as _;
            STANDARD.decode_slice(text.expose_secret().trim(), bytes.expose_secret_mut())
        };
        let Ok(KEY_BYTES) = decoded else { return Err(KeyError::Malformed) };
        Ok(Self(SecretBox::init_with_mut(|key: &mut [u8; KEY_BYTES]| {
            key.copy_from_slice(&bytes.expose_secret()[..KEY_BYTES]);
        })))
    }

    /// Reads the key from its file, or makes one there, readable by this user only. A key that is there is
    /// never overwritten, also when two processes start at once.
    ///
    /// # Errors
    /// When the file cannot be read or made, may be read by others, or holds no key.
    pub fn load_or_create(path: &Path, entropy: &dyn Entropy) -> Result<(Self, Created), KeyError> {
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return Ok((loaded?, Created::Before)),
        }
        let created =
            create(path, entropy).map_err(|source| KeyError::File { path: path.to_owned(), source })?;
        Ok((Self::load(path)?, created))
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::File { path: path.to_owned(), source };
        let file = fs::File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        let malformed = || KeyError::MalformedFile { path: path.to_owned() };
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => malformed(),
            _ => unreadable(error),
        })?;
        Self::from_text(&SecretString::from(text)).map_err(|_| malformed())
    }

    pub(crate) fn prk(&self) -> Prk {
        Salt::new(HKDF_SHA256, SALT).extract(self.0.expose_secret())
    }
}

/// Makes a key's file whole under another name and gives it its own only then, so that a crash leaves no half
/// of a key and of two processes one wins.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<Created> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let mut key = SecretBox::<[u8; KEY_BYTES]>::default();
    {
        use secrecy::ExposeSecretMut as _;
        entropy.fill(key.expose_secret_mut());
    }
    let text = SecretString::from(STANDARD.encode(key.expose_secret()) + "\n");
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = dir.join(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.expose_secret().as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&new, path);
    fs::remove_file(&new)?;
    sync(dir)?;
    match linked {
        Ok(()) => Ok(Created::Now),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Created::Before),
        Err(error) => Err(error),
    }
}

/// The length of a derived key.
struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// A vault under a master key.
pub struct SealingVault {
    prk: Prk,
    cipher: LessSafeKey,
    entropy: Arc<dyn Entropy>,
}

impl SealingVault {
    /// A vault under this key; nonces come from `entropy`, which must never repeat itself.
    #[must_use]
    pub fn new(key: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        let prk = key.prk();
        let sealing = expand(&prk, &[b"seal"]);
        // The length is that of the cipher's keys, so this cannot fail.
        let unbound =
            UnboundKey::new(&AES_256_GCM, sealing.expose_secret()).expect("the key has the cipher's length");
        Self { prk, cipher: LessSafeKey::new(unbound), entropy }
    }
}

/// Derives a key of 32 bytes for a purpose.
pub(crate) fn expand(prk: &Prk, info: &[&[u8]]) -> SecretSlice<u8> {
    let mut key = vec![0; KEY_BYTES];
    // Fails only when asked for more than 255 digests.
    prk.expand(info, KeyLength)
        .and_then(|okm| okm.fill(&mut key))
        .expect("32 bytes are fewer than 255 digests");
    SecretSlice::from(key)
}

/// What is authenticated beside the secret.
fn associated(place: &str) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(place.as_bytes());
    bytes
}

impl Vault for SealingVault {
    /// # Panics
    /// When the secret is larger than 64 GiB.
    fn seal(&self, place: &str, secret: &SecretString) -> Sealed {
        let secret = secret.expose_secret().as_bytes();
        let mut nonce = [0; NONCE_LEN];
        self.entropy.fill(&mut nonce);
        // With room for the tag, so that the secret in clear is never copied by a growing buffer.
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + secret.len() + MAX_TAG_LEN);
        sealed.push(VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(secret);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .cipher
            .seal_in_place_separate_tag(nonce, Aad::from(associated(place)), &mut sealed[1 + NONCE_LEN..])
            .expect("a secret fits the cipher");
        sealed.extend_from_slice(tag.as_ref());
        Sealed(sealed)
    }

    fn open(&self, place: &str, sealed: &Sealed) -> Result<SecretString, NotOurs> {
        let Some((&VERSION, rest)) = sealed.0.split_first() else { return Err(NotOurs) };
        let Some((nonce, encrypted)) = rest.split_at_checked(NONCE_LEN) else { return Err(NotOurs) };
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOurs)?;
        let mut buffer = encrypted.to_vec();
        let opened = self.cipher.open_in_place(nonce, Aad::from(associated(place)), &mut buffer);
        let length = opened.map_err(|_| NotOurs)?.len();
        buffer.truncate(length);
        String::from_utf8(buffer).map(SecretString::from).map_err(|_| NotOurs)
    }

    fn derive(&self, purpose: &str) -> SecretSlice<u8> {
        expand(&self.prk, &[b"derive:", purpose.as_bytes()])
    }
}
