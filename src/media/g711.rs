//! G.711: µ-law and A-law (ITU-T G.711), octet by octet.

const BIAS: i32 = 0x84;
const CLIP: i32 = 32_635;

/// Linear 16 bit to µ-law.
pub fn encode_ulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = i32::from(sample).abs().min(CLIP).saturating_add(BIAS);
    let exponent = segment(magnitude >> 8);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    !(sign | (exponent << 4) as u8 | mantissa as u8)
}

/// µ-law to linear 16 bit.
pub fn decode_ulaw(code: u8) -> i16 {
    let code = !code;
    let magnitude = ((i32::from(code & 0x0f) << 3) + BIAS) << ((code >> 4) & 0x07);
    let magnitude = magnitude - BIAS;
    (if code & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

/// Linear 16 bit to A-law.
pub fn encode_alaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let sample = i32::from(sample);
    let magnitude = if sample < 0 { !sample } else { sample } >> 3;
    let exponent = segment(magnitude >> 5);
    let shift = if exponent == 0 { 1 } else { exponent };
    let mantissa = (magnitude >> shift) & 0x0f;
    (sign | (exponent << 4) as u8 | mantissa as u8) ^ 0x55
}

/// A-law to linear 16 bit.
pub fn decode_alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let exponent = (code >> 4) & 0x07;
    let mantissa = i32::from(code & 0x0f) << 4;
    let magnitude = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    (if code & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

/// The number of significant bits, which is the segment; at most 7.
fn segment(value: i32) -> u32 {
    (i32::BITS - value.leading_zeros()).min(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives() {
        for code in 0..=u8::MAX {
            // 0x7f is µ-law's second zero; it comes back as the first.
            let expected = if code == 0x7f { 0xff } else { code };
            assert_eq!(encode_ulaw(decode_ulaw(code)), expected, "ulaw {code:#x}");
            assert_eq!(encode_alaw(decode_alaw(code)), code, "alaw {code:#x}");
        }
    }

    #[test]
    fn known_values_of_the_standard() {
        assert_eq!((encode_ulaw(0), decode_ulaw(0x00), decode_ulaw(0x80)), (0xff, -32_124, 32_124));
        assert_eq!((encode_alaw(0), decode_alaw(0xd5), decode_alaw(0x2a)), (0xd5, 8, -32_256));
        assert_eq!((decode_alaw(0xaa), decode_alaw(0x55)), (32_256, -8));
    }

    #[test]
    fn the_nearest_step_is_taken_all_over() {
        for sample in i16::MIN..=i16::MAX {
            let step = (i32::from(sample).abs() / 16).max(16);
            for back in [decode_ulaw(encode_ulaw(sample)), decode_alaw(encode_alaw(sample))] {
                assert!((i32::from(back) - i32::from(sample)).abs() <= step, "{sample} {back}");
            }
        }
    }
}
