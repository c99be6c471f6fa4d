//! Rights that are texts.

use actix_web::error::ErrorForbidden;
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, web};

fn has_scope(request: &HttpRequest, scope: &str) -> bool {
    let header = request.headers().get("x-scopes").and_then(|it| it.to_str().ok());
    header.is_some_and(|all| all.split(' ').any(|it| it == scope))
}

fn require_scope(request: &HttpRequest, scope: &str) -> Result<(), Error> {
    if has_scope(request, scope) { Ok(()) } else { Err(ErrorForbidden("scope")) }
}

fn write(name: &str) -> HttpResponse {
    match std::fs::write(name, "text") {
        Ok(()) => HttpResponse::Created().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn create_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    require_scope(&request, "orders:create")?;
    Ok(write("order"))
}

async fn delete_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    require_scope(&request, "orders:delete")?;
    Ok(write("order"))
}

async fn refund_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    require_scope(&request, "orders:refund")?;
    Ok(write("order"))
}

async fn refund_old_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    require_scope(&request, "orders:create")?; //~ authorization-verb-mismatch
    Ok(write("order"))
}

async fn delete_note_of_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    tracing::info!("orders:create"); // near miss: no check
    require_scope(&request, "orders:delete")?;
    Ok(write("order"))
}

async fn get_order(request: HttpRequest) -> Result<HttpResponse, Error> {
    require_scope(&request, "orders:write")?; // near miss: more than to read
    Ok(write("order"))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/orders", web::post().to(create_order))
            .route("/orders", web::delete().to(delete_order))
            .route("/orders/refund", web::post().to(refund_order))
            .route("/orders/old/refund", web::post().to(refund_old_order))
            .route("/orders/note", web::delete().to(delete_note_of_order))
            .route("/orders/one", web::get().to(get_order))
    })
    .bind(("127.0.0.1", 8080))?
    .run()
    .await
}
