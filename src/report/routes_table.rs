//! `routes --format table`: the endpoint inventory for eyes.

use std::io::{self, Write};

use super::terminal::{Paint, Terminal};
use super::text::{count, cut_start, fit, visible, width, wrap};
use super::view::{EndpointView, ProtectionView, ProtectionsView, RoutesView, Status};

const METHOD: usize = 7;
const AUTHENTICATION: usize = 11;
const AUTHORIZATION: usize = 5;
const RATE_LIMIT: usize = 7;
const OTHER: usize = 5;
/// All columns but the path and the handler, with two spaces between columns and at the left edge.
const FIXED: usize = METHOD + AUTHENTICATION + AUTHORIZATION + RATE_LIMIT + OTHER + 12;
/// A handler column that is narrower than this says nothing.
const NARROWEST_HANDLER: usize = 16;
/// More registrations than this are counted rather than listed.
const LISTED_UNRESOLVED: usize = 10;

/// Writes the endpoints, grouped by service and listener, in the given order within each group.
pub fn write(routes: &RoutesView, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let mut notes = Footnotes::default();
    let layout = Layout::new(routes, terminal);
    for (index, group) in groups(&routes.endpoints).iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_group(group, &layout, &mut notes, terminal, out)?;
    }
    if !routes.endpoints.is_empty() {
        writeln!(out)?;
    }
    notes.write(terminal, out)?;
    write_end(routes, terminal, out)
}

struct Layout {
    path: usize,
    /// Zero if there is no room for it.
    handler: usize,
}

impl Layout {
    fn new(routes: &RoutesView, terminal: &Terminal) -> Layout {
        let widest = |of: &dyn Fn(&EndpointView) -> usize| {
            routes.endpoints.iter().map(of).max().unwrap_or(0)
        };
        // A footnote takes up to five columns.
        let path = widest(&|it| {
            let cfg = if it.cfg.is_some() { 5 } else { 0 };
            width(&visible(&it.path)) + stays_open(it).len() + cfg
        })
        .max("PATH".len());
        let handler = widest(&|it| width(&place(it)));
        let room = terminal.columns().saturating_sub(FIXED).max(12);
        let beside_path = room.saturating_sub(path + 2);
        match beside_path >= NARROWEST_HANDLER.min(handler) {
            true => Layout {
                path,
                handler: handler.min(beside_path),
            },
            false => Layout {
                path: path.min(room),
                handler: 0,
            },
        }
    }
}

type Group<'a> = Vec<&'a EndpointView>;

fn groups(endpoints: &[EndpointView]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for endpoint in endpoints {
        let key = |it: &EndpointView| (it.service.clone(), it.listener.clone());
        match groups
            .iter_mut()
            .find(|group| key(group[0]) == key(endpoint))
        {
            Some(group) => group.push(endpoint),
            None => groups.push(vec![endpoint]),
        }
    }
    groups
}

fn write_group<'a>(
    group: &Group<'a>,
    layout: &Layout,
    notes: &mut Footnotes<'a>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let first = group[0];
    let mut frameworks: Vec<&str> = group.iter().map(|it| it.framework.as_str()).collect();
    frameworks.sort_unstable();
    frameworks.dedup();
    let listener = first
        .listener
        .as_ref()
        .map_or(String::new(), |it| format!(" on {}", visible(it)));
    let title = format!("{}{listener}", visible(&first.service));
    let figures = format!(
        " · {} · {}",
        visible(&first.framework),
        count(group.len(), "endpoint")
    );
    writeln!(
        out,
        "{}{}",
        terminal.paint(Paint::Bold, &title),
        terminal.paint(Paint::Dim, &figures)
    )?;

    let mut head = format!(
        "  {:METHOD$}  {}  {:AUTHENTICATION$}  {:AUTHORIZATION$}  {:RATE_LIMIT$}  {:OTHER$}",
        "METHOD",
        fit("PATH", layout.path),
        "AUTH",
        "AUTHZ",
        "RATE",
        "OTHER",
    );
    if layout.handler > 0 {
        head.push_str("  HANDLER");
    }
    writeln!(out, "{}", terminal.paint(Paint::Dim, &head))?;
    for endpoint in group {
        write_row(endpoint, layout, notes, terminal, out)?;
    }
    Ok(())
}

fn write_row<'a>(
    endpoint: &'a EndpointView,
    layout: &Layout,
    notes: &mut Footnotes<'a>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let ProtectionsView {
        authentication,
        authorization,
        rate_limit,
        ..
    } = &endpoint.protections;
    let cfg = endpoint.cfg.as_ref().map_or(String::new(), |cfg| {
        format!(" {}", notes.mark("exists if", cfg))
    });
    let cfg = format!("{}{cfg}", stays_open(endpoint));
    let path = cut_start(
        &visible(&endpoint.path),
        layout.path.saturating_sub(cfg.len()),
    );
    let mut cells = vec![
        fit(&visible(&endpoint.method), METHOD),
        fit(&format!("{path}{cfg}"), layout.path),
        terminal.paint(
            paint(authentication.status),
            &fit(&verdict(authentication, notes), AUTHENTICATION),
        ),
        terminal.paint(
            quiet_paint(authorization.status),
            &fit(mark(authorization.status), AUTHORIZATION),
        ),
        terminal.paint(
            quiet_paint(rate_limit.status),
            &fit(&limit(rate_limit), RATE_LIMIT),
        ),
        others(&endpoint.protections, terminal),
    ];
    if layout.handler > 0 {
        cells.push(terminal.paint(Paint::Dim, &cut_start(&place(endpoint), layout.handler)));
    }
    writeln!(out, "  {}", cells.join("  ").trim_end())
}

/// What stands behind the path of an endpoint that keeps its connection open.
fn stays_open(endpoint: &EndpointView) -> &'static str {
    match endpoint.stream {
        Some("websocket") => " (ws)",
        Some(_) => " (sse)",
        None => "",
    }
}

/// What rows hang on, each said once below the table.
#[derive(Default)]
struct Footnotes<'a> {
    notes: Vec<(&'static str, &'a str)>,
}

impl<'a> Footnotes<'a> {
    fn mark(&mut self, lead: &'static str, text: &'a str) -> String {
        let index = self
            .notes
            .iter()
            .position(|it| *it == (lead, text))
            .unwrap_or_else(|| {
                self.notes.push((lead, text));
                self.notes.len() - 1
            });
        format!("[{}]", index + 1)
    }

    fn write(&self, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
        for (index, (lead, text)) in self.notes.iter().enumerate() {
            let note = format!("[{}] {lead} {}", index + 1, visible(text));
            for (index, line) in wrap(&note, terminal.columns() - 4).iter().enumerate() {
                writeln!(out, "{}{line}", if index == 0 { "" } else { "    " })?;
            }
        }
        Ok(())
    }
}

/// The authentication verdict in a word; a condition is a footnote.
fn verdict<'a>(protection: &'a ProtectionView, notes: &mut Footnotes<'a>) -> String {
    match (protection.status, &protection.condition) {
        (Status::Conditional, Some(condition)) => {
            format!("cond. {}", notes.mark("conditional on", condition))
        }
        (Status::Conditional, None) => "conditional".to_owned(),
        (Status::Required, _) => "required".to_owned(),
        (Status::Optional, _) => "optional".to_owned(),
        (Status::None, _) => "none".to_owned(),
        (Status::Unknown, _) => "unknown".to_owned(),
    }
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Required => "yes",
        Status::Conditional => "cond.",
        Status::Optional => "opt.",
        Status::None => "-",
        Status::Unknown => "?",
    }
}

/// The limit itself where it is known and short.
fn limit(protection: &ProtectionView) -> String {
    match &protection.value {
        Some(value) if protection.status == Status::Required && width(value) <= RATE_LIMIT => {
            visible(value).into_owned()
        }
        _ => mark(protection.status).to_owned(),
    }
}

/// One letter for each of the other protections.
fn others(protections: &ProtectionsView, terminal: &Terminal) -> String {
    let ProtectionsView {
        body_limit,
        timeout,
        cors,
        csrf,
        tracing,
        ..
    } = protections;
    let letters = [
        ('B', body_limit),
        ('T', timeout),
        ('C', cors),
        ('X', csrf),
        ('L', tracing),
    ];
    let painted = letters.map(|(letter, protection)| {
        let letter = match protection.status {
            Status::Required => letter,
            Status::Conditional | Status::Optional => letter.to_ascii_lowercase(),
            Status::None => '-',
            Status::Unknown => '?',
        };
        terminal.paint(quiet_paint(protection.status), &letter.to_string())
    });
    painted.concat()
}

fn paint(status: Status) -> Paint {
    match status {
        Status::Required => Paint::Good,
        Status::Conditional | Status::Optional => Paint::Caution,
        Status::None => Paint::Bad,
        Status::Unknown => Paint::Unsure,
    }
}

/// The absence of what most endpoints do without is no alarm.
fn quiet_paint(status: Status) -> Paint {
    if status == Status::None {
        Paint::Dim
    } else {
        paint(status)
    }
}

fn place(endpoint: &EndpointView) -> String {
    let location = &endpoint.handler.location;
    format!("{}:{}", visible(&location.file), location.line)
}

fn write_end(routes: &RoutesView, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let is_open = |it: &&EndpointView| it.protections.authentication.status == Status::None;
    let open = routes.endpoints.iter().filter(is_open).count();
    let mut figures = format!(
        "{} · {open} without authentication",
        count(routes.endpoints.len(), "endpoint")
    );
    if !routes.unresolved.is_empty() {
        figures.push_str(&format!(
            " · {} not resolved",
            count(routes.unresolved.len(), "registration")
        ));
    }
    writeln!(out, "{figures}")?;
    for unresolved in routes.unresolved.iter().take(LISTED_UNRESOLVED) {
        let at = format!(
            "{}:{}",
            visible(&unresolved.location.file),
            unresolved.location.line
        );
        let reason = visible(&unresolved.reason);
        writeln!(
            out,
            "  {} {at}: {reason}",
            terminal.paint(Paint::Unsure, "?")
        )?;
    }
    if routes.unresolved.len() > LISTED_UNRESOLVED {
        writeln!(
            out,
            "  … and {} more",
            routes.unresolved.len() - LISTED_UNRESOLVED
        )?;
    }
    if routes.endpoints.is_empty() {
        return Ok(());
    }
    if routes.endpoints.iter().any(|it| it.stream.is_some()) {
        let legend = "(ws) a WebSocket, (sse) a stream of events";
        writeln!(out, "{}", terminal.paint(Paint::Dim, legend))?;
    }
    let legend = "OTHER: B body limit, T timeout, C CORS, X CSRF, L tracing; \
                  small letter: conditional or optional, - none, ? unknown";
    for line in wrap(legend, terminal.columns()) {
        writeln!(out, "{}", terminal.paint(Paint::Dim, &line))?;
    }
    Ok(())
}
