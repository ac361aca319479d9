//! A token in the partner's system: a signed address is made, opened on this machine where that can be, else shown and
//! copied. What is said is what happened.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{ask_latest, key, look};
use crate::domain::id::TokenId;
use crate::domain::permission::Permission;
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Dialog, Effect, Event, Handed, Hyperlink, Latest, Reply,
    RequestId, Toast, TokenCall,
};
use crate::tui::keys::{Command, Context, Key, KeyCode};
use crate::tui::theme::Role;
use crate::tui::widgets::{pane, stroke};
use crate::wire::tokens::{ExternalLink, TokenRow};

/// Widest dialog.
const WIDEST: u16 = 100;

/// How far it has come.
#[derive(Debug)]
enum Phase {
    /// The address is being made.
    Making(Latest),
    /// It is being opened or copied.
    Handing(Latest),
    /// It was not opened: how it was handed over, or not.
    Shown(Handed),
    /// It could not be made.
    Failed(CallError),
}

/// The dialog.
#[derive(Debug)]
struct Outside {
    id: TokenId,
    name: String,
    phase: Phase,
    link: Option<ExternalLink>,
    places: Vec<Rect>,
}

/// Whether a token can be looked at there.
#[must_use]
pub fn may(token: Option<&TokenRow>, ctx: &Ctx<'_>) -> Availability {
    match (ctx.may(Permission::TokenLink), token, &ctx.desk.external_link) {
        (Err(why), _, _) => Availability::Dimmed(why),
        (_, _, None) => Availability::Dimmed(ctx.words.get("outside-none")),
        (_, None, _) => Availability::Dimmed(ctx.words.get("token-none-selected")),
        (Ok(()), Some(_), Some(_)) => Availability::Enabled,
    }
}

/// Looks at a token in the partner's system.
#[must_use]
pub fn view(token: &TokenRow, _: &Ctx<'_>) -> Box<dyn Dialog> {
    Box::new(Outside {
        id: token.id,
        name: token.name.clone(),
        phase: Phase::Making(Latest::default()),
        link: None,
        places: Vec::new(),
    })
}

impl Outside {
    fn make(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut asked = Latest::default();
        let effects = ask_latest(
            &mut asked,
            ctx.request(),
            ApiCall::On(TokenCall::External(self.id)),
        );
        self.phase = Phase::Making(asked);
        effects
    }

    /// The address is opened, or copied where it cannot be opened.
    fn hand(&mut self, link: ExternalLink, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (mut asked, id) = (Latest::default(), ctx.request());
        // nothing was asked before
        let _ = asked.ask(id);
        let url = link.url.clone();
        self.phase = Phase::Handing(asked);
        self.link = Some(link);
        vec![Effect::HandOver(id, url)]
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let expected = match &mut self.phase {
            Phase::Making(asked) | Phase::Handing(asked) => asked.takes(id),
            Phase::Shown(_) | Phase::Failed(_) => false,
        };
        if !expected {
            return Vec::new();
        }
        match reply {
            Ok(Answer::External(link)) => self.hand(link, ctx),
            Ok(Answer::Handed(Handed::Opened)) => {
                let values = [("until", self.until(ctx)), ("where", self.place(ctx))];
                let values: Vec<(&str, &str)> = values.iter().map(|(name, v)| (*name, v.as_str())).collect();
                let words = ctx.words.with("outside-opened", &values);
                vec![Effect::Toast(Toast::good(words)), Effect::Close]
            }
            Ok(Answer::Handed(how)) => {
                self.phase = Phase::Shown(how);
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(error) => {
                self.phase = Phase::Failed(error);
                Vec::new()
            }
        }
    }

    /// What the partner's system is called.
    fn place(&self, ctx: &Ctx<'_>) -> String {
        place(ctx)
    }

    fn until(&self, ctx: &Ctx<'_>) -> String {
        self.link.as_ref().map_or_else(String::new, |link| {
            let at = link.expires_at.timestamp();
            let relative = people::relative(ctx.words, at, ctx.now.timestamp());
            format!("{} ({relative})", people::clock(at, ctx.zone))
        })
    }

    /// What happened, in the order that it is told.
    fn told(&self, ctx: &Ctx<'_>) -> Vec<(Role, String)> {
        let words = ctx.words;
        let mut all = Vec::new();
        match &self.phase {
            Phase::Making(_) => all.push((Role::Muted, words.get("outside-making"))),
            Phase::Handing(_) => all.push((Role::Muted, words.get("outside-handing"))),
            Phase::Failed(error) => {
                all.push((Role::Error, error.sentence()));
            }
            Phase::Shown(Handed::Opened) => {}
            Phase::Shown(Handed::Copied { why, tool }) => {
                all.push((Role::Warning, why.clone()));
                all.push((Role::Good, words.with("outside-copied", &[("tool", tool)])));
            }
            Phase::Shown(Handed::Asked { why }) => {
                all.push((Role::Warning, why.clone()));
                all.push((Role::Info, words.get("outside-asked")));
            }
            Phase::Shown(Handed::Nowhere { why, not_copied }) => {
                all.push((Role::Warning, why.clone()));
                all.push((
                    Role::Warning,
                    words.with("outside-nowhere", &[("why", not_copied)]),
                ));
            }
        }
        if self.link.is_some() {
            let until = self.until(ctx);
            all.push((Role::Muted, words.with("outside-until", &[("until", &until)])));
        }
        all
    }

    fn foot(&self, ctx: &Ctx<'_>) -> String {
        let back = key(ctx, Command::Back);
        match &self.phase {
            Phase::Failed(_) => {
                let confirm = key(ctx, Command::Confirm);
                let values = [("confirm", confirm.as_str()), ("back", back.as_str())];
                ctx.words.with("outside-keys-failed", &values)
            }
            _ if self.link.is_some() => {
                let copy = key(ctx, Command::Copy);
                let values = [("copy", copy.as_str()), ("back", back.as_str())];
                ctx.words.with("outside-keys", &values)
            }
            _ => ctx.words.with("outside-keys-waiting", &[("back", &back)]),
        }
    }

    fn copy(&self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.link.iter().fold(Vec::new(), |mut effects, link| {
            effects.push(Effect::Copy {
                text: link.url.clone(),
                what: ctx.words.get("outside-address"),
            });
            effects
        })
    }
}

/// What the partner's system is called.
#[must_use]
pub fn place(ctx: &Ctx<'_>) -> String {
    let name = ctx.desk.brand.external.trim();
    if name.is_empty() {
        ctx.words.get("outside-unnamed")
    } else {
        name.to_owned()
    }
}

impl Dialog for Outside {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        let place = self.place(ctx);
        let values = [("name", self.name.as_str()), ("where", place.as_str())];
        ctx.words.with("outside-title", &values)
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => self.make(ctx),
            Event::Command(Command::Back) => vec![Effect::Close],
            Event::Command(Command::Confirm) => match &self.phase {
                Phase::Failed(_) => self.make(ctx),
                Phase::Shown(_) => vec![Effect::Close],
                Phase::Making(_) | Phase::Handing(_) => Vec::new(),
            },
            Event::Key(Key {
                code: KeyCode::Char('y'),
                ..
            }) => self.copy(ctx),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let look = look(ctx);
        let cols = WIDEST.min(area.width.saturating_sub(2));
        let inside = cols.saturating_sub(4).max(1);
        let told = self.told(ctx);
        let rows = |text: &str| u16::try_from(stroke::wrapped(text, inside).len()).unwrap_or(1);
        let pieces = self
            .link
            .as_ref()
            .map_or_else(Vec::new, |link| pieces(&link.url, inside));
        let high = told.iter().map(|(_, text)| rows(text)).sum::<u16>()
            + u16::try_from(pieces.len()).unwrap_or(1)
            + 2 * u16::from(!pieces.is_empty());
        let title = self.title(ctx);
        let mut place = pane::popup(area, cols, high + 3, &title, buf, look);
        for (role, text) in &told {
            let used = stroke::block(buf, place, text, look.style(*role));
            place = stroke::below(place, used);
        }
        self.places.clear();
        if !pieces.is_empty() {
            place = stroke::below(place, 1);
        }
        for piece in &pieces {
            if place.height < 2 {
                break;
            }
            let used = stroke::line(
                buf,
                place.x,
                place.y,
                place.width,
                piece,
                look.style(Role::Accent),
            );
            self.places.push(Rect {
                width: used,
                height: 1,
                ..place
            });
            place = stroke::below(place, 1);
        }
        if place.height > 0 {
            let last = Rect {
                y: place.bottom() - 1,
                height: 1,
                ..place
            };
            stroke::line(
                buf,
                last.x,
                last.y,
                last.width,
                &self.foot(ctx),
                look.style(Role::Key),
            );
        }
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines: Vec<String> = self.told(ctx).into_iter().map(|(_, text)| text).collect();
        lines.extend(self.link.as_ref().map(|link| link.url.clone()));
        lines.push(self.foot(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let confirm = match &self.phase {
            Phase::Making(_) | Phase::Handing(_) => Availability::Dimmed(ctx.words.get("sending")),
            Phase::Shown(_) | Phase::Failed(_) => Availability::Enabled,
        };
        vec![
            (Command::Confirm, confirm),
            (Command::Back, Availability::Enabled),
        ]
    }

    fn hyperlink(&self) -> Option<Hyperlink> {
        let link = self
            .link
            .as_ref()
            .filter(|_| matches!(self.phase, Phase::Shown(_)))?;
        Some(Hyperlink {
            url: link.url.clone(),
            places: self.places.clone(),
        })
    }
}

/// An address in pieces of as many columns; addresses are ASCII.
fn pieces(url: &str, cols: u16) -> Vec<String> {
    let chars: Vec<char> = url.chars().collect();
    chars
        .chunks(usize::from(cols.max(1)))
        .map(|piece| piece.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, call, token};
    use super::*;
    use crate::domain::token::TokenState;
    use crate::tui::flow::{Tone, Trouble};

    fn link(world: &World) -> ExternalLink {
        ExternalLink {
            url: format!(
                "https://partner.example/support/tokens/TOK-000001?exp=1795219200&sig={}",
                "Zm9v".repeat(11)
            ),
            expires_at: world.now.plus_seconds(900),
        }
    }

    /// The dialog up to the moment when the address is handed over.
    fn handed(world: &World, how: Handed) -> (Box<dyn Dialog>, Vec<Effect>) {
        let mut dialog = view(&token(1, "Free coffee", TokenState::Active), &world.ctx());
        let (id, asked) = call(&dialog.update(Event::Opened, &world.ctx()));
        assert!(matches!(asked, ApiCall::On(TokenCall::External(_))), "{asked:?}");
        let answer = Answer::External(link(world));
        let effects = dialog.update(Event::Reply(id, Ok(answer)), &world.ctx());
        let [Effect::HandOver(id, url)] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(*url, link(world).url);
        let effects = dialog.update(Event::Reply(*id, Ok(Answer::Handed(how))), &world.ctx());
        (dialog, effects)
    }

    #[test]
    fn what_was_opened_here_is_told_and_the_dialog_is_gone() {
        let world = World::new(80, 24);
        let (_, effects) = handed(&world, Handed::Opened);
        let [Effect::Toast(toast), Effect::Close] = &effects[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(toast.tone, Tone::Good);
        assert!(
            toast.text.contains("14:45") && toast.text.contains("Extra Care"),
            "{}",
            toast.text
        );
    }

    #[test]
    fn what_was_not_opened_stays_in_sight_with_what_really_happened() {
        let far =
            "There is no browser at this end of the connection: open it on your own machine.".to_owned();
        for (cols, rows) in [(80, 24), (120, 40)] {
            let world = World::new(cols, rows);
            let (mut dialog, effects) = handed(&world, Handed::Asked { why: far.clone() });
            assert!(effects.is_empty(), "{effects:?}");
            insta::assert_snapshot!(format!("outside_{cols}"), world.dialog(&mut *dialog));
            let shown = dialog.hyperlink().expect("an address that can be followed");
            assert_eq!(shown.url, link(&world).url);
            let wide: u16 = shown.places.iter().map(|place| place.width).sum();
            assert_eq!(
                usize::from(wide),
                link(&world).url.len(),
                "all of it can be followed"
            );
            let copied = dialog.update(Event::Key(Key::char('y')), &world.ctx());
            assert!(matches!(&copied[..], [Effect::Copy { text, .. }] if *text == link(&world).url));
            let said = dialog.say(&world.ctx()).join("\n");
            assert!(
                said.contains("may refuse") && said.contains(&link(&world).url),
                "{said}"
            );
        }
        let world = World::new(80, 24);
        let not_copied = "it is too long for the terminal".to_owned();
        let (dialog, _) = handed(&world, Handed::Nowhere { why: far, not_copied });
        let said = dialog.say(&world.ctx()).join("\n");
        assert!(said.contains("too long") && !said.contains("Copied"), "{said}");
    }

    #[test]
    fn a_refusal_stays_with_its_reason_and_enter_asks_again() {
        let world = World::new(80, 24);
        let mut dialog = view(&token(1, "Free coffee", TokenState::Active), &world.ctx());
        let (id, _) = call(&dialog.update(Event::Opened, &world.ctx()));
        let why = CallError::new(Trouble::Refused, "This backend has no key to sign links with.");
        assert!(dialog.update(Event::Reply(id, Err(why)), &world.ctx()).is_empty());
        assert!(world.dialog(&mut *dialog).contains("no key to sign"));
        assert!(dialog.hyperlink().is_none());
        let again = dialog.update(Event::Command(Command::Confirm), &world.ctx());
        assert!(matches!(call(&again).1, ApiCall::On(TokenCall::External(_))));
    }

    #[test]
    fn a_desk_without_such_a_system_says_so() {
        let mut world = World::new(80, 24);
        let row = token(1, "Free coffee", TokenState::Active);
        assert_eq!(may(Some(&row), &world.ctx()), Availability::Enabled);
        world.desk.external_link = None;
        assert!(
            matches!(may(Some(&row), &world.ctx()), Availability::Dimmed(why) if why.contains("profile"))
        );
    }
}
