//! Keys of good rows that the database does not hold (yet): those of the batch in hand, and in a dry run all of them.

use std::collections::{HashMap, HashSet};

use sha2::{Digest as _, Sha256};

use crate::domain::id::AccountId;
use crate::server::store::bulk::OfferKeys;
use crate::server::store::known::KnownToken;

/// A key by its hash: 16 bytes, however long the key is.
type Short = [u8; 16];

fn short(key: &str) -> Short {
    let mut out = [0; 16];
    out.copy_from_slice(&Sha256::digest(key)[..16]);
    out
}

/// A map by short keys.
#[derive(Debug)]
pub struct Keys<T>(HashMap<Short, T>);

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Keys<T> {
    /// What is known of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.get(&short(key))
    }

    /// What is known of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.0.get_mut(&short(key))
    }

    /// Makes a key known.
    pub fn insert(&mut self, key: &str, value: T) {
        self.0.insert(short(key), value);
    }
}

/// All keys.
#[derive(Debug, Default)]
pub struct Seen {
    /// Accounts by `user_id`.
    pub accounts: Keys<AccountId>,
    /// E-mail addresses in lower case.
    pub emails: HashSet<Short>,
    /// Offers by code.
    pub offers: Keys<OfferKeys>,
    /// Tokens by reference.
    pub tokens: Keys<KnownToken>,
}

impl Seen {
    /// Takes an e-mail address (in lower case); `false` when it is taken.
    pub fn take_email(&mut self, email: &str) -> bool {
        self.emails.insert(short(email))
    }

    /// Whether an e-mail address (in lower case) is taken.
    pub fn has_email(&self, email: &str) -> bool {
        self.emails.contains(&short(email))
    }
}
