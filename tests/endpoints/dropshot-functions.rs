//! dropshot 0.16: functions that are registered, extractors of the service's own, checks in bodies.
//@ GET /projects none
//@ POST /projects required
//@ DELETE /projects/{id} required
//@ PUT /projects/{id} none
//@ GET /me optional
//@ GET /files/{*path} none
//@ GET /events none
//@ POST /login none
//+ GET /events websocket

use dropshot::{
    ApiDescription, ConfigDropshot, ExtractorMetadata, HttpError, HttpResponseOk, HttpServerStarter,
    Path, RequestContext, ServerContext, SharedExtractor, TypedBody, WebsocketConnection, channel, endpoint,
};
use jsonwebtoken::{DecodingKey, Validation, decode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub struct Shop {
    count: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[derive(Deserialize, JsonSchema)]
struct ById {
    id: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Rest {
    path: Vec<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Project {
    name: String,
}

/// Who asks, by a token that was verified.
pub struct User {
    name: String,
}

fn verified(headers: &http::HeaderMap) -> Option<User> {
    let token = headers.get("authorization")?.to_str().ok()?;
    let secret = std::env::var("JWT_SECRET").ok()?;
    let key = DecodingKey::from_secret(secret.as_bytes());
    let data = decode::<Claims>(token, &key, &Validation::default()).ok()?;
    Some(User { name: data.claims.sub })
}

#[async_trait::async_trait]
impl SharedExtractor for User {
    async fn from_request<C: ServerContext>(rqctx: &RequestContext<C>) -> Result<User, HttpError> {
        let unauthorized = || HttpError::for_bad_request(None, "log in".to_owned());
        verified(rqctx.request.headers()).ok_or_else(unauthorized)
    }

    fn metadata(_: dropshot::ApiEndpointBodyContentType) -> ExtractorMetadata {
        unimplemented!()
    }
}

#[endpoint {
    method = GET,
    path = "/projects",
}]
async fn list_projects(rqctx: RequestContext<Shop>) -> Result<HttpResponseOk<i64>, HttpError> {
    Ok(HttpResponseOk(rqctx.context().count))
}

#[endpoint { method = POST, path = "/projects" }]
async fn create_project(
    _rqctx: RequestContext<Shop>,
    _user: User,
    body: TypedBody<Project>,
) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk(body.into_inner().name))
}

#[endpoint { method = DELETE, path = "/projects/{id}" }]
async fn delete_project(
    rqctx: RequestContext<Shop>,
    path: Path<ById>,
) -> Result<HttpResponseOk<i64>, HttpError> {
    let Some(_user) = verified(rqctx.request.headers()) else {
        return Err(HttpError::for_bad_request(None, "log in".to_owned()));
    };
    Ok(HttpResponseOk(path.into_inner().id))
}

#[dropshot::endpoint { method = PUT, path = "/projects/{id}", request_body_max_bytes = 1024 }]
async fn rename_project(
    _rqctx: RequestContext<Shop>,
    path: Path<ById>,
    _body: TypedBody<Project>,
) -> Result<HttpResponseOk<i64>, HttpError> {
    Ok(HttpResponseOk(path.into_inner().id))
}

#[endpoint { method = GET, path = "/me" }]
async fn me(rqctx: RequestContext<Shop>) -> Result<HttpResponseOk<String>, HttpError> {
    let user = verified(rqctx.request.headers());
    Ok(HttpResponseOk(user.map_or_else(String::new, |it| it.name)))
}

#[endpoint { method = GET, path = "/files/{path:.*}", unpublished = true }]
async fn file(_rqctx: RequestContext<Shop>, path: Path<Rest>) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk(path.into_inner().path.join("/")))
}

#[channel { protocol = WEBSOCKETS, path = "/events" }]
async fn events(_rqctx: RequestContext<Shop>, _upgraded: WebsocketConnection) -> dropshot::WebsocketChannelResult {
    Ok(())
}

#[endpoint { method = POST, path = "/login" }]
async fn login(_rqctx: RequestContext<Shop>, body: TypedBody<Project>) -> Result<HttpResponseOk<String>, HttpError> {
    Ok(HttpResponseOk(body.into_inner().name))
}

/// Not registered: nobody can ask it.
#[endpoint { method = DELETE, path = "/everything" }]
async fn forgotten(_rqctx: RequestContext<Shop>) -> Result<HttpResponseOk<i64>, HttpError> {
    Ok(HttpResponseOk(0))
}

fn more(api: &mut ApiDescription<Shop>) {
    api.register(me).expect("it is the only one");
    api.register(file).expect("it is the only one");
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let mut api = ApiDescription::new();
    api.register(list_projects).unwrap();
    api.register(create_project).unwrap();
    api.register(delete_project).unwrap();
    api.register(rename_project).unwrap();
    api.register(events).unwrap();
    api.register(login).unwrap();
    more(&mut api);
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let server = HttpServerStarter::new(&ConfigDropshot::default(), api, Shop { count: 1 }, &log)
        .map_err(|error| error.to_string())?
        .start();
    server.await
}
