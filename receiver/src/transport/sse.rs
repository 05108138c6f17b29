//! Subscriptions as server-sent events, for clients whose network lets no WebSocket through.
//!
//! One request, one operation, the same answers: everything that holds for a socket holds here, its bounds, the end of a
//! session and the drain included. A stream that has to end without the operation being over simply ends: the client
//! comes back with its cursors.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::Request;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chassis::{Caller, Error, graphql::events};
use futures_util::StreamExt;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    connection_registry::Place,
    operation,
    operation_result::is_interrupted,
    operation_stream::{Answers, answers},
    session_guard::Sentinel,
    websocket::upgrade::{SocketContext, come_back},
};

/// Between two signs of life. Load balancers take a connection for dead that is silent for longer than some 15 s.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Chunks that may wait for the client.
const WAITING: usize = 1;

/// Answers a checked subscription of `caller` with a stream of events.
///
/// # Errors
/// `BAD_USER_INPUT` when it is not one that a socket would take; `UNAUTHENTICATED` when the session has ended;
/// `UNAVAILABLE` when there is no place left, or Postgres is away.
pub(crate) async fn serve(
    context: Arc<SocketContext>,
    mut request: Request,
    caller: Caller,
) -> Result<Response, Error> {
    operation::admit(&context.endpoint, &mut request)?;
    let full = || Error::Unavailable {
        retry_after: come_back(),
        source: "too many connections".into(),
    };
    let mut place = context.sockets.enter().ok_or_else(full)?;
    if !place.belongs_to(caller.user_id) {
        return Err(full());
    }
    let sentinel = Sentinel::post(&context, &caller, place.leave()).await?;
    let (chunks, body) = mpsc::channel(WAITING);
    let stream = EventStream {
        answers: answers(&context.presses, request, &caller)?,
        chunks,
        stall: context.sockets.args().stall,
    };
    context.sockets.metrics().operations.inc();
    tokio::spawn(async move {
        stream.run(sentinel, place).await;
        context.sockets.metrics().operations.dec();
    });

    let body = ReceiverStream::new(body).map(Ok::<_, Infallible>);
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, events::MEDIA_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Proxies that collect answers before they pass them on are asked not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct EventStream {
    answers: Answers,
    chunks: mpsc::Sender<Bytes>,
    stall: Duration,
}

impl EventStream {
    /// Runs until the operation, the client or the right to read has ended.
    async fn run(self, mut sentinel: Sentinel, _place: Place) {
        tokio::select! {
            () = self.speak() => {}
            close = sentinel.alarm() => tracing::debug!(code = close.code(), "ending an event stream"),
        }
    }

    async fn speak(mut self) {
        let mut heartbeat = interval(HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (chunk, last) = tokio::select! {
                answer = self.answers.next() => match answer {
                    // It would be whole at another time: the client comes back before it.
                    Some(answer) if is_interrupted(&answer) => return,
                    Some(answer) => answer.event(),
                    None => return,
                },
                _ = heartbeat.tick() => (events::KEEP_ALIVE.to_owned(), false),
                // The client is gone, and leaves its place to another.
                () = self.chunks.closed() => return,
            };
            // Not for ever: a client that reads nothing is gone, too.
            let written = timeout(self.stall, self.chunks.send(chunk.into())).await;
            if last || !matches!(written, Ok(Ok(()))) {
                return;
            }
        }
    }
}
