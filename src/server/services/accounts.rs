//! Accounts: look-up, card, verification, reveal, notes.

mod near;

use super::actions::check_reason;
use super::error::problem;
use super::tokens::{note, write_note};
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::account::Account;
use crate::domain::id::AccountId;
use crate::domain::lookup::{self, Lookup, LookupError, name_key};
use crate::domain::masking::{PiiField, mask_address, mask_email, mask_mobile, mask_user_id};
use crate::domain::permission::Permission;
use crate::server::store::accounts::{self, Wanted};
use crate::server::store::records::{self, NoteOn};
use crate::server::store::{audit, tokens, turns};
use crate::wire::accounts::{
    AccountCard, AccountHit, AccountHits, AccountSearch, Fit, Reveal, Revealed, TokenCounts, Verified, Verify,
};
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{DEFAULT_LIMIT, MAX_LIMIT};

/// Failed verifications of one account by one person in an hour.
pub const VERIFY_TRIES: u32 = 5;
/// Seconds after which a revealed field has to be hidden again.
pub const HIDE_AFTER: u32 = 30;
/// Reveals by one person in an hour.
pub const REVEALS: u32 = 60;

const NO_ACCOUNT: ServiceError = ServiceError::NotFound("there is no such account");

impl Services {
    /// Looks accounts up: as asked, then by beginnings, then by near misses.
    ///
    /// # Errors
    /// When the person may not, what was asked is not searchable, or the database fails.
    pub async fn search_accounts(
        &self,
        actor: &Actor,
        ask: &AccountSearch,
    ) -> Result<AccountHits, ServiceError> {
        self.allow(actor, Permission::AccountSearch).await?;
        let limit = ask.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ServiceError::field(
                "limit",
                "out_of_range",
                format!("write a number from 1 to {MAX_LIMIT}"),
            ));
        }
        let readings = self.readings(ask)?;
        let mut understood = readings.first().map_or("name", Lookup::word);
        for reading in &readings {
            let mut found = self.candidates(reading, limit).await?;
            if found.is_empty() {
                continue;
            }
            understood = reading.word();
            found.sort_by(|a, b| b.1.total_cmp(&a.1));
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let items = found
                .into_iter()
                .map(|(account, score)| hit(&account, score))
                .collect();
            return Ok(AccountHits {
                items,
                understood_as: understood.to_owned(),
                more,
            });
        }
        Ok(AccountHits {
            items: Vec::new(),
            understood_as: understood.to_owned(),
            more: false,
        })
    }

    fn readings(&self, ask: &AccountSearch) -> Result<Vec<Lookup>, ServiceError> {
        let region = self.profile.default_region.as_str();
        let given = |field: &Option<String>| {
            field
                .as_deref()
                .map(str::trim)
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
        };
        if let Some(q) = given(&ask.q) {
            return lookup::recognise(&q, region).map_err(|e| refused("q", e));
        }
        let (first, last) = (given(&ask.first_name), given(&ask.last_name));
        let reading = if let Some(email) = given(&ask.email) {
            lookup::validate_email(&email)
        } else if let Some(mobile) = given(&ask.mobile) {
            lookup::validate_mobile(&mobile, region)
        } else if let Some(user_id) = given(&ask.user_id) {
            lookup::validate_user_id(&user_id)
        } else if first.is_some() || last.is_some() {
            lookup::validate_name(
                first.as_deref().unwrap_or_default(),
                last.as_deref().unwrap_or_default(),
            )
        } else {
            return Err(ServiceError::Invalid(vec![problem(
                "q",
                "required",
                "give an e-mail address, a name, a mobile number or the partner's identifier",
            )]));
        };
        reading.map(|r| vec![r]).map_err(|e| refused(e.field(), e))
    }

    /// Accounts that fit one reading, each with how well.
    async fn candidates(&self, reading: &Lookup, limit: u32) -> Result<Vec<(Account, f64)>, ServiceError> {
        let limit = limit.saturating_add(1);
        let search =
            |wanted: Wanted| async move { accounts::search(self.store.read(), &wanted, limit).await };
        let scored =
            |found: Vec<Account>, score: f64| found.into_iter().map(|a| (a, score)).collect::<Vec<_>>();
        Ok(match reading {
            Lookup::Email(address) => {
                let exact = search(Wanted::Email(address.clone())).await?;
                if exact.is_empty() {
                    self.near_email(address, limit).await?
                } else {
                    scored(exact, lookup::EXACT)
                }
            }
            Lookup::EmailPrefix(start) => {
                scored(search(Wanted::EmailPrefix(start.clone())).await?, lookup::PREFIX)
            }
            Lookup::Mobile(number) => scored(search(Wanted::Mobile(number.clone())).await?, lookup::EXACT),
            Lookup::MobileLast4(digits) => {
                scored(search(Wanted::MobileLast4(digits.clone())).await?, lookup::PREFIX)
            }
            Lookup::UserId(id) => scored(search(Wanted::UserId(id.clone())).await?, lookup::EXACT),
            Lookup::Name { first, last } => self.by_name(&name_key(first), &name_key(last), limit).await?,
            Lookup::AnyName(name) => self.by_any_name(&name_key(name), limit).await?,
        })
    }

    async fn by_name(
        &self,
        first: &str,
        last: &str,
        limit: u32,
    ) -> Result<Vec<(Account, f64)>, ServiceError> {
        let wanted = Wanted::NamePrefix(first.to_owned(), last.to_owned());
        let mut found = accounts::search(self.store.read(), &wanted, limit).await?;
        if found.is_empty() {
            let firsts = self.near_names("first", first).await?;
            let lasts = self.near_names("last", last).await?;
            let impossible =
                (!first.is_empty() && firsts.is_empty()) || (!last.is_empty() && lasts.is_empty());
            if !impossible {
                found = accounts::search(self.store.read(), &Wanted::Names(firsts, lasts), limit).await?;
            }
        }
        Ok(ranked(found, |f, l| lookup::name_score(first, last, f, l)))
    }

    async fn by_any_name(&self, name: &str, limit: u32) -> Result<Vec<(Account, f64)>, ServiceError> {
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let none = String::new();
        let mut found: Vec<Account> = Vec::new();
        for wanted in [
            Wanted::NamePrefix(none.clone(), name.to_owned()),
            Wanted::NamePrefix(name.to_owned(), none),
        ] {
            let more = accounts::search(self.store.read(), &wanted, limit).await?;
            found.extend(
                more.into_iter()
                    .filter(|a| found.iter().all(|b| b.id != a.id))
                    .collect::<Vec<_>>(),
            );
        }
        if found.is_empty() {
            let mut near = self.near_names("last", name).await?;
            near.extend(self.near_names("first", name).await?);
            if !near.is_empty() {
                found = accounts::search(self.store.read(), &Wanted::AnyName(near), limit).await?;
            }
        }
        Ok(ranked(found, |f, l| lookup::any_name_score(name, f, l)))
    }

    /// Known names that are a typo away, or begin so.
    async fn near_names(&self, part: &str, key: &str) -> Result<Vec<String>, ServiceError> {
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let length = u32::try_from(key.chars().count()).unwrap_or(u32::MAX);
        let known = accounts::known_names(
            self.store.read(),
            part,
            length.saturating_sub(2),
            length.saturating_add(2),
        )
        .await?;
        let mut near: Vec<(f64, String)> = known
            .into_iter()
            .map(|name| (lookup::name_score(key, "", &name, ""), name))
            .filter(|(score, _)| *score >= lookup::SIMILAR)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.truncate(50);
        Ok(near.into_iter().map(|(_, name)| name).collect())
    }

    /// An account's card, masked. The view is audited once per person, account and quarter of an hour.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn account(&self, actor: &Actor, id: AccountId) -> Result<AccountCard, ServiceError> {
        self.allow(actor, Permission::AccountView).await?;
        let now = self.now();
        let conn = self.store.read();
        let account = accounts::find(conn, id).await?.ok_or(NO_ACCOUNT)?;
        let [active, shared, used, expired, disputed, removed] = tokens::counts(conn, id, now).await?;
        let open_tickets = accounts::open_tickets(conn, id).await?;
        let verified_at = records::verified_at(conn, actor.id, id, actor.session).await?;
        self.looks_at(actor, id, Opened::of("account", id)).await?;
        Ok(AccountCard {
            id,
            first_name: account.first_name.clone(),
            last_name: account.last_name.clone(),
            email: mask_email(&account.email),
            mobile: mask_mobile(&account.mobile),
            address: mask_address(&account.address),
            user_id: mask_user_id(&account.user_id),
            created_at: account.created_at,
            version: account.version,
            tokens: TokenCounts {
                active,
                shared,
                used,
                expired,
                disputed,
                removed,
            },
            open_tickets,
            verified_at,
        })
    }

    /// Compares what the caller says with what is stored, without showing it; nothing said confirms by judgement.
    ///
    /// # Errors
    /// When the person may not, tried too often, there is no such account, or the database fails.
    pub async fn verify_account(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: AccountId,
        ask: &Verify,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "account.verify", Permission::AccountVerify)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = verify(&work, id, ask, &self.profile.default_region).await;
        work.settle(result).await
    }

    /// Shows one masked field whole for a while. Its answer is never stored: it would keep the field in clear.
    ///
    /// # Errors
    /// When the person may not, gave no reason, did so too often, there is no such account, or the database fails.
    pub async fn reveal(&self, actor: &Actor, id: AccountId, ask: &Reveal) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, None, "account.reveal", Permission::AccountReveal)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = reveal(&work, id, ask).await;
        work.settle(result).await
    }

    /// The notes on an account, newest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub async fn account_notes(&self, actor: &Actor, id: AccountId) -> Result<Vec<Note>, ServiceError> {
        self.allow(actor, Permission::AccountView).await?;
        accounts::find(self.store.read(), id).await?.ok_or(NO_ACCOUNT)?;
        self.looks_at(actor, id, Opened::of("notes", id)).await?;
        let rows = records::notes(self.store.read(), NoteOn::Account(id), 200).await?;
        Ok(rows.into_iter().map(note).collect())
    }

    /// Writes a note on an account.
    ///
    /// # Errors
    /// When the person may not, the note is empty or too long, there is no such account, or the database fails.
    pub async fn note_account(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: AccountId,
        new: &NewNote,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "account.note", Permission::AccountNote)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            accounts::find(&work.tx, id).await?.ok_or(NO_ACCOUNT)?;
            write_note(
                &work,
                NoteOn::Account(id),
                Some(id),
                id.to_string(),
                "account",
                new,
            )
            .await
        }
        .await;
        work.settle(result).await
    }
}

async fn verify(
    work: &Work,
    id: AccountId,
    ask: &Verify,
    region: &str,
) -> Result<Outcome2xx<Verified>, ServiceError> {
    let mut asked: Vec<PiiField> = ask.says.iter().map(|said| said.field).collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.len() < ask.says.len() {
        // Two values for one field are two guesses, and each would be told apart.
        let detail = "the caller says one thing about a field; ask again for another";
        return Err(ServiceError::field("says", "twice", detail));
    }
    let account = accounts::find(&work.tx, id).await?.ok_or(NO_ACCOUNT)?;
    // Tries at the same time are counted one after the other.
    let turn = format!("verify {} {id}", work.actor.id);
    turns::hold(&work.services().store, &work.tx, &turn).await?;
    let failed = records::failed_since(&work.tx, work.actor.id, id, work.now.plus_seconds(-3_600)).await?;
    if failed >= VERIFY_TRIES {
        return Err(ServiceError::Limited {
            retry_after: 3_600,
            detail: format!(
                "{VERIFY_TRIES} verifications of this account failed within an hour; try again later"
            ),
        });
    }
    let matches: Vec<bool> = ask
        .says
        .iter()
        .map(|s| s.field.matches_said(&account, &s.value, region))
        .collect();
    let matched = matches.iter().all(|m| *m);
    records::insert_verification(&work.tx, work.actor.id, id, work.actor.session, work.now, matched).await?;
    let fields: Vec<String> = ask
        .says
        .iter()
        .zip(&matches)
        .map(|(said, ok)| {
            format!(
                "{}: {}",
                said.field.word(),
                if *ok { "match" } else { "no match" }
            )
        })
        .collect();
    let after = if fields.is_empty() {
        "confirmed by judgement".to_owned()
    } else {
        fields.join(", ")
    };
    work.audit(Record {
        kind: "account",
        id: id.to_string(),
        account: Some(id),
        after: Some(after),
        ..Record::default()
    })
    .await?;
    let tries_left = VERIFY_TRIES.saturating_sub(failed + u32::from(!matched));
    Ok(Outcome2xx::ok(
        Verified {
            matches,
            verified_at: matched.then_some(work.now),
            tries_left,
        },
        None,
    ))
}

async fn reveal(work: &Work, id: AccountId, ask: &Reveal) -> Result<Outcome2xx<Revealed>, ServiceError> {
    check_reason(&ask.reason)?;
    let account = accounts::find(&work.tx, id).await?.ok_or(NO_ACCOUNT)?;
    let turn = format!("reveal {}", work.actor.id);
    turns::hold(&work.services().store, &work.tx, &turn).await?;
    let since = work.now.plus_seconds(-3_600);
    if audit::count_since(&work.tx, work.actor.id, "account.reveal", since).await? >= u64::from(REVEALS) {
        return Err(ServiceError::Limited {
            retry_after: 600,
            detail: format!("more than {REVEALS} fields were revealed within an hour; try again later"),
        });
    }
    let reason = [ask.reason.code.as_str(), ask.reason.text.trim()];
    work.audit(Record {
        kind: "account",
        id: id.to_string(),
        account: Some(id),
        reason: reason
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(": "),
        after: Some(format!("revealed {}", ask.field.word())),
        ..Record::default()
    })
    .await?;
    let value = whole(ask.field, &account);
    Ok(Outcome2xx::ok(
        Revealed {
            field: ask.field,
            value,
            hide_after: HIDE_AFTER,
        },
        None,
    ))
}

fn whole(field: PiiField, account: &Account) -> String {
    field.whole(account)
}

fn ranked(found: Vec<Account>, score: impl Fn(&str, &str) -> f64) -> Vec<(Account, f64)> {
    found
        .into_iter()
        .map(|a| {
            let fit = score(&name_key(&a.first_name), &name_key(&a.last_name));
            (a, fit)
        })
        .filter(|(_, fit)| *fit > 0.0)
        .collect()
}

fn hit(account: &Account, score: f64) -> AccountHit {
    AccountHit {
        id: account.id,
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        email: mask_email(&account.email),
        mobile: mask_mobile(&account.mobile),
        city: account.address.city.clone(),
        state: account.address.state.clone(),
        user_id: mask_user_id(&account.user_id),
        created_at: account.created_at,
        fit: if score >= lookup::EXACT {
            Fit::Exact
        } else if score >= lookup::PREFIX {
            Fit::Prefix
        } else {
            Fit::Similar
        },
    }
}

fn refused(field: &str, error: LookupError) -> ServiceError {
    ServiceError::Invalid(vec![problem(field, error.code(), error.to_string())])
}
