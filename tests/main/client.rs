//! The client against backends that misbehave: lost answers, slow ones, foreign ones, refused tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tokendesk::client::{Api, Credentials, CredentialsError, ErrorKind, Settled};
use tokendesk::config::sections::BackendSettings;
use tokendesk::domain::id::{IntentKey, SessionId, TokenId};
use tokendesk::wire::accounts::AccountSearch;
use tokendesk::wire::desk::Reason;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::tokens::ChangeToken;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Match, Mock, MockServer, Request, ResponseTemplate};

const BASE: &str = "/api/v1";

/// Hands out `token-0`, and the next number after each refusal.
struct Tokens {
    refused: AtomicUsize,
    session: SessionId,
}

impl Credentials for Tokens {
    fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>> {
        let number = self.refused.load(Ordering::SeqCst);
        Box::pin(async move { Ok(SecretString::from(format!("token-{number}"))) })
    }

    fn rejected<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        let current = format!("token-{}", self.refused.load(Ordering::SeqCst));
        if token.expose_secret() == current {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        Box::pin(async {})
    }

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }
}

fn api_with(url: &str, seconds: u64) -> Api {
    let settings = BackendSettings {
        url: url.to_owned(),
        connect_seconds: 1,
        request_seconds: seconds,
        ..BackendSettings::default()
    };
    Api::new(&settings, Arc::new(tokens())).expect("a client")
}

fn tokens() -> Tokens {
    Tokens {
        refused: AtomicUsize::new(0),
        session: SessionId::new(),
    }
}

fn api(url: &str) -> Api {
    api_with(url, 5)
}

fn ours(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("tokendesk-contract", "1")
}

fn problem(status: u16, code: &str, detail: &str) -> ResponseTemplate {
    ours(status).set_body_raw(
        json!({"type": "about:blank", "title": "x", "status": status, "code": code, "detail": detail,
               "request_id": "req-1"})
        .to_string(),
        "application/problem+json",
    )
}

fn token(id: TokenId) -> serde_json::Value {
    json!({
        "id": id, "token_ref": "T-1", "account_id": TokenId::new(), "offer_id": TokenId::new(), "offer_code": "O-1",
        "name": "20% off", "description": "", "image": "", "type": "coupon",
        "value": {"kind": "percent", "number": "20"}, "merchant": "", "location": "", "source": "", "campaign": "",
        "state": "removed", "claimed_at": "2026-01-01T00:00:00Z", "created_at": "2026-01-01T00:00:00Z", "version": 2
    })
}

fn done(id: TokenId) -> serde_json::Value {
    json!({
        "action": {"id": TokenId::new(), "kind": "remove", "token_id": id, "account_id": TokenId::new(),
                   "name": "20% off", "agent": "Ada (A-1)", "at": "2026-01-01T00:00:00Z",
                   "reason": {"code": "", "text": "asked for"}, "before": "active", "after": "removed"},
        "token": token(id)
    })
}

fn change() -> ChangeToken {
    ChangeToken {
        reason: Reason {
            code: String::new(),
            text: "asked for".to_owned(),
        },
        ticket_id: None,
        expires_at: None,
        again: false,
    }
}

/// A backend by hand: gives the n-th connection the n-th answer, and keeps what was sent.
async fn by_hand(answers: Vec<Vec<u8>>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let served = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            seen.push(read_request(&mut stream).await);
            stream.write_all(&answer).await.expect("written");
            stream.shutdown().await.ok();
        }
        seen
    });
    (url, served)
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).await.expect("bytes");
        text.extend_from_slice(&buffer[..read]);
        let so_far = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = so_far.split_once("\r\n\r\n") {
            let wanted = value_of(head, "content-length").map_or(0, |n| n.parse().expect("a number"));
            if body.len() >= wanted {
                return so_far;
            }
        }
        assert!(read > 0, "the request broke off");
    }
}

fn value_of(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn whole(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\ntokendesk-contract: 1\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key_version_and_body() {
    let id = TokenId::new();
    let good = whole(&done(id).to_string());
    let cut = good[..good.len() - 40].to_vec();
    let (url, served) = by_hand(vec![Vec::new(), cut, good]).await;
    let key = IntentKey::new();
    let done = api(&url)
        .remove_token(id, 7, key, &change())
        .await
        .expect("done in the end");
    assert_eq!(done.token.id, id);
    let seen = served.await.expect("served");
    assert_eq!(seen.len(), 3);
    for request in &seen {
        assert!(request.starts_with(&format!("POST {BASE}/tokens/{id}/remove HTTP/1.1\r\n")));
        assert_eq!(value_of(request, "idempotency-key"), Some(key.to_string()));
        assert_eq!(value_of(request, "if-match"), Some("\"7\"".to_owned()));
        assert_eq!(
            value_of(request, "authorization"),
            Some("Bearer token-0".to_owned())
        );
        assert_eq!(value_of(request, "tokendesk-contract"), Some("1".to_owned()));
        assert!(value_of(request, "tokendesk-session").is_some());
        assert!(request.ends_with(&serde_json::to_string(&change()).expect("json")));
    }
    let ids: std::collections::BTreeSet<_> = seen.iter().map(|r| value_of(r, "x-request-id")).collect();
    assert_eq!(ids.len(), 1, "one request, one id");
}

#[tokio::test]
async fn a_backend_that_is_busy_for_a_moment_is_asked_again() {
    let server = MockServer::start().await;
    for (answer, times) in [
        (ResponseTemplate::new(502).set_body_string("<html>"), 1),
        (
            problem(503, "unavailable", "the database is locked").insert_header("retry-after", "0"),
            1,
        ),
        (
            problem(429, "rate_limited", "slowly").insert_header("retry-after", "0"),
            1,
        ),
        (ours(200).set_body_json(token(TokenId::new())), 1),
    ] {
        Mock::given(method("GET"))
            .respond_with(answer)
            .up_to_n_times(times)
            .expect(times)
            .mount(&server)
            .await;
    }
    api(&server.uri())
        .token(TokenId::new())
        .await
        .expect("in the end");
}

#[tokio::test]
async fn a_long_wait_is_handed_to_the_person() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(problem(429, "rate_limited", "Too many requests.").insert_header("retry-after", "61"))
        .expect(1)
        .mount(&server)
        .await;
    let error = api(&server.uri()).me().await.expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::RateLimited {
            retry_after: Duration::from_secs(61)
        }
    );
    assert_eq!(
        error.to_string(),
        "Too many requests. Wait 61 seconds, then do it again. (reference req-1)"
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_a_second_refusal_is_final() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", "Bearer token-1"))
        .and(path(format!("{BASE}/support/tickets")))
        .respond_with(
            ours(200).set_body_json(json!({"items": [], "next": null, "prev": null, "total": null})),
        )
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(problem(401, "unauthenticated", "The access token has expired."))
        .mount(&server)
        .await;
    let api = api(&server.uri());
    let page = api.tickets(&ListParams::default()).await.expect("renewed unseen");
    assert!(page.items.is_empty());
    let before = server.received_requests().await.expect("kept").len();
    let error = api.me().await.expect_err("refused twice");
    assert_eq!(error.kind, ErrorKind::NotSignedIn);
    assert_eq!(server.received_requests().await.expect("kept").len(), before + 2);
}

#[tokio::test]
async fn an_ended_session_is_not_renewed() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(problem(401, "session_ended", "This session was ended."))
        .expect(1)
        .mount(&server)
        .await;
    let error = api(&server.uri()).me().await.expect_err("ended");
    assert_eq!(error.kind, ErrorKind::NotSignedIn);
}

#[tokio::test]
async fn a_web_page_is_told_from_a_backend() {
    let server = MockServer::start().await;
    Mock::given(path(format!("{BASE}/me")))
        .respond_with(
            ResponseTemplate::new(200).set_body_raw("<html>Welcome to the hotel</html>", "text/html"),
        )
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(path(format!("{BASE}/sessions")))
        .respond_with(
            ResponseTemplate::new(302).insert_header("location", "http://login.hotel.example/?from=x"),
        )
        .expect(1)
        .mount(&server)
        .await;
    let api = api(&server.uri());
    let page = api.me().await.expect_err("a page");
    assert_eq!(page.kind, ErrorKind::Malformed);
    assert!(page.detail.contains("a web page answered"), "{page}");
    let redirect = api.sessions().await.expect_err("a redirect");
    assert!(
        redirect.detail.contains("leads to login.hotel.example"),
        "{redirect}"
    );
}

#[tokio::test]
async fn another_version_of_the_contract_is_refused_in_words() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(
            ResponseTemplate::new(200)
                .insert_header("tokendesk-contract", "2")
                .set_body_json(json!({})),
        )
        .mount(&server)
        .await;
    let error = api(&server.uri()).me().await.expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::VersionMismatch {
            theirs: Some("2".to_owned())
        }
    );
    assert!(
        error
            .to_string()
            .contains("Install the version of tokendesk that fits")
    );
}

#[tokio::test]
async fn a_slow_backend_is_given_up_and_a_change_is_then_in_doubt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let hold = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let key = IntentKey::new();
    let error = api_with(&url, 1)
        .remove_token(TokenId::new(), 1, key, &change())
        .await
        .expect_err("slow");
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(error.maybe_done, "the answer was lost, not the request");
    assert_eq!(error.intent, Some(key));
    assert!(error.to_string().contains("will not be made twice"), "{error}");
    hold.abort();
}

#[tokio::test]
async fn without_a_backend_nothing_was_changed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = api(&url)
        .remove_token(TokenId::new(), 1, IntentKey::new(), &change())
        .await
        .expect_err("nobody there");
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(!error.maybe_done);
    assert!(error.to_string().contains("Nothing was changed."), "{error}");
}

#[tokio::test]
async fn a_stale_version_brings_the_row_as_it_is_now() {
    let server = MockServer::start().await;
    let row = token(TokenId::new());
    Mock::given(header("if-match", "\"1\""))
        .respond_with(
            ours(412).set_body_raw(
                json!({"title": "x", "status": 412, "code": "stale", "detail": "Somebody changed it.",
                       "request_id": "r", "current": row})
                .to_string(),
                "application/problem+json",
            ),
        )
        .expect(1)
        .mount(&server)
        .await;
    let error = api(&server.uri())
        .remove_token(TokenId::new(), 1, IntentKey::new(), &change())
        .await
        .expect_err("stale");
    assert_eq!(error.kind, ErrorKind::Stale { current: Some(row) });
}

#[tokio::test]
async fn an_answer_without_end_is_not_swallowed() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ours(200).set_body_raw(vec![b' '; 17 << 20], "application/json"))
        .mount(&server)
        .await;
    let error = api(&server.uri()).me().await.expect_err("too large");
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(error.detail.contains("larger than 16 MiB"), "{error}");
}

/// Matches when nothing of this text is in the address.
struct NotInAddress(&'static str);

impl Match for NotInAddress {
    fn matches(&self, request: &Request) -> bool {
        !request.url.as_str().contains(self.0)
    }
}

#[tokio::test]
async fn what_is_looked_for_never_stands_in_the_address_or_in_debug_output() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("{BASE}/accounts/search")))
        .and(NotInAddress("ada"))
        .and(body_json(json!({"email": "ada@example.com"})))
        .respond_with(ours(200).set_body_json(json!({"items": [], "understood_as": "email", "more": false})))
        .expect(1)
        .mount(&server)
        .await;
    let search = AccountSearch {
        email: Some("ada@example.com".to_owned()),
        ..Default::default()
    };
    api(&server.uri()).search_accounts(&search).await.expect("none");
    assert!(!format!("{search:?}").contains("ada"));
}

#[tokio::test]
async fn pages_follow_their_cursors_to_the_end() {
    let server = MockServer::start().await;
    let rows: Vec<_> = (0..3).map(|_| token(TokenId::new())).collect();
    Mock::given(query_param("cursor", "second"))
        .and(query_param("q", "state:removed"))
        .respond_with(ours(200).set_body_json(json!({"items": [rows[2]], "next": null, "prev": "first"})))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(query_param("q", "state:removed"))
        .respond_with(ours(200).set_body_json(
            json!({"items": [rows[0], rows[1]], "next": "second", "prev": null,
                                           "total": {"value": 3, "exact": true}}),
        ))
        .expect(1)
        .mount(&server)
        .await;
    let params = ListParams {
        q: Some("state:removed".to_owned()),
        ..Default::default()
    };
    let all = api(&server.uri())
        .token_pages(params)
        .rows(100)
        .await
        .expect("all rows");
    let refs: Vec<_> = all.iter().map(|row| json!(row.id)).collect();
    assert_eq!(refs, rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_fate_of_an_intent_is_asked_for_until_it_is_known() {
    let server = MockServer::start().await;
    let id = TokenId::new();
    let key = IntentKey::new();
    let at = format!("{BASE}/intents/{key}");
    for answer in [
        ResponseTemplate::new(503),
        problem(500, "internal", "oops"),
        ours(200).set_body_json(json!({"fate": "unknown"})),
    ] {
        Mock::given(path(at.clone()))
            .respond_with(answer)
            .up_to_n_times(1)
            .expect(1)
            .mount(&server)
            .await;
    }
    Mock::given(path(at))
        .respond_with(ours(200).set_body_json(json!({"fate": "done", "status": 200, "answer": done(id)})))
        .expect(1)
        .mount(&server)
        .await;
    let settled = api(&server.uri()).settle(key).await.expect("settled");
    let answer: tokendesk::wire::tokens::ActionDone = settled.into_answer().expect("done");
    assert_eq!(answer.token.id, id);
}

#[tokio::test]
async fn an_intent_that_never_arrived_is_told_so_only_after_the_longest_request() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ours(200).set_body_json(json!({"fate": "unknown"})))
        .expect(2..)
        .mount(&server)
        .await;
    let settled = api_with(&server.uri(), 1).settle(IntentKey::new()).await;
    assert_eq!(settled, Ok(Settled::NeverArrived));
}

#[tokio::test]
async fn a_refused_intent_settles_as_its_refusal() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ours(200).set_body_json(json!({"fate": "refused", "status": 409, "answer": {
            "title": "x", "status": 409, "code": "illegal_move", "detail": "It has been removed.", "request_id": "r"}})))
        .mount(&server)
        .await;
    let settled = api(&server.uri())
        .settle(IntentKey::new())
        .await
        .expect("settled");
    let Settled::Refused(error) = settled else {
        panic!("refused")
    };
    assert_eq!(error.kind, ErrorKind::Illegal);
    assert_eq!(error.detail, "It has been removed.");
}

#[tokio::test]
async fn what_is_typed_for_a_ticket_stays_one_segment() {
    let server = MockServer::start().await;
    Mock::given(path(format!("{BASE}/support/tickets/-")))
        .respond_with(problem(404, "not_found", "There is no such ticket."))
        .expect(3)
        .mount(&server)
        .await;
    let api = api(&server.uri());
    for typed in ["../../me", "TKT-1/close?x", ""] {
        let error = api.ticket(typed).await.expect_err("no ticket");
        assert_eq!(error.kind, ErrorKind::NotFound);
    }
}

#[test]
fn no_token_travels_in_the_clear_to_another_machine_unless_that_is_said() {
    let made = |url: &str, allow_plain_http: bool| {
        let settings = BackendSettings {
            url: url.to_owned(),
            allow_plain_http,
            ..BackendSettings::default()
        };
        Api::new(&settings, Arc::new(tokens())).map(|_| ())
    };
    for near in [
        "http://127.0.0.1:8470",
        "http://localhost:8470",
        "http://[::1]:8470",
    ] {
        assert!(made(near, false).is_ok(), "{near}");
    }
    for far in [
        "http://desk.example.com",
        "http://10.0.0.7:8470",
        "http://localhost.example.com",
    ] {
        let refused = made(far, false).expect_err("in the clear");
        assert!(refused.detail.contains("allow_plain_http"), "{}", refused.detail);
        assert!(made(far, true).is_ok(), "{far}");
    }
}

#[tokio::test]
async fn a_backend_that_sends_elsewhere_is_not_followed() {
    let (here, there) = (MockServer::start().await, MockServer::start().await);
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(307).insert_header("location", there.uri()))
        .mount(&here)
        .await;
    let api = api_with(&here.uri(), 5);
    assert!(api.me().await.is_err());
    assert!(there.received_requests().await.is_some_and(|all| all.is_empty()));
}
