//! Changing what a ticket says of itself: subject, category, description, and the desk's own fields.

use std::collections::BTreeMap;

use super::change::Change;
use crate::domain::ticket::is_language;
use crate::domain::ticket_rules::{CustomField, FieldType, MAX_VALUE};
use crate::tui::flow::{ApiCall, Ctx, Effect};
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::{EditTicket, TicketDetail};

/// Longest subject, in characters.
const MOST_SUBJECT: usize = 200;
/// Longest description, in characters.
const MOST_TEXT: usize = 20_000;
/// Code of the choice that clears a field.
const NONE: &str = "-";

fn name(field: &CustomField) -> String {
    format!("fields.{}", field.code)
}

fn entry(field: &CustomField, ctx: &Ctx<'_>) -> Entry {
    let label = if field.required_on_close {
        ctx.words
            .with("ticket-field-required", &[("label", &field.label)])
    } else {
        field.label.clone()
    };
    match field.kind {
        FieldType::Choice => {
            let none = Choice::new(NONE, ctx.words.get("none"));
            let own = field.choices.iter().map(|choice| Choice::new(choice, choice));
            Entry::choice(name(field), label, own.chain([none]).collect(), None)
        }
        kind => {
            let hint = match kind {
                FieldType::Number => "ticket-field-hint-number",
                FieldType::Date => "ticket-field-hint-date",
                FieldType::Text | FieldType::Choice => "ticket-field-hint-text",
            };
            Entry::line(name(field), label, MAX_VALUE).hint(ctx.words.get(hint))
        }
    }
}

fn value(field: &CustomField, sheet: &Sheet) -> String {
    let text = sheet.text(&name(field));
    if field.kind == FieldType::Choice && text == NONE {
        String::new()
    } else {
        text
    }
}

/// The form of a ticket; only what the person changes is sent, so that what somebody else changed stays.
pub(super) fn dialog(ticket: &TicketDetail, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let row = &ticket.row;
    let categories = ctx.desk.categories.iter();
    let categories = categories.map(|c| Choice::new(&c.code, &c.label)).collect();
    let mut entries = vec![
        Entry::line("subject", words.get("ticket-field-subject"), MOST_SUBJECT),
        Entry::choice("category", words.get("ticket-field-category"), categories, None),
    ];
    let own: Vec<CustomField> = ctx.desk.tickets.fields.clone();
    entries.extend(own.iter().map(|field| entry(field, ctx)));
    entries.push(Entry::long(
        "description",
        words.get("ticket-field-description"),
        MOST_TEXT,
        5,
    ));
    let mut sheet = Sheet::new(entries);
    sheet.fill("subject", &row.subject);
    sheet.preset("category", &row.category);
    sheet.fill("description", &ticket.description);
    for field in &own {
        let value = ticket.fields.get(&field.code).map_or("", String::as_str);
        sheet.preset(&name(field), if value.is_empty() { NONE } else { value });
        sheet.fill(&name(field), value);
    }
    let before = EditTicket {
        subject: Some(row.subject.clone()),
        description: Some(ticket.description.trim().to_owned()),
        category: Some(row.category.clone()),
        language: None,
        fields: ticket.fields.clone(),
    };
    let (shown, checked, old) = (own.clone(), own.clone(), before.clone());
    Change::calling("edit", row, move |row, sheet, key| ApiCall::EditTicket {
        key,
        ticket: row.id,
        version: row.version,
        body: changes(sheet, &before, &own),
    })
    .arrange(move |sheet, _| {
        let category = sheet.text("category");
        for field in &shown {
            sheet.show(&name(field), field.is_of(&category));
        }
    })
    .check(move |sheet, ctx| wrong(sheet, &old, &checked, ctx))
    .open(sheet, ctx)
}

/// What is another than before.
fn changes(sheet: &Sheet, before: &EditTicket, own: &[CustomField]) -> EditTicket {
    let other = |name: &str, old: &Option<String>| {
        let now = sheet.text(name);
        (old.as_deref() != Some(now.as_str())).then_some(now)
    };
    let category = sheet.text("category");
    let fields: BTreeMap<String, String> = own
        .iter()
        .filter(|field| field.is_of(&category))
        .map(|field| (field.code.clone(), value(field, sheet)))
        .filter(|(code, now)| before.fields.get(code).map_or("", String::as_str) != now)
        .collect();
    EditTicket {
        subject: other("subject", &before.subject),
        description: other("description", &before.description),
        category: other("category", &before.category).filter(|category| !category.is_empty()),
        language: None,
        fields,
    }
}

/// Which language the customer speaks: people who speak it come first when the ticket is given out, and letters are in it.
pub(super) fn language(ticket: &TicketDetail, ctx: &Ctx<'_>) -> Effect {
    let label = ctx.words.get("ticket-field-language");
    let hint = ctx.words.get("ticket-field-language-hint");
    let mut sheet = Sheet::new(vec![Entry::line("language", label, 32).hint(hint)]);
    sheet.fill("language", &ticket.language);
    Change::calling("language", &ticket.row, |row, sheet, key| ApiCall::EditTicket {
        key,
        ticket: row.id,
        version: row.version,
        body: EditTicket {
            language: Some(sheet.text("language").to_lowercase()),
            ..EditTicket::default()
        },
    })
    .check(|sheet, ctx| {
        if is_language(&sheet.text("language").to_lowercase()) {
            Vec::new()
        } else {
            vec![missing("language", ctx.words.get("ticket-need-language"))]
        }
    })
    .open(sheet, ctx)
}

fn wrong(sheet: &Sheet, before: &EditTicket, own: &[CustomField], ctx: &Ctx<'_>) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    if sheet.text("subject").chars().count() < 3 {
        wrong.push(missing("subject", ctx.words.get("new-ticket-need-subject")));
    }
    let category = sheet.text("category");
    for field in own.iter().filter(|field| field.is_of(&category)) {
        if let Err(why) = field.read(&value(field, sheet)) {
            wrong.push(missing(&name(field), why));
        }
    }
    if wrong.is_empty() && changes(sheet, before, own) == EditTicket::default() {
        wrong.push(missing("", ctx.words.get("ticket-need-change")));
    }
    wrong
}
