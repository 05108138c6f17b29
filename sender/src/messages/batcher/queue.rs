//! Where messages wait for a transaction: a queue for each chat, and a queue of the chats that are ready.
//!
//! Invariants: the messages of a chat leave in the order in which they arrived, and no chat is in two batches of this
//! process at once. Ready chats are served round-robin, so a busy chat takes at most its share of a batch from the others.

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use chassis::Error;
use shared_schema::{ChatId, Message};
use tokio::sync::oneshot;

use super::{contended::ContendedChats, linger::Linger};
use crate::messages::draft::Draft;

/// Maximum messages that wait in one process: about what it commits in half a second, so that a queued message is answered
/// well before its request times out. At most 80 MB, if all messages have the maximum length.
pub const MAX_QUEUED_MESSAGES: usize = 4000;

/// Maximum messages that wait for one chat, so that other chats have room.
pub const MAX_QUEUED_PER_CHAT: usize = 1000;

/// Maximum messages in one transaction. Larger batches gain little and make the next one wait longer.
const MAX_MESSAGES_PER_BATCH: usize = 256;

/// Maximum messages of one chat in one transaction, so that other chats have room in it too.
const MAX_MESSAGES_PER_CHAT_IN_BATCH: usize = 128;

/// Bytes of text after which a batch takes no more messages.
const MAX_BATCH_BYTES: usize = 256 * 1024;

/// Maximum concurrent transactions for many chats each. The second one starts when the first one is slow.
const MAX_SHARED_BATCHES: usize = 2;

/// Maximum concurrent transactions for contended chats. Each serves one chat and mostly waits for its row lock.
const MAX_ISOLATED_BATCHES: usize = 3;

/// A draft that waits for its transaction.
pub struct QueuedMessage {
    pub draft: Draft,
    /// The trace of the request.
    pub trace: Option<String>,
    pub answer: oneshot::Sender<Result<Message, Error>>,
}

impl QueuedMessage {
    /// Whether the answer is no longer awaited, because the client has disconnected or the request has timed out.
    pub fn is_cancelled(&self) -> bool {
        self.answer.is_closed()
    }
}

/// What a batch shares its transaction with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchKind {
    /// Several chats together. It waits only briefly for a lock.
    Shared,
    /// One contended chat by itself. It waits for the lock as long as any mutation does.
    Isolated,
}

/// The messages of one transaction, those of a chat in order.
pub struct WriteBatch {
    pub kind: BatchKind,
    pub chats: Vec<ChatId>,
    pub messages: Vec<QueuedMessage>,
}

/// What the batcher does next.
pub enum NextStep {
    /// Commit this batch.
    Run(WriteBatch),
    /// Ask again at this time, or earlier if something changes.
    WakeAt(Instant),
    /// Nothing to do until something changes.
    Idle,
}

/// Which queue is full.
#[derive(Debug, PartialEq, Eq)]
pub enum QueueFull {
    Chat,
    Process,
}

/// What a batch leaves behind.
#[derive(Default)]
pub struct BatchOutcome {
    /// Messages that go back to the front of their chats' queues.
    pub requeue: Vec<QueuedMessage>,
    /// Chats whose locks were not acquired in time: they are isolated for a while.
    pub contended: Vec<ChatId>,
}

/// All waiting messages.
#[derive(Default)]
pub struct Queue {
    /// By chat. An entry exists while messages of the chat wait and while a batch of it runs.
    pending: HashMap<ChatId, VecDeque<QueuedMessage>>,
    /// For batches of each kind.
    shared: ReadyChats,
    isolated: ReadyChats,
    contended: ContendedChats,
    /// How many messages wait in all chats together.
    waiting: usize,
    linger: Linger,
}

/// The chats that are ready for a batch, and how many batches run.
#[derive(Default)]
struct ReadyChats {
    chats: VecDeque<ChatId>,
    running: usize,
}

impl Queue {
    /// Appends a message to its chat's queue.
    pub fn push(&mut self, message: QueuedMessage) -> Result<(), QueueFull> {
        let chat = message.draft.chat_id;
        if let Some(full) = self.full(chat) {
            self.drop_cancelled();
            if self.full(chat).is_some() {
                return Err(full);
            }
        }
        self.waiting += 1;
        let mut is_new = false;
        let pending = self.pending.entry(chat).or_insert_with(|| {
            is_new = true;
            VecDeque::new()
        });
        pending.push_back(message);
        if is_new {
            self.mark_ready(chat);
        }
        Ok(())
    }

    fn full(&self, chat: ChatId) -> Option<QueueFull> {
        if self.waiting >= MAX_QUEUED_MESSAGES {
            Some(QueueFull::Process)
        } else if self.pending_in(chat) >= MAX_QUEUED_PER_CHAT {
            Some(QueueFull::Chat)
        } else {
            None
        }
    }

    /// How many messages wait for this chat.
    pub fn pending_in(&self, chat: ChatId) -> usize {
        self.pending.get(&chat).map_or(0, VecDeque::len)
    }

    /// Cancelled messages must not keep others out.
    fn drop_cancelled(&mut self) {
        for pending in self.pending.values_mut() {
            pending.retain(|message| !message.is_cancelled());
        }
        self.waiting = self.pending.values().map(VecDeque::len).sum();
    }

    fn mark_ready(&mut self, chat: ChatId) {
        let ready = match self.contended.contains(chat, Instant::now()) {
            true => &mut self.isolated,
            false => &mut self.shared,
        };
        ready.chats.push_back(chat);
    }

    /// The next batch, if one may start now. [`Queue::finish`] ends it.
    pub fn next(&mut self, now: Instant) -> NextStep {
        // A full batch does not linger.
        let linger_until = match self.waiting < MAX_MESSAGES_PER_BATCH {
            true => self.linger.wait_until(self.shared.running, now),
            false => None,
        };
        if self.shared.running < MAX_SHARED_BATCHES
            && linger_until.is_none()
            && let Some(batch) = self.take(BatchKind::Shared)
        {
            self.linger.batch_started(batch.messages.len(), now);
            return NextStep::Run(batch);
        }
        if self.isolated.running < MAX_ISOLATED_BATCHES
            && let Some(batch) = self.take(BatchKind::Isolated)
        {
            return NextStep::Run(batch);
        }
        match linger_until {
            Some(until) if !self.shared.chats.is_empty() && self.linger.arm_wakeup(until) => {
                NextStep::WakeAt(until)
            }
            _ => NextStep::Idle,
        }
    }

    /// The wake-up armed for `at` has fired.
    pub fn wakeup_fired(&mut self, at: Instant) {
        self.linger.wakeup_fired(at);
    }

    fn take(&mut self, kind: BatchKind) -> Option<WriteBatch> {
        let (ready, max_chats) = match kind {
            BatchKind::Shared => (&mut self.shared, usize::MAX),
            BatchKind::Isolated => (&mut self.isolated, 1),
        };
        let mut batch = WriteBatch {
            kind,
            chats: vec![],
            messages: vec![],
        };
        let mut room = MAX_BATCH_BYTES;
        while batch.chats.len() < max_chats
            && batch.messages.len() < MAX_MESSAGES_PER_BATCH
            && room > 0
            && let Some(chat) = ready.chats.pop_front()
        {
            let Some(pending) = self.pending.get_mut(&chat) else {
                continue;
            };
            let share =
                MAX_MESSAGES_PER_CHAT_IN_BATCH.min(MAX_MESSAGES_PER_BATCH - batch.messages.len());
            let before = batch.messages.len();
            while batch.messages.len() - before < share
                && room > 0
                && let Some(message) = pending.pop_front()
            {
                self.waiting -= 1;
                if message.is_cancelled() {
                    continue;
                }
                room = room.saturating_sub(message.draft.content.as_str().len());
                batch.messages.push(message);
            }
            if batch.messages.len() == before {
                self.pending.remove(&chat);
                continue;
            }
            batch.chats.push(chat);
        }
        if batch.messages.is_empty() {
            return None;
        }
        ready.running += 1;
        Some(batch)
    }

    /// A batch of these chats has ended.
    pub fn finish(&mut self, kind: BatchKind, chats: &[ChatId], outcome: BatchOutcome) {
        match kind {
            BatchKind::Shared => self.shared.running -= 1,
            BatchKind::Isolated => self.isolated.running -= 1,
        }
        if kind == BatchKind::Isolated {
            self.contended.clear(chats);
        }
        self.contended.mark(outcome.contended, Instant::now());
        for message in outcome.requeue.into_iter().rev() {
            // The entry exists: it stays while a batch of its chat runs.
            if let Some(pending) = self.pending.get_mut(&message.draft.chat_id) {
                self.waiting += 1;
                pending.push_front(message);
            }
        }
        for chat in chats {
            match self.pending.get(chat) {
                Some(pending) if !pending.is_empty() => self.mark_ready(*chat),
                _ => {
                    self.pending.remove(chat);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
