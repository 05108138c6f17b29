//! axum WebSockets and nothing else: every message goes to every socket, with one write for all frames that are ready.
//! Or sockets that are idle.

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use clap::Args;
use futures_util::SinkExt;
use tokio::sync::broadcast;

use super::listener::listen;
use super::message_source::MessageSource;
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
}

impl Broadcast {
    pub(super) async fn serve(self) -> Result<(), Error> {
        let state = BroadcastState {
            messages: broadcast::channel(MAX_QUEUED_MESSAGES).0,
            options: self,
        };
        let source = MessageSource::default();
        let router = source.routes().route("/graphql", any(upgrade));
        let (messages, bytes) = (state.messages.clone(), state.options.bytes);
        tokio::spawn(source.run(move |seq, due| {
            // Fails without subscribers, which is fine.
            let _ = messages.send(frame(seq, due, bytes).into());
        }));
        let listener = listen(state.options.port).await?;
        axum::serve(listener, router.with_state(state))
            .await
            .map_err(|cause| Error::io("serve", cause))
    }
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
