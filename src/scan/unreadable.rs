//! What could not be read: what it is, where, and the findings about it.

use crate::diagnostics::{Diagnostic, Label, engine};
use crate::facts::Extent;
use crate::program::Program;
use crate::source::{SourceMap, Span};

/// Something of the program that nobody has looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lost {
    /// Where.
    pub(super) span: Span,
    what: What,
    /// What was expected.
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    File,
    Item,
    Body,
    Module,
}

impl Lost {
    /// The fact in one line.
    pub(super) fn title(&self) -> String {
        let what = match self.what {
            What::File => "this file cannot be read",
            What::Item => "this item cannot be read",
            What::Body => "this body cannot be read",
            What::Module => "this module cannot be found",
        };
        format!("{what}: {}", self.reason)
    }

    fn note(&self) -> &'static str {
        match self.what {
            What::File => {
                "nothing of this file was analysed: what it registers, guards or sends is not in this report"
            }
            What::Item => "this item was not analysed; the rest of the file was",
            What::Body => "what is done in there was not analysed; the rest of the file was",
            What::Module => {
                "nothing of this module was analysed: what it registers, guards or sends is not in this report"
            }
        }
    }

    fn help(&self) -> &'static str {
        match self.what {
            What::Module => "check it in, or generate it before the check runs",
            _ => "make it compile; if it does compile, please report it: this parser is behind",
        }
    }
}

/// All of it, by place, each once. What nobody has looked into is not lost to anybody.
pub(super) fn lost(program: &Program) -> Vec<Lost> {
    let broken = program.problems().into_iter();
    let broken = broken.map(|(file, problem)| Lost {
        span: problem.range.in_file(file),
        what: match problem.extent {
            Extent::File => What::File,
            Extent::Item => What::Item,
            Extent::Body => What::Body,
        },
        reason: problem.message.clone(),
    });
    let missing = program.unresolved.iter();
    let missing = missing.filter(|it| it.reason.starts_with("no file for"));
    let missing = missing.map(|it| Lost {
        span: it.span,
        what: What::Module,
        reason: it.reason.clone(),
    });
    let mut all: Vec<Lost> = broken.chain(missing).collect();
    all.sort();
    all.dedup();
    all
}

/// What is lost, as findings.
pub(super) fn findings<'a>(
    lost: &'a [Lost],
    sources: &'a SourceMap,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let lint = engine::UNREADABLE_SOURCE;
    lost.iter().map(move |it| {
        let path = sources.path(it.span.file);
        let fingerprint = format!("{} {path} {:?} {}", lint.id, it.what, it.reason);
        let label = Label::new(it.span, "");
        Diagnostic::new(&lint.meta(), it.title(), label, fingerprint)
            .with_note(it.note())
            .with_help(it.help())
    })
}
