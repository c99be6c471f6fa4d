//! The checksums that some providers build into their tokens, and what stands for one
//! where a format is a container (a JWT's header, a key's armour).

use serde::Deserialize;

use super::encoding::{base32_decode, base64_decode};

/// A test that a text of a format must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Checksum {
    /// The last six characters are the CRC-32 of those between the prefix and them, in base 62.
    Crc32Base62,
    /// The last eight characters are the CRC-32 of all before the last `_`, as little-endian hex.
    Grafana,
    /// Bech32 (BIP 173).
    Bech32,
    /// NATS: base 32 with a CRC-16 at the end.
    Nkey,
    /// Base 64 between armour lines, long and irregular enough to be a key.
    Pem,
    /// A JSON header with `alg`, and a JSON payload.
    Jwt,
    /// Base 64 of `user:password`.
    Basic,
    /// A URL with a user and a password.
    Url,
}

/// Whether `secret`, whose body starts after `prefix` bytes, passes. [`Checksum::Url`] is
/// judged by the caller, who has the parts.
pub(crate) fn passes(kind: Checksum, secret: &[u8], prefix: usize) -> bool {
    match kind {
        Checksum::Crc32Base62 => crc32_base62(secret.get(prefix..).unwrap_or_default()),
        Checksum::Grafana => grafana(secret),
        Checksum::Bech32 => bech32(secret),
        Checksum::Nkey => nkey(secret),
        Checksum::Pem => pem(secret),
        Checksum::Jwt => jwt(secret).is_some(),
        Checksum::Basic => basic(secret).is_some(),
        Checksum::Url => true,
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

fn crc32_base62(body: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((payload, check)) = body.split_last_chunk::<6>() else {
        return false;
    };
    let mut rest = crc32(payload);
    check.iter().rev().all(|digit| {
        let expected = DIGITS[(rest % 62) as usize];
        rest /= 62;
        *digit == expected
    })
}

fn grafana(token: &[u8]) -> bool {
    let Some(at) = token.iter().rposition(|byte| *byte == b'_') else {
        return false;
    };
    let (payload, check) = (&token[..at], &token[at + 1..]);
    let expected: String = crc32(payload)
        .to_le_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    check.eq_ignore_ascii_case(expected.as_bytes())
}

fn bech32(text: &[u8]) -> bool {
    const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let text = text.to_ascii_lowercase();
    let Some(separator) = text.iter().rposition(|byte| *byte == b'1') else {
        return false;
    };
    let (human, data) = (&text[..separator], &text[separator + 1..]);
    let mut values: Vec<u8> = human.iter().map(|byte| byte >> 5).collect();
    values.push(0);
    values.extend(human.iter().map(|byte| byte & 31));
    for byte in data {
        match CHARSET.iter().position(|it| it == byte) {
            Some(value) => values.push(value as u8),
            None => return false,
        }
    }
    let checksum = values.iter().fold(1u32, |sum, value| {
        let top = sum >> 25;
        let shifted = ((sum & 0x01ff_ffff) << 5) ^ u32::from(*value);
        (0..5)
            .filter(|bit| top >> bit & 1 == 1)
            .fold(shifted, |sum, bit| sum ^ GENERATOR[bit])
    });
    checksum == 1
}

fn nkey(seed: &[u8]) -> bool {
    let Some(bytes) = base32_decode(seed) else {
        return false;
    };
    let Some((payload, check)) = bytes.split_last_chunk::<2>() else {
        return false;
    };
    let crc = payload.iter().fold(0u16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 != 0 {
                crc << 1 ^ 0x1021
            } else {
                crc << 1
            }
        })
    });
    crc == u16::from_le_bytes(*check)
}

/// Armour around something long and irregular: not `...`, not a screenful of `x`.
fn pem(armoured: &[u8]) -> bool {
    let text = String::from_utf8_lossy(armoured)
        .replace("\\r", "")
        .replace("\\n", "\n");
    let longest = text.lines().skip(1).map(|line| {
        line.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '+')
    });
    let body: String = longest
        .filter(|line| !line.contains(':') && !line.contains(' ') && !line.starts_with("END"))
        .collect();
    let base64 = body
        .bytes()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .count();
    base64 >= 60 && base64 * 20 >= body.len() * 19 && super::shape::entropy(body.as_bytes()) > 3.8
}

/// The parts of a JWT that tell a live token from an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JwtFacts {
    /// It has an `exp`: it was meant to die.
    pub(crate) expires: bool,
    /// Its claims are those of the well-known examples, or its role is a public one.
    pub(crate) public: bool,
}

/// What a JWT's header and payload say, if it is one.
pub(crate) fn jwt(token: &[u8]) -> Option<JwtFacts> {
    let mut parts = token.split(|byte| *byte == b'.');
    let header: serde_json::Value = serde_json::from_slice(&base64_decode(parts.next()?)?).ok()?;
    header.get("alg")?.as_str()?;
    let payload: serde_json::Value = serde_json::from_slice(&base64_decode(parts.next()?)?).ok()?;
    let claims = payload.as_object()?;
    let is = |claim: &str, values: &[&str]| {
        claims
            .get(claim)
            .and_then(|it| it.as_str())
            .is_some_and(|it| values.contains(&it))
    };
    let public = is("name", &["John Doe"]) || is("sub", &["1234567890"]) || is("role", &["anon"]);
    Some(JwtFacts {
        expires: claims.contains_key("exp"),
        public,
    })
}

/// User and password of a `Basic` credential.
pub(crate) fn basic(encoded: &[u8]) -> Option<(String, String)> {
    let decoded = String::from_utf8(base64_decode(encoded)?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let printable = decoded.chars().all(|c| !c.is_control());
    (printable && !password.is_empty()).then(|| (user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Split, so that no scanner (ours included) takes this file for a leak.
    const GITHUB: &[&str] = &["zQWBuTSOoRi4A9sp", "HcVY5ncnsDkxkJ", "0mLq17"];
    const GRAFANA: &[&str] = &["gls", "a_iNValIdinValiDinvalid", "invalidinva_5b582697"];
    const AGE: &[&str] = &[
        "AGE-SECRET-",
        "KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
    ];
    const NATS: &[&str] = &[
        "SUACSSL3UAHUDXKF",
        "SNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY",
    ];

    #[test]
    fn published_vectors_pass_and_one_changed_character_fails() {
        for (kind, parts) in [
            (Checksum::Crc32Base62, GITHUB),
            (Checksum::Grafana, GRAFANA),
            (Checksum::Bech32, AGE),
            (Checksum::Nkey, NATS),
        ] {
            let token = parts.concat().into_bytes();
            assert!(passes(kind, &token, 0), "{kind:?}");
            for at in 0..token.len() {
                let mut changed = token.clone();
                changed[at] = if changed[at] == b'Q' { b'Z' } else { b'Q' };
                assert!(!passes(kind, &changed, 0), "{kind:?} at {at}");
            }
        }
    }

    #[test]
    fn a_jwt_is_more_than_three_dotted_parts() {
        // {"alg":"HS256","typ":"JWT"} . {"sub":"1234567890","name":"John Doe","iat":1516239022}
        let example = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.x";
        assert_eq!(
            jwt(example.as_bytes()),
            Some(JwtFacts {
                expires: false,
                public: true
            })
        );
        assert_eq!(
            jwt(b"eyJmb28iOiJiYXIifQ.eyJmb28iOiJiYXIifQ.x"),
            None,
            "no alg"
        );
        assert_eq!(
            jwt(b"eyJhbGciOiJIUzI1NiJ9.bm90anNvbg.x"),
            None,
            "payload is no JSON"
        );
    }

    #[test]
    fn basic_credentials_have_a_colon() {
        assert_eq!(basic(b"YTpi"), Some(("a".into(), "b".into())));
        assert_eq!(basic(b"YWI="), None);
    }
}
