//! What the desk starts with, and why it may not start.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use secrecy::SecretString;

use crate::config::Config;
use crate::text::words::Words;
use crate::tui::app::Setup;
use crate::tui::flow::{DemoPerson, Ids};
use crate::tui::keys::{Keymap, KeymapError};
use crate::tui::term::{Guard, NotATerminal, Place, Protocol};
use crate::tui::theme::{Depth, Theme, ascii_only};

/// What the desk starts with.
pub struct DeskSetup {
    /// The merged configuration.
    pub config: Config,
    /// Where journal and lock files live; `None` keeps the journal in memory.
    pub state_dir: Option<PathBuf>,
    /// Speak in lines, whatever the configuration says.
    pub linear: bool,
    /// In the demo: approves codes from the terminal.
    pub demo: Option<DemoApprover>,
    /// The passphrase of the file that holds the sign-in, asked for before the screen is taken over.
    pub passphrase: Option<SecretString>,
}

/// Approves a user code as one of the demo's people, through the same HTTP steps as a browser.
pub type Approve = Arc<dyn Fn(String, String) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// Who can approve a sign-in from the terminal, and how.
#[derive(Clone)]
pub struct DemoApprover {
    /// The people, most useful first.
    pub people: Vec<DemoPerson>,
    /// Called with the user code and the person's id; the error is for people.
    pub approve: Approve,
}

/// Why the desk did not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Standard input or output is no terminal.
    #[error(transparent)]
    NotATerminal(#[from] NotATerminal),
    /// Something in the configuration cannot be used: what, and where.
    #[error("{0}")]
    Config(String),
    /// The journal of intents cannot be written.
    #[error("the journal of intents cannot be written in {path}: {error}; make that folder writable")]
    Journal {
        /// Where.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}

/// The desk's own part of the configuration, checked.
pub(super) fn app_setup(config: &Config, linear: bool) -> Result<Setup, DeskError> {
    let depth = depth(linear);
    let folder = config.file.as_ref().and_then(|file| file.parent());
    let theme = Theme::load(theme_name(&config.ui.theme), folder, depth)
        .map_err(|error| DeskError::Config(error.to_string()))?;
    let keymap = Keymap::configured(&config.ui.keys).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| located(config, error)).collect();
        DeskError::Config(lines.join("\n"))
    })?;
    let zone = if config.ui.zone.is_empty() {
        TimeZone::system()
    } else {
        TimeZone::get(&config.ui.zone)
            .map_err(|error| DeskError::Config(format!("ui.zone `{}`: {error}", config.ui.zone)))?
    };
    let size = if linear {
        Size::new(100, 40)
    } else {
        Guard::size()?
    };
    Ok(Setup {
        theme,
        words: Words::load(&config.ui.language),
        keymap,
        zone,
        size,
        linear,
        pictures: protocol(config, linear).is_some(),
        ids: Ids::default(),
    })
}

/// How many colours the terminal has.
pub(super) fn depth(linear: bool) -> Depth {
    if linear {
        Depth::Mono
    } else {
        Depth::detect(|name| std::env::var(name).ok())
    }
}

/// How pictures are drawn; `None`: not at all.
pub(super) fn protocol(config: &Config, linear: bool) -> Option<Protocol> {
    let var = |name: &str| std::env::var(name).ok();
    let setting = if linear { "off" } else { config.ui.images.as_str() };
    Protocol::choose(setting, Place::of(var), depth(linear), ascii_only(var), var)
}

/// The theme that `auto` stands for: light where the terminal says that its ground is light.
fn theme_name(choice: &str) -> &str {
    if choice != "auto" {
        return choice;
    }
    let ground = std::env::var("COLORFGBG").unwrap_or_default();
    match ground.rsplit(';').next() {
        Some("7" | "15") => "light",
        _ => "default",
    }
}

/// A mistake in the keys with the line of the file that it is in; the file is not named when the keys came from
/// elsewhere.
fn located(config: &Config, error: &KeymapError) -> String {
    let place = config.file.as_ref().and_then(|file| {
        let text = std::fs::read_to_string(file).ok()?;
        Some(format!("{}:{}: ", file.display(), error.line_in(&text)?))
    });
    format!("{}{error}", place.unwrap_or_default())
}
