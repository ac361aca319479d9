//! Drafts: what a person has typed and not sent yet, kept for a day, sealed with a key that is not in the database.
//!
//! They are nobody's business but their writer's, and no record of the desk: neither audited nor told to anybody.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Actor, ServiceError, Services};
use crate::domain::id::AgentId;
use crate::domain::keys::ActiveKeys;
use crate::domain::time::Moment;
use crate::server::store::drafts::{self, DraftRow};
use crate::server::store::{StoreError, Tx, turns};
use crate::wire::drafts::{Draft, HOURS, MOST_BYTES, PutDraft};

/// Most drafts of one person.
const MOST: i64 = 100;
/// Longest key, in bytes.
const LONGEST_KEY: usize = 80;
/// Most fields of a draft.
const MOST_FIELDS: usize = 20;
const PURPOSE: &[u8] = b"tokendesk drafts 1";
const NONCE: usize = 12;

const NO_DRAFT: ServiceError = ServiceError::NotFound("there is no draft under this key");

impl Services {
    /// One of the person's own drafts.
    ///
    /// # Errors
    /// When there is none, it can no longer be opened, or the database fails.
    pub async fn draft(&self, actor: &Actor, key: &str) -> Result<Draft, ServiceError> {
        named(key)?;
        let found = drafts::find(self.store.read(), actor.id, key, self.oldest_draft()).await?;
        let row = found.ok_or(NO_DRAFT)?;
        self.opened(actor, key, &row).ok_or(NO_DRAFT)
    }

    /// Keeps a draft, in the place of the version that the person saw, or as a new one.
    ///
    /// # Errors
    /// When another version is kept by now, it is too large, no key is configured, or the database fails.
    pub async fn put_draft(
        &self,
        actor: &Actor,
        key: &str,
        version: Option<i64>,
        body: &PutDraft,
    ) -> Result<Draft, ServiceError> {
        named(key)?;
        let bytes: usize = body
            .fields
            .iter()
            .map(|(name, text)| name.len() + text.len())
            .sum();
        if bytes > MOST_BYTES || body.fields.len() > MOST_FIELDS {
            let detail = format!("a draft holds up to {MOST_FIELDS} fields of {MOST_BYTES} bytes together");
            return Err(ServiceError::field("fields", "length", detail));
        }
        let tx = self.store.begin().await?;
        let result = self.replace_draft(&tx, actor, key, version, body).await;
        match result {
            Ok(draft) => {
                tx.commit().await.map_err(StoreError::from)?;
                Ok(draft)
            }
            Err(refused) => {
                tx.rollback().await.map_err(StoreError::from)?;
                Err(refused)
            }
        }
    }

    async fn replace_draft(
        &self,
        tx: &Tx,
        actor: &Actor,
        key: &str,
        version: Option<i64>,
        body: &PutDraft,
    ) -> Result<Draft, ServiceError> {
        turns::hold(&self.store, tx, &format!("draft {}", actor.id)).await?;
        let row = drafts::find(tx, actor.id, key, self.oldest_draft()).await?;
        let kept = row.as_ref().and_then(|row| self.opened(actor, key, row));
        if let Some(kept) = &kept {
            if kept.fields == body.fields {
                // Sent again after a lost answer.
                return Ok(kept.clone());
            }
            if version != Some(kept.version) {
                let current =
                    serde_json::to_value(kept).map_err(|e| ServiceError::Internal(e.to_string()))?;
                return Err(ServiceError::Stale {
                    current: Box::new(current),
                });
            }
        } else if drafts::count(tx, actor.id).await? >= MOST {
            return Err(ServiceError::Illegal {
                code: "too_many_drafts",
                detail: format!("{MOST} drafts are kept already; send or drop one"),
            });
        }
        let draft = Draft {
            fields: body.fields.clone(),
            version: row.map_or(0, |row| row.version).max(version.unwrap_or(0)) + 1,
            updated_at: self.now(),
        };
        let sealed = seal(
            &self.keys.drafts,
            &context(actor.id, key, draft.version),
            &draft.fields,
        )?;
        let row = DraftRow {
            version: draft.version,
            sealed,
            updated_at: draft.updated_at,
        };
        drafts::put(tx, actor.id, key, &row).await?;
        Ok(draft)
    }

    /// Forgets a draft; that there is none is as good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_draft(&self, actor: &Actor, key: &str) -> Result<(), ServiceError> {
        named(key)?;
        let tx = self.store.begin().await?;
        drafts::delete(&tx, actor.id, key).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Drafts that were last changed before this are no more.
    #[must_use]
    pub fn oldest_draft(&self) -> Moment {
        self.now().plus_seconds(-HOURS * 3_600)
    }

    fn opened(&self, actor: &Actor, key: &str, row: &DraftRow) -> Option<Draft> {
        let fields = open(
            &self.keys.drafts,
            &context(actor.id, key, row.version),
            &row.sealed,
        )?;
        Some(Draft {
            fields,
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

fn named(key: &str) -> Result<(), ServiceError> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(good) {
        return Ok(());
    }
    let detail = "a draft's key is made of small letters, digits and hyphens, 80 at most";
    Err(ServiceError::field("key", "malformed", detail))
}

/// What a sealed draft belongs to: it opens nowhere else.
fn context(agent: AgentId, key: &str, version: i64) -> String {
    format!("{agent}/{key}/{version}")
}

fn sealing_key(secret: &[u8]) -> Option<LessSafeKey> {
    let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), PURPOSE);
    UnboundKey::new(&AES_256_GCM, key.as_ref())
        .ok()
        .map(LessSafeKey::new)
}

fn seal(keys: &ActiveKeys, context: &str, fields: &BTreeMap<String, String>) -> Result<String, ServiceError> {
    let key = keys
        .current()
        .and_then(sealing_key)
        .ok_or(ServiceError::Illegal {
            code: "no_drafts_key",
            detail: "this backend has no key to keep drafts with; set [keys] drafts".to_owned(),
        })?;
    let broken = |_| ServiceError::Internal("a draft could not be sealed".to_owned());
    let mut bytes = serde_json::to_vec(fields).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let mut nonce = [0; NONCE];
    aws_lc_rs::rand::fill(&mut nonce).map_err(broken)?;
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(context.as_bytes()),
        &mut bytes,
    )
    .map_err(broken)?;
    Ok(STANDARD_NO_PAD.encode([&nonce[..], &bytes].concat()))
}

/// Opens with any of the keys; `None`: none of them fits any more, or it was changed.
fn open(keys: &ActiveKeys, context: &str, sealed: &str) -> Option<BTreeMap<String, String>> {
    let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
    let (nonce, rest) = bytes.split_at_checked(NONCE)?;
    keys.all().filter_map(sealing_key).find_map(|key| {
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut rest)
            .ok()?;
        serde_json::from_slice(plain).ok()
    })
}

#[cfg(test)]
mod tests {
    use secrecy::SecretSlice;

    use super::*;

    fn keys(bytes: &[u8]) -> ActiveKeys {
        ActiveKeys::new(bytes.iter().map(|b| SecretSlice::from(vec![*b; 32])).collect())
    }

    #[test]
    fn a_draft_opens_with_an_older_key_and_only_where_it_belongs() {
        let fields = BTreeMap::from([("body".to_owned(), "Dear Dana, 你好".to_owned())]);
        let sealed = seal(&keys(&[1]), "a/b/1", &fields).expect("sealed");
        assert!(!sealed.contains("Dana"));
        assert_eq!(
            open(&keys(&[2, 1]), "a/b/1", &sealed),
            Some(fields.clone()),
            "after a rotation"
        );
        assert_eq!(open(&keys(&[2]), "a/b/1", &sealed), None, "with another key");
        assert_eq!(
            open(&keys(&[1]), "a/b/2", &sealed),
            None,
            "in the place of another version"
        );
        assert_eq!(open(&keys(&[1]), "c/b/1", &sealed), None, "as somebody else");
        assert_eq!(open(&keys(&[1]), "a/b/1", "AAAA"), None);
        assert_eq!(open(&keys(&[1]), "a/b/1", "no base64!"), None);
        assert_ne!(seal(&keys(&[1]), "a/b/1", &fields).expect("sealed"), sealed);
        assert!(seal(&keys(&[]), "a/b/1", &fields).is_err());
    }

    #[test]
    fn keys_are_plain() {
        for good in ["new-ticket", "reply-0193a1b2-c3d4-7e5f-8a6b-9c0d1e2f3a4b"] {
            assert!(named(good).is_ok(), "{good}");
        }
        for bad in ["", "a/b", "A", "a b", "é"] {
            assert!(named(bad).is_err(), "{bad}");
        }
        assert!(named(&"a".repeat(81)).is_err());
    }
}
