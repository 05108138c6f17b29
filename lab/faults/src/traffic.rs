//! The traffic during a run: users send, edit and remove messages, mention each other, react to messages, reply in threads,
//! follow and read these, search, receive, read, rename chats, join and leave.

mod texts;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::client::mutation::ClientMutation;
use super::seeded_rng::SeededRng;
use super::workload::{Chat, Workload, WorkloadSize};
use texts::{Mentionable, Text};

/// Maximum number of own messages that a user may still edit or remove.
const MAX_REMEMBERED_MESSAGES: usize = 20;

/// What users react with. Two of them are one reaction in two skin tones.
const EMOJI: [&str; 4] = ["👍", "👍🏽", "❤️", "😂"];

/// Running traffic.
pub struct Traffic {
    running: watch::Sender<bool>,
    writers: JoinSet<()>,
}

impl Traffic {
    /// Starts the traffic of all users.
    pub fn start(workload: &Arc<Workload>, size: WorkloadSize, rng: &SeededRng) -> Traffic {
        let (running, running_changes) = watch::channel(true);
        let mut writers = JoinSet::new();
        for index in 0..workload.users.len() {
            let writer = Writer {
                workload: Arc::clone(workload),
                index,
                rng: rng.fork(&format!("writer {index}")),
                written: VecDeque::new(),
                newest_numbers: HashMap::new(),
                pause: Duration::from_secs_f64(workload.users.len() as f64 / size.rate),
            };
            writers.spawn(writer.run(running_changes.clone()));
        }
        Traffic { running, writers }
    }

    /// Stops the traffic and waits until all requests have been answered.
    pub async fn stop(mut self) {
        self.running.send_replace(false);
        while self.writers.join_next().await.is_some() {}
    }
}

struct Writer {
    workload: Arc<Workload>,
    index: usize,
    rng: SeededRng,
    written: VecDeque<(Uuid, Uuid)>,
    newest_numbers: HashMap<Uuid, u64>,
    pause: Duration,
}

impl Writer {
    async fn run(mut self, mut running_changes: watch::Receiver<bool>) {
        let workload = Arc::clone(&self.workload);
        let own_chats: Vec<&Chat> = workload
            .chats
            .iter()
            .filter(|chat| chat.members.contains(&self.index))
            .collect();
        let owned_chats: Vec<&Chat> = own_chats
            .iter()
            .copied()
            .filter(|chat| chat.owner == self.index)
            .collect();
        while *running_changes.borrow() {
            // Between zero and twice the mean: irregular intervals with the right rate.
            let span = u64::try_from(self.pause.as_millis()).unwrap_or(1_000) * 2;
            let pause = self.rng.millis(0, span.max(2));
            tokio::select! {
                () = sleep(pause) => {}
                _ = running_changes.changed() => return,
            }
            let Some(chat) = self.rng.pick(&own_chats).copied() else {
                return;
            };
            match self.rng.below(100) {
                0..5 => self.edit().await,
                5..8 => self.remove().await,
                8..13 => self.read(chat).await,
                13..15 if !owned_chats.is_empty() => self.rename(&owned_chats).await,
                15..19 if !owned_chats.is_empty() => {
                    self.add_or_remove_participant(&owned_chats).await
                }
                19..35 => self.react(chat).await,
                35..50 => self.reply_in_thread(chat).await,
                50..56 => self.follow_or_read_thread(chat).await,
                56..58 => self.search().await,
                58..66 => self.receive(chat).await,
                66..70 if !owned_chats.is_empty() => self.pin_or_unpin(&owned_chats).await,
                70..73 => self.change_settings(chat).await,
                73..76 => self.write_draft(chat).await,
                _ => self.send(chat).await,
            }
        }
    }

    async fn execute(&self, mutation: &ClientMutation) -> Option<Value> {
        let user = &self.workload.users[self.index];
        mutation.execute(user, &self.workload.history).await
    }

    async fn send(&mut self, chat: &Chat) {
        let mut text = self.text("says", chat);
        if !chat.is_all_mentioned.swap(true, Ordering::AcqRel) {
            text = text.mentioning_all();
        }
        let message = ClientMutation::send_message(chat.id, text.content());
        self.send_message(chat, &text.describe(message)).await;
    }

    /// Replies to one of the newest messages, to which others reply, too. A reply to a reply joins its thread.
    async fn reply_in_thread(&mut self, chat: &Chat) {
        let messages = self.workload.newest_messages(chat.id);
        if let Some(root) = self.rng.pick(&messages).copied() {
            let text = self.text("replies", chat);
            let reply = ClientMutation::reply_in_thread(chat.id, root, text.content());
            self.send_message(chat, &text.describe(reply)).await;
        }
    }

    /// A text as nobody else writes it.
    fn text(&mut self, verb: &str, chat: &Chat) -> Text {
        let beginning = format!("{} {verb} {:x}", self.index, self.rng.next_u64());
        let users = &self.workload.users;
        let people: Vec<Mentionable<'_>> = chat
            .members
            .iter()
            .map(|member| Mentionable {
                username: users[*member].username(),
                user_id: users[*member].user_id,
            })
            .collect();
        Text::new(&mut self.rng, &beginning, &people)
    }

    async fn send_message(&mut self, chat: &Chat, message: &ClientMutation) {
        let Some(payload) = self.execute(message).await else {
            return;
        };
        let message = &payload["message"];
        let id = message["id"].as_str().and_then(|id| id.parse().ok());
        if let (Some(id), Some(number)) = (id, message["number"].as_u64()) {
            self.newest_numbers.insert(chat.id, number);
            self.workload.remember_message(chat.id, id, number);
            self.written.push_back((chat.id, id));
            if self.written.len() > MAX_REMEMBERED_MESSAGES {
                self.written.pop_front();
            }
        }
    }

    async fn edit(&mut self) {
        let written: Vec<_> = self.written.iter().copied().collect();
        let Some((chat_id, id)) = self.rng.pick(&written).copied() else {
            return;
        };
        let workload = Arc::clone(&self.workload);
        let chat = workload.chats.iter().find(|chat| chat.id == chat_id);
        if let Some(chat) = chat {
            let text = self.text("corrects", chat);
            let edit = ClientMutation::edit_message(chat_id, id, text.content());
            self.execute(&text.describe(edit)).await;
        }
    }

    async fn remove(&mut self) {
        if let Some((chat, id)) = self.written.pop_front() {
            self.execute(&ClientMutation::remove_message(chat, id))
                .await;
        }
    }

    /// Adds or removes a reaction to one of the newest messages, of which others add and remove reactions, too.
    async fn react(&mut self, chat: &Chat) {
        let messages = self.workload.newest_messages(chat.id);
        let (Some(message), Some(emoji)) = (
            self.rng.pick(&messages).copied(),
            self.rng.pick(&EMOJI).copied(),
        ) else {
            return;
        };
        let mutation = match self.rng.below(3) {
            0 => ClientMutation::remove_reaction(chat.id, message, emoji),
            _ => ClientMutation::add_reaction(chat.id, message, emoji),
        };
        self.execute(&mutation).await;
        // A tap that was meant once and came twice changes nothing the second time.
        if self.rng.below(3) == 0 {
            self.execute(&mutation).await;
        }
    }

    /// Pins or unpins one of the newest messages, which its author may be removing at that moment.
    async fn pin_or_unpin(&mut self, owned_chats: &[&Chat]) {
        let Some(chat) = self.rng.pick(owned_chats).copied() else {
            return;
        };
        let messages = self.workload.newest_messages(chat.id);
        let Some(message) = self.rng.pick(&messages).copied() else {
            return;
        };
        let mutation = match self.rng.below(3) {
            0 => ClientMutation::unpin_message(chat.id, message),
            _ => ClientMutation::pin_message(chat.id, message),
        };
        self.execute(&mutation).await;
    }

    async fn follow_or_read_thread(&mut self, chat: &Chat) {
        let messages = self.workload.newest_messages(chat.id);
        let Some(root) = self.rng.pick(&messages).copied() else {
            return;
        };
        let mutation = match (self.rng.below(4), self.newest_numbers.get(&chat.id)) {
            (0, _) => ClientMutation::follow_thread(chat.id, root),
            (1, _) | (_, None) => ClientMutation::unfollow_thread(chat.id, root),
            (_, Some(number)) => ClientMutation::mark_thread_as_read(chat.id, root, *number),
        };
        self.execute(&mutation).await;
    }

    async fn change_settings(&mut self, chat: &Chat) {
        let levels = ["ALL", "MENTIONS", "NONE"];
        let level = self.rng.pick(&levels).copied().unwrap_or("ALL");
        let newest = self.newest_numbers.get(&chat.id).copied();
        let archived_up_to = newest.filter(|_| self.rng.below(3) == 0);
        let unread_from = newest.filter(|_| self.rng.below(3) == 0);
        let (is_pinned, is_muted) = (self.rng.below(2) == 0, self.rng.below(2) == 0);
        let mutation = ClientMutation::update_chat_settings(
            chat.id,
            is_pinned,
            is_muted,
            archived_up_to,
            unread_from,
            level,
        );
        self.execute(&mutation).await;
        // The same wish again changes nothing.
        if self.rng.below(3) == 0 {
            self.execute(&mutation).await;
        }
    }

    /// Begins to write in the chat, goes on, or thinks better of it.
    async fn write_draft(&mut self, chat: &Chat) {
        let content = format!("{} begins {:x}", self.index, self.rng.next_u64());
        let content = Some(content.as_str()).filter(|_| self.rng.below(3) > 0);
        self.execute(&ClientMutation::update_draft(chat.id, None, content))
            .await;
    }

    /// Searches for a word that is in the messages of all chats.
    async fn search(&mut self) {
        let words = ["says", "replies", "corrects"];
        if let Some(word) = self.rng.pick(&words).copied() {
            let user = &self.workload.users[self.index];
            self.workload.search(user, word).await;
        }
    }

    /// What is the newest of a chat by now is on a device, whoever sent it.
    async fn receive(&mut self, chat: &Chat) {
        let own = self.newest_numbers.get(&chat.id);
        let number = own.copied().max(self.workload.newest_number(chat.id));
        if let Some(number) = number {
            self.execute(&ClientMutation::mark_as_delivered(chat.id, number))
                .await;
        }
    }

    async fn read(&mut self, chat: &Chat) {
        if let Some(number) = self.newest_numbers.get(&chat.id) {
            self.execute(&ClientMutation::mark_as_read(chat.id, *number))
                .await;
        }
    }

    async fn rename(&mut self, owned_chats: &[&Chat]) {
        if let Some(chat) = self.rng.pick(owned_chats) {
            let name = format!("Group {:x}", self.rng.next_u64() % 0xffff);
            self.execute(&ClientMutation::rename_chat(chat.id, &name))
                .await;
        }
    }

    async fn add_or_remove_participant(&mut self, owned_chats: &[&Chat]) {
        let Some(chat) = self.rng.pick(owned_chats).copied() else {
            return;
        };
        let Some((member, is_in)) = self.rng.pick(&chat.rotating_members) else {
            return;
        };
        let user = self.workload.users[*member].user_id;
        if is_in.load(Ordering::Acquire) {
            let removed = self
                .execute(&ClientMutation::remove_participant(chat.id, user))
                .await
                .is_some();
            // Without an answer the user counts as removed: adding a participant again changes nothing.
            is_in.store(false, Ordering::Release);
            if removed {
                self.probe_access_later(chat.id, *member);
            }
        } else if self
            .execute(&ClientMutation::add_participant(chat.id, user))
            .await
            .is_some()
        {
            is_in.store(true, Ordering::Release);
        }
    }

    /// Checks a moment later whether the removed user can still read.
    fn probe_access_later(&self, chat: Uuid, member: usize) {
        let workload = Arc::clone(&self.workload);
        tokio::spawn(async move {
            sleep(Duration::from_secs(3)).await;
            let user = &workload.users[member];
            workload.probe_access(user, chat).await;
            workload.search(user, "says").await;
        });
    }
}
