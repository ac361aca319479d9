//! Numbers of the desk and of oneself, and rules tried over history.

use http::Method;

use crate::domain::id::IntentKey;
use crate::wire::paths;
use crate::wire::rules::{RulesTried, TryRules};
use crate::wire::statistics::{Dashboard, Stats, StatsParams};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;

impl Api {
    /// Queues, own clocks, own numbers.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn dashboard(&self) -> Result<Dashboard, ClientError> {
        self.fetch(Call::get(paths::DASHBOARD)).await
    }

    /// The numbers of the desk over a span.
    ///
    /// # Errors
    /// When they cannot be had; `Invalid` names the day.
    pub async fn stats(&self, params: &StatsParams) -> Result<Stats, ClientError> {
        let mut call = Call::get(paths::STATS);
        let agent = params.agent.map(|id| id.to_string());
        for (name, value) in [("from", &params.from), ("to", &params.to), ("agent", &agent)] {
            if let Some(value) = value {
                call.query.push((name, value.clone()));
            }
        }
        self.fetch(call).await
    }

    /// Tries rules over history: nothing is changed.
    ///
    /// # Errors
    /// When it cannot be done; `Invalid` names the rule.
    pub async fn try_rules(&self, rules: &TryRules) -> Result<RulesTried, ClientError> {
        let key = IntentKey::new();
        self.fetch(Call::change(Method::POST, paths::TRY_RULES, key, rules))
            .await
    }
}
