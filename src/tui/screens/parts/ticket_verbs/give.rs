//! Giving a ticket to somebody: who is there, with how much work, and what speaks for them.

use std::fmt;

use super::change::Change;
use crate::domain::id::AgentId;
use crate::tui::flow::{
    Answer, ApiCall, CallError, Ctx, Effect, Latest, Reply, RequestId, TicketAnswer, TicketCall,
};
use crate::tui::screens::parts::ask_latest;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::screens::parts::sheet::{Entry, Sheet};
use crate::tui::theme::Sign;
use crate::wire::agents::AgentCard;
use crate::wire::tickets::{AssignTicket, TicketRow};

/// Longest reason, in characters.
const MOST: usize = 500;

/// What follows from the choice of somebody.
type Then = Box<dyn Fn(&AgentCard, &Ctx<'_>) -> Effect>;

struct People {
    title: String,
    /// Who has it already.
    has: Option<AgentId>,
    then: Then,
    people: Vec<AgentCard>,
    asked: Latest,
    problem: Option<CallError>,
}

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("People")
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

/// Somebody of the desk: who is there, with how much work. Whoever has it already cannot be chosen.
pub(super) fn anybody(
    title: String,
    has: Option<AgentId>,
    then: impl Fn(&AgentCard, &Ctx<'_>) -> Effect + 'static,
) -> Effect {
    PickDialog::open(People {
        title,
        has,
        then: Box::new(then),
        people: Vec::new(),
        asked: Latest::default(),
        problem: None,
    })
}

/// To whom it is given.
pub(super) fn choose(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let values = [("number", row.number.as_str())];
    let title = ctx.words.with("ticket-give-choose", &values);
    let row = row.clone();
    anybody(title, row.assignee, move |person, ctx| to(&row, person, ctx))
}

/// Gives it to this person, after a question.
fn to(row: &TicketRow, person: &AgentCard, ctx: &Ctx<'_>) -> Effect {
    let whom = person.agent.id;
    let label = ctx.words.get("ticket-field-reason");
    let sheet = Sheet::new(vec![
        Entry::line("reason", label, MOST).hint(ctx.words.get("ticket-give-hint")),
    ]);
    let act = Change::calling("give", row, move |row, sheet, key| ApiCall::Assign {
        key,
        ticket: row.id,
        version: row.version,
        body: AssignTicket {
            assignee: Some(whom),
            reason: sheet.text("reason"),
        },
    });
    let id = if person.load >= person.max_load {
        "ticket-give-full"
    } else {
        "ticket-give-room"
    };
    let (load, most) = (person.load.to_string(), person.max_load.to_string());
    let values = [("load", load.as_str()), ("most", most.as_str())];
    let act = act
        .value("whom", person.agent.name.clone())
        .value("room", ctx.words.with(id, &values));
    act.open(sheet, ctx)
}

impl Pick for People {
    fn title(&self, _: &Ctx<'_>) -> String {
        self.title.clone()
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        match &self.problem {
            Some(problem) => vec![problem.sentence()],
            None if self.asked.is_waiting() => vec![ctx.words.get("loading")],
            None => Vec::new(),
        }
    }

    fn opened(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Case(TicketCall::People);
        ask_latest(&mut self.asked, ctx.request(), call)
    }

    fn reply(&mut self, id: RequestId, reply: Reply, _: &Ctx<'_>) -> Vec<Effect> {
        if !self.asked.takes(id) {
            return Vec::new();
        }
        match reply {
            Ok(Answer::OfTicket(TicketAnswer::People(mut people))) => {
                people.retain(|person| person.agent.role.is_some());
                // who takes work and has most room first
                people.sort_by_key(|person| {
                    let room = i64::from(person.max_load) - i64::from(person.load);
                    (person.agent.availability, -room, person.agent.name.clone())
                });
                self.people = people;
            }
            Ok(_) => {}
            Err(error) => self.problem = Some(error),
        }
        Vec::new()
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.people
            .iter()
            .map(|person| {
                let here = self.has == Some(person.agent.id);
                let full = person.load >= person.max_load;
                let sign = match (here, full) {
                    (true, _) => ctx.theme.sign(Sign::Good),
                    (false, true) => ctx.theme.sign(Sign::Warning),
                    (false, false) => "",
                };
                let tier = person.tier.map_or_else(String::new, |tier| {
                    let tier = tier.to_string();
                    ctx.words.with("app-tier", &[("tier", &tier)])
                });
                let note = format!(
                    "{} · {}/{} · {tier} {}",
                    ctx.words.get(person.agent.availability.word()),
                    person.load,
                    person.max_load,
                    person.languages.join(" ")
                );
                let label = format!("{} {}", person.agent.employee_id, person.agent.name);
                let mut item = Item::new(label).sign(sign).note(note.trim_end());
                if here {
                    item.why_not = ctx.words.get("ticket-give-has");
                }
                item
            })
            .collect()
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(person) = self.people.get(at) else {
            return Vec::new();
        };
        vec![Effect::Close, (self.then)(person, ctx)]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-keys")
    }
}
