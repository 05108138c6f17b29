//! A `graphql-transport-ws` client that assumes nothing.

use std::{collections::VecDeque, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use shared_schema::Cursor;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest, http::Request},
};

/// How long what must come may take: far longer than any promise, so that a slow machine fails no test by itself.
const PATIENCE: Duration = Duration::from_secs(15);

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    Text(Value),
    Closed(u16, String),
    /// The connection broke without a close frame.
    Gone,
}

/// One WebSocket.
pub struct Socket {
    stream: Stream,
}

/// The request for an upgrade, to be changed.
pub fn upgrade(port: u16) -> Request<()> {
    let mut request = format!("ws://127.0.0.1:{port}/graphql")
        .into_client_request()
        .unwrap();
    request.headers_mut().insert(
        "sec-websocket-protocol",
        "graphql-transport-ws".parse().unwrap(),
    );
    request
}

impl Socket {
    /// Upgraded, and not a word said yet.
    pub async fn fresh(port: u16) -> Self {
        Self::of(upgrade(port)).await
    }

    /// Upgraded by this request.
    pub async fn of(request: Request<()>) -> Self {
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        Self { stream }
    }

    /// Greeted and acknowledged.
    pub async fn signed_in(port: u16, token: &str) -> Self {
        let mut socket = Self::greeted(port, token).await;
        assert_eq!(
            socket.next().await,
            Frame::Text(json!({ "type": "connection_ack" }))
        );
        socket
    }

    /// With `connection_init` sent.
    pub async fn greeted(port: u16, token: &str) -> Self {
        let mut socket = Self::fresh(port).await;
        socket
            .say(json!({ "type": "connection_init", "payload": { "accessToken": token } }))
            .await;
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// Starts an operation under this id.
    pub async fn start(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.say(json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }

    /// What comes next.
    pub async fn next(&mut self) -> Frame {
        timeout(PATIENCE, self.frame())
            .await
            .expect("something in time")
    }

    /// The next message.
    #[track_caller]
    pub fn message(&mut self) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            match self.next().await {
                Frame::Text(message) => message,
                other => panic!("{caller}: not a message: {other:?}"),
            }
        }
    }

    /// Nothing comes for so long.
    pub async fn silence(&mut self, millis: u64) {
        if let Ok(frame) = timeout(Duration::from_millis(millis), self.frame()).await {
            panic!("not silent: {frame:?}");
        }
    }

    /// The code with which it is closed, whatever is said before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.next().await {
                Frame::Text(_) => {}
                Frame::Closed(code, _) => return code,
                Frame::Gone => panic!("gone without a close frame"),
            }
        }
    }

    async fn frame(&mut self) -> Frame {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Frame::Text(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(Message::Close(frame))) => {
                    // Reading on lets the library answer the close frame.
                    drop(timeout(Duration::from_secs(1), self.stream.next()).await);
                    return frame.map_or(Frame::Gone, |frame| {
                        Frame::Closed(frame.code.into(), frame.reason.to_string())
                    });
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Gone,
            }
        }
    }

    /// Starts one operation and gives the socket to it.
    pub async fn follow(mut self, document: &str, variables: Value) -> Op {
        self.start("1", document, variables).await;
        Op {
            socket: self,
            waiting: VecDeque::new(),
        }
    }
}

/// The only operation of a socket.
pub struct Op {
    pub socket: Socket,
    waiting: VecDeque<Value>,
}

impl Op {
    /// The next answer: the value of its root field.
    #[track_caller]
    pub fn next(&mut self) -> impl Future<Output = Value> {
        let caller = std::panic::Location::caller();
        async move {
            if let Some(value) = self.waiting.pop_front() {
                return value;
            }
            match self.socket.next().await {
                Frame::Text(message) => root(message),
                other => panic!("{caller}: not an answer: {other:?}"),
            }
        }
    }

    /// Batches of one feed until they hold this event, in order; what other feeds say is kept for later.
    pub async fn until(&mut self, feed: impl ToString, seq: i64) -> Vec<Value> {
        let feed = feed.to_string();
        let mut events = vec![];
        let mut others = VecDeque::new();
        while events
            .last()
            .is_none_or(|event: &Value| event["seq"].as_i64().unwrap() < seq)
        {
            let batch = self.next().await;
            if batch["feedId"] == feed.as_str() {
                assert!(batch["reset"].is_null(), "{batch}");
                events.extend(batch["events"].as_array().unwrap().iter().cloned());
            } else {
                others.push_back(batch);
            }
        }
        others.append(&mut self.waiting);
        self.waiting = others;
        events
    }

    /// The next batch of this feed; what other feeds say is kept for later.
    pub async fn of(&mut self, feed: impl ToString) -> Value {
        let feed = feed.to_string();
        let mut others = VecDeque::new();
        loop {
            let batch = self.next().await;
            if batch["feedId"] == feed.as_str() {
                others.append(&mut self.waiting);
                self.waiting = others;
                return batch;
            }
            others.push_back(batch);
        }
    }

    /// The next batch of this feed with events.
    pub async fn news(&mut self, feed: impl ToString) -> Value {
        loop {
            let batch = self.of(feed.to_string()).await;
            if !batch["events"].as_array().unwrap().is_empty() || !batch["reset"].is_null() {
                return batch;
            }
        }
    }

    /// The inbox's greeting: everything up to the own feed's caught-up batch, that one included.
    pub async fn greeting(&mut self, own: impl ToString) -> Vec<Value> {
        let own = own.to_string();
        let mut batches = vec![];
        loop {
            let batch = self.next().await;
            let last = batch["feedId"] == own.as_str()
                && batch["caughtUp"] == true
                && batch["events"].as_array().unwrap().is_empty();
            batches.push(batch);
            if last {
                return batches;
            }
        }
    }

    /// The operation fails with this code, and says so once.
    pub async fn fails(&mut self, code: &str) {
        let message = self.socket.message().await;
        assert_eq!(message["type"], "error", "{message}");
        assert_eq!(
            message["payload"][0]["extensions"]["code"], code,
            "{message}"
        );
        self.socket.silence(150).await;
    }

    /// The operation ends by itself.
    pub async fn completes(&mut self) {
        let message = self.socket.message().await;
        assert_eq!(message, json!({ "id": "1", "type": "complete" }));
    }

    /// Nothing comes for so long.
    pub async fn silence(&mut self, millis: u64) {
        assert!(self.waiting.is_empty(), "{:?}", self.waiting);
        self.socket.silence(millis).await;
    }

    /// Skips empty batches, such as the first one that says where the stream stands.
    pub async fn events(&mut self) -> Vec<Value> {
        loop {
            let batch = self.next().await;
            assert!(batch["reset"].is_null(), "{batch}");
            let events = batch["events"].as_array().unwrap();
            if !events.is_empty() {
                return events.clone();
            }
        }
    }
}

fn root(message: Value) -> Value {
    assert_eq!(message["type"], "next", "{message}");
    assert!(message["payload"].get("errors").is_none(), "{message}");
    let data = message["payload"]["data"].as_object().unwrap();
    data.values().next().cloned().unwrap()
}

/// What a cursor in an answer says.
pub fn cursor(value: &Value) -> Cursor {
    value.as_str().unwrap().parse().unwrap()
}

/// The seqs of events, or of the events of a batch.
pub fn seqs(events: &[Value]) -> Vec<i64> {
    events
        .iter()
        .map(|event| event["seq"].as_i64().unwrap())
        .collect()
}

/// The kinds of events.
pub fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["__typename"].as_str().unwrap())
        .collect()
}
