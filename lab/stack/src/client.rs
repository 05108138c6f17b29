//! A well-behaved client, for looking at the system from outside.
//!
//! It makes the ids of what it creates, repeats an unanswered request with the same id, and
//! resumes its subscriptions from its last cursors. It shares no code with the services.

mod documents;
mod inbox;
mod operations;
mod refusal;
mod session;
mod socket;

pub use inbox::{FeedRecord, Inbox, InboxRecord, ReceivedEvent};
pub use operations::{NewMessage, Position};
pub use refusal::Refusal;
pub use session::{Client, Visitor};
pub use socket::{KeepAlive, Socket, SocketEnd};
