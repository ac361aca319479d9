//! The scriptable verbs as a script sees them: the real binary, the real device flow, and a backend that answers as told.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tokendesk::demo::idp::{self, RunningIdp};
use tokendesk::domain::id::TokenId;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use wiremock::matchers::{body_partial_json, header, header_exists, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::identity::{browser, provider, quick};

const BASE: &str = "/api/v1";

/// One person's machine: a home of its own, and nothing of ours in its environment.
pub(crate) struct Machine {
    home: tempfile::TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokendesk"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, args: &[&str]) -> Ended {
        Ended::from(self.command(args).output().await.expect("runs"))
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Ended {
    /// The one JSON value on standard output, of a command that went well.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("one JSON value")
    }

    /// The one JSON object on standard error, of a command that failed with this code.
    pub(crate) fn error(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        let error: Value = serde_json::from_str(&self.err).expect("one JSON object");
        assert_eq!(error["exit"], code);
        error
    }
}

/// A configuration for this issuer and backend, with the session kept in a file.
pub(crate) fn configuration(issuer: &str, client_id: &str, audience: &str, backend: &str) -> String {
    format!(
        "[backend]\nurl = \"{backend}\"\nconnect_seconds = 1\nrequest_seconds = 2\n[identity]\nissuer = \"{issuer}\"\n\
         client_id = \"{client_id}\"\naudience = \"{audience}\"\nscopes = [\"openid\", \"profile\", \"offline_access\", \
         \"desk\"]\nallow_http_loopback = true\ntoken_store = \"plaintext\"\n"
    )
}

/// Signs somebody in through `login --json`, approving on the issuer's own page. Answers with its last line.
pub(crate) async fn sign_in(machine: &Machine, config: &Path, person: &str) -> Value {
    let config = config.to_str().expect("UTF-8");
    let mut child = machine
        .command(&["--config", config, "login", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let prompt = lines.next_line().await.expect("read").expect("a line");
    let prompt: Value = serde_json::from_str(&prompt).expect("JSON");
    assert!(prompt["expires_in"].as_u64().expect("seconds") > 0);
    assert!(prompt["user_code"].is_string() && prompt["verification_uri"].is_string());
    let page = prompt["verification_uri_complete"].as_str().expect("an address");
    idp::approve(&browser(), page, person).await.expect("approved");
    let done = lines.next_line().await.expect("read").expect("a second line");
    let status = child.wait().await.expect("ends");
    assert!(status.success(), "{status}");
    serde_json::from_str(&done).expect("JSON")
}

pub(crate) fn ours(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("tokendesk-contract", "1")
}

fn problem(status: u16, code: &str, detail: &str) -> ResponseTemplate {
    ours(status).set_body_raw(
        json!({"title": "x", "status": status, "code": code, "detail": detail, "request_id": "req-7"})
            .to_string(),
        "application/problem+json",
    )
}

pub(crate) fn me() -> Value {
    json!({"id": TokenId::new(), "employee_id": "A-1042", "name": "Amara \u{1b}[31mOkafor", "role": "agent", "tier": 1,
           "permissions": [], "availability": "available", "session_id": TokenId::new(), "issuer": "http://issuer",
           "server_time": "2026-01-01T00:00:00Z"})
}

fn row(id: TokenId) -> Value {
    json!({
        "id": id, "token_ref": "T-1", "account_id": TokenId::new(), "offer_id": TokenId::new(), "offer_code": "O-1",
        "name": "20% off \u{1b}]0;gotcha\u{7}", "description": "", "image": "", "type": "coupon",
        "value": {"kind": "percent", "number": "20"}, "merchant": "日本", "location": "", "source": "",
        "campaign": "", "state": "active", "claimed_at": "2026-01-01T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z", "version": 3
    })
}

/// A signed-in machine with a backend that answers as told.
struct Scene {
    machine: Machine,
    config: String,
    backend: MockServer,
    _issuer: RunningIdp,
}

impl Scene {
    async fn new() -> Self {
        let issuer = provider(quick()).await;
        let backend = MockServer::start().await;
        let machine = Machine::new();
        let text = configuration(
            &issuer.issuer,
            &issuer.client_id,
            &issuer.audience,
            &backend.uri(),
        );
        let config = machine.write("desk.toml", &text);
        Mock::given(path(format!("{BASE}/me")))
            .and(header_exists("authorization"))
            .and(header_exists("tokendesk-session"))
            .respond_with(ours(200).set_body_json(me()))
            .mount(&backend)
            .await;
        Mock::given(method("DELETE"))
            .and(path(format!("{BASE}/sessions/current")))
            .respond_with(ours(200).set_body_json(json!({"ended": 1})))
            .mount(&backend)
            .await;
        let done = sign_in(&machine, &config, "amara").await;
        assert_eq!(done["signed_in"], true);
        assert_eq!(done["lasts"], true);
        assert_eq!(done["me"]["employee_id"], "A-1042");
        Self {
            machine,
            config: config.to_str().expect("UTF-8").to_owned(),
            backend,
            _issuer: issuer,
        }
    }

    async fn run(&self, args: &[&str]) -> Ended {
        let mut all = vec!["--config", self.config.as_str()];
        all.extend(args);
        self.machine.run(&all).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_from_login_to_logout() {
    let scene = Scene::new().await;
    let who = scene.run(&["whoami", "--json"]).await.json();
    assert_eq!(who["role"], "agent");
    let words = scene.run(&["whoami"]).await;
    assert!(words.out.contains("A-1042"), "{words:?}");
    assert!(!words.out.contains('\u{1b}'), "{words:?}");
    let out = scene.run(&["logout", "--json"]).await.json();
    assert_eq!(out["signed_out"], true);
    assert_eq!(
        (&out["revocation"], &out["backend"]),
        (&json!("done"), &json!("ended"))
    );
    let error = scene.run(&["whoami", "--json"]).await.error(3);
    assert_eq!(error["error"], "not_signed_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_login_says_to_people_steers_no_terminal() {
    let scene = Scene::new().await;
    let mut child = scene
        .machine
        .command(&["--config", &scene.config, "login"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut said = Vec::new();
    while !said.iter().any(|line: &String| line.starts_with("Waiting")) {
        said.push(lines.next_line().await.expect("read").expect("a line"));
    }
    let indented: Vec<&str> = said.iter().filter_map(|line| line.strip_prefix("    ")).collect();
    let [address, code] = indented[..] else {
        panic!("an address and a code: {said:?}");
    };
    assert!(
        said.join(" ").contains("Nobody from support will ever ask you"),
        "{said:?}"
    );
    idp::approve(&browser(), &format!("{address}?user_code={code}"), "amara")
        .await
        .expect("approved");
    let done = lines.next_line().await.expect("read").expect("the end");
    assert!(done.starts_with("Signed in as Amara"), "{done:?}");
    assert!(!done.contains('\u{1b}'), "{done:?}");
    assert!(child.wait().await.expect("ends").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn login_waits_an_issuer_out_that_is_away_at_first_and_says_last_that_nobody_is_signed_in() {
    let (machine, issuer) = (Machine::new(), MockServer::start().await);
    let name = format!("{}/oauth2/default", issuer.uri());
    let found = json!({"issuer": name, "token_endpoint": format!("{}/token", issuer.uri()),
                       "jwks_uri": format!("{}/keys", issuer.uri()),
                       "device_authorization_endpoint": format!("{}/device", issuer.uri())});
    Mock::given(path("/oauth2/default/.well-known/openid-configuration"))
        .respond_with(ResponseTemplate::new(200).set_body_json(found))
        .mount(&issuer)
        .await;
    Mock::given(path("/device"))
        .respond_with(ResponseTemplate::new(503).insert_header("retry-after", "1"))
        .up_to_n_times(1)
        .expect(1)
        .with_priority(1)
        .mount(&issuer)
        .await;
    Mock::given(path("/device"))
        .respond_with(ResponseTemplate::new(400).set_body_json(json!({"error": "unauthorized_client"})))
        .expect(1)
        .mount(&issuer)
        .await;
    let text = configuration(&name, "desk", "api://desk", "http://127.0.0.1:9");
    let config = machine.write("desk.toml", &text);
    let config = config.to_str().expect("UTF-8");
    let ended = machine.run(&["--config", config, "login", "--json"]).await;
    assert_eq!(ended.code, 3, "{ended:?}");
    let last = ended.out.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).unwrap_or_else(|_| panic!("{ended:?}"));
    let error: Value = serde_json::from_str(&ended.err).expect("one JSON object");
    assert_eq!(last["signed_in"], false);
    assert_eq!(
        (&last["error"], &last["detail"]),
        (&error["error"], &error["detail"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_refusal_has_its_exit_code() {
    let scene = Scene::new().await;
    for (status, code, exit, word) in [
        (401, "session_ended", 3, "not_signed_in"),
        (403, "forbidden", 4, "not_allowed"),
        (403, "no_role", 4, "no_role"),
        (404, "not_found", 5, "not_found"),
        (409, "illegal_move", 6, "illegal_move"),
        (412, "stale", 6, "stale"),
        (422, "invalid", 2, "invalid"),
        (500, "internal", 1, "internal"),
        (503, "unavailable", 7, "unavailable"),
    ] {
        let id = TokenId::new();
        Mock::given(path(format!("{BASE}/tokens/{id}")))
            .respond_with(problem(status, code, "What happened."))
            .mount(&scene.backend)
            .await;
        let error = scene
            .run(&["token", "show", &id.to_string(), "--json"])
            .await
            .error(exit);
        assert_eq!(error["error"], word);
        assert_eq!(error["detail"], "What happened.");
        assert_eq!(error["reference"], "req-7");
        assert!(error["next"].as_str().is_some_and(|next| !next.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_items_for_programs_and_a_harmless_table_for_people() {
    let scene = Scene::new().await;
    let ids = [TokenId::new(), TokenId::new(), TokenId::new()];
    Mock::given(path(format!("{BASE}/tokens")))
        .and(query_param("cursor", "two"))
        .respond_with(ours(200).set_body_json(json!({"items": [row(ids[2])], "next": null, "prev": "one"})))
        .mount(&scene.backend)
        .await;
    Mock::given(path(format!("{BASE}/tokens")))
        .and(query_param("q", "state:active -campaign:spring"))
        .respond_with(ours(200).set_body_json(
            json!({"items": [row(ids[0]), row(ids[1])], "next": "two", "prev": null,
                                                     "total": {"value": 3, "exact": true}}),
        ))
        .mount(&scene.backend)
        .await;
    let list = ["token", "list", "--query", "state:active -campaign:spring"];
    let all = scene.run(&[&list[..], &["--json"]].concat()).await.json();
    let got: Vec<&Value> = all["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|r| &r["id"])
        .collect();
    assert_eq!(json!(got), json!(ids));
    assert_eq!(all["more"], false);
    let two = scene
        .run(&[&list[..], &["--json", "--limit", "2"]].concat())
        .await
        .json();
    assert_eq!(two["items"].as_array().expect("items").len(), 2);
    assert_eq!(two["more"], true);
    let words = scene.run(&list).await;
    assert_eq!(words.code, 0, "{words:?}");
    assert!(words.out.starts_with("ID  "), "{words:?}");
    assert!(words.out.ends_with("3 in all\n"), "{words:?}");
    assert!(!words.out.contains(['\u{1b}', '\u{7}']), "{words:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_for_other_programs_holds_all_pages_unless_fewer_rows_are_wanted() {
    let scene = Scene::new().await;
    let rows = |n: usize| (0..n).map(|_| row(TokenId::new())).collect::<Vec<_>>();
    Mock::given(path(format!("{BASE}/tokens/exports")))
        .respond_with(ours(201).set_body_json(json!({"id": TokenId::new(), "rows": 201})))
        .mount(&scene.backend)
        .await;
    Mock::given(path(format!("{BASE}/tokens")))
        .and(query_param("cursor", "two"))
        .respond_with(ours(200).set_body_json(json!({"items": rows(1), "next": null, "prev": "one"})))
        .mount(&scene.backend)
        .await;
    for (limit, n) in [("200", 200), ("3", 3)] {
        Mock::given(path(format!("{BASE}/tokens")))
            .and(query_param("limit", limit))
            .respond_with(ours(200).set_body_json(json!({"items": rows(n), "next": "two", "prev": null})))
            .mount(&scene.backend)
            .await;
    }
    let lines = |out: &str| out.split("\r\n").filter(|line| !line.is_empty()).count();
    let all = scene.run(&["token", "list", "--csv"]).await;
    assert_eq!((all.code, lines(&all.out)), (0, 202), "heading and all: {all:?}");
    let few = scene.run(&["token", "list", "--csv", "--limit", "3"]).await;
    assert_eq!((few.code, lines(&few.out)), (0, 4), "{few:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_query_is_pointed_at() {
    let scene = Scene::new().await;
    Mock::given(path(format!("{BASE}/support/tickets")))
        .respond_with(
            ours(422).set_body_raw(
                json!({"title": "x", "status": 422, "code": "bad_query", "detail": "There is no field stat.",
                   "errors": [{"field": "q", "code": "unknown_field", "detail": "d", "column": 4}]})
                .to_string(),
                "application/problem+json",
            ),
        )
        .mount(&scene.backend)
        .await;
    let error = scene
        .run(&["ticket", "list", "--json", "--query", "foo stat:x"])
        .await
        .error(2);
    assert_eq!(error["column"], 4);
    let words = scene.run(&["ticket", "list", "--query", "foo stat:x"]).await;
    assert!(words.err.contains("\n  foo stat:x\n      ^\n"), "{}", words.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_removed_at_the_version_that_was_seen_under_one_key() {
    let scene = Scene::new().await;
    let id = TokenId::new();
    Mock::given(method("GET"))
        .and(path(format!("{BASE}/tokens/{id}")))
        .respond_with(ours(200).set_body_json(row(id)))
        .mount(&scene.backend)
        .await;
    let key = "01920000-0000-7000-8000-000000000001";
    Mock::given(method("POST"))
        .and(path(format!("{BASE}/tokens/{id}/remove")))
        .and(header("if-match", "\"3\""))
        .and(header("idempotency-key", key))
        .and(body_partial_json(
            json!({"reason": {"text": "twice in the wallet"}}),
        ))
        .respond_with(ours(200).set_body_json(json!({
            "action": {"id": TokenId::new(), "kind": "remove", "token_id": id, "account_id": TokenId::new(),
                       "name": "20% off", "agent": "Amara (A-1042)", "at": "2026-01-01T00:00:00Z",
                       "reason": {"code": "", "text": "twice"}, "before": "active", "after": "removed"},
            "token": row(id)})))
        .expect(1)
        .mount(&scene.backend)
        .await;
    let reason = ["--reason", "twice in the wallet", "--intent", key];
    let id = id.to_string();
    let done = scene
        .run(&[&["token", "remove", id.as_str(), "--json"][..], &reason].concat())
        .await
        .json();
    assert_eq!(done["action"]["after"], "removed");
    let error = scene.run(&["token", "remove", &id, "--json"]).await.error(2);
    assert!(
        error["detail"]
            .as_str()
            .expect("text")
            .starts_with("a reason is needed")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_settled_by_its_key() {
    let scene = Scene::new().await;
    let id = TokenId::new();
    let key = "01920000-0000-7000-8000-000000000002";
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(502))
        .mount(&scene.backend)
        .await;
    Mock::given(path(format!("{BASE}/intents/{key}")))
        .respond_with(
            ours(200).set_body_json(json!({"fate": "done", "status": 200, "answer": {
            "action": {"id": TokenId::new(), "kind": "remove", "token_id": id, "account_id": TokenId::new(),
                       "name": "20% off", "agent": "Amara (A-1042)", "at": "2026-01-01T00:00:00Z",
                       "reason": {"code": "", "text": "twice"}, "before": "active", "after": "removed"},
            "token": row(id)}})),
        )
        .expect(1)
        .mount(&scene.backend)
        .await;
    let id = id.to_string();
    let done = scene
        .run(&[
            "token",
            "remove",
            &id,
            "--version",
            "3",
            "--reason",
            "twice",
            "--intent",
            key,
            "--json",
        ])
        .await
        .json();
    assert_eq!(done["token"]["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_backend_the_exit_code_says_so() {
    let scene = Scene::new().await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", gone.local_addr().expect("an address"));
    drop(gone);
    // a sign-in is for one backend
    let find = ["account", "find", "ada@example.com", "--json", "--backend", &url];
    assert_eq!(scene.run(&find).await.error(3)["error"], "not_signed_in");
    let there = std::fs::read_to_string(&scene.config).expect("a file");
    let gone = scene
        .machine
        .write("gone.toml", &there.replace(&scene.backend.uri(), &url));
    sign_in(&scene.machine, &gone, "amara").await;
    let error = scene.run(&find).await.error(7);
    assert_eq!(error["error"], "unreachable");
    assert!(!error.to_string().contains("ada@example.com"));
}

#[tokio::test]
async fn broken_configuration_ends_with_2_and_names_the_line() {
    let machine = Machine::new();
    machine.write(
        "desk.toml",
        "[server]\nlisten = \"127.0.0.1:1\"\n\n[identity]\nisuer = \"x\"\n",
    );
    let error = machine
        .run(&["--config", "desk.toml", "whoami", "--json"])
        .await
        .error(2);
    assert_eq!(error["error"], "configuration");
    let detail = error["detail"].as_str().expect("text");
    assert!(
        detail.starts_with("desk.toml:5: identity.isuer: there is no such key; did you mean issuer?"),
        "{detail}"
    );
    let missing = machine.run(&["--config", "none.toml", "whoami"]).await;
    assert_eq!(missing.code, 2);
    assert!(
        missing.err.starts_with("error: none.toml: cannot be read:"),
        "{missing:?}"
    );
    let mut command = machine.command(&["whoami"]);
    let variable = Ended::from(
        command
            .env("TOKENDESK_BACKND_URL", "x")
            .output()
            .await
            .expect("runs"),
    );
    assert_eq!(variable.code, 2);
    assert!(
        variable.err.contains("did you mean TOKENDESK_BACKEND_URL?"),
        "{variable:?}"
    );
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2() {
    let machine = Machine::new();
    for args in [
        &["frobnicate"][..],
        &["whoami", "--no-such-flag"],
        &["token", "show", "not-an-id"],
        &["ticket", "status", "TKT-000001", "sleeping"],
        &["ticket", "escalate", "TKT-000001"],
        &["token", "list", "--limit", "0"],
    ] {
        let ended = machine.run(args).await;
        assert_eq!(ended.code, 2, "{args:?}: {ended:?}");
        assert_eq!(ended.out, "");
        let in_json = machine.run(&[args, &["--json"]].concat()).await.error(2);
        assert_eq!(in_json["error"], "usage");
    }
    let help = machine.run(&["--help"]).await;
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes: 0 done, 1 failed"), "{}", help.out);
}

#[tokio::test]
async fn doctor_names_what_is_wrong() {
    let machine = Machine::new();
    let ended = machine.run(&["doctor", "--json"]).await;
    assert_eq!(ended.code, 1);
    let report: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(report["ok"], false);
    let wrong: Vec<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["state"] == "wrong")
        .filter_map(|finding| finding["name"].as_str())
        .collect();
    assert_eq!(wrong, ["backend", "issuer", "session"]);
    let told = |name: &str| {
        let mut all = report["findings"].as_array().expect("findings").iter();
        let found = all.find(|finding| finding["name"] == name);
        found.unwrap_or_else(|| panic!("{name}"))["detail"]
            .as_str()
            .expect("words")
            .to_owned()
    };
    assert!(told("terminal").contains("TERM not set"), "{}", told("terminal"));
    for name in [
        "size",
        "colour",
        "keyboard",
        "clipboard",
        "images",
        "connection",
        "locale",
    ] {
        assert!(!told(name).is_empty());
    }
}
