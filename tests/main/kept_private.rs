//! The real binary: no memory of it on a disk, and certificates that are changed under it by a real signal.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::cli::{Machine, configuration};
use crate::identity::{provider, quick};

async fn signal(process: &Child, name: &str) {
    let pid = process.id().expect("running").to_string();
    let told = Command::new("kill").args([&format!("-{name}"), &pid]).status();
    assert!(told.await.expect("sent").success());
}

fn lines(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().expect("piped")).lines()
}

/// A program that holds tokens, started where cores are allowed, is killed in the way that leaves one.
#[tokio::test]
async fn a_process_that_holds_tokens_leaves_no_core() {
    let (machine, issuer) = (Machine::new(), provider(quick()).await);
    let text = configuration(
        &issuer.issuer,
        &issuer.client_id,
        &issuer.audience,
        "http://127.0.0.1:9",
    );
    let config = machine.write("desk.toml", &text);
    let shell = format!(
        "ulimit -c unlimited; exec {} --config {} login --json",
        env!("CARGO_BIN_EXE_tokendesk"),
        config.display()
    );
    let mut desk = Command::new("sh")
        .args(["-c", &shell])
        .env_clear()
        .env("HOME", machine.home())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(machine.home())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("starts");
    lines(&mut desk).next_line().await.expect("read").expect("a code");
    #[cfg(target_os = "linux")]
    {
        let pid = desk.id().expect("running");
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).expect("limits");
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        let core: Vec<&str> = core.expect("there").split_whitespace().skip(4).take(2).collect();
        assert_eq!(core, ["0", "0"], "soft and hard");
    }
    signal(&desk, "ABRT").await;
    let status = desk.wait().await.expect("ends");
    assert_eq!(status.signal(), Some(6), "{status}");
    assert!(!status.core_dumped(), "{status}");
    let left = std::fs::read_dir(machine.home()).expect("a folder").flatten();
    let cores = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("core"));
    assert_eq!(cores.count(), 0);
}

fn certificate(name: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/tls")
        .join(name);
    std::fs::read(file).expect("a certificate")
}

async fn healthy(url: &str, trusted: &str) -> bool {
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&certificate(trusted)).expect("a certificate")])
        .build()
        .expect("a client");
    let answer = client.get(format!("{url}/healthz")).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

#[tokio::test]
async fn a_hang_up_makes_serve_take_the_new_certificate_and_nothing_else() {
    let machine = Machine::new();
    let keep =
        |from: &str, to: &str| std::fs::write(machine.home().join(to), certificate(from)).expect("kept");
    keep("one.pem", "cert.pem");
    keep("one.key", "key.pem");
    let config = machine.write(
        "serve.toml",
        "[server]\nlisten = \"127.0.0.1:0\"\ndatabase = \"sqlite:desk.db\"\ntls_cert = \"cert.pem\"\ntls_key = \"key.pem\"\n\
         [identity]\nissuer = \"http://127.0.0.1:9/oauth2/default\"\nclient_id = \"desk\"\nallow_http_loopback = true\n",
    );
    let mut serve = machine
        .command(&["--config", config.to_str().expect("UTF-8"), "serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let ready = lines(&mut serve)
        .next_line()
        .await
        .expect("read")
        .expect("a line");
    let ready: Value = serde_json::from_str(&ready).expect("JSON");
    let url = ready["backend"].as_str().expect("an address").to_owned();
    assert!(url.starts_with("https://"), "{url}");
    assert!(healthy(&url, "one.pem").await);
    let mut log = BufReader::new(serve.stderr.take().expect("piped")).lines();
    let mut said = async |words: &str| {
        let wait = async {
            while let Some(line) = log.next_line().await.expect("read") {
                if line.contains(words) {
                    return;
                }
            }
            panic!("the log ended without `{words}`");
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .expect("said in time");
    };

    std::fs::write(machine.home().join("cert.pem"), "rubbish").expect("written");
    signal(&serve, "HUP").await;
    said("the old one still serves").await;
    assert!(healthy(&url, "one.pem").await, "it goes on");

    keep("two.pem", "cert.pem");
    keep("two.key", "key.pem");
    signal(&serve, "HUP").await;
    said("the certificate was read anew").await;
    assert!(healthy(&url, "two.pem").await);
    assert!(!healthy(&url, "one.pem").await, "the old one is gone");
    signal(&serve, "TERM").await;
    assert!(serve.wait().await.expect("ends").success());
}
