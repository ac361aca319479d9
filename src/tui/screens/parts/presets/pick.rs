//! The choice among all saved queries: what each finds, its key and whose it is; and what can be done with one's own.

use super::super::pick::{Item, Pick, PickDialog, Picked};
use super::{count, on_key, save};
use crate::domain::id::AccountId;
use crate::tui::flow::{
    Answer, ApiCall, AskAnswer, AskCall, CallError, Ctx, Dialog, Effect, Fact, Latest, Reply, RequestId,
    Toast, Told,
};
use crate::tui::keys::{Key, KeyCode};
use crate::wire::presets::{NewPreset, Preset};

use super::KEYS;

#[derive(Debug)]
struct PresetPick {
    noun: &'static str,
    account: Option<AccountId>,
    rows: Vec<Preset>,
    /// The query that the list asks now.
    query: String,
    asked: Latest,
    moving: Latest,
    failed: Option<String>,
}

/// Opens the choice.
pub(super) fn open(noun: &'static str, account: Option<AccountId>, rows: Vec<Preset>, query: &str) -> Effect {
    PickDialog::open(PresetPick {
        noun,
        account,
        rows,
        query: query.trim().to_owned(),
        asked: Latest::default(),
        moving: Latest::default(),
        failed: None,
    })
}

/// All of a preset, to change a part of it.
pub(super) fn body(preset: &Preset) -> NewPreset {
    NewPreset {
        noun: None,
        name: preset.name.clone(),
        q: preset.q.clone(),
        shared: preset.shared,
        slot: preset.slot,
    }
}

impl PresetPick {
    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Ask(AskCall::Presets {
            noun: self.noun,
            account: self.account,
        });
        super::super::ask_latest(&mut self.asked, ctx.request(), call)
    }

    /// One of one's own, or why it cannot be changed.
    fn own(&self, at: usize, ctx: &Ctx<'_>) -> Result<&Preset, String> {
        match self.rows.get(at) {
            None => Err(ctx.words.get("presets-none")),
            Some(preset) if preset.own => Ok(preset),
            Some(preset) => Err(ctx.words.with("presets-not-yours", &[("owner", &preset.owner)])),
        }
    }

    /// Opens a dialog about one of one's own, in the place of this one.
    fn about(&self, at: usize, ctx: &Ctx<'_>, dialog: impl FnOnce(&Preset) -> Box<dyn Dialog>) -> Picked {
        match self.own(at, ctx) {
            Ok(preset) => Picked::Done(at, vec![Effect::Close, Effect::Open(dialog(preset))]),
            Err(why) => Picked::Done(at, vec![Effect::Toast(Toast::warning(why))]),
        }
    }

    /// Puts one of one's own on the key before or after; what is there takes the key that this one had.
    fn shift(&mut self, at: usize, up: bool, ctx: &Ctx<'_>) -> Picked {
        let preset = match self.own(at, ctx) {
            Ok(preset) => preset,
            Err(why) => return Picked::Done(at, vec![Effect::Toast(Toast::warning(why))]),
        };
        if self.moving.is_waiting() {
            return Picked::Done(at, Vec::new());
        }
        let slot = match (preset.slot, up) {
            (None, _) => (1..=KEYS).find(|n| on_key(&self.rows, *n).is_none_or(|there| !there.own)),
            (Some(1), true) => Some(1),
            (Some(n), true) => Some(n - 1),
            (Some(n), false) if n < KEYS => Some(n + 1),
            // past the last key it is on none
            (Some(_), false) => None,
        };
        if slot == preset.slot {
            return Picked::Done(at, Vec::new());
        }
        let call = ApiCall::Ask(AskCall::ChangePreset {
            key: ctx.intent(),
            preset: preset.id,
            version: preset.version,
            body: Box::new(NewPreset { slot, ..body(preset) }),
        });
        let effects = super::super::ask_latest(&mut self.moving, ctx.request(), call);
        Picked::Done(at, effects)
    }

    fn moved(&mut self, reply: Result<Answer, CallError>, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.read(ctx);
        match reply {
            Ok(_) => effects.push(Effect::Publish(Fact::PresetsChanged)),
            Err(error) => effects.push(Effect::Toast(Toast::error(error.sentence()))),
        }
        effects
    }
}

impl Pick for PresetPick {
    fn title(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("presets-title")
    }

    fn head(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut head = vec![if self.query.is_empty() {
            ctx.words.get("presets-now-all")
        } else {
            ctx.words.with("presets-now", &[("query", &self.query)])
        }];
        head.extend(self.failed.clone());
        head
    }

    fn items(&self, ctx: &Ctx<'_>) -> Vec<Item> {
        self.rows
            .iter()
            .map(|preset| {
                // where one's own is on the same key, the key is not this one's
                let slot = preset
                    .slot
                    .filter(|n| on_key(&self.rows, *n).is_some_and(|there| there.id == preset.id));
                let sign = slot.map_or_else(String::new, |n| n.to_string());
                let whose = match (preset.own, preset.shared) {
                    (true, true) => ctx.words.get("presets-own-shared"),
                    (true, false) => ctx.words.get("presets-own"),
                    (false, _) => ctx.words.with("presets-of", &[("owner", &preset.owner)]),
                };
                let count = count(preset, ctx);
                let note = if count.is_empty() {
                    whose
                } else {
                    format!("{count} · {whose}")
                };
                let query = match preset.q.trim() {
                    "" => ctx.words.get("presets-everything"),
                    query => query.to_owned(),
                };
                let item = Item::new(format!("{} · {query}", preset.name))
                    .sign(sign)
                    .note(note);
                Item {
                    why_not: preset.broken.clone().unwrap_or_default(),
                    ..item
                }
            })
            .collect()
    }

    fn begin(&self, _: &Ctx<'_>) -> usize {
        let here = self.rows.iter().position(|row| row.q.trim() == self.query);
        here.unwrap_or(0)
    }

    fn digit(&self, _: usize) -> Option<u8> {
        None
    }

    fn at_digit(&self, digit: u8) -> Option<usize> {
        let wanted = on_key(&self.rows, digit)?.id;
        self.rows.iter().position(|row| row.id == wanted)
    }

    fn empty(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get(if self.asked.is_waiting() {
            "loading"
        } else {
            "presets-none"
        })
    }

    fn opened(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.read(ctx)
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.moving.takes(id) {
            return self.moved(reply, ctx);
        }
        if !self.asked.takes(id) {
            return Vec::new();
        }
        match reply {
            Ok(Answer::Asked(AskAnswer::Presets(rows))) => {
                self.rows = rows;
                self.failed = None;
            }
            Ok(_) => {}
            Err(error) => self.failed = Some(error.sentence()),
        }
        Vec::new()
    }

    fn key(&mut self, at: usize, key: Key, ctx: &Ctx<'_>) -> Picked {
        let query = self.query.clone();
        match key.code {
            KeyCode::Char('P') => {
                let dialog = save::new(self.noun, &query, &self.rows, ctx);
                Picked::Done(at, vec![Effect::Close, Effect::Open(dialog)])
            }
            KeyCode::Char('e') => self.about(at, ctx, |preset| save::edit(preset, &self.rows, ctx)),
            KeyCode::Char('r') => self.about(at, ctx, |preset| save::replace(preset, &query, ctx)),
            KeyCode::Char('x') => self.about(at, ctx, |preset| save::retire(preset, ctx)),
            KeyCode::Char('K') => self.shift(at, true, ctx),
            KeyCode::Char('J') => self.shift(at, false, ctx),
            _ => Picked::Not,
        }
    }

    fn choose(&mut self, at: usize, _: &Ctx<'_>) -> Vec<Effect> {
        self.rows.get(at).map_or_else(Vec::new, |preset| {
            vec![Effect::Tell(Told::Query(preset.q.clone())), Effect::Close]
        })
    }

    fn keys(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("presets-keys")
    }
}
