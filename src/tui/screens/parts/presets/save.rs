//! Saving a query, changing one of one's own, and retiring it.

use super::super::act::{Act, ActDialog, missing};
use super::super::sheet::{Choice, Entry, Sheet};
use super::pick::body;
use super::{KEYS, on_key};
use crate::domain::id::{IntentKey, PresetId};
use crate::domain::permission::Permission;
use crate::tui::flow::{Answer, ApiCall, AskAnswer, AskCall, Ctx, Current, Dialog, Effect, Fact, Toast};
use crate::wire::presets::{NewPreset, Preset};
use crate::wire::problem::FieldProblem;

/// Longest name, in characters.
const MOST_NAME: usize = 40;
/// Longest query line, in characters.
const MOST_QUERY: usize = 1_000;

/// What stands in the field of the number key.
fn slot_text(slot: Option<u8>) -> String {
    slot.map_or_else(String::new, |n| n.to_string())
}

fn share(shared: bool, ctx: &Ctx<'_>) -> Entry {
    let all = Choice {
        why_not: ctx.may(Permission::PresetShare).err().unwrap_or_default(),
        ..Choice::new("shared", ctx.words.get("presets-for-all"))
    };
    let options = vec![Choice::new("own", ctx.words.get("presets-for-me")), all];
    Entry::choice(
        "shared",
        ctx.words.get("presets-for"),
        options,
        Some(usize::from(shared)),
    )
}

/// Which keys are taken by one's own, in words.
fn taken(rows: &[Preset], ctx: &Ctx<'_>) -> String {
    let all: Vec<String> = (1..=KEYS)
        .filter_map(|n| on_key(rows, n).map(|row| format!("{n} {}", row.name)))
        .collect();
    if all.is_empty() {
        ctx.words.get("presets-keys-free")
    } else {
        ctx.words.with("presets-keys-taken", &[("all", &all.join(", "))])
    }
}

/// Saves a query under a name.
pub(super) fn new(noun: &'static str, query: &str, rows: &[Preset], ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let free = (1..=KEYS).find(|n| on_key(rows, *n).is_none());
    let act = Save {
        noun: Some(noun),
        of: None,
        names: names(rows, None),
    };
    dialog(
        "presets-save-title",
        act,
        "",
        query.trim(),
        false,
        free,
        rows,
        ctx,
    )
}

/// Changes one of one's own: name, query, for whom, key.
pub(super) fn edit(preset: &Preset, rows: &[Preset], ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let act = Save {
        noun: None,
        of: Some((preset.id, preset.version)),
        names: names(rows, Some(preset.id)),
    };
    dialog(
        "presets-edit-title",
        act,
        &preset.name,
        &preset.q,
        preset.shared,
        preset.slot,
        rows,
        ctx,
    )
}

/// The names of one's own, but of that one.
fn names(rows: &[Preset], but: Option<PresetId>) -> Vec<String> {
    rows.iter()
        .filter(|row| row.own && Some(row.id) != but)
        .map(|row| row.name.to_lowercase())
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "what a preset is made of, side by side")]
fn dialog(
    title: &str,
    act: Save,
    name: &str,
    query: &str,
    shared: bool,
    slot: Option<u8>,
    rows: &[Preset],
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let words = ctx.words;
    let sheet = Sheet::new(vec![
        Entry::line("name", words.get("presets-name"), MOST_NAME).filled(name),
        Entry::line("q", words.get("presets-query"), MOST_QUERY)
            .filled(query)
            .hint(words.get("presets-query-hint")),
        share(shared, ctx),
        Entry::line("slot", words.get("presets-slot"), 1)
            .filled(&slot_text(slot))
            .hint(words.get("presets-slot-hint")),
    ]);
    Box::new(
        ActDialog::new(
            words.get(title),
            words.get("presets-save-verb"),
            sheet,
            Box::new(act),
        )
        .lines(vec![taken(rows, ctx)]),
    )
}

#[derive(Debug)]
struct Save {
    /// For a new one: of what.
    noun: Option<&'static str>,
    /// For a change: which one, and the version that was seen.
    of: Option<(PresetId, i64)>,
    /// Names that are taken, in small letters.
    names: Vec<String>,
}

impl Save {
    fn body(&self, sheet: &Sheet) -> NewPreset {
        NewPreset {
            noun: self.noun.map(str::to_owned),
            name: sheet.text("name"),
            q: sheet.text("q"),
            shared: sheet.text("shared") == "shared",
            slot: sheet.text("slot").parse().ok(),
        }
    }
}

impl Act for Save {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let name = sheet.text("name").to_lowercase();
        let mut problems = Vec::new();
        if name.is_empty() {
            problems.push(missing("name", ctx.words.get("presets-name-missing")));
        } else if self.names.contains(&name) {
            problems.push(missing("name", ctx.words.get("presets-name-taken")));
        }
        let slot = sheet.text("slot");
        if !slot.is_empty() && !slot.parse().is_ok_and(|n: u8| (1..=KEYS).contains(&n)) {
            problems.push(missing("slot", ctx.words.get("presets-slot-wrong")));
        }
        problems
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let body = Box::new(self.body(sheet));
        ApiCall::Ask(match self.of {
            None => AskCall::SavePreset { key, body },
            Some((preset, version)) => AskCall::ChangePreset {
                key,
                preset,
                version,
                body,
            },
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        saved(answer, ctx)
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Preset(now) = current else {
            return (String::new(), Vec::new());
        };
        self.of = Some((now.id, now.version));
        (now_words(&now, ctx), vec![Effect::Publish(Fact::PresetsChanged)])
    }
}

fn now_words(now: &Preset, ctx: &Ctx<'_>) -> String {
    ctx.words.with(
        "presets-changed",
        &[("name", now.name.as_str()), ("query", now.q.as_str())],
    )
}

fn saved(answer: Answer, ctx: &Ctx<'_>) -> Vec<Effect> {
    let Answer::Asked(AskAnswer::Preset(preset)) = answer else {
        return Vec::new();
    };
    let slot = slot_text(preset.slot);
    let values = [("name", preset.name.as_str()), ("key", slot.as_str())];
    let id = match preset.slot {
        Some(_) => "presets-saved-on",
        None => "presets-saved",
    };
    vec![
        Effect::Toast(Toast::good(ctx.words.with(id, &values))),
        Effect::Publish(Fact::PresetsChanged),
    ]
}

/// Puts another query in the place of the one that is saved, after a question that names both.
pub(super) fn replace(preset: &Preset, query: &str, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let act = Replace {
        of: (preset.id, preset.version),
        body: NewPreset {
            q: query.to_owned(),
            ..body(preset)
        },
    };
    let values = [
        ("name", preset.name.as_str()),
        ("old", preset.q.as_str()),
        ("new", query),
    ];
    let words = ctx.words;
    Box::new(
        ActDialog::new(
            words.with("presets-replace-title", &values),
            words.get("presets-replace-verb"),
            Sheet::new(Vec::new()),
            Box::new(act),
        )
        .lines(vec![
            words.with("presets-replace-old", &values),
            words.with("presets-replace-new", &values),
        ]),
    )
}

#[derive(Debug)]
struct Replace {
    of: (PresetId, i64),
    body: NewPreset,
}

impl Act for Replace {
    fn call(&self, _: &Sheet, key: IntentKey) -> ApiCall {
        let (preset, version) = self.of;
        ApiCall::Ask(AskCall::ChangePreset {
            key,
            preset,
            version,
            body: Box::new(self.body.clone()),
        })
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        saved(answer, ctx)
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Preset(now) = current else {
            return (String::new(), Vec::new());
        };
        self.of = (now.id, now.version);
        self.body = NewPreset {
            q: self.body.q.clone(),
            ..body(&now)
        };
        (now_words(&now, ctx), vec![Effect::Publish(Fact::PresetsChanged)])
    }
}

/// Retires one of one's own, after a question that names it.
pub(super) fn retire(preset: &Preset, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let words = ctx.words;
    let values = [("name", preset.name.as_str()), ("query", preset.q.as_str())];
    let effect = if preset.shared {
        "presets-retire-shared"
    } else {
        "presets-retire-own"
    };
    let act = Retire {
        of: (preset.id, preset.version),
        name: preset.name.clone(),
    };
    Box::new(
        ActDialog::new(
            words.with("presets-retire-title", &values),
            words.get("presets-retire-verb"),
            Sheet::new(Vec::new()),
            Box::new(act),
        )
        .lines(vec![preset.q.clone(), words.get(effect)]),
    )
}

#[derive(Debug)]
struct Retire {
    of: (PresetId, i64),
    name: String,
}

impl Act for Retire {
    fn call(&self, _: &Sheet, _: IntentKey) -> ApiCall {
        let (preset, version) = self.of;
        ApiCall::Ask(AskCall::RetirePreset { preset, version })
    }

    fn done(&mut self, _: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let words = ctx.words.with("presets-retired", &[("name", &self.name)]);
        vec![
            Effect::Toast(Toast::good(words)),
            Effect::Publish(Fact::PresetsChanged),
        ]
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let Current::Preset(now) = current else {
            return (String::new(), Vec::new());
        };
        self.of = (now.id, now.version);
        (now_words(&now, ctx), vec![Effect::Publish(Fact::PresetsChanged)])
    }
}
