//! The few decoders that judging a token needs.

/// Base 64, standard or URL alphabet, padded or not.
pub(crate) fn base64_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text
        .iter()
        .take_while(|byte| **byte != b'=')
        .map(|byte| match byte {
            b'A'..=b'Z' => Some(byte - b'A'),
            b'a'..=b'z' => Some(byte - b'a' + 26),
            b'0'..=b'9' => Some(byte - b'0' + 52),
            b'+' | b'-' => Some(62),
            b'/' | b'_' => Some(63),
            _ => None,
        });
    regroup(digits, 6)
}

/// Base 32 (RFC 4648, upper case), without padding.
pub(crate) fn base32_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.iter().map(|byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    });
    regroup(digits, 5)
}

fn regroup(digits: impl Iterator<Item = Option<u8>>, width: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut buffer, mut bits) = (0u32, 0u32);
    for digit in digits {
        buffer = buffer << width | u32::from(digit?);
        bits += width;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_the_rfc_lists() {
        assert_eq!(base64_decode(b"Zm9vYg==").as_deref(), Some(&b"foob"[..]));
        assert_eq!(base64_decode(b"-_8").as_deref(), Some(&[0xfb, 0xff][..]));
        assert_eq!(base64_decode(b"a b"), None);
        assert_eq!(base32_decode(b"MZXW6YTB").as_deref(), Some(&b"fooba"[..]));
        assert_eq!(base32_decode(b"mz"), None);
    }
}
