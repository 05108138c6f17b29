//! One `graphql-transport-ws` connection that notices when the other end is gone.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Between two pings, as the official client is advised to be configured.
const PING_INTERVAL: Duration = Duration::from_secs(8);

/// Without any sign of life for so long, the connection is dead.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(18);

/// For the upgrade and the acknowledgement.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a connection is over: a close code, or 1006 and what broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEnd {
    /// The close code; 1006 when there was none.
    pub code: u16,
    /// What was said.
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

impl From<tungstenite::Error> for ConnectionEnd {
    fn from(cause: tungstenite::Error) -> ConnectionEnd {
        ConnectionEnd::broken(cause.to_string())
    }
}

/// An acknowledged connection.
pub struct WsConnection {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    last_received: Instant,
    pings: Interval,
}

impl WsConnection {
    /// Connects and signs in.
    pub async fn open(base: &str, token: &str) -> Result<WsConnection, ConnectionEnd> {
        tokio::time::timeout(CONNECT_TIMEOUT, WsConnection::handshake(base, token))
            .await
            .map_err(|_| ConnectionEnd::broken("no answer to the upgrade"))?
    }

    async fn handshake(base: &str, token: &str) -> Result<WsConnection, ConnectionEnd> {
        let url = format!("{}/receiver/graphql", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        let mut pings = interval(PING_INTERVAL);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connection = WsConnection {
            stream,
            last_received: Instant::now(),
            pings,
        };
        let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
        connection.write(&init).await?;
        let answer = connection.read().await?;
        match answer["type"].as_str() {
            Some("connection_ack") => Ok(connection),
            _ => Err(ConnectionEnd::broken(answer.to_string())),
        }
    }

    /// Starts the one subscription.
    pub async fn subscribe(
        &mut self,
        document: &str,
        variables: Value,
    ) -> Result<(), ConnectionEnd> {
        let payload = json!({ "query": document, "variables": variables });
        self.write(&json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await
    }

    /// The next message about the subscription. Safe to cancel.
    pub async fn read(&mut self) -> Result<Value, ConnectionEnd> {
        loop {
            let frame = tokio::select! {
                frame = self.stream.next() => frame,
                _ = self.pings.tick() => {
                    if self.last_received.elapsed() > SILENCE_TIMEOUT {
                        return Err(ConnectionEnd::broken("silence"));
                    }
                    self.write(&json!({ "type": "ping" })).await?;
                    continue;
                }
            };
            self.last_received = Instant::now();
            match frame {
                None => return Err(ConnectionEnd::broken("the stream ended")),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.as_ref().map_or(1005, |frame| frame.code.into());
                    let reason = frame.map(|frame| frame.reason.to_string());
                    // The answer completes the handshake; whether it arrives is their concern.
                    let _ = self.stream.flush().await;
                    return Err(ConnectionEnd {
                        code,
                        reason: reason.unwrap_or_default(),
                    });
                }
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text)
                        .map_err(|cause| ConnectionEnd::broken(format!("{cause}: {text}")))?;
                    match message["type"].as_str() {
                        Some("ping") => self.write(&json!({ "type": "pong" })).await?,
                        Some("pong") => {}
                        _ => return Ok(message),
                    }
                }
                Some(Ok(_)) => {} // tungstenite answers WebSocket pings itself.
                Some(Err(cause)) => return Err(cause.into()),
            }
        }
    }

    /// Leaves as a client that is closed does.
    pub async fn close(mut self) {
        let closing = self.stream.close(None);
        // A connection that is broken already is as closed as it can be.
        let _ = tokio::time::timeout(Duration::from_secs(2), closing).await;
    }

    async fn write(&mut self, message: &Value) -> Result<(), ConnectionEnd> {
        Ok(self.stream.send(Message::text(message.to_string())).await?)
    }
}
