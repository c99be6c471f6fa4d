//! The program's own errors: what could not be done, where, and what to do about it. They are
//! drawn by miette; findings are not, see `report::human`.

use std::error::Error;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};

use crate::lints::LintFileError;
use crate::report::{Terminal, safe_source};
use crate::source::TextRange;
use crate::workspace::WorkspaceError;
use crate::workspace::files::{DiskFiles, Files};

/// What a command comes to.
pub(super) type Result<T> = std::result::Result<T, Box<Trouble>>;

/// Why a command could not do its work.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    message: String,
    /// The lint that it is a finding of, where it is one.
    lint: Option<String>,
    help: Option<String>,
    cause: Option<Box<dyn Error + Send + Sync>>,
    source: Option<Lines>,
    labels: Vec<LabeledSpan>,
}

impl Trouble {
    /// The fact: lower case, no full stop.
    pub(super) fn new(message: impl Into<String>) -> Trouble {
        Trouble {
            message: message.into(),
            ..Trouble::default()
        }
    }

    /// Says what to do.
    #[must_use]
    pub(super) fn with_help(mut self, help: impl Into<String>) -> Trouble {
        self.help = Some(help.into());
        self
    }

    /// Says which lint it is a finding of.
    #[must_use]
    pub(super) fn with_lint(mut self, lint: impl Into<String>) -> Trouble {
        self.lint = Some(lint.into());
        self
    }

    /// Says what the system said.
    #[must_use]
    pub(super) fn with_cause(mut self, cause: impl Error + Send + Sync + 'static) -> Trouble {
        self.cause = Some(Box::new(cause));
        self
    }

    /// Points into a file, in which nothing secret is shown.
    #[must_use]
    pub(super) fn with_place(
        mut self,
        path: &str,
        text: &str,
        range: TextRange,
        label: &str,
    ) -> Trouble {
        let secrets = crate::checks::secrets::text_file(path, text);
        let secrets = secrets.iter().map(|it| it.range);
        self.source = Some(Lines {
            path: path.to_owned(),
            text: safe_source(text, secrets),
        });
        let start = (range.start as usize).min(text.len());
        let len = (range.end as usize).min(text.len()).saturating_sub(start);
        let label = Some(label.to_owned()).filter(|it| !it.is_empty());
        self.labels = vec![LabeledSpan::new_primary_with_span(label, (start, len))];
        self
    }

    /// As it is shown to people.
    pub(super) fn draw(&self, terminal: &Terminal) -> String {
        let mut theme = match terminal.is_colored() {
            true => GraphicalTheme::ascii(),
            false => GraphicalTheme::none(),
        };
        // The word that scripts and people look for, as with findings.
        theme.characters.error = match &self.lint {
            Some(lint) => format!("error[{lint}]:"),
            None => "error:".to_owned(),
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(terminal.columns())
            .with_links(false)
            // Whole lines: see `Lines`.
            .with_context_lines(1);
        let mut drawn = String::new();
        if handler.render_report(&mut drawn, self).is_err() {
            // A drawing that does not come off must not hide what it is of.
            return format!("error: {}\n", self.message);
        }
        let lines = drawn.trim_matches('\n').lines();
        let at_margin = lines.map(|it| it.strip_prefix("  ").unwrap_or(it).trim_end());
        at_margin.map(|it| format!("{it}\n")).collect()
    }
}

/// A file of which whole lines are shown, and only those that a label is in: the lines around
/// may hold secrets that no check looks for, in comments.
#[derive(Debug)]
struct Lines {
    path: String,
    text: String,
}

impl SourceCode for Lines {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> std::result::Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (mut start, mut end) = (span.offset(), span.offset() + span.len());
        let outside = || MietteError::OutOfBounds;
        let head = self.text.get(..start).ok_or_else(outside)?;
        let tail = self.text.get(end..).ok_or_else(outside)?;
        let line_start = head.rfind('\n').map_or(0, |it| it + 1);
        // Without context the question is where the span begins.
        let column = match before + after {
            0 => head[line_start..].chars().count(),
            _ => {
                start = line_start;
                end += tail.find('\n').unwrap_or(tail.len());
                0
            }
        };
        let text = &self.text[start..end];
        Ok(Box::new(MietteSpanContents::new_named(
            self.path.clone(),
            text.as_bytes(),
            (start, end - start).into(),
            head.matches('\n').count(),
            column,
            text.matches('\n').count() + 1,
        )))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|it| it as &(dyn Error + 'static))
    }
}

impl Diagnostic for Trouble {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|it| it as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl From<WorkspaceError> for Box<Trouble> {
    fn from(error: WorkspaceError) -> Box<Trouble> {
        let help = error.help();
        let mut trouble = Trouble::new(error.to_string()).with_help(help);
        trouble = match error {
            WorkspaceError::Read { source, .. } => trouble.with_cause(source),
            WorkspaceError::Parse {
                path,
                range: Some(range),
                ..
            } => match DiskFiles.read_text(&path) {
                Ok(text) => trouble.with_place(&path.display().to_string(), &text, range, ""),
                Err(_) => trouble,
            },
            _ => trouble,
        };
        Box::new(trouble)
    }
}

/// A mistake in a lint file whose text is at hand.
pub(super) fn in_lint_file(error: &LintFileError, text: &str, more: usize) -> Box<Trouble> {
    let mut trouble = Trouble::new(&error.message).with_place(&error.path, text, error.range, "");
    let mut help: Vec<String> = error.help.iter().cloned().collect();
    match more {
        0 => {}
        1 => help.push("there is 1 more mistake".to_owned()),
        more => help.push(format!("there are {more} more mistakes")),
    }
    if !help.is_empty() {
        trouble = trouble.with_help(help.join("; "));
    }
    Box::new(trouble)
}

/// Gives a failure of the system its message and its remedy.
pub(super) trait OrTrouble<T> {
    /// `message` says what could not be done, `help` what to do.
    fn or_trouble(self, message: impl FnOnce() -> String, help: &str) -> Result<T>;
}

impl<T, E: Error + Send + Sync + 'static> OrTrouble<T> for std::result::Result<T, E> {
    fn or_trouble(self, message: impl FnOnce() -> String, help: &str) -> Result<T> {
        self.map_err(|error| Box::new(Trouble::new(message()).with_help(help).with_cause(error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_shows_the_fact_the_place_and_the_remedy() {
        let text = "persona = 1\nlintz = \u{202e}2\n";
        let trouble = Trouble::new("unknown key `lintz`")
            .with_lint("invalid-configuration")
            .with_help("did you mean `lints`?")
            .with_place(
                "moat.toml",
                text,
                TextRange::new(12, 17),
                "nobody reads this",
            );
        let drawn = trouble.draw(&Terminal::plain(80));
        for expected in [
            "error[invalid-configuration]: unknown key `lintz`",
            "moat.toml:2:1",
            " 2 | lintz = \u{fffd}2",
            "nobody reads this",
            "help: did you mean `lints`?",
        ] {
            assert!(drawn.contains(expected), "{expected}:\n{drawn}");
        }
        assert!(!drawn.contains(['\u{202e}', '\u{1b}']), "{drawn}");
        assert!(!drawn.contains("persona"), "{drawn}");
        for range in [
            TextRange::new(99, 120),
            TextRange::new(24, 24),
            TextRange::new(0, 24),
        ] {
            let trouble = Trouble::new("at an edge").with_place("a.toml", text, range, "here");
            let drawn = trouble.draw(&Terminal::plain(80));
            assert!(
                drawn.contains("at an edge") && drawn.contains("a.toml:"),
                "{drawn}"
            );
        }
        let failed: std::result::Result<(), _> = Err(std::io::Error::other("disk on fire"));
        let trouble = failed.or_trouble(|| "cannot write `x`".to_owned(), "use another disk");
        let drawn = trouble.expect_err("it failed").draw(&Terminal::plain(80));
        assert!(
            drawn.contains("disk on fire") && drawn.contains("another disk"),
            "{drawn}"
        );
    }
}
