//! Saved queries, own and shared, with what they find now.

use jiff::tz::TimeZone;

use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{AccountId, PresetId};
use crate::domain::permission::Permission;
use crate::domain::query::{self, FieldSet, Query, TICKET_FIELDS, TOKEN_FIELDS};
use crate::domain::time::Moment;
use crate::server::store::accounts;
use crate::server::store::filter::Scope;
use crate::server::store::presets::{self, PresetRow};
use crate::server::store::tickets;
use crate::server::store::tokens::{self, Of};
use crate::wire::page::{COUNT_CAP, Page, Total};
use crate::wire::presets::{NewPreset, Preset, Retired};
use crate::wire::problem::FieldProblem;

const NO_PRESET: ServiceError = ServiceError::NotFound("there is no such preset");
/// Longest name, in characters.
const MAX_NAME: usize = 40;
/// Longest query line, in characters.
const MAX_Q: usize = 1_000;
/// Most presets of one person.
const MOST: i64 = 100;

fn fields(noun: &str) -> Option<&'static FieldSet> {
    match noun {
        "tokens" => Some(&TOKEN_FIELDS),
        "tickets" => Some(&TICKET_FIELDS),
        _ => None,
    }
}

fn read(noun: &str, q: &str, zone: TimeZone, now: Moment) -> Result<Query, FieldProblem> {
    let problem = |code: &str, detail: String, column| FieldProblem {
        field: "q".to_owned(),
        code: code.to_owned(),
        detail,
        column,
    };
    let Some(set) = fields(noun) else {
        return Err(problem(
            "unknown",
            "there are presets of tokens and of tickets".to_owned(),
            None,
        ));
    };
    query::parse(q, set, &query::Context { now, zone })
        .map_err(|error| problem("bad_query", error.to_string(), Some(error.column)))
}

fn preset(row: PresetRow, actor: &Actor) -> Preset {
    Preset {
        id: row.id,
        noun: row.noun,
        name: row.name,
        q: row.q,
        shared: row.shared,
        own: row.owner == actor.id,
        owner: row.owner_label,
        slot: row.slot.and_then(|slot| u8::try_from(slot).ok()),
        total: None,
        broken: None,
        version: row.version,
    }
}

impl Services {
    /// One's own presets and the shared ones. With `counts`, each with how many rows it finds now: in an account's wallet,
    /// or in the whole desk where the person may search that.
    ///
    /// # Errors
    /// When the person may not, or the database fails.
    pub async fn presets(
        &self,
        actor: &Actor,
        noun: &str,
        counts: Option<Option<AccountId>>,
    ) -> Result<Page<Preset>, ServiceError> {
        self.allow(actor, Permission::PresetUse).await?;
        if let Some(Some(account)) = counts
            && actor.may(Permission::TokenView).is_ok()
            && accounts::find(self.store.read(), account).await?.is_some()
        {
            self.looks_at(actor, account, Opened::of("wallet", account))
                .await?;
        }
        let rows = presets::seen_by(self.store.read(), noun, actor.id).await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let mut shown = preset(row, actor);
            match read(&shown.noun, &shown.q, self.profile.zone(), self.now()) {
                Err(problem) => shown.broken = Some(problem.detail),
                Ok(query) => {
                    if let Some(account) = counts {
                        shown.total = self.found(actor, noun, account, &query).await?;
                    }
                }
            }
            items.push(shown);
        }
        Ok(Page::whole(items))
    }

    /// How many rows a preset finds now; `None` where the person may not see them.
    async fn found(
        &self,
        actor: &Actor,
        noun: &str,
        account: Option<AccountId>,
        query: &Query,
    ) -> Result<Option<Total>, ServiceError> {
        let needed = match (noun, account) {
            ("tickets", _) => Permission::TicketView,
            (_, Some(_)) => Permission::TokenView,
            (_, None) => Permission::TokenSearchAll,
        };
        if actor.may(needed).is_err() {
            return Ok(None);
        }
        let scope = Scope {
            now: self.now(),
            me: Some(actor.id.0),
        };
        let list = match noun {
            "tickets" => tickets::list(query, &scope, String::new()),
            _ => tokens::list(Of { account, at: None }, query, &scope, String::new()),
        };
        let n = list.count(self.store.read(), Some(COUNT_CAP)).await?;
        Ok(Some(Total {
            value: n.min(COUNT_CAP),
            exact: n <= COUNT_CAP,
        }))
    }

    /// Saves a query.
    ///
    /// # Errors
    /// When the person may not, something is wrong with it, or the database fails.
    pub async fn add_preset(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        body: &NewPreset,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "preset.add", Permission::PresetUse)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = add(&work, body).await;
        work.settle(result).await
    }

    /// Changes a preset of one's own.
    ///
    /// # Errors
    /// When it is somebody else's, it changed meanwhile, something is wrong with it, or the database fails.
    pub async fn change_preset(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: PresetId,
        version: i64,
        body: &NewPreset,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "preset.change", Permission::PresetUse)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = change(&work, id, version, body).await;
        work.settle(result).await
    }

    /// Retires a preset of one's own.
    ///
    /// # Errors
    /// When it is somebody else's, it changed meanwhile, or the database fails.
    pub async fn retire_preset(
        &self,
        actor: &Actor,
        id: PresetId,
        version: i64,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, None, "preset.retire", Permission::PresetUse)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = retire(&work, id, version).await;
        work.settle(result).await
    }
}

fn checked(work: &Work, noun: &str, body: &NewPreset) -> Result<(), ServiceError> {
    if fields(noun).is_none() {
        return Err(ServiceError::field("noun", "unknown", "write tokens or tickets"));
    }
    let name = body.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        let detail = format!("write 1 to {MAX_NAME} characters");
        return Err(ServiceError::field("name", "length", detail));
    }
    if body.q.chars().count() > MAX_Q {
        let detail = format!("write at most {MAX_Q} characters");
        return Err(ServiceError::field("q", "length", detail));
    }
    if body.slot.is_some_and(|slot| !(1..=9).contains(&slot)) {
        return Err(ServiceError::field(
            "slot",
            "out_of_range",
            "number keys are 1 to 9",
        ));
    }
    if body.shared {
        work.actor.may(Permission::PresetShare)?;
    }
    read(noun, &body.q, work.profile().zone(), work.now)
        .map(|_| ())
        .map_err(|problem| ServiceError::BadQuery(Box::new(problem)))
}

async fn add(work: &Work, body: &NewPreset) -> Result<Outcome2xx<Preset>, ServiceError> {
    let noun = body.noun.as_deref().unwrap_or("tokens");
    checked(work, noun, body)?;
    if presets::count(&work.tx, work.actor.id).await? >= MOST {
        return Err(ServiceError::Illegal {
            code: "too_many",
            detail: format!("a person keeps at most {MOST} presets; retire one first"),
        });
    }
    let row = PresetRow {
        id: PresetId::new(),
        noun: noun.to_owned(),
        owner: work.actor.id,
        owner_label: work.actor.label(),
        shared: body.shared,
        name: body.name.trim().to_owned(),
        q: body.q.trim().to_owned(),
        slot: body.slot.map(i64::from),
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    presets::insert(&work.tx, &row).await?;
    take_slot(work, &row, None).await?;
    note(work, &row, None).await?;
    let body = preset(row, &work.actor);
    Ok(Outcome2xx::created(body, Some(1)))
}

async fn change(
    work: &Work,
    id: PresetId,
    version: i64,
    body: &NewPreset,
) -> Result<Outcome2xx<Preset>, ServiceError> {
    let before = own(work, id).await?;
    checked(work, &before.noun, body)?;
    let row = PresetRow {
        shared: body.shared,
        name: body.name.trim().to_owned(),
        q: body.q.trim().to_owned(),
        slot: body.slot.map(i64::from),
        updated_at: work.now,
        version: version + 1,
        ..before.clone()
    };
    if !presets::update(&work.tx, &row).await? {
        return Err(stale(work, before)?);
    }
    take_slot(work, &row, before.slot).await?;
    note(work, &row, Some(&before)).await?;
    let version = row.version;
    Ok(Outcome2xx::ok(preset(row, &work.actor), Some(version)))
}

async fn retire(work: &Work, id: PresetId, version: i64) -> Result<Outcome2xx<Retired>, ServiceError> {
    let before = own(work, id).await?;
    if !presets::retire(&work.tx, id, version, work.now).await? {
        return Err(stale(work, before)?);
    }
    note(work, &before, Some(&before)).await?;
    Ok(Outcome2xx::ok(Retired { id }, None))
}

/// A preset that the person may change: their own.
async fn own(work: &Work, id: PresetId) -> Result<PresetRow, ServiceError> {
    let found = presets::find(&work.tx, id).await?.ok_or(NO_PRESET)?;
    if found.owner == work.actor.id {
        return Ok(found);
    }
    if found.shared {
        return Err(ServiceError::Illegal {
            code: "not_yours",
            detail: format!(
                "this preset belongs to {}; save one of your own",
                found.owner_label
            ),
        });
    }
    Err(NO_PRESET)
}

fn stale(work: &Work, found: PresetRow) -> Result<ServiceError, ServiceError> {
    let current = serde_json::to_value(preset(found, &work.actor));
    let current = current.map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}

/// What stood on the row's key goes to the key that the row had.
async fn take_slot(work: &Work, row: &PresetRow, had: Option<i64>) -> Result<(), ServiceError> {
    if let Some(slot) = row.slot {
        presets::free_slot(&work.tx, &row.noun, row.owner, slot, had, row.id).await?;
    }
    Ok(())
}

async fn note(work: &Work, row: &PresetRow, before: Option<&PresetRow>) -> Result<(), ServiceError> {
    // The query itself may name a person: the audit keeps that there is one, not what it says.
    let told = |row: &PresetRow| {
        serde_json::json!({"noun": row.noun, "shared": row.shared, "slot": row.slot, "version": row.version})
            .to_string()
    };
    work.audit(Record {
        kind: "preset",
        id: row.id.to_string(),
        before: before.map(told),
        after: Some(told(row)),
        ..Record::default()
    })
    .await
}
