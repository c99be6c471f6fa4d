//! The `//! live:` lines of a service: what its driver has to know, and what is known to be wrong.
//!
//! | Line | Meaning |
//! |---|---|
//! | `valid Header: value` | sent with every request that should be let in |
//! | `invented Header: value` | tried one by one, and all together |
//! | `for handler Header: value` | takes the place of the valid one for this handler |
//! | `with handler Header: value` | sent by everybody, because the route asks for it |
//! | `body handler content/type text` | what the handler wants to be sent |
//! | `forged handler content/type text` | what is sent in its place by who has no key that belongs in it |
//! | `query handler a=b` | the query that it wants |
//! | `fill parameter text` | for the path, where `7` will not do |
//! | `large bytes` | a body that is longer than any limit in the service |
//! | `slow handler` | takes longer than any timeout in the service |
//! | `absent METHOD /path` | answers 404 or 405, and reaches nothing |
//! | `anonymous name` | a closure counts under this name |
//! | `unreached handler: why` | no request finds it, and it is not listed |
//! | `presence handler: why` | lets in who brings anything, and not who brings nothing |
//! | `unresolved reason: why` | the analyzer says that it could not follow something |
//! | `undecided handler-or-path protection status, is truth: why` | the analyzer may say so |
//! | `known handler-or-path protection status, is truth: why` | the analyzer is wrong |
//! | `known only handler METHOD: why` | the analyzer lists any method, and only some reach it |
//! | `known missing METHOD /path handler: why` | the analyzer does not list what is there |
//! | `known surplus METHOD /path handler: why` | the analyzer lists what is not there |

use std::collections::{BTreeMap, BTreeSet};

use super::http::Header;

/// A body and its type.
#[derive(Debug, Clone)]
pub struct Body {
    pub content_type: String,
    pub text: String,
}

/// A verdict that is not simply right.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// A handler's name, or a path where handlers have none.
    pub of: String,
    pub protection: String,
    /// What the analyzer says.
    pub said: String,
    /// What is so: `required` or `open`.
    pub truth: String,
}

/// An endpoint that only one of both sides has.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub method: String,
    pub path: String,
    pub handler: String,
}

/// All lines of one service.
#[derive(Debug, Default)]
pub struct Directives {
    pub valid: Vec<Header>,
    pub invented: Vec<Header>,
    pub instead: BTreeMap<String, Vec<Header>>,
    pub with: BTreeMap<String, Vec<Header>>,
    pub bodies: BTreeMap<String, Body>,
    pub forged: BTreeMap<String, Body>,
    pub queries: BTreeMap<String, String>,
    pub fills: BTreeMap<String, String>,
    pub large: Option<usize>,
    pub slow: BTreeSet<String>,
    pub absent: Vec<(String, String)>,
    pub anonymous: BTreeSet<String>,
    pub presence: BTreeSet<String>,
    /// Handlers that are registered in vain.
    pub unreached: BTreeSet<String>,
    pub unresolved: BTreeSet<String>,
    pub undecided: Vec<Verdict>,
    pub known: Vec<Verdict>,
    /// A method of what is wrongly listed for any.
    pub only: BTreeMap<String, String>,
    pub missing: Vec<Named>,
    pub surplus: Vec<Named>,
    /// Names that handlers count under.
    pub counted: BTreeSet<String>,
}

impl Directives {
    /// Reads them from the source.
    pub fn of(source: &str) -> Directives {
        let mut all = Directives::default();
        for line in source
            .lines()
            .filter_map(|it| it.strip_prefix("//! live: "))
        {
            all.add(line.trim())
                .unwrap_or_else(|| panic!("not understood: `//! live: {line}`"));
        }
        let counts = source.split("reached(\"").skip(1);
        all.counted = counts
            .filter_map(|it| it.split('"').next())
            .map(str::to_owned)
            .collect();
        // Handlers that a macro makes: `handlers! { a b }`.
        let made = source.split("\nhandlers! {").skip(1);
        for list in made.filter_map(|it| it.split('}').next()) {
            all.counted
                .extend(list.split_whitespace().map(str::to_owned));
        }
        all
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "valid" => self.valid.push(header(rest)?),
            "invented" => self.invented.push(header(rest)?),
            "for" | "with" => {
                let (handler, rest) = rest.split_once(' ')?;
                let headers = match word {
                    "for" => &mut self.instead,
                    _ => &mut self.with,
                };
                let headers = headers.entry(handler.to_owned()).or_default();
                headers.push(header(rest)?);
            }
            "body" | "forged" => {
                let (handler, rest) = rest.split_once(' ')?;
                let (content_type, text) = rest.split_once(' ')?;
                let body = Body {
                    content_type: content_type.to_owned(),
                    text: text.to_owned(),
                };
                let all = match word {
                    "body" => &mut self.bodies,
                    _ => &mut self.forged,
                };
                all.insert(handler.to_owned(), body);
            }
            "query" => {
                let (handler, query) = rest.split_once(' ')?;
                self.queries.insert(handler.to_owned(), query.to_owned());
            }
            "fill" => {
                let (parameter, text) = rest.split_once(' ')?;
                self.fills.insert(parameter.to_owned(), text.to_owned());
            }
            "large" => self.large = Some(rest.parse().ok()?),
            "slow" => drop(self.slow.insert(rest.to_owned())),
            "absent" => {
                let (method, path) = rest.split_once(' ')?;
                self.absent.push((method.to_owned(), path.to_owned()));
            }
            "anonymous" => drop(self.anonymous.insert(rest.to_owned())),
            "presence" => drop(self.presence.insert(explained(rest)?.to_owned())),
            "unreached" => drop(self.unreached.insert(explained(rest)?.to_owned())),
            "unresolved" => drop(self.unresolved.insert(explained(rest)?.to_owned())),
            "undecided" => self.undecided.push(verdict(rest)?),
            "known" => match rest.split_once(' ')? {
                ("missing", rest) => self.missing.push(named(rest)?),
                ("only", rest) => {
                    let (handler, method) = explained(rest)?.split_once(' ')?;
                    self.only.insert(handler.to_owned(), method.to_owned());
                }
                ("surplus", rest) => self.surplus.push(named(rest)?),
                _ => self.known.push(verdict(rest)?),
            },
            _ => return None,
        }
        Some(())
    }
}

fn header(text: &str) -> Option<Header> {
    let (name, value) = text.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// What stands before the reason, of which there must be one.
fn explained(text: &str) -> Option<&str> {
    let (said, why) = text.split_once(": ")?;
    (!why.trim().is_empty()).then_some(said)
}

fn verdict(text: &str) -> Option<Verdict> {
    let (left, truth) = explained(text)?.split_once(", is ")?;
    let mut words = left.split(' ').map(str::to_owned);
    let known = ["required", "open"].contains(&truth);
    known.then_some(Verdict {
        of: words.next()?,
        protection: words.next()?,
        said: words.next()?,
        truth: truth.to_owned(),
    })
}

fn named(text: &str) -> Option<Named> {
    let mut words = explained(text)?.split(' ').map(str::to_owned);
    Some(Named {
        method: words.next()?,
        path: words.next()?,
        handler: words.next()?,
    })
}

#[test]
fn lines_are_understood_or_refused() {
    let all = Directives::of(
        "//! live: valid Cookie: a=b\n\
         //! live: known me authentication none, is required: of a reason\n\
         async fn me() { reached(\"me\") }\nhandlers! {\n    a b\n}\n",
    );
    assert_eq!(all.valid, [("Cookie".to_owned(), "a=b".to_owned())]);
    assert_eq!((all.known.len(), &*all.known[0].truth), (1, "required"));
    assert_eq!(
        all.counted.into_iter().collect::<Vec<_>>(),
        ["a", "b", "me"]
    );
    let mut other = Directives::default();
    for line in [
        "known me authentication none, is required",
        "known me authentication none, is so: of a reason",
        "presence me",
        "valid Cookie",
        "something else",
    ] {
        assert!(other.add(line).is_none(), "{line}");
    }
}
