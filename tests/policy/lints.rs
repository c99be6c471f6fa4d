//! What every lint owes its users. `tests/ui.rs` counts its examples and marked sources.

use moat::lints::Registry;

use crate::tree;

#[test]
fn pages_are_complete() {
    let errors = Registry::builtin()
        .lints()
        .iter()
        .filter_map(|lint| lint.check_page().err())
        .flatten();
    tree::report(errors.map(|it| it.to_string()).collect());
}

#[test]
fn files_stand_in_the_folder_of_their_category() {
    let misplaced = Registry::builtin()
        .lints()
        .iter()
        .filter(|it| it.path != format!("lints/{}/{}.md", it.category, it.id));
    tree::report(
        misplaced
            .map(|it| format!("{}: its category is `{}`", it.path, it.category))
            .collect(),
    );
}

#[test]
fn every_file_is_embedded() {
    let paths: Vec<_> = Registry::builtin()
        .lints()
        .iter()
        .map(|it| it.path.as_ref())
        .collect();
    let files = tree::files("lints", &[".md"])
        .into_iter()
        .map(|(path, _)| path)
        .filter(|it| !it.ends_with("README.md"));
    tree::report(
        files
            .filter(|it| !paths.contains(&it.as_str()))
            .map(|it| format!("{it}: not embedded"))
            .collect(),
    );
}

#[test]
fn names_are_taken_once() {
    let mut names: Vec<_> = Registry::builtin()
        .lints()
        .iter()
        .flat_map(|it| it.aliases.iter().chain([&it.id]))
        .collect();
    names.sort_by_key(|it| it.as_str());
    let twice = names.windows(2).filter(|pair| pair[0] == pair[1]);
    tree::report(
        twice
            .map(|pair| format!("`{}` names two lints", pair[0]))
            .collect(),
    );
}

#[test]
fn summaries_read_as_facts() {
    let mut complaints = Vec::new();
    for lint in Registry::builtin().lints() {
        let summary = &lint.summary;
        if summary.starts_with(char::is_uppercase) || summary.ends_with('.') || summary.len() > 140
        {
            complaints.push(format!(
                "{}: a summary is one lower-case clause without a full stop",
                lint.path
            ));
        }
    }
    tree::report(complaints);
}

#[test]
fn references_have_their_form() {
    let mut complaints = Vec::new();
    for lint in Registry::builtin().lints() {
        let in_top_ten = |it: &String| {
            let number = it
                .strip_prefix("API")
                .and_then(|it| it.strip_suffix(":2023"))
                .and_then(|it| it.parse().ok());
            number.is_some_and(|it: u8| (1..=10).contains(&it))
        };
        complaints.extend(
            lint.owasp
                .iter()
                .filter(|it| !in_top_ten(it))
                .map(|it| format!("{}: `{it}`", lint.path)),
        );
        let linked = lint.section("References").unwrap_or_default();
        let unlinked = lint
            .cwe
            .iter()
            .filter(|it| !linked.contains(&format!("definitions/{it}.html")));
        complaints.extend(
            unlinked.map(|it| format!("{}: CWE-{it} is not among the references", lint.path)),
        );
    }
    tree::report(complaints);
}

#[test]
fn the_changelog_names_every_lint() {
    let changelog = tree::read("CHANGELOG.md");
    let unnamed = Registry::builtin()
        .lints()
        .iter()
        .filter(|it| !changelog.contains(&format!("`{}`", it.id)));
    tree::report(
        unnamed
            .map(|it| format!("CHANGELOG.md does not name `{}`", it.id))
            .collect(),
    );
}

#[test]
fn stable_lints_have_been_measured() {
    let mut complaints = Vec::new();
    for lint in Registry::builtin().lints() {
        let shown = lint.precision.as_ref().is_some_and(|it| {
            it.findings >= 20 && it.services >= 5 && it.true_findings * 10 >= it.findings * 9
        });
        if lint.status == moat::lints::Status::Stable && !shown {
            complaints.push(format!(
                "{}: stable without 20 findings on five services, 90% of them true",
                lint.path
            ));
        }
    }
    tree::report(complaints);
}
