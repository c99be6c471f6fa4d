//! What the steps that make a value say about it, and what they leave unsaid.

use rustc_hash::FxHashMap;

use super::uses::Use;
use super::{Judge, Sure};
use crate::checks::secrets::names::words;
use crate::facts::Expr;
use crate::models::Setting;
use crate::program::BodyKey;
use crate::source::{Name, Span};
use crate::values::making::{Making, Place, Step};
use crate::values::worth::{Worth, Worths};

/// A value that lacks a setting.
pub(super) struct Made {
    pub(super) sure: Sure,
    /// Where it begins.
    pub(super) span: Span,
    /// What it is called: a cookie's name.
    pub(super) name: Option<String>,
    /// What it begins with.
    pub(super) begin: Place,
    /// What switches the setting off.
    pub(super) off: Option<Span>,
    /// Whether its name does not say that it matters.
    pub(super) is_minor: bool,
}

/// What is set, at a step.
enum Said {
    Nothing,
    On,
    Off(Span),
    Unknown,
}

/// The value of an argument, if it lacks a setting for all that is known.
pub(super) fn value(judge: &Judge<'_, '_>, place: Place, lacking: Name) -> Option<Made> {
    let models = judge.cx.program.models;
    let mut making = Making::new(judge.values);
    let steps = making.steps(place);
    let says = |setting: &Setting, step: &Step| says(judge, setting, step, making.given());
    let mut begin: Option<(&Step, &Setting)> = None;
    let mut said = Said::Nothing;
    for step in &steps {
        for setting in models.settings(step.path) {
            if setting.sets == "void" {
                if !matches!(says(setting, step), Said::Off(_)) {
                    return None;
                }
            } else if setting.sets == "begin" {
                // Of several, nobody knows which it is.
                if !step.is_certain || begin.is_some() {
                    return None;
                }
                begin = Some((step, setting));
            } else if setting.sets == lacking {
                let now = says(setting, step);
                said = match (step.is_certain, &said, now) {
                    (true, _, now) => now,
                    (false, Said::On, Said::On) => Said::On,
                    _ => Said::Unknown,
                };
            }
        }
    }
    let (begin, setting) = begin?;
    let first = begin.args.get(setting.argument.unwrap_or(0) as usize);
    let (name, content) = named(judge, begin, setting);
    if content.is_some_and(|it| it.is_empty()) {
        return None;
    }
    let off = match said {
        Said::On | Said::Unknown => return None,
        Said::Nothing => None,
        Said::Off(span) => Some(span),
    };
    Some(Made {
        sure: Sure::Certain,
        span: begin.span,
        begin: first.copied().unwrap_or(place),
        is_minor: setting.argument.is_some() && !name.as_deref().is_some_and(matters),
        name,
        off,
    })
}

/// The name and the content of a cookie, as far as they are written: `Cookie::new(name, content)`,
/// `Cookie::build((name, content))`.
fn named(
    judge: &Judge<'_, '_>,
    begin: &Step,
    setting: &Setting,
) -> (Option<String>, Option<String>) {
    let Some(at) = setting.argument else {
        return (None, None);
    };
    let at = at as usize;
    let Some((key, id)) = begin.args.get(at).copied() else {
        return (None, None);
    };
    let text = |(key, id): Place| {
        let text = judge.values.text(key, id);
        text.and_then(|it| it.as_known())
            .or_else(|| match judge.worthy.of((key, id)) {
                Worths {
                    all,
                    is_open: false,
                } => match all.as_slice() {
                    [Worth::Text(it)] => Some(it.to_string()),
                    _ => None,
                },
                _ => None,
            })
    };
    match judge.cx.program[key].body.expr(id) {
        Expr::Tuple(parts) => (
            parts.first().and_then(|it| text((key, *it))),
            parts.get(1).and_then(|it| text((key, *it))),
        ),
        _ => (
            text((key, id)).or_else(|| {
                let data = &judge.cx.program[key];
                let range = data.body.expr_range(id).in_file(data.file);
                let written = judge.sources.slice(range).trim();
                let is_name = written
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || "_:.".contains(it));
                is_name.then(|| written.rsplit([':', '.']).next().unwrap_or(written).into())
            }),
            begin.args.get(at + 1).and_then(|it| text(*it)),
        ),
    }
}

/// Whether a cookie's name says that who has it is somebody.
pub(super) fn matters(name: &str) -> bool {
    const WORDS: [&str; 17] = [
        "session",
        "sessionid",
        "sess",
        "sid",
        "token",
        "auth",
        "jwt",
        "access",
        "refresh",
        "login",
        "remember",
        "credential",
        "credentials",
        "authorization",
        "bearer",
        "identity",
        "apikey",
    ];
    const NOT: [&str; 14] = [
        "csrf", "xsrf", "state", "verifier", "pkce", "nonce", "theme", "lang", "flash", "redirect",
        "return", "url", "next", "is",
    ];
    let words = words(name);
    let has = |list: &[&str]| words.iter().any(|it| list.contains(&it.as_str()));
    has(&WORDS) && !has(&NOT)
}

/// What a step says of its setting.
fn says(
    judge: &Judge<'_, '_>,
    setting: &Setting,
    step: &Step,
    given: &FxHashMap<(BodyKey, usize), Vec<Place>>,
) -> Said {
    let on = match setting.off {
        true => Said::Off(step.span),
        false => Said::On,
    };
    let Some(at) = setting.argument else {
        return on;
    };
    let Some(argument) = step.args.get(at as usize) else {
        return on;
    };
    let worths = judge.worthy.of_given(*argument, given);
    let is_off = |it: &Worth| match it {
        Worth::Bool(it) => !*it,
        Worth::Item(path) => {
            *path == "std::option::Option::None"
                || !setting.is.is_empty() && !setting.is.contains(path)
        }
        _ => false,
    };
    let off = worths.all.iter().filter(|it| is_off(it)).count();
    match (off, worths.all.len(), worths.is_open) {
        (0, 0, true) if !setting.is.is_empty() => Said::Off(step.span),
        (0, 0, true) => Said::Unknown,
        (0, _, false) => on,
        (off, all, false) if off == all => Said::Off(step.span),
        _ => Said::Unknown,
    }
}

impl Use<'_> {
    /// Whether what a cookie is put into encrypts or signs it: what is worth that, matters.
    pub(super) fn is_guarded(&self) -> bool {
        let path = self.hazard.path.as_str();
        path.contains("Private") || path.contains("private") || path.contains("Signed")
    }
}
