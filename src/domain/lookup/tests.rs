use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn readings(text: &str) -> Vec<Lookup> {
    recognise(text, "US").unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

fn name(first: &str, last: &str) -> Lookup {
    Lookup::Name {
        first: first.into(),
        last: last.into(),
    }
}

#[rstest]
#[case("(787) 555-0103", "+17875550103")]
#[case("808.555.0191", "+18085550191")]
#[case("404 555 0103", "+14045550103")]
#[case("3035550113", "+13035550113")]
#[case("1-416-555-0105", "+14165550105")]
#[case("+1 (404) 555-0129", "+14045550129")]
#[case("0012045550130", "+12045550130")]
#[case("001 204 555 0130", "+12045550130")]
#[case("+44 (0)121 496 0019", "+441214960019")]
#[case("0044 131 496 0883", "+441314960883")]
#[case("011 44 113 496 0452", "+441134960452")]
#[case("+44 (0)20 7946 0725", "+442079460725")]
#[case("+447700 900965", "+447700900965")]
fn numbers_in_every_notation_become_e164(#[case] typed: &str, #[case] number: &str) {
    assert_eq!(normalise_mobile(typed, "US").as_deref(), Ok(number));
    assert_eq!(
        normalise_mobile(number, "US").as_deref(),
        Ok(number),
        "E.164 stays as it is"
    );
}

#[rstest]
#[case("555-01", LookupError::MobileLength)]
#[case("n/a", LookupError::MobileSigns)]
#[case("+", LookupError::MobileLength)]
#[case("12345678901234567", LookupError::MobileLength)]
#[case("+0 212 555 0123", LookupError::MobileCountry)]
#[case("+999 212 555 0123", LookupError::MobileCountry)]
#[case("212+5550123", LookupError::MobileSigns)]
#[case("٢١٢٥٥٥٠١٢٣", LookupError::MobileSigns)]
#[case("", LookupError::MobileSigns)]
fn what_is_no_number_says_why(#[case] typed: &str, #[case] error: LookupError) {
    assert_eq!(normalise_mobile(typed, "US"), Err(error));
}

#[test]
fn the_default_region_and_its_trunk_prefix_count() {
    assert_eq!(
        normalise_mobile("020 7946 0725", "GB").as_deref(),
        Ok("+442079460725")
    );
    assert_eq!(
        normalise_mobile("07700 900123", "GB").as_deref(),
        Ok("+447700900123")
    );
    assert_eq!(
        normalise_mobile("212 555 0123", "XX"),
        Err(LookupError::MobileCountry)
    );
}

#[test]
fn addresses_keep_their_tags_and_lose_their_case() {
    assert_eq!(
        validate_email(" Ne'Shawn+Offers@Example.COM "),
        Ok(Lookup::Email("ne'shawn+offers@example.com".into()))
    );
    assert_eq!(validate_email("joh"), Ok(Lookup::EmailPrefix("joh".into())));
    assert_eq!(
        validate_email("Johnson16@exa"),
        Ok(Lookup::EmailPrefix("johnson16@exa".into()).into_email())
    );
    assert_eq!(
        validate_email("johnson16@"),
        Ok(Lookup::EmailPrefix("johnson16@".into()))
    );
    assert_eq!(
        validate_email("johnson16@example."),
        Ok(Lookup::EmailPrefix("johnson16@example.".into()))
    );
    for (typed, error) in [
        ("Tyrone <johnson16@example.com>", LookupError::EmailDisplay),
        ("<johnson16@example.com>", LookupError::EmailDisplay),
        ("has space@example.com", LookupError::EmailSpace),
        ("two@@example.com", LookupError::EmailAts),
        ("jo", LookupError::EmailShort),
        ("@example.com", LookupError::Email),
        ("..jo", LookupError::Email),
        ("  ", LookupError::Empty),
    ] {
        assert_eq!(validate_email(typed), Err(error), "{typed}");
    }
}

impl Lookup {
    /// An address without a dot in its domain is one by the letter of the law, so it counts as whole.
    fn into_email(self) -> Self {
        match self {
            Self::EmailPrefix(text) => Self::Email(text),
            other => other,
        }
    }
}

#[test]
fn one_line_is_recognised() {
    assert_eq!(
        readings("Johnson16@Example.com"),
        [Lookup::Email("johnson16@example.com".into())]
    );
    let both = [
        Lookup::Mobile("+13035550113".into()),
        Lookup::UserId("3035550113".into()),
    ];
    assert_eq!(readings("3035550113"), both, "ten bare digits may be either");
    assert_eq!(
        readings("(303) 555-0113"),
        [Lookup::Mobile("+13035550113".into())]
    );
    assert_eq!(readings("0011242536"), [Lookup::UserId("0011242536".into())]);
    assert_eq!(
        readings("0113"),
        [Lookup::MobileLast4("0113".into()), Lookup::UserId("0113".into())]
    );
    assert_eq!(readings("EC72360839")[0], Lookup::UserId("EC72360839".into()));
    assert_eq!(
        readings("Okafor")[..2],
        [
            Lookup::AnyName("Okafor".into()),
            Lookup::EmailPrefix("okafor".into())
        ]
    );
    assert_eq!(readings("James Okafor")[0], name("James", "Okafor"));
    assert!(readings("Okafor James").contains(&name("James", "Okafor")));
    assert_eq!(readings("Okafor, James")[0], name("James", "Okafor"));
    assert_eq!(
        readings("Lucy-Anne van der Berg")[0],
        name("Lucy-Anne", "van der Berg")
    );
    assert!(readings("Mary Ann Young").contains(&name("Mary Ann", "Young")));
    assert_eq!(readings("佐藤")[0], Lookup::AnyName("佐藤".into()));
}

#[rstest]
#[case("two@@example.com", LookupError::EmailAts)]
#[case("has space@example.com", LookupError::EmailSpace)]
#[case("(303) 555-01", LookupError::MobileLength)]
#[case("   ", LookupError::Empty)]
#[case("?!", LookupError::Name)]
fn one_line_that_is_nothing_says_why(#[case] typed: &str, #[case] error: LookupError) {
    assert_eq!(recognise(typed, "US").expect_err("refused").code(), error.code());
}

#[test]
fn errors_never_repeat_what_was_typed() {
    let secret = "someone@@private.example";
    let error = recognise(secret, "US").expect_err("refused");
    assert!(!format!("{error} {error:?}").contains("private"));
    assert_eq!(format!("{:?}", Lookup::Email("a@b.test".into())), "Lookup(email)");
}

#[test]
fn names_are_compared_without_marks_and_punctuation() {
    assert_eq!(name_key("  Siobhán  O’Malley-Brown "), "siobhan omalley brown");
    assert_eq!(name_key("Łukasz Dvořák"), "lukasz dvorak");
    assert_eq!(name_key("Yılmaz"), "yilmaz");
    assert_eq!(
        name_key("प्रिया"),
        "प्रिया",
        "marks of other scripts belong to their letters"
    );
    assert_eq!(name_key("ガ"), name_key("カ\u{3099}"));
    assert_eq!(name_key("\u{202e}!?"), "");
}

#[test]
fn better_fits_score_higher_and_strangers_not_at_all() {
    let score = |first: &str, last: &str| name_score(&name_key(first), &name_key(last), "siobhan", "omalley");
    assert!((score("Siobhán", "O'Malley") - EXACT).abs() < f64::EPSILON);
    assert!(score("Sio", "O'Malley") >= PREFIX && score("Sio", "O'Malley") < EXACT);
    assert!(score("Siobahn", "O'Malley") >= SIMILAR && score("Siobahn", "O'Malley") < PREFIX);
    assert!(score("Siobhan", "Omaley") >= SIMILAR);
    assert_eq!(score("Siobhan", "Brown"), 0.0);
    assert!(any_name_score("berg", "lucy anne", "van der berg") >= PREFIX);
    assert!(any_name_score("omally", "siobhan", "omalley") >= SIMILAR);
}

#[test]
fn addresses_made_of_names_give_them_back() {
    let names = |address| email_names(address).map(|(first, last)| format!("{first}|{last}"));
    assert_eq!(
        names("ada.lovelace7@example.com").as_deref(),
        Some("ada|lovelace")
    );
    assert_eq!(names("ada_lovelace@example.com").as_deref(), Some("ada|lovelace"));
    assert_eq!(names("lovelace@example.com"), None);
    assert_eq!(names("a.b.c@example.com"), None);
    assert_eq!(names("ada.lovelace"), None);
}

proptest! {
    #[test]
    fn every_neighbour_of_an_address_is_one_error_away_and_none_is_missing(
        local in "[a-z][a-z0-9.]{0,11}", at in any::<prop::sample::Index>(), other in "[a-z]",
    ) {
        let address = format!("{local}@example.com");
        let all = email_neighbours(&address);
        for near in &all {
            prop_assert_eq!(strsim::damerau_levenshtein(near, &address), 1, "{}", near);
        }
        let mut wrong: Vec<char> = local.chars().collect();
        let place = at.index(wrong.len());
        wrong[place] = other.chars().next().unwrap_or('a');
        let wrong: String = wrong.into_iter().collect();
        let found = all.contains(&format!("{wrong}@example.com"));
        prop_assert!(found || wrong == local, "{}", wrong);
    }

    #[test]
    fn nothing_typed_makes_it_panic(text in any::<String>(), region in "[A-Z]{2}") {
        if let Ok(readings) = recognise(&text, &region) {
            prop_assert!(!readings.is_empty());
        }
        let _ = (validate_email(&text), validate_mobile(&text, &region), validate_user_id(&text), validate_name(&text, &text));
        let key = name_key(&text);
        prop_assert_eq!(name_key(&key), key.clone());
        prop_assert!((name_score(&key, &key, &key, &key) - EXACT).abs() < 1e-9);
    }

    #[test]
    fn numbers_that_pass_are_e164(text in "[0-9 ().+-]{1,24}") {
        if let Ok(number) = normalise_mobile(&text, "US") {
            prop_assert!(number.starts_with('+') && number.len() <= 16 && number[1..].bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(normalise_mobile(&number, "US"), Ok(number.clone()));
        }
    }
}
