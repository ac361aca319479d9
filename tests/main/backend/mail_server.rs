//! A mail server: as much of RFC 5321, STARTTLS (RFC 3207) and AUTH (RFC 4954) as a client needs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What the mail server does with the next letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mood {
    /// Takes it.
    Takes,
    /// Says "not now".
    Busy,
    /// Says "never".
    Refuses,
    /// Takes it and hangs up before it says so.
    TakesSilently,
}

/// When the way to it is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Cover {
    /// Never.
    #[default]
    None,
    /// Once the client asks for it, and it has to.
    Starttls,
    /// From the first byte.
    Tls,
}

/// Who is let in, and how.
#[derive(Debug, Clone, Copy, Default)]
pub struct Door {
    /// When the way is encrypted.
    pub cover: Cover,
    /// Name of certificate and key in tests/data/tls.
    pub certificate: &'static str,
    /// The only way to sign in, `PLAIN` or `LOGIN`; empty: nobody is asked.
    pub sign_in: &'static str,
}

/// Whom it knows.
pub const USER: &str = "desk";
/// By which password.
pub const PASSWORD: &str = "hunter2-hunter2";

/// A mail server at work. It ends with the test.
#[derive(Clone)]
pub struct MailServer {
    /// Where it listens.
    pub port: u16,
    door: Door,
    tls: Option<TlsAcceptor>,
    letters: Arc<Mutex<Vec<String>>>,
    moods: Arc<Mutex<VecDeque<Mood>>>,
    clear: Arc<Mutex<String>>,
    sign_ins: Arc<Mutex<Vec<String>>>,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// The way to the client, as it is now.
struct Line(BufReader<Box<dyn Wire>>);

impl Line {
    fn new(wire: impl Wire + 'static) -> Self {
        Self(BufReader::new(Box::new(wire)))
    }

    async fn next(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn say(&mut self, text: &str) -> Option<()> {
        self.0.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
        self.0.flush().await.ok()
    }
}

fn acceptor(name: &str) -> TlsAcceptor {
    let path = |kind| format!("{}/tests/data/tls/{name}.{kind}", env!("CARGO_MANIFEST_DIR"));
    let certificate = CertificateDer::from_pem_file(path("pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(path("key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

impl MailServer {
    /// Starts one on a port of its own.
    pub async fn start(door: Door) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            port: listener.local_addr().expect("an address").port(),
            tls: (door.cover != Cover::None).then(|| acceptor(door.certificate)),
            door,
            letters: Arc::default(),
            moods: Arc::default(),
            clear: Arc::default(),
            sign_ins: Arc::default(),
        };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(accepting.clone().talk(stream));
            }
        });
        server
    }

    /// What it does with the next letters.
    pub fn next(&self, moods: &[Mood]) {
        self.moods.lock().expect("moods").extend(moods);
    }

    /// The letters that it has taken.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("letters").clone()
    }

    /// Everything that came unencrypted.
    pub fn clear(&self) -> String {
        self.clear.lock().expect("lines").clone()
    }

    /// How clients signed in, or tried to: `PLAIN desk`, `LOGIN desk refused`.
    pub fn sign_ins(&self) -> Vec<String> {
        self.sign_ins.lock().expect("sign-ins").clone()
    }

    async fn talk(self, stream: TcpStream) -> Option<()> {
        let mut line = match (&self.tls, self.door.cover) {
            (Some(tls), Cover::Tls) => Line::new(tls.accept(stream).await.ok()?),
            _ => Line::new(stream),
        };
        let mut covered = self.door.cover == Cover::Tls;
        let mut known = self.door.sign_in.is_empty();
        line.say("220 mail.test ESMTP").await?;
        let next = self.moods.lock().expect("moods").pop_front();
        let mood = next.unwrap_or(Mood::Takes);
        while let Some(said) = line.next().await {
            if !covered {
                self.clear.lock().expect("lines").push_str(&(said.clone() + "\n"));
            }
            let verb = said.get(..4).unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.greet(&mut line, covered).await?,
                "STAR" if self.tls.is_some() && !covered => {
                    line.say("220 go on").await?;
                    let wire = line.0.into_inner();
                    line = Line::new(self.tls.as_ref()?.accept(wire).await.ok()?);
                    covered = true;
                }
                "AUTH" => known = self.sign_in(&mut line, &said).await?,
                "MAIL" if self.door.cover != Cover::None && !covered => {
                    line.say("530 5.7.0 encrypt first").await?;
                }
                "MAIL" if !known => line.say("530 5.7.0 sign in first").await?,
                "RCPT" if mood == Mood::Busy => line.say("451 try again later").await?,
                "RCPT" if mood == Mood::Refuses => line.say("550 no such user dana@example.com").await?,
                "DATA" => {
                    self.take(&mut line).await?;
                    if mood == Mood::TakesSilently {
                        return None;
                    }
                    line.say("250 taken").await?;
                }
                "QUIT" => return line.say("221 bye").await,
                _ => line.say("250 fine").await?,
            }
        }
        Some(())
    }

    async fn greet(&self, line: &mut Line, covered: bool) -> Option<()> {
        line.say("250-mail.test").await?;
        if self.door.cover == Cover::Starttls && !covered {
            line.say("250-STARTTLS").await?;
        } else if !self.door.sign_in.is_empty() {
            line.say(&format!("250-AUTH {}", self.door.sign_in)).await?;
        }
        line.say("250 8BITMIME").await
    }

    async fn sign_in(&self, line: &mut Line, said: &str) -> Option<bool> {
        let decode = |text: &str| String::from_utf8(STANDARD.decode(text).ok()?).ok();
        let mut words = said.split(' ').skip(1);
        let way = words.next()?;
        let (user, password) = match (way, words.next()) {
            ("PLAIN", Some(all)) => {
                let all = decode(all)?;
                let mut parts = all.split('\0').skip(1);
                (parts.next()?.to_owned(), parts.next()?.to_owned())
            }
            ("LOGIN", None) => {
                line.say("334 VXNlcm5hbWU6").await?;
                let user = decode(&line.next().await?)?;
                line.say("334 UGFzc3dvcmQ6").await?;
                (user, decode(&line.next().await?)?)
            }
            _ => return None,
        };
        let known = way == self.door.sign_in && user == USER && password == PASSWORD;
        let told = format!("{way} {user}{}", if known { "" } else { " refused" });
        self.sign_ins.lock().expect("sign-ins").push(told);
        if known {
            line.say("235 2.7.0 welcome").await?;
        } else {
            line.say(&format!("535 5.7.8 {user} does not sign in with {password}"))
                .await?;
        }
        Some(known)
    }

    async fn take(&self, line: &mut Line) -> Option<()> {
        line.say("354 go on").await?;
        let mut letter = String::new();
        loop {
            let next = line.next().await?;
            if next == "." {
                break;
            }
            letter.push_str(&next);
            letter.push('\n');
        }
        self.letters.lock().expect("letters").push(letter);
        Some(())
    }
}

/// The value of a letter's header.
pub fn header<'a>(letter: &'a str, name: &str) -> &'a str {
    let line = letter.lines().find(|l| l.starts_with(&format!("{name}: ")));
    line.and_then(|l| l.split_once(": "))
        .map_or("", |(_, value)| value)
}
