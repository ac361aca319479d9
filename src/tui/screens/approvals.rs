//! What waits for a second person: seen whole, approved or rejected here, bound to exactly what was seen.

mod decide;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::gate::sentence;
use super::parts::live::{self, Live};
use super::parts::{key, look, look_date};
use crate::domain::approval::ApprovalState;
use crate::domain::permission::Permission;
use crate::domain::query::APPROVAL_FIELDS;
use crate::tui::flow::{
    ApiCall, Availability, Ctx, Effect, Event, Fact, Route, Screen, ScreenKind, TokenCall, Told,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Move;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::{below, block};
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::tui::widgets::{Look, notice};
use crate::wire::approvals::Approval;
use crate::wire::page::ListParams;

/// What is shown at first.
const FIRST_QUERY: &str = "state:open";
/// The orders that come first in the choice of one.
const SORTS: [&str; 3] = ["-at", "at", "state"];

fn call(params: ListParams) -> ApiCall {
    ApiCall::On(TokenCall::Approvals(params))
}

/// The screen of what waits.
#[derive(Debug)]
pub struct ApprovalsScreen {
    list: Live<Approval>,
}

impl ApprovalsScreen {
    /// What is open.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: Live::new(&APPROVAL_FIELDS, FIRST_QUERY),
        }
    }

    fn approval(&self) -> Option<&Approval> {
        self.list.window.row()
    }

    /// Why the request cannot be decided so. One's own is never approved by oneself, but can be taken back.
    fn may(&self, command: Command, ctx: &Ctx<'_>) -> Result<(), String> {
        let Some(approval) = self.approval() else {
            return Err(ctx.words.get("approvals-none"));
        };
        if approval.state != ApprovalState::Open {
            let state = state_word(approval.state, ctx);
            return Err(ctx.words.with("approvals-not-open", &[("state", &state)]));
        }
        let own = ctx.me.is_some_and(|me| me.id == approval.asked_by_id);
        match (command, own) {
            (Command::Approve, true) => {
                let reject = key(ctx, Command::Reject);
                Err(ctx.words.with("approvals-own", &[("key", &reject)]))
            }
            (_, true) => Ok(()),
            (_, false) => ctx.may(Permission::ApprovalDecide),
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.list.command(command, ctx, &call) {
            return effects;
        }
        if let Some(way) = Move::of(command) {
            return self.list.go(way, ctx, &call).1;
        }
        match (command, self.approval()) {
            (Command::Sort, _) => self.list.choose_sort(&SORTS, ctx),
            (Command::Refresh, _) => self.list.window.refresh(ctx, &call),
            (Command::Approve, Some(approval)) => vec![Effect::Open(decide::approve(approval, ctx))],
            (Command::Reject, Some(approval)) => vec![Effect::Open(decide::reject(approval, ctx))],
            (Command::Copy, Some(approval)) => vec![Effect::Copy {
                text: lines_of(approval, ctx).join("\n"),
                what: approval.name.clone(),
            }],
            (Command::Open, Some(approval)) => match (approval.account_id, approval.token_id) {
                (Some(account), Some(token)) => vec![Effect::Push(Route::Token {
                    account,
                    token,
                    ticket: None,
                })],
                (Some(account), None) => vec![Effect::Push(Route::Account {
                    account,
                    ticket: None,
                })],
                (None, _) => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let low = (area.height / 2).min(12);
        let upper = Rect {
            height: area.height - low,
            ..area
        };
        self.draw_list(upper, buf, look, ctx);
        let title = self.approval().map_or_else(
            || ctx.words.get("approvals-crumb"),
            |approval| head(approval, ctx),
        );
        let mut inner = Pane::new(&title).draw(below(area, upper.height), buf, look);
        match self.approval() {
            Some(approval) => {
                for line in lines_of(approval, ctx).iter().skip(1) {
                    let used = block(buf, inner, line, look.style(Role::Text));
                    inner = below(inner, used);
                }
            }
            None => {
                notice::draw(inner, buf, &ctx.words.get("approvals-none"), Role::Muted, look);
            }
        }
    }

    fn draw_list(&mut self, area: Rect, buf: &mut Buffer, look: Look<'_>, ctx: &Ctx<'_>) {
        let note = format!("{} ─ {}", self.list.count(ctx), self.list.window.query());
        let title = ctx.words.get("approvals-title");
        let mut inner = Pane::new(&title).note(&note).focused(true).draw(area, buf, look);
        let window = &mut self.list.window;
        if let Some(problem) = window.problem.as_ref().filter(|p| p.column().is_none()) {
            let used = notice::failed(inner, buf, &problem.sentence(), look);
            inner = below(inner, used);
        }
        let column = |name: &str, width| Column::new(ctx.words.get(&format!("approvals-col-{name}")), width);
        let grow = |least, share| Width::Grow { least, share };
        let columns = [
            column("at", Width::Fixed(17)),
            column("kind", Width::Fixed(10)),
            column("name", grow(16, 3)),
            column("who", grow(12, 2)),
            column("state", Width::Fixed(10)),
        ];
        let empty = ctx
            .words
            .with("approvals-empty", &[("key", &key(ctx, Command::Filter))]);
        let (stale, loading) = (window.is_stale(), window.is_loading() && !window.has_come());
        let extent = window.extent();
        let rows = &window.rows;
        Table::new(&columns)
            .stale(stale)
            .loading(loading)
            .empty(&empty)
            .extent(extent)
            .draw(inner, buf, &mut window.list.cursor, look, |at| {
                let approval = rows.get(at)?;
                Some(Row::new(vec![
                    Text::new(look_date(ctx, approval.asked_at), Role::Muted),
                    Text::plain(asked(approval, ctx)),
                    Text::plain(approval.name.clone()),
                    Text::plain(approval.asked_by.clone()),
                    Text::plain(state_word(approval.state, ctx)),
                ]))
            });
    }
}

/// What is asked for, in a word.
fn asked(approval: &Approval, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("approval-kind-{}", approval.kind.word()))
}

fn state_word(state: ApprovalState, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("approval-state-{}", state.word()))
}

fn head(approval: &Approval, ctx: &Ctx<'_>) -> String {
    format!("{} · {}", asked(approval, ctx), approval.name)
}

/// Everything about a request, its content included: what is approved is what is read here.
pub(super) fn lines_of(approval: &Approval, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let until = look_date(ctx, approval.expires_at);
    let mut lines = vec![
        head(approval, ctx),
        words.with(
            "approval-why",
            &[("why", &sentence(approval.why.trim_end_matches('.')))],
        ),
    ];
    if let serde_json::Value::Object(content) = &approval.content {
        let parts: Vec<String> = content
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => format!("{name}: {text}"),
                other => format!("{name}: {other}"),
            })
            .collect();
        lines.extend(parts);
    }
    match approval.decided_at {
        None => lines.push(words.with("approval-until", &[("until", &until)])),
        Some(_) => {
            let state = state_word(approval.state, ctx);
            let values = [
                ("state", state.as_str()),
                ("who", approval.decided_by.as_str()),
                ("note", approval.note.as_str()),
            ];
            lines.push(words.with("approval-decided", &values));
        }
    }
    let hash: String = approval.hash.chars().take(16).collect();
    lines.push(words.with("approval-hash", &[("hash", &hash)]));
    lines
}

impl Screen for ApprovalsScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Approvals
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("approvals-crumb")
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
            Event::Changed(changes) => self.list.window.changed("approval", &changes, ctx, &call),
            Event::Happened(Fact::Decided) => self.list.window.refresh(ctx, &call),
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
        let mut lines = vec![ctx.words.get("approvals-title")];
        lines.extend(self.list.say(ctx));
        lines.extend(self.list.window.problem.as_ref().map(|p| p.sentence()));
        match self.approval() {
            Some(approval) => lines.extend(lines_of(approval, ctx)),
            None => lines.push(ctx.words.get("approvals-none")),
        }
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.list.is_typing() {
            contexts.push(Context::Text);
        }
        contexts.extend([Context::Approvals, Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let mut commands = vec![
            (Command::Approve, self.may(Command::Approve, ctx).into()),
            (Command::Reject, self.may(Command::Reject, ctx).into()),
            (Command::Filter, Availability::Enabled),
            (Command::QueryForm, Availability::Enabled),
            (Command::Sort, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ];
        if self.approval().is_some() {
            commands.push((Command::Copy, Availability::Enabled));
        }
        commands
    }

    fn wants_text(&self) -> bool {
        self.list.is_typing()
    }
}
