//! Who may act in a chat: authorization as a value.
//!
//! Invariant: a [`Participation`] exists only while the chat's feed is locked, and was checked after the lock was given.
//! Nobody can be removed between the check and the write.

use chassis::{Caller, Error};
use deadpool_postgres::{GenericClient, Transaction};
use futures_util::try_join;
use shared_schema::{Chat, ChatId, ChatKind, Cursor, Participant, ParticipantRole};

use crate::db::{
    chats::{self, StoredChat},
    feeds::{self, LockedFeed},
    participants, profiles,
};

/// Proof that the caller takes part in a chat, and what the chat is like while they hold its lock.
pub struct Participation {
    pub chat: StoredChat,
    pub feed: LockedFeed,
    /// The caller in the chat.
    pub own: Participant,
    /// The caller's username now.
    pub username: String,
}

impl Participation {
    /// Takes the chat's lock, then checks.
    ///
    /// # Errors
    /// What [`Standing::participant`] says.
    pub async fn of(tx: &Transaction<'_>, caller: &Caller, chat: ChatId) -> Result<Self, Error> {
        let feed = feeds::lock(tx, chat).await?;
        Self::under(tx, feed, caller, chat).await
    }

    /// Checks under a lock that was taken before. For rules that look up other things in the same round trip.
    pub async fn under(
        tx: &Transaction<'_>,
        feed: Option<LockedFeed>,
        caller: &Caller,
        chat: ChatId,
    ) -> Result<Self, Error> {
        let (username, chat, own) = Standing::of(tx, caller, chat).await?.participant()?;
        let feed = feed.ok_or_else(no_chat)?;
        Ok(Self {
            chat,
            feed,
            own,
            username,
        })
    }

    /// The chat's id.
    pub fn chat_id(&self) -> ChatId {
        self.chat.id
    }

    /// The chat as clients see it.
    pub fn chat(&self) -> Chat {
        self.chat.clone().with(&self.feed)
    }

    /// The position right after the chat's newest event: the cursor of a mutation that changes nothing.
    pub fn cursor(&self) -> Cursor {
        self.feed.cursor()
    }

    /// Whether the caller may do whatever `role` may.
    pub fn has(&self, role: ParticipantRole) -> bool {
        self.own.role >= role
    }

    /// Refuses what only `role` and above may do.
    pub fn require(&self, role: ParticipantRole) -> Result<(), Error> {
        if self.has(role) {
            return Ok(());
        }
        let message = match role {
            ParticipantRole::Owner => "only an owner may do this",
            _ => "only an owner or an admin may do this",
        };
        Err(Error::forbidden(message))
    }

    /// Refuses what cannot be done to a direct chat: it belongs to its two people for good.
    pub fn refuse_direct(&self, message: &'static str) -> Result<(), Error> {
        match self.chat.kind {
            ChatKind::Direct => Err(Error::forbidden(message)),
            ChatKind::Group | ChatKind::Public => Ok(()),
        }
    }
}

/// What the database knows about a caller and a chat, before any judgement.
pub struct Standing {
    chat: Option<StoredChat>,
    own: Option<Participant>,
    username: Option<String>,
}

impl Standing {
    /// Looks everything up in one round trip. Without the chat's lock the answer may be old when it arrives.
    pub async fn of(db: &impl GenericClient, caller: &Caller, chat: ChatId) -> Result<Self, Error> {
        let (chat, own, username) = try_join!(
            chats::find(db, chat),
            participants::find(db, chat, caller.user_id),
            profiles::username(db, caller.user_id),
        )?;
        Ok(Self {
            chat: chat.filter(|chat| !chat.removed),
            own,
            username,
        })
    }

    /// The caller takes part.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller, for whatever
    /// reason; `FORBIDDEN` in a public chat, which everyone may see.
    pub fn participant(self) -> Result<(String, StoredChat, Participant), Error> {
        let (username, chat, own) = self.visitor()?;
        let own = own.ok_or_else(|| Error::forbidden("join the chat first"))?;
        Ok((username, chat, own))
    }

    /// The caller may see the chat: they take part, or it is public.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller.
    pub fn visitor(self) -> Result<(String, StoredChat, Option<Participant>), Error> {
        let username = self.username.ok_or_else(Error::unauthenticated)?;
        let chat = self.chat.ok_or_else(no_chat)?;
        if self.own.is_none() && chat.kind != ChatKind::Public {
            return Err(no_chat());
        }
        Ok((username, chat, self.own))
    }
}

/// Not there, not yours, removed: one answer.
pub fn no_chat() -> Error {
    Error::not_found_in("chatId", "chat")
}
