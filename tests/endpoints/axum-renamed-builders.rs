//! Routers that are built under other names than the library's: bodies are found by what they mention.

use axum::Router as Site;
use axum::http::StatusCode;
use axum::routing::{self, get as read, post};

mod people {
    //! Imported under another name below.

    use axum::routing::MethodRouter as Handled;

    pub fn users() -> axum::Router {
        axum::Router::new().route("/users", handled())
    }

    fn handled() -> Handled {
        axum::routing::any(super::answer)
    }
}

use people::users as accounts;

type Parts = Site;

async fn answer() -> StatusCode {
    StatusCode::OK
}

/// Nothing in its signature speaks of a router.
struct Server {
    port: u16,
    site: Site,
}

impl Server {
    fn new(port: u16) -> Self {
        let site = Site::new().route("/a", read(answer)).route("/b", post(answer));
        Self { port, site: site.merge(accounts()).merge(more()) }
    }

    async fn run(self) {
        let listener = tokio::net::TcpListener::bind(("0.0.0.0", self.port)).await.unwrap();
        axum::serve(listener, self.site).await.unwrap();
    }
}

fn more() -> Parts {
    let parts = Parts::new();
    parts.route("/c", routing::put(answer)).nest("/inner", inner::routes())
}

mod inner {
    //! By a glob of the module around it.

    use super::*;

    pub fn routes() -> Parts {
        Parts::default().route("/d", read(answer))
    }
}

#[tokio::main]
async fn main() {
    Server::new(80).run().await;
}

//@ GET /a none
//@ POST /b none
//@ PUT /c none
//@ GET /inner/d none
//@ ANY /users none
