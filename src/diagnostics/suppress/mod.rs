//! Suppressions in the source: `// moat: allow(lint, reason = "..", until = "2027-01-01")`.
//!
//! [`collect`] reads the comments of one file and may run for many files at once; what a
//! comment covers is defined in [`scope`]. A comment suppresses only with a reason, until its
//! last day, and only the lints that it names; whatever else it says is a finding.

mod parse;
mod scope;
#[cfg(test)]
mod tests;
mod trivia;

use jiff::civil::Date;

use super::{Diagnostic, Fix, Label, engine};
use crate::facts::FileFacts;
use crate::source::{FileId, LineIndex, Name, Span, TextRange};
use crate::workspace::config::KnownNames;
use scope::Scope;

/// One lint that one comment suppresses.
#[derive(Debug, Clone)]
pub struct Allow {
    /// Present id of the lint.
    lint: String,
    /// The id in the comment.
    id: Span,
    /// The comment.
    comment: Span,
    /// What it covers.
    scope: Scope,
    reason: String,
    /// How many lints the comment names: only the last one takes it with it.
    named: usize,
}

/// The suppressions of one file.
#[derive(Debug, Clone, Default)]
pub struct FileSuppressions {
    /// Those that work.
    pub allows: Vec<Allow>,
    /// What is wrong with the others.
    pub findings: Vec<Diagnostic>,
}

/// Reads the comments of a file. The findings have the default levels of their lints,
/// which [`apply`](super::apply) replaces.
pub fn collect(
    file: FileId,
    text: &str,
    facts: &FileFacts,
    known: &KnownNames<'_>,
    today: Date,
) -> FileSuppressions {
    let mut out = FileSuppressions::default();
    if facts.comments.is_empty() {
        return out;
    }
    let lines = LineIndex::new(text);
    for comment in &facts.comments {
        let written = text
            .get(comment.range.start as usize..comment.range.end as usize)
            .unwrap_or("");
        let content = comment.text.trim_end_matches("*/").trim_end();
        // Where the text stands in the file; a block comment over several lines may have lost
        // its form, then all places are the comment's.
        let base = written.find(content).filter(|_| !content.is_empty());
        let locate = |range: TextRange| match base {
            Some(base) => {
                let base = comment.range.start + base as u32;
                Span::new(file, base + range.start, base + range.end)
            }
            None => comment.range.in_file(file),
        };
        let directive = match parse::parse(content) {
            Ok(directive) => directive,
            Err(wrong) => {
                let title = format!("comment suppresses nothing: {}", wrong.message);
                let label = Label::new(locate(wrong.range), "");
                let fingerprint = format!("malformed-allow {}", wrong.message);
                let finding =
                    Diagnostic::new(&engine::MALFORMED_ALLOW.meta(), title, label, fingerprint);
                out.findings.push(finding.with_help(wrong.help));
                continue;
            }
        };
        let names: Vec<&str> = directive.lints.iter().map(|(id, _)| id.as_str()).collect();
        let names = names.join(", ");
        let mut lints = Vec::new();
        for (word, range) in &directive.lints {
            match known.lint(word) {
                Some(id) => lints.push((id, *range)),
                None => out.findings.push(unknown_lint(word, locate(*range), known)),
            }
        }
        let Some(reason) = &directive.reason else {
            let title = format!("suppression of `{names}` gives no reason and does not work");
            let label = Label::new(comment.range.in_file(file), "no `reason`");
            let finding = Diagnostic::new(
                &engine::ALLOW_WITHOUT_REASON.meta(),
                title,
                label,
                format!("allow-without-reason {names}"),
            );
            let help = format!("say why: `// moat: allow({names}, reason = \"..\")`");
            out.findings.push(finding.with_help(help));
            continue;
        };
        if let Some((until, range)) = directive.until
            && until < today
        {
            let title = format!("suppression of `{names}` has expired");
            let label = Label::new(locate(range), format!("the last day was {until}"));
            let finding = Diagnostic::new(
                &engine::EXPIRED_EXCEPTION.meta(),
                title,
                label,
                format!("expired-exception {names}"),
            );
            let help = "put right what it hides, or set a new day and say why in `reason`";
            out.findings.push(
                finding
                    .with_note(format!("the reason was: {reason}"))
                    .with_help(help),
            );
            continue;
        }
        let scope = scope::scope(comment, text, &lines, facts);
        for (lint, range) in lints {
            out.allows.push(Allow {
                lint: lint.to_owned(),
                id: locate(range),
                comment: comment.range.in_file(file),
                scope,
                reason: reason.clone(),
                named: directive.lints.len(),
            });
        }
    }
    out
}

fn unknown_lint(word: &str, span: Span, known: &KnownNames<'_>) -> Diagnostic {
    let shown: String = word.chars().take(60).collect();
    let help = if known.selector(word).is_some() {
        format!(
            "`{shown}` is a category: name the lints, or set a level for files in the configuration"
        )
    } else {
        match known.closest_lint(word) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`cargo moat lints` lists all lints".to_owned(),
        }
    };
    let title = format!("unknown lint `{shown}` in a suppression");
    let label = Label::new(span, "no lint has this id");
    let fingerprint = format!("unknown-lint {shown}");
    Diagnostic::new(&engine::UNKNOWN_LINT.meta(), title, label, fingerprint).with_help(help)
}

impl Allow {
    /// Whether it covers a finding: the finding, or a place that it is anchored at, starts
    /// in what the comment speaks of.
    pub(super) fn covers(&self, diagnostic: &Diagnostic) -> bool {
        let mut places = diagnostic.anchors.iter().chain([&diagnostic.primary.span]);
        places.any(|place| self.covers_place(diagnostic.lint, *place))
    }

    /// Whether it covers a lint at a place.
    pub(super) fn covers_place(&self, lint: Name, place: Span) -> bool {
        lint == self.lint.as_str()
            && place.file == self.comment.file
            && self.scope.covers(place.range.start)
    }

    /// How much it covers.
    pub(super) fn width(&self) -> u32 {
        self.scope.width()
    }

    /// The file of the comment.
    pub(super) fn file(&self) -> FileId {
        self.comment.file
    }

    /// Where the comment starts.
    pub(super) fn start(&self) -> u32 {
        self.comment.range.start
    }

    /// The lint.
    pub(crate) fn lint(&self) -> &str {
        &self.lint
    }

    /// Why.
    pub(super) fn reason(&self) -> &str {
        &self.reason
    }

    /// Says that it suppressed nothing.
    pub(super) fn unused(&self, text: &str) -> Diagnostic {
        let title = format!("suppression of `{}` suppresses nothing", self.lint);
        let covered = match self.scope {
            Scope::File => "it speaks of the whole file".to_owned(),
            Scope::Bytes(range) if range.is_empty() => {
                "no code follows that it could speak of".to_owned()
            }
            Scope::Bytes(range) => {
                let lines = LineIndex::new(text);
                let code = trivia::after(text, self.comment.range.end as usize).code as u32;
                let first = lines.line(if code < range.end { code } else { range.start });
                let last = lines.line(range.end.saturating_sub(1)).max(first);
                if first == last {
                    format!("it speaks of line {first}")
                } else {
                    format!("it speaks of lines {first} to {last}")
                }
            }
        };
        let label = Label::new(self.id, "nothing to suppress");
        let fingerprint = format!("unused-allow {}", self.lint);
        let finding = Diagnostic::new(&engine::UNUSED_ALLOW.meta(), title, label, fingerprint)
            .with_note(covered);
        if self.named > 1 {
            return finding.with_help(format!("take `{}` out of the comment", self.lint));
        }
        let fix = Fix {
            message: "remove the comment".to_owned(),
            edits: vec![(with_its_line(self.comment, text), String::new())],
        };
        finding.with_help("remove the comment").with_fix(fix)
    }
}

/// The comment with the rest of its line, if nothing else stands there, else with the blanks
/// before it.
fn with_its_line(comment: Span, text: &str) -> Span {
    let (start, end) = (comment.range.start as usize, comment.range.end as usize);
    let (Some(before), Some(behind)) = (text.get(..start), text.get(end..)) else {
        return comment;
    };
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let line_start =
        before[..start - blanks].is_empty() || before[..start - blanks].ends_with('\n');
    let rest = behind.len() - behind.trim_start_matches([' ', '\t', '\r']).len();
    let newline = behind[rest..].starts_with('\n');
    let (start, end) = match (line_start, newline) {
        (true, true) => (start - blanks, end + rest + 1),
        (false, true) => (start - blanks, end),
        _ => (start, end),
    };
    Span::new(comment.file, start as u32, end as u32)
}
