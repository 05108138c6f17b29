//! The chats that an inbox follows live.

use std::{collections::HashMap, pin::Pin, sync::Arc};

use futures_util::{
    Stream, StreamExt,
    stream::{self, SelectAll},
};
use shared_schema::{ChatId, Cursor, Seq};

use crate::{
    live::{authorized_reader::Follower, feeds::batch::Batch},
    participants::access::Participation,
};

/// What a chat's stream says, and the proof that it holds by then.
pub(crate) enum Said {
    Batch(Participation, Arc<Batch>),
    /// The caller's right to read has ended.
    End(Participation),
}

/// A chat that is followed.
struct Member {
    joined_seq: Seq,
    /// They have come back already: follow again from here, once what was before has been told.
    again: Option<Cursor>,
}

/// Chats that are followed, one stream each.
#[derive(Default)]
pub(crate) struct Members {
    members: HashMap<ChatId, Member>,
    streams: SelectAll<Pin<Box<dyn Stream<Item = Said> + Send>>>,
}

impl Members {
    /// Follows one more chat, which must not be followed yet.
    pub(crate) fn follow(&mut self, follower: Follower) {
        let Some(participation) = follower.participation() else {
            return;
        };
        let member = Member {
            joined_seq: participation.joined_seq,
            again: None,
        };
        self.members.insert(participation.chat_id, member);
        let said = stream::unfold(Some(Box::new(follower)), move |follower| async move {
            let mut follower = follower?;
            let batch = follower.next().await;
            let proof = follower.participation().unwrap_or(participation);
            Some(match batch {
                Some(batch) => (Said::Batch(proof, batch), Some(follower)),
                None => (Said::End(proof), None),
            })
        });
        self.streams.push(Box::pin(said));
    }

    /// What the next chat says; none while no chat is followed. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<Said> {
        self.streams.next().await
    }

    /// The event that added the caller to this chat, if it is followed.
    pub(crate) fn joined(&self, chat: ChatId) -> Option<Seq> {
        self.members.get(&chat).map(|member| member.joined_seq)
    }

    /// Whether the caller's joining needs nothing more to be done: it is known, or comes after what is being told.
    pub(crate) fn expects(&mut self, chat: ChatId, joined: Cursor) -> bool {
        let Some(member) = self.members.get_mut(&chat) else {
            return false;
        };
        if member.joined_seq < joined.seq {
            member.again = Some(joined);
        }
        true
    }

    /// Notes the proof that a stream holds now; true if it is a newer one.
    pub(crate) fn rejoined(&mut self, proof: Participation) -> bool {
        let Some(member) = self.members.get_mut(&proof.chat_id) else {
            return false;
        };
        let newer = member.joined_seq < proof.joined_seq;
        member.joined_seq = member.joined_seq.max(proof.joined_seq);
        newer
    }

    /// Forgets a chat whose stream has ended, and says where to begin again if the caller is back.
    pub(crate) fn ended(&mut self, proof: Participation) -> Option<Cursor> {
        let member = self.members.remove(&proof.chat_id)?;
        member.again.filter(|again| again.seq > proof.joined_seq)
    }
}
