//! The kinds of jobs, as they are stored.

use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum JobKind {
    /// Enqueues erasing of removed chats and closed accounts that have no such job.
    EnqueueErasures,
    /// Erases what a closed account held. Its key is the user's id.
    EraseAccount,
    /// Erases what a removed chat held. Its key is the chat's id.
    EraseChat,
    /// Forgets jobs that ended a while ago.
    ForgetEndedJobs,
    /// Forgets sessions that ended a month ago.
    ForgetEndedSessions,
    /// Forgets usernames that are not reserved any more.
    ForgetExpiredUsernames,
    /// Forgets refresh tokens that were used a week ago.
    ForgetSpentRefreshTokens,
}

impl JobKind {
    /// All kinds.
    pub(crate) const ALL: [Self; 7] = [
        Self::EnqueueErasures,
        Self::EraseAccount,
        Self::EraseChat,
        Self::ForgetEndedJobs,
        Self::ForgetEndedSessions,
        Self::ForgetExpiredUsernames,
        Self::ForgetSpentRefreshTokens,
    ];

    /// As it is stored, and as metrics show it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EnqueueErasures => "ENQUEUE_ERASURES",
            Self::EraseAccount => "ERASE_ACCOUNT",
            Self::EraseChat => "ERASE_CHAT",
            Self::ForgetEndedJobs => "FORGET_ENDED_JOBS",
            Self::ForgetEndedSessions => "FORGET_ENDED_SESSIONS",
            Self::ForgetExpiredUsernames => "FORGET_EXPIRED_USERNAMES",
            Self::ForgetSpentRefreshTokens => "FORGET_SPENT_REFRESH_TOKENS",
        }
    }

    /// The kind that is stored so. None for one that a newer release has put there: it is left to that.
    pub(crate) fn from_stored(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == kind)
    }

    /// The period of a job that runs periodically; the start of the period is the job's key. None for jobs that are
    /// enqueued when something happens.
    pub(crate) fn period(self) -> Option<Duration> {
        match self {
            Self::EraseAccount | Self::EraseChat => None,
            Self::EnqueueErasures
            | Self::ForgetEndedJobs
            | Self::ForgetEndedSessions
            | Self::ForgetExpiredUsernames
            | Self::ForgetSpentRefreshTokens => Some(HOUR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again_and_what_is_newer_is_left_alone() {
        for kind in JobKind::ALL {
            assert_eq!(JobKind::from_stored(kind.as_str()), Some(kind));
        }
        assert_eq!(JobKind::from_stored("SEND_PUSH_2"), None);
    }
}
