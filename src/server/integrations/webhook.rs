//! Signed webhooks: facts without names, for the partner's own systems.

use std::time::Duration;

use crate::config::sections::WebhookSettings;
use crate::domain::keys::ActiveKeys;
use crate::domain::time::Moment;
use crate::domain::webhook::{DELIVERY, SIGNATURE, TIMESTAMP, sign};
use crate::server::services::outbound::{Channel, Delivering, Message, NotTaken};

/// Posts to one address.
pub struct Webhook {
    http: reqwest::Client,
    url: String,
    keys: ActiveKeys,
}

impl Webhook {
    /// Sets up the way; `None` when none is configured. Connects to nothing yet.
    ///
    /// # Errors
    /// In words, when a setting cannot be used.
    pub fn new(settings: &WebhookSettings, keys: &ActiveKeys) -> Result<Option<Self>, String> {
        if settings.url.is_empty() {
            return Ok(None);
        }
        if keys.is_empty() {
            return Err(
                "webhooks.url: what is posted there is signed; set `webhooks` in the [keys] section to a key"
                    .to_owned(),
            );
        }
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("tokendesk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs(settings.timeout_seconds));
        if settings.url.starts_with("http://") {
            // Nothing to verify: a machine without any certificates will do.
            builder = builder.tls_certs_only([]).no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| format!("webhooks.url: the client cannot be set up: {error}"))?;
        Ok(Some(Self {
            http,
            url: settings.url.clone(),
            keys: keys.clone(),
        }))
    }
}

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn deliver<'a>(&'a self, message: &'a Message, now: Moment) -> Delivering<'a> {
        Box::pin(async move {
            let body = serde_json::json!({
                "id": message.id, "kind": message.kind, "at": message.at, "account_id": message.account,
                "action_id": message.action, "data": message.payload,
            })
            .to_string();
            let Some(key) = self.keys.current() else {
                return Err(NotTaken::Later("there is no key to sign with".to_owned()));
            };
            let timestamp = now.seconds();
            let signature = sign(key, timestamp, body.as_bytes());
            let sent = self
                .http
                .post(&self.url)
                .header("content-type", "application/json")
                .header(TIMESTAMP, timestamp.to_string())
                .header(SIGNATURE, signature)
                .header(DELIVERY, message.id.to_string())
                .body(body)
                .send()
                .await;
            let status = match sent {
                Ok(response) => response.status(),
                Err(error) if error.is_timeout() => {
                    return Err(NotTaken::Later(
                        "the other side did not answer in time".to_owned(),
                    ));
                }
                Err(_) => return Err(NotTaken::Later("the other side could not be reached".to_owned())),
            };
            let why = format!("the other side answered {}", status.as_u16());
            match status.as_u16() {
                200..=299 => Ok(()),
                // Not now, or not by this program's fault: it is worth another try.
                408 | 425 | 429 | 300..=399 | 500..=599 => Err(NotTaken::Later(why)),
                _ => Err(NotTaken::Never(why)),
            }
        })
    }
}
