//! Logins by OAuth whose state is thrown away, and those that keep it.

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, EndpointNotSet, EndpointSet, PkceCodeChallenge, Scope, TokenUrl};

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let client = BasicClient::new(ClientId::new("shop".to_owned()))
        .set_auth_uri(AuthUrl::new("https://login.example-shop.io/authorize".to_owned())?)
        .set_token_uri(TokenUrl::new("https://login.example-shop.io/token".to_owned())?);
    Ok(client)
}

fn ignored(client: &Client) -> String {
    let (url, _) = client.authorize_url(CsrfToken::new_random).url(); //~ oauth-state-dropped
    url.to_string()
}

fn unread(client: &Client) -> String {
    let (url, _state) = client //~ oauth-state-dropped
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("openid".to_owned()))
        .url();
    url.to_string()
}

fn first_alone(client: &Client) -> String {
    client.authorize_url(CsrfToken::new_random).url().0.to_string() //~ oauth-state-dropped
}

// near miss: handed back, to be put into a cookie
fn kept(client: &Client) -> (String, String) {
    let (url, state) = client.authorize_url(CsrfToken::new_random).url();
    (url.to_string(), state.secret().clone())
}

// near miss: the whole of it is handed back
fn whole(client: &Client) -> (oauth2::url::Url, CsrfToken) {
    client.authorize_url(CsrfToken::new_random).url()
}

// near miss: kept in a variable as one
fn in_one(client: &Client) -> String {
    let both = client.authorize_url(CsrfToken::new_random).url();
    format!("{} {}", both.0, both.1.secret())
}

// near miss: the state came from somewhere else, and is known there; it is the address that is not needed
fn state_alone(client: &Client) -> String {
    let (_, state) = client.authorize_url(CsrfToken::new_random).url();
    state.secret().clone()
}

// near miss: for auditors, since a code without its verifier is worth nothing
fn with_challenge(client: &Client, challenge: PkceCodeChallenge) -> String {
    let (url, _) = client
        .authorize_url(CsrfToken::new_random)
        .set_pkce_challenge(challenge)
        .url();
    url.to_string()
}

// near miss: an address that is no request
fn address(url: &AuthUrl) -> String {
    let address = url.url();
    address.to_string()
}

struct Request;

impl Request {
    fn url(&self) -> (String, String) {
        (String::new(), String::new())
    }
}

// near miss: a method of the program's own
fn own(request: &Request) -> String {
    let (url, _) = request.url();
    url
}

// near miss: an address of tokens
fn of_tokens(url: &TokenUrl) -> &str {
    url.as_str()
}

// near miss: the state is the second of two, and read
fn second(client: &Client) -> String {
    client.authorize_url(CsrfToken::new_random).url().1.secret().clone()
}

// near miss: taken apart later
fn later(client: &Client) -> (String, String) {
    let both = client.authorize_url(CsrfToken::new_random).url();
    let (url, state) = both;
    (url.to_string(), state.into_secret())
}

fn main() {}
