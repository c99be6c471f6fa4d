//! Operations of poem-openapi: which security schemes decide anything.

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::{Endpoint, EndpointExt, Error, FromRequest, Request, RequestBody, Response, Result, Route, Server};
use poem_openapi::auth::{ApiKey, Bearer};
use poem_openapi::param::Path;
use poem_openapi::payload::PlainText;
use poem_openapi::{OpenApi, OpenApiService, SecurityScheme};
use sqlx::PgPool;

#[derive(Clone)]
struct Keys(std::collections::HashMap<String, i64>);

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "x-api-key", key_in = "header", checker = "known_key")]
struct Known(i64);

async fn known_key(req: &Request, key: ApiKey) -> Option<i64> {
    req.data::<Keys>()?.0.get(&key.key).copied()
}

/// Without a checker any token will do.
#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct Any(Bearer);

#[derive(SecurityScheme)]
enum Optional {
    Known(Known),
    #[oai(fallback)]
    Nobody,
}

struct Owner(i64);

impl<'a> FromRequest<'a> for Owner {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let keys = req.data::<Keys>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let key = req.header("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
        let owner = keys.0.get(key).ok_or_else(|| Error::from_status(StatusCode::UNAUTHORIZED))?;
        Ok(Owner(*owner))
    }
}

async fn with_owner(ep: impl Endpoint, req: Request) -> Result<Response> {
    Owner::from_request_without_body(&req).await?;
    Ok(ep.get_response(req).await)
}

fn guarded(ep: impl Endpoint + 'static) -> impl Endpoint {
    ep.around(with_owner)
}

struct Notes {
    db: PgPool,
}

impl Notes {
    async fn save(&self, author: i64, text: &str) -> Result<PlainText<String>> {
        let query = sqlx::query("INSERT INTO note (author, text) VALUES ($1, $2)").bind(author).bind(text.to_owned());
        query.execute(&self.db).await.map_err(poem::error::InternalServerError)?;
        Ok(PlainText("saved".into()))
    }
}

#[OpenApi(prefix_path = "/notes")]
impl Notes {
    // near miss: a checker that looks the key up
    #[oai(path = "/", method = "post")]
    async fn create(&self, auth: Known, text: PlainText<String>) -> Result<PlainText<String>> {
        self.save(auth.0, &text.0).await
    }

    // near miss: an extractor of poem's that verifies
    #[oai(path = "/owned", method = "post")]
    async fn owned(&self, owner: Owner, text: PlainText<String>) -> Result<PlainText<String>> {
        self.save(owner.0, &text.0).await
    }

    // near miss: what `transform` makes of the operation
    #[oai(path = "/:id", method = "delete", transform = "guarded")]
    async fn remove(&self, id: Path<i64>) -> Result<PlainText<String>> {
        self.save(id.0, "").await
    }

    // near miss: an optional scheme that the body insists on
    #[oai(path = "/insisting", method = "post")]
    async fn insisting(&self, auth: Optional, text: PlainText<String>) -> Result<PlainText<String>> {
        let Optional::Known(known) = auth else {
            return Err(Error::from_status(StatusCode::UNAUTHORIZED));
        };
        self.save(known.0, &text.0).await
    }

    #[oai(path = "/any", method = "post")]
    async fn any(&self, _auth: Any, text: PlainText<String>) -> Result<PlainText<String>> { //~ missing-authentication
        self.save(0, &text.0).await
    }

    #[oai(path = "/optional", method = "post")]
    async fn optional(&self, _auth: Optional, text: PlainText<String>) -> Result<PlainText<String>> { //~ missing-authentication
        self.save(0, &text.0).await
    }

    #[oai(path = "/open", method = "post")]
    async fn open(&self, text: PlainText<String>) -> Result<PlainText<String>> { //~ missing-authentication
        self.save(0, &text.0).await
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let service = OpenApiService::new(Notes { db }, "Notes", "1.0");
    // near miss: the documentation of the API
    let ui = service.swagger_ui();
    let app = Route::new().nest("/api", service).nest("/", ui).data(Keys(std::collections::HashMap::new()));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}
