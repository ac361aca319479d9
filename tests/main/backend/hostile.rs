//! Clients that are slow, loud, malformed or in the clear.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tokendesk::server::app::tls::Tls;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::harness::{Backend, on_each_with};

/// Longer than any limit of these tests, and short enough to fail in.
const SURELY: Duration = Duration::from_secs(20);

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/tls")
        .join(name)
}

async fn connect(backend: &Backend) -> TcpStream {
    let address: SocketAddr = backend.server.addr;
    TcpStream::connect(address).await.expect("connected")
}

/// Sends bytes and reads what comes until the connection ends.
async fn talk(backend: &Backend, bytes: &[u8]) -> String {
    let mut stream = connect(backend).await;
    // The server may hang up in the middle of what is sent.
    let _ = stream.write_all(bytes).await;
    rest(&mut stream).await
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = async {
        let mut buffer = [0; 4096];
        while let Ok(n) = stream.read(&mut buffer).await {
            if n == 0 {
                break;
            }
            all.extend_from_slice(&buffer[..n]);
        }
    };
    tokio::time::timeout(SURELY, read)
        .await
        .expect("the server ends the connection");
    String::from_utf8_lossy(&all).into_owned()
}

async fn still_serves(backend: &Backend) {
    backend.agent().me().await.expect("others are served");
}

#[test]
fn slow_clients_are_not_waited_for() {
    on_each_with(
        |setup| {
            setup.limits.header_seconds = 1;
            setup.limits.request_seconds = 2;
        },
        |backend| async move {
            let mut drip = connect(&backend).await;
            drip.write_all(b"GET /healthz HTTP/1.1\r\nhost: desk\r\nx-slow: ")
                .await
                .expect("sent");
            let mut silent = connect(&backend).await;
            let head = "POST /api/v1/accounts/search HTTP/1.1\r\nhost: desk\r\nauthorization: Bearer amara:agents:slow\r\n\
                        content-type: application/json\r\ncontent-length: 100\r\n\r\n{\"q\":";
            let mut body = connect(&backend).await;
            body.write_all(head.as_bytes()).await.expect("sent");
            still_serves(&backend).await;
            assert!(
                !rest(&mut drip).await.contains(" 200 "),
                "half a head is no request"
            );
            assert_eq!(rest(&mut silent).await, "");
            let told = rest(&mut body).await;
            assert!(told.starts_with("HTTP/1.1 504") || told.is_empty(), "{told}");
            still_serves(&backend).await;
        },
    );
}

#[test]
fn malformed_and_oversized_heads_are_refused_and_harm_nobody() {
    on_each_with(
        |setup| setup.limits.header_seconds = 2,
        |backend| async move {
            let line = |text: String| format!("GET /api/v1/me HTTP/1.1\r\nhost: desk\r\n{text}\r\n\r\n");
            let many: Vec<_> = (0..200).map(|n| format!("x-{n}: 1")).collect();
            for (what, request, statuses) in [
                ("a huge header", line(format!("x-huge: {}", "a".repeat(100_000))), &["431", "400"][..]),
                ("far too many headers", line(many.join("\r\n")), &["431", "400"]),
                ("a NUL in a header", line("authorization: Bearer a\0b".to_owned()), &["400"]),
                ("a bare line feed in a header", line("x-a: b\n c: d\n\n".to_owned()), &["400", "401"]),
                ("no HTTP", "\u{16}\u{3}\u{1} hello\r\n\r\n".to_owned(), &["400", ""]),
                (
                    "two lengths",
                    "POST /api/v1/accounts/search HTTP/1.1\r\nhost: d\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"
                        .to_owned(),
                    &["400"],
                ),
                (
                    "a length that is none",
                    "POST /api/v1/accounts/search HTTP/1.1\r\nhost: d\r\ncontent-length: -1\r\n\r\n".to_owned(),
                    &["400"],
                ),
                ("bytes that are no text", line("authorization: Bearer \u{fffd}\u{1b}[2J".to_owned()), &["401", "400"]),
                ("a path that climbs", "GET /../../etc/passwd HTTP/1.1\r\nhost: d\r\nconnection: close\r\n\r\n".to_owned(), &["404", "400"]),
            ] {
                let told = talk(&backend, request.as_bytes()).await;
                let status = told.strip_prefix("HTTP/1.1 ").and_then(|t| t.get(..3)).unwrap_or_default();
                assert!(statuses.contains(&status), "{what}: {told}");
                assert!(!told.contains("panicked") && !told.contains('\u{1b}'), "{what}: {told}");
            }
            for (name, value) in [
                ("tokendesk-session", "not-a-uuid"),
                ("idempotency-key", "'; DROP TABLE audit; --"),
                ("if-match", "\"NaN\""),
                ("content-type", "application/json; charset=\"\u{fe0f}"),
            ] {
                let request = backend
                    .raw("POST", "/api/v1/accounts/search")
                    .header(name, value)
                    .header("content-type", "application/json")
                    .body("{}");
                let status = request.send().await.expect("an answer").status().as_u16();
                assert!((400..=499).contains(&status), "{name}: {status}");
            }
            still_serves(&backend).await;
        },
    );
}

#[test]
fn whoever_asks_too_often_waits_by_address_and_by_refused_token() {
    on_each_with(
        |setup| {
            setup.limits.address_burst = 30;
            setup.limits.address_requests_per_second = 1;
            setup.limits.refused_per_minute = 5;
            setup.proxies = vec!["127.0.0.1".parse().expect("an address")];
        },
        |backend| async move {
            let ask = async |token: &str, from: &str| {
                let request = backend.raw_as(token, "GET", "/api/v1/me");
                let answer = request
                    .header("x-forwarded-for", from)
                    .send()
                    .await
                    .expect("an answer");
                let wait = answer
                    .headers()
                    .get("retry-after")
                    .and_then(|v| v.to_str().ok()?.parse::<u32>().ok());
                (answer.status().as_u16(), wait)
            };
            for n in 0..5 {
                assert_eq!(ask("forged", "198.51.100.1").await, (401, None), "{n}");
            }
            let (status, wait) = ask("forged", "198.51.100.1").await;
            assert_eq!(status, 429);
            assert!(wait.is_some_and(|wait| (1..=60).contains(&wait)), "{wait:?}");
            assert_eq!(
                ask("amara:agents:good", "198.51.100.1").await.0,
                200,
                "a good token is let in"
            );
            assert_eq!(ask("forged", "198.51.100.2").await.0, 401, "another address");
            let mut refused = 0;
            for _ in 0..60 {
                let (status, wait) = ask("amara:agents:good", "198.51.100.3").await;
                assert!(status == 200 || (status == 429 && wait.is_some()), "{status}");
                refused += u32::from(status == 429);
            }
            assert!(refused >= 1, "the address had its share");
            assert_eq!(
                ask("amara:agents:good", "198.51.100.4").await.0,
                200,
                "others have theirs"
            );
        },
    );
}

#[test]
fn no_page_of_another_origin_may_read_an_answer() {
    on_each_with(
        |_| {},
        |backend| async move {
            let asked = backend
                .raw("GET", "/api/v1/me")
                .header("origin", "https://evil.example.com");
            let answer = asked.send().await.expect("an answer");
            assert!(
                answer
                    .headers()
                    .keys()
                    .all(|name| !name.as_str().starts_with("access-control-"))
            );
            let preflight = backend
                .raw("OPTIONS", "/api/v1/accounts/search")
                .header("origin", "https://evil.example.com")
                .header("access-control-request-method", "POST");
            let answer = preflight.send().await.expect("an answer");
            assert_eq!(answer.status(), 405);
            let page = reqwest::get(format!("{}/docs/", backend.server.url()))
                .await
                .expect("a page");
            for (name, part) in [
                ("content-security-policy", "frame-ancestors 'none'"),
                ("content-security-policy", "default-src 'self'"),
                ("x-frame-options", "DENY"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-resource-policy", "same-origin"),
            ] {
                let value = page.headers()[name].to_str().expect("text");
                assert!(value.contains(part), "{name}: {value}");
            }
        },
    );
}

#[test]
fn encrypted_connections_take_a_new_certificate_without_a_restart() {
    on_each_with(
        |setup| {
            let dir = std::env::temp_dir().join(format!("tokendesk-tls-{}", uuid::Uuid::now_v7().simple()));
            std::fs::create_dir(&dir).expect("a folder");
            for (from, to) in [("one.pem", "cert.pem"), ("one.key", "key.pem")] {
                std::fs::copy(data(from), dir.join(to)).expect("copied");
            }
            setup.profile.name = dir.display().to_string();
            setup.tls = Some(Tls::load(&dir.join("cert.pem"), &dir.join("key.pem")).expect("a certificate"));
        },
        |backend| async move {
            let dir = std::path::PathBuf::from(&backend.server.services.profile.name);
            let tls = backend.server.tls().expect("encrypted").clone();
            let url = format!("{}/healthz", backend.server.url());
            assert!(url.starts_with("https://"), "{url}");
            let ask = async |trusted: &str| {
                let pem = std::fs::read(data(trusted)).expect("a certificate");
                let client = reqwest::Client::builder()
                    .tls_certs_only([reqwest::Certificate::from_pem(&pem).expect("a certificate")])
                    .build()
                    .expect("a client");
                client
                    .get(&url)
                    .send()
                    .await
                    .map(|answer| answer.status().as_u16())
            };
            assert_eq!(ask("one.pem").await.expect("an answer"), 200);
            assert!(
                ask("two.pem").await.is_err(),
                "another certificate is not believed"
            );
            let plain = talk(&backend, b"GET /healthz HTTP/1.1\r\nhost: desk\r\n\r\n").await;
            assert!(!plain.contains("200"), "nothing in the clear: {plain}");
            std::fs::write(dir.join("cert.pem"), "rubbish").expect("written");
            assert!(tls.reload().is_err());
            assert_eq!(
                ask("one.pem").await.expect("an answer"),
                200,
                "the old one goes on to serve"
            );
            for (from, to) in [("two.pem", "cert.pem"), ("two.key", "key.pem")] {
                std::fs::copy(data(from), dir.join(to)).expect("copied");
            }
            tls.reload().expect("the new one");
            assert_eq!(ask("two.pem").await.expect("an answer"), 200);
            let mixed = Tls::load(&dir.join("cert.pem"), &data("one.key")).expect_err("another's key");
            assert!(!mixed.contains("PRIVATE"), "{mixed}");
            std::fs::remove_dir_all(&dir).expect("removed");
        },
    );
}

#[test]
fn a_header_that_decides_something_stands_there_once() {
    on_each_with(
        |_| {},
        |backend| async move {
            let (good, bad) = (
                "authorization: Bearer amara:agents:raw",
                "authorization: Bearer x:admins",
            );
            let key = "idempotency-key: 0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b";
            let session = "tokendesk-session: 0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b";
            for (twice, status) in [
                ([good, "x-nothing: 1"], "200"),
                ([good, bad], "400"),
                ([bad, good], "400"),
                (["host: other", good], "400"),
                ([key, key], "400"),
                ([session, session], "400"),
                (["if-match: \"1\"", "if-match: \"2\""], "400"),
            ] {
                let lines = twice.join("\r\n");
                let request =
                    format!("GET /api/v1/me HTTP/1.1\r\nhost: d\r\nconnection: close\r\n{lines}\r\n\r\n");
                let told = talk(&backend, request.as_bytes()).await;
                assert!(
                    told.starts_with(&format!("HTTP/1.1 {status}")),
                    "{twice:?}: {told}"
                );
            }
        },
    );
}

#[test]
fn more_connections_than_there_is_room_for_wait_until_one_ends() {
    on_each_with(
        |setup| setup.limits.connections = 1,
        |backend| async move {
            let request = b"GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n";
            let mut first = connect(&backend).await;
            // A byte of a head keeps the place.
            first.write_all(&request[..1]).await.expect("sent");
            let mut second = connect(&backend).await;
            second.write_all(request).await.expect("sent");
            let mut byte = [0; 1];
            let early = tokio::time::timeout(Duration::from_millis(500), second.read(&mut byte)).await;
            assert!(early.is_err(), "there is room for one alone");
            first.write_all(&request[1..]).await.expect("sent");
            assert!(rest(&mut first).await.starts_with("HTTP/1.1 200"));
            assert!(rest(&mut second).await.starts_with("HTTP/1.1 200"), "its turn");
        },
    );
}

#[test]
fn who_asks_too_often_waits_and_others_do_not() {
    on_each_with(
        |setup| {
            setup.limits.requests_per_second = 1;
            setup.limits.burst = 3;
        },
        |backend| async move {
            let ask = || backend.raw("GET", "/api/v1/me").send();
            let told = futures_util::future::join_all((0..30).map(|_| ask())).await;
            let limited = told
                .into_iter()
                .map(|answer| answer.expect("an answer"))
                .find(|answer| answer.status() == 429);
            let limited = limited.expect("one of so many");
            assert!(limited.headers().contains_key("retry-after"));
            let other = backend.raw_as("bo:agents", "GET", "/api/v1/me").send().await;
            assert_eq!(other.expect("an answer").status(), 200, "counted by person");
        },
    );
}

#[test]
fn what_is_for_this_machine_is_not_handed_on_by_a_proxy_that_runs_here() {
    on_each_with(
        |_| {},
        |backend| async move {
            for path in ["/metrics", "/docs/", "/openapi.json"] {
                let near = backend.raw("GET", path).send().await.expect("an answer");
                assert_eq!(near.status(), 200, "{path}");
                for header in ["x-forwarded-for", "forwarded"] {
                    let handed = backend.raw("GET", path).header(header, "127.0.0.1").send().await;
                    assert_eq!(handed.expect("an answer").status(), 404, "{path} by {header}");
                }
            }
        },
    );
}
