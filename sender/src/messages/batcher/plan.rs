//! What becomes of each message of a batch: the rule, asked for one after the other, so that each is decided as if those
//! in front of it had been committed before.

use std::collections::HashMap;

use chassis::Error;
use shared_schema::{ChatId, Message, MessageId, Number, UserId};

use super::queue::QueuedMessage;
use crate::{
    db::{
        feeds::LockMode,
        message_batches::{BatchLookup, BatchSnapshot},
        messages::{NewMessage, StoredMessage},
    },
    mutations::create_message::{Draft, Known, Ruling, rule},
    participants::access::{ChatAccess, chat_not_found},
};

/// What becomes of one message.
pub enum Verdict<'a> {
    /// It is the message at this place among the new ones.
    New(usize),
    /// It is this one, of an earlier transaction.
    Earlier(&'a StoredMessage),
    /// It is one of an earlier transaction, and this is how it was then.
    Confirmed(Message),
    Refused(Error),
    /// The chat's lock is someone else's: not now.
    Later,
    /// Nobody asks any more.
    Cancelled,
}

/// The decisions about a batch.
pub struct BatchPlan<'a> {
    pub new: Vec<NewMessage<'a>>,
    /// The traces of their requests.
    pub traces: Vec<Option<&'a str>>,
    /// How far the senders of the new messages have read by them.
    pub marks: HashMap<(ChatId, UserId), Number>,
    /// In the order of the batch.
    pub verdicts: Vec<Verdict<'a>>,
}

/// What has to be known about these.
pub fn lookups_for(messages: &[QueuedMessage]) -> BatchLookup {
    let mut lookup = BatchLookup::default();
    for QueuedMessage { draft, .. } in messages {
        lookup.chats.insert(draft.chat_id);
        lookup.senders.insert((draft.chat_id, draft.sender_id));
        lookup.messages.insert((draft.chat_id, draft.id));
        if let Some(answered) = draft.reply_to_id {
            lookup.messages.insert((draft.chat_id, answered));
        }
    }
    lookup
}

/// Decides on all of them.
pub fn plan_batch<'a>(
    messages: &'a [QueuedMessage],
    snapshot: &'a BatchSnapshot,
    lock_mode: LockMode,
) -> BatchPlan<'a> {
    let mut planner = Planner {
        snapshot,
        places: HashMap::new(),
        plan: BatchPlan {
            new: vec![],
            traces: vec![],
            marks: HashMap::new(),
            verdicts: Vec::with_capacity(messages.len()),
        },
        numbers: HashMap::new(),
    };
    for message in messages {
        let has_lock = snapshot.feeds.contains_key(&message.draft.chat_id);
        let verdict = if message.is_cancelled() {
            Verdict::Cancelled
        } else if !has_lock && lock_mode == LockMode::SkipLocked {
            Verdict::Later
        } else {
            let decided = planner.decide(message);
            decided.unwrap_or_else(Verdict::Refused)
        };
        planner.plan.verdicts.push(verdict);
    }
    planner.plan
}

struct Planner<'a> {
    snapshot: &'a BatchSnapshot,
    /// Where a message stands among the new ones.
    places: HashMap<(ChatId, MessageId), usize>,
    /// The number of the newest message of each chat that has new ones.
    numbers: HashMap<ChatId, Number>,
    plan: BatchPlan<'a>,
}

impl<'a> Planner<'a> {
    fn decide(&mut self, message: &'a QueuedMessage) -> Result<Verdict<'a>, Error> {
        let draft = &message.draft;
        let chat = draft.chat_id;
        let place = self.places.get(&(chat, draft.id)).copied();
        let stored = self.snapshot.messages.get(&(chat, draft.id));
        let earlier = match place {
            Some(place) => Some(self.plan.new[place].request_hash),
            None => stored.map(|stored| stored.request_hash.as_slice()),
        };
        let known = Known {
            author: self.author(draft),
            earlier,
            answerable: draft
                .reply_to_id
                .is_none_or(|answered| self.stands((chat, answered))),
        };
        match rule(draft, known)? {
            Ruling::Store { id, username } => {
                let place = self.store(draft, id, username)?;
                self.plan.traces.push(message.trace.as_deref());
                Ok(Verdict::New(place))
            }
            Ruling::Repeat => match (place, stored) {
                (Some(place), _) => Ok(Verdict::New(place)),
                (None, Some(stored)) => Ok(Verdict::Earlier(stored)),
                (None, None) => Err(Error::internal("what is repeated is nowhere")),
            },
            Ruling::Confirm => stored
                .map(|stored| Verdict::Confirmed(as_sent(draft, &stored.message)))
                .ok_or_else(|| Error::internal("what is confirmed is nowhere")),
        }
    }

    fn author(&self, draft: &Draft) -> Result<&'a str, Error> {
        let (chat, sender) = (draft.chat_id, draft.sender_id);
        let access = ChatAccess::from_rows(
            self.snapshot.chats.get(&chat),
            self.snapshot.participants.get(&(chat, sender)),
            self.snapshot.usernames.get(&sender).map(String::as_str),
        );
        Ok(access.require_participant()?.username)
    }

    fn stands(&self, message: (ChatId, MessageId)) -> bool {
        self.places.contains_key(&message) || self.snapshot.messages.contains_key(&message)
    }

    fn store(
        &mut self,
        draft: &'a Draft,
        id: MessageId,
        username: &'a str,
    ) -> Result<usize, Error> {
        let chat_id = draft.chat_id;
        let feed = self
            .snapshot
            .feeds
            .get(&chat_id)
            .ok_or_else(chat_not_found)?;
        // The lock makes the number known before the message has it.
        let number = self.numbers.entry(chat_id).or_insert(feed.message_count);
        *number += 1;
        self.plan.marks.insert((chat_id, draft.sender_id), *number);
        let place = self.plan.new.len();
        self.places.insert((chat_id, id), place);
        self.plan.new.push(NewMessage {
            id,
            chat_id,
            sender_id: draft.sender_id,
            sender_username: username,
            content: &draft.content,
            reply_to_id: draft.reply_to_id,
            request_hash: &draft.request_hash,
        });
        Ok(place)
    }
}

/// The message as it was when it was sent: nothing in this is news to who sent it.
fn as_sent(draft: &Draft, stored: &Message) -> Message {
    Message {
        revision: 1,
        content: Some(draft.content.as_str().to_owned()),
        edited_at: None,
        removed_at: None,
        ..stored.clone()
    }
}
