//! Security schemes of which one suffices, with and without a way past all of them.

use std::collections::HashMap;

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::{EndpointExt, Request, Result, Route, Server};
use poem_openapi::auth::{ApiKey, Bearer};
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService, SecurityScheme};

#[derive(Clone)]
struct Keys(HashMap<String, i64>);

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "session", key_in = "cookie", checker = "known")]
struct BySession(i64);

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "x-api-key", key_in = "header", checker = "known")]
struct ByKey(i64);

async fn known(req: &Request, key: ApiKey) -> Option<i64> {
    req.data::<Keys>()?.0.get(&key.key).copied()
}

#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct ByAnyToken(Bearer);

#[derive(SecurityScheme)]
enum Either {
    Session(BySession),
    Key(ByKey),
}

#[derive(SecurityScheme)]
enum OrAnyToken {
    Session(BySession),
    Token(ByAnyToken),
}

#[derive(SecurityScheme)]
enum OrNobody {
    Session(BySession),
    Key(ByKey),
    #[oai(fallback)]
    Nobody,
}

impl OrNobody {
    fn id(&self) -> Option<i64> {
        match self {
            OrNobody::Session(it) => Some(it.0),
            OrNobody::Key(it) => Some(it.0),
            OrNobody::Nobody => None,
        }
    }
}

struct Api;

#[OpenApi(prefix_path = "/v1")]
impl Api {
    #[oai(path = "/either", method = "post")]
    async fn either(&self, auth: Either) -> PlainText<String> {
        let id = match auth {
            Either::Session(it) => it.0,
            Either::Key(it) => it.0,
        };
        PlainText(id.to_string())
    }

    #[oai(path = "/or-any-token", method = "post")]
    async fn or_any_token(&self, _auth: OrAnyToken) -> PlainText<String> {
        PlainText(String::new())
    }

    #[oai(path = "/or-nobody", method = "post")]
    async fn or_nobody(&self, auth: OrNobody) -> PlainText<String> {
        PlainText(auth.id().map_or_else(String::new, |it| it.to_string()))
    }

    #[oai(path = "/insists", method = "post")]
    async fn insists(&self, auth: OrNobody) -> Result<PlainText<String>> {
        if let OrNobody::Nobody = auth {
            return Err(StatusCode::UNAUTHORIZED.into());
        }
        Ok(PlainText(String::new()))
    }

    #[oai(path = "/insists-by-method", method = "post")]
    async fn insists_by_method(&self, auth: OrNobody) -> Result<PlainText<String>> {
        let id = auth.id().ok_or(StatusCode::UNAUTHORIZED)?;
        Ok(PlainText(id.to_string()))
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let keys = std::env::var("KEYS").expect("KEYS is set");
    let keys = keys.split(',').enumerate().map(|(id, key)| (key.to_owned(), id as i64)).collect();
    let app = Route::new().nest("/", OpenApiService::new(Api, "Alternatives", "1.0")).data(Keys(keys));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /v1/either required
//@ POST /v1/or-any-token optional
//@ POST /v1/or-nobody optional
//@ POST /v1/insists required
//@ POST /v1/insists-by-method required
