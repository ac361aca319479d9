//! The figures of a dashboard as blocks of bars, each with the way to its tickets.

use crate::domain::id::TicketId;
use crate::domain::sla::SlaState;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::screens::parts::sla;
use crate::tui::theme::Role;
use crate::tui::widgets::chart::Bar;
use crate::wire::statistics::{Csat, Dashboard, Figure, Stats, Times, TrendPoint};
use crate::wire::tickets::TicketRow;

/// Where Enter leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goes {
    /// To the tickets that this query finds.
    Query(String),
    /// To one ticket.
    Ticket(TicketId),
    /// Nowhere.
    Nowhere,
}

/// How a block looks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Bars against each other.
    Bars,
    /// Bars of 100.
    Shares,
    /// Lines of text.
    Lines,
    /// Values over time.
    Trend(Vec<TrendPoint>),
}

/// A block of figures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The words of its title.
    pub title: String,
    /// How it looks.
    pub shape: Shape,
    /// Its bars, or lines.
    pub bars: Vec<Bar>,
    /// Where each leads.
    pub goes: Vec<Goes>,
}

impl Block {
    fn new(id: &str, shape: Shape, ctx: &Ctx<'_>) -> Self {
        Self {
            title: ctx.words.get(&format!("dashboard-{id}")),
            shape,
            bars: Vec::new(),
            goes: Vec::new(),
        }
    }

    fn add(&mut self, bar: Bar, goes: Goes) {
        self.bars.push(bar);
        self.goes.push(goes);
    }

    fn figures(mut self, figures: &[Figure], role: impl Fn(&Figure) -> Role, ctx: &Ctx<'_>) -> Self {
        for figure in figures {
            let mut bar = Bar::new(figure.label.clone(), count(figure.n)).role(role(figure));
            if !figure.exact {
                let text = ctx.words.with("count-more", &[("count", &bar.text)]);
                bar = bar.text(text);
            }
            self.add(bar, to(&figure.query));
        }
        self
    }

    /// Rows that it takes at most, without its border.
    pub fn rows(&self) -> u16 {
        match self.shape {
            Shape::Trend(_) => 7,
            _ => u16::try_from(self.bars.len()).unwrap_or(u16::MAX).clamp(1, 10),
        }
    }

    /// How many things in it can be under the cursor.
    pub fn len(&self) -> usize {
        match &self.shape {
            Shape::Trend(points) => points.len(),
            _ => self.bars.len(),
        }
    }

    /// Where the thing at this place leads.
    pub fn leads(&self, at: usize) -> Goes {
        match &self.shape {
            Shape::Trend(points) => points
                .get(at)
                .map_or(Goes::Nowhere, |point| to(&point.opened_query)),
            _ => self.goes.get(at).cloned().unwrap_or(Goes::Nowhere),
        }
    }
}

fn to(query: &str) -> Goes {
    if query.is_empty() {
        Goes::Nowhere
    } else {
        Goes::Query(query.to_owned())
    }
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// A percentage in words, or a dash.
pub(super) fn percent(share: Option<f64>, ctx: &Ctx<'_>) -> String {
    share.map_or_else(|| ctx.words.get("nothing"), |share| format!("{share:.1} %"))
}

/// An average rating in words, or a dash.
pub(super) fn stars(rating: Option<f64>, ctx: &Ctx<'_>) -> String {
    let star = if ctx.theme.is_ascii() { "*" } else { "★" };
    rating.map_or_else(
        || ctx.words.get("nothing"),
        |rating| format!("{rating:.2} {star}"),
    )
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 and 100 before"
)]
fn whole(share: Option<f64>) -> u64 {
    share.map_or(0, |share| share.clamp(0.0, 100.0).round() as u64)
}

fn priority_role(figure: &Figure) -> Role {
    Role::of_priority(&figure.key)
}

fn clock_role(figure: &Figure) -> Role {
    SlaState::from_word(&figure.key).map_or(Role::Accent, sla::role)
}

/// One's own tickets by how they stand to their clocks.
fn clocks(figures: &[Figure], ctx: &Ctx<'_>) -> Block {
    let mut named = figures.to_vec();
    for figure in &mut named {
        let id = format!("sla-{}", figure.key);
        if ctx.words.has(&id) {
            figure.label = ctx.words.get(&id);
        }
    }
    Block::new("clocks", Shape::Bars, ctx).figures(&named, clock_role, ctx)
}

fn plain(_: &Figure) -> Role {
    Role::Accent
}

/// How long things took and how many were in time: one bar of 100, and the late ones.
fn times(block: &mut Block, id: &str, times: &Times, ctx: &Ctx<'_>) {
    let words = ctx.words;
    let average = times
        .average_seconds
        .map_or_else(|| words.get("nothing"), people::length);
    let share = percent(times.compliance, ctx);
    let (n, late) = (times.n.to_string(), times.missed.to_string());
    let values = [
        ("share", share.as_str()),
        ("average", average.as_str()),
        ("n", n.as_str()),
        ("late", late.as_str()),
    ];
    let text = words.with("dashboard-times", &values);
    let good = times.compliance.is_none_or(|share| share >= 90.0);
    let role = if good { Role::Good } else { Role::Warning };
    let bar = Bar::new(words.get(&format!("dashboard-{id}")), whole(times.compliance));
    block.add(bar.text(text).role(role), to(&times.query));
    let late = words.with(
        "dashboard-late",
        &[("what", &words.get(&format!("dashboard-{id}")))],
    );
    let missed = if times.n > 0 {
        count(times.missed.saturating_mul(100) / times.n)
    } else {
        0
    };
    let bar = Bar::new(late, missed).text(times.missed.to_string());
    block.add(bar.role(Role::Error), to(&times.missed_query));
}

fn ratings(csat: &Csat, ctx: &Ctx<'_>) -> Block {
    let mut block = Block::new("csat", Shape::Bars, ctx);
    let n = csat.n.to_string();
    let average = stars(csat.average, ctx);
    block.title = ctx
        .words
        .with("dashboard-csat-title", &[("n", &n), ("average", &average)]);
    if csat.by_rating.is_empty() {
        let bar = Bar::new(ctx.words.get("dashboard-ratings"), count(csat.n));
        block.add(bar, to(&csat.query));
    }
    for (at, n) in csat.by_rating.iter().enumerate().rev() {
        let rating = at + 1;
        let query = if csat.query.is_empty() {
            Goes::Nowhere
        } else {
            Goes::Query(format!("{} rating:{rating}", csat.query))
        };
        let role = if rating >= 3 { Role::Good } else { Role::Warning };
        block.add(Bar::new(stars_of(rating, ctx), count(*n)).role(role), query);
    }
    block
}

fn stars_of(rating: usize, ctx: &Ctx<'_>) -> String {
    let star = if ctx.theme.is_ascii() { "*" } else { "★" };
    format!("{rating} {}", star.repeat(rating))
}

fn trend(points: &[TrendPoint], ctx: &Ctx<'_>) -> Block {
    Block::new("trend", Shape::Trend(points.to_vec()), ctx)
}

fn tickets(id: &str, rows: &[TicketRow], ctx: &Ctx<'_>) -> Block {
    let mut block = Block::new(id, Shape::Lines, ctx);
    for row in rows {
        let (chip, role) = sla::chip(&row.sla, ctx);
        let name = format!("{}  {chip}  {}", row.number, row.subject);
        block.add(Bar::new(name, 0).text("").role(role), Goes::Ticket(row.id));
    }
    block
}

/// What an agent sees.
pub(super) fn mine(board: &Dashboard, ctx: &Ctx<'_>) -> Vec<Block> {
    let mut sla = Block::new("times-title", Shape::Shares, ctx);
    times(&mut sla, "response", &board.response, ctx);
    times(&mut sla, "resolution", &board.resolution, ctx);
    vec![
        Block::new("queues", Shape::Bars, ctx).figures(&board.queues, plain, ctx),
        clocks(&board.clocks, ctx),
        tickets("next", &board.mine, ctx),
        tickets("urgent", &board.urgent, ctx),
        Block::new("handled", Shape::Bars, ctx).figures(&board.handled, plain, ctx),
        sla,
        trend(&board.trend, ctx),
        ratings(&board.csat, ctx),
    ]
}

/// What a supervisor sees.
pub(super) fn desk(stats: &Stats, ctx: &Ctx<'_>) -> Vec<Block> {
    let totals = [
        stats.total.clone(),
        stats.open.clone(),
        stats.in_progress.clone(),
        stats.unassigned.clone(),
    ];
    let mut sla = Block::new("times-title", Shape::Shares, ctx);
    times(&mut sla, "response", &stats.response, ctx);
    times(&mut sla, "resolution", &stats.resolution, ctx);
    let mut agents = Block::new("agents", Shape::Bars, ctx);
    for agent in &stats.by_agent {
        let name = if agent.name.is_empty() {
            ctx.words.get("ticket-nobody")
        } else {
            agent.name.clone()
        };
        let text = format!(
            "{} · {} · {}",
            agent.total,
            percent(agent.resolution.compliance, ctx),
            stars(agent.csat.average, ctx)
        );
        agents.add(Bar::new(name, count(agent.total)).text(text), to(&agent.query));
    }
    vec![
        Block::new("totals", Shape::Bars, ctx).figures(&totals, plain, ctx),
        Block::new("by-status", Shape::Bars, ctx).figures(&stats.by_status, plain, ctx),
        Block::new("by-priority", Shape::Bars, ctx).figures(&stats.by_priority, priority_role, ctx),
        agents,
        sla,
        trend(&stats.trend, ctx),
        Block::new("by-category", Shape::Bars, ctx).figures(&stats.by_category, plain, ctx),
        ratings(&stats.csat, ctx),
    ]
}
