//! The built-in provider as a browser and a hostile visitor see it.

use reqwest::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokendesk::config::identity::TokenProfile;
use tokendesk::demo::idp::{self, PEOPLE, RunningIdp};

use crate::identity::{browser, provider, quick};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Visit {
    http: Client,
    provider: RunningIdp,
}

impl Visit {
    async fn open() -> Self {
        Self {
            http: browser(),
            provider: provider(quick()).await,
        }
    }

    fn origin(&self) -> &str {
        self.provider
            .issuer
            .strip_suffix("/oauth2/default")
            .expect("the path of the issuer")
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> (StatusCode, Value) {
        let url = format!("{}{path}", self.provider.issuer);
        let answer = self.http.post(url).form(form).send().await.expect("an answer");
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    async fn start(&self) -> Value {
        let form = [
            ("client_id", "tokendesk-demo"),
            ("scope", "openid offline_access desk"),
        ];
        let (status, body) = self.post("/v1/device/authorize", &form).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn token(&self, name: &str, value: &str, grant: &str) -> (StatusCode, Value) {
        self.post(
            "/v1/token",
            &[
                ("client_id", "tokendesk-demo"),
                ("grant_type", grant),
                (name, value),
            ],
        )
        .await
    }

    async fn page(&self, query: &str) -> Response {
        self.http
            .get(format!("{}/activate{query}", self.origin()))
            .send()
            .await
            .expect("a page")
    }

    /// The cookie and the form token of the page for a code.
    async fn form(&self, code: &str) -> (String, String) {
        let page = self.page(&format!("?user_code={code}")).await;
        let cookie = page.headers()[SET_COOKIE]
            .to_str()
            .expect("text")
            .split(';')
            .next()
            .expect("a part")
            .to_owned();
        let html = page.text().await.expect("a body");
        let csrf = html
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        (cookie, csrf.expect("a form token").to_owned())
    }

    async fn decide(&self, cookie: &str, origin: Option<&str>, form: &[(&str, &str)]) -> StatusCode {
        let mut request = self
            .http
            .post(format!("{}/activate", self.origin()))
            .header(COOKIE, cookie)
            .form(form);
        if let Some(origin) = origin {
            request = request.header(ORIGIN, origin);
        }
        request.send().await.expect("an answer").status()
    }
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}"))
}

#[tokio::test]
async fn pages_escape_what_they_are_given_and_forbid_the_rest() {
    let visit = Visit::open().await;
    let hostile = "?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%1B%5B31m";
    let page = visit.page(hostile).await;
    assert_eq!(page.status(), 404);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    let html = page.text().await.expect("a body");
    assert!(
        !html.contains("<script") && !html.contains('\u{1b}') && html.contains("&quot;&gt;&lt;script"),
        "{html}"
    );
}

#[tokio::test]
async fn the_page_shows_the_code_and_everybody_and_needs_no_script() {
    let visit = Visit::open().await;
    let empty = visit.page("").await.text().await.expect("a body");
    assert!(
        empty.contains("<label for=\"code\">") && empty.contains("<html lang=\"en\">"),
        "{empty}"
    );
    let started = visit.start().await;
    let code = text(&started, "user_code");
    let typed = code.to_lowercase().replace('-', "+");
    let html = visit
        .page(&format!("?user_code={typed}"))
        .await
        .text()
        .await
        .expect("a body");
    assert!(
        html.contains(code) && html.contains("Refuse this sign-in") && !html.contains("<script"),
        "{html}"
    );
    for person in &PEOPLE {
        assert!(
            html.contains(person.name) && html.contains(person.employee_id),
            "{}",
            person.name
        );
    }
}

#[tokio::test]
async fn only_the_page_itself_can_decide_and_only_once() {
    let visit = Visit::open().await;
    let started = visit.start().await;
    let code = text(&started, "user_code");
    let (cookie, csrf) = visit.form(code).await;
    let (other_cookie, _) = visit.form(code).await;
    let good = [("user_code", code), ("csrf", csrf.as_str()), ("person", "amara")];
    assert_eq!(visit.decide("", None, &good).await, 403, "no cookie");
    assert_eq!(
        visit.decide(&other_cookie, None, &good).await,
        403,
        "another browser's cookie"
    );
    assert_eq!(
        visit
            .decide(&cookie, Some("https://evil.example.com"), &good)
            .await,
        403,
        "another page"
    );
    let without = [("user_code", code), ("person", "amara")];
    assert_eq!(visit.decide(&cookie, None, &without).await, 403, "no form token");
    let nobody = [("user_code", code), ("csrf", csrf.as_str()), ("person", "root")];
    assert_eq!(
        visit.decide(&cookie, None, &nobody).await,
        400,
        "nobody of that name"
    );
    let second = visit.start().await;
    let other_code = [
        ("user_code", text(&second, "user_code")),
        ("csrf", csrf.as_str()),
        ("person", "amara"),
    ];
    assert_eq!(
        visit.decide(&cookie, None, &other_code).await,
        403,
        "a form token for another code"
    );
    let (status, body) = visit
        .token("device_code", text(&started, "device_code"), DEVICE_GRANT)
        .await;
    assert_eq!(
        (status.as_u16(), text(&body, "error")),
        (400, "authorization_pending"),
        "nothing was decided so far"
    );

    let origin = visit.origin().to_owned();
    assert_eq!(visit.decide(&cookie, Some(&origin), &good).await, 200);
    assert_eq!(visit.decide(&cookie, None, &good).await, 409, "decided already");
    assert_eq!(visit.page(&format!("?user_code={code}")).await.status(), 409);
}

#[tokio::test]
async fn codes_cannot_be_guessed_for_long() {
    let visit = Visit::open().await;
    let mut last = StatusCode::OK;
    for n in 0..40 {
        last = visit.page(&format!("?user_code=BBBBBB{n:02}")).await.status();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn requests_for_another_host_are_turned_away() {
    let visit = Visit::open().await;
    let url = format!("{}/activate", visit.origin());
    let rebound = visit
        .http
        .get(url)
        .header(HOST, "evil.example.com")
        .send()
        .await
        .expect("an answer");
    assert_eq!(rebound.status(), 421);
}

#[tokio::test]
async fn both_discovery_documents_say_the_same() {
    let visit = Visit::open().await;
    let get = async |url: String| -> Value {
        visit
            .http
            .get(url)
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    };
    let openid = get(format!(
        "{}/.well-known/openid-configuration",
        visit.provider.issuer
    ))
    .await;
    let oauth = get(format!(
        "{}/.well-known/oauth-authorization-server/oauth2/default",
        visit.origin()
    ))
    .await;
    assert_eq!(openid, oauth);
    assert_eq!(openid["issuer"], json!(visit.provider.issuer));
    assert_eq!(visit.provider.identity().token_profile, TokenProfile::Okta);
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_family() {
    let visit = Visit::open().await;
    let started = visit.start().await;
    idp::approve(&visit.http, text(&started, "verification_uri_complete"), "priya")
        .await
        .expect("approved");
    let (status, first) = visit
        .token("device_code", text(&started, "device_code"), DEVICE_GRANT)
        .await;
    assert_eq!((status.as_u16(), text(&first, "token_type")), (200, "Bearer"));
    let userinfo = format!("{}/v1/userinfo", visit.provider.issuer);
    let who = visit
        .http
        .get(&userinfo)
        .bearer_auth(text(&first, "access_token"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(text(&who.json().await.expect("JSON"), "name"), "Priya Raman");
    assert_eq!(
        visit
            .http
            .get(&userinfo)
            .bearer_auth("x")
            .send()
            .await
            .expect("an answer")
            .status(),
        401
    );

    let (status, second) = visit
        .token("refresh_token", text(&first, "refresh_token"), "refresh_token")
        .await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let (status, reused) = visit
        .token("refresh_token", text(&first, "refresh_token"), "refresh_token")
        .await;
    assert_eq!((status.as_u16(), text(&reused, "error")), (400, "invalid_grant"));
    let (status, _) = visit
        .token("refresh_token", text(&second, "refresh_token"), "refresh_token")
        .await;
    assert_eq!(status, 400, "the thief and the owner are both out");
}

#[tokio::test]
async fn the_token_endpoint_refuses_what_it_should() {
    let visit = Visit::open().await;
    type Form = &'static [(&'static str, &'static str)];
    let cases: [(&str, Form, u16, &str); 6] = [
        (
            "/v1/device/authorize",
            &[("client_id", "other"), ("scope", "openid")],
            401,
            "invalid_client",
        ),
        (
            "/v1/device/authorize",
            &[("client_id", "tokendesk-demo"), ("scope", "mail.read")],
            400,
            "invalid_scope",
        ),
        (
            "/v1/token",
            &[("client_id", "tokendesk-demo"), ("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (
            "/v1/token",
            &[
                ("client_id", "tokendesk-demo"),
                ("grant_type", DEVICE_GRANT),
                ("device_code", "x"),
            ],
            400,
            "invalid_grant",
        ),
        (
            "/v1/token",
            &[("grant_type", DEVICE_GRANT)],
            401,
            "invalid_client",
        ),
        (
            "/v1/revoke",
            &[("client_id", "tokendesk-demo")],
            400,
            "invalid_request",
        ),
    ];
    for (path, form, status, error) in cases {
        let (got, body) = visit.post(path, form).await;
        assert_eq!(
            (got.as_u16(), text(&body, "error")),
            (status, error),
            "{path} {form:?}"
        );
    }
    let unknown = [("client_id", "tokendesk-demo"), ("token", "never-seen")];
    assert_eq!(
        visit.post("/v1/revoke", &unknown).await.0,
        200,
        "as RFC 7009 asks"
    );
}

#[tokio::test]
async fn it_listens_on_this_machine_only() {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.expect("a port");
    assert!(idp::start(listener, quick()).is_err());
}

#[tokio::test]
async fn approving_goes_through_the_page_and_knows_only_who_is_on_it() {
    let visit = Visit::open().await;
    let started = visit.start().await;
    let page = text(&started, "verification_uri_complete");
    assert!(idp::approve(&visit.http, page, "nobody").await.is_err());
    assert!(idp::approve(&visit.http, "no address", "amara").await.is_err());
    assert!(
        idp::approve(
            &visit.http,
            &format!("{}/activate?user_code=XXXX-XXXX", visit.origin()),
            "amara"
        )
        .await
        .is_err()
    );
    idp::approve(&visit.http, page, "noah").await.expect("approved");
    assert!(idp::approve(&visit.http, page, "noah").await.is_err(), "once");
}
