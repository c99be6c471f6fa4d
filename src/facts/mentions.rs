//! Which names a body mentions, without the body being read.
//!
//! Answers "may this body call `f`?" for all bodies of a program in no time. The answer may be
//! yes by mistake (two names can share a hash), never no by mistake.

use std::hash::Hasher as _;

use rustc_hash::{FxHashSet, FxHasher};
use serde::{Deserialize, Serialize};

/// How a name stands in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// On its own: `f(..)`, `S { .. }`.
    Bare,
    /// Last in a path, behind a name that begins with a small letter: `a::f`, `a::S`.
    InModule,
    /// Last in a path, behind anything else: `S::f`, `Vec::<u8>::f`, `<T as U>::f`.
    InType,
    /// Earlier in a path: `a` and `S` in `a::S::f`. (What stands before `::<` is this and last.)
    Prefix,
    /// Behind a dot: `x.f(..)`, `x.f`.
    Member,
    /// Behind a dot and before an equals sign: `x.f = ..`, and also `x.f == ..`.
    Assigned,
    /// `f!(..)`.
    Macro,
}

impl Mention {
    /// The ways to name something by a path.
    pub const NAMED: [Mention; 3] = [Mention::Bare, Mention::InModule, Mention::InType];
    /// The ways to write a name in a path.
    pub const IN_PATH: [Mention; 4] = [
        Mention::Bare,
        Mention::InModule,
        Mention::InType,
        Mention::Prefix,
    ];
    /// The ways to call a function or method.
    pub const CALLED: [Mention; 4] = [
        Mention::Bare,
        Mention::InModule,
        Mention::InType,
        Mention::Member,
    ];
}

/// The names that a body mentions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Mentions {
    /// Hashes, ascending; `None` stands for all names.
    hashes: Option<Box<[u16]>>,
}

impl Mentions {
    /// Of a body of which it is not known.
    pub const ANY: Mentions = Mentions { hashes: None };

    /// Takes the hashes of one body out of a buffer.
    pub(crate) fn take(buffer: &mut Vec<u16>) -> Mentions {
        buffer.sort_unstable();
        buffer.dedup();
        let hashes = Some(buffer.as_slice().into());
        buffer.clear();
        Mentions { hashes }
    }

    /// Adds the hashes of what else is mentioned.
    pub(crate) fn add(&mut self, more: Vec<u16>) {
        if let Some(hashes) = self.hashes.take() {
            let mut all = hashes.into_vec();
            all.extend(more);
            *self = Mentions::take(&mut all);
        }
    }

    /// The [hashes](hash) of what is mentioned, ascending; `None` if it may be anything.
    pub fn hashes(&self) -> Option<&[u16]> {
        self.hashes.as_deref()
    }

    /// Whether it is not known what is mentioned.
    pub fn is_any(&self) -> bool {
        self.hashes.is_none()
    }

    /// Whether a name may be mentioned so.
    pub fn has(&self, how: Mention, name: &str) -> bool {
        self.has_hash(hash(how, name))
    }

    /// Whether one of the names with these hashes may be mentioned.
    pub fn has_any(&self, hashes: &FxHashSet<u16>) -> bool {
        self.is_any_of(|it| hashes.contains(&it))
    }

    /// Whether a name may be mentioned whose hash is asked for.
    pub fn is_any_of(&self, mut is_asked: impl FnMut(u16) -> bool) -> bool {
        match &self.hashes {
            Some(own) => own.iter().any(|it| is_asked(*it)),
            None => true,
        }
    }

    /// Whether a name with this [`hash`] may be mentioned.
    pub fn has_hash(&self, hash: u16) -> bool {
        match &self.hashes {
            Some(hashes) => hashes.binary_search(&hash).is_ok(),
            None => true,
        }
    }
}

/// What stands for a name written in any of these ways.
pub fn hashes<const N: usize>(ways: [Mention; N], name: &str) -> [u16; N] {
    ways.map(|how| hash(how, name))
}

/// What stands for a name; `r#` left out.
pub fn hash(how: Mention, name: &str) -> u16 {
    let mut hasher = FxHasher::default();
    hasher.write(name.strip_prefix("r#").unwrap_or(name).as_bytes());
    hasher.write_u8(how as u8);
    // The upper bits are the well-mixed ones.
    (hasher.finish() >> 48) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_how_they_stand() {
        let mut buffer = vec![
            hash(Mention::Bare, "connect"),
            hash(Mention::Member, "get"),
            hash(Mention::Macro, "query"),
            hash(Mention::Bare, "connect"),
        ];
        let mentions = Mentions::take(&mut buffer);
        assert!(buffer.is_empty());
        for (how, name, expected) in [
            (Mention::Bare, "connect", true),
            (Mention::Bare, "r#connect", true),
            (Mention::Member, "connect", false),
            (Mention::Member, "get", true),
            (Mention::Bare, "get", false),
            (Mention::Macro, "query", true),
            (Mention::Bare, "query", false),
        ] {
            assert_eq!(mentions.has(how, name), expected, "{how:?} {name}");
        }
        assert!(Mentions::ANY.has(Mention::Bare, "anything"));
    }
}
