//! Errors on the wire: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};

/// Media type of a problem body.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refused or failed request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What sort of problem, as a URI reference; `about:blank` when the status says it all.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// Stable code for programs.
    pub code: Code,
    /// What happened and what to do next, for people; holds no personal data.
    pub detail: String,
    /// Names the request in the backend's log.
    #[serde(default)]
    pub request_id: String,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// With [`Code::Stale`]: the row as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Object>))]
    pub current: Option<serde_json::Value>,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Name of the field, with dots inside objects.
    pub field: String,
    /// Stable code of what is wrong.
    pub code: String,
    /// What is wrong and how to write it.
    pub detail: String,
    /// For a query line: the column (0-based, in characters) that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

// `tt`, not `literal`: the schema's derive does not see through the group that a literal stands in.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:tt, $status:literal;)+) => {
        /// Stable codes of problems, each with its one status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $word)] $name,)+
            /// A code that this build does not know.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl Code {
            /// The HTTP status that goes with the code.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ Self::Unknown => 500 }
            }

            /// The code as programs read it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ Self::Unknown => "unknown" }
            }
        }
    };
}

codes! {
    /// The body or a parameter could not be read at all.
    Malformed = "malformed", 400;
    /// `If-Match` is required here.
    PreconditionRequired = "precondition_required", 428;
    /// An `Idempotency-Key` is required here.
    KeyRequired = "idempotency_key_required", 400;
    /// No or no valid access token.
    Unauthenticated = "unauthenticated", 401;
    /// This session was ended.
    SessionEnded = "session_ended", 401;
    /// This session was not used for longer than the desk allows.
    SessionLocked = "session_locked", 401;
    /// Signed in, but without any role.
    NoRole = "no_role", 403;
    /// The role does not have the permission.
    Forbidden = "forbidden", 403;
    /// There is no such thing, or not for this person.
    NotFound = "not_found", 404;
    /// The method is not for this path.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The version in `If-Match` is not the present one; `current` holds the row.
    Stale = "stale", 412;
    /// The key was used for something else.
    KeyReused = "idempotency_key_reused", 409;
    /// The rules do not allow it in this state.
    IllegalMove = "illegal_move", 409;
    /// Something with this key exists already.
    Conflict = "conflict", 409;
    /// The body is larger than allowed.
    TooLarge = "too_large", 413;
    /// The media type is not JSON.
    MediaType = "unsupported_media_type", 415;
    /// Fields are missing or wrong; `errors` says which.
    Invalid = "invalid", 422;
    /// The query line is wrong; `errors` holds the column.
    BadQuery = "bad_query", 422;
    /// Client and server do not speak the same version of the contract.
    VersionMismatch = "contract_version", 426;
    /// Too many requests; `Retry-After` says when.
    RateLimited = "rate_limited", 429;
    /// A fault in the backend; the log has it under the request id.
    Internal = "internal", 500;
    /// The issuer, the database or the backend itself is not there for the moment.
    Unavailable = "unavailable", 503;
    /// The request took too long.
    Timeout = "timeout", 504;
}
