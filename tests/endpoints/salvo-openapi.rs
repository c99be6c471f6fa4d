//! What `#[endpoint]` says of security is documentation; what its parameters and its body ask for counts.

use salvo::oapi::extract::{CookieParam, HeaderParam, JsonBody, PathParam, QueryParam};
use salvo::oapi::{Components, SecurityRequirement};
use salvo::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, ToSchema, Debug)]
struct Todo {
    id: u64,
    text: String,
}

fn key() -> String {
    std::env::var("KEY").unwrap()
}

/// Lists them.
#[endpoint(tags("todos"), status_codes(200))]
async fn list(offset: QueryParam<usize, false>, limit: QueryParam<usize, false>) -> Json<Vec<Todo>> {
    let _ = (offset, limit);
    Json(Vec::new())
}

/// Documented as secured, and open.
#[endpoint(tags("todos"), security(["bearer" = []]), status_codes(201, 401))]
async fn create(body: JsonBody<Todo>) -> Result<StatusCode, StatusError> {
    std::fs::write("todo", &body.text).map_err(|_| StatusError::internal_server_error())?;
    Ok(StatusCode::CREATED)
}

#[endpoint(tags("todos"))]
async fn update(
    id: PathParam<u64>,
    token: HeaderParam<String, true>,
    body: JsonBody<Todo>,
) -> Result<StatusCode, StatusError> {
    if token.into_inner() != key() {
        return Err(StatusError::unauthorized());
    }
    std::fs::write(id.to_string(), &body.text).unwrap();
    Ok(StatusCode::OK)
}

#[endpoint(tags("todos"))]
async fn delete(id: PathParam<u64>, session: CookieParam<String, true>) -> StatusCode {
    let _ = session.into_inner();
    std::fs::remove_file(id.to_string()).unwrap();
    StatusCode::NO_CONTENT
}

#[handler]
async fn auth(req: &mut Request, res: &mut Response) {
    if req.header::<String>("x-token").as_deref() != Some(key().as_str()) {
        res.render(StatusError::unauthorized());
    }
}

#[tokio::main]
async fn main() {
    let router = Router::new().push(
        Router::with_path("api").push(
            Router::with_path("todos")
                .oapi_tag("todos")
                .get(list)
                .post(create)
                .push(Router::with_path("{id:num}").put(update).delete(delete))
                .push(
                    Router::with_path("secured")
                        .oapi_security(SecurityRequirement::new("bearer", Vec::<String>::new()))
                        .post(create),
                )
                .push(Router::with_path("guarded").hoop(auth).post(create)),
        ),
    );
    let doc = OpenApi::new("todos api", "0.0.1")
        .components(Components::new())
        .merge_router(&router);
    let router = router
        .unshift(doc.into_router("/api-doc/openapi.json"))
        .unshift(SwaggerUi::new("/api-doc/openapi.json").into_router("/swagger-ui"));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ GET /api/todos none
//@ POST /api/todos none
//@ PUT /api/todos/{id} required
//@ DELETE /api/todos/{id} optional
//@ POST /api/todos/secured none
//@ POST /api/todos/guarded required
//@ ANY /api-doc/openapi.json none
//@ ANY /swagger-ui/{*rest} none
