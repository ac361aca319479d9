use super::*;

const ACCOUNT: [&str; 10] = [
    "0012",
    "Ana",
    "Lee",
    "Ana.Lee@example.com",
    "(212) 555-0123",
    "1 Main St",
    "Boston",
    "MA",
    "02107",
    "2025-01-01T00:00:00-00:00",
];
const OFFER: [&str; 16] = [
    "C-1",
    "10% off",
    "",
    "img/a..b.png",
    "coupon",
    "percent",
    "12.5",
    "",
    "Corner Cafe",
    "",
    "",
    "",
    "2025-01-01T00:00:00Z",
    "",
    "30",
    "2",
];
const TOKEN: [&str; 9] = [
    "T-1",
    "0012",
    "C-1",
    "active",
    "2025-01-01T00:00:00Z",
    "",
    "",
    "",
    "",
];

/// Fields to be written over: place and text.
type Changes<'a> = &'a [(usize, &'static str)];

fn with<const N: usize>(row: [&'static str; N], changes: Changes<'_>) -> [&'static str; N] {
    changes.iter().fold(row, |mut row, (at, text)| {
        row[*at] = text;
        row
    })
}

fn judge_account(changes: Changes<'_>) -> Result<Account, Reason> {
    account(&with(ACCOUNT, changes), AccountId(uuid::Uuid::nil()), "US")
}

fn judge_offer(changes: Changes<'_>) -> Option<Reason> {
    offer(&with(OFFER, changes), OfferId(uuid::Uuid::nil())).err()
}

fn judge_token(changes: Changes<'_>) -> Result<TokenRow, Reason> {
    let as_of = Moment::parse("2026-11-21T00:00:00Z").expect("a moment");
    token(&with(TOKEN, changes), as_of)
}

#[test]
fn an_account_keeps_its_text_and_gets_its_mobile_in_one_form() {
    let good = judge_account(&[]).expect("good");
    assert_eq!(
        (good.email.as_str(), good.mobile.as_str()),
        ("Ana.Lee@example.com", "+12125550123")
    );
    let cases: [(Changes<'_>, Reason); 7] = [
        (&[(0, "")], Reason::MissingRequired),
        (&[(9, "")], Reason::MissingRequired),
        (&[(3, "two@@example.com")], Reason::InvalidEmail),
        (&[(4, "555-01")], Reason::InvalidMobile),
        (&[(9, "2025-01-01T00:00:00")], Reason::InvalidDate),
        (&[(6, "a\0b")], Reason::NulByte),
        (&[(3, "x"), (4, "x")], Reason::InvalidEmail),
    ];
    for (changes, reason) in cases {
        assert_eq!(judge_account(changes).err(), Some(reason), "{changes:?}");
    }
    let long = "Müller-".repeat(300).leak();
    assert_eq!(judge_account(&[(2, long)]).err(), None);
    assert_eq!(
        judge_account(&[(2, long), (1, long)]).err(),
        Some(Reason::TooLong)
    );
    assert_eq!(judge_account(&[(0, long)]).err(), Some(Reason::TooLong));
    assert!(judge_account(&[(1, ""), (3, ""), (4, "")]).is_ok());
    assert_eq!(
        account(&ACCOUNT[..9], AccountId(uuid::Uuid::nil()), "US").err(),
        Some(Reason::WrongColumnCount)
    );
}

#[test]
fn an_offer_is_worth_what_its_kind_allows() {
    let cases: [(Changes<'_>, Option<Reason>); 21] = [
        (&[], None),
        (&[(4, "voucher")], Some(Reason::UnknownType)),
        (&[(5, "cash")], Some(Reason::UnknownValueKind)),
        (&[(6, "100")], None),
        (&[(6, "100.01")], Some(Reason::PercentOver100)),
        (&[(6, "-0.01")], Some(Reason::NegativeValue)),
        (&[(6, "1e2")], Some(Reason::InvalidValue)),
        (&[(6, "1_0")], Some(Reason::InvalidValue)),
        (&[(6, "1.1234567")], Some(Reason::InvalidValue)),
        (
            &[(5, "points"), (6, "99999999999999999999999999")],
            Some(Reason::InvalidValue),
        ),
        (&[(7, "USD")], Some(Reason::InvalidCurrency)),
        (&[(5, "amount")], Some(Reason::InvalidCurrency)),
        (&[(5, "amount"), (7, "KWD"), (6, "1.250")], None),
        (&[(14, "-1")], Some(Reason::InvalidDays)),
        (&[(15, "")], None),
        (&[(15, "0")], Some(Reason::InvalidPerCustomer)),
        (&[(15, "two")], Some(Reason::InvalidPerCustomer)),
        (&[(15, "+2")], Some(Reason::InvalidPerCustomer)),
        (&[(15, "99999999999999999999")], Some(Reason::InvalidPerCustomer)),
        (
            &[(13, "2024-12-31T23:59:59.999999999Z")],
            Some(Reason::ValidUntilBeforeFrom),
        ),
        (&[(13, "2024-12-31T14:00:00-10:00")], None),
    ];
    for (changes, reason) in cases {
        assert_eq!(judge_offer(changes), reason, "{changes:?}");
    }
}

#[test]
fn an_image_stays_in_its_folder() {
    for good in [
        "",
        "a.png",
        "summer..sale 1.jpg",
        "img/1/2.png",
        "größe.png",
        "..a/b",
    ] {
        assert_eq!(judge_offer(&[(3, good)]), None, "{good}");
    }
    for bad in [
        "../a",
        "a/../b",
        "..",
        "/a",
        "C:/a",
        "c:a",
        "https://x/a",
        "file:a",
        "a\\b",
        "\\\\host\\a",
    ] {
        assert_eq!(judge_offer(&[(3, bad)]), Some(Reason::InvalidImagePath), "{bad}");
    }
}

#[test]
fn a_state_becomes_facts_that_tell_the_same_state() {
    let removed = judge_token(&[(3, "removed"), (6, "2025-02-01T00:00:00Z")]).expect("good");
    assert_eq!(removed.removed_at, removed.shared_at);
    let disputed = judge_token(&[(3, "disputed"), (5, "2025-03-01T00:00:00Z")]).expect("good");
    assert_eq!(disputed.disputed_at, disputed.used_at);
    let cases: [(Changes<'_>, Option<Reason>); 13] = [
        (&[], None),
        (&[(3, "issued")], Some(Reason::UnknownState)),
        (&[(7, "2026-11-21T00:00:00Z")], None),
        (
            &[(7, "2026-11-20T23:59:59Z")],
            Some(Reason::StateContradictsDates),
        ),
        (
            &[(3, "expired"), (7, "2026-11-21T05:44:59.999999999+05:45")],
            None,
        ),
        (
            &[(3, "expired"), (7, "2026-11-21T05:45:00+05:45")],
            Some(Reason::ExpiredStateNotPast),
        ),
        (&[(3, "expired")], Some(Reason::ExpiredStateNotPast)),
        (&[(3, "used")], Some(Reason::StateContradictsDates)),
        (
            &[
                (3, "shared"),
                (5, "2025-02-01T00:00:00Z"),
                (6, "2025-02-01T00:00:00Z"),
            ],
            Some(Reason::StateContradictsDates),
        ),
        (
            &[(3, "used"), (5, "2025-01-01T00:59:59+01:00")],
            Some(Reason::UsedBeforeClaimed),
        ),
        (&[(3, "used"), (5, "2025-01-01T01:00:00+01:00")], None),
        (&[(5, "yesterday")], Some(Reason::InvalidDate)),
        (&[(4, "0000-00-00T00:00:00Z")], Some(Reason::InvalidDate)),
    ];
    for (changes, reason) in cases {
        assert_eq!(judge_token(changes).err(), reason, "{changes:?}");
    }
}
