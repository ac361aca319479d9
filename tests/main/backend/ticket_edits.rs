//! Two people in one ticket: different fields merge, the same one is shown to both; and what tickets are counted by.

use std::collections::BTreeMap;

use tokendesk::client::{Api, ErrorKind};
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::ticket::TicketStatus;
use tokendesk::server::store::Sql;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tickets::{EditTicket, FieldChange, TicketDetail};

use super::harness::on_each;
use super::ticket_desk::{open, take, to};

fn subject(text: &str) -> EditTicket {
    EditTicket {
        subject: Some(text.to_owned()),
        ..EditTicket::default()
    }
}

fn channel(value: &str) -> EditTicket {
    EditTicket {
        fields: BTreeMap::from([("channel".to_owned(), value.to_owned())]),
        ..EditTicket::default()
    }
}

async fn edit(client: &Api, seen: &TicketDetail, body: &EditTicket) -> TicketDetail {
    let (number, version) = (&seen.row.number, seen.row.version);
    let done = client.edit_ticket(number, version, IntentKey::new(), body).await;
    done.expect("edited")
}

/// The fields that both changed, as a refusal names them.
async fn both(client: &Api, seen: &TicketDetail, body: &EditTicket) -> Option<Vec<FieldChange>> {
    let (number, version) = (&seen.row.number, seen.row.version);
    let refused = client.edit_ticket(number, version, IntentKey::new(), body).await;
    let ErrorKind::Stale { current: Some(row) } = refused.expect_err("stale").kind else {
        panic!("another refusal");
    };
    assert_eq!(row["id"], serde_json::json!(seen.row.id), "the row as it is");
    serde_json::from_value(row["conflicts"].clone()).ok()
}

#[test]
fn different_fields_merge_and_the_same_one_is_shown_to_both() {
    on_each(|backend| async move {
        let (agent, bo) = (backend.agent(), backend.client("bo", "agents"));
        let seen = take(&agent, &open(&agent, "Missing offer").await).await;
        let first = edit(&bo, &seen, &channel("Store")).await;
        assert!(first.merged.is_empty(), "nobody was in between");
        let merged = edit(&agent, &seen, &subject("Missing offer of May")).await;
        let told: Vec<&str> = merged.merged.iter().map(|c| c.field.as_str()).collect();
        assert_eq!(told, ["fields.channel"]);
        assert_eq!(merged.merged[0].value, "Store");
        assert!(!merged.merged[0].who.is_empty());
        assert_eq!(
            (merged.row.subject.as_str(), merged.fields["channel"].as_str()),
            ("Missing offer of May", "Store")
        );
        assert_eq!(merged.row.version, seen.row.version + 2);

        let conflict = both(&bo, &seen, &subject("Another subject"))
            .await
            .expect("conflicts");
        assert_eq!((conflict.len(), conflict[0].field.as_str()), (1, "subject"));
        assert_eq!(conflict[0].value, "Missing offer of May");
        let now = agent.ticket(&seen.row.number).await.expect("there");
        assert_eq!(now.row.version, merged.row.version, "nothing was changed");
        let same = edit(&bo, &seen, &subject("Missing offer of May")).await;
        assert_eq!(
            same.row.subject, "Missing offer of May",
            "the same value is no conflict"
        );

        // A move is no field that an edit writes; what the history does not tell is not merged.
        let (number, version) = (&same.row.number, same.row.version);
        let moving = to(TicketStatus::InProgress);
        let moved = agent
            .change_status(number, version, IntentKey::new(), &moving)
            .await
            .expect("moved");
        let merged = edit(&bo, &same, &channel("Online")).await;
        assert_eq!(merged.merged[0].field, "status");
        assert_eq!(
            (merged.row.status, merged.fields["channel"].as_str()),
            (TicketStatus::InProgress, "Online")
        );
        assert!(merged.row.version > moved.row.version);
        let tx = backend.store().begin().await.expect("a transaction");
        let forget = Sql::new("UPDATE ticket_events SET version = NULL");
        forget.run(&tx).await.expect("forgotten");
        tx.commit().await.expect("a commit");
        let untold = both(&agent, &same, &subject("Yet another")).await;
        assert_eq!(untold, Some(Vec::new()), "refused, and no field is blamed");
        let spanish = EditTicket {
            language: Some("ES".to_owned()),
            ..EditTicket::default()
        };
        let now = agent.ticket(number).await.expect("there");
        assert_eq!(edit(&agent, &now, &spanish).await.language, "es");
        let wrong = EditTicket {
            language: Some("klingon speaking".to_owned()),
            ..EditTicket::default()
        };
        let refused = agent
            .edit_ticket(number, now.row.version + 1, IntentKey::new(), &wrong)
            .await;
        assert_eq!(refused.expect_err("no tag").kind.word(), "invalid");
        let other_moves = agent
            .change_status(number, version, IntentKey::new(), &moving)
            .await;
        assert_eq!(
            other_moves.expect_err("stale").kind.word(),
            "stale",
            "moves never merge"
        );
    });
}

#[test]
fn tickets_are_counted_by_value_as_if_the_query_did_not_ask_for_it() {
    on_each(|backend| async move {
        let agent = backend.agent();
        let mine = take(&agent, &open(&agent, "Mine").await).await;
        open(&agent, "Free").await;
        open(&agent, "Free too").await;
        let params = ListParams {
            q: Some("status:open".to_owned()),
            ..ListParams::default()
        };
        let counted = agent.ticket_facets(&params).await.expect("counts");
        let of = |name: &str| {
            let facet = counted.facets.iter().find(|f| f.field == name).expect("counted");
            let values = facet.values.iter();
            values.map(|v| (v.value.clone(), v.count)).collect::<Vec<_>>()
        };
        assert_eq!(of("status"), [("open".to_owned(), 2), ("assigned".to_owned(), 1)]);
        assert_eq!(of("tier"), [("1".to_owned(), 2)]);
        assert_eq!(of("assignee"), [(String::new(), 2)]);
        let all = agent.ticket_facets(&ListParams::default()).await.expect("counts");
        let people = all.facets.iter().find(|f| f.field == "assignee").expect("people");
        let him = people
            .values
            .iter()
            .find(|v| !v.value.is_empty())
            .expect("somebody");
        let found = agent
            .tickets(&ListParams {
                q: Some(him.term.clone()),
                ..ListParams::default()
            })
            .await
            .expect("found");
        assert_eq!(
            found.items.iter().map(|t| t.id).collect::<Vec<_>>(),
            [mine.row.id],
            "{}",
            him.term
        );
    });
}
