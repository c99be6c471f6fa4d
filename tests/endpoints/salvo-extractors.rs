//! Types that a handler takes out of the request.

use salvo::extract::Metadata;
use salvo::prelude::*;
use salvo::Extractible;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
struct CurrentUser {
    name: String,
}

impl<'ex> Extractible<'ex> for CurrentUser {
    fn metadata() -> &'static Metadata {
        static METADATA: std::sync::LazyLock<Metadata> = std::sync::LazyLock::new(|| Metadata::new(""));
        &METADATA
    }

    #[allow(refining_impl_trait)]
    async fn extract(req: &'ex mut Request, _depot: &'ex mut Depot) -> Result<Self, StatusError> {
        let key = std::env::var("KEY").map_err(|_| StatusError::internal_server_error())?;
        match req.header::<String>("x-key") {
            Some(sent) if sent == key => Ok(CurrentUser { name: "root".into() }),
            _ => Err(StatusError::unauthorized()),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Agent(String);

impl<'ex> Extractible<'ex> for Agent {
    fn metadata() -> &'static Metadata {
        static METADATA: std::sync::LazyLock<Metadata> = std::sync::LazyLock::new(|| Metadata::new(""));
        &METADATA
    }

    #[allow(refining_impl_trait)]
    async fn extract(req: &'ex mut Request, _depot: &'ex mut Depot) -> Result<Self, StatusError> {
        req.header::<String>("user-agent").map(Agent).ok_or_else(StatusError::bad_request)
    }
}

#[derive(Serialize, Deserialize, Extractible, Debug)]
#[salvo(extract(default_source(from = "body")))]
struct NewItem {
    #[salvo(extract(source(from = "param")))]
    id: i64,
    name: String,
}

#[handler]
async fn by_user(user: CurrentUser) -> String {
    std::fs::write("x", &user.name).unwrap();
    user.name
}

#[handler]
async fn by_agent(agent: Agent) -> String {
    std::fs::write("x", &agent.0).unwrap();
    agent.0
}

#[handler]
async fn by_item(item: NewItem) -> String {
    std::fs::write("x", &item.name).unwrap();
    item.name
}

#[handler]
async fn by_hand(req: &mut Request, depot: &mut Depot, res: &mut Response) {
    let Ok(user) = req.extract::<CurrentUser>(depot).await else {
        res.render(StatusError::unauthorized());
        return;
    };
    std::fs::write("x", &user.name).unwrap();
    res.render(user.name);
}

#[handler]
async fn upload(req: &mut Request, res: &mut Response) {
    let item: NewItem = req.parse_json().await.unwrap();
    std::fs::write("x", item.name).unwrap();
    res.render("stored");
}

#[tokio::main]
async fn main() {
    let router = Router::new()
        .push(Router::with_path("user").post(by_user))
        .push(Router::with_path("agent").post(by_agent))
        .push(Router::with_path("items/{id}").post(by_item))
        .push(Router::with_path("hand").post(by_hand))
        .push(Router::with_path("json").hoop(max_size(1024 * 1024)).post(upload))
        .push(Router::with_path("files/{**path}").get(StaticDir::new(["static"]).auto_list(true)))
        .push(Router::with_path(r"orders/{number|[0-9]{4}}/item_{at:num}.txt").get(by_agent));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /user required
//@ POST /agent none
//@ POST /items/{id} none
//@ POST /hand required
//@ POST /json none
//@ GET /files/{*path} none
//@ GET /orders/{number}/item_{at}.txt none
