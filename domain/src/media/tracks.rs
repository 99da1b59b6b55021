//! Which tracks an MP4 has: the brand at its beginning says no more than that it is one.
//!
//! ISO/IEC 14496-12: a file is a row of boxes, each with its size and type. A `moov` holds a `trak` for each track, that a
//! `mdia`, and that a `hdlr`, which says what the track is. The `moov` may stand behind all the pictures and sounds, so the
//! boxes are walked as the bytes come; nothing of them is kept but the head of the one that is being read.

/// Bytes of a box's head: its size and type.
const HEAD: usize = 8;
/// Bytes of a box's head where its size needs 64 bits.
const LONG_HEAD: usize = 16;
/// Bytes of a `hdlr`, up to the end of the track's type: version and flags, a word of zeros, the type.
const HANDLER: usize = 12;

/// The tracks of an MP4, as far as its bytes have come.
#[derive(Debug, Clone)]
pub struct Tracks {
    /// The head of the box that is being read, and of a `hdlr` its beginning.
    head: [u8; LONG_HEAD + HANDLER],
    /// Bytes of it that are there.
    filled: usize,
    /// Bytes to pass over before the next box.
    skip: u64,
    /// Nothing more is to be learned of it.
    done: bool,
    begun: bool,
    sound: bool,
    film: bool,
}

impl Default for Tracks {
    fn default() -> Self {
        Self {
            head: [0; LONG_HEAD + HANDLER],
            filled: 0,
            skip: 0,
            done: false,
            begun: false,
            sound: false,
            film: false,
        }
    }
}

/// What follows from what is there of a box.
enum Step {
    /// So many bytes of it are needed.
    Need(usize),
    /// Pass over so many bytes that follow; the next box begins there.
    Pass(u64),
    /// It is no MP4, or has ended.
    Stop,
}

impl Tracks {
    /// Takes in what follows in the file.
    pub fn read(&mut self, mut bytes: &[u8]) {
        while !self.done && !bytes.is_empty() {
            if self.skip > 0 {
                let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
                self.skip -= passed as u64;
                bytes = &bytes[passed..];
                continue;
            }
            match self.step() {
                Step::Need(wanted) => {
                    let taken = wanted.saturating_sub(self.filled).min(bytes.len());
                    self.head[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
                    self.filled += taken;
                    bytes = &bytes[taken..];
                }
                Step::Pass(skip) => (self.skip, self.filled) = (skip, 0),
                Step::Stop => self.done = true,
            }
        }
    }

    fn step(&mut self) -> Step {
        if self.filled < HEAD {
            return Step::Need(HEAD);
        }
        let (size, kind) =
            (self.head[..4].iter().fold(0, |size, byte| size << 8 | u64::from(*byte)), &self.head[4..HEAD]);
        if !self.begun && kind != b"ftyp" {
            return Step::Stop;
        }
        let (size, head) = match size {
            1 if self.filled < LONG_HEAD => return Step::Need(LONG_HEAD),
            1 => (
                self.head[HEAD..LONG_HEAD].iter().fold(0, |size, byte| size << 8 | u64::from(*byte)),
                LONG_HEAD,
            ),
            // It goes on to the end of the file.
            0 => (u64::MAX, HEAD),
            size => (size, HEAD),
        };
        let Some(inside) = size.checked_sub(head as u64) else { return Step::Stop };
        match kind {
            b"moov" | b"trak" | b"mdia" => Step::Pass(0),
            b"hdlr" if inside >= HANDLER as u64 => {
                if self.filled < head + HANDLER {
                    return Step::Need(head + HANDLER);
                }
                match &self.head[head + 8..head + HANDLER] {
                    b"vide" => self.film = true,
                    b"soun" => self.sound = true,
                    _ => {}
                }
                Step::Pass(inside - HANDLER as u64)
            }
            _ => {
                self.begun = true;
                Step::Pass(inside)
            }
        }
    }

    /// Whether there is sound and nothing to be seen.
    #[must_use]
    pub const fn are_sound_alone(&self) -> bool {
        self.sound && !self.film
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn of(kind: &[u8; 4], inside: &[u8]) -> Vec<u8> {
        let size = u32::try_from(HEAD + inside.len()).expect("it is small");
        [&size.to_be_bytes()[..], kind, inside].concat()
    }

    fn track(handler: &[u8; 4]) -> Vec<u8> {
        let hdlr = of(b"hdlr", &[&[0; 8], &handler[..], &[0; 12], b"a name\0"].concat());
        let media = [of(b"mdhd", &[0; 24]), hdlr, of(b"minf", b"mediadata")].concat();
        of(b"trak", &[of(b"tkhd", &[0; 84]), of(b"mdia", &media)].concat())
    }

    /// A file of such a brand and such tracks, which it names before or behind what is in them.
    pub(crate) fn mp4(brand: &[u8; 4], handlers: &[&[u8; 4]], named_last: bool) -> Vec<u8> {
        let tracks: Vec<u8> = handlers.iter().flat_map(|handler| track(handler)).collect();
        // What an iPhone says of a whole file has a `hdlr`, too.
        let about = of(b"udta", &of(b"meta", &of(b"hdlr", &[&[0; 8], &b"mdir"[..]].concat())));
        let moov = of(b"moov", &[of(b"mvhd", &[0; 100]), tracks, about].concat());
        let data = of(b"mdat", b"\0\0\0\x20hdlr\0\0\0\0\0\0\0\0vide".repeat(9).as_slice());
        let begin = of(b"ftyp", &[&brand[..], &[0; 4], b"isom"].concat());
        if named_last { [begin, data, moov].concat() } else { [begin, moov, data].concat() }
    }

    fn of_whole(bytes: &[u8]) -> bool {
        let mut tracks = Tracks::default();
        tracks.read(bytes);
        tracks.are_sound_alone()
    }

    #[test]
    fn sound_alone_is_told_wherever_the_tracks_are_named() {
        for named_last in [false, true] {
            assert!(of_whole(&mp4(b"isom", &[b"soun"], named_last)));
            assert!(!of_whole(&mp4(b"isom", &[b"soun", b"vide"], named_last)));
            assert!(!of_whole(&mp4(b"isom", &[b"vide"], named_last)));
            assert!(!of_whole(&mp4(b"isom", &[], named_last)), "nothing is named");
        }
        assert!(!of_whole(b"RIFF\0\0\0\0WEBP"));
    }

    #[test]
    fn boxes_of_64_bits_and_without_an_end_are_walked() {
        let tracks = of(b"moov", &track(b"soun"));
        let begin = of(b"ftyp", b"mp42\0\0\0\0");
        let long = [&[0, 0, 0, 1][..], b"mdat", &26_u64.to_be_bytes(), &[0; 10]].concat();
        assert!(of_whole(&[&begin[..], &long, &tracks].concat()));
        let endless = [&[0; 4][..], b"mdat", &tracks].concat();
        assert!(!of_whole(&[&begin[..], &endless].concat()), "what looks like tracks is data");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_walked_and_alike_in_whatever_pieces_they_come(
            mut bytes in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..200),
            file in proptest::arbitrary::any::<bool>(),
            flips in proptest::collection::vec((0_usize..900, proptest::arbitrary::any::<u8>()), 0..4),
            pieces in proptest::collection::vec(1_usize..40, 1..20),
        ) {
            if file {
                bytes = mp4(b"isom", &[b"soun"], true);
                for (at, byte) in flips {
                    if let Some(kept) = bytes.get_mut(at) {
                        *kept = byte;
                    }
                }
            }
            let mut tracks = Tracks::default();
            let mut rest = &bytes[..];
            for piece in pieces.iter().cycle() {
                let (now, later) = rest.split_at((*piece).min(rest.len()));
                tracks.read(now);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            assert_eq!(tracks.are_sound_alone(), of_whole(&bytes));
        }
    }
}
