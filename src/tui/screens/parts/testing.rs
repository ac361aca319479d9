//! What the screens' tests share: a world that never changes, frames as text, customers and tokens.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use uuid::Uuid;

use crate::domain::agent::Availability as Presence;
use crate::domain::id::{AccountId, AgentId, OfferId, SessionId, TicketId, TokenId};
use crate::domain::offer::{Offer, OfferType};
use crate::domain::permission::Role;
use crate::domain::profile::Profile;
use crate::domain::ticket::{Priority, TicketStatus};
use crate::domain::time::Moment;
use crate::domain::token::TokenState;
use crate::domain::value::{Value, ValueKind};
use crate::text::words::Words;
use crate::tui::flow::{ApiCall, Ctx, Dialog, Effect, Event, Ids, Link, Memory, RequestId, Screen};
use crate::tui::keys::{Key, Keymap};
use crate::tui::theme::Theme;
use crate::wire::accounts::{AccountCard, AccountHit, Fit, TokenCounts};
use crate::wire::desk::Me;
use crate::wire::offers::OfferRow;
use crate::wire::tickets::{TicketDetail, TicketRow};
use crate::wire::tokens::TokenRow;

/// Escape sequences, an override of direction, wide characters, a very long tail.
pub(crate) fn hostile() -> String {
    format!(
        "\u{1b}]0;gotcha\u{7}\u{1b}[2J\u{202e}中文餐廳\r\n👩‍👩‍👧‍👦{}",
        "long ".repeat(300)
    )
}

/// The moment that every test happens at.
pub(crate) fn now() -> Moment {
    Moment::parse("2026-11-21T14:30:00Z").expect("a moment")
}

pub(crate) fn uuid(n: u64) -> Uuid {
    Uuid::from_u64_pair(0x0198_0000_0000_7000, 0x8000_0000_0000_0000 + n)
}

/// A world around one screen or dialog.
pub(crate) struct World {
    pub me: Me,
    pub desk: Profile,
    pub theme: Theme,
    pub words: Words,
    pub keymap: Keymap,
    pub memory: Memory,
    pub presences: crate::tui::flow::Presences,
    pub ids: Ids,
    pub size: Size,
    pub now: Moment,
    pub zone: TimeZone,
    pub pictures: bool,
}

impl World {
    pub(crate) fn new(cols: u16, rows: u16) -> Self {
        Self::of(Role::Agent, cols, rows)
    }

    pub(crate) fn of(role: Role, cols: u16, rows: u16) -> Self {
        Self {
            me: Me {
                id: AgentId(uuid(1)),
                employee_id: "A-1042".to_owned(),
                name: "Amara Okafor".to_owned(),
                role: Some(role),
                tier: role.tier(),
                permissions: role.permissions(),
                availability: Presence::Available,
                session_id: SessionId(uuid(2)),
                issuer: "https://id.example.com".to_owned(),
                uid: "00u1".to_owned(),
                server_time: now(),
            },
            desk: Profile::shipped("extracare").expect("shipped"),
            theme: Theme::mono(),
            words: Words::english(),
            keymap: Keymap::default(),
            memory: Memory::default(),
            presences: crate::tui::flow::Presences::default(),
            ids: Ids::fixed(),
            size: Size::new(cols, rows),
            now: now(),
            zone: TimeZone::UTC,
            pictures: false,
        }
    }

    pub(crate) fn ctx(&self) -> Ctx<'_> {
        Ctx {
            me: Some(&self.me),
            desk: &self.desk,
            theme: &self.theme,
            words: &self.words,
            keymap: &self.keymap,
            now: self.now,
            zone: &self.zone,
            size: self.size,
            link: Link::Live,
            presences: &self.presences,
            linear: false,
            pictures: self.pictures,
            memory: &self.memory,
            ids: &self.ids,
        }
    }

    /// The screen as it is drawn between the fixed places, with its question below, and its path and context above.
    pub(crate) fn frame(&self, screen: &mut dyn Screen) -> String {
        let ctx = self.ctx();
        let body = Rect::new(0, 1, self.size.width, self.size.height - 4);
        let last = Rect::new(0, body.bottom(), self.size.width, 1);
        let mut buf = Buffer::empty(Rect::new(0, 0, self.size.width, self.size.height - 2));
        let aside = screen.context_line(&ctx).unwrap_or_default();
        let head = format!("{} | {aside}", screen.crumb(&ctx));
        crate::tui::widgets::stroke::line(
            &mut buf,
            0,
            0,
            self.size.width,
            &head,
            ratatui::style::Style::new(),
        );
        screen.view(body, &mut buf, &ctx);
        screen.question(last, &mut buf, &ctx);
        crate::tui::widgets::testing::text_of(&buf)
    }

    /// A dialog as it is drawn over nothing.
    pub(crate) fn dialog(&self, dialog: &mut dyn Dialog) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.size.width, self.size.height - 4));
        let area = buf.area;
        dialog.view(area, &mut buf, &self.ctx());
        crate::tui::widgets::testing::text_of(&buf)
    }

    /// Types into a screen.
    pub(crate) fn types(&self, screen: &mut dyn Screen, text: &str) -> Vec<Effect> {
        text.chars()
            .flat_map(|c| screen.update(Event::Key(Key::char(c)), &self.ctx()))
            .collect()
    }
}

/// The calls among effects.
pub(crate) fn calls(effects: &[Effect]) -> Vec<(RequestId, ApiCall)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Api(id, call) => Some((*id, call.clone())),
            _ => None,
        })
        .collect()
}

/// The only call among effects.
pub(crate) fn call(effects: &[Effect]) -> (RequestId, ApiCall) {
    let mut all = calls(effects);
    assert_eq!(all.len(), 1, "{effects:?}");
    all.remove(0)
}

pub(crate) fn hit(n: u64, first: &str, last: &str, fit: Fit) -> AccountHit {
    AccountHit {
        id: AccountId(uuid(n)),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: "j•••@•••.com".to_owned(),
        mobile: format!("•••{:04}", n % 10_000),
        city: "Portland".to_owned(),
        state: "ME".to_owned(),
        user_id: format!("•••{:04}", 4_000 + n),
        created_at: Moment::parse("2024-03-05T10:00:00Z").expect("a moment"),
        fit,
    }
}

pub(crate) fn card() -> AccountCard {
    AccountCard {
        id: AccountId(uuid(11)),
        first_name: "Tyrone".to_owned(),
        last_name: "Johnson".to_owned(),
        email: "j•••@•••.com".to_owned(),
        mobile: "•••0156".to_owned(),
        address: "Portland, ME".to_owned(),
        user_id: "•••4411".to_owned(),
        created_at: Moment::parse("2024-03-05T10:00:00Z").expect("a moment"),
        version: 3,
        tokens: TokenCounts {
            active: 9,
            shared: 1,
            used: 2,
            expired: 1,
            disputed: 0,
            removed: 1,
        },
        open_tickets: 1,
        verified_at: None,
    }
}

pub(crate) fn token(n: u64, name: &str, state: TokenState) -> TokenRow {
    let at = |text: &str| Moment::parse(text).expect("a moment");
    TokenRow {
        id: TokenId(uuid(1_000 + n)),
        token_ref: format!("TOK-{n:06}"),
        account_id: AccountId(uuid(11)),
        offer_id: OfferId(uuid(2_000 + n)),
        offer_code: format!("OFF-{n:04}"),
        name: name.to_owned(),
        description: "One of everything, at every till, while it lasts.".to_owned(),
        image: "offers/one.png".to_owned(),
        offer_type: OfferType::Promotion,
        value: Value {
            kind: ValueKind::Amount,
            number: rust_decimal::Decimal::new(500, 2),
            currency: Some("USD".to_owned()),
        },
        merchant: "Corner Cafe".to_owned(),
        location: "Portland, ME".to_owned(),
        source: "app".to_owned(),
        campaign: "autumn".to_owned(),
        state,
        claimed_at: at("2026-11-01T09:00:00Z"),
        used_at: (state == TokenState::Used).then(|| at("2026-11-09T12:00:00Z")),
        shared_at: (state == TokenState::Shared).then(|| at("2026-11-10T12:00:00Z")),
        shared_to: (state == TokenState::Shared).then(|| "a friend".to_owned()),
        expires_at: Some(match state {
            TokenState::Expired => at("2026-11-15T23:59:59Z"),
            _ => at("2026-12-31T23:59:59Z"),
        }),
        removed_at: (state == TokenState::Removed).then(|| at("2026-11-12T12:00:00Z")),
        dispute: None,
        reissued_from: None,
        reissued_to: None,
        created_at: at("2026-11-01T09:00:00Z"),
        version: 4,
        owner: None,
    }
}

pub(crate) fn offer(n: u64, name: &str) -> OfferRow {
    let like = token(n, name, TokenState::Active);
    OfferRow {
        offer: Offer {
            id: like.offer_id,
            code: like.offer_code,
            name: like.name,
            description: like.description,
            image: like.image,
            offer_type: like.offer_type,
            value: like.value,
            merchant: like.merchant,
            location: like.location,
            source: like.source,
            campaign: like.campaign,
            valid_from: Moment::parse("2026-10-01T00:00:00Z").expect("a moment"),
            valid_until: None,
            valid_days: Some(30),
            per_customer: None,
        },
        not_addable: None,
        eligible: None,
        why_not: None,
        held: None,
        usable: None,
    }
}

pub(crate) fn ticket() -> TicketDetail {
    TicketDetail {
        row: TicketRow {
            id: TicketId(uuid(801)),
            number: "TKT-000801".to_owned(),
            subject: "Missing Extra Care offer".to_owned(),
            status: TicketStatus::Assigned,
            priority: Priority::High,
            category: "missing_offer".to_owned(),
            tier: 1,
            assignee: Some(AgentId(uuid(1))),
            assignee_name: "Amara Okafor".to_owned(),
            account_id: None,
            account_name: String::new(),
            reopened: 0,
            created_at: Moment::parse("2026-11-21T14:26:00Z").expect("a moment"),
            updated_at: Moment::parse("2026-11-21T14:26:00Z").expect("a moment"),
            resolved_at: None,
            closed_at: None,
            tags: Vec::new(),
            escalated: false,
            escalations: 0,
            snoozed_until: None,
            watchers: 0,
            merged_into: None,
            rating: None,
            sla: Default::default(),
            version: 2,
        },
        description: "She cannot see the offer.".to_owned(),
        language: String::new(),
        created_by: "Amara Okafor".to_owned(),
        resolution_type: None,
        resolution_summary: String::new(),
        tokens: Vec::new(),
        messages: Vec::new(),
        actions: Vec::new(),
        fields: Default::default(),
        entities: Vec::new(),
        links: Vec::new(),
        watching: Vec::new(),
        escalation: None,
        checks: Vec::new(),
        attachments: Vec::new(),
        spent_seconds: 0,
        feedback: String::new(),
        rated_at: None,
        merged: Vec::new(),
    }
}
