//! People behind the desk: oneself, everybody; one's own intents.

use super::{Actor, ServiceError, Services};
use crate::domain::id::IntentKey;
use crate::domain::permission::Role;
use crate::server::store::{intents, people};
use crate::wire::desk::{Fate, IntentFate, Me};

impl Services {
    /// The person as they see themselves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn me(&self, actor: &Actor, issuer: &str, uid: &str) -> Result<Me, ServiceError> {
        let agent = people::find(self.store.read(), actor.id).await?;
        Ok(Me {
            id: actor.id,
            employee_id: actor.employee_id.clone(),
            name: actor.name.clone(),
            role: actor.role,
            tier: actor.role.and_then(Role::tier),
            permissions: actor.role.map(Role::permissions).unwrap_or_default(),
            availability: agent.map(|a| a.availability).unwrap_or_default(),
            session_id: actor.session,
            issuer: issuer.to_owned(),
            uid: uid.to_owned(),
            server_time: self.now(),
        })
    }

    /// What became of one of the person's intents.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intent_fate(&self, actor: &Actor, key: IntentKey) -> Result<IntentFate, ServiceError> {
        let stored = intents::find(self.store.read(), actor.id, key).await?;
        Ok(match stored {
            None => IntentFate {
                fate: Fate::Unknown,
                status: None,
                answer: None,
            },
            Some(stored) => IntentFate {
                fate: if stored.status < 300 {
                    Fate::Done
                } else {
                    Fate::Refused
                },
                status: Some(stored.status),
                answer: serde_json::from_str(&stored.body).ok(),
            },
        })
    }
}
