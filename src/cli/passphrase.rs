//! Asking for the passphrase of the file that holds the sign-in, before a screen is taken over.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::auth::vault::{PassphraseFor, passphrase_wanted};
use crate::config::identity::IdentitySettings;

use super::exit::{Exit, USAGE};

/// Fewest characters of a new passphrase.
const LEAST: usize = 8;

/// The passphrase, where one is wanted that the settings do not tell.
pub(super) fn ask(settings: &IdentitySettings, state_dir: &Path) -> Result<Option<SecretString>, Exit> {
    match passphrase_wanted(settings, state_dir) {
        None => Ok(None),
        Some(PassphraseFor::Opening) => read("Passphrase of your kept sign-in: ").map(Some),
        Some(PassphraseFor::Sealing) => {
            let first = read("New passphrase for your kept sign-in: ")?;
            if first.expose_secret().chars().count() < LEAST {
                return Err(refused(format!("a passphrase has at least {LEAST} characters")));
            }
            let second = read("The same again: ")?;
            if first.expose_secret() == second.expose_secret() {
                Ok(Some(first))
            } else {
                Err(refused("the two passphrases differ"))
            }
        }
    }
}

fn read(prompt: &str) -> Result<SecretString, Exit> {
    rpassword::prompt_password(prompt)
        .map(SecretString::from)
        .map_err(|error| {
            refused(format!(
                "there is no terminal to ask for a passphrase at ({error})"
            ))
            .and_next("Set identity.token_passphrase, or another identity.token_store.")
        })
}

fn refused(why: impl Into<String>) -> Exit {
    Exit::new(USAGE, "passphrase", why)
}
