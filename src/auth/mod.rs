//! Sign-in and the session of a person at the desk: device flow (RFC 8628), renewal, and where the refresh token lives.
//!
//! A runner opens a [`Session`]; when nobody is signed in it asks for a [`DevicePrompt`], shows it, and waits for the
//! approval; from then on the session hands out access tokens through the client's `Credentials` trait and renews
//! them unseen. Nothing here draws, and nothing here believes what it reads in a token: who somebody is and what they
//! may do is told by the backend.

mod access;
pub mod discovery;
mod grant;
mod http;
mod pace;
mod process_lock;
mod session;
mod sign_in;
mod sign_out;
mod source;
mod usage;
pub mod vault;
mod words;

pub use grant::Granted;
pub use http::{IssuerHttp, Trouble};
pub use session::{Session, SessionOptions};
pub use sign_in::{DevicePrompt, SignIn, SignInError, SignInEvent};
pub use sign_out::{AtBackend, Revocation, SignOutReport};
pub use source::{Renewal, TokenSource};
pub use words::clock_notice;
