//! Lists of words, and how much a text is like words.

/// Words that a list is asked for, between white space: a long list stays readable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordList(pub(crate) &'static str);

impl WordList {
    /// Whether the word is in the list.
    pub(crate) fn contains(self, word: &str) -> bool {
        let is_edge = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_whitespace);
        let bytes = self.0.as_bytes();
        let mut found = self.0.match_indices(word);
        !word.is_empty()
            && found.any(|(at, _)| {
                is_edge(at.checked_sub(1).and_then(|it| bytes.get(it)))
                    && is_edge(bytes.get(at + word.len()))
            })
    }

    /// The words.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }
}

/// The most frequent letter pairs of English text and identifiers, about a fifth of all pairs.
const FREQUENT: &[&[u8; 2]] = &[
    b"th", b"he", b"in", b"er", b"an", b"re", b"nd", b"at", b"on", b"nt", b"ha", b"es", b"st",
    b"en", b"ed", b"to", b"it", b"ou", b"ea", b"hi", b"is", b"or", b"ti", b"as", b"te", b"et",
    b"ng", b"of", b"al", b"de", b"se", b"le", b"sa", b"si", b"ar", b"ve", b"ra", b"ld", b"ur",
    b"ec", b"cr", b"ke", b"ey", b"pa", b"ss", b"sw", b"wo", b"rd", b"ro", b"ri", b"io", b"ic",
    b"ne", b"me", b"li", b"ll", b"co", b"ma", b"ce", b"om", b"us", b"ta", b"el", b"la", b"ch",
    b"di", b"ho", b"pe", b"il", b"no", b"un", b"lo", b"ac", b"ns", b"ut", b"tr", b"na", b"ol",
    b"pr", b"em", b"ca", b"so", b"ad", b"ee", b"op", b"ow", b"be", b"ge", b"po", b"ci", b"mi",
    b"ai", b"wi", b"ul", b"im", b"am", b"ie", b"ir", b"mo", b"pl", b"bl", b"ab", b"ag", b"ap",
    b"cl", b"ct", b"da", b"do", b"du", b"ef", b"fi", b"fo", b"fr", b"ga", b"go", b"gr", b"id",
    b"ig", b"ks", b"ly", b"oo", b"ot", b"qu", b"rs", b"rt", b"ry", b"sh", b"su", b"sy", b"tu",
    b"ts", b"up", b"va", b"vi", b"wa", b"we", b"ok", b"ck", b"ex", b"ev", b"pi", b"ty", b"os",
    b"fa", b"fe",
];

/// A bit for each pair of letters.
const TABLE: [u32; 26] = {
    let mut table = [0; 26];
    let mut at = 0;
    while at < FREQUENT.len() {
        table[(FREQUENT[at][0] - b'a') as usize] |= 1 << (FREQUENT[at][1] - b'a');
        at += 1;
    }
    table
};

/// Share of neighbouring characters that are a frequent pair of letters, both lower case,
/// both upper case or one capitalised; pairs with a digit count as unlike words.
pub(crate) fn wordiness(text: &[u8]) -> f32 {
    let (mut pairs, mut frequent) = (0u32, 0u32);
    for pair in text.windows(2) {
        if !pair.iter().all(u8::is_ascii_alphanumeric) {
            continue;
        }
        pairs += 1;
        let humps = pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
        if pair.iter().all(u8::is_ascii_alphabetic) && !humps {
            let [first, second] = [
                pair[0].to_ascii_lowercase() - b'a',
                pair[1].to_ascii_lowercase() - b'a',
            ];
            frequent += TABLE[first as usize] >> second & 1;
        }
    }
    if pairs == 0 {
        0.0
    } else {
        frequent as f32 / pairs as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_far_from_noise() {
        for words in [
            "authentication-required",
            "super_secret_signing_key",
            "Content-Disposition",
            "myDatabasePassword",
        ] {
            assert!(
                wordiness(words.as_bytes()) > 0.6,
                "{words}: {}",
                wordiness(words.as_bytes())
            );
        }
        for noise in [
            "x7Kq9ZpL2vN8rT4w",
            "bG9uZyByYW5kb20gdGV4dA",
            "qzxvkjwpbhgmfydn",
            "aX93kdPq0LmZ",
        ] {
            assert!(
                wordiness(noise.as_bytes()) < 0.45,
                "{noise}: {}",
                wordiness(noise.as_bytes())
            );
        }
    }
}
