//! Addresses near another: what somebody may have meant who mistyped one.

use super::name_key;

/// Longest local part whose neighbours are made: there are some 80 for each character.
const MOST_LOCAL: usize = 40;

/// All addresses whose part before the @ is one typing error away from this one's: a character too many, missing, wrong,
/// or two changed round. Nothing for what is no address, or has a very long part before the @.
#[must_use]
pub fn email_neighbours(address: &str) -> Vec<String> {
    const TYPED: &str = "abcdefghijklmnopqrstuvwxyz0123456789.-_+";
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Vec::new();
    };
    let local: Vec<char> = local.chars().collect();
    if local.len() > MOST_LOCAL {
        return Vec::new();
    }
    let mut found = std::collections::BTreeSet::new();
    let mut add = |head: &[char], middle: &[char], tail: &[char]| {
        let near: String = [head, middle, tail].concat().into_iter().collect();
        if !near.is_empty() {
            found.insert(near);
        }
    };
    for at in 0..=local.len() {
        let (head, tail) = local.split_at(at);
        for c in TYPED.chars() {
            add(head, &[c], tail);
        }
        let Some((first, rest)) = tail.split_first() else {
            continue;
        };
        add(head, &[], rest);
        for c in TYPED.chars() {
            add(head, &[c], rest);
        }
        if let Some((second, rest)) = rest.split_first() {
            add(head, &[*second, *first], rest);
        }
    }
    let itself: String = local.iter().collect();
    found
        .into_iter()
        .filter(|near| *near != itself)
        .map(|near| format!("{near}@{domain}"))
        .collect()
}

/// Given and family name, as [`name_key`]s, of an address that is made of them: `ada.lovelace7@…`.
#[must_use]
pub fn email_names(address: &str) -> Option<(String, String)> {
    let (local, _) = address.rsplit_once('@')?;
    let words: Vec<String> = local
        .split(['.', '_', '-'])
        .map(|word| name_key(word.trim_matches(|c: char| c.is_ascii_digit())))
        .filter(|word| !word.is_empty())
        .collect();
    match &words[..] {
        [first, last] => Some((first.clone(), last.clone())),
        _ => None,
    }
}
