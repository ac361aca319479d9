//! Two people who edit one ticket: different fields merge; the same field is shown to both.

use super::ticket_changes::{Change, stale};
use super::ticket_scope::reachable;
use super::{ServiceError, Work};
use crate::server::store::conversation::{self, EventRow};
use crate::server::store::tickets::TicketRecord;
use crate::wire::tickets::{EditTicket, FieldChange};

/// The ticket as it is, with what others changed in it since the version that the person saw, if that is something else than
/// what the person changes now.
///
/// # Errors
/// [`ServiceError::Stale`] with the fields that both changed; also when the history does not tell what every version since
/// has changed.
pub(super) async fn merging(
    work: &Work,
    change: &Change<EditTicket>,
) -> Result<(TicketRecord, Vec<FieldChange>), ServiceError> {
    let found = reachable(&work.tx, &work.actor, change.ticket).await?;
    if found.version == change.version {
        return Ok((found, Vec::new()));
    }
    let since = conversation::events_since(&work.tx, found.id, change.version).await?;
    let told = (change.version + 1..=found.version)
        .all(|version| since.iter().any(|event| event.version == Some(version)));
    let mut others: Vec<FieldChange> = Vec::new();
    for change in since.iter().map(changed) {
        // The last one to change a field is the one to talk to.
        others.retain(|other| other.field != change.field);
        others.push(change);
    }
    for other in &mut others {
        if let Some(now) = value(&found, &other.field) {
            other.value = now;
        }
    }
    let mine = wanted(&change.body);
    let both: Vec<FieldChange> = others
        .iter()
        .filter(|other| {
            mine.iter()
                .any(|(field, value)| *field == other.field && value.trim() != other.value)
        })
        .cloned()
        .collect();
    if told && both.is_empty() {
        return Ok((found, others));
    }
    let mut error = stale(work, &found)?;
    if let ServiceError::Stale { current } = &mut error {
        let both = serde_json::to_value(&both).map_err(|e| ServiceError::Internal(e.to_string()))?;
        current["conflicts"] = both;
    }
    Err(error)
}

/// A line of the history as a change of one field.
fn changed(event: &EventRow) -> FieldChange {
    let own = if event.after.is_empty() {
        &event.before
    } else {
        &event.after
    };
    let field = match event.what.as_str() {
        "fields" => format!("fields.{}", own.split(':').next().unwrap_or_default()),
        what => what.to_owned(),
    };
    FieldChange {
        field,
        who: event.who.clone(),
        at: event.at,
        value: event.after.clone(),
    }
}

/// What an edit writes, by the names of its fields.
fn wanted(body: &EditTicket) -> Vec<(String, String)> {
    let named = [
        ("subject", &body.subject),
        ("description", &body.description),
        ("category", &body.category),
        ("language", &body.language),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
    let own = body
        .fields
        .iter()
        .map(|(code, value)| (format!("fields.{code}"), value.clone()));
    named.chain(own).collect()
}

/// What stands in a field that can be edited.
fn value(t: &TicketRecord, field: &str) -> Option<String> {
    Some(match field {
        "subject" => t.subject.clone(),
        "description" => t.description.clone(),
        "category" => t.category.clone(),
        "language" => t.language.clone(),
        _ => {
            let code = field.strip_prefix("fields.")?;
            t.fields.get(code).cloned().unwrap_or_default()
        }
    })
}
