//! Files: hung on a ticket by their path, saved under a name that the person gives. Nothing is opened by itself.

use super::change::Change;
use crate::domain::ticket::Visibility;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, TicketAnswer, TicketCall, Toast};
use crate::tui::screens::parts::act::{Act, ActDialog, missing};
use crate::tui::screens::parts::pick::{Item, Pick, PickDialog};
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::wire::problem::FieldProblem;
use crate::wire::ticket_parts::Attachment;
use crate::wire::tickets::{TicketDetail, TicketRow};

/// Longest path, in characters.
const MOST: usize = 1_000;

/// A size as people write it.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", bytes.div_ceil(1_024)),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// Which file is hung on the ticket, and who may see it.
pub(super) fn attach(row: &TicketRow, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let seen = [Visibility::Internal, Visibility::Public]
        .map(|seen| Choice::new(seen.word(), words.get(&format!("ticket-file-{}", seen.word()))));
    let sheet = Sheet::new(vec![
        Entry::line("path", words.get("ticket-field-path"), MOST).hint(words.get("ticket-field-path-hint")),
        Entry::choice("seen", words.get("ticket-field-seen"), seen.to_vec(), Some(0)),
    ]);
    let rules = &ctx.desk.tickets.attachments;
    Change::calling("attach", row, |row, sheet, key| {
        ApiCall::Case(TicketCall::Upload {
            key,
            ticket: row.id,
            path: sheet.text("path"),
            visibility: Visibility::from_word(&sheet.text("seen")).unwrap_or(Visibility::Internal),
        })
    })
    .value("most", size(rules.file_bytes))
    .value("types", rules.types.join(", "))
    .check(need_path)
    .open(sheet, ctx)
}

fn need_path(sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
    if sheet.text("path").is_empty() {
        vec![missing("path", ctx.words.get("ticket-need-path"))]
    } else {
        Vec::new()
    }
}

#[derive(Debug)]
struct Save {
    file: Attachment,
}

/// Where a file is saved.
fn save(file: &Attachment, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let bytes = size(file.size);
    let values = [
        ("name", file.name.as_str()),
        ("size", bytes.as_str()),
        ("type", file.media_type.as_str()),
    ];
    let label = words.get("ticket-field-path");
    let mut sheet = Sheet::new(vec![
        Entry::line("path", label, MOST).hint(words.get("ticket-field-save-hint")),
    ]);
    sheet.fill("path", &file.name);
    let act = Save { file: file.clone() };
    let dialog = ActDialog::new(
        words.with("ticket-save-title", &values),
        words.get("ticket-save-verb"),
        sheet,
        Box::new(act),
    );
    Effect::Open(Box::new(
        dialog.lines(vec![words.with("ticket-save-line", &values)]),
    ))
}

impl Act for Save {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        need_path(sheet, ctx)
    }

    fn call(&self, sheet: &Sheet, _: crate::domain::id::IntentKey) -> ApiCall {
        ApiCall::Case(TicketCall::Download {
            file: self.file.id,
            path: sheet.text("path"),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::OfTicket(TicketAnswer::Saved { path, size: bytes }) = answer else {
            return Vec::new();
        };
        let bytes = size(bytes);
        let values = [("path", path.as_str()), ("size", bytes.as_str())];
        vec![Effect::Toast(Toast::good(
            ctx.words.with("ticket-save-done", &values),
        ))]
    }
}

#[derive(Debug)]
struct Files {
    files: Vec<Attachment>,
}

/// Which file is saved.
pub(super) fn choose(ticket: &TicketDetail) -> Effect {
    PickDialog::open(Files {
        files: ticket.attachments.clone(),
    })
}

impl Pick for Files {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-save-choose")
    }

    fn items(&self, _: &Ctx<'_>) -> Vec<Item> {
        self.files
            .iter()
            .map(|file| {
                Item::new(file.name.clone()).note(format!("{} · {}", file.media_type, size(file.size)))
            })
            .collect()
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("ticket-save-none")
    }

    fn choose(&mut self, at: usize, ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.files.get(at) {
            Some(file) => vec![Effect::Close, save(file, ctx)],
            None => Vec::new(),
        }
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("group-keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_for_people() {
        let sizes: Vec<String> = [0, 1_023, 1_024, 10_485_760, 1_572_864]
            .into_iter()
            .map(size)
            .collect();
        assert_eq!(sizes, ["0 B", "1023 B", "1 kB", "10.0 MB", "1.5 MB"]);
    }
}
