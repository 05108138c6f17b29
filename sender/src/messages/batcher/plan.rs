//! What a batch writes: each message is decided in order, as if those in front of it had been committed before.

use std::collections::HashMap;

use chassis::Error;
use shared_schema::{ChatId, MessageId, Number, UserId};

use super::queue::QueuedMessage;
use crate::{
    db::{
        feeds::LockMode,
        message_batches::{BatchLookup, BatchSnapshot},
        messages::NewMessage,
    },
    messages::{
        decide::{Decision, DraftContext, Earlier, decide},
        draft::Draft,
    },
    participants::access::{ChatAccess, chat_not_found},
};

/// What a batch writes and answers.
pub struct BatchPlan<'a> {
    /// The messages to insert.
    pub new: Vec<NewMessage<'a>>,
    /// The traces of their requests.
    pub traces: Vec<Option<&'a str>>,
    /// The read marks of their senders after them.
    pub marks: HashMap<(ChatId, UserId), Number>,
    /// One for each message of the batch, in its order.
    pub decisions: Vec<Decision>,
}

/// The rows that these messages need.
pub fn lookups_for(messages: &[QueuedMessage]) -> BatchLookup {
    let mut lookup = BatchLookup::default();
    for QueuedMessage { draft, .. } in messages {
        lookup.chats.insert(draft.chat_id);
        lookup.senders.insert((draft.chat_id, draft.sender_id));
        lookup.messages.insert((draft.chat_id, draft.id));
        if let Some(target) = draft.reply_to_id {
            lookup.messages.insert((draft.chat_id, target));
        }
    }
    lookup
}

/// Decides about all messages of a batch.
pub fn plan_batch<'a>(
    messages: &'a [QueuedMessage],
    snapshot: &'a BatchSnapshot,
    lock_mode: LockMode,
) -> BatchPlan<'a> {
    let mut planner = Planner {
        snapshot,
        indexes: HashMap::new(),
        plan: BatchPlan {
            new: vec![],
            traces: vec![],
            marks: HashMap::new(),
            decisions: Vec::with_capacity(messages.len()),
        },
        numbers: HashMap::new(),
    };
    for message in messages {
        let has_lock = snapshot.feeds.contains_key(&message.draft.chat_id);
        let decision = if message.is_cancelled() {
            Decision::Cancelled
        } else if !has_lock && lock_mode == LockMode::SkipLocked {
            Decision::Requeue
        } else {
            planner.plan(message)
        };
        planner.plan.decisions.push(decision);
    }
    planner.plan
}

struct Planner<'a> {
    snapshot: &'a BatchSnapshot,
    /// The indexes of the new messages.
    indexes: HashMap<(ChatId, MessageId), usize>,
    /// The number of the newest message of each chat that has new ones.
    numbers: HashMap<ChatId, Number>,
    plan: BatchPlan<'a>,
}

impl<'a> Planner<'a> {
    fn plan(&mut self, message: &'a QueuedMessage) -> Decision {
        let draft = &message.draft;
        let next_index = self.plan.new.len();
        let context = self.context(draft);
        let username = context.sender_username.as_ref().ok().copied();
        let decision = decide(draft, context);
        match (&decision, username) {
            (Decision::Insert(index), Some(username)) if *index == next_index => {
                match self.insert(message, username) {
                    Ok(()) => decision,
                    Err(refused) => Decision::Reject(refused),
                }
            }
            _ => decision,
        }
    }

    fn context(&self, draft: &Draft) -> DraftContext<'a> {
        let key = (draft.chat_id, draft.id);
        let in_batch = self.indexes.get(&key).map(|&index| Earlier::InBatch {
            index,
            request_hash: self.plan.new[index].request_hash,
        });
        let stored = || self.snapshot.messages.get(&key).map(Earlier::Stored);
        DraftContext {
            sender_username: self.sender_username(draft),
            earlier: in_batch.or_else(stored),
            reply_target_exists: draft
                .reply_to_id
                .is_none_or(|target| self.exists((draft.chat_id, target))),
            next_index: self.plan.new.len(),
        }
    }

    fn sender_username(&self, draft: &Draft) -> Result<&'a str, Error> {
        let (chat, sender) = (draft.chat_id, draft.sender_id);
        let access = ChatAccess::from_rows(
            self.snapshot.chats.get(&chat),
            self.snapshot.participants.get(&(chat, sender)),
            self.snapshot.usernames.get(&sender).map(String::as_str),
        );
        Ok(access.require_participant()?.username)
    }

    fn exists(&self, message: (ChatId, MessageId)) -> bool {
        self.indexes.contains_key(&message) || self.snapshot.messages.contains_key(&message)
    }

    fn insert(&mut self, message: &'a QueuedMessage, username: &'a str) -> Result<(), Error> {
        let draft = &message.draft;
        let (id, chat_id) = (draft.id, draft.chat_id);
        let feed = self
            .snapshot
            .feeds
            .get(&chat_id)
            .ok_or_else(chat_not_found)?;
        // The lock makes the number known before the message has it.
        let number = self.numbers.entry(chat_id).or_insert(feed.message_count);
        *number += 1;
        self.plan.marks.insert((chat_id, draft.sender_id), *number);
        self.indexes.insert((chat_id, id), self.plan.new.len());
        self.plan.traces.push(message.trace.as_deref());
        self.plan.new.push(NewMessage {
            id,
            chat_id,
            sender_id: draft.sender_id,
            sender_username: username,
            content: &draft.content,
            reply_to_id: draft.reply_to_id,
            request_hash: &draft.request_hash,
        });
        Ok(())
    }
}
