//! A server module as tonic-build writes it, checked in: the names on the wire are those of its
//! literals, whatever the methods are called.

use subtle::ConstantTimeEq;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

pub mod inventory {
    #[derive(Clone, PartialEq, prost::Message)]
    pub struct Item {
        #[prost(string, tag = "1")]
        pub name: String,
    }

    pub mod stock_ap_iv2_server {
        use tonic::codegen::*;

        #[async_trait]
        pub trait StockApIv2: Send + Sync + 'static {
            async fn get_sku(
                &self,
                request: tonic::Request<super::Item>,
            ) -> Result<tonic::Response<super::Item>, tonic::Status>;
            async fn r#move(
                &self,
                request: tonic::Request<super::Item>,
            ) -> Result<tonic::Response<super::Item>, tonic::Status>;
        }

        #[derive(Debug)]
        pub struct StockApIv2Server<T> {
            inner: Arc<T>,
            accept_compression_encodings: EnabledCompressionEncodings,
            send_compression_encodings: EnabledCompressionEncodings,
        }

        impl<T> StockApIv2Server<T> {
            pub fn new(inner: T) -> Self {
                Self::from_arc(Arc::new(inner))
            }

            pub fn from_arc(inner: Arc<T>) -> Self {
                Self {
                    inner,
                    accept_compression_encodings: Default::default(),
                    send_compression_encodings: Default::default(),
                }
            }

            pub fn with_interceptor<F>(inner: T, interceptor: F) -> InterceptedService<Self, F>
            where
                F: tonic::service::Interceptor,
            {
                InterceptedService::new(Self::new(inner), interceptor)
            }

            #[must_use]
            pub fn accept_compressed(mut self, encoding: CompressionEncoding) -> Self {
                self.accept_compression_encodings.enable(encoding);
                self
            }
        }

        impl<T, B> tonic::codegen::Service<http::Request<B>> for StockApIv2Server<T>
        where
            T: StockApIv2,
            B: Body + Send + 'static,
            B::Error: Into<StdError> + Send + 'static,
        {
            type Response = http::Response<tonic::body::Body>;
            type Error = std::convert::Infallible;
            type Future = BoxFuture<Self::Response, Self::Error>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, req: http::Request<B>) -> Self::Future {
                match req.uri().path() {
                    "/stock.StockAPIv2/GetSKU" => {
                        #[allow(non_camel_case_types)]
                        struct GetSKUSvc<T: StockApIv2>(pub Arc<T>);
                        impl<T: StockApIv2> tonic::server::UnaryService<super::Item> for GetSKUSvc<T> {
                            type Response = super::Item;
                            type Future = BoxFuture<tonic::Response<Self::Response>, tonic::Status>;
                            fn call(&mut self, request: tonic::Request<super::Item>) -> Self::Future {
                                let inner = Arc::clone(&self.0);
                                let fut = async move { <T as StockApIv2>::get_sku(&inner, request).await };
                                Box::pin(fut)
                            }
                        }
                        let inner = self.inner.clone();
                        let fut = async move {
                            let method = GetSKUSvc(inner);
                            let codec = tonic_prost::ProstCodec::default();
                            let mut grpc = tonic::server::Grpc::new(codec);
                            Ok(grpc.unary(method, req).await)
                        };
                        Box::pin(fut)
                    }
                    "/stock.StockAPIv2/Move" => {
                        #[allow(non_camel_case_types)]
                        struct MoveSvc<T: StockApIv2>(pub Arc<T>);
                        impl<T: StockApIv2> tonic::server::UnaryService<super::Item> for MoveSvc<T> {
                            type Response = super::Item;
                            type Future = BoxFuture<tonic::Response<Self::Response>, tonic::Status>;
                            fn call(&mut self, request: tonic::Request<super::Item>) -> Self::Future {
                                let inner = Arc::clone(&self.0);
                                let fut = async move { <T as StockApIv2>::r#move(&inner, request).await };
                                Box::pin(fut)
                            }
                        }
                        let inner = self.inner.clone();
                        let fut = async move {
                            let method = MoveSvc(inner);
                            let codec = tonic_prost::ProstCodec::default();
                            let mut grpc = tonic::server::Grpc::new(codec);
                            Ok(grpc.unary(method, req).await)
                        };
                        Box::pin(fut)
                    }
                    _ => Box::pin(async move {
                        let mut response = http::Response::new(tonic::body::Body::default());
                        let headers = response.headers_mut();
                        headers.insert(
                            tonic::Status::GRPC_STATUS,
                            (tonic::Code::Unimplemented as i32).into(),
                        );
                        Ok(response)
                    }),
                }
            }
        }

        impl<T> Clone for StockApIv2Server<T> {
            fn clone(&self) -> Self {
                Self {
                    inner: self.inner.clone(),
                    accept_compression_encodings: self.accept_compression_encodings,
                    send_compression_encodings: self.send_compression_encodings,
                }
            }
        }

        pub const SERVICE_NAME: &str = "stock.StockAPIv2";

        impl<T> tonic::server::NamedService for StockApIv2Server<T> {
            const NAME: &'static str = SERVICE_NAME;
        }
    }
}

use inventory::Item;
use inventory::stock_ap_iv2_server::{StockApIv2, StockApIv2Server};

struct Warehouse;

#[tonic::async_trait]
impl StockApIv2 for Warehouse {
    async fn get_sku(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn r#move(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        let token = std::env::var("API_TOKEN").map_err(|_| Status::internal("no token"))?;
        let given = request.metadata().get("authorization");
        let given = given.ok_or_else(|| Status::unauthenticated("no token"))?;
        if !bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
            return Err(Status::unauthenticated("wrong token"));
        }
        std::fs::write("/var/lib/stock", &request.get_ref().name)
            .map_err(|_| Status::internal("disk"))?;
        Ok(Response::new(request.into_inner()))
    }
}

/// Another implementation, which tests use.
struct Fake;

#[tonic::async_trait]
impl StockApIv2 for Fake {
    async fn get_sku(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn r#move(&self, request: Request<Item>) -> Result<Response<Item>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::main]
async fn main() {
    let service = StockApIv2Server::new(Warehouse);
    Server::builder()
        .add_service(service.accept_compressed(tonic::codec::CompressionEncoding::Gzip))
        .serve("[::1]:50051".parse().unwrap())
        .await
        .unwrap();
}

//@ POST /stock.StockAPIv2/GetSKU none
//@ POST /stock.StockAPIv2/Move required
