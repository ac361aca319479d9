//! The look-up in words.

use super::{FORM, Focus, LookupScreen, fit_name, place};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{full_name, key};

impl LookupScreen {
    pub(super) fn words(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let mut lines = vec![words.get("lookup-say-where"), self.heading(ctx)];
        match (&self.form, self.focus) {
            (None, Focus::Field) => {
                lines.push(words.with("lookup-say-field", &[("text", self.line.text())]));
                lines.push(self.hint(ctx).0);
                lines.extend(self.say_hit(ctx).filter(|_| self.opens()));
            }
            (Some(form), Focus::Field) => {
                let name = FORM.get(form.at).copied().unwrap_or_default();
                let text = form.fields.get(form.at).map_or("", |field| field.text());
                lines.push(format!("{}: {text}", words.get(name)));
                lines.extend(form.wrong.iter().map(|(_, text)| text.clone()));
            }
            (_, Focus::Hits) => lines.extend(self.say_hit(ctx)),
        }
        lines.extend(self.problem.as_ref().map(|problem| problem.sentence()));
        lines.push(self.note(ctx));
        if let Some(found) = &self.found
            && found.items.is_empty()
        {
            lines.push(words.with("lookup-none", &[("asked", &self.found_for)]));
        }
        lines.push(match self.focus {
            Focus::Field if self.opens() => String::new(),
            Focus::Field => words.get("lookup-say-keys-field"),
            Focus::Hits => words.with("lookup-say-keys-hits", &[("key", &key(ctx, Command::Filter))]),
        });
        lines.retain(|line| !line.is_empty());
        lines
    }

    fn say_hit(&self, ctx: &Ctx<'_>) -> Option<String> {
        let hit = self.hit()?;
        let at = (self.list.cursor.at + 1).to_string();
        let count = self.hits().len().to_string();
        Some(ctx.words.with(
            "lookup-say-hit",
            &[
                ("at", &at),
                ("count", &count),
                ("name", &full_name(ctx, &hit.first_name, &hit.last_name)),
                ("fit", &ctx.words.get(fit_name(hit.fit))),
                ("email", &hit.email),
                ("mobile", &hit.mobile),
                ("place", &place(hit)),
                ("user", &hit.user_id),
                ("joined", &people::date(hit.created_at.timestamp(), ctx.zone)),
            ],
        ))
    }
}
