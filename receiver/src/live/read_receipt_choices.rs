//! Which of the connected users tell what they have read: whoever does not is not told what others have.
//!
//! Each connection holds the choice of its user. The choices are read when a connection begins, and with each sweep the few
//! that were changed since: one statement per second and instance.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chassis::{Error, postgres::Pool};
use shared_schema::UserId;

use crate::db;

/// The choice of one user, as it is now.
#[derive(Clone, Debug)]
pub(crate) struct ReadReceiptChoice(Arc<AtomicBool>);

impl ReadReceiptChoice {
    /// Whether the user may learn what others have read.
    #[must_use]
    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The choices of the users who are connected to this process.
#[derive(Debug, Default)]
pub(crate) struct ReadReceiptChoices(Mutex<HashMap<UserId, Weak<AtomicBool>>>);

impl ReadReceiptChoices {
    fn held(&self) -> MutexGuard<'_, HashMap<UserId, Weak<AtomicBool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The choice of this user, which is kept up to date for as long as it is held.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn of(&self, pool: &Pool, user: UserId) -> Result<ReadReceiptChoice, Error> {
        // Before the read, so that no change in between is missed.
        let choice = self.hold(user);
        let read = db::profiles::read_receipts(pool, &[user]).await?;
        choice.store(read.get(&user) == Some(&true), Ordering::Relaxed);
        Ok(ReadReceiptChoice(choice))
    }

    fn hold(&self, user: UserId) -> Arc<AtomicBool> {
        let mut held = self.held();
        if let Some(choice) = held.get(&user).and_then(Weak::upgrade) {
            return choice;
        }
        let choice = Arc::new(AtomicBool::new(false));
        held.insert(user, Arc::downgrade(&choice));
        choice
    }

    /// Reads what was changed in the last `within`, and forgets users who are not connected any more.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn refresh(&self, pool: &Pool, within: Duration) -> Result<(), Error> {
        let is_needed = {
            let mut held = self.held();
            held.retain(|_, choice| choice.strong_count() > 0);
            !held.is_empty()
        };
        if !is_needed {
            return Ok(());
        }
        let changed = db::profiles::read_receipts_changed_within(pool, within).await?;
        let held = self.held();
        for (user, is_on) in changed {
            if let Some(choice) = held.get(&user).and_then(Weak::upgrade) {
                choice.store(is_on, Ordering::Relaxed);
            }
        }
        Ok(())
    }
}
