//! Media: what was uploaded, what customers sent, and pictures drawn on the spot.

use std::collections::{HashMap, VecDeque};

use axum::body::Bytes;
use base64::Engine as _;
use ring::digest;

use crate::dice::Dice;
use crate::payload::push_hex;

/// Most media kept; the oldest goes first, as if its time had run out.
pub const MEDIA_MAX: usize = 500;
/// Largest upload taken, in bytes. The real provider takes documents of 100 MB.
pub const UPLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a download address is valid.
pub(super) const ADDRESS_VALID_MS: i64 = 5 * 60 * 1000;

/// A medium held by the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub id: String,
    /// Its type.
    pub mime_type: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Media {
    /// The hash as inbound messages carry it.
    pub fn sha256_base64(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.bytes);
        base64::engine::general_purpose::STANDARD.encode(hash)
    }

    /// The hash as `GET /<media id>` carries it.
    pub fn sha256_hex(&self) -> String {
        let mut out = String::with_capacity(64);
        push_hex(&mut out, digest::digest(&digest::SHA256, &self.bytes).as_ref());
        out
    }
}

#[derive(Debug, Default)]
pub(super) struct Shelf {
    by_id: HashMap<String, Media>,
    order: VecDeque<String>,
}

impl Shelf {
    pub(super) fn put(&mut self, media: Media) {
        if self.order.len() >= MEDIA_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        self.order.push_back(media.id.clone());
        self.by_id.insert(media.id.clone(), media);
    }

    pub(super) fn get(&self, id: &str) -> Option<&Media> {
        self.by_id.get(id)
    }
}

/// The file of a multipart upload: its content type and content.
pub(super) fn uploaded_file(content_type: &str, body: &Bytes) -> Option<(String, Bytes)> {
    let boundary = content_type.split_once("boundary=")?.1.split(';').next()?.trim_matches('"');
    let delimiter = format!("--{boundary}");
    let mut rest = &body[..];
    while let Some(start) = find(rest, delimiter.as_bytes()) {
        let part = &rest[start + delimiter.len()..];
        let end = find(part, delimiter.as_bytes())?;
        let (part, head_end) = (&part[..end], find(part, b"\r\n\r\n"));
        if let Some(head_end) = head_end.filter(|head_end| *head_end < part.len()) {
            let head = String::from_utf8_lossy(&part[..head_end]).to_ascii_lowercase();
            if head.contains("name=\"file\"") {
                let mime_type = head.lines().find_map(|line| line.strip_prefix("content-type:"))?.trim();
                let content = part[head_end + 4..].strip_suffix(b"\r\n")?;
                return Some((mime_type.to_owned(), body.slice_ref(content)));
            }
        }
        rest = &rest[start + delimiter.len()..];
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

const WIDTH: usize = 320;
const HEIGHT: usize = 240;

/// A drawing of a wheel as a PNG of 320 × 240: what a customer "photographs".
pub(crate) fn picture(dice: &mut Dice) -> Vec<u8> {
    let palette: [[u8; 3]; 4] = dice.pick(&PALETTES).copied().unwrap_or([
        [230, 226, 218],
        [70, 70, 74],
        [40, 90, 150],
        [190, 180, 165],
    ]);
    let spokes = 6 + dice.below(10);
    let (cx, cy) = (120.0 + dice.below(80) as f64, 95.0 + dice.below(50) as f64);
    let radius = 60.0 + dice.below(30) as f64;
    let turn = dice.below(360) as f64 / 57.3;
    let mut rows = Vec::with_capacity((WIDTH + 1) * HEIGHT);
    for y in 0..HEIGHT {
        rows.push(0);
        for x in 0..WIDTH {
            let (dx, dy) = (x as f64 - cx, y as f64 - cy);
            let distance = dx.hypot(dy);
            let step = std::f64::consts::TAU / spokes as f64;
            let off_spoke = ((dy.atan2(dx) + turn).rem_euclid(step) - step / 2.0).abs() * distance;
            let frame = (dy - dx * 0.45 - 10.0).abs() < 6.0 && dx > 0.0;
            rows.push(if (distance - radius).abs() < 5.0 || distance < 7.0 {
                1
            } else if frame {
                2
            } else if distance < radius && off_spoke > distance * step / 2.0 - 1.2 {
                1
            } else if y > 190 {
                3
            } else {
                0
            });
        }
    }
    png(&palette, &rows)
}

const PALETTES: [[[u8; 3]; 4]; 4] = [
    [[226, 222, 212], [58, 58, 62], [32, 96, 168], [176, 164, 146]],
    [[208, 220, 226], [44, 48, 56], [176, 58, 46], [138, 146, 140]],
    [[236, 230, 214], [72, 64, 58], [38, 120, 84], [190, 172, 140]],
    [[198, 198, 204], [36, 36, 40], [214, 150, 40], [120, 118, 122]],
];

/// A PNG with a palette and uncompressed rows (each led by its filter byte).
fn png(palette: &[[u8; 3]], rows: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend_from_slice(&(WIDTH as u32).to_be_bytes());
    head.extend_from_slice(&(HEIGHT as u32).to_be_bytes());
    // Eight bits a pixel, by palette, the only methods there are, not interlaced.
    head.extend_from_slice(&[8, 3, 0, 0, 0]);
    chunk(&mut out, b"IHDR", &head);
    chunk(&mut out, b"PLTE", palette.as_flattened());
    let mut data = vec![0x78, 0x01];
    let mut blocks = rows.chunks(usize::from(u16::MAX)).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        data.push(u8::from(blocks.peek().is_none()));
        data.extend_from_slice(&length.to_le_bytes());
        data.extend_from_slice(&(!length).to_le_bytes());
        data.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in rows {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    data.extend_from_slice(&((b << 16) | a).to_be_bytes());
    chunk(&mut out, b"IDAT", &data);
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend_from_slice(&(!crc).to_be_bytes());
}

/// A smiling face.
pub(crate) static STICKER: &[u8] = include_bytes!("sticker.webp");

/// A PDF of one page with a line on it.
pub(crate) fn bill() -> Vec<u8> {
    const WORDS: &str = "BT /F1 24 Tf 72 720 Td (Bill 2041: 84.50 EUR) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{WORDS}\nendstream", WORDS.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table = out.len();
    out.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        out.push_str(&format!("{place:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    ));
    out.into_bytes()
}

/// A voice note of silence: Opus in Ogg, 20 ms a packet.
pub fn voice_note(seconds: u8) -> Vec<u8> {
    const PRE_SKIP: u16 = 312;
    const SAMPLES_A_PACKET: u64 = 960;
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend_from_slice(&PRE_SKIP.to_le_bytes());
    head.extend_from_slice(&48_000_u32.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&4_u32.to_le_bytes());
    tags.extend_from_slice(b"none");
    tags.extend_from_slice(&0_u32.to_le_bytes());
    let mut out = Vec::new();
    page(&mut out, 2, 0, 0, &[&head]);
    page(&mut out, 0, 0, 1, &[&tags]);
    // A page takes up to 255 packets; one second is 50.
    let silence: [&[u8]; 50] = [&[0xf8, 0xff, 0xfe]; 50];
    for second in 1..=u64::from(seconds) {
        let last = second == u64::from(seconds);
        let granule = u64::from(PRE_SKIP) + second * 50 * SAMPLES_A_PACKET;
        page(&mut out, if last { 4 } else { 0 }, granule, second as u32 + 1, &silence);
    }
    out
}

/// An Ogg page of packets shorter than 255 bytes.
fn page(out: &mut Vec<u8>, flags: u8, granule: u64, number: u32, packets: &[&[u8]]) {
    let start = out.len();
    out.extend_from_slice(b"OggS\0");
    out.push(flags);
    out.extend_from_slice(&granule.to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.push(packets.len() as u8);
    out.extend(packets.iter().map(|packet| packet.len() as u8));
    for packet in packets {
        out.extend_from_slice(packet);
    }
    let mut crc = 0_u32;
    for byte in &out[start..] {
        crc ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            crc = if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04c1_1db7 };
        }
    }
    out[start + 22..start + 26].copy_from_slice(&crc.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_an_upload_is_found_among_the_fields() {
        let body = Bytes::from_static(
            b"--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
              --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
              Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n",
        );
        let (mime_type, bytes) = uploaded_file("multipart/form-data; boundary=b", &body).expect("a file");
        assert_eq!((mime_type.as_str(), &bytes[..]), ("image/png", &b"\x89PNG"[..]));
    }

    #[test]
    fn a_picture_is_a_png_and_depends_on_its_subject_alone() {
        let draw = |subject| picture(&mut Dice::of(1, "picture", subject));
        assert!(draw("a").starts_with(b"\x89PNG"));
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
    }
}
