//! axum WebSockets and nothing else: every message to every socket, as one write of all frames
//! that are ready; or, idle, sockets that only are.

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

/// Messages that a socket may be behind. Far more than a second's worth: a loss would show.
const BACKLOG: usize = 1 << 16;

/// Frames in one write.
const BURST: usize = 64;

/// A server that broadcasts.
#[derive(Args, Clone, Debug)]
pub struct Broadcast {
    /// Where to listen.
    #[arg(long)]
    port: u16,
    /// Bytes of a frame's payload.
    #[arg(long, default_value_t = 480)]
    bytes: usize,
    /// Bytes of the read buffer of each socket.
    #[arg(long, default_value_t = 4096)]
    read_buffer: usize,
    /// Sockets that nothing is ever sent to, and that need no place in the broadcast.
    #[arg(long)]
    idle: bool,
}

#[derive(Clone)]
struct Hall {
    options: Broadcast,
    everyone: broadcast::Sender<Utf8Bytes>,
    /// Messages per second, as the bits of a float.
    rate: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl Broadcast {
    pub(super) async fn serve(self) -> Result<(), Error> {
        let hall = Hall {
            everyone: broadcast::channel(BACKLOG).0,
            rate: Arc::default(),
            sent: Arc::default(),
            options: self,
        };
        tokio::spawn(speak(hall.clone()));
        let router = Router::new()
            .route("/graphql", any(upgrade))
            .route("/rate/{rate}", post(set_rate))
            .route("/sent", get(sent));
        let listener = listen(hall.options.port).await?;
        axum::serve(listener, router.with_state(hall))
            .await
            .map_err(|cause| Error::io("serve", cause))
    }
}

async fn set_rate(State(hall): State<Hall>, Path(rate): Path<f64>) {
    hall.rate.store(rate.to_bits(), Ordering::Relaxed);
}

async fn sent(State(hall): State<Hall>) -> String {
    hall.sent.load(Ordering::Relaxed).to_string()
}

/// A frame as long as one of ours, with what the listeners look for.
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

/// Sends at the rate that was asked for, as often as the timer allows.
async fn speak(hall: Hall) {
    let mut timer = tokio::time::interval(Duration::from_millis(1));
    let mut rate = 0.0;
    let mut began = (Instant::now(), now_micros());
    let mut spoken = 0_u64;
    loop {
        timer.tick().await;
        let wanted = f64::from_bits(hall.rate.load(Ordering::Relaxed));
        if wanted != rate {
            rate = wanted;
            began = (Instant::now(), now_micros());
            spoken = 0;
        }
        while (spoken as f64) < began.0.elapsed().as_secs_f64() * rate {
            let due = began.1 + (spoken as f64 / rate * 1e6) as u64;
            spoken += 1;
            let seq = hall.sent.load(Ordering::Relaxed) + 1;
            // Without listeners there is nobody to tell.
            let _ = hall
                .everyone
                .send(frame(seq, due, hall.options.bytes).into());
            hall.sent.store(seq, Ordering::Relaxed);
        }
    }
}

async fn upgrade(State(hall): State<Hall>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .protocols(["graphql-transport-ws"])
        .read_buffer_size(hall.options.read_buffer)
        .on_upgrade(move |socket| serve(socket, hall))
}

async fn serve(mut socket: WebSocket, hall: Hall) {
    if hall.options.idle {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
        return;
    }
    let mut heard = hall.everyone.subscribe();
    let Some(Ok(hello)) = socket.recv().await else {
        return;
    };
    if socket.send(hello).await.is_err() {
        return;
    }
    loop {
        let outcome = tokio::select! {
            message = heard.recv() => match message {
                Ok(text) => burst(&mut socket, text, &mut heard).await,
                // Its book shows what it has missed.
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

async fn burst(
    socket: &mut WebSocket,
    first: Utf8Bytes,
    heard: &mut broadcast::Receiver<Utf8Bytes>,
) -> Result<(), axum::Error> {
    socket.feed(Message::Text(first)).await?;
    for _ in 1..BURST {
        let Ok(text) = heard.try_recv() else { break };
        socket.feed(Message::Text(text)).await?;
    }
    socket.flush().await
}
