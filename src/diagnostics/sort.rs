//! One order for all outputs, whatever the number of threads.

use super::Diagnostic;
use crate::source::SourceMap;

/// Sorts by path, span, lint and title.
pub fn sort(diagnostics: &mut [Diagnostic], sources: &SourceMap) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.span.range, d.lint.as_str());
        sources
            .path(a.primary.span.file)
            .cmp(sources.path(b.primary.span.file))
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.title.cmp(&b.title))
    });
}
