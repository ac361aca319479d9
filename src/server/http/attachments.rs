//! Routes of files that hang on tickets. A file is sent and handed out as it is, in a stream.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, intent_key};
use super::tickets::Named;
use super::{Api, Refusal};
use crate::domain::id::AttachmentId;
use crate::domain::ticket::Visibility;
use crate::server::services::Answer;
use crate::server::services::contents::FileError;
use crate::server::services::files::Upload;
use crate::wire::paths;
use crate::wire::problem::{Code, Problem};
use crate::wire::ticket_parts::Attachment;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        // The desk's own limit is held while the file comes in.
        .layer(DefaultBodyLimit::disable())
        .routes(routes!(download, detach))
}

/// How a file is brought.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct How {
    /// Who may see it; `internal` when absent. What a customer brings is always public.
    visibility: Option<Visibility>,
}

/// Bring a file to a ticket: its bytes as the body, its name in a header. What it is, is told by its content.
#[utoipa::path(post, path = "/support/tickets/{id}/attachments", tag = "tickets",
    params(("id" = String, Path), How, ("tokendesk-file-name" = Option<String>, Header)),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 201, body = Attachment), (status = 422, body = Problem)))]
async fn upload(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    Params(how): Params<How>,
    request: Request,
) -> Result<Answer, Refusal> {
    let headers = request.headers();
    let key = intent_key(headers)?;
    let size = number(headers)
        .ok_or_else(|| Refusal::new(Code::Malformed, "say how large the file is: send Content-Length"))?;
    let upload = Upload {
        name: name(headers),
        visibility: how.visibility.unwrap_or(Visibility::Internal),
        size,
    };
    let content = request
        .into_body()
        .into_data_stream()
        .map(|bytes| bytes.map_err(|_| FileError::Broken))
        .boxed();
    Ok(api.services.attach(&actor, key, id.0.0, upload, content).await?)
}

/// How many bytes are said to come; what says nothing and comes in no pieces has none.
fn number(headers: &HeaderMap) -> Option<u64> {
    match headers.get(header::CONTENT_LENGTH) {
        Some(said) => said.to_str().ok()?.parse().ok(),
        None => (!headers.contains_key(header::TRANSFER_ENCODING)).then_some(0),
    }
}

fn name(headers: &HeaderMap) -> String {
    let sent = headers.get(paths::FILE_NAME).and_then(|v| v.to_str().ok());
    decoded(sent.unwrap_or_default())
}

/// A text in UTF-8 with percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let code = others.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = code.and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// A file, as it is.
#[utoipa::path(get, path = "/attachments/{id}", tag = "tickets", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = String, content_type = "application/octet-stream"), (status = 404, body = Problem)))]
async fn download(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<AttachmentId>,
) -> Result<Response, Refusal> {
    let (file, content) = api.services.file(&actor, id.0).await?;
    let mut response = Body::from_stream(content).into_response();
    let headers = response.headers_mut();
    let name = encoded(&file.name);
    for (key, value) in [
        (header::CONTENT_TYPE, file.media_type.clone()),
        // Nothing that comes from outside is opened by itself.
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename*=UTF-8''{name}"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
        (header::ETAG, format!("\"{}\"", file.sha256)),
        (header::CONTENT_LENGTH, file.size.to_string()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(key, value);
        }
    }
    Ok(response)
}

/// Take a file off its ticket.
#[utoipa::path(delete, path = "/attachments/{id}", tag = "tickets", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Attachment), (status = 404, body = Problem)))]
async fn detach(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<AttachmentId>,
) -> Result<Answer, Refusal> {
    Ok(api.services.detach(&actor, None, id.0).await?)
}
