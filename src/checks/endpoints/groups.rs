//! Findings about several endpoints: who belongs to them and who is excused.

use super::Site;
use crate::checks::Context;
use crate::diagnostics::LintMeta;
use crate::routes::HandlerTarget;
use crate::source::Span;

/// The endpoints that would be in one finding.
pub(super) struct Group<T> {
    /// Those whom a setting or a comment excuses: each is to be reported by itself, where
    /// what excuses it holds it back.
    pub(super) excused: Vec<T>,
    /// The others.
    pub(super) rest: Vec<T>,
}

impl<T> Group<T> {
    /// The endpoints of each finding: whoever is excused alone, the others together.
    pub(super) fn findings(self) -> impl Iterator<Item = Vec<T>> {
        let alone = self.excused.into_iter().map(|it| vec![it]);
        alone.chain((!self.rest.is_empty()).then_some(self.rest))
    }
}

/// Takes out whoever is excused. `place` is where the finding about these would stand, if they
/// are a group: a comment there speaks of the finding, and thereby of all of them.
pub(super) fn group<'s, 'a: 's, T: Clone>(
    cx: &Context<'_>,
    lint: &LintMeta,
    members: &[T],
    site: impl Fn(&T) -> &'s Site<'a>,
    place: impl Fn(&[T]) -> Option<Span>,
) -> Group<T> {
    let declared = |it: &T| {
        let it = site(it);
        let path = cx.sources.path(it.primary.file);
        let (method, route) = (&it.endpoint.method, &it.endpoint.path);
        cx.excuses.by_settings(lint, path, method, route)
    };
    let (mut excused, rest): (Vec<T>, Vec<T>) = members.iter().cloned().partition(declared);
    if rest.is_empty() {
        return Group { excused, rest };
    }
    if let Some(place) = place(&rest) {
        // What stands on a handler speaks of that handler, even if the finding stands there.
        let is_handler = rest
            .iter()
            .any(|it| match site(it).endpoint.handler.target {
                HandlerTarget::Fn(id) => cx.program[id].name_span() == place,
                _ => false,
            });
        if !is_handler && cx.excuses.by_comment(lint.id, place) {
            return Group { excused, rest };
        }
    }
    let commented = |it: &T| {
        let it = site(it);
        let places = [it.primary, it.endpoint.registered, it.endpoint.handler.span];
        places
            .iter()
            .any(|place| cx.excuses.by_comment(lint.id, *place))
    };
    let (commented, rest) = rest.into_iter().partition(commented);
    excused.extend::<Vec<T>>(commented);
    Group { excused, rest }
}

/// A note on those who are not in the finding.
pub(super) fn note(excused: usize) -> Option<String> {
    match excused {
        0 => None,
        1 => Some("1 more is let off by settings or a comment".to_owned()),
        many => Some(format!("{many} more are let off by settings or comments")),
    }
}
