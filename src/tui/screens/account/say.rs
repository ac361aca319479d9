//! The account screen in words. Never a revealed value.

use super::card::counts_line;
use super::{AccountScreen, Pane};
use crate::domain::masking::PiiField;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::account_verbs::field_name;
use crate::tui::screens::parts::detail::{facts_of, sentence};
use crate::tui::screens::parts::key;
use crate::tui::screens::parts::timeline;

impl AccountScreen {
    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        // a revealed value is shown on a screen that somebody looks at, never said
        let ctx = &Ctx { linear: true, ..*ctx };
        let words = ctx.words;
        let name = self.name(ctx);
        let mut lines = vec![words.with("account-say-where", &[("name", &name)])];
        lines.push(self.confirmation(ctx).0);
        match (&self.card, &self.card_problem) {
            (Some(card), _) => {
                let fields: Vec<String> = PiiField::ALL
                    .iter()
                    .map(|field| {
                        let (value, _) = self.field(card, *field, ctx);
                        format!("{} {value}", words.get(field_name(*field)))
                    })
                    .collect();
                lines.push(fields.join(", "));
                let joined = people::date(card.created_at.timestamp(), ctx.zone);
                let open = card.open_tickets.to_string();
                let counts = counts_line(&card.tokens, ctx);
                let values = [
                    ("joined", joined.as_str()),
                    ("open", open.as_str()),
                    ("counts", counts.as_str()),
                ];
                lines.push(words.with("account-head", &values));
            }
            (None, Some(problem)) => lines.push(problem.sentence()),
            (None, None) => lines.push(words.get("loading")),
        }
        lines.extend(self.context.say(ctx));
        lines.extend(self.past_lines(ctx));
        lines.extend(self.wallet.say(ctx));
        let marked = self.wallet.marked(ctx);
        if !marked.is_empty() {
            lines.push(marked);
        }
        lines.extend(self.wallet.window.problem.as_ref().map(|p| p.sentence()));
        match (self.pane, self.token()) {
            (_, None) => lines.push(words.get("token-none-selected")),
            (Pane::Wallet, Some(token)) => {
                let at = (self.wallet.window.list.cursor.at + 1).to_string();
                let row = sentence(token, ctx);
                lines.push(words.with("wallet-say-row", &[("at", &at), ("row", &row)]));
            }
            (Pane::Detail, Some(token)) => {
                lines.extend(
                    facts_of(token, ctx)
                        .into_iter()
                        .map(|(name, value, _)| format!("{name}: {value}")),
                );
                lines.extend(
                    self.detail
                        .events()
                        .into_iter()
                        .map(|event| timeline::line(event, ctx)),
                );
            }
        }
        let values = [
            ("open", key(ctx, Command::Open)),
            ("add", key(ctx, Command::AddToken)),
            ("filter", key(ctx, Command::Filter)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, key)| (*name, key.as_str())).collect();
        lines.push(words.with("account-say-keys", &values));
        lines
    }
}
