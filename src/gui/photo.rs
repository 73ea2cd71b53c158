//! Photos of people: decoded off the window's thread, kept small, and given to whoever shows
//! somebody. Their bytes are a stranger's.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::Cursor;

use iced::widget::image::Handle;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::model::vcard::Photo;

/// How many pixels it is high and wide: twice what is shown, for sharp screens.
pub const SIDE: u32 = 80;

/// How wide or high one may be that is decoded, in pixels.
const WIDEST: usize = 4096;

/// How many pixels it may have.
const MOST_PIXELS: usize = 4 << 20;

/// How many decoded ones are kept: those in sight, and some more. Each takes 25 KiB.
const KEPT: usize = 128;

/// What tells photos apart.
pub type Name = [u8; 16];

/// Why a photo is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// It has more pixels than a photo of a person needs.
    #[error("the photo has too many pixels")]
    TooLarge,
    /// It is no whole picture.
    #[error("the photo cannot be read")]
    Damaged,
}

/// A small round picture: `SIDE` × `SIDE` pixels of red, green, blue and alpha.
#[derive(Clone)]
pub struct Round(Vec<u8>);

impl std::fmt::Debug for Round {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Round")
    }
}

impl Round {
    /// Its pixels.
    pub fn pixels(&self) -> &[u8] {
        &self.0
    }
}

/// A picture as it came: four bytes a pixel.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Decodes a photo and makes it small and round.
pub fn decode(photo: &Photo) -> Result<Round, PhotoError> {
    let bytes = photo.bytes();
    let picture = if bytes.starts_with(b"\x89PNG") { png(bytes)? } else { jpeg(bytes)? };
    Ok(round(&picture))
}

fn fits(width: usize, height: usize) -> Result<(), PhotoError> {
    let pixels = width.checked_mul(height).ok_or(PhotoError::TooLarge)?;
    if width > WIDEST || height > WIDEST || pixels > MOST_PIXELS {
        return Err(PhotoError::TooLarge);
    }
    if pixels == 0 { Err(PhotoError::Damaged) } else { Ok(()) }
}

fn png(bytes: &[u8]) -> Result<Picture, PhotoError> {
    let damaged = |_: png::DecodingError| PhotoError::Damaged;
    let limits = png::Limits { bytes: MOST_PIXELS * 8 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width as usize, header.height as usize);
    fits(width, height)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let mut buffer = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut buffer).map_err(damaged)?;
    let buffer = buffer.get(..frame.buffer_size()).ok_or(PhotoError::Damaged)?;
    let pixel: fn(&[u8]) -> [u8; 4] = match frame.color_type {
        png::ColorType::Rgba => |p| [p[0], p[1], p[2], p[3]],
        png::ColorType::Rgb => |p| [p[0], p[1], p[2], 255],
        png::ColorType::GrayscaleAlpha => |p| [p[0], p[0], p[0], p[1]],
        png::ColorType::Grayscale => |p| [p[0], p[0], p[0], 255],
        png::ColorType::Indexed => return Err(PhotoError::Damaged),
    };
    let pixels: Vec<u8> = buffer.chunks_exact(frame.color_type.samples()).flat_map(pixel).collect();
    whole(Picture { width, height, pixels })
}

fn jpeg(bytes: &[u8]) -> Result<Picture, PhotoError> {
    let options = DecoderOptions::default()
        .set_max_width(WIDEST)
        .set_max_height(WIDEST)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(bytes, options);
    decoder.decode_headers().map_err(|_| PhotoError::Damaged)?;
    let (width, height) = decoder.dimensions().ok_or(PhotoError::Damaged)?;
    fits(width, height)?;
    let pixels = decoder.decode().map_err(|_| PhotoError::Damaged)?;
    whole(Picture { width, height, pixels })
}

fn whole(picture: Picture) -> Result<Picture, PhotoError> {
    let is_whole = picture.pixels.len() == picture.width * picture.height * 4;
    if is_whole { Ok(picture) } else { Err(PhotoError::Damaged) }
}

/// The square in the middle, each pixel the mean of those it stands for, cut to a disc.
fn round(picture: &Picture) -> Round {
    let side = picture.width.min(picture.height);
    let (left, top) = ((picture.width - side) / 2, (picture.height - side) / 2);
    let small = SIDE as usize;
    let mut pixels = Vec::with_capacity(small * small * 4);
    // Which of the picture's pixels one of the small ones stands for: at least one.
    let span = |at: usize| {
        let from = at * side / small;
        from..((at + 1) * side).div_ceil(small).max(from + 1).min(side)
    };
    for y in 0..small {
        for x in 0..small {
            let mut sum = [0_u64; 4];
            for row in span(y) {
                for column in span(x) {
                    let at = ((top + row) * picture.width + left + column) * 4;
                    let Some(&[r, g, b, a]) = picture.pixels.get(at..at + 4) else { continue };
                    let weight = u64::from(a);
                    sum[0] += u64::from(r) * weight;
                    sum[1] += u64::from(g) * weight;
                    sum[2] += u64::from(b) * weight;
                    sum[3] += weight;
                }
            }
            let count = (span(y).len() * span(x).len()).max(1) as f32;
            let part = |sum_of: u64| (sum_of / sum[3].max(1)) as u8;
            let alpha = sum[3] as f32 / count * within(x, y);
            pixels.extend([part(sum[0]), part(sum[1]), part(sum[2]), alpha.round() as u8]);
        }
    }
    Round(pixels)
}

/// How much of a pixel lies within the disc.
fn within(x: usize, y: usize) -> f32 {
    let radius = SIDE as f32 / 2.0;
    let (dx, dy) = (x as f32 + 0.5 - radius, y as f32 + 0.5 - radius);
    (radius - dx.hypot(dy) + 0.5).clamp(0.0, 1.0)
}

/// What was decoded last.
#[derive(Default)]
struct Photos {
    known: HashMap<Name, Option<Handle>>,
    order: VecDeque<Name>,
    /// On their way.
    asked: HashSet<Name>,
}

thread_local! {
    /// The window draws on its own thread.
    static PHOTOS: RefCell<Photos> = RefCell::default();
}

/// The picture to show; none as long as it was not decoded, or when it cannot be.
pub fn shown(photo: &Photo) -> Option<Handle> {
    PHOTOS.with_borrow(|photos| photos.known.get(&photo.name()).cloned().flatten())
}

/// Whether it is to be decoded now; it is then taken to be on its way.
pub fn wants(photo: &Photo) -> bool {
    PHOTOS.with_borrow_mut(|photos| {
        !photos.known.contains_key(&photo.name())
            && photos.asked.len() < KEPT / 2
            && photos.asked.insert(photo.name())
    })
}

/// Takes note of what came of one.
pub fn decoded(name: Name, round: Option<Round>) {
    PHOTOS.with_borrow_mut(|photos| {
        photos.asked.remove(&name);
        let picture = round.map(|round| Handle::from_rgba(SIDE, SIDE, round.0));
        if photos.known.insert(name, picture).is_none() {
            photos.order.push_back(name);
        }
        while photos.order.len() > KEPT {
            if let Some(oldest) = photos.order.pop_front() {
                photos.known.remove(&oldest);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn png_of(width: u32, height: u32, color: png::ColorType, pixel: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        let mut writer = encoder.write_header().unwrap();
        let count = width as usize * height as usize;
        writer.write_image_data(&pixel.repeat(count)).unwrap();
        drop(writer);
        bytes
    }

    fn made(bytes: &[u8]) -> Result<Round, PhotoError> {
        decode(&Photo::new(bytes).unwrap())
    }

    fn at(round: &Round, x: usize, y: usize) -> [u8; 4] {
        round.pixels()[(y * SIDE as usize + x) * 4..][..4].try_into().unwrap()
    }

    #[test]
    fn a_photo_becomes_small_and_round() {
        for (width, height) in [(300, 200), (80, 80), (7, 9), (1, 1)] {
            let round = made(&png_of(width, height, png::ColorType::Rgb, &[200, 10, 30])).unwrap();
            assert_eq!(round.pixels().len(), 80 * 80 * 4);
            assert_eq!(at(&round, 40, 40), [200, 10, 30, 255]);
            assert_eq!(at(&round, 0, 0)[3], 0, "the corner is cut off");
            assert_eq!(at(&round, 40, 1)[3], 255);
        }
        let gray = made(&png_of(90, 90, png::ColorType::GrayscaleAlpha, &[9, 128])).unwrap();
        assert_eq!(at(&gray, 40, 40), [9, 9, 9, 128]);
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_not_shown() {
        let whole = png_of(120, 120, png::ColorType::Rgb, &[1, 2, 3]);
        assert_eq!(made(&whole[..whole.len() / 2]).unwrap_err(), PhotoError::Damaged);
        assert_eq!(made(b"\x89PNG\r\n\x1a\nmore").unwrap_err(), PhotoError::Damaged);
        assert_eq!(made(b"\xff\xd8\xff\xe0more").unwrap_err(), PhotoError::Damaged);
        // A few bytes that would fill the memory.
        let bomb = png_of(4_000, 4_000, png::ColorType::Grayscale, &[0]);
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        assert_eq!(made(&bomb).unwrap_err(), PhotoError::TooLarge);
        let high = png_of(1, 5_000, png::ColorType::Grayscale, &[0]);
        assert_eq!(made(&high).unwrap_err(), PhotoError::TooLarge);
    }

    #[test]
    fn a_jpeg_is_shown_too() {
        let round = made(include_bytes!("photo/test.jpg")).unwrap();
        let [r, g, b, a] = at(&round, 40, 40);
        assert!(r > 180 && g < 80 && b < 80 && a == 255, "{:?}", (r, g, b, a));
    }

    #[test]
    fn only_so_many_are_kept() {
        let photo =
            |n: u32| Photo::new(&[&b"\xff\xd8\xff"[..], &n.to_be_bytes()[..]].concat()).unwrap();
        let first = photo(0);
        assert!(wants(&first) && !wants(&first), "one is decoded once");
        for n in 0..=KEPT as u32 {
            decoded(photo(n).name(), Some(Round(vec![0; 80 * 80 * 4])));
        }
        assert!(shown(&first).is_none() && wants(&first));
        assert!(shown(&photo(1)).is_some());
        decoded(photo(500).name(), None);
        assert!(shown(&photo(500)).is_none() && !wants(&photo(500)), "it is not tried again");
    }
}
