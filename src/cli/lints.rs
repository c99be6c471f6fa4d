//! `cargo moat lints` and `cargo moat explain`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::args::{Explain, Lints, Output, Selection};
use super::setup;
use super::trouble::{Result, Trouble};
use crate::lints::{Lint, Registry};
use crate::report::{compact, explain, wrap};
use crate::workspace::Workspace;

/// Summaries are not broken into narrower lines than this.
const NARROWEST_SUMMARY: usize = 24;

pub(super) fn list(args: &Lints) -> Result<ExitCode> {
    let workspace = setup::workspace(&[], &Selection::default()).ok();
    let registry = registry(workspace.as_ref())?;
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write_list(&registry, &args.output, &mut out);
    super::unless_closed(written.and_then(|()| out.flush()))?;
    Ok(ExitCode::SUCCESS)
}

fn write_list(registry: &Registry, output: &Output, out: &mut dyn Write) -> io::Result<()> {
    let columns = setup::terminal(output).columns();
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
            let lead = format!("  {:widest$}  {level:5}  {severity:8}  ", lint.id.as_str());
            let room = columns.saturating_sub(lead.len()).max(NARROWEST_SUMMARY);
            let lines = wrap(&format!("{}{who}", lint.summary), room);
            let gap = format!("\n{:1$}", "", lead.len());
            writeln!(out, "{lead}{}", lines.join(&gap))?;
        }
    }
    Ok(())
}

pub(super) fn explain(args: &Explain) -> Result<ExitCode> {
    let workspace = setup::workspace(&[], &Selection::default()).ok();
    let registry = registry(workspace.as_ref())?;
    let Some(lint) = registry.lint(&args.lint) else {
        let help = match registry.did_you_mean(&args.lint) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`cargo moat lints` lists them all".to_owned(),
        };
        let trouble = Trouble::new(format!("there is no lint `{}`", args.lint));
        return Err(Box::new(trouble.with_help(help)));
    };
    let terminal = setup::terminal(&args.output);
    let mut page = page(lint);
    let wanted = frameworks_in_use(lint, workspace.as_ref());
    if !args.all && wanted.len() < lint.frameworks.len() {
        let left: Vec<&str> = lint
            .frameworks
            .iter()
            .map(|it| it.as_str())
            .filter(|it| !wanted.contains(it))
            .collect();
        page = compact::without_examples(&page, &left);
        page.push_str(&format!(
            "\nThe examples are those for {}; for {} too: `cargo moat explain {} --all`.\n",
            wanted.join(" and "),
            left.join(" and "),
            lint.id
        ));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let written = explain::write(&page, &terminal, &mut out);
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
fn registry(workspace: Option<&Workspace>) -> Result<Registry> {
    match workspace {
        Some(workspace) => setup::registry(&workspace.root),
        None => Ok(Registry::builtin().clone()),
    }
}

/// The frameworks of a lint that the workspace depends on; the first one of the lint, if it is none.
fn frameworks_in_use<'l>(lint: &'l Lint, workspace: Option<&Workspace>) -> Vec<&'l str> {
    let packages = workspace.iter().flat_map(|it| &it.packages);
    let used: Vec<&str> = packages
        .flat_map(|it| &it.dependencies)
        .map(|it| it.package.as_str())
        .collect();
    let all = lint.frameworks.iter().map(|it| it.as_str());
    let wanted: Vec<&str> = all.clone().filter(|it| used.contains(it)).collect();
    match wanted.is_empty() {
        true => all.take(1).collect(),
        false => wanted,
    }
}
