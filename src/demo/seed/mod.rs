//! Seeded data: customers, a catalog, wallets and tickets, invented, the same for the same seed, and around the present
//! moment, so that a demo always looks fresh. Also the large data that benchmarks run on.
//!
//! Rows are made as they are written, in batches of one transaction each, so that a backend that is already at work gets
//! its turn in between. Nothing that is seeded pretends to be audited: one entry says what was seeded.

mod agents;
mod catalog;
mod people;
mod presets;
mod rng;
mod stories;
mod tickets;
mod wallets;

use crate::domain::audit::AuditEntry;
use crate::domain::id::{AccountId, OfferId};
use crate::domain::time::Moment;
use crate::server::store::bulk::{self, OfferKeys};
use crate::server::store::search::NewDoc;
use crate::server::store::{
    Store, StoreError, Tx, actions, audit, cases, disputes, people as staff, presets as saved, search,
};
use crate::sql;

use rng::Rng;
use tickets::{Case, Customer, Writer};
use wallets::{Filler, Listed, Owner, Wallet};

/// E-mail address of the customer of the demo's use case, who misses [`MISSING_OFFER`].
pub const KNOWN_EMAIL: &str = "dana.whitfield@example.com";
/// Name of the offer that the known customer misses: in the catalog, valid now, and not in the wallet.
pub const MISSING_OFFER: &str = catalog::MISSING;
/// E-mail address of the customer with the largest wallet.
pub const LARGEST_EMAIL: &str = "rosalind.achebe@example.com";

/// Rows in one transaction: many, for each touches pages of a dozen indexes once; not so many that a sign-in would wait.
const BATCH: usize = 3_000;
/// Tickets in one transaction.
const CASES: usize = 200;

/// How much to seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedOptions {
    /// Customers; at least 2.
    pub accounts: usize,
    /// Catalog entries; at least 8.
    pub offers: usize,
    /// Tokens in all wallets together.
    pub tokens: usize,
    /// Tokens in the largest wallet.
    pub largest: usize,
    /// Tickets.
    pub tickets: usize,
    /// The same seed gives the same data.
    pub seed: u64,
    /// The moment that dates lie around.
    pub now: Moment,
    /// The issuer that the people behind the desk sign in with.
    pub issuer: String,
}

impl SeedOptions {
    /// The demo's sizes.
    #[must_use]
    pub fn new(now: Moment) -> Self {
        Self {
            accounts: 5_000,
            offers: 320,
            tokens: 60_000,
            largest: 2_400,
            tickets: 800,
            seed: 1,
            now,
            issuer: "urn:tokendesk:seed".to_owned(),
        }
    }
}

/// What was seeded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Seeded {
    /// Customers.
    pub accounts: u64,
    /// Catalog entries.
    pub offers: u64,
    /// Tokens.
    pub tokens: u64,
    /// Tickets.
    pub tickets: u64,
}

/// Why nothing (more) was seeded.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// There is data already.
    #[error("the database holds accounts already; seed an empty one")]
    NotEmpty,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Seeds an empty database; `progress` is told after each batch how far it is.
///
/// # Errors
/// When there are accounts already, or the database fails.
pub async fn seed(
    store: &Store,
    options: &SeedOptions,
    mut progress: impl FnMut(Seeded) + Send,
) -> Result<Seeded, SeedError> {
    let there = sql!("SELECT count(*) AS n FROM (SELECT 1 FROM accounts LIMIT 1) found");
    if there.number(store.read()).await? > 0 {
        return Err(SeedError::NotEmpty);
    }
    let mut run = Run {
        store,
        options,
        colleagues: agents::all(options.seed, options.now),
        done: Seeded::default(),
        progress: &mut progress,
    };
    let offers = run.offers().await?;
    let owners = run.accounts().await?;
    let customers = run.wallets(&offers, &owners).await?;
    run.tickets(&customers).await?;
    Ok(run.done)
}

/// Milliseconds since 1970.
fn millis(at: Moment) -> u64 {
    u64::try_from(at.micros() / 1_000).unwrap_or(0)
}

struct Run<'a> {
    store: &'a Store,
    options: &'a SeedOptions,
    colleagues: Vec<agents::Colleague>,
    done: Seeded,
    progress: &'a mut (dyn FnMut(Seeded) + Send),
}

impl Run<'_> {
    async fn commit(&mut self, tx: Tx) -> Result<(), SeedError> {
        tx.commit().await.map_err(StoreError::from)?;
        (self.progress)(self.done);
        tokio::task::yield_now().await;
        Ok(())
    }

    /// The people behind the desk and the catalog.
    async fn offers(&mut self) -> Result<Vec<Listed>, SeedError> {
        let (seed, now) = (self.options.seed, self.options.now);
        let mut rng = Rng::part(seed, 2);
        let tx = self.store.begin().await?;
        for colleague in &self.colleagues {
            staff::upsert(
                &tx,
                &self.options.issuer,
                &colleague.subject,
                &colleague.agent,
                now,
            )
            .await?;
        }
        for preset in presets::all(seed, &self.colleagues, now) {
            saved::insert(&tx, &preset).await?;
        }
        audit::append(&tx, &self.entry()).await?;
        self.commit(tx).await?;
        let mut listed = Vec::new();
        let all = self.options.offers.max(8);
        for from in (0..all).step_by(BATCH) {
            let offers: Vec<_> = (from..all.min(from + BATCH))
                .map(|place| catalog::offer(seed, place, OfferId(rng.id(millis(now))), now))
                .collect();
            let tx = self.store.begin().await?;
            bulk::offers(&tx, &offers).await?;
            self.done.offers += offers.len() as u64;
            self.commit(tx).await?;
            listed.extend(offers.into_iter().map(|offer| {
                let keys = OfferKeys::from(&offer);
                (offer, keys)
            }));
        }
        Ok(listed)
    }

    async fn accounts(&mut self) -> Result<Vec<(Owner, String)>, SeedError> {
        let (seed, now) = (self.options.seed, self.options.now);
        let mut rng = Rng::part(seed, 4);
        let mut owners = Vec::new();
        let all = self.options.accounts.max(2);
        for from in (0..all).step_by(BATCH) {
            let accounts: Vec<_> = (from..all.min(from + BATCH))
                .map(|place| {
                    people::account(
                        seed,
                        place,
                        AccountId(rng.id(millis(now) + place as u64 / 64)),
                        now,
                    )
                })
                .collect();
            let tx = self.store.begin().await?;
            bulk::accounts(&tx, &accounts).await?;
            self.done.accounts += accounts.len() as u64;
            self.commit(tx).await?;
            owners.extend(accounts.iter().enumerate().map(|(i, a)| {
                let owner = Owner {
                    place: from + i,
                    id: a.id,
                    since: a.created_at,
                };
                (owner, format!("{} {}", a.first_name, a.last_name))
            }));
        }
        Ok(owners)
    }

    /// Fills the wallets; gives back the customers whom tickets are about.
    async fn wallets(
        &mut self,
        offers: &[Listed],
        owners: &[(Owner, String)],
    ) -> Result<Vec<Customer>, SeedError> {
        let options = self.options;
        let sizes = wallets::sizes(options.seed, owners.len(), options.tokens, options.largest);
        // Every so many accounts one has a ticket; the known customer always.
        let step = (owners.len() / options.tickets.clamp(1, owners.len())).max(1);
        let mut customers = Vec::new();
        let colleagues = self.colleagues.clone();
        let mut filler = Filler {
            offers,
            agents: &colleagues,
            now: options.now,
            made: 0,
        };
        let mut batch = Wallet::default();
        for ((owner, name), size) in owners.iter().zip(sizes) {
            let mut rng = Rng::part(options.seed, 0x8000_0000 + owner.place as u64);
            let mut wallet = filler.wallet(&mut rng, *owner, size);
            if owner.place % step == 0 {
                let token = wallet.tokens.last().and_then(|(token, offer)| {
                    Some((token.id, offers.get(*offer)?.0.name.clone(), token.claimed_at))
                });
                customers.push(Customer {
                    id: owner.id,
                    name: name.clone(),
                    since: owner.since,
                    token,
                });
            }
            batch.tokens.append(&mut wallet.tokens);
            batch.disputes.append(&mut wallet.disputes);
            batch.actions.append(&mut wallet.actions);
            if batch.tokens.len() >= BATCH {
                self.keep(offers, std::mem::take(&mut batch)).await?;
            }
        }
        self.keep(offers, batch).await?;
        Ok(customers)
    }

    async fn keep(&mut self, offers: &[Listed], wallet: Wallet) -> Result<(), SeedError> {
        let mut rest = wallet.tokens.as_slice();
        // A large wallet is written in several transactions, too.
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BATCH));
            let rows: Vec<_> = now
                .iter()
                .filter_map(|(token, place)| offers.get(*place).map(|(_, keys)| (token, keys)))
                .collect();
            let tx = self.store.begin().await?;
            bulk::tokens(&tx, &rows).await?;
            self.done.tokens += rows.len() as u64;
            if later.is_empty() {
                disputes::insert(&tx, &wallet.disputes).await?;
                actions::insert(&tx, &wallet.actions).await?;
            }
            self.commit(tx).await?;
            rest = later;
        }
        Ok(())
    }

    async fn tickets(&mut self, customers: &[Customer]) -> Result<(), SeedError> {
        let options = self.options;
        let colleagues = self.colleagues.clone();
        let writer = Writer {
            seed: options.seed,
            of: options.tickets,
            agents: &colleagues,
            now: options.now,
        };
        let mut rng = Rng::part(options.seed, 5);
        for from in (0..options.tickets).step_by(CASES) {
            let places = from..options.tickets.min(from + CASES);
            let tx = self.store.begin().await?;
            let first = cases::take_numbers(&tx, places.len() as i64).await?;
            let mut written: Vec<Case> = Vec::new();
            for (i, place) in places.enumerate() {
                let customer = rng.pick(customers);
                written.push(writer.case(place, first + i as i64, customer));
            }
            write(&tx, written).await?;
            self.done.tickets = (from + CASES).min(options.tickets) as u64;
            self.commit(tx).await?;
        }
        Ok(())
    }

    fn entry(&self) -> AuditEntry {
        let options = self.options;
        let after = serde_json::json!({
            "accounts": options.accounts, "offers": options.offers, "tokens": options.tokens,
            "tickets": options.tickets, "seed": options.seed,
        });
        AuditEntry {
            actor_name: "seed".to_owned(),
            verb: "seed.run".to_owned(),
            subject_kind: "seed".to_owned(),
            subject_id: options.seed.to_string(),
            after: Some(after.to_string()),
            ..AuditEntry::blank(options.now)
        }
    }
}

async fn write(tx: &Tx, written: Vec<Case>) -> Result<(), StoreError> {
    let (mut tickets, mut links) = (Vec::new(), Vec::new());
    let (mut messages, mut events) = (Vec::new(), Vec::new());
    for mut case in written {
        links.extend(
            case.token
                .map(|token| (case.ticket.id, token, case.ticket.created_at)),
        );
        messages.append(&mut case.messages);
        events.append(&mut case.events);
        tickets.push(case.ticket);
    }
    cases::tickets(tx, &tickets).await?;
    cases::ticket_tokens(tx, &links).await?;
    cases::messages(tx, &messages).await?;
    let own = tickets
        .iter()
        .map(|t| NewDoc::of_ticket(t.id, t.number, &t.subject, &t.description));
    let said = messages.iter().map(|(id, m)| {
        let internal = m.visibility == crate::domain::ticket::Visibility::Internal;
        NewDoc::of_message(m.ticket, *id, internal, &m.body)
    });
    search::add_all(tx, &own.chain(said).collect::<Vec<_>>()).await?;
    cases::ticket_events(tx, &events).await
}
