//! Files that go with messages: what they may be, how long they are tried for, what is shown in place.

use std::time::Duration;

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

/// Largest file of a kind that can be sent, in bytes (Meta: supported media types).
#[must_use]
pub const fn max_bytes(kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => 5 * 1_024 * 1_024,
        MediaKind::Audio | MediaKind::Video => 16 * 1_024 * 1_024,
        MediaKind::Document => MAX_FILE_BYTES,
        // Of a still one 100 KiB, which is checked where it can be told.
        MediaKind::Sticker => 500 * 1_024,
    }
}

/// The kinds as which a file of this type can be sent.
#[must_use]
pub fn kinds_of(mime: &str) -> &'static [MediaKind] {
    match mime {
        "image/jpeg" | "image/png" => &[MediaKind::Image, MediaKind::Document],
        "image/webp" => &[MediaKind::Sticker, MediaKind::Document],
        "video/mp4" | "video/3gpp" => &[MediaKind::Video, MediaKind::Document],
        "audio/aac" | "audio/mp4" | "audio/mpeg" | "audio/amr" | "audio/ogg" => {
            &[MediaKind::Audio, MediaKind::Document]
        }
        _ => &[MediaKind::Document],
    }
}

/// Can a file be sent as this?
///
/// # Errors
/// Why not, in words.
pub fn check(kind: MediaKind, mime: &str, size: u64) -> Result<(), String> {
    if !kinds_of(mime).contains(&kind) {
        let wanted = match kind {
            MediaKind::Image => "a picture is a JPEG or a PNG",
            MediaKind::Video => "a film is an MP4 or a 3GPP",
            MediaKind::Audio => "a sound is AAC, AMR, MP3, M4A, or Ogg with Opus",
            MediaKind::Sticker => "a sticker is a WebP",
            MediaKind::Document => "this cannot be sent",
        };
        return Err(format!("{wanted}; this is {mime}: send it as a file"));
    }
    let most = max_bytes(kind);
    if size > most {
        let most = most as f64 / 1_048_576.0;
        return Err(format!(
            "WhatsApp takes at most {most:.1} MB of this kind; make it smaller, or send it as a file"
        ));
    }
    Ok(())
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
    } else if at(0, b"OggS") {
        "audio/ogg"
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

    #[test]
    fn a_file_is_what_its_bytes_say() {
        for (head, mime) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"GIF89a/*", "image/gif"),
            (b"OggS\0\x02", "audio/ogg"),
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
