//! A plan: the exact rows of one verb for many tokens or tickets, what is left out and why, and what became of each.

mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::{ask_latest, undo};
use crate::domain::id::PlanId;
use crate::domain::permission::Permission;
use crate::domain::plan::{PlanNoun, PlanState, PlanVerb};
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Effect, Event, Latest, RanPlan, Remember, Reply,
    RequestId, Route, Screen, ScreenKind, TokenAnswer, TokenCall, WakeKey,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::list::{Cursor, Move};
use crate::wire::plans::{PlanDetail, PlanRow, PlanSubject};

/// The wake that looks how far a run has come.
const LOOK: WakeKey = "plan";
/// How often it looks.
const EVERY: Duration = Duration::from_millis(700);

/// The screen of a plan.
#[derive(Debug)]
pub struct PlanScreen {
    noun: PlanNoun,
    id: PlanId,
    detail: Option<Box<PlanDetail>>,
    asked: Latest,
    /// A run, or the way back, on its way.
    running: Latest,
    problem: Option<CallError>,
    cursor: Cursor,
    undone: bool,
}

impl PlanScreen {
    /// A plan.
    #[must_use]
    pub fn new(noun: PlanNoun, id: PlanId) -> Self {
        Self {
            noun,
            id,
            detail: None,
            asked: Latest::default(),
            running: Latest::default(),
            problem: None,
            cursor: Cursor::default(),
            undone: false,
        }
    }

    fn row(&self) -> Option<&PlanRow> {
        self.detail.as_ref()?.rows.get(self.cursor.at)
    }

    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::On(TokenCall::Plan(self.noun, self.id));
        ask_latest(&mut self.asked, ctx.request(), call)
    }

    /// What it needs: to run it, to take it back, to open one of its rows.
    fn needs(&self) -> [Permission; 3] {
        match self.noun {
            PlanNoun::Token => [
                Permission::TokenBulk,
                Permission::TokenUndo,
                Permission::TokenView,
            ],
            PlanNoun::Ticket => [
                Permission::TicketBulk,
                Permission::TicketBulk,
                Permission::TicketView,
            ],
        }
    }

    /// Why the plan cannot be run now.
    fn may_run(&self, ctx: &Ctx<'_>) -> Result<(), String> {
        ctx.may(self.needs()[0])?;
        let Some(detail) = &self.detail else {
            return Err(ctx.words.get("loading"));
        };
        match detail.plan.state {
            _ if self.running.is_waiting() => Err(ctx.words.get("sending")),
            PlanState::Ready | PlanState::Running if detail.plan.planned > 0 => Ok(()),
            PlanState::Ready | PlanState::Running => Err(ctx.words.get("plan-nothing-planned")),
            PlanState::Waiting | PlanState::Refused | PlanState::Done => {
                Err(ctx.words.get("plan-only-ready"))
            }
        }
    }

    /// Why the plan cannot be taken back now.
    fn may_undo(&self, ctx: &Ctx<'_>) -> Result<(), String> {
        ctx.may(self.needs()[1])?;
        match &self.detail {
            None => Err(ctx.words.get("loading")),
            Some(_) if self.running.is_waiting() => Err(ctx.words.get("sending")),
            Some(detail) if detail.plan.verb == PlanVerb::Undo => Err(ctx.words.get("plan-once-only")),
            Some(detail) if detail.plan.done == 0 => Err(ctx.words.get("plan-only-done")),
            Some(_) => Ok(()),
        }
    }

    fn start(&mut self, call: TokenCall, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.problem = None;
        let mut effects = ask_latest(&mut self.running, ctx.request(), ApiCall::On(call));
        effects.push(Effect::Wake {
            after: EVERY,
            key: LOOK,
        });
        effects
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(way) = Move::of(command) {
            self.cursor.step(way);
            return Vec::new();
        }
        let Some(detail) = &self.detail else {
            return self.read(ctx);
        };
        match command {
            Command::Refresh => self.read(ctx),
            Command::RunPlan => {
                let hash = detail.plan.hash.clone();
                let (noun, plan) = (self.noun, self.id);
                self.start(TokenCall::RunPlan { noun, plan, hash }, ctx)
            }
            Command::Undo => self.start(TokenCall::UndoPlan(self.noun, self.id), ctx),
            Command::Open => self.row().map_or_else(Vec::new, |row| {
                vec![Effect::Push(match &row.subject {
                    PlanSubject::Token(token) => Route::Token {
                        account: token.account_id,
                        token: token.made_id.unwrap_or(token.token_id),
                        ticket: None,
                    },
                    PlanSubject::Ticket(ticket) => Route::Ticket {
                        ticket: ticket.ticket_id,
                    },
                })]
            }),
            Command::Copy => {
                let text: Vec<String> = detail.rows.iter().map(|row| view::line_of(row, ctx)).collect();
                vec![Effect::Copy {
                    text: text.join("\n"),
                    what: ctx.words.get("plan-crumb"),
                }]
            }
            _ => Vec::new(),
        }
    }

    fn take(&mut self, detail: Box<PlanDetail>) {
        self.problem = None;
        self.id = detail.plan.id;
        self.cursor.len = detail.rows.len();
        self.cursor.fit(self.cursor.height);
        self.detail = Some(detail);
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let ran = self.running.takes(id);
        if !ran && !self.asked.takes(id) {
            return Vec::new();
        }
        let detail = match reply {
            Ok(Answer::Of(TokenAnswer::Plan(detail))) => detail,
            Ok(_) => return Vec::new(),
            Err(error) => {
                self.problem = Some(error);
                // how far it came is worth knowing
                return if ran { self.read(ctx) } else { Vec::new() };
            }
        };
        if !ran {
            // while a run is on its way, an older look at it must not hide its end
            self.take(detail);
            return Vec::new();
        }
        let undone = detail.plan.verb == PlanVerb::Undo;
        self.undone |= undone;
        let mut effects = vec![
            Effect::Unwake(LOOK),
            Effect::Toast(undo::plan_toast(&detail, ctx)),
        ];
        effects.push(Effect::Remember(match detail.plan.undoes {
            Some(plan) if undone => Remember::PlanUndone(plan),
            _ => Remember::PlanRan(RanPlan {
                plan: detail.plan.id,
                noun: detail.plan.noun,
                verb: detail.plan.verb,
                done: detail.plan.done,
            }),
        }));
        effects.extend(undo::touched(&detail));
        self.take(detail);
        effects
    }
}

impl Screen for PlanScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Plan
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("plan-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened | Event::Resumed => self.read(ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            Event::Woke(LOOK) if self.running.is_waiting() => {
                let mut effects = self.read(ctx);
                effects.push(Effect::Wake {
                    after: EVERY,
                    key: LOOK,
                });
                effects
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines: Vec<String> = self
            .detail
            .iter()
            .map(|detail| view::what(detail, ctx))
            .chain(self.head(ctx).into_iter().map(|(_, line)| line))
            .collect();
        if let Some(row) = self.row() {
            lines.push(view::line_of(row, ctx));
        }
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Plan, Context::List, Context::Panes]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let open = match self.row() {
            Some(_) => ctx.may(self.needs()[2]).into(),
            None => Availability::Dimmed(ctx.words.get("plan-none-selected")),
        };
        vec![
            (Command::RunPlan, self.may_run(ctx).into()),
            (Command::Undo, self.may_undo(ctx).into()),
            (Command::Open, open),
            (Command::Copy, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]
    }

    fn has_unsaved(&self, _: &Ctx<'_>) -> bool {
        self.running.is_waiting()
    }
}
