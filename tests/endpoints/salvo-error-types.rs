//! Errors of the program's own: a hoop that returns one stops the chain if writing it sets an error status.

use salvo::prelude::*;

enum AppError {
    Unauthorized,
    Broken(String),
}

#[async_trait]
impl Writer for AppError {
    async fn write(self, _req: &mut Request, _depot: &mut Depot, res: &mut Response) {
        match self {
            AppError::Unauthorized => res.render(StatusError::unauthorized()),
            AppError::Broken(what) => {
                res.status_code(StatusCode::INTERNAL_SERVER_ERROR);
                res.render(what);
            }
        }
    }
}

/// An answer with the status 200 that says that something is wrong.
struct Envelope {
    code: u32,
    message: String,
}

impl Scribe for Envelope {
    fn render(self, res: &mut Response) {
        res.render(Text::Plain(format!("{}: {}", self.code, self.message)));
    }
}

struct Refusal(&'static str);

impl Scribe for Refusal {
    fn render(self, res: &mut Response) {
        res.status_code(StatusCode::UNAUTHORIZED);
        res.render(Text::Plain(self.0));
    }
}

impl From<std::env::VarError> for AppError {
    fn from(error: std::env::VarError) -> Self {
        AppError::Broken(error.to_string())
    }
}

fn verify(req: &Request) -> Result<(), AppError> {
    let key = std::env::var("KEY")?;
    match req.header::<String>("x-key") {
        Some(sent) if sent == key => Ok(()),
        _ => Err(AppError::Unauthorized),
    }
}

#[handler]
async fn by_error(req: &mut Request) -> Result<(), AppError> {
    verify(req)?;
    Ok(())
}

#[handler]
async fn by_tail(req: &mut Request) -> Result<(), AppError> {
    verify(req)
}

#[handler]
async fn by_envelope(req: &mut Request) -> Result<(), Envelope> {
    verify(req).map_err(|_| Envelope { code: 401, message: "who are you?".into() })
}

#[handler]
async fn by_refusal(req: &mut Request) -> Result<(), Refusal> {
    verify(req).map_err(|_| Refusal("who are you?"))
}

#[handler]
async fn renders_refusal(req: &mut Request, res: &mut Response) {
    if verify(req).is_err() {
        res.render(Refusal("who are you?"));
    }
}

#[handler]
async fn renders_envelope(req: &mut Request, res: &mut Response) {
    if verify(req).is_err() {
        res.render(Envelope { code: 401, message: "who are you?".into() });
    }
}

#[handler]
async fn ignores(req: &mut Request) {
    let _ = verify(req);
}

#[handler]
async fn in_body(req: &mut Request) -> Result<&'static str, AppError> {
    verify(req)?;
    std::fs::write("x", "y").map_err(|error| AppError::Broken(error.to_string()))?;
    Ok("stored")
}

#[handler]
async fn store() -> Result<&'static str, AppError> {
    std::fs::write("x", "y").map_err(|error| AppError::Broken(error.to_string()))?;
    Ok("stored")
}

#[tokio::main]
async fn main() {
    let router = Router::with_path("v1")
        .push(Router::with_path("error").hoop(by_error).post(store))
        .push(Router::with_path("tail").hoop(by_tail).post(store))
        .push(Router::with_path("envelope").hoop(by_envelope).post(store))
        .push(Router::with_path("refusal").hoop(by_refusal).post(store))
        .push(Router::with_path("renders-refusal").hoop(renders_refusal).post(store))
        .push(Router::with_path("renders-envelope").hoop(renders_envelope).post(store))
        .push(Router::with_path("ignores").hoop(ignores).post(store))
        .push(Router::with_path("body").post(in_body))
        .push(Router::with_path("open").post(store));
    let acceptor = TcpListener::new("0.0.0.0:8698").bind().await;
    Server::new(acceptor).serve(router).await;
}

//@ POST /v1/error required
//@ POST /v1/tail required
//@ POST /v1/envelope none
//@ POST /v1/refusal required
//@ POST /v1/renders-refusal required
//@ POST /v1/renders-envelope none
//@ POST /v1/ignores none
//@ POST /v1/body required
//@ POST /v1/open none
