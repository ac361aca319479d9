//! Deciding a sign-in from here, through the same pages that a browser sees: fetch the page, read its form, post it.

use reqwest::header::{COOKIE, SET_COOKIE};
use url::Url;

use super::page::unescape;

/// Why a sign-in could not be decided.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The address is none.
    #[error("`{0}` is not an address")]
    Address(String),
    /// The page was not reached.
    #[error("the sign-in page cannot be reached: {0}")]
    Unreached(#[from] reqwest::Error),
    /// The page did not offer what was asked for.
    #[error("the sign-in page answered {status}: {title}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The heading of the page.
        title: String,
    },
    /// The page has no form, or the form does not offer this choice.
    #[error("the sign-in page does not offer `{0}`")]
    NotOffered(String),
}

/// A client for these pages: like a browser of this machine, without proxy, certificates and redirects.
///
/// # Errors
/// When it cannot be set up.
pub fn browser() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(10))
        .build()
}

/// Approves the sign-in behind this address (`verification_uri_complete`) as the person of that short name.
///
/// # Errors
/// See [`ApproveError`].
pub async fn approve(
    http: &reqwest::Client,
    verification_uri_complete: &str,
    person: &str,
) -> Result<(), ApproveError> {
    decide(http, verification_uri_complete, "person", person).await
}

/// Refuses the sign-in behind this address.
///
/// # Errors
/// See [`ApproveError`].
pub async fn deny(http: &reqwest::Client, verification_uri_complete: &str) -> Result<(), ApproveError> {
    decide(http, verification_uri_complete, "decision", "deny").await
}

async fn decide(
    http: &reqwest::Client,
    address: &str,
    button: &str,
    value: &str,
) -> Result<(), ApproveError> {
    let url = Url::parse(address).map_err(|_| ApproveError::Address(address.to_owned()))?;
    let response = http.get(url.clone()).send().await?;
    let status = response.status().as_u16();
    let cookies: Vec<String> = response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect();
    let html = response.text().await?;
    if status != 200 {
        return Err(ApproveError::Refused {
            status,
            title: title(&html),
        });
    }
    let form = post_form(&html).ok_or_else(|| ApproveError::NotOffered(value.to_owned()))?;
    let offered = tags(form, "button").any(|tag| {
        attribute(tag, "name").as_deref() == Some(button) && attribute(tag, "value").as_deref() == Some(value)
    });
    if !offered {
        return Err(ApproveError::NotOffered(value.to_owned()));
    }
    let mut fields: Vec<(String, String)> = tags(form, "input")
        .filter_map(|tag| {
            Some((
                attribute(tag, "name")?,
                attribute(tag, "value").unwrap_or_default(),
            ))
        })
        .collect();
    fields.push((button.to_owned(), value.to_owned()));
    let action = tags(form, "form")
        .next()
        .and_then(|tag| attribute(tag, "action"))
        .unwrap_or_default();
    let target = url.join(&action).map_err(|_| ApproveError::Address(action))?;
    let answer = http
        .post(target)
        .header(COOKIE, cookies.join("; "))
        .form(&fields)
        .send()
        .await?;
    let status = answer.status().as_u16();
    if status == 200 {
        return Ok(());
    }
    Err(ApproveError::Refused {
        status,
        title: title(&answer.text().await?),
    })
}

/// The form that is posted, from its opening tag to its end.
fn post_form(html: &str) -> Option<&str> {
    let start = html.find("<form method=\"post\"")?;
    let length = html[start..].find("</form>")?;
    Some(&html[start..start + length])
}

/// The opening tags of that name.
fn tags<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let open = format!("<{name}");
    html.match_indices(&open)
        .map(|(at, _)| at)
        .filter_map(|at| html[at..].find('>').map(|length| &html[at..at + length]))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The value of a quoted attribute.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let length = tag[start..].find('"')?;
    Some(unescape(&tag[start..start + length]))
}

fn title(html: &str) -> String {
    let inner = html
        .split("<h1>")
        .nth(1)
        .and_then(|rest| rest.split("</h1>").next());
    inner.map(unescape).unwrap_or_default()
}
