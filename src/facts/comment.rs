//! Comments that speak to us: `// moat: allow(..)`.

use serde::{Deserialize, Serialize};

use crate::source::TextRange;

/// A comment whose text starts with `moat:`. Doc comments and comment-like text in
/// strings are not comments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comment {
    /// The whole comment, `//` or `/* */` included.
    pub range: TextRange,
    /// The text after `moat:`, trimmed.
    pub text: String,
    /// Whether code stands before it on its line (then it speaks of that line,
    /// else of the next item, statement or registration).
    pub trailing: bool,
    /// Whether nothing but comments, attributes and white space stands before it in the file.
    pub at_top: bool,
}
