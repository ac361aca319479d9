//! Tickets as their customers see and change them.

use tokendesk::client::Api;
use tokendesk::domain::ticket::{AuthorKind, ResolutionType, TicketStatus, Visibility};
use tokendesk::wire::page::ListParams;
use tokendesk::wire::ticket_parts::RateTicket;
use tokendesk::wire::tickets::{CloseTicket, NewTicket, ReopenTicket, TicketDetail};

use super::harness::on_each;
use super::ticket_desk::{open, refused, says, solved, take, to};

fn key() -> tokendesk::domain::id::IntentKey {
    tokendesk::domain::id::IntentKey::new()
}

async fn asks(customer: &Api, subject: &str) -> TicketDetail {
    let new = NewTicket {
        subject: subject.to_owned(),
        description: "Error when paying for booking #BKG-12345".to_owned(),
        category: "coupon_not_working".to_owned(),
        tags: vec!["payment".to_owned()],
        ..NewTicket::default()
    };
    customer.create_ticket(key(), &new).await.expect("opened")
}

fn no_comment() -> CloseTicket {
    CloseTicket {
        resolution_type: None,
        summary: String::new(),
        notes: String::new(),
    }
}

#[test]
fn a_customer_opens_reads_answers_closes_reopens_and_rates_their_own() {
    on_each(|backend| async move {
        let account = backend
            .account("A-cora", "Cora", "Quill", "cora@example.com")
            .await;
        let (cora, agent) = (backend.client("cora", "customers"), backend.agent());
        let opened = asks(&cora, "Cannot use my coupon").await;
        let number = opened.row.number.clone();
        assert_eq!(opened.row.account_id, Some(account.id), "linked to their account");
        let taken = take(&agent, &agent.ticket(&number).await.expect("it")).await;
        assert_eq!(taken.row.tags, ["payment"]);
        for (text, visibility) in [
            ("She sounds like fraud", Visibility::Internal),
            ("Which till was it?", Visibility::Public),
        ] {
            agent
                .add_message(&number, key(), &says(text, visibility))
                .await
                .expect("said");
        }
        let version = agent.ticket(&number).await.expect("it").row.version;
        agent
            .change_status(&number, version, key(), &to(TicketStatus::WaitingCustomer))
            .await
            .expect("waits");
        let seen = cora.ticket(&number).await.expect("hers");
        assert_eq!(seen.messages.len(), 1, "no internal note");
        assert_eq!(seen.messages[0].author, "Kigo PRO");
        assert_eq!((seen.row.assignee, seen.row.assignee_name.as_str()), (None, ""));
        let whole = serde_json::to_string(&seen).expect("JSON");
        for secret in [
            "amara",
            "fraud",
            &taken.row.assignee.expect("an assignee").to_string(),
        ] {
            assert!(!whole.contains(secret), "{secret} in {whole}");
        }
        let said = cora
            .add_message(&number, key(), &says("At number 4", Visibility::Internal))
            .await
            .expect("answered");
        assert_eq!(
            (said.visibility, said.by),
            (Visibility::Public, AuthorKind::Customer)
        );
        let back = agent.ticket(&number).await.expect("it");
        assert_eq!(back.row.status, TicketStatus::InProgress, "she was waited for");
        let rate = |rating| RateTicket {
            rating,
            feedback: "Quick!".to_owned(),
        };
        assert_eq!(
            refused(cora.rate_ticket(&number, key(), &rate(5)).await).0,
            "illegal_move"
        );
        let closed = agent
            .close_ticket(&number, back.row.version, key(), &solved("Reset the coupon."))
            .await
            .expect("closed");
        let deaf = cora
            .add_message(&number, key(), &says("Still!", Visibility::Public))
            .await;
        assert!(refused(deaf).1.contains("reopen it"));
        let again = ReopenTicket {
            reason: "it still does not work".to_owned(),
        };
        let reopened = cora
            .reopen_ticket(&number, closed.row.version, key(), &again)
            .await
            .expect("reopened");
        assert_eq!(
            (reopened.row.reopened, reopened.row.status),
            (1, TicketStatus::InProgress)
        );
        let done = cora
            .close_ticket(&number, reopened.row.version, key(), &no_comment())
            .await
            .expect("closed by her");
        assert_eq!(done.resolution_type, Some(ResolutionType::Other));
        for wrong in [0, 6] {
            assert_eq!(
                refused(cora.rate_ticket(&number, key(), &rate(wrong)).await).0,
                "invalid"
            );
        }
        let rated = cora.rate_ticket(&number, key(), &rate(5)).await.expect("rated");
        assert_eq!(rated.row.rating, Some(5));
        assert_eq!(
            refused(cora.rate_ticket(&number, key(), &rate(1)).await).0,
            "illegal_move"
        );
        assert_eq!(
            refused(agent.rate_ticket(&number, key(), &rate(5)).await).0,
            "illegal_move"
        );
        assert_eq!(agent.ticket(&number).await.expect("it").feedback, "Quick!");
    });
}

#[test]
fn a_resolved_ticket_goes_back_to_work_when_its_customer_writes() {
    on_each(|backend| async move {
        let (cora, agent) = (backend.client("cora", "customers"), backend.agent());
        let number = asks(&cora, "Cannot use my coupon").await.row.number;
        let taken = take(&agent, &agent.ticket(&number).await.expect("it")).await;
        let resolve = tokendesk::wire::tickets::ChangeStatus {
            resolution_type: Some(ResolutionType::Solved),
            summary: "Should work now.".to_owned(),
            ..to(TicketStatus::Resolved)
        };
        agent
            .change_status(&number, taken.row.version, key(), &resolve)
            .await
            .expect("resolved");
        cora.add_message(&number, key(), &says("It does not.", Visibility::Public))
            .await
            .expect("said");
        let seen = agent.ticket(&number).await.expect("it");
        assert_eq!(
            (seen.row.status, seen.row.reopened),
            (TicketStatus::InProgress, 1)
        );
        assert_eq!(seen.row.assignee, taken.row.assignee);
    });
}

#[test]
fn what_is_another_customers_or_the_desks_is_not_there_for_a_customer() {
    on_each(|backend| async move {
        let agent = backend.agent();
        let (cora, carl) = (
            backend.client("cora", "customers"),
            backend.client("carl", "customers"),
        );
        let hers = asks(&cora, "Cannot use my coupon").await.row;
        let desks = open(&agent, "About the till in Boston").await.row;
        for (who, number) in [
            (&carl, &hers.number),
            (&cora, &desks.number),
            (&carl, &desks.number),
        ] {
            assert_eq!(refused(who.ticket(number).await).0, "not_found");
            let said = who
                .add_message(number, key(), &says("Hello", Visibility::Public))
                .await;
            assert_eq!(refused(said).0, "not_found");
            let closed = who.close_ticket(number, 1, key(), &no_comment()).await;
            assert_eq!(refused(closed).0, "not_found");
            let again = ReopenTicket {
                reason: "because".to_owned(),
            };
            assert_eq!(
                refused(who.reopen_ticket(number, 1, key(), &again).await).0,
                "not_found"
            );
            let rate = RateTicket {
                rating: 1,
                feedback: String::new(),
            };
            assert_eq!(
                refused(who.rate_ticket(number, key(), &rate).await).0,
                "not_found"
            );
        }
        let list = |client: Api, q: &'static str| async move {
            let params = ListParams {
                q: Some(q.to_owned()),
                ..ListParams::default()
            };
            client.tickets(&params).await.map(|page| page.items.len())
        };
        assert_eq!(list(cora.clone(), "").await.expect("a list"), 1);
        assert_eq!(list(carl.clone(), "").await.expect("a list"), 0);
        assert_eq!(
            list(cora.clone(), "-status:closed coupon").await.expect("a list"),
            1
        );
        for probe in ["assignee:A-amara", "tag:payment", "tier:1", "escalated:yes"] {
            assert_eq!(refused(list(cora.clone(), probe).await).0, "bad_query", "{probe}");
        }
        assert_eq!(refused(cora.ticket_history(&hers.number).await).0, "not_allowed");
        let sly = NewTicket {
            subject: "Let me in".to_owned(),
            account_id: Some(tokendesk::domain::id::AccountId::new()),
            ..NewTicket::default()
        };
        assert_eq!(refused(cora.create_ticket(key(), &sly).await).0, "invalid");
        let follow = NewTicket {
            subject: "After that one".to_owned(),
            follow_up_of: Some(desks.number.clone()),
            ..NewTicket::default()
        };
        assert_eq!(refused(carl.create_ticket(key(), &follow).await).0, "invalid");
    });
}
