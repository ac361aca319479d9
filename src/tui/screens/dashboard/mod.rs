//! Dashboards: one's own day, and the desk over any span. Every bar leads to its tickets.

mod blocks;
mod range;
mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::ask_latest;
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Effect, Event, Fact, Latest, Reply, RequestId, Route,
    Screen, ScreenKind, TicketAnswer, TicketCall, Told, WakeKey,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::list::{Cursor, Move};
use crate::wire::statistics::{Dashboard, Stats, StatsParams};
use blocks::{Block, Goes};

/// The wake that reads the numbers again after something changed.
const AGAIN: WakeKey = "dashboard";
/// How long changes are gathered before the numbers are read again.
const GATHER: Duration = Duration::from_secs(2);

/// Which dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One's own.
    Mine,
    /// The whole desk's.
    Desk,
}

/// The screen of the dashboards.
#[derive(Debug)]
pub struct DashboardScreen {
    kind: Kind,
    span: StatsParams,
    mine: Option<Box<Dashboard>>,
    desk: Option<Box<Stats>>,
    asked: Latest,
    problem: Option<CallError>,
    /// The cursor of each block.
    cursors: Vec<Cursor>,
    /// The block that has the focus.
    at: usize,
    zoomed: bool,
}

impl Default for DashboardScreen {
    fn default() -> Self {
        Self {
            kind: Kind::Mine,
            span: StatsParams::default(),
            mine: None,
            desk: None,
            asked: Latest::default(),
            problem: None,
            cursors: Vec::new(),
            at: 0,
            zoomed: false,
        }
    }
}

impl DashboardScreen {
    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = match self.kind {
            Kind::Mine => TicketCall::Dashboard,
            Kind::Desk => TicketCall::Stats(self.span.clone()),
        };
        ask_latest(&mut self.asked, ctx.request(), ApiCall::Case(call))
    }

    /// The blocks that are shown, as the numbers are.
    fn blocks(&self, ctx: &Ctx<'_>) -> Vec<Block> {
        match self.kind {
            Kind::Mine => self
                .mine
                .as_ref()
                .map_or_else(Vec::new, |board| blocks::mine(board, ctx)),
            Kind::Desk => self
                .desk
                .as_ref()
                .map_or_else(Vec::new, |stats| blocks::desk(stats, ctx)),
        }
    }

    /// The zone of the days in the queries.
    fn zone(&self) -> String {
        let zone = match self.kind {
            Kind::Mine => self.mine.as_ref().map(|board| &board.timezone),
            Kind::Desk => self.desk.as_ref().map(|stats| &stats.timezone),
        };
        zone.cloned().unwrap_or_default()
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        if !self.asked.takes(id) {
            return;
        }
        self.problem = None;
        match reply {
            Ok(Answer::OfTicket(TicketAnswer::Dashboard(board))) => self.mine = Some(board),
            Ok(Answer::OfTicket(TicketAnswer::Stats(stats))) => self.desk = Some(stats),
            Ok(_) => {}
            Err(error) => self.problem = Some(error),
        }
    }

    fn turn(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.kind = match self.kind {
            Kind::Mine => Kind::Desk,
            Kind::Desk => Kind::Mine,
        };
        self.at = 0;
        self.cursors.clear();
        self.zoomed = false;
        self.read(ctx)
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let blocks = self.blocks(ctx);
        let count = blocks.len();
        self.cursors.resize(count, Cursor::default());
        match command {
            Command::Refresh => return self.read(ctx),
            Command::TurnDashboard => return self.turn(ctx),
            Command::ChooseSpan => return vec![range::choose(&self.span)],
            Command::Zoom => self.zoomed = !self.zoomed,
            Command::NextPane if count > 0 => self.at = (self.at + 1) % count,
            Command::PreviousPane if count > 0 => self.at = (self.at + count - 1) % count,
            Command::Copy => {
                return vec![Effect::Copy {
                    text: table(&blocks),
                    what: ctx.words.get("dashboard-copied"),
                }];
            }
            Command::Open => return self.open(&blocks),
            _ => {}
        }
        let way = match command {
            Command::Left => Some(Move::Up),
            Command::Right => Some(Move::Down),
            other => Move::of(other),
        };
        if let (Some(way), Some(block), Some(cursor)) =
            (way, blocks.get(self.at), self.cursors.get_mut(self.at))
        {
            cursor.len = block.len();
            cursor.step(way);
        }
        Vec::new()
    }

    fn open(&self, blocks: &[Block]) -> Vec<Effect> {
        let at = self.cursors.get(self.at).map_or(0, |cursor| cursor.at);
        let leads = blocks.get(self.at).map(|block| block.leads(at));
        match leads {
            Some(Goes::Query(query)) => vec![Effect::Push(Route::TicketsOf {
                query,
                zone: self.zone(),
            })],
            Some(Goes::Ticket(ticket)) => vec![Effect::Push(Route::Ticket { ticket })],
            Some(Goes::Nowhere) | None => Vec::new(),
        }
    }
}

/// All numbers as lines of a table: block, name, number.
fn table(blocks: &[Block]) -> String {
    let mut lines = Vec::new();
    for block in blocks {
        match &block.shape {
            blocks::Shape::Trend(points) => lines.extend(points.iter().map(|point| {
                format!(
                    "{}\t{}..{}\t{}\t{}",
                    block.title, point.from, point.to, point.opened, point.resolved
                )
            })),
            _ => lines.extend(
                block
                    .bars
                    .iter()
                    .map(|bar| format!("{}\t{}\t{}", block.title, bar.name, bar.text)),
            ),
        }
    }
    lines.join("\n")
}

impl Screen for DashboardScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Dashboard
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("dashboard-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened | Event::Resumed | Event::Woke(AGAIN) => self.read(ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Told(Told::Query(span)) => {
                self.span = range::read(&span, self.span.agent);
                self.read(ctx)
            }
            Event::Reply(id, reply) => {
                self.reply(id, reply);
                Vec::new()
            }
            Event::Happened(
                Fact::TicketChanged(_)
                | Fact::TicketRowChanged(_)
                | Fact::TicketTouched(_)
                | Fact::TicketsChanged(_),
            ) => {
                vec![Effect::Wake {
                    after: GATHER,
                    key: AGAIN,
                }]
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        self.words(ctx)
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dashboard, Context::List, Context::Panes]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let blocks = self.blocks(ctx);
        let at = self.cursors.get(self.at).map_or(0, |cursor| cursor.at);
        let leads = blocks.get(self.at).map(|block| block.leads(at));
        let open = match leads {
            Some(Goes::Query(_) | Goes::Ticket(_)) => Availability::Enabled,
            Some(Goes::Nowhere) | None => Availability::Dimmed(ctx.words.get("dashboard-no-tickets")),
        };
        let span = match self.kind {
            Kind::Desk => Availability::Enabled,
            Kind::Mine => Availability::Dimmed(ctx.words.get("dashboard-no-span")),
        };
        vec![
            (Command::Open, open),
            (Command::NextPane, Availability::Enabled),
            (Command::TurnDashboard, ctx.may(Permission::StatsView).into()),
            (Command::ChooseSpan, span),
            (Command::Zoom, Availability::Enabled),
            (Command::Copy, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]
    }
}
