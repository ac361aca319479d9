//! The form in words.

use super::NewTicketScreen;
use crate::tui::flow::Ctx;

impl NewTicketScreen {
    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![ctx.words.get("new-ticket-title")];
        lines.extend(
            self.facts(ctx)
                .into_iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        lines.extend(self.sheet.say(ctx));
        lines.extend(self.status(ctx).map(|(_, words)| words));
        lines.push(self.keys(ctx));
        lines
    }
}
