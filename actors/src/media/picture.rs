//! Pictures made smaller. A picture is read by its bytes, with hard limits: it may have been made to use up memory.

use std::io::Cursor;

use image::{ImageReader, Limits, codecs::jpeg::JpegEncoder, imageops::FilterType};

/// Largest side of a picture that is read, in pixels.
const MAX_SIDE: u32 = 12_000;
/// Pixels of a picture that is read. A browser takes four bytes for each: one that is not read is not shown, either.
const MAX_PIXELS: u64 = 40_000_000;
/// Memory that reading one may take, in bytes: so many pixels of four bytes.
const MAX_BYTES: u64 = 4 * MAX_PIXELS;
/// The larger side of the small picture, in pixels.
const SMALL_SIDE: u32 = 640;
/// A picture whose larger side is at most this needs no small one, in pixels.
const SMALL_ENOUGH: u32 = 800;
/// Quality of the small picture, of 100.
const QUALITY: u8 = 78;

/// What a picture is like.
#[derive(Debug)]
pub(super) struct Small {
    pub(super) width: u32,
    pub(super) height: u32,
    /// A smaller one, unless it is small itself.
    pub(super) jpeg: Option<Vec<u8>>,
}

/// Can a file of this type be made smaller?
pub(super) fn is_one(mime: &str) -> bool {
    matches!(mime, "image/jpeg" | "image/png" | "image/webp")
}

/// Reads a picture and makes a smaller one; nothing where it does not read, or is beyond the limits.
pub(super) fn smaller(bytes: &[u8]) -> Option<Small> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    let read = || ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok();
    let (width, height) = read()?.into_dimensions().ok()?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return None;
    }
    let mut reader = read()?;
    reader.limits(limits);
    let image = reader.decode().ok()?;
    if width.max(height) <= SMALL_ENOUGH {
        return Some(Small { width, height, jpeg: None });
    }
    let small = image.resize(SMALL_SIDE, SMALL_SIDE, FilterType::Triangle).into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&small).ok()?;
    Some(Small { width, height, jpeg: Some(jpeg) })
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 0]));
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).expect("it is written");
        out.into_inner()
    }

    #[test]
    fn a_large_picture_is_made_smaller_in_its_proportions_and_a_small_one_is_left() {
        let small = smaller(&png(1_600, 800)).expect("it reads");
        assert_eq!((small.width, small.height), (1_600, 800));
        let made = image::load_from_memory(&small.jpeg.expect("a smaller one")).expect("it reads");
        assert_eq!((made.width(), made.height()), (640, 320));
        assert!(smaller(&png(100, 100)).expect("it reads").jpeg.is_none());
    }

    #[test]
    fn a_picture_that_says_it_is_huge_is_not_read() {
        // A few bytes that ask for so many pixels a side.
        for side in [60_000_u32, 11_000, 6_325] {
            let mut bomb = png(8, 8);
            bomb[16..20].copy_from_slice(&side.to_be_bytes());
            bomb[20..24].copy_from_slice(&side.to_be_bytes());
            assert!(smaller(&bomb).is_none());
        }
    }

    #[test]
    fn a_picture_of_one_colour_beyond_the_pixels_that_are_shown_is_not_read() {
        let image = image::GrayImage::new(8_000, 5_001);
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, ImageFormat::Png).expect("it is written");
        assert!(smaller(&out.into_inner()).is_none());
    }

    #[test]
    fn what_is_no_picture_is_none() {
        for bytes in [&b""[..], b"<svg onload=\"alert(1)\">", b"GIF89a/*", b"\xff\xd8\xff\xe0 not really"] {
            assert!(smaller(bytes).is_none());
        }
    }
}
