//! A token's life, newest first: what happened, when, by whom and why. The cursor goes from one thing to the next; what
//! has to do with another token leads there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::detail::reason_in_words;
use super::look;
use crate::domain::id::TokenId;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::list::{Cursor, Move};
use crate::tui::widgets::stroke;
use crate::wire::tokens::TokenEvent;

/// From this height on each thing that happened is told whole; below, only the one under the cursor.
const ROOMY: u16 = 16;
/// Below this width a head holds the day and what happened alone.
const NARROW: u16 = 36;
/// Columns before the lines below a head.
const INDENT: u16 = 4;

/// Where the cursor is in a token's life.
#[derive(Debug, Default)]
pub struct Timeline {
    cursor: Cursor,
}

impl Timeline {
    /// The cursor goes back to the newest.
    pub fn begin(&mut self) {
        self.cursor = Cursor::default();
    }

    /// Moves the cursor.
    pub fn go(&mut self, way: Move, events: &[&TokenEvent]) {
        self.cursor.len = events.len();
        self.cursor.step(way);
    }

    /// What is under the cursor. `events` stand newest first.
    #[must_use]
    pub fn event<'a>(&self, events: &[&'a TokenEvent]) -> Option<&'a TokenEvent> {
        events
            .get(self.cursor.at.min(events.len().saturating_sub(1)))
            .copied()
    }

    /// The token that the thing under the cursor leads to.
    #[must_use]
    pub fn other(&self, events: &[&TokenEvent]) -> Option<TokenId> {
        self.event(events).and_then(|event| event.other)
    }

    /// Draws as much as fits around the cursor; signs at the right tell of more.
    pub fn draw(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        events: &[&TokenEvent],
        focused: bool,
        ctx: &Ctx<'_>,
    ) {
        let area = area.intersection(buf.area);
        if area.width < 12 || area.height == 0 {
            return;
        }
        self.cursor.len = events.len();
        self.cursor.at = self.cursor.at.min(events.len().saturating_sub(1));
        let roomy = area.height >= ROOMY;
        let room = area.width - INDENT - 1;
        let more: Vec<Vec<String>> = events
            .iter()
            .enumerate()
            .map(|(at, event)| {
                let whole = roomy || (focused && at == self.cursor.at);
                if whole {
                    below(event, room, ctx)
                } else {
                    Vec::new()
                }
            })
            .collect();
        let rows = |at: usize| 1 + more.get(at).map_or(0, Vec::len);
        self.cursor.top = first(self.cursor.top, self.cursor.at, usize::from(area.height), rows);
        let mut y = area.y;
        let mut last = self.cursor.top;
        for (at, event) in events.iter().enumerate().skip(self.cursor.top) {
            if y >= area.bottom() {
                break;
            }
            let here = focused && at == self.cursor.at;
            let row = Rect { y, height: 1, ..area };
            head(event, row, here, roomy || here, buf, ctx);
            y += 1;
            for text in &more[at] {
                if y >= area.bottom() {
                    break;
                }
                stroke::line(buf, area.x + INDENT, y, room, text, look(ctx).style(Role::Muted));
                y += 1;
            }
            last = at + 1;
        }
        self.cursor.height = (last - self.cursor.top).max(1);
        let muted = look(ctx).style(Role::Muted);
        let x = area.right() - 1;
        if self.cursor.top > 0 {
            stroke::line(buf, x, area.y, 1, ctx.theme.sign(Sign::Rising), muted);
        }
        if last < events.len() {
            stroke::line(buf, x, area.bottom() - 1, 1, ctx.theme.sign(Sign::Falling), muted);
        }
    }
}

/// The first thing to draw, so that the one at `at` is seen whole, or at least begins.
fn first(top: usize, at: usize, height: usize, rows: impl Fn(usize) -> usize) -> usize {
    if at <= top {
        return at;
    }
    let mut used = rows(at);
    let mut from = at;
    while from > 0 {
        used += rows(from - 1);
        if used > height {
            break;
        }
        from -= 1;
    }
    top.max(from)
}

fn head(event: &TokenEvent, row: Rect, here: bool, whole: bool, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let look = look(ctx);
    let (sign, role) = sign_of(&event.what, ctx);
    let text = match (row.width < NARROW, whole) {
        // the day and what it was come before the minute and by whom
        (true, _) => format!(
            "{} {}",
            people::day(event.at.timestamp(), ctx.zone),
            what(event, ctx)
        ),
        (false, true) => told(event, ctx),
        (false, false) => line(event, ctx),
    };
    if here {
        buf.set_style(row, look.style(Role::Selection));
        stroke::line(
            buf,
            row.x,
            row.y,
            1,
            ctx.theme.sign(Sign::Marker),
            look.style(Role::Selection),
        );
    }
    let of = |role: Role| {
        if here {
            look.style(Role::Selection)
        } else {
            look.style(role)
        }
    };
    stroke::line(buf, row.x + 1, row.y, 1, sign, of(role));
    stroke::line(buf, row.x + 3, row.y, row.width - 4, &text, of(Role::Text));
}

/// Who, why and whereto, broken into lines.
fn below(event: &TokenEvent, room: u16, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let mut texts = Vec::new();
    let who = by(event, ctx);
    if !who.is_empty() {
        texts.push(words.with("timeline-by", &[("who", &who)]));
    }
    let why = reason_in_words(&event.detail, ctx);
    if !why.trim().is_empty() {
        let id = match event.what.as_str() {
            "shared" => "timeline-to",
            "note" => "timeline-note",
            _ => "timeline-why",
        };
        texts.push(words.with(id, &[("why", &why)]));
    }
    if let Some(other) = event.other {
        let keys = super::key(ctx, crate::tui::keys::Command::Open);
        let id = other.to_string();
        let values = [("keys", keys.as_str()), ("id", super::detail::short(&id))];
        texts.push(words.with("timeline-follow", &values));
    }
    texts
        .iter()
        .flat_map(|text| stroke::wrapped(text, room))
        .collect()
}

/// By whom: a person behind the desk, the customer, or time alone; empty when that is not known.
fn by(event: &TokenEvent, ctx: &Ctx<'_>) -> String {
    match event.what.as_str() {
        _ if !event.who.trim().is_empty() => event.who.clone(),
        "claimed" | "shared" | "used" => ctx.words.get("timeline-customer"),
        "expired" => ctx.words.get("timeline-time"),
        _ => String::new(),
    }
}

/// The sign and the look of a thing that happened: those of the state that it led to.
fn sign_of<'a>(what: &str, ctx: &Ctx<'a>) -> (&'a str, Role) {
    let state = match what {
        "claimed" | "added" | "reissued_from" => "active",
        "reissued_to" => "used",
        "disputed" => "disputed",
        "upheld" => return (ctx.theme.sign(Sign::Good), Role::Good),
        "rejected" => return (ctx.theme.sign(Sign::Error), Role::Warning),
        "undone" => return (ctx.theme.sign(Sign::Rising), Role::Warning),
        "note" => return (ctx.theme.sign(Sign::Internal), Role::Info),
        other => other,
    };
    (ctx.theme.state(state).0, Role::of_state(state))
}

/// What happened, in words.
fn what(event: &TokenEvent, ctx: &Ctx<'_>) -> String {
    let name = format!("token-event-{}", event.what);
    if ctx.words.has(&name) {
        ctx.words.get(&name)
    } else {
        event.what.clone()
    }
}

/// When and how long ago, and what.
fn told(event: &TokenEvent, ctx: &Ctx<'_>) -> String {
    let when = people::date_time(event.at.timestamp(), ctx.zone);
    let ago = people::relative(ctx.words, event.at.timestamp(), ctx.now.timestamp());
    format!("{when}  {} · {ago}", what(event, ctx))
}

/// One thing that happened, in a line.
#[must_use]
pub fn line(event: &TokenEvent, ctx: &Ctx<'_>) -> String {
    let when = people::date_time(event.at.timestamp(), ctx.zone);
    let rest: Vec<String> = [reason_in_words(&event.detail, ctx), by(event, ctx)]
        .into_iter()
        .filter(|text| !text.trim().is_empty())
        .collect();
    let what = what(event, ctx);
    if rest.is_empty() {
        format!("{when}  {what}")
    } else {
        format!("{when}  {what} · {}", rest.join(" · "))
    }
}

/// What a token's life holds up to a moment, newest first.
#[must_use]
pub fn until(events: &[TokenEvent], moment: Option<crate::domain::time::Moment>) -> Vec<&TokenEvent> {
    events
        .iter()
        .rev()
        .filter(|event| moment.is_none_or(|moment| event.at <= moment))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, uuid};
    use super::*;
    use crate::domain::time::Moment;

    fn event(day: u32, what: &str, who: &str, detail: &str, other: Option<u64>) -> TokenEvent {
        TokenEvent {
            at: Moment::parse(&format!("2026-11-{day:02}T09:30:00Z")).expect("a moment"),
            what: what.to_owned(),
            who: who.to_owned(),
            detail: detail.to_owned(),
            other: other.map(|n| TokenId(uuid(n))),
        }
    }

    /// Everything that can happen to a token, oldest first.
    fn life() -> Vec<TokenEvent> {
        let amara = "A-1042 Amara Okafor";
        vec![
            event(1, "reissued_from", amara, "expired_early", Some(7)),
            event(2, "shared", "", "•••4411", None),
            event(
                3,
                "note",
                "A-2001 Robin Vale",
                "She called twice.\nThe receipt is attached.",
                None,
            ),
            event(4, "used", "", "", None),
            event(5, "disputed", amara, "other: refused at the till", None),
            event(
                6,
                "upheld",
                "E-3001 Sol Ito",
                "the receipt shows it; approved by S-4001 Noor",
                None,
            ),
            event(7, "reissued_to", amara, "", Some(9)),
            event(8, "undone", amara, "", Some(9)),
            event(9, "removed", amara, "", None),
            event(10, "expired", "", "", None),
            event(11, "something_new", "", "", None),
        ]
    }

    fn drawn(world: &World, timeline: &mut Timeline, height: u16, focused: bool) -> String {
        let life = life();
        let events = until(&life, None);
        let mut buf = Buffer::empty(Rect::new(0, 0, world.size.width, height));
        let area = buf.area;
        timeline.draw(area, &mut buf, &events, focused, &world.ctx());
        crate::tui::widgets::testing::text_of(&buf)
    }

    #[test]
    fn each_thing_is_told_with_who_and_why_and_the_cursor_stays_in_sight() {
        let world = World::new(60, 24);
        let (life, mut timeline) = (life(), Timeline::default());
        let events = until(&life, None);
        let mut frames = vec![drawn(&world, &mut timeline, 30, true)];
        frames.push(drawn(&world, &mut timeline, 6, false));
        for _ in 0..4 {
            timeline.go(Move::Down, &events);
        }
        frames.push(drawn(&world, &mut timeline, 6, true));
        timeline.go(Move::Last, &events);
        frames.push(drawn(&world, &mut timeline, 6, true));
        insta::assert_snapshot!(frames.join("--\n"));
        assert_eq!(timeline.other(&events), Some(TokenId(uuid(7))), "the oldest");
        timeline.go(Move::Up, &events);
        assert_eq!(timeline.other(&events), None, "handed on");
    }

    #[test]
    fn the_cursor_never_leaves_whatever_the_heights() {
        let world = World::new(40, 24);
        let life = life();
        let events = until(&life, None);
        for height in 1..12 {
            let mut timeline = Timeline::default();
            for way in [
                Move::Down,
                Move::PageDown,
                Move::Last,
                Move::Up,
                Move::PageUp,
                Move::Down,
            ] {
                drawn(&world, &mut timeline, height, true);
                timeline.go(way, &events);
                let frame = drawn(&world, &mut timeline, height, true);
                assert!(frame.contains('▌'), "{height} {way:?}\n{frame}");
            }
        }
    }

    #[test]
    fn the_past_ends_where_it_is_looked_at() {
        let life = life();
        let at = Moment::parse("2026-11-04T09:30:00Z").expect("a moment");
        let then: Vec<&str> = until(&life, Some(at)).iter().map(|e| e.what.as_str()).collect();
        assert_eq!(then, ["used", "note", "shared", "reissued_from"]);
    }
}
