//! `bench`, of the whole desk: any filter and order over all tokens, and one verb done to a thousand of them.

use std::time::Instant;

use crate::client::Api;
use crate::demo::RunningDemo;
use crate::domain::id::{IntentKey, TokenId};
use crate::domain::plan::{PlanNoun, PlanState};
use crate::domain::token::ActionKind;
use crate::sql;
use crate::wire::desk::Reason;
use crate::wire::page::ListParams;
use crate::wire::plans::NewPlan;

use super::bench::{BenchArgs, Step, ok, summed, timed};
use super::exit::Exit;

/// One filter on each field, frequent and rare values among them, and each order.
const QUERIES: &[(&str, &str)] = &[
    ("desk, no filter", ""),
    ("desk, state:active", "state:active"),
    ("desk, state:shared", "state:shared"),
    ("desk, state:used", "state:used"),
    ("desk, state:expired", "state:expired"),
    ("desk, state:disputed", "state:disputed"),
    ("desk, state:removed", "state:removed"),
    ("desk, type:coupon", "type:coupon"),
    ("desk, value>=5", "value>=5"),
    ("desk, value:5", "value:5"),
    ("desk, value_kind:percent", "value_kind:percent"),
    ("desk, merchant, one", "merchant:\"Extra Care\""),
    ("desk, merchant, a part", "merchant~cafe"),
    ("desk, location, a part", "location~providence"),
    ("desk, source:web", "source:web"),
    ("desk, campaign, a part", "campaign~friday"),
    ("desk, campaign:none", "campaign:none"),
    ("desk, offer, one", "offer:XC-00186"),
    ("desk, claimed:>-30d", "claimed:>-30d"),
    ("desk, created:>-30d", "created:>-30d"),
    ("desk, used:>-30d", "used:>-30d"),
    ("desk, shared:>-30d", "shared:>-30d"),
    ("desk, expires, a week", "expires:0d..7d"),
    ("desk, expires:none", "expires:none"),
    ("desk, reissued", "-reissued:none"),
    ("desk, a word", "diapers"),
    ("desk, a word that is nowhere", "xylophone"),
    ("desk, sort:name", "sort:name"),
    ("desk, sort:-value", "sort:-value"),
    ("desk, sort:value", "sort:value"),
    ("desk, sort:expires", "sort:expires"),
    ("desk, sort:-claimed", "sort:-claimed"),
    ("desk, sort:claimed", "sort:claimed"),
    ("desk, sort:-created", "sort:-created"),
    ("desk, active, sort:expires", "state:active sort:expires"),
    ("desk, expired, sort:-value", "state:expired sort:-value"),
    ("desk, coupons, sort:name", "type:coupon sort:name"),
];

/// Tokens in the bulk.
const BULK: u32 = 1_000;

/// First pages over all tokens.
pub(super) async fn searches(api: &Api, args: &BenchArgs) -> Result<Vec<Step>, Exit> {
    let mut steps = Vec::new();
    let times = args.requests.clamp(1, 40);
    for (name, q) in QUERIES {
        let step = timed(name, times, args.concurrency, |_| {
            let params = ListParams {
                q: Some((*q).to_owned()),
                ..ListParams::default()
            };
            async move { ok(api.tokens(&params).await) }
        });
        steps.push(step.await?);
    }
    Ok(steps)
}

/// A thousand reissues by one plan: made, and run to its end.
pub(super) async fn bulk(demo: &RunningDemo, api: &Api) -> Result<Vec<Step>, Exit> {
    let rows = sql!(
        "SELECT id FROM tokens WHERE used_at IS NOT NULL AND removed_at IS NULL AND dispute IS NULL AND \
         reissued_to IS NULL AND reissued_from IS NULL LIMIT ?",
        BULK
    );
    let ids = rows
        .all(demo.store.read(), |row| row.uuid("id").map(TokenId))
        .await
        .map_err(|e| Exit::failed(e.to_string()))?;
    let plan = NewPlan {
        verb: ActionKind::Reissue,
        ids,
        q: None,
        account_id: None,
        tz: None,
        reason: Reason {
            code: String::new(),
            text: "measured".to_owned(),
        },
        ticket_id: None,
        expires_at: None,
        kind: String::new(),
    };
    let began = Instant::now();
    let made = api.make_plan(IntentKey::new(), &plan).await?;
    let planned = began.elapsed();
    let began = Instant::now();
    let mut run = api
        .run_plan(PlanNoun::Token, made.plan.id, &made.plan.hash)
        .await?;
    while run.plan.state == PlanState::Running {
        run = api
            .run_plan(PlanNoun::Token, made.plan.id, &made.plan.hash)
            .await?;
    }
    let done = began.elapsed();
    if run.plan.done == 0 {
        let why = run.rows.first().map(|row| row.detail.clone()).unwrap_or_default();
        return Err(Exit::failed(format!(
            "nothing was reissued: {:?} {why}",
            run.plan.state
        )));
    }
    Ok(vec![
        summed("bulk of 1,000 reissues, planned", made.rows.len(), planned),
        summed("bulk of 1,000 reissues, done", run.rows.len(), done),
    ])
}
