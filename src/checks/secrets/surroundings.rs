//! What kind of file a path names, as far as secrets are concerned.

use super::word_list::WordList;

/// Where a file belongs, judged by its path alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// What is shipped or deployed.
    Deployed,
    /// What developers and their CI run: compose files, workflows, `*.dev.*`.
    Development,
    /// Written to be copied: `.env.example`, documentation, examples.
    Example,
    /// Tests and their fixtures.
    Test,
    /// Translations: `"password": "Passwort"`.
    Translation,
    /// Written by a program: lock files.
    Generated,
}

impl Surroundings {
    /// Judges a path with forward slashes, relative to the scanned root.
    pub fn of(path: &str) -> Surroundings {
        let lower = path.to_ascii_lowercase();
        let mut parts: Vec<&str> = lower.split('/').collect();
        let file = parts.pop().unwrap_or_default();
        let file_words: Vec<&str> = file.split(['.', '-', '_']).collect();
        let in_folder = |list: WordList| parts.iter().any(|part| list.contains(part));
        let named = |list: &[&str]| file_words.iter().any(|word| list.contains(word));
        let tests = |part: &&str| {
            part.split(['-', '_'])
                .any(|word| TEST_FOLDERS.contains(word))
        };
        if file.ends_with(".lock")
            || matches!(file, "package-lock.json" | "pnpm-lock.yaml" | "go.sum")
        {
            Surroundings::Generated
        } else if parts.iter().any(tests)
            || named(&[
                "test", "tests", "spec", "fixture", "mock", "conftest", "e2e",
            ])
        {
            Surroundings::Test
        } else if in_folder(WordList(
            "locales locale i18n lang langs translations languages",
        )) {
            Surroundings::Translation
        } else if in_folder(EXAMPLE_FOLDERS)
            || named(&[
                "example", "sample", "template", "dist", "tpl", "readme", "demo", "tmpl",
            ])
            || [".md", ".mdx", ".rst", ".adoc", ".ipynb"]
                .iter()
                .any(|it| file.ends_with(it))
        {
            Surroundings::Example
        } else if in_folder(DEVELOPMENT_FOLDERS)
            || named(&[
                "dev",
                "develop",
                "development",
                "local",
                "localhost",
                "ci",
                "vagrantfile",
                "envrc",
                "bench",
                "woodpecker",
                "drone",
                "travis",
                "pipelines",
                "appveyor",
                "workflow",
                "workflows",
            ])
            || named(&["compose"])
                && !named(DEPLOYED)
                && !parts.iter().any(|it| DEPLOYED.contains(it))
        {
            Surroundings::Development
        } else {
            Surroundings::Deployed
        }
    }
}

/// One of these is a word of the folder's name (`api_tests`, `ui-tests`).
const TEST_FOLDERS: WordList = WordList(
    "test tests testdata testing fixtures fixture spec mocks mock snapshots benches bench benchmark \
     benchmarks e2e testsuite testkit testutil testutils testcontainer fuzz",
);

/// A compose file is a developer's, unless its name or folder says that it is deployed.
const DEPLOYED: &[&str] = &["prod", "production", "deploy", "deployment", "live"];

const EXAMPLE_FOLDERS: WordList =
    WordList("examples example docs doc samples sample demo demos tutorial tutorials book recipes");

const DEVELOPMENT_FOLDERS: WordList = WordList(
    ".github .gitlab .circleci .devcontainer .buildkite .woodpecker docker dev development local ci \
     .ci .depot .drone .azure-pipelines contrib dev-tools devtools scripts insecure",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_a_file_is_for() {
        for (path, expected) in [
            (".env", Surroundings::Deployed),
            ("configuration/base.yaml", Surroundings::Deployed),
            ("config/production.toml", Surroundings::Deployed),
            ("deploy/k8s/secret.yaml", Surroundings::Deployed),
            (".env.example", Surroundings::Example),
            ("config.sample.toml", Surroundings::Example),
            ("docs/configuration.md", Surroundings::Example),
            ("README.md", Surroundings::Example),
            (".env.local", Surroundings::Development),
            ("docker-compose.yml", Surroundings::Development),
            ("docker-compose.prod.yml", Surroundings::Deployed),
            ("deploy/compose.yaml", Surroundings::Deployed),
            ("deploy/compose.dev.yaml", Surroundings::Development),
            (".woodpecker.yml", Surroundings::Development),
            (".github/workflows/ci.yml", Surroundings::Development),
            ("config/development.toml", Surroundings::Development),
            ("crates/api/tests/fixtures/key.pem", Surroundings::Test),
            ("tests/docker-compose.yml", Surroundings::Test),
            ("crates/db-testkit/config.toml", Surroundings::Test),
            ("api-testing/data.json", Surroundings::Test),
            ("locales/en.json", Surroundings::Translation),
            ("Cargo.lock", Surroundings::Generated),
        ] {
            assert_eq!(Surroundings::of(path), expected, "{path}");
        }
    }
}
