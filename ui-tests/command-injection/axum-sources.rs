//! Where requests come in, in axum: each handler runs what it was given, in one way.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Command;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{
    ConnectInfo, Extension, Form, FromRequest, FromRequestParts, MatchedPath, OriginalUri, Path, Query, RawForm, RawPathParams,
    RawQuery, Request, State,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use axum_extra::TypedHeader;
use axum_extra::extract::CookieJar;
use axum_extra::headers::UserAgent;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize, Clone)]
struct Input {
    tool: String,
    count: u32,
}

#[derive(Clone)]
struct User {
    shell: String,
}

#[derive(Clone)]
struct App {
    tool: String,
}

struct Validated<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Validated<T> {
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let Json(value) = Json::<T>::from_request(request, state).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok(Validated(value))
    }
}

struct Tool(String);

impl<S: Send + Sync> FromRequestParts<S> for Tool {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let tool = parts.headers.get("x-tool").and_then(|it| it.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)?;
        Ok(Tool(tool.to_owned()))
    }
}

struct Delegated(Input);

impl<S: Send + Sync> FromRequestParts<S> for Delegated {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Query(input) = Query::<Input>::from_request_parts(parts, state).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        Ok(Delegated(input))
    }
}

struct OfState(String);

impl FromRequestParts<App> for OfState {
    type Rejection = StatusCode;

    async fn from_request_parts(_parts: &mut Parts, state: &App) -> Result<Self, Self::Rejection> {
        Ok(OfState(state.tool.clone()))
    }
}

async fn validated(Validated(input): Validated<Input>) {
    let _ = Command::new(input.tool).status(); //~ command-injection
}

async fn own_parts(Tool(tool): Tool) {
    let _ = Command::new(tool).status(); //~ command-injection
}

async fn own_parts_field(tool: Tool) {
    let _ = Command::new(&tool.0).status(); //~ command-injection
}

async fn delegated(Delegated(input): Delegated) {
    let _ = Command::new(input.tool).status(); //~ command-injection
}

async fn of_state(OfState(tool): OfState) {
    let _ = Command::new(tool).status(); // near miss: of state
}

async fn state(State(app): State<App>) {
    let _ = Command::new(app.tool).status(); // near miss: state
}

async fn path_struct(Path(input): Path<Input>) {
    let _ = Command::new(input.tool).status(); //~ command-injection
}

async fn path_map(Path(parts): Path<HashMap<String, String>>) {
    let _ = Command::new(&parts["tool"]).status(); //~ command-injection
}

async fn raw_path(parts: RawPathParams) {
    for (_, value) in &parts {
        let _ = Command::new(value).status(); //~ command-injection
    }
}

async fn optional_json(body: Option<Json<Input>>) {
    if let Some(Json(input)) = body {
        let _ = Command::new(input.tool).status(); //~ command-injection
    }
}

async fn query_pairs(Query(pairs): Query<Vec<(String, String)>>) {
    for (_, value) in pairs {
        let _ = Command::new(value).status(); //~ command-injection
    }
}

async fn query_not_destructured(query: Query<Input>) {
    let _ = Command::new(&query.tool).status(); //~ command-injection
}

async fn query_count(query: Query<Input>) {
    let _ = Command::new(format!("tool-{}", query.count)).status(); // near miss: query count
}

async fn raw_query(RawQuery(query): RawQuery) {
    let _ = Command::new(query.unwrap_or_default()).status(); //~ command-injection
}

async fn form(Form(input): Form<Input>) {
    let _ = Command::new(input.tool).status(); //~ command-injection
}

async fn raw_form(RawForm(bytes): RawForm) {
    let _ = Command::new(String::from_utf8_lossy(&bytes).as_ref()).status(); //~ command-injection
}

async fn rejected(body: Result<Json<Input>, JsonRejection>) -> StatusCode {
    match body {
        Ok(Json(input)) => {
            let _ = Command::new(input.tool).status(); //~ command-injection
            StatusCode::OK
        }
        Err(error) => error.status(),
    }
}

async fn json_vector(Json(inputs): Json<Vec<Input>>) {
    let Some(first) = inputs.first() else { return };
    let _ = Command::new(&first.tool).status(); //~ command-injection
}

async fn json_any(body: Json<serde_json::Map<String, serde_json::Value>>) {
    if let Some(serde_json::Value::String(tool)) = body.get("tool") {
        let _ = Command::new(tool).status(); //~ command-injection
    }
}

async fn bytes(body: Bytes) {
    if let Ok(input) = serde_json::from_slice::<Input>(&body) {
        let _ = Command::new(format!("tool-{}", input.count)).status(); // near miss: bytes
        let _ = Command::new(input.tool).status(); //~ command-injection
    }
}

async fn request(request: Request) {
    let tool = request.uri().path().trim_start_matches('/').to_string();
    let _ = Command::new(tool).status(); //~ command-injection
}

async fn request_body(request: Request) -> Result<(), StatusCode> {
    let (_, body) = request.into_parts();
    let bytes = to_bytes(body, 1024).await.map_err(|_| StatusCode::BAD_REQUEST)?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| StatusCode::BAD_REQUEST)?;
    let _ = Command::new(text.trim()).status(); //~ command-injection
    Ok(())
}

async fn request_header(request: Request<Body>) {
    let tool = request.headers()["x-tool"].to_str().unwrap_or("true");
    let _ = Command::new(tool).status(); //~ command-injection
}

async fn original_uri(OriginalUri(uri): OriginalUri) {
    if let Some(query) = uri.query() {
        let _ = Command::new(query).status(); //~ command-injection
    }
}

async fn uri_segments(uri: Uri) {
    if let Some(last) = uri.path().split('/').next_back() {
        let _ = Command::new(last).status(); //~ command-injection
    }
}

async fn matched_path(path: MatchedPath) {
    // The route's own pattern.
    let _ = Command::new(path.as_str()).status(); // near miss: matched path
}

async fn method(method: Method, ConnectInfo(peer): ConnectInfo<SocketAddr>) {
    let _ = Command::new("sh").arg("-c").arg(format!("logger {}", peer.ip())).status(); // near miss: method
    if method == Method::GET {
        let _ = Command::new("get").status(); // near miss: method
    }
}

async fn headers(headers: HeaderMap) {
    for value in headers.get_all("x-tool") {
        if let Ok(tool) = value.to_str() {
            let _ = Command::new(tool).status(); //~ command-injection
        }
    }
}

async fn typed_header(TypedHeader(agent): TypedHeader<UserAgent>) {
    let _ = Command::new("sh").arg("-c").arg(format!("logger '{agent}'")).status(); //~ command-injection
}

async fn cookies(jar: CookieJar) {
    for cookie in jar.iter() {
        let _ = Command::new(cookie.value()).status(); //~ command-injection
    }
}

async fn extension(Extension(user): Extension<User>) {
    // What a middleware of the service put there.
    let _ = Command::new(user.shell).status(); // near miss: extension
}

async fn known_user(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(User { shell: "bash".to_string() });
    next.run(request).await
}

async fn run_before(request: Request, next: Next) -> Response {
    if let Some(tool) = request.headers().get("x-before").and_then(|it| it.to_str().ok()) {
        let _ = Command::new(tool).status(); //~ command-injection
    }
    next.run(request).await
}

async fn socket(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if let Message::Text(text) = message {
                let _ = Command::new(text.as_str()).status(); //~ command-injection
            }
        }
    })
}

// Of two ways to one place, the one through fewer calls is shown.
async fn by_a_long_way(Json(input): Json<Input>) {
    through_one(input.tool);
}

fn through_one(tool: String) {
    through_two(tool);
}

fn through_two(tool: String) {
    through_three(tool);
}

fn through_three(tool: String) {
    start(tool);
}

async fn by_a_short_way(Query(input): Query<Input>) {
    start(input.tool);
}

fn start(tool: String) {
    let _ = Command::new(tool).status(); //~ command-injection
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/1", post(validated).get(own_parts).put(own_parts_field).delete(delegated))
        .route("/2", get(of_state).post(state))
        .route("/3/{tool}/{count}", get(path_struct).post(path_map).put(raw_path))
        .route("/4", patch(optional_json).post(query_pairs).put(query_not_destructured).delete(query_count))
        .route("/5", get(raw_query).post(form).put(raw_form))
        .route("/6", post(rejected).put(json_vector).patch(json_any).delete(bytes))
        .route("/7", get(request).post(request_body).put(request_header))
        .route("/8", get(original_uri).post(uri_segments).put(matched_path).delete(method))
        .route("/9", get(headers).post(typed_header).put(cookies))
        .route("/10", get(extension).layer(from_fn(known_user)))
        .route("/11", get(socket).layer(from_fn(run_before)))
        .route(
            "/12",
            get(|Query(input): Query<Input>| async move {
                let _ = Command::new(input.tool).status(); //~ command-injection
            })
            .post(|| async {
                let _ = Command::new("date").status(); // near miss: main
            }),
        )
        .route("/13", get(by_a_short_way).post(by_a_long_way))
        .with_state(App { tool: "true".to_string() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.expect("a port");
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.expect("a server");
}
