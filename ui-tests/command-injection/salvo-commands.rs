//! Programs and shells that requests reach, in Salvo.

use salvo::prelude::*;
use serde::Deserialize;
use tokio::process::Command;

#[derive(Deserialize)]
struct Convert {
    input: String,
    width: u16,
}

#[handler]
async fn query(request: &mut Request) -> String {
    let host = request.query::<String>("host").unwrap_or_default();
    let line = format!("ping -c 1 {host}");
    let output = Command::new("sh").arg("-c").arg(line).output().await; //~ command-injection
    output.map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).into_owned())
}

#[handler]
async fn query_fixed_program(request: &mut Request) -> String {
    let host = request.query::<String>("host").unwrap_or_default();
    let output = Command::new("ping").arg("-c").arg("1").arg("--").arg(host).output().await; // near miss: query fixed program
    output.map_or_else(|_| String::new(), |it| String::from_utf8_lossy(&it.stdout).into_owned())
}

#[handler]
async fn number(request: &mut Request, response: &mut Response) {
    let count: u8 = request.query("count").unwrap_or(1);
    let _ = Command::new("sh").arg("-c").arg(format!("ping -c {count} localhost")).status().await; // near miss: number
    response.status_code(StatusCode::OK);
}

#[handler]
async fn parameter(request: &mut Request, response: &mut Response) {
    let Some(tool) = request.param::<String>("tool") else {
        response.status_code(StatusCode::BAD_REQUEST);
        return;
    };
    let _ = Command::new(tool).status().await; //~ command-injection
}

#[handler]
async fn json(request: &mut Request, response: &mut Response) {
    if let Ok(convert) = request.parse_json::<Convert>().await {
        let _ = Command::new("sh").args(["-c", &format!("convert a.png -resize {} b.png", convert.width)]).status().await; // near miss: json
        let _ = Command::new("sh").args(["-c", &format!("convert {} b.png", convert.input)]).status().await; //~ command-injection
    }
    response.status_code(StatusCode::OK);
}

#[handler]
async fn header(request: &mut Request) {
    let agent: String = request.header("user-agent").unwrap_or_default();
    if agent.bytes().all(|it| it.is_ascii_alphanumeric()) {
        let _ = Command::new("sh").arg("-c").arg(format!("logger {agent}")).status().await; // near miss: header
    }
    let _ = Command::new("sh").arg("-c").arg(format!("logger {agent}")).status().await; //~ command-injection
}

#[tokio::main]
async fn main() {
    let router = Router::new()
        .push(Router::with_path("ping").get(query).post(query_fixed_program).put(number))
        .push(Router::with_path("tool/{tool}").get(parameter))
        .push(Router::with_path("convert").post(json).get(header));
    let acceptor = TcpListener::new("127.0.0.1:8080").bind().await;
    Server::new(acceptor).serve(router).await;
}
