//! A stream of bytes, encrypted in chunks, whose every change shows.
//!
//! The file begins with a head: what it is, its version, the id of the key, and a random salt. The key of the
//! chunks is derived from the backup key and the salt, so that no two files share one. A chunk is its length and
//! AES-256-GCM over at most 256 KiB. Its nonce is its number and whether it is the last, and the head is
//! authenticated with it: a chunk that is changed, left out, moved, doubled, taken from another file, or behind
//! the last one does not open, and a file that ends without its last chunk is not whole.

use std::io::{self, Read, Write};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use secrecy::ExposeSecret as _;

use super::BackupKey;

/// What a file begins with; the last byte is the version of the format.
const MAGIC: [u8; 8] = *b"SWBACKU\x01";
/// Bytes of the id of a key.
pub(super) const KEY_ID_BYTES: usize = 8;
/// Bytes of the salt.
const SALT_BYTES: usize = 16;
/// Bytes of the head.
pub(super) const HEAD_BYTES: usize = MAGIC.len() + KEY_ID_BYTES + SALT_BYTES;
/// Bytes of a chunk before it is encrypted, at most.
const CHUNK_BYTES: usize = 256 * 1_024;

/// Why a stream does not open.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// It is no backup.
    #[error("it is no backup of this program")]
    NoBackup,
    /// A later program made it.
    #[error("it was made by a later version of this program (format {0})")]
    Later(u8),
    /// It was made with another key.
    #[error(
        "it was made with another key: give the master key, or the backup key, of the server that made it"
    )]
    OtherKey,
    /// Not what was written.
    #[error("it is damaged: chunk {0} is not what was written")]
    Changed(u64),
    /// It ends too soon.
    #[error("it is cut off after chunk {0}")]
    Cut(u64),
    /// Something stands behind its end.
    #[error("it is damaged: there is something behind its end")]
    Behind,
    /// It cannot be read.
    #[error(transparent)]
    Io(io::Error),
}

impl From<Broken> for io::Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Io(error) => error,
            broken => Self::new(io::ErrorKind::InvalidData, broken),
        }
    }
}

/// The chunks' cipher.
struct Cipher {
    key: LessSafeKey,
    head: [u8; HEAD_BYTES],
    number: u64,
}

impl Cipher {
    fn new(key: &BackupKey, head: [u8; HEAD_BYTES]) -> Self {
        let derived = key.expand(&[b"stream", &head[HEAD_BYTES - SALT_BYTES..]]);
        // The length is that of the cipher's keys, so this cannot fail.
        let key =
            UnboundKey::new(&AES_256_GCM, derived.expose_secret()).expect("the key has the cipher's length");
        Self { key: LessSafeKey::new(key), head, number: 0 }
    }

    /// The next chunk's nonce. The key is this file's alone, so that numbers never repeat under it.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&self.number.to_be_bytes());
        nonce[NONCE_LEN - 1] = u8::from(last);
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Encrypts what is written.
pub(super) struct Sealer<W: Write> {
    out: W,
    cipher: Cipher,
    chunk: Vec<u8>,
    /// Bytes written to the file.
    pub(super) bytes: u64,
}

impl<W: Write> Sealer<W> {
    /// Begins a stream.
    pub(super) fn new(mut out: W, key: &BackupKey, salt: [u8; SALT_BYTES]) -> io::Result<Self> {
        let mut head = [0; HEAD_BYTES];
        head[..8].copy_from_slice(&MAGIC);
        head[8..8 + KEY_ID_BYTES].copy_from_slice(&key.id());
        head[8 + KEY_ID_BYTES..].copy_from_slice(&salt);
        out.write_all(&head)?;
        let chunk = Vec::with_capacity(CHUNK_BYTES + MAX_TAG_LEN);
        Ok(Self { out, cipher: Cipher::new(key, head), chunk, bytes: HEAD_BYTES as u64 })
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.cipher.nonce(last);
        let sealed =
            self.cipher.key.seal_in_place_append_tag(nonce, Aad::from(self.cipher.head), &mut self.chunk);
        sealed.map_err(|_| io::Error::other("a chunk cannot be encrypted"))?;
        let length = u32::try_from(self.chunk.len()).unwrap_or(u32::MAX);
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&self.chunk)?;
        self.bytes += 4 + u64::from(length);
        self.chunk.clear();
        Ok(())
    }

    /// Ends the stream, and gives what it was written to.
    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        self.seal(true)?;
        self.out.flush()?;
        Ok((self.out, self.bytes))
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK_BYTES {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK_BYTES - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read. It gives nothing that was not proved; that the stream is whole shows at its end.
pub(super) struct Opener<R: Read> {
    from: R,
    cipher: Cipher,
    chunk: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Opener<R> {
    /// Reads the head.
    pub(super) fn new(mut from: R, key: &BackupKey) -> Result<Self, Broken> {
        let mut head = [0; HEAD_BYTES];
        from.read_exact(&mut head).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Broken::NoBackup,
            _ => Broken::Io(error),
        })?;
        if head[..7] != MAGIC[..7] {
            return Err(Broken::NoBackup);
        }
        if head[7] != MAGIC[7] {
            return Err(Broken::Later(head[7]));
        }
        if head[8..8 + KEY_ID_BYTES] != key.id() {
            return Err(Broken::OtherKey);
        }
        Ok(Self { from, cipher: Cipher::new(key, head), chunk: Vec::new(), at: 0, ended: false })
    }

    /// Reads and opens the next chunk.
    fn open(&mut self) -> Result<(), Broken> {
        let number = self.cipher.number;
        let cut = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Broken::Cut(number),
            _ => Broken::Io(error),
        };
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(cut)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if !(MAX_TAG_LEN..=CHUNK_BYTES + MAX_TAG_LEN).contains(&length) {
            return Err(Broken::Changed(number));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed).map_err(cut)?;
        for last in [false, true] {
            let nonce = self.cipher.nonce(last);
            self.cipher.number = number;
            let mut opened = sealed.clone();
            if let Ok(plain) = self.cipher.key.open_in_place(nonce, Aad::from(self.cipher.head), &mut opened)
            {
                let length = plain.len();
                opened.truncate(length);
                self.chunk = opened;
                (self.at, self.ended) = (0, last);
                self.cipher.number = number + 1;
                return Ok(());
            }
        }
        Err(Broken::Changed(number))
    }

    /// Reads to the end, where nothing may be left.
    pub(super) fn finish(mut self) -> Result<(), Broken> {
        while !self.ended && self.at == self.chunk.len() {
            self.open()?;
        }
        let mut one = [0];
        if self.at < self.chunk.len() || self.from.read(&mut one).map_err(Broken::Io)? > 0 {
            return Err(Broken::Behind);
        }
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() && !self.ended {
            self.open()?;
        }
        let taken = out.len().min(self.chunk.len() - self.at);
        out[..taken].copy_from_slice(&self.chunk[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::tests::key;

    fn sealed(bytes: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), &key(1), [7; SALT_BYTES]).expect("it begins");
        sealer.write_all(bytes).expect("it is written");
        let (out, bytes) = sealer.finish().expect("it ends");
        assert_eq!(out.len() as u64, bytes);
        out
    }

    fn opened(sealed: &[u8]) -> Result<Vec<u8>, String> {
        let mut opener = Opener::new(sealed, &key(1)).map_err(|broken| broken.to_string())?;
        let mut out = Vec::new();
        opener.read_to_end(&mut out).map_err(|error| error.to_string())?;
        opener.finish().map_err(|broken| broken.to_string())?;
        Ok(out)
    }

    fn content() -> Vec<u8> {
        (0..3 * CHUNK_BYTES + 1_000).map(|n| u8::try_from(n % 251).expect("a byte")).collect()
    }

    /// Where each chunk begins, and the end.
    fn chunks(sealed: &[u8]) -> Vec<usize> {
        let mut at = HEAD_BYTES;
        let mut all = vec![at];
        while at < sealed.len() {
            let length: [u8; 4] = sealed[at..at + 4].try_into().expect("four");
            at += 4 + usize::try_from(u32::from_be_bytes(length)).expect("it fits");
            all.push(at);
        }
        all
    }

    #[test]
    fn what_was_written_is_read_whatever_its_length() {
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let bytes = &content()[..length];
            assert_eq!(opened(&sealed(bytes)).as_deref(), Ok(bytes));
        }
    }

    #[test]
    fn a_change_anywhere_shows() {
        let whole = sealed(&content());
        let starts = chunks(&whole);
        let near = starts.iter().flat_map(|at| (0..24).map(move |n| at + n));
        for at in
            near.chain(0..HEAD_BYTES).chain((0..whole.len()).step_by(9_973)).filter(|at| *at < whole.len())
        {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(opened(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_stream_that_was_cut_lengthened_or_rearranged_shows() {
        let whole = sealed(&content());
        let starts = chunks(&whole);
        for at in starts.iter().flat_map(|at| [at.saturating_sub(1), *at, at + 1, at + 5]) {
            if at < whole.len() {
                assert!(opened(&whole[..at]).is_err(), "cut at {at}");
            }
        }
        assert_eq!(opened(&[&whole[..], &[0]].concat()), Err(Broken::Behind.to_string()));
        let chunk = |n: usize| &whole[starts[n]..starts[n + 1]];
        let head = &whole[..HEAD_BYTES];
        let last = starts.len() - 2;
        for order in
            [vec![1, 0, 2, last], vec![0, 2, last], vec![0, 0, 1, 2, last], vec![last], vec![0, 1, last, 2]]
        {
            let parts: Vec<&[u8]> = std::iter::once(head).chain(order.iter().map(|n| chunk(*n))).collect();
            assert!(opened(&parts.concat()).is_err(), "{order:?}");
        }
        let mut sealer = Sealer::new(Vec::new(), &key(1), [8; SALT_BYTES]).expect("it begins");
        sealer.write_all(&content()).expect("it is written");
        let other = sealer.finish().expect("it ends").0;
        let mixed = [head, chunk(0), &other[starts[1]..]].concat();
        assert!(opened(&mixed).is_err(), "chunks of two files");
    }

    #[test]
    fn another_key_and_another_file_are_told_apart() {
        let whole = sealed(b"words");
        assert!(matches!(Opener::new(&whole[..], &key(2)), Err(Broken::OtherKey)));
        assert!(matches!(
            Opener::new(&b"SQLite format 3 and so on and so on"[..], &key(1)),
            Err(Broken::NoBackup)
        ));
        assert!(matches!(Opener::new(&b"SW"[..], &key(1)), Err(Broken::NoBackup)));
        let mut later = whole.clone();
        later[7] = 2;
        assert!(matches!(Opener::new(&later[..], &key(1)), Err(Broken::Later(2))));
    }
}
