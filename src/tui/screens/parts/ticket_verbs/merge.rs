//! One ticket out of two, two out of one, and a merge taken apart.

use std::collections::BTreeSet;

use super::change::Change;
use crate::domain::id::MessageId;
use crate::domain::ticket::TicketStatus;
use crate::text::people;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, Latest, Reply, RequestId, TicketChange};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::ask_latest;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog, Picked};
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::tui::theme::Sign;
use crate::wire::page::ListParams;
use crate::wire::ticket_parts::{MergeTicket, SplitTicket};
use crate::wire::tickets::{Message, TicketDetail, TicketRow};

/// So many tickets of the same customer are offered.
const OFFERED: u32 = 8;

#[derive(Debug)]
struct Into {
    row: TicketRow,
    others: Vec<TicketRow>,
    asked: Latest,
}

/// Which ticket it is merged into; a merged one is taken out again.
pub(super) fn choose(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    if row.merged_into.is_some() {
        return Change::new("unmerge", row, |_| TicketChange::Unmerge).open(Sheet::default(), ctx);
    }
    if row.account_id.is_none() {
        return by_number(row, ctx);
    }
    PickDialog::open(Into {
        row: row.clone(),
        others: Vec::new(),
        asked: Latest::default(),
    })
}

fn act(row: &TicketRow, into: impl Fn(&Sheet) -> String + 'static) -> Change {
    Change::new("merge", row, move |sheet| {
        TicketChange::Merge(MergeTicket { into: into(sheet) })
    })
}

fn by_number(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let label = ctx.words.get("ticket-field-into");
    let hint = ctx.words.get("ticket-field-into-hint");
    let sheet = Sheet::new(vec![Entry::line("into", label, 40).hint(hint)]);
    act(row, |sheet| sheet.text("into").to_uppercase())
        .value("into", ctx.words.get("ticket-merge-other"))
        .check(|sheet, ctx| {
            if sheet.text("into").is_empty() {
                vec![missing("into", ctx.words.get("ticket-need-other"))]
            } else {
                Vec::new()
            }
        })
        .open(sheet, ctx)
}

impl Pick for Into {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-merge-choose", &values)
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let values = [("customer", self.row.account_name.as_str())];
        vec![if self.asked.is_waiting() {
            ctx.words.get("loading")
        } else {
            ctx.words.with("ticket-merge-same", &values)
        }]
    }

    fn opened(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let account = self.row.account_id.map(|id| id.to_string()).unwrap_or_default();
        let params = ListParams {
            q: Some(format!("account:{account} -status:closed sort:-updated")),
            limit: Some(OFFERED),
            ..ListParams::default()
        };
        ask_latest(&mut self.asked, ctx.request(), ApiCall::Tickets(params))
    }

    fn reply(&mut self, id: RequestId, reply: Reply, _: &Ctx<'_>) -> Vec<Effect> {
        if self.asked.takes(id)
            && let Ok(Answer::Tickets(page)) = reply
        {
            self.others = page.items;
            self.others
                .retain(|other| other.id != self.row.id && other.status != TicketStatus::Closed);
        }
        Vec::new()
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        let others = self.others.iter().map(|other| {
            let status = ctx.desk.status_label(other.status);
            Item::new(format!("{} {}", other.number, other.subject)).note(status)
        });
        others
            .chain([Item::new(ctx.words.get("ticket-merge-by-number"))])
            .collect()
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let next = match self.others.get(at) {
            Some(other) => {
                let number = other.number.clone();
                let named = format!("{} “{}”", other.number, other.subject);
                act(&self.row, move |_| number.clone())
                    .value("into", named)
                    .open(Sheet::default(), ctx)
            }
            None => by_number(&self.row, ctx),
        };
        vec![Effect::Close, next]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-merge-keys")
    }
}

#[derive(Debug)]
struct Messages {
    row: TicketRow,
    messages: Vec<Message>,
    marked: BTreeSet<MessageId>,
}

/// Which messages become a ticket of their own.
pub(super) fn split(ticket: &TicketDetail) -> Effect {
    PickDialog::open(Messages {
        row: ticket.row.clone(),
        messages: ticket.messages.clone(),
        marked: BTreeSet::new(),
    })
}

impl Pick for Messages {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-split-choose", &values)
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.messages
            .iter()
            .map(|message| {
                let marked = self.marked.contains(&message.id);
                let sign = if marked { ctx.theme.sign(Sign::Marked) } else { "" };
                let when = people::relative(ctx.words, message.at.timestamp(), ctx.now.timestamp());
                let note = format!("{} · {when}", message.author);
                Item::new(message.body.clone()).sign(sign).note(note)
            })
            .collect()
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-split-none")
    }

    fn key(&mut self, at: usize, key: Key, _: &Ctx<'_>) -> Picked {
        let Some(message) = self.messages.get(at) else {
            return Picked::Not;
        };
        if key.code != KeyCode::Char(' ') {
            return Picked::Not;
        }
        if !self.marked.remove(&message.id) {
            self.marked.insert(message.id);
        }
        let next = (at + 1).min(self.messages.len().saturating_sub(1));
        Picked::Done(next, Vec::new())
    }

    /// Enter takes what is marked, or the message under the cursor alone.
    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut ids: Vec<MessageId> = self.messages.iter().map(|message| message.id).collect();
        if self.marked.is_empty() {
            ids = ids.into_iter().skip(at).take(1).collect();
        } else {
            ids.retain(|id| self.marked.contains(id));
        }
        let count = ids.len().to_string();
        let label = ctx.words.get("ticket-field-subject");
        let hint = ctx.words.get("new-ticket-subject-hint");
        let sheet = Sheet::new(vec![Entry::line("subject", label, 200).hint(hint)]);
        let act = Change::new("split", &self.row, move |sheet| {
            TicketChange::Split(SplitTicket {
                subject: sheet.text("subject"),
                message_ids: ids.clone(),
            })
        })
        .value("count", count)
        .check(|sheet, ctx| {
            if sheet.text("subject").chars().count() < 3 {
                vec![missing("subject", ctx.words.get("new-ticket-need-subject"))]
            } else {
                Vec::new()
            }
        });
        vec![Effect::Close, act.open(sheet, ctx)]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-split-keys")
    }
}
