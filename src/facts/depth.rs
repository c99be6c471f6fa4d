//! Depth is checked on tokens, before syn recurses over them.
//!
//! syn's parser, its drop glue and our lowering recurse along nesting. A few thousand
//! levels overflow a stack, and no `catch_unwind` saves that.

use proc_macro2::{TokenStream, TokenTree};

/// Nested groups that any parser can take; hand-written code stays below thirty.
const MAX_NESTING: usize = 120;
/// Length of a run of prefix operators or opening angle brackets without an operand that ends it.
const MAX_RUN: usize = 150;
/// `else if` links, nested closures and other right recursion within one token sequence.
const MAX_RIGHT: usize = 400;

/// Why tokens are refused: how deep is too deep. `None` if they are fine.
pub(crate) fn refuse(stream: &TokenStream) -> Option<&'static str> {
    // An explicit stack: the tokens may nest deeper than our own.
    let mut open = vec![stream.clone().into_iter()];
    let mut runs = vec![Run::default()];
    while let Some(top) = open.last_mut() {
        let Some(token) = top.next() else {
            open.pop();
            runs.pop();
            continue;
        };
        let run = runs.last_mut().expect("as many runs as open groups");
        if let Some(why) = run.step(&token) {
            return Some(why);
        }
        if let TokenTree::Group(group) = token {
            if open.len() >= MAX_NESTING {
                return Some("groups are nested too deeply");
            }
            open.push(group.stream().into_iter());
            runs.push(Run::default());
        }
    }
    None
}

/// What a sequence of tokens has piled up.
#[derive(Default)]
struct Run {
    prefix: usize,
    angles: usize,
    right: usize,
    after_else: bool,
}

impl Run {
    fn step(&mut self, token: &TokenTree) -> Option<&'static str> {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '&' | '*' | '!' | '-' => self.prefix += 1,
                '<' => self.angles += 1,
                '>' => self.angles = self.angles.saturating_sub(1),
                '|' | '=' => self.right += 1,
                ';' | ',' => {
                    self.prefix = 0;
                    self.right = 0;
                    if punct.as_char() == ';' {
                        self.angles = 0;
                    }
                }
                _ => {}
            },
            TokenTree::Ident(ident) => {
                self.prefix = 0;
                let is_if = ident == "if";
                if self.after_else && is_if {
                    self.right += 1;
                }
                self.after_else = ident == "else";
                if ident == "return" || ident == "break" || ident == "move" {
                    self.right += 1;
                } else if ident == "fn" || ident == "let" {
                    self.right = 0;
                }
            }
            TokenTree::Group(_) | TokenTree::Literal(_) => self.prefix = 0,
        }
        if self.prefix > MAX_RUN {
            return Some("prefix operators are nested too deeply");
        }
        if self.angles > MAX_RUN {
            return Some("generic arguments are nested too deeply");
        }
        (self.right > MAX_RIGHT).then_some("expressions are nested too deeply to the right")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        refuse(&text.parse().expect("the text has tokens")).is_some()
    }

    #[test]
    fn refuses_what_would_overflow_and_nothing_else() {
        assert!(refused(&format!(
            "{}x{}",
            "(".repeat(1000),
            ")".repeat(1000)
        )));
        assert!(refused(&format!("{}x", "& ".repeat(1000))));
        assert!(refused(&format!("{}x", "! ".repeat(1000))));
        assert!(refused(&"A<".repeat(300)));
        assert!(refused(&"if a {} else ".repeat(1000)));
        assert!(!refused(&format!("x{}", ".m()".repeat(4000))));
        assert!(!refused(&format!("a{}", " + a".repeat(4000))));
        assert!(!refused(
            "fn f(x: &&&&str) -> Vec<Vec<Vec<u8>>> { if a < b { !!c } else if d { e } else { f } }"
        ));
    }
}
