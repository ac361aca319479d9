//! An issuer that answers its token endpoint by script: good answers, errors, and everything that networks do.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokendesk::config::identity::IdentitySettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One answer.
#[derive(Clone)]
pub(crate) enum Answer {
    /// JSON with this status.
    Json(u16, Value),
    /// JSON with this status and further header lines.
    JsonWith(u16, &'static str, Value),
    /// A page of HTML with this status.
    Html(u16),
    /// A redirect to somewhere else.
    Redirect,
    /// The connection ends before an answer.
    Cut,
    /// The answer ends before its body does.
    CutBody,
    /// The body is JSON that stops half way.
    HalfJson,
    /// Far too much.
    Huge,
}

impl Answer {
    pub(crate) fn error(code: &str) -> Self {
        Self::Json(400, json!({"error": code}))
    }

    pub(crate) fn tokens(access: &str, refresh: &str, life: u64) -> Self {
        Self::Json(
            200,
            json!({"token_type": "Bearer", "access_token": access, "refresh_token": refresh, "expires_in": life}),
        )
    }
}

/// The issuer. It stops with the runtime of the test.
#[derive(Clone)]
pub(crate) struct ScriptedIssuer(Arc<Inner>);

struct Inner {
    origin: String,
    script: Mutex<VecDeque<Answer>>,
    forms: Mutex<Vec<String>>,
    revoked: Mutex<Vec<String>>,
    keys: Mutex<Answer>,
    /// Answers for single paths instead of the usual ones.
    instead: Mutex<HashMap<String, Answer>>,
    /// The `Date` of every answer.
    date: Mutex<Option<String>>,
    key_fetches: AtomicUsize,
    delay: Duration,
}

impl ScriptedIssuer {
    /// Starts with these answers for the token endpoint, each given after `delay`; after the last one: pending.
    pub(crate) async fn start(script: impl IntoIterator<Item = Answer>, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = Self(Arc::new(Inner {
            origin: format!("http://{}", listener.local_addr().expect("an address")),
            script: Mutex::new(script.into_iter().collect()),
            forms: Mutex::default(),
            revoked: Mutex::default(),
            keys: Mutex::new(Answer::Json(200, json!({"keys": []}))),
            instead: Mutex::default(),
            date: Mutex::default(),
            key_fetches: AtomicUsize::new(0),
            delay,
        }));
        let serving = issuer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let issuer = serving.clone();
                tokio::spawn(async move { issuer.serve(stream).await });
            }
        });
        issuer
    }

    pub(crate) fn settings(&self) -> IdentitySettings {
        IdentitySettings {
            issuer: format!("{}/oauth2/default", self.0.origin),
            client_id: "desk".to_owned(),
            audience: "api://desk".to_owned(),
            allow_http_loopback: true,
            ..Default::default()
        }
    }

    /// Puts further answers behind the others.
    pub(crate) fn then(&self, answers: impl IntoIterator<Item = Answer>) {
        self.0.script.lock().expect("unpoisoned").extend(answers);
    }

    /// What this path answers from now on.
    pub(crate) fn answers(&self, path: &str, answer: Answer) {
        let mut instead = self.0.instead.lock().expect("unpoisoned");
        instead.insert(path.to_owned(), answer);
    }

    /// The time that the issuer tells with every answer.
    pub(crate) fn tells_time(&self, date: &str) {
        *self.0.date.lock().expect("unpoisoned") = Some(date.to_owned());
    }

    /// Where the issuer is, without its path.
    pub(crate) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Its discovery document.
    pub(crate) fn document(&self) -> Value {
        let base = format!("{}/oauth2/default", self.0.origin);
        json!({
            "issuer": base,
            "device_authorization_endpoint": format!("{base}/v1/device/authorize"),
            "token_endpoint": format!("{base}/v1/token"),
            "revocation_endpoint": format!("{base}/v1/revoke"),
            "jwks_uri": format!("{base}/v1/keys"),
        })
    }

    /// The forms that the token endpoint got.
    pub(crate) fn forms(&self) -> Vec<String> {
        self.0.forms.lock().expect("unpoisoned").clone()
    }

    /// The tokens that were revoked.
    pub(crate) fn revoked(&self) -> Vec<String> {
        self.0.revoked.lock().expect("unpoisoned").clone()
    }

    /// What the key endpoint answers from now on.
    pub(crate) fn publish(&self, keys: Answer) {
        *self.0.keys.lock().expect("unpoisoned") = keys;
    }

    /// How often keys were fetched.
    pub(crate) fn key_fetches(&self) -> usize {
        self.0.key_fetches.load(Ordering::SeqCst)
    }

    async fn serve(&self, mut stream: TcpStream) {
        let Some((path, form)) = read_request(&mut stream).await else {
            return;
        };
        let instead = self.0.instead.lock().expect("unpoisoned").get(&path).cloned();
        let answer = match path.trim_start_matches("/oauth2/default") {
            _ if instead.is_some() => instead.unwrap_or(Answer::Cut),
            "/.well-known/openid-configuration" => Answer::Json(200, self.document()),
            "/v1/device/authorize" => Answer::Json(
                200,
                json!({
                    "device_code": "a-device-code",
                    "user_code": "BCDF-GHJK",
                    "verification_uri": format!("{}/activate", self.0.origin),
                    "expires_in": 600,
                    "interval": 0,
                }),
            ),
            "/v1/token" => {
                self.0.forms.lock().expect("unpoisoned").push(form);
                tokio::time::sleep(self.0.delay).await;
                let next = self.0.script.lock().expect("unpoisoned").pop_front();
                next.unwrap_or_else(|| Answer::error("authorization_pending"))
            }
            "/v1/keys" => {
                self.0.key_fetches.fetch_add(1, Ordering::SeqCst);
                self.0.keys.lock().expect("unpoisoned").clone()
            }
            "/v1/revoke" => {
                let token = form.split('&').find_map(|pair| pair.strip_prefix("token="));
                let mut revoked = self.0.revoked.lock().expect("unpoisoned");
                revoked.push(token.unwrap_or_default().to_owned());
                Answer::Json(200, json!({}))
            }
            _ => Answer::Html(404),
        };
        // a client that hangs up first is its own affair
        let date = self.0.date.lock().expect("unpoisoned").clone();
        let _ = write_answer(&mut stream, answer, date.as_deref()).await;
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<(String, String)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length: usize = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length:")?
                        .trim()
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                let path = head.split(' ').nth(1)?.to_owned();
                return Some((path, String::from_utf8_lossy(&bytes[end + 4..]).into_owned()));
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

async fn write_answer(stream: &mut TcpStream, answer: Answer, date: Option<&str>) -> std::io::Result<()> {
    let date = date.map(|date| format!("date: {date}\r\n")).unwrap_or_default();
    let head = |status: u16, kind: &str, more: &str, length: usize| {
        format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n{date}{more}\r\n"
        )
    };
    let json_head = |status, more: &str, length| head(status, "application/json", more, length);
    let text = match answer {
        Answer::Json(status, body) => {
            let body = body.to_string();
            json_head(status, "", body.len()) + &body
        }
        Answer::JsonWith(status, more, body) => {
            let body = body.to_string();
            json_head(status, more, body.len()) + &body
        }
        Answer::Html(status) => {
            let body = "<html><body>Please log in to the network</body></html>";
            head(status, "text/html", "", body.len()) + body
        }
        Answer::Redirect => head(
            302,
            "text/html",
            "location: https://elsewhere.example.com/\r\n",
            0,
        ),
        Answer::Cut => return Ok(()),
        Answer::CutBody => json_head(200, "", 1_000) + "{\"access_token\":\"cut",
        Answer::HalfJson => json_head(200, "", 20) + "{\"access_token\":\"half",
        Answer::Huge => json_head(200, "", 3 << 20) + &"x".repeat(3 << 20),
    };
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}
