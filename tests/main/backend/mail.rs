//! The way to the mail server: encrypted, to the right one alone, and signed in; what fails is said in plain words.

use tokendesk::config::secret_keys::KeySource;
use tokendesk::config::sections::{SmtpSecurity, SmtpSettings, WebhookSettings};
use tokendesk::domain::delivery::DeliveryState;
use tokendesk::server::app;

use super::harness::on_each;
use super::mail_server::{Cover, Door, MailServer, PASSWORD, USER, header};
use super::outbox::Post;

fn data(name: &str) -> String {
    format!("{}/tests/data/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Settings that reach this server by its name, trust who signed its certificate, and know its password.
fn settings(mail: &MailServer, security: SmtpSecurity) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: mail.port,
        security,
        ca_file: data("mail-ca.pem"),
        username: USER.to_owned(),
        password: vec![password(PASSWORD)],
        from: "Extra Care <support@desk.example>".to_owned(),
        timeout_seconds: 5,
    }
}

fn password(word: &str) -> KeySource {
    KeySource::try_from(format!("command:printf %s {word}")).expect("a source")
}

/// One letter's worth of work, to this server and through these settings.
async fn through(post: &mut Post<'_>, mail: &MailServer, smtp: &SmtpSettings) {
    post.mail = mail.clone();
    set(post, smtp);
    post.add().await;
    post.backend.clock.forward(11);
    post.turn().await;
}

fn set(post: &mut Post<'_>, smtp: &SmtpSettings) {
    let keys = &post.backend.server.services.keys;
    post.channels = app::channels(smtp, &WebhookSettings::default(), keys).expect("channels");
}

#[test]
fn letters_go_by_both_ways_of_encryption_and_both_ways_to_sign_in() {
    on_each(|backend| async move {
        let mut post = Post::new(&backend).await;
        for (cover, security) in [
            (Cover::Starttls, SmtpSecurity::Starttls),
            (Cover::Tls, SmtpSecurity::Tls),
        ] {
            for sign_in in ["PLAIN", "LOGIN"] {
                let door = Door {
                    cover,
                    certificate: "mail",
                    sign_in,
                };
                let mail = MailServer::start(door).await;
                through(&mut post, &mail, &settings(&mail, security)).await;
                let letters = mail.letters();
                assert_eq!(letters.len(), 1, "{cover:?} {sign_in}");
                assert_eq!(header(&letters[0], "To"), "dana@example.com");
                assert_eq!(mail.sign_ins(), [format!("{sign_in} desk")], "{cover:?}");
                let clear = mail.clear();
                let lines: Vec<&str> = clear.lines().map(|line| &line[..4]).collect();
                let before: &[&str] = if cover == Cover::Tls {
                    &[]
                } else {
                    &["EHLO", "STAR"]
                };
                assert_eq!(lines, before, "nothing else in clear");
            }
        }
    });
}

#[test]
fn a_wrong_password_makes_a_dead_letter_that_says_so_and_goes_once_it_is_right() {
    on_each(|backend| async move {
        let door = Door {
            cover: Cover::Starttls,
            certificate: "mail",
            sign_in: "PLAIN",
        };
        let mail = MailServer::start(door).await;
        let right = settings(&mail, SmtpSecurity::Starttls);
        let wrong = SmtpSettings {
            password: vec![password("letmein-letmein")],
            ..right.clone()
        };
        let mut post = Post::new(&backend).await;
        through(&mut post, &mail, &wrong).await;
        let dead = post.deliveries("state:dead").await;
        assert_eq!((dead.len(), dead[0].tries), (1, 1), "{dead:?}");
        assert_eq!(
            dead[0].last_error,
            "the mail server refused the sign-in (535); look at smtp.username and smtp.password"
        );
        assert_eq!(mail.sign_ins(), ["PLAIN desk refused"]);
        assert!(mail.letters().is_empty());
        set(&mut post, &right);
        let sue = backend.client("sue", "supervisors");
        sue.retry_delivery(dead[0].id).await.expect("due again");
        post.turn().await;
        let letters = mail.letters();
        assert_eq!(letters.len(), 1);
        let id = format!("<{}@desk.example>", dead[0].id);
        assert_eq!(header(&letters[0], "Message-ID"), id);
        let sent = post.deliveries("state:sent").await;
        assert_eq!((sent.len(), sent[0].id), (1, dead[0].id));
        assert_eq!(sent[0].last_error, "");
    });
}

#[test]
fn nothing_is_told_to_a_server_that_cannot_prove_who_it_is() {
    on_each(|backend| async move {
        let mut post = Post::new(&backend).await;
        let nobody =
            "is signed by nobody whom this machine trusts; smtp.ca_file can name who else is trusted";
        let other_name = "is for another name than smtp.host";
        for (cover, security) in [
            (Cover::Starttls, SmtpSecurity::Starttls),
            (Cover::Tls, SmtpSecurity::Tls),
        ] {
            for (certificate, host, ca_file, why) in [
                ("mail", "localhost", String::new(), nobody),
                ("one", "localhost", data("mail-ca.pem"), nobody),
                ("mail", "127.0.0.1", data("mail-ca.pem"), other_name),
            ] {
                let door = Door {
                    cover,
                    certificate,
                    sign_in: "PLAIN",
                };
                let mail = MailServer::start(door).await;
                let right = settings(&mail, security);
                let wrong = SmtpSettings {
                    host: host.to_owned(),
                    ca_file,
                    ..right.clone()
                };
                through(&mut post, &mail, &wrong).await;
                let due = post.deliveries("state:due").await;
                assert_eq!(
                    due[0].last_error,
                    format!("nothing was sent: the mail server's certificate {why}")
                );
                assert!(mail.letters().is_empty() && mail.sign_ins().is_empty());
                assert!(!mail.clear().contains("AUTH") && !mail.clear().contains("MAIL"));
                if certificate == "one" {
                    let sue = backend.client("sue", "supervisors");
                    sue.drop_delivery(due[0].id).await.expect("given up");
                    continue;
                }
                set(&mut post, &right);
                backend.clock.forward(60);
                post.turn().await;
                let id = format!("<{}@desk.example>", due[0].id);
                assert_eq!(header(&mail.letters()[0], "Message-ID"), id, "the same letter");
            }
        }
    });
}

#[test]
fn nothing_is_sent_in_clear_when_encryption_is_asked_for_and_not_offered() {
    on_each(|backend| async move {
        let plain = Door {
            sign_in: "PLAIN",
            ..Door::default()
        };
        let mail = MailServer::start(plain).await;
        let smtp = settings(&mail, SmtpSecurity::Starttls);
        let mut post = Post::new(&backend).await;
        through(&mut post, &mail, &smtp).await;
        let due = post.deliveries("").await;
        assert_eq!(due[0].state, DeliveryState::Due);
        assert_eq!(
            due[0].last_error,
            "nothing was sent: the mail server offers no encryption (STARTTLS)"
        );
        let clear = mail.clear();
        assert!(!clear.contains("AUTH") && !clear.contains("MAIL"), "{clear}");
        let odd = MailServer::start(Door {
            sign_in: "GSSAPI",
            ..Door::default()
        })
        .await;
        let smtp = settings(&odd, SmtpSecurity::None);
        through(&mut post, &odd, &smtp).await;
        let due = post.deliveries("sort:-at").await;
        assert_eq!(
            due[0].last_error,
            "nothing was sent: the mail server offers no sign-in by PLAIN or LOGIN"
        );
    });
}

#[test]
fn a_file_of_authorities_that_holds_none_is_told_at_the_start() {
    let wrong = |ca_file: String| {
        let smtp = SmtpSettings {
            host: "localhost".to_owned(),
            from: "a@example.com".to_owned(),
            ca_file,
            ..SmtpSettings::default()
        };
        let keys = tokendesk::domain::keys::Keys::default();
        app::channels(&smtp, &WebhookSettings::default(), &keys)
            .err()
            .unwrap_or_default()
    };
    assert!(wrong(data("nowhere.pem")).starts_with("smtp.ca_file: "));
    assert!(wrong(data("README.md")).ends_with("holds no certificates (PEM)"));
    assert_eq!(wrong(data("mail-ca.pem")), "");
}
