//! Where files live by default.

use std::path::PathBuf;

use directories::ProjectDirs;

fn dirs() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "tokendesk")
}

/// The configuration file that is read when none is named; `None` when this user has no home directory.
#[must_use]
pub fn default_config() -> Option<PathBuf> {
    dirs().map(|dirs| dirs.config_dir().join("config.toml"))
}

/// The directory for logs and the journal of intents; `None` when this user has no home directory.
#[must_use]
pub fn state_dir() -> Option<PathBuf> {
    dirs().map(|dirs| {
        dirs.state_dir()
            .unwrap_or_else(|| dirs.data_local_dir())
            .to_path_buf()
    })
}
