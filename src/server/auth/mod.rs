//! Access tokens, keys of the issuer, effective roles, rate limits.

mod fetch;
mod jwks;
mod jwt;
mod roles;

pub use jwt::{AccessTokens, AuthError, Claims};
pub use roles::role_of;
