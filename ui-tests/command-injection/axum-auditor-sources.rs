//! Commands out of what whoever runs the service gives it: for auditors.
//@ persona: auditor

use std::io::{BufRead, Read};
use std::process::Command;

fn environment() -> Option<()> {
    let tool = std::env::var("INSTALLER").ok()?;
    Command::new(tool).status().ok()?; //~ command-injection
    Some(())
}

fn default_of_environment() -> Option<()> {
    let shell = std::env::var("SHELL").unwrap_or_else(|_| "/bin/sh".to_owned());
    Command::new("sh").arg("-c").arg(format!("{shell} --version")).status().ok()?; //~ command-injection
    Some(())
}

fn environment_as_number() -> Option<()> {
    let count: u32 = std::env::var("COUNT").ok()?.parse().ok()?;
    Command::new("sh").arg("-c").arg(format!("clean {count}")).status().ok()?; // near miss: environment as number
    Some(())
}

fn arguments() -> Option<()> {
    let tool = std::env::args().nth(1)?;
    Command::new(tool).status().ok()?; //~ command-injection
    Some(())
}

fn argument_chosen() -> Option<()> {
    let tool = match std::env::args().nth(1)?.as_str() {
        "a" => "tool-a",
        _ => "tool-b",
    };
    Command::new(tool).status().ok()?; // near miss: argument chosen
    Some(())
}

fn line_of_input() -> Option<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    Command::new("sh").arg("-c").arg(line.trim()).status().ok()?; //~ command-injection
    Some(())
}

fn lines_of_input() -> Option<()> {
    for line in std::io::stdin().lock().lines() {
        Command::new("sh").arg("-c").arg(line.ok()?).status().ok()?; //~ command-injection
    }
    Some(())
}

fn all_input() -> Option<()> {
    let mut all = String::new();
    std::io::stdin().read_to_string(&mut all).ok()?;
    Command::new("sh").arg("-c").arg(all).status().ok()?; //~ command-injection
    Some(())
}

fn input_read_and_dropped() -> Option<()> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok()?;
    line = "true".to_owned();
    Command::new("sh").arg("-c").arg(line).status().ok()?; // near miss: input read and dropped
    Some(())
}

fn file() -> Option<()> {
    let script = std::fs::read_to_string("/etc/shop/after-start").ok()?;
    Command::new("sh").arg("-c").arg(script).status().ok()?; //~ command-injection
    Some(())
}

fn size_of_file() -> Option<()> {
    let script = std::fs::read_to_string("/etc/shop/after-start").ok()?;
    Command::new("sh").arg("-c").arg(format!("report {}", script.len())).status().ok()?; // near miss: size of file
    Some(())
}

async fn row(client: &tokio_postgres::Client) -> Option<()> {
    let row = client.query_one("SELECT script FROM job", &[]).await.ok()?;
    let script: String = row.get(0);
    Command::new("sh").arg("-c").arg(script).status().ok()?; //~ command-injection
    Some(())
}

async fn number_of_row(client: &tokio_postgres::Client) -> Option<()> {
    let row = client.query_one("SELECT id FROM job", &[]).await.ok()?;
    let id: i64 = row.get(0);
    Command::new("sh").arg("-c").arg(format!("run {id}")).status().ok()?; // near miss: number of row
    Some(())
}

fn main() {
    environment();
    default_of_environment();
    environment_as_number();
    arguments();
    argument_chosen();
    line_of_input();
    lines_of_input();
    all_input();
    input_read_and_dropped();
    file();
    size_of_file();
    let _ = (row, number_of_row);
}
