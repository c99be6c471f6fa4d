//! Answers that send a client elsewhere: to the login, or to any fixed place once a check of its
//! credentials has failed. Whoever is sent away is not let in.

use super::interpret::Run;
use super::words;
use crate::facts::body::{Literal, MethodCall};
use crate::facts::{Expr, ExprId};

impl Run<'_, '_> {
    /// Whether an address is one to which a stranger is sent: that of the login, or one that stands
    /// in the code where nobody gets whose credentials were found genuine.
    pub(super) fn is_for_strangers(&self, address: ExprId) -> bool {
        let text = self.key_text(&[address], &[]).unwrap_or_default();
        let has_failed = || self.state.as_ref().is_some_and(|it| it.failed);
        words::asks_to_log_in(&text) || has_failed() && self.is_fixed(address)
    }

    /// Whether an address stands in the code as it is: `"/"`, `"/".to_owned()`, `from_static("/")`.
    fn is_fixed(&self, address: ExprId) -> bool {
        let text = self.judge.values.text(self.key, address);
        if text.and_then(|it| it.as_known()).is_some() {
            return true;
        }
        match self.judge.program[self.key].body.expr(address) {
            Expr::MethodCall(call) => call.args.is_empty() && self.is_fixed(call.receiver),
            Expr::Call { args, .. } => matches!(&**args, [only] if self.is_fixed(*only)),
            Expr::Ref { inner, .. } => self.is_fixed(*inner),
            _ => false,
        }
    }

    /// `HttpResponse::Found().insert_header((LOCATION, "/login"))`,
    /// `Response::builder().status(StatusCode::SEE_OTHER).header(LOCATION, "/login")`: whether a call
    /// completes an answer that sends strangers away.
    pub(super) fn builds_a_redirect(&self, call: &MethodCall) -> bool {
        const PARTS: [&str; 4] = ["insert_header", "append_header", "header", "status"];
        if !PARTS.contains(&call.name.as_str()) {
            return false;
        }
        let body = &self.judge.program[self.key].body;
        let mut redirects = false;
        let mut is_away = false;
        let mut part = call;
        loop {
            redirects |= part.args.iter().any(|it| self.is_redirect_status(*it));
            is_away |= PARTS.contains(&part.name.as_str()) && self.sends_away(&part.args);
            match body.expr(part.receiver) {
                Expr::MethodCall(inner) => part = inner,
                Expr::Call { callee, args } => {
                    redirects |= self.is_redirect_status(*callee)
                        || args.iter().any(|it| self.is_redirect_status(*it));
                    return redirects && is_away;
                }
                _ => return redirects && is_away,
            }
        }
    }

    /// `(StatusCode::FOUND, [(LOCATION, "/login")])`.
    pub(super) fn is_redirect(&self, parts: &[ExprId]) -> bool {
        let Some((status, headers)) = parts.split_first() else {
            return false;
        };
        self.is_redirect_status(*status) && headers.iter().any(|it| self.lists_a_way(*it))
    }

    /// Whether headers send strangers away: `[(LOCATION, "/login")]`, also in a newtype.
    fn lists_a_way(&self, headers: ExprId) -> bool {
        match self.judge.program[self.key].body.expr(headers) {
            Expr::Array(all) => all.iter().any(|it| self.sends_away(&[*it])),
            Expr::Call { args, .. } => matches!(&**args, [only] if self.lists_a_way(*only)),
            Expr::Path(_) => {
                let body = &self.judge.program[self.key].body;
                let local = self.typing.local(headers);
                let init = local.and_then(|it| self.judge.values.local_init(body, it));
                init.is_some_and(|it| self.lists_a_way(it))
            }
            _ => false,
        }
    }

    /// Whether a name and a value, or a pair of them, are a `Location` for strangers.
    fn sends_away(&self, header: &[ExprId]) -> bool {
        let body = &self.judge.program[self.key].body;
        let (name, address) = match header {
            [name, address] => (*name, *address),
            [pair] => match body.expr(*pair) {
                Expr::Tuple(both) => match &**both {
                    [name, address] => (*name, *address),
                    _ => return false,
                },
                _ => return false,
            },
            _ => return false,
        };
        let is_location = match body.expr(name) {
            Expr::Path(path) => path.last().is_some_and(|it| it == "LOCATION"),
            Expr::Literal(Literal::Str(text)) => text.eq_ignore_ascii_case("location"),
            _ => false,
        };
        is_location && self.is_for_strangers(address)
    }

    /// `StatusCode::FOUND`, `HttpResponse::SeeOther`.
    fn is_redirect_status(&self, id: ExprId) -> bool {
        let Expr::Path(path) = self.judge.program[self.key].body.expr(id) else {
            return false;
        };
        let last = path.last().map_or("", |it| it.as_str());
        let flat: String = last.chars().filter(|it| *it != '_').collect();
        path.segments.len() > 1
            && matches!(
                flat.to_ascii_lowercase().as_str(),
                "found"
                    | "seeother"
                    | "temporaryredirect"
                    | "permanentredirect"
                    | "movedpermanently"
            )
    }
}
