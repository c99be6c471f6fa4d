//! Matching a call against the pattern of an arm.
//!
//! Repetitions are greedy and give back only their last, failed round. rustc explores all ways at once,
//! but rejects every pattern in which two of them could succeed on a fragment.

use rustc_hash::FxHashMap;

use super::ExpandError;
use super::fragment::{self, Parsed, Shape};
use super::lex::{Leaf, Level, Lexed, Tree, token_len};
use super::rules::{Arm, FragmentKind, Operator, Pattern};

/// What a metavariable is bound to.
pub(super) enum Binding<'a> {
    Unbound,
    Fragment {
        trees: &'a [Tree],
        kind: FragmentKind,
        shape: Shape,
    },
    Sequence(Vec<Binding<'a>>),
}

/// Matches one call against arm after arm, and remembers what its fragments were.
pub(super) struct Matcher<'a> {
    call: &'a Lexed,
    steps_left: usize,
    parsed: FxHashMap<(usize, usize, FragmentKind), Option<Parsed>>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(call: &'a Lexed, max_steps: usize) -> Self {
        Matcher {
            call,
            steps_left: max_steps,
            parsed: FxHashMap::default(),
        }
    }

    /// What is left of the limit for writing the result.
    pub(super) fn steps_left(&self) -> usize {
        self.steps_left
    }

    /// The bindings by slot, if the arm matches the whole call.
    pub(super) fn match_arm(&mut self, arm: &Arm) -> Result<Option<Vec<Binding<'a>>>, ExpandError> {
        let mut bindings: Vec<Binding> = (0..arm.slots).map(|_| Binding::Unbound).collect();
        let root = &self.call.root;
        let end = self.sequence(&arm.pattern, root, 0, &mut bindings)?;
        Ok((end == Some(root.trees.len())).then_some(bindings))
    }

    /// Where the patterns end, if they match from `at`.
    fn sequence(
        &mut self,
        patterns: &[Pattern],
        level: &'a Level,
        mut at: usize,
        bindings: &mut [Binding<'a>],
    ) -> Result<Option<usize>, ExpandError> {
        for pattern in patterns {
            self.spend(1)?;
            let end = match pattern {
                Pattern::Token(token) => after_token(token, &level.trees, at),
                Pattern::Group(delimiter, inner) => match level.trees.get(at) {
                    Some(Tree::Group(group)) if group.delimiter == *delimiter => {
                        let end = self.sequence(inner, &group.level, 0, bindings)?;
                        (end == Some(group.level.trees.len())).then_some(at + 1)
                    }
                    _ => None,
                },
                Pattern::Variable { slot, kind } => {
                    self.fragment(*kind, level, at)?.map(|parsed| {
                        let end = at + parsed.len;
                        bindings[*slot] = Binding::Fragment {
                            trees: &level.trees[at..end],
                            kind: *kind,
                            shape: parsed.shape,
                        };
                        end
                    })
                }
                Pattern::Repeat {
                    inner,
                    separator,
                    operator,
                    slots,
                } => self.repeat(
                    inner,
                    separator.as_deref(),
                    *operator,
                    slots,
                    level,
                    at,
                    bindings,
                )?,
            };
            let Some(end) = end else { return Ok(None) };
            at = end;
        }
        Ok(Some(at))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one pattern and the state of one match"
    )]
    fn repeat(
        &mut self,
        inner: &[Pattern],
        separator: Option<&[Leaf]>,
        operator: Operator,
        slots: &[usize],
        level: &'a Level,
        mut at: usize,
        bindings: &mut [Binding<'a>],
    ) -> Result<Option<usize>, ExpandError> {
        let mut rounds: Vec<Vec<Binding>> = slots.iter().map(|_| Vec::new()).collect();
        let mut count = 0;
        while !(operator == Operator::Optional && count == 1) {
            self.spend(1)?;
            let start = match separator {
                Some(separator) if count > 0 => match after_token(separator, &level.trees, at) {
                    Some(start) => start,
                    None => break,
                },
                _ => at,
            };
            let Some(end) = self.sequence(inner, level, start, bindings)? else {
                break;
            };
            // A round that takes nothing would be matched for ever.
            if end == at {
                break;
            }
            for (rounds, &slot) in rounds.iter_mut().zip(slots) {
                rounds.push(std::mem::replace(&mut bindings[slot], Binding::Unbound));
            }
            at = end;
            count += 1;
        }
        if operator == Operator::OneOrMore && count == 0 {
            return Ok(None);
        }
        for (rounds, &slot) in rounds.into_iter().zip(slots) {
            bindings[slot] = Binding::Sequence(rounds);
        }
        Ok(Some(at))
    }

    fn fragment(
        &mut self,
        kind: FragmentKind,
        level: &Level,
        at: usize,
    ) -> Result<Option<Parsed>, ExpandError> {
        // Tokens are cheaper to look at than to look up.
        if kind == FragmentKind::Tt {
            let len = token_len(&level.trees[at..]);
            return Ok((len > 0).then_some(Parsed {
                len,
                shape: Shape::Plain,
            }));
        }
        let key = (level.id, at, kind);
        if let Some(parsed) = self.parsed.get(&key) {
            return Ok(*parsed);
        }
        let tokens = &self.call.tokens[level.id];
        let parsed = fragment::parse(
            kind,
            &level.trees[at..],
            &tokens[at..],
            &mut self.steps_left,
        )?;
        self.parsed.insert(key, parsed);
        Ok(parsed)
    }

    fn spend(&mut self, steps: usize) -> Result<(), ExpandError> {
        self.steps_left = self
            .steps_left
            .checked_sub(steps)
            .ok_or(ExpandError::TooLarge)?;
        Ok(())
    }
}

fn after_token(token: &[Leaf], trees: &[Tree], at: usize) -> Option<usize> {
    let len = token_len(&trees[at..]);
    let same = len == token.len()
        && token
            .iter()
            .zip(&trees[at..at + len])
            .all(|(wanted, tree)| {
                tree.leaf()
                    .is_some_and(|leaf| leaf.kind == wanted.kind && leaf.text == wanted.text)
            });
    same.then_some(at + len)
}
