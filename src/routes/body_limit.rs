//! Limits on the size of bodies that let any size through.

use super::value::{Layer, LayerKind};
use crate::models::roles::Protection as Protects;
use crate::source::{Name, SourceMap};
use crate::values::Values;
use crate::values::making::Making;
use crate::values::number::number;

/// What a protection is worth of which nothing is left.
pub const NO_LIMIT: &str = "no limit";

/// From so many bytes on, nobody's memory is protected: 4 GiB.
const BOUNDLESS: u128 = u32::MAX as u128;

/// Whether a layer that is there to limit bodies is made with a number that limits none.
pub(super) fn is_boundless(values: &Values<'_>, sources: &SourceMap, layer: &Layer) -> bool {
    let Some(written) = layer.written else {
        return false;
    };
    let is_much = |it| number(values, sources, it).is_some_and(|it| it >= BOUNDLESS);
    // A setting of a service is its number.
    if matches!(&layer.kind, LayerKind::Type(_, args) if args.len() <= 1) && is_much(written) {
        return true;
    }
    let models = values.program.models;
    let limits = |path: Name| {
        let owner = path.as_str().rsplit_once("::").map_or("", |it| it.0);
        let model = models
            .layer(path)
            .or_else(|| models.layer(Name::new(owner)));
        model.is_some_and(|it| it.protects.contains(&Protects::BodyLimit))
    };
    let mut making = Making::new(values);
    let steps = making.steps(written);
    let last = steps
        .iter()
        .rfind(|it| limits(it.path) && !it.args.is_empty());
    last.is_some_and(|it| it.is_certain && is_much(it.args[0]))
}
