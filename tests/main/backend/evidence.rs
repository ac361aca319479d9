//! Evidence that outlives the database's keeper: exports, checkpoints kept elsewhere, receipts, and words that were erased.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokendesk::client::ErrorKind;
use tokendesk::domain::audit::Sealed;
use tokendesk::domain::audit::checkpoint::{Checkpoint, Receipt};
use tokendesk::domain::id::{AccountId, IntentKey};
use tokendesk::domain::masking::PiiField;
use tokendesk::server::workers::checkpoints::{Policy, keep};
use tokendesk::sql;
use tokendesk::wire::accounts::Reveal;
use tokendesk::wire::audit::EraseAudit;
use tokendesk::wire::desk::{NewNote, Reason};
use tokio_util::sync::CancellationToken;

use super::harness::{Backend, on_each};

/// Notes on two accounts, and a reveal of each with a reason; gives back the first account and the key of its first note.
async fn some_work(backend: &Backend) -> (AccountId, IntentKey) {
    let mut first = None;
    for (user, text) in [("EC1", "asked for a refund"), ("EC2", "wants to be called")] {
        let account = backend
            .account(user, "Dana", "Whitfield", &format!("{user}@example.com"))
            .await;
        backend.agent().account(account.id).await.expect("a card");
        for n in 0..3 {
            let key = IntentKey::new();
            let note = NewNote {
                text: format!("{text} {n}"),
            };
            let done = backend.agent().add_account_note(account.id, key, &note).await;
            done.expect("written");
            first.get_or_insert((account.id, key));
        }
        let reveal = Reveal {
            field: PiiField::Email,
            reason: Reason {
                code: String::new(),
                text: text.to_owned(),
            },
        };
        backend
            .agent()
            .reveal(account.id, &reveal)
            .await
            .expect("revealed");
    }
    backend.sealed().await;
    first.expect("some work")
}

async fn export(backend: &Backend) -> Vec<String> {
    let client = backend.client("sue", "supervisors");
    client.me().await.expect("me");
    // What the export itself puts into the chain comes later than what it holds.
    client.audit_entries(0, 1).await.expect("a stretch");
    backend.sealed().await;
    let entries = client.audit_entries(0, 2_000).await.expect("a stretch");
    entries
        .iter()
        .map(|sealed| serde_json::to_string(sealed).expect("JSON"))
        .collect()
}

/// Runs `audit verify` without any backend; gives back the exit code and what it says.
fn verify(dir: &Path, lines: &[String], checkpoints: &[Checkpoint], key: &str) -> (i32, String) {
    let (export, kept) = (dir.join("export.jsonl"), dir.join("checkpoints.jsonl"));
    std::fs::write(&export, lines.join("\n")).expect("written");
    let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_tokendesk"));
    run.current_dir(dir)
        .env_clear()
        .arg("--json")
        .args(["audit", "verify", "--export"]);
    run.arg(&export);
    if !checkpoints.is_empty() {
        let json = |c: &Checkpoint| serde_json::to_string(c).expect("JSON");
        let text: Vec<_> = checkpoints.iter().map(json).collect();
        std::fs::write(&kept, text.join("\n")).expect("written");
        run.arg("--checkpoints").arg(&kept).args(["--key", key]);
    }
    let output = run.output().expect("it runs");
    let code = output.status.code().expect("a code");
    let said = [output.stdout, output.stderr].concat();
    (code, String::from_utf8(said).expect("text"))
}

#[test]
fn an_export_is_checked_without_a_backend_and_every_change_is_named() {
    on_each(|backend| async move {
        some_work(&backend).await;
        let services = &backend.server.services;
        let signer = services.signer().expect("a key");
        let lines = export(&backend).await;
        let dir = tempfile::tempdir().expect("a folder");
        let last: Sealed = serde_json::from_str(lines.last().expect("a line")).expect("an entry");
        let head = tokendesk::domain::audit::Head {
            seq: last.seq,
            hash: last.hash,
        };
        let kept = [signer.checkpoint("extracare", backend.clock_now(), head)];
        let key = signer.public();
        let (code, said) = verify(dir.path(), &lines, &kept, key);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(&format!("\"checked\":{}", lines.len())), "{said}");

        let changed = |at: usize, from: &str, to: &str| {
            let mut bad = lines.clone();
            bad[at] = bad[at].replace(from, to);
            assert_ne!(bad[at], lines[at], "{from}");
            bad
        };
        let note = lines
            .iter()
            .position(|l| l.contains("account.note"))
            .expect("a note");
        let reveal = lines
            .iter()
            .position(|l| l.contains("account.reveal"))
            .expect("a reveal");
        let named = format!("entry {} ", note + 1);
        let texts = format!("entry {} ", reveal + 1);
        let mut removed = lines.clone();
        removed.remove(note);
        let mut swapped = lines.clone();
        swapped.swap(note, note + 1);
        for (what, bad, named) in [
            ("address", changed(note, "127.0.0.1", "127.0.0.2"), named.clone()),
            ("actor", changed(note, "amara", "mallory"), named.clone()),
            ("verb", changed(note, "account.note", "account.view"), named),
            (
                "texts",
                changed(reveal, "asked for a refund", "asked for nothing"),
                texts,
            ),
            (
                "removed",
                removed,
                format!("entries {0} to {0} have been removed", note + 1),
            ),
            (
                "swapped",
                swapped,
                format!("entry {} stands behind entry {}", note + 1, note + 2),
            ),
            (
                "cut",
                lines[..lines.len() - 2].to_vec(),
                "the tail has been cut".to_owned(),
            ),
        ] {
            let (code, said) = verify(dir.path(), &bad, &kept, key);
            assert_eq!(code, 1, "{what}: {said}");
            assert!(said.contains(&named), "{what}: {said}");
        }
        let (code, _) = verify(dir.path(), &lines[..lines.len() - 2], &[], key);
        assert_eq!(
            code, 0,
            "a cut tail does not show by itself: hence the checkpoints"
        );
    });
}

#[test]
fn checkpoints_are_signed_kept_elsewhere_and_held_against_the_chain() {
    on_each(|backend| async move {
        some_work(&backend).await;
        let services = backend.server.services.clone();
        let dir = tempfile::tempdir().expect("a folder");
        let receiver = wiremock::MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::method("POST"))
            .respond_with(wiremock::ResponseTemplate::new(204))
            .mount(&receiver)
            .await;
        let file = dir.path().join("kept.jsonl");
        let policy = Policy {
            entries: 1,
            minutes: 1,
            file: Some(file.clone()),
            url: Some(receiver.uri()),
        };
        let stop = CancellationToken::new();
        let keeping = tokio::spawn(keep(services.clone(), policy, stop.clone()));
        let mut text = String::new();
        for _ in 0..500 {
            text = std::fs::read_to_string(&file).unwrap_or_default();
            if text.ends_with('\n') {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        keeping.await.expect("no panic");
        let first: Checkpoint =
            serde_json::from_str(text.lines().next().expect("a line")).expect("a checkpoint");
        let key = services.signer().expect("a key").public().to_owned();
        assert_eq!(first.check(std::slice::from_ref(&key)), Ok(()));
        let posted = receiver.received_requests().await.expect("requests");
        let posted: Checkpoint = serde_json::from_slice(&posted[0].body).expect("a checkpoint");
        assert_eq!(posted, first);

        let supervisor = backend.client("sue", "supervisors");
        supervisor.me().await.expect("me");
        backend.sealed().await;
        let verdict = supervisor.verify_audit().await.expect("a verdict");
        assert!(verdict.intact && verdict.checkpoints >= 1, "{verdict:?}");
        let tx = backend.store().begin().await.expect("a transaction");
        sql!("DELETE FROM audit WHERE seq > ?", first.seq - 2)
            .run(&tx)
            .await
            .expect("cut");
        tx.commit().await.expect("a commit");
        let verdict = supervisor.verify_audit().await.expect("a verdict");
        assert!(!verdict.intact && verdict.broken.is_some(), "{verdict:?}");
    });
}

#[test]
fn a_receipt_proves_one_action_and_is_its_owners() {
    on_each(|backend| async move {
        let (_, key) = some_work(&backend).await;
        let got = backend.agent().audit_receipt(key).await.expect("a receipt");
        assert!(got.receipt.len() < 240, "fits into a note");
        let receipt: Receipt = got.receipt.parse().expect("it reads back");
        let public = backend
            .server
            .services
            .signer()
            .expect("a key")
            .public()
            .to_owned();
        assert_eq!(receipt.check(&[public]), Ok(()));
        let supervisor = backend.client("sue", "supervisors");
        let stands = supervisor
            .audit_entries(receipt.seq - 1, 1)
            .await
            .expect("a stretch");
        assert!(receipt.is_of(&stands[0]));
        for other in [backend.client("bo", "agents"), backend.client("ada", "admins")] {
            let none = other.audit_receipt(key).await.expect_err("not theirs");
            assert_eq!(none.kind, ErrorKind::NotFound);
        }
    });
}

#[test]
fn what_was_erased_stands_in_no_file_of_the_database() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await
            .id;
        let agent = backend.agent();
        agent.account(account).await.expect("a card");
        let reveal = Reveal {
            field: PiiField::Email,
            reason: Reason {
                code: String::new(),
                text: "sends us a letter about quinces".to_owned(),
            },
        };
        agent.reveal(account, &reveal).await.expect("revealed");
        backend.sealed().await;
        assert_ne!(
            backend.files_hold(&reveal.reason.text),
            Some(false),
            "it is looked for"
        );
        let what = EraseAudit {
            account_id: account,
            reason: "request 4711".to_owned(),
        };
        let admin = backend.client("ada", "admins");
        admin.erase_audit(IntentKey::new(), &what).await.expect("erased");
        assert_ne!(backend.files_hold(&reveal.reason.text), Some(true));
    });
}

#[test]
fn words_about_a_customer_can_be_erased_and_the_chain_holds() {
    on_each(|backend| async move {
        let (account, _) = some_work(&backend).await;
        let admin = backend.client("ada", "admins");
        admin.me().await.expect("me");
        backend.sealed().await;
        let what = EraseAudit {
            account_id: account,
            reason: "request 4711".to_owned(),
        };
        let key = IntentKey::new();
        let done = admin.erase_audit(key, &what).await.expect("erased");
        assert!(done.entries >= 4, "the notes and the view: {done:?}");
        assert_eq!(admin.erase_audit(key, &what).await.expect("the same"), done);
        backend.sealed().await;
        let lines = export(&backend).await;
        assert!(lines.iter().all(|line| !line.contains("asked for a refund")));
        assert!(
            lines.iter().any(|line| line.contains("wants to be called")),
            "others stay"
        );
        let verdict = admin.verify_audit().await.expect("a verdict");
        assert!(verdict.intact, "{verdict:?}");
        for (group, name) in [("agents", "bo"), ("supervisors", "sue")] {
            let other = backend.client(name, group);
            assert!(
                other.erase_audit(IntentKey::new(), &what).await.is_err(),
                "{group}"
            );
        }
        // Whoever takes words away without that is found out.
        let tx = backend.store().begin().await.expect("a transaction");
        sql!(
            "UPDATE audit SET reason = '', before_json = NULL, after_json = NULL, salt = NULL WHERE account_id <> ?",
            account.0
        )
        .run(&tx)
        .await
        .expect("taken away");
        tx.commit().await.expect("a commit");
        let verdict = admin.verify_audit().await.expect("a verdict");
        assert!(verdict.broken.expect("found out").contains("no erasure"), "named");
        let body: Value = json!({"account_id": account, "reason": " "});
        let bare = backend
            .raw_as("ada:admins:raw", "POST", "/api/v1/audit/erasures")
            .json(&body);
        assert_eq!(bare.send().await.expect("an answer").status(), 422);
    });
}
