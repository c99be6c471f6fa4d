//! The secrets of this crate stand beside its source.

fn main() {
    println!("{}", include_str!("../config/default.toml").len());
}
