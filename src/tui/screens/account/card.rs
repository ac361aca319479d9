//! The card: who the customer is, masked; whether the account is confirmed; what the wallet holds.

use super::AccountScreen;
use crate::domain::masking::PiiField;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, or_nothing};
use crate::tui::theme::{Role, Sign};
use crate::wire::accounts::{AccountCard, TokenCounts};

fn masked(card: &AccountCard, field: PiiField) -> &str {
    match field {
        PiiField::Email => &card.email,
        PiiField::Mobile => &card.mobile,
        PiiField::Address => &card.address,
        PiiField::UserId => &card.user_id,
    }
}

impl AccountScreen {
    /// A masked field with its sign; whole while it is revealed, except in lines.
    pub(super) fn field(&self, card: &AccountCard, field: PiiField, ctx: &Ctx<'_>) -> (String, Role) {
        let revealed = self.revealed.as_ref().filter(|shown| shown.what.field == field);
        match revealed {
            Some(shown) if !ctx.linear => {
                let left = shown.until.seconds_since(ctx.now).max(0).to_string();
                let values = [("value", shown.what.value.as_str()), ("seconds", left.as_str())];
                (ctx.words.with("account-revealed", &values), Role::Warning)
            }
            _ => {
                let value = or_nothing(ctx, masked(card, field));
                (format!("{} {value}", ctx.theme.sign(Sign::Masked)), Role::Text)
            }
        }
    }

    /// Whether the account is confirmed, in words.
    pub(super) fn confirmation(&self, ctx: &Ctx<'_>) -> (String, Role) {
        let words = ctx.words;
        let verified = self.card.as_ref().and_then(|card| card.verified_at);
        if self.confirming.is_waiting() {
            return (words.get("sending"), Role::Muted);
        }
        match verified {
            Some(at) => {
                let when = people::clock(at.timestamp(), ctx.zone);
                let text = words.with("account-confirmed-at", &[("when", &when)]);
                (format!("{} {text}", ctx.theme.sign(Sign::Good)), Role::Good)
            }
            None => {
                let text = words.with(
                    "account-unconfirmed",
                    &[("key", &key(ctx, Command::ConfirmAccount))],
                );
                (format!("{} {text}", ctx.theme.sign(Sign::Warning)), Role::Warning)
            }
        }
    }
}

impl AccountScreen {
    /// Where each number of the card and of the wallet comes from, and that they add up.
    pub(super) fn explain_card(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let Some(card) = &self.card else {
            return Vec::new();
        };
        let read = self
            .card_at
            .map_or_else(String::new, |at| people::clock(at.timestamp(), ctx.zone));
        let mut lines = vec![
            words.get("explain-card"),
            words.with("explain-card-read", &[("when", &read)]),
        ];
        let of = counts(&card.tokens, ctx);
        for (state, count) in &of {
            let n = people::grouped((*count).into());
            lines.push(words.with(&format!("explain-count-{state}"), &[("n", &n)]));
        }
        if of.len() > 1 {
            let parts: Vec<String> = of
                .iter()
                .map(|(_, count)| people::grouped((*count).into()))
                .collect();
            let (sum, total) = (parts.join(" + "), people::grouped(card.tokens.total().into()));
            lines.push(words.with("explain-count-sum", &[("sum", &sum), ("total", &total)]));
        }
        let open = card.open_tickets.to_string();
        lines.push(words.with("explain-open-tickets", &[("n", &open)]));
        let (count, query) = (self.wallet.count(ctx), self.wallet.window.query());
        if !count.is_empty() && !query.is_empty() {
            lines.push(words.with("explain-shown", &[("count", &count), ("query", query)]));
        }
        if let Some(at) = self.past.at() {
            let when = super::super::parts::look_date(ctx, at);
            lines.push(words.with("explain-shown-past", &[("when", &when)]));
        }
        lines
    }
}

/// How many tokens there are in each state that has any: "9 active, 2 used".
pub(super) fn counts(counts: &TokenCounts, ctx: &Ctx<'_>) -> Vec<(&'static str, u64)> {
    let _ = ctx;
    [
        ("active", counts.active),
        ("shared", counts.shared),
        ("used", counts.used),
        ("expired", counts.expired),
        ("disputed", counts.disputed),
        ("removed", counts.removed),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .collect()
}

/// The counts in one line.
pub(super) fn counts_line(of: &TokenCounts, ctx: &Ctx<'_>) -> String {
    let parts: Vec<String> = counts(of, ctx)
        .into_iter()
        .map(|(state, count)| {
            let word = ctx.words.get(&format!("token-state-{state}"));
            format!("{} {word}", people::grouped(count.into()))
        })
        .collect();
    if parts.is_empty() {
        ctx.words.get("none")
    } else {
        parts.join(", ")
    }
}
