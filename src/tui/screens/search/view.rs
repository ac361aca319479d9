//! How the search looks: for each ticket a line of its own, and below it where the words stand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{LEAST, SearchScreen};
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::ticket_columns::priority;
use crate::tui::screens::parts::{key, look};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::{Look, notice, stroke};
use crate::wire::ticket_parts::{Passage, SearchHit};

/// Rows of one hit: the ticket, and its best passage.
const ROWS: u16 = 2;

impl SearchScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let title = ctx.words.get("search-title");
        let note = self.note(ctx);
        let mut inner = Pane::new(&title)
            .note(&note)
            .focused(!self.typing)
            .draw(area, buf, look);
        if let Some(problem) = self.problem.as_ref().filter(|p| p.column().is_none()) {
            let hint = ctx
                .words
                .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = stroke::below(inner, used);
        }
        let Some(found) = self.found.take() else {
            if self.problem.is_none() {
                let id = if self.asked.is_waiting() {
                    "searching"
                } else {
                    "search-hint"
                };
                notice::draw(
                    stroke::below(inner, 1),
                    buf,
                    &ctx.words.get(id),
                    Role::Muted,
                    look,
                );
            }
            return;
        };
        if found.hits.is_empty() && self.problem.is_none() {
            let values = [("filter", key(ctx, Command::Filter))];
            let text = ctx.words.with("search-nothing", &[("filter", &values[0].1)]);
            notice::draw(stroke::below(inner, 1), buf, &text, Role::Muted, look);
        }
        self.hits.cursor.fit(usize::from(inner.height / ROWS));
        let stale = self.asked.is_waiting();
        let rows = found.hits.iter().enumerate().skip(self.hits.cursor.top);
        for ((at, hit), y) in rows.zip((inner.y..inner.bottom()).step_by(usize::from(ROWS))) {
            let place = Rect {
                y,
                height: ROWS.min(inner.bottom() - y),
                ..inner
            };
            let lit = at == self.hits.cursor.at && !self.typing;
            draw_hit(hit, place, buf, (lit, stale), ctx, look);
        }
        self.found = Some(found);
    }

    /// How many there are, and how far was looked.
    pub(super) fn note(&self, ctx: &Ctx<'_>) -> String {
        if self.line.text().trim().chars().count() < LEAST && self.found.is_none() {
            return String::new();
        }
        if self.asked.is_waiting() {
            return ctx.words.get("searching");
        }
        let Some(found) = &self.found else {
            return String::new();
        };
        let (count, ranked) = (found.hits.len().to_string(), found.ranked.to_string());
        let id = if found.bounded {
            "search-bounded"
        } else {
            "search-found"
        };
        ctx.words.with(id, &[("count", &count), ("ranked", &ranked)])
    }
}

/// The ticket of a hit in a line.
pub(super) fn head(hit: &SearchHit, ctx: &Ctx<'_>) -> String {
    let row = &hit.ticket;
    let status = ctx.desk.status_label(row.status);
    format!(
        "{}  {}  {}  {}",
        row.number,
        priority(row, ctx),
        status,
        row.subject
    )
}

/// Where a passage stands, in a word.
fn place(passage: &Passage, ctx: &Ctx<'_>) -> String {
    let id = format!("search-in-{}", passage.place);
    if ctx.words.has(&id) {
        ctx.words.get(&id)
    } else {
        passage.place.clone()
    }
}

/// The pieces of a passage, each with whether it is what was looked for.
fn pieces(passage: &Passage) -> Vec<(String, bool)> {
    let letters: Vec<char> = passage.text.chars().collect();
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, long) in &passage.marks {
        let start = usize::try_from(*start)
            .unwrap_or(usize::MAX)
            .clamp(at, letters.len());
        let long = usize::try_from(*long).unwrap_or(0);
        let end = start.saturating_add(long).min(letters.len());
        pieces.push((letters[at..start].iter().collect(), false));
        pieces.push((letters[start..end].iter().collect(), true));
        at = end;
    }
    pieces.push((letters[at..].iter().collect(), false));
    pieces.retain(|(text, _): &(String, bool)| !text.is_empty());
    pieces
}

/// A passage with what was looked for in brackets.
pub(super) fn marked(passage: &Passage, ctx: &Ctx<'_>) -> String {
    let text: String = pieces(passage)
        .into_iter()
        .map(|(text, lit)| if lit { format!("[{text}]") } else { text })
        .collect();
    format!("{}: {text}", place(passage, ctx))
}

fn draw_hit(
    hit: &SearchHit,
    area: Rect,
    buf: &mut Buffer,
    (lit, stale): (bool, bool),
    ctx: &Ctx<'_>,
    look: Look<'_>,
) {
    let ground = look.style(Role::Text);
    let head_style = match (lit, stale) {
        (true, _) => ground.patch(look.style(Role::Selection)),
        (false, true) => look.style(Role::Dimmed),
        (false, false) => ground,
    };
    let first = stroke::first_row(area);
    if lit {
        buf.set_style(first, head_style);
        let marker = look.theme.sign(Sign::Marker);
        stroke::line(buf, first.x, first.y, 1, marker, head_style);
    }
    let room = first.width.saturating_sub(2);
    stroke::line(buf, first.x + 2, first.y, room, &head(hit, ctx), head_style);
    let (Some(passage), true) = (hit.passages.first(), area.height > 1) else {
        return;
    };
    let y = area.y + 1;
    let mut x = area.x + 4;
    let where_ = format!("{}: ", place(passage, ctx));
    x += stroke::line(
        buf,
        x,
        y,
        area.right().saturating_sub(x),
        &where_,
        look.style(Role::Muted),
    );
    for (text, lit) in pieces(passage) {
        let style = match (lit, stale) {
            // lit by more than colour
            (true, _) => look.style(Role::Accent).add_modifier(Modifier::UNDERLINED),
            (false, true) => look.style(Role::Dimmed),
            (false, false) => look.style(Role::Text),
        };
        // what stands between lit words keeps its blanks
        let room = area.right().saturating_sub(x);
        x += stroke::line(buf, x, y, room, &text.replace('\n', " "), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_cut_a_passage_and_wrong_ones_do_no_harm() {
        let cut = |text: &str, marks: &[(u32, u32)]| {
            let passage = Passage {
                place: "message".to_owned(),
                message_id: None,
                text: text.to_owned(),
                marks: marks.to_vec(),
            };
            let pieces = pieces(&passage);
            pieces
                .into_iter()
                .map(|(text, lit)| if lit { format!("[{text}]") } else { text })
                .collect::<String>()
        };
        assert_eq!(
            cut("the 中文 coupon fails", &[(4, 2), (7, 6)]),
            "the [中文] [coupon] fails"
        );
        assert_eq!(cut("short", &[(2, 99), (1, 3), (90, 4)]), "sh[ort]");
        assert_eq!(cut("", &[(0, 1)]), "");
    }
}
