//! A semaphore for each chat that limits the concurrent transactions of one chat in this process.
//!
//! The chat's row lock alone would be enough for the order. But every transaction that waits for it holds a connection,
//! so a single busy or contended chat could occupy the whole pool. Transactions therefore wait here first, in the order
//! of their arrival and without a connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared_schema::ChatId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Maximum transactions of one chat that hold a connection: one runs, and the next ones already wait for the row, so that
/// it is never idle.
const MAX_TRANSACTIONS_PER_CHAT: usize = 3;

/// One semaphore for each chat that has transactions. Cloning it is cheap.
#[derive(Clone, Default)]
pub struct ChatPermits(Arc<Mutex<HashMap<ChatId, Arc<Semaphore>>>>);

impl ChatPermits {
    /// Waits for a permit. Dropping the permit, also while it waits, lets the next transaction run.
    pub async fn acquire(&self, chat: ChatId) -> ChatPermit {
        let semaphore = Arc::clone(
            self.semaphores()
                .entry(chat)
                .or_insert_with(|| Arc::new(Semaphore::new(MAX_TRANSACTIONS_PER_CHAT))),
        );
        let mut permit = ChatPermit {
            permits: self.clone(),
            chat,
            permit: None,
        };
        // The only possible error is a closed semaphore, and it is never closed.
        permit.permit = semaphore.acquire_owned().await.ok();
        permit
    }

    fn semaphores(&self) -> MutexGuard<'_, HashMap<ChatId, Arc<Semaphore>>> {
        // A panic elsewhere leaves the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to run one transaction in a chat.
pub struct ChatPermit {
    permits: ChatPermits,
    chat: ChatId,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for ChatPermit {
    fn drop(&mut self) {
        self.permit = None;
        let mut semaphores = self.permits.semaphores();
        // No other transaction waits or runs. The next one makes a new semaphore, which it can only do under this lock.
        if semaphores
            .get(&self.chat)
            .is_some_and(|semaphore| Arc::strong_count(semaphore) == 1)
        {
            semaphores.remove(&self.chat);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_few_transactions_of_a_chat_run_and_the_next_one_when_one_ends() {
        let (permits, chat) = (ChatPermits::default(), ChatId::new());
        let mut running = vec![];
        for _ in 0..MAX_TRANSACTIONS_PER_CHAT {
            running.push(permits.acquire(chat).await);
        }
        let mut next = Box::pin(permits.acquire(chat));
        assert!(next.as_mut().now_or_never().is_none());
        assert!(
            permits.acquire(ChatId::new()).now_or_never().is_some(),
            "another chat"
        );
        running.pop();
        assert!(next.now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_semaphore_of_an_idle_chat_is_removed_also_when_waiters_were_cancelled() {
        let (permits, chat) = (ChatPermits::default(), ChatId::new());
        let mut running = vec![];
        for _ in 0..MAX_TRANSACTIONS_PER_CHAT {
            running.push(permits.acquire(chat).await);
        }
        let cancelled = permits.acquire(chat).now_or_never();
        assert!(cancelled.is_none());
        assert_eq!(permits.semaphores().len(), 1);
        drop(running);
        assert_eq!(permits.semaphores().len(), 0);
    }
}
