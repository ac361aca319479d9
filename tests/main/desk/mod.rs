//! The desk in a real terminal: the real binary in a pseudo-terminal, waiting for text, never for time.

#[cfg(feature = "server")]
mod faults;
#[cfg(feature = "server")]
mod hostile;
#[cfg(feature = "server")]
mod live;
#[cfg(feature = "server")]
mod lock;
mod modes;
pub(crate) mod pty;
#[cfg(feature = "server")]
mod relay;
#[cfg(feature = "server")]
mod rig;
#[cfg(feature = "server")]
mod sessions;
#[cfg(feature = "server")]
pub(crate) mod sign_in;
#[cfg(feature = "server")]
mod tickets;
#[cfg(feature = "server")]
mod use_case;
