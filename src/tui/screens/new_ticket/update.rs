//! What the form does when something happens.

use super::NewTicketScreen;
use crate::domain::id::IntentKey;
use crate::domain::ticket::Priority;
use crate::tui::flow::{
    Answer, ApiCall, CallError, Ctx, Effect, Event, Fact, Reply, RequestId, Route, Toast, Trouble,
};
use crate::tui::keys::Command;
use crate::tui::screens::parts::act::missing;
use crate::tui::screens::parts::courier::Came;
use crate::tui::screens::parts::drafting::{self, Drafting};
use crate::tui::screens::parts::sheet::Done;
use crate::tui::screens::parts::{ask_latest, full_name};
use crate::tui::theme::Role;
use crate::wire::tickets::NewTicket;

/// Shortest subject, in characters.
const LEAST_SUBJECT: usize = 3;

impl NewTicketScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.arrange(ctx);
        match event {
            Event::Opened => {
                let mut effects = self.ask_customer(ctx);
                effects.extend(self.drafting.open(ctx));
                effects
            }
            Event::Woke(drafting::WAKE) => self.drafting.keep(&self.sheet),
            Event::Command(Command::Send | Command::Confirm) if self.courier.is_unknown() => self.submit(ctx),
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
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            _ => Vec::new(),
        }
    }

    fn ask_customer(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.account {
            Some(account) => ask_latest(&mut self.asked, ctx.request(), ApiCall::Account(account)),
            None => Vec::new(),
        }
    }

    fn typed(&mut self, done: Done, ctx: &Ctx<'_>) -> Vec<Effect> {
        match done {
            Done::Submit => return self.submit(ctx),
            Done::Changed | Done::Chosen => {
                self.notice = None;
                self.arrange(ctx);
                if done == Done::Chosen {
                    self.sheet.advance();
                }
                return vec![Drafting::typed()];
            }
            Done::Nothing => {}
        }
        Vec::new()
    }

    fn submit(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let subject = self.sheet.text("subject").chars().count();
        if subject < LEAST_SUBJECT {
            let problem = missing("subject", ctx.words.get("new-ticket-need-subject"));
            self.sheet.wrong(&[problem]);
            return Vec::new();
        }
        self.notice = None;
        let body = self.body();
        self.courier.send(ctx, |key: IntentKey| ApiCall::CreateTicket {
            key,
            body: body.clone(),
        })
    }

    fn body(&self) -> NewTicket {
        NewTicket {
            subject: self.sheet.text("subject"),
            description: self.sheet.text("description"),
            priority: Priority::from_word(&self.sheet.text("priority")),
            category: self.sheet.text("category"),
            account_id: self.account,
            token_ids: self.tokens.clone(),
            ..NewTicket::default()
        }
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.asked.takes(id) {
            self.customer = Some(match reply {
                Ok(Answer::Card(card)) => full_name(ctx, &card.first_name, &card.last_name),
                _ => ctx.words.get("nothing"),
            });
            return Vec::new();
        }
        let Some((id, reply)) = self.drafting.reply(id, reply, &mut self.sheet) else {
            return Vec::new();
        };
        match self.courier.reply(id, reply) {
            Came::Done(Answer::Ticket(ticket)) => {
                let number = ticket.row.number.clone();
                let ticket_id = ticket.row.id;
                let toast = ctx.words.with("new-ticket-done", &[("number", &number)]);
                vec![
                    // the screen first: it takes what is published, and needs not wait
                    Effect::Replace(Route::Ticket { ticket: ticket_id }),
                    Effect::Publish(Fact::TicketChanged(ticket)),
                    Effect::Toast(Toast::good(toast)),
                    self.drafting.sent(),
                ]
            }
            Came::Done(_) | Came::NotMine(..) => Vec::new(),
            Came::Refused(error) => self.refused(&error),
            Came::Open(error) => {
                let why = error.sentence();
                let verb = ctx.words.get("new-ticket-verb");
                let (role, name) = match error.trouble {
                    Trouble::Lost => (Role::Warning, "act-lost"),
                    _ => (Role::Error, "act-again"),
                };
                let words = ctx.words.with(name, &[("why", &why), ("verb", &verb)]);
                self.notice = Some((role, words));
                Vec::new()
            }
        }
    }

    fn refused(&mut self, error: &CallError) -> Vec<Effect> {
        let others = self.sheet.wrong(&error.fields);
        if error.fields.is_empty() || !others.is_empty() {
            let words = [error.sentence(), others.join(" ")].join(" ");
            self.notice = Some((Role::Error, words.trim_end().to_owned()));
        }
        Vec::new()
    }
}
