//! One WebSocket from its upgrade to its close.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use chassis::{Caller, Error, graphql::error_response};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_stream::StreamMap;

use super::protocol::{Incoming, Outgoing};
use crate::transport::{
    close::Close,
    connection_registry::{ConnectionArgs, ConnectionPermit},
    context::ConnectionContext,
    operation_result::{OperationResult, is_interrupted, size},
    operation_stream::{OperationStream, check_subscription, operation_stream},
    session_guard::SessionGuard,
};

/// The window in which a client's messages are counted.
const RATE_WINDOW: std::time::Duration = std::time::Duration::from_secs(10);

/// Maximum frames that are written before anything else gets its turn.
const MAX_FRAMES_PER_WRITE: usize = 64;

/// Bytes of frames after which they are written. No more frames are encoded before the client has read these.
const MAX_BYTES_PER_WRITE: usize = 64 * 1024;

/// Longest id of an operation: the official client sends UUIDs.
const MAX_ID_LENGTH: usize = 128;

/// Why a socket ended.
enum End {
    /// We close it.
    Close(Close),
    /// The client closed it, or is gone.
    Gone,
}

/// Serves a WebSocket. `has_subprotocol` tells whether the client speaks our subprotocol.
///
/// Thousands of idle sockets wait in this future, so it stores nothing twice: large values are borrowed or boxed,
/// because a future keeps its arguments in addition to the values made from them.
pub(crate) async fn serve(
    mut socket: Box<WebSocket>,
    context: Arc<ConnectionContext>,
    mut permit: ConnectionPermit,
    has_subprotocol: bool,
) {
    let args = context.connections.args();
    let end = if has_subprotocol {
        serve_authenticated(&mut socket, &context, &mut permit, &args).await
    } else {
        End::Close(Close::WrongProtocol)
    };
    if let End::Close(close) = end {
        tracing::debug!(code = close.code(), "closing a WebSocket");
        context.connections.metrics().closed(close);
        // A client that does not read does not learn the reason.
        drop(timeout(args.init_timeout, close_socket(&mut socket, close)).await);
    }
}

/// Serves a client that speaks our subprotocol.
async fn serve_authenticated(
    socket: &mut WebSocket,
    context: &ConnectionContext,
    permit: &mut ConnectionPermit,
    args: &ConnectionArgs,
) -> End {
    // Its future is large and soon over, but would be part of this one to the end.
    let (caller, mut guard) = match Box::pin(handshake(socket, context, permit, args)).await {
        Ok(authenticated) => authenticated,
        Err(end) => return end,
    };
    Connection::new(socket, context, args, caller)
        .run(&mut guard)
        .await
}

/// Sends the close frame and waits for the client's, so that the client learns the code before the connection ends.
async fn close_socket(socket: &mut WebSocket, close: Close) {
    if socket
        .send(Message::Close(Some(close.into())))
        .await
        .is_ok()
    {
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

/// Waits for `connection_init` and answers it.
async fn handshake(
    socket: &mut WebSocket,
    context: &ConnectionContext,
    permit: &mut ConnectionPermit,
    args: &ConnectionArgs,
) -> Result<(Caller, SessionGuard), End> {
    let close = permit.close_token();
    let token = tokio::select! {
        () = close.cancelled() => return Err(End::Close(Close::Restart)),
        init = timeout(args.init_timeout, first_init(socket)) => {
            init.map_err(|_| End::Close(Close::InitTimeout))??
        }
    };
    let caller = context.verifier.verify(&token).await.map_err(end_of)?;
    if !permit.assign_user(caller.user_id) {
        return Err(End::Close(Close::Overload));
    }
    let guard = SessionGuard::start(context, &caller, close)
        .await
        .map_err(end_of)?;
    socket
        .send(Outgoing::ConnectionAck.frame())
        .await
        .map_err(|_| End::Gone)?;
    Ok((caller, guard))
}

fn end_of(error: Error) -> End {
    match error {
        Error::Unauthenticated(_) => End::Close(Close::Forbidden),
        error => {
            tracing::warn!(%error, "cannot open a WebSocket now");
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
    context: &'a ConnectionContext,
    args: &'a ConnectionArgs,
    caller: Caller,
    operations: StreamMap<String, OperationStream>,
    ping_interval: Interval,
    unanswered_pings: u8,
    counted_since: Instant,
    counted: u32,
}

impl<'a> Connection<'a> {
    fn new(
        socket: &'a mut WebSocket,
        context: &'a ConnectionContext,
        args: &'a ConnectionArgs,
        caller: Caller,
    ) -> Self {
        let mut ping_interval = interval_at(Instant::now() + args.ping, args.ping);
        ping_interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            socket,
            context,
            args,
            caller,
            operations: StreamMap::new(),
            ping_interval,
            unanswered_pings: 0,
            counted_since: Instant::now(),
            counted: 0,
        }
    }

    async fn run(&mut self, guard: &mut SessionGuard) -> End {
        // Whatever the connection is waiting for, also a client that does not read, the guard can end it.
        let close = tokio::select! {
            end = self.run_loop() => end,
            close = guard.expired() => End::Close(close),
        };
        let running = i64::try_from(self.operations.len()).unwrap_or_default();
        self.context
            .connections
            .metrics()
            .operations
            .dec_by(running);
        close
    }

    async fn run_loop(&mut self) -> End {
        loop {
            let step = tokio::select! {
                frame = self.socket.recv() => self.handle_frame(frame).await,
                Some((id, result)) = self.operations.next(), if !self.operations.is_empty() => {
                    self.send_results(id, result).await
                }
                _ = self.ping_interval.tick() => self.ping().await,
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn handle_frame(
        &mut self,
        frame: Option<Result<Message, axum::Error>>,
    ) -> Result<(), End> {
        self.unanswered_pings = 0;
        self.check_message_rate()?;
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

    fn check_message_rate(&mut self) -> Result<(), End> {
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
        if id.is_empty() || id.len() > MAX_ID_LENGTH {
            return Err(End::Close(Close::BadMessage));
        }
        if self.operations.contains_key(&id) {
            return Err(End::Close(Close::DuplicateId));
        }
        let opened = if self.operations.len() < self.args.max_operations {
            let endpoint = &self.context.endpoint;
            check_subscription(endpoint, &mut request)
                .and_then(|()| endpoint.charge(&mut request, &self.caller))
                .and_then(|()| operation_stream(&self.context.executor, request, &self.caller))
        } else {
            Err(Error::bad_request(format!(
                "at most {} operations per socket",
                self.args.max_operations
            )))
        };
        let results = match opened {
            Ok(results) => results,
            Err(error) => {
                let payload = &error_response(&error).errors;
                let id = id.as_str();
                return self.send(Outgoing::Error { id, payload }.frame()).await;
            }
        };
        self.operations.insert(id, results);
        self.context.connections.metrics().operations.inc();
        Ok(())
    }

    fn stop(&mut self, id: &str) {
        if self.operations.remove(id).is_some() {
            self.context.connections.metrics().operations.dec();
        }
    }

    /// Writes this result and those that are ready behind it in one go.
    async fn send_results(&mut self, id: String, result: OperationResult) -> Result<(), End> {
        let mut next = Some((id, result));
        let mut frames = Vec::new();
        let mut bytes = 0;
        let mut interrupted = false;
        while let Some((id, result)) = next {
            if is_interrupted(&result) {
                interrupted = true;
                break;
            }
            let (frame, last) = result.frame(&id);
            bytes += size(&frame);
            frames.push(frame);
            if last {
                self.stop(&id);
            }
            next = if frames.len() < MAX_FRAMES_PER_WRITE && bytes < MAX_BYTES_PER_WRITE {
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
