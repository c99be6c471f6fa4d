//! Files, for those who know the token.

use tonic::codegen::InterceptedService;
use tonic::{Request, Response, Status, Streaming};

pub mod pb {
    tonic::include_proto!("nested.deep.v1beta1");
}

use pb::http_files_server::{HttpFiles, HttpFilesServer};
use pb::{File, Name};

pub struct Disk;

type Files = std::pin::Pin<Box<dyn tonic::codegen::tokio_stream::Stream<Item = Result<File, Status>> + Send>>;

#[tonic::async_trait]
impl HttpFiles for Disk {
    type GetHTTPFileStream = Files;

    async fn get_http_file(&self, _: Request<Name>) -> Result<Response<Files>, Status> {
        Err(Status::not_found("no such file"))
    }

    async fn put_file(&self, request: Request<Streaming<File>>) -> Result<Response<Name>, Status> {
        let mut parts = request.into_inner();
        while let Some(part) = parts.message().await? {
            std::fs::write("/tmp/part", part.rpc.unwrap_or_default())
                .map_err(|_| Status::internal("disk"))?;
        }
        Ok(Response::new(Name::default()))
    }

    type TypeStream = Files;

    async fn r#type(&self, _: Request<Streaming<Name>>) -> Result<Response<Files>, Status> {
        Err(Status::not_found("no such file"))
    }
}

#[derive(Clone)]
pub struct Token(String);

impl tonic::service::Interceptor for Token {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let given = request.metadata().get("authorization").and_then(|it| it.to_str().ok());
        if given == Some(self.0.as_str()) {
            return Ok(request);
        }
        Err(Status::unauthenticated("no valid token"))
    }
}

pub fn service() -> InterceptedService<HttpFilesServer<Disk>, Token> {
    let token = Token(std::env::var("TOKEN").expect("a token"));
    HttpFilesServer::with_interceptor(Disk, token)
}
