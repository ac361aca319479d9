//! Why a use case does not do what it was asked.

use crate::domain::permission::Permission;
use crate::server::store::StoreError;
use crate::wire::problem::{Code, FieldProblem};

/// Why a use case does not do what it was asked. The HTTP room turns it into a problem body.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// There is no such thing, or not for this person.
    #[error("{0}")]
    NotFound(&'static str),
    /// The person may not do this.
    #[error("this needs the permission {}", .0.word())]
    Forbidden(Permission),
    /// The row is at another version.
    #[error("it was changed meanwhile; what is current is in the answer")]
    Stale {
        /// The row as it is now.
        current: Box<serde_json::Value>,
    },
    /// The rules do not allow it.
    #[error("{detail}")]
    Illegal {
        /// Why, for programs.
        code: &'static str,
        /// Why, for people.
        detail: String,
    },
    /// Fields are missing or wrong.
    #[error("{}", .0.first().map_or("a field is wrong", |f| f.detail.as_str()))]
    Invalid(Vec<FieldProblem>),
    /// The query line is wrong.
    #[error("{}", .0.detail)]
    BadQuery(Box<FieldProblem>),
    /// The key was used for something else.
    #[error("this Idempotency-Key was used for another request; make a new one for a new intent")]
    KeyReused,
    /// Too many of these for now.
    #[error("{detail}")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
        /// What is limited.
        detail: String,
    },
    /// The database is not there for the moment.
    #[error("the backend cannot reach its database for the moment; nothing was changed, try again")]
    Unavailable,
    /// A fault of ours.
    #[error("something broke in the backend; nothing was changed")]
    Internal(String),
}

impl ServiceError {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, code: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![problem(field, code, detail)])
    }

    /// The problem code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NotFound(_) => Code::NotFound,
            Self::Forbidden(_) => Code::Forbidden,
            Self::Stale { .. } => Code::Stale,
            Self::Illegal { .. } => Code::IllegalMove,
            Self::Invalid(_) => Code::Invalid,
            Self::BadQuery(_) => Code::BadQuery,
            Self::KeyReused => Code::KeyReused,
            Self::Limited { .. } => Code::RateLimited,
            Self::Unavailable => Code::Unavailable,
            Self::Internal(_) => Code::Internal,
        }
    }

    /// Whether the intent was judged and refused for good: then the answer is stored under its key.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        matches!(
            self,
            Self::NotFound(_)
                | Self::Forbidden(_)
                | Self::Stale { .. }
                | Self::Illegal { .. }
                | Self::Invalid(_)
        )
    }
}

/// One wrong field.
#[must_use]
pub fn problem(field: &str, code: &str, detail: impl Into<String>) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code: code.to_owned(),
        detail: detail.into(),
        column: None,
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable | StoreError::Unreachable(_) | StoreError::Locked => Self::Unavailable,
            // The texts of these name tables and columns, never values.
            other => Self::Internal(other.to_string()),
        }
    }
}
