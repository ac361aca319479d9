//! What somebody else changed in a ticket.

use crate::tui::flow::Ctx;
use crate::wire::tickets::TicketRow;

/// What is different in a row that somebody else changed: name, before, after.
#[must_use]
pub fn differences(old: &TicketRow, new: &TicketRow, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    let nobody = || words.get("ticket-nobody");
    let name = |name: &str| {
        if name.is_empty() {
            nobody()
        } else {
            name.to_owned()
        }
    };
    let category = |code: &str| {
        ctx.desk
            .category(code)
            .map_or_else(|| code.to_owned(), |category| category.label.clone())
    };
    let status = |row: &TicketRow| ctx.desk.status_label(row.status).to_owned();
    let priority = |row: &TicketRow| ctx.desk.priority_label(row.priority).to_owned();
    let fields = [
        ("ticket-field-status", status(old), status(new)),
        (
            "ticket-field-assignee",
            name(&old.assignee_name),
            name(&new.assignee_name),
        ),
        ("ticket-field-priority", priority(old), priority(new)),
        (
            "ticket-field-customer",
            name(&old.account_name),
            name(&new.account_name),
        ),
        ("ticket-field-subject", old.subject.clone(), new.subject.clone()),
        (
            "ticket-field-category",
            category(&old.category),
            category(&new.category),
        ),
    ];
    let changed: Vec<String> = fields
        .into_iter()
        .filter(|(_, was, is)| was != is)
        .map(|(id, was, is)| {
            let label = words.get(id);
            words.with("ticket-changed", &[("label", &label), ("was", &was), ("is", &is)])
        })
        .collect();
    if changed.is_empty() {
        words.get("ticket-changed-otherwise")
    } else {
        changed.join("; ")
    }
}
