//! The inbox subscription of the client. It names every kind of event, which a test checks: a kind that is missing here would
//! not be checked by any test of the system.

/// The inbox subscription.
pub(super) const INBOX: &str = "subscription ($after: [Cursor!]) { inbox(after: $after) {
    feedId cursor caughtUp reset
    events { __typename id seq at actorId
        ... on ChatCreated { chat { ...chat } }
        ... on ChatUpdated { chat { ...chat } }
        ... on ChatRemoved { chatId }
        ... on MessageAdded { message { ...message } }
        ... on MessageUpdated { message { ...message } }
        ... on MessageRemoved { message { ...message } }
        ... on MessagePinned { message { ...message } }
        ... on MessageUnpinned { message { ...message } }
        ... on ReactionChanged { chatId messageId variant added reactionGroup { emoji count position lastUserIds } }
        ... on ParticipantsAdded { participants { userId role joinedAt } }
        ... on ParticipantRemoved { chatId userId }
        ... on ParticipantRoleChanged { chatId userId role }
        ... on ChatAdded { chatId }
        ... on ChatLeft { chatId }
        ... on ReadMarkMoved { chatId lastReadNumber }
        ... on ThreadFollowChanged { chatId rootId following lastReadNumber }
        ... on ChatSettingsChanged { settings { chatId pinnedAt mutedUntil archivedUpTo unreadFrom notificationLevel } }
        ... on DraftChanged { chatId threadRootId }
        ... on SessionRevoked { sessionId }
        ... on ProfileUpdated { user { id displayName } }
        ... on UnknownEvent { kind }
    }
    signals { __typename
        ... on Typing { chatId userId until }
        ... on ReceiptChanged { chatId userId deliveredNumber readNumber }
    }
} }
fragment chat on Chat { id name description participantCount messageCount }
fragment message on Message { id number seq revision senderId content replyToId threadRootId threadOrdinal editedAt
    removedAt }";
