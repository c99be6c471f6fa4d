//! Where GraphQL is mounted: services of async-graphql's own in poem and actix-web, layers around the
//! mount, one schema behind two methods, and one that nobody serves.
//@ POST /open none
//@ POST /open#query.version none
//@ POST /open#mutation.setVersion none
//@ POST /inner required
//@ POST /inner#query.version required
//@ POST /inner#mutation.setVersion required
//@ GET /both none
//@ POST /both none
//@ POST /both#query.version none
//@ POST /both#mutation.setVersion none

use async_graphql::{EmptySubscription, Object, Schema};
use async_graphql_poem::{GraphQL, GraphQLRequest, GraphQLResponse};
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{Endpoint, EndpointExt, IntoResponse, Middleware, Request, Response, Route, Server, get, handler, post};

struct Query;

#[Object]
impl Query {
    async fn version(&self) -> i64 {
        1
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn set_version(&self, to: i64) -> i64 {
        to
    }
}

struct Unserved;

#[Object]
impl Unserved {
    async fn nothing(&self) -> i64 {
        0
    }
}

type Versions = Schema<Query, Mutation, EmptySubscription>;

struct ByKey;

impl<E: Endpoint> Middleware<E> for ByKey {
    type Output = ByKeyEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        ByKeyEndpoint { inner }
    }
}

struct ByKeyEndpoint<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for ByKeyEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let expected = std::env::var("API_KEY").expect("a key");
        if request.header("x-api-key") != Some(expected.as_str()) || request.uri().path() == "/inner#query.version" {
            return Err(poem::Error::from_status(poem::http::StatusCode::UNAUTHORIZED));
        }
        Ok(self.inner.call(request).await?.into_response())
    }
}

#[handler]
async fn both(schema: Data<&Versions>, request: GraphQLRequest) -> GraphQLResponse {
    schema.execute(request.0).await.into()
}

fn unserved() -> Schema<Unserved, async_graphql::EmptyMutation, EmptySubscription> {
    Schema::new(Unserved, async_graphql::EmptyMutation, EmptySubscription)
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    println!("{}", unserved().sdl());
    let schema: Versions = Schema::build(Query, Mutation, EmptySubscription).finish();
    let app = Route::new()
        .at("/open", post(GraphQL::new(schema.clone())))
        .at("/inner", post(GraphQL::new(schema.clone())).with(ByKey))
        .at("/both", get(both).post(both))
        .data(schema);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
