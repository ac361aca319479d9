//! How a dashboard looks: blocks in two columns, or one below the other where it is narrow.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::blocks::{Block, Goes, Shape, percent, stars};
use super::{DashboardScreen, Kind};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::chart::{Bars, Gauge, Spark};
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::{Look, notice, stroke};
use crate::wire::statistics::TrendPoint;

/// From this width on there are two columns.
const WIDE: u16 = 100;

impl DashboardScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let mut place = area;
        if let Some(problem) = &self.problem {
            let hint = ctx
                .words
                .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
            let used = notice::failed(place, buf, &format!("{} {hint}", problem.sentence()), look);
            place = stroke::below(place, used);
        }
        let blocks = self.blocks(ctx);
        if blocks.is_empty() {
            if self.problem.is_none() {
                let words = ctx.words.get("loading");
                notice::draw(stroke::below(place, 1), buf, &words, Role::Muted, look);
            }
            return;
        }
        self.cursors.resize(blocks.len(), Cursor::default());
        self.draw_head(stroke::first_row(place), buf, ctx, look);
        for (at, place) in self.places(&blocks, stroke::below(place, 1)) {
            let (Some(block), Some(cursor)) = (blocks.get(at), self.cursors.get_mut(at)) else {
                continue;
            };
            draw_block(block, place, buf, cursor, at == self.at, ctx, look);
        }
    }

    /// Whose numbers they are, over which days; for one's own, how much work there is.
    fn draw_head(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>, look: Look<'_>) {
        let place = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let head = self.head(ctx);
        let used = stroke::line(buf, place.x, place.y, place.width, &head, look.style(Role::Title));
        if let (Kind::Mine, Some(board)) = (self.kind, &self.mine) {
            let (load, most) = (board.agent.load, board.agent.max_load);
            let (n, of) = (load.to_string(), most.to_string());
            let text = ctx.words.with("dashboard-load", &[("n", &n), ("of", &of)]);
            let role = if load >= most { Role::Warning } else { Role::Good };
            let rest = Rect {
                x: place.x + used + 3,
                width: place.width.saturating_sub(used + 3),
                ..place
            };
            Gauge::new(load.into(), most.into(), &text)
                .role(role)
                .draw(rest, buf, look);
        }
    }

    fn head(&self, ctx: &Ctx<'_>) -> String {
        match (self.kind, &self.desk) {
            (Kind::Desk, Some(stats)) => {
                let uncounted = stats.uncounted.to_string();
                let values = [
                    ("from", stats.from.as_str()),
                    ("to", stats.to.as_str()),
                    ("zone", stats.timezone.as_str()),
                    ("uncounted", uncounted.as_str()),
                ];
                let id = if stats.uncounted > 0 {
                    "dashboard-head-desk-behind"
                } else {
                    "dashboard-head-desk"
                };
                ctx.words.with(id, &values)
            }
            (Kind::Desk, None) => String::new(),
            (Kind::Mine, _) => {
                let me = ctx.me.map_or("", |me| me.name.as_str());
                ctx.words.with("dashboard-head-mine", &[("name", me)])
            }
        }
    }

    /// Where the blocks stand that are seen.
    fn places(&self, blocks: &[Block], area: Rect) -> Vec<(usize, Rect)> {
        if self.zoomed {
            return vec![(self.at, area)];
        }
        if area.width < WIDE {
            let first = first_seen(blocks, self.at, area.height);
            return stacked(blocks, (first..blocks.len()).collect(), area);
        }
        let half = area.width / 2;
        let left = Rect { width: half, ..area };
        let right = Rect {
            x: area.x + half,
            width: area.width - half,
            ..area
        };
        let (first, second): (Vec<usize>, Vec<usize>) =
            (0..blocks.len()).partition(|at| *at < blocks.len() / 2);
        let mut places = stacked(blocks, first, left);
        places.extend(stacked(blocks, second, right));
        places
    }

    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![self.head(ctx)];
        lines.extend(self.problem.as_ref().map(|problem| problem.sentence()));
        let blocks = self.blocks(ctx);
        if blocks.is_empty() && self.problem.is_none() {
            lines.push(ctx.words.get("loading"));
        }
        if let (Kind::Mine, Some(board)) = (self.kind, &self.mine) {
            let (n, of) = (board.agent.load.to_string(), board.agent.max_load.to_string());
            lines.push(ctx.words.with("dashboard-load", &[("n", &n), ("of", &of)]));
        }
        for (at, block) in blocks.iter().enumerate() {
            let cursor = self.cursors.get(at).copied().unwrap_or_default();
            lines.push(block.title.clone());
            match &block.shape {
                Shape::Trend(points) => {
                    lines.extend(points.get(cursor.at).map(|point| point_words(point, ctx)));
                }
                _ => lines.extend(block.bars.iter().enumerate().map(|(n, bar)| {
                    let here = if at == self.at && n == cursor.at {
                        "› "
                    } else {
                        ""
                    };
                    format!("{here}{}: {}", bar.name, bar.text)
                })),
            }
        }
        lines
    }
}

/// The first block that is seen so that the one with the focus is, too.
fn first_seen(blocks: &[Block], at: usize, height: u16) -> usize {
    let mut first = at;
    let mut room = height.saturating_sub(blocks.get(at).map_or(0, |block| block.rows() + 2));
    while let Some(before) = first.checked_sub(1) {
        let rows = blocks[before].rows() + 2;
        if rows > room {
            break;
        }
        room -= rows;
        first = before;
    }
    first
}

/// Blocks one below the other, each as high as it wants to be; the last takes what is left.
fn stacked(blocks: &[Block], which: Vec<usize>, area: Rect) -> Vec<(usize, Rect)> {
    let wanted: u16 = which.iter().map(|at| blocks[*at].rows() + 2).sum();
    let mut short = wanted.saturating_sub(area.height);
    let mut places = Vec::new();
    let mut rest = area;
    for at in which {
        // the tallest give way first
        let rows = blocks[at].rows() + 2;
        let given = short.min(rows.saturating_sub(5));
        short -= given;
        let rows = (rows - given).min(rest.height);
        if rows < 3 {
            break;
        }
        places.push((at, Rect { height: rows, ..rest }));
        rest = stroke::below(rest, rows);
    }
    if let Some((_, last)) = places.last_mut() {
        last.height += rest.height;
    }
    places
}

fn draw_block(
    block: &Block,
    area: Rect,
    buf: &mut Buffer,
    cursor: &mut Cursor,
    focused: bool,
    ctx: &Ctx<'_>,
    look: Look<'_>,
) {
    cursor.len = block.len();
    let rows = usize::from(area.height.saturating_sub(2));
    let listed = !matches!(block.shape, Shape::Trend(_));
    let mut note = String::new();
    if listed && block.len() > rows && rows > 0 {
        cursor.fit(rows);
        let (first, last) = (cursor.top + 1, (cursor.top + rows).min(block.len()));
        note = ctx.words.with(
            "dashboard-part",
            &[
                ("first", &first.to_string()),
                ("last", &last.to_string()),
                ("n", &block.len().to_string()),
            ],
        );
    }
    let inner = Pane::new(&block.title)
        .note(&note)
        .focused(focused)
        .draw(area, buf, look);
    if block.len() == 0 {
        notice::draw(inner, buf, &ctx.words.get("none"), Role::Muted, look);
        return;
    }
    match &block.shape {
        Shape::Bars => {
            Bars::new(&block.bars)
                .focused(focused)
                .draw(inner, buf, cursor, look);
        }
        Shape::Shares => {
            Bars::new(&block.bars)
                .most(100)
                .focused(focused)
                .draw(inner, buf, cursor, look);
        }
        Shape::Lines => draw_lines(block, inner, buf, cursor, focused, look),
        Shape::Trend(points) => draw_trend(points, inner, buf, cursor, focused, ctx, look),
    }
}

fn draw_lines(
    block: &Block,
    area: Rect,
    buf: &mut Buffer,
    cursor: &mut Cursor,
    focused: bool,
    look: Look<'_>,
) {
    cursor.fit(usize::from(area.height));
    let lines = block.bars.iter().zip(&block.goes).enumerate().skip(cursor.top);
    for ((at, (bar, goes)), y) in lines.zip(area.y..area.bottom()) {
        let lit = focused && at == cursor.at;
        let row = Rect { y, height: 1, ..area };
        let style = if lit {
            look.style(Role::Text).patch(look.style(Role::Selection))
        } else if *goes == Goes::Nowhere {
            look.style(Role::Muted)
        } else {
            look.style(bar.role)
        };
        if lit {
            buf.set_style(row.intersection(buf.area), style);
            stroke::line(buf, row.x, y, 1, look.theme.sign(Sign::Marker), style);
        }
        stroke::line(buf, row.x + 2, y, row.width.saturating_sub(2), &bar.name, style);
    }
}

/// One step of the trend in words.
fn point_words(point: &TrendPoint, ctx: &Ctx<'_>) -> String {
    let (opened, resolved) = (point.opened.to_string(), point.resolved.to_string());
    let (share, rating) = (percent(point.compliance, ctx), stars(point.rating, ctx));
    let days = if point.from == point.to {
        point.from.clone()
    } else {
        format!("{}..{}", point.from, point.to)
    };
    let values = [
        ("days", days.as_str()),
        ("opened", opened.as_str()),
        ("resolved", resolved.as_str()),
        ("share", share.as_str()),
        ("rating", rating.as_str()),
    ];
    ctx.words.with("dashboard-point", &values)
}

fn draw_trend(
    points: &[TrendPoint],
    area: Rect,
    buf: &mut Buffer,
    cursor: &mut Cursor,
    focused: bool,
    ctx: &Ctx<'_>,
    look: Look<'_>,
) {
    let count = |n: i64| Some(u64::try_from(n).unwrap_or(0));
    let opened: Vec<Option<u64>> = points.iter().map(|point| count(point.opened)).collect();
    let resolved: Vec<Option<u64>> = points.iter().map(|point| count(point.resolved)).collect();
    let most = opened
        .iter()
        .chain(&resolved)
        .flatten()
        .copied()
        .max()
        .unwrap_or(0);
    let names = [
        ctx.words.get("dashboard-opened"),
        ctx.words.get("dashboard-resolved"),
    ];
    let wide = names.iter().map(|name| stroke::cols(name)).max().unwrap_or(0);
    let lit = cursor.at.min(points.len().saturating_sub(1));
    if let Some(point) = points.get(lit) {
        let marker = if focused {
            look.theme.sign(Sign::Marker)
        } else {
            " "
        };
        let text = format!("{marker} {}", point_words(point, ctx));
        let role = if focused { Role::Focus } else { Role::Text };
        stroke::line(buf, area.x, area.y, area.width, &text, look.style(role));
    }
    let rest = stroke::below(area, 1);
    let high = rest.height / 2;
    for (at, (name, values)) in names.iter().zip([&opened, &resolved]).enumerate() {
        let role = if at == 0 { Role::Accent } else { Role::Good };
        let y = rest.y + u16::try_from(at).unwrap_or(0) * high;
        let base = y + high.saturating_sub(1);
        stroke::line(buf, area.x + 1, base, wide, name, look.style(Role::Muted));
        let place = Rect {
            x: area.x + wide + 3,
            y,
            width: area.width.saturating_sub(wide + 4),
            height: high,
        };
        Spark::new(values)
            .most(most)
            .role(role)
            .lit(focused.then_some(lit))
            .draw(place, buf, look);
    }
}
