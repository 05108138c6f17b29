//! A few transactions per chat and process at a time.
//!
//! The chat's row lock alone would keep the order. But everyone who waits for it holds a connection, and one hot chat, or
//! one whose row is stuck, would take the pool away from all the others. So they wait here first, in the order in which
//! they came, and hold nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared_schema::ChatId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Transactions of one chat that may hold a connection: one works, and the next ones already wait for the row, so that it
/// is never idle.
const WIDTH: usize = 3;

/// A lane for each chat in which something waits or works.
#[derive(Clone, Default)]
pub struct Lanes(Arc<Mutex<HashMap<ChatId, Arc<Semaphore>>>>);

impl Lanes {
    /// Waits for its turn. Dropping the lane, also while it still waits, lets the next one in.
    pub async fn enter(&self, chat: ChatId) -> Lane {
        let gate = Arc::clone(
            self.gates()
                .entry(chat)
                .or_insert_with(|| Arc::new(Semaphore::new(WIDTH))),
        );
        let mut lane = Lane {
            lanes: self.clone(),
            chat,
            turn: None,
        };
        // The only error is that the gate was closed, and nobody closes it.
        lane.turn = gate.acquire_owned().await.ok();
        lane
    }

    fn gates(&self) -> MutexGuard<'_, HashMap<ChatId, Arc<Semaphore>>> {
        // A panic elsewhere leaves the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of one transaction.
pub struct Lane {
    lanes: Lanes,
    chat: ChatId,
    turn: Option<OwnedSemaphorePermit>,
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.turn = None;
        let mut gates = self.lanes.gates();
        // Nobody else waits or works: whoever comes next makes a new gate, which they can only do under this lock.
        if gates
            .get(&self.chat)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            gates.remove(&self.chat);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_lane_lets_a_few_in_and_the_next_one_when_one_leaves() {
        let (lanes, chat) = (Lanes::default(), ChatId::new());
        let mut inside = vec![];
        for _ in 0..WIDTH {
            inside.push(lanes.enter(chat).await);
        }
        let mut next = Box::pin(lanes.enter(chat));
        assert!(next.as_mut().now_or_never().is_none());
        assert!(
            lanes.enter(ChatId::new()).now_or_never().is_some(),
            "another chat"
        );
        inside.pop();
        assert!(next.now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_chat_in_which_nobody_waits_is_forgotten_also_when_waiters_gave_up() {
        let (lanes, chat) = (Lanes::default(), ChatId::new());
        let mut inside = vec![];
        for _ in 0..WIDTH {
            inside.push(lanes.enter(chat).await);
        }
        let gave_up = lanes.enter(chat).now_or_never();
        assert!(gave_up.is_none());
        assert_eq!(lanes.gates().len(), 1);
        drop(inside);
        assert_eq!(lanes.gates().len(), 0);
    }
}
