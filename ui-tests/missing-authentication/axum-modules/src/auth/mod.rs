//! Who is calling; the types are defined below and re-exported here under other names.

mod extract;
mod layer;

pub use extract::*;
pub use layer::require_staff as staff_only;
