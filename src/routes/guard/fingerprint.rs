//! Tells calls of a function apart by what its arguments say, so that one is judged for all that
//! are alike.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::proof::{Abs, Proof};
use super::route::route;
use crate::program::ty::Subst;

/// Values with more parts than this are not compared.
const MAX_PARTS: usize = 200;

/// What is hashed starts from something: nothing at all would not be seen otherwise.
const SEED: usize = 0x5eed;

/// A fingerprint of arguments and type parameters; `None` where a closure is among them, which
/// sees the variables of its own body, or the path of one endpoint, which nobody else asks about,
/// or where they are too large.
pub(super) fn of<'a>(args: impl Iterator<Item = &'a Abs>, subst: &Subst) -> Option<u64> {
    let mut print = Print {
        hasher: FxHasher::with_seed(SEED),
        left: MAX_PARTS,
    };
    for arg in args {
        print.value(arg)?;
    }
    subst.hash(&mut print.hasher);
    Some(print.hasher.finish())
}

struct Print {
    hasher: FxHasher,
    left: usize,
}

impl Print {
    fn value(&mut self, value: &Abs) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        if value.closure.is_some() || route(value).is_some() {
            return None;
        }
        let hasher = &mut self.hasher;
        (value.from, &value.setting, value.text, value.function).hash(hasher);
        hasher.write_u8(b'(');
        for (name, out) in value.variants.iter().flat_map(|all| all.iter()) {
            name.hash(&mut self.hasher);
            self.proof(&out.proof);
            self.value(&out.val)?;
        }
        self.hasher
            .write_u8(if value.variants.is_some() { b'[' } else { b'-' });
        for part in value.parts.iter().flat_map(|all| all.iter()) {
            self.value(part)?;
        }
        self.hasher
            .write_u8(if value.parts.is_some() { b'{' } else { b'-' });
        for (name, field) in value.fields.iter().flat_map(|all| all.iter()) {
            name.hash(&mut self.hasher);
            self.value(field)?;
        }
        self.hasher
            .write_u8(if value.fields.is_some() { b')' } else { b'-' });
        Some(())
    }

    fn proof(&mut self, proof: &Proof) {
        let hasher = &mut self.hasher;
        (
            proof.strength as u8,
            &proof.condition,
            &proof.maybe,
            proof.looked,
            proof.said,
            proof.relayed,
            &proof.rights,
        )
            .hash(hasher);
        for evidence in &proof.evidence {
            (evidence.kind, &evidence.name, evidence.span).hash(hasher);
        }
    }
}
