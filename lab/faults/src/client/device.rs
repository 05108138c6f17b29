//! One device: an `inbox` subscription that survives its connections.
//!
//! It keeps one cursor per feed and resumes with all of them when it reconnects, to whichever instance. It does not check
//! what it receives: everything is recorded in the history, which the checker reads.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use super::cursor;
use super::documents::{DEVICE_INBOX, EVENT_DIGEST};
use super::local_state::LocalState;
use super::receipts;
use super::test_user::{Backoff, TestUser};
use super::ws_connection::{self, ConnectionEnd};
use crate::history::History;
use lab_stack::client::{Socket, SocketEnd};

/// The longest range of one digest.
const MAX_DIGEST_EVENTS: u64 = 10_000;

/// What a device should do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DesiredState {
    Online,
    Offline,
    Stopped,
}

/// A device and its task.
#[derive(Debug)]
pub struct Device {
    /// Its name in the history.
    pub name: String,
    /// Its user.
    pub user: Arc<TestUser>,
    state: Arc<DeviceState>,
    desired: watch::Sender<DesiredState>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct DeviceState {
    positions: Mutex<HashMap<Uuid, (u64, String)>>,
    caught_up: watch::Sender<bool>,
    /// The close code of the last connection.
    last_close_code: watch::Sender<u16>,
    local_state: tokio::sync::Mutex<Option<LocalState>>,
    /// By feed: the first and the last seq of the unbroken range that it received last, without resets in it.
    received: Mutex<BTreeMap<Uuid, (u64, u64)>>,
}

impl DeviceState {
    fn positions(&self) -> MutexGuard<'_, HashMap<Uuid, (u64, String)>> {
        self.positions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who leave a chat and come back receive nothing of what happened in between: their range begins anew.
    fn extend_received(&self, feed: Uuid, seq: u64) {
        let mut received = self.received();
        let range = received.entry(feed).or_insert((seq, seq));
        let first = if seq == range.1 + 1 { range.0 } else { seq };
        *range = (first, seq);
    }

    fn received(&self) -> MutexGuard<'_, BTreeMap<Uuid, (u64, u64)>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    /// Starts a device. If it keeps local state, that can be compared with newly loaded state later.
    pub fn start(
        name: &str,
        user: &Arc<TestUser>,
        base: &str,
        keeps_local_state: bool,
        history: &History,
    ) -> Device {
        let state = Arc::new(DeviceState::default());
        let (desired, desired_changes) = watch::channel(DesiredState::Online);
        let fields = json!({ "d": name, "user": user.name, "uid": user.user_id });
        history.write("device", &fields);
        let device_task = DeviceTask {
            name: name.to_owned(),
            user: Arc::clone(user),
            base: base.to_owned(),
            history: history.clone(),
            state: Arc::clone(&state),
            keeps_local_state,
            connection: 0,
        };
        Device {
            name: name.to_owned(),
            user: Arc::clone(user),
            state,
            desired,
            task: tokio::spawn(device_task.run(desired_changes)),
        }
    }

    /// Its position in a feed.
    pub fn position(&self, feed: Uuid) -> Option<u64> {
        self.state.positions().get(&feed).map(|(seq, _)| *seq)
    }

    /// Waits until its connection has caught up.
    pub async fn caught_up(&self, timeout: Duration) -> bool {
        let mut caught_up = self.state.caught_up.subscribe();
        tokio::time::timeout(timeout, caught_up.wait_for(|yes| *yes))
            .await
            .is_ok_and(|outcome| outcome.is_ok())
    }

    /// Waits until a connection ends with this close code.
    pub async fn ended_with(&self, code: u16, timeout: Duration) -> bool {
        let mut last_close_code = self.state.last_close_code.subscribe();
        tokio::time::timeout(timeout, last_close_code.wait_for(|seen| *seen == code))
            .await
            .is_ok_and(|outcome| outcome.is_ok())
    }

    /// Disconnects it. It keeps its cursors.
    pub fn go_offline(&self) {
        self.desired.send_replace(DesiredState::Offline);
    }

    /// Connects it again.
    pub fn go_online(&self) {
        self.desired.send_replace(DesiredState::Online);
    }

    /// Whether it should be connected.
    pub fn is_online(&self) -> bool {
        *self.desired.borrow() == DesiredState::Online
    }

    /// Records its local state and newly loaded state, for comparison.
    pub async fn compare(&self, history: &History) {
        let mut local_state = self.state.local_state.lock().await;
        let Some(local_state) = local_state.as_mut() else {
            return;
        };
        local_state.load_missing(&self.user).await;
        let Ok(fresh) = LocalState::load_all(&self.user).await else {
            return;
        };
        for (kind, side) in [("copy", local_state.chats()), ("fresh", fresh.chats())] {
            for (chat, state) in side {
                let fields = json!({ "d": self.name, "chat": chat, "state": state });
                history.write(kind, &fields);
            }
        }
        self.record_digests(history).await;
    }

    /// Records what the server says of the events that this device has received.
    async fn record_digests(&self, history: &History) {
        let received = self.state.received().clone();
        for (feed, (first, last)) in received {
            let from = first.max(last.saturating_sub(MAX_DIGEST_EVENTS - 1));
            let variables = json!({ "chat": feed, "from": from, "to": last });
            // Not of the user's own feed, nor of a chat that they have left.
            let Ok(data) = self.user.query(EVENT_DIGEST, variables).await else {
                continue;
            };
            let fields = json!({ "d": self.name, "chat": feed, "from": from, "to": last,
                "sha256": data["eventDigest"]["sha256"] });
            history.write("digest", &fields);
        }
    }

    /// Stops it.
    pub async fn stop(self) {
        self.desired.send_replace(DesiredState::Stopped);
        let mut task = self.task;
        if tokio::time::timeout(Duration::from_secs(5), &mut task)
            .await
            .is_err()
        {
            task.abort();
        }
    }
}

struct DeviceTask {
    name: String,
    user: Arc<TestUser>,
    base: String,
    history: History,
    state: Arc<DeviceState>,
    keeps_local_state: bool,
    connection: u64,
}

impl DeviceTask {
    async fn run(mut self, mut desired_changes: watch::Receiver<DesiredState>) {
        let mut backoff = Backoff::between(400, 4_000);
        loop {
            let desired = *desired_changes.borrow_and_update();
            match desired {
                DesiredState::Stopped => return,
                DesiredState::Offline => {
                    if desired_changes.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                DesiredState::Online => {}
            }
            self.connection += 1;
            let began = Instant::now();
            let end = self.connect(&mut desired_changes).await;
            self.state.caught_up.send_replace(false);
            self.state.last_close_code.send_replace(end.code);
            let fields = json!({ "d": self.name, "c": self.connection, "code": end.code,
                "reason": end.reason });
            self.history.write("conn.end", &fields);
            if *desired_changes.borrow() == DesiredState::Online {
                if end.code == 4403 {
                    self.user.renew_token().await;
                }
                if began.elapsed() > Duration::from_secs(5) {
                    backoff = Backoff::between(400, 4_000);
                }
                backoff.wait_at_least(50).await;
            }
        }
    }

    async fn connect(
        &mut self,
        desired_changes: &mut watch::Receiver<DesiredState>,
    ) -> ConnectionEnd {
        let token = self.user.token().await;
        let opened = tokio::select! {
            opened = ws_connection::connect(&self.base, &token) => opened,
            _ = desired_changes.changed() => Err(ConnectionEnd { code: 1000, reason: "told to leave".to_owned() }),
        };
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(end) => return end,
        };
        if let Err(end) = self.subscribe(&mut socket).await {
            return end.into();
        }
        loop {
            let message = tokio::select! {
                message = socket.read() => message,
                _ = desired_changes.changed() => {
                    socket.close().await;
                    return ConnectionEnd { code: 1000, reason: "told to leave".to_owned() };
                }
            };
            let message = match message {
                Ok(message) => message,
                Err(end) => return end.into(),
            };
            let batch = &message["payload"]["data"]["inbox"];
            if message["type"] != "next" || !batch.is_object() {
                socket.close().await;
                return ConnectionEnd::broken(message.to_string());
            }
            self.handle_batch(batch).await;
        }
    }

    async fn subscribe(&mut self, socket: &mut Socket) -> Result<(), SocketEnd> {
        let (cursors, seqs) = {
            let positions = self.state.positions();
            let cursors: Vec<String> = positions.values().map(|(_, text)| text.clone()).collect();
            let seqs: Map<String, Value> = positions
                .iter()
                .map(|(feed, (seq, _))| (feed.to_string(), json!(seq)))
                .collect();
            (cursors, seqs)
        };
        let fields = json!({ "d": self.name, "c": self.connection, "after": seqs });
        self.history.write("sub", &fields);
        socket
            .subscribe(DEVICE_INBOX, json!({ "after": cursors }))
            .await
            .map(drop)
    }

    async fn handle_batch(&mut self, batch: &Value) {
        let Some(feed) = batch["feedId"]
            .as_str()
            .and_then(|id| id.parse::<Uuid>().ok())
        else {
            return;
        };
        let cursor = batch["cursor"].as_str().unwrap_or_default();
        let seq = cursor::seq_of(cursor).unwrap_or_default();
        let (name, connection) = (&self.name, self.connection);
        let events = batch["events"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if let Some(reason) = batch["reset"].as_str() {
            self.state.received().remove(&feed);
            let fields =
                json!({ "d": name, "c": connection, "f": feed, "s": seq, "reason": reason });
            self.history.write("reset", &fields);
        } else if events.is_empty() {
            let fields = json!({ "d": name, "c": connection, "f": feed, "s": seq });
            self.history.write("pos", &fields);
        }
        receipts::record(&self.history, &self.name, &self.user.name, batch);
        for event in events {
            self.record(feed, event);
            if let Some(seq) = event["seq"].as_u64() {
                self.state.extend_received(feed, seq);
            }
        }
        let known = self
            .state
            .positions()
            .insert(feed, (seq, cursor.to_owned()))
            .is_some();
        self.update_local_state(feed, batch, events, known).await;
        if feed == self.user.user_id && batch["caughtUp"] == json!(true) {
            let before = self.state.caught_up.send_replace(true);
            if !before {
                let fields = json!({ "d": self.name, "c": self.connection });
                self.history.write("caughtup", &fields);
            }
        }
    }

    fn record(&self, feed: Uuid, event: &Value) {
        let mut fields = json!({
            "d": self.name, "c": self.connection, "f": feed, "s": event["seq"],
            "e": event["id"], "kind": event["__typename"],
        });
        let message = &event["message"];
        if message.is_object() {
            fields["m"] = message["id"].clone();
            fields["n"] = message["number"].clone();
            fields["r"] = message["revision"].clone();
            fields["x"] = json!(message["content"].is_null());
        }
        for field in ["chatId", "sessionId", "lastReadNumber", "userId"] {
            if !event[field].is_null() {
                fields[field] = event[field].clone();
            }
        }
        self.history.write("recv", &fields);
    }

    /// Updates the local state. Loads happen here, before the next batch.
    async fn update_local_state(&self, feed: Uuid, batch: &Value, events: &[Value], known: bool) {
        let mut local_state = self.state.local_state.lock().await;
        if !self.keeps_local_state {
            if batch["reset"].is_string() && feed != self.user.user_id {
                // Every client loads the chat after a reset, even if the result is not compared.
                LocalState::default().load(&self.user, feed).await;
            }
            return;
        }
        let local_state = local_state.get_or_insert_default();
        let is_own_feed = feed == self.user.user_id;
        if batch["reset"].is_string() || !known {
            match is_own_feed {
                true => {
                    if batch["reset"].is_string() {
                        *local_state = LocalState::default();
                    }
                    local_state.load_list(&self.user).await;
                }
                false => local_state.load(&self.user, feed).await,
            }
        }
        for event in events {
            let chat = event["chatId"].as_str().and_then(|id| id.parse().ok());
            match (event["__typename"].as_str().unwrap_or_default(), chat) {
                ("ChatAdded", Some(chat)) => local_state.load(&self.user, chat).await,
                ("ChatLeft", Some(chat)) => local_state.remove_chat(chat),
                ("ReadMarkMoved", Some(chat)) => {
                    local_state
                        .advance_read_mark(chat, event["lastReadNumber"].as_u64().unwrap_or(0));
                }
                ("ThreadFollowChanged", Some(chat)) => local_state.set_follow(chat, event),
                ("ChatSettingsChanged", _) => local_state.set_settings(&event["settings"]),
                ("DraftChanged", Some(chat)) => local_state.set_draft(chat, event),
                // Events of the user's own feed that do not change the local state.
                ("SessionRevoked" | "ProfileUpdated", _) => {}
                _ => local_state.apply(self.user.user_id, feed, event),
            }
        }
    }
}
