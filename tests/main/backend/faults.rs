//! Clients that hang up and servers that stop: an action's fate is found out by its key, never twice, never lost.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokendesk::domain::id::IntentKey;

use super::harness::{Backend, on_each};

async fn add(
    backend: &Backend,
    path: &str,
    offer: &Value,
    key: IntentKey,
    patience: Duration,
) -> Option<u16> {
    let body = json!({"offer_id": offer, "reason": {"text": "never arrived"}});
    let request = backend
        .raw("POST", path)
        .header("Idempotency-Key", key.to_string())
        .timeout(patience)
        .json(&body);
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

async fn once_each(backend: &Backend, intents: usize) {
    for table in ["tokens", "actions", "outbox", "intents"] {
        let n = backend
            .number(&format!("SELECT count(*) AS n FROM {table}"))
            .await;
        assert_eq!(
            usize::try_from(n).ok(),
            Some(intents),
            "{table} on {}",
            backend.kind
        );
    }
    let audited = backend
        .number("SELECT count(*) AS n FROM audit WHERE verb = 'token.add'")
        .await;
    assert_eq!(usize::try_from(audited).ok(), Some(intents));
    backend.sealed().await;
    let verdict = backend.client("sue", "supervisors").verify_audit().await;
    assert!(verdict.expect("a verdict").intact);
}

/// Intents in a run of faults: a few here, thousands in `.ci/soak`.
fn rounds() -> usize {
    let asked = std::env::var("TOKENDESK_FAULTS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(120)
}

#[test]
fn clients_that_hang_up_at_any_moment_leave_the_backend_whole() {
    let seed = u64::from(std::process::id());
    eprintln!("hang-ups: seed {seed}");
    on_each(move |backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let offer = json!(backend.offer("WIN-1", "10 USD off").await.id);
        let path = format!("/api/v1/accounts/{}/tokens", account.id);
        let keys: Vec<IntentKey> = (0..rounds()).map(|_| IntentKey::new()).collect();
        let mut random = seed;
        for some in keys.chunks(8) {
            // Whatever the moment of the cut, what follows has to hold.
            let tries = some.iter().map(|key| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let patience = Duration::from_micros((random >> 33) % 30_000);
                add(&backend, &path, &offer, *key, patience)
            });
            join_all(tries.collect::<Vec<_>>()).await;
        }
        for key in &keys {
            let status = add(&backend, &path, &offer, *key, Duration::from_secs(60)).await;
            assert_eq!(status, Some(201), "on {}", backend.kind);
        }
        once_each(&backend, keys.len()).await;
    });
}

#[test]
fn a_stop_in_the_middle_of_work_loses_nothing_that_was_acknowledged() {
    on_each(|backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let offer = json!(backend.offer("WIN-1", "10 USD off").await.id);
        let path = format!("/api/v1/accounts/{}/tokens", account.id);
        let keys: Vec<IntentKey> = (0..40).map(|_| IntentKey::new()).collect();
        let stop = backend.server.stop_token();
        let tries = keys.iter().enumerate().map(|(i, key)| {
            let (backend, path, offer, stop) = (&backend, &path, &offer, stop.clone());
            async move {
                if i == 20 {
                    stop.cancel();
                }
                add(backend, path, offer, *key, Duration::from_secs(60)).await
            }
        });
        let answers = join_all(tries.collect::<Vec<_>>()).await;
        let backend = backend.restarted().await;
        let kept = backend.number("SELECT count(*) AS n FROM tokens").await;
        let acknowledged = answers.iter().filter(|a| **a == Some(201)).count();
        assert!(usize::try_from(kept).is_ok_and(|kept| kept >= acknowledged));
        for (key, answer) in keys.iter().zip(&answers) {
            assert!(matches!(answer, None | Some(201)), "{answer:?}");
            let status = add(&backend, &path, &offer, *key, Duration::from_secs(60)).await;
            assert_eq!(status, Some(201));
        }
        once_each(&backend, keys.len()).await;
    });
}

/// Sends an action under a key: first with little patience, so that it is cut off at any moment, then until it is answered.
async fn surely(
    backend: &Backend,
    path: &str,
    body: &Value,
    version: Option<i64>,
    patience: Duration,
) -> Value {
    let key = IntentKey::new().to_string();
    let request = |patience| {
        let mut request = backend
            .raw("POST", path)
            .header("Idempotency-Key", &key)
            .json(body);
        if let Some(version) = version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        request.timeout(patience).send()
    };
    // Whatever the moment of the cut, what follows has to hold.
    let _ = request(patience).await;
    let answer = request(Duration::from_secs(60)).await.expect("an answer");
    let status = answer.status();
    let answer: Value = answer.json().await.expect("JSON");
    assert!(
        status.is_success(),
        "{path} on {}: {status} {answer}",
        backend.kind
    );
    answer
}

#[test]
fn every_verb_is_done_once_and_taken_back_once_whatever_is_cut_off() {
    let seed = u64::from(std::process::id()).wrapping_mul(31);
    eprintln!("hang-ups of every verb: seed {seed}");
    on_each(move |backend| async move {
        let account = backend
            .account("EC1", "Dana", "Whitfield", "dana@example.com")
            .await;
        let offer = json!(backend.offer("WIN-1", "10 USD off").await.id);
        let wallet = format!("/api/v1/accounts/{}/tokens", account.id);
        let why = json!({"reason": {"text": "sold twice by mistake"}});
        // Each chain does five actions: add, dispute and its undo, remove and its undo.
        let chains = (rounds() / 5).max(8);
        let next = std::sync::atomic::AtomicU64::new(seed);
        let patience = || {
            let n = next.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
            Duration::from_micros((n.wrapping_mul(6_364_136_223_846_793_005) >> 33) % 30_000)
        };
        let chain = async || {
            let add = json!({"offer_id": offer, "reason": {"text": "never arrived"}});
            let added = surely(&backend, &wallet, &add, None, patience()).await;
            let token = added["token"]["id"].as_str().expect("an id").to_owned();
            let mut version = 1;
            for verb in ["dispute", "remove"] {
                let path = format!("/api/v1/tokens/{token}/{verb}");
                let done = surely(&backend, &path, &why, Some(version), patience()).await;
                let action = done["action"]["id"].as_str().expect("an id");
                let path = format!("/api/v1/actions/{action}/undo");
                let undone = surely(&backend, &path, &json!({}), None, patience()).await;
                assert_eq!(undone["token"]["state"], "active");
                assert_eq!(undone["notice"]["what"], "cancelled");
                version = undone["token"]["version"].as_i64().expect("a version");
            }
        };
        for _ in 0..chains.div_ceil(8) {
            join_all((0..8).map(|_| chain())).await;
        }
        let chains = i64::try_from(chains.div_ceil(8) * 8).expect("a number");
        let is = async |what: &str, n: i64| {
            let sql = format!("SELECT count(*) AS n FROM {what}");
            assert_eq!(backend.number(&sql).await, n, "{what} on {}", backend.kind);
        };
        is(
            "tokens WHERE version = 5 AND removed_at IS NULL AND dispute IS NULL",
            chains,
        )
        .await;
        is("actions", 5 * chains).await;
        is("actions WHERE undone_by IS NOT NULL", 2 * chains).await;
        is("intents", 5 * chains).await;
        is("audit WHERE subject_kind = 'token'", 5 * chains).await;
        is("outbox WHERE state = 'held'", chains).await;
        is("outbox WHERE state = 'cancelled'", 2 * chains).await;
        is("outbox", 3 * chains).await;
        is("disputes WHERE status = 'withdrawn'", chains).await;
        is("removals", chains).await;
        backend.sealed().await;
        let verdict = backend.client("sue", "supervisors").verify_audit().await;
        assert!(verdict.expect("a verdict").intact);
    });
}
