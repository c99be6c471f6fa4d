//! Uploads that are unpacked to their end.

use std::io::{BufReader, Cursor, Read};

use axum::body::Bytes;
use axum::extract::{Multipart, Path};
use axum::routing::{get, post};
use axum::{Json, Router};
use flate2::Compression;
use flate2::read::{DeflateDecoder, GzDecoder, GzEncoder, MultiGzDecoder, ZlibDecoder};
use serde::Deserialize;

const MAX: u64 = 10 * 1024 * 1024;

#[derive(Deserialize)]
struct Upload {
    data: Vec<u8>,
}

async fn gzip(body: Bytes) -> String {
    let mut text = String::new();
    let mut decoder = GzDecoder::new(&body[..]);
    let done = decoder.read_to_string(&mut text); //~ zip-bomb
    done.is_ok().to_string()
}

async fn zlib(Json(upload): Json<Upload>) -> String {
    let mut bytes = Vec::new();
    let done = ZlibDecoder::new(upload.data.as_slice()).read_to_end(&mut bytes); //~ zip-bomb
    done.is_ok().to_string()
}

async fn deflate(body: Bytes) -> String {
    let mut bytes = Vec::new();
    let mut decoder = DeflateDecoder::new(Cursor::new(body));
    std::io::copy(&mut decoder, &mut bytes).is_ok().to_string() //~ zip-bomb
}

async fn zstandard(body: Bytes) -> String {
    zstd::decode_all(&body[..]).is_ok().to_string() //~ zip-bomb
}

async fn zstandard_stream(body: Bytes) -> String {
    let Ok(mut decoder) = zstd::stream::read::Decoder::new(&body[..]) else { return String::new() };
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).is_ok().to_string() //~ zip-bomb
}

async fn brotli_stream(body: Bytes) -> String {
    let mut decoder = brotli::Decompressor::new(&body[..], 4096);
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).is_ok().to_string() //~ zip-bomb
}

async fn zipped(body: Bytes) -> String {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(body)) else { return String::new() };
    let Ok(mut file) = archive.by_index(0) else { return String::new() };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).is_ok().to_string() //~ zip-bomb
}

async fn lz4(body: Bytes) -> String {
    lz4_flex::block::decompress_size_prepended(&body).is_ok().to_string() //~ zip-bomb
}

fn unpack(data: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    GzDecoder::new(data).read_to_end(&mut bytes)?; //~ zip-bomb
    Ok(bytes)
}

async fn in_a_helper(mut form: Multipart) -> String {
    let Ok(Some(field)) = form.next_field().await else { return String::new() };
    let Ok(data) = field.bytes().await else { return String::new() };
    unpack(&data).is_ok().to_string()
}

async fn taken(body: Bytes) -> String {
    let mut bytes = Vec::new();
    // near miss: no more than the bound is read
    let done = GzDecoder::new(&body[..]).take(MAX).read_to_end(&mut bytes);
    done.is_ok().to_string()
}

async fn limited(body: Bytes) -> String {
    let mut limited = MultiGzDecoder::new(&body[..]).take(MAX);
    let mut bytes = Vec::new();
    // near miss: bounded before it is read
    limited.read_to_end(&mut bytes).is_ok().to_string()
}

async fn into_a_buffer(body: Bytes) -> String {
    let mut buffer = [0; 4096];
    let mut decoder = GzDecoder::new(&body[..]);
    // near miss: no more than the buffer holds
    decoder.read(&mut buffer).is_ok().to_string()
}

async fn exactly(body: Bytes) -> String {
    let mut buffer = vec![0; 512];
    // near miss: as much as the buffer holds
    GzDecoder::new(&body[..]).read_exact(&mut buffer).is_ok().to_string()
}

async fn with_capacity(body: Bytes) -> String {
    // near miss: no more than the capacity that it is given
    zstd::bulk::decompress(&body, MAX as usize).is_ok().to_string()
}

async fn packed(body: Bytes) -> String {
    let mut bytes = Vec::new();
    // near miss: packing makes it no larger
    let done = GzEncoder::new(&body[..], Compression::fast()).read_to_end(&mut bytes);
    done.is_ok().to_string()
}

async fn own_file(Path(id): Path<u32>) -> String {
    let Ok(file) = std::fs::File::open("data/table.gz") else { return String::new() };
    let mut text = String::new();
    // near miss: the service's own file
    let _ = GzDecoder::new(BufReader::new(file)).read_to_string(&mut text);
    text.lines().nth(id as usize).unwrap_or_default().to_owned()
}

async fn constant() -> String {
    const TABLE: &[u8] = &[0x1f, 0x8b];
    let mut text = String::new();
    // near miss: built in
    let _ = GzDecoder::new(TABLE).read_to_string(&mut text);
    text
}

async fn plain(body: Bytes) -> String {
    let mut text = String::new();
    // near miss: what is not compressed is no larger than it came
    let _ = Cursor::new(body).read_to_string(&mut text);
    text
}

async fn step_by_step(body: Bytes) -> String {
    let mut decoder = GzDecoder::new(&body[..]);
    let mut buffer = [0; 1024];
    let mut all = 0;
    // near miss: counted while it is read
    while let Ok(read) = decoder.read(&mut buffer) {
        all += read as u64;
        if read == 0 || all > MAX {
            break;
        }
    }
    all.to_string()
}

fn app() -> Router {
    Router::new()
        .route("/1", post(gzip))
        .route("/2", post(zlib))
        .route("/3", post(deflate))
        .route("/4", post(zstandard))
        .route("/5", post(zstandard_stream))
        .route("/6", post(brotli_stream))
        .route("/7", post(zipped))
        .route("/8", post(lz4))
        .route("/9", post(in_a_helper))
        .route("/10", post(taken))
        .route("/11", post(limited))
        .route("/12", post(into_a_buffer))
        .route("/13", post(exactly))
        .route("/14", post(with_capacity))
        .route("/15", post(packed))
        .route("/16/{id}", get(own_file))
        .route("/17", get(constant))
        .route("/18", post(plain))
        .route("/19", post(step_by_step))
}

fn main() {}
