//! One `graphql-transport-ws` connection.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

const PROTOCOL: &str = "graphql-transport-ws";

/// Longer than two of the server's pings: a connection that is silent for so long is dead.
const SILENCE: Duration = Duration::from_secs(45);

/// Why a connection is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocketEnd {
    /// The server closed it with a code.
    #[error("closed with {code} {reason}")]
    Closed {
        /// The close code.
        code: u16,
        /// Its text.
        reason: String,
    },
    /// The connection broke or was never made.
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
}

impl Socket {
    /// Connects and signs in.
    pub async fn open(url: &str, token: &str) -> Result<Socket, SocketEnd> {
        let mut request = url.into_client_request()?;
        let protocol = HeaderValue::from_static(PROTOCOL);
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let connecting = tokio_tungstenite::connect_async(request);
        let (stream, _) = tokio::time::timeout(Duration::from_secs(10), connecting)
            .await
            .map_err(|_| SocketEnd::Broken("no answer to the upgrade".to_owned()))??;
        let mut socket = Socket {
            stream,
            operations: 0,
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

    /// The next message about an operation: `next`, `error` or `complete`, as it came.
    pub async fn read(&mut self) -> Result<Value, SocketEnd> {
        loop {
            let frame = tokio::time::timeout(SILENCE, self.stream.next())
                .await
                .map_err(|_| SocketEnd::Broken("silence".to_owned()))?;
            match frame {
                None => return Err(SocketEnd::Broken("the stream ended".to_owned())),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.as_ref().map_or(1005, |frame| frame.code.into());
                    let reason = frame
                        .map(|frame| frame.reason.to_string())
                        .unwrap_or_default();
                    return Err(SocketEnd::Closed { code, reason });
                }
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text)
                        .map_err(|cause| SocketEnd::Refused(format!("{cause}: {text}")))?;
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

    /// Closes it as a client that leaves does.
    pub async fn close(mut self) {
        // A connection that is broken already is as closed as it can be.
        let _ = self.stream.close(None).await;
    }

    async fn write(&mut self, message: &Value) -> Result<(), SocketEnd> {
        Ok(self.stream.send(Message::text(message.to_string())).await?)
    }
}
