//! Ranked search over tickets and their conversations. What is ranked are the newest texts that hold the words: a common word
//! costs no more than a rare one, and the answer says when there were more.

use std::collections::HashMap;

use super::listing::read_query;
use super::ticket_view::row;
use super::{Actor, ServiceError, Services};
use crate::domain::id::{MessageId, TicketId};
use crate::domain::permission::Permission;
use crate::domain::query::marks::{Sought, marks, piece, sought};
use crate::domain::query::{Query, TICKET_FIELDS, TermKind, needle};
use crate::domain::ticket::{Visibility, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::conversation::{self, MessageRow};
use crate::server::store::search::{self, Doc};
use crate::server::store::tickets::{self, TicketRecord};
use crate::wire::page::ListParams;
use crate::wire::ticket_parts::{Passage, SearchHit, SearchParams, SearchResult};

/// Texts that are ranked.
const RANKED: i64 = 400;
/// Tickets in an answer when nothing is said.
const DEFAULT: u32 = 20;
/// Most tickets in an answer.
const MOST: u32 = 100;
/// Passages of one ticket.
const PASSAGES: usize = 3;

impl Services {
    /// Tickets that hold the free words of a query in their own words or in one message, best first.
    ///
    /// # Errors
    /// When the person may not, there is no word to look for, a parameter is wrong, or the database fails.
    pub async fn search_tickets(
        &self,
        actor: &Actor,
        params: &SearchParams,
    ) -> Result<SearchResult, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let limit = params.limit.unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            return Err(ServiceError::field(
                "limit",
                "out_of_range",
                format!("write a number from 1 to {MOST}"),
            ));
        }
        let list = ListParams {
            q: Some(params.q.clone()),
            tz: params.tz.clone(),
            ..ListParams::default()
        };
        let asked = read_query(&list, &TICKET_FIELDS, "search", actor, self.now())?;
        let needles = needles(&asked.query)?;
        let rest = without_free(&asked.query);
        let condition = tickets::list(&rest, &asked.scope, String::new()).filter;
        let conn = self.store.read();
        let (docs, bounded) = search::newest(conn, &needles, &condition, RANKED).await?;
        let texts = Texts::load(conn, &docs).await?;
        let hits = texts.rank(&docs, &sought(&asked.query), limit as usize, asked.scope.now);
        let shown = hits.iter().map(|hit| hit.ticket.account_id);
        self.looks_at_rows(actor, &asked.query, "tickets", shown).await?;
        Ok(SearchResult {
            hits,
            ranked: docs.len() as u64,
            bounded,
        })
    }
}

fn needles(query: &Query) -> Result<Vec<String>, ServiceError> {
    let all: Option<Vec<String>> = query
        .terms
        .iter()
        .filter(|term| term.is_free())
        .map(|term| match &term.kind {
            TermKind::Free { text, phrase } => needle(text, *phrase),
            TermKind::Field { .. } => None,
        })
        .collect();
    match all {
        Some(all) if !all.is_empty() => Ok(all),
        _ => Err(ServiceError::field(
            "q",
            "no_word",
            "write at least one word to look for",
        )),
    }
}

fn without_free(query: &Query) -> Query {
    Query {
        terms: query.terms.iter().filter(|t| !t.is_free()).cloned().collect(),
        sort: Vec::new(),
    }
}

/// The texts that documents stand for.
struct Texts {
    tickets: HashMap<TicketId, TicketRecord>,
    messages: HashMap<MessageId, MessageRow>,
}

impl Texts {
    async fn load(conn: &impl crate::server::store::Conn, docs: &[Doc]) -> Result<Self, ServiceError> {
        let mut ids: Vec<TicketId> = docs.iter().map(|d| d.ticket).collect();
        ids.sort();
        ids.dedup();
        let found = tickets::find_all(conn, &ids).await?;
        let messages: Vec<MessageId> = docs.iter().filter_map(|d| d.message).collect();
        let lines = conversation::lines(conn, &messages).await?;
        Ok(Self {
            tickets: found.into_iter().map(|t| (t.id, t)).collect(),
            messages: lines.into_iter().map(|m| (m.id, m)).collect(),
        })
    }

    /// The tickets by how well they fit; among equals the one with the newer text first.
    fn rank(&self, docs: &[Doc], words: &[Sought], limit: usize, now: Moment) -> Vec<SearchHit> {
        let mut hits: Vec<(usize, SearchHit)> = Vec::new();
        let mut of: HashMap<TicketId, usize> = HashMap::new();
        for (age, doc) in docs.iter().enumerate() {
            let Some(ticket) = self.tickets.get(&doc.ticket) else {
                continue;
            };
            let found = match doc.message {
                None => own_passages(ticket, words),
                Some(id) => self
                    .messages
                    .get(&id)
                    .and_then(|line| said(line, words))
                    .into_iter()
                    .collect(),
            };
            let at = *of.entry(doc.ticket).or_insert_with(|| {
                let hit = SearchHit {
                    ticket: row(ticket, now),
                    score: 0,
                    passages: Vec::new(),
                };
                hits.push((age, hit));
                hits.len() - 1
            });
            for (weight, passage) in found {
                hits[at].1.score += weight;
                hits[at].1.passages.push(passage);
            }
        }
        hits.sort_by(|(a_age, a), (b_age, b)| b.score.cmp(&a.score).then(a_age.cmp(b_age)));
        let mut best: Vec<SearchHit> = hits.into_iter().take(limit).map(|(_, hit)| hit).collect();
        for hit in &mut best {
            hit.passages.truncate(PASSAGES);
        }
        best
    }
}

/// What a text is worth: its weight for the first mark, less for each further one.
fn passage(
    place: &str,
    text: &str,
    weight: u32,
    words: &[Sought],
    message: Option<MessageId>,
) -> Option<(u32, Passage)> {
    let found = marks(text, words);
    if found.is_empty() {
        return None;
    }
    let further = u32::try_from(found.len() - 1).unwrap_or(0).min(4);
    let (text, marks) = piece(text, &found);
    let passage = Passage {
        place: place.to_owned(),
        message_id: message,
        text,
        marks,
    };
    Some((weight + further * weight / 8, passage))
}

fn own_passages(t: &TicketRecord, words: &[Sought]) -> Vec<(u32, Passage)> {
    let number = ticket_number(t.number);
    let mut all: Vec<Option<(u32, Passage)>> = vec![
        passage("number", &number, 400, words, None),
        passage("subject", &t.subject, 96, words, None),
        passage("description", &t.description, 32, words, None),
    ];
    all.extend(t.tags.iter().map(|tag| passage("tag", tag, 64, words, None)));
    all.into_iter().flatten().collect()
}

fn said(line: &MessageRow, words: &[Sought]) -> Option<(u32, Passage)> {
    let place = match line.visibility {
        Visibility::Public => "message",
        Visibility::Internal => "note",
    };
    passage(place, &line.body, 16, words, Some(line.id))
}
