//! Every text that a backend or an issuer can send, made hostile: nothing of it steers the terminal, and frames hold.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use portable_pty::CommandBuilder;
use serde_json::{Value, json};
use tokendesk::demo::seed;
use vt100::Screen;

use super::pty::Pty;
use super::rig::Rig;
use crate::scripted_issuer::{Answer, ScriptedIssuer};

/// A title, a cleared screen, colours, a bell, the same with one-byte controls, directions turned round, marks without
/// width, wide letters and an emoji of many parts.
const HOSTILE: &str = "\u{1b}]0;gotcha\u{7}\u{1b}[66;6H\u{1b}[2J\u{9b}31m\u{90}q\u{202e}evil\u{2066}\u{200b}\u{200f}中文餐廳 👩‍👩‍👧‍👦 e\u{301}\u{327}\r\n\t\u{8}";

/// Keys whose texts mean something to the program.
const KEPT: [&str; 6] = ["timezone", "default_region", "currency", "next", "prev", "field"];

/// Makes every text in an answer hostile that is none of the program's own words.
fn taint(value: &mut Value, key: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| taint(item, key)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| taint(value, key)),
        Value::String(text) if !KEPT.contains(&key) && !is_word(text) => {
            let long = matches!(
                key,
                "description" | "body" | "detail" | "text" | "resolution_summary"
            );
            let filler = if long {
                "long ".repeat(4_000)
            } else {
                "x".repeat(60)
            };
            *text = format!("{text}{HOSTILE}{filler}{HOSTILE}");
        }
        _ => {}
    }
}

/// Words of the contract, identifiers, moments and numbers: what hostile text would only make unreadable.
fn is_word(text: &str) -> bool {
    let word = text
        .chars()
        .all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.' | '-'));
    let number = text.parse::<f64>().is_ok();
    let moment = text.len() >= 20 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    word || number || moment || uuid::Uuid::parse_str(text).is_ok()
}

struct Front {
    http: reqwest::Client,
    backend: String,
}

/// Passes a request on and makes its answer hostile.
async fn pass(State(front): State<Arc<Front>>, request: Request) -> Response<axum::body::Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let mut headers = parts.headers.clone();
    for name in ["host", "accept-encoding", "content-length"] {
        headers.remove(name);
    }
    let sent = front
        .http
        .request(parts.method, format!("{}{path}", front.backend))
        .headers(headers)
        .body(body)
        .send()
        .await
        .expect("an answer");
    answer(
        sent.status(),
        sent.headers().clone(),
        sent.bytes().await.expect("a body"),
    )
}

fn answer(status: StatusCode, headers: HeaderMap, body: Bytes) -> Response<axum::body::Body> {
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(mut value) => {
            taint(&mut value, "");
            Bytes::from(value.to_string())
        }
        Err(_) => body,
    };
    let mut response = Response::new(axum::body::Body::from(body));
    *response.status_mut() = status;
    for (name, value) in &headers {
        if !matches!(
            name.as_str(),
            "content-length" | "transfer-encoding" | "content-encoding"
        ) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// A backend that sends hostile texts alone.
async fn hostile_backend(rig: &Rig) -> String {
    let front = Arc::new(Front {
        http: reqwest::Client::builder().no_proxy().build().expect("a client"),
        backend: rig.backend_url(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = axum::Router::new().fallback(pass).with_state(front);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Nothing of the hostile text has reached the terminal as a control.
fn assert_clean(pty: &Pty) {
    let written = pty.written();
    let marks = [
        "\u{1b}]0;gotcha",
        "\u{1b}[66;6H",
        "\u{9b}",
        "\u{90}",
        "\u{202e}",
        "\u{2066}",
        "\u{200f}",
        "\u{7}",
        "\u{8}",
    ];
    for mark in marks {
        let found = written
            .windows(mark.len())
            .position(|window| window == mark.as_bytes());
        let around =
            found.map(|at| String::from_utf8_lossy(&written[at.saturating_sub(60)..at + 20]).into_owned());
        assert_eq!(around, None, "{mark:?} was written");
    }
}

/// Frames are whole: below each corner at the right end of a frame, the border goes on until its other corner. With a
/// title, the frame that bears it is looked at alone: it lies over others.
fn broken_frame(screen: &Screen, title: Option<&str>) -> Option<String> {
    let (rows, cols) = screen.size();
    let symbol = |row: u16, col: u16| {
        screen
            .cell(row, col)
            .map(|cell| cell.contents())
            .unwrap_or_default()
    };
    let lines: Vec<String> = screen.rows(0, cols.get()).collect();
    let bears = |row: u16| title.is_none_or(|title| lines[usize::from(row)].contains(title));
    for col in 0..cols.get() {
        let mut open = false;
        for row in 0..rows.get() {
            match symbol(row, col) {
                "┐" | "┓" => open = bears(row),
                "┘" | "┛" => open = false,
                "│" | "┃" | "┤" | "┫" | "▐" | "▴" | "▾" => {}
                other if open => {
                    return Some(format!("{other:?} in the border at row {row}, column {col}"));
                }
                _ => {}
            }
        }
    }
    None
}

/// Waits for the text, then for whole frames without any control.
fn holds(pty: &Pty, text: &str) {
    pty.wait(&format!("{text}, and whole frames"), |screen| {
        screen.contents().contains(text) && broken_frame(screen, None).is_none()
    });
    assert_clean(pty);
}

/// The same for a dialog of that title.
fn dialog_holds(pty: &Pty, title: &str) {
    pty.wait(&format!("{title}, and its whole frame"), |screen| {
        screen.contents().contains(title) && broken_frame(screen, Some(title)).is_none()
    });
    assert_clean(pty);
}

async fn through_the_desk(width: u16, height: u16) {
    let rig = Rig::start().await;
    rig.point_at(&hostile_backend(&rig).await);
    let mut pty = rig.desk(width, height);
    let shown = pty.text("Copy code");
    rig.approve(&shown, "amara").await;
    pty.text("Nothing looked up yet");
    holds(&pty, "A-1042");

    pty.keys(seed::KNOWN_EMAIL);
    pty.keys("\r");
    holds(&pty, "Dana");
    pty.wait("the one hit", |screen| screen.contents().contains("exact"));
    pty.keys("\r");
    holds(&pty, "Is this the right account?");
    pty.keys("c");
    holds(&pty, "Confirmed");
    pty.keys("\t");
    holds(&pty, "campaign");
    pty.keys("x");
    pty.text("It leaves the wallet now");
    dialog_holds(&pty, "Remove from the wallet");
    pty.keys("\x1b");
    pty.wait("no dialog", |screen| !screen.contents().contains("It leaves"));
    pty.keys("\r");
    holds(&pty, "what happened");
    pty.wait("what can be done", |screen| {
        let shown = screen.contents();
        shown.contains("x Remove") && !shown.contains("(x Remove)")
    });
    pty.keys("a");
    holds(&pty, "if added");
    pty.keys("stat:x");
    pty.text("is no field");
    assert_clean(&pty);
    pty.keys("\x03");
    pty.text("Quit?");
    pty.keys("n");

    pty.keys("\x1b");
    pty.text("┏ offers");
    pty.keys("gt");
    holds(&pty, "TKT-");
    pty.keys("\r");
    holds(&pty, "Conversation");
    pty.keys("th");
    holds(&pty, "Activities");
    pty.keys("tc");
    dialog_holds(&pty, "Close TKT-");
    // what is missing is told by the backend, in words that are hostile, too
    pty.keys("2x");
    pty.keys("\x13");
    pty.says("esc Cancel");
    assert_clean(&pty);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_in_every_field_steer_nothing() {
    through_the_desk(120, 40).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_in_every_field_fit_the_smallest_terminal() {
    through_the_desk(80, 24).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuers_hostile_words_steer_nothing() {
    let refusal = json!({"error": "access_denied", "error_description": HOSTILE.repeat(400)});
    let issuer = ScriptedIssuer::start([Answer::Json(400, refusal)], Duration::ZERO).await;
    let home = tempfile::tempdir().expect("a folder");
    let settings = issuer.settings();
    let config = home.path().join("config.toml");
    std::fs::write(
        &config,
        format!(
            "[backend]\nurl = \"http://127.0.0.1:9\"\n[identity]\nissuer = \"{}\"\nclient_id = \"{}\"\naudience = \"{}\"\n\
             allow_http_loopback = true\ntoken_store = \"memory\"\n",
            settings.issuer, settings.client_id, settings.audience
        ),
    )
    .expect("written");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokendesk"));
    command.env_clear();
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.args([std::ffi::OsStr::new("--config"), config.as_os_str()]);
    let pty = Pty::start(command, 80, 24);
    let shown = pty.says("The sign-in did not work.");
    assert_clean(&pty);
    assert!(shown.contains("New code"), "the way on stays in sight: {shown}");
}
