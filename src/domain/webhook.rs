//! Signatures of webhooks: `X-Desk-Timestamp` holds the seconds since 1970, `X-Desk-Signature` the HMAC-SHA256 over
//! timestamp, a dot and the raw body, in hexadecimal digits.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::time::Moment;

/// Header with the moment of signing.
pub const TIMESTAMP: &str = "x-desk-timestamp";
/// Header with the signature.
pub const SIGNATURE: &str = "x-desk-signature";
/// Header with the delivery's id: the same however often it is sent.
pub const DELIVERY: &str = "x-desk-delivery";
/// How far the clocks of the two sides may be apart, in seconds.
pub const TOLERANCE: i64 = 300;

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn mac(key: &[u8], timestamp: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// The signature of a body that is sent at a moment.
#[must_use]
pub fn sign(key: &[u8], timestamp: i64, body: &[u8]) -> String {
    let bytes = mac(key, timestamp, body).finalize().into_bytes();
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Whether one of the keys has signed this body, not long ago. Compares in constant time.
#[must_use]
pub fn check<'k>(
    keys: impl IntoIterator<Item = &'k [u8]>,
    timestamp: i64,
    body: &[u8],
    signature: &str,
    now: Moment,
) -> bool {
    let fresh = now
        .seconds()
        .checked_sub(timestamp)
        .is_some_and(|age| age.abs() <= TOLERANCE);
    let bytes: Option<Vec<u8>> = signature
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    fresh
        && bytes.is_some_and(|bytes| {
            keys.into_iter()
                .any(|key| mac(key, timestamp, body).verify_slice(&bytes).is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_body_at_one_time_by_one_of_the_keys() {
        let signature = sign(b"key", 100, b"{}");
        let at = |seconds| Moment::EPOCH.plus_seconds(seconds);
        let keys = || [b"old".as_slice(), b"key".as_slice()];
        assert!(check(keys(), 100, b"{}", &signature, at(100)));
        assert!(check(keys(), 100, b"{}", &signature, at(400)));
        assert!(!check(keys(), 100, b"{}", &signature, at(401)), "too old");
        assert!(!check(keys(), 101, b"{}", &signature, at(100)));
        assert!(!check(keys(), 100, b"{ }", &signature, at(100)));
        assert!(!check([b"old".as_slice()], 100, b"{}", &signature, at(100)));
        for odd in ["", "zz", "0", "é"] {
            assert!(!check(keys(), 100, b"{}", odd, at(100)), "{odd}");
        }
    }
}
