-- Pinned messages: what a chat keeps at hand for everyone in it.

-- At most 50 in a chat, newest pin first. A message that is removed loses its pin in the same transaction.
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

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- The texts of the messages with these numbers, what others thought of them, the threads under them, whom they mention, and
-- their pins. The rows of the messages stay: they are what makes a retried send the same send, and the numbers dense.
CREATE OR REPLACE FUNCTION erase_messages(chat uuid, first bigint, last bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH messages_to_erase AS (
        SELECT m.id, m.number
        FROM messages m
        WHERE m.chat_id = chat AND m.number BETWEEN first AND last
          AND EXISTS (SELECT FROM chats c WHERE c.id = chat AND c.removed_at IS NOT NULL)
    ), erased_reactions AS (
        DELETE FROM reactions r USING messages_to_erase e WHERE r.chat_id = chat AND r.message_id = e.id
    ), erased_groups AS (
        DELETE FROM reaction_groups g USING messages_to_erase e WHERE g.chat_id = chat AND g.message_id = e.id
    ), erased_threads AS (
        DELETE FROM threads t USING messages_to_erase e WHERE t.chat_id = chat AND t.root_id = e.id
    ), erased_follows AS (
        DELETE FROM thread_follows f USING messages_to_erase e WHERE f.chat_id = chat AND f.root_id = e.id
    ), erased_mentions AS (
        DELETE FROM message_mentions n USING messages_to_erase e WHERE n.chat_id = chat AND n.number = e.number
    ), erased_pins AS (
        DELETE FROM pinned_messages p USING messages_to_erase e WHERE p.chat_id = chat AND p.message_id = e.id
    ), erased AS (
        UPDATE messages m
        SET content = NULL, mention_count = 0, mentions_all = false, removed_at = clock_timestamp(),
            revision = revision + 1
        FROM messages_to_erase e
        WHERE m.chat_id = chat AND m.id = e.id AND m.content IS NOT NULL
        RETURNING m.number
    )
    SELECT count(*) FROM erased
$$;
