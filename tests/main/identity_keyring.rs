//! The real program against a real Secret Service: gnome-keyring on a private bus, with a home of its own. Unlocked it
//! keeps the sign-in; locked, frozen or absent it never makes anybody wait for long.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer};

use crate::cli::{Ended, Machine, configuration, me, ours};
use crate::identity::{browser, provider, quick};

/// Far beyond what the program may take; a hang is longer.
const HANG: Duration = Duration::from_secs(25);
const PASSWORD: &str = "correct horse";

/// Whether there is a Secret Service to test with; says so once.
fn found() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let version = |program: &str| {
            let out = std::process::Command::new(program)
                .arg("--version")
                .output()
                .ok()?;
            let text = String::from_utf8_lossy(&out.stdout).into_owned();
            Some(text.lines().next().unwrap_or_default().to_owned())
        };
        let line = match (version("gnome-keyring-daemon"), version("dbus-daemon")) {
            (Some(keyring), Some(_)) => {
                let number = keyring.rsplit(' ').next().unwrap_or_default();
                Ok(format!("keyring tests run on: gnome-keyring {number}"))
            }
            _ => Err("gnome-keyring or dbus-daemon was not found: the keyring tests do not run"),
        };
        assert!(
            line.is_ok() || std::env::var_os("TOKENDESK_TEST_REQUIRE_KEYRING").is_none(),
            "{line:?}"
        );
        let text = line.clone().unwrap_or_else(str::to_owned);
        // past the capture of the test harness: it is to be seen
        writeln!(std::io::stderr(), "{text}").expect("written");
        line.is_ok()
    })
}

/// A desktop session: a bus, perhaps a keyring daemon, and the programs of one person.
struct Desktop {
    machine: Machine,
    runtime: tempfile::TempDir,
    address: String,
    _bus: Child,
    keyring: Option<Child>,
}

impl Desktop {
    /// A bus that starts nothing by itself.
    async fn start() -> Self {
        let (machine, runtime) = (Machine::new(), tempfile::tempdir().expect("a directory"));
        let socket = runtime.path().join("bus");
        let config = machine.write(
            "bus.conf",
            &format!(
                "<busconfig><type>session</type><listen>unix:path={}</listen><policy context=\"default\">\
                 <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/>\
                 </policy></busconfig>",
                socket.display()
            ),
        );
        let mut bus = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(config)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("dbus-daemon starts");
        let mut lines = BufReader::new(bus.stdout.take().expect("piped")).lines();
        let address = lines.next_line().await.expect("read").expect("an address");
        Self {
            machine,
            runtime,
            address,
            _bus: bus,
            keyring: None,
        }
    }

    /// A program in this session.
    fn inside(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.machine.home())
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .kill_on_drop(true);
        command
    }

    /// A keyring daemon: with the password its keyring is open (and made, if need be), without it stays locked.
    async fn keyring(&mut self, password: Option<&str>) {
        let mut command = self.inside("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if password.is_some() {
            command.arg("--unlock");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts");
        let mut stdin = child.stdin.take().expect("piped");
        if let Some(password) = password {
            stdin.write_all(password.as_bytes()).await.expect("typed");
        }
        drop(stdin);
        self.keyring = Some(child);
        while !self.is_served().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn is_served(&self) -> bool {
        let asked = self
            .inside("dbus-send")
            .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"])
            .args([
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .output()
            .await
            .expect("dbus-send runs");
        String::from_utf8_lossy(&asked.stdout).contains("boolean true")
    }

    async fn end_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            keyring.kill().await.expect("killed");
        }
        while self.is_served().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The daemon is there and says nothing any more.
    fn freeze_keyring(&self) {
        let pid = self
            .keyring
            .as_ref()
            .and_then(Child::id)
            .expect("running")
            .to_string();
        let sent = std::process::Command::new("kill").args(["-STOP", &pid]).status();
        assert!(sent.expect("sent").success());
    }

    fn command(&self, config: &Path, args: &[&str]) -> Command {
        let config = config.to_str().expect("UTF-8");
        let mut command = self.machine.command(&[&["--config", config], args].concat());
        command
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// Runs the program; it may not hang.
    async fn run(&self, config: &Path, args: &[&str]) -> Ended {
        let output = tokio::time::timeout(HANG, self.command(config, args).output()).await;
        Ended::from(output.expect("it hangs").expect("runs"))
    }

    async fn sign_in(&self, config: &Path) -> Value {
        let mut child = self
            .command(config, &["login", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = async || -> Value {
            let line = tokio::time::timeout(HANG, lines.next_line())
                .await
                .expect("it hangs");
            serde_json::from_str(&line.expect("read").expect("a line")).expect("JSON")
        };
        let prompt = line().await;
        let page = prompt["verification_uri_complete"].as_str().expect("an address");
        tokendesk::demo::idp::approve(&browser(), page, "amara")
            .await
            .expect("approved");
        let done = line().await;
        assert!(child.wait().await.expect("ends").success());
        done
    }
}

/// What `doctor` says about the session.
fn session_of(doctor: &Ended) -> String {
    // other findings may be wrong here: there is no backend
    let report: Value = serde_json::from_str(&doctor.out).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let session = findings.iter().find(|finding| finding["name"] == "session");
    session.expect("there")["detail"]
        .as_str()
        .expect("words")
        .to_owned()
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

#[tokio::test(flavor = "multi_thread")]
async fn an_unlocked_keyring_keeps_the_sign_in_and_loses_it_at_sign_out() {
    if !found() {
        return;
    }
    let (issuer, backend) = (provider(quick()).await, backend().await);
    let mut desktop = Desktop::start().await;
    desktop.keyring(Some(PASSWORD)).await;
    for store in ["auto", "keyring"] {
        let text = configuration(
            &issuer.issuer,
            &issuer.client_id,
            &issuer.audience,
            &backend.uri(),
        );
        let config = desktop
            .machine
            .write("desk.toml", &text.replace("plaintext", store));
        let done = desktop.sign_in(&config).await;
        assert_eq!(
            (&done["store"], &done["lasts"]),
            (&json!("keyring"), &json!(true)),
            "{done}"
        );
        assert!(done["notice"].is_null(), "{done}");
        let who = desktop.run(&config, &["whoami", "--json"]).await.json();
        assert_eq!(who["employee_id"], "A-1042", "another process finds it");
        let said = session_of(&desktop.run(&config, &["doctor", "--json"]).await);
        assert!(
            said.contains("signed in; sign-ins are kept in: keyring") && said.contains("round trip"),
            "{said}"
        );
        let out = desktop.run(&config, &["logout", "--json"]).await.json();
        assert_eq!(out["revocation"], "done");
        assert_eq!(
            desktop.run(&config, &["whoami", "--json"]).await.error(3)["error"],
            "not_signed_in"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_or_frozen_keyring_is_given_up_and_the_sign_in_there_is_not_replaced() {
    if !found() {
        return;
    }
    let (issuer, backend) = (provider(quick()).await, backend().await);
    let mut desktop = Desktop::start().await;
    desktop.keyring(Some(PASSWORD)).await;
    let text = configuration(
        &issuer.issuer,
        &issuer.client_id,
        &issuer.audience,
        &backend.uri(),
    );
    let auto = desktop
        .machine
        .write("desk.toml", &text.replace("plaintext", "auto"));
    let strict = desktop
        .machine
        .write("strict.toml", &text.replace("plaintext", "keyring"));
    desktop.sign_in(&auto).await;

    desktop.freeze_keyring();
    let said = session_of(&desktop.run(&auto, &["doctor", "--json"]).await);
    assert!(
        said.contains("kept in: memory") && said.contains("did not answer within 3 seconds"),
        "{said}"
    );
    let refused = desktop.run(&strict, &["whoami", "--json"]).await.error(2);
    assert!(
        refused["detail"].as_str().expect("words").contains("3 seconds"),
        "{refused}"
    );

    desktop.end_keyring().await;
    desktop.keyring(None).await;
    let said = session_of(&desktop.run(&auto, &["doctor", "--json"]).await);
    assert!(
        said.contains("Your sign-in is kept in the keyring of the system, which cannot be used now"),
        "{said}"
    );
    assert_eq!(
        desktop.run(&auto, &["whoami", "--json"]).await.error(3)["error"],
        "not_signed_in"
    );

    desktop.end_keyring().await;
    desktop.keyring(Some(PASSWORD)).await;
    let who = desktop.run(&auto, &["whoami", "--json"]).await.json();
    assert_eq!(who["employee_id"], "A-1042", "it was there all the time");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_or_a_bus_nobody_waits() {
    if !found() {
        return;
    }
    let issuer = provider(quick()).await;
    let desktop = Desktop::start().await;
    let text = configuration(
        &issuer.issuer,
        &issuer.client_id,
        &issuer.audience,
        "http://127.0.0.1:9",
    );
    let auto = desktop
        .machine
        .write("desk.toml", &text.replace("plaintext", "auto"));
    let said = session_of(&desktop.run(&auto, &["doctor", "--json"]).await);
    assert!(
        said.contains("kept in: memory") || said.contains("kept in: keyutils"),
        "{said}"
    );
    assert!(said.contains("no keyring that works here"), "{said}");
    let mut bare = desktop.command(&auto, &["doctor", "--json"]);
    bare.env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("XDG_RUNTIME_DIR");
    let output = tokio::time::timeout(HANG, bare.output()).await;
    let said = session_of(&Ended::from(output.expect("it hangs").expect("runs")));
    assert!(said.contains("no session bus"), "{said}");
}
