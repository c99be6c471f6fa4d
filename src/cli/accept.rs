//! `cargo moat accept`.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Accept, Format, SettingArgs};
use super::check::refuse;
use super::setup::{self, Setup};
use super::trouble::{OrTrouble as _, Result, Trouble};
use crate::posture::compare::{Changes, Now, compare};
use crate::posture::{Entry, Lock, lock};
use crate::report::visible;
use crate::scan::{self, Posture, Settings, Taken};
use crate::workspace::config::closest;
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Accept) -> Result<ExitCode> {
    let only = args.only.as_deref().map(wanted).transpose()?;
    let settings = SettingArgs {
        config: args.config.clone(),
        today: args.today,
        ..SettingArgs::default()
    };
    let setup = match Setup::new(&[], &args.selection, &settings, &Vec::new()) {
        Ok(setup) => setup,
        Err(error) => return refuse(error, Format::Human, &args.output),
    };
    let path = setup.workspace.root.join(lock::FILE);
    let old = match setup::lock(&setup.workspace, &args.selection) {
        Ok(old) => old.map(|it| it.lock),
        // Whoever writes all of it needs nothing of what is there.
        Err(_) if only.is_none() && !setup.is_partial() && !args.check => None,
        Err(error) => return refuse(error, Format::Human, &args.output),
    };
    let asked = Settings {
        posture: Posture::Taken,
        follows_data: false,
        ..setup.settings(&settings, &args.output)
    };
    let outcome = scan::check(&setup.workspace, &DiskFiles, &asked);
    let taken = outcome.taken.unwrap_or_default();
    if !args.output.quiet {
        for problem in &outcome.summary.problems {
            let place = problem
                .path
                .as_ref()
                .map_or(String::new(), |it| format!("{it}: "));
            super::say(&format!("warning: {place}{}", visible(&problem.message)));
        }
    }
    let flags = setup::flags(&args.selection);
    let new = match &only {
        Some(only) => one(only, &taken, old.as_ref())?,
        None => all(&taken, old.as_ref(), flags),
    };
    let text = new.text();
    let changes = old.as_ref().map(|old| changes(old, &new));
    let is_current = DiskText::of(&path).is(&text);
    if !args.output.quiet {
        tell(old.as_ref(), &new, changes.as_ref());
    }
    if args.check {
        if is_current {
            return Ok(ExitCode::SUCCESS);
        }
        super::say(&match old {
            Some(_) => format!("`{}` is out of date: run `cargo moat accept`", lock::FILE),
            None => format!("there is no `{}`: run `cargo moat accept`", lock::FILE),
        });
        return Ok(ExitCode::from(1));
    }
    if !is_current {
        write(&path, &text)?;
    }
    if !args.output.quiet {
        let verb = match is_current {
            true => "is up to date",
            false => "was written",
        };
        let count = new.entries.len();
        let endpoints = if count == 1 { "endpoint" } else { "endpoints" };
        super::say(&format!("`{}` {verb}: {count} {endpoints}", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// `GET /path`.
fn wanted(word: &str) -> Result<(String, String)> {
    let words: Vec<&str> = word.split_whitespace().collect();
    match words.as_slice() {
        [method, path] if path.starts_with('/') => {
            Ok((method.to_ascii_uppercase(), (*path).to_owned()))
        }
        _ => {
            let trouble = Trouble::new(format!("`{word}` names no endpoint"));
            let help =
                "name it by its method and path: `cargo moat accept --only \"GET /users/{id}\"`";
            Err(Box::new(trouble.with_help(help)))
        }
    }
}

/// What was accepted, with one endpoint as it is now.
fn one((method, path): &(String, String), taken: &Taken, old: Option<&Lock>) -> Result<Lock> {
    let Some(old) = old else {
        let trouble = Trouble::new(format!("there is no `{}` yet", lock::FILE));
        let help = "run `cargo moat accept` for all endpoints first";
        return Err(Box::new(trouble.with_help(help)));
    };
    let is_it = |it: &Entry| it.method == *method && it.path == *path;
    let lines = old.entries.iter().map(|it| &it.0);
    let (before, kept): (Vec<&Entry>, Vec<&Entry>) =
        lines.partition(|it| is_it(it) && !taken.others.contains(&it.service));
    let now: Vec<&Entry> = taken.entries.iter().filter(|it| is_it(it)).collect();
    if before.is_empty() && now.is_empty() {
        let name = format!("{method} {path}");
        let trouble = Trouble::new(format!("there is no endpoint `{name}`"));
        let names: Vec<String> = taken.entries.iter().map(Entry::name).collect();
        let help = match closest(&name, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`cargo moat routes` lists them all".to_owned(),
        };
        return Err(Box::new(trouble.with_help(help)));
    }
    let entries = kept.into_iter().chain(now).cloned().collect();
    Ok(Lock::new(
        entries,
        old.unresolved.clone(),
        old.flags.clone(),
    ))
}

/// What is there now; of services that were not looked at, what was accepted.
fn all(taken: &Taken, old: Option<&Lock>, flags: String) -> Lock {
    let kept = old.iter().flat_map(|it| &it.entries).map(|it| &it.0);
    let kept = kept.filter(|it| taken.others.contains(&it.service));
    let entries = kept.chain(&taken.entries).cloned().collect();
    let mut unresolved = taken.unresolved.clone();
    if let Some(old) = old.filter(|_| !taken.others.is_empty()) {
        // Whose they are is not known.
        let mut left = taken.unresolved.clone();
        for reason in &old.unresolved {
            match left.iter().position(|it| it == reason) {
                Some(at) => {
                    left.remove(at);
                }
                None => unresolved.push(reason.clone()),
            }
        }
    }
    Lock::new(entries, unresolved, flags)
}

fn changes(old: &Lock, new: &Lock) -> Changes {
    let entries: Vec<Entry> = new.entries.iter().map(|it| it.0.clone()).collect();
    compare(
        old,
        &Now {
            entries: &entries,
            unresolved: &new.unresolved,
        },
    )
}

/// Says what is accepted that was not.
fn tell(old: Option<&Lock>, new: &Lock, changes: Option<&Changes>) {
    let (Some(old), Some(changes)) = (old, changes) else {
        return;
    };
    let name = |it: &Entry| format!("{} of {}", it.name(), it.service);
    for at in &changes.new {
        super::say(&format!("new: {}", name(&new.entries[*at].0)));
    }
    for weaker in &changes.weaker {
        let steps: Vec<String> = weaker
            .steps
            .iter()
            .map(|it| format!("{} was {} and is {}", it.control, it.old, it.new))
            .collect();
        let name = name(&new.entries[weaker.at].0);
        super::say(&format!("weaker: {name}: {}", steps.join("; ")));
    }
    for at in &changes.stronger {
        super::say(&format!("better: {}", name(&new.entries[*at].0)));
    }
    for at in &changes.gone {
        super::say(&format!("gone: {}", name(&old.entries[*at].0)));
    }
    for at in &changes.newly_unresolved {
        super::say(&format!("not followed: {}", new.unresolved[*at]));
    }
}

/// The text of a file that may not be there, line ends left out of account.
struct DiskText(Option<String>);

impl DiskText {
    fn of(path: &Path) -> DiskText {
        DiskText(fs::read_to_string(path).ok())
    }

    fn is(&self, text: &str) -> bool {
        let old = self.0.as_deref();
        old.is_some_and(|it| it.replace("\r\n", "\n") == text)
    }
}

/// Writes a file beside and puts it in its place: whoever reads sees the old one or the new one.
fn write(path: &Path, text: &str) -> Result<()> {
    const HELP: &str = "check that you may write into the folder";
    let cannot = || format!("cannot write `{}`", path.display());
    let beside: PathBuf = path.with_extension(format!("lock.{}", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // It may never have been made.
        let _ = fs::remove_file(&beside);
    }
    written.or_trouble(cannot, HELP)
}
