//! How the account screen looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::card::{counts, counts_line};
use super::{AccountScreen, Pane};
use crate::domain::masking::PiiField;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::account_verbs::field_name;
use crate::tui::screens::parts::token_list::Frame;
use crate::tui::screens::parts::{key, look, look_date};
use crate::tui::theme::Role;
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane as Border;
use crate::tui::widgets::stroke::{below, block, line};
use crate::wire::accounts::AccountCard;

/// From this width on the card stands at the left.
const WIDE: u16 = 110;
/// Columns of the card.
const CARD: u16 = 36;
/// From this height on the detail stands below the wallet.
const TALL: u16 = 26;

impl AccountScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let wide = area.width >= WIDE;
        let tall = area.height >= TALL;
        let mut rest = area;
        if !self.zoomed {
            if wide {
                let left = Rect { width: CARD, ..area };
                self.draw_left(left, buf, ctx);
                rest = Rect {
                    x: area.x + CARD,
                    width: area.width - CARD,
                    ..area
                };
            } else {
                self.draw_head(Rect { height: 3, ..area }, buf, ctx);
                rest = below(area, 3);
            }
        }
        let with_detail = (tall || self.pane == Pane::Detail) && !(self.zoomed && self.pane == Pane::Wallet);
        self.detail.leave();
        if !with_detail {
            self.draw_wallet(rest, buf, ctx);
            return;
        }
        let low = match (tall, self.zoomed) {
            (_, true) => rest.height,
            (true, false) => 14.min(rest.height / 2),
            (false, false) => 11.min(rest.height.saturating_sub(5)),
        };
        let upper = Rect {
            height: rest.height - low,
            ..rest
        };
        if upper.height > 3 {
            self.draw_wallet(upper, buf, ctx);
        }
        self.draw_detail(below(rest, upper.height), buf, ctx);
    }

    fn draw_left(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let with_ticket = self.context.id().is_some();
        let ticket = if with_ticket { 8.min(area.height / 3) } else { 0 };
        let upper = Rect {
            height: area.height - ticket,
            ..area
        };
        let name = self.name(ctx);
        let inner = Border::new(&name).draw(upper, buf, look(ctx));
        match (&self.card, &self.card_problem) {
            (Some(card), _) => self.draw_card(card, inner, buf, ctx),
            (None, Some(problem)) => {
                let hint = ctx
                    .words
                    .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
                notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look(ctx));
            }
            (None, None) => {
                notice::draw(inner, buf, &ctx.words.get("loading"), Role::Muted, look(ctx));
            }
        }
        self.context.draw(below(area, upper.height), buf, ctx);
    }

    fn draw_card(&self, card: &AccountCard, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let (confirmation, role) = self.confirmation(ctx);
        let used = block(
            buf,
            Rect {
                height: area.height.min(3),
                ..area
            },
            &confirmation,
            look.style(role),
        );
        let mut rest = below(area, used + 1);
        let mut lines: Vec<Fact<'_>> = PiiField::ALL
            .iter()
            .map(|field| {
                let (value, role) = self.field(card, *field, ctx);
                Fact::new(ctx.words.get(field_name(*field)), value)
                    .role(role)
                    .rows(2)
            })
            .collect();
        lines.push(Fact::new(
            ctx.words.get("account-joined"),
            people::date(card.created_at.timestamp(), ctx.zone),
        ));
        lines.push(Fact::new(
            ctx.words.get("account-open-tickets"),
            card.open_tickets.to_string(),
        ));
        let used = facts::draw(rest, buf, &lines, look);
        rest = below(rest, used + 1);
        let total = card.tokens.total().to_string();
        let title = ctx.words.with("account-tokens", &[("count", &total)]);
        let used = line(buf, rest.x, rest.y, rest.width, &title, look.style(Role::Title));
        rest = below(rest, u16::from(used > 0));
        for (state, count) in counts(&card.tokens, ctx) {
            if rest.height == 0 {
                return;
            }
            let (sign, style) = ctx.theme.state(state);
            let word = ctx.words.get(&format!("token-state-{state}"));
            line(
                buf,
                rest.x,
                rest.y,
                rest.width,
                &format!("{count:>6} {sign} {word}"),
                style,
            );
            rest = below(rest, 1);
        }
        self.draw_notes(below(rest, 1), buf, ctx);
    }

    fn draw_notes(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        if area.height < 3 || self.notes.is_empty() {
            return;
        }
        let look = look(ctx);
        let count = self.notes.len().to_string();
        let title = ctx.words.with("account-notes", &[("count", &count)]);
        line(buf, area.x, area.y, area.width, &title, look.style(Role::Title));
        let mut rest = below(area, 1);
        let mut newest: Vec<_> = self.notes.iter().collect();
        newest.sort_by_key(|note| std::cmp::Reverse(note.at));
        for note in newest {
            if rest.height < 2 {
                return;
            }
            let when = people::relative(ctx.words, note.at.timestamp(), ctx.now.timestamp());
            let head = format!("{when} · {}", note.author);
            line(buf, rest.x, rest.y, rest.width, &head, look.style(Role::Muted));
            rest = below(rest, 1);
            let place = Rect {
                height: rest.height.min(3),
                ..rest
            };
            let used = block(buf, place, &note.text, look.style(Role::Text));
            rest = below(rest, used);
        }
    }

    /// The card in three lines, where there is no room beside the wallet.
    fn draw_head(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let area = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let Some(card) = &self.card else {
            let (text, role) = match &self.card_problem {
                Some(problem) => (problem.sentence(), Role::Error),
                None => (ctx.words.get("loading"), Role::Muted),
            };
            block(buf, area, &text, look.style(role));
            return;
        };
        let (confirmation, role) = self.confirmation(ctx);
        let name = format!("{}  ", self.name(ctx));
        let used = line(
            buf,
            area.x,
            area.y,
            area.width / 2,
            &name,
            look.style(Role::Title),
        );
        line(
            buf,
            area.x + used,
            area.y,
            area.width.saturating_sub(used),
            &confirmation,
            look.style(role),
        );
        let mut x = area.x;
        // the address may be long: it comes last
        for field in [
            PiiField::Email,
            PiiField::Mobile,
            PiiField::UserId,
            PiiField::Address,
        ] {
            let (value, role) = self.field(card, field, ctx);
            let room = area.right().saturating_sub(x);
            let name = match field {
                // a city says what it is, and there is little room
                PiiField::Address => String::new(),
                _ => format!("{} ", ctx.words.get(field_name(field))),
            };
            if room < 8 {
                break;
            }
            x += line(buf, x, area.y + 1, room, &name, look.style(Role::Muted));
            let room = area.right().saturating_sub(x);
            x += line(buf, x, area.y + 1, room, &value, look.style(role)) + 2;
        }
        let joined = people::date(card.created_at.timestamp(), ctx.zone);
        let open = card.open_tickets.to_string();
        let counts = counts_line(&card.tokens, ctx);
        let values = [
            ("joined", joined.as_str()),
            ("open", open.as_str()),
            ("counts", counts.as_str()),
        ];
        let text = ctx.words.with("account-head", &values);
        line(
            buf,
            area.x,
            area.y + 2,
            area.width,
            &text,
            look.style(Role::Muted),
        );
    }

    fn draw_wallet(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let title = match self.past.at() {
            Some(at) => ctx
                .words
                .with("wallet-title-past", &[("when", &look_date(ctx, at))]),
            None => ctx.words.get("wallet-title"),
        };
        let holds_nothing = self.card.as_ref().is_some_and(|card| card.tokens.total() == 0);
        let empty = if holds_nothing || self.wallet.text().trim().is_empty() {
            ctx.words.get("wallet-empty")
        } else {
            let filter = key(ctx, Command::Filter);
            ctx.words.with("wallet-nothing-fits", &[("key", &filter)])
        };
        // the card counts what there is now
        let of = self.card.as_ref().filter(|_| self.past.at().is_none());
        let frame = Frame {
            title: &title,
            empty: &empty,
            of: of.map(|card| card.tokens.total()),
            focused: self.pane == Pane::Wallet,
            stale: self.past.is_coming(),
            owners: false,
        };
        let inner = self.wallet.draw_border(area, &frame, buf, ctx);
        let inner = self.draw_past(inner, buf, ctx);
        self.wallet.draw_tokens(inner, &frame, buf, ctx);
    }

    fn draw_detail(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let title = ctx.words.get("detail-title");
        let focused = self.pane == Pane::Detail;
        let inner = Border::new(&title).focused(focused).draw(area, buf, look(ctx));
        if self.detail.token().is_some() {
            self.detail.draw(inner, buf, focused, ctx);
        } else {
            notice::draw(
                inner,
                buf,
                &ctx.words.get("token-none-selected"),
                Role::Muted,
                look(ctx),
            );
        }
    }
}
