//! Writing the tokens of a list to a file: format and path, how far it has come, and what came of it.

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::sheet::{Choice, Done, Entry, Sheet};
use super::token_list::Scope;
use super::{key, look};
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, AskAnswer, AskCall, Availability, Ctx, Dialog, Effect, Event, Export, Exported, Reply,
    RequestId, Toast,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::{pane, stroke};
use crate::wire::exports::ExportFormat;

/// Widest dialog.
const WIDEST: u16 = 78;
/// Longest path, in characters.
const MOST_PATH: usize = 1_000;

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Format and path are asked for.
    Asking,
    /// There is such a file: shall it be replaced?
    Taken {
        /// Where it is.
        path: String,
    },
    /// It is being written.
    Writing {
        /// Under which request.
        id: RequestId,
        /// Rows that are written.
        done: u64,
        /// Rows that there will be, once that is known.
        all: Option<u64>,
    },
}

/// The dialog of an export.
#[derive(Debug)]
pub struct ExportDialog {
    of: Scope,
    query: String,
    count: String,
    sheet: Sheet,
    /// The path that was proposed: until it is changed, it follows the format.
    proposed: String,
    state: State,
    problem: Option<String>,
}

/// Opens the dialog; `count`: how many tokens the query finds, in words.
#[must_use]
pub fn open(of: Scope, query: &str, count: &str, ctx: &Ctx<'_>) -> Effect {
    let words = ctx.words;
    let formats = vec![
        Choice::new("csv", words.get("export-csv")),
        Choice::new("json", words.get("export-json")),
    ];
    let proposed = proposal(ExportFormat::Csv, ctx);
    let sheet = Sheet::new(vec![
        Entry::choice("format", words.get("export-format"), formats, Some(0)),
        Entry::line("path", words.get("export-path"), MOST_PATH)
            .filled(&proposed)
            .hint(words.get("export-path-hint")),
    ]);
    Effect::Open(Box::new(ExportDialog {
        of,
        query: query.trim().to_owned(),
        count: count.to_owned(),
        sheet,
        proposed,
        state: State::Asking,
        problem: None,
    }))
}

fn proposal(format: ExportFormat, ctx: &Ctx<'_>) -> String {
    let day = people::day(ctx.now.timestamp(), ctx.zone);
    format!("tokens-{day}.{}", format.word())
}

impl ExportDialog {
    fn format(&self) -> ExportFormat {
        match self.sheet.text("format").as_str() {
            "json" => ExportFormat::Json,
            _ => ExportFormat::Csv,
        }
    }

    fn send(&mut self, overwrite: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        let path = self.sheet.text("path");
        if path.is_empty() {
            self.problem = Some(ctx.words.get("export-path-missing"));
            return Vec::new();
        }
        self.problem = None;
        let id = ctx.request();
        self.state = State::Writing {
            id,
            done: 0,
            all: None,
        };
        let export = Export {
            account: self.of.account,
            at: self.of.at,
            query: self.query.clone(),
            tz: ctx.zone.iana_name().map(str::to_owned),
            format: self.format(),
            path,
            overwrite,
        };
        vec![Effect::Api(id, ApiCall::Ask(AskCall::Export(Box::new(export))))]
    }

    fn typed(&mut self, done: Done, ctx: &Ctx<'_>) -> Vec<Effect> {
        match done {
            Done::Submit => return self.send(false, ctx),
            Done::Changed | Done::Chosen => {
                self.problem = None;
                if self.sheet.text("path") == self.proposed {
                    self.proposed = proposal(self.format(), ctx);
                    self.sheet.fill("path", &self.proposed);
                }
                if done == Done::Chosen {
                    self.sheet.advance();
                }
            }
            Done::Nothing => {}
        }
        Vec::new()
    }

    fn back(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        match std::mem::replace(&mut self.state, State::Asking) {
            State::Asking => vec![Effect::Close],
            State::Taken { .. } => Vec::new(),
            State::Writing { id, .. } => {
                self.problem = Some(ctx.words.get("export-called-off"));
                vec![Effect::Cancel(id)]
            }
        }
    }

    fn reply(&mut self, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.state = State::Asking;
        let exported = match reply {
            Ok(Answer::Asked(AskAnswer::Exported(exported))) => exported,
            Ok(_) => return Vec::new(),
            Err(error) => {
                self.problem = Some(error.sentence());
                return Vec::new();
            }
        };
        match exported {
            Exported::Exists { path } => {
                self.state = State::Taken { path };
                Vec::new()
            }
            Exported::Written { path, rows, expected } => {
                let (rows_text, expected_text) = (grouped(rows), grouped(expected));
                let values = [
                    ("rows", rows_text.as_str()),
                    ("expected", expected_text.as_str()),
                    ("path", path.as_str()),
                ];
                // rows may come and go while they are read
                let toast = if rows == expected {
                    Toast::good(ctx.words.with("export-written", &values))
                } else {
                    Toast::warning(ctx.words.with("export-written-other", &values))
                };
                vec![Effect::Toast(toast), Effect::Close]
            }
        }
    }

    /// What stands above the fields.
    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let which = match (self.query.as_str(), self.count.as_str()) {
            ("", "") => words.get("export-all"),
            ("", count) => words.with("export-all-counted", &[("count", count)]),
            (query, "") => words.with("export-of", &[("query", query)]),
            (query, count) => words.with("export-of-counted", &[("query", query), ("count", count)]),
        };
        vec![which, words.get("export-line")]
    }

    /// What is going on, or stands in the way.
    fn status(&self, ctx: &Ctx<'_>) -> Option<(Role, String)> {
        let words = ctx.words;
        match &self.state {
            State::Writing { done, all: None, .. } => Some((
                Role::Muted,
                words.with("export-begun", &[("done", &grouped(*done))]),
            )),
            State::Writing {
                done, all: Some(all), ..
            } => {
                let (done, all) = (grouped(*done), grouped(*all));
                let values = [("done", done.as_str()), ("all", all.as_str())];
                Some((Role::Muted, words.with("export-writing", &values)))
            }
            State::Taken { path } => Some((Role::Warning, words.with("export-taken", &[("path", path)]))),
            State::Asking => self.problem.clone().map(|problem| (Role::Error, problem)),
        }
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        let (confirm, back) = (key(ctx, Command::Confirm), key(ctx, Command::Back));
        let values = [("confirm", confirm.as_str()), ("back", back.as_str())];
        ctx.words.with(
            match self.state {
                State::Asking => "export-keys",
                State::Taken { .. } => "export-keys-taken",
                State::Writing { .. } => "export-keys-writing",
            },
            &values,
        )
    }
}

fn grouped(n: u64) -> String {
    people::grouped(n.into())
}

impl Dialog for ExportDialog {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("export-title")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Command(Command::Back) => self.back(ctx),
            Event::Command(Command::Confirm | Command::Send) if matches!(self.state, State::Taken { .. }) => {
                self.send(true, ctx)
            }
            Event::Command(command) if self.state == State::Asking => {
                let done = self.sheet.command(command);
                self.typed(done, ctx)
            }
            Event::Key(key) if self.state == State::Asking => {
                let done = self.sheet.key(key);
                self.typed(done, ctx)
            }
            Event::Paste(text) if self.state == State::Asking => {
                let done = self.sheet.paste(&text);
                self.typed(done, ctx)
            }
            Event::Progress(of, now, whole) => {
                if let State::Writing { id, done, all } = &mut self.state
                    && *id == of
                {
                    (*done, *all) = (now, Some(whole));
                }
                Vec::new()
            }
            Event::Reply(of, reply) if matches!(self.state, State::Writing { id, .. } if id == of) => {
                self.reply(reply, ctx)
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let inside = cols.saturating_sub(4);
        let count = |text: &str| u16::try_from(stroke::wrapped(text, inside).len()).unwrap_or(1);
        let status = self.status(ctx).map(|(role, words)| {
            let sign = match role {
                Role::Error => Sign::Error,
                Role::Warning => Sign::Warning,
                _ => Sign::Info,
            };
            (role, format!("{} {words}", ctx.theme.sign(sign)))
        });
        let head = self.head(ctx);
        let high: u16 = head.iter().map(|line| count(line).min(3)).sum();
        let fields = self.sheet.rows(inside);
        let low = status.as_ref().map_or(0, |(_, words)| count(words).min(4) + 1);
        let wanted = high + 1 + fields + 1 + low + 1 + 2;
        let mut place = pane::popup(area, cols, wanted, &self.title(ctx), buf, look);
        for text in &head {
            let room = Rect {
                height: place.height.min(3),
                ..place
            };
            let used = stroke::block(buf, room, text, look.style(Role::Text));
            place = stroke::below(place, used);
        }
        place = stroke::below(place, 1);
        let sheet = Rect {
            height: fields.min(place.height.saturating_sub(low + 1)),
            ..place
        };
        let frozen = self.state != State::Asking;
        let cursor = self.sheet.draw(sheet, buf, frozen, ctx);
        place = stroke::below(place, sheet.height + 1);
        if let Some((role, words)) = status {
            let room = Rect {
                height: place.height.min(4),
                ..place
            };
            let used = stroke::block(buf, room, &words, look.style(role));
            place = stroke::below(place, used + 1);
        }
        stroke::line(
            buf,
            place.x,
            place.y,
            place.width,
            &self.keys(ctx),
            look.style(Role::Key),
        );
        cursor.filter(|_| !frozen)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = self.head(ctx);
        if self.state == State::Asking {
            lines.extend(self.sheet.say(ctx));
        }
        lines.extend(self.status(ctx).map(|(_, words)| words));
        lines.push(self.keys(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let confirm = match self.state {
            State::Writing { .. } => Availability::Dimmed(ctx.words.get("sending")),
            _ => Availability::Enabled,
        };
        vec![
            (Command::Confirm, confirm),
            (Command::NextField, Availability::Enabled),
            (Command::Back, Availability::Enabled),
        ]
    }

    fn wants_text(&self) -> bool {
        self.state == State::Asking
    }
}
