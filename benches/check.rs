//! How fast a check is, beside the parser that it stands on.
//!
//! `cargo bench` measures this repository's own sources, a small project and a pathological one;
//! `MOAT_BENCH_DIR=folder cargo bench` measures that folder instead. What is compared is run by
//! turns, so that what else happens on the machine slows all of it; each figure is the median.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use moat::diagnostics::{FlagTarget, Level, LevelFlag, Persona, Severity};
use moat::facts;
use moat::lints::Registry;
use moat::scan::{self, Posture, Scope, Settings};
use moat::workspace::config::{Config, LintSelector};
use moat::workspace::files::DiskFiles;
use moat::workspace::{Workspace, WorkspaceRequest, discover};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of each measurement; the first, which warms everything up, is not counted.
const TURNS: usize = 12;

fn main() -> anyhow::Result<()> {
    threads().build_global()?;
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
    let texts = rust_files(&folder)?;
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
    let mut process = || run(&folder, &["check", "--exit-zero", "--quiet"]);
    let medians = by_turns(&mut [
        &mut floor,
        &mut extract,
        &mut find,
        &mut check,
        &mut check_founding,
        &mut process,
    ])?;
    let names = [
        "syn::parse_file, parallel",
        "facts::extract, parallel",
        "discover, a part of check",
        "check, in this process",
        "the founding lints alone",
        "cargo-moat check, start to end",
    ];
    for (name, median) in names.iter().zip(&medians) {
        let ratio = median.as_secs_f64() / medians[0].as_secs_f64();
        println!(
            "  {name:<32}{:>9.2} ms {ratio:>6.2} x",
            median.as_secs_f64() * 1e3
        );
    }
    Ok(())
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

/// The texts of the Rust files that a check reads.
fn rust_files(folder: &Path) -> anyhow::Result<Vec<String>> {
    let loaded = scan::load(&workspace(folder)?, &DiskFiles, Scope::default());
    let text = |id: &moat::source::FileId| loaded.sources.file(*id).text().to_string();
    let texts: Vec<String> = loaded.rust_files.iter().map(text).collect();
    ensure!(!texts.is_empty(), "no Rust file in {}", folder.display());
    Ok(texts)
}

/// Nothing but the four lints that came first, which follow no data.
fn founding() -> Vec<LevelFlag> {
    let flag = |level, selector| LevelFlag {
        level,
        target: FlagTarget::Lints(selector),
    };
    let lints = [
        "missing-authentication",
        "hardcoded-secret",
        "plain-http-client",
        "missing-rate-limit",
    ];
    let lints = lints.map(|it| flag(Level::Warn, LintSelector::Lint(it.into())));
    let nothing = flag(Level::Allow, LintSelector::All);
    [nothing].into_iter().chain(lints).collect()
}

fn checked(folder: &Path, flags: Vec<LevelFlag>) -> anyhow::Result<scan::Outcome> {
    let workspace = workspace(folder)?;
    let config = Config::default();
    let models = scan::models_for(&workspace, &config, "moat.toml");
    let settings = Settings {
        registry: Registry::builtin(),
        config: &config,
        models: models.map_err(|_| anyhow::anyhow!("the defaults describe no models"))?,
        config_source: None,
        flags,
        min_severity: Severity::Low,
        persona: Persona::Regular,
        scope: Scope::default(),
        today: jiff::civil::Date::constant(2027, 1, 1),
        partial: false,
        progress: false,
        explain: false,
        rights: false,
        follows_data: true,
        posture: Posture::Unasked,
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
    let program = PathBuf::from(env!("CARGO_BIN_EXE_cargo-moat"));
    let status = Command::new(&program)
        .arg("moat")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", program.display()))?;
    ensure!(status.success(), "{} {args:?}: {status}", program.display());
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
