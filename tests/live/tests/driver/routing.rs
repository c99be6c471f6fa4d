//! Paths with parameters: how they are filled, and what they match.

use std::collections::BTreeMap;

use super::inventory::Endpoint;

/// The methods that are tried where they are not listed.
pub const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// A concrete path.
pub fn fill(path: &str, fills: &BTreeMap<String, String>) -> String {
    let segments = path.split('/').map(|segment| {
        let Some((before, rest)) = segment.split_once('{') else {
            return segment.to_owned();
        };
        let (name, after) = rest.split_once('}').expect("a parameter ends");
        let known = fills.get(name.trim_start_matches('*')).cloned();
        let other = || match name.starts_with('*') {
            true => "no/such/place".to_owned(),
            false => "7".to_owned(),
        };
        format!("{before}{}{after}", known.unwrap_or_else(other))
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Whether an endpoint may answer such a request. A parameter is taken to match any segment, and a catch-all anything
/// below its prefix, the prefix included: who is asked here may not be sent where it is not clear.
pub fn may_answer(endpoint: &Endpoint, method: &str, path: &str) -> bool {
    let listed = endpoint.method.as_str();
    let answers = listed == "ANY" || listed == method || (listed == "GET" && method == "HEAD");
    answers && matches(&endpoint.path, path)
}

/// Whether it answers what nothing else answers.
pub fn is_fallback(endpoint: &Endpoint) -> bool {
    endpoint.path.ends_with("{*fallback}")
}

/// Whether a path with parameters takes this one.
pub fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.split('/').filter(|it| !it.is_empty());
    for wanted in pattern.split('/').filter(|it| !it.is_empty()) {
        if wanted.contains("{*") {
            return true;
        }
        match segments.next() {
            Some(segment) if wanted == segment || wanted.contains('{') => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

#[test]
fn paths_are_filled_and_matched() {
    let fills = BTreeMap::from([("name".to_owned(), "ann".to_owned())]);
    for (pattern, path) in [
        ("/", "/"),
        ("/a/{id}/b", "/a/7/b"),
        ("/a/{name}.json", "/a/ann.json"),
        ("/a/{*rest}", "/a/no/such/place"),
    ] {
        assert_eq!(fill(pattern, &fills), path);
        assert!(matches(pattern, path), "{pattern} {path}");
    }
    assert!(matches("/a/{*rest}", "/a"));
    for (pattern, path) in [("/a/{id}", "/a"), ("/a/{id}", "/a/7/b"), ("/a/b", "/a/c")] {
        assert!(!matches(pattern, path), "{pattern} {path}");
    }
}
