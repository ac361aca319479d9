//! What can be done to a wallet: each verb names the record and its effect, asks for the reason first, and sends one
//! intent.

use super::act::{Act, ActDialog, missing};
use super::detail::state_word;
use super::sheet::{Entry, Sheet};
use super::{day, value};
use crate::domain::id::{AccountId, IntentKey, TicketId};
use crate::domain::profile::ReasonFor;
use crate::domain::query::Context;
use crate::domain::query::dates::DateExpr;
use crate::domain::time::Moment;
use crate::domain::token::{may_reissue, may_remove};
use crate::tui::flow::{Answer, ApiCall, Ctx, Current, Dialog, Effect, Fact, Toast};
use crate::wire::accounts::AccountCard;
use crate::wire::offers::OfferRow;
use crate::wire::problem::FieldProblem;
use crate::wire::tokens::{AddToken, ChangeToken, TokenRow};

/// Whose wallet, as dialogs name it: "Tyrone Johnson …4411".
#[must_use]
pub fn whose(card: Option<&AccountCard>, ctx: &Ctx<'_>) -> String {
    let Some(card) = card else {
        return ctx.words.get("verb-this-account");
    };
    let name = super::full_name(ctx, &card.first_name, &card.last_name);
    let tail = card.user_id.trim_start_matches('•');
    if tail.is_empty() {
        name
    } else {
        format!("{name} …{tail}")
    }
}

/// The field for the last day of a reissued token; the backend calls it so, too.
const EXPIRY: &str = "expires_at";

/// The verbs of a wallet.
#[derive(Debug)]
enum Verb {
    Add(Box<OfferRow>),
    Remove(Box<TokenRow>),
    Reissue(Box<TokenRow>),
}

#[derive(Debug)]
struct TokenAct {
    /// It was reissued before, and a second person is asked.
    again: bool,
    verb: Verb,
    /// When and where dates are read.
    dates: Context,
    account: AccountId,
    whose: String,
    ticket: Option<TicketId>,
}

/// Adds an offer to a wallet; when it is done, the screen that it was chosen on is left.
#[must_use]
pub fn add(
    offer: &OfferRow,
    account: AccountId,
    whose: &str,
    ticket: Option<TicketId>,
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let of = &offer.offer;
    let expires = of
        .expiry_for(ctx.now)
        .map_or_else(|| ctx.words.get("token-never-expires"), |at| day(ctx, Some(at)));
    let worth = value(ctx, &of.value);
    let values = [
        ("offer", of.name.as_str()),
        ("value", worth.as_str()),
        ("merchant", of.merchant.as_str()),
        ("whose", whose),
        ("expires", expires.as_str()),
    ];
    let act = TokenAct {
        again: false,
        verb: Verb::Add(Box::new(offer.clone())),
        dates: dates(ctx),
        account,
        whose: whose.to_owned(),
        ticket,
    };
    dialog("add", &values, ReasonFor::TokenAdd, act, ctx)
}

/// Takes a token out of its wallet.
#[must_use]
pub fn remove(token: &TokenRow, whose: &str, ticket: Option<TicketId>, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let act = TokenAct {
        again: false,
        verb: Verb::Remove(Box::new(token.clone())),
        dates: dates(ctx),
        account: token.account_id,
        whose: whose.to_owned(),
        ticket,
    };
    change("remove", token, ReasonFor::TokenRemove, act, ctx)
}

/// Puts a new instance in the place of a token.
#[must_use]
pub fn reissue(token: &TokenRow, whose: &str, ticket: Option<TicketId>, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let again = token.reissued_to.is_some();
    let act = TokenAct {
        again,
        verb: Verb::Reissue(Box::new(token.clone())),
        dates: dates(ctx),
        account: token.account_id,
        whose: whose.to_owned(),
        ticket,
    };
    let name = if again { "reissue-again" } else { "reissue" };
    change(name, token, ReasonFor::TokenReissue, act, ctx)
}

fn change(name: &str, token: &TokenRow, reasons: ReasonFor, act: TokenAct, ctx: &Ctx<'_>) -> Box<dyn Dialog> {
    let worth = value(ctx, &token.value);
    let state = state_word(token.state, ctx);
    let claimed = day(ctx, Some(token.claimed_at));
    let whose = act.whose.clone();
    let values = [
        ("offer", token.name.as_str()),
        ("value", worth.as_str()),
        ("merchant", token.merchant.as_str()),
        ("state", state.as_str()),
        ("claimed", claimed.as_str()),
        ("reference", token.token_ref.as_str()),
        ("whose", whose.as_str()),
    ];
    dialog(name, &values, reasons, act, ctx)
}

fn dates(ctx: &Ctx<'_>) -> Context {
    Context {
        now: ctx.now,
        zone: ctx.zone.clone(),
    }
}

fn dialog(
    name: &str,
    values: &[(&str, &str)],
    reasons: ReasonFor,
    act: TokenAct,
    ctx: &Ctx<'_>,
) -> Box<dyn Dialog> {
    let words = ctx.words;
    let mut entries = vec![Entry::reason("reason", reasons, ctx)];
    if matches!(act.verb, Verb::Reissue(_)) {
        let label = words.get("token-fact-expires");
        entries.push(Entry::line(EXPIRY, label, 40).hint(words.get("verb-reissue-expiry-hint")));
    }
    let sheet = Sheet::new(entries).enter_sends();
    let lines = vec![
        words.with(&format!("verb-{name}-line"), values),
        words.with(&format!("verb-{name}-effect"), values),
    ];
    let title = words.with(&format!("verb-{name}-title"), values);
    let verb = words.get(&format!("verb-{name}-verb"));
    Box::new(ActDialog::new(title, verb, sheet, Box::new(act)).lines(lines))
}

impl TokenAct {
    /// The last moment of the date that was written for the new token; `None` for what is no date.
    fn expiry(&self, text: &str) -> Option<Moment> {
        let span = DateExpr::read(text)?.resolve(&self.dates)?;
        span.before.map(|after| Moment::from_micros(after.micros() - 1))
    }

    /// Why the verb cannot be done on the row as it is known now.
    fn refusal(&self) -> Option<String> {
        match &self.verb {
            Verb::Add(_) => None,
            Verb::Remove(token) => may_remove(token.state).err().map(|refusal| refusal.to_string()),
            Verb::Reissue(token) => {
                let before = token.reissued_to.is_some() && !self.again;
                may_reissue(token.state, token.dispute, before)
                    .err()
                    .map(|refusal| refusal.to_string())
            }
        }
    }
}

impl Act for TokenAct {
    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        if !sheet.reason("reason").is_given() {
            wrong.push(missing("reason", ctx.words.get("verb-reason-missing")));
        }
        let date = sheet.text(EXPIRY);
        if !date.is_empty() {
            match self.expiry(&date) {
                None => wrong.push(missing(EXPIRY, ctx.words.get("verb-reissue-no-date"))),
                Some(at) if at <= ctx.now => wrong.push(missing(EXPIRY, ctx.words.get("verb-reissue-past"))),
                Some(_) => {}
            }
        }
        if let Some(refusal) = self.refusal() {
            wrong.push(missing("", super::gate::sentence(&refusal)));
        }
        wrong
    }

    fn impossible(&self, _: &Ctx<'_>) -> Option<String> {
        self.refusal().map(|refusal| super::gate::sentence(&refusal))
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        let reason = sheet.reason("reason");
        let change = |reason| ChangeToken {
            reason,
            ticket_id: self.ticket,
            expires_at: self.expiry(&sheet.text(EXPIRY)),
            again: self.again,
        };
        match &self.verb {
            Verb::Add(offer) => ApiCall::AddToken {
                key,
                account: self.account,
                body: AddToken {
                    offer_id: offer.offer.id,
                    reason,
                    ticket_id: self.ticket,
                },
            },
            Verb::Remove(token) => ApiCall::RemoveToken {
                key,
                token: token.id,
                version: token.version,
                body: change(reason),
            },
            Verb::Reissue(token) => ApiCall::ReissueToken {
                key,
                token: token.id,
                version: token.version,
                body: change(reason),
            },
        }
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Answer::Done(done) = answer else {
            return Vec::new();
        };
        let name = match &self.verb {
            Verb::Add(_) => "verb-add-done",
            Verb::Remove(_) => "verb-remove-done",
            Verb::Reissue(_) => "verb-reissue-done",
        };
        let expires = day(ctx, done.token.expires_at);
        let undo = super::undo::hint(&done, ctx);
        let values = [
            ("offer", done.token.name.as_str()),
            ("whose", self.whose.as_str()),
            ("expires", expires.as_str()),
            ("undo", undo.as_str()),
        ];
        let mut effects = vec![Effect::Toast(Toast::good(ctx.words.with(name, &values)))];
        effects.push(Effect::Publish(Fact::TokenChanged(done)));
        effects.extend(
            self.ticket
                .map(|ticket| Effect::Publish(Fact::TicketTouched(ticket))),
        );
        if matches!(self.verb, Verb::Add(_)) {
            effects.push(Effect::Pop);
        }
        effects
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let (Verb::Remove(token) | Verb::Reissue(token), Current::Token(now)) = (&mut self.verb, current)
        else {
            return (String::new(), Vec::new());
        };
        let changed = changes(token, &now, ctx);
        let shown = Effect::Publish(Fact::TokenRowChanged(now.clone()));
        *token = now;
        (changed, vec![shown])
    }
}

/// What is another in a row than it was, in words.
pub(super) fn changes(before: &TokenRow, now: &TokenRow, ctx: &Ctx<'_>) -> String {
    let mut all = Vec::new();
    let mut compare = |name: &str, old: String, new: String| {
        if old != new {
            let name = ctx.words.get(name);
            let values = [
                ("name", name.as_str()),
                ("old", old.as_str()),
                ("new", new.as_str()),
            ];
            all.push(ctx.words.with("verb-changed", &values));
        }
    };
    compare(
        "token-col-state",
        state_word(before.state, ctx),
        state_word(now.state, ctx),
    );
    compare(
        "token-fact-expires",
        day(ctx, before.expires_at),
        day(ctx, now.expires_at),
    );
    compare("token-fact-used", day(ctx, before.used_at), day(ctx, now.used_at));
    let reissued = |row: &TokenRow| {
        let word = if row.reissued_to.is_some() { "yes" } else { "no" };
        ctx.words.get(word)
    };
    compare("token-fact-reissue", reissued(before), reissued(now));
    if all.is_empty() {
        ctx.words.get("verb-changed-other")
    } else {
        all.join(", ")
    }
}
