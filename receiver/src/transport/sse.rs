//! Subscriptions as server-sent events, for clients whose network lets no WebSocket through.
//!
//! One request is one operation, with the same results. Everything that holds for a WebSocket holds here: its limits,
//! the end of a session, and the drain. A stream that has to end before the operation is over simply ends, and the
//! client reconnects with its cursors.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::Request;
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chassis::{Caller, Error, graphql::sse};
use futures_util::StreamExt;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    connection_registry::{ConnectionPermit, retry_after},
    context::ConnectionContext,
    operation_result::is_interrupted,
    operation_stream::{OperationStream, check_subscription, operation_stream},
    session_guard::SessionGuard,
};

/// Time between two keep-alive comments. Load balancers close a connection that is silent for longer than some 15 s.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Maximum chunks that wait for the client.
const MAX_WAITING_CHUNKS: usize = 1;

/// Answers a checked subscription of `caller` with a stream of events.
///
/// # Errors
/// `BAD_USER_INPUT` when a WebSocket would not take it; `UNAUTHENTICATED` when the session has ended;
/// `UNAVAILABLE` when there are too many connections, or Postgres does not answer.
pub(crate) async fn serve(
    context: Arc<ConnectionContext>,
    mut request: Request,
    caller: Caller,
) -> Result<Response, Error> {
    check_subscription(&context.endpoint, &mut request)?;
    let full = || Error::Unavailable {
        retry_after: retry_after(),
        source: "too many connections".into(),
    };
    let mut permit = context.connections.acquire().ok_or_else(full)?;
    if !permit.assign_user(caller.user_id) {
        return Err(full());
    }
    let guard = SessionGuard::start(&context, &caller, permit.close_token()).await?;
    let (chunks, body) = mpsc::channel(MAX_WAITING_CHUNKS);
    let stream = EventStream {
        results: operation_stream(&context.executor, request, &caller)?,
        chunks,
        stall: context.connections.args().stall,
    };
    context.connections.metrics().operations.inc();
    tokio::spawn(async move {
        stream.run(guard, permit).await;
        context.connections.metrics().operations.dec();
    });

    let body = ReceiverStream::new(body).map(Ok::<_, Infallible>);
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_TYPE, sse::MEDIA_TYPE),
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
    results: OperationStream,
    chunks: mpsc::Sender<Bytes>,
    stall: Duration,
}

impl EventStream {
    /// Runs until the operation, the client or the right to read has ended.
    async fn run(self, mut guard: SessionGuard, _permit: ConnectionPermit) {
        tokio::select! {
            () = self.send_events() => {}
            close = guard.expired() => tracing::debug!(code = close.code(), "ending an event stream"),
        }
    }

    async fn send_events(mut self) {
        let mut heartbeat = interval(KEEP_ALIVE_INTERVAL);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let (chunk, last) = tokio::select! {
                answer = self.results.next() => match answer {
                    // Only temporarily incomplete: the client reconnects with the cursor before it.
                    Some(answer) if is_interrupted(&answer) => return,
                    Some(answer) => answer.event(),
                    None => return,
                },
                _ = heartbeat.tick() => (sse::KEEP_ALIVE.to_owned(), false),
                // The client is gone: another one may have the permit.
                () = self.chunks.closed() => return,
            };
            // A client that reads nothing for too long is taken for gone.
            let written = timeout(self.stall, self.chunks.send(chunk.into())).await;
            if last || !matches!(written, Ok(Ok(()))) {
                return;
            }
        }
    }
}
