//! One's own latest plans: to go on with one that was begun, or to see what became of it.

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::{ask_latest, key, look, look_date, reason};
use crate::domain::permission::Permission;
use crate::domain::plan::PlanState;
use crate::tui::flow::{
    Answer, ApiCall, AskAnswer, AskCall, Availability, CallError, Ctx, Effect, Event, Fact, Latest, Route,
    Screen, ScreenKind,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;
use crate::tui::widgets::list::{List, Move};
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::below;
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::wire::plans::Plan;

/// The screen of one's own plans.
#[derive(Debug, Default)]
pub struct PlansScreen {
    rows: Option<Vec<Plan>>,
    list: List<crate::domain::id::PlanId>,
    asked: Latest,
    problem: Option<CallError>,
}

impl PlansScreen {
    fn rows(&self) -> &[Plan] {
        self.rows.as_deref().unwrap_or_default()
    }

    fn plan(&self) -> Option<&Plan> {
        self.list.row(self.rows())
    }

    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        ask_latest(&mut self.asked, ctx.request(), ApiCall::Ask(AskCall::Plans))
    }

    fn take(&mut self, answer: Answer) {
        if let Answer::Asked(AskAnswer::Plans(rows)) = answer {
            self.problem = None;
            self.list.settle(&rows, |plan| plan.id);
            self.rows = Some(rows);
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let title = ctx.words.get("plans-title");
        let mut inner = Pane::new(&title).focused(true).draw(area, buf, look);
        if let Some(problem) = &self.problem {
            let hint = ctx
                .words
                .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = below(inner, used);
            if self.rows.is_none() {
                return;
            }
        }
        let column = |name: &str, width| Column::new(ctx.words.get(&format!("plans-col-{name}")), width);
        let grow = |least, share| Width::Grow { least, share };
        let columns = [
            column("made", Width::Fixed(17)),
            column("what", grow(16, 2)),
            column("state", Width::Fixed(18)),
            column("counts", grow(17, 3)),
            column("reason", grow(10, 3)).rank(1),
        ];
        let empty = ctx.words.get("plans-empty");
        let rows = self.rows.as_deref().unwrap_or_default();
        Table::new(&columns)
            .loading(self.rows.is_none())
            .stale(self.problem.is_some())
            .empty(&empty)
            .draw(inner, buf, &mut self.list.cursor, look, |at| {
                rows.get(at).map(|plan| row(plan, ctx))
            });
    }
}

/// What has become of a plan, in a few words, and how it is meant.
fn state(plan: &Plan, ctx: &Ctx<'_>) -> (Role, String) {
    let (role, name) = match plan.state {
        PlanState::Ready if plan.expires_at <= ctx.now => (Role::Muted, "plans-state-over"),
        PlanState::Ready => (Role::Text, "plans-state-ready"),
        PlanState::Waiting => (Role::Warning, "plans-state-waiting"),
        PlanState::Refused => (Role::Error, "plans-state-refused"),
        PlanState::Running if plan.planned > 0 => (Role::Warning, "plans-state-stopped"),
        PlanState::Running | PlanState::Done if plan.failed > 0 => (Role::Warning, "plans-state-partly"),
        PlanState::Running | PlanState::Done => (Role::Good, "plans-state-done"),
    };
    (role, ctx.words.get(name))
}

/// How many of its rows are done, and how many are not and will not be.
fn counts(plan: &Plan, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    let all = (plan.planned + plan.done + plan.failed).to_string();
    let done = plan.done.to_string();
    let mut parts = vec![words.with("plans-rows", &[("done", &done), ("all", &all)])];
    for (name, n) in [
        ("plans-rows-failed", plan.failed),
        ("plans-rows-skipped", plan.skipped),
    ] {
        if n > 0 {
            parts.push(words.with(name, &[("count", &n.to_string())]));
        }
    }
    parts.join(" · ")
}

fn what(plan: &Plan, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("plan-what-{}", plan.verb.word()))
}

fn row(plan: &Plan, ctx: &Ctx<'_>) -> Row<'static> {
    let (role, state) = state(plan, ctx);
    Row::new(vec![
        Text::new(look_date(ctx, plan.created_at), Role::Muted),
        Text::plain(what(plan, ctx)),
        Text::new(state, role),
        Text::plain(counts(plan, ctx)),
        Text::plain(reason(&plan.reason, ctx)),
    ])
}

impl Screen for PlansScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Plans
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("plans-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened | Event::Resumed | Event::Command(Command::Refresh) => self.read(ctx),
            Event::Happened(Fact::WalletChanged(_) | Fact::TicketsChanged(_) | Fact::Decided) => {
                self.read(ctx)
            }
            Event::Command(Command::Open) => self.plan().map_or_else(Vec::new, |plan| {
                vec![Effect::Push(Route::Plan {
                    noun: plan.noun,
                    plan: plan.id,
                })]
            }),
            Event::Command(command) => {
                if let Some(way) = Move::of(command) {
                    let rows = self.rows.as_deref().unwrap_or_default();
                    self.list.go(way, rows, |plan| plan.id);
                }
                Vec::new()
            }
            Event::Reply(id, reply) if self.asked.takes(id) => {
                match reply {
                    Ok(answer) => self.take(answer),
                    Err(error) => self.problem = Some(error),
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![ctx.words.get("plans-title")];
        lines.extend(self.problem.as_ref().map(|problem| problem.sentence()));
        lines.push(match (self.plan(), &self.rows) {
            (Some(plan), _) => {
                let (at, of) = (
                    (self.list.cursor.at + 1).to_string(),
                    self.rows().len().to_string(),
                );
                let text = [
                    look_date(ctx, plan.created_at),
                    what(plan, ctx),
                    state(plan, ctx).1,
                    counts(plan, ctx),
                    reason(&plan.reason, ctx),
                ];
                let text = text
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join(", ");
                let values = [("at", at.as_str()), ("of", of.as_str()), ("text", text.as_str())];
                ctx.words.with("pick-say", &values)
            }
            (None, Some(_)) => ctx.words.get("plans-empty"),
            (None, None) => ctx.words.get("loading"),
        });
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::List, Context::Panes]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let open = match self.plan() {
            Some(_) => ctx.may(Permission::TokenBulk).into(),
            None => Availability::Dimmed(ctx.words.get("plans-empty")),
        };
        vec![(Command::Open, open), (Command::Refresh, Availability::Enabled)]
    }
}
