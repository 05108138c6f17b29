//! Planted bugs, for testing the tests.
//!
//! The fault lab proves that nothing is lost; a mutant proves that the lab would notice. Each is one branch at the place
//! where the promise is kept, taken only in a debug build whose environment names it in `MUTANT`. In a release build the
//! question is answered at compile time, and the branch does not exist.

use std::{
    collections::HashSet,
    sync::{Mutex, OnceLock, PoisonError},
};

use uuid::Uuid;

/// The variable that names the one bug to plant.
const VARIABLE: &str = "MUTANT";

/// Whether this bug is planted.
#[must_use]
pub fn planted(bug: &str) -> bool {
    cfg!(debug_assertions) && mutant() == Some(bug)
}

#[expect(
    clippy::disallowed_methods,
    reason = "not configuration: no release build reads it"
)]
fn mutant() -> Option<&'static str> {
    static MUTANT: OnceLock<Option<String>> = OnceLock::new();
    MUTANT
        .get_or_init(|| std::env::var(VARIABLE).ok())
        .as_deref()
}

/// Whether this process sees this id for the first time: the memory of a bug that keeps idempotency in memory.
#[must_use]
pub fn first_seen(id: Uuid) -> bool {
    static SEEN: OnceLock<Mutex<HashSet<Uuid>>> = OnceLock::new();
    let seen = SEEN.get_or_init(Mutex::default);
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(id)
}

#[cfg(test)]
mod tests {
    use super::planted;

    #[test]
    fn nothing_is_planted_unless_asked_for() {
        assert!(!planted("no_sweep"));
    }
}
