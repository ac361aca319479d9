//! Sign-in and the session of a person at the desk: device flow (RFC 8628), renewal, and where the refresh token lives.
