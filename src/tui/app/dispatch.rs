//! From key presses to commands, and from commands to whoever performs them.

use std::time::Duration;

use ratatui::layout::Size;

use super::gate::{WAKE_REST, WAKE_WHICH_KEY};
use super::help::Help;
use super::layers::{Asking, Layer, Leaving, Question};
use super::palette::{Outcome, Palette};
use super::{App, Job, OWN, Owner, SMALLEST, side_of};
use crate::tui::flow::{Availability, Effect, Event, Explanation, LastDone, Route, ScreenKind, Toast};
use crate::tui::keys::{Command, Context, Key, KeyCode, Resolution, spell};
use crate::tui::screens::parts::undo;

/// How long a begun sequence waits before its ways on are shown.
const WHICH_KEY_AFTER: Duration = Duration::from_millis(400);

/// How long the cursor rests before the third line follows it.
const REST: Duration = Duration::from_millis(150);

/// Commands that do nothing but move in a list.
const MOVES: &[Command] = &[
    Command::Up,
    Command::Down,
    Command::PageUp,
    Command::PageDown,
    Command::First,
    Command::Last,
];

/// Global commands that work while a dialog is open too.
const ANYWHERE: &[Command] = &[Command::Back, Command::Help, Command::Repaint, Command::Suspend];

/// Lines that a page of an explanation goes on by.
const PAGE: u16 = 10;

/// Keys that edit a text field rather than move around in what lies behind it.
fn edits(key: Key) -> bool {
    match key.code {
        KeyCode::Backspace
        | KeyCode::Delete
        | KeyCode::Left
        | KeyCode::Right
        | KeyCode::Home
        | KeyCode::End => true,
        KeyCode::Char(c) => key.ctrl && !key.alt && "aewuk".contains(c),
        _ => false,
    }
}

impl App {
    /// Whether this is a key that locks from anywhere: out of a text field, a dialog, the palette, in the smallest window.
    fn locks(&self, key: Key) -> bool {
        let meant = self.env.keymap.resolve(&[Context::Global], &[key]);
        self.gate.is_none() && key.inserts().is_none() && meant == Resolution::Command(Command::Lock)
    }

    pub(super) fn key(&mut self, key: Key, jobs: &mut Vec<Job>) {
        if self.locks(key) {
            self.clear_pending(jobs);
            return self.lock(false, jobs);
        }
        if self.is_too_small() {
            // nothing can be seen, so nothing but leaving may be done
            if key
                == (Key {
                    ctrl: true,
                    ..Key::char('c')
                })
                || key
                    == (Key {
                        ctrl: true,
                        ..Key::char('q')
                    })
            {
                self.quit(jobs);
            }
            return;
        }
        if self.gate.is_none() {
            match self.layers.last_mut() {
                Some(Layer::Palette(palette)) => {
                    let outcome = palette.key(key);
                    return self.palette_says(outcome, jobs);
                }
                Some(Layer::Help(help)) => {
                    if help.key(key) {
                        self.layers.pop();
                    }
                    return;
                }
                Some(Layer::Explain { top, .. }) => {
                    // drawing keeps it within the text
                    match key.code {
                        KeyCode::Down | KeyCode::Char('j') => *top = top.saturating_add(1),
                        KeyCode::Up | KeyCode::Char('k') => *top = top.saturating_sub(1),
                        KeyCode::PageDown | KeyCode::Char(' ') => *top = top.saturating_add(PAGE),
                        KeyCode::PageUp => *top = top.saturating_sub(PAGE),
                        KeyCode::Home => *top = 0,
                        KeyCode::End => *top = u16::MAX / 2,
                        _ => {
                            self.layers.pop();
                        }
                    }
                    return;
                }
                Some(Layer::Ask(asking)) => {
                    if let Some(yes) = asking.key(key) {
                        let question = asking.question;
                        self.layers.pop();
                        if yes {
                            self.answered(question, jobs);
                        }
                    }
                    return;
                }
                Some(Layer::Dialog { .. }) | None => {}
            }
        }
        self.key_to_top(key, jobs);
    }

    fn key_to_top(&mut self, key: Key, jobs: &mut Vec<Job>) {
        let contexts = self.contexts();
        if self.pending.is_empty() && self.wants_text() {
            if key.inserts().is_some() {
                self.typed();
                return self.event_to_top(Event::Key(key), jobs);
            }
            if edits(key) {
                let near: Vec<Context> = contexts
                    .iter()
                    .copied()
                    .filter(|c| matches!(c, Context::Text | Context::Dialog))
                    .collect();
                match self.env.keymap.resolve(&near, &[key]) {
                    Resolution::Command(command) => self.command(command, jobs),
                    _ => self.event_to_top(Event::Key(key), jobs),
                }
                return;
            }
        }
        if !self.pending.is_empty() && key.code == KeyCode::Esc {
            return self.clear_pending(jobs);
        }
        self.pending.push(key);
        let mut meant = self.env.keymap.resolve(&contexts, &self.pending);
        if meant == Resolution::Nothing
            && let Resolution::Command(command) = self.env.keymap.resolve(&[Context::Global], &self.pending)
            && ANYWHERE.contains(&command)
        {
            meant = Resolution::Command(command);
        }
        match meant {
            Resolution::Command(command) => {
                self.clear_pending(jobs);
                self.command(command, jobs);
            }
            Resolution::Prefix => {
                if !self.which_key {
                    self.app_wake(WHICH_KEY_AFTER, WAKE_WHICH_KEY, jobs);
                }
            }
            Resolution::Nothing => {
                let typed: Vec<String> = self.pending.iter().map(Key::to_string).collect();
                self.clear_pending(jobs);
                if typed.len() > 1 {
                    let words = self
                        .env
                        .words
                        .with("app-no-such-keys", &[("keys", &typed.join(" "))]);
                    self.say_toast(Toast::info(words), jobs);
                } else {
                    self.event_to_top(Event::Key(key), jobs);
                }
            }
        }
    }

    /// The keys that give this command where the focus is now, spelled; `None` where it has none: in a text field
    /// letters are typed.
    pub(super) fn working_key(&self, command: Command) -> Option<String> {
        let contexts = self.contexts();
        let typing = self.wants_text();
        let means = |contexts: &[Context], keys: &[Key]| {
            self.env.keymap.resolve(contexts, keys) == Resolution::Command(command)
        };
        self.env
            .keymap
            .sequences(command)
            .filter(|keys| {
                !typing
                    || keys
                        .first()
                        .is_some_and(|key| key.inserts().is_none() && !edits(*key))
            })
            .find(|keys| {
                means(&contexts, keys) || (ANYWHERE.contains(&command) && means(&[Context::Global], keys))
            })
            .map(spell)
    }

    fn clear_pending(&mut self, jobs: &mut Vec<Job>) {
        if self.pending.len() > 1 || self.which_key || !self.wakes.is_empty() {
            self.act(vec![Effect::Unwake(WAKE_WHICH_KEY)], jobs);
        }
        self.pending.clear();
        self.which_key = false;
    }

    /// Whether a text field has the focus.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        match (&self.gate, self.layers.last()) {
            (None, Some(Layer::Dialog { dialog, .. })) => dialog.wants_text(),
            (None, Some(Layer::Palette(_))) => true,
            (None, Some(Layer::Help(_) | Layer::Explain { .. } | Layer::Ask(_))) => false,
            (Some(_), _) | (None, None) => self.screen().is_some_and(|kept| kept.screen.wants_text()),
        }
    }

    /// Whoever gets what is meant for the topmost thing: the dialog on top, else the screen.
    fn top_owner(&self) -> Option<Owner> {
        if self.gate.is_none()
            && let Some(Layer::Dialog { id, .. }) = self.layers.last()
        {
            return Some(Owner::Dialog(*id));
        }
        self.screen().map(|kept| Owner::Screen(kept.id))
    }

    fn event_to_top(&mut self, event: Event, jobs: &mut Vec<Job>) {
        if let Some(owner) = self.top_owner() {
            self.deliver(owner, event, jobs);
        }
    }

    pub(super) fn paste(&mut self, text: String, jobs: &mut Vec<Job>) {
        if self.is_too_small() {
            return;
        }
        if let (None, Some(Layer::Palette(palette))) = (&self.gate, self.layers.last_mut()) {
            palette.paste(&text);
            return;
        }
        if matches!(self.layers.last(), None | Some(Layer::Dialog { .. })) && self.wants_text() {
            self.typed();
            self.event_to_top(Event::Paste(text), jobs);
        }
    }

    /// The commands that can be given to the topmost thing, with those of the app.
    pub(super) fn offered(&self) -> Vec<(Command, Availability)> {
        let ctx = self.env.ctx();
        if self.gate.is_none()
            && let Some(Layer::Dialog { dialog, .. }) = self
                .layers
                .iter()
                .rev()
                .find(|layer| matches!(layer, Layer::Dialog { .. }))
        {
            return dialog.commands(&ctx);
        }
        self.screen()
            .map(|kept| kept.screen.commands(&ctx))
            .unwrap_or_default()
    }

    /// Gives a command: to the app, to the dialog on top, or to the screen. What is dimmed says why instead.
    pub(super) fn command(&mut self, command: Command, jobs: &mut Vec<Job>) {
        if MOVES.contains(&command) && self.layers.is_empty() && self.gate.is_none() {
            return self.moves(command, jobs);
        }
        self.moving = None;
        let offered = self.offered();
        let found = offered.iter().find(|(other, _)| *other == command);
        if let Some((_, Availability::Dimmed(why))) = found {
            return self.say_toast(Toast::warning(why.clone()), jobs);
        }
        if found.is_none()
            && let Some(why) = self.forbidden(command)
        {
            return self.say_toast(Toast::warning(why), jobs);
        }
        let on_dialog = matches!(self.top_owner(), Some(Owner::Dialog(_)));
        // where a screen takes things back itself, it knows better what is meant
        let by_screen = command == Command::Undo && found.is_some();
        if OWN.contains(&command) && !by_screen && (!on_dialog || ANYWHERE.contains(&command)) {
            return self.own_command(command, jobs);
        }
        match (command, found.is_some() || on_dialog) {
            (Command::Back, false) => self.back(jobs),
            (Command::NewTicket, false) if self.gate.is_none() => {
                self.act(
                    vec![Effect::Push(Route::NewTicket {
                        account: None,
                        tokens: Vec::new(),
                    })],
                    jobs,
                );
            }
            _ => self.event_to_top(Event::Command(command), jobs),
        }
    }

    /// Moves in a list. What can be done with each row is looked at when the cursor rests, so that moving stays cheap.
    fn moves(&mut self, command: Command, jobs: &mut Vec<Job>) {
        let Some(screen) = self.screen().map(|kept| kept.id) else {
            return;
        };
        if self.moving.as_ref().is_none_or(|(of, _)| *of != screen) {
            self.moving = Some((screen, self.offered()));
        }
        self.app_wake(REST, WAKE_REST, jobs);
        self.event_to_top(Event::Command(command), jobs);
    }

    /// What the third line shows.
    pub(super) fn shown_as_offered(&self) -> std::borrow::Cow<'_, [(Command, Availability)]> {
        match (&self.moving, self.screen()) {
            (Some((of, offered)), Some(kept)) if *of == kept.id && self.layers.is_empty() => offered.into(),
            _ => self.offered().into(),
        }
    }

    /// Why the person may not give this command, wherever they are.
    fn forbidden(&self, command: Command) -> Option<String> {
        self.env.ctx().may(command.permission()?).err()
    }

    fn own_command(&mut self, command: Command, jobs: &mut Vec<Job>) {
        let gated = self.gate.is_some();
        match command {
            Command::Quit if gated => self.quit(jobs),
            Command::Quit => self.ask(Question::Quit),
            Command::Suspend => jobs.push(Job::Suspend),
            Command::Repaint => jobs.push(Job::Repaint),
            Command::SignOut if self.shown() == Some(ScreenKind::Denied) => self.sign_out(jobs),
            _ if gated => {}
            Command::Help => {
                let help = Help::new(&self.contexts(), &self.offered(), &self.env.keymap);
                self.layers.push(Layer::Help(help));
            }
            Command::Palette => {
                let mut offered = self.offered();
                for command in Command::ALL {
                    if let (Some(why), true) = (
                        self.forbidden(*command),
                        offered.iter().all(|(c, _)| c != command),
                    ) {
                        offered.push((*command, Availability::Dimmed(why)));
                    }
                }
                let name = |command| self.name_of(command);
                let palette = Palette::new(&self.contexts(), &offered, &self.env.keymap, &name);
                self.layers.push(Layer::Palette(palette));
            }
            Command::Explain => self.explain(jobs),
            Command::Lock => self.lock(false, jobs),
            Command::Undo => self.undo(jobs),
            Command::GoActivity => self.act(vec![Effect::Push(Route::Activity)], jobs),
            Command::GoSearch => self.act(vec![Effect::Push(Route::Search)], jobs),
            Command::GoDashboard => self.act(vec![Effect::Push(Route::Dashboard)], jobs),
            Command::SetAvailability => {
                let open = crate::tui::screens::parts::availability::choose();
                self.act(vec![open], jobs);
            }
            Command::GoApprovals => self.act(vec![Effect::Push(Route::Approvals)], jobs),
            Command::GoTokens => self.act(vec![Effect::Push(Route::AllTokens)], jobs),
            Command::GoPlans => self.act(vec![Effect::Push(Route::Plans)], jobs),
            Command::SignOut => self.ask(Question::SignOut),
            _ => {
                if let Some(root) = side_of(command) {
                    self.open_root(root, jobs);
                }
            }
        }
    }

    fn explain(&mut self, jobs: &mut Vec<Job>) {
        let explanation = self
            .screen()
            .and_then(|kept| kept.screen.explain(&self.env.ctx()));
        let explanation = self.with_dimmed(explanation);
        match explanation {
            Some(explanation) => self.layers.push(Layer::Explain { explanation, top: 0 }),
            None => {
                let words = self.env.words.get("app-nothing-to-explain");
                self.say_toast(Toast::info(words), jobs);
            }
        }
    }

    /// Takes back what was done last.
    fn undo(&mut self, jobs: &mut Vec<Job>) {
        let ctx = self.env.ctx();
        let dialog = match ctx.memory.last_to_undo() {
            Some(LastDone::Action(action)) => {
                let seen = self
                    .sides
                    .top()
                    .is_some_and(|kept| kept.route.is_about(action.account_id, action.ticket_id));
                Some(undo::dialog(action, seen, &ctx))
            }
            Some(LastDone::Plan(ran)) => Some(undo::plan(ran, &ctx)),
            None => None,
        };
        match dialog {
            Some(dialog) => self.act(vec![Effect::Open(dialog)], jobs),
            None => {
                let words = self.env.words.get("undo-nothing");
                self.say_toast(Toast::info(words), jobs);
            }
        }
    }

    /// The explanation with every command that cannot be given now, and why.
    fn with_dimmed(&self, explanation: Option<Explanation>) -> Option<Explanation> {
        let dimmed: Vec<String> = self
            .offered()
            .into_iter()
            .filter_map(|(command, availability)| match availability {
                Availability::Enabled => None,
                Availability::Dimmed(why) => {
                    let keys = self.env.keymap.hint(command);
                    let what = self.name_of(command);
                    let values = [
                        ("keys", keys.as_str()),
                        ("what", what.as_str()),
                        ("why", why.as_str()),
                    ];
                    Some(self.env.words.with("app-why-dimmed-line", &values))
                }
            })
            .collect();
        if dimmed.is_empty() {
            return explanation;
        }
        let head = self.env.words.get("app-why-dimmed");
        let mut whole = explanation.unwrap_or_else(|| Explanation {
            title: head.clone(),
            lines: Vec::new(),
        });
        if !whole.lines.is_empty() {
            whole.lines.extend([String::new(), head]);
        }
        whole.lines.extend(dimmed);
        Some(whole)
    }

    fn back(&mut self, jobs: &mut Vec<Job>) {
        if self.gate.is_some() {
            return;
        }
        let Some(kept) = self.sides.top() else { return };
        if self.sides.path().len() > 1 && kept.screen.has_unsaved(&self.env.ctx()) {
            self.ask(Question::Leave(Leaving::Back));
        } else {
            self.act(vec![Effect::Pop], jobs);
        }
    }

    fn ask(&mut self, question: Question) {
        self.layers.push(Layer::Ask(Asking::new(question)));
    }

    /// Does what was asked about.
    fn answered(&mut self, question: Question, jobs: &mut Vec<Job>) {
        match question {
            Question::Quit => self.quit(jobs),
            Question::SignOut => self.sign_out(jobs),
            Question::Leave(Leaving::Back) => self.act(vec![Effect::Pop], jobs),
        }
    }

    fn palette_says(&mut self, outcome: Outcome, jobs: &mut Vec<Job>) {
        match outcome {
            Outcome::Stay => {}
            Outcome::Close => {
                self.layers.pop();
            }
            Outcome::Chosen(command, availability) => {
                self.layers.pop();
                match availability {
                    Availability::Enabled => self.command(command, jobs),
                    Availability::Dimmed(why) => self.say_toast(Toast::warning(why), jobs),
                }
            }
        }
    }

    pub(super) fn resized(&mut self, size: Size, jobs: &mut Vec<Job>) {
        self.env.size = size;
        if let Some(id) = self.screen().map(|kept| kept.id) {
            self.deliver(Owner::Screen(id), Event::Resized, jobs);
        }
    }

    /// Whether the terminal is smaller than the desk needs. In lines, any width will do.
    pub(super) fn is_too_small(&self) -> bool {
        let size = self.env.size;
        !self.env.linear && (size.width < SMALLEST.width || size.height < SMALLEST.height)
    }
}
