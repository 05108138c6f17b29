//! axum WebSockets and nothing else: every message to every socket, as one write of all frames
//! that are ready; or, idle, sockets that only are.

use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use clap::Args;
use futures_util::SinkExt;
use tokio::sync::broadcast;

use super::listener::listen;
use super::speaker::Speaker;
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
}

impl Broadcast {
    pub(super) async fn serve(self) -> Result<(), Error> {
        let hall = Hall {
            everyone: broadcast::channel(BACKLOG).0,
            options: self,
        };
        let speaker = Speaker::default();
        let router = speaker.routes().route("/graphql", any(upgrade));
        let (everyone, bytes) = (hall.everyone.clone(), hall.options.bytes);
        tokio::spawn(speaker.run(move |seq, due| {
            // Without listeners there is nobody to tell.
            let _ = everyone.send(frame(seq, due, bytes).into());
        }));
        let listener = listen(hall.options.port).await?;
        axum::serve(listener, router.with_state(hall))
            .await
            .map_err(|cause| Error::io("serve", cause))
    }
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
