//! The catalog (Token Search): find an offer and add it to a wallet.

mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::context::TicketContext;
use super::parts::detail::{self, Detail};
use super::parts::gate::{sentence, token_action};
use super::parts::live::{self, Live};
use super::parts::pictures::Pictures;
use super::parts::window::Took;
use super::parts::{ask_latest, day, key, token_verbs, value};
use crate::domain::id::{AccountId, OfferId, TicketId};
use crate::domain::query::OFFER_FIELDS;
use crate::tui::flow::{
    Answer, ApiCall, Availability, Ctx, Effect, Event, Explanation, Fact, Latest, Placed, Reply, RequestId,
    Screen, ScreenKind, Toast, Told,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::list::Move;
use crate::wire::accounts::AccountCard;
use crate::wire::offers::OfferRow;
use crate::wire::page::ListParams;

/// The orders that come first in the choice of one.
const SORTS: [&str; 4] = ["name", "-value", "valid_until", "type"];

/// Asks for a page of what can go to an account's wallet.
fn call_of(account: AccountId) -> impl Fn(ListParams) -> ApiCall {
    move |params| ApiCall::Offers { account, params }
}

/// Why an offer cannot be added to the wallet, if it cannot.
fn why_not(offer: &OfferRow) -> Option<&str> {
    offer.why_not.as_deref().or(offer.not_addable.as_deref())
}

/// The catalog screen.
#[derive(Debug)]
pub struct CatalogScreen {
    account: AccountId,
    context: TicketContext,
    card: Option<Box<AccountCard>>,
    card_asked: Latest,
    offers: Live<OfferRow>,
    /// Enter was pressed before the offers that answer the query were there: it is meant for the first of those.
    choose_when_found: bool,
    pictures: Pictures,
    /// The offer whose picture is shown, or is to be after the rest.
    rests_on: Option<OfferId>,
}

impl CatalogScreen {
    /// The catalog, to add to this account's wallet; the query line has the focus.
    #[must_use]
    pub fn new(account: AccountId, ticket: Option<TicketId>) -> Self {
        let mut offers = Live::new(&OFFER_FIELDS, "");
        offers.begin();
        Self {
            account,
            context: TicketContext::new(ticket),
            card: None,
            card_asked: Latest::default(),
            offers,
            choose_when_found: false,
            pictures: Pictures::default(),
            rests_on: None,
        }
    }

    fn offer(&self) -> Option<&OfferRow> {
        self.offers.window.row()
    }

    /// The cursor may have come to another offer: its picture follows after a rest.
    fn follow(&mut self, ctx: &Ctx<'_>) -> Option<Effect> {
        let here = self.offer().map(|row| row.offer.id);
        if !ctx.pictures || here == self.rests_on {
            return None;
        }
        self.rests_on = here;
        Some(Detail::follow())
    }

    fn show_picture(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (id, image) = match self.offer() {
            Some(row) => (Some(row.offer.id), row.offer.image.clone()),
            None => (None, String::new()),
        };
        self.pictures.show(id, &image, ctx)
    }

    fn whose(&self, ctx: &Ctx<'_>) -> String {
        token_verbs::whose(self.card.as_deref(), ctx)
    }

    /// Whether the offer under the cursor can be added now.
    fn addable(&self, ctx: &Ctx<'_>) -> Availability {
        if self.card.is_none() {
            return Availability::Dimmed(ctx.words.get("loading"));
        }
        let confirmed = self.card.as_ref().is_some_and(|card| card.verified_at.is_some());
        match (
            token_action(Command::ChooseOffer, None, confirmed, ctx),
            self.offer(),
        ) {
            (Availability::Dimmed(why), _) => Availability::Dimmed(why),
            (_, None) => Availability::Dimmed(ctx.words.get("catalog-none-selected")),
            (_, Some(offer)) => match why_not(offer) {
                Some(why) => Availability::Dimmed(sentence(why.trim_end_matches('.'))),
                None => Availability::Enabled,
            },
        }
    }

    fn read_card(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        ask_latest(
            &mut self.card_asked,
            ctx.request(),
            ApiCall::Account(self.account),
        )
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.choose_when_found = false;
        if let Some(effects) = self.offers.command(command, ctx, &call_of(self.account)) {
            return effects;
        }
        match command {
            Command::Sort => self.offers.choose_sort(&SORTS, ctx),
            Command::Refresh => {
                let mut effects = self.offers.window.refresh(ctx, &call_of(self.account));
                effects.extend(self.read_card(ctx));
                effects
            }
            Command::Open | Command::ChooseOffer => self.choose(ctx),
            Command::Copy => self.offer().map_or_else(Vec::new, |offer| {
                vec![Effect::Copy {
                    text: offer.offer.code.clone(),
                    what: ctx.words.get("token-fact-offer"),
                }]
            }),
            other => match (Move::of(other), self.context.row()) {
                (Some(way), _) => self.offers.go(way, ctx, &call_of(self.account)).1,
                (None, Some(row)) => super::parts::ticket_verbs::perform(other, row, ctx),
                (None, None) => Vec::new(),
            },
        }
    }

    fn choose(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let window = &self.offers.window;
        if window.problem.is_none() && (window.is_stale() || !window.has_come()) {
            // never an offer of the query before
            self.choose_when_found = true;
            return Vec::new();
        }
        if let Availability::Dimmed(why) = self.addable(ctx) {
            return vec![Effect::Toast(Toast::warning(why))];
        }
        self.offer().map_or_else(Vec::new, |offer| {
            let whose = self.whose(ctx);
            let dialog = token_verbs::add(offer, self.account, &whose, self.context.id(), ctx);
            vec![Effect::Open(dialog)]
        })
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (took, mut effects) = self.offers.reply(id, reply, ctx, &call_of(self.account));
        let Took::NotMine(id, reply) = took else {
            if !self.offers.window.is_stale() && std::mem::take(&mut self.choose_when_found) {
                effects.extend(self.choose(ctx));
            }
            return effects;
        };
        let Some((id, reply)) = self.context.reply(id, reply) else {
            return effects;
        };
        let Some((id, reply)) = self.pictures.reply(id, reply) else {
            return effects;
        };
        if self.card_asked.takes(id)
            && let Ok(Answer::Card(card)) = reply
        {
            self.card = Some(card);
        }
        effects
    }

    fn happened(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => {
                let mut effects = self.offers.open(ctx, &call_of(self.account));
                effects.extend(self.read_card(ctx));
                effects.extend(self.context.read(ctx));
                effects
            }
            Event::Resumed => self.read_card(ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.offers.key(key, ctx),
            Event::Paste(text) if self.offers.is_typing() => {
                self.offers.paste(&text, ctx, &call_of(self.account))
            }
            Event::Woke(detail::WAKE) => self.show_picture(ctx),
            Event::Woke(live::WAKE) => self.offers.woke(ctx, &call_of(self.account)),
            Event::Told(Told::Query(text)) => self.offers.told(&text, ctx, &call_of(self.account)),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            Event::Happened(fact) => {
                let mut effects = self.context.happened(&fact, ctx);
                if fact == Fact::AccountTouched(self.account) {
                    effects.extend(self.read_card(ctx));
                }
                effects
            }
            _ => Vec::new(),
        }
    }
}

impl Screen for CatalogScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Catalog
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("catalog-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.happened(event, ctx);
        effects.extend(self.follow(ctx));
        effects
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn picture(&self) -> Option<Placed> {
        // never the picture of the offer before
        let here = self.offer().map(|row| row.offer.id);
        self.pictures
            .placed()
            .filter(|placed| Some(placed.picture.offer) == here)
    }

    fn question(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.offers.question(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let words = ctx.words;
        let whose = self.whose(ctx);
        let mut lines = vec![words.with("catalog-say-where", &[("whose", &whose)])];
        lines.extend(self.context.say(ctx));
        lines.extend(self.offers.say(ctx));
        lines.extend(self.offers.window.problem.as_ref().map(|p| p.sentence()));
        match self.offer() {
            None => lines.push(words.get("catalog-none-selected")),
            Some(row) => {
                let at = (self.offers.window.list.cursor.at + 1).to_string();
                let worth = value(ctx, &row.offer.value);
                let until = day(ctx, row.offer.valid_until);
                let values = [
                    ("at", at.as_str()),
                    ("offer", row.offer.name.as_str()),
                    ("value", worth.as_str()),
                    ("merchant", row.offer.merchant.as_str()),
                    ("until", until.as_str()),
                ];
                lines.push(words.with("catalog-say-row", &values));
                if let Availability::Dimmed(why) = self.addable(ctx) {
                    lines.push(why);
                }
            }
        }
        let name = if self.offers.is_typing() {
            "catalog-say-keys-typing"
        } else {
            "catalog-say-keys"
        };
        lines.push(words.with(name, &[("key", &key(ctx, Command::Filter))]));
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.offers.is_typing() {
            contexts.push(Context::Text);
        }
        contexts.push(Context::Catalog);
        if self.context.id().is_some() {
            contexts.push(Context::Tickets);
        }
        contexts.extend([Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        // Enter in the list adds, too, and is not listed a second time
        let mut commands = vec![
            (Command::ChooseOffer, self.addable(ctx)),
            (Command::Filter, Availability::Enabled),
            (Command::Sort, Availability::Enabled),
            (Command::QueryForm, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ];
        if self.offer().is_some() {
            commands.push((Command::Copy, Availability::Enabled));
        }
        if let Some(row) = self.context.row() {
            commands.extend(super::parts::ticket_verbs::commands(row, ctx));
        }
        commands
    }

    fn wants_text(&self) -> bool {
        self.offers.is_typing()
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let row = self.offer()?;
        let why = match self.addable(ctx) {
            Availability::Enabled => ctx.words.get("catalog-why-addable"),
            Availability::Dimmed(why) => why,
        };
        let end = row.offer.expiry_for(ctx.now);
        let over = end.is_some_and(|at| at <= ctx.now);
        let expires = end.map_or_else(|| ctx.words.get("token-never-expires"), |at| day(ctx, Some(at)));
        let rule = if row.offer.valid_days.is_some() {
            "catalog-why-days"
        } else {
            "catalog-why-offer"
        };
        let days = row.offer.valid_days.unwrap_or_default().to_string();
        let values = [("days", days.as_str()), ("expires", expires.as_str())];
        // of an offer that is over there is nothing to tell about the end of a token
        let rule = (!over).then(|| ctx.words.with(rule, &values));
        Some(Explanation {
            title: row.offer.name.clone(),
            lines: std::iter::once(why).chain(rule).collect(),
        })
    }

    fn context_line(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.context.line(ctx)
    }
}
