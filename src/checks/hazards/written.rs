//! Cookies that a service writes into a `Set-Cookie` header by hand.

use super::made::{Made, matters};
use super::{Judge, Sure};
use crate::facts::{Body, Expr, ExprId, PatId, Stmt};
use crate::source::Name;
use crate::values::around::Parents;
use crate::values::making::Place;

/// How far the text of a header is followed.
const MAX_DEPTH: u32 = 12;

/// The cookie that stands beside the name of the header, if it lacks an attribute for all that is known.
pub(super) fn value(judge: &Judge<'_, '_>, (key, id): Place, lacking: Name) -> Option<Made> {
    let data = &judge.cx.program[key];
    let text = beside(&data.body, id)?;
    let (at, text) = text_of(judge, (key, text), MAX_DEPTH)?;
    let cookie = Cookie::parse(&text)?;
    if cookie.is_taken_back() || cookie.has(lacking.as_str()) {
        return None;
    }
    let name = cookie.name.map(str::to_owned);
    Some(Made {
        sure: Sure::Certain,
        span: judge.cx.program[at.0]
            .body
            .expr_range(at.1)
            .in_file(data.file),
        begin: at,
        is_minor: !name.as_deref().is_some_and(matters),
        name,
        off: None,
    })
}

/// What is handed over together with the name of a header: the second of a pair, the next argument.
fn beside(body: &Body, id: ExprId) -> Option<ExprId> {
    let parents = Parents::of(body);
    let mut below = id;
    for at in parents.above(id) {
        let parts = match body.expr(at) {
            Expr::Ref { .. } => &[][..],
            Expr::MethodCall(call) if call.receiver == below => &[],
            Expr::Tuple(parts) => parts,
            Expr::Call { args, .. } => args,
            Expr::MethodCall(call) => &call.args,
            _ => return None,
        };
        if let Some(place) = parts.iter().position(|it| *it == below) {
            return parts.get(place + 1).copied();
        }
        below = at;
    }
    None
}

/// The text of a header's value, holes as `{name}`, and where it is written.
fn text_of(judge: &Judge<'_, '_>, place: Place, depth: u32) -> Option<(Place, String)> {
    let depth = depth.checked_sub(1)?;
    let (key, id) = place;
    let body = &judge.cx.program[key].body;
    let next = |id: ExprId| text_of(judge, (key, id), depth);
    match body.expr(id) {
        // `HeaderValue::from_str(&text)`, `text.parse()`.
        Expr::Call { args, .. } if args.len() == 1 => next(args[0]),
        Expr::MethodCall(call) => next(call.receiver),
        Expr::Ref { inner, .. } | Expr::Try(inner) => next(*inner),
        Expr::Path(_) => {
            let local = judge.values.typing(key).local(id)?;
            let init = judge.values.local_init(body, local);
            next(init.or_else(|| matched(body, local))?)
        }
        Expr::Literal(_) | Expr::Macro(_) => {
            let text = judge.values.text(key, id)?;
            Some((place, text.display()))
        }
        _ => None,
    }
}

/// What `let Ok(variable) = .. else` takes a variable out of.
fn matched(body: &Body, local: PatId) -> Option<ExprId> {
    let binds = |pat: PatId| body.pat_range(pat).contains(body.pat_range(local));
    body.exprs().find_map(|(_, expr)| match expr {
        Expr::Block(block) => block.stmts.iter().find_map(|it| match it {
            Stmt::Let(data) if binds(data.pat) => data.init,
            _ => None,
        }),
        _ => None,
    })
}

/// A cookie as it is written: `name=content; Attribute; Attribute=value`.
struct Cookie<'t> {
    /// None: it is only known when the service runs.
    name: Option<&'t str>,
    content: &'t str,
    /// In lower case.
    attributes: Vec<String>,
}

impl<'t> Cookie<'t> {
    /// Reads one; none, if something of it may be an attribute that is not known.
    fn parse(text: &'t str) -> Option<Cookie<'t>> {
        let mut parts = text.split(';');
        let (name, content) = parts.next()?.split_once('=')?;
        let attributes = parts.map(|it| it.trim().to_ascii_lowercase());
        let attributes: Vec<String> = attributes.collect();
        let may_hold_more = |it: &String| it.starts_with('{') || it.matches('{').count() > 1;
        // What is called so may bring attributes along.
        let says_more = ["attr", "cookie", "flag", "option", "suffix", "rest"];
        let is_open = content.matches('{').count() > 1
            || says_more.iter().any(|it| content.contains(it))
            || attributes.iter().any(may_hold_more);
        (!is_open).then(|| Cookie {
            name: Some(name.trim()).filter(|it| !it.contains('{')),
            content: content.trim(),
            attributes,
        })
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|it| it == attribute)
    }

    /// Whether the browser is told to forget it.
    fn is_taken_back(&self) -> bool {
        let ends = |it: &String| it == "max-age=0" || it.starts_with("expires=thu, 01 jan 1970");
        self.content.is_empty() || self.attributes.iter().any(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::Cookie;

    #[test]
    fn attributes_are_read() {
        let cookie = Cookie::parse("session={token}; Path=/; HttpOnly; Max-Age={age}").unwrap();
        assert_eq!(cookie.name, Some("session"));
        assert!(cookie.has("httponly") && !cookie.has("secure"));
        assert!(!cookie.is_taken_back());
    }

    #[test]
    fn what_may_be_an_attribute_is_not_guessed() {
        for text in [
            "session={cookie}",
            "session={token}{attributes}",
            "session=1; {rest}",
            "{cookie}",
        ] {
            assert!(Cookie::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn cookies_are_taken_back() {
        for text in ["session=; Path=/", "session=x; Max-Age=0"] {
            assert!(Cookie::parse(text).unwrap().is_taken_back(), "{text}");
        }
    }
}
