//! tonic: what stands around the whole server. An own tower layer with a list of open paths, an interceptor as a layer,
//! a timeout.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: slow count_all
//! live: absent POST /live.v1.Health/Nothing
//! live: absent POST /live.v1.Notes/Read

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Request as HttpRequest, Response as HttpResponse};
use moat_live::reached;
use tonic::service::InterceptorLayer;
use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tower::{Layer, Service};

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

/// A layer of our own, around all services, but for one method.
#[derive(Clone)]
struct RequireSession {
    sessions: Sessions,
}

#[derive(Clone)]
struct RequireSessionService<S> {
    inner: S,
    sessions: Sessions,
}

impl<S> Layer<S> for RequireSession {
    type Service = RequireSessionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireSessionService {
            inner,
            sessions: self.sessions.clone(),
        }
    }
}

fn is_known(headers: &HeaderMap, sessions: &Sessions) -> bool {
    let header = headers.get("authorization").and_then(|it| it.to_str().ok());
    let token = header.and_then(|it| it.strip_prefix("Bearer "));
    token.is_some_and(|it| sessions.contains_key(it))
}

impl<S, B, R> Service<HttpRequest<B>> for RequireSessionService<S>
where
    S: Service<HttpRequest<B>, Response = HttpResponse<R>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Send + 'static,
    R: Default + Send + 'static,
{
    type Response = HttpResponse<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest<B>) -> Self::Future {
        let is_open = request.uri().path() == "/live.v1.Health/Check";
        if !is_open && !is_known(request.headers(), &self.sessions) {
            return Box::pin(async { Ok(Status::unauthenticated("no session").into_http()) });
        }
        Box::pin(self.inner.call(request))
    }
}

/// Looks, and lets everybody in.
fn look(request: Request<()>) -> Result<Request<()>, Status> {
    if request.metadata().get("authorization").is_none() {
        eprintln!("nobody that we know");
    }
    Ok(request)
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
        tokio::time::sleep(Duration::from_millis(700)).await;
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

#[tokio::main]
async fn main() -> Result<(), tonic::transport::Error> {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let mut server = Server::builder()
        .timeout(Duration::from_millis(200))
        .layer(InterceptorLayer::new(look))
        .layer(RequireSession { sessions });
    server
        .add_service(AdminServer::new(Registry))
        .add_service(PrintsServer::new(Queue))
        .add_optional_service(Some(MailServer::new(Post)))
        .add_service(HealthServer::new(Alive))
        .serve(moat_live::address())
        .await
}
