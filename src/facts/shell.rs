//! Under construction.

use super::FileFacts;

pub(crate) fn extract(_text: &str) -> FileFacts {
    FileFacts::default()
}
