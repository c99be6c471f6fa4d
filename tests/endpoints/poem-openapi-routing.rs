//! How APIs are put together and served, and what stands around their operations.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::middleware::{Cors, SetHeader};
use poem::{Endpoint, EndpointExt, Error, IntoEndpoint, Request, Response, Result, Route, Server};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{ApiResponse, Object, OpenApi, OpenApiService, Tags, Webhook};

const USERS: &str = "/users";

#[derive(Tags)]
enum Tag {
    Users,
}

#[derive(Object)]
struct User {
    #[oai(validator(max_length = 64))]
    name: String,
}

#[derive(ApiResponse)]
enum Created {
    #[oai(status = 201)]
    Ok(Json<i64>),
}

async fn with_key(ep: impl Endpoint, req: Request) -> Result<Response> {
    let wanted = std::env::var("API_KEY").map_err(poem::error::InternalServerError)?;
    if req.header("x-api-key") != Some(wanted.as_str()) {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    }
    Ok(ep.get_response(req).await)
}

fn guarded(ep: impl Endpoint + 'static) -> impl Endpoint {
    ep.around(with_key)
}

fn decorated(ep: impl Endpoint) -> impl Endpoint {
    ep.with(SetHeader::new().appending("x-served-by", "us"))
}

#[derive(Default)]
struct Users {
    next: i64,
}

#[OpenApi(prefix_path = USERS, tag = "Tag::Users")]
impl Users {
    #[oai(path = "/", method = "get")]
    async fn list(&self, prefix: Query<Option<String>>) -> PlainText<String> {
        PlainText(prefix.0.unwrap_or_default())
    }

    #[oai(path = "/", method = "post", transform = "guarded")]
    async fn create(&self, user: Json<User>) -> Created {
        Created::Ok(Json(self.next + user.0.name.len() as i64))
    }

    #[oai(path = "/:id", method = "put", method = "patch", operation_id = "change", transform = "decorated")]
    async fn change(&self, id: Path<i64>) -> PlainText<String> {
        PlainText(id.0.to_string())
    }

    #[oai(path = "/:id/secret", method = "get", hidden)]
    async fn secret(&self, id: Path<i64>) -> PlainText<String> {
        PlainText(id.0.to_string())
    }

    async fn helper(&self) -> i64 {
        self.next
    }
}

struct Status;

#[OpenApi]
impl Status {
    /// Is it up?
    #[oai(path = "/status", method = "get", deprecated)]
    async fn status(&self) -> PlainText<&'static str> {
        PlainText("up")
    }
}

struct Reports<T>(T);

#[OpenApi]
impl<T: Send + Sync + 'static> Reports<T> {
    #[oai(path = "/reports", method = "delete")]
    async fn clear(&self) -> PlainText<&'static str> {
        PlainText(std::any::type_name::<T>())
    }
}

#[Webhook]
trait Hooks {
    #[oai(name = "created", method = "post")]
    fn created(&self, user: Json<User>);
}

fn public() -> OpenApiService<Status, ()> {
    OpenApiService::new(Status, "Public", "1.0")
}

fn apis() -> impl OpenApi {
    (Users::default(), Reports(1u8))
}

fn app() -> impl IntoEndpoint {
    let service = OpenApiService::new((Users::default(), Status), "All", "1.0")
        .webhooks::<&dyn Hooks>()
        .description("Everything")
        .server("http://localhost:3000/api");
    let ui = service.swagger_ui();
    let spec = service.spec_endpoint();
    let json = service.spec();
    Route::new()
        .nest("/api", service)
        .nest("/docs", ui)
        .at("/openapi.json", spec)
        .at("/openapi.txt", poem::endpoint::make_sync(move |_| json.clone()))
        .nest("/public", public().with(Cors::new()))
        .nest("/internal", OpenApiService::new(apis(), "Internal", "1.0").around(with_key))
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    Server::new(TcpListener::bind("0.0.0.0:3000")).name("api").run(app()).await
}

//@ GET /api/users none
//@ POST /api/users required
//@ PUT /api/users/{id} none
//@ PATCH /api/users/{id} none
//@ GET /api/users/{id}/secret none
//@ GET /api/status none
//@ ANY /docs/{*rest} none
//@ ANY /openapi.json none
//@ ANY /openapi.txt none
//@ GET /public/status none
//@ GET /internal/users required
//@ POST /internal/users required
//@ PUT /internal/users/{id} required
//@ PATCH /internal/users/{id} required
//@ GET /internal/users/{id}/secret required
//@ DELETE /internal/reports required
