//! How often something may be tried.
//!
//! Every limit is a GCRA: `times` at once, then evenly spread over `per`. It holds across instances because its state is
//! in Redis; while Redis is away each instance keeps the limit on its own. So a missing Redis makes the limit softer by
//! the number of instances, and never opens it.

mod local;
mod shared;

use std::{num::NonZeroU32, time::Duration};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use chassis::{Error, StartError, config::RedisArgs};
use sha2::{Digest, Sha256};

use self::{local::Local, shared::Shared};
use crate::config::ThrottleArgs;

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Claims of one account's password. Accounts are told apart by what was typed, whether or not there is one: if
    /// e-mail and username of an account shared a limit, the limit would tell whose e-mail it is.
    PasswordOfAccount,
    /// Sign-ins from one address.
    LoginFromAddress,
    /// Registrations from one address.
    RegisterFromAddress,
    /// A user's changes of their username: each one reserves a name.
    ChangeUsername,
}

/// `times` per `per`.
#[derive(Clone, Copy, Debug)]
struct Limit {
    times: NonZeroU32,
    per: Duration,
}

impl Limit {
    /// The time after which one more is allowed.
    fn interval(self) -> Duration {
        self.per / self.times.get()
    }
}

/// All limits of an instance.
pub(crate) struct Throttle {
    args: ThrottleArgs,
    shared: Shared,
    local: Local,
}

impl Throttle {
    /// Limits that are shared through this Redis, which need not be there yet.
    pub(crate) fn new(redis: &RedisArgs, args: &ThrottleArgs) -> Result<Self, StartError> {
        Ok(Self {
            args: args.clone(),
            shared: Shared::new(redis)?,
            local: Local::default(),
        })
    }

    /// Counts one more `action` by `who`, or refuses it with the time to wait.
    pub(crate) async fn admit(&self, action: Action, who: &str) -> Result<(), Error> {
        let (name, limit) = self.limit(action);
        // Hashed: Redis has no business with e-mail addresses, and a key has a bounded length.
        let key = format!(
            "throttle:{name}:{}",
            BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(who))
        );
        let wait = match self.shared.admit(&key, limit).await {
            Ok(None) => {
                // Remembered here too: when Redis goes away, nobody starts anew.
                self.local.admit(key, limit);
                None
            }
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(%error, "the shared limits are away; this instance limits on its own");
                self.local.admit(key, limit)
            }
        };
        match wait {
            None => Ok(()),
            Some(wait) => Err(Error::rate_limited(wait)),
        }
    }

    /// Whether the limits are shared at the moment: a health check.
    pub(crate) fn probe(
        &self,
    ) -> impl Future<Output = Result<(), redis::RedisError>> + Send + 'static + use<> {
        self.shared.probe()
    }

    fn limit(&self, action: Action) -> (&'static str, Limit) {
        const MINUTE: Duration = Duration::from_secs(60);
        let (name, times, per) = match action {
            Action::PasswordOfAccount => ("password", self.args.logins_per_account, 15 * MINUTE),
            Action::LoginFromAddress => ("login", self.args.logins_per_address, MINUTE),
            Action::RegisterFromAddress => {
                ("register", self.args.registrations_per_address, 60 * MINUTE)
            }
            Action::ChangeUsername => (
                "username",
                self.args.username_changes_per_user,
                24 * 60 * MINUTE,
            ),
        };
        (name, Limit { times, per })
    }
}
