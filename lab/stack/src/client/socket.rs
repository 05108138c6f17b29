//! One `graphql-transport-ws` connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const PROTOCOL: &str = "graphql-transport-ws";

const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client waits for the answer to its close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How a client finds out that the other end is gone.
#[derive(Clone, Copy, Debug)]
pub struct KeepAlive {
    /// Without any frame for this long, the connection is dead.
    pub silence_timeout: Duration,
    /// How often the client sends a `ping`; none leaves that to the server.
    pub ping_interval: Option<Duration>,
}

impl Default for KeepAlive {
    /// No pings, and a timeout longer than two intervals of the server's pings.
    fn default() -> Self {
        KeepAlive {
            silence_timeout: Duration::from_secs(45),
            ping_interval: None,
        }
    }
}

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocketEnd {
    /// The server closed it with a code.
    #[error("closed with {code} {reason}")]
    Closed {
        /// The close code.
        code: u16,
        /// The reason of the close frame.
        reason: String,
    },
    /// The connection broke or could not be made.
    #[error("broken: {0}")]
    Broken(String),
    /// The operation was refused.
    #[error("refused: {0}")]
    Refused(String),
}

impl From<tungstenite::Error> for SocketEnd {
    fn from(cause: tungstenite::Error) -> SocketEnd {
        SocketEnd::Broken(cause.to_string())
    }
}

/// A connection that has been acknowledged.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    operations: u64,
    silence_timeout: Duration,
    pings: Option<Interval>,
}

impl Socket {
    /// Connects and signs in.
    pub async fn open(url: &str, token: &str) -> Result<Socket, SocketEnd> {
        Socket::open_with(url, token, KeepAlive::default()).await
    }

    /// Connects and signs in, with other settings than the defaults.
    pub async fn open_with(
        url: &str,
        token: &str,
        keep_alive: KeepAlive,
    ) -> Result<Socket, SocketEnd> {
        let mut request = url.into_client_request()?;
        let protocol = HeaderValue::from_static(PROTOCOL);
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let connecting = tokio_tungstenite::connect_async(request);
        let (stream, _) = tokio::time::timeout(UPGRADE_TIMEOUT, connecting)
            .await
            .map_err(|_| SocketEnd::Broken("no answer to the upgrade".to_owned()))??;
        let mut socket = Socket {
            stream,
            operations: 0,
            silence_timeout: keep_alive.silence_timeout,
            pings: keep_alive.ping_interval.map(pings),
        };
        let payload = json!({ "accessToken": token });
        socket
            .write(&json!({ "type": "connection_init", "payload": payload }))
            .await?;
        let answer = socket.read().await?;
        match answer["type"].as_str() {
            Some("connection_ack") => Ok(socket),
            _ => Err(SocketEnd::Refused(answer.to_string())),
        }
    }

    /// Starts an operation and returns its id.
    pub async fn subscribe(
        &mut self,
        document: &str,
        variables: Value,
    ) -> Result<String, SocketEnd> {
        self.operations += 1;
        let id = self.operations.to_string();
        let payload = json!({ "query": document, "variables": variables });
        self.write(&json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await?;
        Ok(id)
    }

    /// The next message about an operation: `next`, `error` or `complete`, as it came. Safe to cancel.
    pub async fn read(&mut self) -> Result<Value, SocketEnd> {
        loop {
            match self.next_frame().await? {
                Message::Close(frame) => {
                    let code = frame.as_ref().map_or(1005, |frame| frame.code.into());
                    let reason = frame
                        .map(|frame| frame.reason.to_string())
                        .unwrap_or_default();
                    // Sends the close frame that tungstenite has queued as the answer. Whether it arrives does not matter.
                    let _ = self.stream.flush().await;
                    return Err(SocketEnd::Closed { code, reason });
                }
                Message::Text(text) => {
                    let message: Value = serde_json::from_str(&text)
                        .map_err(|cause| SocketEnd::Refused(format!("{cause}: {text}")))?;
                    match message["type"].as_str() {
                        Some("ping") => self.write(&json!({ "type": "pong" })).await?,
                        Some("pong") => {}
                        _ => return Ok(message),
                    }
                }
                _ => {} // tungstenite answers WebSocket pings itself.
            }
        }
    }

    /// Sends pings until a frame arrives.
    async fn next_frame(&mut self) -> Result<Message, SocketEnd> {
        let silence = sleep(self.silence_timeout);
        tokio::pin!(silence);
        loop {
            tokio::select! {
                frame = self.stream.next() => {
                    let frame = frame.ok_or_else(|| SocketEnd::Broken("the stream ended".to_owned()))?;
                    return Ok(frame?);
                }
                () = &mut silence => return Err(SocketEnd::Broken("silence".to_owned())),
                () = next_ping(self.pings.as_mut()) => self.write(&json!({ "type": "ping" })).await?,
            }
        }
    }

    /// Closes the connection normally.
    pub async fn close(mut self) {
        // A connection that is already broken cannot be closed any better.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.stream.close(None)).await;
    }

    async fn write(&mut self, message: &Value) -> Result<(), SocketEnd> {
        Ok(self.stream.send(Message::text(message.to_string())).await?)
    }
}

fn pings(interval: Duration) -> Interval {
    let mut pings = interval_at(Instant::now() + interval, interval);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}

/// Returns when the next ping is due; without pings, never.
async fn next_ping(pings: Option<&mut Interval>) {
    match pings {
        Some(pings) => drop(pings.tick().await),
        None => std::future::pending().await,
    }
}
