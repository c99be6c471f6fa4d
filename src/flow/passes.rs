//! Which libraries work on texts, and which of their functions.

use crate::models::exports::last_segment;
use crate::source::Name;

/// Whether a function reads a text as something that has a structure.
pub(super) fn reads_structure(name: &str) -> bool {
    matches!(
        name,
        "from_str" | "from_slice" | "from_reader" | "parse" | "from_json" | "from_value"
    )
}

/// Whether a function asks no more than where a file is, or whether it is there.
pub(super) fn asks_where(path: Name) -> bool {
    let name = last_segment(path.as_str());
    matches!(
        name,
        "canonicalize" | "metadata" | "symlink_metadata" | "exists" | "try_exists" | "read_link"
    )
}

/// Whether functions of a crate that nobody described pass on what they are handed: those that work
/// on texts and values.
pub(super) fn passes(krate: &str) -> bool {
    matches!(
        krate,
        "std"
            | "core"
            | "alloc"
            | "?"
            | "str"
            | "String"
            | "serde_json"
            | "serde_urlencoded"
            | "serde_qs"
            | "serde_yaml"
            | "url"
            | "urlencoding"
            | "percent_encoding"
            | "http"
            | "bytes"
            | "base64"
            | "bson"
            | "hex"
            | "form_urlencoded"
            | "camino"
            | "itertools"
            | "async_std"
            | "futures"
            | "futures_util"
            | "tokio_stream"
            | "once_cell"
            | "regex"
            | "heck"
            | "unicode_normalization"
            | "mime"
            | "headers"
            | "cookie"
            | "multer"
    ) || crate::flow::is_framework(krate)
}

/// Whether what is called is the constructor of a type, which holds what it is handed.
pub(super) fn is_wrapper(path: Name) -> bool {
    let last = last_segment(path.as_str());
    last.starts_with(char::is_uppercase) || matches!(last, "new" | "from")
}
