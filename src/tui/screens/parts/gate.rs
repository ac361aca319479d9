//! Which token actions can be given now, and why not: the mirror of what the backend enforces.

use crate::domain::permission::Permission;
use crate::domain::token::{DisputeStatus, may_dispute, may_reissue, may_remove};
use crate::tui::flow::{Availability, Ctx};
use crate::tui::keys::Command;
use crate::wire::tokens::TokenRow;

/// The availability of a token action: the permission first, then the confirmed account, then the rules of the token.
///
/// `token` is the one under the cursor; adding needs none.
#[must_use]
pub fn token_action(
    command: Command,
    token: Option<&TokenRow>,
    confirmed: bool,
    ctx: &Ctx<'_>,
) -> Availability {
    allowed(command, token, confirmed, ctx).into()
}

fn allowed(command: Command, token: Option<&TokenRow>, confirmed: bool, ctx: &Ctx<'_>) -> Result<(), String> {
    let permission = match command {
        Command::AddToken | Command::ChooseOffer => Permission::TokenAdd,
        Command::ReissueToken => Permission::TokenReissue,
        Command::RemoveToken => Permission::TokenRemove,
        Command::DisputeToken => Permission::TokenDispute,
        Command::DecideDispute => Permission::DisputeDecide,
        _ => Permission::TokenView,
    };
    ctx.may(permission)?;
    let needs_token = matches!(
        command,
        Command::ReissueToken
            | Command::RemoveToken
            | Command::DisputeToken
            | Command::DecideDispute
            | Command::TokenHistory
            | Command::Open
            | Command::Mark
            | Command::MarkRange
            | Command::MarkAll
    );
    let changes = permission != Permission::TokenView;
    if changes && !confirmed {
        let keys = super::key(ctx, Command::ConfirmAccount);
        return Err(ctx.words.with("confirm-first", &[("keys", &keys)]));
    }
    let Some(token) = token else {
        return if needs_token {
            Err(ctx.words.get("token-none-selected"))
        } else {
            Ok(())
        };
    };
    let refusal = match command {
        Command::RemoveToken => may_remove(token.state).err(),
        // a second time is asked of a second person: the dialog says so
        Command::ReissueToken => may_reissue(token.state, token.dispute, false).err(),
        Command::DisputeToken => may_dispute(token.state).err(),
        Command::DecideDispute if token.dispute != Some(DisputeStatus::Open) => {
            return Err(ctx.words.get("decide-none-open"));
        }
        _ => None,
    };
    match refusal {
        Some(refusal) => Err(sentence(&refusal.to_string())),
        None => Ok(()),
    }
}

/// A reason as a sentence.
#[must_use]
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), chars.as_str())
    })
}
