//! From the text of a model file to something that is asked by path.

use std::ops::Range;
use std::path::Path;

use rustc_hash::FxHashMap;
use semver::{Version, VersionReq};

use super::hazards::{Hazard, Setting};
use super::schema::{
    CrateInfo, Entry, Extractor, Function, Layer, Macro, ModelFile, Origin, Reexport, Service, Type,
};
use super::type_text;
use crate::source::Name;

/// A mistake in a model file.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{}: {message}", path.display())]
pub struct ModelError {
    /// The file.
    pub path: std::path::PathBuf,
    /// What is wrong.
    pub message: String,
    /// Where, in bytes of the file.
    pub range: Option<Range<usize>>,
}

/// One model file, indexed.
#[derive(Debug)]
pub struct CrateModel {
    /// Its `[crate]` table.
    pub info: CrateInfo,
    pub(crate) reexports: Vec<Reexport>,
    pub(crate) extractors: Table<Extractor>,
    pub(crate) layers: Table<Layer>,
    pub(crate) functions: Table<Function>,
    pub(crate) types: Table<Type>,
    pub(crate) macros: Table<Macro>,
    pub(crate) services: Table<Service>,
    pub(crate) hazards: Table<Hazard>,
    pub(crate) settings: Table<Setting>,
}

impl CrateModel {
    /// Reads a model file. `path` only names it in errors.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place in the file.
    pub fn parse(path: &Path, text: &str, origin: Origin) -> Result<CrateModel, ModelError> {
        let error = |message: String, range| ModelError {
            path: path.into(),
            message,
            range,
        };
        let file: ModelFile =
            toml::from_str(text).map_err(|err| error(err.message().to_owned(), err.span()))?;
        let model = CrateModel {
            info: file.info,
            reexports: file.reexport,
            extractors: Table::new(file.extractor, origin),
            layers: Table::new(file.layer, origin),
            functions: Table::new(file.function, origin),
            types: Table::new(file.types, origin),
            macros: Table::new(file.macros, origin),
            services: Table::new(file.service, origin),
            hazards: Table::new(file.hazard, origin),
            settings: Table::new(file.setting, origin),
        };
        let prefix = format!("{}::", model.info.name);
        if let Some(row) = file.export.iter().find(|row| !row.starts_with(&prefix)) {
            let at = text.find(row.as_str());
            return Err(error(
                format!("`{row}` is not of this crate"),
                at.map(|at| at..at + row.len()),
            ));
        }
        // Our own files are checked by a test, not at every start.
        if origin == Origin::Configuration || cfg!(test) {
            model.validate().map_err(|(message, excerpt)| {
                let at = text.find(&excerpt);
                error(message, at.map(|at| at..at + excerpt.len()))
            })?;
        }
        Ok(model)
    }

    /// Whether something is said of an item by this very path.
    pub(crate) fn names(&self, path: &str) -> bool {
        self.functions.entries.iter().any(|it| it.path == *path)
            || self.hazards.entries.iter().any(|it| it.path == *path)
            || self.settings.entries.iter().any(|it| it.path == *path)
    }

    /// What the types of the schema do not rule out: message, and the text it is about.
    fn validate(&self) -> Result<(), (String, String)> {
        self.extractors.validate()?;
        self.layers.validate()?;
        self.functions.validate()?;
        self.types.validate()?;
        self.macros.validate()?;
        self.services.validate()?;
        self.hazards.validate()?;
        self.settings.validate()?;
        for layer in &self.layers.entries {
            let callback = layer.proves == super::Proves::Callback;
            if callback && layer.validator.is_none() && layer.validator_type.is_none() {
                let message = "`proves = \"callback\"` needs `validator`, the index of the argument that decides";
                return Err((message.into(), layer.path.as_str().into()));
            }
        }
        Ok(())
    }
}

/// Entries by path; several of one path differ in their versions.
#[derive(Debug)]
pub(crate) struct Table<T> {
    pub(crate) entries: Vec<T>,
    by_path: FxHashMap<Name, Vec<u32>>,
}

impl<T: Entry> Table<T> {
    fn new(mut entries: Vec<T>, origin: Origin) -> Self {
        let mut by_path: FxHashMap<Name, Vec<u32>> = FxHashMap::default();
        for (index, entry) in entries.iter_mut().enumerate() {
            entry.set_origin(origin);
            by_path.entry(entry.path()).or_default().push(index as u32);
        }
        Table { entries, by_path }
    }

    /// The entry for a version, asked for only where it matters; without one the first that is
    /// listed (files list the newest first).
    pub(crate) fn get<'v>(
        &self,
        path: Name,
        version: impl Fn() -> Option<&'v Version>,
    ) -> Option<&T> {
        self.all(path, version).next()
    }

    /// All entries of a path for a version.
    pub(crate) fn all<'v>(
        &self,
        path: Name,
        version: impl Fn() -> Option<&'v Version>,
    ) -> impl Iterator<Item = &T> {
        let known = self.by_path.get(&path).into_iter().flatten();
        let candidates = known.map(|index| &self.entries[*index as usize]);
        candidates.filter(move |entry| {
            let ranged = entry.versions().map(|range| (range, version()));
            ranged.is_none_or(|(range, version)| {
                version.is_none_or(|version| matches_version(range, version))
            })
        })
    }

    fn validate(&self) -> Result<(), (String, String)> {
        for entry in &self.entries {
            let path = entry.path().as_str();
            let segment_ok = |segment: &str| {
                !segment.is_empty() && segment.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            if !path.contains("::") || !path.split("::").all(segment_ok) {
                return Err((
                    format!("`{path}` is not a full path like `crate::Item`"),
                    path.into(),
                ));
            }
            for text in entry.type_texts() {
                if type_text::parse(text.as_str()).is_none() {
                    return Err((
                        format!("`{}` is not a Rust type", text.as_str()),
                        text.as_str().into(),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// Whether a range holds a version. A pre-release is taken as what it will become.
fn matches_version(range: &VersionReq, version: &Version) -> bool {
    range.matches(&Version::new(version.major, version.minor, version.patch))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<CrateModel, ModelError> {
        CrateModel::parse(Path::new("m.toml"), text, Origin::Configuration)
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let head = "[crate]\nname = \"a\"\n";
        for (body, message, excerpt) in [
            (
                "[[extractor]]\npath = \"a::B\"\ncarries = \"bodi\"\n",
                "unknown variant `bodi`",
                "\"bodi\"",
            ),
            (
                "[[layer]]\npath = \"a::B\"\nprotect = []\n",
                "unknown field `protect`",
                "protect",
            ),
            (
                "[[extractor]]\npath = \"B\"\ncarries = \"body\"\n",
                "not a full path",
                "B",
            ),
            (
                "[[function]]\npath = \"a::b\"\nrole = \"noop\"\nreturns = \"Vec<\"\n",
                "not a Rust type",
                "Vec<",
            ),
            (
                "[[layer]]\npath = \"a::C\"\nproves = \"callback\"\n",
                "needs `validator`",
                "a::C",
            ),
            (
                "[[layer]]\npath = \"a::C\"\nversions = \"one\"\n",
                "unexpected character",
                "\"one\"",
            ),
        ] {
            let text = format!("{head}{body}");
            let error = parse(&text).expect_err(body);
            assert!(error.message.contains(message), "{}", error.message);
            let range = error.range.expect("a place");
            assert_eq!(&text[range], excerpt);
        }
    }

    #[test]
    fn versions_choose_among_entries_of_one_path() {
        let text = "[crate]\nname = \"a\"\n\
            [[extractor]]\npath = \"a::Id\"\ncarries = \"identity\"\nproves = \"identity\"\nversions = \">=0.5\"\n\
            [[extractor]]\npath = \"a::Id\"\ncarries = \"identity\"\noptional = true\nversions = \"<0.5\"\n";
        let model = parse(text).expect("valid");
        let optional = |version: Option<&str>| {
            let version = version.map(|text| Version::parse(text).expect("a version"));
            model
                .extractors
                .get(Name::new("a::Id"), || version.as_ref())
                .map(|entry| entry.optional)
        };
        assert_eq!(optional(None), Some(false));
        assert_eq!(optional(Some("0.9.0")), Some(false));
        assert_eq!(optional(Some("0.5.0-beta.1")), Some(false));
        assert_eq!(optional(Some("0.4.2")), Some(true));
    }
}
