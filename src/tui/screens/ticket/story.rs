//! What was said and done on a ticket, as paragraphs: the conversation with the token actions in it, and the history
//! of all changes.

use super::TicketScreen;
use crate::domain::ticket::{AuthorKind, Priority, ResolutionType, TicketStatus, Visibility};
use crate::domain::time::Moment;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::screens::parts::ticket_verbs;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::scroll::Paragraph;
use crate::wire::tickets::{Message, TicketDetail, TicketEvent};
use crate::wire::tokens::Action;

/// Columns before what was written for the customer.
const PUBLIC: u16 = 2;
/// Columns before what stays inside: the indent tells as well as sign and word.
const INTERNAL: u16 = 6;

/// How long ago, in words.
fn ago(at: Moment, ctx: &Ctx<'_>) -> String {
    people::relative(ctx.words, at.timestamp(), ctx.now.timestamp())
}

impl TicketScreen {
    /// The conversation, oldest first.
    pub(super) fn story(&self, detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
        let mut lines = opening(detail, ctx);
        let mut messages = detail.messages.iter().peekable();
        let mut actions = detail.actions.iter().peekable();
        loop {
            let action_is_next = match (messages.peek(), actions.peek()) {
                (Some(message), Some(action)) => action.at < message.at,
                (None, Some(_)) => true,
                (_, None) => false,
            };
            if action_is_next {
                lines.extend(actions.next().map(|action| done(action, ctx)));
            } else if let Some(message) = messages.next() {
                lines.extend(said(message, ctx));
            } else {
                break;
            }
        }
        lines.extend(resolution(detail, ctx));
        lines
    }

    /// Everything that happened, oldest first.
    pub(super) fn changes(&self, ctx: &Ctx<'_>) -> Vec<Paragraph> {
        let events = self.history.as_deref().unwrap_or_default();
        events
            .iter()
            .flat_map(|event| {
                let values = [("who", event.who.as_str()), ("when", &ago(event.at, ctx))];
                let head = ctx.words.with("ticket-event-head", &values);
                [
                    Paragraph::new(head, Role::Muted),
                    Paragraph::new(changed(event, ctx), Role::Text).indent(PUBLIC),
                ]
            })
            .collect()
    }
}

fn opening(detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    let when = ago(detail.row.created_at, ctx);
    let values = [("who", detail.created_by.as_str()), ("when", when.as_str())];
    let head = ctx.words.with("ticket-story-opened", &values);
    let (text, role) = if detail.description.trim().is_empty() {
        (ctx.words.get("ticket-story-no-description"), Role::Muted)
    } else {
        (detail.description.clone(), Role::Text)
    };
    vec![
        Paragraph::new(head, Role::Title),
        Paragraph::new(text, role).indent(PUBLIC),
    ]
}

fn said(message: &Message, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    let (sign, word, indent, role) = match message.visibility {
        Visibility::Public => (Sign::Public, "ticket-story-public", PUBLIC, Role::Title),
        Visibility::Internal => (Sign::Internal, "ticket-story-internal", INTERNAL, Role::Info),
    };
    let when = ago(message.at, ctx);
    let who = match message.by {
        AuthorKind::Customer => ctx
            .words
            .with("ticket-story-customer", &[("who", &message.author)]),
        AuthorKind::Agent | AuthorKind::System => message.author.clone(),
    };
    let values = [("who", who.as_str()), ("when", when.as_str())];
    let mut head = format!("{} {}", ctx.theme.sign(sign), ctx.words.with(word, &values));
    if let Some(number) = &message.of_ticket {
        let from = ctx.words.with("ticket-story-of", &[("number", number)]);
        head.push_str(&format!(" · {from}"));
    }
    let mut lines = vec![
        Paragraph::new(head, role).indent(indent - PUBLIC),
        Paragraph::new(message.body.clone(), Role::Text).indent(indent),
    ];
    let files = message.attachments.iter().map(|file| {
        let size = ticket_verbs::size(file.size);
        let values = [("name", file.name.as_str()), ("size", size.as_str())];
        Paragraph::new(ctx.words.with("ticket-story-file", &values), Role::Info).indent(indent)
    });
    lines.extend(files);
    lines
}

fn done(action: &Action, ctx: &Ctx<'_>) -> Paragraph {
    let when = ago(action.at, ctx);
    let values = [
        ("kind", action.kind.word()),
        ("name", action.name.as_str()),
        ("who", action.agent.as_str()),
        ("when", when.as_str()),
    ];
    let text = ctx.words.with("ticket-story-action", &values);
    Paragraph::new(format!("{} {text}", ctx.theme.sign(Sign::Good)), Role::Good)
}

fn resolution(detail: &TicketDetail, ctx: &Ctx<'_>) -> Vec<Paragraph> {
    let Some(kind) = detail.resolution_type else {
        return Vec::new();
    };
    let kind = ctx.words.get(&format!("resolution-{}", kind.word()));
    let status = ctx.desk.status_label(detail.row.status);
    let head = ctx
        .words
        .with("ticket-story-resolved", &[("status", status), ("kind", &kind)]);
    vec![
        Paragraph::new(format!("{} {head}", ctx.theme.sign(Sign::Good)), Role::Good),
        Paragraph::new(detail.resolution_summary.clone(), Role::Text).indent(PUBLIC),
    ]
}

/// One change in words: the labels of the desk instead of the words of the program.
fn changed(event: &TicketEvent, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    let label = |word: &str| -> String {
        let known = match event.what.as_str() {
            "status" => TicketStatus::from_word(word).map(|status| ctx.desk.status_label(status).to_owned()),
            "priority" => Priority::from_word(word).map(|p| ctx.desk.priority_label(p).to_owned()),
            "category" => ctx.desk.category(word).map(|category| category.label.clone()),
            "assignee" if word.is_empty() => Some(words.get("ticket-nobody")),
            _ => None,
        };
        known.unwrap_or_else(|| word.to_owned())
    };
    let (before, after) = (label(&event.before), label(&event.after));
    if event.what == "link" && event.after.starts_with("account ") {
        // identifiers mean nothing to people
        return words.get("ticket-event-link-account");
    }
    let id = format!("ticket-event-{}", event.what);
    let id = if words.has(&id) {
        id
    } else {
        "ticket-event-other".to_owned()
    };
    let detail = why(&event.detail, ctx);
    let values = [
        ("what", event.what.as_str()),
        ("before", before.as_str()),
        ("after", after.as_str()),
        ("detail", detail.as_str()),
    ];
    let line = words.with(&id, &values);
    if event.what == "action" || detail.is_empty() {
        line
    } else {
        format!("{line} ({detail})")
    }
}

/// Why it was done; a resolution is told by its name.
fn why(detail: &str, ctx: &Ctx<'_>) -> String {
    let resolved = detail
        .split_once(": ")
        .and_then(|(kind, summary)| Some((ResolutionType::from_word(kind)?, summary)));
    match resolved {
        Some((kind, summary)) => {
            let kind = ctx.words.get(&format!("resolution-{}", kind.word()));
            format!("{kind}: {summary}")
        }
        None => reason_label(detail.trim(), ctx).to_owned(),
    }
}

/// What the desk calls a reason; own words stay as they are.
fn reason_label<'a>(detail: &'a str, ctx: &Ctx<'a>) -> &'a str {
    let known = ctx
        .desk
        .reasons
        .values()
        .flatten()
        .find(|reason| reason.code == detail);
    known.map_or(detail, |reason| &reason.label)
}
