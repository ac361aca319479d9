//! What networks and issuers do wrong must not end a sign-in or a session.

use std::time::Duration;

use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokendesk::auth::vault::{self, StoredSession};
use tokendesk::auth::{Session, SignInError, SignInEvent};
use tokendesk::client::credentials::CredentialsError;
use tokendesk::config::identity::{IdentitySettings, TokenStore};
use tokio_util::sync::CancellationToken;

use crate::identity::{Heard, open};
use crate::scripted_issuer::{Answer, ScriptedIssuer};

const AT_ONCE: Duration = Duration::ZERO;

/// Each fault once, then the tokens; all at the same time.
#[tokio::test]
async fn a_sign_in_outlives_each_passing_fault() {
    let faults = [
        (
            Answer::JsonWith(429, "retry-after: 1\r\n", json!({"errorCode": "E0000047"})),
            "slow down",
        ),
        (
            Answer::JsonWith(429, "retry-after: 1\r\n", json!({"error": "invalid_grant"})),
            "slow down",
        ),
        (Answer::Html(502), "502"),
        (Answer::Html(200), "text/html"),
        (Answer::Redirect, "redirect"),
        (Answer::Cut, "broke"),
        (Answer::CutBody, "broke"),
        (Answer::HalfJson, "cut short"),
        (Answer::Huge, "too large"),
        (Answer::error("temporarily_unavailable"), "overloaded"),
        (Answer::error("server_error"), "fault of its own"),
        (
            Answer::JsonWith(
                429,
                "date: Mon, 21 Sep 2026 14:13:20 GMT\r\nx-rate-limit-reset: 1790000001\r\n",
                json!({"errorCode": "E0000047", "errorSummary": "API call exceeded rate limit"}),
            ),
            "slow down",
        ),
        (
            Answer::JsonWith(429, "retry-after: 1\r\n", json!({"error": "too_many_user_codes"})),
            "too many codes",
        ),
        (
            Answer::Json(400, json!({"errorSummary": "Not now\u{1b}[2J"})),
            "Not now",
        ),
    ];
    join_all(faults.map(|(fault, said)| outlives(fault, said))).await;
}

async fn outlives(fault: Answer, said: &str) {
    let issuer = ScriptedIssuer::start([fault, Answer::tokens("access", "refresh", 600)], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(memory(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    assert_eq!(
        prompt.interval,
        Duration::from_secs(1),
        "an interval of zero is not taken"
    );
    let heard = Heard::default();
    let outcome = session
        .wait(&prompt, &CancellationToken::new(), heard.ear())
        .await;
    assert_eq!(outcome, Ok(None), "{said}: signed in all the same");
    let events = heard.all();
    let [SignInEvent::Trouble { words, retry_in }, SignInEvent::Approved] = &events[..] else {
        panic!("{said}: {events:?}");
    };
    assert!(words.contains(said), "{said}: {words}");
    assert!(!words.chars().any(char::is_control), "{words:?}");
    assert!(*retry_in >= Duration::from_secs(1) && *retry_in <= Duration::from_secs(62));
    let token = session.credentials().bearer().await.expect("a token");
    assert_eq!(token.expose_secret(), "access");
}

#[tokio::test]
async fn what_will_not_pass_ends_it_with_words() {
    let answers = [
        Answer::error("access_denied"),
        Answer::Json(
            401,
            json!({"error": "access_denied", "error_description": "Policy evaluation failed"}),
        ),
        Answer::Json(401, json!({"error": "invalid_client"})),
        Answer::error("use_dpop_nonce"),
        Answer::Json(
            400,
            json!({"error": "server_error", "error_description": "too many groups in the groups claim"}),
        ),
        Answer::Json(200, json!({"error": "access_denied"})),
        Answer::error("invalid_grant"),
        Answer::Json(200, json!({"token_type": "DPoP", "access_token": "a"})),
        Answer::Json(200, json!({"nothing": "of use"})),
    ];
    join_all(answers.map(ends)).await;
}

async fn ends(answer: Answer) {
    let issuer = ScriptedIssuer::start([answer], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(memory(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let outcome = session.wait(&prompt, &CancellationToken::new(), |_| {}).await;
    let error = outcome.expect_err("no tokens");
    assert!(!matches!(error, SignInError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().ends_with(['.', ')']), "{error}");
    assert_eq!(issuer.forms().len(), 1, "{error}");
}

#[tokio::test]
async fn endpoints_are_found_in_either_place_and_believed_only_at_home() {
    let openid = "/oauth2/default/.well-known/openid-configuration";
    let oauth = "/.well-known/oauth-authorization-server/oauth2/default";
    for elsewhere in [Answer::Html(404), Answer::Html(200), Answer::Json(404, json!({}))] {
        let issuer = ScriptedIssuer::start([], AT_ONCE).await;
        issuer.answers(openid, elsewhere);
        issuer.answers(oauth, Answer::Json(200, issuer.document()));
        let dir = tempfile::tempdir().expect("a directory");
        let session = open(memory(&issuer), dir.path()).await;
        session.begin().await.expect("found in OAuth's own place");
    }
    let lies = [
        ("issuer", "http://127.0.0.1:1/oauth2/default", "to the letter"),
        (
            "token_endpoint",
            "https://evil.example.com/token",
            "does not live at",
        ),
        (
            "device_authorization_endpoint",
            "http://id.example.com/x",
            "https",
        ),
    ];
    for (name, lie, said) in lies {
        let issuer = ScriptedIssuer::start([], AT_ONCE).await;
        let mut document = issuer.document();
        document[name] = json!(lie);
        issuer.answers(openid, Answer::Json(200, document));
        let dir = tempfile::tempdir().expect("a directory");
        let session = open(memory(&issuer), dir.path()).await;
        let error = session.begin().await.expect_err("not believed").to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_sign_in_page_elsewhere_is_never_shown() {
    let issuer = ScriptedIssuer::start([], AT_ONCE).await;
    let answer = |plain: String, complete: String| {
        Answer::Json(
            200,
            json!({"device_code": "d", "user_code": "BCDF-GHJK", "verification_uri": plain,
                   "verification_uri_complete": complete, "expires_in": 600}),
        )
    };
    let (home, evil) = (
        format!("{}/activate", issuer.origin()),
        "https://evil.example.com/a",
    );
    for (plain, complete) in [(evil.to_owned(), home.clone()), (home.clone(), evil.to_owned())] {
        issuer.answers("/oauth2/default/v1/device/authorize", answer(plain, complete));
        let dir = tempfile::tempdir().expect("a directory");
        let session = open(memory(&issuer), dir.path()).await;
        let error = session.begin().await.expect_err("not shown").to_string();
        assert!(
            error.contains("evil.example.com") && error.contains("verification_hosts"),
            "{error}"
        );
    }
    issuer.answers("/oauth2/default/v1/device/authorize", answer(home.clone(), home));
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(memory(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    assert_eq!(
        prompt.interval,
        Duration::from_secs(5),
        "five seconds when nothing is said"
    );
}

#[tokio::test]
async fn oktas_org_server_is_refused_before_anything_is_sent() {
    let settings = IdentitySettings {
        issuer: "https://example.okta.com".to_owned(),
        client_id: "desk".to_owned(),
        ..Default::default()
    };
    let error = tokendesk::auth::SignIn::new(settings.clone()).expect_err("refused");
    assert!(error.to_string().contains("org server"), "{error}");
    let other = IdentitySettings {
        token_profile: tokendesk::config::identity::TokenProfile::Rfc9068,
        ..settings
    };
    assert!(tokendesk::auth::SignIn::new(other).is_ok());
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_and_the_sign_in_goes_on() {
    let issuer = ScriptedIssuer::start([Answer::tokens("access", "refresh", 600)], AT_ONCE).await;
    issuer.tells_time("Thu, 01 Jan 1970 00:00:00 GMT");
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(memory(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let notice = session.clock_notice().expect("it is decades off");
    assert!(
        notice.contains("minutes off: it is ahead of the issuer's"),
        "{notice}"
    );
    let outcome = session.wait(&prompt, &CancellationToken::new(), |_| {}).await;
    assert_eq!(outcome, Ok(None));
    assert!(
        session.credentials().bearer().await.is_ok(),
        "the life of a token is counted, not read off a clock"
    );
}

#[tokio::test]
async fn slow_down_is_obeyed() {
    let issuer = ScriptedIssuer::start([Answer::error("slow_down")], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(memory(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let (heard, cancel) = (Heard::default(), CancellationToken::new());
    let (waiting, ear, stop) = (session.clone(), heard.ear(), cancel.clone());
    let wait = tokio::spawn(async move { waiting.wait(&prompt, &stop, ear).await });
    while heard.all().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        heard.all(),
        [SignInEvent::SlowedDown {
            interval: Duration::from_secs(6)
        }]
    );
    cancel.cancel();
    assert_eq!(wait.await.expect("no panic"), Err(SignInError::Cancelled));
}

#[tokio::test]
async fn an_issuer_that_is_not_there_is_told_as_such() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let settings = IdentitySettings {
        issuer: format!("http://{address}/oauth2/default"),
        client_id: "desk".to_owned(),
        allow_http_loopback: true,
        token_store: TokenStore::Memory,
        ..Default::default()
    };
    let dir = tempfile::tempdir().expect("a directory");
    let session = open(settings, dir.path()).await;
    let error = session.begin().await.expect_err("nobody answers");
    assert!(
        matches!(&error, SignInError::Unavailable { words, .. } if words.contains("cannot be reached")),
        "{error:?}"
    );
}

#[tokio::test]
async fn twenty_callers_make_one_renewal() {
    let script = [Answer::tokens("second", "refresh-2", 600)];
    let issuer = ScriptedIssuer::start(script, Duration::from_millis(100)).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let credentials = credentials.clone();
            tokio::spawn(async move { credentials.bearer().await })
        })
        .collect();
    for caller in callers {
        assert_eq!(
            caller.await.expect("no panic").expect("a token").expose_secret(),
            "second"
        );
    }
    let forms = issuer.forms();
    assert_eq!(forms.len(), 1, "{forms:?}");
    assert!(
        forms[0].contains("refresh_token=refresh-1") && forms[0].contains("client_id=desk"),
        "{forms:?}"
    );
    assert_eq!(kept(&issuer, dir.path()).await.as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn a_renewal_goes_on_when_whoever_asked_for_it_goes_away() {
    let script = [Answer::tokens("second", "refresh-2", 600)];
    let issuer = ScriptedIssuer::start(script, Duration::from_millis(200)).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    let gone = tokio::time::timeout(Duration::from_millis(50), credentials.bearer()).await;
    assert!(gone.is_err(), "given up before the answer");
    assert_eq!(
        credentials.bearer().await.expect("a token").expose_secret(),
        "second"
    );
    assert_eq!(issuer.forms().len(), 1);
    assert_eq!(kept(&issuer, dir.path()).await.as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn a_fault_at_renewal_is_no_end_of_the_session() {
    let rate_limit = Answer::JsonWith(429, "retry-after: 1\r\n", json!({"error": "invalid_grant"}));
    join_all([rate_limit, Answer::Html(503), Answer::Cut].map(renews_later)).await;
}

async fn renews_later(fault: Answer) {
    let issuer = ScriptedIssuer::start([fault, Answer::tokens("second", "refresh-2", 600)], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    let Err(CredentialsError::Unavailable { retry_in, .. }) = credentials.bearer().await else {
        panic!("the first renewal meets the fault");
    };
    assert_eq!(
        kept(&issuer, dir.path()).await.as_deref(),
        Some("refresh-1"),
        "still there"
    );
    assert!(credentials.bearer().await.is_err(), "not asked again at once");
    assert_eq!(issuer.forms().len(), 1);
    tokio::time::sleep(retry_in + Duration::from_millis(20)).await;
    assert_eq!(
        credentials.bearer().await.expect("a token").expose_secret(),
        "second"
    );
}

#[tokio::test]
async fn a_dead_refresh_token_ends_the_session_and_is_forgotten() {
    let issuer = ScriptedIssuer::start([Answer::error("invalid_grant")], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    assert!(matches!(
        credentials.bearer().await,
        Err(CredentialsError::NotSignedIn(_))
    ));
    assert_eq!(kept(&issuer, dir.path()).await, None);
    assert!(!session.signed_in());
    assert!(matches!(
        credentials.bearer().await,
        Err(CredentialsError::NotSignedIn(_))
    ));
    assert_eq!(issuer.forms().len(), 1, "a dead token is not sent again");
}

#[tokio::test]
async fn an_issuer_that_keeps_the_refresh_token_is_fine() {
    let kept_token = Answer::Json(
        200,
        json!({"token_type": "Bearer", "access_token": "second", "expires_in": 600}),
    );
    let issuer = ScriptedIssuer::start([kept_token], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    assert_eq!(
        session
            .credentials()
            .bearer()
            .await
            .expect("a token")
            .expose_secret(),
        "second"
    );
    assert_eq!(kept(&issuer, dir.path()).await.as_deref(), Some("refresh-1"));
}

#[tokio::test]
async fn a_refused_token_that_was_just_minted_is_not_renewed_in_a_circle() {
    let issuer = ScriptedIssuer::start([Answer::tokens("second", "refresh-2", 600)], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    for _ in 0..5 {
        let token = credentials.bearer().await.expect("a token");
        credentials.rejected(&token).await;
    }
    assert_eq!(issuer.forms().len(), 1);
}

#[tokio::test]
async fn an_old_token_is_renewed_behind_the_scenes() {
    let issuer = ScriptedIssuer::start([Answer::tokens("first", "refresh-2", 5)], AT_ONCE).await;
    let dir = tempfile::tempdir().expect("a directory");
    let session = resumed(&issuer, dir.path(), "refresh-1").await;
    let credentials = session.credentials();
    assert_eq!(
        credentials.bearer().await.expect("a token").expose_secret(),
        "first"
    );
    issuer.then([Answer::tokens("second", "refresh-3", 600)]);
    // due 0.5 to 1.5 s before its end, good until 0.5 s before it: no caller ever waits or fails in between
    let start = std::time::Instant::now();
    while credentials.bearer().await.expect("a token").expose_secret() == "first" {
        assert!(start.elapsed() < Duration::from_secs(10), "never renewed");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(issuer.forms().len(), 2);
    assert_eq!(kept(&issuer, dir.path()).await.as_deref(), Some("refresh-3"));
}

fn memory(issuer: &ScriptedIssuer) -> IdentitySettings {
    IdentitySettings {
        token_store: TokenStore::Memory,
        ..issuer.settings()
    }
}

fn filed(issuer: &ScriptedIssuer) -> IdentitySettings {
    IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..issuer.settings()
    }
}

/// A session that goes on from an earlier run with this refresh token.
async fn resumed(issuer: &ScriptedIssuer, dir: &std::path::Path, token: &str) -> Session {
    let settings = filed(issuer);
    let record = StoredSession {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        uid: None,
        session: tokendesk::domain::id::SessionId::new(),
        refresh_token: SecretString::from(token),
    };
    vault::open(&settings, dir, None)
        .await
        .expect("opens")
        .vault
        .save(&record)
        .await
        .expect("saves");
    open(settings, dir).await
}

/// The refresh token on disk.
async fn kept(issuer: &ScriptedIssuer, dir: &std::path::Path) -> Option<String> {
    let opened = vault::open(&filed(issuer), dir, None).await.expect("opens");
    opened
        .vault
        .load()
        .await
        .expect("loads")
        .map(|record| record.refresh_token.expose_secret().to_owned())
}
