//! Whom we trust for sign-in: the `[identity]` and `[roles]` sections.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::secret_keys::KeySource;

/// The shape of the access tokens that the issuer mints. It is set, never guessed from a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenProfile {
    /// Okta's custom authorization servers: `cid`, `uid`, `scp` as an array, `sub` is the login.
    #[default]
    Okta,
    /// RFC 9068: `typ: at+jwt`, `client_id`, `scope` as one string, `sub` is the person.
    Rfc9068,
}

/// Where the desk keeps its refresh token between runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenStore {
    /// The keyring of the system if a round trip proves it, else the kernel's (Linux), else memory only (and it says
    /// so).
    #[default]
    Auto,
    /// The keyring of the system or nothing: fails loudly when it does not work.
    Keyring,
    /// The keyrings of the Linux kernel or nothing: lasts until the machine restarts.
    Keyutils,
    /// A file sealed with a passphrase, which is asked for at each start unless `token_passphrase` tells it.
    File,
    /// A file in the clear that only its owner can read; warned of at each start.
    Plaintext,
    /// Memory only: sign-in lasts for this run.
    Memory,
}

/// The `[identity]` section: one issuer, and what we expect of its tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentitySettings {
    /// The issuer, byte for byte as its discovery document spells it; empty: not configured.
    pub issuer: String,
    /// The client id that this desk signs in with.
    pub client_id: String,
    /// Further client ids whose tokens the backend accepts (`client_id` itself is always accepted).
    pub accepted_client_ids: Vec<String>,
    /// The audience that access tokens must name.
    pub audience: String,
    /// The scopes asked for at sign-in.
    pub scopes: Vec<String>,
    /// The scope that every access token must carry; empty: any non-empty list of scopes will do.
    pub required_scope: String,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// The shape of access tokens.
    pub token_profile: TokenProfile,
    /// Whether the backend refuses access tokens that do not tell when the person proved who they are (`auth_time`).
    pub require_auth_time: bool,
    /// Hosts besides the issuer's where the sign-in page may live.
    pub verification_hosts: Vec<String>,
    /// Whether an issuer on this machine may be reached by plain `http` (for the demo and for tests).
    pub allow_http_loopback: bool,
    /// The backend that the sign-in is for, from `[backend] url`: the sign-ins of two backends are kept apart.
    #[serde(skip)]
    pub backend: String,
    /// Where the refresh token is kept between runs.
    pub token_store: TokenStore,
    /// Where the passphrase of a sealed file comes from; the first seals, any of them opens. Empty: it is asked for.
    pub token_passphrase: Vec<KeySource>,
}

impl Default for IdentitySettings {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            accepted_client_ids: Vec::new(),
            audience: "api://default".to_owned(),
            scopes: ["openid", "profile", "offline_access"]
                .map(str::to_owned)
                .to_vec(),
            required_scope: String::new(),
            groups_claim: "groups".to_owned(),
            token_profile: TokenProfile::Okta,
            require_auth_time: false,
            verification_hosts: Vec::new(),
            allow_http_loopback: false,
            backend: String::new(),
            token_store: TokenStore::Auto,
            token_passphrase: Vec::new(),
        }
    }
}

impl IdentitySettings {
    /// The issuer as an address that we may talk to.
    ///
    /// # Errors
    /// Says in words what is wrong with the setting: missing, not an address, not `https`, or with a part
    /// that an issuer cannot have.
    pub fn issuer_url(&self) -> Result<Url, String> {
        if self.issuer.is_empty() {
            return Err("no issuer is configured; set `issuer` in the [identity] section".to_owned());
        }
        let url = Url::parse(&self.issuer)
            .map_err(|error| format!("identity.issuer `{}` is not an address: {error}", self.issuer))?;
        if url.query().is_some()
            || url.fragment().is_some()
            || !url.username().is_empty()
            || url.password().is_some()
        {
            return Err(format!(
                "identity.issuer `{}` may have no user, query or fragment",
                self.issuer
            ));
        }
        self.check_transport(&url)
            .map_err(|why| format!("identity.issuer {why}"))?;
        Ok(url)
    }

    /// Whether access tokens of this issuer can be checked by anybody but the issuer: Okta's org server (an issuer
    /// without `/oauth2/` in its path) publishes no keys for them.
    ///
    /// # Errors
    /// Says why not, and what to use instead.
    pub fn check_issuer_kind(&self) -> Result<(), String> {
        let issuer = self.issuer_url()?;
        if self.token_profile == TokenProfile::Okta && !issuer.path().contains("/oauth2/") {
            return Err(format!(
                "identity.issuer `{}` looks like Okta's org server, whose access tokens cannot be checked by anybody else; use a custom authorization server (…/oauth2/default), or set token_profile = \"rfc9068\" for another kind of issuer",
                self.issuer
            ));
        }
        Ok(())
    }

    /// Whether we may speak to this address at all: `https`, or `http` on this machine where that is allowed.
    ///
    /// # Errors
    /// Says why not.
    pub fn check_transport(&self, url: &Url) -> Result<(), String> {
        match url.scheme() {
            "https" if url.host().is_some() => Ok(()),
            "http" if is_loopback(url) && self.allow_http_loopback => Ok(()),
            "http" if is_loopback(url) => Err(format!(
                "`{url}` is plain http; set identity.allow_http_loopback = true if this is a test issuer on this machine"
            )),
            _ => Err(format!("`{url}` must start with https://")),
        }
    }

    /// Whether tokens of this client id are accepted.
    #[must_use]
    pub fn accepts_client(&self, client_id: &str) -> bool {
        !client_id.is_empty()
            && (self.client_id == client_id || self.accepted_client_ids.iter().any(|id| id == client_id))
    }
}

/// Whether the address names this machine by a loopback address or as `localhost`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// The `[roles]` section: the groups of the identity provider that give each role, by whole, case-sensitive names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleGroups {
    /// Groups of end customers (API only).
    pub customer: Vec<String>,
    /// Groups of tier 1 agents.
    pub agent: Vec<String>,
    /// Groups of tier 2 engineers.
    pub engineer: Vec<String>,
    /// Groups of supervisors.
    pub supervisor: Vec<String>,
    /// Groups of administrators.
    pub admin: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(issuer: &str, loopback: bool) -> IdentitySettings {
        IdentitySettings {
            issuer: issuer.to_owned(),
            allow_http_loopback: loopback,
            ..Default::default()
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_and_only_when_asked_for() {
        assert!(
            settings("https://id.example.com/oauth2/default", false)
                .issuer_url()
                .is_ok()
        );
        assert!(
            settings("http://127.0.0.1:9000/oauth2/default", true)
                .issuer_url()
                .is_ok()
        );
        assert!(
            settings("http://[::1]:9000/oauth2/default", true)
                .issuer_url()
                .is_ok()
        );
        for (issuer, loopback) in [
            ("http://127.0.0.1:9000/oauth2/default", false),
            ("http://id.example.com/oauth2/default", true),
            ("http://localhost.example.com/", true),
            ("ftp://id.example.com/", true),
            ("https://user:pass@id.example.com/", false),
            ("https://id.example.com/?a=b", false),
            ("https://id.example.com/#x", false),
            ("id.example.com", false),
            ("", false),
        ] {
            assert!(settings(issuer, loopback).issuer_url().is_err(), "{issuer}");
        }
    }

    #[test]
    fn client_ids_are_compared_whole() {
        let settings = IdentitySettings {
            client_id: "desk".to_owned(),
            accepted_client_ids: vec!["scripts".to_owned()],
            ..Default::default()
        };
        assert!(settings.accepts_client("desk") && settings.accepts_client("scripts"));
        assert!(
            !settings.accepts_client("Desk")
                && !settings.accepts_client("desk2")
                && !settings.accepts_client("")
        );
        assert!(!IdentitySettings::default().accepts_client(""));
    }
}
