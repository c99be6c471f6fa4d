//! How fast a check is, beside the parser that it stands on.
//!
//! `cargo bench` measures this repository's own sources, a small project and a pathological one;
//! `MOAT_BENCH_DIR=folder cargo bench` measures that folder instead. What is compared is run by
//! turns, so that what else happens on the machine slows all of it; each figure is the median.
//!
//! There are two floors: `syn::parse_file` in this process, of texts that have been read already, which
//! is what a check in this process is compared with, and a process that does nothing but read and
//! parse the same files, which is what the program is compared with.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use moat::diagnostics::{FlagTarget, Level, LevelFlag};
use moat::facts;
use moat::scan::{self, Scope, Settings};
use moat::workspace::config::{Config, LintSelector};
use moat::workspace::files::DiskFiles;
use moat::workspace::{Workspace, WorkspaceRequest, discover};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of each measurement; the first, which warms everything up, is not counted.
const TURNS: usize = 12;
/// The folder of files to read and parse, and nothing else, in a process of its own.
const FLOOR: &str = "MOAT_BENCH_FLOOR";

fn main() -> anyhow::Result<()> {
    threads().build_global()?;
    if let Some(list) = std::env::var_os(FLOOR) {
        return read_and_parse(Path::new(&list));
    }
    println!("{} threads, {TURNS} turns", rayon::current_num_threads());
    let small = project(&[("src/main.rs", SMALL)])?;
    if let Some(folder) = std::env::var_os("MOAT_BENCH_DIR") {
        measure("MOAT_BENCH_DIR", Path::new(&folder))?;
    } else {
        measure("this repository", Path::new(env!("CARGO_MANIFEST_DIR")))?;
        measure("small", small.path())?;
        measure(
            "pathological",
            project(&[("src/main.rs", &pathological())])?.path(),
        )?;
    }
    start_up(small.path())
}

/// As in the program: syn recurses.
fn threads() -> rayon::ThreadPoolBuilder {
    rayon::ThreadPoolBuilder::new().stack_size(32 << 20)
}

/// Prints what a check of a folder takes, and the floor.
fn measure(what: &str, folder: &Path) -> anyhow::Result<()> {
    let folder = folder.canonicalize()?;
    let (paths, texts): (Vec<_>, Vec<_>) = rust_files(&folder)?.into_iter().unzip();
    let mut list = tempfile::NamedTempFile::new()?;
    list.write_all(paths.join("\n").as_bytes())?;
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "\n{what}: {} files, {:.2} MB",
        texts.len(),
        bytes as f64 / 1e6
    );
    // On threads of its own: it throws away the spans of its threads, which `facts` keep some of.
    let floor_threads = threads().build()?;
    let mut floor = || {
        floor_threads.install(|| {
            texts.par_iter().for_each(|text| {
                // A file that does not parse costs what it costs.
                let _ = black_box(syn::parse_file(text));
                proc_macro2::extra::invalidate_current_thread_spans();
            });
        });
        Ok(())
    };
    let mut extract = || {
        texts
            .par_iter()
            .for_each(|text| drop(black_box(facts::extract(text))));
        Ok(())
    };
    let mut find = || {
        black_box(workspace(&folder)?);
        Ok(())
    };
    let mut check = || {
        black_box(checked(&folder, Vec::new())?);
        Ok(())
    };
    let mut check_founding = || {
        black_box(checked(&folder, founding())?);
        Ok(())
    };
    let mut floor_process = || {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.env(FLOOR, list.path()).current_dir(&folder);
        succeed(&mut command)
    };
    let only_founding = [
        "check",
        "--exit-zero",
        "--quiet",
        "-A",
        "all",
        "-W",
        FOUNDING[0],
        "-W",
        FOUNDING[1],
        "-W",
        FOUNDING[2],
        "-W",
        FOUNDING[3],
    ];
    let mut process = || run(&folder, &["check", "--exit-zero", "--quiet"]);
    let mut founding_process = || run(&folder, &only_founding);
    let medians = by_turns(&mut [
        &mut floor,
        &mut extract,
        &mut find,
        &mut check,
        &mut check_founding,
        &mut floor_process,
        &mut process,
        &mut founding_process,
    ])?;
    let names = [
        "syn::parse_file, parallel",
        "facts::extract, parallel",
        "discover, a part of check",
        "check, in this process",
        "the founding lints alone",
        "reading and parsing, a process",
        "cargo-moat check, a process",
        "the founding lints, a process",
    ];
    for (at, (name, median)) in names.iter().zip(&medians).enumerate() {
        let floor = medians[if at < FIRST_PROCESS { 0 } else { FIRST_PROCESS }];
        let ratio = median.as_secs_f64() / floor.as_secs_f64();
        println!(
            "  {name:<32}{:>9.2} ms {ratio:>6.2} x",
            median.as_secs_f64() * 1e3
        );
    }
    Ok(())
}

/// Which of what is measured is the first process.
const FIRST_PROCESS: usize = 5;

/// The floor of a process: reads the files of a list, and parses each on some thread.
fn read_and_parse(list: &Path) -> anyhow::Result<()> {
    let list = std::fs::read_to_string(list)?;
    let paths: Vec<&str> = list.lines().collect();
    paths.par_iter().try_for_each(|path| {
        let text = std::fs::read_to_string(path)?;
        let _ = black_box(syn::parse_file(&text));
        proc_macro2::extra::invalidate_current_thread_spans();
        anyhow::Ok(())
    })
}

/// Prints what every start of the program costs.
fn start_up(small: &Path) -> anyhow::Result<()> {
    println!("\nstart-up");
    let mut version = || run(small, &["--version"]);
    let mut lints = || run(small, &["lints"]);
    let mut check = || run(small, &["check", "--exit-zero", "--quiet"]);
    let medians = by_turns(&mut [&mut version, &mut lints, &mut check])?;
    let names = ["--version", "lints", "check of one small file"];
    for (name, median) in names.iter().zip(&medians) {
        println!("  {name:<32}{:>9.2} ms", median.as_secs_f64() * 1e3);
    }
    Ok(())
}

type Work<'a> = &'a mut dyn FnMut() -> anyhow::Result<()>;

/// Runs each of them in turn, again and again, and gives their medians.
fn by_turns(works: &mut [Work<'_>]) -> anyhow::Result<Vec<Duration>> {
    let mut times = vec![Vec::new(); works.len()];
    for turn in 0..=TURNS {
        for (work, times) in works.iter_mut().zip(&mut times) {
            let begun = Instant::now();
            work()?;
            if turn > 0 {
                times.push(begun.elapsed());
            }
            settle();
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    Ok(times.iter_mut().map(median).collect())
}

/// Waits until the threads have given back what a check was made from: nobody waits for that, and the
/// program does not even begin with it.
fn settle() {
    std::thread::sleep(Duration::from_millis(2));
    rayon::broadcast(|_| ());
}

/// The Rust files that a check reads, below the folder, and their texts.
fn rust_files(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let loaded = scan::load(&workspace(folder)?, &DiskFiles, Scope::default());
    let file = |id: &moat::source::FileId| {
        let text = loaded.sources.file(*id).text().to_string();
        (loaded.sources.path(*id).to_owned(), text)
    };
    let files: Vec<_> = loaded.rust_files.iter().map(file).collect();
    ensure!(!files.is_empty(), "no Rust file in {}", folder.display());
    Ok(files)
}

/// The four lints that came first, which follow no data.
const FOUNDING: [&str; 4] = [
    "missing-authentication",
    "hardcoded-secret",
    "plain-http-client",
    "missing-rate-limit",
];

/// Nothing but those.
fn founding() -> Vec<LevelFlag> {
    let flag = |level, selector| LevelFlag {
        level,
        target: FlagTarget::Lints(selector),
    };
    let lints = FOUNDING.map(|it| flag(Level::Warn, LintSelector::Lint(it.into())));
    let nothing = flag(Level::Allow, LintSelector::All);
    [nothing].into_iter().chain(lints).collect()
}

fn checked(folder: &Path, flags: Vec<LevelFlag>) -> anyhow::Result<scan::Outcome> {
    let workspace = workspace(folder)?;
    let config = Config::default();
    let models = scan::models_for(&workspace, &config, "moat.toml");
    let models = models.map_err(|_| anyhow::anyhow!("the defaults describe no models"))?;
    let today = jiff::civil::Date::constant(2027, 1, 1);
    let settings = Settings {
        flags,
        ..Settings::new(&config, models, today)
    };
    Ok(scan::check(&workspace, &DiskFiles, &settings))
}

fn workspace(folder: &Path) -> anyhow::Result<Workspace> {
    let request = WorkspaceRequest {
        start: folder.to_owned(),
        manifest_path: None,
        paths: Vec::new(),
        packages: Vec::new(),
        workspace: false,
        exclude: Vec::new(),
        features: Vec::new(),
        all_features: false,
        no_default_features: false,
        target: None,
    };
    Ok(discover(&request, &DiskFiles)?)
}

/// The program itself, with its output thrown away.
fn run(folder: &Path, args: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-moat"));
    succeed(command.arg("moat").args(args).current_dir(folder))
}

fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {command:?}"))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

/// A package of these files.
fn project(files: &[(&str, &str)]) -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    for (path, text) in [("Cargo.toml", MANIFEST)].iter().chain(files) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        std::fs::write(path, text)?;
    }
    Ok(folder)
}

const MANIFEST: &str = "[package]\nname = \"service\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                        [dependencies]\naxum = \"0.8\"\n";

const SMALL: &str = r#"//! A service.

use axum::Router;
use axum::routing::{get, post};

async fn read() -> &'static str {
    "read"
}

async fn change(body: String) -> String {
    body
}

#[tokio::main]
async fn main() {
    let app = Router::new().route("/read", get(read)).route("/change", post(change));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:3000").await.expect("a free port");
    axum::serve(listener, app).await.expect("a running server");
}
"#;

/// Long chains, deep nesting, many alternatives, macros that call macros, many calls by name alone.
fn pathological() -> String {
    let mut text = String::from(SMALL);
    let links = ".route(\"/x\", get(read))".repeat(2_000);
    let _ = writeln!(text, "fn chain() -> Router {{ Router::new(){links} }}");
    let (open, close) = ("(".repeat(80), ")".repeat(80));
    let _ = writeln!(text, "fn nested() -> u32 {{ {open}1{close} }}");
    let branches = "if a { b() } else ".repeat(1_500);
    let _ = writeln!(text, "fn branches(a: bool) {{ {branches}{{ b() }} }}");
    let arms = (0..3_000).fold(String::new(), |mut arms, number| {
        let _ = write!(arms, "{number} => \"{number}\", ");
        arms
    });
    let _ = writeln!(
        text,
        "fn arms(a: u32) -> &'static str {{ match a {{ {arms}_ => \"\" }} }}"
    );
    text.push_str("macro_rules! twice { ($($t:tt)*) => { $($t)* $($t)* } }\n");
    let calls = "twice!(twice!(twice!(b();)););\n".repeat(200);
    let _ = writeln!(text, "fn macros() {{ {calls} }}");
    for number in 0..1_000 {
        let _ = write!(
            text,
            "struct S{number};\nimpl S{number} {{\n    fn get(&self, a: &str) -> String {{ let x = unknown(a); \
             x.get(\"y\").get(a).into() }}\n}}\n"
        );
    }
    text
}
