//! How a plan looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::PlanScreen;
use crate::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::detail::state_word;
use crate::tui::screens::parts::{key, look, look_date, reason};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::{below, block};
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::wire::plans::{PlanDetail, PlanRow, PlanSubject};

impl PlanScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let mut rest = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        for (role, line) in self.head(ctx) {
            let used = block(buf, rest, &line, look.style(role));
            rest = below(rest, used);
        }
        let body = Rect {
            x: area.x,
            width: area.width,
            ..rest
        };
        let title = self
            .detail
            .as_ref()
            .map_or_else(|| ctx.words.get("plan-crumb"), |detail| what(detail, ctx));
        let inner = Pane::new(&title).focused(true).draw(body, buf, look);
        let column = |name: &str, width| Column::new(ctx.words.get(&format!("plan-col-{name}")), width);
        let grow = |least, share| Width::Grow { least, share };
        let (name, before) = match self.noun {
            PlanNoun::Token => ("name", 8),
            PlanNoun::Ticket => ("ticket", 16),
        };
        let columns = [
            column("n", Width::Fixed(5)).at_right(),
            column("outcome", Width::Fixed(10)),
            column(name, grow(16, 2)),
            column("before", Width::Fixed(before)),
            column("why", grow(16, 3)),
        ];
        let empty = ctx.words.get("plan-empty");
        let rows = self.detail.as_ref().map_or(&[][..], |detail| &detail.rows);
        Table::new(&columns)
            .loading(self.detail.is_none() && self.problem.is_none())
            .empty(&empty)
            .draw(inner, buf, &mut self.cursor, look, |at| {
                rows.get(at).map(|row| table_row(row, ctx))
            });
    }

    /// What stands above the rows: what it is, why, how far it has come, what to do next.
    pub(super) fn head(&self, ctx: &Ctx<'_>) -> Vec<(Role, String)> {
        let words = ctx.words;
        let mut lines = Vec::new();
        if let Some(problem) = &self.problem {
            let sign = ctx.theme.sign(Sign::Error);
            lines.push((Role::Error, format!("{sign} {}", problem.sentence())));
        }
        let Some(detail) = &self.detail else {
            if lines.is_empty() {
                lines.push((Role::Muted, words.get("loading")));
            }
            return lines;
        };
        let plan = &detail.plan;
        let reason = reason(&plan.reason, ctx);
        let made = look_date(ctx, plan.created_at);
        let values = [
            ("reason", reason.as_str()),
            ("when", made.as_str()),
            ("who", plan.agent.as_str()),
        ];
        let why = if reason.is_empty() {
            "plan-made"
        } else {
            "plan-why"
        };
        lines.push((Role::Muted, words.with(why, &values)));
        let counts = [plan.planned, plan.done, plan.failed, plan.skipped].map(|n| n.to_string());
        let [planned, done, failed, skipped] = &counts;
        let values = [
            ("planned", planned.as_str()),
            ("done", done.as_str()),
            ("failed", failed.as_str()),
            ("skipped", skipped.as_str()),
        ];
        lines.push((Role::Text, words.with("plan-counts", &values)));
        lines.push(self.next(detail, ctx));
        lines
    }

    /// What can be done next.
    fn next(&self, detail: &PlanDetail, ctx: &Ctx<'_>) -> (Role, String) {
        let words = ctx.words;
        let plan = &detail.plan;
        if self.running.is_waiting() {
            let all = (plan.planned + plan.done + plan.failed).to_string();
            let done = (plan.done + plan.failed).to_string();
            let values = [("done", done.as_str()), ("all", all.as_str())];
            return (Role::Warning, words.with("plan-state-busy", &values));
        }
        let run = key(ctx, Command::RunPlan);
        let until = look_date(ctx, plan.expires_at);
        let values = [("key", run.as_str()), ("until", until.as_str())];
        match plan.state {
            PlanState::Ready if plan.planned == 0 => (Role::Warning, words.get("plan-nothing-planned")),
            PlanState::Ready => (Role::Warning, words.with("plan-state-ready", &values)),
            PlanState::Waiting => {
                let (approvals, refresh) = (key(ctx, Command::GoApprovals), key(ctx, Command::Refresh));
                let values = [("approvals", approvals.as_str()), ("refresh", refresh.as_str())];
                (Role::Warning, words.with("plan-state-waiting", &values))
            }
            PlanState::Refused => (Role::Error, words.get("plan-state-refused")),
            PlanState::Running => (Role::Warning, words.with("plan-state-running", &values)),
            PlanState::Done if plan.verb == PlanVerb::Undo => {
                (Role::Good, words.get("plan-state-done-undone"))
            }
            PlanState::Done => {
                let undo = key(ctx, Command::Undo);
                (Role::Good, words.with("plan-state-done", &[("key", &undo)]))
            }
        }
    }
}

pub(super) fn what(detail: &PlanDetail, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("plan-what-{}", detail.plan.verb.word()))
}

fn outcome(row: &PlanRow, ctx: &Ctx<'_>) -> (String, Role) {
    let (sign, role) = match row.state {
        RowState::Planned => (Sign::Between, Role::Text),
        RowState::Skipped => (Sign::StateExpired, Role::Muted),
        RowState::Done => (Sign::Good, Role::Good),
        RowState::Failed => (Sign::Error, Role::Error),
    };
    let word = ctx.words.get(&format!("plan-row-{}", row.state.word()));
    (format!("{} {word}", ctx.theme.sign(sign)), role)
}

/// What the row is called: an offer, or a ticket by number and subject.
fn name(row: &PlanRow) -> String {
    match row.ticket() {
        Some(ticket) => format!("{} {}", ticket.number, row.name),
        None => row.name.clone(),
    }
}

/// Where it stood when the plan was made.
fn before(row: &PlanRow, ctx: &Ctx<'_>) -> String {
    match &row.subject {
        PlanSubject::Token(token) => state_word(token.before, ctx),
        PlanSubject::Ticket(ticket) => ctx.desk.status_label(ticket.before).to_owned(),
    }
}

fn table_row(row: &PlanRow, ctx: &Ctx<'_>) -> Row<'static> {
    let (outcome, role) = outcome(row, ctx);
    Row::new(vec![
        Text::new(row.n.to_string(), Role::Muted),
        Text::new(outcome, role),
        Text::plain(name(row)),
        Text::plain(before(row, ctx)),
        Text::plain(row.detail.clone()),
    ])
}

/// A row in one sentence.
pub(super) fn line_of(row: &PlanRow, ctx: &Ctx<'_>) -> String {
    let (at, before, name) = (row.n.to_string(), before(row, ctx), name(row));
    let (outcome, _) = outcome(row, ctx);
    let values = [
        ("at", at.as_str()),
        ("name", name.as_str()),
        ("before", before.as_str()),
        ("outcome", outcome.as_str()),
        ("why", row.detail.as_str()),
    ];
    ctx.words.with("plan-say-row", &values)
}
