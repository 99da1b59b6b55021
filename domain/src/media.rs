//! Files that go with messages: what they may be, how long they are tried for, what is shown in place.

mod tracks;

use std::time::Duration;

pub use tracks::Tracks;

use switchboard_schema::{
    Timestamp,
    wire::{Content, MediaKind},
};

/// Largest file that is taken from a provider, in bytes (Meta: inbound media of up to 100 MB).
pub const MAX_FILE_BYTES: u64 = 100 * 1_000 * 1_000;
/// For how long the provider keeps a file that a customer sent (Meta: 7 days).
pub const KEPT_BY_PROVIDER: Duration = Duration::from_secs(7 * 24 * 3_600);
/// For how long the provider keeps a file that we uploaded (Meta: 30 days); a day less, so that none is named that
/// ends on the way.
pub const UPLOAD_KEPT_BY_PROVIDER: Duration = Duration::from_secs(29 * 24 * 3_600);
/// Pause before a file is asked for again; it grows fourfold.
pub const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// The longest such pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Bytes from which a file's type is told.
pub const SNIFFED_BYTES: usize = 64;
/// What bytes are that do not say what they are.
pub const UNKNOWN: &str = "application/octet-stream";

/// Largest sticker that does not move, in bytes (Meta: supported media types).
pub const MAX_STILL_STICKER_BYTES: u64 = 100 * 1_024;

/// Largest file of a kind that can be sent, in bytes (Meta: supported media types).
#[must_use]
pub const fn max_bytes(kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => 5 * 1_024 * 1_024,
        MediaKind::Audio | MediaKind::Video => 16 * 1_024 * 1_024,
        MediaKind::Document => MAX_FILE_BYTES,
        // Of a still one [`MAX_STILL_STICKER_BYTES`], which is checked where it can be told.
        MediaKind::Sticker => 500 * 1_024,
    }
}

/// The documents that WhatsApp takes, by the ends of their names (Meta: supported media types).
const DOCUMENTS: [(&str, &str); 8] = [
    (".pdf", "application/pdf"),
    (".txt", "text/plain"),
    (".doc", "application/msword"),
    (".xls", "application/vnd.ms-excel"),
    (".ppt", "application/vnd.ms-powerpoint"),
    (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
];

/// What an uploaded file is, by its bytes and, where they say no more than that it is an archive or nothing at all, by
/// the end of its name.
#[must_use]
pub fn type_of_upload(sniffed: &'static str, filename: Option<&str>) -> &'static str {
    let name = filename.unwrap_or_default().to_lowercase();
    let named = DOCUMENTS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, mime)| *mime);
    match (sniffed, named) {
        ("application/zip", Some(mime)) if mime.contains("openxmlformats") => mime,
        (UNKNOWN, Some(mime)) if mime != "application/pdf" && !mime.contains("openxmlformats") => mime,
        _ => sniffed,
    }
}

/// The kinds as which a file of this type can be sent.
#[must_use]
pub fn kinds_of(mime: &str) -> &'static [MediaKind] {
    match mime {
        "image/jpeg" | "image/png" => &[MediaKind::Image, MediaKind::Document],
        // No document of WhatsApp is one.
        "image/webp" => &[MediaKind::Sticker],
        "video/mp4" | "video/3gpp" => &[MediaKind::Video, MediaKind::Document],
        "audio/aac" | "audio/mp4" | "audio/mpeg" | "audio/amr" | "audio/ogg" => {
            &[MediaKind::Audio, MediaKind::Document]
        }
        _ if DOCUMENTS.iter().any(|(_, taken)| *taken == mime) => &[MediaKind::Document],
        _ => &[],
    }
}

/// Can a file be sent as this? `moves`: whether a picture does, where that is known.
///
/// # Errors
/// Why not, in words.
pub fn check(kind: MediaKind, mime: &str, moves: Option<bool>, size: u64) -> Result<(), String> {
    let kinds = kinds_of(mime);
    if kinds.is_empty() {
        return Err(match mime {
            "application/ogg" => {
                "this Ogg file holds no Opus, and WhatsApp plays no other; record it again, or save it \
                 as an MP3"
                    .to_owned()
            }
            _ => format!(
                "WhatsApp takes PDF, TXT, Word, Excel and PowerPoint files, pictures, films and sounds; this is {mime}: \
                 save it as a PDF"
            ),
        });
    }
    if !kinds.contains(&kind) {
        let wanted = match kind {
            MediaKind::Image => "a picture is a JPEG or a PNG",
            MediaKind::Video => "a film is an MP4 or a 3GPP",
            MediaKind::Audio => "a sound is AAC, AMR, MP3, M4A, or Ogg with Opus",
            MediaKind::Sticker => "a sticker is a WebP",
            MediaKind::Document => "a file is of a type that WhatsApp takes",
        };
        let instead = if kinds.contains(&MediaKind::Document) { "a file" } else { "a sticker" };
        return Err(format!("{wanted}; this is {mime}: send it as {instead}"));
    }
    let is_still_sticker = kind == MediaKind::Sticker && moves == Some(false);
    let most = if is_still_sticker { MAX_STILL_STICKER_BYTES } else { max_bytes(kind) };
    if size <= most {
        return Ok(());
    }
    Err(if kind == MediaKind::Sticker {
        let which = if is_still_sticker { "does not move" } else { "moves" };
        let most = most / 1_024;
        format!("WhatsApp takes a sticker that {which} up to {most} KB; make it smaller, or send it as a PNG")
    } else {
        let most = most as f64 / 1_048_576.0;
        format!("WhatsApp takes at most {most:.1} MB of this kind; make it smaller, or send it as a file")
    })
}

/// Can a file that is being uploaded be sent as this, or, where that is not said yet, as anything?
///
/// # Errors
/// Why not, in words.
pub fn check_upload(
    kind: Option<MediaKind>,
    mime: &str,
    moves: Option<bool>,
    size: u64,
) -> Result<(), String> {
    let kind = kind.or_else(|| kinds_of(mime).last().copied()).unwrap_or(MediaKind::Document);
    check(kind, mime, moves, size)
}

/// Does a picture move? Told of a WebP, by its first [`SNIFFED_BYTES`] (Google: WebP container specification, extended file
/// format).
#[must_use]
pub fn moves(head: &[u8]) -> Option<bool> {
    let is_moving = head.get(12..16) == Some(b"VP8X") && head.get(20).is_some_and(|flags| flags & 0x02 != 0);
    (sniff(head) == "image/webp").then_some(is_moving)
}

/// Does the first page of an Ogg file begin a stream of Opus (RFC 7845, section 5.1)?
fn is_opus(head: &[u8]) -> bool {
    let segments = head.get(26).copied().map_or(0, usize::from);
    head.get(27 + segments..).is_some_and(|packet| packet.starts_with(b"OpusHead"))
}

/// The kind of file that a message carries.
#[must_use]
pub const fn kind_of(content: &Content) -> Option<MediaKind> {
    Some(match content {
        Content::Image(_) => MediaKind::Image,
        Content::Video(_) => MediaKind::Video,
        Content::Audio(_) => MediaKind::Audio,
        Content::Document(_) => MediaKind::Document,
        Content::Sticker(_) => MediaKind::Sticker,
        _ => return None,
    })
}

/// What a file is, by its first [`SNIFFED_BYTES`]; [`UNKNOWN`] where they do not say. Nobody's word
/// for it counts: what a browser is told is what the bytes are.
#[must_use]
pub fn sniff(head: &[u8]) -> &'static str {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(bytes));
    if at(0, b"\xff\xd8\xff") {
        "image/jpeg"
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        "image/webp"
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        "image/gif"
    } else if at(0, b"OggS") && is_opus(head) {
        "audio/ogg"
    } else if at(0, b"OggS") {
        "application/ogg"
    } else if at(0, b"#!AMR") {
        "audio/amr"
    } else if at(0, b"ID3") || (at(0, b"\xff") && head.get(1).is_some_and(|byte| byte & 0xe6 == 0xe2)) {
        "audio/mpeg"
    } else if at(0, b"\xff\xf1") || at(0, b"\xff\xf9") {
        "audio/aac"
    } else if at(4, b"ftyp") {
        match head.get(8..12) {
            Some(b"M4A " | b"M4B ") => "audio/mp4",
            Some([b'3', b'g', ..]) => "video/3gpp",
            Some(_) => "video/mp4",
            None => UNKNOWN,
        }
    } else if at(0, b"%PDF-") {
        "application/pdf"
    } else if at(0, b"PK\x03\x04") {
        "application/zip"
    } else {
        UNKNOWN
    }
}

/// What a whole file is, by its first [`SNIFFED_BYTES`] and, where those say no more than that it is an MP4, by its tracks:
/// recorders of phones and browsers write sound alone under the brands of films.
#[must_use]
pub fn type_of(head: &[u8], tracks: &Tracks) -> &'static str {
    match sniff(head) {
        "video/mp4" if tracks.are_sound_alone() => "audio/mp4",
        told => told,
    }
}

/// May a browser show a file of this type in place? Only what can carry no script; everything else is offered for
/// saving, whatever its name says.
#[must_use]
pub fn is_inline(mime: &str) -> bool {
    matches!(
        mime,
        "image/jpeg"
            | "image/png"
            | "image/webp"
            | "image/gif"
            | "video/mp4"
            | "video/3gpp"
            | "audio/ogg"
            | "audio/amr"
            | "audio/mpeg"
            | "audio/aac"
            | "audio/mp4"
    )
}

/// When a file is asked for again that did not come, while the provider keeps it.
#[must_use]
pub fn next_try(attempts: u32, told_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let pause =
        FIRST_PAUSE.saturating_mul(4_u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST_PAUSE);
    let next = now + pause;
    (next < told_at + KEPT_BY_PROVIDER).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of an Ogg file with one packet of ten bytes on its first page.
    fn ogg(packet: &[u8; 10]) -> Vec<u8> {
        let mut bytes = b"OggS\0\x02".to_vec();
        bytes.extend_from_slice(&[0; 20]);
        bytes.extend_from_slice(&[1, 10]);
        bytes.extend_from_slice(packet);
        bytes
    }

    #[test]
    fn an_ogg_file_is_a_sound_only_with_opus_in_it() {
        let vorbis = sniff(&ogg(b"\x01vorbis\0\0\0"));
        for kind in [MediaKind::Audio, MediaKind::Document] {
            let why = check(kind, vorbis, None, 1_000).expect_err("no Opus");
            assert!(why.contains("holds no Opus"), "{why}");
        }
        assert_eq!(check(MediaKind::Audio, sniff(&ogg(b"OpusHead\x01\x01")), None, 1_000), Ok(()));
    }

    #[test]
    fn a_still_sticker_is_smaller_than_one_that_moves() {
        let moving = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0";
        let still = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0";
        assert_eq!(
            [moves(moving), moves(still), moves(b"RIFF\0\0\0\0WEBPVP8 ")],
            [Some(true), Some(false), Some(false)]
        );
        assert_eq!(moves(b"\xff\xd8\xff"), None);
        let sticker = |moves, size| check_upload(Some(MediaKind::Sticker), "image/webp", moves, size);
        assert_eq!(sticker(Some(false), MAX_STILL_STICKER_BYTES), Ok(()));
        assert!(sticker(Some(false), MAX_STILL_STICKER_BYTES + 1).is_err_and(|why| why.contains("100 KB")));
        assert_eq!(sticker(Some(true), MAX_STILL_STICKER_BYTES + 1), Ok(()));
        assert!(sticker(Some(true), 500 * 1_024 + 1).is_err_and(|why| why.contains("500 KB")));
    }

    #[test]
    fn a_webp_is_a_sticker_and_no_document() {
        assert_eq!(check_upload(None, "image/webp", Some(true), 400 * 1_024), Ok(()));
        let document = check(MediaKind::Document, "image/webp", None, 10);
        assert!(document.is_err_and(|why| why.contains("send it as a sticker")));
    }

    #[test]
    fn a_document_is_one_that_whatsapp_takes_or_is_refused_with_what_it_takes() {
        for (sniffed, name, mime, taken) in [
            ("application/pdf", "offer.pdf", "application/pdf", true),
            ("application/zip", "Offer.DOCX", DOCUMENTS[5].1, true),
            ("application/zip", "photos.zip", "application/zip", false),
            ("application/zip", "notes.txt", "application/zip", false),
            (UNKNOWN, "notes.txt", "text/plain", true),
            (UNKNOWN, "old.doc", "application/msword", true),
            (UNKNOWN, "page.html", UNKNOWN, false),
            (UNKNOWN, "fake.pdf", UNKNOWN, false),
            ("image/gif", "dance.gif", "image/gif", false),
            ("image/jpeg", "photo.txt", "image/jpeg", true),
        ] {
            assert_eq!(type_of_upload(sniffed, Some(name)), mime, "{name}");
            let checked = check_upload(None, mime, None, 10);
            assert_eq!(checked.is_ok(), taken, "{name}: {checked:?}");
            assert_eq!(check(MediaKind::Document, mime, None, 10).is_ok(), taken, "{name}");
        }
        assert!(check_upload(None, UNKNOWN, None, 10).is_err_and(|why| why.contains("save it as a PDF")));
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (head, mime) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"GIF89a/*", "image/gif"),
            (&ogg(b"OpusHead\x01\x01")[..], "audio/ogg"),
            (&ogg(b"\x01vorbis\0\0\0")[..], "application/ogg"),
            (b"OggS\0\x02", "application/ogg"),
            (b"ID3\x04", "audio/mpeg"),
            (b"\xff\xfb\x90", "audio/mpeg"),
            (b"\xff\xf1\x50", "audio/aac"),
            (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
            (b"\0\0\0\x20ftypisom", "video/mp4"),
            (b"\0\0\0\x18ftyp3gp4", "video/3gpp"),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04", "application/zip"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\">", "application/octet-stream"),
            (b"<!doctype html><script>", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(sniff(head), mime, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn an_mp4_with_sound_alone_is_a_sound_whatever_its_brand() {
        for brand in [b"isom", b"mp42", b"iso5", b"M4A "] {
            let bytes = tracks::tests::mp4(brand, &[b"soun"], true);
            let mut tracks = Tracks::default();
            tracks.read(&bytes);
            let mime = type_of(&bytes[..SNIFFED_BYTES], &tracks);
            assert_eq!((mime, check(MediaKind::Audio, mime, None, 1_000)), ("audio/mp4", Ok(())));
        }
        let film = tracks::tests::mp4(b"isom", &[b"soun", b"vide"], false);
        let mut tracks = Tracks::default();
        tracks.read(&film);
        assert_eq!(type_of(&film[..SNIFFED_BYTES], &tracks), "video/mp4");
    }

    #[test]
    fn nothing_that_can_carry_a_script_is_shown_in_place() {
        for mime in ["image/svg+xml", "text/html", "application/pdf", "text/xml", "application/octet-stream"]
        {
            assert!(!is_inline(mime), "{mime}");
        }
    }

    #[test]
    fn a_file_is_tried_for_until_the_provider_drops_it() {
        let told_at = Timestamp::from_secs(1_000_000);
        let mut now = told_at;
        let mut attempts = 0;
        loop {
            attempts += 1;
            match next_try(attempts, told_at, now) {
                Some(next) => {
                    assert!(next > now && next.since(now) <= LONGEST_PAUSE);
                    now = next;
                }
                None => break,
            }
        }
        assert!(now.since(told_at) > KEPT_BY_PROVIDER - LONGEST_PAUSE - FIRST_PAUSE);
        assert!((100..300).contains(&attempts), "{attempts}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_told_without_harm(head in proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..80)) {
            let mime = sniff(&head);
            assert!(!is_inline(mime) || mime.starts_with("image/") || mime.starts_with("audio/") || mime.starts_with("video/"));
        }
    }
}
