-- Pinned messages: what a chat keeps at hand for everyone in it.

-- At most 50 in a chat, newest pin first. A message that is removed loses its pin in the same transaction, and a removed chat is
-- erased with its pins (`erase_messages`).
CREATE TABLE pinned_messages (
    chat_id    uuid NOT NULL,
    message_id uuid NOT NULL,
    number     bigint NOT NULL CHECK (number >= 1), -- the message's
    pinned_by  uuid NOT NULL,
    pinned_at  timestamptz NOT NULL, -- that of the event, so no two of a chat are the same
    PRIMARY KEY (chat_id, message_id)
);

GRANT SELECT, INSERT, DELETE ON pinned_messages TO antiphon_sender;
GRANT SELECT ON pinned_messages TO antiphon_receiver;

-- Events. ----------------------------------------------------------------------------------------------------------------

ALTER POLICY users_appends ON feed_events WITH CHECK (
    EXISTS (SELECT FROM users u WHERE u.id = feed_events.feed_id)
    AND kind <> ALL ('{CHAT_CREATED,CHAT_UPDATED,CHAT_REMOVED,MESSAGE_ADDED,MESSAGE_UPDATED,MESSAGE_REMOVED,MESSAGE_PINNED,MESSAGE_UNPINNED,REACTION_CHANGED,PARTICIPANTS_ADDED,PARTICIPANT_REMOVED,PARTICIPANT_ROLE_CHANGED,CHAT_ADDED,CHAT_LEFT,READ_MARK_MOVED,THREAD_FOLLOW_CHANGED}')
);
