//! Secrets in a Rust file, found over its facts.

mod assembled;
mod attributes;
mod comments;
mod hints;
mod sinks;
mod sites;
mod tests_of_file;
mod values;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names;
use super::policy::{self, Verdict};
use super::text_file::{formatted, without_overlaps};
use super::{Place, SecretFinding, SecretKind, Surroundings};
use crate::diagnostics::{Confidence, Persona};
use crate::facts::item::{ConstItem, FnItem, ImplItem};
use crate::facts::{Body, FileFacts, Item, ItemKind, LazyBody};
use crate::source::{Name, TextRange};
use comments::{Commentary, commentary};
use hints::Hints;
use values::{File, Value, Values};

/// Everything in a Rust file that is, or looks like, a secret. `is_test` says of a range
/// whether it is test code for reasons that the file does not show (its target, the
/// modules above it); `#[test]` and `#[cfg(test)]` are seen here.
pub fn rust_file(
    facts: &FileFacts,
    text: &str,
    is_test: &dyn Fn(TextRange) -> bool,
) -> Vec<SecretFinding> {
    let tests = tests_of_file::ranges(&facts.items);
    let in_test = |range: TextRange| tests.iter().any(|it| it.contains(range)) || is_test(range);
    let mut findings = by_form(text);
    let mut providers = FxHashSet::default();
    providers.extend(findings.iter().filter_map(|it| it.kind.provider()));
    findings.retain(|it| !in_test(it.range));

    let file = File::of(facts, text);
    let mut scan = Scan {
        facts,
        text,
        hints: Hints::of(&file, text),
        file,
        in_test: &in_test,
        findings,
    };
    scan.items(&facts.items, None);
    let mut findings = scan.findings;
    providers.extend(findings.iter().filter_map(|it| it.kind.provider()));
    if providers.len() >= CATALOGUE {
        let written = findings.iter_mut().filter(|it| it.place == Place::Written);
        written.for_each(|it| it.persona = Persona::Auditor);
    }
    without_overlaps(findings)
}

/// What needs no name. Comments are read as well: a leaked token is leaked there too, but
/// a documentation's examples are examples.
fn by_form(text: &str) -> Vec<SecretFinding> {
    let mut findings = formatted(text, Surroundings::Deployed);
    if findings.is_empty() {
        return findings;
    }
    let comments = commentary(text);
    findings.retain_mut(|finding| {
        let strict = matches!(
            finding.kind,
            SecretKind::Provider { .. } | SecretKind::PrivateKey
        );
        match comments
            .iter()
            .find(|(range, _)| range.contains(finding.range))
        {
            None => true,
            Some((_, Commentary::Comment)) if strict => true,
            Some(_) if strict => {
                finding.persona = Persona::Auditor;
                true
            }
            Some((_, Commentary::Comment)) => {
                finding.persona = Persona::Auditor;
                true
            }
            Some((_, Commentary::Documentation)) => false,
        }
    });
    findings
}

/// Code that holds tokens of so many providers is about tokens: a detector with its examples.
const CATALOGUE: usize = 4;

/// A walk over the items of one file.
struct Scan<'a> {
    facts: &'a FileFacts,
    text: &'a str,
    file: File<'a>,
    hints: Hints<'a>,
    in_test: &'a dyn Fn(TextRange) -> bool,
    findings: Vec<SecretFinding>,
}

impl<'a> Scan<'a> {
    fn items(&mut self, items: &'a [Item], of_trait: Option<Name>) {
        for item in items {
            if (self.in_test)(item.range) {
                continue;
            }
            match &item.kind {
                ItemKind::Fn(function) => self.function(item, function, of_trait),
                ItemKind::Const(constant) => self.constant(item, constant),
                ItemKind::Struct(structure) => {
                    for field in structure.fields.list() {
                        self.attributes(field.name, &field.attrs);
                    }
                }
                ItemKind::Enum(enumeration) => {
                    for field in enumeration.variants.iter().flat_map(|it| it.fields.list()) {
                        self.attributes(field.name, &field.attrs);
                    }
                }
                ItemKind::Impl(implementation) => self.implementation(implementation),
                ItemKind::Trait(declaration) => self.items(&declaration.items, None),
                ItemKind::Mod(module) => {
                    self.items(module.items.as_deref().unwrap_or_default(), None)
                }
                _ => {}
            }
        }
    }

    fn implementation(&mut self, implementation: &'a ImplItem) {
        let of_trait = implementation.of_trait.as_ref().and_then(|it| it.last());
        self.items(&implementation.items, of_trait);
    }

    /// Whether the body of an item has to be read.
    fn may_hold_secrets(&self, item: &Item, body: &LazyBody) -> bool {
        let hints = &self.hints;
        let is_named = || names::judge(item.name.as_str()).is_some();
        hints.has_values(body)
            && (is_named() || hints.may_hold_secrets(&self.file, body))
            && hints.has_untold_values(body)
    }

    fn function(&mut self, item: &'a Item, function: &'a FnItem, of_trait: Option<Name>) {
        let Some(body) = function.body.map(|id| self.facts.body(id)) else {
            return;
        };
        if !self.may_hold_secrets(item, body) {
            return self.items(body.items(), None);
        }
        let default = of_trait.is_some_and(|it| it == *"Default");
        // `fn default_jwt_secret() -> String { "..".into() }`, as serde and clap call it.
        let values = Values::new(&self.file, body);
        if let (true, Some(value)) = (function.params.is_empty(), values.literal(body.root)) {
            let place = if item.name.as_str().starts_with("default") {
                Place::Default
            } else {
                Place::Assigned
            };
            self.named(item.name.as_str(), &value, place);
        }
        self.body(body, default);
    }

    fn constant(&mut self, item: &'a Item, constant: &'a ConstItem) {
        let Some(body) = constant.body.map(|id| self.facts.body(id)) else {
            return;
        };
        if !self.may_hold_secrets(item, body) {
            return self.items(body.items(), None);
        }
        if let Some(value) = Values::new(&self.file, body).literal(body.root) {
            self.named(item.name.as_str(), &value, Place::Assigned);
        }
        self.body(body, false);
    }

    fn body(&mut self, body: &'a Body, in_default: bool) {
        let values = Values::new(&self.file, body);
        let assembled = assembled::assembled(&values);
        for site in sites::sites(&values, in_default) {
            if !(self.in_test)(site.value.range) {
                self.site(&site);
            }
        }
        for finding in assembled {
            let apart = |it: &SecretFinding| {
                it.place != Place::Written || !finding.range.contains(it.range)
            };
            if !(self.in_test)(finding.range) && self.findings.iter().all(apart) {
                self.findings.push(finding);
            }
        }
        self.items(&body.items, None);
    }

    fn attributes(&mut self, field: Name, attrs: &'a [crate::facts::Attr]) {
        for default in attributes::defaults(&self.file, field, attrs) {
            self.named(&default.name, &default.value, Place::Default);
        }
    }

    fn site(&mut self, site: &sites::Site) {
        match site.wanted {
            sites::Wanted::ByName => self.named(&site.name, &site.value, site.place),
            sites::Wanted::Kind(kind, strength) => {
                let verdict = policy::judge(
                    kind,
                    strength,
                    &site.value.text,
                    site.place,
                    Surroundings::Deployed,
                );
                self.report(&site.name, &site.value, site.place, verdict);
            }
        }
    }

    fn named(&mut self, name: &str, value: &Value, place: Place) {
        let verdict = policy::named(name, &value.text, place, Surroundings::Deployed);
        self.report(name, value, place, verdict);
    }

    fn report(&mut self, name: &str, value: &Value, place: Place, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        debug_assert!(value.range.end as usize <= self.text.len());
        self.findings.push(SecretFinding {
            range: value.range,
            kind: verdict.kind,
            name: Some(Name::new(name)),
            place,
            confidence: if value.guessed {
                verdict.confidence.min(Confidence::Medium)
            } else {
                verdict.confidence
            },
            severity: verdict.severity,
            persona: verdict.persona,
        });
    }
}

/// Names of the parameters of the functions of a file, by the function's name.
type Parameters = FxHashMap<Name, Vec<Option<Name>>>;

#[cfg(test)]
mod tests;
