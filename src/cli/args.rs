//! Arguments.

use std::path::PathBuf;

/// Which endpoint of a Rust web service is open, and what is wrong with it.
#[derive(Debug, clap::Parser)]
#[command(name = "cargo moat", bin_name = "cargo moat", version, about)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List every endpoint with its protections.
    Routes(Routes),
}

#[derive(Debug, clap::Args)]
pub(super) struct Routes {
    /// Folders or files to look at.
    pub(super) paths: Vec<PathBuf>,
    /// The manifest to start from.
    #[arg(long)]
    pub(super) manifest_path: Option<PathBuf>,
    /// table or json.
    #[arg(long, default_value = "table")]
    pub(super) format: String,
    /// Only endpoints that do not require authentication.
    #[arg(long)]
    pub(super) open: bool,
}
