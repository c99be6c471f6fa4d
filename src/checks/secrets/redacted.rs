//! A value that no output may show.

use std::fmt;

/// Holds a secret while it is judged. It prints as `[redacted]`, has no `Display` and no
/// `Serialize`, and is read only where the code says [`Redacted::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Redacted(value)
    }

    /// The value. What is derived from it must not reveal it either.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_however_it_is_asked() {
        let canary = Redacted::new("canary-4711");
        assert_eq!(
            format!("{canary:?} {canary:#?} {:?}", Some(&canary)),
            "[redacted] [redacted] Some([redacted])"
        );
        assert_eq!(canary.expose(), &"canary-4711");
    }
}
