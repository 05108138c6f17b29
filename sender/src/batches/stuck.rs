//! Chats whose locks were hard to get, remembered for a while.
//!
//! Pure: no lock, no timer.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use shared_schema::ChatId;

/// For how long such a chat is kept apart. Whoever holds a row for longer shows it again.
const MEMORY: Duration = Duration::from_secs(5);

/// Them, and since when.
#[derive(Default)]
pub struct Stuck(HashMap<ChatId, Instant>);

impl Stuck {
    /// Whether the chat is one of them.
    pub fn holds(&self, chat: ChatId, now: Instant) -> bool {
        let since = self.0.get(&chat);
        since.is_some_and(|since| now.duration_since(*since) < MEMORY)
    }

    /// The locks of these were hard to get.
    pub fn add(&mut self, chats: Vec<ChatId>, now: Instant) {
        self.0
            .retain(|_, since| now.duration_since(*since) < MEMORY);
        self.0.extend(chats.into_iter().map(|chat| (chat, now)));
    }

    /// The locks of these were to be had.
    pub fn free(&mut self, chats: &[ChatId]) {
        for chat in chats {
            self.0.remove(chat);
        }
    }
}
