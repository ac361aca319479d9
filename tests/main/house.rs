//! The law of the house: who may import whom. Reads the sources and holds them against the table below.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may import, itself always included. `ARCHITECTURE.md` tells why.
const LAW: &[(&str, &[&str])] = &[
    ("domain", &["text"]),
    ("wire", &["domain"]),
    ("text", &[]),
    ("config", &["domain"]),
    ("client", &["wire", "domain", "config"]),
    ("auth", &["config", "client", "domain"]),
    ("tui/flow", &["domain", "wire", "text", "tui/theme", "tui/keys"]),
    ("tui/theme", &["text", "config"]),
    ("tui/keys", &["text", "config", "domain"]),
    ("tui/widgets", &["text", "tui/theme", "tui/keys"]),
    (
        "tui/screens",
        &[
            "tui/flow",
            "tui/widgets",
            "wire",
            "domain",
            "text",
            "tui/theme",
            "tui/keys",
        ],
    ),
    (
        "tui/app",
        &[
            "tui/flow",
            "tui/widgets",
            "tui/screens",
            "wire",
            "domain",
            "text",
            "tui/theme",
            "tui/keys",
        ],
    ),
    ("tui/term", &["domain", "text", "config", "tui/keys", "tui/theme"]),
    (
        "tui/run",
        &["tui", "client", "auth", "config", "wire", "domain", "text"],
    ),
    ("cli", &["*"]),
    ("server/app", &["server", "config", "wire", "domain"]),
    (
        "server/http",
        &["server/services", "server/auth", "wire", "domain", "config"],
    ),
    ("server/services", &["server/store", "domain", "wire"]),
    ("server/store", &["domain"]),
    (
        "server/workers",
        &["server/services", "server/store", "server/integrations", "domain"],
    ),
    (
        "server/integrations",
        &["server/services", "wire", "domain", "config"],
    ),
    ("server/auth", &["server/store", "domain", "config"]),
    (
        "server/import",
        &["server/services", "server/store", "domain", "text"],
    ),
    ("demo", &["server", "domain", "config"]),
];

/// Crates that only these rooms may know.
const CRATES: &[(&str, &[&str])] = &[
    ("crossterm", &["tui/term", "tui/keys"]),
    ("axum", &["server/http", "server/app", "server/auth", "demo"]),
    ("sea_orm", &["server/store"]),
    ("sqlx", &["server/store"]),
    (
        "reqwest",
        &[
            "client",
            "auth",
            "server/auth",
            "server/integrations",
            "demo",
            "cli",
        ],
    ),
    ("keyring", &["auth"]),
    ("ratatui", &["tui"]),
];

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a readable folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments and without its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a readable source");
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| match line.trim_start() {
            t if t.starts_with("//") => "",
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first two segments of every path that starts with `crate::`, groups included.
fn imports(code: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        found.insert(segments(item.trim()));
                        item.clear();
                        continue;
                    }
                    _ => {}
                }
                item.push(c);
            }
            found.insert(segments(item.trim()));
        } else {
            found.insert(segments(rest));
        }
    }
    found
}

fn segments(path: &str) -> (String, String) {
    let word = |s: &str| {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let first = word(path);
    let second = path[first.len()..]
        .strip_prefix("::")
        .map(word)
        .unwrap_or_default();
    (first, second)
}

fn room_of(name: &str) -> Option<&'static str> {
    LAW.iter()
        .map(|(room, _)| *room)
        .filter(|r| name == *r || name.starts_with(&format!("{r}/")))
        .max_by_key(|r| r.len())
}

fn within(room: &str, allowed: &str) -> bool {
    room == allowed || room.starts_with(&format!("{allowed}/"))
}

#[test]
fn every_import_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let name = file
            .strip_prefix(&root)
            .expect("under src")
            .with_extension("")
            .to_string_lossy()
            .replace('\\', "/");
        let name = name.trim_end_matches("/mod").to_owned();
        let Some(room) = room_of(&name) else { continue };
        let allowed = LAW.iter().find(|(r, _)| *r == room).map_or(&[][..], |(_, a)| *a);
        let text = code(&file);
        for (first, second) in imports(&text) {
            let pair = format!("{first}/{second}");
            let target = room_of(&pair).or_else(|| room_of(&first));
            let Some(target) = target else { continue };
            let fine = within(target, room) || allowed.iter().any(|a| *a == "*" || within(target, a));
            if !fine {
                wrong.push(format!("{name} ({room}) imports {first}::{second} ({target})"));
            }
        }
        for (krate, rooms) in CRATES {
            let used = text.contains(&format!("{krate}::")) && !rooms.iter().any(|r| within(room, r));
            if used && !text.contains(&format!("crate::{krate}::")) {
                wrong.push(format!("{name} ({room}) knows the crate {krate}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} imports break the law:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_reader_of_imports_sees_groups_and_nested_paths() {
    let seen = imports(
        "use crate::{domain::id::AccountId, wire::{page, tokens}};\nlet x = crate::client::Client::new();",
    );
    let seen: Vec<_> = seen.iter().map(|(a, b)| format!("{a}/{b}")).collect();
    assert_eq!(
        seen,
        ["client/Client", "domain/id", "wire/"]
            .map(str::to_owned)
            .to_vec()
            .as_slice()
    );
}
