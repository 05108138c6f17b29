//! The threads to which the messages of a batch go. Pure: the rows were read before, and are written afterwards.
//!
//! Invariant: ordinals are given in the order of the messages, under the lock of the chat, so that those of a thread are
//! dense and ascend with the numbers.

use std::collections::HashMap;

use shared_schema::{ChatId, MessageId, Number, UserId};

use crate::db::{
    message_batches::ThreadWrites,
    messages::ThreadPlace,
    threads::{MAX_LAST_USERS, StoredThread, ThreadKey, ThreadUpdate},
};

/// The thread that a message is to go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadTarget {
    pub root: MessageId,
    /// Who wrote the root. None where the thread has replies already, so that it does not matter.
    pub root_author: Option<UserId>,
}

/// A new reply.
#[derive(Clone, Copy, Debug)]
pub struct NewReply {
    pub id: MessageId,
    pub chat: ChatId,
    pub sender: UserId,
    pub number: Number,
}

/// Adds a reply to a thread that was stored so before the batch, and returns its place there.
pub fn add_reply(
    writes: &mut ThreadWrites,
    stored: &HashMap<ThreadKey, StoredThread>,
    target: ThreadTarget,
    reply: NewReply,
) -> ThreadPlace {
    let key = (reply.chat, target.root);
    let update = writes.threads.entry(key).or_insert_with(|| ThreadUpdate {
        thread: stored.get(&key).cloned().unwrap_or_default(),
        last_reply: reply.id,
        last_number: reply.number,
    });
    if update.thread.reply_count == 0
        && let Some(author) = target.root_author
    {
        let follow = (reply.chat, target.root, author);
        writes.follows.entry(follow).or_insert(0);
    }
    let follow = (reply.chat, target.root, reply.sender);
    writes.follows.insert(follow, reply.number);

    update.last_reply = reply.id;
    update.last_number = reply.number;
    let thread = &mut update.thread;
    thread.reply_count += 1;
    thread.last_users.retain(|user| *user != reply.sender);
    thread.last_users.insert(0, reply.sender);
    thread.last_users.truncate(MAX_LAST_USERS);
    ThreadPlace {
        root: target.root,
        ordinal: thread.reply_count,
    }
}
