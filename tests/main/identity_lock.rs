//! The lock of a sign-in: a restart does not get around it, use in any window keeps it open.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokendesk::auth::vault::{self, StoredSession};
use tokendesk::auth::{AtBackend, Renewal, Session, SessionOptions};
use tokendesk::client::credentials::CredentialsError;
use tokendesk::config::identity::{IdentitySettings, TokenStore};
use tokendesk::domain::id::SessionId;
use tokendesk::domain::time::{Clock, Moment};

use crate::scripted_issuer::{Answer, ScriptedIssuer};

/// A clock that is set by hand.
#[derive(Clone)]
struct Hand(Arc<Mutex<Moment>>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Moment::EPOCH.plus_seconds(1_000_000))))
    }

    fn pass(&self, seconds: i64) {
        let mut now = self.0.lock().expect("unpoisoned");
        *now = now.plus_seconds(seconds);
    }
}

impl Clock for Hand {
    fn now(&self) -> Moment {
        *self.0.lock().expect("unpoisoned")
    }
}

fn settings(issuer: &ScriptedIssuer) -> IdentitySettings {
    IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..issuer.settings()
    }
}

async fn open(issuer: &ScriptedIssuer, dir: &std::path::Path, clock: &Hand) -> Session {
    Session::open(SessionOptions {
        settings: settings(issuer),
        state_dir: dir.to_owned(),
        clock: Arc::new(clock.clone()),
        passphrase: None,
    })
    .await
    .expect("opens")
}

/// A sign-in from an earlier run.
async fn keep(issuer: &ScriptedIssuer, dir: &std::path::Path) {
    let settings = settings(issuer);
    let record = StoredSession {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        uid: None,
        session: SessionId::new(),
        refresh_token: SecretString::from("refresh-1"),
    };
    let opened = vault::open(&settings, dir, None).await.expect("opens");
    opened.vault.save(&record).await.expect("saves");
}

#[tokio::test]
async fn a_restart_does_not_get_around_the_time_without_use() {
    let issuer = ScriptedIssuer::start([Answer::tokens("access", "refresh-2", 600)], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Hand::new();
    keep(&issuer, dir.path()).await;
    let desk = open(&issuer, dir.path(), &clock).await;
    desk.used().await;
    desk.lock_after(15).await;
    assert_eq!(desk.unused_left().await, Some(Duration::from_secs(900)));
    drop(desk);

    clock.pass(899);
    let again = open(&issuer, dir.path(), &clock).await;
    assert!(again.signed_in(), "within the time");
    again.used().await;
    drop(again);

    clock.pass(901);
    let late = open(&issuer, dir.path(), &clock).await;
    assert!(!late.signed_in());
    let words = late.ended().expect("said");
    assert!(
        words.contains("15 minutes") && words.contains("Sign in again"),
        "{words}"
    );
    assert!(matches!(
        late.credentials().bearer().await,
        Err(CredentialsError::NotSignedIn(said)) if said == words
    ));
    late.settle().await;
    assert_eq!(
        issuer.revoked(),
        ["refresh-1"],
        "what was kept is worth nothing any more"
    );
    assert!(issuer.forms().is_empty(), "and was not used");
    assert!(
        !open(&issuer, dir.path(), &clock).await.signed_in(),
        "nor is it there the next time"
    );
}

#[tokio::test]
async fn a_lock_holds_even_if_the_program_dies_before_it_could_tell_anybody() {
    let issuer = ScriptedIssuer::start([], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Hand::new();
    keep(&issuer, dir.path()).await;
    let desk = open(&issuer, dir.path(), &clock).await;
    desk.used().await;
    desk.lock().await;
    drop(desk); // killed here: neither the backend nor the issuer know
    let again = open(&issuer, dir.path(), &clock).await;
    assert!(!again.signed_in());
    again.settle().await;
    assert_eq!(issuer.revoked(), ["refresh-1"]);
}

#[tokio::test]
async fn use_in_another_window_keeps_the_sign_in_open() {
    let issuer = ScriptedIssuer::start([], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Hand::new();
    keep(&issuer, dir.path()).await;
    let (one, two) = (
        open(&issuer, dir.path(), &clock).await,
        open(&issuer, dir.path(), &clock).await,
    );
    one.used().await;
    one.lock_after(15).await;
    clock.pass(600);
    two.used().await;
    clock.pass(600);
    assert_eq!(one.unused_left().await, Some(Duration::from_secs(300)));
    clock.pass(300);
    assert_eq!(one.unused_left().await, Some(Duration::ZERO));
    assert_eq!(two.unused_left().await, Some(Duration::ZERO));
}

#[tokio::test]
async fn after_a_lock_a_fresh_sign_in_is_open_again() {
    let issuer = ScriptedIssuer::start([Answer::tokens("access", "refresh-2", 600)], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Hand::new();
    keep(&issuer, dir.path()).await;
    let desk = open(&issuer, dir.path(), &clock).await;
    let locked = desk.credentials().session().expect("signed in");
    desk.lock_after(15).await;
    desk.lock().await;
    desk.sign_out(std::future::ready(AtBackend::Ended)).await;
    let prompt = desk.begin().await.expect("a code");
    desk.wait(&prompt, &tokio_util::sync::CancellationToken::new(), |_| {})
        .await
        .expect("signed in");
    assert_ne!(
        desk.credentials().session().expect("signed in"),
        locked,
        "another sign-in"
    );
    assert_eq!(desk.unused_left().await, Some(Duration::from_secs(900)));
    assert!(open(&issuer, dir.path(), &clock).await.signed_in());
}

#[tokio::test]
async fn while_the_issuer_is_away_work_goes_on_until_the_token_ends_and_that_is_said() {
    let script = [
        Answer::tokens("first", "refresh-2", 6),
        Answer::Json(503, serde_json::json!({})),
        Answer::tokens("second", "refresh-3", 600),
    ];
    let issuer = ScriptedIssuer::start(script, Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    let clock = Hand::new();
    keep(&issuer, dir.path()).await;
    let desk = open(&issuer, dir.path(), &clock).await;
    let mut renewals = desk.renewals();
    let first = desk.credentials().bearer().await.expect("a token");
    assert_eq!(first.expose_secret(), "first");
    // the token gets old, and its renewal fails
    while issuer.forms().len() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let token = desk.credentials().bearer().await.expect("work goes on");
        assert_eq!(token.expose_secret(), "first");
    }
    renewals.changed().await.expect("told");
    let said = renewals.borrow_and_update().clone();
    let Renewal::Failing { words } = said else {
        panic!("{said:?}")
    };
    assert!(
        words.contains("503") && words.contains("Your work goes on for"),
        "{words}"
    );
    // and works again
    let renewed = || async {
        let token = desk.credentials().bearer().await;
        token.is_ok_and(|token| token.expose_secret() == "second")
    };
    while !renewed().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    renewals.changed().await.expect("told");
    assert_eq!(*renewals.borrow_and_update(), Renewal::Fine);
}
