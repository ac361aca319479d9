//! What the codes of an issuer mean for the person at the desk, and what to do next.

use crate::config::identity::IdentitySettings;

/// Foreign text fit for a sentence: no control or direction characters, one line, bounded.
pub(super) fn clean(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'))
        .take(300)
        .collect();
    line.trim().trim_end_matches('.').to_owned()
}

/// Clocks that differ by less than this many seconds are fine.
const CLOCK_TOLERANCE: i64 = 60;

/// What to say about a clock that is so many seconds ahead of the issuer's; `None` when it is right enough.
#[must_use]
pub fn clock_notice(whose: &str, ahead: i64) -> Option<String> {
    if ahead.abs() < CLOCK_TOLERANCE {
        return None;
    }
    let minutes = (ahead.abs() + 30) / 60;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Some(format!(
        "Your clock is {minutes} {unit} off: it is {side} the {whose}'s. Set it right, or times shown here are wrong."
    ))
}

/// Whether the issuer could not put all groups of a person into a token: waiting does not help.
pub(super) fn too_many_groups(description: Option<&str>) -> bool {
    description.is_some_and(|text| text.to_ascii_lowercase().contains("group"))
}

/// Who refused, as far as the description of an `access_denied` tells.
fn denied(said: Option<&str>) -> &'static str {
    let said = said.unwrap_or_default().to_ascii_lowercase();
    let mentions = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if mentions(&["polic"]) {
        "The issuer has no rule that lets this application sign people in with a device code. Ask its administrator to allow the device authorization grant in the access policy."
    } else if mentions(&["not assigned", "not_assigned"]) {
        "You are not assigned to this application at the issuer. Ask its administrator to assign you, or one of your groups, to it."
    } else if mentions(&["scope"]) {
        "The issuer grants you none of the scopes that this application asks for. Ask its administrator to allow them in the access policy."
    } else if mentions(&["feature", "not enabled", "not allowed"]) {
        "Sign-in with a device code is switched off at the issuer. Ask its administrator to switch it on for this application."
    } else if mentions(&["denied", "resource owner", "cancel"]) {
        "The sign-in was refused on its page. If it was you by mistake, ask for a new code; if it was not you, tell your administrator."
    } else {
        "The sign-in was refused. Ask for a new code, or ask the administrator whether you may use this application."
    }
}

/// What an error code of the issuer means, in a sentence or two.
pub(super) fn explain(settings: &IdentitySettings, code: &str, description: Option<&str>) -> String {
    let said = description.map(clean).filter(|d| !d.is_empty());
    let said = said.as_deref();
    let client = clean(&settings.client_id);
    let words = match code {
        "access_denied" => denied(said).to_owned(),
        "invalid_client" => format!(
            "The issuer does not know the client id `{client}`, or expects a secret from it. Check identity.client_id; the application must be a native (public) one."
        ),
        "unauthorized_client" | "unsupported_grant_type" => format!(
            "The application `{client}` may not sign in with a device code. Ask the administrator to switch on the device authorization grant for it."
        ),
        "invalid_scope" => format!(
            "The issuer does not define one of the scopes asked for ({}); often it is `groups`. Change identity.scopes or have the scope created.",
            clean(&settings.scopes.join(" "))
        ),
        "use_dpop_nonce" | "invalid_dpop_proof" => return DPOP.to_owned(),
        "server_error" if too_many_groups(said) => {
            "You are in more groups than the issuer can put into a token. Ask the administrator to narrow the groups filter of this application."
                .to_owned()
        }
        "expired_token" => "The code has expired. Ask for a new one.".to_owned(),
        "invalid_grant" => "The sign-in has come to its end at the issuer. Sign in again.".to_owned(),
        "invalid_request" => {
            "The issuer does not understand the request. Check that identity.issuer is the right one; if it is, tell the administrator."
                .to_owned()
        }
        other => format!(
            "The issuer refused with `{}`. Tell its administrator that code.",
            clean(other)
        ),
    };
    match said {
        Some(said) => format!("{words} (The issuer says: {said}.)"),
        None => words,
    }
}

/// What to say when tokens are bound to keys that we do not have.
const DPOP: &str = "The application requires DPoP, which tokendesk cannot do. Ask the administrator to switch that requirement off for it.";

/// What to say about tokens of a type that is none of ours.
pub(super) fn unusable_type(kind: &str) -> String {
    if kind.eq_ignore_ascii_case("dpop") {
        return DPOP.to_owned();
    }
    format!(
        "The issuer grants tokens of the type `{}`, which tokendesk cannot use. Ask the administrator for plain bearer tokens.",
        clean(kind)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_harmless_in_a_sentence() {
        let words = explain(
            &IdentitySettings::default(),
            "x\u{1b}[31m",
            Some("a\r\nb\u{202e}c\u{7}"),
        );
        assert!(
            !words.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{words:?}"
        );
        assert!(clean(&"x".repeat(10_000)).len() <= 300);
    }

    #[test]
    fn every_documented_error_has_its_own_words_and_says_what_to_do() {
        let settings = IdentitySettings::default();
        // the codes and descriptions of Okta's published list
        let documented = [
            (
                "access_denied",
                "The resource owner or authorization server denied the request.",
            ),
            ("access_denied", "User is not assigned to the client application."),
            (
                "access_denied",
                "Policy evaluation failed for this request, please check the policy configurations.",
            ),
            (
                "access_denied",
                "None of the requested scopes are allowed for the user.",
            ),
            (
                "access_denied",
                "The requested feature isn't enabled for this organization.",
            ),
            (
                "invalid_client",
                "The client_id is invalid, or the client may not use this authentication method.",
            ),
            (
                "invalid_scope",
                "One or more scopes are not configured for the authorization server resource.",
            ),
            (
                "server_error",
                "The number of groups matching the groups claim exceeds the limit of 100.",
            ),
            (
                "unauthorized_client",
                "The client is not authorized to use the provided grant type.",
            ),
            ("invalid_grant", "The device code is invalid or has expired."),
            (
                "expired_token",
                "The device code has expired. A new device authorization request is necessary.",
            ),
            (
                "use_dpop_nonce",
                "Authorization server requires nonce in DPoP proof.",
            ),
            ("something_new", ""),
        ];
        let mut all: Vec<String> = documented
            .iter()
            .map(|(code, description)| {
                let words = explain(&settings, code, Some(description));
                let own = words
                    .split(" (The issuer says")
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                let next = ["Ask", "Check", "Change", "Sign in again", "Tell"];
                assert!(
                    next.iter()
                        .any(|verb| own.to_lowercase().contains(&verb.to_lowercase())),
                    "{code}: {own}"
                );
                own
            })
            .collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), documented.len(), "{all:#?}");
    }

    #[test]
    fn a_clock_that_is_off_is_told_in_minutes() {
        assert_eq!(clock_notice("issuer", 0), None);
        assert_eq!(clock_notice("issuer", -59), None);
        assert!(
            clock_notice("issuer", 60)
                .expect("off")
                .starts_with("Your clock is 1 minute off: it is ahead of")
        );
        assert!(
            clock_notice("issuer", -420)
                .expect("off")
                .starts_with("Your clock is 7 minutes off: it is behind")
        );
        assert!(
            clock_notice("issuer", 7 * 3600)
                .expect("off")
                .contains("420 minutes")
        );
    }

    #[test]
    fn each_known_code_says_what_to_do() {
        let settings = IdentitySettings {
            client_id: "desk".to_owned(),
            ..Default::default()
        };
        assert!(
            explain(&settings, "access_denied", Some("Policy evaluation failed")).contains("administrator")
        );
        assert!(explain(&settings, "invalid_client", None).contains("`desk`"));
        assert!(explain(&settings, "invalid_scope", None).contains("offline_access"));
    }
}
