//! The same in actix-web.

use actix_web::{App, HttpResponse, web};
use bincode::Decode;

#[derive(Decode)]
struct Batch {
    rows: Vec<u64>,
}

async fn batch(body: web::Bytes) -> HttpResponse {
    let read = bincode::decode_from_slice::<Batch, _>(&body, bincode::config::standard()); //~ unsafe-deserialization
    match read {
        Ok((batch, _)) => HttpResponse::Ok().body(batch.rows.len().to_string()),
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

async fn json(body: web::Json<Vec<u64>>) -> HttpResponse {
    // near miss: takes no more memory than there is text
    HttpResponse::Ok().body(body.len().to_string())
}

fn main() {
    let _ = actix_web::HttpServer::new(|| {
        App::new()
            .route("/batch", web::post().to(batch))
            .route("/json", web::post().to(json))
    });
}
