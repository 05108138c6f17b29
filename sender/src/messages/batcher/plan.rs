//! What a batch writes: each message is decided in order, as if those in front of it had been committed before.

use std::collections::HashMap;

use chassis::Error;
use shared_schema::{ChatId, MessageId, Number, Reason};

use super::{
    mentions::{Refusal as MentionRefusal, mentions_of},
    queue::QueuedMessage,
    threads::{NewReply, ThreadTarget, add_reply},
};
use crate::{
    db::{
        feeds::LockMode,
        message_batches::{BatchLookup, BatchSnapshot, BatchWrites},
        message_mentions::NewMentions,
        messages::{NewMessage, ThreadPlace},
    },
    mentions::people::{self, Mentions},
    messages::{
        decide::{Decision, DraftContext, Earlier, decide},
        draft::Draft,
    },
    participants::access::{ChatAccess, chat_not_found},
};

/// What a batch writes and answers.
pub struct BatchPlan<'a> {
    pub writes: BatchWrites<'a>,
    /// The traces of the requests of the new messages.
    pub traces: Vec<Option<&'a str>>,
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
        if let Some(root) = draft.thread_root_id {
            lookup.messages.insert((draft.chat_id, root));
            lookup.in_threads.insert((draft.chat_id, root));
        }
        let tokens = &draft.mention_tokens;
        let names = people::names(tokens).map(|name| (draft.chat_id, name.to_owned()));
        lookup.mentions.names.extend(names);
        if tokens.may_mention_all() {
            lookup.mentions.all.insert(draft.chat_id);
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
            writes: BatchWrites::default(),
            traces: vec![],
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
        let next_index = self.plan.writes.new.len();
        let target = self.thread_target(draft);
        let mentions = mentions_of(draft, self.snapshot, &self.plan.writes.mentions);
        let context = self.context(draft, &target, &mentions);
        let username = context.sender_username.as_ref().ok().copied();
        let decision = decide(draft, context);
        match (&decision, username) {
            (Decision::Insert(index), Some(username)) if *index == next_index => {
                let mentions = mentions.unwrap_or_default();
                match self.insert(message, username, target.ok().flatten(), mentions) {
                    Ok(()) => decision,
                    Err(refused) => Decision::Reject(refused),
                }
            }
            _ => decision,
        }
    }

    fn context(
        &self,
        draft: &Draft,
        target: &Result<Option<ThreadTarget>, Refusal>,
        mentions: &Result<Mentions, MentionRefusal>,
    ) -> DraftContext<'a> {
        let key = (draft.chat_id, draft.id);
        let in_batch = self.indexes.get(&key).map(|&index| Earlier::InBatch {
            index,
            request_hash: self.plan.writes.new[index].request_hash,
        });
        let stored = || self.snapshot.messages.get(&key).map(Earlier::Stored);
        DraftContext {
            sender_username: self.sender_username(draft),
            earlier: in_batch.or_else(stored),
            reply_target_exists: draft
                .reply_to_id
                .is_none_or(|target| self.exists((draft.chat_id, target))),
            thread: target.as_ref().map(|_| ()).map_err(Refusal::error),
            mentions: mentions.as_ref().map(|_| ()).map_err(MentionRefusal::error),
            next_index: self.plan.writes.new.len(),
        }
    }

    /// The thread that a draft is to go to. None for the timeline.
    fn thread_target(&self, draft: &Draft) -> Result<Option<ThreadTarget>, Refusal> {
        let Some(asked) = draft.thread_root_id else {
            return Ok(None);
        };
        let key = (draft.chat_id, asked);
        let (place, author) = if let Some(&index) = self.indexes.get(&key) {
            let new = &self.plan.writes.new[index];
            (new.thread.map(|place| place.root), new.sender_id)
        } else if let Some(stored) = self.snapshot.messages.get(&key) {
            (stored.message.thread_root_id, stored.message.sender_id)
        } else {
            return Err(Refusal::NoSuchRoot);
        };
        let chat = self.snapshot.chats.get(&draft.chat_id);
        if chat.is_some_and(|chat| !chat.threads_allowed) {
            return Err(Refusal::NotAllowed);
        }
        // A reply to a reply joins the thread of the latter: there is one level.
        Ok(Some(match place {
            Some(root) => ThreadTarget {
                root,
                root_author: None,
            },
            None => ThreadTarget {
                root: asked,
                root_author: Some(author),
            },
        }))
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

    fn insert(
        &mut self,
        message: &'a QueuedMessage,
        username: &'a str,
        target: Option<ThreadTarget>,
        mentions: Mentions,
    ) -> Result<(), Error> {
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
        let number = *number;
        let thread = self.place(draft, number, target);
        self.indexes
            .insert((chat_id, id), self.plan.writes.new.len());
        self.plan.traces.push(message.trace.as_deref());
        self.plan.writes.new.push(NewMessage {
            id,
            chat_id,
            sender_id: draft.sender_id,
            sender_username: username,
            content: &draft.content,
            reply_to_id: draft.reply_to_id,
            thread,
            mentions_all: mentions.all,
            mention_count: mentions.count(),
            request_hash: &draft.request_hash,
        });
        self.mention(draft, number, mentions);
        Ok(())
    }

    fn mention(&mut self, draft: &Draft, number: Number, mentions: Mentions) {
        let writes = &mut self.plan.writes.mentions;
        if mentions.all {
            writes.all.insert(draft.chat_id);
        }
        if !mentions.people.is_empty() {
            writes.new.push(NewMentions {
                chat: draft.chat_id,
                message: draft.id,
                number,
                people: mentions.people,
            });
        }
    }

    /// Sending is reading: a message of the timeline moves its sender's mark in the chat, a reply the one in its thread.
    fn place(
        &mut self,
        draft: &Draft,
        number: Number,
        target: Option<ThreadTarget>,
    ) -> Option<ThreadPlace> {
        let writes = &mut self.plan.writes;
        let Some(target) = target else {
            let sender = (draft.chat_id, draft.sender_id);
            writes.marks.insert(sender, number);
            return None;
        };
        let reply = NewReply {
            id: draft.id,
            chat: draft.chat_id,
            sender: draft.sender_id,
            number,
        };
        let stored = &self.snapshot.threads;
        Some(add_reply(&mut writes.threads, stored, target, reply))
    }
}

/// Why a draft cannot go to a thread.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    NoSuchRoot,
    NotAllowed,
}

impl Refusal {
    fn error(&self) -> Error {
        match self {
            Self::NoSuchRoot => Error::not_found_in("threadRootId", "message"),
            Self::NotAllowed => Error::forbidden(Reason::ThreadsNotAllowed),
        }
    }
}
