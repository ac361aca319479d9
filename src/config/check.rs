//! Checks of single values against what their key takes.

use std::net::SocketAddr;

use toml::Value;

use super::secret_keys::KeySource;
use super::table::{Kind, nearest};
use crate::domain::profile::Profile;

/// Checks a value, and brings it into the one shape that the sections are read from.
///
/// # Errors
/// Says what is wrong and what is allowed.
pub(super) fn check(kind: Kind, value: Value) -> Result<Value, String> {
    match kind {
        Kind::Text => text(kind, &value).map(|_| ())?,
        Kind::Secret => database(kind, &value)?,
        Kind::Words(words) => word(kind, words, &value)?,
        Kind::Switch => {
            value.as_bool().ok_or_else(|| wrong_kind(kind, &value))?;
        }
        Kind::Number(least, most) => {
            let number = value.as_integer().ok_or_else(|| wrong_kind(kind, &value))?;
            if !(least..=most).contains(&number) {
                return Err(format!("{number} is out of range; allowed: {}", kind.allowed()));
            }
        }
        Kind::Url => url(kind, &value)?,
        Kind::UrlOrEmpty => match text(kind, &value)? {
            "" => {}
            _ => url(kind, &value)?,
        },
        Kind::Listen => listen(kind, text(kind, &value)?)?,
        Kind::ListenOrEmpty => match text(kind, &value)? {
            "" => {}
            address => listen(kind, address)?,
        },
        Kind::Profile => profile(kind, text(kind, &value)?)?,
        Kind::Zone => zone(kind, text(kind, &value)?)?,
        Kind::List => list(kind, &value)?,
        Kind::KeySources => return key_sources(kind, value),
        Kind::Bindings => return bindings(kind, value),
    }
    Ok(value)
}

/// Reads the text of a variable or a flag as the kind asks for.
///
/// # Errors
/// Says what is wrong and what is allowed.
pub(super) fn from_text(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Switch => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(Value::Boolean(true)),
            "false" | "0" | "no" | "off" | "" => Ok(Value::Boolean(false)),
            _ => Err(format!("`{}` is not a switch; allowed: true or false", cut(text))),
        },
        Kind::Number(..) => text.trim().parse().map(Value::Integer).map_err(|_| {
            format!(
                "`{}` is not a whole number; allowed: {}",
                cut(text),
                kind.allowed()
            )
        }),
        Kind::List | Kind::KeySources => {
            if text.trim_start().starts_with('[') {
                let line = format!("list = {text}");
                let mut table: toml::Table = line
                    .parse()
                    .map_err(|_| format!("this is not a list; allowed: {}, or one,two", kind.allowed()))?;
                return table
                    .remove("list")
                    .ok_or_else(|| format!("this is not a list; allowed: {}", kind.allowed()));
            }
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(Value::Array(
                parts.map(|part| Value::String(part.to_owned())).collect(),
            ))
        }
        Kind::Bindings => Err("this is a table and can be set in the configuration file only".to_owned()),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn wrong_kind(kind: Kind, value: &Value) -> String {
    let is = match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number with a point",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    };
    format!("this is {is}; allowed: {}", kind.allowed())
}

fn text(kind: Kind, value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| wrong_kind(kind, value))
}

fn word(kind: Kind, words: &[&str], value: &Value) -> Result<(), String> {
    let given = text(kind, value)?;
    if words.contains(&given) {
        return Ok(());
    }
    let hint = nearest(given, words.iter().copied())
        .map(|near| format!("; did you mean \"{near}\"?"))
        .unwrap_or_default();
    Err(format!(
        "\"{}\" is not known{hint} (allowed: {})",
        cut(given),
        kind.allowed()
    ))
}

fn database(kind: Kind, value: &Value) -> Result<(), String> {
    let address = text(kind, value)?;
    let known = ["sqlite:", "postgres://", "postgresql://"];
    if address.is_empty() || known.iter().any(|start| address.starts_with(start)) {
        Ok(())
    } else {
        // Not repeated: it may hold a password.
        Err(format!(
            "this is no database that is known; allowed: {}",
            kind.allowed()
        ))
    }
}

fn url(kind: Kind, value: &Value) -> Result<(), String> {
    let given = text(kind, value)?;
    let wrong = |why: &str| format!("`{}` {why}; allowed: {}", cut(given), kind.allowed());
    let url = url::Url::parse(given).map_err(|error| wrong(&format!("is not an address ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("does not start with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "an address with a user or password is not taken; allowed: {}",
            kind.allowed()
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or fragment"));
    }
    Ok(())
}

fn listen(kind: Kind, address: &str) -> Result<(), String> {
    let named = address
        .rsplit_once(':')
        .is_some_and(|(host, port)| host == "localhost" && port.parse::<u16>().is_ok());
    if named || address.parse::<SocketAddr>().is_ok() {
        Ok(())
    } else {
        Err(format!(
            "`{}` is not an address and port; allowed: {}",
            cut(address),
            kind.allowed()
        ))
    }
}

fn profile(kind: Kind, name: &str) -> Result<(), String> {
    if name.contains(['/', '\\']) || name.ends_with(".toml") {
        return Ok(());
    }
    if Profile::shipped_names().any(|shipped| shipped == name) {
        return Ok(());
    }
    let hint = nearest(name, Profile::shipped_names())
        .map(|near| format!("; did you mean \"{near}\"?"))
        .unwrap_or_default();
    Err(format!(
        "no desk is called \"{}\"{hint} (allowed: {})",
        cut(name),
        kind.allowed()
    ))
}

fn zone(kind: Kind, name: &str) -> Result<(), String> {
    if name.is_empty() || jiff::tz::TimeZone::get(name).is_ok() {
        Ok(())
    } else {
        Err(format!(
            "`{}` is not a time zone that is known here; allowed: {}",
            cut(name),
            kind.allowed()
        ))
    }
}

fn list(kind: Kind, value: &Value) -> Result<(), String> {
    let items = value.as_array().ok_or_else(|| wrong_kind(kind, value))?;
    match items.iter().find(|item| !item.is_str()) {
        Some(item) => Err(format!("in the list: {}", wrong_kind(Kind::Text, item))),
        None => Ok(()),
    }
}

fn key_sources(kind: Kind, value: Value) -> Result<Value, String> {
    let value = match value {
        Value::String(one) => Value::Array(vec![Value::String(one)]),
        other => other,
    };
    list(kind, &value)?;
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if items.len() > 2 {
        return Err(format!(
            "{} sources are too many; allowed: {}",
            items.len(),
            kind.allowed()
        ));
    }
    for item in items.iter().filter_map(Value::as_str) {
        KeySource::try_from(item.to_owned())?;
    }
    Ok(value)
}

fn bindings(kind: Kind, value: Value) -> Result<Value, String> {
    let Value::Table(commands) = value else {
        return Err(wrong_kind(kind, &value));
    };
    let mut all = toml::Table::new();
    for (command, keys) in commands {
        let keys = match keys {
            Value::String(one) => Value::Array(vec![Value::String(one)]),
            other => other,
        };
        list(Kind::List, &keys).map_err(|what| format!("{}: {what}", cut(&command)))?;
        all.insert(command, keys);
    }
    Ok(Value::Table(all))
}
