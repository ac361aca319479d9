//! Merging: defaults < file < environment < flags.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Value;
use toml::de::DeTable;

use super::error::{ConfigError, ConfigErrors, Place};
use super::sections::Config;
use super::table::{CONFIG_VARIABLE, KEYS, Key, LOG_VARIABLE, PREFIX, TEST_PREFIX};
use super::{check, paths, table};

/// Largest configuration file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// A setting that a flag makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// `section.key`.
    pub key: &'static str,
    /// The flag as it is typed, such as `--listen`.
    pub flag: &'static str,
    /// Its value as it was typed.
    pub value: String,
}

/// A value and where it came from, by key.
type Settings = BTreeMap<(&'static str, &'static str), (Value, Place)>;

/// Reads and merges everything. `named` is the file that the command line names; without it the variable
/// `TOKENDESK_CONFIG` does, else the user's own configuration file is read if it is there.
///
/// # Errors
/// All that is wrong, each with its place, key, and what is allowed.
pub fn load(
    named: Option<&Path>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    overrides: &[Override],
) -> Result<Config, ConfigErrors> {
    let mut errors = Vec::new();
    let mut settings = Settings::new();
    let (variables, named_by_variable) = ours(environment, &mut errors);
    let named = named.map(Path::to_path_buf).or(named_by_variable);
    let file = read(named, &mut errors);
    if let Some((path, text)) = &file {
        take_file(path, text, &mut settings, &mut errors);
    }
    take_variables(variables, &mut settings, &mut errors);
    for flag in overrides {
        take_flag(flag, &mut settings, &mut errors);
    }
    let config = build(settings, file.map(|(path, _)| path), &mut errors);
    match config {
        Some(config) if errors.is_empty() => Ok(config),
        _ => Err(ConfigErrors(errors)),
    }
}

/// Our own variables, and the file that one of them names.
fn ours(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    errors: &mut Vec<ConfigError>,
) -> (Vec<(String, String)>, Option<PathBuf>) {
    let mut named = None;
    let mut variables = Vec::new();
    for (name, value) in environment {
        let Some(name) = name.to_str() else { continue };
        if !name.starts_with(PREFIX) || name == LOG_VARIABLE || name.starts_with(TEST_PREFIX) {
            continue;
        }
        if name == CONFIG_VARIABLE {
            named = (!value.is_empty()).then(|| PathBuf::from(value));
        } else if let Some(text) = value.to_str() {
            variables.push((name.to_owned(), text.to_owned()));
        } else {
            errors.push(ConfigError {
                place: Place::Variable(name.to_owned()),
                key: String::new(),
                what: "the value is not UTF-8 text".to_owned(),
            });
        }
    }
    variables.sort();
    (variables, named)
}

fn read(named: Option<PathBuf>, errors: &mut Vec<ConfigError>) -> Option<(PathBuf, String)> {
    let must_be_there = named.is_some();
    let path = named.or_else(paths::default_config)?;
    let mut refuse = |what: String| {
        errors.push(ConfigError {
            place: Place::WholeFile(path.clone()),
            key: String::new(),
            what,
        });
    };
    match std::fs::metadata(&path) {
        Ok(data) if data.len() > MOST_BYTES => {
            refuse(format!(
                "the file has {} bytes; a configuration has at most {MOST_BYTES}",
                data.len()
            ));
            return None;
        }
        Ok(data) if data.is_dir() => {
            refuse("this is a directory; name the file in it".to_owned());
            return None;
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_be_there => return None,
        Err(error) => {
            refuse(format!("cannot be read: {error}"));
            return None;
        }
    }
    match std::fs::read(&path).map(String::from_utf8) {
        Ok(Ok(text)) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Some((path, text))
        }
        Ok(Err(error)) => {
            let good = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..good].iter().filter(|b| **b == b'\n').count();
            refuse(format!("line {line} is not UTF-8 text"));
            None
        }
        Err(error) => {
            refuse(format!("cannot be read: {error}"));
            None
        }
    }
}

/// The line (from 1) of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
}

fn take_file(path: &Path, text: &str, settings: &mut Settings, errors: &mut Vec<ConfigError>) {
    let at = |offset: usize| Place::File(path.to_path_buf(), line_of(text, offset));
    let parsed = DeTable::parse(text).and_then(|spans| Ok((spans, text.parse::<toml::Table>()?)));
    let (spans, values) = match parsed {
        Ok(both) => both,
        Err(error) => {
            errors.push(ConfigError {
                place: at(error.span().map_or(0, |span| span.start)),
                key: String::new(),
                what: format!("this is not TOML: {}", error.message().trim().replace('\n', "; ")),
            });
            return;
        }
    };
    for (section, inside) in spans.get_ref() {
        let name = section.get_ref().as_ref();
        let Some(known) = table::sections().into_iter().find(|s| *s == name) else {
            errors.push(unknown_section(at(section.span().start), name));
            continue;
        };
        let (Some(keys), Some(Value::Table(inner))) = (inside.get_ref().as_table(), values.get(name)) else {
            errors.push(ConfigError {
                place: at(section.span().start),
                key: name.to_owned(),
                what: format!("this is a section; write [{name}] on a line of its own and its keys below"),
            });
            continue;
        };
        for key in keys.keys() {
            let place = at(key.span().start);
            let name = key.get_ref().as_ref();
            match (table::find(known, name), inner.get(name)) {
                (Some(known), Some(value)) => {
                    keep(known, value.clone(), place, settings, errors);
                }
                _ => errors.push(unknown_key(place, known, name)),
            }
        }
    }
}

fn unknown_section(place: Place, name: &str) -> ConfigError {
    let sections = table::sections();
    let (place_key, hint) = match KEYS.iter().find(|key| key.name == name) {
        Some(key) => (
            name.to_owned(),
            format!("; the key {name} belongs into [{}]", key.section),
        ),
        None => (
            name.to_owned(),
            table::nearest(name, sections.iter().copied())
                .map(|near| format!("; did you mean [{near}]?"))
                .unwrap_or_default(),
        ),
    };
    ConfigError {
        place,
        key: shown(&place_key),
        what: format!(
            "there is no such section{hint} (sections: {})",
            sections.join(", ")
        ),
    }
}

fn unknown_key(place: Place, section: &str, name: &str) -> ConfigError {
    let names = table::names(section);
    let hint = table::nearest(name, names.iter().copied())
        .map(|near| format!("; did you mean {near}?"))
        .or_else(|| {
            KEYS.iter()
                .find(|key| key.name == name)
                .map(|key| format!("; it belongs into [{}]", key.section))
        })
        .unwrap_or_default();
    ConfigError {
        place,
        key: shown(&format!("{section}.{name}")),
        what: format!(
            "there is no such key{hint} (keys of [{section}]: {})",
            names.join(", ")
        ),
    }
}

/// Foreign text, cut and without control characters.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn keep(
    key: &'static Key,
    value: Value,
    place: Place,
    settings: &mut Settings,
    errors: &mut Vec<ConfigError>,
) {
    match check::check(key.kind, value) {
        Ok(value) => {
            settings.insert((key.section, key.name), (value, place));
        }
        Err(what) => errors.push(ConfigError {
            place,
            key: key.path(),
            what,
        }),
    }
}

fn take_variables(variables: Vec<(String, String)>, settings: &mut Settings, errors: &mut Vec<ConfigError>) {
    for (name, text) in variables {
        let place = Place::Variable(name.clone());
        let Some(key) = KEYS.iter().find(|key| key.variable() == name) else {
            let all: Vec<String> = KEYS.iter().map(Key::variable).collect();
            let hint = table::nearest(
                &name,
                all.iter()
                    .map(String::as_str)
                    .chain([CONFIG_VARIABLE, LOG_VARIABLE]),
            )
            .map(|near| format!("; did you mean {near}?"))
            .unwrap_or_default();
            errors.push(ConfigError {
                place,
                key: String::new(),
                what: format!("there is no such setting{hint} (names are {PREFIX}SECTION_KEY)"),
            });
            continue;
        };
        match check::from_text(key.kind, &text) {
            Ok(value) => keep(key, value, place, settings, errors),
            Err(what) => errors.push(ConfigError {
                place,
                key: key.path(),
                what,
            }),
        }
    }
}

fn take_flag(flag: &Override, settings: &mut Settings, errors: &mut Vec<ConfigError>) {
    let place = Place::Flag(flag.flag.to_owned());
    let Some(key) = KEYS.iter().find(|key| key.path() == flag.key) else {
        errors.push(ConfigError {
            place,
            key: flag.key.to_owned(),
            what: "there is no such key".to_owned(),
        });
        return;
    };
    match check::from_text(key.kind, &flag.value) {
        Ok(value) => keep(key, value, place, settings, errors),
        Err(what) => errors.push(ConfigError {
            place,
            key: key.path(),
            what,
        }),
    }
}

/// Makes the typed whole of what was collected.
fn build(settings: Settings, file: Option<PathBuf>, errors: &mut Vec<ConfigError>) -> Option<Config> {
    let mut all = toml::Table::new();
    let mut places = BTreeMap::new();
    for ((section, name), (value, place)) in settings {
        places.insert(format!("{section}.{name}"), place);
        let entry = all
            .entry(section)
            .or_insert_with(|| Value::Table(toml::Table::new()));
        if let Value::Table(keys) = entry {
            keys.insert(name.to_owned(), value);
        }
    }
    match Config::deserialize(Value::Table(all)) {
        Ok(mut config) => {
            config.identity.backend = config.backend.url.trim_end_matches('/').to_owned();
            check_whole(&config, &places, errors);
            Some(Config {
                file,
                origins: places
                    .into_iter()
                    .map(|(key, place)| (key, place.to_string()))
                    .collect(),
                ..config
            })
        }
        Err(error) => {
            let place = places.into_values().next();
            errors.push(ConfigError {
                place: place.unwrap_or_else(|| Place::WholeFile(file.unwrap_or_default())),
                key: String::new(),
                what: error.message().to_owned(),
            });
            None
        }
    }
}

/// What no single key can tell.
fn check_whole(config: &Config, places: &BTreeMap<String, Place>, errors: &mut Vec<ConfigError>) {
    if let Some(place) = places.get("identity.issuer")
        && !config.identity.issuer.is_empty()
        && let Err(what) = config.identity.check_issuer_kind()
    {
        errors.push(ConfigError {
            place: place.clone(),
            // the words name it
            key: String::new(),
            what,
        });
    }
    let server = &config.server;
    if server.tls_cert.is_empty() == server.tls_key.is_empty() {
        return;
    }
    let (there, missing) = if server.tls_cert.is_empty() {
        ("server.tls_key", "server.tls_cert")
    } else {
        ("server.tls_cert", "server.tls_key")
    };
    if let Some(place) = places.get(there) {
        errors.push(ConfigError {
            place: place.clone(),
            key: there.to_owned(),
            what: format!("this needs {missing} as well"),
        });
    }
}
