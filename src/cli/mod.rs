//! The command line: the only place that prints or exits.

mod args;
mod routes;

use std::process::ExitCode;

use clap::Parser;

/// Runs the program. `cargo moat ..` and `cargo-moat ..` are the same.
pub fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|it| it == "moat") {
        arguments.remove(1);
    }
    let args = args::Args::parse_from(arguments);
    // Worker threads recurse over syntax; what is deeper than they can take was refused before.
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(32 << 20)
        .build_global();
    let result = pool.map_err(anyhow::Error::from).and_then(|()| {
        std::thread::scope(|scope| {
            let work = std::thread::Builder::new()
                .stack_size(64 << 20)
                .spawn_scoped(scope, || match &args.command {
                    Some(args::Command::Routes(routes)) => routes::run(routes),
                    None => anyhow::bail!("say what to do: `cargo moat routes`"),
                })?;
            work.join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("the program panicked; please report it")))
        })
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            let is_pipe = error
                .downcast_ref::<std::io::Error>()
                .is_some_and(|it| it.kind() == std::io::ErrorKind::BrokenPipe);
            if !is_pipe {
                #[expect(clippy::print_stderr, reason = "the command line speaks here")]
                {
                    eprintln!("error: {error:#}");
                }
            }
            ExitCode::from(if is_pipe { 0 } else { 2 })
        }
    }
}
