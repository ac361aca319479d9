//! Everything about one token: its facts, and what happened to it. Follows the cursor after a short rest.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pictures::Pictures;
use super::timeline::{self, Timeline};
use super::{ask_latest, day, look, or_nothing, value};
use crate::domain::id::TokenId;
use crate::domain::time::Moment;
use crate::domain::token::TokenState;
use crate::text::people;
use crate::tui::flow::{Answer, ApiCall, CallError, Ctx, Effect, Latest, Placed, Reply, RequestId, WakeKey};
use crate::tui::theme::Role;
use crate::tui::widgets::facts::{self, Fact};
use crate::tui::widgets::list::Move;
use crate::tui::widgets::stroke::{below, block, line};
use crate::wire::tokens::{TokenEvent, TokenRow};

/// The wake that ends the rest of the cursor.
pub const WAKE: WakeKey = "detail";
/// From this height on there is room for everything.
const TALL: u16 = 16;
/// Columns that the facts need.
const FACTS: u16 = 37;
/// How long the cursor rests before the detail follows.
const REST: Duration = Duration::from_millis(150);

/// Everything about one token.
#[derive(Debug, Default)]
pub struct Detail {
    token: Option<Box<TokenRow>>,
    events: Option<Vec<TokenEvent>>,
    asked: Latest,
    problem: Option<CallError>,
    timeline: Timeline,
    pictures: Pictures,
    /// As of when it is looked at; `None`: now.
    past: Option<Moment>,
}

impl Detail {
    /// The token that is shown.
    #[must_use]
    pub fn token(&self) -> Option<&TokenRow> {
        self.token.as_deref()
    }

    /// What happened to it, once it is read, newest first; of the past only what had happened by then.
    #[must_use]
    pub fn events(&self) -> Vec<&TokenEvent> {
        timeline::until(self.events.as_deref().unwrap_or_default(), self.past)
    }

    /// Moves the cursor in what happened.
    pub fn go(&mut self, way: Move) {
        let events = timeline::until(self.events.as_deref().unwrap_or_default(), self.past);
        self.timeline.go(way, &events);
    }

    /// The token that the thing under the cursor leads to.
    #[must_use]
    pub fn other(&self) -> Option<TokenId> {
        self.timeline.other(&self.events())
    }

    /// From now on it is looked at as of this moment.
    pub fn look_at(&mut self, past: Option<Moment>) {
        self.past = past;
        self.timeline.begin();
    }

    /// The picture that is shown, and where.
    #[must_use]
    pub fn picture(&self) -> Option<Placed> {
        self.pictures.placed()
    }

    /// It is not drawn in this frame.
    pub fn leave(&mut self) {
        self.pictures.leave();
    }

    /// Whether it could not be read.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.problem.is_some()
    }

    /// The cursor moved: the detail follows after a rest.
    #[must_use]
    pub fn follow() -> Effect {
        Effect::Wake {
            after: REST,
            key: WAKE,
        }
    }

    /// Shows a token, and reads what happened to it unless that is known.
    pub fn show(&mut self, token: Option<&TokenRow>, ctx: &Ctx<'_>) -> Vec<Effect> {
        let same = token.map(|t| (t.id, t.version)) == self.token().map(|t| (t.id, t.version));
        let known = same && (self.events.is_some() || self.asked.is_waiting());
        if token.map(|t| t.id) != self.token().map(|t| t.id) {
            self.timeline.begin();
        }
        self.token = token.map(|token| Box::new(token.clone()));
        let image = token.map_or("", |token| token.image.as_str());
        let mut effects = self.pictures.show(token.map(|token| token.offer_id), image, ctx);
        if known {
            return effects;
        }
        self.events = None;
        self.problem = None;
        match token {
            Some(token) => {
                let call = ApiCall::TokenHistory(token.id);
                effects.extend(ask_latest(&mut self.asked, ctx.request(), call));
            }
            None => effects.extend(self.asked.forget().into_iter().map(Effect::Cancel)),
        }
        effects
    }

    /// Takes the answer; gives it back when it is for somebody else.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Option<(RequestId, Reply)> {
        if !self.asked.takes(id) {
            return self.pictures.reply(id, reply);
        }
        match reply {
            Ok(Answer::TokenHistory(events)) => {
                self.events = Some(events);
                self.problem = None;
            }
            Ok(_) => {}
            Err(error) => self.problem = Some(error),
        }
        None
    }

    /// Draws facts and history: beside each other where there is room, else one below the other.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, focused: bool, ctx: &Ctx<'_>) {
        let Some(token) = self.token.clone() else { return };
        let token = token.as_ref();
        let title = title(token, ctx);
        let style = ctx.theme.style(Role::Title);
        line(buf, area.x, area.y, area.width, &title, style);
        let rest = self.pictures.keep_place(below(area, 1));
        if rest.width >= 56 {
            // the facts are short, and told whole; what happened can be opened
            let half = (rest.width / 2).max(FACTS).min(rest.width - 20);
            let left = Rect {
                width: half - 1,
                ..rest
            };
            let right = Rect {
                x: rest.x + half,
                width: rest.width - half,
                ..rest
            };
            let mut all = facts_of(token, ctx);
            // the long text leads the right half, and what finds no room at the left follows it
            let about = all.len().saturating_sub(1);
            let mut second = if token.description.trim().is_empty() {
                Vec::new()
            } else {
                all.split_off(about)
            };
            second.extend(all.split_off(all.len().min(usize::from(rest.height))));
            if focused && rest.height < TALL {
                // somebody reads what happened: the rest is there without the focus, and with the pane zoomed
                second.clear();
            }
            draw_facts(left, buf, &all, ctx);
            let used = draw_facts(right, buf, &second, ctx);
            let gap = u16::from(used > 0);
            self.draw_history(below(right, used + gap), buf, focused, ctx);
        } else {
            // where there is little room, the focus is on what happened: a few facts are enough then
            let all = facts_of(token, ctx);
            let few = if focused {
                usize::from(rest.height) / 3
            } else {
                all.len()
            };
            let used = draw_facts(rest, buf, &all[..few.min(all.len())], ctx);
            self.draw_history(below(rest, used), buf, focused, ctx);
        }
    }

    fn draw_history(&mut self, area: Rect, buf: &mut Buffer, focused: bool, ctx: &Ctx<'_>) {
        if area.height == 0 {
            return;
        }
        let look = look(ctx);
        if let Some(problem) = &self.problem {
            block(buf, area, &problem.sentence(), look.style(Role::Error));
            return;
        }
        let Some(events) = &self.events else {
            let loading = ctx.words.get("loading");
            line(buf, area.x, area.y, area.width, &loading, look.style(Role::Muted));
            return;
        };
        let events = timeline::until(events, self.past);
        self.timeline.draw(area, buf, &events, focused, ctx);
    }
}

fn draw_facts(area: Rect, buf: &mut Buffer, all: &[(String, String, u16)], ctx: &Ctx<'_>) -> u16 {
    let lines: Vec<Fact<'_>> = all
        .iter()
        .map(|(name, value, rows)| Fact::new(name.as_str(), value.as_str()).rows(*rows))
        .collect();
    facts::draw(area, buf, &lines, look(ctx))
}

/// Sign, state and name.
#[must_use]
pub fn title(token: &TokenRow, ctx: &Ctx<'_>) -> String {
    let (sign, _) = ctx.theme.state(token.state.word());
    format!("{sign} {} · {}", state_word(token.state, ctx), token.name)
}

/// The word for a state.
#[must_use]
pub fn state_word(state: TokenState, ctx: &Ctx<'_>) -> String {
    ctx.words.get(&format!("token-state-{}", state.word()))
}

/// Everything about a token that has a value: name, value, and rows that it may take.
#[must_use]
pub fn facts_of(token: &TokenRow, ctx: &Ctx<'_>) -> Vec<(String, String, u16)> {
    let words = ctx.words;
    let moment = |at: Option<crate::domain::time::Moment>| {
        at.map(|at| people::date_time(at.timestamp(), ctx.zone))
            .unwrap_or_default()
    };
    let expires = match token.expires_at {
        Some(at) => {
            let relative = people::relative_date(words, at.timestamp(), ctx.now.timestamp(), ctx.zone);
            format!("{} ({relative})", people::date(at.timestamp(), ctx.zone))
        }
        None => words.get("token-never-expires"),
    };
    let shared = match &token.shared_to {
        Some(to) if token.shared_at.is_some() => words.with(
            "token-shared-to",
            &[("when", moment(token.shared_at).as_str()), ("to", to.as_str())],
        ),
        _ => moment(token.shared_at),
    };
    let reissued = |id: Option<crate::domain::id::TokenId>, name: &str| {
        id.map(|id| words.with(name, &[("id", short(&id.to_string()))]))
            .unwrap_or_default()
    };
    let dispute = token
        .dispute
        .map(|status| words.get(&format!("token-dispute-{}", status.word())))
        .unwrap_or_default();
    let kind = words.get(&format!("offer-type-{}", token.offer_type.word()));
    [
        (
            "token-fact-value",
            format!("{} · {kind}", value(ctx, &token.value)),
            1,
        ),
        ("token-fact-claimed", moment(Some(token.claimed_at)), 1),
        ("token-fact-expires", expires, 1),
        ("token-fact-used", moment(token.used_at), 1),
        ("token-fact-shared", shared, 1),
        ("token-fact-removed", moment(token.removed_at), 1),
        ("token-fact-dispute", dispute, 1),
        ("token-fact-merchant", token.merchant.clone(), 1),
        ("token-fact-location", token.location.clone(), 1),
        ("token-fact-source", token.source.clone(), 1),
        ("token-fact-campaign", token.campaign.clone(), 1),
        ("token-fact-reference", token.token_ref.clone(), 1),
        ("token-fact-offer", token.offer_code.clone(), 1),
        ("token-fact-image", token.image.clone(), 1),
        (
            "token-fact-reissue",
            [
                reissued(token.reissued_from, "token-reissued-from"),
                reissued(token.reissued_to, "token-reissued-to"),
            ]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
            1,
        ),
        ("token-fact-description", token.description.clone(), 4),
    ]
    .into_iter()
    .filter(|(_, value, _)| !value.trim().is_empty())
    .map(|(name, value, rows)| (words.get(name), value, rows))
    .collect()
}

/// The end of an id: enough to tell rows apart.
#[must_use]
pub fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(6)..).unwrap_or(id)
}

/// A reason's code as the desk calls it; own words, alone or behind a code, stay as they are.
pub(super) fn reason_in_words(detail: &str, ctx: &Ctx<'_>) -> String {
    let (code, rest) = detail.split_once(':').unwrap_or((detail, ""));
    let label = ctx
        .desk
        .reasons
        .values()
        .flatten()
        .find(|reason| reason.code == code.trim())
        .map(|reason| reason.label.as_str());
    match (label, rest.trim()) {
        (None, _) => detail.to_owned(),
        (Some(label), "") => label.to_owned(),
        (Some(label), words) => format!("{label}: {words}"),
    }
}

/// A token in one sentence.
#[must_use]
pub fn sentence(token: &TokenRow, ctx: &Ctx<'_>) -> String {
    ctx.words.with(
        "token-say",
        &[
            ("name", &token.name),
            ("state", &state_word(token.state, ctx)),
            ("value", &value(ctx, &token.value)),
            ("merchant", &or_nothing(ctx, &token.merchant)),
            ("claimed", &day(ctx, Some(token.claimed_at))),
            ("expires", &day(ctx, token.expires_at)),
        ],
    )
}
