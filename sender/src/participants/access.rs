//! Authorization in a chat, as a value.
//!
//! Invariant: a [`Participation`] exists only while the chat's feed is locked, and was checked after the lock was
//! acquired. So no participant can be removed between the check and the write.

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
    /// Those of [`ChatAccess::require_participant`].
    pub async fn of(tx: &Transaction<'_>, caller: &Caller, chat: ChatId) -> Result<Self, Error> {
        let feed = feeds::lock(tx, chat).await?;
        Self::with_lock(tx, feed, caller, chat).await
    }

    /// Checks under a lock that was taken before. For rules that read other rows in the same round trip.
    pub async fn with_lock(
        tx: &Transaction<'_>,
        feed: Option<LockedFeed>,
        caller: &Caller,
        chat: ChatId,
    ) -> Result<Self, Error> {
        let access = ChatAccess::of(tx, caller, chat).await?;
        let ParticipantRows { chat, own, .. } = access.require_participant()?;
        let feed = feed.ok_or_else(chat_not_found)?;
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

    /// Refuses what those may not do who may not pin messages: in a direct chat both may, elsewhere owners and admins.
    pub fn require_pinning(&self) -> Result<(), Error> {
        match self.chat.kind {
            ChatKind::Direct => Ok(()),
            ChatKind::Group | ChatKind::Public => self.require(ParticipantRole::Admin),
        }
    }

    /// Refuses operations that are not possible in a direct chat: it belongs to its two users forever.
    pub fn forbid_direct_chat(&self) -> Result<(), Error> {
        match self.chat.kind {
            ChatKind::Direct => Err(Error::forbidden(Reason::DirectChat)),
            ChatKind::Group | ChatKind::Public => Ok(()),
        }
    }
}

/// What the database holds about a caller and a chat, before any check. Owned, or borrowed from rows that were read for
/// many messages.
pub struct ChatAccess<C = StoredChat, P = Participant, U = String> {
    chat: Option<C>,
    own: Option<P>,
    username: Option<U>,
}

impl ChatAccess {
    /// Reads all of it in one round trip. Without the chat's lock the answer may be stale when it arrives.
    pub async fn of(db: &impl GenericClient, caller: &Caller, chat: ChatId) -> Result<Self, Error> {
        let (chat, own, username) = try_join!(
            chats::find(db, chat),
            participants::find(db, chat, caller.user_id),
            profiles::username(db, caller.user_id),
        )?;
        Ok(Self::from_rows(chat, own, username))
    }
}

impl<C: Borrow<StoredChat>, P, U> ChatAccess<C, P, U> {
    /// From rows that were read before: the chat, the caller in it, and the caller's username.
    pub fn from_rows(chat: Option<C>, own: Option<P>, username: Option<U>) -> Self {
        Self {
            chat: chat.filter(|chat| !chat.borrow().removed),
            own,
            username,
        }
    }

    /// Requires that the caller takes part.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller, for whatever
    /// reason; `FORBIDDEN` in a public chat, which everyone may see.
    pub fn require_participant(self) -> Result<ParticipantRows<C, P, U>, Error> {
        let VisibleRows {
            chat,
            own,
            username,
        } = self.require_visible()?;
        let own = own.ok_or_else(|| Error::forbidden(Reason::JoinFirst))?;
        Ok(ParticipantRows {
            chat,
            own,
            username,
        })
    }

    /// Requires that the caller may see the chat: they take part, or it is public.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the account is gone; `NOT_FOUND` when there is no such chat for this caller.
    pub fn require_visible(self) -> Result<VisibleRows<C, P, U>, Error> {
        let username = self.username.ok_or_else(Error::unauthenticated)?;
        let chat = self.chat.ok_or_else(chat_not_found)?;
        if self.own.is_none() && chat.borrow().kind != ChatKind::Public {
            return Err(chat_not_found());
        }
        Ok(VisibleRows {
            chat,
            own: self.own,
            username,
        })
    }
}

/// A caller whose account exists and who takes part in a chat that exists.
pub struct ParticipantRows<C, P, U> {
    pub chat: C,
    /// The caller in the chat.
    pub own: P,
    pub username: U,
}

/// A caller whose account exists and who may see a chat that exists.
pub struct VisibleRows<C, P, U> {
    pub chat: C,
    /// The caller in the chat, if they take part.
    pub own: Option<P>,
    username: U,
}

/// The answer for a chat that does not exist, that was removed, and that the caller may not see.
pub fn chat_not_found() -> Error {
    Error::not_found_in("chatId", "chat")
}
