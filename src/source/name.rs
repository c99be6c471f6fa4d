//! Interned names.

use std::cell::Cell;
use std::fmt;
use std::hash::BuildHasher as _;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An interned string: an identifier, a path or another short text that is compared often.
///
/// Equality is a comparison of integers. There is no `Ord`: interning order differs
/// between runs, so anything that is shown is sorted by [`Name::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(NonZeroU32);

/// The text of each name. Reading takes no lock: texts are asked for far more often than made.
static TEXTS: boxcar::Vec<&str> = boxcar::Vec::new();

/// The names by the hash of their text, in parts that are locked one by one.
static NAMES: [Part; 16] = [const { Part(Mutex::new(HashTable::new())) }; 16];

/// As large as what a core keeps for itself, so that no two parts share it.
#[repr(align(128))]
struct Part(Mutex<HashTable<Name>>);

/// How many names a thread has at hand: code says the same few over and over.
const AT_HAND: usize = 1024;

thread_local! {
    /// The names that this thread asked for last, by the hash of their text. No lock, and one look.
    static RECENT: [Cell<Option<(Name, &'static str)>>; AT_HAND] =
        const { [const { Cell::new(None) }; AT_HAND] };
}

impl Name {
    /// Interns `text`. Interned text lives as long as the process.
    pub fn new(text: &str) -> Self {
        let hash = FxBuildHasher.hash_one(text);
        RECENT.with(|recent| {
            let recent = &recent[(hash >> 48) as usize % AT_HAND];
            match recent.get() {
                Some((name, known)) if known == text => name,
                _ => {
                    let name = Name::of_all(text, hash);
                    recent.set(Some((name, name.as_str())));
                    name
                }
            }
        })
    }

    /// The same, among the names of all threads.
    fn of_all(text: &str, hash: u64) -> Self {
        // A table goes by the lowest and the highest bits.
        let part = &NAMES[(hash >> 32) as usize % NAMES.len()];
        // Nothing that is done while a part is locked leaves it half done.
        let mut names = part.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.find(hash, |it| it.as_str() == text) {
            return *known;
        }
        let index = TEXTS.push(Box::leak(Box::from(text)));
        let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        let name = Name(number.expect("a program has fewer names than fit into memory"));
        names.insert_unique(hash, name, |it| FxBuildHasher.hash_one(it.as_str()));
        name
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        TEXTS[self.0.get() as usize - 1]
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name::new(text)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.as_str())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Name::new(&text))
    }
}
