//! Keys of good rows that the database does not hold (yet): those of the batch in hand, and in a dry run all of them.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use crate::domain::id::AccountId;
use crate::server::store::bulk::OfferKeys;
use crate::server::store::known::KnownToken;

/// A map by keys of which only 128 bits are kept, however long they are: two hashes under random keys, so that nobody can
/// make two keys meet.
#[derive(Debug)]
pub struct Keys<T> {
    map: HashMap<(u64, u64), T>,
    hashes: (RandomState, RandomState),
}

impl<T> Default for Keys<T> {
    fn default() -> Self {
        Self {
            map: HashMap::new(),
            hashes: (RandomState::new(), RandomState::new()),
        }
    }
}

impl<T> Keys<T> {
    fn short(&self, key: &str) -> (u64, u64) {
        (self.hashes.0.hash_one(key), self.hashes.1.hash_one(key))
    }

    /// What is known of a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.map.get(&self.short(key))
    }

    /// What is known of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let short = self.short(key);
        self.map.get_mut(&short)
    }

    /// Makes a key known.
    pub fn insert(&mut self, key: &str, value: T) {
        self.map.insert(self.short(key), value);
    }
}

/// All keys.
#[derive(Debug, Default)]
pub struct Seen {
    /// Accounts by `user_id`.
    pub accounts: Keys<AccountId>,
    /// E-mail addresses in lower case.
    pub emails: Keys<()>,
    /// Offers by code.
    pub offers: Keys<OfferKeys>,
    /// Tokens by reference.
    pub tokens: Keys<KnownToken>,
}
