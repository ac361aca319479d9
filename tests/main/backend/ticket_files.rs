//! Files that hang on tickets: judged by content, bounded, kept whole, seen by whom they are for.

use bytes::Bytes;
use tokendesk::client::Api;
use tokendesk::domain::id::IntentKey;
use tokendesk::domain::ticket::Visibility;
use tokendesk::wire::tickets::{NewMessage, NewTicket};

use super::harness::{on_each, on_each_with};
use super::ticket_desk::{open, refused};

pub(super) fn key() -> IntentKey {
    IntentKey::new()
}

/// Something that begins like a picture and has this many bytes.
pub(super) fn picture(size: usize) -> Bytes {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend((bytes.len()..size).map(|n| u8::try_from(n % 251).unwrap_or(0)));
    bytes.into()
}

async fn asks(customer: &Api) -> String {
    let new = NewTicket {
        subject: "Cannot use my coupon".to_owned(),
        ..NewTicket::default()
    };
    customer
        .create_ticket(key(), &new)
        .await
        .expect("opened")
        .row
        .number
}

#[test]
fn a_file_is_kept_whole_under_a_name_without_a_path_and_hangs_on_one_message() {
    on_each(|backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        // More than one piece.
        let content = picture(700_000);
        let intent = key();
        let file = client
            .attach_file(
                &number,
                intent,
                ("../../etc/pass wd.png", content.clone()),
                Visibility::Internal,
            )
            .await
            .expect("brought");
        assert_eq!(
            (file.name.as_str(), file.media_type.as_str()),
            ("pass wd.png", "image/png")
        );
        assert_eq!(
            (file.size, file.scan.as_str(), file.sha256.len()),
            (700_000, "unscanned", 64)
        );
        let again = client
            .attach_file(
                &number,
                intent,
                ("../../etc/pass wd.png", content.clone()),
                Visibility::Internal,
            )
            .await
            .expect("the same answer");
        assert_eq!(again, file);
        assert_eq!(client.download_file(file.id).await.expect("its bytes"), content);
        let pieces = backend.number("SELECT count(DISTINCT attachment_id) AS n FROM attachment_parts");
        assert_eq!(pieces.await, 1, "the second upload left nothing behind");
        let message = NewMessage {
            visibility: Visibility::Public,
            body: "See the picture".to_owned(),
            attachment_ids: vec![file.id],
        };
        let said = client.add_message(&number, key(), &message).await.expect("said");
        assert_eq!(said.attachments.len(), 1);
        assert_eq!(
            said.attachments[0].visibility,
            Visibility::Public,
            "as the message is"
        );
        assert_eq!(
            refused(client.add_message(&number, key(), &message).await).0,
            "invalid",
            "of one message"
        );
        let seen = client.ticket(&number).await.expect("it");
        assert_eq!(
            (seen.attachments.len(), seen.messages[0].attachments.len()),
            (1, 1)
        );
        let answer = backend
            .raw("GET", &format!("/api/v1/attachments/{}", file.id))
            .send()
            .await
            .expect("an answer");
        let header = |name: &str| answer.headers()[name].to_str().expect("a text").to_owned();
        assert_eq!(
            header("content-disposition"),
            "attachment; filename*=UTF-8''pass%20wd.png"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        client.detach_file(file.id).await.expect("taken off");
        assert_eq!(refused(client.download_file(file.id).await).0, "not_found");
        assert!(client.ticket(&number).await.expect("it").attachments.is_empty());
    });
}

fn small(setup: &mut tokendesk::server::app::Setup) {
    setup.profile.tickets.attachments.file_bytes = 1_000;
    setup.profile.tickets.attachments.ticket_bytes = 2_500;
}

#[test]
fn what_is_too_large_too_much_or_not_what_it_is_called_is_refused_and_leaves_nothing() {
    on_each_with(small, |backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        let bring = async |name: &str, content: Bytes| {
            client
                .attach_file(&number, key(), (name, content), Visibility::Internal)
                .await
        };
        for (name, content, why) in [
            ("big.png", picture(1_001), "at most 1000 bytes"),
            (
                "page.png",
                Bytes::from_static(b"<!DOCTYPE html><script>x</script>"),
                "text/html",
            ),
            (
                "tool.txt",
                Bytes::from_static(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0"),
                "whatever it is called",
            ),
            (
                "a.txt",
                Bytes::from_static(b"\x1b[2Jboo"),
                "application/octet-stream",
            ),
            ("none.png", Bytes::new(), "empty"),
        ] {
            let (kind, words) = refused(bring(name, content).await);
            assert_eq!(kind, "invalid", "{name}");
            assert!(words.contains(why), "{name}: {words}");
        }
        for _ in 0..2 {
            bring("a.png", picture(1_000)).await.expect("room");
        }
        assert!(refused(bring("b.png", picture(600)).await).1.contains("together"));
        assert_eq!(backend.number("SELECT count(*) AS n FROM attachments").await, 2);
        let kept = "SELECT count(DISTINCT attachment_id) AS n FROM attachment_parts";
        assert_eq!(backend.number(kept).await, 2, "what was refused left nothing");
        let lie = backend
            .raw("POST", &format!("/api/v1/support/tickets/{number}/attachments"))
            .header("transfer-encoding", "chunked")
            .body("hello")
            .send()
            .await;
        assert!(lie.is_err() || lie.is_ok_and(|a| a.status().is_client_error()));
    });
}

#[test]
fn a_customer_brings_files_to_their_own_and_sees_none_that_is_internal() {
    on_each(|backend| async move {
        let (cora, carl) = (
            backend.client("cora", "customers"),
            backend.client("carl", "customers"),
        );
        let agent = backend.agent();
        let number = asks(&cora).await;
        let hers = cora
            .attach_file(&number, key(), ("till.png", picture(100)), Visibility::Internal)
            .await
            .expect("brought");
        assert_eq!(hers.visibility, Visibility::Public);
        let desks = agent
            .attach_file(&number, key(), ("fraud.png", picture(100)), Visibility::Internal)
            .await
            .expect("brought");
        assert_eq!(cora.ticket(&number).await.expect("hers").attachments.len(), 1);
        assert_eq!(refused(cora.download_file(desks.id).await).0, "not_found");
        cora.download_file(hers.id).await.expect("hers");
        for id in [hers.id, desks.id] {
            assert_eq!(refused(carl.download_file(id).await).0, "not_found");
        }
        let foreign = carl
            .attach_file(&number, key(), ("x.png", picture(100)), Visibility::Public)
            .await;
        assert_eq!(refused(foreign).0, "not_found");
        assert_eq!(refused(cora.detach_file(desks.id).await).0, "not_allowed");
    });
}
