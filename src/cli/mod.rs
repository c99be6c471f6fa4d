//! The command line: the only place that prints or exits.

mod accept;
mod args;
mod check;
mod init;
mod lints;
mod routes;
mod setup;
mod trouble;
mod why;

use std::io;
use std::panic;
use std::process::ExitCode;

use args::Command;
use trouble::{OrTrouble as _, Trouble};

/// Runs the program. `cargo moat ..` and `cargo-moat ..` are the same.
pub fn main() -> ExitCode {
    let (args, flags) = match args::parse(std::env::args_os().collect()) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Nobody may be listening any more.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // Worker threads recurse over syntax; what is deeper than they can take was refused before.
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(64 << 20)
        .build_global();
    let result = pool
        .or_trouble(
            || "cannot start the worker threads".to_owned(),
            "set RAYON_NUM_THREADS to a small number",
        )
        .and_then(|()| among_workers(&args.command, &flags));
    result.unwrap_or_else(|trouble| {
        say(trouble
            .draw(&setup::error_terminal(args.command.output()))
            .trim_end());
        ExitCode::from(2)
    })
}

/// Runs on one of the worker threads, so that what it hands to the others is theirs at once.
fn among_workers(command: &Command, flags: &args::Flags) -> trouble::Result<ExitCode> {
    let work = || match command {
        Command::Check(args) => check::run(args, flags),
        Command::Routes(args) => routes::run(args, flags),
        Command::Why(args) => why::run(args, flags),
        Command::Lints(args) => lints::list(args),
        Command::Explain(args) => lints::explain(args),
        Command::Init(args) => init::run(args),
        Command::Accept(args) => accept::run(args),
    };
    panic::catch_unwind(panic::AssertUnwindSafe(|| rayon::scope(|_| work()))).unwrap_or_else(|_| {
        Err(Box::new(Trouble::new("the program panicked").with_help(
            "please report it with what stands above; a path can be left out by naming the others",
        )))
    })
}

/// One line on standard error, if anybody reads it.
fn say(line: &str) {
    use io::Write as _;
    let _ = writeln!(io::stderr(), "{line}");
}

/// A reader that has seen enough (`| head`) is no failure.
fn unless_closed(written: io::Result<()>) -> trouble::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.or_trouble(
            || "cannot write the output".to_owned(),
            "check the disk or the program that reads it",
        ),
    }
}
