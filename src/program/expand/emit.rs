//! Writing the body of an arm with its metavariables replaced.

use proc_macro2::Delimiter;

use super::fragment::Shape;
use super::lex::{Leaf, LeafKind, Tree};
use super::matcher::Binding;
use super::rules::{Arm, Body, FragmentKind, Part, Place};
use super::{ExpandError, Expansion, Limits, Origin, Piece};
use crate::source::TextRange;

/// The text of the arm under these bindings.
pub(super) fn emit(
    arm: &Arm,
    bindings: &[Binding<'_>],
    crate_name: Option<&str>,
    limits: Limits,
    steps_left: usize,
) -> Result<Expansion, ExpandError> {
    let mut emitter = Emitter {
        out: Expansion::default(),
        glued: true,
        crate_name,
        max_output_bytes: limits.max_output_bytes.min(u32::MAX as usize),
        steps_left,
    };
    let bindings: Vec<&Binding> = bindings.iter().collect();
    emitter.bodies(&arm.body, &bindings, false)?;
    Ok(emitter.out)
}

struct Emitter<'a> {
    out: Expansion,
    /// The next token follows the last one without space.
    glued: bool,
    crate_name: Option<&'a str>,
    max_output_bytes: usize,
    steps_left: usize,
}

impl Emitter<'_> {
    fn bodies(
        &mut self,
        bodies: &[Body],
        bindings: &[&Binding<'_>],
        in_macro: bool,
    ) -> Result<(), ExpandError> {
        for body in bodies {
            match body {
                Body::Leaf { leaf, joint } => {
                    self.token(&leaf.text, Origin::Rules(leaf.range), *joint)?
                }
                Body::Group {
                    delimiter,
                    open,
                    close,
                    inner,
                    macro_arguments,
                } => {
                    let (open_text, close_text) = delimiters(*delimiter);
                    self.token(open_text, Origin::Rules(*open), true)?;
                    self.bodies(inner, bindings, in_macro || *macro_arguments)?;
                    self.close(close_text, Origin::Rules(*close))?;
                }
                Body::Crate(range) => match self.crate_name {
                    None => self.token("crate", Origin::Rules(*range), false)?,
                    Some(name) => {
                        self.token("::", Origin::Rules(*range), true)?;
                        self.token(name, Origin::Rules(*range), false)?;
                    }
                },
                Body::Concat { parts, range } => {
                    let mut name = String::new();
                    for part in parts {
                        match part {
                            Part::Text(text) => name.push_str(text),
                            Part::Slot(slot) => match bindings[*slot] {
                                Binding::Fragment {
                                    trees: [Tree::Leaf(leaf)],
                                    ..
                                } => {
                                    name.push_str(
                                        leaf.text.trim_start_matches("r#").trim_matches('"'),
                                    );
                                }
                                _ => return Err(ExpandError::BadCall),
                            },
                        }
                    }
                    self.token(&name, Origin::Rules(*range), false)?;
                }
                Body::Variable { slot, place } => match bindings[*slot] {
                    Binding::Fragment { trees, kind, shape } => {
                        self.fragment(trees, *kind, *shape, *place, in_macro)?;
                    }
                    Binding::Sequence(_) | Binding::Unbound => {
                        return Err(ExpandError::BadRules(
                            "a metavariable is still repeating".to_owned(),
                        ));
                    }
                },
                Body::Repeat {
                    inner,
                    separator,
                    slots,
                } => {
                    self.repeat(inner, separator.as_deref(), slots, bindings, in_macro)?;
                }
            }
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        inner: &[Body],
        separator: Option<&[Leaf]>,
        slots: &[usize],
        bindings: &[&Binding<'_>],
        in_macro: bool,
    ) -> Result<(), ExpandError> {
        let mut rounds = None;
        for &slot in slots {
            if let Binding::Sequence(sequence) = bindings[slot]
                && *rounds.get_or_insert(sequence.len()) != sequence.len()
            {
                return Err(ExpandError::BadCall);
            }
        }
        let rounds = rounds
            .ok_or_else(|| ExpandError::BadRules("a repetition repeats nothing".to_owned()))?;
        let mut inner_bindings = bindings.to_vec();
        for round in 0..rounds {
            self.spend(1 + slots.len())?;
            if round > 0 {
                for leaf in separator.unwrap_or_default() {
                    self.token(&leaf.text, Origin::Rules(leaf.range), leaf.joint)?;
                }
                self.glued = false;
            }
            for &slot in slots {
                if let Binding::Sequence(sequence) = bindings[slot] {
                    inner_bindings[slot] = &sequence[round];
                }
            }
            self.bodies(inner, &inner_bindings, in_macro)?;
        }
        Ok(())
    }

    fn fragment(
        &mut self,
        trees: &[Tree],
        kind: FragmentKind,
        shape: Shape,
        place: Place,
        in_macro: bool,
    ) -> Result<(), ExpandError> {
        let closed = place.left_closed && place.right_closed;
        let single = trees.len() == 1;
        let parenthesised = match shape {
            Shape::Plain | Shape::Bare | Shape::GenericPath => false,
            // Another macro may take it for one token tree.
            Shape::Postfix | Shape::Field | Shape::Loose if in_macro => !single,
            Shape::Postfix => false,
            Shape::Field => place.before_call,
            Shape::Loose => !closed,
            Shape::BoundSum => place.after_reference,
            Shape::OrPattern => !place.left_closed,
        };
        let ends = trees.first().zip(trees.last());
        if parenthesised && let Some((first, _)) = ends {
            self.token(
                "(",
                Origin::Call(TextRange::new(first.range().start, first.range().start)),
                true,
            )?;
        }
        let turbofish = shape == Shape::GenericPath
            && place.before_path_use
            && matches!(kind, FragmentKind::Ty | FragmentKind::Path);
        self.trees(trees, turbofish)?;
        // An empty `vis` leaves no trace.
        self.glued &= trees.is_empty();
        if parenthesised && let Some((_, last)) = ends {
            self.close(
                ")",
                Origin::Call(TextRange::new(last.range().end, last.range().end)),
            )?;
        }
        Ok(())
    }

    fn trees(&mut self, trees: &[Tree], turbofish: bool) -> Result<(), ExpandError> {
        let mut angles = 0usize;
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                Tree::Leaf(leaf) => {
                    if turbofish && leaf.kind == LeafKind::Punct {
                        let before = at.checked_sub(1).and_then(|at| trees[at].leaf());
                        let after_name =
                            before.is_some_and(|before| before.kind == LeafKind::Ident);
                        match &*leaf.text {
                            "<" => {
                                if angles == 0 && after_name {
                                    self.token("::", Origin::Call(leaf.range), true)?;
                                }
                                angles += 1;
                            }
                            ">" if before.is_none_or(|before| &*before.text != "-") => {
                                angles = angles.saturating_sub(1);
                            }
                            _ => {}
                        }
                    }
                    let joint = leaf.joint && at + 1 < trees.len();
                    self.token(&leaf.text, Origin::Call(leaf.range), joint)?;
                }
                Tree::Group(group) => {
                    let (open, close) = delimiters(group.delimiter);
                    self.token(open, Origin::Call(group.open), true)?;
                    self.trees(&group.level.trees, false)?;
                    self.close(close, Origin::Call(group.close))?;
                }
            }
        }
        Ok(())
    }

    /// A closing delimiter: no space before it.
    fn close(&mut self, text: &str, origin: Origin) -> Result<(), ExpandError> {
        self.glued = true;
        self.token(text, origin, false)
    }

    fn token(&mut self, text: &str, origin: Origin, joint: bool) -> Result<(), ExpandError> {
        self.spend(1)?;
        let out = &mut self.out;
        if !self.glued {
            out.text.push(' ');
        }
        self.glued = joint;
        let end = out.text.len() + text.len();
        if end > self.max_output_bytes {
            return Err(ExpandError::TooLarge);
        }
        // The limit is at most `u32::MAX`.
        out.pieces.push(Piece {
            start: out.text.len() as u32,
            end: end as u32,
            origin,
        });
        out.text.push_str(text);
        Ok(())
    }

    fn spend(&mut self, steps: usize) -> Result<(), ExpandError> {
        self.steps_left = self
            .steps_left
            .checked_sub(steps)
            .ok_or(ExpandError::TooLarge)?;
        Ok(())
    }
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}
