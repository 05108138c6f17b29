//! What clients have this process keep for their running subscriptions, and who may have it keep how much.
//!
//! A document is kept parsed, and what is parsed is many times its text. Whoever runs a subscription is charged for the
//! whole of it; the process is charged once for all who ask the same, since they share it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chassis::Error;
use shared_schema::UserId;

use super::group_key::{Key, Wish};

/// Bytes of a parsed document for each byte of its text, as measured.
const PARSED: usize = 50;

/// How many bytes may be kept for subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LedgerArgs {
    /// Those of one user: some forty of the web client's largest.
    pub(crate) per_user: usize,
    /// Of all users, where what is the same counts once.
    pub(crate) in_all: usize,
}

impl Default for LedgerArgs {
    fn default() -> Self {
        Self {
            per_user: 8 * 1024 * 1024,
            in_all: 256 * 1024 * 1024,
        }
    }
}

/// Who has what kept. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Ledger(Arc<Inner>);

struct Inner {
    args: LedgerArgs,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    users: HashMap<UserId, usize>,
    /// How many run what is the same.
    running: HashMap<Key, usize>,
    in_all: usize,
}

/// A running subscription's entry; it is struck out when dropped.
pub(crate) struct Entry {
    ledger: Ledger,
    user: UserId,
    key: Key,
    bytes: usize,
}

impl Ledger {
    pub(crate) fn new(args: LedgerArgs) -> Self {
        let accounts = Mutex::default();
        Self(Arc::new(Inner { args, accounts }))
    }

    /// Charges this user for what is asked.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is too much for one user, `UNAVAILABLE` when it is for the process.
    pub(crate) fn enter(&self, user: UserId, wish: &Wish) -> Result<Entry, Error> {
        let bytes = wish.bytes().saturating_mul(PARSED);
        let mut accounts = self.accounts();
        let own = accounts.users.get(&user).copied().unwrap_or_default() + bytes;
        if own > self.0.args.per_user {
            return Err(Error::bad_request(
                "too many or too large subscriptions run already: end some, or ask for less",
            ));
        }
        if !accounts.running.contains_key(&wish.key) {
            let in_all = accounts.in_all + bytes;
            if in_all > self.0.args.in_all {
                return Err(Error::unavailable("no memory is left for subscriptions"));
            }
            accounts.in_all = in_all;
        }
        *accounts.running.entry(wish.key.clone()).or_default() += 1;
        accounts.users.insert(user, own);
        drop(accounts);
        Ok(Entry {
            ledger: self.clone(),
            user,
            key: wish.key.clone(),
            bytes,
        })
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0
            .accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut accounts = self.ledger.accounts();
        if let Some(own) = accounts.users.get_mut(&self.user) {
            *own -= self.bytes;
            if *own == 0 {
                accounts.users.remove(&self.user);
            }
        }
        if let Some(count) = accounts.running.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                accounts.running.remove(&self.key);
                accounts.in_all -= self.bytes;
            }
        }
    }
}
