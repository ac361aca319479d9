//! The one way in which a request is refused: a problem body.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::server::services::ServiceError;
use crate::server::services::work::{title, to_problem};
use crate::wire::problem::{Code, FieldProblem, PROBLEM_JSON, Problem};

/// A refused request.
#[derive(Debug)]
pub struct Refusal {
    problem: Box<Problem>,
    retry_after: Option<u32>,
    challenge: Option<String>,
}

impl Refusal {
    /// A refusal with a code and a sentence.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let status = code.status();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: title(status).to_owned(),
            status,
            code,
            detail: detail.into(),
            request_id: String::new(),
            errors: Vec::new(),
            current: None,
        };
        let challenge = match code {
            Code::Unauthenticated | Code::SessionEnded | Code::SessionLocked => {
                Some("Bearer error=\"invalid_token\"".to_owned())
            }
            _ => None,
        };
        Self {
            problem: Box::new(problem),
            retry_after: None,
            challenge,
        }
    }

    /// The same with what is wrong in which field.
    #[must_use]
    pub fn with_field(mut self, field: FieldProblem) -> Self {
        self.problem.errors.push(field);
        self
    }

    /// A good token without the scope that this desk asks for (RFC 6750, 3.1).
    #[must_use]
    pub fn scope_missing(scope: &str) -> Self {
        let detail =
            format!("the access token lacks the scope {scope}; ask the administrator of the sign-in");
        let mut refusal = Self::new(Code::Forbidden, detail);
        let plain = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        if scope.chars().all(plain) {
            refusal.challenge = Some(format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\""));
        }
        refusal
    }

    /// The same with how long to wait, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same for a certain request.
    #[must_use]
    pub fn in_request(mut self, id: &str) -> Self {
        id.clone_into(&mut self.problem.request_id);
        self
    }
}

impl From<ServiceError> for Refusal {
    fn from(error: ServiceError) -> Self {
        let mut refusal = Self::new(error.code(), "");
        *refusal.problem = to_problem(&error, "");
        match &error {
            ServiceError::Limited { retry_after, .. } => refusal.retry_after = Some(*retry_after),
            ServiceError::Unavailable => refusal.retry_after = Some(1),
            // Logged once, here; the texts name tables and columns, never values.
            ServiceError::Internal(why) => tracing::error!(why, "a use case broke"),
            _ => {}
        }
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(challenge) = self.challenge.and_then(|c| HeaderValue::from_str(&c).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The outer layer writes the request id into the body: only it knows it for sure.
        response.extensions_mut().insert(IsProblem(self.problem));
        response
    }
}

/// Marks a response as a problem, so that the request id can be filled in.
#[derive(Debug, Clone)]
pub struct IsProblem(pub Box<Problem>);
