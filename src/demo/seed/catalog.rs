//! The catalog: offers of a pharmacy's loyalty scheme and its partners, around the present day.

use rust_decimal::Decimal;

use super::rng::Rng;
use crate::domain::id::OfferId;
use crate::domain::offer::{Offer, OfferType};
use crate::domain::time::Moment;
use crate::domain::value::{Value, ValueKind};

/// Name of the offer that the known customer misses.
pub const MISSING: &str = "ExtraCare $10 off $40";
/// The merchant of the desk's own offers.
const OWN: &str = "Extra Care";

const GOODS: &[&str] = &[
    "vitamins",
    "allergy relief",
    "cough and cold",
    "first aid",
    "skin care",
    "sun care",
    "cosmetics",
    "shampoo",
    "oral care",
    "diapers",
    "baby formula",
    "greeting cards",
    "photo prints",
    "seasonal candy",
    "household cleaning",
    "paper goods",
    "reading glasses",
    "hearing aid batteries",
    "blood pressure monitors",
    "pain relief",
    "protein bars",
    "bottled water",
    "pet treats",
    "school supplies",
    "gift wrap",
    "razors",
    "deodorant",
    "fragrance",
    "sleep aids",
    "digestive care",
];
const PARTNERS: &[(&str, &[&str])] = &[
    (
        "Corner Cafe",
        &["any coffee", "matcha latte", "breakfast sandwich", "iced tea"],
    ),
    ("Harbourne Fuel", &["premium fuel", "car wash", "engine oil"]),
    (
        "Ivybridge Grocers",
        &["fresh produce", "bakery", "frozen meals", "organic dairy"],
    ),
    ("Dunmere Cinema", &["any ticket", "popcorn", "family pass"]),
    ("Kestrel Bakery", &["sourdough", "birthday cake", "croissant"]),
    ("O'Malley's", &["lunch menu", "fish and chips"]),
    ("Müller & Söhne", &["Brötchen", "Kaffee"]),
    ("株式会社さくら", &["抹茶", "和菓子"]),
];
const SOURCES: &[&str] = &["app", "email", "receipt", "web", "call-center", "partner-api"];
const PLACES: &[&str] = &[
    "all stores",
    "all stores",
    "online",
    "Store 4417, Providence RI",
    "Boston, MA",
    "New England",
];
const TERMS: &[&str] = &[
    "Valid once per customer.",
    "Cannot be combined with other offers.",
    "Excludes alcohol, gift cards, lottery, prescriptions and postage.",
    "Show the card or the app at the till.",
    "Store and online; while stocks last.",
    "Minimum spend applies after all other discounts.",
    "Not valid on items that are on clearance.",
    "Rewards are paid out with the next statement.",
];
/// Text that tries something; data is data.
const HOSTILE: &[&str] = &[
    "Terms \u{1b}]0;owned\u{7}apply. \u{1b}[31mRed\u{1b}[0m and \u{1b}]52;c;cm0gLXJmIH4=\u{7}copied.",
    "Right \u{202e}to left\u{202c} and \u{2066}isolated\u{2069}; zero\u{200b}width.",
    "=SUM(A1:A9) +1+1 @import -2",
    "إلى العميل العزيز: صالح مرة واحدة. 本券は他の割引と併用できません。 👩‍👩‍👧‍👦🎁",
];

/// The offer of this place, the same for each seed; its dates lie around `now`.
pub fn offer(seed: u64, place: usize, id: OfferId, now: Moment) -> Offer {
    let mut rng = Rng::part(seed, 0x2000_0000 + place as u64);
    match place {
        0 => fixed(
            id,
            place,
            MISSING,
            10,
            now.plus_days(-18),
            Some(now.plus_days(45)),
        ),
        1 => fixed(
            id,
            place,
            "ExtraCare $5 off $20",
            5,
            now.plus_days(-200),
            Some(now.plus_days(90)),
        ),
        2 => fixed(id, place, "ExtraCare $3 off $15", 3, now.plus_days(-3_650), None),
        3 => fixed(
            id,
            place,
            "ExtraCare $10 off $50",
            10,
            now.plus_days(-400),
            Some(now.plus_days(-40)),
        ),
        4 => fixed(
            id,
            place,
            "ExtraCare $12 off $60",
            12,
            now.plus_days(-10),
            Some(now.plus_days(20)),
        ),
        _ => invented(&mut rng, place, id, now),
    }
}

fn fixed(id: OfferId, place: usize, name: &str, dollars: i64, from: Moment, until: Option<Moment>) -> Offer {
    Offer {
        id,
        code: format!("XC-{place:05}"),
        name: name.to_owned(),
        description: format!(
            "{name} on a single purchase, before tax. Excludes alcohol, gift cards, lottery, prescriptions and postage. \
             Valid once per customer. Show the card or the app at the till."
        ),
        image: format!("offers/extracare-{dollars}.png"),
        offer_type: OfferType::Coupon,
        value: Value {
            kind: ValueKind::Amount,
            number: Decimal::new(dollars * 100, 2),
            currency: Some("USD".to_owned()),
        },
        merchant: OWN.to_owned(),
        location: "all stores".to_owned(),
        source: "app".to_owned(),
        campaign: if until.is_some() {
            "extracare-savers"
        } else {
            "always-on"
        }
        .to_owned(),
        valid_from: midnight(from),
        valid_until: until.map(last_second),
        valid_days: until.is_none().then_some(30),
        per_customer: None,
    }
}

fn invented(rng: &mut Rng, place: usize, id: OfferId, now: Moment) -> Offer {
    let own = rng.chance(68);
    let (merchant, goods) = if own {
        (OWN, *rng.pick(GOODS))
    } else {
        let (merchant, goods) = rng.pick(PARTNERS);
        (*merchant, *rng.pick(goods))
    };
    let (offer_type, value, name) = worth(rng, merchant, goods);
    let (from, until, days, campaign) = season(rng, now);
    let mut description = format!("{name}.");
    for _ in 0..rng.range(1, 4) {
        description.push(' ');
        let term = *rng.pick(TERMS);
        description.push_str(term);
    }
    if place % 29 == 8 {
        description.push(' ');
        let odd = *rng.pick(HOSTILE);
        description.push_str(odd);
    }
    if place % 100 == 50 {
        // as long as legal departments make them
        let long = TERMS.join(" ");
        description = format!("{description}\n\n{}", format!("{long}\n").repeat(50));
    }
    let image = match rng.below(8) {
        0 => String::new(),
        1 => format!("offers/größe {place}.png"),
        _ => format!("offers/{place:05}.png"),
    };
    Offer {
        id,
        code: format!("{}-{place:05}", if own { "XC" } else { "PT" }),
        name,
        description,
        image,
        offer_type,
        value,
        merchant: merchant.to_owned(),
        location: (*rng.pick(PLACES)).to_owned(),
        source: (*rng.pick(SOURCES)).to_owned(),
        campaign,
        valid_from: midnight(from),
        valid_until: until.map(last_second),
        valid_days: days,
        // some may be had twice at most
        per_customer: (place % 7 == 3).then_some(2),
    }
}

fn worth(rng: &mut Rng, merchant: &str, goods: &str) -> (OfferType, Value, String) {
    let value = |kind, number, currency: Option<&str>| Value {
        kind,
        number,
        currency: currency.map(str::to_owned),
    };
    let most = if merchant == OWN { 11 } else { 5 };
    let dollars = *rng.pick(&[1_i64, 2, 3, 4, 5, 7, 8, 10, 15, 20, 25][..most]);
    let amount = |n: i64| value(ValueKind::Amount, Decimal::new(n * 100, 2), Some("USD"));
    match rng.below(10) {
        0 | 1 => (
            OfferType::Coupon,
            amount(dollars),
            format!("${dollars} off {goods}"),
        ),
        2 => {
            let name = format!("${dollars} off ${} of {goods}", dollars * rng.range(3, 5));
            (OfferType::Promotion, amount(dollars), name)
        }
        3..=5 => {
            let percent = *rng.pick(&[
                Decimal::new(5, 0),
                Decimal::new(10, 0),
                Decimal::new(125, 1),
                Decimal::new(15, 0),
                Decimal::new(20, 0),
                Decimal::new(25, 0),
                Decimal::new(30, 0),
                Decimal::new(40, 0),
                Decimal::new(50, 0),
            ]);
            let kind = if rng.chance(50) {
                OfferType::Coupon
            } else {
                OfferType::Promotion
            };
            let name = if merchant == OWN && rng.chance(40) {
                format!("ExtraCare {percent}% off {goods}")
            } else {
                format!("{percent}% off {goods}")
            };
            (kind, value(ValueKind::Percent, percent, None), name)
        }
        6 | 7 => {
            let points = *rng.pick(&[100_i64, 250, 500, 750, 1_000, 2_500, 5_000, 10_000]);
            let name = format!("{points} bonus points for {goods}");
            (
                OfferType::Reward,
                value(ValueKind::Points, Decimal::from(points), None),
                name,
            )
        }
        8 => (
            OfferType::Gift,
            amount(dollars),
            format!("Birthday gift: ${dollars} for {goods}"),
        ),
        _ => (OfferType::Sample, amount(0), format!("Free sample: {goods}")),
    }
}

/// From, until, days and campaign: some past, most running, a few to come.
fn season(rng: &mut Rng, now: Moment) -> (Moment, Option<Moment>, Option<i64>, String) {
    let days = *rng.pick(&[
        None,
        None,
        Some(7),
        Some(14),
        Some(30),
        Some(60),
        Some(90),
        Some(180),
        Some(365),
    ]);
    if rng.chance(12) {
        let campaign = *rng.pick(&["always-on", "welcome", "birthday", "win-back"]);
        return (
            now.plus_days(-rng.range(3_400, 3_700)),
            None,
            days.or(Some(60)),
            campaign.to_owned(),
        );
    }
    let (start, length) = match rng.below(20) {
        0 => (rng.range(3, 40), rng.range(20, 60)),
        1..=9 => (-rng.range(2, 50), rng.range(60, 120)),
        _ => (-rng.range(60, 1_100), rng.range(20, 55)),
    };
    let from = now.plus_days(start);
    let date = from.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let season = match date.month() {
        3..=5 => "spring",
        6..=8 => "summer",
        9 | 10 => "autumn",
        11 => "black-friday",
        _ => "holiday",
    };
    let campaign = format!("{season}-{}", date.year());
    (from, Some(from.plus_days(length)), days, campaign)
}

fn midnight(at: Moment) -> Moment {
    at.plus_seconds(-at.seconds().rem_euclid(86_400))
}

fn last_second(at: Moment) -> Moment {
    midnight(at).plus_seconds(86_399)
}
