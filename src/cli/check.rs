//! `cargo moat check`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::time::Instant;

use super::args::{Check, Flags, Format, Output};
use super::setup::{self, Setup, SetupError, Unusable};
use super::trouble::{Result, Trouble};
use crate::diagnostics::config_diagnostics;
use crate::report::human::{self, Detail};
use crate::report::{Report, Summary, github, json, sarif, short, visible};
use crate::scan::{self, Outcome, Posture, Settings};
use crate::source::SourceMap;
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Check, flags: &Flags) -> Result<ExitCode> {
    let begun = Instant::now();
    let setup = match Setup::new(&args.paths, &args.selection, &args.settings, flags) {
        Ok(setup) => setup,
        Err(error) => return refuse(error, args.format, &args.output),
    };
    let lock = match setup::lock(&setup.workspace, &args.selection) {
        Ok(lock) => lock,
        Err(error) => return refuse(error, args.format, &args.output),
    };
    let settings = Settings {
        posture: lock.as_ref().map_or(Posture::Unasked, Posture::Compared),
        ..setup.settings(&args.settings, &args.output)
    };
    let mut outcome = scan::check(&setup.workspace, &DiskFiles, &settings);
    outcome.summary.elapsed = begun.elapsed();
    let report = Report {
        sources: &outcome.sources,
        diagnostics: &outcome.diagnostics,
        lints: &outcome.lints,
        summary: &outcome.summary,
        redactions: &outcome.redactions,
        repository: &setup::repository(&setup.workspace),
    };
    write(&report, args.format, &args.output)?;
    if args.output.verbose {
        unresolved(&outcome);
    }
    let failed = outcome.counts.denied > 0 && !args.exit_zero;
    // The process ends here.
    std::mem::forget(outcome);
    Ok(ExitCode::from(u8::from(failed)))
}

/// Says why nothing was done, in the format that was asked for where it is about a file.
pub(super) fn refuse(error: SetupError, format: Format, output: &Output) -> Result<ExitCode> {
    let unusable = match error {
        SetupError::Other(error) => return Err(error),
        SetupError::Config(unusable) => *unusable,
    };
    let said = format!(
        "nothing was analysed: {} `{}` cannot be used",
        unusable.what, unusable.shown
    );
    if format == Format::Human {
        draw_config_errors(&unusable, output);
    } else {
        write_config_errors(unusable, format, output)?;
    }
    super::say(&said);
    Ok(ExitCode::from(2))
}

/// For people: each mistake drawn into the file.
fn draw_config_errors(unusable: &Unusable, output: &Output) {
    let terminal = setup::error_terminal(output);
    let mut sources = SourceMap::default();
    let file = sources.add(unusable.shown.as_str(), unusable.text.as_str());
    for it in config_diagnostics(&unusable.errors, file) {
        let mut trouble = Trouble::new(visible(&it.title))
            .with_lint(it.lint.as_str())
            .with_place(
                &unusable.shown,
                &unusable.text,
                it.primary.span.range,
                &it.primary.text,
            );
        if let Some(help) = &it.help {
            trouble = trouble.with_help(visible(help));
        }
        super::say(&trouble.draw(&terminal));
    }
}

fn write_config_errors(unusable: Unusable, format: Format, output: &Output) -> Result<()> {
    let Unusable {
        shown,
        text,
        errors,
        repository,
        ..
    } = unusable;
    let secrets = crate::checks::secrets::text_file(&shown, &text);
    let mut sources = SourceMap::default();
    let file = sources.add(shown, text);
    let redactions: Vec<_> = secrets.iter().map(|it| it.range.in_file(file)).collect();
    let report = Report {
        sources: &sources,
        diagnostics: &config_diagnostics(&errors, file),
        lints: &scan::lint_infos(crate::lints::Registry::builtin()),
        summary: &Summary::default(),
        redactions: &redactions,
        repository: &repository,
    };
    let quiet = Output {
        color: output.color,
        quiet: true,
        verbose: false,
    };
    write(&report, format, &quiet)
}

fn write(report: &Report<'_>, format: Format, output: &Output) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let terminal = setup::terminal(output);
    let detail = match output.quiet {
        true => Detail::Findings,
        false => Detail::Full,
    };
    let written = match format {
        Format::Human => human::write(report, &terminal, detail, &mut out),
        Format::Short => short::write(report, &mut out),
        Format::Json => json::write(report, &mut out),
        Format::Github => github::write(report, &mut out),
        Format::Sarif => sarif::write(report, &mut out),
    };
    super::unless_closed(written.and_then(|()| out.flush()))?;
    // The other formats carry problems themselves.
    if matches!(format, Format::Short | Format::Github) && !output.quiet {
        for problem in &report.summary.problems {
            let place = problem
                .path
                .as_ref()
                .map_or(String::new(), |it| format!("{it}: "));
            super::say(&format!("warning: {place}{}", problem.message));
        }
    }
    Ok(())
}

/// Registrations that could not be followed, for `--verbose`.
fn unresolved(outcome: &Outcome) {
    for lost in &outcome.inventory.unresolved {
        let at = outcome.sources.position(lost.span);
        let path = outcome.sources.path(lost.span.file);
        super::say(&format!(
            "unresolved: {path}:{}:{}: {}",
            at.line, at.column, lost.reason
        ));
    }
}
