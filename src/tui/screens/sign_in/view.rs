//! How the sign-in looks, and how it says itself.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Code, SignIn, Stage};
use crate::text::safe::clean;
use crate::text::width::{truncate, width, wrap};
use crate::tui::flow::{Ctx, Screen};
use crate::tui::keys::Command;
use crate::tui::theme::Role;

/// Widest text beside the QR code.
const COLUMN: u16 = 60;

/// A place to write lines below each other.
struct Pen<'a, 'b> {
    buf: &'a mut Buffer,
    ctx: &'a Ctx<'b>,
    area: Rect,
    y: u16,
}

impl Pen<'_, '_> {
    fn line(&mut self, indent: u16, text: &str, role: Role) {
        if self.y < self.area.bottom() {
            let room = self.area.width.saturating_sub(indent);
            let text = clean(text);
            let fitting = truncate(&text, usize::from(room));
            self.buf.set_stringn(
                self.area.x + indent,
                self.y,
                &fitting,
                usize::from(room),
                self.ctx.theme.style(role),
            );
        }
        self.y += 1;
    }

    fn text(&mut self, text: &str, role: Role) {
        let text = clean(text).into_owned();
        let room = usize::from(self.area.width.min(COLUMN));
        for line in wrap(&text, room) {
            self.line(0, line.trim_end(), role);
        }
    }

    fn gap(&mut self) {
        self.y += 1;
    }
}

pub(super) fn draw(screen: &SignIn, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let code = screen.code().filter(|_| !screen.hidden);
    if let (true, Some(qr)) = (screen.whole_qr, code.and_then(|code| code.qr.as_ref())) {
        let size = qr.size();
        if size.width <= area.width && size.height <= area.height {
            let x = area.x + (area.width - size.width) / 2;
            let y = area.y + (area.height - size.height) / 2;
            qr.draw(Rect { x, y, ..area }.intersection(area), buf);
            let free = if y > area.y {
                Some(area.y)
            } else {
                (y + size.height < area.bottom()).then(|| area.bottom() - 1)
            };
            if let (Some(code), Some(y)) = (code, free) {
                // RFC 8628, 3.3.1: address and code stay in sight beside the QR code
                let text = format!("{}   {}", code.address, code.code);
                let wide = area.width.min(u16::try_from(width(&text)).unwrap_or(u16::MAX));
                let x = area.x + (area.width - wide) / 2;
                let area = Rect {
                    x,
                    width: wide,
                    ..area
                };
                Pen { buf, ctx, area, y }.line(0, &text, Role::Accent);
            }
            return;
        }
    }
    let mut column = Rect {
        x: area.x + 3,
        width: area.width.saturating_sub(4),
        ..area
    };
    if let Some(code) = code
        && let (Some(left), Some(qr)) = (beside(code, area), &code.qr)
    {
        let size = qr.size();
        let y = area.y + (area.height - size.height) / 2;
        qr.draw(
            Rect {
                x: left,
                y,
                width: size.width,
                height: size.height,
            },
            buf,
        );
        column.width = left.saturating_sub(column.x + 1);
    }
    let high = area.height;
    let mut pen = Pen {
        buf,
        ctx,
        area: column,
        y: area.y + if high >= 34 { (high - 28) / 2 } else { 1 },
    };
    let desk = ctx.desk;
    let brand = if desk.brand.partner.is_empty() {
        desk.brand.product.clone()
    } else {
        desk.brand.line()
    };
    pen.line(0, &format!("{brand}   {}", desk.environment.label), Role::Brand);
    pen.gap();
    match &screen.stage {
        Stage::Starting => pen.text(&ctx.words.get("signin-starting"), Role::Text),
        Stage::Approved => pen.text(&ctx.words.get("signin-approved"), Role::Good),
        Stage::Kept => pen.text(&ctx.words.get("signin-kept"), Role::Text),
        Stage::Expired => pen.text(&ctx.words.get("signin-expired"), Role::Warning),
        Stage::CalledOff => pen.text(&ctx.words.get("signin-called-off"), Role::Text),
        Stage::Locked { idle } => {
            pen.line(0, &ctx.words.get("signin-locked"), Role::Title);
            pen.gap();
            pen.text(&locked(*idle, ctx), Role::Text);
        }
        Stage::Failed(why) => {
            pen.line(0, &ctx.words.get("signin-failed"), Role::Error);
            pen.gap();
            pen.text(why, Role::Text);
        }
        Stage::Code(code) if screen.choosing.is_some() => choose(screen, code, &mut pen),
        Stage::Code(_) if screen.hidden => pen.text(&ctx.words.get("signin-hidden"), Role::Text),
        Stage::Code(code) => show_code(code, &mut pen),
    }
    if let Some(note) = &screen.note {
        pen.gap();
        pen.text(note, Role::Warning);
    }
    keys(screen, area, pen.buf, ctx);
}

/// Where the QR code stands when there is room for it beside the text, the address unbroken.
fn beside(code: &Code, area: Rect) -> Option<u16> {
    let size = code.qr.as_ref()?.size();
    let address = u16::try_from(width(&code.address)).unwrap_or(u16::MAX);
    let text = address.saturating_add(8).max(48);
    (text.saturating_add(size.width + 2) <= area.width && size.height + 2 <= area.height)
        .then(|| area.right() - size.width - 2)
}

fn show_code(code: &Code, pen: &mut Pen<'_, '_>) {
    let words = pen.ctx.words;
    pen.line(0, &words.get("signin-open"), Role::Text);
    pen.gap();
    pen.line(2, &code.address, Role::Accent);
    pen.gap();
    pen.line(0, &words.get("signin-compare"), Role::Text);
    pen.gap();
    let spaced: String = code.code.chars().flat_map(|c| [c, ' ']).collect();
    let spaced = spaced.trim_end();
    let wide = width(spaced) + 6;
    pen.line(2, &format!("┏{}┓", "━".repeat(wide)), Role::Title);
    pen.line(2, &format!("┃   {spaced}   ┃"), Role::Title);
    pen.line(2, &format!("┗{}┛", "━".repeat(wide)), Role::Title);
    pen.gap();
    pen.line(0, &time_left(code, pen.ctx), Role::Muted);
    pen.gap();
    pen.text(&words.get("signin-warning"), Role::Warning);
}

fn choose(screen: &SignIn, code: &Code, pen: &mut Pen<'_, '_>) {
    let words = pen.ctx.words;
    pen.text(
        &words.with("signin-choose", &[("code", code.code.as_str())]),
        Role::Text,
    );
    pen.gap();
    for (at, person) in screen.people.iter().enumerate() {
        let chosen = screen.choosing == Some(at);
        let marker = if chosen { "▌" } else { " " };
        let row = format!("{marker} {}  {}: {}", at + 1, person.name, person.role);
        pen.line(0, &row, if chosen { Role::Selection } else { Role::Text });
    }
    pen.gap();
    pen.text(&words.get("signin-choose-keys"), Role::Muted);
}

fn time_left(code: &Code, ctx: &Ctx<'_>) -> String {
    let left = code.expires_at.seconds_since(ctx.now).max(0);
    if left > 60 {
        ctx.words
            .with("signin-minutes-left", &[("n", &((left + 59) / 60).to_string())])
    } else {
        ctx.words.with("signin-seconds-left", &[("n", &left.to_string())])
    }
}

/// The keys that work now, on the last line; keys that do not fit any more are left out from the end.
fn keys(screen: &SignIn, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
    let y = area.bottom().saturating_sub(2);
    let mut x = area.x + 3;
    for (command, _) in screen.commands(ctx) {
        let key = ctx.keymap.hint(command);
        let (key_wide, label_wide) = (width(&key), width(command.label()));
        let wide = u16::try_from(key_wide + label_wide + 1).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > area.right() {
            break;
        }
        let (after_key, _) = buf.set_stringn(x, y, &key, key_wide, ctx.theme.style(Role::Key));
        buf.set_stringn(
            after_key + 1,
            y,
            command.label(),
            label_wide,
            ctx.theme.style(Role::Text),
        );
        x += wide + 2;
    }
}

pub(super) fn say(screen: &SignIn, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let mut lines = vec![words.get("signin-title")];
    match &screen.stage {
        Stage::Starting => lines.push(words.get("signin-starting")),
        Stage::Approved => lines.push(words.get("signin-approved")),
        Stage::Kept => lines.push(words.get("signin-kept")),
        Stage::Expired => lines.push(words.get("signin-expired")),
        Stage::CalledOff => lines.push(words.get("signin-called-off")),
        Stage::Locked { idle } => lines.extend([words.get("signin-locked"), locked(*idle, ctx)]),
        Stage::Failed(why) => {
            lines.push(words.get("signin-failed"));
            lines.push(why.clone());
        }
        Stage::Code(code) => match screen.choosing {
            Some(chosen) => {
                lines.push(words.with("signin-choose", &[("code", code.code.as_str())]));
                lines.extend(screen.people.iter().enumerate().map(|(at, person)| {
                    let here = if at == chosen { "> " } else { "" };
                    format!("{here}{} {}: {}", at + 1, person.name, person.role)
                }));
                lines.push(words.get("signin-choose-keys"));
            }
            None => {
                lines.push(words.get("signin-open"));
                lines.push(code.address.clone());
                lines.push(words.get("signin-compare"));
                lines.push(code.code.clone());
                lines.push(time_left_coarse(code, ctx));
                lines.push(words.get("signin-warning"));
            }
        },
    }
    lines.extend(screen.note.clone());
    let keys = screen.commands(ctx).into_iter().map(|(command, _)| {
        if command == Command::Quit {
            format!("{}: {}", ctx.keymap.hint(command), command.label())
        } else {
            format!("{}: {}", ctx.keymap.hint(command), command.doc())
        }
    });
    lines.push(keys.collect::<Vec<_>>().join(" "));
    lines
}

/// In words the time is told once, not at every tick: a reader would speak without end.
fn time_left_coarse(code: &Code, ctx: &Ctx<'_>) -> String {
    let at = crate::text::people::clock(code.expires_at.timestamp(), ctx.zone);
    ctx.words.with("signin-until", &[("at", &at)])
}

fn locked(idle: bool, ctx: &Ctx<'_>) -> String {
    let key = ctx.keymap.hint(Command::NewCode);
    let words = if idle {
        "signin-locked-idle"
    } else {
        "signin-locked-key"
    };
    let minutes = ctx.desk.lock_minutes.to_string();
    ctx.words
        .with(words, &[("key", key.as_str()), ("minutes", minutes.as_str())])
}
