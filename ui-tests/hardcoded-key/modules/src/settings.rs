pub const SIGNATURES: &[u8] = b"m8Qz!4pLw0@vR7#x";

pub fn text() -> &'static str {
    "kT5$nB9*eY2&cW6j"
}

pub fn load() -> Option<String> {
    std::env::var("SIGNATURES").ok()
}

pub struct Settings {
    pub signatures: String,
}
