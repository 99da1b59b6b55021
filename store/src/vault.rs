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
/// Bytes of a key's fingerprint.
pub const FINGERPRINT_BYTES: usize = 8;
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
    /// A change of keys is not over.
    #[error(
        "{path} holds the master key before this one already: first see that nothing is sealed under it any more"
    )]
    InChange {
        /// The file.
        path: PathBuf,
    },
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

    /// Reads the key of a file where there is one.
    ///
    /// # Errors
    /// When the file cannot be read, may be read by others, or holds no key.
    pub fn load_if_there(path: &Path) -> Result<Option<Self>, KeyError> {
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            loaded => loaded.map(Some),
        }
    }

    /// Puts a new key in the place of the one in a file, which is kept in another. A crash in between leaves the old key
    /// in both; then this is to be done again.
    ///
    /// # Errors
    /// When a file cannot be read or made, or the other holds another key already.
    pub fn replace(path: &Path, previous: &Path, entropy: &dyn Entropy) -> Result<(), KeyError> {
        let current = Self::load(path)?;
        if let Some(kept) = Self::load_if_there(previous)?
            && kept.0.expose_secret() != current.0.expose_secret()
        {
            return Err(KeyError::InChange { path: previous.to_owned() });
        }
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| KeyError::File { path, source }
        };
        match fs::hard_link(path, previous) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(previous)(error));
            }
            _ => {}
        }
        let new = write_new(path, entropy).map_err(failed(path))?;
        sync(folder_of(path)).and_then(|()| fs::rename(&new, path)).map_err(failed(path))?;
        sync(folder_of(path)).map_err(failed(path))
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

    /// By what this key is told from another: it says nothing of the key itself.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; FINGERPRINT_BYTES] {
        let derived = expand(&self.prk(), &[b"fingerprint"]);
        let mut fingerprint = [0; FINGERPRINT_BYTES];
        fingerprint.copy_from_slice(&derived.expose_secret()[..FINGERPRINT_BYTES]);
        fingerprint
    }

    pub(crate) fn prk(&self) -> Prk {
        Salt::new(HKDF_SHA256, SALT).extract(self.0.expose_secret())
    }
}

/// Makes a key's file whole under another name and gives it its own only then, so that a crash leaves no half
/// of a key and of two processes one wins.
fn create(path: &Path, entropy: &dyn Entropy) -> io::Result<Created> {
    let new = write_new(path, entropy)?;
    let linked = fs::hard_link(&new, path);
    fs::remove_file(&new)?;
    sync(folder_of(path))?;
    match linked {
        Ok(()) => Ok(Created::Now),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Created::Before),
        Err(error) => Err(error),
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    }
}

/// Makes a key in a file beside the one that it is for; gives its path.
fn write_new(path: &Path, entropy: &dyn Entropy) -> io::Result<PathBuf> {
    let mut key = SecretBox::<[u8; KEY_BYTES]>::default();
    {
        use secrecy::ExposeSecretMut as _;
        entropy.fill(key.expose_secret_mut());
    }
    let text = SecretString::from(STANDARD.encode(key.expose_secret()) + "\n");
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = folder_of(path).join(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(text.expose_secret().as_bytes())?;
    file.sync_all()?;
    Ok(new)
}

/// The length of a derived key.
struct KeyLength;

impl KeyType for KeyLength {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// A vault under a master key, which may open what was sealed under the one before it.
pub struct SealingVault {
    current: Keys,
    previous: Option<Keys>,
    entropy: Arc<dyn Entropy>,
}

/// What is derived from one master key.
struct Keys {
    prk: Prk,
    cipher: LessSafeKey,
}

impl Keys {
    fn of(key: &MasterKey) -> Self {
        let prk = key.prk();
        let sealing = expand(&prk, &[b"seal"]);
        // The length is that of the cipher's keys, so this cannot fail.
        let unbound =
            UnboundKey::new(&AES_256_GCM, sealing.expose_secret()).expect("the key has the cipher's length");
        Self { prk, cipher: LessSafeKey::new(unbound) }
    }

    fn derive(&self, purpose: &str) -> SecretSlice<u8> {
        expand(&self.prk, &[b"derive:", purpose.as_bytes()])
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
}

impl SealingVault {
    /// A vault under this key; nonces come from `entropy`, which must never repeat itself.
    #[must_use]
    pub fn new(key: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        Self { current: Keys::of(key), previous: None, entropy }
    }

    /// The same vault, which also opens what was sealed under this key.
    #[must_use]
    pub fn opening(mut self, previous: Option<&MasterKey>) -> Self {
        self.previous = previous.map(Keys::of);
        self
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
            .current
            .cipher
            .seal_in_place_separate_tag(nonce, Aad::from(associated(place)), &mut sealed[1 + NONCE_LEN..])
            .expect("a secret fits the cipher");
        sealed.extend_from_slice(tag.as_ref());
        Sealed(sealed)
    }

    fn open(&self, place: &str, sealed: &Sealed) -> Result<SecretString, NotOurs> {
        self.current.open(place, sealed).or_else(|not_ours| match &self.previous {
            Some(previous) => previous.open(place, sealed),
            None => Err(not_ours),
        })
    }

    fn reseal(&self, place: &str, sealed: &Sealed) -> Result<Option<Sealed>, NotOurs> {
        if self.current.open(place, sealed).is_ok() {
            return Ok(None);
        }
        Ok(Some(self.seal(place, &self.open(place, sealed)?)))
    }

    fn derive(&self, purpose: &str) -> SecretSlice<u8> {
        self.current.derive(purpose)
    }

    fn derive_all(&self, purpose: &str) -> Vec<SecretSlice<u8>> {
        [Some(&self.current), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .map(|keys| keys.derive(purpose))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemEntropy;

    const PLACE: &str = "channel:1:access_token";

    fn vault(key: &MasterKey) -> SealingVault {
        SealingVault::new(key, Arc::new(SystemEntropy::new()))
    }

    #[test]
    fn a_key_is_replaced_in_its_file_and_what_the_old_one_sealed_is_opened_and_sealed_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, previous) = (folder.path().join("master.key"), folder.path().join("master.key.previous"));
        let entropy = SystemEntropy::new();
        let (old, _) = MasterKey::load_or_create(&path, &entropy).expect("it is made");
        let sealed = vault(&old).seal(PLACE, &SecretString::from("token"));
        MasterKey::replace(&path, &previous, &entropy).expect("it is replaced");
        let (new, created) = MasterKey::load_or_create(&path, &entropy).expect("it is there");
        assert_eq!(created, Created::Before);
        let kept = MasterKey::load_if_there(&previous).expect("it reads").expect("it is kept");
        assert_eq!(vault(&new).open(PLACE, &sealed).err(), Some(NotOurs));
        let both = vault(&new).opening(Some(&kept));
        assert_eq!(both.open(PLACE, &sealed).expect("it opens").expose_secret(), "token");
        assert_eq!(both.derive_all("links").len(), 2);
        let anew = both.reseal(PLACE, &sealed).expect("it opens").expect("it was under the old key");
        assert_eq!(vault(&new).open(PLACE, &anew).expect("it opens").expose_secret(), "token");
        assert!(both.reseal(PLACE, &anew).expect("it opens").is_none(), "done twice it is done once");
        let again = MasterKey::replace(&path, &previous, &entropy);
        assert!(matches!(again, Err(KeyError::InChange { .. })), "one change at a time");
    }

    #[test]
    fn a_replacement_that_was_cut_short_is_done_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, previous) = (folder.path().join("master.key"), folder.path().join("master.key.previous"));
        let entropy = SystemEntropy::new();
        MasterKey::load_or_create(&path, &entropy).expect("it is made");
        fs::hard_link(&path, &previous).expect("the old one is kept");
        MasterKey::replace(&path, &previous, &entropy).expect("it goes on");
        let (new, kept) = (MasterKey::load(&path), MasterKey::load(&previous));
        let (new, kept) = (new.expect("there is one"), kept.expect("there is one"));
        assert_ne!(new.0.expose_secret(), kept.0.expose_secret());
    }
}
