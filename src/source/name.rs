//! Interned names.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use symbol_table::GlobalSymbol;

/// An interned string: an identifier, a path or another short text that is compared often.
///
/// Equality is a comparison of integers. There is no `Ord`: interning order differs
/// between runs, so anything that is shown is sorted by [`Name::as_str`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Name(GlobalSymbol);

impl Name {
    /// Interns `text`. Interned text lives as long as the process.
    pub fn new(text: &str) -> Self {
        Name(GlobalSymbol::from(text))
    }

    /// The text.
    pub fn as_str(self) -> &'static str {
        self.0.as_str()
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
