//! Programs and shells that requests reach, in axum.

use std::collections::HashMap;
use std::path::PathBuf;
use std::str::FromStr;

use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use tokio::process::Command;

#[derive(Clone)]
struct Settings {
    converter: PathBuf,
}

#[derive(Deserialize)]
struct Job {
    input: String,
    format: Format,
    width: u16,
    tool: Option<String>,
    options: Vec<String>,
}

#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(rename_all = "lowercase")]
enum Format {
    Png,
    Webp,
}

impl Format {
    fn extension(&self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Webp => "webp",
        }
    }
}

struct Host(String);

impl FromStr for Host {
    type Err = StatusCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() { Err(StatusCode::BAD_REQUEST) } else { Ok(Host(text.to_string())) }
    }
}

async fn shell(Json(job): Json<Job>) {
    let _ = Command::new("sh").arg("-c").arg(format!("convert {} out.png", job.input)).status().await; //~ command-injection
}

async fn shell_number(Json(job): Json<Job>) {
    let line = format!("convert in.png -resize {} out.{}", job.width, job.format.extension());
    let _ = Command::new("sh").arg("-c").arg(line).status().await; // near miss: shell number
}

async fn shell_by_path(Json(job): Json<Job>) {
    let mut command = Command::new("/bin/bash"); // near miss: shell by path
    command.arg("-c");
    command.arg(["convert ", &job.input, " out.png"].concat()); //~ command-injection
    let _ = command.status().await;
}

async fn fixed_program(Json(job): Json<Job>) {
    let _ = Command::new("convert").arg(&job.input).arg("out.png").status().await; // near miss: fixed program
    let _ = Command::new("convert").args(&job.options).status().await; // near miss: fixed program
}

async fn program_of_settings(State(settings): State<Settings>, Json(job): Json<Job>) {
    let _ = Command::new(&settings.converter).arg(job.input).status().await; // near miss: program of settings
}

async fn program(Json(job): Json<Job>) -> StatusCode {
    let Some(tool) = job.tool else { return StatusCode::BAD_REQUEST };
    match Command::new(tool).status().await { //~ command-injection
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::NOT_FOUND,
    }
}

async fn program_below_folder(Path(name): Path<String>) {
    let program = PathBuf::from("/opt/tools").join(name);
    let _ = Command::new(program).status().await; //~ command-injection
}

async fn positional_parameter(Json(job): Json<Job>) {
    // `$1` of a fixed script is a value and no command.
    let _ = Command::new("sh").args(["-c", "convert \"$1\" out.png", "convert"]).arg(&job.input).status().await; // near miss: positional parameter
}

async fn script_argument(Json(job): Json<Job>) {
    let _ = Command::new("sh").arg("/opt/tools/convert.sh").arg(&job.input).status().await; // near miss: script argument
}

async fn shell_environment(Json(job): Json<Job>) {
    let _ = Command::new("sh").args(["-c", "convert \"$INPUT\" out.png"]).env("INPUT", &job.input).status().await; // near miss: shell environment
}

async fn shell_args(Json(job): Json<Job>) {
    let line = job.options.join(" ");
    let _ = Command::new("bash").args(["-lc", &line]).status().await; //~ command-injection
}

async fn shell_vector(Json(job): Json<Job>) {
    let mut args = vec!["-c".to_string()];
    args.push(format!("gzip {}", job.input));
    let _ = Command::new("sh").args(args).status().await; //~ command-injection
}

async fn matched_program(Json(job): Json<Job>) -> Result<(), StatusCode> {
    let program = match job.tool.as_deref() {
        Some("gm") => "gm",
        None | Some("magick") => "magick",
        Some(_) => return Err(StatusCode::BAD_REQUEST),
    };
    let _ = Command::new(program).arg(job.input).status().await; // near miss: matched program
    Ok(())
}

async fn default_program(Json(job): Json<Job>) {
    let program = job.tool.as_deref().unwrap_or("magick");
    let _ = Command::new(program).arg("in.png").status().await; //~ command-injection
}

async fn unwrapped_or_constant(Json(job): Json<Job>) {
    let program = job.tool.filter(|it| it == "gm" || it == "magick").unwrap_or_else(|| "magick".to_string());
    let _ = Command::new(program).arg("in.png").status().await; // near miss: unwrapped or constant
}

async fn characters(Json(job): Json<Job>) -> Result<(), StatusCode> {
    if !job.input.chars().all(|it| it.is_ascii_alphanumeric() || it == '.') {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = Command::new("sh").arg("-c").arg(format!("convert {} out.png", job.input)).status().await; // near miss: characters
    Ok(())
}

async fn one_character_refused(Json(job): Json<Job>) -> Result<(), StatusCode> {
    if job.input.contains(';') {
        return Err(StatusCode::BAD_REQUEST);
    }
    let _ = Command::new("sh").arg("-c").arg(format!("convert {} out.png", job.input)).status().await; //~ command-injection
    Ok(())
}

async fn quoted_by_hand(Json(job): Json<Job>) {
    let line = format!("convert '{}' out.png", job.input);
    let _ = Command::new("sh").arg("-c").arg(line).status().await; //~ command-injection
}

fn shell_escape(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

async fn escaped(Json(job): Json<Job>) {
    let line = format!("convert {} out.png", shell_escape(&job.input));
    let _ = Command::new("sh").arg("-c").arg(line).status().await; // near miss: escaped
}

async fn own_type_that_keeps_all(Query(query): Query<HashMap<String, String>>) -> Result<(), StatusCode> {
    let host: Host = query.get("host").ok_or(StatusCode::BAD_REQUEST)?.parse()?;
    let _ = Command::new("sh").arg("-c").arg(format!("ping -c 1 {}", host.0)).status().await; // missed: command-injection
    Ok(())
}

async fn address(Query(query): Query<HashMap<String, String>>) -> Result<(), StatusCode> {
    let text = query.get("host").ok_or(StatusCode::BAD_REQUEST)?;
    let address = text.parse::<std::net::Ipv4Addr>().map_err(|_| StatusCode::BAD_REQUEST)?;
    let _ = Command::new("sh").arg("-c").arg(format!("ping -c 1 {address}")).status().await; // near miss: address
    Ok(())
}

async fn header(headers: HeaderMap) {
    if let Some(Ok(agent)) = headers.get("user-agent").map(|it| it.to_str()) {
        let _ = Command::new("sh").arg("-c").arg(format!("logger {agent}")).status().await; //~ command-injection
    }
}

async fn file_name(mut parts: Multipart) {
    while let Ok(Some(part)) = parts.next_field().await {
        let Some(name) = part.file_name().map(str::to_owned) else { continue };
        let _ = Command::new("sh").arg("-c").arg(format!("unzip /tmp/{name}")).status().await; //~ command-injection
    }
}

async fn run(line: &str) -> std::io::Result<()> {
    Command::new("sh").arg("-c").arg(line).status().await?; //~ command-injection
    Ok(())
}

async fn run_fixed(line: &str) -> std::io::Result<()> {
    Command::new("sh").arg("-c").arg(line).status().await?; // near miss: run fixed
    Ok(())
}

struct Repository<'a> {
    name: &'a str,
}

impl Repository<'_> {
    fn clone_line(&self) -> String {
        format!("git clone https://git.example.com/{}.git", self.name)
    }

    async fn fetch(&self) -> std::io::Result<()> {
        run(&self.clone_line()).await
    }
}

async fn by_method(Path(name): Path<String>) -> Result<(), StatusCode> {
    run_fixed("git gc").await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Repository { name: &name }.fetch().await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn blocking(Path(name): Path<String>) -> Result<String, StatusCode> {
    let output = tokio::task::spawn_blocking(move || {
        let line = format!("dig {name}");
        std::process::Command::new("sh").arg("-c").arg(line).output() //~ command-injection
    });
    let output = output.await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned()).map_err(|_| StatusCode::BAD_GATEWAY)
}

async fn working_folder(Path(name): Path<u32>) {
    let _ = Command::new("sh").arg("-c").arg("make").current_dir(format!("/srv/{name}")).status().await; // near miss: working folder
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1", post(shell).put(shell_number).delete(shell_by_path))
        .route("/2", post(fixed_program).put(program_of_settings).delete(program))
        .route("/3/{name}", get(program_below_folder))
        .route("/4", post(positional_parameter).put(script_argument).delete(shell_environment))
        .route("/5", post(shell_args).put(shell_vector).delete(matched_program))
        .route("/6", post(default_program).put(unwrapped_or_constant).delete(characters))
        .route("/7", post(one_character_refused).put(quoted_by_hand).delete(escaped))
        .route("/8", get(own_type_that_keeps_all).post(address).put(header))
        .route("/9", post(file_name))
        .route("/10/{name}", get(by_method).post(blocking).put(working_folder))
        .with_state(Settings { converter: "/usr/bin/convert".into() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app).await.expect("a server");
}
