//! Access tokens, keys of the issuer, effective roles, rate limits.
