//! Who may act in a chat: authorization as a value.
//!
//! Invariant: a [`Participation`] exists only while the chat's feed is locked, and was checked after the lock was given.
//! Nobody can be removed between the check and the write.

use std::borrow::Borrow;

use chassis::{Caller, Error};
use deadpool_postgres::{GenericClient, Transaction};
use futures_util::try_join;
use shared_schema::{Chat, ChatId, ChatKind, Cursor, Participant, ParticipantRole, Reason};

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
        let (_, chat, own) = Standing::of(tx, caller, chat).await?.participant()?;
        let feed = feed.ok_or_else(no_chat)?;
        Ok(Self { chat, feed, own })
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
        Err(Error::forbidden(match role {
            ParticipantRole::Owner => Reason::OwnersOnly,
            _ => Reason::AdminsOnly,
        }))
    }

    /// Refuses what cannot be done to a direct chat: it belongs to its two people for good.
    pub fn refuse_direct(&self) -> Result<(), Error> {
        match self.chat.kind {
            ChatKind::Direct => Err(Error::forbidden(Reason::DirectChat)),
            ChatKind::Group | ChatKind::Public => Ok(()),
        }
    }
}

/// What the database knows about a caller and a chat, before any judgement. Owned, or borrowed from what was read for
/// many.
pub struct Standing<C = StoredChat, P = Participant, U = String> {
    chat: Option<C>,
    own: Option<P>,
    username: Option<U>,
}

impl Standing {
    /// Looks everything up in one round trip. Without the chat's lock the answer may be old when it arrives.
    pub async fn of(db: &impl GenericClient, caller: &Caller, chat: ChatId) -> Result<Self, Error> {
        let (chat, own, username) = try_join!(
            chats::find(db, chat),
            participants::find(db, chat, caller.user_id),
            profiles::username(db, caller.user_id),
        )?;
        Ok(Self::known(chat, own, username))
    }
}

impl<C: Borrow<StoredChat>, P, U> Standing<C, P, U> {
    /// From what was looked up before: the chat, the caller in it, and the caller's username.
    pub fn known(chat: Option<C>, own: Option<P>, username: Option<U>) -> Self {
        Self {
            chat: chat.filter(|chat| !chat.borrow().removed),
            own,
            username,
        }
    }

    /// The caller takes part.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller, for whatever
    /// reason; `FORBIDDEN` in a public chat, which everyone may see.
    pub fn participant(self) -> Result<(U, C, P), Error> {
        let (username, chat, own) = self.visitor()?;
        let own = own.ok_or_else(|| Error::forbidden(Reason::JoinFirst))?;
        Ok((username, chat, own))
    }

    /// The caller may see the chat: they take part, or it is public.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller.
    pub fn visitor(self) -> Result<(U, C, Option<P>), Error> {
        let username = self.username.ok_or_else(Error::unauthenticated)?;
        let chat = self.chat.ok_or_else(no_chat)?;
        if self.own.is_none() && chat.borrow().kind != ChatKind::Public {
            return Err(no_chat());
        }
        Ok((username, chat, self.own))
    }
}

/// Not there, not yours, removed: one answer.
pub fn no_chat() -> Error {
    Error::not_found_in("chatId", "chat")
}
