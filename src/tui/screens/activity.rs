//! What was done to tokens, with the state before and after: one's own of today first, anything by the query.

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::detail::{short, state_word};
use super::parts::live::{self, Live};
use super::parts::{key, look, look_date, reason, undo};
use crate::domain::permission::Permission;
use crate::domain::query::ACTION_FIELDS;
use crate::tui::flow::{
    ApiCall, Availability, Ctx, Effect, Event, Fact, Route, Screen, ScreenKind, TokenCall, Told,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::list::Move;
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::below;
use crate::tui::widgets::table::{Column, Row, Sorted, Table, Text, Width};
use crate::wire::page::ListParams;
use crate::wire::tokens::Action;

/// What is shown at first.
const FIRST_QUERY: &str = "agent:me at:today";
/// The orders that come first in the choice of one.
const SORTS: [&str; 4] = ["-at", "at", "kind", "name"];

fn call(params: ListParams) -> ApiCall {
    ApiCall::On(TokenCall::Actions(params))
}

/// The screen of what was done.
#[derive(Debug)]
pub struct ActivityScreen {
    list: Live<Action>,
}

impl ActivityScreen {
    /// One's own of today.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: Live::new(&ACTION_FIELDS, FIRST_QUERY),
        }
    }

    fn action(&self) -> Option<&Action> {
        self.list.window.row()
    }

    fn may_undo(&self, ctx: &Ctx<'_>) -> Result<(), String> {
        ctx.may(Permission::TokenUndo)?;
        match self.action() {
            None => Err(ctx.words.get("activity-none")),
            Some(action) if action.ties.undone_by.is_some() => Err(ctx.words.get("activity-already-undone")),
            Some(action) if !action.kind.can_be_undone() => Err(ctx.words.get("activity-cannot-undo")),
            Some(_) => Ok(()),
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.list.command(command, ctx, &call) {
            return effects;
        }
        if let Some(way) = Move::of(command) {
            return self.list.go(way, ctx, &call).1;
        }
        match (command, self.action()) {
            (Command::Sort, _) => self.list.choose_sort(&SORTS, ctx),
            (Command::Refresh, _) => self.list.window.refresh(ctx, &call),
            (Command::Copy, _) => self.copy(ctx),
            (Command::Undo, Some(action)) => vec![Effect::Open(undo::dialog(action, true, ctx))],
            (Command::Open, Some(action)) => vec![Effect::Push(Route::Token {
                account: action.account_id,
                token: action.token_id,
                ticket: action.ticket_id,
            })],
            _ => Vec::new(),
        }
    }

    /// All that is held, as text for a case elsewhere: oldest first, with state before and after.
    fn copy(&self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut rows: Vec<&Action> = self.list.window.rows.iter().collect();
        rows.sort_by_key(|row| row.at);
        let held = rows.len();
        let total = self.list.window.total.filter(|total| total.exact);
        let total = total.and_then(|total| usize::try_from(total.value).ok());
        let count = match total {
            Some(total) if total > held => {
                let (held, total) = (held.to_string(), total.to_string());
                ctx.words
                    .with("activity-part", &[("held", &held), ("total", &total)])
            }
            _ => held.to_string(),
        };
        let when = look_date(ctx, ctx.now);
        let values = [
            ("query", self.list.window.query()),
            ("count", &count),
            ("when", &when),
            ("zone", ctx.zone.iana_name().unwrap_or("UTC")),
        ];
        let mut lines = vec![ctx.words.with("activity-text-head", &values)];
        lines.extend(rows.into_iter().map(|row| {
            let id = row.token_id.to_string();
            let token = ctx.words.with("activity-text-token", &[("id", short(&id))]);
            format!("{} · {token}", line_of(row, ctx))
        }));
        vec![Effect::Copy {
            text: lines.join("\n"),
            what: ctx.words.with("activity-copied", &[("count", &count)]),
        }]
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let note = format!("{} ─ {}", self.list.count(ctx), self.list.window.query());
        let title = ctx.words.get("activity-title");
        let mut inner = Pane::new(&title).note(&note).focused(true).draw(area, buf, look);
        let window = &mut self.list.window;
        if let Some(problem) = window.problem.as_ref().filter(|p| p.column().is_none()) {
            let used = notice::failed(inner, buf, &problem.sentence(), look);
            inner = below(inner, used);
        }
        let column = |name: &str, width| Column::new(ctx.words.get(&format!("activity-col-{name}")), width);
        let grow = |least, share| Width::Grow { least, share };
        let columns = [
            column("at", Width::Fixed(17)).sorted(Some(Sorted::Falling)),
            column("kind", Width::Fixed(15)),
            column("name", grow(14, 3)),
            column("change", Width::Fixed(20)),
            column("reason", grow(10, 2)).rank(1),
            column("agent", grow(10, 1)).rank(2),
        ];
        let empty = ctx
            .words
            .with("activity-empty", &[("key", &key(ctx, Command::Filter))]);
        let (stale, loading) = (window.is_stale(), window.is_loading() && !window.has_come());
        let extent = window.extent();
        let rows = &window.rows;
        Table::new(&columns)
            .stale(stale)
            .loading(loading)
            .empty(&empty)
            .extent(extent)
            .draw(inner, buf, &mut window.list.cursor, look, |at| {
                rows.get(at).map(|action| table_row(action, ctx))
            });
    }
}

/// What an action made of the token: "active → removed".
fn change(action: &Action, ctx: &Ctx<'_>) -> String {
    let before = action
        .before
        .map_or_else(|| ctx.words.get("activity-new"), |state| state_word(state, ctx));
    let arrow = if ctx.theme.is_ascii() { "->" } else { "→" };
    format!("{before} {arrow} {}", state_word(action.after, ctx))
}

fn table_row(action: &Action, ctx: &Ctx<'_>) -> Row<'static> {
    let undone = action.ties.undone_by.is_some();
    let kind = undo::what(action.kind, ctx);
    let kind = if undone {
        let sign = ctx.theme.sign(Sign::StateRemoved);
        format!("{sign} {kind}")
    } else {
        kind
    };
    Row {
        dimmed: undone,
        ..Row::new(vec![
            Text::new(look_date(ctx, action.at), Role::Muted),
            Text::plain(kind),
            Text::plain(action.name.clone()),
            Text::plain(change(action, ctx)),
            Text::plain(reason(&action.reason, ctx)),
            Text::plain(action.agent.clone()),
        ])
    }
}

/// An action in one line of text.
fn line_of(action: &Action, ctx: &Ctx<'_>) -> String {
    let undone = match action.ties.undone_by {
        Some(_) => ctx.words.get("activity-undone"),
        None => String::new(),
    };
    let parts = [
        undo::what(action.kind, ctx),
        action.name.clone(),
        change(action, ctx),
        reason(&action.reason, ctx),
        action.agent.clone(),
        undone,
    ];
    let text = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    let at = look_date(ctx, action.at);
    ctx.words
        .with("activity-say-row", &[("at", &at), ("text", &text)])
}

impl Screen for ActivityScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Activity
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("activity-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => self.list.open(ctx, &call),
            Event::Resumed => self.list.window.refresh(ctx, &call),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.list.key(key, ctx),
            Event::Paste(text) if self.list.is_typing() => self.list.paste(&text, ctx, &call),
            Event::Woke(live::WAKE) => self.list.woke(ctx, &call),
            Event::Told(Told::Query(text)) => self.list.told(&text, ctx, &call),
            Event::Reply(id, reply) => self.list.reply(id, reply, ctx, &call).1,
            Event::Happened(Fact::TokenChanged(_) | Fact::WalletChanged(_)) => {
                self.list.window.refresh(ctx, &call)
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn question(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.list.question(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![ctx.words.get("activity-title")];
        lines.extend(self.list.say(ctx));
        lines.extend(self.list.window.problem.as_ref().map(|p| p.sentence()));
        lines.push(match self.action() {
            Some(action) => line_of(action, ctx),
            None => ctx.words.get("activity-none"),
        });
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.list.is_typing() {
            contexts.push(Context::Text);
        }
        contexts.extend([Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let open = match self.action() {
            Some(_) => ctx.may(Permission::TokenView).into(),
            None => Availability::Dimmed(ctx.words.get("activity-none")),
        };
        let mut commands = vec![(Command::Undo, self.may_undo(ctx).into())];
        if !self.list.is_typing() {
            commands.push((Command::Open, open));
        }
        commands.extend([
            (Command::Copy, Availability::Enabled),
            (Command::Filter, Availability::Enabled),
            (Command::QueryForm, Availability::Enabled),
            (Command::Sort, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]);
        commands
    }

    fn wants_text(&self) -> bool {
        self.list.is_typing()
    }
}
