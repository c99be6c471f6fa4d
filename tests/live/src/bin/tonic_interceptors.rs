//! tonic: interceptors on some services and not on others, identities in extensions, checks in methods, sizes.
//!
//! live: valid Authorization: Bearer gold
//! live: invented Authorization: Bearer tin
//! live: invented Authorization: Bearer
//! live: large 1500000
//! live: body write application/grpc hello
//! live: body read application/grpc hello
//! live: body upload application/grpc hello
//! live: body check application/grpc hello
//! live: body send application/grpc hello
//! live: presence queue: the interceptor asks for a token, whatever it is
//! live: absent POST /live.v1.Notes/Nothing
//! live: absent POST /live.v1.Nothing/Read

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use moat_live::reached;
use tokio_stream::{Stream, StreamExt};
use tonic::metadata::MetadataMap;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Server;
use tonic::{Request, Response, Status, Streaming};

/// What `proto/live.proto` describes.
#[expect(clippy::allow_attributes, reason = "generated code says `allow`")]
pub mod live {
    tonic::include_proto!("live.v1");
}

use live::admin_server::{Admin, AdminServer};
use live::badges_server::{Badges, BadgesServer};
use live::health_server::{Health, HealthServer};
use live::mail_server::{Mail, MailServer};
use live::notes_server::{Notes, NotesServer};
use live::prints_server::{Prints, PrintsServer};
use live::{Name, Text};

type Sessions = Arc<HashMap<String, String>>;
type Answer = Result<Response<Text>, Status>;

fn name_of(metadata: &MetadataMap, sessions: &Sessions) -> Option<String> {
    let header = metadata.get("authorization")?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ")?;
    sessions.get(token).cloned()
}

fn verify(metadata: &MetadataMap, sessions: &Sessions) -> Result<String, Status> {
    name_of(metadata, sessions).ok_or_else(|| Status::unauthenticated("no session"))
}

fn said(name: &str) -> Answer {
    Ok(Response::new(Text {
        text: name.to_owned(),
    }))
}

/// Refuses everybody without a session.
#[derive(Clone)]
struct RequireSession {
    sessions: Sessions,
}

impl Interceptor for RequireSession {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        verify(request.metadata(), &self.sessions)?;
        Ok(request)
    }
}

/// Refuses a wrong token, and not those who have none.
#[derive(Clone)]
struct RequireIfThere {
    sessions: Sessions,
}

impl Interceptor for RequireIfThere {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        if request.metadata().get("authorization").is_some() {
            verify(request.metadata(), &self.sessions)?;
        }
        Ok(request)
    }
}

/// Any token will do.
fn require_something(request: Request<()>) -> Result<Request<()>, Status> {
    match request.metadata().get("authorization") {
        Some(_) => Ok(request),
        None => Err(Status::unauthenticated("no token")),
    }
}

/// Who asks, as an interceptor has found out.
#[derive(Clone)]
struct Principal(String);

#[derive(Clone)]
struct FindPrincipal {
    sessions: Sessions,
}

impl Interceptor for FindPrincipal {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(name) = name_of(request.metadata(), &self.sessions) {
            request.extensions_mut().insert(Principal(name));
        }
        Ok(request)
    }
}

struct Shelf;

#[tonic::async_trait]
impl Notes for Shelf {
    async fn read(&self, request: Request<Name>) -> Answer {
        reached("read");
        said(&request.into_inner().name)
    }

    async fn write(&self, request: Request<Name>) -> Answer {
        reached("write");
        said(&request.into_inner().name)
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<Text, Status>> + Send>>;

    async fn watch(&self, request: Request<Name>) -> Result<Response<Self::WatchStream>, Status> {
        reached("watch");
        let text = request.into_inner().name;
        let texts = tokio_stream::iter([Ok(Text { text })]);
        Ok(Response::new(Box::pin(texts)))
    }

    async fn upload(&self, request: Request<Streaming<Name>>) -> Answer {
        let mut names = request.into_inner();
        while let Some(name) = names.next().await {
            name?;
        }
        reached("upload");
        said("stored")
    }
}

/// Wants to know who asks, in some of its methods.
struct Post {
    sessions: Sessions,
}

impl Post {
    fn require_sender<T>(&self, request: &Request<T>) -> Result<String, Status> {
        let name = verify(request.metadata(), &self.sessions)?;
        if name.is_empty() {
            return Err(Status::permission_denied("nameless"));
        }
        Ok(name)
    }
}

#[tonic::async_trait]
impl Mail for Post {
    async fn send(&self, request: Request<Name>) -> Answer {
        let name = self.require_sender(&request)?;
        reached("send");
        said(&name)
    }

    async fn discard(&self, request: Request<Name>) -> Answer {
        let _ = self.require_sender(&request);
        reached("discard");
        said("discarded")
    }
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

struct Desk;

#[tonic::async_trait]
impl Badges for Desk {
    async fn show(&self, request: Request<Name>) -> Answer {
        let principal = request.extensions().get::<Principal>();
        let principal = principal.ok_or_else(|| Status::unauthenticated("no session"))?;
        reached("show");
        said(&principal.0)
    }

    async fn issue(&self, request: Request<Name>) -> Answer {
        let principal = request.extensions().get::<Principal>();
        reached("issue");
        said(principal.map_or("guest", |it| &it.0))
    }

    async fn revoke(&self, request: Request<Name>) -> Answer {
        let Some(Principal(name)) = request.extensions().get::<Principal>().cloned() else {
            return Err(Status::permission_denied("no session"));
        };
        reached("revoke");
        said(&name)
    }

    async fn stamp(&self, _request: Request<Name>) -> Answer {
        reached("stamp");
        said("stamped")
    }
}

struct Alive;

#[tonic::async_trait]
impl Health for Alive {
    async fn check(&self, request: Request<Name>) -> Answer {
        reached("check");
        said(&request.into_inner().name)
    }
}

#[tokio::main]
async fn main() -> Result<(), tonic::transport::Error> {
    let sessions: Sessions = Arc::new(HashMap::from([("gold".to_owned(), "ann".to_owned())]));
    let require = RequireSession {
        sessions: sessions.clone(),
    };
    let if_there = RequireIfThere {
        sessions: sessions.clone(),
    };
    let find = FindPrincipal {
        sessions: sessions.clone(),
    };
    let notes = NotesServer::new(Shelf).max_decoding_message_size(1024);
    let health = HealthServer::new(Alive).max_decoding_message_size(usize::MAX);
    Server::builder()
        .add_service(InterceptedService::new(notes, require))
        .add_service(AdminServer::with_interceptor(Registry, if_there))
        .add_service(PrintsServer::with_interceptor(Queue, require_something))
        .add_service(BadgesServer::with_interceptor(Desk, find))
        .add_service(MailServer::new(Post { sessions }))
        .add_service(health)
        .serve(moat_live::address())
        .await
}
