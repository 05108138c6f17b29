//! The inbox subscription of devices. It names every kind of event, which a test checks: a kind that is missing here would
//! not be checked by any run.

/// A digest of a range of a chat's events.
pub(crate) const EVENT_DIGEST: &str = "query ($chat: ID!, $from: Int!, $to: Int!) {
    eventDigest(chatId: $chat, fromSeq: $from, toSeq: $to) { sha256 } }";

/// The subscription of devices: what their local state consists of, and no more.
pub(crate) const DEVICE_INBOX: &str = "subscription ($after: [Cursor!]) { inbox(after: $after) {
    feedId cursor caughtUp reset
    events { __typename id seq
        ... on ChatCreated { chatId }
        ... on ChatUpdated { chat { name } }
        ... on ChatRemoved { chatId }
        ... on MessageAdded { message { ...message } }
        ... on MessageUpdated { message { ...message } }
        ... on MessageRemoved { message { ...message } }
        ... on MessagePinned { message { ...message } }
        ... on MessageUnpinned { message { ...message } }
        ... on ReactionChanged { messageId variant added reactionGroup { emoji count } }
        ... on ParticipantsAdded { participants { userId role } }
        ... on ParticipantRemoved { userId }
        ... on ParticipantRoleChanged { userId role }
        ... on ChatAdded { chatId }
        ... on ChatLeft { chatId }
        ... on ReadMarkMoved { chatId lastReadNumber }
        ... on ThreadFollowChanged { chatId rootId following lastReadNumber }
        ... on ChatSettingsChanged { settings { chatId pinnedAt mutedUntil archivedUpTo unreadFrom notificationLevel } }
        ... on DraftChanged { chatId threadRootId draft { content } }
        ... on SessionRevoked { sessionId }
        ... on ProfileUpdated { seq }
        ... on UnknownEvent { kind }
    }
    signals { __typename
        ... on ReceiptChanged { chatId userId deliveredNumber readNumber }
    }
} }
fragment message on Message { id number revision senderId content threadRootId threadOrdinal }";
