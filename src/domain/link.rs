//! Signed, expiring addresses in a partner's system.
//!
//! The address is the desk's template, filled in, with two parameters behind it: `exp`, the last second (since 1970) in
//! which it is good, and `sig`, the HMAC-SHA256 of everything before `&sig=` in base64url without padding. Whoever holds
//! the key can check it with a few lines; docs/external-links.md shows them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::time::Moment;

/// Longest time for which an address is good, in minutes.
pub const MAX_MINUTES: u32 = 24 * 60;
/// What a template may be.
pub const ALLOWED: &str = "an https address with {token_ref} or {token_id} in it, such as \
    https://partner.example/tokens/{token_ref}; {offer_code} may stand there too";

/// Where a token can be seen in the partner's system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkTemplate {
    /// The address with `{token_ref}`, `{token_id}`, `{offer_code}` where these go.
    pub template: String,
    /// For how many minutes an address is good.
    pub minutes: u32,
}

/// What a template is filled in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkTo<'a> {
    /// The reference that people know the token by.
    pub token_ref: &'a str,
    /// The token's identifier.
    pub token_id: &'a str,
    /// The offer's code.
    pub offer_code: &'a str,
}

impl LinkTemplate {
    /// Whether it can be filled in to an address over TLS that names the token.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let names = self.template.contains("{token_ref}") || self.template.contains("{token_id}");
        let filled = self.fill(LinkTo {
            token_ref: "x",
            token_id: "x",
            offer_code: "x",
        });
        let address = url::Url::parse(&filled);
        names
            && !filled.contains(['{', '}', '#'])
            && address.is_ok_and(|a| a.scheme() == "https" && a.host().is_some())
    }

    fn fill(&self, to: LinkTo<'_>) -> String {
        let encode = |text: &str| -> String {
            text.bytes()
                .map(|b| match b {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                        char::from(b).to_string()
                    }
                    _ => format!("%{b:02X}"),
                })
                .collect()
        };
        self.template
            .replace("{token_ref}", &encode(to.token_ref))
            .replace("{token_id}", &encode(to.token_id))
            .replace("{offer_code}", &encode(to.offer_code))
    }

    /// The signed address and until when it is good.
    #[must_use]
    pub fn sign(&self, to: LinkTo<'_>, key: &[u8], now: Moment) -> (String, Moment) {
        let until = Moment::from_micros(now.plus_seconds(i64::from(self.minutes) * 60).seconds() * 1_000_000);
        let bare = self.fill(to);
        let mark = if bare.contains('?') { '&' } else { '?' };
        let signed = format!("{bare}{mark}exp={}", until.seconds());
        let sig = URL_SAFE_NO_PAD.encode(mac(key, &signed).finalize().into_bytes());
        (format!("{signed}&sig={sig}"), until)
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac
}

/// Why an address is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// It has no signature or end of validity, or not in their places.
    #[error("the address is not signed")]
    Unsigned,
    /// No key has made this signature for this address.
    #[error("the signature is not of this address")]
    Forged,
    /// It was good once.
    #[error("the address has expired")]
    Expired,
}

/// Checks an address against the keys that are good now, in constant time.
///
/// # Errors
/// Why it is not good.
pub fn check<'k>(
    address: &str,
    keys: impl IntoIterator<Item = &'k [u8]>,
    now: Moment,
) -> Result<(), BadLink> {
    let (signed, sig) = address.rsplit_once("&sig=").ok_or(BadLink::Unsigned)?;
    let sig = URL_SAFE_NO_PAD.decode(sig).map_err(|_| BadLink::Unsigned)?;
    let exp = signed
        .rsplit_once("exp=")
        .and_then(|(_, exp)| exp.parse::<i64>().ok());
    let exp = exp.ok_or(BadLink::Unsigned)?;
    if !keys
        .into_iter()
        .any(|key| mac(key, signed).verify_slice(&sig).is_ok())
    {
        return Err(BadLink::Forged);
    }
    if now.seconds() > exp {
        return Err(BadLink::Expired);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: LinkTo<'static> = LinkTo {
        token_ref: "TK-A/1?x&y",
        token_id: "0",
        offer_code: "WIN 10",
    };

    fn template(text: &str) -> LinkTemplate {
        LinkTemplate {
            template: text.to_owned(),
            minutes: 15,
        }
    }

    #[test]
    fn an_address_is_good_for_its_time_and_nobody_changes_a_letter_of_it() {
        let link = template("https://partner.example/t/{token_ref}?o={offer_code}");
        let (url, until) = link.sign(TO, b"key", Moment::EPOCH);
        assert!(
            url.starts_with("https://partner.example/t/TK-A%2F1%3Fx%26y?o=WIN%2010&exp=900&sig="),
            "{url}"
        );
        let keys = || [b"other".as_slice(), b"key".as_slice()];
        assert_eq!(check(&url, keys(), until), Ok(()));
        assert_eq!(check(&url, keys(), until.plus_seconds(1)), Err(BadLink::Expired));
        assert_eq!(check(&url, [b"other".as_slice()], until), Err(BadLink::Forged));
        let end = url.len() - 44;
        for at in 0..end {
            let mut bytes = url.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).expect("text");
            assert!(check(&changed, keys(), until).is_err(), "{changed}");
        }
        assert_eq!(
            check("https://partner.example/t/1", keys(), until),
            Err(BadLink::Unsigned)
        );
    }

    #[test]
    fn the_layout_of_the_signature_is_fixed() {
        // Partners check it with programs of their own: openssl dgst -sha256 -hmac key gives the same.
        let (url, _) = template("https://p.example/{token_id}").sign(TO, b"key", Moment::EPOCH);
        assert_eq!(
            url,
            "https://p.example/0?exp=900&sig=nxa-5HR8tt1EDs7deDEprQaaQKFnGsHNkShhzlYZq44"
        );
    }

    #[test]
    fn a_template_is_an_address_over_tls_that_names_the_token() {
        assert!(template("https://p.example/{token_ref}?a={offer_code}").is_good());
        for bad in [
            "http://p.example/{token_ref}",
            "https://p.example/",
            "https://p.example/{token_ref}/{email}",
            "https://p.example/{token_ref}#part",
            "{token_ref}",
            "",
        ] {
            assert!(!template(bad).is_good(), "{bad}");
        }
    }
}
