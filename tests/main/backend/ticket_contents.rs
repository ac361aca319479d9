//! Contents of files in an S3-like store, and a command that looks through them.

use std::time::Duration;

use tokendesk::config::sections::FileSettings;
use tokendesk::domain::ticket::Visibility;
use tokendesk::server::app::{self, Setup};
use tokendesk::server::store::attachments;

use super::bucket::fake;
use super::harness::{Backend, on_each_with};
use super::ticket_desk::{open, refused};
use super::ticket_files::{key, picture};

fn keep(setup: &mut Setup, settings: &FileSettings) {
    setup.contents = app::contents(settings).expect("settings that can be used");
    setup.profile.tickets.attachments.file_bytes = 1_000_000;
}

fn in_bucket(setup: &mut Setup) {
    keep(setup, &fake().settings("whole", true));
}

fn in_another(setup: &mut Setup) {
    keep(setup, &fake().settings("later", true));
}

fn denied(setup: &mut Setup) {
    keep(setup, &fake().settings("denied", false));
}

fn looked_through(setup: &mut Setup) {
    let settings = FileSettings {
        // A content that holds the word is harmful; one that holds another makes the scanner itself fail.
        scanner: "content=$(tr -d '\\000'); case $content in *VIRUS*) exit 1;; *CRASH*) exit 2;; esac"
            .to_owned(),
        ..fake().settings("scanned", true)
    };
    keep(setup, &settings);
}

async fn parts(backend: &Backend) -> i64 {
    backend.number("SELECT count(*) AS n FROM attachment_parts").await
}

#[test]
fn a_content_goes_to_the_store_whole_and_only_there() {
    on_each_with(in_bucket, |backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        let content = picture(700_000);
        let file = client
            .attach_file(
                &number,
                key(),
                ("shot.png", content.clone()),
                Visibility::Internal,
            )
            .await
            .expect("brought");
        let name = format!("attachments/{}", file.id);
        assert_eq!(fake().kept("whole").get(&name), Some(&content));
        assert_eq!(parts(&backend).await, 0, "nothing of it is in the database");
        assert_eq!(client.download_file(file.id).await.expect("its bytes"), content);

        // The same upload sent again: one file, and no second content anywhere.
        let before = fake().kept("whole").len();
        let intent = key();
        for _ in 0..2 {
            client
                .attach_file(
                    &number,
                    intent,
                    ("again.png", content.clone()),
                    Visibility::Internal,
                )
                .await
                .expect("brought");
        }
        assert_eq!(fake().kept("whole").len(), before + 1);

        // What is refused while it goes by leaves nothing in the store.
        let before = fake().kept("whole").len();
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(500_000, 0);
        let refused = refused(
            client
                .attach_file(&number, key(), ("cute.png", program.into()), Visibility::Internal)
                .await,
        );
        assert_eq!(refused.0, "invalid");
        assert_eq!(fake().kept("whole").len(), before);
        assert_eq!(parts(&backend).await, 0);
    });
}

#[test]
fn a_content_that_never_became_a_file_is_forgotten_in_the_store_too() {
    on_each_with(in_another, |backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        let file = client
            .attach_file(&number, key(), ("kept.png", picture(5_000)), Visibility::Internal)
            .await
            .expect("brought");
        // As if the backend had been killed between the store's answer and the ticket.
        let stray = client
            .attach_file(&number, key(), ("lost.png", picture(6_000)), Visibility::Internal)
            .await
            .expect("brought");
        let tx = backend.store().begin().await.expect("a transaction");
        attachments::put_part(&tx, stray.id, attachments::EXPECTED, &[], backend.clock_now())
            .await
            .expect("noted");
        tokendesk::sql!("DELETE FROM attachments WHERE id = ?", stray.id.0)
            .run(&tx)
            .await
            .expect("gone");
        tx.commit().await.expect("done");
        let name = |id| format!("attachments/{id}");
        let services = backend.services();
        let later = |seconds| backend.clock_now().plus_seconds(seconds);
        assert_eq!(
            services.forget_strays(later(-10)).await.expect("looked"),
            0,
            "it may still be on its way"
        );
        assert!(fake().kept("later").contains_key(&name(stray.id)));
        assert_eq!(services.forget_strays(later(10)).await.expect("forgotten"), 1);
        let kept = fake().kept("later");
        assert!(!kept.contains_key(&name(stray.id)) && kept.contains_key(&name(file.id)));
        assert_eq!(parts(&backend).await, 0);
    });
}

#[test]
fn what_was_in_the_database_before_is_still_handed_out() {
    on_each_with(
        |_| {},
        |backend| async move {
            let client = backend.agent();
            let number = open(&client, "Missing offer").await.row.number;
            let content = picture(400_000);
            let file = client
                .attach_file(
                    &number,
                    key(),
                    ("early.png", content.clone()),
                    Visibility::Internal,
                )
                .await
                .expect("brought");
            let backend = backend.restarted_with(in_bucket).await;
            let client = backend.agent();
            assert_eq!(client.download_file(file.id).await.expect("its bytes"), content);
        },
    );
}

#[test]
fn a_store_that_refuses_keeps_nobody_waiting_and_nothing_hanging() {
    on_each_with(denied, |backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        let sent = client.attach_file(
            &number,
            key(),
            ("shot.png", picture(300_000)),
            Visibility::Internal,
        );
        let answer = tokio::time::timeout(Duration::from_secs(60), sent)
            .await
            .expect("an answer");
        assert_eq!(refused(answer).0, "unavailable");
        assert!(client.ticket(&number).await.expect("it").attachments.is_empty());
        assert!(fake().kept("denied").is_empty());
    });
}

#[test]
fn what_the_scanner_finds_or_cannot_judge_does_not_hang_on_a_ticket() {
    on_each_with(looked_through, |backend| async move {
        let client = backend.agent();
        let number = open(&client, "Missing offer").await.row.number;
        let text = |words: &'static str| bytes::Bytes::from_static(words.as_bytes());
        let brought = client
            .attach_file(
                &number,
                key(),
                ("a.txt", text("all is well")),
                Visibility::Internal,
            )
            .await
            .expect("brought");
        assert_eq!(brought.scan, "clean");
        let before = fake().kept("scanned").len();
        let harmful = client
            .attach_file(
                &number,
                key(),
                ("b.txt", text("a VIRUS in it")),
                Visibility::Internal,
            )
            .await;
        assert_eq!(refused(harmful).0, "invalid");
        let unjudged = client
            .attach_file(
                &number,
                key(),
                ("c.txt", text("a CRASH of it")),
                Visibility::Internal,
            )
            .await;
        assert_eq!(refused(unjudged).0, "unavailable");
        assert_eq!(fake().kept("scanned").len(), before, "nothing of them is kept");
        assert_eq!(client.ticket(&number).await.expect("it").attachments.len(), 1);
    });
}
