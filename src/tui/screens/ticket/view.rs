//! How the ticket screen looks: head, story, and the tokens beside it or, where it is narrow, below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, TicketScreen};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::detail::facts_of;
use crate::tui::screens::parts::{day, key, look, value};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::table::{Column, Row, Table, Text, Width};
use crate::tui::widgets::{Look, notice, stroke};
use crate::wire::tickets::{TicketDetail, TicketRow};
use crate::wire::tokens::TokenRow;

/// From this width on, the tokens stand beside the story.
const WIDE: u16 = 100;
/// Fewest rows in which a token is worth showing.
const LEAST_DETAIL: u16 = 8;
/// Rows of the head.
const HEAD: u16 = 3;

impl TicketScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let mut place = area;
        if let Some(problem) = &self.problem {
            let refresh = key(ctx, Command::Refresh);
            let hint = ctx.words.with("ticket-failed-hint", &[("key", &refresh)]);
            let used = notice::failed(place, buf, &format!("{} {hint}", problem.sentence()), look);
            place = stroke::below(place, used);
        }
        let Some(detail) = self.detail.take() else {
            if self.problem.is_none() {
                notice::draw(
                    stroke::below(place, 1),
                    buf,
                    &ctx.words.get("loading"),
                    Role::Muted,
                    look,
                );
            }
            return;
        };
        if !self.zoomed {
            draw_head(place, buf, &detail.row, ctx, look);
            place = stroke::below(place, HEAD);
        }
        let (story, tokens) = self.places(place, detail.tokens.len());
        if let Some(story) = story {
            self.draw_story(story, buf, &detail, ctx, look);
        }
        if let Some(tokens) = tokens {
            self.draw_tokens(tokens, buf, &detail, ctx, look);
        }
        self.detail = Some(detail);
    }

    /// Where the story and the tokens stand.
    fn places(&self, area: Rect, tokens: usize) -> (Option<Rect>, Option<Rect>) {
        if self.zoomed {
            return match self.pane {
                Pane::Story => (Some(area), None),
                Pane::Tokens => (None, Some(area)),
            };
        }
        if area.width >= WIDE {
            let left = area.width / 2;
            let story = Rect { width: left, ..area };
            let beside = Rect {
                x: area.x + left,
                width: area.width - left,
                ..area
            };
            return (Some(story), Some(beside));
        }
        let wanted = u16::try_from(tokens).unwrap_or(u16::MAX).clamp(1, 4) + 3;
        let low = wanted.min(area.height / 2);
        let story = Rect {
            height: area.height - low,
            ..area
        };
        (Some(story), Some(stroke::below(area, story.height)))
    }

    fn draw_story(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        detail: &TicketDetail,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) {
        let focused = self.pane == Pane::Story;
        let turn = key(ctx, Command::TicketHistory);
        let (title, note) = if self.shows_history {
            ("ticket-pane-history", "ticket-note-history")
        } else {
            ("ticket-pane-story", "ticket-note-story")
        };
        let note = ctx.words.with(note, &[("key", &turn)]);
        let title = ctx.words.get(title);
        let inner = Border::new(&title)
            .note(&note)
            .focused(focused)
            .draw(area, buf, look);
        if !self.shows_history {
            let story = self.story(detail, ctx);
            self.story_scroll.draw(inner, buf, &story, look);
            return;
        }
        match (&self.history, &self.history_problem) {
            (_, Some(problem)) => {
                notice::failed(inner, buf, &problem.sentence(), look);
            }
            (None, None) => {
                notice::draw(inner, buf, &ctx.words.get("loading"), Role::Muted, look);
            }
            (Some(_), None) => {
                let changes = self.changes(ctx);
                self.history_scroll.draw(inner, buf, &changes, look);
            }
        }
    }

    fn draw_tokens(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        detail: &TicketDetail,
        ctx: &Ctx<'_>,
        look: Look<'_>,
    ) {
        let count = detail.tokens.len().to_string();
        let title = ctx.words.with("ticket-pane-tokens", &[("count", &count)]);
        let focused = self.pane == Pane::Tokens;
        let inner = Border::new(&title).focused(focused).draw(area, buf, look);
        if detail.tokens.is_empty() {
            let (id, command) = match detail.row.account_id {
                Some(_) => ("ticket-tokens-none", Command::OpenWallet),
                None => ("ticket-tokens-no-customer", Command::FindCustomer),
            };
            let text = ctx.words.with(id, &[("key", &key(ctx, command))]);
            notice::draw(inner, buf, &text, Role::Muted, look);
            return;
        }
        let (table, below) = split(inner, detail.tokens.len());
        if let Some((below, token)) = below.zip(self.tokens.row(&detail.tokens)) {
            draw_token(below, buf, token, ctx, look);
        }
        let inner = table;
        let columns = columns(ctx);
        let row = |at: usize| detail.tokens.get(at).map(|token| token_row(token, ctx));
        Table::new(&columns)
            .focused(focused)
            .draw(inner, buf, &mut self.tokens.cursor, look, row);
    }
}

/// Where the rows stand, and below them the token under the cursor if there is room for it.
fn split(area: Rect, tokens: usize) -> (Rect, Option<Rect>) {
    let wanted = u16::try_from(tokens).unwrap_or(u16::MAX).saturating_add(1);
    let high = wanted.min(area.height / 2);
    if area.height < high + LEAST_DETAIL {
        return (area, None);
    }
    let table = Rect { height: high, ..area };
    (table, Some(stroke::below(area, high + 1)))
}

/// Everything of a token, as far as there is room.
fn draw_token(area: Rect, buf: &mut Buffer, token: &TokenRow, ctx: &Ctx<'_>, look: Look<'_>) {
    let place = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    stroke::line(
        buf,
        place.x,
        place.y,
        place.width,
        &token.name,
        look.style(Role::Title),
    );
    let facts = facts_of(token, ctx);
    let facts: Vec<Fact<'_>> = facts
        .iter()
        .map(|(name, value, rows)| Fact::new(name.as_str(), value.as_str()).rows(*rows))
        .collect();
    facts::draw(stroke::below(place, 1), buf, &facts, look);
}

/// Number and subject; where it stands; whose it is.
fn draw_head(area: Rect, buf: &mut Buffer, row: &TicketRow, ctx: &Ctx<'_>, look: Look<'_>) {
    let place = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let number = format!("{}  ", row.number);
    let first = [
        (number.as_str(), Role::Accent),
        (row.subject.as_str(), Role::Title),
    ];
    stroke::pieces(buf, stroke::first_row(place), &first, look);
    let between = format!(" {} ", ctx.theme.sign(Sign::Between));
    let facts = standing(row, ctx);
    let mut pieces: Vec<(&str, Role)> = Vec::new();
    for (text, role) in &facts {
        if !pieces.is_empty() {
            pieces.push(("   ", Role::Muted));
        }
        pieces.push((text, *role));
    }
    stroke::pieces(buf, stroke::first_row(stroke::below(place, 1)), &pieces, look);
    let (customer, role) = customer(row, ctx);
    let label = format!("{}  ", ctx.words.get("ticket-field-customer"));
    let third = [(label.as_str(), Role::Muted), (customer.as_str(), role)];
    let below = stroke::first_row(stroke::below(place, 2));
    let used = stroke::pieces(buf, below, &third, look);
    let rest = Rect {
        x: below.x + used,
        width: below.width - used,
        ..below
    };
    let about = format!("{between}{}", about(row, ctx).join(&between));
    stroke::line(buf, rest.x, rest.y, rest.width, &about, look.style(Role::Text));
}

/// What stands in the second row of the head, each with how it looks.
pub(super) fn standing(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<(String, Role)> {
    let words = ctx.words;
    let (sign, _) = ctx.theme.priority(row.priority.word());
    let priority = format!("{sign} {}", ctx.desk.priority_label(row.priority));
    let assignee = if row.assignee_name.is_empty() {
        words.get("ticket-nobody")
    } else {
        row.assignee_name.clone()
    };
    let mut facts = vec![
        (ctx.desk.status_label(row.status).to_owned(), Role::Accent),
        (priority, Role::of_priority(row.priority.word())),
    ];
    if row.reopened > 0 {
        let count = row.reopened.to_string();
        facts.push((
            words.with("ticket-chip-reopened", &[("count", &count)]),
            Role::Warning,
        ));
    }
    facts.push((
        words.with("ticket-head-assignee", &[("name", &assignee)]),
        Role::Text,
    ));
    facts
}

/// What it is about, whose tier it is, how old it is.
pub(super) fn about(row: &TicketRow, ctx: &Ctx<'_>) -> Vec<String> {
    let age = people::relative(ctx.words, row.created_at.timestamp(), ctx.now.timestamp());
    let category = ctx.desk.category(&row.category);
    let category = category.map_or(row.category.as_str(), |category| &category.label);
    let tier = row.tier.to_string();
    vec![
        category.to_owned(),
        ctx.words.with("ticket-head-tier", &[("tier", &tier)]),
        ctx.words.with("ticket-head-opened", &[("when", &age)]),
    ]
}

/// The customer, or how to find them.
pub(super) fn customer(row: &TicketRow, ctx: &Ctx<'_>) -> (String, Role) {
    if row.account_id.is_some() {
        return (row.account_name.clone(), Role::Text);
    }
    let find = key(ctx, Command::FindCustomer);
    (
        ctx.words.with("ticket-head-no-customer", &[("key", &find)]),
        Role::Muted,
    )
}

fn columns(ctx: &Ctx<'_>) -> Vec<Column<'static>> {
    let title = |name: &str| ctx.words.get(name);
    vec![
        Column::new(title("ticket-token-state"), Width::Fixed(10)),
        Column::new(title("ticket-token-name"), Width::Grow { least: 14, share: 3 }),
        Column::new(title("ticket-token-value"), Width::Fixed(9)).at_right(),
        Column::new(title("ticket-token-expires"), Width::Fixed(10)).rank(1),
        Column::new(
            title("ticket-token-merchant"),
            Width::Grow { least: 12, share: 1 },
        )
        .rank(2),
    ]
}

fn token_row(token: &TokenRow, ctx: &Ctx<'_>) -> Row<'static> {
    Row::new(vec![
        Text::new(state(token, ctx), Role::of_state(token.state.word())),
        Text::plain(token.name.clone()),
        Text::plain(value(ctx, &token.value)),
        Text::plain(day(ctx, token.expires_at)),
        Text::plain(token.merchant.clone()),
    ])
}

/// A token's state by sign and word.
pub(super) fn state(token: &TokenRow, ctx: &Ctx<'_>) -> String {
    let word = token.state.word();
    let (sign, _) = ctx.theme.state(word);
    format!("{sign} {}", ctx.words.get(&format!("token-state-{word}")))
}
