//! The verbs that write, give and move: their dialogs.

use super::differences::differences;
use crate::domain::id::{AgentId, IntentKey};
use crate::domain::lifecycle::{Move, Requirement};
use crate::domain::profile::ReasonFor;
use crate::domain::ticket::{Priority, ResolutionType, TICKET_LIFECYCLE, TicketStatus, Visibility};
use crate::tui::flow::{Answer, ApiCall, Ctx, Current, Dialog, Effect, Fact, Toast};
use crate::tui::keys::Command;
use crate::tui::screens::parts::act::{Act, ActDialog, missing};
use crate::tui::screens::parts::key;
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, NewMessage, ReopenTicket, TicketRow,
};

/// Shortest summary and reason, in characters.
const LEAST: usize = 3;
/// Longest summary, in characters.
const MOST_SUMMARY: usize = 4_000;
/// Longest message, in characters.
const MOST_MESSAGE: usize = 20_000;

/// The dialog of one of these verbs.
pub(super) fn dialog(command: Command, row: &TicketRow, ctx: &Ctx<'_>) -> Option<Box<dyn Dialog>> {
    let words = ctx.words;
    let (verb, id, sheet) = match command {
        Command::TicketReply => (Verb::Message(Visibility::Public), "reply", message_sheet(ctx)),
        Command::TicketNote => (Verb::Message(Visibility::Internal), "note", message_sheet(ctx)),
        Command::TicketClose if row.status == TicketStatus::Resolved => {
            (Verb::CloseResolved, "close-resolved", Sheet::default())
        }
        Command::TicketClose => (Verb::Close, "close", close_sheet(ctx)),
        Command::TicketTake => (Verb::Take, "take", Sheet::default()),
        Command::TicketPutBack => (Verb::PutBack, "put-back", Sheet::default()),
        Command::TicketStatus => (Verb::Status, "status", status_sheet(row, ctx)),
        Command::TicketPriority => (Verb::Priority, "priority", priority_sheet(row, ctx)),
        Command::TicketReopen => (Verb::Reopen, "reopen", reopen_sheet(ctx)),
        _ => return None,
    };
    let number = row.number.as_str();
    let values = [
        ("number", number),
        ("subject", row.subject.as_str()),
        ("status", ctx.desk.status_label(row.status)),
        ("customer", row.account_name.as_str()),
    ];
    let mut lines = vec![words.with(&format!("ticket-{id}-line"), &values)];
    if verb == Verb::Close && row.assignee.is_none() {
        lines.push(words.get("ticket-close-takes"));
    }
    let act = TicketAct {
        verb,
        row: row.clone(),
        taker: ctx.me.map(|me| me.id).filter(|_| verb == Verb::Take),
    };
    let dialog = ActDialog::new(
        words.with(&format!("ticket-{id}-title"), &values),
        words.get(&format!("ticket-{id}-verb")),
        sheet,
        Box::new(act),
    );
    Some(Box::new(match verb {
        Verb::Take | Verb::PutBack => dialog.lines(lines).at_once(),
        Verb::Message(_) => dialog.lines(lines).drafted(format!("{id}-{}", row.id)),
        _ => dialog.lines(lines),
    }))
}

pub(super) fn message_sheet(ctx: &Ctx<'_>) -> Sheet {
    let label = ctx.words.get("ticket-field-text");
    Sheet::new(vec![Entry::long("body", label, MOST_MESSAGE, 8)])
}

pub(super) fn summary(ctx: &Ctx<'_>) -> Entry {
    let label = ctx.words.get("ticket-field-summary");
    Entry::long("summary", label, MOST_SUMMARY, 5).hint(ctx.words.get("ticket-field-summary-hint"))
}

pub(super) fn resolution(ctx: &Ctx<'_>) -> Entry {
    let options = ResolutionType::ALL
        .iter()
        .map(|kind| {
            let word = kind.word();
            Choice::new(word, ctx.words.get(&format!("resolution-{word}")))
        })
        .collect();
    let label = ctx.words.get("ticket-field-resolution");
    Entry::choice("resolution_type", label, options, None)
}

pub(super) fn close_sheet(ctx: &Ctx<'_>) -> Sheet {
    Sheet::new(vec![resolution(ctx), summary(ctx)])
}

fn reopen_sheet(ctx: &Ctx<'_>) -> Sheet {
    Sheet::new(vec![Entry::reason("reason", ReasonFor::TicketReopen, ctx)])
}

fn priority_sheet(row: &TicketRow, ctx: &Ctx<'_>) -> Sheet {
    let options = priorities(ctx);
    let at = Priority::ALL.iter().position(|p| *p == row.priority);
    let label = ctx.words.get("ticket-field-priority");
    Sheet::new(vec![Entry::choice("priority", label, options, at)])
}

/// All priorities with what the desk calls them.
#[must_use]
pub fn priorities(ctx: &Ctx<'_>) -> Vec<Choice> {
    Priority::ALL
        .iter()
        .map(|priority| {
            let (sign, _) = ctx.theme.priority(priority.word());
            Choice::new(
                priority.word(),
                format!("{sign} {}", ctx.desk.priority_label(*priority)),
            )
        })
        .collect()
}

fn status_sheet(row: &TicketRow, ctx: &Ctx<'_>) -> Sheet {
    let label = ctx.words.get("ticket-field-status");
    Sheet::new(vec![
        Entry::choice("status", label, moves(row, ctx), None),
        resolution(ctx),
        summary(ctx),
        Entry::reason("reason", ReasonFor::TicketReopen, ctx),
    ])
}

/// Where the ticket can go from here, with why not where something is missing.
fn moves(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<Choice> {
    TICKET_LIFECYCLE
        .from(row.status)
        .map(|step| {
            let mut choice = Choice::new(step.to.word(), ctx.desk.status_label(step.to));
            if let Err(why) = ctx.may(step.permission) {
                choice.why_not = why;
            } else if step.requires.contains(&Requirement::Assignee) && row.assignee.is_none() {
                let take = key(ctx, Command::TicketTake);
                choice.why_not = ctx.words.with("ticket-take-first", &[("key", &take)]);
            }
            choice
        })
        .collect()
}

/// One of the verbs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Message(Visibility),
    Close,
    CloseResolved,
    Take,
    PutBack,
    Status,
    Priority,
    Reopen,
}

/// A verb on a ticket as the person saw it.
#[derive(Debug)]
struct TicketAct {
    verb: Verb,
    row: TicketRow,
    /// Who gets it, where it is given to somebody.
    taker: Option<AgentId>,
}

impl TicketAct {
    fn step(&self, sheet: &Sheet) -> Option<&'static Move<TicketStatus>> {
        let to = TicketStatus::from_word(&sheet.text("status"))?;
        TICKET_LIFECYCLE.from(self.row.status).find(|step| step.to == to)
    }

    /// What the fields of the sheet have to hold.
    fn required(&self, sheet: &Sheet) -> &'static [Requirement] {
        match self.verb {
            Verb::Close => &[Requirement::ResolutionType, Requirement::Summary],
            Verb::Reopen => &[Requirement::Reason],
            Verb::Status => self.step(sheet).map_or(&[], |step| step.requires),
            _ => &[],
        }
    }
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

impl Act for TicketAct {
    fn arrange(&self, sheet: &mut Sheet, ctx: &Ctx<'_>) {
        if self.verb != Verb::Status {
            return;
        }
        sheet.set_options("status", moves(&self.row, ctx));
        let required = self.required(sheet);
        sheet.show("resolution_type", required.contains(&Requirement::ResolutionType));
        sheet.show("summary", required.contains(&Requirement::Summary));
        sheet.show("reason", required.contains(&Requirement::Reason));
    }

    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        let mut need = |bad: bool, field: &str, id: &str| {
            if bad {
                wrong.push(missing(field, ctx.words.get(id)));
            }
        };
        match self.verb {
            Verb::Message(_) => need(sheet.text("body").is_empty(), "body", "ticket-need-text"),
            Verb::Status => need(self.step(sheet).is_none(), "status", "ticket-need-status"),
            Verb::Priority => need(
                sheet.text("priority").is_empty(),
                "priority",
                "ticket-need-priority",
            ),
            _ => {}
        }
        let required = self.required(sheet);
        if required.contains(&Requirement::ResolutionType) {
            let none = sheet.text("resolution_type").is_empty();
            need(none, "resolution_type", "ticket-need-resolution");
        }
        if required.contains(&Requirement::Summary) {
            need(
                letters(&sheet.text("summary")) < LEAST,
                "summary",
                "ticket-need-summary",
            );
        }
        if required.contains(&Requirement::Reason) {
            let short = letters(&sheet.reason_words("reason")) < LEAST;
            need(short, "reason", "ticket-need-reason");
        }
        wrong
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let (ticket, version) = (self.row.id, self.row.version);
        let kind = ResolutionType::from_word(&sheet.text("resolution_type"));
        match self.verb {
            Verb::Message(visibility) => ApiCall::PostMessage {
                key,
                ticket,
                body: NewMessage {
                    visibility,
                    body: sheet.text("body"),
                    attachment_ids: Vec::new(),
                },
            },
            Verb::Take | Verb::PutBack => ApiCall::Assign {
                key,
                ticket,
                version,
                body: AssignTicket {
                    assignee: self.taker,
                    reason: String::new(),
                },
            },
            Verb::Priority => ApiCall::Priority {
                key,
                ticket,
                version,
                body: ChangePriority {
                    priority: Priority::from_word(&sheet.text("priority")).unwrap_or(self.row.priority),
                },
            },
            Verb::Reopen => ApiCall::ReopenTicket {
                key,
                ticket,
                version,
                body: ReopenTicket {
                    reason: sheet.reason_words("reason"),
                },
            },
            Verb::Close => ApiCall::CloseTicket {
                key,
                ticket,
                version,
                body: CloseTicket {
                    resolution_type: kind,
                    summary: sheet.text("summary"),
                    notes: String::new(),
                },
            },
            Verb::Status | Verb::CloseResolved => ApiCall::Status {
                key,
                ticket,
                version,
                body: ChangeStatus {
                    status: self.step(sheet).map_or(TicketStatus::Closed, |step| step.to),
                    reason: sheet.reason_words("reason"),
                    resolution_type: kind,
                    summary: sheet.text("summary"),
                },
            },
        }
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        match answer {
            Answer::Ticket(ticket) => {
                let toast = said(self.verb, &ticket.row, ctx);
                vec![
                    Effect::Publish(Fact::TicketChanged(ticket)),
                    Effect::Toast(Toast::good(toast)),
                ]
            }
            Answer::Message(_) => {
                let toast = said(self.verb, &self.row, ctx);
                vec![
                    Effect::Publish(Fact::TicketTouched(self.row.id)),
                    Effect::Toast(Toast::good(toast)),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Ticket(row) = current else {
            return (String::new(), Vec::new());
        };
        let changed = differences(&self.row, &row, ctx);
        self.row.clone_from(&row);
        (changed, vec![Effect::Publish(Fact::TicketRowChanged(row))])
    }
}

/// What was done, for the toast.
fn said(verb: Verb, row: &TicketRow, ctx: &Ctx<'_>) -> String {
    let id = match verb {
        Verb::Message(Visibility::Public) => "ticket-done-reply",
        Verb::Message(Visibility::Internal) => "ticket-done-note",
        Verb::Take => "ticket-done-take",
        Verb::PutBack => "ticket-done-put-back",
        Verb::Priority => "ticket-done-priority",
        Verb::Close | Verb::CloseResolved => "ticket-done-close",
        Verb::Status | Verb::Reopen => "ticket-done-status",
    };
    let values = [
        ("number", row.number.as_str()),
        ("status", ctx.desk.status_label(row.status)),
        ("priority", ctx.desk.priority_label(row.priority)),
    ];
    ctx.words.with(id, &values)
}
