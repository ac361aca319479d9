//! For people who are signed in but have no role: says so, and what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::text::safe::clean;
use crate::text::width::wrap;
use crate::tui::flow::{Availability, Ctx, Effect, Event, Screen, ScreenKind, SignInAsk};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;

/// See the module.
pub(super) struct Denied;

const KEYS: [Command; 3] = [Command::Refresh, Command::SignOut, Command::Quit];

impl Denied {
    fn lines(ctx: &Ctx<'_>) -> [String; 3] {
        let words = ctx.words;
        let who = match ctx.me {
            Some(me) => words.with(
                "denied-who",
                &[("name", me.name.as_str()), ("employee", me.employee_id.as_str())],
            ),
            None => words.get("denied-who-unknown"),
        };
        [who, words.get("denied-why"), words.get("denied-next")]
    }

    fn keys(ctx: &Ctx<'_>) -> String {
        let hints = KEYS
            .iter()
            .map(|command| format!("{} {}", ctx.keymap.hint(*command), command.label()));
        hints.collect::<Vec<_>>().join("   ")
    }
}

impl Screen for Denied {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Denied
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("denied-title")
    }

    fn update(&mut self, event: Event, _: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Command(Command::Refresh) => vec![Effect::SignIn(SignInAsk::Start)],
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let width = area.width.saturating_sub(8).min(76);
        let mut y = area.y + area.height / 4;
        let x = area.x + (area.width - width) / 2;
        let mut put = |text: &str, role: Role| {
            let text = clean(text);
            for line in wrap(&text, usize::from(width)) {
                if y < area.bottom() {
                    buf.set_stringn(x, y, line.trim_end(), usize::from(width), ctx.theme.style(role));
                }
                y += 1;
            }
            y += 1;
        };
        put(
            &format!("{}   {}", ctx.desk.brand.line(), ctx.desk.environment.label),
            Role::Brand,
        );
        put(&ctx.words.get("denied-title"), Role::Error);
        for line in Self::lines(ctx) {
            put(&line, Role::Text);
        }
        put(&Self::keys(ctx), Role::Key);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![ctx.words.get("denied-title")];
        lines.extend(Self::lines(ctx));
        lines.push(Self::keys(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Global]
    }

    fn commands(&self, _: &Ctx<'_>) -> Vec<(Command, Availability)> {
        KEYS.iter()
            .map(|command| (*command, Availability::Enabled))
            .collect()
    }
}
