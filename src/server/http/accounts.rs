//! Routes of accounts.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::tokens::AsOf;
use super::{Api, Refusal};
use crate::domain::id::AccountId;
use crate::server::services::Answer;
use crate::server::services::tokens::Of;
use crate::wire::accounts::{AccountCard, AccountHits, AccountSearch, Reveal, Revealed, Verified, Verify};
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;
use crate::wire::tokens::{ActionDone, AddToken, TokenRow, WalletSteps};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(card))
        .routes(routes!(verify))
        .routes(routes!(reveal))
        .routes(routes!(notes, add_note))
        .routes(routes!(wallet, add_token))
        .routes(routes!(wallet_steps))
}

/// Look accounts up by e-mail, name, mobile number or partner identifier, or by one line that may be any of these.
#[utoipa::path(post, path = "/accounts/search", tag = "accounts", request_body = AccountSearch,
    responses((status = 200, body = AccountHits), (status = 422, body = Problem)))]
async fn search(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<AccountSearch>,
) -> Result<Json<AccountHits>, Refusal> {
    Ok(Json(api.services.search_accounts(&actor, &write.body).await?))
}

/// An account's card, masked. Audited once per person, account and quarter of an hour.
#[utoipa::path(get, path = "/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = AccountCard), (status = 404, body = Problem)))]
async fn card(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
) -> Result<Versioned<AccountCard>, Refusal> {
    let card = api.services.account(&actor, id).await?;
    let version = card.version;
    Ok(Versioned(card, version))
}

/// Compare what the caller says with what is stored, without showing it; nothing said confirms by judgement.
#[utoipa::path(post, path = "/accounts/{id}/verify", tag = "accounts", params(("id" = AccountId, Path)),
    request_body = Verify, responses((status = 200, body = Verified), (status = 429, body = Problem)))]
async fn verify(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    write: Write<Verify>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .verify_account(&actor, write.intent.clone(), id, &write.body)
        .await?)
}

/// Show one masked field whole for half a minute. Audited.
#[utoipa::path(post, path = "/accounts/{id}/reveal", tag = "accounts", params(("id" = AccountId, Path)),
    request_body = Reveal, responses((status = 200, body = Revealed), (status = 422, body = Problem)))]
async fn reveal(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    write: Write<Reveal>,
) -> Result<Answer, Refusal> {
    Ok(api.services.reveal(&actor, id, &write.body).await?)
}

/// Case notes on an account, newest first.
#[utoipa::path(get, path = "/accounts/{id}/notes", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 200, body = Page<Note>)))]
async fn notes(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
) -> Result<Json<Page<Note>>, Refusal> {
    Ok(Json(Page::whole(api.services.account_notes(&actor, id).await?)))
}

/// Write a case note on an account.
#[utoipa::path(post, path = "/accounts/{id}/notes", tag = "accounts", params(("id" = AccountId, Path)),
    request_body = NewNote, responses((status = 201, body = Note), (status = 422, body = Problem)))]
async fn add_note(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    write: Write<NewNote>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .note_account(&actor, write.intent.clone(), id, &write.body)
        .await?)
}

/// An account's tokens.
#[utoipa::path(get, path = "/accounts/{id}/tokens", tag = "accounts", params(("id" = AccountId, Path), AsOf, ListParams),
    responses((status = 200, body = Page<TokenRow>), (status = 422, body = Problem)))]
async fn wallet(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    Params(asked): Params<AsOf>,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<TokenRow>>, Refusal> {
    let of = Of {
        account: Some(id),
        at: asked.as_of,
    };
    Ok(Json(api.services.tokens(&actor, of, &params).await?))
}

/// Where the past of an account's wallet can be stepped to: the change that made it what it was, the one before, the next.
#[utoipa::path(get, path = "/accounts/{id}/tokens/steps", tag = "accounts", params(("id" = AccountId, Path), AsOf),
    responses((status = 200, body = WalletSteps), (status = 404, body = Problem)))]
async fn wallet_steps(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    Params(asked): Params<AsOf>,
) -> Result<Json<WalletSteps>, Refusal> {
    Ok(Json(api.services.wallet_steps(&actor, id, asked.as_of).await?))
}

/// Add an offer to the account's wallet.
#[utoipa::path(post, path = "/accounts/{id}/tokens", tag = "accounts",
    params(("id" = AccountId, Path), ("Idempotency-Key" = uuid::Uuid, Header)), request_body = AddToken,
    responses((status = 201, body = ActionDone), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_token(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AccountId>,
    write: Write<AddToken>,
) -> Result<Answer, Refusal> {
    let intent = write.required_intent()?;
    Ok(api.services.add_token(&actor, intent, id, &write.body).await?)
}
