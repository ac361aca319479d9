//! Comma-separated values (RFC 4180) that do no harm: not to terminals, and not to spreadsheets, which would run what
//! begins like a formula.

use super::safe::clean;

/// One cell.
#[must_use]
pub fn cell(text: &str) -> String {
    let mut cell = clean(text).into_owned();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err() {
        cell.insert(0, '\'');
    }
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// One line of cells, with its end.
#[must_use]
pub fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_spreadsheet_runs_them() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b \"c\""), "\"a,b \"\"c\"\"\"");
        assert_eq!(cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell("-5.00"), "-5.00");
        assert!(!cell("x\u{1b}[31m\u{202e}").contains(['\u{1b}', '\u{202e}']));
        assert_eq!(line(["a", "b,c"]), "a,\"b,c\"\r\n");
    }
}
