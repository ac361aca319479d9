//! Plain pages: no script, nothing from elsewhere, readable without the style sheet, with every foreign text escaped.

use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};

/// The style sheet: system colours, so that it follows light, dark and high-contrast settings.
pub(super) const STYLE: &str = "\
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
.code { font: 700 1.75rem/1.4 ui-monospace, monospace; letter-spacing: .12em; }
.note { border-inline-start: .3rem solid; padding-inline-start: .8rem; }
ul { list-style: none; padding: 0; }
li { margin: .5rem 0; }
button, input { font: inherit; padding: .6rem .9rem; border: 1px solid; border-radius: .4rem; min-height: 2.75rem; }
li button { width: 100%; text-align: start; cursor: pointer; }
button:focus-visible, input:focus-visible { outline: .2rem solid; outline-offset: .15rem; }
.name { font-weight: 700; }
";

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Text made harmless inside elements and quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() && c != '\n' => {}
            c => safe.push(c),
        }
    }
    safe
}

/// Undoes [`escape`].
pub(super) fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// A page with this title and body; the body is HTML already.
pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · tokendesk demo sign-in</title>\n<link rel=\"stylesheet\" href=\"/activate.css\">\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    (status, headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_an_attribute_or_element() {
        let hostile = "\"><script>alert('x')</script>&\u{1b}[31m\0";
        let safe = escape(hostile);
        assert!(!safe.contains(['<', '>', '"', '\'', '\u{1b}', '\0']), "{safe}");
        assert_eq!(unescape(&safe), "\"><script>alert('x')</script>&[31m");
        assert_eq!(unescape(&escape("&lt;")), "&lt;");
    }
}
