//! Services whose names are in `.proto` files: without a package, in nested ones, with comments,
//! options and strings that look like services, and in another crate.

mod files;

use tonic::transport::Server;
use tonic::{Request, Response, Status};
use tonic_protos_api::other::Thing;
use tonic_protos_api::server::{Served, ServedServer};

mod plain {
    tonic::include_proto!("_");
}

struct Answers;

#[tonic::async_trait]
impl plain::plain_server::Plain for Answers {
    async fn ping(&self, _: Request<plain::Empty>) -> Result<Response<plain::Empty>, Status> {
        Ok(Response::new(plain::Empty {}))
    }
}

#[tonic::async_trait]
impl Served for Answers {
    async fn once(&self, request: Request<Thing>) -> Result<Response<Thing>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn twice(&self, request: Request<Thing>) -> Result<Response<Thing>, Status> {
        std::fs::write("/tmp/twice", "2").map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::main]
async fn main() {
    Server::builder()
        .add_service(plain::plain_server::PlainServer::new(Answers))
        .add_service(ServedServer::new(Answers))
        .add_service(files::service())
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /Plain/Ping none
//@ POST /other.Served/Once none
//@ POST /other.Served/Twice none
//@ POST /nested.deep.v1beta1.HTTPFiles/GetHTTPFile required
//@ POST /nested.deep.v1beta1.HTTPFiles/put_file required
//@ POST /nested.deep.v1beta1.HTTPFiles/Type required
