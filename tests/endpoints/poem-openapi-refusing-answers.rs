//! Operations that refuse by an answer of their own, of which an attribute says the status.

use poem::web::Data;
use poem::{EndpointExt, IntoEndpoint, Request, Route};
use poem_openapi::auth::ApiKey;
use poem_openapi::payload::PlainText;
use poem_openapi::{ApiResponse, OpenApi, OpenApiService, SecurityScheme};

#[derive(SecurityScheme)]
#[oai(ty = "api_key", key_name = "X-API-Key", key_in = "header", checker = "known")]
struct Clerk(String);

async fn known(request: &Request, key: ApiKey) -> Option<String> {
    let ours = request.data::<String>()?;
    (!ours.is_empty() && *ours == key.key).then(|| key.key.clone())
}

#[derive(SecurityScheme)]
enum Visitor {
    Clerk(Clerk),
    #[oai(fallback)]
    Stranger,
}

#[derive(ApiResponse)]
enum Filed {
    #[oai(status = 201)]
    Filed,
    #[oai(status = 403)]
    Refused(PlainText<String>),
    #[oai(status = 401)]
    Unknown,
}

fn file() {
    let _ = std::fs::remove_dir_all("/var/lib/files");
}

struct Api;

#[OpenApi]
impl Api {
    //@ POST /unknown required
    #[oai(path = "/unknown", method = "post")]
    async fn unknown(&self, who: Visitor) -> Filed {
        let Visitor::Clerk(_clerk) = who else {
            return Filed::Unknown;
        };
        file();
        Filed::Filed
    }

    //@ POST /refused required
    #[oai(path = "/refused", method = "post")]
    async fn refused(&self, who: Visitor) -> poem::Result<Filed> {
        match who {
            Visitor::Clerk(_) => file(),
            Visitor::Stranger => return Ok(Filed::Refused(PlainText("no".into()))),
        }
        Ok(Filed::Filed)
    }

    // Near miss: that answer is no refusal.
    //@ POST /served optional
    #[oai(path = "/served", method = "post")]
    async fn served(&self, who: Visitor, _key: Data<&String>) -> Filed {
        file();
        match who {
            Visitor::Clerk(_) => Filed::Filed,
            Visitor::Stranger => Filed::Unknown,
        }
    }
}

pub fn app() -> impl IntoEndpoint {
    let key = std::fs::read_to_string("/etc/files/key").unwrap_or_default();
    let service = OpenApiService::new(Api, "files", "1");
    Route::new().nest("/", service).data(key)
}
