//! One sign-in in many processes: desks and commands of one person never sign each other out, whatever the issuer does
//! with refresh tokens.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::json;
use tokendesk::auth::vault::{self, StoredSession};
use tokendesk::auth::{AtBackend, Session};
use tokendesk::client::credentials::CredentialsError;
use tokendesk::config::identity::{IdentitySettings, TokenStore};
use tokendesk::demo::idp::{IdpOptions, Rotation, RunningIdp};
use tokio::time::Instant;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::cli::{Machine, configuration, me, ours, sign_in};
use crate::identity::{open, provider, quick};
use crate::scripted_issuer::{Answer, ScriptedIssuer};

/// Where the program keeps its state on this machine.
fn state(machine: &Machine) -> PathBuf {
    machine.home().join(".local/state/tokendesk")
}

async fn backend() -> MockServer {
    let backend = MockServer::start().await;
    Mock::given(path("/api/v1/me"))
        .respond_with(ours(200).set_body_json(me()))
        .mount(&backend)
        .await;
    Mock::given(path("/api/v1/sessions/current"))
        .respond_with(ours(200).set_body_json(json!({"ended": 1})))
        .mount(&backend)
        .await;
    backend
}

fn config_of(machine: &Machine, issuer: &RunningIdp, backend: &MockServer) -> PathBuf {
    let text = configuration(
        &issuer.issuer,
        &issuer.client_id,
        &issuer.audience,
        &backend.uri(),
    );
    machine.write("desk.toml", &text)
}

/// Two desks that ask for a token all the time, and three shells that run one command after the other, with access
/// tokens of two seconds and an issuer that ends the session when a spent refresh token is used.
async fn together(rotation: Rotation, how_long: Duration) {
    let issuer = provider(IdpOptions {
        token_life: Duration::from_secs(2),
        rotation,
        ..quick()
    })
    .await;
    let (machine, backend) = (Arc::new(Machine::new()), backend().await);
    let config = config_of(&machine, &issuer, &backend);
    sign_in(&machine, &config, "amara").await;
    let settings = IdentitySettings {
        token_store: TokenStore::Plaintext,
        backend: backend.uri(),
        ..issuer.identity()
    };
    let end = Instant::now() + how_long;
    let renewals = Arc::new(AtomicUsize::new(0));
    let mut desks = Vec::new();
    for _ in 0..2 {
        let desk = open(settings.clone(), &state(&machine)).await;
        desks.push(desk.clone());
        assert!(desk.signed_in());
    }
    let desk_loops = desks.iter().cloned().map(|desk| {
        let renewals = Arc::clone(&renewals);
        tokio::spawn(async move {
            let mut last = String::new();
            while Instant::now() < end {
                let token = desk.credentials().bearer().await.expect("the desk goes on");
                if token.expose_secret() != last {
                    token.expose_secret().clone_into(&mut last);
                    renewals.fetch_add(1, Ordering::Relaxed);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
    });
    let shells = (0..3).map(|_| {
        let (machine, config) = (Arc::clone(&machine), config.clone());
        tokio::spawn(async move {
            while Instant::now() < end {
                let config = config.to_str().expect("UTF-8");
                let who = machine.run(&["--config", config, "whoami", "--json"]).await;
                assert_eq!(who.json()["employee_id"], "A-1042");
            }
        })
    });
    let all: Vec<_> = desk_loops.chain(shells).collect();
    for one in all {
        one.await.expect("nobody was signed out");
    }
    assert!(
        renewals.load(Ordering::Relaxed) >= 4,
        "the tokens were renewed meanwhile"
    );

    // and when one of them does sign out, all of them are
    let config = config.to_str().expect("UTF-8");
    let out = machine
        .run(&["--config", config, "logout", "--json"])
        .await
        .json();
    assert_eq!(
        (&out["revocation"], &out["backend"]),
        (&json!("done"), &json!("ended"))
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    for desk in desks {
        let over = desk.credentials().bearer().await;
        assert!(matches!(over, Err(CredentialsError::NotSignedIn(_))), "{over:?}");
    }
    issuer.shutdown().await;
}

/// How long to go on: `TOKENDESK_TEST_TOGETHER_SECONDS` for more.
fn how_long() -> Duration {
    let seconds = std::env::var("TOKENDESK_TEST_TOGETHER_SECONDS").ok();
    Duration::from_secs(seconds.and_then(|s| s.parse().ok()).unwrap_or(6))
}

#[tokio::test(flavor = "multi_thread")]
async fn desks_and_commands_of_one_person_never_sign_each_other_out() {
    together(Rotation::Rotate, how_long()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_where_the_issuer_keeps_the_refresh_token_or_says_nothing_of_it() {
    tokio::join!(
        together(Rotation::Keep, how_long()),
        together(Rotation::Omit, how_long())
    );
}

/// What is on disk after a program was killed between the issuer's answer and the moment at which it was kept: the token
/// that was sent.
#[tokio::test]
async fn a_renewal_whose_answer_was_lost_with_the_program_is_made_good_within_the_issuers_grace() {
    for (leeway, goes_on) in [(30, true), (0, false)] {
        let issuer = provider(IdpOptions {
            leeway: Duration::from_secs(leeway),
            ..quick()
        })
        .await;
        let dir = tempfile::tempdir().expect("a directory");
        let settings = IdentitySettings {
            token_store: TokenStore::Plaintext,
            ..issuer.identity()
        };
        let first = open(settings.clone(), dir.path()).await;
        crate::identity::sign_in(&first, "amara").await;
        let opened = vault::open(&settings, dir.path(), None).await.expect("opens");
        let sent = opened.vault.load().await.expect("loads").expect("kept");
        drop(first);
        let killed = open(settings.clone(), dir.path()).await;
        killed.credentials().bearer().await.expect("renewed");
        opened.vault.save(&sent).await.expect("as it was");
        drop(killed);

        let next = open(settings.clone(), dir.path()).await;
        let token = next.credentials().bearer().await;
        if goes_on {
            token.expect("the issuer takes the token before");
            let kept = opened.vault.load().await.expect("loads").expect("kept");
            assert_ne!(
                kept.refresh_token.expose_secret(),
                sent.refresh_token.expose_secret()
            );
        } else {
            let words = token.expect_err("spent").to_string();
            assert!(words.contains("Sign in again"), "{words}");
            assert!(
                opened.vault.load().await.expect("loads").is_none(),
                "nothing is left"
            );
        }
    }
}

/// A session of an earlier run with this refresh token.
async fn kept_session(issuer: &ScriptedIssuer, state: &Path) {
    let settings = plain(issuer);
    let record = StoredSession {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        uid: None,
        session: tokendesk::domain::id::SessionId::new(),
        refresh_token: secrecy::SecretString::from("refresh-1"),
    };
    let opened = vault::open(&settings, state, None).await.expect("opens");
    opened.vault.save(&record).await.expect("saves");
}

async fn kept(issuer: &ScriptedIssuer, state: &Path) -> Option<String> {
    let opened = vault::open(&plain(issuer), state, None).await.expect("opens");
    let record = opened.vault.load().await.expect("loads");
    record.map(|record| record.refresh_token.expose_secret().to_owned())
}

fn plain(issuer: &ScriptedIssuer) -> IdentitySettings {
    IdentitySettings {
        token_store: TokenStore::Plaintext,
        ..issuer.settings()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_interrupted_while_it_renews_keeps_what_the_issuer_gives_it() {
    let answer = [Answer::tokens("access", "refresh-2", 600)];
    let issuer = ScriptedIssuer::start(answer, Duration::from_millis(700)).await;
    let (machine, backend) = (Machine::new(), backend().await);
    let settings = issuer.settings();
    let text = configuration(
        &settings.issuer,
        &settings.client_id,
        &settings.audience,
        &backend.uri(),
    );
    let config = machine.write("desk.toml", &text);
    kept_session(&issuer, &state(&machine)).await;
    let child = machine
        .command(&["--config", config.to_str().expect("UTF-8"), "whoami"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    while issuer.forms().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let pid = child.id().expect("running").to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("sent").success());
    let ended = child.wait_with_output().await.expect("ends").status;
    assert_eq!(ended.code(), Some(1), "{ended}");
    let settings = IdentitySettings {
        backend: backend.uri(),
        ..plain(&issuer)
    };
    let opened = vault::open(&settings, &state(&machine), None)
        .await
        .expect("opens");
    let kept = opened.vault.load().await.expect("loads").expect("kept");
    assert_eq!(kept.refresh_token.expose_secret(), "refresh-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_sign_in_ends_the_one_before_it_at_the_issuer() {
    let issuer = ScriptedIssuer::start([Answer::tokens("access", "refresh-2", 600)], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    kept_session(&issuer, dir.path()).await;
    let session = open(plain(&issuer), dir.path()).await;
    let prompt = session.begin().await.expect("a code");
    let outcome = session
        .wait(&prompt, &tokio_util::sync::CancellationToken::new(), |_| {})
        .await;
    outcome.expect("signed in");
    session.settle().await;
    assert_eq!(issuer.revoked(), ["refresh-1"]);
    assert_eq!(kept(&issuer, dir.path()).await.as_deref(), Some("refresh-2"));
}

#[tokio::test]
async fn the_report_of_a_sign_out_says_what_could_not_be_done() {
    let issuer = ScriptedIssuer::start([], Duration::ZERO).await;
    let dir = tempfile::tempdir().expect("a directory");
    for (told, complete, said) in [
        (AtBackend::Ended, true, "revoked"),
        (AtBackend::NotOffered, false, "run out by themselves"),
        (AtBackend::Failed("it is away".to_owned()), false, "it is away"),
    ] {
        kept_session(&issuer, dir.path()).await;
        let session: Session = open(plain(&issuer), dir.path()).await;
        let report = session.sign_out(std::future::ready(told)).await;
        assert_eq!(report.complete(), complete, "{report:?}");
        assert!(report.words().contains(said), "{}", report.words());
        assert!(!session.signed_in());
    }
    issuer.answers("/oauth2/default/v1/revoke", Answer::Json(503, json!({})));
    kept_session(&issuer, dir.path()).await;
    let session = open(plain(&issuer), dir.path()).await;
    let report = session.sign_out(std::future::ready(AtBackend::Ended)).await;
    assert!(
        report.words().contains("could not be revoked at the issuer"),
        "{}",
        report.words()
    );
    assert_eq!(
        kept(&issuer, dir.path()).await,
        None,
        "forgotten here all the same"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_without_a_backend_says_so_and_fails() {
    let issuer = provider(quick()).await;
    let (machine, backend) = (Machine::new(), backend().await);
    let config = config_of(&machine, &issuer, &backend);
    sign_in(&machine, &config, "amara").await;
    backend.reset().await;
    Mock::given(path("/api/v1/sessions/current"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&backend)
        .await;
    let config = config.to_str().expect("UTF-8");
    let error = machine
        .run(&["--config", config, "logout", "--json"])
        .await
        .error(1);
    assert_eq!(error["error"], "sign_out_incomplete");
    let said = error["detail"].as_str().expect("words");
    assert!(
        said.contains("the issuer has revoked") && said.contains("backend could not be told"),
        "{said}"
    );
    assert_eq!(
        machine
            .run(&["--config", config, "whoami", "--json"])
            .await
            .error(3)["error"],
        "not_signed_in"
    );
}

/// Everything below a folder, in one text.
fn on_disk(dir: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.push_str(&on_disk(&path));
        } else {
            all.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_is_said_or_logged_at_any_level() {
    let script = [
        Answer::error("slow_down"),
        Answer::tokens("very-secret-access-1", "very-secret-refresh-1", 600),
        Answer::tokens("very-secret-access-2", "very-secret-refresh-2", 600),
        Answer::Json(
            400,
            json!({"error": "invalid_grant", "error_description": "dead", "refresh_token": "very-secret-3"}),
        ),
    ];
    let issuer = ScriptedIssuer::start(script, Duration::ZERO).await;
    let (machine, backend) = (Machine::new(), backend().await);
    let settings = issuer.settings();
    let text = configuration(
        &settings.issuer,
        &settings.client_id,
        &settings.audience,
        &backend.uri(),
    );
    let config = machine.write("desk.toml", &text);
    let mut said = String::new();
    for (verb, code) in [
        ("login", 0),
        ("whoami", 0),
        ("doctor", 1),
        ("whoami", 3),
        ("logout", 0),
    ] {
        let output = machine
            .command(&["--config", config.to_str().expect("UTF-8"), verb])
            .env("TOKENDESK_LOG", "trace")
            .output()
            .await
            .expect("runs");
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{verb}: {output:?}");
        if verb == "login" {
            let disk = on_disk(machine.home());
            assert!(
                disk.contains("very-secret-refresh-1"),
                "kept where it was asked for"
            );
            assert!(
                !disk.contains("very-secret-access") && !disk.contains("a-device-code"),
                "{disk}"
            );
        }
    }
    assert!(said.contains("\"level\""), "there is a log: {said}");
    assert!(
        !said.contains("very-secret") && !said.contains("a-device-code"),
        "{said}"
    );
    assert!(
        !on_disk(machine.home()).contains("very-secret"),
        "and nothing is left"
    );
}
