//! A ticket that was closed for too long comes back as a new one that follows it up.

use super::change::Change;
use crate::tui::flow::{ApiCall, Ctx, Effect};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::wire::tickets::{NewTicket, TicketRow};

const DAY: i64 = 86_400;

/// Whether a ticket was closed for longer than this desk reopens them.
pub(super) fn is_over(row: &TicketRow, ctx: &Ctx<'_>) -> bool {
    let days = i64::from(ctx.desk.tickets.reopen_days);
    row.merged_into.is_none()
        && row
            .closed_at
            .is_some_and(|closed| ctx.now.seconds_since(closed) > days * DAY)
}

/// Opens the ticket that follows it up.
pub(super) fn dialog(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let mut sheet = Sheet::new(vec![
        Entry::line("subject", words.get("ticket-field-subject"), 200),
        Entry::long("description", words.get("ticket-field-description"), 20_000, 5),
    ]);
    sheet.fill("subject", &row.subject);
    let days = ctx.desk.tickets.reopen_days.to_string();
    Change::calling("follow-up", row, |row, sheet, key| ApiCall::CreateTicket {
        key,
        body: NewTicket {
            subject: sheet.text("subject"),
            description: sheet.text("description"),
            category: row.category.clone(),
            account_id: row.account_id,
            follow_up_of: Some(row.number.clone()),
            ..NewTicket::default()
        },
    })
    .value("days", days)
    .check(|sheet, ctx| {
        if sheet.text("subject").chars().count() < 3 {
            vec![missing("subject", ctx.words.get("new-ticket-need-subject"))]
        } else {
            Vec::new()
        }
    })
    .open(sheet, ctx)
}
