//! Tickets from opening to closing.

use tokendesk::domain::id::IntentKey;
use tokendesk::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use tokendesk::wire::desk::Reason;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tickets::{
    AssignTicket, ChangeStatus, CloseTicket, LinkTicket, NewMessage, NewTicket, ReopenTicket,
};
use tokendesk::wire::tokens::AddToken;

use super::harness::on_each;

fn new(subject: &str) -> NewTicket {
    NewTicket {
        subject: subject.to_owned(),
        description: "She never got it.".to_owned(),
        priority: Some(Priority::Medium),
        category: String::new(),
        account_id: None,
        token_ids: Vec::new(),
        ..NewTicket::default()
    }
}

fn asking(q: &str) -> ListParams {
    ListParams {
        q: Some(q.to_owned()),
        ..ListParams::default()
    }
}

#[test]
fn a_case_goes_from_open_to_closed_and_everything_is_in_its_history() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let offer = backend.offer("WIN-1", "10 USD off").await;
        let client = backend.agent();
        let ticket = client
            .create_ticket(IntentKey::new(), &new("Missing offer"))
            .await
            .expect("opened");
        let (id, number) = (ticket.row.id, ticket.row.number.clone());
        assert_eq!(
            (number.as_str(), ticket.row.status),
            ("TKT-000001", TicketStatus::Open)
        );
        let link = LinkTicket {
            account_id: Some(account.id),
            ..LinkTicket::default()
        };
        let linked = client
            .link_ticket(&number, 1, IntentKey::new(), &link)
            .await
            .expect("linked");
        assert_eq!(linked.row.account_name, "Dana Whitfield");
        let reason = Reason {
            code: String::new(),
            text: "never arrived".to_owned(),
        };
        let add = AddToken {
            offer_id: offer.id,
            reason,
            ticket_id: Some(id),
        };
        client
            .add_token(account.id, IntentKey::new(), &add)
            .await
            .expect("added");
        let note = NewMessage {
            visibility: Visibility::Internal,
            body: "Added it by hand.".to_owned(),
            attachment_ids: Vec::new(),
        };
        client
            .add_message(&number, IntentKey::new(), &note)
            .await
            .expect("noted");
        let close = CloseTicket {
            resolution_type: Some(ResolutionType::Solved),
            summary: "Added the offer.".to_owned(),
            notes: String::new(),
        };
        let version = client.ticket(&number).await.expect("the ticket").row.version;
        let closed = client
            .close_ticket(&number, version, IntentKey::new(), &close)
            .await
            .expect("closed");
        assert_eq!(
            (closed.row.status, closed.row.assignee_name.as_str()),
            (TicketStatus::Closed, "amara")
        );
        assert_eq!(
            (closed.tokens.len(), closed.messages.len(), closed.actions.len()),
            (1, 1, 1)
        );
        let what: Vec<String> = client
            .ticket_history(&number)
            .await
            .expect("a history")
            .items
            .into_iter()
            .map(|e| e.what)
            .collect();
        assert_eq!(
            what,
            ["created", "link", "action", "message", "status", "assignee"]
        );
        let reopen = ReopenTicket {
            reason: "still missing".to_owned(),
        };
        let again = client
            .reopen_ticket(&number, closed.row.version, IntentKey::new(), &reopen)
            .await
            .expect("reopened");
        assert_eq!(
            (again.row.status, again.row.reopened),
            (TicketStatus::InProgress, 1)
        );
    });
}

#[test]
fn what_is_missing_or_illegal_is_named() {
    on_each(|backend| async move {
        let client = backend.agent();
        let short = client
            .create_ticket(IntentKey::new(), &new("x"))
            .await
            .expect_err("too short");
        assert_eq!(short.kind.word(), "invalid");
        let ticket = client
            .create_ticket(IntentKey::new(), &new("Missing offer"))
            .await
            .expect("opened");
        let number = ticket.row.number;
        let to = |status| ChangeStatus {
            status,
            reason: String::new(),
            resolution_type: None,
            summary: String::new(),
        };
        let illegal = client
            .change_status(&number, 1, IntentKey::new(), &to(TicketStatus::WaitingCustomer))
            .await;
        assert_eq!(illegal.expect_err("no such move").kind.word(), "illegal_move");
        let missing = client
            .change_status(&number, 1, IntentKey::new(), &to(TicketStatus::Resolved))
            .await;
        assert_eq!(missing.expect_err("nothing given").kind.word(), "invalid");
        let me = client.me().await.expect("me");
        let take = AssignTicket {
            assignee: Some(me.id),
            reason: String::new(),
        };
        let taken = client
            .assign_ticket(&number, 1, IntentKey::new(), &take)
            .await
            .expect("taken");
        assert_eq!(taken.row.status, TicketStatus::Assigned);
        let stale = client
            .assign_ticket(&number, 1, IntentKey::new(), &take)
            .await
            .expect_err("stale");
        assert_eq!(stale.kind.word(), "stale");
        let bo = backend.client("bo", "agents");
        let bo_id = bo.me().await.expect("me").id;
        let give = AssignTicket {
            assignee: Some(bo_id),
            reason: String::new(),
        };
        let denied = client
            .assign_ticket(&number, 2, IntentKey::new(), &give)
            .await
            .expect_err("tier 1 gives nothing away");
        assert_eq!(denied.kind.word(), "not_allowed");
    });
}

#[test]
fn a_retried_opening_makes_one_ticket_and_lists_can_be_asked() {
    on_each(|backend| async move {
        let client = backend.agent();
        let key = IntentKey::new();
        let first = client
            .create_ticket(key, &new("Missing offer"))
            .await
            .expect("opened");
        let again = client
            .create_ticket(key, &new("Missing offer"))
            .await
            .expect("the same answer");
        assert_eq!(first, again);
        backend.clock.forward(60);
        let mut other = new("Coupon refused at the till");
        other.priority = Some(Priority::Urgent);
        client
            .create_ticket(IntentKey::new(), &other)
            .await
            .expect("opened");
        let subjects = |q: &'static str| {
            let client = client.clone();
            async move {
                let page = client
                    .tickets(&asking(q))
                    .await
                    .unwrap_or_else(|e| panic!("{q}: {e}"));
                page.items.into_iter().map(|t| t.subject).collect::<Vec<_>>()
            }
        };
        assert_eq!(
            subjects("").await,
            ["Coupon refused at the till", "Missing offer"]
        );
        assert_eq!(subjects("priority:urgent").await, ["Coupon refused at the till"]);
        assert_eq!(subjects("number:TKT-000001").await, ["Missing offer"]);
        assert_eq!(
            subjects("assignee:none till").await,
            ["Coupon refused at the till"]
        );
        assert_eq!(subjects("assignee:me").await, Vec::<String>::new());
        assert_eq!(
            subjects("sort:priority").await,
            ["Missing offer", "Coupon refused at the till"]
        );
        let bad = client
            .tickets(&asking("prio:high"))
            .await
            .expect_err("no such field");
        assert_eq!(bad.kind.word(), "bad_query");
    });
}
