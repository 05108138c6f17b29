#![doc = include_str!("../README.md")]

mod chat;
mod chat_settings;
mod claims;
mod cursor;
mod draft;
mod error_code;
mod event;
mod feed_ref;
mod ids;
mod instant;
mod mention;
mod message;
mod participant;
mod publication;
mod reaction;
mod reason;
mod signal;
mod user;

pub use chat::{Chat, ChatKind};
pub use chat_settings::{ChatSettings, NotificationLevel};
pub use claims::{ACCESS_TOKEN_TYPE, AccessClaims};
pub use cursor::{ClientCursor, Cursor, InvalidCursor};
pub use draft::Draft;
pub use error_code::ErrorCode;
pub use event::{Change, Event, FeedKind};
pub use feed_ref::FeedRef;
pub use ids::{ChatId, EventId, MessageId, Number, Seq, SessionId, UserId};
pub use instant::Instant;
pub use mention::Mention;
pub use message::Message;
pub use participant::{MAX_RECEIPT_PARTICIPANTS, Participant, ParticipantRole};
pub use publication::{ENVELOPE_VERSION, Publication, Received};
pub use reaction::ReactionGroup;
pub use reason::Reason;
pub use signal::Signal;
pub use user::User;
