//! One line for each finding, as compilers write them.

use std::io::{self, Write};

use super::masked::Masked;
use super::text::visible;
use super::{Report, endpoint_beside_title, is_shown, level_word};

/// Writes `path:line:column: level[lint]: title (POST /path)` for each finding.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let masked = Masked::new(report);
    for diagnostic in masked.diagnostics.iter().filter(|it| is_shown(it)) {
        let place = masked.place(diagnostic.primary.span);
        let (line, column) = (place.start.line, place.start.column);
        let (level, lint) = (level_word(diagnostic.level), diagnostic.lint);
        write!(
            out,
            "{}:{line}:{column}: {level}[{lint}]: {}",
            visible(place.path),
            visible(&diagnostic.title)
        )?;
        match endpoint_beside_title(diagnostic) {
            Some(endpoint) => writeln!(out, " ({})", visible(&endpoint))?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}
