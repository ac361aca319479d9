//! The configuration: what wins over what, and what each broken file is told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rstest::rstest;
use tokendesk::config::{Config, Override, load};

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("desk.toml");
    std::fs::write(&path, text).expect("written");
    (dir, path)
}

fn environment(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)))
        .collect()
}

fn read(path: &Path, pairs: &[(&str, &str)], overrides: &[Override]) -> Result<Config, String> {
    load(Some(path), environment(pairs), overrides).map_err(|errors| {
        errors
            .to_string()
            .replace(&path.display().to_string(), "desk.toml")
    })
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let (_dir, path) = file(
        "[backend]\nurl = \"https://file.example.com\"\n[server]\nlisten = \"127.0.0.1:1\"\n\
         [roles]\nagent = [\"Desk Agents\"]\n[ui.keys]\nquit = \"q\"\nhelp = []\n",
    );
    let config = read(&path, &[], &[]).expect("good");
    assert_eq!(config.backend.url, "https://file.example.com");
    assert_eq!(config.server.listen, "127.0.0.1:1");
    assert_eq!(config.roles.agent, ["Desk Agents"]);
    assert_eq!(config.ui.keys["quit"], ["q"]);
    assert!(config.ui.keys["help"].is_empty());
    assert_eq!(config.limits.request_seconds, 15);
    assert_eq!(config.origins["server.listen"], format!("{}:4", path.display()));

    let pairs = [
        ("TOKENDESK_SERVER_LISTEN", "127.0.0.1:2"),
        ("TOKENDESK_ROLES_AGENT", "One, Two"),
        ("TOKENDESK_UI_LINEAR", "true"),
        ("TOKENDESK_LOG", "debug"),
        ("PATH", "/bin"),
    ];
    let config = read(&path, &pairs, &[]).expect("good");
    assert_eq!(config.server.listen, "127.0.0.1:2");
    assert_eq!(config.roles.agent, ["One", "Two"]);
    assert!(config.ui.linear);

    let flag = Override {
        key: "server.listen",
        flag: "--listen",
        value: "127.0.0.1:3".to_owned(),
    };
    let config = read(&path, &pairs, &[flag]).expect("good");
    assert_eq!(config.server.listen, "127.0.0.1:3");
    assert_eq!(config.origins["server.listen"], "flag --listen");
}

#[test]
fn the_variable_names_a_file_and_the_flag_another() {
    let (_one, first) = file("[desk]\nprofile = \"one.toml\"\n");
    let (_two, second) = file("[desk]\nprofile = \"two.toml\"\n");
    let by_variable = [(
        OsString::from("TOKENDESK_CONFIG"),
        OsString::from(first.as_os_str()),
    )];
    let config = load(None, by_variable.clone(), &[]).expect("good");
    assert_eq!(config.desk.profile, "one.toml");
    assert_eq!(config.file, Some(first));
    let config = load(Some(&second), by_variable, &[]).expect("good");
    assert_eq!(config.desk.profile, "two.toml");
}

#[test]
fn a_named_file_must_be_there() {
    let missing = Path::new("/nowhere/at/all.toml");
    let error = load(Some(missing), environment(&[]), &[]).expect_err("missing");
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/at/all.toml: cannot be read:"),
        "{error}"
    );
}

#[rstest]
#[case::typo_in_key(
    "[identity]\n\nisuer = \"x\"\n",
    "desk.toml:3: identity.isuer: there is no such key; did you mean issuer? (keys of [identity]: issuer, client_id,"
)]
#[case::typo_in_section(
    "[identiy]\nissuer = \"x\"\n",
    "desk.toml:1: identiy: there is no such section; did you mean [identity]? (sections: backend, identity, roles,"
)]
#[case::key_of_another_section(
    "[server]\nissuer = \"x\"\n",
    "desk.toml:2: server.issuer: there is no such key; it belongs into [identity] (keys of [server]: listen,"
)]
#[case::key_without_section(
    "listen = \"127.0.0.1:1\"\n",
    "desk.toml:1: listen: there is no such section; the key listen belongs into [server]"
)]
#[case::section_as_a_value(
    "server = 3\n",
    "desk.toml:1: server: this is a section; write [server] on a line of its own"
)]
#[case::wrong_kind(
    "[backend]\nrequest_seconds = \"ten\"\n",
    "desk.toml:2: backend.request_seconds: this is a text; allowed: a whole number from 1 to 600"
)]
#[case::out_of_range(
    "[backend]\nrequest_seconds = 0\n",
    "desk.toml:2: backend.request_seconds: 0 is out of range; allowed: a whole number from 1 to 600"
)]
#[case::wrong_word(
    "[identity]\ntoken_store = \"flie\"\n",
    "desk.toml:2: identity.token_store: \"flie\" is not known; did you mean \"file\"? (allowed: \"auto\", \"keyring\","
)]
#[case::not_an_address(
    "[backend]\nurl = \"desk.example.com\"\n",
    "desk.toml:2: backend.url: `desk.example.com` is not an address"
)]
#[case::password_in_the_address(
    "[backend]\nurl = \"https://me:secret@desk.example.com\"\n",
    "desk.toml:2: backend.url: an address with a user or password is not taken"
)]
#[case::not_a_port(
    "[server]\nlisten = \"127.0.0.1\"\n",
    "desk.toml:2: server.listen: `127.0.0.1` is not an address and port"
)]
#[case::not_a_database(
    "[server]\ndatabase = \"mysql://me:secret@x\"\n",
    "desk.toml:2: server.database: this is no database that is known; allowed: `sqlite:PATH` or `postgres://…`"
)]
#[case::not_a_desk(
    "[desk]\nprofile = \"extracar\"\n",
    "desk.toml:2: desk.profile: no desk is called \"extracar\"; did you mean \"extracare\"?"
)]
#[case::an_issuer_that_is_an_org_server(
    "[identity]\nclient_id = \"desk\"\nissuer = \"https://example.okta.com\"\n",
    "desk.toml:3: identity.issuer `https://example.okta.com` looks like Okta's org server"
)]
#[case::an_issuer_by_plain_http(
    "[identity]\nissuer = \"http://id.example.com/oauth2/default\"\n",
    "desk.toml:2: identity.issuer `http://id.example.com/oauth2/default` must start with https://"
)]
#[case::not_an_issuer(
    "[identity]\nissuer = \"not a url\"\n",
    "desk.toml:2: identity.issuer: `not a url` is not an address"
)]
#[case::not_a_zone(
    "[ui]\nzone = \"Mars/Base\"\n",
    "desk.toml:2: ui.zone: `Mars/Base` is not a time zone that is known here"
)]
#[case::number_in_a_list(
    "[roles]\nagent = [\"a\", 3]\n",
    "desk.toml:2: roles.agent: in the list: this is a whole number; allowed: a text in quotes"
)]
#[case::the_key_itself(
    "[keys]\nlinks = \"hunter2hunter2\"\n",
    "desk.toml:2: keys.links: is no source of a key"
)]
#[case::half_of_tls(
    "[server]\ntls_cert = \"c.pem\"\n",
    "desk.toml:2: server.tls_cert: this needs server.tls_key as well"
)]
#[case::not_toml("[server]\nlisten = \n", "desk.toml:2: this is not TOML:")]
#[case::twice(
    "[server]\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n",
    "desk.toml:3: this is not TOML: duplicate key"
)]
fn each_broken_file_is_told_where_what_and_what_is_allowed(#[case] text: &str, #[case] expected: &str) {
    let (_dir, path) = file(text);
    let error = read(&path, &[], &[]).expect_err("broken");
    assert!(error.starts_with(expected), "{error}");
    for secret in ["secret", "hunter2"] {
        assert!(!error.contains(secret), "{error}");
    }
}

#[rstest]
#[case(
    "TOKENDESK_SERVER_LISTN",
    "x",
    "environment variable TOKENDESK_SERVER_LISTN: there is no such setting; did you mean TOKENDESK_SERVER_LISTEN?"
)]
#[case(
    "TOKENDESK_UI_KEYS",
    "q",
    "environment variable TOKENDESK_UI_KEYS: ui.keys: this is a table"
)]
#[case(
    "TOKENDESK_UI_LINEAR",
    "maybe",
    "environment variable TOKENDESK_UI_LINEAR: ui.linear: `maybe` is not a switch"
)]
fn a_wrong_variable_is_named(#[case] name: &str, #[case] value: &str, #[case] expected: &str) {
    let (_dir, path) = file("");
    let error = read(&path, &[(name, value)], &[]).expect_err("broken");
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let (_dir, path) = file("[ui]\nlinear = 3\ncolour = 1\n[nonsense]\na = 1\n");
    let error = read(&path, &[("TOKENDESK_NO_SUCH", "1")], &[]).expect_err("broken");
    assert_eq!(error.lines().count(), 4, "{error}");
}

#[test]
fn files_that_are_no_text_are_told_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("desk.toml");
    std::fs::write(&path, b"[ui]\n# fine\ntheme = \"\xff\"\n").expect("written");
    let error = read(&path, &[], &[]).expect_err("broken");
    assert_eq!(error, "desk.toml: line 3 is not UTF-8 text");
    let error = read(dir.path(), &[], &[]).expect_err("broken");
    assert!(error.contains("this is a directory"), "{error}");
}

#[test]
fn a_byte_order_mark_does_no_harm() {
    let (_dir, path) = file("\u{feff}[desk]\nprofile = \"two.toml\"\n");
    assert_eq!(read(&path, &[], &[]).expect("good").desk.profile, "two.toml");
}

#[test]
fn the_example_is_a_good_configuration() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/tokendesk.toml");
    let config = load(Some(&path), environment(&[]), &[]).expect("good");
    assert!(!config.identity.issuer.is_empty());
}
