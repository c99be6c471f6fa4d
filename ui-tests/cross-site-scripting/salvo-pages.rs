//! Pages that are made of requests, in Salvo.

use salvo::prelude::*;

#[handler]
async fn html(request: &mut Request, response: &mut Response) {
    let q = request.query::<String>("q").unwrap_or_default();
    response.render(Text::Html(format!("<p>{q}</p>"))); //~ cross-site-scripting
}

#[handler]
async fn plain(request: &mut Request, response: &mut Response) {
    let q = request.query::<String>("q").unwrap_or_default();
    response.render(Text::Plain(format!("<p>{q}</p>"))); // near miss: plain
}

#[handler]
async fn header(request: &mut Request, response: &mut Response) {
    let q = request.query::<String>("q").unwrap_or_default();
    response.headers_mut().insert("content-type", "text/html".parse().expect("a value")); // near miss: header
    let _ = response.write_body(format!("<p>{q}</p>")); //~ cross-site-scripting
}

#[handler]
async fn number(request: &mut Request, response: &mut Response) {
    let page = request.query::<u32>("page").unwrap_or_default();
    response.render(Text::Html(format!("<p>{page}</p>"))); // near miss: number
}

#[tokio::main]
async fn main() {
    let router = Router::with_path("html").get(html).post(plain).put(header).delete(number);
    let acceptor = TcpListener::new("127.0.0.1:8080").bind().await;
    Server::new(acceptor).serve(router).await;
}
