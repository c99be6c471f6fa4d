//! Handlers and hoops that are values of types, and routers made in functions, modules, loops and fields.

use salvo::prelude::*;

struct ApiKey {
    key: String,
}

#[async_trait]
impl Handler for ApiKey {
    async fn handle(&self, req: &mut Request, _depot: &mut Depot, res: &mut Response, ctrl: &mut FlowCtrl) {
        match req.headers().get("x-api-key").and_then(|it| it.to_str().ok()) {
            Some(sent) if sent == self.key => {}
            _ => {
                res.render(StatusError::unauthorized());
                ctrl.skip_rest();
            }
        }
    }
}

struct Bearer(String);

#[handler]
impl Bearer {
    async fn handle(&self, req: &mut Request, res: &mut Response) -> Result<(), StatusError> {
        let sent: String = req.header("authorization").ok_or_else(StatusError::unauthorized)?;
        let token = sent.strip_prefix("Bearer ").ok_or_else(StatusError::unauthorized)?;
        if token != self.0 {
            return Err(StatusError::forbidden());
        }
        res.headers_mut().insert("x-seen", "1".parse().unwrap());
        Ok(())
    }
}

/// It counts, and stops nobody.
#[derive(Default)]
struct Counter(std::sync::atomic::AtomicUsize);

#[handler]
impl Counter {
    fn handle(&self, req: &mut Request) {
        if req.header::<String>("authorization").is_some() {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

struct Upload {
    folder: String,
}

#[handler]
impl Upload {
    async fn handle(&self, req: &mut Request, res: &mut Response) {
        let body = req.payload().await.unwrap().to_vec();
        std::fs::write(&self.folder, body).unwrap();
        res.render("stored");
    }
}

mod items {
    use salvo::prelude::*;

    #[handler]
    pub async fn store() -> &'static str {
        std::fs::write("x", "y").unwrap();
        "stored"
    }

    pub fn router(name: &str) -> Router {
        Router::with_path(name).post(store)
    }
}

struct App {
    router: Router,
}

impl App {
    fn new(key: &str) -> Self {
        let mut router = Router::new();
        for name in ["books", "films"] {
            router = router.push(items::router(name));
        }
        let guarded = Router::with_path("guarded")
            .hoop(ApiKey { key: key.to_owned() })
            .push(items::router("books"));
        App { router: router.push(guarded) }
    }

    fn with_uploads(mut self) -> Self {
        self.router = self.router.push(
            Router::with_path("upload")
                .hoop(Bearer(std::env::var("TOKEN").unwrap()))
                .post(Upload { folder: "in".into() }),
        );
        self.router = self.router.push(
            Router::with_path("counted").hoop(Counter::default()).post(Upload { folder: "in".into() }),
        );
        self
    }

    async fn run(self) {
        let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
        Server::new(acceptor).serve(self.router).await;
    }
}

#[tokio::main]
async fn main() {
    let key = std::env::var("KEY").unwrap();
    App::new(&key).with_uploads().run().await;
}

//@ POST /books none
//@ POST /films none
//@ POST /guarded/books required
//@ POST /upload required
//@ POST /counted none
