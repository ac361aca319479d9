//! E-mail by SMTP.

use std::time::Duration;

use lettre::message::{Mailbox, header};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use secrecy::ExposeSecret as _;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use crate::config::sections::{SmtpSecurity, SmtpSettings};
use crate::domain::time::Moment;
use crate::server::services::outbound::{Channel, Delivering, Message, NotTaken};

/// Sends letters to one mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// What stands behind the `@` of each Message-ID.
    domain: String,
}

impl Smtp {
    /// Sets up the way to the mail server; `None` when none is configured. Connects to nothing yet.
    ///
    /// # Errors
    /// In words, when a setting cannot be used.
    pub fn new(settings: &SmtpSettings) -> Result<Option<Self>, String> {
        if settings.host.is_empty() {
            return Ok(None);
        }
        let from: Mailbox = settings.from.parse().map_err(|_| {
            "smtp.from: this is no mail address; write one such as \"Support <support@example.com>\""
                .to_owned()
        })?;
        let security = match settings.security {
            SmtpSecurity::None => Tls::None,
            SmtpSecurity::Starttls => Tls::Required(tls(settings)?),
            SmtpSecurity::Tls => Tls::Wrapper(tls(settings)?),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(security)
            .timeout(Some(Duration::from_secs(settings.timeout_seconds)));
        if !settings.username.is_empty() {
            let source = settings.password.first().ok_or_else(|| {
                "smtp.password: a user name is set, but no source of its password".to_owned()
            })?;
            let password = source
                .passphrase()
                .map_err(|why| format!("smtp.password: {why}"))?;
            transport = transport.credentials(Credentials::new(
                settings.username.clone(),
                password.expose_secret().to_owned(),
            ));
        }
        let domain = from.email.domain().to_owned();
        Ok(Some(Self {
            transport: transport.build(),
            from,
            domain,
        }))
    }

    fn mail(&self, message: &Message, now: Moment) -> Result<Mail, NotTaken> {
        let (subject, body) = message
            .letter
            .clone()
            .ok_or_else(|| NotTaken::Nobody("there is no letter for this kind".to_owned()))?;
        if message.email.is_empty() {
            return Err(NotTaken::Nobody("the customer has no e-mail address".to_owned()));
        }
        // The reason is not repeated: it holds the address.
        let to: Mailbox = message.email.parse().map_err(|_| {
            NotTaken::Never("the customer's e-mail address is none that mail can be sent to".to_owned())
        })?;
        let id = format!("<{}@{}>", message.id, self.domain);
        let date = std::time::SystemTime::UNIX_EPOCH
            + Duration::from_secs(u64::try_from(now.seconds()).unwrap_or_default());
        Mail::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(id))
            .date(date)
            .header(AutoSubmitted)
            .header(header::ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| NotTaken::Never(format!("the letter cannot be written: {error}")))
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834): no out-of-office note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Channel for Smtp {
    fn name(&self) -> &'static str {
        "email"
    }

    fn deliver<'a>(&'a self, message: &'a Message, now: Moment) -> Delivering<'a> {
        Box::pin(async move {
            let mail = self.mail(message, now)?;
            match self.transport.send(mail).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(NotTaken::Never(why(&error))),
                Err(error) => Err(NotTaken::Later(why(&error))),
            }
        })
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(settings.host.clone());
    if !settings.ca_file.is_empty() {
        let wrong = |why: &str| format!("smtp.ca_file: {}: {why}", settings.ca_file);
        let pem = std::fs::read(&settings.ca_file).map_err(|error| wrong(&error.to_string()))?;
        let none = "holds no certificates (PEM)";
        if CertificateDer::pem_slice_iter(&pem).next().is_none() {
            return Err(wrong(none));
        }
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|_| wrong(none))?);
    }
    tls.build()
        .map_err(|error| format!("smtp.host: TLS cannot be set up: {error}"))
}

/// Why a letter was not taken, in our words: the server's own may repeat the address, or what it was signed in with.
fn why(error: &Error) -> String {
    if let Some(code) = error.status().map(|code| code.to_string()) {
        return match code.as_str() {
            "530" | "534" | "535" | "538" => format!(
                "the mail server refused the sign-in ({code}); look at smtp.username and smtp.password"
            ),
            _ => format!("the mail server answered {code}"),
        };
    }
    if let Some(certificate) = certificate_error(error) {
        let why = match certificate {
            CertificateError::UnknownIssuer => {
                "is signed by nobody whom this machine trusts; smtp.ca_file can name who else is trusted"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "is for another name than smtp.host"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
            _ => "is not valid",
        };
        return format!("nothing was sent: the mail server's certificate {why}");
    }
    if error.is_timeout() {
        return "the mail server did not answer in time".to_owned();
    }
    if error.is_client() {
        // Before anything was sent, and in words of the library's own.
        let what = if error.to_string().contains("STARTTLS") {
            "no encryption (STARTTLS)"
        } else {
            "no sign-in by PLAIN or LOGIN"
        };
        return format!("nothing was sent: the mail server offers {what}");
    }
    "the mail server could not be reached, or broke off".to_owned()
}

/// What is wrong with the server's certificate, if that is what is wrong.
fn certificate_error(error: &Error) -> Option<&CertificateError> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let inner = error
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<TlsError>());
        if let Some(TlsError::InvalidCertificate(certificate)) = inner.or_else(|| error.downcast_ref()) {
            return Some(certificate);
        }
        next = error.source();
    }
    None
}
