//! The generated code, shared with clients.

pub mod other {
    include!(concat!(env!("OUT_DIR"), "/other.rs"));
}

pub use other::served_server as server;
