//! One service in every framework: the same small shop is written in each of them in
//! `tests/frameworks/<framework>.rs`, and one table says what must be said of its endpoints.
//!
//! Where a framework differs, [`EXCEPTIONS`] says so and why: because the service is another one
//! there, or because the tool does not see something yet. Either must be exactly as it is written
//! down: a difference that has gone must go from the list.

mod support;

use std::collections::BTreeMap;

use moat::routes::purpose;
use support::{entries, folder, routes, word};

/// What is said of an endpoint, in this order.
const COLUMNS: [&str; 5] = [
    "authentication",
    "authorization",
    "rate_limit",
    "body_limit",
    "purpose",
];

/// The service. `User` is whoever has a token that was verified; `/admin` is a group behind what
/// verifies the same, and its first endpoint asks for a role besides. `{*fallback}` is what answers
/// where nothing else does.
const SERVICE: [(&str, [&str; 5]); 8] = [
    ("GET /items", ["none", "none", "none", "none", "Ordinary"]),
    (
        "GET /items/{id}",
        ["optional", "none", "none", "none", "Ordinary"],
    ),
    (
        "POST /items",
        ["required", "none", "none", "required", "Ordinary"],
    ),
    (
        "DELETE /admin/items/{id}",
        [
            "required",
            "required: claims.role == Role::Admin",
            "none",
            "none",
            "Ordinary",
        ],
    ),
    (
        "GET /admin/stats",
        ["required", "none", "none", "none", "Ordinary"],
    ),
    (
        "POST /login",
        ["none", "none", "required", "none", "Credential"],
    ),
    ("GET /health", ["none", "none", "none", "none", "Health"]),
    (
        "ANY /{*fallback}",
        ["none", "none", "none", "none", "Ordinary"],
    ),
];

const FRAMEWORKS: [&str; 16] = [
    "actix-web",
    "axum",
    "dropshot",
    "gotham",
    "hyper-0-14",
    "hyper-1",
    "loco",
    "ntex",
    "poem",
    "poem-openapi",
    "rocket",
    "salvo",
    "tide",
    "tonic",
    "viz",
    "warp",
];

/// Where some frameworks differ from the table.
struct Exception {
    frameworks: &'static [&'static str],
    /// Which endpoint, as the table names it.
    endpoint: &'static str,
    differs: Differs,
    /// Whether the tool is wrong.
    is_known_gap: bool,
    reason: &'static str,
}

enum Differs {
    /// There is no such endpoint.
    Absent,
    /// It has this method and path.
    Named(&'static str),
    /// There is this one, of which the same is said.
    Also(&'static str),
    /// Something else is said of it: the column, and the verdict.
    Says(&'static str, &'static str),
}

use Differs::{Absent, Also, Named, Says};

/// It is as it must be for this framework.
const fn by_nature(
    frameworks: &'static [&'static str],
    endpoint: &'static str,
    differs: Differs,
    reason: &'static str,
) -> Exception {
    Exception {
        frameworks,
        endpoint,
        differs,
        is_known_gap: false,
        reason,
    }
}

/// The tool does not see it; whoever teaches it takes the line out.
const fn known_gap(
    frameworks: &'static [&'static str],
    endpoint: &'static str,
    differs: Differs,
    reason: &'static str,
) -> Exception {
    Exception {
        is_known_gap: true,
        ..by_nature(frameworks, endpoint, differs, reason)
    }
}

const EXCEPTIONS: &[Exception] = &[
    by_nature(
        &["rocket", "salvo", "poem", "warp"],
        "ANY /{*fallback}",
        Absent,
        "what makes an answer of an error (catchers, `catch_error`, `recover`) is no endpoint",
    ),
    by_nature(
        &["dropshot", "poem-openapi", "tonic"],
        "ANY /{*fallback}",
        Absent,
        "the framework answers by itself what is not registered",
    ),
    by_nature(
        &["hyper-0-14", "hyper-1"],
        "ANY /{*fallback}",
        Absent,
        "the arm that is left answers what no route is, and is none",
    ),
    by_nature(
        &["tide", "viz"],
        "ANY /{*fallback}",
        Named("ANY /{*rest}"),
        "there are no fallbacks but routes of `/*`",
    ),
    by_nature(
        &["gotham"],
        "ANY /{*fallback}",
        Named("GET /{*rest}"),
        "there are no fallbacks but routes of `/*`, which have methods",
    ),
    by_nature(
        &["loco"],
        "DELETE /admin/items/{id}",
        Says("authorization", "required: role == Some(\"admin\")"),
        "what loco's tokens say besides who it is, is a map",
    ),
    // A prefix that is taken off leaves the rest of the path, however many parts that has.
    by_nature(
        &["hyper-0-14"],
        "GET /items/{id}",
        Named("GET /items/{*rest}"),
        "`strip_prefix` leaves the rest of the path",
    ),
    by_nature(
        &["hyper-0-14"],
        "DELETE /admin/items/{id}",
        Named("DELETE /admin/items/{*rest}"),
        "`strip_prefix` leaves the rest of the path",
    ),
    // How the operations are called in gRPC.
    by_nature(
        &["tonic"],
        "GET /items",
        Named("POST /shop.v1.Items/ListItems"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "GET /items/{id}",
        Named("POST /shop.v1.Items/GetItem"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "POST /items",
        Named("POST /shop.v1.Items/CreateItem"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "DELETE /admin/items/{id}",
        Named("POST /shop.v1.Admin/DeleteItem"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "GET /admin/stats",
        Named("POST /shop.v1.Admin/Stats"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "POST /login",
        Named("POST /shop.v1.Accounts/Login"),
        "paths are those of services and methods",
    ),
    by_nature(
        &["tonic"],
        "GET /health",
        Named("POST /grpc.health.v1.Health/Check"),
        "tonic-health answers the protocol's own service",
    ),
    by_nature(
        &["tonic"],
        "GET /health",
        Also("POST /grpc.health.v1.Health/Watch"),
        "tonic-health answers the protocol's own service",
    ),
    by_nature(
        &["tonic"],
        "GET /items",
        Says("body_limit", "required"),
        "the size of messages is limited for a whole service",
    ),
    by_nature(
        &["tonic"],
        "GET /items/{id}",
        Says("body_limit", "required"),
        "the size of messages is limited for a whole service",
    ),
    known_gap(
        &["actix-web", "ntex"],
        "POST /items",
        Says("body_limit", "none"),
        "a `JsonConfig` on a resource is no layer, and layers are all that is asked for limits",
    ),
    known_gap(
        &["viz"],
        "POST /items",
        Says("body_limit", "none"),
        "whether a handler asks for the limits that are set (`json_with_limit`) or not (`Json`) is not seen",
    ),
    known_gap(
        &["rocket"],
        "POST /items",
        Says("body_limit", "none"),
        "`Limits` of the configuration are no layer",
    ),
    known_gap(
        &["dropshot"],
        "POST /items",
        Says("body_limit", "none"),
        "`request_body_max_bytes` of an endpoint's attribute is not read",
    ),
    known_gap(
        &["tide", "gotham"],
        "POST /items",
        Says("body_limit", "none"),
        "a handler that asks how long its body is limits itself, and no layer does",
    ),
    known_gap(
        &["hyper-0-14", "hyper-1"],
        "POST /items",
        Says("body_limit", "none"),
        "a handler that reads its body through `Limited` limits itself, and no layer does",
    ),
    known_gap(
        &["tonic"],
        "DELETE /admin/items/{id}",
        Says("authorization", "none"),
        "claims that a closure puts into extensions are not followed to the method that asks them",
    ),
    known_gap(
        &["viz"],
        "DELETE /admin/items/{id}",
        Says("authorization", "none"),
        "claims that `set_state` hands on are not followed to `State`",
    ),
    known_gap(
        &["hyper-1"],
        "GET /items",
        Says("authentication", "optional"),
        SEGMENTS,
    ),
    known_gap(
        &["hyper-1"],
        "POST /items",
        Says("authentication", "optional"),
        SEGMENTS,
    ),
    known_gap(
        &["hyper-1"],
        "POST /login",
        Says("authentication", "optional"),
        SEGMENTS,
    ),
    known_gap(
        &["hyper-1"],
        "GET /health",
        Says("authentication", "optional"),
        SEGMENTS,
    ),
    known_gap(
        &["hyper-1"],
        "GET /admin/stats",
        Says("authentication", "optional"),
        SEGMENTS,
    ),
    known_gap(
        &["hyper-1"],
        "GET /admin/stats",
        Named("GET /admin/{*rest}"),
        SEGMENTS_HANDED_ON,
    ),
    known_gap(
        &["hyper-1"],
        "DELETE /admin/items/{id}",
        Named("DELETE /admin/{*rest}"),
        SEGMENTS_HANDED_ON,
    ),
];

const SEGMENTS: &str = "arms of patterns on the parts of the path are found as routes, and not \
                        told apart where each is judged: any of them may be taken";
const SEGMENTS_HANDED_ON: &str = "the parts of the path that `rest @ ..` leaves are not followed \
                                  into the function that is handed them";

type Said = BTreeMap<String, [String; COLUMNS.len()]>;

/// What the table says of a framework, and what is wrong with its exceptions.
fn expected(framework: &str, wrong: &mut Vec<String>) -> Said {
    let owned = |row: [&str; COLUMNS.len()]| row.map(str::to_owned);
    let table = SERVICE.map(|(endpoint, row)| (endpoint, owned(row)));
    let mut rows: BTreeMap<&str, (Vec<&str>, [String; COLUMNS.len()])> = table
        .into_iter()
        .map(|(endpoint, row)| (endpoint, (vec![endpoint], row)))
        .collect();
    let of_it = |it: &&Exception| it.frameworks.contains(&framework);
    for exception in EXCEPTIONS.iter().filter(of_it) {
        let (names, row) = rows
            .get_mut(exception.endpoint)
            .expect("an endpoint of the table");
        let before = (names.clone(), row.clone());
        match exception.differs {
            Absent => names.clear(),
            Named(other) => names[0] = other,
            Also(other) => names.push(other),
            Says(column, verdict) => {
                let at = COLUMNS.iter().position(|it| *it == column);
                row[at.expect("a column of the table")] = verdict.to_owned();
            }
        }
        if before == (names.clone(), row.clone()) {
            let Exception {
                endpoint, reason, ..
            } = exception;
            wrong.push(format!(
                "{framework}: no exception at all: {endpoint} ({reason})"
            ));
        }
    }
    let rows = rows.into_values();
    rows.flat_map(|(names, row)| {
        names
            .into_iter()
            .map(move |it| (it.to_owned(), row.clone()))
    })
    .collect()
}

/// What is said of the endpoints in JSON.
fn found(json: &serde_json::Value) -> Said {
    let endpoints = json["endpoints"].as_array().expect("a list").iter();
    let of_endpoint = |endpoint: &serde_json::Value| {
        let (method, path) = (word(&endpoint["method"]), word(&endpoint["path"]));
        let handler = word(&endpoint["handler"]["name"]);
        let handler = handler.rsplit("::").next().unwrap_or_default();
        let row = COLUMNS.map(|column| {
            if column == "purpose" {
                let purpose = match word(&endpoint["framework"]) {
                    "tonic" => purpose::of_rpc(path, handler),
                    _ => purpose::purpose(method, path, handler),
                };
                return format!("{purpose:?}");
            }
            let protection = &endpoint["protections"][column];
            let mut verdict = word(&protection["status"]).to_owned();
            for (before, key) in [(": ", "value"), (" if ", "condition")] {
                if let Some(text) = protection[key].as_str() {
                    verdict.push_str(before);
                    verdict.push_str(text);
                }
            }
            verdict
        });
        (format!("{method} {path}"), row)
    };
    endpoints.map(of_endpoint).collect()
}

/// What is expected and what is found, where they differ.
fn differences(framework: &str, expected: &Said, found: &Said) -> Vec<String> {
    let mut all = Vec::new();
    for (endpoint, row) in expected {
        let Some(said) = found.get(endpoint) else {
            all.push(format!("{framework}: {endpoint} is not found"));
            continue;
        };
        for ((column, wanted), said) in COLUMNS.iter().zip(row).zip(said) {
            if wanted != said {
                all.push(format!(
                    "{framework}: {endpoint}: {column} is `{said}`, and must be `{wanted}`"
                ));
            }
        }
    }
    let surplus = found.keys().filter(|it| !expected.contains_key(*it));
    all.extend(surplus.map(|it| format!("{framework}: {it} is found, and not in the table")));
    all
}

#[test]
fn one_service_in_every_framework() {
    let mut wrong = Vec::new();
    for framework in FRAMEWORKS {
        let json = routes(&folder("frameworks").join(format!("{framework}.rs")));
        let unresolved = json["unresolved"].as_array().expect("a list");
        let unresolved = unresolved.iter();
        wrong.extend(unresolved.map(|it| format!("{framework}: unresolved: {it}")));
        let expected = expected(framework, &mut wrong);
        wrong.extend(differences(framework, &expected, &found(&json)));
    }
    let gaps = EXCEPTIONS.iter().filter(|it| it.is_known_gap);
    let gaps = gaps.map(|it| format!("{:?}: {}: {}", it.frameworks, it.endpoint, it.reason));
    let gaps: Vec<String> = gaps.collect();
    assert!(
        wrong.is_empty(),
        "{}\n\nKnown gaps (one that has gone must go from the table):\n{}",
        wrong.join("\n"),
        gaps.join("\n")
    );
}

/// Each source is of a framework in the table, and each framework has one.
#[test]
fn sources_and_table_name_the_same_frameworks() {
    let sources = entries(&folder("frameworks"));
    let stems = sources.iter().filter_map(|it| it.file_stem()?.to_str());
    let mut stems: Vec<&str> = stems.filter(|it| *it != "shop").collect();
    stems.sort_unstable();
    assert_eq!(stems, FRAMEWORKS);
}
