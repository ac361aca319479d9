//! Routes of tokens and of the actions on them.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::{Api, Refusal};
use crate::domain::id::{AccountId, ActionId, AgentId, DisputeId, TokenId};
use crate::domain::time::Moment;
use crate::domain::token::ActionKind;
use crate::server::services::actions::{Narrowed, Target};
use crate::server::services::tokens::Of;
use crate::server::services::{Actor, Answer};
use crate::wire::desk::{NewNote, Note};
use crate::wire::exports::{ExportBegun, NewExport};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;
use crate::wire::tokens::{
    Action, ActionDone, ChangeToken, DecideDispute, Dispute, DisputeToken, ExternalLink, Facets, Suggestion,
    TokenEvent, TokenRow, UndoAction,
};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(facets))
        .routes(routes!(suggest))
        .routes(routes!(begin_export))
        .routes(routes!(external_link))
        .routes(routes!(show))
        .routes(routes!(history))
        .routes(routes!(notes, add_note))
        .routes(routes!(remove))
        .routes(routes!(reissue))
        .routes(routes!(disputes, dispute))
        .routes(routes!(show_dispute, decide))
        .routes(routes!(actions))
        .routes(routes!(show_action))
        .routes(routes!(undo))
}

/// As of when tokens are looked at.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
pub(super) struct AsOf {
    /// A moment in the past: the tokens as they were then. Relative dates in `q` are counted from it.
    pub as_of: Option<Moment>,
}

/// What is told of each token besides.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct Besides {
    /// Whether each token says whose it is, for those who may see accounts.
    #[serde(default)]
    owners: bool,
}

/// Search the tokens of the whole desk.
#[utoipa::path(get, path = "/tokens", tag = "tokens", params(AsOf, Besides, ListParams),
    responses((status = 200, body = Page<TokenRow>), (status = 403, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(asked): Params<AsOf>,
    Params(besides): Params<Besides>,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<TokenRow>>, Refusal> {
    let of = Of {
        account: None,
        at: asked.as_of,
    };
    let mut page = api.services.tokens(&actor, of, &params).await?;
    if besides.owners {
        api.services.name_owners(&actor, &mut page).await?;
    }
    Ok(Json(page))
}

/// Which tokens are counted.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct FacetsOf {
    /// In whose wallet; else of the whole desk.
    account: Option<AccountId>,
    /// As of a moment in the past.
    as_of: Option<Moment>,
}

/// How many tokens of a query are in each state, of each type, merchant and campaign. Each is counted as if the query did
/// not ask for it, so that another value can be picked.
#[utoipa::path(get, path = "/tokens/facets", tag = "tokens", params(FacetsOf, ListParams),
    responses((status = 200, body = Facets), (status = 422, body = Problem)))]
async fn facets(
    State(api): State<Api>,
    Member(actor): Member,
    Params(asked): Params<FacetsOf>,
    Params(params): Params<ListParams>,
) -> Result<Json<Facets>, Refusal> {
    let of = Of {
        account: asked.account,
        at: asked.as_of,
    };
    Ok(Json(api.services.token_facets(&actor, of, &params).await?))
}

/// What has been typed so far.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct Typed {
    /// The beginning or a part of a value.
    #[serde(default)]
    q: String,
}

/// Values of a field of tokens that begin with or hold what was typed.
#[utoipa::path(get, path = "/suggest/{field}", tag = "tokens", params(("field" = String, Path), Typed),
    responses((status = 200, body = Page<Suggestion>), (status = 404, body = Problem)))]
async fn suggest(
    State(api): State<Api>,
    Member(actor): Member,
    Id(field): Id<String>,
    Params(typed): Params<Typed>,
) -> Result<Json<Page<Suggestion>>, Refusal> {
    Ok(Json(api.services.suggest(&actor, &field, &typed.q).await?))
}

/// Say that the tokens of a query are about to be written to a file; the audit keeps it. The rows are read by the lists.
#[utoipa::path(post, path = "/tokens/exports", tag = "tokens",
    params(("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = NewExport, responses((status = 201, body = ExportBegun), (status = 422, body = Problem)))]
async fn begin_export(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<NewExport>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .begin_export(&actor, write.intent.clone(), &write.body)
        .await?)
}

/// Make a signed address of the token in the partner's system, good for a short while.
#[utoipa::path(post, path = "/tokens/{id}/external-link", tag = "tokens",
    params(("id" = TokenId, Path)),
    responses((status = 201, body = ExternalLink), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn external_link(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
) -> Result<Answer, Refusal> {
    Ok(api.services.external_link(&actor, id).await?)
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
    change(&api, &actor, ActionKind::Remove, id, &write).await
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
    change(&api, &actor, ActionKind::Reissue, id, &write).await
}

async fn change(
    api: &Api,
    actor: &Actor,
    kind: ActionKind,
    id: TokenId,
    write: &Write<ChangeToken>,
) -> Result<Answer, Refusal> {
    let (intent, version) = (write.required_intent()?, write.required_version()?);
    let target = Target::Token { id, version };
    Ok(api
        .services
        .change_token(actor, intent, kind, target, &write.body)
        .await?)
}

/// The disputes about a token, oldest first.
#[utoipa::path(get, path = "/tokens/{id}/dispute", tag = "tokens", params(("id" = TokenId, Path)),
    responses((status = 200, body = Page<Dispute>), (status = 404, body = Problem)))]
async fn disputes(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
) -> Result<Json<Page<Dispute>>, Refusal> {
    Ok(Json(Page::whole(api.services.disputes(&actor, id).await?)))
}

/// Open a dispute about a token.
#[utoipa::path(post, path = "/tokens/{id}/dispute", tag = "tokens",
    params(("id" = TokenId, Path), ("Idempotency-Key" = uuid::Uuid, Header), ("If-Match" = String, Header)),
    request_body = DisputeToken,
    responses((status = 201, body = ActionDone), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn dispute(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<TokenId>,
    write: Write<DisputeToken>,
) -> Result<Answer, Refusal> {
    let (intent, version) = (write.required_intent()?, write.required_version()?);
    let target = Target::Token { id, version };
    Ok(api
        .services
        .dispute_token(&actor, intent, target, &write.body)
        .await?)
}

/// One dispute.
#[utoipa::path(get, path = "/disputes/{id}", tag = "tokens", params(("id" = DisputeId, Path)),
    responses((status = 200, body = Dispute), (status = 404, body = Problem)))]
async fn show_dispute(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<DisputeId>,
) -> Result<Versioned<Dispute>, Refusal> {
    let found = api.services.dispute(&actor, id).await?;
    let version = found.version;
    Ok(Versioned(found, version))
}

/// Decide a dispute: upheld, and the token may be reissued once; or rejected.
#[utoipa::path(put, path = "/disputes/{id}", tag = "tokens",
    params(("id" = DisputeId, Path), ("Idempotency-Key" = uuid::Uuid, Header), ("If-Match" = String, Header)),
    request_body = DecideDispute,
    responses((status = 200, body = ActionDone), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn decide(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<DisputeId>,
    write: Write<DecideDispute>,
) -> Result<Answer, Refusal> {
    let (intent, version) = (write.required_intent()?, write.required_version()?);
    let target = Target::Dispute { id, version };
    Ok(api
        .services
        .decide_dispute(&actor, intent, target, &write.body)
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
            .actions(
                &actor,
                Narrowed {
                    agent: of.agent,
                    account: of.account,
                },
                &params,
            )
            .await?,
    ))
}

/// One recorded action.
#[utoipa::path(get, path = "/actions/{id}", tag = "tokens", params(("id" = ActionId, Path)),
    responses((status = 200, body = Action), (status = 404, body = Problem)))]
async fn show_action(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<ActionId>,
) -> Result<Json<Action>, Refusal> {
    Ok(Json(api.services.action(&actor, id).await?))
}

/// Take an action back, within the time that the desk's profile sets, if the token has not moved on since.
#[utoipa::path(post, path = "/actions/{id}/undo", tag = "tokens",
    params(("id" = ActionId, Path), ("Idempotency-Key" = uuid::Uuid, Header)),
    request_body = UndoAction,
    responses((status = 200, body = ActionDone), (status = 409, body = Problem)))]
async fn undo(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<ActionId>,
    write: Write<UndoAction>,
) -> Result<Answer, Refusal> {
    let intent = write.required_intent()?;
    Ok(api.services.undo_action(&actor, intent, id, &write.body).await?)
}
