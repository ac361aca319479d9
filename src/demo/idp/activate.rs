//! The page where a sign-in is approved: enter the code, compare it, choose who you are, or refuse.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use tokio::time::Instant;

use super::Idp;
use super::page::{STYLE, escape, page};
use super::people::{PEOPLE, person};
use super::tables::{Decision, TooManyGuesses, secret};

const COOKIE_NAME: &str = "activate";

pub(super) fn router() -> Router<Arc<Idp>> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/activate") }))
        .route("/activate", get(show).post(decide))
        .route(
            "/activate.css",
            get(|| async {
                (
                    [
                        (CONTENT_TYPE, "text/css; charset=utf-8"),
                        (CACHE_CONTROL, "max-age=3600"),
                    ],
                    STYLE,
                )
            }),
        )
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    user_code: String,
}

/// Without a code: where to enter one. With a code: what it is for, and who approves.
async fn show(State(idp): State<Arc<Idp>>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    if asked.user_code.trim().is_empty() {
        return enter("", None);
    }
    let code = match waiting_code(&idp, &asked.user_code) {
        Ok(code) => code,
        Err(refusal) => return *refusal,
    };
    let visitor = visitor(&headers).unwrap_or_else(secret);
    let people: String = PEOPLE
        .iter()
        .map(|p| {
            format!(
                "<li><button name=\"person\" value=\"{}\"><span class=\"name\">{}</span> · {} · {}</button></li>\n",
                escape(p.key),
                escape(p.name),
                escape(p.employee_id),
                escape(p.title)
            )
        })
        .collect();
    let body = format!(
        "<p>A desk asks to sign somebody in with the application <strong>{}</strong>. It shows this code:</p>\n\
         <p class=\"code\">{code}</p>\n\
         <p class=\"note\">Go on only if <strong>you</strong> started this sign-in and your terminal shows the same code.</p>\n\
         <form method=\"post\" action=\"/activate\">\n\
         <input type=\"hidden\" name=\"user_code\" value=\"{code}\">\n\
         <input type=\"hidden\" name=\"csrf\" value=\"{}\">\n\
         <h2 id=\"who\">Sign in as</h2>\n<ul aria-labelledby=\"who\">\n{people}</ul>\n\
         <p><button name=\"decision\" value=\"deny\">Refuse this sign-in</button></p>\n</form>",
        escape(&idp.options.client_id),
        form_token(&idp, &visitor, &code),
        code = escape(&code),
    );
    let mut response = page(StatusCode::OK, "Approve a sign-in", &body);
    let cookie = format!("{COOKIE_NAME}={visitor}; Path=/activate; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Decided {
    user_code: String,
    csrf: String,
    person: String,
    decision: String,
}

/// Takes the decision, if it came from our own page in the same browser.
async fn decide(
    State(idp): State<Arc<Idp>>,
    headers: HeaderMap,
    form: Result<Form<Decided>, FormRejection>,
) -> Response {
    let Ok(Form(decided)) = form else {
        return message(
            StatusCode::BAD_REQUEST,
            "That did not work",
            "The form could not be read.",
        );
    };
    let foreign = headers.get(ORIGIN).is_some_and(|origin| {
        let port = idp.origin.rsplit(':').next().unwrap_or_default();
        let origin = origin.to_str().unwrap_or_default();
        origin != idp.origin && origin != format!("http://localhost:{port}")
    });
    let genuine =
        visitor(&headers).is_some_and(|visitor| holds(&idp, &visitor, &decided.user_code, &decided.csrf));
    if foreign || !genuine {
        return message(
            StatusCode::FORBIDDEN,
            "Please start again",
            "This form did not come from this page in this browser, or it is too old. Open the address that your terminal shows once more.",
        );
    }
    let decision = match (decided.decision.as_str(), person(&decided.person)) {
        ("deny", _) => Decision::Denied,
        ("", Some(person)) => Decision::Approved(person),
        _ => {
            return message(
                StatusCode::BAD_REQUEST,
                "That did not work",
                "Nobody of that name is known here.",
            );
        }
    };
    let refusal = match idp.tables().find(&decided.user_code, Instant::now()) {
        Ok(Some(grant)) if grant.decision == Decision::Pending => {
            grant.decision = decision;
            None
        }
        Ok(Some(_)) => Some(message(StatusCode::CONFLICT, "Already decided", DECIDED)),
        Ok(None) => Some(enter(&decided.user_code, Some(UNKNOWN))),
        Err(TooManyGuesses) => Some(slow()),
    };
    if let Some(refusal) = refusal {
        return refusal;
    }
    match decision {
        Decision::Approved(person) => message(
            StatusCode::OK,
            "Signed in",
            &format!(
                "You approved the sign-in as {}. You can close this page and go back to your terminal.",
                person.name
            ),
        ),
        _ => message(
            StatusCode::OK,
            "Refused",
            "The sign-in was refused. You can close this page.",
        ),
    }
}

const DECIDED: &str = "This sign-in has been decided before.";
const UNKNOWN: &str =
    "No sign-in is waiting with this code. Compare it with the one in your terminal; it may have expired.";

/// The code as it was given out, if a sign-in is waiting with it; else the page that says why not.
fn waiting_code(idp: &Idp, typed: &str) -> Result<String, Box<Response>> {
    let mut tables = idp.tables();
    Err(Box::new(match tables.find(typed, Instant::now()) {
        Ok(Some(grant)) if grant.decision == Decision::Pending => return Ok(grant.user_code.clone()),
        Ok(Some(_)) => message(StatusCode::CONFLICT, "Already decided", DECIDED),
        Ok(None) => enter(typed, Some(UNKNOWN)),
        Err(TooManyGuesses) => slow(),
    }))
}

fn enter(typed: &str, problem: Option<&str>) -> Response {
    let told = problem.map(|text| {
        format!(
            "<p class=\"note\" role=\"alert\" id=\"problem\">{}</p>\n",
            escape(text)
        )
    });
    let described = if problem.is_some() {
        " aria-describedby=\"problem\" aria-invalid=\"true\""
    } else {
        ""
    };
    let status = if problem.is_some() {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    let body = format!(
        "{}<form method=\"get\" action=\"/activate\">\n\
         <p><label for=\"code\">Code shown in your terminal</label></p>\n\
         <p><input id=\"code\" name=\"user_code\" class=\"code\" value=\"{}\" required maxlength=\"16\" size=\"10\" \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\"{described}></p>\n\
         <p><button>Continue</button></p>\n</form>",
        told.unwrap_or_default(),
        escape(&typed.chars().take(16).collect::<String>()),
    );
    page(status, "Enter your code", &body)
}

fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, title, &format!("<p role=\"status\">{}</p>", escape(text)))
}

fn slow() -> Response {
    message(
        StatusCode::TOO_MANY_REQUESTS,
        "Too many codes",
        "Too many wrong codes were tried. Wait a minute, then try again.",
    )
}

/// The visitor's mark from the cookie.
fn visitor(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
        .find(|mark| mark.len() == 64 && mark.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(str::to_owned)
}

/// What binds a form to the browser that it was shown in and to the code that it is about.
fn form_token(idp: &Idp, visitor: &str, code: &str) -> String {
    let tag = aws_lc_rs::hmac::sign(&idp.form_key, format!("{visitor} {code}").as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(tag.as_ref())
}

fn holds(idp: &Idp, visitor: &str, code: &str, token: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD.decode(token).is_ok_and(|tag| {
        aws_lc_rs::hmac::verify(&idp.form_key, format!("{visitor} {code}").as_bytes(), &tag).is_ok()
    })
}
