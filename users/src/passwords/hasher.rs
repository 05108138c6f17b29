//! Password hashing, where it cannot starve anything else.
//!
//! Invariants: at most [`MAX_CONCURRENT_HASHES`] hashes are computed at a time, off the async threads; at most [`MAX_WAITING`] more wait;
//! further requests are refused. An attempt at an account that does not exist costs as much as one at an account that does.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use chassis::{Error, StartError};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::passwords::password::{self, NewPassword, PasswordAttempt};

/// Maximum hashes computed at a time: sign-in must leave a core to everything else.
const MAX_CONCURRENT_HASHES: usize = 2;
/// Maximum requests that wait for a hash: about a second's worth.
const MAX_WAITING: usize = 32;
/// The same for requests from known users and devices, so that a crowd of unknown clients does not keep them out.
const MAX_WAITING_KNOWN: usize = 8;
/// When a client may retry after a full queue.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// 19 MiB, two passes, one lane: the least that OWASP recommends.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Which queue an attempt waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashQueue {
    /// For everyone.
    Strangers,
    /// For users who are signed in or have signed in on this device before.
    Known,
}

/// The result of a password attempt.
pub(crate) enum PasswordCheck {
    /// It is not the password, or the account has none.
    Wrong,
    /// It is the password. `rehashed` is its hash with today's parameters, if the stored one has weaker ones.
    Correct { rehashed: Option<String> },
}

/// Computes and checks argon2id hashes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher {
    argon2: Arc<Argon2<'static>>,
    /// A hash of no account's password, compared when an account does not exist.
    dummy: Arc<str>,
    running: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    known: Arc<Semaphore>,
}

impl Hasher {
    pub(crate) fn new() -> Result<Self, StartError> {
        let unusable = |error: &dyn std::fmt::Display| StartError::new(format!("argon2: {error}"));
        let parameters =
            Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| unusable(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let dummy: PasswordHash = argon2
            .hash_password(b"nobody's")
            .map_err(|error| unusable(&error))?;
        password::load_dictionaries();
        Ok(Self {
            argon2: Arc::new(argon2),
            dummy: dummy.to_string().into(),
            running: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES)),
            strangers: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES + MAX_WAITING)),
            known: Arc::new(Semaphore::new(MAX_CONCURRENT_HASHES + MAX_WAITING_KNOWN)),
        })
    }

    /// Checks the strength of a new password and hashes it. `known` is what others know of its owner.
    pub(crate) async fn hash(
        &self,
        password: NewPassword,
        known: Vec<String>,
    ) -> Result<String, Error> {
        self.run(HashQueue::Strangers, move |argon2| {
            password.check_strength(&known)?;
            hash(argon2, password.bytes())
        })
        .await
    }

    /// Checks an attempt against the stored hash of an account, or against a hash of no account.
    pub(crate) async fn verify(
        &self,
        queue: HashQueue,
        password: PasswordAttempt,
        stored: Option<String>,
    ) -> Result<PasswordCheck, Error> {
        let dummy = Arc::clone(&self.dummy);
        self.run(queue, move |argon2| {
            let expected =
                PasswordHash::new(stored.as_deref().unwrap_or(&dummy)).map_err(Error::internal)?;
            let matches = argon2.verify_password(password.bytes(), &expected).is_ok();
            if !matches || stored.is_none() {
                return Ok(PasswordCheck::Wrong);
            }
            let rehashed = if is_weak(argon2, &expected) {
                Some(hash(argon2, password.bytes())?)
            } else {
                None
            };
            Ok(PasswordCheck::Correct { rehashed })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        queue: HashQueue,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let waiting = match queue {
            HashQueue::Strangers => &self.strangers,
            HashQueue::Known => &self.known,
        };
        let waiting = Arc::clone(waiting)
            .try_acquire_owned()
            .map_err(|_| Error::rate_limited(RETRY_AFTER))?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let argon2 = Arc::clone(&self.argon2);
        spawn_blocking(move || {
            // The permits are held until the work ends, which a cancelled request does not stop.
            let _permits = (waiting, running);
            work(&argon2)
        })
        .await
        .map_err(Error::internal)?
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, Error> {
    let hash: PasswordHash = argon2.hash_password(password).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// Whether any parameter has been raised since this hash was made.
fn is_weak(argon2: &Argon2<'_>, stored: &PasswordHash) -> bool {
    let today = argon2.params();
    stored.algorithm != Algorithm::Argon2id.ident()
        || Params::try_from(stored).map_or(true, |then| {
            then.m_cost() < today.m_cost()
                || then.t_cost() < today.t_cost()
                || then.p_cost() < today.p_cost()
        })
}
