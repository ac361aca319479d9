//! Routes of tokens and of the actions on them.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::{Api, Refusal};
use crate::domain::id::{AccountId, AgentId, TokenId};
use crate::server::services::Answer;
use crate::wire::desk::{NewNote, Note};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;
use crate::wire::tokens::{Action, ActionDone, ChangeToken, TokenEvent, TokenRow};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(history))
        .routes(routes!(notes, add_note))
        .routes(routes!(remove))
        .routes(routes!(reissue))
        .routes(routes!(actions))
}

/// Search the tokens of the whole desk.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(ListParams),
    responses((status = 200, body = Page<TokenRow>), (status = 403, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<TokenRow>>, Refusal> {
    Ok(Json(api.services.tokens(&actor, None, &params).await?))
}

/// One token, with its offer's whole description.
#[utoipa::path(get, path = "/tokens/{id}", tag = "tokens", params(("id" = TokenId, Path)),
    responses((status = 200, body = TokenRow), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
) -> Result<Versioned<TokenRow>, Refusal> {
    let row = api.services.token(&actor, id).await?;
    let version = row.version;
    Ok(Versioned(row, version))
}

/// Everything that happened to a token, oldest first.
#[utoipa::path(get, path = "/tokens/{id}/history", tag = "tokens", params(("id" = TokenId, Path)),
    responses((status = 200, body = Page<TokenEvent>), (status = 404, body = Problem)))]
async fn history(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
) -> Result<Json<Page<TokenEvent>>, Refusal> {
    Ok(Json(Page::whole(api.services.token_history(&actor, id).await?)))
}

/// Case notes on a token, newest first.
#[utoipa::path(get, path = "/tokens/{id}/notes", tag = "tokens", params(("id" = TokenId, Path)),
    responses((status = 200, body = Page<Note>)))]
async fn notes(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
) -> Result<Json<Page<Note>>, Refusal> {
    Ok(Json(Page::whole(api.services.token_notes(&actor, id).await?)))
}

/// Write a case note on a token.
#[utoipa::path(post, path = "/tokens/{id}/notes", tag = "tokens", params(("id" = TokenId, Path)),
    request_body = NewNote, responses((status = 201, body = Note), (status = 422, body = Problem)))]
async fn add_note(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
    write: Write<NewNote>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .note_token(&actor, write.intent.clone(), id, &write.body)
        .await?)
}

/// Take a token out of the wallet.
#[utoipa::path(post, path = "/tokens/{id}/remove", tag = "tokens",
    params(("id" = TokenId, Path), ("Idempotency-Key" = uuid::Uuid, Header), ("If-Match" = String, Header)),
    request_body = ChangeToken,
    responses((status = 200, body = ActionDone), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn remove(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
    write: Write<ChangeToken>,
) -> Result<Answer, Refusal> {
    let (intent, version) = (write.required_intent()?, write.required_version()?);
    Ok(api
        .services
        .remove_token(&actor, intent, id, version, &write.body)
        .await?)
}

/// Put a new instance in the place of an expired, used or upheld token.
#[utoipa::path(post, path = "/tokens/{id}/reissue", tag = "tokens",
    params(("id" = TokenId, Path), ("Idempotency-Key" = uuid::Uuid, Header), ("If-Match" = String, Header)),
    request_body = ChangeToken,
    responses((status = 201, body = ActionDone), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn reissue(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
    write: Write<ChangeToken>,
) -> Result<Answer, Refusal> {
    let (intent, version) = (write.required_intent()?, write.required_version()?);
    Ok(api
        .services
        .reissue_token(&actor, intent, id, version, &write.body)
        .await?)
}

/// What actions may be narrowed to.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct ActionsOf {
    /// In whose wallet.
    account: Option<AccountId>,
    /// By whom.
    agent: Option<AgentId>,
}

/// Recorded actions, newest first.
#[utoipa::path(get, path = "/actions", tag = "tokens", params(ActionsOf, ListParams),
    responses((status = 200, body = Page<Action>), (status = 422, body = Problem)))]
async fn actions(
    State(api): State<Api>,
    Member(actor): Member,
    Params(of): Params<ActionsOf>,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<Action>>, Refusal> {
    Ok(Json(
        api.services
            .actions(&actor, of.account, of.agent, &params)
            .await?,
    ))
}
