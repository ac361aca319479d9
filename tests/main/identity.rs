//! Sign-in from end to end: the desk's session against the built-in provider, over real HTTP.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokendesk::auth::{
    AtBackend, DevicePrompt, Revocation, Session, SessionOptions, SignInError, SignInEvent,
};
use tokendesk::client::credentials::CredentialsError;
use tokendesk::config::identity::{IdentitySettings, TokenStore};
use tokendesk::demo::idp::{self, IdpOptions, RunningIdp};
use tokendesk::domain::time::{Clock, SystemClock};
use tokendesk::server::auth::AccessTokens;
use tokio_util::sync::CancellationToken;

/// A provider with a short interval, so that tests need not wait.
pub(crate) async fn provider(options: IdpOptions) -> RunningIdp {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    idp::start(listener, options).expect("starts")
}

pub(crate) fn quick() -> IdpOptions {
    IdpOptions {
        interval: Duration::from_secs(1),
        ..Default::default()
    }
}

pub(crate) fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

pub(crate) async fn open(settings: IdentitySettings, dir: &std::path::Path) -> Session {
    let options = SessionOptions {
        settings,
        state_dir: dir.to_owned(),
        clock: Arc::new(SystemClock),
        passphrase: None,
    };
    Session::open(options).await.expect("opens")
}

/// Events as they came.
#[derive(Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<SignInEvent>>>);

impl Heard {
    pub(crate) fn ear(&self) -> impl Fn(SignInEvent) + Send + Sync + 'static {
        let heard = self.clone();
        move |event| heard.0.lock().expect("unpoisoned").push(event)
    }

    pub(crate) fn all(&self) -> Vec<SignInEvent> {
        self.0.lock().expect("unpoisoned").clone()
    }
}

pub(crate) fn page_of(prompt: &DevicePrompt) -> String {
    prompt
        .verification_uri_complete
        .clone()
        .expect("a page with the code in it")
}

/// Signs in as that person.
pub(crate) async fn sign_in(session: &Session, person: &str) {
    let prompt = session.begin().await.expect("a code");
    idp::approve(&browser(), &page_of(&prompt), person)
        .await
        .expect("approved");
    session
        .wait(&prompt, &CancellationToken::new(), |_| {})
        .await
        .expect("signed in");
}

async fn bearer(session: &Session) -> Result<SecretString, CredentialsError> {
    session.credentials().bearer().await
}

#[tokio::test]
async fn an_approved_sign_in_gives_tokens_that_the_backend_believes() {
    let provider = provider(quick()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(provider.identity(), dir.path()).await;
    assert!(!session.signed_in());
    assert!(matches!(
        bearer(&session).await,
        Err(CredentialsError::NotSignedIn(_))
    ));

    let prompt = session.begin().await.expect("a code");
    assert_eq!(prompt.user_code.len(), 9);
    assert!(prompt.verification_uri.ends_with("/activate"));
    assert!(page_of(&prompt).ends_with(&prompt.user_code));
    assert!(
        !format!("{prompt:?}").contains(&prompt.user_code),
        "codes are not for logs"
    );
    let heard = Heard::default();
    let (waiting, ear) = (session.clone(), heard.ear());
    let (page, asked) = (page_of(&prompt), prompt.clone());
    let wait = tokio::spawn(async move { waiting.wait(&asked, &CancellationToken::new(), ear).await });
    while !heard
        .all()
        .iter()
        .any(|event| matches!(event, SignInEvent::Waiting { .. }))
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    idp::approve(&browser(), &page, "amara").await.expect("approved");
    wait.await.expect("no panic").expect("signed in");
    assert_eq!(heard.all().last(), Some(&SignInEvent::Approved));
    assert!(session.signed_in());

    let tokens = AccessTokens::discover(&provider.identity()).await.expect("keys");
    let token = bearer(&session).await.expect("a token");
    let claims = tokens
        .validate(token.expose_secret(), SystemClock.now())
        .await
        .expect("believed");
    assert_eq!(claims.name.as_deref(), Some("Amara Okafor"));
    assert_eq!(claims.employee_id.as_deref(), Some("A-1042"));
    assert_eq!(claims.subject, "amara.okafor@example.com");
    assert_eq!(claims.groups, ["everyone", "desk-agents"]);
    let role = tokendesk::server::auth::role_of(&claims.groups, &RunningIdp::roles());
    assert_eq!(role, Some(tokendesk::domain::permission::Role::Agent));
    provider.shutdown().await;
}

#[tokio::test]
async fn a_refused_sign_in_says_so_and_can_be_started_again() {
    let provider = provider(quick()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(provider.identity(), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    idp::deny(&browser(), &page_of(&prompt)).await.expect("refused");
    let heard = Heard::default();
    let outcome = session
        .wait(&prompt, &CancellationToken::new(), heard.ear())
        .await;
    assert!(
        matches!(&outcome, Err(SignInError::Denied { words }) if words.contains("refused")),
        "{outcome:?}"
    );
    assert!(matches!(heard.all().last(), Some(SignInEvent::Denied { .. })));
    assert!(!session.signed_in());
    sign_in(&session, "mei").await;
    assert!(session.signed_in());
}

#[tokio::test]
async fn a_code_that_nobody_enters_expires() {
    let provider = provider(IdpOptions {
        code_life: Duration::from_secs(2),
        ..quick()
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(provider.identity(), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let heard = Heard::default();
    let outcome = session
        .wait(&prompt, &CancellationToken::new(), heard.ear())
        .await;
    assert_eq!(outcome, Err(SignInError::Expired));
    assert_eq!(heard.all().last(), Some(&SignInEvent::Expired));
    assert!(
        idp::approve(&browser(), &page_of(&prompt), "amara")
            .await
            .is_err(),
        "too late"
    );
}

#[tokio::test]
async fn a_sign_in_can_be_called_off() {
    let provider = provider(IdpOptions::default()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(provider.identity(), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let cancel = CancellationToken::new();
    cancel.cancel();
    assert_eq!(
        session.wait(&prompt, &cancel, |_| {}).await,
        Err(SignInError::Cancelled)
    );
}

#[tokio::test]
async fn a_kept_sign_in_survives_a_restart_until_it_is_signed_out() {
    let provider = provider(quick()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let settings = IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..provider.identity()
    };
    let session = open(settings.clone(), dir.path()).await;
    assert!(
        session.lasts()
            && session
                .notice()
                .is_some_and(|notice| notice.contains("in the clear"))
    );
    sign_in(&session, "amara").await;
    let first = bearer(&session).await.expect("a token");
    session.belongs_to("00u1042amaraokafor01").await;
    drop(session);

    let again = open(settings.clone(), dir.path()).await;
    assert!(again.signed_in());
    assert_eq!(again.uid().as_deref(), Some("00u1042amaraokafor01"));
    let second = bearer(&again).await.expect("a renewed token");
    assert_ne!(first.expose_secret(), second.expose_secret());
    let kept: String = std::fs::read_dir(dir.path())
        .expect("the directory")
        .filter_map(|entry| std::fs::read_to_string(entry.expect("an entry").path()).ok())
        .collect();
    assert!(
        !kept.contains(second.expose_secret()),
        "access tokens stay in memory"
    );

    let report = again.sign_out(std::future::ready(AtBackend::NotAsked)).await;
    assert!(
        report.complete() && report.revocation == Revocation::Done,
        "{report:?}"
    );
    assert!(matches!(
        bearer(&again).await,
        Err(CredentialsError::NotSignedIn(_))
    ));
    assert!(!open(settings, dir.path()).await.signed_in());
}

#[tokio::test]
async fn two_processes_with_one_sign_in_do_not_spend_each_others_tokens() {
    let provider = provider(IdpOptions {
        token_life: Duration::from_secs(1),
        ..quick()
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let settings = IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..provider.identity()
    };
    let one = open(settings.clone(), dir.path()).await;
    sign_in(&one, "amara").await;
    let two = open(settings, dir.path()).await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        let (a, b) = tokio::join!(bearer(&one), bearer(&two));
        a.expect("the first goes on");
        b.expect("the second goes on");
    }
    one.sign_out(std::future::ready(AtBackend::NotAsked)).await;
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    let over = bearer(&two).await;
    assert!(
        matches!(&over, Err(CredentialsError::NotSignedIn(words)) if words.contains("another window")),
        "{over:?}"
    );
}

#[tokio::test]
async fn signing_out_with_the_issuer_away_is_told_truthfully() {
    let provider = provider(quick()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let settings = IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..provider.identity()
    };
    let session = open(settings.clone(), dir.path()).await;
    sign_in(&session, "amara").await;
    provider.shutdown().await;
    let report = session.sign_out(std::future::ready(AtBackend::NotAsked)).await;
    assert!(!report.complete() && report.forgotten.is_ok(), "{report:?}");
    assert!(
        report.words().contains("could not be revoked"),
        "{}",
        report.words()
    );
    assert!(!open(settings, dir.path()).await.signed_in());
}
