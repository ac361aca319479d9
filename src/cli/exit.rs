//! How a command ends: exit codes and what is said about a failure.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::auth::SignInError;
use crate::client::{ClientError, ErrorKind};
use crate::config::ConfigErrors;
use crate::domain::id::IntentKey;
use crate::wire::problem::FieldProblem;

/// Something failed.
pub(super) const FAILED: u8 = 1;
/// The command line or the configuration is wrong.
pub(super) const USAGE: u8 = 2;
/// Nobody is signed in.
pub(super) const NOT_SIGNED_IN: u8 = 3;
/// The person may not do this.
pub(super) const NOT_ALLOWED: u8 = 4;
/// There is no such thing.
pub(super) const NOT_FOUND: u8 = 5;
/// A conflict or an illegal move.
pub(super) const CONFLICT: u8 = 6;
/// The backend (or the issuer) cannot be reached.
pub(super) const UNREACHABLE: u8 = 7;

/// A command that did not come to its good end.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Exit {
    /// The exit code of the process.
    #[serde(rename = "exit")]
    pub code: u8,
    /// A stable word for what went wrong.
    pub error: &'static str,
    /// What happened.
    pub detail: String,
    /// The rest, where there is any.
    #[serde(flatten)]
    pub more: Box<More>,
}

/// What only some failures have.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct More {
    /// Whether anything was changed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kept: String,
    /// What to do next.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// Names the request in the backend's log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// The column (0-based) of a query line that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The key of the intent, for another try with `--intent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<IntentKey>,
    /// Whether the change may have been made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub maybe_done: bool,
    /// With a conflict: the thing as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<serde_json::Value>,
}

impl Exit {
    /// A failure with its code, its word and what happened.
    pub(super) fn new(code: u8, error: &'static str, detail: impl Into<String>) -> Self {
        Self {
            code,
            error,
            detail: detail.into(),
            more: Box::default(),
        }
    }

    /// The command line is wrong.
    pub(super) fn usage(detail: impl Into<String>) -> Self {
        Self::new(USAGE, "usage", detail)
    }

    /// Something on this machine failed.
    pub(super) fn failed(detail: impl Into<String>) -> Self {
        Self::new(FAILED, "failed", detail)
    }

    /// Says what to do next.
    pub(super) fn and_next(mut self, next: impl Into<String>) -> Self {
        self.more.next = next.into();
        self
    }

    /// Several lines for people.
    pub(super) fn words(&self) -> String {
        let more = &self.more;
        let mut lines = vec![format!("error: {}", self.detail)];
        lines.extend(
            more.fields
                .iter()
                .map(|field| format!("  {}: {}", field.field, field.detail)),
        );
        let said = [&more.kept, &more.next];
        lines.extend(said.into_iter().filter(|text| !text.is_empty()).cloned());
        if let Some(intent) = more.intent.filter(|_| more.maybe_done) {
            lines.push(format!(
                "To find out, run the same command again with --intent {intent}"
            ));
        }
        if !more.reference.is_empty() {
            lines.push(format!("Reference: {}", more.reference));
        }
        lines.join("\n")
    }
}

impl From<ClientError> for Exit {
    fn from(error: ClientError) -> Self {
        let code = match &error.kind {
            ErrorKind::NotSignedIn => NOT_SIGNED_IN,
            ErrorKind::NotAllowed { .. } => NOT_ALLOWED,
            ErrorKind::NotFound => NOT_FOUND,
            ErrorKind::Stale { .. }
            | ErrorKind::Conflict
            | ErrorKind::Illegal
            | ErrorKind::AwaitsApproval { .. } => CONFLICT,
            ErrorKind::Invalid { .. } | ErrorKind::BadQuery { .. } => USAGE,
            ErrorKind::Unreachable | ErrorKind::Unavailable | ErrorKind::Malformed => UNREACHABLE,
            ErrorKind::RateLimited { .. } | ErrorKind::VersionMismatch { .. } | ErrorKind::Server => FAILED,
        };
        let mut more = More {
            kept: error.kept().to_owned(),
            next: error.next(),
            reference: error.reference,
            intent: error.intent,
            maybe_done: error.maybe_done,
            ..More::default()
        };
        let word = error.kind.word();
        match error.kind {
            ErrorKind::Invalid { fields } => more.fields = fields,
            ErrorKind::BadQuery { column } => more.column = Some(column),
            ErrorKind::Stale { current } => more.current = current,
            ErrorKind::AwaitsApproval { approval } => more.current = serde_json::to_value(approval).ok(),
            _ => {}
        }
        Self {
            code,
            error: word,
            detail: error.detail,
            more: Box::new(more),
        }
    }
}

impl From<ConfigErrors> for Exit {
    fn from(errors: ConfigErrors) -> Self {
        Self::new(USAGE, "configuration", errors.to_string())
    }
}

impl From<SignInError> for Exit {
    fn from(error: SignInError) -> Self {
        let (code, word) = match &error {
            SignInError::Failed { code, .. } if code == "configuration" => (USAGE, "configuration"),
            SignInError::Unavailable { .. } => (UNREACHABLE, "issuer_unavailable"),
            SignInError::Denied { .. } => (NOT_SIGNED_IN, "denied"),
            SignInError::Expired => (NOT_SIGNED_IN, "expired"),
            SignInError::Cancelled => (NOT_SIGNED_IN, "cancelled"),
            SignInError::Failed { .. } => (NOT_SIGNED_IN, "sign_in_failed"),
        };
        Self::new(code, word, error.to_string())
    }
}

/// What the parser of the command line has to say: help and versions too. Ends with 0 or 2.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let asked_for_json = std::env::args_os().any(|arg| arg == "--json");
    if !error.use_stderr() {
        // nothing can be done when help cannot be printed
        error.print().ok();
        return ExitCode::SUCCESS;
    }
    if asked_for_json {
        let text = error.render().to_string();
        let exit = Exit::usage(text.trim().trim_start_matches("error: "));
        let line = serde_json::to_string(&exit).unwrap_or_default();
        writeln!(std::io::stderr(), "{line}").ok();
    } else {
        error.print().ok();
    }
    ExitCode::from(USAGE)
}
