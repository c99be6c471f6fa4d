//! Arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Subcommand as _};

use crate::diagnostics::{Level, Persona, Severity};
use crate::report::ColorChoice;

/// Which endpoint of a Rust web service is open, and what is wrong with it.
#[derive(Debug, clap::Parser)]
#[command(
    name = "cargo moat",
    bin_name = "cargo moat",
    version,
    about,
    after_help = "Without a command, `check` is run.\n\
        Exit code: 0 if no finding has the level deny, 1 if one has, 2 if the work could not be done."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Look for problems (this is what is done without a command).
    Check(Check),
    /// List every endpoint with its protections.
    Routes(Routes),
    /// Show the evidence for one endpoint: where it is registered, what it passes, and each verdict.
    Why(Why),
    /// List all lints with their levels.
    Lints(Lints),
    /// Print the page of a lint.
    Explain(Explain),
    /// Write a commented `moat.toml` with what was found in the code.
    Init(Init),
    /// Write `moat.lock`: what protects each endpoint, for `check` to hold the code against.
    Accept(Accept),
}

impl Command {
    /// How much is written, and how.
    pub(super) fn output(&self) -> &Output {
        match self {
            Command::Check(args) => &args.output,
            Command::Routes(args) => &args.output,
            Command::Why(args) => &args.output,
            Command::Lints(args) => &args.output,
            Command::Explain(args) => &args.output,
            Command::Init(args) => &args.output,
            Command::Accept(args) => &args.output,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Folders or files to report on; without any, the whole workspace.
    pub(super) paths: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, alias = "message-format", value_enum, default_value_t)]
    pub(super) format: Format,
    /// Exit with 0 whatever is found.
    #[arg(long)]
    pub(super) exit_zero: bool,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) settings: SettingArgs,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Routes {
    /// Folders or files to report on; without any, the whole workspace.
    pub(super) paths: Vec<PathBuf>,
    /// How endpoints are written.
    #[arg(long, alias = "message-format", value_enum, default_value_t)]
    pub(super) format: RoutesFormat,
    /// Only endpoints that do not require authentication.
    #[arg(long)]
    pub(super) open: bool,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) settings: SettingArgs,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Why {
    /// `GET /path`, or a path for all of its methods.
    #[arg(required = true, num_args = 1..=2, value_names = ["METHOD", "PATH"])]
    pub(super) endpoint: Vec<String>,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) settings: SettingArgs,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Lints {
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    /// The lint.
    pub(super) lint: String,
    /// With the examples for all frameworks, not only those in use.
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Init {
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, clap::Args)]
pub(super) struct Accept {
    /// Accept this endpoint alone, and leave all others as they were accepted.
    #[arg(long, value_name = "METHOD /PATH")]
    pub(super) only: Option<String>,
    /// Write nothing; exit with 1 if the file would change.
    #[arg(long)]
    pub(super) check: bool,
    /// The settings; by default `moat.toml` beside the root manifest, or its `metadata.moat`.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The day on which exceptions are judged, for reproducible runs: 2027-01-01.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) today: Option<jiff::civil::Date>,
    #[command(flatten)]
    pub(super) selection: Selection,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Which packages, features and targets are looked at.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Selection")]
pub(super) struct Selection {
    /// The manifest to start from.
    #[arg(long, value_name = "PATH")]
    pub(super) manifest_path: Option<PathBuf>,
    /// Only these packages (names or globs).
    #[arg(short, long, value_name = "SPEC")]
    pub(super) package: Vec<String>,
    /// All packages of the workspace.
    #[arg(long)]
    pub(super) workspace: bool,
    /// Not these packages (names or globs).
    #[arg(long, value_name = "SPEC")]
    pub(super) exclude: Vec<String>,
    /// Features to switch on.
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(super) features: Vec<String>,
    /// All features.
    #[arg(long)]
    pub(super) all_features: bool,
    /// No default features.
    #[arg(long)]
    pub(super) no_default_features: bool,
    /// The target that `cfg`s are judged for.
    #[arg(long, value_name = "TRIPLE")]
    pub(super) target: Option<String>,
    /// Report on tests and benches too.
    #[arg(long)]
    pub(super) tests: bool,
    /// Report on examples too.
    #[arg(long)]
    pub(super) examples: bool,
}

/// What happens about findings.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Levels")]
pub(super) struct SettingArgs {
    /// Do not report a lint, a category, `all` or `warnings`; later flags win.
    #[arg(short = 'A', long, value_name = "LINT")]
    pub(super) allow: Vec<String>,
    /// Report without failing the run.
    #[arg(short = 'W', long, value_name = "LINT")]
    pub(super) warn: Vec<String>,
    /// Report and fail the run: exit with 1.
    #[arg(short = 'D', long, value_name = "LINT")]
    pub(super) deny: Vec<String>,
    /// Leave out findings below it: low, medium, high, critical.
    #[arg(long, value_name = "SEVERITY")]
    pub(super) min_severity: Option<Severity>,
    /// Who reads: regular (what is almost always wrong) or auditor (everything plausible).
    #[arg(long)]
    pub(super) persona: Option<Persona>,
    /// The settings; by default `moat.toml` beside the root manifest, or its `metadata.moat`.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The day on which exceptions are judged, for reproducible runs: 2027-01-01.
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) today: Option<jiff::civil::Date>,
}

/// How much is written, and how.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Colours: auto, always, never.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// Findings alone.
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say what could not be followed, and where.
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

/// The formats of `check`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// Drawn into the source, for people.
    #[default]
    Human,
    /// One line each.
    Short,
    /// For programs; docs/schema/check.schema.json.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0.
    Sarif,
}

/// The formats of `routes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum RoutesFormat {
    /// For eyes.
    #[default]
    Table,
    /// For programs; docs/schema/routes.schema.json.
    Json,
}

fn date(word: &str) -> Result<jiff::civil::Date, String> {
    crate::workspace::config::date(word)
        .ok_or_else(|| "write year, month and day: 2027-01-01".to_owned())
}

/// `-A`, `-W` and `-D` as they were written, in order.
pub(super) type Flags = Vec<(Level, String)>;

/// Reads the arguments. `cargo moat ..` and `cargo-moat ..` are the same, and `check` is understood.
pub(super) fn parse(mut arguments: Vec<OsString>) -> Result<(Args, Flags), clap::Error> {
    if arguments.get(1).is_some_and(|it| it == "moat") {
        arguments.remove(1);
    }
    if is_check_understood(arguments.get(1)) {
        let at = arguments.len().min(1);
        arguments.insert(at, "check".into());
    }
    let matches = Args::command().try_get_matches_from(arguments)?;
    let args = Args::from_arg_matches(&matches)?;
    let flags = matches
        .subcommand()
        .map_or(Flags::new(), |(_, it)| flags(it));
    Ok((args, flags))
}

/// Whether the first argument belongs to `check`: an option, or a path. A word that is neither a
/// command nor a path is left to be complained about.
fn is_check_understood(first: Option<&OsString>) -> bool {
    let Some(first) = first else { return true };
    let Some(word) = first.to_str() else {
        return true;
    };
    if word.starts_with('-') {
        return !matches!(word, "-h" | "--help" | "-V" | "--version");
    }
    let is_command = word == "help" || Command::has_subcommand(word);
    !is_command && (word.contains(['/', '\\', '.']) || std::path::Path::new(word).exists())
}

fn flags(matches: &ArgMatches) -> Flags {
    let mut flags: Vec<(usize, Level, String)> = Vec::new();
    let has = |id: &str| matches.ids().any(|it| it.as_str() == id);
    for (id, level) in [
        ("allow", Level::Allow),
        ("warn", Level::Warn),
        ("deny", Level::Deny),
    ] {
        if !has(id) {
            continue;
        }
        let words = matches.get_many::<String>(id).into_iter().flatten();
        let places = matches.indices_of(id).into_iter().flatten();
        flags.extend(
            places
                .zip(words)
                .map(|(at, word)| (at, level, word.clone())),
        );
    }
    flags.sort_by_key(|(at, ..)| *at);
    flags
        .into_iter()
        .map(|(_, level, word)| (level, word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> (Args, Flags) {
        parse(line.split(' ').map(OsString::from).collect()).unwrap()
    }

    #[test]
    fn check_is_understood() {
        for line in [
            "cargo-moat",
            "cargo-moat moat",
            "cargo-moat -q",
            "cargo-moat moat src",
        ] {
            assert!(
                matches!(parsed(line).0.command, Command::Check(_)),
                "{line}"
            );
        }
        let (args, _) = parsed("cargo-moat moat routes --open");
        assert!(matches!(
            args.command,
            Command::Routes(Routes { open: true, .. })
        ));
        let typo = parse(["cargo-moat", "rotes"].map(OsString::from).to_vec());
        assert!(typo.unwrap_err().to_string().contains("routes"));
    }

    #[test]
    fn level_flags_keep_their_order() {
        let (_, flags) = parsed("cargo-moat -D all -A x --warn y -Dwarnings -A z");
        let words: Vec<(&str, &str)> = flags
            .iter()
            .map(|(level, word)| (level.as_str(), word.as_str()))
            .collect();
        assert_eq!(
            words,
            [
                ("deny", "all"),
                ("allow", "x"),
                ("warn", "y"),
                ("deny", "warnings"),
                ("allow", "z")
            ]
        );
    }

    #[test]
    fn arguments_are_consistent() {
        Args::command().debug_assert();
    }
}
