//! What people do all the time: they write, edit, remove, read, rename, come and go.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::client::deed::Deed;
use super::dice::Dice;
use super::scene::{Chat, Scene, Size};

/// Messages that a person remembers having written.
const MEMORY: usize = 20;

/// Traffic that flows until it is stopped.
pub struct Traffic {
    flowing: watch::Sender<bool>,
    writers: JoinSet<()>,
}

impl Traffic {
    /// Lets everyone begin.
    pub fn start(scene: &Arc<Scene>, size: Size, dice: &Dice) -> Traffic {
        let (flowing, flows) = watch::channel(true);
        let mut writers = JoinSet::new();
        for index in 0..scene.people.len() {
            let writer = Writer {
                scene: Arc::clone(scene),
                index,
                dice: dice.for_part(&format!("writer {index}")),
                written: VecDeque::new(),
                newest: HashMap::new(),
                pause: Duration::from_secs_f64(scene.people.len() as f64 / size.rate),
            };
            writers.spawn(writer.write(flows.clone()));
        }
        Traffic { flowing, writers }
    }

    /// Waits until everyone has an answer to their last wish.
    pub async fn stop(mut self) {
        self.flowing.send_replace(false);
        while self.writers.join_next().await.is_some() {}
    }
}

struct Writer {
    scene: Arc<Scene>,
    index: usize,
    dice: Dice,
    written: VecDeque<(Uuid, Uuid)>,
    newest: HashMap<Uuid, u64>,
    pause: Duration,
}

impl Writer {
    async fn write(mut self, mut flows: watch::Receiver<bool>) {
        let scene = Arc::clone(&self.scene);
        let mine: Vec<&Chat> = scene
            .chats
            .iter()
            .filter(|chat| chat.members.contains(&self.index))
            .collect();
        let owned: Vec<&Chat> = mine
            .iter()
            .copied()
            .filter(|chat| chat.owner == self.index)
            .collect();
        while *flows.borrow() {
            // Twice the mean at most: the rate is kept, the moments are not regular.
            let span = u64::try_from(self.pause.as_millis()).unwrap_or(1_000) * 2;
            let pause = self.dice.millis(0, span.max(2));
            tokio::select! {
                () = sleep(pause) => {}
                _ = flows.changed() => return,
            }
            let Some(chat) = self.dice.pick(&mine).copied() else {
                return;
            };
            match self.dice.below(100) {
                0..5 => self.edit().await,
                5..8 => self.remove().await,
                8..13 => self.read(chat).await,
                13..15 if !owned.is_empty() => self.rename(&owned).await,
                15..19 if !owned.is_empty() => self.come_or_go(&owned).await,
                _ => self.send(chat).await,
            }
        }
    }

    async fn perform(&self, deed: &Deed) -> Option<Value> {
        let person = &self.scene.people[self.index];
        deed.perform(person, &self.scene.history).await
    }

    async fn send(&mut self, chat: &Chat) {
        let words = format!("{} says {:x}", self.index, self.dice.roll());
        let Some(payload) = self.perform(&Deed::send(chat.id, &words)).await else {
            return;
        };
        let message = &payload["message"];
        let id = message["id"].as_str().and_then(|id| id.parse().ok());
        if let (Some(id), Some(number)) = (id, message["number"].as_u64()) {
            self.newest.insert(chat.id, number);
            self.written.push_back((chat.id, id));
            if self.written.len() > MEMORY {
                self.written.pop_front();
            }
        }
    }

    async fn edit(&mut self) {
        let written: Vec<_> = self.written.iter().copied().collect();
        if let Some((chat, id)) = self.dice.pick(&written).copied() {
            let words = format!("{} corrects {:x}", self.index, self.dice.roll());
            self.perform(&Deed::edit(chat, id, &words)).await;
        }
    }

    async fn remove(&mut self) {
        if let Some((chat, id)) = self.written.pop_front() {
            self.perform(&Deed::remove(chat, id)).await;
        }
    }

    async fn read(&mut self, chat: &Chat) {
        if let Some(number) = self.newest.get(&chat.id) {
            self.perform(&Deed::read(chat.id, *number)).await;
        }
    }

    async fn rename(&mut self, owned: &[&Chat]) {
        if let Some(chat) = self.dice.pick(owned) {
            let name = format!("Group {:x}", self.dice.roll() % 0xffff);
            self.perform(&Deed::rename(chat.id, &name)).await;
        }
    }

    async fn come_or_go(&mut self, owned: &[&Chat]) {
        let Some(chat) = self.dice.pick(owned).copied() else {
            return;
        };
        let Some((who, is_in)) = self.dice.pick(&chat.floaters) else {
            return;
        };
        let user = self.scene.people[*who].user_id;
        if is_in.load(Ordering::Acquire) {
            let gone = self.perform(&Deed::drop(chat.id, user)).await.is_some();
            // In doubt they count as gone: asking someone in who is in changes nothing.
            is_in.store(false, Ordering::Release);
            if gone {
                self.probe_later(chat.id, *who);
            }
        } else if self.perform(&Deed::add(chat.id, user)).await.is_some() {
            is_in.store(true, Ordering::Release);
        }
    }

    /// Whoever had to go tries to read, a moment later.
    fn probe_later(&self, chat: Uuid, who: usize) {
        let scene = Arc::clone(&self.scene);
        tokio::spawn(async move {
            sleep(Duration::from_secs(3)).await;
            scene.probe(&scene.people[who], chat).await;
        });
    }
}
