//! The desk in words, for `--linear`.

use super::App;
use super::help::HelpLine;
use super::layers::Layer;
use super::paint::fit;
use crate::tui::flow::{Availability, Link, Stream, Tone};
use crate::tui::keys::Key;

impl App {
    /// What is to be said now, line by line: where, the topmost thing in its own words, what was just answered.
    #[must_use]
    pub fn say(&self) -> Vec<String> {
        let ctx = self.env.ctx();
        let mut lines = Vec::new();
        match (&self.gate, self.layers.last()) {
            (None, Some(layer)) => self.say_layer(layer, &mut lines),
            _ => {
                if self.gate.is_none() {
                    let path: Vec<String> = self
                        .sides
                        .path()
                        .iter()
                        .map(|kept| kept.screen.crumb(&ctx))
                        .collect();
                    lines.push(path.join(" › "));
                    if let Some(aside) = self.sides.top().and_then(|kept| kept.screen.context_line(&ctx)) {
                        lines.push(aside);
                    }
                }
                if let Some(kept) = self.screen() {
                    lines.extend(kept.screen.say(&ctx));
                }
            }
        }
        if let Link::Offline { .. } = self.env.link {
            lines.push(self.env.words.get("app-offline-line"));
        } else if self.env.stream == Stream::Cut {
            lines.push(self.env.words.get("app-not-live-line"));
        }
        if !self.pending.is_empty() {
            let begun: Vec<String> = self.pending.iter().map(Key::to_string).collect();
            lines.push(begun.join(" "));
        }
        if let Some(toast) = &self.toast {
            let tone = match toast.tone {
                Tone::Good => "app-tone-good",
                Tone::Info => "app-tone-info",
                Tone::Warning => "app-tone-warning",
                Tone::Error => "app-tone-error",
            };
            lines.push(format!("{}: {}", self.env.words.get(tone), toast.text));
        }
        lines.iter().map(|line| fit(line, 2_000)).collect()
    }

    fn say_layer(&self, layer: &Layer, lines: &mut Vec<String>) {
        let words = &self.env.words;
        match layer {
            Layer::Dialog { dialog, .. } => {
                lines.push(dialog.title(&self.env.ctx()));
                lines.extend(dialog.say(&self.env.ctx()));
            }
            Layer::Palette(palette) => {
                lines.push(format!("{} :{}", words.get("app-palette-title"), palette.typed));
                if let Some(entry) = palette.rows().nth(palette.at) {
                    let why = match &entry.availability {
                        Availability::Dimmed(why) => why.as_str(),
                        Availability::Enabled => entry.command.doc(),
                    };
                    lines.push(format!("{} ({}): {why}", entry.name, entry.keys));
                }
            }
            Layer::Help(help) => {
                lines.push(words.get("app-help-title"));
                lines.extend(help.lines.iter().map(|line| match line {
                    HelpLine::Title(name) => name.clone(),
                    HelpLine::Command {
                        keys,
                        doc,
                        why_not: None,
                    } => format!("{keys}: {doc}"),
                    HelpLine::Command {
                        keys,
                        doc,
                        why_not: Some(why),
                    } => format!("{keys}: {doc} Not now: {why}"),
                }));
            }
            Layer::Explain { explanation, .. } => {
                lines.push(explanation.title.clone());
                lines.extend(explanation.lines.iter().cloned());
            }
            Layer::Ask(asking) => {
                let (title, text) = asking.question.words();
                lines.push(words.get(title));
                lines.push(words.get(text));
                let (stay, verb) = (words.get("app-stay-verb"), words.get(asking.question.verb()));
                let focused = if asking.on_verb { &verb } else { &stay };
                lines.push(format!("y: {verb}. esc: {stay}. enter: {focused}."));
            }
        }
    }
}
