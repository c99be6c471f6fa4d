//! `cargo moat lints` and `cargo moat explain`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anyhow::bail;

use super::args::{Explain, Lints, Output, Selection};
use super::setup;
use crate::lints::{Lint, Registry};
use crate::report::explain;

pub(super) fn list(args: &Lints) -> anyhow::Result<ExitCode> {
    let registry = registry()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write_list(&registry, &args.output, &mut out);
    super::unless_closed(written.and_then(|()| out.flush()))?;
    Ok(ExitCode::SUCCESS)
}

fn write_list(registry: &Registry, output: &Output, out: &mut dyn Write) -> io::Result<()> {
    let widest = registry.lints().iter().map(|it| it.id.as_str().len());
    let widest = widest.max().unwrap_or(0);
    for (index, category) in registry.categories().iter().enumerate() {
        if !output.quiet {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}{category}")?;
        }
        for lint in registry.category(category.as_str()) {
            let (level, severity) = (lint.level.as_str(), lint.severity.as_str());
            let who = match lint.persona {
                crate::diagnostics::Persona::Regular => "",
                crate::diagnostics::Persona::Auditor => " (auditor)",
            };
            writeln!(
                out,
                "  {:widest$}  {level:5}  {severity:8}  {}{who}",
                lint.id.as_str(),
                lint.summary
            )?;
        }
    }
    Ok(())
}

pub(super) fn explain(args: &Explain) -> anyhow::Result<ExitCode> {
    let registry = registry()?;
    let Some(lint) = registry.lint(&args.lint) else {
        match registry.did_you_mean(&args.lint) {
            Some(meant) => bail!("there is no lint `{}`, did you mean `{meant}`?", args.lint),
            None => bail!(
                "there is no lint `{}`: `cargo moat lints` lists them all",
                args.lint
            ),
        }
    };
    let terminal = setup::terminal(&args.output);
    let mut out = BufWriter::new(io::stdout().lock());
    let written = explain::write(&page(lint), &terminal, &mut out);
    super::unless_closed(written.and_then(|()| out.flush()))?;
    Ok(ExitCode::SUCCESS)
}

/// The page with a title and what the lint's file says before it.
fn page(lint: &Lint) -> String {
    let mut facts = vec![
        format!("severity {}", lint.severity.as_str()),
        format!("level {}", lint.level.as_str()),
        format!("persona {}", lint.persona.as_str()),
        lint.status.as_str().to_owned(),
    ];
    facts.extend(lint.cwe.iter().map(|it| format!("CWE-{it}")));
    facts.extend(lint.owasp.iter().cloned());
    let body = lint.page().trim_start();
    let title = format!("# {}", lint.id);
    let body = body.strip_prefix(&title).unwrap_or(body);
    format!(
        "{title}\n\n{}.\n\n{}\n\n{body}",
        lint.summary,
        facts.join(" · ")
    )
}

/// The lints of the workspace that we stand in; the built-in ones if there is none.
fn registry() -> anyhow::Result<Registry> {
    match setup::workspace(&[], &Selection::default()) {
        Ok(workspace) => setup::registry(&workspace.root),
        Err(_) => Ok(Registry::builtin().clone()),
    }
}
