//! `cargo moat why GET /path`.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::args::{Flags, Format, Why};
use super::check::refuse;
use super::setup::Setup;
use super::trouble::{Result, Trouble};
use crate::models::schema::Stream;
use crate::routes::endpoint::Endpoint;
use crate::routes::{Inventory, Protection, Purpose, Status};
use crate::scan::{self, Defaults, Looked, Outcome, Settings};
use crate::source::{SourceMap, Span};
use crate::workspace::files::DiskFiles;

pub(super) fn run(args: &Why, flags: &Flags) -> Result<ExitCode> {
    let (method, path) = wanted(&args.endpoint)?;
    let setup = match Setup::new(&[], &args.selection, &args.settings, flags) {
        Ok(setup) => setup,
        Err(error) => return refuse(error, Format::Human, &args.output),
    };
    let settings = Settings {
        explain: true,
        rights: true,
        follows_data: false,
        ..setup.settings(&args.settings, &args.output)
    };
    let outcome = scan::check(&setup.workspace, &DiskFiles, &settings);
    let found = find(&outcome.inventory, method.as_deref(), &path);
    if found.is_empty() {
        let trouble = not_found(&outcome.inventory, method.as_deref(), &path);
        return Err(Box::new(trouble));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    for (index, endpoint) in found.iter().enumerate() {
        let gap = if index > 0 { "\n" } else { "" };
        written = written
            .and_then(|()| write!(out, "{gap}"))
            .and_then(|()| write_endpoint(endpoint, &outcome, &mut out));
    }
    super::unless_closed(written.and_then(|()| out.flush()))?;
    Ok(ExitCode::SUCCESS)
}

/// `GET /path`, in one word or two, or `/path` alone.
fn wanted(words: &[String]) -> Result<(Option<String>, String)> {
    let words: Vec<&str> = words.iter().flat_map(|it| it.split_whitespace()).collect();
    match words.as_slice() {
        [path] if !is_method(path) => Ok((None, rooted(path))),
        [method, path] if is_method(method) && !is_method(path) => {
            let method = Some(method.to_ascii_uppercase()).filter(|it| it != "ANY");
            Ok((method, rooted(path)))
        }
        _ => {
            let given = words.join(" ");
            let trouble = Trouble::new(format!("`{given}` names no endpoint"));
            let help = "name it by its method and path: `cargo moat why GET /users/{id}`";
            Err(Box::new(trouble.with_help(help)))
        }
    }
}

fn is_method(word: &str) -> bool {
    const METHODS: [&str; 10] = [
        "ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
    ];
    METHODS.contains(&word.to_ascii_uppercase().as_str())
}

/// A path begins with a slash, however it was typed.
fn rooted(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/'))
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

fn not_found(inventory: &Inventory, method: Option<&str>, path: &str) -> Trouble {
    let name = match method {
        Some(method) => format!("{method} {path}"),
        None => path.to_owned(),
    };
    let trouble = Trouble::new(format!("there is no endpoint `{name}`"));
    let others: Vec<String> = find(inventory, None, path)
        .iter()
        .map(|it| format!("`{} {}`", it.method, it.path))
        .collect();
    if !others.is_empty() {
        return trouble.with_help(format!("on this path there is {}", others.join(", ")));
    }
    let unresolved = match inventory.unresolved.len() {
        0 => String::new(),
        many => format!("; {many} registrations could not be followed: `cargo moat check -v`"),
    };
    let near = nearest(inventory, method, path);
    if near.is_empty() {
        return trouble.with_help(format!("`cargo moat routes` lists them all{unresolved}"));
    }
    trouble.with_help(format!("did you mean {}?{unresolved}", near.join(" or ")))
}

/// Up to three endpoints that were probably meant, the likeliest first.
fn nearest(inventory: &Inventory, method: Option<&str>, path: &str) -> Vec<String> {
    let wanted = path.trim_end_matches('/');
    let mut ranked: Vec<(usize, bool, String)> = Vec::new();
    for it in &inventory.endpoints {
        let own = it.path.trim_end_matches('/');
        // A prefix that was left out, or one that is not there.
        let is_part = wanted.len() > 1 && own.len() > 1;
        let rank = if is_part && (own.ends_with(wanted) || wanted.ends_with(own)) {
            1
        } else {
            strsim::damerau_levenshtein(own, wanted)
        };
        if rank <= (wanted.len() / 2).max(1) {
            let other_method = method.is_some_and(|method| it.method != method);
            ranked.push((rank, other_method, format!("`{} {}`", it.method, it.path)));
        }
    }
    ranked.sort();
    ranked.dedup();
    ranked.into_iter().take(3).map(|(.., it)| it).collect()
}

fn write_endpoint(endpoint: &Endpoint, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let sources: &SourceMap = &outcome.sources;
    let looked = outcome.looked.get(&endpoint.handler.span);
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
    if let Some(stream) = endpoint.stream {
        let what = match stream {
            Stream::Websocket => "a WebSocket: messages both ways",
            Stream::EventStream => "a stream of events",
        };
        writeln!(out, "  stays open  {what}")?;
    }
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
        let condition = layer.condition.as_ref().map_or(String::new(), |it| {
            format!(" (only if {})", outcome.defaults.beside(it))
        });
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
            verdict(protection, &outcome.defaults)
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
        if name == "authentication" && protection.status == Status::Unknown {
            for it in looked.iter().flat_map(|it| &it.unproven) {
                writeln!(
                    out,
                    "    not seen to refuse: `{}` answers at {}",
                    it.function,
                    place(it.span)
                )?;
            }
        }
        if name == "authentication" && protection.status == Status::None {
            for line in why_none(endpoint, looked) {
                writeln!(out, "    {line}")?;
            }
        }
    }
    Ok(())
}

/// What was looked at, and in vain.
fn why_none(endpoint: &Endpoint, looked: Option<&Looked>) -> Vec<String> {
    const LISTED: usize = 12;
    let list = |names: &[String]| {
        let shown: Vec<String> = names
            .iter()
            .take(LISTED)
            .map(|it| format!("`{it}`"))
            .collect();
        match names.len().saturating_sub(LISTED) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let layers: Vec<String> = endpoint.layers.iter().map(|it| it.name.clone()).collect();
    let of_layers = match layers.is_empty() {
        true => "no layer is on the way".to_owned(),
        false => format!(
            "{}: none rejects a request without credentials",
            list(&layers)
        ),
    };
    let Some(looked) = looked else {
        let handler = format!(
            "handler `{}`: not code that was read",
            endpoint.handler.name
        );
        return vec![
            handler,
            format!("layers: {of_layers}"),
            "so nothing was seen that asks for credentials".to_owned(),
        ];
    };
    let takes = match looked.takes.is_empty() {
        true => "it takes nothing".to_owned(),
        false => format!("{}: none asks for credentials", list(&looked.takes)),
    };
    // A login looks at credentials, but asks for none that were given out before.
    let is_login = endpoint.purpose == Purpose::Credential;
    let calls = match looked.calls.is_empty() {
        true => "it calls nothing".to_owned(),
        false if is_login => format!(
            "{}: none asks for credentials that were given out before",
            list(&looked.calls)
        ),
        false => format!(
            "{}: none checks credentials, nor does what they call in turn",
            list(&looked.calls)
        ),
    };
    let so = match is_login {
        true => "so it is open, as the way in has to be",
        false => "so anybody who can reach the service can call it",
    };
    vec![
        format!("signature: {takes}"),
        format!("layers: {of_layers}"),
        format!("body: {calls}"),
        so.to_owned(),
    ]
}

fn verdict(protection: &Protection, defaults: &Defaults) -> String {
    let mut text = protection.status.as_str().to_owned();
    if let Some(condition) = &protection.condition {
        let parts = condition
            .split(" and ")
            .map(|part| match defaults.of(part) {
                Some(default) => format!("`{part}` (default {default})"),
                None => format!("`{part}`"),
            });
        let parts: Vec<String> = parts.collect();
        text.push_str(&format!(": only if {}", parts.join(" and ")));
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
            (&["GET", "a"], Some((Some("GET"), "/a"))),
            (&["users/a"], Some((None, "/users/a"))),
            (&["FETCH", "/a"], None),
            (&["GET", "post"], None),
        ] {
            let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
            let found = wanted(&words).ok();
            let expected =
                expected.map(|(method, path)| (method.map(str::to_owned), path.to_owned()));
            assert_eq!(found, expected, "{words:?}");
        }
    }
}
