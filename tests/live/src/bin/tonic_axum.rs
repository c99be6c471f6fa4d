//! tonic and axum on one port: services become an axum router, and what is merged after a layer is not behind it.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: absent POST /live.v1.Mail/Nothing
//! live: absent POST /live.v1.Notes/Read
//! live: absent POST /nothing

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response as HttpResponse;
use axum::routing::{get, post};
use moat_live::reached;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// What `proto/live.proto` describes.
#[expect(clippy::allow_attributes, reason = "generated code says `allow`")]
pub mod live {
    tonic::include_proto!("live.v1");
}

use live::admin_server::{Admin, AdminServer};
use live::health_server::{Health, HealthServer};
use live::mail_server::{Mail, MailServer};
use live::prints_server::{Prints, PrintsServer};
use live::{Name, Text};

type Sessions = Arc<HashMap<String, String>>;
type Answer = Result<Response<Text>, Status>;

fn said(text: &str) -> Answer {
    Ok(Response::new(Text {
        text: text.to_owned(),
    }))
}

struct Registry;

#[tonic::async_trait]
impl Admin for Registry {
    async fn purge(&self, _request: Request<Name>) -> Answer {
        reached("purge");
        said("purged")
    }

    async fn count_all(&self, _request: Request<Name>) -> Answer {
        reached("count_all");
        said("0")
    }
}

struct Queue;

#[tonic::async_trait]
impl Prints for Queue {
    async fn queue(&self, _request: Request<Name>) -> Answer {
        reached("queue");
        said("queued")
    }
}

struct Post;

#[tonic::async_trait]
impl Mail for Post {
    async fn send(&self, _request: Request<Name>) -> Answer {
        reached("send");
        said("sent")
    }

    async fn discard(&self, _request: Request<Name>) -> Answer {
        reached("discard");
        said("discarded")
    }
}

struct Alive;

#[tonic::async_trait]
impl Health for Alive {
    async fn check(&self, _request: Request<Name>) -> Answer {
        reached("check");
        said("alive")
    }
}

async fn require_session(
    State(sessions): State<Sessions>,
    request: HttpRequest,
    next: Next,
) -> Result<HttpResponse, StatusCode> {
    let header = request.headers().get("authorization");
    let header = header.and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer "));
    let known = token.is_some_and(|it| sessions.contains_key(it));
    match known {
        true => Ok(next.run(request).await),
        false => Err(StatusCode::UNAUTHORIZED),
    }
}

async fn status() -> &'static str {
    reached("status");
    "well"
}

async fn reset() -> &'static str {
    reached("reset");
    "done"
}

#[tokio::main]
async fn main() {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let auth = middleware::from_fn_with_state(sessions, require_session);
    let guarded = Routes::new(AdminServer::new(Registry)).add_service(PrintsServer::new(Queue));
    let router = Router::new()
        .route("/reset", post(reset))
        .merge(guarded.into_axum_router())
        .route_service("/live.v1.Mail/Send", MailServer::new(Post))
        .layer(auth)
        .route_service("/live.v1.Mail/Discard", MailServer::new(Post))
        .route("/status", get(status))
        .route_service("/live.v1.Health/{*rest}", HealthServer::new(Alive));
    let listener = tokio::net::TcpListener::bind(moat_live::address())
        .await
        .expect("the port is free");
    axum::serve(listener, router).await.expect("it serves");
}
