//! Chats whose row locks were recently contended.
//!
//! Pure: no lock, no timer.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use shared_schema::ChatId;

/// How long a chat counts as contended. A lock that is held for longer than this is found contended again.
const CONTENTION_MEMORY: Duration = Duration::from_secs(5);

/// The contended chats, each with the time since when.
#[derive(Default)]
pub struct ContendedChats(HashMap<ChatId, Instant>);

impl ContendedChats {
    /// Whether the chat is contended.
    pub fn contains(&self, chat: ChatId, now: Instant) -> bool {
        let since = self.0.get(&chat);
        since.is_some_and(|since| now.duration_since(*since) < CONTENTION_MEMORY)
    }

    /// These chats' locks were not acquired in time.
    pub fn mark(&mut self, chats: Vec<ChatId>, now: Instant) {
        self.0
            .retain(|_, since| now.duration_since(*since) < CONTENTION_MEMORY);
        self.0.extend(chats.into_iter().map(|chat| (chat, now)));
    }

    /// These chats' locks were acquired: they are no longer contended.
    pub fn clear(&mut self, chats: &[ChatId]) {
        for chat in chats {
            self.0.remove(chat);
        }
    }
}
