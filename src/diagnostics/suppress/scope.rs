//! What a comment speaks of.
//!
//! - Behind code: its own line.
//! - At the top of the file, followed by a blank line, an inner attribute or inner doc
//!   comment, a `use`, an `extern crate`, a `mod x;` or nothing: the file.
//! - On its own line otherwise: the outermost item, statement, expression, match arm or
//!   parameter that starts with the next code; before a link of a method chain
//!   (`.route(..)`), that link; before anything else, such as a field or an argument inside
//!   a macro call, the line on which the next code starts.
//! - Before a closing bracket or the end of the file: nothing.

use super::trivia::{After, after};
use crate::facts::{Body, Comment, Expr, FileFacts, Item, ItemKind, Stmt};
use crate::source::{LineIndex, TextRange};

/// The bytes in which a finding must start to be covered, or the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The whole file.
    File,
    /// Some bytes of it; none, if the range is empty.
    Bytes(TextRange),
}

impl Scope {
    /// Whether a finding that starts here is covered.
    pub(super) fn covers(self, start: u32) -> bool {
        match self {
            Scope::File => true,
            Scope::Bytes(range) => range.start <= start && start < range.end,
        }
    }

    /// Narrow scopes give the better reason.
    pub(super) fn width(self) -> u32 {
        match self {
            Scope::File => u32::MAX,
            Scope::Bytes(range) => range.len(),
        }
    }
}

/// Finds out what a comment of this file speaks of.
pub(super) fn scope(comment: &Comment, text: &str, lines: &LineIndex, facts: &FileFacts) -> Scope {
    if comment.trailing {
        return Scope::Bytes(line_of(lines, text, comment.range.start));
    }
    let next = after(text, (comment.range.end as usize).min(text.len()));
    let code = &text[next.code.min(text.len())..];
    if comment.at_top && speaks_of_file(code, next) {
        return Scope::File;
    }
    let nothing = Scope::Bytes(TextRange::new(comment.range.start, comment.range.start));
    if code.is_empty() || code.starts_with([')', ']', '}']) {
        return nothing;
    }
    let window = TextRange::new(comment.range.end, next.code as u32);
    let mut search = Search {
        text,
        window,
        found: None,
    };
    search.items(&facts.items);
    for body in &facts.bodies {
        if body.span().start <= window.end && window.end < body.span().end {
            search.body(body);
        }
    }
    let range = search.found.unwrap_or_else(|| {
        let line = line_of(lines, text, window.end);
        TextRange::new(window.end, line.end)
    });
    Scope::Bytes(range)
}

fn line_of(lines: &LineIndex, text: &str, offset: u32) -> TextRange {
    let line = lines.line(offset);
    let start = lines.line_start(line).unwrap_or(0);
    // The last line has no next one, and its end is a place where something may start.
    let end = lines.line_start(line + 1).unwrap_or(text.len() as u32 + 1);
    TextRange::new(start, end)
}

fn speaks_of_file(code: &str, next: After) -> bool {
    if next.blank_line || next.inner || code.is_empty() {
        return true;
    }
    let code = match code.strip_prefix("pub") {
        Some(rest) => {
            let rest = rest.trim_start();
            match rest.strip_prefix('(').and_then(|it| it.split_once(')')) {
                Some((_, rest)) => rest.trim_start(),
                None => rest,
            }
        }
        None => code,
    };
    let starts = |word: &str| {
        code.strip_prefix(word)
            .filter(|rest| rest.starts_with(char::is_whitespace))
    };
    if starts("use").is_some() {
        return true;
    }
    if let Some(rest) = starts("extern") {
        return rest.trim_start().starts_with("crate");
    }
    // `mod x;` is part of the head of a file, `mod x { .. }` is an item to speak of.
    starts("mod").is_some_and(|rest| {
        rest.find([';', '{'])
            .is_some_and(|at| rest.as_bytes()[at] == b';')
    })
}

/// Looks for the widest construct that starts between the comment and the next code.
struct Search<'t> {
    text: &'t str,
    /// From the end of the comment to the next code, attributes skipped.
    window: TextRange,
    found: Option<TextRange>,
}

impl Search<'_> {
    fn offer(&mut self, range: TextRange) {
        let starts_here = self.window.start <= range.start && range.start <= self.window.end;
        if starts_here && self.found.is_none_or(|found| found.end < range.end) {
            self.found = Some(TextRange::new(
                self.window.start.min(range.start),
                range.end,
            ));
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            if item.range.end <= self.window.start || self.window.end < item.range.start {
                continue;
            }
            self.item(item);
        }
    }

    fn item(&mut self, item: &Item) {
        // Between the attributes of an item a comment speaks of the item too.
        let head = TextRange::new(item.range.start, item.keyword.start);
        let in_head = head.start <= self.window.end && self.window.end <= head.end;
        if in_head && self.found.is_none_or(|found| found.end < item.range.end) {
            self.found = Some(item.range);
        }
        match &item.kind {
            ItemKind::Mod(module) => self.items(module.items.as_deref().unwrap_or(&[])),
            ItemKind::Impl(inner) => self.items(&inner.items),
            ItemKind::Trait(inner) => self.items(&inner.items),
            ItemKind::Fn(function) => function.params.iter().for_each(|it| self.offer(it.range)),
            _ => {}
        }
    }

    fn body(&mut self, body: &Body) {
        self.items(&body.items);
        self.let_statement(body);
        let link = self.text[self.window.end as usize..].starts_with('.');
        let mut nearest: Option<(u32, u32)> = None;
        for (id, expr) in body.exprs() {
            let range = body.expr_range(id);
            self.offer(range);
            match expr {
                // The range of a method call is the whole chain up to it; its link starts at the dot.
                Expr::MethodCall(call) if link && call.name_range.start > self.window.end => {
                    let candidate = (call.name_range.start, range.end);
                    nearest = Some(nearest.map_or(candidate, |best| best.min(candidate)));
                }
                Expr::Match { arms, .. } => {
                    for arm in arms {
                        self.offer(body.pat_range(arm.pat).cover(body.expr_range(arm.body)));
                    }
                }
                _ => {}
            }
        }
        if let Some((name, end)) = nearest
            && self
                .text
                .get(self.window.end as usize + 1..name as usize)
                .is_some_and(|it| it.trim().is_empty())
        {
            self.offer(TextRange::new(self.window.end, end));
        }
    }

    /// `let` has no range of its own: it starts with the keyword and ends with its value.
    fn let_statement(&mut self, body: &Body) {
        let at = self.window.end;
        let is_let = self.text[at as usize..]
            .strip_prefix("let")
            .is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if !is_let {
            return;
        }
        let mut nearest: Option<TextRange> = None;
        for (_, expr) in body.exprs() {
            let Expr::Block(block) = expr else { continue };
            for stmt in &block.stmts {
                let Stmt::Let(stmt) = stmt else { continue };
                let pat = body.pat_range(stmt.pat);
                let mut range = pat;
                for part in [stmt.init, stmt.diverge].into_iter().flatten() {
                    range = range.cover(body.expr_range(part));
                }
                if pat.start > at && nearest.is_none_or(|best| pat.start < best.start) {
                    nearest = Some(range);
                }
            }
        }
        if let Some(range) = nearest {
            self.offer(TextRange::new(at, range.end));
        }
    }
}
