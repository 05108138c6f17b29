//! A client that follows the rules of the API, to test the system from outside.
//!
//! It generates the ids of what it creates, repeats unanswered requests with the same id, and resumes its subscriptions from
//! its last cursors. It shares no code with the services.

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
