//! Saved queries of a list: read with what each finds now, on number keys, picked, saved and changed.
//!
//! A [`Live`](super::live::Live) list that is given some has them: it answers to the keys, and draws them into the
//! lower border of its pane. Tokens and tickets use the same.

mod pick;
mod save;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{ask_latest, key, look};
use crate::domain::id::{AccountId, PresetId};
use crate::domain::permission::Permission;
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, AskAnswer, AskCall, Ctx, Dialog, Effect, Latest, Pending, Reply, RequestId,
};
use crate::tui::keys::Command;
use crate::tui::theme::Role;
use crate::tui::widgets::stroke;
use crate::wire::page::{ListParams, Total};
use crate::wire::presets::Preset;

/// How many number keys there are.
pub const KEYS: u8 = 9;

/// The number key that a command stands for.
#[must_use]
pub fn number(command: Command) -> Option<u8> {
    Some(match command {
        Command::Preset1 => 1,
        Command::Preset2 => 2,
        Command::Preset3 => 3,
        Command::Preset4 => 4,
        Command::Preset5 => 5,
        Command::Preset6 => 6,
        Command::Preset7 => 7,
        Command::Preset8 => 8,
        Command::Preset9 => 9,
        _ => return None,
    })
}

/// The saved queries of one list.
#[derive(Debug)]
pub struct Presets {
    noun: &'static str,
    account: Option<AccountId>,
    rows: Vec<Preset>,
    asked: Latest,
    failed: Option<String>,
    /// Queries that are there by themselves, on keys that no saved one has.
    standing: Option<Standing>,
    stand: Vec<Preset>,
    counting: Pending<usize>,
}

/// Queries that a list has by itself.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Number key, name of the words, query.
    pub queries: &'static [(u8, &'static str, &'static str)],
    /// How what they find is counted.
    pub call: fn(ListParams) -> ApiCall,
}

impl Presets {
    /// Saved queries of a noun (`tokens`, `tickets`); tokens are counted in an account's wallet, or in the whole desk.
    #[must_use]
    pub fn new(noun: &'static str, account: Option<AccountId>) -> Self {
        Self {
            noun,
            account,
            rows: Vec::new(),
            asked: Latest::default(),
            failed: None,
            standing: None,
            stand: Vec::new(),
            counting: Pending::default(),
        }
    }

    /// With queries that are there by themselves.
    #[must_use]
    pub fn with_standing(self, standing: Standing) -> Self {
        Self {
            standing: Some(standing),
            ..self
        }
    }

    /// Names the queries that are there by themselves, and counts what they find now. Old counts stay until then.
    fn count_standing(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(standing) = self.standing else {
            return Vec::new();
        };
        let old = std::mem::take(&mut self.stand);
        self.stand = standing
            .queries
            .iter()
            .enumerate()
            .map(|(at, (slot, name, query))| Preset {
                id: PresetId(uuid::Uuid::nil()),
                noun: self.noun.to_owned(),
                name: ctx.words.get(name),
                q: (*query).to_owned(),
                shared: true,
                own: false,
                owner: String::new(),
                slot: Some(*slot),
                total: old.get(at).and_then(|old| old.total),
                broken: None,
                version: 0,
            })
            .collect();
        let mut effects = Vec::new();
        for (at, (_, _, query)) in standing.queries.iter().enumerate() {
            let id = ctx.request();
            self.counting.ask(id, at);
            let params = ListParams {
                q: (!query.is_empty()).then(|| (*query).to_owned()),
                limit: Some(1),
                tz: ctx.zone.iana_name().map(str::to_owned),
                ..ListParams::default()
            };
            effects.push(Effect::Api(id, (standing.call)(params)));
        }
        effects
    }

    /// The query that is there by itself and is asked now, if it is one of these: its name.
    #[must_use]
    pub fn named(&self, query: &str) -> Option<&str> {
        let all = self.rows.iter().chain(&self.stand);
        let mut these = all.filter(|preset| preset.q.trim() == query.trim());
        these.next().map(|preset| preset.name.as_str())
    }

    /// Reads them, with what each finds now. Nothing where the person may not use any.
    pub fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.count_standing(ctx);
        if ctx.may(Permission::PresetUse).is_ok() {
            let call = self.call();
            effects.extend(ask_latest(&mut self.asked, ctx.request(), call));
        }
        effects
    }

    fn call(&self) -> ApiCall {
        ApiCall::Ask(AskCall::Presets {
            noun: self.noun,
            account: self.account,
        })
    }

    /// Takes an answer, or gives it back.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Option<(RequestId, Reply)> {
        if let Some(at) = self.counting.take(id) {
            if let (Some(preset), Ok(Answer::Tickets(page))) = (self.stand.get_mut(at), reply) {
                preset.total = page.total;
            }
            return None;
        }
        if !self.asked.takes(id) {
            return Some((id, reply));
        }
        match reply {
            Ok(Answer::Asked(AskAnswer::Presets(rows))) => {
                self.rows = rows;
                self.failed = None;
            }
            Ok(_) => {}
            // the keys go on with what was read before
            Err(error) => self.failed = Some(error.sentence()),
        }
        None
    }

    /// The one that is on a number key: one's own before a shared one.
    #[must_use]
    pub fn on_key(&self, n: u8) -> Option<&Preset> {
        on_key(&self.rows, n).or_else(|| on_key(&self.stand, n))
    }

    /// The query that a number key asks.
    ///
    /// # Errors
    /// Why it asks none, in words.
    pub fn asks(&self, n: u8, ctx: &Ctx<'_>) -> Result<String, String> {
        let words = ctx.words;
        let Some(preset) = self.on_key(n) else {
            if let Some(why) = &self.failed {
                return Err(words.with("presets-failed", &[("why", why)]));
            }
            let (n, save) = (n.to_string(), key(ctx, Command::SavePreset));
            return Err(words.with("presets-nothing-on", &[("n", &n), ("save", &save)]));
        };
        match &preset.broken {
            Some(why) => {
                let values = [("name", preset.name.as_str()), ("why", why.as_str())];
                Err(words.with("presets-cannot-read", &values))
            }
            None => Ok(preset.q.trim().to_owned()),
        }
    }

    /// Opens the choice among all of them; `query` is the list's present one.
    #[must_use]
    pub fn pick(&self, query: &str) -> Effect {
        pick::open(self.noun, self.account, self.rows.clone(), query)
    }

    /// Opens the dialog that saves a query.
    #[must_use]
    pub fn save(&self, query: &str, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
        save::new(self.noun, query, &self.rows, ctx)
    }

    /// Those on number keys, in the order of the keys.
    fn keyed(&self) -> impl Iterator<Item = (u8, &Preset)> {
        (1..=KEYS).filter_map(|n| Some((n, self.on_key(n)?)))
    }

    /// Draws those on number keys into the lower border of a pane: key, name and count each; the one that is asked
    /// now in brackets.
    pub fn draw(&self, pane: Rect, query: &str, buf: &mut Buffer, ctx: &Ctx<'_>) {
        if pane.height < 3 || pane.width < 20 || self.keyed().next().is_none() {
            return;
        }
        let look = look(ctx);
        let y = pane.bottom() - 1;
        let end = pane.right() - 2;
        let mut x = pane.x + 2;
        for (n, preset) in self.keyed() {
            let here = preset.q.trim() == query.trim();
            let (open, close) = if here { ("[", "]") } else { (" ", " ") };
            let name = stroke::fit(&preset.name, LONGEST_NAME).into_owned();
            let count = count(preset, ctx);
            let gap = if count.is_empty() { "" } else { " " };
            let wide = stroke::cols(&format!("{open}{n} {name}{gap}{count}{close}"));
            if x + wide > end {
                stroke::line(buf, x, y, end.saturating_sub(x), "…", look.style(Role::Muted));
                return;
            }
            let name_role = if here { Role::Title } else { Role::Text };
            let digit = n.to_string();
            let place = Rect {
                x,
                y,
                width: wide,
                height: 1,
            };
            let parts = [
                (open, name_role),
                (digit.as_str(), Role::Key),
                (" ", name_role),
                (name.as_str(), name_role),
                (gap, Role::Muted),
                (count.as_str(), Role::Muted),
                (close, name_role),
            ];
            stroke::pieces(buf, place, &parts, look);
            x += wide;
        }
    }

    /// Those on number keys, in words; nothing when there are none.
    #[must_use]
    pub fn say(&self, ctx: &Ctx<'_>) -> Option<String> {
        let all: Vec<String> = self
            .keyed()
            .map(|(n, preset)| {
                let count = count(preset, ctx);
                let gap = if count.is_empty() { "" } else { ", " };
                format!("{n} {}{gap}{count}", preset.name)
            })
            .collect();
        let picks = key(ctx, Command::Presets);
        let all = all.join("; ");
        (!all.is_empty()).then(|| ctx.words.with("presets-say", &[("all", &all), ("key", &picks)]))
    }
}

/// Longest name on the border, in columns.
const LONGEST_NAME: usize = 18;

/// The one that is on a number key: one's own before a shared one.
fn on_key(rows: &[Preset], n: u8) -> Option<&Preset> {
    let mut there = rows.iter().filter(|row| row.slot == Some(n));
    let first = there.next()?;
    if first.own {
        return Some(first);
    }
    Some(there.find(|row| row.own).unwrap_or(first))
}

/// How many rows it finds now; a word where its query cannot be read any more.
fn count(preset: &Preset, ctx: &Ctx<'_>) -> String {
    if preset.broken.is_some() {
        return ctx.words.get("presets-broken-short");
    }
    preset.total.map_or_else(String::new, |total| found(total, ctx))
}

/// A count in words, `10,000+` where it was counted no further.
fn found(total: Total, ctx: &Ctx<'_>) -> String {
    let number = people::grouped(total.value.into());
    if total.exact {
        number
    } else {
        ctx.words.with("facets-more", &[("count", &number)])
    }
}
