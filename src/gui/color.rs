//! The colour of an avatar, generated from an address (XEP-0392 1.0): the same person has
//! the same colour in every client.

use iced::Color;
use sha1::{Digest, Sha1};

/// The hue angle of a text in degrees, 0 to 360 (XEP-0392 §5.1).
pub fn hue(text: &str) -> f64 {
    let digest = Sha1::digest(text.as_bytes());
    let low = digest.iter().take(2).rev().fold(0_u16, |sum, byte| (sum << 8) | u16::from(*byte));
    f64::from(low) / 65_536.0 * 360.0
}

/// The ground of an avatar: the hue of the address at a saturation and lightness on which
/// white initials can be read in either theme.
pub fn avatar(address: &str) -> Color {
    color(hue(address), 62.0, 45.0)
}

fn color(hue: f64, saturation: f64, lightness: f64) -> Color {
    let (red, green, blue) = hsluv::hsluv_to_rgb(hue, saturation, lightness);
    let part = |value: f64| value.clamp(0.0, 1.0) as f32;
    Color::from_rgb(part(red), part(green), part(blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_test_vectors_of_the_specification() {
        let vectors: [(&str, f64, [f32; 3]); 5] = [
            ("Romeo", 327.255_249, [0.865, 0.000, 0.686]),
            ("juliet@capulet.lit", 209.410_400, [0.000, 0.515, 0.573]),
            ("😺", 331.199_341, [0.872, 0.000, 0.659]),
            ("council", 359.994_507, [0.918, 0.000, 0.394]),
            ("Board", 171.430_664, [0.000, 0.527, 0.457]),
        ];
        for (text, angle, [red, green, blue]) in vectors {
            assert!((hue(text) - angle).abs() < 1e-4, "{text}: {}", hue(text));
            let color = color(hue(text), 100.0, 50.0);
            for (got, wanted) in [(color.r, red), (color.g, green), (color.b, blue)] {
                assert!((got - wanted).abs() < 2e-3, "{text}: {color:?}");
            }
        }
    }

    #[test]
    fn white_initials_can_be_read_on_every_hue() {
        for step in 0..360 {
            let ground = color(f64::from(step), 62.0, 45.0);
            let contrast = 1.05 / (ground.relative_luminance() + 0.05);
            assert!(contrast >= 4.5, "{step}°: {contrast}");
        }
    }
}
