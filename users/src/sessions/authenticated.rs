//! Proof that a request comes from a live session.
//!
//! Every service refuses the tokens of an ended session within a second. Here they are refused at once: every operation
//! on the caller's own account starts with one of these.

use async_graphql::Context;
use chassis::{Caller, Error};
use deadpool_postgres::{GenericClient, Transaction};
use shared_schema::{SessionId, UserId};

use crate::{
    accounts::account::Account,
    db::{sessions, users},
};

/// A caller whose session is live.
pub(crate) struct AuthenticatedUser {
    pub(crate) session_id: SessionId,
    pub(crate) account: Account,
}

impl AuthenticatedUser {
    /// The caller, as of now.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without a token, with one of a session that has ended, and of a deactivated account.
    pub(crate) async fn of(context: &Context<'_>, db: &impl GenericClient) -> Result<Self, Error> {
        let caller = Caller::of(context)?;
        let account = users::active(db, caller.user_id).await?;
        Self::verified(caller, db, account).await
    }

    /// The caller, whose account is locked until the transaction ends.
    ///
    /// # Errors
    /// As [`AuthenticatedUser::of`].
    pub(crate) async fn locked(
        context: &Context<'_>,
        transaction: &Transaction<'_>,
    ) -> Result<Self, Error> {
        let caller = Caller::of(context)?;
        let account = users::lock(transaction, caller.user_id).await?;
        // Checked after the lock was acquired, because the previous holder may have revoked the session.
        Self::verified(caller, transaction, account).await
    }

    async fn verified(
        caller: &Caller,
        db: &impl GenericClient,
        account: Option<Account>,
    ) -> Result<Self, Error> {
        let account = account.ok_or_else(Error::unauthenticated)?;
        let seen = sessions::refreshes_seen(db, caller.session_id, caller.user_id)
            .await?
            .ok_or_else(Error::unauthenticated)?;
        if seen < caller.refreshes {
            // Once per token. A client that presents the refresh token that was exchanged for this one is not its
            // owner.
            sessions::see_refresh(db, caller.session_id, caller.refreshes).await?;
        }
        Ok(Self {
            session_id: caller.session_id,
            account,
        })
    }

    pub(crate) fn user_id(&self) -> UserId {
        self.account.user.id
    }
}
