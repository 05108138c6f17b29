#![doc = include_str!("../README.md")]

mod chat;
mod claims;
mod cursor;
mod error_code;
mod event;
mod ids;
mod instant;
mod message;
mod participant;
mod publication;
mod reason;
mod user;

pub use chat::{Chat, ChatKind};
pub use claims::{ACCESS_TOKEN_TYPE, AccessClaims};
pub use cursor::{Cursor, InvalidCursor};
pub use error_code::ErrorCode;
pub use event::{Change, Event};
pub use ids::{ChatId, EventId, FeedId, MessageId, Number, Seq, SessionId, UserId};
pub use instant::Instant;
pub use message::Message;
pub use participant::{Participant, ParticipantRole};
pub use publication::{ENVELOPE_VERSION, Publication, Signal, channel};
pub use reason::Reason;
pub use user::User;
