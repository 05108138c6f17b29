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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is replied, in whatever batches: ordinals are dense, and the thread, its last users and the marks are what
    /// counting gives.
    #[test]
    fn any_replies_in_any_batches_equal_counting() {
        let chat = ChatId::new();
        let users: Vec<UserId> = (0..8).map(|_| UserId::new()).collect();
        let roots: Vec<(MessageId, UserId)> =
            (0..2).map(|at| (MessageId::new(), users[at])).collect();
        let mut stored: HashMap<ThreadKey, StoredThread> = HashMap::new();
        let mut marks = HashMap::new();
        let mut replied: HashMap<MessageId, Vec<UserId>> = HashMap::new();
        let (mut random, mut number) = (0x9e37_79b9_7f4a_7c15_u64, 2);
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random % below as u64).unwrap_or_default()
        };
        for _ in 0..50 {
            let mut writes = ThreadWrites::default();
            for _ in 0..next(6) {
                let ((root, author), sender) = (roots[next(2)], users[next(8)]);
                number += 1;
                let target = ThreadTarget {
                    root,
                    root_author: Some(author),
                };
                let reply = NewReply {
                    id: MessageId::new(),
                    chat,
                    sender,
                    number,
                };
                let place = add_reply(&mut writes, &stored, target, reply);
                let of_root = replied.entry(root).or_default();
                of_root.push(sender);
                assert_eq!((place.root, place.ordinal as usize), (root, of_root.len()));
                marks.entry((chat, root, author)).or_insert(0);
                marks.insert((chat, root, sender), number);
                let update = &writes.threads[&(chat, root)];
                assert_eq!((update.last_reply, update.last_number), (reply.id, number));
            }
            for (key, update) in writes.threads {
                let mut last: Vec<UserId> = vec![];
                for user in replied[&key.1].iter().rev() {
                    if !last.contains(user) && last.len() < MAX_LAST_USERS {
                        last.push(*user);
                    }
                }
                assert_eq!(update.thread.reply_count as usize, replied[&key.1].len());
                assert_eq!(update.thread.last_users, last);
                stored.insert(key, update.thread);
            }
            for (key, number) in writes.follows {
                // The 0 of an author changes nothing where there is a row.
                assert!(number == marks[&key] || number == 0);
            }
        }
        assert!(replied.values().all(|users| users.len() > 20));
    }
}
