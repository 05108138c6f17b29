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
const PING: Duration = Duration::from_secs(8);

/// Without any sign of life for so long, the connection is dead.
const SILENCE: Duration = Duration::from_secs(18);

/// For the upgrade and the acknowledgement.
const CONNECT: Duration = Duration::from_secs(10);

/// Why a connection is over: a close code, or 1006 and what broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The close code; 1006 when there was none.
    pub code: u16,
    /// What was said.
    pub reason: String,
}

impl End {
    pub(super) fn broken(reason: impl Into<String>) -> End {
        End {
            code: 1006,
            reason: reason.into(),
        }
    }
}

impl From<tungstenite::Error> for End {
    fn from(cause: tungstenite::Error) -> End {
        End::broken(cause.to_string())
    }
}

/// An acknowledged connection.
pub struct Wire {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard: Instant,
    pings: Interval,
}

impl Wire {
    /// Connects and signs in.
    pub async fn open(base: &str, token: &str) -> Result<Wire, End> {
        tokio::time::timeout(CONNECT, Wire::handshake(base, token))
            .await
            .map_err(|_| End::broken("no answer to the upgrade"))?
    }

    async fn handshake(base: &str, token: &str) -> Result<Wire, End> {
        let url = format!("{}/receiver/graphql", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        let mut pings = interval(PING);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut wire = Wire {
            stream,
            heard: Instant::now(),
            pings,
        };
        let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
        wire.write(&init).await?;
        let answer = wire.read().await?;
        match answer["type"].as_str() {
            Some("connection_ack") => Ok(wire),
            _ => Err(End::broken(answer.to_string())),
        }
    }

    /// Starts the one subscription.
    pub async fn subscribe(&mut self, document: &str, variables: Value) -> Result<(), End> {
        let payload = json!({ "query": document, "variables": variables });
        self.write(&json!({ "type": "subscribe", "id": "1", "payload": payload }))
            .await
    }

    /// The next message about the subscription. Safe to cancel.
    pub async fn read(&mut self) -> Result<Value, End> {
        loop {
            let frame = tokio::select! {
                frame = self.stream.next() => frame,
                _ = self.pings.tick() => {
                    if self.heard.elapsed() > SILENCE {
                        return Err(End::broken("silence"));
                    }
                    self.write(&json!({ "type": "ping" })).await?;
                    continue;
                }
            };
            self.heard = Instant::now();
            match frame {
                None => return Err(End::broken("the stream ended")),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.as_ref().map_or(1005, |frame| frame.code.into());
                    let reason = frame.map(|frame| frame.reason.to_string());
                    // The answer completes the handshake; whether it arrives is their concern.
                    let _ = self.stream.flush().await;
                    return Err(End {
                        code,
                        reason: reason.unwrap_or_default(),
                    });
                }
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text)
                        .map_err(|cause| End::broken(format!("{cause}: {text}")))?;
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
        let farewell = self.stream.close(None);
        // A connection that is broken already is as closed as it can be.
        let _ = tokio::time::timeout(Duration::from_secs(2), farewell).await;
    }

    async fn write(&mut self, message: &Value) -> Result<(), End> {
        Ok(self.stream.send(Message::text(message.to_string())).await?)
    }
}
