//! What lists are asked with: saved queries, counts by value, values to complete with, and what is taken out of them.

use super::call::Intent;
use crate::domain::id::{AccountId, IntentKey, PresetId};
use crate::domain::permission::Permission;
use crate::domain::time::Moment;
use crate::wire::exports::ExportFormat;
use crate::wire::page::ListParams;
use crate::wire::plans::Plan;
use crate::wire::presets::{NewPreset, Preset};
use crate::wire::tokens::{Facets, Suggestion};

/// One call about asking lists.
#[derive(Debug, Clone, PartialEq)]
pub enum AskCall {
    /// A page of the whole desk's tokens → [`Answer::Tokens`](super::Answer::Tokens).
    DeskTokens(ListParams),
    /// Saved queries with how many rows each finds now → [`AskAnswer::Presets`].
    Presets {
        /// Queries of what: `tokens`, `tickets`.
        noun: &'static str,
        /// In whose wallet they are counted; else in the whole desk.
        account: Option<AccountId>,
    },
    /// Save a query → [`AskAnswer::Preset`].
    SavePreset {
        /// The person's intent.
        key: IntentKey,
        /// The query, its name and key.
        body: Box<NewPreset>,
    },
    /// Change a saved query → [`AskAnswer::Preset`].
    ChangePreset {
        /// The person's intent.
        key: IntentKey,
        /// Which one.
        preset: PresetId,
        /// The version that the person saw.
        version: i64,
        /// All of it, as it is to be.
        body: Box<NewPreset>,
    },
    /// Retire a saved query. A second time it is not found, so that it carries no intent → [`AskAnswer::Retired`].
    RetirePreset {
        /// Which one.
        preset: PresetId,
        /// The version that the person saw.
        version: i64,
    },
    /// How many tokens of a query have which values → [`AskAnswer::Facets`].
    Facets {
        /// In whose wallet; else in the whole desk.
        account: Option<AccountId>,
        /// As of a moment in the past.
        at: Option<Moment>,
        /// The query and its zone.
        params: ListParams,
    },
    /// How many tickets of a query have which values → [`AskAnswer::Facets`].
    TicketFacets(ListParams),
    /// Values of a field of tokens that begin with what was typed, or hold it → [`AskAnswer::Suggestions`].
    Suggest {
        /// Name of the field.
        field: &'static str,
        /// What was typed of the value.
        typed: String,
    },
    /// One's own latest plans → [`AskAnswer::Plans`].
    Plans,
    /// Write the tokens of a query to a file. How far it has come arrives as
    /// [`Event::Progress`](super::Event::Progress) → [`AskAnswer::Exported`].
    Export(Box<Export>),
}

/// What is to be written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Whose tokens; the whole desk's when there is none.
    pub account: Option<AccountId>,
    /// As of a moment in the past.
    pub at: Option<Moment>,
    /// The query line.
    pub query: String,
    /// The zone that its dates are meant in.
    pub tz: Option<String>,
    /// How.
    pub format: ExportFormat,
    /// Where, as the person wrote it.
    pub path: String,
    /// Whether a file that is there may be replaced.
    pub overwrite: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exported {
    /// It was written.
    Written {
        /// Where, from the root on.
        path: String,
        /// Rows that are in it.
        rows: u64,
        /// Rows that the query found when it was begun.
        expected: u64,
    },
    /// Nothing was done: there is such a file already.
    Exists {
        /// Where, from the root on.
        path: String,
    },
}

/// A good answer to a call about asking lists.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum AskAnswer {
    Presets(Vec<Preset>),
    Preset(Box<Preset>),
    Retired(PresetId),
    Facets(Facets),
    Suggestions(Vec<Suggestion>),
    Plans(Vec<Plan>),
    Exported(Exported),
}

impl AskCall {
    /// See [`ApiCall::intent`](super::ApiCall::intent).
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        let (key, verb, subject) = match self {
            Self::SavePreset { key, .. } => (key, "preset.add", "preset".to_owned()),
            Self::ChangePreset { key, preset, .. } => (key, "preset.change", format!("preset {preset}")),
            Self::DeskTokens(_)
            | Self::Presets { .. }
            | Self::RetirePreset { .. }
            | Self::Facets { .. }
            | Self::TicketFacets(_)
            | Self::Suggest { .. }
            | Self::Plans
            | Self::Export(_) => return None,
        };
        Some(Intent {
            key: *key,
            verb,
            subject,
        })
    }

    /// See [`ApiCall::permission`](super::ApiCall::permission).
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::DeskTokens(_) | Self::Facets { account: None, .. } => Permission::TokenSearchAll,
            Self::Facets { .. } => Permission::TokenView,
            Self::TicketFacets(_) => Permission::TicketView,
            Self::Suggest { .. } => Permission::OfferView,
            Self::Plans => Permission::TokenBulk,
            Self::Export(_) => Permission::TokenExport,
            Self::SavePreset { body, .. } | Self::ChangePreset { body, .. } if body.shared => {
                Permission::PresetShare
            }
            Self::Presets { .. }
            | Self::SavePreset { .. }
            | Self::ChangePreset { .. }
            | Self::RetirePreset { .. } => Permission::PresetUse,
        }
    }
}
