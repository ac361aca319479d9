//! Who gets a ticket: by rule from the queue, or by hand; and what is known of the people it may go to.

use super::clocks::{WORKER, history_line};
use super::error::problem;
use super::tickets::NO_TICKET;
use super::work::{Begun, Outcome2xx, Record, system_entry};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::agent::Availability;
use crate::domain::assignment::{Candidate, Choice, How, MAX_LOAD, Need, Strategy, choose};
use crate::domain::calendar::in_order;
use crate::domain::id::{AgentId, TicketId};
use crate::domain::permission::{Permission, Role};
use crate::domain::time::Moment;
use crate::server::store::clocks::{self, ClockRow};
use crate::server::store::conversation::{self, EventRow};
use crate::server::store::desk_people::{self, AssignmentRow, PersonRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::server::store::{StoreError, Tx, audit};
use crate::wire::agents::{AgentCard, Assignment, EditAgent, SetAvailability};
use crate::wire::problem::FieldProblem;

/// Tickets of the queue that are looked at in one go.
const QUEUE: u32 = 500;
/// The turn of assigning; any number that no other turn has.
const ASSIGNING: i64 = 0x746b_6465_736b_4101;
/// Assignments of one ticket that are shown.
const SHOWN: u32 = 100;
/// Most words in a list of skills or languages, and most characters of each.
const WORDS: usize = 20;
const WORD: usize = 32;

const NO_AGENT: ServiceError = ServiceError::NotFound("there is nobody with this identifier");

impl Services {
    fn counts(&self) -> &[crate::domain::ticket::TicketStatus] {
        &self.profile.assignment.counts
    }

    fn card(&self, person: PersonRow) -> AgentCard {
        AgentCard {
            tier: person.agent.role.and_then(Role::tier),
            department: person.department,
            languages: person.languages,
            skills: person.skills,
            shift: person.shift,
            load: person.load,
            max_load: person.max_load.unwrap_or(self.profile.assignment.max_load),
            own_max_load: person.max_load.is_some(),
            availability_since: person.availability_at,
            version: person.version,
            agent: person.agent,
        }
    }

    /// Everybody behind the desk, with what assignment goes by.
    ///
    /// # Errors
    /// When the person may not, or the database fails.
    pub async fn agent_cards(&self, actor: &Actor) -> Result<Vec<AgentCard>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let all = desk_people::all(self.store.read(), self.counts()).await?;
        let behind = |p: &PersonRow| p.agent.role != Some(Role::Customer);
        Ok(all.into_iter().filter(behind).map(|p| self.card(p)).collect())
    }

    /// The card of the person who asks.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn own_card(&self, actor: &Actor) -> Result<AgentCard, ServiceError> {
        let found = desk_people::find(self.store.read(), actor.id, self.counts()).await?;
        Ok(self.card(found.ok_or(NO_AGENT)?))
    }

    /// Says whether one takes work.
    ///
    /// # Errors
    /// When the person may not, or the database fails.
    pub async fn set_availability(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        body: SetAvailability,
    ) -> Result<Answer, ServiceError> {
        let begun = self
            .begin(actor, intent, "agent.availability", Permission::AvailabilitySet)
            .await?;
        let work = match begun {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let before = self.person(&work, actor.id).await?;
            available(&work, &before, body.status).await?;
            let after = self.person(&work, actor.id).await?;
            Ok(Outcome2xx::ok(self.card(after), None))
        }
        .await;
        work.settle(result).await
    }

    async fn person(&self, work: &Work, id: AgentId) -> Result<PersonRow, ServiceError> {
        let found = desk_people::find(&work.tx, id, self.counts()).await?;
        found.ok_or(NO_AGENT)
    }

    /// Changes what assignment goes by of somebody.
    ///
    /// # Errors
    /// When the person may not, a field is wrong, the row changed, or the database fails.
    pub async fn edit_agent(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: AgentId,
        version: i64,
        body: &EditAgent,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "agent.edit", Permission::AgentManage)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = self.edited(&work, id, version, body).await;
        work.settle(result).await
    }

    async fn edited(
        &self,
        work: &Work,
        id: AgentId,
        version: i64,
        body: &EditAgent,
    ) -> Result<Outcome2xx<AgentCard>, ServiceError> {
        let before = self.person(work, id).await?;
        let wrong = mistakes(body);
        if !wrong.is_empty() {
            return Err(ServiceError::Invalid(wrong));
        }
        let mut after = before.clone();
        after.version = version;
        if let Some(department) = &body.department {
            after.department = department.trim().to_owned();
        }
        if let Some(languages) = &body.languages {
            after.languages.clone_from(languages);
        }
        if let Some(skills) = &body.skills {
            after.skills.clone_from(skills);
        }
        if let Some(shift) = &body.shift {
            after.shift.clone_from(shift);
        }
        if let Some(most) = body.max_load {
            after.max_load = (most > 0).then_some(most);
        }
        if !desk_people::update(&work.tx, &after).await? {
            let now = self.person(work, id).await?;
            let current = serde_json::to_value(self.card(now));
            let current = current.map_err(|e| ServiceError::Internal(e.to_string()))?;
            return Err(ServiceError::Stale {
                current: Box::new(current),
            });
        }
        if let Some(status) = body.availability {
            available(work, &before, status).await?;
        }
        let now = self.person(work, id).await?;
        work.audit(Record {
            kind: "agent",
            id: id.to_string(),
            before: Some(facts(&before)),
            after: Some(facts(&now)),
            ..Record::default()
        })
        .await?;
        let version = now.version;
        Ok(Outcome2xx::ok(self.card(now), Some(version)))
    }

    /// Who has had a ticket and why, latest first.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn assignments(
        &self,
        actor: &Actor,
        which: TicketRef,
    ) -> Result<Vec<Assignment>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let ticket = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
        self.looks_at_ticket(actor, &ticket).await?;
        let rows = desk_people::assignments(conn, ticket.id, SHOWN).await?;
        Ok(rows
            .into_iter()
            .map(|row| Assignment {
                agent_id: row.agent,
                agent_name: row.agent_name,
                how: row.how,
                by: row.by,
                at: row.at,
                why: row.why,
                candidates: row.judged,
            })
            .collect())
    }

    /// What it needs to hand a ticket from one to the other: taking, giving, putting back and taking away are apart.
    #[must_use]
    pub fn assign_permission(actor: AgentId, from: Option<AgentId>, to: Option<AgentId>) -> Permission {
        match (from, to) {
            (Some(from), None) if from == actor => Permission::TicketRelease,
            (None, None) => Permission::TicketRelease,
            (Some(from), Some(to)) if to == actor && from != actor => Permission::TicketSteal,
            (_, Some(to)) if to == actor => Permission::TicketTake,
            _ => Permission::TicketAssign,
        }
    }

    /// Whether somebody is there and has room for one more: for what goes back to who had it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_room(
        &self,
        conn: &impl crate::server::store::Conn,
        agent: AgentId,
    ) -> Result<bool, StoreError> {
        let found = desk_people::find(conn, agent, self.counts()).await?;
        let most = self.profile.assignment.max_load;
        Ok(found.is_some_and(|p| {
            p.agent.role.is_some()
                && p.agent.availability == Availability::Available
                && p.load < p.max_load.unwrap_or(most)
        }))
    }

    /// Everybody whom a rule may give a ticket to.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn desk_candidates(
        &self,
        conn: &impl crate::server::store::Conn,
    ) -> Result<Vec<Candidate>, StoreError> {
        let most = self.profile.assignment.max_load;
        let all = desk_people::all(conn, self.counts()).await?;
        Ok(all
            .into_iter()
            .filter(|p| matches!(p.agent.role, Some(Role::Agent | Role::Engineer)))
            .map(|p| Candidate {
                id: p.agent.id,
                tier: p.agent.role.and_then(Role::tier).unwrap_or(1),
                name: p.agent.name,
                availability: p.agent.availability,
                department: p.department,
                languages: p.languages,
                skills: p.skills,
                shift: p.shift,
                load: p.load,
                max_load: p.max_load.unwrap_or(most),
                last_assigned: p.last_assigned,
            })
            .collect())
    }

    /// What a ticket asks of who gets it.
    pub(super) fn need(&self, row: &ClockRow, last: Option<AgentId>) -> Need {
        let category = self.profile.category(&row.category);
        Need {
            tier: row.tier,
            skills: category.map(|c| c.skills.clone()).unwrap_or_default(),
            department: category.map(|c| c.department.clone()).unwrap_or_default(),
            language: row.language.clone(),
            last: last.filter(|_| row.reopened > 0),
        }
    }

    /// Gives waiting tickets to people, as far as there is room. Backends on one database take turns, so that nobody gets
    /// more than they have room for. Gives back how many found somebody.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        if self.profile.assignment.strategy == Strategy::Manual {
            return Ok(0);
        }
        let room = self.desk_candidates(self.store.read()).await?;
        let able = |c: &Candidate| c.availability == Availability::Available && c.load < c.max_load;
        if !room.iter().any(able) {
            return Ok(0);
        }
        let tx = self.store.begin().await?;
        clocks::take_turns(&tx, ASSIGNING).await?;
        let now = self.now();
        let rows = clocks::take_queued(&tx, QUEUE).await?;
        let mut all = self.desk_candidates(&tx).await?;
        let ids: Vec<TicketId> = rows.iter().filter(|r| r.reopened > 0).map(|r| r.id).collect();
        let last = desk_people::last_of(&tx, &ids).await?;
        let mut given = 0;
        for row in &rows {
            if !all.iter().any(able) {
                break;
            }
            let need = self.need(row, last.get(&row.id).copied());
            let choice = choose(&self.profile.assignment, &need, &all, now, &self.zone);
            let Some(chosen) = choice.chosen.and_then(|i| all.get_mut(i)) else {
                continue;
            };
            if !desk_people::claim(&tx, row.id, row.version, chosen.id, now).await? {
                continue;
            }
            self.given(&tx, row, chosen, &choice, now).await?;
            chosen.load += 1;
            chosen.last_assigned = Some(now);
            given += 1;
        }
        tx.commit().await?;
        if given > 0 {
            self.committed.notify_one();
        }
        Ok(given)
    }

    async fn given(
        &self,
        tx: &Tx,
        row: &ClockRow,
        chosen: &Candidate,
        choice: &Choice,
        now: Moment,
    ) -> Result<(), StoreError> {
        desk_people::had_turn(tx, chosen.id, now).await?;
        let kept = AssignmentRow {
            agent: Some(chosen.id),
            agent_name: chosen.name.clone(),
            how: How::Rule,
            by: WORKER.to_owned(),
            at: now,
            why: choice.why.clone(),
            judged: choice.judged.clone(),
        };
        desk_people::insert_assignment(tx, row.id, &kept).await?;
        history_line(
            tx,
            row.id,
            "assignee",
            chosen.name.clone(),
            choice.why.clone(),
            now,
            Some(row.version + 1),
        )
        .await?;
        let moved = EventRow {
            version: Some(row.version + 1),
            at: now,
            who: WORKER.to_owned(),
            what: "status".to_owned(),
            before: row.status.word().to_owned(),
            after: "assigned".to_owned(),
            detail: String::new(),
        };
        conversation::insert_event(tx, row.id, &moved).await?;
        let mut entry = system_entry("ticket.assign", now, "ticket", row.id.to_string());
        entry.account_id = row.account;
        entry.ticket_id = Some(row.id);
        entry.reason.clone_from(&choice.why);
        entry.before = Some(serde_json::json!({"assignee": null, "status": row.status}).to_string());
        entry.after = Some(serde_json::json!({"assignee": chosen.id, "status": "assigned"}).to_string());
        audit::append(tx, &entry).await?;
        self.settle_clocks(tx, row.id, now).await
    }
}

/// Keeps how a ticket changed hands, if it did. To be called where a changed ticket is written.
///
/// # Errors
/// When the database fails.
pub(super) async fn changed_hands(
    work: &Work,
    before: Option<&TicketRecord>,
    after: &TicketRecord,
    reason: &str,
) -> Result<(), ServiceError> {
    let from = before.and_then(|t| t.assignee);
    if from == after.assignee {
        return Ok(());
    }
    let me = work.actor.id;
    let how = match (from, after.assignee) {
        (_, None) => How::Released,
        (Some(_), Some(to)) if to == me => How::Stolen,
        (None, Some(to)) if to == me => How::Taken,
        _ => How::Given,
    };
    let mut why = reason.to_owned();
    if let Some(to) = after.assignee {
        let services = work.services();
        let person = desk_people::find(&work.tx, to, services.counts()).await?;
        let most = services.profile.assignment.max_load;
        if let Some(person) = person.filter(|p| p.load > p.max_load.unwrap_or(most)) {
            let most = person.max_load.unwrap_or(most);
            let over = format!("more than there is room for ({} of {most})", person.load);
            why = if why.is_empty() {
                over
            } else {
                format!("{why}; {over}")
            };
        }
    }
    let row = AssignmentRow {
        agent: after.assignee,
        agent_name: after.assignee_name.clone(),
        how,
        by: work.actor.label(),
        at: work.now,
        why,
        judged: Vec::new(),
    };
    Ok(desk_people::insert_assignment(&work.tx, after.id, &row).await?)
}

async fn available(work: &Work, before: &PersonRow, to: Availability) -> Result<(), ServiceError> {
    if before.agent.availability == to {
        return Ok(());
    }
    let id = before.agent.id;
    desk_people::set_availability(&work.tx, id, to, work.now).await?;
    let state = |a: Availability| Some(serde_json::json!({ "availability": a }).to_string());
    work.audit(Record {
        kind: "agent",
        id: id.to_string(),
        before: state(before.agent.availability),
        after: state(to),
        ..Record::default()
    })
    .await
}

fn facts(person: &PersonRow) -> String {
    serde_json::json!({
        "department": person.department, "languages": person.languages, "skills": person.skills,
        "shift": person.shift, "max_load": person.max_load,
    })
    .to_string()
}

fn mistakes(body: &EditAgent) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    let code = |word: &str| {
        let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        !word.is_empty() && word.len() <= WORD && word.bytes().all(good)
    };
    let allowed = "write codes of 1 to 32 of a-z, 0-9, _ and -, at most 20 of them";
    for (field, words) in [("languages", &body.languages), ("skills", &body.skills)] {
        if words
            .as_ref()
            .is_some_and(|w| w.len() > WORDS || !w.iter().all(|w| code(w)))
        {
            wrong.push(problem(field, "code", allowed));
        }
    }
    let department = body.department.as_deref().map(str::trim).unwrap_or_default();
    if !department.is_empty() && !code(department) {
        wrong.push(problem(
            "department",
            "code",
            "write a code of 1 to 32 of a-z, 0-9, _ and -",
        ));
    }
    if body.max_load.is_some_and(|n| n > MAX_LOAD) {
        wrong.push(problem(
            "max_load",
            "out_of_range",
            format!("write 0 to {MAX_LOAD}; 0: as the desk says"),
        ));
    }
    if body
        .shift
        .as_ref()
        .is_some_and(|week| !week.values().all(|day| in_order(day)))
    {
        wrong.push(problem(
            "shift",
            "order",
            "write the stretches of each day in order, none beginning before the one before it has ended",
        ));
    }
    wrong
}
