//! Which messages a statement may find that looks for them in many chats: conditions on the participation of a user as it is at
//! that moment.

/// The rule of [`Access::reads`](crate::participants::access::Access::reads), for the chat `w.chat_id` and the user `$1`.
pub(super) const READABLE: &str = "
    CROSS JOIN LATERAL (
        SELECT kind, removed_at FROM chats WHERE id = w.chat_id
        OFFSET 0
    ) c
    LEFT JOIN LATERAL (
        SELECT user_id, left_seq FROM participants WHERE chat_id = w.chat_id AND user_id = $1
        OFFSET 0
    ) p ON true
    WHERE c.removed_at IS NULL AND p.left_seq IS NULL AND (p.user_id IS NOT NULL OR c.kind = 'PUBLIC')";

/// The chats that `$1` has ever taken part in: in those that they left, their own messages are still theirs.
const EVER_TAKEN_PART: &str = "
    CROSS JOIN LATERAL (
        SELECT removed_at FROM chats WHERE id = w.chat_id
        OFFSET 0
    ) c
    CROSS JOIN LATERAL (
        SELECT FROM participants WHERE chat_id = w.chat_id AND user_id = $1
        OFFSET 0
    ) p
    WHERE c.removed_at IS NULL";

/// Among which messages to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those that the user may read.
    Readable,
    /// Those that the user has written, also in chats that they have left.
    Own,
}

impl Scope {
    /// The condition on a chat.
    pub(super) fn of_chats(self) -> &'static str {
        match self {
            Self::Readable => READABLE,
            Self::Own => EVER_TAKEN_PART,
        }
    }

    /// The condition on a message `m` of such a chat.
    pub(super) fn of_messages(self) -> &'static str {
        match self {
            Self::Readable => "true",
            Self::Own => "m.sender_id = $1",
        }
    }
}
