//! Middleware.

use web::extract::Request;
use web::http::StatusCode;
use web::middleware::Next;
use web::response::Response;

use super::Caller;

pub async fn require_staff(caller: Caller, request: Request, next: Next) -> Result<Response, StatusCode> {
    if caller.0.staff { Ok(next.run(request).await) } else { Err(StatusCode::FORBIDDEN) }
}
