//! Workflow commands of GitHub Actions: annotations beside the lines of a pull request.

use std::io::{self, Write};

use super::masked::Masked;
use super::text::visible;
use super::{Report, endpoint_beside_title, is_shown};
use crate::diagnostics::{Diagnostic, Level};

/// Writes one `::error ..::` or `::warning ..::` for each finding.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let masked = Masked::new(report);
    for diagnostic in masked.diagnostics.iter().filter(|it| is_shown(it)) {
        let place = masked.place(diagnostic.primary.span);
        let command = match diagnostic.level {
            Level::Deny => "error",
            Level::Warn | Level::Allow => "warning",
        };
        // Annotations are looked up from the repository's root.
        let path = report.repository.path(place.path);
        let path = property(&visible(path.as_str()));
        write!(out, "::{command} file={path}")?;
        write!(out, ",line={},endLine={}", place.start.line, place.end.line)?;
        // Columns of different lines are refused.
        if place.start.line == place.end.line {
            write!(
                out,
                ",col={},endColumn={}",
                place.start.column, place.end.column
            )?;
        }
        let title = format!("{} (cargo moat)", diagnostic.lint);
        writeln!(
            out,
            ",title={}::{}",
            property(&title),
            data(&message(diagnostic))
        )?;
    }
    Ok(())
}

fn message(diagnostic: &Diagnostic) -> String {
    let mut lines = vec![visible(&diagnostic.title).into_owned()];
    if let Some(endpoint) = endpoint_beside_title(diagnostic) {
        lines[0].push_str(&format!(" ({})", visible(&endpoint)));
    }
    let mut push = |name: &str, text: &str| {
        let text: Vec<_> = text.lines().map(visible).collect();
        lines.push(format!("{name}: {}", text.join("\n")));
    };
    diagnostic.notes.iter().for_each(|it| push("note", it));
    diagnostic.help.iter().for_each(|it| push("help", it));
    push("see", &format!("`cargo moat explain {}`", diagnostic.lint));
    lines.join("\n")
}

/// What follows the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a `name=value` before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_end_the_command() {
        assert_eq!(data("100%\r\n::error::x, y"), "100%25%0D%0A::error::x, y");
        assert_eq!(property("a,b:c%\n"), "a%2Cb%3Ac%25%0A");
    }
}
