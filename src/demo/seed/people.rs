//! Customers: invented people with numbers and addresses that belong to nobody.

use super::rng::Rng;
use crate::domain::account::{Account, Address};
use crate::domain::id::AccountId;
use crate::domain::lookup::name_key;
use crate::domain::time::Moment;

const DAY: i64 = 86_400;

const FIRST: &[&str] = &[
    "Maria", "James", "Aisha", "Daniel", "Emily", "Carlos", "Grace", "Omar", "Hannah", "Tyrone", "Priya",
    "Lucas", "Naomi", "Ethan", "Sofia", "Marcus", "Chloe", "Andre", "Mei", "Patrick", "Fatima", "Samuel",
    "Elena", "Joseph", "Zoë", "Victor", "Ruth", "Hassan", "Camila", "Peter", "Ingrid", "Malik", "Beatriz",
    "Noah", "Keisha", "Thomas", "Yara", "Benjamin", "Lucía", "Owen", "Renée", "Darnell", "Svetlana",
    "Michael", "Imani", "Jorge", "Abigail", "Ravi", "Jean-Luc", "Rosa", "Caleb", "Nadia", "Isaac", "Siobhán",
    "Trevor", "Leila", "Walter", "Denise", "Kofi", "Margaret",
];
const LAST: &[&str] = &[
    "Garcia",
    "Johnson",
    "Nguyen",
    "Williams",
    "Patel",
    "Okafor",
    "Brown",
    "Martínez",
    "Lee",
    "Davis",
    "O'Brien",
    "Rodriguez",
    "Miller",
    "Kim",
    "Wilson",
    "Hernandez",
    "Anderson",
    "Thomas",
    "Jackson",
    "White",
    "Harris",
    "Clark",
    "Lewis",
    "Robinson",
    "Walker",
    "Young",
    "Allen",
    "King",
    "Wright",
    "Scott",
    "Torres",
    "Hill",
    "Green",
    "Adams",
    "Baker",
    "Nelson",
    "Carter",
    "Mitchell",
    "Perez",
    "Roberts",
    "Turner",
    "Phillips",
    "Campbell",
    "Parker",
    "Evans",
    "Edwards",
    "Collins",
    "Stewart",
    "Morris",
    "Rogers",
    "Reed",
    "Cook",
    "Morgan",
    "Bell",
    "Murphy",
    "Bailey",
    "Rivera",
    "Cooper",
    "Richardson",
    "Cox",
    "Howard",
    "Ward",
    "Peterson",
    "Gray",
    "Ramirez",
    "Watson",
    "Brooks",
    "Kelly",
    "Sanders",
    "Price",
    "Bennett",
    "Wood",
    "Barnes",
    "Ross",
    "Henderson",
    "Coleman",
    "Jenkins",
    "Perry",
    "Powell",
    "Long",
    "Patterson",
    "Hughes",
    "Flores",
    "Washington",
    "Butler",
    "Simmons",
    "Foster",
    "Gonzales",
    "Bryant",
    "Alexander",
    "Russell",
    "Griffin",
    "Díaz",
    "Hayes",
    "Van der Berg",
    "Müller",
    "Kowalski",
    "Haddad",
    "Whitfield-Cruz",
    "Abdullah",
];
/// Names that lists and look-ups have to cope with.
const OTHER: &[(&str, &str)] = &[
    ("美咲", "田中"),
    ("伟", "王"),
    ("지우", "박"),
    ("محمد", "الحسن"),
    ("נועה", "כהן"),
    ("Анна", "Щербакова"),
    ("प्रिया", "शर्मा"),
    ("Nguyễn Thị", "Ánh"),
    ("Ana 🌻", "Lima"),
    ("José María", "de la Cruz y Fernández"),
    (
        "Müller-Lüdenscheidt-Wolkenstein-Rosenthal-Hohenberg",
        "Featherstonehaugh-Cholmondeley",
    ),
    ("Cher", "Ng"),
    ("Zalgo\u{300}\u{301}\u{302}\u{303}", "O\u{336}ld"),
];
/// Names that try something; data is data.
const HOSTILE: &[(&str, &str)] = &[
    ("Robert'); DROP TABLE accounts;--", "Tables"),
    ("Ty\u{1b}[2J\u{1b}[31mrone", "Red\u{1b}[0m"),
    ("Rev\u{202e}ersed", "Bidi\u{2066}"),
    ("Zero\u{200b}Width", "Sp\u{feff}ace"),
    ("=HYPERLINK(\"https://example.com\")", "+cmd"),
    ("Bell\u{7}\u{8}\u{9b}31m", "Control"),
    ("<script>alert(1)</script>", "& Sons"),
];
/// City, state, beginning of the postal code.
const CITIES: &[(&str, &str, &str)] = &[
    ("Woonsocket", "RI", "028"),
    ("Providence", "RI", "029"),
    ("Boston", "MA", "021"),
    ("Worcester", "MA", "016"),
    ("Hartford", "CT", "061"),
    ("New York", "NY", "100"),
    ("Buffalo", "NY", "142"),
    ("Newark", "NJ", "071"),
    ("Philadelphia", "PA", "191"),
    ("Pittsburgh", "PA", "152"),
    ("Baltimore", "MD", "212"),
    ("Richmond", "VA", "232"),
    ("Charlotte", "NC", "282"),
    ("Atlanta", "GA", "303"),
    ("Miami", "FL", "331"),
    ("Tampa", "FL", "336"),
    ("Columbus", "OH", "432"),
    ("Detroit", "MI", "482"),
    ("Chicago", "IL", "606"),
    ("Nashville", "TN", "372"),
    ("Houston", "TX", "770"),
    ("Austin", "TX", "787"),
    ("Denver", "CO", "802"),
    ("Phoenix", "AZ", "850"),
    ("Los Angeles", "CA", "900"),
    ("San Diego", "CA", "921"),
    ("Sacramento", "CA", "958"),
    ("Portland", "OR", "972"),
    ("Seattle", "WA", "981"),
    ("San Juan", "PR", "009"),
];
const STREETS: &[&str] = &[
    "Main St",
    "Oak Ave",
    "Maple St",
    "Washington St",
    "Park Ave",
    "2nd St",
    "Elm St",
    "Lake Dr",
    "Hill Rd",
    "Cedar Ln",
    "Martin Luther King Jr Blvd",
    "Broadway",
    "Chestnut St",
    "Church St",
    "Highland Ave",
    "River Rd",
];
/// Area codes; with 555-0100 to 555-0199 behind them, numbers for fiction.
const AREAS: &[u32] = &[
    401, 617, 508, 860, 212, 716, 973, 215, 412, 410, 804, 704, 404, 305, 813, 614, 313, 312, 615, 713, 512,
    303, 602, 213, 619, 916, 503, 206, 787, 202,
];
const DOMAINS: &[&str] = &["example.com", "example.net", "example.org", "mail.example"];

/// The customer of the demo's use case: says that an offer is missing, and is right.
pub const KNOWN: usize = 0;
/// The customer with the largest wallet.
pub const LARGEST: usize = 1;

/// The customer of this place, the same for each seed and moment.
pub fn account(seed: u64, place: usize, id: AccountId, now: Moment) -> Account {
    let mut rng = Rng::part(seed, 0x1000 + place as u64);
    match place {
        KNOWN => known(id, now),
        LARGEST => large(id, now),
        _ => {
            let (first, last) = name(&mut rng, place);
            invented(&mut rng, place, id, now, first, last)
        }
    }
}

fn known(id: AccountId, now: Moment) -> Account {
    Account {
        id,
        user_id: "EC40271865".to_owned(),
        first_name: "Dana".to_owned(),
        last_name: "Whitfield".to_owned(),
        email: "dana.whitfield@example.com".to_owned(),
        mobile: "+14015550142".to_owned(),
        address: Address {
            street: "118 Chestnut St, Apt 4B".to_owned(),
            city: "Providence".to_owned(),
            state: "RI".to_owned(),
            zip: "02903".to_owned(),
        },
        created_at: now.plus_days(-1_187),
        version: 1,
    }
}

fn large(id: AccountId, now: Moment) -> Account {
    Account {
        id,
        user_id: "EC00000042".to_owned(),
        first_name: "Rosalind".to_owned(),
        last_name: "Achebe".to_owned(),
        email: "rosalind.achebe@example.com".to_owned(),
        mobile: "+16175550177".to_owned(),
        address: Address {
            street: "2214 Highland Ave".to_owned(),
            city: "Boston".to_owned(),
            state: "MA".to_owned(),
            zip: "02116".to_owned(),
        },
        created_at: now.plus_days(-3_400),
        version: 1,
    }
}

fn name(rng: &mut Rng, place: usize) -> (String, String) {
    let both = |(first, last): &(&str, &str)| ((*first).to_owned(), (*last).to_owned());
    match place {
        // Neighbours of the known customer, for typing errors and namesakes.
        2 => return ("Dana".to_owned(), "Whitfeld".to_owned()),
        3 => return ("Daniel".to_owned(), "Whitfield".to_owned()),
        4 => return ("Dana".to_owned(), "Whitmore".to_owned()),
        _ => {}
    }
    if place % 97 == 5 {
        return both(&HOSTILE[place / 97 % HOSTILE.len()]);
    }
    if place % 41 == 7 {
        return both(&OTHER[place / 41 % OTHER.len()]);
    }
    ((*rng.pick(FIRST)).to_owned(), (*rng.pick(LAST)).to_owned())
}

fn invented(rng: &mut Rng, place: usize, id: AccountId, now: Moment, first: String, last: String) -> Account {
    let (city, state, zip) = *rng.pick(CITIES);
    let mut street = format!("{} {}", rng.range(1, 9_899), rng.pick(STREETS));
    if rng.chance(15) {
        street.push_str(&format!(
            ", Apt {}{}",
            rng.range(1, 30),
            rng.pick(&["", "A", "B", "C"])
        ));
    } else if rng.chance(3) {
        street.push_str("\nRear entrance");
    }
    let long = if rng.chance(20) {
        format!("-{:04}", rng.range(1, 9_999))
    } else {
        String::new()
    };
    let mobile = if rng.chance(4) {
        String::new()
    } else {
        format!("+1{}55501{:02}", rng.pick(AREAS), rng.below(100))
    };
    let age = rng.range(DAY, 3_300 * DAY).min(rng.range(DAY, 3_300 * DAY) * 2);
    Account {
        id,
        user_id: user_id(place, rng.chance(6)),
        email: email(rng, place, &first, &last),
        first_name: first,
        last_name: last,
        mobile,
        address: Address {
            street,
            city: city.to_owned(),
            state: state.to_owned(),
            zip: format!("{zip}{:02}{long}", rng.below(100)),
        },
        created_at: now.plus_seconds(-age),
        version: 1,
    }
}

/// Unique by place: a multiplication that takes no two places to one number below 10⁸.
fn user_id(place: usize, bare: bool) -> String {
    let number = (place as u64 * 48_271_939 + 10_000_007) % 100_000_000;
    if bare {
        format!("00{number:08}")
    } else {
        format!("EC{number:08}")
    }
}

fn email(rng: &mut Rng, place: usize, first: &str, last: &str) -> String {
    if rng.chance(3) {
        return String::new();
    }
    let part = |name: &str| -> String {
        name_key(name)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(20)
            .collect()
    };
    let (first, last) = (part(first), part(last));
    let domain = rng.pick(DOMAINS);
    if first.is_empty() || last.is_empty() {
        return format!("member{place}@{domain}");
    }
    match rng.below(4) {
        0 => format!("{first}.{last}{place}@{domain}"),
        1 => format!("{last}.{first}{place}@{domain}"),
        2 => format!("{}{last}{place}@{domain}", &first[..1]),
        _ => format!("{first}_{last}+offers{place}@{domain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_of_a_hundred_thousand_share_a_user_id() {
        let fixed = ["40271865", "00000042"].map(str::to_owned);
        let mut seen: BTreeSet<String> = fixed.into();
        for place in 2..100_000 {
            let id = user_id(place, false);
            assert!(seen.insert(id[2..].to_owned()), "{id}");
        }
    }
}
