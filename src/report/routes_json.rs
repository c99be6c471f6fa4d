//! `routes --format json`: the endpoint inventory for programs, as `docs/schema/routes.schema.json` has it.

use std::io::{self, Write};

use serde::Serialize;

use super::view::{EndpointView, RoutesView, UnresolvedView};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    endpoints: &'a [EndpointView],
    unresolved: &'a [UnresolvedView],
}

/// Writes the inventory, indented, with a line break at the end.
pub fn write(routes: &RoutesView, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        endpoints: &routes.endpoints,
        unresolved: &routes.unresolved,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn validates_against_the_schema() {
        let mut out = Vec::new();
        write(&sample::routes(), &mut out).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        sample::assert_valid(
            &document,
            include_str!("../../docs/schema/routes.schema.json"),
        );
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn the_schema_names_every_protection_and_no_other() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../docs/schema/routes.schema.json")).unwrap();
        let required = &schema["$defs"]["endpoint"]["properties"]["protections"]["required"];
        let routes = sample::routes();
        let named: Vec<_> = routes.endpoints[0]
            .protections
            .named()
            .map(|(name, _)| name)
            .to_vec();
        assert_eq!(required, &serde_json::json!(named));
        let document = serde_json::to_value(&routes.endpoints[0]).unwrap();
        let keys: Vec<_> = document["protections"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(keys, named);
        // A key that the schema does not know is a mistake of ours, even where it allows more.
        for (key, _) in document.as_object().unwrap() {
            assert!(
                schema["$defs"]["endpoint"]["properties"].get(key).is_some(),
                "{key}"
            );
        }
    }
}
