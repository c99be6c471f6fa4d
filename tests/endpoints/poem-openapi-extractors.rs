//! Operations that take poem's extractors, extractors of their own, and the state of their API.

use std::collections::HashMap;

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::session::{CookieConfig, MemoryStorage, ServerSession, Session};
use poem::web::Data;
use poem::{EndpointExt, Error, FromRequest, Request, RequestBody, Result, Route, Server};
use poem_openapi::param::{Cookie, Header};
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::types::multipart::Upload;
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiRequest, ExtractParamOptions, Multipart, Object, OpenApi, OpenApiService,
};
use sqlx::PgPool;
use subtle::ConstantTimeEq;

#[derive(Clone)]
struct Keys(HashMap<String, i64>);

struct Owner(i64);

impl<'a> FromRequest<'a> for Owner {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let keys = req.data::<Keys>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let key = req.header("x-api-key").ok_or(StatusCode::UNAUTHORIZED)?;
        match keys.0.get(key) {
            Some(owner) => Ok(Owner(*owner)),
            None => Err(Error::from_status(StatusCode::UNAUTHORIZED)),
        }
    }
}

/// Extracts by the trait of the documented APIs.
struct Direct(i64);

impl<'a> ApiExtractor<'a> for Direct {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _param_opts: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let Owner(id) = <Owner as FromRequest>::from_request(request, body).await?;
        Ok(Direct(id))
    }
}

#[derive(Object)]
struct Note {
    text: String,
}

#[derive(ApiRequest)]
enum Body {
    Json(Json<Note>),
    Text(PlainText<String>),
}

#[derive(Debug, Multipart)]
struct Files {
    file: Upload,
}

struct Api {
    token: String,
    db: PgPool,
}

impl Api {
    fn allow(&self, token: &str) -> Result<()> {
        if bool::from(token.as_bytes().ct_eq(self.token.as_bytes())) {
            Ok(())
        } else {
            Err(Error::from_status(StatusCode::FORBIDDEN))
        }
    }

    async fn save(&self, text: &str) -> Result<PlainText<String>> {
        let query = sqlx::query("INSERT INTO note (text) VALUES ($1)").bind(text.to_owned());
        query.execute(&self.db).await.map_err(poem::error::InternalServerError)?;
        Ok(PlainText("saved".into()))
    }
}

#[OpenApi]
impl Api {
    #[oai(path = "/owner", method = "post")]
    async fn owner(&self, owner: Owner, body: Json<Note>) -> Result<PlainText<String>> {
        self.save(&format!("{}: {}", owner.0, body.0.text)).await
    }

    #[oai(path = "/direct", method = "post")]
    async fn direct(&self, _owner: Direct, body: Body) -> Result<PlainText<String>> {
        let text = match body {
            Body::Json(note) => note.0.text,
            Body::Text(text) => text.0,
        };
        self.save(&text).await
    }

    #[oai(path = "/optional", method = "post")]
    async fn optional(&self, owner: Option<Owner>) -> Result<PlainText<String>> {
        self.save(&owner.map_or(0, |it| it.0).to_string()).await
    }

    #[oai(path = "/header", method = "post")]
    async fn header(&self, #[oai(name = "x-admin-token")] token: Header<String>) -> Result<PlainText<String>> {
        self.allow(&token.0)?;
        self.save("by header").await
    }

    #[oai(path = "/header-unread", method = "post")]
    async fn header_unread(&self, #[oai(name = "x-admin-token")] _token: Header<String>) -> Result<PlainText<String>> {
        self.save("by anybody").await
    }

    #[oai(path = "/cookie", method = "post")]
    async fn cookie(&self, session: Cookie<String>) -> Result<PlainText<String>> {
        let query = sqlx::query_scalar("SELECT account FROM session WHERE token = $1").bind(session.0);
        let account: Option<i64> = query.fetch_optional(&self.db).await.map_err(poem::error::InternalServerError)?;
        let account = account.ok_or(StatusCode::UNAUTHORIZED)?;
        self.save(&account.to_string()).await
    }

    #[oai(path = "/session", method = "post")]
    async fn session(&self, session: &Session) -> Result<PlainText<String>> {
        let user: i64 = session.get("user_id").ok_or(StatusCode::UNAUTHORIZED)?;
        self.save(&user.to_string()).await
    }

    #[oai(path = "/upload", method = "post")]
    async fn upload(&self, files: Files) -> Result<PlainText<String>> {
        self.save(files.file.file_name().unwrap_or_default()).await
    }

    #[oai(path = "/keys", method = "get")]
    async fn keys(&self, keys: Data<&Keys>) -> PlainText<String> {
        PlainText(keys.0.0.len().to_string())
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let db = PgPool::connect_lazy(&std::env::var("DATABASE_URL").expect("DATABASE_URL is set")).expect("a URL");
    let api = Api { token: std::env::var("ADMIN_TOKEN").expect("ADMIN_TOKEN is set"), db };
    let service = OpenApiService::new(api, "Extractors", "1.0");
    let app = Route::new()
        .nest("/", service)
        .with(ServerSession::new(CookieConfig::default(), MemoryStorage::new()))
        .data(Keys(HashMap::new()));
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ POST /owner required
//@ POST /direct required
//@ POST /optional optional
//@ POST /header required
//@ POST /header-unread optional
//@ POST /cookie required
//@ POST /session required
//@ POST /upload none
//@ GET /keys none
