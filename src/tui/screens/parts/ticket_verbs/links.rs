//! What a ticket has to do with: other tickets, and things in other systems; tied and untied.

use super::change::Change;
use crate::domain::ticket::LinkKind;
use crate::domain::ticket_rules::MAX_REFERENCE;
use crate::tui::flow::{ApiCall, Ctx, Effect, TicketChange};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::wire::ticket_parts::{EntityRef, TicketTie, UnlinkTicket};
use crate::wire::tickets::{LinkTicket, TicketDetail, TicketRow};

/// How tickets can be tied by hand.
const KINDS: [LinkKind; 3] = [LinkKind::Parent, LinkKind::Duplicate, LinkKind::Related];

/// What a tie is called.
pub(crate) fn kind_words(kind: &str, ctx: &Ctx<'_>) -> String {
    let id = format!("ticket-tie-{}", kind.replace('_', "-"));
    if ctx.words.has(&id) {
        ctx.words.get(&id)
    } else {
        kind.to_owned()
    }
}

/// Ties a ticket to another one, or to a thing in another system.
pub(super) fn add(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let mut options: Vec<Choice> = KINDS
        .iter()
        .map(|kind| Choice::new(kind.word(), words.get(&format!("ticket-link-{}", kind.word()))))
        .collect();
    let entities = &ctx.desk.tickets.entities;
    options.extend(entities.iter().map(|kind| Choice::new(&kind.code, &kind.label)));
    let sheet = Sheet::new(vec![
        Entry::choice("kind", words.get("ticket-field-tie"), options, None),
        Entry::line("other", words.get("ticket-field-other"), MAX_REFERENCE)
            .hint(words.get("ticket-field-other-hint")),
    ]);
    Change::calling("link", row, |row, sheet, key| {
        let (kind, other) = (sheet.text("kind"), sheet.text("other"));
        let mut body = LinkTicket::default();
        match LinkKind::from_word(&kind) {
            Some(kind) => body.tickets.push(TicketTie {
                kind,
                ticket: other.to_uppercase(),
            }),
            None => body.entities.push(EntityRef {
                kind,
                reference: other,
            }),
        }
        ApiCall::LinkTicket {
            key,
            ticket: row.id,
            version: row.version,
            body,
        }
    })
    .check(|sheet, ctx| {
        let mut wrong = Vec::new();
        if sheet.text("kind").is_empty() {
            wrong.push(missing("kind", ctx.words.get("ticket-need-tie")));
        }
        if sheet.text("other").is_empty() {
            wrong.push(missing("other", ctx.words.get("ticket-need-other")));
        }
        wrong
    })
    .open(sheet, ctx)
}

/// Something that can be untied.
#[derive(Debug, Clone)]
struct Tie {
    label: String,
    body: UnlinkTicket,
}

#[derive(Debug)]
struct Ties {
    row: TicketRow,
    ties: Vec<Tie>,
}

/// Which tie is taken off.
pub(super) fn remove(ticket: &TicketDetail) -> Effect {
    let tokens = ticket.tokens.iter().map(|token| Tie {
        label: token.name.clone(),
        body: UnlinkTicket {
            token_ids: vec![token.id],
            ..UnlinkTicket::default()
        },
    });
    let tickets = ticket.links.iter().filter_map(|link| {
        let kind = LinkKind::from_word(&link.kind)?;
        Some(Tie {
            label: format!("{} {}", link.number, link.subject),
            body: UnlinkTicket {
                tickets: vec![TicketTie {
                    kind,
                    ticket: link.number.clone(),
                }],
                ..UnlinkTicket::default()
            },
        })
    });
    let entities = ticket.entities.iter().map(|entity| Tie {
        label: format!("{} {}", entity.label, entity.reference),
        body: UnlinkTicket {
            entities: vec![EntityRef {
                kind: entity.kind.clone(),
                reference: entity.reference.clone(),
            }],
            ..UnlinkTicket::default()
        },
    });
    let account = ticket.row.account_id.map(|_| Tie {
        label: ticket.row.account_name.clone(),
        body: UnlinkTicket {
            account: true,
            ..UnlinkTicket::default()
        },
    });
    PickDialog::open(Ties {
        row: ticket.row.clone(),
        ties: tickets.chain(entities).chain(tokens).chain(account).collect(),
    })
}

impl Pick for Ties {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let values = [("number", self.row.number.as_str())];
        ctx.words.with("ticket-unlink-title", &values)
    }

    fn items(&self, _: &Ctx<'_>) -> Vec<Item> {
        self.ties.iter().map(|tie| Item::new(tie.label.clone())).collect()
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-unlink-none")
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(tie) = self.ties.get(at).cloned() else {
            return Vec::new();
        };
        let body = tie.body;
        let act = Change::new("unlink", &self.row, move |_| TicketChange::Unlink(body.clone()));
        vec![
            Effect::Close,
            act.value("what", tie.label).open(Sheet::default(), ctx),
        ]
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-unlink-keys")
    }
}
