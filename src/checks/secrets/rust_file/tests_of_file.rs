//! Which parts of a file are test code, by their attributes.

use crate::facts::{CfgPredicate, Item, ItemKind};
use crate::source::TextRange;

/// The ranges of all items that only tests compile or run.
pub(super) fn ranges(items: &[Item]) -> Vec<TextRange> {
    let mut found = Vec::new();
    collect(items, &mut found);
    found
}

fn collect(items: &[Item], found: &mut Vec<TextRange>) {
    for item in items {
        let attribute = |it: &crate::facts::Attr| {
            it.meta
                .last_segment()
                .is_some_and(|last| TEST_ATTRIBUTES.contains(&last.as_str()))
        };
        if item.cfg.as_ref().is_some_and(implies_test) || item.attrs.iter().any(attribute) {
            found.push(item.range);
            continue;
        }
        match &item.kind {
            ItemKind::Mod(module) => collect(module.items.as_deref().unwrap_or_default(), found),
            ItemKind::Impl(implementation) => collect(&implementation.items, found),
            ItemKind::Trait(declaration) => collect(&declaration.items, found),
            _ => {}
        }
    }
}

/// Whether a predicate can hold in tests only.
pub(super) fn implies_test(predicate: &CfgPredicate) -> bool {
    match predicate {
        CfgPredicate::Flag(name) => *name == *"test" || *name == *"doctest",
        CfgPredicate::KeyValue(_, value) => value
            .as_str()
            .split(['-', '_'])
            .any(|word| matches!(word, "test" | "tests" | "testing" | "mock" | "mocks")),
        CfgPredicate::All(all) => all.iter().any(implies_test),
        CfgPredicate::Any(any) => !any.is_empty() && any.iter().all(implies_test),
        CfgPredicate::Not(_) | CfgPredicate::Bool(_) => false,
    }
}

const TEST_ATTRIBUTES: &[&str] = &[
    "test",
    "rstest",
    "test_case",
    "bench",
    "proptest",
    "quickcheck",
    "wasm_bindgen_test",
    "gtest",
    "tokio_test",
    "fixture",
    "divan",
];
