//! The part of SARIF 2.1.0 that we write, under the names that the standard gives.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(crate) schema: &'static str,
    pub(crate) version: &'static str,
    pub(crate) runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run<'a> {
    pub(crate) tool: Tool<'a>,
    pub(crate) taxonomies: Vec<Taxonomy>,
    pub(crate) invocations: [Invocation<'a>; 1],
    pub(crate) original_uri_base_ids: BTreeMap<&'static str, UriBase>,
    pub(crate) column_kind: &'static str,
    pub(crate) results: Vec<RunResult<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    pub(crate) driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Driver<'a> {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) semantic_version: &'static str,
    pub(crate) rules: Vec<Rule<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) supported_taxonomies: Vec<TaxonomyReference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule<'a> {
    pub(crate) id: &'a str,
    pub(crate) short_description: Text<'a>,
    pub(crate) full_description: Text<'a>,
    pub(crate) help: MarkdownText<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help_uri: Option<&'a str>,
    pub(crate) default_configuration: Configuration,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) relationships: Vec<Relationship>,
    pub(crate) properties: RuleProperties<'a>,
}

#[derive(Serialize)]
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
}

#[derive(Serialize)]
pub(crate) struct MarkdownText<'a> {
    pub(crate) text: &'a str,
    pub(crate) markdown: &'a str,
}

#[derive(Serialize)]
pub(crate) struct OwnedText {
    pub(crate) text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Configuration {
    pub(crate) enabled: bool,
    pub(crate) level: &'static str,
}

#[derive(Serialize)]
pub(crate) struct Relationship {
    pub(crate) target: TaxonReference,
    pub(crate) kinds: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TaxonReference {
    pub(crate) id: String,
    pub(crate) index: usize,
    pub(crate) tool_component: TaxonomyReference,
}

#[derive(Serialize)]
pub(crate) struct TaxonomyReference {
    pub(crate) name: &'static str,
    pub(crate) index: usize,
}

/// What GitHub and other viewers read beside the standard.
#[derive(Serialize)]
pub(crate) struct RuleProperties<'a> {
    pub(crate) tags: Vec<String>,
    pub(crate) category: &'a str,
    pub(crate) precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub(crate) problem_severity: &'static str,
    #[serde(rename = "security-severity")]
    pub(crate) security_severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taxonomy {
    pub(crate) name: &'static str,
    pub(crate) organization: &'static str,
    pub(crate) information_uri: &'static str,
    pub(crate) short_description: Text<'static>,
    pub(crate) is_comprehensive: bool,
    pub(crate) taxa: Vec<Taxon>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taxon {
    pub(crate) id: String,
    pub(crate) help_uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invocation<'a> {
    pub(crate) execution_successful: bool,
    pub(crate) tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Notification<'a> {
    pub(crate) level: &'static str,
    pub(crate) message: OwnedText,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) locations: Vec<Location<'a>>,
}

#[derive(Serialize)]
pub(crate) struct UriBase {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    pub(crate) description: Text<'static>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunResult<'a> {
    pub(crate) rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule_index: Option<usize>,
    pub(crate) kind: &'static str,
    pub(crate) level: &'static str,
    pub(crate) message: OwnedText,
    pub(crate) locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) related_locations: Vec<Location<'a>>,
    pub(crate) partial_fingerprints: BTreeMap<&'static str, String>,
    /// Empty means "not suppressed"; without it viewers would have to guess.
    pub(crate) suppressions: Vec<Suppression<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fixes: Vec<Fix<'a>>,
    pub(crate) properties: ResultProperties,
}

#[derive(Serialize)]
pub(crate) struct ResultProperties {
    pub(crate) severity: &'static str,
    pub(crate) confidence: &'static str,
    pub(crate) persona: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<usize>,
    pub(crate) physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhysicalLocation {
    pub(crate) artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArtifactLocation {
    pub(crate) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri_base_id: Option<&'static str>,
}

/// Lines and columns alone: a byte offset would say less than it seems to where a file begins with a byte order mark.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Region {
    pub(crate) start_line: u32,
    pub(crate) start_column: u32,
    pub(crate) end_line: u32,
    pub(crate) end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snippet: Option<OwnedText>,
}

#[derive(Serialize)]
pub(crate) struct Suppression<'a> {
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fix<'a> {
    pub(crate) description: Text<'a>,
    pub(crate) artifact_changes: Vec<ArtifactChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArtifactChange<'a> {
    pub(crate) artifact_location: ArtifactLocation,
    pub(crate) replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Replacement<'a> {
    pub(crate) deleted_region: Region,
    pub(crate) inserted_content: Text<'a>,
}
