//! Uploads that are unpacked in helpers, by generics, with bounds and without.

use std::io::{self, Cursor, Read};

use actix_web::{HttpResponse, web};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Multipart, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use flate2::bufread::MultiGzDecoder;
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use zip::ZipArchive;

const MAX: u64 = 10 << 20;

fn gunzip(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut decoder = GzDecoder::new(data);
    let mut text = Vec::new();
    decoder.read_to_end(&mut text)?; //~ zip-bomb
    Ok(text)
}

fn gunzip_bounded(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    GzDecoder::new(data).take(MAX).read_to_end(&mut text)?; // near miss: bounded
    Ok(text)
}

async fn by_encoding(headers: HeaderMap, body: Bytes) -> Result<Vec<u8>, StatusCode> {
    match headers.get("content-encoding").map(|it| it.as_bytes()) {
        Some(b"gzip") => gunzip(&body).map_err(|_| StatusCode::BAD_REQUEST),
        Some(b"x-gzip") => gunzip_bounded(&body).map_err(|_| StatusCode::BAD_REQUEST),
        _ => Ok(body.to_vec()),
    }
}

async fn by_text(body: Bytes) -> Result<String, StatusCode> {
    let mut text = String::new();
    let reader = ZlibDecoder::new(Cursor::new(body));
    io::BufReader::new(reader).read_to_string(&mut text).map_err(|_| StatusCode::BAD_REQUEST)?; //~ zip-bomb
    Ok(text)
}

async fn by_copy(body: Bytes) -> Result<String, StatusCode> {
    let mut file = tempfile().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let mut reader = MultiGzDecoder::new(body.as_ref());
    let size = io::copy(&mut reader, &mut file).map_err(|_| StatusCode::BAD_REQUEST)?; //~ zip-bomb
    Ok(size.to_string())
}

fn tempfile() -> io::Result<std::fs::File> {
    std::fs::File::create("/var/lib/shop/upload")
}

fn inflate<R: Read>(mut reader: R) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out)?; //~ zip-bomb
    Ok(out)
}

fn slurp(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out)?; // near miss: nobody hands it what unpacks without a bound
    Ok(out)
}

async fn by_generic(body: Bytes) -> Result<String, StatusCode> {
    let decoder = GzDecoder::new(Cursor::new(body));
    let text = inflate(decoder).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(text.len().to_string())
}

async fn by_plain_reader(body: Bytes) -> Result<String, StatusCode> {
    let plain = slurp(Cursor::new(body.clone())).map_err(|_| StatusCode::BAD_REQUEST)?;
    let text = slurp(GzDecoder::new(Cursor::new(body)).take(MAX)).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok((plain.len() + text.len()).to_string())
}

async fn archived(mut form: Multipart) -> Result<String, StatusCode> {
    let mut total = 0;
    while let Ok(Some(field)) = form.next_field().await {
        let data = field.bytes().await.map_err(|_| StatusCode::BAD_REQUEST)?;
        let mut archive = ZipArchive::new(Cursor::new(data)).map_err(|_| StatusCode::BAD_REQUEST)?;
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(|_| StatusCode::BAD_REQUEST)?;
            let mut content = Vec::new();
            total += entry.read_to_end(&mut content).map_err(|_| StatusCode::BAD_REQUEST)?; //~ zip-bomb
        }
    }
    Ok(total.to_string())
}

async fn by_zstd(body: web::Bytes) -> HttpResponse {
    match zstd::decode_all(body.as_ref()) { //~ zip-bomb
        Ok(text) => HttpResponse::Ok().body(text),
        Err(_) => HttpResponse::BadRequest().finish(),
    }
}

async fn by_lz4(body: Bytes) -> Result<Vec<u8>, StatusCode> {
    lz4_flex::decompress_size_prepended(&body).map_err(|_| StatusCode::BAD_REQUEST) //~ zip-bomb
}

async fn archived_bounded(body: Bytes) -> Result<String, StatusCode> {
    let mut archive = ZipArchive::new(Cursor::new(body)).map_err(|_| StatusCode::BAD_REQUEST)?;
    let entry = archive.by_name("data.csv").map_err(|_| StatusCode::BAD_REQUEST)?;
    let mut text = String::new();
    let mut bounded = entry.take(MAX);
    bounded.read_to_string(&mut text).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: bounded, in a variable
    Ok(text)
}

async fn by_buffer(body: Bytes) -> Result<String, StatusCode> {
    let mut decoder = DeflateDecoder::new(body.as_ref());
    let mut buffer = [0; 4096];
    let read = decoder.read(&mut buffer).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: into a buffer
    Ok(read.to_string())
}

async fn step_by_step(body: Bytes) -> Result<String, StatusCode> {
    let mut decoder = GzDecoder::new(body.as_ref());
    let (mut total, mut buffer) = (0, [0; 4096]);
    loop {
        let read = decoder.read(&mut buffer).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: step by step
        total += read;
        if read == 0 || total > 1 << 20 {
            return Ok(total.to_string());
        }
    }
}

async fn own_file(Path(year): Path<u16>) -> Result<String, StatusCode> {
    let file = std::fs::File::open(format!("/srv/reports/{year}.csv.gz")).map_err(|_| StatusCode::NOT_FOUND)?;
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?; // near miss: a file of the service
    Ok(text)
}

async fn packed(body: Bytes) -> Result<Vec<u8>, StatusCode> {
    let mut packed = Vec::new();
    let mut encoder = flate2::read::GzEncoder::new(body.as_ref(), flate2::Compression::fast());
    encoder.read_to_end(&mut packed).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: packed
    Ok(packed)
}

async fn plain(body: Bytes) -> Result<String, StatusCode> {
    let mut text = String::new();
    Cursor::new(body).read_to_string(&mut text).map_err(|_| StatusCode::BAD_REQUEST)?; // near miss: nothing is unpacked
    Ok(text)
}

async fn listed(body: Bytes) -> Result<String, StatusCode> {
    let archive = ZipArchive::new(Cursor::new(body)).map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(archive.file_names().collect::<Vec<_>>().join("\n")) // near miss: names only
}

fn configure(config: &mut web::ServiceConfig) {
    config.route("/zstd", web::post().to(by_zstd));
}

fn app() -> Router {
    Router::new()
        .route("/generic", post(by_generic).put(by_plain_reader))
        .route("/1", post(by_encoding).put(by_text).patch(by_copy))
        .route("/2", post(archived).put(by_lz4).patch(archived_bounded))
        .route("/3", post(by_buffer).put(step_by_step).patch(packed).delete(plain))
        .route("/4/{year}", get(own_file))
        .route("/5", post(listed))
}

fn main() {}
