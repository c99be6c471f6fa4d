//! dropshot 0.16: an API that is a trait, as a type implements it.
//@ GET /counter none
//@ PUT /counter required

use dropshot::{HttpError, HttpResponseOk, RequestContext, ServerBuilder, TypedBody};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize, JsonSchema)]
pub struct Value {
    counter: u64,
}

#[dropshot::api_description]
pub trait CounterApi {
    type Context;

    #[endpoint { method = GET, path = "/counter" }]
    async fn get_counter(rqctx: RequestContext<Self::Context>) -> Result<HttpResponseOk<Value>, HttpError>;

    #[endpoint { method = PUT, path = "/counter" }]
    async fn put_counter(
        rqctx: RequestContext<Self::Context>,
        update: TypedBody<Value>,
    ) -> Result<HttpResponseOk<Value>, HttpError>;
}

/// Another type of the same trait, which nobody serves.
enum Unserved {}

impl CounterApi for Unserved {
    type Context = u64;

    async fn get_counter(_rqctx: RequestContext<u64>) -> Result<HttpResponseOk<Value>, HttpError> {
        Ok(HttpResponseOk(Value { counter: 0 }))
    }

    async fn put_counter(
        _rqctx: RequestContext<u64>,
        update: TypedBody<Value>,
    ) -> Result<HttpResponseOk<Value>, HttpError> {
        Ok(HttpResponseOk(update.into_inner()))
    }
}

enum Served {}

impl CounterApi for Served {
    type Context = u64;

    async fn get_counter(rqctx: RequestContext<u64>) -> Result<HttpResponseOk<Value>, HttpError> {
        Ok(HttpResponseOk(Value { counter: *rqctx.context() }))
    }

    async fn put_counter(
        rqctx: RequestContext<u64>,
        update: TypedBody<Value>,
    ) -> Result<HttpResponseOk<Value>, HttpError> {
        let key = std::env::var("API_KEY").expect("a key");
        let sent = rqctx.request.headers().get("x-api-key").and_then(|it| it.to_str().ok());
        if sent != Some(key.as_str()) {
            return Err(HttpError::for_bad_request(None, "a key is wanted".to_owned()));
        }
        Ok(HttpResponseOk(update.into_inner()))
    }
}

#[tokio::main]
async fn main() -> Result<(), String> {
    let api = counter_api_mod::api_description::<Served>().unwrap();
    let log = slog::Logger::root(slog::Discard, slog::o!());
    let server = ServerBuilder::new(api, 7, log).start().map_err(|error| error.to_string())?;
    server.await
}
