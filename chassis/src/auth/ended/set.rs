//! What an instance knows about sessions that ended.

use std::{collections::HashMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use shared_schema::SessionId;

/// A session that ended, and when, by the database's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// The session.
    pub id: SessionId,
    /// When it was ended.
    pub at: Timestamp,
}

/// How far a poll looks back behind the newest end it knows: a transaction takes its time before it can be seen.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);

/// What is known about ended sessions.
pub(super) struct Set {
    ends: HashMap<SessionId, Timestamp>,
    /// The newest end that was read.
    newest: Option<Timestamp>,
    /// Up to this time, too many sessions ended to remember them: all tokens issued until then are refused.
    forgotten_until: Option<Timestamp>,
    /// How long an end matters.
    memory: Duration,
    most: usize,
}

impl Set {
    pub(super) fn new(memory: Duration, most: usize) -> Self {
        Self {
            ends: HashMap::new(),
            newest: None,
            forgotten_until: None,
            memory,
            most,
        }
    }

    pub(super) fn contains(&self, session: SessionId) -> bool {
        self.ends.contains_key(&session)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn refuses(&self, session: SessionId, issued_at: Timestamp) -> bool {
        self.contains(session)
            || self
                .forgotten_until
                .is_some_and(|until| issued_at.as_second() <= until.as_second())
    }

    /// One more than there is room for, so that it shows when there are too many.
    pub(super) fn limit(&self) -> i64 {
        i64::try_from(self.most).unwrap_or(i64::MAX - 1) + 1
    }

    /// What was ended before this cannot have a good token any more. Tokens are judged by our clock, so this is, too.
    pub(super) fn oldest_that_matters(&self, now: Timestamp) -> Timestamp {
        now.saturating_sub(self.memory).unwrap_or(Timestamp::MIN)
    }

    /// The time from which a poll reads. It is never later than our own clock, because the next end may come from a
    /// database whose clock is behind that of the last one.
    pub(super) fn poll_after(&self, now: Timestamp) -> Timestamp {
        match self.newest {
            Some(newest) => newest
                .min(now)
                .saturating_sub(OVERLAP)
                .unwrap_or(Timestamp::MIN),
            None => self.oldest_that_matters(now),
        }
    }

    pub(super) fn forget(&mut self, before: Timestamp) {
        self.ends.retain(|_, at| *at >= before);
        self.forgotten_until = self.forgotten_until.filter(|until| *until >= before);
    }

    /// Answers with those that were not known.
    pub(super) fn add(&mut self, rows: &[EndedSession]) -> Vec<SessionId> {
        let mut added = Vec::new();
        for row in rows {
            self.newest = self.newest.max(Some(row.at));
            if self.ends.insert(row.id, row.at).is_none() {
                added.push(row.id);
            }
        }
        if self.ends.len() > self.most {
            self.forget_oldest();
        }
        added
    }

    fn forget_oldest(&mut self) {
        let mut ends: Vec<Timestamp> = self.ends.values().copied().collect();
        // Some more than is needed, so that the next one does not do it again.
        let surplus = (ends.len() - self.most + self.most / 10).min(ends.len()) - 1;
        let (_, until, _) = ends.select_nth_unstable(surplus);
        let until = *until;
        self.ends.retain(|_, at| *at > until);
        self.forgotten_until = self.forgotten_until.max(Some(until));
        tracing::warn!(%until, "too many sessions have ended; refusing all tokens that were issued before this time");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const MEMORY: Duration = Duration::from_secs(720);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn ended(second: i64) -> EndedSession {
        EndedSession {
            id: SessionId::new(),
            at: at(second),
        }
    }

    #[test]
    fn a_session_is_refused_from_its_end_until_no_token_of_it_can_be_good() {
        let mut set = Set::new(MEMORY, 100);
        let (one, other) = (ended(1_000), ended(1_001));
        assert_eq!(set.add(&[one]), [one.id]);
        assert!(set.add(&[one]).is_empty());
        assert!(set.refuses(one.id, at(999)));
        assert!(!set.refuses(other.id, at(999)));

        set.forget(set.oldest_that_matters(at(1_000 + 720)));
        assert!(set.refuses(one.id, at(999)));
        set.forget(set.oldest_that_matters(at(1_000 + 721)));
        assert!(!set.refuses(one.id, at(999)));
    }

    #[test]
    fn what_is_too_much_to_remember_is_refused_by_its_age() {
        let mut set = Set::new(MEMORY, 10);
        let all: Vec<EndedSession> = (0..25).map(|number| ended(1_000 + number)).collect();
        set.add(&all[..8]);
        assert!(!set.refuses(SessionId::new(), at(900)));
        // As many as a poll asks for, and older ones that it did not get.
        set.add(&all[14..]);
        assert!(set.len() <= 10);
        for one in &all {
            assert!(set.refuses(one.id, at(999)), "{one:?}");
        }
        // Of the others, those who have a newer token.
        assert!(set.refuses(SessionId::new(), at(1_000)));
        assert!(!set.refuses(SessionId::new(), at(1_025)));
        set.forget(at(2_000));
        assert!(!set.refuses(SessionId::new(), at(1_000)));
    }

    #[test]
    fn a_poll_begins_before_the_newest_end_and_before_now() {
        let mut set = Set::new(MEMORY, 10);
        assert_eq!(set.poll_after(at(10_000)), at(10_000 - 720));
        set.add(&[ended(9_000)]);
        assert_eq!(set.poll_after(at(10_000)), at(8_970));
        // From a clock that was ahead.
        set.add(&[ended(20_000)]);
        assert_eq!(set.poll_after(at(10_000)), at(9_970));
    }
}
