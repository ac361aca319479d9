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

/// What an error code of the issuer means, in a sentence or two.
pub(super) fn explain(settings: &IdentitySettings, code: &str, description: Option<&str>) -> String {
    let said = description.map(clean).filter(|d| !d.is_empty());
    let said = said.as_deref();
    let with = |text: String| match said {
        Some(said) => format!("{text} (The issuer says: {said}.)"),
        None => text,
    };
    let mentions = |word: &str| said.is_some_and(|s| s.to_ascii_lowercase().contains(word));
    match code {
        "access_denied" if mentions("polic") => with(
            "The issuer has no rule that lets this application sign people in with a device code. Ask its administrator to allow the device authorization grant in the access policy."
                .to_owned(),
        ),
        "access_denied" => with("The sign-in was refused. Start again, or ask the administrator whether you may use this application.".to_owned()),
        "invalid_client" => with(format!(
            "The issuer does not know the client id `{}`, or expects a secret from it. Check identity.client_id; the application must be a native (public) one.",
            settings.client_id
        )),
        "unauthorized_client" | "unsupported_grant_type" => with(format!(
            "The application `{}` may not sign in with a device code. Ask the administrator to switch on the device authorization grant for it.",
            settings.client_id
        )),
        "invalid_scope" => with(format!(
            "The issuer does not define one of the scopes asked for ({}); often it is `groups`. Change identity.scopes or have the scope created.",
            settings.scopes.join(" ")
        )),
        "use_dpop_nonce" | "invalid_dpop_proof" => {
            "The application requires DPoP, which tokendesk cannot do yet. Ask the administrator to switch that requirement off for it."
                .to_owned()
        }
        "server_error" if mentions("group") => with(
            "You are in more groups than the issuer can put into a token. Ask the administrator to narrow the groups filter of this application."
                .to_owned(),
        ),
        "invalid_grant" => with("The sign-in has come to its end at the issuer. Sign in again.".to_owned()),
        other => with(format!("The issuer refused with `{}`.", clean(other))),
    }
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
