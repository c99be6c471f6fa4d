//! A bounded expander of `macro_rules!`: text in, text out, and where each piece of the text came from.
//!
//! One call is expanded once: macro calls in the result stay calls, for the caller to expand again as
//! deep as it likes. Nothing here is global, and nothing outlives the call but owned text and byte
//! ranges. Two deliberate departures from rustc, both lenient: a fragment that does not parse lets the
//! next arm try (rustc stops), and what rustc wraps in invisible delimiters is parenthesised only where
//! the neighbouring tokens could tear it apart.

mod emit;
mod fragment;
mod lex;
mod matcher;
mod rules;
#[cfg(test)]
mod tests;

use crate::source::TextRange;

pub use rules::Rules;

/// What one expansion may cost. Reaching a limit is [`ExpandError::TooLarge`], never a truncated text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text produced, in bytes.
    pub max_output_bytes: usize,
    /// Tokens read, compared, parsed and written.
    pub max_steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_output_bytes: 1 << 20,
            max_steps: 4_000_000,
        }
    }
}

/// Why a call was not expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// No pattern of the macro matches the call.
    #[error("no arm of the macro matches the call")]
    NoArmMatches,
    /// The definition is not a `macro_rules!` body that this expander knows.
    #[error("unsupported macro definition: {0}")]
    BadRules(String),
    /// A limit was reached, or something is nested too deeply to be parsed.
    #[error("the expansion is too large")]
    TooLarge,
    /// The call is no sequence of Rust tokens, or repetitions in lockstep differ in length.
    #[error("the macro call cannot be read")]
    BadCall,
}

/// Where generated text was written by a human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Bytes of the call's text.
    Call(TextRange),
    /// Bytes of the definition's text.
    Rules(TextRange),
}

/// A token of generated text and its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// First byte in the generated text.
    pub start: u32,
    /// One past the last byte in the generated text.
    pub end: u32,
    /// Where it came from.
    pub origin: Origin,
}

/// The text that a call stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Rust tokens, one space between any two that were not joined.
    pub text: String,
    /// One per token, in order and without overlap. Parentheses added around a fragment share its origin.
    pub pieces: Vec<Piece>,
}

impl Expansion {
    /// The origin of the token at a byte offset of the text; in the space between two tokens, of the one
    /// before it. `None` only if the expansion is empty.
    pub fn origin_at(&self, offset: u32) -> Option<Origin> {
        let after = self.pieces.partition_point(|piece| piece.start <= offset);
        Some(self.pieces.get(after.saturating_sub(1))?.origin)
    }

    /// Where a range of the text came from. Within one token that was copied byte by byte the answer is
    /// as narrow as the question. Otherwise it covers whole tokens: those of the call if the range has
    /// any, because that is the text its author would edit, else those of the definition.
    pub fn map(&self, range: TextRange) -> Option<Origin> {
        let first = self
            .pieces
            .partition_point(|piece| piece.end <= range.start);
        let last = self
            .pieces
            .partition_point(|piece| piece.start < range.end.max(range.start + 1));
        let touched = self.pieces.get(first..last).unwrap_or_default();
        match touched {
            [] => self.origin_at(range.start),
            [piece] => Some(piece.narrow(range)),
            _ => {
                let cover = |of: fn(&Origin) -> Option<TextRange>| {
                    touched
                        .iter()
                        .filter_map(|piece| of(&piece.origin))
                        .reduce(TextRange::cover)
                };
                let call = cover(|origin| match origin {
                    Origin::Call(range) => Some(*range),
                    Origin::Rules(_) => None,
                });
                let rules = cover(|origin| match origin {
                    Origin::Rules(range) => Some(*range),
                    Origin::Call(_) => None,
                });
                call.map(Origin::Call).or(rules.map(Origin::Rules))
            }
        }
    }
}

impl Piece {
    fn narrow(&self, range: TextRange) -> Origin {
        let narrowed = |origin: TextRange| {
            let verbatim = origin.len() == self.end - self.start;
            if !verbatim || range.start < self.start || range.end > self.end {
                return origin;
            }
            TextRange::new(
                origin.start + (range.start - self.start),
                origin.start + (range.end - self.start),
            )
        };
        match self.origin {
            Origin::Call(origin) => Origin::Call(narrowed(origin)),
            Origin::Rules(origin) => Origin::Rules(narrowed(origin)),
        }
    }
}

/// Expands one call: `rules` and `call` are the texts between the outer delimiters of the definition and
/// of the call. `$crate` becomes `crate` if `crate_name` is `None`, else `::name`.
///
/// Forgets the spans of every proc-macro2 token of this thread, so the caller must hold none.
pub fn transcribe(
    rules: &str,
    call: &str,
    crate_name: Option<&str>,
    limits: Limits,
) -> Result<Expansion, ExpandError> {
    Rules::parse(rules)?.transcribe(call, crate_name, limits)
}

impl Rules {
    /// Expands one call of this macro, as [`transcribe`] does, without reading the definition again.
    ///
    /// Forgets the spans of every proc-macro2 token of this thread, so the caller must hold none.
    pub fn transcribe(
        &self,
        call: &str,
        crate_name: Option<&str>,
        limits: Limits,
    ) -> Result<Expansion, ExpandError> {
        let _forget = lex::ForgetSpans;
        let call = lex::lex(call).map_err(|error| match error {
            lex::LexError::NotTokens => ExpandError::BadCall,
            lex::LexError::TooDeep => ExpandError::TooLarge,
        })?;
        let mut matcher = matcher::Matcher::new(&call, limits.max_steps);
        for arm in &self.arms {
            if let Some(bindings) = matcher.match_arm(arm)? {
                return emit::emit(arm, &bindings, crate_name, limits, matcher.steps_left());
            }
        }
        Err(ExpandError::NoArmMatches)
    }
}
