//! One dialog for every action: what it does, its fields, one intent, and what stands in its way.

mod conflict;
mod view;

use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use conflict::Conflicts;

use super::courier::{Came, Courier};
use super::drafting::{self, Drafting};
use super::sheet::{Done, Sheet};
use crate::domain::id::IntentKey;
use crate::text::people;
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Current, Dialog, Effect, Event, Toast, Trouble,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::FieldChange;
use crate::wire::tokens::ChangedBy;

/// What an action is: how its call is made, and what follows from its answer.
pub trait Act: fmt::Debug {
    /// Shows and hides fields as what is chosen asks for it.
    fn arrange(&self, _sheet: &mut Sheet, _ctx: &Ctx<'_>) {}

    /// What is missing or wrong before anything is sent.
    fn check(&self, _sheet: &Sheet, _ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        Vec::new()
    }

    /// The call, with the key of the intent.
    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall;

    /// What follows from the answer: facts to tell, a toast. The dialog closes by itself.
    fn done(&mut self, answer: Answer, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect>;

    /// Whether the answer asks for another try, and what is said then; the dialog stays as it is.
    fn again(&mut self, _answer: &Answer, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// Why it cannot be done at all on what is there now.
    fn impossible(&self, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// Fields that somebody else changed as well, after [`Act::stale`].
    fn conflicts(&mut self) -> Vec<FieldChange> {
        Vec::new()
    }

    /// Takes the row as it is now, for the next try, and says what changed.
    fn stale(&mut self, _current: Current, _ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        (String::new(), Vec::new())
    }
}

/// Who changed a row meanwhile, what they did and when; somebody, where that is not known.
fn changed_by(by: Option<&ChangedBy>, ctx: &Ctx<'_>) -> String {
    let Some(by) = by else {
        return ctx.words.get("act-somebody");
    };
    let what = super::undo::what(by.kind, ctx);
    let when = people::relative(ctx.words, by.at.timestamp(), ctx.now.timestamp());
    let values = [("who", by.who.as_str()), ("what", &what), ("when", &when)];
    ctx.words.with("act-changed-by", &values)
}

/// A problem that is found before anything is sent.
#[must_use]
pub fn missing(field: &str, detail: impl Into<String>) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code: "required".to_owned(),
        detail: detail.into(),
        column: None,
    }
}

/// A dialog around one action.
#[derive(Debug)]
pub struct ActDialog {
    title: String,
    lines: Vec<String>,
    verb: String,
    sheet: Sheet,
    act: Box<dyn Act>,
    courier: Courier,
    notice: Option<(Role, String)>,
    at_once: bool,
    asked_to_leave: bool,
    drafting: Option<Drafting>,
    conflicts: Conflicts,
}

impl ActDialog {
    /// A dialog. `verb` is what Enter does, in a word or two.
    #[must_use]
    pub fn new(title: impl Into<String>, verb: impl Into<String>, sheet: Sheet, act: Box<dyn Act>) -> Self {
        Self {
            title: title.into(),
            lines: Vec::new(),
            verb: verb.into(),
            sheet,
            act,
            courier: Courier::default(),
            notice: None,
            at_once: false,
            asked_to_leave: false,
            drafting: None,
            conflicts: Conflicts::default(),
        }
    }

    /// What is typed is kept under this key until it is sent.
    #[must_use]
    pub fn drafted(mut self, key: impl Into<String>) -> Self {
        self.drafting = Some(Drafting::new(key));
        self
    }

    /// What it names and what it will do, above the fields.
    #[must_use]
    pub fn lines(mut self, lines: Vec<String>) -> Self {
        self.lines = lines;
        self
    }

    /// It asks nothing: it sends when it opens, and stays only if something stands in the way.
    #[must_use]
    pub fn at_once(mut self) -> Self {
        self.at_once = true;
        self
    }

    fn submit(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        // what both changed is decided first
        if self.courier.is_out() || self.conflicts.is_open() {
            return Vec::new();
        }
        let problems = self.act.check(&self.sheet, ctx);
        if !problems.is_empty() {
            self.mark(&problems);
            return Vec::new();
        }
        self.notice = None;
        let (act, sheet) = (&self.act, &self.sheet);
        self.courier.send(ctx, |key| act.call(sheet, key))
    }

    fn mark(&mut self, problems: &[FieldProblem]) {
        let others = self.sheet.wrong(problems);
        self.notice = (!others.is_empty()).then(|| (Role::Error, others.join(" ")));
    }

    fn refused(&mut self, error: CallError, ctx: &Ctx<'_>) -> Vec<Effect> {
        if error.trouble == Trouble::Stale
            && let Some(current) = error.current
        {
            let (changed, effects) = self.act.stale(current, ctx);
            self.conflicts = Conflicts::new(self.act.conflicts(), &self.sheet);
            self.act.arrange(&mut self.sheet, ctx);
            let why_not = self.act.impossible(ctx);
            let who = changed_by(error.changed_by.as_deref(), ctx);
            let (id, last) = match &why_not {
                Some(why) => ("act-stale-over", ("why", why)),
                None => ("act-stale", ("verb", &self.verb)),
            };
            let values = [("who", &who), ("changed", &changed), last];
            let values = values.map(|(name, value)| (name, value.as_str()));
            let words = ctx.words.with(id, &values);
            self.notice = Some((Role::Warning, words));
            return effects;
        }
        if error.trouble == Trouble::Waits {
            // nothing more can be done here: somebody else decides
            return vec![Effect::Toast(Toast::warning(error.sentence())), Effect::Close];
        }
        self.notice = None;
        if !error.fields.is_empty() {
            self.mark(&error.fields);
        }
        if error.fields.is_empty() || self.notice.is_some() {
            self.notice = Some((Role::Error, error.sentence()));
        }
        Vec::new()
    }

    fn leave(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(drafting) = self.drafting.as_mut().filter(|_| !self.courier.is_out()) {
            let mut effects = drafting.keep(&self.sheet);
            if drafting.is_kept(ctx) {
                effects.push(Effect::Toast(Toast::info(ctx.words.get("draft-left"))));
                effects.push(Effect::Close);
                return effects;
            }
            if !effects.is_empty() && !self.asked_to_leave {
                // not kept yet: one key more, so that nothing is thrown away by one
                self.asked_to_leave = true;
                let words = ctx.words.with("act-leave", &[("verb", &self.verb)]);
                self.notice = Some((Role::Warning, words));
                return effects;
            }
        }
        if self.sheet.has_text() && !self.asked_to_leave && !self.courier.is_out() {
            self.asked_to_leave = true;
            let words = ctx.words.with("act-leave", &[("verb", &self.verb)]);
            self.notice = Some((Role::Warning, words));
            return Vec::new();
        }
        vec![Effect::Close]
    }

    fn typed(&mut self, done: Done, ctx: &Ctx<'_>) -> Vec<Effect> {
        match done {
            Done::Submit => return self.submit(ctx),
            Done::Changed | Done::Chosen => {
                self.asked_to_leave = false;
                if !matches!(self.notice, Some((Role::Warning, _))) {
                    self.notice = None;
                }
                self.act.arrange(&mut self.sheet, ctx);
                if done == Done::Chosen {
                    self.sheet.advance();
                }
                return self.drafting.iter().map(|_| Drafting::typed()).collect();
            }
            Done::Nothing => {}
        }
        Vec::new()
    }

    /// Decides the field that both changed; when all are, the next try is the person's.
    fn decide(&mut self, theirs: bool, ctx: &Ctx<'_>) {
        self.conflicts.decide(theirs, &mut self.sheet);
        self.act.arrange(&mut self.sheet, ctx);
        let words = ctx.words.with("act-decided", &[("verb", &self.verb)]);
        self.notice = Some((Role::Warning, words));
    }

    /// Whether nothing can be changed: it is on its way, or nobody knows what became of it.
    fn is_frozen(&self) -> bool {
        self.courier.is_out() || self.courier.is_unknown()
    }

    /// What stands below the fields.
    fn status(&self, ctx: &Ctx<'_>) -> Option<(Role, String)> {
        if let Some(words) = self.conflicts.words(ctx).filter(|_| !self.courier.is_out()) {
            return Some((Role::Warning, words));
        }
        match (self.courier.late(), &self.notice) {
            (Some(late), _) => Some((Role::Warning, late.to_owned())),
            (None, _) if self.courier.is_out() => Some((Role::Muted, ctx.words.get("sending"))),
            (None, Some(notice)) => Some(notice.clone()),
            (None, None) => {
                let draft = self.drafting.as_ref()?;
                draft.words(ctx).map(|words| (Role::Muted, words))
            }
        }
    }

    fn reply(&mut self, came: Came, ctx: &Ctx<'_>) -> Vec<Effect> {
        match came {
            Came::NotMine(..) => Vec::new(),
            Came::Done(answer) => {
                if let Some(words) = self.act.again(&answer, ctx) {
                    self.notice = Some((Role::Warning, words));
                    return Vec::new();
                }
                let mut effects = self.act.done(answer, &self.sheet, ctx);
                effects.extend(self.drafting.as_ref().map(Drafting::sent));
                effects.push(Effect::Close);
                effects
            }
            Came::Refused(error) => self.refused(error, ctx),
            Came::Open(error) => {
                let words = error.sentence();
                let values = [("why", words.as_str()), ("verb", self.verb.as_str())];
                let (role, name) = match error.trouble {
                    Trouble::Lost => (Role::Warning, "act-lost"),
                    _ => (Role::Error, "act-again"),
                };
                self.notice = Some((role, ctx.words.with(name, &values)));
                Vec::new()
            }
        }
    }
}

impl Dialog for ActDialog {
    fn title(&self, _: &Ctx<'_>) -> String {
        self.title.clone()
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => {
                self.act.arrange(&mut self.sheet, ctx);
                if self.at_once {
                    return self.submit(ctx);
                }
                let drafting = self.drafting.as_mut();
                drafting.map_or_else(Vec::new, |drafting| drafting.open(ctx))
            }
            Event::Command(Command::Back) => self.leave(ctx),
            Event::Command(Command::Send | Command::Confirm) if self.courier.is_unknown() => self.submit(ctx),
            Event::Command(command @ (Command::KeepMine | Command::TakeTheirs)) => {
                if self.conflicts.is_open() && !self.is_frozen() {
                    self.decide(command == Command::TakeTheirs, ctx);
                }
                Vec::new()
            }
            Event::Command(command) if !self.is_frozen() => {
                let done = self.sheet.command(command);
                self.typed(done, ctx)
            }
            Event::Key(key) if !self.is_frozen() => {
                let done = self.sheet.key(key);
                self.typed(done, ctx)
            }
            Event::Paste(text) if !self.is_frozen() => {
                let done = self.sheet.paste(&text);
                self.typed(done, ctx)
            }
            Event::Delayed(id, words) => {
                self.courier.delayed(id, &words);
                Vec::new()
            }
            Event::Woke(drafting::WAKE) => {
                let drafting = self.drafting.as_mut();
                drafting.map_or_else(Vec::new, |drafting| drafting.keep(&self.sheet))
            }
            Event::Reply(id, reply) => {
                let others = match &mut self.drafting {
                    Some(drafting) => drafting.reply(id, reply, &mut self.sheet),
                    None => Some((id, reply)),
                };
                let Some((id, reply)) = others else {
                    return Vec::new();
                };
                let came = self.courier.reply(id, reply);
                self.reply(came, ctx)
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![self.title.clone()];
        lines.extend(self.lines.clone());
        lines.extend(self.sheet.say(ctx));
        lines.extend(self.status(ctx).map(|(_, words)| words));
        lines.push(self.keys(ctx));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::Dialog]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let send = if self.courier.is_out() {
            Availability::Dimmed(ctx.words.get("sending"))
        } else {
            Availability::Enabled
        };
        let confirm = if self.sheet.takes_lines() {
            Command::Send
        } else {
            Command::Confirm
        };
        let mut commands = vec![(confirm, send)];
        if self.conflicts.is_open() {
            let both = [Command::KeepMine, Command::TakeTheirs];
            commands.extend(both.map(|command| (command, Availability::Enabled)));
        }
        if !self.sheet.is_empty() {
            commands.push((Command::NextField, Availability::Enabled));
        }
        commands.push((Command::Back, Availability::Enabled));
        commands
    }

    fn wants_text(&self) -> bool {
        !self.sheet.is_empty()
    }
}
