//! Which personal fields are hidden, from whom, and how they look then.
//!
//! The backend masks; a client never holds more than it may show. Masks keep no trace of the length of what they hide,
//! cut between graphemes only, and stay short whatever was stored.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation as _;

use super::account::{Account, Address};
use super::lookup;
use super::permission::Role;
use super::query::{fold, words};

/// What stands for hidden text.
pub const HIDDEN: &str = "•••";
/// Graphemes of an identifier or number that stay visible at its end.
const TAIL: usize = 4;
/// Fewest graphemes that a value must have for its tail to be shown: a mask has to hide something.
const SHORTEST: usize = 8;
/// Longest piece that a mask shows, in bytes: longer ones are no letter, domain or digit but somebody's joke.
const LONGEST_PIECE: usize = 32;

/// A personal field that is masked unless revealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PiiField {
    /// E-mail address.
    Email,
    /// Mobile number.
    Mobile,
    /// Postal address.
    Address,
    /// The partner's identifier.
    UserId,
}

impl PiiField {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Email, Self::Mobile, Self::Address, Self::UserId];

    /// The word for it in JSON, in the audit and in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Mobile => "mobile",
            Self::Address => "address",
            Self::UserId => "user_id",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }

    /// Whether people of this role see the field masked until they reveal it. Everybody behind the desk does, whatever
    /// their rank: seeing it whole takes a reason and leaves a trace. Customers see their own.
    #[must_use]
    pub fn masked_for(self, role: Role) -> bool {
        !matches!(role, Role::Customer)
    }

    /// The field of an account, whole; an address is one line.
    #[must_use]
    pub fn whole(self, account: &Account) -> String {
        match self {
            Self::Email => account.email.clone(),
            Self::Mobile => account.mobile.clone(),
            Self::Address => address_line(&account.address),
            Self::UserId => account.user_id.clone(),
        }
    }

    /// The field of an account as it looks masked; empty when there is nothing to mask.
    #[must_use]
    pub fn masked(self, account: &Account) -> String {
        match self {
            Self::Email => mask_email(&account.email),
            Self::Mobile => mask_mobile(&account.mobile),
            Self::Address => mask_address(&account.address),
            Self::UserId => mask_user_id(&account.user_id),
        }
    }

    /// The field as a person of that role sees it without a reveal.
    #[must_use]
    pub fn shown_to(self, role: Role, account: &Account) -> String {
        if self.masked_for(role) {
            self.masked(account)
        } else {
            self.whole(account)
        }
    }

    /// Whether what a caller says is what is stored. An e-mail address, number or identifier has to be whole; of an
    /// address the street line or the postal code is enough, without regard to case and punctuation. Nothing stored
    /// never matches.
    #[must_use]
    pub fn matches_said(self, account: &Account, said: &str, default_region: &str) -> bool {
        let said = said.trim();
        match self {
            _ if said.is_empty() => false,
            Self::Email => !account.email.is_empty() && said.to_lowercase() == account.email.to_lowercase(),
            Self::Mobile => {
                let number = lookup::normalise_mobile(said, default_region);
                !account.mobile.is_empty() && number.is_ok_and(|number| number == account.mobile)
            }
            Self::UserId => fold(said) == fold(&account.user_id),
            Self::Address => {
                let said = words(said);
                let street = words(&account.address.street);
                let zip = words(&account.address.zip);
                !said.is_empty()
                    && (said == street || said == zip || said == words(&address_line(&account.address)))
            }
        }
    }
}

/// An address in one line: the parts that are there, separated by commas.
#[must_use]
pub fn address_line(address: &Address) -> String {
    let last = [address.state.trim(), address.zip.trim()].join(" ");
    let street = address
        .street
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(", ");
    join(&[&street, address.city.trim(), last.trim()])
}

/// `j•••@•••.com`: the first letter and the top-level domain.
#[must_use]
pub fn mask_email(email: &str) -> String {
    if email.is_empty() {
        return String::new();
    }
    let Some((local, domain)) = email.rsplit_once('@') else {
        return HIDDEN.to_owned();
    };
    let first = local
        .graphemes(true)
        .next()
        .filter(|g| g.len() <= LONGEST_PIECE)
        .unwrap_or("");
    let top = domain.rsplit_once('.').map(|(_, top)| top);
    match top
        .filter(|top| top.len() <= LONGEST_PIECE && !top.is_empty() && top.chars().all(char::is_alphanumeric))
    {
        Some(top) => format!("{first}{HIDDEN}@{HIDDEN}.{top}"),
        None => format!("{first}{HIDDEN}@{HIDDEN}"),
    }
}

/// `•••0117`: the last four digits.
#[must_use]
pub fn mask_mobile(mobile: &str) -> String {
    let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
    if mobile.is_empty() {
        String::new()
    } else {
        tail(&digits)
    }
}

/// City and state only.
#[must_use]
pub fn mask_address(address: &Address) -> String {
    join(&[address.city.trim(), address.state.trim()])
}

/// `•••3679`: the last four characters.
#[must_use]
pub fn mask_user_id(user_id: &str) -> String {
    if user_id.is_empty() {
        String::new()
    } else {
        tail(user_id)
    }
}

fn tail(text: &str) -> String {
    let graphemes: Vec<&str> = text.graphemes(true).collect();
    let kept = if graphemes.len() < SHORTEST {
        &[]
    } else {
        graphemes.get(graphemes.len() - TAIL..).unwrap_or(&[])
    };
    let kept = if kept.iter().any(|g| g.len() > LONGEST_PIECE) {
        String::new()
    } else {
        kept.concat()
    };
    format!("{HIDDEN}{kept}")
}

fn join(parts: &[&str]) -> String {
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::AccountId;
    use crate::domain::time::Moment;

    fn account() -> Account {
        Account {
            id: AccountId::new(),
            user_id: "EC72360839".into(),
            first_name: "Tyrone".into(),
            last_name: "Johnson".into(),
            email: "Johnson16@example.com".into(),
            mobile: "+18085550156".into(),
            address: Address {
                street: "902 Main St, Apt 4B\nRear entrance".into(),
                city: "Portland".into(),
                state: "ME".into(),
                zip: "04103-5980".into(),
            },
            created_at: Moment::EPOCH,
            version: 1,
        }
    }

    #[test]
    fn masks_show_what_the_table_says_and_no_more() {
        let shown = |field: PiiField| field.shown_to(Role::Admin, &account());
        assert_eq!(shown(PiiField::Email), "J•••@•••.com");
        assert_eq!(shown(PiiField::Mobile), "•••0156");
        assert_eq!(shown(PiiField::Address), "Portland, ME");
        assert_eq!(shown(PiiField::UserId), "•••0839");
        assert_eq!(
            PiiField::Email.shown_to(Role::Customer, &account()),
            "Johnson16@example.com"
        );
        let line = "902 Main St, Apt 4B, Rear entrance, Portland, ME 04103-5980";
        assert_eq!(PiiField::Address.whole(&account()), line);
    }

    #[test]
    fn odd_values_are_hidden_rather_than_shown() {
        assert_eq!(mask_email("no-at-sign"), "•••");
        assert_eq!(mask_email("x@localhost"), "x•••@•••");
        assert_eq!(
            mask_email(&format!("a{}@example.com", "\u{301}".repeat(500))),
            "•••@•••.com"
        );
        assert_eq!(mask_email("a@example.c\u{1b}[2J"), "a•••@•••");
        assert_eq!(mask_mobile("555-01"), "•••");
        assert_eq!(mask_user_id("1234"), "•••");
        assert_eq!(
            (
                mask_email("").as_str(),
                mask_mobile("").as_str(),
                mask_user_id("").as_str()
            ),
            ("", "", "")
        );
        assert_eq!(mask_user_id("ab👩‍👩‍👧‍👦cdefg\u{65}\u{301}"), "•••efge\u{301}");
    }

    #[test]
    fn what_a_caller_says_is_compared_without_being_shown() {
        let says = |field: PiiField, said: &str| field.matches_said(&account(), said, "US");
        assert!(says(PiiField::Email, " JOHNSON16@example.com "));
        assert!(says(PiiField::Mobile, "(808) 555-0156") && says(PiiField::Mobile, "001 808 555 0156"));
        assert!(says(PiiField::UserId, "ec72360839"));
        assert!(
            says(PiiField::Address, "04103-5980")
                && says(PiiField::Address, "902 main st apt 4b rear entrance")
        );
        assert!(
            !says(PiiField::Mobile, "0156")
                && !says(PiiField::Email, "johnson16")
                && !says(PiiField::Address, "902")
                && !says(PiiField::UserId, "0839")
                && !says(PiiField::UserId, "EC72360838")
        );
        let nothing = Account {
            email: String::new(),
            mobile: String::new(),
            user_id: String::new(),
            ..account()
        };
        for field in PiiField::ALL {
            assert!(!field.matches_said(&nothing, "", "US"));
            assert_eq!(PiiField::from_word(field.word()), Some(field));
        }
    }

    proptest! {
        #[test]
        fn a_mask_never_gives_the_value_away(text in "\\PC{8,80}") {
            for masked in [mask_email(&text), mask_mobile(&text), mask_user_id(&text)] {
                prop_assert!(!masked.contains(&text));
                prop_assert!(masked.len() <= 4 * LONGEST_PIECE + 16);
            }
        }
    }
}
