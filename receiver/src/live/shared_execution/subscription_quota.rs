//! How much memory the running subscriptions of a user, and of all users, may take.
//!
//! A document stays parsed, which takes many times its text. Each subscriber is charged for the whole of it; the
//! process is charged once for all subscribers with the same document and variables, since they share it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chassis::Error;
use shared_schema::UserId;

use super::group_key::{GroupKey, SubscriptionQuery};

/// Bytes of a parsed document for each byte of its text, as measured.
const PARSED_BYTES_PER_TEXT_BYTE: usize = 50;

/// The quota of running subscriptions, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuotaArgs {
    /// For one user: enough for some forty of the web client's largest.
    pub(crate) max_per_user: usize,
    /// For all users, where equal subscriptions count once.
    pub(crate) max_total: usize,
}

impl Default for QuotaArgs {
    fn default() -> Self {
        Self {
            max_per_user: 8 * 1024 * 1024,
            max_total: 256 * 1024 * 1024,
        }
    }
}

/// The memory used by each user. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SubscriptionQuota(Arc<Inner>);

struct Inner {
    args: QuotaArgs,
    usage: Mutex<Usage>,
}

#[derive(Default)]
struct Usage {
    users: HashMap<UserId, usize>,
    /// How many subscriptions have this key.
    running: HashMap<GroupKey, usize>,
    total: usize,
}

/// The charge of a running subscription; given back when dropped.
pub(crate) struct QuotaReservation {
    quota: SubscriptionQuota,
    user: UserId,
    key: GroupKey,
    bytes: usize,
}

impl SubscriptionQuota {
    pub(crate) fn new(args: QuotaArgs) -> Self {
        let usage = Mutex::default();
        Self(Arc::new(Inner { args, usage }))
    }

    /// Charges this user for a subscription.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is too much for one user, `UNAVAILABLE` when it is for the process.
    pub(crate) fn reserve(
        &self,
        user: UserId,
        query: &SubscriptionQuery,
    ) -> Result<QuotaReservation, Error> {
        let bytes = query.bytes().saturating_mul(PARSED_BYTES_PER_TEXT_BYTE);
        let mut usage = self.usage();
        let own = usage.users.get(&user).copied().unwrap_or_default() + bytes;
        if own > self.0.args.max_per_user {
            return Err(Error::bad_request(
                "your subscriptions are too many or too large: end some of them, or select less",
            ));
        }
        if !usage.running.contains_key(&query.key) {
            let total = usage.total + bytes;
            if total > self.0.args.max_total {
                return Err(Error::unavailable(
                    "the memory budget for subscriptions is used up",
                ));
            }
            usage.total = total;
        }
        *usage.running.entry(query.key.clone()).or_default() += 1;
        usage.users.insert(user, own);
        drop(usage);
        Ok(QuotaReservation {
            quota: self.clone(),
            user,
            key: query.key.clone(),
            bytes,
        })
    }

    fn usage(&self) -> MutexGuard<'_, Usage> {
        self.0.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QuotaReservation {
    fn drop(&mut self) {
        let mut usage = self.quota.usage();
        if let Some(own) = usage.users.get_mut(&self.user) {
            *own -= self.bytes;
            if *own == 0 {
                usage.users.remove(&self.user);
            }
        }
        if let Some(count) = usage.running.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                usage.running.remove(&self.key);
                usage.total -= self.bytes;
            }
        }
    }
}
