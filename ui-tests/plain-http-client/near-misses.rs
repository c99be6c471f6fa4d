//! Addresses that are not sent to, or may be sent to in plain text.

use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing::get};

// near miss: an XML namespace
const SITEMAP_NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
// near miss: an address in a text for people
const HELP: &str = "see http://docs.example-shop.com/help for details";
// near miss: the identifier of a schema
const SCHEMA: &str = "http://json-schema.org/draft-07/schema#";

async fn loopback(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://127.0.0.1:9100/metrics").send().await?.text().await // near miss: loopback by number
}

async fn local(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://localhost:8025/api/messages").send().await?.text().await // near miss: loopback by name
}

async fn local_v6(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://[::1]:8080/health").send().await?.text().await // near miss: loopback of IPv6
}

async fn reserved(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://example.com/").send().await?.text().await // near miss: a host that is reserved for examples
}

async fn invalid(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://shop.invalid/").send().await?.text().await // near miss: a host that cannot exist
}

async fn single_label(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://orders:8080/orders").send().await?.text().await // near miss: a name of one label, for auditors
}

async fn cluster(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://orders.shop.svc:8080/orders").send().await?.text().await // near miss: a name in a cluster, for auditors
}

async fn private(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("http://10.0.3.7/orders").send().await?.text().await // near miss: a private address, for auditors
}

async fn parameter(client: &reqwest::Client, url: &str) -> reqwest::Result<String> {
    client.get(url).send().await?.text().await // near miss: who calls decides
}

async fn scheme_from_settings(client: &reqwest::Client, scheme: &str) -> reqwest::Result<String> {
    client.get(format!("{scheme}://api.example-shop.com/")).send().await?.text().await // near miss: the scheme is a setting
}

fn is_plain(url: &str) -> bool {
    url.starts_with("http://") // near miss: a comparison
}

fn upgraded(url: &str) -> String {
    url.replacen("http://", "https://", 1) // near miss: what is replaced
}

async fn redirect(uri: Uri) -> Redirect {
    let target = format!("https://shop.example.com{}", uri.path());
    if uri.scheme_str() == Some("http") { Redirect::permanent(&target) } else { Redirect::to("/") } // near miss: a redirect to https
}

async fn allow_origin() -> Response {
    let origin = "http://app.example-shop.com"; // near miss: an origin that may call, not one that is called
    (StatusCode::OK, [(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin)]).into_response()
}

async fn sitemap() -> String {
    format!("<urlset xmlns=\"{SITEMAP_NAMESPACE}\"></urlset>") // near miss: a namespace in an answer
}

async fn secure(client: &reqwest::Client) -> reqwest::Result<String> {
    client.get("https://api.example-shop.com/http://archive").send().await?.text().await // near miss: the scheme stands in the path
}

async fn secure_only() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().https_only(true).build() // near miss: a client that refuses plain text
}

fn parsed() -> Option<String> {
    let url = url::Url::parse("http://api.example-shop.com/a/b").ok()?; // near miss: parsed, never sent to
    url.path_segments()?.next_back().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn answers() {
        let body = reqwest::get("http://staging.example-shop.com/").await.unwrap(); // near miss: test code
        assert!(body.status().is_success());
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/sitemap.xml", get(sitemap)).route("/", get(redirect));
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    println!("listening on http://{}", listener.local_addr()?); // near miss: a message
    axum::serve(listener, app).await
}
