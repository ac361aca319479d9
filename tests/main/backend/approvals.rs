//! What a second person is asked about, and that a reissue never leaves two usable tokens in the place of one.

use tokendesk::domain::id::{IntentKey, TokenId};
use tokendesk::domain::token::{DisputeStatus, TokenState};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tokens::{AddToken, DecideDispute, DisputeToken, UndoAction};

use super::disputes::{because, change, wallet};
use super::harness::{Backend, on_each};

/// The tokens of the desk that a query finds.
async fn found(backend: &Backend, q: &str) -> Vec<TokenId> {
    let params = ListParams {
        q: Some(q.to_owned()),
        ..ListParams::default()
    };
    let page = backend.client("edda", "engineers").tokens(&params).await;
    page.expect("tokens").items.iter().map(|row| row.id).collect()
}

#[test]
fn the_original_of_a_reissue_is_not_usable_beside_the_new_one_and_comes_back_with_the_undo() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let token = backend.token(account, &offer, None).await;
        let (agent, senior) = (backend.agent(), backend.client("edda", "engineers"));
        let body = DisputeToken {
            kind: "refused".to_owned(),
            reason: because("refused at the till"),
            ticket_id: None,
        };
        let opened = agent.dispute_token(token.id, 1, IntentKey::new(), &body).await;
        let dispute = opened.expect("opened").dispute.expect("a dispute");
        let upheld = DecideDispute {
            status: DisputeStatus::Upheld,
            reason: because("the receipt shows it"),
            ticket_id: None,
        };
        senior
            .decide_dispute(dispute.id, 1, IntentKey::new(), &upheld)
            .await
            .expect("upheld");
        assert_eq!(found(&backend, "state:active").await, [token.id]);
        backend.clock.forward(60);
        let done = agent
            .reissue_token(token.id, 3, IntentKey::new(), &change("upheld"))
            .await
            .expect("reissued");
        let original = done.original.clone().expect("the original");
        assert_eq!(
            (original.state, original.reissued_to),
            (TokenState::Removed, Some(done.token.id))
        );
        assert_eq!(found(&backend, "state:active").await, [done.token.id]);
        assert_eq!(found(&backend, "state:removed").await, [token.id]);
        let card = agent.account(account).await.expect("a card");
        assert_eq!((card.tokens.active, card.tokens.removed), (1, 1));
        backend.clock.forward(60);
        let undone = agent
            .undo_action(done.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("taken back");
        let back = undone.original.expect("the original");
        assert_eq!((back.state, back.reissued_to), (TokenState::Active, None));
        assert_eq!(found(&backend, "state:active").await, [token.id]);
        let out = "SELECT count(*) AS n FROM removals";
        assert_eq!(
            backend.number(out).await,
            1,
            "the past knows that it was out meanwhile"
        );
        let history = agent.token_history(token.id).await.expect("a history");
        let what: Vec<_> = history.items.iter().map(|e| e.what.as_str()).collect();
        assert_eq!(what, ["claimed", "disputed", "upheld", "reissued_to", "undone"]);
    });
}

#[test]
fn an_undo_that_is_refused_advises_what_is_possible() {
    on_each(|backend| async move {
        let (account, offer) = wallet(&backend).await;
        let agent = backend.agent();
        let body = AddToken {
            offer_id: offer.id,
            reason: because("never arrived"),
            ticket_id: None,
        };
        let added = agent
            .add_token(account, IntentKey::new(), &body)
            .await
            .expect("added");
        let undo = async |id| {
            agent
                .undo_action(id, IntentKey::new(), &UndoAction::default())
                .await
        };
        backend.clock.forward(1);
        let removed = agent
            .remove_token(added.token.id, 1, IntentKey::new(), &change("duplicate"))
            .await
            .expect("removed");
        let early = undo(added.action.id).await.expect_err("removed since");
        assert!(
            early.detail.contains("remove by A-amara amara, 20")
                && early.detail.contains(" UTC); take that back first"),
            "{early}"
        );
        backend.clock.forward(1);
        undo(removed.action.id).await.expect("back in the wallet");
        backend.clock.forward(1);
        let refused = undo(added.action.id).await.expect_err("never guessed");
        assert!(
            refused.detail.contains("as an action of its own") && !refused.detail.contains("first"),
            "{refused}"
        );
    });
}
