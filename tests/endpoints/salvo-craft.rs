//! Handlers that are methods of a service, through `#[craft]`.

use std::sync::Arc;

use salvo::oapi::extract::QueryParam;
use salvo::prelude::*;

#[derive(Clone)]
pub struct Service {
    key: Arc<String>,
}

#[craft]
impl Service {
    #[craft(handler)]
    fn add(&self, left: QueryParam<i64>, right: QueryParam<i64>) -> String {
        (*left + *right).to_string()
    }

    #[craft(handler)]
    async fn store(self: ::std::sync::Arc<Self>, req: &mut Request) -> Result<&'static str, StatusError> {
        if req.header::<String>("x-key").unwrap_or_default() != *self.key {
            return Err(StatusError::unauthorized());
        }
        std::fs::write("x", "y").unwrap();
        Ok("stored")
    }

    #[craft(handler)]
    fn wipe() -> &'static str {
        let _ = std::fs::remove_file("x");
        "gone"
    }

    #[craft(handler)]
    fn check(&self, req: &mut Request, res: &mut Response) {
        if req.header::<String>("x-key").unwrap_or_default() != *self.key {
            res.render(StatusError::unauthorized());
        }
    }
}

#[tokio::main]
async fn main() {
    let service = Arc::new(Service { key: Arc::new(std::env::var("KEY").unwrap()) });
    let router = Router::new()
        .push(Router::with_path("add").get(service.add()))
        .push(Router::with_path("store").post(service.store()))
        .push(Router::with_path("wipe").delete(Service::wipe()))
        .push(Router::with_path("guarded").hoop(service.check()).delete(Service::wipe()));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ GET /add none
//@ POST /store required
//@ DELETE /wipe none
//@ DELETE /guarded required
