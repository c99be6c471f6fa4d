//! The Bad and Good blocks of the lint pages, each a module of its own.
//!
//! Nobody calls this code; that it compiles is the test.
#![allow(dead_code, unused_imports)]

include!(concat!(env!("OUT_DIR"), "/pages.rs"));
