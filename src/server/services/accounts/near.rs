//! E-mail addresses with typing errors in them, each step cheaper than the next: the same before the @, one error before
//! it, two errors after the first letters, and names that nearly are what the address is made of.

use crate::domain::account::Account;
use crate::domain::lookup;
use crate::server::services::{ServiceError, Services};
use crate::server::store::accounts::{self, Wanted};

impl Services {
    /// Addresses that begin like this one, or differ by a letter or two.
    pub(super) async fn near_email(
        &self,
        address: &str,
        limit: u32,
    ) -> Result<Vec<(Account, f64)>, ServiceError> {
        let whole =
            accounts::search(self.store.read(), &Wanted::EmailPrefix(address.to_owned()), limit).await?;
        if !whole.is_empty() {
            return Ok(whole.into_iter().map(|a| (a, lookup::PREFIX)).collect());
        }
        for wanted in same_local(address).into_iter().chain(one_off(address)) {
            let found = accounts::search(self.store.read(), &wanted, limit).await?;
            let near = near(found, address, 2);
            if !near.is_empty() {
                return Ok(near);
            }
        }
        let start: String = address.chars().take(3).collect();
        let length = u32::try_from(address.chars().count()).unwrap_or(u32::MAX);
        let about = Wanted::EmailAbout(start, length.saturating_sub(2), length.saturating_add(2));
        let some = accounts::search(self.store.read(), &about, 2_000).await?;
        let alike = near(some, address, 2);
        if !alike.is_empty() {
            return Ok(alike);
        }
        // an address made of names: those are compared with all names, wherever the errors are
        let Some((first, last)) = lookup::email_names(address) else {
            return Ok(Vec::new());
        };
        let (firsts, lasts) = (
            self.near_names("first", &first).await?,
            self.near_names("last", &last).await?,
        );
        if firsts.is_empty() || lasts.is_empty() {
            return Ok(Vec::new());
        }
        let named = accounts::search(self.store.read(), &Wanted::Names(firsts, lasts), 200).await?;
        Ok(near(named, address, 3))
    }
}

/// Accounts whose address is at most so many typing errors away, the nearest first.
fn near(found: Vec<Account>, address: &str, most: usize) -> Vec<(Account, f64)> {
    let mut near: Vec<(Account, f64)> = found
        .into_iter()
        .filter_map(|account| {
            let distance = strsim::damerau_levenshtein(&account.email.to_lowercase(), address);
            #[expect(clippy::cast_precision_loss, reason = "distances are tiny")]
            (distance <= most).then(|| (account, lookup::SIMILAR + 0.01 * (most - distance) as f64))
        })
        .collect();
    near.sort_by(|a, b| b.1.total_cmp(&a.1));
    near
}

/// The same before the @, whatever comes behind it.
fn same_local(address: &str) -> Option<Wanted> {
    let (local, _) = address.rsplit_once('@')?;
    Some(Wanted::EmailPrefix(format!("{local}@")))
}

/// One typing error before the @.
fn one_off(address: &str) -> Option<Wanted> {
    let all = lookup::email_neighbours(address);
    (!all.is_empty()).then_some(Wanted::Emails(all))
}
