//! Proof that the caller has just typed the account's password: for what a stolen token must not be able to do.

use async_graphql::Context;
use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::Reason;

use crate::{
    db::users,
    passwords::{
        hasher::{HashQueue, PasswordCheck},
        password::PasswordAttempt,
    },
    sessions::authenticated::AuthenticatedUser,
    state::State,
};

/// A caller who knows the password.
pub(crate) struct PasswordConfirmed {
    caller: AuthenticatedUser,
    /// The hash that the password was compared with.
    password_hash: String,
}

impl PasswordConfirmed {
    /// Compares the password. Done outside of any transaction, because it takes long.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the session has ended, `BAD_USER_INPUT` with this field when the password is wrong,
    /// `RATE_LIMITED` after too many wrong ones.
    pub(crate) async fn check(
        state: &State,
        context: &Context<'_>,
        password: PasswordAttempt,
        field: &'static str,
    ) -> Result<Self, Error> {
        let connection = state.pool.get().await?;
        let caller = AuthenticatedUser::of(context, &connection).await?;
        let stored = users::password_hash(&connection, caller.user_id()).await?;
        drop(connection);

        let guess = state.limits.confirm(caller.user_id()).await?;
        let check = state
            .hasher
            .verify(HashQueue::Known, password, stored.clone())
            .await;
        if !matches!(check, Ok(PasswordCheck::Wrong)) {
            guess.take_back().await;
        }
        match (check?, stored) {
            (PasswordCheck::Correct { .. }, Some(password_hash)) => Ok(Self {
                caller,
                password_hash,
            }),
            _ => Err(Error::bad_input(field, Reason::WrongPassword)),
        }
    }

    /// The caller, locked, and the password still the one that was compared.
    pub(crate) async fn locked(
        &self,
        context: &Context<'_>,
        transaction: &Transaction<'_>,
    ) -> Result<AuthenticatedUser, Error> {
        let caller = AuthenticatedUser::locked(context, transaction).await?;
        let stored = users::password_hash(transaction, caller.user_id()).await?;
        if stored.as_ref() == Some(&self.password_hash) {
            Ok(caller)
        } else {
            Err(Error::conflict(Reason::ChangedMeanwhile))
        }
    }

    /// Data of the caller that others may know, and that a password must not contain.
    pub(crate) fn known(&self) -> Vec<String> {
        let account = &self.caller.account;
        vec![account.user.username.clone(), account.email.clone()]
    }
}
