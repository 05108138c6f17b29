//! axum WebSockets and nothing else: every message goes to every socket, with one write for all frames that are ready.
//! Or sockets that are idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use clap::Args;
use futures_util::SinkExt;
use tokio::sync::broadcast;

use super::listener::listen;
use crate::load::now_micros;
use lab_stack::Error;

/// Messages that may wait for one socket: far more than a second's worth. A loss would show in the audit.
const MAX_QUEUED_MESSAGES: usize = 1 << 16;

/// Maximum number of frames in one write.
const MAX_FRAMES_PER_WRITE: usize = 64;

/// A server that broadcasts.
#[derive(Args, Clone, Debug)]
pub struct Broadcast {
    /// Port to listen on.
    #[arg(long)]
    port: u16,
    /// Bytes of a frame's payload.
    #[arg(long, default_value_t = 480)]
    bytes: usize,
    /// Bytes of the read buffer of each socket.
    #[arg(long, default_value_t = 4096)]
    read_buffer: usize,
    /// Send nothing: the sockets do not subscribe to the broadcast.
    #[arg(long)]
    idle: bool,
}

#[derive(Clone)]
struct BroadcastState {
    options: Broadcast,
    messages: broadcast::Sender<Utf8Bytes>,
    /// Messages per second, as the bits of a float.
    rate: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl Broadcast {
    pub(super) async fn serve(self) -> Result<(), Error> {
        let state = BroadcastState {
            messages: broadcast::channel(MAX_QUEUED_MESSAGES).0,
            rate: Arc::default(),
            sent: Arc::default(),
            options: self,
        };
        tokio::spawn(send_at_rate(state.clone()));
        let router = Router::new()
            .route("/graphql", any(upgrade))
            .route("/rate/{rate}", post(set_rate))
            .route("/sent", get(sent));
        let listener = listen(state.options.port).await?;
        axum::serve(listener, router.with_state(state))
            .await
            .map_err(|cause| Error::io("serve", cause))
    }
}

async fn set_rate(State(state): State<BroadcastState>, Path(rate): Path<f64>) {
    state.rate.store(rate.to_bits(), Ordering::Relaxed);
}

async fn sent(State(state): State<BroadcastState>) -> String {
    state.sent.load(Ordering::Relaxed).to_string()
}

/// A frame as long as one of Antiphon's, with the fields that subscribers look for.
pub fn frame(seq: u64, sent: u64, bytes: usize) -> String {
    let mut text = format!(
        "{{\"type\":\"next\",\"id\":\"1\",\"payload\":{{\"seq\":{seq},\"content\":\"@{sent:016} "
    );
    let end = "\"}}";
    while text.len() + end.len() < bytes {
        text.push('x');
    }
    text.push_str(end);
    text
}

/// Sends messages at the requested rate, a few on each tick.
async fn send_at_rate(state: BroadcastState) {
    let mut timer = tokio::time::interval(Duration::from_millis(1));
    let mut rate = 0.0;
    let mut began = (Instant::now(), now_micros());
    let mut sent_count = 0_u64;
    loop {
        timer.tick().await;
        let wanted_rate = f64::from_bits(state.rate.load(Ordering::Relaxed));
        if wanted_rate != rate {
            rate = wanted_rate;
            began = (Instant::now(), now_micros());
            sent_count = 0;
        }
        while (sent_count as f64) < began.0.elapsed().as_secs_f64() * rate {
            let due = began.1 + (sent_count as f64 / rate * 1e6) as u64;
            sent_count += 1;
            let seq = state.sent.load(Ordering::Relaxed) + 1;
            // Fails without subscribers, which is fine.
            let _ = state
                .messages
                .send(frame(seq, due, state.options.bytes).into());
            state.sent.store(seq, Ordering::Relaxed);
        }
    }
}

async fn upgrade(State(state): State<BroadcastState>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols(["graphql-transport-ws"])
        .read_buffer_size(state.options.read_buffer)
        .on_upgrade(move |socket| serve(socket, state))
}

async fn serve(mut socket: WebSocket, state: BroadcastState) {
    if state.options.idle {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
        return;
    }
    let mut messages = state.messages.subscribe();
    let Some(Ok(hello)) = socket.recv().await else {
        return;
    };
    if socket.send(hello).await.is_err() {
        return;
    }
    loop {
        let outcome = tokio::select! {
            message = messages.recv() => match message {
                Ok(text) => send_batch(&mut socket, text, &mut messages).await,
                // The audit shows what the subscriber missed.
                Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            frame = socket.recv() => match frame {
                Some(Ok(_)) => Ok(()),
                _ => return,
            },
        };
        if outcome.is_err() {
            return;
        }
    }
}

async fn send_batch(
    socket: &mut WebSocket,
    first: Utf8Bytes,
    messages: &mut broadcast::Receiver<Utf8Bytes>,
) -> Result<(), axum::Error> {
    socket.feed(Message::Text(first)).await?;
    for _ in 1..MAX_FRAMES_PER_WRITE {
        let Ok(text) = messages.try_recv() else { break };
        socket.feed(Message::Text(text)).await?;
    }
    socket.flush().await
}
