//! A backend with a database of its own: SQLite always, PostgreSQL where `TOKENDESK_TEST_POSTGRES` names one.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use futures_util::future::BoxFuture;
use rust_decimal::Decimal;
use secrecy::{ExposeSecret as _, SecretString};
use tokendesk::client::{Api, Credentials, CredentialsError};
use tokendesk::config::identity::RoleGroups;
use tokendesk::config::sections::{AuditSettings, BackendSettings, Limits};
use tokendesk::domain::account::{Account, Address};
use tokendesk::domain::id::{AccountId, OfferId, SessionId, TokenId};
use tokendesk::domain::keys::Keys;
use tokendesk::domain::offer::{Offer, OfferType};
use tokendesk::domain::profile::Profile;
use tokendesk::domain::time::{Clock, Moment};
use tokendesk::domain::token::Token;
use tokendesk::domain::value::{Value, ValueKind};
use tokendesk::server::app::{RunningServer, Setup, serve};
use tokendesk::server::auth::{AuthError, Claims};
use tokendesk::server::http::TokenValidator;
use tokendesk::server::http::desk::SignInWith;
use tokendesk::server::services::Services;
use tokendesk::server::store::{Store, accounts, offers, tokens};
use uuid::Uuid;

/// The moment at which every test begins.
pub const NOW: &str = "2026-11-21T00:00:00Z";

/// A clock that tests push forward.
#[derive(Debug)]
pub struct TestClock(Mutex<Moment>);

impl TestClock {
    /// Moves it.
    pub fn forward(&self, seconds: i64) {
        let mut now = self.0.lock().expect("a clock");
        *now = now.plus_seconds(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        *self.0.lock().expect("a clock")
    }
}

/// Takes `name:group` for a token: what the issuer would have vouched for. `name:group:id` is another token of that
/// person's, `name:group:id:seconds` one of somebody who proved who they are so many seconds after the tests begin (empty:
/// the issuer does not tell), `name:group:id:seconds:minted` one that was minted so many seconds after that.
struct Vouch;

impl TokenValidator for Vouch {
    fn validate<'a>(
        &'a self,
        token: &'a str,
        now: Moment,
    ) -> Pin<Box<dyn Future<Output = Result<Claims, AuthError>> + Send + 'a>> {
        Box::pin(async move {
            let mut parts = token.split(':');
            let (Some(name), Some(group)) = (parts.next(), parts.next()) else {
                return Err(AuthError::Invalid("not a test token"));
            };
            let jti = parts.next().unwrap_or("jti").to_owned();
            let proved = parts.next().and_then(|seconds| seconds.parse().ok());
            let minted = parts.next().and_then(|seconds| seconds.parse().ok());
            Ok(Claims {
                issuer: "https://issuer.test".to_owned(),
                uid: format!("uid-{name}"),
                subject: format!("{name}@example.com"),
                name: Some(name.to_owned()),
                employee_id: Some(format!("A-{name}")),
                groups: vec![group.to_owned()],
                client_id: "tests".to_owned(),
                scopes: Vec::new(),
                jti,
                iat: minted.map_or(now, |seconds| moment(NOW).plus_seconds(seconds)),
                exp: now.plus_seconds(600),
                auth_time: proved.map(|seconds| moment(NOW).plus_seconds(seconds)),
            })
        })
    }
}

/// Hands out one fixed token.
struct Fixed {
    token: String,
    session: SessionId,
}

impl Credentials for Fixed {
    fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>> {
        Box::pin(async { Ok(SecretString::from(self.token.clone())) })
    }

    fn rejected<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let _ = token.expose_secret();
        })
    }

    fn session(&self) -> Option<SessionId> {
        Some(self.session)
    }
}

/// A backend of its own.
pub struct Backend {
    /// The server.
    pub server: RunningServer,
    /// Its clock.
    pub clock: Arc<TestClock>,
    /// Which database: `sqlite` or `postgres`.
    pub kind: &'static str,
    address: String,
    tune: Tune,
    _dir: Option<tempfile::TempDir>,
}

/// Changes how a backend is set up.
pub type Tune = fn(&mut Setup);

/// A sign-in for each name: the same in each client of that name.
fn session_of(name: &str) -> [u8; 16] {
    let mut bytes = [7; 16];
    for (slot, byte) in bytes.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    bytes
}

/// One moment of the tests.
pub fn moment(text: &str) -> Moment {
    Moment::parse(text).expect("a moment")
}

impl Backend {
    async fn start(kind: &'static str, address: String, dir: Option<tempfile::TempDir>, tune: Tune) -> Self {
        let store = Store::open(&address).await.expect("a database");
        let clock = Arc::new(TestClock(Mutex::new(moment(NOW))));
        let group = |name: &str| vec![name.to_owned()];
        let mut setup = Setup {
            store,
            clock: clock.clone(),
            profile: Profile::shipped("extracare").expect("the shipped profile"),
            validator: Arc::new(Vouch),
            roles: RoleGroups {
                customer: group("customers"),
                agent: group("agents"),
                engineer: group("engineers"),
                supervisor: group("supervisors"),
                admin: group("admins"),
            },
            identity: SignInWith::default(),
            limits: Limits {
                requests_per_second: 10_000,
                burst: 10_000,
                address_requests_per_second: 100_000,
                address_burst: 100_000,
                refused_per_minute: 100_000,
                ..Limits::default()
            },
            keys: Keys::made_up(),
            audit: AuditSettings::default(),
            album: None,
            contents: Default::default(),
            channels: Vec::new(),
            public_docs: false,
            tls: None,
            metrics: None,
            proxies: Vec::new(),
        };
        // Tests let hours pass between two requests.
        setup.profile.lock_minutes = 0;
        setup.limits.session_hours = 0;
        tune(&mut setup);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let server = serve(setup, listener).expect("a server");
        Self {
            server,
            clock,
            kind,
            address,
            tune,
            _dir: dir,
        }
    }

    /// The same database under a new server, after the old one was told to stop and did.
    pub async fn restarted(self) -> Self {
        self.server.shutdown().await;
        Self::start(self.kind, self.address, self._dir, self.tune).await
    }

    /// The same, set up in another way.
    pub async fn restarted_with(self, tune: Tune) -> Self {
        self.server.shutdown().await;
        Self::start(self.kind, self.address, self._dir, tune).await
    }

    /// Whether a text stands in any file of the database; `None` where they are out of reach.
    pub fn files_hold(&self, text: &str) -> Option<bool> {
        let path = self.address.strip_prefix("sqlite:")?;
        let holds = |end: &str| {
            let bytes = std::fs::read(format!("{path}{end}")).unwrap_or_default();
            bytes.windows(text.len()).any(|some| some == text.as_bytes())
        };
        Some(["", "-wal"].into_iter().any(holds))
    }

    /// What it is made of.
    pub fn services(&self) -> &Services {
        &self.server.services
    }

    /// Another server on the same database.
    pub async fn beside(&self) -> Self {
        Self::start(self.kind, self.address.clone(), None, self.tune).await
    }

    /// The present moment of the tests.
    pub fn clock_now(&self) -> Moment {
        self.clock.now()
    }

    /// The database, for looking into it.
    pub fn store(&self) -> &Store {
        &self.server.services.store
    }

    /// The client of a person in a group, such as `("amara", "agents")`.
    pub fn client(&self, name: &str, group: &str) -> Api {
        let settings = BackendSettings {
            url: self.server.url(),
            ..BackendSettings::default()
        };
        let session = SessionId(Uuid::from_bytes(session_of(name)));
        Api::new(
            &settings,
            Arc::new(Fixed {
                token: format!("{name}:{group}"),
                session,
            }),
        )
        .expect("a client")
    }

    /// The client of a tier 1 agent.
    pub fn agent(&self) -> Api {
        self.client("amara", "agents")
    }

    /// A raw request, as `amara` of the agents.
    pub fn raw(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.raw_as("amara:agents:raw", method, path)
    }

    /// A raw request with this token.
    pub fn raw_as(&self, token: &str, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let url = format!("{}{path}", self.server.url());
        reqwest::Client::new().request(method, url).bearer_auth(token)
    }

    /// Waits until everything audited so far is sealed.
    pub async fn sealed(&self) {
        for _ in 0..500 {
            let waiting = tokendesk::sql!("SELECT count(*) AS n FROM audit WHERE seq IS NULL");
            if waiting.number(self.store().read()).await.expect("a count") == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the audit was not sealed");
    }

    /// The only number of a query without values.
    pub async fn number(&self, text: &str) -> i64 {
        tokendesk::server::store::Sql::new(text)
            .number(self.store().read())
            .await
            .expect("a number")
    }

    /// Writes an account.
    pub async fn account(&self, user_id: &str, first: &str, last: &str, email: &str) -> Account {
        let account = customer(user_id, first, last, email);
        let tx = self.store().begin().await.expect("a transaction");
        accounts::insert(&tx, &account).await.expect("an account");
        tx.commit().await.expect("a commit");
        account
    }

    /// Writes an offer that can be added now.
    pub async fn offer(&self, code: &str, name: &str) -> Offer {
        let offer = offer(code, name);
        let tx = self.store().begin().await.expect("a transaction");
        offers::insert(&tx, &offer).await.expect("an offer");
        tx.commit().await.expect("a commit");
        offer
    }

    /// Writes a token; `expires` as a moment's text.
    pub async fn token(&self, account: AccountId, offer: &Offer, expires: Option<&str>) -> Token {
        let id = TokenId::new();
        let token = Token {
            id,
            token_ref: format!("TK-{}", id.0.simple()),
            account_id: account,
            offer_id: offer.id,
            claimed_at: moment("2026-01-01T00:00:00Z"),
            used_at: None,
            shared_at: None,
            shared_to: None,
            expires_at: expires.map(moment),
            removed_at: None,
            dispute: None,
            reissued_from: None,
            reissued_to: None,
            created_at: moment("2026-01-01T00:00:00Z"),
            version: 1,
        };
        let tx = self.store().begin().await.expect("a transaction");
        tokens::insert(&tx, &token, offer).await.expect("a token");
        tx.commit().await.expect("a commit");
        token
    }
}

/// A customer.
pub fn customer(user_id: &str, first: &str, last: &str, email: &str) -> Account {
    Account {
        id: AccountId::new(),
        user_id: user_id.to_owned(),
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        email: email.to_owned(),
        mobile: "+14045550103".to_owned(),
        address: Address {
            street: "12 Main St".to_owned(),
            city: "Boston".to_owned(),
            state: "MA".to_owned(),
            zip: "02107".to_owned(),
        },
        created_at: moment("2022-03-06T21:14:29Z"),
        version: 1,
    }
}

/// An offer that can be added now.
pub fn offer(code: &str, name: &str) -> Offer {
    Offer {
        id: OfferId::new(),
        code: code.to_owned(),
        name: name.to_owned(),
        description: "Valid once per customer.".to_owned(),
        image: String::new(),
        offer_type: OfferType::Coupon,
        value: Value {
            kind: ValueKind::Amount,
            number: Decimal::new(1000, 2),
            currency: Some("USD".to_owned()),
        },
        merchant: "Corner Cafe".to_owned(),
        location: String::new(),
        source: "app".to_owned(),
        campaign: "spring-2026".to_owned(),
        valid_from: moment("2026-01-01T00:00:00Z"),
        valid_until: Some(moment("2027-01-01T00:00:00Z")),
        valid_days: Some(30),
        per_customer: None,
    }
}

/// Runs a test on each database that is there.
pub fn on_each<F, Fut>(test: F)
where
    F: Fn(Backend) -> Fut,
    Fut: Future<Output = ()>,
{
    on_each_with(|_| {}, test);
}

/// Runs a test on each database that is there, with a backend that is set up in a way of its own.
pub fn on_each_with<F, Fut>(tune: Tune, test: F)
where
    F: Fn(Backend) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let dir = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite:{}", dir.path().join("desk.db").display());
        test(Backend::start("sqlite", address, Some(dir), tune).await).await;
        if let Some(server) = postgres() {
            let name = format!("tokendesk_{}", Uuid::now_v7().simple());
            admin(&server, &format!("CREATE DATABASE {name}")).await;
            let (head, _) = server.rsplit_once('/').expect("an address with a database");
            test(Backend::start("postgres", format!("{head}/{name}"), None, tune).await).await;
            admin(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    });
}

async fn admin(server: &str, command: &str) {
    use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
    let mut connection = PgConnection::connect(server).await.expect("PostgreSQL");
    connection
        .execute(AssertSqlSafe(command.to_owned()))
        .await
        .expect("a database");
}

/// The PostgreSQL that tests may use; says once what the suite runs on.
pub fn postgres() -> Option<String> {
    static SAID: Once = Once::new();
    let found = std::env::var("TOKENDESK_TEST_POSTGRES")
        .ok()
        .filter(|a| !a.is_empty());
    assert!(
        found.is_some() || std::env::var_os("TOKENDESK_REQUIRE_POSTGRES").is_none(),
        "TOKENDESK_REQUIRE_POSTGRES is set, but TOKENDESK_TEST_POSTGRES names no server"
    );
    SAID.call_once(|| {
        // Written past the test runner's capture: a person has to see which databases were tried.
        let line = if found.is_some() {
            "backend suite runs on: sqlite, postgres"
        } else {
            "PostgreSQL was not found (TOKENDESK_TEST_POSTGRES is not set): the backend suite runs on SQLite alone"
        };
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{line}\n").as_bytes());
    });
    found
}
