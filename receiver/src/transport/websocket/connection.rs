//! One socket from upgrade to close.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use chassis::{Caller, Error, graphql::failure};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_stream::StreamMap;

use super::{
    protocol::{Incoming, Outgoing},
    upgrade::SocketContext,
};
use crate::transport::{
    close::Close,
    connection_registry::{Place, SocketArgs},
    operation,
    operation_result::{Answer, is_interrupted, size},
    operation_stream::{Answers, answers},
    session_guard::Sentinel,
};

/// The window in which a client's messages are counted.
const RATE_WINDOW: std::time::Duration = std::time::Duration::from_secs(10);

/// Answers written before anything else gets its turn.
const BURST: usize = 64;

/// Bytes of answers that are collected before they are written. More is not encoded before the client has read these.
const BURST_BYTES: usize = 64 * 1024;

/// Longest id of an operation: the official client sends UUIDs.
const MAX_ID: usize = 128;

/// Why a socket ended.
enum End {
    /// We close it.
    Close(Close),
    /// The client closed it, or is gone.
    Gone,
}

/// Serves a socket. `spoken` tells whether the client speaks our subprotocol.
///
/// What thousands of idle sockets wait in is this future, so it holds nothing twice: what is large is lent or boxed, since
/// a future keeps its arguments besides what it makes of them.
pub(crate) async fn serve(
    mut socket: Box<WebSocket>,
    context: Arc<SocketContext>,
    mut place: Place,
    spoken: bool,
) {
    let args = context.sockets.args();
    let end = if spoken {
        attend(&mut socket, &context, &mut place, &args).await
    } else {
        End::Close(Close::WrongProtocol)
    };
    if let End::Close(close) = end {
        tracing::debug!(code = close.code(), "closing a socket");
        context.sockets.metrics().closed(close);
        // A client that does not read cannot be told why.
        drop(timeout(args.init_timeout, farewell(&mut socket, close)).await);
    }
}

/// Serves a client that speaks our subprotocol.
async fn attend(
    socket: &mut WebSocket,
    context: &SocketContext,
    place: &mut Place,
    args: &SocketArgs,
) -> End {
    // Its future is large and soon over, but would be part of this one to the end.
    let (caller, mut sentinel) = match Box::pin(greet(socket, context, place, args)).await {
        Ok(greeted) => greeted,
        Err(end) => return end,
    };
    Connection::new(socket, context, args, caller)
        .run(&mut sentinel)
        .await
}

/// Sends the close frame and waits for the client's, so that the client learns the code before the connection is cut.
async fn farewell(socket: &mut WebSocket, close: Close) {
    if socket
        .send(Message::Close(Some(close.into())))
        .await
        .is_ok()
    {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

/// Waits for `connection_init` and answers it.
async fn greet(
    socket: &mut WebSocket,
    context: &SocketContext,
    place: &mut Place,
    args: &SocketArgs,
) -> Result<(Caller, Sentinel), End> {
    let leave = place.leave();
    let token = tokio::select! {
        () = leave.cancelled() => return Err(End::Close(Close::Restart)),
        init = timeout(args.init_timeout, first_init(socket)) => {
            init.map_err(|_| End::Close(Close::InitTimeout))??
        }
    };
    let caller = context.verifier.verify(&token).await.map_err(refused)?;
    if !place.belongs_to(caller.user_id) {
        return Err(End::Close(Close::Overload));
    }
    let sentinel = Sentinel::post(context, &caller, leave)
        .await
        .map_err(refused)?;
    socket
        .send(Outgoing::ConnectionAck.frame())
        .await
        .map_err(|_| End::Gone)?;
    Ok((caller, sentinel))
}

fn refused(error: Error) -> End {
    match error {
        Error::Unauthenticated(_) => End::Close(Close::Forbidden),
        error => {
            tracing::warn!(%error, "cannot open a socket now");
            End::Close(Close::Overload)
        }
    }
}

async fn first_init(socket: &mut WebSocket) -> Result<String, End> {
    loop {
        match read(socket.recv().await)? {
            Some(Incoming::ConnectionInit { payload }) => {
                let token = payload.and_then(|payload| payload.access_token);
                return token
                    .map(|token| token.0)
                    .ok_or(End::Close(Close::Forbidden));
            }
            Some(Incoming::Ping { payload }) => {
                socket
                    .send(Outgoing::Pong { payload }.frame())
                    .await
                    .map_err(|_| End::Gone)?;
            }
            Some(Incoming::Subscribe { .. }) => return Err(End::Close(Close::Unauthorized)),
            Some(Incoming::Pong {} | Incoming::Complete { .. }) | None => {}
        }
    }
}

/// The protocol message in a frame; none for frames that are no message.
fn read(frame: Option<Result<Message, axum::Error>>) -> Result<Option<Incoming>, End> {
    match frame {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|_| End::Close(Close::BadMessage)),
        Some(Ok(Message::Binary(_))) => Err(End::Close(Close::BadMessage)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        Some(Err(error)) if is_too_large(&error) => Err(End::Close(Close::TooLarge)),
        Some(Err(_)) => Err(End::Gone),
    }
}

/// axum hides the library's error; its words are all there is.
fn is_too_large(error: &axum::Error) -> bool {
    let text = error.to_string();
    text.contains("too long") || text.contains("too big")
}

/// An acknowledged connection.
struct Connection<'a> {
    socket: &'a mut WebSocket,
    context: &'a SocketContext,
    args: &'a SocketArgs,
    caller: Caller,
    operations: StreamMap<String, Answers>,
    heartbeat: Interval,
    unanswered_pings: u8,
    counted_since: Instant,
    counted: u32,
}

impl<'a> Connection<'a> {
    fn new(
        socket: &'a mut WebSocket,
        context: &'a SocketContext,
        args: &'a SocketArgs,
        caller: Caller,
    ) -> Self {
        let mut heartbeat = interval_at(Instant::now() + args.ping, args.ping);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            socket,
            context,
            args,
            caller,
            operations: StreamMap::new(),
            heartbeat,
            unanswered_pings: 0,
            counted_since: Instant::now(),
            counted: 0,
        }
    }

    async fn run(&mut self, sentinel: &mut Sentinel) -> End {
        // Whatever the connection is waiting for, a full socket included, the sentinel is heard.
        let close = tokio::select! {
            end = self.converse() => end,
            close = sentinel.alarm() => End::Close(close),
        };
        let running = i64::try_from(self.operations.len()).unwrap_or_default();
        self.context.sockets.metrics().operations.dec_by(running);
        close
    }

    async fn converse(&mut self) -> End {
        loop {
            let step = tokio::select! {
                frame = self.socket.recv() => self.take(frame).await,
                Some((id, answer)) = self.operations.next(), if !self.operations.is_empty() => {
                    self.give(id, answer).await
                }
                _ = self.heartbeat.tick() => self.ping().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn take(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        self.unanswered_pings = 0;
        self.count()?;
        match read(frame)? {
            Some(Incoming::Subscribe { id, payload }) => {
                Box::pin(self.subscribe(id, *payload)).await
            }
            Some(Incoming::Complete { id }) => {
                self.stop(&id);
                Ok(())
            }
            Some(Incoming::Ping { payload }) => self.send(Outgoing::Pong { payload }.frame()).await,
            Some(Incoming::ConnectionInit { .. }) => Err(End::Close(Close::SecondInit)),
            Some(Incoming::Pong {}) | None => Ok(()),
        }
    }

    fn count(&mut self) -> Result<(), End> {
        if self.counted_since.elapsed() > RATE_WINDOW {
            self.counted_since = Instant::now();
            self.counted = 0;
        }
        self.counted += 1;
        if self.counted > self.args.max_messages {
            return Err(End::Close(Close::Overload));
        }
        Ok(())
    }

    async fn subscribe(
        &mut self,
        id: String,
        mut request: async_graphql::Request,
    ) -> Result<(), End> {
        if id.is_empty() || id.len() > MAX_ID {
            return Err(End::Close(Close::BadMessage));
        }
        if self.operations.contains_key(&id) {
            return Err(End::Close(Close::DuplicateId));
        }
        let admitted = if self.operations.len() < self.args.max_operations {
            let endpoint = &self.context.endpoint;
            operation::admit(endpoint, &mut request)
                .and_then(|()| endpoint.charge(&mut request, &self.caller))
                .and_then(|()| answers(&self.context.presses, request, &self.caller))
        } else {
            Err(Error::bad_request(format!(
                "at most {} operations per socket",
                self.args.max_operations
            )))
        };
        let answers = match admitted {
            Ok(answers) => answers,
            Err(error) => {
                let payload = &failure(&error).errors;
                let id = id.as_str();
                return self.send(Outgoing::Error { id, payload }.frame()).await;
            }
        };
        self.operations.insert(id, answers);
        self.context.sockets.metrics().operations.inc();
        Ok(())
    }

    fn stop(&mut self, id: &str) {
        if self.operations.remove(id).is_some() {
            self.context.sockets.metrics().operations.dec();
        }
    }

    /// Writes this answer and those that are ready behind it, in one go.
    async fn give(&mut self, id: String, answer: Answer) -> Result<(), End> {
        let mut next = Some((id, answer));
        let mut frames = Vec::new();
        let mut bytes = 0;
        let mut interrupted = false;
        while let Some((id, answer)) = next {
            if is_interrupted(&answer) {
                interrupted = true;
                break;
            }
            let (frame, last) = answer.frame(&id);
            bytes += size(&frame);
            frames.push(frame);
            if last {
                self.stop(&id);
            }
            next = if frames.len() < BURST && bytes < BURST_BYTES {
                self.operations.next().now_or_never().flatten()
            } else {
                None
            };
        }
        let write = async {
            for frame in frames {
                self.socket.feed(frame).await?;
            }
            self.socket.flush().await
        };
        match timeout(self.args.stall, write).await {
            Ok(Ok(())) if interrupted => Err(End::Close(Close::Overload)),
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Close(Close::Overload)),
        }
    }

    async fn send(&mut self, frame: Message) -> Result<(), End> {
        match timeout(self.args.stall, self.socket.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Close(Close::Overload)),
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.unanswered_pings >= 2 {
            return Err(End::Gone);
        }
        self.unanswered_pings += 1;
        self.send(Message::Ping(axum::body::Bytes::new())).await
    }
}
