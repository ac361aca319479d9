//! Taking tokens out of the desk: who may, and the entry in the audit. The rows are read by the ordinary lists.

use super::listing::read_query;
use super::tokens::Of;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::ExportId;
use crate::domain::permission::Permission;
use crate::domain::query::TOKEN_FIELDS;
use crate::server::store::{accounts, tokens};
use crate::wire::exports::{ExportBegun, NewExport};
use crate::wire::page::ListParams;

impl Services {
    /// Says how many tokens an export will hold, and keeps in the audit who takes them out.
    ///
    /// # Errors
    /// When the person may not, the query cannot be read, the account is not there, or the database fails.
    pub async fn begin_export(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        body: &NewExport,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "token.export", Permission::TokenExport)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = begun(&work, body).await;
        work.settle(result).await
    }
}

async fn begun(work: &Work, body: &NewExport) -> Result<Outcome2xx<ExportBegun>, ServiceError> {
    work.actor.may(match body.account_id {
        Some(_) => Permission::TokenView,
        None => Permission::TokenSearchAll,
    })?;
    if body.as_of.is_some_and(|at| at > work.now) {
        return Err(ServiceError::field(
            "as_of",
            "future",
            "only what has been can be looked back at; write a moment in the past",
        ));
    }
    if let Some(account) = body.account_id
        && accounts::find(&work.tx, account).await?.is_none()
    {
        return Err(ServiceError::NotFound("there is no such account"));
    }
    let params = ListParams {
        q: body.q.clone(),
        tz: body.tz.clone(),
        ..ListParams::default()
    };
    let now = body.as_of.unwrap_or(work.now);
    let asked = read_query(&params, &TOKEN_FIELDS, "export", &work.actor, now)?;
    let of = Of {
        account: body.account_id,
        at: body.as_of,
    };
    let list = tokens::list(of, &asked.query, &asked.scope, asked.hash);
    let rows = list.count(&work.tx, None).await?;
    let id = ExportId::new();
    // the query itself may name a person: the audit keeps that there was one, not what it said
    let told = serde_json::json!({
        "format": body.format,
        "rows": rows,
        "filtered": !asked.query.terms.is_empty(),
        "as_of": body.as_of,
    });
    work.audit(Record {
        kind: "export",
        id: id.to_string(),
        account: body.account_id,
        after: Some(told.to_string()),
        ..Record::default()
    })
    .await?;
    Ok(Outcome2xx::created(ExportBegun { id, rows }, None))
}
