//! Router, extractors, problem mapping, one file per noun of routes.

pub mod accounts;
pub mod approvals;
mod attachments;
pub mod audit;
pub mod clocks;
pub mod deliveries;
pub mod desk;
pub mod doorman;
pub mod drafts;
pub mod events;
pub mod extract;
pub mod meta;
pub mod metrics;
pub mod offers;
pub mod plans;
pub mod presets;
pub mod refusal;
pub mod router;
pub mod sessions;
pub mod statistics;
mod ticket_parts;
pub mod tickets;
pub mod tokens;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use governor::DefaultKeyedRateLimiter;
use tokio_util::sync::CancellationToken;

use crate::config::identity::RoleGroups;
use crate::domain::id::AgentId;
use crate::domain::time::Moment;
use crate::server::auth::{AccessTokens, AuthError, Claims};
use crate::server::services::Services;

pub use refusal::Refusal;
pub use router::router;

/// Checks access tokens.
pub trait TokenValidator: Send + Sync {
    /// What the token says, if it is good at `now`.
    fn validate<'a>(
        &'a self,
        token: &'a str,
        now: Moment,
    ) -> Pin<Box<dyn Future<Output = Result<Claims, AuthError>> + Send + 'a>>;
}

impl TokenValidator for AccessTokens {
    fn validate<'a>(
        &'a self,
        token: &'a str,
        now: Moment,
    ) -> Pin<Box<dyn Future<Output = Result<Claims, AuthError>> + Send + 'a>> {
        Box::pin(AccessTokens::validate(self, token, now))
    }
}

/// What every route can reach.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

/// The parts of [`Api`].
pub struct Parts {
    /// The use cases.
    pub services: Services,
    /// Who checks access tokens.
    pub validator: Arc<dyn TokenValidator>,
    /// Which groups give which role.
    pub roles: RoleGroups,
    /// The issuer that people sign in with: told to clients that are not signed in yet.
    pub identity: desk::SignInWith,
    /// Counters.
    pub metrics: metrics::Metrics,
    /// Limits by network address.
    pub doorman: doorman::Doorman,
    /// Requests of one person.
    pub limiter: DefaultKeyedRateLimiter<AgentId>,
    /// Seconds of silence after which an open stream shows that it lives.
    pub beat_seconds: u64,
    /// Told when the backend stops: open streams end then.
    pub stop: CancellationToken,
}

impl Api {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for Api {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
