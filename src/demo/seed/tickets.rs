//! Tickets with their conversations and histories.

use uuid::Uuid;

use super::agents::Colleague;
use super::rng::Rng;
use super::stories::{HOSTILE, STORES, STORIES, Story};
use crate::domain::id::{AccountId, TicketId, TokenId};
use crate::domain::permission::Role;
use crate::domain::ticket::{Priority, TicketStatus, Visibility, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::cases::NewMessage;
use crate::server::store::conversation::EventRow;
use crate::server::store::tickets::{TicketRecord, part};

const DAY: i64 = 86_400;
/// Tickets of the last so many days.
const PAST_DAYS: i64 = 120;

/// A customer whom a ticket can be about.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Identifier.
    pub id: AccountId,
    /// Full name.
    pub name: String,
    /// When they joined.
    pub since: Moment,
    /// One of their tokens with its offer's name and claim.
    pub token: Option<(TokenId, String, Moment)>,
}

/// A ticket with everything that belongs to it.
#[derive(Debug)]
pub struct Case {
    /// The ticket.
    pub ticket: TicketRecord,
    /// The token that it is about.
    pub token: Option<TokenId>,
    /// The conversation.
    pub messages: Vec<(Uuid, NewMessage)>,
    /// The history.
    pub events: Vec<(Uuid, TicketId, EventRow)>,
}

/// Makes the ticket of this place; the later the place, the later the ticket.
pub struct Writer<'a> {
    /// Seed of the whole.
    pub seed: u64,
    /// How many tickets there are.
    pub of: usize,
    /// The people behind the desk.
    pub agents: &'a [Colleague],
    /// The present moment.
    pub now: Moment,
}

impl Writer<'_> {
    /// The ticket of this place, with this number, about this customer.
    pub fn case(&self, place: usize, number: i64, customer: &Customer) -> Case {
        let mut rng = Rng::part(self.seed, 0x4000_0000 + place as u64);
        let weighted: Vec<(&Story, u64)> = STORIES.iter().map(|story| (story, story.weight)).collect();
        let story = *rng.weighted(&weighted);
        let created_at = self
            .created(&mut rng, place)
            .max(customer.since.plus_seconds(60))
            .min(self.now);
        let fresh = self.now.seconds_since(created_at) < 6 * DAY;
        let status = status(&mut rng, fresh);
        let opener = rng.pick(self.agents);
        let tier = u8::from(rng.chance(16)) + 1;
        let assignee = (status != TicketStatus::Open).then(|| self.assignee(&mut rng, tier));
        let id = TicketId(rng.id(super::millis(created_at)));
        let mut ticket = TicketRecord {
            id,
            subject: fill(&mut rng, story.subjects, customer),
            description: fill(&mut rng, story.descriptions, customer),
            status,
            priority: if rng.chance(80) {
                story.priority
            } else {
                *rng.pick(Priority::ALL)
            },
            category: story.category.to_owned(),
            tier,
            assignee: assignee.map(|a| a.agent.id),
            assignee_name: assignee.map(|a| a.agent.name.clone()).unwrap_or_default(),
            account: Some(customer.id),
            account_name: customer.name.clone(),
            created_by: opener.label(),
            reopened: u32::from(path(status).len() > 1 && rng.chance(7)),
            created_at,
            updated_at: created_at,
            parts: part::TOKENS | part::ACTIONS,
            ..TicketRecord::blank(number, self.now)
        };
        odd(place, &mut ticket);
        if matches!(status, TicketStatus::Resolved | TicketStatus::Closed) {
            let (kind, summary) = rng.pick(story.ends);
            ticket.resolution_type = Some(*kind);
            ticket.resolution_summary = (*summary).to_owned();
        }
        let mut case = Case {
            token: customer
                .token
                .as_ref()
                .filter(|(_, _, claimed)| *claimed < created_at)
                .map(|(id, ..)| *id),
            ticket,
            messages: Vec::new(),
            events: Vec::new(),
        };
        self.tell(&mut rng, &mut case, story, customer, assignee);
        case
    }

    /// Spread over the past days, denser towards now.
    fn created(&self, rng: &mut Rng, place: usize) -> Moment {
        let left = (self.of.saturating_sub(place)) as i64;
        let of = self.of.max(1) as i64;
        let span = PAST_DAYS * DAY;
        // left²/of² of the span, so that half of the tickets are of its last quarter.
        let ago = i64::try_from(
            i128::from(span) * i128::from(left) * i128::from(left) / (i128::from(of) * i128::from(of)),
        );
        self.now.plus_seconds(-ago.unwrap_or(span) - rng.range(60, 3_600))
    }

    fn assignee(&self, rng: &mut Rng, tier: u8) -> &Colleague {
        let fits = |c: &&Colleague| match c.agent.role {
            Some(Role::Agent) => tier == 1,
            Some(Role::Engineer) => tier == 2,
            _ => false,
        };
        let able: Vec<&Colleague> = self.agents.iter().filter(fits).collect();
        if able.is_empty() {
            return rng.pick(self.agents);
        }
        let one: &&Colleague = rng.pick(&able);
        one
    }

    /// The conversation and the history, one after the other in time.
    fn tell(
        &self,
        rng: &mut Rng,
        case: &mut Case,
        story: &Story,
        customer: &Customer,
        assignee: Option<&Colleague>,
    ) {
        let mut at = case.ticket.created_at;
        let status = case.ticket.status;
        let opener = case.ticket.created_by.clone();
        case.event(
            rng,
            at,
            &opener,
            "created",
            "",
            &ticket_number(case.ticket.number),
            "",
        );
        case.event(rng, at, &opener, "link", "", "account", "");
        let Some(assignee) = assignee else { return };
        let who = assignee.label();
        let soon = |rng: &mut Rng, at: Moment, hours: i64| {
            let left = self.now.seconds() - at.seconds();
            at.plus_seconds(rng.range(60, hours * 3_600).min(left / 2))
        };
        at = soon(rng, at, 3);
        case.event(rng, at, &who, "assignee", "", &assignee.agent.name, "");
        let mut stands = TicketStatus::Open;
        // What was reopened had been resolved before.
        let before: &[TicketStatus] = match case.ticket.reopened {
            0 => &[],
            _ => &[TicketStatus::InProgress, TicketStatus::Resolved],
        };
        for next in before.iter().chain(path(status)) {
            at = soon(rng, at, 9);
            let detail = match (case.ticket.resolution_type, *next) {
                (_, TicketStatus::InProgress) if stands == TicketStatus::Resolved => "not_solved".to_owned(),
                (Some(kind), TicketStatus::Resolved | TicketStatus::Closed) => {
                    format!("{}: {}", kind.word(), case.ticket.resolution_summary)
                }
                _ => String::new(),
            };
            if *next == TicketStatus::InProgress {
                self.talk(rng, case, story, customer, assignee, &mut at);
            }
            case.event(rng, at, &who, "status", stands.word(), next.word(), &detail);
            stands = *next;
            case.ticket.version += 1;
        }
        if status == TicketStatus::Closed {
            case.ticket.closed_at = Some(at);
        }
        if status.is_done() {
            case.ticket.resolved_at = Some(at);
        }
        case.ticket.updated_at = at;
    }

    fn talk(
        &self,
        rng: &mut Rng,
        case: &mut Case,
        story: &Story,
        customer: &Customer,
        assignee: &Colleague,
        at: &mut Moment,
    ) {
        let later = |rng: &mut Rng, at: Moment| {
            let left = self.now.seconds() - at.seconds();
            at.plus_seconds(rng.range(120, 20 * 3_600).min(left / 3))
        };
        let mut say = |rng: &mut Rng, at: Moment, agent: bool, visibility: Visibility, body: &str| {
            let message = NewMessage {
                ticket: case.ticket.id,
                author_id: agent.then_some(assignee.agent.id.0),
                author: if agent {
                    assignee.label()
                } else {
                    customer.name.clone()
                },
                at,
                visibility,
                body: body.to_owned(),
            };
            case.messages.push((rng.id(super::millis(at)), message));
        };
        if rng.chance(60) {
            let note = *rng.pick(story.internal);
            say(rng, *at, true, Visibility::Internal, note);
        }
        for _ in 0..rng.range(1, 3) {
            *at = later(rng, *at);
            let reply = *rng.pick(story.replies);
            say(rng, *at, true, Visibility::Public, reply);
            if rng.chance(55) {
                *at = later(rng, *at);
                let answer = *rng.pick(story.customer);
                say(rng, *at, false, Visibility::Public, answer);
            }
        }
    }
}

impl Case {
    #[expect(clippy::too_many_arguments, reason = "one line of history has these parts")]
    fn event(
        &mut self,
        rng: &mut Rng,
        at: Moment,
        who: &str,
        what: &str,
        before: &str,
        after: &str,
        detail: &str,
    ) {
        let event = EventRow {
            version: None,
            at,
            who: who.to_owned(),
            what: what.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            detail: detail.to_owned(),
        };
        self.events
            .push((rng.id(super::millis(at)), self.ticket.id, event));
    }
}

fn status(rng: &mut Rng, fresh: bool) -> TicketStatus {
    use TicketStatus::{Assigned, Closed, InProgress, Open, Resolved, WaitingCustomer, WaitingInternal};
    let weights: &[(TicketStatus, u64)] = if fresh {
        &[
            (Open, 34),
            (Assigned, 18),
            (InProgress, 20),
            (WaitingCustomer, 10),
            (WaitingInternal, 6),
            (Resolved, 8),
            (Closed, 4),
        ]
    } else {
        &[
            (Open, 1),
            (Assigned, 2),
            (InProgress, 4),
            (WaitingCustomer, 6),
            (WaitingInternal, 3),
            (Resolved, 9),
            (Closed, 75),
        ]
    };
    *rng.weighted(weights)
}

/// The moves from open to where the ticket stands.
fn path(to: TicketStatus) -> &'static [TicketStatus] {
    use TicketStatus::{Assigned, Closed, InProgress, Open, Resolved, WaitingCustomer, WaitingInternal};
    match to {
        Open => &[],
        Assigned => &[Assigned],
        InProgress => &[InProgress],
        WaitingCustomer => &[InProgress, WaitingCustomer],
        WaitingInternal => &[InProgress, WaitingInternal],
        Resolved => &[InProgress, Resolved],
        Closed => &[InProgress, Resolved, Closed],
    }
}

fn fill(rng: &mut Rng, from: &[&str], customer: &Customer) -> String {
    let offer = customer
        .token
        .as_ref()
        .map_or("the weekly coupon", |(_, name, _)| name.as_str());
    let store = *rng.pick(STORES);
    rng.pick(from).replace("{offer}", offer).replace("{store}", store)
}

/// Some tickets hold what terminals and tables have to cope with.
fn odd(place: usize, ticket: &mut TicketRecord) {
    if place % 53 == 17 {
        let (subject, description) = HOSTILE[place / 53 % HOSTILE.len()];
        ticket.subject = subject.to_owned();
        ticket.description = description.to_owned();
    }
    if place % 97 == 31 {
        let text = ticket.description.clone();
        ticket.description = format!("{text}\n\n{}", format!("> {text} 👍 \t| quoted |\n").repeat(120));
    }
}
