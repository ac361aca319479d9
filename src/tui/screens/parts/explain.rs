//! Why a token is as it is, and why it may be changed or not: the rules of the domain with the facts they met.

use super::detail::state_word;
use super::gate::sentence;
use super::key;
use crate::domain::time::Moment;
use crate::domain::token::{DisputeStatus, TokenState, may_dispute, may_reissue, may_remove};
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::wire::tokens::TokenRow;

/// Why a token is in its state, and which actions it allows. `confirmed`: the account is.
#[must_use]
pub fn token(token: &TokenRow, confirmed: bool, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let mut lines = vec![words.get("token-why-order")];
    lines.extend(steps(token, ctx));
    lines.push(words.get(&format!("token-why-{}", token.state.word())));
    lines.push(String::new());
    let mut verb = |command: Command, refusal: Option<String>| {
        let answer = match (confirmed, refusal) {
            (_, Some(why)) => sentence(&why),
            (false, None) => words.with("confirm-first", &[("keys", &key(ctx, Command::ConfirmAccount))]),
            (true, None) => words.get("token-why-allowed"),
        };
        lines.push(format!("{}: {answer}", command.label()));
    };
    verb(
        Command::RemoveToken,
        may_remove(token.state).err().map(|e| e.to_string()),
    );
    verb(
        Command::DisputeToken,
        may_dispute(token.state).err().map(|e| e.to_string()),
    );
    let reissue = may_reissue(token.state, token.dispute, token.reissued_to.is_some());
    verb(Command::ReissueToken, reissue.err().map(|e| e.to_string()));
    lines
}

/// The rule of the state, step by step, down to the one that decided.
fn steps(token: &TokenRow, ctx: &Ctx<'_>) -> Vec<String> {
    let words = ctx.words;
    let when = |at: Option<Moment>| at.map(|at| people::date_time(at.timestamp(), ctx.zone));
    let dispute = token
        .dispute
        .map(|status| words.get(&format!("token-dispute-{}", status.word())));
    let expires = token.expires_at.map(|at| {
        let relative = people::relative_date(words, at.timestamp(), ctx.now.timestamp(), ctx.zone);
        format!("{} ({relative})", people::date_time(at.timestamp(), ctx.zone))
    });
    let steps: [(TokenState, Option<String>, bool); 5] = [
        (
            TokenState::Removed,
            when(token.removed_at),
            token.removed_at.is_some(),
        ),
        (
            TokenState::Disputed,
            dispute,
            token.dispute == Some(DisputeStatus::Open),
        ),
        (TokenState::Used, when(token.used_at), token.used_at.is_some()),
        (
            TokenState::Shared,
            when(token.shared_at),
            token.shared_at.is_some(),
        ),
        (
            TokenState::Expired,
            expires,
            token.expires_at.is_some_and(|at| at < ctx.now),
        ),
    ];
    let mut lines = Vec::new();
    for (state, fact, holds) in steps {
        let answer = words.get(if holds { "yes" } else { "no" });
        let state_said = state_word(state, ctx);
        let mut values = vec![("state", state_said.as_str()), ("answer", answer.as_str())];
        let id = match &fact {
            Some(fact) => {
                values.push(("fact", fact.as_str()));
                "token-why-step"
            }
            None => "token-why-step-plain",
        };
        lines.push(words.with(id, &values));
        if holds {
            break;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, token as row};
    use super::*;

    #[test]
    fn the_state_is_told_down_to_the_step_that_decided() {
        let world = World::new(80, 24);
        for state in [
            TokenState::Removed,
            TokenState::Used,
            TokenState::Shared,
            TokenState::Expired,
            TokenState::Active,
        ] {
            let lines = token(&row(1, "x", state), true, &world.ctx());
            let yes: Vec<&String> = lines.iter().filter(|line| line.contains("? yes")).collect();
            match state {
                TokenState::Active => assert!(yes.is_empty(), "{lines:?}"),
                _ => assert!(yes.len() == 1 && yes[0].starts_with(state.word()), "{lines:?}"),
            }
        }
        insta::assert_snapshot!(token(&row(1, "x", TokenState::Used), true, &world.ctx()).join("\n"));
    }
}
