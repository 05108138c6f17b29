//! Why the server closes a connection.
//!
//! The official client treats 1002, 1008, 1009, 1011, 4400, 4401, 4406, 4409, 4429 and every other 1xxx as final, and
//! reconnects after 1001, 1005, 1006, 1012, 1013, 4403 and 4408. So whenever a client should reconnect, the code must
//! be one of the latter.

use axum::extract::ws::CloseFrame;

/// A reason to close, each with its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Close {
    /// The token is invalid or has expired, or its session has ended: reconnect with another token.
    Forbidden,
    /// The server is shutting down: reconnect to another instance.
    Restart,
    /// The client reads too slowly, sends too fast, or has too many sockets: reconnect later.
    Overload,
    /// No `connection_init` in time.
    InitTimeout,
    /// A second `connection_init`.
    SecondInit,
    /// `subscribe` before the connection was acknowledged.
    Unauthorized,
    /// Not a message of the protocol.
    BadMessage,
    /// The subprotocol was not agreed on.
    WrongProtocol,
    /// An operation with this id runs already.
    DuplicateId,
    /// A message above the limit.
    TooLarge,
}

impl Close {
    /// The WebSocket close code.
    #[must_use]
    pub(crate) fn code(self) -> u16 {
        match self {
            Self::Forbidden => 4403,
            Self::Restart => 1012,
            Self::Overload => 1013,
            Self::InitTimeout => 4408,
            Self::SecondInit => 4429,
            Self::Unauthorized => 4401,
            Self::BadMessage => 4400,
            Self::WrongProtocol => 4406,
            Self::DuplicateId => 4409,
            Self::TooLarge => 1009,
        }
    }

    /// The reason as the protocol words it. Short: a control frame holds 123 bytes.
    #[must_use]
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Forbidden => "Forbidden",
            Self::Restart => "Service restart",
            Self::Overload => "Try again later",
            Self::InitTimeout => "Connection initialisation timeout",
            Self::SecondInit => "Too many initialisation requests",
            Self::Unauthorized => "Unauthorized",
            Self::BadMessage => "Invalid message",
            Self::WrongProtocol => "Subprotocol not acceptable",
            Self::DuplicateId => "Subscriber already exists",
            Self::TooLarge => "Message too large",
        }
    }
}

impl From<Close> for CloseFrame {
    fn from(close: Close) -> Self {
        Self {
            code: close.code(),
            reason: close.reason().into(),
        }
    }
}
