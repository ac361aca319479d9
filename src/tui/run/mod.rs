//! The loop: takes what happens, hands it to the desk, does what the desk asks for, and draws when something changed.
//!
//! It sleeps until there is a signal, an input, an answer or a wake, in this order; it takes all inputs that are there
//! before it draws; it has no tick. The first frame is drawn before the first byte goes over the network.

mod actions;
mod ask_call;
#[cfg(test)]
mod bytes;
mod call;
mod drafts;
mod errors;
mod export;
mod journal;
mod linear;
mod live;
mod looped;
mod screen;
mod setup;
mod signin;
mod ticket_call;
mod token_call;
mod work;

pub use setup::{DemoApprover, DeskError, DeskSetup};
pub use signin::end_at_backend;

use crate::tui::app::{App, Msg};
use crate::tui::flow::Toast;
use crate::tui::term::Guard;

/// Runs the desk until it is left. Block on it in the main thread, with a runtime of several threads: the terminal is
/// given back when that thread panics, and the work runs in the others.
///
/// # Errors
/// When the desk cannot start, or the terminal fails.
pub async fn desk(setup: DeskSetup) -> Result<(), DeskError> {
    let linear = setup.linear || setup.config.ui.linear;
    if !linear {
        Guard::check()?;
    }
    let app_setup = setup::app_setup(&setup.config, linear)?;
    let app = App::new(app_setup, Box::new(crate::tui::screens::open));
    if linear {
        linear::run(app, setup).await
    } else {
        tokio::task::block_in_place(|| screen::run(app, setup))
    }
}

/// What tasks tell the loop.
#[derive(Debug)]
enum Post {
    /// Something for the desk.
    Msg(Msg),
    /// Bytes for the terminal, with what to say about them.
    Bytes(Vec<u8>, Toast),
    /// Bytes for the terminal, with the answer to whoever asked for them.
    BytesFor(Vec<u8>, crate::tui::flow::RequestId, crate::tui::flow::Handed),
    /// An action came to its end; `known` tells whether its fate is.
    Acted {
        id: crate::tui::flow::RequestId,
        key: crate::domain::id::IntentKey,
        reply: Box<crate::tui::flow::Reply>,
        known: bool,
    },
    /// An action of an earlier run was settled.
    Settled { key: crate::domain::id::IntentKey },
}

type Posts = tokio::sync::mpsc::UnboundedSender<Post>;
