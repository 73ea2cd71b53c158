//! The icon in the tray as pixels. Its tile has a colour of its own, so that it is seen on light
//! panels and on dark ones.

use super::face::Mark;

/// The sizes that panels ask for, as `scripts/icons` draws them: red, green, blue and alpha, one
/// byte each.
const SIZES: [(i32, &[u8]); 3] = [
    (22, include_bytes!("../../../assets/linux/icons/tray-22.rgba")),
    (32, include_bytes!("../../../assets/linux/icons/tray-32.rgba")),
    (48, include_bytes!("../../../assets/linux/icons/tray-48.rgba")),
];

/// The colours of the dots: the design's red and green, on which white is read.
const NEW: [u8; 3] = [0xD9, 0x3A, 0x31];
const CALL: [u8; 3] = [0x3D, 0xB8, 0x6E];
/// Around a dot, so that it stands apart from the tile.
const EDGE: [u8; 3] = [0xFF, 0xFF, 0xFF];

/// One size of it: its side, and its pixels as alpha, red, green and blue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// In pixels.
    pub side: i32,
    /// Row by row.
    pub argb: Vec<u8>,
}

/// The icon with its mark, in each size.
pub fn of(mark: Mark) -> Vec<Pixels> {
    SIZES.into_iter().map(|(side, rgba)| drawn(side, rgba, mark)).collect()
}

fn drawn(side: i32, rgba: &[u8], mark: Mark) -> Pixels {
    let dot = match mark {
        Mark::New => Some(NEW),
        Mark::Call => Some(CALL),
        Mark::Plain | Mark::Offline => None,
    };
    let mut argb = Vec::with_capacity(rgba.len());
    for (at, pixel) in rgba.chunks_exact(4).enumerate() {
        let &[red, green, blue, alpha] = pixel else { continue };
        let at = i32::try_from(at).unwrap_or_default();
        let mut shown = match mark {
            Mark::Offline => grey([alpha, red, green, blue]),
            _ => [alpha, red, green, blue],
        };
        if let Some(colour) = dot {
            shown = dotted(shown, colour, side, (at % side, at / side));
        }
        argb.extend(shown);
    }
    Pixels { side, argb }
}

/// A dot in the lower right corner, with an edge around it, both smooth.
fn dotted(under: [u8; 4], colour: [u8; 3], side: i32, (x, y): (i32, i32)) -> [u8; 4] {
    let side = f64::from(side);
    let (radius, edge) = (side * 0.26, (side / 16.0).max(1.2));
    let centre = side - radius - edge;
    let distance = (f64::from(x) + 0.5 - centre).hypot(f64::from(y) + 0.5 - centre);
    let within = |radius: f64| (radius - distance + 0.5).clamp(0.0, 1.0);
    over(colour, within(radius), over(EDGE, within(radius + edge), under))
}

/// A colour that covers so much of a pixel.
fn over(colour: [u8; 3], share: f64, [alpha, red, green, blue]: [u8; 4]) -> [u8; 4] {
    let below = f64::from(alpha) / 255.0 * (1.0 - share);
    let all = share + below;
    if all <= 0.0 {
        return [0; 4];
    }
    let mix =
        |above: u8, under: u8| byte((f64::from(above) * share + f64::from(under) * below) / all);
    let [r, g, b] = colour;
    [byte(all * 255.0), mix(r, red), mix(g, green), mix(b, blue)]
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn byte(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

fn grey([alpha, red, green, blue]: [u8; 4]) -> [u8; 4] {
    let light = (u32::from(red) * 3 + u32::from(green) * 6 + u32::from(blue)) / 10;
    // Not too dark for a dark panel, and pale enough to be told from the tile in colour.
    let light = u8::try_from(96 + light / 2).unwrap_or(u8::MAX);
    [alpha, light, light, light]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_whole_and_each_mark_is_seen() {
        for ((side, rgba), at) in SIZES.into_iter().zip(0..) {
            let whole = usize::try_from(side * side * 4).unwrap_or_default();
            assert_eq!(rgba.len(), whole);
            let looks = [Mark::Plain, Mark::New, Mark::Call, Mark::Offline].map(of);
            let looks: Vec<_> = looks.iter().filter_map(|look| look.get(at)).collect();
            for (one, look) in looks.iter().enumerate() {
                assert_eq!((look.side, look.argb.len()), (side, whole));
                assert!(!looks.iter().skip(one + 1).any(|other| other == look));
            }
            let [a, b, c] = NEW;
            let red = looks.iter().skip(1).take(1).flat_map(|look| look.argb.chunks(4));
            let red = red.filter(|pixel| **pixel == [0xFF, a, b, c]).count();
            assert!(red > whole / 4 / 8, "{red} of {whole} at {side}");
        }
    }
}
