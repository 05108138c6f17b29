//! One device: an `inbox` subscription that survives its connections.
//!
//! It keeps one cursor per feed and hands them all back when it reconnects, on whichever
//! instance. Whether what arrives is right is not judged here: everything goes into the
//! history, and the checker judges.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

use super::account::{Account, Pause};
use super::copy::Copy;
use super::documents::DEVICE_INBOX;
use super::position;
use super::wire::{End, Wire};
use crate::history::History;

/// What a device is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Online,
    Offline,
    Gone,
}

/// A device and the task that plays it.
#[derive(Debug)]
pub struct Device {
    /// As the history calls it.
    pub name: String,
    /// Whose it is.
    pub account: Arc<Account>,
    state: Arc<State>,
    wish: watch::Sender<Wish>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    positions: Mutex<HashMap<Uuid, (u64, String)>>,
    caught_up: watch::Sender<bool>,
    /// The code of the last connection's end.
    ended: watch::Sender<u16>,
    copy: tokio::sync::Mutex<Option<Copy>>,
}

impl State {
    fn positions(&self) -> MutexGuard<'_, HashMap<Uuid, (u64, String)>> {
        self.positions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    /// Switches a device on. One that keeps a copy can be compared with a fresh load later.
    pub fn start(
        name: &str,
        account: &Arc<Account>,
        base: &str,
        keeps_copy: bool,
        history: &History,
    ) -> Device {
        let state = Arc::new(State::default());
        let (wish, wishes) = watch::channel(Wish::Online);
        let facts = json!({ "d": name, "user": account.name, "uid": account.user_id });
        history.write("device", &facts);
        let player = Player {
            name: name.to_owned(),
            account: Arc::clone(account),
            base: base.to_owned(),
            history: history.clone(),
            state: Arc::clone(&state),
            keeps_copy,
            connection: 0,
        };
        Device {
            name: name.to_owned(),
            account: Arc::clone(account),
            state,
            wish,
            task: tokio::spawn(player.play(wishes)),
        }
    }

    /// Where it stands in a feed.
    pub fn position(&self, feed: Uuid) -> Option<u64> {
        self.state.positions().get(&feed).map(|(seq, _)| *seq)
    }

    /// Waits until its connection has caught up.
    pub async fn caught_up(&self, patience: Duration) -> bool {
        let mut caught_up = self.state.caught_up.subscribe();
        tokio::time::timeout(patience, caught_up.wait_for(|yes| *yes))
            .await
            .is_ok_and(|outcome| outcome.is_ok())
    }

    /// Waits until a connection ends with this close code.
    pub async fn ended_with(&self, code: u16, patience: Duration) -> bool {
        let mut ended = self.state.ended.subscribe();
        tokio::time::timeout(patience, ended.wait_for(|seen| *seen == code))
            .await
            .is_ok_and(|outcome| outcome.is_ok())
    }

    /// Takes it off the network, with its cursors.
    pub fn go_offline(&self) {
        self.wish.send_replace(Wish::Offline);
    }

    /// And back.
    pub fn go_online(&self) {
        self.wish.send_replace(Wish::Online);
    }

    /// Whether it should be connected.
    pub fn is_online(&self) -> bool {
        *self.wish.borrow() == Wish::Online
    }

    /// Compares its copy with a fresh load, in the history.
    pub async fn compare(&self, history: &History) {
        let mut copy = self.state.copy.lock().await;
        let Some(copy) = copy.as_mut() else { return };
        copy.load_missing(&self.account).await;
        let Ok(fresh) = Copy::fresh(&self.account).await else {
            return;
        };
        for (kind, side) in [("copy", copy.chats()), ("fresh", fresh.chats())] {
            for (chat, state) in side {
                let facts = json!({ "d": self.name, "chat": chat, "state": state });
                history.write(kind, &facts);
            }
        }
    }

    /// Switches it off.
    pub async fn stop(self) {
        self.wish.send_replace(Wish::Gone);
        let mut task = self.task;
        if tokio::time::timeout(Duration::from_secs(5), &mut task)
            .await
            .is_err()
        {
            task.abort();
        }
    }
}

struct Player {
    name: String,
    account: Arc<Account>,
    base: String,
    history: History,
    state: Arc<State>,
    keeps_copy: bool,
    connection: u64,
}

impl Player {
    async fn play(mut self, mut wishes: watch::Receiver<Wish>) {
        let mut pause = Pause::between(400, 4_000);
        loop {
            let wish = *wishes.borrow_and_update();
            match wish {
                Wish::Gone => return,
                Wish::Offline => {
                    if wishes.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                Wish::Online => {}
            }
            self.connection += 1;
            let begun = Instant::now();
            let end = self.connect(&mut wishes).await;
            self.state.caught_up.send_replace(false);
            self.state.ended.send_replace(end.code);
            let facts = json!({ "d": self.name, "c": self.connection, "code": end.code,
                "reason": end.reason });
            self.history.write("conn.end", &facts);
            if *wishes.borrow() == Wish::Online {
                if end.code == 4403 {
                    self.account.renew().await;
                }
                if begun.elapsed() > Duration::from_secs(5) {
                    pause = Pause::between(400, 4_000);
                }
                pause.wait_at_least(50).await;
            }
        }
    }

    async fn connect(&mut self, wishes: &mut watch::Receiver<Wish>) -> End {
        let token = self.account.token().await;
        let opened = tokio::select! {
            opened = Wire::open(&self.base, &token) => opened,
            _ = wishes.changed() => Err(End { code: 1000, reason: "told to leave".to_owned() }),
        };
        let mut wire = match opened {
            Ok(wire) => wire,
            Err(end) => return end,
        };
        if let Err(end) = self.subscribe(&mut wire).await {
            return end;
        }
        loop {
            let message = tokio::select! {
                message = wire.read() => message,
                _ = wishes.changed() => {
                    wire.close().await;
                    return End { code: 1000, reason: "told to leave".to_owned() };
                }
            };
            let message = match message {
                Ok(message) => message,
                Err(end) => return end,
            };
            let batch = &message["payload"]["data"]["inbox"];
            if message["type"] != "next" || !batch.is_object() {
                wire.close().await;
                return End::broken(message.to_string());
            }
            self.take(batch).await;
        }
    }

    async fn subscribe(&mut self, wire: &mut Wire) -> Result<(), End> {
        let (cursors, seqs) = {
            let positions = self.state.positions();
            let cursors: Vec<String> = positions.values().map(|(_, text)| text.clone()).collect();
            let seqs: Map<String, Value> = positions
                .iter()
                .map(|(feed, (seq, _))| (feed.to_string(), json!(seq)))
                .collect();
            (cursors, seqs)
        };
        let facts = json!({ "d": self.name, "c": self.connection, "after": seqs });
        self.history.write("sub", &facts);
        wire.subscribe(DEVICE_INBOX, json!({ "after": cursors }))
            .await
    }

    async fn take(&mut self, batch: &Value) {
        let Some(feed) = batch["feedId"]
            .as_str()
            .and_then(|id| id.parse::<Uuid>().ok())
        else {
            return;
        };
        let cursor = batch["cursor"].as_str().unwrap_or_default();
        let seq = position::seq_of(cursor).unwrap_or_default();
        let (name, connection) = (&self.name, self.connection);
        let events = batch["events"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if let Some(reason) = batch["reset"].as_str() {
            let facts =
                json!({ "d": name, "c": connection, "f": feed, "s": seq, "reason": reason });
            self.history.write("reset", &facts);
        } else if events.is_empty() {
            let facts = json!({ "d": name, "c": connection, "f": feed, "s": seq });
            self.history.write("pos", &facts);
        }
        for event in events {
            self.record(feed, event);
        }
        let known = self
            .state
            .positions()
            .insert(feed, (seq, cursor.to_owned()))
            .is_some();
        self.keep_up(feed, batch, events, known).await;
        if feed == self.account.user_id && batch["caughtUp"] == json!(true) {
            let before = self.state.caught_up.send_replace(true);
            if !before {
                let facts = json!({ "d": self.name, "c": self.connection });
                self.history.write("caughtup", &facts);
            }
        }
    }

    fn record(&self, feed: Uuid, event: &Value) {
        let mut facts = json!({
            "d": self.name, "c": self.connection, "f": feed, "s": event["seq"],
            "e": event["id"], "kind": event["__typename"],
        });
        let message = &event["message"];
        if message.is_object() {
            facts["m"] = message["id"].clone();
            facts["n"] = message["number"].clone();
            facts["r"] = message["revision"].clone();
            facts["x"] = json!(message["content"].is_null());
        }
        for field in ["chatId", "sessionId", "lastReadNumber", "userId"] {
            if !event[field].is_null() {
                facts[field] = event[field].clone();
            }
        }
        self.history.write("recv", &facts);
    }

    /// What a client does with its own state. Loads happen here, before the next batch.
    async fn keep_up(&self, feed: Uuid, batch: &Value, events: &[Value], known: bool) {
        let mut copy = self.state.copy.lock().await;
        if !self.keeps_copy {
            if batch["reset"].is_string() && feed != self.account.user_id {
                // Every client fetches after a reset, whether or not we look at the result.
                Copy::default().load(&self.account, feed).await;
            }
            return;
        }
        let copy = copy.get_or_insert_default();
        let own = feed == self.account.user_id;
        if batch["reset"].is_string() || !known {
            match own {
                true => {
                    if batch["reset"].is_string() {
                        *copy = Copy::default();
                    }
                    copy.load_list(&self.account).await;
                }
                false => copy.load(&self.account, feed).await,
            }
        }
        for event in events {
            let chat = event["chatId"].as_str().and_then(|id| id.parse().ok());
            match (event["__typename"].as_str().unwrap_or_default(), chat) {
                ("ChatAdded", Some(chat)) => copy.load(&self.account, chat).await,
                ("ChatLeft", Some(chat)) => copy.forget(chat),
                ("ReadMarkMoved", Some(chat)) => {
                    copy.mark(chat, event["lastReadNumber"].as_u64().unwrap_or(0));
                }
                // Of the user's own feed, and nothing that a copy holds.
                ("SessionRevoked" | "ProfileUpdated", _) => {}
                _ => copy.apply(self.account.user_id, feed, event),
            }
        }
    }
}
