//! What the look-up does when something happens.

use super::{Focus, Form, LookupScreen};
use crate::domain::lookup::{
    LookupError, recognise, validate_email, validate_mobile, validate_name, validate_user_id,
};
use crate::domain::permission::Permission;
use crate::tui::flow::{Answer, ApiCall, Ctx, Effect, Event, Reply, RequestId, Route, Toast};
use crate::tui::keys::{Command, Key, KeyCode};
use crate::tui::screens::parts::ask_latest;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::list::Move;
use crate::wire::accounts::{AccountHits, AccountSearch, Fit};

/// Most candidates that are asked for.
const LIMIT: u32 = 50;

impl LookupScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => self.context.read(ctx),
            Event::Happened(fact) => self.context.happened(&fact, ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.key(key),
            Event::Paste(text) => self.paste(&text),
            Event::Reply(id, reply) => {
                if let Some((id, reply)) = self.context.reply(id, reply) {
                    self.reply(id, reply);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let command = match command {
            Command::Older => Command::Up,
            Command::Newer => Command::Down,
            other => other,
        };
        match (self.focus, command) {
            (Focus::Field, Command::Submit) if self.opens() => {
                return match ctx.may(Permission::AccountView) {
                    Ok(()) => self.open(),
                    Err(why) => vec![Effect::Toast(Toast::warning(why))],
                };
            }
            (Focus::Field, Command::Submit) => return self.submit(ctx),
            (Focus::Field, Command::Complete | Command::Down) if self.form.is_some() => self.step(1),
            (Focus::Field, Command::PreviousPane | Command::Up) if self.form.is_some() => self.step(-1),
            (Focus::Field, Command::LeaveText | Command::Complete | Command::NextPane) => {
                self.focus = Focus::Hits;
            }
            (Focus::Field, other) if self.form.is_none() && Move::of(other).is_some() => self.go(other),
            (Focus::Hits, Command::Filter | Command::NextPane | Command::PreviousPane) => {
                self.focus = Focus::Field;
            }
            (Focus::Hits, Command::Open) => return self.open(),
            (_, Command::LookupForm) => self.turn_form(),
            (_, Command::Refresh) => return self.again(ctx),
            (_, Command::NewTicket) => return self.new_ticket(),
            (Focus::Hits, other) => self.go(other),
            _ => {}
        }
        Vec::new()
    }

    /// Moves the cursor among what was found.
    fn go(&mut self, command: Command) {
        if let Some(way) = Move::of(command) {
            let rows = self.found.as_ref().map_or(&[][..], |found| &found.items);
            self.list.go(way, rows, |hit| hit.id);
        }
    }

    fn new_ticket(&self) -> Vec<Effect> {
        let account = self
            .hit()
            .filter(|_| self.focus == Focus::Hits || self.opens())
            .map(|hit| hit.id);
        vec![Effect::Push(Route::NewTicket {
            account,
            tokens: Vec::new(),
        })]
    }

    fn open(&mut self) -> Vec<Effect> {
        let ticket = self.context.id();
        self.hit().map_or_else(Vec::new, |hit| {
            vec![Effect::Push(Route::Account {
                account: hit.id,
                ticket,
            })]
        })
    }

    fn turn_form(&mut self) {
        self.focus = Focus::Field;
        self.settled = false;
        self.wrong = None;
        self.form = match self.form.take() {
            Some(_) => None,
            None => Some(Form::default()),
        };
    }

    fn step(&mut self, by: i8) {
        if let Some(form) = &mut self.form {
            let count = form.fields.len();
            form.at = match by {
                1 => (form.at + 1) % count,
                _ => (form.at + count - 1) % count,
            };
        }
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        if self.focus == Focus::Hits {
            return Vec::new();
        }
        let is_edit = key.inserts().is_some() || !matches!(key.code, KeyCode::Esc | KeyCode::Enter);
        if is_edit {
            self.begin_anew(key.inserts().is_some());
            let edit = self.field().key(key);
            self.edited(edit);
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str) -> Vec<Effect> {
        if self.focus == Focus::Field {
            self.begin_anew(true);
            let edit = self.field().paste(text);
            self.edited(edit);
        }
        Vec::new()
    }

    /// What stands in the line was answered: what is typed now takes its place; a key that edits goes on from it.
    fn begin_anew(&mut self, types: bool) {
        if std::mem::take(&mut self.settled) && types && self.form.is_none() {
            self.line.set("");
        }
    }

    fn field(&mut self) -> &mut crate::tui::widgets::field::Field {
        match &mut self.form {
            Some(form) => {
                let at = form.at.min(form.fields.len() - 1);
                &mut form.fields[at]
            }
            None => &mut self.line,
        }
    }

    fn edited(&mut self, edit: Edit) {
        if edit == Edit::Changed {
            self.wrong = None;
            if let Some(form) = &mut self.form {
                form.wrong = None;
            }
        }
    }

    /// Checks what was typed, and asks the backend if it can be meant.
    fn submit(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let asked = match &mut self.form {
            None => match recognise(self.line.text(), &ctx.desk.default_region) {
                Ok(_) => Some((
                    self.line.text().trim().to_owned(),
                    AccountSearch {
                        q: Some(self.line.text().trim().to_owned()),
                        ..AccountSearch::default()
                    },
                )),
                Err(error) => {
                    self.wrong = Some(sentence(error));
                    None
                }
            },
            Some(form) => match form_search(form, &ctx.desk.default_region) {
                Ok(search) => Some(search),
                Err((at, FormWrong::Field(error))) => {
                    form.wrong = Some((at, sentence(error)));
                    form.at = at;
                    None
                }
                Err((at, FormWrong::TwoWays)) => {
                    form.wrong = Some((at, ctx.words.get("lookup-form-two-ways")));
                    form.at = at;
                    None
                }
            },
        };
        let Some((asked_for, mut search)) = asked else {
            // nothing is asked any more: an answer on its way would be to something else
            return self.asked.forget().into_iter().map(Effect::Cancel).collect();
        };
        search.limit = Some(LIMIT);
        self.asked_for = asked_for;
        self.send(search, ctx)
    }

    fn again(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.last.clone() {
            Some(search) => self.send(search, ctx),
            None => Vec::new(),
        }
    }

    fn send(&mut self, search: AccountSearch, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.last = Some(search.clone());
        ask_latest(&mut self.asked, ctx.request(), ApiCall::SearchAccounts(search))
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        if !self.asked.takes(id) {
            return;
        }
        match reply {
            Ok(Answer::Hits(found)) => self.take(found),
            Ok(_) => {}
            Err(error) => {
                let of_field = error.fields.first().map(|field| field.detail.clone());
                if let (Some(detail), Some(form)) = (&of_field, &mut self.form) {
                    form.wrong = Some((form.at, detail.clone()));
                } else {
                    self.wrong = of_field;
                }
                self.problem = Some(error);
            }
        }
    }

    fn take(&mut self, found: AccountHits) {
        self.problem = None;
        let same = self.found_for == self.asked_for && self.found.is_some();
        self.found_for.clone_from(&self.asked_for);
        let exact: Vec<_> = found.items.iter().filter(|hit| hit.fit == Fit::Exact).collect();
        let only = match exact.as_slice() {
            [hit] => Some(hit.id),
            _ => None,
        };
        let any = !found.items.is_empty();
        if same {
            self.list.settle(&found.items, |hit| hit.id);
        } else {
            self.list.restart(&found.items, |hit| hit.id);
        }
        if let Some(only) = only.filter(|_| !same) {
            self.list.select(&only, &found.items, |hit| hit.id);
        }
        self.found = Some(found);
        // whoever types on is not interrupted
        let typed_on = self.form.is_none() && self.line.text().trim() != self.found_for;
        match self.form {
            // the field keeps the focus: the next name can be typed at once
            None => self.settled = !typed_on,
            Some(_) if any => self.focus = Focus::Hits,
            Some(_) => {}
        }
    }
}

/// What is wrong with the form.
enum FormWrong {
    /// One field.
    Field(LookupError),
    /// More than one way is filled in.
    TwoWays,
}

/// The search that the form means, and what was asked in words; else the field that is wrong.
fn form_search(form: &Form, region: &str) -> Result<(String, AccountSearch), (usize, FormWrong)> {
    let text = |at: usize| form.fields[at].text().trim().to_owned();
    let filled: Vec<usize> = (0..form.fields.len())
        .filter(|at| !text(*at).is_empty())
        .collect();
    let ways: std::collections::BTreeSet<usize> =
        filled.iter().map(|at| if *at == 2 { 1 } else { *at }).collect();
    if let (true, Some(second)) = (ways.len() > 1, ways.iter().nth(1)) {
        return Err((*second, FormWrong::TwoWays));
    }
    let Some(way) = ways.first() else {
        return Err((form.at, FormWrong::Field(LookupError::Empty)));
    };
    let given = |at: usize| Some(text(at)).filter(|text| !text.is_empty());
    let wrong = |at: usize| move |error: LookupError| (at, FormWrong::Field(error));
    let mut search = AccountSearch::default();
    match way {
        0 => {
            validate_email(&text(0)).map_err(wrong(0))?;
            search.email = given(0);
        }
        1 => {
            validate_name(&text(1), &text(2)).map_err(wrong(1))?;
            search.first_name = given(1);
            search.last_name = given(2);
        }
        3 => {
            validate_mobile(&text(3), region).map_err(wrong(3))?;
            search.mobile = given(3);
        }
        _ => {
            validate_user_id(&text(4)).map_err(wrong(4))?;
            search.user_id = given(4);
        }
    }
    let asked: Vec<String> = filled.iter().map(|at| text(*at)).collect();
    Ok((asked.join(" "), search))
}

/// What is wrong, as a sentence.
fn sentence(error: LookupError) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}
