//! The rule of `createMessage`: decides about one draft, under the lock of its chat.

use chassis::Error;
use shared_schema::{Message, Reason};

use super::draft::Draft;
use crate::db::messages::StoredMessage;

/// The decision about one message of a batch.
pub enum Decision {
    /// It is the batch's new message with this index: its first copy, or a retry in the same batch.
    Insert(usize),
    /// It was stored before; the message in its current state. Its event is published again.
    Duplicate(Message),
    /// It was stored before, by a user who is no longer a participant: the message as it was sent. Later changes are
    /// not visible to them.
    DuplicateAsSent(Message),
    /// It is rejected.
    Reject(Error),
    /// Another transaction holds the lock of its chat, so the message goes back to the queue.
    Requeue,
    /// The request was cancelled, so nothing waits for the answer.
    Cancelled,
}

/// What is known about a draft under the lock of its chat.
pub struct DraftContext<'a> {
    /// The sender's username, if they take part.
    pub sender_username: Result<&'a str, Error>,
    /// The message that already has the draft's id.
    pub earlier: Option<Earlier<'a>>,
    /// Whether the message that the draft replies to, if any, is in the chat.
    pub reply_target_exists: bool,
    /// Whether the draft may go where it is to go: to a thread, or to the timeline.
    pub thread: Result<(), Error>,
    /// Whether its sender may mention whom it mentions.
    pub mentions: Result<(), Error>,
    /// The index of the next message that the batch inserts.
    pub next_index: usize,
}

/// A message that already has a draft's id.
pub enum Earlier<'a> {
    /// The batch inserts the message.
    InBatch {
        index: usize,
        request_hash: &'a [u8],
    },
    /// An earlier transaction stored it.
    Stored(&'a StoredMessage),
}

impl Earlier<'_> {
    fn request_hash(&self) -> &[u8] {
        match self {
            Self::InBatch { request_hash, .. } => request_hash,
            Self::Stored(stored) => &stored.request_hash,
        }
    }
}

/// Decides about one draft. The planner asks about the drafts of a batch in order, so each is decided as if those in front
/// of it had been committed before.
pub fn decide(draft: &Draft, context: DraftContext<'_>) -> Decision {
    let is_retry = context
        .earlier
        .as_ref()
        .is_some_and(|earlier| earlier.request_hash() == draft.request_hash);
    if is_retry {
        draft.permit.take_back();
    }
    match (context.sender_username, context.earlier) {
        (Ok(_), Some(Earlier::InBatch { index, .. })) if is_retry => Decision::Insert(index),
        (Ok(_), Some(Earlier::Stored(stored))) if is_retry => {
            Decision::Duplicate(stored.message.clone())
        }
        // The hash includes the sender, so this is their own message. A sender who has left the chat gets an answer,
        // too: if the first answer was lost, they would otherwise believe that the message was never sent.
        (Err(Error::NotFound { .. } | Error::Forbidden(_)), Some(Earlier::Stored(stored)))
            if is_retry =>
        {
            Decision::DuplicateAsSent(as_sent(draft, &stored.message))
        }
        (Err(refused), _) => Decision::Reject(refused),
        (Ok(_), Some(_)) => Decision::Reject(Error::conflict_on("id", Reason::IdTaken)),
        (Ok(_), None) if !context.reply_target_exists => {
            Decision::Reject(Error::not_found_in("replyToId", "message"))
        }
        (Ok(_), None) => match context
            .thread
            .and(context.mentions)
            .and_then(|()| draft.permit.charge_to_chat())
        {
            Ok(()) => Decision::Insert(context.next_index),
            Err(refused) => Decision::Reject(refused),
        },
    }
}

/// The message as it was when it was sent, which its sender knows already. Whom it mentioned is known only if it was never
/// edited.
fn as_sent(draft: &Draft, stored: &Message) -> Message {
    let is_unchanged = stored.revision == 1;
    Message {
        mentions_all: is_unchanged && stored.mentions_all,
        mention_count: if is_unchanged {
            stored.mention_count
        } else {
            0
        },
        revision: 1,
        content: Some(draft.content.as_str().to_owned()),
        edited_at: None,
        removed_at: None,
        ..stored.clone()
    }
}
