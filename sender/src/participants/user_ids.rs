//! A list of users that a request names.

use std::collections::BTreeSet;

use chassis::Error;
use shared_schema::{Reason, UserId};

/// Maximum users in one request, and so in one event. An event with 250 users and their names costs a receiver 16 ms
/// and 3 MiB (`cargo test --release -p lab --test system small_requests`).
const MAX_USER_IDS: u32 = 250;

/// 0 to 250 different users in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserIds(Vec<UserId>);

impl UserIds {
    /// Collapses duplicates, then counts.
    pub fn parse(field: &'static str, users: Vec<UserId>) -> Result<Self, Error> {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        if users.len() > MAX_USER_IDS as usize {
            return Err(Error::bad_input(
                field,
                Reason::TooMany { max: MAX_USER_IDS },
            ));
        }
        Ok(Self(users.into_iter().collect()))
    }

    /// A list of one user.
    pub fn one(user: UserId) -> Self {
        Self(vec![user])
    }

    /// Refuses an empty list.
    pub fn at_least_one(self, field: &'static str) -> Result<Self, Error> {
        if self.0.is_empty() {
            return Err(Error::bad_input(field, Reason::TooFew { min: 1 }));
        }
        Ok(self)
    }

    /// The others, since the caller need not be named.
    #[must_use]
    pub fn without(mut self, caller: UserId) -> Self {
        self.0.retain(|user| *user != caller);
        self
    }

    pub fn as_slice(&self) -> &[UserId] {
        &self.0
    }
}
