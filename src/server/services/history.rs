//! A token's life as one line of events: what the desk did, what the customer did, and what time did.

use uuid::Uuid;

use super::actions::reason_line;
use crate::domain::id::TokenId;
use crate::domain::masking::mask_user_id;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus, Token};
use crate::server::store::actions::ActionRow;
use crate::server::store::disputes::DisputeRow;
use crate::server::store::records::NoteRow;
use crate::wire::desk::Reason;
use crate::wire::tokens::TokenEvent;

/// Everything that happened to a token, oldest first. `actions` are those on it and those that replaced it.
#[must_use]
pub fn history(
    token: &Token,
    actions: &[ActionRow],
    disputes: &[DisputeRow],
    notes: &[NoteRow],
    now: Moment,
) -> Vec<TokenEvent> {
    let mut events = by_itself(token, actions, now);
    events.extend(actions.iter().map(|a| by_the_desk(token.id, a)));
    events.extend(disputes.iter().flat_map(|d| unrecorded(d, actions)));
    events.extend(
        notes
            .iter()
            .map(|n| event(n.at, "note", &n.author, n.body.clone(), None)),
    );
    events.sort_by_key(|e| e.at);
    events
}

fn event(at: Moment, what: &str, who: &str, detail: String, other: Option<TokenId>) -> TokenEvent {
    TokenEvent {
        at,
        what: what.to_owned(),
        who: who.to_owned(),
        detail,
        other,
    }
}

/// What the customer or time did, and what was done before the desk kept records.
fn by_itself(token: &Token, actions: &[ActionRow], now: Moment) -> Vec<TokenEvent> {
    let mut events = Vec::new();
    let recorded = |kind: ActionKind| actions.iter().any(|a| a.kind == kind && a.token == token.id);
    let nobody = |at, what, detail, other| event(at, what, "", detail, other);
    if !recorded(ActionKind::Add) && !recorded(ActionKind::Reissue) {
        events.push(nobody(
            token.claimed_at,
            "claimed",
            String::new(),
            token.reissued_from,
        ));
    }
    if let Some(at) = token.shared_at {
        events.push(nobody(
            at,
            "shared",
            token.shared_to.as_deref().map(mask_user_id).unwrap_or_default(),
            None,
        ));
    }
    if let Some(at) = token.used_at {
        events.push(nobody(at, "used", String::new(), None));
    }
    if let Some(at) = token.expires_at
        && at < now
        && token.used_at.is_none()
        && token.removed_at.is_none_or(|removed| removed > at)
    {
        events.push(nobody(at, "expired", String::new(), None));
    }
    if let Some(at) = token.removed_at
        && !actions.iter().any(|a| a.at == at)
    {
        events.push(nobody(at, "removed", String::new(), None));
    }
    if let Some(next) = token.reissued_to
        && !actions.iter().any(|a| a.token == next)
    {
        let at = made_at(next.0).unwrap_or(now);
        events.push(nobody(at, "reissued_to", String::new(), Some(next)));
    }
    events
}

/// What an action looks like from the token that the history is of.
fn by_the_desk(token: TokenId, a: &ActionRow) -> TokenEvent {
    let here = a.token == token;
    let (what, other) = match a.kind {
        ActionKind::Add => ("added", None),
        ActionKind::Remove => ("removed", None),
        ActionKind::Reissue if here => ("reissued_from", a.other),
        ActionKind::Reissue => ("reissued_to", Some(a.token)),
        ActionKind::Dispute => ("disputed", None),
        ActionKind::Uphold => ("upheld", None),
        ActionKind::Reject => ("rejected", None),
        ActionKind::Undo => ("undone", if here { a.other } else { Some(a.token) }),
    };
    let mut why = reason_line(&Reason {
        code: a.reason_code.clone(),
        text: a.reason_text.clone(),
    });
    if let Some(approver) = &a.trace.approved_by {
        let approved = format!("approved by {approver}");
        why = if why.is_empty() {
            approved
        } else {
            format!("{why}; {approved}")
        };
    }
    event(a.at, what, &a.agent_label, why, other)
}

/// What is known of a dispute that no recorded action opened or decided.
fn unrecorded(d: &DisputeRow, actions: &[ActionRow]) -> Vec<TokenEvent> {
    let known = |kinds: &[ActionKind], at: Moment| {
        actions
            .iter()
            .any(|a| kinds.contains(&a.kind) && (a.trace.dispute == Some(d.id) || a.at == at))
    };
    let mut events = Vec::new();
    if !known(&[ActionKind::Dispute], d.opened_at) {
        events.push(event(
            d.opened_at,
            "disputed",
            &d.opened_by,
            d.reason.clone(),
            None,
        ));
    }
    if let Some(at) = d.decided_at
        && d.status != DisputeStatus::Withdrawn
        && !known(&[ActionKind::Uphold, ActionKind::Reject], at)
    {
        events.push(event(at, d.status.word(), &d.decided_by, d.outcome.clone(), None));
    }
    events
}

/// When a version 7 identifier was made.
fn made_at(id: Uuid) -> Option<Moment> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
    Some(Moment::from_micros(
        micros.saturating_add(i64::from(nanos / 1_000)),
    ))
}
