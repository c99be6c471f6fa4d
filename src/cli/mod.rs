//! The command line: the only place that prints or exits.

mod args;
mod check;
mod init;
mod lints;
mod routes;
mod setup;
mod why;

use std::io;
use std::process::ExitCode;

use args::Command;

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
        .stack_size(32 << 20)
        .build_global();
    let result = pool.map_err(anyhow::Error::from).and_then(|()| {
        std::thread::scope(|scope| {
            let work = std::thread::Builder::new()
                .stack_size(64 << 20)
                .spawn_scoped(scope, || match &args.command {
                    Command::Check(args) => check::run(args, &flags),
                    Command::Routes(args) => routes::run(args, &flags),
                    Command::Why(args) => why::run(args, &flags),
                    Command::Lints(args) => lints::list(args),
                    Command::Explain(args) => lints::explain(args),
                    Command::Init(args) => init::run(args),
                })?;
            work.join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("the program panicked; please report it")))
        })
    });
    result.unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::from(2)
    })
}

/// One line on standard error, if anybody reads it.
fn say(line: &str) {
    use io::Write as _;
    let _ = writeln!(io::stderr(), "{line}");
}

/// A reader that has seen enough (`| head`) is no failure.
fn unless_closed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::from(error).context("cannot write the output"))
        }
        _ => Ok(()),
    }
}
