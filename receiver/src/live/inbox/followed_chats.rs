//! The chats that an inbox follows live.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use futures_util::{
    Stream, StreamExt,
    stream::{self, SelectAll},
};
use shared_schema::{ChatId, Cursor, Seq};

use crate::{
    live::{authorized_reader::AuthorizedReader, feeds::batch::EventBatch},
    participants::participation::Participation,
};

/// An item of a chat's stream, with the proof that the stream holds by then.
pub(crate) enum ChatItem {
    Batch(Participation, Arc<EventBatch>),
    /// The caller's right to read has ended.
    End(Participation),
}

/// A chat that is followed.
struct FollowedChat {
    joined_seq: Seq,
    /// The caller has joined again already: follow from here once everything before has been delivered.
    rejoined_at: Option<Cursor>,
}

/// Chats that are followed, one stream each.
#[derive(Default)]
pub(crate) struct FollowedChats {
    chats: HashMap<ChatId, FollowedChat>,
    streams: SelectAll<Pin<Box<dyn Stream<Item = ChatItem> + Send>>>,
}

impl FollowedChats {
    /// Follows one more chat, which must not be followed yet.
    pub(crate) fn follow(&mut self, reader: AuthorizedReader) {
        let Some(participation) = reader.participation() else {
            return;
        };
        let followed = FollowedChat {
            joined_seq: participation.joined_seq,
            rejoined_at: None,
        };
        self.chats.insert(participation.chat_id, followed);
        let items = stream::unfold(Some(Box::new(reader)), move |reader| async move {
            let mut reader = reader?;
            let batch = reader.next().await;
            let proof = reader.participation().unwrap_or(participation);
            Some(match batch {
                Some(batch) => (ChatItem::Batch(proof, batch), Some(reader)),
                None => (ChatItem::End(proof), None),
            })
        });
        self.streams.push(Box::pin(items));
    }

    /// The next item of any chat; none while no chat is followed. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<ChatItem> {
        self.streams.next().await
    }

    /// The event that added the caller to this chat, if it is followed.
    pub(crate) fn joined(&self, chat: ChatId) -> Option<Seq> {
        self.chats.get(&chat).map(|followed| followed.joined_seq)
    }

    /// Whether nothing more has to be done for this joining: it is known, or will be followed after the end of the
    /// present stream.
    pub(crate) fn expects(&mut self, chat: ChatId, joined: Cursor) -> bool {
        let Some(followed) = self.chats.get_mut(&chat) else {
            return false;
        };
        if followed.joined_seq < joined.seq {
            followed.rejoined_at = Some(joined);
        }
        true
    }

    /// Notes the proof that a stream holds now; true if it is a newer one.
    pub(crate) fn rejoined(&mut self, proof: Participation) -> bool {
        let Some(followed) = self.chats.get_mut(&proof.chat_id) else {
            return false;
        };
        let newer = followed.joined_seq < proof.joined_seq;
        followed.joined_seq = followed.joined_seq.max(proof.joined_seq);
        newer
    }

    /// Removes a chat whose stream has ended, and returns where to follow it again if the caller has joined again.
    pub(crate) fn ended(&mut self, proof: Participation) -> Option<Cursor> {
        let followed = self.chats.remove(&proof.chat_id)?;
        followed
            .rejoined_at
            .filter(|rejoined_at| rejoined_at.seq > proof.joined_seq)
    }
}
