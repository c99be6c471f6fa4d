//! Identities of findings that survive line shifts.

use rustc_hash::FxHashMap;

use crate::diagnostics::Diagnostic;

/// Numbers findings whose identity is the same, in the order of the report.
#[derive(Default)]
pub(crate) struct Fingerprints {
    seen: FxHashMap<u128, usize>,
}

impl Fingerprints {
    /// `<hash>:<index>`: the hash is of the lint and the names that the finding is about,
    /// the index tells apart findings that share them.
    pub(crate) fn of(&mut self, diagnostic: &Diagnostic) -> String {
        let hash = fnv1a(&[diagnostic.lint.as_str(), &diagnostic.fingerprint]);
        let index = self.seen.entry(hash).or_default();
        *index += 1;
        format!("{hash:032x}:{index}")
    }
}

/// FNV-1a, 128 bits: the same on every machine and in every version, which hashers of maps do not promise.
fn fnv1a(parts: &[&str]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_fixed_for_ever() {
        assert_eq!(fnv1a(&[]), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_ne!(fnv1a(&["ab", "c"]), fnv1a(&["a", "bc"]));
        assert_eq!(
            format!("{:032x}", fnv1a(&["missing-auth", "app::delete_user"])).len(),
            32
        );
    }
}
