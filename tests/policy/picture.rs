//! The picture of the program's output that the README shows: taken of the real program, drawn as text with colours.
//!
//! It is an SVG with two sets of colours, for light and for dark pages, and needs nothing but a monospaced font.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use crate::generated::compare;
use crate::tree;

/// What is shown: a service with a login and an invitation that are not limited, and one odd sibling.
const SOURCE: &str = "ui-tests/missing-rate-limit/axum-purposes.rs";
const MANIFEST: &str = "\
[package]
name = \"shop\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
axum = \"0.8\"
";

/// The commands, as they are typed and as arguments.
const COMMANDS: [(&str, &[&str]); 2] = [
    ("cargo moat", &["moat", "--color", "always"]),
    (
        "cargo moat routes",
        &["moat", "routes", "--color", "always"],
    ),
];

const COLUMNS: usize = 88;
const SIZE: usize = 14;
const LINE: usize = 20;
const MARGIN: usize = 16;
/// Width of a character in thousandths of the font size; the widest of the common fonts.
const ADVANCE: usize = 605;

/// Name, code of the terminal, and the colour on a light and on a dark page.
const COLORS: [(&str, u8, &str, &str); 6] = [
    ("red", 31, "#cf222e", "#ff7b72"),
    ("green", 32, "#116329", "#7ee787"),
    ("yellow", 33, "#7d4e00", "#e3b341"),
    ("blue", 34, "#0550ae", "#79c0ff"),
    ("magenta", 35, "#8250df", "#d2a8ff"),
    ("cyan", 36, "#1b7c83", "#76e3ea"),
];

/// Text that is drawn alike.
#[derive(Debug, PartialEq)]
struct Run {
    text: String,
    classes: String,
}

#[derive(Default)]
struct Style {
    bold: bool,
    dim: bool,
    underlined: bool,
    color: Option<&'static str>,
}

impl Style {
    /// What a sequence `ESC [ codes m` does. A code that is not known here must be drawn before it can be shown.
    fn apply(&mut self, codes: &str) {
        for code in codes.split(';') {
            let code: u8 = code.parse().unwrap_or(0);
            // The bright colours are the same colours here.
            let plain = if code >= 90 { code - 60 } else { code };
            match plain {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                4 => self.underlined = true,
                22 => (self.bold, self.dim) = (false, false),
                24 => self.underlined = false,
                39 => self.color = None,
                _ => {
                    let color = COLORS.iter().find(|it| it.1 == plain);
                    self.color = Some(color.unwrap_or_else(|| panic!("no style {codes}")).0);
                }
            }
        }
    }

    fn classes(&self) -> String {
        let flags = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.underlined, "under"),
        ];
        let flags = flags.iter().filter(|it| it.0).map(|it| it.1);
        flags.chain(self.color).collect::<Vec<_>>().join(" ")
    }
}

/// A line of a terminal as runs; the style goes on into the next line.
fn runs(line: &str, style: &mut Style) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut push = |text: &str, style: &Style| {
        let classes = style.classes();
        match runs.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.classes == classes => last.text.push_str(text),
            _ => runs.push(Run {
                text: text.to_owned(),
                classes,
            }),
        }
    };
    let mut parts = line.split("\u{1b}[");
    push(parts.next().unwrap_or_default(), style);
    for part in parts {
        let (codes, text) = part.split_once('m').expect("only colours are written");
        style.apply(codes);
        push(text, style);
    }
    runs
}

/// The output with what differs from run to run made the same.
fn steady(output: &str) -> String {
    let lines = output.lines().map(|line| {
        let words: Vec<&str> = line.split(" · ").collect();
        let duration = |it: &str| {
            let number = it.strip_suffix('s').unwrap_or_default();
            number.contains('.') && number.parse::<f64>().is_ok()
        };
        let words = words
            .iter()
            .map(|it| if duration(it) { "0.1s" } else { it });
        words.collect::<Vec<_>>().join(" · ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A source without the marks for tests.
fn without_marks(source: &str) -> String {
    let line = |line: &str| {
        let end = ["//~", "// near miss"].map(|mark| line.find(mark).unwrap_or(line.len()));
        line[..end[0].min(end[1])].trim_end().to_owned()
    };
    source.lines().map(|it| line(it) + "\n").collect::<String>()
}

/// What a terminal shows, prompts included.
fn session() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("src")).expect("a folder");
    fs::write(folder.path().join("Cargo.toml"), MANIFEST).expect("a file");
    let source = without_marks(&tree::read(SOURCE));
    fs::write(folder.path().join("src/main.rs"), source).expect("a file");
    let mut session = Vec::new();
    for (typed, arguments) in COMMANDS {
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-moat"))
            .args(arguments)
            .current_dir(folder.path())
            .env("COLUMNS", COLUMNS.to_string())
            .env_remove("NO_COLOR")
            .output()
            .expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(!text.is_empty(), "`{typed}` says nothing");
        session.push(format!(
            "\u{1b}[2m$\u{1b}[0m \u{1b}[1m{typed}\u{1b}[0m\n{}",
            steady(text.trim_end())
        ));
    }
    session.join("\n\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn draw(session: &str) -> String {
    let mut style = Style::default();
    let lines: Vec<Vec<Run>> = session.lines().map(|it| runs(it, &mut style)).collect();
    let length = |line: &Vec<Run>| line.iter().map(|it| it.text.chars().count()).sum();
    let columns: usize = lines.iter().map(length).max().unwrap_or_default();
    let width = 2 * MARGIN + (columns * SIZE * ADVANCE).div_ceil(1000);
    let height = 2 * MARGIN + lines.len() * LINE;
    let colors = |pick: fn(&(&str, u8, &str, &'static str)) -> String| {
        COLORS.iter().map(pick).collect::<Vec<_>>().join(" ")
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>cargo moat and cargo moat routes on a small service</title>\n\
         <style>\n\
         rect {{ fill: #f6f8fa; stroke: #d0d7de; }} text {{ fill: #1f2328; white-space: pre; font: {SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; }}\n\
         .bold {{ font-weight: 600; }} .dim {{ opacity: .65; }} .under {{ text-decoration: underline; }}\n\
         {}\n\
         @media (prefers-color-scheme: dark) {{ rect {{ fill: #0d1117; stroke: #30363d; }} text {{ fill: #e6edf3; }} {} }}\n\
         </style>\n\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n",
        colors(|(name, _, light, _)| format!(".{name} {{ fill: {light}; }}")),
        colors(|(name, _, _, dark)| format!(".{name} {{ fill: {dark}; }}")),
        width - 1,
        height - 1,
    );
    for (number, line) in lines.iter().enumerate().filter(|it| !it.1.is_empty()) {
        let y = MARGIN + number * LINE + SIZE;
        write!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y}\" xml:space=\"preserve\">"
        )
        .expect("a string");
        for Run { text, classes } in line {
            let text = escape(text);
            if classes.is_empty() {
                svg.push_str(&text);
            } else {
                write!(svg, "<tspan class=\"{classes}\">{text}</tspan>").expect("a string");
            }
        }
        svg.push_str("</text>\n");
    }
    svg + "</svg>\n"
}

#[test]
fn the_picture_of_the_output() {
    compare(&[("docs/picture.svg".to_owned(), draw(&session()))]);
    assert!(tree::read("README.md").contains("](docs/picture.svg)"));
}

#[test]
fn colours_become_classes() {
    let mut style = Style::default();
    let run = |text: &str, classes: &str| Run {
        text: text.to_owned(),
        classes: classes.to_owned(),
    };
    assert_eq!(
        runs("a\u{1b}[1m\u{1b}[91mb\u{1b}[0m c\u{1b}[2md", &mut style),
        [
            run("a", ""),
            run("b", "bold red"),
            run(" c", ""),
            run("d", "dim")
        ]
    );
    assert_eq!(runs("e", &mut style), [run("e", "dim")]);
}

#[test]
fn a_picture_says_nothing_of_the_run() {
    assert_eq!(
        steady("axum · 1 file · 2.34s · nothing"),
        "axum · 1 file · 0.1s · nothing"
    );
    assert_eq!(steady("1 error · v1.2s"), "1 error · v1.2s");
    assert_eq!(
        without_marks("a(); //~ lint\nb(); // near miss: c\n"),
        "a();\nb();\n"
    );
    assert_eq!(escape("a < b & c"), "a &lt; b &amp; c");
}
