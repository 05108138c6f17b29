//! Who may mention all participants of a chat, and how often.

use std::time::Duration;

use chassis::Error;
use shared_schema::{ParticipantRole, Reason};

/// Participants up to which everyone may mention all of them. Above, it is for owners and admins.
const MAX_PEOPLE_FOR_MEMBERS: u32 = 50;

/// The time between two messages that mention all participants of a chat.
pub const ALL_INTERVAL: Duration = Duration::from_secs(60);

/// Why all cannot be mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllRefusal {
    /// The chat is too large for this role.
    NotAllowed,
    /// They were mentioned a moment ago. It is possible after this time.
    TooOften(Duration),
}

/// Checks whether a participant may mention all now, where `wait` is the rest of the interval, if one runs.
pub fn may_mention_all(
    role: ParticipantRole,
    participant_count: i32,
    wait: Option<Duration>,
) -> Result<(), AllRefusal> {
    let is_large = i64::from(participant_count) > i64::from(MAX_PEOPLE_FOR_MEMBERS);
    if is_large && role < ParticipantRole::Admin {
        return Err(AllRefusal::NotAllowed);
    }
    wait.map_or(Ok(()), |wait| Err(AllRefusal::TooOften(wait)))
}

impl From<AllRefusal> for Error {
    fn from(refusal: AllRefusal) -> Self {
        match refusal {
            AllRefusal::NotAllowed => Self::forbidden(Reason::MentionAllNotAllowed {
                people: MAX_PEOPLE_FOR_MEMBERS,
            }),
            AllRefusal::TooOften(wait) => Self::rate_limited_by(Reason::MentionAllTooOften, wait),
        }
    }
}
