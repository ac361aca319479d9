//! The client's errors in the words and kinds of the contract between screens and loop.

use crate::client::error::{ClientError, ErrorKind};
use crate::text::safe;
use crate::tui::flow::{ApiCall, CallError, Current, Trouble};
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::FieldChange;

/// What a failed call means for whoever asked.
pub(super) fn call_error(call: &ApiCall, error: ClientError) -> CallError {
    let trouble = match &error.kind {
        _ if error.maybe_done => Trouble::FateUnknown,
        ErrorKind::NotSignedIn => Trouble::SignedOut,
        ErrorKind::Stale { .. } => Trouble::Stale,
        ErrorKind::AwaitsApproval { .. } => Trouble::Waits,
        ErrorKind::Unreachable | ErrorKind::Unavailable => Trouble::Offline,
        ErrorKind::Server | ErrorKind::Malformed => Trouble::Broken,
        _ => Trouble::Refused,
    };
    let next = match error.kind {
        ErrorKind::NotSignedIn => String::new(),
        _ => error.next(),
    };
    let words: Vec<&str> = [error.detail.as_str(), error.kept(), next.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let mut mapped = CallError::new(trouble, safe::clean(&words.join(" ")).into_owned());
    mapped.reference = safe::clean(&error.reference).into_owned();
    mapped.code = error.code;
    match error.kind {
        ErrorKind::Invalid { fields } => mapped.fields = fields,
        ErrorKind::BadQuery { column } => {
            mapped.fields = vec![FieldProblem {
                field: "q".to_owned(),
                code: "bad_query".to_owned(),
                detail: error.detail,
                column: Some(column),
            }];
        }
        ErrorKind::Stale { current: Some(row) } => {
            let by = row.get("changed_by").cloned();
            mapped.changed_by = by.and_then(|by| serde_json::from_value(by).ok());
            mapped.current = current(call, row);
        }
        ErrorKind::RateLimited { retry_after } => mapped.retry_after = Some(retry_after),
        _ => {}
    }
    mapped
}

/// The row that an action met, in its own type.
fn current(call: &ApiCall, row: serde_json::Value) -> Option<Current> {
    match call {
        ApiCall::On(call) => super::token_call::current(call, row),
        ApiCall::Ask(_) => super::ask_call::current(row),
        ApiCall::Case(call) => super::ticket_call::current(call, row),
        ApiCall::RemoveToken { .. } | ApiCall::ReissueToken { .. } => serde_json::from_value(row)
            .ok()
            .map(|row| Current::Token(Box::new(row))),
        _ => {
            let both: Option<Vec<FieldChange>> = serde_json::from_value(row["conflicts"].clone()).ok();
            let row = serde_json::from_value(row).ok()?;
            Some(match both.filter(|both| !both.is_empty()) {
                Some(both) => Current::Conflicts(Box::new((row, both))),
                None => Current::Ticket(Box::new(row)),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{IntentKey, TokenId};
    use crate::wire::page::ListParams;
    use crate::wire::problem::Code;

    fn error(kind: ErrorKind) -> ClientError {
        ClientError {
            kind,
            detail: "What happened.".to_owned(),
            reference: "r1".to_owned(),
            maybe_done: false,
            intent: None,
            code: None,
        }
    }

    #[test]
    fn errors_say_what_happened_and_what_to_do_next() {
        let call = ApiCall::Tickets(ListParams::default());
        let mapped = call_error(&call, error(ErrorKind::Unreachable));
        assert_eq!(mapped.trouble, Trouble::Offline);
        assert!(
            mapped.sentence().starts_with("What happened.") && mapped.sentence().contains("reference r1")
        );
        let bad = ClientError {
            code: Some(Code::BadQuery),
            ..error(ErrorKind::BadQuery { column: 7 })
        };
        let mapped = call_error(&call, bad);
        assert_eq!((mapped.column(), mapped.code), (Some(7), Some(Code::BadQuery)));
        assert_eq!(
            call_error(&call, error(ErrorKind::NotSignedIn)).trouble,
            Trouble::SignedOut
        );
    }

    #[test]
    fn an_action_whose_answer_was_lost_has_an_unknown_fate() {
        let call = ApiCall::TokenHistory(TokenId::new());
        let lost = ClientError {
            maybe_done: true,
            intent: Some(IntentKey::new()),
            ..error(ErrorKind::Unreachable)
        };
        assert_eq!(call_error(&call, lost).trouble, Trouble::FateUnknown);
    }
}
