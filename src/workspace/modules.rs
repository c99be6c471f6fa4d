//! Which files a file declares as modules, seen from its tokens alone.
//!
//! Only for crates that no manifest names: which of many files are roots? Macros are
//! not expanded here; the program does that when it reads the crates.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::files::Files;
use super::paths::normalize;

/// What a file says about others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    modules: Vec<ModuleDeclaration>,
    includes: Vec<String>,
    /// Whether it has a `fn main` at its top.
    pub(super) has_main: bool,
}

/// `mod name;`.
#[derive(Debug, PartialEq, Eq)]
struct ModuleDeclaration {
    /// The inline modules around it.
    within: Vec<String>,
    name: String,
    /// Values of `#[path = ".."]`, conditional ones included.
    paths: Vec<String>,
}

impl Outline {
    /// Reads a file's text.
    pub(super) fn new(text: &str) -> Outline {
        let tokens = tokens(text);
        let mut outline = Outline::default();
        let mut blocks: Vec<Option<String>> = Vec::new();
        let mut paths = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            let next = |offset: usize| tokens.get(at + offset);
            match (token, next(1), next(2)) {
                (Token::Word("mod"), Some(Token::Word(name)), Some(Token::Sign(b';'))) => {
                    let within = blocks.iter().flatten().cloned().collect();
                    let paths = std::mem::take(&mut paths);
                    outline.modules.push(ModuleDeclaration {
                        within,
                        name: (*name).to_owned(),
                        paths,
                    });
                }
                (Token::Word("path"), Some(Token::Sign(b'=')), Some(Token::Text(path))) => {
                    paths.push((*path).to_owned())
                }
                (Token::Word("include"), Some(Token::Sign(b'!')), Some(Token::Sign(_))) => {
                    if let Some(Token::Text(path)) = next(3) {
                        outline.includes.push((*path).to_owned());
                    }
                }
                (Token::Word("fn"), Some(Token::Word("main")), _) if blocks.is_empty() => {
                    outline.has_main = true
                }
                (Token::Sign(b'{'), ..) => {
                    let named = match (
                        at.checked_sub(2).map(|before| &tokens[before]),
                        at.checked_sub(1).map(|before| &tokens[before]),
                    ) {
                        (Some(Token::Word("mod")), Some(Token::Word(name))) => {
                            Some((*name).to_owned())
                        }
                        _ => None,
                    };
                    blocks.push(named);
                    paths.clear();
                }
                (Token::Sign(b'}'), ..) => {
                    blocks.pop();
                    paths.clear();
                }
                (Token::Sign(b';'), ..) => paths.clear(),
                _ => {}
            }
        }
        outline
    }

    /// The files that may be meant, whether or not they exist. `root` is whether the
    /// file with this outline is a crate's root, whose modules lie beside it.
    fn mentioned(&self, file: &Path, root: bool) -> Vec<PathBuf> {
        let folder = file.parent().unwrap_or(Path::new(""));
        let stem = file.file_stem().unwrap_or_default();
        let own = if root || stem == "mod" {
            folder.to_path_buf()
        } else {
            folder.join(stem)
        };
        let mut out: Vec<PathBuf> = self
            .includes
            .iter()
            .map(|path| normalize(&folder.join(path)))
            .collect();
        for module in &self.modules {
            let beside: PathBuf = own.join(module.within.iter().collect::<PathBuf>());
            // `#[path]` counts from the file's folder, unless an inline module is around it.
            let base = if module.within.is_empty() {
                folder
            } else {
                &beside
            };
            out.extend(module.paths.iter().map(|path| normalize(&base.join(path))));
            out.push(beside.join(format!("{}.rs", module.name)));
            out.push(beside.join(&module.name).join("mod.rs"));
        }
        out
    }
}

/// All existing files that the crates with these roots consist of, roots included.
pub(super) fn reached(roots: &[PathBuf], files: &dyn Files) -> BTreeSet<PathBuf> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<(PathBuf, bool)> = roots.iter().map(|root| (root.clone(), true)).collect();
    while let Some((file, root)) = open.pop() {
        if !seen.insert(file.clone()) {
            continue;
        }
        let Ok(text) = files.read_text(&file) else {
            continue;
        };
        let mentioned = Outline::new(&text).mentioned(&file, root);
        open.extend(
            mentioned
                .into_iter()
                .filter(|path| files.is_file(path))
                .map(|path| (path, false)),
        );
    }
    seen
}

/// The files that other ones declare, when it is not known which are roots.
pub(super) fn declared(files: &[(PathBuf, Outline)]) -> BTreeSet<PathBuf> {
    let of_file = |(path, outline): &(PathBuf, Outline)| {
        let mut mentioned = outline.mentioned(path, true);
        mentioned.extend(outline.mentioned(path, false));
        mentioned.retain(|other| other != path);
        mentioned
    };
    files.iter().flat_map(of_file).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    /// The inside of a string literal, escapes as written.
    Text(&'a str),
    Sign(u8),
}

/// The tokens of a file, comments and numbers left out; never fails.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &text[at..];
        at += match byte {
            b'/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            b'/' if rest.starts_with("/*") => block_comment(rest),
            b'"' => {
                let (content, length) = string(rest);
                out.push(Token::Text(content));
                length
            }
            b'r' | b'b' | b'c' if raw_string(rest).is_some() => {
                let (content, length) = raw_string(rest).unwrap_or_default();
                out.push(Token::Text(content));
                length
            }
            b'\'' => character(rest),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => {
                let word = word(rest);
                let length = word.len();
                match rest.strip_prefix("r#") {
                    Some(raw) if word == "r" && !self::word(raw).is_empty() => {
                        out.push(Token::Word(self::word(raw)));
                        2 + self::word(raw).len()
                    }
                    _ => {
                        out.push(Token::Word(word));
                        length
                    }
                }
            }
            b'0'..=b'9' => word(rest).len().max(1),
            _ => {
                if !byte.is_ascii_whitespace() {
                    out.push(Token::Sign(byte));
                }
                1
            }
        };
    }
    out
}

fn word(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c == '_' || c.is_alphanumeric() || !c.is_ascii()))
        .unwrap_or(text.len());
    &text[..end]
}

fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The content of a string literal at the start of `text`, and the literal's length.
fn string(text: &str) -> (&str, usize) {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return (&text[1..at], at + 1),
            _ => at += 1,
        }
    }
    ("", bytes.len())
}

/// The same for `r".."`, `br#".."#` and their like.
fn raw_string(text: &str) -> Option<(&str, usize)> {
    let rest = text
        .strip_prefix(['b', 'c'])
        .unwrap_or(text)
        .strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let content = rest[hashes..].strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - content.len();
    Some(match content.find(&closing) {
        Some(end) => (&content[..end], start + end + closing.len()),
        None => (content, text.len()),
    })
}

/// The length of a character literal or of a lifetime's quote.
fn character(text: &str) -> usize {
    let mut chars = text[1..].char_indices();
    match chars.next() {
        Some((_, '\\')) => {
            let after = chars
                .next()
                .map_or(text.len(), |(at, c)| 1 + at + c.len_utf8());
            text[after..]
                .find('\'')
                .map_or(text.len(), |end| after + end + 1)
        }
        Some((_, _)) => match chars.next() {
            Some((at, '\'')) => at + 2,
            _ => 1,
        },
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::files::MemoryFiles;

    #[test]
    fn sees_modules_only_where_they_are() {
        let rows = [
            ("mod a; pub(crate) mod r#b;", "a b"),
            ("// mod x;\n/* mod y; /* mod z; */ mod w; */ mod a;", "a"),
            (
                r##"const X: &str = "mod x;"; const Y: &str = r#"mod "y;"#; mod a;"##,
                "a",
            ),
            (
                "const C: char = '\"'; fn f<'a>(_: &'a str) -> char { '\\'' } mod a;",
                "a",
            ),
            (
                "mod outer { mod inner; mod deep { mod leaf; } } mod a;",
                "outer/inner outer/deep/leaf a",
            ),
            ("#[path = \"x/y.rs\"] mod a; mod b;", "a=x/y.rs b"),
            ("#[cfg_attr(unix, path = \"u.rs\")] mod a;", "a=u.rs"),
            ("#[path = \"gone.rs\"] struct S; mod a;", "a"),
            ("let path = \"x\"; fn f() {} mod a;", "a"),
            ("b\"mod x;\" mod a; 1.0e5 mod b;", "a b"),
            ("mod ü; \"unclosed mod x;", "ü"),
            ("'", ""),
            ("/*", ""),
        ];
        for (text, expected) in rows {
            let show = |module: &ModuleDeclaration| {
                let mut shown = [module.within.clone(), vec![module.name.clone()]]
                    .concat()
                    .join("/");
                for path in &module.paths {
                    shown = format!("{shown}={path}");
                }
                shown
            };
            let modules: Vec<String> = Outline::new(text).modules.iter().map(show).collect();
            assert_eq!(modules.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn sees_main() {
        for (text, expected) in [
            ("async fn main() {}", true),
            ("mod m { fn main() {} }", false),
            ("// fn main() {}", false),
        ] {
            assert_eq!(Outline::new(text).has_main, expected, "{text}");
        }
    }

    #[test]
    fn follows_modules() {
        let files = MemoryFiles::new([
            (
                "/w/main.rs",
                "mod a; mod inline { mod b; } #[path = \"odd/place.rs\"] mod c; include!(\"gen.rs\");",
            ),
            ("/w/a.rs", "mod deep; mod missing;"),
            ("/w/a/deep/mod.rs", "mod deeper;"),
            ("/w/a/deep/deeper.rs", ""),
            ("/w/inline/b.rs", ""),
            ("/w/odd/place.rs", "mod a;"),
            ("/w/gen.rs", ""),
            ("/w/unrelated.rs", ""),
        ]);
        let reached = reached(&[PathBuf::from("/w/main.rs")], &files);
        let shown: Vec<_> = reached
            .iter()
            .map(|path| path.strip_prefix("/w").unwrap().display().to_string())
            .collect();
        assert_eq!(
            shown,
            [
                "a/deep/deeper.rs",
                "a/deep/mod.rs",
                "a.rs",
                "gen.rs",
                "inline/b.rs",
                "main.rs",
                "odd/place.rs"
            ]
        );
    }
}
