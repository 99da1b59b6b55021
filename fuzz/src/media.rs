//! Files that people and providers give us.

use switchboard_domain::media::{SNIFFED_BYTES, Tracks, UNKNOWN, type_of};

/// A byte for the pieces that it comes in, then a file: it is the same in whatever pieces, and what it is has a name.
pub(crate) fn file(bytes: &[u8]) -> bool {
    let Some((&pieces, file)) = bytes.split_first() else { return false };
    let (mut whole, mut in_pieces) = (Tracks::default(), Tracks::default());
    whole.read(file);
    file.chunks(usize::from(pieces).max(1)).for_each(|piece| in_pieces.read(piece));
    let head = &file[..file.len().min(SNIFFED_BYTES)];
    let mime = type_of(head, &whole);
    assert_eq!(mime, type_of(head, &in_pieces));
    mime != UNKNOWN
}
