//! The four fixed places around a screen: banner, path, actions, last line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::App;
use super::paint::{fit, line, width, wrap};
use crate::domain::profile::{Brand, EnvironmentKind};
use crate::tui::flow::{Availability, Link, Stream, Tone};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;

impl App {
    /// Line 1: brands and environment; link, person.
    pub(super) fn banner(&self, area: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let style = theme.style(Role::Banner);
        buf.set_style(area, style);
        let desk = &self.env.desk;
        let mut x = area.x
            + 1
            + line(
                buf,
                area.x + 1,
                area.y,
                area.width / 3,
                &brands(&desk.brand),
                style,
            );
        if !desk.environment.label.is_empty() {
            let role = if desk.environment.kind == EnvironmentKind::Production {
                Role::Production
            } else {
                Role::Banner
            };
            let name = format!(" {} ", desk.environment.label);
            x += 2 + line(buf, x + 2, area.y, area.width / 5, &name, theme.style(role));
        }
        let right = self.who_and_where(usize::from(area.right().saturating_sub(x + 3)));
        let wide = width(&right);
        line(
            buf,
            area.right().saturating_sub(wide + 1),
            area.y,
            wide,
            &right,
            style,
        );
    }

    /// The right half of line 1, as much of it as fits: the link first, then who, then what.
    fn who_and_where(&self, room: usize) -> String {
        let words = &self.env.words;
        let link = match self.env.link {
            Link::Live if self.env.stream == Stream::Cut => format!("○ {}", words.get("app-not-live")),
            Link::Connecting => format!("◌ {}", words.get("app-connecting")),
            Link::Live => format!("● {}", words.get("app-live")),
            Link::Offline { .. } => format!("○ {}", words.get("app-offline")),
        };
        let Some(me) = &self.env.me else {
            return fit(&link, room);
        };
        let who = format!("{} {}", me.employee_id, me.name);
        let tier = me
            .tier
            .map(|tier| words.with("app-tier", &[("tier", &tier.to_string())]));
        let rest: Vec<String> = tier
            .into_iter()
            .chain([words.get(me.availability.word())])
            .collect();
        let whole = format!("{link}   {who} · {}", rest.join(" · "));
        if usize::from(width(&whole)) <= room {
            return whole;
        }
        let short = format!("{link}   {who}");
        if usize::from(width(&short)) <= room {
            short
        } else {
            fit(&format!("{link}   {}", me.employee_id), room)
        }
    }

    /// Line 2: the path; what stays in sight.
    pub(super) fn crumbs(&self, area: Rect, buf: &mut Buffer) {
        let ctx = self.env.ctx();
        let theme = &self.env.theme;
        let aside = self
            .sides
            .top()
            .and_then(|kept| kept.screen.context_line(&ctx))
            .unwrap_or_default();
        let aside = fit(&aside, usize::from(area.width / 2));
        let wide = width(&aside);
        line(
            buf,
            area.right().saturating_sub(wide + 1),
            area.y,
            wide,
            &aside,
            theme.style(Role::Info),
        );
        let path = self.sides.path();
        let room = usize::from(area.width.saturating_sub(wide + 4));
        let mut parts = shorten(path.iter().map(|kept| kept.screen.crumb(&ctx)).collect(), room);
        let last = parts.pop().unwrap_or_default();
        let before = parts.iter().map(|part| format!("{part} › ")).collect::<String>();
        let room = u16::try_from(room).unwrap_or(u16::MAX);
        let used = line(buf, area.x + 1, area.y, room, &before, theme.style(Role::Muted));
        line(
            buf,
            area.x + 1 + used,
            area.y,
            room.saturating_sub(used),
            &last,
            theme.style(Role::Title),
        );
    }

    /// Line 3: what can be done here, by the keys that work where the focus is; what cannot is in brackets and dimmed.
    pub(super) fn actions(&self, area: Rect, buf: &mut Buffer) {
        let theme = &self.env.theme;
        let mut right = area.right();
        for command in [Command::Palette, Command::Help] {
            let Some(key) = self.working_key(command) else {
                continue;
            };
            let text_width = width(command.label());
            right = right.saturating_sub(text_width + 1);
            line(
                buf,
                right,
                area.y,
                text_width,
                command.label(),
                theme.style(Role::Muted),
            );
            right = right.saturating_sub(width(&key) + 1);
            line(buf, right, area.y, width(&key), &key, theme.style(Role::Key));
            right = right.saturating_sub(2);
        }
        let mut x = area.x + 1;
        let offered = self.shown_as_offered();
        for (command, availability) in self.typing_keys(&offered).iter().chain(offered.iter()) {
            let Some(key) = self.working_key(*command) else {
                continue;
            };
            let dimmed = *availability != Availability::Enabled;
            let label = self.label_of(*command);
            // brackets stand in the gaps, so that what follows stays where it is
            let wide = width(&key) + 1 + width(&label);
            if x + wide + 1 >= right {
                line(
                    buf,
                    x,
                    area.y,
                    right.saturating_sub(x),
                    "…",
                    theme.style(Role::Muted),
                );
                break;
            }
            if dimmed {
                let text = format!("({key} {label})");
                line(buf, x - 1, area.y, wide + 2, &text, theme.style(Role::Dimmed));
            } else {
                line(buf, x, area.y, wide, &key, theme.style(Role::Key));
                line(
                    buf,
                    x + width(&key) + 1,
                    area.y,
                    wide,
                    &label,
                    theme.style(Role::Text),
                );
            }
            x += wide + 3;
        }
    }

    /// What the keys of a query line do, where the screen does not say it itself.
    fn typing_keys(&self, offered: &[(Command, Availability)]) -> Vec<(Command, Availability)> {
        let typing = self.layers.is_empty() && self.contexts().first() == Some(&Context::Text);
        if !typing || offered.iter().any(|(command, _)| *command == Command::Submit) {
            return Vec::new();
        }
        [
            Command::Submit,
            Command::Complete,
            Command::LeaveText,
            Command::Older,
        ]
        .map(|command| (command, Availability::Enabled))
        .to_vec()
    }

    /// What a command is called on the topmost thing.
    fn label_of(&self, command: Command) -> String {
        let own = self
            .screen()
            .filter(|_| self.layers.is_empty())
            .and_then(|kept| kept.screen.label(command, &self.env.ctx()));
        own.unwrap_or_else(|| self.name_of(command))
    }

    /// What a command is called at this desk: the partner's system has its name in the desk's profile.
    pub(super) fn name_of(&self, command: Command) -> String {
        let outside = self.env.desk.brand.external.trim();
        if command == Command::ViewOutside && !outside.is_empty() {
            return self.env.words.with("app-view-outside", &[("where", outside)]);
        }
        command.label().to_owned()
    }

    /// The toast at the right of the last line, from `from` on; one that is longer takes the lines above it, so that what
    /// is asked there stays in sight.
    pub(super) fn draw_toast(&self, area: Rect, from: u16, buf: &mut Buffer) {
        let Some(toast) = &self.toast else { return };
        let (sign, role) = match toast.tone {
            Tone::Good => ("✓", Role::Good),
            Tone::Info => ("i", Role::Info),
            Tone::Warning => ("!", Role::Warning),
            Tone::Error => ("✗", Role::Error),
        };
        let style = self.env.theme.style(role);
        let text = format!("{sign} {}", fit(&toast.text, 600));
        let last = area.bottom().saturating_sub(1);
        let wide = width(&text);
        if wide < area.right().saturating_sub(from + 1) {
            line(
                buf,
                area.right().saturating_sub(wide + 1),
                last,
                wide,
                &text,
                style,
            );
            return;
        }
        let room = area.width.saturating_sub(2);
        let lines = wrap(&text, usize::from(room));
        let high = u16::try_from(lines.len()).unwrap_or(1).min(area.height);
        let below = u16::from(from > area.x && high < area.height);
        let over = Rect {
            y: area.bottom() - high - below,
            height: high,
            ..area
        };
        Clear.render(over, buf);
        for (y, text) in (over.y..over.bottom()).zip(&lines) {
            line(buf, area.x + 1, y, room, text, style);
        }
    }
}

/// Both brands in one line; our own alone as long as the partner's is not known.
fn brands(brand: &Brand) -> String {
    if brand.partner.is_empty() {
        brand.product.clone()
    } else {
        brand.line()
    }
}

/// The path cut in the middle so that it fits: its beginning and its near end matter most.
fn shorten(mut parts: Vec<String>, room: usize) -> Vec<String> {
    let long = |parts: &[String]| usize::from(width(&parts.join(" › "))) > room;
    if parts.len() > 2 && long(&parts) {
        parts[1] = "…".to_owned();
        while parts.len() > 3 && long(&parts) {
            parts.remove(2);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn a_long_path_keeps_both_ends() {
        let path = |parts: &[&str]| parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>();
        let whole = path(&["Look-up", "Ada", "Tokens"]);
        assert_eq!(shorten(whole.clone(), 40), whole);
        assert_eq!(
            shorten(path(&["Look-up", "Ada", "Catalog", "Token"]), 24),
            path(&["Look-up", "…", "Token"])
        );
    }
}
