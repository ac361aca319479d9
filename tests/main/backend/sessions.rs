//! Sign-ins: listed, ended, locked, too old; and no way around it by another name.

use serde_json::Value;
use tokendesk::client::{Api, ErrorKind};
use tokendesk::wire::page::ListParams;
use uuid::Uuid;

use super::harness::{Backend, on_each, on_each_with};

async fn status(backend: &Backend, token: &str, session: Uuid) -> (u16, String) {
    let request = backend
        .raw_as(token, "GET", "/api/v1/me")
        .header("tokendesk-session", session.to_string());
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let challenged = answer.headers().contains_key("www-authenticate");
    assert_eq!(challenged, status == 401, "a 401 says how to come in");
    let body: Value = answer.json().await.expect("JSON");
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn ended() -> (u16, String) {
    (401, "session_ended".to_owned())
}

fn locked() -> (u16, String) {
    (401, "session_locked".to_owned())
}

async fn refused(client: &Api) -> ErrorKind {
    client.me().await.expect_err("refused").kind
}

#[test]
fn an_ended_sign_in_takes_its_access_tokens_along() {
    on_each(|backend| async move {
        let client = backend.agent();
        client.me().await.expect("me");
        let own = client.sessions().await.expect("sessions").items;
        assert_eq!(own.len(), 1);
        assert!(own[0].current && own[0].agent.contains("amara"), "{own:?}");
        assert_eq!(own[0].address, "127.0.0.1");
        assert!(own[0].client.starts_with("tokendesk/"), "{own:?}");
        client.end_session().await.expect("ended");
        assert_eq!(refused(&client).await, ErrorKind::NotSignedIn);
        let (old, fresh) = ("amara:agents", "amara:agents:renewed");
        assert_eq!(
            status(&backend, old, Uuid::now_v7()).await,
            ended(),
            "the token is no good under another name"
        );
        assert_eq!(
            status(&backend, fresh, own[0].id.0).await,
            ended(),
            "nor is a renewed one in the sign-in that was ended"
        );
        assert_eq!(
            status(&backend, fresh, Uuid::now_v7()).await.0,
            200,
            "a fresh sign-in"
        );
    });
}

#[test]
fn a_token_belongs_to_one_sign_in_and_a_sign_in_to_one_person() {
    on_each(|backend| async move {
        let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
        assert_eq!(status(&backend, "amara:agents:a", one).await.0, 200);
        assert_eq!(status(&backend, "amara:agents:b", one).await.0, 200, "renewed");
        assert_eq!(status(&backend, "amara:agents:a", other).await, ended());
        assert_eq!(
            status(&backend, "mallory:agents:m", one).await,
            ended(),
            "somebody else's"
        );
        assert_eq!(
            status(&backend, "amara:agents:a", one).await.0,
            200,
            "and the right one goes on"
        );
    });
}

/// Sends this for a sign-in, which has to work.
async fn done(backend: &Backend, token: &str, session: Uuid, (method, path): (&str, &str)) {
    let request = backend
        .raw_as(token, method, path)
        .header("tokendesk-session", session.to_string());
    assert_eq!(
        request.send().await.expect("an answer").status(),
        200,
        "{method} {path}"
    );
}

const LOCK: (&str, &str) = ("PUT", "/api/v1/sessions/current/lock");
const SIGN_OUT: (&str, &str) = ("DELETE", "/api/v1/sessions/current");

#[test]
fn whoever_proves_nothing_anew_does_not_get_around_a_lock_or_an_end_from_elsewhere() {
    on_each(|backend| async move {
        for (who, verdict) in [("lo", locked()), ("en", ended())] {
            let token = |id: &str, proved: u32| format!("{who}:agents:{id}:{proved}");
            let (session, beside) = (Uuid::now_v7(), Uuid::now_v7());
            assert_eq!(status(&backend, &token("a", 1), session).await.0, 200);
            assert_eq!(
                status(&backend, &token("a2", 1), beside).await.0,
                200,
                "two desks"
            );
            if verdict == locked() {
                done(&backend, &token("a", 1), session, LOCK).await;
            } else {
                let path = format!("/api/v1/sessions/{session}");
                done(&backend, &token("a2", 1), beside, ("DELETE", &path)).await;
            }
            assert_eq!(status(&backend, &token("a", 1), session).await, verdict);
            assert_eq!(
                status(&backend, &token("b", 1), Uuid::now_v7()).await,
                verdict,
                "renewed, under another name, but proved before"
            );
            assert_eq!(
                status(&backend, &token("a3", 1), beside).await.0,
                200,
                "the other desk goes on"
            );
            assert_eq!(
                status(&backend, &token("c", 2), Uuid::now_v7()).await.0,
                200,
                "proved anew"
            );
        }
        let words = backend
            .raw_as("lo:agents:d:1", "GET", "/api/v1/me")
            .header("tokendesk-session", Uuid::now_v7().to_string());
        let words = words
            .send()
            .await
            .expect("an answer")
            .text()
            .await
            .expect("a body");
        assert!(words.contains("sign out there in your browser"), "{words}");
    });
}

#[test]
fn who_signs_out_may_sign_in_again_without_a_new_proof() {
    on_each(|backend| async move {
        let (session, token) = (Uuid::now_v7(), |id: &str| format!("ana:agents:{id}:1"));
        assert_eq!(status(&backend, &token("a"), session).await.0, 200);
        done(&backend, &token("a"), session, SIGN_OUT).await;
        assert_eq!(status(&backend, &token("b"), session).await, ended());
        assert_eq!(status(&backend, &token("b"), Uuid::now_v7()).await.0, 200);
    });
}

#[test]
fn a_sign_in_that_nobody_used_for_too_long_is_not_replaced_by_one_with_its_proof() {
    on_each_with(
        |setup| setup.profile.lock_minutes = 15,
        |backend| async move {
            let session = Uuid::now_v7();
            assert_eq!(status(&backend, "ana:agents:a:1", session).await.0, 200);
            backend.clock.forward(16 * 60);
            assert_eq!(
                status(&backend, "ana:agents:b:1", Uuid::now_v7()).await,
                locked(),
                "nobody had asked in it since"
            );
            let locks = "SELECT count(*) AS n FROM audit WHERE verb = 'session.lock'";
            assert_eq!(backend.number(locks).await, 1, "and it is locked by that");
            assert_eq!(status(&backend, "ana:agents:c:1", session).await, locked());
            assert_eq!(status(&backend, "ana:agents:d:900", Uuid::now_v7()).await.0, 200);
        },
    );
}

#[test]
fn a_desk_that_only_listens_is_not_in_use_however_often_it_renews() {
    on_each_with(
        |setup| setup.profile.lock_minutes = 15,
        |backend| async move {
            let session = Uuid::now_v7();
            assert_eq!(status(&backend, "ana:agents:a:1", session).await.0, 200);
            for minutes in [5, 10] {
                backend.clock.forward(5 * 60);
                let listening = backend
                    .raw_as(&format!("ana:agents:{minutes}:1"), "GET", "/api/v1/events")
                    .header("tokendesk-session", session.to_string());
                assert_eq!(listening.send().await.expect("a stream").status(), 200);
            }
            backend.clock.forward(6 * 60);
            assert_eq!(status(&backend, "ana:agents:b:1", session).await, locked());
        },
    );
}

#[test]
fn where_the_issuer_tells_no_proof_a_token_from_before_the_lock_opens_nothing() {
    on_each(|backend| async move {
        for (who, how, verdict) in [("lo", LOCK, locked()), ("en", SIGN_OUT, ended())] {
            let token = |id: &str, minted: u32| format!("{who}:agents:{id}::{minted}");
            let session = Uuid::now_v7();
            assert_eq!(status(&backend, &token("a", 0), session).await.0, 200);
            backend.clock.forward(100);
            done(&backend, &token("a", 0), session, how).await;
            let now = u32::try_from(
                backend
                    .clock_now()
                    .seconds_since(super::harness::moment(super::harness::NOW)),
            )
            .expect("a while");
            assert_eq!(
                status(&backend, &token("kept", now - 1), Uuid::now_v7()).await,
                verdict,
                "an access token that was kept back"
            );
            assert_eq!(status(&backend, &token("b", now), Uuid::now_v7()).await.0, 200);
        }
    });
}

#[test]
fn a_desk_may_be_content_with_any_approval_after_a_lock() {
    on_each_with(
        |setup| setup.limits.fresh_proof = false,
        |backend| async move {
            let session = Uuid::now_v7();
            assert_eq!(status(&backend, "ana:agents:a:1:0", session).await.0, 200);
            backend.clock.forward(100);
            done(&backend, "ana:agents:a:1:0", session, LOCK).await;
            assert_eq!(status(&backend, "ana:agents:b:1:101", session).await, locked());
            assert_eq!(
                status(&backend, "ana:agents:c:1:99", Uuid::now_v7()).await,
                locked()
            );
            assert_eq!(
                status(&backend, "ana:agents:d:1:100", Uuid::now_v7()).await.0,
                200
            );
        },
    );
}

#[test]
fn a_locked_sign_in_is_refused_after_a_restart_too_and_a_fresh_one_can_end_it() {
    on_each(|backend| async move {
        let client = backend.agent();
        client.lock_session().await.expect("locked");
        let session = client.sessions().await.expect_err("locked");
        assert_eq!(session.kind, ErrorKind::NotSignedIn);
        let backend = backend.restarted().await;
        let answer = backend.agent().me().await.expect_err("locked");
        assert!(answer.detail.contains("locked"), "{answer}");
        let fresh = backend
            .raw_as("amara:agents:fresh", "GET", "/api/v1/sessions")
            .header("tokendesk-session", Uuid::now_v7().to_string());
        let listed: Value = fresh.send().await.expect("an answer").json().await.expect("JSON");
        let items = listed["items"].as_array().expect("items");
        let old = items
            .iter()
            .find(|s| s["current"] == false)
            .expect("the locked one");
        assert!(old["locked_at"].is_string(), "{old}");
        let path = format!("/api/v1/sessions/{}", old["id"].as_str().expect("an id"));
        let end = backend
            .raw_as("amara:agents:fresh2", "DELETE", &path)
            .header("tokendesk-session", Uuid::now_v7().to_string());
        let done: Value = end.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(done["ended"], 1);
    });
}

#[test]
fn what_is_not_used_is_locked_and_what_is_too_old_is_over() {
    on_each_with(
        |setup| {
            setup.profile.lock_minutes = 15;
            setup.limits.session_hours = 12;
        },
        |backend| async move {
            let session = Uuid::now_v7();
            for minute in 0..60 {
                backend.clock.forward(10 * 60);
                let is = status(&backend, &format!("amara:agents:{minute}"), session).await;
                assert_eq!(is.0, 200, "in use, after {minute} times ten minutes");
            }
            backend.clock.forward(2 * 3_600);
            let other = Uuid::now_v7();
            assert_eq!(status(&backend, "amara:agents:late", session).await, locked());
            assert_eq!(status(&backend, "amara:agents:other", other).await.0, 200);
            let by_itself = "SELECT count(*) AS n FROM audit WHERE verb = 'session.lock'";
            assert_eq!(backend.number(by_itself).await, 1);
            let old = Uuid::now_v7();
            for minute in 0..72 {
                assert_eq!(status(&backend, &format!("bo:agents:{minute}"), old).await.0, 200);
                backend.clock.forward(10 * 60);
            }
            assert_eq!(
                status(&backend, "bo:agents:late", old).await,
                ended(),
                "twelve hours"
            );
        },
    );
}

#[test]
fn an_admin_sees_and_ends_the_sign_ins_of_others_and_nobody_else_does() {
    on_each(|backend| async move {
        let (amara, admin) = (backend.agent(), backend.client("ada", "admins"));
        let me = amara.me().await.expect("me");
        admin.me().await.expect("me");
        let all = admin.sessions_of(None).await.expect("all").items;
        assert_eq!(all.len(), 2);
        let theirs = admin.sessions_of(Some(me.id)).await.expect("one person's").items;
        assert_eq!(theirs.iter().map(|s| s.id).collect::<Vec<_>>(), [me.session_id]);
        for (name, group) in [("bo", "agents"), ("sue", "supervisors")] {
            let other = backend.client(name, group);
            assert!(other.sessions_of(None).await.is_err(), "{group}");
            assert!(other.sessions_of(Some(me.id)).await.is_err(), "{group}");
            assert!(other.end_sessions_of(me.id).await.is_err(), "{group}");
            let hidden = other.session(me.session_id).await.expect_err("not theirs");
            assert_eq!(hidden.kind, ErrorKind::NotFound, "{group}");
            let hidden = other
                .end_other_session(me.session_id)
                .await
                .expect_err("not theirs");
            assert_eq!(hidden.kind, ErrorKind::NotFound, "{group}");
        }
        amara.me().await.expect("still in");
        let ended = admin.end_other_session(me.session_id).await.expect("ended");
        assert_eq!(ended.ended, 1);
        assert_eq!(refused(&amara).await, ErrorKind::NotSignedIn);
        let by = "SELECT count(*) AS n FROM sessions WHERE ended_by IS NOT NULL AND ended_by <> agent_id";
        assert_eq!(backend.number(by).await, 1);
        let bo = backend.client("bo", "agents").me().await.expect("me");
        assert_eq!(admin.end_sessions_of(bo.id).await.expect("ended").ended, 1);
        let by_ada = ListParams {
            q: Some("verb:session.end actor:A-ada".to_owned()),
            ..ListParams::default()
        };
        assert_eq!(admin.audit(&by_ada).await.expect("the audit").items.len(), 2);
    });
}
