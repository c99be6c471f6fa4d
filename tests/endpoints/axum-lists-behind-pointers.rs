//! Lists of what tells who somebody is, behind pointers: what is asked of their items is known.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use jsonwebtoken::{DecodingKey, Validation, decode};

#[derive(Clone, serde::Deserialize)]
struct Caller {
    sub: String,
}

enum Way {
    Key { key: String, name: String },
    Token(DecodingKey),
    /// Takes everybody at their word.
    Word,
}

impl Way {
    fn recognize(&self, headers: &HeaderMap) -> Option<Caller> {
        match self {
            Way::Key { key, name } => {
                let sent = headers.get("x-api-key")?.to_str().ok()?;
                (sent == key).then(|| Caller { sub: name.clone() })
            }
            Way::Token(key) => {
                let sent = headers.get("authorization")?.to_str().ok()?;
                decode::<Caller>(sent, key, &Validation::default()).ok().map(|it| it.claims)
            }
            Way::Word => None,
        }
    }

    fn believe(&self, headers: &HeaderMap) -> Option<Caller> {
        match self {
            Way::Word => Some(Caller { sub: headers.get("x-api-key")?.to_str().ok()?.to_owned() }),
            other => other.recognize(headers),
        }
    }
}

#[derive(Clone)]
struct App {
    shared: Arc<Vec<Way>>,
    slice: Arc<[Way]>,
}

fn wipe(of: &str) -> Result<(), StatusCode> {
    std::fs::remove_dir_all(of).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn found(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let caller = app.shared.iter().find_map(|way| way.recognize(&headers));
    wipe(&caller.ok_or(StatusCode::UNAUTHORIZED)?.sub)
}

async fn of_slice(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    if !app.slice.iter().any(|way| way.recognize(&headers).is_some()) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    wipe("slice")
}

async fn first(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let way = app.shared.first().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
    wipe(&way.recognize(&headers).ok_or(StatusCode::UNAUTHORIZED)?.sub)
}

async fn believed(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let caller = app.shared.iter().find_map(|way| way.believe(&headers));
    wipe(&caller.ok_or(StatusCode::UNAUTHORIZED)?.sub)
}

async fn not_asked(State(app): State<App>, headers: HeaderMap) -> Result<(), StatusCode> {
    let caller = app.shared.iter().find_map(|way| way.recognize(&headers));
    wipe(&caller.map(|it| it.sub).unwrap_or_default())
}

//@ POST /found required
//@ POST /slice required
//@ POST /first required
//@ POST /believed optional
//@ POST /not-asked none
pub fn app(app: App) -> Router {
    Router::new()
        .route("/found", post(found))
        .route("/slice", post(of_slice))
        .route("/first", post(first))
        .route("/believed", post(believed))
        .route("/not-asked", post(not_asked))
        .with_state(app)
}
