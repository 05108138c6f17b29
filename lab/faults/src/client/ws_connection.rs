//! The WebSocket connection of a device: it pings, so that it notices when the other end is gone.

use std::time::Duration;

use lab_stack::client::{KeepAlive, Socket, SocketEnd};

/// The recommended settings of the official client: a connection without any answer to two pings is dead.
const KEEP_ALIVE: KeepAlive = KeepAlive {
    silence_timeout: Duration::from_secs(18),
    ping_interval: Some(Duration::from_secs(8)),
};

/// Timeout of the upgrade and the acknowledgement together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a connection is over, as the history records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEnd {
    /// The close code; 1006 if there was none.
    pub code: u16,
    /// The reason of the close frame, or what broke.
    pub reason: String,
}

impl ConnectionEnd {
    pub(super) fn broken(reason: impl Into<String>) -> ConnectionEnd {
        ConnectionEnd {
            code: 1006,
            reason: reason.into(),
        }
    }
}

impl From<SocketEnd> for ConnectionEnd {
    fn from(end: SocketEnd) -> ConnectionEnd {
        match end {
            SocketEnd::Closed { code, reason } => ConnectionEnd { code, reason },
            SocketEnd::Broken(reason) | SocketEnd::Refused(reason) => ConnectionEnd::broken(reason),
        }
    }
}

/// Connects to a receiver and signs in.
pub async fn connect(base: &str, token: &str) -> Result<Socket, ConnectionEnd> {
    let url = format!("{}/receiver/graphql", base.replacen("http", "ws", 1));
    tokio::time::timeout(CONNECT_TIMEOUT, Socket::open_with(&url, token, KEEP_ALIVE))
        .await
        .map_err(|_| ConnectionEnd::broken("no answer to the upgrade"))?
        .map_err(ConnectionEnd::from)
}
