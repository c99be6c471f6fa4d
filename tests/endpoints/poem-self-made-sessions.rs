//! Sessions that anybody may open for themselves: a handler that knows them demands nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::{Data, Json, Query};
use poem::{EndpointExt, IntoResponse, Request, Route, Server, get, handler};

/// A trait that is not in scope where it is handled: it says of everything that it is something.
mod schema {
    pub trait Type {
        fn is_none(&self) -> bool {
            false
        }
    }

    impl<T: Type> Type for &T {}
    impl<T: Type> Type for Box<T> {}
    impl Type for String {}
}

struct State {
    sessions: Mutex<HashMap<String, i64>>,
}

async fn answer(text: String) -> Option<String> {
    Some(text)
}

#[handler]
async fn talk(
    data: Data<&Arc<State>>,
    query: Query<HashMap<String, String>>,
    request: &Request,
    body: Json<Vec<String>>,
) -> impl IntoResponse {
    let session_id = request
        .headers()
        .get("Mcp-Session-Id")
        .and_then(|value| value.to_str().ok())
        .map(String::from)
        .or_else(|| query.get("session_id").cloned());
    if session_id.is_none() {
        if body.len() == 1 {
            let id = uuid::Uuid::new_v4().to_string();
            let resp = answer(body.0[0].clone()).await.expect("an answer");
            data.0.sessions.lock().unwrap().insert(id.clone(), 0);
            return Json(resp).with_header("Mcp-Session-Id", id).into_response();
        }
        return StatusCode::BAD_REQUEST.into_response();
    }
    let session_id = session_id.unwrap();
    let count = {
        let mut sessions = data.0.sessions.lock().unwrap();
        let Some(session) = sessions.get_mut(&session_id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        *session += 1;
        *session
    };
    Json(count).with_content_type("application/json").into_response()
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let state = Arc::new(State { sessions: Mutex::new(HashMap::new()) });
    let app = Route::new().at("/", get(talk).post(talk)).data(state);
    Server::new(TcpListener::bind("0.0.0.0:3000")).run(app).await
}

//@ GET / none
//@ POST / none
