//! What attribute macros add to a handler that they stand on.

use super::Judge;
use super::proof::{From, Proof};
use crate::facts::MetaValue;
use crate::facts::body::Literal;
use crate::models::roles::{Protection, Proves};
use crate::program::{AdtId, Def, FnId};
use crate::routes::endpoint::{Evidence, EvidenceKind};

/// What an attribute adds.
pub struct Added<'a> {
    /// What it proves of whoever gets past it.
    pub proof: Proof,
    /// What else it protects from.
    pub protects: Vec<&'a Protection>,
    /// Where it stands.
    pub evidence: Evidence,
}

impl Judge<'_> {
    /// The attributes on a handler that check requests before its body does.
    pub fn attributes(&self, id: FnId) -> Vec<Added<'_>> {
        let def = &self.program[id];
        let mut found = Vec::new();
        if self.has_resolvers() {
            found.extend(self.field_guard(id));
        }
        for attr in &def.attrs {
            let path = &attr.meta.path;
            for resolved in self.program.resolve_names(def.module, path, false) {
                let (Def::External(name), true) = (resolved.def, resolved.used == path.len())
                else {
                    continue;
                };
                let Some(model) = self.program.models.macro_(name) else {
                    continue;
                };
                let evidence = Evidence {
                    kind: EvidenceKind::Attribute,
                    name: name.to_string(),
                    span: attr.range.in_file(def.file),
                };
                let proof = match model.proves {
                    Proves::Identity => Proof::verified(evidence.clone()),
                    Proves::Presence => Proof::presence(),
                    Proves::Callback => {
                        Proof::maybe(format!("whom `{name}` lets pass could not be followed"))
                            .by(vec![evidence.clone()])
                    }
                    Proves::Nothing | Proves::Session => Proof::nothing(),
                };
                let protects = model.protects.iter();
                found.push(Added {
                    proof,
                    protects: protects
                        .filter(|it| **it != Protection::Authentication)
                        .collect(),
                    evidence,
                });
            }
        }
        found
    }
}

impl Judge<'_> {
    /// Whether a variant is an answer that refuses, by the status that its attribute gives it:
    /// `#[oai(status = 401)]` of poem-openapi, `#[response(status = 404)]` of Rocket.
    pub(super) fn answer_of_variant(&self, adt: AdtId, at: u32) -> From {
        let variant = &self.program[adt].variants()[at as usize];
        let mut attrs = variant.attrs.iter();
        let refuses = attrs.any(|attr| {
            let status = match attr.meta.is("oai") || attr.meta.is("response") {
                true => attr.meta.entry("status").map(|it| &it.value),
                false => None,
            };
            matches!(status, Some(MetaValue::Literal(Literal::Int(Some(400..)))))
        });
        match refuses {
            true => From::REJECT,
            false => From::default(),
        }
    }
}
