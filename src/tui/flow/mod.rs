//! The contract between screens and the loop. Screens get an [`Event`] and a [`Ctx`], change themselves and answer
//! with [`Effect`]s; they never wait, never read the clock, never touch the network or the terminal.
//!
//! The way of one request: a screen asks `ctx.ids` for a [`RequestId`], remembers it in a [`Latest`] (reads: newest
//! wins) or a [`Pending`] (actions: each answer counts), and returns [`Effect::Api`]. The run room performs the call
//! and posts [`Event::Reply`] with the same id; whoever does not recognise the id drops it.

mod ask_call;
mod call;
mod ctx;
mod effect;
mod event;
mod live;
mod memory;
mod pending;
mod picture;
mod reply;
mod route;
mod screen;
mod ticket_call;
mod token_call;

pub use ask_call::{AskAnswer, AskCall, Export, Exported};
pub use call::{ApiCall, Intent, doing};
pub use ctx::{Ctx, Ids, Link, neutral_desk};
pub use effect::{DraftAsk, Effect, SignInAsk, Toast, Tone, WakeKey};
pub use event::{DemoPerson, Event, Fact, SignInState, Told};
pub use live::{Changes, LiveNews, Presences, Stream};
pub use memory::{Laid, LastDone, Memory, RanPlan, Remember};
pub use pending::{Latest, Pending, RequestId};
pub use picture::{Picture, Placed};
pub use reply::{Answer, CallError, Current, Handed, Reply, Trouble};
pub use route::{Root, Route, ScreenKind};
pub use screen::{Availability, Dialog, Explanation, Hyperlink, Screen};
pub use ticket_call::{TicketAnswer, TicketCall, TicketChange};
pub use token_call::{TokenAnswer, TokenCall};
