//! A subscription to everything, which survives its connections.
//!
//! Invariant: the recorded events of a feed have consecutive seqs. An event that would break this is not added but counted,
//! so that a test can require a count of zero.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::documents;
use super::session::Client;
use super::socket::{Socket, SocketEnd};

/// One event as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedEvent {
    /// Its position in the feed.
    pub seq: u64,
    /// The whole event.
    pub event: Value,
    /// When it arrived.
    pub at: Instant,
}

impl ReceivedEvent {
    /// Its type in the schema, such as `MessageAdded`.
    pub fn kind(&self) -> &str {
        self.event["__typename"].as_str().unwrap_or_default()
    }

    /// The id of the message it is about.
    pub fn message_id(&self) -> Option<Uuid> {
        self.event["message"]["id"].as_str()?.parse().ok()
    }
}

/// What was received of one feed.
#[derive(Clone, Debug, Default)]
pub struct FeedRecord {
    /// The last cursor.
    pub cursor: String,
    /// The events, with consecutive seqs.
    pub events: Vec<ReceivedEvent>,
}

/// What was received.
#[derive(Clone, Debug, Default)]
pub struct InboxRecord {
    /// By feed id: a chat's or the user's own.
    pub feeds: HashMap<Uuid, FeedRecord>,
    /// Number of events that had been received before.
    pub duplicates: u64,
    /// Number of events that came before their predecessors.
    pub gaps: u64,
    /// Resets, with their reasons.
    pub resets: Vec<String>,
    /// How each connection ended.
    pub ends: Vec<SocketEnd>,
    /// Number of connections that have ended.
    pub connections: u64,
    /// Whether the current connection has caught up.
    pub caught_up: bool,
    /// Ephemeral signals.
    pub signals: Vec<Value>,
}

impl InboxRecord {
    fn apply(&mut self, batch: &Value) {
        let Some(feed_id) = batch["feedId"].as_str().and_then(|id| id.parse().ok()) else {
            return;
        };
        let feed = self.feeds.entry(feed_id).or_default();
        if let Some(reason) = batch["reset"].as_str() {
            self.resets.push(reason.to_owned());
            feed.events.clear();
        }
        for event in batch["events"].as_array().into_iter().flatten() {
            let seq = event["seq"].as_u64().unwrap_or(0);
            let expected = feed.events.last().map_or(seq, |last| last.seq + 1);
            match seq.cmp(&expected) {
                std::cmp::Ordering::Less => self.duplicates += 1,
                std::cmp::Ordering::Greater => self.gaps += 1,
                std::cmp::Ordering::Equal => feed.events.push(ReceivedEvent {
                    seq,
                    event: event.clone(),
                    at: Instant::now(),
                }),
            }
        }
        if let Some(cursor) = batch["cursor"].as_str() {
            feed.cursor = cursor.to_owned();
        }
        self.signals
            .extend(batch["signals"].as_array().into_iter().flatten().cloned());
        self.caught_up |= batch["caughtUp"] == json!(true);
    }

    /// The events of one feed.
    pub fn events(&self, feed_id: Uuid) -> &[ReceivedEvent] {
        self.feeds.get(&feed_id).map_or(&[], |feed| &feed.events)
    }

    /// The cursors to resume from.
    pub fn cursors(&self) -> Vec<String> {
        self.feeds
            .values()
            .map(|feed| feed.cursor.clone())
            .collect()
    }
}

/// A running subscription. It stops when this is dropped.
#[derive(Debug)]
pub struct Inbox {
    record: Arc<Mutex<InboxRecord>>,
    changed: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Client {
    /// Subscribes to everything that the caller can see, from now on.
    pub fn inbox(&self) -> Inbox {
        Inbox::follow(self.clone(), Vec::new())
    }
}

impl Inbox {
    /// Subscribes to everything, from these cursors on.
    pub fn follow(client: Client, after: Vec<String>) -> Inbox {
        let record = Arc::new(Mutex::new(InboxRecord::default()));
        let (notify, changed) = watch::channel(0);
        let task = tokio::spawn(run(client, after, Arc::clone(&record), notify));
        Inbox {
            record,
            changed,
            task,
        }
    }

    /// What was received so far.
    pub fn record(&self) -> InboxRecord {
        self.with_record(InboxRecord::clone)
    }

    /// Calls `with_record` with the record, without copying it.
    pub fn with_record<T>(&self, with_record: impl FnOnce(&InboxRecord) -> T) -> T {
        with_record(&self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until `condition` holds. Returns false after `timeout`.
    pub async fn wait(&self, timeout: Duration, condition: impl Fn(&InboxRecord) -> bool) -> bool {
        let mut changed = self.changed.clone();
        let reached = async {
            while !self.with_record(&condition) {
                if changed.changed().await.is_err() {
                    return self.with_record(&condition);
                }
            }
            true
        };
        tokio::time::timeout(timeout, reached)
            .await
            .unwrap_or(false)
    }

    /// Waits until the current connection has caught up. Returns false after 20 s.
    pub async fn caught_up(&self) -> bool {
        self.wait(Duration::from_secs(20), |record| record.caught_up)
            .await
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    client: Client,
    mut after: Vec<String>,
    record: Arc<Mutex<InboxRecord>>,
    notify: watch::Sender<u64>,
) {
    let lock = || record.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let Err(end) = listen(&client, &after, |batch| {
            lock().apply(batch);
            notify.send_modify(|count| *count += 1);
        })
        .await;
        {
            let mut record = lock();
            record.caught_up = false;
            record.ends.push(end);
            record.connections += 1;
            if !record.feeds.is_empty() {
                after = record.cursors();
            }
        }
        notify.send_modify(|count| *count += 1);
        // With jitter, so that the clients of a dead instance do not reconnect all at once.
        let jitter = u64::from(Uuid::now_v7().as_bytes()[15]);
        tokio::time::sleep(Duration::from_millis(100 + jitter)).await;
    }
}

async fn listen(
    client: &Client,
    after: &[String],
    mut batch: impl FnMut(&Value),
) -> Result<std::convert::Infallible, SocketEnd> {
    let mut socket: Socket = client.socket().await?;
    socket
        .subscribe(documents::INBOX, json!({ "after": after }))
        .await?;
    loop {
        let message = socket.read().await?;
        let data = &message["payload"]["data"]["inbox"];
        if message["type"] != "next" || data.is_null() {
            return Err(SocketEnd::Refused(message.to_string()));
        }
        batch(data);
    }
}
