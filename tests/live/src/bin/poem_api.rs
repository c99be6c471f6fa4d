//! poem-openapi: security schemes on some operations, with and without a checker, and alternatives.
//!
//! live: valid Authorization: Bearer gold
//! live: valid X-Key: gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Basic dGluOnRpbg==
//! live: invented X-Key: tin
//! live: body add_note application/json {"text":"hello"}
//! live: body add_guarded application/json {"text":"hello"}
//! live: for by_basic Authorization: Basic YW5uOmdvbGQ=
//! live: for any_basic Authorization: Basic YW5uOmdvbGQ=
//! live: presence any_bearer: a scheme without a checker takes any token
//! live: presence any_basic: a scheme without a checker takes any name
//! live: presence by_yes: the checker says yes to everybody
//! live: absent GET /api/v1
//! live: absent GET /api/v1/notes/7/more

use std::collections::HashMap;
use std::sync::Arc;

use moat_live::reached;
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{Endpoint, EndpointExt, Error, Request, Result, Route, Server};
use poem_openapi::auth::{ApiKey, Basic, Bearer};
use poem_openapi::param::Path;
use poem_openapi::payload::{Json, PlainText};
use poem_openapi::{Object, OpenApi, OpenApiService, SecurityScheme};

type Sessions = Arc<HashMap<String, String>>;

/// Who has a session.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", checker = "check_bearer")]
struct Session(String);

async fn check_bearer(req: &Request, bearer: Bearer) -> Option<String> {
    let sessions = req.data::<Sessions>()?;
    sessions.get(&bearer.token).cloned()
}

/// Who has a key.
#[derive(SecurityScheme)]
#[oai(
    ty = "api_key",
    key_name = "X-Key",
    key_in = "header",
    checker = "check_key"
)]
struct Key(String);

async fn check_key(req: &Request, key: ApiKey) -> Result<String> {
    let sessions = req.data::<Sessions>();
    match sessions.and_then(|it| it.get(&key.key)) {
        Some(name) => Ok(name.clone()),
        None => Err(Error::from_status(StatusCode::UNAUTHORIZED)),
    }
}

/// Who has a password.
#[derive(SecurityScheme)]
#[oai(ty = "basic", checker = "check_basic")]
struct Password(String);

async fn check_basic(req: &Request, basic: Basic) -> Option<String> {
    let sessions = req.data::<Sessions>()?;
    let name = sessions.get(&basic.password)?;
    (*name == basic.username).then(|| name.clone())
}

/// Any token.
#[derive(SecurityScheme)]
#[oai(ty = "bearer")]
struct AnyBearer(Bearer);

/// Any name.
#[derive(SecurityScheme)]
#[oai(ty = "basic")]
struct AnyBasic(Basic);

/// Everybody who brings something.
#[derive(SecurityScheme)]
#[oai(ty = "bearer", checker = "check_nothing")]
struct Yes(String);

async fn check_nothing(_req: &Request, bearer: Bearer) -> Option<String> {
    Some(bearer.token)
}

/// One of both.
#[derive(SecurityScheme)]
enum SessionOrKey {
    Session(Session),
    Key(Key),
}

/// One of both, or nothing.
#[derive(SecurityScheme)]
enum SessionOrNobody {
    Session(Session),
    #[oai(fallback)]
    Nobody,
}

#[derive(Object)]
struct Note {
    text: String,
}

async fn require_session<E: Endpoint>(ep: E, req: Request) -> Result<E::Output> {
    let sessions = req.data::<Sessions>();
    let token = req.header("Authorization");
    let token = token.and_then(|it| it.strip_prefix("Bearer "));
    let name = sessions.and_then(|it| it.get(token.unwrap_or_default()));
    if name.is_none() {
        return Err(Error::from_status(StatusCode::UNAUTHORIZED));
    }
    ep.call(req).await
}

fn around(ep: impl Endpoint + 'static) -> impl Endpoint {
    ep.around(require_session)
}

struct Api;

#[OpenApi(prefix_path = "/v1")]
impl Api {
    #[oai(path = "/status", method = "get")]
    async fn status(&self) -> PlainText<String> {
        reached("status");
        PlainText("well".to_owned())
    }

    #[oai(path = "/notes", method = "post")]
    async fn add_note(&self, note: Json<Note>) -> PlainText<String> {
        reached("add_note");
        PlainText(note.0.text)
    }

    #[oai(path = "/notes", method = "put")]
    async fn add_guarded(&self, session: Session, note: Json<Note>) -> PlainText<String> {
        reached("add_guarded");
        PlainText(session.0 + &note.0.text)
    }

    #[oai(path = "/notes/:id", method = "delete")]
    async fn remove_note(&self, session: Session, id: Path<u64>) -> PlainText<String> {
        reached("remove_note");
        PlainText(format!("{} {}", session.0, id.0))
    }

    #[oai(path = "/notes/:id", method = "get")]
    async fn read_note(&self, id: Path<u64>) -> PlainText<String> {
        reached("read_note");
        PlainText(id.0.to_string())
    }

    #[oai(path = "/key", method = "post")]
    async fn by_key(&self, key: Key) -> PlainText<String> {
        reached("by_key");
        PlainText(key.0)
    }

    #[oai(path = "/basic", method = "post")]
    async fn by_basic(&self, password: Password) -> PlainText<String> {
        reached("by_basic");
        PlainText(password.0)
    }

    #[oai(path = "/any-bearer", method = "post")]
    async fn any_bearer(&self, token: AnyBearer) -> PlainText<String> {
        reached("any_bearer");
        PlainText(token.0.token)
    }

    #[oai(path = "/any-basic", method = "post")]
    async fn any_basic(&self, name: AnyBasic) -> PlainText<String> {
        reached("any_basic");
        PlainText(name.0.username)
    }

    #[oai(path = "/yes", method = "post")]
    async fn by_yes(&self, yes: Yes) -> PlainText<String> {
        reached("by_yes");
        PlainText(yes.0)
    }

    #[oai(path = "/either", method = "post")]
    async fn by_either(&self, who: SessionOrKey) -> PlainText<String> {
        reached("by_either");
        match who {
            SessionOrKey::Session(it) => PlainText(it.0),
            SessionOrKey::Key(it) => PlainText(it.0),
        }
    }

    #[oai(path = "/perhaps", method = "post")]
    async fn by_perhaps(&self, who: SessionOrNobody) -> PlainText<String> {
        reached("by_perhaps");
        match who {
            SessionOrNobody::Session(it) => PlainText(it.0),
            SessionOrNobody::Nobody => PlainText("nobody".to_owned()),
        }
    }

    #[oai(path = "/perhaps", method = "put")]
    async fn by_perhaps_checked(&self, who: SessionOrNobody) -> Result<PlainText<String>> {
        let SessionOrNobody::Session(session) = who else {
            return Err(StatusCode::FORBIDDEN.into());
        };
        reached("by_perhaps_checked");
        Ok(PlainText(session.0))
    }

    #[oai(path = "/transformed", method = "post", transform = "around")]
    async fn transformed(&self) -> PlainText<String> {
        reached("transformed");
        PlainText("known".to_owned())
    }

    #[oai(path = "/in-body", method = "post")]
    async fn in_body(&self, req: &Request, sessions: Data<&Sessions>) -> Result<PlainText<String>> {
        let name = check(req, &sessions)?;
        reached("in_body");
        Ok(PlainText(name))
    }
}

fn check(req: &Request, sessions: &Sessions) -> Result<String> {
    let token = req.header("Authorization").unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or_default();
    let name = sessions.get(token);
    Ok(name.ok_or(StatusCode::UNAUTHORIZED)?.clone())
}

/// Operations that all stand behind one middleware.
struct Inner;

#[OpenApi]
impl Inner {
    #[oai(path = "/purge", method = "post")]
    async fn purge(&self) -> PlainText<String> {
        reached("purge");
        PlainText("purged".to_owned())
    }
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let api = OpenApiService::new(Api, "notes", "1.0");
    let inner = OpenApiService::new(Inner, "inner", "1.0");
    let app = Route::new()
        .nest("/api", api)
        .nest("/inner", inner.around(require_session))
        .data(sessions);
    Server::new(TcpListener::bind(moat_live::address()))
        .run(app)
        .await
}
