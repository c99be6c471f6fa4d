//! `cargo moat why GET /path`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anyhow::bail;

use super::args::{Flags, Format, Why};
use super::check::refuse;
use super::setup::Setup;
use crate::routes::endpoint::Endpoint;
use crate::routes::{Inventory, Protection};
use crate::scan;
use crate::source::{SourceMap, Span};
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Why, flags: &Flags) -> anyhow::Result<ExitCode> {
    let (method, path) = wanted(&args.endpoint)?;
    let setup = match Setup::new(&[], &args.selection, &args.settings, flags) {
        Ok(setup) => setup,
        Err(error) => return refuse(error, Format::Human, &args.output),
    };
    let settings = setup.settings(&args.settings, &args.output);
    let outcome = scan::check(&setup.workspace, &DiskFiles, &settings);
    let found = find(&outcome.inventory, method.as_deref(), &path);
    if found.is_empty() {
        bail!(
            "{}",
            not_found(&outcome.inventory, method.as_deref(), &path)
        );
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    for (index, endpoint) in found.iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        written = written
            .and_then(|()| write!(out, "{gap}"))
            .and_then(|()| write_endpoint(endpoint, &outcome.sources, &mut out));
    }
    super::unless_closed(written.and_then(|()| out.flush()))?;
    Ok(ExitCode::SUCCESS)
}

/// `GET /path`, in one word or two, or `/path` alone.
fn wanted(words: &[String]) -> anyhow::Result<(Option<String>, String)> {
    let words: Vec<&str> = words.iter().flat_map(|it| it.split_whitespace()).collect();
    match words.as_slice() {
        [path] if path.starts_with('/') => Ok((None, (*path).to_owned())),
        [method, path] if path.starts_with('/') => {
            let method = Some(method.to_ascii_uppercase()).filter(|it| it != "ANY");
            Ok((method, (*path).to_owned()))
        }
        _ => bail!("name an endpoint by its method and path: `cargo moat why GET /users/{{id}}`"),
    }
}

/// The endpoints of that name; if there are none, those that a request to that path would reach.
fn find<'i>(inventory: &'i Inventory, method: Option<&str>, path: &str) -> Vec<&'i Endpoint> {
    let by_method =
        |it: &&Endpoint| it.method == "ANY" || method.is_none_or(|method| it.method == method);
    let all = || inventory.endpoints.iter().filter(by_method);
    let exact: Vec<_> = all().filter(|it| it.path == path).collect();
    if !exact.is_empty() {
        return exact;
    }
    let reached: Vec<_> = all().filter(|it| reaches(&it.path, path)).collect();
    // Routers prefer the pattern with the most literal text.
    let best = reached.iter().map(|it| literalness(&it.path)).max();
    let is_best = |it: &&Endpoint| Some(literalness(&it.path)) == best;
    reached.into_iter().filter(is_best).collect()
}

/// No catch-all before a catch-all, then more literal segments before fewer.
fn literalness(pattern: &str) -> (bool, usize) {
    let literal = pattern.split('/').filter(|it| !it.contains('{')).count();
    (!pattern.contains("{*"), literal)
}

/// Whether a request path (or a pattern with other names for its parameters) fits a pattern.
fn reaches(pattern: &str, path: &str) -> bool {
    let mut segments = path.trim_end_matches('/').split('/');
    for part in pattern.trim_end_matches('/').split('/') {
        if part.starts_with("{*") {
            return segments.next().is_some();
        }
        let Some(segment) = segments.next() else {
            return false;
        };
        let is_parameter = part.contains('{') && !segment.is_empty();
        if part != segment && !is_parameter {
            return false;
        }
    }
    segments.next().is_none()
}

fn not_found(inventory: &Inventory, method: Option<&str>, path: &str) -> String {
    let name = match method {
        Some(method) => format!("{method} {path}"),
        None => path.to_owned(),
    };
    let others: Vec<String> = find(inventory, None, path)
        .iter()
        .map(|it| format!("`{} {}`", it.method, it.path))
        .collect();
    if !others.is_empty() {
        return format!("there is no endpoint `{name}`, but {}", others.join(", "));
    }
    let nearest = inventory
        .endpoints
        .iter()
        .map(|it| (strsim::damerau_levenshtein(&it.path, path), it))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= path.len() / 2);
    let unresolved = match inventory.unresolved.len() {
        0 => String::new(),
        many => format!(" ({many} registrations could not be followed: `cargo moat check -v`)"),
    };
    match nearest {
        Some((_, it)) => format!(
            "there is no endpoint `{name}`, did you mean `{} {}`?{unresolved}",
            it.method, it.path
        ),
        None => {
            format!("there is no endpoint `{name}`: `cargo moat routes` lists them all{unresolved}")
        }
    }
}

fn write_endpoint(endpoint: &Endpoint, sources: &SourceMap, out: &mut dyn Write) -> io::Result<()> {
    let place = |span: Span| {
        let at = sources.position(span);
        format!("{}:{}:{}", sources.path(span.file), at.line, at.column)
    };
    writeln!(out, "{} {}", endpoint.method, endpoint.path)?;
    let listener = endpoint
        .listener
        .as_ref()
        .map_or(String::new(), |it| format!(" on {it}"));
    writeln!(
        out,
        "  service     {}{listener} · {}",
        endpoint.service, endpoint.framework
    )?;
    if let Some(cfg) = &endpoint.cfg {
        writeln!(out, "  exists if   {cfg}")?;
    }
    writeln!(out, "  registered  {}", place(endpoint.registered))?;
    writeln!(
        out,
        "  handler     {}   {}",
        endpoint.handler.name,
        place(endpoint.handler.span)
    )?;
    if !endpoint.mounts.is_empty() {
        writeln!(out, "\n  prefixes, outermost first")?;
        for (span, prefix) in &endpoint.mounts {
            let prefix = if prefix.is_empty() { "(none)" } else { prefix };
            writeln!(out, "    {prefix}   {}", place(*span))?;
        }
    }
    if endpoint.layers.is_empty() {
        writeln!(out, "\n  no layers on the way to the handler")?;
    } else {
        writeln!(out, "\n  layers, outermost first")?;
    }
    for (index, layer) in endpoint.layers.iter().enumerate() {
        let condition = layer
            .condition
            .as_ref()
            .map_or(String::new(), |it| format!(" (only if {it})"));
        writeln!(
            out,
            "    {}. `{}`   {}\n       {}{condition}",
            index + 1,
            layer.name,
            place(layer.span),
            layer.effect
        )?;
    }
    writeln!(out)?;
    for (name, protection) in endpoint.protections.named() {
        writeln!(
            out,
            "  {:15} {}",
            name.replace('_', " "),
            verdict(protection)
        )?;
        for evidence in &protection.evidence {
            writeln!(
                out,
                "    {} `{}`   {}",
                evidence.kind.as_str(),
                evidence.name,
                place(evidence.span)
            )?;
        }
        if let Some(unresolved) = &protection.unresolved {
            writeln!(out, "    not resolved: {unresolved}")?;
        }
    }
    Ok(())
}

fn verdict(protection: &Protection) -> String {
    let mut text = protection.status.as_str().to_owned();
    if let Some(condition) = &protection.condition {
        text.push_str(&format!(": only if `{condition}`"));
    }
    if let Some(value) = &protection.value {
        text.push_str(&format!(" ({value})"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_paths_reach_their_patterns() {
        for (pattern, path, expected) in [
            ("/users/{id}", "/users/42", true),
            ("/users/{id}", "/users/{name}", true),
            ("/users/{id}", "/users", false),
            ("/users/{id}", "/users/42/posts", false),
            ("/files/{*path}", "/files/a/b", true),
            ("/files/{*path}", "/file/a", false),
            ("/", "/", true),
            ("/a", "/a/", true),
        ] {
            assert_eq!(reaches(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn endpoints_are_named_in_one_word_or_two() {
        for (words, expected) in [
            (&["get", "/a"][..], Some((Some("GET"), "/a"))),
            (&["POST /a"], Some((Some("POST"), "/a"))),
            (&["/a"], Some((None, "/a"))),
            (&["any", "/a"], Some((None, "/a"))),
            (&["GET"], None),
            (&["GET", "a"], None),
        ] {
            let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
            let found = wanted(&words).ok();
            let expected =
                expected.map(|(method, path)| (method.map(str::to_owned), path.to_owned()));
            assert_eq!(found, expected, "{words:?}");
        }
    }
}
