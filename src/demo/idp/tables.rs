//! What the provider remembers, in memory: device codes under way and families of refresh tokens. The rules of
//! RFC 8628 and of rotation live here; time is passed in.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::people::Person;
use crate::domain::time::Moment;

/// More codes than this at once are refused.
const MOST_GRANTS: usize = 1_000;
/// A poll may come this much early without being told off: timers are not exact.
const TOLERANCE: Duration = Duration::from_millis(50);
/// Unknown codes that may be tried per minute.
const GUESSES: u32 = 30;
/// What `slow_down` adds to the interval.
const SLOW_DOWN: Duration = Duration::from_secs(5);

/// What was decided about a device code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Pending,
    Approved(&'static Person),
    Denied,
}

/// A sign-in under way.
#[derive(Debug, Clone)]
pub(super) struct DeviceGrant {
    pub user_code: String,
    pub scopes: Vec<String>,
    pub expires_at: Instant,
    pub decision: Decision,
    interval: Duration,
    last_poll: Option<Instant>,
}

/// What a poll finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Poll {
    Granted {
        person: &'static Person,
        scopes: Vec<String>,
    },
    Pending,
    SlowDown,
    Denied,
    Expired,
    Unknown,
}

/// A refresh token's line: all tokens that came from one sign-in.
#[derive(Debug, Clone)]
struct Family {
    person: &'static Person,
    scopes: Vec<String>,
    /// When the person approved the sign-in: stays the same over all renewals.
    proved_at: Moment,
    current: String,
    /// The one before, and when it was spent.
    spent: Option<(String, Instant)>,
    expires_at: Instant,
    revoked: bool,
}

/// What a refresh finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    Granted {
        person: &'static Person,
        scopes: Vec<String>,
        proved_at: Moment,
        token: String,
    },
    /// Unknown, expired, revoked; or spent before, which revokes the whole family.
    Dead,
}

/// Everything that the provider remembers.
#[derive(Default)]
pub(super) struct Tables {
    grants: HashMap<String, DeviceGrant>,
    families: HashMap<u64, Family>,
    refresh_tokens: HashMap<String, u64>,
    access_tokens: HashMap<String, (&'static Person, Instant)>,
    next_family: u64,
    guesses: u32,
    guesses_since: Option<Instant>,
}

impl Tables {
    /// Starts a sign-in; `None` when too many are under way. Gives the device code and the user code.
    pub(super) fn start(
        &mut self,
        scopes: Vec<String>,
        life: Duration,
        interval: Duration,
        now: Instant,
    ) -> Option<(String, String)> {
        self.grants
            .retain(|_, grant| grant.expires_at + Duration::from_secs(60) > now);
        if self.grants.len() >= MOST_GRANTS {
            return None;
        }
        let user_code = loop {
            let code = new_user_code();
            if !self.grants.values().any(|grant| grant.user_code == code) {
                break code;
            }
        };
        let device_code = secret();
        let grant = DeviceGrant {
            user_code: user_code.clone(),
            scopes,
            expires_at: now + life,
            decision: Decision::Pending,
            interval,
            last_poll: None,
        };
        self.grants.insert(device_code.clone(), grant);
        Some((device_code, user_code))
    }

    /// Polls for the decision; a granted code is spent with that.
    pub(super) fn poll(&mut self, device_code: &str, now: Instant) -> Poll {
        let Some(grant) = self.grants.get_mut(device_code) else {
            return Poll::Unknown;
        };
        if now >= grant.expires_at {
            return Poll::Expired;
        }
        let early = grant
            .last_poll
            .is_some_and(|last| now + TOLERANCE < last + grant.interval);
        grant.last_poll = Some(now);
        if early {
            grant.interval += SLOW_DOWN;
            return Poll::SlowDown;
        }
        match grant.decision {
            Decision::Pending => Poll::Pending,
            Decision::Denied => Poll::Denied,
            Decision::Approved(person) => {
                let scopes = std::mem::take(&mut grant.scopes);
                self.grants.remove(device_code);
                Poll::Granted { person, scopes }
            }
        }
    }

    /// The sign-in under way with this user code, however it is written. `Err` when too many wrong codes were tried.
    pub(super) fn find(
        &mut self,
        typed: &str,
        now: Instant,
    ) -> Result<Option<&mut DeviceGrant>, TooManyGuesses> {
        if self
            .guesses_since
            .is_none_or(|since| now > since + Duration::from_secs(60))
        {
            (self.guesses, self.guesses_since) = (0, Some(now));
        }
        if self.guesses >= GUESSES {
            return Err(TooManyGuesses);
        }
        let code = normal(typed);
        let found = self
            .grants
            .values_mut()
            .find(|grant| normal(&grant.user_code) == code && now < grant.expires_at)
            .filter(|_| !code.is_empty());
        if found.is_none() {
            self.guesses += 1;
        }
        Ok(found)
    }

    /// Starts a family of refresh tokens.
    pub(super) fn refresh_token(
        &mut self,
        person: &'static Person,
        scopes: Vec<String>,
        proved_at: Moment,
        (life, now): (Duration, Instant),
    ) -> String {
        self.families.retain(|_, family| family.expires_at > now);
        self.refresh_tokens.retain(|_, id| self.families.contains_key(id));
        let token = secret();
        self.next_family += 1;
        let family = Family {
            person,
            scopes,
            proved_at,
            current: token.clone(),
            spent: None,
            expires_at: now + life,
            revoked: false,
        };
        self.families.insert(self.next_family, family);
        self.refresh_tokens.insert(token.clone(), self.next_family);
        token
    }

    /// Uses a refresh token without spending it.
    pub(super) fn keep(&self, token: &str, now: Instant) -> Refresh {
        let family = self
            .refresh_tokens
            .get(token)
            .and_then(|id| self.families.get(id));
        match family {
            Some(family) if !family.revoked && now < family.expires_at => Refresh::Granted {
                person: family.person,
                scopes: family.scopes.clone(),
                proved_at: family.proved_at,
                token: token.to_owned(),
            },
            _ => Refresh::Dead,
        }
    }

    /// Spends a refresh token and gives its successor. A token that was spent before shows theft: the family dies, unless
    /// it is the one before and was spent within the leeway, as when an answer was lost.
    pub(super) fn rotate(&mut self, token: &str, leeway: Duration, now: Instant) -> Refresh {
        let Some(id) = self.refresh_tokens.get(token).copied() else {
            return Refresh::Dead;
        };
        let Some(family) = self.families.get_mut(&id) else {
            return Refresh::Dead;
        };
        if family.revoked || now >= family.expires_at {
            return Refresh::Dead;
        }
        let lost = family
            .spent
            .as_ref()
            .is_some_and(|(spent, at)| spent == token && now < *at + leeway);
        if family.current != token && !lost {
            tracing::warn!("a spent refresh token was used again; its whole family is revoked");
            family.revoked = true;
            return Refresh::Dead;
        }
        let next = secret();
        let before = std::mem::replace(&mut family.current, next.clone());
        if !lost {
            family.spent = Some((before, now));
        }
        let (person, scopes, proved_at) = (family.person, family.scopes.clone(), family.proved_at);
        self.refresh_tokens.insert(next.clone(), id);
        Refresh::Granted {
            person,
            scopes,
            proved_at,
            token: next,
        }
    }

    /// Revokes the family of a refresh token, or forgets an access token; unknown ones are fine.
    pub(super) fn revoke(&mut self, token: &str) {
        if let Some(family) = self
            .refresh_tokens
            .get(token)
            .and_then(|id| self.families.get_mut(id))
        {
            family.revoked = true;
        }
        self.access_tokens.remove(token);
    }

    /// Remembers an access token for the userinfo endpoint.
    pub(super) fn minted(&mut self, token: &str, person: &'static Person, until: Instant, now: Instant) {
        self.access_tokens.retain(|_, (_, until)| *until > now);
        self.access_tokens.insert(token.to_owned(), (person, until));
    }

    /// Whose access token this is.
    pub(super) fn owner(&self, token: &str, now: Instant) -> Option<&'static Person> {
        self.access_tokens
            .get(token)
            .filter(|(_, until)| *until > now)
            .map(|(person, _)| *person)
    }
}

/// Too many wrong codes within a minute.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooManyGuesses;

/// A code as people type it: case, spaces and hyphens do not matter.
fn normal(code: &str) -> String {
    code.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(16)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Some 240 bits of chance.
pub(super) fn secret() -> String {
    format!(
        "{}{}",
        uuid::Uuid::new_v4().simple(),
        uuid::Uuid::new_v4().simple()
    )
}

/// Eight consonants in two groups: no words by accident, and nothing that looks alike.
fn new_user_code() -> String {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut code = String::with_capacity(9);
    while code.len() < 9 {
        // bytes 6 and 8 of a random UUID hold its version; the others are chance
        for byte in &uuid::Uuid::new_v4().into_bytes()[9..] {
            if *byte >= 240 || code.len() >= 9 {
                continue; // 240 is a multiple of 20: no letter is likelier than another
            }
            if code.len() == 4 {
                code.push('-');
            }
            code.push(char::from(LETTERS[usize::from(*byte % 20)]));
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::super::people::PEOPLE;
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(5);
    const LIFE: Duration = Duration::from_secs(600);

    fn started() -> (Tables, String, String, Instant) {
        let (mut tables, now) = (Tables::default(), Instant::now());
        let (device, user) = tables
            .start(vec!["openid".to_owned()], LIFE, INTERVAL, now)
            .expect("room");
        (tables, device, user, now)
    }

    #[test]
    fn a_code_is_granted_once() {
        let (mut tables, device, user, now) = started();
        assert_eq!(tables.poll(&device, now), Poll::Pending);
        let typed = user.to_lowercase().replace('-', " ");
        tables
            .find(&typed, now)
            .expect("few guesses")
            .expect("there")
            .decision = Decision::Approved(&PEOPLE[0]);
        assert!(
            matches!(tables.poll(&device, now + INTERVAL), Poll::Granted { person, .. } if person.key == "amara")
        );
        assert_eq!(tables.poll(&device, now + INTERVAL * 2), Poll::Unknown);
    }

    #[test]
    fn who_polls_too_fast_is_slowed_down_for_good() {
        let (mut tables, device, _, now) = started();
        assert_eq!(tables.poll(&device, now), Poll::Pending);
        assert_eq!(tables.poll(&device, now + Duration::from_secs(1)), Poll::SlowDown);
        assert_eq!(
            tables.poll(&device, now + Duration::from_secs(7)),
            Poll::SlowDown,
            "ten seconds now"
        );
        assert_eq!(tables.poll(&device, now + Duration::from_secs(23)), Poll::Pending);
    }

    #[test]
    fn an_old_code_is_expired_and_cannot_be_approved() {
        let (mut tables, device, user, now) = started();
        assert_eq!(tables.poll(&device, now + LIFE), Poll::Expired);
        assert!(tables.find(&user, now + LIFE).expect("few guesses").is_none());
    }

    #[test]
    fn guessing_codes_ends_soon() {
        let (mut tables, _, user, now) = started();
        for _ in 0..GUESSES {
            assert!(tables.find("BBBB-BBBB", now).expect("still allowed").is_none());
        }
        assert_eq!(tables.find(&user, now).err(), Some(TooManyGuesses));
        assert!(
            tables
                .find(&user, now + Duration::from_secs(61))
                .expect("allowed again")
                .is_some()
        );
    }

    #[test]
    fn a_spent_refresh_token_kills_its_family() {
        let (mut tables, now) = (Tables::default(), Instant::now());
        let first = tables.refresh_token(&PEOPLE[0], Vec::new(), Moment::EPOCH, (LIFE, now));
        let Refresh::Granted { token: second, .. } = tables.rotate(&first, Duration::ZERO, now) else {
            panic!("granted")
        };
        let Refresh::Granted { token: third, .. } = tables.rotate(&second, Duration::ZERO, now) else {
            panic!("granted")
        };
        assert_eq!(tables.rotate(&first, Duration::ZERO, now), Refresh::Dead);
        assert_eq!(tables.rotate(&third, Duration::ZERO, now), Refresh::Dead);
    }

    #[test]
    fn the_token_before_works_for_a_while_and_again_only_then() {
        let leeway = Duration::from_secs(30);
        let (mut tables, now) = (Tables::default(), Instant::now());
        let first = tables.refresh_token(&PEOPLE[0], Vec::new(), Moment::EPOCH, (LIFE, now));
        let next = |tables: &mut Tables, token: &str, at| match tables.rotate(token, leeway, at) {
            Refresh::Granted { token, .. } => token,
            Refresh::Dead => panic!("granted"),
        };
        let lost = next(&mut tables, &first, now);
        let second = next(&mut tables, &first, now + leeway / 2);
        assert_ne!(lost, second);
        let third = next(&mut tables, &second, now + leeway);
        assert_eq!(tables.rotate(&first, leeway, now + leeway), Refresh::Dead);
        assert_eq!(tables.rotate(&third, leeway, now + leeway), Refresh::Dead);
    }

    #[test]
    fn rotation_does_not_lengthen_the_session_and_revocation_ends_it() {
        let (mut tables, now) = (Tables::default(), Instant::now());
        let first = tables.refresh_token(&PEOPLE[0], Vec::new(), Moment::EPOCH, (LIFE, now));
        let Refresh::Granted { token: second, .. } = tables.rotate(&first, Duration::ZERO, now + LIFE / 2)
        else {
            panic!("granted")
        };
        assert_eq!(tables.rotate(&second, Duration::ZERO, now + LIFE), Refresh::Dead);
        let other = tables.refresh_token(&PEOPLE[1], Vec::new(), Moment::EPOCH, (LIFE, now));
        tables.revoke(&other);
        tables.revoke("never seen");
        assert_eq!(tables.rotate(&other, Duration::ZERO, now), Refresh::Dead);
    }

    #[test]
    fn user_codes_are_two_groups_of_four_consonants() {
        for _ in 0..200 {
            let code = new_user_code();
            assert!(code.len() == 9 && code.as_bytes()[4] == b'-', "{code}");
            assert!(
                code.bytes()
                    .all(|b| b == b'-' || b"BCDFGHJKLMNPQRSTVWXZ".contains(&b)),
                "{code}"
            );
        }
    }
}
