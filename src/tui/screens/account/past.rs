//! The wallet as it was: where the past is left and entered, the banner that says so, and the steps from change to change.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::AccountScreen;
use super::update::call_of;
use crate::domain::time::Moment;
use crate::text::people;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, Latest, Reply, RequestId, Toast};
use crate::tui::keys::Command;
use crate::tui::screens::parts::moment::MomentDialog;
use crate::tui::screens::parts::{ask_latest, detail, key, look, look_date};
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::stroke::{below, block};
use crate::wire::tokens::{WalletChange, WalletSteps};

/// The past of a wallet, while it is looked at.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// As of when; `None`: now.
    at: Option<Moment>,
    /// The change that made it what it is shown as.
    change: Option<WalletChange>,
    asked: Latest,
    /// Which way the step goes that is asked for; `None`: only what it is shown as is wanted.
    way: Option<Way>,
    /// The rows of that moment are on their way.
    coming: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Back,
    On,
}

impl Past {
    /// As of when the wallet is shown; `None`: now.
    pub(super) fn at(&self) -> Option<Moment> {
        self.at
    }

    /// Whether the rows that are shown are of another moment.
    pub(super) fn is_coming(&self) -> bool {
        self.coming
    }

    /// Rows have come.
    pub(super) fn came(&mut self) {
        self.coming = false;
    }
}

impl AccountScreen {
    /// Why nothing can be done now; `None` when it is now.
    pub(super) fn past_reason(&self, ctx: &Ctx<'_>) -> Option<String> {
        let at = self.past.at?;
        let when = look_date(ctx, at);
        let values = [("when", when.as_str()), ("key", &key(ctx, Command::Present))];
        Some(ctx.words.with("past-no-action", &values))
    }

    /// The commands of the past; `None`: it is none of them.
    pub(super) fn past_command(&mut self, command: Command, ctx: &Ctx<'_>) -> Option<Vec<Effect>> {
        Some(match command {
            Command::AsOf => vec![MomentDialog::open(self.past.at)],
            Command::Present => self.look_at(None, None, ctx),
            Command::EarlierChange => self.step(Way::Back, ctx),
            Command::LaterChange if self.past.at.is_some() => self.step(Way::On, ctx),
            Command::LaterChange => vec![Effect::Toast(Toast::info(ctx.words.get("past-is-now")))],
            _ => return None,
        })
    }

    fn step(&mut self, way: Way, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.past.way = Some(way);
        self.ask_steps(ctx)
    }

    fn ask_steps(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::WalletSteps {
            account: self.account,
            at: self.past.at,
        };
        ask_latest(&mut self.past.asked, ctx.request(), call)
    }

    /// A moment was chosen.
    pub(super) fn chosen(&mut self, at: Option<Moment>, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.look_at(at, None, ctx);
        if at.is_some() {
            self.past.way = None;
            effects.extend(self.ask_steps(ctx));
        }
        effects
    }

    /// Shows the wallet as of a moment. The query stays.
    fn look_at(&mut self, at: Option<Moment>, change: Option<WalletChange>, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.past.change = change;
        let mut effects: Vec<Effect> = self.past.asked.forget().into_iter().map(Effect::Cancel).collect();
        if self.past.at == at {
            return effects;
        }
        self.past.at = at;
        self.wallet.window.unmark();
        self.detail.look_at(at);
        self.past.coming = true;
        effects.extend(self.wallet.window.refresh(ctx, &call_of(self.account, at)));
        effects.push(detail::Detail::follow());
        effects
    }

    /// Takes the answer about the steps; gives it back when it is for somebody else.
    pub(super) fn stepped(
        &mut self,
        id: RequestId,
        reply: Reply,
        ctx: &Ctx<'_>,
    ) -> Result<Vec<Effect>, Box<(RequestId, Reply)>> {
        if !self.past.asked.takes(id) {
            return Err(Box::new((id, reply)));
        }
        Ok(match reply {
            Ok(Answer::Steps(steps)) => self.take_step(*steps, ctx),
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::Toast(Toast::error(error.sentence()))],
        })
    }

    fn take_step(&mut self, steps: WalletSteps, ctx: &Ctx<'_>) -> Vec<Effect> {
        let say = |id: &str| vec![Effect::Toast(Toast::info(ctx.words.get(id)))];
        match (self.past.way.take(), steps) {
            (None, steps) => {
                self.past.change = steps.here;
                Vec::new()
            }
            (Some(Way::Back), WalletSteps { before: Some(to), .. })
            | (Some(Way::On), WalletSteps { after: Some(to), .. }) => {
                self.look_at(Some(to.at), Some(to), ctx)
            }
            (Some(Way::Back), WalletSteps { here: None, .. }) => say("past-nothing"),
            (Some(Way::Back), _) => say("past-first"),
            (Some(Way::On), _) => {
                let mut effects = self.look_at(None, None, ctx);
                effects.extend(say("past-back"));
                effects
            }
        }
    }

    /// The banner in words; none when it is now.
    pub(super) fn past_lines(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let Some(at) = self.past.at else {
            return Vec::new();
        };
        let words = ctx.words;
        let when = look_date(ctx, at);
        let ago = people::relative(words, at.timestamp(), ctx.now.timestamp());
        let mut first = words.with("past-banner", &[("when", &when), ("ago", &ago)]);
        if let Some(change) = &self.past.change {
            first = format!("{first} {}", told(change, ctx));
        }
        let values = [
            ("earlier", key(ctx, Command::EarlierChange)),
            ("later", key(ctx, Command::LaterChange)),
            ("moment", key(ctx, Command::AsOf)),
            ("present", key(ctx, Command::Present)),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, key)| (*name, key.as_str())).collect();
        vec![first, words.with("past-keys", &values)]
    }

    /// Draws the banner; gives back what is left of the area.
    pub(super) fn draw_past(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Rect {
        let look = look(ctx);
        let mut rest = area;
        for (at, text) in self.past_lines(ctx).into_iter().enumerate() {
            let (text, role) = match at {
                0 => (format!("{} {text}", ctx.theme.sign(Sign::Warning)), Role::Warning),
                _ => (text, Role::Muted),
            };
            let place = Rect {
                height: rest.height.min(3),
                ..rest
            };
            let used = block(buf, place, &text, look.style(role));
            rest = below(rest, used);
        }
        rest
    }
}

/// A change in words: "latest change then: removed “Free coffee”, by A-1042, 3 tokens".
fn told(change: &WalletChange, ctx: &Ctx<'_>) -> String {
    let words = ctx.words;
    let name = format!("token-event-{}", change.what);
    let what = if words.has(&name) {
        words.get(&name)
    } else {
        change.what.clone()
    };
    let when = look_date(ctx, change.at);
    let mut parts = vec![format!("“{}”", change.name)];
    if change.tokens > 1 {
        let more = (change.tokens - 1).to_string();
        parts.push(words.with("past-more", &[("count", &more)]));
    }
    if !change.who.is_empty() {
        parts.push(words.with("timeline-by", &[("who", &change.who)]));
    }
    let about = parts.join(", ");
    words.with(
        "past-change",
        &[("what", &what), ("about", &about), ("when", &when)],
    )
}
