//! Whom the messages of a batch mention. Pure: the rows were read before, and are written afterwards.

use chassis::Error;
use shared_schema::ParticipantRole;

use crate::{
    db::message_batches::{BatchSnapshot, MentionWrites},
    mentions::{
        people::{Mentions, TooManyPeople},
        rules::{ALL_INTERVAL, AllRefusal, may_mention_all},
    },
    messages::draft::Draft,
};

/// Why a draft cannot mention whom it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    People(TooManyPeople),
    All(AllRefusal),
}

impl Refusal {
    pub fn error(&self) -> Error {
        match *self {
            Self::People(refusal) => refusal.into(),
            Self::All(refusal) => refusal.into(),
        }
    }
}

/// Whom a draft mentions, after what the batch writes already.
pub fn mentions_of(
    draft: &Draft,
    snapshot: &BatchSnapshot,
    writes: &MentionWrites,
) -> Result<Mentions, Refusal> {
    if draft.mention_tokens.is_empty() {
        return Ok(Mentions::default());
    }
    let chat_id = draft.chat_id;
    let people = &snapshot.mentions.people;
    let find = |name: &str| people.get(&(chat_id, name.to_owned())).copied();
    let mentions = Mentions::resolve(&draft.mention_tokens, find).map_err(Refusal::People)?;
    if mentions.all {
        let wait = match writes.all.contains(&chat_id) {
            true => Some(ALL_INTERVAL),
            false => snapshot.mentions.waits.get(&chat_id).copied(),
        };
        // Without these rows the draft is refused for that.
        let sender = snapshot.participants.get(&(chat_id, draft.sender_id));
        let role = sender.map_or(ParticipantRole::Member, |own| own.role);
        let chat = snapshot.chats.get(&chat_id);
        let count = chat.map_or(0, |chat| chat.participant_count);
        may_mention_all(role, count, wait).map_err(Refusal::All)?;
    }
    Ok(mentions)
}
