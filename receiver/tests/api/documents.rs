//! What the tests ask for.

pub const INBOX: &str = "
    subscription Inbox($after: [Cursor!]) { inbox(after: $after) { ...Batch } }
    fragment Batch on FeedBatch {
        feedId cursor caughtUp reset
        events {
            __typename id seq at actorId
            ... on ChatCreated { chatId chat { id name } }
            ... on ChatUpdated { chatId chat { id name } }
            ... on ChatRemoved { chatId }
            ... on MessageAdded { message { id number revision content senderUsername cursor threadRootId threadOrdinal } }
            ... on MessageUpdated { message { id number revision content } }
            ... on MessageRemoved { message { id number revision content } }
            ... on MessagePinned { message { id number revision content } }
            ... on MessageUnpinned { message { id } }
            ... on ReactionChanged { chatId messageId variant added reactionGroup { emoji count position lastUserIds } }
            ... on ParticipantsAdded { participants { userId role } }
            ... on ParticipantRemoved { chatId userId }
            ... on ParticipantRoleChanged { chatId userId role }
            ... on ChatAdded { chatId unreadCount chat { id name feedCursor } participant { userId role } }
            ... on ChatLeft { chatId }
            ... on ReadMarkMoved { chatId lastReadNumber }
            ... on ThreadFollowChanged { chatId rootId following lastReadNumber }
            ... on ChatSettingsChanged { settings { chatId pinnedAt mutedUntil archivedUpTo notificationLevel } }
            ... on DraftChanged { chatId threadRootId draft { content } }
            ... on SessionRevoked { sessionId }
            ... on ProfileUpdated { user { id displayName } }
            ... on UnknownEvent { kind }
        }
        signals {
            __typename
            ... on Typing { chatId userId until }
            ... on ReceiptChanged { chatId userId deliveredNumber readNumber }
        }
    }";

pub const CHAT_EVENTS: &str = "
    subscription($chat: ID!, $after: Cursor) {
        chatEvents(chatId: $chat, after: $after) {
            feedId cursor caughtUp reset
            events {
                __typename id seq at actorId
                ... on ChatUpdated { chat { id name } }
                ... on MessageAdded { message { id number revision content cursor } }
                ... on MessageUpdated { message { id revision content } }
                ... on MessageRemoved { message { id revision content } }
                ... on MessagePinned { message { id revision content } }
                ... on MessageUnpinned { message { id } }
                ... on ReactionChanged { messageId added reactionGroup { emoji count } }
                ... on ParticipantsAdded { participants { userId user { username } } }
                ... on ParticipantRemoved { userId }
                ... on ParticipantRoleChanged { userId role }
                ... on UnknownEvent { kind }
            }
            signals {
                __typename
                ... on Typing { userId until }
                ... on ReceiptChanged { userId deliveredNumber readNumber }
            }
        }
    }";

/// A subscription to the messages of a chat: `messageAdded`, `messageUpdated` or `messageRemoved`.
pub fn messages_of(field: &str) -> String {
    format!(
        "subscription($chat: ID!, $after: Cursor) {{
            {field}(chatId: $chat, after: $after) {{ id number revision content cursor senderUsername }}
        }}"
    )
}
