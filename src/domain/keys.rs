//! The backend's own secret keys, by purpose. They are never shown, logged or stored.

use secrecy::{ExposeSecret as _, SecretSlice};

/// The keys of one purpose that are good now: the first for what is made from now on, all for what has to be recognised.
#[derive(Clone, Default)]
pub struct ActiveKeys(Vec<SecretSlice<u8>>);

impl ActiveKeys {
    /// Takes keys as they are, the one for new work first.
    #[must_use]
    pub fn new(keys: Vec<SecretSlice<u8>>) -> Self {
        Self(keys)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key for what is made from now on. Must not be shown or logged.
    #[must_use]
    pub fn current(&self) -> Option<&[u8]> {
        self.0.first().map(|key| key.expose_secret())
    }

    /// All keys that are good, the one for new work first. Must not be shown or logged.
    pub fn all(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|key| key.expose_secret())
    }
}

impl std::fmt::Debug for ActiveKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ActiveKeys({} kept secret)", self.0.len())
    }
}

/// The backend's own keys, by purpose.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// For signed, expiring links.
    pub links: ActiveKeys,
    /// For the signatures of webhooks.
    pub webhooks: ActiveKeys,
    /// For the checkpoints of the audit.
    pub checkpoints: ActiveKeys,
    /// For drafts, which are kept encrypted.
    pub drafts: ActiveKeys,
}

impl Keys {
    /// Keys that last as long as this process: for demonstrations and tests.
    #[must_use]
    pub fn made_up() -> Self {
        let one = || {
            let halves = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()];
            let bytes: Vec<u8> = halves.iter().flat_map(|half| half.into_bytes()).collect();
            ActiveKeys(vec![SecretSlice::from(bytes)])
        };
        Self {
            links: one(),
            webhooks: one(),
            checkpoints: one(),
            drafts: one(),
        }
    }
}
