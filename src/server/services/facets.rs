//! Counts by value, values to complete with, and the way to a token in the partner's system.

use std::collections::HashMap;

use super::listing::read_query;
use super::tokens::{NO_TOKEN, Of};
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, ServiceError, Services, Work};
use crate::domain::id::TokenId;
use crate::domain::link::LinkTo;
use crate::domain::permission::Permission;
use crate::domain::query::{FieldKind, Query, TICKET_FIELDS, TOKEN_FIELDS, TermKind, fold, value_text};
use crate::domain::ticket::Priority;
use crate::domain::token::TokenState;
use crate::server::store::tokens::{self, FacetBy};
use crate::server::store::{accounts, offers, people, tickets};
use crate::wire::page::{COUNT_CAP, ListParams, Page};
use crate::wire::tokens::{ExternalLink, Facet, FacetValue, Facets, Suggestion};

/// The fields that are counted.
const FACETS: [(&str, FacetBy); 4] = [
    ("state", FacetBy::State),
    ("type", FacetBy::Offer("offer_type")),
    ("merchant", FacetBy::Offer("merchant")),
    ("campaign", FacetBy::Offer("campaign")),
];
/// The fields of tickets that are counted, with their columns; who has them besides.
const TICKET_FACETS: [(&str, &str); 4] = [
    ("status", "t.status"),
    ("priority", "t.priority"),
    ("category", "t.category"),
    ("tier", "t.tier"),
];
/// Values of one facet, and suggestions, in one answer.
const SHOWN: usize = 20;

impl Services {
    /// How many tokens of a query have which state, type, merchant and campaign.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn token_facets(
        &self,
        actor: &Actor,
        of: Of,
        params: &ListParams,
    ) -> Result<Facets, ServiceError> {
        let now = self.allow_tokens(actor, of).await?;
        let asked = read_query(params, &TOKEN_FIELDS, "facets", actor, now)?;
        if let Some(account) = of.account
            && accounts::find(self.store.read(), account).await?.is_some()
        {
            self.looks_at(actor, account, Opened::of("wallet", account))
                .await?;
        }
        let cap = if params.count.as_deref() == Some("exact") {
            u64::MAX >> 1
        } else {
            COUNT_CAP
        };
        let mut facets = Vec::with_capacity(FACETS.len());
        for (field, by) in FACETS {
            let query = without(&asked.query, field);
            let list = tokens::list(of, &query, &asked.scope, String::new());
            // One more than the cap: then it is known that there are more.
            let counts = tokens::facet(self.store.read(), &list, by, &asked.scope, cap + 1).await?;
            facets.push(facet(field, counts, cap, |value| {
                let value = match by {
                    FacetBy::State => state_word(&value),
                    FacetBy::Offer(_) => value,
                };
                (term(field, &value), value)
            }));
        }
        Ok(Facets { facets })
    }

    /// How many tickets of a query have which status, priority, category and tier, and who has them.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn ticket_facets(&self, actor: &Actor, params: &ListParams) -> Result<Facets, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let asked = read_query(params, &TICKET_FIELDS, "facets", actor, self.now())?;
        let (conn, cap) = (self.store.read(), COUNT_CAP);
        let of = |field: &str| tickets::list(&without(&asked.query, field), &asked.scope, String::new());
        let mut facets = Vec::with_capacity(TICKET_FACETS.len() + 1);
        for (field, column) in TICKET_FACETS {
            let counts = tickets::facet(conn, &of(field), column, cap + 1).await?;
            facets.push(facet(field, counts, cap, |value| {
                let value = match field {
                    "priority" => priority_word(&value),
                    _ => value,
                };
                (term(field, &value), value)
            }));
        }
        let counts = tickets::facet_people(conn, &of("assignee"), cap + 1).await?;
        let mut names = HashMap::new();
        for (id, _) in &counts {
            if let Some(id) = id {
                let found = people::find(conn, *id).await?;
                names.extend(found.map(|p| (id.to_string(), (p.employee_id, p.name))));
            }
        }
        let counts = counts
            .into_iter()
            .map(|(id, n)| (id.map(|id| id.to_string()).unwrap_or_default(), n))
            .collect();
        facets.push(facet("assignee", counts, cap, |id| {
            let (number, name) = names.get(&id).cloned().unwrap_or_default();
            (term("assignee", &number), name)
        }));
        Ok(Facets { facets })
    }

    /// Values of a field of tokens that begin with or hold what was typed.
    ///
    /// # Errors
    /// When the person may not, there is no such field, or the database fails.
    pub async fn suggest(
        &self,
        actor: &Actor,
        field: &str,
        typed: &str,
    ) -> Result<Page<Suggestion>, ServiceError> {
        self.allow(actor, Permission::OfferView).await?;
        let known = TOKEN_FIELDS.get(field).ok_or(ServiceError::NotFound(
            "tokens have no such field; the query language's help names them",
        ))?;
        let folded = fold(typed.trim());
        let suggestion = |value: String, count| Suggestion {
            insert: value_text(&value),
            value,
            count,
        };
        let column = match known.name {
            "merchant" => Some(("merchant", "merchant_key")),
            "location" => Some(("location", "location_key")),
            "source" => Some(("source", "source_key")),
            "campaign" => Some(("campaign", "campaign_key")),
            "name" => Some(("name", "name_key")),
            "offer" => Some(("code", "code_key")),
            _ => None,
        };
        let items = match (column, known.kind) {
            (Some((shown, key)), _) => {
                let most = u32::try_from(SHOWN).unwrap_or(u32::MAX);
                offers::values(self.store.read(), shown, key, &folded, most)
                    .await?
                    .into_iter()
                    .map(|(value, n)| suggestion(value, Some(n)))
                    .collect()
            }
            (None, FieldKind::Words(words)) => words
                .iter()
                .filter(|word| word.starts_with(&folded))
                .map(|word| suggestion((*word).to_owned(), None))
                .collect(),
            (None, FieldKind::Date) => ["today", "-7d", "-30d", ">=-30d", "+7d", "<+30d", "none"]
                .iter()
                .filter(|form| form.starts_with(&folded))
                .map(|form| Suggestion {
                    value: (*form).to_owned(),
                    insert: (*form).to_owned(),
                    count: None,
                })
                .collect(),
            // Numbers are not suggested, and who has an account is nobody's completion.
            (None, _) => Vec::new(),
        };
        Ok(Page::whole(items))
    }

    /// A signed address of a token in the partner's system.
    ///
    /// # Errors
    /// When the person may not, there is no such token, the desk knows no such system or has no key, or the database fails.
    pub async fn external_link(&self, actor: &Actor, id: TokenId) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, None, "token.link", Permission::TokenLink)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = self.link(&work, id).await;
        work.settle(result).await
    }

    async fn link(&self, work: &Work, id: TokenId) -> Result<Outcome2xx<ExternalLink>, ServiceError> {
        let found = tokens::find(&work.tx, id).await?.ok_or(NO_TOKEN)?;
        let missing = |detail: &str| ServiceError::Illegal {
            code: "no_external_link",
            detail: detail.to_owned(),
        };
        let template = self.profile.external_link.as_ref().ok_or_else(|| {
            missing("this desk has no partner system to view tokens in: its profile has no [external_link]")
        })?;
        let key = self.keys.links.current().ok_or_else(|| {
            missing("this backend has no key to sign links with: set `links` in the [keys] section")
        })?;
        let token_id = id.to_string();
        let to = LinkTo {
            token_ref: &found.token.token_ref,
            token_id: &token_id,
            offer_code: &found.code,
        };
        let (url, expires_at) = template.sign(to, key, work.now);
        work.audit(Record {
            kind: "token",
            id: token_id.clone(),
            account: Some(found.token.account_id),
            after: Some(serde_json::json!({"link_until": expires_at}).to_string()),
            ..Record::default()
        })
        .await?;
        Ok(Outcome2xx::created(ExternalLink { url, expires_at }, None))
    }
}

/// The counts of one field, most frequent first; `shown`: the term that picks a value, and how it is shown.
fn facet(
    field: &str,
    mut counts: Vec<(String, u64)>,
    cap: u64,
    shown: impl Fn(String) -> (String, String),
) -> Facet {
    let counted: u64 = counts.iter().map(|(_, n)| n).sum();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let values = counts.into_iter().take(SHOWN).map(|(value, count)| {
        let (term, value) = shown(value);
        FacetValue { value, term, count }
    });
    Facet {
        field: field.to_owned(),
        exact: counted <= cap,
        values: values.collect(),
    }
}

fn priority_word(place: &str) -> String {
    let priority = place.parse::<usize>().ok().and_then(|at| Priority::ALL.get(at));
    priority.map(|p| p.word().to_owned()).unwrap_or_default()
}

/// The query without its own terms on a field; what it excludes stays excluded.
fn without(query: &Query, field: &str) -> Query {
    let mut query = query.clone();
    query.terms.retain(
        |term| !matches!(&term.kind, TermKind::Field { field: f, .. } if f.name == field && !term.negated),
    );
    query.sort.clear();
    query
}

fn state_word(place: &str) -> String {
    let state = place.parse::<usize>().ok().and_then(|at| TokenState::ALL.get(at));
    state.map(|s| s.word().to_owned()).unwrap_or_default()
}

fn term(field: &str, value: &str) -> String {
    if value.is_empty() {
        format!("{field}:none")
    } else {
        format!("{field}:{}", value_text(value))
    }
}
