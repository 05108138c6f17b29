//! The source of what the bare servers send to their subscribers: so many messages a second, as often as the timer allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};

use crate::load::now_micros;

/// Numbers the messages, at a rate that is set over HTTP. Cloning it is cheap.
#[derive(Clone, Default)]
pub(super) struct MessageSource {
    /// Messages per second, as the bits of a float.
    rate: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
}

impl MessageSource {
    /// `POST /rate/{rate}` sets the messages per second; `GET /sent` tells how many were sent.
    pub(super) fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        Router::new()
            .route("/rate/{rate}", post(set_rate))
            .route("/sent", get(sent))
            .with_state(self.clone())
    }

    /// Calls `send` with each message's number and the time at which it was due, in microseconds.
    pub(super) async fn run(self, send: impl Fn(u64, u64)) {
        let mut timer = tokio::time::interval(Duration::from_millis(1));
        let mut rate = 0.0;
        let mut began = (Instant::now(), now_micros());
        let mut sent_count = 0_u64;
        loop {
            timer.tick().await;
            let wanted_rate = f64::from_bits(self.rate.load(Ordering::Relaxed));
            if wanted_rate != rate {
                rate = wanted_rate;
                began = (Instant::now(), now_micros());
                sent_count = 0;
            }
            while (sent_count as f64) < began.0.elapsed().as_secs_f64() * rate {
                let due = began.1 + (sent_count as f64 / rate * 1e6) as u64;
                sent_count += 1;
                let number = self.sent.load(Ordering::Relaxed) + 1;
                send(number, due);
                self.sent.store(number, Ordering::Relaxed);
            }
        }
    }
}

async fn set_rate(State(source): State<MessageSource>, Path(rate): Path<f64>) {
    source.rate.store(rate.to_bits(), Ordering::Relaxed);
}

async fn sent(State(source): State<MessageSource>) -> String {
    source.sent.load(Ordering::Relaxed).to_string()
}
