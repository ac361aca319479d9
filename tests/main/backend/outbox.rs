//! What goes out to customers: by a real mail server and a signed webhook, once each under one id, whatever goes wrong.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokendesk::config::sections::{SmtpSecurity, SmtpSettings, WebhookSettings};
use tokendesk::domain::delivery::DeliveryState;
use tokendesk::domain::id::{AccountId, IntentKey};
use tokendesk::domain::offer::Offer;
use tokendesk::domain::plan::PlanNoun;
use tokendesk::domain::ticket::Visibility;
use tokendesk::domain::webhook;
use tokendesk::server::app;
use tokendesk::server::services::outbound::Channel;
use tokendesk::server::workers::outbox::round;
use tokendesk::wire::deliveries::Delivery;
use tokendesk::wire::page::ListParams;
use tokendesk::wire::plans::{NewTicketPlan, TicketMove};
use tokendesk::wire::tokens::{ActionDone, AddToken, UndoAction};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::disputes::{because, wallet};
use super::harness::{Backend, on_each};
use super::mail_server::{Door, MailServer, Mood, header};
use super::ticket_desk::{says, solved};

/// Backend, mail server, webhook receiver, and the ways to both. Tests turn the worker's rounds by hand.
pub struct Post<'a> {
    pub backend: &'a Backend,
    pub mail: MailServer,
    hook: MockServer,
    pub channels: Vec<Arc<dyn Channel>>,
    account: AccountId,
    offer: Offer,
}

impl<'a> Post<'a> {
    pub async fn new(backend: &'a Backend) -> Self {
        let (account, offer) = wallet(backend).await;
        let (mail, hook) = (
            MailServer::start(Door::default()).await,
            MockServer::start().await,
        );
        let smtp = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: mail.port,
            security: SmtpSecurity::None,
            from: "Extra Care <support@desk.example>".to_owned(),
            timeout_seconds: 5,
            ..SmtpSettings::default()
        };
        let webhooks = WebhookSettings {
            url: format!("{}/hook", hook.uri()),
            timeout_seconds: 5,
        };
        let channels = app::channels(&smtp, &webhooks, &backend.server.services.keys).expect("channels");
        Self {
            backend,
            mail,
            hook,
            channels,
            account,
            offer,
        }
    }

    async fn takes(&self, status: u16) {
        self.hook.reset().await;
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(status))
            .mount(&self.hook)
            .await;
    }

    pub async fn add(&self) -> ActionDone {
        let body = AddToken {
            offer_id: self.offer.id,
            reason: because("never arrived"),
            ticket_id: None,
        };
        let agent = self.backend.agent();
        agent
            .add_token(self.account, IntentKey::new(), &body)
            .await
            .expect("added")
    }

    /// Turns the worker until there is nothing left to do now.
    pub async fn turn(&self) {
        for _ in 0..20 {
            let services = &self.backend.server.services;
            if round(services, &self.channels).await.expect("a round") == 0 {
                return;
            }
        }
        panic!("the worker does not come to rest");
    }

    pub async fn deliveries(&self, q: &str) -> Vec<Delivery> {
        let params = ListParams {
            q: Some(q.to_owned()),
            ..ListParams::default()
        };
        let sue = self.backend.client("sue", "supervisors");
        sue.deliveries(&params).await.expect("deliveries").items
    }
}

#[test]
fn a_customer_hears_of_an_action_once_it_cannot_be_taken_back_unheard() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(204).await;
        let done = post.add().await;
        let undone = post.add().await;
        backend.clock.forward(9);
        post.turn().await;
        assert!(post.mail.letters().is_empty(), "held until the undo time is over");
        backend
            .agent()
            .undo_action(undone.action.id, IntentKey::new(), &UndoAction::default())
            .await
            .expect("undone");
        backend.clock.forward(2);
        post.turn().await;
        post.turn().await;
        let letters = post.mail.letters();
        assert_eq!(letters.len(), 1, "{letters:?}");
        let letter = &letters[0];
        assert_eq!(header(letter, "To"), "dana@example.com");
        assert_eq!(header(letter, "From"), "\"Extra Care\" <support@desk.example>");
        assert_eq!(
            header(letter, "Subject"),
            "Extra Care: 10 USD off is in your wallet"
        );
        assert_eq!(header(letter, "Auto-Submitted"), "auto-generated");
        assert!(
            letter.contains("Dear Dana") && letter.contains(&done.token.token_ref),
            "{letter}"
        );
        assert!(
            letter.contains("until 2026-12-20"),
            "in the desk's zone: {letter}"
        );
        let sent = post.deliveries("channel:email").await;
        assert_eq!(
            (sent.len(), sent[0].state, sent[0].tries),
            (1, DeliveryState::Sent, 1)
        );
        assert_eq!(
            header(letter, "Message-ID"),
            format!("<{}@desk.example>", sent[0].id)
        );
        assert_eq!(sent[0].action_id, Some(done.action.id));

        let posted = post.hook.received_requests().await.expect("requests");
        assert_eq!(posted.len(), 1);
        let head = |name: &str| posted[0].headers[name].to_str().expect("text").to_owned();
        let timestamp: i64 = head(webhook::TIMESTAMP).parse().expect("seconds");
        let keys = &backend.server.services.keys.webhooks;
        let now = tokendesk::domain::time::Clock::now(backend.clock.as_ref());
        assert!(webhook::check(
            keys.all(),
            timestamp,
            &posted[0].body,
            &head(webhook::SIGNATURE),
            now
        ));
        let body: Value = serde_json::from_slice(&posted[0].body).expect("JSON");
        assert_eq!(body["kind"], "token_add");
        assert_eq!(body["id"].as_str(), Some(head(webhook::DELIVERY).as_str()));
        let text = body.to_string();
        assert!(
            !text.contains("dana") && !text.contains("Dana"),
            "nothing personal: {text}"
        );
    });
}

#[test]
fn an_undo_after_the_news_sends_a_correction() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(200).await;
        let done = post.add().await;
        backend.clock.forward(11);
        post.turn().await;
        let undo = UndoAction::default();
        backend
            .agent()
            .undo_action(done.action.id, IntentKey::new(), &undo)
            .await
            .expect("undone");
        post.turn().await;
        let subjects: Vec<_> = post
            .mail
            .letters()
            .iter()
            .map(|l| header(l, "Subject").to_owned())
            .collect();
        assert_eq!(
            subjects,
            [
                "Extra Care: 10 USD off is in your wallet",
                "Extra Care: a correction about 10 USD off"
            ]
        );
    });
}

#[test]
fn what_is_not_taken_is_tried_again_later_under_the_same_id() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(503).await;
        post.mail.next(&[Mood::Busy, Mood::TakesSilently]);
        post.add().await;
        backend.clock.forward(11);
        post.turn().await;
        let due = post.deliveries("state:due sort:channel").await;
        assert_eq!(due.len(), 2);
        assert!(due[0].last_error.contains("451"), "{due:?}");
        assert!(due[1].last_error.contains("503"), "{due:?}");
        assert!(
            due[0]
                .next_at
                .is_some_and(|at| at.seconds_since(due[0].created_at) >= 30)
        );
        post.turn().await;
        assert_eq!(
            post.deliveries("state:due").await[0].tries,
            1,
            "not before its time"
        );
        backend.clock.forward(40);
        post.turn().await;
        backend.clock.forward(90);
        post.takes(200).await;
        post.turn().await;
        let letters = post.mail.letters();
        assert_eq!(letters.len(), 2, "taken silently, so it was sent again");
        assert_eq!(
            header(&letters[0], "Message-ID"),
            header(&letters[1], "Message-ID")
        );
        let sent = post.deliveries("state:sent").await;
        assert_eq!(sent.len(), 2);
        assert!(
            sent.iter().all(|d| d.tries == 3 && d.last_error.is_empty()),
            "{sent:?}"
        );
    });
}

#[test]
fn dead_letters_are_seen_and_tried_again_by_hand() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(410).await;
        post.mail.next(&[Mood::Refuses]);
        post.add().await;
        backend.clock.forward(11);
        post.turn().await;
        let dead = post.deliveries("state:dead sort:channel").await;
        assert_eq!(dead.len(), 2, "{dead:?}");
        assert!(!dead[0].last_error.contains("dana"), "no address in it: {dead:?}");
        let agent = backend.agent().retry_delivery(dead[0].id).await;
        assert_eq!(agent.expect_err("tier 1").kind.word(), "not_allowed");
        let sue = backend.client("sue", "supervisors");
        let again = sue.retry_delivery(dead[0].id).await.expect("due again");
        assert_eq!(again.state, DeliveryState::Due);
        post.turn().await;
        assert_eq!(
            header(&post.mail.letters()[0], "Message-ID"),
            format!("<{}@desk.example>", dead[0].id)
        );
        let given_up = sue.drop_delivery(dead[1].id).await.expect("given up");
        assert_eq!(given_up.state, DeliveryState::Dropped);
        let sent = sue.drop_delivery(dead[0].id).await.expect_err("it is sent");
        assert!(sent.detail.contains("sent"), "{sent}");
        let audited = "SELECT count(*) AS n FROM audit WHERE verb IN ('delivery.retry', 'delivery.drop') \
                       AND outcome = 'done'";
        assert_eq!(backend.number(audited).await, 2);
    });
}

#[test]
fn two_workers_send_each_thing_once_and_a_hostile_name_adds_no_header() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(200).await;
        let evil = backend
            .account("EC9", "Eve\r\nBcc: all@example.com", "Evil", "eve@example.com")
            .await;
        let offer = backend.offer("EVIL", "Tea\r\nX-Evil: 1\u{1b}[31m").await;
        let body = AddToken {
            offer_id: offer.id,
            reason: because("never arrived"),
            ticket_id: None,
        };
        let agent = backend.agent();
        agent
            .add_token(evil.id, IntentKey::new(), &body)
            .await
            .expect("added");
        for _ in 0..30 {
            post.add().await;
        }
        backend.clock.forward(11);
        let workers = (0..4).map(|_| post.turn());
        futures_util::future::join_all(workers).await;
        let letters = post.mail.letters();
        assert_eq!(letters.len(), 31, "on {}", backend.kind);
        let ids: std::collections::BTreeSet<_> = letters.iter().map(|l| header(l, "Message-ID")).collect();
        assert_eq!(ids.len(), 31);
        let evil = letters
            .iter()
            .find(|l| header(l, "To") == "eve@example.com")
            .expect("a letter");
        let (head, _) = evil.split_once("\n\n").expect("a head");
        assert!(
            !head.contains("\nX-Evil") && !head.contains("\nBcc") && !evil.contains("\nBcc"),
            "{evil}"
        );
        let old = post.add().await;
        backend.clock.forward(8 * 86_400);
        post.turn().await;
        assert_eq!(post.mail.letters().len(), 31, "a week later it is no news");
        let state = "SELECT count(*) AS n FROM outbox WHERE state = 'expired'";
        assert_eq!((backend.number(state).await, old.token.version), (1, 1));
    });
}

#[test]
fn settings_that_cannot_be_used_are_told_at_the_start() {
    let keys = tokendesk::domain::keys::Keys::default();
    let none = app::channels(&SmtpSettings::default(), &WebhookSettings::default(), &keys);
    assert_eq!(none.expect("nothing is configured").len(), 0);
    let smtp = SmtpSettings {
        host: "mail.example.com".to_owned(),
        from: "nobody".to_owned(),
        ..SmtpSettings::default()
    };
    let wrong = |smtp: &SmtpSettings, hook: &WebhookSettings| {
        app::channels(smtp, hook, &keys).err().unwrap_or_default()
    };
    assert!(wrong(&smtp, &WebhookSettings::default()).starts_with("smtp.from: "));
    let nameless = SmtpSettings {
        from: "a@example.com".to_owned(),
        username: "desk".to_owned(),
        ..smtp
    };
    assert!(wrong(&nameless, &WebhookSettings::default()).starts_with("smtp.password: "));
    let hook = WebhookSettings {
        url: "https://partner.example/hook".to_owned(),
        ..WebhookSettings::default()
    };
    assert!(wrong(&SmtpSettings::default(), &hook).contains("[keys]"));
}

#[test]
fn the_worker_of_a_running_backend_sends_by_itself() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(200).await;
        let stop = tokio_util::sync::CancellationToken::new();
        let sending = tokio::spawn(tokendesk::server::workers::outbox::send(
            backend.server.services.clone(),
            post.channels.clone(),
            stop.clone(),
        ));
        post.add().await;
        backend.clock.forward(11);
        for _ in 0..1_000 {
            if !post.mail.letters().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        sending.await.expect("it stops");
        assert_eq!(post.mail.letters().len(), 1);
    });
}

#[test]
fn customers_hear_of_their_tickets_and_never_of_what_is_internal() {
    on_each(|backend| async move {
        let post = Post::new(&backend).await;
        post.takes(204).await;
        let agent = backend.agent();
        let new = tokendesk::wire::tickets::NewTicket {
            subject: "Missing offer".to_owned(),
            account_id: Some(post.account),
            ..Default::default()
        };
        let ticket = agent.create_ticket(IntentKey::new(), &new).await.expect("opened");
        let number = ticket.row.number.clone();
        for (text, visibility) in [
            ("The caller may be a fraudster.", Visibility::Internal),
            ("We look into it.\nIt takes a day.", Visibility::Public),
        ] {
            agent
                .add_message(&number, IntentKey::new(), &says(text, visibility))
                .await
                .expect("written");
        }
        post.turn().await;
        let letters = post.mail.letters();
        assert_eq!(letters.len(), 1, "the reply, at once: {letters:?}");
        assert!(header(&letters[0], "Subject").contains(&number), "{letters:?}");
        assert!(
            letters[0].contains("We look into it.") && letters[0].contains("It takes a day."),
            "{letters:?}"
        );

        // What can be taken back is held until then.
        let closing = NewTicketPlan {
            moves: vec![TicketMove::Close(solved("The offer was added."))],
            ids: vec![ticket.row.id],
            ..NewTicketPlan::default()
        };
        let made = agent
            .make_ticket_plan(IntentKey::new(), &closing)
            .await
            .expect("a plan");
        agent
            .run_plan(PlanNoun::Ticket, made.plan.id, &made.plan.hash)
            .await
            .expect("closed");
        post.turn().await;
        assert_eq!(post.mail.letters().len(), 1, "not yet");
        agent
            .undo_plan(PlanNoun::Ticket, made.plan.id)
            .await
            .expect("taken back");
        backend.clock.forward(3_600);
        post.turn().await;
        assert_eq!(
            post.mail.letters().len(),
            1,
            "nobody hears of what was taken back in time"
        );

        let made = agent
            .make_ticket_plan(IntentKey::new(), &closing)
            .await
            .expect("a plan");
        agent
            .run_plan(PlanNoun::Ticket, made.plan.id, &made.plan.hash)
            .await
            .expect("closed");
        backend.clock.forward(3_600);
        post.turn().await;
        assert_eq!(post.mail.letters().len(), 2);
        agent
            .undo_plan(PlanNoun::Ticket, made.plan.id)
            .await
            .expect("taken back");
        post.turn().await;
        let letters = post.mail.letters();
        assert_eq!(letters.len(), 3, "what they heard is corrected");
        assert!(
            header(&letters[2], "Subject").contains("open again"),
            "{letters:?}"
        );
        assert!(
            letters.iter().all(|letter| !letter.contains("fraudster")),
            "{letters:?}"
        );
        let internal =
            "SELECT count(*) AS n FROM outbox WHERE payload LIKE '%fraud%' OR payload LIKE '%look into%'";
        assert_eq!(backend.number(internal).await, 0, "identifiers alone are kept");
        // One move alone cannot be taken back: it is told at once.
        let row = agent.ticket(&number).await.expect("there").row;
        let done = agent
            .close_ticket(
                &number,
                row.version,
                IntentKey::new(),
                &solved("The offer was added."),
            )
            .await;
        done.expect("closed");
        post.turn().await;
        assert_eq!(post.mail.letters().len(), 4);
    });
}
