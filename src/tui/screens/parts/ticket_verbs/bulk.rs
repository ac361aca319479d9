//! One verb for all marked tickets: what it asks for first, then a plan is made, which changes nothing.

use super::moves::{close_sheet, message_sheet, priorities, resolution, summary};
use super::{give, tags};
use crate::domain::id::{AgentId, IntentKey, TicketId};
use crate::domain::permission::Permission;
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use crate::tui::flow::{Answer, ApiCall, Availability, Ctx, Effect, Route, TicketCall, TokenAnswer};
use crate::tui::keys::Command;
use crate::tui::screens::parts::act::{Act, ActDialog, missing};
use crate::tui::screens::parts::sheet::{Choice, Entry, Sheet};
use crate::tui::screens::parts::window::Marks;
use crate::wire::plans::{NewTicketPlan, TicketMove};
use crate::wire::problem::FieldProblem;
use crate::wire::ticket_parts::{ChangeTags, MergeTicket};
use crate::wire::tickets::{AssignTicket, ChangePriority, ChangeStatus, CloseTicket, NewMessage, TicketRow};

/// Shortest reason, in characters, and longest.
const LEAST: usize = 3;
const MOST: usize = 500;
/// Longest line of tags, in characters.
const MOST_TAGS: usize = 400;

/// What a plan does to each marked ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verb {
    Status,
    Priority,
    To(Option<AgentId>),
    Tags,
    Close,
    Merge,
    Say(Visibility),
}

impl Verb {
    fn word(&self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Priority => "priority",
            Self::To(Some(_)) => "assign",
            Self::To(None) => "put-back",
            Self::Tags => "tag",
            Self::Close => "close",
            Self::Merge => "merge",
            Self::Say(Visibility::Public) => "reply",
            Self::Say(Visibility::Internal) => "note",
        }
    }

    /// What stands in the way back, said before anything is done.
    fn way_back(&self) -> &'static str {
        match self {
            Self::Status | Self::Close => "ticket-bulk-back-status",
            Self::Merge => "ticket-bulk-back-merge",
            Self::Say(_) => "ticket-bulk-back-never",
            Self::Priority | Self::To(_) | Self::Tags => "ticket-bulk-back",
        }
    }
}

/// Whether a verb can be planned for the marked tickets; not at all for other commands. Which of them it fits, the plan says
/// row by row.
#[must_use]
pub fn availability(command: Command, ctx: &Ctx<'_>) -> Option<Availability> {
    if !super::VERBS.contains(&command) {
        return None;
    }
    let planned = matches!(
        command,
        Command::TicketStatus
            | Command::TicketPriority
            | Command::TicketTake
            | Command::TicketPutBack
            | Command::TicketGive
            | Command::TicketTags
            | Command::TicketClose
            | Command::TicketMerge
            | Command::TicketReply
            | Command::TicketNote
    );
    if !planned {
        return Some(Availability::Dimmed(ctx.words.get("ticket-bulk-not")));
    }
    let own = command.permission().map_or(Ok(()), |needs| ctx.may(needs));
    Some(ctx.may(Permission::TicketBulk).and(own).into())
}

/// Asks what a verb needs, and makes the plan. `what`: the marks in words; `here`: the ticket under the cursor.
#[must_use]
pub fn perform(
    command: Command,
    marks: Marks<'_, TicketId>,
    what: &str,
    here: Option<&TicketRow>,
    ctx: &Ctx<'_>,
) -> Vec<Effect> {
    if availability(command, ctx) != Some(Availability::Enabled) {
        return Vec::new();
    }
    let picks = Picks::of(marks, ctx);
    let (verb, sheet) = match command {
        Command::TicketStatus => (Verb::Status, status_sheet(ctx)),
        Command::TicketPriority => (Verb::Priority, priority_sheet(ctx)),
        Command::TicketTake => (Verb::To(ctx.me.map(|me| me.id)), Sheet::default()),
        Command::TicketPutBack => (Verb::To(None), reason_sheet(ctx)),
        Command::TicketGive => {
            let what = what.to_owned();
            return vec![give::anybody(
                ctx.words.with("ticket-bulk-give-choose", &[("what", &what)]),
                None,
                move |person, ctx| {
                    let verb = Verb::To(Some(person.agent.id));
                    let whom = person.agent.name.as_str();
                    let title = ctx
                        .words
                        .with("ticket-bulk-title-give", &[("what", &what), ("whom", whom)]);
                    open(verb, picks.clone(), title, reason_sheet(ctx), ctx)
                },
            )];
        }
        Command::TicketTags => (Verb::Tags, tags_sheet(ctx)),
        Command::TicketClose => (Verb::Close, close_sheet(ctx)),
        Command::TicketMerge => (Verb::Merge, merge_sheet(here, ctx)),
        Command::TicketReply => (Verb::Say(Visibility::Public), message_sheet(ctx)),
        Command::TicketNote => (Verb::Say(Visibility::Internal), message_sheet(ctx)),
        _ => return Vec::new(),
    };
    let name = format!("ticket-bulk-title-{}", verb.word());
    let title = ctx.words.with(&name, &[("what", what)]);
    vec![open(verb, picks, title, sheet, ctx)]
}

fn open(verb: Verb, picks: Picks, title: String, sheet: Sheet, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let lines = vec![words.get("bulk-line"), words.get(verb.way_back())];
    let act = Make { verb, picks };
    let dialog = ActDialog::new(title, words.get("bulk-verb"), sheet, Box::new(act));
    Effect::Open(Box::new(dialog.lines(lines)))
}

fn status_sheet(ctx: &Ctx<'_>) -> Sheet {
    let all = TicketStatus::ALL.iter();
    let options = all
        .map(|s| Choice::new(s.word(), ctx.desk.status_label(*s)))
        .collect();
    let label = ctx.words.get("ticket-field-status");
    Sheet::new(vec![
        Entry::choice("status", label, options, None),
        resolution(ctx),
        summary(ctx),
        reason_entry(ctx),
    ])
}

fn priority_sheet(ctx: &Ctx<'_>) -> Sheet {
    let label = ctx.words.get("ticket-field-priority");
    Sheet::new(vec![Entry::choice("priority", label, priorities(ctx), None)])
}

fn reason_entry(ctx: &Ctx<'_>) -> Entry {
    let label = ctx.words.get("ticket-field-reason");
    Entry::line("reason", label, MOST).hint(ctx.words.get("ticket-bulk-reason-hint"))
}

fn reason_sheet(ctx: &Ctx<'_>) -> Sheet {
    Sheet::new(vec![reason_entry(ctx)])
}

fn tags_sheet(ctx: &Ctx<'_>) -> Sheet {
    let hint = ctx.words.get("ticket-field-tags-hint");
    let line = |name: &'static str| {
        let label = ctx.words.get(&format!("ticket-bulk-tags-{name}"));
        Entry::line(name, label, MOST_TAGS).hint(hint.clone())
    };
    Sheet::new(vec![line("add"), line("remove")])
}

fn merge_sheet(here: Option<&TicketRow>, ctx: &Ctx<'_>) -> Sheet {
    let label = ctx.words.get("ticket-field-into");
    let hint = ctx.words.get("ticket-field-into-hint");
    let mut sheet = Sheet::new(vec![Entry::line("into", label, 40).hint(hint)]);
    if let Some(here) = here.filter(|row| !row.status.is_done()) {
        sheet.fill("into", &here.number);
    }
    sheet
}

/// Which tickets: named, or all that a query finds.
#[derive(Debug, Clone)]
struct Picks {
    ids: Vec<TicketId>,
    query: Option<String>,
    zone: Option<String>,
}

impl Picks {
    fn of(marks: Marks<'_, TicketId>, ctx: &Ctx<'_>) -> Self {
        let (ids, query) = match marks {
            Marks::These(ids) => (ids.iter().copied().collect(), None),
            Marks::All(query) => (Vec::new(), Some(query.to_owned())),
        };
        let zone = ctx.zone.iana_name().map(str::to_owned);
        Self {
            zone: zone.filter(|_| query.is_some()),
            ids,
            query,
        }
    }
}

#[derive(Debug)]
struct Make {
    verb: Verb,
    picks: Picks,
}

impl Make {
    fn status(sheet: &Sheet) -> Option<TicketStatus> {
        TicketStatus::from_word(&sheet.text("status"))
    }

    fn step(&self, sheet: &Sheet) -> TicketMove {
        let resolution_type = ResolutionType::from_word(&sheet.text("resolution_type"));
        let (reason, summary) = (sheet.text("reason"), sheet.text("summary"));
        let read = |name: &str| tags::read(&sheet.text(name)).unwrap_or_default();
        match &self.verb {
            Verb::Status => TicketMove::Status(ChangeStatus {
                status: Self::status(sheet).unwrap_or(TicketStatus::Open),
                reason,
                resolution_type,
                summary,
            }),
            Verb::Priority => TicketMove::Priority(ChangePriority {
                priority: Priority::from_word(&sheet.text("priority")).unwrap_or(Priority::Medium),
            }),
            Verb::To(assignee) => TicketMove::Assign(AssignTicket {
                assignee: *assignee,
                reason,
            }),
            Verb::Tags => TicketMove::Tag(ChangeTags {
                add: read("add"),
                remove: read("remove"),
            }),
            Verb::Close => TicketMove::Close(CloseTicket {
                resolution_type,
                summary,
                notes: String::new(),
            }),
            Verb::Merge => TicketMove::Merge(MergeTicket {
                into: sheet.text("into").to_uppercase(),
            }),
            Verb::Say(visibility) => TicketMove::Say(NewMessage {
                visibility: *visibility,
                body: sheet.text("body"),
                attachment_ids: Vec::new(),
            }),
        }
    }
}

impl Act for Make {
    fn arrange(&self, sheet: &mut Sheet, _: &Ctx<'_>) {
        if self.verb == Verb::Status {
            let done = Self::status(sheet).is_some_and(TicketStatus::is_done);
            sheet.show("resolution_type", done);
            sheet.show("summary", done);
            sheet.show("reason", !done);
        }
    }

    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        let mut need = |bad: bool, field: &str, id: &str| {
            if bad {
                wrong.push(missing(field, ctx.words.get(id)));
            }
        };
        let none = |name: &str| sheet.text(name).is_empty();
        let done = self.verb == Verb::Close || Self::status(sheet).is_some_and(TicketStatus::is_done);
        match self.verb {
            Verb::Status => need(none("status"), "status", "ticket-need-status"),
            Verb::Priority => need(none("priority"), "priority", "ticket-need-priority"),
            Verb::Tags => need(none("add") && none("remove"), "add", "ticket-bulk-need-tag"),
            Verb::Merge => need(none("into"), "into", "ticket-need-other"),
            Verb::Say(_) => need(none("body"), "body", "ticket-need-text"),
            Verb::To(_) | Verb::Close => {}
        }
        if done {
            need(
                none("resolution_type"),
                "resolution_type",
                "ticket-need-resolution",
            );
            let short = sheet.text("summary").chars().count() < LEAST;
            need(short, "summary", "ticket-need-summary");
        }
        for name in ["add", "remove"] {
            if let Err(word) = tags::read(&sheet.text(name)) {
                let values = [("word", word.as_str())];
                wrong.push(missing(name, ctx.words.with("ticket-need-tag", &values)));
            }
        }
        wrong
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let body = NewTicketPlan {
            moves: vec![self.step(sheet)],
            ids: self.picks.ids.clone(),
            q: self.picks.query.clone(),
            tz: self.picks.zone.clone(),
            ..NewTicketPlan::default()
        };
        ApiCall::Case(TicketCall::MakePlan {
            key,
            body: Box::new(body),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, _: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Of(TokenAnswer::Plan(detail)) = answer else {
            return Vec::new();
        };
        vec![Effect::Push(Route::Plan {
            noun: detail.plan.noun,
            plan: detail.plan.id,
        })]
    }
}
