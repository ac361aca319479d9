//! Handing a ticket over: to whom first, then why; and what came of it.

use super::change::Change;
use crate::domain::escalation::{EscalationStatus, EscalationTarget};
use crate::domain::permission::Role;
use crate::tui::flow::{ApiCall, Ctx, Effect, TicketCall, TicketChange};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::wire::problem::FieldProblem;
use crate::wire::ticket_parts::{ChangeEscalation, DeescalateTicket, EscalateTicket, Escalation};
use crate::wire::tickets::{TicketDetail, TicketRow};

/// Shortest reason and outcome, in characters.
const LEAST: usize = 3;
/// Longest reason and outcome, in characters.
const MOST: usize = 2_000;
/// Roles that a ticket can be handed to.
const ROLES: [Role; 3] = [Role::Engineer, Role::Supervisor, Role::Admin];

/// What can be done about an escalation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    TakeUp,
    Resolve,
    Back,
    To(EscalationTarget),
    /// Somebody of the desk, who is chosen next.
    Person,
}

#[derive(Debug)]
struct Ways {
    row: TicketRow,
    open: Option<Escalation>,
}

/// To whom a ticket goes.
pub(super) fn choose(row: &TicketRow) -> Effect {
    PickDialog::open(Ways {
        row: row.clone(),
        open: None,
    })
}

/// To whom a ticket goes, or what becomes of its open escalation.
pub(super) fn of(ticket: &TicketDetail) -> Effect {
    PickDialog::open(Ways {
        row: ticket.row.clone(),
        open: ticket.escalation.clone(),
    })
}

impl Ways {
    fn ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        match &self.open {
            Some(open) if open.status == EscalationStatus::Pending => {
                ways.extend([Way::TakeUp, Way::Resolve, Way::Back]);
            }
            Some(_) => ways.extend([Way::Resolve, Way::Back]),
            None if self.row.escalated => ways.push(Way::Back),
            None => {}
        }
        ways.push(Way::To(EscalationTarget::Tier { tier: 2 }));
        ways.extend(ROLES.map(|role| Way::To(EscalationTarget::Role { role })));
        ways.push(Way::Person);
        ways
    }

    fn label(way: &Way, ctx: &Ctx<'_>) -> String {
        match way {
            Way::TakeUp => ctx.words.get("escalate-take-up"),
            Way::Resolve => ctx.words.get("escalate-resolve"),
            Way::Back => ctx.words.get("escalate-back"),
            Way::To(to) => whom(to, ctx),
            Way::Person => ctx.words.get("escalate-to-person"),
        }
    }
}

/// Whom a ticket is handed to, in words.
fn whom(to: &EscalationTarget, ctx: &Ctx<'_>) -> String {
    match to {
        EscalationTarget::Tier { tier } => {
            let tier = tier.to_string();
            ctx.words.with("escalate-to-tier", &[("tier", &tier)])
        }
        EscalationTarget::Role { role } => ctx.words.get(&format!("escalate-to-{}", role.word())),
        EscalationTarget::Person { .. } => ctx.words.get("escalate-to-person"),
    }
}

impl Pick for Ways {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("escalate-title", &values)
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let Some(open) = &self.open else {
            return vec![ctx.words.get("escalate-head")];
        };
        let level = open.level.to_string();
        let values = [
            ("to", open.to_label.as_str()),
            ("by", open.by.as_str()),
            ("level", level.as_str()),
            ("reason", open.reason.as_str()),
        ];
        vec![ctx.words.with("escalate-open", &values)]
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.ways()
            .iter()
            .map(|way| Item::new(Self::label(way, ctx)))
            .collect()
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(way) = self.ways().into_iter().nth(at) else {
            return Vec::new();
        };
        let next = match (way, &self.open) {
            (Way::To(to), _) => hand_over(&self.row, to, whom(&to, ctx), ctx),
            (Way::Person, _) => to_person(&self.row, ctx),
            (Way::TakeUp, Some(open)) => take_up(&self.row, open, ctx),
            (Way::Resolve, Some(open)) => resolve(&self.row, open, ctx),
            _ => take_back(&self.row, ctx),
        };
        vec![Effect::Close, next]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("escalate-keys")
    }
}

fn text(ctx: &Ctx<'_>, name: &'static str) -> Sheet {
    let label = ctx.words.get(&format!("ticket-field-{name}"));
    let hint = ctx.words.get(&format!("ticket-field-{name}-hint"));
    Sheet::new(vec![Entry::long(name, label, MOST, 4).hint(hint)])
}

fn need(name: &'static str) -> impl Fn(&Sheet, &Ctx<'_>) -> Vec<FieldProblem> {
    move |sheet, ctx| {
        if sheet.text(name).chars().count() >= LEAST {
            return Vec::new();
        }
        vec![missing(name, ctx.words.get(&format!("ticket-need-{name}-words")))]
    }
}

/// Who is there, with how much work; whoever has it cannot be chosen.
fn to_person(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let values = [("number", row.number.as_str())];
    let title = ctx.words.with("escalate-person-title", &values);
    let row = row.clone();
    super::give::anybody(title, row.assignee, move |person, ctx| {
        let to = EscalationTarget::Person {
            agent_id: person.agent.id,
        };
        hand_over(&row, to, person.agent.name.clone(), ctx)
    })
}

fn hand_over(row: &TicketRow, to: EscalationTarget, whom: String, ctx: &Ctx<'_>) -> Effect {
    Change::new("escalate", row, move |sheet| {
        TicketChange::Escalate(EscalateTicket {
            to,
            reason: sheet.text("reason"),
        })
    })
    .value("whom", whom)
    .check(need("reason"))
    .open(text(ctx, "reason"), ctx)
}

fn take_back(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    Change::new("deescalate", row, |sheet| {
        TicketChange::Deescalate(DeescalateTicket {
            outcome: sheet.text("outcome"),
        })
    })
    .check(need("outcome"))
    .open(text(ctx, "outcome"), ctx)
}

fn moved(id: &'static str, row: &TicketRow, open: &Escalation, to: EscalationStatus) -> Change {
    let (escalation, version) = (open.id, open.version);
    Change::calling(id, row, move |_, sheet, key| {
        ApiCall::Case(TicketCall::Escalation {
            key,
            escalation,
            version,
            body: ChangeEscalation {
                status: to,
                outcome: sheet.text("outcome"),
            },
        })
    })
}

fn take_up(row: &TicketRow, open: &Escalation, ctx: &Ctx<'_>) -> Effect {
    moved("take-up", row, open, EscalationStatus::InProgress).at_once(ctx)
}

fn resolve(row: &TicketRow, open: &Escalation, ctx: &Ctx<'_>) -> Effect {
    moved("answer", row, open, EscalationStatus::Resolved)
        .check(need("outcome"))
        .open(text(ctx, "outcome"), ctx)
}
