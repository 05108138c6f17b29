-- Mentions: who is named in a message by `@username`, and whether all are, by `@all`. The sender reads them out of the text
-- once, and what stands here is the only truth: for what is shown, for what counts, and for who is notified.

-- Narrow, and last: a message without mentions costs nothing, and readers know from its row that it has none.
ALTER TABLE messages
    ADD COLUMN mention_count smallint NOT NULL DEFAULT 0, -- people, each with a row in message_mentions
    ADD COLUMN mentions_all boolean NOT NULL DEFAULT false;

-- One flag instead of ten thousand rows.
CREATE INDEX messages_mentioning_all ON messages (chat_id, number) WHERE mentions_all;

-- A person in a message. A message that is removed loses these rows; an edit changes what differs. Not partitioned: a user's
-- mentions in all chats are read at once.
CREATE TABLE message_mentions (
    chat_id    uuid NOT NULL,
    number     bigint NOT NULL CHECK (number >= 1),
    user_id    uuid NOT NULL,
    starts     integer[] NOT NULL CHECK (cardinality(starts) BETWEEN 1 AND 10), -- in UTF-16 units of the text, ascending
    length     smallint NOT NULL CHECK (length BETWEEN 4 AND 51), -- of each place, with its @
    created_at timestamptz NOT NULL, -- the message's
    PRIMARY KEY (chat_id, number, user_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX message_mentions_of_user ON message_mentions (user_id, chat_id, number);
CREATE INDEX message_mentions_by_time ON message_mentions (user_id, created_at, chat_id, number);

-- When all were last mentioned in a chat, which is possible once a minute. Kept here, so that neither an edit nor a removal
-- makes it possible sooner.
ALTER TABLE chats ADD COLUMN all_mentioned_at timestamptz;

-- What a participant's name is completed from. Nothing in it is secret.
CREATE VIEW folded_names AS
    SELECT id, username, name_folded
    FROM users
    WHERE deactivated_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON message_mentions TO antiphon_sender;
GRANT SELECT ON message_mentions, folded_names TO antiphon_receiver;

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- The texts of the messages with these numbers, what others thought of them, the threads under them, and whom they mention.
-- The rows of the messages stay: they are what makes a retried send the same send, and the numbers dense.
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
