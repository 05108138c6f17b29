//! Password hashing, where it cannot starve anything else.
//!
//! Invariants: at most [`RUNNING`] hashes are computed at a time, off the async threads; at most [`WAITING`] more wait;
//! whoever comes then is sent away. A claim about nobody's password costs what a claim about somebody's costs.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use chassis::{Error, StartError};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::password::{self, Claimed, Wanted};

/// Hashes at a time: sign-in must leave a core to everyone else.
const RUNNING: usize = 2;
/// Requests that may wait for one: about a second's worth.
const WAITING: usize = 32;
/// The same for those who are known to have the account's password, or to have had it: a crowd of strangers does not
/// keep them out.
const KNOWN_WAITING: usize = 8;
/// When it makes sense to come back to a full queue.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// 19 MiB, two passes, one lane: the least that OWASP recommends.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Where a claim waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// With everyone.
    Strangers,
    /// With those who are signed in, or were before on their device.
    Known,
}

/// What a claim turned out to be.
pub(crate) enum Verdict {
    /// Not the password, or there is none.
    Wrong,
    /// The password. `stronger` is its hash with today's parameters, when the stored one has weaker ones.
    Right { stronger: Option<String> },
}

/// Computes and checks argon2id hashes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher {
    argon2: Arc<Argon2<'static>>,
    /// Of nobody's password.
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
            running: Arc::new(Semaphore::new(RUNNING)),
            strangers: Arc::new(Semaphore::new(RUNNING + WAITING)),
            known: Arc::new(Semaphore::new(RUNNING + KNOWN_WAITING)),
        })
    }

    /// Judges a new password and hashes it. `known` is what others know of its owner.
    pub(crate) async fn hash(&self, password: Wanted, known: Vec<String>) -> Result<String, Error> {
        self.run(Line::Strangers, move |argon2| {
            password.judge(&known)?;
            hash(argon2, password.bytes())
        })
        .await
    }

    /// Checks a claim against the stored hash of an account, or against nobody's.
    pub(crate) async fn verify(
        &self,
        line: Line,
        password: Claimed,
        stored: Option<String>,
    ) -> Result<Verdict, Error> {
        let dummy = Arc::clone(&self.dummy);
        self.run(line, move |argon2| {
            let expected =
                PasswordHash::new(stored.as_deref().unwrap_or(&dummy)).map_err(Error::internal)?;
            let matches = argon2.verify_password(password.bytes(), &expected).is_ok();
            if !matches || stored.is_none() {
                return Ok(Verdict::Wrong);
            }
            let stronger = if is_weak(argon2, &expected) {
                Some(hash(argon2, password.bytes())?)
            } else {
                None
            };
            Ok(Verdict::Right { stronger })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        line: Line,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let admitted = match line {
            Line::Strangers => &self.strangers,
            Line::Known => &self.known,
        };
        let admitted = Arc::clone(admitted)
            .try_acquire_owned()
            .map_err(|_| Error::rate_limited(RETRY_AFTER))?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let argon2 = Arc::clone(&self.argon2);
        spawn_blocking(move || {
            // They travel with the work, which goes on when its request is cancelled.
            let _permits = (admitted, running);
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
