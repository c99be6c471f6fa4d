//! Export tables: which public paths of a library crate mean the same item.
//!
//! A table is sorted text, made at development time from the crate's source and
//! checked in as `lints/models/exports/<crate>.txt`. It is searched as it is:
//! nothing is parsed at start-up. Three sections, each after a blank line:
//!
//! ```text
//! axum::Json struct
//! axum::extract::Json = axum::Json
//!
//! axum::extract::Request <T> = http::Request<T>
//!
//! axum::Router::route fn(axum::Router<S>) -> axum::Router<S>
//! ```

use std::cmp::Ordering;

/// What a public path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A struct or union.
    Struct,
    /// An enum.
    Enum,
    /// A variant of an enum.
    Variant,
    /// A trait.
    Trait,
    /// A type alias.
    Type,
    /// A function.
    Fn,
    /// A constant or static.
    Const,
    /// A macro of any kind.
    Macro,
    /// A module.
    Mod,
}

impl Kind {
    /// The word of the table.
    pub(crate) fn parse(word: &str) -> Option<Kind> {
        Some(match word {
            "struct" => Kind::Struct,
            "enum" => Kind::Enum,
            "variant" => Kind::Variant,
            "trait" => Kind::Trait,
            "type" => Kind::Type,
            "fn" => Kind::Fn,
            "const" => Kind::Const,
            "macro" => Kind::Macro,
            "mod" => Kind::Mod,
            _ => return None,
        })
    }
}

/// What a row of the first section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row<'t> {
    /// The path is canonical.
    Canonical(Kind),
    /// The path is another name of this one.
    Alias(&'t str),
}

/// One crate's table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ExportTable<'t> {
    paths: &'t str,
    aliases: &'t str,
    functions: &'t str,
}

impl<'t> ExportTable<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        // The first lines are comments.
        let mut text = text;
        while let Some(rest) = text.strip_prefix('#') {
            text = rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
        let (paths, rest) = section(text);
        let (aliases, functions) = section(rest);
        ExportTable {
            paths,
            aliases,
            functions,
        }
    }

    /// The rows of a public path, one per namespace it exists in.
    pub(crate) fn rows(&self, path: &str) -> impl Iterator<Item = Row<'t>> + use<'t> {
        lines_with_key(self.paths, path).filter_map(row)
    }

    /// Parameters and target of a type alias, as text.
    pub(crate) fn alias(&self, path: &str) -> Option<(&'t str, &'t str)> {
        let rest = lines_with_key(self.aliases, path).next()?;
        let (params, target) = rest.strip_prefix('<')?.split_once("> = ")?;
        Some((params, target))
    }

    /// A function's signature, as text after its path.
    pub(crate) fn function(&self, path: &str) -> Option<&'t str> {
        lines_with_key(self.functions, path).next()
    }

    /// The direct children of a module or enum: name, and what the row says.
    pub(crate) fn children(
        &self,
        module: &str,
    ) -> impl Iterator<Item = (&'t str, &'t str, Row<'t>)> + use<'t> {
        let prefix = format!("{module}::");
        let start = lower_bound(self.paths, &prefix, 0);
        let lines = self.paths[start..]
            .lines()
            .map_while(move |line| Some((line, line.strip_prefix(&prefix)?)));
        lines.filter_map(|(line, below)| {
            let (name, rest) = below.split_once(' ')?;
            (!name.contains("::")).then_some((
                name,
                &line[..line.len() - rest.len() - 1],
                row(rest)?,
            ))
        })
    }

    /// The last names of rows and type aliases that stand for this path. Goes through the table.
    pub(crate) fn names_of(&self, path: &str) -> Vec<&'t str> {
        let target = format!("= {path}");
        let ends = |rest: &str| rest.is_empty() || rest.starts_with(['<', '\n']);
        let mut found = Vec::new();
        for section in [self.paths, self.aliases] {
            for (at, _) in section.match_indices(&target) {
                if ends(&section[at + target.len()..]) {
                    let line = section[..at].rfind('\n').map_or(0, |end| end + 1);
                    let key = section[line..at].split(' ').next().unwrap_or_default();
                    found.extend(key.rsplit("::").next());
                }
            }
        }
        found
    }

    /// The last names of the types and free functions of which something returns this type, or
    /// something that holds it. Goes through the table.
    pub(crate) fn makers_of(&self, path: &str) -> Vec<&'t str> {
        self.makers(path, true)
    }

    fn makers(&self, path: &str, is_followed: bool) -> Vec<&'t str> {
        let is_whole = |at: usize| {
            let next = self.functions[at + path.len()..].bytes().next();
            !next.is_some_and(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b':'))
        };
        let mut found = Vec::new();
        for (at, _) in self.functions.match_indices(path) {
            let before = &self.functions[..at];
            let line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
            let Some((key, _)) = line.split_once(" fn(").filter(|_| line.contains("-> ")) else {
                continue;
            };
            let key = key.trim_end_matches(" async");
            if is_whole(at)
                && let Some((owner, name)) = key.rsplit_once("::")
                && owner != path
            {
                let of = last_segment(owner);
                let is_type = of.starts_with(char::is_uppercase);
                found.push(if is_type { of } else { name });
                // What dereferences to it is as good, and so is what makes that.
                if name == "deref" && is_type && is_followed {
                    found.extend(self.makers(owner, false));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The three sections as text.
    pub(crate) fn sections(&self) -> [&'t str; 3] {
        [self.paths, self.aliases, self.functions]
    }
}

/// The lines before the first blank one, and what follows that.
fn section(text: &str) -> (&str, &str) {
    match text.strip_prefix('\n') {
        Some(rest) => ("", rest),
        None => text.split_once("\n\n").unwrap_or((text, "")),
    }
}

fn row(rest: &str) -> Option<Row<'_>> {
    match rest.strip_prefix("= ") {
        Some(target) => Some(Row::Alias(target)),
        None => Kind::parse(rest).map(Row::Canonical),
    }
}

/// What follows `key ` on each line that starts so.
fn lines_with_key<'t>(section: &'t str, key: &str) -> impl Iterator<Item = &'t str> + use<'t> {
    let start = lower_bound(section, key, b' ');
    let key = key.to_owned();
    section[start..]
        .lines()
        .map_while(move |line| line.strip_prefix(key.as_str())?.strip_prefix(' '))
}

/// Offset of the first line of sorted text that is not less than `wanted` followed by `next`.
fn lower_bound(section: &str, wanted: &str, next: u8) -> usize {
    let (bytes, wanted) = (section.as_bytes(), wanted.as_bytes());
    let is_less = |line: &[u8]| match line[..line.len().min(wanted.len())].cmp(wanted) {
        Ordering::Less => true,
        Ordering::Equal => line.get(wanted.len()).is_none_or(|byte| *byte < next),
        Ordering::Greater => false,
    };
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = section[low..middle]
            .rfind('\n')
            .map_or(low, |at| low + at + 1);
        let end = section[middle..]
            .find('\n')
            .map_or(bytes.len(), |at| middle + at);
        if is_less(&bytes[start..end]) {
            low = (end + 1).min(bytes.len());
        } else {
            high = start;
        }
    }
    low
}

/// The crate a path starts in.
pub(crate) fn crate_of(path: &str) -> &str {
    // Asked all the time; no name of a crate holds a colon.
    let end = path.bytes().position(|it| it == b':');
    end.map_or(path, |end| &path[..end])
}

/// Prefixes of a path, longest first, each with what remains of it (`""` or `::rest`).
pub(crate) fn prefixes(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut end = Some(path.len());
    std::iter::from_fn(move || {
        let at = end?;
        end = path[..at].rfind("::");
        Some((&path[..at], &path[at..]))
    })
}

/// A path's last segment.
pub(crate) fn last_segment(path: &str) -> &str {
    let start = path.bytes().rposition(|it| it == b':');
    start.map_or(path, |colon| &path[colon + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "# a comment\n\
        a::B struct\n\
        a::b fn\n\
        a::b macro\n\
        a::m mod\n\
        a::m::B = a::B\n\
        a::m::n::C trait\n\
        a::mm::D enum\n\
        a::z = z\n\
        \n\
        a::m::R <T> = a::B<T>\n\
        \n\
        a::B::new fn(a::B) -> a::B\n";

    #[test]
    fn finds_every_row_by_its_path() {
        let table = ExportTable::new(TABLE);
        let rows = |path| table.rows(path).collect::<Vec<_>>();
        assert_eq!(rows("a::B"), [Row::Canonical(Kind::Struct)]);
        assert_eq!(
            rows("a::b"),
            [Row::Canonical(Kind::Fn), Row::Canonical(Kind::Macro)]
        );
        assert_eq!(rows("a::m::B"), [Row::Alias("a::B")]);
        assert_eq!(rows("a::z"), [Row::Alias("z")]);
        assert_eq!(rows("a::y"), []);
        assert_eq!(rows("a"), []);
        assert_eq!(rows("a::zz"), []);
        assert_eq!(table.alias("a::m::R"), Some(("T", "a::B<T>")));
        assert_eq!(table.function("a::B::new"), Some("fn(a::B) -> a::B"));
        assert_eq!(table.names_of("a::B"), ["B", "R"]);
        assert_eq!(table.names_of("a::b"), [""; 0]);
    }

    #[test]
    fn children_are_only_the_direct_ones() {
        let table = ExportTable::new(TABLE);
        let names: Vec<_> = table.children("a::m").map(|(name, ..)| name).collect();
        assert_eq!(names, ["B"]);
        let names: Vec<_> = table.children("a").map(|(name, ..)| name).collect();
        assert_eq!(names, ["B", "b", "b", "m", "z"]);
    }
}
