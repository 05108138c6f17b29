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

/// What a chat's stream says, and the proof that it holds by then.
pub(crate) enum ChatItem {
    Batch(Participation, Arc<EventBatch>),
    /// The caller's right to read has ended.
    End(Participation),
}

/// A chat that is followed.
struct FollowedChat {
    joined_seq: Seq,
    /// They have come back already: follow again from here, once what was before has been told.
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

    /// What the next chat says; none while no chat is followed. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<ChatItem> {
        self.streams.next().await
    }

    /// The event that added the caller to this chat, if it is followed.
    pub(crate) fn joined(&self, chat: ChatId) -> Option<Seq> {
        self.chats.get(&chat).map(|followed| followed.joined_seq)
    }

    /// Whether the caller's joining needs nothing more to be done: it is known, or comes after what is being told.
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

    /// Forgets a chat whose stream has ended, and says where to begin again if the caller is back.
    pub(crate) fn ended(&mut self, proof: Participation) -> Option<Cursor> {
        let followed = self.chats.remove(&proof.chat_id)?;
        followed
            .rejoined_at
            .filter(|rejoined_at| rejoined_at.seq > proof.joined_seq)
    }
}
