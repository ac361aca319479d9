//! Configuration: defaults, file, environment and flags, merged once.
//!
//! A key is written `section.key`; the environment variable `TOKENDESK_SECTION_KEY` wins over the file, a flag wins over
//! both. [`table::KEYS`] lists every key with what it takes; whatever is not in it is an error that names the place.

mod check;
pub mod error;
pub mod identity;
pub mod issuer;
pub mod load;
pub mod paths;
pub mod secret_keys;
pub mod sections;
pub mod table;

pub use error::{ConfigError, ConfigErrors};
pub use load::{Override, load};
pub use sections::Config;
